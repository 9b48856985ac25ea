/*
 * t_hint_hint.c - replies to causes and settings; see tests/hints.tsv
 *
 * usage: t_hint_hint [table...]		(by default tests/hints.tsv)
 *
 * Each row of the table is a session of the client machine with a relay
 * that is polite but for the one reply.  What goes wrong before a relay
 * says anything stands in the table below.
 */

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/setting.h"
#include "smtp/client.h"
#include "hint/hint.h"
#include "tap.h"

#define WORDS	40
#define LINE	4096

/* A row while it is played. */
struct row {
	char		*stage, *reply, *cause, *fix;
	char		 relay[128], helo[128], fqdn[128], user[128];
	char		 from[128], to[128], banner[128], offer[128];
	int		 port;
	bool		 login, trusted, cleartext, first;
	enum client_tls	 tls;
	enum sasl_mech	 mech;
	size_t		 limit;
	struct settings	 set;
};

static bool
is_set(const void *settings, const char *key, const char *value)
{
	return setting_is(settings, key, value);
}

/* As in a file. */
static void
set(struct row *r, const char *key, const char *value)
{
	const struct setting *row = setting_find(key);
	struct buf why = { .max = 512 };

	ok(row != NULL && setting_set(row, &r->set, value, &why),
	    "%s %s is right", key, value);
	buf_release(&why);
}

static void
set_line(struct row *r, char *line)
{
	char *p = line + strcspn(line, ":");

	if (*p != '\0')
		*p++ = '\0';
	set(r, line, p);
}

/* Tables of rows */

static void
word(struct row *r, char *key, char *value)
{
	const struct { const char *key; char *at; } texts[] = {
		{ "relay", r->relay }, { "helo", r->helo },
		{ "fqdn", r->fqdn }, { "user", r->user },
		{ "from", r->from }, { "to", r->to },
		{ "banner", r->banner }, { "offer", r->offer },
	};
	size_t i;
	char *p;

	for (i = 0; i < NITEMS(texts); i++) {
		if (strcmp(texts[i].key, key) != 0)
			continue;
		(void)strlcpy(texts[i].at, value, 128);
		r->login = r->login || texts[i].at == r->user;
		while (texts[i].at != r->helo &&
		    (p = strchr(texts[i].at, '_')) != NULL)
			*p = ' ';
		return;
	}
	if (strcmp(key, "port") == 0)
		r->port = (int)strtol(value, NULL, 10);
	else if (strcmp(key, "size") == 0)
		r->limit = (size_t)strtol(value, NULL, 10);
	else if (strcmp(key, "mech") == 0)
		r->mech = sasl_find(value, strlen(value));
	else if (strcmp(key, "tls") == 0)
		r->tls = strcmp(value, "none") == 0 ? CLIENT_TLS_NONE :
		    CLIENT_TLS_STARTTLS;
	else if (strcmp(key, "set") == 0)
		set_line(r, value);
	else if (strcmp(key, "untrusted") == 0)
		r->tls = CLIENT_TLS_OPPORTUNISTIC;
	else if (strcmp(key, "cleartext") == 0)
		r->cleartext = true;
	else
		ok(false, "%s: no such word", key);
}

/* What the words say, as settings. */
static void
fill(struct row *r)
{
	r->trusted = r->trusted && r->tls != CLIENT_TLS_OPPORTUNISTIC;
	if (r->cleartext)
		set(r, "auth-cleartext", "yes");
	if (r->login)
		set(r, "user", r->user);
	if (r->mech != SASL__MAX)
		r->set.auth = SETTING_AUTH_NONE + 1 + (int)r->mech;
}

static bool
parse(struct row *r, char *line)
{
	char *cell[5], *p, *words[WORDS];
	size_t i, n = 0;

	for (i = 0; i < NITEMS(cell); i++)
		if ((cell[i] = strsep(&line, "\t")) == NULL)
			return false;
	*r = (struct row){ .stage = cell[0], .reply = cell[2],
	    .cause = cell[3], .fix = cell[4], .relay = "smtp.example.net",
	    .helo = "web1.example.org", .fqdn = "web1.example.org",
	    .from = "app@example.com", .to = "bob@example.net", .port = 587,
	    .tls = CLIENT_TLS_STARTTLS, .mech = SASL__MAX, .trusted = true,
	    .offer = "STARTTLS,AUTH PLAIN LOGIN", .banner = "ready" };
	settings_init(&r->set);
	while (n < WORDS && (words[n] = strsep(&cell[1], " ")) != NULL)
		n++;
	for (i = 0; i < n; i++) {
		p = words[i] + strcspn(words[i], "=");
		if (*p != '\0')
			*p++ = '\0';
		if (*words[i] != '\0')
			word(r, words[i], p);
	}
	fill(r);
	return line == NULL;
}

