#!/usr/bin/env bats
# boxed.bats - who has the network opens no file, who has files no socket
#
# What the processes ask of the kernel after they were boxed in is read from
# their system calls, not from what they say.

load ../relay/relay

setup() {
	follow_tests
	"$HELOISE" --version | grep -q 'Landlock ABI' ||
	    skip 'no Landlock in this kernel'
	TRACE=$BATS_TEST_TMPDIR/trace
	SPOOL=$BATS_TEST_TMPDIR/spool
	mkdir "$TRACE"
	printf 'To: bob@example.org\nFrom: alice@example.org\n\nhello\n' \
	    >"$BATS_TEST_TMPDIR/mail"
}

use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'helo app.example.org' \
	    'from alice@example.org' "spool $SPOOL" 'linger no' "$@")
}

CALLS=%file,%desc,%network,%process,landlock_add_rule,landlock_restrict_self

# Run it; each process has its calls in $TRACE/t.PID.
traced() {
	strace -ff -o "$TRACE/t" -e trace="$CALLS" "$HELOISE" -C "$CONF" \
	    "$@" <"$BATS_TEST_TMPDIR/mail"
}

# boxed FILE: the trace of the process that was boxed in: this one, or the one
# that started it after that.
boxed() {
	local file

	for file in "$TRACE"/t.*; do
		awk -v ere="^(clone3?|fork)\\(.* = ${1##*.}\$" '
		    boxed && $0 ~ ere { found = 1 }
		    /^landlock_restrict_self\(.* = 0$/ { boxed = 1 }
		    END { exit !found }' "$file" || continue
		echo "$file"
		return
	done
	echo "$1"
}

# after FILE ERE: the calls of a process that match, once it was boxed in.
after() {
	local born=0

	[ "$(boxed "$1")" = "$1" ] || born=1
	awk -v ere="^($2)\\(" -v boxed="$born" '
	    boxed && $0 ~ ere
	    /^landlock_restrict_self\(.* = 0$/ { boxed = 1 }' "$1"
}

# The processes that did such a thing while they were boxed in.
who() {
	local file

	for file in "$TRACE"/t.*; do
		[ -z "$(after "$file" "$1")" ] || echo "$file"
	done
}

OPENS='open|openat|openat2|creat|open_by_handle_at'
FILES="$OPENS|linkat?|unlink(at)?|rename(at2?)?|mkdir(at)?|symlink(at)?"
SOCKETS='socket|connect|bind|listen|accept4?'
PROGRAMS='execve|execveat'

# One agent, one connector and one dispatcher, each known by its work, none by
# that of another.
parted() {
	local agent connector dispatcher

	agent=$(who getsockopt)
	[ -f "$agent" ]
	[ -n "$(after "$agent" 'sendto|sendmsg|writev')" ]
	[ -z "$(after "$agent" "$FILES|$PROGRAMS|$SOCKETS")" ]
	connector=$(who connect)
	[ -f "$connector" ]
	[ "$connector" != "$agent" ]
	[ -z "$(after "$connector" "$FILES|$PROGRAMS|sendto|writev")" ]
	dispatcher=$(who "$FILES")
	[ -f "$dispatcher" ]
	[ "$dispatcher" != "$agent" ]
	[ -n "$(after "$dispatcher" pwrite64)$(after "$dispatcher" unlinkat)" ]
	[ -z "$(after "$dispatcher" "$SOCKETS|$PROGRAMS")" ]
	# What the kernel was told to leave them: no directory, and just one,
	# but for the libraries, which may be read.
	[ "$(grep -c '^landlock_add_rule(.*PATH_BENEATH' \
	    "$(boxed "$agent")")" -eq 0 ]
	[ "$(grep '^landlock_add_rule(' "$dispatcher" |
	    grep -vc '{allowed_access=LANDLOCK_ACCESS_FS_READ_FILE,')" -eq 1 ]
	grep -q '^landlock_add_rule(.*PATH_BENEATH.* = 0$' "$dispatcher"
}

@test "a delivery in clear" {
	start_relay
	use 'tls none'
	traced -t
	[ "$(stored_count)" -eq 1 ]
	parted
}

@test "a delivery over TLS, with a login and a password in a file" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --key "$CERTS/ok.pem" --auth PLAIN --user u --password secret \
	    --auth-required
	printf 'secret\n' >"$BATS_TEST_TMPDIR/secret"
	chmod 600 "$BATS_TEST_TMPDIR/secret"
	use "tls-ca $CERTS/ca.pem" 'tls starttls' 'user u' \
	    "password-file $BATS_TEST_TMPDIR/secret"
	traced -t
	[ "$(stored_count)" -eq 1 ]
	parted
	# The password came from the file, to the agent, before.
	grep -l "$BATS_TEST_TMPDIR/secret" "$TRACE"/t.* >"$TRACE/readers"
	[ "$(cat "$TRACE/readers")" = "$(who getsockopt)" ]
}

@test "a certificate that is refused: no file is opened to find out" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/other.pem" \
	    --key "$CERTS/other.pem"
	use "tls-ca $CERTS/ca.pem" 'tls starttls'
	traced -t
	[ "$(stored_count)" -eq 0 ]
	parted
}

@test "a run of the queue in clear" {
	start_relay
	use 'tls none'
	"$HELOISE" -C "$CONF" -odq -t <"$BATS_TEST_TMPDIR/mail"
	traced -q
	[ "$(stored_count)" -eq 1 ]
	parted
}

@test "a run of the queue over TLS" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --key "$CERTS/ok.pem"
	use "tls-ca $CERTS/ca.pem" 'tls implicit'
	"$HELOISE" -C "$CONF" -odq -t <"$BATS_TEST_TMPDIR/mail"
	traced -q
	[ "$(stored_count)" -eq 1 ]
	parted
}
