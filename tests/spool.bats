#!/usr/bin/env bats
# spool.bats - where mail cannot be kept: said, 75, nothing half-written
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

load relay/relay
load relay/spool

setup() {
	follow_tests
	SPOOL=$BATS_TEST_TMPDIR/disk/spool
	mkdir "$BATS_TEST_TMPDIR/disk"
	start_relay
	use 'linger no'
	stop_relay
}

teardown() {
	end_all
	umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || :
}

small_disk() {
	mount -t tmpfs -o size=64k none "$BATS_TEST_TMPDIR/disk" 2>/dev/null ||
	    skip 'this user cannot mount a small disk'
}

# refused WORDS OPTION...: nothing is queued, and these words say why.
refused() {
	local words=$1

	shift
	send "$@"
	[ "$status" -eq 75 ]
	[[ $stderr == *"$words"* ]]
	[[ $stderr != *"queued as"* ]]
}

@test "a full disk" {
	small_disk
	send -odq -t
	[ "$status" -eq 0 ]
	MAIL=$MAIL$(head -c 100000 /dev/zero | tr '\0' x)
	refused "$SPOOL/queue: No space left on device" -odq -t
	refused 'No space left on device' -odb -t
	refused 'No space left on device' -t
	[ "$(find "$SPOOL/queue" -type f | wc -l)" -eq 1 ]
	# What is there can still be delivered.
	start_relay
	use 'linger no'
	heloise -q
	[ "$(stored_count)" -eq 1 ]
	[ "$(waiting)" -eq 0 ]
}

@test "a file system that is read-only: nothing is sent again and again" {
	small_disk
	send -odq -t
	mount -o remount,ro "$BATS_TEST_TMPDIR/disk"
	refused "$SPOOL/queue: Read-only file system" -odq -t
	refused 'Read-only file system' -t
	start_relay
	use 'linger no'
	heloise -q
	[ "$status" -eq 75 ]
	[[ $stderr == *"$SPOOL/queue: Read-only file system"* ]]
	[ "$(stored_count)" -eq 0 ]
	heloise -bp
	[ "$status" -eq 0 ]
	[[ $output == *bob@example.org* ]]
	heloise --remove all
	[ "$status" -eq 75 ]
	mount -o remount,rw "$BATS_TEST_TMPDIR/disk"
	heloise -q
	[ "$(stored_count)" -eq 1 ]
}

# fill: no octet is left on the small disk.
fill() {
	head -c 1000000 /dev/zero >"$BATS_TEST_TMPDIR/disk/full" 2>/dev/null || :
}

