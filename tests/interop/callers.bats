#!/usr/bin/env bats
# callers.bats - what programs hand to sendmail arrives as they meant it
# shellcheck disable=SC2154	# callers.bash and bats set variables
load ../relay/relay
load callers

setup_file()
{
	make_root
}

teardown_file()
{
	drop_root
}

# The message of most scripts in callers/, with the text of a file, or body.
letter_of_web()
{
	came bounces@example.org bob@example.org carol@example.org \
	    dave@example.org &&
	    has From 'Jürgen, Web <web@example.org>' &&
	    letter To | grep -q 'bob@example.org' &&
	    has Cc carol@example.org && has Subject Grüße && intact "$@"
}

@test "cron: a user's crontab, 8-bit output, two in MAILTO" {
	as_root crontab -u alice - <<-'EOF'
		MAILTO=bob@example.org,carol@example.org
		CONTENT_TYPE="text/plain; charset=utf-8"
		@reboot cat /body
	EOF
	quiet
	in_background cron -f
	came alice@example.org bob@example.org carol@example.org
	has From 'root@example.org (Cron Daemon)'
	has To bob@example.org,carol@example.org
	letter Subject | grep -q '^Cron <alice@.*> cat /body$'
	has Content-Transfer-Encoding 8bit
	letter X-Cron-Env | grep -qx '<LOGNAME=alice>'
	intact
}

@test "cron: root's crontab and /etc/cron.d, no MAILTO, a line of 5000" {
	as_root crontab - <<<'@reboot printf \%05000d 0'
	quiet
	echo '@reboot alice echo hi' >"$root/etc/cron.d/hi"
	in_background cron -f
	came root@example.org root@example.org
	has To root@example.org
	intact <(printf '%05000d\n' 0)
	came alice@example.org alice@example.org
	intact <(echo hi)
}

@test "anacron: no -i, so that dots are not its own" {
	echo '1 0 report grep -v "^[.]" /body' >"$root/tmp/anacrontab"
	as_root anacron -f -n -s -d -t /tmp/anacrontab
	[ "$status" -eq 0 ]
	came root@example.org root@example.org
	has From 'Anacron <root@example.org>'
	letter Subject | grep -q "^Anacron job 'report' on "
	intact <(body | grep -v '^[.]')
}

@test "at: the output of a job" {
	as_root at now <<<'cat /body'
	[ "$status" -eq 0 ]
	in_background atd -f
	came root@example.org root@example.org
	has From 'root <root@example.org>'
	letter Subject | grep -q '^Output from your job'
	intact
}

@test "PHP: mail()" {
	as_root php -r 'exit(mail("bob@example.org, carol@example.org",
	    "Hello", file_get_contents("/body"),
	    "From: web@example.org\nBcc: dave@example.org\r\nX-A: b\r\n" .
	    "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n" .
	    "Content-Type: text/plain; charset=utf-8") ? 0 : 1);'
	quiet
	came root@example.org bob@example.org carol@example.org dave@example.org
	has From web@example.org
	has To 'bob@example.org, carol@example.org'
	has Subject Hello
	has X-A b
	# PHP ends the text with an empty line.
	intact <(body; echo)
}

@test "PHP: mail() with the fifth parameter, and text that is not MIME" {
	as_root php -r 'exit(mail("bob@example.org", "Grüße",
	    file_get_contents("/body"), ["From" => "web@example.org"],
	    "-f bounces@example.org") ? 0 : 1);'
	quiet
	came bounces@example.org bob@example.org
	has From web@example.org
	has Subject Grüße
	intact <(body; echo)
}

@test "PHPMailer: isSendmail, isMail" {
	as_root php callers/phpmailer.php isSendmail body
	quiet
	letter_of_web
	has Content-Transfer-Encoding 8bit
	use_relay
	as_root php callers/phpmailer.php isMail body
	quiet
	letter_of_web <(body; echo)
	has Content-Transfer-Encoding 8bit
}

@test "Symfony Mailer: -bs, three messages, one of them refused" {
	use_relay --fail 'RCPT:nobody@example.org:550 5.1.1 no such user'
	as_root php callers/symfony.php '/usr/sbin/sendmail -bs' body
	[ "$status" -eq 0 ]
	[[ $output == *'550 5.1.1 no such user'* ]]
	[ "$(stored_count)" -eq 2 ]
	# It puts an empty line before the end of the message.
	letter_of_web <(body; echo)
	has X-Test 1
	came web@example.org erika@example.org
	intact <(echo again; echo)
}

