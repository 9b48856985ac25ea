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

#include "base/util.h"
#include "mail/addr.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/recode.h"
#include "mail/repair.h"
#include "mail/rewrite.h"

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
msg_any_8bit(const char *p, size_t n)
{
	uint64_t w[4], all = 0;

	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		all |= w[0] | w[1] | w[2] | w[3];
	}
	return (all & 0x8080808080808080u) != 0 || !ascii_only(p, n);
}

/*
 * The envelope
 */

/* What the wire may see of it: qualified, in ASCII if that can be. */
static int
msg_complete(char **spec, const char *domain, struct fault *f)
{
	if (domain != NULL)
		addr_qualify(spec, domain);
	if (addr_ascii_domain(spec, f) == -1)
		return -1;
	return addr_check(*spec, f);
}

/* The address of the user who calls; some login names hold an @ already. */
static char *
msg_own_address(const struct message *m)
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

/*
 * The sender of the envelope, as the policy wants it; for a From that is
 * missing the null sender will not do, it takes the user then.
 */
static int
msg_find_sender(const struct message *m, bool field, char **spec,
    struct fault *f)
{
	const char *given = m->opts->sender, *domain = m->opts->domain;
	const struct frompolicy *s = m->opts->policy;

	*spec = given != NULL && (!field || *given != '\0') ?
	    xstrdup(given) : msg_own_address(m);
	if (**spec != '\0' && domain != NULL)
		addr_qualify(spec, domain);
	if (frompolicy_replaces(s, *spec)) {
		free(*spec);
		*spec = xstrdup(s->from);
	}
	return **spec != '\0' ? msg_complete(spec, domain, f) : 0;
}

static int
msg_set_sender(struct message *m, struct fault *f)
{
	char *spec;
	int ret;

	if ((ret = msg_find_sender(m, false, &spec, f)) == 0)
		envelope_from(m->envelope, spec);
	free(spec);
	return ret;
}

/* Say in which field the address stands. */
static int
msg_in_field(struct fault *f, const struct field *fld)
{
	struct fault was = *f;

	return fault_set(f, was.stage, was.domain, was.code, was.verdict,
	    "%s, in the field %.*s", was.text,
	    (int)(fld->name_len < 40 ? fld->name_len : 40), fld->name);
}

static int
msg_add_list(struct envelope *e, const struct addr_list *list,
    const char *domain, struct fault *f)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (*list->v[i].spec == '\0')
			continue;
		if (msg_complete(&list->v[i].spec, domain, f) == -1)
			return -1;
		(void)envelope_add(e, list->v[i].spec);
	}
	return 0;
}

int
message_recipients(struct envelope *e, const char *p, size_t n,
    const char *domain, struct fault *f)
{
	struct addr_list list = { 0 };
	int ret;

	if ((ret = addr_parse_list(&list, p, n, f)) == 0)
		ret = msg_add_list(e, &list, domain, f);
	addr_list_release(&list);
	return ret;
}

/* What a recipient without a domain gets, for now. */
static const char *
msg_bare(const struct message *m)
{
	return m->opts->rcpt_domain != NULL ? m->opts->rcpt_domain :
	    m->opts->domain;
}

/* The recipients of a field, read as it is going to be written. */
static int
msg_extract_field(struct message *m, const struct field *fld, struct fault *f)
{
	struct repaired r;
	int ret;

	if (!m->opts->repair)
		ret = message_recipients(m->envelope, fld->value,
		    fld->value_len, msg_bare(m), f);
	else {
		if ((ret = repair_parse(&r, fld, NULL, f)) == 0)
			ret =
			    msg_add_list(m->envelope, &r.list, msg_bare(m), f);
		repaired_release(&r);
	}
	return ret == 0 ? 0 : msg_in_field(f, fld);
}

static int
msg_extract(struct message *m, struct fault *f)
{
	static const char *const names[] = { "Resent-To", "Resent-Cc",
	    "Resent-Bcc" };
	const char *head = buf_text(&m->head);
	const size_t skip = rewrite_resent(head, m->head_line) ? 0 :
	    strlen("Resent-");
	struct field fld;
	size_t at = 0, i;

	while (header_next(head, m->head_line, &at, &fld))
		for (i = 0; i < NITEMS(names); i++)
			if (header_is(&fld, names[i] + skip) &&
			    msg_extract_field(m, &fld, f) == -1)
				return -1;
	return 0;
}

