#!/usr/bin/env bats
# setup.bats - --setup: from an address to a configuration that works
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/terminal

setup() {
	follow_tests
	export HOME=$BATS_TEST_TMPDIR/home LC_ALL=C
	unset XDG_CONFIG_HOME XDG_STATE_HOME
	mkdir "$HOME"
	NEW=$HOME/new.conf
	PW=$HOME/pw
	make_certs
}

# relay_of USER [OPTION...]: a relay with TLS that takes the password sesame.
relay_of() {
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user "$1" --password sesame "${@:2}"
}

# world NAME...: a name server with these records.
world() {
	helper responder "$@"
	DNS=127.0.0.1:$SAID
}

# internet [TLS]: whatever the relay's name, it is the one started last.
internet() {
	helper proxy socks 0 "$RELAY_PORT"
	PROXY=socks5://127.0.0.1:$SAID
}

# answers ADDRESS OPTION...: all answers on the command line.
answers() {
	(umask 077 && echo sesame >"$PW")
	run --separate-stderr timeout 60 "$HELOISE" --setup "$@" \
	    --tls-ca "$CERTS/ca.pem" --write "$NEW" </dev/null
	[[ $output$stderr != *sesame* ]]
}

@test "answers on the command line: a file, and a message that arrives" {
	relay_of alice@example.org
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --root-mail ops@example.org --yes --send-test
	[ "$status" -eq 0 ]
	[ "$(stat -c %a "$NEW")" = 600 ]
	grep -qx 'user *alice@example.org' "$NEW"
	grep -qx 'from *alice@example.org' "$NEW"
	grep -qx "password-file *$PW" "$NEW"
	grep -qx '# The envelope sender where none is given.' "$NEW"
	grep -qx 'root-mail *ops@example.org' "$NEW"
	[ "$(stored_count)" -eq 1 ]
	grep -q 'Heloise works' "$(stored 1)"
}

@test "again: what is there is the answer, and nothing changes" {
	relay_of alice@example.org
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes
	[ "$status" -eq 0 ]
	printf '%s\n' 'expire 2d' 'max-size 20M' 'account shop' \
	    'relay shop.example.net' \
	    'match shop@example.org' 'auth none' >>"$NEW"
	answers --yes -C "$NEW"
	[ "$status" -eq 0 ]
	[ -e "$NEW.old" ]
	[[ $(<"$NEW") == *$'account         shop\n'*'shop.example.net'* ]]
	grep -qx 'expire *2d' "$NEW"
	grep -qx 'max-size *20M' "$NEW"
	cp "$NEW" "$HOME/before"
	answers --yes -C "$NEW"
	[ "$status" -eq 0 ]
	[[ $output == *"$NEW is so already."* ]]
	cmp "$NEW" "$HOME/before"
	run --separate-stderr "$HELOISE" -C "$NEW" --check-config
	[ "$status" -eq 0 ]
}

@test "again: a line with a mistake is named, and not taken over" {
	relay_of alice@example.org
	printf '%s\n' 'prot 25' 'timeout 20' >"$NEW"
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes -C "$NEW"
	[ "$status" -eq 0 ]
	[[ $stderr == *'is not taken over'*"$NEW:1: prot: no setting has this name"* ]]
	run ! grep -q '^prot' "$NEW"
	grep -q '^prot' "$NEW.old"
}

@test "a password that the relay refuses: its hint, and nothing is written" {
	relay_of alice@example.org
	(umask 077 && echo sesamo >"$PW.wrong")
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW.wrong" --yes
	[ "$status" -eq 77 ]
	[[ $stderr == *'cannot log in to localhost'*'535'* ]]
	[[ $stderr == *'hint: '* ]]
	[[ $stderr == *'nothing was written'* ]]
	[[ $output$stderr != *sesamo* ]]
	[ ! -e "$NEW" ]
}

