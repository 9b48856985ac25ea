/* rewrite.c - from the given header to the header that is sent */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/date.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/mime.h"
#include "mail/phrase.h"
#include "mail/repair.h"
#include "mail/rewrite.h"

#define FIELD_MAX	(4U << 20)	/* octets of a joined field */

#define BIT(id)		(1U << (id))

struct rewrite {
	struct buf		*out;
	const char		*p;	/* the header as given */
	size_t			 n;
	const struct rewrite_opts *o;
	unsigned		 seen;	/* bits of enum header_id */
	unsigned		 twice;
	unsigned		 written;
	unsigned		 joined;
	bool			 replace;	/* From is replaced */
};

/* With repair these fields count as missing if they have no value. */
static bool
rewrite_empty_field(const struct rewrite *w, const struct field *fld,
    enum header_id id)
{
	return w->o->repair && (BIT(id) & (BIT(HEADER_DATE) |
	    BIT(HEADER_FROM) | BIT(HEADER_MESSAGE_ID))) != 0 &&
	    header_empty(fld);
}

static void
rewrite_survey(struct rewrite *w)
{
	struct field fld;
	enum header_id id;
	size_t at = 0;

	while (header_next(w->p, w->n, &at, &fld)) {
		id = header_known(&fld)->id;
		if (id == HEADER_OTHER || rewrite_empty_field(w, &fld, id))
			continue;
		w->twice |= w->seen & BIT(id);
		w->seen |= BIT(id);
	}
}

static bool
rewrite_resent_block(unsigned seen)
{
	return (seen & (BIT(HEADER_RESENT) | BIT(HEADER_RESENT_DATE) |
	    BIT(HEADER_RESENT_FROM) | BIT(HEADER_RESENT_MESSAGE_ID))) != 0;
}

bool
rewrite_resent(const char *p, size_t n)
{
	struct rewrite w = { .p = p, .n = n,
	    .o = &(struct rewrite_opts){ .repair = false } };

	rewrite_survey(&w);
	return rewrite_resent_block(w.seen);
}

/*
 * Missing fields
 */

/* The name of the field, with "Resent-" in a message that is resent. */
static const char *
rewrite_name(const char *name, bool again)
{
	return again ? name : name + strlen("Resent-");
}

static void
rewrite_write_mailbox(struct buf *out, const char *field, const char *name,
    const char *addr)
{
	size_t start = out->len, col;

	buf_addf(out, "%s: ", field);
	if (name != NULL && *name != '\0') {
		phrase_add(out, name, strlen(name));
		col = out->len - start + strlen(addr);
		buf_addf(out, "%s <%s>", col > 74 ? "\r\n" : "", addr);
	} else
		buf_adds(out, addr);
	buf_adds(out, "\r\n");
}

/* The host name is untrusted: octets that no atom may hold become "-". */
static void
rewrite_write_message_id(const struct rewrite *w, const char *field)
{
	const char *p;

	buf_addf(w->out, "%s: <%s@", field, w->o->unique);
	for (p = w->o->hostname; *p != '\0'; p++)
		buf_add(w->out, *p == '.' || *p == '_' ||
		    ascii_alnum(*p) ? p : "-", 1);
	buf_adds(w->out, ">\r\n");
}

/* False if From is missing and there is no address for it. */
static bool
rewrite_write_missing(const struct rewrite *w)
{
	const bool again = rewrite_resent_block(w->seen);
	const bool from = w->seen & BIT(again ? HEADER_RESENT_FROM :
	    HEADER_FROM);

	if (!from && w->o->from == NULL)
		return false;
	if (!(w->seen & BIT(again ? HEADER_RESENT_DATE : HEADER_DATE))) {
		buf_addf(w->out, "%s: ", rewrite_name("Resent-Date", again));
		date_add(w->out, w->o->now, w->o->utc_offset);
		buf_adds(w->out, "\r\n");
	}
	if (!from)
		rewrite_write_mailbox(w->out,
		    rewrite_name("Resent-From", again), w->o->name, w->o->from);
	if (!(w->seen & BIT(again ? HEADER_RESENT_MESSAGE_ID :
	    HEADER_MESSAGE_ID)))
		rewrite_write_message_id(w, rewrite_name("Resent-Message-ID",
		    again));
	return true;
}

