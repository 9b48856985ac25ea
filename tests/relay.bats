#!/usr/bin/env bats
# relay.bats - the relay that the other tests rely upon does what it says
#
# Each test is a subshell to shellcheck, and RELAY_PIDS is relay.bash's:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

load relay/relay

# A client: dial, send, and hear what must match a pattern.
dial() {
	exec {SOCK}<>"/dev/tcp/${1:-127.0.0.1}/$RELAY_PORT"
	SOCKS+=("$SOCK")
}

teardown() {
	local fd

	for fd in "${SOCKS[@]}"; do
		exec {fd}>&-
	done
	end_all
}

# In one write, which bash's own printf would not do.
send() {
	env printf "$1" >&"$SOCK"
}

hear() {
	local pattern line

	for pattern; do
		line=
		IFS= read -r -t 10 line <&"$SOCK" || :
		# shellcheck disable=SC2053
		if [[ ${line%$'\r'} != $pattern ]]; then
			echo "heard: $line, not: $pattern" >&2
			return 1
		fi
	done
}

hear_end() {
	local line status=0

	IFS= read -r -t 10 line <&"$SOCK" || status=$?
	[ "$status" -eq 1 ] && [ -z "$line" ]
}

hang_up() {
	exec {SOCK}>&-
}

# The whole reply to EHLO.
ehlo() {
	local line=-

	send 'EHLO me.example\r\n'
	while [[ $line != 250\ * ]]; do
		IFS= read -r -t 10 line <&"$SOCK" || return 1
		echo "${line%$'\r'}"
	done
}

dial_ehlo() {
	dial
	hear '220 *'
	ehlo >/dev/null
}

has() {
	relay_log >"$BATS_TEST_TMPDIR/has"
	grep -Fx -e "$1" "$BATS_TEST_TMPDIR/has" || {
		cat "$BATS_TEST_TMPDIR/has" >&2
		return 1
	}
}

lacks() {
	relay_log >"$BATS_TEST_TMPDIR/has"
	run grep -Fx -e "$1" "$BATS_TEST_TMPDIR/has"
	[ "$status" -eq 1 ]
}

# The relay has seen something other than its script.
stop_unhappy() {
	local status=0

	stop_relay || status=$?
	[ "$status" -eq 1 ]
}

tls_client() {
	openssl s_client -quiet -CAfile "$CERTS/ca.pem" \
	    -connect "127.0.0.1:$RELAY_PORT" "$@" 2>&1
}

@test "it leaves when stdin ends, with its connections" {
	start_relay
	dial
	hear '220 *'
	exec {RELAY_IN}>&-
	hear_end
	wait "$RELAY_PID"
	RELAY_PIDS=()
}

@test "its connections leave with it, even if it is killed" {
	start_relay
	dial
	hear '220 *'
	kill -KILL "$RELAY_PID"
	hear_end
	wait "$RELAY_PID" || RELAY_PIDS=()
}

@test "it leaves at SIGTERM, after --max, after --life" {
	start_relay
	stop_relay
	start_relay --max 2
	dial; hear '220 *'; send 'QUIT\r\n'; hear '221 *'; hang_up
	dial; hear '220 *'; send 'QUIT\r\n'; hear '221 *'; hang_up
	wait "$RELAY_PID"
	start_relay --life 1
	wait "$RELAY_PID"
	RELAY_PIDS=()
}

@test "--port-file, --address" {
	mkfifo "$BATS_TEST_TMPDIR/hold"
	"$RELAY" --address ::1 --port-file "$BATS_TEST_TMPDIR/port" --max 1 \
	    <"$BATS_TEST_TMPDIR/hold" 3>&- &
	pid=$!
	exec {hold}>"$BATS_TEST_TMPDIR/hold"
	until [ -e "$BATS_TEST_TMPDIR/port" ]; do
		kill -0 "$pid" || skip 'no IPv6'
	done
	read -r port <"$BATS_TEST_TMPDIR/port"
	RELAY_PORT=$port dial ::1
	hear '220 *'
	hang_up
	wait "$pid"
	exec {hold}>&-
	start_relay --address 127.9.8.7
	dial 127.9.8.7
	hear '220 *'
	run "$RELAY" --address 192.0.2.1 </dev/null
	[ "$status" -eq 64 ]
	run "$RELAY" --address ::2 </dev/null
	[ "$status" -eq 64 ]
}

