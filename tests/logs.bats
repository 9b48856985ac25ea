#!/usr/bin/env bats
# logs.bats - the log, the transcript and the progress of a delivery
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	MAIL='To: bob@example.net
From: app@example.org
Date: Sat, 21 Nov 2026 10:00:00 +0000
Message-ID: <1@example.org>
Subject: hi

hello
'
	LOG=$BATS_TEST_TMPDIR/log
}

use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'helo app.example.org' \
	    "spool $BATS_TEST_TMPDIR/spool" 'linger no' 'tls none' \
	    'from app@example.org' "$@")
}

# send LINE... -- OPTION...: the mail through the relay started last.
send() {
	submit_with "$@"
}

# Without what is never the same.
log() {
	sed -e 's/^[-0-9T:+]* heloise\[[0-9]*\]: //' \
	    -e 's/rtt=[0-9.]*ms/rtt=N/' -e 's/"rtt":[0-9.]*/"rtt":N/' \
	    -e 's/"time":"[-0-9T:]*Z"/"time":"T"/' \
	    -e 's/\(localhost\):[0-9][0-9]*/\1:PORT/' -e 's/delay=[0-9]*/delay=N/' \
	    -e 's/id=[0-9a-f]\{16\}/id=ID/' "$LOG"
}

@test "a refused message: the log has the id of the copy" {
	start_relay --fail 'RCPT:550 5.1.1 No such user'
	send "log $LOG" -- bob@example.net
	[ "$status" -eq 67 ]
	[[ $(log) == 'id=ID '*' result=failed '* ]]
	id=$(sed 's/.* id=\([0-9a-f]*\) .*/\1/' "$LOG")
	run "$HELOISE" -C "$CONF" --show "$id"
	[ "$status" -eq 0 ]
	[[ $output == *'bob@example.net'* ]]
	send "log $LOG" 'queue no' -- bob@example.net
	[[ $(log) == *$'\nid=- '*' result=failed '* ]]
}

# Delivered, in silence.
delivered() {
	[ "$status,$output,$stderr" = 0,, ]
	[ "$(stored_count)" -eq "${1:-1}" ]
}

@test "one line for each outcome, with the relay's own id" {
	start_relay --caps DSN --fail 'DOT:250 2.0.0 Ok: queued as 4BxYZ12' \
	    --fail 'RCPT:full@example.net:452 4.2.2 Mailbox full' \
	    --fail 'RCPT:no@example.net:550 5.1.1 No such user'
	send "log $LOG" -- bob@example.net carol@example.net \
	    full@example.net no@example.net
	[ "$status" -eq 67 ]
	diff <(log) - <<-END
		id=ID from=app@example.org to=bob@example.net,carol@example.net relay=localhost:PORT ip=127.0.0.1 helo=app.example.org tls=- auth=- size=134 stage=- code=- esc=- tries=1 delay=N rtt=N result=sent relay-id=4BxYZ12 uid=$(id -u) caller=timeout text="2.0.0 Ok: queued as 4BxYZ12"
		id=ID from=app@example.org to=full@example.net relay=localhost:PORT ip=127.0.0.1 helo=app.example.org tls=- auth=- size=134 stage=rcpt code=452 esc=4.2.2 tries=1 delay=N rtt=N result=deferred relay-id=- uid=$(id -u) caller=timeout text="4.2.2 Mailbox full" hint="the mailbox of full@example.net is full"
		id=ID from=app@example.org to=no@example.net relay=localhost:PORT ip=127.0.0.1 helo=app.example.org tls=- auth=- size=134 stage=rcpt code=550 esc=5.1.1 tries=1 delay=N rtt=N result=failed relay-id=- uid=$(id -u) caller=timeout text="5.1.1 No such user" hint="the relay knows no recipient no@example.net"
	END
}