/*
 * The header
 */

static int
msg_write_header(struct message *m, struct fault *f)
{
	struct rewrite_opts o = {
		.name = m->opts->full_name,
		.domain = m->opts->domain,
		.alias = m->opts->alias,
		.ctx = m->opts->ctx,
		.hostname = m->opts->hostname,
		.unique = m->opts->unique,
		.now = m->opts->now,
		.utc_offset = m->opts->utc_offset,
		.repair = m->opts->repair,
		.policy = m->opts->policy,
	};
	struct rewrite_facts facts;
	struct fault why = { 0 };
	char *from;
	int ret = 0;

	if (msg_find_sender(m, true, &from, &why) == 0)
		o.from = from;
	if (rewrite_header(&m->out, buf_text(&m->head), m->head_line, &o,
	    &facts)) {
		m->header_8bit = facts.eightbit;
		m->longest_line = facts.longest;
		m->sealed = facts.sealed;
		m->labelled = facts.labelled;
	} else {
		*f = why;
		ret = -1;
	}
	free(from);
	return ret;
}

static void msg_body(struct message *, const char *, size_t);

/*
 * head[0, head_line) is the header, and what follows it there is the start
 * of the body.
 */
static int
msg_header_over(struct message *m, struct fault *f)
{
	if (msg_set_sender(m, f) == -1)
		return -1;
	if (m->opts->extract && msg_extract(m, f) == -1)
		return -1;
	if (msg_write_header(m, f) == -1)
		return -1;
	m->header_done = true;
	if (m->state != L_BLANK)
		msg_body(m, buf_text(&m->head) + m->head_line,
		    m->head.len - m->head_line);
	buf_release(&m->head);
	return 0;
}

/* A line that an mbox file has in front of a message, maybe with more. */
static bool
msg_mbox_line(const struct message *m)
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
msg_keep(struct message *m)
{
	size_t i;

	for (i = m->head_line; i < m->head.len; i++)
		if (m->head.p[i] == '\r')
			m->head.p[i] = ' ';
	return L_KEEP;
}

/* The next octet of a line that is not understood yet, already in head. */
static int
msg_guess(struct message *m, char c)
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
		return m->head_line > 0 ? msg_keep(m) : L_BODY;
	default:
		break;
	}
	if (m->head.len - m->head_line > NAME_MAX_LINE)
		return L_BODY;
	if (c == ':')
		return msg_keep(m);
	if (m->state == L_NAME && header_octet(c))
		return L_NAME;
	if (white || c == '\r')
		return L_GAP;
	return c != '\n' && msg_mbox_line(m) ? L_DROP : L_BODY;
}

/* The end of a line of the header: the next one starts. */
static void
msg_next_line(struct message *m)
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
msg_plain(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0')
			break;
	return i;
}

/* Octets of a line that is kept; how many were taken, at least one. */
static size_t
msg_take(struct message *m, const char *p, size_t n)
{
	size_t k = m->cr ? 0 : msg_plain(p, n);

	if (k > 0) {
		buf_add(&m->head, p, k);
		return k;
	}
	if (*p == '\0')
		m->nul_seen = true;
	else if (*p == '\n')
		msg_next_line(m);
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
msg_gather(struct message *m, const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && m->state < L_BLANK && !m->head.full) {
		char c = p[i];

		if (m->state == L_KEEP) {
			i += msg_take(m, p + i, n - i);
			continue;
		}
		i++;
		if (c == '\0')
			m->nul_seen = true;
		else if (m->state != L_DROP) {
			buf_add(&m->head, &c, 1);
			m->state = msg_guess(m, c);
		} else if (c == '\n')
			msg_next_line(m);
	}
	return i;
}

/*
 * The body
 */

/* The next c at or after p, given the one that was next before. */
static const char *
msg_seek(const char *next, const char *p, const char *end, char c)
{
	if (next != NULL && next >= p)
		return next;
	next = memchr(p, c, (size_t)(end - p));
	return next != NULL ? next : end;
}

static void
msg_end_line(struct message *m)
{
	if (m->line > m->body_line)
		m->body_line = m->line;
	m->line = 0;
}

