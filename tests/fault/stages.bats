#!/usr/bin/env bats
# stages.bats - the relay dies at each stage; clocks go wrong; signals

load ../relay/relay

setup() {
	follow_tests
	SPOOL=$BATS_TEST_TMPDIR/spool
	MAIL=$BATS_TEST_TMPDIR/mail
	printf 'To: bob@example.org\nFrom: alice@example.org\n\nhello\n' \
	    >"$MAIL"
}

# heloise PORT OPTION...: with nobody who stays behind.
heloise() {
	local port=$1

	shift
	"$HELOISE" -C "$CONF" --relay "127.0.0.1:$port" "$@" <"$MAIL"
}

use() {
	CONF=$(conf 'tls none' 'helo app.example.org' \
	    'from alice@example.org' "spool $SPOOL" 'linger no' "$@")
}

waiting() {
	find "$SPOOL/queue" -type f ! -name '*.note' | wc -l
}

# The dialogues, a step a line; after some steps the message has arrived
# ("+"), after some the client was told so ("!").
alone=$(cat <<'END'
  S- 22
  S- 0 hi\r\n
  C~ ^EHLO
  S- 250-relay.exam
  S- ple.org\r\n250 SIZE\r\n
  C~ ^MAIL
  S: 250 fine
  C~ ^RCPT
  S: 250 fine
  C: DATA
  S: 354 go
  read 10
+ body
+ S- 25
! S- 0 taken\r\n
! C: QUIT
END
)
pipelined=$(cat <<'END'
  S: 220 hi
  C~ ^EHLO
  S- 250-relay.example.org\r\n250 PIPELINING\r\n
  C~ ^MAIL
  C~ ^RCPT
  C: DATA
  S: 250 fine
  S: 250 fine
  S: 354 go
  read 10
+ body
+ S- 25
! S- 0 taken\r\n
! C: QUIT
END
)
chunked=$(cat <<'END'
  S: 220 hi
  C~ ^EHLO
  S- 250-relay.example.org\r\n250-PIPELINING\r\n250 CHUNKING\r\n
  C~ ^MAIL
  C~ ^RCPT
  C: BDAT 0
  S: 250 fine
  S: 250 fine
  S: 250 fine
+ bdat
+ S- 25
! S- 0 taken\r\n
! C: QUIT
END
)

# part STEPS N END: the first N steps, and the end.
part() {
	local steps

	steps=$(head -n "$2" <<<"$1" | sed 's/^..//')
	# What was read before is not in the body, so read nothing before it.
	[ "$2" -lt "$last" ] || steps=$(grep -v '^read' <<<"$steps")
	printf '%s\n' "$steps" "$3"
}

