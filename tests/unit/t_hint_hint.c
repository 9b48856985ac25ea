/*
 * t_hint_hint.c - replies to causes and settings; see tests/hints.tsv
 *
 * usage: t_hint_hint [table...]		(by default tests/hints.tsv)
 *
 * Each row of the table is a session of the client machine with a relay
 * that is polite but for the one reply.  What goes wrong before a relay
 * says anything stands in localfaults.h.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/setting.h"
#include "config/value.h"
#include "smtp/client.h"
#include "hint/hint.h"
#include "localfaults.h"
#include "tap.h"

#define WORDS	40
#define LINE	4096

/* A row while it is played. */
struct row {
	char		*stage, *reply, *cause, *fix;
	char		 relay[128], helo[128], fqdn[128], user[128];
	char		 from[128], to[128], banner[128], offer[128];
	int		 port;
	bool		 login, trusted, cleartext, first, bound;
	enum client_tls	 tls;
	enum sasl_mech	 mech;
	size_t		 limit;
	struct settings	 set;
};

static bool
is_set(const void *settings, const char *key, const char *value)
{
	return value_is(settings, key, value);
}

/* As in a file. */
static void
set(struct row *r, const char *key, const char *value)
{
	const struct setting *row = setting_find(key);
	struct buf why = { .max = 512 };

	ok(row != NULL && value_set(row, &r->set, value, &why),
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
		    strcmp(value, "opportunistic") == 0 ?
		    CLIENT_TLS_OPPORTUNISTIC : CLIENT_TLS_STARTTLS;
	else if (strcmp(key, "cleartext") == 0)
		r->cleartext = true;
	else if (strcmp(key, "bound") == 0)
		r->bound = true;
	else if (strcmp(key, "set") == 0)
		set_line(r, value);
	else if (strcmp(key, "untrusted") == 0)
		r->tls = CLIENT_TLS_OPPORTUNISTIC;
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
	values_init(&r->set);
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
			if (r->bound)
				client_bind(c, "tls-exporter", "01234567", 8);
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
	    .asked = r->mech != SASL__MAX,
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
			values_release(&r.set);
		} else {
			ok(false, "%s:%d has five cells", path, n);
		}
		free(copy);
	}
	ok(rows > 0, "%s has rows", path);
	(void)fclose(in);
}

/* What goes wrong before a relay says anything */

static void
test_local(void)
{
	const struct local *l;
	struct row r = { 0 };
	struct fault f = { 0 };
	struct hint h;
	bool got;

	values_init(&r.set);
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
		    .unit = strstr(l->cause, "a.service") != NULL ||
		    strstr(l->cause, "of the unit") != NULL ? "a.service" :
		    NULL, .group = "www", .login = l->stage == ST_SECRET ||
		    l->stage == ST_AUTH, .tls_up = l->stage == ST_GREETING &&
		    l->tls == CLIENT_TLS_IMPLICIT, .is_set = is_set,
		    .settings = &r.set };

		(void)fault_set(&f, l->stage, l->domain, l->code, l->verdict,
		    "%s", l->text);
		got = hint_for(&ctx, &h);
		judge(got, &h, l->cause, l->fix, l->text);
	}
	values_release(&r.set);
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
	(void)fault_set(&f, ST_CONNECT, FD_ERRNO, ENETUNREACH, VD_TEMP,
	    "2001:db8::1 port 25: Network is unreachable");
	ctx.one_family = true;
	ok(hint_for(&ctx, &h), "only IPv6 is set");
	is(h.fix, "set `address-family any`", "and does not work");
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
