/*
 * t_mail_rewrite.c - the header as given to the header as sent
 *
 * The rows have LF line ends for short; with a complete header, and without
 * a sender policy, what was rewritten stays so when it is rewritten again.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "mail/rewrite.h"
#include "tap.h"

#define D	"Date: 1 Jan 26 10:00 GMT\n"
#define F	"From: a@x.test\n"
#define I	"Message-ID: <y>\n"
#define S	"Subject: s\n"
#define FULL	D F I S

#define DATE	"Date: Sat, 21 Nov 2026 10:01:02 +0000\n"
#define FROM	"From: joe@our.test\n"
#define ID	"Message-ID: <unique@host.our.test>\n"
#define RNEW	"Resent-" DATE "Resent-" FROM "Resent-" ID

#define OE	"\303\266"

static const struct {
	const char	*in;
	const char	*out;		/* NULL: as in */
	bool		 raw;		/* no repair */
} rows[] = {
	{ FULL, NULL, false },
	{ FULL "X-A: b\nX-A: b\nReceived: c\nReceived: c\n", NULL, false },
	{ "", DATE FROM ID, false },
	{ "", DATE FROM ID, true },
	{ S D F I, S D F I, false },

	/* What may be there once. */
	{ FULL FULL, FULL, false },
	{ FULL FULL, NULL, true },
	{ D "From: a@x.test\nfrom: b@x.test\nFROM : c@x.test\n" I, D F I,
	    false },
	{ FULL "Date: 2 Jan 26 10:00 GMT\nSubject: t\nSUBJECT: u\nMessage-Id: <z>\n", FULL,
	    false },
	{ FULL "Sender: b@x.test\nSender: c@x.test\n",
	    FULL "Sender: b@x.test\n", false },
	{ FULL "References: <a>\nReferences: <b>\nIn-Reply-To: <a>\n"
	    "In-Reply-To: <b>\n", FULL "References: <a>\nIn-Reply-To: <a>\n",
	    false },
	{ FULL "MIME-Version: 1.0\nMime-Version: 1.0\n",
	    FULL "Mime-Version: 1.0\n", false },
	{ "Date:\nDate: 1 Jan 26 10:00 GMT\n" F I, "Date: 1 Jan 26 10:00 GMT\n" F I, false },
	{ D "From: \n \nFrom: a@x.test\n" I, D F I, false },
	{ "Subject:\n" D F I S, "Subject:\n" D F I, false },

	/* What makes one list. */
	{ FULL "To: a@x.test\nTo: b@x.test\n",
	    FULL "To: a@x.test,\n b@x.test\n", false },
	{ FULL "To: a@x.test\nTo: b@x.test\n", NULL, true },
	{ FULL "To: a@x.test,\n b@x.test\nX: y\nTO:c@x.test\nCc: d@x.test\n"
	    "to : root\n", FULL "To: a@x.test,\n b@x.test,\n c@x.test,\n"
	    " root@our.test\nX: y\nCc: d@x.test\n", false },
	{ FULL "Cc: a@x.test,\nCc:\nCc: \tb@x.test\n",
	    FULL "Cc: a@x.test,\n \tb@x.test\n", false },
	{ FULL "To:\nTo: a@x.test\nTo: \n", FULL "To: a@x.test\n", false },
	{ FULL "Reply-To: a@x.test\nReply-To: b@x.test\n",
	    FULL "Reply-To: a@x.test,\n b@x.test\n", false },
	{ FULL "To: T: a@x.test;\nTo: U: b@x.test;\n",
	    FULL "To: T: a@x.test;,\n U: b@x.test;\n", false },
	{ FULL "To: T: a@x.test\nTo: U: b@x.test;\n",
	    FULL "To: T: a@x.test;,\n U: b@x.test;\n", false },
	{ FULL "To: a@x.test\nTo: \"b@x.test\nTo: c@x.test\n", NULL, false },
	{ FULL "To: <a@x.test>\n " OE "\\\nTo: <b@x.test>\n",
	    FULL "To: =?UTF-8?Q?=C3=B6=5C?= <a@x.test>,\n <b@x.test>\n",
	    false },
	{ FULL "To: Acme\nTo: Inc. <j@x.test>\n",
	    FULL "To: Acme@our.test\nTo: Inc. <j@x.test>\n", false },
	{ FULL "Resent-Date: 1 Jan 26 10:00 GMT\nResent-From: a@x.test\nResent-Message-ID: z\n"
	    "Resent-To: a@x.test\nResent-To: b@x.test\n", NULL, false },

	/* What cannot be read. */
	{ "Date: 2026-11-21\n" F I S, DATE "X-Original-Date: 2026-11-21\n"
	    F I S, false },
	{ "Date: Sam, 21 F\303\251v\n" F I S, DATE "X-Original-Date: Sam, 21 "
	    "=?UTF-8?Q?F=C3=A9v?=\n" F I S, false },
	{ "Date: 2026-11-21\n" F I S, NULL, true },
	{ D F "Message-ID: <x@>\n" S, ID D F
	    "X-Original-Message-ID: <x@>\n" S, false },
	{ D F "Message-ID: x@y\n" S, ID D F
	    "X-Original-Message-ID: x@y\n" S, false },
	{ D F "Message-ID: <x y@z>\n" S, ID D F
	    "X-Original-Message-ID: <x y@z>\n" S, false },
	{ D F "Message-ID:\n <x@z> \n" S, NULL, false },
	{ D F "Message-ID: <x@z> (added by y@z)\n" S, NULL, false },
	{ D F "Message-ID: (<x@z>)\n" S, ID D F
	    "X-Original-Message-ID: (<x@z>)\n" S, false },
	{ FULL "Content-Type: text/plain\nContent-Type: text/html\n"
	    "content-type: text\nContent-Transfer-Encoding: x\n"
	    "Content-Transfer-Encoding: 8 bit\n", FULL
	    "Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n",
	    false },
	{ "Subject : x\n" D F I, "Subject: x\n" D F I, false },
	{ FULL "Cc:\nReply-To: ,\nTo: \n  ,\nSender:\n", FULL, false },
	{ D "From: a@x.test, b@x.test\n" I "Sender: \n", D
	    "From: a@x.test, b@x.test\nSender: a@x.test\n" I, false },
	{ D "From: c@our.test,.ttse)\n" I, D "From: c@our.test,.ttse)\n" I,
	    false },
	/* Those that the mended field has. */
	{ D "From: a@;x.test\n" I, D
	    "From: a@our.test,x.test@our.test\nSender: a@our.test\n" I, false },
	{ D "From: a@,x.test, b@y.test\n" I, D "From: a@our.test,x.test@our.test"
	    ", b@y.test\nSender: a@our.test\n" I, false },
	/* What is joined was mended by itself before. */
	{ FULL "To: a b:;\nTo: <j\nTo:\nTo: k\n", FULL
	    "To: a b:;,\n <j@our.test>,\n k@our.test\n", false },
	{ FULL "To: \377\nTo: <j\n", FULL
	    "To: =?ISO-8859-1?Q?=FF?=:;,\n <j@our.test>\n", false },
	{ FULL "Cc: a:;\nCc: b:;\n", FULL "Cc: a:;,\n b:;\n", false },
	{ FULL "To: all:\n", FULL "To: all:;\n", false },
	{ FULL "To: (one)\nTo: (two)\n", NULL, false },
	{ FULL "To: all: a, b@x.test (x)\n", FULL
	    "To: all: a@our.test, b@x.test (x);\n", false },
	{ FULL "To: all: a\\\n", NULL, false },
	{ FULL "To: \"a;b\": (;)\n", FULL "To: \"a;b\": (;);\n", false },
	{ FULL "To: a@x.test, \"a:b\":;\n", NULL, false },
	{ FULL "To: all:\nTo: c@x.test\n", FULL "To: all:;,\n c@x.test\n",
	    false },
	{ FULL "To: g: a@x.test, b@x.test\nTo: c@x.test\n", FULL
	    "To: g: a@x.test, b@x.test;,\n c@x.test\n", false },
	{ FULL "To: (hi: you)\nTo: c@x.test\n", FULL "To: c@x.test\n",
	    false },
	{ D "From: a, b@x.test\nSender: c@x.test\n" I, D
	    "From: a@our.test, b@x.test\nSender: c@x.test\n" I, false },
	{ FULL "Content-Disposition: x; filename=\"ci\303\253le.txt\"\n",
	    FULL "Content-Disposition: x;\n filename*=UTF-8''ci%C3%ABle.txt"
	    "\n", false },

	/* Only the newest block of these counts. */
	{ "Resent-From: a@x.test\nResent-To: b@x.test\nResent-From: c@x.test"
	    "\nResent-Date: x\nResent-Message-ID: <z>\n" FULL,
	    "Resent-" DATE "Resent-" ID
	    "Resent-From: a@x.test\nResent-To: b@x.test\nResent-From: c@x.test"
	    "\nResent-Date: x\nResent-Message-ID: <z>\n" FULL, false },

	/* What is not for the recipients. */
	{ "Bcc: a\n" FULL "bcc : b\nResent-Bcc: c\nReturn-Path: <d>\n"
	    "Content-Length: 5\n", RNEW FULL, false },
	{ FULL "Bcc: b\n", FULL, true },
	{ FULL "Resent-To: b@x.test\n", RNEW FULL "Resent-To: b@x.test\n",
	    false },

	/* Signed. */
	{ "DKIM-Signature: x\nTo: root\nTo: joe\nX: " OE "\nBcc: b\n",
	    "DKIM-Signature: x\nTo: root\nTo: joe\nX: " OE "\n", false },
	{ "dkim-signature: x\n", NULL, false },

	/* What t_mail_repair has. */
	{ D "From: Cron Daemon\n" I, D "From: \"Cron Daemon\" "
	    "<joe@our.test>\n" I, false },
	{ D "From: Cron Daemon\n" I, NULL, true },
	{ FULL "To: root\n", NULL, true },
	{ FULL "X: " OE "\n", FULL "X: =?UTF-8?Q?=C3=B6?=\n", false },
	{ FULL "X: " OE "\n", NULL, true },
};

