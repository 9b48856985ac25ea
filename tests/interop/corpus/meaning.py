"""meaning.py - what a message means, as Python's email package reads it"""

import email
import email.policy
import re

HEADER = email.policy.default.header_factory

# They say how octets travel, not what they mean.
FORM = ('content-transfer-encoding', 'mime-version')

ANY = '(any)'


def text(value):
    """A field's value on one line: octets above 127 are UTF-8."""
    value = value.encode('ascii', 'surrogateescape')
    value = value.decode('utf-8', 'surrogateescape')
    return value.replace('\r', '').replace('\n', '')


def blanks(value):
    return re.sub(r'\s+', ' ', value).strip()


def addresses(header):
    out = []
    for group in header.groups:
        if group.display_name is not None:
            out.append('group ' + group.display_name)
        out += ['%s <%s>' % (a.display_name, a.addr_spec)
                for a in group.addresses]
    return out


def value_of(name, value):
    if ANY in value:
        return ANY
    header = HEADER(name, text(value))
    if hasattr(header, 'groups'):
        return addresses(header)
    if hasattr(header, 'datetime') and header.datetime is not None:
        return header.datetime.isoformat()
    if hasattr(header, 'params'):
        kind = getattr(header, 'content_type',
                       getattr(header, 'content_disposition', ''))
        return [kind] + sorted(
            '%s=%s' % (k, v) for k, v in header.params.items()
            if k not in ('charset', 'boundary'))
    return blanks(str(header))


def fields(part):
    out = []
    for name, value in part._headers:
        name = name.lower()
        if name not in FORM:
            out.append((name, value_of(name, value)))
    kind = [v for n, v in out if n == 'content-type']
    if not kind or kind == [['text/plain']]:
        # It is the default.
        out = [(n, v) for n, v in out if n != 'content-type']
    return sorted(out, key=lambda f: f[0])


def lines(data):
    data = data.replace(b'\r\n', b'\n').replace(b'\r', b'\n')
    return data if data.endswith(b'\n') else data + b'\n'


def content(part):
    data = part.get_payload(decode=True)
    how = str(part.get('Content-Transfer-Encoding', '')).lower()
    if part.get_content_maintype() == 'text':
        data = lines(data)
        for charset in (part.get_content_charset(), 'utf-8', 'latin-1'):
            try:
                return data.decode(charset or 'ascii')
            except (UnicodeDecodeError, LookupError):
                pass
    return data if how == 'base64' else lines(data)


def meaning(raw):
    """A list of (place, what stands there)."""
    out = []

    def walk(part, place):
        out.extend((place + ' ' + n, v) for n, v in fields(part))
        if part.is_multipart():
            for i, sub in enumerate(part.get_payload()):
                walk(sub, '%s/%d' % (place, i))
            for what in (part.preamble, part.epilogue):
                out.append((place + ' around', blanks(what or '')))
        else:
            out.append((place + ' content', content(part)))

    walk(email.message_from_bytes(raw), '')
    return out


def differences(means, got):
    """How the meanings of two messages differ, in words."""
    out = []
    got = list(got)
    for place, value in means:
        same = [(p, v) for p, v in got if p == place]
        if value == ANY and same:
            got.remove(same[0])
        elif (place, value) in got:
            got.remove((place, value))
        else:
            out.append('%s: %.300r became %.300r' %
                       (place, value, [v for p, v in same]))
    out += ['%s: %.300r was added' % f for f in got
            if not f[0].startswith(' x-original-') and
            f[0] not in [d.split(':')[0] for d in out]]
    return out
