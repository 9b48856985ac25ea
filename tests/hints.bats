#!/usr/bin/env bats
# hints.bats - what goes wrong, played by the relay, and what people read
#
# The rows of hints.tsv are those of the unit test: here the relay plays
# them, by the names that they give it, behind a proxy that leads there.
# Each test is a subshell to shellcheck:
# Backquotes are a part of the hints:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	MAIL='To: bob@example.net
From: app@example.com
Date: Sat, 21 Nov 2026 10:00:00 +0000
Message-ID: <1@example.org>
Subject: hi

hello
'
	AS=()
	CONF=$BATS_TEST_TMPDIR/conf
	touch "$CONF"
	chmod 600 "$CONF"
	make_certs
}

teardown() {
	[ -z "${OPEN-}" ] || rm -rf "$OPEN"
	end_all
}

# start_proxy PORT: one that leads there; its port in SOCKS.
start_proxy() {
	local SAID

	helper proxy socks 0 "$1"
	SOCKS=$SAID
}

stop_proxy() {
	exec {HELPER_IN}>&- {HELPER_OUT}<&-
	wait "$HELPER_PID" || :
}

# As the host of the row, where its name has to do with what is said.
named() {
	# shellcheck disable=SC2016 # for the inner shell
	if [[ $words == *fqdn=* || $fix == *"$fqdn"* ]]; then
		unshare -u sh -c 'hostname "$1" && shift && exec "$@"' sh \
		    "$fqdn" "$HELOISE" "$@"
	else
		"$HELOISE" "$@"
	fi
}

# The words of a row: what we did, into variables and lines of settings.
understand() {
	local word value

	helo=web1.example.org fqdn=web1.example.org from=app@example.com
	to=bob@example.net relay=smtp.example.net port=587 tls=starttls
	offer=STARTTLS,AUTH_PLAIN_LOGIN user='' banner=ready size=0 lines=()
	for word in $1; do
		value=${word#*=}
		case $word in
		helo=*) helo=$value ;;
		fqdn=*) fqdn=$value ;;
		from=*) from=$value ;;
		to=*) to=$value ;;
		relay=*) relay=$value ;;
		port=*) port=$value ;;
		tls=*) tls=$value ;;
		offer=*) offer=${value/#-/} ;;
		user=*) user=$value ;;
		mech=*) lines+=("auth $value") ;;
		banner=*) banner=${value//_/ } ;;
		size=*) size=$value ;;
		cleartext) lines+=('auth-cleartext yes') ;;
		set=*) lines+=("${value/:/ }") ;;
		untrusted) tls=opportunistic ;;
		bound) ;;	# as each TLS session is here
		*) echo "$word?" >&2; return 1 ;;
		esac
	done
	[ -z "$user" ] || lines+=("user $user" 'password secret')
}

