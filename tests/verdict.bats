#!/usr/bin/env bats
# verdict.bats - a verdict waits for nothing, and nothing is left behind
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

LIMIT=6000	# ms, where 10 seconds would be the mistake

# takes KEYWORD STEP...: a relay with this extension that takes a message in
# each connection, and these steps after it.
takes() {
	local keyword=$1

	shift
	start_relay --script "$(printf '%s\n' 'S: 220 hi' 'C~ ^EHLO' \
	    'S: 250-relay.example.org' "S: 250 $keyword" 'C~ ^MAIL' 'S: 250 ok' 'C~ ^RCPT' 'S: 250 ok' \
	    'C: DATA' 'S: 354 go' body 'S: 250 taken' "$@" | script)"
}

# The relays: what follows the final dot is read and discarded; QUIT gets no
# answer; QUIT is the end; the end comes without QUIT.
relay_discards() {
	takes PIPELINING silent
}

relay_never_answers() {
	takes SIZE 'C: QUIT' silent
}

relay_only_closes() {
	takes PIPELINING 'C: QUIT' eof
}

relay_resets() {
	takes PIPELINING reset
}

# quickly COMMAND...: true, and within the limit.
quickly() {
	local start=${EPOCHREALTIME/./} ms

	"$@" || return
	ms=$(((${EPOCHREALTIME/./} - start) / 1000))
	echo "$ms ms: $*"
	[ "$ms" -lt "$LIMIT" ]
}

now() {
	send -v -t
	[ "$status" -eq 0 ] || return
	[[ $stderr == *'accepted by the relay: taken'* ]]
}

in_background() {
	send -odb -t
	[ "$status" -eq 0 ] || return
	await arrived
}

by_a_run() {
	send -odq -t
	heloise -q
	[ "$status" -eq 0 ] || return
	arrived
}

in_a_dialogue() {
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(
	    dialogue bob@example.org)
	[ "$status" -eq 0 ] || return
	[[ $output == *' taken'* ]]
}

# The relay has it, and the queue has not.
arrived() {
	has_stored 1 && empty
}

# dialogue RECIPIENT...: a message to each.
dialogue() {
	local to

	printf 'EHLO client\r\n'
	for to; do
		printf '%s\r\n' 'MAIL FROM:<alice@example.org>' \
		    "RCPT TO:<$to>" DATA "Subject: hi" '' hello .
	done
	printf 'QUIT\r\n'
}

@test "no answer to QUIT: the verdict is there at once, and one copy" {
	local relay way

	for relay in relay_discards relay_never_answers relay_only_closes \
	    relay_resets; do
		for way in now in_background by_a_run in_a_dialogue; do
			SPOOL=$BATS_TEST_TMPDIR/spool.$relay.$way
			$relay
			use 'linger no'
			echo "$relay, $way"
			quickly "$way"
			await idle
			[ "$(stored_count)" -eq 1 ]
			empty
			stop_relay
		done
	done
}

@test "no answer to QUIT: a dialogue goes on at once, and so do accounts" {
	local first

	relay_discards
	use
	quickly run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(
	    dialogue bob@example.org carol@example.org dave@example.org)
	[ "$(stored_count)" -eq 3 ]

	first=$RELAY_PORT
	relay_discards
	CONF=$(conf 'tls none' 'helo app.example.org' "spool $SPOOL" \
	    'linger no' \
	    'account one' "relay localhost:$first" 'match a@example.org' \
	    'account two' "relay localhost:$RELAY_PORT" \
	    'match b@example.org')
	send -odq -f a@example.org bob@example.org
	send -odq -f b@example.org bob@example.org
	quickly heloise -q
	empty
	[ "$(stored_count)" -eq 1 ]
}

@test "-v shows the answer to QUIT before the program ends" {
	takes PIPELINING 'C: QUIT' 'nap 5' 'S: 221 bye'
	use
	send -v -t
	[ "$status" -eq 0 ]
	[[ $stderr == *'C: QUIT'*'S: 221'* ]]
}

