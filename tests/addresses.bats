#!/usr/bin/env bats
# addresses.bats - a relay with several addresses, some of which fail
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

NAME=relay.localhost

setup() {
	follow_tests
	make_certs
	unshare -m true || skip 'needs a mount namespace for names'
	PROGRAM=$HELOISE
	HELOISE=$BATS_TEST_TMPDIR/named
	known 127.0.0.2 127.0.0.3
}

# known ADDRESS...: what the name of the relay means to the program.
known() {
	local dir=$BATS_TEST_TMPDIR

	printf "%s $NAME\n" "$@" >"$dir/hosts"
	echo 'multi on' >"$dir/host.conf"
	cat >"$HELOISE" <<-END
		#!/bin/sh
		exec unshare -m sh -c '
			mount --bind "$dir/hosts" /etc/hosts || exit 99
			[ ! -e /etc/host.conf ] ||
			    mount --bind "$dir/host.conf" /etc/host.conf ||
			    exit 99
			exec "\$@"
		' sh "$PROGRAM" "\$@"
	END
	chmod +x "$HELOISE"
}

use() {
	CONF=$(conf "relay $NAME:$RELAY_PORT" 'helo app.example.org' \
	    'queue no' "$@")
}

# send LINE...: the mail, with these settings.
send() {
	submit_with "$@" -- -t
	[ "$status" -ne 99 ] || skip 'may not mount'
}

# relay_at ADDRESS [OPTION...]: one more relay, at the port of those before.
relay_at() {
	start_relay --address "$1" ${PORT:+--port "$PORT"} "${@:2}"
	PORT=$RELAY_PORT
}

# A relay that does this with each connection.
acting_at() {
	relay_at "$1" --script "$(printf '%s\n' "${@:2}" | script)"
}

# secure_at ADDRESS CERT [OPTION...]
secure_at() {
	relay_at "$1" --tls starttls --cert "$CERTS/$2.pem" \
	    --key "$CERTS/$2.pem" "${@:3}"
}

@test "the next address, if one does not greet" {
	local reply

	for reply in '421 4.3.2 busy' '450 4.3.2 later' '554 5.7.1 go away'; do
		PORT=
		relay_at 127.0.0.2 --fail "GREETING:$reply"
		relay_at 127.0.0.3
		send 'tls none'
		[ "$status" -eq 0 ]
		[ -z "$stderr" ]
		[ "$(stored_count)" -eq 1 ]
	done
}

@test "the next address, if one is lost or silent" {
	local act

	for act in eof reset silent 'S: this is no mail server'; do
		PORT=
		acting_at 127.0.0.2 "$act"
		relay_at 127.0.0.3
		send 'tls none' 'deadline 3'
		[ "$status" -eq 0 ]
		[ "$(stored_count)" -eq 1 ]
	done
}

