/*
 * dsn.c - the text of a bounce (RFC 3464)
 *
 * A multipart/report of three parts: a text for people, fields for programs,
 * and the message or its header.  The fields are ASCII: other octets become
 * question marks, except in addresses, which have a form for them (RFC 6533,
 * 3).  The text is UTF-8 and has all octets of the reply.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/date.h"
#include "mail/dsn.h"
#include "mail/header.h"
#include "mail/phrase.h"

#define WIDTH		72	/* octets of a line of text */
#define LONGEST		900	/* octets of a line of a reply */
#define SUBJECT_MAX	400	/* octets; a longer one is left out */

/*
 * The last two numbers of the enhanced status code (RFC 3463) for a fault at
 * that stage that has none.
 */
static const unsigned char meaning[ST__MAX][2] = {
	[ST_USAGE]	= { 3, 5 },	/* misconfigured */
	[ST_CONFIG]	= { 3, 5 },
	[ST_SECRET]	= { 3, 5 },
	[ST_TOKEN]	= { 3, 5 },
	[ST_INPUT]	= { 6, 0 },	/* content */
	[ST_ADDRESS]	= { 1, 3 },	/* bad address */
	[ST_SPOOL]	= { 3, 0 },	/* mail system */
	[ST_WAIT]	= { 4, 5 },	/* congestion */
	[ST_RESOLVE]	= { 4, 4 },	/* unable to route */
	[ST_CONNECT]	= { 4, 1 },	/* no answer from host */
	[ST_GREETING]	= { 3, 2 },	/* not accepting messages */
	[ST_EHLO]	= { 3, 2 },
	[ST_STARTTLS]	= { 7, 0 },	/* security */
	[ST_TLS]	= { 7, 5 },	/* cryptographic failure */
	[ST_AUTH]	= { 7, 8 },	/* credentials invalid */
	[ST_MAIL]	= { 1, 0 },	/* address */
	[ST_RCPT]	= { 1, 0 },
	[ST_DATA]	= { 0, 0 },	/* undefined */
	[ST_BODY]	= { 0, 0 },
	[ST_RSET]	= { 5, 0 },	/* protocol */
	[ST_QUIT]	= { 5, 0 },
};

/*
 * Lines
 */

/*
 * The length of the next line of p[0..n): up to a line end, else to the last
 * space before width, else to the next space, else to LONGEST.
 */
static size_t
dsn_line_len(const char *p, size_t n, size_t width)
{
	const char *nl = memchr(p, '\n', n);
	size_t k;

	if (nl != NULL)
		n = (size_t)(nl - p);
	if (n <= width)
		return n;
	for (k = width; k > 0 && p[k] != ' '; k--)
		;
	while (k > 0 && p[k - 1] == ' ')
		k--;
	if (k > 0)
		return k;
	for (k = width; k < n && k < LONGEST && p[k] != ' '; k++)
		;
	while (k < n && k > 1 && ((unsigned char)p[k] & 0xc0) == 0x80)
		k--;
	return k;
}

/* Skip the line end or the spaces after a line of k octets. */
static size_t
dsn_line_skip(const char *p, size_t n, size_t k)
{
	if (k < n && p[k] == '\n')
		return k + 1;
	while (k < n && p[k] == ' ')
		k++;
	return k;
}

/* Append text as lines of that width, each after indent. */
static void
dsn_add_lines(struct buf *out, const char *indent, const char *text, size_t
    width)
{
	struct buf b = { .max = SIZE_MAX / 4 };
	const char *p;
	size_t n, k;

	buf_add_visible(&b, text, strlen(text), true);
	for (p = buf_text(&b), n = b.len; n > 0; p += k, n -= k) {
		k = dsn_line_len(p, n, width);
		buf_adds(out, k > 0 ? indent : "");
		buf_add(out, p, k);
		buf_adds(out, "\r\n");
		k = dsn_line_skip(p, n, k);
	}
	buf_release(&b);
}

static void __attribute__((__format__(__printf__, 2, 3)))
dsn_add_text(struct buf *out, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	dsn_add_lines(out, "", text, WIDTH);
}

/* Append printable ASCII; each other character becomes "?". */
static void
dsn_add_ascii(struct buf *out, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c & 0xc0) != 0x80)
			buf_add(out, c < 0x20 || c > 0x7e ? "?" : &p[i], 1);
	}
}

/*
 * The part for people
 */

