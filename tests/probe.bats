#!/usr/bin/env bats
# probe.bats - --probe: the walk of a delivery, without a message
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153

load relay/relay

setup() {
	follow_tests
	export LC_ALL=C.UTF-8
	unset NO_COLOR
}

# The name server is one that does not answer, and nobody is waited for.
settings() {
	CONF=$(conf 'helo web1.example.org' 'resolver 127.0.0.1:9' \
	    'from alice@example.org' 'aliases none' "$@")
}

use() {
	settings "relay 127.0.0.1:$RELAY_PORT" "$@"
}

# probe LINE... -- ARGUMENT...: with the relay started last and these lines.
probe() {
	split "$@"
	use "${SETTINGS[@]}"
	run --separate-stderr "$HELOISE" -C "$CONF" --probe "${OPTIONS[@]}"
	nothing_sent
}

nothing_sent() {
	relay_log >"$BATS_TEST_TMPDIR/sent"
	run_grep=$(grep -cE '^C: (DATA|BDAT)' "$BATS_TEST_TMPDIR/sent") || :
	[ "$run_grep" -eq 0 ]
	[ "$(stored_count)" -eq 0 ]
}

# steps: each mark and step, in their order, as a line.
steps() {
	printf '%s\n' "$output" | sed -nE '/^✗ cannot/d; s/^(✓|!|✗|-) ([a-z]+) .*/\1\2/p' |
	    tr '\n' ' '
}

# line STEP: the first line of it, without mark and time.
line() {
	printf '%s\n' "$output" |
	    sed -nE "s/^(✓|!|✗|-) $1 +([0-9]+ ms)? *//p" | head -n 1
}

has() {
	[[ $output == *"$1"* ]] || {
		echo "not there: $1" >&2
		printf '%s\n' "$output" >&2
		return 1
	}
}

lacks() {
	[[ $output != *"$1"* ]]
}

@test "in clear, without a login: each step, and nothing is sent" {
	start_relay
	probe 'tls none' -- bob@example.net
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(steps)" = '✓helo ✓resolve ✓connect ✓greeting ✓ehlo -tls -auth ✓mail ✓rcpt ✓rset ✓quit ' ]
	[ "$(line helo)" = 'web1.example.org: as set' ]
	[ "$(line resolve)" = '127.0.0.1: 127.0.0.1' ]
	[ "$(line connect)" = \
	    "127.0.0.1 port $RELAY_PORT from [127.0.0.1]" ]
	[ "$(line greeting)" = '220 relay.example.org ESMTP' ]
	[ "$(line ehlo)" = 'EHLO web1.example.org: 250 relay.example.org' ]
	[ "$(line tls)" = 'none, as tls says' ]
	[ "$(line auth)" = 'no login, as no user is set' ]
	[ "$(line mail)" = '<alice@example.org>: 250 2.1.0 Ok' ]
	[ "$(line rcpt)" = '<bob@example.net>: 250 2.1.5 Ok' ]
	has 'takes several commands at once (PIPELINING), '
	has "✓ 127.0.0.1:$RELAY_PORT accepts mail from alice@example.org for bob@example.net."
}

@test "settings in force, and where each is from" {
	start_relay
	probe 'tls none' -- -f carol@example.org bob@example.net
	[ "$status" -eq 0 ]
	has "    relay            127.0.0.1:$RELAY_PORT"
	has "# $CONF:5"
	[[ $output == *'tls              none '*"# $CONF:6"* ]]
	[[ $output == *'auth             auto '*'# default'* ]]
	lacks 'queue'
	run --separate-stderr env HELOISE_USER=joe HELOISE_AUTH=none \
	    "$HELOISE" -C "$CONF" --helo other.example.org --probe
	[[ $output == *'user             joe '*'# environment HELOISE_USER'* ]]
	[[ $output == *'helo             other.example.org '*'# --helo'* ]]
	[ "$(line auth)" = 'no login, as auth says' ]
	[ "$status" -eq 0 ]
}

