/*
 * f_client.c - a hostile relay and a moody link, one byte string long
 *
 * The first octets choose the options, the messages and how the link
 * behaves; the rest is what the relay says.  What the client may never do
 * is checked from outside: from the octets it sent and when it sent them.
 * Only how much a relay says at once may depend on what it was asked.
 */

#include <errno.h>
#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "smtp/avoid.h"
#include "smtp/client.h"

#include "fuzz.h"

#define MAILS	12
#define KNOBS	8		/* octets before the relay's */

static const char user[] = "joe", password[] = "S3kr:t-pass";

struct world {
	struct client	 c;
	struct client_opts o;
	struct envelope	 env[MAILS];
	struct client_mail mail[MAILS];
	size_t		 size[MAILS];
	/* where each body stands in the stream; 0 while it does not */
	unsigned long long begin[MAILS], end[MAILS];
	size_t		 yes[MAILS];	/* 2yz begun when all of it was sent */
	size_t		 nmails, given, at;
	struct buf	 stream;	/* all that was sent */
	size_t		 clear;		/* so much of it before TLS */
	const uint8_t	*p;		/* what the relay will say */
	size_t		 n;
	uint8_t		 knob[KNOBS];
	char		 line[4];	/* start of the relay's line */
	size_t		 line_n;
	bool		 within;	/* a reply, which began after: */
	size_t		 begun;
	unsigned	 turn;
};

static void
not_random(void *p, size_t n)
{
	memset(p, 'r', n);
}

static void
set_up(struct world *w)
{
	static const size_t sizes[] = { 16, 0, 30000, 65536, 65544, 8,
	    140000, 16 };
	static const enum sasl_mech mechs[] = { SASL__MAX, SASL_PLAIN,
	    SASL_LOGIN, SASL_CRAM_MD5, SASL_SCRAM_SHA_256, SASL_XOAUTH2,
	    SASL_OAUTHBEARER, SASL_EXTERNAL };
	const uint8_t *k = w->knob;
	char addr[64], orcpt[1001] = "";
	size_t m, r, many;

	if (k[7] & 1)
		memset(orcpt, 'o', sizeof(orcpt) - 1);

	w->o = (struct client_opts){ .helo = "me.test", .what = "relay:25",
	    .tls = (enum client_tls)(k[0] & 3), .password = password,
	    .user = k[0] & 4 ? user : NULL, .auth_cleartext = k[0] & 8,
	    .host = "relay", .port = 25, .mech = mechs[k[0] >> 4 & 7],
	    .lmtp = k[3] & 4, .chunks = !(k[7] & 32),
	    .avoid = k[7] & 64 ? CAP_PIPELINING : 0,
	    .random = not_random };
	w->nmails = (k[2] & 15) % (MAILS + 1);
	many = k[2] & 0x80 ? 1100 : 1 + (k[2] >> 4 & 3);
	for (m = 0; m < w->nmails; m++) {
		(void)snprintf(addr, sizeof(addr), "%zu@me.test", m);
		envelope_from(&w->env[m], addr);
		w->env[m].eightbit = k[3] & 8;
		w->size[m] = sizes[(k[3] + m * (k[3] >> 4)) & 7];
		for (r = 0; r < (m < 2 ? many : 1); r++) {
			(void)snprintf(addr, sizeof(addr), "%s%zu@%zu.test",
			    r == 1 && k[3] & 0x80 ? "\303\266" : "", r, m);
			(void)envelope_add(&w->env[m], addr);
			w->env[m].rcpt[r].orcpt = orcpt[0] != '\0' ?
			    xstrdup(orcpt) : NULL;
		}
		w->env[m].rcpt[0].notify = NOTIFY_FAILURE;
		w->mail[m].env = &w->env[m];
		w->mail[m].size = w->size[m];
		w->mail[m].probe = k[7] & 2 && (m + (k[7] >> 2)) % 3 == 0;
	}
	w->stream.max = (size_t)1 << 24;
}

/* A reply can answer only what was sent before its first octet came. */
static void
count_yes(struct world *w, uint8_t octet)
{
	size_t m;

	if (!w->within)
		w->begun = w->stream.len;
	w->within = true;
	if (octet != '\n') {
		if (w->line_n < sizeof(w->line))
			w->line[w->line_n++] = (char)octet;
		return;
	}
	w->within = w->line_n == 4 && w->line[3] == '-';
	if (!w->within && w->line_n > 2 && w->line[0] == '2')
		for (m = 0; m < w->given; m++)
			w->yes[m] += w->end[m] != 0 && w->end[m] <= w->begun;
	w->line_n = 0;
}

