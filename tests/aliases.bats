#!/usr/bin/env bats
# aliases.bats - local names, who a message may be from, what gets mended
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	ALIASES=$BATS_TEST_TMPDIR/aliases
	printf '%s\n' 'root: ops@example.org, Alice' 'alice: alice@example.net' \
	    'pipe: "|cmd"' >"$ALIASES"
}

use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'helo app.example.org' "aliases $ALIASES" 'domain example.org' \
	    "$@")
}

# send MAIL LINE... -- OPTION...: through the relay started last.
send() {
	printf -v MAIL %b "$1"
	submit_with "${@:2}"
}

recipients() {
	sed -n 's/^RCPT TO:<\([^>]*\)>.*/\1/p' "$(envelope "$1")" | sort |
	    tr '\n' ' '
}

@test "aliases for arguments, for -t, and for -bs" {
	start_relay
	send 'Subject: x\n\nx\n' -- root bob
	[ "$status" -eq 0 ]
	[ "$(recipients 1)" = "alice@example.net bob@example.org ops@example.org " ]
	send 'To: alice\nCc: Root <root>\nSubject: x\n\nx\n' -- -t
	[ "$(recipients 2)" = "alice@example.net ops@example.org " ]
	# One name for one address; a list has none.
	grep -q '^To: alice@example.net' "$(stored 2)"
	grep -q '^Cc: Root <root@example.org>' "$(stored 2)"
	run "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' 'HELO me' \
	    'MAIL FROM:<bob>' 'RCPT TO:<root>' 'RCPT TO:<x@example.com>' \
	    DATA 'Subject: x' '' x . QUIT)
	[ "$(recipients 3)" = "alice@example.net ops@example.org x@example.com " ]
	grep -q '^MAIL FROM:<bob@example.org>' "$(envelope 3)"
}

@test "-n leaves the aliases alone; root of another domain is no local name" {
	start_relay
	send 'Subject: x\n\nx\n' -- -n root
	[ "$(recipients 1)" = "root@example.org " ]
	send 'Subject: x\n\nx\n' -- root@example.com
	[ "$(recipients 2)" = "root@example.com " ]
}