/* The relay */

static void
feed(struct client *c, const char *text)
{
	client_feed(c, text, strlen(text));
	client_feed(c, "\r\n", 2);
}

/* "550-a\n550 b", with a backslash and an n. */
static void
feed_reply(struct client *c, const char *text)
{
	struct fault f = { 0 };
	const char *nl;
	char line[LINE];

	if (strcmp(text, "EOF") == 0) {
		(void)fault_set(&f, ST_QUIT, FD_LINK, 0, VD_TEMP,
		    "connection closed by the relay");
		client_broken(c, &f);
		return;
	}
	for (; (nl = strstr(text, "\\n")) != NULL; text = nl + 2) {
		(void)strlcpy(line, text, (size_t)(nl - text) + 1);
		feed(c, line);
	}
	feed(c, text);
}

static void
feed_ehlo(struct client *c, const struct row *r)
{
	char line[256];
	const char *p;
	size_t n;

	feed(c, "250-relay at your service");
	for (p = r->offer; *p != '\0' && *p != '-'; p += n + (p[n] != '\0')) {
		n = strcspn(p, ",");
		if (c->tls && strncmp(p, "STARTTLS", 8) == 0)
			continue;
		(void)snprintf(line, sizeof(line), "250-%.*s", (int)n, p);
		feed(c, line);
	}
	(void)snprintf(line, sizeof(line), "250-SIZE %zu\r\n250 HELP",
	    r->limit);
	feed(c, line);
}

static void
polite(struct client *c, const struct row *r, enum verb v)
{
	static const char *const says[V__MAX] = {
		[V_HELO] = "250 hello", [V_STARTTLS] = "220 go",
		[V_AUTH] = "235 2.7.0 welcome", [V_RSET] = "250 ok",
		[V_MAIL] = "250 ok", [V_RCPT] = "250 ok",
		[V_DATA] = "354 go", [V_DOT] = "250 taken",
		[V_NOBODY] = "554 nobody", [V_QUIT] = "221 bye",
	};
	char line[256];

	if (v == V_EHLO) {
		feed_ehlo(c, r);
		return;
	}
	(void)snprintf(line, sizeof(line), "220 %s", r->banner);
	feed(c, says[v] != NULL ? says[v] : line);
}

static void
reply(struct client *c, struct row *r)
{
	enum verb v = client_state_oldest(c)->verb;
	const char *at = fault_stage(client_state_verb_stage(v));
	size_t n = strlen(at);
	bool mine = strncmp(r->stage, at, n) == 0;

	if (mine && strcmp(r->stage + n, "1") == 0 && r->first)
		mine = false;
	if (!mine) {
		polite(c, r, v);
		return;
	}
	r->first = true;
	feed_reply(c, r->reply);
}

static void
not_random(void *p, size_t n)
{
	memset(p, 'x', n);
}

static void
converse(struct client *c, struct row *r, struct client_mail *m)
{
	enum client_want want;
	bool given = false;

	while ((want = client_step(c)) != CLIENT_OVER)
		switch (want) {
		case CLIENT_SEND:
			client_sent(c, c->out.len);
			break;
		case CLIENT_RECV:
			reply(c, r);
			break;
		case CLIENT_TLS:
			client_tls_up(c, r->trusted);
			break;
		case CLIENT_IDLE:
			if (given)
				client_quit(c);
			else
				client_mail(c, m);
			given = true;
			break;
		case CLIENT_BODY:
			client_body(c, "x: y\r\n\r\n", 8);
			client_body_end(c);
			break;
		case CLIENT_OVER:
			break;
		}
}

