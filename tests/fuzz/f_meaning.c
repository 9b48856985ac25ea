/*
 * f_meaning.c - what must hold for any well-formed message and any relay
 *
 * The input is a message, or chooses one: fields, addresses, parts.  What is
 * well-formed stays so, and means the same before and after, for relays
 * without 8BITMIME, with it, and with SMTPUTF8 too.  Only what has to stay
 * as it is may be refused, and only by a relay that cannot carry it.
 */

#include <string.h>

#include "base/util.h"
#include "mail/highbit.h"
#include "mail/message.h"
#include "mail/recode.h"

#include "fuzz.h"
#include "meaning.h"

/*
 * A message by choice
 */

struct made {
	const uint8_t	*p;
	size_t		 n;
	const char	*eol;
	unsigned	 boundaries;
	struct buf	 out;
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
add(struct made *m, const char *s)
{
	for (; *s != '\0'; s++)
		buf_adds(&m->out, *s == '\n' ? m->eol : (char[]){ *s, 0 });
}

#define PICK(m, list)	add(m, (list)[next(m, NITEMS(list))])

/* White space within a field. */
static void
make_gap(struct made *m)
{
	static const char *const gaps[] = { " ", " ", " ", "  ", "\t", "\n ",
	    "\n\t " };

	PICK(m, gaps);
}

#define LONG	"long-long-long-long-long-long-long-long-long-long-long"

static void
make_text(struct made *m)
{
	static const char *const words[] = { "word", "w\303\266rd", "\342\202"
	    "\254", "=?UTF-8?Q?J=C3=B6_?=", "=?iso-8859-1*de?b?9g==?=",
	    "=?x-any?Q?a_b?=", "(c)", "\"q\303\266\"", "a=?b", "=?", "\\",
	    "<\303\266@x>", "=?us-ascii?q?a?=", LONG, LONG "\303\266" };
	unsigned k = next(m, 8);

	for (; k > 0; k--) {
		make_gap(m);
		PICK(m, words);
	}
}

static void
make_comment(struct made *m)
{
	static const char *const words[] = { "c", "\303\266", "(in)", "\\)",
	    "=?UTF-8?Q?=C3=B6?=", "\\\\", "=?x-any?Q?b?=", "\"" };
	unsigned k = next(m, 4);

	add(m, "(");
	for (; k > 0; k--) {
		PICK(m, words);
		if (k > 1)
			make_gap(m);
	}
	add(m, ")");
}

static void
make_phrase(struct made *m)
{
	static const char *const words[] = { "Joe", "Q.", "J\303\266", "\"a, "
	    "b\"", "\"J\303\266 \\\" x\"", "=?UTF-8?Q?J=C3=B6?=", "\"\"",
	    "=?iso-8859-1?b?9g==?=", "=?x-any?Q?a_b?=", "\"=?UTF-8?Q?a?=\"",
	    "a'b", LONG, LONG "\303\266", "\"a@b.test\"", "\" s \"" };
	unsigned k = 1 + next(m, 4);

	for (; k > 0; k--) {
		if (next(m, 12) == 11)
			make_comment(m);
		else
			PICK(m, words);
		make_gap(m);
	}
}

static void
make_spec(struct made *m)
{
	static const char *const locals[] = { "joe", "joe", "a.b+c",
	    "\"j o e\"", "\"joe\"", "\"a\\\"b@c\"", "j\303\266e", "O'B" };
	static const char *const domains[] = { "x.test", "x.test", "X.Test",
	    "b\303\274cher.test", "[127.0.0.1]", "sub.x.test" };
	bool cfws = next(m, 16) == 15;

	PICK(m, locals);
	if (cfws)
		make_comment(m);
	add(m, "@");
	if (cfws)
		make_gap(m);
	PICK(m, domains);
}

static void
make_mailbox(struct made *m)
{
	const unsigned kind = next(m, 8);

	if (kind < 3)
		make_spec(m);
	else {
		make_phrase(m);
		add(m, "<");
		make_spec(m);
		add(m, ">");
	}
	if (kind == 2 || kind == 7) {
		make_gap(m);
		make_comment(m);
	}
}

static void
make_list(struct made *m, const char *name, unsigned most, bool groups)
{
	unsigned k = 1 + next(m, most), i;

	add(m, name);
	for (i = 0; i < k; i++) {
		make_gap(m);
		if (groups && next(m, 8) == 7) {
			make_phrase(m);
			add(m, ":");
			if (next(m, 2)) {
				make_mailbox(m);
				add(m, ",");
				make_mailbox(m);
			}
			add(m, ";");
		} else
			make_mailbox(m);
		add(m, i + 1 < k ? "," : "");
	}
	add(m, "\n");
}

/* Other fields, of all kinds. */
static void
make_others(struct made *m)
{
	static const char *const names[] = { "X-Any:", "Comments:",
	    "Received: from x.test", "Auto-Submitted: auto-replied" };
	unsigned k = next(m, 3), i;

	for (; k > 0; k--) {
		i = next(m, NITEMS(names));
		add(m, names[i]);
		make_gap(m);
		if (i < 2)
			make_text(m);
		else
			make_comment(m);
		add(m, "\n");
	}
	if (next(m, 4) == 3) {
		add(m, "List-Id: ");
		make_phrase(m);
		add(m, "<any.x.test>\n");
	}
	if (next(m, 16) == 15)
		add(m, "References: <a\303\266@x.test>\n");
}

static void
make_param(struct made *m, const char *name)
{
	static const char *const values[] = { "=a.txt", "=\"\303\266.txt\"",
	    "=\"a b.txt\"", "=\"=?UTF-8?Q?=C3=B6?=.txt\"", "=\"\303\266\\\""
	    ";x=y\"", "*=UTF-8''%C3%B6.txt", "*=iso-8859-1'de'%F6",
	    "*0=\"a \"; x=1", "=\"" LONG "\303\266" LONG "\"",
	    "=\"=?UTF-8?Q?=C3=B6?=\"" };
	unsigned i = next(m, NITEMS(values));

	add(m, ";");
	make_gap(m);
	add(m, name);
	add(m, values[i]);
	if (i == 7) {
		add(m, ";");
		make_gap(m);
		add(m, name);
		add(m, "*1*=%C3%B6");
	}
}

static void
make_disposition(struct made *m)
{
	if (next(m, 3) > 0)
		return;
	add(m, "Content-Disposition: attachment");
	make_param(m, "filename");
	if (next(m, 4) == 3)
		make_comment(m);
	if (next(m, 4) == 3)
		add(m, "; size=3");
	add(m, "\n");
	if (next(m, 2)) {
		add(m, "Content-Description:");
		make_text(m);
		add(m, "\n");
	}
}

/* A body that is encoded already. */
static void
make_coded(struct made *m, bool base64)
{
	static const char *const lines[] = { "a", "word", "=3D", "=\n",
	    "=C3=B6", " b", "\n", "=20\n", "=\n-", LONG };
	static const char *const groups[] = { "YWJj", "w7bD", "tj09",
	    "YWJj\n" };
	unsigned k = next(m, 24);

	for (; k > 0; k--)
		if (base64)
			PICK(m, groups);
		else
			PICK(m, lines);
	add(m, base64 ? "" : "a");
}

static void
make_body(struct made *m, bool binary)
{
	static const char *const pieces[] = { "a", " ", "\303\266", "-", ".",
	    "=", "=3D", "word word", "\n", "\n", "=\n", "\366", LONG LONG,
	    "YWJj", "--", "From " };
	unsigned k = next(m, 32), i;
	char c;

	for (; k > 0; k--) {
		i = next(m, 2 * NITEMS(pieces));
		if (binary && i >= NITEMS(pieces)) {
			c = (char)next(m, 256);
			buf_add(&m->out, &c, 1);
		} else
			add(m, pieces[i % NITEMS(pieces)]);
		if (i == 2 * NITEMS(pieces) - 4 && !binary)
			for (i = 0; i < 10; i++)
				add(m, LONG LONG);
	}
}

static void make_entity(struct made *, unsigned depth);

static void
make_multipart(struct made *m, unsigned depth)
{
	static const char *const kinds[] = { "mixed", "mixed", "alternative",
	    "digest", "signed", "related; type=\"text/html\"" };
	static const char *const codings[] = { "8bit", "8bit", "binary",
	    "7bit" };
	unsigned id = m->boundaries++, k = 1 + next(m, 3);
	char text[40];

	add(m, "Content-Type: multipart/");
	PICK(m, kinds);
	(void)snprintf(text, sizeof(text), ";\n\tboundary=\"=_b%u\"\n", id);
	add(m, text);
	add(m, "Content-Transfer-Encoding: ");
	PICK(m, codings);
	add(m, "\n\n");
	if (next(m, 4) == 3)
		add(m, "preamble \303\266\n");
	(void)snprintf(text, sizeof(text), "--=_b%u\n", id);
	for (; k > 0; k--) {
		add(m, text);
		if (next(m, 8) == 7)
			add(m, "\nno header");
		else
			make_entity(m, depth + 1);
		add(m, "\n");
	}
	text[strlen(text) - 1] = '\0';
	add(m, text);
	add(m, "--");
	if (next(m, 4) == 3)
		add(m, "\nepilogue \303\266");
}

static void
make_leaf(struct made *m)
{
	static const char *const types[] = { "text/plain; charset=utf-8",
	    "text/plain; charset=utf-8", "text/html; charset=x-any",
	    "text/plain", "text/plain; charset=utf-16", "application/x-any",
	    "message/delivery-status", "Text/Plain; Charset=\"us-ascii\"" };
	static const struct {
		const char	*name;
		enum { LINES, OCTETS, BASE64, QP } body;
	} codings[] = {
		{ "8bit", LINES }, { "8bit", LINES }, { "binary", OCTETS },
		{ "base64", BASE64 }, { "quoted-printable", QP },
		{ "7bit", LINES }, { "BASE64", BASE64 },
	};
	unsigned i;

	if (next(m, 8) > 0) {
		add(m, "Content-Type: ");
		PICK(m, types);
		if (next(m, 3) == 2)
			make_param(m, "name");
		if (next(m, 16) == 15)
			make_comment(m);
		add(m, "\n");
	}
	add(m, "Content-Transfer-Encoding: ");
	i = next(m, NITEMS(codings));
	add(m, codings[i].name);
	add(m, "\n");
	make_disposition(m);
	add(m, "\n");
	if (codings[i].body >= BASE64 && next(m, 8) > 0)
		make_coded(m, codings[i].body == BASE64);
	else
		make_body(m, codings[i].body == OCTETS);
}

static void
make_entity(struct made *m, unsigned depth)
{
	unsigned kind = next(m, 12);

	if (kind >= 9 && depth < 20)
		make_multipart(m, depth);
	else if (kind == 8 && depth < 20) {
		add(m, "Content-Type: message/rfc822\n"
		    "Content-Transfer-Encoding: 8bit\n\n"
		    "MIME-Version: 1.0\nSubject:");
		make_text(m);
		add(m, "\n");
		if (next(m, 2))
			make_list(m, "To:", 3, true);
		make_entity(m, depth + 1);
	} else
		make_leaf(m);
}

static void
make_message(struct made *m)
{
	m->eol = next(m, 2) ? "\r\n" : "\n";
	make_list(m, "From:", 1, false);
	add(m, "Date: Sun, 29 Nov 2026 15:00:00 +0000\n"
	    "Message-ID: <id@x.test>\nMIME-Version: 1.0\nSubject:");
	make_text(m);
	add(m, "\n");
	if (next(m, 4) > 0)
		make_list(m, "To:", 4, true);
	if (next(m, 4) == 3)
		make_list(m, "Cc:", 3, true);
	make_others(m);
	make_entity(m, 0);
	add(m, next(m, 4) == 3 ? "" : "\n");
}

/*
 * A delivery
 */

/* Through the door, with the repairs that need to see all of it. */
static bool
enter(struct buf *out, const char *p, size_t n, bool *eightbit)
{
	const struct message_opts o = { .user = "joe", .repair = true,
	    .hostname = "host.test", .unique = "unique", .domain = "our.test" };
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct message m;
	struct recode r;
	bool good;

	message_init(&m, &o, &e);
	good = message_feed(&m, p, n, &f) == 0 && message_end(&m, &f) == 0;
	CHECK(good || f.text[0] != '\0');
	*eightbit = m.header_8bit || m.body.eightbit;
	recode_init(&r, message_wants(&m));
	recode_look(&r, buf_text(&m.out), m.out.len);
	if (good && r.why != 0 && recode_plan(&r)) {
		recode_feed(&r, m.out.p, m.out.len);
		recode_end(&r);
		buf_add(out, r.out.p, r.out.len);
		*eightbit = r.eightbit;
	} else
		buf_add(out, buf_text(&m.out), m.out.len);
	recode_release(&r);
	message_release(&m);
	envelope_release(&e);
	return good;
}

/* Without 8BITMIME: encode what is 8-bit. */
static void
encode(struct buf *b, bool *eightbit)
{
	struct recode r;

	recode_init(&r, RECODE_8BIT);
	recode_look(&r, b->p, b->len);
	if (recode_plan(&r)) {
		recode_feed(&r, b->p, b->len);
		recode_end(&r);
		buf_clear(b);
		buf_add(b, r.out.p, r.out.len);
		*eightbit = r.eightbit;
	}
	recode_release(&r);
}

static void
must_mean(const struct meaning *before, const struct buf *wire)
{
	struct meaning after;
	bool same;

	meaning_of(&after, wire->p, wire->len);
	CHECK(!after.binary || before->foreign);
	same = after.bad == NULL && after.text.len == before->text.len &&
	    memcmp(after.text.p, before->text.p, after.text.len) == 0;
	if (!same)
		fprintf(stderr, "--- before\n%s--- after: %s\n%s--- wire\n%s",
		    before->text.p, after.bad != NULL ? after.bad :
		    "well-formed", after.text.p, wire->p);
	CHECK(same);
	buf_release(&after.text);
}

/*
 * To a relay: refused if a line cannot be sent.  Only what has to stay as it
 * is may be a reason.
 */
static void
must_go(const struct meaning *before, const struct buf *door, bool eightbit,
    bool mime, bool utf8)
{
	struct buf wire = { .max = MEANING_MAX };
	struct highbit h = { .line.max = HIGHBIT_LINE };

	buf_add(&wire, door->p, door->len);
	if (eightbit && !mime)
		encode(&wire, &eightbit);
	CHECK(eightbit == !ascii_only(wire.p, wire.len));
	highbit_feed(&h, wire.p, wire.len);
	CHECK(eightbit == (h.header || h.body) && !h.malformed);
	if (h.header && !utf8)
		CHECK(before->header_foreign && h.first[0] != '\0');
	else if (eightbit && !mime)
		CHECK(before->foreign && h.first[0] != '\0');
	else
		must_mean(before, &wire);
	highbit_release(&h);
	buf_release(&wire);
}

static void
must_hold(const char *p, size_t n)
{
	struct buf door = { .max = MEANING_MAX };
	struct meaning before;
	bool eightbit;

	meaning_of(&before, p, n);
	if (before.bad != NULL)
		;
	else if (!enter(&door, p, n, &eightbit))
		CHECK(before.is_signed);
	else {
		must_go(&before, &door, eightbit, false, false);
		must_go(&before, &door, eightbit, true, false);
		must_go(&before, &door, eightbit, true, true);
	}
	buf_release(&door);
	buf_release(&before.text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct made m = { .p = data + 1, .n = n - 1, .out.max = MEANING_MAX };

	if (n < 2)
		return 0;
	/* Text begins with a letter. */
	if (data[0] >= ' ') {
		must_hold((const char *)data, n);
		return 0;
	}
	make_message(&m);
	must_hold(m.out.p, m.out.len);
	buf_release(&m.out);
	return 0;
}
