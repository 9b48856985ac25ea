#!/usr/bin/env bats
# chasquid.bats - a chasquid
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server chasquid
}

teardown_file()
{
	stop
}

@test "chasquid: in clear, in three flights: EHLO, the envelope, the message" {
	conf 'port 2525' 'tls none' 'auth none'
	flights b@example.org c@example.org < <(message)
	[ "$sent" -eq 3 ]
	arrived b
	intact
	arrived c
	intact
}

@test "chasquid: STARTTLS and implicit TLS, AUTH PLAIN" {
	conf 'port 5870' 'tls starttls' 'user b@example.org' \
	    "password $password"
	deliver c@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived c
	intact
	conf 'port 4650' 'tls implicit' 'user b@example.org' \
	    "password $password"
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
}

@test "chasquid: a wrong password, an unknown recipient" {
	conf 'port 5870' 'tls starttls' 'user b@example.org' 'password Drowssap'
	deliver c@example.org < <(message)
	[ "$status" -eq 77 ]
	[[ $stderr == *"$addr:5870: 535 "* ]]
	conf 'port 2525' 'tls none' 'auth none'
	deliver nobody@example.org c@example.org < <(message)
	[ "$status" -eq 67 ]
	[[ $stderr == *'550 5.1.1 '*'RCPT TO:<nobody@example.org>'* ]]
	arrived c
}
