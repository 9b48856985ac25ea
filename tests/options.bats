#!/usr/bin/env bats
# options.bats - every letter that a caller of sendmail may give
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay

setup() {
	follow_tests
	export HELOISE_HELO=app.example.org HELOISE_TLS=none HELOISE_QUEUE=no
	export HELOISE_FROM=a@example.org HELOISE_ALIASES=none
	ln -s "$HELOISE" "$BATS_TEST_TMPDIR/sendmail"
	SENDMAIL=$BATS_TEST_TMPDIR/sendmail
	MAIL=$'To: t@example.org\nSubject: x\n\nbefore\n.\nafter\n'
	cd "$BATS_TEST_TMPDIR" || return
}

# Call as sendmail; the words may not hold blanks.
call() {
	# shellcheck disable=SC2086
	run --separate-stderr "$SENDMAIL" $1 <<<"$MAIL"
}

sent() {
	stored_count
}

@test "what is accepted sends the mail, silently" {
	local form n=0

	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	while read -r form; do
		call "$form"
		n=$((n + 1))
		[ "$status" -eq 0 ] && [ -z "$output$stderr" ] &&
		    [ "$(sent)" -eq "$n" ] ||
		    { echo "$form: $status $output $stderr"; false; }
	done <<-'END'
		r@example.org
		-i r@example.org
		-oi r@example.org
		-o i r@example.org
		-oitrue r@example.org
		-t
		-ti
		-itfb@example.org
		-t -i r@example.org
		-f b@example.org r@example.org
		-fb@example.org -- r@example.org
		-r b@example.org r@example.org
		-f <> r@example.org
		-F Name r@example.org
		-FCronDaemon -i -B8BITMIME -oem r@example.org
		-FCronDaemon -i -odi -oem -oi -t -f root
		-B 7BIT r@example.org
		-BNONSENSE r@example.org
		-N never r@example.org
		-Nsuccess,delay r@example.org
		-N nonsense r@example.org
		-R hdrs r@example.org
		-R nonsense r@example.org
		-V id17 r@example.org
		-V not=xtext r@example.org
		-bm r@example.org
		-n r@example.org
		-m r@example.org
		-s -T -x -U -G -c r@example.org
		-A c r@example.org
		-Am r@example.org
		-d r@example.org
		-d8.4 r@example.org
		-E r@example.org
		-J r@example.org
		-em r@example.org
		-e q r@example.org
		-oep -oew -oeq -oee r@example.org
		-odi r@example.org
		-odf r@example.org
		-h 3 r@example.org
		-L tag r@example.org
		-p smtp:host r@example.org
		-O DeliveryMode=i r@example.org
		-OErrorMode=m r@example.org
		-O QueueDirectory=there r@example.org
		-oQthere -oSthere -oAthere -oTthere r@example.org
		-om -oo -os -o7 -o8 -ov r@example.org
		-Q r@example.org
		-Qreason r@example.org
	END
	[ ! -e there ]
}

@test "what names a file opens none, says so, and sends the mail" {
	local form n=0

	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	for form in '-X there r@example.org' '-Xthere r@example.org' \
	    '-D there r@example.org'; do
		call "$form"
		n=$((n + 1))
		[ "$status" -eq 0 ]
		[[ $stderr == *"no file is opened"* ]]
		[ "$(sent)" -eq "$n" ]
	done
	[ ! -e there ]
}

@test "what is refused: 64, one line, nothing sent" {
	local form

	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	while read -r form; do
		call "$form"
		[ "$status" -eq 64 ] && [ "${#stderr_lines[@]}" -eq 1 ] ||
		    { echo "$form: $status $stderr"; false; }
	done <<-'END'
		-bd r@example.org
		-bl r@example.org
		-bt r@example.org
		-bP r@example.org
		-be r@example.org
		-bD r@example.org
		-bmalware r@example.org
		-M macro r@example.org
		-y r@example.org
		-1 r@example.org
		-C /dev/null r@example.org
		-C/dev/null r@example.org
		--relay x r@example.org
		--help r@example.org
		-t --port=25
		-f
		-i
	END
	[ "$(sent)" -eq 0 ]
	[ "$(relay_log | grep -c '^connect')" -eq 0 ]
}

