/*
 * message.c - stdin bytes to wire form
 *
 * The header is gathered line by line until it ends, then looked at as a
 * whole and written; the body goes through in blocks.  A line of the header
 * is kept as it came until its first octets show what it is: what turns out
 * to be body must be read by the rules of the body.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "mail/addr.h"
#include "mail/date.h"
#include "mail/header.h"
#include "mail/message.h"

#define NAME_MAX_LINE	998	/* a longer first word is no field's name */

/* What is known of the line of the header that is being read. */
enum {
	L_START,	/* nothing */
	L_CRS,		/* only CR so far */
	L_NAME,		/* octets that may be a field's name */
	L_GAP,		/* white space after those */
	L_KEEP,		/* it is a field or continues one */
	L_DROP,		/* it came from an mbox file */
	L_BLANK,	/* it is empty: the header is over */
	L_BODY		/* it is none of these: the header is over */
};

void
message_init(struct message *m, const struct message_opts *opts,
    struct envelope *e)
{
	*m = (struct message){ .opts = opts, .envelope = e,
	    .out.max = SIZE_MAX / 4, .head.max = MESSAGE_HEADER_MAX };
}

void
message_release(struct message *m)
{
	buf_release(&m->out);
	buf_release(&m->head);
}

static bool
any_8bit(const char *p, size_t n)
{
	uint64_t word, all = 0;

	for (; n >= sizeof(word); p += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		all |= word;
	}
	return (all & 0x8080808080808080u) != 0 || !ascii_only(p, n);
}

/*
 * The envelope
 */

/* What the wire may see of it: qualified, in ASCII if that can be. */
static int
complete(char **spec, const char *domain, struct fault *f)
{
	if (domain != NULL)
		addr_qualify(spec, domain);
	if (addr_ascii_domain(spec, f) == -1)
		return -1;
	return addr_check(*spec, f);
}

/* The address of the user who calls; some login names hold an @ already. */
static char *
own_address(const struct message *m)
{
	struct buf b = { .max = 4096 };
	char *spec;

	if (addr_at(m->opts->user) != NULL)
		buf_adds(&b, m->opts->user);
	else
		addr_add_local(&b, m->opts->user);
	spec = xstrdup(buf_text(&b));
	buf_release(&b);
	return spec;
}

static int
set_sender(struct message *m, struct fault *f)
{
	const char *given = m->opts->sender;
	char *spec = given != NULL ? xstrdup(given) : own_address(m);
	int ret = 0;

	if (*spec != '\0')
		ret = complete(&spec, m->opts->domain, f);
	if (ret == 0)
		envelope_from(m->envelope, spec);
	free(spec);
	return ret;
}

/* Say in which field the address stands. */
static int
in_field(struct fault *f, const struct field *fld)
{
	struct fault was = *f;

	return fault_set(f, was.stage, was.domain, was.code, was.verdict,
	    "%s, in the field %.*s", was.text,
	    (int)(fld->name_len < 40 ? fld->name_len : 40), fld->name);
}

int
message_recipients(struct envelope *e, const char *p, size_t n,
    const char *domain, struct fault *f)
{
	struct addr_list list = { 0 };
	size_t i;
	int ret;

	ret = addr_parse_list(&list, p, n, f);
	for (i = 0; ret == 0 && i < list.n; i++) {
		if (*list.v[i].spec == '\0')
			continue;
		if ((ret = complete(&list.v[i].spec, domain, f)) == 0)
			(void)envelope_add(e, list.v[i].spec);
	}
	addr_list_release(&list);
	return ret;
}

/* The field as it is named in a message that is sent on, or not. */
static const char *
called(const char *name, bool again)
{
	return again ? name : name + strlen("Resent-");
}

static int
extract(struct message *m, bool again, struct fault *f)
{
	static const char *const names[] = { "Resent-To", "Resent-Cc",
	    "Resent-Bcc" };
	struct field fld;
	size_t at = 0, i;

	while (header_next(buf_text(&m->head), m->head_line, &at, &fld))
		for (i = 0; i < NITEMS(names); i++)
			if (header_is(&fld, called(names[i], again)) &&
			    message_recipients(m->envelope, fld.value,
			    fld.value_len, m->opts->domain, f) == -1)
				return in_field(f, &fld);
	return 0;
}

/*
 * The header
 */