static struct rewrite_opts
opts(void)
{
	return (struct rewrite_opts){ .from = "joe@our.test",
	    .domain = "our.test", .hostname = "host.our.test",
	    .unique = "unique", .now = 1795255262, .repair = true };
}

/* With CRLF, in memory that ends where it ends. */
static char *
wire(const char *text, size_t *n)
{
	struct buf b = { .max = 1 << 20 };
	char *s;

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buf_adds(&b, "\r");
		buf_add(&b, text, 1);
	}
	*n = b.len;
	s = xmalloc(b.len);
	memcpy(s, buf_text(&b), b.len);
	buf_release(&b);
	return s;
}

/* Without CR and the empty line at the end. */
static char *
plain(const struct buf *b)
{
	struct buf out = { .max = 1 << 20 };
	size_t i;
	char *s;

	for (i = 0; i + 2 < b->len; i++)
		if (b->p[i] != '\r')
			buf_add(&out, b->p + i, 1);
	s = xstrdup(b->len < 2 || memcmp(b->p + b->len - 2, "\r\n", 2) != 0 ?
	    "no empty line" : buf_text(&out));
	buf_release(&out);
	return s;
}

static char *
rewrite(const char *text, const struct rewrite_opts *o,
    struct rewrite_facts *facts)
{
	struct buf out = { .max = 1 << 20 };
	size_t n;
	char *in = wire(text, &n), *s;