/*
 * The policy for From
 */

static bool
rewrite_first_from(const struct rewrite *w, struct field *fld)
{
	size_t at = 0;

	while (header_next(w->p, w->n, &at, fld))
		if (header_known(fld)->id == HEADER_FROM &&
		    !rewrite_empty_field(w, fld, HEADER_FROM))
			return true;
	return false;
}

/* Is one of its mailboxes to be replaced?  An empty list is. */
static bool
rewrite_is_refused(const struct rewrite *w, const struct repaired *r)
{
	bool found = r->list.n == 0;
	char *spec;
	size_t i;

	for (i = 0; i < r->list.n && !found; i++) {
		spec = xstrdup(r->list.v[i].spec);
		if (w->o->domain != NULL)
			addr_qualify(&spec, w->o->domain);
		found = frompolicy_replaces(w->o->policy, *spec != '\0' ? spec :
		    "?");
		free(spec);
	}
	return found && frompolicy_replaces(w->o->policy, "?");
}

static void
rewrite_judge_from(struct rewrite *w)
{
	struct fault unused = { 0 };
	struct repaired r;
	struct field fld;

	if (w->o->policy == NULL || !rewrite_first_from(w, &fld))
		return;
	if (repair_parse(&r, &fld, w->o->from, &unused) == -1)
		w->replace = frompolicy_replaces(w->o->policy, "?");
	else
		w->replace = rewrite_is_refused(w, &r);
	repaired_release(&r);
}

static void
rewrite_write_field(const struct rewrite *w, const struct field *fld)
{
	struct repair o = { .domain = w->o->domain, .own = w->o->from };

	/* Aliases apply to recipients, not to senders. */
	if (header_is(fld, "To") || header_is(fld, "Cc")) {
		o.alias = w->o->alias;
		o.ctx = w->o->ctx;
	}
	if (w->o->repair)
		repair_field(w->out, fld, &o);
	else
		buf_add(w->out, fld->line, fld->len);
}

/* Write the new From; the old one becomes Reply-To if there is none. */
static void
rewrite_replace_from(struct rewrite *w, const struct field *fld)
{
	const struct frompolicy *po = w->o->policy;
	struct buf reply = { .max = FIELD_MAX };
	struct fault unused = { 0 };
	struct repaired r;
	struct field as;
	size_t at = 0;
	bool good;

	good = repair_parse(&r, fld, NULL, &unused) == 0 && r.list.n > 0 &&
	    *r.list.v[0].spec != '\0';
	rewrite_write_mailbox(w->out, "From", po->name != NULL ? po->name :
	    good ? r.list.v[0].name : NULL, po->from);
	if (good && frompolicy_keeps_reply(po) &&
	    !(w->seen & BIT(HEADER_REPLY_TO))) {
		buf_adds(&reply, "Reply-To:");
		buf_add(&reply, r.p, r.n);
		buf_adds(&reply, "\r\n");
		if (header_next(buf_text(&reply), reply.len, &at, &as))
			rewrite_write_field(w, &as);
	}
	buf_release(&reply);
	repaired_release(&r);
}

/*
 * Given fields
 */

/* Append the list of one more field; false if it cannot be read. */
static bool
rewrite_join(struct buf *all, size_t *count, const struct field *fld)
{
	struct fault unused = { 0 };
	struct repaired r;
	bool good;

	good = repair_parse(&r, fld, NULL, &unused) == 0;
	*count += r.list.n;
	if (good && r.list.n > 0) {
		buf_adds(all, *count > r.list.n ? ",\r\n" : "");
		if (!ascii_space(r.p[0]))
			buf_adds(all, " ");
		buf_add(all, r.p, r.n);
	}
	repaired_release(&r);
	return good;
}

/*
 * Write several fields of lists as one.  False if the joined list has other
 * mailboxes than the single ones.
 */