@test "TLS and the login; the queue and its run" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" --auth PLAIN \
	    --user u --password geheim
	send "log $LOG" 'tls starttls' "tls-ca $CERTS/ca.pem" 'user u' \
	    'password geheim' -- -odq -t
	run timeout 60 "$HELOISE" -C "$CONF" -q
	[ "$status" -eq 0 ]
	[ "$(log | sed -n '1s/.*result=\([a-z]*\) .*/\1/p')" = queued ]
	[[ $(log | tail -n 1) == 'id=ID '*' tls="TLS1.'*' verified" auth=PLAIN '*' tries=1 '*' result=sent '* ]]
	[ "$(log | wc -l)" -eq 2 ]
	[ "$(grep -c geheim "$LOG")" -eq 0 ]
}

@test "what is refused at the door is logged, too" {
	start_relay
	send "log $LOG" -- 'a@b@c'
	[ "$status" -eq 64 ]
	[[ $(log) == 'id=- '*' stage=address '*' result=failed '*' caller=timeout text='* ]]
	[ "$(log | wc -l)" -eq 1 ]
}

@test "JSON: an object a line" {
	start_relay
	send "log $LOG" 'log-format json' -- -f '' -t 'b"\ob@example.net'
	[ "$status" -eq 64 ]
	send "log $LOG" 'log-format json' -- -f '' -t '"b\"o"@example.net'
	delivered 2
	[[ $(log | tail -n 1) == '{"time":"T","id":null,"from":"","to":["\"b\\\"o\"@example.net","bob@example.net"],'*'"relay":"localhost:PORT",'*'"result":"sent","relay_id":'*',"hint":null}' ]]
	send "log $LOG" 'log-format json' 'relay localhost:1' -- -t
	[ "$(log | wc -l)" -eq 4 ]
	[[ $(log | tail -n 1) == *'"stage":"connect","code":null,"esc":null,'*'"result":"deferred"'*'"hint":"no mail server listens on port 1 of this host;'*'}' ]]
}

@test "PHP's script is named; a header cannot forge a line" {
	start_relay
	MAIL=$'X-PHP-Originating-Script: 33:contact.php\n'$MAIL
	send "log $LOG" -- -t
	delivered
	[[ $(log) == *' caller="timeout 33:contact.php" '* ]]
	MAIL=$'X-PHP-Originating-Script: 33:a.php"\n\tresult=sent\r\n id=x \e[2J\n'$MAIL
	send "log $LOG" -- -t
	[ "$status" -eq 0 ]
	[ "$(log | wc -l)" -eq 2 ]
	[[ $(log | tail -n 1) == 'id=- '*' caller="timeout 33:a.php\"'*'result=sent'*' id=x ?[2J" text='* ]]
}

@test "nor can a relay" {
	start_relay --fail 'RCPT:550-5.1.1 no\n550 5.1.1 \e[2J\x9b id=1 result="sent"'
	send "log $LOG" -- -t
	[ "$status" -eq 67 ]
	[ "$(wc -l <"$LOG")" -eq 1 ]
	[ "$(LC_ALL=C grep -c $'[\x01-\x08\x0b-\x1f\x7f-\xff]' "$LOG")" -eq 0 ]
	[[ $(log) == *' result=failed '*' text="5.1.1 no 5.1.1 ?[2J? id=1 result=\"sent\"" hint='* ]]
}

@test "a file that was moved away is made anew; one that is there grows" {
	start_relay
	send "log $LOG" -- -t
	send "log $LOG" -- -t
	[ "$(wc -l <"$LOG")" -eq 2 ]
	mv "$LOG" "$LOG.1"
	send "log $LOG" -- -t
	delivered 3
	[ "$(wc -l <"$LOG")" -eq 1 ]
	[ "$(wc -l <"$LOG.1")" -eq 2 ]
	[ "$(stat -c %a "$LOG")" = 600 ]
}

@test "a log that cannot be written holds and fails nothing" {
	local where n=0

	start_relay
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	ln -s "$LOG" "$BATS_TEST_TMPDIR/link"
	mkdir "$BATS_TEST_TMPDIR/dir"
	for where in "$BATS_TEST_TMPDIR/fifo" /dev/full \
	    "$BATS_TEST_TMPDIR/no/log" "$BATS_TEST_TMPDIR/dir" \
	    "$BATS_TEST_TMPDIR/link" syslog none; do
		send "log $where" -- -t
		n=$((n + 1))
		delivered "$n"
	done
	[ ! -e "$LOG" ]
}

