/*
 * f_server.c - what the server must hold, whatever the client says
 *
 * The first octets choose the options, what becomes of each message and how
 * the octets are cut into pieces; the rest is what the client says.  Each
 * input is played twice, in the chosen pieces and octet by octet, with the
 * same outcome.  Where a message ends, and what is in it, is worked out
 * again here, by looking for the end in the whole input.
 */

#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "smtp/server.h"

#include "fuzz.h"

#define KNOBS	4

struct world {
	struct server	 s;
	struct server_opts o;
	struct buf	 said, taken;	/* replies; messages that ended */
	struct buf	 message;	/* the one that is coming */
	const uint8_t	*p;
	size_t		 n, at;		/* octets, and those fed */
	size_t		 step;
	size_t		 begin;		/* where the message begins in p */
	uint8_t		 knob[KNOBS];
	unsigned	 nmessage;
	bool		 due;		/* an end or a drop */
};

/* Is this message refused at its begin (0), in it (1) or at its end? */
static bool
refused(const struct world *w, unsigned point)
{
	return w->knob[0] >> point & 1 &&
	    (w->nmessage * 7 + w->knob[1]) % 3 == point;
}

static void
set_fault(struct world *w, struct fault *f)
{
	static const int codes[] = { 550, 451, 421, 250, 0, 599, 452, 552 };
	uint8_t k = w->knob[2];
	int code = codes[k & 7];

	fault_clear(f);
	(void)fault_set(f, (enum stage)(k >> 3 & 15),
	    code ? FD_SMTP : FD_NONE, code,
	    k & 0x80 ? VD_PERM : VD_TEMP, "%.*s", (int)w->n,
	    (const char *)w->p);
	f->esc[0] = (unsigned short)(k & 0x40 ? code / 100 : 4);
}

