#!/usr/bin/env bats
# shared.bats - one program and one configuration for all users of a host
#
# Each test is a subshell to shellcheck, and $ is for the inner shell:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	if [ "$(id -u)" -ne 0 ] || ! apart setpriv true 2>/dev/null; then
		skip 'needs root, namespaces and setpriv(1)'
	fi
	TOP=${RELAY_HOME%/tests/relay}
	DIR=$BATS_TEST_TMPDIR
	chmod 711 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$DIR"
	start_relay --auth PLAIN --user us --password s3cret
}

# inside SCRIPT: have it run where heloise is installed for all, with a
# configuration that only its group can read.  as USER WORD... is for it.
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
	for user in alice:7101 mallory:7102 carol:7103; do
		echo "\${user%:*}:x:\${user#*:}:\${user#*:}::/:/bin/sh" \
		    >>/etc/passwd
		echo "\${user%:*}:x:\${user#*:}:" >>/etc/group
	done
	echo heloise:x:7100: >>/etc/group
	touch /etc/heloise.conf
	make -s -C "$TOP" -o heloise install-shared PREFIX="$DIR/usr" \
	    >/dev/null
	spool=/var/spool/heloise
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

@test "users share a password that none of them can read" {
	inside '
		stat -c "%U:%G %a" $spool /etc/heloise.conf \
		    "$(command -v heloise)"
		as alice cat /etc/heloise.conf && exit 99
		letter alice | as alice heloise -t
		letter mallory | as mallory heloise -odq -t
		letter root | heloise -odq -t
		as alice ls $spool && exit 98
		as mallory ls $spool/7102 && exit 97
		[ "$(stat -c "%U:%G %a" $spool/0)" = "root:heloise 2700" ]
		find $spool -printf "%u:%g %m %P\n" | sed "s/[0-9a-f]\{16\}/ID/; s/ $//" |
		    sort -k 3
		as alice heloise -q
		find $spool -path "*queue/*" | wc -l
		heloise -q
		find $spool -path "*queue/*" | wc -l
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 'root:heloise 3770
root:heloise 640
root:heloise 2755
root:heloise 3770
root:heloise 2700 0
root:heloise 2700 0/failed
root:heloise 2700 0/queue
root:heloise 600 0/queue/ID
alice:heloise 2700 7101
alice:heloise 2700 7101/failed
alice:heloise 2700 7101/queue
alice:heloise 2700 7101/slots
alice:heloise 600 7101/slots/account-.last
alice:heloise 600 7101/slots/localhost:'"$RELAY_PORT"',us.0
alice:heloise 600 7101/slots/localhost:'"$RELAY_PORT"',us.avoid
alice:heloise 600 7101/slots/localhost:'"$RELAY_PORT"',us.limit
mallory:heloise 2700 7102
mallory:heloise 2700 7102/failed
mallory:heloise 2700 7102/queue
mallory:heloise 600 7102/queue/ID
2
0' ]
	[ "$(stored_count)" -eq 3 ]
	grep -q '^user us' "$(envelope 1)"
}