@test "the next address, if one is silent, after connect-timeout" {
	acting_at 127.0.0.2 silent
	relay_at 127.0.0.3
	send 'tls none' 'connect-timeout 1'
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "the next address, if one refuses connections" {
	relay_at 127.0.0.3
	send 'tls none'
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "the next address, if one says 421 or hangs up before MAIL" {
	local verb

	for verb in EHLO STARTTLS; do
		PORT=
		secure_at 127.0.0.2 ok --fail "$verb:421 4.3.2 shutting down"
		secure_at 127.0.0.3 ok
		send 'tls starttls' 'tls-name relay.example.org' \
		    "tls-ca $CERTS/ca.pem"
		[ "$status" -eq 0 ]
		[ "$(stored_count)" -eq 1 ]
	done
	PORT=
	acting_at 127.0.0.2 'S: 220 hi' 'C~ ^EHLO' eof
	relay_at 127.0.0.3
	send 'tls none'
	[ "$status" -eq 0 ]
}

@test "the next address, if the certificate of one is not good" {
	local cert

	for cert in wrong-name self-signed expired other; do
		PORT=
		secure_at 127.0.0.2 "$cert"
		secure_at 127.0.0.3 ok
		send 'tls starttls' 'tls-name relay.example.org' \
		    "tls-ca $CERTS/ca.pem"
		[ "$status" -eq 0 ]
		grep -qx 'tls TLS1.3' "$(envelope 1)"
	done
}

@test "the next address must prove the name, too" {
	local cert

	for cert in wrong-name self-signed; do
		PORT=
		relay_at 127.0.0.2 --fail 'GREETING:421 4.3.2 busy'
		secure_at 127.0.0.3 "$cert"
		send 'tls starttls' 'tls-name relay.example.org' \
		    "tls-ca $CERTS/ca.pem"
		[ "$status" -eq 75 ]
		[[ $stderr == *'127.0.0.2 port '*'421 4.3.2 busy'* ]]
		[[ $stderr == *'127.0.0.3 port '*' is not good: '* ]]
		[ "$(stored_count)" -eq 0 ]
	done
}

@test "all addresses fail: one report names each" {
	known 127.0.0.2 127.0.0.3 127.0.0.4
	relay_at 127.0.0.2 --fail 'GREETING:554 5.7.1 go away'
	acting_at 127.0.0.4 'S: 220 hi' 'C~ ^EHLO' eof
	send 'tls none'
	[ "$status" -eq 75 ]
	[[ $stderr == *"127.0.0.2 port $PORT: 554 5.7.1 go away; "* ]]
	[[ $stderr == *"; 127.0.0.3 port $PORT: Connection refused; "* ]]
	[[ $stderr == *"; 127.0.0.4 port $PORT: connection closed by"* ]]
	[ "$(grep -c 'cannot ' <<<"$stderr")" -eq 1 ]
}

@test "all addresses refuse for good: so does the report" {
	relay_at 127.0.0.2 --fail 'GREETING:554 5.7.1 go away'
	relay_at 127.0.0.3 --fail 'GREETING:521 no mail here'
	send 'tls none'
	[ "$status" -eq 69 ]
	[[ $stderr == *"127.0.0.2 port $PORT: 554 5.7.1 go away; "* ]]
	[[ $stderr == *"; 127.0.0.3 port $PORT: 521 no mail here"* ]]
}

# refused OPTION...: the first relay refuses so, and the second is not asked.
refused() {
	local first

	PORT=
	secure_at 127.0.0.2 ok "$@"
	first=$RELAY_LOG
	secure_at 127.0.0.3 ok "$@"
	send 'tls starttls' 'tls-name relay.example.org' "${LINES[@]}"
	[ "$status" -ne 0 ]
	relay_sync
	grep -q '^peer' "$first"
	[ ! -s "$RELAY_LOG" ]
}

@test "the settings are to blame: other addresses are not tried" {
	local LINES=("tls-ca $CERTS/ca.pem" 'user u' 'password wrong')

	refused --auth PLAIN --user u --password right
	LINES=("tls-ca $CERTS/ca.pem")
	refused --fail 'EHLO:550 5.7.1 not with that name'
	refused --fail 'MAIL:530 5.7.0 log in first'
	refused --fail 'MAIL:421 4.3.2 shutting down'
	LINES=('tls-pin sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=')
	refused
}

@test "a refusal for good stays one, though another address failed" {
	local CERT=("tls-ca $CERTS/ca.pem")

	# Nothing listens at the first, and the second refuses the login.
	secure_at 127.0.0.3 ok --auth PLAIN --user u --password right
	send 'tls starttls' 'tls-name relay.example.org' "${CERT[@]}" \
	    'user u' 'password wrong'
	[ "$status" -eq 77 ]
	[[ $stderr == *' 535 '*"; before that, 127.0.0.2 port $PORT: Connection refused"* ]]
	[[ $stderr == *'hint: '*password* ]]
	use 'tls starttls' 'tls-name relay.example.org' "${CERT[@]}" \
	    'user u' 'password wrong'
	run "$HELOISE" -C "$CONF" --probe
	[ "$status" -eq 77 ]
	# The first does not greet, and the second refuses the name.
	stop_relays
	PORT=
	relay_at 127.0.0.2 --fail 'GREETING:421 4.3.2 busy'
	relay_at 127.0.0.3 --fail 'EHLO:550 5.7.1 not with that name'
	send 'tls none'
	[ "$status" -eq 69 ]
	[[ $stderr == *' 550 5.7.1 not with that name; before that, 127.0.0.2 '*' 421 4.3.2 busy'* ]]
	# A refusal for now does not become one for good.
	stop_relays
	PORT=
	relay_at 127.0.0.2 --fail 'GREETING:554 5.7.1 go away'
	relay_at 127.0.0.3 --fail 'EHLO:450 4.3.2 not yet'
	send 'tls none'
	[ "$status" -eq 75 ]
}

@test "silent addresses: the deadline is for all, and each has its share" {
	local start=$EPOCHREALTIME ms

	known 127.0.0.2 127.0.0.3 127.0.0.4
	acting_at 127.0.0.2 silent
	acting_at 127.0.0.3 silent
	acting_at 127.0.0.4 silent
	send 'tls none' 'deadline 4'
	ms=$(((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}) / 1000))
	[ "$status" -eq 75 ]
	[[ $stderr == *'127.0.0.2 '*'127.0.0.3 '*'127.0.0.4 '* ]]
	[ "$ms" -ge 3500 ]
	[ "$ms" -lt 11000 ]
}

@test "srv: the next host, if the addresses of one fail" {
	PORT=
	relay_at 127.0.0.2 --fail 'GREETING:554 5.7.1 go away'
	relay_at 127.0.0.3
	printf '127.0.0.2 a.localhost\n127.0.0.3 b.localhost\n' \
	    >"$BATS_TEST_TMPDIR/hosts"
	helper responder \
	    _submission._tcp.example.test 1 0 "$PORT" a.localhost \
	    _submission._tcp.example.test 2 0 "$PORT" b.localhost
	CONF=$(conf 'relay srv:example.test' 'helo app.example.org' \
	    'queue no' 'tls none' "resolver 127.0.0.1:$SAID")
	submit -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	stop_relay
	submit -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"a.localhost 127.0.0.2 port $PORT: 554 5.7.1 go away; "* ]]
	[[ $stderr == *"; b.localhost 127.0.0.3 port $PORT: Connection refused"* ]]
}

