# relay.bash - what tests/*.bats need to play with the relay
#
# load relay/relay
#
# A test may start several relays; the RELAY_* variables are of the one
# started last.  A relay that saw something other than its script, or that
# crashed, fails the test in teardown.  Whoever overrides teardown calls
# stop_relays.
#
# shellcheck shell=bash

RELAY_HOME=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
: "${RELAY:=$RELAY_HOME/relay}"
: "${HELOISE:=${RELAY_HOME%/tests/relay}/heloise}"
declare -ga RELAY_PIDS=()

# start_relay [OPTION...]: start it and wait until it listens.  Sets
# RELAY_PID, RELAY_PORT, RELAY_LOG (its log) and RELAY_STORE (its store).
start_relay() {
	local dir

	dir=$(mktemp -d "$BATS_TEST_TMPDIR/relay.XXXXXX")
	mkdir "$dir/store"
	mkfifo "$dir/in" "$dir/out"
	RELAY_LOG=$dir/log RELAY_STORE=$dir/store
	"$RELAY" --log "$RELAY_LOG" --store "$RELAY_STORE" "$@" \
	    <"$dir/in" >"$dir/out" 2>"$dir/err" 3>&- &
	RELAY_PID=$!
	RELAY_PIDS+=("$RELAY_PID")
	exec {RELAY_IN}>"$dir/in" {RELAY_OUT}<"$dir/out"
	# shellcheck disable=SC2034 # RELAY_PORT is for the test
	if ! read -r -t 20 RELAY_PORT <&"$RELAY_OUT"; then
		cat "$dir/err" >&2
		return 1
	fi
}

# relay_sync: wait until no connection is open.
relay_sync() {
	local answer status=0

	# In a subshell, which SIGPIPE may have if the relay has left.
	(echo sync >&"$RELAY_IN") 2>/dev/null || return 0
	read -r -t 20 answer <&"$RELAY_OUT" || status=$?
	[ "$status" -eq 1 ] || [ "$answer" = idle ]
}

# relay_log: all that has happened, once no connection is open.
relay_log() {
	relay_sync && cat "$RELAY_LOG"
}

# stop_relay [PID]: end it; its exit status, and what it had to say.
stop_relay() {
	local pid=${1:-$RELAY_PID} status=0 i

	for i in "${!RELAY_PIDS[@]}"; do
		[ "${RELAY_PIDS[i]}" != "$pid" ] || unset "RELAY_PIDS[i]"
	done
	kill -TERM "$pid" 2>/dev/null || :
	wait "$pid" || status=$?
	if [ "$status" -ne 0 ]; then
		echo "relay $pid: exit status $status" >&2
		cat "$BATS_TEST_TMPDIR"/relay.*/err >&2
		grep -h '^mismatch' "$BATS_TEST_TMPDIR"/relay.*/log >&2 || :
	fi
	return "$status"
}

stop_relays() {
	local pid status=0

	for pid in "${RELAY_PIDS[@]}"; do
		stop_relay "$pid" || status=$?
	done
	return "$status"
}

teardown() {
	stop_relays
}

# stored N, envelope N: the files of the Nth message; stored_count.
stored() {
	echo "$RELAY_STORE/$1.msg"
}

envelope() {
	echo "$RELAY_STORE/$1.env"
}

stored_count() {
	find "$RELAY_STORE" -name '*.msg' | wc -l
}

# make_certs: have the certificates of relay/ca in $CERTS, once per run.
make_certs() {
	CERTS=$BATS_RUN_TMPDIR/certs
	[ ! -d "$CERTS" ] || return 0
	"$RELAY_HOME/ca" "$CERTS.$$.$BATS_TEST_NUMBER"
	# Another test may have been quicker.
	mv -T "$CERTS.$$.$BATS_TEST_NUMBER" "$CERTS" 2>/dev/null ||
	    [ -d "$CERTS" ]
}

# script <<LINES: a script for relay --script; prints its path.
script() {
	local file

	file=$(mktemp "$BATS_TEST_TMPDIR/script.XXXXXX")
	cat >"$file"
	echo "$file"
}

# conf LINE...: a configuration file with these lines; prints its path.
conf() {
	local file

	file=$(mktemp "$BATS_TEST_TMPDIR/conf.XXXXXX")
	chmod 600 "$file"
	printf '%s\n' "$@" >"$file"
	echo "$file"
}
