#!/usr/bin/env bats
# import.bats - --import: from another mailer's files to a message that arrives
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	export HOME=$BATS_TEST_TMPDIR/home
	export XDG_STATE_HOME=$HOME/state
	unset XDG_CONFIG_HOME
	mkdir "$HOME"
	NEW=$BATS_TEST_TMPDIR/new.conf
}

tls_relay() {
	make_certs
	start_relay --tls "$1" --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user joe --password 'open sesame'
}

clear_relay() {
	start_relay --auth 'LOGIN PLAIN' --user joe --password sesame
}

# file NAME <<LINES: a file of another mailer, below $HOME; sets FILE.
file() {
	FILE=$HOME/$1
	mkdir -p "${FILE%/*}"
	cat >"$FILE"
}

# import FILE [OPTION...]: to $NEW.  No secret is shown.
import() {
	run --separate-stderr "$HELOISE" --import "$1" --write "$NEW" "${@:2}"
	[[ $output$stderr != *sesame* ]]
}

# The next mail, as the new configuration has it.
arrives() {
	[ "$(stat -c %a "$NEW")" = 600 ]
	run --separate-stderr timeout 60 "$HELOISE" -C "$NEW" --aliases none \
	    --spool "$BATS_TEST_TMPDIR/spool" "$@" -f alice@example.org -t \
	    <<<"$MAIL"
	echo "$stderr"
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	grep -qx 'user joe' "$(envelope 1)"
}

@test "msmtp: STARTTLS, a login in quotes" {
	tls_relay starttls
	file .msmtprc <<-END
		defaults
		tls on
		tls_trust_file $CERTS/ca.pem
		logfile ~/.msmtp.log
		account relay
		host 127.0.0.1
		port $RELAY_PORT
		from alice@example.org
		auth on
		user joe
		password "open sesame"
		account default : relay
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	[[ $output == "$NEW is made of $FILE (msmtp)."* ]]
	arrives
	grep -q '^tls TLS1' "$RELAY_LOG"
	[ -s "$HOME/.msmtp.log" ]
}

@test "msmtp: implicit TLS, and a command for the password" {
	tls_relay implicit
	file .msmtprc <<-END
		account default
		host 127.0.0.1
		port $RELAY_PORT
		tls on
		tls_starttls off
		tls_trust_file $CERTS/ca.pem
		auth plain
		user joe
		passwordeval printf 'open %s\n' sesame | cat
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	arrives
}

@test "ssmtp: a login in clear" {
	clear_relay
	file ssmtp/ssmtp.conf <<-END
		root=ops@example.org
		mailhub=127.0.0.1:$RELAY_PORT
		hostname=web1.example.org
		AuthUser=joe
		AuthPass=sesame
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	[[ $output == *'the password goes in clear'* ]]
	grep -qx 'root-mail *ops@example.org' "$NEW"
	arrives
	grep -q '^C: EHLO web1.example.org' "$RELAY_LOG"
}

@test "nullmailer: STARTTLS, by its directory" {
	tls_relay starttls
	file nullmailer/remotes <<-END
		127.0.0.1 smtp port=$RELAY_PORT starttls user=joe pass='open sesame' x509cafile=$CERTS/ca.pem
	END
	echo web1.example.org >"$HOME/nullmailer/me"
	import "$HOME/nullmailer"
	[ "$status" -eq 0 ]
	arrives
	grep -q '^C: EHLO web1.example.org' "$RELAY_LOG"
}

@test "dma: the login of auth.conf" {
	tls_relay implicit
	file dma/auth.conf <<<'joe|127.0.0.1:open sesame'
	file dma/dma.conf <<-END
		SMARTHOST 127.0.0.1
		PORT $RELAY_PORT
		AUTHPATH $HOME/dma/auth.conf
		SECURETRANSFER
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	[[ $output == *'dma does not verify'* ]]
	arrives --tls-ca "$CERTS/ca.pem"
}

@test "esmtp: an identity with a login of its own" {
	clear_relay
	file .esmtprc <<-END
		hostname = 127.0.0.1:1
		identity = alice@example.org
		    hostname = 127.0.0.1:$RELAY_PORT
		    username = "joe"
		    password = "sesame"
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	arrives
}

