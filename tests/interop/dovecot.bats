#!/usr/bin/env bats
# dovecot.bats - Dovecot's submission service
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server dovecot
}

teardown_file()
{
	stop
}

@test "Dovecot: STARTTLS and AUTH PLAIN" {
	login 'port 5871' 'tls starttls' 'auth plain'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	intact
	logged 'submission(user)<'
}

@test "Dovecot: implicit TLS and AUTH LOGIN" {
	login 'port 4651' 'tls implicit' 'auth login'
	deliver b@example.org c@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	arrived c
	intact
	logged 'method=LOGIN'
}

@test "Dovecot: a wrong password" {
	conf 'port 5871' 'tls starttls' 'auth plain' 'user user' \
	    'password Drowssap'
	deliver b@example.org < <(message)
	[ "$status" -eq 77 ]
	[[ $stderr == *"$addr:5871"*'535 5.7.8 '* ]]
	[[ $stderr != *Drowssap* ]]
	nothing
}

@test "Dovecot: a recipient that its relay refuses" {
	login 'port 5871' 'tls starttls' 'auth plain'
	deliver nobody@example.org c@example.org < <(message)
	[ "$status" -eq 67 ]
	[[ $stderr == *nobody@example.org*'no such mailbox'* ]]
	arrived c
	intact
}

@test "Dovecot: AUTH SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN" {
	local mech

	for mech in SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN; do
		accepted 'port 5871' 'tls starttls' "auth ${mech,,}"
		logged "Login: user=<user>, method=$mech,"
		rejected 'port 5871' 'tls starttls' "auth ${mech,,}"
	done
}

@test "Dovecot: auto prefers SCRAM-SHA-256, and does not step down" {
	accepted 'port 5871' 'tls starttls'
	logged 'method=SCRAM-SHA-256,'
	rejected 'port 5871' 'tls starttls'
	[ "$(since | grep -c 'auth: ')" -eq 1 ]
	logged 'auth: .*scram-sha-256(user,.*: Password mismatch'
}

@test "Dovecot: AUTH XOAUTH2 and OAUTHBEARER, and the reasons against" {
	local mech

	token user 600 "$secret" >"$run/token"
	token user 600 'not ours' >"$run/forged"
	token user -60 "$secret" >"$run/old"
	chmod 600 "$run/token" "$run/forged" "$run/old"
	for mech in xoauth2 oauthbearer; do
		conf 'port 5871' 'tls starttls' "auth $mech" 'user user' \
		    "password-command cat $run/token"
		find "$run/mail" -type f -delete
		deliver b@example.org < <(message)
		[ "$status" -eq 0 ]
		arrived b
		logged "Login: user=<user>, method=${mech^^},"
		for bad in forged old; do
			find "$run/mail" -type f -delete
			conf 'port 5871' 'tls starttls' "auth $mech" \
			    'user user' "password-file $run/$bad"
			deliver b@example.org < <(message)
			[ "$status" -eq 77 ]
			[[ $stderr == *535* ]]
			[[ $stderr == *'"status":"'* ]]
			[[ $stderr != *"$(cat "$run/$bad")"* ]]
			nothing
		done
	done
}

@test "Dovecot: a token of more than 4 KiB" {
	token user 600 "$secret" 3400 >"$run/token"
	[ "$(wc -c <"$run/token")" -gt 4096 ]
	for mech in xoauth2 oauthbearer; do
		conf 'port 5871' 'tls starttls' "auth $mech" 'user user' \
		    "password-command cat $run/token"
		find "$run/mail" -type f -delete
		deliver b@example.org < <(message)
		[ "$status" -eq 0 ]
		arrived b
	done
}

@test "Dovecot: AUTH EXTERNAL with a certificate, and without" {
	conf 'port 5871' 'tls starttls' 'auth external' 'user user' \
	    "tls-cert $run/ca/user.pem"
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	logged 'Login: user=<user>, method=EXTERNAL,'
	find "$run/mail" -type f -delete
	conf 'port 5871' 'tls starttls' 'auth external' 'user user'
	deliver b@example.org < <(message)
	[ "$status" -eq 77 ]
	[[ $stderr == *"$addr:5871: 535 "* ]]
	nothing
}

@test "Dovecot: LMTP over a socket in the file system" {
	conf "relay lmtp:$run/run/lmtp"
	deliver b@example.org c@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	logged 'lmtp(b@example.org)<.*saved mail to INBOX'
	logged 'lmtp(c@example.org)<.*saved mail to INBOX'
	mail=("$run/lmtp/b/new"/*)
	[ "${#mail[@]}" -eq 1 ]
	sed '/^$/q' "${mail[0]}" | grep -q '^Return-Path: <a@example.org>'
	intact
}

@test "Dovecot: found and proved by --setup" {
	(umask 077 && echo "$password" >"$BATS_TEST_TMPDIR/pw")
	run "$HELOISE" --setup b@example.org --relay "$addr:4651" --tls implicit \
	    --tls-ca "$run/ca/ca.pem" --tls-name relay.example.org \
	    --helo app.example.org --user user \
	    --password-file "$BATS_TEST_TMPDIR/pw" \
	    --write "$BATS_TEST_TMPDIR/new" --yes --send-test
	echo "$output"
	[ "$status" -eq 0 ]
	arrived b
	has '^Subject: Heloise works$'
}
