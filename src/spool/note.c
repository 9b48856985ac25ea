/* note.c - the delivery state of a message: tries, next try, verdicts */

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "spool/line.h"
#include "spool/note.h"

#define SHORT_TEXT	64	/* octets of a text where the note is large */

static const char *const domains[FD__MAX] = {
	[FD_NONE] = "none", [FD_ERRNO] = "errno", [FD_GAI] = "gai",
	[FD_TLS] = "tls", [FD_SMTP] = "smtp", [FD_LINK] = "link",
};

/*
 * Add a fault with at most max octets of its text.  The text is made
 * printable again after the cut, because the reader accepts no other.
 */
static void
note_add_fault(struct buf *b, const char *key, const struct fault *why,
    size_t max)
{
	struct fault cut;
	char esc[FAULT_ESC];

	fault_clear(&cut);
	fault_what(&cut, "%s", why->what);
	fault_command(&cut, "%s", why->command);
	fault_add(&cut, "%.*s", (int)max, why->text);
	(void)snprintf(esc, sizeof(esc), "%d.%d.%d", why->esc[0],
	    why->esc[1], why->esc[2]);
	line_add(b, key);
	line_add(b, fault_stage(why->stage));
	line_add(b, domains[why->domain]);
	line_add_number(b, why->code);
	line_add(b, esc);
	line_add(b, fault_verdict(why->verdict));
	line_add(b, cut.what);
	line_add(b, cut.command);
	line_add(b, cut.text);
	line_end(b);
}

/*
 * Many recipients often have the same fault, so it is written only where it
 * differs from that of the recipient before.
 */
static void
note_add_recipients(struct buf *b, const struct envelope *e, size_t max)
{
	struct buf one = { .max = NOTE_MAX }, same = { .max = NOTE_MAX };
	size_t i;

	for (i = 0; i < e->nrcpt; i++) {
		const struct rcpt *r = &e->rcpt[i];

		if (!r->done)
			continue;
		if (r->why == NULL) {
			line_pair(b, "ok", (long long)i);
			continue;
		}
		buf_clear(&one);
		note_add_fault(&one, "why", r->why, max);
		if (strcmp(buf_text(&one), buf_text(&same)) != 0) {
			buf_clear(&same);
			buf_add(&same, one.p, one.len);
			buf_add(b, one.p, one.len);
		}
		line_pair(b, r->told ? "told" : "rcpt", (long long)i);
	}
	buf_release(&one);
	buf_release(&same);
}

static void
note_format_lines(struct buf *b, const struct note *n, const struct envelope *e,
    size_t max)
{
	buf_addf(b, "heloise-note 1 %zu\n", e->nrcpt);
	line_pair(b, "tries", n->tries);
	line_pair(b, "next", n->next > 0 ? n->next : 0);
	line_pair(b, "since", n->since > 0 ? n->since : 0);
	buf_addf(b, "held %s\n", n->held ? "yes" : "no");
	if (n->last.verdict != VD_OK)
		note_add_fault(b, "last", &n->last, max);
	note_add_recipients(b, e, max);
	buf_adds(b, "end\n");
}

int
note_format(struct buf *out, const struct note *n, const struct envelope *e,
    struct fault *f)
{
	struct buf b = { .max = NOTE_MAX };
	int rc = 0;

	note_format_lines(&b, n, e, FAULT_TEXT - 1);
	if (b.full) {
		buf_clear(&b);
		note_format_lines(&b, n, e, SHORT_TEXT);
	}
	if (!b.full)
		buf_add(out, b.p, b.len);
	if (b.full || out->full)
		rc = fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "the note is larger than %d octets", NOTE_MAX);
	buf_release(&b);
	return rc;
}

static bool
note_take_stage(struct line *l, enum stage *stage)
{
	for (*stage = 0; *stage < ST__MAX; ++*stage)
		if (line_is(l, fault_stage(*stage)))
			return true;
	return false;
}

static bool
note_take_domain(struct line *l, enum domain *domain)
{
	for (*domain = 0; *domain < FD__MAX; ++*domain)
		if (line_is(l, domains[*domain]))
			return true;
	return false;
}

/* Any but VD_OK. */
static bool
note_take_verdict(struct line *l, enum verdict *verdict)
{
	for (*verdict = VD_OK + 1; *verdict < VD__MAX; ++*verdict)
		if (line_is(l, fault_verdict(*verdict)))
			return true;
	return false;
}

