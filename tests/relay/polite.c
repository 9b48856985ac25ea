/*
 * polite.c - a small correct SMTP server (RFC 5321), for tests
 *
 * One row per verb says when it may be used; what was not offered is not
 * understood, so that a client which uses it without asking is found out.
 */

#include <ctype.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "polite.h"

struct session {
	struct conn	*c;
	struct letter	*l;
	const struct opts *o;
	gnutls_certificate_credentials_t cred;
	uint64_t	 random;
	struct buf	 line;		/* the command in hand */
	bool		 hello;		/* EHLO or HELO was accepted */
	bool		 mail;		/* MAIL was */
	bool		 utf8;		/* with SMTPUTF8 */
	bool		 eightbit;	/* with BODY= other than 7BIT */
	bool		 chunks;	/* BDAT has begun */
	bool		 spoilt;	/* and failed: only RSET helps */
	bool		 unwelcome;	/* the greeting was no 220 */
	bool		 over;
};

static void __attribute__((__format__(__printf__, 2, 3)))
say(struct session *s, const char *fmt, ...)
{
	struct buf b = { .max = 2 * CONN_IN };
	va_list ap;
	char *text = NULL;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) != -1)
		buf_adds(&b, text);
	va_end(ap);
	free(text);
	conn_say(s->c, buf_text(&b));
	if (strncmp(buf_text(&b), "421", 3) == 0)
		s->over = true;
	buf_release(&b);
}

static void
forget_mail(struct session *s)
{
	letter_drop(s->l);
	s->mail = s->utf8 = s->eightbit = s->chunks = s->spoilt = false;
}