static bool
rewrite_write_joined(struct rewrite *w, const struct field *first, enum
    header_id id)
{
	struct buf all = { .max = FIELD_MAX };
	struct fault unused = { 0 };
	struct repaired r;
	struct field fld;
	size_t at = 0, count = 0;
	bool good = true;

	buf_add(&all, first->line, (size_t)(first->value - first->line));
	while (good && header_next(w->p, w->n, &at, &fld))
		if (header_known(&fld)->id == id)
			good = rewrite_join(&all, &count, &fld);
	buf_adds(&all, "\r\n");
	at = 0;
	good = good && header_next(buf_text(&all), all.len, &at, &fld) &&
	    at == all.len;
	if (good) {
		good = repair_parse(&r, &fld, NULL, &unused) == 0 &&
		    r.list.n == count;
		if (good)
			rewrite_write_field(w, &fld);
		repaired_release(&r);
	}
	buf_release(&all);
	return good;
}

static bool
rewrite_superfluous(const struct rewrite *w, const struct field *fld,
    const struct header_known *known)
{
	if ((known->traits & HEADER_HIDDEN) ||
	    (w->replace && known->id == HEADER_SENDER))
		return true;
	if (known->id == HEADER_OTHER)
		return false;
	if (rewrite_empty_field(w, fld, known->id) ||
	    (w->joined & BIT(known->id)))
		return true;
	return (w->o->repair || (w->replace && known->id == HEADER_FROM)) &&
	    (known->traits & HEADER_ONCE) && (w->written & BIT(known->id));
}

static void
rewrite_write_given(struct rewrite *w)
{
	const struct header_known *known;
	struct field fld;
	size_t at = 0;

	while (header_next(w->p, w->n, &at, &fld)) {
		known = header_known(&fld);
		if (rewrite_superfluous(w, &fld, known))
			continue;
		if (w->replace && known->id == HEADER_FROM)
			rewrite_replace_from(w, &fld);
		else if (w->o->repair && (known->traits & HEADER_JOIN) &&
		    (w->twice & BIT(known->id)) &&
		    !(w->written & BIT(known->id)) &&
		    rewrite_write_joined(w, &fld, known->id))
			w->joined |= BIT(known->id);
		else
			rewrite_write_field(w, &fld);
		w->written |= BIT(known->id);
	}
}

static void
rewrite_write_signed(const struct rewrite *w)
{
	struct field fld;
	size_t at = 0;

	while (header_next(w->p, w->n, &at, &fld))
		if (!(header_known(&fld)->traits & HEADER_HIDDEN))
			buf_add(w->out, fld.line, fld.len);
}

/* Fold the lines that are too long in out, from start on. */
static void
rewrite_fold(struct buf *out, size_t start)
{
	struct buf old = { .max = SIZE_MAX / 4 };
	struct field fld;
	size_t at = 0;

	buf_add(&old, out->p + start, out->len - start);
	out->len = start;
	while (header_next(buf_text(&old), old.len, &at, &fld))
		if (fold_longest(fld.line, fld.len) > FOLD_LINE)
			fold_field(out, &fld);
		else
			buf_add(out, fld.line, fld.len);
	buf_release(&old);
}

bool
rewrite_header(struct buf *out, const char *p, size_t n,
    const struct rewrite_opts *o, struct rewrite_facts *facts)
{
	struct rewrite w = { .out = out, .p = p, .n = n, .o = o };
	const size_t start = out->len;

	rewrite_survey(&w);
	facts->fixed = w.seen & BIT(HEADER_DKIM);
	if (facts->fixed)
		rewrite_write_signed(&w);
	else {
		rewrite_judge_from(&w);
		if (!rewrite_write_missing(&w))
			return false;
		rewrite_write_given(&w);
	}
	facts->longest = fold_longest(buf_text(out) + start, out->len - start);
	if (facts->longest > FOLD_LINE && o->repair && !facts->fixed) {
		rewrite_fold(out, start);
		facts->longest = fold_longest(buf_text(out) + start,
		    out->len - start);
	}
	facts->eightbit = !ascii_only(buf_text(out) + start, out->len - start);
	facts->labelled = (w.seen & BIT(HEADER_CONTENT_TYPE)) &&
	    mime_labelled(buf_text(out) + start, out->len - start);
	buf_adds(out, "\r\n");
	return true;
}
