/*
 * f_message.c - what the door must hold for any input
 *
 * The wire form has no bare CR or LF, no NUL, and ends in CRLF; it carries
 * no Bcc; the envelope's addresses pass the check; the facts are right; and
 * how the input was cut into pieces makes no difference.  The first two
 * octets choose the wishes and the pieces.
 */

#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "mail/header.h"
#include "mail/message.h"

#include "fuzz.h"

struct run {
	struct message	 m;
	struct envelope	 e;
	struct fault	 f;
	struct buf	 out;
	int		 ret;
};

static void
run(struct run *r, const struct message_opts *o, const char *p, size_t n,
    size_t step)
{
	size_t k;

	*r = (struct run){ .out.max = 1 << 26 };
	message_init(&r->m, o, &r->e);
	for (; n > 0 && r->ret == 0 && !r->m.ended; p += k, n -= k) {
		k = n < step ? n : step;
		r->ret = message_feed(&r->m, p, k, &r->f);
		buf_add(&r->out, buf_text(&r->m.out), r->m.out.len);
		buf_clear(&r->m.out);
	}
	if (r->ret == 0)
		r->ret = message_end(&r->m, &r->f);
	buf_add(&r->out, buf_text(&r->m.out), r->m.out.len);
}

static void
release(struct run *r)
{
	message_release(&r->m);
	envelope_release(&r->e);
	buf_release(&r->out);
}

static void
must_be_canonical(const struct run *r)
{
	const char *p = r->out.p;
	size_t i, n = r->out.len, line = 0, longest = 0;

	CHECK(n >= 2 && p[n - 2] == '\r' && p[n - 1] == '\n');
	for (i = 0; i < n; i++) {
		CHECK(p[i] != '\0');
		CHECK(p[i] != '\n' || (i > 0 && p[i - 1] == '\r'));
		CHECK(p[i] != '\r' || (i + 1 < n && p[i + 1] == '\n'));
		line++;
		if (p[i] != '\n')
			continue;
		if (line - 2 > longest)
			longest = line - 2;
		line = 0;
	}
	CHECK(r->m.size == n && r->m.longest_line == longest);
	CHECK((r->m.header_8bit || r->m.body.eightbit) == !ascii_only(p, n));
}

static void
must_have_header(const struct run *r)
{
	struct field fld;
	const char *p = r->out.p;
	size_t n = r->out.len, at = 0;
	bool date = false, from = false, id = false;

	while (header_next(p, n, &at, &fld)) {
		CHECK(!header_is(&fld, "Bcc") && !header_is(&fld, "Resent-Bcc"));
		date |= header_is(&fld, "Date") ||
		    header_is(&fld, "Resent-Date");
		from |= header_is(&fld, "From") ||
		    header_is(&fld, "Resent-From");
		id |= header_is(&fld, "Message-ID") ||
		    header_is(&fld, "Resent-Message-ID");
	}
	CHECK(r->m.fixed || (date && from && id));
	CHECK(at + 2 <= n && memcmp(p + at, "\r\n", 2) == 0);
}

static void
must_agree(const struct run *a, const struct run *b)
{
	size_t i;

	CHECK(a->ret == b->ret && a->e.nrcpt == b->e.nrcpt);
	for (i = 0; i < a->e.nrcpt; i++)
		CHECK(strcmp(a->e.rcpt[i].addr, b->e.rcpt[i].addr) == 0);
	if (a->ret == -1) {
		CHECK(strcmp(a->f.text, b->f.text) == 0);
		return;
	}
	CHECK(a->m.ended == b->m.ended);
	CHECK(a->m.nul_seen == b->m.nul_seen);
	CHECK(a->out.len == b->out.len &&
	    memcmp(a->out.p, b->out.p, a->out.len) == 0);
}

/*
 * A message in wire form, header complete, travels byte for byte.  Octets of
 * no charset became question marks, and what is readable now may need another
 * repair, but only one.
 */
static void
must_be_stable(const struct run *r, struct message_opts *o, bool clean)
{
	struct run again, last;

	o->dot_ends = o->extract = false;
	run(&again, o, r->out.p, r->out.len, 64);
	CHECK(again.ret == 0);
	run(&last, o, again.out.p, again.out.len, 64);
	must_agree(&(struct run){ .out = clean ? r->out : again.out }, &last);
	release(&again);
	release(&last);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct message_opts o = { .user = "joe", .hostname = "host.test",
	    .unique = "unique" };
	struct run whole, pieces;
	size_t i;

	if (n < 2)
		return 0;
	o.extract = data[0] & 1;
	o.dot_ends = data[0] & 2;
	o.domain = data[0] & 4 ? NULL : "our.test";
	o.sender = data[0] & 8 ? "" : data[0] & 16 ? "ann@x.test" : NULL;
	o.repair = data[0] & 64;
	o.full_name = data[0] & 32 ? "Joe Q. Public" : NULL;
	run(&whole, &o, (const char *)data + 2, n - 2, n);
	run(&pieces, &o, (const char *)data + 2, n - 2, 1 + data[1] % 7);
	must_agree(&whole, &pieces);
	if (whole.ret == 0) {
		must_be_canonical(&whole);
		must_have_header(&whole);
		for (i = 0; i < whole.e.nrcpt; i++)
			CHECK(addr_check(whole.e.rcpt[i].addr, &whole.f) == 0);
		CHECK(*whole.e.from == '\0' ||
		    addr_check(whole.e.from, &whole.f) == 0);
		must_be_stable(&whole, &o,
		    utf8_valid((const char *)data + 2, n - 2) &&
		    memchr(data + 2, 0, n - 2) == NULL);
	} else
		CHECK(whole.f.text[0] != '\0');
	release(&whole);
	release(&pieces);
	return 0;
}
