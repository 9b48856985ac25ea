#!/usr/bin/env bats
# accounts.bats - several accounts, fallbacks, secrets, containers
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

load relay/relay

# Three relays, RELAYS 1 to 3, with the options given for each.
three() {
	local i

	PORTS=() STORES=() LOGS=()
	for i in 0 1 2; do
		# shellcheck disable=SC2086 # options
		start_relay ${1:-}
		PORTS+=("$RELAY_PORT")
		STORES+=("$RELAY_STORE")
		LOGS+=("$RELAY_LOG")
		shift || :
	done
}

# got N: how many messages relay N has.
got() {
	find "${STORES[$1]}" -name '*.msg' | wc -l
}

# use LINE...: the configuration; send OPTION...: the mail.
use() {
	CONF=$(conf 'helo app.example.org' 'tls none' "$@")
}

send() {
	submit "$@"
}

choose() {
	three
	use 'queue no' "relay localhost:${PORTS[0]}" \
	    'account work' "relay localhost:${PORTS[1]}" \
	    'match alice@example.org example.com' \
	    'account shop' "relay localhost:${PORTS[2]}" \
	    'helo shop.example.org' 'match *@*.shop.test' \
	    'match *@example.com <>'
}

@test "match: address, domain, pattern, null sender, and none of them" {
	local sender relay

	choose
	while read -r sender relay; do
		before=$(got "$relay")
		send -f "$sender" -t
		[ "$status" -eq 0 ]
		[ "$(got "$relay")" -eq $((before + 1)) ]
	done <<-'END'
		alice@example.org 1
		Alice@EXAMPLE.org 1
		x@example.com 1
		a@b.shop.test 2
		<> 2
		bob@example.org 0
		a@shop.test 0
		a@sub.example.com 0
	END
	grep -qx 'helo shop.example.org' "${STORES[2]}/1.env"
	grep -qx 'helo app.example.org' "${STORES[1]}/1.env"
}

@test "--account and -a: whoever sends; HELOISE_ACCOUNT; -v says why" {
	choose
	send -a shop -v -f alice@example.org -t
	[ "$status" -eq 0 ]
	[[ $stderr == *"account shop: it was asked for"* ]]
	send --account shop -f alice@example.org -t
	send --account=shop -f alice@example.org -t
	HELOISE_ACCOUNT=shop send -f alice@example.org -t
	[ "$status" -eq 0 ]
	[ "$(got 2)" -eq 4 ]
	send -v -f alice@example.org -t
	[[ $stderr == *"account work: its match takes <alice@example.org>"* ]]
	send -a nobody -t
	[ "$status" -eq 78 ]
	[[ $stderr == *"there is no account nobody"* ]]
	send -t -a shop
	[ "$status" -eq 64 ]
}

@test "an account has its own from, user and password" {
	three '--auth PLAIN --user u --password one --auth-required' \
	    '--auth PLAIN --user v --password two --auth-required'
	use 'queue no' "relay localhost:${PORTS[0]}" 'auth-cleartext yes' \
	    'user u' 'password one' 'from base@example.org' \
	    'account other' "relay localhost:${PORTS[1]}" 'user v' \
	    'password two' 'from other@example.org'
	send -t
	[ "$status" -eq 0 ]
	grep -q '^MAIL FROM:<base@example.org>' "${STORES[0]}/1.env"
	send -a other -t
	[ "$status" -eq 0 ]
	grep -q '^MAIL FROM:<other@example.org>' "${STORES[1]}/1.env"
	grep -qx 'user v' "${STORES[1]}/1.env"
}