@test "STARTTLS and a login: version, chain, days, pin, mechanism" {
	local pin

	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user joe --password sesame-7
	probe 'tls starttls' "tls-ca $CERTS/ca.pem" 'user joe' \
	    'password sesame-7' -- bob@example.net
	[ "$status" -eq 0 ]
	[ "$(steps)" = '✓helo ✓resolve ✓connect ✓greeting ✓ehlo ✓starttls ✓tls ✓ehlo ✓auth ✓mail ✓rcpt ✓rset ✓quit ' ]
	[[ $(line tls) == 'TLS1.3, '*'; verified' ]]
	has 'takes TLS (STARTTLS); it lists other extensions after that'
	has 'certificate for localhost, relay.example.org, 127.0.0.1, ::1; 36'
	has ' days left, until 20'
	has 'issued by CN=heloise test ca'
	[ "$(line auth)" = \
	    'PLAIN for joe, the best of those offered (LOGIN PLAIN)' ]
	pin=$(certtool -i --infile "$CERTS/ok.pem" |
	    sed -n 's/^.*pin-sha256:/sha256:/p')
	[ -n "$pin" ]
	has "to pin it: \`tls-pin $pin\`"
	# A line that is ready is one that works.
	probe 'tls starttls' "tls-ca $CERTS/other-ca.pem" 'auth none' \
	    "tls-pin $pin" -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(line tls) == 'TLS1.3, '*'; pinned' ]]
}

@test "implicit TLS, and a mechanism that was asked for" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user joe --password sesame-7
	probe 'tls implicit' "tls-ca $CERTS/ca.pem" 'user joe' \
	    'password sesame-7' 'auth login' -- bob@example.net
	[ "$status" -eq 0 ]
	[ "$(steps)" = '✓helo ✓resolve ✓connect ✓tls ✓greeting ✓ehlo ✓auth ✓mail ✓rcpt ✓rset ✓quit ' ]
	[ "$(line auth)" = 'LOGIN for joe, as auth says (LOGIN PLAIN)' ]
}

@test "no secret anywhere, not even in the dialogue" {
	start_relay --auth 'PLAIN LOGIN' --user joe --password sesame-7
	for mech in plain login; do
		probe 'tls none' 'auth-cleartext yes' 'user joe' \
		    'password sesame-7' "auth $mech" -- -v bob@example.net
		[ "$status" -eq 0 ]
		[[ $stderr == *'AUTH '*'********'* ]]
		for secret in sesame-7 c2VzYW1l AGpvZQBzZXNhbWUtNw; do
			[[ $output$stderr != *"$secret"* ]]
		done
		run --separate-stderr "$HELOISE" -C "$CONF" --json --probe
		[[ $output$stderr != *sesame-7* ]]
	done
}

@test "a login in clear is warned of" {
	start_relay --auth PLAIN --user joe --password sesame-7
	probe 'tls none' 'auth-cleartext yes' 'user joe' \
	    'password sesame-7' -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == *'-tls !auth ✓mail'* ]]
	has 'warning: the login was sent in clear: others on the network can read the password'
}

@test "without a recipient; the null sender; several recipients" {
	start_relay
	probe 'tls none'
	[ "$status" -eq 0 ]
	[[ $(steps) == *'✓mail -rcpt ✓rset ✓quit ' ]]
	[ "$(line rcpt)" = 'no recipient was named' ]
	[ "$(grep -c '^C: RCPT' "$RELAY_LOG")" -eq 0 ]
	has 'accepts mail from alice@example.org; add a recipient to test one as well.'
	probe 'tls none' -- -f '<>' b@example.net c@example.net
	[ "$(line mail)" = '<>: 250 2.1.0 Ok' ]
	[[ $(steps) == *'✓mail ✓rcpt ✓rcpt ✓rset ✓quit ' ]]
	has 'accepts mail from <> for b@example.net, c@example.net.'
}

@test "addresses are what a delivery would make of them" {
	start_relay
	printf 'root: ops@example.com\n' >"$BATS_TEST_TMPDIR/aliases"
	settings "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'domain example.net' 'from-policy force'
	run "$HELOISE" -C "$CONF" --aliases "$BATS_TEST_TMPDIR/aliases" \
	    --probe -f eve@example.com root bob
	[ "$status" -eq 0 ]
	has 'from alice@example.org for ops@example.com, bob@example.net.'
	run "$HELOISE" -C "$CONF" --redirect-all dev@example.com --probe bob
	[ "$status" -eq 0 ]
	has 'from alice@example.org for dev@example.com.'
}

# fails STATUS STEPS WORDS HINT: that is how it went.
fails() {
	[ "$status" -eq "$1" ]
	[[ $(steps) == *"$2 " ]]
	has "
✗ cannot $3"
	[ -z "$4" ] || has "
  hint: $4"
}

