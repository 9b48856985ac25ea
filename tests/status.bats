#!/usr/bin/env bats
# status.bats - --status: what a monitor learns of queue and accounts
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

# status OPTION...: what --status says, as JSON.
status() {
	run --separate-stderr env HELOISE_SPOOL="$SPOOL" "$HELOISE" \
	    -C "$CONF" --status --json "$@"
}

# of FILTER: what jq reads in it
of() {
	jq -r "$1" <<<"$output"
}

@test "nothing yet: no mail waits, nothing is known" {
	start_relay
	use
	heloise --status
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = 'HELOISE OK - 0 waiting, 0 failed | waiting=0;;;0 oldest=0s;;;0 held=0;;;0 failed=0;;;0' ]
	[ "${lines[1]}" = 'last success never, last error never' ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "no relay is set: critical, for all mail is refused" {
	start_relay
	use
	sed -i '/^relay/d' "$CONF"
	heloise --status
	[ "$status" -eq 2 ]
	[[ ${lines[0]} == 'HELOISE CRITICAL - no relay is set, 0 waiting, 0 failed |'* ]]
	status
	[ "$status" -eq 2 ]
	[ "$(of .state)" = critical ]
}

@test "what waits, is held, has failed; the oldest of those that wait" {
	local id

	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user'
	use 'linger no'
	send bad@example.org
	send -odq one@example.org
	id=$(messages queue)
	heloise --hold "$id"
	send -odq two@example.org
	send -odq three@example.org
	status
	[ "$status" -eq 0 ]
	[ "$(of '[.state, .waiting, .held, .failed, .damaged] | @csv')" = \
	    '"ok",2,1,1,0' ]
	[[ $(of .oldest) -lt 60 ]]
	[[ $(of '.accounts[0].last_error.cause') == *'550 5.1.1 no such user'* ]]
	[ "$(of '.accounts[0].last_success')" = null ]
	# What cannot be read is not hidden.
	echo junk >"$SPOOL/queue/0000000000000000"
	status
	[ "$(of '[.waiting, .damaged] | @csv')" = 3,1 ]
}

@test "the limits count messages or the age, and decide the status" {
	start_relay
	stop_relay
	use 'linger no'
	send one@example.org
	send two@example.org
	heloise --status -w 3 -c 5
	[ "$status" -eq 0 ]
	heloise --status -w 2 -c 5
	[ "$status" -eq 1 ]
	[[ ${lines[0]} == 'HELOISE WARNING - 2 waiting, 0 failed, oldest '*'s | waiting=2;2;5;0 oldest='* ]]
	heloise --status -w1 --critical=2,1h
	[ "$status" -eq 2 ]
	[[ ${lines[0]} == 'HELOISE CRITICAL - '*' oldest='*'s;;3600;0'* ]]
	heloise --status -c 0s
	[ "$status" -eq 2 ]
	heloise --json --status -w 1
	[ "$status" -eq 1 ]
	[ "$(of .state)" = warning ]
	for bad in '' many 5,6 -1; do
		heloise --status -w "$bad"
		[ "$status" -eq 3 ]
		[[ $output == 'HELOISE UNKNOWN - --warning '*': expected a number'* ]]
	done
	heloise -w 5
	[ "$status" -eq 64 ]
	heloise --warning 5 -bp
	[ "$status" -eq 64 ]
}

@test "the last success and error of each account" {
	local port

	start_relay
	use 'linger no' 'account down' 'relay 127.0.0.1:1' 'account idle'
	send bob@example.org
	HELOISE_SPOOL=$SPOOL run "$HELOISE" -C "$CONF" -a down -odi \
	    carol@example.org <<<"$MAIL"
	[ "$status" -eq 0 ]
	status
	[ "$(of '.accounts | map(.name) | @csv')" = ',"down","idle"' ]
	(($(date +%s) - $(of '.accounts[0].last_success') < 60))
	[ "$(of '.accounts[0].last_error')" = null ]
	[ "$(of '.accounts[1].last_success')" = null ]
	[[ $(of '.accounts[1].last_error.cause') == *'127.0.0.1:1'*refused ]]
	[ "$(of '.accounts[2].last_error')" = null ]
	heloise --status
	[[ ${lines[2]} == 'account down: last success never, last error 20'*'Z: cannot connect to 127.0.0.1:1: '* ]]
}

@test "a queue run is noted, too, and a bar in the reply is not the plugin's" {
	start_relay --fail 'MAIL:451 4.3.0 first | second'
	use 'linger no'
	send -odq bob@example.org
	heloise -q
	status
	[[ $(of '.accounts[0].last_error.cause') == *'451 4.3.0 first | second'* ]]
	heloise --status
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[1]} == *'first / second'* ]]
}

@test "wrong settings, and a spool that cannot be read: unknown" {
	start_relay
	use 'relay'
	heloise --status
	[ "$status" -eq 3 ]
	[[ $output == "HELOISE UNKNOWN - $CONF:"* ]]
	use 'linger no'
	mkdir -p "$SPOOL"
	chmod 777 "$SPOOL"
	status
	[ "$status" -eq 3 ]
	[ "$(of .state)" = unknown ]
	[[ $(of .error) == *"others may write to $SPOOL"* ]]
	status --prometheus
	[ "$status" -eq 3 ]
}

@test "a spool that takes no history fails no delivery" {
	start_relay
	use 'linger no'
	mkdir -m 700 "$SPOOL" "$SPOOL/slots"
	mkdir "$SPOOL/slots/account-.last"
	send bob@example.org
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(stored_count)" -eq 1 ]
	rm -rf "$SPOOL/slots"
	: >"$SPOOL/slots"
	send bob@example.org
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 2 ]
}

@test "metrics for Prometheus: each with its help and type, once" {
	start_relay
	use 'linger no' 'account work'
	send bob@example.org
	heloise --status --prometheus
	[ "$status" -eq 0 ]
	[[ $output == *$'\nheloise_waiting_messages 0\n'* ]]
	[[ $output == *$'\nheloise_last_success_timestamp_seconds{account=""} 1'* ]]
	[ "$(grep -c '^# TYPE heloise_.* gauge$' <<<"$output")" -eq 7 ]
	[ -z "$(grep -o '^# HELP [a-z_]*' <<<"$output" | sort | uniq -d)" ]
}