@test "Symfony Mailer: -t, with -i and without" {
	local how

	for how in '-t' '-t -i'; do
		use_relay --fail 'RCPT:nobody@example.org:550 5.1.1 who'
		as_root php callers/symfony.php "/usr/sbin/sendmail $how" \
		    body
		[ "$status" -eq 0 ]
		[[ $output == *'exit code 67'*'550 5.1.1 who'* ]]
		[ "$(stored_count)" -eq 2 ]
		letter_of_web
		came web@example.org erika@example.org
		intact <(echo again)
	done
}

@test "nodemailer: recipients as arguments, and -t beside them" {
	as_root /usr/bin/node callers/nodemailer.js body
	quiet
	letter_of_web
	use_relay
	as_root /usr/bin/node callers/nodemailer.js body -t \
	    -f bounces@example.org
	quiet
	letter_of_web
}

@test "MIME::Lite" {
	# It breaks lines of 990.
	fold -b -w 900 "$root/body" >"$root/tmp/folded"
	as_root perl callers/lite.pl tmp/folded
	quiet
	came bounces@example.org bob@example.org carol@example.org \
	    dave@example.org
	has From web@example.org
	has Cc carol@example.org
	has Subject Hello
	has Content-Transfer-Encoding 8bit
	intact "$root/tmp/folded"
}

@test "Email::Sender" {
	as_root perl callers/sender.pl body
	quiet
	came bounces@example.org bob@example.org carol@example.org
	has To bob@example.org
	has Subject Hello
	has Content-Transfer-Encoding 8bit
	intact
}

@test "bsd-mailx" {
	as_alice bsd-mailx -s Hello -c carol@example.org -b dave@example.org \
	    bob@example.org <"$root/body"
	quiet
	came alice@example.org bob@example.org carol@example.org \
	    dave@example.org
	has From 'Alice Ångström <alice@example.org>'
	has To bob@example.org
	has Cc carol@example.org
	has Subject Hello
	has Content-Transfer-Encoding 8bit
	intact
}

@test "bsd-mailx: a sender, and a local name" {
	as_alice bsd-mailx -r bounces@example.org -s Hello root <<<hello
	quiet
	came bounces@example.org root@example.org
	has From bounces@example.org
	has To root@example.org
	has Subject Hello
	intact <(echo hello)
}

@test "s-nail" {
	as_alice s-nail -S sendwait -r web@example.org -s Grüße \
	    -c carol@example.org -b dave@example.org bob@example.org \
	    <"$root/body"
	quiet
	came web@example.org bob@example.org carol@example.org \
	    dave@example.org
	has From web@example.org
	has Subject Grüße
	intact
}

@test "mutt" {
	as_alice mutt -n -e 'set from=web@example.org realname="Jürgen, Web"' \
	    -e 'set use_envelope_from dsn_notify=failure dsn_return=hdrs' \
	    -s Grüße -c carol@example.org -b dave@example.org -- \
	    bob@example.org <"$root/body"
	quiet
	came web@example.org bob@example.org carol@example.org \
	    dave@example.org
	grep -q '^MAIL .* RET=HDRS' "$env"
	grep -q '^RCPT .* NOTIFY=FAILURE' "$env"
	has From 'Jürgen, Web <web@example.org>'
	has Subject Grüße
	intact
}

@test "mail of GNU Mailutils" {
	# It takes a lone dot for the end itself.
	as_alice mail.mailutils -s Hello -r web@example.org bob@example.org \
	    < <(body | grep -vx '[.]')
	quiet
	came web@example.org bob@example.org
	has To '<bob@example.org>'
	has Subject Hello
	intact <(body | grep -vx '[.]')
}

@test "mblaze: mcom, which has no -i either" {
	printf '%s\n' 'From: web@example.org' 'To: bob@example.org' \
	    'Bcc: dave@example.org' 'Subject: Grüße' '' >"$root/tmp/draft"
	body | grep -v '^[.]' >>"$root/tmp/draft"
	as_root env EDITOR=true mcom -r tmp/draft < <(printf 'm\ns\n')
	[ "$status" -eq 0 ]
	came root@example.org bob@example.org dave@example.org
	has From web@example.org
	has Subject Grüße
	intact <(body | grep -v '^[.]')
}