	s = rewrite_header(&out, in, n, o, facts) ? plain(&out) :
	    xstrdup("false");
	free(in);
	buf_release(&out);
	return s;
}

static void
test_rows(void)
{
	struct rewrite_opts o = opts();
	struct rewrite_facts facts;
	char *s, *again;
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		o.repair = !rows[i].raw;
		s = rewrite(rows[i].in, &o, &facts);
		is(s, rows[i].out != NULL ? rows[i].out : rows[i].in,
		    "row %zu", i);
		ok(facts.eightbit == !ascii_only(s, strlen(s)), "8-bit");
		again = rewrite(s, &o, &facts);
		is(again, s, "the same again");
		free(s);
		free(again);
	}
}

/* From and what may follow it, by policy. */
static const struct {
	enum frompolicy_mode mode;
	const char	*domains;
	const char	*name;
	const char	*in;
	const char	*out;		/* NULL: as in */
} policies[] = {
	{ FROMPOLICY_KEEP, NULL, NULL, "From: Bob <b@y.test>\n", NULL },
	{ FROMPOLICY_KEEP, "y.test", "Us", "From: Bob <b@y.test>\n", NULL },
	{ FROMPOLICY_KEEP, "z.test", NULL, "From: Bob <b@y.test>\n",
	    "From: Bob <us@z.test>\nReply-To: Bob <b@y.test>\n" },
	{ FROMPOLICY_KEEP, "our.test", NULL, "From: root\n",
	    "From: root@our.test\n" },
	{ FROMPOLICY_KEEP, "z.test", NULL, "From: root (Cron Daemon)\n",
	    "From: Cron Daemon <us@z.test>\n"
	    "Reply-To: root@our.test (Cron Daemon)\n" },
	{ FROMPOLICY_KEEP, "y.test", NULL, "From: a@y.test, b@z.test\n",
	    "From: us@z.test\nReply-To: a@y.test, b@z.test\n" },
	{ FROMPOLICY_KEEP, "y.test", NULL, "From: a@y.test, b@y.test\n",
	    "From: a@y.test, b@y.test\nSender: a@y.test\n" },
	{ FROMPOLICY_KEEP, "z.test", NULL,
	    "Reply-To: c@y.test\nFrom: b@y.test\n",
	    "Reply-To: c@y.test\nFrom: us@z.test\n" },
	{ FROMPOLICY_KEEP, "z.test", NULL, "From: x y <<b@y.test(\n",
	    "From: us@z.test\n" },
	{ FROMPOLICY_KEEP, "our.test", NULL, "From: Cron Daemon\n",
	    "From: \"Cron Daemon\" <joe@our.test>\n" },
	{ FROMPOLICY_KEEP, "z.test", NULL, "From: Cron Daemon\n",
	    "From: us@z.test\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: Bob <b@y.test>\n",
	    "From: Bob <us@z.test>\n" },
	{ FROMPOLICY_FORCE, NULL, "Us, Ltd", "From: Bob <b@y.test>\n",
	    "From: \"Us, Ltd\" <us@z.test>\n" },
	{ FROMPOLICY_FORCE, NULL, "Us", "From: Bob <us@Z.test>\n", NULL },
	{ FROMPOLICY_FORCE, NULL, NULL,
	    "Sender: c@y.test\nFrom: b@y.test\nReply-To: d@y.test\n",
	    "From: us@z.test\nReply-To: d@y.test\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "Sender: c@y.test\nFrom: us@z.test\n",
	    "From: us@z.test\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "Sender: us@z.test\nFrom: us@z.test\n",
	    NULL },
	{ FROMPOLICY_KEEP, "y.test z.test", NULL,
	    "Sender: c@x.test\nFrom: b@y.test\n", "From: b@y.test\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: us@z.test\nFrom: c@y.test\n",
	    "From: us@z.test\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: us@z.test\n"
	    "Resent-Date: x\nResent-Message-ID: z\n"
	    "Resent-From: C <c@y.test>\nResent-Sender: d@y.test\n",
	    "From: us@z.test\nResent-Date: x\nResent-Message-ID: z\n"
	    "Resent-From: us@z.test\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: us@z.test\nDKIM-Signature: x\n"
	    "To: root\n", NULL },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: b@y.test\nDKIM-Signature: x\n",
	    "From: us@z.test\nDKIM-Signature: x\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "Sender: c@y.test\n"
	    "From: us@z.test\nDKIM-Signature: x\n",
	    "From: us@z.test\nDKIM-Signature: x\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: J" OE " <b@y.test>\n",
	    "From: =?UTF-8?Q?J=C3=B6?= <us@z.test>\n" },
	{ FROMPOLICY_FORCE, NULL, NULL, "From: <>\n", "From: us@z.test\n" },
	{ FROMPOLICY_REPLY_TO, NULL, "Us", "From: Public, Joe <b@y.test>\n",
	    "From: Us <us@z.test>\n"
	    "Reply-To: \"Public, Joe\" <b@y.test>\n" },
	{ FROMPOLICY_REPLY_TO, NULL, NULL, "From: b@y.test\nFrom: c@y.test\n",
	    "From: us@z.test\nReply-To: b@y.test\n" },
	{ FROMPOLICY_REPLY_TO, NULL, NULL, "From: a@y.test,\n b@y.test\n",
	    "From: us@z.test\nReply-To: a@y.test,\n b@y.test\n" },
};

