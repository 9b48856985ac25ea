#!/usr/bin/env bats
# message.bats - what a message is when it arrives
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

FULL='PIPELINING,SIZE,8BITMIME,SMTPUTF8,DSN,CHUNKING,ENHANCEDSTATUSCODES'
HEAD='From: alice@example.org\nTo: bob@example.org\nSubject: hi\nMIME-Version: 1.0\n'

use() {
	CONF=$(conf "relay 127.0.0.1:$RELAY_PORT" 'tls none' 'queue no' \
	    'helo app.example.org' 'domain example.org' "$@")
}

# send TEXT [OPTION...]: a message with printf's escapes in it.
send() {
	run --separate-stderr timeout 60 "$HELOISE" -C "$CONF" "${@:2}" \
	    < <(printf '%b' "$1")
}

# has PATTERN, lacks PATTERN: lines of the message that arrived last.
has() {
	tr -d '\r' <"$(stored "$(stored_count)")" | grep -q -- "$1"
}

lacks() {
	! has "$1"
}

ascii() {
	! LC_ALL=C grep -q '[^[:print:][:space:]]' \
	    "$(stored "$(stored_count)")"
}

@test "a header beyond ASCII asks for SMTPUTF8, and goes only with it" {
	local text

	text="From: j\303\266@example.org\nTo: bob@example.org\n\nx\n"
	start_relay --caps "$FULL"
	use
	send "$text" -f alice@example.org bob@example.org
	[ "$status" -eq 0 ]
	grep -q '^C: MAIL FROM:<alice@example.org>.* SMTPUTF8' "$RELAY_LOG"
	has $'^From: j\xc3\xb6@example.org$'

	start_relay --caps SIZE,8BITMIME
	use
	send "$text" -f alice@example.org bob@example.org
	[ "$status" -eq 69 ]
	[[ $stderr == *$'SMTPUTF8'*$'From: j\xc3\xb6@example.org'* ]]
	[[ $stderr == *'hint: '*'not ASCII'* ]]
	send 'Subject: j\303\266\nDKIM-Signature: v=1\n\nx\n' bob@example.org
	[ "$status" -eq 69 ]
	[[ $stderr == *$'signed header is not ASCII: Subject: j\xc3\xb6'* ]]
	[[ $stderr == *'hint: '*'before the header is signed'* ]]
	[ "$(stored_count)" -eq 0 ]

	send "From: a@b\303\266.example.org\nTo: bob@example.org\n\nx\n" -t
	[ "$status" -eq 0 ]
	has '^From: a@xn--b-1ga.example.org$'
	run ! grep -q SMTPUTF8 "$RELAY_LOG"
}

@test "a relay without 8BITMIME gets 7 bits, or the line is named" {
	local mixed='Content-Type: multipart/mixed; boundary=b\n\n'

	start_relay --caps SIZE
	use
	send "$HEAD$mixed--b\n\n\303\266\n--b\nContent-Type: message/rfc822\n\nSubject: \303\266\n\n\303\266\n--b--\n\303\266\n" -t
	[ "$status" -eq 0 ]
	ascii
	has '^Subject: =?UTF-8?Q?=C3=B6?=$'

	send "$HEAD""Content-Type: multipart/signed; boundary=b\n\n--b\n\nsch\303\266n\n--b--\n" -t
	[ "$status" -eq 69 ]
	[[ $stderr == *'8BITMIME'*$'sch\xc3\xb6n'* ]]
	[[ $stderr == *'hint: '*'signed'* ]]
	[ "$(stored_count)" -eq 1 ]

	send "DKIM-Signature: x\n$HEAD\nsch\303\266n\n" -t
	[ "$status" -eq 69 ]
	[ "$(stored_count)" -eq 1 ]

	send "$HEAD""References: <\303\266@x>\n\nx\n" -t
	[ "$status" -eq 69 ]
	[[ $stderr == *'References: '* ]]

	# As it is, if that is wanted.
	use 'header-repair no'
	send "$HEAD\nsch\303\266n\n" -t
	[ "$status" -eq 0 ]
	has $'^sch\xc3\xb6n$'
}

