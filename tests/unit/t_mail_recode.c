/*
 * t_mail_recode.c - bodies that a relay would not take as they are
 *
 * The rows have LF line ends for short; "@" is 1,000 times "a".  Every row
 * is fed whole, octet by octet, and in pieces of 7; what was encoded needs
 * nothing more.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/recode.h"
#include "tap.h"

#define OE	"\303\266"
#define V	"MIME-Version: 1.0\n"
#define T8	"Content-Type: text/plain; charset=utf-8\n"
#define T7	"Content-Type: text/plain; charset=us-ascii\n"
#define C(s)	"Content-Transfer-Encoding: " s "\n"
#define QP	C("quoted-printable")
#define MIXED	"Content-Type: multipart/mixed; boundary=b\n"
#define PLAIN	"Content-Type: text/plain\n"
#define BYTES	"Content-Type: application/octet-stream\n"
#define UMLAUT	"umlauts " OE " here\n"
#define UMLAUTQ	"umlauts =C3=B6 here\n"
#define UMLAUTB	"dW1sYXV0cyDDtiBoZXJl"

#define LABEL	RECODE_LABEL
#define LONG	RECODE_LONG
#define EIGHT	RECODE_8BIT

static const struct {
	const char	*title;
	unsigned	 why;
	const char	*in;
	const char	*out;		/* NULL: there is nothing to do */
} rows[] = {
	{ "nothing", LABEL | LONG | EIGHT, "S: x\n\nbody\n", NULL },
	{ "no body", LABEL | LONG | EIGHT, "S: x\n\n", NULL },
	{ "no header", LABEL | LONG | EIGHT, "\nbody\n", NULL },

	/* Labels. */
	{ "UTF-8", LABEL, "S: x\n\n" OE "\n",
	    "S: x\n" V T8 C("8bit") "\n" OE "\n" },
	{ "not UTF-8", LABEL, "S: x\n\n\366\n", "S: x\n" V
	    "Content-Type: text/plain; charset=iso-8859-1\n" C("8bit")
	    "\n\366\n" },
	{ "UTF-8 cut off", LABEL, "S: x\n\nx\303\n", "S: x\n" V
	    "Content-Type: text/plain; charset=iso-8859-1\n" C("8bit")
	    "\nx\303\n" },
	{ "no header at all", LABEL, "\n" OE "\n", V T8 C("8bit") "\n" OE
	    "\n" },
	{ "8-bit, but no label wanted", LONG, "S: x\n\n" OE "\n", NULL },
	{ "charset is missing", LABEL, V PLAIN C("8bit") "\n" OE "\n",
	    V "Content-Type: text/plain;\n charset=utf-8\n" C("8bit")
	    "\n" OE "\n" },
	{ "charset is missing, semicolon", LABEL,
	    V "Content-Type: text/plain; \n" C("8bit") "\n" OE "\n",
	    V "Content-Type: text/plain;\n charset=utf-8\n" C("8bit")
	    "\n" OE "\n" },
	{ "coding is missing", LABEL, V T8 "\n" OE "\n",
	    V T8 C("8bit") "\n" OE "\n" },
	{ "coding is wrong", LABEL, V T8 C("7bit") "\n" OE "\n",
	    V T8 C("8bit") "\n" OE "\n" },
	{ "version is missing", LABEL, T8 C("8bit") "\n" OE "\n",
	    T8 V C("8bit") "\n" OE "\n" },
	{ "empty type", LABEL, V "Content-Type:\n" C("8bit") "\n" OE "\n",
	    V "Content-Type: text/plain; charset=utf-8\n" C("8bit") "\n" OE
	    "\n" },
	{ "other than text", LABEL, BYTES "\n\377\n",
	    BYTES V C("8bit") "\n\377\n" },
	{ "html", LABEL, "Content-Type: text/html\n\n" OE "\n",
	    "Content-Type: text/html;\n charset=utf-8\n" V C("8bit") "\n" OE
	    "\n" },
	{ "html in what", LABEL, "Content-Type: text/html\n\n\377\n",
	    "Content-Type: text/html\n" V C("8bit") "\n\377\n" },
	{ "labelled", LABEL, V T8 C("8bit") "\n" OE "\n", NULL },

	/* Long lines. */
	{ "long line", LONG, "S: x\n\n@\nb \n", "S: x\n" V T7 QP
	    "\n#\nb=20\n" },
	{ "long line, no trigger", LABEL | EIGHT, "S: x\n\n@\n", NULL },
	{ "long line, 8-bit", LONG, "S: x\n\n@\n" OE "\n",
	    "S: x\n" V T8 QP "\n#\n=C3=B6\n" },
	{ "long line, type", LONG, "Content-Type: text/html; charset=x\n\n@\n",
	    "Content-Type: text/html; charset=x\n" V QP "\n#\n" },
	{ "long line, not text", LONG, V BYTES C("8bit") "\n@\n",
	    V BYTES C("base64") "\n%0K\n" },
	{ "long line, encoded", LONG, V T8 C("base64") "\n@\n", NULL },
	{ "long line, signed", LONG | EIGHT | LABEL,
	    "DKIM-Signature: x\n\n@\n" OE "\n", NULL },

	/* 8-bit. */
	{ "8-bit", EIGHT, "S: x\n" V T8 C("8bit") "\n" UMLAUT,
	    "S: x\n" V T8 QP "\n" UMLAUTQ },
	{ "much of it", EIGHT, V T8 C("8bit") "\n" OE OE OE "\n",
	    V T8 C("base64") "\nw7bDtsO2DQo=\n" },
	{ "8-bit, not text", EIGHT, V BYTES C("8bit") "\n" UMLAUT,
	    V BYTES C("base64") "\n" UMLAUTB "DQo=\n" },
	{ "binary", EIGHT, V T8 C("binary") "\n" UMLAUT, V T8 QP "\n"
	    UMLAUTQ },
	{ "a message", EIGHT, V "Content-Type: message/rfc822\n\nS: x\n\n"
	    UMLAUT, V "Content-Type: message/rfc822\n\nS: x\n" V T8 QP "\n"
	    UMLAUTQ },
	{ "a message in a message", EIGHT, V "Content-Type: message/rfc822\n"
	    C("8bit") "\nSubject: " OE "\nContent-Type: message/rfc822\n\n"
	    "Subject: x\nContent-Type: message/external-body\n\nS: " OE
	    "\n\n", V "Content-Type: message/rfc822\n" C("8bit")
	    "\nSubject: =?UTF-8?Q?=C3=B6?=\nContent-Type: message/rfc822\n\n"
	    "Subject: x\nContent-Type: message/external-body\n\nS: " OE
	    "\n\n" },
	{ "a message with parts", EIGHT, V MIXED "\n--b\nContent-Type: "
	    "message/rfc822\n" C("8bit") "\nFrom: " OE " <a>\n"
	    "Content-Type: multipart/x; boundary=c\n" C("8bit") "\n--c\n\n"
	    UMLAUT "--c--\n--b\n\n" UMLAUT "--b--\n", V MIXED "\n--b\n"
	    "Content-Type: message/rfc822\n" C("7bit") "\nFrom: =?UTF-8?Q?"
	    "=C3=B6?= <a>\nContent-Type: multipart/x; boundary=c\n" V
	    C("7bit") "\n--c\n" T8 QP "\n" UMLAUTQ "--c--\n--b\n" T8 QP
	    "\n" UMLAUTQ "--b--\n" },
	{ "a signed message in one", EIGHT, V "Content-Type: message/rfc822\n"
	    "\nContent-Type: multipart/signed; boundary=c\n\n--c\n\n" OE
	    "\n--c--\n", NULL },
	{ "a file name in a part", EIGHT, V MIXED "\n--b\n"
	    "Content-Type: text/plain; name=" OE "\n\nx\n--b--\n", V MIXED
	    "\n--b\nContent-Type: text/plain;\n name=\"=?UTF-8?Q?=C3=B6?=\"\n"
	    "\nx\n--b--\n" },
	{ "labels of parts", LABEL, V MIXED "\n--b\n\n" OE "\n--b\n"
	    "Content-Type: text/plain; charset=\"US-ASCII\"; format=flowed\n\n"
	    OE "\n--b\n" T8 C("8bit") "\n\366\n--b\nContent-Type: message/"
	    "rfc822\n\n\n" OE "\n--b--\n", V MIXED "\n--b\n" T8 C("8bit")
	    "\n" OE "\n--b\nContent-Type: text/plain; format=flowed;\n charset"
	    "=utf-8\n" C("8bit") "\n" OE "\n--b\n" T8 C("8bit") "\n\366\n"
	    "--b\nContent-Type: message/rfc822\n\n\n" OE "\n--b--\n" },
	{ "us-ascii that is not", EIGHT, V "Content-Type: text/plain; "
	    "charset=us-ascii\n\n" UMLAUT, V
	    "Content-Type: text/plain;\n charset=utf-8\n" QP "\n" UMLAUTQ },

	/* Multiparts. */
	{ "one of three", EIGHT | LONG, V MIXED C("8bit") "\npreamble\n--b\n"
	    T8 C("8bit") "\n" UMLAUT "--b\n\nascii\n--b\n" BYTES "\n" UMLAUT
	    "--b--\nepilogue\n",
	    V MIXED C("7bit") "\npreamble\n--b\n" T8 QP "\n" UMLAUTQ
	    "--b\n\nascii\n--b\n" BYTES C("base64") "\n" UMLAUTB
	    "\n--b--\nepilogue\n" },
	{ "white space after it", EIGHT, V MIXED "\n--b \t\n" T8 "\n" UMLAUT
	    "--b-- \n", V MIXED "\n--b \t\n" T8 QP "\n" UMLAUTQ "--b-- \n" },
	{ "not quite it", EIGHT, V MIXED "\n--b\n\n" UMLAUT
	    "--bb\n--b-\n-b\n--\n --b\n--B\n--b--\n" OE "\n",
	    V MIXED "\n--b\n" T8 QP "\n" UMLAUTQ
	    "--bb\n--b-\n-b\n--\n --b\n--B\n--b--\n?" "?\n" },
	{ "a label that stays", EIGHT, V MIXED C("8bit") "\n--b\n" T8 "\n"
	    UMLAUT "--b\nContent-Type: message/global\n" C("8bit") "\nS: x\n"
	    "\n" UMLAUT "--b--\n", V MIXED C("8bit") "\n--b\n" T8 QP "\n"
	    UMLAUTQ "--b\nContent-Type: message/global\n" C("8bit")
	    "\nS: x\n\n" UMLAUT "--b--\n" },
	{ "only the long one", LONG, V MIXED C("8bit") "\n--b\n" T8
	    C("8bit") "\n" OE "\n--b\n\n@\n--b--\n", V MIXED C("8bit")
	    "\n--b\n" T8 C("8bit") "\n" OE "\n--b\n" T7 QP "\n#\n--b--\n" },
	{ "no version", LONG, MIXED "\n--b\n\n@\n--b--\n",
	    MIXED V "\n--b\n" T7 QP "\n#\n--b--\n" },
	{ "long preamble", LONG, V MIXED "\n@\n" OE "\n--b\n\nx\n"
	    "--b--\n@\n", NULL },
	{ "long preamble, 8-bit", LONG | EIGHT, V MIXED "\n@\n" OE "\n--b\n"
	    "\nx\n--b--\n@\n", V MIXED "\n@\n?" "?\n--b\n\nx\n--b--\n@\n" },
	{ "nested", EIGHT, V MIXED C("8bit") "\n--b\nContent-Type: "
	    "multipart/alternative; boundary=\"b1\"\n" C("8bit") "\n--b1\n"
	    T8 "\n" UMLAUT "--b1--\n\n--b\n" PLAIN "\n" UMLAUT "--b--\n",
	    V MIXED C("7bit") "\n--b\nContent-Type: multipart/alternative; "
	    "boundary=\"b1\"\n" C("7bit") "\n--b1\n" T8 QP "\n" UMLAUTQ
	    "--b1--\n\n--b\nContent-Type: text/plain;\n charset=utf-8\n" QP
	    "\n" UMLAUTQ "--b--\n" },
	{ "the outer one ends both", EIGHT, V MIXED "\n--b\nContent-Type: "
	    "multipart/mixed; boundary=c\n\n--c\n\n" UMLAUT "--b\n\n" UMLAUT
	    "--c\n" UMLAUT "--b--\n", V MIXED "\n--b\nContent-Type: "
	    "multipart/mixed; boundary=c\n\n--c\n" T8 QP "\n" UMLAUTQ
	    "--b\n" T8 QP "\n" UMLAUTQ "--c\n" UMLAUTQ "--b--\n" },
	{ "signed", EIGHT | LONG, V "Content-Type: multipart/signed; "
	    "boundary=s\n\n--s\n" T8 "\n" UMLAUT "@\n--s\n\nsig\n--s--\n",
	    NULL },
	{ "signed within", EIGHT, V MIXED "\n--b\nContent-Type: "
	    "multipart/signed; boundary=s\n\n--s\n" T8 "\n" UMLAUT
	    "--s--\n--b\n" T8 "\n" UMLAUT "--b--\n", V MIXED
	    "\n--b\nContent-Type: multipart/signed; boundary=s\n\n--s\n" T8
	    "\n" UMLAUT "--s--\n--b\n" T8 QP "\n" UMLAUTQ "--b--\n" },
	{ "encrypted", EIGHT | LONG, V "Content-Type: multipart/encrypted;"
	    " boundary=s\n\n--s\n\n" UMLAUT "@\n--s--\n", NULL },
	{ "digest", EIGHT, V "Content-Type: multipart/digest; boundary=b\n\n"
	    "--b\n\nS: x\n\n" UMLAUT "--b\n" T8 "\n" UMLAUT "--b--\n",
	    V "Content-Type: multipart/digest; boundary=b\n\n"
	    "--b\n\nS: x\n" V T8 QP "\n" UMLAUTQ "--b\n" T8 QP "\n" UMLAUTQ
	    "--b--\n" },
	{ "not ended", EIGHT, V MIXED "\n--b\n" T8 "\n" UMLAUT,
	    V MIXED "\n--b\n" T8 QP "\n" UMLAUTQ },
	{ "header of a part not ended", EIGHT, V MIXED "\n--b\n\n" UMLAUT
	    "--b\n" T8, V MIXED "\n--b\n" T8 QP "\n" UMLAUTQ "--b\n" T8 },
	{ "header of a part cut", EIGHT, V MIXED "\n--b\n" T8 "--b\n\n"
	    UMLAUT "--b--\n", V MIXED "\n--b\n" T8 "--b\n" T8 QP "\n"
	    UMLAUTQ "--b--\n" },
	{ "header that is none", EIGHT, V MIXED "\n--b\nhello\n" UMLAUT
	    "--b--\n", NULL },
	{ "base64 loses the last line end", EIGHT, V MIXED "\n--b\n" BYTES
	    "\n\377\n\n--b--\n", V MIXED "\n--b\n" BYTES C("base64")
	    "\n/w0K\n--b--\n" },
};