@test "include: only what root alone can change" {
	inside '
		mkdir /etc/heloise.d
		echo "include heloise.d/*.conf" >>/etc/heloise.conf
		echo "helo part.example.org" >/etc/heloise.d/a.conf
		chgrp heloise /etc/heloise.d/a.conf
		chmod 640 /etc/heloise.d/a.conf
		letter alice | as alice heloise -odi -t
		as alice cat /etc/heloise.d/a.conf && exit 99
		as alice heloise --show-config | grep -c part.example.org ||
		    true
		refused() {
			for user in alice root; do
				letter x | as $user heloise -odi -t &&
				    exit 98 || [ $? -eq 78 ]
			done
		}
		chmod 644 /etc/heloise.d/a.conf
		chown alice /etc/heloise.d/a.conf
		refused
		chown root /etc/heloise.d/a.conf
		chmod 666 /etc/heloise.d/a.conf
		refused
		chmod 644 /etc/heloise.d/a.conf
		chmod 777 /etc/heloise.d
		refused
		chmod 755 /etc/heloise.d
		letter alice | as alice heloise -odi -t
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
	[ "$(stored_count)" -eq 2 ]
	grep -q '^helo part.example.org' "$(envelope 1)"
	[[ $stderr == *'/etc/heloise.d/a.conf: others than root can write to this file; run: chown root /etc/heloise.d/a.conf
'* ]]
	[[ $stderr == *'a.conf: others than root can write to this file; run: chmod go-w /etc/heloise.d/a.conf
'* ]]
	[[ $stderr == *'others than root can write to /etc/heloise.d, above this file; run: chmod go-w /etc/heloise.d
'* ]]
}

@test "the settings of all: only what root alone can change" {
	start_relay --auth PLAIN --user us --password s3cret
	inside '
		refused() {
			for user in alice root; do
				letter x | as $user heloise -odi -t &&
				    exit 98 || [ $? -eq 78 ]
			done
			heloise --check-config >/dev/null && exit 97 ||
			    [ $? -eq 78 ]
		}
		chown alice /etc/heloise.conf
		refused
		chown root /etc/heloise.conf
		chmod 666 /etc/heloise.conf
		refused
		chmod 660 /etc/heloise.conf
		refused
		# All is read-only for this process alone.
		unshare -m sh -ec "mount --bind /etc /etc
			mount -o remount,bind,ro /etc
			heloise --check-config" >/dev/null && exit 96 ||
		    [ $? -eq 78 ]
		# As in a container: others have it on the host.
		cp /etc/heloise.conf "'"$DIR"'/own"
		chown alice "'"$DIR"'/own"
		mount --bind "'"$DIR"'/own" /etc/heloise.conf
		letter alice | as root heloise -odi -t
		umount /etc/heloise.conf
		# As in a store of packages, which a group may add to.
		install -d -m 1775 -g 7101 /etc/store
		mv /etc/heloise.conf /etc/store/x-heloise.conf
		chown root:heloise /etc/store/x-heloise.conf
		chmod 640 /etc/store/x-heloise.conf
		ln -s /etc/store/x-heloise.conf /etc/heloise.conf
		letter alice | as alice heloise -odi -t
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 2 ]
	[[ $stderr == *"/etc/heloise.conf: others than root can write to this file; run: chown root /etc/heloise.conf
"*"/etc/heloise.conf: others than root can write to this file; run: chmod go-w /etc/heloise.conf
"* ]]
}

@test "--status: a user sees their own mail; root that of all" {
	start_relay --auth PLAIN --user us --password s3cret \
	    --fail 'RCPT:bad@example.net:550 5.1.1 no such user'
	inside '
		letter alice | as alice heloise -odi -t
		letter mallory | as mallory heloise -odq -t
		letter carol | as carol heloise -odi bad@example.net || true
		for user in alice mallory carol; do
			as $user heloise --status --json | jq -c "[.waiting,
			    .failed, (.accounts[0] | .last_success != null,
			    .last_error != null)]"
		done
		heloise --status --json | jq -c "[.waiting, .failed,
		    (.accounts[0] | .last_success != null)]"
		find $spool -path "*account*" -printf "%u %m %P\n" | sort
		as mallory cat $spool/7101/slots/account-.last && exit 99
		as mallory heloise --status -w 1 || echo $?
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = '[0,0,true,false]' ]
	[ "${lines[1]}" = '[1,0,false,false]' ]
	[ "${lines[2]}" = '[0,1,false,true]' ]
	[ "${lines[3]}" = '[1,1,true]' ]
	[[ $output == *'alice 600 7101/slots/account-.last'* ]]
	[ "${lines[-1]}" = 1 ]
}

@test "a user sees and changes only their own messages; root all" {
	inside '
		letter alice | as alice heloise -odq -t
		letter carol | as carol heloise -odq -t
		id=$(as alice heloise -bp | sed -n "s/^\([0-9a-f]\{16\}\).*/\1/p")
		as alice heloise -bp | grep -c bob@
		heloise -bp | grep -c bob@
		as mallory heloise -bp
		as mallory heloise --show "$id" && exit 99
		as mallory heloise --remove "$id" && exit 98
		as mallory heloise --remove all
		as mallory heloise --hold "$id" && exit 97
		as alice heloise --hold "$id" | sed "s/^[0-9a-f]*//"
		heloise --show "$id" | grep Subject
		heloise --release "$id" | sed "s/^[0-9a-f]*//"
		heloise --hold 0123456789abcdef && exit 96
		letter alice | as alice heloise -odq -t
		heloise --remove all
		find $spool -user root -path "*/7*"
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = '1
2
Mail queue is empty
removed: 0
: held
Subject: of alice
: released, due now
 tried: 1 delivered, 0 given up, 0 to be tried again
removed: 2' ]
	[ "$(grep -c 'there is no such message' <<<"$stderr")" -eq 4 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "what callers say of files, hosts and secrets is refused" {
	mkdir -m 1777 "$DIR/open"
	inside '
		x="'"$DIR"'/open/x"
		export HELOISE_RELAY=localhost:1 SMTP_HOST=localhost:1
		export HELOISE_SPOOL=$x HOME=$x XDG_STATE_HOME=$x
		try() {
			rc=0
			letter alice | as alice heloise "$@" || rc=$?
			echo "$rc"
		}
		echo "relay localhost:1" >/etc/other.conf
		try -C /etc/other.conf -t
		try --relay localhost:1 -t
		try --spool $x -t
		try --log file:$x -t
		try -q15m
		(ulimit -f 0; try -t)
		(ulimit -u 2; try -t)
		(ulimit -n 20; try -t)
		(ulimit -S -f 0; try -t)
		try -v -t
		as alice heloise --show-config | grep -c -e s3cret \
		    -e localhost -e "from .*alice@" || :
		as alice heloise --show-config | grep -c "^relay .*(set)"
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'64\n64\n64\n64\n64\n75\n75\n75\n0\n0\n0\n1' ]
	[[ $stderr != *EHLO* && $stderr != *s3cret* ]]
	[ ! -e "$DIR/open/x" ]
}

@test "a process works as its caller, in /, with the group and no other" {
	inside '
		mkfifo -m 666 "'"$DIR"'/in"
		mkdir -m 777 "'"$DIR"'/mine"
		cd "'"$DIR"'/mine"
		as alice heloise -t <"'"$DIR"'/in" &
		cd /
		exec 9>"'"$DIR"'/in"
		pids() { grep -l "^Gid:.7100" /proc/[0-9]*/status |
		    tr -dc "0-9\n"; }
		until [ "$(pids | wc -l)" -eq 2 ]; do :; done
		for pid in $(pids); do
			grep -h -e ^Uid -e ^Gid -e ^Groups /proc/$pid/status
			readlink /proc/$pid/cwd
			as alice cat "/proc/$pid/environ" && exit 98
			as alice ls "/proc/$pid/fd/" && exit 97
			as mallory kill -STOP "$pid" && exit 99
		done
		letter alice >&9
		exec 9>&-
		wait
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(sort -u <<<"$output")" = "$(printf '%s\n' / \
	    'Gid:	7100	7100	7100	7100' 'Groups:	 ' \
	    'Uid:	7101	7101	7101	7101')" ]
	[ "$(stored_count)" -eq 1 ]
}

@test "each process that speaks with a relay is in a sandbox" {
	stop_relay
	# It never answers to the end of the message.
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250-hi
		S: 250 AUTH PLAIN
		C~ ^AUTH PLAIN
		S: 235 ok
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
	inside '
		letter alice >"'"$DIR"'/letter"
		as alice heloise -odi -t <"'"$DIR"'/letter" &
		until ls "'"$RELAY_STORE"'"/*.msg; do :; done 2>/dev/null >&2
		for pid in $(grep -l "^Gid:.7100" /proc/[0-9]*/status |
		    tr -dc "0-9\n"); do
			grep -h -e ^Seccomp: -e ^NoNewPrivs /proc/$pid/status
			echo "session: $(cut -d " " -f 6 /proc/$pid/stat)"
			ls -l /proc/$pid/fd | grep -c socket:
		done
		kill %1
		wait
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	# The dispatcher, the agent with its connection, the connector.
	[ "$(grep -c '^Seccomp:.2$' <<<"$output")" -eq 3 ]
	[ "$(grep -c '^NoNewPrivs:.1$' <<<"$output")" -eq 3 ]
	# The last two may go on after the caller.
	[ "$(grep '^session:' <<<"$output" | sort | uniq -c |
	    awk '{ print $1 }' | sort)" = $'1\n2' ]
	[ "$(grep -v : <<<"$output" | sort)" = $'1\n1\n3' ]
	[ "$(stored_count)" -eq 1 ]
}

@test "^C and ^Z of a queue run do not send its messages again" {
	stop_relay
	start_relay --auth PLAIN --user us --password s3cret --delay 400
	inside '
		letter alice | as alice heloise -odq -t
		set -m
		as alice heloise -q &
		until ls "'"$RELAY_STORE"'"/*.msg; do :; done 2>/dev/null >&2
		kill -INT -$!
		wait $! && echo ended
		as alice heloise -q
		until [ -z "$(find $spool/7101/queue -type f)" ]; do :; done
		letter alice | as alice heloise -odq -t
		as alice heloise -q &
		until ls "'"$RELAY_STORE"'"/2.msg; do :; done 2>/dev/null >&2
		kill -TSTP -$!
		until [ -z "$(find $spool/7101/queue -type f)" ]; do :; done
		kill -CONT -$!
		wait $! && echo continued
		letter alice | as alice heloise -t &
		until ls "'"$RELAY_STORE"'"/3.msg; do :; done 2>/dev/null >&2
		kill -TSTP -$!
		until grep -q "^State:.T" /proc/$!/status; do :; done
		grep -l "^Gid:.7100" /proc/[0-9]*/status | xargs grep -h ^State
		kill -CONT -$!
		wait $! && echo delivered
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(grep -v ^State <<<"$output")" = $'ended\ncontinued\ndelivered' ]
	[ "$(grep -c '^State:.T' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^State:.S' <<<"$output")" -eq 2 ]
	[[ $stderr == *'the queue run goes on without this terminal'* ]]
	[ "$(stored_count)" -eq 3 ]
}

@test "a user has so much in the queue, and tries it when it is due" {
	inside '
		printf "%s\n" "max-waiting 2" "retry-min 1h" >>/etc/heloise.conf
		for i in 1 2 3; do
			letter alice | as alice heloise -odq -t || echo $?
		done
		printf "%s\r\n" "HELO me" "MAIL FROM:<>" "RCPT TO:<b@x.test>" \
		    DATA "" x . QUIT | as alice heloise -odq -bs |
		    grep -o "^452 4.3.1"
		sed -i "s/^relay .*/relay localhost:1/" /etc/heloise.conf
		# A run ends with the first message that has no relay.
		as alice heloise -q
		as alice heloise -q
		as alice heloise -bp | grep -c "tried once"
		sed -i "s/^relay .*/relay localhost:'"$RELAY_PORT"'/" \
		    /etc/heloise.conf
		as alice heloise -q
		as alice heloise --retry all
		id=$(as alice heloise -bp | sed -n "s/^\([0-9a-f]\{16\}\).*/\1/p")
		set -- $id
		as alice heloise --retry "$1" || echo $?
		as alice heloise --hold "$1" >/dev/null
		as alice heloise --release "$1" | sed "s/^[0-9a-f]*//"
		find $spool/7101/queue -type f ! -name "*.note" | wc -l
		letter carol | as carol heloise -odq -t
		echo "min-free 9999999M" >>/etc/heloise.conf
		letter carol | as carol heloise -odq -t || echo $?
		sed -i "/^min-free/d" /etc/heloise.conf
		mount -t tmpfs -o size=12M,mode=3770,gid=7100 tmpfs $spool
		head -c 3M /dev/zero >$spool/full
		letter carol | as carol heloise -odq -t || echo $?
		letter root | heloise -t || echo $?
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = '75
452 4.3.1
2
due now: 0
tried less than retry-min ago, unchanged: 2
0 tried: 0 delivered, 0 given up, 0 to be tried again
75
: released
 tried: 0 delivered, 0 given up, 0 to be tried again
2
75
75' ]
	[[ $stderr == *'2 messages wait already (max-waiting)'* ]]
	[[ $stderr == *'has only 9 MiB free (min-free)'* ]]
	[ "$(stored_count)" -eq 1 ]
}

@test "a caller cannot change the sender that the policy allows" {
	inside '
		echo "from-policy force" >>/etc/heloise.conf
		as alice heloise --from ceo@example.org bob@x.test </dev/null ||
		    echo $?
		printf "%s\n" "From: ceo@x.test" "Sender: ceo@x.test" \
		    "Resent-From: ceo@x.test" "DKIM-Signature: v=1" "" hello |
		    as alice heloise -f ceo@x.test bob@x.test
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 64 ]
	[ "$(stored_count)" -eq 1 ]
	grep -q '^MAIL FROM:<alice@example.org>' "$(envelope 1)"
	grep -q '^From: .*alice@example.org' "$(stored 1)"
	grep -q '^Resent-From: .*alice@example.org' "$(stored 1)"
	run ! grep ceo@ "$(envelope 1)" "$(stored 1)"
}

@test "what a process was made to do with the group harms no mail" {
	inside '
		mad() {
			setpriv --reuid=alice --regid=heloise --clear-groups \
			    "$@"
		}
		letter carol | as carol heloise -odq -t
		mad mv $spool/7103 $spool/x && exit 99
		mad rm -r $spool/7103 && exit 98
		mad touch $spool/7103/queue/0123456789abcdef && exit 97
		mad rmdir $spool/0 && exit 96
		mkdir -m 777 "'"$DIR"'/trap"
		install -d -o mallory -m 700 "'"$DIR"'/trap/mine"
		mad ln -s "'"$DIR"'/trap/mine" $spool/7102
		letter mallory | as mallory heloise -odq -t || echo $?
		mad rm $spool/7102
		mad mkdir $spool/7102
		letter mallory | as mallory heloise -odq -t || echo $?
		letter mallory | as mallory heloise -t
		letter alice | as alice heloise -odq -t
		mad mkfifo $spool/7101/queue/0123456789abcdef
		mad ln -s /etc/heloise.conf \
		    $spool/7101/queue/0123456789abcde0
		heloise -bp | grep -c "cannot be used"
		heloise --show 0123456789abcde0 || echo $?
		heloise -q
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = $'75\n75\n2\n75' ]
	[[ $stderr == *'is a symbolic link of user 7101'* ]]
	[[ $stderr == *'7102 belongs to user 7101, not to user 7102'* ]]
	[[ $stderr == *'holds unknown files'*7102* ]]
	[[ $output$stderr != *s3cret* ]]
	[ "$(stored_count)" -eq 3 ]
}

@test "a user that stops its processes keeps nobody waiting" {
	stop_relay
	start_relay --auth PLAIN --user us --password s3cret --delay 200
	inside '
		letter carol | as carol heloise -odq -t
		letter alice | as alice heloise -odq -t
		of() { grep -l "^Uid:.7103" /proc/[0-9]*/status |
		    tr -dc "0-9\n"; }
		heloise -q &
		until [ "$(of | wc -l)" -ge 3 ]; do :; done 2>/dev/null
		# One that has ended meanwhile is none that anybody waits for.
		as carol kill -STOP $(of) || :
		wait $!
		find $spool -path "*queue/*" ! -name "*.note" -printf "%u\n"
		as carol kill -CONT $(of)
		until [ -z "$(find $spool -path "*queue/*")" ]; do :; done
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = carol ]
	[ "$(stored_count)" -eq 2 ]
}

@test "a user signals, limits and slows down all that is theirs" {
	stop_relay
	start_relay --auth PLAIN --user us --password s3cret --delay 60
	inside '
		printf "%s\n" "linger yes" "retry-min 1s" >>/etc/heloise.conf
		cat >/etc/attack <<-SH
		pids() { grep -l "^Gid:.7100" /proc/[0-9]*/status |
		    tr -dc "0-9\n"; }
		while [ ! -e /etc/stop ]; do
			for signal in STOP TERM CONT INT KILL QUIT; do
				for pid in \$(pids); do
					kill -\$signal \$pid && echo \$signal
				done
			done
			renice 19 \$(pids)
			prlimit -p \$(pids | head -n 1) --nofile=4
		done
		SH
		as alice bash /etc/attack 2>/dev/null >/etc/attacks &
		while [ ! -e /etc/stop ]; do heloise -q || :; done &
		sent=
		for user in alice carol mallory; do
			for i in 1 2 3 4 5 6; do
				case $((i % 3)) in
				0) how= ;;
				1) how=-odb ;;
				*) how=-odq ;;
				esac
				letter "$user $i" | as $user heloise $how -t ||
				    echo $user
			done 2>/dev/null &
			sent="$sent $!"
		done
		wait $sent
		until [ -z "$(find $spool/710[23]/queue -type f)" ]; do :; done
		touch /etc/stop
		sort -u /etc/attacks | wc -l
	'
	echo "$output$stderr"
	# Whatever became of the mail of alice.
	[ "$(grep -v alice <<<"$output")" -ge 2 ]
	run sort <(cat "$RELAY_STORE"/*.msg | tr -d '\r' |
	    grep -e '^Subject: of carol' -e '^Subject: of mallory')
	echo "$output"
	[ "$output" = "$(printf 'Subject: of %s\n' carol\ {1..6} \
	    mallory\ {1..6})" ]
}

@test "a former queue of all is taken over; a package is told what to do" {
	inside '
		letter root | heloise --spool /var/spool/old -odq -t
		chown -R 7109:7109 /var/spool/old
		rm -r $spool
		mv /var/spool/old $spool
		make -s -C "'"$TOP"'" -o heloise install-shared \
		    PREFIX="'"$DIR"'/usr"
		stat -c "%U %a %n" $spool $spool/*
		heloise -q
		make -s -C "'"$TOP"'" -o heloise install-shared \
		    DESTDIR="'"$DIR"'/pkg" PREFIX=/usr
		stat -c "%U %a" "'"$DIR"'/pkg/usr/sbin/heloise"
		# A package takes over what root alone had until then.
		letter root | heloise --spool /var/spool/old -odq -t
		mv /var/spool/old/* $spool
		chmod 755 "'"$DIR"'/usr/sbin/heloise"
		sh "'"$DIR"'/usr/libexec/heloise/share" package
		stat -c "%a %n" $spool/* "'"$DIR"'/usr/sbin/heloise"
		chmod 2755 "'"$DIR"'/usr/sbin/heloise"
		heloise -q
		# What another user made is none.
		mkdir -m 700 $spool/queue
		chown mallory $spool/queue
		touch $spool/queue/x
		sh "'"$DIR"'/usr/libexec/heloise/share" package
		ls $spool/queue $spool/0/queue
		heloise -q
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = "root 3770 /var/spool/heloise
root 2700 /var/spool/heloise/0
as root, once the files are on the host: /usr/libexec/heloise/share
root 755
2700 /var/spool/heloise/0
755 $DIR/usr/sbin/heloise
/var/spool/heloise/0/queue:

/var/spool/heloise/queue:
x" ]
	[[ $stderr == *'holds unknown files'*queue* ]]
	[ "$(stored_count)" -eq 2 ]
}

@test "a package takes over no message while it is delivered" {
	start_relay --auth PLAIN --user us --password s3cret --think 3000
	inside '
		chmod 700 $spool
		chgrp root $spool
		letter root | heloise -odq -t
		ls $spool
		heloise -q &
		sleep 1
		sh "'"$DIR"'/usr/libexec/heloise/share" package
		wait
		heloise -q
		find $spool -path "*queue/*"
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 'failed
queue' ]
	[ "$(stored_count)" -eq 1 ]
}

@test "mail of the ordinary installation: a command that still sends it" {
	inside '
		program=$(command -v heloise)
		chmod 755 "$program"
		chgrp 7101 /etc/heloise.conf
		letter alice | as alice heloise -odq -t
		mkdir -p "$spool-users/x;id/queue/1"
		ls $spool-users/7101/queue | wc -l
		make -s -C "'"$TOP"'" -o heloise install-shared \
		    PREFIX="'"$DIR"'/usr" >"'"$DIR"'/said"
		cat "'"$DIR"'/said"
		as alice heloise -bp
		bash -c "$(grep ^setpriv "'"$DIR"'/said")"
		ls $spool-users/7101/queue | wc -l
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = "1
Mail waits in /var/spool/heloise-users/7101.  To send it:
setpriv --reuid=7101 --regid=heloise --clear-groups $DIR/usr/sbin/heloise -q
Mail queue is empty
0" ]
	[ "$(stored_count)" -eq 1 ]
}

@test "a password-command is run by root only, and once" {
	inside '
		sed -i "/^password /d" /etc/heloise.conf
		cat >"'"$DIR"'/command" <<-SH
		#!/bin/sh
		id -u >>/etc/ran
		echo s3cret
		SH
		chmod 755 "'"$DIR"'/command"
		echo "password-command '"$DIR"'/command" >>/etc/heloise.conf
		letter alice | as alice heloise -t
		letter carol | as carol heloise -t
		[ ! -e /etc/ran ]
		heloise -q
		as alice heloise --check-config | grep password-command
		heloise --check-config --as alice | grep -c password-command
		cat /etc/ran
		find $spool -path "*queue/*"
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = "warning: password-command: mail of alice waits for root's queue run, as only root runs it; password-file and oauth have no delay
1
0" ]
	[[ $stderr == *"root's next queue run sends it"* ]]
	[ "$(stored_count)" -eq 2 ]
}

@test "without new privileges the cause is named, not a wrong cure" {
	inside '
		letter alice |
		    as alice setpriv --no-new-privs heloise -t || echo $?
		as alice setpriv --no-new-privs heloise --check-config || :
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $stderr$output == *'NoNewPrivileges of systemd or no-new-privileges of Docker'* ]]
	[[ $output$stderr != *chgrp* && $output$stderr != *chmod* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "root includes no file that a link of a user names" {
	inside '
		mkdir /etc/lists /etc/lists/a
		echo bob@example.org >/etc/lists/a/heloise.conf
		echo "all: :include:/etc/lists/a/heloise.conf" >/etc/aliases
		chown -R alice /etc/lists
		as alice rm -r /etc/lists/a
		as alice ln -s /etc /etc/lists/a
		heloise -bi || echo $?
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *65 ]]
	[[ $output$stderr == *'a symbolic link'* ]]
	[[ $output$stderr != *s3cret* && $output$stderr != *'relay'* ]]
}

@test "names of other users have no control characters on a terminal" {
	inside '
		mkdir -p /etc/home/.config/heloise
		printf "relay localhost\naccount \033]0;x\007\nuser u\n" \
		    >/etc/home/.config/heloise/config
		sed -i "s,:7103:7103::/:,:7103:7103::/etc/home:," /etc/passwd
		chown -R carol /etc/home
		heloise --spool /etc/none --check-config --as carol || :
		as carol env HOME=/etc/home "'"$TOP"'/heloise" --show-config || :
	'
	printf '%q\n' "$output$stderr"
	[[ $stderr == *'account: expected no control characters'* ]]
	[[ $output$stderr != *$'\033'* && $output$stderr != *$'\007'* ]]
}

@test "a spool of all that is gone: root makes it again, a user is told how" {
	inside '
		echo "log none" >>/etc/heloise.conf
		rm -r $spool
		letter alice | as alice heloise -odq -t 2>/etc/said &&
		    exit 98 || [ $? -eq 75 ]
		command=$(sed -n "s/.*as root run .\(install[^\`]*\).*/\1/p" \
		    /etc/said)
		echo "$command"
		$command
		letter alice | as alice heloise -odq -t
		stat -c "%a %U:%G" $spool
		for run in "-odq -t" -q; do
			rm -r $spool
			letter root | heloise $run
			stat -c "%a %U:%G" $spool
			letter alice | as alice heloise -odq -t
			heloise --check-config | tail -n 1
		done
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$output" = 'install -d -m 3770 -g heloise /var/spool/heloise
3770 root:heloise
3770 root:heloise
no mistakes
3770 root:heloise
no mistakes' ]
}