/* The length of so many lines of what the relay will say. */
static size_t
lines(const struct world *w, size_t many)
{
	const uint8_t *p = w->p, *nl;

	for (; many > 0; many--, p = nl + 1)
		if ((nl = memchr(p, '\n', w->n - (size_t)(p - w->p))) == NULL)
			return w->n;
	return (size_t)(p - w->p);
}

/* How many commands have arrived whole and wait for a reply? */
static size_t
asked(const struct client *c)
{
	size_t n = 0;

	while (n < c->ring_n &&
	    c->ring[(c->ring_at + n) % CLIENT_RING].end <= c->sent)
		n++;
	return n > 0 ? n : 1;
}

static void
feed(struct world *w)
{
	size_t n = w->knob[1], i;

	if (n == 0)
		n = lines(w, 1);
	else if (n == 1)
		n = lines(w, asked(&w->c));
	else if (n == 255)
		n = 4096;
	if (n > w->n)
		n = w->n;
	for (i = 0; i < n; i++)
		count_yes(w, w->p[i]);
	client_feed(&w->c, w->p, n);
	w->p += n;
	w->n -= n;
}

static void
lose(struct world *w)
{
	struct fault f = { 0 };

	if (w->knob[5] & 1)
		(void)fault_set(&f, ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
		    "no answer within 300 seconds");
	else
		(void)fault_set(&f, ST_CONNECT, FD_LINK, 0, VD_TEMP,
		    "connection closed by the relay");
	client_broken(&w->c, &f);
}

/* The link takes all, or some, and may bring something as well. */
static void
take(struct world *w)
{
	static const size_t pieces[] = { 0, 1, 7, 64, 1000, 65536, 70000,
	    131072 };
	size_t n = pieces[w->knob[4] & 7];

	if (n == 0 || n > w->c.out.len)
		n = w->c.out.len;
	/* The small ones are slow where bodies are large. */
	if (n < 64 && w->c.out.len > 4096)
		n = 4096;
	buf_add(&w->stream, w->c.out.p, n);
	CHECK(!w->stream.full);
	client_sent(&w->c, n);
	if (w->knob[4] & 8 && w->n > 0 && (w->knob[4] >> 4) != 0 &&
	    w->turn++ % (w->knob[4] >> 4) == 0)
		feed(w);
}

static void
shake_hands(struct world *w)
{
	struct fault f = { 0 };

	if (w->knob[5] & 2) {
		(void)fault_set(&f, ST_TLS, FD_TLS, -53, VD_TEMP,
		    "handshake failed");
		client_broken(&w->c, &f);
		return;
	}
	w->clear = w->stream.len;
	if (w->knob[5] & 8)
		client_bind(&w->c, "tls-exporter", "a session", 9);
	client_tls_up(&w->c, !(w->knob[5] & 4));
}

static void
idle(struct world *w)
{
	if (w->c.ring_n > 0 && w->knob[5] >> 4 != 0 &&
	    w->turn++ % (w->knob[5] >> 4) == 0) {
		client_pause(&w->c);
	} else if (w->given == w->nmails) {
		client_quit(&w->c);
	} else {
		w->at = 0;
		client_mail(&w->c, &w->mail[w->given++]);
	}
}

/* Lines of dots; the sizes are multiples of a row. */
static char
octet(size_t at)
{
	return ".\r\n..x\r\n"[at % 8];
}

static void
give_body(struct world *w)
{
	size_t m = w->given - 1, n = w->size[m] - w->at, i;
	size_t most = w->knob[6] ? (size_t)w->knob[6] * 512 : CLIENT_BLOCK;
	char *block, *space;

	if (w->begin[m] == 0)
		w->begin[m] = w->stream.len + w->c.out.len;
	if (n == 0) {
		client_body_end(&w->c);
		w->end[m] = w->stream.len + w->c.out.len;
		return;
	}
	if (n > most)
		n = most;
	block = xmalloc(n);
	for (i = 0; i < n; i++)
		block[i] = octet(w->at + i);
	if (w->at % 2 == 0 && (space = client_space(&w->c, n)) != NULL) {
		memcpy(space, block, n);
		client_body(&w->c, space, n);
	} else {
		client_body(&w->c, block, n);
	}
	free(block);
	w->at += n;
}

/* Do what is wanted.  False: it is over. */
static bool
turn(struct world *w)
{
	switch (client_step(&w->c)) {
	case CLIENT_SEND:
		CHECK(w->c.out.len > 0);
		take(w);
		return true;
	case CLIENT_RECV:
		if (w->n > 0)
			feed(w);
		else
			lose(w);
		return true;
	case CLIENT_TLS:
		CHECK(!w->c.tls && w->c.out.len == 0);
		shake_hands(w);
		return true;
	case CLIENT_IDLE:
		idle(w);
		return true;
	case CLIENT_BODY:
		CHECK(!w->mail[w->given - 1].probe);
		give_body(w);
		return true;
	case CLIENT_OVER:
		break;
	}
	return false;
}