static bool
is_resent(const struct field *fld)
{
	static const char prefix[] = "Resent-";

	return fld->name_len > sizeof(prefix) - 1 &&
	    strncasecmp(fld->name, prefix, sizeof(prefix) - 1) == 0;
}

/* Sent on by hand: only the Resent- fields count (RFC 5322, 3.6.6). */
static bool
resent(const struct message *m)
{
	struct field fld;
	size_t at = 0;

	while (header_next(buf_text(&m->head), m->head_line, &at, &fld))
		if (is_resent(&fld))
			return true;
	return false;
}

static bool
one_of(const struct field *fld, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (header_is(fld, names[i]))
			return true;
	return false;
}

/* Not for the eyes of the recipients, or not true any more. */
static bool
dropped(const struct field *fld)
{
	static const char *const names[] = { "Bcc", "Resent-Bcc",
	    "Return-Path", "Content-Length" };

	return one_of(fld, names, NITEMS(names));
}

static bool
holds_addresses(const struct field *fld)
{
	static const char *const names[] = { "From", "Sender", "Reply-To",
	    "To", "Cc", "Resent-From", "Resent-Sender", "Resent-Reply-To",
	    "Resent-To", "Resent-Cc" };

	return one_of(fld, names, NITEMS(names));
}

/* Is it bare, and is it an address once it has our domain? */
static bool
wants_domain(const struct message *m, const char *spec)
{
	struct fault f = { 0 };
	char *whole;
	bool good;

	if (*spec == '\0' || addr_at(spec) != NULL)
		return false;
	whole = xstrdup(spec);
	addr_qualify(&whole, m->opts->domain);
	good = addr_check(whole, &f) == 0;
	free(whole);
	return good;
}

/* A field of addresses: bare names get the domain where they stand. */
static void
write_addresses(struct message *m, const struct field *fld)
{
	struct addr_list list = { 0 };
	struct fault f = { 0 };
	const char *p = fld->line, *end;
	size_t i;

	if (addr_parse_list(&list, fld->value, fld->value_len, &f) == -1) {
		addr_list_release(&list);
		list = (struct addr_list){ 0 };
	}
	for (i = 0; i < list.n; i++) {
		if (!wants_domain(m, list.v[i].spec))
			continue;
		end = fld->value + list.v[i].spec_end;
		buf_add(&m->out, p, (size_t)(end - p));
		buf_addf(&m->out, "@%s", m->opts->domain);
		p = end;
	}
	buf_add(&m->out, p, fld->len - (size_t)(p - fld->line));
	addr_list_release(&list);
}

static bool
lacks(const struct message *m, const char *name)
{
	struct field fld;

	return !header_find(buf_text(&m->head), m->head_line, name, &fld);
}

/* The sender, or the user where that is the null sender. */
static int
write_from(struct message *m, const char *field, struct fault *f)
{
	const char *name = m->opts->full_name;
	size_t start = m->out.len, col;
	char *from;

	if (*m->envelope->from != '\0')
		from = xstrdup(m->envelope->from);
	else if (from = own_address(m),
	    complete(&from, m->opts->domain, f) == -1) {
		free(from);
		return -1;
	}
	buf_addf(&m->out, "%s: ", field);
	if (name != NULL && *name != '\0') {
		addr_add_name(&m->out, name, strlen(name));
		col = m->out.len - start + strlen(from);
		buf_addf(&m->out, "%s <%s>", col > 74 ? "\r\n" : "", from);
	} else
		buf_adds(&m->out, from);
	buf_adds(&m->out, "\r\n");
	free(from);
	return 0;
}

/* The host name is not ours to trust: what is no atom becomes a hyphen. */
static void
write_message_id(struct message *m, const char *field)
{
	const char *p;

	buf_addf(&m->out, "%s: <%s@", field, m->opts->unique);
	for (p = m->opts->hostname; *p != '\0'; p++)
		buf_add(&m->out, *p == '.' || *p == '_' ||
		    (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') ||
		    (*p >= 'a' && *p <= 'z') ? p : "-", 1);
	buf_adds(&m->out, ">\r\n");
}

static int
write_missing(struct message *m, bool again, struct fault *f)
{
	const char *date = called("Resent-Date", again);
	const char *from = called("Resent-From", again);
	const char *id = called("Resent-Message-ID", again);

	if (lacks(m, date)) {
		buf_addf(&m->out, "%s: ", date);
		date_add(&m->out, m->opts->now, m->opts->utc_offset);
		buf_adds(&m->out, "\r\n");
	}
	if (lacks(m, from) && write_from(m, from, f) == -1)
		return -1;
	if (lacks(m, id))
		write_message_id(m, id);
	return 0;
}

static void
write_given(struct message *m)
{
	struct field fld;
	size_t at = 0;

	while (header_next(buf_text(&m->head), m->head_line, &at, &fld)) {
		if (dropped(&fld))
			continue;
		if (m->opts->domain != NULL && holds_addresses(&fld))
			write_addresses(m, &fld);
		else
			buf_add(&m->out, fld.line, fld.len);
	}
}

static void
measure(struct message *m, const char *p, size_t n)
{
	const char *end = p + n, *nl;

	m->header_8bit = any_8bit(p, n);
	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		if ((size_t)(nl - p) - 1 > m->longest_line)
			m->longest_line = (size_t)(nl - p) - 1;
	}
}

