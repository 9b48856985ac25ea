/*
 * t_mail_message.c - stdin bytes to wire form
 *
 * Every row is fed whole, octet by octet, and in two pieces cut at every
 * place; all must come out the same.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "mail/addr.h"
#include "mail/recode.h"
#include "mail/message.h"
#include "tap.h"

#define DATE	"Date: Sat, 21 Nov 2026 10:01:02 +0000\r\n"
#define FROM	"From: joe@our.test\r\n"
#define ID	"Message-ID: <unique@host.our.test>\r\n"
#define NEW	DATE FROM ID

/* A header that lacks nothing. */
#define D	"Date: 1 Jan 26 10:00 GMT\n"
#define F	"From: a@x.test\n"
#define I	"Message-ID: <y>\n"
#define FULL	D F I
#define WIRE	"Date: 1 Jan 26 10:00 GMT\r\nFrom: a@x.test\r\nMessage-ID: <y>\r\n"

#define RDATE	"Resent-Date: Sat, 21 Nov 2026 10:01:02 +0000\r\n"
#define RFROM	"Resent-From: joe@our.test\r\n"
#define RID	"Resent-Message-ID: <unique@host.our.test>\r\n"

#define MV	"MIME-Version: 1.0\r\n"
#define L(s)	s, sizeof(s) - 1

/* Wishes. */
#define W_T		0x01
#define W_DOT		0x02
#define W_BARE		0x04	/* no domain to give */
#define W_NAME		0x08	/* full name Joe Q. Public */
#define W_NULL		0x10	/* from <> */
#define W_ANN		0x20	/* from ann@x.test */
#define W_ROOT		0x40	/* from root */
#define W_RAW		0x80	/* no repair */

struct row {
	const char	*title;
	const char	*in;
	size_t		 nin;
	unsigned	 wishes;
	const char	*out;
	size_t		 nout;
};

