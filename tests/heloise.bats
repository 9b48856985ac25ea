#!/usr/bin/env bats
# heloise.bats - the main job: a message on stdin reaches a relay
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

load relay/relay

setup() {
	follow_tests
	MAIL='To: bob@example.org
From: alice@example.org
Date: Sat, 21 Nov 2026 10:00:00 +0000
Message-ID: <1@example.org>
Subject: hi

hello
'
}

use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'helo app.example.org' \
	    'queue no' "$@")
}

# send LINE... -- OPTION...: the mail through the relay started last.
send() {
	submit_with "$@"
}

# never PATTERN: it does not stand in the relay's log.
never() {
	[ "$(relay_log | grep -c -- "$1")" -eq 0 ]
}

flights() {
	relay_log | sed -n 's/^flights //p'
}

@test "in clear, with a header that needs nothing: byte for byte" {
	start_relay
	send 'tls none' -- -t
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	cmp <(printf '%s' "$MAIL" | sed 's/$/\r/') "$(stored 1)"
	grep -qx 'helo app.example.org' "$(envelope 1)"
	grep -q '^RCPT TO:<bob@example.org>' "$(envelope 1)"
}

@test "over STARTTLS and over implicit TLS, verified" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem"
	send 'tls starttls' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 0 ]
	grep -qx 'tls TLS1.3' "$(envelope 1)"
	start_relay --tls implicit --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem"
	send 'tls implicit' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 0 ]
	grep -qx 'tls TLS1.3' "$(envelope 1)"
}

@test "GnuTLS is loaded only where it is needed" {
	make_certs
	mkdir "$BATS_TEST_TMPDIR/lib"
	: >"$BATS_TEST_TMPDIR/lib/$(strings "$HELOISE" | grep -m 1 \
	    '^libgnutls[.]so')"
	start_relay --tls starttls --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem" \
	    --auth 'PLAIN SCRAM-SHA-256' --user u --password p
	export LD_LIBRARY_PATH=$BATS_TEST_TMPDIR/lib
	send 'tls none' -- -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	send 'tls starttls' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 77 ]
	[[ $stderr == *'GnuTLS cannot be loaded: '*libgnutls* ]]
	send 'tls none' 'auth-cleartext yes' 'user u' 'password p' -- -t
	[ "$status" -eq 77 ]
	[[ $stderr == *'GnuTLS cannot be loaded: '* ]]
	[ "$(stored_count)" -eq 1 ]
	send 'tls starttls' "tls-ca $CERTS/ca.pem" 'queue yes' \
	    "spool $BATS_TEST_TMPDIR/spool" 'linger no' -- -t
	[ "$status" -eq 0 ]
	unset LD_LIBRARY_PATH
	run "$HELOISE" -C "$CONF" -bp
	[[ $output == *'GnuTLS cannot be loaded'*'Total requests: 1'* ]]
}

@test "a domain that is not ASCII, read in the box" {
	start_relay
	MAIL=${MAIL/bob@example.org/bob@bücher.example}
	send 'tls none' -- -t
	[ "$status" -eq 0 ]
	grep -q '^RCPT TO:<bob@xn--bcher-kva.example>' "$(envelope 1)"
}

@test "a certificate that is not good: 77, why, and nothing secret sent" {
	local cert why

	make_certs
	while read -r cert why; do
		start_relay --tls starttls --cert "$CERTS/$cert.pem" \
		    --key "$CERTS/$cert.pem" --auth PLAIN --user u --password p
		send 'tls starttls' "tls-ca $CERTS/ca.pem" 'user u' \
		    'password p' -- -t
		[ "$status" -eq 77 ]
		[[ $stderr == *"cannot agree on TLS with localhost:"*"$why"* ]]
		[ "$(stored_count)" -eq 0 ]
		never AHUAc
	done <<-END
		wrong-name it is for wrong.example.net, not for localhost
		expired it expired on
		self-signed it is self-signed
		other no trusted authority signed it
		client-only it is not meant for servers
	END
}

@test "AUTH PLAIN and AUTH LOGIN" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem" \
	    --auth 'PLAIN LOGIN' --user u --password 'p w#' --auth-required
	send 'tls implicit' "tls-ca $CERTS/ca.pem" 'user u' 'password p w#' \
	    -- -t
	[ "$status" -eq 0 ]
	send 'tls implicit' "tls-ca $CERTS/ca.pem" 'user u' 'password p w#' \
	    'auth login' -- -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 2 ]
	grep -qx 'user u' "$(envelope 2)"
}

