#!/usr/bin/env bats
# operator.bats - what an operator sees of the queue, and may do to it
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

# A message for each, in the queue.
queue() {
	local to

	for to; do
		send -odq "$to"
		[ "$status" -eq 0 ]
	done
}

# A relay that is down.
down() {
	start_relay
	stop_relay
	use 'linger no'
}

@test "mailq: reason, hint, tries and next try" {
	down
	echo 'retry-min 10m' >>"$CONF"
	send bob@example.org
	heloise -bp
	[ "$status" -eq 0 ]
	[[ $output == "$(messages queue)  "*alice@example.org*"next try in "@(9|1[0-2])"m, \
tried once"*bob@example.org*"Connection refused"*"hint: "*"Total requests: 1"* ]]
	heloise -q
	heloise -bp
	[[ $output == *"next try in "@(19|2[0-5])"m, tried 2 times"* ]]
}

@test "with a mistake in the settings the queue can be seen and held" {
	local id

	down
	send bob@example.org
	id=$(messages queue)
	echo 'rely x' >>"$CONF"
	heloise -bp
	[ "$status" -eq 78 ]
	[[ $stderr == *'rely: no setting has this name; did you mean relay?'* ]]
	[[ $output == "$id "*"Total requests: 1"* ]]
	heloise --hold "$id"
	[ "$status" -eq 78 ]
	heloise --show "$id"
	[[ $output == *'held'*'To: bob@example.org'* ]]
	heloise --remove all
	[ "$status" -eq 78 ]
	[ "$(messages queue)" = "$id" ]
	heloise --prot 25 -bp
	[ "$status" -eq 64 ]
	[ -z "$output" ]
}

@test "mailq --json, and mailq by its name" {
	down
	send bob@example.org
	heloise --json -bp
	[ "$status" -eq 0 ]
	[[ $output == '[{"id":"'*'"place":"queue","state":"waiting"'* ]]
	[[ $output == *'"tries":1,"next":1'*'"address":"bob@example.org"'* ]]
	[[ $output == *'"stage":"connect"'*'"hint":"'*'"}]}]' ]]
	ln -s "$HELOISE" "$BATS_TEST_TMPDIR/mailq"
	HELOISE_SPOOL=$SPOOL run "$BATS_TEST_TMPDIR/mailq"
	[ "$status" -eq 0 ]
	[[ $output == *bob@example.org* ]]
	HELOISE_SPOOL=$BATS_TEST_TMPDIR/other run "$BATS_TEST_TMPDIR/mailq"
	[ "$status" -eq 0 ]
	[ "$output" = 'Mail queue is empty' ]
}

@test "mailq shows the failed, too" {
	start_relay --fail 'RCPT:bob@example.org:550 5.1.1 no such user'
	use 'linger no'
	send bob@example.org
	heloise -bp
	[[ $output == 'Failed; '*'no such user'*'Mail queue is empty' ]]
	heloise --json
	[[ $output == *'"place":"failed","state":"failed"'*'"code":550'* ]]
	[[ $output == *'"next":null'*'"enhanced":"5.1.1"'* ]]
}

@test "hold: not tried; release: tried at once" {
	local id

	start_relay
	use 'linger no'
	queue a@example.org b@example.org
	id=$(messages queue | head -n 1)
	heloise --hold "$id"
	[ "$output" = "$id: held" ]
	heloise -q
	[ "$(stored_count)" -eq 1 ]
	[ "$(messages queue)" = "$id" ]
	heloise -bp
	[[ $output == *held,* ]]
	heloise --retry "$id"
	[ "$status" -eq 65 ]
	[[ $stderr == *"--release $id"* ]]
	heloise --retry all
	[[ $output == *"still held: 1"* ]]
	[ "$(stored_count)" -eq 1 ]
	heloise --release "$id"
	[ "$status" -eq 0 ]
	[[ $output == "$id: released, due now"*"1 tried: 1 delivered, 0 given up"* ]]
	[ "$(stored_count)" -eq 2 ]
}

@test "retry: one, all, and one that failed" {
	local id port

	start_relay
	port=$RELAY_PORT
	stop_relay
	use 'linger no'
	for id in a b c; do
		send "$id@example.org"
	done
	heloise --retry "$(messages queue | head -n 1)"
	[ "$status" -eq 0 ]
	[[ $output == *"1 tried: 0 delivered, 0 given up, 1 to be tried again"* ]]
	start_relay --port "$port" --fail 'RCPT:a@example.org:550 5.1.1 no'
	heloise --retry "$(messages queue | tail -n 1)"
	[[ $output == *"1 tried: 1 delivered, 0 given up"* ]]
	[ "$(stored_count)" -eq 1 ]
	heloise --retry all
	[[ $output == *"due now: 2"*"2 tried: 1 delivered, 1 given up"* ]]
	[ "$(stored_count)" -eq 2 ]
	[ "$(failed)" -eq 1 ]
	stop_relay
	start_relay --port "$port"
	heloise --retry "$(messages failed)"
	[ "$status" -eq 0 ]
	grep -q '^RCPT TO:<a@example.org>' "$(envelope 1)"
	[ "$(failed)" -eq 0 ]
}

