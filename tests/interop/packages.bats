#!/usr/bin/env bats
# packages.bats - the Debian packages: install, use, upgrade, remove, purge
#
# And those of RPM: built, and what is in them.
#
# In a root directory of the release RELEASE, which tests/deps makes once by
# debootstrap(8); the packages are those in DEBS, or are built here.  Mail
# goes to a real Postfix.  Each test takes up where the one before it ended.
# No service runs there but those that a test starts.
# shellcheck disable=SC1091,SC2154	# servers.bash and bats set variables
load servers
load root

setup_file()
{
	server postfix
	fresh_root || return
	[ -z "$why" ] || return 0
	debs=${DEBS-}
	if [ -z "$debs" ]; then
		debs=$BATS_FILE_TMPDIR
		(cd "$BATS_TEST_DIRNAME/../.." &&
		    sh src/package/deb "$debs") >"$BATS_FILE_TMPDIR/log" 2>&1 ||
		    { tail -n 20 "$BATS_FILE_TMPDIR/log" >&2; return 1; }
	fi
	export debs
	cp "$debs"/heloise_*.deb "$root/tmp/heloise.deb"
	cp "$debs"/heloise-mta_*.deb "$root/tmp/heloise-mta.deb"
	install -m 644 "$run/ca/ca.pem" "$root/etc/relay.pem"
}

teardown_file()
{
	stop
	remove_root
}

as()
{
	inside runuser -u "$1" -- "${@:2}"
}

# What apt and dpkg say is shown if the test fails.
apt()
{
	inside apt-get -q -y --no-install-recommends "$@" </dev/null
}

modes()
{
	(cd "$root" && stat -c '%A %n' "$@")
}

owner()
{
	inside stat -c '%U:%G' "/$1"
}

@test "package: lintian has nothing to say" {
	run -0 lintian --allow-root --no-cfg --fail-on error,warning \
	    "$debs"/heloise_*.deb "$debs"/heloise-mta_*.deb
	[ -z "$output" ]
}

# rpm_build TOP: the packages from the archive.  Here are no macros of systemd,
# and what is compiled need not be fast.
rpm_build()
{
	local name define=() src=$1/src

	mkdir -p "$src" "$1/SOURCES"
	(cd "$BATS_TEST_DIRNAME/../.." &&
	    cp -R .ci .clang-format .editorconfig .gitignore COPYING Makefile \
	    README config.mk man src tests "$src") &&
	    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -s -C "$src" dist &&
	    mv "$src"/heloise-*.tar.gz "$1/SOURCES" || return
	for name in post preun postun; do
		define+=(--define "systemd_$name() :")
	done
	HOME=$1 rpmbuild -ba --nodeps --define "_topdir $1" \
	    --define "_tmppath $1" --define "_dbpath $1/db" \
	    --define '_unitdir /usr/lib/systemd/system' \
	    --define '_sysusersdir /usr/lib/sysusers.d' \
	    --define '_tmpfilesdir /usr/lib/tmpfiles.d' \
	    --define '_build_id_links none' --define 'optflags -O0 -w' \
	    "${define[@]}" "$src/src/package/heloise.spec" </dev/null
}

