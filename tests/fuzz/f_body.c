/*
 * f_body.c - what must hold for any well-formed message
 *
 * The input chooses a message: nested parts in every encoding, included
 * messages, line ends.  What its parts decode to is the same before and
 * after, for a relay with 8BITMIME and for one without; the latter gets 7
 * bits only.  What was done once is not done again, and how the octets were
 * cut makes no difference.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/util.h"
#include "mail/message.h"
#include "mail/recode.h"

#include "fuzz.h"
#define LEAVES		64

struct leaf {
	bool		 text;		/* line ends are CRLF */
	struct buf	 octets;
};

struct made {
	const uint8_t	*p;
	size_t		 n;
	const char	*eol;
	unsigned	 boundaries;
	struct buf	 out;
	struct leaf	 leaf[LEAVES];
	size_t		 nleaves;
	bool		 bad;		/* not a message to look at */
};

static unsigned
next(struct made *m, unsigned most)
{
	if (m->n == 0)
		return 0;
	m->n--;
	return *m->p++ % most;
}

static void
line(struct made *m, const char *s)
{
	buf_adds(&m->out, s);
	buf_adds(&m->out, m->eol);
}

static struct leaf *
leaf(struct made *m, bool text)
{
	struct leaf *l;

	if (m->nleaves == LEAVES) {
		m->bad = true;
		return &m->leaf[0];
	}
	l = &m->leaf[m->nleaves++];
	l->text = text;
	l->octets.max = 1 << 24;
	return l;
}

static void
no_delimiter(struct made *m, const struct leaf *l)
{
	if (memmem(buf_text(&l->octets), l->octets.len, "--=_b", 5) != NULL)
		m->bad = true;
}