@test "a wrong password: 77, the relay's words, the password nowhere" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem" \
	    --auth PLAIN --user u --password right \
	    --fail 'AUTH:535 5.7.8 Username and Password not accepted'
	send 'tls implicit' "tls-ca $CERTS/ca.pem" 'user u' \
	    'password geheim' -- -v -t
	[ "$status" -eq 77 ]
	[[ $stderr == *"cannot log in to localhost:$RELAY_PORT: 535 5.7.8 Username and Password not accepted (in reply to AUTH PLAIN)"* ]]
	[[ $stderr == *"C: AUTH PLAIN ********"* ]]
	[[ $stderr != *geheim* ]]
	[[ $stderr != *$(printf '\0u\0geheim' | base64)* ]]
}

@test "no password in the clear, unless asked for" {
	start_relay --auth PLAIN --user u --password p --auth-required
	send 'tls none' 'user u' 'password p' -- -t
	[ "$status" -eq 77 ]
	[[ $stderr == *"the password would be readable on the network"* ]]
	send 'tls none' 'user u' 'password p' 'auth-cleartext yes' -- -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "three lines of 421 to EHLO: all three are shown" {
	start_relay --script "$(script <<-'END'
		S: 220 smtp-relay.example.org ESMTP
		C: EHLO app.example.org
		S: 421-4.7.0 Try again later,
		S: 421-4.7.0 closing connection.
		S: 421 4.7.0 (EHLO)
		eof
	END
	)"
	send 'tls none' -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"cannot send EHLO to localhost:$RELAY_PORT: "* ]]
	[[ $stderr == *"421-4.7.0 Try again later,"* ]]
	[[ $stderr == *"421-4.7.0 closing connection."* ]]
	[[ $stderr == *"421 4.7.0 (EHLO)"*"in reply to EHLO app.example.org"* ]]
}

@test "the end after EHLO: the last the relay said" {
	start_relay --script "$(script <<-'END'
		S: 220 relay.example.org we are watching
		C: EHLO app.example.org
		eof
	END
	)"
	send 'tls none' -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"its last reply was: 220 relay.example.org we are watching"* ]]
}

@test "flights: clear with and without CHUNKING, STARTTLS, implicit, AUTH" {
	make_certs
	start_relay
	send 'tls none' -- -t
	[ "$(flights)" -eq 3 ]
	[ "$(relay_log | sed -n 's/^segments //p')" -eq 3 ]
	start_relay --caps PIPELINING,SIZE,8BITMIME
	send 'tls none' -- -t
	[ "$(flights)" -eq 3 ]
	start_relay --tls starttls --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem"
	send 'tls starttls' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 0 ]
	[ "$(flights)" -eq 5 ]
	start_relay --tls implicit --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem"
	send 'tls implicit' "tls-ca $CERTS/ca.pem" -- -t
	[ "$(flights)" -eq 3 ]
	start_relay --auth PLAIN --user u --password p
	send 'tls none' 'auth-cleartext yes' 'user u' 'password p' -- -t
	[ "$(flights)" -eq 4 ]
}

@test "a thousand recipients in five flights" {
	local i

	start_relay
	MAIL="Subject: many

x
"
	# shellcheck disable=SC2046
	send 'tls none' 'from a@example.org' -- \
	    $(for i in $(seq 1000); do echo "r$i@example.org"; done)
	[ "$status" -eq 0 ]
	[ "$(grep -c '^RCPT' "$(envelope 1)")" -eq 1000 ]
	[ "$(flights)" -le 5 ]
}

@test "452 after some: the rest in another transaction" {
	start_relay --max-rcpt 3
	send 'tls none' -- r1@example.org r2@example.org r3@example.org \
	    r4@example.org r5@example.org
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 2 ]
	[ "$(cat "$(envelope 1)" "$(envelope 2)" | grep -c '^RCPT')" -eq 5 ]
}

# A relay that takes one recipient a transaction, and says so with CODE.
one_by_one() {
	local to

	echo 'S: 220 relay.example.org'
	echo 'C~ ^EHLO'
	echo 'S: 250 relay.example.org'
	for to in 1 2; do
		printf '%s\n' 'C~ ^MAIL FROM:' 'S: 250 ok' \
		    "C: RCPT TO:<r$to@example.org>" 'S: 250 ok'
		[ "$to" -eq 2 ] || printf '%s\n' \
		    'C: RCPT TO:<r2@example.org>' "S: $1 5.5.3 too many"
		printf '%s\n' 'C: DATA' 'S: 354 go' body 'S: 250 ok'
	done
	printf '%s\n' 'C: QUIT' 'S: 221 bye'
}