@test "what it does not understand is an error at once" {
	refuses() { # STATUS WORDS OPTION...
		run "$RELAY" "${@:3}" </dev/null
		echo "$output"
		[ "$status" -eq "$1" ] && [[ $output == *"$2"* ]]
	}
	bad() { # WORDS LINE
		file=$(printf '# fine\nS: 220 fine\n%s\n' "$2" | script)
		refuses 65 "$file:3: $2: $1" --script "$file"
	}
	refuses 64 'no-such' --no-such
	refuses 64 'not an option' word
	refuses 64 'not none, starttls' --tls yes
	refuses 64 'needs --cert' --tls starttls
	refuses 64 'unknown verb' --fail 'XXXX:550 no'
	refuses 64 'no reply' --fail 'RCPT:a@b'
	refuses 64 'too large' --fail-rate 101
	refuses 64 '--refuse-helo' --refuse-helo '('
	refuses 66 '/nonexistent' --script /nonexistent
	bad 'unknown line' 'X: 1'
	bad 'unknown line' 'S 220 no'
	bad 'bad escape' 'S: \q'
	bad 'bad escape' 'S- \x4'
	bad 'bad regular' 'C~ ('
	bad 'needs a number' 'wait'
	bad 'needs a number' 'drip x y'
	bad 'too much' 'eof now'
	bad 'needs --cert' 'tls'
}

@test "polite: a message is stored as it came, less the stuffing" {
	start_relay
	dial_ehlo
	send 'MAIL FROM:<a@me.example> SIZE=9 BODY=8BITMIME\r\n'
	hear '250 *'
	send 'RCPT TO:<b@example.org> NOTIFY=NEVER\r\n'
	hear '250 *'
	send 'DATA\r\n'
	hear '354 *'
	send 'A: b\r\n\r\n..\r\n.x\r\n.\r\rx\r\nlf\n.\ncr\r.\r\303\244\r\n.\r\n'
	hear '250 *'
	printf 'A: b\r\n\r\n.\r\nx\r\n\r\rx\r\nlf\n.\ncr\r.\r\303\244\r\n' |
	    cmp - "$(stored 1)"
	diff - "$(envelope 1)" <<-'END'
	helo me.example
	tls -
	user -
	MAIL FROM:<a@me.example> SIZE=9 BODY=8BITMIME
	RCPT TO:<b@example.org> NOTIFY=NEVER
	END
	send 'RSET\r\n'; hear '250 *'
	send 'QUIT\r\n'; hear '221 *'; hear_end; hang_up
	has 'C| 39 bytes'
	has 'flights 7'
	[ "$(stored_count)" -eq 1 ]
	lacks gone
	lacks 'undeclared 8-bit'
}

@test "polite: what comes together is answered together, one flight" {
	start_relay
	dial_ehlo
	send "$(printf %s 'MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\n' \
	    'RCPT TO:<"b>,x y"@example.org>\r\nBDAT 5\r\nhi\r\n.' \
	    'BDAT 3 LAST\r\n.\r\nQUIT\r\n')"
	hear '250 2.1.0*' '250 2.1.5*' '250 2.1.5*' '250 *' '250 *' '221 *'
	hang_up
	printf 'hi\r\n..\r\n' | cmp - "$(stored 1)"
	has 'flights 2'
	has 'segments 2'
	lacks 'early DATA'
	lacks 'early BDAT'
	lacks 'early MAIL'
}

@test "polite: a flight is one however many reads it takes" {
	start_relay --batch 50
	dial_ehlo
	{
		printf 'MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\n'
		printf 'BDAT 8000000 LAST\r\n'
		head -c 8000000 /dev/zero
		printf 'QUIT\r\n'
	} >&"$SOCK"
	hear '250 *' '250 *' '250 *' '221 *'
	hang_up
	has 'flights 2'
	[ "$(sed -n 's/^segments //p' "$RELAY_LOG")" -gt 10 ]
	head -c 8000000 /dev/zero | cmp - "$(stored 1)"
}

@test "polite: what must not come together is found out" {
	start_relay --caps SIZE
	dial_ehlo
	send 'MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n'
	hear '250 *' '250 *' '354 *'
	send '\r\n.\r\nQUIT\r\n'
	hear '250 *' '221 *'
	hang_up
	has 'early MAIL'
	has 'early RCPT'
	has 'early DOT'
	lacks 'early DATA'
}