# Submit (-t) or run the queue (-q) against each part of a dialogue.
die_at_each_stage() {
	local how=$1 steps=$2 end n last state now want

	use
	start_relay
	after_port=$RELAY_PORT after_store=$RELAY_STORE
	last=$(grep -n '^+' <<<"$steps" | head -n 1)
	last=${last%%:*}
	for end in eof reset; do
		for ((n = 0; n <= $(wc -l <<<"$steps"); n++)); do
			state=$(head -n "$n" <<<"$steps" | tail -n 1)
			[ "$how" = -t ] || heloise 1 -odq -t
			start_relay --script "$(part "$steps" "$n" "$end" |
			    script)" --max 1
			heloise "$RELAY_PORT" "$how" 2>"$BATS_TEST_TMPDIR/err"
			case $state in
			!*) now=1 want=0 ;;
			+*) now=1 want=1 ;;
			*) now=0 want=1 ;;
			esac
			echo "$end after $n steps (${state:2}):" \
			    "$(stored_count) there, $(waiting) in the queue" \
			    "($now $want)"
			[ "$(stored_count)" -eq "$now" ]
			[ "$(waiting)" -eq "$want" ]
			[ "$want$how" != 1-t ] ||
			    grep -q 'queued as' "$BATS_TEST_TMPDIR/err"
			# Only who may have got it may get it twice.
			[ "$now$want" != 11 ] ||
			    grep -q ' doubt ' "$SPOOL"/queue/*.note
			stop_relay
			heloise "$after_port" -q
			RELAY_STORE=$after_store
			[ "$(stored_count)" -eq "$want" ]
			[ "$(waiting)" -eq 0 ]
			rm -f "$after_store"/*
		done
	done
}

@test "submission, no extensions: the relay dies at each stage" {
	die_at_each_stage -t "$alone"
}

@test "submission, PIPELINING: the relay dies at each stage" {
	die_at_each_stage -t "$pipelined"
}

@test "submission, CHUNKING: the relay dies at each stage" {
	die_at_each_stage -t "$chunked"
}

@test "run of the queue, no extensions: the relay dies at each stage" {
	die_at_each_stage -q "$alone"
}

@test "run of the queue, CHUNKING: the relay dies at each stage" {
	die_at_each_stage -q "$chunked"
}

# A run as the lingering runner does it: of what is due, again and again.
deliver_what_is_due() {
	local pid

	"$HELOISE" -C "$CONF" --relay "127.0.0.1:$RELAY_PORT" -bD -q1s \
	    <"$MAIL" 3>&- &
	pid=$!
	await empty
	kill "$pid"
	wait "$pid" || :
}

empty() {
	[ "$(waiting)" -eq 0 ]
}

# at SECONDS COMMAND...: with the clock that far ahead.
at() {
	FAULT_CLOCK=$1 LD_PRELOAD=$SHIM "${@:2}"
}

@test "the clock is set back by a year after a failure" {
	use 'retry-min 2s' 'retry-max 4s'
	at 31536000 heloise 1 -t
	[ "$(waiting)" -eq 1 ]
	next=$(sed -n 's/^next //p' "$SPOOL"/queue/*.note)
	[ "$next" -gt $(($(date +%s) + 31000000)) ]
	start_relay
	deliver_what_is_due
	[ "$(stored_count)" -eq 1 ]
}

@test "a message from the future that fails: not given up, not in a year" {
	use 'retry-min 2s' 'retry-max 4s'
	at 31536000 heloise 1 -t
	heloise 1 -q
	[ "$(waiting)" -eq 1 ]
	next=$(sed -n 's/^next //p' "$SPOOL"/queue/*.note)
	[ "$next" -le $(($(date +%s) + 10)) ]
	start_relay
	deliver_what_is_due
	[ "$(stored_count)" -eq 1 ]
}

@test "clocks apart by days: ids stay apart, all arrive once" {
	local i

	use
	for i in 0 -864000 864000 0 -864000 864000; do
		at "$i" heloise 1 -odq -t
	done
	[ "$(waiting)" -eq 6 ]
	start_relay
	heloise "$RELAY_PORT" -q
	[ "$(stored_count)" -eq 6 ]
	[ "$(waiting)" -eq 0 ]
}

# A run of the queue that hangs at a silent relay is told to stop.
told_to_stop() {
	local pid status=0

	use
	heloise 1 -odq -t
	silent_relay
	"$HELOISE" -C "$CONF" --relay "127.0.0.1:$RELAY_PORT" -q \
	    <"$MAIL" 2>/dev/null 3>&- &
	pid=$!
	await greeted
	kill "-$1" "$pid"
	SECONDS=0
	wait "$pid" || status=$?
	[ "$SECONDS" -le 60 ]
	[ "$(waiting)" -eq 1 ]
	stop_relay
	start_relay
	heloise "$RELAY_PORT" -q
	[ "$(stored_count)" -eq 1 ]
	[ "$(waiting)" -eq 0 ]
}

@test "SIGTERM to a run of the queue: it ends, the message stays" {
	told_to_stop TERM
}

@test "SIGINT to a run of the queue: it ends, the message stays" {
	told_to_stop INT
}
