/*
 * t_mail_body.c - the body of a message, from its octets to its wire form
 *
 * Every row is fed whole, octet by octet and in pieces of 7.  "$" stands for
 * CRLF in what is wanted.  What came out stays so when it is fed again.
 */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/body.h"
#include "mail/mimehead.h"
#include "tap.h"

#define L(s)	s, sizeof(s) - 1
#define OE	"\303\266"
#define CTE(s)	"Content-Transfer-Encoding: " s "\r\n"
#define MIXED	"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define SIGNED	"Content-Type: multipart/signed; boundary=b\r\n\r\n"
#define TEXT	"Content-Type: text/plain\r\n"
#define PTEXT	"Content-Type: text/plain\n"
#define WTEXT(C) "Content-Type: text/plain$Content-Transfer-Encoding: " C "$$"
#define BYTES	"Content-Type: application/x\r\n"
#define BIN	CTE("binary") "\r\n"
#define PBYTES	"Content-Type: application/x\n"
#define PBIN	"Content-Transfer-Encoding: binary\n\n"
#define WB64	"Content-Type: application/x$Content-Transfer-Encoding: base64$$"
#define A50	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define UNLABELLED	1
#define BROKEN		2

static const struct {
	const char	*title;
	const char	*head;
	const char	*in;
	size_t		 n;
	enum mime_coding coding;
	const char	*out;
	unsigned	 facts;
} rows[] = {
	{ "text", "\r\n", L("a\nb\0" OE), MIME_UNKNOWN, "a$b" OE "$", 0 },
	{ "binary text is text", TEXT BIN, L("a\nb"), MIME_UNKNOWN,
	    WTEXT("8bit") "a$b$", 0 },
	{ "but for a NUL", TEXT BIN, L("a\0b\n"), MIME_UNKNOWN,
	    WTEXT("base64") "YQBiCg==$", 0 },
	{ "or a lone CR", TEXT BIN, L("a\rb\n"), MIME_UNKNOWN,
	    WTEXT("base64") "YQ1iCg==$", 0 },
	{ "or one at the end", TEXT BIN, L("a\r"), MIME_UNKNOWN,
	    WTEXT("base64") "YQ0=$", 0 },
	{ "CRCRLF is a line end", TEXT BIN, L("a\r\r\nb\n"), MIME_UNKNOWN,
	    WTEXT("8bit") "a$b$", 0 },
	{ "binary text, empty", TEXT BIN, L(""), MIME_UNKNOWN, WTEXT("8bit"),
	    0 },
	{ "parts of binary text", MIXED, L("--b\n" PTEXT PBIN "a\n\n--b\n"
	    PTEXT PBIN "a\0\n--b\n" PTEXT PBIN "--b--\n"), MIME_UNKNOWN,
	    "--b$" WTEXT("8bit") "a$$--b$" WTEXT("base64") "YQA=$--b$"
	    WTEXT("8bit") "--b--$", 0 },
	{ "with CRLF", MIXED, L("--b\r\n" PTEXT PBIN "a\r\n\r\n--b\r\n"
	    PTEXT PBIN "a\r\r\n--b--"), MIME_UNKNOWN, "--b$" WTEXT("8bit")
	    "a$$--b$" WTEXT("8bit") "a$--b--$", 0 },
	{ "without an end", MIXED, L("--b\n" PTEXT PBIN "--\xe9"),
	    MIME_UNKNOWN, "--b$" WTEXT("8bit") "--\xe9$", UNLABELLED },
	{ "binary", BYTES BIN, L("\0\r\n\r\n\n"), MIME_BASE64,
	    "AA0KDQoK$", 0 },
	{ "binary, empty", BYTES BIN, L(""), MIME_BASE64, "", 0 },
	{ "binary, a line", BYTES BIN, L(A50 "\n"), MIME_BASE64,
	    "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYW"
	    "EK$", 0 },
	{ "UTF-16", "Content-Type: text/plain; charset=UTF-16LE\r\n\r\n",
	    L("a\0\r\0\n\0"), MIME_BASE64, "YQANAAoA$", 0 },
	{ "a binary part", MIXED, L("pre\n--b\n" PBYTES PBIN "\0\r\n"
	    "--b\n\nx\n--b--\nend\n"), MIME_UNKNOWN,
	    "pre$--b$" WB64 "AA0=$--b$$x$--b--$end$", 0 },
	{ "a binary part, CRLF", MIXED, L("--b\r\n" PBYTES PBIN "\0\r\n"
	    "--b\r\n\r\nx\r\n--b--"), MIME_UNKNOWN,
	    "--b$" WB64 "AA==$--b$$x$--b--$", 0 },
	{ "its last line end", MIXED, L("--b\n" PBYTES PBIN "a\n\n--b\n"
	    PBYTES PBIN "a\r\n\r\n--b--\r\n"), MIME_UNKNOWN, "--b$" WB64
	    "YQo=$--b$" WB64 "YQ0K$--b--$", 0 },
	{ "nothing in it", MIXED, L("--b\n" PBYTES PBIN "--b\n" PBYTES PBIN
	    "\n--b--\n"), MIME_UNKNOWN, "--b$" WB64 "--b$" WB64 "--b--$", 0 },
	{ "not delimiters", MIXED, L("--b\n" PBYTES PBIN "--c\n-\n--bb\n--"
	    "\n\n--b x\n--b--\n"), MIME_UNKNOWN, "--b$" WB64
	    "LS1jCi0KLS1iYgotLQoKLS1iIHg=$--b--$", 0 },
	{ "no line end after the last", MIXED, L("--b\n" PBYTES PBIN "a\n"
	    "--b--"), MIME_UNKNOWN, "--b$" WB64 "YQ==$--b--$", 0 },
	{ "no end at all", MIXED, L("--b\n" PBYTES PBIN "a\r\n-"),
	    MIME_UNKNOWN, "--b$" WB64 "YQ0KLQ==$", 0 },
	{ "white space behind it", MIXED, L("--b \n" PBYTES PBIN "a\n--b\t"
	    "\r\n\nx\n--b-- \n"), MIME_UNKNOWN, "--b $" WB64
	    "YQ==$--b\t$$x$--b-- $", 0 },
	{ "a multipart is never binary", "Content-Type: multipart/mixed; "
	    "boundary=b\r\n" BIN, L("--b\n\nx\n--b--\n"), MIME_8BIT,
	    "--b$$x$--b--$", 0 },
	{ "nor is a message of any kind", "Content-Type: message/x\r\n" BIN,
	    L("x"), MIME_8BIT, "x$", 0 },
	{ "a part that is one", MIXED, L("--b\nContent-Type: message/x\n" PBIN
	    "x\n--b--\n"), MIME_UNKNOWN, "--b$Content-Type: message/x$"
	    "Content-Transfer-Encoding: 8bit$$x$--b--$", 0 },
	{ "a prefix", MIXED, L("--b\nContent-Type: multipart/x; boundary=bb\n"
	    "\n--bb\n" PBYTES PBIN "1\n--b-\n--bb--\n--b--\n"),
	    MIME_UNKNOWN, "--b$Content-Type: multipart/x; boundary=bb$$--bb$"
	    WB64 "MQotLWIt$--bb--$--b--$", 0 },
	{ "the outer one ends both", MIXED, L("--b\nContent-Type: multipart/x;"
	    " boundary=c\n\n--c\n" PBYTES PBIN "1\n--b\n\ny\n--c\nz\n"),
	    MIME_UNKNOWN, "--b$Content-Type: multipart/x; boundary=c$$--c$"
	    WB64 "MQ==$--b$$y$--c$z$", 0 },
	{ "an included message", MIXED, L("--b\nContent-Type: message/rfc822\n"
	    PBIN "Subject: " OE "\n" PBYTES PBIN "\0\n--b\n\nx"),
	    MIME_UNKNOWN, "--b$Content-Type: message/rfc822$Content-Transfer-"
	    "Encoding: 8bit$$Subject: " OE "$" WB64 "AA==$--b$$x$", 0 },
	{ "a digest", "Content-Type: multipart/digest; boundary=b\r\n\r\n",
	    L("--b\n\n" PBYTES PBIN "\0\n--b--\n"), MIME_UNKNOWN,
	    "--b$$" WB64 "AA==$--b--$", 0 },

	/* Headers of parts. */
	{ "file name", MIXED, L("--b\nContent-Disposition: x; filename=" OE
	    "\n\nx\n--b--\n"), MIME_UNKNOWN, "--b$Content-Disposition: x;$ "
	    "filename*=UTF-8''%C3%B6$$x$--b--$", 0 },
	{ "a header that is none", MIXED, L("--b\nx" OE "\n\ny\n--b--\n"),
	    MIME_UNKNOWN, "--b$x" OE "$$y$--b--$", 0 },
	{ "a header that is not over", MIXED, L("--b\nX: " OE "\n--b--\n"),
	    MIME_UNKNOWN, "--b$X: " OE "$--b--$", 0 },
	{ "a charset is missing", MIXED, L("--b\n\n" OE "\n--b--\n"),
	    MIME_UNKNOWN, "--b$$" OE "$--b--$", UNLABELLED },
	{ "a charset is wrong", MIXED, L("--b\nContent-Type: text/plain; "
	    "charset=us-ascii\nContent-Transfer-Encoding: 8bit\n\n" OE
	    "\n--b--\n"), MIME_UNKNOWN, "--b$Content-Type: text/plain; "
	    "charset=us-ascii$Content-Transfer-Encoding: 8bit$$" OE
	    "$--b--$", UNLABELLED },
	{ "a charset", MIXED, L("--b\nContent-Type: text/plain; charset=x\n"
	    "Content-Transfer-Encoding: 8bit\n\n" OE "\n--b--\n" OE),
	    MIME_UNKNOWN, "--b$Content-Type: text/plain; charset=x$"
	    "Content-Transfer-Encoding: 8bit$$" OE "$--b--$" OE "$", 0 },

	/* Parts that are encoded. */
	{ "quoted-printable", CTE("quoted-printable") "\r\n",
	    L("a=C3=B6 =\n" OE "\r\n"), MIME_UNKNOWN,
	    "a=C3=B6 =$=C3=B6$", 0 },
	{ "a long line of it", CTE("quoted-printable") "\r\n",
	    L(A50 "aaaaaaaaaaaaaaaaaaaaaaaa=C3=B6--x\n" A50
	    "aaaaaaaaaaaaaaaaaaaaaaaaaa\n"), MIME_UNKNOWN, A50
	    "aaaaaaaaaaaaaaaaaaaaaaaa=$=C3=B6--x$" A50
	    "aaaaaaaaaaaaaaaaaaaaaaaaaa$", 0 },
	{ "a dash where it breaks", CTE("quoted-printable") "\r\n",
	    L(A50 "aaaaaaaaaaaaaaaaaaaaaaaaa-xxxx\n"), MIME_UNKNOWN, A50
	    "aaaaaaaaaaaaaaaaaaaaaaaaa=$=2Dxxxx$", 0 },
	{ "base64", CTE("base64") "\r\n", L(A50 A50 OE "aa\nYQ==\n"),
	    MIME_UNKNOWN, A50 "aaaaaaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaaaaaa"
	    "aaaaaa$YQ==$", 0 },
	{ "an encoded part", MIXED, L("--b\nContent-Transfer-Encoding: BASE64"
	    "\n\n" A50 A50 "\n--b\nContent-Transfer-Encoding: qp\n\n" OE
	    "\n--b--\n"), MIME_UNKNOWN,
	    "--b$Content-Transfer-Encoding: BASE64$$" A50
	    "aaaaaaaaaaaaaaaaaaaaaaaaaa$aaaaaaaaaaaaaaaaaaaaaaaa$--b$"
	    "Content-Transfer-Encoding: quoted-printable$$=C3=B6$--b--$", 0 },

	/* Signed. */
	{ "signed", SIGNED, L("--b\nX: " OE "\n" PBYTES PBIN "\n--b--\n"),
	    MIME_UNKNOWN, "--b$X: " OE "$Content-Type: application/x$"
	    "Content-Transfer-Encoding: binary$$$--b--$", 0 },
	{ "signed, with a NUL", SIGNED, L("--b\n\nx\0\n--b--\n"),
	    MIME_UNKNOWN, "--b$$x$--b--$", BROKEN },
	{ "signed, with a CR", SIGNED, L("--b\n\nx\ry\n--b--\n"),
	    MIME_UNKNOWN, "--b$$x$y$--b--$", BROKEN },
	{ "a signed part", MIXED, L("--b\n\n\0\n--b\nContent-Type: multipart"
	    "/signed; boundary=c\n\n--c\n" PBYTES PBIN OE "\n--c--\n--b\n\n"
	    "\0x\r\n--b--\n"), MIME_UNKNOWN, "--b$$$--b$Content-Type: multi"
	    "part/signed; boundary=c$$--c$Content-Type: application/x$Content-"
	    "Transfer-Encoding: binary$$" OE "$--c--$--b$$x$--b--$", 0 },
	{ "a signed part with a NUL", MIXED, L("--b\nContent-Type: multipart"
	    "/signed; boundary=c\n\n--c\n\0\n--b--\n"), MIME_UNKNOWN,
	    "--b$Content-Type: multipart/signed; boundary=c$$--c$$--b--$",
	    BROKEN },

	/* Lines within parts. */
	{ "CR as a line end", MIXED, L("--b\rX: y\r\rx\r--b--\rz"),
	    MIME_UNKNOWN, "--b$X: y$$x$--b--$z$", 0 },
	{ "NUL in a delimiter", MIXED, L("-\0-b\nX: y\n\n" A50 A50 A50 A50 A50
	    A50 A50 "\n--b--\n"), MIME_UNKNOWN, "--b$X: y$$" A50 A50 A50 A50
	    A50 A50 A50 "$--b--$", 0 },
};

