/*
 * t_smtp_client.c - play written dialogues against the client machine
 *
 * usage: t_smtp_client dialogue...		(by default all of tests/dialog)
 *
 * Each is played whole and then again byte by byte.  Lines of a dialogue:
 *
 *	opt KEY [VALUE]	helo, tls, user, password, longpassword, mech,
 *			cleartext, untrusted, binding, host, lmtp, avoid
 *			(words), newcomer (BDAT is not known to work)
 *	mail [FROM]	a message to be given; then, for it:
 *	to ADDR [NOTIFY [ORCPT]]	one recipient
 *	set KEY [VALUE]	size (octets of body), eightbit, probe, envid, ret, done
 *			(the last recipient, before)
 *	S: TEXT		the relay says TEXT; the client has nothing more to say
 *	S& TEXT		the same, in one segment with the S: that follows
 *	S! TEXT		the same as S:, though the client could say more
 *	S+ TEXT		the same, in one segment with the S! that follows
 *	S% TEXT		the same as S!, without a line end
 *	S* A B TEXT	the same as S:, for # from A to B in TEXT
 *	C: TEXT		the client must have said TEXT by now
 *	C* A B TEXT	the same, for # from A to B in TEXT
 *	C|		the client must have sent the message, dots doubled
 *	C#		the client must have sent the message as it is
 *	hold / send	the link takes nothing from the client / takes all
 *	part N		held, the link takes so many octets
 *	tls		the client must want TLS here; it is given
 *	end / silence	the link ends / the time is up
 *	rcpt N VERDICT CODE	how recipient N (of all) must have ended
 *	advice N WORD [HOW]	what to do without after message N: a word of
 *			`avoid` or none; again, anew or doubt
 *	avoid WORDS	the client is to do without these from now on
 *	accepted N [TEXT]	the words with which message N was accepted
 *	over VERDICT [STAGE]	how the session must have ended
 *	says TEXT	TEXT must stand in the fault of the session
 *	omits TEXT	TEXT must not
 *	talk TEXT	TEXT must stand in the dialogue for people
 *	hush TEXT	TEXT must not
 */

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "smtp/avoid.h"
#include "smtp/client.h"
#include "tap.h"

#define MAILS	12

struct play {
	struct client	 c;
	struct client_opts o;
	struct envelope	 env[MAILS];
	struct client_mail mail[MAILS];
	size_t		 size[MAILS];
	size_t		 nmails, given, body_at, want_body;
	struct buf	 said;
	const char	*file;
	int		 line;
	bool		 split, hold, trusted, failed, joined;
	char		 helo[128], user[4096], password[4096], host[128];
	char		 binding[32];
};

static void
fail(struct play *p, const char *why)
{
	printf("# %s:%d%s: %s\n", p->file, p->line,
	    p->split ? " (split)" : "", why);
	if (p->said.len > 0)
		printf("# the client said: %.300s\n", p->said.p);
	p->failed = true;
}

/* The nonce in base64 is that of RFC 5802 5: fyko+d2lbbFgONRv9qkxdawL. */
static void
not_random(void *p, size_t n)
{
	static const char text[] = "fyko+d2lbbFgONRv9qkxdawL";
	struct buf b = { .max = 64 };

	(void)base64_decode(&b, text, strlen(text));
	memcpy(p, b.p, n < b.len ? n : b.len);
	buf_release(&b);
}

/* The message that is sent: a short one, or lines of dots up to size. */
static size_t
body(const struct play *p, size_t m, char *out, size_t at, size_t n)
{
	static const char small[] = "x: y\r\n\r\n.d.t\r\n";
	static const char row[] = ".2.456\r\n";
	size_t all = p->size[m] ? p->size[m] : sizeof(small) - 1, i;

	for (i = 0; i < n && at + i < all; i++)
		out[i] = p->size[m] ? row[(at + i) % 8] : small[at + i];
	return i;
}

static size_t in_place;	/* blocks that were put where they go */

static void
give_body(struct play *p)
{
	char block[4096], *to = NULL;
	size_t n = body(p, p->given - 1, block, p->body_at, sizeof(block));

	if (n == 0) {
		client_body_end(&p->c);
		return;
	}
	/* Each second block where the machine would copy it to. */
	if (p->body_at / sizeof(block) % 2 == 0 &&
	    (to = client_space(&p->c, n)) != NULL) {
		memcpy(to, block, n);
		in_place++;
	}
	client_body(&p->c, to != NULL ? to : block, n);
	p->body_at += n;
}

