/*
 * message.c - stdin bytes to wire form
 *
 * The header is collected line by line until it ends, then rewritten as a
 * whole; the body passes through in blocks.  A line of the header is kept
 * unchanged until its first octets show its kind.  A line of the body must
 * be read by the rules of the body.
 */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/recode.h"
#include "mail/repair.h"
#include "mail/rewrite.h"

#define NAME_MAX_LINE	998	/* octets of the longest field name */

/* The state of the header line that is being read. */
enum {
	L_START,	/* nothing read */
	L_CRS,		/* only CR so far */
	L_NAME,		/* octets that may be a field's name */
	L_GAP,		/* white space after those */
	L_KEEP,		/* it is a field or continues one */
	L_DROP,		/* it came from an mbox file */
	L_BLANK,	/* it is empty: the header is over */
	L_BODY		/* it is body: the header is over */
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

/* The address of the calling user; some login names hold an @ already. */
static char *
msg_own_address(const struct message *m)
{
	struct buf b = { .max = 4096 };
	char *spec;

	if (addr_at(m->opts->user) != NULL)
		return xstrdup(m->opts->user);
	addr_add_local(&b, m->opts->user);
	spec = xstrdup(buf_text(&b));
	buf_release(&b);
	return spec;
}

/*
 * The sender of the envelope after the policy.  With field set it is for a
 * missing From, which cannot be the null sender: that is the user then.
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
	return **spec != '\0' ? addr_complete(spec, domain, f) : 0;
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

static int
msg_add_list(struct envelope *e, const struct addr_list *list,
    const char *domain, struct fault *f)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (*list->v[i].spec == '\0')
			continue;
		if (addr_complete(&list->v[i].spec, domain, f) == -1)
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

/* The domain for recipients without one. */
static const char *
msg_bare(const struct message *m)
{
	return m->opts->rcpt_domain != NULL ? m->opts->rcpt_domain :
	    m->opts->domain;
}

/* Add the recipients of a field, repaired as in the header that is sent. */
static int
msg_extract_field(struct message *m, const struct field *fld, struct fault *f)
{
	struct repaired r;
	int ret;

	if (!m->opts->repair)
		ret = message_recipients(m->envelope, fld->value,
		    fld->value_len, msg_bare(m), f);
	else {
		ret = repair_parse(&r, fld, NULL, f);
		if (ret == 0)
			ret = msg_add_list(m->envelope, &r.list, msg_bare(m),
			    f);
		repaired_release(&r);
	}
	if (ret == -1)
		fault_add(f, ", in the field %.*s",
		    (int)(fld->name_len < 40 ? fld->name_len : 40), fld->name);
	return ret;
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
		m->fixed = facts.fixed;
		m->labelled = facts.labelled;
	} else {
		*f = why;
		ret = -1;
	}
	free(from);
	return ret;
}

static void msg_body(struct message *, const char *, size_t);

/* head[0, head_line) is the header; the start of the body follows it. */
static int
msg_end_header(struct message *m, struct fault *f)
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

/* May this be the line before a message in an mbox file? */
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

/* The line is header: each lone CR in it becomes a space. */
static int
msg_keep(struct message *m)
{
	size_t i;

	for (i = m->head_line; i < m->head.len; i++)
		if (m->head.p[i] == '\r')
			m->head.p[i] = ' ';
	return L_KEEP;
}

/* The state after octet c, which is already in head. */
static int
msg_next_state(struct message *m, char c)
{
	bool white = ascii_blank(c);

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

/* A line of the header ends, the next one starts. */
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

/* Take octets of a line that is kept; returns how many, at least one. */
static size_t
msg_take(struct message *m, const char *p, size_t n)
{
	size_t k = 0;

	while (!m->cr && k < n && p[k] != '\r' && p[k] != '\n' && p[k] != '\0')
		k++;
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

/* Take octets of the header; returns how many belong to it. */
static size_t
msg_collect(struct message *m, const char *p, size_t n)
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
			m->state = msg_next_state(m, c);
		} else if (c == '\n')
			msg_next_line(m);
	}
	return i;
}

/*
 * The body
 */

/* The next c at or after p; next is the one that was found before. */
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

/* After a CR: skip its LF. */
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

/* With dot_ends: a dot at the start of a line, and the octet after it. */
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
 * Copy lines that end in a bare LF, as on Unix; end is at the next CR or
 * NUL, or at the end of the block.  Returns where it stopped: at end, in an
 * incomplete line, or with dot_ends at a line that begins with a dot.
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
 * Lines that need no change collect between run and p.  They are copied
 * before something else is.
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
		k = msg_collect(m, p, n);
		if (m->head.full)
			return msg_too_big(f);
		if (m->state >= L_BLANK && msg_end_header(m, f) == -1)
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
		if (msg_end_header(m, f) == -1)
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

	if (!m->opts->repair || m->fixed)
		return 0;
	if (m->body_line > RECODE_LINE)
		why |= RECODE_LONG;
	if (m->body_8bit && !m->labelled)
		why |= RECODE_LABEL;
	return why;
}
