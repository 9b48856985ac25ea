# relay.bash - what the files of tests share: relays, helpers, deliveries
#
# load relay/relay
#
# A test may start several relays; the RELAY_* variables are of the one
# started last.  A relay that saw something other than its script, or that
# crashed, fails the test in teardown.  Whoever overrides teardown calls
# end_all.
#
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

RELAY_HOME=$(cd "${BASH_SOURCE[0]%/*}" && pwd)
: "${RELAY:=$RELAY_HOME/relay}"
: "${HELOISE:=${RELAY_HOME%/tests/relay}/heloise}"
declare -ga RELAY_PIDS=()

# Where localhost is ::1 too, no relay listens there.  A test that is about
# families of addresses unsets it.
export HELOISE_ADDRESS_FAMILY=ipv4

# A message; a file of tests may have another.
MAIL=$'To: bob@example.org\nFrom: alice@example.org\nSubject: hi\n\nhello\n'

# follow_tests: bats follows each command, to show the line of a test that
# failed.  To follow the functions that tests call, too, took a quarter of all
# time: from here on it passes them over.  Whoever overrides setup calls this.
follow_tests() {
	declare -F bats_debug_trap >/dev/null || return 0
	# shellcheck disable=SC2016 # for the trap; bats counts its lines
	trap '[[ ${FUNCNAME-} != @("$BATS_TEST_NAME"|setup|teardown) ]] || bats_debug_trap "$BASH_SOURCE"' DEBUG
}

setup() {
	follow_tests
}

# fresh KIND: have the path of a file of the test that is not there yet in
# FRESH.  No program makes it: hundreds of tests would wait for that.
fresh() {
	FRESH=$BATS_TEST_TMPDIR/$1.$BASHPID.$((++FRESH_COUNT))
}

# alone COMMAND...: become it, with no descriptor but 0, 1 and 2: a process
# that stays behind must not hold the pipes that bats reads.
alone() {
	local fd

	for fd in /proc/"$BASHPID"/fd/*; do
		fd=${fd##*/}
		[ "$fd" -le 2 ] || exec {fd}>&-
	done
	exec "$@"
}

# helper PROGRAM ARGUMENT...: start one of tests/net, or that of a path, which
# says a line once it is ready and ends with its standard input.  Sets SAID,
# the line, HELPER_PID, HELPER_IN and HELPER_OUT.
helper() {
	local dir program=$1

	[[ $program == */* ]] || program=$RELAY_HOME/../net/$program
	fresh helper
	dir=$FRESH
	mkdir "$dir"
	mkfifo "$dir/in" "$dir/out"
	alone "$program" "${@:2}" <"$dir/in" >"$dir/out" 2>"$dir/err" &
	HELPER_PID=$!
	exec {HELPER_IN}>"$dir/in" {HELPER_OUT}<"$dir/out"
	if ! read -r -t 20 SAID <&"$HELPER_OUT"; then
		cat "$dir/err" >&2
		return 1
	fi
}

# start_relay [OPTION...]: start it and wait until it listens.  Sets
# RELAY_PID, RELAY_PORT, RELAY_LOG (its log) and RELAY_STORE (its store).
start_relay() {
	local dir SAID HELPER_PID HELPER_IN HELPER_OUT

	fresh relay
	dir=$FRESH
	mkdir "$dir" "$dir/store"
	RELAY_LOG=$dir/log RELAY_STORE=$dir/store
	helper "$RELAY" --log "$RELAY_LOG" --store "$RELAY_STORE" "$@" ||
	    return
	RELAY_PID=$HELPER_PID RELAY_IN=$HELPER_IN RELAY_OUT=$HELPER_OUT
	RELAY_PIDS+=("$RELAY_PID")
	# shellcheck disable=SC2034 # for the test
	RELAY_PORT=$SAID
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
		cat "$BATS_TEST_TMPDIR"/helper.*/err >&2
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

# started: the processes of the programs that this test started, but for its
# relays.  They are known by their environment, or where that may not be read,
# by an argument.  Their numbers are above that of this shell, unless the
# numbers began anew.
started() {
	local all=(/proc/[0-9]*) dir last name

	read -r _ _ _ _ last </proc/loadavg
	if [ "$last" -gt "$$" ]; then
		for dir in "${!all[@]}"; do
			[ "${all[dir]#/proc/}" -gt "$$" ] ||
			    unset "all[dir]"
		done
	fi
	while IFS= read -r dir; do
		dir=${dir%/*}
		read -r name 2>/dev/null <"$dir/comm" || continue
		[ "$name" = relay ] || echo "${dir#/proc/}"
	done < <(grep -lsz -e "^BATS_TEST_TMPDIR=$BATS_TEST_TMPDIR\$" \
	    -e "$BATS_TEST_TMPDIR/" /dev/null "${all[@]/%//environ}" \
	    "${all[@]/%//cmdline}" 2>/dev/null)
}

# signal NAME PID...: to those that are still there.
signal() {
	[ $# -eq 1 ] || kill -s "$@" 2>/dev/null || :
}

# End all that the test started; false if a relay was not content.
end_all() {
	local status=0 pids

	pids=$(started)
	# shellcheck disable=SC2086 # a list
	signal TERM $pids
	stop_relays || status=$?
	# shellcheck disable=SC2046
	[ -z "$pids" ] || signal KILL $(started)
	return "$status"
}

teardown() {
	end_all
}

# stored N, envelope N: the files of the Nth message; stored_count.
stored() {
	echo "$RELAY_STORE/$1.msg"
}

envelope() {
	echo "$RELAY_STORE/$1.env"
}

stored_count() {
	local all=("$RELAY_STORE"/*.msg)

	[ -e "${all[0]}" ] || all=()
	echo "${#all[@]}"
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
	fresh script
	cat >"$FRESH"
	echo "$FRESH"
}

# conf LINE...: a configuration file with these lines; prints its path.
conf() (
	fresh conf
	umask 077
	printf '%s\n' "$@" >"$FRESH"
	echo "$FRESH"
)

# submit OPTION...: the mail, with the configuration in $CONF.  A call that
# never ends, does so with status 124.
submit() {
	run --separate-stderr timeout 120 "$HELOISE" -C "$CONF" "$@" < <(
	    printf '%s' "$MAIL")
}

# split LINE... -- OPTION...: into SETTINGS and OPTIONS.
split() {
	SETTINGS=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		SETTINGS+=("$1")
		shift
	done
	OPTIONS=("${@:2}")
}

# submit_with LINE... -- OPTION...: the mail, with these lines in the
# configuration that "use" of the test writes.
submit_with() {
	split "$@"
	use "${SETTINGS[@]}"
	submit "${OPTIONS[@]}"
}

# apart COMMAND...: run it with mounts and processes of its own, a minute at
# most.  The processes that it leaves behind end with it.
apart() {
	timeout -k 5 60 unshare --mount --pid --fork --kill-child \
	    --mount-proc "$@" 3>&-
}

# await COMMAND...: wait for it to come true, 30 seconds at most.
await() {
	local end=$((SECONDS + 30)) never status=0

	exec {never}<> <(:)
	until "$@" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || { status=1; break; }
		read -r -t 0.05 -u "$never" || :
	done
	exec {never}>&-
	return "$status"
}

has_stored() {
	[ "$(stored_count)" -ge "$1" ]
}

# The relay has greeted somebody.
greeted() {
	grep -q '^S: 220' "$RELAY_LOG"
}

silent_relay() {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		silent
	END
	)"
}

# It takes the message and does not say so.
swallowing_relay() {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250 hi
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		body
		silent
	END
	)"
}
