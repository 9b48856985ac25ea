"""run.py - send the corpus to relays of all kinds, and compare

usage: run.py HELOISE RELAY MANUAL DIRECTORY

For each set of abilities that a relay may have, each message is sent once, in
turn with LF, CRLF and mixed line ends, by -t and by -bs.  What the relay got
must mean what was sent, to two parsers; well-formed messages must arrive
octet for octet where the relay takes 8 bits; and what has arrived must not
change when it is sent again.  DIRECTORY gets a file for each set, with a
line for each difference, and one for changes that MANUAL does not list.
"""

import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import sys

import cases
import meaning

HERE = os.path.dirname(os.path.abspath(__file__))
ABILITIES = ('8BITMIME', 'SMTPUTF8', 'CHUNKING')
UTF8 = {'8BITMIME', 'SMTPUTF8'}     # RFC 6531, 3.1: one needs the other
WAYS = list(itertools.product(('lf', 'crlf', 'mixed'), ('-t', '-bs')))
SENDER = 'sender@corpus.example'


class Relay:
    def __init__(self, program, caps, place):
        os.makedirs(place + '/store')
        self.place = place
        self.process = subprocess.Popen(
            [program, '--caps', ','.join(('PIPELINING', 'SIZE') + caps),
             '--store', place + '/store', '--log', place + '/log'],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()

    def stored(self):
        """What it has, by the first recipient's name."""
        self.process.stdin.write('sync\n')
        self.process.stdin.flush()
        self.process.stdout.readline()
        out = {}
        for name in os.listdir(self.place + '/store'):
            if not name.endswith('.env'):
                continue
            path = self.place + '/store/' + name
            with open(path) as envelope:
                to = re.findall(r'^RCPT TO:<(n\d+)@rcpt', envelope.read(),
                                re.M)
            with open(path[:-4] + '.msg', 'rb') as message:
                out.setdefault(to[0], []).append(message.read())
        return out


def crlf(data):
    return re.sub(rb'\r?\n', b'\r\n', data)


def line_ends(data, kind):
    if kind == 'lf':
        return data
    if kind == 'crlf':
        return crlf(data)
    some = itertools.count()
    return re.sub(rb'\r?\n', lambda m: (b'\r\n', b'\n')[next(some) % 2],
                  data)


def send(heloise, conf, name, data, way):
    call = [heloise, '-C', conf, '-i']
    if way == '-bs':
        end = b'' if data.endswith(b'\n') else b'\n'
        data = (b'EHLO x\nMAIL FROM:<%s>\nRCPT TO:<%s@rcpt.example>\nDATA\n'
                % (SENDER.encode(), name.encode()) +
                re.sub(rb'(?m)^\.', b'..', data) + end + b'.\nQUIT\n')
        call += ['-bs']
    else:
        call += ['-t', '-f', SENDER, name + '@rcpt.example']
    got = subprocess.run(call, input=data, capture_output=True, timeout=60)
    said = (got.stdout if way == '-bs' else b'') + got.stderr
    bad = re.findall(rb'(?m)^[45]\d\d .*', said) or (
        way == '-t' and said) or got.returncode
    return 'status %d: %s' % (got.returncode, said.decode()) if bad else None


def submit(heloise, relay, messages):
    """Send {name: (octets, way)}; {name: what was said}."""
    conf = relay.place + '/conf'
    with open(conf, 'w') as out:
        out.write('relay 127.0.0.1:%d\ntls none\nhelo app.example.org\n'
                  'queue no\nlog none\naliases none\ndomain site.example\n' %
                  relay.port)
    os.chmod(conf, 0o600)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        said = {name: pool.submit(send, heloise, conf, name, data, way)
                for name, (data, way) in messages.items()}
    return {name: s.result() for name, s in said.items()}


def mailparser(place, messages):
    """What mailparser makes of a list of messages."""
    os.makedirs(place, exist_ok=True)
    paths = []
    for i, message in enumerate(messages):
        paths.append('%s/%d.eml' % (place, i))
        with open(paths[-1], 'wb') as out:
            out.write(message)
    got = subprocess.run(['node', HERE + '/meaning.js'], check=True,
                         input='\n'.join(paths).encode(),
                         stdout=subprocess.PIPE)
    return [json.loads(line) for line in got.stdout.splitlines()]


# What mailparser calls the fields that a case may leave open.
OPEN = {' from': 'from', ' date': 'date', ' message-id': 'id',
        ' in-reply-to': 'answers', ' references': 'thread'}


def other_differences(means, want, got):
    """meaning.differences() for mailparser."""
    left = [OPEN.get(place) for place, value in means if value == meaning.ANY]
    return ['mailparser, %s: %.300r became %.300r' % (k, want[k], got[k])
            for k in want if want[k] != got[k] and k not in left]


class Corpus:
    def __init__(self, place):
        self.cases = list(cases.cases())
        self.names = ['n%d' % i for i in range(len(self.cases))]
        self.means = [crlf(c.means or c.message) for c in self.cases]
        self.python = [meaning.meaning(m) for m in self.means]
        self.other = mailparser(place + '/means', self.means)

    def ways(self, turn):
        """Each message has another way at each relay."""
        out = {}
        for i, case in enumerate(self.cases):
            ends, how = WAYS[(i + turn) % len(WAYS)]
            if case.name.startswith('binary.'):
                ends, how = 'lf', '-t'
            out[self.names[i]] = (line_ends(case.message, ends), how,
                                  '%s %s' % (how, ends))
        return out

    def judge(self, caps, got, said, ways, place):
        out = []
        arrived = [i for i, name in enumerate(self.names)
                   if len(got.get(name, ())) == 1]
        others = mailparser(place, [got[self.names[i]][0] for i in arrived])
        for i, case in enumerate(self.cases):
            name = self.names[i]
            found = []
            if case.why == 'refused' and not UTF8 <= set(caps):
                if said[name] is None or i in arrived:
                    out.append(case.name + ': it was not refused')
                continue
            if said[name] is not None:
                found.append(said[name])
            if i not in arrived:
                found.append('arrived %d times' % len(got.get(name, ())))
            else:
                message = got[name][0]
                found += meaning.differences(self.python[i],
                                             meaning.meaning(message))
                found += other_differences(self.python[i], self.other[i],
                                           others[arrived.index(i)])
                if case.means is None and message != self.means[i] and (
                        case.keeps or '8BITMIME' in caps):
                    found.append('its octets have changed')
            out += ['%s (%s): %s' % (case.name, ways[name][2], f)
                    for f in found]
        return out


def again(heloise, relay, got):
    """What arrived once arrives a second time unchanged."""
    names = [name for name in got if len(got[name]) == 1]
    submit(heloise, relay, {name: (got[name][0], '-t') for name in names})
    twice = relay.stored()
    return {name for name in names
            if twice[name] != [got[name][0], got[name][0]]}


def undocumented(manual):
    """Changes that the corpus expects and the manual does not name."""
    text = subprocess.run(['mandoc', '-T', 'ascii', '-O', 'width=1000',
                           manual], check=True, capture_output=True, text=True)
    text = ' '.join(re.sub('.\b', '', text.stdout).split())
    used = {case.why for case in cases.cases()} - {None}
    return (['no case: ' + why for why in cases.CHANGES if why not in used] +
            ['not in the manual: ' + cases.CHANGES[why] for why in
             sorted(used) if cases.CHANGES[why] not in text])


def write(path, out):
    with open(path, 'w') as file:
        file.writelines(line.replace('\n', ' ') + '\n' for line in out)


def main(heloise, program, manual, place):
    corpus = Corpus(place)
    write(place + '/manual.differences', undocumented(manual))
    for turn in range(8):
        caps = tuple(a for i, a in enumerate(ABILITIES) if turn >> i & 1)
        name = '+'.join(caps) or 'none'
        ways = corpus.ways(turn)
        with Relay(program, caps, '%s/%s' % (place, name)) as relay:
            said = submit(heloise, relay,
                          {n: w[:2] for n, w in ways.items()})
            got = relay.stored()
            out = corpus.judge(caps, got, said, ways, relay.place + '/got')
            if turn in (0, 7):
                out += ['%s: it changes when it is sent again' %
                        corpus.cases[corpus.names.index(n)].name
                        for n in sorted(again(heloise, relay, got))]
            with open(relay.place + '/log') as log:
                out += ['relay: ' + line for line in set(re.findall(
                    r'^(?:bare LF|undeclared 8-bit|early.*)', log.read(),
                    re.M))]
        write('%s/%s.differences' % (place, name), out)
    print(len(corpus.cases))


main(*sys.argv[1:])
