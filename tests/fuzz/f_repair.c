/*
 * f_repair.c - what must hold for any message that is mended
 *
 * The wire form stays canonical; its header can be read, and mending twice
 * changes nothing; how the octets were cut into pieces makes no difference;
 * the body of a message of one part decodes to the octets it was.  The
 * first three octets choose the wishes, the pieces and the reasons.
 */

#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "mail/longline.h"
#include "mail/recode.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/message.h"

#include "fuzz.h"

/* Through the door: false if it was refused. */
static bool
enter(struct buf *out, const struct message_opts *o, const char *p, size_t n,
    unsigned *wants)
{
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct message m;
	bool good;

	message_init(&m, o, &e);
	good = message_feed(&m, p, n, &f) == 0 && message_end(&m, &f) == 0;
	buf_clear(out);
	buf_add(out, buf_text(&m.out), m.out.len);
	*wants = good ? message_wants(&m) : 0;
	message_release(&m);
	envelope_release(&e);
	return good;
}

static void
must_be_canonical(const struct buf *b)
{
	const char *p = b->p;
	size_t i, n = b->len;

	CHECK(n >= 2 && p[n - 2] == '\r' && p[n - 1] == '\n');
	for (i = 0; i < n; i++) {
		CHECK(p[i] != '\0');
		CHECK(p[i] != '\n' || (i > 0 && p[i - 1] == '\r'));
		CHECK(p[i] != '\r' || (i + 1 < n && p[i + 1] == '\n'));
	}
}

/* The header ends in the first empty line; its length with that. */
static size_t
must_have_header(const struct buf *b, bool whole)
{
	struct field fld;
	size_t at = 0, from = 0;

	while (header_next(b->p, b->len, &at, &fld)) {
		from += header_is(&fld, "From");
		if (header_known(&fld)->id == HEADER_SUBJECT && !whole)
			CHECK(ascii_only(fld.line, fld.len) &&
			    fold_longest(fld.line, fld.len) <= LONGLINE_MAX);
	}
	CHECK(whole || from <= 1);
	CHECK(at + 2 <= b->len && memcmp(b->p + at, "\r\n", 2) == 0);
	return at + 2;
}

static bool
encode(struct buf *out, const struct buf *in, unsigned why, size_t step)
{
	struct recode e;
	size_t i, k;
	bool any;

	buf_clear(out);
	recode_init(&e, why);
	for (i = 0; i < in->len; i += k) {
		k = in->len - i < step ? in->len - i : step;
		recode_look(&e, in->p + i, k);
	}
	CHECK(e.out.len == 0);
	any = recode_plan(&e);
	for (i = 0; any && i < in->len; i += k) {
		k = in->len - i < step ? in->len - i : step;
		recode_feed(&e, in->p + i, k);
		buf_add(out, buf_text(&e.out), e.out.len);
		buf_clear(&e.out);
	}
	if (any) {
		recode_end(&e);
		buf_add(out, buf_text(&e.out), e.out.len);
		CHECK(e.eightbit == !ascii_only(out->p, out->len));
	}
	recode_release(&e);
	return any;
}

static int
hex(char c)
{
	CHECK((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'));
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void
decode_qp(struct buf *out, const char *p, size_t n)
{
	size_t i, line = 0;
	char c;

	for (i = 0; i < n; i++) {
		CHECK(p[i] == '\r' || p[i] == '\n' || ++line <= 76);
		if (p[i] == '\n')
			line = 0;
		if (p[i] != '=') {
			buf_add(out, p + i, 1);
			continue;
		}
		CHECK(i + 2 < n);
		if (p[i + 1] != '\r') {
			c = (char)(hex(p[i + 1]) << 4 | hex(p[i + 2]));
			buf_add(out, &c, 1);
			line += 2;
		} else
			line = 0;
		i += 2;
	}
}

static void
decode_base64(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n, *nl;

	for (; p < end; p = nl + 2) {
		CHECK((nl = memchr(p, '\r', (size_t)(end - p))) != NULL);
		CHECK(nl - p <= 76);
		CHECK(base64_decode(out, p, (size_t)(nl - p)));
	}
}

/* A message of one part: what it says it is gives what it was. */
static void
must_decode(const struct buf *out, size_t head, const struct buf *in,
    size_t old)
{
	struct buf body = { .max = SIZE_MAX / 4 };
	struct buf coding = { .max = 64 };
	struct field fld;

	if (header_find(out->p, head, "Content-Type", &fld) &&
	    memmem(fld.value, fld.value_len, "/", 1) != NULL &&
	    strncasecmp(fld.value, " text", 5) != 0 &&
	    strncasecmp(fld.value, " app", 4) != 0)
		return;
	CHECK(header_find(out->p, head, "Content-Transfer-Encoding", &fld));
	header_unfold(&coding, &fld);
	if (strcmp(buf_text(&coding), "base64") == 0)
		decode_base64(&body, out->p + head, out->len - head);
	else if (strcmp(buf_text(&coding), "quoted-printable") == 0)
		decode_qp(&body, out->p + head, out->len - head);
	else
		buf_add(&body, out->p + head, out->len - head);
	CHECK(body.len == in->len - old);
	CHECK(body.len == 0 || memcmp(body.p, in->p + old, body.len) == 0);
	buf_release(&body);
	buf_release(&coding);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct frompolicy policy = { .from = "us@relay.test", .name = "Us",
	    .domains = "x.test" };
	struct message_opts o = { .user = "joe", .hostname = "host.test",
	    .unique = "unique", .domain = "our.test", .repair = true };
	struct buf door = { .max = SIZE_MAX / 4 }, again = door;
	struct buf out = door, pieces = door;
	unsigned why, wants;
	size_t head, step;
	bool whole;

	if (n < 3)
		return 0;
	o.sender = data[0] & 1 ? "" : NULL;
	o.domain = data[0] & 2 ? NULL : "our.test";
	policy.mode = (enum frompolicy_mode)(data[0] >> 2) % 3;
	o.policy = data[0] & 0x80 ? &policy : NULL;
	step = 1 + data[1] % 7;
	why = data[2] % 8;
	if (!enter(&door, &o, (const char *)data + 3, n - 3, &wants))
		goto out;
	must_be_canonical(&door);
	whole = header_find(door.p, door.len, "DKIM-Signature",
	    &(struct field){ 0 });
	head = must_have_header(&door, whole);
	CHECK(enter(&again, &o, door.p, door.len, &wants));
	CHECK(again.len == door.len &&
	    memcmp(again.p, door.p, door.len) == 0);
	if (!encode(&out, &door, why, door.len)) {
		CHECK(!encode(&pieces, &door, why, step));
		goto out;
	}
	CHECK(!whole);
	CHECK(encode(&pieces, &door, why, step));
	CHECK(out.len == pieces.len && memcmp(out.p, pieces.p, out.len) == 0);
	must_be_canonical(&out);
	must_decode(&out, must_have_header(&out, false), &door, head);
	CHECK(!encode(&pieces, &out, why, step));
	CHECK(enter(&again, &o, out.p, out.len, &wants));
	CHECK(again.len == out.len && memcmp(again.p, out.p, out.len) == 0);
out:
	buf_release(&door);
	buf_release(&again);
	buf_release(&out);
	buf_release(&pieces);
	return 0;
}