/* What the client said, read as a relay would. */
struct reading {
	const struct world *w;
	size_t		 at, next;	/* in the stream; the next message */
	long		 from;		/* the message that MAIL named */
	bool		 quit;
};

static bool
starts(const char *p, size_t n, const char *word)
{
	return n >= strlen(word) && memcmp(p, word, strlen(word)) == 0;
}

static size_t
number_at(const char *p, const char *stop)
{
	size_t v = 0;

	while (p < stop && *p >= '0' && *p <= '9')
		v = v * 10 + (size_t)(*p++ - '0');
	return v;
}

static void
read_line(struct reading *r, const char *p, size_t n)
{
	const char *stop = p + n, *at;
	size_t i;

	CHECK(!r->quit);
	for (i = 0; i < n; i++)
		CHECK((unsigned char)p[i] >= ' ' && p[i] != 127);
	if (r->at < r->w->clear || !r->w->c.tls)
		CHECK(r->w->o.tls < CLIENT_TLS_STARTTLS ||
		    starts(p, n, "EHLO ") || starts(p, n, "HELO ") ||
		    starts(p, n, "LHLO ") ||
		    starts(p, n, "STARTTLS") || starts(p, n, "QUIT"));
	if (starts(p, n, "MAIL FROM:<")) {
		CHECK(r->from == -1);
		r->from = (long)number_at(p + 11, stop);
	} else if (starts(p, n, "RCPT TO:<")) {
		CHECK((at = memchr(p, '@', n)) != NULL);
		CHECK(r->from == (long)number_at(at + 1, stop));
	} else if (starts(p, n, "DATA") || starts(p, n, "BDAT ")) {
		CHECK(r->from != -1 && !r->w->mail[r->from].probe);
	} else if (starts(p, n, "RSET")) {
		r->from = -1;
	} else {
		r->quit = starts(p, n, "QUIT");
	}
}

/* A message stands in the stream as it was announced, whole or cut off. */
static void
read_body(struct reading *r)
{
	const struct world *w = r->w;
	const char *p = w->stream.p;
	size_t m = r->next, i, at = r->at;
	size_t stop = w->end[m] != 0 && w->end[m] < w->stream.len ?
	    (size_t)w->end[m] : w->stream.len;
	bool bdat = false;
	char line[64];

	(void)snprintf(line, sizeof(line), "BDAT %zu LAST\r\n", w->size[m]);
	if (at >= strlen(line))
		bdat = memcmp(p + at - strlen(line), line,
		    strlen(line)) == 0;
	CHECK(bdat || (at >= 6 && memcmp(p + at - 6, "DATA\r\n", 6) == 0));
	CHECK(r->from == (long)m);
	for (i = 0; i < w->size[m] && at < stop; i++) {
		if (!bdat && octet(i) == '.' && (i == 0 ||
		    octet(i - 1) == '\n'))
			CHECK(p[at++] == '.');
		CHECK(at == stop || p[at++] == octet(i));
	}
	if (!bdat && i == w->size[m])
		for (i = 0; i < 3 && at < stop; i++)
			CHECK(p[at++] == ".\r\n"[i]);
	CHECK(at == stop);
	r->at = stop;
	r->next++;
	r->from = -1;
}

static void
read_stream(const struct world *w)
{
	struct reading r = { .w = w, .from = -1 };
	const char *nl;

	for (;;) {
		while (r.next < w->given && w->begin[r.next] == 0)
			r.next++;
		if (r.next < w->given && w->begin[r.next] == r.at) {
			read_body(&r);
			continue;
		}
		if (r.at == w->stream.len)
			return;
		nl = memchr(w->stream.p + r.at, '\n', w->stream.len - r.at);
		if (nl == NULL)
			return;		/* cut off by the end */
		CHECK(nl > w->stream.p + r.at && nl[-1] == '\r');
		read_line(&r, w->stream.p + r.at,
		    (size_t)(nl - w->stream.p) - 1 - r.at);
		r.at = (size_t)(nl - w->stream.p) + 1;
	}
}

/*
 * The forms that the password may take: plain, or in base64, where it has
 * three, one for each place that it may begin at in a group of octets.
 */
static void
find_forms(char form[4][64])
{
	struct buf in = { .max = 64 }, out = { .max = 64 };
	size_t at, from, to;

	(void)strlcpy(form[3], password, 64);
	for (at = 0; at < 3; at++) {
		buf_clear(&in);
		buf_clear(&out);
		buf_add(&in, "\0\0", at);
		buf_adds(&in, password);
		base64_encode(&out, in.p, in.len);
		from = (at * 4 + 2) / 3;
		to = in.len * 4 / 3;
		CHECK(to <= out.len && to - from > 12);
		(void)snprintf(form[at], 64, "%.*s", (int)(to - from),
		    out.p + from);
	}
	buf_release(&in);
	buf_release(&out);
}

