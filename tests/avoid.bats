#!/usr/bin/env bats
# avoid.bats - extensions that a relay offers and does not keep
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

# has PATTERN, lacks PATTERN: in the relay's log.
has() {
	[ "$(relay_log | grep -c -- "$1")" -gt 0 ]
}

lacks() {
	[ "$(relay_log | grep -c -- "$1")" -eq 0 ]
}

flights() {
	relay_log | sed -n 's/^flights //p' | tail -n 1
}

@test "avoid: each word by hand, per account, and what is none" {
	start_relay
	use 'linger no' 'avoid chunking' 'avoid size dsn'
	send -N never -t
	[ "$status" -eq 0 ]
	has '^C: DATA'
	lacks 'BDAT\|SIZE=\|NOTIFY'
	[ "$(flights)" -eq 3 ]
	start_relay
	use 'linger no' 'account other' 'avoid pipelining'
	send --account other -t
	[ "$status" -eq 0 ]
	has 'BDAT'
	[ "$(flights)" -eq 6 ]
	use 'avoid chunking starttls'
	heloise --check-config
	[ "$status" -eq 78 ]
	[[ $output$stderr == *"expected chunking, pipelining, size"* ]]
}

@test "avoid 8bitmime: the text is converted" {
	start_relay
	MAIL=$'To: bob@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngr\xc3\xbc\xc3\x9fe\n'
	use 'linger no' 'avoid 8bitmime'
	send -t
	[ "$status" -eq 0 ]
	lacks 'BODY='
	grep -q "^Content-Transfer-Encoding: base64" "$(stored 1)"
}

@test "BDAT refused: sent by DATA in the session, and by DATA from then on" {
	local code

	for code in 500 501 502 503 504 555; do
		start_relay --fail "BDAT:$code 5.5.1 what"
		use 'linger no' "log $BATS_TEST_TMPDIR/log.$code"
		send -t
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[ "$(stored_count)" -eq 1 ]
		[ "$(relay_log | grep -c '^connect')" -eq 1 ]
		has '^C: BDAT 0'
		lacks '^C: BDAT [1-9]'
		grep -q 'set `avoid chunking`' "$BATS_TEST_TMPDIR/log.$code"
		heloise -bp
		[[ $output != *"goes without"* ]]
		heloise -bp -v
		[[ $output == *"to localhost:$RELAY_PORT goes without: chunking"* ]]
		: >"$RELAY_LOG"
		send -t
		[ "$(stored_count)" -eq 2 ]
		lacks 'BDAT'
		[ "$(grep -c 'avoid chunking' \
		    "$BATS_TEST_TMPDIR/log.$code")" -eq 1 ]
	done
}

@test "removing the file of the relay forgets" {
	start_relay --fail 'BDAT:500 what'
	use 'linger no'
	send -t
	send -t
	[ "$(relay_log | grep -c '^C: BDAT')" -eq 1 ]
	rm "$SPOOL/slots/localhost:$RELAY_PORT.avoid"
	send -t
	[ "$(relay_log | grep -c '^C: BDAT')" -eq 2 ]
}

@test "BDAT works: a later message goes in one flight with its envelope" {
	start_relay
	use 'linger no'
	send -t
	[ "$(flights)" -eq 3 ]
	send -t
	[ "$(flights)" -eq 2 ]
	[ "$(relay_log | grep -c '^C: BDAT 0')" -eq 1 ]
	send -odq -t
	heloise -q
	[ "$(flights)" -eq 2 ]
	[ "$(stored_count)" -eq 3 ]
}

# The relay of these tests knows a keyword in capitals only.
@test "parameters refused: the same message without, in the session" {
	MAIL=$'To: bob@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\ngr\xc3\xbc\xc3\x9fe\n'
	local cap

	for cap in size 8bitmime dsn; do
		start_relay --caps "PIPELINING,$cap"
		use 'linger no' "log $BATS_TEST_TMPDIR/log.$cap"
		send -N never -R hdrs -V q1 -t
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[ "$(stored_count)" -eq 1 ]
		has '^S: 555'
		[ "$(relay_log | grep -c '^connect')" -eq 1 ]
		grep -q "set \`avoid $cap\`" "$BATS_TEST_TMPDIR/log.$cap"
		send -odq -N never -R hdrs -V q1 -t
		: >"$RELAY_LOG"
		heloise -q
		[ "$(stored_count)" -eq 2 ]
		lacks '^S: 555'
	done
}

@test "only what makes the difference is learned, one after the other" {
	start_relay --caps PIPELINING,size,dsn
	use 'linger no'
	send -N never -R hdrs -t
	send -N never -R hdrs -t
	[ "$(relay_log | grep -c '^S: 555')" -eq 3 ]
	: >"$RELAY_LOG"
	send -N never -R hdrs -t
	[ "$(stored_count)" -eq 3 ]
	lacks '^S: 555'
	# A sender that is refused in any case teaches nothing.
	start_relay --fail 'MAIL:555 5.5.4 no'
	use 'linger no'
	send -t
	[ "$status" -eq 69 ]
	[ "$(relay_log | grep -c '^C: MAIL')" -eq 2 ]
	[ ! -e "$SPOOL/slots/localhost:$RELAY_PORT.avoid" ]
}

# Offers LIST, plays the lines of stdin once it has said hello; then polite.
then_polite() {
	local first

	first=$(script < <(
		printf 'S: 220 hi\nC~ ^EHLO\nS: 250-hi\n'
		# shellcheck disable=SC2086 # a list
		printf 'S: 250-%s\n' $1
		printf 'S: 250 HELP\n'
		cat
	))
	start_relay --script "$first" --script "$(script <<<polite)"
}

