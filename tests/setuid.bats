#!/usr/bin/env bats
# setuid.bats - one program and one spool for all users of a host
#
# Each test is a subshell to shellcheck, and $ is for the inner shell:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	if [ "$(id -u)" -ne 0 ] || ! apart setpriv true 2>/dev/null; then
		skip 'needs root, namespaces and setpriv(1)'
	fi
	TOP=${RELAY_HOME%/tests/relay}
	DIR=$BATS_TEST_TMPDIR
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$DIR"
	start_relay --auth PLAIN --user us --password s3cret
}

# apart COMMAND...: run it with mounts and processes of its own, a minute at
# most.  The processes that it leaves behind end with it.
apart() {
	timeout -k 5 60 unshare --mount --pid --fork --kill-child \
	    --mount-proc "$@" 3>&-
}

# inside SCRIPT: have it run where heloise is installed for all, with a
# configuration that only its user can read.  as USER WORD... is for it.
inside() {
	cat >"$DIR/inside" <<-END
	set -eu
	mkdir -p "$DIR/etc"
	for file in passwd group hosts nsswitch.conf ld.so.cache localtime; do
		[ ! -e /etc/\$file ] || cp -L /etc/\$file "$DIR/etc/"
	done
	mount -t tmpfs -o mode=755 tmpfs /etc
	cp "$DIR"/etc/* /etc/
	mount -t tmpfs -o mode=755 tmpfs /var/spool
	for user in heloise:7100 alice:7101 mallory:7102; do
		echo "\${user%:*}:x:\${user#*:}:\${user#*:}::/:/bin/sh" \
		    >>/etc/passwd
		echo "\${user%:*}:x:\${user#*:}:" >>/etc/group
	done
	make -s -C "$TOP" -o heloise install-setuid PREFIX="$DIR/usr" \
	    >/dev/null
	PATH="$DIR/usr/sbin:\$PATH"
	cat >/etc/heloise.conf <<-CONF
	relay localhost:$RELAY_PORT
	tls none
	helo app.example.org
	from alice@example.org
	linger no
	user us
	password s3cret
	auth-cleartext yes
	CONF
	chown root:heloise /etc/heloise.conf
	chmod 640 /etc/heloise.conf
	cd /
	as() {
		user=\$1
		shift
		setpriv --reuid="\$user" --regid="\$user" --clear-groups \
		    "\$@"
	}
	letter() {
		printf 'To: bob@example.org\nSubject: of %s\n\nhello\n' "\$1"
	}
	$1
	END
	run --separate-stderr apart bash "$DIR/inside"
}

@test "users share a password that none of them can read, and a spool" {
	inside '
		as alice cat /etc/heloise.conf && exit 99
		letter alice | as alice heloise -t
		letter mallory | as mallory heloise -odq -t
		letter root | heloise -odq -t
		as alice ls /var/spool/heloise && exit 98
		find /var/spool/heloise -type f -printf "%u %m\n" | sort -u
		as alice heloise -q
		find /var/spool/heloise/queue -type f
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 'heloise 600' ]
	[ "$(stored_count)" -eq 3 ]
	grep -q '^user us' "$(envelope 1)"
}

@test "a user sees and changes only their own messages; root all" {
	inside '
		letter alice | as alice heloise -odq -t
		id=$(heloise -bp | sed -n "s/^\([0-9a-f]\{16\}\).*/\1/p")
		as alice heloise -bp | grep -c bob@
		as mallory heloise -bp
		as mallory heloise --show "$id" && exit 99
		as mallory heloise --remove "$id" && exit 98
		as mallory heloise --remove all
		as mallory heloise --hold "$id" && exit 97
		as alice heloise --hold "$id" | sed "s/^[0-9a-f]*//"
		heloise --show "$id" | grep Subject
		heloise --remove all
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = '1
Mail queue is empty
removed: 0
: held
Subject: of alice
removed: 1' ]
	[ "$(grep -c 'there is no such message' <<<"$stderr")" -eq 3 ]
}