# rpm_files PACKAGE: mode, group and name of each file but documents.
rpm_files()
{
	rpm -qp --dbpath "$BATS_TEST_TMPDIR/db" \
	    --qf '[%{FILEMODES:perms} %{FILEGROUPNAME} %{FILENAMES}\n]' \
	    "$BATS_TEST_TMPDIR"/RPMS/*/"$1"-[0-9]*.rpm |
	    sed -e '/ \/usr\/share\/\(doc\|licenses\)\//d' -e 's/\.[gx]z$//'
}

@test "RPM: rpmlint finds no error, and the packages have what they should" {
	local spec=$BATS_TEST_DIRNAME/../../src/package/heloise.spec

	command -v rpmbuild && command -v rpmlint ||
	    skip 'no rpmbuild here: sh tests/deps interop'
	run -0 rpmlint "$spec"
	[[ $output == *' 0 errors'* ]]
	rpm_build "$BATS_TEST_TMPDIR" >"$BATS_TEST_TMPDIR/log" 2>&1 ||
	    { tail -n 20 "$BATS_TEST_TMPDIR/log" >&2; return 1; }
	[ -n "$(find "$BATS_TEST_TMPDIR/SRPMS" -name 'heloise-*.src.rpm')" ]
	diff - <(rpm_files heloise) <<-'END'
		-rw-r--r-- root /etc/cron.d/heloise
		-rw-r----- heloise /etc/heloise.conf
		drwxr-xr-x root /etc/logcheck
		drwxr-xr-x root /etc/logcheck/ignore.d.server
		-rw-r--r-- root /etc/logcheck/ignore.d.server/heloise
		lrwxrwxrwx root /usr/bin/heloise
		-rw-r--r-- root /usr/lib/systemd/system/heloise-queue.service
		-rw-r--r-- root /usr/lib/systemd/system/heloise-queue.timer
		-rw-r--r-- root /usr/lib/sysusers.d/heloise.conf
		-rw-r--r-- root /usr/lib/tmpfiles.d/heloise.conf
		drwxr-xr-x root /usr/libexec/heloise
		-rwxr-xr-x root /usr/libexec/heloise/share
		-rwxr-sr-x heloise /usr/sbin/heloise
		-rw-r--r-- root /usr/share/bash-completion/completions/heloise
		-rw-r--r-- root /usr/share/fish/vendor_completions.d/heloise.fish
		-rw-r--r-- root /usr/share/man/man5/heloise.conf.5
		-rw-r--r-- root /usr/share/man/man7/heloise-recipes.7
		-rw-r--r-- root /usr/share/man/man8/heloise.8
		-rw-r--r-- root /usr/share/zsh/site-functions/_heloise
		drwxrws--T heloise /var/spool/heloise
	END
	diff - <(rpm_files heloise-mta) <<-'END'
		lrwxrwxrwx root /usr/bin/mailq
		lrwxrwxrwx root /usr/bin/newaliases
		lrwxrwxrwx root /usr/lib/sendmail
		lrwxrwxrwx root /usr/sbin/sendmail
		-rw-r--r-- root /usr/share/man/man1/mailq.1
		-rw-r--r-- root /usr/share/man/man1/newaliases.1
		-rw-r--r-- root /usr/share/man/man8/sendmail.8
	END
}

@test "package: one command installs it in place of another mailer" {
	inside dpkg-query -W msmtp-mta
	run -0 apt install /tmp/heloise.deb /tmp/heloise-mta.deb \
	    php-cli php-fpm cron at bsd-mailx unattended-upgrades \
	    smartmontools libfcgi-bin
	[[ $output == *'no relay is set yet.  Run as root: heloise --setup'* ]]
	[ ! -e "$root/usr/share/doc/msmtp-mta" ]
	[ "$(modes usr/sbin/heloise etc/heloise.conf var/spool/heloise)" = \
	    "$(printf '%s\n' '-rwxr-sr-x usr/sbin/heloise' \
	    '-rw-r----- etc/heloise.conf' 'drwxrws--T var/spool/heloise')" ]
	for file in usr/sbin/heloise etc/heloise.conf var/spool/heloise; do
		[ "$(owner "$file")" = root:heloise ]
	done
	for name in /usr/sbin/sendmail /usr/lib/sendmail /usr/bin/mailq \
	    /usr/bin/newaliases; do
		[ "$(inside readlink -f "$name")" = /usr/sbin/heloise ]
	done
	[ -L "$root/etc/systemd/system/timers.target.wants/heloise-queue.timer" ]
	inside test -s /usr/share/bash-completion/completions/heloise
	run -0 inside dpkg --verify heloise heloise-mta
	# All is there and as it was packed; modes are dpkg-statoverride's.
	run ! grep -E '^missing|^..5' <<<"$output"
}

@test "package: without a relay it says which setting is missing" {
	run -78 as nobody sendmail b@example.org </dev/null
	[[ $output == *relay*'/etc/heloise.conf'* ]]
}

@test "package: PHP, mail(1) and sendmail, by users who cannot read it" {
	printf '%s\n' "relay $addr" 'port 5870' 'tls starttls' \
	    'tls-name relay.example.org' 'tls-ca /etc/relay.pem' \
	    'helo app.example.org' 'user user' "password $password" 'linger no' \
	    'domain example.org' >"$root/etc/heloise.conf"
	[ "$(modes etc/heloise.conf)" = '-rw-r----- etc/heloise.conf' ]
	run -1 as www-data cat /etc/heloise.conf
	as www-data php -r 'exit(mail("b@example.org", "php", "text") ? 0 : 1);'
	arrived b
	has 'Authenticated sender: user@relay.example.org'
	has '^Subject: php$'
	find "$run/mail" -type f -delete
	echo text | inside mail -s mail b@example.org
	arrived b
	has '^From: root <root@example.org>$'
	find "$run/mail" -type f -delete
	printf 'To: b@example.org\nSubject: lib\n\n' |
	    as daemon /usr/lib/sendmail -t -oi
	arrived b
	has '^Subject: lib$'
}

# serve COMMAND...: start a server, until served.
serve()
{
	become='exec' "$@" 3>&- 4>&- &
	server=$!
}

served()
{
	kill "$server"
	wait "$server" || true
}

# job USER COMMAND: for cron.  What is for when the host starts, it does once.
job()
{
	rm -f "$root/run/crond.reboot"
	printf '%s\n' 'MAILTO=b@example.org' "@reboot $1 $2" \
	    >"$root/etc/cron.d/test"
}

@test "package: cron sends the output of a job" {
	job root 'echo from cron'
	serve inside cron -f
	await in_box b || { served; return 1; }
	served
	arrived b
	has '^Subject: Cron'
	has '^From: "\?root'
	grep -x 'from cron' "${mail[0]}"
}

@test "package: at sends it to root, who is somebody else" {
	echo 'root: b@example.org' >>"$root/etc/aliases"
	serve inside atd -f
	await test -e "$root/run/atd.pid"
	echo 'echo from at' | inside at now
	await in_box b || { served; return 1; }
	served
	arrived b
	has '^Subject: Output from your job'
	grep -x 'from at' "${mail[0]}"
}

@test "package: unattended-upgrades reports" {
	printf 'Unattended-Upgrade::%s "%s";\n' Mail b@example.org \
	    MailReport always >"$root/etc/apt/apt.conf.d/99test"
	# Nothing is upgraded: the root knows no release.
	: >"$root/etc/apt/sources.list"
	find "$root/var/lib/apt/lists" -type f -delete
	inside unattended-upgrade
	arrived b
	has '^Subject: .*unattended-upgrades.*SUCCESS'
	has '^From: root@example.org'
}

@test "package: smartd reports a disk" {
	# By its arguments and standard input, or since Debian 13 by variables.
	echo 'The disk fails.' | inside env SMARTD_ADDRESS=b@example.org \
	    SMARTD_SUBJECT='SMART error' \
	    SMARTD_FULLMESSAGE=$'The disk fails.\n' \
	    /usr/share/smartmontools/smartd-runner -s 'SMART error' \
	    b@example.org
	arrived b
	has '^Subject: SMART error$'
	grep -x 'The disk fails.' "${mail[0]}"
}

@test "package: the command of the unit sends what another user queued" {
	local unit command

	printf 'Subject: late\n\ntext\n' |
	    as www-data sendmail -odq b@example.org
	unit=$(find "$root/lib/systemd/system/" "$root/usr/lib/systemd/system/" \
	    -name heloise-queue.service 2>/dev/null | head -n 1)
	command=$(sed -n 's/^ExecStart=//p' "$unit")
	[ "$command" = '/usr/sbin/heloise -q' ]
	run -0 as www-data mailq
	[[ $output == *b@example.org* ]]
	# shellcheck disable=SC2086	# program and argument
	inside $command
	arrived b
	has '^Subject: late$'
}

@test "package: what root queued before is in the queue of all" {
	printf 'Subject: before\n\n' |
	    inside heloise --spool /var/spool/old -odq b@example.org
	inside sh -c 'mv /var/spool/old/* /var/spool/heloise/'
	run -0 inside mailq
	[[ $output != *b@example.org* ]]
	inside /var/lib/dpkg/info/heloise.postinst configure 0
	[ "$(owner var/spool/heloise)" = root:heloise ]
	[ "$(modes usr/sbin/heloise var/spool/heloise)" = \
	    "$(printf '%s\n' '-rwxr-sr-x usr/sbin/heloise' \
	    'drwxrws--T var/spool/heloise')" ]
	run -0 inside mailq
	[[ $output == *b@example.org* ]]
	inside heloise -q
	arrived b
	has '^Subject: before$'
}

@test "package: an upgrade keeps modes, settings and mail" {
	local deb

	for deb in heloise heloise-mta; do
		dpkg-deb -R "$root/tmp/$deb.deb" "$root/tmp/$deb"
		sed -i -e 's/^Version: .*/&+1/' \
		    -e 's/heloise (= \([^)]*\))/heloise (= \1+1)/' \
		    "$root/tmp/$deb/DEBIAN/control"
		dpkg-deb --root-owner-group -b "$root/tmp/$deb" \
		    "$root/tmp/new-$deb.deb"
	done
	printf 'Subject: kept\n\n' | as www-data sendmail -odq b@example.org
	cp "$root/etc/heloise.conf" "$BATS_TEST_TMPDIR/before"
	# Also between unpacking and configuring, nobody loses the password.
	inside dpkg --unpack /tmp/new-heloise.deb /tmp/new-heloise-mta.deb
	[ "$(modes usr/sbin/heloise)" = '-rwxr-sr-x usr/sbin/heloise' ]
	inside dpkg --configure heloise heloise-mta </dev/null
	[ "$(modes usr/sbin/heloise etc/heloise.conf)" = \
	    "$(printf '%s\n' '-rwxr-sr-x usr/sbin/heloise' \
	    '-rw-r----- etc/heloise.conf')" ]
	[ "$(owner etc/heloise.conf)" = root:heloise ]
	cmp "$root/etc/heloise.conf" "$BATS_TEST_TMPDIR/before"
	run -0 as www-data mailq
	[[ $output == *b@example.org* ]]
}

