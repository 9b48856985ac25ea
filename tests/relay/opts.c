/* opts.c - the switches of the relay, and all that is said of them */

#include <arpa/inet.h>
#include <ctype.h>
#include <err.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/util.h"
#include "opts.h"

static const char about[] =
"usage: relay [options] <control\n"
"\n"
"An SMTP server for tests.  Binds a port of the kernel's choice on a\n"
"loopback address, writes it to stdout or --port-file, and serves each\n"
"connection in a process of its own.  Ends when stdin does, at SIGTERM,\n"
"after --max connections or --life seconds; connections whose client is\n"
"gone are over before that, the others are cut.  A line on stdin is\n"
"answered by \"idle\" on stdout as soon as no connection is open.  Exit\n"
"status 1: a script and its client did not agree, or a process crashed.\n"
"\n";

static const char manners[] =
"\n"
"VERB is GREETING, DOT (the end of DATA), or a command.  In REPLY \\n\n"
"parts lines.  Such a command has no effect but the reply; a reply that\n"
"begins with 421 is followed by the end of the connection.\n"
"\n"
"The log: connect, \"peer 127.0.0.1\", \"tls TLS1.3\", \"cert CN=web1\" (the\n"
"client's), \"C: line\", \"S: line\", \"C| n bytes\",\n"
"\"S| n bytes\" (what is not lines), \"early VERB\" (more came with a\n"
"command than it allows), \"bare LF\", \"undeclared 8-bit\", \"drop\" (by\n"
"--fail-rate), \"mismatch: ...\", gone (the client closed first), close,\n"
"\"flights n\" (how often the client spoke after we had spoken),\n"
"\"segments n\" (reads that got bytes in the clear).\n"
"\n"
"The store: N.msg, the bytes of a message, dots unstuffed; N.env: helo,\n"
"tls, user, and the MAIL and RCPT commands that were accepted.\n"
"\n"
"A script is lines; no greeting or handshake happens but what it says:\n"
"  # TEXT        nothing\n"
"  S: TEXT       send TEXT CRLF; S: and S- that follow each other are\n"
"                sent in one write\n"
"  S- TEXT       send TEXT.  TEXT may hold \\r \\n \\t \\0 \\e \\\\ \\xHH\n"
"  C: TEXT       read a line, which must be TEXT; \"C: *\": any line\n"
"  C~ ERE        read a line, which must match; else the connection ends\n"
"  body          read DATA's message, to CRLF.CRLF, and store it\n"
"  bdat          read a BDAT command and its octets; store if it is LAST\n"
"  read N        read N bytes\n"
"  tls           do the handshake\n"
"  drip MS TEXT  send TEXT CRLF, MS milliseconds before each byte\n"
"  junk N        send N bytes without a line end\n"
"  lines N TEXT  send TEXT CRLF N times\n"
"  wait MS       wait, or until the client closes, which ends the script\n"
"  nap MS        wait, reading nothing\n"
"  silent        read and say nothing until the client closes\n"
"  polite        go on as the server the options describe, with a\n"
"                greeting if nothing was sent yet\n"
"  eof           close, as the end of the script does\n"
"  truncate      close without TLS's close_notify\n"
"  reset         close with RST\n";

enum kind { STRING, NUMBER, FLAG, SPECIAL };

static void	set_caps(struct opts *, const char *);
static void	set_helo(struct opts *, const char *);
static void	set_script(struct opts *, const char *);
static void	set_tls(struct opts *, const char *);
static void	help(struct opts *, const char *);

#define S(field)	STRING, offsetof(struct opts, field), 0, NULL
#define N(field, max)	NUMBER, offsetof(struct opts, field), max, NULL
#define F(field)	FLAG, offsetof(struct opts, field), 0, NULL
#define X(set)		SPECIAL, 0, 0, set