@test "without a terminal: each answer that is missing names its option" {
	relay_of alice@example.org
	local -a relay=(--relay "localhost:$RELAY_PORT")

	answers
	[ "$status" -eq 64 ]
	[[ $stderr == *'standard input is no terminal, so nothing can be asked: '*'"Your address": give ADDRESS'* ]]
	answers nobody "${relay[@]}"
	[ "$status" -eq 64 ]
	[[ $stderr == *'cannot use the address nobody: it has no domain'* ]]
	answers alice@example.org "${relay[@]}"
	[ "$status" -eq 64 ]
	[[ $stderr == *'give --user and --password-file'* ]]
	answers alice@example.org "${relay[@]}" --password-file "$PW"
	[ "$status" -eq 64 ]
	[[ $stderr == *'--yes is needed'* ]]
	answers alice@example.org "${relay[@]}" --user x
	[ "$status" -eq 64 ]
	[[ $stderr == *'no password: give --password-file'* ]]
	answers alice@example.org "${relay[@]}" --password-file none --yes
	[ "$status" -eq 78 ]
	[[ $stderr == *"$PWD/none: No such file"* ]]
	[ ! -e "$NEW" ]
}

@test "a provider, by the domain of the address" {
	relay_of alice@gmail.com
	internet
	answers alice@gmail.com --proxy "$PROXY" --port 587 \
	    --tls-name relay.example.org --password-file "$PW" --yes --send-test
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[[ $output == *'This is Gmail and Google Workspace.'* ]]
	grep -qx 'provider *gmail' "$NEW"
	run ! grep -E '^#.{79}' "$NEW"
	run ! grep -q '^relay ' "$NEW"
	grep -qx 'user *alice@gmail.com' "$NEW"
	read -r -t 5 SAID <&"$HELPER_OUT"
	[[ $SAID == *smtp.gmail.com*587* ]]
	[ "$(stored_count)" -eq 1 ]
}

@test "a provider, by the hosts that take the domain's mail" {
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user alice@example.org --password sesame
	internet
	world example.org mx in1-smtp.messagingengine.com
	answers alice@example.org --proxy "$PROXY" --resolver "$DNS" \
	    --tls-name relay.example.org --password-file "$PW" --yes --send-test
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	grep -qx 'provider *fastmail' "$NEW"
	[ "$(stored_count)" -eq 1 ]
}

@test "a provider whose user is the part before the @" {
	start_relay --tls implicit --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user alice --password sesame
	internet
	answers alice@free.fr --proxy "$PROXY" \
	    --tls-name relay.example.org --password-file "$PW" --yes --send-test
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	grep -qx 'user *alice' "$NEW"
	[ "$(stored_count)" -eq 1 ]
}

@test "SRV records: a host of the domain is used" {
	relay_of alice@example.org
	internet
	world _submission._tcp.example.org 0 0 2587 relay.example.org
	answers alice@example.org --proxy "$PROXY" --resolver "$DNS" \
	    --password-file "$PW" --yes
	[ "$status" -eq 0 ]
	grep -qx 'relay *relay.example.org' "$NEW"
	grep -qx 'port *2587' "$NEW"
	grep -qx 'tls *starttls' "$NEW"
}

@test "SRV records: one elsewhere is not used without a word" {
	relay_of alice@example.org
	world _submission._tcp.example.org 0 0 "$RELAY_PORT" localhost
	answers alice@example.org --resolver "$DNS" --password-file "$PW" --yes
	[ "$status" -eq 78 ]
	[[ $stderr == *"give --relay localhost:$RELAY_PORT"* ]]
	[ ! -s "$RELAY_LOG" ]
	[ ! -e "$NEW" ]
}

@test "usual names in the domain, and none that answers" {
	relay_of alice@example.org
	internet
	# Of smtp.example.org, 587 is the first port with STARTTLS.
	world other.example.org mx mail.example.org
	answers alice@example.org --proxy "$PROXY" --resolver "$DNS" \
	    --tls-name relay.example.org --password-file "$PW" --yes
	[ "$status" -eq 0 ]
	[[ $output == *'Trying smtp.example.org port 465 ... no: '* ]]
	[[ $output == *'Trying smtp.example.org port 587 ... it answers.'* ]]
	grep -qx 'relay *smtp.example.org' "$NEW"
	grep -qx 'port *587' "$NEW"
	helper proxy socks 5
	answers bob@example.net --proxy "socks5://127.0.0.1:$SAID" \
	    --resolver "$DNS" --password-file "$PW" --yes
	[ "$status" -eq 78 ]
	[[ $stderr == *'no relay found for bob@example.net: give --relay'* ]]
}