@test "Postfix: sasl_passwd, a continued line" {
	tls_relay starttls
	file postfix/sasl_passwd <<<"[127.0.0.1]:$RELAY_PORT joe:open sesame"
	file postfix/main.cf <<-END
		relayhost =
		    [127.0.0.1]:$RELAY_PORT
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = hash:$HOME/postfix/sasl_passwd
		smtp_tls_security_level = encrypt
		smtp_tls_CAfile = $CERTS/ca.pem
		mynetworks = 127.0.0.0/8
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	[[ $(<"$NEW") == *'since it is about receiving mail: mynetworks'* ]]
	[[ $output == *'mail to local users was delivered here'* ]]
	arrives
}

@test "Postfix: a sender with a relay and a login of its own" {
	clear_relay
	file postfix/sasl_passwd <<<"[127.0.0.1]:$RELAY_PORT joe:sesame"
	file postfix/relayhost <<<"alice@example.org [127.0.0.1]:$RELAY_PORT"
	file postfix/main.cf <<-END
		mydestination =
		relayhost = [127.0.0.1]:1
		sender_dependent_relayhost_maps = texthash:$HOME/postfix/relayhost
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = hash:$HOME/postfix/sasl_passwd
	END
	import "$FILE"
	# The relay of all has no login.
	[ "$status" -eq 78 ]
	[[ $output == *'no login for [127.0.0.1]:1'* ]]
	arrives
}

@test "Postfix: a table of logins that only postmap can read" {
	file postfix/sasl_passwd.db </dev/null
	file postfix/main.cf <<-END
		relayhost = [127.0.0.1]:1
		smtp_sasl_auth_enable = yes
		smtp_sasl_password_maps = hash:$HOME/postfix/sasl_passwd
	END
	import "$FILE"
	[ "$status" -eq 78 ]
	[[ $output == *"run \`postmap -s hash:$HOME/postfix/sasl_passwd\`"* ]]
}

@test "Exim: passwd.client" {
	tls_relay starttls
	file exim4/passwd.client <<<'*:joe:open sesame'
	file exim4/update-exim4.conf.conf <<-END
		dc_eximconfig_configtype='smarthost'
		dc_smarthost='127.0.0.1::$RELAY_PORT'
		dc_readhost='example.org'
		dc_hide_mailname='true'
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	arrives --tls-ca "$CERTS/ca.pem"
}

@test "git: sendemail" {
	tls_relay starttls
	file .gitconfig <<-END
		[user]
		    name = Alice
		[sendemail]
		    smtpServer = 127.0.0.1
		    smtpServerPort = $RELAY_PORT
		    smtpEncryption = tls
		    smtpSslCertPath = $CERTS/ca.pem
		    smtpUser = joe
		    smtpPass = "open sesame"
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	arrives
}

@test ".netrc" {
	tls_relay starttls
	file .netrc <<-END
		machine ftp.example.org login x password sesame
		machine relay-localhost login joe password "open sesame"
	END
	import "$FILE"
	[ "$status" -eq 0 ]
	arrives --relay "127.0.0.1:$RELAY_PORT" --tls starttls \
	    --tls-ca "$CERTS/ca.pem"
}

@test "auto: the first that names a relay; others are mentioned" {
	clear_relay
	file .msmtprc <<<'# no account yet'
	file .esmtprc <<-END
		hostname 127.0.0.1:$RELAY_PORT
		username joe
		password sesame
	END
	file .netrc <<<'machine smtp.example.org login x password sesame'
	import auto
	[ "$status" -eq 0 ]
	[[ $output == *"is made of $HOME/.esmtprc (esmtp)."* ]]
	[[ $stderr == *"passed over: $HOME/.msmtprc: names no relay"* ]]
	[[ $stderr == *"there is also $HOME/.netrc"* ]]
	arrives
}

@test "auto: the system's files, for root" {
	local etc=$BATS_TEST_TMPDIR/etc

	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	unshare -m true || skip 'needs a mount namespace'
	clear_relay
	mkdir -p "$etc/nullmailer" "$etc/dma" "$etc/postfix"
	cp /etc/passwd /etc/hosts /etc/nsswitch.conf "$etc"
	sed /^heloise:/d /etc/group >"$etc/group"
	# The package's file: comments, and no setting.
	cp "$BATS_TEST_DIRNAME/../src/package/heloise.conf" "$etc"
	echo 'relayhost =' >"$etc/postfix/main.cf"
	echo '#SMARTHOST' >"$etc/dma/dma.conf"
	echo "127.0.0.1 smtp port=$RELAY_PORT user=joe pass=sesame" \
	    >"$etc/nullmailer/remotes"
	echo example.org >"$etc/nullmailer/defaultdomain"
	run unshare -m sh -c 'mount --bind "$1" /etc && shift && exec "$@"' \
	    sh "$etc" "$HELOISE" --import auto
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'passed over: /etc/dma/dma.conf: names no relay'* ]]
	[[ $output == *'passed over: /etc/postfix/main.cf: names no relay'* ]]
	[[ $output == *'Only root can read /etc/heloise.conf'* ]]
	[[ $output == *'make install-shared'* ]]
	NEW=$etc/heloise.conf
	cmp "$NEW.old" "$BATS_TEST_DIRNAME/../src/package/heloise.conf"
	grep -qx 'domain *example.org' "$NEW"
	arrives
}