/* Play it, and fill in the hint for what came of it. */
static bool
play(struct row *r, struct hint *h)
{
	struct client_opts o = { .helo = r->helo, .what = r->relay,
	    .tls = r->tls, .user = r->login ? r->user : NULL,
	    .password = "secret", .mech = r->mech, .random = not_random,
	    .auth_cleartext = r->cleartext };
	struct hint_context ctx = { .relay = r->relay, .port = r->port,
	    .tls = r->tls, .helo = r->helo, .fqdn = r->fqdn,
	    .login = r->login, .user = r->login ? r->user : NULL,
	    .sender = r->from, .recipient = r->to, .is_set = is_set,
	    .settings = &r->set };
	struct envelope env = { 0 };
	struct client_mail m = { .env = &env, .size = r->limit + 8 };
	struct client *c = xmalloc(sizeof(*c));
	struct fault f;
	bool got;

	envelope_from(&env, r->from);
	(void)envelope_add(&env, r->to);
	client_init(c, &o);
	converse(c, r, &m);
	f = env.rcpt[0].done && env.rcpt[0].verdict != VD_OK ?
	    *env.rcpt[0].why : c->fault;
	ctx.fault = &f;
	ctx.banner = c->banner;
	ctx.tls_up = c->tls;
	ctx.caps = c->caps.set;
	ctx.auth_offered = c->caps.auth;
	ctx.mech = c->mech != SASL__MAX ? sasl_name(c->mech) : NULL;
	got = hint_for(&ctx, h);
	client_release(c);
	envelope_release(&env);
	free(c);
	return got;
}

/* What a hint must be */

/* Is "key value" in the fix as a line, in backquotes? */
static bool
has_line(const char *fix, const char *want)
{
	char line[LINE + 2];

	(void)snprintf(line, sizeof(line), "`%s`", want);
	return strstr(fix, line) != NULL;
}

static bool
has_fix(const char *fix, const char *want)
{
	const char *next;
	char part[LINE];
	size_t n;

	if (strcmp(want, "-") == 0)
		return fix[0] == '\0';
	for (; want != NULL; want = next != NULL ? next + 3 : NULL) {
		next = strstr(want, " + ");
		n = next != NULL ? (size_t)(next - want) : strlen(want);
		(void)strlcpy(part, want, n + 1);
		if (part[0] == '~' ? strstr(fix, part + 1) == NULL :
		    !has_line(fix, part))
			return false;
	}
	return true;
}

static void
judge(bool got, const struct hint *h, const char *cause, const char *fix,
    const char *name)
{
	bool lasts = cause[0] == '!';

	if (strcmp(cause, "-") == 0) {
		ok(!got && h->cause[0] == '\0', "nothing to say: %s", name);
	} else {
		ok(got && strstr(h->cause, cause + lasts) != NULL &&
		    has_fix(h->fix, fix) && h->permanent == lasts,
		    "%s: %s", name, cause);
		if (strstr(h->cause, cause + lasts) != NULL &&
		    has_fix(h->fix, fix) && h->permanent == lasts)
			return;
		printf("# want fix %s\n", fix);
	}
	if (got)
		printf("# got  %s; %s%s\n", h->cause, h->fix,
		    h->permanent ? " (lasting)" : "");
}

static void
play_table(const char *path)
{
	char line[LINE], *copy, name[128];
	FILE *in = fopen(path, "r");
	struct hint h;
	struct row r;
	int n = 0, rows = 0;

	ok(in != NULL, "%s can be read", path);
	if (in == NULL)
		return;
	while (fgets(line, sizeof(line), in) != NULL) {
		n++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		copy = xstrdup(line);
		if (parse(&r, copy)) {
			rows++;
			(void)snprintf(name, sizeof(name), "line %d, %s, %.60s",
			    n, r.stage, r.reply);
			judge(play(&r, &h), &h, r.cause, r.fix, name);
			settings_release(&r.set);
		} else {
			ok(false, "%s:%d has five cells", path, n);
		}
		free(copy);
	}
	ok(rows > 0, "%s has rows", path);
	(void)fclose(in);
}

/* What goes wrong before a relay says anything */

#define TIMEOUT(a) a ": no answer within 30 seconds"
#define NOT_GOOD "the certificate of the relay is not good: "