static void
give(struct play *p)
{
	if (p->given == p->nmails) {
		client_quit(&p->c);
		return;
	}
	p->body_at = 0;
	p->mail[p->given].env = &p->env[p->given];
	p->mail[p->given].size = p->size[p->given] ? p->size[p->given] : 14;
	p->given++;
	client_mail(&p->c, &p->mail[p->given - 1]);
}

/* Run until the machine wants something only the dialogue can give. */
static enum client_want
run(struct play *p)
{
	enum client_want w;
	int steps;

	for (steps = 0; steps < 100000; steps++) {
		w = client_step(&p->c);
		if (w == CLIENT_SEND && !p->hold) {
			buf_add(&p->said, p->c.out.p, p->c.out.len);
			client_sent(&p->c, p->c.out.len);
		} else if (w == CLIENT_BODY) {
			give_body(p);
		} else if (w == CLIENT_IDLE) {
			give(p);
		} else {
			return w;
		}
	}
	fail(p, "the machine spins");
	return CLIENT_OVER;
}

static void
tls_is_up(struct play *p)
{
	static const unsigned char octets[] = { 0, 1, 2, 3, 4, 5, 6, 7 };

	if (run(p) != CLIENT_TLS) {
		fail(p, "did not want TLS");
		return;
	}
	if (p->binding[0] != '\0')
		client_bind(&p->c, p->binding, octets, sizeof(octets));
	client_tls_up(&p->c, p->trusted);
}

static void
server(struct play *p, const char *text, bool more, bool whole)
{
	char line[REPLY_LINE * 2];
	size_t n, i;

	(void)snprintf(line, sizeof(line), "%s%s", text, whole ? "\r\n" : "");
	n = strlen(line);
	if (!p->split || more || p->joined) {
		client_feed(&p->c, line, n);
		p->joined = more;
		if (!more)
			(void)run(p);
		return;
	}
	for (i = 0; i < n; i++) {
		client_feed(&p->c, line + i, 1);
		(void)run(p);
	}
}

static void
client(struct play *p, const char *text)
{
	size_t n = strlen(text);

	(void)run(p);
	if (p->said.len < n + 2 || memcmp(p->said.p, text, n) != 0 ||
	    memcmp(p->said.p + n, "\r\n", 2) != 0) {
		fail(p, text);
		return;
	}
	buf_drop(&p->said, n + 2);
}

/* "S* 1 100 250 #" and "C* 1 100 RCPT TO:<#@x>": the same many times. */
static void
repeat(struct play *p, const char *line)
{
	char text[4096], one[4200];
	const char *at;
	int from, to;

	if (sscanf(line + 2, "%d %d %4095[^\n]", &from, &to, text) != 3) {
		fail(p, "wants two numbers and a text");
		return;
	}
	for (; from <= to && !p->failed; from++) {
		at = strchr(text, '#');
		if (at != NULL)
			(void)snprintf(one, sizeof(one), "%.*s%d%s",
			    (int)(at - text), text, from, at + 1);
		else
			(void)strlcpy(one, text, sizeof(one));
		if (line[0] == 'C')
			client(p, one);
		else
			server(p, one, false, true);
	}
}

/* The link takes n octets, and nothing else happens. */
static void
part(struct play *p, size_t n)
{
	(void)run(p);
	if (n == 0 || n > p->c.out.len)
		fail(p, "has not so much to say");
	else {
		buf_add(&p->said, p->c.out.p, n);
		client_sent(&p->c, n);
	}
}

static void
client_sent_body(struct play *p, bool stuffed)
{
	char block[200000];
	struct buf want = { .max = 1 << 20 };
	size_t n, i;

	(void)run(p);
	while (p->mail[p->want_body].over && !p->mail[p->want_body].ended)
		p->want_body++;
	n = body(p, p->want_body++, block, 0, sizeof(block));
	for (i = 0; i < n; i++) {
		if (stuffed && block[i] == '.' && (i == 0 ||
		    block[i - 1] == '\n'))
			buf_add(&want, ".", 1);
		buf_add(&want, &block[i], 1);
	}
	if (p->said.len < want.len ||
	    memcmp(p->said.p, want.p, want.len) != 0)
		fail(p, "that is not the message");
	else
		buf_drop(&p->said, want.len);
	buf_release(&want);
}