@test "no such host: 68" {
	settings 'relay nowhere.invalid'
	run "$HELOISE" -C "$CONF" --probe
	[[ $output == *'no such host name'* ]] || skip 'no name server'
	fails 68 '✗resolve' 'find nowhere.invalid:587: no such host name' ''
}

@test "nobody there: 75, and the address" {
	start_relay
	stop_relay
	settings "relay 127.0.0.1:$RELAY_PORT"
	run "$HELOISE" -C "$CONF" --probe
	fails 75 '✗connect' "connect to 127.0.0.1:$RELAY_PORT: 127.0.0.1 port $RELAY_PORT: Connection refused" ''
}

@test "the greeting: 69" {
	start_relay --fail 'GREETING:554 5.7.1 not you'
	probe
	fails 69 '✗greeting' \
	    "get a greeting from 127.0.0.1:$RELAY_PORT: 554 5.7.1 not you" ''
}

@test "EHLO: 421 is temporary, and the hint names the line" {
	start_relay --fail 'EHLO:421 4.7.0 Try again later, closing connection. (EHLO)'
	probe 'tls none' 'helo localhost'
	fails 75 '✗ehlo' "send EHLO to 127.0.0.1:$RELAY_PORT: 421 4.7.0" \
	    "the relay refuses the name 'localhost'; set \`helo "
	[[ $output == *'!'*' helo '*'warning: relays often refuse such a name (every machine is localhost)'* ]]
}

@test "STARTTLS: not offered, and refused: 69" {
	make_certs
	start_relay
	probe 'tls starttls'
	fails 69 '✓ehlo ✗starttls' "start TLS with 127.0.0.1:$RELAY_PORT: the relay does not offer STARTTLS" ''
	has 'offers no TLS here (no STARTTLS)'
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --fail 'STARTTLS:502 5.5.1 no'
	probe 'tls starttls'
	fails 69 '✓ehlo ✗starttls' "start TLS with 127.0.0.1:$RELAY_PORT: 502 5.5.1 no (in reply to STARTTLS)" ''
}

@test "the certificate: 77, what it is, and its pin in the hint" {
	local pin

	make_certs
	for cert in self-signed expired wrong-name other; do
		start_relay --tls starttls --cert "$CERTS/$cert.pem"
		probe 'tls starttls' "tls-ca $CERTS/ca.pem" -- bob@example.net
		fails 77 '✓starttls ✗tls -tls' \
		    "agree on TLS with 127.0.0.1:$RELAY_PORT: the certificate of the relay is not good" ''
		pin=$(certtool -i --infile "$CERTS/$cert.pem" |
		    sed -n 's/^.*pin-sha256:/sha256:/p')
		has 'connected again, without verification:'
		has "to pin it: \`tls-pin $pin\`"
		lacks 'its pin>'
		# The second look has no business but TLS.
		[ "$(grep -c '^C: \(MAIL\|AUTH\)' "$RELAY_LOG")" -eq 0 ]
	done
	start_relay --tls implicit --cert "$CERTS/self-signed.pem"
	probe 'tls implicit' "tls-ca $CERTS/ca.pem" -- bob@example.net
	fails 77 '✗tls -tls' "agree on TLS" ''
	has 'self-signed'
	has 'set `tls-pin sha256:'
}

@test "no password on a second look" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/self-signed.pem" \
	    --auth PLAIN --user joe --password sesame-7
	probe 'tls starttls' "tls-ca $CERTS/ca.pem" 'user joe' \
	    'password sesame-7' -- bob@example.net
	[ "$status" -eq 77 ]
	[ "$(grep -c '^connect' "$RELAY_LOG")" -eq 2 ]
	[ "$(grep -c '^C: AUTH' "$RELAY_LOG")" -eq 0 ]
}

@test "TLS from the start on a port of STARTTLS: the line to set: 77" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem"
	probe 'tls implicit' "tls-ca $CERTS/ca.pem"
	fails 77 '✗tls !tls' "agree on TLS with 127.0.0.1:$RELAY_PORT: this port begins in clear and offers STARTTLS" \
	    "set \`tls starttls\` (now implicit, $CONF:6)"
	has 'tried the other mode: this port begins in clear and offers STARTTLS'
	start_relay
	probe 'tls implicit'
	fails 77 '✗tls !tls' "agree on TLS with 127.0.0.1:$RELAY_PORT: this port begins in clear and offers no TLS" \
	    "set \`tls none\` (now implicit, $CONF:6)"
	settings "relay smtps://127.0.0.1:$RELAY_PORT"
	run "$HELOISE" -C "$CONF" --probe
	fails 77 '✗tls !tls' 'agree on TLS with' \
	    "set \`relay 127.0.0.1:$RELAY_PORT\` and \`tls none\` (now smtps://127.0.0.1:$RELAY_PORT, $CONF:5)"
}

