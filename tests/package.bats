#!/usr/bin/env bats
# package.bats - what is installed, and the archive that it is built from
# shellcheck disable=SC2154	# bats sets variables
bats_require_minimum_version 1.5.0

top=$BATS_TEST_DIRNAME/..
: "${HELOISE:=$top/heloise}"

setup()
{
	unset MAKEFLAGS MAKELEVEL MFLAGS
	cd "$top" || return
}

# Install into a directory with blanks in its name.
installed()
{
	to="$BATS_TEST_TMPDIR/a b"
	make -s PREFIX=/usr DESTDIR="$to" "$@"
}

@test "install: a DESTDIR with blanks, and no more than there is to remove" {
	installed install-sendmail install-system >"$BATS_TEST_TMPDIR/said"
	[ "$(readlink "$to/usr/sbin/sendmail")" = heloise ]
	for name in lib/sendmail bin/mailq bin/newaliases; do
		[ "$(readlink "$to/usr/$name")" = ../sbin/heloise ]
		[ -x "$to/usr/$name" ]
	done
	[ "$(stat -c %a "$to/etc/heloise.conf")" = 640 ]
	echo 'relay kept' >"$to/etc/heloise.conf"
	installed install-sendmail install-system >"$BATS_TEST_TMPDIR/said"
	[ "$(cat "$to/etc/heloise.conf")" = 'relay kept' ]
	(umask 077 && installed install-shared >"$BATS_TEST_TMPDIR/said")
	[ -z "$(find "$to" -type d ! -perm 755)" ]
	# An administrator's rules stay.
	logcheck=$to/etc/logcheck/ignore.d.server/heloise
	echo mine >"$logcheck"
	installed install-system >"$BATS_TEST_TMPDIR/said"
	installed uninstall
	[ "$(cat "$logcheck")" = mine ]
	rm "$logcheck"
	run -0 find "$to" ! -type d
	[ "$output" = "$to/etc/heloise.conf" ]
}

@test "install: cron's file names one program, and an administrator's is kept" {
	local mine='@reboot root /usr/local/sbin/heloise -q'

	to=$BATS_TEST_TMPDIR/root
	make -s DESTDIR="$to" install install-system >"$BATS_TEST_TMPDIR/said"
	run ! grep -r '[^l]/usr/sbin\| /usr/sbin' "$to/etc/cron.d" \
	    "$to/usr/local/lib"
	[ "$(grep -o '/usr/local/sbin/heloise' "$to/etc/cron.d/heloise" |
	    wc -l)" -eq 2 ]
	echo "$mine" >"$to/etc/cron.d/heloise"
	run -0 make -s DESTDIR="$to" install-system
	[[ $output == *'cron.d/heloise is there already: kept'* ]]
	run -0 make -s DESTDIR="$to" uninstall
	[ "$(cat "$to/etc/cron.d/heloise")" = "$mine" ]
	[[ $output == *'/etc/heloise.conf is left'* ]]
	[[ $output == *'/etc/cron.d/heloise is left'* ]]
}

@test "uninstall: the command that stops a timer, if systemd runs" {
	local unit=lib/systemd/system/heloise-queue.timer
	local word='systemctl disable --now heloise-queue.timer'

	to=$BATS_TEST_TMPDIR/root
	remove()
	{
		mkdir -p "$to/run" "$to/${unit%/*}"
		touch "$to/$unit"
		run -0 make -s PREFIX="$to" SBINDIR="$to/sbin" \
		    SYSCONFDIR="$to/etc" SPOOLDIR="$to/spool" "$@" uninstall
		[ ! -e "$to/$unit" ]
	}
	remove SYSTEMD="$to/run"
	[[ $output == *"$word"* ]]
	remove SYSTEMD="$to/none"
	[[ $output != *systemctl* ]]
	run -0 make -s PREFIX="$to" SBINDIR="$to/sbin" SYSCONFDIR="$to/etc" \
	    SPOOLDIR="$to/spool" SYSTEMD="$to/run" uninstall
	[[ $output != *systemctl* ]]
}