@test "a dialogue: a wrong password is corrected, and the mail arrives" {
	local status=0

	relay_of alice@example.org
	world _submission._tcp.example.org 0 0 "$RELAY_PORT" localhost
	dialogue "$HELOISE" --setup --tls-ca "$CERTS/ca.pem" \
	    --resolver "$DNS" --write "$NEW"
	reply 'Your address' alice
	reply 'Your address' alice@example.org 2
	reply 'is in another domain' yes
	reply 'User (none: no login) [alice@example.org]' ''
	reply 'Password (not shown)' sesamo
	reply 'User (none: no login)' '' 2
	reply 'Password (not shown)' sesame 2
	reply "Address for mail to root" 'a b'
	reply "Address for mail to root" root@example.net 2
	reply "Write $NEW [yes]" y
	reply 'Send a test message to alice@example.org [yes]' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	grep -q 'hint: ' "$SCREEN"
	run ! grep -q 'sesam' "$SCREEN"
	grep -q '^password *sesame$' "$NEW"
	grep -qx 'root-mail *root@example.net' "$NEW"
	[ "$(stat -c %a "$NEW")" = 600 ]
	[ "$(stored_count)" -eq 1 ]
	run ! grep -q -e Check: -e 'left out' "$NEW"
}

@test "a dialogue: a relay is named after nothing was found" {
	local status=0

	relay_of alice@example.org
	world other.example.org mx mail.example.org
	dialogue "$HELOISE" --setup alice@example.org --tls-ca \
	    "$CERTS/ca.pem" --resolver "$DNS" --write "$NEW"
	reply 'Relay (HOST or HOST:PORT)' localhost:nonsense
	shows 'No relay was found.'
	reply 'Relay (HOST or HOST:PORT)' "localhost:$RELAY_PORT" 2
	reply 'User (none' ''
	reply 'Password (not shown)' sesame
	reply 'Address for mail to root' none
	reply "Write $NEW [yes]" yes
	reply 'Send a test message' ''
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	grep -qx "relay *localhost:$RELAY_PORT" "$NEW"
	run ! grep -q '^port ' "$NEW"
	[ "$(stored_count)" -eq 1 ]
}

@test "a dialogue: no login, where the relay wants one, is corrected" {
	local status=0

	relay_of alice@example.org --auth-required
	dialogue "$HELOISE" --setup alice@example.org --tls-ca \
	    "$CERTS/ca.pem" --relay "127.0.0.1:$RELAY_PORT" --write "$NEW"
	reply 'User (none' none
	reply 'User (none' '' 2
	reply 'Password (not shown)' sesame
	reply 'Address for mail to root' none
	reply "Write $NEW [yes]" yes
	reply 'Send a test message' no
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	grep -q 'Trying the sender ... refused' "$SCREEN"
	run ! grep -q '^auth ' "$NEW"
	grep -qx 'user *alice@example.org' "$NEW"
	run ! grep -q '^root-mail' "$NEW"
}

@test "a dialogue that ends early writes nothing" {
	local status=0

	relay_of alice@example.org
	dialogue "$HELOISE" --setup alice@example.org --tls-ca \
	    "$CERTS/ca.pem" --relay "localhost:$RELAY_PORT" --write "$NEW"
	reply 'User (none' ''
	reply 'Password (not shown)' sesame
	reply 'Address for mail to root' ''
	reply "Write $NEW [yes]" no
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 64 ]
	grep -q 'nothing was written' "$SCREEN"
	[ ! -e "$NEW" ]
}