static const struct local {
	enum stage	 stage;
	enum domain	 domain;
	int		 code;
	enum verdict	 verdict;
	const char	*text;
	const char	*relay;		/* NULL: smtp.example.net */
	int		 port;
	enum client_tls	 tls;
	const char	*cause, *fix;
} locals[] = {
	{ ST_CONFIG, FD_ERRNO, EACCES, VD_PERM,
	  "/etc/heloise.conf: Permission denied", NULL, 0, 0,
	  "www-data may not read the configuration in /etc/heloise.conf",
	  "~chmod 640 /etc/heloise.conf" },
	{ ST_CONFIG, FD_ERRNO, EACCES, VD_PERM,
	  "tls-ca: cannot read /etc/ssl/my.pem: Permission denied", NULL, 0,
	  0, "www-data may not read the certificates in /etc/ssl/my.pem",
	  "~chmod a+r /etc/ssl/my.pem" },
	{ ST_CONFIG, FD_ERRNO, ENOENT, VD_PERM,
	  "tls-ca: cannot read /etc/ssl/my.pem: No such file or directory",
	  NULL, 0, 0, "no file /etc/ssl/my.pem", "tls-ca <file>" },
	{ ST_CONFIG, FD_NONE, 0, VD_PERM, "/etc/heloise.conf:3: hello: no "
	  "setting has this name; did you mean helo?", NULL, 0, 0, "-", "-" },
	{ ST_SECRET, FD_ERRNO, EACCES, VD_PERM,
	  "/etc/heloise.password: Permission denied", NULL, 0, 0,
	  "www-data may not read the password in /etc/heloise.password",
	  "~chmod 640 /etc/heloise.password" },
	{ ST_SECRET, FD_ERRNO, ENOENT, VD_PERM,
	  "/run/secrets/smtp: No such file or directory", NULL, 0, 0,
	  "no file /run/secrets/smtp", "password-file <file>" },
	{ ST_SECRET, FD_NONE, 0, VD_PERM,
	  "neither password nor password-file is set", NULL, 0, 0,
	  "no password", "password-file <file> + auth none" },
	{ ST_SPOOL, FD_ERRNO, EACCES, VD_TEMP,
	  "/var/spool/heloise/queue: Permission denied", NULL, 0, 0,
	  "www-data may not write to the spool /var/spool/heloise/queue",
	  "spool <directory> + queue no" },
	{ ST_SPOOL, FD_NONE, 0, VD_TEMP,
	  "/var/spool/heloise belongs to user 0, not to user 33", NULL, 0, 0,
	  "the spool /var/spool/heloise belongs to another user",
	  "spool <directory>" },
	{ ST_SPOOL, FD_ERRNO, ENOSPC, VD_TEMP,
	  "/var/spool/heloise/queue: No space left on device", NULL, 0, 0,
	  "no space is left", "spool <directory>" },
	{ ST_SPOOL, FD_ERRNO, EDQUOT, VD_TEMP,
	  "/home/a/.local/state/heloise/queue: Disk quota exceeded", NULL, 0,
	  0, "the quota of www-data", "spool <directory>" },
	{ ST_SPOOL, FD_ERRNO, EROFS, VD_TEMP,
	  "/var/spool/heloise: Read-only file system", NULL, 0, 0,
	  "read-only", "spool <directory> + queue no" },
	{ ST_SPOOL, FD_NONE, 0, VD_TEMP, "queued", NULL, 0, 0, "-", "-" },
	{ ST_INPUT, FD_NONE, 0, VD_PERM,
	  "it is over 1024 octets (max-size)", NULL, 0, 0, "larger than",
	  "max-size 0" },

	{ ST_RESOLVE, FD_GAI, EAI_NONAME, VD_PERM, "no such host name", NULL,
	  587, 0, "no host has the name smtp.example.net",
	  "relay smtp.example.net" },
	{ ST_RESOLVE, FD_GAI, EAI_NONAME, VD_PERM,
	  "no such host name for IPv6", NULL, 587, 0, "no address of the "
	  "family", "address-family any" },
	{ ST_RESOLVE, FD_GAI, EAI_AGAIN, VD_TEMP,
	  "Temporary failure in name resolution", NULL, 587, 0,
	  "name server does not answer", "~the mail can wait" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "192.0.2.1 port 25: Connection refused", NULL, 25, 0,
	  "refuses connections on port 25",
	  "port 587 + relay smtp.example.net" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "192.0.2.1 port 587: Connection refused", NULL, 587, 0,
	  "refuses connections on port 587", "port 465" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "::1 port 25: Connection refused; 127.0.0.1 port 25: Connection "
	  "refused", "localhost", 25, 0, "no mail server listens",
	  "relay <host>" },
	{ ST_CONNECT, FD_ERRNO, ENOENT, VD_TEMP,
	  "No such file or directory", "/run/lmtp", 24, 0,
	  "there is no socket /run/lmtp", "relay /run/lmtp" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP, "Connection refused",
	  "/run/lmtp", 587, 0, "no server listens at the socket /run/lmtp",
	  "relay /run/lmtp" },
	{ ST_CONNECT, FD_ERRNO, EAGAIN, VD_TEMP,
	  "Resource temporarily unavailable", "/run/lmtp", 24, 0, "is busy",
	  "~the mail can wait" },
	{ ST_CONNECT, FD_ERRNO, EPROTOTYPE, VD_TEMP,
	  "Protocol wrong type for socket", "/run/lmtp", 24, 0,
	  "the socket /run/lmtp cannot be used", "relay /run/lmtp" },
	{ ST_CONNECT, FD_ERRNO, ENOENT, VD_TEMP,
	  "the maildir cannot be made: No such file or directory", "/md", 0,
	  0, "the maildir /md cannot be made", "relay /md" },
	{ ST_CONNECT, FD_ERRNO, EACCES, VD_TEMP,
	  "tmp/1: Permission denied", "/md", 0, 0,
	  "cannot write to the maildir /md", "relay /md" },
	{ ST_RESOLVE, FD_GAI, EAI_NONAME, VD_PERM,
	  "no such host name: the proxy p.invalid", NULL, 587, 0,
	  "the proxy fails", "proxy socks5://<host>" },
	{ ST_CONNECT, FD_NONE, 0, VD_TEMP,
	  "the proxy says: connection refused", NULL, 587, 0,
	  "the proxy answers", "relay smtp.example.net" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "127.0.0.1 port 10: Connection refused (the proxy)", NULL, 587, 0,
	  "the proxy fails", "proxy socks5://<host>" },
	{ ST_CONNECT, FD_ERRNO, EADDRNOTAVAIL, VD_TEMP,
	  "192.0.2.1 port 9: 192.0.2.5 cannot be the source address: Cannot "
	  "assign requested address", NULL, 9, 0,
	  "does not have that address", "source-address <address>" },
	{ ST_CONNECT, FD_ERRNO, EACCES, VD_TEMP, "Permission denied",
	  "/run/lmtp", 24, 0, "may not use the socket /run/lmtp", "~group" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "this is not an SMTP reply: HTTP/1.1 400 Bad Request", "/run/lmtp",
	  24, 0, "the server at the socket /run/lmtp is not a mail server",
	  "relay /run/lmtp" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "this port speaks TLS from the start", "/run/lmtp", 24, 0,
	  "the server at the socket /run/lmtp speaks TLS", "tls implicit" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "this port begins in clear, as for "
	  "STARTTLS: 220 hi", "/run/lmtp", 24, CLIENT_TLS_IMPLICIT,
	  "does not start with TLS", "tls none" },
	{ ST_STARTTLS, FD_NONE, 0, VD_PERM,
	  "the relay does not offer STARTTLS", "/run/lmtp", 24,
	  CLIENT_TLS_STARTTLS, "has no STARTTLS", "tls none" },
	{ ST_GREETING, FD_LINK, 0, VD_TEMP, "connection closed by the relay",
	  "/run/lmtp", 24, 0, "sends no greeting", "~the log of that server" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("192.0.2.1 port 25"), NULL, 25, 0, "blocks port 25",
	  "port 587 + tls starttls" },
	{ ST_CONNECT, FD_ERRNO, EHOSTUNREACH, VD_TEMP,
	  "192.0.2.1 port 25: No route to host", NULL, 25, 0,
	  "blocks port 25", "port 587" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("192.0.2.1 port 465"), NULL, 465, CLIENT_TLS_IMPLICIT,
	  "blocks port 465", "port 587 + tls starttls" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("192.0.2.1 port 587"), NULL, 587, 0,
	  "does not answer on port 587", "relay smtp.example.net + port 465" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("2001:db8::1 port 25") "; " TIMEOUT("2001:db8::2 port 25"),
	  NULL, 25, 0, "over IPv6", "address-family ipv4" },
	{ ST_CONNECT, FD_ERRNO, ENETUNREACH, VD_TEMP,
	  "2001:db8::1 port 587: Network is unreachable", NULL, 587, 0,
	  "over IPv6", "address-family ipv4" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "2001:db8::1 port 25: Network is unreachable; "
	  TIMEOUT("192.0.2.1 port 25"), NULL, 25, 0, "blocks port 25",
	  "port 587" },
	{ ST_CONNECT, FD_ERRNO, EACCES, VD_TEMP,
	  "192.0.2.1 port 587: Permission denied", NULL, 587, 0,
	  "a rule of this host", "~httpd_can_network_connect" },
	{ ST_CONNECT, FD_ERRNO, EPERM, VD_TEMP,
	  "192.0.2.1 port 25: Operation not permitted", NULL, 25, 0,
	  "firewall of this host", "port 587" },
	{ ST_CONNECT, FD_ERRNO, ECONNRESET, VD_TEMP,
	  "192.0.2.1 port 25: Connection reset by peer", NULL, 25, 0,
	  "cuts connections to port 25", "port 587" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "there was no time left to try", NULL, 587, 0, "the deadline",
	  "deadline 0" },

	{ ST_GREETING, FD_LINK, 104, VD_TEMP, "Connection reset by peer; if "
	  "this port speaks TLS from the start, set `tls implicit`", NULL, 25,
	  CLIENT_TLS_STARTTLS, "a filter for port 25", "port 587" },
	{ ST_GREETING, FD_LINK, 0, VD_TEMP,
	  "connection closed by the relay; if this port speaks TLS from the "
	  "start, set `tls implicit`", NULL, 465, CLIENT_TLS_STARTTLS,
	  "waits for TLS on port 465", "tls implicit" },
	{ ST_GREETING, FD_NONE, 0, VD_PERM,
	  "this port speaks TLS from the start", NULL,
	  2465, CLIENT_TLS_STARTTLS, "port 2465 of smtp.example.net speaks "
	  "TLS from the start", "tls implicit" },
	{ ST_GREETING, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds; if this port speaks TLS from the "
	  "start, set `tls implicit`", NULL, 2525, CLIENT_TLS_STARTTLS,
	  "sends no greeting", "tls implicit" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "this is not an SMTP reply: HTTP/1.1 400 Bad Request", NULL, 80,
	  CLIENT_TLS_STARTTLS, "not a mail server", "port 587" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "this port begins in clear, as for "
	  "STARTTLS: 220 hi", NULL, 587,
	  CLIENT_TLS_IMPLICIT, "does not speak TLS from the start",
	  "tls starttls" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "An unexpected TLS packet was "
	  "received.", NULL, 25, CLIENT_TLS_IMPLICIT,
	  "does not speak TLS from the start", "tls starttls" },
	{ ST_TLS, FD_LINK, 0, VD_TEMP, "the relay closed the connection in "
	  "the TLS handshake: perhaps this port does not speak TLS", NULL,
	  587, CLIENT_TLS_IMPLICIT, "does not speak TLS from the start",
	  "tls starttls" },
	{ ST_TLS, FD_TLS, -15, VD_TEMP, "the relay answered in clear: 454 "
	  "4.7.0 TLS not available", NULL, 587, CLIENT_TLS_STARTTLS,
	  "at the moment", "port 465" },
	{ ST_STARTTLS, FD_NONE, 0, VD_TEMP, "the relay, or somebody in "
	  "between, sent more before TLS began", NULL, 587,
	  CLIENT_TLS_STARTTLS, "an attacker", "port 465 + tls implicit" },

	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is self-signed", NULL,
	  587, CLIENT_TLS_STARTTLS, "self-signed",
	  "tls-pin <its pin> + tls-ca <its file>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it matches no tls-pin: its "
	  "own is sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; it is "
	  "self-signed", NULL, 587, CLIENT_TLS_STARTTLS, "another key",
	  "tls-pin sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is self-signed; it is "
	  "for web1, not for smtp.example.net", NULL, 587,
	  CLIENT_TLS_STARTTLS, "for the name web1", "tls-name web1" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it expired on 2024-05-01",
	  NULL, 587, CLIENT_TLS_STARTTLS, "has expired", "tls-pin <its pin>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is not valid before "
	  "2031-05-01", NULL, 587, CLIENT_TLS_STARTTLS, "clock",
	  "~set the clock" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "no trusted authority "
	  "signed it (nor CN=Corp CA)", NULL, 587,
	  CLIENT_TLS_STARTTLS, "does not trust", "tls-ca <file>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for *.example.com, "
	  "mail.example.com, not for smtp.example.net", NULL, 587,
	  CLIENT_TLS_STARTTLS, "is for mail.example.com, not for",
	  "relay mail.example.com" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for *.example.com, "
	  "not for smtp.example.net", NULL, 587, CLIENT_TLS_STARTTLS,
	  "not for smtp.example.net", "relay <host>.example.com" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for "
	  "mail.example.com, not for 127.0.0.1", "127.0.0.1", 587,
	  CLIENT_TLS_STARTTLS, "is for mail.example.com",
	  "tls-name mail.example.com" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for no name, not for "
	  "smtp.example.net", NULL, 587, CLIENT_TLS_STARTTLS,
	  "has no name in it", "tls-pin <its pin>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it was revoked", NULL,
	  587, CLIENT_TLS_STARTTLS, "must not be trusted", "~replace it" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: The "
	  "server name sent was not recognized", NULL, 587,
	  CLIENT_TLS_STARTTLS,
	  "has no certificate for the name smtp.example.net",
	  "tls-name <name>" },
	{ ST_AUTH, FD_NONE, 0, VD_PERM, "AUTH PLAIN needs a password", NULL,
	  587, CLIENT_TLS_STARTTLS, "no password", "password-file <file>" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: Error "
	  "in protocol version", NULL, 587, CLIENT_TLS_STARTTLS,
	  "version of TLS",
	  "tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0" },
	{ ST_TLS, FD_TLS, -8, VD_PERM, "the relay has no TLS version that is "
	  "allowed here", NULL, 587, CLIENT_TLS_STARTTLS, "version of TLS",
	  "~update it" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: "
	  "Handshake failed", NULL, 587, CLIENT_TLS_STARTTLS,
	  "no TLS cipher in common",
	  "tls-priority NORMAL:+3DES-CBC:+ARCFOUR-128" },

	{ ST_EHLO, FD_LINK, 0, VD_TEMP, "connection closed by the relay; the "
	  "last it said was: 421 4.7.0 Try again later, closing connection. "
	  "(EHLO)", "smtp-relay.gmail.com", 587, CLIENT_TLS_STARTTLS,
	  "!refuses the name", "helo example.com" },
	{ ST_EHLO, FD_LINK, 104, VD_TEMP, "Connection reset by peer; the "
	  "last it said was: 220 smtp-relay.gmail.com ESMTP x2 - gsmtp",
	  "smtp-relay.gmail.com", 587, CLIENT_TLS_STARTTLS,
	  "!hangs up on the name", "helo example.com" },
	{ ST_EHLO, FD_LINK, 0, VD_TEMP, "connection closed by the relay",
	  NULL, 587, CLIENT_TLS_STARTTLS, "ends after EHLO",
	  "helo example.com" },
	{ ST_BODY, FD_LINK, 0, VD_DOUBT, "connection closed by the relay",
	  NULL, 587, CLIENT_TLS_STARTTLS, "ends in the message", "~MTU" },
	{ ST_GREETING, FD_LINK, 0, VD_TEMP, "connection closed by the relay",
	  NULL, 465, CLIENT_TLS_IMPLICIT, "ends the connection after TLS",
	  "~have it allowed" },
	{ ST_AUTH, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "ends at the login", "~wait an hour" },
	{ ST_MAIL, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "ends at the sender", "user <name>" },
	{ ST_STARTTLS, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "at STARTTLS", "port 465 + tls implicit" },
	{ ST_TLS, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "in the TLS handshake", "~MTU" },
	{ ST_TLS, FD_LINK, 104, VD_TEMP, "Connection reset by peer", NULL,
	  587, CLIENT_TLS_STARTTLS, "in the TLS handshake", "~MTU" },
	{ ST_BODY, FD_ERRNO, ETIMEDOUT, VD_DOUBT,
	  "no answer within 600 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "ends in the message", "~MTU" },
	{ ST_EHLO, FD_TLS, -12, VD_TEMP, "the relay sent a TLS alert: "
	  "Certificate is required", NULL, 587, CLIENT_TLS_STARTTLS,
	  "requires a certificate of this host", "tls-cert <file>" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: "
	  "Handshake failed; it asks for a client certificate", NULL, 587,
	  CLIENT_TLS_STARTTLS, "requires a certificate of this host",
	  "tls-cert <file>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "no trusted authority "
	  "signed it (that of its issuer did not come) (CN=a, issued by "
	  "CN=Corp CA 2, for a)", NULL, 587, CLIENT_TLS_STARTTLS,
	  "without that of CN=Corp CA 2", "tls-ca <file> + ~whole chain" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for "
	  "mail.example.com, not for 192.0.2.1", "192.0.2.1", 587,
	  CLIENT_TLS_STARTTLS, "is for mail.example.com",
	  "tls-name mail.example.com + relay mail.example.com" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "192.0.2.1 port 587: Connection refused", "mailpit", 587,
	  CLIENT_TLS_STARTTLS, "no server listens on port 587 of mailpit",
	  "port 1025 + tls none" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "this port begins in clear, as for "
	  "STARTTLS: 220 hi", "mailpit", 1025, CLIENT_TLS_IMPLICIT,
	  "does not speak TLS from the start", "tls none + tls starttls" },
	{ ST_RCPT, FD_NONE, 0, VD_OK, "", NULL, 587, 0, "-", "-" },
};

