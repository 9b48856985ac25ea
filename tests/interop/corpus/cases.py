"""cases.py - messages, made by rule, and what they mean

cases() yields each as a Case.  A message that is well-formed means what it
says.  For another, `means` is a well-formed message of the same meaning, and
`why` the number of the sentence in CHANGES, which the manual has too.
"""

import base64
import collections
import quopri
import sys

# why -> words of heloise(8), "The message" and "Repairs"
CHANGES = {
    'removed': 'The fields Bcc, Resent-Bcc, Return-Path and Content-Length '
               'are removed.',
    'added': 'Date, From and Message-ID are added if they are missing.',
    'header': 'A message without a header gets one.',
    'mbox': 'A byte order mark of UTF-8 before the header is removed, and a '
            'first line',
    'end': 'A missing line end is added.',
    'domain': 'An address without a domain gets the setting domain.',
    'quotes': 'a name gets the quotes that it lacks;',
    'comma': 'a missing comma or',
    'semicolons': 'semicolons between addresses become commas, and empty '
                  'elements are removed;',
    'mailto': 'is removed, and the quotes around an address;',
    'hidden': 'an address that is hidden in an encoded word is read;',
    'dots': 'a final dot of a domain is removed, and a local part with two '
            'dots in a row',
    'idn': 'a domain beyond ASCII becomes its A-labels (xn--);',
    'raw': 'text beyond ASCII becomes encoded words, also in a list of '
           'addresses that cannot be read; octets over 127 in an encoded '
           'word are encoded, and with them blanks in it;',
    'parameter': 'file names beyond ASCII become parameters of RFC 2231',
    'twice': 'several fields To, Cc or Reply-To become one; of other fields '
             'that may be there once the first stays;',
    'twice-label': 'of Content-Type, Content-Transfer-Encoding and '
                   'MIME-Version the last one that can be read;',
    'empty': 'empty fields of addresses are removed, and blanks before the '
             'colon;',
    'date': 'a Date that cannot be read becomes X-Original-Date, and a '
            'Message-ID X-Original-Message-ID; new ones are added;',
    'sender': 'From with several addresses gets a Sender, the first of them;',
    'binary': 'becomes base64 of its octets as they were given',
    'encoding': 'an encoding that is written by mistake',
    'label': 'text beyond ASCII that has no charset, or claims to be '
             'US-ASCII, gets UTF-8',
    'wrap': 'encoded lines over 76 octets are wrapped;',
    'raw-qp': 'octets over 127 in quoted-printable are encoded',
    'refused': 'A header that stays beyond ASCII, because of a local part or '
               'a Message-ID, is sent with SMTPUTF8. If the relay does not '
               'offer that, or if octets over 127 are left for a relay '
               'without 8BITMIME, the message is refused, and the line '
               'named.',
}

Case = collections.namedtuple('Case', 'name message means why keeps')

BASE = (
    ('From', 'Ann Example <ann@corpus.example>'),
    ('To', 'Bob Example <bob@corpus.example>'),
    ('Date', 'Sat, 21 Nov 2026 10:00:00 +0000'),
    ('Message-ID', '<1@corpus.example>'),
    ('Subject', 'a plain subject'),
)


def octets(text):
    return text if isinstance(text, bytes) else text.encode()


def build(fields, body):
    head = b''.join(octets(n) + b': ' + octets(v) + b'\n' for n, v in fields)
    return head + b'\n' + octets(body)


def with_fields(more):
    """The usual fields, with some replaced, and others added."""
    usual = [name.lower() for name, value in BASE]
    out = []
    for name, value in BASE:
        same = [f for f in more if f[0].strip().lower() == name.lower()]
        out += same or [(name, value)]
    return out + [f for f in more if f[0].strip().lower() not in usual]


def plain(charset='utf-8', cte='8bit', data='Grüße, Welt\n'):
    return ([('MIME-Version', '1.0'),
             ('Content-Type', 'text/plain; charset=' + charset),
             ('Content-Transfer-Encoding', cte)], data)


def b64(data):
    return base64.encodebytes(octets(data))


def part(fields, body):
    return build(fields, body)


def multi(kind, parts, boundary='=_b1', before=b'', after=b'', more=''):
    body = octets(before)
    for p in parts:
        body += b'--' + boundary.encode() + b'\n' + octets(p) + b'\n'
    body += b'--' + boundary.encode() + b'--\n' + octets(after)
    return ([('MIME-Version', '1.0'),
             ('Content-Type', 'multipart/%s; boundary="%s"%s' %
              (kind, boundary, more))], body)