static bool
clean(const char *p)
{
	for (; p != NULL && *p != '\0'; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return true;
}

static void
check_envelope(const struct envelope *e)
{
	struct fault f;
	size_t i;

	CHECK(e->from != NULL && e->nrcpt > 0 && e->nrcpt <= SERVER_RCPTS);
	CHECK(*e->from == '\0' || addr_check(e->from, &f) == 0);
	CHECK(clean(e->envid));
	for (i = 0; i < e->nrcpt; i++) {
		CHECK(addr_check(e->rcpt[i].addr, &f) == 0);
		CHECK(clean(e->rcpt[i].orcpt));
		CHECK(!(e->rcpt[i].notify & NOTIFY_NEVER) ||
		    e->rcpt[i].notify == NOTIFY_NEVER);
		CHECK(!e->rcpt[i].done);
	}
}

static void
begin(struct world *w)
{
	struct fault f;

	CHECK(!w->due);
	check_envelope(&w->s.env);
	w->nmessage++;
	w->begin = w->at - (w->s.in.len - w->s.used);
	buf_clear(&w->message);
	if (refused(w, 0)) {
		set_fault(w, &f);
		server_refuse(&w->s, &f);
		return;
	}
	w->due = true;
	server_go(&w->s);
}

/* Is there a line end before q, of the kind that counts? */
static bool
after_line(const struct world *w, size_t q, bool lf)
{
	const uint8_t *p = w->p;

	if (q == w->begin)
		return true;
	if (lf)
		return p[q - 1] == '\n';
	return q - w->begin >= 2 && p[q - 2] == '\r' && p[q - 1] == '\n';
}

/* The message as it should be: up to its first end, without the dots. */
static void
check_message(const struct world *w)
{
	struct buf want = { .max = w->n };
	const uint8_t *p = w->p;
	size_t q;
	bool lf = !w->s.crlf;

	for (q = w->begin;; q++) {
		CHECK(q + 1 < w->n);
		if (p[q] == '.' && after_line(w, q, lf)) {
			if (lf && p[q + 1] == '\n')
				break;
			if (q + 2 < w->n && p[q + 1] == '\r' &&
			    p[q + 2] == '\n' && after_line(w, q, false))
				break;
			continue;
		}
		buf_add(&want, &p[q], 1);
	}
	CHECK(want.len == w->message.len);
	CHECK(want.len == 0 || memcmp(want.p, w->message.p, want.len) == 0);
	buf_release(&want);
}

static void
end(struct world *w)
{
	struct envelope *e = &w->s.env;
	struct fault f;
	size_t i;

	CHECK(w->due);
	w->due = false;
	check_message(w);
	CHECK(w->o.max_size == 0 ||
	    w->message.len <= (size_t)w->o.max_size);
	buf_add(&w->taken, buf_text(&w->message), w->message.len);
	buf_add(&w->taken, "\0", 1);
	set_fault(w, &f);
	if (refused(w, 2)) {
		server_refuse(&w->s, &f);
		return;
	}
	for (i = 0; i < e->nrcpt; i++)
		if ((i + w->knob[1]) % 4 != 0)
			rcpt_settle(&e->rcpt[i], i % 2 && w->knob[0] & 8 ?
			    &f : NULL);
	server_verdict(&w->s, w->knob[0] & 16 ? f.text : "accepted");
}

static void
data(struct world *w)
{
	struct fault f;

	CHECK(w->due && w->s.data.len > 0);
	buf_add(&w->message, w->s.data.p, w->s.data.len);
	/* Which of two refusals comes first depends on the pieces. */
	if (w->o.max_size == 0 && refused(w, 1)) {
		set_fault(w, &f);
		server_refuse(&w->s, &f);
	}
}

static void
feed(struct world *w)
{
	size_t n = w->n - w->at;

	CHECK(server_room(&w->s) > 0);
	if (n == 0) {
		server_eof(&w->s);
		return;
	}
	if (n > w->step)
		n = w->step;
	if (n > server_room(&w->s))
		n = server_room(&w->s);
	w->at += n;
	server_feed(&w->s, w->p + w->at - n, n);
}

static bool
turn(struct world *w)
{
	size_t n;

	switch (server_step(&w->s)) {
	case SERVER_SEND:
		CHECK(w->s.out.len > 0);
		n = w->knob[3] & 1 && w->s.out.len > 7 ? 7 : w->s.out.len;
		buf_add(&w->said, w->s.out.p, n);
		server_sent(&w->s, n);
		return true;
	case SERVER_RECV:
		feed(w);
		return true;
	case SERVER_BEGIN:
		begin(w);
		return true;
	case SERVER_DATA:
		data(w);
		return true;
	case SERVER_END:
		end(w);
		return true;
	case SERVER_DROP:
		CHECK(w->due);
		w->due = false;
		return true;
	case SERVER_OVER:
		break;
	}
	return false;
}

/* Replies are lines of three digits and printable text (RFC 5321, 4.2). */
static void
check_replies(const struct buf *said)
{
	const char *p = buf_text(said), *stop = p + said->len, *nl;
	char code[4] = "";

	CHECK(!said->full);
	while (p < stop) {
		nl = memchr(p, '\n', (size_t)(stop - p));
		CHECK(nl != NULL && nl - p >= 5 && nl - p <= 510);
		CHECK(nl[-1] == '\r');
		CHECK(p[0] >= '2' && p[0] <= '5' && p[1] >= '0' &&
		    p[1] <= '9' && p[2] >= '0' && p[2] <= '9');
		CHECK(p[3] == ' ' || p[3] == '-');
		CHECK(code[0] == '\0' || memcmp(code, p, 3) == 0);
		memcpy(code, p, 3);
		if (p[3] == ' ')
			code[0] = '\0';
		CHECK(utf8_valid(p, (size_t)(nl - p)));
		for (; p < nl - 1; p++)
			CHECK((unsigned char)*p >= ' ' && *p != 127);
		p = nl + 1;
	}
	CHECK(code[0] == '\0');
}

static void
play(struct world *w, const uint8_t *p, size_t n, size_t step)
{
	size_t turns = 0;

	memcpy(w->knob, p, KNOBS);
	w->p = p + KNOBS;
	w->n = n - KNOBS;
	w->step = step ? step : 4096;
	w->o = (struct server_opts){ .hostname = "me.test",
	    .domain = "dom.test", .max_size = w->knob[3] >> 1 & 63 };
	w->said.max = w->taken.max = w->message.max = (size_t)1 << 26;
	server_init(&w->s, &w->o);
	while (turn(w))
		CHECK(turns++ < 1000 + 4 * w->n + w->said.len);
	CHECK(!w->due);
	CHECK(w->s.errors <= SERVER_ERRORS);
	CHECK(server_step(&w->s) == SERVER_OVER);
	check_replies(&w->said);
}

static void
release(struct world *w)
{
	server_release(&w->s);
	buf_release(&w->said);
	buf_release(&w->taken);
	buf_release(&w->message);
}

static void
check_same(const struct buf *a, const struct buf *b)
{
	CHECK(a->len == b->len);
	CHECK(a->len == 0 || memcmp(a->p, b->p, a->len) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct world a = { .due = false }, b = { .due = false };

	if (n < KNOBS)
		return 0;
	play(&a, p, n, p[1]);
	play(&b, p, n, 1);
	check_same(&a.said, &b.said);
	check_same(&a.taken, &b.taken);
	CHECK(a.s.lost == b.s.lost && a.nmessage == b.nmessage);
	release(&a);
	release(&b);
	return 0;
}