@test "the log: which account, and why that one" {
	local log=$BATS_TEST_TMPDIR/log

	choose
	sed -i "1i log $log" "$CONF"
	send -f alice@example.org -t
	send -a shop -f alice@example.org -t
	send -f bob@example.org -t
	[ "$(sed 's/.* \(account=.*\) relay=.*/\1/' "$log")" = \
	    'account=work account-why="its match takes <alice@example.org>"
account=shop account-why="it was asked for"
account=default account-why="no account matches"' ]
	# Without accounts there is nothing to choose.
	use 'queue no' "relay localhost:${PORTS[0]}" "log $log"
	send -f bob@example.org -t
	[ "$(grep -c account= "$log")" -eq 3 ]
	[ "$(grep -c result=sent "$log")" -eq 4 ]
}

@test "no account takes it, and there is no relay above them: 78" {
	three
	use 'queue no' 'account work' "relay localhost:${PORTS[0]}" \
	    'match example.com'
	send -f alice@example.org -t
	[ "$status" -eq 78 ]
	[[ $stderr == *"no account takes mail from <alice@example.org>"* ]]
	send -f alice@example.com -t
	[ "$status" -eq 0 ]
	[ "$(got 0)" -eq 1 ]
}

@test "fallback: the first dead, the second at 451, delivered by the third" {
	three '' "--script $(script <<-'END'
		S: 220 hi
		C: *
		S: 250 relay.example.org
		C~ ^MAIL
		S: 451 4.3.0 later
		C: QUIT
		S: 221 bye
	END
	)"
	stop_relay "${RELAY_PIDS[0]}"
	use 'queue no' "relay localhost:${PORTS[0]}" 'fallback second third' \
	    "log $BATS_TEST_TMPDIR/log" \
	    'account second' "relay localhost:${PORTS[1]}" \
	    'account third' "relay localhost:${PORTS[2]}" \
	    'helo third.example.org'
	send -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(got 1)" -eq 0 ]
	[ "$(got 2)" -eq 1 ]
	grep -qx 'helo third.example.org' "${STORES[2]}/1.env"
	grep -q '^S: 451' "${LOGS[1]}"
	grep -q ' account=third account-why="after default, which cannot connect to .*: Connection refused; after second, which cannot .*: 451 4.3.0 later .*" relay=localhost:'"${PORTS[2]} " \
	    "$BATS_TEST_TMPDIR/log"
}

@test "fallback: only for those who were refused for now" {
	three "--script $(script <<-'END'
		S: 220 hi
		C: *
		S- 250-relay.example.org\r\n
		S: 250 PIPELINING
		C~ ^MAIL
		C~ ^RCPT TO:<b@
		C~ ^RCPT TO:<c@
		C~ ^RCPT TO:<d@
		C: DATA
		S: 250 ok
		S: 250 ok
		S: 450 4.2.0 later
		S: 550 5.1.1 no such user
		S: 354 go on
		body
		S: 250 ok
		C: *
		S: 221 bye
	END
	)"
	use 'queue no' "relay localhost:${PORTS[0]}" 'fallback second' \
	    'account second' "relay localhost:${PORTS[1]}"
	send -f a@example.org b@example.org c@example.org d@example.org
	[ "$status" -eq 67 ]
	[[ $stderr == *"not delivered to d@example.org"* ]]
	[[ $stderr != *"not delivered to c@example.org"* ]]
	[ "$(grep '^RCPT' "${STORES[1]}/1.env")" = 'RCPT TO:<c@example.org>' ]
}

@test "fallback: not when the first may have it already" {
	three "--script $(script <<-'END'
		S: 220 hi
		C: *
		S: 250 relay.example.org
		C~ ^MAIL
		S: 250 ok
		C~ ^RCPT
		S: 250 ok
		C: DATA
		S: 354 go on
		body
		eof
	END
	)"
	use 'queue no' "relay localhost:${PORTS[0]}" 'fallback second' \
	    'account second' "relay localhost:${PORTS[1]}"
	send -t
	[ "$status" -eq 75 ]
	[ "$(got 1)" -eq 0 ]
}

