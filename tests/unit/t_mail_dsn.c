/* t_mail_dsn.c - the text of a bounce (RFC 3464) */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/dsn.h"
#include "mail/header.h"
#include "tap.h"

#define B	"=_bounce.1"
#define DAY	86400

static const char header[] =
    "From: ann@x.test\r\n"
    "Subject: hi\r\n"
    "Message-ID: <1@x.test>\r\n"
    "\r\n";

static const char message[] =
    "From: ann@x.test\r\n"
    "Subject: hi\r\n"
    "Message-ID: <1@x.test>\r\n"
    "\r\n"
    "the body\r\n";

/* A bounce, read back. */
struct mail {
	struct buf	 all;
	bool		 eightbit;	/* what dsn_head() said */
	const char	*head;		/* its header */
	size_t		 head_len;
	struct {
		const char	*head;
		size_t		 head_len;
		const char	*body;
		size_t		 body_len;
	} part[4];
	size_t		 nparts;
};

static const char *
find(const char *p, size_t n, const char *what)
{
	return memmem(p, n, what, strlen(what));
}

static void
read_parts(struct mail *m)
{
	const char *p = find(m->all.p, m->all.len, "\r\n\r\n");
	const char *end = m->all.p + m->all.len, *next;

	m->head = m->all.p;
	m->head_len = (size_t)(p - m->all.p) + 2;
	p = find(p, (size_t)(end - p), "\r\n--" B "\r\n");
	while (p != NULL && m->nparts < 4) {
		p += strlen("\r\n--" B "\r\n");
		next = find(p, (size_t)(end - p), "\r\n--" B);
		if (next == NULL)
			break;
		m->part[m->nparts].head = p;
		p = find(p, (size_t)(next - p), "\r\n\r\n") + 2;
		m->part[m->nparts].head_len = (size_t)(p -
		    m->part[m->nparts].head);
		m->part[m->nparts].body = p + 2;
		m->part[m->nparts++].body_len = (size_t)(next - p) - 2;
		p = find(next, (size_t)(end - next), "\r\n--" B "\r\n");
	}
	ok(strcmp(end - strlen("\r\n--" B "--\r\n"), "\r\n--" B "--\r\n") == 0,
	    "it has an end");
}

/* CRLF and nothing like it, no line over 998 octets, no other controls. */
static void
check_lines(const struct mail *m)
{
	size_t i, line = 0, longest = 0, bad = 0;

	for (i = 0; i < m->all.len; i++) {
		unsigned char c = (unsigned char)m->all.p[i];

		if (c == '\n') {
			bad += i == 0 || m->all.p[i - 1] != '\r';
			line = 0;
		} else if (c == '\r')
			bad += m->all.p[i + 1] != '\n';
		else {
			bad += (c < 0x20 && c != '\t') || c == 0x7f;
			line++;
		}
		longest = line > longest ? line : longest;
	}
	ok(bad == 0 && longest <= 998, "lines: %zu wrong, the longest %zu",
	    bad, longest);
}

static void
field(const char *p, size_t n, const char *name, struct buf *out)
{
	struct field fld;

	buf_clear(out);
	if (header_find(p, n, name, &fld))
		header_unfold(out, &fld);
}

static void
is_field(const char *p, size_t n, const char *name, const char *want)
{
	struct buf b = { .max = 65536 };
	struct field fld;
	bool there = header_find(p, n, name, &fld);

	field(p, n, name, &b);
	is(there ? buf_text(&b) : NULL, want, "%s", name);
	buf_release(&b);
}

static bool
declared(const char *p, size_t n)
{
	struct buf b = { .max = 1024 };
	bool eight;

	field(p, n, "Content-Transfer-Encoding", &b);
	eight = strcmp(buf_text(&b), "8bit") == 0;
	ok(eight || b.len == 0 || strcmp(b.p, "7bit") == 0, "7bit or 8bit");
	buf_release(&b);
	return eight;
}

