#!/usr/bin/env bats
# nohome.bats - mail of users who have no place for a spool of their own
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
	start_relay
}

# inside SCRIPT: have it run where heloise is installed as the README says.
# web WORD... runs as the web server's user, who has neither HOME nor a home
# directory to write to; mail SUBJECT is its message, as PHP hands it over.
inside() {
	cat >"$DIR/inside" <<-END
	set -eu
	mkdir -p "$DIR/etc"
	for file in passwd group ld.so.cache localtime; do
		[ ! -e /etc/\$file ] || cp -L /etc/\$file "$DIR/etc/"
	done
	mount -t tmpfs -o mode=755 tmpfs /etc
	cp "$DIR"/etc/* /etc/
	mount -t tmpfs -o mode=755 tmpfs /var
	mkdir -m 755 /var/spool /var/www
	sed -i /^web:/d /etc/passwd
	echo web:x:7133:7133::/var/www:/bin/sh >>/etc/passwd
	echo 'hosts: files dns' >/etc/nsswitch.conf
	echo 'nameserver 127.0.0.1' >/etc/resolv.conf
	echo 127.0.0.1 localhost >/etc/hosts
	make -s -C "$TOP" -o heloise install PREFIX="$DIR/usr" >/dev/null
	users=/var/spool/heloise-users
	PATH="$DIR/usr/sbin:\$PATH"
	cat >/etc/heloise.conf <<-CONF
	relay localhost:$RELAY_PORT
	tls none
	helo app.example.org
	from web@example.org
	linger no
	log none
	CONF
	web() {
		env -i PATH="\$PATH" setpriv --reuid=7133 --regid=7133 \
		    --clear-groups "\$@"
	}
	mail() {
		printf 'To: bob@example.org\nSubject: %s\n\nhello\n' "\$1" |
		    web heloise -t -i
	}
	relay() {
		sed -i "s/^relay .*/relay \$1/" /etc/heloise.conf
	}
	$1
	END
	run --separate-stderr apart bash "$DIR/inside"
	echo "$output$stderr"
}

