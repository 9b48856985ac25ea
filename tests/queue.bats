#!/usr/bin/env bats
# queue.bats - what cannot be delivered now is kept, retried and told of
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153

load relay/relay
load relay/spool

@test "the relay is down: exit 0, in the queue with reason and next try" {
	start_relay
	stop_relay
	use 'linger no'
	send -t
	[ "$status" -eq 0 ]
	[[ $stderr == *"Connection refused"*"queued as"* ]]
	[ "$(waiting)" -eq 1 ]
	heloise -bp
	[ "$status" -eq 0 ]
	[[ $output == *alice@example.org*bob@example.org* ]]
	[[ $output == *"Connection refused"* ]]
}

@test "and it arrives when the relay is back, with no daemon" {
	local port

	start_relay
	port=$RELAY_PORT
	stop_relay
	use 'retry-min 1s'
	send -t
	[ "$status" -eq 0 ]
	[ "$(waiting)" -eq 1 ]
	start_relay --port "$port"
	await has_stored 1
	await empty
	[ "$(stored_count)" -eq 1 ]
	# The runner has nothing left to do and leaves.
	await idle
}

@test "linger no: the next delivery takes what is due, and that alone" {
	start_relay
	use 'linger no'
	send --relay 127.0.0.1:1 two@example.org
	send -odq one@example.org
	[ "$(waiting)" -eq 2 ]
	send three@example.org
	[ "$status" -eq 0 ]
	await has_stored 2
	await idle
	[ "$(stored_count)" -eq 2 ]
	[ "$(waiting)" -eq 1 ]
}

@test "queue no: nothing is kept, 75" {
	start_relay
	stop_relay
	use 'queue no'
	send -t
	[ "$status" -eq 75 ]
	[ ! -e "$SPOOL" ]
}