@test "-bh and -bH: nothing to say, nothing sent" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	for form in -bh -bH; do
		call "$form"
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
	done
	[ "$(sent)" -eq 0 ]
}

@test "a lone dot ends the message, unless -i" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	call r@example.org
	[ "$(grep -c after "$(stored 1)")" -eq 0 ]
	call '-oi r@example.org'
	[ "$(grep -c after "$(stored 2)")" -eq 1 ]
}

@test "DSN wishes reach a relay that offers DSN, and only such" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	call '-N success,delay -R hdrs -V id17 r@example.org'
	grep -q '^MAIL FROM:.* RET=HDRS ENVID=id17' "$(envelope 1)"
	grep -q '^RCPT TO:.* NOTIFY=SUCCESS,DELAY' "$(envelope 1)"
	start_relay --caps PIPELINING
	export HELOISE_RELAY=localhost:$RELAY_PORT
	call '-N success,delay -R hdrs -V id17 r@example.org'
	[ "$status" -eq 0 ]
	[ "$(grep -cE 'RET=|ENVID=|NOTIFY=' "$(envelope 1)")" -eq 0 ]
}

@test "options behind a recipient, and addresses that look like one" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	call 'r@example.org -fx@example.org'
	[ "$status" -eq 0 ]
	grep -q '^MAIL FROM:<x@example.org>' "$(envelope 1)"
	[ "$(grep -c '^RCPT' "$(envelope 1)")" -eq 1 ]
	call 'r@example.org -f y@example.org -i s@example.org'
	[ "$(grep '^RCPT' "$(envelope 2)" | tr '\n' ' ')" = \
	    'RCPT TO:<r@example.org> RCPT TO:<s@example.org> ' ]
	grep -q '^MAIL FROM:<y@example.org>' "$(envelope 2)"
	call 'r@example.org -- -f@example.org'
	[ "$status" -eq 0 ]
	grep -q '^RCPT TO:<-f@example.org>' "$(envelope 3)"
	for word in -Z --relay=localhost -C/dev/null -a@example.org; do
		call "r@example.org $word"
		[ "$status" -eq 64 ]
		[[ $stderr == *"${word:0:2}"* ]]
	done
	[ "$(stored_count)" -eq 3 ]
}

@test "an empty queue, by both its names" {
	export HELOISE_RELAY=localhost HELOISE_SPOOL=$BATS_TEST_TMPDIR/none
	call -bp
	[ "$status" -eq 0 ]
	[[ $output == *empty* ]]
	ln -s "$HELOISE" mailq
	run ./mailq
	[ "$status" -eq 0 ]
	[[ $output == *empty* ]]
	call -q
	[ "$status" -eq 0 ]
	call -q0
	[ "$status" -eq 64 ]
}

@test "a command without its dashes is no address: 64, nothing sent" {
	local word

	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	for word in help version mailq newaliases probe check-config \
	    show-config hold release retry remove show; do
		run --separate-stderr "$HELOISE" "$word" <<<"$MAIL"
		[ "$status" -eq 64 ]
		[ "${#stderr_lines[@]}" -eq 1 ]
		[[ $stderr == *": $word is not an address; did you mean -"* ]]
	done
	[ "$(sent)" -eq 0 ]
}

@test "a user of that name gets mail: by --, with a domain, from sendmail" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT HELOISE_DOMAIN=example.org
	"$HELOISE" -- help <<<"$MAIL"
	"$HELOISE" help@example.org <<<"$MAIL"
	call help
	[ "$status" -eq 0 ]
	[ "$(sent)" -eq 3 ]
	[ "$(cat "$(envelope 1)" "$(envelope 2)" "$(envelope 3)" |
	    grep -c '^RCPT TO:<help@example.org>')" -eq 3 ]
}

