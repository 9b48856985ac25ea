# servers.bash - real mail servers on a loopback address of their own
# shellcheck shell=bash disable=SC2154	# bats sets its own variables
#
# A file of tests calls "server postfix" in setup_file and "stop" in
# teardown_file.  The servers run in the root directory that tests/deps
# made, each with its configuration, queue and mailboxes in a directory of
# its own, $run; inside the jail that is $dir.  They know b@example.org,
# c@example.org and the login "user", and listen on port 2525 in clear, on
# 5870 with STARTTLS and on 4650 with implicit TLS (OpenSMTPD, Cyrus, Courier
# and sendmail on the first only, Dovecot on 5871 and 4651 before an Exim).
# Postfix and Dovecot stand for providers, too, on ports 587 and 465: they
# know the mailboxes of alice@example.org and alice at a provider.
#
# The address is drawn from 127.0.0.0/8 and not shared with anybody, so
# the ports can be the same in each run.

load ../relay/relay

jail=/opt/heloise-interop
here=${BASH_SOURCE[0]%/*}
password='pass"word=1'
secret='signs tokens'
certificate=ok

# A directory for one server, with an address and a certificate; the relay
# goes by an address, so settings have a tls-name.
ground()
{
	run=$(mktemp -d "$jail/tmp/XXXXXX")
	dir=${run#"$jail"}
	addr=127.$((RANDOM % 200 + 20)).$((RANDOM % 250)).$((RANDOM % 250 + 1))
	chmod 755 "$run"
	install -d -o 910 -g 910 "$run/mail"
	sh "$here/../relay/ca" "$run/ca"
	openssl x509 -in "$run/ca/$certificate.pem" -out "$run/cert.pem"
	openssl pkey -in "$run/ca/$certificate.pem" -out "$run/key.pem"
}

# Fill in a file of settings.
fill()
{
	sed "s|@DIR@|$dir|g; s|@ADDR@|$addr|g; s|@PASSWORD@|$password|g" \
	    "$here/$1" >"$2"
}

start_postfix()
{
	local q=$run/queue etc=$run/etc d

	mkdir "$etc" "$q" "$q/pid" "$etc/sasl"
	fill postfix/main.cf "$etc/main.cf"
	fill postfix/master.cf "$etc/master.cf"
	fill postfix/sasl.conf "$etc/sasl/smtpd.conf"
	install -d -o 901 -g 901 "$run/data"
	for d in active bounce corrupt defer deferred flush hold incoming \
	    maildrop private public saved trace; do
		install -d -o 901 -g 901 "$q/$d"
	done
	printf '%s' "$password" | chroot "$jail" /usr/sbin/saslpasswd2 -c -p \
	    -f "$dir/etc/sasl/db" -u relay.example.org user
	for d in example.org posteo.de; do
		printf '%s' "$password" | chroot "$jail" \
		    /usr/sbin/saslpasswd2 -c -p -f "$dir/etc/sasl/db" -u "$d" \
		    alice
	done
	chown 901 "$etc/sasl/db"
	chroot "$jail" /usr/lib/postfix/sbin/master -w -c "$dir/etc"
	pidfile=$q/pid/master.pid log=$run/log
}

start_exim()
{
	fill exim/exim.conf "$run/exim.conf"
	chown 903 "$run/ca" "$run/ca"/*.pem
	install -d -o 903 -g 903 "$run/spool"
	touch "$run/mainlog"
	chown 903:903 "$run" "$run/mainlog" "$run/mail"
	chroot "$jail" /usr/sbin/exim4 -C "$dir/exim.conf" -bd \
	    -oP "$dir/pid"
	pidfile=$run/pid log=$run/mainlog
}

# Dovecot takes the login, and hands on to an Exim.
start_dovecot()
{
	start_exim
	mkdir "$run/run"
	install -d -o 910 -g 910 "$run/lmtp"
	fill dovecot/dovecot.conf "$run/dovecot.conf"
	fill dovecot/oauth2.conf "$run/oauth2.conf"
	mkdir -p "$run/keys/default/HS256"
	printf '%s' "$secret" | openssl base64 \
	    >"$run/keys/default/HS256/default"
	chroot "$jail" /usr/sbin/dovecot -c "$dir/dovecot.conf"
	pidfile="$run/run/master.pid $pidfile" log=$run/log
}

# Only LMTP.
start_cyrus()
{
	fill cyrus/imapd.conf "$run/imapd.conf"
	fill cyrus/cyrus.conf "$run/cyrus.conf"
	install -d -o 908 -g 8 "$run/cyrus" "$run/cyrus/db" \
	    "$run/cyrus/socket" "$run/cyrus/proc" "$run/cyrus/lock" \
	    "$run/cyrus/log" "$run/cyrus/msg" "$run/cyrus/mail"
	printf '%s' "$password" | chroot "$jail" /usr/sbin/saslpasswd2 -c -p \
	    -f "$dir/sasldb" -u relay.example.org user
	chown 908 "$run" "$run/key.pem" "$run/sasldb"
	chroot "$jail" /usr/sbin/cyrmaster -D -C "$dir/imapd.conf" \
	    -M "$dir/cyrus.conf" -p "$dir/pid" >"$run/log" 2>&1 &
	pidfile=$run/pid log=$run/log
}

start_opensmtpd()
{
	fill opensmtpd/smtpd.conf "$run/smtpd.conf"
	chroot "$jail" /usr/sbin/smtpd -d -f "$dir/smtpd.conf" \
	    >"$run/log" 2>&1 3>&- &
	echo $! >"$run/pid"
	pidfile=$run/pid log=$run/log
}

# Knows its users by their passwords, and offers AUTH after STARTTLS only.
start_chasquid()
{
	local user certs=$run/certs/relay.example.org

	mkdir -p "$certs" "$run/domains/example.org" "$run/data"
	fill chasquid/chasquid.conf "$run/chasquid.conf"
	fill store "$run/store"
	chmod 755 "$run/store"
	cp "$run/cert.pem" "$certs/fullchain.pem"
	cp "$run/key.pem" "$certs/privkey.pem"
	for user in b c; do
		chroot "$jail" /usr/bin/chasquid-util -C="$dir" user-add \
		    "$user@example.org" --password="$password"
	done
	chown -R 910:910 "$run"
	chroot --userspec=910:910 "$jail" /usr/bin/chasquid \
	    -config_dir="$dir" >"$run/log" 2>&1 3>&- &
	echo $! >"$run/pid"
	pidfile=$run/pid log=$run/log
}

# The log is the dialogue.
start_sendmail()
{
	local cf=/usr/share/sendmail/cf

	install -d -m 700 "$run/queue"
	fill sendmail/sendmail.mc "$run/sendmail.mc"
	fill store "$run/store"
	chmod 755 "$run/store"
	chmod 777 "$run/mail"
	chroot "$jail" /usr/bin/m4 -D_CF_DIR_=$cf/ $cf/m4/cf.m4 \
	    "$dir/sendmail.mc" >"$run/sendmail.cf" 2>"$run/m4"
	touch "$run/log"
	chroot "$jail" /usr/libexec/sendmail/sendmail -C "$dir/sendmail.cf" \
	    -bD -X "$dir/log" 3>&- &
	pidfile=$run/pid log=$run/log
}

# Only what takes messages, into the queue of the root directory.
start_courier()
{
	printf '%s\n' '#!/bin/sh' 'export PATH=/bin RELAYCLIENT=' \
	    "export TCPLOCALIP=::ffff:$addr TCPLOCALPORT=2525" \
	    'export TCPREMOTEIP=::ffff:127.0.0.1 TCPREMOTEPORT=999' \
	    'export TCPLOCALHOST=localhost TCPREMOTEHOST=localhost' \
	    'exec /usr/lib/courier/courier/modules/esmtp/courieresmtpd' \
	    >"$run/serve"
	chmod 755 "$run/serve"
	chroot --userspec=911:911 "$jail" /bin/busybox nc -ll -p 2525 "$addr" \
	    -e "$dir/serve" >"$run/log" 2>&1 3>&- &
	echo $! >"$run/pid"
	pidfile=$run/pid log=$run/log
}

listening()
{
	(: <"/dev/tcp/$addr/2525")
}

# Start server $1.  Where that cannot be, setup skips its tests; not in a
# run that is to show all (CI is set), where it is a failure.
server()
{
	why=
	[ -d "$jail" ] || why='no servers here: sh tests/deps interop'
	[ "$(id -u)" -eq 0 ] || why='the servers need root'
	export why
	if [ -n "$why" ]; then
		echo "$why" >&2
		[ -z "${CI-}" ]
		return
	fi
	ground
	"start_$1" 3>&-
	await listening
	export run dir addr pidfile log
}

setup()
{
	follow_tests
	[ -z "$why" ] || skip "$why"
	find "$run/mail" -type f -delete
	seen=$(wc -c <"$log")
}

# What the server logged in this test.
since()
{
	tail -c "+$((seen + 1))" "$log"
}

saw()
{
	since | grep -q -- "$1"
}

# Wait for a line in the log.
logged()
{
	await saw "$1"
}

# After a test that failed: what the server has to say.
teardown()
{
	[ -n "${BATS_TEST_COMPLETED-}${why-}" ] || since
}

gone()
{
	! kill -0 "$1" || grep -q '^State:.*Z' "/proc/$1/status"
}

# End the server and remove its directory.
stop()
{
	local file pid

	[ -n "${run-}" ] || return 0
	for file in $pidfile; do
		[ -s "$file" ] || continue
		read -r pid <"$file"
		kill "$pid"
		await gone "$pid"
	done
	rm -rf "$run"
}

# Write $conf: the lines given, and what is the same in nearly all tests.
conf()
{
	conf=$BATS_TEST_TMPDIR/conf
	[[ $* = *helo* ]] || set -- 'helo app.example.org' "$@"
	[[ $* = *tls-ca* ]] || set -- "tls-ca $run/ca/ca.pem" "$@"
	(umask 077 && printf '%s\n' "relay $addr" 'queue no' \
	    'tls-name relay.example.org' "$@" >"$conf")
}

login()
{
	conf "$@" 'user user' "password $password"
}

# A message, with what is hard to carry.
message()
{
	printf '%s\n' 'From: A <a@example.org>' 'To: b@example.org' \
	    'Subject: test' 'MIME-Version: 1.0' \
	    'Content-Type: text/plain; charset=UTF-8' \
	    'Content-Transfer-Encoding: 8bit' ''
	body
}

body()
{
	printf '%s\n' 'Grüße' . .. '. x' '.x' '' 'From here' 'blanks  ' \
	    "$(printf '%0998d' 0)" '' '.'
}

# Run heloise on standard input; $status, $output and $stderr as by run.
deliver()
{
	run --separate-stderr timeout 120 "$HELOISE" -C "$conf" -i -f a@example.org "$@"
	echo "status $status; $output; $stderr"
}

# The flights of octets that went to the relay in a delivery, and its status.
flights()
{
	local trace=$BATS_TEST_TMPDIR/trace

	strace -f -qq -e trace=sendto -o "$trace" "$HELOISE" -C "$conf" -i \
	    -f a@example.org "$@" || return
	sent=$(grep -c 'sendto(.*"' "$trace")
	echo "$sent flights"
}

in_box()
{
	mail=("$run/mail/$1/new"/*)
	[ -f "${mail[0]}" ]
}

# Set $mail to the one message in the mailbox of $1.
arrived()
{
	await in_box "$1" || return 1
	[ ${#mail[@]} -eq 1 ] || return 1
	sed '/^$/q' "${mail[0]}"
}

# Is its body what body says?
intact()
{
	sed '1,/^$/d' "${mail[0]}" | cmp - <(body)
}

# Is the header field in it?  Folded fields are seen as one line.
has()
{
	sed '/^$/q' "${mail[0]}" | sed -e ':a' -e 'N' -e '$!ba' \
	    -e 's/\n[ \t]/ /g' | grep -q -- "$1"
}

# Did nothing come, and is nothing on its way?
nothing()
{
	[ -z "$(find "$run/mail" "$run/queue/"{incoming,active,deferred} \
	    "$run/spool" -type f -name '[0-9A-Z]*' 2>/dev/null)" ]
}

# The login with these settings is accepted, and the message arrives.
accepted()
{
	find "$run/mail" -type f -delete
	login "$@"
	deliver b@example.org < <(message)
	[ "$status" -eq 0 ] && [ -z "$output$stderr" ] && arrived b && intact
}

# With another password it is refused, and nothing else is tried.
rejected()
{
	find "$run/mail" -type f -delete
	conf 'user user' 'password Drowssap' "$@"
	deliver b@example.org < <(message)
	[ "$status" -eq 77 ] && [[ $stderr == *"$addr:"*': 535 '* ]] &&
	    [[ $stderr != *Drowssap* ]] && nothing
}

base64url()
{
	openssl base64 -A | tr +/ -_ | tr -d =
}

# A token for $1 (RFC 7519) until $2 seconds from now, signed with $3, and
# with as many octets in it that mean nothing.
token()
{
	local text now

	now=$(date +%s)
	text=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url).$(
	    printf '{"iss":"login.example.org","sub":"%s","iat":%d,"exp":%d,"x":"%s"}' \
	    "$1" "$now" $((now + $2)) "$(head -c "${4:-0}" /dev/zero |
	    tr '\0' x)" | base64url)
	printf '%s.%s' "$text" "$(printf %s "$text" | openssl dgst -sha256 \
	    -hmac "$3" -binary | base64url)"
}