static const struct {
	const char	*name, *arg, *help;
	enum kind	 kind;
	size_t		 at;
	long long	 max;
	void		(*set)(struct opts *, const char *);
} rows[] = {
	{ "address", "A", "listen at A (127.0.0.1)", S(address) },
	{ "port", "N", "listen at port N (any that is free)",
	    N(port, 65535) },
	{ "port-file", "F", "write the port to F", S(port_file) },
	{ "max", "N", "leave after N connections", N(max, LLONG_MAX) },
	{ "life", "S", "leave after S seconds (600)", N(life, 86400) },
	{ "store", "DIR", "keep the messages in DIR", S(store) },
	{ "log", "F", "append what happens to F", S(log) },
	{ "name", "NAME", "be called NAME (relay.example.org)", S(name) },
	{ "tls", "HOW", "none, starttls or implicit (none)", X(set_tls) },
	{ "cert", "F", "certificate chain", S(cert) },
	{ "key", "F", "and key (in the same file)", S(key) },
	{ "client-ca", "F", "want a client certificate from this authority",
	    S(client_ca) },
	{ "tls-priority", "P", "GnuTLS priority string (NORMAL)",
	    S(priority) },
	{ "require-starttls", NULL, "nothing without TLS",
	    F(require_starttls) },
	{ "caps", "LIST", "what EHLO offers; any keywords, SIZE=N (PIPELINING,"
	    "\n\tSIZE,8BITMIME,SMTPUTF8,DSN,CHUNKING,ENHANCEDSTATUSCODES)",
	    X(set_caps) },
	{ "max-size", "N", "take no message over N octets",
	    N(max_size, LLONG_MAX) },
	{ "max-rcpt", "N", "452 to RCPT after N", N(max_rcpt, LLONG_MAX) },
	{ "auth", "MECHS", "offer AUTH, of which work PLAIN and LOGIN",
	    S(auth) },
	{ "user", "NAME", "who may log in", S(user) },
	{ "password", "WORD", "with what", S(password) },
	{ "auth-required", NULL, "no MAIL without AUTH", F(auth_required) },
	{ "refuse-helo", "[CODE:]ERE", "refuse these names, 504 or CODE",
	    X(set_helo) },
	{ "fail", "VERB:REPLY", "answer REPLY to VERB; also RCPT:ADDRESS:"
	    "REPLY and MAIL:ADDRESS:REPLY", X(opts_fail) },
	{ "fail-rate", "P", "fail P of 100 commands at random: 4yz, 421, or "
	    "no\n\treply; but never once a message was taken",
	    N(fail_rate, 100) },
	{ "seed", "N", "of that randomness (0)", N(seed, LLONG_MAX) },
	{ "delay", "MS", "wait before each write", N(delay, 600000) },
	{ "think", "MS", "wait before the reply to a message",
	    N(think, 600000) },
	{ "most", "N", "refuse more than N connections at a time: 421",
	    N(most, 10000) },
	{ "batch", "MS", "answer only when nothing came for MS: then a client "
	    "may take\n\tits time over a flight", N(batch, 600000) },
	{ "rcvbuf", "N", "size of the receive buffer", N(rcvbuf, INT_MAX) },
	{ "script", "F", "play F; several: one for each connection, the last "
	    "for all that follow", X(set_script) },
	{ "help", NULL, "this", X(help) },
};

static void
help(struct opts *o, const char *arg)
{
	size_t i;

	(void)o;
	(void)arg;
	(void)fputs(about, stdout);
	for (i = 0; i < NITEMS(rows); i++)
		(void)printf("  --%s%s%s\n\t%s\n", rows[i].name,
		    rows[i].arg != NULL ? " " : "",
		    rows[i].arg != NULL ? rows[i].arg : "", rows[i].help);
	(void)fputs(manners, stdout);
	exit(0);
}

static void
set_tls(struct opts *o, const char *arg)
{
	static const char *const words[] = {
		[TLS_NONE] = "none", [TLS_STARTTLS] = "starttls",
		[TLS_IMPLICIT] = "implicit",
	};
	unsigned i;

	for (i = 0; i < NITEMS(words) && strcmp(arg, words[i]) != 0; i++)
		;
	if (i == NITEMS(words))
		errx(EX_USAGE, "--tls %s: not none, starttls or implicit",
		    arg);
	o->tls = (enum tls_manner)i;
}

static void
set_caps(struct opts *o, const char *arg)
{
	o->caps = arg;
}

static void
set_script(struct opts *o, const char *arg)
{
	o->scripts = xreallocarray(o->scripts, o->nscripts + 1,
	    sizeof(*o->scripts));
	o->scripts[o->nscripts++] = arg;
}