/* The octet after a CR: a LF there belongs to it. */
static const char *
msg_after_cr(struct message *m, const char *p)
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
msg_at_dot(struct message *m, const char *p)
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
 * Copy lines that end in a bare LF, as those of Unix do; end is at the next
 * CR or NUL, or where the block ends.  Returns where it stopped: at end, in
 * a line that is not whole, or at one that begins with a dot that counts.
 */
static const char *
msg_bare_lines(struct message *m, const char *p, const char *end)
{
	const char *lf;
	size_t n;
	char *to;

	if (!buf_reserve(&m->out, 2 * (size_t)(end - p)))
		return end;
	to = m->out.p + m->out.len;
	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		n = (size_t)(lf - p);
		memcpy(to, p, n);
		to += n;
		*to++ = '\r';
		*to++ = '\n';
		m->line += n;
		msg_end_line(m);
		p = lf + 1;
		if (p == end || (m->opts->dot_ends && *p == '.'))
			break;
	}
	*to = '\0';
	m->out.len = (size_t)(to - m->out.p);
	return p;
}

/*
 * Lines that are right as they are gather between run and p, and are
 * copied when something has to be changed.
 */
static void
msg_body(struct message *m, const char *p, size_t n)
{
	const char *end = p + n, *run = p, *stop;
	const char *lf = NULL, *cr = NULL, *nul = NULL;
	size_t start = m->out.len;

	while (p < end && !m->ended) {
		if (m->cr || m->dot || (m->opts->dot_ends && m->line == 0 &&
		    *p == '.')) {
			buf_add(&m->out, run, (size_t)(p - run));
			run = p = m->cr ? msg_after_cr(m, p) : msg_at_dot(m, p);
			continue;
		}
		lf = msg_seek(lf, p, end, '\n');
		cr = msg_seek(cr, p, end, '\r');
		nul = msg_seek(nul, p, end, '\0');
		stop = cr < nul ? cr : nul;
		if (lf < stop) {
			buf_add(&m->out, run, (size_t)(p - run));
			run = p = msg_bare_lines(m, p, stop);
			continue;
		}
		m->line += (size_t)(stop - p);
		p = stop;
		if (p == cr && p + 1 < end && p[1] == '\n') {
			msg_end_line(m);
			p += 2;
			continue;
		}
		buf_add(&m->out, run, (size_t)(p - run));
		if (p == nul && p < end)
			m->nul_seen = true;
		else if (p < end) {
			m->cr = true;
			buf_add(&m->out, "\r\n", 2);
			msg_end_line(m);
		}
		p += p < end;
		run = p;
	}
	buf_add(&m->out, run, (size_t)(p - run));
	m->body_8bit = m->body_8bit || (m->out.len > start &&
	    msg_any_8bit(m->out.p + start, m->out.len - start));
}

static int
msg_too_big(struct fault *f)
{
	return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
	    "the header is over 1 MiB");
}

int
message_feed(struct message *m, const char *p, size_t n, struct fault *f)
{
	size_t start = m->out.len, k;

	if (!m->header_done) {
		k = msg_gather(m, p, n);
		if (m->head.full)
			return msg_too_big(f);
		if (m->state >= L_BLANK && msg_header_over(m, f) == -1)
			return -1;
		p += k;
		n -= k;
	}
	if (m->header_done)
		msg_body(m, p, n);
	m->size += m->out.len - start;
	return 0;
}

int
message_end(struct message *m, struct fault *f)
{
	size_t start = m->out.len;

	if (!m->header_done) {
		if (m->state != L_NAME && m->state != L_GAP)
			msg_next_line(m);
		if (m->head.full)
			return msg_too_big(f);
		if (msg_header_over(m, f) == -1)
			return -1;
	}
	if (m->dot)
		m->ended = true;
	if (m->line > 0) {
		buf_adds(&m->out, "\r\n");
		msg_end_line(m);
	}
	if (m->body_line > m->longest_line)
		m->longest_line = m->body_line;
	m->size += m->out.len - start;
	m->envelope->eightbit = m->header_8bit || m->body_8bit;
	return 0;
}

unsigned
message_wants(const struct message *m)
{
	unsigned why = 0;

	if (!m->opts->repair || m->sealed)
		return 0;
	if (m->body_line > RECODE_LINE)
		why |= RECODE_LONG;
	if (m->body_8bit && !m->labelled)
		why |= RECODE_LABEL;
	return why;
}