/* "5.7.8" */
static bool
note_take_esc(struct line *l, unsigned short esc[3])
{
	char word[FAULT_ESC], same[FAULT_ESC], *p = word;
	size_t i;

	if (!line_word(l, word, sizeof(word)))
		return false;
	for (i = 0; i < 3; i++) {
		unsigned v = 0;

		for (; ascii_digit(*p) && v < 1000; p++)
			v = v * 10 + (unsigned)(*p - '0');
		if (v > 999 || *p != (i < 2 ? '.' : '\0'))
			return false;
		esc[i] = (unsigned short)v;
		p++;
	}
	(void)snprintf(same, sizeof(same), "%d.%d.%d", esc[0], esc[1], esc[2]);
	return strcmp(word, same) == 0;
}

/* The strings of a fault must be printable. */
static bool
note_take_text(struct line *l, char *out, size_t size, bool lines)
{
	struct buf b = { .max = 4 * FAULT_TEXT };
	bool good = false;

	if (line_word(l, out, size)) {
		buf_add_visible(&b, out, strlen(out), lines);
		good = strcmp(buf_text(&b), out) == 0;
	}
	buf_release(&b);
	return good;
}

static bool
note_take_fault(struct line *l, struct fault *why)
{
	long long code;

	memset(why, 0, sizeof(*why));
	if (!note_take_stage(l, &why->stage) ||
	    !note_take_domain(l, &why->domain) ||
	    !line_number(l, INT_MIN, INT_MAX, &code))
		return false;
	why->code = (int)code;
	return note_take_esc(l, why->esc) &&
	    note_take_verdict(l, &why->verdict) &&
	    note_take_text(l, why->what, sizeof(why->what), false) &&
	    note_take_text(l, why->command, sizeof(why->command), false) &&
	    note_take_text(l, why->text, sizeof(why->text), true) &&
	    line_next(l);
}

/* The facts up to the recipients. */
static bool
note_take_facts(struct line *l, struct note *n, size_t nrcpt)
{
	long long all, tries, next, since;

	if (!line_is(l, "heloise-note") ||
	    !line_take(l, "1", INT64_MAX, &all) ||
	    (unsigned long long)all != nrcpt ||
	    !line_take(l, "tries", UINT_MAX, &tries) ||
	    !line_take(l, "next", INT64_MAX, &next) ||
	    !line_take(l, "since", INT64_MAX, &since) || !line_is(l, "held"))
		return false;
	n->tries = (unsigned)tries;
	n->next = (time_t)next;
	n->since = (time_t)since;
	n->held = line_is(l, "yes");
	if ((!n->held && !line_is(l, "no")) || !line_next(l))
		return false;
	return !line_is(l, "last") || note_take_fault(l, &n->last);
}

/* Each recipient at most once, in order. */
static bool
note_take_recipients(struct line *l, struct envelope *e)
{
	struct fault why;
	long long i, least = 0, max = (long long)e->nrcpt - 1;
	bool ok, told;

	fault_clear(&why);
	for (;;) {
		if (line_is(l, "why")) {
			if (!note_take_fault(l, &why))
				return false;
			continue;
		}
		ok = line_is(l, "ok");
		told = !ok && line_is(l, "told");
		if (!ok && !told && !line_is(l, "rcpt"))
			return true;
		if ((!ok && why.verdict == VD_OK) ||
		    !line_number(l, least, max, &i) || !line_next(l))
			return false;
		rcpt_settle(&e->rcpt[i], ok ? NULL : &why);
		e->rcpt[i].told = told;
		least = i + 1;
	}
}

int
note_parse(const char *p, size_t n, struct note *note, struct envelope *e,
    struct fault *f)
{
	struct line l = { p, p, p + n };
	size_t i;

	memset(note, 0, sizeof(*note));
	if (note_take_facts(&l, note, e->nrcpt) &&
	    note_take_recipients(&l, e) && line_is(&l, "end") &&
	    line_next(&l) && l.p == l.end)
		return 0;
	memset(note, 0, sizeof(*note));
	for (i = 0; i < e->nrcpt; i++)
		rcpt_unsettle(&e->rcpt[i]);
	return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
	    "line %zu of its note is damaged", line_number_of(&l));
}

size_t
note_reopen(struct envelope *e, bool perm)
{
	size_t i, n = 0;

	for (i = 0; i < e->nrcpt; i++) {
		struct rcpt *r = &e->rcpt[i];

		if (r->done && (r->verdict == VD_OK || (!perm &&
		    (r->verdict == VD_PERM || r->told))))
			continue;
		rcpt_unsettle(r);
		n++;
	}
	return n;
}
