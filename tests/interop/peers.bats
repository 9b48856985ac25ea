#!/usr/bin/env bats
# peers.bats - from the package of another mailer to a message that arrives
#
# Each package is installed in a root directory of Debian, where debconf(7)
# and the lines that its manual has for a login name a real Postfix.  Then
# "heloise --import auto" takes that over, and the next mail goes there.
# shellcheck disable=SC2154	# servers.bash and bats set variables
load servers
load root

setup_file()
{
	server postfix
	fresh_root "$roots/$RELEASE-peers" || return
	[ -z "$why" ] || return 0
	cp "$roots/$RELEASE-peers"/*.deb "$root/var/cache/apt/archives"
	knows_relay
	install -m 755 "$HELOISE" "$root/usr/local/sbin/heloise"
}

teardown_file()
{
	stop
	remove_root
}

# peer PACKAGE...: install it with the answers on stdin, and no other mailer.
peer()
{
	inside debconf-set-selections
	inside apt-get -q -y --no-install-recommends --no-download \
	    install "$@" </dev/null
}

# The package goes, with its files.
others_go()
{
	inside sh -c 'rm -f /etc/heloise.conf* /etc/msmtprc /etc/esmtprc
	    apt-get -q -y purge nullmailer ssmtp dma esmtp esmtp-run postfix \
		exim4-base exim4-config exim4-daemon-light msmtp msmtp-mta
	    rm -rf /etc/nullmailer /etc/ssmtp /etc/dma /etc/exim4 /etc/postfix \
		/etc/mailname
	    ' </dev/null
}

teardown()
{
	[ -n "${BATS_TEST_COMPLETED-}${why-}" ] || since
	[ -n "${why-}" ] || others_go >/dev/null 2>&1
}

# What root does in the end.
taken_over()
{
	run inside heloise --import auto
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == "/etc/heloise.conf is made of $1"* ]]
	[[ $output != *"$password"* ]]
	[ "$(stat -c %a "$root/etc/heloise.conf")" = 600 ]
	run inside heloise --check-config
	echo "$output"
	[ "$status" -eq 0 ]
	run inside heloise --queue no --linger no -i -f a@example.org \
	    b@example.org < <(message)
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	arrived b
	intact
	has '^Received: .*Authenticated sender: user@relay.example.org'
	# Unasked, nothing is overwritten.
	cp "$root/etc/heloise.conf" "$BATS_TEST_TMPDIR/before"
	run inside heloise --import auto
	[ "$status" -eq 78 ]
	[[ $output == *'already exists and was not changed'* ]]
	cmp "$root/etc/heloise.conf" "$BATS_TEST_TMPDIR/before"
}

@test "peer: msmtp" {
	peer msmtp </dev/null
	(umask 077 && cat >"$root/etc/msmtprc") <<-END
		defaults
		auth on
		tls on
		tls_trust_file /etc/ssl/certs/ca-certificates.crt
		syslog LOG_MAIL
		aliases /etc/aliases
		domain app.example.org
		account example
		host relay.example.org
		port 5870
		from a@example.org
		user user
		password '$password'
		account default : example
	END
	taken_over /etc/msmtprc
}

@test "peer: ssmtp" {
	peer ssmtp <<-END
		ssmtp ssmtp/overwriteconfig boolean true
		ssmtp ssmtp/root string b@example.org
		ssmtp ssmtp/mailhub string relay.example.org
		ssmtp ssmtp/port string 5870
		ssmtp ssmtp/mailname string example.org
		ssmtp ssmtp/hostname string app.example.org
		ssmtp ssmtp/rewritedomain string example.org
		ssmtp ssmtp/fromoverride boolean true
	END
	cat >>"$root/etc/ssmtp/ssmtp.conf" <<-END
		UseSTARTTLS=YES
		AuthUser=user
		AuthPass=$password
	END
	taken_over /etc/ssmtp/ssmtp.conf
}

@test "peer: nullmailer" {
	peer nullmailer <<-END
		nullmailer shared/mailname string app.example.org
		nullmailer nullmailer/defaultdomain string example.org
		nullmailer nullmailer/adminaddr string b@example.org
		nullmailer nullmailer/relayhost string relay.example.org smtp --port=5870 --starttls --user=user --pass='$password'
	END
	cat "$root/etc/nullmailer/remotes"
	taken_over /etc/nullmailer/remotes
}

@test "peer: dma" {
	peer dma <<-END
		dma dma/mailname string app.example.org
		dma dma/relayhost string relay.example.org
	END
	sed -i 's|^#*PORT .*|PORT 5870|; s|^#\(SECURETRANSFER\)|\1|
	    s|^#\(STARTTLS\)|\1|; s|^#\(AUTHPATH .*\)|\1|' \
	    "$root/etc/dma/dma.conf"
	echo "user|relay.example.org:$password" >>"$root/etc/dma/auth.conf"
	taken_over /etc/dma/dma.conf
}

@test "peer: esmtp" {
	peer esmtp-run <<-END
		esmtp esmtp/overwriteconfig boolean true
		esmtp esmtp/hostname string relay.example.org
		esmtp esmtp/hostport string 5870
		esmtp esmtp/username string user
		esmtp esmtp/password password placeholder
		esmtp esmtp/starttls select required
	END
	cat "$root/etc/esmtprc"
	# Its debconf does not quote.
	sed -i "s|^password.*|password = '$password'|
	    \$a helo = app.example.org" "$root/etc/esmtprc"
	taken_over /etc/esmtprc
}

@test "peer: postfix as a satellite" {
	peer postfix <<-END
		postfix postfix/main_mailer_type select Satellite system
		postfix postfix/mailname string example.org
		postfix postfix/relayhost string [relay.example.org]:5870
		postfix postfix/root_address string b@example.org
	END
	cat >>"$root/etc/postfix/main.cf" <<-END
		myhostname = app.example.org
		smtp_tls_security_level = secure
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd
		smtp_sasl_security_options = noanonymous
	END
	(umask 077 && echo "[relay.example.org]:5870 user:$password" \
	    >"$root/etc/postfix/sasl_passwd")
	inside postmap /etc/postfix/sasl_passwd
	taken_over /etc/postfix/main.cf
}

@test "peer: exim by a smarthost" {
	peer exim4-daemon-light <<-END
		exim4-config exim4/dc_eximconfig_configtype select mail sent by smarthost; no local mail
		exim4-config exim4/mailname string app.example.org
		exim4-config exim4/dc_readhost string example.org
		exim4-config exim4/dc_smarthost string relay.example.org::5870
		exim4-config exim4/dc_postmaster string b@example.org
	END
	echo "relay.example.org:user:$password" \
	    >>"$root/etc/exim4/passwd.client"
	taken_over /etc/exim4/update-exim4.conf.conf
}
