#!/usr/bin/env bats
# attack.bats - what processes can do once an attacker has taken them over
#
# Each test takes over one process of a delivery, after it entered its sandbox
# with its own flags; see attack.c.

load ../relay/relay

# Can the process do it?  All other attempts of attempts.c must be refused.
# "none": it has nothing to try it with.  Each "yes" has a reason:
#
#   socket-tcp, socket-tcp6, connect-relay: the connector's work.
#   connect-other-host: Landlock knows only ports, and a filter reads no
#	address.  The connector reads nothing from a relay; see connector.h.
#   open-spool: the dispatcher's work.
#   kill-family: the dispatcher of a caller may end its agent.  "yes" means
#	just one of the processes; more would be an error.
#   memfd_create: an agent converts messages there.  The dispatcher of a
#	caller takes a message there that has to leave the spool; see store.h.
#   stat: the C library needs it, and Landlock has no right for it.
table() {
	grep -v '^#' <<'END'
# attempt		agent	connector	dispatcher	run
socket-tcp		no	yes		no		no
socket-tcp6		no	yes		no		no
connect-relay		no	yes		no		no
connect-other-host	no	yes		no		no
reconnect		no	no		none		none
open-spool		no	no		yes		yes
kill-family		no	no		yes		no
memfd_create		yes	no		yes		no
stat			yes	yes		yes		yes
END
}

# What any process can do that is in no sandbox: so the attempts are good.
CAN='execve execveat socket-unix socket-unix-datagram socket-tcp socket-udp
    socket-netlink pair-datagram connect-relay connect-other-port
    connect-other-host bind listen open-passwd open-conf list read write
    create truncate stat rename unlink mkdir symlink link chmod chown utimes
    mkfifo inotify kill-parent kill-bystander tgkill sigqueue prlimit-parent
    prlimit-bystander setpriority sched_setaffinity memfd_create shmget'

setup() {
	follow_tests
	local kernel

	kernel=$("$HELOISE" --version)
	[[ $kernel == *'seccomp (system calls'* ]] ||
	    skip 'THIS KERNEL HAS NO SECCOMP: NOTHING IS TRIED'
	[[ $kernel =~ Landlock\ ABI\ ([0-9]+) && ${BASH_REMATCH[1]} -ge 6 ]] ||
	    skip 'THIS KERNEL HAS NO LANDLOCK OF ABI 6: NOTHING IS TRIED'
	ATTACK=${SHIM:+${SHIM%/*}/attack.so}
	ATTACK=${ATTACK:-$BATS_TEST_DIRNAME/attack.so}
	HOUSE=$BATS_TEST_TMPDIR/house
	SPOOL=$BATS_TEST_TMPDIR/spool
	CAME=$BATS_TEST_TMPDIR/came
	mkdir "$HOUSE"
	echo victim >"$HOUSE/victim"
	echo old >"$HOUSE/old"
	start_relay
	OTHER=$RELAY_PORT
	start_relay
	CONF=$(conf "relay 127.0.0.1:$RELAY_PORT" 'helo app.example.org' \
	    'from alice@example.org' "spool $SPOOL" 'linger no' 'tls none')
	sleep 600 3>&- &
	BYSTANDER=$!
}

teardown() {
	[ -z "$BYSTANDER" ] || kill "$BYSTANDER"
	end_all
}

# attack ROLE OPTION...: take that process over; a message must arrive.
attack() {
	local role=$1 tries=0

	shift
	: >"$CAME.raw"
	printf '%s' "$MAIL" | env LD_PRELOAD="$ATTACK" ATTACK_ROLE="$role" \
	    ATTACK_OUT="$CAME.raw" ATTACK_BYSTANDER="$BYSTANDER" \
	    ATTACK_RELAY="$RELAY_PORT" ATTACK_OTHER="$OTHER" \
	    ATTACK_CONF="$CONF" ATTACK_SPOOL="$SPOOL" ATTACK_DIR="$HOUSE" \
	    "$HELOISE" -C "$CONF" "$@"
	# In the background there is nothing else to wait for.
	until [ "$(stored_count)" -eq 1 ]; do
		[ $((tries++)) -lt 100 ]
		sleep 1
	done
	tr '\0' '\n' <"$CAME.raw" | sed '/^end /q' >"$CAME"
	grep -q '^end ' "$CAME"
}

# judge COLUMN: compare what came with this column of the table.
judge() {
	table | awk -v column="$1" '
	    NR == FNR { want[$1] = $column; next }
	    $1 == "end" { next }
	    { must = $1 in want ? want[$1] : "no"; delete want[$1]; n++ }
	    $2 != must || / Argument list too long$/ {
		print $1 " came to \"" $2 "\", but must to \"" must "\": " $0
		bad = 1 }
	    END {
		for (name in want) {
			print name ": nobody tried it"; bad = 1 }
		print n " attempts"
		exit bad || n < 100 }' - "$CAME"
}

queued() {
	"$HELOISE" -C "$CONF" -odq -t <<<"$MAIL"
}

@test "in no sandbox, what is tried can be done" {
	local name

	attack none -t
	for name in $CAN; do
		grep "^$name yes" "$CAME" || {
			grep "^$name " "$CAME"
			return 1
		}
	done
}

@test "the delivery agent of a caller is taken over" {
	attack agent -t
	judge 2
}

# With a file to open, root keeps the capabilities for files.
@test "a delivery agent that has a maildir, too, is taken over" {
	CONF=$(conf "relay 127.0.0.1:$RELAY_PORT" 'helo app.example.org' \
	    'from alice@example.org' "spool $SPOOL" 'linger no' 'tls none' \
	    'fallback kept' 'account kept' \
	    "relay maildir:$BATS_TEST_TMPDIR/kept")
	attack agent -t
	judge 2
}

@test "the delivery agent of a queue run is taken over" {
	queued
	attack agent -q
	judge 2
}

@test "the connector of a caller is taken over" {
	attack connector -t
	judge 3
}

@test "the connector of a queue run is taken over" {
	queued
	attack connector -q
	judge 3
}

@test "the dispatcher of a caller is taken over" {
	attack dispatcher -t
	judge 4
}

@test "the dispatcher of a queue run is taken over" {
	queued
	attack dispatcher -q
	judge 5
}

@test "the dispatcher of a delivery in the background is taken over" {
	attack dispatcher -odb -t
	judge 5
}
