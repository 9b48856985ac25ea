#!/usr/bin/env bats
# busy.bats - relays that take their time, or only a few connections
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

# burst N ARGUMENT...: N callers at once; each writes its exit status.
burst() {
	local i n=$1 pids=()

	shift
	: >"$BATS_TEST_TMPDIR/statuses"
	for ((i = 0; i < n; i++)); do
		{
			printf '%s' "$MAIL" | "$HELOISE" -C "$CONF" "$@" \
			    2>>"$BATS_TEST_TMPDIR/err" 3>&- &&
			    echo 0 >>"$BATS_TEST_TMPDIR/statuses"
		} &
		pids+=("$!")
	done
	wait "${pids[@]}"
	[ "$(grep -c '^0$' "$BATS_TEST_TMPDIR/statuses")" -eq "$n" ]
}

# fill N: so many messages wait.
fill() {
	local k

	for ((k = 0; k < $1; k++)); do
		send -odq "r$k@example.org"
		[ "$status" -eq 0 ]
	done
	[ "$(waiting)" -eq "$1" ]
}

# The most connections that the relay had at a time.
peak() {
	relay_log | awk '/^connect$/ { if (++n > most) most = n }
	    /^flights / { n-- }
	    END { print most + 0 }'
}

@test "a burst of callers at a relay that takes three: all in time, once" {
	start_relay --most 3 --think 100
	use 'linger no'
	burst 12 bob@example.org
	[ "$(stored_count)" -eq 12 ]
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	empty
}

@test "a burst has at most so many connections" {
	start_relay --think 100
	use 'linger no' 'connections 2'
	burst 8 bob@example.org
	[ "$(stored_count)" -eq 8 ]
	[ "$(peak)" -eq 2 ]
}

@test "a burst that queues has no more either" {
	start_relay --think 100
	use 'delivery queue' 'connections 2'
	burst 8 bob@example.org
	await has_stored 8
	await empty
	await idle
	[ "$(stored_count)" -eq 8 ]
	[ "$(peak)" -le 2 ]
}

@test "a burst in the background without linger: none is left" {
	start_relay --think 100
	use 'delivery background' 'connections 1' 'linger no'
	burst 12 bob@example.org
	await has_stored 12
	await empty
	await idle
	[ "$(stored_count)" -eq 12 ]
	[ "$(peak)" -eq 1 ]
}

@test "a queue run has several connections if the relay is slow" {
	start_relay --think 150
	use 'linger no' 'connections 4'
	fill 12
	heloise -q
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 12 ]
	empty
	[ "$(peak)" -ge 2 ]
	[ "$(peak)" -le 4 ]
}

@test "a queue run with connections 1, and with -v, has one" {
	start_relay --think 20
	use 'linger no' 'connections 1'
	fill 6
	heloise -q
	[ "$(stored_count)" -eq 6 ]
	[ "$(peak)" -eq 1 ]
	use 'linger no'
	fill 6
	heloise -q -v
	[ "$(stored_count)" -eq 12 ]
	[ "$(peak)" -eq 1 ]
}

@test "a queue run at a relay that takes two: no try is lost for it" {
	start_relay --think 300 --most 2
	use 'linger no' 'connections 4'
	fill 10
	heloise -q
	[ "$(stored_count)" -eq 10 ]
	empty
	[ "$(grep -c '^S: 421' "$RELAY_LOG")" -ge 1 ]
}

@test "a connection that the relay finds too many is closed at once" {
	local polite refuses after

	polite=$(script <<<polite)
	refuses=$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250 relay.example.org
		C~ ^MAIL
		S: 432 4.3.2 Concurrent connections limit exceeded
		C: QUIT
		S: 221 one less
	END
	)
	start_relay --think 150 --script "$polite" --script "$refuses" \
	    --script "$polite"
	use 'linger no' 'connections 2'
	fill 14
	heloise -q
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 14 ]
	empty
	after=$(relay_log | sed '1,/^S: 221 one less/d' | grep -c '^C: MAIL')
	echo "$after messages after it"
	[ "$after" -ge 4 ]
}

@test "a message that hangs does not keep a run's other connections" {
	local polite hangs pid

	polite=$(script <<<polite)
	hangs=$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250 relay.example.org
		C~ ^MAIL
		S: 250 yes
		C~ ^RCPT
		S: 250 yes
		C: DATA
		S: 354 go on
		silent
	END
	)
	start_relay --script "$hangs" --script "$polite"
	use 'linger no' 'connections 2' 'patience 5s'
	fill 4
	"$HELOISE" -C "$CONF" -q 3>&- &
	pid=$!
	await has_stored 3
	send carl@example.org
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	await has_stored 4
	kill "$pid"
	wait "$pid" || :
	[ "$(waiting)" -eq 1 ]
}