@test "polite: EHLO offers what --caps says, and nothing else is taken" {
	start_relay --caps 'SIZE=1000 X-FOO=bar'
	dial
	hear '220 relay.example.org *'
	run ehlo
	[ "$output" = '250-relay.example.org
250-SIZE 1000
250 X-FOO bar' ]
	answers() {
		send "$1\r\n"
		hear "$2"
	}
	answers 'MAIL FROM:<a@b> BODY=8BITMIME' '555 *'
	answers 'MAIL FROM:<a@b> SMTPUTF8' '555 *'
	answers 'MAIL FROM:<a@b> RET=FULL' '555 *'
	answers 'MAIL FROM:<a@b> AUTH=<>' '555 *'
	answers 'MAIL FROM:<a@b> SIZE=1001' '552 *'
	answers 'MAIL FROM:<a@b> SIZE=x' '501 *'
	answers 'MAIL FROM:<\303\244@b>' '553 *'
	answers 'MAIL FROM: <a@b>' '501 *'
	answers 'MAIL FROM:<a@b>x' '501 *'
	answers 'BDAT 1' '502 *'
	answers 'RCPT TO:<a@b>' '503 *'
	answers 'DATA' '503 *'
	answers 'STARTTLS' '503 *'
	answers 'AUTH PLAIN' '503 *'
	answers 'FOO' '500 *'
	answers 'MAIL FROM:<a@b> SIZE=1000' '250 *'
	answers 'DATA' '554 *'
	answers 'RCPT TO:<>' '501 *'
	answers 'RCPT TO:<a@b>' '250 *'
	answers 'DATA' '354 *'
	answers "$(printf '%01001d' 0)\\r\\n." '552 *'
	[ "$(stored_count)" -eq 0 ]
}

@test "polite: 8-bit that was not declared, and bare LF, are found out" {
	start_relay
	dial_ehlo
	send 'MAIL FROM:<\303\244@b> SMTPUTF8\n'; hear '250 *'
	send 'RCPT TO:<a@b>\r\n'; hear '250 *'
	send 'DATA\r\n'; hear '354 *'
	send '\303\244\r\n.\r\n'; hear '250 *'
	hang_up
	has 'undeclared 8-bit'
	has 'bare LF'
	has 'gone'
}

@test "polite: login" {
	start_relay --auth 'PLAIN LOGIN' --user joe --password 's p' \
	    --auth-required
	dial
	hear '220 *'
	ehlo | grep -Fx '250 AUTH PLAIN LOGIN'
	send 'MAIL FROM:<a@b>\r\n'; hear '530 *'
	good=$(printf '\0joe\0s p' | base64)
	wrong=$(printf '\0joe\0s q' | base64)
	send "AUTH PLAIN $wrong\r\n"; hear '535 *'
	send "AUTH PLAIN \"\r\n"; hear '501 *'
	send "AUTH PLAIN =\r\n"; hear '535 *'
	send "AUTH PLAIN\r\n"; hear '334 '
	send "*\r\n"; hear '501 *'
	send "AUTH XOAUTH2\r\n"; hear '504 *'
	send 'AUTH LOGIN\r\n'; hear '334 VXNlcm5hbWU6'
	send 'am9l\r\n'; hear '334 UGFzc3dvcmQ6'
	send 'am9l\r\n'; hear '535 *'
	send 'AUTH LOGIN am9l\r\n'; hear '334 UGFzc3dvcmQ6'
	send 'cyBw\r\n'; hear '235 *'
	send "AUTH PLAIN $good\r\n"; hear '503 *'
	send 'MAIL FROM:<a@b> AUTH=<>\r\n'; hear '250 *'
	hang_up
	dial_ehlo
	send "AUTH PLAIN\r\n"; hear '334 '
	send "$good\r\n"; hear '235 *'
	hang_up
	dial_ehlo
	send "AUTH PLAIN $good\r\n"; hear '235 *'
	send 'MAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\nBDAT 0 LAST\r\n'
	hear '250 *' '250 *' '250 *'
	grep -x 'user joe' "$(envelope 1)"
}

@test "polite: STARTTLS" {
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" --require-starttls \
	    --auth PLAIN --user joe --password pw
	dial
	hear '220 *'
	ehlo >"$BATS_TEST_TMPDIR/ehlo"
	grep STARTTLS "$BATS_TEST_TMPDIR/ehlo"
	run grep AUTH "$BATS_TEST_TMPDIR/ehlo"
	[ "$status" -eq 1 ]
	send 'MAIL FROM:<a@b>\r\n'; hear '530 *'
	send 'STARTTLS\r\nRSET\r\n'; hear '220 *'
	send 'no handshake\r\n'
	hang_up
	has 'early STARTTLS'
	has 'early bytes before TLS'
	grep 'tls failed' "$RELAY_LOG"
}

@test "polite: msmtp gets a message through, with TLS and login" {
	command -v msmtp >/dev/null || skip 'msmtp is not installed'
	make_certs
	through() { # STARTTLS AUTH RELAY-OPTION...
		start_relay --cert "$CERTS/ok.pem" --auth 'PLAIN LOGIN' \
		    --user joe --password pw --auth-required "${@:3}"
		printf 'Subject: x\n\n.dot\n' | msmtp --host=localhost \
		    --port="$RELAY_PORT" --tls=on --tls-starttls="$1" \
		    --tls-trust-file="$CERTS/ca.pem" --auth="$2" --user=joe \
		    --passwordeval='echo pw' --from=a@me.example \
		    b@example.org
		grep -x '^tls TLS1.3' "$(envelope 1)"
		grep -x '^user joe' "$(envelope 1)"
		grep -x $'\.dot\r' "$(stored 1)"
		has 'tls TLS1.3'
	}
	through on plain --tls starttls --require-starttls
	through off login --tls implicit
	through on plain --tls starttls --tls-priority NORMAL --delay 1
}

@test "polite: --tls-priority" {
	make_certs
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --tls-priority NORMAL:-VERS-ALL:+VERS-TLS1.2
	printf 'QUIT\r\n' | tls_client -ign_eof
	has 'tls TLS1.2'
	run tls_client -tls1_3 </dev/null
	[ "$status" -ne 0 ]
	relay_log | grep 'tls failed'
}

@test "polite: names that --refuse-helo is for" {
	start_relay --refuse-helo '^[^.]*$' --refuse-helo '421:^bad\.'
	dial
	hear '220 *'
	send 'EHLO localhost\r\n'; hear '504 *'
	send 'HELO localhost\r\n'; hear '504 *'
	send 'EHLO bad.example\r\n'; hear '421-*' '421-*' '421 *'
	hear_end
	hang_up
	dial_ehlo
}

@test "polite: --fail" {
	start_relay --fail 'RCPT:bob@example.org:550 5.1.1 No: such user' \
	    --fail 'DOT:451-later\n451 maybe' --fail 'BDAT:452 full' \
	    --fail 'VRFY:421 bye'
	dial_ehlo
	send 'MAIL FROM:<>\r\n'; hear '250 *'
	send 'RCPT TO:<bob@example.org>\r\n'; hear '550 5.1.1 No: such user'
	send 'RCPT TO:<joe@example.org>\r\n'; hear '250 *'
	send 'DATA\r\n'; hear '354 *'
	send 'x\r\n.\r\n'; hear '451-later' '451 maybe'
	send 'MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n'; hear '250 *' '250 *'
	send 'BDAT 3\r\nabc'; hear '452 full'
	send 'BDAT 3 LAST\r\nabc'; hear '503 *'
	send 'VRFY\r\n'; hear '421 bye'; hear_end; hang_up
	[ "$(stored_count)" -eq 0 ]
	start_relay --fail 'GREETING:554 no'
	dial
	hear '554 no'
	send 'EHLO x\r\n'; hear '503 *'
	send 'QUIT\r\n'; hear '221 *'
}

@test "polite: --max-size, --max-rcpt" {
	start_relay --max-size 3 --max-rcpt 1
	dial_ehlo
	send 'MAIL FROM:<>\r\nRCPT TO:<a@b>\r\nRCPT TO:<c@d>\r\n'
	hear '250 *' '250 *' '452 *'
	send 'BDAT 4 LAST\r\nabcd'; hear '552 *'
	[ "$(stored_count)" -eq 0 ]
}

# Two hundred commands: what becomes of each.
fate() {
	start_relay --fail-rate 30 --seed "$1"
	for i in {1..20}; do
		dial
		for j in {1..10}; do
			send 'HELO x\r\n' 2>/dev/null || break
			IFS= read -r -t 10 line <&"$SOCK" || break
			echo "$i $j $line"
		done
		hang_up
	done
	relay_log | grep -c drop
	stop_relay
}

@test "polite: --fail-rate follows from --seed" {
	fate 1 >"$BATS_TEST_TMPDIR/one"
	fate 1 >"$BATS_TEST_TMPDIR/same"
	fate 2 >"$BATS_TEST_TMPDIR/other"
	grep -q ' 451 ' "$BATS_TEST_TMPDIR/one"
	grep -q ' 421 ' "$BATS_TEST_TMPDIR/one"
	grep -q ' 250 ' "$BATS_TEST_TMPDIR/one"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/one")" -gt 0 ]
	# Of 100 replies that came, about 70 in 94 are good.
	percent=$(awk '$3 == 250 { n++ } NF > 2 { all++ }
	    END { printf "%d", 100 * n / all }' "$BATS_TEST_TMPDIR/one")
	[ "$percent" -gt 60 ]
	[ "$percent" -lt 85 ]
	cmp "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/same"
	run cmp -s "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/other"
	[ "$status" -eq 1 ]
}

@test "script: a dialogue, and one file for each connection" {
	start_relay --script "$(script <<-'END'
	# the first
	S: 220-one\e\x21\\
	S- 220
	S:  two
	C: EHLO me
	S- 25
	nap 1
	S: 0 ok
	C~ ^(NOOP|RSET)$
	S: 250
	C: *
	S: 221
	END
	)" --script "$(script <<<'S: 220 second')"
	dial
	hear $'220-one\e!\\' '220 two'
	send 'EHLO me\r\n'; hear '250 ok'
	send 'RSET\r\n'; hear '250'
	send 'anything\r\n'; hear '221'; hear_end
	hang_up
	dial; hear '220 second'; hear_end; hang_up
	dial; hear '220 second'; hear_end; hang_up
	has $'S: 220-one\\x1b!\\'
	stop_relay
}

