#!/usr/bin/env bats
# oauth.bats - every grant, from the login to the delivered message
# shellcheck disable=SC2154	# oauth.bash and bats set variables
load oauth
load ../relay/terminal

setup_file()
{
	start_oauth
}

teardown_file()
{
	stop_oauth
}

setup()
{
	follow_tests
	[ -z "$why" ] || skip "$why"
	find "$run/mail" -type f -delete
	# shellcheck disable=SC2034 # servers.bash reads it
	seen=$(wc -c <"$log")
	asked=$(wc -l <"$run/oidc.log")
	provider ttl 3600 delay 0 fail 0 opaque false
	relay_takes jwt
}

teardown()
{
	[ -n "${BATS_TEST_COMPLETED-}${why-}" ] || {
		since
		tail -n "+$((asked + 1))" "$run/oidc.log"
	}
}

@test "device grant: log in with a code, and mail is delivered" {
	device
	login_device
	grep -q 'Logged in as user' "$BATS_TEST_TMPDIR/login"
	grep -q 'token .*from the directory of tokens' "$BATS_TEST_TMPDIR/login"
	[ "$(stat -c %a "$tokens")" = 700 ]
	[ "$(stat -c %a "$tokens"/*.json)" = 600 ]
	send
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	intact
	logged 'submission(user)<'
	[ "$(asked refresh_token | wc -l)" -eq 0 ]
	secretless "$BATS_TEST_TMPDIR/login"
}

@test "device grant: refused in the browser" {
	device
	if DENY=1 login_device; then
		return 1
	fi
	grep -q 'the login was refused in the browser' \
	    "$BATS_TEST_TMPDIR/login"
	[ -z "$(ls "$tokens"/*.json)" ]
}

@test "code grant with PKCE: the browser brings the code" {
	account 'user user' 'oauth-client-id browser' 'oauth-grant code' \
	    'oauth-scope offline_access mail.send'
	"$HELOISE" -C "$conf" --login >"$BATS_TEST_TMPDIR/login" 2>&1 \
	    < <(sleep 20) 3>&- &
	pid=$!
	await grep -q Waiting "$BATS_TEST_TMPDIR/login"
	grep -q '^https:.*&login_hint=user' "$BATS_TEST_TMPDIR/login"
	browser "$(grep '^https:' "$BATS_TEST_TMPDIR/login")" user |
	    grep 'heloise has the code'
	wait "$pid"
	send
	[ "$status" -eq 0 ]
	arrived b
	logged 'submission(user)<'
}

