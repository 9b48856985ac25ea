#!/usr/bin/env bats
# recipients.bats - recipients that are no addresses, and words among them
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'from alice@example.org' 'log none' "$@")
}

# took RECIPIENT...: the relay has one message, for these.
took() {
	[ "$(stored_count)" -eq 1 ] &&
	    [ "$(sed -n 's/^RCPT TO:<\(.*\)>$/\1/p' "$(envelope 1)")" = \
	    "$(printf '%s\n' "$@")" ]
}

@test "one bad recipient does not cost the others their mail: named, 64" {
	local word bad why

	while IFS='|' read -r word bad why; do
		start_relay
		use 'queue no'
		submit good@example.org "$word" fine@example.org
		echo "$word: $status $stderr"
		[ "$status" -eq 64 ]
		took good@example.org fine@example.org
		[ "$stderr" = "heloise: not delivered to $bad: $why" ]
		stop_relay
	done <<-'END'
		bad@@example.org|bad@@example.org|its domain is malformed
		hello world|hello world|words without a dot or comma between them
		a..@-b.example|"a.."@-b.example|its domain is malformed
		müller|müller|it has no domain
		a@b@c,|a@b@c|its domain is malformed
	END
}

@test "the same in fields, also if the whole field cannot be read" {
	start_relay
	use 'queue no'
	MAIL=$'To: a@example.org, bad@@x, b@example.org\nCc: foo bar, c@example.org\nBcc: (open, d@example.org\nFrom: e@example.org\n\nx\n'
	submit -t
	[ "$status" -eq 64 ]
	took a@example.org b@example.org c@example.org d@example.org
	[[ $stderr == *'not delivered to bad@@x: its domain is malformed, in the field To'* ]]
	[[ $stderr == *'not delivered to foo bar: words without a dot or comma between them, in the field Cc'* ]]
	[[ $stderr == *'not delivered to '*', in the field Bcc'* ]]
}

@test "all recipients bad: nothing is sent, 64" {
	start_relay
	use 'queue no'
	MAIL=$'To: bad@@x\n\nx\n'
	submit -t
	[ "$status" -eq 64 ]
	[[ $stderr == *'cannot use the address bad@@x: its domain is malformed, in the field To' ]]
	submit 'a@@b' 'c d'
	[ "$status" -eq 64 ]
	[[ $stderr == *'cannot use the address a@@b: its domain is malformed' ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "a bad recipient of a message that is queued: named and logged, 64" {
	local log=$BATS_TEST_TMPDIR/log

	start_relay
	stop_relay
	use "spool $BATS_TEST_TMPDIR/spool" 'linger no' "log $log"
	submit -odq good@example.org bad@@x
	[ "$status" -eq 64 ]
	[ "$stderr" = 'heloise: not delivered to bad@@x: its domain is malformed' ]
	grep -q 'bad@@x: its domain is malformed.*result=left-out\|result=left-out.*bad@@x: its domain' "$log"
	run "$HELOISE" -C "$CONF" -bp
	[[ $output == *good@example.org* ]]
}

@test "a recipient with a line end at its end, and a name before it" {
	start_relay
	use 'queue no'
	submit $'a@example.org\n' $'b@example.org\r\n' \
	    'Müller, Jo <c@example.org>' -f 'Müller, Jo <d@example.org>'
	[ "$status" -eq 0 ]
	took a@example.org b@example.org c@example.org
	grep -q '^MAIL FROM:<d@example.org>' "$(envelope 1)"
	submit $'a@example.org\nRCPT TO:<evil@example.org>'
	[ "$status" -eq 64 ]
	[ "$(stored_count)" -eq 1 ]
}