@test "script: lines said in one breath are one write" {
	start_relay --delay 200 --script "$(printf 'S: %s\n' {1..20} | script)"
	dial
	start=${EPOCHREALTIME/./}
	hear {1..20}
	[ $((${EPOCHREALTIME/./} - start)) -ge 200000 ]
	[ $((${EPOCHREALTIME/./} - start)) -lt 2000000 ]
}

@test "script: who says something else is cut off, and it shows" {
	differs() { # SCRIPT-LINE SENT LOGGED
		start_relay --script "$(script <<<"$1")"
		dial
		send "$2"
		hear_end
		hang_up
		relay_log >"$BATS_TEST_TMPDIR/log"
		grep -F "mismatch: $3 (" "$BATS_TEST_TMPDIR/log"
		stop_unhappy
	}
	differs 'C: QUIT' 'QUIT \r\n' 'got QUIT  want QUIT'
	differs 'C~ ^A$' 'B\033\r\n' 'got B\x1b want ^A$'
	differs 'bdat' 'DATA\r\n' 'got DATA want bdat'
	start_relay --script "$(script <<<'C: QUIT')"
	dial
	send 'QU'
	hang_up
	has 'gone'
	grep -F 'mismatch: got QU[end] want QUIT (' "$RELAY_LOG"
	stop_unhappy
}

