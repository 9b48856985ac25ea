#!/usr/bin/env bats
# confined.bats - where the caller or its service manager forbids things
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154,SC2016

load relay/relay
load relay/spool

setup() {
	follow_tests
	SPOOL=$BATS_TEST_TMPDIR/spool
	[ "$(id -u)" -eq 0 ] || skip 'needs root, for namespaces and limits'
}

teardown() {
	end_all
	umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || :
}

# bare_root: a root directory with heloise and its libraries, and no /dev
# or /proc, in $ROOT; the settings are in /conf and the spool is /spool.
bare_root() {
	ROOT=$BATS_TEST_TMPDIR/root
	mkdir -p "$ROOT/etc"
	[ -e "$ROOT/heloise" ] || cp "$HELOISE" "$ROOT/heloise"
	gnutls=$(ldconfig -p | sed -n 's/.*libgnutls[.]so.* => //p' | head -n 1)
	{ ldd "$HELOISE" "$gnutls" | grep -o '/[^ :]*'; echo "$gnutls"; } |
	    grep -v heloise | sort -u | while read -r file; do
		mkdir -p "$ROOT${file%/*}"
		cp -L "$file" "$ROOT$file"
	done
	printf '%s\n' "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'from alice@example.org' 'spool /spool' \
	    'retry-min 1s' >"$ROOT/conf"
}

in_root() {
	chroot "$ROOT" /heloise -C /conf "$@"
}

@test "a chroot without /dev and /proc: who stays behind holds no pipe" {
	local port said

	start_relay
	port=$RELAY_PORT
	stop_relay
	bare_root
	# A reader of the pipe gets to its end at once, not after a retry.
	SECONDS=0
	said=$(printf '%s' "$MAIL" | timeout 60 cat <(in_root -t 2>&1))
	[[ $said == *"queued as"* ]]
	said=$(printf '%s' "$MAIL" | timeout 60 cat <(in_root -odb -t 2>&1))
	[ -z "$said" ]
	[ "$SECONDS" -lt 20 ]
	start_relay --port "$port"
	await has_stored 2
}

@test "the same for a delivery that goes on, and for a command" {
	silent_relay
	bare_root
	echo 'patience 1s' >>"$ROOT/conf"
	SECONDS=0
	said=$(printf '%s' "$MAIL" | timeout 60 cat <(in_root -t 2>&1))
	[[ $said == *"delivery goes on" ]]
	[ "$SECONDS" -lt 20 ]
	start_relay --auth PLAIN --user u --password p
	bare_root
	printf '%s\n' 'user u' 'auth-cleartext yes' 'queue no' \
	    'password-command /heloise --helo x --show-config --write /made' \
	    >>"$ROOT/conf"
	run in_root -t <<<"$MAIL"
	[ -s "$ROOT/made" ]
}

@test "a chroot without /dev, and descriptors that are closed" {
	start_relay
	bare_root
	in_root -t <<<"$MAIL" >&- 2>&-
	[ "$(stored_count)" -eq 1 ]
	run sh -c 'exec chroot "$1" /heloise -C /conf b@example.org <&-' \
	    sh "$ROOT"
	[ "$status" -eq 74 ]
}

@test "who stays behind does not keep the caller's directory busy" {
	mkdir "$BATS_TEST_TMPDIR/disk"
	mount -t tmpfs none "$BATS_TEST_TMPDIR/disk"
	start_relay
	stop_relay
	use
	cd "$BATS_TEST_TMPDIR/disk"
	send -t
	send -odb -t
	cd /
	[ "$(waiting)" -eq 2 ]
	[ -n "$(runners)" ]
	await umount "$BATS_TEST_TMPDIR/disk"
	[ -n "$(runners)" ]
}

@test "a delivery that goes on does not keep it busy either" {
	mkdir "$BATS_TEST_TMPDIR/disk"
	mount -t tmpfs none "$BATS_TEST_TMPDIR/disk"
	silent_relay
	use 'patience 1s' 'linger no'
	cd "$BATS_TEST_TMPDIR/disk"
	send -t
	cd /
	[[ $stderr == *"delivery goes on"* ]]
	[ -n "$(runners)" ]
	umount "$BATS_TEST_TMPDIR/disk"
}

@test "paths relative to the caller's directory still mean the same" {
	local port

	start_relay
	port=$RELAY_PORT
	stop_relay
	use 'retry-min 1s'
	cd "$BATS_TEST_TMPDIR"
	CONF=${CONF##*/}
	sed -i 's/^spool .*/spool spool/' "$CONF"
	send -t
	[ "$(waiting)" -eq 1 ]
	start_relay --port "$port"
	await has_stored 1
	await empty
}

@test "a user that the namespace does not map: the mail goes" {
	unshare -U true 2>/dev/null || skip 'no user namespaces here'
	start_relay
	CONF=$(conf "relay 127.0.0.1:$RELAY_PORT" 'tls none' 'queue no' \
	    'from a@example.org')
	chmod 644 "$CONF"
	run --separate-stderr unshare -U "$HELOISE" -C /proc/self/fd/9 \
	    b@example.org 9<"$CONF" <<<"$MAIL"
	echo "$stderr"
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 1 ]
}