@test "install: a name in the PATH of users, and completions where they look" {
	to=$BATS_TEST_TMPDIR/root
	make -s DESTDIR="$to" install install-system >"$BATS_TEST_TMPDIR/said"
	[ "$(readlink "$to/usr/local/bin/heloise")" = ../sbin/heloise ]
	[ -x "$to/usr/local/bin/heloise" ]
	[ -e "$to/usr/local/share/zsh/site-functions/_heloise" ]
	[ -e "$to/etc/fish/completions/heloise.fish" ]
	# A slash at the end makes no difference.
	make -s DESTDIR="$to/3" PREFIX=/usr/ SBINDIR=/usr/sbin/ \
	    install-sendmail install-system >"$BATS_TEST_TMPDIR/said"
	[ "$(readlink "$to/3/usr/lib/sendmail")" = ../sbin/heloise ]
	[ -e "$to/3/usr/share/fish/vendor_completions.d/heloise.fish" ]
	# One directory for both needs no second name.
	make -s DESTDIR="$to/2" PREFIX=/usr SBINDIR=/usr/bin install \
	    >"$BATS_TEST_TMPDIR/said"
	[ ! -L "$to/2/usr/bin/heloise" ]
	make -s DESTDIR="$to/2" PREFIX=/usr SBINDIR=/usr/bin uninstall \
	    >"$BATS_TEST_TMPDIR/said"
	[ ! -e "$to/2/usr/bin/heloise" ]
}

@test "install: the files name the directories they are installed to" {
	to=$BATS_TEST_TMPDIR/root
	make -s PREFIX=/opt/h SPOOLDIR=/srv/h DESTDIR="$to" install-system \
	    >"$BATS_TEST_TMPDIR/said"
	# It would turn root's spool into a shared one.
	[ ! -e "$to/opt/h/lib/tmpfiles.d" ]
	make -s PREFIX=/opt/h SPOOLDIR=/srv/h DESTDIR="$to" install-shared \
	    >"$BATS_TEST_TMPDIR/said"
	grep -x 'ExecStart=/opt/h/sbin/heloise -q' \
	    "$to/opt/h/lib/systemd/system/heloise-queue.service"
	grep '^d /srv/h 3770 ' "$to/opt/h/lib/tmpfiles.d/heloise.conf"
	run ! grep -r '[^#]*/usr/sbin/heloise\|/var/spool/heloise' \
	    "$to/opt/h/lib"
}

@test "install: the configuration has no mistake, and only the relay is missing" {
	cp src/package/heloise.conf "$BATS_TEST_TMPDIR/conf"
	# Each comment that is a setting is right as one.
	sed -i 's/^#\([a-z]\)/\1/' "$BATS_TEST_TMPDIR/conf"
	chmod 600 "$BATS_TEST_TMPDIR/conf"
	run -0 "$HELOISE" -C "$BATS_TEST_TMPDIR/conf" --show-config
	[[ $output == *smtp.example.net* ]]
}

@test "completion: each shell can read its own" {
	local shell

	for shell in bash zsh fish; do
		"$HELOISE" --completion $shell >"$BATS_TEST_TMPDIR/$shell"
		grep -q -e '--tls\|-l tls' "$BATS_TEST_TMPDIR/$shell"
		# The password is never an argument.
		run ! grep -e '--password[^-]' "$BATS_TEST_TMPDIR/$shell"
		! command -v $shell >/dev/null ||
		    $shell -n "$BATS_TEST_TMPDIR/$shell"
	done
	run -64 "$HELOISE" --completion csh
	[[ $output == *'expected bash, zsh or fish'* ]]
}

# What bash proposes for the last of these words.
proposed()
{
	"$HELOISE" --completion bash >"$BATS_TEST_TMPDIR/bash"
	# shellcheck disable=SC2016	# for the inner shell
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _heloise
	    echo "${COMPREPLY[@]}"' "$BATS_TEST_TMPDIR/bash" "$@"
}