TEXT = part([('Content-Type', 'text/plain; charset=utf-8'),
             ('Content-Transfer-Encoding', '8bit')], 'Grüße\n')
TEXT_QP = part([('Content-Type', 'text/plain; charset=utf-8'),
                ('Content-Transfer-Encoding', 'quoted-printable')],
               quopri.encodestring('Grüße = «x»\n'.encode()))
HTML = part([('Content-Type', 'text/html; charset=utf-8'),
             ('Content-Transfer-Encoding', 'quoted-printable')],
            '<p>Gr=C3=BC=C3=9Fe</p>\n')
IMAGE = part([('Content-Type', 'image/png'),
              ('Content-Transfer-Encoding', 'base64'),
              ('Content-ID', '<img1@corpus.example>')],
             b64(bytes(range(256)) * 3))
NAMED = part([('Content-Type', 'application/pdf; name="report.pdf"'),
              ('Content-Disposition', 'attachment; filename="report.pdf"'),
              ('Content-Transfer-Encoding', 'base64')], b64(b'%PDF\0\r\n\n'))
NAMED_2231 = part(
    [('Content-Type', 'application/octet-stream'),
     ('Content-Disposition',
      "attachment;\n filename*0*=UTF-8''ci%C3%ABle;\n filename*1*=%20x.txt"),
     ('Content-Transfer-Encoding', 'base64')], b64('naïve'))
INNER = build([('From', 'c@corpus.example'), ('To', 'd@corpus.example'),
               ('Subject', '=?utf-8?Q?inn=C3=A9r?='),
               ('Date', 'Sat, 21 Nov 2026 09:00:00 +0000'),
               ('MIME-Version', '1.0'),
               ('Content-Type', 'text/plain; charset=us-ascii')],
              'inner\n.\n..dots\n')
MESSAGE = part([('Content-Type', 'message/rfc822')], INNER)


def bodies():
    """(name, (fields, body), keeps): well-formed bodies of each kind."""
    yield 'ascii', plain('us-ascii', '7bit', 'plain\n\n--\nsig\n')
    yield 'no-mime', ([], 'no MIME at all\n')
    yield 'empty', plain('us-ascii', '7bit', '')
    yield 'dots', plain('us-ascii', '7bit', '.x\n..\n...\nFrom me\n. \n')
    yield 'blanks', plain('us-ascii', '7bit', 'x \n\t\n \ny\t\n')
    yield 'utf8', plain()
    yield 'latin1', plain('iso-8859-1', '8bit', 'Grüße\n'.encode('latin-1'))
    yield 'euro', plain('iso-8859-15', '8bit', '5 €\n'.encode('iso8859-15'))
    yield 'cyrillic', plain('koi8-r', '8bit', 'Привет\n'.encode('koi8-r'))
    yield 'japanese', plain('iso-2022-jp', '7bit',
                            'こんにちは\n'.encode('iso-2022-jp'))
    yield 'qp', plain('utf-8', 'quoted-printable',
                      'Gr=C3=BC=C3=9Fe =3D soft=\n break =20\n')
    yield 'base64', plain('utf-8', 'base64', b64('Grüße\nzwei\n'))
    yield 'flowed', plain('utf-8; format=flowed; delsp=yes', '8bit',
                          'Grüße \nzwei \n> zitiert\n')
    yield 'long-qp', plain('utf-8', 'quoted-printable', 'x=\n' * 400 + '\n')
    yield 'html', ([('MIME-Version', '1.0'), ('Content-Type', 'text/html; '
                    'charset=utf-8'), ('Content-Transfer-Encoding', '8bit')],
                   '<p>Grüße</p>\n')
    yield 'calendar', ([('MIME-Version', '1.0'),
                        ('Content-Type',
                         'text/calendar; charset=utf-8; method=REQUEST'),
                        ('Content-Transfer-Encoding', '8bit')],
                       'BEGIN:VCALENDAR\nSUMMARY:Tür\nEND:VCALENDAR\n')
    yield 'pdf', ([('MIME-Version', '1.0'),
                   ('Content-Type', 'application/pdf'),
                   ('Content-Transfer-Encoding', 'base64')],
                  b64(bytes(range(256))))
    yield 'alternative', multi('alternative', [TEXT_QP, HTML])
    yield 'mixed', multi('mixed', [TEXT, NAMED])
    yield 'mixed-2231', multi('mixed', [TEXT_QP, NAMED_2231])
    yield 'related', multi('related', [HTML, IMAGE],
                           more='; type="text/html"')
    yield 'preamble', multi('mixed', [TEXT, TEXT_QP],
                            before='This is MIME.\n', after='The end.\n')
    inner_fields, inner_body = multi('alternative', [TEXT, HTML], '=_b2')
    nested = part(inner_fields[1:], inner_body)
    yield 'nested', multi('mixed', [nested, NAMED, IMAGE])
    yield 'forwarded', multi('mixed', [TEXT_QP, MESSAGE])
    yield 'digest', multi('digest', [b'\n' + INNER, b'\n' + INNER])
    yield 'empty-part', multi('mixed', [b'\n', TEXT_QP])
    yield 'report', multi('report', [
        part([('Content-Type', 'text/plain')], 'failed\n'),
        part([('Content-Type', 'message/delivery-status')],
             'Reporting-MTA: dns; x.example\n\nFinal-Recipient: rfc822; '
             'a@x.example\nAction: failed\nStatus: 5.1.1\n')],
        more='; report-type=delivery-status')


