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
#include "mail/addrlist.h"
#include "mail/header.h"
#include "mail/lenient.h"
#include "mail/message.h"
#include "mail/mimehead.h"
#include "mail/recode.h"
#include "mail/repair.h"
#include "mail/rewrite.h"

static const char bom[] = "\xef\xbb\xbf";

/* The state of the header line that is being read. */
enum {
	L_START,	/* nothing read */
	L_BOM,		/* octets of a BOM, at the very beginning */
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
	body_init(&m->body, opts->dot_ends);
}

void
message_release(struct message *m)
{
	buf_release(&m->out);
	buf_release(&m->head);
	body_release(&m->body);
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

/* Where recipients go. */
struct recipients {
	struct envelope	*e;
	const char	*domain;	/* for bare names */
	const char	*field;		/* that has them, name_len octets */
	size_t		 name_len;
	struct message_refused *refused; /* or NULL */
};

void
message_refuse(struct message_refused *r, const struct fault *f)
{
	if (r->n++ == 0)
		r->first = *f;
	buf_addf(&r->lines, "%s: %s\n", f->what, f->text);
}

/* A recipient cannot be used: -1 if that is a fault of the message. */
static int
msg_refuse(struct recipients *to, struct fault *f)
{
	if (to->field != NULL)
		fault_add(f, ", in the field %.*s", (int)(to->name_len < 40 ?
		    to->name_len : 40), to->field);
	if (to->refused == NULL)
		return -1;
	message_refuse(to->refused, f);
	fault_clear(f);
	return 0;
}

static int
msg_add_list(struct recipients *to, const struct addr_list *list,
    struct fault *f)
{
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (*list->v[i].spec == '\0')
			continue;
		if (addr_complete(&list->v[i].spec, to->domain, f) == 0)
			(void)envelope_add(to->e, list->v[i].spec);
		else if (msg_refuse(to, f) == -1)
			return -1;
	}
	return 0;
}

/* A list that does not parse: take its elements one by one. */
static int
msg_add_elements(struct recipients *to, const char *p, size_t n,
    struct fault *f)
{
	struct fault why = *f;
	size_t k;
	int ret = 0;

	fault_clear(f);
	for (; ret == 0 && n > 0; p += k, n -= k) {
		struct lenient r;

		k = lenient_element(p, n);
		ret = lenient_list(&r, p, k - (strchr(",;", p[k - 1]) != NULL),
		    false, NULL, f);
		ret = ret == 0 ? msg_add_list(to, &r.list, f) :
		    msg_refuse(to, f);
		lenient_release(&r);
	}
	/* The elements may parse where the whole does not. */
	if (to->refused != NULL && to->refused->n == 0) {
		*f = why;
		ret = msg_refuse(to, f);
	}
	return ret;
}

static int
msg_add_text(struct recipients *to, const char *p, size_t n, struct fault *f)
{
	struct lenient r;
	int ret;

	ret = lenient_list(&r, p, n, false, NULL, f);
	if (ret == 0)
		ret = msg_add_list(to, &r.list, f);
	else if (to->refused == NULL)
		ret = msg_refuse(to, f);
	else
		ret = msg_add_elements(to, p, n, f);
	lenient_release(&r);
	return ret;
}

int
message_recipients(struct envelope *e, const char *p, size_t n,
    const char *domain, struct message_refused *refused, struct fault *f)
{
	struct recipients to = { .e = e, .domain = domain,
	    .refused = refused };

	return msg_add_text(&to, p, n, f);
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
	struct recipients to = { .e = m->envelope, .domain = msg_bare(m),
	    .field = fld->name, .name_len = fld->name_len,
	    .refused = m->opts->refused };
	struct lenient r = { .p = fld->value, .n = fld->value_len };
	int ret;

	if (m->opts->repair)
		return msg_add_text(&to, fld->value, fld->value_len, f);
	if ((ret = addrlist_parse(&r.list, r.p, r.n, f)) == 0)
		ret = msg_add_list(&to, &r.list, f);
	else
		ret = msg_refuse(&to, f);
	lenient_release(&r);
	return ret;
}

static int
msg_extract(struct message *m, struct fault *f)
{
	static const char *const names[] = { "Resent-To", "Resent-Cc",
	    "Resent-Bcc" };
	const char *head = buf_text(&m->head);
	const bool again = rewrite_resent(head, m->head_line);
	const size_t skip = again ? 0 : strlen("Resent-");
	const size_t end = again ? rewrite_resent_end(head, m->head_line) :
	    m->head_line;
	struct field fld;
	size_t at = 0, i;

	while (header_next(head, end, &at, &fld))
		for (i = 0; i < NITEMS(names); i++)
			if (header_is(&fld, names[i] + skip) &&
			    msg_extract_field(m, &fld, f) == -1)
				return -1;
	return 0;
}