/* What must hold for any bounce. */
static void
check(const struct mail *m, const struct dsn *d)
{
	struct buf to = { .max = 1024 };
	bool eight, any = false;
	size_t i;

	check_lines(m);
	is_int((long long)m->nparts, 3, "three parts");
	buf_addf(&to, "<%s>", d->to);
	is_field(m->head, m->head_len, "To", to.p);
	is_field(m->head, m->head_len, "From",
	    "Mail Delivery System <MAILER-DAEMON@mx.test>");
	is_field(m->head, m->head_len, "Auto-Submitted", "auto-replied");
	is_field(m->head, m->head_len, "MIME-Version", "1.0");
	is_field(m->head, m->head_len, "Message-ID", "<9@mx.test>");
	is_field(m->head, m->head_len, "Content-Type", "multipart/report; "
	    "report-type=delivery-status;\tboundary=\"" B "\"");
	for (i = 0; i < m->nparts; i++) {
		eight = !ascii_only(m->part[i].body, m->part[i].body_len);
		ok(declared(m->part[i].head, m->part[i].head_len) == eight,
		    "part %zu: its encoding", i);
		any |= eight;
	}
	ok(declared(m->head, m->head_len) == any && m->eightbit == any,
	    "the encoding of all");
	is_field(m->part[0].head, m->part[0].head_len, "Content-Type",
	    "text/plain; charset=utf-8");
	is_field(m->part[1].head, m->part[1].head_len, "Content-Type",
	    "message/delivery-status");
	ok(ascii_only(m->part[1].body, m->part[1].body_len), "ASCII");
	buf_release(&to);
}

static void
make(struct mail *m, const struct dsn *d, const char *text, size_t n)
{
	*m = (struct mail){ .all.max = 1 << 24 };
	m->eightbit = dsn_head(&m->all, d);
	if (dsn_whole(d))
		buf_add(&m->all, text, n);
	dsn_tail(&m->all, d);
	read_parts(m);
	check(m, d);
}

/* Fields of the i-th recipient; 0 is the message. */
static const char *
group(const struct mail *m, size_t i, size_t *n)
{
	const char *p = m->part[1].body, *end = p + m->part[1].body_len, *q;

	for (;; i--, p = q + 4) {
		q = find(p, (size_t)(end - p), "\r\n\r\n");
		if (i == 0 || q == NULL)
			break;
	}
	*n = (size_t)((q != NULL ? q + 2 : end) - p);
	return p;
}

static void
is_status(const struct mail *m, size_t i, const char *name, const char *want)
{
	size_t n;
	const char *p = group(m, i, &n);

	is_field(p, n, name, want);
}

/* With one space for each white space there is. */
static void
squeeze(struct buf *out, const char *p, size_t n)
{
	size_t i;
	bool gap = false;

	for (i = 0; i < n; i++) {
		bool white = strchr(" \t\r\n", p[i]) != NULL;

		if (!white || !gap)
			buf_add(out, white ? " " : &p[i], 1);
		gap = white;
	}
}

static void
says(const struct mail *m, const char *text)
{
	struct buf want = { .max = 8192 }, got = { .max = 1 << 20 };

	squeeze(&want, text, strlen(text));
	squeeze(&got, m->part[0].body, m->part[0].body_len);
	if (!ok(strstr(got.p, want.p) != NULL, "says: %s", want.p))
		printf("# %s\n", got.p);
	buf_release(&want);
	buf_release(&got);
}

static void
rcpt_fault(struct fault *f, const char *addr, int code, const char *text)
{
	fault_clear(f);
	fault_what(f, "relay.test:587");
	(void)fault_set(f, ST_RCPT, FD_SMTP, code,
	    code < 500 ? VD_TEMP : VD_PERM, "%s", text);
	fault_command(f, "RCPT TO:<%s>", addr);
}

static struct dsn
facts(const struct dsn_rcpt *r, size_t n)
{
	return (struct dsn){ .to = "ann@x.test", .host = "mx.test",
	    .message_id = "9@mx.test", .boundary = B,
	    .now = 1700000000, .utc_offset = 3600,
	    .arrival = 1700000000 - 5 * DAY - 60, .tries = 37,
	    .rcpt = r, .nrcpt = n, .from = "ann@x.test",
	    .size = sizeof(message) - 1, .head = header,
	    .head_len = sizeof(header) - 1 };
}