def heads():
    """(name, fields): well-formed headers of each kind."""
    yield 'usual', []
    yield 'folded', [('Subject', 'a subject that is folded\n over\n\tlines')]
    yield 'long', [('Subject', ' '.join(['word%d' % i for i in range(120)]))]
    yield 'words', [('Subject', '=?utf-8?Q?Gr=C3=BC=C3=9Fe?= and '
                     '=?iso-8859-1?B?R3L832U=?='),
                    ('From', '=?utf-8?Q?J=C3=B6rg?= <j@corpus.example>')]
    yield 'split-word', [('Subject', '=?utf-8?Q?Gr=C3=BC?=\n'
                          ' =?utf-8?Q?=C3=9Fe_Welt?=')]
    yield 'quoted', [('From', '"Example, Ann \\"A\\"" <a@corpus.example>'),
                     ('To', '"q l"@corpus.example, "x@y" <z@corpus.example>')]
    yield 'comments', [('From', 'ann@corpus.example (Ann (the first))'),
                       ('To', '(all) Bob <bob@corpus.example> (b)')]
    yield 'group', [('To', 'Team: a@corpus.example, B <b@corpus.example>;, '
                     'c@corpus.example'), ('Cc', 'undisclosed-recipients:;')]
    yield 'many', [('To', ',\n '.join('User %d <u%d@corpus.example>' % (i, i)
                                     for i in range(40)))]
    yield 'thread', [('References', '\n '.join('<%d.x@corpus.example>' % i
                                              for i in range(20))),
                     ('In-Reply-To', '<19.x@corpus.example>')]
    yield 'traces', [('Received', 'from a.example by b.example;\n\t'
                      'Sat, 21 Nov 2026 09:59:00 +0000'),
                     ('X-Mailer', 'test; 1.0 (x)'),
                     ('List-Unsubscribe', '<mailto:u@corpus.example>,\n '
                      '<https://corpus.example/u?x=1&y=2>'),
                     ('List-Id', 'A list <l.corpus.example>'),
                     ('Auto-Submitted', 'auto-generated'),
                     ('Precedence', 'bulk')]
    yield 'sender', [('Sender', 'Sec <sec@corpus.example>'),
                     ('Reply-To', 'R <r@corpus.example>, s@corpus.example'),
                     ('Organization', 'Example'),
                     ('Keywords', 'a, b'), ('Comments', 'c')]
    yield 'two-from', [('From', 'a@corpus.example, B <b@corpus.example>'),
                       ('Sender', 'b@corpus.example')]
    yield 'zones', [('Date', '21 Nov 26 10:00 EST')]


def well_formed():
    all_heads = list(heads())
    for i, (name, (fields, body)) in enumerate(bodies()):
        for k, (head, more) in enumerate(all_heads):
            # Each with each would be much: the first, and every second.
            if k and (i + k) % 2:
                continue
            yield Case('%s.%s' % (head, name),
                       build(with_fields(more) + fields, body),
                       None, None, False)


SIGNED = multi('signed', [
    part([('Content-Type', 'text/plain; charset=us-ascii')],
         'signed  \nFrom here\n'),
    part([('Content-Type', 'application/pgp-signature')],
         '-----BEGIN PGP SIGNATURE-----\n\nxx==\n'
         '-----END PGP SIGNATURE-----\n')],
    more='; protocol="application/pgp-signature"; micalg=pgp-sha256')


