/*
 * f_dsn.c - bounces of whatever a relay said and a message has in its header
 *
 * The first octet chooses the facts; the rest is texts that end in NUL, the
 * last of them the header of the message.  The bounce is in wire form, has
 * three parts and only these, and goes through the door unchanged.
 */

#include <string.h>

#include "base/util.h"
#include "mail/dsn.h"
#include "mail/message.h"

#include "fuzz.h"

#define BOUNDARY	"=_x.1"

static void
canonical(struct buf *out, const char *p)
{
	bool empty = true;

	/* Of a header the last line is empty, and no other. */
	for (; *p != '\0'; p++) {
		if (*p == '\r' || (*p == '\n' && empty))
			continue;
		empty = *p == '\n';
		buf_add(out, empty ? "\r\n" : p, empty ? 2 : 1);
	}
	buf_adds(out, empty ? "\r\n" : "\r\n\r\n");
}

static void
check_wire(const struct buf *b)
{
	const char *p = b->p;
	size_t i;

	CHECK(!b->full && b->len > 2 && p[b->len - 1] == '\n');
	for (i = 0; i < b->len; i++) {
		CHECK(p[i] != '\0');
		CHECK(p[i] != '\r' || p[i + 1] == '\n');
		CHECK(p[i] != '\n' || (i > 0 && p[i - 1] == '\r'));
	}
}

static size_t
count(const struct buf *b, const char *words)
{
	const char *p = b->p, *end = p + b->len;
	size_t n = 0;

	while ((p = memmem(p, (size_t)(end - p), words, strlen(words)))) {
		p++;
		n++;
	}
	return n;
}

static void
check_door(const struct buf *b)
{
	struct message_opts o = { .user = "joe", .hostname = "h.test",
	    .unique = "u", .sender = "" };
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct message m;

	message_init(&m, &o, &e);
	CHECK(message_feed(&m, b->p, b->len, &f) == 0);
	CHECK(message_end(&m, &f) == 0);
	CHECK(m.out.len == b->len && memcmp(m.out.p, b->p, b->len) == 0);
	message_release(&m);
	envelope_release(&e);
}

static void
check_bounce(const struct dsn *d)
{
	struct buf b = { .max = 1 << 22 };
	bool eightbit = dsn_head(&b, d);

	if (dsn_whole(d)) {
		buf_add(&b, d->head, d->head_len);
		buf_adds(&b, "body\r\n");
	}
	dsn_tail(&b, d);
	check_wire(&b);
	if (!dsn_whole(d) || ascii_only(d->head, d->head_len))
		CHECK(eightbit == !ascii_only(b.p, b.len));
	CHECK(count(&b, "\r\n--" BOUNDARY "\r\n") == 3);
	CHECK(count(&b, "\r\n--" BOUNDARY "--\r\n") == 1);
	CHECK(count(&b, "\r\nFinal-Recipient: ") >= d->nrcpt);
	check_door(&b);
	buf_release(&b);
}

static const char *
next(const char **p, const char *end)
{
	const char *was = *p;

	if (was >= end)
		return "";
	*p += strlen(was) + 1;
	return was;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf head = { .max = 1 << 20 };
	struct fault f = { 0 };
	struct dsn_rcpt r[2];
	struct dsn d;
	const char *p, *end;
	char *text, *hint;

	if (n < 2 || n > 4096)
		return 0;
	p = text = xcalloc(1, n);
	memcpy(text, data + 1, n - 1);
	end = text + n - 1;
	fault_what(&f, "%s", next(&p, end));
	fault_command(&f, "%s", next(&p, end));
	(void)fault_set(&f, ST_RCPT, data[0] & 1 ? FD_SMTP : FD_NONE, 550,
	    data[0] & 2 ? VD_PERM : VD_TEMP, "%s", next(&p, end));
	f.esc[0] = data[0] & 4 ? 5 : 0;
	/* A hint is printable: take it from a fault. */
	hint = xstrdup(data[0] & 8 ? f.what : "set x");
	canonical(&head, next(&p, end));
	r[0] = (struct dsn_rcpt){ "b@x.test", NULL, &f, hint };
	r[1] = (struct dsn_rcpt){ "\"c d\"@x.test", "rfc822;c+20d@x.test", &f,
	    NULL };
	d = (struct dsn){ .to = "a@x.test", .host = "h.test",
	    .message_id = "u@h.test", .boundary = BOUNDARY, .now = 1795255262,
	    .arrival = 1795250000, .tries = data[0], .rcpt = r,
	    .nrcpt = 1 + (data[0] >> 4 & 1), .from = "a@x.test",
	    .envid = data[0] & 32 ? "id+207" : NULL,
	    .ret = data[0] & 64 ? RET_HDRS : RET_FULL,
	    .size = head.len + 6, .eightbit = !ascii_only(head.p, head.len),
	    .head = head.p, .head_len = head.len };
	if (memmem(head.p, head.len, BOUNDARY, strlen(BOUNDARY)) == NULL &&
	    strstr(text, BOUNDARY) == NULL)
		check_bounce(&d);
	buf_release(&head);
	free(hint);
	free(text);
	return 0;
}