/*
 * The header
 */

/* The new header is out[start..): it tells what the body is. */
static void
msg_begin_body(struct message *m, size_t start)
{
	struct buf old = { .max = SIZE_MAX / 4 };
	struct field version;
	enum mime_coding c;

	if (!m->opts->repair)
		return;
	c = body_begin(&m->body, m->out.p + start, m->out.len - start,
	    m->fixed, m->opts->dot_ends);
	if (c == MIME_UNKNOWN && !m->body.choosing)
		return;
	/* Without this field the encoding means nothing. */
	if (!header_find(m->out.p + start, m->out.len - start, "MIME-Version",
	    &version))
		buf_adds(&old, "MIME-Version: 1.0\r\n");
	buf_add(&old, m->out.p + start, m->out.len - start);
	m->out.len = start;
	if (m->body.choosing)
		body_hold(&m->body, old.p, old.len);
	else
		mimehead_set_coding(&m->out, old.p, old.len, c);
	buf_release(&old);
}

static int
msg_write_header(struct message *m, struct fault *f)
{
	struct rewrite_opts o = {
		.name = m->opts->full_name,
		.domain = m->opts->domain,
		.alias = m->opts->alias,
		.owner = m->opts->owner,
		.ctx = m->opts->ctx,
		.hostname = m->opts->hostname,
		.unique = m->opts->unique,
		.now = m->opts->now,
		.utc_offset = m->opts->utc_offset,
		.repair = m->opts->repair,
		.policy = m->opts->policy,
	};
	const size_t start = m->out.len;
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
		msg_begin_body(m, start);
	} else {
		*f = why;
		ret = -1;
	}
	free(from);
	return ret;
}

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
	/* Without a header the BOM belongs to the text. */
	if (m->bom && m->head_line == 0 && m->state != L_BLANK)
		body_feed(&m->body, &m->out, bom, sizeof(bom) - 1);
	if (m->state != L_BLANK)
		body_feed(&m->body, &m->out, buf_text(&m->head) +
		    m->head_line, m->head.len - m->head_line);
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
	case L_BOM:
		if (memcmp(m->head.p, bom, m->head.len) != 0)
			return L_BODY;
		m->bom = m->head.len == sizeof(bom) - 1;
		if (!m->bom)
			return L_BOM;
		buf_clear(&m->head);
		return L_START;
	case L_START:
		if (c == bom[0] && m->head.len == 1 && !m->bom)
			return L_BOM;
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
	if (m->head.len - m->head_line > LONGLINE_MAX)
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
	m->crs = 0;
}

/* Take octets of a line that is kept; returns how many, at least one. */
static size_t
msg_take(struct message *m, const char *p, size_t n)
{
	size_t k = 0;

	while (m->crs == 0 && k < n && p[k] != '\r' && p[k] != '\n' &&
	    p[k] != '\0')
		k++;
	if (k > 0) {
		buf_add(&m->head, p, k);
		return k;
	}
	if (*p == '\0')
		m->nul_seen = true;
	else if (*p == '\n')
		msg_next_line(m);
	else if (*p == '\r')
		m->crs++;
	else {
		for (; m->crs > 0; m->crs--)
			buf_adds(&m->head, " ");
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
		body_feed(&m->body, &m->out, p, n);
	m->ended = m->body.ended;
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
	body_end(&m->body, &m->out);
	m->ended = m->body.ended;
	m->nul_seen |= m->body.nul;
	if (m->body.longest > m->longest_line)
		m->longest_line = m->body.longest;
	m->size += m->out.len - start;
	m->envelope->eightbit = m->header_8bit || m->body.eightbit;
	if (m->body.broken)
		return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
		    "a signed or encrypted part has NUL or CR octets that "
		    "cannot be sent unchanged");
	if (m->body.overlong.found)
		return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
		    "a signed or encrypted part has a line over %d octets "
		    "that cannot be sent unchanged: %s", LONGLINE_MAX,
		    m->body.overlong.first);
	return 0;
}

unsigned
message_wants(const struct message *m)
{
	unsigned why = 0;

	if (!m->opts->repair || m->fixed)
		return 0;
	if (m->body.longest > LONGLINE_MAX)
		why |= RECODE_LONG;
	if (m->body.unlabelled || (m->body.eightbit && !m->labelled))
		why |= RECODE_LABEL;
	return why;
}
