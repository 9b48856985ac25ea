/* t_mail_boundary.c - the open multiparts of a message, and their delimiters */

#include <string.h>

#include "base/util.h"
#include "mail/boundary.h"
#include "tap.h"

/* With "b", "bb" and "b--" open, in this order. */
static const struct {
	const char	*line;
	int		 level;
	bool		 closing;
} lines[] = {
	{ "--b\r\n", 1, false }, { "--b", 1, false }, { "--b \t\r\n", 1,
	    false },
	{ "--bb\r\n", 2, false }, { "--bb--\r\n", 2, true },
	{ "--b--\r\n", 3, false }, { "--b----\r\n", 3, true },
	{ "--bbb\r\n", 0, false }, { "--b x\r\n", 0, false },
	{ "--B\r\n", 0, false }, { "-b\r\n", 0, false }, { "--", 0, false },
	{ " --b\r\n", 0, false }, { "--bb-\r\n", 0, false },
};

int
main(void)
{
	static const char *const names[] = { "b", "bb", "b--" };
	struct mime_type t = { .kind = MIME_MULTIPART };
	struct boundary b = { .depth = 0 };
	bool closing;
	size_t i;

	is_int((long long)boundary_find(&b, "--b\r\n", 5, &closing), 0,
	    "none is open");
	for (i = 0; i < NITEMS(names); i++) {
		t.boundary_len = strlen(names[i]);
		memcpy(t.boundary, names[i], t.boundary_len);
		ok(boundary_open(&b, &t, i), "open %s", names[i]);
	}
	for (i = 0; i < NITEMS(lines); i++) {
		is_int((long long)boundary_find(&b, lines[i].line,
		    strlen(lines[i].line), &closing), lines[i].level,
		    "line %zu", i);
		ok(lines[i].level == 0 || closing == lines[i].closing,
		    "its kind");
	}
	boundary_leave(&b, 2, false);
	is_int((long long)b.depth, 2, "a delimiter leaves what is within");
	boundary_leave(&b, 2, true);
	is_int((long long)b.depth, 1, "the last one leaves the multipart");
	for (i = b.depth; i < BOUNDARY_DEPTH; i++)
		(void)boundary_open(&b, &t, 0);
	ok(!boundary_open(&b, &t, 0), "not without end");
	return done();
}
