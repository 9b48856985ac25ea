#!/usr/bin/env bats
# examples.bats - the examples of the manual, run as they are there
#
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

MAN=$BATS_TEST_DIRNAME/../man

# blocks PAGE SECTION: its literal blocks, in the array BLOCKS.
blocks() {
	local block='' line

	BLOCKS=()
	while IFS= read -r line; do
		if [ "$line" = %% ]; then
			BLOCKS+=("${block%$'\n'}")
			block=
		else
			block+=$line$'\n'
		fi
	done < <(sh "$BATS_TEST_DIRNAME/manblocks" "$MAN/$1" "$2")
	[ ${#BLOCKS[@]} -gt 0 ]
}

# host PASSWORD LINE...: a host whose /etc/heloise.conf is that of the page.
# Whatever the relay is called there, it is the one started last.
host() {
	ETC=$BATS_TEST_TMPDIR/etc
	mkdir -p "$ETC" "$BATS_TEST_TMPDIR/bin" "$BATS_TEST_TMPDIR/spool"
	cp /etc/passwd /etc/group /etc/hosts /etc/nsswitch.conf "$ETC"
	ln -sf "$(readlink -f "$HELOISE")" "$BATS_TEST_TMPDIR/bin/heloise"
	install -m 644 "$CERTS/ca.pem" "$ETC/ca.pem"
	helper proxy socks 0 "$RELAY_PORT"
	printf '%s\n' 'relay smtp.example.net' 'user alice@example.org' \
	    "password $1" 'from alice@example.org' 'helo web1.example.org' \
	    "proxy socks5://127.0.0.1:$SAID" "tls-ca /etc/ca.pem" \
	    'tls-name relay.example.org' 'log none' 'queue no' \
	    >"$ETC/heloise.conf"
	chgrp www-data "$ETC/heloise.conf"
	chmod 640 "$ETC/heloise.conf"
	printf 'To: root@example.org\nSubject: file\n\ntext\n' \
	    >"$BATS_TEST_TMPDIR/mail"
}

# there COMMAND: at a prompt of that host, where only the file has settings.
there() {
	run env -u HELOISE_ADDRESS_FAMILY unshare -m sh -c 'mount --bind "$1/etc" /etc &&
	    mount --bind "$1/spool" /var/spool && cd "$1" &&
	    export PATH="$1/bin:$PATH" HOME="$1" LC_ALL=C && eval "$2"' sh \
	    "$BATS_TEST_TMPDIR" "$1"
}

# commands BLOCK: what stands behind its prompts, in the array COMMANDS.
commands() {
	local line more=

	COMMANDS=()
	while IFS= read -r line; do
		if [[ $line == [\$#]' '* ]]; then
			COMMANDS+=("${line:2}")
		elif [ -n "$more" ]; then
			COMMANDS[-1]+=$'\n'$line
		fi
		more=
		[[ $line != *[\|\\] ]] || more=yes
	done <<<"$1"
}

needs() {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	unshare -m true || skip 'needs a mount namespace'
}

@test "heloise(8): each command of the examples does what it says" {
	local block n=0 command

	needs
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" \
	    --auth 'PLAIN LOGIN' --user alice@example.org --password sesame
	host sesame
	blocks heloise.8 EXAMPLES
	for block in "${BLOCKS[@]}"; do
		# The next test has this one.
		[[ $block != *'echo $?'* ]] || continue
		commands "$block"
		for command in "${COMMANDS[@]}"; do
			there "$command"
			echo "$command: $status $output"
			[ "$status" -eq 0 ]
			[[ $command != *jq* ]] || [ "$output" -gt 1000 ]
			n=$((n + 1))
		done
	done
	[ "$n" -ge 5 ]
	[ "$(stored_count)" -eq 2 ]
}

# The settings, each step with its mark, and the last words, without what
# differs from host to host.
outline() {
	grep -v -e '^    proxy' -e '^    tls-ca' -e '^    tls-name' \
	    -e '^    log' -e '^    queue' | tr -s ' ' |
	    sed -n -e '/^ [a-z-]* .*#/p' \
	    -e 's/^\([+!x] [a-z]*\) \([0-9]* ms \)*\(.*:\)*.*/\1/p'
}

@test "heloise(8): the probe of the examples shows what is there" {
	local block page

	needs
	make_certs
	start_relay --tls starttls --cert "$CERTS/soon.pem" \
	    --auth 'PLAIN LOGIN' --user alice@example.org --password sesame
	host wrong
	blocks heloise.8 EXAMPLES
	for block in "${BLOCKS[@]}"; do
		[[ $block != *'echo $?'* ]] || page=$block
	done
	commands "$page"
	there "${COMMANDS[0]}; ${COMMANDS[1]}"
	echo "$output"
	diff <(outline <<<"$page") <(outline <<<"$output")
	[ "$(tail -n 1 <<<"$page")" = "${lines[-1]}" ]
	page=$(tr -s ' \n' ' ' <<<"$page")
	output=$(tr -s ' \n' ' ' <<<"$output")
	[[ $page == *"hint: the relay refuses 'alice@example.org' with this password; correct"* ]]
	[[ $output == *"hint: the relay refuses 'alice@example.org' with this password; correct"* ]]
}

# settings PAGE SECTION...: each block of settings can be read as a file, and
# each variable of a container.
settings() {
	local page=$1 block word first n=0 section
	local -a variables

	shift
	for section; do
		blocks "$page" "$section"
		for block in "${BLOCKS[@]}"; do
			first=${block%%[[:space:]]*}
			if "$HELOISE" --help | grep -q "^  --$first "; then
				printf '%s\n' "$block" >"$BATS_TEST_TMPDIR/c"
				chmod 600 "$BATS_TEST_TMPDIR/c"
				run "$HELOISE" -C "$BATS_TEST_TMPDIR/c" \
				    --show-config
			elif [ "$first" = docker ] && [[ $block == *' -e '* ]]
			then
				variables=()
				for word in $block; do
					[[ $word != SMTP_*=* ]] ||
					    variables+=("$word")
				done
				run env "${variables[@]}" "$HELOISE" \
				    --show-config
			else
				continue
			fi
			echo "$block: $output"
			[ "$status" -eq 0 ]
			n=$((n + 1))
		done
	done
	echo "$n blocks"
	[ "$n" -gt 1 ]
}

@test "heloise.conf(5): each file of the examples can be read" {
	settings heloise.conf.5 EXAMPLES
}

@test "heloise-recipes(7): each file and variable can be read" {
	settings heloise-recipes.7 PHP CONTAINER
}

@test "heloise-recipes(7): the tasks of the fleet are those of --setup" {
	local block argv status=0

	needs
	make_certs
	start_relay --tls starttls --cert "$CERTS/ok.pem" --auth 'PLAIN LOGIN' \
	    --user noreply@example.org --password sesame
	host sesame
	grep -v -e '^relay' -e '^user' -e '^password' -e '^from' \
	    "$ETC/heloise.conf" >"$ETC/new"
	(umask 077 && mv "$ETC/new" "$ETC/heloise.conf" &&
	    echo sesame >"$ETC/heloise.password")
	blocks heloise-recipes.7 FLEET
	argv=$(tr '\n' ' ' <<<"${BLOCKS[0]}" |
	    sed 's/.*argv: \[\([^]]*\)\].*/\1/; s/[,"]/ /g')
	there "$argv"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *'is written'* ]]
	grep -qx 'root-mail *ops@example.org' "$ETC/heloise.conf"
	there "$argv"
	[ "$status" -eq 0 ]
	[[ $output != *'is written'* ]]
	there "$(sed 's/validate: //; s|%s|/etc/heloise.conf|' <<<"${BLOCKS[1]}")"
	[ "$status" -eq 0 ]
	there "${BLOCKS[2]}"
	[ "$status" -eq 0 ]
	there "set -e
	${BLOCKS[3]}"
	[ "$status" -eq 0 ]
	[[ $output == *'heloise_'*'{'* ]]
}

# The crontab of a user has no field for one: "root" would be the command.
@test "a line of cron with a user stands where cron reads one" {
	run -0 awk '{
		if (/cron\.d/) at = FNR
		if (/\* \* \* root / && FNR - at > 6) print FILENAME ":" $0
		n += /\* \* \* root /
	}
	FNR == 1 { at = -9 }
	END { exit n < 3 }' "$BATS_TEST_DIRNAME"/../README \
	    "$BATS_TEST_DIRNAME"/../man/heloise*.[578]
	[ -z "$output" ]
}