@test "an alias that is a command is refused, with file and line" {
	start_relay
	send 'Subject: x\n\nx\n' -- pipe
	[ "$status" -ne 0 ]
	[[ $stderr == *"$ALIASES:3:"* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "members left out are named on stderr and in the log; others get mail" {
	local log=$BATS_TEST_TMPDIR/log why='mail goes to the relay only, never to a'

	start_relay
	printf '%s\n' 'a: "|/bin/x", /etc/passwd, u@x.org' 'b: u@x.org, c' \
	    'c: "|cmd"' >"$ALIASES"
	send 'Subject: x\n\nx\n' "log $log" -- a
	[ "$status" -eq 0 ]
	[ "$(recipients 1)" = "u@x.org " ]
	[ "$stderr" = "heloise: left out: $ALIASES:1: |/bin/x: $why command
heloise: left out: $ALIASES:1: /etc/passwd: $why file" ]
	grep "result=left-out .*text=\"$ALIASES:1: |/bin/x: $why command\"" "$log"
	grep "result=left-out .*text=\"$ALIASES:1: /etc/passwd: $why file\"" "$log"
	# An alias of an alias.
	send 'To: b\nSubject: x\n\nx\n' "log $log" -- -t
	[ "$(recipients 2)" = "u@x.org " ]
	[ "$stderr" = "heloise: left out: $ALIASES:3: |cmd: $why command" ]
	grep "result=left-out .*text=\"$ALIASES:3: |cmd: $why command\"" "$log"
	# Each message of a dialogue names its own.
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' \
	    'HELO me' 'MAIL FROM:<bob>' 'RCPT TO:<b>' DATA 'Subject: x' '' x . \
	    'MAIL FROM:<bob>' 'RCPT TO:<a>' DATA 'Subject: x' '' x . QUIT)
	[ "$(recipients 4)" = "u@x.org " ]
	[ "$(grep -c 'left out' <<<"$stderr")" -eq 3 ]
	# Nothing is left.
	send 'Subject: x\n\nx\n' "log $log" -- c
	[ "$status" -ne 0 ]
	[[ $stderr == *"$ALIASES:3: |cmd: $why command"* ]]
	[ "$(stored_count)" -eq 4 ]
}

@test "newaliases and -bi report every bad line; -bv says who gets it" {
	CONF=$(conf "aliases $ALIASES" 'domain example.org')
	run --separate-stderr "$HELOISE" -C "$CONF" -bi
	[ "$status" -eq 65 ]
	[[ $stderr == *"$ALIASES:3:"* ]]
	printf 'root: a@example.org\n' >"$ALIASES"
	run --separate-stderr "$HELOISE" -C "$CONF" -bi
	[ "$status" -eq 0 ]
	[[ $output == *"1 alias"* ]]
	run --separate-stderr "$HELOISE" -C "$CONF" -bv root bob x@example.com
	[ "$status" -eq 0 ]
	[[ $output == *"root: a@example.org"*"bob: bob@example.org"*"x@example.com: x@example.com"* ]]
	[ -z "$stderr" ]
	printf 'root: a@example.org, pipe\npipe: "|cmd"\n' >"$ALIASES"
	run --separate-stderr "$HELOISE" -C "$CONF" -bv root bob
	[ "$status" -eq 0 ]
	[ "$output" = $'root: a@example.org\nbob: bob@example.org' ]
	[ "$stderr" = "$ALIASES:2: |cmd: mail goes to the relay only, never to a command" ]
}

@test "the sender policy: force, reply-to, from-domains" {
	start_relay
	send 'From: x@example.com\nSubject: x\n\nx\n' 'from us@example.org' \
	    'from-policy force' -- -f y@example.com b@example.org
	grep -q '^MAIL FROM:<us@example.org>' "$(envelope 1)"
	grep -q '^From: .*us@example.org' "$(stored 1)"
	[ "$(grep -c 'x@example.com' "$(stored 1)")" -eq 0 ]
	send 'From: X <x@example.com>\nSubject: x\n\nx\n' 'from us@example.org' \
	    'from-policy reply-to' -- b@example.org
	grep -q '^Reply-To: .*x@example.com' "$(stored 2)"
	send 'From: x@example.com\nSubject: x\n\nx\n' 'from us@example.org' \
	    'from-domains example.org' -- -f ok@example.org b@example.org
	grep -q '^MAIL FROM:<ok@example.org>' "$(envelope 3)"
	grep -q '^From: .*us@example.org' "$(stored 3)"
	grep -q '^Reply-To: .*x@example.com' "$(stored 3)"
}

@test "cron's header, doubled fields, a long line, octets over 127" {
	local sum

	start_relay
	send 'From: root (Cron Daemon)\nTo: root\nSubject: a\nSubject: b\n\nk\0303\0266rper\n' \
	    -- -t
	[ "$status" -eq 0 ]
	grep -q '^From: root@example.org (Cron Daemon)' "$(stored 1)"
	[ "$(grep -c '^Subject:' "$(stored 1)")" -eq 1 ]
	grep -qi '^Content-Type: text/plain; charset=utf-8' "$(stored 1)"
	send "Subject: x\n\n$(head -c 5000 /dev/zero | tr '\0' x)\n" -- b@example.org
	[ "$(awk '{ if (length > n) n = length } END { print n }' \
	    "$(stored 2)")" -le 999 ]
	grep -qi '^Content-Transfer-Encoding: quoted-printable' "$(stored 2)"
	sum='Subject: s\nDKIM-Signature: v=1\nFrom: a@example.org\nDate: 1 Jan 26 10:00 GMT\nMessage-ID: <1@x>\n\nx\n'
	send "$sum" -- b@example.org
	cmp <(printf '%b' "$sum" | sed 's/$/\r/') "$(stored 3)"
}

@test "a relay without 8BITMIME gets no octet over 127" {
	start_relay --caps PIPELINING,SIZE
	send 'From: a@example.org\nSubject: x\n\nk\0303\0266rper\n' -- b@example.org
	[ "$status" -eq 0 ]
	[ "$(LC_ALL=C grep -c '[^ -~[:space:]]' "$(stored 1)")" -eq 0 ]
	[ "$(relay_log | grep -c 'undeclared 8-bit')" -eq 0 ]
}

@test "header-repair no: as it came" {
	start_relay
	send 'From: a@example.org\nDate: 1 Jan 26 10:00 GMT\nMessage-ID: <1@x>\nSubject: a\nSubject: b\n\nx\n' \
	    'header-repair no' -- b@example.org
	[ "$(grep -c '^Subject:' "$(stored 1)")" -eq 2 ]
}

# to NAME LINE...: who gets mail for that name, with no domain set.
to() {
	CONF=$(conf "relay localhost:1" 'queue no' "aliases $ALIASES" "${@:2}")
	run --separate-stderr "$HELOISE" -C "$CONF" -bv -- "$1"
}

@test "a user of this host is no stranger at a free-mail provider" {
	local domain

	for domain in gmail.com yahoo.co.uk gmx.de; do
		to daemon "from me@$domain"
		[ "$output" = "daemon: me@$domain" ]
	done
	to '\daemon' 'from me@gmail.com'
	[ "$output" = '\daemon: me@gmail.com' ]
	to daemon 'user me@gmail.com' 'from %U@gmail.com'
	[ "$output" = 'daemon: me@gmail.com' ]
	to daemon 'user me@gmail.com'
	[ "$output" = 'daemon: me@gmail.com' ]
	to daemon 'user me@gmail.com' 'domain example.org'
	[ "$output" = 'daemon: daemon@example.org' ]
	to daemon 'user me@gmail.com' 'from me@example.org'
	[ "$output" = 'daemon: daemon@example.org' ]
	to daemon 'from me@gmail.com' 'root-mail ops@example.org'
	[ "$output" = 'daemon: ops@example.org' ]
	to root 'from me@gmail.com'
	[ "$output" = 'root: ops@example.org alice@example.net' ]
	to daemon 'from %U@gmail.com'
	[ "$status" -eq 67 ]
	[[ $stderr == *'daemon@gmail.com is a stranger'* ]]
	to daemon 'from me@example.org'
	[ "$output" = 'daemon: daemon@example.org' ]
	to daemon 'from me@example.org' 'root-mail ops@example.org'
	[ "$output" = 'daemon: ops@example.org' ]
}

@test "cron's mail of root goes to the owner, and from it" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'from me@gmail.com' 'aliases none')
	run "$HELOISE" -C "$CONF" -i -f root root \
	    <<<$'From: root (Cron Daemon)\nTo: root\nSubject: x\n\nx'
	[ "$status" -eq 0 ]
	grep -q '^MAIL FROM:<me@gmail.com>' "$(envelope 1)"
	[ "$(recipients 1)" = 'me@gmail.com ' ]
	grep -q '^To: me@gmail.com' "$(stored 1)"
	run ! grep -q 'root@gmail.com' "$(stored 1)"
}

@test "a name that is no user of this host is refused, with a word" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'from me@example.org' 'aliases none')
	run --separate-stderr "$HELOISE" -C "$CONF" subject <<<x
	[ "$status" -eq 67 ]
	[[ $stderr == *'"subject" is no address, no alias and no user'* ]]
	[[ $stderr == *'hint: '*'domain <domain>'* ]]
	[ "$(stored_count)" -eq 0 ]
	to subject 'from me@example.org' 'domain example.org'
	[ "$output" = 'subject: subject@example.org' ]
	[ "$status" -eq 0 ]
}