@test "script: body, bdat, read" {
	start_relay --script "$(script <<-'END'
	C: EHLO me
	C: MAIL FROM:<>
	C: RCPT TO:<a@b>
	C: DATA
	S: 354
	nap 1
	body
	S: 250
	bdat
	bdat
	S: 250
	read 3
	S: got
	END
	)"
	dial
	send 'EHLO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n'; hear 354
	send '..x\r\n.\r\n'; hear 250
	send 'BDAT 2\r\nabBDAT 1 LAST\r\nc'; hear 250
	send 'xyz'; hear got; hear_end; hang_up
	printf '.x\r\n' | cmp - "$(stored 1)"
	printf 'abc' | cmp - "$(stored 2)"
	grep -x 'helo me' "$(envelope 1)"
	grep -x 'MAIL FROM:<>' "$(envelope 1)"
	grep -x 'RCPT TO:<a@b>' "$(envelope 1)"
	has 'C| 3 bytes'
	stop_relay
}

@test "script: drip, junk, lines" {
	start_relay --script "$(script <<-'END'
	drip 5 220 hi
	junk 100000
	lines 3000 250-x
	END
	)"
	dial
	start=${EPOCHREALTIME/./}
	hear '220 hi'
	[ $((${EPOCHREALTIME/./} - start)) -ge 35000 ]
	cat <&"$SOCK" >"$BATS_TEST_TMPDIR/rest"
	[ "$(tr -cd x <"$BATS_TEST_TMPDIR/rest" | wc -c)" -eq 103000 ]
	[ "$(grep -c '250-x' "$BATS_TEST_TMPDIR/rest")" -eq 3000 ]
}

