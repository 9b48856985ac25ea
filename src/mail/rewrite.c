/* rewrite.c - from the given header to the header that is sent */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/date.h"
#include "mail/display.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/lenient.h"
#include "mail/longline.h"
#include "mail/mime.h"
#include "mail/mimehead.h"
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
	bool			 refused;	/* a field of a sender is */
	struct mime_counting	*counting;
};

/* Is it a list of addresses without any? */
static bool
rewrite_empty_list(const struct field *fld, unsigned traits)
{
	size_t i;

	if (!(traits & HEADER_ADDRESSES))
		return false;
	for (i = 0; i < fld->value_len; i++)
		if (fld->value[i] != ',' && !ascii_space(fld->value[i]))
			return false;
	return true;
}

/* With repair these fields count as missing. */
static bool
rewrite_unfit(const struct rewrite *w, const struct field *fld,
    enum header_id id)
{
	if (!w->o->repair)
		return false;
	if (id == HEADER_DATE)
		return !date_valid(fld->value, fld->value_len);
	if (id == HEADER_MESSAGE_ID)
		return !header_message_id(fld->value, fld->value_len);
	return rewrite_empty_list(fld, header_known(fld)->traits);
}

static void
rewrite_survey(struct rewrite *w)
{
	const size_t resent = rewrite_resent_end(w->p, w->n);
	struct field fld;
	enum header_id id;
	size_t at = 0;

	while (header_next(w->p, w->n, &at, &fld)) {
		id = header_known(&fld)->id;
		if (id == HEADER_OTHER || rewrite_unfit(w, &fld, id) ||
		    (at > resent && header_resent(&fld)))
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

static bool
rewrite_names_rcpt(const struct field *fld)
{
	return header_is(fld, "Resent-To") || header_is(fld, "Resent-Cc") ||
	    header_is(fld, "Resent-Bcc");
}

/*
 * A new block is added in front.  So an older one begins with one of these
 * fields if it was there before, and is below a Received field.
 */
size_t
rewrite_resent_end(const char *p, size_t n)
{
	static const char *const names[] = { "Resent-From", "Resent-Date",
	    "Resent-Sender", "Resent-Message-ID" };
	unsigned seen = 0;
	struct field fld;
	size_t at = 0, from = 0, i;
	bool rcpt = false;

	for (; header_next(p, n, &at, &fld); from = at) {
		if (rewrite_empty_list(&fld, header_known(&fld)->traits))
			continue;
		if (rcpt && header_is(&fld, "Received"))
			return from;
		rcpt |= rewrite_names_rcpt(&fld);
		for (i = 0; i < NITEMS(names) && !header_is(&fld, names[i]);)
			i++;
		if (i == NITEMS(names))
			continue;
		if (seen & BIT(i))
			return from;
		seen |= BIT(i);
	}
	return n;
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
 * Several authors need a Sender (3.6.2): it is the first of them.  They are
 * counted in the From at this offset of the output: mending may have changed
 * their number.  What is no address is no author.
 */
static void
rewrite_write_sender(const struct rewrite *w, size_t at)
{
	struct fault unused = { 0 };
	struct lenient r;
	struct field fld;
	char *spec, *first = NULL;
	size_t i, authors = 0;

	if (!w->o->repair || w->replace || (w->seen & BIT(HEADER_SENDER)) ||
	    !header_next(w->out->p, w->out->len, &at, &fld))
		return;
	if (lenient_parse(&r, &fld, NULL, &unused) == 0)
		for (i = 0; i < r.list.n; i++) {
			spec = xstrdup(r.list.v[i].spec);
			if (addr_complete(&spec, w->o->domain, &unused) == 0 &&
			    authors++ == 0)
				first = spec;
			else
				free(spec);
		}
	if (authors > 1)
		rewrite_write_mailbox(w->out, "Sender", NULL, first);
	free(first);
	lenient_release(&r);
}

/*
 * The policy for From
 */

/* Is one of its mailboxes to be replaced?  An empty list is. */
static bool
rewrite_is_refused(const struct rewrite *w, const struct lenient *r)
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

/* Is it a field that names a sender whom the policy does not allow? */
static bool
rewrite_refuses(const struct rewrite *w, const struct field *fld)
{
	const enum header_id id = header_known(fld)->id;
	struct fault unused = { 0 };
	struct lenient r;
	bool refused;

	if (w->o->policy == NULL || (id != HEADER_FROM &&
	    id != HEADER_SENDER && id != HEADER_RESENT_FROM &&
	    !header_is(fld, "Resent-Sender")) ||
	    rewrite_unfit(w, fld, id))
		return false;
	if (lenient_parse(&r, fld, w->o->from, &unused) == -1)
		refused = frompolicy_replaces(w->o->policy, "?");
	else
		refused = rewrite_is_refused(w, &r);
	lenient_release(&r);
	return refused;
}

/* Is From to be replaced?  Is anything, so that no signature can hold? */
static void
rewrite_judge(struct rewrite *w)
{
	struct field fld;
	size_t at = 0;

	while (header_next(w->p, w->n, &at, &fld)) {
		if (!rewrite_refuses(w, &fld))
			continue;
		w->refused = true;
		if (header_known(&fld)->id == HEADER_SENDER)
			w->seen &= ~BIT(HEADER_SENDER);
		w->replace |= header_known(&fld)->id == HEADER_FROM;
	}
}

/* In place of a bare name that would be a stranger's. */
static bool
rewrite_owner(void *ctx, const char *name, char **spec)
{
	(void)name;
	*spec = xstrdup(ctx);
	return true;
}

static void
rewrite_repair_field(const struct rewrite *w, const struct field *fld)
{
	struct repair o = { .domain = w->o->domain, .own = w->o->from };

	/* Aliases apply to recipients, not to senders. */
	if (header_is(fld, "To") || header_is(fld, "Cc")) {
		o.alias = w->o->alias;
		o.ctx = w->o->ctx;
	} else if (w->o->owner != NULL) {
		o.alias = rewrite_owner;
		o.ctx = w->o->owner;
	}
	if (mimehead_knows(fld))
		mimehead_field(w->out, fld, w->p, w->n);
	else
		repair_field(w->out, fld, &o);
}

/* Write a field under another name, or without blanks after its name. */
static void
rewrite_write_named(const struct rewrite *w, const struct field *fld,
    const char *name, size_t n)
{
	struct buf copy = { .max = FIELD_MAX };
	struct field as;
	size_t at = 0;

	buf_add(&copy, name, n);
	buf_adds(&copy, ":");
	buf_add(&copy, fld->value, fld->value_len);
	buf_adds(&copy, "\r\n");
	if (!w->o->repair)
		buf_add(w->out, copy.p, copy.len);
	else if (header_next(buf_text(&copy), copy.len, &at, &as))
		rewrite_repair_field(w, &as);
	buf_release(&copy);
}

static void
rewrite_write_field(const struct rewrite *w, const struct field *fld)
{
	if (!w->o->repair)
		buf_add(w->out, fld->line, fld->len);
	else if (fld->name + fld->name_len + 1 != fld->value)
		rewrite_write_named(w, fld, fld->name, fld->name_len);
	else
		rewrite_repair_field(w, fld);
}

/* Write the new From; the old one becomes Reply-To if there is none. */
static void
rewrite_replace_from(struct rewrite *w, const struct field *fld)
{
	const struct frompolicy *po = w->o->policy;
	struct fault unused = { 0 };
	struct field old = *fld;
	struct lenient r;
	bool good;

	good = lenient_parse(&r, fld, NULL, &unused) == 0 && r.list.n > 0 &&
	    *r.list.v[0].spec != '\0';
	rewrite_write_mailbox(w->out, "From", po->name != NULL ? po->name :
	    good ? r.list.v[0].name : NULL, po->from);
	if (good && frompolicy_keeps_reply(po) &&
	    !(w->seen & BIT(HEADER_REPLY_TO))) {
		old.value = r.p;
		old.value_len = r.n;
		rewrite_write_named(w, &old, "Reply-To", strlen("Reply-To"));
	}
	lenient_release(&r);
}

/*
 * Given fields
 */

/* Does the text end in a backslash that would escape what follows? */
static bool
rewrite_open_escape(const char *p, size_t n)
{
	size_t k = n;

	while (k > 0 && p[k - 1] == '\\')
		k--;
	return (n - k) % 2 == 1;
}

/* Does the text, which has no mailbox, have a group? */
static bool
rewrite_has_group(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i = display_after(p, n, i))
		if (p[i] == ':')
			return true;
	return false;
}

/*
 * Append the list of one more field to all, whose first octets are the name,
 * and count its mailboxes; false if it cannot be read.  The field is mended
 * before, so that the others cannot change what it means.
 */
static bool
rewrite_join(const struct rewrite *w, struct buf *all, size_t name,
    size_t *count, const struct field *given)
{
	struct buf mended = { .max = FIELD_MAX };
	struct rewrite one = *w;
	struct fault unused = { 0 };
	struct field fld;
	struct lenient r;
	size_t at = 0;
	bool good;

	one.out = &mended;
	rewrite_write_field(&one, given);
	if (mended.full ||
	    !header_next(buf_text(&mended), mended.len, &at, &fld)) {
		buf_release(&mended);
		return false;
	}
	good = lenient_parse(&r, &fld, NULL, &unused) == 0;
	*count += r.list.n;
	if (good && (r.list.n > 0 || rewrite_has_group(r.p, r.n))) {
		buf_adds(all, all->len > name ? ",\r\n" : "");
		if (!ascii_space(r.p[0]))
			buf_adds(all, " ");
		buf_add(all, r.p, r.n);
		buf_adds(all, rewrite_open_escape(r.p, r.n) ? "\\" : "");
	}
	lenient_release(&r);
	buf_release(&mended);
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
	struct lenient r;
	struct field fld;
	size_t at = 0, count = 0, name = (size_t)(first->value - first->line);
	bool good = true;

	buf_add(&all, first->line, name);
	while (good && header_next(w->p, w->n, &at, &fld))
		if (header_known(&fld)->id == id)
			good = rewrite_join(w, &all, name, &count, &fld);
	good = good && all.len > name;
	buf_adds(&all, "\r\n");
	at = 0;
	good = good && !all.full &&
	    header_next(buf_text(&all), all.len, &at, &fld) &&
	    at == all.len;
	if (good) {
		good = lenient_parse(&r, &fld, NULL, &unused) == 0 &&
		    r.list.n == count;
		if (good)
			rewrite_write_field(w, &fld);
		lenient_release(&r);
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
	if (known->id == HEADER_SENDER || known->id == HEADER_RESENT)
		if (rewrite_refuses(w, fld))
			return true;
	if (known->id == HEADER_OTHER)
		return false;
	if (w->joined & BIT(known->id))
		return true;
	if (w->o->repair && (known->traits & HEADER_LAST))
		return !mime_counts(w->counting, w->p, w->n, fld);
	return (w->o->repair || (w->replace && known->id == HEADER_FROM)) &&
	    (known->traits & HEADER_ONCE) && (w->written & BIT(known->id));
}

/* Keep a value that cannot be sent under a name that means nothing. */
static void
rewrite_write_unfit(const struct rewrite *w, const struct field *fld,
    enum header_id id)
{
	const char *name = id == HEADER_DATE ? "X-Original-Date" :
	    "X-Original-Message-ID";

	if ((id == HEADER_DATE || id == HEADER_MESSAGE_ID) &&
	    !header_empty(fld))
		rewrite_write_named(w, fld, name, strlen(name));
}

static void
rewrite_write_given(struct rewrite *w)
{
	const struct header_known *known;
	struct field fld;
	size_t at = 0, from;

	while (header_next(w->p, w->n, &at, &fld)) {
		known = header_known(&fld);
		from = w->out->len;
		if (rewrite_unfit(w, &fld, known->id)) {
			rewrite_write_unfit(w, &fld, known->id);
			continue;
		}
		if (rewrite_superfluous(w, &fld, known))
			continue;
		if (w->replace && known->id == HEADER_FROM)
			rewrite_replace_from(w, &fld);
		else if (known->id == HEADER_RESENT_FROM &&
		    rewrite_refuses(w, &fld))
			rewrite_write_mailbox(w->out, "Resent-From",
			    w->o->policy->name, w->o->policy->from);
		else if (w->o->repair && (known->traits & HEADER_JOIN) &&
		    (w->twice & BIT(known->id)) &&
		    !(w->written & BIT(known->id)) &&
		    rewrite_write_joined(w, &fld, known->id))
			w->joined |= BIT(known->id);
		else
			rewrite_write_field(w, &fld);
		if (known->id == HEADER_FROM && !(w->written & BIT(known->id)))
			rewrite_write_sender(w, from);
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
		if (fold_longest(fld.line, fld.len) > LONGLINE_MAX)
			fold_field(out, &fld);
		else
			buf_add(out, fld.line, fld.len);
	buf_release(&old);
}

bool
rewrite_header(struct buf *out, const char *p, size_t n,
    const struct rewrite_opts *o, struct rewrite_facts *facts)
{
	struct mime_counting counting = { 0 };
	struct rewrite w = { .out = out, .p = p, .n = n, .o = o,
	    .counting = &counting };
	const size_t start = out->len;

	rewrite_survey(&w);
	rewrite_judge(&w);
	facts->fixed = (w.seen & BIT(HEADER_DKIM)) && !w.refused;
	if (facts->fixed)
		rewrite_write_signed(&w);
	else {
		if (!rewrite_write_missing(&w))
			return false;
		rewrite_write_given(&w);
	}
	facts->longest = fold_longest(buf_text(out) + start, out->len - start);
	if (facts->longest > LONGLINE_MAX && o->repair && !facts->fixed) {
		rewrite_fold(out, start);
		facts->longest = fold_longest(buf_text(out) + start,
		    out->len - start);
	}
	facts->eightbit = !ascii_only(buf_text(out) + start, out->len - start);
	facts->labelled = (w.seen & BIT(HEADER_CONTENT_TYPE)) &&
	    mime_labelled(buf_text(out) + start, out->len - start, false);
	buf_adds(out, "\r\n");
	return true;
}
