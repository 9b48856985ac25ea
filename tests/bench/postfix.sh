# postfix.sh - a Postfix in the root directory that `deps bench' made for it
#
# Uses tmp, here, jail and from of run.  Postfix runs in $postfix, which is
# $postfix_dir inside the jail, and only while it is measured.
# shellcheck shell=sh disable=SC2086,SC2034,SC2154,SC2119,SC2120

find_postfix()
{
	postfix=
	postfix_pid=
	postfix_jail=$jail/postfix
	[ "$(id -u)" -eq 0 ] && [ -x "$postfix_jail/usr/lib/postfix/sbin/master" ] ||
	    return 0
	postfix=$(mktemp -d "$postfix_jail/tmp/XXXXXX")
	postfix_dir=${postfix#"$postfix_jail"}
	chmod 755 "$postfix"
	mkdir -m 755 "$postfix/etc" "$postfix/queue" "$postfix/queue/pid"
	install -m 644 "$here/postfix.master.cf" "$postfix/etc/master.cf"
	for d in active bounce corrupt defer deferred flush hold incoming \
	    maildrop private public saved trace; do
		mkdir "$postfix/queue/$d"
	done
	mkdir "$postfix/data"
	chown 901:901 "$postfix/queue"/* "$postfix/data"
	chown 0:0 "$postfix/queue/pid"
}

# postfix_configure HOST PORT [LINE...]
postfix_configure()
{
	sed "s|@DIR@|$postfix_dir|g; s|@HOST@|$1|; s|@PORT@|$2|" \
	    "$here/postfix.main.cf" >"$postfix/etc/main.cf"
	shift 2
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$postfix/etc/main.cf"
	chmod 644 "$postfix/etc/main.cf"
}

# shellcheck disable=SC2119,SC2120 # the words are for some
# Start it, entered by the words "$@"; it is ready when this returns.
postfix_start()
{
	"$@" chroot "$postfix_jail" /usr/lib/postfix/sbin/master -w \
	    -c "$postfix_dir/etc" || {
		cat "$postfix/log" >&2
		die 'Postfix does not start'
	}
	postfix_pid=$(tr -d ' \n' <"$postfix/queue/pid/master.pid")
}

postfix_stop()
{
	[ -n "$postfix_pid" ] || return 0
	kill "$postfix_pid" 2>/dev/null || :
	while [ -d "/proc/$postfix_pid" ]; do
		sleep 0.1
	done
	postfix_pid=
}

# How many messages are waiting, in these parts of its queue.
postfix_waiting()
{
	for part; do
		find "$postfix/queue/$part" -type f
	done | wc -l
}

postfix_empty()
{
	find "$postfix/queue" -type f ! -path '*/pid/*' -exec rm {} +
}

postfix_remove()
{
	[ -n "$postfix" ] || return 0
	postfix_stop
	rm -rf "$postfix"
}

# The command that takes a message.
postfix_words()
{
	words="chroot $postfix_jail /usr/sbin/sendmail -C $postfix_dir/etc -i
	    -f $from bob@example.org"
}

# postfix_fill N HOST PORT: so many numbered messages that have been put off
postfix_fill()
{
	postfix_empty
	postfix_configure "$2" "$3" 'defer_transports = smtp'
	postfix_start
	postfix_words
	for number in $(seq "$1"); do
		numbered "$number" | $words
	done
	while [ "$(postfix_waiting deferred)" -lt "$1" ]; do
		sleep 0.1
	done
	postfix_stop
}