# What RUN of the example does, but for what is installed here: line $1.
recipe()
{
	sed -n "/^RUN $1/,/[^\\\\]\$/p" "$BATS_TEST_DIRNAME/../../src/package/examples/Containerfile" |
	    sed 's/^RUN //'
}

# container UID COMMAND...: as it runs there.
container()
{
	local user=$1

	shift
	inside setpriv --reuid "$user" --regid "$user" --clear-groups \
	    --no-new-privs env SMTP_HOST="$addr" SMTP_PORT=5870 \
	    SMTP_TLS=starttls SMTP_USER=user SMTP_PASSWORD_FILE=/run/smtp \
	    HELOISE_TLS_CA=/etc/relay.pem HELOISE_TLS_NAME=relay.example.org \
	    HELOISE_FROM=a@example.org HELOISE_HELO=app.example.org \
	    HELOISE_SPOOL=/var/spool/www/%U HELOISE_LOG=/dev/stderr "$@"
}

@test "package: as a container, PHP and Python without privileges" {
	mv "$root/etc/heloise.conf" "$root/etc/kept.conf"
	touch "$root/etc/heloise.conf"
	inside sh -ec "$(recipe dpkg-statoverride)"
	[ "$(modes usr/sbin/heloise)" = '-rwxr-xr-x usr/sbin/heloise' ]
	printf '%s' "$password" >"$root/run/smtp"
	chown 33 "$root/run/smtp"
	chmod 400 "$root/run/smtp"
	container 33 php -r \
	    'exit(mail("b@example.org", "box", "text") ? 0 : 1);'
	arrived b
	has '^Subject: box$'
	has 'Authenticated sender: user@relay.example.org'
	find "$run/mail" -type f -delete
	container 33 python3 -c 'import subprocess
subprocess.run(["/usr/sbin/sendmail", "-t", "-oi"], check=True,
    input=b"To: b@example.org\nSubject: python\n\ntext\n")'
	arrived b
	has '^Subject: python$'
}