static void
check_failed(const struct mail *m)
{
	is_field(m->head, m->head_len, "Subject", "Not delivered: hi");
	is_field(m->head, m->head_len, "Date",
	    "Tue, 14 Nov 2023 23:13:20 +0100");
	is_field(m->head, m->head_len, "In-Reply-To", "<1@x.test>");
	is_field(m->head, m->head_len, "References", "<1@x.test>");

	is_status(m, 0, "Reporting-MTA", "dns; mx.test");
	is_status(m, 0, "Original-Envelope-Id", "QQ+1??");
	is_status(m, 0, "Arrival-Date", "Thu, 9 Nov 2023 23:12:20 +0100");
	is_status(m, 1, "Original-Recipient", "rfc822;bob+x@y.test");
	is_status(m, 1, "Final-Recipient", "rfc822; bob@y.test");
	is_status(m, 1, "Action", "failed");
	is_status(m, 1, "Status", "5.1.10");
	is_status(m, 1, "Remote-MTA", "dns; relay.test");
	is_status(m, 1, "Diagnostic-Code",
	    "smtp; 550-5.1.10 no such 550 5.1.10 user");
	is_status(m, 1, "Will-Retry-Until", NULL);
	is_status(m, 2, "Original-Recipient", NULL);
	is_status(m, 2, "Final-Recipient", "rfc822; carl@y.test");
	is_status(m, 2, "Action", "failed");
	is_status(m, 2, "Status", "5.4.1");
	is_status(m, 2, "Remote-MTA", NULL);
	is_status(m, 2, "Diagnostic-Code", "x-heloise; Connection refused");
}

static void
test_failed(void)
{
	struct fault f[2];
	struct dsn_rcpt r[2] = {
		{ .addr = "bob@y.test", .why = &f[0],
		  .orcpt = "rfc822;bob+2Bx+40y.test",
		  .hint = (char[]){ "Ask them for the right address." } },
		{ .addr = "carl@y.test", .why = &f[1] },
	};
	struct dsn d = facts(r, 2);
	struct mail m;

	rcpt_fault(&f[0], "bob@y.test", 550, "5.1.10 no such\n5.1.10 user");
	f[0].esc[0] = 5, f[0].esc[1] = 1, f[0].esc[2] = 10;
	fault_clear(&f[1]);
	fault_what(&f[1], "relay.test:587");
	(void)fault_set(&f[1], ST_CONNECT, FD_ERRNO, 111, VD_TEMP,
	    "Connection refused");
	d.envid = "QQ+2B1+0D+0A";
	make(&m, &d, message, sizeof(message) - 1);

	check_failed(&m);
	says(&m, "This is the mail program of mx.test.\r\n");
	says(&m, "Your message could not be delivered to the recipients");
	says(&m, "It was\r\ntried 37 times in 5 days.  It will not be tried "
	    "again.\r\n");
	says(&m, "  <bob@y.test>\r\n\r\nIt was not possible to name a "
	    "recipient to relay.test:587.  The relay\r\nsaid, in reply to "
	    "RCPT TO:<bob@y.test>:\r\n\r\n    550-5.1.10 no such\r\n"
	    "    550 5.1.10 user\r\n\r\n"
	    "Ask them for the right address.\r\n\r\n");
	says(&m, "  <carl@y.test>\r\n\r\nIt was not possible to connect to "
	    "relay.test:587:\r\n\r\n    Connection refused\r\n\r\n");
	says(&m, "the message itself");

	is_field(m.part[2].head, m.part[2].head_len, "Content-Type",
	    "message/rfc822");
	is_int((long long)m.part[2].body_len, (long long)sizeof(message) - 1,
	    "the message is there");
	ok(memcmp(m.part[2].body, message, sizeof(message) - 1) == 0,
	    "octet for octet");
	ok(!m.eightbit, "all is ASCII");
	buf_release(&m.all);
}

static void
test_whole(void)
{
	static const struct {
		enum ret	ret;
		uint64_t	size;
		bool		want;
	} t[] = {
		{ RET_UNSET, 0, true },
		{ RET_UNSET, DSN_WHOLE, true },
		{ RET_UNSET, DSN_WHOLE + 1, false },
		{ RET_FULL, DSN_WHOLE, true },
		{ RET_FULL, (uint64_t)1 << 40, false },
		{ RET_HDRS, 0, false },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct dsn d = { .ret = t[i].ret, .size = t[i].size };

		ok(dsn_whole(&d) == t[i].want, "whole %zu", i);
	}
}