@test "too many recipients is 452, and 552 of old" {
	local code

	for code in 452 552; do
		one_by_one "$code" >"$BATS_TEST_TMPDIR/script"
		start_relay --script "$BATS_TEST_TMPDIR/script"
		send 'tls none' -- r1@example.org r2@example.org
		[ "$status" -eq 0 ] ||
		    { echo "$code gave $status: $stderr"; false; }
		stop_relay
	done
}

@test "a relay that never answers QUIT does not hold up the caller" {
	start_relay --script "$(script <<-'END'
		S: 220 relay.example.org
		C~ ^EHLO
		S- 250-relay.example.org\r\n
		S: 250 PIPELINING
		C~ ^MAIL FROM:
		S: 250 ok
		C~ ^RCPT TO:
		S: 250 ok
		C: DATA
		S: 354 go
		body
		S: 250 ok
		silent
	END
	)"
	use 'tls none' 'timeout 60s'
	run timeout 5 "$HELOISE" -C "$CONF" -i bob@example.org <<<"$MAIL"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "one refused of two: the other gets it, 67, the refused is named" {
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user'
	send 'tls none' -- bad@example.org good@example.org
	[ "$status" -eq 67 ]
	[ "$(stored_count)" -eq 1 ]
	[[ $stderr == *"550 5.1.1 no such user (in reply to RCPT TO:<bad@example.org>)"* ]]
	[[ $stderr == *"not delivered to bad@example.org"* ]]
	[[ $stderr != *good@example.org* ]]
}

@test "exit codes follow the stage and the reply" {
	local reply code

	while read -r code reply; do
		start_relay --fail "$reply"
		send 'tls none' -- -t
		[ "$status" -eq "$code" ] ||
		    { echo "$reply gave $status: $stderr"; false; }
	done <<-'END'
		75 GREETING:421 4.3.2 busy
		69 GREETING:554 not here
		69 EHLO:550 5.7.1 go away
		75 MAIL:451 4.7.1 later
		69 MAIL:550 5.7.1 no
		67 RCPT:550 5.1.1 who
		69 RCPT:554 5.7.1 Relay access denied
		75 RCPT:450 4.2.0 greylisted
		65 DOT:552 5.3.4 too big
		69 DOT:554 5.7.1 spam
		75 DOT:452 4.3.1 full
	END
}

@test "a relay that cannot be reached: 75; one that does not exist: 68" {
	start_relay
	stop_relay
	send 'tls none' -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"cannot connect to localhost:"*"Connection refused"* ]]
	CONF=$(conf 'relay no-such-host.invalid' 'tls none' 'queue no')
	run --separate-stderr "$HELOISE" -C "$CONF" -t <<<"$MAIL"
	[ "$status" -eq 68 ] || [ "$status" -eq 75 ]
	[[ $stderr == *"cannot find no-such-host.invalid"* ]]
}

@test "STARTTLS spoken on an implicit port, and the other way round" {
	make_certs
	start_relay
	send 'tls implicit' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 77 ]
	[[ $stderr == *"this port begins in clear, as for STARTTLS: 220 "*"set \`tls starttls\`"* ]]
	start_relay --tls implicit --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem"
	send 'tls starttls' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 69 ]
	[[ $stderr == *"this port speaks TLS from the start"*"set \`tls implicit\`"* ]]
}

@test "no STARTTLS where it is required: nothing is sent" {
	start_relay
	send 'tls starttls' 'user u' 'password p' -- -t
	[ "$status" -eq 69 ]
	[[ $stderr == *"does not offer STARTTLS"* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "max-size: as many octets, and not one more" {
	local size

	start_relay
	send 'tls none' -- -t
	[ "$status" -eq 0 ]
	size=$(wc -c <"$(stored 1)")
	send 'tls none' "max-size $size" -- -t
	[ "$status" -eq 0 ]
	send 'tls none' "max-size $((size - 1))" -- -t
	[ "$status" -eq 65 ]
	[[ $stderr == *"it is over $((size - 1)) octets (max-size)"* ]]
	[ "$(stored_count)" -eq 2 ]
}

@test "an octet now and then holds nobody for ever" {
	start_relay --script "$(script <<-'END'
		drip 150 220 relay.example.org this takes its time
		silent
	END
	)"
	send 'tls none' 'timeout 1' -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"no answer within 1 second"* ]]
}

