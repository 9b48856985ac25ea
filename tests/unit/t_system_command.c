/* t_system_command.c - the output of a command, bounded and timed */

#include <string.h>

#include "base/util.h"
#include "system/command.h"
#include "tap.h"

static void
commands(void)
{
	static const struct {
		const char *line, *out, *why;
	} t[] = {
		{ "printf abc", "abc", NULL },
		{ "  printf\t abc  ", "abc", NULL },
		{ "printf %s-%s a 'b", "a-'b", NULL },
		{ "printf $HOME", "$HOME", NULL },
		{ "shell: printf '%s' 'a b'", "a b", NULL },
		{ "sh -c printf '%s' 'a b' | tr a c", "c b", NULL },
		{ "shell:cat", "", NULL },
		{ "shell: pwd", "/\n", NULL },
		{ "shell: echo why >&2; printf x", "x", NULL },
		{ "shell: echo why >&2; exit 4", NULL,
		    "the command /bin/sh ended with status 4: why" },
		{ "false", NULL, "the command false ended with status 1" },
		{ "shell: kill -9 $$", NULL,
		    "the command /bin/sh was ended by signal 9" },
		{ "/nonexistent a", NULL, "the command /nonexistent ended "
		    "with status 127: /nonexistent: No such file or "
		    "directory" },
		{ " ", NULL, "there is no command to run" },
	};
	struct buf out = { .max = 100 };
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&out);
		fault_clear(&f);
		is_int(command_run(t[i].line, 20000, &out, NULL, &f),
		    t[i].out != NULL ? 0 : -1, "%s", t[i].line);
		if (t[i].out != NULL) {
			is(buf_text(&out), t[i].out, "its output");
		} else {
			is(f.text, t[i].why, "why");
			ok(f.stage == ST_SECRET, "the stage");
		}
	}
	buf_release(&out);
}

static void
limits(void)
{
	struct buf out = { .max = 100 };
	struct fault f = { 0 };
	long long start = clock_ms();

	is_int(command_run("shell: echo late >&2; sleep 100 & wait", 300,
	    &out, NULL, &f), -1, "one that takes its time");
	is(f.text, "the command /bin/sh took too long: late", "says so");
	ok(f.verdict == VD_TEMP, "it may be quicker next time");
	ok(clock_ms() - start < 20000, "and is ended");
	start = clock_ms();
	is_int(command_run("shell: exec >&- 2>&-; sleep 100", 300, &out, NULL,
	    &f), -1, "one that closes all and stays");
	ok(clock_ms() - start < 20000, "is ended, too");
	buf_clear(&out);
	is_int(command_run("yes", 20000, &out, NULL, &f), 0, "one without end");
	ok(out.full, "is cut short");
	buf_release(&out);
}

int
main(void)
{
	commands();
	limits();
	return done();
}