# orphans OPTION...: the same as send, with a process 1 that never waits.
# FOUND is what tests/orphans has found.
orphans() {
	local apart=(unshare --pid --fork --kill-child --mount-proc)

	"${apart[@]}" true 2>/dev/null || apart+=(--user --map-root-user)
	"${apart[@]}" true 2>/dev/null || skip 'needs a namespace of processes'
	run --separate-stderr timeout 60 "${apart[@]}" \
	    "$RELAY_HOME/../orphans" "$HELOISE" -C "$CONF" "$@" < <(
	    printf '%s' "$MAIL")
	FOUND=${output##*$'\n'}
	echo "status $status, $FOUND: $*"
}

@test "all accepted: no process is left, no zombie" {
	start_relay
	use
	orphans -t
	[ "$status" -eq 0 ]
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	use 'linger no'
	orphans -t
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	use 'queue no'
	orphans -t
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	use
	MAIL=$(dialogue bob@example.org carol@example.org) orphans -bs
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	[ "$(stored_count)" -eq 5 ]
	orphans -q
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	relay_discards
	use
	orphans -t
	[ "$status" -eq 0 ]
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
}

@test "refused, or only queued: no process is left, no zombie" {
	start_relay --fail 'RCPT:550 5.1.1 no such user'
	use 'max-size 1k'
	orphans -t
	[ "$status" -eq 67 ]
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	orphans
	[ "$status" -eq 64 ]
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	MAIL=$(dialogue) orphans -bs
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	use 'max-size 1k' 'linger no'
	orphans -odq -t
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	MAIL+=$(printf '%02000d' 0)
	orphans -t
	[ "$status" -ne 0 ]
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
}

@test "something is queued: only the runner is left" {
	start_relay
	use 'linger no'
	orphans -odb -t
	[ "$status" -eq 0 ]
	[[ $FOUND == *' 1 in the end' ]]
	[ "$(stored_count)" -eq 1 ]
	start_relay --fail 'RCPT:450 4.2.0 later'
	use 'linger no'
	orphans -t
	[ "$status" -eq 0 ]
	[ "$FOUND" = '0 left, 0 ended, 0 in the end' ]
	[ "$(waiting)" -eq 1 ]
}

@test "a delivery in the background: all its processes end" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250-relay.example.org
		S: 250 PIPELINING
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		body
		wait 1500
		S: 250 taken
		silent
	END
	)"
	use 'linger no' 'patience 1s'
	orphans -t
	[ "$status" -eq 0 ]
	[[ $stderr == *'delivery goes on'* ]]
	[[ $FOUND == *' 2 in the end' ]]
	[ "$(stored_count)" -eq 1 ]
	empty
}

# stuck_send OPTION...: the mail, with a full pipe as stderr that nobody reads.
stuck_send() {
	local pipe=$BATS_TEST_TMPDIR/stuck

	mkfifo "$pipe"
	exec {STUCK}<>"$pipe"
	! dd if=/dev/zero of="$pipe" bs=4096 count=10000 oflag=nonblock \
	    2>/dev/null || return 1
	"$HELOISE" -C "$CONF" "$@" >/dev/null 2>"$pipe" 3>&- \
	    < <(printf '%s' "$MAIL") &
	STUCK_PID=$!
}

one_waits() {
	[ "$(waiting)" -eq 1 ]
}

# The one message in the queue is not locked.
unlocked() {
	flock -n "$SPOOL/queue/$(messages queue)" true
}

@test "nobody reads stderr: the queued message is not locked meanwhile" {
	start_relay
	stop_relay
	use 'linger no'
	stuck_send -t
	await one_waits
	quickly await unlocked
	wait "$STUCK_PID"
}

@test "nobody reads stderr, patience over: no lock after the delivery" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		nap 1500
		S: 450 later
	END
	)"
	use 'linger no' 'patience 1s'
	stuck_send -t
	await one_waits
	await test -s "$SPOOL/queue/$(messages queue).note"
	quickly await unlocked
	wait "$STUCK_PID"
}

@test "nobody reads stderr: with -v the message is sent all the same" {
	start_relay
	use 'linger no'
	stuck_send -v -t
	await has_stored 1
	wait "$STUCK_PID"
}
