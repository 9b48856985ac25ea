/*
 * f_spool.c - what the parsers of a spool must hold for any file
 *
 * The first octet chooses the parser.  What a head or a note is read as is
 * written the same way again and read as the same; an envelope has checked
 * addresses only; what is refused leaves nothing behind.  A reply can delay
 * the next try, but within bounds.
 */

#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "spool/head.h"
#include "spool/note.h"
#include "queue/backoff.h"

#include "fuzz.h"

static void
must_be_checked(const struct envelope *e)
{
	struct fault f = { 0 };
	size_t i;

	CHECK(e->from != NULL && e->nrcpt > 0);
	CHECK(e->from[0] == '\0' || addr_check(e->from, &f) == 0);
	for (i = 0; i < e->nrcpt; i++) {
		CHECK(addr_check(e->rcpt[i].addr, &f) == 0);
		CHECK(!e->rcpt[i].done && e->rcpt[i].notify < 16);
	}
}

static void
head(const char *p, size_t n)
{
	struct spool_meta m = { 0 };
	struct envelope e = { 0 };
	struct buf again = { .max = HEAD_MAX };
	struct fault f = { 0 };
	size_t at, size;
	bool eightbit;

	if (head_parse(p, n, &e, &m, &f) == -1) {
		CHECK(f.text[0] != '\0' && f.stage == ST_SPOOL);
		CHECK(e.from == NULL && e.nrcpt == 0 && m.account == NULL);
		return;
	}
	must_be_checked(&e);
	CHECK(head_measure(p, &at, &size, &eightbit, &f) == 0);
	CHECK(head_format(&again, &e, &m, &f) == 0);
	CHECK(again.len == n && memcmp(again.p + HEAD_FIRST, p + HEAD_FIRST,
	    n - HEAD_FIRST) == 0);
	envelope_release(&e);
	spool_meta_release(&m);
	buf_release(&again);
}

/* Any text as a first line, so that the rest is always reached. */
static void
body_of_head(const char *p, size_t n)
{
	char first[HEAD_FIRST + 1], *all = xmalloc(n + HEAD_FIRST);

	head_first(first, n + HEAD_FIRST, 1, false);
	memcpy(all, first, HEAD_FIRST);
	memcpy(all + HEAD_FIRST, p, n);
	head(all, n + HEAD_FIRST);
	free(all);
}

/* Lines that settle a recipient. */
static size_t
settled(const char *p, size_t n)
{
	const char *end = p + n;
	size_t lines = 0;

	for (; p != NULL && p < end; p = memchr(p, '\n', (size_t)(end - p))) {
		p += *p == '\n';
		n = (size_t)(end - p);
		lines += (n > 3 && memcmp(p, "ok ", 3) == 0) ||
		    (n > 5 && (memcmp(p, "rcpt ", 5) == 0 ||
		    memcmp(p, "told ", 5) == 0));
	}
	return lines;
}

static void
note(const char *p, size_t n)
{
	struct buf one = { .max = NOTE_MAX }, two = { .max = NOTE_MAX };
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct note got;
	size_t i, done = 0;

	envelope_from(&e, "a@x.test");
	(void)envelope_add(&e, "b@x.test");
	(void)envelope_add(&e, "c@x.test");
	(void)envelope_add(&e, "d@x.test");
	if (note_parse(p, n, &got, &e, &f) == -1) {
		CHECK(f.text[0] != '\0' && got.tries == 0);
		for (i = 0; i < e.nrcpt; i++)
			CHECK(!e.rcpt[i].done && e.rcpt[i].why == NULL);
	} else {
		CHECK(note_format(&one, &got, &e, &f) == 0 && one.len <= n);
		for (i = 0; i < e.nrcpt; i++) {
			CHECK(e.rcpt[i].why == NULL ||
			    e.rcpt[i].why->verdict == e.rcpt[i].verdict);
			done += e.rcpt[i].done;
			rcpt_unsettle(&e.rcpt[i]);
		}
		CHECK(settled(p, n) == done && settled(one.p, one.len) == done);
		CHECK(note_parse(one.p, one.len, &got, &e, &f) == 0);
		CHECK(note_format(&two, &got, &e, &f) == 0);
		CHECK(one.len == two.len &&
		    memcmp(one.p, two.p, one.len) == 0);
	}
	buf_release(&one);
	buf_release(&two);
	envelope_release(&e);
}

static void
reply(const char *p, size_t n)
{
	static const struct settings s = { .retry_min = 60,
	    .retry_max = 10800, .expire = 432000 };
	char *text = xstrndup(p, n);
	struct fault f = { 0 };
	long long asked = backoff_asked(text);
	time_t next;
	unsigned tries;

	CHECK(asked >= -1 && asked <= 9999999LL * 86400);
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 450, VD_TEMP, "%s", text);
	for (tries = 0; tries < 12; tries++) {
		next = backoff_next(&s, tries, &f, 1000, UINT32_MAX);
		CHECK(next >= 1060 && next <= 1000 + 13500);
	}
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;

	if (n == 0)
		return 0;
	switch (data[0] % 4) {
	case 0:
		head(p + 1, n - 1);
		break;
	case 1:
		body_of_head(p + 1, n - 1);
		break;
	case 2:
		note(p + 1, n - 1);
		break;
	default:
		reply(p + 1, n - 1);
		break;
	}
	return 0;
}