@test "STARTTLS on a port of TLS from the start: the line to set: 69" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem"
	for mode in starttls none opportunistic; do
		probe "tls $mode" "tls-ca $CERTS/ca.pem" 'timeout 1s'
		fails 69 '✗greeting !tls' "get a greeting from 127.0.0.1:$RELAY_PORT: this port speaks TLS from the start" \
		    "set \`tls implicit\` (now $mode, $CONF:6)"
		has 'tried the other mode: this port speaks TLS from the start'
	done
}

@test "the login: refused, not offered, over a line in clear: 77" {
	start_relay --auth PLAIN --user joe --password other
	probe 'tls none' 'auth-cleartext yes' 'user joe' 'password sesame-7'
	fails 77 '-tls ✗auth' "log in to 127.0.0.1:$RELAY_PORT: 535 5.7.8" \
	    "the relay refuses 'joe' with this password"
	[[ $output != *sesame-7* ]]
	probe 'tls none' 'user joe' 'password sesame-7'
	fails 77 '✗auth' 'log in to' ''
	has "set \`tls starttls\`"
	[ "$(grep -c '^C: AUTH' "$RELAY_LOG")" -eq 1 ]
	start_relay
	probe 'tls none' 'auth-cleartext yes' 'user joe' 'password sesame-7'
	fails 77 '✗auth' "log in to 127.0.0.1:$RELAY_PORT: the relay does not offer AUTH" ''
}

@test "the sender: 69; a recipient: 67; one of two" {
	start_relay --fail 'MAIL:550 5.7.1 not your domain'
	probe 'tls none' -- bob@example.net
	fails 69 '✗mail ✓quit' "name the sender to 127.0.0.1:$RELAY_PORT: 550 5.7.1 not your domain (in reply to MAIL FROM:<alice@example.org>)" ''
	probe 'tls none'
	fails 69 '✗mail ✓quit' 'name the sender to' ''
	start_relay --fail 'RCPT:bob@example.net:550 5.1.1 who'
	probe 'tls none' -- bob@example.net
	fails 67 '✓mail ✗rcpt ✓quit' "name a recipient to 127.0.0.1:$RELAY_PORT: 550 5.1.1 who (in reply to RCPT TO:<bob@example.net>)" ''
	probe 'tls none' -- bob@example.net carol@example.net
	fails 67 '✓mail ✗rcpt ✓rcpt ✓rset ✓quit' 'name a recipient to' ''
	start_relay --fail 'RCPT:450 4.2.0 greylisted'
	probe 'tls none' -- bob@example.net
	fails 75 '✗rcpt ✓quit' 'name a recipient to' ''
}

@test "an address that the relay cannot carry" {
	start_relay --caps SIZE,PIPELINING
	probe 'tls none' -- 'bücher@example.net'
	fails 69 '✗rcpt ✓mail ✓rset ✓quit' "name a recipient to 127.0.0.1:$RELAY_PORT: the address bücher@example.net is not ASCII" ''
}

@test "RSET and QUIT are no reason to fail, but are shown" {
	start_relay --fail 'RSET:500 what' --fail 'QUIT:500 what'
	probe 'tls none' -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == *'✓rcpt !rset !quit ' ]]
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C: EHLO web1.example.org
		S: 250 hi
		C: MAIL FROM:<alice@example.org>
		S: 250 ok
		C: RSET
		S: 250 ok
		C: QUIT
	END
	)"
	probe 'tls none'
	[ "$status" -eq 0 ]
	[[ $(steps) == *'!quit ' ]]
	[ "$(line quit)" = 'the relay closed the connection without a reply' ]
}

@test "EHLO unknown, HELO known; no PIPELINING" {
	start_relay --fail 'EHLO:502 what'
	probe 'tls none' -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == *'✓greeting !ehlo !ehlo -tls'* ]]
	has 'HELO: 250 relay.example.org'
	has 'warning: no PIPELINING: each command waits'
}

