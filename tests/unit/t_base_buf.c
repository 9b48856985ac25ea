/* t_base_buf.c - a growable byte string with a ceiling */

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "tap.h"

/* What people may see, with lines and without. */
static const struct {
	const char	*in;
	const char	*line;
	const char	*lines;
} seen[] = {
	{ "", "", "" },
	{ "plain ~ text", "plain ~ text", "plain ~ text" },
	{ "a\nb\tc\rd", "a?b?c?d", "a\nb\tc?d" },
	{ "\033[2J\007\010\177", "?[2J???", "?[2J???" },
	{ "\303\266 \342\202\254 \360\237\230\200",
	    "\303\266 \342\202\254 \360\237\230\200",
	    "\303\266 \342\202\254 \360\237\230\200" },
	{ "\302\233m \302\205 \302\237", "?m ? ?", "?m ? ?" },	/* C1 */
	{ "\302\240", "\302\240", "\302\240" },
	{ "\233m", "?m", "?m" },				/* a raw one */
	{ "\342\200\256 \342\200\252 \342\201\246 \342\201\251",
	    "? ? ? ?", "? ? ? ?" },				/* bidi */
	{ "\342\200\250 \342\200\251", "? ?", "? ?" },	/* line separators */
	{ "\300\257 \340\200\257", "?? ???", "?? ???" },	/* overlong */
	{ "\355\240\200", "???", "???" },			/* surrogate */
	{ "\364\220\200\200", "????", "????" },		/* over U+10FFFF */
	{ "\342\202", "??", "??" },				/* cut off */
};

static void
visible(void)
{
	struct buf b = { .max = 64 };
	size_t i;

	for (i = 0; i < NITEMS(seen); i++) {
		buf_clear(&b);
		buf_add_visible(&b, seen[i].in, strlen(seen[i].in), false);
		is(buf_text(&b), seen[i].line, "visible %zu, one line", i);
		ok(b.len <= strlen(seen[i].in), "it is no longer");
		buf_clear(&b);
		buf_add_visible(&b, seen[i].in, strlen(seen[i].in), true);
		is(buf_text(&b), seen[i].lines, "visible %zu, lines", i);
	}
	buf_clear(&b);
	buf_add_visible(&b, "a\0b", 3, true);
	is(buf_text(&b), "a?b", "a NUL");
	buf_release(&b);
}

/* Appends to 8 octets at most, one after the other: "+" is another. */
static const struct {
	const char	*add[3];
	const char	*want;
	bool		 full;
} limits[] = {
	{ { "12345678" }, "12345678", false },
	{ { "123456789" }, "", true },
	{ { "1234", "5678", "" }, "12345678", false },
	{ { "1234", "56789", "5" }, "1234", true },	/* full stays */
	{ { "", "", "" }, "", false },
};

static void
ceiling(void)
{
	struct buf b = { .max = 8 }, none = { 0 };
	size_t i, k;

	for (i = 0; i < NITEMS(limits); i++) {
		buf_clear(&b);
		for (k = 0; k < 3 && limits[i].add[k] != NULL; k++)
			buf_adds(&b, limits[i].add[k]);
		is(buf_text(&b), limits[i].want, "limit %zu", i);
		ok(b.full == limits[i].full, "is it full");
	}
	buf_clear(&b);
	ok(!b.full && buf_reserve(&b, 8), "room again once it is clear");
	ok(!buf_reserve(&b, 9) && b.full && !buf_reserve(&b, 1),
	    "no room beyond the ceiling, and then none at all");
	buf_release(&b);
	buf_adds(&none, "x");
	ok(none.full && none.len == 0, "a ceiling of nothing");
	is(buf_text(&none), "", "and its text");
	buf_drop(&none, 5);
	ok(none.len == 0, "nothing to drop");
	buf_release(&none);
}