@test "root: the system's file, for the group of all users" {
	local etc=$BATS_TEST_TMPDIR/etc

	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	unshare -m true || skip 'needs a mount namespace'
	relay_of alice@example.org
	mkdir "$etc"
	cp /etc/passwd /etc/hosts /etc/nsswitch.conf "$etc"
	echo 'heloise:x:990:' >"$etc/group"
	(umask 027 && echo sesame >"$etc/pw")
	chgrp 990 "$etc/pw"
	run unshare -m sh -c 'mount --bind "$1" /etc && shift && exec "$@"' \
	    sh "$etc" "$HELOISE" --setup alice@example.org \
	    --relay "localhost:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" \
	    --password-file /etc/pw --yes
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(stat -c '%a %u %g' "$etc/heloise.conf")" = '640 0 990' ]
	[[ $output != *'Only root'* ]]
}

@test "the providers, and one in a file" {
	run "$HELOISE" --providers
	[ "$status" -eq 0 ]
	[ "$(grep -c '^    relay  ' <<<"$output")" -ge 60 ]
	[[ $output == *$'gmail: Gmail and Google Workspace\n    relay   smtp.gmail.com port 465, implicit TLS\n'*'https://myaccount.google.com/apppasswords'* ]]
	CONF=$(conf 'provider posteo' 'user a@posteo.de' 'password x')
	run "$HELOISE" -C "$CONF" --show-config
	[ "$status" -eq 0 ]
	[[ $output == *"posteo.de:465"*"$CONF:1"* ]]
	run "$HELOISE" --provider nobody --show-config
	[ "$status" -eq 64 ]
	[[ $output == *'expected a provider of `heloise --providers`' ]]
	run "$HELOISE" --provider fastmial --show-config
	[ "$status" -eq 64 ]
	[[ $output == *'`heloise --providers`; did you mean fastmail?' ]]
}

@test "a provider that takes only OAuth" {
	start_relay --tls starttls --cert "$CERTS/ok.pem"
	internet
	run --separate-stderr "$HELOISE" --setup alice@outlook.com \
	    --proxy "$PROXY" --tls-name relay.example.org \
	    --tls-ca "$CERTS/ca.pem" --write "$NEW" --yes </dev/null
	[ "$status" -eq 0 ]
	[[ $output == *'This is Outlook.com and Hotmail.'* ]]
	[[ $output == *"Set \`oauth-client-id\` in $NEW: "* ]]
	[[ $output == *"run: heloise -C $NEW --login"* ]]
	grep -qx 'oauth *microsoft' "$NEW"
	answers alice@outlook.com --proxy "$PROXY" --tls-name \
	    relay.example.org --oauth-client-id client --yes
	[ "$status" -eq 0 ]
	[[ $output != *'Set `'* ]]
	[[ $output == *"run: heloise -C $NEW --login"* ]]
	grep -qx 'oauth-client-id *client' "$NEW"
}

# oauth_dialogue ADDRESS PORT OPTION...
oauth_dialogue() {
	"$HELOISE" --help | grep -q -e --login || skip 'built without OAuth'
	start_relay --tls starttls --cert "$CERTS/ok.pem"
	internet
	dialogue "$HELOISE" --setup "$1" --proxy "$PROXY" --port "$2" \
	    --tls-name relay.example.org --tls-ca "$CERTS/ca.pem" \
	    --write "$NEW" --root-mail ops@example.org \
	    --spool "$HOME/spool" "${@:3}"
}

@test "OAuth at a terminal: the client, its secret, and what to run" {
	oauth_dialogue alice@gmail.com 587
	reply 'Log in by OAuth, without a password' y
	reply 'Client id (none: set it later) [none]: ' yes
	shows 'yes: expected an id that ends in .apps.googleusercontent.com' ||
	    await shows 'yes: expected an id that ends in .apps.google'
	reply 'Client id (none: set it later) [none]: ' \
	    123-x.apps.googleusercontent.com 2
	reply 'Client secret (not shown): ' sesame
	reply 'Log in now [yes]: ' n
	reply "Write $NEW" y
	hangs_up
	shows 'console.cloud.google.com, APIs & Services, Credentials'
	shows "run: heloise -C $NEW --login"
	run ! grep -q -e 'Send a test message' -e Tenant -e sesame "$SCREEN"
	grep -qx 'oauth *google' "$NEW"
	grep -qx 'oauth-client-id *123-x.apps.googleusercontent.com' "$NEW"
	grep -qx 'oauth-client-secret *sesame' "$NEW"
	[ "$(stat -c %a "$NEW")" = 600 ]
	run "$HELOISE" -C "$NEW" --check-config
	[[ $output == *'nobody has logged in as alice@gmail.com yet'* ]]
	[[ $output == *'1 mistake'* ]]
}

