#!/usr/bin/env bats
# check.bats - tests/check and .ci/run count what they should
#
# Each test is a subshell to shellcheck:
# shellcheck disable=SC2030,SC2031,SC2034,SC2154

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return
	work=$BATS_TEST_TMPDIR
}

# The status of a program, what it prints, and the sums: passed, failed,
# skipped.
outputs=$(tr -s '\t' <<'END'
0	1..2\nok 1 - a\nok 2 - b\n			2 0 0
1	ok 1 - a\nnot ok 2 - b\n			1 1 0
0	ok 1 - a\nnot ok 2 - b\n			1 1 0
1	ok 1 - a\n					1 1 0
124	ok 1 - a\n					1 1 0
139							0 1 0
0	ok 1 a # skip no root\nok 2 b\n			1 0 1
0	ok 1 - a # SKIP no root\nok 2 - b\n		1 0 1
0	ok 1 - a #Skip\n				0 0 1
0	1..0 # SKIP no server here\n			0 0 1
0	ok\nnot ok\n					1 1 0
0	okay\nnot okay\n# ok 1\n# not ok 2\n ok 3\n	0 0 0
0	ok 1 - one may skip this\n			1 0 0
2	not ok 1 - a\nnot ok 2 - b # skip\n		0 2 0
END
)

# each COMMAND: call it for each row, with $status, $said and $sums.
each() {
	local status said sums n=0

	while IFS=$'\t' read -r status said sums; do
		if [ -z "$sums" ]; then
			sums=$said said=
		fi
		printf '%b' "$said" >"$work/said"
		"$1" || {
			echo "$status, $said: $got, not $sums" >&2
			return 1
		}
		n=$((n + 1))
	done <<<"$outputs"
	[ "$n" -eq 14 ]
}

tallied() {
	got=$(sh tests/tally "$status" "$work/said" | tail -n 1)
	[ "$got" = "$sums" ]
}

@test "tally: passed, failed and skipped tests" {
	each tallied
}

@test "tally: what a failed test said is kept" {
	printf '%s\n' '# a' 'ok 1' '# b' 'not ok 2' '# c' '#   d' 'ok 3' '# e' \
	    >"$work/said"
	got=$(sh tests/tally 1 "$work/said")
	[ "$got" = $'not ok 2\n# c\n#   d\n2 1 0' ]
}

# The sums of .ci/run, to which a skipped test is a failed one.
stepped() {
	local passed=0 failed=0 good bad skipped

	# shellcheck disable=SC2016 # for the inner shell
	step made-up sh -c 'cat "$1"; exit "$2"' sh "$work/said" "$status" \
	    >"$work/shown" || :
	read -r good bad skipped <<<"$sums"
	got="$passed $failed"
	[ "$got" = "$good $((bad + skipped))" ]
}

@test ".ci/run: a skipped test is a failed one" {
	[ -e .ci/run ] || skip 'a distribution has no .ci'
	eval "$(sed -n '/^step()/,/^}/p' .ci/run)"
	each stepped
	[ "$(grep -c '^made-up: not ok' "$work/failures")" -eq 8 ]
	[ "$(grep -ci '^made-up: .*# *skip' "$work/failures")" -eq 5 ]
}

# made NAME LINE...: a file of tests for bats; one with a body for each line.
made() {
	local line n=0

	for line in "${@:2}"; do
		n=$((n + 1))
		printf '@test "%s" {\n%s\n}\n' "$1 $n" "$line"
	done >"$work/$1.bats"
}

@test "check: a file that hangs is named, and the others are counted" {
	made good : : 'skip here'
	made bad false :
	made hangs : 'sleep 100'
	printf '#!/bin/sh\necho "ok 1 - a # SKIP here"\nexit 3\n' >"$work/unit"
	chmod 755 "$work/unit"
	# It knows nothing of the make and the bats that run this.
	clean=(env -i PATH=/usr/local/bin:/usr/bin:/bin)
	pure=$("${clean[@]}" make -s print-PURE)
	run "${clean[@]}" CHECK_TIME=5 \
	    CHECK_BATS="$work/good.bats $work/bad.bats $work/hangs.bats" \
	    sh tests/check "$pure" "$work/unit" 3>&-
	grep -A99 '^# tests/manual' <<<"$output"
	[ "$status" -eq 1 ]
	for line in "not ok - exit status 3: $work/unit" \
	    "# $work/unit: 0 passed, 1 failed, 1 skipped" \
	    "# $work/good.bats: 2 passed, 0 failed, 1 skipped" \
	    "# $work/bad.bats: 1 passed, 1 failed, 0 skipped" \
	    "not ok - out of time: $work/hangs.bats" \
	    "# $work/hangs.bats: 1 passed, 1 failed, 0 skipped"; do
		[[ $'\n'$output$'\n' == *$'\n'"$line"$'\n'* ]] || {
			echo "missing: $line"
			return 1
		}
	done
	[[ ${lines[-1]} == *' passed, 3 failed, 2 skipped' ]]
	[ -z "$(pgrep -f "$work/hangs.bats")" ]
}

@test "tests/check: a tool that is missing is named at once" {
	local tool

	mkdir "$work/bin"
	for tool in dirname mktemp rm grep getent; do
		ln -s "$(command -v $tool)" "$work/bin"
	done
	run env PATH="$work/bin" "$(command -v sh)" tests/check ''
	[ "$status" -eq 1 ]
	[[ $output == 'check: not installed: bats '*'make deps'* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "tests/check: a host without localhost is named at once" {
	unshare -m true || skip 'needs a mount namespace for names'
	echo '127.0.1.1 host' >"$work/hosts"
	echo 'hosts: files' >"$work/nsswitch"
	# shellcheck disable=SC2016 # for the inner shell
	run unshare -m sh -c 'mount --bind "$0/hosts" /etc/hosts &&
	    mount --bind "$0/nsswitch" /etc/nsswitch.conf &&
	    exec sh tests/check ""' "$work"
	[ "$status" -eq 1 ]
	[[ $output == 'check: localhost has no address here; '*'127.0.0.1 localhost' ]]
}
