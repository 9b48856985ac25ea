#!/usr/bin/env bats
# relayways.bats - the ways to a relay that are no host and port
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

load relay/relay

setup() {
	follow_tests
	MAIL='To: bob@example.org
From: alice@example.org
Date: Sat, 21 Nov 2026 10:00:00 +0000
Message-ID: <1@example.org>
Subject: hi

hello
.dot
'
}

use() {
	CONF=$(conf 'helo app.example.org' 'queue no' "$@")
}

# send LINE... -- OPTION...: the mail, with these settings.
send() {
	submit_with "$@"
}

@test "unix: a socket in the file system" {
	start_relay
	helper proxy unix "$BATS_TEST_TMPDIR/sock" "$RELAY_PORT"
	send "relay unix:$BATS_TEST_TMPDIR/sock" -- -t
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	cmp <(printf '%s' "$MAIL" | sed 's/$/\r/') "$(stored 1)"
	grep -qx 'helo app.example.org' "$(envelope 1)"
}

@test "unix: nobody there: 75, and the path" {
	send "relay unix:$BATS_TEST_TMPDIR/none" -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"$BATS_TEST_TMPDIR/none: No such file or directory"* ]]
	[[ $stderr == *"there is no socket"*"correct \`relay unix:$BATS_TEST_TMPDIR/none\`"* ]]
}

# A relay that takes b, is full for c and does not know d.
lmtp_script() {
	script <<-'END'
		S: 220 lmtp.example.org LMTP
		C: LHLO app.example.org
		S- 250-lmtp.example.org\r\n
		S: 250 PIPELINING
		C~ ^MAIL FROM:<alice@example.org>
		C~ ^RCPT TO:<b@example.org>
		C~ ^RCPT TO:<c@example.org>
		C~ ^RCPT TO:<d@example.org>
		S: 250 ok
		S: 250 ok
		S: 250 ok
		S: 550 5.1.1 no such user
		C: DATA
		S: 354 go on
		body
		S: 250 2.0.0 b has it
		S: 452 4.2.2 mailbox full
		C: QUIT
		S: 221 bye
	END
}

@test "lmtp: over a socket: a verdict for each recipient" {
	start_relay --script "$(lmtp_script)"
	helper proxy unix "$BATS_TEST_TMPDIR/sock" "$RELAY_PORT"
	send "relay lmtp:$BATS_TEST_TMPDIR/sock" 'from alice@example.org' -- \
	    -i b@example.org c@example.org d@example.org
	[[ $stderr == *"452 4.2.2 mailbox full"* ]]
	[[ $stderr == *"not delivered to c@example.org"* ]]
	[[ $stderr == *"550 5.1.1 no such user"* ]]
	[[ $stderr == *"not delivered to d@example.org"* ]]
	[[ $stderr != *"not delivered to b@example.org"* ]]
	[ "$status" -eq 75 ] || [ "$status" -eq 67 ]
	grep -q '^hello' "$(stored 1)"
}

@test "lmtp:// over TCP" {
	start_relay --script "$(lmtp_script)"
	send "relay lmtp://localhost:$RELAY_PORT" 'from alice@example.org' \
	    -- -i b@example.org c@example.org d@example.org
	[[ $stderr != *"not delivered to b@example.org"* ]]
	[ "$(stored_count)" -eq 1 ]
}