static bool
code_at(const char *s, char after)
{
	return isdigit((unsigned char)s[0]) && isdigit((unsigned char)s[1]) &&
	    isdigit((unsigned char)s[2]) &&
	    (s[3] == after || (after == ' ' && (s[3] == '-' || !s[3])));
}

static void
set_helo(struct opts *o, const char *arg)
{
	struct refusal *r;
	char words[256];
	int e;

	o->refusals = xreallocarray(o->refusals, o->nrefusals + 1,
	    sizeof(*o->refusals));
	r = &o->refusals[o->nrefusals++];
	r->code = 504;
	if (code_at(arg, ':')) {
		r->code = (int)strtol(arg, NULL, 10);
		arg += 4;
	}
	e = regcomp(&r->re, arg, REG_EXTENDED | REG_ICASE | REG_NOSUB);
	if (e != 0) {
		(void)regerror(e, &r->re, words, sizeof(words));
		errx(EX_USAGE, "--refuse-helo %s: %s", arg, words);
	}
}

void
opts_fail(struct opts *o, const char *arg)
{
	static const char *const verbs[] = { "GREETING", "EHLO", "HELO",
	    "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "DOT", "BDAT",
	    "RSET", "NOOP", "VRFY", "QUIT" };
	struct failure *x;
	const char *p = arg + strcspn(arg, ":"), *reply = p + (*p != '\0');
	size_t i, n;

	o->failures = xreallocarray(o->failures, o->nfailures + 1,
	    sizeof(*o->failures));
	x = &o->failures[o->nfailures++];
	x->verb = xstrndup(arg, (size_t)(p - arg));
	for (i = 0; i < NITEMS(verbs) && strcmp(verbs[i], x->verb) != 0; i++)
		;
	if (i == NITEMS(verbs))
		errx(EX_USAGE, "--fail %s: unknown verb", arg);
	x->addr = NULL;
	p = reply;
	while (!code_at(reply, ' ') && (reply = strchr(reply, ':')) != NULL)
		reply++;
	if (reply == NULL)
		errx(EX_USAGE, "--fail %s: no reply", arg);
	if (reply != p)
		x->addr = xstrndup(p, (size_t)(reply - p) - 1);
	x->reply = unescape(reply, &n);
	if (x->reply == NULL || strlen(x->reply) != n)
		errx(EX_USAGE, "--fail %s: bad escape", arg);
}

/* One of --caps: remember it, and what it lets the client do. */
static void
offer(struct opts *o, const char *word, size_t n)
{
	static const struct { const char *name; unsigned bit; } known[] = {
		{ "PIPELINING", OFFER_PIPELINING },
		{ "CHUNKING", OFFER_CHUNKING }, { "SIZE", OFFER_SIZE },
		{ "8BITMIME", OFFER_8BITMIME },
		{ "SMTPUTF8", OFFER_SMTPUTF8 }, { "DSN", OFFER_DSN },
		{ "BINARYMIME", OFFER_BINARYMIME },
	};
	char *s = xstrndup(word, n), *eq = strchr(s, '=');
	size_t i;

	if (eq != NULL)
		*eq = '\0';
	for (i = 0; i < NITEMS(known); i++)
		if (strcmp(s, known[i].name) == 0)
			o->offers |= known[i].bit;
	if (strcmp(s, "SIZE") == 0 && eq != NULL) {
		if (size_parse(eq + 1) == -1)
			errx(EX_USAGE, "--caps SIZE=%s: not a size", eq + 1);
		if (o->max_size == 0)
			o->max_size = size_parse(eq + 1);
	}
	if (eq != NULL)
		*eq = ' ';
	o->keywords = xreallocarray(o->keywords, o->nkeywords + 1,
	    sizeof(*o->keywords));
	o->keywords[o->nkeywords++] = s;
}

static void
offers(struct opts *o)
{
	const char *p = o->caps;
	size_t n;

	for (; *p != '\0'; p += n + (p[n] != '\0'))
		if ((n = strcspn(p, ", ")) > 0)
			offer(o, p, n);
}

