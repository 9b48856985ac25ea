#!/usr/bin/env bats
# callers.bats - what programs hand to sendmail arrives as they meant it
# shellcheck disable=SC2154	# callers.bash and bats set variables
bats_require_minimum_version 1.5.0
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

@test "cron: a user's crontab, 8-bit output, two in MAILTO" {
	as_root crontab -u alice - <<-'EOF'
		MAILTO=bob@example.org,carol@example.org
		CONTENT_TYPE="text/plain; charset=utf-8"
		@reboot cat /body
	EOF
	quiet
	in_background cron -f
	came alice@example.org bob@example.org carol@example.org
	rm "$root/var/spool/cron/crontabs/alice"
	has From 'root@example.org (Cron Daemon)'
	has To bob@example.org,carol@example.org
	letter Subject | grep -q '^Cron <alice@.*> cat /body$'
	has Content-Transfer-Encoding 8bit
	letter X-Cron-Env | grep -qx '<LOGNAME=alice>'
	intact
}