static void
dsn_add_time(struct buf *out, long long s)
{
	static const struct {
		long long	 s;
		const char	*name;
	} units[] = {
		{ 86400, "days" }, { 3600, "hours" }, { 60, "minutes" },
		{ 1, "seconds" },
	};
	size_t i = 0;

	while (i < NITEMS(units) - 1 && s < 2 * units[i].s)
		i++;
	buf_addf(out, "%lld %s", s > 0 ? s / units[i].s : 0, units[i].name);
}

static void
dsn_add_opening(struct buf *out, const struct dsn *d)
{
	struct buf subject = { .max = 1024 }, tried = { .max = 1024 };

	if (strcmp(d->from, d->to) == 0)
		buf_adds(&subject, "Your message");
	else if (*d->from == '\0')
		buf_adds(&subject, "A message without a sender");
	else
		buf_addf(&subject, "A message from <%s>", d->from);
	if (d->tries > 1) {
		buf_addf(&tried, "It was tried %u times in ", d->tries);
		dsn_add_time(&tried, (long long)d->now - (long long)d->arrival);
		buf_adds(&tried, ".  ");
	}
	dsn_add_text(out, "This is the mail program of %s.", d->host);
	buf_adds(out, "\r\n");
	dsn_add_text(out, "%s could not be delivered to the recipients named "
	    "below.  %sIt will not be tried again.", buf_text(&subject),
	    buf_text(&tried));
	buf_release(&subject);
	buf_release(&tried);
}

static bool
dsn_same_reason(const struct dsn_rcpt *a, const struct dsn_rcpt *b)
{
	const struct fault *f = a->why, *g = b->why;

	if ((a->hint == NULL) != (b->hint == NULL) ||
	    (a->hint != NULL && strcmp(a->hint, b->hint) != 0))
		return false;
	return f->stage == g->stage && f->domain == g->domain &&
	    f->code == g->code && strcmp(f->what, g->what) == 0 &&
	    strcmp(f->command, g->command) == 0 &&
	    strcmp(f->text, g->text) == 0;
}

static void
dsn_add_reason(struct buf *out, const struct dsn_rcpt *r)
{
	const struct fault *f = r->why;
	struct buf reply = { .max = 2 * FAULT_TEXT };
	struct buf action = { .max = FAULT_WHAT + 64 };

	fault_action(&action, f);
	if (f->domain == FD_SMTP)
		dsn_add_text(out, "It was not possible to %s.  The relay "
		    "said%s%s:", buf_text(&action),
		    f->command[0] != '\0' ? ", in reply to " : "", f->command);
	else
		dsn_add_text(out, "It was not possible to %s%s%s%s:",
		    buf_text(&action),
		    f->command[0] != '\0' ? " (" : "", f->command,
		    f->command[0] != '\0' ? ")" : "");
	fault_reply(&reply, f);
	buf_adds(out, "\r\n");
	dsn_add_lines(out, "    ", buf_text(&reply), LONGEST);
	buf_adds(out, "\r\n");
	if (r->hint != NULL) {
		dsn_add_lines(out, "", r->hint, WIDTH);
		buf_adds(out, "\r\n");
	}
	buf_release(&action);
	buf_release(&reply);
}

static void
dsn_add_people(struct buf *out, const struct dsn *d)
{
	size_t i;

	dsn_add_opening(out, d);
	buf_adds(out, "\r\n");
	for (i = 0; i < d->nrcpt; i++) {
		buf_addf(out, "  <%s>\r\n", d->rcpt[i].addr);
		if (i + 1 < d->nrcpt &&
		    dsn_same_reason(&d->rcpt[i], &d->rcpt[i + 1]))
			continue;
		buf_adds(out, "\r\n");
		dsn_add_reason(out, &d->rcpt[i]);
	}
	dsn_add_text(out,
	    "The next part of this mail is a report for programs; "
	    "the last part is %s.",
	    dsn_whole(d) ? "the message itself" : "the header of the message");
}

/*
 * The part for programs
 */

static void
dsn_add_date(struct buf *out, const char *name, const struct dsn *d, time_t t)
{
	buf_addf(out, "%s: ", name);
	date_add(out, t, d->utc_offset);
	buf_adds(out, "\r\n");
}

/* Append the decoded form of an xtext (RFC 3461, 4). */
static void
dsn_add_xtext(struct buf *out, const char *p)
{
	char c;

	for (; *p != '\0'; p++) {
		c = *p;
		if (c == '+' && ascii_hex(p[1]) >= 0 && ascii_hex(p[2]) >= 0) {
			c = (char)(ascii_hex(p[1]) * 16 + ascii_hex(p[2]));
			p += 2;
		}
		dsn_add_ascii(out, &c, 1);
	}
}

