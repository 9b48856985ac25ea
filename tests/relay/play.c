/* play.c - how a script is played */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "polite.h"
#include "script.h"

#define PIECE	16384

struct play {
	const struct script *script;
	const struct opts *o;
	struct conn	*c;
	struct letter	*l;
	gnutls_certificate_credentials_t cred;
	uint64_t	 random;	/* for polite() */
	struct buf	 line;
	bool		 agreed;	/* the client said what it should */
	bool		 end;		/* whatever steps there are still */
	enum conn_end	 how;
};

static void
mismatch(struct play *p, const struct step *st)
{
	struct buf b = { .max = SIZE_MAX / 4 };

	buf_adds(&b, "got ");
	buf_add(&b, buf_text(&p->line), p->line.len);
	buf_addf(&b, "%s want %s (%s:%u)", p->c->gone ? "[end]" : "",
	    st->text, p->script->name, st->line);
	conn_log_bytes(p->c, "mismatch: ", b.p, b.len);
	buf_release(&b);
	p->agreed = false;
	p->c->over = true;
}

static void
hear(struct play *p, const struct step *st)
{
	bool same;

	if (!conn_line(p->c, &p->line)) {
		mismatch(p, st);
		return;
	}
	if (st->move == MV_HEAR_LIKE)
		same = regexec(&st->re, buf_text(&p->line), 0, NULL, 0) == 0;
	else
		same = strcmp(st->text, "*") == 0 ||
		    (p->line.len == st->len && memcmp(buf_text(&p->line),
		    st->text, st->len) == 0);
	if (same)
		letter_note(p->l, &p->line);
	else
		mismatch(p, st);
}

static void
bdat(struct play *p, const struct step *st)
{
	unsigned long long n;
	char *end = NULL;

	if (!conn_line(p->c, &p->line) ||
	    strncasecmp(p->line.p, "BDAT ", 5) != 0 ||
	    !isdigit((unsigned char)p->line.p[5])) {
		mismatch(p, st);
		return;
	}
	n = strtoull(p->line.p + 5, &end, 10);
	if (!letter_octets(p->l, p->c, (size_t)n)) {
		buf_clear(&p->line);
		mismatch(p, st);
	} else if (strcasecmp(end, " LAST") == 0) {
		(void)letter_commit(p->l, p->c);
	}
}

static void
swallow(struct play *p, size_t most)
{
	const char *bytes;
	size_t k, all = 0;

	while (all < most && (k = conn_peek(p->c, &bytes)) > 0) {
		if (k > most - all)
			k = most - all;
		conn_skip(p->c, k);
		all += k;
	}
	conn_log(p->c, "C| %zu bytes", all);
}

/* n times the bytes of text[0..len). */
static void
repeat(struct play *p, const char *text, size_t len, long long n)
{
	long long i;

	for (i = 0; i < n && !p->c->over; i++) {
		conn_put(p->c, text, len);
		if (p->c->out.len >= PIECE)
			conn_flush(p->c);
	}
	conn_flush(p->c);
	conn_log(p->c, "S| %lld bytes", i * (long long)len);
}

static void
lines(struct play *p, const struct step *st)
{
	struct buf b = { .max = SIZE_MAX / 4 };

	buf_add(&b, st->text, st->len);
	buf_add(&b, "\r\n", 2);
	repeat(p, b.p, b.len, st->n);
	buf_release(&b);
}

static void
drip(struct play *p, const struct step *st)
{
	struct buf b = { .max = SIZE_MAX / 4 };
	size_t i;

	conn_log_bytes(p->c, "S: ", st->text, st->len);
	buf_add(&b, st->text, st->len);
	buf_add(&b, "\r\n", 2);
	for (i = 0; i < b.len && !p->c->over; i++) {
		conn_wait(p->c, (int)st->n, true);
		conn_put(p->c, b.p + i, 1);
		conn_flush(p->c);
	}
	buf_release(&b);
}

static void
tell(struct play *p, const struct step *st, bool more)
{
	conn_log_bytes(p->c, st->move == MV_SAY ? "S: " : "S- ", st->text,
	    st->len);
	conn_put(p->c, st->text, st->len);
	if (st->move == MV_SAY)
		conn_put(p->c, "\r\n", 2);
	if (!more)
		conn_flush(p->c);
}

static void
body(struct play *p, const struct step *st)
{
	if (letter_data(p->l, p->c)) {
		(void)letter_commit(p->l, p->c);
	} else {
		buf_clear(&p->line);
		mismatch(p, st);
	}
}

/* One step; more: the next one is to be said in the same breath. */
static void
step(struct play *p, const struct step *st, bool more)
{
	struct conn *c = p->c;

	switch (st->move) {
	case MV_SAY:
	case MV_SAY_PART:
		tell(p, st, more);
		break;
	case MV_HEAR:
	case MV_HEAR_LIKE:
		hear(p, st);
		break;
	case MV_BODY:
		body(p, st);
		break;
	case MV_BDAT:
		bdat(p, st);
		break;
	case MV_READ:
		swallow(p, (size_t)st->n);
		break;
	case MV_SILENT:
		swallow(p, SIZE_MAX);
		break;
	case MV_TLS:
		buf_clear(&p->l->helo);
		(void)conn_tls(c, p->cred, p->o->priority,
		    p->o->client_ca != NULL);
		break;
	case MV_DRIP:
		drip(p, st);
		break;
	case MV_JUNK:
		repeat(p, "x", 1, st->n);
		break;
	case MV_LINES:
		lines(p, st);
		break;
	case MV_WAIT:
	case MV_NAP:
		conn_wait(c, (int)st->n, st->move == MV_WAIT);
		break;
	case MV_POLITE:
		polite(c, p->l, p->o, p->cred, p->random);
		p->end = true;
		break;
	case MV_EOF:
	case MV_TRUNCATE:
	case MV_RESET:
		p->how = st->move == MV_EOF ? CONN_CLOSE :
		    st->move == MV_TRUNCATE ? CONN_CUT : CONN_RESET;
		p->end = true;
		break;
	case MV__MAX:
		abort();
	}
}

bool
script_play(const struct script *s, struct conn *c, struct letter *l,
    const struct opts *o, gnutls_certificate_credentials_t cred,
    uint64_t random)
{
	struct play p = { .script = s, .o = o, .c = c, .l = l, .cred = cred,
	    .random = random, .line.max = 2 * CONN_IN, .agreed = true,
	    .how = CONN_CLOSE };
	const struct step *next;
	size_t i;

	for (i = 0; i < s->n && !p.end && !c->over; i++) {
		next = i + 1 < s->n ? &s->steps[i + 1] : NULL;
		step(&p, &s->steps[i], next != NULL &&
		    (next->move == MV_SAY || next->move == MV_SAY_PART));
	}
	conn_close(c, p.how);
	buf_release(&p.line);
	return p.agreed;
}