@test "a relay that goes in the middle" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C: EHLO web1.example.org
		S: 250 hi
		C: MAIL FROM:<alice@example.org>
		S: 250 ok
		C: RCPT TO:<bob@example.net>
		eof
	END
	)"
	probe 'tls none' -- bob@example.net
	fails 75 '✓mail ✗rcpt' "name a recipient to 127.0.0.1:$RELAY_PORT: " ''
}

@test "it ends when its time is up" {
	silent_relay
	probe 'tls none' 'timeout 1s' -- bob@example.net
	fails 75 '✓greeting ✗ehlo' "send EHLO to 127.0.0.1:$RELAY_PORT: no answer within 1 second" ''
	probe 'tls none' 'deadline 1s' -- bob@example.net
	fails 75 '✗ehlo' 'send EHLO to' ''
}

@test "what the relay says cannot control the terminal" {
	start_relay --script "$(script <<-'END'
		S- 220 hi \e[31mred\r\n
		C: EHLO web1.example.org
		S- 250-\e]0;title\x07\r\n250 AUTH \e[2J\r\n
		C: MAIL FROM:<alice@example.org>
		S- 550 \e[1mno\r\n
		C: QUIT
		S: 221 bye
	END
	)"
	probe 'tls none'
	[ "$status" -eq 69 ]
	[[ $output != *$'\e'* ]]
	[[ $output != *$'\a'* ]]
	has '220 hi ?[31mred'
}

@test "a certificate that ends soon" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/soon.pem"
	probe 'tls starttls' "tls-ca $CERTS/ca.pem" -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == *'✓starttls !tls ✓ehlo'* ]]
	has 'warning: the certificate of the relay expires soon: 9 days left, until '
}

@test "a HELO name that the DNS does not know, and one that it knows" {
	start_relay
	helper responder known.example.org 1 1 25 relay.example.org
	settings "relay 127.0.0.1:$RELAY_PORT" 'tls none'
	run "$HELOISE" -C "$CONF" --resolver "127.0.0.1:$SAID" --probe
	[ "$status" -eq 0 ]
	[[ $(steps) == '!helo '* ]]
	has 'warning: the DNS has no address for this name'
	run "$HELOISE" -C "$CONF" --resolver "127.0.0.1:$SAID" \
	    --helo known.example.org --probe
	[[ $(steps) == '✓helo '* ]]
}

# The TCP port of the name server takes the connection and is silent.
@test "a truncated answer for a HELO name: the name is known, without TCP" {
	start_relay
	helper responder large.example.org truncated
	settings "relay 127.0.0.1:$RELAY_PORT" 'tls none'
	run timeout 20 "$HELOISE" -C "$CONF" --resolver "127.0.0.1:$SAID" \
	    --helo large.example.org --probe
	[ "$status" -eq 0 ]
	[[ $(steps) == '✓helo '* ]]
}

@test "--json: one object, with all that there is to know" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user joe --password sesame-7
	settings "relay 127.0.0.1:$RELAY_PORT" 'tls starttls' \
	    "tls-ca $CERTS/ca.pem" 'user joe' 'password sesame-7'
	run --separate-stderr "$HELOISE" -C "$CONF" --json --probe bob@example.net
	nothing_sent
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "${#lines[@]}" -eq 1 ]
	has '{"version":"'
	has '"relay":{"value":"127.0.0.1:'
	has '"step":"tls","result":"ok","ms":'
	has '"assurance":"verified"'
	has '"tls-pin":"sha256:'
	has '"mechanism":"PLAIN","why":"the best of those offered"'
	has '"step":"rcpt","result":"ok","ms":'
	has '"address":"bob@example.net","code":250'
	[[ $output == *'"result":"ok","exit":0}' ]]
	valid_json
	start_relay --fail 'MAIL:550 5.7.1 "no"'
	settings "relay 127.0.0.1:$RELAY_PORT" 'tls none'
	run --separate-stderr "$HELOISE" -C "$CONF" --json --probe
	[ "$status" -eq 69 ]
	has '"result":"failed","exit":69,"stage":"mail","code":550,"text":"cannot name the sender to 127.0.0.1:'
	[[ $output == *'"result":"failed","exit":69}' ]]
	valid_json
}