@test "mail(1)'s -s is refused with a word, and ignored as sendmail" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	run --separate-stderr "$HELOISE" -s hello r@example.org <<<"$MAIL"
	[ "$status" -eq 64 ]
	[[ $stderr == *"-s: only mail(1) has this option;"*"printf 'Subject: "* ]]
	[ "$(sent)" -eq 0 ]
	call '-s r@example.org'
	[ "$status" -eq 0 ]
	[ "$(sent)" -eq 1 ]
}

@test "mail(1)'s -A is refused with a word, and ignored as sendmail" {
	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	run --separate-stderr "$HELOISE" -A report.pdf r@example.org <<<"$MAIL"
	[ "$status" -eq 64 ]
	[[ $stderr == *"-A: only mail(1) attaches a file; see ATTACHMENTS in heloise-recipes(7)"* ]]
	run --separate-stderr "$HELOISE" -A report.pdf -t <<<"$MAIL"
	[ "$status" -eq 64 ]
	[ "$(sent)" -eq 0 ]
	run --separate-stderr "$HELOISE" -Am r@example.org <<<"$MAIL"
	[ "$status" -eq 0 ]
	call '-A report.pdf r@example.org'
	[ "$status" -eq 0 ]
	[ "$(sent)" -eq 2 ]
}

@test "an operand that is no address is refused: 64, nothing sent" {
	local word

	start_relay
	export HELOISE_RELAY=localhost:$RELAY_PORT
	for word in 'hello world' 'a b@example.org' 'a@' '@example.org' \
	    '--help me' '-t -i'; do
		run --separate-stderr "$HELOISE" "$word" <<<"$MAIL"
		[ "$status" -eq 64 ] || { echo "$word: $status"; false; }
	done
	[ "$(sent)" -eq 0 ]
}

@test "unknown long options: the nearest, or what it is called here" {
	local word want

	while read -r word want; do
		run --separate-stderr "$HELOISE" "$word" r@example.org
		[ "$status" -eq 64 ]
		[[ $stderr == *": $word: no such option; did you mean $want?" ]]
	done <<-'END'
		--check-confg --check-config
		--versoin --version
		--prot --port
		--dry-run --probe
		--serverinfo --probe
		--mailq -bp
		--host --relay
	END
	run --separate-stderr "$HELOISE" --zebra
	[ "$status" -eq 64 ]
	[[ $stderr == *': --zebra: no such option' ]]
}

@test "--json: --show-config and --version for programs" {
	printf '%s\n' 'relay smtp.example.net' 'user u' 'password geheim' \
	    'account x' 'port 25' >"$BATS_TEST_TMPDIR/c"
	chmod 600 "$BATS_TEST_TMPDIR/c"
	run "$HELOISE" -C "$BATS_TEST_TMPDIR/c" --show-config --json
	[ "$status" -eq 0 ]
	[[ $output != *geheim* ]]
	[ "$(jq -c '.settings | map(select(.key == "relay" or
	    .key == "password" or .key == "linger")) |
	    map([.key, .set, .value])' <<<"$output")" = \
	    '[["relay",true,"smtp.example.net"],["password",true,null],["linger",true,"yes"]]' ]
	[ "$(jq -c '.settings[] | select(.key == "port") | .meaning' \
	    <<<"$output")" = '"587"' ]
	[ "$(jq -r '.accounts[] | .name + " " + .settings[0].key + " " +
	    .settings[0].value + " " + .settings[0].origin' <<<"$output")" = \
	    "x port 25 $BATS_TEST_TMPDIR/c:5" ]
	# As many as there are in the plain form.
	[ "$(jq '.settings | length' <<<"$output")" -eq \
	    "$("$HELOISE" --help | grep -c '^  --')" ]
	run "$HELOISE" --version --json
	[ "$status" -eq 0 ]
	[ "$(jq -r '"heloise " + .version, "sandbox: " + .sandbox' \
	    <<<"$output")" = "$("$HELOISE" --version)" ]
}
