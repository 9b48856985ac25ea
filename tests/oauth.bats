#!/usr/bin/env bats
# oauth.bats - providers that answer what no polite one does
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	"$HELOISE" -C /dev/null --oauth google --login 2>&1 |
	    grep -q 'built without OAuth' && skip 'built without OAuth'
	make_certs
	WEB=$BATS_TEST_TMPDIR/web
	mkdir "$WEB"
	helper https "$CERTS/ok.pem" "$WEB"
	ISSUER=https://127.0.0.1:$SAID
	SPOOL=$BATS_TEST_TMPDIR/spool
	TOKENS=$SPOOL-tokens
	metadata
	answer 2 '{"access_token":"first","token_type":"Bearer","expires_in":3600}'
}

# http STATUS BODY: an answer as it goes over the wire.
http() {
	printf 'HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
	    "$1" "${#2}" "$2"
}

# answer N BODY [STATUS]: to the Nth request; N "" is for all others.
answer() {
	http "${3:-200 OK}" "$2" >"$WEB/answer${1:+-$1}"
}

metadata() {
	answer 1 "{\"issuer\":\"$ISSUER\",\"token_endpoint\":\"${1:-$ISSUER/token}\",\"device_authorization_endpoint\":\"$ISSUER/device\",\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]}"
}

# use LINE...: a client that needs no person, and a relay with its port.
use() {
	CONF=$(conf "relay 127.0.0.1:${RELAY_PORT:-1}" 'tls none' \
	    'auth-cleartext yes' 'helo app.example.org' 'log none' \
	    'linger no' "spool $SPOOL" 'user u' "oauth $ISSUER" \
	    "oauth-ca $CERTS/ca.pem" 'oauth-client-id client' \
	    'oauth-client-secret sesame-open-now' \
	    'oauth-grant client-credentials' "$@")
}

# refused WORDS [LINE...]: the mail waits, and it says why; no secret leaks.
refused() {
	use "${@:2}"
	submit -t
	echo "$status; $stderr"
	[ "$status" -eq 0 ]
	[[ $stderr == *'cannot get an access token'*"$1"* ]]
	[[ $stderr != *sesame* ]]
	[ "$(find "$SPOOL/queue" -type f ! -name '*.note' | wc -l)" -eq 1 ]
	run "$HELOISE" -C "$CONF" -bp
	[[ $output == *"${1%%\**}"* ]]
	[[ $output != *sesame* ]]
}

@test "a token from the provider logs in at the relay" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C: EHLO app.example.org
		S- 250-relay\r\n
		S: 250 AUTH PLAIN XOAUTH2 OAUTHBEARER
		C~ ^AUTH OAUTHBEARER bixhPXUsAWhvc3Q9MTI3LjAuMC4xAXBvcnQ9
		S: 235 in
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		body
		S: 250 took it
		C: QUIT
		S: 221 bye
		END
	)"
	use
	submit -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	grep -qx 'POST /token grant_type=client_credentials&client_secret=sesame-open-now&client_id=client' \
	    "$WEB/requests"
	[ "$(stat -c %a "$TOKENS"/*.json)" = 600 ]
}