# nmh's send, with sendmail called the way $1.
nmh()
{
	echo 'Path: Mail' >"$root/root/.mh_profile"
	mkdir -p "$root/root/Mail"
	printf '%s\n' 'From: web@example.org' 'To: bob@example.org' \
	    'Cc: carol@example.org' 'Bcc: dave@example.org' 'Subject: Hello' \
	    '' >"$root/tmp/draft"
	cat "$root/body" >>"$root/tmp/draft"
	as_root env PATH="/usr/bin/mh:/usr/bin" send -mts "sendmail/$1" \
	    /tmp/draft
	quiet
}

@test "nmh: -bs -odb, with a transaction that comes to nothing" {
	nmh smtp
	came web@example.org bob@example.org carol@example.org
	has Subject Hello
	intact
	# For those in Bcc it sends a message about the message.
	came web@example.org dave@example.org
	letter | grep -qx -- '------- Blind-Carbon-Copy'
}

@test "nmh: -t -i" {
	nmh pipe
	came root@example.org bob@example.org carol@example.org
	has From web@example.org
	has Subject Hello
	intact
	came root@example.org dave@example.org
	letter | grep -qx -- '------- Blind-Carbon-Copy'
}

@test "git send-email, with and without a command of its own" {
	as_root sh -ec 'git init -q /tmp/git && cd /tmp/git
	    git config user.name "Jürgen, Web"
	    git config user.email web@example.org
	    cp /body body
	    git add body && git commit -qm Grüße && git format-patch -1 --root'
	[ "$status" -eq 0 ]
	for how in --quiet --sendmail-cmd=/usr/sbin/sendmail; do
		use_relay
		as_root git -C /tmp/git send-email --confirm=never \
		    --to bob@example.org --cc carol@example.org \
		    --bcc dave@example.org --suppress-cc=all \
		    --envelope-sender=bounces@example.org \
		    "$how" 0001-Gr-e.patch
		[ "$status" -eq 0 ]
		came bounces@example.org bob@example.org carol@example.org \
		    dave@example.org
		has From 'Jürgen, Web <web@example.org>'
		has Subject '[PATCH] Grüße'
		intact <(sed '1,/^$/d' "$root/tmp/git/0001-Gr-e.patch")
	done
}

@test "procmail forwards, formail answers" {
	cat >"$root/tmp/procmailrc" <<-'EOF'
		:0 c
		! bob@example.org carol@example.org
		:0
		| formail -r | $SENDMAIL -oi -t -f '<>'
	EOF
	as_root procmail -m /tmp/procmailrc < <(printf '%s\n' \
	    'From x@example.net Sat Nov 21 10:00:00 2026' \
	    'From: Xaver <x@example.net>' 'To: web@example.org' \
	    'Subject: Hello' 'Date: Sat, 21 Nov 2026 10:00:00 +0000' \
	    'Message-ID: <1@example.net>' 'MIME-Version: 1.0' \
	    'Content-Type: text/plain; charset=utf-8' \
	    'Content-Transfer-Encoding: 8bit' ''; body)
	quiet
	came root@example.org bob@example.org carol@example.org
	has From 'Xaver <x@example.net>'
	has Date 'Sat, 21 Nov 2026 10:00:00 +0000'
	has Message-ID '<1@example.net>'
	# It ends a message with an empty line, as in a mailbox.
	intact <(body; echo)
	came '' x@example.net
	has Subject 'Re: Hello'
	has In-Reply-To '<1@example.net>'
}

@test "a refusal reaches the caller" {
	use_relay --fail 'RCPT:550 5.1.1 no such user'
	as_root php -r 'exit(mail("bob@example.org", "x", "y") ? 0 : 9);'
	[ "$status" -eq 9 ]
	as_root /usr/bin/node callers/nodemailer.js body
	[ "$status" -eq 1 ]
	[[ $output == *'exited with code 67'* ]]
	as_root perl callers/lite.pl body
	[ "$status" -ne 0 ]
	as_root perl callers/sender.pl body
	[ "$status" -ne 0 ]
	as_alice mutt -n -s Hello bob@example.org </dev/null
	[ "$status" -ne 0 ]
	[[ $output == *'child exited 67 (User unknown.)'* ]]
	as_alice s-nail -S sendwait -s Hello bob@example.org <<<hello
	[ "$status" -ne 0 ]
	[ "$(stored_count)" -eq 0 ]
}

