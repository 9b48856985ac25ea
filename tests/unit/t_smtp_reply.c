/* t_smtp_reply.c - SMTP replies out of a stream of bytes */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "smtp/reply.h"
#include "tap.h"

/*
 * What a stream gives: "code lines esc text" for each whole reply, then
 * what is left of it: "more N" or "bad N", with N octets not taken.
 */
static const struct {
	const char	*in;
	const char	*want;
} streams[] = {
	{ "", "more 0" },
	{ "250 ok\r\n", "[250 1 0.0.0 ok]more 0" },
	{ "250 ok\n", "[250 1 0.0.0 ok]more 0" },
	{ "250\r\n", "[250 1 0.0.0 ]more 0" },
	{ "250\n", "[250 1 0.0.0 ]more 0" },
	{ "250 \r\n", "[250 1 0.0.0 ]more 0" },
	{ "250-a\r\n250-b\r\n250 c\r\n", "[250 3 0.0.0 a|b|c]more 0" },
	{ "250-\r\n250-\r\n250\r\n", "[250 3 0.0.0 ||]more 0" },
	{ "250-a\r\n", "more 0" },
	{ "250-a\r\n250", "more 3" },
	{ "250 ok", "more 6" },
	{ "250 ok\r", "more 7" },
	{ "220 a\r\n250 b\r\n", "[220 1 0.0.0 a][250 1 0.0.0 b]more 0" },
	/* not the same code on every line */
	{ "250-a\r\n550 b\r\n", "bad 7" },
	{ "250-a\r\n251 b\r\n", "bad 7" },
	{ "250-a\r\nb\r\n", "bad 3" },
	/* not a code */
	{ "\r\n", "bad 2" },
	{ "25\r\n", "bad 4" },
	{ "2500 a\r\n", "bad 8" },
	{ "250a\r\n", "bad 6" },
	{ "250\ta\r\n", "bad 7" },
	{ "250_a\r\n", "bad 7" },
	{ "2x0 a\r\n", "bad 7" },
	{ " 250 a\r\n", "bad 8" },
	{ "+OK\r\n", "bad 5" },
	{ "* OK IMAP\r\n", "bad 11" },
	{ "000 a\r\n", "bad 7" },
	{ "199 a\r\n", "bad 7" },
	{ "600 a\r\n", "bad 7" },
	{ "-50 a\r\n", "bad 7" },
	{ "250\r\r\n", "bad 6" },
	{ "HTTP/1.1 400 Bad Request\r\n", "bad 26" },
	{ "200 a\r\n599 b\r\n", "[200 1 0.0.0 a][599 1 0.0.0 b]more 0" },
	/* enhanced status codes (RFC 2034): of the same class */
	{ "550 5.7.1 no\r\n", "[550 1 5.7.1 5.7.1 no]more 0" },
	{ "550 5.1.123\r\n", "[550 1 5.1.123 5.1.123]more 0" },
	{ "550-5.7.1 a\r\n550 5.7.1 b\r\n",
	    "[550 2 5.7.1 5.7.1 a|5.7.1 b]more 0" },
	{ "550 4.7.1 no\r\n", "[550 1 0.0.0 4.7.1 no]more 0" },
	{ "550 5.7 no\r\n", "[550 1 0.0.0 5.7 no]more 0" },
	{ "550 5.7.\r\n", "[550 1 0.0.0 5.7.]more 0" },
	{ "550 5.7.1no\r\n", "[550 1 0.0.0 5.7.1no]more 0" },
	{ "550 5.7.1234\r\n", "[550 1 0.0.0 5.7.1234]more 0" },
	{ "550 5.300.1 x\r\n", "[550 1 5.300.1 5.300.1 x]more 0" },
	{ "550 5.999.1 x\r\n", "[550 1 5.999.1 5.999.1 x]more 0" },
	{ "550 5.7.606 x\r\n", "[550 1 5.7.606 5.7.606 x]more 0" },
	{ "550 .7.1 x\r\n", "[550 1 0.0.0 .7.1 x]more 0" },
	{ "421-4.7.0 Try\r\n421 4.7.0 again\r\n",
	    "[421 2 4.7.0 4.7.0 Try|4.7.0 again]more 0" },
	{ "550 5.7.1 a\r\n550 b\r\n",
	    "[550 1 5.7.1 5.7.1 a][550 1 0.0.0 b]more 0" },
	/* nothing that could harm a terminal */
	{ "250 \033[2J\007\r\n", "[250 1 0.0.0 ?[2J?]more 0" },
	{ "250 a\rb\r\n", "[250 1 0.0.0 a?b]more 0" },
	{ "250 \302\233m \233m\r\n", "[250 1 0.0.0 ?m ?m]more 0" },
	{ "250 \303\266\r\n", "[250 1 0.0.0 \303\266]more 0" },
};

