#!/usr/bin/env bats
# checkconfig.bats - --check-config: what is said of a configuration
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153

load relay/relay

# Where others may look, too.
setup() {
	follow_tests
	DIR=$(mktemp -d /tmp/checkconfig.XXXXXX)
	chmod 755 "$DIR"
	cd "$DIR" || return
	export HOME=$DIR/home
	mkdir "$HOME"
	unset XDG_CONFIG_HOME XDG_STATE_HOME
}

teardown() {
	cd /
	rm -rf "$DIR"
}

# use LINE...: they are the configuration; no word of log and spool.
use() {
	printf '%s\n' "$@" >c
	chmod 600 c
}

check() {
	run --separate-stderr "$HELOISE" -C c "$@" --check-config
}

@test "nothing wrong: what can be read and written, and 0" {
	local user

	user=$(id -un)
	use 'relay smtp.example.net' "spool $DIR/spool" "log $DIR/log" 'user u' \
	    "password-file $DIR/pw" 'root-mail me@example.org'
	echo geheim >pw
	chmod 600 pw
	check
	diff <(echo "$output") - <<-END
		$user can read the configuration in c
		$user can read the password in $DIR/pw
		mail for root goes to me@example.org
		$user can write to the spool $DIR/spool
		$user can write the log $DIR/log
		no mistakes
	END
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	# To look is not to make.
	[ ! -e spool ]
	[ ! -e log ]
}