@test "a name in a field that is no user and no alias becomes no stranger" {
	start_relay
	printf '%s\n' 'team: a@example.org, b@example.org' \
	    'ops: o@example.org' >"$ALIASES"
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'helo app.example.org' "aliases $ALIASES" 'from me@gmail.com')
	MAIL=$'To: x@example.org, bob, root\nCc: Dave D <dave>, ops, team\n\nx\n'
	submit x@example.org
	[ "$status" -eq 0 ]
	[ "$(recipients 1)" = 'x@example.org ' ]
	grep -qx $'To: x@example.org, bob:;, me@gmail.com\r*' "$(stored 1)"
	grep -qx $'Cc: Dave D:;, o@example.org, team:;\r*' "$(stored 1)"
	# With -t the others get the message.
	MAIL=$'To: x@example.org\nCc: bob\n\nx\n'
	submit -t
	[ "$status" -eq 67 ]
	[[ $stderr == *'"bob" is no address, no alias and no user of this host'* ]]
	[ "$(recipients 2)" = 'x@example.org ' ]
	grep -qx $'Cc: bob:;\r*' "$(stored 2)"
	# With a domain of one's own.
	MAIL=$'To: bob\n\nx\n'
	submit --domain example.net x@example.org
	[ "$status" -eq 0 ]
	grep -qx $'To: bob@example.net\r*' "$(stored 3)"
}

