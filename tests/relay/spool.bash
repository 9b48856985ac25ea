# spool.bash - what tests of the queue need besides the relay
#
# load relay/relay
# load relay/spool
#
# shellcheck shell=bash disable=SC2153

setup() {
	follow_tests
	SPOOL=$BATS_TEST_TMPDIR/spool
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
	submit "$@"
}

heloise() {
	run --separate-stderr "$HELOISE" -C "$CONF" "$@" </dev/null
}

# messages PLACE: their ids, the oldest first.
messages() {
	local file

	for file in "$SPOOL/$1"/*; do
		[[ $file == *.note || ! -f $file ]] || echo "${file##*/}"
	done
}

waiting() {
	messages queue | wc -l
}

failed() {
	messages failed | wc -l
}

empty() {
	[ "$(waiting)" -eq 0 ]
}

idle() {
	[ -z "$(runners)" ]
}