# The rest is what a unit of systemd may do to heloise.  unit DIRECTIVE...
# -- OPTION... runs it, with the mail, in a unit "backup.service" with these
# directives; the settings that use_unit wrote are in /mnt/conf.  A directory
# for the state is /mnt/state.

use_unit() {
	STATE=$BATS_TEST_TMPDIR/unit
	[ -d "$STATE" ] || mkdir -p "$STATE/state"
	[ -e "$STATE/heloise" ] ||
	    cp "$HELOISE" "$RELAY_HOME/../confine" "$STATE"
	printf '%s\n' "relay 127.0.0.1:$RELAY_PORT" 'tls none' \
	    'helo app.example.org' 'from alice@example.org' "$@" \
	    >"$STATE/conf"
	chmod -R a+rX "$STATE"
	[ -s "$STATE/calls" ] || sed '/^#/d; s/  *\|$/\n/g' \
	    "$RELAY_HOME/../system-service" | sed -n 's/^[a-z_]/__NR_&/p' |
	    gcc -E -P -include sys/syscall.h - | grep -x '[0-9]*' \
	    >"$STATE/calls"
	grep -vxFf <(echo __NR_socket | gcc -E -P -include sys/syscall.h -) \
	    "$STATE/calls" >"$STATE/calls-no-socket"
}

# Into WORLD, what happens to the mounts, and WITH, before the program.
directive() {
	local ro='mount -o remount,bind,ro'

	case $1 in
	ProtectSystem=strict)	WORLD+="mount --bind /mnt /mnt;"
				WORLD+="mount --bind /dev /dev; $ro /; "
				WORLD+="$ro /mnt; ${writable:+mount --bind \
				    \$1/state /mnt/state; mount -o \
				    remount,bind,rw /mnt/state;}" ;;
	ProtectHome=yes)	WORLD+='for dir in /home /root; do mount \
				    -t tmpfs -o ro,mode=0 none $dir; done;' ;;
	PrivateTmp=yes)		WORLD+='for dir in /tmp /var/tmp; do mount \
				    -t tmpfs none $dir; done;' ;;
	DynamicUser=yes)	WITH+=(setpriv --reuid 61234 --regid 61234
				    --clear-groups) ;;
	NoNewPrivileges=yes)	WITH+=(setpriv --no-new-privs) ;;
	MemoryDeny*=yes)	WITH+=(/mnt/confine -m) ;;
	RestrictAddress*=*)	WITH+=(/mnt/confine -f "${1#*=}") ;;
	SystemCallFilter=*:*)	WITH+=(/mnt/confine "-${1##*:}" -c
				    "/mnt/calls${1#*=}")
				WITH[-1]=${WITH[-1]%:*} ;;
	Limit*=*)		WITH+=(prlimit "--${1#Limit}") ;;
	*)			echo "what is $1?" >&2; return 1 ;;
	esac
}

unit() {
	local WORLD='' WITH=() writable='' script

	split "$@"
	[[ " $* " != *' StateDirectory='* ]] || writable=yes
	for script in "${SETTINGS[@]}"; do
		case $script in
		StateDirectory=*)
			WITH+=(env STATE_DIRECTORY=/mnt/state) ;;
		*)	directive "$script" ;;
		esac
	done
	chown -R 61234:61234 "$STATE/state"
	[[ " $* " == *' DynamicUser='* ]] || chown -R 0:0 "$STATE/state"
	script='set -e; mount --make-rprivate /; mount --bind "$1" /mnt
		echo 0::/system.slice/backup.service >/mnt/cgroup
		mount --bind /mnt/cgroup /proc/$$/cgroup
		'"$WORLD"'
		shift; cd /; exec env -i PATH="$PATH" "$@"'
	# A pipe for stderr: a limit on files must not be one on words.
	run timeout 60 unshare -m sh -c "$script" sh \
	    "$STATE" "${WITH[@]}" /mnt/heloise -C /mnt/conf \
	    "${OPTIONS[@]}" < <(printf '%s' "$MAIL")
	echo "status $status: $output"
}

# The directives of a unit that is as confined as can be.
hardened=(ProtectSystem=strict ProtectHome=yes PrivateTmp=yes
    MemoryDenyWriteExecute=yes 'RestrictAddressFamilies=1,2,10'
    NoNewPrivileges=yes)

@test "a hardened unit: the mail goes, whatever filters calls" {
	local filter user

	start_relay
	use_unit
	for filter in SystemCallFilter=:k SystemCallFilter=:e; do
		for user in DynamicUser=yes ''; do
			unit "${hardened[@]}" $user "$filter" -- -t
			[ "$status" -eq 0 ]
			[ -z "$output" ]
			unit "${hardened[@]}" $user StateDirectory=x \
			    "$filter" -- -bs <<<''
		done
	done
	[ "$(stored_count)" -eq 4 ]
}