/* "@" is a long line; "#" what becomes of it, "%" in base64. */
static void
add(struct buf *b, char c)
{
	size_t i, k;

	switch (c) {
	case '\n':
		buf_adds(b, "\r\n");
		break;
	case '@':
		for (i = 0; i < 1000; i++)
			buf_adds(b, "a");
		break;
	case '#':
		for (i = 0; i < 1000; i += k) {
			for (k = 0; k < 75 && i + k < 1000; k++)
				buf_adds(b, "a");
			buf_adds(b, i + k < 1000 ? "=\r\n" : "");
		}
		break;
	case '%':
		for (i = 0; i < 333; i++)
			buf_adds(b, i % 19 == 18 ? "YWFh\r\n" : "YWFh");
		buf_adds(b, "YQ");
		break;
	default:
		buf_add(b, &c, 1);
	}
}

static void
wire(struct buf *b, const char *text)
{
	buf_clear(b);
	for (; *text != '\0'; text++)
		add(b, *text);
}

static void
feed(struct recode *e, const struct buf *in, size_t step,
    void (*take)(struct recode *, const char *, size_t), struct buf *out)
{
	size_t i, k;
	char *piece;

	for (i = 0; i < in->len; i += k) {
		k = in->len - i < step ? in->len - i : step;
		piece = xmalloc(k);
		memcpy(piece, in->p + i, k);
		take(e, piece, k);
		free(piece);
		buf_add(out, buf_text(&e->out), e->out.len);
		buf_clear(&e->out);
	}
}