static const struct row rows[] = {
	/* Line ends. */
	{ "LF", L(FULL "\na\nb\n"), 0, L(WIRE "\r\na\r\nb\r\n") },
	{ "CRLF", L(WIRE "\r\na\r\nb\r\n"), 0, L(WIRE "\r\na\r\nb\r\n") },
	{ "mixed", L(D "From: a@x.test\r\n" I "\r\na\nb\r\nc\n"), 0,
	    L(WIRE "\r\na\r\nb\r\nc\r\n") },
	{ "lone CR", L(FULL "\na\rb\rc\n"), 0,
	    L(WIRE "\r\na\r\nb\r\nc\r\n") },
	{ "CR CR LF", L(FULL "\na\r\r\nb\n"), 0,
	    L(WIRE "\r\na\r\nb\r\n") },
	{ "LF CR", L(FULL "\na\n\rb\n"), 0, L(WIRE "\r\na\r\n\r\nb\r\n") },
	{ "CR at the end", L(FULL "\na\r"), 0, L(WIRE "\r\na\r\n") },
	{ "no last LF", L(FULL "\na"), 0, L(WIRE "\r\na\r\n") },
	{ "empty lines", L(FULL "\n\n\n\r\n\r\n\r\r"), 0,
	    L(WIRE "\r\n\r\n\r\n\r\n\r\n\r\n\r\n") },
	{ "NUL in body", L(FULL "\na\0b\n\0\nc\0\n"), 0,
	    L(WIRE "\r\nab\r\n\r\nc\r\n") },
	{ "CR NUL LF", L(FULL "\na\r\0\0\nb"), 0, L(WIRE "\r\na\r\nb\r\n") },
	{ "NUL only", L(FULL "\n\0"), 0, L(WIRE "\r\n") },
	{ "8-bit", L(FULL "\n\377\200\303\266\n"), 0,
	    L(WIRE "\r\n\377\200\303\266\r\n") },

	{ "8-bit header", L(FULL "X: \303\266\n\nb\n"), 0,
	    L(WIRE "X: =?UTF-8?Q?=C3=B6?=\r\n\r\nb\r\n") },
	{ "8-bit header, no repair", L(FULL "X: \303\266\n\nb\n"), W_RAW,
	    L(WIRE "X: \303\266\r\n\r\nb\r\n") },

	/* Smuggling. */
	{ "LF.LF", L(FULL "\na\n.\nb\n"), 0, L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "LF.CRLF", L(FULL "\na\n.\r\nb\n"), 0,
	    L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "CR.CR", L(FULL "\na\r.\rb\n"), 0, L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "CRLF.CR", L(FULL "\na\r\n.\rb\n"), 0,
	    L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "CR.CRLF", L(FULL "\na\r.\r\nb\n"), 0,
	    L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "NUL.CRLF", L(FULL "\na\r\n\0.\r\nb\n"), 0,
	    L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "CRLF.NUL", L(FULL "\na\r\n.\0\r\nb\n"), 0,
	    L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "CR NUL LF.", L(FULL "\na\r\0\n.\r\0\nb\n"), 0,
	    L(WIRE "\r\na\r\n.\r\nb\r\n") },
	{ "CRLF.CRLF in header", L(D "X: y\r\n.\r\nZ: z\r\n"), 0,
	    L(FROM ID "Date: 1 Jan 26 10:00 GMT\r\nX: y\r\n\r\n.\r\nZ: z\r\n") },

	/* The lone dot. */
	{ "dot ends", L(FULL "\na\n.\nb\n"), W_DOT, L(WIRE "\r\na\r\n") },
	{ "dot CRLF ends", L(FULL "\r\na\r\n.\r\nb\r\n"), W_DOT,
	    L(WIRE "\r\na\r\n") },
	{ "dot CR ends", L(FULL "\na\r.\rb"), W_DOT, L(WIRE "\r\na\r\n") },
	{ "dot NUL LF ends", L(FULL "\na\n.\0\nb"), W_DOT,
	    L(WIRE "\r\na\r\n") },
	{ "dot at the end", L(FULL "\na\n."), W_DOT, L(WIRE "\r\na\r\n") },
	{ "first line", L(FULL "\n.\nb\n"), W_DOT, L(WIRE "\r\n") },
	{ "two dots", L(FULL "\n..\n...\n..a\nb.\n"), W_DOT,
	    L(WIRE "\r\n.\r\n..\r\n.a\r\nb.\r\n") },
	{ "dot and text", L(FULL "\n.a\n. \nb\n"), W_DOT,
	    L(WIRE "\r\n.a\r\n. \r\nb\r\n") },
	{ "two dots with -i", L(FULL "\n..\n.a\n"), 0,
	    L(WIRE "\r\n..\r\n.a\r\n") },
	{ "dot in header", L(FULL ".\nb\n"), W_DOT, L(WIRE "\r\n") },
	{ "dot alone", L(".\nb\n"), W_DOT, L(NEW "\r\n") },
	{ "dots for header", L("..\nb\n"), W_DOT, L(NEW "\r\n.\r\nb\r\n") },
	{ "dot in a field", L(FULL "X: a\n .\n\nb\n"), W_DOT,
	    L(WIRE "X: a\r\n .\r\n\r\nb\r\n") },

	/* Where the header ends. */
	{ "nothing", L(""), 0, L(NEW "\r\n") },
	{ "empty line", L("\n"), 0, L(NEW "\r\n") },
	{ "header only", L(FULL), 0, L(WIRE "\r\n") },
	{ "header only, no LF", L(D F "Message-ID: <y>"), 0,
	    L(WIRE "\r\n") },
	{ "header only, CR", L(D F "Message-ID: <y>\r"), 0, L(WIRE "\r\n") },
	{ "empty body", L(FULL "\n"), 0, L(WIRE "\r\n") },
	{ "no header", L("hello\nTo: b\n"), 0,
	    L(NEW "\r\nhello\r\nTo: b\r\n") },
	{ "no header, one word", L("hello"), 0, L(NEW "\r\nhello\r\n") },
	{ "no header, words", L("hello you: x\n"), 0,
	    L(NEW "\r\nhello you: x\r\n") },
	{ "no header, white", L(" To: b\n"), 0, L(NEW "\r\n To: b\r\n") },
	{ "no header, CR", L("10%\r20%\r100%\n"), 0,
	    L(NEW "\r\n10%\r\n20%\r\n100%\r\n") },
	{ "no header, CR first", L("\r10%\n"), 0, L(NEW "\r\n\r\n10%\r\n") },
	{ "no header, CR and colon", L("10%\r20%: x\n"), 0,
	    L(NEW "\r\n10%\r\n20%: x\r\n") },
	{ "no header, 8-bit", L("\303\266: x\n"), 0,
	    L(NEW "\r\n\303\266: x\r\n") },
	{ "body at once", L(FULL "hello\n"), 0, L(WIRE "\r\nhello\r\n") },
	{ "body at once, CR", L(FULL "he llo\rTo: b\n"), 0,
	    L(WIRE "\r\nhe llo\r\nTo: b\r\n") },
	{ "colon first", L(FULL ": x\n"), 0, L(WIRE "\r\n: x\r\n") },
	{ "white line continues", L(FULL " \nX: y\n\nb\n"), 0,
	    L(WIRE " \r\nX: y\r\n\r\nb\r\n") },
	{ "CR CR LF ends", L(FULL "\r\r\nb\n"), 0, L(WIRE "\r\nb\r\n") },

	/* CR and NUL in the header. */
	{ "CR makes no field", L(FULL "Subject: a\rBcc: b@x.test\n\n"), W_T,
	    L(WIRE "Subject: a Bcc: b@x.test\r\n\r\n") },
	{ "LF CR makes no field", L(FULL "X: a\n\rBcc: b@x.test\n\n"), W_T,
	    L(WIRE "X: a\r\n Bcc: b@x.test\r\n\r\n") },
	{ "CR CR LF in a field", L(FULL "X: a\r\r\nY: b\n\n"), 0,
	    L(WIRE "X: a\r\nY: b\r\n\r\n") },
	{ "CR before the colon", L(FULL "X\r: a\n\n"), 0,
	    L(WIRE "X: a\r\n\r\n") },
	{ "NUL in the header", L(D F I "X\0: a\0\0b\n\0\nc"), 0,
	    L(WIRE "X: ab\r\n\r\nc\r\n") },
	{ "NUL hides no Bcc", L(FULL "B\0cc: b@x.test\n\n"), 0,
	    L(WIRE "\r\n") },

	{ "CR CR CR LF", L("X: a\r\r\r\n" FULL "\nb\r\r\r\nc\r\r\r\n"),
	    0, L("X: a\r\n" WIRE "\r\nb\r\nc\r\n") },

	/* A BOM. */
	{ "BOM", L("\357\273\277" FULL "\nb\n"), 0, L(WIRE "\r\nb\r\n") },
	{ "BOM, no header", L("\357\273\277hello\n"), 0,
	    L(NEW "\r\n\357\273\277hello\r\n") },
	{ "BOM, nothing", L("\357\273\277"), 0,
	    L(NEW "\r\n\357\273\277\r\n") },
	{ "half a BOM", L("\357\273" FULL), 0, L(NEW "\r\n\357\273"
	    WIRE) },
	{ "BOM later", L(FULL "\357\273\277X: y\n"), 0,
	    L(WIRE "\r\n\357\273\277X: y\r\n") },

	/* Parts: t_mail_body.c has more. */
	{ "binary", L(FULL "Content-Type: a/b\nContent-Transfer-Encoding: "
	    "binary\n\n\0\r\n\n\r"), 0, L(MV WIRE "Content-Type: a/b\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nAA0KCg0=\r\n") },
	{ "binary, no repair", L(FULL "Content-Type: a/b\n"
	    "Content-Transfer-Encoding: binary\n\na\0b"), W_RAW,
	    L(WIRE "Content-Type: a/b\r\nContent-Transfer-Encoding: binary"
	    "\r\n\r\nab\r\n") },
	{ "binary, dot at once", L(FULL "Content-Type: a/b\nContent-Transfer-"
	    "Encoding: base64\n.\nab\n"), W_DOT, L(WIRE "Content-Type: a/b\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\n") },
	{ "binary, dot ends", L(FULL "Content-Type: a/b\nContent-Transfer-"
	    "Encoding: binary\n\n..\nab\r\n.\r\nc"), W_DOT, L(MV WIRE
	    "Content-Type: a/b\r\n"
	    "Content-Transfer-Encoding: base64\r\n\r\nLgphYg0K\r\n") },

	/* mbox. */
	{ "From_", L("From joe Sat Nov 21 10:01:02 2026\n" FULL "\nb\n"), 0,
	    L(WIRE "\r\nb\r\n") },
	{ ">From_", L(">From joe Sat Nov 21\r\n" FULL "\nb\n"), 0,
	    L(WIRE "\r\nb\r\n") },
	{ "From_ and >From_", L("From a b\n>From c d\n" FULL "\nb\n"), 0,
	    L(WIRE "\r\nb\r\n") },
	{ "From_ twice", L("From a b\nFrom c d\n"), 0,
	    L(NEW "\r\nFrom c d\r\n") },
	{ "From_ later", L(FULL "From a b\n"), 0,
	    L(WIRE "\r\nFrom a b\r\n") },
	{ "From_ with a CR", L("From a\rb\n" FULL "\nb\n"), 0,
	    L(WIRE "\r\nb\r\n") },
	{ "From with a space is a field", L("From : a@x.test\n" D I "\n"), 0,
	    L("From: a@x.test\r\nDate: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From_ alone", L("From a b"), 0, L(NEW "\r\n") },

	/* What is added. */
	{ "all is missing", L("To: b@x.test\n\nb\n"), 0,
	    L(NEW "To: b@x.test\r\n\r\nb\r\n") },
	{ "Date is missing", L(F I "\n"), 0,
	    L(DATE "From: a@x.test\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From is missing", L(D I "\n"), 0,
	    L(FROM "Date: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "Message-ID is missing", L(D F "\n"), 0,
	    L(ID "Date: 1 Jan 26 10:00 GMT\r\nFrom: a@x.test\r\n\r\n") },
	{ "any case", L("dATE: 1 Jan 26 10:00 GMT\nFROM : a@x.test\nmessage-id\t: <y>\n\n"), 0,
	    L("dATE: 1 Jan 26 10:00 GMT\r\nFROM: a@x.test\r\nmessage-id: <y>\r\n\r\n") },
	{ "empty is missing", L("Date:\nFrom: \nMessage-ID:\n\n"), 0,
	    L(NEW "\r\n") },
	{ "empty, no repair", L("Date:\nFrom:\nMessage-ID:\n\n"), W_RAW,
	    L("Date:\r\nFrom:\r\nMessage-ID:\r\n\r\n") },
	{ "not from the body", L("X: y\n\nDate: 1 Jan 26 10:00 GMT\n"), 0,
	    L(NEW "X: y\r\n\r\nDate: 1 Jan 26 10:00 GMT\r\n") },
	{ "From with a name", L(D I "\n"), W_NAME,
	    L("From: \"Joe Q. Public\" <joe@our.test>\r\n"
	    "Date: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From of the sender", L(D I "\n"), W_ANN,
	    L("From: ann@x.test\r\nDate: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From of the sender, name", L(D I "\n"), W_ANN | W_NAME,
	    L("From: \"Joe Q. Public\" <ann@x.test>\r\n"
	    "Date: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From of the null sender", L(D I "\n"), W_NULL,
	    L(FROM "Date: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From of a bare sender", L(D I "\n"), W_ROOT,
	    L("From: root@our.test\r\nDate: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "From is left alone", L(FULL "\n"), W_NAME | W_ANN,
	    L(WIRE "\r\n") },

	/* What is removed. */
	{ "Bcc", L(D "Bcc: b@x.test\n" F I "\n"), 0, L(WIRE "\r\n") },
	{ "Bcc, obsolete form", L(D "bCC \t: b@x.test\n" F I "\n"), 0,
	    L(WIRE "\r\n") },
	{ "Bcc, folded", L(D "Bcc:\n b@x.test,\r\n\tc@x.test\n \n" F I "\n"),
	    0, L(WIRE "\r\n") },
	{ "Bcc, malformed", L(FULL "Bcc: \"b@x.test\n\n"), 0,
	    L(WIRE "\r\n") },
	{ "Bcc last, no LF", L(FULL "Bcc: b@x.test"), 0, L(WIRE "\r\n") },
	{ "Bcc, CR before the colon", L(FULL "Bcc\r: b@x.test\n\n"), 0,
	    L(WIRE "\r\n") },
	{ "Return-Path and Content-Length",
	    L("Return-Path: <a@x.test>\n" FULL "Content-Length: 5\n\n"), 0,
	    L(WIRE "\r\n") },
	{ "nothing that looks like it",
	    L(FULL "Bccc: 1\nBc: 2\nX-Bcc: 3\nContent-Length-X: 4\n\n"), 0,
	    L(WIRE "Bccc: 1\r\nBc: 2\r\nX-Bcc: 3\r\nContent-Length-X: 4\r\n"
	    "\r\n") },
	{ "not in the body", L(FULL "\nBcc: b\n"), 0,
	    L(WIRE "\r\nBcc: b\r\n") },

	/* Resent. */
	{ "resent", L("Resent-To: b@x.test\nSubject: s\n\n"), 0,
	    L(RDATE RFROM RID "Resent-To: b@x.test\r\nSubject: s\r\n\r\n") },
	{ "resent, some of it", L("resent-from: c@x.test\n\n"), 0,
	    L(RDATE RID "resent-from: c@x.test\r\n\r\n") },
	{ "resent, name", L("Resent-Date: 1 Jan 26 10:00 GMT\n\n"), W_NAME,
	    L("Resent-From: \"Joe Q. Public\" <joe@our.test>\r\n" RID
	    "Resent-Date: 1 Jan 26 10:00 GMT\r\n\r\n") },
	{ "Resent-Bcc", L(FULL "Resent-Date: 1 Jan 26 10:00 GMT\nResent-From: c@x.test\n"
	    "Resent-Message-ID: <z>\nResent-Bcc: b@x.test\n\n"), 0,
	    L(WIRE "Resent-Date: 1 Jan 26 10:00 GMT\r\nResent-From: c@x.test\r\n"
	    "Resent-Message-ID: <z>\r\n\r\n") },
	{ "Resent- is no field", L(FULL "Resent-: x\n\n"), 0,
	    L(WIRE "Resent-: x\r\n\r\n") },

	/* Bare names. */
	{ "cron", L("From: root (Cron Daemon)\nTo: joe\n" D I "\n"), 0,
	    L("From: root@our.test (Cron Daemon)\r\nTo: joe@our.test\r\n"
	    "Date: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n\r\n") },
	{ "cronie", L(D I "From: \"(Cron Daemon)\" <root>\n\n"), 0,
	    L("Date: 1 Jan 26 10:00 GMT\r\nMessage-ID: <y>\r\n"
	    "From: \"(Cron Daemon)\" <root@our.test>\r\n\r\n") },
	{ "every field", L(FULL "Sender: a\nReply-To: b\nTo: c\nCC : d\n\n"),
	    0, L(WIRE "Sender: a@our.test\r\nReply-To: b@our.test\r\n"
	    "To: c@our.test\r\nCC: d@our.test\r\n\r\n") },
	{ "every resent field", L("Resent-Date: 1 Jan 26 10:00 GMT\nResent-From: a\n"
	    "Resent-Sender: b\nResent-To: c\nResent-Cc: d\n"
	    "Resent-Message-ID: e\n\n"), 0,
	    L("Resent-Date: 1 Jan 26 10:00 GMT\r\nResent-From: a@our.test\r\n"
	    "Resent-Sender: b@our.test\r\nResent-To: c@our.test\r\n"
	    "Resent-Cc: d@our.test\r\nResent-Message-ID: e\r\n\r\n") },
	{ "among others", L(FULL "To:  b@x.test ,c,\n  \"d\"  < e > (f),"
	    "\n\tg: h,i@x.test;\n\n"), 0,
	    L(WIRE "To:  b@x.test ,c@our.test,\r\n  \"d\"  < e@our.test >"
	    " (f),\r\n\tg: h@our.test,i@x.test;\r\n\r\n") },
	{ "quoted", L(FULL "To: \"a b\", \\c\n\n"), 0,
	    L(WIRE "To: \"a b\"@our.test, c@our.test\r\n\r\n") },
	{ "not a subject", L(FULL "Subject: root\n\n"), 0,
	    L(WIRE "Subject: root\r\n\r\n") },
	{ "what does not parse stays", L(FULL "To: root, <a(\nCc: b c\n\n"),
	    0, L(WIRE "To: root, <a(\r\nCc: b c\r\n\r\n") },
	{ "what is no address stays", L(FULL "To: \033, <>, c\n\n"), 0,
	    L(WIRE "To: \033, <>, c@our.test\r\n\r\n") },
	{ "no repair", L(FULL "To: root\n\n"), W_RAW,
	    L(WIRE "To: root\r\n\r\n") },
	{ "signed", L("DKIM-Signature: x\nTo: root\nBcc: b\nTo: c\n"
	    "X: \303\266\n\nb\n"), 0,
	    L("DKIM-Signature: x\r\nTo: root\r\nTo: c\r\n"
	    "X: \303\266\r\n\r\nb\r\n") },
	{ "no domain to give", L(FULL "To: root\n\n"), W_BARE | W_ANN,
	    L(WIRE "To: root\r\n\r\n") },
};

static void
set_opts(struct message_opts *o, unsigned wishes)
{
	*o = (struct message_opts){
		.extract = wishes & W_T,
		.dot_ends = wishes & W_DOT,
		.sender = wishes & W_NULL ? "" :
		    wishes & W_ANN ? "ann@x.test" :
		    wishes & W_ROOT ? "root" : NULL,
		.user = "joe",
		.full_name = wishes & W_NAME ? "Joe Q. Public" : NULL,
		.domain = wishes & W_BARE ? NULL : "our.test",
		.hostname = "host.our.test",
		.unique = "unique",
		.now = 1795255262,
		.repair = !(wishes & W_RAW),
	};
}

/* What one way of feeding gave; it is drained after each piece. */
struct result {
	struct buf	 out;
	struct message	 m;
	struct envelope	 e;
	struct fault	 f;
	int		 ret;
};

static void
drain(struct result *r)
{
	buf_add(&r->out, buf_text(&r->m.out), r->m.out.len);
	buf_clear(&r->m.out);
}

/* Feed in[0, cut), then the rest in pieces of step octets. */
static void
play(struct result *r, const struct message_opts *o, const char *in, size_t n,
    size_t cut, size_t step)
{
	size_t at = 0, k = cut;
	char *piece;

	memset(r, 0, sizeof(*r));
	r->out.max = 1 << 26;
	message_init(&r->m, o, &r->e);
	while (at < n && r->ret == 0 && !r->m.ended) {
		if (k > n - at)
			k = n - at;
		piece = xmalloc(k);	/* so that a step too far is seen */
		memcpy(piece, in + at, k);
		r->ret = message_feed(&r->m, piece, k, &r->f);
		free(piece);
		drain(r);
		at += k;
		k = step;
	}
	if (r->ret == 0)
		r->ret = message_end(&r->m, &r->f);
	drain(r);
}

static void
finish(struct result *r)
{
	buf_release(&r->out);
	message_release(&r->m);
	envelope_release(&r->e);
}

static bool
equal(const struct buf *b, const char *p, size_t n)
{
	return b->len == n && (n == 0 || memcmp(b->p, p, n) == 0);
}

static bool
facts(const struct message *m, const char *p, size_t n)
{
	const char *body = memmem(p, n, "\r\n\r\n", 4), *end = p + n, *nl;
	size_t longest = 0, head;

	if (n >= 2 && memcmp(p, "\r\n", 2) == 0)
		body = p;
	if (body == NULL || m->size != n)
		return false;
	head = (size_t)(body - p);
	for (; p < end; p = nl + 2) {
		nl = memmem(p, (size_t)(end - p), "\r\n", 2);
		if (nl == NULL)
			return false;
		if ((size_t)(nl - p) > longest)
			longest = (size_t)(nl - p);
	}
	return m->longest_line == longest &&
	    m->header_8bit == !ascii_only(end - n, head) &&
	    m->body.eightbit == !ascii_only(body, (size_t)(end - body));
}

static void
show(const struct result *r)
{
	size_t i;

	printf("# got  ");
	for (i = 0; i < r->out.len; i++) {
		char c = r->out.p[i];

		if (c == '\r')
			printf("\\r");
		else if (c == '\n')
			printf("\\n");
		else if (c == '\0')
			printf("\\0");
		else
			putchar(c);
	}
	printf("\n# fault \"%s\"\n", r->f.text);
}

static void
test_rows(void)
{
	struct message_opts o;
	struct result r;
	size_t i, cut, wrong;

	for (i = 0; i < NITEMS(rows); i++) {
		const struct row *w = &rows[i];

		set_opts(&o, w->wishes);
		play(&r, &o, w->in, w->nin, w->nin, 1);
		if (!ok(r.ret == 0 && equal(&r.out, w->out, w->nout),
		    "%s", w->title))
			show(&r);
		ok(facts(&r.m, w->out, w->nout), "%s: facts", w->title);
		ok(r.m.nul_seen == (memchr(w->in, '\0', w->nin) != NULL &&
		    strstr(w->out, "base64") == NULL),
		    "%s: NUL", w->title);
		finish(&r);
		for (cut = wrong = 0; cut < w->nin; cut++) {
			play(&r, &o, w->in, w->nin, cut, w->nin);
			wrong += !equal(&r.out, w->out, w->nout) ||
			    !facts(&r.m, w->out, w->nout);
			finish(&r);
		}
		play(&r, &o, w->in, w->nin, 1, 1);
		wrong += !equal(&r.out, w->out, w->nout) ||
		    !facts(&r.m, w->out, w->nout);
		finish(&r);
		is_int((long long)wrong, 0, "%s: in pieces", w->title);
	}
}

/* "from > rcpt, rcpt", or "!what: fault". */
static const struct {
	const char	*in;
	unsigned	 wishes;
	const char	*want;
} envelopes[] = {
	{ "To: a@x.test\n\n", 0, "joe@our.test >" },
	{ "To: a@x.test\n\n", W_T, "joe@our.test > a@x.test" },
	{ "To: a@x.test\n\n", W_T | W_ANN, "ann@x.test > a@x.test" },
	{ "To: a@x.test\n\n", W_T | W_NULL, " > a@x.test" },
	{ "To: a@x.test\n\n", W_T | W_ROOT, "root@our.test > a@x.test" },
	{ "Cc: c@x.test\nto: a@x.test, b@x.test\nBCC : d@x.test\n\n", W_T,
	    "joe@our.test > c@x.test a@x.test b@x.test d@x.test" },
	{ "To: a@x.test\nTo: b@x.test\n\n", W_T,
	    "joe@our.test > a@x.test b@x.test" },
	{ "To: a@x.test\nCc: a@X.TEST\nBcc: <a@x.test>\n\n", W_T,
	    "joe@our.test > a@x.test" },
	{ "To: a@x.test,\n b@x.test,\r\n\tc@x.test\nX: y\n\n", W_T,
	    "joe@our.test > a@x.test b@x.test c@x.test" },
	{ "To: root, Team: b, \"c d\";\n\n", W_T,
	    "joe@our.test > root@our.test b@our.test \"c d\"@our.test" },
	{ "To: undisclosed-recipients:;\n\n", W_T, "joe@our.test >" },
	{ "To: \n\n", W_T, "joe@our.test >" },
	{ "To: nobody <>\n\n", W_T, "joe@our.test >" },
	{ "Subject: x\n\nTo: a@x.test\n", W_T, "joe@our.test >" },
	{ "X: y\nTo: a@x.test", W_T, "joe@our.test > a@x.test" },
	{ "To: a@m\303\274nchen.test\n\n", W_T,
	    "joe@our.test > a@xn--mnchen-3ya.test" },
	{ "To: j\303\266@m\303\274nchen.test\n\n", W_T,
	    "joe@our.test > j\303\266@m\303\274nchen.test" },
	{ "To: \"Public, Joe\" <a@x.test>, J. (b, c@x.test) <d@x.test>\n\n",
	    W_T, "joe@our.test > a@x.test d@x.test" },
	{ "Subject: a\rTo: b@x.test\n\n", W_T, "joe@our.test >" },
	{ "From b@x.test\nTo: a@x.test\n\n", W_T, "joe@our.test > a@x.test" },
	{ "To: a@x.test\nResent-To: b@x.test\nresent-cc: c@x.test\n"
	    "Resent-Bcc : d@x.test\nBcc: e@x.test\n\n", W_T,
	    "joe@our.test > b@x.test c@x.test d@x.test" },
	{ "To: a@x.test\nResent-From: b@x.test\n\n", W_T, "joe@our.test >" },
	{ "Resent-To: b@x.test\nResent-From: c@x.test\nReceived: x\n"
	    "Resent-To: d@x.test\nResent-From: e@x.test\n\n", W_T,
	    "joe@our.test > b@x.test" },
	{ "Resent-From: c@x.test\nResent-Cc: \nReceived: x\n"
	    "Resent-To: d@x.test\n\n", W_T, "joe@our.test > d@x.test" },
	{ "To: a@x.test\nResent-Bcc:\nResent-To: ,\n\n", W_T,
	    "joe@our.test >" },
	{ "To: a b@x.test\nResent-To: c@x.test\n\n", W_T,
	    "joe@our.test > c@x.test" },
	{ "To: a b@x.test\n\n", 0, "joe@our.test >" },
	{ "To: a@x.test, b c@x.test\n\n", W_T,
	    "!b c@x.test: words without a dot or comma between them, "
	    "in the field To" },
	{ "Bcc: a@x.test..\n\n", W_T,
	    "!a@x.test..: its domain is malformed, in the field Bcc" },
	{ "Cc: a\033@x.test\n\n", W_T, "!a?@x.test: it contains a control "
	    "character or malformed UTF-8, in the field Cc" },
	{ "To: j\366rg@x.test\n\n", W_T, "!j?rg@x.test: it contains a control "
	    "character or malformed UTF-8, in the field To" },
	{ "To: joe@corp, Inc. <j@x.test>\n\n", W_T,
	    "joe@our.test > j@x.test" },
	{ "To: joe@corp, Inc. <j@x.test>\n\n", W_T | W_RAW,
	    "joe@our.test > joe@corp j@x.test" },
	{ "Bcc: Pat O\"Brien <p@x.test>\n\n", W_T,
	    "joe@our.test > p@x.test" },
	{ "Bcc: Pat O\"Brien <p@x.test>\n\n", W_T | W_RAW,
	    "!Pat O\"Brien <p@x.test>: a quote that does not end, "
	    "in the field Bcc" },
	{ "To: root\n\n", W_T | W_BARE | W_ANN,
	    "!root: it has no domain, in the field To" },
	{ "To: a@x.test\n\n", W_BARE, "!joe: it has no domain" },
	{ F "\n", W_BARE | W_NULL, " >" },
	{ "X: y\n\n", W_BARE | W_NULL, "!joe: it has no domain" },
};

static void
show_envelope(const struct result *r, struct buf *out)
{
	size_t i;

	buf_clear(out);
	if (r->ret == -1)
		buf_addf(out, "!%s: %s", r->f.what, r->f.text);
	else {
		buf_addf(out, "%s >", r->e.from);
		for (i = 0; i < r->e.nrcpt; i++)
			buf_addf(out, " %s", r->e.rcpt[i].addr);
	}
}

static void
test_envelopes(void)
{
	struct message_opts o;
	struct buf b = { .max = 4096 };
	struct result r;
	size_t i;

	for (i = 0; i < NITEMS(envelopes); i++) {
		const char *in = envelopes[i].in;
		size_t n = strlen(in);

		set_opts(&o, envelopes[i].wishes);
		play(&r, &o, in, n, n, 1);
		show_envelope(&r, &b);
		is(buf_text(&b), envelopes[i].want, "envelope %zu", i);
		finish(&r);
		play(&r, &o, in, n, 1, 1);
		show_envelope(&r, &b);
		is(buf_text(&b), envelopes[i].want, "the same in pieces");
		finish(&r);
	}
	buf_release(&b);
}

#define A56	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* Other facts about the caller: each with a From that shows them. */
static const struct {
	const char	*user;
	const char	*full_name;
	const char	*hostname;
	const char	*want;
} callers[] = {
	{ "joe", "Joe\nBcc: x@y.test", "h", "From: \"Joe Bcc: x@y.test\" "
	    "<joe@our.test>\r\nMessage-ID: <unique@h>\r\n" },
	{ "joe", "", "h",
	    "From: joe@our.test\r\nMessage-ID: <unique@h>\r\n" },
	{ "CORP\\joe", NULL, "h",
	    "From: \"CORP\\\\joe\"@our.test\r\nMessage-ID: <unique@h>\r\n" },
	{ "joe@corp.test", NULL, "h",
	    "From: joe@corp.test\r\nMessage-ID: <unique@h>\r\n" },
	{ "joe", "J\303\266rg", "h", "From: =?UTF-8?Q?J=C3=B6rg?= "
	    "<joe@our.test>\r\nMessage-ID: <unique@h>\r\n" },
	{ "joe", A56, "h", "From: " A56 " <joe@our.test>\r\n"
	    "Message-ID: <unique@h>\r\n" },
	{ "joe", A56 "a", "h", "From: " A56 "a\r\n <joe@our.test>\r\n"
	    "Message-ID: <unique@h>\r\n" },
	{ "joe", NULL, "a b\r\n>X", "From: joe@our.test\r\n"
	    "Message-ID: <unique@a-b---X>\r\n" },
};

static void
test_callers(void)
{
	static const char in[] = "Date: 1 Jan 26 10:00 GMT\n\n";
	struct message_opts o;
	struct result r;
	size_t i;

	for (i = 0; i < NITEMS(callers); i++) {
		set_opts(&o, 0);
		o.user = callers[i].user;
		o.full_name = callers[i].full_name;
		o.hostname = callers[i].hostname;
		play(&r, &o, in, sizeof(in) - 1, sizeof(in) - 1, 1);
		r.out.p[strlen(callers[i].want)] = '\0';
		is(buf_text(&r.out), callers[i].want, "caller %zu", i);
		finish(&r);
	}
}

static double
seconds(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
recipients(size_t n)
{
	struct buf in = { .max = 1 << 24 };
	struct message_opts o;
	struct result r;
	double t;
	size_t i;

	buf_adds(&in, "To: first");
	for (i = 1; i < n; i++)
		buf_addf(&in, ",\n User %zu <u%zu>", i, i);
	buf_adds(&in, "\n\nbody\n");
	set_opts(&o, W_T);
	t = seconds();
	play(&r, &o, in.p, in.len, 4096, 4096);
	t = seconds() - t;
	is_int(r.ret, 0, "%zu recipients", n);
	is_int((long long)r.e.nrcpt, (long long)n, "each is there");
	ok(memmem(r.out.p, r.out.len, "<u77@our.test>,\r\n User 78 <", 27) !=
	    NULL, "and has the domain in the header");
	finish(&r);
	buf_release(&in);
	return t;
}

static void
test_many(void)
{
	double few = recipients(1000), many = recipients(16000);

	(void)recipients(10000);
	ok(many < 80 * few, "in proportion: %.1f and %.1f ms", few * 1e3,
	    many * 1e3);
}

/* A header up to the ceiling, and one octet over it; a body is not one. */
static void
test_ceiling(void)
{
	static const char start[] = "X: ";
	const size_t n = MESSAGE_HEADER_MAX;
	char *in = xmalloc(n + 2);
	struct message_opts o;
	struct result r;

	memset(in, 'a', n + 2);
	memcpy(in, start, sizeof(start) - 1);
	set_opts(&o, W_RAW);
	memcpy(in + n - 2, "\r\n", 2);
	play(&r, &o, in, n, 65536, 65536);
	ok(r.ret == 0 && r.m.longest_line == n - 2, "a header of 1 MiB");
	finish(&r);
	memcpy(in + n - 2, "aa\r\n", 4);
	play(&r, &o, in, n + 2, 65536, 65536);
	is_int(r.ret, -1, "a header over 1 MiB");
	is(r.f.text, "the header is over 1 MiB", "is a fault");
	ok(r.f.stage == ST_INPUT && r.f.verdict == VD_PERM, "of the input");
	finish(&r);
	play(&r, &o, in, n - 1, n, n);
	is_int(r.ret, -1, "over 1 MiB with the last line's end");
	finish(&r);
	memset(in, 'a', n + 2);
	play(&r, &o, in, n + 2, 4096, 4096);
	ok(r.ret == 0 && r.m.longest_line == n + 2,
	    "a body without a header may be longer");
	finish(&r);
	free(in);
}

/* Memory does not grow with the body. */
static void
test_stream(void)
{
	static const char head[] = "To: a@x.test\n\n";
	struct message_opts o;
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct message m;
	char block[65536];
	size_t i, j, most = 0;
	uint64_t total = 0;
	double t[2], best[2] = { 1e9, 1e9 };

	for (j = 0; j < sizeof(block); j++)
		block[j] = j % 72 == 71 ? '\n' : 'a';
	set_opts(&o, 0);
	message_init(&m, &o, &e);
	(void)message_feed(&m, head, sizeof(head) - 1, &f);
	for (i = 0; i < 3200; i++) {
		if (i == 1600)
			for (j = 70; j < sizeof(block); j += 72)
				block[j] = '\r';
		t[0] = seconds();
		(void)message_feed(&m, block, sizeof(block), &f);
		t[1] = seconds() - t[0];
		if (t[1] < best[i / 1600])
			best[i / 1600] = t[1];
		total += m.out.len;
		most = m.out.cap > most ? m.out.cap : most;
		buf_clear(&m.out);
	}
	(void)message_end(&m, &f);
	total += m.out.len;
	ok(m.size == total && total > 200 << 20, "200 MiB are counted");
	ok(most <= 4 * sizeof(block), "no more than %zu octets held", most);
	printf("# LF %.2f GB/s, CRLF %.2f GB/s\n", 65.536e-6 / best[0],
	    65.536e-6 / best[1]);
	message_release(&m);
	envelope_release(&e);
}

#define LABELS	"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n" \
		"Content-Transfer-Encoding: 8bit\n"

/* What a second reading has to mend. */
static const struct {
	const char	*in;
	unsigned	 wishes;
	size_t		 line;		/* octets added to the body's line */
	unsigned	 want;
} wants[] = {
	{ FULL "\nb\n", 0, 0, 0 },
	{ FULL "\n\303\266\n", 0, 0, RECODE_LABEL },
	{ FULL "\n\303\266\n", W_RAW, 0, 0 },
	{ FULL "DKIM-Signature: x\n\n\303\266\n", 0, 0, 0 },
	{ FULL LABELS "\n\303\266\n", 0, 0, 0 },
	{ FULL "Content-Type: multipart/mixed; boundary=b\n\n\303\266\n", 0,
	    0, 0 },
	{ FULL "Content-Type: text/plain; charset=utf-8\n\n\303\266\n", 0, 0,
	    RECODE_LABEL },
	{ FULL "\nb", 0, 997, 0 },
	{ FULL "\nb", 0, 998, RECODE_LONG },
	{ FULL "\nb", W_RAW, 998, 0 },
	{ FULL "DKIM-Signature: x\n\nb", 0, 998, 0 },
	{ FULL LABELS "\n\303\266", 0, 998, RECODE_LONG },
	{ FULL "\n\303\266", 0, 998, RECODE_LONG | RECODE_LABEL },
};

static void
test_wants(void)
{
	struct buf in = { .max = 8192 };
	struct message_opts o;
	struct result r;
	size_t i, k;

	/* The line ends with the message, or there is more. */
	for (i = 0; i < 2 * NITEMS(wants); i++) {
		buf_clear(&in);
		buf_adds(&in, wants[i / 2].in);
		for (k = 0; k < wants[i / 2].line; k++)
			buf_adds(&in, "a");
		buf_adds(&in, i % 2 == 0 ? "" : "\nend\n");
		set_opts(&o, wants[i / 2].wishes);
		play(&r, &o, in.p, in.len, 100, 7);
		is_int(message_wants(&r.m), wants[i / 2].want, "wants %zu%s",
		    i / 2, i % 2 == 0 ? "" : ", and more");
		finish(&r);
	}
	buf_release(&in);
}

/* One octet over 127, wherever it is. */
static void
test_eight_bits(void)
{
	static const char head[] = FULL "\n";
	char in[sizeof(head) + 70];
	size_t i, n = sizeof(head) - 1, missed = 0;
	struct message_opts o;
	struct result r;

	set_opts(&o, 0);
	for (i = 0; i < 70; i++) {
		memcpy(in, head, n);
		memset(in + n, 'a', 70);
		in[n + i] = (char)0xe9;
		play(&r, &o, in, n + 70, sizeof(in), sizeof(in));
		missed += !r.m.body.eightbit;
		finish(&r);
	}
	is_int((long long)missed, 0, "all are seen");
}

/* The sender policy for envelope and From. */
static const struct {
	enum frompolicy_mode mode;
	const char	*domains;
	unsigned	 wishes;
	const char	*in;
	const char	*from;		/* of the envelope */
	const char	*out;		/* the first lines of the header */
} policies[] = {
	{ FROMPOLICY_KEEP, NULL, W_ANN, "From: bob@y.test\n" D I "\n",
	    "ann@x.test", "From: bob@y.test\r\n" },
	{ FROMPOLICY_FORCE, NULL, W_ANN, "From: bob@y.test\n" D I "\n",
	    "us@relay.test", "From: us@relay.test\r\nDate" },
	{ FROMPOLICY_REPLY_TO, NULL, W_ANN, "From: bob@y.test\n" D I "\n",
	    "us@relay.test",
	    "From: us@relay.test\r\nReply-To: bob@y.test\r\nDate" },
	{ FROMPOLICY_KEEP, "our.test", W_ANN, "From: root\n" D I "\n",
	    "us@relay.test", "From: root@our.test\r\nDate" },
	{ FROMPOLICY_KEEP, "x.test", W_ANN, "From: root\n" D I "\n",
	    "ann@x.test",
	    "From: us@relay.test\r\nReply-To: root@our.test\r\nDate" },
	{ FROMPOLICY_FORCE, NULL, W_NULL, "From: bob@y.test\n" D I "\n",
	    "us@relay.test", "From: us@relay.test\r\nDate" },
	{ FROMPOLICY_REPLY_TO, NULL, W_NULL, "From: bob@y.test\n" D I "\n", "",
	    "From: us@relay.test\r\nReply-To: bob@y.test\r\nDate" },
	{ FROMPOLICY_KEEP, "x.test", W_NULL, D I "\n", "",
	    "From: us@relay.test\r\nDate" },
	{ FROMPOLICY_FORCE, NULL, 0, D I "\n", "us@relay.test",
	    "From: us@relay.test\r\nDate" },
	{ FROMPOLICY_FORCE, NULL, W_BARE, D I "\n", "us@relay.test",
	    "From: us@relay.test\r\nDate" },
	{ FROMPOLICY_FORCE, NULL, 0, "From: a@y.test\n" D I
	    "DKIM-Signature: x\n\n", "us@relay.test",
	    "From: us@relay.test\r\nDate" },
	{ FROMPOLICY_KEEP, NULL, 0, "From: a@y.test\nDKIM-Signature: x\n\n",
	    "joe@our.test", "From: a@y.test\r\nDKIM" },
};

static void
test_policies(void)
{
	struct frompolicy s = { .from = "us@relay.test" };
	struct message_opts o;
	struct result r;
	size_t i, n;

	for (i = 0; i < NITEMS(policies); i++) {
		s.mode = policies[i].mode;
		s.domains = policies[i].domains;
		set_opts(&o, policies[i].wishes);
		o.policy = &s;
		n = strlen(policies[i].in);
		play(&r, &o, policies[i].in, n, n, n);
		is(r.e.from, policies[i].from, "policy %zu", i);
		n = strlen(policies[i].out);
		if (r.out.len > n)
			r.out.p[n] = '\0';
		is(buf_text(&r.out), policies[i].out, "its header");
		finish(&r);
	}
}

/* What was in the envelope stays, and stays first. */
static void
test_union(void)
{
	static const char in[] = "To: b@x.test, a@x.test, c\n\n\303\266\n";
	struct message_opts o;
	struct envelope e = { 0 };
	struct fault f = { 0 };
	struct message m;

	set_opts(&o, W_T);
	(void)envelope_add(&e, "a@x.test");
	message_init(&m, &o, &e);
	ok(!m.header_done, "no header yet");
	is_int(message_feed(&m, in, 27, &f), 0, "a header");
	ok(m.header_done && e.nrcpt == 3, "is done before the body");
	(void)message_feed(&m, in + 27, sizeof(in) - 1 - 27, &f);
	ok(!e.eightbit, "facts come at the end");
	is_int(message_end(&m, &f), 0, "the end");
	ok(e.eightbit, "8-bit");
	is(e.rcpt[0].addr, "a@x.test", "arguments first");
	is(e.rcpt[1].addr, "b@x.test", "header next");
	is(e.rcpt[2].addr, "c@our.test", "in order");
	message_release(&m);
	envelope_release(&e);
}

int
main(void)
{
	test_rows();
	test_envelopes();
	test_callers();
	test_many();
	test_ceiling();
	test_stream();
	test_union();
	test_wants();
	test_eight_bits();
	test_policies();
	return done();
}