@test "what callers say of files, hosts and secrets is refused" {
	inside '
		export HELOISE_RELAY=localhost:1 SMTP_HOST=localhost:1
		export HELOISE_SPOOL=/tmp/x HOME=/tmp/x XDG_STATE_HOME=/tmp/x
		try() {
			rc=0
			letter alice | as alice heloise "$@" || rc=$?
			echo "$rc"
		}
		echo "relay localhost:1" >/etc/other.conf
		try -C /etc/other.conf -t
		try --relay localhost:1 -t
		try --spool /tmp/x -t
		try --log file:/tmp/x -t
		try -q15m
		(ulimit -f 0; try -t)
		(ulimit -S -f 0; try -t)
		try -v -t
		as alice heloise --show-config | grep -c s3cret || :
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'64\n64\n64\n64\n64\n75\n0\n0\n0' ]
	[[ $stderr != *EHLO* && $stderr != *s3cret* ]]
	[ ! -e /tmp/x ]
}

@test "a caller can neither signal nor trace what works for it" {
	inside '
		mkfifo -m 666 "'"$DIR"'/in"
		as alice heloise -t <"'"$DIR"'/in" &
		exec 9>"'"$DIR"'/in"
		until pid=$(grep -l "^Uid:.7100" /proc/[0-9]*/status |
		    tail -n 1 | tr -cd 0-9) && [ -n "$pid" ]; do :; done
		as alice kill -STOP "$pid" && exit 99
		as alice cat "/proc/$pid/environ" && exit 98
		grep -h ^Uid /proc/$pid/status
		letter alice >&9
		exec 9>&-
		wait
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'Uid:\t7100\t7100\t7100\t7100' ]
	[ "$(stored_count)" -eq 1 ]
}

@test "--check-config is about the user that the program becomes" {
	inside '
		echo "log none" >>/etc/heloise.conf
		for who in "" "--as alice"; do
			heloise --check-config $who
		done
		as alice heloise --check-config
		chmod 600 /etc/heloise.conf
		heloise --check-config --as alice || :
		chgrp 0 /etc/heloise.conf
		heloise --check-config --as alice
	'
	echo "$output$stderr"
	[ "$status" -eq 78 ]
	[ "$(head -n 9 <<<"$output" | sort -u)" = 'heloise can read the configuration in /etc/heloise.conf
heloise can write to the spool /var/spool/heloise
no mistakes' ]
	[[ $output == *'/etc/heloise.conf: uid 7100 may not read this file; put that user into its group and run: chmod 640 /etc/heloise.conf; or'* ]]
	[[ $output == *'/etc/heloise.conf: uid 7100 may not read this file; run: chgrp 7100 /etc/heloise.conf && chmod 640 /etc/heloise.conf'* ]]
}

@test "a probe tells a user of the relay, and no secret" {
	inside '
		as alice heloise --probe bob@example.net
		as alice heloise --json --probe
		as alice heloise --relay localhost:1 --probe || echo "relay $?"
		as alice heloise -C /dev/null --probe || echo "file $?"
		echo | as alice heloise --trace --probe -v >/dev/null
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *'password         (set) '* ]]
	[[ $output == *"localhost:$RELAY_PORT accepts mail from alice@example.org for bob@example.net."* ]]
	[[ $output == *'"mechanism":"PLAIN"'* ]]
	[[ $output == *'relay 64'* ]]
	[[ $output == *'file 64'* ]]
	[[ $output$stderr != *s3cret* ]]
	[[ $stderr != *'C: EHLO'* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "a process that stays behind keeps nobody waiting" {
	local start=$SECONDS

	inside 'setsid sleep 300 & echo done'
	[ "$status" -eq 0 ]
	[ "$output" = 'done' ]
	[ $((SECONDS - start)) -lt 60 ]
}