static void
test_local(void)
{
	const struct local *l;
	struct row r = { 0 };
	struct fault f = { 0 };
	struct hint h;
	bool got;

	settings_init(&r.set);
	set(&r, "max-size", "1024");
	set(&r, "deadline", "1h");
	set(&r, "address-family", "ipv6");
	for (l = locals; l < locals + NITEMS(locals); l++) {
		struct hint_context ctx = { .fault = &f, .port = l->port,
		    .tls = l->tls, .relay = l->relay != NULL ? l->relay :
		    "smtp.example.net", .helo = "web1.example.org",
		    .maildir = l->relay != NULL &&
		    strcmp(l->relay, "/md") == 0,
		    .fqdn = "web1.example.org", .sender = "app@example.com",
		    .config_file = "/etc/heloise.conf", .who = "www-data",
		    .group = "www", .login = l->stage == ST_SECRET ||
		    l->stage == ST_AUTH, .tls_up = l->stage == ST_GREETING &&
		    l->tls == CLIENT_TLS_IMPLICIT, .is_set = is_set, .settings = &r.set };

		(void)fault_set(&f, l->stage, l->domain, l->code, l->verdict,
		    "%s", l->text);
		got = hint_for(&ctx, &h);
		judge(got, &h, l->cause, l->fix, l->text);
	}
	settings_release(&r.set);
}

