# spool.bash - what tests of the queue need besides the relay
#
# load relay/relay
# load relay/spool
#
# shellcheck shell=bash disable=SC2153

setup() {
	MAIL=$'To: bob@example.org\nFrom: alice@example.org\nSubject: hi\n\nhello\n'
	SPOOL=$BATS_TEST_TMPDIR/spool
}

# The runner of a spool leaves when it is empty; here it is told to go.
teardown() {
	local pid

	for pid in $(runners); do
		kill "$pid" 2>/dev/null || :
	done
	stop_relays
}

# The processes that have our spool open.
runners() {
	find /proc/[0-9]*/fd -lname "$SPOOL" 2>/dev/null | cut -d/ -f3 |
	    sort -u
}

# use LINE...: write a configuration for the relay started last.
use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'from alice@example.org' \
	    "spool $SPOOL" "$@")
}

send() {
	run --separate-stderr "$HELOISE" -C "$CONF" "$@" < <(
	    printf '%s' "$MAIL")
}

heloise() {
	run --separate-stderr "$HELOISE" -C "$CONF" "$@" </dev/null
}

# messages PLACE: their ids, the oldest first.
messages() {
	find "$SPOOL/$1" -type f ! -name '*.note' ! -name '.*' -printf '%f\n' |
	    sort
}

waiting() {
	messages queue | wc -l
}

failed() {
	messages failed | wc -l
}

# await COMMAND...: wait for it to come true, 30 seconds at most.
await() {
	local i

	for ((i = 0; i < 300; i++)); do
		! "$@" || return 0
		read -r -t 0.1 <> <(:) || :
	done
	return 1
}

empty() {
	[ "$(waiting)" -eq 0 ]
}

idle() {
	[ -z "$(runners)" ]
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