/* Status, Remote-MTA and Diagnostic-Code of a fault. */
static const struct {
	enum stage	 stage;
	enum domain	 domain;
	int		 code;
	const char	*esc;
	const char	*what;
	const char	*text;
	const char	*status;
	const char	*remote;
	const char	*diagnostic;
} faults[] = {
	{ ST_RCPT, FD_SMTP, 550, "\5\7\1", "r.test:25", "5.7.1 no",
	    "5.7.1", "dns; r.test", "smtp; 550 5.7.1 no" },
	{ ST_RCPT, FD_SMTP, 550, NULL, "r.test", "no",
	    "5.1.1", "dns; r.test", "smtp; 550 no" },
	{ ST_RCPT, FD_SMTP, 553, NULL, "[::1]:2525", "no",
	    "5.1.0", "dns; [::1]", "smtp; 553 no" },
	{ ST_RCPT, FD_SMTP, 552, NULL, "/run/lmtp", "full",
	    "5.2.2", NULL, "smtp; 552 full" },
	{ ST_BODY, FD_SMTP, 552, NULL, "", "big",
	    "5.3.4", NULL, "smtp; 552 big" },
	{ ST_BODY, FD_SMTP, 554, NULL, "r:25", "",
	    "5.0.0", "dns; r", "smtp; 554" },
	{ ST_RCPT, FD_SMTP, 450, "\4\2\1", "r:25", "4.2.1 wait",
	    "4.2.1", "dns; r", "smtp; 450 4.2.1 wait" },
	{ ST_RCPT, FD_SMTP, 450, NULL, "r:25", "wait",
	    "5.1.0", "dns; r", "smtp; 450 wait" },
	{ ST_AUTH, FD_SMTP, 535, NULL, "r:25", "who?",
	    "5.7.8", "dns; r", "smtp; 535 who?" },
	{ ST_GREETING, FD_SMTP, 421, NULL, "r:25", "a\n\nb",
	    "5.3.2", "dns; r", "smtp; 421-a 421- 421 b" },
	{ ST_RESOLVE, FD_GAI, -2, NULL, "r", "unknown",
	    "5.4.4", NULL, "x-heloise; unknown" },
	{ ST_BODY, FD_LINK, 104, NULL, "r:25", "reset",
	    "5.4.2", NULL, "x-heloise; reset" },
	{ ST_TLS, FD_TLS, -43, NULL, "r:25", "expired",
	    "5.7.5", NULL, "x-heloise; expired" },
	{ ST_ADDRESS, FD_NONE, 0, NULL, "root", "f:1: |cat: no",
	    "5.1.3", NULL, "x-heloise; f:1: |cat: no" },
	{ ST_CONFIG, FD_NONE, 0, NULL, "", "a\n\nb",
	    "5.3.5", NULL, "x-heloise; a b" },
	{ ST_MAIL, FD_SMTP, 550, NULL, "r:25", "j\303\266 \342\202\254",
	    "5.1.0", "dns; r", "smtp; 550 j? ?" },
};

static void
test_faults(void)
{
	struct fault f;
	struct dsn_rcpt r = { .addr = "bob@y.test", .why = &f };
	struct mail m;
	size_t i, k;

	for (i = 0; i < NITEMS(faults); i++) {
		struct dsn d = facts(&r, 1);

		fault_clear(&f);
		fault_what(&f, "%s", faults[i].what);
		(void)fault_set(&f, faults[i].stage, faults[i].domain,
		    faults[i].code, VD_PERM, "%s", faults[i].text);
		for (k = 0; faults[i].esc != NULL && k < 3; k++)
			f.esc[k] = (unsigned char)faults[i].esc[k];
		make(&m, &d, message, sizeof(message) - 1);
		is_status(&m, 1, "Status", faults[i].status);
		is_status(&m, 1, "Remote-MTA", faults[i].remote);
		is_status(&m, 1, "Diagnostic-Code", faults[i].diagnostic);
		buf_release(&m.all);
	}
}

static const struct {
	const char	*head;
	const char	*subject;
	const char	*reply_to;	/* In-Reply-To */
} heads[] = {
	{ "", "Not delivered", NULL },
	{ "X: y\r\n", "Not delivered", NULL },
	{ "Subject:\r\n", "Not delivered", NULL },
	{ "Subject: \r\n", "Not delivered", NULL },
	{ "Subject:x\r\n", "Not delivered: x", NULL },
	{ "subject : a b\r\n", "Not delivered: a b", NULL },
	{ "Subject: a\r\n b\r\n\tc\r\n", "Not delivered: a b\tc", NULL },
	{ "Subject:\r\n a\r\n", "Not delivered: a", NULL },
	{ "Subject: =?utf-8?q?J=C3=B6?=\r\n =?utf-8?q?rg?=\r\n",
	    "Not delivered: =?utf-8?q?J=C3=B6?= =?utf-8?q?rg?=", NULL },
	{ "Subject: J\303\266rg\r\n",
	    "Not delivered: =?UTF-8?Q?J=C3=B6rg?=", NULL },
	{ "Subject: a\033b\r\n", "Not delivered: a?b", NULL },
	{ "Subject: a\377b\r\n", "Not delivered: a?b", NULL },
	{ "Message-ID: <a@b>\r\n", "Not delivered", "<a@b>" },
	{ "Message-ID:\r\n <a@b>\r\n", "Not delivered", "<a@b>" },
	{ "Message-ID: a@b\r\n", "Not delivered", NULL },
	{ "Message-ID: <>\r\n", "Not delivered", NULL },
	{ "Message-ID: <\303\266@b>\r\n", "Not delivered", NULL },
	{ "Message-ID: \r\n", "Not delivered", NULL },
};