@test "code grant with PKCE: the address is pasted" {
	account 'user user' 'oauth-client-id browser' 'oauth-grant code' \
	    'oauth-scope offline_access mail.send'
	mkfifo "$BATS_TEST_TMPDIR/terminal"
	"$HELOISE" -C "$conf" --login >"$BATS_TEST_TMPDIR/login" 2>&1 \
	    <"$BATS_TEST_TMPDIR/terminal" 3>&- &
	pid=$!
	exec 4>"$BATS_TEST_TMPDIR/terminal"
	await grep -q Waiting "$BATS_TEST_TMPDIR/login"
	url=$(STOP=1 browser "$(grep '^https:' "$BATS_TEST_TMPDIR/login")" user)
	[[ $url == http://127.0.0.1:*code=* ]]
	echo 'http://127.0.0.1/?code=forged&state=forged' >&4
	echo "$url" >&4
	wait "$pid"
	exec 4>&-
	send
	[ "$status" -eq 0 ]
	arrived b
}

@test "client credentials with a secret" {
	machine
	send
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	logged 'submission(machine)<'
	send
	[ "$status" -eq 0 ]
	[ "$(asked client_credentials | wc -l)" -eq 1 ]
}

@test "client credentials with a wrong secret" {
	machine 'oauth-client-secret wrong wrong wrong'
	send
	[ "$status" -eq 0 ]
	[[ $stderr == *'127.0.0.1 refuses: invalid_client'* ]]
	[[ $stderr != *'wrong wrong'* ]]
	[ "$(queued)" -eq 1 ]
	nothing
}

@test "client credentials with a certificate (private_key_jwt)" {
	account 'user signer' 'oauth-client-id signer' \
	    'oauth-grant client-credentials' 'oauth-scope mail.send' \
	    "oauth-cert $run/signer.crt" "oauth-key $run/signer.key"
	send
	[ "$status" -eq 0 ]
	arrived b
	logged 'submission(signer)<'
}

# Take the refresh token of a login for the other tests.
@test "refresh token by file" {
	device
	login_device
	sed -n 's/.*"refresh_token": "\(.*\)".*/\1/p' "$tokens"/*.json \
	    >"$BATS_TEST_TMPDIR/refresh"
	chmod 600 "$BATS_TEST_TMPDIR/refresh"
	rm -r "$tokens"
	device "oauth-refresh-token-file $BATS_TEST_TMPDIR/refresh"
	send
	[ "$status" -eq 0 ]
	arrived b
	[ "$(asked refresh_token | wc -l)" -eq 1 ]
	# The provider took that token once: the one that it gave is kept.
	provider ttl 1
	sed -i 's/"expires": .*/"expires": 1,/' "$tokens"/*.json
	send
	[ "$status" -eq 0 ]
	[ "$(count_asked refresh_token ' 200 ')" -eq 2 ]
}

# The access token kept here has ended.
expire()
{
	sed -i 's/"expires": .*/"expires": 1,/' "$tokens"/*.json
}

@test "rotation: each refresh token is used once" {
	device
	login_device
	for _ in 1 2 3; do
		expire
		send
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
	done
	[ "$(count_asked refresh_token ' 200 ')" -eq 3 ]
}

@test "a refresh token used twice: mail waits, and says what to run" {
	device
	login_device
	cp "$tokens"/*.json "$BATS_TEST_TMPDIR/old"
	expire
	send
	[ "$status" -eq 0 ]
	arrived b
	cp "$BATS_TEST_TMPDIR/old" "$tokens"/*.json
	chmod 600 "$tokens"/*.json
	expire
	find "$run/mail" -type f -delete
	send
	[ "$status" -eq 0 ]
	[[ $stderr == *'refuses: invalid_grant'*'; run: heloise --login'* ]]
	[ "$(queued)" -eq 1 ]
	nothing
	run "$HELOISE" -C "$conf" -bp
	[[ $output == *'run: heloise --login'* ]]
	login_device
	"$HELOISE" -C "$conf" -q
	arrived b
	intact
	[ "$(queued)" -eq 0 ]
}

@test "--logout forgets the token" {
	device
	login_device
	run "$HELOISE" -C "$conf" --logout
	[ "$status" -eq 0 ]
	[[ $output == 'Forgot the token of user'* ]]
	[ -z "$(ls "$tokens"/*.json)" ]
	run "$HELOISE" -C "$conf" --logout
	[ "$status" -eq 0 ]
	send
	[[ $stderr == *'nobody has logged in as user yet; run: heloise --login'* ]]
	[ "$(queued)" -eq 1 ]
}

@test "a token that is revoked is replaced at once, and once only" {
	provider opaque true
	relay_takes opaque
	device
	login_device
	send
	[ "$status" -eq 0 ]
	arrived b
	find "$run/mail" -type f -delete
	revoke access
	send
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	arrived b
	intact
	[ "$(asked refresh_token | wc -l)" -eq 1 ]
	# Without a right to a new one the mail waits.
	find "$run/mail" -type f -delete
	revoke access
	revoke refresh
	send
	[ "$status" -eq 0 ]
	[[ $stderr == *' 535 '* || $stderr == *invalid_grant* ]]
	[ "$(asked refresh_token | wc -l)" -eq 2 ]
	[ "$(queued)" -eq 1 ]
	nothing
}

revoke()
{
	local token

	token=$(sed -n "s/.*\"$1_token\": \"\\(.*\\)\".*/\\1/p" \
	    "$tokens"/*.json)
	node -e '
	const [url, token] = process.argv.slice(1);
	fetch(url, { method: "POST", body: new URLSearchParams({ token,
	    client_id: "device" }) }).then((a) =>
	    process.exit(a.status === 200 ? 0 : 1));' \
	    "$issuer/token/revocation" "$token"
}

@test "the relay refuses the user: tried with a new token, then it waits" {
	provider ttl 600
	device
	login_device other || :
	send
	[ "$status" -eq 0 ]
	[[ $stderr == *' 535 '* ]]
	[ "$(count_asked refresh_token ' 200 ')" -eq 2 ]
	[ "$(queued)" -eq 1 ]
}

@test "the provider is out of order: mail waits until it is not" {
	machine
	provider fail 500
	send
	[ "$status" -eq 0 ]
	[[ $stderr == *'127.0.0.1 answers with status 500 and something else'* ]]
	[ "$(queued)" -eq 1 ]
	provider fail 0
	"$HELOISE" -C "$conf" -q
	arrived b
	[ "$(queued)" -eq 0 ]
}

# At once, and each ends with 0; their words are in the file errors.
sixty_callers()
{
	local i pids=()

	for i in $(seq 60); do
		"$HELOISE" -C "$conf" -i -f a@example.org b@example.org \
		    < <(message) 2>>"$BATS_TEST_TMPDIR/errors" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
}

@test "60 callers at once ask the provider once" {
	machine 'connections 64'
	provider delay 500
	sixty_callers
	cat "$BATS_TEST_TMPDIR/errors"
	[ "$(asked client_credentials | wc -l)" -eq 1 ]
	[ "$(asked_metadata)" -eq 1 ]
	await all_came 60
}

all_came()
{
	[ "$(find "$run/mail/b/new" -type f | wc -l)" -eq "$1" ]
}

@test "60 callers while the provider is out of order ask once, too" {
	machine 'connections 64'
	provider delay 1500 fail 503
	sixty_callers
	[ "$(queued)" -eq 60 ]
	# Some start after the first answer.
	[ "$(asked - | wc -l)" -le 6 ]
}

@test "tokens of 2 s while the queue runs" {
	local i

	machine 'delivery queue' 'connections 1' 'log none'
	provider ttl 2 delay 0
	for i in $(seq 40); do
		"$HELOISE" -C "$conf" -i -f a@example.org b@example.org \
		    < <(message)
	done
	for i in 1 2 3 4; do
		"$HELOISE" -C "$conf" -q
		sleep 1
		"$HELOISE" -C "$conf" -i -f a@example.org b@example.org \
		    < <(message)
	done
	"$HELOISE" -C "$conf" -q
	[ "$(since | grep -c 'Successfully relayed')" -eq 44 ]
	[ "$(queued)" -eq 0 ]
	[ "$(asked client_credentials | wc -l)" -ge 2 ]
}

# OAUTH_SECONDS is how long it lasts, OAUTH_TTL how long a token does,
# OAUTH_PAUSE the seconds between two mails.
@test "a run of mails with tokens that end soon has no failure" {
	local end=$((SECONDS + ${OAUTH_SECONDS:-20})) n=0

	device 'queue no'
	provider ttl "${OAUTH_TTL:-3}"
	login_device
	while [ "$SECONDS" -lt "$end" ]; do
		send
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
		n=$((n + 1))
		sleep "${OAUTH_PAUSE:-0}"
	done
	await all_came "$n"
	echo "$n mails, $(asked refresh_token | wc -l) tokens" >&3
	[ "$(asked refresh_token | wc -l)" -ge 3 ]
}

# All processes of this test, by their configuration.
ours()
{
	local dir

	for dir in /proc/[0-9]*; do
		tr '\0' ' ' <"$dir/cmdline" 2>/dev/null |
		    grep -q "^$HELOISE -C $conf" && echo "${dir#/proc/}"
	done
	return 0
}

# Whether none of this configuration runs, after a kill of those that did.
killed()
{
	local left

	left=$(ours)
	# shellcheck disable=SC2086 # a list
	[ -z "$left" ] || kill -KILL $left 2>/dev/null || :
	[ -z "$left" ]
}

# Whether a queue run leaves nothing, or only what waits for a login.
settled()
{
	"$HELOISE" -C "$conf" -q || :
	[ "$(queued)" -eq 0 ] ||
	    "$HELOISE" -C "$conf" -bp | grep 'run: heloise --login'
}

@test "SIGKILL during the rotation: no mail is lost" {
	local n=0 wait

	device 'delivery queue'
	login_device
	for wait in 0 0.02 0.05 0.1 0.2 0.3 0.5 0.7; do
		provider delay 200
		expire
		"$HELOISE" -C "$conf" -i -f a@example.org b@example.org \
		    < <(message)
		n=$((n + 1))
		"$HELOISE" -C "$conf" -q 3>&- 2>/dev/null &
		sleep "$wait"
		await killed
		wait || :
		provider delay 0
		# What is there is whole.
		node -e 'JSON.parse(require("fs").readFileSync(
		    process.argv[1]))' "$tokens"/*.json
	done
	await settled
	if [ "$(queued)" -gt 0 ]; then
		login_device
		"$HELOISE" -C "$conf" -q
	fi
	[ "$(queued)" -eq 0 ]
	await all_came "$n"
}

