#!/usr/bin/env bats
# corpus.bats - hundreds of messages, before and after, to two parsers
#
# They are made by rule (corpus/cases.py), and sent to relays of all kinds
# (corpus/run.py).  What arrives means what was sent, to Python's email package
# and to mailparser of npm, but for the changes that the manual lists.
#
# shellcheck disable=SC2154	# bats sets variables

load ../relay/relay

corpus=$BATS_TEST_DIRNAME/corpus

setup_file() {
	why=
	command -v python3 >/dev/null && command -v node >/dev/null &&
	    [ -d /opt/heloise-parsers ] ||
	    why='no parsers here: sh tests/deps interop'
	export why
	if [ -n "$why" ]; then
		echo "$why" >&2
		[ -z "${CI-}" ]
		return
	fi
	python3 -B "$corpus/run.py" "$HELOISE" "$RELAY" \
	    "$corpus/../../../man/heloise.8" "$BATS_FILE_TMPDIR" \
	    >"$BATS_FILE_TMPDIR/count"
}

setup() {
	follow_tests
	[ -z "$why" ] || skip "$why"
}

# same ABILITIES: no difference was found at the relay that has them.
same() {
	local found=$BATS_FILE_TMPDIR/$1.differences

	head -n 40 "$found"
	[ -f "$found" ] && [ ! -s "$found" ]
}

@test "the changes that the corpus expects are in the manual" {
	same manual
	[ "$(cat "$BATS_FILE_TMPDIR/count")" -gt 250 ]
}

@test "to a relay without extensions" {
	same none
}

@test "to a relay with 8BITMIME" {
	same 8BITMIME
}

@test "to a relay with SMTPUTF8" {
	same SMTPUTF8
}

@test "to a relay with CHUNKING" {
	same CHUNKING
}

@test "to a relay with 8BITMIME and SMTPUTF8" {
	same 8BITMIME+SMTPUTF8
}

@test "to a relay with 8BITMIME and CHUNKING" {
	same 8BITMIME+CHUNKING
}

@test "to a relay with SMTPUTF8 and CHUNKING" {
	same SMTPUTF8+CHUNKING
}

@test "to a relay with all three" {
	same 8BITMIME+SMTPUTF8+CHUNKING
}