static bool
shows(char form[4][64], const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < 4 && n > 0; i++)
		if (memmem(p, n, form[i], strlen(form[i])) != NULL)
			return true;
	return false;
}

/* The password is nowhere that others could read it. */
static void
check_secrets(const struct world *w)
{
	const char *p, *nl;
	size_t seen = w->c.tls ? w->clear : w->stream.len;
	char form[4][64];

	find_forms(form);
	if (w->c.tls && !w->c.trusted)
		seen = w->stream.len;
	CHECK(w->o.auth_cleartext || !shows(form, w->stream.p, seen));
	CHECK(!shows(form, w->c.fault.command, strlen(w->c.fault.command)));
	/* The relay may say it, if it comes to know it. */
	for (p = buf_text(&w->c.talk); *p != '\0'; p = nl + 1) {
		CHECK((nl = strchr(p, '\n')) != NULL);
		CHECK(strncmp(p, "S: ", 3) == 0 ||
		    !shows(form, p, (size_t)(nl - p)));
	}
}

static void
check_fault(const struct fault *f)
{
	const char *p;

	CHECK(f->text[0] != '\0' || f->domain == FD_SMTP);
	CHECK(utf8_valid(f->text, strlen(f->text)));
	for (p = f->text; *p != '\0'; p++)
		CHECK((unsigned char)*p >= ' ' || *p == '\n' ||
		    *p == '\t');
	CHECK(f->what[0] != '\0');
	CHECK(strcmp(f->text, "the relay sent too much") != 0 ||
	    f->domain != FD_NONE);
	CHECK(fault_exit(f) != 0);
}

/* A message that may have arrived is not sent again. */
static void
check_advice(const struct client_mail *m, const struct rcpt *r)
{
	struct avoid a = avoid_advise(m, r->why);

	CHECK((a.bit & ~m->used) == 0);
	CHECK(a.bit != 0 || (!a.again && !a.anew));
	CHECK(!a.again || r->verdict == VD_TEMP || r->verdict == VD_PERM);
}

static void
check_mail(const struct world *w, size_t m)
{
	const struct client_mail *mail = &w->mail[m];
	bool sent = w->end[m] != 0 && w->end[m] <= w->stream.len;
	const struct rcpt *r;
	size_t i, ok = envelope_count(&w->env[m], VD_OK);

	CHECK(mail->over);
	CHECK((mail->accepted[0] == '\0') || ok > 0);
	CHECK(ok == 0 || mail->probe || (sent && w->yes[m] > 0));
	CHECK(!mail->probe || !sent);
	for (i = 0; i < w->env[m].nrcpt; i++) {
		r = &w->env[m].rcpt[i];
		CHECK(r->done);
		CHECK((r->verdict == VD_OK) == (r->why == NULL));
		if (r->why == NULL)
			continue;
		check_fault(r->why);
		check_advice(mail, r);
		CHECK(r->why->verdict == r->verdict);
		CHECK(r->verdict != VD_DOUBT || sent);
		/* A dead link is no reason to say that it did not arrive. */
		if (r->why->domain == FD_LINK || r->why->domain == FD_ERRNO)
			CHECK(r->verdict == (sent ? VD_DOUBT : VD_TEMP));
		/* Nor is anything but a no to this message its end. */
		if (r->verdict == VD_PERM && r->why->domain == FD_SMTP)
			CHECK(r->why->stage >= ST_MAIL &&
			    r->why->stage <= ST_BODY);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct world *w;
	unsigned idle_turns = 0;
	size_t was, is = 0, m;

	if (n < KNOBS)
		return 0;
	w = xcalloc(1, sizeof(*w));
	memcpy(w->knob, p, KNOBS);
	w->p = p + KNOBS;
	w->n = n - KNOBS;
	set_up(w);
	client_init(&w->c, &w->o);
	do {
		was = is;
		is = 2 * w->stream.len + w->c.out.len + w->given + n - w->n;
		idle_turns = is > was ? 0 : idle_turns + 1;
		CHECK(idle_turns < 32);		/* it must not spin */
	} while (turn(w));
	CHECK(w->c.phase == PH_OVER && w->c.nmails == 0);
	CHECK(client_step(&w->c) == CLIENT_OVER);
	for (m = 0; m < w->given; m++)
		check_mail(w, m);
	if (w->c.fault.verdict != VD_OK)
		check_fault(&w->c.fault);
	check_secrets(w);
	read_stream(w);
	client_release(&w->c);
	for (m = 0; m < w->nmails; m++)
		envelope_release(&w->env[m]);
	buf_release(&w->stream);
	free(w);
	return 0;
}
