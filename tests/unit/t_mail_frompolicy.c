/* t_mail_frompolicy.c - who a message may say it is from */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "mail/frompolicy.h"
#include "tap.h"

#define KEEP	FROMPOLICY_KEEP
#define FORCE	FROMPOLICY_FORCE
#define REPLY	FROMPOLICY_REPLY_TO

static const struct {
	enum frompolicy_mode mode;
	const char	*from;
	const char	*domains;
	const char	*addr;
	bool		 want;
} rows[] = {
	{ KEEP, "us@x.test", NULL, "a@y.test", false },
	{ KEEP, "us@x.test", NULL, "", false },
	{ KEEP, "us@x.test", "", "a@y.test", false },
	{ KEEP, "us@x.test", "y.test", "a@y.test", false },
	{ KEEP, "us@x.test", "y.test", "a@Y.TEST", false },
	{ KEEP, "us@x.test", "y.test", "a@z.test", true },
	{ KEEP, "us@x.test", "y.test", "a@yy.test", true },
	{ KEEP, "us@x.test", "y.test", "a@b.y.test", true },
	{ KEEP, "us@x.test", "y.test", "a@y.tes", true },
	{ KEEP, "us@x.test", "x.test, y.test", "a@y.test", false },
	{ KEEP, "us@x.test", " x.test\ty.test ", "a@y.test", false },
	{ KEEP, "us@x.test", "x.test,y.test", "a@z.test", true },
	{ KEEP, "us@x.test", ".y.test", "a@b.y.test", false },
	{ KEEP, "us@x.test", ".y.test", "a@c.b.y.test", false },
	{ KEEP, "us@x.test", ".y.test", "a@y.test", true },
	{ KEEP, "us@x.test", ".y.test", "a@by.test", true },
	{ KEEP, "us@x.test", "*.y.test", "a@b.y.test", false },
	{ KEEP, "us@x.test", "*.y.test", "a@y.test", true },
	{ KEEP, "us@x.test", "y.test", "root", true },
	{ KEEP, "us@x.test", "y.test", "\"a@y.test\"@z.test", true },
	{ KEEP, "us@x.test", "y.test", "us@X.test", false },
	{ KEEP, "us@x.test", "y.test", "Us@x.test", true },
	{ KEEP, "us@x.test", "y.test", "us@x.test.z", true },
	{ KEEP, "us@x.test", "y.test", "", false },
	{ KEEP, NULL, "y.test", "a@z.test", false },
	{ FORCE, "us@x.test", NULL, "a@y.test", true },
	{ FORCE, "us@x.test", "y.test", "a@y.test", true },
	{ FORCE, "us@x.test", NULL, "us@x.test", false },
	{ FORCE, "us@x.test", NULL, "", true },
	{ FORCE, NULL, NULL, "a@y.test", false },
	{ REPLY, "us@x.test", NULL, "a@y.test", true },
	{ REPLY, "us@x.test", NULL, "root", true },
	{ REPLY, "us@x.test", NULL, "", false },
};

static void
test_rows(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		struct frompolicy p = { .mode = rows[i].mode,
		    .from = rows[i].from, .domains = rows[i].domains };

		is_int(frompolicy_replaces(&p, rows[i].addr), rows[i].want,
		    "row %zu: %s", i, rows[i].addr);
		is_int(frompolicy_keeps_reply(&p), rows[i].mode != FORCE,
		    "replies");
	}
	ok(!frompolicy_replaces(NULL, "a@y.test"), "no policy");
}

static const struct {
	const char	*text;
	const char	*user;
	bool		 address;
	const char	*want;
} texts[] = {
	{ "us@x.test", "joe", true, "us@x.test" },
	{ "%U@x.test", "joe", true, "joe@x.test" },
	{ "%U+%H@x.test", "joe", true, "joe+h.test@x.test" },
	{ "%U@%H", "12345", true, "12345@h.test" },
	{ "%U@%H", "CORP\\joe", true, "\"CORP\\\\joe\"@h.test" },
	{ "%U on %H", "CORP\\joe", false, "CORP\\joe on h.test" },
	{ "100%% %x %", "joe", false, "100% %x %" },
	{ "%", "joe", false, "%" },
	{ "%%U", "joe", false, "%U" },
	{ "", "joe", false, "" },
};

static void
test_texts(void)
{
	struct buf b = { .max = 4096 };
	size_t i;

	for (i = 0; i < NITEMS(texts); i++) {
		buf_clear(&b);
		frompolicy_expand(&b, texts[i].text, texts[i].user, "h.test",
		    texts[i].address);
		is(buf_text(&b), texts[i].want, "%s", texts[i].text);
	}
	buf_release(&b);
}

int
main(void)
{
	test_rows();
	test_texts();
	return done();
}
