#!/usr/bin/env bats
# postfix.bats - a Postfix that insists on STARTTLS, AUTH and a known name
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server postfix
}

teardown_file()
{
	stop
}

# The line in which Postfix counts the commands of the session.
counts()
{
	logged ' disconnect from ' || return 1
	since | sed -n 's/.* disconnect from [^ ]* //p'
}

@test "Postfix: STARTTLS and AUTH PLAIN" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	intact
	has '^Return-Path: <a@example.org>'
	has '^Received: from app.example.org .*using TLSv1.3'
	has '^Received: .*Authenticated sender: user@relay.example.org'
	has '^Received: .* with ESMTPSA '
	has '^From: A <a@example.org>$'
	has '^Date: '
	has '^Message-I[Dd]: <.*@.*>$'
}

@test "Postfix: implicit TLS and AUTH LOGIN" {
	login 'port 4650' 'tls implicit' 'auth login'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	has '^Received: .*using TLSv1.3.*Authenticated sender: user'
	logged 'sasl_method=LOGIN'
}

@test "Postfix: in clear, without AUTH" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	has '^Received: from app.example.org .* with ESMTP '
}

@test "Postfix: the fewest commands" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver b@example.org c@example.org < <(message)
	[ "$status" -eq 0 ]
	[ "$(counts)" = 'ehlo=2 starttls=1 auth=1 mail=1 rcpt=2 data=1'\
' quit=1 commands=9' ]
}

twice()
{
	[ "$(counts | wc -l)" -eq 2 ]
}

@test "Postfix: it refuses BDAT 0 and is known to take BDAT from then on" {
	login 'port 5870' 'tls starttls' 'auth plain' 'queue yes' \
	    'linger no' "spool $BATS_TEST_TMPDIR/spool"
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	arrived b
	[ "$(counts)" = 'ehlo=2 starttls=1 auth=1 mail=2 rcpt=2 bdat=1/2 '\
'rset=1 quit=1 commands=11/12' ]
	deliver c@example.org < <(message)
	arrived c
	await twice
	[ "$(counts | tail -n 1)" = 'ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 '\
'bdat=1 quit=1 commands=8' ]
}

@test "Postfix: two recipients get the same message" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver b@example.org c@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	arrived c
	intact
}

@test "Postfix: a name it does not know is refused" {
	login 'port 5870' 'tls starttls' 'auth plain' 'helo other.example.org'
	deliver b@example.org < <(message)
	[ "$status" -eq 69 ]
	[[ $stderr == *'554 5.7.1 <other.example.org>: Helo command rejected'* ]]
	nothing
}

@test "Postfix: a name without a domain is refused" {
	login 'port 5870' 'tls starttls' 'auth plain' 'helo app'
	deliver b@example.org < <(message)
	[ "$status" -eq 69 ]
	[[ $stderr == *'504 5.5.2 <app>: Helo command rejected: need fully'* ]]
	nothing
}

@test "Postfix: a wrong password" {
	rejected 'port 5870' 'tls starttls' 'auth plain'
	[[ $stderr == *"$addr:5870: 535 5.7.8 "* ]]
	[[ $stderr != *"$(printf '\0user\0Drowssap' | openssl base64)"* ]]
}

@test "Postfix: AUTH SCRAM-SHA-256, SCRAM-SHA-1, CRAM-MD5, PLAIN, LOGIN" {
	local mech

	for mech in SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN; do
		accepted 'port 5870' 'tls starttls' "auth ${mech,,}"
		logged "sasl_method=$mech,"
		rejected 'port 5870' 'tls starttls' "auth ${mech,,}"
	done
}

@test "Postfix: auto prefers SCRAM-SHA-256, and does not step down" {
	accepted 'port 4650' 'tls implicit'
	logged 'sasl_method=SCRAM-SHA-256,'
	rejected 'port 4650' 'tls implicit'
	[[ $(counts) == *' auth=0/1 '* ]]
}

@test "Postfix: no login where one is wanted" {
	conf 'port 5870' 'tls starttls' 'auth none'
	deliver b@example.org < <(message)
	[ "$status" -eq 69 ]
	[[ $stderr == *'554 5.7.1 '*'Client host rejected: Access denied'* ]]
	nothing
}