@test "the connection of a killed caller is free again" {
	local pid

	silent_relay
	use 'linger no' 'connections 1'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" bob@example.org <"$BATS_TEST_TMPDIR/mail" 3>&- &
	pid=$!
	await greeted
	start_relay
	printf '%s\n' "relay localhost:$RELAY_PORT" >>"$CONF"
	kill -KILL "$pid"
	wait "$pid" || :
	send bob@example.org
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "no connection within patience: queued, and it says why" {
	local pid

	silent_relay
	use 'linger no' 'connections 1' 'patience 1s'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" --patience 1h bob@example.org \
	    <"$BATS_TEST_TMPDIR/mail" 3>&- &
	pid=$!
	await greeted
	send carl@example.org
	[ "$status" -eq 0 ]
	[[ $stderr == *"cannot send to $(sed -n 's/^relay  *//p' "$CONF"):"* ]]
	[[ $stderr == *'all connections that `connections 1` allows'* ]]
	[[ $stderr != *hint:* ]]
	[[ $stderr == *'queued as'* ]]
	heloise -bp
	[[ $output == *'carl@example.org'* ]]
	[[ $output == *', kept back, by uid '* ]]
	kill "$pid"
	wait "$pid" || :
}

@test "no connection, as the relay takes no more: its words say why" {
	local pid

	start_relay --script "$(script <<<$'S: 220 hi\nsilent')" --script \
	    "$(script <<<'S: 421 4.3.2 Too many open connections')"
	use 'linger no' 'patience 1s'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" --patience 1h bob@example.org \
	    <"$BATS_TEST_TMPDIR/mail" 3>&- &
	pid=$!
	await greeted
	send carl@example.org
	[ "$status" -eq 0 ]
	[[ $stderr == *'Too many open connections'*'queued as'* ]]
	[ "$(grep -c '^S: 421' "$RELAY_LOG")" -eq 1 ]
	kill "$pid"
	wait "$pid" || :
}

# busy_for N: a relay that refuses N connections and then takes mail.
busy_for() {
	local k scripts=()

	echo 'S: 421 4.3.2 Too many open connections' >"$BATS_TEST_TMPDIR/busy"
	echo polite >"$BATS_TEST_TMPDIR/polite"
	for ((k = 0; k < $1; k++)); do
		scripts+=(--script "$BATS_TEST_TMPDIR/busy")
	done
	start_relay "${scripts[@]}" --script "$BATS_TEST_TMPDIR/polite"
}

# occupied: a relay whose only connection is ours, until "vacate".
occupied() {
	start_relay --most 1
	exec {HELD}<>"/dev/tcp/127.0.0.1/$RELAY_PORT"
	read -r -t 30 -u "$HELD"
}

vacate() {
	exec {HELD}>&-
}

@test "a caller that a busy relay refuses has not tried, in the log" {
	local log=$BATS_TEST_TMPDIR/log

	start_relay --fail 'GREETING:421 4.3.2 Too many connections'
	use 'linger no' 'patience 1s' "log $log"
	send bob@example.org
	[ "$status" -eq 0 ]
	[[ $(<"$log") == *' code=421 '*' tries=0 '* ]]
}

@test "a caller asks a busy relay again" {
	busy_for 2
	use 'linger no'
	send bob@example.org
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^connect$')" -eq 3 ]
}

# The pauses before the last connection take three seconds at least.
@test "the deadline is for all connections to a busy relay together" {
	local k scripts=() start

	echo 'S: 421 4.3.2 Too many open connections' >"$BATS_TEST_TMPDIR/busy"
	printf '%s\n' 'S: 220 hi' silent >"$BATS_TEST_TMPDIR/silent"
	for ((k = 0; k < 5; k++)); do
		scripts+=(--script "$BATS_TEST_TMPDIR/busy")
	done
	start_relay "${scripts[@]}" --script "$BATS_TEST_TMPDIR/silent"
	use 'linger no' 'deadline 9s'
	start=${EPOCHREALTIME/./}
	send bob@example.org
	[ "$status" -eq 0 ]
	[[ $stderr == *'no answer'*'queued as'* ]]
	[ "$((${EPOCHREALTIME/./} - start))" -lt 11900000 ]
}

@test "a queued message is tried again within seconds, not after an hour" {
	occupied
	use 'retry-min 1h' 'patience 1s'
	send bob@example.org
	[ "$status" -eq 0 ]
	[[ $stderr == *'Too many concurrent connections'*'queued as'* ]]
	grep -qx 'tries 0' "$SPOOL"/queue/*.note
	vacate
	await has_stored 1
	await empty
}

@test "a busy relay is not hammered" {
	start_relay --fail 'GREETING:421 4.3.2 Too many open connections'
	use 'linger no' 'patience 3s'
	send bob@example.org
	[ "$status" -eq 0 ]
	[ "$(relay_log | grep -c '^connect$')" -le 6 ]
}

asked() {
	[ "$(relay_log | grep -c '^connect$')" -ge "$1" ]
}

@test "many messages do not make a run ask a busy relay more often" {
	local start

	start_relay --fail 'GREETING:421 4.3.2 Too many open connections'
	use 'linger no'
	fill 12
	use
	start=${EPOCHREALTIME/./}
	send -odb bob@example.org
	await asked 3
	[ "$(((${EPOCHREALTIME/./} - start) / 1000))" -ge 2900 ]
}

@test "queue no, and the relay is busy: 75 after patience" {
	start_relay --fail 'GREETING:421 4.3.2 Too many open connections'
	use 'queue no' 'patience 1s'
	send bob@example.org
	[ "$status" -eq 75 ]
	[[ $stderr == *'Too many open connections'* ]]
}

@test "-bs: a client waits for its connection, too" {
	local pid

	start_relay --most 1 --think 200
	use 'linger no'
	burst 1 bob@example.org &
	pid=$!
	run "$HELOISE" -C "$CONF" -bs <<'END'
EHLO here
MAIL FROM:<alice@example.org>
RCPT TO:<bob@example.org>
DATA
Subject: one

one
.
MAIL FROM:<alice@example.org>
RCPT TO:<bob@example.org>
DATA
Subject: two

two
.
QUIT
END
	wait "$pid"
	[ "$status" -eq 0 ]
	[ "$(grep -c '^250 .*queued as' <<<"$output")" -eq 2 ]
	[ "$(stored_count)" -eq 3 ]
	empty
}

@test "rate: callers wait within patience, then mail waits its time" {
	local next log=$BATS_TEST_TMPDIR/log

	start_relay
	use 'linger no' 'rate 2/1h' 'patience 1s' "log $log"
	send bob@example.org
	send bob@example.org
	[ "$(stored_count)" -eq 2 ]
	send carl@example.org
	[ "$status" -eq 0 ]
	[[ $stderr == *'`rate 2/1h` allows no more'*'queued as'* ]]
	[[ $(tail -n 1 "$log") == *' stage=wait '*' tries=0 '*' rtt=- '* ]]
	next=$(sed -n 's/^next //p' "$SPOOL"/queue/*.note)
	[ "$next" -gt "$(($(date +%s) + 3500))" ]
	[ "$next" -le "$(($(date +%s) + 3601))" ]
	heloise -v -q
	[[ $output == '0 tried:'*'1 not tried: `rate` allows no more'* ]]
	[ "$(stored_count)" -eq 2 ]
	[ "$(waiting)" -eq 1 ]
}

@test "rate: a caller that waits for it keeps nobody from a connection" {
	local pid i

	start_relay
	use 'linger no' 'connections 1' 'rate 1/1m'
	send bob@example.org
	printf '%s' "$MAIL" | "$HELOISE" -C "$CONF" --patience 1h \
	    bob@example.org 3>&- &
	pid=$!
	use 'linger no' 'connections 1' 'patience 2s'
	for i in 1 2 3 4 5; do
		send "carl$i@example.org"
		[ "$status" -eq 0 ]
		[[ $stderr != *connections* ]]
	done
	await has_stored 6
	kill -0 "$pid"
	kill "$pid"
	wait "$pid" || :
}

@test "rate: connections that a busy relay refuses do not count" {
	occupied
	use 'rate 1/1h' 'patience 1s'
	send bob@example.org
	[[ $stderr == *'Too many concurrent connections'*'queued as'* ]]
	vacate
	await has_stored 1
	await empty
	send carl@example.org
	[[ $stderr == *'allows no more'* ]]
}

@test "rate: a queue run keeps to it and goes on by itself" {
	start_relay
	use 'rate 3/2s' 'delivery queue'
	burst 7 bob@example.org
	await has_stored 7
	await empty
	[ "$(stored_count)" -eq 7 ]
}

@test "a message with which the connection is lost does not stop the others" {
	echo polite >"$BATS_TEST_TMPDIR/polite"
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250 relay.example.org
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		body
	END
	)" --script "$BATS_TEST_TMPDIR/polite"
	use 'linger no'
	fill 5
	heloise -q
	[ "$(waiting)" -eq 1 ]
	grep -qx 'tries 1' "$SPOOL"/queue/*.note
	[ "$(relay_log | grep -c '^connect$')" -eq 2 ]
}