static void
test_heads(void)
{
	struct fault f;
	struct dsn_rcpt r = { .addr = "bob@y.test", .why = &f };
	struct buf long_head = { .max = 1 << 20 };
	struct dsn d;
	struct mail m;
	size_t i;

	rcpt_fault(&f, "bob@y.test", 550, "no");
	for (i = 0; i < NITEMS(heads); i++) {
		d = facts(&r, 1);
		d.head = heads[i].head;
		d.head_len = strlen(d.head);
		make(&m, &d, message, sizeof(message) - 1);
		is_field(m.head, m.head_len, "Subject", heads[i].subject);
		is_field(m.head, m.head_len, "In-Reply-To",
		    heads[i].reply_to);
		is_field(m.head, m.head_len, "References",
		    heads[i].reply_to);
		buf_release(&m.all);
	}

	buf_adds(&long_head, "Subject: ");
	for (i = 0; i < 900; i++)
		buf_adds(&long_head, "x");
	buf_adds(&long_head, "\r\nMessage-ID: <");
	for (i = 0; i < 900; i++)
		buf_adds(&long_head, "x");
	buf_adds(&long_head, "@x>\r\n");
	for (i = 0; i < 10000; i++)
		buf_addf(&long_head, "X-%zu: y\r\n z\r\n", i);
	d = facts(&r, 1);
	d.ret = RET_HDRS;
	d.head = long_head.p;
	d.head_len = long_head.len;
	make(&m, &d, NULL, 0);
	is_field(m.head, m.head_len, "Subject", "Not delivered");
	is_field(m.head, m.head_len, "In-Reply-To", NULL);
	i = m.part[2].body_len;
	ok(i <= DSN_HEADER && i > DSN_HEADER - 100, "an endless header is cut");
	ok(memcmp(m.part[2].body, long_head.p, i) == 0 &&
	    memcmp(m.part[2].body + i - 3, "z\r\n", 3) == 0,
	    "behind a whole field");
	buf_release(&m.all);
	buf_release(&long_head);
}

static void
test_eightbit(void)
{
	static const char utf8[] = "Subject: J\303\266rg\r\n";
	static const char latin[] = "Subject: J\366rg\r\n";
	static const char body[] = "Subject: x\r\n\r\nJ\366rg\r\n";
	struct fault f;
	struct dsn_rcpt r = { .addr = "j\303\266+r=\\g@y.test", .why = &f,
	    .orcpt = "utf-8;j\\x{F6}@y.test" };
	struct dsn d = facts(&r, 1);
	struct mail m;

	rcpt_fault(&f, "bob@y.test", 550, "no");
	d.head = utf8;
	d.head_len = sizeof(utf8) - 1;
	d.ret = RET_HDRS;
	make(&m, &d, NULL, 0);
	is_status(&m, 1, "Final-Recipient",
	    "utf-8; j\\x{F6}\\x{2B}r\\x{3D}\\x{5C}g@y.test");
	is_status(&m, 1, "Original-Recipient", "utf-8;j\\x{F6}@y.test");
	says(&m, "  <j\303\266+r=\\g@y.test>\r\n");
	is_field(m.part[2].head, m.part[2].head_len, "Content-Type",
	    "message/global-headers");
	ok(ascii_only(m.head, m.head_len), "its header is ASCII");
	buf_release(&m.all);

	d.head = latin;
	d.head_len = sizeof(latin) - 1;
	make(&m, &d, NULL, 0);
	is_field(m.part[2].head, m.part[2].head_len, "Content-Type",
	    "text/rfc822-headers");
	buf_release(&m.all);

	r.addr = "bob@y.test";
	d = facts(&r, 1);
	d.eightbit = true;
	make(&m, &d, body, sizeof(body) - 1);
	is_field(m.part[2].head, m.part[2].head_len, "Content-Type",
	    "message/rfc822");
	ok(ascii_only(m.part[0].body, m.part[0].body_len), "ASCII words");
	buf_release(&m.all);

	d.head = utf8;
	d.head_len = sizeof(utf8) - 1;
	d.to = d.from = "j\303\266@x.test";
	make(&m, &d, utf8, sizeof(utf8) - 1);
	is_field(m.part[2].head, m.part[2].head_len, "Content-Type",
	    "message/global");
	buf_release(&m.all);

	/* The relay's words, in words only. */
	d = facts(&r, 1);
	rcpt_fault(&f, "bob@y.test", 550, "f\303\274r \033[2J dich");
	make(&m, &d, message, sizeof(message) - 1);
	says(&m, "    550 f\303\274r ?[2J dich\r\n");
	is_status(&m, 1, "Diagnostic-Code", "smtp; 550 f?r ?[2J dich");
	ok(m.eightbit, "which makes it 8-bit");
	buf_release(&m.all);
}