static void
set_option(struct play *p, const char *key, const char *value)
{
	static const char *const modes[] = { "none", "opportunistic",
	    "starttls", "implicit" };
	size_t i;

	if (strcmp(key, "helo") == 0)
		(void)strlcpy(p->helo, value, sizeof(p->helo));
	else if (strcmp(key, "user") == 0) {
		(void)strlcpy(p->user, value, sizeof(p->user));
		p->o.user = p->user;
	} else if (strcmp(key, "password") == 0)
		(void)strlcpy(p->password, value, sizeof(p->password));
	else if (strcmp(key, "longpassword") == 0)
		memset(p->password, 'p', (size_t)atol(value));
	else if (strcmp(key, "mech") == 0)
		p->o.mech = sasl_find(value, strlen(value));
	else if (strcmp(key, "binding") == 0)
		(void)strlcpy(p->binding, value, sizeof(p->binding));
	else if (strcmp(key, "host") == 0) {
		(void)strlcpy(p->host, value, sizeof(p->host));
		p->o.host = p->host;
		p->o.port = 587;
	} else if (strcmp(key, "lmtp") == 0)
		p->o.lmtp = true;
	else if (strcmp(key, "avoid") == 0)
		p->o.avoid |= avoid_parse(value);
	else if (strcmp(key, "newcomer") == 0)
		p->o.chunks = false;
	else if (strcmp(key, "cleartext") == 0)
		p->o.auth_cleartext = true;
	else if (strcmp(key, "token") == 0) {
		p->o.token = true;
		p->o.token_mech = sasl_find(value, strlen(value));
	} else if (strcmp(key, "untrusted") == 0)
		p->trusted = false;
	else if (strcmp(key, "tls") == 0) {
		for (i = 0; i < NITEMS(modes); i++)
			if (strcmp(modes[i], value) == 0)
				p->o.tls = (enum client_tls)i;
	} else
		fail(p, key);
}

static void
set_mail(struct play *p, const char *key, const char *value)
{
	struct envelope *e = &p->env[p->nmails - 1];

	if (strcmp(key, "size") == 0)
		p->size[p->nmails - 1] = (size_t)atol(value);
	else if (strcmp(key, "eightbit") == 0)
		e->eightbit = true;
	else if (strcmp(key, "probe") == 0)
		p->mail[p->nmails - 1].probe = true;
	else if (strcmp(key, "envid") == 0)
		e->envid = xstrdup(value);
	else if (strcmp(key, "done") == 0)
		rcpt_settle(&e->rcpt[e->nrcpt - 1], NULL);
	else if (strcmp(key, "ret") == 0)
		e->ret = strcmp(value, "full") == 0 ? RET_FULL : RET_HDRS;
	else
		fail(p, key);
}

/* "to b@x never rfc822;b@x", or "to *500" for so many. */
static void
add_rcpt(struct play *p, const char *addr, const char *notify,
    const char *orcpt)
{
	struct envelope *e = &p->env[p->nmails - 1];
	char one[64];
	size_t i;
	int k;

	if (addr[0] == '*') {
		for (k = 0; k < atoi(addr + 1); k++) {
			(void)snprintf(one, sizeof(one), "r%d@x.test", k);
			add_rcpt(p, one, notify, orcpt);
		}
		return;
	}
	i = envelope_add(e, addr);
	if (strcmp(notify, "never") == 0)
		e->rcpt[i].notify = NOTIFY_NEVER;
	else if (strcmp(notify, "failure,delay") == 0)
		e->rcpt[i].notify = NOTIFY_FAILURE | NOTIFY_DELAY;
	if (orcpt[0] != '\0')
		e->rcpt[i].orcpt = xstrdup(orcpt);
}

static void
check_rcpt(struct play *p, size_t n, const char *verdict, int code)
{
	const struct rcpt *r;
	size_t m;

	(void)run(p);
	for (m = 0; m < p->nmails && n >= p->env[m].nrcpt; m++)
		n -= p->env[m].nrcpt;
	if (m == p->nmails) {
		fail(p, "there is no such recipient");
		return;
	}
	r = &p->env[m].rcpt[n];
	if (!r->done)
		fail(p, "has no verdict");
	else if (strcmp(fault_verdict(r->verdict), verdict) != 0)
		fail(p, fault_verdict(r->verdict));
	else if ((r->why != NULL && r->why->domain == FD_SMTP ?
	    r->why->code : 0) != code)
		fail(p, "has another code");
}