/* In ASCII, or as utf-8-addr-xtext (RFC 6533, 3). */
static void
dsn_add_recipient(struct buf *out, const char *addr)
{
	const unsigned char *p = (const unsigned char *)addr;
	size_t n = strlen(addr), k;
	uint32_t c;

	if (!addr_needs_utf8(addr)) {
		buf_addf(out, "Final-Recipient: rfc822; %s\r\n", addr);
		return;
	}
	buf_adds(out, "Final-Recipient: utf-8; ");
	for (; n > 0; p += k, n -= k) {
		if ((k = utf8_next(p, n, &c)) == 0)
			k = c = 1;
		if (c <= 0x20 || c >= 0x7f || c == '+' || c == '=' || c == '\\')
			buf_addf(out, "\\x{%02X}", (unsigned)c);
		else
			buf_add(out, p, 1);
	}
	buf_adds(out, "\r\n");
}

/* A failed recipient has 5.x.x unless the relay sent another class. */
static void
dsn_add_status(struct buf *out, const struct fault *f)
{
	unsigned class = 5;
	unsigned subject = meaning[f->stage][0];
	unsigned detail = meaning[f->stage][1];

	if (f->esc[0] != 0) {
		class = f->esc[0];
		subject = f->esc[1];
		detail = f->esc[2];
	} else if (f->domain == FD_LINK) {
		subject = 4;		/* bad connection */
		detail = 2;
	} else if (f->domain == FD_SMTP && f->code == 552) {
		subject = f->stage == ST_RCPT ? 2 : 3;	/* mailbox full, or */
		detail = f->stage == ST_RCPT ? 2 : 4;	/* message too big */
	} else if (f->domain == FD_SMTP && f->code == 550 &&
	    f->stage == ST_RCPT) {
		subject = detail = 1;	/* no such mailbox */
	}
	buf_addf(out, "Status: %u.%u.%u\r\n", class, subject, detail);
}

/* The host name of "name:port". */
static void
dsn_add_remote(struct buf *out, const char *what)
{
	const char *colon = strrchr(what, ':');
	size_t n = strlen(what);

	if (colon != NULL && colon[1 + strspn(colon + 1, "0123456789")] == '\0')
		n = (size_t)(colon - what);
	if (n == 0 || memchr(what, '/', n) != NULL)
		return;
	buf_adds(out, "Remote-MTA: dns; ");
	dsn_add_ascii(out, what, n);
	buf_adds(out, "\r\n");
}

static void
dsn_add_diagnostic(struct buf *out, const struct fault *f)
{
	struct buf all = { .max = 2 * FAULT_TEXT };
	const char *p, *gap = " ";
	size_t n, k;

	buf_addf(out, "Diagnostic-Code: %s;", f->domain == FD_SMTP ? "smtp" :
	    "x-heloise");
	fault_reply(&all, f);
	for (p = buf_text(&all), n = all.len; n > 0; p += k, n -= k) {
		k = dsn_line_len(p, n, LONGEST);
		if (k > strspn(p, " ")) {
			buf_adds(out, gap);
			dsn_add_ascii(out, p, k);
			gap = "\r\n ";
		}
		k = dsn_line_skip(p, n, k);
	}
	buf_adds(out, "\r\n");
	buf_release(&all);
}

static void
dsn_add_programs(struct buf *out, const struct dsn *d)
{
	size_t i;

	buf_addf(out, "Reporting-MTA: dns; %s\r\n", d->host);
	if (d->envid != NULL) {
		buf_adds(out, "Original-Envelope-Id: ");
		dsn_add_xtext(out, d->envid);
		buf_adds(out, "\r\n");
	}
	dsn_add_date(out, "Arrival-Date", d, d->arrival);
	for (i = 0; i < d->nrcpt; i++) {
		const struct dsn_rcpt *r = &d->rcpt[i];

		buf_adds(out, "\r\n");
		if (r->orcpt != NULL) {
			buf_adds(out, "Original-Recipient: ");
			dsn_add_xtext(out, r->orcpt);
			buf_adds(out, "\r\n");
		}
		dsn_add_recipient(out, r->addr);
		buf_adds(out, "Action: failed\r\n");
		dsn_add_status(out, r->why);
		if (r->why->domain == FD_SMTP)
			dsn_add_remote(out, r->why->what);
		dsn_add_diagnostic(out, r->why);
	}
}

/*
 * The header, and all of it
 */

/* May the value, with its folding, stand in the header of a bounce? */
static bool
dsn_usable(const struct field *fld, size_t max)
{
	size_t i;

	for (i = 0; i < fld->value_len; i++) {
		char c = fld->value[i];

		if (!ascii_graphic(c) && !ascii_space(c))
			return false;
	}
	return fld->value_len <= max;
}