@test "every mistake with its line, once, and 78; no value is shown" {
	use 'relay smtp.example.net' 'prot geheim' 'port geheim' 'port 465' \
	    'tls starttls' 'password geheim' 'helo localhost' 'log none' \
	    'queue no' 'queue no' 'account b' 'fallback b c'
	check
	diff <(grep ^c: <<<"$output") - <<-END
		c:2: prot: no setting has this name; did you mean port?
		c:3: port: expected auto or a number from 1 to 65535
		c:6: password is set, but no user
		c:12: account b: fallback: an account cannot be a fallback for itself
		c:12: account b: fallback: there is no account c
		c:6: account b: password is set, but no user
		c:5: tls: port 465 uses TLS from the start: set \`tls implicit\`, or \`port 587\` (c:4: port)
		c:7: warning: helo: relays may refuse this name: give the full name of this host
		c:9: warning: queue: no effect, since c:10 comes after it
	END
	[ "$(tail -n 1 <<<"$output")" = '7 mistakes, 2 warnings' ]
	[[ $output != *geheim* ]]
	[ "$status" -eq 78 ]
}

@test "warnings alone are no failure" {
	use 'relay smtp.example.net' 'tls-verify no' 'log none' 'queue no'
	check
	[[ $output == 'c:2: warning: tls-verify: '*'1 warning' ]]
	[ "$status" -eq 0 ]
}

@test "flags and the environment: each mistake, and what they override" {
	use 'relay smtp.example.net' 'port 25' 'log none' 'queue no'
	HELOISE_PORT=26 HELOISE_PROT=1 check --tls x --linger y
	diff <(head -n 4 <<<"$output") - <<-'END'
		--tls: expected auto, starttls, implicit, opportunistic or none
		--linger: expected yes or no
		environment: HELOISE_PROT: no setting has this name; did you mean HELOISE_PORT?
		c:2: warning: port: no effect, since environment HELOISE_PORT comes after it
	END
	[ "$status" -eq 78 ]
}

@test "an unknown option is a mistake in the command line" {
	use 'relay smtp.example.net'
	check --prot 1
	[ "$stderr" = 'heloise: cannot understand the command line: --prot: no such option; did you mean --port?' ]
	[ "$status" -eq 64 ]
}

@test "no configuration at all says what is missing" {
	[ ! -e /etc/heloise.conf ] || skip 'there is an /etc/heloise.conf'
	run "$HELOISE" --check-config --log none --queue no
	[ "$output" = 'no relay is set: run `heloise --setup you@example.org`, or put a line "relay HOST" into /etc/heloise.conf, or set SMTP_HOST
1 mistake' ]
	[ "$status" -eq 78 ]
}

@test "no relay: the name that another program gives it" {
	[ ! -e /etc/heloise.conf ] || skip 'there is an /etc/heloise.conf'
	EMAIL_HOST=h SMTP_PASS=x run "$HELOISE" --check-config --log none \
	    --queue no
	[[ $output == *'or set SMTP_HOST; EMAIL_HOST is set: did you mean SMTP_HOST?'* ]]
	[[ $output == *'SMTP_PASS: warning: no effect; did you mean SMTP_PASSWORD?'* ]]
	[ "$status" -eq 78 ]
}

@test "secrets that others can read" {
	use 'relay smtp.example.net' 'user u' 'password geheim' 'log none' \
	    'queue no'
	chmod 644 c
	check
	[[ $output == 'c: this file holds a password and others can read it; run: chmod '* ]]
	[ "$status" -eq 78 ]
	use 'relay smtp.example.net' 'user u' "password-file $DIR/pw" \
	    'log none' 'queue no'
	echo geheim >pw
	chmod 644 pw
	check
	[[ $output == *" cannot read the password: $DIR/pw: all users can read this password; run: chmod o-rwx $DIR/pw"* ]]
	[ "$status" -eq 78 ]
}

@test "a password in quotes: they are a part of it" {
	use 'relay smtp.example.net' 'user u' 'password "ge heim"' 'log none' \
	    'queue no'
	chmod 600 c
	check
	[[ $output == *'c:3: warning: password: the quotes around it are a part of it'* ]]
	[[ $output != *heim* ]]
	[ "$status" -eq 0 ]
	use 'relay smtp.example.net' 'user u' "password-file $DIR/pw" \
	    'log none' 'queue no'
	echo "'geheim'" >pw
	chmod 600 pw
	check
	[[ $output == *"$DIR/pw: warning: the quotes around the password are a part of it"* ]]
	[[ $output != *heim* ]]
	[ "$status" -eq 0 ]
	echo geheim >pw
	check
	[[ $output != *quotes* ]]
	# The relay does not take it either.
	start_relay --auth PLAIN --user u --password geheim
	use "relay localhost:$RELAY_PORT" 'tls none' 'auth-cleartext yes' \
	    'user u' 'password "geheim"' 'log none' 'queue no' \
	    'helo a.example.org' 'from a@example.org'
	run --separate-stderr "$HELOISE" -C c r@example.org <<<"$MAIL"
	echo "$stderr"
	[[ $stderr == *'hint: the quotes around the password in '*'/c:5 are a part of it; remove them'* ]]
	[[ $stderr != *geheim* ]]
	[ "$status" -eq 77 ]
	sed -i "s|^password.*|password-file $DIR/pw|; s/^queue no/spool spool/" c
	echo '"geheim"' >pw
	run --separate-stderr "$HELOISE" -C c r@example.org <<<"$MAIL"
	echo "$stderr"
	[[ $stderr == *"hint: the quotes around the password in $DIR/pw are a part of it; remove them"* ]]
	[ "$status" -eq 0 ]
	run "$HELOISE" -C c -bp
	[[ $output == *"the quotes around the password in $DIR/pw are a part"* ]]
	[[ $output$stderr != *geheim* ]]
	echo geheim >pw
	"$HELOISE" -C c r@example.org <<<"$MAIL"
}

@test "files that are not there: which, and the setting" {
	use 'relay smtp.example.net' 'user u' "password-file $DIR/pw" \
	    "tls-ca $DIR/ca.pem" "log $DIR/no/log" 'queue no'
	check
	[[ $output == *"cannot read the password: $DIR/pw: No such file"* ]]
	[[ $output == *"set \`password-file <file>\` to one that exists"* ]]
	[[ $output == *"tls-ca: cannot read $DIR/ca.pem: No such file"* ]]
	[[ $output == *"set \`tls-ca <file>\` to one that exists"* ]]
	[[ $output == *"cannot write the log: $DIR/no/log: No such file"* ]]
	[[ $output == *'3 mistakes' ]]
	[ "$status" -eq 78 ]
}

@test "aliases that are not there, where somebody has named them" {
	use 'relay smtp.example.net' "aliases $DIR/aliases" 'log none' 'queue no'
	check
	[[ $output == *"cannot use the aliases: $DIR/aliases: No such file"* ]]
	[[ $output == *'1 warning' ]]
	[ "$status" -eq 0 ]
	use 'relay smtp.example.net' 'log none' 'queue no'
	check
	[[ $output != *aliases* ]] || [ -e /etc/aliases ]
}

@test "aliases that are wrong: how many; a tls-ca that nobody asks" {
	printf '%s\n' 'a: b' 'b: a' 'c: |prog' 'd' >"$DIR/aliases"
	use 'relay localhost' "aliases $DIR/aliases" 'log none' 'queue no' \
	    "tls-ca $DIR/none.pem"
	check
	[[ $output == *"cannot use all aliases: $DIR/aliases: "*" are wrong; heloise -bi shows them"* ]]
	[[ $output == *'c:5: warning: tls-ca: no effect with opportunistic TLS'* ]]
	[[ $output != *"read the certificates"* ]]
	[ "$status" -eq 78 ]
	echo 'a: root@example.org' >"$DIR/aliases"
	check
	[[ $output != *aliases* ]]
	[ "$status" -eq 0 ]
}

@test "a login that goes to another relay; percent signs" {
	use 'relay smtp.example.net' 'user u' 'password geheim' 'log none' \
	    'queue no' 'from %Z@example.net' 'from-name 100%% of %U' \
	    'account a' 'relay smtp.example.org' 'match *@example.org' \
	    'account b' 'relay SMTP.example.net:465' 'match *@example.com' \
	    'account c' 'relay smtp.example.org' 'user c' 'password geheim' \
	    'match *@example.info' \
	    'account d' 'relay smtp.example.org' 'user d' \
	    'account e' 'relay smtp.example.org' 'password other' \
	    'account f' 'relay maildir:/tmp' \
	    'account g' 'relay smtp.example.org' 'auth none'
	check
	diff <(grep ^c: <<<"$output") - <<-END
		c:6: warning: from: use only %U, %H and %% after a %
		c:9: warning: relay: account a: it gets the password of another relay: set user and password of this one, or \`auth none\`
		c:20: warning: relay: account d: it gets the password of another relay: set user and password of this one, or \`auth none\`
	END
	[ "$status" -eq 0 ]
}

@test "nothing is sent, asked or run" {
	start_relay
	use "relay localhost:$RELAY_PORT" 'user u' \
	    "password-command touch $DIR/ran" 'log none' 'queue no'
	check
	[ "$status" -eq 0 ]
	[ "$(relay_log | grep -c connect)" -eq 0 ]
	[ ! -e ran ]
	stop_relays
}

# What www-data meets, as often as not.
@test "--as: each file that this user cannot use, and what to do" {
	[ ! -d /var/spool/heloise-users ] || skip 'heloise is installed here'
	[ "$(id -u)" -eq 0 ] || skip 'only root can look as another user'
	use 'relay smtp.example.net' 'user u' "password-file $DIR/pw" \
	    "spool $DIR/spool" "log $DIR/log" 'root-mail me@example.org'
	echo geheim >pw
	chmod 600 pw
	check --as daemon
	diff <(echo "$output") - <<-END
		daemon cannot read the configuration: c: Permission denied
		    hint: daemon may not read the configuration in c; run \`chgrp daemon c && chmod 640 c\`
		daemon cannot read the password: $DIR/pw: Permission denied
		    hint: daemon may not read the password in $DIR/pw; run \`chgrp daemon $DIR/pw && chmod 640 $DIR/pw\`
		mail for root goes to me@example.org
		daemon cannot write to the spool: $DIR/spool: Permission denied
		    hint: daemon may not write to the spool $DIR/spool; as root run \`install -d -m 1777 /var/spool/heloise-users\`, where users have a spool who have no other place for one
		daemon cannot write the log: $DIR/log: Permission denied
		    hint: daemon may not write the log $DIR/log; run \`touch $DIR/log && chown daemon $DIR/log\`, or set \`log syslog\`
		4 mistakes
	END
	[ "$status" -eq 78 ]
	# That done, all is well.
	chgrp daemon c pw && chmod 640 c pw
	install -d -o daemon -m 700 spool
	touch log && chown daemon log
	check --as daemon
	diff <(echo "$output") - <<-END
		daemon can read the configuration in c
		daemon can read the password in $DIR/pw
		mail for root goes to me@example.org
		daemon can write to the spool $DIR/spool
		daemon can write the log $DIR/log
		no mistakes
	END
	[ "$status" -eq 0 ]
	[ -z "$(ls -A spool)" ]
}

@test "OAuth: the files that asking for a token needs" {
	"$HELOISE" -C /dev/null --oauth google --login 2>&1 |
	    grep -q 'built without OAuth' && skip 'built without OAuth'
	local all=('relay smtp.office365.com' 'user u@example.org' \
	    'oauth microsoft' 'oauth-client-id client' "spool $DIR/spool" \
	    'log none')

	use "${all[@]}" "oauth-refresh-token-file $DIR/none"
	check
	[ "$status" -eq 78 ]
	[[ $output == *"cannot use the tokens: $DIR/none: No such file"* ]]
	echo geheim >refresh
	chmod 644 refresh
	use "${all[@]}" "oauth-refresh-token-file $DIR/refresh"
	check
	[ "$status" -eq 78 ]
	[[ $output == *"$DIR/refresh: all users can read this refresh token; run: chmod o-rwx $DIR/refresh"* ]]
	chmod 600 refresh
	check
	[ "$status" -eq 0 ]
	[[ $output == *"can use the tokens in $DIR/spool-tokens"* ]]
	use "${all[@]}" 'oauth-grant client-credentials' \
	    'oauth-tenant example.org' "oauth-cert $DIR/none"
	check
	[ "$status" -eq 78 ]
	[[ $output == *"cannot use the tokens: $DIR/none: No such file"* ]]
	[[ $output != *geheim* ]]
	openssl ecparam -name prime256v1 -genkey -noout -out key
	openssl ecparam -name prime256v1 -genkey -noout -out other
	openssl req -x509 -key key -subj /CN=x -out cert 2>/dev/null
	chmod 600 key other
	use "${all[@]}" 'oauth-grant client-credentials' 'oauth-tenant e.org' \
	    "oauth-cert $DIR/cert" "oauth-key $DIR/other"
	check
	[ "$status" -eq 78 ]
	[[ $output == *"private key in $DIR/other does not belong to the certificate in $DIR/cert"* ]]
	use "${all[@]}" 'oauth-grant client-credentials' 'oauth-tenant e.org' \
	    "oauth-cert $DIR/cert" "oauth-key $DIR/key"
	check
	[[ $output != *'does not belong'* ]]
}

@test "--as: tokens that this user has, or cannot use" {
	local name

	[ "$(id -u)" -eq 0 ] || skip 'only root can look as another user'
	"$HELOISE" -C /dev/null --oauth google --login 2>&1 |
	    grep -q 'built without OAuth' && skip 'built without OAuth'
	use 'relay smtp.office365.com' 'user u@example.org' 'oauth microsoft' \
	    'oauth-client-id client' "spool $DIR/spool" 'log none' \
	    'root-mail me@example.org'
	chgrp daemon c && chmod 640 c
	install -d -o daemon -m 700 spool
	install -d -m 700 spool-tokens
	check --as daemon
	[ "$status" -eq 78 ]
	[[ $output == *"daemon cannot use the tokens: the directory of tokens $DIR/spool-tokens: Permission denied"* ]]
	chown daemon spool-tokens
	check --as daemon
	[ "$status" -eq 78 ]
	[[ $output == *'daemon cannot use the tokens: nobody has logged in as u@example.org yet; run: heloise --login'* ]]
	name=$(printf '%s\n' microsoft '' client u@example.org \
	    'https://outlook.office.com/SMTP.Send offline_access' user |
	    sha256sum | head -c 32)
	echo '{"refresh_token":"geheim"}' >"spool-tokens/$name.json"
	chmod 600 "spool-tokens/$name.json"
	check --as daemon
	[ "$status" -eq 78 ]
	[[ $output == *"daemon cannot use the tokens: the token file $name.json: Permission denied"* ]]
	chown daemon "spool-tokens/$name.json"
	check --as daemon
	diff <(echo "$output") - <<-END
		daemon can read the configuration in c
		daemon can use the tokens in $DIR/spool-tokens
		mail for root goes to me@example.org
		daemon can write to the spool $DIR/spool
		no mistakes
	END
	[ "$status" -eq 0 ]
	[ "$(ls spool-tokens)" = "$name.json" ]
}

@test "--as: a spool of somebody else" {
	[ ! -d /var/spool/heloise-users ] || skip 'heloise is installed here'
	[ "$(id -u)" -eq 0 ] || skip 'only root can look as another user'
	mkdir -m 755 spool
	use 'relay smtp.example.net' "spool $DIR/spool" 'log none'
	chmod 644 c
	check --as daemon
	[[ $output == *"daemon cannot write to the spool: $DIR/spool belongs to user 0, not to user "* ]]
	[[ $output == *"hint: the spool $DIR/spool belongs to another user; set \`spool $DIR/spool/%U\` if daemon may write there, else "* ]]
	[ "$status" -eq 78 ]
}

@test "--as: an unknown user, another user, a mode without it" {
	local others=()

	use 'relay smtp.example.net'
	check --as no-such-user
	[ "$status" -eq 64 ]
	[[ $stderr == *'--as no-such-user: there is no user of this name' ]]
	chmod 644 c
	[ "$(id -u)" -ne 0 ] || others=(setpriv --reuid 65534 --clear-groups)
	run "${others[@]}" "$HELOISE" -C c --check-config --as daemon
	[ "$status" -eq 64 ]
	[[ $output == *'only root can check as another user' ]]
	run "$HELOISE" --as daemon -t </dev/null
	[ "$status" -eq 64 ]
	[[ $output == *'--as: only with --check-config' ]]
}

@test "a name of the host that is no domain" {
	unshare --uts true 2>/dev/null || skip 'no namespaces for names here'
	use 'relay smtp.example.net' 'queue no' 'log none'
	as() {
		run unshare --uts sh -c 'printf %s "$1" \
		    >/proc/sys/kernel/hostname && shift && "$@" \
		    -C c --check-config' sh "$1" "$HELOISE"
	}
	as 'my_pc..'
	[ "$status" -eq 0 ]
	[[ $output == *"warning: the name of this host, 'my_pc..', is no domain: addresses without one get @localhost"$'\n''    hint: set `domain <domain>`'$'\n1 warning' ]]
	as vm.example.org.
	[[ $output == *'no mistakes' ]]
	use 'relay smtp.example.net' 'queue no' 'log none' 'domain example.org'
	as 'my_pc..'
	[[ $output == *'no mistakes' ]]
}

@test "who gets the mail of root, or that it is refused" {
	use 'relay smtp.gmail.com' 'from me@gmail.com' 'log none' 'queue no' \
	    'aliases none'
	check
	[ "${lines[1]}" = 'mail for root goes to me@gmail.com' ]
	use 'relay smtp.gmail.com' 'from %U@gmail.com' 'log none' 'queue no' \
	    'aliases none'
	check
	[ "$status" -eq 0 ]
	[[ $output == *'cannot send mail to root: '*' is a stranger'* ]]
	[[ $output == *'hint: '*'set `root-mail <your address>`'* ]]
}

@test "--json: the same findings for a program, and no secret" {
	use 'relay smtp.example.net' 'prot geheim' 'password geheim' 'user u' \
	    'helo localhost' 'log none' "spool $DIR/spool" 'queue no'
	chmod 644 c
	check --json
	[ "$status" -eq 78 ]
	[[ $output != *geheim* ]]
	[ "$(jq -c '[.mistakes, .warnings, (.findings |
	    map(select(.level == "mistake")) | length)]' <<<"$output")" = \
	    '[2,1,2]' ]
	[ "$(jq -r '.findings[0] | "\(.file) \(.line) \(.text)"' \
	    <<<"$output")" = \
	    'c 2 c:2: prot: no setting has this name; did you mean port?' ]
	# Every line of the plain form is there, but the last.
	jq -r '.findings[] | .text, (.hint | values | "    hint: " + .)' \
	    <<<"$output" >said
	check
	diff said <(echo "$output" | sed '$d')
	use 'relay smtp.example.net' 'queue no' 'log none' 'root-mail a@b.org'
	check --json
	[ "$status" -eq 0 ]
	[ "$(jq -c '[.mistakes, .warnings]' <<<"$output")" = '[0,0]' ]
	[ "$(jq -r '.findings[].level' <<<"$output" | sort -u)" = info ]
	# A name that reads like a place and a warning is neither.
	use 'relay smtp.example.net' 'queue no' 'log none' 'root-mail a@b.org' \
	    'tls-ca /nowhere/a:3: warning: b' 'tls starttls'
	check --json
	[ "$status" -eq 78 ]
	[ "$(jq -c '.findings[] | select(.text | test("nowhere")) |
	    [.level, .file]' <<<"$output")" = '["mistake",null]' ]
}

# The file has no place yet: only what is wrong in it counts.
@test "a copy on trial, as Ansible has it, with names beside its place" {
	local as=()

	[ "$(id -u)" -ne 0 ] || as=(setpriv --reuid 65534 --clear-groups)
	mkdir -p home/.config/heloise/heloise.d trial
	echo geheim >home/.config/heloise/pw
	echo 'helo part.example.org' >home/.config/heloise/heloise.d/a.conf
	chmod 600 home/.config/heloise/pw
	printf '%s\n' 'relay smtp.example.net' 'user u' 'password-file pw' \
	    'include heloise.d/*.conf' 'root-mail a@example.org' 'queue no' \
	    'log none' >trial/tmp.conf
	chmod 600 trial/tmp.conf
	[ "$(id -u)" -ne 0 ] || chown -R 65534 home trial
	on_trial() {
		run --separate-stderr "${as[@]}" "$HELOISE" --check-config \
		    -C "$DIR/trial/tmp.conf"
	}
	on_trial
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"can read the password in $DIR/home/.config/heloise/pw"* ]]
	[[ $output == *"can read the configuration in $DIR/home/.config/heloise/heloise.d/a.conf"* ]]
	[[ $output == *'no mistakes' ]]
	# One beside the copy comes first.
	cp home/.config/heloise/pw trial/pw
	[ "$(id -u)" -ne 0 ] || chown 65534 trial/pw
	on_trial
	[[ $output == *"can read the password in $DIR/trial/pw"* ]]
	mkdir trial/heloise.d
	echo 'hello part.example.org' >trial/heloise.d/b.conf
	[ "$(id -u)" -ne 0 ] || chown -R 65534 trial
	on_trial
	[ "$status" -eq 78 ]
	[[ $output == *"$DIR/trial/heloise.d/b.conf:1: hello: no setting"* ]]
	rm -r trial/heloise.d
	rm trial/pw home/.config/heloise/pw
	on_trial
	[ "$status" -eq 78 ]
	[[ $output == *"$DIR/trial/pw: No such file or directory"* ]]
	# A delivery is not a trial.
	run "${as[@]}" "$HELOISE" -C "$DIR/trial/tmp.conf" --show-config
	[[ $output != *part.example.org* ]]
}

@test "a copy on trial: root's, with mode 600 in /tmp" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	apart() {
		unshare --mount sh -euc 'mount -t tmpfs tmpfs /etc
		    mkdir /etc/heloise.d
		    echo "root:x:0:0::/root:/bin/sh" >/etc/passwd
		    echo geheim >/etc/heloise.pw
		    chmod 600 /etc/heloise.pw
		    "$@"' sh "$@"
	}
	use 'relay smtp.example.net' 'user u' 'password-file heloise.pw' \
	    'include heloise.d/*.conf' 'root-mail a@b.org' 'queue no' \
	    'log none' 'tls none' 'auth-cleartext yes'
	run apart "$HELOISE" --check-config -C "$DIR/c"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'root can read the password in /etc/heloise.pw'* ]]
	[[ $output != *mistake* ]]
	echo 'prot 1' >>c
	run apart "$HELOISE" --check-config -C "$DIR/c"
	[ "$status" -eq 78 ]
}

@test "from: a pattern with the host, and a name before the address" {
	local from n

	start_relay
	use "relay localhost:$RELAY_PORT" 'tls none' 'queue no' 'log none' \
	    'helo a.example.org' 'aliases none'
	cp c d
	echo 'from root@mail.%H' >>d
	for from in 'alice@%H' '%U@%H' 'App <noreply@%H>'; do
		HELOISE_FROM=$from "$HELOISE" -C c r@example.org \
		    <<<$'Subject: x\n\nx'
	done
	"$HELOISE" -C c --from 'noreply@%H' r@example.org \
	    <<<$'Subject: x\n\nx'
	"$HELOISE" -C d r@example.org <<<$'Subject: x\n\nx'
	relay_sync
	diff <(for n in 1 2 3 4 5; do
		sed -n 's/^MAIL FROM:<\([^>]*\)>.*/\1/p' "$(envelope $n)"
	done) <(printf "%s@$(hostname)\n" alice "$(id -un)" noreply noreply
	    echo "root@mail.$(hostname)")
	grep -q '^From: App <noreply@' "$(stored 3)"
	use 'relay h' 'from a@%x'
	check
	[[ $output == *'c:2: from: expected an address such as '* ]]
	[ "$status" -eq 78 ]
}

@test "a value that was refused is not missing, too; an empty one is" {
	local bell=$'p\aw'

	SMTP_USER=u SMTP_HOST=h SMTP_PASSWORD=$bell run "$HELOISE" \
	    --check-config --log none --queue no
	[ ! -e /etc/heloise.conf ] || skip 'there is an /etc/heloise.conf'
	[[ $output == *'SMTP_PASSWORD: password: expected no control characters'* ]]
	[[ $output != *'neither password'* ]]
	[[ $output == *$'\n1 mistake'* ]]
	SMTP_HOST='a b' run "$HELOISE" --check-config --log none --queue no
	[[ $output == *'SMTP_HOST: relay: expected'* ]]
	[[ $output != *'no relay is set'* ]]
	SMTP_USER=u SMTP_HOST=h SMTP_PASSWORD='' run "$HELOISE" \
	    --check-config --log none --queue no
	[[ $output == *'nor oauth; SMTP_PASSWORD is empty'* ]]
	use 'relay smtp.office365.com' 'user u@x.example' 'oauth microsoft' \
	    'queue no' 'log none'
	check
	[[ $output == *'no oauth-client-id'* && $output != *--login* ]]
	[ "$status" -eq 78 ]
}