@test "an unknown name costs the others nothing: named, a hint, 67" {
	local log=$BATS_TEST_TMPDIR/log why='is no address, no alias and no user'

	start_relay
	printf '%s\n' 'cmd: "|x"' >"$ALIASES"
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'from me@example.org' "aliases $ALIASES" "log $log")
	submit x@example.org bob carol root
	[ "$status" -eq 67 ]
	[ "$(recipients 1)" = 'root@example.org x@example.org ' ]
	[[ $stderr == *"not delivered to bob: \"bob\" $why"* ]]
	[[ $stderr == *"not delivered to carol: \"carol\" $why"* ]]
	[ "$(grep -c '^heloise: hint: .*domain <domain>' <<<"$stderr")" -eq 1 ]
	grep -q 'result=left-out .*bob: ' "$log"
	# One that no mail can go to: a status of its own.
	submit x@example.org cmd
	[ "$status" -ne 0 ]
	[[ $stderr == *"not delivered to cmd: $ALIASES:1: |x: mail goes to"* ]]
	[ "$(recipients 2)" = 'x@example.org ' ]
	# The first fault gives the status.
	submit bad@@x bob x@example.org
	[ "$status" -eq 64 ]
	[ "$(recipients 3)" = 'x@example.org ' ]
	# Nobody is left.
	submit bob carol
	[ "$status" -eq 67 ]
	[[ $stderr == *"cannot use the address bob: \"bob\" $why"*'hint: '* ]]
	[ "$(stored_count)" -eq 3 ]
}

@test "an unknown name in a dialogue: 550 for it alone" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'from me@example.org' 'aliases none')
	run "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' 'HELO me' \
	    'MAIL FROM:<me@example.org>' 'RCPT TO:<bob>' 'RCPT TO:<root>' \
	    'RCPT TO:<x@example.com>' DATA 'Subject: x' '' x . \
	    'MAIL FROM:<me@example.org>' 'RCPT TO:<bob@localhost>' DATA QUIT)
	[ "$(recipients 1)" = 'root@example.org x@example.com ' ]
	[ "$(grep -c '^550 5.1.1 .*bob' <<<"$output")" -eq 2 ]
	[ "$(grep -c '^250 2.1.5' <<<"$output")" -eq 2 ]
	[[ $output == *'554 5.5.1 no valid recipients'* ]]
	[ "$(stored_count)" -eq 1 ]
}
