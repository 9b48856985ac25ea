#!/usr/bin/env bats
# checkconfig.bats - --check-config: what is said of a configuration
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

load relay/relay

# Where others may look, too.
setup() {
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
	    "password-file $DIR/pw"
	echo geheim >pw
	chmod 600 pw
	check
	diff <(echo "$output") - <<-END
		$user can read the configuration in c
		$user can read the password in $DIR/pw
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
	[ "$output" = 'no relay is set: put a line "relay HOST" into /etc/heloise.conf, or set HELOISE_RELAY
1 mistake' ]
	[ "$status" -eq 78 ]
}

@test "no relay: the name that another program gives it" {
	[ ! -e /etc/heloise.conf ] || skip 'there is an /etc/heloise.conf'
	EMAIL_HOST=h SMTP_PASS=x run "$HELOISE" --check-config --log none \
	    --queue no
	[[ $output == *'or set HELOISE_RELAY; EMAIL_HOST is set: did you mean SMTP_HOST?'* ]]
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
	[ "$(id -u)" -eq 0 ] || skip 'only root can look as another user'
	use 'relay smtp.example.net' 'user u' "password-file $DIR/pw" \
	    "spool $DIR/spool" "log $DIR/log"
	echo geheim >pw
	chmod 600 pw
	check --as daemon
	diff <(echo "$output") - <<-END
		daemon cannot read the configuration: c: Permission denied
		    hint: daemon may not read the configuration in c; run \`chgrp daemon c && chmod 640 c\`
		daemon cannot read the password: $DIR/pw: Permission denied
		    hint: daemon may not read the password in $DIR/pw; run \`chgrp daemon $DIR/pw && chmod 640 $DIR/pw\`
		daemon cannot write to the spool: $DIR/spool: Permission denied
		    hint: daemon may not write to the spool $DIR/spool; set \`spool <directory>\` to one of daemon, or \`queue no\`
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
		daemon can write to the spool $DIR/spool
		daemon can write the log $DIR/log
		no mistakes
	END
	[ "$status" -eq 0 ]
	[ -z "$(ls -A spool)" ]
}

@test "--as: a spool of somebody else" {
	[ "$(id -u)" -eq 0 ] || skip 'only root can look as another user'
	mkdir -m 755 spool
	use 'relay smtp.example.net' "spool $DIR/spool" 'log none'
	chmod 644 c
	check --as daemon
	[[ $output == *"daemon cannot write to the spool: $DIR/spool belongs to user 0, not to user "* ]]
	[[ $output == *"hint: the spool $DIR/spool belongs to another user; set \`spool <directory>\` to one of daemon"* ]]
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