@test "a disk that is full or read-only, and a relay that is up: it goes" {
	local mode size

	small_disk
	start_relay
	use 'linger no'
	MAIL=$MAIL$(head -c 100000 /dev/zero | tr '\0' x)
	# It fills up in the middle of the message, before it, or is no use.
	for mode in -odi -odi -odb; do
		send "$mode" -t
		[ "$status" -eq 0 ]
		[ -z "$output$stderr" ]
		fill
	done
	rm "$BATS_TEST_TMPDIR/disk/full"
	mount -o remount,ro "$BATS_TEST_TMPDIR/disk"
	send -t
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	send -odb -t
	[ "$status" -eq 0 ]
	await has_stored 5
	for size in $(stat -c %s "$RELAY_STORE"/*.msg); do
		[ "$size" -gt 100000 ]
	done
	empty
}

@test "-bs and a disk that is full: it goes, or the client hears why" {
	local body

	small_disk
	send -odq -t
	body=$(head -c 100000 /dev/zero | tr '\0' x | fold -w 70)
	start_relay --fail 'RCPT:bad@example.org:451 4.2.0 later'
	use 'linger no'
	fill
	run --separate-stderr "$HELOISE" -C "$CONF" -bs < <(printf '%s\r\n' \
	    'MAIL FROM:<a@example.org>' 'RCPT TO:<b@example.org>' DATA \
	    "$MAIL" "$body" . 'MAIL FROM:<a@example.org>' \
	    'RCPT TO:<bad@example.org>' DATA "$MAIL" . QUIT)
	[ "$status" -eq 0 ]
	[ "$(grep -c ^354 <<<"$output")" -eq 2 ]
	[ "$(stored_count)" -eq 1 ]
	[[ $output == *$'\n250 '*$'\n4'*$'\n221 '* ]]
	[ "$(waiting)" -eq 1 ]
}

@test "no disk at all takes the message: it goes from memory" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root, for a namespace of mounts'
	start_relay
	CONF=$(conf "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    "spool $SPOOL" 'from a@example.org')
	run --separate-stderr unshare -m sh -c '
	    for dir in /tmp /var/tmp; do mount -t tmpfs -o ro none $dir; done
	    exec /proc/self/fd/8 -C /proc/self/fd/9 b@example.org' \
	    8<"$HELOISE" 9<"$CONF" <<<"$MAIL"
	echo "$output$stderr"
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

@test "a directory that cannot be made" {
	refused '/proc/nowhere/spool: ' --spool /proc/nowhere/spool -odq -t
	refused '/proc/nowhere/spool: ' --spool /proc/nowhere/spool -t
	echo >"$SPOOL"
	refused "$SPOOL: Not a directory" -odq -t
}

@test "directories that are missing are made" {
	SPOOL=$SPOOL/a/b
	use 'linger no'
	send -odq -t
	[ "$(waiting)" -eq 1 ]
	rm -r "$SPOOL/failed"
	send -odq -t
	[ "$status" -eq 0 ]
	[ "$(waiting)" -eq 2 ]
	[ "$(stat -c %a "$SPOOL" "$SPOOL/queue" "$SPOOL/failed" | sort -u)" = 700 ]
}

@test "directories of somebody else, or where others may write" {
	local dir

	send -odq -t
	for dir in "$SPOOL" "$SPOOL/queue" "$SPOOL/failed"; do
		chmod g+w "$dir"
		refused "others may write to $dir; run: chmod go-w $dir" \
		    -odq -t
		chmod g-w "$dir"
		[ "$(id -u)" -eq 0 ] || continue
		chown 1234 "$dir"
		refused "$dir belongs to user 1234, not to user 0" -odq -t
		refused "$dir belongs to user 1234, not to user 0" -t
		chown 0 "$dir"
	done
	mv "$SPOOL/queue" "$SPOOL/elsewhere"
	ln -s elsewhere "$SPOOL/queue"
	refused "$SPOOL/queue: " -odq -t
	rm "$SPOOL/queue"
	mv "$SPOOL/elsewhere" "$SPOOL/queue"
	[ "$(waiting)" -eq 1 ]
}

@test "a limit on files instead of a disk that is full" {
	MAIL=$MAIL$(head -c 9000 /dev/zero | tr '\0' x)
	run bash -c 'ulimit -f 4; exec "$@"' - "$HELOISE" -C "$CONF" -odq -t \
	    <<<"$MAIL"
	[ "$status" -eq 75 ]
	[[ $output == *"$SPOOL/queue: File too large"* ]]
	[ -z "$(find "$SPOOL" -type f)" ]
}

@test "unknown files are left alone, and a torn message is reported" {
	send -odq -t
	id=$(messages queue)
	echo mine >"$SPOOL/queue/notes"
	cp "$SPOOL/queue/$id" "$SPOOL/queue/0000000000000002"
	truncate -s -1 "$SPOOL/queue/0000000000000002"
	start_relay
	use 'linger no'
	heloise -q
	[[ $stderr == *"holds unknown files:"*queue/notes* ]]
	[[ $stderr == *"$SPOOL/queue/0000000000000002: "*incomplete* ]]
	[ "$(stored_count)" -eq 1 ]
	[ -e "$SPOOL/queue/notes" ]
	[ -e "$SPOOL/queue/0000000000000002" ]
}