@test "no HOME, /var/www of root, the relay down, then DNS dead: nothing lost" {
	inside '
		relay localhost:1
		printf "To: bob@example.org\nSubject: one\n\nhello\n" |
		    web env HOME=/var/www heloise -t -i
		relay smtp.example.net
		mail two
		stat -c "%U %a %n" $users $users/*
		web heloise -bp | grep -c bob@example.org
		web heloise --status --json | jq .waiting
		heloise -bp | grep -c bob@example.org
		heloise --status --json | jq .waiting
		web heloise --check-config | grep spool
		heloise --check-config --as web | grep spool
		relay localhost:'"$RELAY_PORT"'
		web heloise -q
		mail three
		web heloise -bp
	'
	[ "$status" -eq 0 ]
	[ "$output" = 'root 1777 /var/spool/heloise-users
web 700 /var/spool/heloise-users/7133
2
2
2
2
web can write to the spool /var/spool/heloise-users/7133
web can write to the spool /var/spool/heloise-users/7133
Mail queue is empty' ]
	[ "$(stored_count)" -eq 3 ]
}

@test "names that others made in advance are passed over" {
	inside '
		mkdir -m 777 $users/7133
		ln -s /etc $users/7133.1
		chown -h nobody $users/7133 $users/7133.1
		relay localhost:1
		mail one
		stat -c "%U %a" $users/7133.????????????????
		find $users/7133 /etc -newer /etc/heloise.conf -path "*queue*"
		web heloise -bp | grep -c bob@example.org
	'
	[ "$status" -eq 0 ]
	[ "$output" = 'web 700
1' ]
}

@test "a name that others made and gave up hides no mail" {
	inside '
		mkdir $users/7133
		chown nobody $users/7133
		relay localhost:1
		mail one
		mail two
		web heloise -bp | grep -c bob@example.org
		find $users -mindepth 1 -user web -prune | wc -l
		rmdir $users/7133
		web heloise -bp | grep -c bob@example.org
		relay localhost:'"$RELAY_PORT"'
		web heloise -q
		web heloise -bp
	'
	[ "$status" -eq 0 ]
	[ "$output" = '2
1
2
Mail queue is empty' ]
	[ "$(stored_count)" -eq 2 ]
}

@test "root tries the mail of such users, as each of them" {
	inside '
		echo other:x:7134:7134::/nonexistent:/bin/sh >>/etc/passwd
		chgrp 7133 /etc/heloise.conf
		chmod 640 /etc/heloise.conf
		mkdir $users/7133
		chown nobody $users/7133
		relay localhost:1
		mail one
		mkdir -m 700 $users/7134 $users/7134/queue
		chown -R 7134 $users/7134
		printf "Subject: mine\n\nx\n" | heloise bob@example.org
		relay localhost:'"$RELAY_PORT"'
		heloise -bp | grep -c bob@example.org
		heloise -q
		heloise -bp
		find $users ! -user nobody ! -user root | grep -v /7134 |
		    xargs stat -c %U | sort -u
		# One whose settings nobody may read: told, and no harm.
		mail two
		relay localhost:1
		mail three
		chmod 600 /etc/heloise.conf
		heloise -q -v
		echo $?
	'
	[ "$status" -eq 0 ]
	[ "$output" = '2
Mail queue is empty
web
0 tried: 0 delivered, 0 given up, 0 to be tried again
0' ]
	[ "$(grep -c 'mail of user' <<<"$stderr")" -eq 1 ]
	[[ $stderr == *'mail of user 7133 in /var/spool/heloise-users was not tried:
heloise: '*'web may not read this file'* ]]
	[ "$(stored_count)" -eq 3 ]
}

@test "one id in two spools: root removes both, whoever has copied it" {
	inside '
		relay localhost:1
		mail one
		id=$(heloise --json | jq -r ".[0].id")
		cp -Rp $users/7133 $users/7000
		chown -R 7000 $users/7000
		heloise --show $id | grep -c one
		heloise -C /etc/heloise.conf --show $id || echo $?
		heloise --remove $id
		heloise -bp
	'
	[ "$status" -eq 0 ]
	[[ $output == '2
65
'*': removed
'*': removed
Mail queue is empty' ]]
}

@test "root without the capability to become such a user says so" {
	inside '
		relay localhost:1
		mail one
		relay localhost:'"$RELAY_PORT"'
		setpriv --bounding-set -setuid heloise -q
		echo $?
		web heloise -bp | grep -c bob@example.org
	'
	[ "$status" -eq 0 ]
	[ "$output" = '0
1' ]
	[[ $stderr == *'mail of user 7133 in /var/spool/heloise-users is not tried: cannot become this user: Operation not permitted'* ]]
}

@test "root tries such mail with the settings of its user, or not at all" {
	inside '
		own=/var/www/.config/heloise
		mkdir -p $own
		sed "s/^from .*/from own@example.net/" /etc/heloise.conf \
		    >$own/config
		chown 7133 $own $own/config
		relay localhost:1
		sed -i "s/^relay .*/relay localhost:1/" $own/config
		mail one
		sed -i "s/^relay .*/relay localhost:'"$RELAY_PORT"'/" \
		    $own/config /etc/heloise.conf
		# As ProtectHome= does.
		mount -t tmpfs -o mode=000 tmpfs /var/www
		heloise -q -v
		umount /var/www
		relay localhost:1
		# Nor with the environment of root.
		HELOISE_RELAY=localhost:1 heloise -q -v
	'
	[ "$status" -eq 0 ]
	[ "$output" = '0 tried: 0 delivered, 0 given up, 0 to be tried again
1 tried: 1 delivered, 0 given up, 0 to be tried again' ]
	[[ $stderr == *'mail of user 7133 in /var/spool/heloise-users was not tried:
heloise: '*'the home directory /var/www is hidden (ProtectHome= of a unit, or its mode)'* ]]
	grep -rq '^MAIL FROM:<own@example.net>' "$RELAY_STORE"
}

@test "a user that stops its processes does not stop the end of root's run" {
	start_relay --script "$(script <<<silent)"
	inside '
		relay localhost:1
		mail one
		relay localhost:'"$RELAY_PORT"'
		of() { pgrep -u 7133; }
		heloise -q &
		until [ "$(of | wc -l)" -ge 3 ]; do :; done
		# Not the one that root waits for.
		for pid in $(of); do
			grep -q "^PPid:.$!$" /proc/$pid/status ||
			    web kill -STOP $pid
		done
		kill $!
		wait $!
		echo $?
		kill -KILL $(of)
	'
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "a process of such a user keeps no descriptor of root's caller" {
	start_relay --script "$(script <<<silent)"
	inside '
		relay localhost:1
		mail one
		relay localhost:'"$RELAY_PORT"'
		of() { pgrep -u 7133; }
		heloise -q 9>/var/lock &
		until [ "$(of | wc -l)" -ge 3 ]; do :; done
		# Stopped, it may stay for good.
		web kill -STOP $(of)
		wait $!
		echo $?
		find /proc/[0-9]*/fd -lname /var/lock
		kill -KILL $(of)
	'
	[ "$status" -eq 0 ]
	[ "$output" = 0 ]
}

@test "root shows, holds, tries and removes the mail of such users" {
	inside '
		relay localhost:1
		mail one
		mail two
		# The first that is not in this state.
		one() {
			web heloise --json | jq -r "map(select(.state !=
			    \"$1\"))[0].id"
		}
		held=$(one held)
		heloise --show $held | grep Subject
		heloise --hold $held | cut -d" " -f2-
		relay localhost:'"$RELAY_PORT"'
		heloise --retry $(one held) | cut -d" " -f2-
		web heloise --json | jq -r ".[].state"
		heloise --remove $held | cut -d" " -f2-
		heloise --show $held || echo $?
		relay localhost:1
		mail three
		heloise --remove all
		stat -c %U $users/*/*
		web heloise -bp
	'
	[ "$status" -eq 0 ]
	[ "$output" = 'Subject: one
held
due now
tried: 1 delivered, 0 given up, 0 to be tried again
held
removed
65
removed: 1
web
web
web
Mail queue is empty' ]
	[ "$(stored_count)" -eq 1 ]
}

@test "root removes a damaged message of such a user" {
	inside '
		relay localhost:1
		mail one
		web sh -c "echo >$users/7133/queue/0123456789abcdef"
		heloise --remove 0123456789abcdef
		echo $?
		heloise --json | jq length
	'
	[ "$status" -eq 0 ]
	[ "$output" = '0123456789abcdef: removed
0
1' ]
	[[ $stderr != *0123456789abcdef* ]]
}

@test "a damaged message of such a user stops no --retry all of root" {
	inside '
		relay localhost:1
		mail one
		printf "Subject: mine\n\nx\n" | heloise bob@example.org
		web sh -c "echo >$users/7133/queue/0123456789abcdef"
		relay localhost:'"$RELAY_PORT"'
		heloise --retry all || echo $?
	'
	[ "$status" -eq 0 ]
	[ "$output" = 'due now: 2
2 tried: 2 delivered, 0 given up, 0 to be tried again
75' ]
	[ "$(stored_count)" -eq 2 ]
}

@test "no such directory, or not a safe one: a hint that harms no queue" {
	inside '
		rmdir $users
		web heloise --status || echo $?
		relay localhost:1
		mail one || echo $?
		mkdir -m 777 $users
		mail two || echo $?
		relay localhost:'"$RELAY_PORT"'
		mail three
	'
	[ "$status" -eq 0 ]
	[ "$output" = 'HELOISE UNKNOWN - no spool
3
75
75' ]
	[ "$(grep -c 'hint: web has no place for mail that waits; as root run `install -d -m 1777 /var/spool/heloise-users`' \
	    <<<"$stderr")" -ge 2 ]
	[[ $stderr != *'set `spool'* ]]
	[[ $stderr != *'queue no'* ]]
	[ "$(stored_count)" -eq 1 ]
}

@test "everything read-only: mail goes on from memory" {
	inside '
		mount -o remount,ro /var
		mail one
		relay localhost:1
		mail two || echo $?
	'
	[ "$status" -eq 0 ]
	[ "$output" = 75 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "a home that is there again: first what waits goes, then it is used" {
	inside '
		relay localhost:1
		mail one
		mkdir -m 700 /var/home
		chown 7133 /var/home
		export HOME=/var/home
		web() {
			env -i PATH="$PATH" HOME=/var/home setpriv \
			    --reuid=7133 --regid=7133 --clear-groups "$@"
		}
		mail two
		ls $users/7133/queue | grep -vc note
		relay localhost:'"$RELAY_PORT"'
		web heloise -q
		relay localhost:1
		mail three
		ls /var/home/.local/state/heloise/queue | grep -vc note
		ls $users/7133/queue
	'
	[ "$status" -eq 0 ]
	[ "$output" = '2
1' ]
	[ "$(stored_count)" -eq 2 ]
}

@test "spool with %U and %h: one line, and a spool for each user" {
	inside '
		mkdir -m 1777 /var/mail
		echo "spool /var/mail/%U" >>/etc/heloise.conf
		relay localhost:1
		mail one
		printf "Subject: x\n\ny\n" | heloise bob@example.org
		stat -c "%U %a %n" /var/mail/*
		sed -i "s|^spool.*|spool %h/mail|" /etc/heloise.conf
		mkdir -m 700 /var/home
		chown 7133 /var/home
		env -i PATH="$PATH" HOME=/var/home setpriv --reuid=7133 \
		    --regid=7133 --clear-groups heloise -bp
		sed -i "s|^spool.*|spool /var/%x|" /etc/heloise.conf
		heloise -bp || echo $?
	'
	[ "$status" -eq 0 ]
	[ "$output" = 'root 700 /var/mail/root
web 700 /var/mail/web
Mail queue is empty
78' ]
	[[ $stderr == *'/etc/heloise.conf:7: spool: expected a directory, in which only %U, %h and %% follow a %'* ]]
}

# The relay is down: it is the token that counts.
@test "a user without a place beside the home logs in by OAuth" {
	web=$DIR/issuer
	make_certs
	mkdir "$web"
	helper https "$CERTS/ok.pem" "$web"
	reply() {
		printf 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
		    "${#2}" "$2" >"$web/answer-$1"
	}
	reply 1 "{\"issuer\":\"https://127.0.0.1:$SAID\",\"token_endpoint\":\"https://127.0.0.1:$SAID/token\"}"
	reply 2 '{"access_token":"first","token_type":"Bearer","expires_in":3600}'
	inside '
		relay localhost:1
		cp "'"$CERTS/ca.pem"'" /etc/ca.pem
		chmod 644 /etc/ca.pem /etc/heloise.conf
		cat >>/etc/heloise.conf <<-CONF
		user u
		oauth https://127.0.0.1:'"$SAID"'
		oauth-ca /etc/ca.pem
		oauth-client-id client
		oauth-client-secret-file /etc/secret
		oauth-grant client-credentials
		CONF
		echo sesame >/etc/secret
		chown web /etc/secret
		chmod 600 /etc/secret
		web env HOME=/var/www heloise --login >/dev/null || echo $?
		stat -c "%U %a %n" $users/7133/tokens
		grep -l first $users/7133/tokens/*.json | wc -l
		web heloise --check-config | grep "use the tokens"
		mail one
		web heloise -bp | grep -c bob@example.org
		rm -r $users
		sed -i /oauth-grant/d /etc/heloise.conf
		web heloise --login || echo $?
	'
	[ "$status" -eq 0 ]
	[[ $output == *'web 700 /var/spool/heloise-users/7133/tokens
1
web can use the tokens in /var/spool/heloise-users/7133/tokens
1
'* ]]
	[[ $stderr == *'hint: web has no place for tokens; as root run `install -d -m 1777 /var/spool/heloise-users`'* ]]
}
