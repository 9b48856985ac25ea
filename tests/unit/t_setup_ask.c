/* t_setup_ask.c - questions, and answers of any form */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "setup/ask.h"
#include "tap.h"

/* What is typed; the answer, or NULL at the end of the input. */
static const struct { const char *typed, *otherwise, *want; } texts[] = {
	{ "a b\n", "", "a b" }, { "\n", "x", "x" }, { "  \t\n", "x", "x" },
	{ " a \r\n", "x", "a" }, { "a", "x", "a" }, { "", "x", NULL },
};

static const struct { const char *typed; bool otherwise, want; } yes[] = {
	{ "y\n", false, true }, { "YES\n", false, true },
	{ "n\n", true, false }, { "no\n", true, false },
	{ "\n", true, true }, { "\n", false, false },
	{ "maybe\nye\n", false, true }, { "maybe\n", true, false },
	{ "", true, false },
};

/* What stdin has from now on. */
static void
type(const char *text)
{
	char path[] = "/tmp/t_setup_ask.XXXXXX";
	int fd = mkstemp(path);

	if (fd == -1 || write(fd, text, strlen(text)) == -1 ||
	    close(fd) == -1 || freopen(path, "r", stdin) == NULL)
		exit(1);
	(void)unlink(path);
}

int
main(void)
{
	struct buf b = { .max = 1024 };
	bool there;
	size_t i;

	for (i = 0; i < NITEMS(texts); i++) {
		type(texts[i].typed);
		there = ask_text("# question", texts[i].otherwise, &b);
		puts("");
		ok(there == (texts[i].want != NULL), "text %zu", i);
		if (texts[i].want != NULL)
			is(buf_text(&b), texts[i].want, "its answer");
	}
	for (i = 0; i < NITEMS(yes); i++) {
		type(yes[i].typed);
		there = ask_yes("# question", yes[i].otherwise);
		puts("");
		ok(there == yes[i].want, "yes or no %zu", i);
	}
	ok(!ask_possible(), "a file is no terminal");
	buf_release(&b);
	return done();
}