@test "show: what is known, and the message" {
	down
	send -t
	heloise --show "$(messages queue)"
	[ "$status" -eq 0 ]
	[[ $output == *"Connection refused"*"submitted "*"file $SPOOL/queue/"* ]]
	[[ $output == *$'\nSubject: hi\n\nhello' ]]
}

@test "remove: one, and all, the failed too" {
	local id

	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no'
	use 'linger no'
	send bad@example.org
	queue a@example.org b@example.org c@example.org
	id=$(messages queue | head -n 1)
	heloise --remove "$id"
	[ "$status" -eq 0 ]
	[ "$output" = "$id: removed" ]
	[ "$(waiting)" -eq 2 ]
	heloise --remove "$id"
	[ "$status" -eq 65 ]
	heloise --remove all
	[ "$status" -eq 0 ]
	[ "$output" = 'removed: 3' ]
	[ -z "$(find "$SPOOL/queue" "$SPOOL/failed" -type f)" ]
}

@test "remove all goes on after what cannot be removed" {
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no'
	use 'linger no'
	send bad@example.org
	mkdir -p "$SPOOL/queue/0000000000000001"
	queue a@example.org b@example.org
	heloise -bp
	[[ $output == *"0000000000000001  cannot be used"*"not a regular"* ]]
	heloise --remove all
	[ "$status" -eq 75 ]
	[ "$output" = 'removed: 3' ]
	[[ $stderr == *"$SPOOL/queue/0000000000000001: Is a directory"* ]]
	[ "$(waiting)" -eq 0 ]
	[ "$(failed)" -eq 0 ]
}

@test "what cannot be an id, is none here, or is only part of one" {
	local id word

	down
	queue a@example.org
	id=$(messages queue)
	for word in hold release retry remove show; do
		for bad in x '' '../queue' "${id:0:8}" "${id:8}" "$id "; do
			heloise "--$word" "$bad"
			[ "$status" -eq 64 ]
			[[ $stderr == *"$bad: not the id of a message"* ]]
		done
		heloise "--$word" 0000000000000000
		[ "$status" -eq 65 ]
		[[ $stderr == *"0000000000000000: there is no such"* ]]
		heloise "--$word"
		[ "$status" -eq 64 ]
		heloise "--$word" "$id" "$id"
		[ "$status" -eq 64 ]
		heloise "--$word" "$id" --show "$id"
		[ "$status" -eq 64 ]
	done
	[ "$(messages queue)" = "$id" ]
}

@test "a spool that is not there is empty" {
	down
	heloise -bp
	[ "$status" -eq 0 ]
	[ "$output" = 'Mail queue is empty' ]
	heloise --json
	[ "$output" = '[]' ]
	heloise --remove all
	[ "$output" = 'removed: 0' ]
	heloise --retry all
	[ "$status" -eq 0 ]
	heloise --show 0000000000000000
	[ "$status" -eq 65 ]
	heloise -q
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ ! -e "$SPOOL" ]
}

@test "the spool of another user: refused, and why" {
	[ "$(id -u)" -eq 0 ] || skip 'only root can be somebody else'
	down
	queue a@example.org
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/*/ "$BATS_TEST_TMPDIR"
	chmod 644 "$CONF"
	cp "$HELOISE" "$BATS_TEST_TMPDIR/heloise"
	as_nobody() {
		run --separate-stderr setpriv --reuid=65534 --regid=65534 \
		    --clear-groups "$BATS_TEST_TMPDIR/heloise" -C "$CONF" \
		    "$@" </dev/null
	}
	for word in '-bp' '-q' '--remove all' "--show $(messages queue)"; do
		# shellcheck disable=SC2086 # options
		as_nobody $word
		[ "$status" -eq 75 ]
		[[ $stderr == *"$SPOOL: Permission denied"* ]]
	done
	[ "$(waiting)" -eq 1 ]
	chown -R 65534 "$SPOOL"
	for word in '-bp' '-q' '--remove all'; do
		# shellcheck disable=SC2086 # options
		heloise $word
		[ "$status" -eq 75 ]
		[[ $stderr == *"$SPOOL belongs to user 65534, not to user 0"* ]]
	done
	[ "$(waiting)" -eq 1 ]
}

@test "-qI, -qR and -qS select" {
	start_relay
	use 'linger no'
	queue a@example.org b@example.net c@example.net
	MAIL=${MAIL/alice/carol} send -odq -f carol@example.com d@example.org
	heloise "-qI$(messages queue | head -n 1)"
	[ "$(stored_count)" -eq 1 ]
	grep -q '^RCPT TO:<a@example.org>' "$(envelope 1)"
	heloise -qRexample.net
	[ "$(stored_count)" -eq 3 ]
	heloise -qSnobody
	[ "$(stored_count)" -eq 3 ]
	heloise -qScarol
	[ "$(stored_count)" -eq 4 ]
	[ "$(waiting)" -eq 0 ]
}