@test "the relay is down: mail() says yes, and the message comes later" {
	local port=$RELAY_PORT

	stop_relay
	as_root php -r 'exit(mail("bob@example.org", "Hello", "hello\n",
	    "From: web@example.org") ? 0 : 1);'
	[ "$status" -eq 0 ]
	[[ $output == *'queued as'* ]]
	run ! at_rest
	start_relay --port "$port"
	as_root sendmail -q
	quiet
	came root@example.org bob@example.org
	has From web@example.org
}

@test "PHP of the web server, without a home: the relay down, then DNS dead" {
	local port=$RELAY_PORT name

	mkdir -p "$root/var/www"
	mkdir -m 1777 "$root/var/spool/heloise-users"
	as_web() {
		run timeout 30 env -i PATH=/usr/sbin:/usr/bin chroot \
		    --userspec=33:33 --groups= "$root" "$@" 3>&-
	}
	stop_relay
	for name in "127.0.0.1:$port" smtp.example.net; do
		sed -i "s/^relay .*/relay $name/" "$root/etc/heloise.conf"
		as_web php -d sendmail_path='/usr/sbin/heloise -t -i' -r \
		    'exit(mail("bob@'"${name%:*}"'.example", "Hello", "hello\n",
		    "From: web@example.org") ? 0 : 1);'
		[ "$status" -eq 0 ]
		[[ $output == *'queued as'* ]]
	done
	end_root
	start_relay --port "$port"
	sed -i "s/^relay .*/relay 127.0.0.1:$port/" "$root/etc/heloise.conf"
	as_web heloise -q
	[ "$status" -eq 0 ]
	[ "$(stored_count)" -eq 2 ]
	[ -z "$(find "$root/var/spool/heloise-users/33/queue" -type f)" ]
}

@test "check_mailq: what waits is counted as in Postfix and in Sendmail" {
	local kind

	ln -s ../sbin/heloise "$root/usr/bin/mailq"
	for kind in postfix sendmail; do
		as_root /usr/lib/nagios/plugins/check_mailq -M $kind -w 1 -c 2
		[[ $status,$output = 0,OK*empty* ]]
	done
	as_root sh -c 'echo "Subject: x" |
	    heloise --linger no -odq bob@example.org'
	for kind in postfix sendmail; do
		as_root /usr/lib/nagios/plugins/check_mailq -M $kind -w 1 -c 2
		[[ $status,$output = 1,WARNING*' is 1 '* ]]
		as_root /usr/lib/nagios/plugins/check_mailq -M $kind -w 2 -c 3
		[ "$status" -eq 0 ]
	done
	as_root heloise -q
	came root@example.org bob@example.org
}

# The file report.pdf of the message, as its reader saves it.
attached()
{
	python3 -c '
import email, email.policy, sys
m = email.message_from_binary_file(open(sys.argv[1], "rb"),
    policy=email.policy.default)
part, = [p for p in m.walk() if p.get_filename() == "report.pdf"]
sys.stdout.buffer.write(part.get_payload(decode=True))' "$msg"
}

@test "heloise-recipes(7): a file by mutt, by mpack and by the shell" {
	local block='' line n=0 sh=$BATS_TEST_DIRNAME/../manblocks

	head -c 5000 /dev/urandom >"$root/home/alice/report.pdf"
	while IFS= read -r line; do
		if [ "$line" != %% ]; then
			block+=$line$'\n'
			continue
		fi
		as_alice sh -c "cd && $block"
		quiet
		came alice@example.org you@example.org
		has Subject Report
		attached | cmp - "$root/home/alice/report.pdf"
		block=
		n=$((n + 1))
		stop_relay
		use_relay
	done < <(sh "$sh" "$BATS_TEST_DIRNAME/../../man/heloise-recipes.7" \
	    ATTACHMENTS)
	[ "$n" -eq 3 ]
}