@test "--json: each member is in the manual" {
	local page=$RELAY_HOME/../../man/heloise.8 key n=0

	make_certs
	start_relay --tls starttls --cert "$CERTS/self-signed.pem"
	probe "tls-ca $CERTS/ca.pem" 'tls starttls'
	json=$("$HELOISE" -C "$CONF" --json --probe) || :
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --auth PLAIN --user joe --password sesame-7
	probe "tls-ca $CERTS/ca.pem" 'tls starttls' 'user joe' \
	    'password sesame-7'
	json+=$("$HELOISE" -C "$CONF" --json --probe bob@example.net)
	keys=$(grep -oE '"[a-z-]+":' <<<"$json" | tr -d '":' | sort -u)
	for key in $keys; do
		[ "$("$HELOISE" --help | grep -c "^  --$key ")" -eq 0 ] ||
			continue
		grep -qE "^\.(It )?Cm .*\b$key\b" "$page" || {
			echo "not in the manual: $key" >&2
			return 1
		}
		n=$((n + 1))
	done
	[ "$n" -gt 30 ]
}

# As far as this host has something that can tell.
valid_json() {
	! command -v python3 >/dev/null ||
	    printf '%s' "$output" | python3 -m json.tool >/dev/null
}

@test "marks in ASCII where the locale is not UTF-8" {
	start_relay --fail 'MAIL:550 no'
	LC_ALL=C probe 'tls none'
	[ "$status" -eq 69 ]
	[[ $output == *"
+ connect "* ]]
	[[ $output == *"
x mail "* ]]
	run grep -P '[^\x00-\x7f]' <<<"$output"
	[ "$status" -eq 1 ]
}

# on_terminal COMMAND...: with a terminal of 60 columns as its stdout.
on_terminal() {
	type -P script >/dev/null || skip 'no script(1)'
	run env TERM=xterm SHELL=/bin/sh script -qec \
	    "stty cols 60; $*" /dev/null </dev/null
	output=${output//$'\r'/}
}

@test "colours on a terminal only, and not with NO_COLOR" {
	start_relay
	probe 'tls none'
	lacks $'\e'
	on_terminal "'$HELOISE' -C '$CONF' --probe"
	[ "$status" -eq 0 ]
	has $'\e[32m✓\e[0m connect'
	has 'takes several commands at once
                       (PIPELINING), '
	NO_COLOR=1 on_terminal "'$HELOISE' -C '$CONF' --probe"
	[ "$status" -eq 0 ]
	lacks $'\e'
	has '✓ connect'
}

@test "a password that is not set is asked for on a terminal" {
	type -P script >/dev/null || skip 'no script(1)'
	start_relay --auth PLAIN --user joe --password sesame-7
	settings 'relay 127.0.0.1' "port $RELAY_PORT" 'tls none' \
	    'auth-cleartext yes' 'user joe'
	mkfifo "$BATS_TEST_TMPDIR/keys"
	env SHELL=/bin/sh script -qec "'$HELOISE' -C '$CONF' --probe" /dev/null \
	    <"$BATS_TEST_TMPDIR/keys" >"$BATS_TEST_TMPDIR/screen" 3>&- &
	pid=$!
	exec {keys}>"$BATS_TEST_TMPDIR/keys"
	until grep -q 'Password of joe at 127.0.0.1: ' \
	    "$BATS_TEST_TMPDIR/screen"; do
		kill -0 "$pid"
	done
	echo sesame-7 >&"$keys"
	wait "$pid"
	exec {keys}>&-
	output=$(cat "$BATS_TEST_TMPDIR/screen")
	has 'PLAIN for joe, the only one offered (PLAIN)'
	lacks sesame-7
	# And where there is none, it is a mistake: 78.
	run --separate-stderr setsid "$HELOISE" -C "$CONF" --probe </dev/null
	[ "$status" -eq 78 ]
	[ -z "$output" ]
	[[ $stderr == *'user is set, but neither password nor'* ]]
}

@test "--all: every account and every address" {
	start_relay
	good=$RELAY_PORT
	start_relay --fail 'MAIL:550 5.7.1 not you'
	bad=$RELAY_PORT
	CONF=$(conf 'helo web1.example.org' 'resolver 127.0.0.1:9' \
	    'tls none' 'account work' "relay 127.0.0.1:$good" \
	    'from w@work.example' 'account play' "relay 127.0.0.1:$bad" \
	    'from p@play.example' 'account box' \
	    "relay maildir:$BATS_TEST_TMPDIR/box")
	run "$HELOISE" -C "$CONF" --all --probe bob@example.net
	[ "$status" -eq 69 ]
	has "account work, 127.0.0.1:$good"
	has "127.0.0.1:$good accepts mail from w@work.example for bob@"
	has "✗ cannot name the sender to 127.0.0.1:$bad: 550 5.7.1 not you"
	has "✓ Mail would be stored in $BATS_TEST_TMPDIR/box."
	has '2 of 3 tests succeeded.'
	[ ! -e "$BATS_TEST_TMPDIR/box" ]
	run "$HELOISE" -C "$CONF" -a work --all --probe bob@example.net
	[ "$status" -eq 0 ]
	lacks play
	run --separate-stderr "$HELOISE" -C "$CONF" --json --all --probe
	valid_json
	[ "$(grep -o '"account":"[a-z]*"' <<<"$output" | tr '\n' ' ')" = \
	    '"account":"work" "account":"play" "account":"box" ' ]
}

@test "--all: one walk for each host that the DNS names" {
	start_relay
	helper responder \
	    _submission._tcp.example.test 1 1 "$RELAY_PORT" 127.0.0.1 \
	    _submission._tcp.example.test 2 1 1 127.0.0.2
	settings 'relay srv:example.test' 'tls none'
	run "$HELOISE" -C "$CONF" --resolver "127.0.0.1:$SAID" --all --probe
	[[ $output != *'names no host'* ]] || skip 'no addresses as hosts'
	[ "$status" -eq 75 ]
	has '1 of 2 tests succeeded.'
	has '127.0.0.2 port 1'
}

@test "-a, and the account that takes the sender" {
	start_relay
	CONF=$(conf 'helo web1.example.org' 'resolver 127.0.0.1:9' \
	    'tls none' "relay 127.0.0.1:$RELAY_PORT" 'account work' \
	    'match @work.example' 'helo work.example')
	run "$HELOISE" -C "$CONF" --probe -f w@work.example
	[ "$status" -eq 0 ]
	has 'account work, '
	[ "$(line helo)" = 'work.example: as set' ]
	run "$HELOISE" -C "$CONF" --probe -f x@other.example
	[ "$(line helo)" = 'web1.example.org: as set' ]
	run "$HELOISE" -C "$CONF" -a work --probe -f x@other.example
	[ "$(line helo)" = 'work.example: as set' ]
	run "$HELOISE" -C "$CONF" -a nobody --probe
	[ "$status" -eq 78 ]
}

@test "unix: lmtp: maildir: a proxy" {
	start_relay
	helper proxy unix "$BATS_TEST_TMPDIR/sock" "$RELAY_PORT"
	settings "relay unix:$BATS_TEST_TMPDIR/sock"
	run "$HELOISE" -C "$CONF" --probe bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == '✓helo ✓connect ✓greeting ✓ehlo '*'✓quit ' ]]
	[ "$(line connect)" = "$BATS_TEST_TMPDIR/sock" ]
	start_relay --script "$(script <<-'END'
		S: 220 lmtp
		C: LHLO web1.example.org
		S: 250 lmtp
		C: MAIL FROM:<alice@example.org>
		S: 250 ok
		C: RCPT TO:<bob@example.net>
		S: 250 ok
		C: RSET
		S: 250 ok
		C: QUIT
		S: 221 bye
	END
	)"
	settings "relay lmtp://127.0.0.1:$RELAY_PORT"
	run "$HELOISE" -C "$CONF" --probe bob@example.net
	[ "$status" -eq 0 ]
	[ "$(line ehlo)" = 'LHLO web1.example.org: 250 lmtp' ]
	settings "relay maildir:$BATS_TEST_TMPDIR/mail"
	run "$HELOISE" -C "$CONF" --probe bob@example.net
	[ "$status" -eq 0 ]
	[ ! -e "$BATS_TEST_TMPDIR/mail" ]
	has "mail is stored in $BATS_TEST_TMPDIR/mail, which the first message creates"
	settings "relay maildir:$BATS_TEST_TMPDIR/no/mail"
	run "$HELOISE" -C "$CONF" --probe bob@example.net
	[ "$status" -eq 75 ]
	has 'the maildir cannot be written: No such file'
}

@test "through a proxy" {
	start_relay
	helper proxy socks
	settings "relay relay.example.org:$RELAY_PORT" 'tls none' \
	    "proxy socks5://127.0.0.1:$SAID"
	run "$HELOISE" -C "$CONF" --probe bob@example.net
	[ "$status" -eq 0 ]
	has 'through a proxy, which looks up the names'
	has "127.0.0.1 port $SAID: 127.0.0.1"
	has "relay.example.org:$RELAY_PORT accepts mail from"
}

@test "mistakes on the command line: 64" {
	settings 'relay 127.0.0.1'
	run --separate-stderr "$HELOISE" -C "$CONF" --probe 'a b c'
	[ "$status" -eq 64 ]
	[ -z "$output" ]
	[[ $stderr == *'cannot use the address'* ]]
	run --separate-stderr "$HELOISE" -C "$CONF" --all
	[ "$status" -eq 64 ]
	[[ $stderr == *'--all: only with --probe'* ]]
	run --separate-stderr "$HELOISE" -C "$CONF" -t --probe
	[ "$status" -eq 64 ]
}

@test "the parameters of a delivery are sent, and a refusal is a warning" {
	start_relay
	probe 'tls none' -- bob@example.net
	[ "$status" -eq 0 ]
	grep -q '^C: MAIL FROM:<alice@example.org> SIZE=2000 BODY=8BITMIME$' \
	    "$BATS_TEST_TMPDIR/sent"
	# The relay knows a keyword in capitals only.
	start_relay --caps PIPELINING,size
	probe 'tls none' -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == *'!mail ✓rset ✓mail ✓rcpt ✓rset ✓quit ' ]]
	has 'set `avoid size`'
	probe 'tls none' 'avoid size' -- bob@example.net
	lacks '!mail'
	start_relay --caps PIPELINING,size --fail 'MAIL:555 no'
	probe 'tls none' -- bob@example.net
	[ "$status" -ne 0 ]
	[[ $(steps) == *'!mail ✓rset ✗mail '* ]]
}