@test "maildir: captures, with the envelope on top" {
	local dir=$BATS_TEST_TMPDIR/mail file

	send "relay maildir:$dir" -- -f app@example.org -t c@example.org
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	file=("$dir"/new/*)
	[ "${#file[@]}" -eq 1 ]
	[ -z "$(find "$dir/tmp" "$dir/cur" -type f)" ]
	cmp "${file[0]}" <(
		echo 'Return-Path: <app@example.org>'
		grep "^Delivered-To" "${file[0]}"
		printf '%s' "$MAIL"
	)
	grep -qx 'Delivered-To: bob@example.org' "${file[0]}"
	grep -qx 'Delivered-To: c@example.org' "${file[0]}"
	[ "$(stat -c %a "${file[0]}")" = 600 ]
}

@test "maildir: -v says where it is, and of no relay, also as a fallback" {
	local dir=$BATS_TEST_TMPDIR/mail

	send "relay maildir:$dir" -- -v -t
	[[ $stderr == "heloise: kept in the maildir: new/"* ]]
	[ -f "$dir/${stderr##* }" ]
	start_relay
	stop_relay
	send "relay localhost:$RELAY_PORT" 'fallback box' 'account box' \
	    "relay maildir:$dir" -- -v -t
	[[ $stderr == *"kept in the maildir: new/"* ]]
	[[ $stderr != *"accepted by the relay"* ]]
}

@test "maildir: that cannot be made: 75 and why; then it works" {
	send "relay maildir:$BATS_TEST_TMPDIR/no/mail" -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"no/mail: the maildir cannot be made: No such file"* ]]
	mkdir "$BATS_TEST_TMPDIR/no"
	send "relay maildir:$BATS_TEST_TMPDIR/no/mail" -- -t
	[ "$status" -eq 0 ]
}

@test "source-address: the relay sees it" {
	start_relay
	send "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'source-address 127.0.0.9' -- -t
	[ "$status" -eq 0 ]
	relay_log | grep -qx 'peer 127.0.0.9'
	start_relay
	send "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'source-address 192.0.2.1' -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"192.0.2.1 cannot be the source address"* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "source-address: of another family than the relay's" {
	start_relay
	send "relay 127.0.0.1:$RELAY_PORT" 'tls none' 'source-address ::1' \
	    -- -t
	[ "$status" -ne 0 ]
	[ "$(stored_count)" -eq 0 ]
}

@test "proxy: the relay's name is looked up there" {
	local asked

	start_relay
	helper proxy socks
	send "relay mx.nowhere.invalid:$RELAY_PORT" 'tls none' \
	    "proxy socks5://127.0.0.1:$SAID" -- -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	read -r -t 20 asked <&"$HELPER_OUT"
	[ "$asked" = "mx.nowhere.invalid $RELAY_PORT" ]
	[ "$(stored_count)" -eq 1 ]
}

@test "proxy: TLS is with the relay, by its name" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" --key "$CERTS/ok.pem"
	helper proxy socks
	send "relay relay.example.org:$RELAY_PORT" "tls-ca $CERTS/ca.pem" \
	    "proxy socks5://127.0.0.1:$SAID" -- -t
	[ "$status" -eq 0 ]
	grep -qx 'tls TLS1.3' "$(envelope 1)"
	send "relay other.example.org:$RELAY_PORT" "tls-ca $CERTS/ca.pem" \
	    "proxy socks5://127.0.0.1:$SAID" -- -t
	[ "$status" -eq 77 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "proxy: a relay with a name that is not ASCII, and its certificate" {
	local asked cert

	make_certs
	for cert in wrong-name idn; do
		start_relay --tls starttls --cert "$CERTS/$cert.pem" \
		    --key "$CERTS/$cert.pem"
		helper proxy socks
		send "relay bücher.example:$RELAY_PORT" \
		    "tls-ca $CERTS/ca.pem" "proxy socks5://127.0.0.1:$SAID" \
		    -- -t
		read -r -t 20 asked <&"$HELPER_OUT"
		[ "$asked" = "xn--bcher-kva.example $RELAY_PORT" ]
		[ "$cert" = idn ] || [ "$status" -eq 77 ]
		[ "$cert" = idn ] ||
		    [[ $stderr == *"not for xn--bcher-kva.example"* ]]
	done
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	# What a domain cannot have is not left out of one.
	send 'relay bü cher.example:25' -- -t
	[ "$status" -eq 78 ]
}

@test "address-family: only that one is tried" {
	unset HELOISE_ADDRESS_FAMILY
	start_relay
	send "relay localhost:$RELAY_PORT" 'tls none' \
	    'address-family ipv4' -- -t
	[ "$status" -eq 0 ]
	send "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'address-family ipv6' -- -t
	[ "$status" -eq 68 ]
	[ "$(stored_count)" -eq 1 ]
	start_relay --address ::1 || skip 'no IPv6'
	send "relay [::1]:$RELAY_PORT" 'tls none' 'address-family ipv4' -- -t
	[ "$status" -eq 68 ]
	send "relay [::1]:$RELAY_PORT" 'tls none' 'address-family ipv6' -- -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "proxy: that refuses, that is none, that is not there" {
	helper proxy socks 2
	send 'relay mx.nowhere.invalid:25' 'tls none' \
	    "proxy socks5://127.0.0.1:$SAID" -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"the proxy does not allow this connection"* ]]
	start_relay
	send 'relay mx.nowhere.invalid:25' 'tls none' \
	    "proxy socks5://127.0.0.1:$RELAY_PORT" -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"the proxy does not speak SOCKS 5"* ]]
	stop_relay
	send 'relay mx.nowhere.invalid:25' 'tls none' \
	    "proxy socks5://127.0.0.1:$RELAY_PORT" -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"Connection refused (the proxy)"* ]]
}

@test "srv: the first host is dead, the second takes it, TLS from the start" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --key "$CERTS/ok.pem"
	helper responder \
	    _submissions._tcp.example.test 20 0 "$RELAY_PORT" localhost \
	    _submissions._tcp.example.test 10 0 1 localhost \
	    _submission._tcp.example.test 5 0 2 localhost
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" \
	    'tls-name localhost' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	grep -qx 'tls TLS1.3' "$(envelope 1)"
}

@test "srv: only _submission: STARTTLS is a must" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --key "$CERTS/ok.pem"
	helper responder \
	    _submission._tcp.example.test 5 0 "$RELAY_PORT" localhost
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" \
	    'tls-name localhost' "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 0 ]
	start_relay
	helper responder \
	    _submission._tcp.example.test 5 0 "$RELAY_PORT" localhost
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" -- -t
	[ "$status" -ne 0 ]
	[[ $stderr == *"does not offer STARTTLS"* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "srv: a host outside the domain must be the domain" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --key "$CERTS/ok.pem"
	helper responder \
	    _submissions._tcp.example.test 5 0 "$RELAY_PORT" localhost
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" \
	    "tls-ca $CERTS/ca.pem" -- -t
	[ "$status" -eq 77 ]
	[[ $stderr == *"not for example.test"* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "srv: no such service, one that is denied, a name server in trouble" {
	helper responder _x._tcp.example.test 5 0 25 localhost
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" -- -t
	[ "$status" -eq 68 ]
	[[ $stderr == *"srv:example.test: the domain names no host"* ]]
	helper responder _submissions._tcp.example.test 0 0 0 . \
	    _submission._tcp.example.test 0 0 0 .
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" -- -t
	[ "$status" -eq 68 ]
	helper responder _submissions._tcp.example.test fail
	send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" -- -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"the name server has no answer"* ]]
}

@test "redirect-all: one address gets it, X-Original-To says for whom" {
	start_relay
	send "relay localhost:$RELAY_PORT" 'tls none' \
	    'redirect-all staging@example.net' -- -t c@example.org \
	    'grüße@example.org'
	[ "$status" -eq 0 ]
	[ "$(grep -c '^RCPT' "$(envelope 1)")" -eq 1 ]
	grep -q '^RCPT TO:<staging@example.net>' "$(envelope 1)"
	grep -qx $'X-Original-To: bob@example.org\r' "$(stored 1)"
	grep -qx $'X-Original-To: c@example.org\r' "$(stored 1)"
	grep -q '^X-Original-To: =?UTF-8?Q?gr=C3=BC=C3=9Fe' "$(stored 1)"
	cmp <(grep -v '^X-Original-To' "$(stored 1)") <(
	    printf '%s' "$MAIL" | sed 's/$/\r/')
}

@test "redirect-all: bounces go there, too" {
	local spool=$BATS_TEST_TMPDIR/spool

	start_relay --fail 'RCPT:550 5.1.1 no such user'
	CONF=$(conf "relay localhost:$RELAY_PORT" 'tls none' 'linger no' \
	    'helo app.example.org' "spool $spool" \
	    'redirect-all staging@example.net')
	run "$HELOISE" -C "$CONF" -odq -t < <(printf '%s' "$MAIL")
	[ "$status" -eq 0 ]
	run "$HELOISE" -C "$CONF" -q
	relay_log >"$BATS_TEST_TMPDIR/log"
	run "$HELOISE" -C "$CONF" -q
	relay_log | grep 'C: RCPT' >"$BATS_TEST_TMPDIR/rcpt"
	[ "$(grep -vc 'staging@example.net' "$BATS_TEST_TMPDIR/rcpt")" -eq 0 ]
	relay_log | grep -q 'C: MAIL FROM:<>'
}

@test "what does not go together: 78" {
	send 'relay srv:example.org' 'port 25' -- -t
	[ "$status" -eq 78 ]
	[[ $stderr == *"$CONF:4: port is set, but relay ($CONF:3) is no host"* ]]
	send 'relay unix:/run/x' 'proxy socks5://localhost' -- -t
	[ "$status" -eq 78 ]
	send 'relay maildir:relative' -- -t
	[ "$status" -eq 78 ]
	send 'relay h' 'proxy http://localhost' -- -t
	[ "$status" -eq 78 ]
	send 'relay h' 'source-address eth0' -- -t
	[ "$status" -eq 78 ]
}

@test "srv: a name server that is silent over TCP: no longer than allowed" {
	local limit

	helper responder _submissions._tcp.example.test truncated \
	    _submission._tcp.example.test truncated
	for limit in 'deadline 1s' 'connect-timeout 1s'; do
		send 'relay srv:example.test' "resolver 127.0.0.1:$SAID" \
		    "$limit" -- -t
		[ "$status" -eq 75 ]
		[[ $stderr == *'no name server answered in 1 s'* ]]
	done
}

@test "any name of this host: mail without a sender goes, and has a domain" {
	local name want

	unshare -u true || skip 'may not take on the name of another host'
	# What the shell does in the namespace of its own:
	# shellcheck disable=SC2016
	while IFS=: read -r name want; do
		rm -rf "$BATS_TEST_TMPDIR/mail"
		CONF=$(conf "relay maildir:$BATS_TEST_TMPDIR/mail" 'queue no')
		run -0 unshare -u sh -c 'printf %s "$1" >/proc/sys/kernel/hostname
		    echo hi | "$2" -C "$3" bob@example.org.' sh "$name" \
		    "$HELOISE" "$CONF"
		grep -qx "Return-Path: <[^@]*@$want>" \
		    "$BATS_TEST_TMPDIR"/mail/new/*
		grep -qx 'Delivered-To: bob@example.org' \
		    "$BATS_TEST_TMPDIR"/mail/new/*
	done <<-'END'
		vm.example.org:vm.example.org
		vm.example.org.:vm.example.org
		fe4776b94017..:localhost
		my pc:localhost
	END
}