@test "binary parts keep every octet" {
	local file="$BATS_TEST_TMPDIR/in" got

	# All octets, and line ends of every kind.
	for i in $(seq 0 255); do
		printf '%b' "\\0$(printf %o "$i")"
	done >"$file"
	printf '\r\n\n\r\r\r\n--b-\n--\n\0' >>"$file"
	start_relay --caps "$FULL,BINARYMIME"
	use
	{
		printf '%b' "$HEAD"'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: binary\n\n'
		cat "$file"
		printf '\n--b--\n'
	} >"$BATS_TEST_TMPDIR/message"
	"$HELOISE" -C "$CONF" -t -i <"$BATS_TEST_TMPDIR/message"
	has '^Content-Transfer-Encoding: base64$'
	tr -d '\r' <"$(stored 1)" | sed -n '/: base64/,/--b--/p' |
	    sed '1d;$d' | base64 -d | cmp - "$file"
	# Also as the message itself, over -bs.
	{
		printf 'HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nContent-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\n'
		printf '\0\r\n..x\r\n\r\n.\r\nQUIT\r\n'
	} | "$HELOISE" -C "$CONF" -bs
	got=$(tr -d '\r' <"$(stored 2)" | sed '1,/^$/d' | base64 -d | od -An -tx1)
	[ "$got" = ' 00 0d 0a 2e 78 0d 0a 0d 0a' ]
}

@test "binary text stays readable, unless that costs an octet" {
	start_relay --caps "$FULL"
	use
	send "$HEAD"'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: binary\n\nJ\0303\0266\n' -t
	has '^Content-Transfer-Encoding: 8bit$'
	has '^Jö$'
	send "$HEAD"'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: binary\n\nx\0000y\rz\n' -t
	[ "$(tr -d '\r' <"$(stored 2)" | sed '1,/^$/d' | base64 -d |
	    od -An -c | tr -d ' ')" = 'x\0y\rz\n' ]
}

@test "a signed or encrypted part that would lose octets is refused" {
	start_relay --caps "$FULL"
	use
	send "$HEAD""Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\0000y\n--b--\n" -t
	[ "$status" -eq 65 ]
	[[ $stderr == *'signed or encrypted part has NUL or CR'* ]]
	send "$HEAD"'Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Transfer-Encoding: binary\n\nx\0000y\n--b--\n' -t
	[ "$status" -eq 65 ]
}

# long N: a line of N octets.
long() {
	printf "%0$1d" 0
}

@test "a long line is refused if it is signed, else encoded" {
	local mixed='Content-Type: multipart/mixed; boundary=m\n\n--m\n'
	local signed='Content-Type: multipart/signed; boundary=b\n\n--b\n\n'
	local who

	start_relay --caps "$FULL"
	use
	send "$HEAD$signed$(long 998)\n--b--\n" -t
	[ "$status" -eq 0 ]
	has "^$(long 998)\$"
	for who in "$HEAD$signed" "$HEAD$mixed$signed" \
	    "$HEAD${signed/signed/encrypted}" \
	    "$HEAD${mixed}Content-Type: message/rfc822\n\n$signed"; do
		send "$who\nto $(long 996)\n--b--\n--m--\n" -t
		[ "$status" -eq 65 ]
		[[ $stderr == *'signed or encrypted part has a line over 998 octets'*': to 0000'* ]]
	done
	[ "$(stored_count)" -eq 1 ]
	# The relay decides.
	send "DKIM-Signature: v=1\nX: $(long 996)\n$HEAD\n$(long 999)\n" -t
	[ "$status" -eq 0 ]
	has "^X: $(long 996)\$"
	has "^$(long 999)\$"

	send "$HEAD$mixed\n$(long 999)\n--m\n$signed""x\n--b--\n--m\n\n$(long 999)\n--m--\n" -t
	[ "$status" -eq 0 ]
	lacks "$(long 77)"
	has '^Content-Transfer-Encoding: quoted-printable$'
	has '^x$'
	send "$HEAD\n$(long 999)\n" -t
	[ "$status" -eq 0 ]
	lacks "$(long 77)"
	# As it is, if that is wanted.
	use 'header-repair no'
	send "$HEAD$signed$(long 999)\n--b--\n" -t
	[ "$status" -eq 0 ]
	has "^$(long 999)\$"
}