/* What comes of it, or nothing if there is nothing to do. */
static void
encode(struct buf *out, const struct buf *in, unsigned why, size_t step)
{
	struct recode e;
	bool eightbit;

	buf_clear(out);
	recode_init(&e, why);
	feed(&e, in, step, recode_look, out);
	if (recode_plan(&e)) {
		feed(&e, in, step, recode_feed, out);
		recode_end(&e);
		buf_add(out, buf_text(&e.out), e.out.len);
		eightbit = !ascii_only(out->p, out->len);
		ok(e.eightbit == eightbit, "8-bit: %d", eightbit);
	}
	recode_release(&e);
}

static void
test_rows(void)
{
	struct buf in = { .max = 1 << 20 }, want = { .max = 1 << 20 };
	struct buf out = { .max = 1 << 20 };
	static const size_t steps[] = { 1 << 20, 1, 7 };
	size_t i, k;

	for (i = 0; i < NITEMS(rows); i++) {
		wire(&in, rows[i].in);
		wire(&want, rows[i].out != NULL ? rows[i].out : "");
		for (k = 0; k < NITEMS(steps); k++) {
			encode(&out, &in, rows[i].why, steps[k]);
			is(buf_text(&out), buf_text(&want), "%s, by %zu",
			    rows[i].title, steps[k]);
		}
		encode(&out, &want, rows[i].why, 4096);
		is(buf_text(&out), "", "then there is nothing to do");
	}
	buf_release(&in);
	buf_release(&want);
	buf_release(&out);
}