# What --login shows, in the dialogue.
person_enters_code()
{
	await shows 'Waiting...' "$1"
	browser "$(tr -d '\r' <"$SCREEN" |
	    sed -n 's/^    \(https:.*\)$/\1/p' | tail -n 1)" user \
	    "$(tr -d '\r' <"$SCREEN" |
	    sed -n 's/^    \([A-Z0-9-]*\)$/\1/p' | tail -n 1)"
}

@test "--setup: the client, the login, and a message that arrives" {
	local status=0 from=$SECONDS new=$BATS_TEST_TMPDIR/new

	spool=$BATS_TEST_TMPDIR/spool
	tokens=$spool-tokens
	dialogue "$HELOISE" --setup b@example.org --relay "$addr:5871" \
	    --tls-ca "$run/ca/ca.pem" --tls-name relay.example.org \
	    --helo app.example.org --spool "$spool" --log none --write "$new" \
	    --oauth "$issuer" --oauth-ca "$run/ca/ca.pem" --user user \
	    --oauth-scope 'offline_access mail.send'
	reply 'Client id (none: set it later) [none]: ' nobody
	reply 'Log in now [yes]: ' ''
	await shows 'invalid_client'
	reply 'Client id (none: set it later) [nobody]: ' device
	reply 'User (the mailbox) [user]: ' ''
	reply 'Log in now [yes]: ' '' 2
	person_enters_code 1
	reply 'Address for mail to root' none
	reply 'Write' ''
	reply 'Send a test message' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	[ $((SECONDS - from)) -lt 60 ]
	shows 'Trying the login ... accepted.'
	run ! shows '--login'
	arrived b
	has '^Subject: Heloise works$'
	logged 'submission(user)<'
	secretless "$SCREEN" "$new"
	# Again, and without a terminal: there is a token.
	run --separate-stderr "$HELOISE" --setup -C "$new" --yes </dev/null
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *'Trying the login ... accepted.'*'is so already.'* ]]
}