static void
feed(struct buf *out, struct body *b, const char *p, size_t n, size_t step)
{
	size_t k;

	for (; n > 0; p += k, n -= k) {
		char *piece;

		k = n < step ? n : step;
		piece = xmalloc(k);
		memcpy(piece, p, k);
		body_feed(b, out, piece, k);
		free(piece);
	}
	body_end(b, out);
}

static char *
shown(const struct buf *b)
{
	char *s = xmalloc(b->len + 1), *q = s;
	size_t i;

	for (i = 0; i < b->len; i++) {
		if (b->p[i] != '\r')
			*q++ = b->p[i] == '\n' ? '$' : b->p[i];
	}
	*q = '\0';
	return s;
}

static void
test_row(size_t i, size_t step)
{
	struct buf out = { .max = 65536 }, again = out, head = out;
	enum mime_coding c;
	bool held = false;
	struct body b;
	size_t k;
	char *s;

	c = body_begin(&b, rows[i].head, strlen(rows[i].head), false, false);
	is_int(c, rows[i].coding, "%s by %zu", rows[i].title, step);
	if (b.choosing) {
		body_hold(&b, rows[i].head, strlen(rows[i].head));
		is(buf_text(&out), "", "the header waits");
		held = true;
	}
	feed(&out, &b, rows[i].in, rows[i].n, step);
	s = shown(&out);
	is(s, rows[i].out, "the octets");
	free(s);
	is_int((b.unlabelled ? UNLABELLED : 0) | (b.broken ? BROKEN : 0),
	    rows[i].facts, "its facts");
	ok(b.eightbit == !ascii_only(buf_text(&out), out.len), "8-bit");
	body_release(&b);
	if (held) {
		k = (size_t)(strstr(buf_text(&out), "\r\n\r\n") + 4 - out.p);
		buf_add(&head, out.p, k);
		buf_drop(&out, k);
	} else if (c == MIME_UNKNOWN) {
		buf_adds(&head, rows[i].head);
	} else {
		mimehead_set_coding(&head, rows[i].head,
		    strlen(rows[i].head), c);
	}
	(void)body_begin(&b, buf_text(&head), head.len, false, false);
	feed(&again, &b, buf_text(&out), out.len, step);
	is(buf_text(&again), buf_text(&out), "the same again");
	body_release(&b);
	buf_release(&out);
	buf_release(&again);
	buf_release(&head);
}

/* Binary text that is too large to be looked at as a whole. */
static void
test_large(void)
{
	struct buf out = { .max = 4 * BODY_CHOICE };
	static const char line[] = "0123456789abcde\n";
	struct body b;
	size_t i;

	(void)body_begin(&b, TEXT BIN, strlen(TEXT BIN), false, false);
	ok(b.choosing, "large text in the encoding binary");
	body_hold(&b, TEXT BIN, strlen(TEXT BIN));
	for (i = 0; i < BODY_CHOICE; i += 16)
		body_feed(&b, &out, line, 16);
	is_int((long long)out.len, 0, "nothing is known after 1 MiB");
	body_feed(&b, &out, line, 16);
	body_end(&b, &out);
	ok(strstr(buf_text(&out), ": base64\r\n\r\nMDEyMzQ1Njc4OWFiY2RlCjAx") !=
	    NULL, "then it is base64");
	ok(out.len > BODY_CHOICE / 3 * 4, "all of it");
	body_release(&b);
	buf_release(&out);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		test_row(i, SIZE_MAX);
		test_row(i, 1);
		test_row(i, 7);
	}
	test_large();
	return done();
}