@test "a pipe without a reader blocks nothing; a reader gets lines" {
	start_relay
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	exec {READER}<>"$BATS_TEST_TMPDIR/fifo"
	send "log $BATS_TEST_TMPDIR/fifo" -- -t
	delivered 1
	IFS= read -r -t 10 LINE <&"$READER"
	[[ $LINE == *' result=sent '* ]]
	# It holds 64 KiB; that much is not read.
	timeout 10 head -c 65536 /dev/zero >"$BATS_TEST_TMPDIR/fifo"
	send "log $BATS_TEST_TMPDIR/fifo" -- -t
	exec {READER}>&-
	delivered 2
}

@test "--trace: the dialogue of what failed, and only that" {
	start_relay --auth PLAIN --user u --password geheim \
	    --fail 'MAIL:550 5.7.1 no'
	send 'log none' 'user u' 'password geheim' 'auth-cleartext yes' -- \
	    --trace -t
	[ "$status" -eq 69 ]
	[[ $stderr == 'S: 220 '*'C: EHLO app.example.org'*'C: AUTH PLAIN '*'S: 235'*'C: MAIL FROM:<app@example.org>'*'S: 550 5.7.1 no'*'heloise: cannot name the sender'* ]]
	[[ $stderr != *geheim* ]]
	[[ $stderr != *"$(printf '\0u\0geheim' | base64)"* ]]
	stop_relay
	start_relay
	send 'log none' -- --trace -t
	delivered
}

@test "-v: the dialogue as it goes, and secrets are masked in it" {
	start_relay --auth LOGIN --user u --password geheim
	send 'log none' 'user u' 'password geheim' 'auth-cleartext yes' -- -v -t
	[ "$status" -eq 0 ]
	[[ $stderr == *'C: AUTH LOGIN'*'S: 235'* ]]
	[[ $stderr != *"$(printf geheim | base64)"* ]]
	[[ $stderr != *geheim* ]]
}

# terminal COMMAND: what a terminal gets to see of it.
terminal() {
	command -v script >/dev/null || skip 'script(1) is not installed'
	run --separate-stderr timeout 60 script -qec "$1" /dev/null </dev/null
}

# A relay that takes its time in the middle of a message.
slow_relay() {
	start_relay --rcvbuf 4096 --script "$(script <<-'END'
		S: 220 relay ESMTP
		C~ ^EHLO
		S: 250 relay
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		read 4096
		nap 700
		body
		S: 250 ok
		C: QUIT
		S: 221 bye
	END
	)"
}

@test "progress: of a large message, on a terminal only" {
	slow_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'log none' 'from app@example.org')
	{ printf %s "$MAIL"; yes 'a line of the message' | head -c 8000000; } \
	    >"$BATS_TEST_TMPDIR/large"
	terminal "'$HELOISE' -C '$CONF' -t <'$BATS_TEST_TMPDIR/large'"
	[ "$status" -eq 0 ]
	[[ $output =~ $'\r''heloise: '[0-9.]+' of 8.'[0-9]' MB ('[0-9]+' %), '[0-9]+' '[kM]'B/s, '[0-9]+' s left' ]]
	# And nothing of it stays.
	[ -z "$(tr -d '\r\n ' <<<"${output##*$'\r'}")" ]
	run --separate-stderr "$HELOISE" -C "$CONF" -t \
	    <"$BATS_TEST_TMPDIR/large"
	[ "$status,$output,$stderr" = 0,, ]
}

@test "progress: not of a message under a megabyte" {
	slow_relay
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'queue no' \
	    'log none' 'from app@example.org')
	{ printf %s "$MAIL"; yes 'a line of the message' | head -c 900000; } \
	    >"$BATS_TEST_TMPDIR/small"
	terminal "'$HELOISE' -C '$CONF' -t <'$BATS_TEST_TMPDIR/small'"
	[ "$status,$output" = 0, ]
}
