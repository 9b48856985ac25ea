# oauth.bash - an authorization server, and a Dovecot that takes its tokens
# shellcheck shell=bash disable=SC2154	# bats and servers.bash set variables
#
# A file of tests calls "start_oauth" in setup_file and "stop_oauth" in
# teardown_file.  The server is oidc-provider, which tests/deps installed.

load servers

export OIDC_MODULES=/opt/heloise-oidc
oidc=${BASH_SOURCE[0]%/*}/oidc

# Set settings of the provider, as KEY JSON...
provider()
{
	while [ $# -gt 0 ]; do
		jq_set "$1" "$2"
		shift 2
	done
}

jq_set()
{
	node -e '
	const fs = require("fs"), [file, key, value] = process.argv.slice(1);
	const all = JSON.parse(fs.readFileSync(file));
	all[key] = JSON.parse(value);
	fs.writeFileSync(file + ".new", JSON.stringify(all));
	fs.renameSync(file + ".new", file);' "$run/oidc.json" "$1" "$2"
}

# Provider and Dovecot; the relay verifies tokens by the provider's key.
start_oauth()
{
	why=
	[ -d "$OIDC_MODULES" ] || why='no oidc-provider: sh tests/deps interop'
	if [ -n "$why" ]; then
		export why
		echo "$why" >&2
		[ -z "${CI-}" ]
		return
	fi
	server dovecot || return
	[ -z "$why" ] || return 0
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$run/signer.key" \
	    -out "$run/signer.crt" -subj /CN=signer -days 30 2>/dev/null
	chmod 600 "$run/signer.key"
	node -e '
	const fs = require("fs"), crypto = require("crypto");
	const [run] = process.argv.slice(1);
	const jwk = crypto.createPublicKey(fs.readFileSync(run +
	    "/signer.crt")).export({ format: "jwk" });
	fs.writeFileSync(run + "/oidc.json", JSON.stringify({
		address: "127.0.0.1", cert: run + "/ca/ok.pem",
		key: run + "/ca/ok.pem", ttl: 3600, log: run + "/oidc.log",
		jwk: { ...jwk, use: "sig", alg: "RS256" } }));' "$run"
	mkfifo "$run/oidc.in"
	node "$oidc/provider.mjs" "$run/oidc.json" <"$run/oidc.in" \
	    >"$run/oidc.port" 2>"$run/oidc.err" 3>&- &
	echo $! >"$run/oidc.pid"
	# It ends with its input.
	sleep infinity >"$run/oidc.in" 3>&- &
	echo $! >"$run/oidc.end"
	await [ -s "$run/oidc.port" ]
	issuer=https://127.0.0.1:$(cat "$run/oidc.port")
	: >"$run/oidc.log"
	export issuer NODE_EXTRA_CA_CERTS=$run/ca/ca.pem
	mkdir -p "$run/keys/default/RS256"
	cp "$run/oidc.json.pem" "$run/keys/default/RS256/test"
	install -m 644 "$run/ca/ca.pem" "$run/ca.pem"
	relay_takes jwt
}

# The relay verifies tokens: jwt by key, opaque by asking the provider.
relay_takes()
{
	local pid

	[ "$(cat "$run/takes" 2>/dev/null)" != "$1" ] || return 0
	echo "$1" >"$run/takes"
	sed "s|@DIR@|$dir|g; s|@PORT@|${issuer##*:}|g" "$oidc/$1.conf" \
	    >"$run/oauth2.conf"
	read -r pid <"$run/run/master.pid"
	# shellcheck disable=SC2034 # servers.bash reads it
	seen=$(wc -c <"$log")
	kill -HUP "$pid"
	await saw 'SIGHUP received'
}

stop_oauth()
{
	local pid

	if [ -s "${run-}/oidc.end" ]; then
		read -r pid <"$run/oidc.end"
		kill "$pid"
		read -r pid <"$run/oidc.pid"
		await gone "$pid"
	fi
	stop
}

# Write $conf for a client of the provider, and an empty queue.  What waits
# in it must not ask the provider during the tests that follow.
account()
{
	conf=$BATS_TEST_TMPDIR/conf
	spool=$BATS_TEST_TMPDIR/spool
	tokens=$spool-tokens
	(umask 077 && printf '%s\n' "relay $addr" 'port 5871' \
	    'tls starttls' 'tls-name relay.example.org' \
	    "tls-ca $run/ca/ca.pem" 'helo app.example.org' 'log none' \
	    'linger no' "spool $spool" 'from a@example.org' "oauth $issuer" \
	    "oauth-ca $run/ca/ca.pem" "$@" >"$conf")
}

device()
{
	account 'user user' 'oauth-client-id device' \
	    'oauth-scope offline_access mail.send' "$@"
}

machine()
{
	account 'user machine' 'oauth-client-id machine' \
	    'oauth-grant client-credentials' 'oauth-scope mail.send' \
	    'oauth-client-secret secret of the machine' "$@"
}

browser()
{
	node "$oidc/browser.mjs" "$@"
}

# The lines of the provider's log about its token endpoint in this test.
asked()
{
	tail -n "+$((asked + 1))" "$run/oidc.log" | grep "^POST /token $1"
}

asked_metadata()
{
	tail -n "+$((asked + 1))" "$run/oidc.log" | grep -c '^GET /.well-known'
}

count_asked()
{
	asked "$1" | grep -c "$2"
}

# Log in with the device grant: read what --login shows, and do it.
login_device()
{
	local url code

	"$HELOISE" -C "$conf" --login >"$BATS_TEST_TMPDIR/login" 2>&1 3>&- &
	pid=$!
	await grep -q Waiting "$BATS_TEST_TMPDIR/login" || {
		cat "$BATS_TEST_TMPDIR/login"
		return 1
	}
	url=$(sed -n 's/^    \(https:.*\)$/\1/p' "$BATS_TEST_TMPDIR/login")
	code=$(sed -n 's/^    \([A-Z0-9-]*\)$/\1/p' "$BATS_TEST_TMPDIR/login")
	browser "$url" "${1:-user}" "$code" || return
	status=0
	wait "$pid" || status=$?
	cat "$BATS_TEST_TMPDIR/login"
	return "$status"
}

# Send a message with the present settings.
send()
{
	deliver "${@:-b@example.org}" < <(message)
}

queued()
{
	find "$spool/queue" -type f ! -name '*.note' 2>/dev/null | wc -l
}

# No secret may be in any output or log.
secretless()
{
	local secret

	while IFS= read -r secret; do
		! grep -rqF -- "$secret" "$@" || return 1
	done < <(sed -n 's/.*_token": "\(.*\)",*$/\1/p' "$tokens"/*.json)
}
