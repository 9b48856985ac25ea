#!/usr/bin/env bats
# runs.bats - runs of the queue: by the clock, and told to stop
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

# The processes of this program that have this configuration.
loops() {
	local dir argv

	for dir in /proc/[0-9]*; do
		mapfile -d '' -t argv <"$dir/cmdline" || continue
		[[ ${argv[0]} != */heloise || " ${argv[*]} " != *" $CONF "* ]] ||
		    echo "${dir#/proc/}"
	done 2>/dev/null | sort -n
}

no_loops() {
	[ -z "$(loops)" ]
}

ended() {
	! kill -0 "$1" 2>/dev/null
}

@test "-q15m: detached at once, and runs the queue" {
	start_relay
	use 'linger no'
	send -odq -t
	# The shell waits for every process that holds its pipe.
	output=$("$HELOISE" -C "$CONF" -q15m 2>&1)
	[ -z "$output" ]
	await has_stored 1
	[ -n "$(loops)" ]
	kill -TERM "$(loops | head -n 1)"
	await no_loops
}

@test "-q1s -bD: in the foreground, again and again, until SIGTERM" {
	local pid status=0 sig

	start_relay
	use 'linger no' 'retry-min 1s' 'retry-max 1s'
	for sig in TERM INT; do
		"$HELOISE" -C "$CONF" -q1s -bD </dev/null \
		    2>"$BATS_TEST_TMPDIR/err" 3>&- &
		pid=$!
		# The spool need not be there yet.
		send -odq -t
		await empty
		send -odq -t
		await empty
		kill -0 "$pid"
		# Bash has its children in the background ignore SIGINT.
		kill -"$sig" "$pid"
		status=0
		wait "$pid" || status=$?
		[ "$status" -eq 0 ]
		# The goodbye of a run may still have been going on.
		run ! grep -v 'queue run goes on without this terminal$' \
		    "$BATS_TEST_TMPDIR/err"
	done
	[ "$(stored_count)" -eq 4 ]
	await no_loops
}

@test "a run while the relay is down: 0, nothing said, all stays" {
	start_relay
	stop_relay
	use 'linger no'
	send -odq a@example.org
	send -odq b@example.org
	heloise -q
	[ "$status" -eq 0 ]
	[ -z "$stderr$output" ]
	[ "$(waiting)" -eq 2 ]
	heloise -v -q
	[[ $output == *"1 tried: 0 delivered, 0 given up, 1 to be tried again"* ]]
	[[ $output == *"1 not tried: the relay cannot be used now"* ]]
}

@test "a runner that lingers ends by SIGTERM, and nothing is lost" {
	local port

	start_relay
	port=$RELAY_PORT
	stop_relay
	use
	send -t
	[ "$(waiting)" -eq 1 ]
	await lingers
	# shellcheck disable=SC2046 # there may be several
	kill -TERM $(runners)
	await idle
	[ "$(waiting)" -eq 1 ]
	start_relay --port "$port"
	heloise -q
	[ "$(stored_count)" -eq 1 ]
}

one_lingers() {
	[ "$(runners | wc -l)" -eq 1 ]
}

@test "of those that could linger for a spool, one does" {
	start_relay
	stop_relay
	use 'retry-min 1h'
	send -t
	await one_lingers
	first=$(runners)
	send -t
	send -t
	[ "$(waiting)" -eq 3 ]
	await one_lingers
	[ "$(runners)" = "$first" ]
}

@test "a runner that lingers heeds a configuration that was mended" {
	local wrong

	start_relay
	wrong=$RELAY_PORT
	stop_relay
	start_relay
	use 'retry-min 1s'
	sed -i "s/^relay .*/relay localhost:$wrong/" "$CONF"
	send -t
	[ "$(waiting)" -eq 1 ]
	await lingers
	sed -i "s/^relay .*/relay localhost:$RELAY_PORT/" "$CONF"
	await has_stored 1
	await idle
}

@test "a configuration that went wrong is named once, and the old one stays" {
	local pid log=$BATS_TEST_TMPDIR/log

	start_relay
	use 'linger no' "log $log"
	"$HELOISE" -C "$CONF" -q1s -bD </dev/null \
	    2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	send -odq -t
	await has_stored 1
	cp "$CONF" "$CONF.good"
	echo 'bogus x' >>"$CONF"
	await grep -q "$CONF:.*: bogus: no setting has this name" "$log"
	cp "$CONF.good" "$CONF.new"
	"$HELOISE" -C "$CONF.new" -odq -f a@example.org b@example.org <<<'x: y'
	await has_stored 2
	[ "$(grep -c bogus "$log")" -eq 1 ]
	[ "$(grep -c bogus "$BATS_TEST_TMPDIR/err")" -eq 1 ]
	kill -TERM "$pid"
	wait "$pid"
}

lingers() {
	[ -n "$(runners)" ]
}