@test "auto: nothing there" {
	# Those of the system would be found, too.
	[ -z "$(find /etc/msmtprc /etc/ssmtp /etc/nullmailer /etc/dma \
	    /etc/esmtprc /etc/exim4 /etc/postfix 2>/dev/null)" ] ||
	    skip 'the system has another mailer'
	import auto
	[ "$status" -eq 78 ]
	[[ $stderr == *'--setup asks for one'* ]]
	[ ! -e "$NEW" ]
}

@test "a file that is there stays, or is kept as .old" {
	file .msmtprc <<-'END'
		account default
		host smtp.example.org
	END
	echo 'relay old.example.org' >"$NEW"
	import "$FILE"
	[ "$status" -eq 78 ]
	[[ $stderr == *'already exists and was not changed'* ]]
	[ "$(<"$NEW")" = 'relay old.example.org' ]
	import "$FILE" --yes
	[ "$status" -eq 0 ]
	[ "$(<"$NEW.old")" = 'relay old.example.org' ]
	grep -qx 'relay *smtp.example.org' "$NEW"
	import "$FILE" --yes
	[ "$(<"$NEW.old")" = 'relay old.example.org' ]
	grep -qx 'relay *smtp.example.org' "$NEW.old.1"
	run --separate-stderr "$HELOISE" --import "$FILE" --write "$HOME/no/x"
	[ "$status" -eq 78 ]
	[[ $stderr == *"$HOME/no/x: No such file"* ]]
	[ ! -e "$HOME/no" ]
	ln -s "$NEW" "$NEW.link"
	NEW=$NEW.link import "$FILE" --yes
	[ "$status" -eq 78 ]
	[[ $stderr == *'is not a regular file'* ]]
}

@test "without --write: the user's file, in a new directory" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	file .msmtprc <<<$'account default\nhost smtp.example.org'
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
	cp "$HELOISE" "$BATS_TEST_TMPDIR/heloise"
	chown -R 65534 "$HOME"
	cd "$HOME"
	run setpriv --reuid 65534 --clear-groups "$BATS_TEST_TMPDIR/heloise" \
	    --import "$FILE"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(stat -c %a "$HOME/.config/heloise")" = 700 ]
	[ "$(stat -c '%a %u' "$HOME/.config/heloise/config")" = '600 65534' ]
}

@test "a file that lacks something, and what is no file of a mailer" {
	file .msmtprc <<-'END'
		account default
		host smtp.example.org
		auth on
		user joe
	END
	import "$FILE"
	[ "$status" -eq 78 ]
	[[ $output == *'Still wrong:'*'neither password'* ]]
	[ -e "$NEW" ]
	run --separate-stderr "$HELOISE" --import /etc/passwd --write "$NEW.2"
	[ "$status" -eq 64 ]
	[[ $stderr == *'write FORMAT:/etc/passwd, where FORMAT is one of msmtp, '* ]]
	run --separate-stderr "$HELOISE" --import "$HOME/none/.msmtprc" \
	    --write "$NEW.2"
	[ "$status" -eq 78 ]
	[[ $stderr == *"$HOME/none/.msmtprc: No such file"* ]]
	run --separate-stderr "$HELOISE" --import msmtp --write "$NEW.2"
	[ "$status" -eq 78 ]
	[[ $stderr == *'msmtp: No such file'*'write msmtp:FILE, or auto'* ]]
	printf 'account default\nhost a\0b\n' >"$FILE"
	run --separate-stderr "$HELOISE" --import "$FILE" --write "$NEW.2"
	[ "$status" -eq 78 ]
	[[ $stderr == *'this is no text file'* ]]
	run --separate-stderr "$HELOISE" --import msmtp: --write "$NEW.2"
	[ "$status" -eq 64 ]
	[[ $stderr == *'the name of a file is missing'* ]]
	[ ! -e "$NEW.2" ]
}