def signed():
    yield Case('signed.pgp', build(with_fields([]) + SIGNED[0], SIGNED[1]),
               None, None, True)
    fields, body = plain('us-ascii', '7bit', 'dkim \n')
    yield Case('signed.dkim', build(
        [('DKIM-Signature', 'v=1; a=rsa-sha256; d=corpus.example; s=x;\n\t'
          'h=from:to:subject; bh=x=; b=y=')] + with_fields([]) + fields,
        body), None, None, True)


def mime(head, tail, body='Grüße\n'):
    return plain('utf-8', '8bit', body)


def mistakes():
    """(name, why, fields, meant): fields that are not as they should be."""
    f, t = 'From', 'To'
    yield 'raw-subject', 'raw', [('Subject', 'Grüße aus Köln')], [
        ('Subject', '=?utf-8?B?' + base64.b64encode(
            'Grüße aus Köln'.encode()).decode() + '?=')]
    yield 'raw-name', 'raw', [(f, 'Jörg Ü <j@corpus.example>')], [
        (f, '=?utf-8?Q?J=C3=B6rg_=C3=9C?= <j@corpus.example>')]
    yield 'raw-quoted', 'raw', [(t, '"Jörg, Ü" <j@corpus.example>')], [
        (t, '=?utf-8?Q?J=C3=B6rg=2C_=C3=9C?= <j@corpus.example>')]
    yield 'raw-x', 'raw', [('X-Note', 'schön')], [
        ('X-Note', '=?utf-8?Q?sch=C3=B6n?=')]
    yield 'raw-in-word', 'raw', [('Subject', '=?utf-8?Q?Jö?=')], [
        ('Subject', '=?utf-8?Q?J=C3=B6?=')]
    yield 'comma', 'quotes', [(f, 'Example, Ann <a@corpus.example>')], [
        (f, '"Example, Ann" <a@corpus.example>')]
    yield 'dot', 'quotes', [(f, 'Ann B. Example <a@corpus.example>')], [
        (f, '"Ann B. Example" <a@corpus.example>')]
    yield 'at', 'quotes', [(f, 'ann@x <a@corpus.example>')], [
        (f, '"ann@x" <a@corpus.example>')]
    yield 'colon', 'quotes', [(f, 'Backup: web1 <a@corpus.example>')], [
        (f, '"Backup: web1" <a@corpus.example>')]
    yield 'no-bracket', 'quotes', [(f, 'Ann a@corpus.example')], [
        (f, '"Ann" <a@corpus.example>')]
    yield 'no-close', 'comma', [(f, 'Ann <a@corpus.example')], [
        (f, 'Ann <a@corpus.example>')]
    yield 'doubled', 'comma', [(f, '<<a@corpus.example>>')], [
        (f, '<a@corpus.example>')]
    yield 'mailto', 'mailto', [(f, 'mailto:a@corpus.example')], [
        (f, 'a@corpus.example')]
    yield 'semicolons', 'semicolons', [
        (t, 'a@corpus.example; b@corpus.example')], [
        (t, 'a@corpus.example, b@corpus.example')]
    yield 'no-comma', 'comma', [
        (t, 'a@corpus.example b@corpus.example')], [
        (t, 'a@corpus.example, b@corpus.example')]
    yield 'empty-elements', 'semicolons', [
        (t, 'a@corpus.example,, b@corpus.example,')], [
        (t, 'a@corpus.example, b@corpus.example')]
    yield 'quoted-address', 'mailto', [(t, '"b@corpus.example"')], [
        (t, 'b@corpus.example')]
    yield 'name-in-word', 'quotes', [
        (t, 'Schüle, Philipp <p@corpus.example>')], [
        (t, '=?utf-8?Q?Sch=C3=BCle=2C_Philipp?= <p@corpus.example>')]
    yield 'word-outside', 'quotes', [
        (f, '=?UTF-8?Q?J=C3=B6?=, Inc <a@corpus.example>')], [
        (f, '=?UTF-8?Q?J=C3=B6?= ", Inc" <a@corpus.example>')]
    yield 'word-bare', 'quotes', [
        (f, '=?UTF-8?Q?J=C3=B6?= bb@corpus.example')], [
        (f, '=?UTF-8?Q?J=C3=B6?= <bb@corpus.example>')]
    yield 'word-hidden', 'hidden', [
        (t, '=?utf-8?Q?J=C3=B6_=3Cj=40corpus.example=3E?=')], [
        (t, '=?utf-8?Q?J=C3=B6?= <j@corpus.example>')]
    yield 'two-dots', 'dots', [(t, 'john..doe@corpus.example')], [
        (t, '"john..doe"@corpus.example')]
    yield 'last-dot', 'dots', [(t, 'u@corpus.example.')], [
        (t, 'u@corpus.example')]
    yield 'no-sender', 'sender', [
        (f, 'a@corpus.example, b@corpus.example')], [
        (f, 'a@corpus.example, b@corpus.example'),
        ('Sender', 'a@corpus.example')]
    yield 'subject-blank', 'empty', [('Subject ', 'x'),
                                        ('X-Y ', 'z')], [
        ('Subject', 'x'), ('X-Y', 'z')]
    yield 'empty-cc', 'empty', [('Cc', ''), ('Reply-To', ' ')], []
    yield 'two-to', 'twice', [(t, 'b@corpus.example'),
                              ('TO', 'c@corpus.example')], [
        (t, 'b@corpus.example, c@corpus.example')]
    yield 'two-subjects', 'twice', [('Subject', 'one'),
                                    ('SUBJECT', 'two')], [('Subject', 'one')]
    yield 'raw-id', 'refused', [('Message-ID', '<ü@corpus.example>')], None
    yield 'raw-thread', 'refused', [('References', '<ü@corpus.example>'),
                                ('In-Reply-To', '<ü@corpus.example>')], [
        ('References', '(any)'), ('In-Reply-To', '(any)')]
    yield 'raw-list', 'raw', [('List-Id', 'Lïst <l.corpus.example>'),
                              ('Received', 'from ü by b.example; x')], [
        ('List-Id', '(any)'), ('Received', '(any)')]
    yield 'raw-date', 'date', [('Date', 'Sa, 21 Mär 2026 10:00')], None
    yield 'id-bare', 'date', [('Message-ID', 'x y@z')], None
    yield 'epoch', 'date', [('Date', '1795255262')], None
    yield 'bare', 'domain', [(t, 'root, b@corpus.example')], [
        (t, 'root@site.example, b@corpus.example')]
    yield 'bare-from', 'domain', [(f, 'root (Cron Daemon)')], [
        (f, 'root@site.example (Cron Daemon)')]
    yield 'idn', 'idn', [(t, 'b@bücher.example')], [
        (t, 'b@xn--bcher-kva.example')]
    yield 'bad-date', 'date', [('Date', '2026-11-21T10:00:00Z')], None
    yield 'bad-id', 'date', [('Message-ID', '<x@>')], None
    yield 'bcc', 'removed', [('Bcc', 'hidden@corpus.example'),
                             ('Return-Path', '<x@corpus.example>'),
                             ('Content-Length', '17')], []
    yield 'blank-colon', 'removed', [('Bcc ', 'hidden@corpus.example')], []