@test "without a user, the mailbox is that of from" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C: EHLO app.example.org
		S- 250-relay\r\n
		S: 250 AUTH PLAIN XOAUTH2 OAUTHBEARER
		C~ ^AUTH OAUTHBEARER bixhPXVAZXhhbXBsZS5vcmcsAWhvc3Q9MTI3LjAuMC4xAXBvcn
		S: 235 in
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		body
		S: 250 took it
		C: QUIT
		S: 221 bye
		END
	)"
	use 'from u@example.org'
	sed -i '/^user /d' "$CONF"
	submit -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	run "$HELOISE" -C "$CONF" --show-config
	[[ $output == *'user '*'u@example.org '*': the address in from'* ]]
	grep -q '"user": *"u@example.org"' "$TOKENS"/*.json
}

@test "a page of HTML" {
	answer 2 '<!DOCTYPE html><html><body>Login</body></html>'
	refused '127.0.0.1 answers with status 200 and a page of HTML, not JSON'
}

@test "garbage, nothing, and half an answer" {
	head -c 3000 /dev/urandom | tr -d '\0' >"$BATS_TEST_TMPDIR/noise"
	answer 2 "$(tr -dc 'a-zA-Z0-9' <"$BATS_TEST_TMPDIR/noise")"
	refused 'and something else, not JSON'
	# The metadata are known now.
	rm -r "$SPOOL"
	answer 3 ''
	refused 'and nothing, not JSON'
	rm -r "$SPOOL"
	printf 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"acc' \
	    >"$WEB/answer-4"
	refused 'no answer from 127.0.0.1'
}

@test "a redirection is not followed, not even to the same host" {
	printf 'HTTP/1.1 302 Found\r\nLocation: %s/other\r\nContent-Length: 0\r\n\r\n' \
	    "$ISSUER" >"$WEB/answer-2"
	refused '127.0.0.1 redirects to another address (status 302)'
	run ! grep -q /other "$WEB/requests"
}

@test "an answer of 1 MB, and an endless header" {
	{
		printf 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n'
		head -c 1000000 /dev/zero | tr '\0' ' '
	} >"$WEB/answer-2"
	refused 'is larger than 65536 octets'
	rm -r "$SPOOL"
	cp "$WEB/answer-1" "$WEB/answer-3"
	{
		printf 'HTTP/1.1 200 OK\r\n'
		for _ in $(seq 2000); do
			printf 'X-A: %060d\r\n' 0
		done
		printf '\r\n{}'
	} >"$WEB/answer-4"
	refused '127.0.0.1'
}

@test "an error without a token in its words, though the provider has one" {
	answer 2 '{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret sesame-open-now.\r\nTrace ID: 1"}' '401 Unauthorized'
	refused '127.0.0.1 refuses: invalid_client: AADSTS7000215: Invalid client secret ********.'
	[[ $stderr != *Trace* ]]
	[[ $stderr == *'hint: the secret of the client is wrong'* ]]
}

@test "an error with the refresh token in its words, also at their end" {
	local token='1//0sesame+open/now~42' many

	many=$(printf 'x%.0s' {1..690})
	printf '%s' "$token" >"$BATS_TEST_TMPDIR/refresh"
	chmod 600 "$BATS_TEST_TMPDIR/refresh"
	answer 2 "{\"error\":\"invalid_request\",\"error_description\":\"No $token for client u at scope s, $many$token\"}" '400 Bad Request'
	refused 'invalid_request: No ******** for client u at scope s' \
	    'oauth-grant refresh-token' \
	    "oauth-refresh-token-file $BATS_TEST_TMPDIR/refresh"
	[[ $stderr != *1//0* ]]
	[[ $stderr != *1%2F* ]]
}

@test "an error with a secret of asterisks" {
	answer 2 '{"error":"invalid_client","error_description":"Not *****"}' \
	    '401 Unauthorized'
	refused 'invalid_client: Not *****' 'oauth-client-secret *****'
}

# Nothing is asked before the browser brings a code.
@test "code grant: the address to open, and what may be pasted" {
	local pid url state

	mkfifo "$BATS_TEST_TMPDIR/terminal"
	use 'oauth google' 'oauth-grant code' 'user a@example.org'
	"$HELOISE" -C "$CONF" --login >"$BATS_TEST_TMPDIR/login" 2>&1 \
	    <"$BATS_TEST_TMPDIR/terminal" 3>&- &
	pid=$!
	exec 4>"$BATS_TEST_TMPDIR/terminal"
	await grep -q Waiting "$BATS_TEST_TMPDIR/login"
	url=$(grep ^https: "$BATS_TEST_TMPDIR/login")
	[[ $url == https://accounts.google.com/*'&login_hint=a%40example.org&'* ]]
	[[ $url == *'&code_challenge_method=S256&'* ]]
	state=${url#*&state=}
	state=${state%%&*}
	[ "${#state}" -eq 43 ]
	echo 4/0AbCd >&4
	await grep -q 'not the address of the last page' \
	    "$BATS_TEST_TMPDIR/login"
	echo "http://127.0.0.1/?error=access_denied&state=$state" >&4
	status=0
	wait "$pid" || status=$?
	exec 4>&-
	[ "$status" -eq 78 ]
	grep -q 'refuses the login: access_denied' "$BATS_TEST_TMPDIR/login"
}

@test "escape sequences in an error reach no terminal" {
	answer 2 '{"error":"bad\u001b[31m","error_description":"\u009b31mred\u0007"}' '400 Bad Request'
	refused '127.0.0.1 refuses: bad?[31m'
	[[ $stderr != *$'\e'* ]]
}

@test "an answer with no token, or one with blanks, or of another type" {
	local n=1 body

	for body in '{}' '{"access_token":""}' '{"access_token":"a b"}' \
	    '{"access_token":5}' '[]' '{"access_token":"t","token_type":"mac"}'
	do
		metadata
		[ "$n" -eq 1 ] || cp "$WEB/answer-1" "$WEB/answer-$n"
		answer $((n + 1)) "$body"
		refused '127.0.0.1'
		rm -r "$SPOOL"
		n=$((n + 2))
	done
}

@test "metadata of another issuer, and without https" {
	answer 1 '{"issuer":"https://evil.example","token_endpoint":"https://evil.example/t"}'
	cp "$WEB/answer-1" "$WEB/answer-2"
	refused 'the issuer calls itself https://evil.example'
	rm -r "$SPOOL"
	metadata http://127.0.0.1/token
	cp "$WEB/answer-1" "$WEB/answer-3"
	cp "$WEB/answer-1" "$WEB/answer-4"
	refused 'no https:// URL as token_endpoint'
	run ! grep -q POST "$WEB/requests"
}

@test "a certificate of nobody that is trusted" {
	refused 'no answer from 127.0.0.1' "oauth-ca $CERTS/other-ca.pem"
	[ ! -e "$WEB/requests" ]
}

@test "a provider that is silent is given up at the deadline" {
	local start=$SECONDS

	echo 60000 >"$WEB/delay"
	refused '' 'deadline 2s'
	[ $((SECONDS - start)) -lt 20 ]
}

@test "a clock that is wrong is named" {
	printf 'HTTP/1.1 400 Bad\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nContent-Length: 38\r\n\r\n{"error":"invalid_client","x":"AADST"}' \
	    >"$WEB/answer-2"
	refused 'the clock of this host differs from that of the provider'
}

@test "a proxy of the environment is asked, and no_proxy obeyed" {
	export https_proxy=http://127.0.0.1:9
	refused 'no answer from 127.0.0.1'
	[ ! -e "$WEB/requests" ]
	rm -r "$SPOOL"
	export no_proxy=127.0.0.1
	use
	run "$HELOISE" -C "$CONF" --probe
	[[ $output == *'new, from the provider'* ]]
}

@test "a proxy that cannot be used: its password is not shown" {
	local proxy

	for proxy in ftp socks9 'http://x y'; do
		use 'queue no'
		https_proxy=$proxy://joe:sesame@127.0.0.1:1 \
		    run "$HELOISE" -C "$CONF" --probe
		[ "$status" -ne 0 ]
		[[ $output == *'https_proxy is no URL of a proxy'* ]]
		[[ $output != *sesame* ]]
	done
}

@test "the directory of tokens is refused if others can use it" {
	mkdir -m 777 "$TOKENS"
	use 'oauth-grant device'
	submit -t
	[[ $stderr == *'others can access the tokens in'*'run: chmod go-rwx'* ]]
	rmdir "$TOKENS"
	mkdir -m 700 "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$TOKENS"
	submit -t
	[[ $stderr == *'the directory of tokens'* ]]
	[ -z "$(ls "$BATS_TEST_TMPDIR/elsewhere")" ]
}

@test "a token file that is a link, or broken, is not used" {
	local file

	use
	run "$HELOISE" -C "$CONF" --probe
	file=$(ls "$TOKENS"/*.json)
	cp "$file" "$BATS_TEST_TMPDIR/copy"
	rm "$file"
	ln -s "$BATS_TEST_TMPDIR/copy" "$file"
	submit -t
	[[ $stderr == *'the token file'* ]]
	rm "$file"
	echo '{"access_token":' >"$file"
	chmod 600 "$file"
	submit -t
	[[ $stderr == *'is broken'* ]]
}

# What the processes may do: the one that asks has the port of the provider
# and the tokens, the agent neither.
# with WORD: the processes whose calls have it, a name a line.
with() {
	grep -lF -- "$1" "$BATS_TEST_TMPDIR"/trace.* | sort
}

@test "who asks the provider is boxed in, without a message or a relay" {
	local asker agent file

	command -v strace >/dev/null || skip 'no strace here'
	start_relay --auth OAUTHBEARER --user u --password first
	use
	strace -ff -s 400 -e trace=prctl,connect,'?send',sendto,sendmsg,pread64 \
	    -o "$BATS_TEST_TMPDIR/trace" "$HELOISE" -C "$CONF" -t \
	    <<<"$MAIL" 2>/dev/null || :
	asker=$(with "sin_port=htons($SAID)")
	[ -n "$asker" ]
	while read -r file; do
		sed "/sin_port=htons($SAID)/q" "$file" |
		    grep -q 'PR_SET_SECCOMP.* = 0$'
		run ! grep -F -e 'RCPT TO' -e 'Subject: ' \
		    -e "sin_port=htons($RELAY_PORT)" "$file"
	done <<<"$asker"
	# The agent that speaks to the relay never has the secret.
	agent=$(with 'EHLO app.example.org')
	[ -f "$agent" ]
	run ! grep sesame "$agent"
}

@test "a device code that ends, is denied, or comes slowly" {
	device() {
		answer "$1" '{"device_code":"d","user_code":"ABCD","verification_uri":"https://x.example/","interval":1,"expires_in":60}'
	}
	use 'oauth-grant device'
	device 2
	answer 3 '{"error":"authorization_pending"}' '400 Bad Request'
	answer 4 '{"error":"expired_token"}' '400 Bad Request'
	run "$HELOISE" -C "$CONF" --login
	[ "$status" -eq 75 ]
	[[ $output == *'https://x.example/'*ABCD*'was not entered in time'* ]]
	cp "$WEB/answer-1" "$WEB/answer-5"
	device 6
	answer 7 '{"error":"access_denied"}' '400 Bad Request'
	run "$HELOISE" -C "$CONF" --login
	[ "$status" -eq 78 ]
	[[ $output == *'the login was refused in the browser'* ]]
	cp "$WEB/answer-1" "$WEB/answer-8"
	device 9
	answer 10 '{"error":"server_error"}' '500 Internal Server Error'
	answer 11 '{"access_token":"a","token_type":"bearer"}'
	run "$HELOISE" -C "$CONF" --login
	[ "$status" -eq 78 ]
	[[ $output == *'gave an access token but no refresh token'* ]]
	[ -z "$(find "$TOKENS" -name '*.json')" ]
}

@test "password-command: what is clearly no password is not sent" {
	local words

	for words in null '<html>' '<!DOCTYPE' ''; do
		CONF=$(conf 'relay 127.0.0.1:1' 'queue no' 'tls none' \
		    'auth-cleartext yes' 'helo a.example.org' 'user u' \
		    "password-command shell: echo no token >&2; echo '$words'")
		submit -t
		[ "$status" -ne 0 ]
		[[ $stderr == *'password-command'*'it says: no token'* ]]
	done
	CONF=$(conf 'relay 127.0.0.1:1' 'queue no' 'tls none' 'user u' \
	    'helo a.example.org' 'auth xoauth2' \
	    'password-command echo two words')
	submit -t
	[[ $stderr == *'has blanks, which no token has'* ]]
}

@test "--check-config knows that the provider refused" {
	answer 2 '{"error":"invalid_client","error_description":"who?"}' \
	    '401 Unauthorized'
	refused '127.0.0.1 refuses: invalid_client: who?'
	run "$HELOISE" -C "$CONF" --check-config
	echo "$output"
	[[ $output == *'warning: the provider last refused the token of u: 127.0.0.1 refuses: invalid_client: who?'*'1 warning' ]]
	[ "$status" -eq 0 ]
}

@test "a token is never sent as a password" {
	local mode

	start_relay --auth LOGIN --user u --password first
	use 'auth login'
	for mode in -t --probe --login; do
		run --separate-stderr "$HELOISE" -C "$CONF" $mode <<<"$MAIL"
		echo "$mode: $status $output $stderr"
		[ "$status" -eq 78 ]
		[[ $stderr == *'auth: it needs a password, but oauth gives a token: set `auth auto` ('*': oauth)'* ]]
	done
	run ! greeted
	run "$HELOISE" -C "$CONF" --check-config
	[[ $output == *'auth: it needs a password, but oauth gives a token: set `auth auto` ('* ]]
	[ "$(grep -c 'it needs a password' <<<"$output")" -eq 1 ]
	[ "$status" -eq 78 ]
}

@test "an account with tokens inherits no mechanism of passwords" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C: EHLO app.example.org
		S- 250-relay\r\n
		S: 250 AUTH LOGIN XOAUTH2
		C~ ^AUTH XOAUTH2 [A-Za-z0-9+/=]+
		S: 235 in
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go
		body
		S: 250 took it
		C: QUIT
		S: 221 bye
		END
	)"
	CONF=$(conf "relay maildir:$BATS_TEST_TMPDIR/box" 'auth login' \
	    'log none' 'helo app.example.org' 'linger no' "spool $SPOOL" \
	    'account g' "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'auth-cleartext yes' 'user u' "oauth $ISSUER" \
	    "oauth-ca $CERTS/ca.pem" 'oauth-client-id client' \
	    'oauth-client-secret sesame-open-now' \
	    'oauth-grant client-credentials')
	mkdir "$BATS_TEST_TMPDIR/box"
	run --separate-stderr "$HELOISE" -C "$CONF" -t <<<"$MAIL"
	[ "$status,$stderr" = 0, ]
	run --separate-stderr "$HELOISE" -C "$CONF" -a g -t <<<"$MAIL"
	[ "$status,$stderr" = 0, ]
}

@test "a relay that takes no tokens: no password is proposed" {
	start_relay --script "$(script <<-'END'
		S: 220 hi
		C: EHLO app.example.org
		S- 250-relay\r\n
		S: 250 AUTH PLAIN LOGIN XOAUTH2
		C~ ^AUTH XOAUTH2
		S: 504 5.5.4 Unrecognized authentication type
		END
	)"
	use 'queue no'
	submit -t
	echo "$status; $stderr"
	[[ $stderr == *'hint: the relay does not take access tokens by XOAUTH2; ask its operators whether OAuth is on for '* ]]
	[[ $stderr != *'auth login'* && $stderr != *'auth plain'* ]]
}
