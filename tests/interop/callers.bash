# callers.bash - programs that send mail, in a system where heloise is sendmail
# shellcheck shell=bash disable=SC2154	# bats sets its own variables
#
# A file of tests calls "make_root" in setup_file and "drop_root" in
# teardown_file.  The callers are those that tests/deps unpacked; each run
# has a root directory of its own, $root, that shares their files by hard
# links: so do not write to a file there that you did not make.  Each test
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
	cp -R "${BASH_SOURCE[0]%/*}/callers" "$root/callers"
}

drop_root()
{
	[ -z "${root-}" ] || rm -rf "$root"
}

# A relay, and a system that sends through it.  Some come as the tests of
# heloise have them: the settings "$@" are added.
setup()
{
	[ -z "$why" ] || skip "$why"
	start_relay
	settings
}

settings()
{
	rm -f "$root/etc/heloise.conf"
	printf '%s\n' "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'domain example.org' 'linger no' "$@" \
	    >"$root/etc/heloise.conf"
}

# Run a program in $root, as root or as alice, with little environment.
as_root()
{
	timeout 30 env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
	    LOGNAME=root USER=root LC_ALL=C.UTF-8 chroot "$root" "$@" 3>&-
}

as_alice()
{
	timeout 30 env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
	    HOME=/home/alice LOGNAME=alice USER=alice LC_ALL=C.UTF-8 \
	    chroot --userspec=1000:1000 --groups= "$root" "$@" 3>&-
}