def whole_and_part(name, why, fields, body, means, meant):
    """The same in the main header and in that of a part."""
    usual = with_fields([]) + [('MIME-Version', '1.0')]
    yield Case(name, build(usual + fields, body),
               build(usual + means, meant), why, False)
    one = multi('mixed', [TEXT_QP, part(fields, body)])
    two = multi('mixed', [TEXT_QP, part(means, meant)])
    yield Case(name + '.part', build(with_fields([]) + one[0], one[1]),
               build(with_fields([]) + two[0], two[1]), why, False)


def labels():
    """Labels of bodies and parts that are wrong in a clear way."""
    text, cte = 'Grüße\n', 'Content-Transfer-Encoding'
    kind = ('Content-Type', 'text/plain; charset=utf-8')
    good = [kind, (cte, '8bit')]
    for name in ('8-bit', '8 bit', '8bits', 'utf-8', 'plain', '7bit'):
        yield from whole_and_part(
            'label.' + name.replace(' ', '_'), 'encoding',
            [kind, (cte, name)], text, good, text)
    yield from whole_and_part(
        'label.us-ascii', 'label',
        [('Content-Type', 'text/plain; charset=us-ascii'), (cte, '8bit')],
        text, good, text)
    yield from whole_and_part('label.none', 'label', [], text, good, text)
    yield from whole_and_part(
        'label.raw-in-qp', 'raw-qp', [kind, (cte, 'quoted-printable')],
        'Grüße =C3=9F\n', [kind, (cte, 'quoted-printable')],
        'Gr=C3=BC=C3=9Fe =C3=9F\n')
    yield from whole_and_part(
        'label.twice', 'twice-label',
        [('Content-Type', 'text/html'), kind, (cte, 'base64'),
         (cte, '8bit')], text, good, text)
    data = base64.b64encode(bytes(range(256)) * 9)
    pdf = [('Content-Type', 'application/pdf'), (cte, 'base64')]
    yield from whole_and_part('wrap.base64', 'wrap', pdf, data + b'\n', pdf,
                              b64(bytes(range(256)) * 9))
    qp = [kind, (cte, 'quoted-printable')]
    yield from whole_and_part(
        'wrap.qp', 'wrap', qp, 'w=C3=B6rd ' * 300 + '\n', qp,
        'w=C3=B6rd =\n' * 300 + '\n')