@test "a filter that does not know Landlock: --version says so" {
	start_relay
	use_unit
	unit SystemCallFilter=:k -- --version
	[ "$status" -eq 0 ]
	[[ $output == *'sandbox: no Landlock'*seccomp* ]]
}

# waits WORDS: it is queued, and these words say what the unit lacks.
waits() {
	[ "$status" -eq 0 ]
	[[ $output == *"$1"*'queued as'* ]]
	[ "$(find "$STATE/state" -path '*/queue/*' ! -name '*.note' | wc -l)" \
	    -eq 1 ]
	rm -r "$STATE/state/"*
}

# lacks WORDS: nothing is kept, the status says so, and these words why.
lacks() {
	[ "$status" -eq 75 ]
	[[ $output == *"$1"* ]]
	[[ $output != *'queued as'* ]]
}

@test "a hardened unit and a relay that is down: kept, or what to write" {
	start_relay
	stop_relay
	use_unit
	unit "${hardened[@]}" DynamicUser=yes StateDirectory=x \
	    SystemCallFilter=:k -- -t
	waits 'Connection refused'
	[[ $output == *'; when backup.service ends, it waits for a queue run' ]]
	unit "${hardened[@]}" DynamicUser=yes SystemCallFilter=:k -- -t
	lacks 'hint: backup.service gives its user no directory for mail that waits; write `StateDirectory=heloise` into the unit'
	unit "${hardened[@]}" DynamicUser=yes SystemCallFilter=:k -- -odb -t
	lacks 'write `StateDirectory=heloise` into the unit'
	use_unit 'spool /mnt/spool'
	mkdir -p "$STATE/spool"
	unit ProtectSystem=strict SystemCallFilter=:e -- -t
	lacks 'hint: backup.service may not write to the spool /mnt/spool (ProtectSystem= or ProtectHome= of the unit); write `StateDirectory=heloise` into the unit, or for root `ReadWritePaths=/mnt/spool`'
	use_unit 'spool /home/heloise'
	unit ProtectHome=yes DynamicUser=yes -- -odq -t
	lacks '/home/heloise, or ProtectHome= of backup.service hides it; write `StateDirectory=heloise`'
}

@test "a unit without a network: it waits, and what to write" {
	# There is one call for all about sockets there; see systemd.exec(5).
	[[ $(uname -m) != @(i?86|s390x) ]] ||
	    skip 'RestrictAddressFamilies= has no effect on this processor'
	start_relay
	use_unit 'retry-min 1s'
	unit DynamicUser=yes StateDirectory=x RestrictAddressFamilies=1 -- -t
	waits 'hint: backup.service may not open such a connection (RestrictAddressFamilies= of the unit); write `RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6` into the unit'
	unit DynamicUser=yes StateDirectory=x SystemCallFilter=-no-socket:e \
	    -- -t
	waits 'backup.service may not open a connection (SystemCallFilter= or IPAddressDeny= of the unit), or the firewall of this host forbids it; write `SystemCallFilter=@network-io` or `IPAddressAllow=any` into the unit'
	unit DynamicUser=yes StateDirectory=x SystemCallFilter=-no-socket:k \
	    -- -t
	lacks 'a filter of system calls of backup.service ends each process that opens a connection (SystemCallFilter=)'
	[[ $output == *'hint: write `SystemCallFilter=@network-io` into the unit'* ]]
	[ "$(stored_count)" -eq 0 ]
}

@test "a unit with limits: it goes, or waits, or which limit to raise" {
	local limit

	start_relay
	use_unit 'linger no'
	for limit in cpu=1 as=20000000 memlock=0 core=0 sigpending=0 \
	    msgqueue=0 nofile=32 stack=131072 stack=65536:; do
		unit DynamicUser=yes StateDirectory=x "Limit$limit" -- -t
		[ "$status" -eq 0 ]
		[ -z "$output" ]
	done
	[ "$(stored_count)" -eq 9 ]
	rm -r "$STATE/state/"*
	unit DynamicUser=yes StateDirectory=x Limitstack=65536 -- -t
	[ "$status" -eq 75 ]
	[[ $output == *'hint: raise it to 128 KiB or more (LimitSTACK='* ]]
	unit DynamicUser=yes StateDirectory=x Limitnproc=1 -- -t
	waits 'cannot start the delivery agent: Resource temporarily unavailable'
	[[ $output == *'hint: no more processes are allowed here (LimitNPROC= or TasksMax= of a unit, or ulimit -u); raise that limit'*'due for a queue run'* ]]
	unit DynamicUser=yes StateDirectory=x Limitfsize=0 -- -t
	lacks 'hint: files may not be so large here (LimitFSIZE= of a unit, or ulimit -f); raise that limit'
	unit DynamicUser=yes StateDirectory=x Limitnofile=8 -- -t
	lacks 'hint: too few files may be open here (LimitNOFILE= of a unit, or ulimit -n); raise that limit to 32 or more'
	[ "$(stored_count)" -eq 9 ]
}