static void
test_text(void)
{
	struct fault f = { 0 };
	struct hint_context ctx = { .fault = &f, .helo = "localhost",
	    .sender = "noreply@app.example.org", .relay = "relay.example" };
	struct buf out = { .max = 4096 };
	struct hint h;

	(void)fault_set(&f, ST_EHLO, FD_SMTP, 550, VD_PERM, "no");
	hint_print(&out, (hint_for(&ctx, &h), &h));
	is(buf_text(&out), "hint: the relay refuses the name 'localhost'; "
	    "set `helo app.example.org`", "a hint as a whole");
	buf_clear(&out);
	(void)fault_set(&f, ST_EHLO, FD_SMTP, 421, VD_TEMP, "closing");
	hint_print(&out, (hint_for(&ctx, &h), &h));
	is(buf_text(&out), "hint: the relay refuses the name 'localhost'; "
	    "set `helo app.example.org` (retrying will not help)",
	    "one for good");
	buf_clear(&out);
	ctx.helo = "a\x1b]0;b\nc";
	hint_print(&out, (hint_for(&ctx, &h), &h));
	is(buf_text(&out), "hint: the relay refuses the name 'a?]0;b?c'; "
	    "set `helo app.example.org` (retrying will not help)",
	    "nothing that controls");
	ctx.login = true;
	ctx.user = ctx.sender = "alice";
	(void)fault_set(&f, ST_MAIL, FD_SMTP, 553, VD_PERM,
	    "<alice>: Sender address rejected: not owned by user alice");
	ok(hint_for(&ctx, &h), "a user without a domain is the sender");
	is(h.cause, "the relay requires a whole address as the sender, not "
	    "alice", "and that is the cause");
	ctx = (struct hint_context){ .fault = &f };
	(void)fault_set(&f, ST_EHLO, FD_SMTP, 501, VD_PERM,
	    "Syntactically invalid EHLO argument(s)");
	ok(hint_for(&ctx, &h), "nothing is known but the fault");
	is(h.fix, "set `helo <full name of this host>`", "and what is said");
	buf_release(&out);
}

int
main(int argc, char **argv)
{
	int i;

	if (argc < 2)
		play_table("tests/hints.tsv");
	for (i = 1; i < argc; i++)
		play_table(argv[i]);
	test_local();
	test_text();
	return done();
}