def broken():
    ascii_text = plain('us-ascii', '7bit', 'body\n')
    for name, why, fields, meant in mistakes():
        means = None
        if meant is None:
            meant = [(n, '(any)') for n, v in fields]
        means = build(with_fields(meant) + ascii_text[0], ascii_text[1])
        yield Case('header.' + name,
                   build(with_fields(fields) + ascii_text[0],
                         ascii_text[1]), means, why, False)
    yield Case('header.missing', build([('To', 'b@corpus.example')], 'x\n'),
               build([('From', '(any)'), ('Date', '(any)'),
                      ('Message-ID', '(any)'), ('To', 'b@corpus.example')],
                     'x\n'), 'added', False)
    yield Case('header.none', b'just text\nmore text\n',
               build([('From', '(any)'), ('Date', '(any)'),
                      ('Message-ID', '(any)')], 'just text\nmore text\n'),
               'header', False)
    usual = build(with_fields([]) + ascii_text[0], ascii_text[1])
    yield Case('header.mbox', b'From ann@x Sat Nov 21 10:00:00 2026\n' +
               usual, usual, 'mbox', False)
    yield Case('header.bom', b'\xef\xbb\xbf' + usual, usual, 'mbox', False)
    yield Case('body.no-end', usual[:-1], usual, 'end', False)
    yield Case('body.unlabelled', build(with_fields([]), 'Grüße\n'),
               build(with_fields([]) + plain()[0], 'Grüße\n'), 'label',
               False)
    yield Case('body.long-line', build(with_fields([]), 'word ' * 600 + '\n'),
               build(with_fields([]), 'word ' * 600 + '\n'), None, False)
    disposition = 'attachment; filename="ciële.txt"'
    ok = "attachment; filename*=UTF-8''ci%C3%ABle.txt"
    fields = [('Content-Type', 'text/plain')]
    meant = [('Content-Type',
              "text/plain; name*=UTF-8''ci%C3%ABle.txt")]
    for name, at in (('part', True), ('main', False)):
        def attachment(value, fields):
            more = fields + [('Content-Disposition', value)]
            if at:
                outer = multi('mixed', [TEXT_QP, part(more, 'x\n')])
                return build(with_fields([]) + outer[0], outer[1])
            return build(with_fields([]) + [('MIME-Version', '1.0')] + more,
                         'x\n')
        yield Case('parameter.' + name, attachment(disposition, fields),
                   attachment(ok, meant), 'parameter', False)
    yield from labels()
    binary = multi('mixed', [TEXT_QP, part(
        [('Content-Type', 'application/octet-stream'),
         ('Content-Transfer-Encoding', 'binary')],
        b'\0\1\r\n\r\n\xff\x80\r\nend')])
    in_base64 = multi('mixed', [TEXT_QP, part(
        [('Content-Type', 'application/octet-stream'),
         ('Content-Transfer-Encoding', 'base64')],
        b64(b'\0\1\r\n\r\n\xff\x80\r\nend'))])
    yield Case('binary.part', build(with_fields([]) + binary[0], binary[1]),
               build(with_fields([]) + in_base64[0], in_base64[1]),
               'binary', False)


def beyond_ascii():
    """Addresses that only a relay with SMTPUTF8 can take."""
    for name in ('From', 'To', 'Cc', 'Reply-To'):
        fields = with_fields([(name, 'Jö <jö@corpus.example>')])
        yield Case('utf8.' + name, build(fields, 'x\n'),
                   build(fields, 'x\n'), 'refused', False)


def cases():
    yield from well_formed()
    yield from signed()
    yield from broken()
    yield from beyond_ascii()


if __name__ == '__main__':
    # cases.py NAME: the message, to try it by hand.
    for case in cases():
        if sys.argv[1:] == [case.name]:
            sys.stdout.buffer.write(case.message)
