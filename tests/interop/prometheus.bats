#!/usr/bin/env bats
# prometheus.bats - promtool finds no fault in the metrics of --status
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2153,SC2154

load ../relay/relay
load ../relay/spool

promtool=/opt/heloise-promtool/promtool

@test "metrics of an empty spool, and of several accounts with errors" {
	[ -x $promtool ] || skip 'no promtool: sh tests/deps interop'
	start_relay
	use 'linger no' 'account down' 'relay 127.0.0.1:1'
	for at in before after; do
		heloise --status --prometheus
		[ "$status" -eq 0 ]
		printf '%s\n' "$output" >"$BATS_TEST_TMPDIR/$at"
		run $promtool check metrics <"$BATS_TEST_TMPDIR/$at"
		echo "$output"
		[ "$status" -eq 0 ]
		[ -z "$output" ]
		send bob@example.org
		HELOISE_SPOOL=$SPOOL run "$HELOISE" -C "$CONF" -a down -odi \
		    carol@example.org <<<"$MAIL"
		[ "$status" -eq 0 ]
	done
	grep -q '^heloise_last_error_timestamp_seconds{account="down"} 1' \
	    "$BATS_TEST_TMPDIR/after"
	grep -q '^heloise_waiting_messages 1$' "$BATS_TEST_TMPDIR/after"
	# It would find one.
	run $promtool check metrics <<<'heloise_x{account="} 1'
	[ "$status" -ne 0 ]
}
