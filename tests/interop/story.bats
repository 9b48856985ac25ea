#!/usr/bin/env bats
# story.bats - from a fresh Debian to a delivered message, by --setup
#
# A Postfix and a Dovecot stand for three providers: relay.example.org, which
# the SRV record of example.org names; posteo.de, which --providers lists; and
# smtp.fastmail.com, for an address whose domain has that provider's MX.
# The files hosts and resolv.conf of the root say where these are.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154	# bats and the loaded files
load servers
load root
load ../relay/terminal

setup_file()
{
	certificate=providers
	server postfix
	fresh_root || return
	[ -z "$why" ] || return 0
	export run1=$run pid1=$pidfile log1=$log
	knows_relay
	echo "$addr posteo.de" >>"$root/etc/hosts"
	server dovecot
	echo "$addr smtp.fastmail.com" >>"$root/etc/hosts"
	cat "$run/ca/ca.pem" >>"$root/etc/ssl/certs/ca-certificates.crt"
	install -m 755 "$HELOISE" "$root/usr/local/sbin/heloise"
	export names=127.$((RANDOM % 200 + 20)).$((RANDOM % 250)).53
	echo "nameserver $names" >"$root/etc/resolv.conf"
}

teardown_file()
{
	stop
	run=${run1-} pidfile=${pid1-}
	stop
	remove_root
}

# No configuration, no mail; and the name server.
setup()
{
	follow_tests
	[ -z "$why" ] || skip "$why"
	find "$run/mail" "$run1/mail" -type f -delete
	rm -rf "$root"/etc/heloise.conf* "$root"/var/spool/heloise*
	helper responder at "$names" \
	    _submission._tcp.example.org 0 0 5870 relay.example.org \
	    example.net mx in1-smtp.messagingengine.com
	began=$SECONDS
	seen=0
}

postfix()
{
	run=$run1 log=$log1
}

# The file, its mode, and no trace of the password but there.
written()
{
	[ "$(stat -c %a "$root/etc/heloise.conf")" = 600 ]
	grep -qFx "password        $password" "$root/etc/heloise.conf"
	run ! grep -qF "$password" "$SCREEN"
}

@test "story: an address, a password, and the mail arrives" {
	local status=0 enter

	postfix
	entrance
	dialogue "${enter[@]}" heloise --setup alice@example.org
	reply 'User (none: no login) [alice@example.org]: ' ''
	reply 'Password (not shown)' "$password"
	reply 'Address for mail to root (none: not set) [alice@example.org]' ''
	reply 'Write /etc/heloise.conf [yes]: ' ''
	reply 'Send a test message to alice@example.org [yes]: ' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	[ $((SECONDS - began)) -lt 60 ]
	shows 'Trying relay.example.org port 5870 ... it answers.'
	shows 'Only root can read it'
	written
	arrived alice
	has '^Subject: Heloise works$'
	has 'Authenticated sender: alice@example.org'
	# The next mail, and one for root.
	find "$run/mail" -type f -delete
	inside heloise -i root < <(printf 'Subject: job\n\ntext\n')
	arrived alice
	has '^Subject: job$'
}

@test "story: a provider by its domain, a wrong password corrected" {
	local status=0 enter

	postfix
	entrance
	dialogue "${enter[@]}" heloise --setup
	reply 'Your address: ' alice@posteo.de
	reply 'User (none: no login) [alice@posteo.de]: ' ''
	reply 'Password (not shown)' 'wrong password'
	await shows 'refused.'
	reply 'User (none: no login) [alice@posteo.de]: ' '' 2
	reply 'Password (not shown)' "$password" 2
	reply 'Address for mail to root' none
	reply 'Write /etc/heloise.conf' ''
	reply 'Send a test message' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	[ $((SECONDS - began)) -lt 60 ]
	shows 'This is Posteo.'
	shows "hint: the relay refuses 'alice@posteo.de' with this password"
	grep -qx 'provider *posteo' "$root/etc/heloise.conf"
	run ! grep -q '^root-mail' "$root/etc/heloise.conf"
	written
	arrived alice
	has 'Authenticated sender: alice@posteo.de'
}

@test "story: a provider by the MX of the domain, with Dovecot" {
	local status=0 enter

	entrance
	dialogue "${enter[@]}" heloise --setup alice@example.net
	reply 'User (none: no login) [alice@example.net]: ' ''
	reply 'Password (not shown)' "$password"
	reply 'Address for mail to root' ''
	reply 'Write /etc/heloise.conf' ''
	reply 'Send a test message' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	[ $((SECONDS - began)) -lt 60 ]
	shows 'This is Fastmail.'
	grep -qx 'provider *fastmail' "$root/etc/heloise.conf"
	written
	arrived alice
	has '^Subject: Heloise works$'
	logged 'submission(alice@example.net)<'
}

# By a script, as Ansible runs it.
unattended()
{
	run inside heloise --setup alice@example.org \
	    --user alice@example.org --password-file /etc/heloise.password \
	    --root-mail alice@example.org --yes "$@" </dev/null
	echo "$output"
}

@test "story: without a terminal; again; and nothing is overwritten" {
	local enter status=0

	postfix
	(umask 077 && echo "$password" >"$root/etc/heloise.password")
	unattended --send-test
	[ "$status" -eq 0 ]
	[[ $output != *"$password"* ]]
	arrived alice
	has '^Subject: Heloise works$'
	grep -qx 'password-file *\/etc\/heloise.password' \
	    "$root/etc/heloise.conf"
	# Again: no change, also of the file's time.
	touch -d '2001-01-01' "$root/etc/heloise.conf"
	unattended
	[ "$status" -eq 0 ]
	[[ $output == *'/etc/heloise.conf is so already.'* ]]
	[ "$(stat -c %y "$root/etc/heloise.conf" | cut -c1-4)" = 2001 ]
	[ ! -e "$root/etc/heloise.conf.old" ]
	# At a terminal what is there is the answer; no replaces nothing.
	echo 'expire 2d' >>"$root/etc/heloise.conf"
	cp "$root/etc/heloise.conf" "$BATS_TEST_TMPDIR/before"
	entrance
	dialogue "${enter[@]}" heloise --setup
	reply 'Your address [alice@example.org]: ' ''
	reply 'User (none: no login) [alice@example.org]: ' ''
	reply 'Address for mail to root (none: not set) [alice@example.org]' ''
	reply 'Replace /etc/heloise.conf (it is kept as' n
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 64 ]
	shows 'nothing was written'
	cmp "$root/etc/heloise.conf" "$BATS_TEST_TMPDIR/before"
	# Yes keeps the old one.
	unattended
	[ "$status" -eq 0 ]
	cmp "$root/etc/heloise.conf.old" "$BATS_TEST_TMPDIR/before"
	grep -qx 'expire *2d' "$root/etc/heloise.conf"
}

@test "story: without a terminal, and without leave to write" {
	postfix
	(umask 077 && echo "$password" >"$root/etc/heloise.password")
	run inside heloise --setup alice@example.org --password-file \
	    /etc/heloise.password </dev/null
	echo "$output"
	[ "$status" -eq 64 ]
	[[ $output == *'--yes is needed'* ]]
	[ ! -e "$root/etc/heloise.conf" ]
	(umask 077 && echo wrong >"$root/etc/heloise.password")
	unattended
	[ "$status" -eq 77 ]
	[[ $output == *'hint: '*'nothing was written'* ]]
	[ ! -e "$root/etc/heloise.conf" ]
}
