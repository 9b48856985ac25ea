#!/usr/bin/env bats
# tls.bats - the certificates of relay and client
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	make_certs
}

# relay CERT [OPTION...]: one with TLS and a login.
relay() {
	start_relay --tls starttls --cert "$CERTS/$1.pem" \
	    --key "$CERTS/$1.pem" --auth PLAIN --user u --password geheim \
	    --auth-required "${@:2}"
}

use() {
	CONF=$(conf "relay localhost:$RELAY_PORT" 'helo app.example.org' \
	    'queue no' 'tls starttls' "$@")
}

# send LINE...: the mail, with a login and these settings.
send() {
	submit_with 'user u' 'password geheim' "$@" -- -t
}

# Is the key one in a token, and does SoftHSM make them here?
token() {
	command -v softhsm2-util >/dev/null || return 1
	TOKEN=$BATS_TEST_TMPDIR/token
	mkdir -p "$TOKEN/tokens"
	export SOFTHSM2_CONF=$TOKEN/conf
	echo "directories.tokendir = $TOKEN/tokens" >"$SOFTHSM2_CONF"
	printf 1234 >"$TOKEN/pin"
	chmod 600 "$TOKEN/pin"
	openssl pkey -in "$CERTS/client-only.pem" -out "$TOKEN/key.pem"
	openssl x509 -in "$CERTS/client-only.pem" -out "$TOKEN/cert.pem"
	softhsm2-util --init-token --free --label heloise --pin 1234 \
	    --so-pin 5678 &&
	    softhsm2-util --import "$TOKEN/key.pem" --token heloise \
	    --label web1 --id 01 --pin 1234 >"$TOKEN/log" 2>&1
	rm "$TOKEN/key.pem"
}