@test "memory: 100 MB and 600 octets, under 12 MB" {
	local size

	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'queue no')
	for size in 600 100000000; do
		{ printf 'Subject: big\n\n'; head -c "$size" /dev/zero |
		    tr '\0' 'x' | fold -w 76; } |
		    "$RELAY_HOME/../rss" "$BATS_TEST_TMPDIR/rss" "$HELOISE" \
		    -C "$CONF" -f a@example.org b@example.org
		echo "$size octets: $(cat "$BATS_TEST_TMPDIR/rss") kB"
		# A build with sanitizers needs more than the program does.
		nm "$HELOISE" | grep -q __asan_init ||
		    [ "$(cat "$BATS_TEST_TMPDIR/rss")" -lt 12288 ]
	done
	[ "$(stored_count)" -eq 2 ]
}

@test "the door: what comes in any shape leaves in one" {
	local n=0 in want

	start_relay
	while read -r in want; do
		n=$((n + 1))
		MAIL=$(printf '%b.' "$in")
		MAIL=${MAIL%.}
		send 'tls none' 'from a@example.org' -- b@example.org
		[ "$status" -eq 0 ]
		sed '1,/^\r$/d' "$(stored "$n")" |
		    cmp - <(printf '%b' "$want")
	done <<-'END'
		Subject:\040x\n\nhello\n hello\r\n
		Subject:\040x\r\n\r\nhello\r\n hello\r\n
		Subject:\040x\n\nno-end no-end\r\n
		Subject:\040x\n\na\rb\n a\r\nb\r\n
		Subject:\040x\n\nbefore\n.\nafter\n before\r\n
		From\040me\nSubject:\040x\n\nmbox\n mbox\r\n
		no-header\n no-header\r\n
		Subject:\040x\n\na\0b\n ab\r\n
	END
	MAIL=$'Subject: x\n\nbefore\n.\nafter\n'
	send 'tls none' 'from a@example.org' -- -i b@example.org
	sed '1,/^\r$/d' "$(stored $((n + 1)))" |
	    cmp - <(printf 'before\r\n.\r\nafter\r\n')
	MAIL=''
	send 'tls none' 'from a@example.org' -- b@example.org
	[ "$status" -eq 0 ]
	grep -q '^From: .*a@example.org' "$(stored $((n + 2)))"
}

@test "-t: To, Cc and Bcc count, Bcc does not travel, each address once" {
	start_relay
	MAIL=$'To: b@example.org, "C, the" <c@example.org>\nBcc : d@example.org\nCc: b@EXAMPLE.org\nReturn-Path: <x@y>\n\nx\n'
	send 'tls none' 'from a@example.org' -- -t e@example.org
	[ "$status" -eq 0 ]
	[ "$(grep -c '^RCPT' "$(envelope 1)")" -eq 4 ]
	[ "$(grep -ciE '^(bcc|return-path)' "$(stored 1)")" -eq 0 ]
}

@test "the sender: -f, -r, the null sender, the setting, bare names" {
	start_relay
	send 'tls none' 'domain example.net' -- -f x@example.org b@example.org
	grep -q '^MAIL FROM:<x@example.org>' "$(envelope 1)"
	send 'tls none' 'domain example.net' -- -rx b@example.org
	grep -q '^MAIL FROM:<x@example.net>' "$(envelope 2)"
	send 'tls none' -- -f '<>' b@example.org
	grep -q '^MAIL FROM:<>' "$(envelope 3)"
	send 'tls none' 'from s@example.org' -- daemon
	grep -q '^MAIL FROM:<s@example.org>' "$(envelope 4)"
	grep -q '^RCPT TO:<daemon@example.org>' "$(envelope 4)"
}

@test "an address that would be a command: 64, and no connection" {
	local bad

	start_relay
	for bad in $'a@x\r\nRCPT TO:<v@y>' 'a@x> NOTIFY=NEVER' 'a b@x' '@' \
	    'a@-x-'; do
		send 'tls none' -- -f "$bad" b@example.org
		[ "$status" -eq 64 ] || { echo "$bad: $status $stderr"; false; }
		send 'tls none' 'from a@example.org' -- -- "$bad"
		[ "$status" -eq 64 ] || { echo "$bad: $status $stderr"; false; }
	done
	never connect
}

@test "no recipients: 64, and what to do" {
	start_relay
	send 'tls none' --
	[ "$status" -eq 64 ]
	[[ $stderr == *"no recipients"*-t* ]]
	MAIL=$'Subject: x\n\nx\n'
	send 'tls none' -- -t
	[ "$status" -eq 64 ]
	[[ $stderr == *"no recipients"* ]]
	never connect
}

