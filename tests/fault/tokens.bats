#!/usr/bin/env bats
# tokens.bats - the process that renews a token dies, or its calls fail
#
# The provider gives another refresh token each time, so at every system call
# the file must hold the old one or the new one, and mail must wait.
#
# shellcheck disable=SC2154	# relay.bash and bats set variables

load ../relay/relay

setup() {
	follow_tests
	"$HELOISE" -C /dev/null --oauth google --login 2>&1 |
	    grep -q 'built without OAuth' && skip 'built without OAuth'
	make_certs
	WEB=$BATS_TEST_TMPDIR/web
	SPOOL=$BATS_TEST_TMPDIR/spool
	TOKENS=$SPOOL-tokens
	PLAN=$BATS_TEST_TMPDIR/plan
	mkdir "$WEB"
	printf 'To: bob@example.org\nFrom: alice@example.org\n\nhello\n' \
	    >"$BATS_TEST_TMPDIR/mail"
	echo first-refresh-token >"$BATS_TEST_TMPDIR/first"
	chmod 600 "$BATS_TEST_TMPDIR/first"
	helper https "$CERTS/ok.pem" "$WEB"
	ISSUER=https://127.0.0.1:$SAID
	CONF=$(conf 'relay 127.0.0.1:1' 'tls none' 'auth-cleartext yes' \
	    'helo app.example.org' 'log none' 'linger no' "spool $SPOOL" \
	    'user u' "oauth $ISSUER" "oauth-ca $CERTS/ca.pem" \
	    'oauth-client-id client' 'oauth-grant refresh-token' \
	    "oauth-refresh-token-file $BATS_TEST_TMPDIR/first")
	gives old
	submits
	FILE=$(echo "$TOKENS"/*.json)
	sed -i 's/"expires": .*/"expires": 1,/' "$FILE"
	cp -p "$FILE" "$BATS_TEST_TMPDIR/old"
	gives new
}

# gives NAME: metadata and tokens in one, as each reader takes its part.
gives() {
	local body="{\"issuer\":\"$ISSUER\",\"token_endpoint\":\"$ISSUER/token\",\"access_token\":\"access-$1\",\"token_type\":\"Bearer\",\"expires_in\":3600,\"refresh_token\":\"refresh-$1\"}"

	printf 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s' \
	    "${#body}" "$body" >"$WEB/answer"
}

# submits [VARIABLE...]: a message, the only one; the relay is down.
submits() {
	rm -rf "$SPOOL"
	env "$@" "$HELOISE" -C "$CONF" bob@example.org \
	    <"$BATS_TEST_TMPDIR/mail" 2>"$BATS_TEST_TMPDIR/words"
	[ "$(find "$SPOOL/queue" -type f ! -name '*.note' | wc -l)" -eq 1 ]
}

# word NUMBER: an int, as the shim reads it.
word() {
	local low high

	printf -v low '\\x%x' $(($1 & 255))
	printf -v high '\\x%x' $(($1 >> 8))
	if [ "$(printf '\1\0' | od -An -td2)" -eq 1 ]; then
		printf %b "$low$high\\0\\0"
	else
		printf %b "\\0\\0$high$low"
	fi
}

# strike ACTION PROCESS: at each call of it that writes, in turn.
strike() {
	local n=0 call
	CALLS=

	while n=$((n + 1)); do
		cp -p "$BATS_TEST_TMPDIR/old" "$FILE"
		: >"$WEB/requests"
		{
			printf %s "$2"
			head -c $((8 - ${#2})) /dev/zero
			word "$1"
			word "$n"
			printf '\0\1'
			head -c 4096 /dev/zero
		} >"$PLAN"
		submits LD_PRELOAD="$SHIM" FAULT_SHM="$PLAN"
		# struct shim: where it struck is after the flag "fired".
		call=$(tail -c +26 "$PLAN" | head -c 16 | tr -d '\0')
		[ -n "$call" ] || break
		CALLS+=" $call"
		echo "$1 at $n, $call"
		"$2_holds"
	done
}

# m111 asks for the token.  The file is whole and of this user alone: the old
# one before the rename, and the new one after it.  The provider is asked when
# there is room.  The next process gets a token.
m111_holds() {
	[ "$(stat -c '%a %h' "$FILE")" = '600 1' ]
	if [[ $CALLS == *' renameat '* ]]; then
		grep -q '"refresh_token": "refresh-new"' "$FILE"
		[ "$(tail -n 1 "$FILE")" = '}' ]
	else
		cmp "$FILE" "$BATS_TEST_TMPDIR/old"
	fi
	[[ $CALLS == *' pwrite'* ]] || ! grep ^POST "$WEB/requests"
	goes_on
}

# m11 first keeps the metadata of the issuer, with the same tokens.
m11_holds() {
	[ "$(stat -c '%a %h' "$FILE")" = '600 1' ]
	grep -q '"refresh_token": "refresh-' "$FILE"
	[ "$(tail -n 1 "$FILE")" = '}' ]
	[[ $CALLS == *' renameat'* ]] || ! grep ^POST "$WEB/requests"
	goes_on
}

goes_on() {
	submits
	grep -q '"access_token": "access-new"' "$FILE"
	[ "$(find "$TOKENS" -name '*.new' | wc -l)" -eq 0 ]
}

replaces() {
	strike "$1" m111
	[[ $CALLS == *' openat openat pwrite fsync renameat fsync pwrite' ]]
}

learns() {
	sed -i 's/"metadata": [0-9]*/"metadata": 1/' "$FILE" \
	    "$BATS_TEST_TMPDIR/old"
	strike "$1" m11
	[[ $CALLS == *' openat openat pwrite fsync renameat fsync pwrite' ]]
}

@test "a refresh token is replaced, and the process killed" {
	replaces 1
}

@test "a refresh token is replaced, and a call fails" {
	replaces 2
}

@test "a refresh token is replaced, and the disk is full" {
	replaces 5
}

@test "a refresh token is replaced, and the disk is read-only" {
	replaces 6
}

@test "metadata are kept, and the process killed" {
	learns 1
}

@test "metadata are kept, and a call fails" {
	learns 2
}