/* splitmix64 */
static uint64_t
draw(struct session *s)
{
	uint64_t z = (s->random += 0x9e3779b97f4a7c15u);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool
stumbles(struct session *s, bool greeting)
{
	if (s->o->fail_rate == 0 ||
	    draw(s) % 100 >= (uint64_t)s->o->fail_rate)
		return false;
	switch (draw(s) % 5) {
	case 0:
		conn_log(s->c, "drop");
		s->over = true;
		break;
	case 1:
		say(s, "421 4.3.2 Service shutting down");
		break;
	default:
		say(s, greeting ? "421 4.3.2 Try again later" :
		    "451 4.3.0 Try again later");
		break;
	}
	return true;
}

/* Was the verb answered with what --fail or --fail-rate has for it? */
static bool
fails(struct session *s, const char *verb, const char *addr)
{
	const struct failure *x;
	size_t i;

	for (i = 0; i < s->o->nfailures; i++) {
		x = &s->o->failures[i];
		if (strcmp(x->verb, verb) != 0 || (x->addr != NULL &&
		    (addr == NULL || strcasecmp(x->addr, addr) != 0)))
			continue;
		say(s, "%s", x->reply);
		return true;
	}
	return strcmp(verb, "QUIT") != 0 && strcmp(verb, "RSET") != 0 &&
	    stumbles(s, strcmp(verb, "GREETING") == 0);
}

/* Is the name one that --refuse-helo is for?  Then answer it. */
static bool
refused(struct session *s, const char *name)
{
	const struct refusal *r;
	size_t i;

	for (i = 0; i < s->o->nrefusals; i++) {
		r = &s->o->refusals[i];
		if (regexec(&r->re, name, 0, NULL, 0) != 0)
			continue;
		if (r->code == 421)
			say(s, "421-4.7.0 Try again later,\n"
			    "421-4.7.0 closing connection.\n"
			    "421 4.7.0 (EHLO)");
		else
			say(s, "%d 5.5.2 <%s>: Helo command rejected: need "
			    "fully-qualified hostname", r->code, name);
		return true;
	}
	return false;
}

static bool
hello(struct session *s, const char *arg)
{
	if (*arg == '\0' || strchr(arg, ' ') != NULL) {
		say(s, "501 5.5.4 Syntax: one host name");
		return false;
	}
	if (refused(s, arg))
		return false;
	forget_mail(s);
	letter_note(s->l, &s->line);
	s->hello = true;
	return true;
}

static void
do_helo(struct session *s, const char *arg)
{
	if (hello(s, arg))
		say(s, "250 %s", s->o->name);
}

static void
do_ehlo(struct session *s, const char *arg)
{
	const struct opts *o = s->o;
	struct buf b = { .max = CONN_IN };
	size_t i;
	char *p;

	if (!hello(s, arg))
		return;
	buf_addf(&b, "250-%s", o->name);
	for (i = 0; i < o->nkeywords; i++)
		buf_addf(&b, "\n250-%s", o->keywords[i]);
	if (o->tls == TLS_STARTTLS && s->c->version == NULL)
		buf_adds(&b, "\n250-STARTTLS");
	if (o->auth != NULL &&
	    (!o->require_starttls || s->c->version != NULL))
		buf_addf(&b, "\n250-AUTH %s", o->auth);
	p = strrchr(b.p, '\n');
	(p != NULL ? p + 1 : b.p)[3] = ' ';
	say(s, "%s", b.p);
	buf_release(&b);
}

static void
do_starttls(struct session *s, const char *arg)
{
	if (s->o->tls != TLS_STARTTLS || s->c->version != NULL) {
		say(s, "503 5.5.1 STARTTLS is not offered");
	} else if (*arg != '\0') {
		say(s, "501 5.5.4 Syntax: STARTTLS");
	} else {
		say(s, "220 2.0.0 Ready to start TLS");
		forget_mail(s);
		buf_clear(&s->l->helo);
		buf_clear(&s->l->user);
		s->hello = false;
		(void)conn_tls(s->c, s->cred, s->o->priority,
		    s->o->client_ca != NULL);
	}
}

/*
 * What the client answers to a challenge, decoded; the argument, if it came
 * with AUTH.  False if that was no answer, which has then been said.
 */
static bool
answer(struct session *s, const char *challenge, const char *initial,
    struct buf *out)
{
	const char *p = initial;

	buf_clear(out);
	if (p == NULL) {
		say(s, "334 %s", challenge);
		if (!conn_line(s->c, &s->line))
			return false;
		p = s->line.p;
	} else if (strcmp(p, "=") == 0) {
		p = "";
	}
	if (strcmp(p, "*") == 0) {
		say(s, "501 5.7.0 Authentication aborted");
		return false;
	}
	if (!base64_decode(out, p, strlen(p))) {
		say(s, "501 5.5.2 Invalid base64");
		return false;
	}
	return true;
}

/* RFC 4616: authorization identity, NUL, name, NUL, password. */
static bool
plain_is(const struct opts *o, const struct buf *b)
{
	size_t z, n = strlen(o->user) + 1, k = strlen(o->password);

	z = strlen(buf_text(b)) + 1;
	return b->len == z + n + k &&
	    (z == 1 || strcmp(b->p, o->user) == 0) &&
	    memcmp(b->p + z, o->user, n) == 0 &&
	    memcmp(b->p + z + n, o->password, k) == 0;
}

static void
do_auth(struct session *s, const char *arg)
{
	struct buf one = { .max = CONN_IN }, two = { .max = CONN_IN };
	char *mech = xstrdup(arg), *initial = strchr(mech, ' ');
	bool good = false, said = false;

	if (initial != NULL)
		*initial++ = '\0';
	if (strcasecmp(mech, "PLAIN") == 0) {
		said = !answer(s, "", initial, &one);
		good = !said && plain_is(s->o, &one);
	} else if (strcasecmp(mech, "LOGIN") == 0) {
		said = !answer(s, "VXNlcm5hbWU6", initial, &one) ||
		    !answer(s, "UGFzc3dvcmQ6", NULL, &two);
		good = !said && strcmp(buf_text(&one), s->o->user) == 0 &&
		    strcmp(buf_text(&two), s->o->password) == 0;
	} else {
		say(s, "504 5.5.4 Unrecognized authentication type");
		said = true;
	}
	if (good) {
		buf_adds(&s->l->user, s->o->user);
		say(s, "235 2.7.0 Authentication successful");
	} else if (!said && !s->c->over) {
		say(s, "535 5.7.8 Authentication credentials invalid");
	}
	free(mech);
	buf_release(&one);
	buf_release(&two);
}

static void
maybe_auth(struct session *s, const char *arg)
{
	if (s->o->auth == NULL ||
	    (s->o->require_starttls && s->c->version == NULL))
		say(s, "503 5.5.1 AUTH is not offered");
	else if (s->l->user.len > 0 || s->mail)
		say(s, "503 5.5.1 Not now");
	else
		do_auth(s, arg);
}

#define XTEXT	"([!-*,-<>-~]|\\+[0-9A-F]{2})"

static const struct param {
	const char	*name;
	bool		 rcpt;		/* of RCPT, not MAIL */
	unsigned	 needs;		/* OFFER_*; 0: AUTH */
	const char	*value;		/* matches; NULL: there is none */
} params[] = {
	{ "SIZE", false, OFFER_SIZE, "^[0-9]{1,18}$" },
	{ "BODY", false, OFFER_8BITMIME, "^(7BIT|8BITMIME)$" },
	{ "BODY", false, OFFER_BINARYMIME, "^BINARYMIME$" },
	{ "SMTPUTF8", false, OFFER_SMTPUTF8, NULL },
	{ "RET", false, OFFER_DSN, "^(FULL|HDRS)$" },
	{ "ENVID", false, OFFER_DSN, "^" XTEXT "{1,100}$" },
	{ "AUTH", false, 0, "^(<>|" XTEXT "+)$" },
	{ "NOTIFY", true, OFFER_DSN, "^(NEVER|(SUCCESS|FAILURE|DELAY)"
	    "(,(SUCCESS|FAILURE|DELAY))*)$" },
	{ "ORCPT", true, OFFER_DSN, "^([A-Za-z0-9-]+;" XTEXT "*|"
	    "utf-8;[^ =]*)$" },
};

static bool
fits(const char *re, const char *value)
{
	regex_t r;
	bool good;

	if (re == NULL || value == NULL)
		return re == NULL && value == NULL;
	if (regcomp(&r, re, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
		abort();
	good = regexec(&r, value, 0, NULL, 0) == 0;
	regfree(&r);
	return good;
}

/* Is the parameter good?  Then heed it; else say why it is not. */
static bool
param(struct session *s, char *word, bool rcpt)
{
	const struct opts *o = s->o;
	char *value = strchr(word, '=');
	bool known = false;
	size_t i;

	if (value != NULL)
		*value++ = '\0';
	for (i = 0; i < NITEMS(params); i++) {
		if (params[i].rcpt != rcpt ||
		    strcasecmp(params[i].name, word) != 0 ||
		    !(params[i].needs == 0 ? o->auth != NULL :
		    (o->offers & params[i].needs) != 0))
			continue;
		known = true;
		if (fits(params[i].value, value))
			break;
	}
	if (i == NITEMS(params)) {
		say(s, known ? "501 5.5.4 %s: bad value" :
		    "555 5.5.4 %s: unsupported option", word);
		return false;
	}
	if (strcmp(params[i].name, "SMTPUTF8") == 0)
		s->utf8 = true;
	if (strcmp(params[i].name, "BODY") == 0)
		s->eightbit = strcasecmp(value, "7BIT") != 0;
	if (strcmp(params[i].name, "SIZE") == 0 && o->max_size > 0 &&
	    strtoll(value, NULL, 10) > o->max_size) {
		say(s, "552 5.3.4 Message size exceeds fixed limit");
		return false;
	}
	return true;
}

/*
 * Take "FROM:<path> PARAM..." apart, in place: the path without brackets,
 * *rest what follows.  NULL if it is not of that form.
 */
static char *
path(char *arg, const char *word, char **rest)
{
	bool quoted = false;
	char *p, *start;
	size_t n = strlen(word);

	if (strncasecmp(arg, word, n) != 0 || arg[n] != '<')
		return NULL;
	for (p = start = arg + n + 1; *p != '\0'; p++) {
		if (iscntrl((unsigned char)*p))
			return NULL;
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p[1] != '\0')
			p++;
		else if (!quoted && (*p == '<' || *p == ' '))
			return NULL;
		else if (!quoted && *p == '>')
			break;
	}
	if (*p != '>' || (p[1] != '\0' && p[1] != ' '))
		return NULL;
	*p = '\0';
	*rest = p + 1;
	return start;
}

/* Both MAIL and RCPT: is all of it good?  Then it is in the envelope. */
static bool
envelope(struct session *s, const char *arg, bool rcpt)
{
	char *copy = xstrdup(arg), *addr, *rest = NULL, *word;
	bool good = false;

	addr = strlen(s->line.p) != s->line.len ? NULL :
	    path(copy, rcpt ? "TO:" : "FROM:", &rest);
	if (addr == NULL || (rcpt && *addr == '\0')) {
		say(s, "501 5.5.4 Syntax: %s:<address>",
		    rcpt ? "RCPT TO" : "MAIL FROM");
		goto out;
	}
	if (fails(s, rcpt ? "RCPT" : "MAIL", addr))
		goto out;
	if (!rcpt)
		s->utf8 = s->eightbit = false;
	while ((word = strsep(&rest, " ")) != NULL)
		if (*word != '\0' && !param(s, word, rcpt))
			goto out;
	if (!ascii_only(addr, strlen(addr)) && !s->utf8) {
		say(s, "553 5.6.7 Address needs SMTPUTF8");
		goto out;
	}
	letter_note(s->l, &s->line);
	say(s, "250 2.1.%d Ok", rcpt ? 5 : 0);
	good = true;
out:
	free(copy);
	return good;
}

static void
do_mail(struct session *s, const char *arg)
{
	if (s->mail)
		say(s, "503 5.5.1 Nested MAIL command");
	else if (s->o->auth_required && s->l->user.len == 0)
		say(s, "530 5.7.0 Authentication required");
	else
		s->mail = envelope(s, arg, false);
}

static void
do_rcpt(struct session *s, const char *arg)
{
	if (!s->mail || s->chunks)
		say(s, "503 5.5.1 Need MAIL command");
	else if (s->o->max_rcpt > 0 &&
	    s->l->rcpts >= (size_t)s->o->max_rcpt)
		say(s, "452 4.5.3 Too many recipients");
	else
		(void)envelope(s, arg, true);
}

/* All of the message is here: take it, or not. */
static void
finish(struct session *s, const char *verb)
{
	unsigned long n;

	if (s->o->think > 0) {
		conn_flush(s->c);
		conn_wait(s->c, (int)s->o->think, false);
	}
	if (s->l->eightbit && !s->eightbit)
		conn_log(s->c, "undeclared 8-bit");
	if (s->o->max_size > 0 && s->l->size > (size_t)s->o->max_size) {
		say(s, "552 5.3.4 Message size exceeds fixed limit");
	} else if (!fails(s, verb, NULL)) {
		n = letter_commit(s->l, s->c);
		say(s, "250 2.0.0 Ok: queued as %lu", n);
	}
	forget_mail(s);
}

static void
do_data(struct session *s, const char *arg)
{
	if (!s->mail || s->chunks) {
		say(s, "503 5.5.1 Need MAIL command");
	} else if (s->l->rcpts == 0) {
		say(s, "554 5.5.1 No valid recipients");
	} else if (*arg != '\0') {
		say(s, "501 5.5.4 Syntax: DATA");
	} else {
		say(s, "354 End data with <CR><LF>.<CR><LF>");
		conn_flush(s->c);
		if (!letter_data(s->l, s->c))
			return;
		if (conn_pending(s->c) &&
		    (s->o->offers & OFFER_PIPELINING) == 0)
			conn_log(s->c, "early DOT");
		finish(s, "DOT");
	}
}

/*
 * The octets come whatever we think of the command, so they are read
 * first (RFC 3030, 2).
 */
static void
do_bdat(struct session *s, const char *arg)
{
	char *end = NULL;
	unsigned long long n = 0;
	bool last;

	if (isdigit((unsigned char)*arg))
		n = strtoull(arg, &end, 10);
	last = end != NULL && strcasecmp(end, " LAST") == 0;
	if ((s->o->offers & OFFER_CHUNKING) == 0) {
		say(s, "502 5.5.1 CHUNKING is not offered");
	} else if (end == NULL || (!last && *end != '\0') ||
	    n > SIZE_MAX / 2) {
		say(s, "501 5.5.4 Syntax: BDAT count [LAST]");
		s->over = true;
	} else if (!letter_octets(s->l, s->c, (size_t)n)) {
		return;
	} else if (!s->mail || s->spoilt) {
		say(s, "503 5.5.1 Need MAIL command");
		letter_drop(s->l);
	} else if (s->l->rcpts == 0) {
		say(s, "554 5.5.1 No valid recipients");
		s->spoilt = s->chunks = true;
	} else if (last) {
		finish(s, "BDAT");
	} else if (fails(s, "BDAT", NULL)) {
		s->spoilt = s->chunks = true;
	} else {
		s->chunks = true;
		say(s, "250 2.0.0 %llu octets received", n);
	}
}

static void
do_rset(struct session *s, const char *arg)
{
	(void)arg;
	forget_mail(s);
	say(s, "250 2.0.0 Ok");
}

static void
do_noop(struct session *s, const char *arg)
{
	(void)arg;
	say(s, "250 2.0.0 Ok");
}

static void
do_vrfy(struct session *s, const char *arg)
{
	(void)arg;
	say(s, "252 2.5.2 Cannot verify");
}

static void
do_quit(struct session *s, const char *arg)
{
	(void)arg;
	say(s, "221 2.0.0 Bye");
	s->over = true;
}

#define CLEAR	1	/* allowed before TLS though that is required */
#define FIRST	2	/* allowed before EHLO */
#define ALONE	4	/* last of a group (RFC 2920, 3.1) */
#define LATE	8	/* looks for a failure itself */

static const struct verb {
	const char	*name;
	unsigned	 flags;
	void		(*run)(struct session *, const char *);
} verbs[] = {
	{ "EHLO", CLEAR | FIRST | ALONE, do_ehlo },
	{ "HELO", CLEAR | FIRST | ALONE, do_helo },
	{ "STARTTLS", CLEAR | ALONE, do_starttls },
	{ "AUTH", ALONE, maybe_auth },
	{ "MAIL", LATE, do_mail },
	{ "RCPT", LATE, do_rcpt },
	{ "DATA", ALONE, do_data },
	{ "BDAT", LATE, do_bdat },
	{ "RSET", CLEAR | FIRST, do_rset },
	{ "NOOP", CLEAR | FIRST | ALONE, do_noop },
	{ "VRFY", ALONE, do_vrfy },
	{ "QUIT", CLEAR | FIRST | ALONE, do_quit },
};

static const struct verb *
find(const char *line, size_t *n)
{
	size_t i;

	*n = strcspn(line, " ");
	for (i = 0; i < NITEMS(verbs); i++)
		if (strlen(verbs[i].name) == *n &&
		    strncasecmp(verbs[i].name, line, *n) == 0)
			return &verbs[i];
	return NULL;
}

static void
command(struct session *s)
{
	size_t n;
	const struct verb *v = find(buf_text(&s->line), &n);
	const char *arg = buf_text(&s->line) + n;

	if (v == NULL) {
		say(s, "500 5.5.2 Command not recognized");
		return;
	}
	if (*arg == ' ')
		arg++;
	if (conn_pending(s->c) && v->run != do_bdat &&
	    ((v->flags & ALONE) != 0 ||
	    (s->o->offers & OFFER_PIPELINING) == 0))
		conn_log(s->c, "early %s", v->name);
	if (s->unwelcome && v->run != do_quit)
		say(s, "503 5.5.1 Only QUIT now");
	else if (s->o->require_starttls && s->c->version == NULL &&
	    (v->flags & CLEAR) == 0)
		say(s, "530 5.7.0 Must issue a STARTTLS command first");
	else if (!s->hello && (v->flags & FIRST) == 0)
		say(s, "503 5.5.1 Send EHLO first");
	else if ((v->flags & LATE) != 0 || !fails(s, v->name, NULL))
		v->run(s, arg);
}

static void
greet(struct session *s)
{
	if (s->o->tls == TLS_IMPLICIT && s->c->version == NULL &&
	    !conn_tls(s->c, s->cred, s->o->priority,
	    s->o->client_ca != NULL))
		return;
	if (fails(s, "GREETING", NULL))
		s->unwelcome = true;
	else
		say(s, "220 %s ESMTP", s->o->name);
}

void
polite(struct conn *c, struct letter *l, const struct opts *o,
    gnutls_certificate_credentials_t cred, uint64_t random)
{
	struct session s = { .c = c, .l = l, .o = o, .cred = cred,
	    .random = random, .line.max = 2 * CONN_IN };

	s.hello = l->helo.len > 0;
	s.mail = l->env.len > 0;
	if (!c->said)
		greet(&s);
	while (!s.over && conn_line(c, &s.line))
		command(&s);
	buf_release(&s.line);
}