@test "script: wait and silent end when the client leaves" {
	for move in 'wait 600000' silent 'drip 60000 x' 'junk 1000000000'; do
		start_relay --script "$(script <<<"$move")"
		dial
		hang_up
		has gone
		stop_relay
	done
	start_relay --script "$(script <<<$'S: 220\nwait 20\nS: late')"
	dial; hear 220 late
}

@test "script: nap holds the client up" {
	start_relay --rcvbuf 4096 --script "$(script <<<$'nap 60000')"
	dial
	status=0
	timeout 0.2 dd if=/dev/zero bs=1M count=64 >&"$SOCK" || status=$?
	[ "$status" -eq 124 ]
}

@test "script: eof, truncate and reset, in the clear and with TLS" {
	make_certs
	# openssl wants a dialogue before STARTTLS
	tls='S: 220 x\nC: *\nS: 250 STARTTLS\nC: STARTTLS\nS: 220 x\ntls'
	tls+='\nS: hi\n'
	ends() { # MOVE: its output and status
		start_relay --cert "$CERTS/ok.pem" \
		    --script "$(printf "$tls%s\n" "$1" | script)"
		run tls_client -starttls smtp -ign_eof </dev/null
		[[ $output == *hi* ]]
	}
	ends eof
	[ "$status" -eq 0 ]
	[[ $output != *'unexpected eof'* ]]
	ends truncate
	[[ $output == *'unexpected eof'* ]]
	start_relay --script "$(script <<<$'S: 220\nC: x\nreset')"
	dial
	hear 220
	send 'x\r\n'
	run cat <&"$SOCK"
	[[ $output == *reset* ]]
}

@test "script: polite takes over where the script leaves off" {
	start_relay --script "$(script <<-'END'
	S: 220 odd
	C: EHLO me
	S: 250 odd
	polite
	END
	)" --script "$(script <<<polite)"
	dial
	hear '220 odd'
	send 'EHLO me\r\n'; hear '250 odd'
	send 'MAIL FROM:<>\r\n'; hear '250 2.1.0 *'
	send 'QUIT\r\n'; hear '221 *'; hear_end
	hang_up
	dial_ehlo
	send 'QUIT\r\n'; hear '221 *'
}

@test "many connections at once, and every message is there" {
	start_relay
	for i in {1..20}; do
		dial
		socks[i]=$SOCK
		hear '220 *'
	done
	for i in {1..20}; do
		SOCK=${socks[i]}
		send 'HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nBDAT 0 LAST\r\n'
	done
	for i in {1..20}; do
		SOCK=${socks[i]}
		hear '250 *' '250 *' '250 *' '250 *'
		hang_up
	done
	[ "$(stored_count)" -eq 20 ]
	[ "$(find "$RELAY_STORE" -name '*.env' | wc -l)" -eq 20 ]
}

@test "the certificates are what their names say" {
	make_certs
	verify() { # NAME OPTION...
		openssl verify -CAfile "$CERTS/ca.pem" -purpose sslserver \
		    "${@:2}" "$CERTS/$1.pem"
	}
	local here=(-verify_hostname relay.example.org)
	verify ok "${here[@]}"
	verify ok -verify_hostname localhost
	verify ok -verify_ip 127.0.0.1
	verify ok -verify_ip ::1
	fails() { # WORDS NAME OPTION...
		run verify "${@:2}"
		[ "$status" -ne 0 ] && [[ $output == *"$1"* ]]
	}
	fails 'expired' expired "${here[@]}"
	fails 'ostname mismatch' wrong-name "${here[@]}"
	fails 'self' self-signed "${here[@]}"
	fails 'unable to get' other "${here[@]}"
	fails 'purpose' client-only "${here[@]}"
	openssl verify -CAfile "$CERTS/ca.pem" -purpose sslclient \
	    "${here[@]}" "$CERTS/client-only.pem"
	openssl verify -CAfile "$CERTS/other-ca.pem" -purpose sslserver \
	    "${here[@]}" "$CERTS/other.pem"
}