@test "OAuth at a terminal: the tenant, and a login that fails is corrected" {
	local n wrong=01234567-89ab-cdef-0123-456789abcdef
	local right=76543210-89ab-cdef-0123-456789abcdef

	# The provider is behind a proxy that is not there.
	export https_proxy=http://127.0.0.1:9 no_proxy=
	oauth_dialogue alice@outlook.com 587
	reply 'Client id (none: set it later) [none]: ' wrong
	await shows 'wrong: expected 36 characters such as 01234567-89ab-'
	reply 'Client id (none: set it later) [none]: ' "$wrong" 2
	reply 'Tenant (id or domain of the organization) [common]: ' a/b
	shows 'a/b: this is not valid' || await shows 'a/b: this is not valid'
	reply 'Tenant (id or domain of the organization) [common]: ' '' 2
	reply 'Log in now [yes]: ' ''
	await shows 'hint: this host cannot reach the provider'
	reply 'Write the file without logging in (heloise --login later)' no
	reply "Client id (none: set it later) [$wrong]: " "$right"
	reply 'Tenant (id or domain of the organization) [common]: ' \
	    example.org 3
	reply 'User (the mailbox) [alice@outlook.com]: ' bob@example.org
	reply 'Log in now [yes]: ' n 2
	reply "Write $NEW" y
	hangs_up
	for n in "oauth-client-id *$right" 'oauth-tenant *example.org' \
	    'user *bob@example.org' 'from *alice@outlook.com'; do
		grep -qx "$n" "$NEW"
	done
}

@test "OAuth at a terminal: without a client there is no login" {
	oauth_dialogue alice@outlook.com 587
	reply 'Client id (none: set it later) [none]: ' ''
	reply "Write $NEW" y
	hangs_up
	shows 'entra.microsoft.com, Applications, App registrations'
	shows "Set \`oauth-client-id\` in $NEW"
	run ! grep -q -e 'Log in now' -e Tenant "$SCREEN"
	run ! grep -q '^oauth-client-id' "$NEW"
}

# present LINE...: the file of a former --setup, with a login at the relay
# 127.0.0.1, which no name server is asked for.
present() {
	(umask 077 && printf '%s\n' "relay 127.0.0.1:$RELAY_PORT" \
	    'tls starttls' 'tls-name localhost' 'user alice@example.org' \
	    'password sesame' 'from alice@example.org' "$@" >"$NEW")
}

@test "another relay: the old login is not used for it" {
	relay_of alice@example.org
	present
	cp "$NEW" "$HOME/before"
	answers bob@example.net --relay "localhost:$RELAY_PORT" --yes -C "$NEW"
	echo "$stderr"
	[ "$status" -eq 64 ]
	[[ $stderr == *'The configuration is for 127.0.0.1; its login is not used for localhost.'* ]]
	[[ $stderr == *'give --user and --password-file, or --auth none'* ]]
	run ! grep -q '^C: AUTH' "$RELAY_LOG"
	cmp "$NEW" "$HOME/before"
	# What belongs to the old relay is not in the new file.
	(umask 077 && echo sesame >"$PW")
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes -C "$NEW"
	[ "$status" -eq 0 ]
	run ! grep -qE '^(password|tls-name) ' "$NEW"
}

