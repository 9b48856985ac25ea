# callers.bash - programs that send mail, in a system where heloise is sendmail
# shellcheck shell=bash disable=SC2154	# bats and relay.bash set variables
#
# A file of tests calls make_root in setup_file and drop_root in
# teardown_file.  The callers are those that tests/deps unpacked.  Each run
# has a root directory of its own, $root, that shares their files by hard
# links: nothing there may be written that was not made there.  Each test
# has a relay of its own.

jail=/opt/heloise-callers

# Make $root.  Where that cannot be, setup skips the tests; not in a run
# that is to show all (CI is set), where it is a failure.
make_root()
{
	why=
	[ -d "$jail" ] || why='no callers here: sh tests/deps interop'
	[ "$(id -u)" -eq 0 ] || why='the callers need root, for chroot(8)'
	export why
	if [ -n "$why" ]; then
		echo "$why" >&2
		[ -z "${CI-}" ]
		return
	fi
	root=$(mktemp -d "$jail.XXXXXX")
	export root
	chmod 755 "$root"
	cp -al "$jail/." "$root"
	cp "$HELOISE" "$root/usr/sbin/heloise"
	ln -s heloise "$root/usr/sbin/sendmail"
	cp -R "${BASH_SOURCE[0]%/*}/callers" "$root"
	body >"$root/body"
}

drop_root()
{
	[ -z "${root-}" ] || rm -rf "$root"
}

# End what still runs in $root: a daemon, or one who waits to try again.
end_root()
{
	local pid

	while IFS=/ read -r _ _ pid _; do
		kill -KILL "$pid"
	done < <(find /proc -maxdepth 2 -path '/proc/[0-9]*/root' \
	    -lname "$root") 2>/dev/null
}

# shellcheck disable=SC2119
setup()
{
	follow_tests
	[ -z "$why" ] || skip "$why"
	use_relay
}

# Start a relay, with options, and let mail go there.
# shellcheck disable=SC2120	# it is the tests that give options
use_relay()
{
	start_relay "$@"
	rm -f "$root/etc/heloise.conf"
	printf '%s\n' "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'domain example.org' \
	    >"$root/etc/heloise.conf"
}

# Nothing may be left in a queue, and the relay has the last word.  The
# next cron is to think that the system was just started.
teardown()
{
	local status=0

	[ -z "$why" ] || return 0
	await at_rest || { queued; status=1; }
	end_root
	end_all || status=1
	queued -delete
	rm -f "$root/run/"crond.* "$root/etc/cron.d/"* \
	    "$root/var/spool/cron/crontabs/"*
	return "$status"
}

queued()
{
	find "$root/var/spool" "$root/home" -path '*/heloise/queue/*' \
	    -type f "$@"
}

at_rest()
{
	[ -z "$(queued)" ]
}

# A body with what is hard to carry.
body()
{
	printf '%s\n' 'Grüße' . .. '. x' '.x' '' 'From here' 'blanks  ' \
	    "$(printf '%0998d' 0)" '' .
}

# Run a program in $root, as root or as alice, and see how it ends.
as_root()
{
	run timeout 30 env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	    LOGNAME=root USER=root LC_ALL=C.UTF-8 chroot "$root" "$@" 3>&-
}

as_alice()
{
	run timeout 30 env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    HOME=/home/alice LOGNAME=alice USER=alice LC_ALL=C.UTF-8 \
	    chroot --userspec=1000:1000 --groups= "$root" "$@" 3>&-
}

# Run one in the background until the end of the test.
in_background()
{
	timeout 60 env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" \
	    "$@" >"$BATS_TEST_TMPDIR/daemon" 2>&1 3>&- &
}

# The program succeeded and had nothing to say.
quiet()
{
	echo "status $status: $output"
	[ "$status" -eq 0 ] && [ -z "$output" ]
}

# Read the message: a field of it, or the body.
letter()
{
	LC_ALL=C chroot "$root" perl /callers/letter.pl "$@" <"$msg" 3>&-
}

has()
{
	echo "$1: $(letter "$1")"
	[ "$(letter "$1")" = "$2" ]
}

# came SENDER RECIPIENT...: wait for the one message to these, from that
# sender, and let $msg be it; it has what each message must have.
came()
{
	local rcpt=("${@:2}")

	await find_letter "${rcpt[0]}" || { echo "nothing came"; return 1; }
	cat "$env" && sed '/^\r$/q' "$msg"
	[ "$(sed -n 's/^MAIL FROM:<\([^>]*\)>.*/\1/p' "$env")" = "$1" ] &&
	    [ "$(sed -n 's/^RCPT TO:<\([^>]*\)>.*/\1/p' "$env" | sort)" = \
	    "$(printf '%s\n' "${rcpt[@]}" | sort)" ] &&
	    fields From 1 && fields Date 1 && fields Message-ID 1 &&
	    fields Subject 1 && fields Bcc 0 && fields Return-Path 0 &&
	    ! relay_log | grep -E '^(bare LF|undeclared 8-bit|early)'
}

find_letter()
{
	local found

	mapfile -t found < <(grep -l "^RCPT TO:<$1>" "$RELAY_STORE"/*.env)
	[ ${#found[@]} -eq 1 ] || return 1
	relay_sync
	env=${found[0]} msg=${found[0]%.env}.msg
	[ -s "$msg" ]
}

# Does a field stand in the header so many times?
fields()
{
	local n

	n=$(sed '/^\r$/q' "$msg" | grep -ci "^$1[[:blank:]]*:")
	[ "$n" -eq "$2" ] || { echo "$1: $n times, not $2"; return 1; }
}

# Is the body of the message what stands in a file, or what body says?
intact()
{
	letter | cmp - "${1:-$root/body}"
}