static void
test_policies(void)
{
	struct rewrite_opts o = opts();
	struct rewrite_facts facts;
	struct frompolicy s = { .from = "us@z.test" };
	char *in, *want, *got;
	size_t i;

	o.policy = &s;
	for (i = 0; i < NITEMS(policies); i++) {
		s.mode = policies[i].mode;
		s.domains = policies[i].domains;
		s.name = policies[i].name;
		in = xasprintf(D I "%s", policies[i].in);
		want = xasprintf(D I "%s", policies[i].out != NULL ?
		    policies[i].out : policies[i].in);
		got = rewrite(in, &o, &facts);
		is(got, want, "policy %zu", i);
		free(in);
		free(want);
		free(got);
	}
}

/* The policy holds without repair too. */
static void
test_policy_alone(void)
{
	const struct frompolicy p = { .mode = FROMPOLICY_REPLY_TO,
	    .from = "us@z.test" };
	struct rewrite_opts o = opts();
	struct rewrite_facts facts;
	char *got;

	o.policy = &p;
	o.repair = false;
	got = rewrite(D I "From: b\nFrom: c\nSubject: s\nSubject: s\n", &o,
	    &facts);
	is(got, D I "From: us@z.test\nReply-To: b\nSubject: s\nSubject: s\n",
	    "a policy without repair");
	free(got);
}