@test "the client certificate, from a file" {
	relay ok --client-ca "$CERTS/ca.pem"
	send "tls-ca $CERTS/ca.pem" "tls-cert $CERTS/client-only.pem"
	[ "$status" -eq 0 ]
	relay_log | grep -qx 'cert CN=heloise test relay'
	send "tls-ca $CERTS/ca.pem"
	[ "$status" -ne 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "the client certificate, its key in a token" {
	local uri

	token || [ -n "${CI-}" ] || skip 'needs softhsm2'
	relay ok --client-ca "$CERTS/ca.pem"
	uri="pkcs11:token=heloise;object=web1;type=private"
	send "tls-ca $CERTS/ca.pem" "tls-cert $TOKEN/cert.pem" \
	    "tls-key $uri?pin-source=$TOKEN/pin"
	[ "$status" -eq 0 ]
	relay_log | grep -qx 'cert CN=heloise test relay'
	send "tls-ca $CERTS/ca.pem" "tls-cert $TOKEN/cert.pem" \
	    "tls-key ${uri/web1/web2}?pin-source=$TOKEN/pin"
	[ "$status" -eq 78 ]
	[[ $stderr == *"object=web2"* ]]
	printf 4321 >"$TOKEN/pin"
	send "tls-ca $CERTS/ca.pem" "tls-cert $TOKEN/cert.pem" \
	    "tls-key $uri?pin-source=$TOKEN/pin"
	[ "$status" -eq 78 ]
	[ "$(stored_count)" -eq 1 ]
}

# pin CERT: what tls-pin must have for it.
pin() {
	openssl x509 -in "$CERTS/$1.pem" -noout -pubkey |
	    openssl pkey -pubin -outform der | openssl dgst -sha256 -binary |
	    openssl base64
}

@test "tls-pin: alone it is enough for a certificate that nobody signed" {
	relay self-signed
	send "tls-pin sha256:$(pin ok)" "tls-pin sha256:$(pin self-signed)"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	send "tls-pin sha256:$(pin ok)"
	[ "$status" -eq 77 ]
	[[ $stderr == *"no tls-pin: its own is sha256:$(pin self-signed)"* ]]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -c '^C: AUTH')" -eq 1 ]
}

@test "tls-pin: the certificate is renewed, the key stays" {
	local new=$BATS_TEST_TMPDIR/new.pem

	openssl pkey -in "$CERTS/self-signed.pem" -out "$new.key"
	openssl req -x509 -new -key "$new.key" -subj /CN=renewed -days 1 \
	    -out "$new"
	cat "$new.key" >>"$new"
	start_relay --tls starttls --cert "$new" --key "$new"
	submit_with "tls-pin sha256:$(pin self-signed)" -- -t
	[ "$status" -eq 0 ]
}

# weak NAME DIGEST KEY...: a certificate of an authority, made so, and its
# key, which openssl makes as KEY says.
weak() {
	local at=$BATS_TEST_TMPDIR/$1

	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$at.ca.key" \
	    -subj /CN=old -days 9 -out "$at.ca.pem" 2>/dev/null
	openssl genpkey "${@:3}" -out "$at.key" 2>/dev/null
	openssl req -new -key "$at.key" -subj /CN=box -out "$at.csr"
	openssl x509 -req -in "$at.csr" -CA "$at.ca.pem" -CAkey "$at.ca.key" \
	    -days 9 "-$2" -out "$at.crt" 2>/dev/null
	cat "$at.crt" "$at.key" "$at.ca.pem" >"$at.pem"
}

@test "tls-pin: enough for weak signatures and keys, in each mode" {
	local CERTS=$BATS_TEST_TMPDIR kind line

	weak sha1 sha1 -algorithm RSA
	weak md5 md5 -algorithm RSA
	weak rsa1024 sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:1024
	for kind in sha1 md5 rsa1024; do
		relay "$kind"
		for line in 'tls-verify yes' 'tls-verify no' \
		    'tls opportunistic'; do
			send "$line" "tls-pin sha256:$(pin "$kind")"
			[ "$status" -eq 0 ]
			send "$line" "tls-pin sha256:$(pin sha1.ca)"
			[ "$status" -eq 77 ]
		done
		[ "$(stored_count)" -eq 3 ]
		[ "$(relay_log | grep -c '^C: AUTH')" -eq 3 ]
		stop_relay
	done
}

@test "tls-verify no: each line of the log has a warning" {
	local log=$BATS_TEST_TMPDIR/log

	relay expired
	send 'tls-verify no' "log $log"
	[ "$status" -eq 0 ]
	send 'tls-verify no' 'user v' 'log-format json' "log $log.json"
	[ "$status" -eq 77 ]
	grep -q '"warning":"tls-verify is no: ' "$log.json"
	send 'tls-verify no' 'user v' "log $log"
	[ "$status" -eq 77 ]
	send "tls-pin sha256:$(pin expired)" "log $log"
	[ "$status" -eq 0 ]
	[ "$(wc -l <"$log")" -eq 3 ]
	[ "$(head -n 2 "$log" | grep -c ' warning="tls-verify is no: ')" -eq 2 ]
	[ "$(tail -n 1 "$log" | grep -c ' warning=')" -eq 0 ]
}

@test "a certificate that is not good: named, and for whom it is" {
	relay wrong-name
	send "tls-ca $CERTS/ca.pem"
	[ "$status" -eq 77 ]
	[[ $stderr == *"it is for wrong.example.net, not for localhost (CN=wrong.example.net, issued by CN=heloise test ca)"* ]]
	relay expired
	send "tls-ca $CERTS/ca.pem"
	[[ $stderr == *"it expired on 2002-01-01 (CN=heloise test relay, issued by CN=heloise test ca, for localhost, relay.example.org, 127.0.0.1, ::1, key sha256:"* ]]
	[ "$(relay_log | grep -c '^C: AUTH')" -eq 0 ]
}

# broken LINE...: a relay that offers STARTTLS, does this after it, and is
# polite on all later connections.
broken() {
	start_relay --script "$(printf '%s\n' 'S: 220 hi' 'C~ ^EHLO ' \
	    'S- 250-relay.example.org\r\n' 'S: 250 STARTTLS' 'C: STARTTLS' \
	    "$@" | script)" --script "$(echo polite | script)"
}

# in_clear LOG: one connection more, without TLS, and a line that says why.
in_clear() {
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(relay_log | grep -cx connect)" -eq 2 ]
	[ "$(wc -l <"$1")" -eq 1 ]
	grep -q ' warning="no TLS, as the STARTTLS of the relay fails: ' "$1"
}

@test "tls opportunistic: STARTTLS is broken: on in clear, and it is logged" {
	local log=$BATS_TEST_TMPDIR/log last

	for last in 'S: 454 4.7.0 not now' $'S: 220 go\neof' \
	    $'S: 220 go\nreset' eof $'S: 220 go\nS: 220 what?'; do
		broken "$last"
		: >"$log"
		submit_with 'tls opportunistic' "log $log" -- -t
		in_clear "$log"
		stop_relay
	done
	broken 'S: 454 4.7.0 not now'
	: >"$log"
	submit_with 'tls auto' "log $log" -- -t
	in_clear "$log"
	grep -q 'fails: 454 4.7.0 not now"' "$log"
}

@test "tls opportunistic: a relay with TLS 1.0 only gets the mail in clear" {
	local log=$BATS_TEST_TMPDIR/log

	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.0
	: >"$log"
	submit_with 'tls opportunistic' "log $log" -- -t
	in_clear "$log"
	run --separate-stderr "$HELOISE" -C "$CONF" --probe
	[ "$status" -eq 0 ]
	[[ $output == *'mail goes on without TLS, on a new connection'* ]]
}

@test "tls opportunistic: with a login or a pin, nothing goes in clear" {
	broken 'S: 454 4.7.0 not now'
	send 'tls opportunistic' 'auth-cleartext yes'
	[ "$status" -eq 75 ]
	[[ $stderr == *'`tls starttls`'*'`tls none`'* ]]
	[ "$(relay_log | grep -cx connect)" -eq 1 ]
	stop_relay
	broken $'S: 220 go\neof'
	submit_with 'tls opportunistic' "tls-pin sha256:$(pin ok)" -- -t
	[ "$status" -eq 75 ]
	[ "$(relay_log | grep -cx connect)" -eq 1 ]
	[ "$(stored_count)" -eq 0 ]
}