static void
check_over(struct play *p, const char *verdict, const char *stage)
{
	size_t m, r;

	if (run(p) != CLIENT_OVER)
		fail(p, "the session is not over");
	else if (strcmp(fault_verdict(p->c.fault.verdict), verdict) != 0)
		fail(p, p->c.fault.text[0] ? p->c.fault.text : "no fault");
	else if (stage[0] != '\0' &&
	    strcmp(fault_stage(p->c.fault.stage), stage) != 0)
		fail(p, fault_stage(p->c.fault.stage));
	for (m = 0; m < p->given; m++)
		for (r = 0; r < p->env[m].nrcpt; r++)
			if (!p->mail[m].over || !p->env[m].rcpt[r].done)
				fail(p, "somebody was forgotten");
	if (p->said.len > 0)
		fail(p, "said more than expected");
}

/* The first recipient with advice decides. */
static void
check_advice(struct play *p, size_t n, const char *word, const char *how)
{
	const struct envelope *e = &p->env[n];
	struct avoid a = { 0 };
	struct buf said = { .max = 64 };
	size_t i;

	(void)run(p);
	if (n >= p->given || !p->mail[n].over) {
		fail(p, "that message is not over");
		return;
	}
	for (i = 0; i < e->nrcpt && a.bit == 0; i++)
		a = avoid_advise(&p->mail[n], e->rcpt[i].why);
	avoid_words(a.bit, &said);
	if (strcmp(a.bit == 0 ? "none" : buf_text(&said), word) != 0)
		fail(p, a.bit == 0 ? "no advice" : buf_text(&said));
	else if (a.bit != 0 && strcmp(a.anew && a.again ? "anew" :
	    a.again ? "again" : "doubt", how) != 0)
		fail(p, "other advice how");
	buf_release(&said);
}

static void
link_ends(struct play *p, bool timeout)
{
	struct fault f = { 0 };

	(void)run(p);
	if (timeout)
		(void)fault_set(&f, ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
		    "no answer within 300 seconds");
	else
		(void)fault_set(&f, ST_CONNECT, FD_LINK, 0, VD_TEMP,
		    "connection closed by the relay");
	client_broken(&p->c, &f);
}

/* Lines about how it went.  False: it is none of them. */
static bool
check_line(struct play *p, const char *line)
{
	char a[4096] = "", b[4096] = "";
	size_t n;
	int code;

	if (sscanf(line, "advice %zu %63s %63s", &n, a, b) >= 2)
		check_advice(p, n, a, b);
	else if (sscanf(line, "rcpt %zu %63s %d", &n, a, &code) == 3)
		check_rcpt(p, n, a, code);
	else if (sscanf(line, "over %63s %63s", a, b) >= 1)
		check_over(p, a, b);
	else if (strncmp(line, "says ", 5) == 0) {
		if (strstr(p->c.fault.text, line + 5) == NULL)
			fail(p, p->c.fault.text);
	} else if (strncmp(line, "omits ", 6) == 0) {
		if (strstr(p->c.fault.text, line + 6) != NULL)
			fail(p, p->c.fault.text);
	} else if (strncmp(line, "asked ", 6) == 0) {
		if (strcmp(p->c.fault.command, line + 6) != 0)
			fail(p, p->c.fault.command);
	} else if (strncmp(line, "talk ", 5) == 0) {
		if (strstr(buf_text(&p->c.talk), line + 5) == NULL)
			fail(p, "does not stand in the dialogue");
	} else if (strncmp(line, "hush ", 5) == 0) {
		if (strstr(buf_text(&p->c.talk), line + 5) != NULL)
			fail(p, "stands in the dialogue");
	} else if (sscanf(line, "accepted %zu %4000[^\n]", &n, a) >= 1) {
		if (n >= p->nmails || strcmp(p->mail[n].accepted, a) != 0)
			fail(p, "was not accepted with these words");
	} else
		return false;
	return true;
}