@test "a queue run begins with another address after a failure" {
	local first

	relay_at 127.0.0.2 --fail 'MAIL:451 4.3.0 try later'
	first=$RELAY_LOG
	relay_at 127.0.0.3
	CONF=$(conf "relay $NAME:$PORT" 'helo app.example.org' 'tls none' \
	    'linger no' "spool $BATS_TEST_TMPDIR/spool" 'retry-min 1')
	submit -t
	[ "$status" -eq 0 ]
	[ "$(grep -c '^peer' "$first")" -eq 1 ]
	[ ! -s "$RELAY_LOG" ]
	run "$HELOISE" -C "$CONF" -q
	[ "$(stored_count)" -eq 1 ]
	[ "$(grep -c '^peer' "$first")" -eq 1 ]
}

# probe LINE...: without a message, with these settings.
probe() {
	use "$@"
	run "$HELOISE" -C "$CONF" --probe
	[ "$status" -ne 99 ] || skip 'may not mount'
}

@test "the probe goes on, and shows each address" {
	known 127.0.0.2 127.0.0.3 127.0.0.4
	relay_at 127.0.0.2 --fail 'GREETING:554 5.7.1 go away'
	relay_at 127.0.0.4
	probe 'tls none'
	[ "$status" -eq 0 ]
	[[ $output == *'127.0.0.2 port '*'554 5.7.1 go away'*'127.0.0.4 port '* ]]
	[[ $output == *"before that, 127.0.0.3 port $PORT: Connection refused"* ]]
	[[ $output == *" $NAME:$PORT accepts mail from "* ]]
	use 'tls none'
	run "$HELOISE" -C "$CONF" --json --probe
	[ "$status" -eq 0 ]
	[[ $output == *'"failed":"127.0.0.3 port '* ]]
	[[ $output == *'"result":"ok"'* ]]
}

