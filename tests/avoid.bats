#!/usr/bin/env bats
# avoid.bats - extensions that a relay offers and does not keep
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

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
		: >"$RELAY_LOG"
		send -t
		[ "$(stored_count)" -eq 2 ]
		lacks 'BDAT'
		[ "$(grep -c 'avoid chunking' \
		    "$BATS_TEST_TMPDIR/log.$code")" -eq 1 ]
	done
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
