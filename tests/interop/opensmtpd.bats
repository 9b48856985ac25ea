#!/usr/bin/env bats
# opensmtpd.bats - an OpenSMTPD, in clear
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server opensmtpd
}

teardown_file()
{
	stop
}

@test "OpenSMTPD: in clear, without AUTH" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver b@example.org c@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	has '^Received: from app.example.org .* with ESMTP '
	arrived c
	intact
}

@test "OpenSMTPD: one recipient refused, the other served" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver nobody@example.org c@example.org < <(message)
	[ "$status" -eq 69 ]
	[[ $stderr == *'524 5.2.4 '*'RCPT TO:<nobody@example.org>'* ]]
	arrived c
	intact
}

@test "OpenSMTPD: relaying elsewhere refused" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver b@example.com < <(message)
	[ "$status" -eq 67 ]
	[[ $stderr == *'550 Invalid recipient: <b@example.com>'* ]]
	nothing
}

@test "OpenSMTPD: no TLS where it is asked for" {
	conf 'port 2525' 'tls starttls' 'auth none'
	deliver b@example.org < <(message)
	[ "$status" -ne 0 ]
	[[ $stderr == *"$addr:2525"*STARTTLS* ]]
	nothing
}