@test "package: as a container, PHP-FPM with the variables of its pool" {
	local etc=$root/usr/local/etc fpm

	# What the image has.
	mkdir -p "$etc/php/conf.d" "$etc/php-fpm.d"
	printf '%s\n' '[global]' 'error_log = /tmp/fpm.log' \
	    'include = /usr/local/etc/php-fpm.d/*.conf' >"$etc/php-fpm.conf"
	printf '%s\n' '[www]' 'listen = /tmp/fpm' 'pm = static' \
	    'pm.max_children = 1' >"$etc/php-fpm.d/www.conf"
	inside sh -ec "$(recipe printf)"
	grep -x 'sendmail_path = "/usr/sbin/sendmail -t -i"' \
	    "$etc/php/conf.d/mail.ini"
	echo '<?php echo mail("b@example.org", "fpm", "text") ? "gone" : "no";' \
	    >"$root/srv/mail.php"
	fpm=$(cd "$root" && ls usr/sbin/php-fpm*)
	serve container 33 env PHP_INI_SCAN_DIR=:/usr/local/etc/php/conf.d \
	    "/$fpm" -F -y /usr/local/etc/php-fpm.conf
	await test -S "$root/tmp/fpm" || { served; return 1; }
	run -0 inside env REQUEST_METHOD=GET SCRIPT_FILENAME=/srv/mail.php \
	    cgi-fcgi -bind -connect /tmp/fpm
	served
	[[ $output == *gone* ]]
	arrived b
	has '^Subject: fpm$'
	has '^From: .*a@example.org'
}

