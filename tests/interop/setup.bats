#!/usr/bin/env bats
# setup.bats - from an address, or from other mailers, to a real Postfix
#
# The files of other mailers are those that their packages install, with the
# lines that an administrator changes.
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers
load root
load ../relay/terminal

setup_file()
{
	server postfix
}

teardown_file()
{
	stop
}

# peer PACKAGE: the files of another mailer, in $BATS_TEST_TMPDIR/PACKAGE.
peer()
{
	dpkg -x "$roots/$RELEASE-peers/$1"_*.deb "$BATS_TEST_TMPDIR/$1"
}

# import FILE: to $conf.
import()
{
	conf=$BATS_TEST_TMPDIR/conf
	run "$HELOISE" --import "$1" --write "$conf"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output != *"$password"* ]]
}

# The next mail arrives; "$@" are settings that the other mailer lacks.
next_mail()
{
	run --separate-stderr timeout 120 "$HELOISE" -C "$conf" --helo \
	    app.example.org --tls-name relay.example.org --queue no \
	    --from-policy keep "$@" -i -f a@example.org b@example.org \
	    < <(message)
	echo "$status $stderr"
	[ "$status" -eq 0 ]
	arrived b
	intact
	has '^Received: .*Authenticated sender: user@relay.example.org'
}

@test "setup: a dialogue with Postfix, of less than a minute" {
	local status=0 from=$SECONDS

	helper responder _submission._tcp.example.org 0 0 5870 "$addr"
	dialogue "$HELOISE" --setup b@example.org --tls-ca "$run/ca/ca.pem" \
	    --tls-name relay.example.org --helo app.example.org \
	    --resolver "127.0.0.1:$SAID" --write "$BATS_TEST_TMPDIR/new"
	reply 'is in another domain' y
	reply 'User (none: no login)' b@example.org
	reply 'Password (not shown)' "$password"
	reply 'User (none: no login)' user 2
	reply 'Password (not shown)' "$password" 2
	reply 'Address for mail to root' none
	reply 'Write' ''
	reply 'Send a test message' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	[ $((SECONDS - from)) -lt 60 ]
	grep -q 'hint: ' "$SCREEN"
	run ! grep -qF "$password" "$SCREEN"
	arrived b
	has '^Subject: Heloise works$'
	has '^Received: .*Authenticated sender: user@relay.example.org'
}

@test "import: dma.conf of the package" {
	local etc=$BATS_TEST_TMPDIR/etc

	peer dma
	mkdir "$etc"
	sed "s|^#SMARTHOST .*|SMARTHOST $addr|; s|^#PORT .*|PORT 5870|
	    s|^#AUTHPATH .*|AUTHPATH $etc/auth.conf|
	    s|^#\(SECURETRANSFER\)|\1|; s|^#\(STARTTLS\)|\1|" \
	    "$BATS_TEST_TMPDIR/dma/usr/share/dma/dma.conf" \
	    >"$etc/dma.conf"
	cp "$BATS_TEST_TMPDIR/dma/etc/dma/auth.conf" "$etc"
	echo "user|$addr:$password" >>"$etc/auth.conf"
	import "$etc/dma.conf"
	next_mail --tls-ca "$run/ca/ca.pem"
}

@test "import: main.cf of the package" {
	local etc=$BATS_TEST_TMPDIR/postfix

	mkdir "$etc"
	cp "$jail/usr/share/postfix/main.cf.debian" "$etc/main.cf"
	cat >>"$etc/main.cf" <<-END
		relayhost = [$addr]:4650
		smtp_tls_wrappermode = yes
		smtp_tls_security_level = encrypt
		smtp_tls_CAfile = $run/ca/ca.pem
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = hash:$etc/sasl_passwd
	END
	echo "[$addr]:4650 user:$password" >"$etc/sasl_passwd"
	import "$etc/main.cf"
	next_mail
}

@test "import: revaliases of the package, and the file that it makes" {
	local etc=$BATS_TEST_TMPDIR/etc

	peer ssmtp
	mkdir "$etc"
	cp "$BATS_TEST_TMPDIR/ssmtp/etc/ssmtp/revaliases" "$etc"
	cat >"$etc/ssmtp.conf" <<-END
		#
		# Config file for sSMTP sendmail
		#
		root=postmaster
		mailhub=$addr:5870
		#rewriteDomain=
		hostname=app.example.org
		#FromLineOverride=YES
		UseSTARTTLS=YES
		AuthUser=user
		AuthPass=$password
	END
	import "$etc/ssmtp.conf"
	next_mail --tls-ca "$run/ca/ca.pem"
}
