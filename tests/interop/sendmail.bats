#!/usr/bin/env bats
# sendmail.bats - a sendmail 8
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server sendmail
}

teardown_file()
{
	stop
}

@test "sendmail: in three flights: EHLO, the envelope, the message" {
	conf 'port 2525' 'tls none' 'auth none'
	flights b@example.org c@example.org < <(message)
	[ "$sent" -eq 3 ]
	arrived b
	intact
	has '^Received: from app.example.org .* with ESMTP'
	arrived c
	intact
	saw '<<< MAIL FROM:<a@example.org> SIZE=[0-9]* BODY=8BITMIME'
}

@test "sendmail: what a sender wants to be told is passed on" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver -N never -R hdrs c@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived c
	saw '<<< MAIL FROM:<a@example.org> .*RET=HDRS'
	saw '<<< RCPT TO:<c@example.org> NOTIFY=NEVER'
}
