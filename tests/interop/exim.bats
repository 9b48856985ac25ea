#!/usr/bin/env bats
# exim.bats - an Exim that judges the name at EHLO, and may log in
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server exim
}

teardown_file()
{
	stop
}

@test "Exim: STARTTLS and AUTH PLAIN" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	intact
	has '^Return-path: <a@example.org>'
	has '^Received: from .*helo=app.example.org.* with esmtpsa .*TLS1.3'
	has '^From: A <a@example.org>$'
	logged '<= a@example.org .* A=plain:user '
}

@test "Exim: implicit TLS and AUTH LOGIN" {
	login 'port 4650' 'tls implicit' 'auth login'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	logged '<= a@example.org .* X=TLS1.3.* A=login:user '
}

@test "Exim: in clear, without AUTH" {
	conf 'port 2525' 'tls none' 'auth none'
	deliver b@example.org c@example.org < <(message)
	[ "$status" -eq 0 ]
	arrived b
	intact
	has '^Received: from .*helo=app.example.org.* with esmtp '
	arrived c
	intact
}

@test "Exim: PIPELINING and CHUNKING are used" {
	login 'port 5870' 'tls starttls' 'auth plain' 'queue yes' \
	    'linger no' "spool $BATS_TEST_TMPDIR/spool"
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	logged '<= a@example.org .* P=esmtpsa L X.* K '
}

@test "Exim: a name it does not know is refused at EHLO" {
	login 'port 5870' 'tls starttls' 'auth plain' 'helo other.example.org'
	deliver b@example.org < <(message)
	[ "$status" -eq 69 ]
	[[ $stderr == *'550 I do not know you, other.example.org'* ]]
	nothing
}

@test "Exim: AUTH CRAM-MD5, PLAIN, LOGIN, right and wrong" {
	local mech

	for mech in cram-md5 plain login; do
		accepted 'port 5870' 'tls starttls' "auth $mech"
		logged "<= a@example.org .* A=${mech%-md5}:user "
		rejected 'port 4650' 'tls implicit' "auth $mech"
		[[ $stderr == *'535 Incorrect authentication data'* ]]
	done
}

@test "Exim: a certificate that is not good, and no login" {
	local port why

	while read -r port why; do
		login "port $port" 'tls starttls'
		deliver b@example.org < <(message)
		[ "$status" -eq 77 ]
		[[ $stderr == *"on TLS with $addr:$port: "*"$why"* ]]
		[[ $stderr == *'(CN='* ]]
		nothing
	done <<-END
		5881 it is for wrong.example.net, not for relay.example.org
		5882 it expired on 2002-01-01
		5883 it is self-signed
		5884 no trusted authority signed it
	END
	# Exim tells what they said: no AUTH.
	four()
	{
		[ "$(since | grep -c ' no MAIL in .* C=EHLO,STARTTLS$')" -eq 4 ]
	}
	await four
}

@test "Exim: of three relays the first is dead, the second says 451" {
	local kept=$BATS_TEST_TMPDIR/log

	conf 'user user' "password $password" 'port 5886' 'tls starttls' \
	    "log $kept" 'fallback second third' \
	    'account second' 'port 5885' 'auth cram-md5' \
	    'account third' 'port 4650' 'tls implicit' 'auth plain'
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	intact
	logged '<= a@example.org .* A=plain:user '
	logged 'temporarily rejected RCPT <b@example.org>: come back later'
	grep -q " account=third account-why=\"after default, which cannot connect to $addr:5886: .*; after second, which cannot name a recipient to $addr:5885: 451 come back later .*\" relay=$addr:4650 .* result=sent " \
	    "$kept"
}

@test "Exim: one recipient unknown, the other served" {
	login 'port 5870' 'tls starttls' 'auth plain'
	deliver nobody@example.org c@example.org < <(message)
	[ "$status" -eq 67 ]
	[[ $stderr == *'550 no such mailbox'*'RCPT TO:<nobody@example.org>'* ]]
	arrived c
	intact
}

@test "Exim: 20 MB arrive as they were" {
	login 'port 5870' 'tls starttls' 'auth plain'
	big=$BATS_TEST_TMPDIR/big
	head -c 15000000 /dev/urandom | openssl base64 >"$big"
	deliver b@example.org < <(printf 'Subject: big\n\n'; cat "$big")
	[ "$status" -eq 0 ]
	arrived b
	sed '1,/^$/d' "${mail[0]}" | cmp - "$big"
}

@test "Exim: found and proved by --setup" {
	(umask 077 && echo "$password" >"$BATS_TEST_TMPDIR/pw")
	run "$HELOISE" --setup b@example.org --relay "$addr:5870" \
	    --tls-ca "$run/ca/ca.pem" --tls-name relay.example.org \
	    --helo app.example.org --user user \
	    --password-file "$BATS_TEST_TMPDIR/pw" \
	    --write "$BATS_TEST_TMPDIR/new" --yes --send-test
	echo "$output"
	[ "$status" -eq 0 ]
	arrived b
	has '^Subject: Heloise works$'
}