static void body(struct message *, const char *, size_t);

/*
 * head[0, head_line) is the header, and what follows it there is the start
 * of the body.
 */
static int
header_over(struct message *m, struct fault *f)
{
	size_t start = m->out.len;
	const bool again = resent(m);

	if (set_sender(m, f) == -1)
		return -1;
	if (m->opts->extract && extract(m, again, f) == -1)
		return -1;
	if (write_missing(m, again, f) == -1)
		return -1;
	write_given(m);
	buf_adds(&m->out, "\r\n");
	measure(m, m->out.p + start, m->out.len - start);
	m->header_done = true;
	if (m->state != L_BLANK)
		body(m, buf_text(&m->head) + m->head_line,
		    m->head.len - m->head_line);
	buf_release(&m->head);
	return 0;
}

/* A line that an mbox file has in front of a message, maybe with more. */
static bool
mbox_line(const struct message *m)
{
	const struct buf *h = &m->head;

	if (m->head_line > 0)
		return false;
	if (h->p[0] == '>')
		return h->len >= 6 && memcmp(h->p, ">From ", 6) == 0;
	return !m->mbox && h->len >= 5 && memcmp(h->p, "From ", 5) == 0;
}

/* A line is known to be header: a lone CR is a space there. */
static int
keep(struct message *m)
{
	size_t i;

	for (i = m->head_line; i < m->head.len; i++)
		if (m->head.p[i] == '\r')
			m->head.p[i] = ' ';
	return L_KEEP;
}

/* The next octet of a line that is not understood yet, already in head. */
static int
guess(struct message *m, char c)
{
	bool white = c == ' ' || c == '\t';

	switch (m->state) {
	case L_START:
		if (c == '\r')
			return L_CRS;
		if (c == '\n')
			return L_BLANK;
		if (white && m->head_line > 0)
			return L_KEEP;
		return header_octet(c) ? L_NAME : L_BODY;
	case L_CRS:
		if (c == '\r')
			return L_CRS;
		if (c == '\n')
			return L_BLANK;
		return m->head_line > 0 ? keep(m) : L_BODY;
	default:
		break;
	}
	if (m->head.len - m->head_line > NAME_MAX_LINE)
		return L_BODY;
	if (c == ':')
		return keep(m);
	if (m->state == L_NAME && header_octet(c))
		return L_NAME;
	if (white || c == '\r')
		return L_GAP;
	return c != '\n' && mbox_line(m) ? L_DROP : L_BODY;
}

/* The end of a line of the header: the next one starts. */
static void
next_line(struct message *m)
{
	if (m->state == L_KEEP)
		buf_adds(&m->head, "\r\n");
	else
		m->head.len = m->head_line;
	m->mbox |= m->state == L_DROP;
	m->head_line = m->head.len;
	m->state = L_START;
	m->cr = false;
}

/* Octets up to one that needs thought. */
static size_t
plain(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0')
			break;
	return i;
}

/* Octets of a line that is kept; how many were taken, at least one. */
static size_t
take(struct message *m, const char *p, size_t n)
{
	size_t k = m->cr ? 0 : plain(p, n);

	if (k > 0) {
		buf_add(&m->head, p, k);
		return k;
	}
	if (*p == '\0')
		m->nul_seen = true;
	else if (*p == '\n')
		next_line(m);
	else {
		if (m->cr)
			buf_adds(&m->head, " ");
		m->cr = *p == '\r';
		if (!m->cr)
			buf_add(&m->head, p, 1);
	}
	return 1;
}