@test "pipelining refused: at once on a new connection, without" {
	local reply

	for reply in \
	    '503 5.5.0 Error: Improper use of SMTP command pipelining' \
	    '500 5.5.1 Pipelining not supported' \
	    '421 4.5.0 Improper command pipelining after MAIL' \
	    '554 SMTP synchronization error'; do
		then_polite PIPELINING <<-END
			C~ ^MAIL
			C~ ^RCPT
			S: $reply
			silent
		END
		use 'linger no' "log $BATS_TEST_TMPDIR/log.$RELAY_PORT"
		send -t
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[ "$(stored_count)" -eq 1 ]
		[ "$(relay_log | grep -c '^connect')" -eq 2 ]
		grep -q 'set `avoid pipelining`' \
		    "$BATS_TEST_TMPDIR/log.$RELAY_PORT"
		[ -e "$SPOOL/slots/localhost:$RELAY_PORT.avoid" ]
	done
}

@test "half a flight unanswered: again without, from the queue too" {
	then_polite PIPELINING <<-'END'
		C~ ^MAIL
		S: 250 ok
		silent
	END
	use 'linger no' 'timeout 1s'
	send -odq -t
	heloise -q
	[ "$(waiting)" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^connect')" -eq 2 ]
}

@test "silence after BDAT 0: nothing was sent, so DATA at once" {
	then_polite 'PIPELINING CHUNKING' <<-'END'
		C~ ^MAIL
		C~ ^RCPT
		C: BDAT 0
		S: 250 ok
		S: 250 ok
		silent
	END
	use 'linger no' 'timeout 1s'
	send -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^C: DATA')" -eq 1 ]
}

@test "421 to BDAT 0: nothing was sent, so DATA at once, and once" {
	start_relay --fail 'BDAT:421 4.3.0 what'
	use 'linger no' "log $BATS_TEST_TMPDIR/log"
	send -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^connect')" -eq 2 ]
	lacks '^C: BDAT [1-9]'
	grep -q 'set `avoid chunking`' "$BATS_TEST_TMPDIR/log"
	send -t
	[ "$(stored_count)" -eq 2 ]
	[ "$(relay_log | grep -c '^C: BDAT')" -eq 1 ]
	# One that is busy: it waits, and nothing is learned.
	start_relay --fail 'BDAT:421 4.3.2 busy' --fail 'DATA:421 4.3.2 busy'
	use 'linger no'
	send -t
	[ "$(waiting)" -eq 1 ]
	[ "$(relay_log | grep -c '^connect')" -eq 2 ]
	heloise -bp -v
	[[ $output != *"$RELAY_PORT goes without"* ]]
}

@test "silence after the last octet: no second try, DATA the next time" {
	then_polite 'PIPELINING CHUNKING' <<-'END'
		C~ ^MAIL
		C~ ^RCPT
		C: BDAT 0
		S: 250 ok
		S: 250 ok
		S: 250 ok
		bdat
		silent
	END
	use 'linger no' 'timeout 1s'
	send -t
	[ "$status" -eq 0 ]
	[ "$(waiting)" -eq 1 ]
	heloise -bp
	[[ $output == *"may have arrived"* ]]
	[ "$(relay_log | grep -c '^connect')" -eq 1 ]
	heloise -q
	[ "$(waiting)" -eq 0 ]
	[ "$(relay_log | grep -c '^C: DATA')" -eq 1 ]
	[ "$(relay_log | grep -c '^C: BDAT [1-9]')" -eq 1 ]
}

@test "a relay that knew BDAT and does not any more: a new connection" {
	then_polite 'PIPELINING CHUNKING' <<-'END'
		C~ ^MAIL
		C~ ^RCPT
		C: BDAT 0
		S: 250 ok
		S: 250 ok
		S: 250 ok
		C~ ^BDAT
		S: 500 5.5.1 what
		silent
	END
	use 'linger no'
	send -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^connect')" -eq 2 ]
	has '^C: DATA'
}

@test "refused, and then the relay hangs up: at once on a new connection" {
	local end

	then_polite 'PIPELINING CHUNKING' <<-'END'
		C~ ^MAIL
		C~ ^RCPT
		C: BDAT 0
		S: 250 ok
		S: 250 ok
		S: 500 what
		eof
	END
	use 'linger no' "log $BATS_TEST_TMPDIR/log"
	send -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^connect')" -eq 2 ]
	has '^C: DATA'
	grep -q 'set `avoid chunking`' "$BATS_TEST_TMPDIR/log"
	then_polite 'SIZE' <<-'END'
		C~ ^MAIL
		S: 501 5.5.4 what
		eof
	END
	use 'linger no'
	send -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c 'SIZE=')" -eq 1 ]
	# The recipients that it did not answer go with the refused one.
	MAIL=$'To: bob@example.org, carol@example.org\nSubject: hi\n\nhello\n'
	for end in eof reset; do
		then_polite 'PIPELINING' <<-END
			C~ ^MAIL
			S: 250 ok
			S: 554 SMTP synchronization error
			$end
		END
		use 'linger no'
		send -t
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[ "$(stored_count)" -eq 1 ]
		[ "$(grep -c '^RCPT' "$(envelope 1)")" -eq 2 ]
	done
	# Without a refusal the message waits.
	then_polite 'PIPELINING' <<-'END'
		C~ ^MAIL
		eof
	END
	use 'linger no'
	send -t
	[ "$(waiting)" -gt 0 ]
}