static void
check(const struct opts *o)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, o->address, &four) == 1) {
		if (ntohl(four.s_addr) >> 24 != 127)
			errx(EX_USAGE, "--address %s: not a loopback address",
			    o->address);
	} else if (inet_pton(AF_INET6, o->address, &six) != 1 ||
	    !IN6_IS_ADDR_LOOPBACK(&six)) {
		errx(EX_USAGE, "--address %s: not a loopback address",
		    o->address);
	}
	if (o->tls != TLS_NONE && o->cert == NULL)
		errx(EX_USAGE, "--tls needs --cert");
	if (o->require_starttls && o->tls != TLS_STARTTLS)
		errx(EX_USAGE, "--require-starttls needs --tls starttls");
	if (o->auth != NULL && (o->user == NULL || o->password == NULL))
		errx(EX_USAGE, "--auth needs --user and --password");
	if (o->auth_required && o->auth == NULL)
		errx(EX_USAGE, "--auth-required needs --auth");
}

static void
set(struct opts *o, size_t i, const char *arg)
{
	char *field = (char *)o + rows[i].at;
	const char *why;

	switch (rows[i].kind) {
	case STRING:
		memcpy(field, &arg, sizeof(arg));
		break;
	case NUMBER:
		*(long long *)(void *)field = strtonum(arg, 0, rows[i].max,
		    &why);
		if (why != NULL)
			errx(EX_USAGE, "--%s %s: %s", rows[i].name, arg, why);
		break;
	case FLAG:
		*(bool *)field = true;
		break;
	case SPECIAL:
		rows[i].set(o, arg);
		break;
	}
}

void
opts_parse(struct opts *o, int argc, char **argv)
{
	struct option longs[NITEMS(rows) + 1];
	size_t i;
	int k;

	memset(o, 0, sizeof(*o));
	o->address = "127.0.0.1";
	o->name = "relay.example.org";
	o->priority = "NORMAL";
	o->life = 600;
	o->caps = "PIPELINING,SIZE,8BITMIME,SMTPUTF8,DSN,CHUNKING,"
	    "ENHANCEDSTATUSCODES";
	memset(longs, 0, sizeof(longs));
	for (i = 0; i < NITEMS(rows); i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].arg != NULL;
		longs[i].val = (int)i;
	}
	while ((k = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (k == '?')
			exit(EX_USAGE);
		set(o, (size_t)k, optarg);
	}
	if (optind < argc)
		errx(EX_USAGE, "%s: not an option", argv[optind]);
	offers(o);
	check(o);
	if (o->key == NULL)
		o->key = o->cert;
}

void
opts_release(struct opts *o)
{
	size_t i;

	for (i = 0; i < o->nkeywords; i++)
		free(o->keywords[i]);
	for (i = 0; i < o->nfailures; i++) {
		free(o->failures[i].verb);
		free(o->failures[i].addr);
		free(o->failures[i].reply);
	}
	for (i = 0; i < o->nrefusals; i++)
		regfree(&o->refusals[i].re);
	free(o->keywords);
	free(o->failures);
	free(o->refusals);
	free(o->scripts);
}

/* The value of two hexadecimal digits, or -1. */
static int
hex(const char *s)
{
	static const char digits[] = "0123456789abcdef";
	const char *a, *b;

	if (s[0] == '\0' || s[1] == '\0' ||
	    (a = strchr(digits, tolower((unsigned char)s[0]))) == NULL ||
	    (b = strchr(digits, tolower((unsigned char)s[1]))) == NULL)
		return -1;
	return (int)((a - digits) * 16 + (b - digits));
}

char *
unescape(const char *s, size_t *len)
{
	static const char names[] = "rnt0e\\", bytes[] = "\r\n\t\0\033\\";
	char *out = xmalloc(strlen(s) + 1), *q = out;
	const char *k;
	int h;

	for (; *s != '\0'; s++) {
		if (*s != '\\') {
			*q++ = *s;
		} else if (s[1] == 'x' && (h = hex(s + 2)) != -1) {
			*q++ = (char)h;
			s += 3;
		} else if (s[1] != '\0' && (k = strchr(names, s[1])) != NULL) {
			*q++ = bytes[k - names];
			s++;
		} else {
			free(out);
			return NULL;
		}
	}
	*q = '\0';
	*len = (size_t)(q - out);
	return out;
}