@test "settings come before all else, and never to sendmail" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no')
	run --separate-stderr "$HELOISE" -t -C "$CONF" <<<"$MAIL"
	[ "$status" -eq 64 ]
	run --separate-stderr "$HELOISE" -t --relay x <<<"$MAIL"
	[ "$status" -eq 64 ]
	ln -s "$HELOISE" "$BATS_TEST_TMPDIR/sendmail"
	run --separate-stderr "$BATS_TEST_TMPDIR/sendmail" -C "$CONF" -t <<<"$MAIL"
	[ "$status" -eq 64 ]
	HELOISE_RELAY=localhost:$RELAY_PORT HELOISE_TLS=none \
	    HELOISE_HELO=app.example.org HELOISE_QUEUE=no \
	    run --separate-stderr "$BATS_TEST_TMPDIR/sendmail" -t -oi -oem \
	    -odi -B8BITMIME <<<"$MAIL"
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "the SMTP_ set of the environment, and _FILE" {
	start_relay --auth PLAIN --user u --password p
	echo p >"$BATS_TEST_TMPDIR/pw"
	chmod 600 "$BATS_TEST_TMPDIR/pw"
	run --separate-stderr env -i ASAN_OPTIONS="${ASAN_OPTIONS-}" SMTP_HOST=localhost \
	    SMTP_PORT="$RELAY_PORT" SMTP_TLS=off SMTP_USER=u \
	    SMTP_PASSWORD_FILE="$BATS_TEST_TMPDIR/pw" \
	    SMTP_HELO_NAME=box.example.org SMTP_FROM=a@example.org \
	    HELOISE_AUTH_CLEARTEXT=yes HELOISE_QUEUE=no "$HELOISE" b@example.org <<<"$MAIL"
	[ "$status" -eq 0 ]
	grep -qx 'helo box.example.org' "$(envelope 1)"
	grep -qx 'user u' "$(envelope 1)"
}

@test "mistakes in the configuration: all at once, 78" {
	CONF=$(conf 'relais x' 'port 99999' 'tls maybe')
	run --separate-stderr "$HELOISE" -C "$CONF" -t <<<"$MAIL"
	[ "$status" -eq 78 ]
	[[ $stderr == *"$CONF:1:"*relay* ]]
	[[ $stderr == *"$CONF:2:"*port* ]]
	[[ $stderr == *"$CONF:3:"*tls* ]]
	CONF=$(conf 'tls none')
	run --separate-stderr "$HELOISE" -C "$CONF" -t <<<"$MAIL"
	[ "$status" -eq 78 ]
	[[ $stderr == *"relay"* ]]
}

@test "a password that others can read: 78 and the chmod to run" {
	CONF=$(conf 'relay localhost' 'user u' 'password p')
	chmod 644 "$CONF"
	run --separate-stderr "$HELOISE" -C "$CONF" -t <<<"$MAIL"
	[ "$status" -eq 78 ]
	[[ $stderr == *"chmod"*"$CONF"* ]]
}

@test "stdin that cannot be read: 74, and no connection" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no')
	run --separate-stderr "$HELOISE" -C "$CONF" b@example.org \
	    <"$BATS_TEST_TMPDIR"
	[ "$status" -eq 74 ]
	never connect
}

@test "descriptors closed at the start, SIGPIPE ignored: still delivers" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'helo a.example' \
	    'queue no')
	(trap '' PIPE CHLD
	    printf '%s' "$MAIL" | "$HELOISE" -C "$CONF" -t 1>&- 2>&-)
	[ "$(stored_count)" -eq 1 ]
}

@test "no relay is contacted before the end of stdin" {
	start_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'helo a.example' \
	    'queue no')
	mkfifo "$BATS_TEST_TMPDIR/in"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/in" 3>&- &
	pid=$!
	exec {IN}>"$BATS_TEST_TMPDIR/in"
	printf '%s' "$MAIL" >&"$IN"
	# It waits for more: the descriptor is drained, nobody connects.
	never connect
	kill -KILL "$pid"
	wait "$pid" || :
	exec {IN}>&-
	never connect
}

@test "-v shows the dialogue and the relay's words" {
	start_relay
	send 'tls none' -- -v -t
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[[ $stderr == *"C: EHLO app.example.org"*"S: 250 2.0.0 Ok: queued as 1"* ]]
}

@test "what a relay says cannot control the terminal" {
	start_relay --fail $'RCPT:550 \e[31mred\a \x9b31m'
	send 'tls none' -- -t
	[ "$status" -eq 67 ]
	[[ $stderr == *"550 ?[31mred? ?31m"* ]]
}