@test "another relay: by the domain of another address" {
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --auth 'LOGIN PLAIN' --user alice@gmail.com --password other
	internet
	present
	dialogue "$HELOISE" --setup alice@gmail.com --proxy "$PROXY" \
	    --port 587 --tls-name relay.example.org --tls-ca "$CERTS/ca.pem" \
	    -C "$NEW"
	reply 'Log in by OAuth' no
	reply 'User (none: no login) [alice@gmail.com]' ''
	reply 'Password (not shown)' other
	reply 'Address for mail to root' none
	reply "Replace $NEW" yes
	reply 'Send a test message' no
	hangs_up
	shows 'The configuration is for 127.0.0.1; its login is not used for'
	grep -qx 'provider *gmail' "$NEW"
	grep -qx 'user *alice@gmail.com' "$NEW"
	grep -qx 'password *other' "$NEW"
	run ! grep -q sesame "$NEW"
}

@test "another relay: an OAuth client is not taken along" {
	start_relay --tls starttls --cert "$CERTS/ok.pem"
	internet
	printf '%s\n' 'provider microsoft365' 'user bob@example.net' \
	    'oauth microsoft' 'oauth-tenant example.net' \
	    'oauth-client-id 01234567-89ab-cdef-0123-456789abcdef' \
	    'from bob@example.net' >"$NEW"
	answers alice@gmail.com --proxy "$PROXY" --port 587 \
	    --tls-name relay.example.org --yes -C "$NEW"
	[ "$status" -eq 64 ]
	[[ $stderr == *'The configuration is for smtp.office365.com; its'* ]]
	[[ $stderr == *'give --user and --password-file'* ]]
	run ! grep -q '^C: AUTH' "$RELAY_LOG"
}

@test "another relay: accounts keep what they had from above" {
	relay_of alice@example.org
	present 'account bob' 'match bob@example.org' 'user bob@example.org' \
	    'account none' 'relay relay.example.net' 'auth none'
	(umask 077 && echo sesame >"$PW")
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes -C "$NEW"
	echo "$stderr"
	[ "$status" -eq 0 ]
	run "$HELOISE" -C "$NEW" -a bob --show-config
	[[ $output == *"127.0.0.1:$RELAY_PORT"*'bob@example.org'* ]]
	sed -n '/^account *bob/,/^account *none/p' "$NEW" >"$HOME/bob"
	grep -qx 'password *sesame' "$HOME/bob"
	grep -qx 'tls-name *localhost' "$HOME/bob"
	sed -n '/^account *none/,$p' "$NEW" >"$HOME/none"
	grep -qx 'relay *relay.example.net' "$HOME/none"
	# Again with the same options: nothing of the accounts is lost.
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes -C "$NEW"
	[ "$status" -eq 0 ]
	grep -qx 'password *sesame' "$NEW"
	[ "$(grep -c '^relay ' "$NEW")" -eq 3 ]
}

@test "another relay: what is new above does not reach an account" {
	relay_of alice@example.org
	present 'account bob' 'match bob@example.org' 'user bob@example.org'
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --auth none --tls-verify no --yes -C "$NEW" || :
	sed -n '/^account *bob/,$p' "$NEW" >"$HOME/bob"
	grep -qx 'auth *auto' "$HOME/bob"
	grep -qx 'tls-verify *yes' "$HOME/bob"
}

@test "another relay: one of the environment owns no password" {
	relay_of alice@example.org
	printf '%s\n' 'relay mail.example.org:587' 'user alice@example.org' \
	    'password sesame' >"$NEW"
	chmod 600 "$NEW"
	HELOISE_RELAY=localhost:$RELAY_PORT answers alice@example.org \
	    --relay "localhost:$RELAY_PORT" --yes -C "$NEW"
	[ "$status" -eq 64 ]
	run ! grep -q "^C: AUTH" "$RELAY_LOG"
}

@test "again: the name that came with from is kept, for its address only" {
	relay_of alice@example.org
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes
	sed -i 's/^from .*/from Alice A <alice@example.org>/' "$NEW"
	printf '%s\n' 'account bob' 'from bob@example.org' >>"$NEW"
	answers --yes -C "$NEW"
	[ "$status" -eq 0 ]
	grep -qx 'from-name *Alice A' "$NEW"
	run "$HELOISE" -C "$NEW.old" --show-config
	[ "$(grep -c 'Alice A' <<<"$output")" -eq 1 ]
	run "$HELOISE" -C "$NEW.old" --from carol@example.org --show-config
	[[ $output != *'Alice A'* ]]
}