@test "SIGTERM to each process of a run: the message stays, once" {
	local pid i

	for i in 0 1 2; do
		silent_relay
		use 'linger no'
		send -odq -t
		"$HELOISE" -C "$CONF" -q </dev/null 2>/dev/null 3>&- &
		pid=$!
		await greeted
		kill -TERM "$(loops | sed -n "$((i + 1))p")"
		# Not all of them heed it; the one that was started does.
		kill -TERM "$pid" 2>/dev/null || :
		wait "$pid" || :
		await no_loops
		[ "$(waiting)" -eq 1 ]
		stop_relay
		start_relay
		use 'linger no'
		heloise -q
		[ "$(stored_count)" -eq 1 ]
		[ "$(waiting)" -eq 0 ]
		stop_relay
	done
}

@test "SIGTERM when the relay may have it: noted by a run" {
	local pid

	swallowing_relay
	use 'linger no' 'retry-min 1h'
	send -odq -t
	"$HELOISE" -C "$CONF" -q </dev/null 2>/dev/null 3>&- &
	pid=$!
	await has_stored 1
	kill -TERM "$pid"
	wait "$pid" || :
	await no_loops
	heloise -bp
	[[ $output == *'tried once'*'may have arrived'* ]]
	[[ $output != *'due now'* ]]
}

@test "SIGTERM when the relay may have it: noted by the process that stays" {
	swallowing_relay
	use 'patience 1s' 'retry-min 1h' "log $BATS_TEST_TMPDIR/log"
	send -t
	[ "$status" -eq 0 ]
	[[ $stderr == *'delivery goes on'* ]]
	await has_stored 1
	# shellcheck disable=SC2046 # there are several
	kill -TERM $(loops)
	await grep -q 'tries=1 .* result=deferred' "$BATS_TEST_TMPDIR/log"
	heloise -bp
	[[ $output == *'tried once'*'may have arrived'* ]]
	[[ $output != *'due now'* ]]
	[ "$(stored_count)" -eq 1 ]
}

@test "a process that stays keeps no directory in use" {
	local pid

	start_relay
	use 'retry-min 1s'
	mkdir "$BATS_TEST_TMPDIR/usb"
	mv "$CONF" "$BATS_TEST_TMPDIR/usb/conf"
	CONF=conf
	SPOOL=$BATS_TEST_TMPDIR/usb/queue
	stop_relay
	(cd "$BATS_TEST_TMPDIR/usb" &&
	    printf '%s' "$MAIL" | "$HELOISE" -C conf --spool queue -t 3>&-)
	[ "$(waiting)" -eq 1 ]
	for pid in $(loops); do
		[ "$(readlink "/proc/$pid/cwd")" = / ]
	done
	[ -n "$pid" ]
	# Its file is read again by the same name.
	start_relay
	sed -i "s/^relay .*/relay localhost:$RELAY_PORT/" \
	    "$BATS_TEST_TMPDIR/usb/conf"
	await has_stored 1
}

@test "a dispatcher that is killed: the agent ends with it" {
	local pid

	silent_relay
	use 'linger no'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/mail" 2>/dev/null 3>&- &
	pid=$!
	await greeted
	# The agent has a connector.
	[ "$(loops | wc -l)" -eq 3 ]
	kill -KILL "$pid"
	wait "$pid" || :
	await no_loops
}

@test "SIGHUP while the relay is silent: delivery goes on" {
	local pid

	silent_relay
	use 'linger no' 'patience 1s'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/mail" \
	    2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	await greeted
	# shellcheck disable=SC2046 # all of them
	kill -HUP $(loops)
	wait "$pid"
	grep -q 'delivery goes on' "$BATS_TEST_TMPDIR/err"
	[ "$(waiting)" -eq 1 ]
}

@test "standard error is closed: no SIGPIPE, and the mail goes" {
	local status=0

	start_relay
	use 'linger no'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	# A pipe that nobody reads.
	exec {pipe}> >(:)
	wait $!
	"$HELOISE" -C "$CONF" -v -t <"$BATS_TEST_TMPDIR/mail" 2>&"$pipe" \
	    3>&- || status=$?
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "SIGTERM while the message is still being read: nothing is kept" {
	local pid status=0

	start_relay
	use 'linger no'
	mkfifo "$BATS_TEST_TMPDIR/in"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/in" 2>/dev/null 3>&- &
	pid=$!
	exec {in}>"$BATS_TEST_TMPDIR/in"
	printf '%s' "$MAIL" >&"$in"
	await read_up
	kill -TERM "$pid"
	wait "$pid" || status=$?
	exec {in}>&-
	[ "$status" -eq 143 ]
	await no_loops
	[ "$(stored_count)" -eq 0 ]
	[ "$(waiting)" -eq 0 ]
	[ -z "$(find "$SPOOL" -type f)" ]
}

# The spool is there, so that the message is being read.
read_up() {
	[ -d "$SPOOL/failed" ]
}