# pipelining_refused: one that offers PIPELINING and plays the lines of stdin
# when it hears the envelope; then one that is polite.
pipelining_refused() {
	local first

	first=$(script < <(
		printf '%s\n' 'S: 220 hi' 'C~ ^EHLO' 'S: 250-hi' \
		    'S: 250 PIPELINING'
		cat
	))
	start_relay --script "$first" --script "$(script <<<polite)"
}

@test "pipelining refused, or half answered: a warning, on a new connection" {
	local reply

	for reply in \
	    '503 5.5.0 Error: Improper use of SMTP command pipelining' \
	    '500 5.5.1 Pipelining not supported' \
	    '421 4.5.0 Improper command pipelining after MAIL' \
	    '554 SMTP synchronization error'; do
		pipelining_refused <<-END
			C~ ^MAIL
			C~ ^RCPT
			S: $reply
			S: $reply
			silent
		END
		probe 'tls none' -- bob@example.net
		[ "$status" -eq 0 ]
		[[ $(steps) == *'!mail ✓connect '*'✓mail ✓rcpt ✓rset ✓quit ' ]]
		has 'on a new connection; if that works, set `avoid pipelining` to save the attempt'
		lacks '✗'
		[ "$(grep -c '^connect' "$BATS_TEST_TMPDIR/sent")" -eq 2 ]
	done
	pipelining_refused <<-'END'
		C~ ^MAIL
		S: 250 ok
		silent
	END
	probe 'tls none' 'timeout 1s' -- bob@example.net
	[ "$status" -eq 0 ]
	has 'on a new connection; if that works, set `avoid pipelining` to save the attempt'
	# If that does not help, it is no warning.
	start_relay --fail 'MAIL:554 SMTP synchronization error'
	probe 'tls none' -- bob@example.net
	[ "$status" -ne 0 ]
	has '✗ mail'
	[ "$(grep -c '^connect' "$BATS_TEST_TMPDIR/sent")" -eq 2 ]
}

@test "a parameter is refused, and then the relay hangs up: a warning" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250-hi
		S: 250 SIZE
		C~ ^MAIL.* SIZE=
		S: 501 5.5.4 what
		C: RSET
		eof
	END
	)" --script "$(script <<<polite)"
	probe 'tls none' -- bob@example.net
	[ "$status" -eq 0 ]
	[[ $(steps) == *'!mail !rset ✓connect '*'✓mail ✓rcpt ✓rset ✓quit ' ]]
	has 'set `avoid size`'
	has 'mail goes on, on a new connection'
}
