# terminal.bash - a program at a terminal, which a test answers
#
# load relay/terminal, after relay/relay
#
# shellcheck shell=bash

# dialogue COMMAND...: start it.  What it shows is in the file $SCREEN.
dialogue() {
	local dir

	fresh terminal
	dir=$FRESH
	mkdir "$dir"
	SCREEN=$dir/screen
	mkfifo "$dir/keys"
	printf '%q ' "$@" >"$dir/command"
	alone script -qfec "sh $dir/command" "$SCREEN" <"$dir/keys" \
	    >/dev/null 2>&1 &
	DIALOGUE=$!
	exec {KEYS}>"$dir/keys"
}

shows() {
	[ "$(grep -cF -e "$1" "$SCREEN")" -ge "${2:-1}" ]
}

# reply QUESTION TEXT [N]: wait until it was asked N times, then type.
reply() {
	await shows "$1" "${3:-1}" || {
		cat "$SCREEN" >&2
		return 1
	}
	printf '%s\n' "$2" >&"$KEYS"
}

# The exit status of the program, once it has ended.
hangs_up() {
	exec {KEYS}>&-
	wait "$DIALOGUE"
}