static size_t
count(const struct mail *m, const char *what)
{
	const char *p = m->part[0].body, *end = p + m->part[0].body_len;
	size_t n = 0;

	while ((p = find(p, (size_t)(end - p), what)) != NULL) {
		p += strlen(what);
		n++;
	}
	return n;
}

/* Long lines of the relay are broken, in whole characters. */
static void
test_long(void)
{
	struct fault f;
	struct dsn_rcpt r = { .addr = "bob@y.test", .why = &f };
	struct dsn d = facts(&r, 1);
	struct buf b = { .max = 4096 };
	struct mail m;
	size_t i, k;

	for (k = 0; k < 3; k++) {
		buf_clear(&b);
		buf_add(&b, "xx", k);
		for (i = 0; i < 600; i++)
			buf_adds(&b, "\342\202\254");
		rcpt_fault(&f, "bob@y.test", 550, buf_text(&b));
		make(&m, &d, message, sizeof(message) - 1);
		ok(utf8_valid(m.part[0].body, m.part[0].body_len) &&
		    count(&m, "\342\202\254") == 600,
		    "characters stay whole");
		buf_release(&m.all);
	}
	buf_clear(&b);
	for (i = 0; i < 400; i++)
		buf_addf(&b, "w%zu ", i);
	rcpt_fault(&f, "bob@y.test", 550, buf_text(&b));
	make(&m, &d, message, sizeof(message) - 1);
	/* Ours are "was" and "will". */
	is_int((long long)count(&m, " w"), 400 + 2, "no word is lost");
	is_int((long long)count(&m, "\r\n    w"), 2, "on three lines");
	buf_release(&m.all);
	buf_release(&b);
}

static void
test_opening(void)
{
	struct fault f[3];
	struct dsn_rcpt r[3] = {
		{ .addr = "a@y.test", .why = &f[0] },
		{ .addr = "b@y.test", .why = &f[1] },
		{ .addr = "c@y.test",
		    .why = &f[2],
		    .hint = (char[]){ "Wait." } },
	};
	struct dsn d = facts(r, 3);
	struct mail m;
	size_t i;

	for (i = 0; i < 3; i++) {
		fault_clear(&f[i]);
		fault_what(&f[i], "r.test:25");
		(void)fault_set(&f[i], ST_GREETING, FD_SMTP, 554, VD_PERM,
		    "no");
	}
	d.tries = 1;
	d.to = "postmaster@x.test";
	make(&m, &d, message, sizeof(message) - 1);
	says(&m, "A message from <ann@x.test> could not");
	says(&m, "It will\r\nnot be tried again.");
	says(&m, "  <a@y.test>\r\n  <b@y.test>\r\n\r\nIt was not possible to "
	    "get a greeting from r.test:25.  The relay said:\r\n\r\n"
	    "    554 no\r\n\r\n  <c@y.test>\r\n\r\nIt was");
	says(&m, "Wait.\r\n");
	is_status(&m, 3, "Final-Recipient", "rfc822; c@y.test");
	buf_release(&m.all);

	(void)strlcpy(f[1].text, "why", sizeof(f[1].text));
	make(&m, &d, message, sizeof(message) - 1);
	says(&m, "said: 554 no <b@y.test> It was");
	buf_release(&m.all);

	d.from = "";
	d.tries = 2;
	d.arrival = d.now + 100;
	make(&m, &d, message, sizeof(message) - 1);
	says(&m, "A message without a sender could not");
	says(&m, "tried 2 times in 0 seconds.");
	buf_release(&m.all);
}

int
main(void)
{
	test_failed();
	test_whole();
	test_faults();
	test_heads();
	test_eightbit();
	test_long();
	test_opening();
	return done();
}