static void
show(struct buf *out, const struct reply *r)
{
	size_t i;

	buf_addf(out, "[%d %u %d.%d.%d ", r->code, r->lines, r->esc[0],
	    r->esc[1], r->esc[2]);
	for (i = 0; i < r->text.len; i++)
		buf_add(out, r->text.p[i] == '\n' ? "|" : r->text.p + i, 1);
	buf_adds(out, "]");
}

/* Give it step octets more at a time. */
static void
parse(const char *p, size_t n, size_t step, struct buf *out)
{
	struct reply r = { .text.max = REPLY_TEXT };
	enum reply_got got = REPLY_MORE;
	size_t at = 0, have = 0, used;

	do {
		have = step < n - have ? have + step : n;
		do {
			got = reply_next(&r, p + at, have - at, &used);
			at += used;
			if (got == REPLY_DONE) {
				show(out, &r);
				reply_clear(&r);
			}
		} while (got == REPLY_DONE);
	} while (got == REPLY_MORE && have < n);
	buf_addf(out, "%s %zu", got == REPLY_BAD ? "bad" : "more", n - at);
	buf_release(&r.text);
}

static void
table(void)
{
	struct buf b = { .max = 4096 };
	size_t i, step;
	bool same;

	for (i = 0; i < NITEMS(streams); i++) {
		buf_clear(&b);
		parse(streams[i].in, strlen(streams[i].in), 4096, &b);
		is(buf_text(&b), streams[i].want, "stream %zu", i);
		same = true;
		for (step = 1; step < 8; step++) {
			buf_clear(&b);
			parse(streams[i].in, strlen(streams[i].in), step, &b);
			same &= strcmp(buf_text(&b), streams[i].want) == 0;
		}
		ok(same, "stream %zu in pieces", i);
	}
	buf_clear(&b);
	parse("250 a\0b\r\n", 9, 9, &b);
	is(buf_text(&b), "[250 1 0.0.0 a?b]more 0", "a NUL");
	buf_release(&b);
}

/* n octets of text on each of so many lines. */
static const struct {
	size_t		 text, lines;
	bool		 end;		/* a last line */
	enum reply_got	 want;
} ceilings[] = {
	{ REPLY_LINE - 5, 0, true, REPLY_DONE },
	{ REPLY_LINE, 0, true, REPLY_BAD },
	{ 1, REPLY_LINES - 1, true, REPLY_DONE },
	{ 1, REPLY_LINES, true, REPLY_BAD },
	{ 1, REPLY_LINES + 1, false, REPLY_BAD },
	{ 1000, 64, true, REPLY_DONE },
	{ 1000, 65, true, REPLY_BAD },
	{ 5000, 14, false, REPLY_BAD },
};

static void
limits(void)
{
	struct buf in = { .max = 1 << 20 };
	char *text = xmalloc(REPLY_LINE + 1);
	size_t i, k, used;

	memset(text, 'x', REPLY_LINE);
	text[REPLY_LINE] = '\0';
	for (i = 0; i < NITEMS(ceilings); i++) {
		struct reply r = { .text.max = REPLY_TEXT };

		buf_clear(&in);
		for (k = 0; k < ceilings[i].lines; k++)
			buf_addf(&in, "250-%.*s\r\n", (int)ceilings[i].text,
			    text);
		if (ceilings[i].end)
			buf_addf(&in, "250 %.*s\r\n", (int)ceilings[i].text,
			    text);
		ok(reply_next(&r, in.p, in.len, &used) == ceilings[i].want,
		    "%zu lines of %zu octets", ceilings[i].lines + 1,
		    ceilings[i].text);
		ok(used <= in.len && r.text.len <= REPLY_TEXT,
		    "and the text is bounded");
		buf_release(&r.text);
	}
	buf_release(&in);
	free(text);
}

/* A line without an end is given up as soon as it is too long. */
static void
endless(void)
{
	struct reply r = { .text.max = REPLY_TEXT };
	char *p = xmalloc(REPLY_LINE + 1);
	size_t used;

	memset(p, '2', REPLY_LINE + 1);
	ok(reply_next(&r, p, REPLY_LINE, &used) == REPLY_MORE && used == 0,
	    "a line may be as long as that");
	ok(reply_next(&r, p, REPLY_LINE + 1, &used) == REPLY_BAD &&
	    used == 0, "but no longer");
	buf_release(&r.text);
	free(p);
}

int
main(void)
{
	table();
	limits();
	endless();
	return done();
}