@test "the header: what is broken is read as what it means" {
	start_relay --caps "$FULL"
	use
	send "\357\273\277From: Backup: web1 <root>\nTo : \"bob@example.org\"\nCc:\nSubject : sch\303\266n\nDate: 2026-11-29\nMessage-ID: <x@>\n\nx\n" -t
	[ "$status" -eq 0 ]
	has '^From: "Backup: web1" <root@example.org>$'
	has '^To: bob@example.org$'
	has '^Subject: =?UTF-8?Q?sch=C3=B6n?=$'
	has '^X-Original-Date: 2026-11-29$'
	has '^X-Original-Message-ID: <x@>$'
	has '^Message-ID: <.*@example.org>$'
	lacks '^Cc:'
	grep -q '^C: RCPT TO:<bob@example.org>' "$RELAY_LOG"
}

@test "an encoded name is no user, with a comma or without an address" {
	start_relay --caps "$FULL"
	use
	send 'From: =?UTF-8?Q?J=C3=B6?=\nTo: =?UTF-8?Q?M=C3=B6?=, Jo <b@example.org>\nDate: 1 Jan 26 10:00 +0100 (\303\266)\n\nx\n' -t
	[ "$status" -eq 0 ]
	has '^From: =?UTF-8?Q?J=C3=B6?= <.*@example.org>$'
	has '^To: =?UTF-8?Q?M=C3=B6?= ", Jo" <b@example.org>$'
	has '^Date: 1 Jan 26 10:00 +0100 (=?UTF-8?Q?=C3=B6?=)$'
	grep -q '^C: RCPT TO:<b@example.org>' "$RELAY_LOG"
	[ "$(grep -c '^C: RCPT' "$RELAY_LOG")" -eq 1 ]

	start_relay --caps SIZE
	use
	send 'To: M\303\266 Zeit, Jo <b@example.org>, c@example.org\n\nx\n' -t
	[ "$status" -eq 0 ]
	has '^To: =?UTF-8?Q?M=C3=B6_Zeit=2C_Jo?= <b@example.org>, c@example.org$'
	[ "$(grep -c '^C: RCPT' "$RELAY_LOG")" -eq 2 ]

	# A field that cannot be read costs nobody else the mail.
	send 'To: Jo M\303\266, d@example.org\n\nx\n' -t
	[ "$status" -eq 64 ]
	[[ $stderr == *$'not delivered to Jo M\xc3\xb6: '* ]]
	has '^To: Jo =?UTF-8?Q?M=C3=B6?=, d@example.org$'
	grep -q '^C: RCPT TO:<d@example.org>' "$RELAY_LOG"
}

@test "a name behind its address, or quoted before one" {
	start_relay --caps "$FULL"
	use
	send 'From: <a@example.org> Joe\nTo: "c" c@example.org, <d@example.org> Bob\n\nx\n' -t
	[ "$status" -eq 0 ]
	has '^From: Joe <a@example.org>$'
	has '^To: "c" <c@example.org>, Bob <d@example.org>$'
	[ "$(grep -c '^C: RCPT TO:<[cd]@example.org>' "$RELAY_LOG")" -eq 2 ]
	send 'Subject: =?utf-8?Q?b cö?=\n\nx\n' '"c" c@example.org'
	[ "$status" -eq 0 ]
	has '^Subject: =?UTF-8?Q?b_c=C3=B6?=$'
}

