#!/usr/bin/env bats
# cyrus.bats - Cyrus' LMTP, whose logins can be bound to the TLS session
#
# It knows only the binding of TLS 1.2, tls-unique; that of TLS 1.3 is in
# gsasl.bats.
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers

setup_file()
{
	server cyrus
}

teardown_file()
{
	stop
}

old='tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2'

# enter LINE...: a message over LMTP, with these settings.
enter()
{
	conf "relay lmtp://$addr:2525" 'tls starttls' 'user user' "$@"
	deliver -v b@example.org < <(message)
}

# How many messages there are.
count()
{
	find "$run/cyrus/mail" -name '[0-9]*.' | wc -l
}

# The login is accepted; with another password it is not, which here is
# 501.
both()
{
	local n

	n=$(count)
	enter "$@" "password $password"
	[ "$status" -eq 0 ] && [[ $stderr == *'S: 235 '* ]] &&
	    [ "$(count)" -eq $((n + 1)) ] || return 1
	enter "$@" 'password Drowssap'
	[ "$status" -eq 77 ] && [ "$(count)" -eq $((n + 1)) ] &&
	    [[ $stderr == *"cannot log in to $addr:2525: 501 "* ]] &&
	    [[ $stderr != *Drowssap* ]]
}

@test "Cyrus: AUTH SCRAM-SHA-256-PLUS and SCRAM-SHA-1-PLUS, tls-unique" {
	local mech

	for mech in scram-sha-256-plus scram-sha-1-plus; do
		both "auth $mech" "$old"
		[[ $stderr == *"C: AUTH ${mech^^} "* ]]
	done
}

@test "Cyrus: auto takes what is bound to the session" {
	enter "password $password" "$old"
	[ "$status" -eq 0 ]
	[[ $stderr == *'C: AUTH SCRAM-SHA-256-PLUS '* ]]
}

@test "Cyrus: AUTH SCRAM-SHA-256 and SCRAM-SHA-1 over TLS 1.3" {
	local mech

	for mech in scram-sha-256 scram-sha-1; do
		both "auth $mech"
		[[ $stderr == *"C: AUTH ${mech^^} "* ]]
	done
}