@test "a spool that cannot be made: 75 and why; a relay that is up: 0" {
	start_relay
	use 'delivery queue'
	echo file >"$SPOOL"
	send -t
	[ "$status" -eq 75 ]
	[[ $stderr == *"$SPOOL"* ]]
	use
	send -t
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "-odq queues, -q delivers" {
	start_relay
	use 'linger no'
	send -odq -t
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[ "$(waiting)" -eq 1 ]
	[ "$(stored_count)" -eq 0 ]
	heloise -q
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	[ "$(waiting)" -eq 0 ]
}

@test "-odb is back at once, delivery follows, nobody is kept waiting" {
	start_relay --delay 300
	use
	# The shell waits for every process that holds its pipe.
	output=$(printf '%s' "$MAIL" | "$HELOISE" -C "$CONF" -odb -t 2>&1)
	[ -z "$output" ]
	await has_stored 1
	await empty
}

@test "patience over: queued, and the delivery that runs is the only one" {
	start_relay --fail-rate 0 --delay 900
	use 'patience 1s' 'linger no'
	send -t
	[ "$status" -eq 0 ]
	[[ $stderr == *"queued as"* ]]
	await has_stored 1
	await empty
	[ "$(stored_count)" -eq 1 ]
}

@test "a login refused is queued, not failed" {
	start_relay --auth PLAIN --user u --password right --auth-required
	use 'user u' 'password wrong' 'auth-cleartext yes' 'linger no'
	send -t
	[ "$status" -eq 0 ]
	[[ $stderr == *"cannot log in"*"queued as"* ]]
	[ "$(waiting)" -eq 1 ]
}

@test "refused for good: told, and a copy in failed/" {
	start_relay --fail 'RCPT:550 5.1.1 no such user'
	use 'linger no'
	send -t
	[ "$status" -eq 67 ]
	[ "$(waiting)" -eq 0 ]
	[ "$(failed)" -eq 1 ]
	heloise -bp
	[[ $output == *"no such user"* ]]
}

@test "one accepted, one later: only the other is tried again" {
	start_relay --fail 'RCPT:slow@example.org:451 4.2.0 greylisted'
	use 'linger no'
	send fast@example.org slow@example.org
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
	stop_relay
	start_relay
	use 'linger no'
	heloise -q
	[ "$(stored_count)" -eq 1 ]
	[ "$(grep '^RCPT' "$(envelope 1)")" = "RCPT TO:<slow@example.org>" ]
	[ "$(waiting)" -eq 0 ]
}

@test "given up: one bounce to the sender, the message in failed/" {
	start_relay --fail 'RCPT:bob@example.org:550 5.1.1 no such user'
	use 'linger no' 'delivery queue'
	send -t
	heloise -q
	[ "$(failed)" -eq 1 ]
	# The bounce waits; the next run takes it to alice.
	heloise -q
	[ "$(stored_count)" -eq 1 ]
	grep -q '^MAIL FROM:<>' "$(envelope 1)"
	grep -q '^RCPT TO:<alice@example.org>' "$(envelope 1)"
	grep -q 'multipart/report' "$(stored 1)"
	grep -q '^Diagnostic-Code: smtp; *550 5.1.1 no such user' "$(stored 1)"
	[ "$(waiting)" -eq 0 ]
}

# How many bounces name that recipient as refused?
bounced() {
	grep -l "^Final-Recipient: rfc822; *$1" "$RELAY_STORE"/*.msg | wc -l
}

given_up() {
	heloise --expire 1s -q
	[ "$(failed)" -eq 1 ]
}

@test "refused while another waits: the bounce comes at once, and once" {
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user' \
	    --fail 'RCPT:slow@example.org:451 4.2.0 later' \
	    --fail 'RCPT:worse@example.org:551 5.1.6 moved'
	use 'linger no'
	send -odq bad@example.org slow@example.org fine@example.org
	heloise -q
	[ "$(waiting)" -eq 2 ]
	heloise -q
	[ "$(stored_count)" -eq 2 ]
	[ "$(bounced bad@example.org)" -eq 1 ]
	[ "$(bounced slow@example.org)" -eq 0 ]
	heloise --retry all
	heloise -q
	[ "$(waiting)" -eq 1 ]
	[ "$(bounced bad@example.org)" -eq 1 ]
	# When the time of the last one is up it has a bounce of its own.
	await given_up
	heloise -q
	[ "$(bounced bad@example.org)" -eq 1 ]
	[ "$(bounced slow@example.org)" -eq 1 ]
	[ "$(stored_count)" -eq 3 ]
	[ "$(waiting)" -eq 0 ]
	[ "$(failed)" -eq 1 ]
}

second_over() {
	[ "$(date +%s)" -gt "$((began + 1))" ]
}

# age SECONDS: the first try was so long ago, and the next was to come a
# minute later, says the clock now.
age() {
	local ago=$(($(date +%s) - $1))

	sed -i -e "s/^since .*/since $ago/" -e "s/^next .*/next $((ago + 60))/" \
	    "$SPOOL/queue/"*.note
}

@test "a clock that jumps ahead expires nothing at the second try" {
	start_relay --fail 'RCPT:slow@example.org:451 4.2.0 later'
	use 'linger no'
	send slow@example.org
	[ "$(waiting)" -eq 1 ]
	age 1500000000
	heloise -q
	[ "$(waiting)" -eq 1 ]
	[ "$(failed)" -eq 0 ]
	# What was late by less is as old as it seems.
	age $((5 * 86400 + 100))
	sed -i "s/^next .*/next $(($(date +%s) - 3600))/" "$SPOOL/queue/"*.note
	heloise -q
	[ "$(failed)" -eq 1 ]
}

@test "expire: the run that gives up tells the sender, and is the last" {
	start_relay --fail 'RCPT:slow@example.org:451 4.2.0 later'
	use 'linger no'
	send -odq slow@example.org
	began=$(date +%s)
	await second_over
	heloise --expire 1s -q
	[ "$(failed)" -eq 1 ]
	heloise -q
	[ "$(waiting)" -eq 0 ]
	[ "$(bounced slow@example.org)" -eq 1 ]
	[ "$(relay_log | grep -c '^C: RCPT TO:<slow@')" -eq 1 ]
}

# The lines of the bounces in the relay's store, as one.
bounce_text() {
	cat "$RELAY_STORE"/*.msg | tr -s '\r\n ' ' '
}

@test "a bounce says what is wrong and which setting changes it" {
	local denied='554 5.7.1 Relay access denied'
	local helo='450 4.7.1 Helo command rejected: Host not found'

	start_relay --fail "RCPT:bad@example.org:$denied" \
	    --fail "RCPT:slow@example.org:$helo"
	use 'linger no'
	send -odq bad@example.org slow@example.org
	heloise -q
	heloise -q
	[ "$(stored_count)" -eq 1 ]
	[[ $(bounce_text) == *" $denied Hint: the relay does not know"* ]]
	[[ $(bounce_text) == *"\`user <name>\`"* ]]
	[[ $(bounce_text) != *"$helo"* ]]
	await given_up
	heloise -q
	[ "$(stored_count)" -eq 2 ]
	[[ $(bounce_text) == *" $helo Hint: the relay finds no host"* ]]
	[[ $(bounce_text) == *"'app.example.org'"*"\`helo "* ]]
}

@test "NOTIFY=NEVER: no bounce, whether refused or too late" {
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user' \
	    --fail 'RCPT:slow@example.org:451 4.2.0 later'
	use 'linger no'
	send -odq -N never bad@example.org slow@example.org
	heloise -q
	await given_up
	heloise -q
	[ "$(stored_count)" -eq 0 ]
	[ "$(waiting)" -eq 0 ]
}

@test "a recipient that the caller was told of is not bounced as well" {
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user' \
	    --fail 'RCPT:slow@example.org:451 4.2.0 later'
	use 'linger no'
	send bad@example.org slow@example.org
	[ "$status" -eq 67 ]
	[[ $stderr == *"queued as"*"not delivered to bad@example.org"* ]]
	heloise -q
	[ "$(waiting)" -eq 1 ]
	stop_relay
	start_relay
	use 'linger no'
	heloise -q
	[ "$(stored_count)" -eq 1 ]
	[ "$(waiting)" -eq 0 ]
	[ "$(failed)" -eq 1 ]
}

@test "-bs with aliases: what the client cannot be told comes as a bounce" {
	printf 'team: good@example.org, bad@example.org\n' \
	    >"$BATS_TEST_TMPDIR/aliases"
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user'
	use 'linger no' "aliases $BATS_TEST_TMPDIR/aliases"
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' \
	    'EHLO me.example.org' 'MAIL FROM:<alice@example.org>' \
	    'RCPT TO:<team>' DATA 'Subject: one' '' 'x' . QUIT)
	[[ $output == *354*$'\n250 '*221* ]]
	[ "$(waiting)" -eq 1 ]
	heloise -q
	heloise -q
	[ "$(stored_count)" -eq 2 ]
	[ "$(bounced bad@example.org)" -eq 1 ]
	[ "$(waiting)" -eq 0 ]
}

@test "never a bounce for the null sender" {
	start_relay --fail 'RCPT:550 5.1.1 no such user'
	use 'linger no' 'delivery queue'
	send -f '<>' bob@example.org
	heloise -q
	heloise -q
	[ "$(stored_count)" -eq 0 ]
	[ "$(waiting)" -eq 0 ]
	[ "$(failed)" -eq 1 ]
}

@test "a run of twenty over one connection" {
	local i

	start_relay
	use 'linger no' 'delivery queue' 'connections 1'
	for i in {1..20}; do
		send "r$i@example.org"
	done
	[ "$(waiting)" -eq 20 ]
	heloise -q
	[ "$(stored_count)" -eq 20 ]
	[ "$(relay_log | grep -c '^connect')" -eq 1 ]
}

@test "a file that is gone for a while: the mail waits for it" {
	local pw=$BATS_TEST_TMPDIR/pw

	start_relay --auth PLAIN --user u --password p --auth-required
	use 'linger no' 'user u' 'auth-cleartext yes' "password-file $pw"
	send bob@example.org
	[ "$status" -eq 0 ]
	[[ $stderr == *"cannot get the password"*"$pw: No such file"*"queued as"* ]]
	heloise --retry all
	[ "$(waiting)" -eq 1 ]
	[ "$(failed)" -eq 0 ]
	heloise -bp
	[[ $output == *'tried 2 times'* ]]
	(umask 077 && echo p >"$pw")
	chmod 644 "$pw"
	heloise --retry all
	[ "$(waiting)" -eq 1 ]
	[ "$(failed)" -eq 0 ]
	chmod 600 "$pw"
	heloise --retry all
	[ "$(stored_count)" -eq 1 ]
	[ "$(waiting)" -eq 0 ]
}

@test "an agent that is killed: temporary, and the message is kept" {
	local pid child

	silent_relay
	use 'linger no'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/mail" \
	    2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	await greeted
	child=$(cat "/proc/$pid/task/$pid/children")
	[ -n "$child" ]
	# shellcheck disable=SC2086 # a blank stands behind it
	kill -KILL $child
	wait "$pid"
	[ "$(waiting)" -eq 1 ]
	grep -q 'queued as' "$BATS_TEST_TMPDIR/err"
}

@test "SIGTERM while delivering: in the queue, exit 0" {
	local pid status=0

	silent_relay
	use 'linger no'
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/mail" 2>/dev/null 3>&- &
	pid=$!
	await greeted
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 0 ]
	[ "$(waiting)" -eq 1 ]
}

@test "SIGTERM when the relay may have it: so it says, and waits its time" {
	local pid status=0

	swallowing_relay
	use 'retry-min 1h' "log $BATS_TEST_TMPDIR/log"
	printf '%s' "$MAIL" >"$BATS_TEST_TMPDIR/mail"
	"$HELOISE" -C "$CONF" -t <"$BATS_TEST_TMPDIR/mail" \
	    2>"$BATS_TEST_TMPDIR/err" 3>&- &
	pid=$!
	await has_stored 1
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" -eq 0 ]
	grep -q 'queued as .* the relay may have it already' \
	    "$BATS_TEST_TMPDIR/err"
	grep -q 'tries=1 .* result=deferred' "$BATS_TEST_TMPDIR/log"
	heloise -bp
	[[ $output == *'may have arrived'* ]]
	[[ $output == *'tried once'* ]]
	[ "$(relay_log | grep -c '^connect')" -eq 1 ]
}

@test "-bs: several messages, the relay's verdict after each dot" {
	start_relay --fail 'RCPT:bad@example.org:550 5.1.1 no such user'
	use 'linger no'
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' \
	    'EHLO me.example.org' 'MAIL FROM:<a@example.org>' \
	    'RCPT TO:<good@example.org>' DATA 'Subject: one' '' 'x' . \
	    'MAIL FROM:<a@example.org>' 'RCPT TO:<bad@example.org>' DATA \
	    'Subject: two' '' 'x' . QUIT)
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	[[ $output == 220*250*354*"250 2."*354*"550 5.1.1 no such user"*221* ]]
	[ "$(stored_count)" -eq 1 ]
	[ "$(grep -c '^Message-ID' "$(stored 1)")" -eq 1 ]
}

@test "-bs with the relay down: 250 queued" {
	start_relay
	stop_relay
	use 'linger no'
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' \
	    'HELO [127.0.0.1]' 'MAIL FROM:<>' 'RCPT TO:<b@example.org>' \
	    DATA 'Subject: one' '' 'x' . QUIT)
	[ "$status" -eq 0 ]
	[[ $output == *"queued as"* ]]
	[ "$(waiting)" -eq 1 ]
}

@test "-bs, patience over: 250 queued, and the next message is queued, too" {
	start_relay --delay 900
	use 'patience 1s' 'linger no'
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' \
	    'HELO me' 'MAIL FROM:<a@example.org>' 'RCPT TO:<b@example.org>' \
	    DATA 'Subject: 1' '' x . 'MAIL FROM:<a@example.org>' \
	    'RCPT TO:<c@example.org>' DATA 'Subject: 2' '' x . QUIT)
	[ "$status" -eq 0 ]
	[[ $output == *"queued as"*"queued as"*221* ]]
	await has_stored 1
	# shellcheck disable=SC2016 # for eval
	await eval '[ "$(waiting)" -eq 1 ]'
}

@test "-bs -odb: two messages with a pause between, and none is left" {
	start_relay
	use 'retry-min 1s'
	{
		printf '%s\r\n' 'HELO me' 'MAIL FROM:<a@example.org>' \
		    'RCPT TO:<b@example.org>' DATA 'Subject: 1' '' x .
		await has_stored 1
		printf '%s\r\n' 'MAIL FROM:<a@example.org>' \
		    'RCPT TO:<c@example.org>' DATA 'Subject: 2' '' x . QUIT
	} | "$HELOISE" -C "$CONF" -bs -odb
	await has_stored 2
	await empty
	[ "$(stored_count)" -eq 2 ]
}

@test "a relative spool is retried as well" {
	local port

	start_relay
	port=$RELAY_PORT
	stop_relay
	use 'retry-min 1s'
	cd "$BATS_TEST_TMPDIR"
	sed -i '/^spool/d' "$CONF"
	run "$HELOISE" -C "$CONF" --spool spool bob@example.org <<<"$MAIL"
	[ "$status" -eq 0 ]
	[ "$(waiting)" -eq 1 ]
	start_relay --port "$port"
	await has_stored 1
	await empty
}

@test "a bounce that cannot be written: nobody gets the mail twice" {
	start_relay --fail 'RCPT:bad@example.org:550 no'
	use 'delivery queue' 'linger no'
	MAIL="Subject: x

$(head -c 3500 /dev/zero | tr '\0' x)
"
	send ok@example.org bad@example.org
	(ulimit -f 4; "$HELOISE" -C "$CONF" -q) || :
	(ulimit -f 4; "$HELOISE" -C "$CONF" -q) || :
	[ "$(stored_count)" -eq 1 ]
}

@test "-bD without -q sends nothing" {
	start_relay
	use
	send -bD bob@example.org
	[ "$status" -eq 64 ]
	[ "$(stored_count)" -eq 0 ]
}

@test "a relay that repeats the login: no secret on stderr, in note or -bp" {
	local secret
	local -a secrets

	start_relay --script "$(script <<-'END'
		S: 220 hi
		C~ ^EHLO
		S: 250-hi
		S: 250 AUTH PLAIN
		C~ ^AUTH PLAIN
		S: 454 no: AUTH PLAIN AHdlYjEAb3BlbnNlc2FtZQ==, opensesame
	END
	)"
	use 'linger no' 'user web1' 'password opensesame' 'auth-cleartext yes'
	send --trace -t
	[[ $stderr == *'S: 454 no: AUTH PLAIN ********, ********'* ]]
	[[ $stderr == *'queued as'* ]]
	secrets=(opensesame AHdlYjEAb3BlbnNlc2FtZQ==)
	for secret in "${secrets[@]}"; do
		[[ $stderr != *"$secret"* ]]
		! grep -F "$secret" "$SPOOL"/queue/*.note || return 1
	done
	heloise -bp
	[[ $output == *'AUTH PLAIN ********, ********'* ]]
}

# reboot: no process of the spool is left, as after a power cut
reboot() {
	local pid

	for pid in $(runners); do
		kill -9 "$pid" 2>/dev/null || true
	done
	await idle
}

@test "after a reboot: the next call takes what waits, whatever becomes of its own" {
	local port how

	start_relay --fail 'RCPT:no@example.org:550 5.1.1 no such user'
	port=$RELAY_PORT
	for how in -odi -odb refused -q; do
		use 'retry-min 1s' "relay localhost:1"
		send two@example.org
		[ "$status" -eq 0 ]
		[ "$(waiting)" -eq 1 ]
		reboot
		use 'retry-min 1s' "relay localhost:$port"
		# The delay of the first try is over.
		await heloise_due
		case $how in
		-q)	heloise -q ;;
		refused) send no@example.org two@example.net ;;
		*)	send "$how" three@example.org ;;
		esac
		await empty
		await idle
	done
	[ "$(stored_count)" -eq 7 ]
}

# Is the message due?
heloise_due() {
	heloise -bp
	[[ $output == *'due now'* ]]
}

@test "after a reboot, the relay still down: the next call leaves a process that goes on" {
	local port

	start_relay
	port=$RELAY_PORT
	stop_relay
	use 'retry-min 1s'
	send one@example.org
	reboot
	send two@example.org
	[ "$(waiting)" -eq 2 ]
	start_relay --port "$port"
	await has_stored 2
	await empty
	await idle
}