@test "fallback: one deadline over all of them" {
	local start=$SECONDS

	three "--script $(script <<<silent)" "--script $(script <<<silent)" \
	    "--script $(script <<<silent)"
	use 'queue no' "relay localhost:${PORTS[0]}" 'fallback b c' \
	    'deadline 2s' \
	    'account b' "relay localhost:${PORTS[1]}" \
	    'account c' "relay localhost:${PORTS[2]}"
	send -t
	[ "$status" -eq 75 ]
	[ $((SECONDS - start)) -lt 10 ]
}

@test "the queue keeps the account, and takes a connection for each" {
	local i spool=$BATS_TEST_TMPDIR/spool

	three
	use "spool $spool" 'linger no' 'connections 1' \
	    "relay localhost:${PORTS[0]}" \
	    'account work' "relay localhost:${PORTS[1]}"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		send -odq -f a@example.org -t
		send -a work -odq -f a@example.org -t
	done
	grep -lx 'account work' "$spool"/queue/* | wc -l | grep -qx 12
	send -q
	[ "$status" -eq 0 ]
	[ "$(got 0)" -eq 12 ]
	[ "$(got 1)" -eq 12 ]
	relay_sync
	[ "$(grep -c '^connect' "${LOGS[0]}")" -eq 1 ]
	[ "$(grep -c '^connect' "${LOGS[1]}")" -eq 1 ]
}

@test "the queue: an account that is no more keeps its mail waiting" {
	local spool=$BATS_TEST_TMPDIR/spool

	three
	use "spool $spool" 'linger no' "relay localhost:${PORTS[0]}" \
	    'account work' "relay localhost:${PORTS[1]}"
	send -a work -odq -f a@example.org -t
	use "spool $spool" 'linger no' "relay localhost:${PORTS[0]}"
	send -q
	[ "$(got 0)" -eq 0 ]
	send -bp
	[[ $output == *"is not in the configuration"* ]]
	use "spool $spool" 'linger no' "relay localhost:${PORTS[0]}" \
	    'account work' "relay localhost:${PORTS[1]}"
	send -q
	[ "$(got 1)" -eq 1 ]
}

@test "-bs: each message has its account" {
	choose
	run "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' 'EHLO x' \
	    'MAIL FROM:<alice@example.org>' 'RCPT TO:<b@example.org>' DATA \
	    'Subject: 1' '' . 'MAIL FROM:<a@b.shop.test>' \
	    'RCPT TO:<b@example.org>' DATA 'Subject: 2' '' . QUIT)
	[ "$status" -eq 0 ]
	[ "$(got 1)" -eq 1 ]
	[ "$(got 2)" -eq 1 ]
	[ "$(got 0)" -eq 0 ]
}

@test "mistakes about accounts: where they are" {
	local line want

	while IFS='|' read -r line want; do
		use 'relay h' 'account b' 'relay i' "$line"
		send -t
		[ "$status" -eq 78 ]
		[[ $stderr == *"$want"* ]] || { echo "$stderr"; false; }
	done <<-'END'
		fallback b|account b: fallback: an account cannot be a fallback for itself
		fallback c|account b: fallback: there is no account c
		user u|account b: user is set, but neither password
		spool /x|:6: spool: this setting is for all accounts
		account default|:6: account: expected a name
		account a/b|:6: account: expected a name
	END
	use 'relay h' 'match example.org'
	send -t
	[ "$status" -eq 78 ]
	[[ $stderr == *':4: match: put this setting below a line "account NAME"'* ]]
}

@test "--show-config: accounts, and where each line is from" {
	use 'relay h' 'password geheim' 'user u' 'account b' 'relay i:26' \
	    'user v'
	send --show-config
	[ "$status" -eq 0 ]
	[[ $output != *geheim* ]]
	[[ $output == *$'\naccount b '*"# $CONF:6"* ]]
	[[ $output =~ relay\ +i:26\ +"# $CONF:7" ]]
	[[ $output =~ user\ +v\ +"# $CONF:8" ]]
}

# login LINE...: a relay that wants u and p, and how to get the password.
login() {
	start_relay --auth PLAIN --user u --password 'p w' --auth-required
	use 'queue no' "relay localhost:$RELAY_PORT" 'auth-cleartext yes' \
	    'user u' "$@"
	send -f a@example.org -t
}

@test "password-command: split at blanks, no shell" {
	login "password-command printf p\\040w\\n"
	[ "$status" -eq 0 ]
	grep -qx 'user u' "$(envelope 1)"
	login 'password-command echo p w'
	[ "$status" -eq 0 ]
	login "password-command echo 'p w'"
	[ "$status" -eq 77 ]
	login 'password-command echo p w; true'
	[ "$status" -eq 77 ]
}

@test "password-command: a shell if it is asked for" {
	login "password-command shell: echo p w | tr -d x"
	[ "$status" -eq 0 ]
	login 'password-command sh -c echo p w | tr -d x'
	[ "$status" -eq 0 ]
}

@test "password-command: its status and what it said on stderr" {
	login 'password-command shell: echo no such entry >&2; exit 3'
	[ "$status" -eq 75 ]
	[[ $stderr == *"ended with status 3: no such entry"* ]]
	[ "$(stored_count)" -eq 0 ]
	login 'password-command /no/such/program x'
	[ "$status" -eq 75 ]
	[[ $stderr == *"/no/such/program: No such file or directory"* ]]
	login 'password-command true'
	[ "$status" -eq 78 ]
	[[ $stderr == *"password-command: this output is empty"* ]]
}

@test "password-command: its status counts in a queue run, too" {
	start_relay --auth PLAIN --user u --password 'p w' --auth-required
	use "relay localhost:$RELAY_PORT" 'auth-cleartext yes' 'user u' \
	    'linger no' "spool $BATS_TEST_TMPDIR/spool" \
	    'password-command shell: echo p w; exit 3'
	send -odq -f a@example.org -t
	run "$HELOISE" -C "$CONF" -q
	[ "$(stored_count)" -eq 0 ]
	run "$HELOISE" -C "$CONF" -bp
	[[ $output == *'ended with status 3'* ]]
}

@test "password-command: no longer than the deadline" {
	SECONDS=0
	login 'deadline 1s' 'password-command sleep 25'
	[ "$status" -eq 75 ]
	[[ $stderr == *"the command sleep took too long"* ]]
	[ "$SECONDS" -lt 20 ]
	# Of several accounts together.
	SECONDS=0
	use 'queue no' 'deadline 2s' 'auth-cleartext yes' \
	    'password-command sleep 25' "relay localhost:$RELAY_PORT" \
	    'user u' 'account a' 'fallback b c d e f' 'account b' 'account c' \
	    'account d' 'account e' 'account f'
	send -a a -f a@example.org -t
	[ "$status" -eq 75 ]
	[ "$SECONDS" -lt 10 ]
}

@test "password-command: no input, no inherited descriptors, no password in it" {
	login "password-command shell: cat; ls /proc/self/fd | tr '\n' ' ' >$BATS_TEST_TMPDIR/fds; echo p w"
	[ "$status" -eq 0 ]
	# 3 is that of ls, reading the directory.
	[ "$(cat "$BATS_TEST_TMPDIR/fds")" = '0 1 2 3 ' ]
}

# bare_env [NAME=VALUE...] COMMAND...: with hardly any environment.
bare_env() {
	env -i ASAN_OPTIONS="${ASAN_OPTIONS-}" "$@"
}

# open_directory: sets OPEN, which everybody may enter, with the program in
# it; where it was built, not everybody may.
open_directory() {
	OPEN=$(mktemp -d)
	chmod 711 "$OPEN"
	cp "$HELOISE" "$OPEN/heloise"
}

teardown() {
	[ -z "${OPEN-}" ] || rm -r "$OPEN"
	end_all
}

# A machine with nothing: no names, no home, nothing to write to.
bare() {
	setpriv --reuid 4711 --regid 4711 --clear-groups \
	    env -i ASAN_OPTIONS="${ASAN_OPTIONS-}" "$@" "$OPEN/heloise" \
	    -i bob@example.org < <(printf '%s' "$MAIL")
}

@test "container: any uid, no passwd entry, no HOME, only variables" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root to become another uid'
	open_directory
	start_relay
	run bare SMTP_HOST="localhost" SMTP_PORT="$RELAY_PORT" SMTP_TLS=off \
	    SMTP_HELO_NAME=app.example.org SMTP_FROM=app@example.org
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	grep -q '^MAIL FROM:<app@example.org>' "$(envelope 1)"
}

@test "container: its id is no name for EHLO; no spool: 75, nothing lost" {
	[ ! -d /var/spool/heloise-users ] || skip 'heloise is installed here'
	[ "$(id -u)" -eq 0 ] || skip 'needs root to become another uid'
	unshare -u true || skip 'needs a namespace for a name'
	open_directory
	start_relay
	export -f bare
	export OPEN MAIL RELAY_PORT
	# shellcheck disable=SC2016 # for the inner shell
	in_container=(unshare -u bash -c 'hostname 4f2a9c0d1e3b && bare \
	    SMTP_HOST=localhost SMTP_PORT="$RELAY_PORT" SMTP_TLS=off "$@"' sh)
	run "${in_container[@]}" SMTP_FROM=app@example.org
	[ "$status" -eq 0 ]
	grep -qx 'helo example.org' "$(envelope 1)"
	run "${in_container[@]}" SMTP_FROM=app@localhost
	[ "$status" -eq 0 ]
	grep -qx 'helo \[127.0.0.1\]' "$(envelope 2)"
	stop_relay
	run "${in_container[@]}" SMTP_FROM=app@example.org
	[ "$status" -eq 75 ]
	[[ $output == *"Connection refused"*"no home directory for a spool, and no /var/spool/heloise-users"* ]]
}

@test "container: a read-only root, and a secret of its own" {
	local root=$BATS_TEST_TMPDIR/root dir

	[ "$(id -u)" -eq 0 ] || skip 'needs root for a root of its own'
	unshare -m true || skip 'needs a mount namespace'
	start_relay --auth PLAIN --user u --password 'p w' --auth-required
	mkdir -p "$root/run/secrets" "$root/tmp" "$root/var/tmp" \
	    "$root/proc" "$root/dev" "$root/etc" "$root/heloise"
	for dir in lib lib64 usr bin; do
		[ -e "/$dir" ] || continue
		mkdir -p "$root/$dir"
	done
	cp "$HELOISE" "$root/heloise/sendmail-like"
	echo '127.0.0.1 localhost' >"$root/etc/hosts"
	echo 'p w' >"$root/run/secrets/smtp"
	chmod -R a+rX "$root"
	# shellcheck disable=SC2016 # for the inner shell
	run bare_env PATH="$PATH" unshare -m sh -c '
		root=$1 port=$2
		mount --bind "$root" "$root" &&
		for dir in lib lib64 usr bin; do
			[ ! -e "/$dir" ] ||
			    mount --rbind "/$dir" "$root/$dir" || exit 99
		done
		mount -t proc proc "$root/proc" 2>/dev/null ||
		    mount --rbind /proc "$root/proc" || exit 99
		mount --rbind /dev "$root/dev" &&
		mount -o remount,bind,ro "$root" || exit 99
		printf "Subject: x\n\nhi\n" | chroot --userspec=4711:4711 \
		    "$root" /usr/bin/env -i \
		    ASAN_OPTIONS="$ASAN_OPTIONS" SMTP_HOST=localhost \
		    SMTP_PORT="$port" SMTP_TLS=off SMTP_USER=u \
		    SMTP_PASSWORD_FILE=/run/secrets/smtp \
		    HELOISE_AUTH_CLEARTEXT=yes SMTP_FROM=app@example.org \
		    /heloise/sendmail-like bob@example.org
	' sh "$root" "$RELAY_PORT"
	[ "$status" -ne 99 ] || skip 'may not mount'
	[ "$status" -eq 0 ]
	grep -qx 'user u' "$(envelope 1)"
}

@test "--show-config --write: the environment once to a file, mode 600" {
	local file=$BATS_TEST_TMPDIR/heloise.conf

	start_relay --auth PLAIN --user u --password 'p w' --auth-required
	run bare_env SMTP_HOST=localhost SMTP_PORT="$RELAY_PORT" SMTP_TLS=OFF \
	    SMTP_USER=u 'SMTP_PASSWORD=p w' HELOISE_AUTH_CLEARTEXT=yes \
	    SMTP_HELO_NAME=app.example.org HELOISE_QUEUE=no \
	    "$HELOISE" --show-config --write "$file"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	[ "$(stat -c %a "$file")" = 600 ]
	grep -qx 'password p w' "$file"
	grep -qx 'tls none' "$file"
	run bare_env "$HELOISE" -C "$file" -f a@example.org -t < <(
	    printf '%s' "$MAIL")
	[ "$status" -eq 0 ]
	grep -qx 'user u' "$(envelope 1)"
	# For another user, as in the manual: the group that it is in.
	if [ "$(id -u)" -eq 0 ]; then
		open_directory
		cp -p "$file" "$OPEN/heloise.conf"
		chgrp 4711 "$OPEN/heloise.conf"
		chmod 640 "$OPEN/heloise.conf"
		run setpriv --reuid 4711 --regid 4711 --clear-groups \
		    env -i ASAN_OPTIONS="${ASAN_OPTIONS-}" \
		    "$OPEN/heloise" -C "$OPEN/heloise.conf" -f a@example.org -t \
		    < <(printf '%s' "$MAIL")
		[ "$status" -eq 0 ]
		[ "$(stored_count)" -eq 2 ]
	fi
	run bare_env SMTP_HOST=elsewhere "$HELOISE" --show-config --write "$file"
	[ "$status" -eq 0 ]
	[[ $output == *"$file: already exists and was not changed"* ]]
	[ "$(grep -c elsewhere "$file")" -eq 0 ]
}

@test "--write: without variables there is no file, and 78" {
	local file=$BATS_TEST_TMPDIR/heloise.conf

	run bare_env "$HELOISE" --show-config --write "$file"
	[ "$status" -eq 78 ]
	[[ $output == *"$file was not made: neither the environment nor"* ]]
	[ ! -e "$file" ]
	touch "$file"
	run bare_env "$HELOISE" --show-config --write "$file"
	[ "$status" -eq 0 ]
	[[ $output == *"$file: already exists and was not changed"* ]]
}

@test "--write: a password that begins with a blank cannot be written" {
	local file=$BATS_TEST_TMPDIR/heloise.conf

	run bare_env SMTP_HOST=localhost SMTP_USER=u 'SMTP_PASSWORD= p' \
	    "$HELOISE" --show-config --write "$file"
	[ "$status" -eq 78 ]
	[ ! -e "$file" ]
}

@test "32 accounts are allowed, and one more is a mistake" {
	local i

	use 'relay localhost'
	for ((i = 1; i <= 32; i++)); do
		printf 'account a%d\nrelay localhost\n' "$i"
	done >>"$CONF"
	run "$HELOISE" -C "$CONF" --show-config
	[ "$status" -eq 0 ]
	printf 'account a33\nrelay localhost\n' >>"$CONF"
	run "$HELOISE" -C "$CONF" --show-config
	[ "$status" -eq 78 ]
	[[ $output == *': account: there are more than 32'* ]]
}