@test "Postfix: no TLS where it is wanted" {
	conf 'port 5870' 'tls none' 'auth none'
	deliver b@example.org < <(message)
	[ "$status" -ne 0 ]
	[[ $stderr == *'530 5.7.0 Must issue a STARTTLS command first'* ]]
	nothing
}

@test "Postfix: a login is not sent in clear" {
	login 'port 2525' 'tls none' 'auth plain'
	deliver b@example.org < <(message)
	[ "$status" -eq 77 ]
	[[ $stderr == *"$addr:2525"*password*TLS* ]]
	nothing
	[[ $(counts) == 'ehlo=1 '* && $(counts) != *auth=* ]]
}

@test "Postfix: a login is sent in clear if the user says so" {
	login 'port 2525' 'tls none' 'auth plain' 'auth-cleartext yes'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	has '^Received: .*Authenticated sender: user@.* with ESMTPA '
}

@test "Postfix: one recipient unknown, the other served" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver nobody@example.org c@example.org < <(message)
	[ "$status" -eq 67 ]
	[[ $stderr == *'550 5.1.1 '*'RCPT TO:<nobody@example.org>'* ]]
	[[ $stderr != *c@example.org* ]]
	arrived c
	intact
}

@test "Postfix: all recipients unknown" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver no@example.org none@example.org < <(message)
	[ "$status" -eq 67 ]
	[[ $stderr == *no@example.org* ]]
	[[ $stderr == *none@example.org* ]]
	nothing
}

@test "Postfix: relaying elsewhere refused" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver b@example.com < <(message)
	[ "$status" -ne 0 ]
	[[ $stderr == *'554 5.7.1 <b@example.com>: Relay access denied'* ]]
	nothing
}

@test "Postfix: 20 MB arrive as they were" {
	login 'port 5870' 'tls starttls' 'auth plain'
	big=$BATS_TEST_TMPDIR/big
	head -c 15000000 /dev/urandom | openssl base64 >"$big"
	deliver b@example.org < <(printf 'Subject: big\n\n'; cat "$big")
	[ "$status" -eq 0 ]
	arrived b
	sed '1,/^$/d' "${mail[0]}" | cmp - "$big"
}

@test "Postfix: more than it takes is not even sent" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver b@example.org < <(printf 'Subject: big\n\n'
	    yes 'The quick brown fox jumps over the lazy dog.' |
	    head -c 35000000)
	[ "$status" -eq 69 ]
	[[ $stderr == *"$addr:5870"*'at most 30000000'* ]]
	nothing
	[[ $(counts) == 'ehlo=2 starttls=1 auth=1 quit=1 '* ]]
}

@test "Postfix: a certificate of another CA" {
	login 'port 5870' 'tls starttls' 'auth plain' \
	    "tls-ca $run/ca/other-ca.pem"
	deliver b@example.org < <(message)
	[ "$status" -eq 77 ]
	[[ $stderr == *"$addr:5870"*certificate* ]]
	nothing
	[[ $(counts) == 'ehlo=1 starttls=0/1 '* && $(counts) != *auth=* ]]
}

@test "Postfix: a certificate for another name" {
	login 'port 5870' 'tls starttls' 'auth plain' 'tls-name mx.example.org'
	deliver b@example.org < <(message)
	[ "$status" -eq 77 ]
	[[ $stderr == *"$addr:5870"*certificate* ]]
	nothing
	[[ $(counts) == 'ehlo=1 starttls=0/1 '* && $(counts) != *auth=* ]]
}

@test "Postfix: implicit TLS on the port of STARTTLS" {
	login 'port 5870' 'tls implicit' 'auth plain'
	deliver b@example.org < <(message)
	[ "$status" -ne 0 ]
	[[ $stderr == *'tls starttls'* ]]
	nothing
}

@test "Postfix: STARTTLS on the port of implicit TLS" {
	login 'port 4650' 'tls starttls' 'auth plain' 'timeout 2'
	deliver b@example.org < <(message)
	[ "$status" -ne 0 ]
	[[ $stderr == *'tls implicit'* ]]
	nothing
}