/* Lines of text: ASCII, 8-bit and long ones. */
static void
make_text(struct made *m, struct leaf *l, bool raw)
{
	static const char *const words[] = { "a", " ", "\303\266", "-", "--",
	    ".", "=", "From ", "\342\202\254", "word word", "\n", "\n",
	    "=_b0", "\366", "\t", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	unsigned k = next(m, 64), i, j, w;

	for (i = 0; i < k; i++) {
		w = next(m, NITEMS(words) * 8);
		for (j = w / NITEMS(words) == 7 ? 30 : 1; j > 0; j--) {
			const char *s = words[w % NITEMS(words)];

			if (*s == '\n')
				j = 1;
			buf_adds(&l->octets, *s == '\n' ? "\r\n" : s);
			if (raw)
				buf_adds(&m->out, *s == '\n' ? m->eol : s);
		}
	}
	no_delimiter(m, l);
}

static void
make_octets(struct made *m, struct leaf *l)
{
	unsigned k = next(m, 256);
	char c;

	for (; k > 0 && m->n > 0; k--) {
		c = (char)next(m, 256);
		buf_add(&l->octets, &c, 1);
	}
	no_delimiter(m, l);
}

static void
make_base64(struct made *m, struct leaf *l)
{
	struct buf b = { .max = 1 << 24 };
	size_t width = 4 + 4 * next(m, 32), i;

	make_octets(m, l);
	base64_encode(&b, buf_text(&l->octets), l->octets.len);
	for (i = 0; i < b.len; i += width) {
		buf_add(&m->out, b.p + i, b.len - i < width ? b.len - i :
		    width);
		if (i + width < b.len)
			buf_adds(&m->out, m->eol);
	}
	buf_release(&b);
}

/* Raw octets in it are those of a program that does it wrong. */
static void
make_qp(struct made *m, struct leaf *l)
{
	const bool raw = next(m, 2), soft = next(m, 2);
	size_t i, col = 0;

	make_text(m, l, false);
	for (i = 0; i < l->octets.len; i++) {
		char c = l->octets.p[i], after = i + 1 < l->octets.len ?
		    l->octets.p[i + 1] : '\r';

		if (c == '\r')
			continue;
		if (c == '\n') {
			buf_adds(&m->out, m->eol);
			col = 0;
			continue;
		}
		if (soft && ++col == 60) {
			buf_adds(&m->out, "=");
			buf_adds(&m->out, m->eol);
			col = 0;
		}
		if (c == '=' || c == '-' || after == '\r' ||
		    (!raw && (unsigned char)c >= 0x80))
			buf_addf(&m->out, "=%02X", (unsigned char)c);
		else
			buf_add(&m->out, &c, 1);
	}
}

static void make_entity(struct made *, unsigned depth);

static void
make_multipart(struct made *m, unsigned depth)
{
	char text[80];
	unsigned id = m->boundaries++, k = 1 + next(m, 3);

	(void)snprintf(text, sizeof(text), "Content-Type: multipart/%s; "
	    "boundary=\"=_b%u\"", next(m, 4) == 0 ? "alternative" : "mixed",
	    id);
	line(m, text);
	if (next(m, 3) == 0)
		line(m, "Content-Transfer-Encoding: binary");
	line(m, "");
	if (next(m, 3) == 0)
		line(m, "preamble \303\266");
	for (; k > 0; k--) {
		(void)snprintf(text, sizeof(text), "--=_b%u", id);
		line(m, text);
		make_entity(m, depth + 1);
		buf_adds(&m->out, m->eol);
	}
	(void)snprintf(text, sizeof(text), "--=_b%u--", id);
	buf_adds(&m->out, text);
}

static void
make_leaf(struct made *m, unsigned kind)
{
	static const struct {
		const char	*type;
		const char	*coding;	/* NULL: none */
		bool		 text;
	} kinds[] = {
		{ "text/plain; charset=x-any", "8bit", true },
		{ "text/plain", NULL, true },
		{ "text/html; charset=us-ascii", "7-bit", true },
		{ "application/x-any", "8bit", true },
		{ "application/x-any", "binary", false },
		{ "text/plain; charset=UTF-16", "8bit", false },
		{ "application/x-any", "base64", false },
		{ "text/plain; charset=utf-8", "quoted-printable", true },
	};
	struct leaf *l = leaf(m, kinds[kind].text);
	char text[80];

	(void)snprintf(text, sizeof(text), "Content-Type: %s",
	    kinds[kind].type);
	line(m, text);
	if (kinds[kind].coding != NULL) {
		(void)snprintf(text, sizeof(text),
		    "Content-Transfer-Encoding: %s", kinds[kind].coding);
		line(m, text);
	}
	if (next(m, 4) == 0)
		line(m, "Content-Disposition: x; filename=\"\303\266.txt\"");
	line(m, "");
	if (kind < 4)
		make_text(m, l, true);
	else if (kind < 6) {
		make_octets(m, l);
		buf_add(&m->out, buf_text(&l->octets), l->octets.len);
	} else if (kind == 6)
		make_base64(m, l);
	else
		make_qp(m, l);
}

static void
make_entity(struct made *m, unsigned depth)
{
	unsigned kind = next(m, 12);

	if (kind >= 10 && depth < 6)
		make_multipart(m, depth);
	else if (kind == 9 && depth < 6 && depth > 0) {
		line(m, "Content-Type: message/rfc822");
		if (next(m, 2))
			line(m, "Content-Transfer-Encoding: binary");
		line(m, "");
		line(m, next(m, 2) ? "Subject: included" :
		    "Subject: incl\303\266ded");
		make_entity(m, depth + 1);
	} else
		make_leaf(m, kind % 8);
}

/*
 * Reading: another reader than that of the program, of canonical lines
 */

static bool
field_has(const char *head, size_t n, const char *name, char *value,
    size_t size)
{
	const char *p = head, *end = head + n, *nl;
	size_t k = strlen(name), i = 0;

	for (; p < end; p = nl + 2) {
		nl = memmem(p, (size_t)(end - p), "\r\n", 2);
		CHECK(nl != NULL);
		if ((size_t)(nl - p) <= k || strncasecmp(p, name, k) != 0 ||
		    p[k] != ':')
			continue;
		for (p += k + 1; p < end && i + 1 < size; p++) {
			if (p[0] == '\r' && p[2] != ' ' && p[2] != '\t')
				break;
			if (*p != '\r' && *p != '\n')
				value[i++] = *p;
		}
		value[i] = '\0';
		return true;
	}
	value[0] = '\0';
	return false;
}

static void
read_qp(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n;
	char hex[3] = { 0 }, c;
	size_t col = 0;

	for (; p < end; p++) {
		CHECK((unsigned char)*p < 0x80);
		CHECK(*p == '\r' || *p == '\n' || ++col <= 76);
		if (*p == '\n')
			col = 0;
		if (*p != '=') {
			buf_add(out, p, 1);
			continue;
		}
		CHECK(p + 1 < end);
		if (p[1] == '\r') {
			p += 2;
			col = 0;
			continue;
		}
		CHECK(p + 2 < end);
		hex[0] = p[1];
		hex[1] = p[2];
		c = (char)strtol(hex, NULL, 16);
		buf_add(out, &c, 1);
		p += 2;
		col += 2;
	}
}

static void
read_base64(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n, *nl;

	while (p < end) {
		nl = memmem(p, (size_t)(end - p), "\r\n", 2);
		if (nl == NULL)
			nl = end;
		CHECK(nl - p <= 76);
		p = nl < end ? nl + 2 : end;
	}
	CHECK(base64_decode(out, end - n, n));
}

static void
must_be_leaf(const struct made *m, size_t *at, const char *coding,
    const char *p, size_t n)
{
	const struct leaf *l = &m->leaf[*at];
	struct buf got = { .max = 1 << 24 };
	size_t want;

	CHECK(*at < m->nleaves);
	++*at;
	if (strcasestr(coding, "base64") != NULL)
		read_base64(&got, p, n);
	else if (strcasestr(coding, "quoted") != NULL)
		read_qp(&got, p, n);
	else {
		CHECK(l->text);
		buf_add(&got, p, n);
	}
	want = l->octets.len;
	/* A text may get its last line end. */
	while (l->text && got.len >= want + 2 &&
	    memcmp(got.p + got.len - 2, "\r\n", 2) == 0)
		got.len -= 2;
	while (l->text && want >= got.len + 2 &&
	    memcmp(l->octets.p + want - 2, "\r\n", 2) == 0)
		want -= 2;
	CHECK(got.len == want);
	CHECK(want == 0 || memcmp(got.p, l->octets.p, want) == 0);
	buf_release(&got);
}

static void must_be_entity(const struct made *, size_t *at, const char *,
    size_t);

static void
must_be_parts(const struct made *m, size_t *at, const char *boundary,
    const char *p, size_t n)
{
	const char *end = p + n, *nl, *start = NULL;
	size_t k = strlen(boundary);
	bool last = false;

	for (; p < end && !last; p = nl + 2) {
		nl = memmem(p, (size_t)(end - p), "\r\n", 2);
		if (nl == NULL)
			nl = end;
		if ((size_t)(nl - p) < k || memcmp(p, boundary, k) != 0 ||
		    ((size_t)(nl - p) > k && memcmp(p + k, "--", 2) != 0))
			continue;
		if (start != NULL)
			must_be_entity(m, at, start, p - 2 > start ?
			    (size_t)(p - 2 - start) : 0);
		start = nl + 2;
		last = (size_t)(nl - p) > k;
	}
	CHECK(last);
}

static void
must_be_entity(const struct made *m, size_t *at, const char *p, size_t n)
{
	char type[256], coding[64], boundary[64];
	const char *body = memmem(p, n, "\r\n\r\n", 4), *q;
	size_t head;

	/* An empty body has lost the line end before the delimiter. */
	if (body == NULL) {
		body = p + n;
		head = n;
		CHECK(n >= 2 && memcmp(body - 2, "\r\n", 2) == 0);
	} else {
		head = (size_t)(body + 2 - p);
		body += 4;
	}
	n -= (size_t)(body - p);
	(void)field_has(p, head, "Content-Type", type, sizeof(type));
	(void)field_has(p, head, "Content-Transfer-Encoding", coding,
	    sizeof(coding));
	CHECK(strcasestr(coding, "binary") == NULL);
	if (strcasestr(type, "message/rfc822") != NULL) {
		must_be_entity(m, at, body, n);
	} else if ((q = strstr(type, "boundary=\"")) != NULL) {
		(void)snprintf(boundary, sizeof(boundary), "--%.*s",
		    (int)strcspn(q + 10, "\""), q + 10);
		must_be_parts(m, at, boundary, body, n);
	} else {
		must_be_leaf(m, at, coding, body, n);
	}
}

static void
must_mean(const struct made *m, const struct buf *wire)
{
	size_t at = 0;

	must_be_entity(m, &at, wire->p, wire->len);
	CHECK(at == m->nleaves);
}

/* Through the door. */
static unsigned
enter(struct buf *out, const char *p, size_t n, size_t step)
{
	const struct message_opts o = { .user = "joe", .repair = true,
	    .hostname = "host.test", .unique = "unique", .domain = "our.test" };
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct message m;
	unsigned wants;
	size_t k;

	buf_clear(out);
	message_init(&m, &o, &e);
	for (; n > 0; p += k, n -= k) {
		k = n < step ? n : step;
		CHECK(message_feed(&m, p, k, &f) == 0);
		buf_add(out, buf_text(&m.out), m.out.len);
		buf_clear(&m.out);
	}
	CHECK(message_end(&m, &f) == 0);
	buf_add(out, buf_text(&m.out), m.out.len);
	wants = message_wants(&m);
	message_release(&m);
	envelope_release(&e);
	return wants;
}

static bool
encode(struct buf *b, unsigned why)
{
	struct recode e;
	bool any;

	recode_init(&e, why);
	recode_look(&e, b->p, b->len);
	if ((any = recode_plan(&e))) {
		recode_feed(&e, b->p, b->len);
		recode_end(&e);
		buf_clear(b);
		buf_add(b, e.out.p, e.out.len);
	}
	recode_release(&e);
	return any;
}

static void
must_hold(struct made *m, size_t step)
{
	struct buf wire = { .max = 1 << 26 }, again = wire;
	unsigned wants = enter(&wire, m->out.p, m->out.len, m->out.len);

	(void)enter(&again, m->out.p, m->out.len, step);
	CHECK(wire.len == again.len && !memcmp(wire.p, again.p, wire.len));
	must_mean(m, &wire);
	if (wants != 0) {
		(void)encode(&wire, wants);
		must_mean(m, &wire);
	}
	CHECK(enter(&again, wire.p, wire.len, step) == 0);
	CHECK(wire.len == again.len && !memcmp(wire.p, again.p, wire.len));
	(void)encode(&wire, RECODE_8BIT);
	must_mean(m, &wire);
	CHECK(ascii_only(wire.p, wire.len));
	CHECK(!encode(&wire, RECODE_8BIT | RECODE_LONG | RECODE_LABEL));
	CHECK(enter(&again, wire.p, wire.len, step) == 0);
	CHECK(wire.len == again.len && !memcmp(wire.p, again.p, wire.len));
	buf_release(&wire);
	buf_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct made m = { .p = data, .n = n, .out.max = 1 << 24 };
	size_t i, step;

	if (n < 2)
		return 0;
	m.eol = next(&m, 2) ? "\r\n" : "\n";
	step = 1 + next(&m, 9);
	line(&m, "From: a@x.test");
	line(&m, "Subject: s\303\266");
	line(&m, "MIME-Version: 1.0");
	make_entity(&m, 0);
	if (!m.bad)
		must_hold(&m, step);
	for (i = 0; i < m.nleaves; i++)
		buf_release(&m.leaf[i].octets);
	buf_release(&m.out);
	return 0;
}
