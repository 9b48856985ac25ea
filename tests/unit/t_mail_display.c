/* t_mail_display.c - display names that do not stand where they belong */

#include <string.h>

#include "base/util.h"
#include "mail/display.h"
#include "tap.h"

static const struct {
	const char	*in;
	const char	*out;		/* NULL: no name to move */
} rows[] = {
	{ "", NULL },
	{ "a@x", NULL },
	{ "Joe <a@x> (c)", NULL },
	{ "<a@x> .", NULL },
	{ "<> Joe", NULL },
	{ "<a@x> Joe\\\r\n P", "Joe\\\\ P <a@x>" },
	{ "<a@x> Joe", "Joe <a@x>" },
	{ " <a@x>Joe", " Joe <a@x>" },
	{ "<a@x> O\\'B", "O\\'B <a@x>" },
	{ "<a@x (>) > \"J, P\"", "\"J, P\" <a@x (>) >" },
	{ "b@x, <a@x>\r\n J\r\n\tP , c@x", "b@x, J P <a@x> , c@x" },
	{ "J(1) <a@x>(2) P.(3)Q", "J P. Q <a@x> (1) (2) (3)" },
	{ "G: <a@x> J, <b@x> P;", "G: J <a@x>, P <b@x>;" },
};

static const struct {
	const char	*in;
	size_t		 after;
} ends[] = {
	{ "a", 1 },
	{ "\"", 1 },
	{ "(", 1 },
	{ "\"a\\\"b\"c", 6 },
	{ "(a(b)\\)c)d", 9 },
	{ "\"(\")", 3 },
};

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		struct buf b = { .max = 1024 };
		struct addr_list l = { 0 };
		struct fault f = { 0 };
		const char *p = rows[i].in;
		bool moved;

		is_int(addrlist_parse(&l, p, strlen(p), &f), 0, "row %zu", i);
		moved = display_before(&b, p, strlen(p), &l);
		is(moved ? buf_text(&b) : NULL, rows[i].out, "the text");
		ok(moved || b.len == 0, "else nothing");
		addrlist_release(&l);
		buf_release(&b);
	}
	for (i = 0; i < NITEMS(ends); i++)
		is_int((long long)display_after(ends[i].in, strlen(ends[i].in),
		    0), (long long)ends[i].after, "end %zu", i);
	return done();
}