static const struct {
	size_t		 n;
	const char	*want;
} drops[] = {
	{ 0, "abcdef" }, { 1, "bcdef" }, { 5, "f" }, { 6, "" }, { 99, "" },
};

static void
dropping(void)
{
	size_t i;

	for (i = 0; i < NITEMS(drops); i++) {
		struct buf b = { .max = 8, .secret = i & 1 };

		buf_adds(&b, "abcdef");
		buf_drop(&b, drops[i].n);
		is(buf_text(&b), drops[i].want, "drop %zu", drops[i].n);
		ok(b.len == strlen(drops[i].want), "its length");
		buf_release(&b);
		ok(b.p == NULL && b.len == 0 && b.cap == 0, "released");
	}
}

static void
formatting(void)
{
	struct buf b = { .max = 4000 };
	char big[1001];

	buf_addf(&b, "%s:%d", "relay", 25);
	buf_addf(&b, "%s", "");
	is(buf_text(&b), "relay:25", "formatted");
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	buf_addf(&b, "%s!", big);
	ok(b.len == 8 + 1001 && b.p[b.len - 1] == '!' && b.p[b.len] == '\0',
	    "more than was allocated");
	buf_addf(&b, "%s%s%s", big, big, big);
	ok(b.full && b.len == 8 + 1001, "more than there may be");
	buf_release(&b);
}

/* A secret is not left behind in the part of the memory that we can see. */
static void
secrets(void)
{
	struct buf b = { .max = 1000, .secret = true };

	buf_adds(&b, "S3kr:t-pass");
	buf_drop(&b, 6);
	is(b.p, "-pass", "dropped");
	ok(memmem(b.p - b.gone, b.gone, "S3", 2) == NULL,
	    "what was dropped is wiped");
	while (b.gone > 0)
		buf_adds(&b, "1234567890");
	ok(memmem(b.p + 1, b.cap - 1, "-pass", 5) == NULL,
	    "what has moved is not also where it was");
	buf_clear(&b);
	ok(memmem(b.p, b.cap, "pass", 4) == NULL, "wiped when cleared");
	buf_release(&b);
}

/* Drops and appends in turn: the stream that comes out is what went in. */
static void
streaming(void)
{
	struct buf b = { .max = 1000 };
	size_t in = 0, out = 0, n, wrong = 0, most = 0, k;
	char c;
	int i;

	for (i = 0; i < 20000; i++) {
		b.secret = (i & 1) != 0;
		for (n = (size_t)i * 7 % 400; n > 0 && b.len < 900; n--) {
			c = (char)(in++ % 251);
			buf_add(&b, &c, 1);
		}
		n = (size_t)i * 11 % 401;
		for (k = 0; k < n && k < b.len; k++)
			wrong += b.p[k] != (char)((out + k) % 251);
		out += k;
		buf_drop(&b, k);
		most = b.cap > most ? b.cap : most;
	}
	ok(wrong == 0 && in - out == b.len && !b.full, "a stream of %zu", in);
	ok(most <= 2048, "in %zu octets of memory", most);
	buf_release(&b);
}

/* Many small appends and NULs: nothing is lost on the way. */
static void
growing(void)
{
	struct buf b = { .max = 100000 }, s = { .max = 100000,
	    .secret = true };
	int i, wrong = 0;
	char c;

	for (i = 0; i < 50000; i++) {
		c = (char)(i % 251);
		buf_add(&b, &c, 1);
		buf_add(&s, &c, 1);
	}
	for (i = 0; i < 50000; i++)
		wrong += b.p[i] != (char)(i % 251) ||
		    s.p[i] != (char)(i % 251);
	ok(b.len == 50000 && s.len == 50000 && wrong == 0, "grown");
	ok(b.p[b.len] == '\0' && s.p[s.len] == '\0', "and ended");
	buf_release(&b);
	buf_release(&s);
}

int
main(void)
{
	visible();
	ceiling();
	dropping();
	formatting();
	secrets();
	growing();
	streaming();
	return done();
}