@test "completion: options, words of settings, files" {
	[ "$(proposed heloise --tls o)" = opportunistic ]
	[ "$(proposed heloise --check-c)" = --check-config ]
	[ "$(proposed heloise --queue '')" = 'yes no' ]
	[ "$(proposed heloise --completion f)" = fish ]
	[ "$(proposed heloise --tls = o)" = opportunistic ]
	[ "$(proposed heloise --queue =)" = 'yes no' ]
	[ "$(proposed heloise -C README)" = README ]
	[ "$(proposed heloise --import READM)" = README ]
	[ "$(proposed heloise --import au)" = auto ]
	[ -z "$(proposed heloise --relay r)" ]
}

@test "purge: no token stays, and mail only with a word" {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	cat >"$BATS_TEST_TMPDIR/inside" <<-'END'
	set -eu
	mount -t tmpfs tmpfs /var
	mount -t tmpfs tmpfs /etc
	touch /etc/heloise.conf.old /etc/heloise.conf.old.1
	cd "$1"
	mkdir -p /var/spool/heloise/0/queue /var/spool/heloise-tokens
	touch /var/spool/heloise/0/queue/x /var/spool/heloise-tokens/x.json
	sh src/package/debian/heloise.postrm remove
	find /var/spool -type f | sort
	ls /etc
	sh src/package/debian/heloise.postrm purge
	find /var/spool /etc -type f
	rm /var/spool/heloise/0/queue/x
	sh src/package/debian/heloise.postrm purge
	ls /var/spool
	END
	run -0 timeout 30 unshare --mount sh "$BATS_TEST_TMPDIR/inside" "$top"
	[ "$output" = '/var/spool/heloise-tokens/x.json
/var/spool/heloise/0/queue/x
heloise.conf.old
heloise.conf.old.1
heloise: mail is left in /var/spool/heloise; remove it by hand
/var/spool/heloise/0/queue/x' ]
}

@test "purge: a spool that is a link, or a file system of its own" {
	[ "$(id -u)" -eq 0 ] || skip 'not root'
	cat >"$BATS_TEST_TMPDIR/inside" <<-'END'
	set -eu
	mount -t tmpfs tmpfs /var
	mount -t tmpfs tmpfs /etc
	cd "$1"
	purge() {
		touch /etc/heloise.conf.old
		sh src/package/debian/heloise.postrm purge
		find /etc /var -mindepth 1 | sort
	}
	mkdir -p /var/mnt/0/queue /var/tokens /var/spool
	touch /var/mnt/0/queue/x /var/mnt/else /var/tokens/x.json
	ln -s /var/mnt /var/spool/heloise
	ln -s /var/tokens /var/spool/heloise-tokens
	purge
	rm /var/mnt/0/queue/x
	purge
	rm -r /var/mnt /var/tokens
	for name in heloise heloise-tokens; do
		mkdir /var/spool/$name
		mount -t tmpfs tmpfs /var/spool/$name
	done
	mkdir -p /var/spool/heloise/0/queue
	touch /var/spool/heloise-tokens/x.json
	purge
	END
	run -0 timeout 30 unshare --mount sh "$BATS_TEST_TMPDIR/inside" "$top"
	[ "$output" = 'heloise: mail is left in /var/spool/heloise; remove it by hand
/var/mnt
/var/mnt/0
/var/mnt/0/queue
/var/mnt/0/queue/x
/var/mnt/else
/var/spool
/var/spool/heloise
/var/tokens
heloise: /var/mnt is left, to which /var/spool/heloise led
/var/mnt
/var/mnt/0
/var/mnt/0/queue
/var/mnt/else
/var/spool
/var/tokens
/var/spool
/var/spool/heloise
/var/spool/heloise-tokens' ]
}

@test "logcheck: lines of mail that was sent are no news, others are" {
	local rule=src/package/logcheck ids='id=6616 from=me@example.org'

	ids="$ids to=a@example.org relay=- ip=- helo=- tls=- auth=- size=154"
	ids="$ids stage=- code=- esc=- tries=1 delay=0 rtt=-"
	for result in sent queued; do
		grep -E -f $rule <<<"Nov 29 10:35:12 host heloise[1]: $ids result=$result relay-id=- uid=0 caller=cron text=ok"
	done
	grep -E -f $rule <<<"2026-11-29T10:35:12.123456+00:00 host heloise[1]: $ids result=sent relay-id=- uid=0"
	run ! grep -E -f $rule <<<"Nov 29 10:35:12 host heloise[1]: $ids result=failed relay-id=- uid=0"
	# And it is the line that the program writes.
	mkdir -m 700 "$BATS_TEST_TMPDIR/box"
	printf 'To: a@example.org\n\n' | "$HELOISE" --relay \
	    "maildir:$BATS_TEST_TMPDIR/box" --log "$BATS_TEST_TMPDIR/log" \
	    --spool "$BATS_TEST_TMPDIR/spool" --from me@example.org -t
	sed 's/^[^ ]*/2026-11-29T10:35:12.123456+00:00 host/' \
	    "$BATS_TEST_TMPDIR/log" | grep -E -f $rule
}

@test "systemd: the units are right, and exposed less than 2.0" {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze here'
	local unit=$BATS_TEST_TMPDIR/units

	mkdir "$unit"
	sed "s|^ExecStart=[^ ]*|ExecStart=$(readlink -f "$HELOISE")|" \
	    src/package/systemd/heloise-queue.service \
	    >"$unit/heloise-queue.service"
	cp src/package/systemd/heloise-queue.timer "$unit"
	run -0 systemd-analyze verify --man=no "$unit/heloise-queue.service" \
	    "$unit/heloise-queue.timer"
	[ -z "$output" ]
	run -0 systemd-analyze security --offline=true --threshold=19 \
	    "$unit/heloise-queue.service"
}

@test "version: the same in config.mk and in all packages" {
	local version

	version=$(sed -n 's/^VERSION = //p' config.mk)
	[ "$(sed -n '1s/.*(\(.*\)).*/\1/p' src/package/debian/changelog)" = \
	    "$version" ]
	[ "$(sed -n 's/^Version: *//p' src/package/heloise.spec)" = "$version" ]
	grep -x "pkgver=$version" src/package/APKBUILD
	grep -x "pkgver=$version" src/package/PKGBUILD
}

@test "Alpine: abuild finds the script of the package before it builds" {
	# shellcheck disable=SC2016	# for the inner shell
	run -0 sh -c '. src/package/APKBUILD; echo "$install"'
	[ "$output" = 'heloise.pre-install heloise.post-install' ]
	cd src/package
	sh -n heloise.pre-install
	sh -n heloise.post-install
	grep -q '^addgroup -S heloise' heloise.pre-install
	grep -q '/usr/libexec/heloise/share package$' heloise.post-install
	bash -n heloise.install
	grep -q '/usr/libexec/heloise/share package$' heloise.install
}

# A copy of what the archive is made from, with other times and modes.
copy()
{
	mkdir -p "$1"
	cp -R .clang-format .editorconfig .gitignore COPYING Makefile README \
	    config.mk man src tests "$1"
	cp -R .ci "$1" 2>/dev/null || mkdir "$1/.ci"
	find "$1" -name '*.[oda]' -delete
	find "$1" -exec touch -d "$2" {} +
	chmod -R "$3" "$1"
}

@test "dist: the same archive each time, with all that .ci needs" {
	local dir

	copy "$BATS_TEST_TMPDIR/1" '2020-01-01' go-rwx
	copy "$BATS_TEST_TMPDIR/a longer name" '2021-02-03' go+rX
	# What is no source is not in it.
	mkdir -p "$BATS_TEST_TMPDIR/1/tests/tmp"
	touch "$BATS_TEST_TMPDIR/1/tests/tmp/key.pem" \
	    "$BATS_TEST_TMPDIR/1/man/.heloise.8.swp"
	for dir in 1 'a longer name'; do
		(cd "$BATS_TEST_TMPDIR/$dir" && make -s dist)
	done
	cmp "$BATS_TEST_TMPDIR/1"/heloise-*.tar.gz \
	    "$BATS_TEST_TMPDIR/a longer name"/heloise-*.tar.gz
	run -0 tar -tzf "$BATS_TEST_TMPDIR/1"/heloise-*.tar.gz
	[[ $output == *'/src/package/debian/control'* ]]
	[[ $output == */.ci/* ]]
	# All that is kept under version control is in it.
	[ -e .git ] || return 0
	tar -tzf "$BATS_TEST_TMPDIR/1"/heloise-*.tar.gz |
	    sed 's|^[^/]*/||' | LC_ALL=C sort >"$BATS_TEST_TMPDIR/there"
	# shellcheck disable=SC2016	# for the inner shell
	run -0 sh -c 'git -c safe.directory="*" ls-files --cached |
	    LC_ALL=C sort | comm -23 - "$1"' sh "$BATS_TEST_TMPDIR/there"
	[ -z "$output" ]
}

@test "build: other tools, and a compiler that is not there" {
	mkdir "$BATS_TEST_TMPDIR/1"
	cp -R Makefile config.mk src "$BATS_TEST_TMPDIR/1"
	find "$BATS_TEST_TMPDIR/1" -name '*.[oda]' -delete
	cd "$BATS_TEST_TMPDIR/1"
	run -0 make -n DLOPEN=no OAUTH=no AR=own-ar CC=own-cc heloise
	[[ $output == *'own-ar crs '* ]]
	[[ $output == *'own-cc -pie '* ]]
	[[ $output != *[\;\&\ ]'cc -'* ]]
	run -2 make CC=no-such-cc src/base/buf.o
	[[ $output == *no-such-cc* ]]
	run -2 make CC=no-such-cc src/base/gnutls.o
	[[ $output == *'no-such-cc and readelf find no libgnutls for the host'* ]]
	# Its libraries are not there: that is said before anything is built.
	run -2 make PKG_CONFIG=false heloise
	[[ $output == *'false does not find gnutls libbsd-overlay: run "make deps", or'* ]]
	[[ $output != *cc* ]]
}

# One rule builds all rooms; system/sandbox and base/gnutls add flags to it.
@test "build: the same objects in another directory, which nothing names" {
	local dir object objects

	objects=$(printf '%s\n' src/base/*.c src/system/*.c src/main.c |
	    sed 's/c$/o/')
	for dir in 1 other/2; do
		mkdir -p "$BATS_TEST_TMPDIR/$dir/tests"
		cp -R Makefile config.mk src "$BATS_TEST_TMPDIR/$dir"
		find "$BATS_TEST_TMPDIR/$dir" -name '*.[oda]' -delete
		# shellcheck disable=SC2086 # a list of words
		make -s -C "$BATS_TEST_TMPDIR/$dir" CFLAGS='-O0 -g' -j2 $objects
	done
	for object in $objects; do
		cmp "$BATS_TEST_TMPDIR/1/$object" \
		    "$BATS_TEST_TMPDIR/other/2/$object"
	done
	# No text in the program is this directory, or begins with it.
	tr '\0' '\n' <"$HELOISE" | LC_ALL=C awk -v dir="$(pwd -P)" '
		index($0 "/", dir "/") == 1	{ bad = 1 }
		END			{ exit bad || NR < 100 }'
}

@test "build: without GnuTLS for its host it says what to install" {
	mkdir "$BATS_TEST_TMPDIR/1"
	cp -R Makefile config.mk src "$BATS_TEST_TMPDIR/1"
	find "$BATS_TEST_TMPDIR/1" -name '*.[oda]' -delete
	run -2 make -s -C "$BATS_TEST_TMPDIR/1" READELF=false \
	    src/base/gnutls.o
	[[ $output == *' for the host that this is built for'*'DLOPEN=no'* ]]
}