static void
test_facts(void)
{
	struct rewrite_opts o = opts();
	struct rewrite_facts facts;
	struct buf b = { .max = 1 << 20 };
	char *s;
	size_t i;

	free(rewrite(FULL "DKIM-Signature: x\n", &o, &facts));
	ok(facts.fixed && !facts.labelled, "a signature fixes the header");
	free(rewrite(FULL "MIME-Version: 1.0\nContent-Type: text/plain;\n"
	    " charset=utf-8\nContent-Transfer-Encoding: 8bit\n", &o, &facts));
	ok(!facts.fixed && facts.labelled, "labelled");
	is_int((long long)facts.longest, 31, "the longest line");
	buf_adds(&b, FULL "To: a@x.test");
	for (i = 0; i < 1000; i++)
		buf_adds(&b, ", a@x.test");
	buf_adds(&b, "\n");
	s = rewrite(buf_text(&b), &o, &facts);
	is_int((long long)facts.longest, 73, "folded");
	ok(strstr(s, ",\n a@x.test") != NULL, "at white space");
	free(s);
	o.repair = false;
	free(rewrite(buf_text(&b), &o, &facts));
	is_int((long long)facts.longest, 10012, "or not");
	o.from = NULL;
	s = rewrite(D, &o, &facts);
	is(s, "false", "there is no From to be had");
	free(s);
	s = rewrite(FULL, &o, &facts);
	is(s, FULL, "none is needed");
	free(s);
	buf_release(&b);
}

static double
seconds(const char *p, size_t n, const struct rewrite_opts *o)
{
	struct buf out = { .max = 1 << 26 };
	struct rewrite_facts facts;
	struct timespec a, b;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	(void)rewrite_header(&out, p, n, o, &facts);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	buf_release(&out);
	return (double)(b.tv_sec - a.tv_sec) +
	    (double)(b.tv_nsec - a.tv_nsec) / 1e9;
}

/* Many fields take time in proportion, joined ones too. */
static void
test_linear(void)
{
	struct rewrite_opts o = opts();
	struct buf b = { .max = 1 << 24 };
	double few = 0, many;
	size_t i;

	for (i = 0; i < 16000; i++) {
		if (i == 1000)
			few = seconds(b.p, b.len, &o);
		buf_addf(&b, "To: u%zu@x.test\r\nSubject: " OE "\r\nX: "
		    OE "\r\n", i);
	}
	many = seconds(b.p, b.len, &o);
	ok(many < 80 * few, "in proportion: %.1f and %.1f ms", few * 1e3,
	    many * 1e3);
	buf_release(&b);
}

int
main(void)
{
	test_rows();
	test_policies();
	test_policy_alone();
	test_facts();
	test_linear();
	return done();
}
