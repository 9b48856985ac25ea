#!/usr/bin/env bats
# include.bats - a configuration in several files
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

# part NAME LINE...: such a file beside the configuration
part() {
	printf '%s\n' "${@:2}" >"$(dirname "$CONF")/$1"
	chmod 600 "$(dirname "$CONF")/$1"
}

@test "accounts from a directory; --show-config names file and line" {
	local dir

	start_relay --auth PLAIN --user us --password s3cret
	use 'linger no' 'include conf.d/*.conf' 'from-name Below'
	dir=$(dirname "$CONF")
	mkdir "$dir/conf.d"
	part conf.d/10-work.conf 'account work' 'user us' 'password s3cret' \
	    'auth-cleartext yes' 'include ../more'
	part conf.d/20-idle.conf 'account idle' 'relay 127.0.0.1:1'
	part conf.d/30.conf.old 'nonsense'
	part more 'helo more.example.org'
	heloise --show-config
	[ "$status" -eq 0 ]
	grep -q "^account work  *# $dir/conf.d/10-work.conf:1$" <<<"$output"
	grep -q "^helo  *more.example.org  *# $dir/conf.d/../more:1$" \
	    <<<"$output"
	grep -q "^from-name  *Below  *# $CONF:" <<<"$output"
	[[ $output != *s3cret* ]]
	HELOISE_SPOOL=$SPOOL run "$HELOISE" -C "$CONF" -a work -odi \
	    bob@example.org <<<"$MAIL"
	[ "$status" -eq 0 ]
	grep -q '^helo more.example.org' "$(envelope 1)"
	grep -q '^user us' "$(envelope 1)"
}

@test "mistakes name the included file; --check-config lists the files" {
	local dir

	start_relay
	use 'queue no' 'log none' 'include part'
	dir=$(dirname "$CONF")
	part part 'port 25' 'prot 26'
	send bob@example.org
	[ "$status" -eq 78 ]
	[[ $stderr == *"$dir/part:2: prot: no setting has this name"* ]]
	part part 'include part'
	heloise --check-config
	[ "$status" -eq 78 ]
	[[ $output == *"$dir/part:1: include: $dir/part: this file is being read already: a loop"* ]]
	part part 'password geheim' 'user u' 'auth-cleartext yes'
	chmod 644 "$dir/part"
	heloise --check-config
	[ "$status" -eq 78 ]
	[[ $output == *"$dir/part: this file holds a password and others can read it"* ]]
	[[ $output != *geheim* ]]
	chmod 600 "$dir/part"
	chmod 644 "$CONF"
	heloise --check-config
	[ "$status" -eq 0 ]
	[[ $output == *" can read the configuration in $dir/part"* ]]
	rm "$dir/part"
	heloise --check-config --json
	[ "$status" -eq 78 ]
	[ "$(jq -r '.findings[0].text' <<<"$output")" = \
	    "$CONF:8: include: $dir/part: No such file or directory" ]
}

# Go to where root's own settings are, in a home directory of the test.
settings_of_root() {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	unset XDG_CONFIG_HOME
	mkdir -p "$HOME/.config/heloise"
	cd "$HOME/.config/heloise" || return
}

@test "root includes no file of another user, but where -C says so" {
	local -x HOME=$BATS_TEST_TMPDIR/home

	settings_of_root
	printf '%s\n' 'relay localhost:1' 'user u' 'include part' 'queue no' \
	    'from a@example.org' 'log none' 'auth-cleartext yes' >config
	echo "password-command shell:echo x >>$PWD/ran; echo y" >part
	chown 65534 part
	run --separate-stderr timeout 20 "$HELOISE" bob@example.org </dev/null
	[ "$status" -eq 78 ]
	[[ $stderr == *"config:3: include: $PWD/part: others than root can write to this file"* ]]
	[ ! -e ran ]
	run --separate-stderr timeout 20 "$HELOISE" -C config --show-config
	[ "$status" -eq 0 ]
	chown 0 part
	run --separate-stderr timeout 20 "$HELOISE" --show-config
	[ "$status" -eq 0 ]
	# Who owns a directory above it can put another one in its place.
	mkdir -p up/down
	mv part up/down
	sed -i 's|include part|include up/down/part|' config
	run --separate-stderr timeout 20 "$HELOISE" --show-config
	[ "$status" -eq 0 ]
	chown 65534 up
	run --separate-stderr timeout 20 "$HELOISE" --show-config
	[ "$status" -eq 78 ]
	[[ $stderr == *"$PWD/up/down/part: others than root can write to $PWD/up, above this file; run: chown root $PWD/up"* ]]
	chown 0 up
	run --separate-stderr timeout 20 "$HELOISE" --show-config
	[ "$status" -eq 0 ]
}

@test "root uses no settings that others can write, but where -C says so" {
	local -x HOME=$BATS_TEST_TMPDIR/home

	settings_of_root
	printf '%s\n' 'relay localhost:1' 'user u' 'queue no' \
	    'from a@example.org' 'log none' 'auth-cleartext yes' \
	    "password-command shell:echo x >>$PWD/ran; echo y" >config
	chmod 666 config
	run -78 timeout 20 "$HELOISE" bob@example.org </dev/null
	[[ $output == *"$PWD/config: others than root can write to this file; run: chmod go-w $PWD/config"* ]]
	run -78 "$HELOISE" --check-config
	[[ $output == *"$PWD/config: others than root can write to this file"* ]]
	# HOME is that of the user who became root.
	chmod 644 config
	chown 65534 config
	run -78 timeout 20 "$HELOISE" bob@example.org </dev/null
	[[ $output == *"no relay is set: "*"; root does not use $PWD/config, since that belongs to another user: run with HOME=/root, or name it with -C"* ]]
	run -78 "$HELOISE" --check-config
	[[ $output == *"$PWD/config: warning: no effect for root, since this file belongs to another user"* ]]
	chown 0 config
	chown 65534 "$HOME/.config"
	run -78 "$HELOISE" --check-config
	[[ $output == *"$PWD/config: warning: no effect for root"* ]]
	[ ! -e ran ]
	run -0 timeout 20 "$HELOISE" -C config --show-config
	chown 0 "$HOME/.config"
	run -0 timeout 20 "$HELOISE" --show-config
}

@test "a runner that waits reads an included file that was mended" {
	local port

	start_relay
	port=$RELAY_PORT
	use 'retry-min 1s' 'include part'
	part part 'relay 127.0.0.1:1'
	send bob@example.org
	[ "$status" -eq 0 ]
	[ "$(waiting)" -eq 1 ]
	part part "relay localhost:$port"
	await has_stored 1
	await empty
}

@test "--setup takes in what the old file includes" {
	local dir

	start_relay
	use 'include part' 'linger no'
	dir=$(dirname "$CONF")
	part part 'root-mail carol@example.org' 'account work' 'port 26'
	run "$HELOISE" -C "$CONF" --relay "localhost:$RELAY_PORT" --auth none --setup \
	    alice@example.org --yes
	echo "$output"
	[ "$status" -eq 0 ]
	run ! grep -q '^include' "$CONF"
	grep -q '^root-mail  *carol@example.org$' "$CONF"
	grep -q '^account  *work$' "$CONF"
	grep -q '^include part$' "$CONF.old"
}
