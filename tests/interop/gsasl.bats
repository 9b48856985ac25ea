#!/usr/bin/env bats
# gsasl.bats - logins bound to the TLS session, as GNU SASL has them
#
# No mail server of Debian's binds a login to a session of TLS 1.3
# (RFC 9266), so here GNU SASL judges behind a small one of our own.
#
# shellcheck disable=SC2154
load ../relay/relay

password='pass"word=1 ü'

setup()
{
	follow_tests
	local top=${RELAY_HOME%/tests/relay}

	if ! pkg-config --exists libgsasl; then
		[ -z "${CI-}" ] && skip 'needs libgsasl: sh tests/deps interop'
	fi
	make -s -C "$top" tests/interop/gsasl 3>&-
	make_certs
	helper "$top/tests/interop/gsasl" "$CERTS/ok.pem" user "$password"
}

# enter LINE...: send a message with these settings.
enter()
{
	CONF=$(conf "relay localhost:$SAID" 'tls starttls' 'queue no' \
	    "tls-ca $CERTS/ca.pem" 'helo app.example.org' 'user user' "$@")
	run --separate-stderr "$HELOISE" -C "$CONF" -v -i \
	    -f a@example.org b@example.org <<<'Subject: hi'
}

# The right password, then another, with mechanism $1 over TLS $2.
both()
{
	local tls="tls-priority NORMAL:-VERS-ALL:+VERS-TLS$2"

	enter "auth $1" "$tls" "password $password"
	[ "$status" -eq 0 ] &&
	    [[ $stderr == *"C: AUTH ${1^^} "*'S: 235 2.7.0 Welcome'* ]] ||
	    return 1
	enter "auth $1" "$tls" 'password Drowssap'
	[ "$status" -eq 77 ] &&
	    [[ $stderr == *'535 5.7.8 GNU SASL does not agree'* ]] &&
	    [[ $stderr != *Drowssap* ]]
}

@test "GNU SASL: SCRAM-SHA-256-PLUS and SCRAM-SHA-1-PLUS, tls-exporter" {
	both scram-sha-256-plus 1.3
	both scram-sha-1-plus 1.3
}

@test "GNU SASL: SCRAM-SHA-256-PLUS and SCRAM-SHA-1-PLUS, tls-unique" {
	both scram-sha-256-plus 1.2
	both scram-sha-1-plus 1.2
}

@test "GNU SASL: SCRAM-SHA-256 and SCRAM-SHA-1" {
	both scram-sha-256 1.3
	both scram-sha-1 1.3
}

@test "GNU SASL: auto takes SCRAM-SHA-256-PLUS, and nothing after it" {
	enter "password $password"
	[ "$status" -eq 0 ]
	[[ $stderr == *'C: AUTH SCRAM-SHA-256-PLUS '* ]]
	# What one could try passwords on is not shown.
	[ "$(grep 'S: 334' <<<"$stderr")" = 'S: 334 ********
S: 334 ********' ]
	enter 'password Drowssap'
	[ "$status" -eq 77 ]
	[ "$(grep -c 'C: AUTH' <<<"$stderr")" -eq 1 ]
}