@test "--setup without a terminal: a machine needs no login" {
	local new=$BATS_TEST_TMPDIR/new

	spool=$BATS_TEST_TMPDIR/spool
	(umask 077 && echo 'secret of the machine' >"$BATS_TEST_TMPDIR/secret")
	set -- "$HELOISE" --setup b@example.org --relay "$addr:5871" \
	    --tls-ca "$run/ca/ca.pem" --tls-name relay.example.org \
	    --helo app.example.org --spool "$spool" --log none --write "$new" \
	    --oauth "$issuer" --oauth-ca "$run/ca/ca.pem" --user machine \
	    --oauth-scope mail.send --oauth-grant client-credentials \
	    --oauth-client-id machine --yes --send-test
	printf 'wrong wrong wrong\n' >"$BATS_TEST_TMPDIR/wrong"
	chmod 600 "$BATS_TEST_TMPDIR/wrong"
	run --separate-stderr "$@" --oauth-client-secret-file \
	    "$BATS_TEST_TMPDIR/wrong" </dev/null
	echo "$output$stderr"
	[ "$status" -ne 0 ]
	[[ $stderr == *'invalid_client'*'nothing was written'* ]]
	[ ! -e "$new" ]
	run --separate-stderr "$@" --oauth-client-secret-file \
	    "$BATS_TEST_TMPDIR/secret" </dev/null
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	arrived b
	logged 'submission(machine)<'
}

@test "--setup without a terminal: a person has to log in later" {
	local new=$BATS_TEST_TMPDIR/new

	run --separate-stderr "$HELOISE" --setup b@example.org \
	    --relay "$addr:5871" --tls-ca "$run/ca/ca.pem" \
	    --tls-name relay.example.org --helo app.example.org \
	    --spool "$BATS_TEST_TMPDIR/spool" --log none --write "$new" \
	    --oauth "$issuer" --oauth-ca "$run/ca/ca.pem" --user user \
	    --oauth-client-id device --yes </dev/null
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *"run: heloise -C $new --login"* ]]
	[ -z "$stderr" ]
	[ "$(asked - | wc -l)" -eq 0 ]
}