/* Deeper than we look, and more parts than we note: left as they are. */
static void
test_limits(void)
{
	struct buf in = { .max = 1 << 22 }, out = { .max = 1 << 23 };
	size_t i;

	buf_adds(&in, "MIME-Version: 1.0\r\n");
	for (i = 0; i < BOUNDARY_DEPTH; i++)
		buf_addf(&in, "Content-Type: multipart/mixed; boundary=b%zu"
		    "\r\n\r\n--b%zu\r\n", i, i);
	buf_adds(&in, "\r\numlauts " OE " here\r\n");
	encode(&out, &in, EIGHT, 4096);
	ok(memmem(out.p, out.len, "quoted-printable", 16) != NULL,
	    "%d deep is encoded", BOUNDARY_DEPTH);
	in.len -= strlen("\r\numlauts " OE " here\r\n");
	buf_addf(&in, "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c"
	    "\r\n\r\numlauts " OE " here\r\n");
	encode(&out, &in, EIGHT, 4096);
	is(buf_text(&out), "", "deeper is left alone");
	buf_clear(&in);
	buf_adds(&in, "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed; boundary=b\r\n"
	    "Content-Transfer-Encoding: 8bit\r\n\r\n");
	for (i = 0; i < 12000; i++)
		buf_addf(&in, "--b\r\n\r\numlauts " OE " %zu\r\n", i);
	encode(&out, &in, EIGHT, 4096);
	ok(memmem(out.p, out.len, "umlauts =C3=B6 9000\r\n", 21) != NULL,
	    "part 9,000 is encoded");
	ok(memmem(out.p, out.len, "umlauts " OE " 11999\r\n", 18) != NULL,
	    "part 11,999 is not");
	ok(memmem(out.p, out.len, "Encoding: 8bit\r\n\r\n--b", 21) != NULL,
	    "and the label says so");
	buf_release(&in);
	buf_release(&out);
}

/* A line of 100 MB goes through in the memory of a block. */
static void
test_endless(void)
{
	static const char head[] = "S: x\r\n\r\n";
	struct recode e;
	char block[65536];
	size_t i, most = 0, total = 0;

	memset(block, 'a', sizeof(block));
	recode_init(&e, LONG);
	recode_look(&e, head, sizeof(head) - 1);
	for (i = 0; i < 1600; i++)
		recode_look(&e, block, sizeof(block));
	recode_look(&e, "\r\n", 2);
	ok(recode_plan(&e), "a line of 100 MiB");
	recode_feed(&e, head, sizeof(head) - 1);
	for (i = 0; i < 1600; i++) {
		recode_feed(&e, block, sizeof(block));
		most = e.out.cap + e.head.cap + e.held.cap > most ?
		    e.out.cap + e.head.cap + e.held.cap : most;
		total += e.out.len;
		buf_clear(&e.out);
	}
	ok(total > 100 << 20, "comes out");
	ok(most <= 4 * sizeof(block), "%zu octets held", most);
	recode_release(&e);
}

int
main(void)
{
	test_rows();
	test_limits();
	test_endless();
	return done();
}
