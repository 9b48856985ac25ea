/*
 * f_reply.c - replies out of any octets
 *
 * The first octet says how many come at a time.  Whole or in pieces, the
 * replies must be the same, bounded, printable and what a second, slower
 * reading of RFC 5321 4.2 makes of the same octets.
 */

#include <string.h>

#include "base/util.h"
#include "smtp/capability.h"
#include "smtp/reply.h"

#include "fuzz.h"

static void
check_caps(const struct reply *r)
{
	struct caps c;

	memset(&c, 0xff, sizeof(c));
	capability_parse(&c, buf_text(&r->text));
	CHECK(memchr(c.auth, '\0', sizeof(c.auth)) != NULL);
	CHECK(c.maxsize >= 0);
	CHECK(c.mechs == 0 || c.set & CAP_AUTH);
	CHECK(r->lines > 1 || c.set == 0);
}

static void
check_reply(const struct reply *r)
{
	const char *p = buf_text(&r->text);
	unsigned lines = 1;
	size_t i;

	CHECK(r->code >= 200 && r->code <= 599);
	CHECK(r->lines >= 1 && r->lines <= REPLY_LINES);
	CHECK(r->text.len <= REPLY_TEXT && !r->text.full);
	CHECK(r->esc[0] == 0 || r->esc[0] == r->code / 100);
	CHECK(utf8_valid(p, r->text.len));
	for (i = 0; i < r->text.len; i++) {
		CHECK((unsigned char)p[i] >= ' ' || p[i] == '\n');
		CHECK(p[i] != 127);
		lines += p[i] == '\n';
	}
	CHECK(lines == r->lines);
	check_caps(r);
}

/* Tabs count as blanks. */
static void
add_text(struct buf *out, const char *p, size_t n)
{
	char *copy = xmalloc(n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		copy[i] = p[i] == '\t' ? ' ' : p[i];
	buf_add_visible(out, copy, n, false);
	free(copy);
}

/* The same octets, read line by line: "code text" and LF, or "bad". */
static void
slowly(const char *p, size_t n, struct buf *out)
{
	struct buf text = { .max = REPLY_TEXT };
	int code = 0, lines = 0, had;
	const char *nl;
	size_t len;

	for (; (nl = memchr(p, '\n', n)) != NULL; n -= (size_t)(nl + 1 - p),
	    p = nl + 1) {
		had = code;
		len = (size_t)(nl - p);
		if (len > REPLY_LINE)
			break;
		len -= len > 0 && p[len - 1] == '\r';
		if (len < 3 || memchr("2345", p[0], 4) == NULL ||
		    strspn(p, "0123456789") != 3)
			break;
		code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + p[2] - '0';
		if ((lines > 0 && code != had) || ++lines > REPLY_LINES ||
		    (len > 3 && memchr(" -", p[3], 2) == NULL))
			break;
		if (lines > 1)
			buf_adds(&text, "\n");
		add_text(&text, p + 4, len > 4 ? len - 4 : 0);
		if (text.full)
			break;
		if (len > 3 && p[3] == '-')
			continue;
		buf_addf(out, "%d %s\n", code, buf_text(&text));
		buf_clear(&text);
		lines = 0;
	}
	if (nl != NULL || n > REPLY_LINE)
		buf_adds(out, "bad");
	buf_release(&text);
}

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
			CHECK(used <= have - at);
			CHECK(used > 0 || got != REPLY_DONE);
			at += used;
			if (got != REPLY_DONE)
				continue;
			check_reply(&r);
			buf_addf(out, "%d %s\n", r.code, buf_text(&r.text));
			reply_clear(&r);
		} while (got == REPLY_DONE);
	} while (got == REPLY_MORE && have < n);
	if (got == REPLY_BAD)
		buf_adds(out, "bad");
	buf_release(&r.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct buf whole = { .max = 1 << 22 }, parts = { .max = 1 << 22 },
	    slow = { .max = 1 << 22 };
	char *in;

	if (n < 2)
		return 0;
	in = xmalloc(n);		/* with an end that can be seen */
	memcpy(in, p + 1, n - 1);
	in[n - 1] = '\0';
	parse(in, n - 1, n, &whole);
	parse(in, n - 1, p[0] ? p[0] : 1, &parts);
	slowly(in, n - 1, &slow);
	CHECK(strcmp(buf_text(&whole), buf_text(&parts)) == 0);
	CHECK(strcmp(buf_text(&whole), buf_text(&slow)) == 0);
	buf_release(&whole);
	buf_release(&parts);
	buf_release(&slow);
	free(in);
	return 0;
}