/* Octets of the header; how many were taken before it was over. */
static size_t
gather(struct message *m, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && m->state < L_BLANK && !m->head.full) {
		char c = p[i];

		if (m->state == L_KEEP) {
			i += take(m, p + i, n - i);
			continue;
		}
		i++;
		if (c == '\0')
			m->nul_seen = true;
		else if (m->state != L_DROP) {
			buf_add(&m->head, &c, 1);
			m->state = guess(m, c);
		} else if (c == '\n')
			next_line(m);
	}
	return i;
}

/*
 * The body
 */

/* The next c at or after p, given the one that was next before. */
static const char *
seek(const char *next, const char *p, const char *end, char c)
{
	if (next != NULL && next >= p)
		return next;
	next = memchr(p, c, (size_t)(end - p));
	return next != NULL ? next : end;
}

static void
end_line(struct message *m)
{
	if (m->line > m->longest_line)
		m->longest_line = m->line;
	m->line = 0;
}

/* The octet after a CR: a LF there belongs to it. */
static const char *
after_cr(struct message *m, const char *p)
{
	if (*p == '\0') {
		m->nul_seen = true;
		return p + 1;
	}
	m->cr = false;
	return *p == '\n' ? p + 1 : p;
}

/* A dot that opens a line, and the octet after it, when dots count. */
static const char *
at_dot(struct message *m, const char *p)
{
	if (*p == '\0') {
		m->nul_seen = true;
		return p + 1;
	}
	if (!m->dot) {
		m->dot = true;
		return p + 1;
	}
	m->dot = false;
	if (*p == '\r' || *p == '\n') {
		m->ended = true;
		return p;
	}
	buf_adds(&m->out, ".");
	m->line = 1;
	return *p == '.' ? p + 1 : p;
}

/*
 * Lines that are right as they are gather between run and p, and are
 * copied when something has to be changed.
 */
static void
body(struct message *m, const char *p, size_t n)
{
	const char *end = p + n, *run = p, *stop;
	const char *lf = NULL, *cr = NULL, *nul = NULL;
	size_t start = m->out.len;

	while (p < end && !m->ended) {
		if (m->cr || m->dot || (m->opts->dot_ends && m->line == 0 &&
		    *p == '.')) {
			buf_add(&m->out, run, (size_t)(p - run));
			run = p = m->cr ? after_cr(m, p) : at_dot(m, p);
			continue;
		}
		lf = seek(lf, p, end, '\n');
		cr = seek(cr, p, end, '\r');
		nul = seek(nul, p, end, '\0');
		stop = lf < cr ? lf : cr;
		stop = stop < nul ? stop : nul;
		m->line += (size_t)(stop - p);
		p = stop;
		if (p == cr && p + 1 < end && p[1] == '\n') {
			end_line(m);
			p += 2;
			continue;
		}
		buf_add(&m->out, run, (size_t)(p - run));
		if (p == nul && p < end)
			m->nul_seen = true;
		else if (p < end) {
			m->cr = p == cr;
			buf_add(&m->out, "\r\n", 2);
			end_line(m);
		}
		p += p < end;
		run = p;
	}
	buf_add(&m->out, run, (size_t)(p - run));
	m->body_8bit = m->body_8bit || (m->out.len > start &&
	    any_8bit(m->out.p + start, m->out.len - start));
}

static int
too_big(struct fault *f)
{
	return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
	    "the header is over 1 MiB");
}

int
message_feed(struct message *m, const char *p, size_t n, struct fault *f)
{
	size_t start = m->out.len, k;

	if (!m->header_done) {
		k = gather(m, p, n);
		if (m->head.full)
			return too_big(f);
		if (m->state >= L_BLANK && header_over(m, f) == -1)
			return -1;
		p += k;
		n -= k;
	}
	if (m->header_done)
		body(m, p, n);
	m->size += m->out.len - start;
	return 0;
}

int
message_end(struct message *m, struct fault *f)
{
	size_t start = m->out.len;

	if (!m->header_done) {
		if (m->state != L_NAME && m->state != L_GAP)
			next_line(m);
		if (m->head.full)
			return too_big(f);
		if (header_over(m, f) == -1)
			return -1;
	}
	if (m->dot)
		m->ended = true;
	if (m->line > 0) {
		buf_adds(&m->out, "\r\n");
		end_line(m);
	}
	m->size += m->out.len - start;
	m->envelope->eightbit = m->header_8bit || m->body_8bit;
	return 0;
}