@test "another address at the same relay: whose login is asked" {
	relay_of alice@example.org
	present
	dialogue "$HELOISE" --setup noreply@example.org --relay \
	    "127.0.0.1:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" -C "$NEW"
	reply 'Use the login of alice@example.org for noreply@example.org [no]' ''
	reply 'User (none: no login) [noreply@example.org]' alice@example.org
	reply 'Password (not shown)' sesame
	reply 'Address for mail to root' none
	reply "Replace $NEW" yes
	reply 'Send a test message' no
	hangs_up
	grep -qx 'from *noreply@example.org' "$NEW"
	dialogue "$HELOISE" --setup ops@example.org --relay \
	    "127.0.0.1:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" -C "$NEW"
	reply 'Use the login of alice@example.org for ops@example.org' yes
	reply 'User (none: no login) [alice@example.org]' ''
	reply 'Address for mail to root' none
	reply "Replace $NEW" yes
	reply 'Send a test message' no
	hangs_up
	grep -qx 'from *ops@example.org' "$NEW"
}

@test "a login that may send only as itself: its address is offered" {
	local status=0

	relay_of alice@example.org \
	    --fail 'MAIL:me@example.net:553 5.7.1 not owned by user'
	dialogue "$HELOISE" --setup me@example.net --relay \
	    "localhost:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" --write "$NEW"
	reply 'User (none: no login) [me@example.net]' alice@example.org
	reply 'Password (not shown)' sesame
	reply 'Send all mail as alice@example.org (from-policy force) [yes]' ''
	reply 'Address for mail to root' none
	reply "Write $NEW" yes
	reply 'Send a test message to alice@example.org' yes
	hangs_up || status=$?
	cat "$SCREEN"
	[ "$status" -eq 0 ]
	shows 'Trying the login ... accepted, but not the address.'
	grep -qx 'from-policy *force' "$NEW"
	grep -qx 'from *alice@example.org' "$NEW"
	[ "$(stored_count)" -eq 1 ]
}

@test "no name server: it is named, and no further name is tried" {
	local etc=$BATS_TEST_TMPDIR/etc

	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	unshare -m true || skip 'needs a mount namespace'
	mkdir "$etc"
	cp /etc/passwd /etc/group /etc/hosts "$etc"
	echo 'hosts: files dns' >"$etc/nsswitch.conf"
	echo 'nameserver 127.0.0.77' >"$etc/resolv.conf"
	run timeout 60 unshare -m sh -c 'mount --bind "$1" /etc && shift &&
	    exec "$@"' sh "$etc" "$HELOISE" --setup bob@example.net --yes \
	    --tls-ca "$CERTS/ca.pem"
	echo "$output"
	[ "$status" -eq 78 ]
	[ "$(grep -c '^Trying' <<<"$output")" -eq 1 ]
	[[ $output == *'no: the name server does not answer.'* ]]
}

@test "a short user that is refused: the whole address is next" {
	local status=0

	relay_of alice@example.org
	dialogue "$HELOISE" --setup alice@example.org --relay \
	    "localhost:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" --write "$NEW"
	reply 'User (none: no login) [alice@example.org]' alice
	reply 'Password (not shown)' sesame
	reply 'User (none: no login) [alice@example.org]' '' 2
	reply 'Password (not shown)' sesame 2
	reply 'Address for mail to root' none
	reply "Write $NEW" yes
	reply 'Send a test message' no
	hangs_up
	grep -qx 'user *alice@example.org' "$NEW"
}

@test "a wrong TLS mode of the command line is named so" {
	start_relay --tls implicit --cert "$CERTS/ok.pem"
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --tls starttls --yes
	echo "$output$stderr"
	[ "$status" -ne 0 ]
	[[ $stderr == *'set `tls implicit` (now starttls, --tls)'* ]]
}

@test "the test message is refused: the file stays, and the status is 69" {
	relay_of alice@example.org --fail 'DATA:554 5.7.1 no'
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes --send-test
	echo "$output$stderr"
	[ "$status" -eq 69 ]
	[[ $stderr == *"$NEW is written, but the relay did not accept the test message; correct it as the hint says, or run --setup again"* ]]
	[ -e "$NEW" ]
}