@test "arguments are read in the same way" {
	start_relay --caps "$FULL"
	use
	send 'Subject: x\n\nx\n' -f $'M\xc3\xbcller, Jo <jo@example.org>' \
	    $'john..doe@example.org\n' 'Ann <ann@example.org.' \
	    'c@example.org d@example.org'
	[ "$status" -eq 0 ]
	grep -q '^C: MAIL FROM:<jo@example.org>' "$RELAY_LOG"
	grep -q '^C: RCPT TO:<"john..doe"@example.org>' "$RELAY_LOG"
	grep -q '^C: RCPT TO:<ann@example.org>' "$RELAY_LOG"
	grep -q '^C: RCPT TO:<c@example.org>' "$RELAY_LOG"
	grep -q '^C: RCPT TO:<d@example.org>' "$RELAY_LOG"
	[ "$(grep -c '^C: RCPT' "$RELAY_LOG")" -eq 4 ]
}

@test "PHP: a header with CRLF and a body with LF, and CR CR LF" {
	start_relay --caps "$FULL"
	use
	send 'To: b@example.org;c@example.org\r\nSubject: x\r\r\nX: y\r\n\r\na\nb\r\r\nc\n' -t
	[ "$status" -eq 0 ]
	has '^To: b@example.org,c@example.org$'
	has '^Subject: x$'
	[ "$(tr -d '\r' <"$(stored 1)" | sed '1,/^$/d')" = $'a\nb\nc' ]
}

@test "only the newest Resent- block counts" {
	start_relay --caps "$FULL"
	use
	send 'Resent-From: a@example.org\nResent-To: b@example.org\nResent-From: c@example.org\nResent-To: d@example.org\nFrom: e@example.org\nTo: f@example.org\n\nx\n' -t
	[ "$status" -eq 0 ]
	grep -q '^C: RCPT TO:<b@example.org>' "$RELAY_LOG"
	[ "$(grep -c '^C: RCPT' "$RELAY_LOG")" -eq 1 ]
}

@test "names beyond ASCII: domain, from and the Message-ID" {
	start_relay --caps SIZE,8BITMIME
	use $'domain b\xc3\xb6.example.org'
	send 'From: joe\nTo: ann\n\nx\n' -f joe bob@example.org
	[ "$status" -eq 0 ]
	has '^From: joe@xn--b-1ga.example.org$'
	has '^Message-ID: <.*@xn--b-1ga.example.org>$'
	CONF=$(conf "relay 127.0.0.1:$RELAY_PORT" 'tls none' 'queue no' \
	    'helo app.example.org' $'from a@b\xc3\xb6.example.org')
	send 'To: ann@example.org\n\nx\n' -t
	[ "$status" -eq 0 ]
	has '^From: .*a@xn--b-1ga.example.org'
	has '^Message-ID: <.*@xn--b-1ga.example.org>$'
	ascii
}

# bytes N TEXT: N octets of the text again and again.
bytes() {
	yes "$2" | tr -d '\n' | head -c "$1"
}

@test "a header costs time by its length: what never ends, or comes again" {
	local field conf

	# At once if it is quick; else minutes each.
	conf=$(conf 'relay 127.0.0.1:1' 'tls none' 'queue no' 'log none' \
	    'from alice@example.org' 'domain example.org')
	for field in 'Reply-To: (' 'To: a (, ' 'From: a;' 'From: a@b ' 'Cc: ("' \
	    'Sender: <a@b> (' 'Content-Disposition: a; filename="ö"'; do
		{
			printf '%s ' "${field%% *}"
			bytes 900000 "${field#* }"
			printf '\n\nx\n'
		} >"$BATS_TEST_TMPDIR/message"
		run -75 timeout 60 "$HELOISE" -C "$conf" bob@example.org \
		    <"$BATS_TEST_TMPDIR/message"
	done
	{
		yes 'Content-Type: text/plain' | head -n 36000
		printf '\nx\n'
	} >"$BATS_TEST_TMPDIR/message"
	run -75 timeout 60 "$HELOISE" -C "$conf" bob@example.org \
	    <"$BATS_TEST_TMPDIR/message"
}