static void
dsn_add_subject(struct buf *out, const struct dsn *d)
{
	struct buf line = { .max = SUBJECT_MAX }, b = { .max = SUBJECT_MAX };
	struct field fld;

	buf_adds(out, "Subject: Not delivered");
	if (header_find(d->head, d->head_len, "Subject", &fld)) {
		header_unfold(&line, &fld);
		buf_add_visible(&b, buf_text(&line), line.len, false);
		if (dsn_usable(&fld, SUBJECT_MAX) && line.len > 0) {
			buf_adds(out, *fld.value > ' ' ? ": " : ":");
			buf_add(out, fld.value, fld.value_len);
		} else if (!line.full && !b.full && b.len > 0) {
			buf_adds(out, ":\r\n ");
			phrase_add(out, b.p, b.len);
		}
	}
	buf_adds(out, "\r\n");
	buf_release(&line);
	buf_release(&b);
}

/* Put the bounce in the thread of the message. */
static void
dsn_add_thread(struct buf *out, const struct dsn *d)
{
	struct buf id = { .max = LONGEST };
	struct field fld;

	if (header_find(d->head, d->head_len, "Message-ID", &fld) &&
	    dsn_usable(&fld, LONGEST - 20)) {
		header_unfold(&id, &fld);
		if (id.len > 2 && id.p[0] == '<' && id.p[id.len - 1] == '>')
			buf_addf(out, "In-Reply-To: %s\r\nReferences: %s\r\n",
			    id.p, id.p);
	}
	buf_release(&id);
}

/* Octets of the header to return: whole fields, at most DSN_HEADER. */
static size_t
dsn_header_len(const struct dsn *d)
{
	size_t at = 0, n = 0;
	struct field fld;

	while (header_next(d->head, d->head_len, &at, &fld) && at <= DSN_HEADER)
		n = at;
	return n;
}

bool
dsn_whole(const struct dsn *d)
{
	return d->ret != RET_HDRS && d->size <= DSN_WHOLE;
}

static const char *
dsn_encoding(bool eightbit)
{
	return eightbit ? "8bit" : "7bit";
}

/* The header of the part that is the message. */
static void
dsn_add_message(struct buf *out, const struct dsn *d, bool eightbit)
{
	bool whole = dsn_whole(d);
	size_t n = dsn_header_len(d);
	bool global = !ascii_only(d->head, n) && utf8_valid(d->head, n);

	buf_addf(out, "Content-Type: %s\r\nContent-Transfer-Encoding: %s\r\n"
	    "\r\n", whole ? global ? "message/global" : "message/rfc822" :
	    global ? "message/global-headers" : "text/rfc822-headers",
	    dsn_encoding(eightbit));
	if (!whole)
		buf_add(out, d->head, n);
}

static void
dsn_add_header(struct buf *out, const struct dsn *d, bool eightbit)
{
	buf_addf(out, "From: Mail Delivery System <MAILER-DAEMON@%s>\r\n"
	    "To: <%s>\r\n", d->host, d->to);
	dsn_add_subject(out, d);
	dsn_add_date(out, "Date", d, d->now);
	buf_addf(out, "Message-ID: <%s>\r\n", d->message_id);
	dsn_add_thread(out, d);
	buf_addf(out, "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
	    "\tboundary=\"%s\"\r\nContent-Transfer-Encoding: %s\r\n\r\n",
	    d->boundary, dsn_encoding(eightbit));
}

bool
dsn_head(struct buf *out, const struct dsn *d)
{
	struct buf people = { .max = SIZE_MAX / 4 };
	bool words8, message8;

	dsn_add_people(&people, d);
	words8 = !ascii_only(buf_text(&people), people.len);
	message8 = dsn_whole(d) ? d->eightbit :
	    !ascii_only(d->head, dsn_header_len(d));
	dsn_add_header(out, d, words8 || message8);
	buf_addf(out, "--%s\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n", d->boundary,
	    dsn_encoding(words8));
	buf_add(out, people.p, people.len);
	buf_addf(out, "\r\n--%s\r\nContent-Type: message/delivery-status\r\n"
	    "\r\n", d->boundary);
	dsn_add_programs(out, d);
	buf_addf(out, "\r\n--%s\r\n", d->boundary);
	dsn_add_message(out, d, message8);
	buf_release(&people);
	return words8 || message8;
}

void
dsn_tail(struct buf *out, const struct dsn *d)
{
	buf_addf(out, "\r\n--%s--\r\n", d->boundary);
}
