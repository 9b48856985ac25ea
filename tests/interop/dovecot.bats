#!/usr/bin/env bats
# dovecot.bats - Dovecot's submission service
# shellcheck disable=SC2154	# servers.bash and bats set variables
bats_require_minimum_version 1.5.0
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