@test "mailq of root says what was wrong for the user" {
	inside '
		sed -i "/^password/d" /etc/heloise.conf
		echo "password-file /etc/pw" >>/etc/heloise.conf
		(umask 077 && echo s3cret >/etc/pw)
		letter alice | as alice heloise -odi -t || :
		for user in alice root; do
			as $user heloise -bp | sed -n "s/.*hint: //p"
		done
	'
	echo "$output$stderr"
	hint='alice may not read the password in /etc/pw; run `chgrp heloise /etc/pw && chmod 640 /etc/pw`'
	[ "$output" = "$hint
$hint" ]
}

@test "--setup: a password that only root can read is said, and no success" {
	inside '
		(umask 077 && echo s3cret >/etc/pw)
		for try in 1 2; do
			heloise --setup alice@example.org \
			    --relay localhost:'"$RELAY_PORT"' --tls none \
			    --helo app.example.org --auth-cleartext yes \
			    --user us --password-file /etc/pw \
			    --root-mail alice@example.org --yes || echo "$?"
			chgrp heloise /etc/pw && chmod 640 /etc/pw
		done
		letter alice | as alice heloise -odi -t
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(grep -A 2 'is written\|is so already' <<<"$output")" = '/etc/heloise.conf is written.
But the group heloise cannot read /etc/pw, so only root can send; run `chgrp heloise /etc/pw && chmod 640 /etc/pw`
78
--
/etc/heloise.conf is so already.' ]
	[ "$(stored_count)" -eq 1 ]
}

@test "--check-config: a program from which users do not gain the group" {
	inside '
		echo "log none" >>/etc/heloise.conf
		program=$(command -v heloise)
		chmod 755 "$program"
		heloise --check-config || echo $?
		heloise --check-config --as alice || echo $?
		# Another version keeps what the installation is.
		make -s -C "'"$TOP"'" -o heloise install PREFIX="'"$DIR"'/usr"
		stat -c "%a %U:%G" "$program"
		heloise --check-config
		heloise --check-config --as alice
		mount --bind "'"$DIR"'/usr" "'"$DIR"'/usr"
		mount -o remount,bind,nosuid "'"$DIR"'/usr"
		heloise --check-config --as alice || echo $?
	'
	output=${output//"$DIR"/}
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(grep -v '^mail for root\|^root can\|hint: ' <<<"$output")" = '/usr/sbin/heloise is not set-group-ID heloise, so only root can send; run `chgrp heloise /usr/sbin/heloise && chmod 2755 /usr/sbin/heloise`
1 mistake
78
/usr/sbin/heloise is not set-group-ID heloise, so only root can send; run `chgrp heloise /usr/sbin/heloise && chmod 2755 /usr/sbin/heloise`
alice cannot read the configuration: /etc/heloise.conf: Permission denied
alice can write to the spool /var/spool/heloise-users/7101
2 mistakes
78
2755 root:heloise
no mistakes
alice can read the configuration in /etc/heloise.conf
alice can write to the spool /var/spool/heloise/7101
no mistakes
/usr/sbin/heloise is set-group-ID heloise, but its file system is mounted nosuid, so only root can send
alice cannot read the configuration: /etc/heloise.conf: Permission denied
alice can write to the spool /var/spool/heloise-users/7101
2 mistakes
78' ]
}

@test "--check-config is about the user, with the group that it gains" {
	inside '
		echo "log none" >>/etc/heloise.conf
		heloise --check-config
		heloise --check-config --as alice
		as alice heloise --check-config
		chmod 600 /etc/heloise.conf
		heloise --check-config --as alice || echo $?
		as alice heloise --check-config
	'
	echo "$output$stderr"
	[ "$status" -eq 78 ]
	[ "$(grep -v "^mail for root" <<<"$output" | head -n 9)" = 'root can read the configuration in /etc/heloise.conf
root can write to the spool /var/spool/heloise/0
no mistakes
alice can read the configuration in /etc/heloise.conf
alice can write to the spool /var/spool/heloise/7101
no mistakes
alice can read the configuration in /etc/heloise.conf
alice can write to the spool /var/spool/heloise/7101
no mistakes' ]
	[[ $output == *'alice may not read the configuration in /etc/heloise.conf; run `chgrp heloise /etc/heloise.conf && chmod 640 /etc/heloise.conf`'* ]]
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
	[[ $output =~ relay\ +\(set\)\ .*user\ +\(set\)\ .*from\ +\(set\) ]]
	[[ $output == *'"relay":{"value":"(set)","from":"/etc/heloise.conf'* ]]
	[[ $output != *'"value":"us"'* && $output != *'user             us'* ]]
	[[ $output == *"localhost:$RELAY_PORT accepts mail from alice@example.org for bob@example.net."* ]]
	[[ $output == *'"mechanism":"PLAIN"'* ]]
	[[ $output == *'relay 64'* ]]
	[[ $output == *'file 64'* ]]
	[[ $output$stderr != *s3cret* ]]
	[[ $stderr != *'C: EHLO'* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "many -bs and a full stderr of a user keep nobody waiting" {
	inside '
		mkfifo -m 666 "'"$DIR"'/open" "'"$DIR"'/full"
		exec 8<>"'"$DIR"'/full" 9<>"'"$DIR"'/open"
		dd if=/dev/zero bs=64k count=1 >&8 2>/dev/null
		for i in {1..80}; do
			as mallory heloise -bs <"'"$DIR"'/open" >/dev/null &
		done
		of() { grep -l "^Uid:.$1" /proc/[0-9]*/status | wc -l; }
		until [ "$(of 7102)" -ge 80 ]; do sleep 0.1; done 2>/dev/null
		(ulimit -u 64; letter carol | as carol heloise -t)
		echo "linger yes" >>/etc/heloise.conf
		sed -i "s/^relay .*/relay localhost:1/" /etc/heloise.conf
		letter alice | as alice heloise -t 2>&8 &
		until [ -n "$(find $spool/7101/queue -type f)" ]; do
			sleep 0.1
		done 2>/dev/null
		sed -i "s/^relay .*/relay localhost:'"$RELAY_PORT"'/" \
		    /etc/heloise.conf
		heloise -q
		wait $! || echo $?
		find $spool/7101/queue -type f
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(stored_count)" -eq 2 ]
}

@test "a process that stays behind keeps nobody waiting" {
	local start=$SECONDS

	inside 'setsid sleep 300 & echo done'
	[ "$status" -eq 0 ]
	[ "$output" = 'done' ]
	[ $((SECONDS - start)) -lt 60 ]
}

# as_unit: for inside(), unit WORD... runs them as the unit of the queues may.
as_unit() {
	local file=$TOP/src/package/systemd/heloise-queue.service
	local setuid=({setgid,setgroups,setregid,setresgid,setresuid,setreuid,setuid}{,32})

	{
		sed '/^#/d; s/  *\|$/\n/g' "$TOP/tests/system-service"
		# And what it adds.
		printf '%s\n' "${setuid[@]}"
		sed -n 's/^SystemCallFilter=@setuid *//p' "$file" | tr ' ' '\n'
	} | sed -n 's/^[a-z_]/__NR_&/p' |
	    gcc -E -P -include sys/syscall.h - | grep -x '[0-9]*' >"$DIR/calls"
	cp "$TOP/tests/confine" "$DIR"
	{
		echo 'set -e; mount --bind /var/spool /var/spool'
		echo 'mount --bind /var/log /var/log'
		sed -n 's/^ReadWritePaths=//p' "$file" | tr ' ' '\n' |
		    sed 's|^-*\(.*\)|[ ! -e \1 ] \|\| mount --bind \1 \1|'
		echo 'mount -o remount,bind,ro /var/spool'
		echo 'mount -o remount,bind,ro /var/log'
		echo 'exec setpriv --no-new-privs' \
		    '--bounding-set=-all,+setuid,+setgid' \
		    "$DIR/confine -e -c $DIR/calls -m -f 1,2,10" '"$@"'
	} >"$DIR/unit"
	chmod 755 "$DIR/unit" "$DIR/confine"
	UNIT="unit() { unshare -m sh $DIR/unit \"\$@\"; };"
}

@test "the unit of the queues sends the mail of all users" {
	as_unit
	inside "$UNIT"'
		mount -t tmpfs tmpfs /var/log
		echo "log /var/log/heloise.log" >>/etc/heloise.conf
		letter alice | as alice heloise -odq -t
		letter root | heloise -odq -t
		unit heloise -q
		find $spool -path "*queue/*"
		grep -c result=sent /var/log/heloise.log >&2
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$stderr" = 1 ]
	[ "$(stored_count)" -eq 2 ]
}

# oauth_answers ANSWER...: a provider of OAuth gives these, one by one.
oauth_answers() {
	local n=1 answer

	make_certs
	chmod 755 "$CERTS" "${CERTS%/*}"
	chmod 644 "$CERTS/ca.pem"
	mkdir "$DIR/web"
	helper https "$CERTS/ok.pem" "$DIR/web"
	for answer in "{\"issuer\":\"https://127.0.0.1:$SAID\",\"token_endpoint\":\"https://127.0.0.1:$SAID/t\"}" "$@"; do
		printf 'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s' \
		    "${#answer}" "$answer" >"$DIR/web/answer-$n"
		n=$((n + 1))
	done
}

# Inside, for the shell that inside() runs: its login is by OAuth.
use_oauth='
	sed -i -e /^password/d /etc/heloise.conf
	cat >>/etc/heloise.conf <<-CONF
	oauth https://127.0.0.1:$SAID
	oauth-ca $CERTS/ca.pem
	oauth-client-id client
	oauth-refresh-token-file /etc/refresh
	CONF
	echo the-first >/etc/refresh
	chown root:heloise /etc/refresh
	chmod 640 /etc/refresh
'

@test "OAuth: root's queue run renews the token, users only read it" {
	oauth_answers '{"access_token":"first-of-all","refresh_token":"the-second","expires_in":3600}'
	export SAID CERTS
	inside "$use_oauth"'
	letter alice | as alice heloise -t 2>&1
	as alice heloise --login 2>&1 || echo "login: $?"
	heloise -q 2>&1 || :
	stat -c "%n %a %U:%G" /var/spool/heloise-tokens
	stat -c "%a %U:%G" /var/spool/heloise-tokens/*.json
	as alice ls /var/spool/heloise-tokens 2>&1 || :
	as alice heloise --probe 2>&1 | grep "  *token"
	'
	echo "$output"
	[[ $output == *'there is no access token of us now; the next queue run of root gets one'* ]]
	[[ $output == *'only root may log in for all users'*'login: 64'* ]]
	[[ $output == *'/var/spool/heloise-tokens 2750 root:heloise'* ]]
	[[ $output == *$'\n640 root:heloise'* ]]
	[[ $output == *'Permission denied'* ]]
	[[ $output == *'from the directory of tokens'* ]]
	[[ $output != *first-of-all* && $output != *the-second* ]]
	[ "$(grep -c '^POST' "$DIR/web/requests")" -eq 1 ]
}

@test "OAuth: the unit of the queues may renew the token" {
	oauth_answers '{"access_token":"first-of-all","refresh_token":"the-second","expires_in":3600}'
	export SAID CERTS
	as_unit
	inside "$UNIT$use_oauth"'
	letter alice | as alice heloise -odq -t
	unit heloise -q 2>&1
	stat -c "%a %U:%G" /var/spool/heloise-tokens/*.json
	as alice heloise --probe | grep "  *token"
	'
	echo "$output$stderr"
	[ "$(grep -c '^POST' "$DIR/web/requests")" -eq 1 ]
	[[ $output == *'640 root:heloise'* ]]
	[[ $output == *'from the directory of tokens'* ]]
}

@test "OAuth: users read the tokens that root had before" {
	inside '
	at=/var/spool/heloise-tokens
	rm -rf $at
	install -d -m 700 $at
	(umask 077 && touch $at/a.json $at/a.lock)
	make -s -C "'"$TOP"'" -o heloise install-shared \
	    PREFIX="'"$DIR"'/usr" >/dev/null
	stat -c "%a %U:%G %n" $at $at/*
	'
	echo "$output$stderr"
	[ "$output" = '2750 root:heloise /var/spool/heloise-tokens
640 root:heloise /var/spool/heloise-tokens/a.json
600 root:heloise /var/spool/heloise-tokens/a.lock' ]
}

@test "--check-config of root finds what the group cannot read" {
	inside '
		{
			grep -v "^password" /etc/heloise.conf
			echo "password-file /etc/heloise.password"
			echo "include /etc/heloise.d/*.conf"
			echo "log /var/log/heloise.log"
		} >/etc/c
		cat /etc/c >/etc/heloise.conf
		(umask 077 && echo s3cret >/etc/heloise.password)
		mkdir -m 755 /etc/heloise.d
		(umask 077 && echo "connections 2" >/etc/heloise.d/a.conf)
		heloise --check-config || echo "status $?"
		chgrp heloise /etc/heloise.password /etc/heloise.d/a.conf
		chmod 640 /etc/heloise.password /etc/heloise.d/a.conf
		heloise --check-config
		chmod 700 /etc/heloise.d
		chown root:root /etc/heloise.conf
		heloise --check-config || echo "status $?"
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *'the group heloise cannot read /etc/heloise.password, so only root can send; run `chgrp heloise /etc/heloise.password && chmod 640 /etc/heloise.password`'* ]]
	[[ $output == *'the group heloise cannot read /etc/heloise.d/a.conf, so only'*'2 mistakes, 1 warning
status 78'* ]]
	[ "$(grep -c '^1 warning$' <<<"$output")" -eq 1 ]
	[[ $output == *'the group heloise cannot enter /etc/heloise.d for /etc/heloise.d/a.conf, so only root'* ]]
	[[ $output == *'the group heloise cannot read /etc/heloise.conf, so'* ]]
	[[ $output == *'warning: log: no effect for users other than root in an installation for all users: syslog is used'* ]]
}

@test "what a user is told where heloise is installed for all" {
	inside '
		sed -i /^relay/d /etc/heloise.conf
		as alice env HELOISE_RELAY=h heloise bob@example.org \
		    </dev/null || echo $?
		as alice heloise --setup alice@example.org || echo $?
		as alice heloise --import msmtp || echo $?
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $stderr == *'no relay is set in /etc/heloise.conf; heloise is installed for all users here, so variables and ~/.config/heloise/config are not read'* ]]
	[[ $stderr == *'--setup: heloise is installed for all users here: only root may run this'* ]]
	[[ $stderr == *'--import: heloise is installed for all users here: only root may run this'* ]]
}

@test "users whose settings are not for all lock nobody out" {
	inside '
		chmod g-s "'"$DIR"'/usr/sbin/heloise"
		chown root:root /etc/heloise.conf
		chmod 640 /etc/heloise.conf
		letter alice | as alice heloise -t || echo $?
		as carol heloise --check-config || echo $?
	'
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $stderr == *'/etc/heloise.conf: alice may not read this file; let all users send without reading it, by `make install-shared`'* ]]
	[[ $output == *'/etc/heloise.conf: carol may not read this file; let all users send'* ]]
	[[ $output$stderr != *chgrp* && $output$stderr != *chmod* ]]
}