static void
play_line(struct play *p, const char *line)
{
	char a[4096] = "", b[4096] = "", d[4096] = "";

	if (strncmp(line, "S: ", 3) == 0 || strncmp(line, "S& ", 3) == 0) {
		if (!p->joined)
			(void)run(p);
		if (p->said.len > 0)
			fail(p, "said more than expected");
		server(p, line + 3, line[1] == '&', true);
	} else if (strncmp(line, "S! ", 3) == 0 ||
	    strncmp(line, "S+ ", 3) == 0 || strncmp(line, "S% ", 3) == 0)
		server(p, line + 3, line[1] == '+', line[1] != '%');
	else if (strncmp(line, "S* ", 3) == 0 || strncmp(line, "C* ", 3) == 0)
		repeat(p, line);
	else if (strncmp(line, "part ", 5) == 0)
		part(p, (size_t)atol(line + 5));
	else if (strncmp(line, "C: ", 3) == 0)
		client(p, line + 3);
	else if (strcmp(line, "C:") == 0)
		client(p, "");
	else if (strcmp(line, "C|") == 0 || strcmp(line, "C#") == 0)
		client_sent_body(p, line[1] == '|');
	else if (strcmp(line, "hold") == 0 || strcmp(line, "send") == 0) {
		(void)run(p);
		p->hold = line[0] == 'h';
	} else if (strcmp(line, "tls") == 0)
		tls_is_up(p);
	else if (strncmp(line, "avoid ", 6) == 0)
		client_avoid(&p->c, avoid_parse(line + 6));
	else if (strcmp(line, "end") == 0 || strcmp(line, "silence") == 0)
		link_ends(p, line[0] == 's');
	else if (!check_line(p, line)) {
		(void)sscanf(line, "%*s %4095s %4095s %4095s", a, b, d);
		if (strncmp(line, "to ", 3) == 0)
			add_rcpt(p, a, b, d);
		else if (strncmp(line, "set ", 4) == 0)
			set_mail(p, a, b);
		else
			fail(p, "what is this line");
	}
}

/* Lines before the session starts.  False: it starts. */
static bool
prepare(struct play *p, const char *line)
{
	char a[4096] = "", b[4096] = "";

	(void)sscanf(line, "%*s %4095s %4095s", a, b);
	if (strncmp(line, "opt ", 4) == 0)
		set_option(p, a, b);
	else if (strcmp(line, "mail") == 0 || strncmp(line, "mail ", 5) == 0)
		envelope_from(&p->env[p->nmails++],
		    line[4] == '\0' ? "a@me.test" : strcmp(a, "<>") == 0 ?
		    "" : a);
	else
		return strncmp(line, "to ", 3) == 0 ||
		    strncmp(line, "set ", 4) == 0 ?
		    play_line(p, line), true : false;
	return true;
}

static bool
play(const char *file, bool split)
{
	struct play *p = xcalloc(1, sizeof(*p));
	char line[REPLY_LINE * 2];
	bool started = false, good;
	FILE *in = fopen(file, "r");
	size_t i;

	p->file = file;
	p->split = split;
	p->said.max = 1 << 22;
	p->trusted = true;
	(void)strlcpy(p->helo, "me.test", sizeof(p->helo));
	p->o = (struct client_opts){ .helo = p->helo, .what = "relay.test:25",
	    .mech = SASL__MAX, .password = p->password, .chunks = true,
	    .random = not_random };
	if (in == NULL)
		fail(p, "cannot be opened");
	while (in != NULL && !p->failed &&
	    fgets(line, sizeof(line), in) != NULL) {
		p->line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (!started && prepare(p, line))
			continue;
		if (!started) {
			client_init(&p->c, &p->o);
			started = true;
		}
		play_line(p, line);
	}
	if (!started)
		fail(p, "nothing was played");
	if (in != NULL)
		(void)fclose(in);
	good = !p->failed;
	client_release(&p->c);
	buf_release(&p->said);
	for (i = 0; i < p->nmails; i++)
		envelope_release(&p->env[i]);
	free(p);
	return good;
}

int
main(int argc, char **argv)
{
	glob_t all = { 0 };
	char **files = argv + 1;
	size_t n = (size_t)argc - 1, i;

	if (argc < 2) {
		(void)glob("tests/dialog/*", 0, NULL, &all);
		files = all.gl_pathv;
		n = all.gl_pathc;
	}
	for (i = 0; i < n; i++) {
		ok(play(files[i], false), "%s", files[i]);
		ok(play(files[i], true), "%s, byte by byte", files[i]);
	}
	ok(n > 0, "there are dialogues");
	ok(argc > 1 || in_place > 0, "%zu blocks needed no copy", in_place);
	if (argc < 2)
		globfree(&all);
	return done();
}