@test "the probe: all addresses fail, and the certificate of the last is shown" {
	secure_at 127.0.0.2 ok --fail 'GREETING:554 5.7.1 go away'
	secure_at 127.0.0.3 wrong-name
	probe 'tls starttls' 'tls-name relay.example.org' \
	    "tls-ca $CERTS/ca.pem"
	[ "$status" -eq 77 ]
	[[ $output == *'connected again, without verification'* ]]
	[[ $output == *"127.0.0.2 port $PORT: 554 5.7.1 go away; 127.0.0.3 port $PORT: "*' is not good: '* ]]
	# A refusal of the settings is shown once.
	stop_relays
	PORT=
	relay_at 127.0.0.2 --fail 'EHLO:550 5.7.1 not with that name'
	relay_at 127.0.0.3
	probe 'tls none'
	[ "$status" -eq 69 ]
	[[ $output != *127.0.0.3\ port* ]]
}

@test "the probe names address-family if one family fails" {
	unset HELOISE_ADDRESS_FAMILY
	start_relay --address ::1 || skip 'no IPv6'
	stop_relay
	known ::1 127.0.0.3
	PORT=
	relay_at 127.0.0.3
	probe 'tls none'
	[ "$status" -eq 0 ]
	[[ $output == *'no IPv6 address of the relay works'* ]]
	[[ $output == *'`address-family ipv4`'* ]]
	probe 'tls none' 'address-family ipv4'
	[ "$status" -eq 0 ]
	[[ $output != *'address of the relay works'* ]]
	relay_at ::1 --fail 'GREETING:554 5.7.1 no PTR'
	probe 'tls none'
	[ "$status" -eq 0 ]
	[[ $output == *'no IPv6 address of the relay works'* ]]
	# IPv6 works, and IPv4 is not tried.
	stop_relays
	PORT=
	relay_at ::1
	probe 'tls none'
	[ "$status" -eq 0 ]
	[[ $output != *'address of the relay works'* ]]
}

@test "the log names address-family if the mail goes by the other family" {
	local log=$BATS_TEST_TMPDIR/log.txt

	unset HELOISE_ADDRESS_FAMILY
	start_relay --address ::1 || skip 'no IPv6'
	stop_relay
	known ::1 127.0.0.3
	PORT=
	relay_at 127.0.0.3 --fail 'RCPT:no@example.net:550 5.1.1 no such user'
	MAIL=$'To: bob@example.net, no@example.net\nSubject: x\n\nx\n'
	send 'tls none' "log $log"
	[ "$status" -ne 0 ]
	grep ' result=sent ' "$log" | grep ' tried="' |
	    grep ' hint="IPv6 fails .*`address-family ipv4`'
	[ "$(grep -c 'address-family' "$log")" -eq 1 ]
	MAIL=$'To: bob@example.net\nSubject: x\n\nx\n'
	send 'tls none' "log $log.4" 'address-family ipv4'
	[ "$status" -eq 0 ]
	[[ $(cat "$log.4") != *hint=* ]]
	# The other address that failed is of the same family.
	known 127.0.0.2 127.0.0.3
	send 'tls none' "log $log.2"
	[ "$status" -eq 0 ]
	grep ' tried="' "$log.2"
	[[ $(cat "$log.2") != *address-family* ]]
}

@test "the log names the addresses that failed before the good one" {
	local log=$BATS_TEST_TMPDIR/log.txt

	relay_at 127.0.0.2 --fail 'GREETING:554 5.7.1 go away'
	relay_at 127.0.0.3
	send 'tls none' "log $log"
	[ "$status" -eq 0 ]
	grep ' ip=127.0.0.3 ' "$log" | grep ' result=sent ' |
	    grep " tried=\"127.0.0.2 port $PORT: 554 5.7.1 go away\""
	# Without a good one, the text names them.
	stop_relay
	send 'tls none' "log $log"
	[ "$status" -eq 75 ]
	tail -n 1 "$log" | grep 'text="127.0.0.2 port .*; 127.0.0.3 port '
	[[ $(tail -n 1 "$log") != *' tried='* ]]
}