@test "an included file: it is said that nobody reads it any more" {
	relay_of alice@example.org
	(umask 077 && echo sesame >"$PW")
	mkdir "$HOME/d"
	echo 'expire 2d' >"$HOME/d/10.conf"
	echo 'include d/*.conf' >"$NEW"
	answers alice@example.org --relay "localhost:$RELAY_PORT" \
	    --password-file "$PW" --yes -C "$NEW"
	[ "$status" -eq 0 ]
	[[ $output == *"The old file is $NEW.old."* ]]
	[[ $output == *"$HOME/d/10.conf is no longer read; its settings are in the new file."* ]]
	grep -qx 'expire *2d' "$NEW"
}

@test "an interrupt: nothing was written, and the terminal is as before" {
	local status=0

	relay_of alice@example.org
	dialogue sh -c 'trap : INT; "$@"; echo "ended with $?"; stty -a' sh \
	    env --default-signal=INT "$HELOISE" --setup alice@example.org \
	    --relay "localhost:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" \
	    --write "$NEW"
	reply 'User (none' ''
	await shows 'Password (not shown)'
	printf '\003' >&"$KEYS"
	hangs_up || status=$?
	cat "$SCREEN"
	shows 'heloise: nothing was written'
	shows 'ended with 130'
	grep -q ' echo ' "$SCREEN"
	[ ! -e "$NEW" ]
}

@test "no controlling terminal: the password is read from standard input" {
	relay_of alice@example.org
	dialogue setsid -w "$HELOISE" --setup alice@example.org \
	    --relay "localhost:$RELAY_PORT" --tls-ca "$CERTS/ca.pem" \
	    --write "$NEW"
	reply 'User (none' ''
	reply 'Password (not shown)' sesame
	reply 'Address for mail to root' none
	reply "Write $NEW" yes
	reply 'Send a test message' no
	hangs_up
	grep -qx 'password *sesame' "$NEW"
	run ! grep -q sesame "$SCREEN"
}

@test "OAuth at a terminal: without the network, the file is written" {
	export https_proxy=http://127.0.0.1:9 no_proxy=
	oauth_dialogue alice@outlook.com 587
	reply 'Client id (none' 01234567-89ab-cdef-0123-456789abcdef
	reply 'Tenant (id' ''
	reply 'Log in now [yes]: ' ''
	reply 'Write the file without logging in (heloise --login later)' ''
	reply "Write $NEW" y
	hangs_up
	shows "run: heloise -C $NEW --login"
	run ! shows 'Client id' 2
}

@test "OAuth at a terminal: from a password to it, and back" {
	local id=01234567-89ab-cdef-0123-456789abcdef

	printf '%s\n' 'provider microsoft365' 'user a@example.org' \
	    'password sesame' 'from a@example.org' >"$NEW"
	oauth_dialogue a@example.org 587 -C "$NEW"
	reply 'Log in by OAuth, without a password [no]' yes
	reply 'Client id (none' "$id"
	reply 'Tenant (id' ''
	reply 'Log in now [yes]: ' n
	reply "Replace $NEW" y
	hangs_up
	grep -qx "oauth-client-id *$id" "$NEW"
	run ! grep -q '^password' "$NEW"
	oauth_dialogue a@example.org 587 -C "$NEW"
	reply 'Log in by OAuth, without a password [yes]' no
	reply 'User (none: no login) [a@example.org]' none
	reply "Replace $NEW" y
	reply 'Send a test message' no
	hangs_up
	run ! grep -q '^oauth' "$NEW"
}

@test "OAuth at a terminal: the default where passwords end" {
	world example.org mx example-org.mail.protection.outlook.com
	oauth_dialogue a@example.org 587 --resolver "$DNS"
	reply 'Log in by OAuth, without a password [yes]' no
	reply 'User (none: no login) [a@example.org]' none
	reply "Write $NEW" y
	reply 'Send a test message' no
	hangs_up
}
