/*
 * f_log.c - lines of the log, whatever relays and messages say
 *
 * The input is texts that end in NUL.  The line of pairs has each key at
 * most once, in the same order as the JSON has them, and both are printable
 * and one line.  No value ends early or looks like another pair.
 */

#include <string.h>

#include "report/logline.h"

#include "json.h"

#define TEXTS	16

static const char *const keys[] = {
	"id", "from", "to", "account", "account-why", "relay", "ip", "helo",
	"tls", "auth", "size", "stage", "code", "esc", "tries", "delay",
	"rtt", "result", "relay-id", "uid", "caller", "text", "tried",
	"warning", "hint",
};

/* Behind a value: a word, or a quoted string. */
static const char *
value_end(const char *p)
{
	if (*p != '"')
		return p + strcspn(p, " \"\\=");
	for (p++; *p != '"'; p++) {
		if (*p == '\\')
			p++;
		CHECK(*p != '\0');
	}
	return p + 1;
}

static void
check_pairs(const struct buf *b)
{
	const char *p = buf_text(b), *end;
	size_t key = 0, n;

	CHECK(!b->full && b->len == strlen(p));
	check_printable(p, b->len, false);
	CHECK(utf8_valid(p, b->len));
	for (;;) {
		n = strcspn(p, "=");
		while (key < NITEMS(keys) && (strlen(keys[key]) != n ||
		    memcmp(keys[key], p, n) != 0))
			key++;
		CHECK(key < NITEMS(keys));
		key++;
		end = value_end(p + n + 1);
		CHECK(end > p + n + 1);
		if (*end == '\0')
			break;
		CHECK(*end == ' ');
		p = end + 1;
	}
	CHECK(key >= 22);
}

static void
check_relay_id(const char *words)
{
	char id[128];

	if (logline_relay_id(words, id, sizeof(id)))
		CHECK(id[0] != '\0' && strlen(id) < sizeof(id) &&
		    strstr(words, id) != NULL);
	else
		CHECK(id[0] == '\0');
}

static void
check_line(const struct logline *a)
{
	struct buf b = { .max = 4 * LOGLINE_LINE };

	logline_format(&b, a);
	check_pairs(&b);
	buf_clear(&b);
	logline_json(&b, a);
	CHECK(!b.full && b.p[0] == '{');
	CHECK(*json_check_value(b.p, 0) == '\0');
	check_printable(b.p, b.len, false);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	const char *v[TEXTS] = { NULL };
	struct fault f = { 0 };
	struct logline a;
	char *text, *s;
	size_t i;

	if (n < 4 || n > 4096)
		return 0;
	text = s = xcalloc(1, n + 1);
	memcpy(text, p + 4, n - 4);
	for (i = 0; i < TEXTS && s < text + n - 4; i++, s += strlen(s) + 1)
		v[i] = s;
	(void)fault_set(&f, (enum stage)(p[0] % ST__MAX),
	    (enum domain)(p[1] % FD__MAX), 200 + p[2], VD_TEMP, "%s",
	    v[0] != NULL ? v[0] : "");
	f.esc[0] = p[3] & 7;
	f.esc[1] = p[2];
	a = (struct logline){ .text = v[0], .id = v[1], .from = v[2],
	    .to = &v[3], .nto = v[4] != NULL ? 2 : v[3] != NULL,
	    .account = v[5], .why = v[6], .relay = v[7], .ip = v[8],
	    .helo = v[9], .tls = v[10], .auth = v[11], .caller = v[12],
	    .tried = v[13], .warning = v[14], .hint = v[15],
	    .result = "sent", .time = v[4], .size = p[0] - 1, .uid = p[1],
	    .rtt = p[2] - 1, .delay = p[3], .tries = p[0],
	    .fault = p[3] & 8 ? &f : NULL };
	if (v[0] != NULL)
		check_relay_id(v[0]);
	check_line(&a);
	free(text);
	return 0;
}