# Lines of a script: what EHLO hears, less what is offered in clear only.
capabilities() {
	local word

	printf '%s\n' 'S- 250-relay at your service\r\n'
	for word in ${offer//,/ }; do
		[ "$1$word" = tlsSTARTTLS ] ||
		    printf '%s\n' "S- 250-${word//_/ }\r\n"
	done
	echo "S: 250 SIZE $size"
}

# step STAGE LINE...: a command, and these lines in answer to it; or the
# reply of the row, and what a client may say after that.
step() {
	[ "$1" = greeting ] || echo 'C: *'
	if [ "$1" != "$stage" ]; then
		shift
		printf '%s\n' "$@"
		return
	fi
	[ "$1" != body ] || echo body
	if [ "$reply" = EOF ]; then
		echo eof
	else
		echo "S: ${reply//\\n/\\r\\n}"
		# A client that tries another mechanism hears it again.
		if [[ $1$reply == auth50[0-4]* && $offer == *PLAIN_LOGIN* &&
		    "${lines[*]}" != *'auth '* ]]; then
			printf '%s\n' 'C: AUTH LOGIN' "S: ${reply//\\n/\\r\\n}"
		fi
		echo polite
	fi
	return 1
}

# The dialogue up to what the row is about, and politely from there.
dialogue() {
	step greeting "S: 220 $banner" || return 0
	# Who says this hears EHLO once more, and then HELO.
	[[ $stage,$reply != ehlo*,500* ]] || printf '%s\n' 'C: *' "S: $reply"
	[[ $stage,$reply != ehlo,500* ]] || printf '%s\n' 'C: *' "S: $reply"
	step ehlo "$(capabilities clear)" || return 0
	if [ "$tls" != none ] && [[ $offer == STARTTLS* ]]; then
		step starttls 'S: 220 go' tls || return 0
		printf '%s\n' 'C~ ^EHLO' "$(capabilities tls)"
	fi
	if [ -n "$user" ] && [[ $offer == *AUTH_* && $stage != - ]]; then
		step auth 'S: 235 welcome' || return 0
	fi
	if [ "$stage" != - ] && [ "$stage" != ehlo1 ]; then
		step mail 'S: 250 ok' || return 0
		step rcpt 'S: 250 ok' || return 0
		step data 'S: 354 go' || return 0
		step body || return 0
	fi
	echo polite
}

# play MODE...: what a delivery or --probe says on this host, through the
# proxy, on one line in SAID.
play() {
	printf '%s\n' "relay $relay" "port $port" "tls $tls" "helo $helo" \
	    "proxy socks5://127.0.0.1:$SOCKS" "tls-ca $CERTS/ca.pem" \
	    'tls-name relay.example.org' 'queue no' 'log none' \
	    'avoid chunking pipelining size 8bitmime dsn' \
	    'aliases none' "${lines[@]}" >"$CONF"
	SAID=$(named -C "$CONF" "$@" -f "${from:-<>}" -- "$to" 2>&1 \
	    <<<"$MAIL") || :
	SAID=$(tr -s ' \n' ' ' <<<"$SAID")
}

# has_fix HINT FIX: each of "a + ~b" stands in the hint, a in backquotes.
has_fix() {
	local part rest="$2 + "

	while [ -n "$rest" ]; do
		part=${rest%%" + "*}
		rest=${rest#*" + "}
		if [[ $part == \~* ]]; then
			[[ $1 == *"${part:1}"* ]] || return 1
		elif [[ $1 != *"\`$part\`"* ]]; then
			return 1
		fi
	done
}

# judge CAUSE FIX: does SAID have them?
judge() {
	local cause=${1#!} hint=${SAID#* hint: } lasts='retrying will not help'

	if [ "$cause" = - ]; then
		[[ $SAID != *hint:* ]]
		return
	fi
	[[ $SAID == *" hint: "* && $hint == *"$cause"* ]] || return 1
	[[ $1 == !* && $hint == *"$lasts"* ||
	    $1 != !* && $hint != *"$lasts"* ]] || return 1
	if [ "$2" = - ]; then
		[[ $hint != *'; set '* ]]
	else
		has_fix "$hint" "$2"
	fi
}

# table STAGES MODE...: their rows, with cells that may be empty.  Names that
# our own settings refuse do not get as far as a relay.  A delivery asks a busy
# relay again.
table() {
	local busy='	too many connections	'

	[ "${2-}" != --probe ] || busy='^$'
	grep -E "^($1)	" "$RELAY_HOME/../hints.tsv" |
	    grep -v -e 'helo=127\.0\.0\.1 ' -e 'helo=my_host' -e '	avoid ' \
	    -e "$busy" | tr '\t' '\037'
}

# rows STAGES MODE...: one relay plays them all, a script for each connection.
rows() {
	local stage words reply cause fix n=0 bad=0 scripts=() stages=$1
	local from to relay helo fqdn port tls offer user banner size lines

	shift
	unshare -u true || skip 'may not take on the name of another host'
	unset HELOISE_ADDRESS_FAMILY
	while IFS=$'\037' read -r stage words reply cause fix; do
		understand "$words"
		n=$((n + 1))
		dialogue >"$BATS_TEST_TMPDIR/script.$n"
		scripts+=(--script "$BATS_TEST_TMPDIR/script.$n")
	done < <(table "$stages" "$@")
	start_relay --cert "$CERTS/ok.pem" "${scripts[@]}"
	start_proxy "$RELAY_PORT"
	n=0
	while IFS=$'\037' read -r stage words reply cause fix; do
		n=$((n + 1))
		understand "$words"
		play "$@"
		judge "$cause" "$fix" && continue
		printf '%s\n' "$stage $words" "  $reply" \
		    "  want: $cause; $fix" "  said: $SAID" >&2
		bad=$((bad + 1))
	done < <(table "$stages" "$@")
	stop_proxy
	echo "$n rows, $bad bad" >&2
	[ "$n" -gt 0 ] && [ "$bad" -eq 0 ]
}

@test "rows: connections, greetings, EHLO" {
	rows "greeting|ehlo|ehlo1"
}

@test "rows: what nobody says, STARTTLS and AUTH" {
	rows "-|starttls|auth"
}

@test "rows: MAIL" {
	rows mail
}

@test "rows: RCPT" {
	rows rcpt
}

@test "rows: DATA and the message" {
	rows "data|body"
}

# A connection test ends before DATA, and has no message: all other rows.
@test "rows: --probe: connections, greetings, EHLO" {
	rows "greeting|ehlo|ehlo1" --probe
}

@test "rows: --probe: what nobody says, STARTTLS and AUTH" {
	rows "-|starttls|auth" --probe
}

@test "rows: --probe: MAIL" {
	rows mail --probe
}

@test "rows: --probe: RCPT" {
	rows rcpt --probe
}

# meet NAME[:PORT] LINE... -- OPTION...: a delivery to a relay of this name
# that was started with these options; what is said, less what is never the
# same, in SAID, the exit status in STATUS.
meet() {
	split "${@:2}"
	start_relay --cert "$CERTS/ok.pem" "${OPTIONS[@]}"
	start_proxy "$RELAY_PORT"
	printf '%s\n' "relay $1" "proxy socks5://127.0.0.1:$SOCKS" \
	    "tls-ca $CERTS/ca.pem" 'tls-name relay.example.org' \
	    "spool $BATS_TEST_TMPDIR/spool" \
	    'linger no' 'log none' 'aliases none' 'timeout 2s' \
	    'from noreply@app.example.org' "${SETTINGS[@]}" >"$CONF"
	STATUS=0
	SAID=$("$HELOISE" -C "$CONF" -t 2>&1 >/dev/null <<<"$MAIL") ||
	    STATUS=$?
	SAID=$(sed -e 's/^\(heloise: queued as \)[0-9a-f]*\(,.* in \)[0-9]* s$/\1ID\2N s/' \
	    -e 's/key sha256:[A-Za-z0-9+/]*=/key sha256:PIN/' \
	    -e 's/tls-pin sha256:[A-Za-z0-9+/]*=/tls-pin sha256:PIN/' \
	    <<<"$SAID")
	stop_proxy
	stop_relay
}

# kept PLACE: how many messages are in queue or failed.
kept() {
	find "$BATS_TEST_TMPDIR/spool/$1" -type f ! -name '*.note' | wc -l
}

# says STATUS QUEUED FAILED <<TEXT: all of that, and nothing else.
says() {
	diff <(echo "$SAID") - || return
	[ "$STATUS,$(kept queue),$(kept failed)" = "$1,$2,$3" ] ||
	    { echo "$STATUS,$(kept queue),$(kept failed)" >&2; return 1; }
}

@test "seed: EHLO localhost, refused with 421 and the end" {
	meet smtp-relay.gmail.com 'helo localhost' -- --tls starttls \
	    --refuse-helo '421:^localhost$'
	says 0 1 0 <<-'END'
		heloise: cannot send EHLO to smtp-relay.gmail.com:587: 421-4.7.0 Try again later,
		421-4.7.0 closing connection.
		421 4.7.0 (EHLO) (in reply to EHLO localhost)
		heloise: hint: the relay refuses the name 'localhost'; set `helo app.example.org` (retrying will not help)
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: a login is forced where none is offered" {
	meet relay.example.net 'user app@example.org' 'password geheim' -- \
	    --tls starttls
	says 0 1 0 <<-'END'
		heloise: cannot log in to relay.example.net:587: the relay does not offer AUTH
		heloise: hint: the relay offers no login; set `auth none` if it knows this host's address, else correct `relay relay.example.net`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: port 465 with STARTTLS" {
	meet relay.example.org:465 'tls starttls' -- --tls implicit
	says 0 1 0 <<-'END'
		heloise: cannot get a greeting from relay.example.org:465: this port speaks TLS from the start
		heloise: hint: port 465 of relay.example.org speaks TLS from the start; set `tls implicit`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "port 465 without TLS, where no library for it is loaded" {
	meet relay.example.org:465 'tls none' -- --tls implicit
	says 0 1 0 <<-'END'
		heloise: cannot get a greeting from relay.example.org:465: this port speaks TLS from the start
		heloise: hint: port 465 of relay.example.org speaks TLS from the start; set `tls implicit`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: port 587 with implicit TLS" {
	meet relay.example.org:587 'tls implicit' -- --tls starttls
	says 0 1 0 <<-'END'
		heloise: cannot agree on TLS with relay.example.org:587: this port begins in clear, as for STARTTLS: 220 relay.example.org ESMTP
		heloise: hint: port 587 of relay.example.org does not speak TLS from the start; set `tls starttls`, or `port 465` for TLS from the start
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: 502 to STARTTLS" {
	meet relay.example.org:25 'tls starttls' -- --tls starttls \
	    --fail 'STARTTLS:502 5.5.1 Command not implemented'
	says 0 1 0 <<-'END'
		heloise: cannot start TLS with relay.example.org:25: 502 5.5.1 Command not implemented (in reply to STARTTLS)
		heloise: hint: relay.example.org has no STARTTLS on port 25, or an attacker in between removes it; set `port 465` and `tls implicit`; only on a network that you trust, `tls none`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: AUTH refused on a connection without TLS, by the relay" {
	meet relay.example.org 'tls none' 'user app@example.org' \
	    'password geheim' 'auth-cleartext yes' -- --tls starttls \
	    --auth PLAIN --user x --password y --fail 'AUTH:538 5.7.11 Encryption required for requested authentication mechanism'
	says 0 1 0 <<-'END'
		heloise: cannot log in to relay.example.org:587: 538 5.7.11 Encryption required for requested authentication mechanism (in reply to AUTH PLAIN)
		heloise: hint: the relay requires TLS; set `tls starttls`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: AUTH refused on a connection without TLS, by ourselves" {
	meet relay.example.org 'tls none' 'user app@example.org' \
	    'password geheim' -- --auth PLAIN --user x --password y
	says 0 1 0 <<-'END'
		heloise: cannot log in to relay.example.org:587: the password would be readable on the network (no TLS)
		heloise: hint: without TLS the password could be read on the network; set `tls starttls`, or `auth-cleartext yes` on a network that you trust
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: AUTH is offered only after STARTTLS" {
	meet relay.example.org 'tls none' 'user app@example.org' \
	    'password geheim' 'auth-cleartext yes' -- --tls starttls
	says 0 1 0 <<-'END'
		heloise: cannot log in to relay.example.org:587: the relay does not offer AUTH on a connection without TLS
		heloise: hint: the relay allows a login only with TLS; set `tls starttls`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: a self-signed certificate" {
	meet relay.example.org -- --tls starttls \
	    --cert "$CERTS/self-signed.pem"
	says 0 1 0 <<-'END'
		heloise: cannot agree on TLS with relay.example.org:587: the certificate of the relay is not good: it is self-signed (CN=heloise test relay, issued by CN=heloise test relay, for localhost, relay.example.org, 127.0.0.1, ::1, key sha256:PIN)
		heloise: hint: the certificate of relay.example.org is self-signed, so no authority confirms it; if it is the right one, set `tls-pin sha256:PIN`, or save it and set `tls-ca <its file>`
		heloise: queued as ID, due for a queue run in N s
	END
}

@test "seed: MAIL FROM is not in the relay's domains" {
	meet relay.example.org 'tls none' 'from root@web1.internal' -- \
	    --fail 'MAIL:550 5.7.1 <root@web1.internal>: Sender address rejected: not one of our domains'
	says 69 0 1 <<-'END'
		heloise: cannot name the sender to relay.example.org:587: 550 5.7.1 <root@web1.internal>: Sender address rejected: not one of our domains (in reply to MAIL FROM:<root@web1.internal>)
		heloise: hint: the relay accepts no mail from root@web1.internal here; set `from <address>` to one that it accepts, or log in: set `user <name>` and `password <password>`
	END
}

@test "seed: this host is not on the allowlist" {
	meet relay.example.org 'tls none' -- \
	    --fail 'RCPT:550 5.7.1 <web1.example.org[192.0.2.7]>: Client host rejected: not on the allowlist'
	says 69 0 1 <<-'END'
		heloise: cannot name a recipient to relay.example.org:587: 550 5.7.1 <web1.example.org[192.0.2.7]>: Client host rejected: not on the allowlist (in reply to RCPT TO:<bob@example.net>)
		heloise: hint: the relay refuses the address of this host (192.0.2.7); have it allowed at the relay, or log in: set `user <name>` and `password <password>`
	END
}

@test "seed: this host is not on the allowlist of Google" {
	meet smtp-relay.gmail.com 'helo web1.example.org' -- --tls starttls \
	    --fail 'MAIL:550-5.7.0 Mail relay denied [192.0.2.7]. Invalid credentials for relay for\n550-5.7.0 one of the domains in: app.example.org (as obtained from HELO and MAIL\n550-5.7.0 FROM). Email is being sent from a domain or IP address which isnt\n550 5.7.0 registered in your Workspace account.'
	says 69 0 1 <<-'END'
		heloise: cannot name the sender to smtp-relay.gmail.com:587: 550-5.7.0 Mail relay denied [192.0.2.7]. Invalid credentials for relay for
		550-5.7.0 one of the domains in: app.example.org (as obtained from HELO and MAIL
		550-5.7.0 FROM). Email is being sent from a domain or IP address which isnt
		550 5.7.0 registered in your Workspace account. (in reply to MAIL FROM:<noreply@app.example.org>)
		heloise: hint: the relay does not know the address of this host (192.0.2.7), or not the domains of 'web1.example.org' and noreply@app.example.org; have that address allowed there (admin.google.com, Apps, Gmail, Routing, SMTP relay service), and set `helo app.example.org` and `from <address>` in a domain of that account
	END
}

# local_fault LINE...: a delivery that does not get as far as the relay's words.
local_fault() {
	printf '%s\n' 'log none' 'aliases none' "$@" >"$CONF"
	STATUS=0
	SAID=$("${AS[@]}" "$HELOISE" -C "$CONF" -t 2>&1 >/dev/null \
	    <<<"$MAIL") || STATUS=$?
}

# tells STATUS TEXT...: that, and each of these in its place.
tells() {
	local text rest=$SAID

	[ "$STATUS" -eq "$1" ] || { echo "$STATUS: $SAID" >&2; return 1; }
	shift
	for text; do
		[[ $rest == *"$text"* ]] || { echo "$text: $SAID" >&2; return 1; }
		rest=${rest#*"$text"}
	done
}

@test "certificates: expired, for another, of an unknown authority" {
	local cert want

	while IFS='|' read -r cert want; do
		start_relay --tls implicit --cert "$CERTS/$cert.pem"
		local_fault "relay smtps://localhost:$RELAY_PORT" 'queue no' \
		    "tls-ca $CERTS/ca.pem"
		tells 77 'is not good: it ' 'heloise: hint: ' "$want" ||
		    tells 77 'is not good: no trusted' 'heloise: hint: ' "$want"
		stop_relay
	done <<-'END'
		expired|localhost has expired, if the clock of this host is right; have the operators of the relay renew it; until then, set `tls-pin sha256:
		wrong-name|is for wrong.example.net, not for localhost; if that is your relay, set `tls-name wrong.example.net`
		other|chain is incomplete, or from an authority that this host does not trust; set `tls-ca <file>`
		client-only|must not be trusted; have the operators of the relay replace it
	END
	start_relay --tls implicit --cert "$CERTS/expired.pem"
	local_fault "relay smtps://localhost:$RELAY_PORT" 'queue no' \
	    "tls-ca $CERTS/ca.pem"
	tells 77 'it expired on 2002-01-01'
}

@test "a relay that requires a certificate of this host: TLS 1.2 and 1.3" {
	local priority how

	for how in implicit starttls; do
		start_relay --tls $how --cert "$CERTS/ok.pem" \
		    --client-ca "$CERTS/ca.pem"
		for priority in NORMAL:-VERS-TLS1.3 NORMAL:-VERS-TLS1.2; do
			local_fault "relay localhost:$RELAY_PORT" "tls $how" \
			    'queue no' "tls-ca $CERTS/ca.pem" \
			    "tls-priority $priority"
			[[ $SAID == *'hint: the relay requires a certificate of this host; set `tls-cert <file>`'* ]] ||
			    { echo "$how $priority: $SAID" >&2; return 1; }
		done
		stop_relay || :
	done
}

@test "a relay with old ciphers only: the line named is the cure" {
	local cipher line='tls-priority NORMAL:+3DES-CBC:+ARCFOUR-128'

	for cipher in 3DES-CBC ARCFOUR-128; do
		start_relay --tls starttls --cert "$CERTS/ok.pem" \
		    --tls-priority "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+$cipher"
		local_fault "relay localhost:$RELAY_PORT" 'tls starttls' \
		    'queue no' "tls-ca $CERTS/ca.pem"
		tells 77 'hint: localhost and this host have no TLS cipher' \
		    "\`$line\`"
		local_fault "relay localhost:$RELAY_PORT" 'tls starttls' \
		    'queue no' "tls-ca $CERTS/ca.pem" "$line"
		tells 0
		stop_relay
	done
	# Old ciphers and an old version: one line for both, not in turns.
	start_relay --tls starttls --cert "$CERTS/ok.pem" --tls-priority \
	    NORMAL:-VERS-ALL:+VERS-TLS1.0:-CIPHER-ALL:+3DES-CBC
	for line in "$line" NORMAL:+VERS-TLS1.1:+VERS-TLS1.0; do
		local_fault "relay localhost:$RELAY_PORT" 'tls starttls' \
		    'queue no' "tls-ca $CERTS/ca.pem" \
		    "tls-priority ${line#* }"
		tells 77 'hint: localhost and this host have no version and' \
		    '`tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:+ARCFOUR-128`'
	done
	local_fault "relay localhost:$RELAY_PORT" 'tls starttls' 'queue no' \
	    "tls-ca $CERTS/ca.pem" \
	    'tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:+ARCFOUR-128'
	tells 0
}

@test "the connection test shows the same hint" {
	local want

	while IFS='|' read -r fail want; do
		start_relay --fail "$fail"
		printf '%s\n' "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
		    'log none' 'aliases none' "spool $BATS_TEST_TMPDIR/spool" \
		    'from app@example.com' >"$CONF"
		run "$HELOISE" -C "$CONF" --probe bob@example.net
		stop_relay || :
		output=$(tr -s ' \n' ' ' <<<"$output")
		[[ $output == *"$want"* ]] ||
		    { echo "$fail: $output" >&2; return 1; }
	done <<-'END'
		EHLO:501 5.0.0 No|the relay refuses the name
		MAIL:550 5.0.0 No|often because it requires a login or does not know that address
		MAIL:450 4.7.1 Your account is suspended|may not send yet, or no longer
		RCPT:503 5.5.1 Bad sequence|accepts no recipients here, often because it requires a login
		RCPT:550 5.7.68 Direct Send not allowed|Direct Send is off
	END
}

# only_files: for local_fault, the host has names in /etc/hosts only.
only_files() {
	if [ ! -e /etc/nsswitch.conf ] || ! unshare -m true; then
		skip 'cannot take the name servers of this host away'
	fi
	echo 'hosts: files' >"$BATS_TEST_TMPDIR/nsswitch"
	AS=(unshare -m sh -c 'mount --bind "$0" /etc/nsswitch.conf &&
	    exec "$@"' "$BATS_TEST_TMPDIR/nsswitch")
}

@test "no such name, no name server, nobody there" {
	only_files
	unset HELOISE_ADDRESS_FAMILY
	local_fault 'relay relay.invalid' 'queue no'
	tells 68 'cannot find relay.invalid:587: ' \
	    'hint: no host has the name relay.invalid; it may be misspelt; correct `relay relay.invalid`'
	local_fault 'relay srv:example.org' 'resolver 127.0.0.1:1' 'queue no'
	tells 75 'hint: the name server does not answer; the name ' \
	    "check the network, and /etc/resolv.conf or, if it is set, \`resolver <address>\`"
	local_fault 'relay 127.0.0.1:1' 'queue no'
	tells 75 'Connection refused' \
	    'hint: no mail server listens on port 1 of this host; start it, or set `relay <host>`'
}

@test "what the queue says of a name that does not exist is the same" {
	only_files
	unset HELOISE_ADDRESS_FAMILY
	local_fault 'relay relay.invalid' "spool $BATS_TEST_TMPDIR/spool" \
	    'linger no'
	tells 0 'it may be misspelt; correct `relay relay.invalid`'
	run "$HELOISE" -C "$CONF" -bp
	[[ $output == *'it may be misspelt; correct `relay relay.invalid`'* ]]
	# And of a socket, whatever the relay is by now.
	local_fault 'relay lmtp:/no/socket' "spool $BATS_TEST_TMPDIR/s2" \
	    'linger no'
	tells 0 'there is no socket /no/socket' 'correct `relay lmtp:/no/socket`'
	echo 'relay 127.0.0.1:1' >>"$CONF"
	run "$HELOISE" -C "$CONF" -bp
	[[ $output == *'there is no socket /no/socket'* ]]
}

@test "LMTP to a server of SMTP" {
	start_relay --fail 'EHLO:500 5.5.1 command not recognized'
	local_fault "relay lmtp://127.0.0.1:$RELAY_PORT" 'queue no' 'tls none'
	tells 69 'in reply to LHLO' 'hint: the relay speaks SMTP, not LMTP'
}

@test "a mechanism that is not offered, a message that is too big" {
	start_relay --auth LOGIN --user x --password y
	local_fault "relay localhost:$RELAY_PORT" 'user x' 'password y' \
	    'auth plain' 'auth-cleartext yes' 'queue no'
	tells 77 'does not offer AUTH PLAIN, only: LOGIN' \
	    'hint: the relay does not offer the mechanism of `auth`, only: LOGIN; set `auth auto`'
	stop_relay
	start_relay --max-size 20
	local_fault "relay localhost:$RELAY_PORT" 'queue no'
	tells 65 'hint: the message is larger than the relay allows'
	local_fault "relay localhost:$RELAY_PORT" 'queue no' 'max-size 20'
	tells 65 'hint: the message is larger than this configuration allows; set a larger `max-size <size>`'
}

# Where others get, too.
@test "what another user may not read or write" {
	[ ! -d /var/spool/heloise-users ] || skip 'heloise is installed here'
	local group

	[ "$(id -u)" -eq 0 ] || skip 'needs root to become another uid'
	OPEN=$(mktemp -d /tmp/hints.XXXXXX)
	chmod 755 "$OPEN"
	CONF=$OPEN/c
	group=$(id -g daemon)
	AS=(setpriv --reuid daemon --regid "$group" --clear-groups
	    env "HOME=$OPEN")
	(umask 077 && echo geheim >"$OPEN/pw")
	local_fault 'relay localhost:1' 'user u' "password-file $OPEN/pw" \
	    "spool $OPEN/spool"
	rm "$OPEN/pw"
	tells 78 "cannot get the password for localhost:1: $OPEN/pw: Permission denied" \
	    "hint: daemon may not read the password in $OPEN/pw; run \`chgrp " \
	    " $OPEN/pw && chmod 640 $OPEN/pw" \
	    "cannot use the spool: $OPEN/spool: Permission denied" \
	    "hint: daemon may not write to the spool $OPEN/spool; as root run \`install -d -m 1777 /var/spool/heloise-users\`, where users have a spool who have no other place for one"
	(umask 077 && : >"$OPEN/d")
	CONF=$OPEN/d
	chmod 600 "$CONF"
	local_fault 'relay localhost:1'
	tells 78 "$OPEN/d: daemon may not read this file; run: chgrp $(id -gn daemon) $OPEN/d && chmod 640 $OPEN/d"
	# It is open to a group already: another one would shut that out.
	CONF=$OPEN/e
	(umask 077 && echo geheim >"$OPEN/pw")
	chgrp bin "$OPEN/pw"
	local_fault 'relay localhost:1' 'user u' "password-file $OPEN/pw" \
	    "queue no"
	tells 78 "hint: daemon may not read the password in $OPEN/pw; let all users send without reading it, by \`make install-shared\` or the package; or make a group of the users that may read the password"
	[[ $stderr != *chgrp* ]]
	# A user without a name is a number to chown.
	AS=(setpriv --reuid 54321 --regid 54321 --clear-groups
	    env "HOME=$OPEN")
	(umask 077 && : >"$OPEN/log")
	local_fault 'relay localhost:1' "log $OPEN/log" 'queue no'
	[[ $stderr != *'chown uid'* ]]
}