# The variables of the example, a line each; the secret is where they say.
pod()
{
	python3 - "$BATS_TEST_DIRNAME/../../src/package/examples/kubernetes.yaml" <<-'END'
		import sys, yaml
		secret, pod = yaml.safe_load_all(open(sys.argv[1]))
		[box] = pod["spec"]["containers"]
		env = {e["name"]: e["value"] for e in box["env"]}
		mounts = {m["mountPath"]: m["name"]
		    for m in box["volumeMounts"]}
		volumes = {v["name"]: v for v in pod["spec"]["volumes"]}
		path, key = env["SMTP_PASSWORD_FILE"].rsplit("/", 1)
		assert volumes[mounts[path]]["secret"]["secretName"] == \
		    secret["metadata"]["name"]
		assert key in secret["stringData"]
		assert set(mounts.values()) == set(volumes)
		print("\n".join(k + "=" + v for k, v in env.items()))
	END
}

@test "package: the pod of Kubernetes has a secret and known variables" {
	local env

	mapfile -t env < <(pod)
	[ "${#env[@]}" -eq 5 ]
	inside env HELOISE_FROM=a@example.org "${env[@]}" \
	    heloise --show-config >"$BATS_TEST_TMPDIR/shown"
	grep -E '^relay +smtp.example.net' "$BATS_TEST_TMPDIR/shown"
	grep -E '^port +587' "$BATS_TEST_TMPDIR/shown"
	grep -E '^password-file +/run/secrets/smtp/password' \
	    "$BATS_TEST_TMPDIR/shown"
	# Its volume is mounted above the spool, not as the spool.
	grep -E '^spool +/var/spool/www/' "$BATS_TEST_TMPDIR/shown"
}

@test "package: as a container, cron with a file from the variables" {
	cp "$BATS_TEST_DIRNAME/../../src/package/examples/container-cron" \
	    "$root/usr/local/bin/"
	chmod 755 "$root/usr/local/bin/container-cron"
	cp -p "$root/etc/cron.d/heloise" "$root/etc/kept.cron"
	job www-data 'echo in a box'
	serve container 0 container-cron
	await in_box b || { served; return 1; }
	served
	rm "$root/etc/cron.d/test"
	[ ! -e "$root/etc/cron.d/heloise" ]
	grep -x '.* root /usr/sbin/heloise -q' "$root/etc/cron.d/heloise-queues"
	grep -x '.* www-data /usr/sbin/heloise -q' \
	    "$root/etc/cron.d/heloise-queues"
	rm "$root/etc/cron.d/heloise-queues"
	mv "$root/etc/kept.cron" "$root/etc/cron.d/heloise"
	[ "$(modes etc/heloise.conf)" = '-rw-r----- etc/heloise.conf' ]
	run ! grep "$password" "$root/etc/heloise.conf"
	arrived b
	grep -x 'in a box' "${mail[0]}"
	has 'Authenticated sender: user@relay.example.org'
	# And back.
	inside dpkg-statoverride --update --add root heloise 2755 \
	    /usr/sbin/heloise
	mv "$root/etc/kept.conf" "$root/etc/heloise.conf"
}

@test "package: removed, it leaves settings and mail" {
	apt remove heloise heloise-mta
	[ ! -e "$root/usr/sbin/heloise" ]
	[ ! -L "$root/usr/sbin/sendmail" ]
	[ -e "$root/etc/heloise.conf" ]
	[ -n "$(find "$root/var/spool/heloise" -path '*/queue/*' -type f)" ]
	# Cron's file is still there and does nothing.
	step=$(sed -n 's/^\*[^r]*root //p' "$root/etc/cron.d/heloise")
	run -0 inside sh -c "$step"
	[ -z "$output" ]
}

@test "package: purged, it asks for the mail and removes the rest" {
	apt purge heloise heloise-mta >"$BATS_TEST_TMPDIR/said"
	grep 'mail is left in /var/spool/heloise' "$BATS_TEST_TMPDIR/said"
	[ -n "$(find "$root/var/spool/heloise" -path '*/queue/*' -type f)" ]
	[ ! -e "$root/etc/heloise.conf" ]
	[ ! -e "$root/etc/cron.d/heloise" ]
	run inside dpkg-statoverride --list /usr/sbin/heloise
	[ "$status" -ne 0 ]
	[ -z "$(find "$root/etc/systemd" -name 'heloise*')" ]
	rm -r "$root/var/spool/heloise"
	apt install /tmp/new-heloise.deb
	[ "$(modes usr/sbin/heloise var/spool/heloise)" = \
	    "$(printf '%s\n' '-rwxr-sr-x usr/sbin/heloise' \
	    'drwxrws--T var/spool/heloise')" ]
	apt purge heloise
	[ ! -e "$root/var/spool/heloise" ]
	run -0 inside find / -xdev -name '*heloise*' -not -path '/tmp/*' \
	    -not -path '/var/log/*' -not -path '/var/cache/*'
	[ -z "$output" ]
}
