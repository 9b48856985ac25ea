/*
 * t_hint_proposal.c - no hint proposes what is in force
 *
 * Each row of the tables is applied to a fault that it fits.  Then the lines
 * that the hint proposes are put in force, and the same fault must not bring
 * one of them again, until nothing more is proposed.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "config/setting.h"
#include "config/value.h"
#include "hint/hint.h"
#include "hint/mail_table.h"
#include "hint/proposal.h"
#include "hint/provider.h"
#include "hint/reply_table.h"
#include "tap.h"

#define ROUNDS	12

/* A session, and what is in force in it. */
struct session {
	struct fault	 fault;
	struct hint_context ctx;
	struct settings	 set;
	char		 relay[128], helo[128], from[128], mech[32];
};

static bool
is_set(const void *settings, const char *key, const char *value)
{
	return value_is(settings, key, value);
}

/* The first way to match a pattern, less what must not be there. */
static void
words_of(const char *pattern, struct fault *f)
{
	char text[512] = "", part[256];
	int code, esc[3];
	size_t n;

	for (; pattern != NULL && *pattern != '\0' && *pattern != '|';
	    pattern += n + (pattern[n] == '&')) {
		n = strcspn(pattern, "|&");
		(void)snprintf(part, sizeof(part), "%.*s", (int)n, pattern);
		if (sscanf(part, "<%d.%d.%d>", &esc[0], &esc[1],
		    &esc[2]) == 3) {
			f->esc[0] = (unsigned short)esc[0];
			f->esc[1] = (unsigned short)esc[1];
			f->esc[2] = (unsigned short)esc[2];
		} else if (sscanf(part, "<%d>", &code) == 1) {
			f->code = code;
		} else if (part[0] != '!') {
			(void)strlcat(text, part, sizeof(text));
			(void)strlcat(text, " ", sizeof(text));
		}
	}
	(void)strlcpy(f->text, text, sizeof(f->text));
}

static const char *
host_of(const struct advice *a)
{
	return (a->when & IF_MX) ? "aspmx.l.google.com" :
	    (a->by & BY_GOOGLE) ? "smtp.gmail.com" :
	    (a->by & BY_M365) ? "smtp.office365.com" :
	    (a->by & BY_SES) ? "email-smtp.eu-west-1.amazonaws.com" :
	    (a->by & BY_YAHOO) ? "smtp.mail.yahoo.com" :
	    (a->by & BY_ZOHO) ? "smtp.zoho.eu" :
	    (a->when & IF_ADVISED) ? "smtp.sendgrid.net" :
	    (a->when & IF_ADDRESS) ? "192.0.2.1" :
	    (a->when & IF_LOOPBACK) ? "localhost" :
	    (a->when & IF_NEAR) ? "mailpit" :
	    (a->when & (IF_SOCKET | IF_MAILDIR)) ? "/run/relay" :
	    "smtp.example.net";
}

static void
start(struct session *s, const struct advice *a, bool reply)
{
	int stage = 0;

	memset(s, 0, sizeof(*s));
	values_init(&s->set);
	while (a->stages != 0 && !(a->stages & ADVICE_AT(stage)))
		stage++;
	(void)fault_set(&s->fault, a->stages != 0 ? (enum stage)stage :
	    ST_MAIL, reply ? FD_SMTP : (a->when & (IF_LOST | IF_ENDED)) ?
	    FD_LINK : FD_ERRNO, !reply || a->code > 9 ? a->code :
	    a->code == 4 ? 450 : 550, a->code == 4 ? VD_TEMP : VD_PERM,
	    "%s", "");
	words_of(a->words, &s->fault);
	if (a->when & IF_LHLO)
		fault_command(&s->fault, "LHLO web1.example.org");
	(void)strlcpy(s->relay, host_of(a), sizeof(s->relay));
	(void)strlcpy(s->helo, (a->when & IF_POOR_HELO) ? "localhost" :
	    "web1.example.org", sizeof(s->helo));
	(void)strlcpy(s->from, (a->when & IF_NO_SENDER) ? "" :
	    (a->when & IF_OWN_SENDER) ? "app@example.com" : "a@example.org",
	    sizeof(s->from));
	(void)strlcpy(s->mech, (a->when & IF_TOKEN) ? "XOAUTH2" : "PLAIN",
	    sizeof(s->mech));
	s->ctx = (struct hint_context){ .fault = &s->fault,
	    .relay = s->relay, .helo = s->helo, .fqdn = "web1.example.org",
	    .maildir = (a->when & IF_MAILDIR) != 0,
	    .port = (a->when & IF_PORT_25) ? 25 :
	    (a->when & IF_PORT_465) ? 465 : 587, .tls = (a->when & IF_IMPLICIT) ? CLIENT_TLS_IMPLICIT :
	    CLIENT_TLS_STARTTLS, .tls_up = (a->when & IF_TLS) != 0,
	    .caps = (a->when & IF_STARTTLS) ? CAP_STARTTLS : 0,
	    .login = (a->when & IF_LOGIN) || !(a->unless & IF_LOGIN),
	    .user = (a->when & IF_BARE_USER) ? "app" : "app@example.com",
	    .mech = s->mech, .sender = s->from,
	    .recipient = "bob@example.net", .is_set = is_set,
	    .settings = &s->set };
}

/* What each mode is called. */
static const char *const modes[] = { "none", "opportunistic", "starttls",
    "implicit" };

static bool
in_force(const struct session *s, const char *key, const char *value)
{
	if (strcmp(key, "port") == 0)
		return strtol(value, NULL, 10) == s->ctx.port;
	if (strcmp(key, "tls") == 0)
		return strcmp(value, modes[s->ctx.tls]) == 0;
	if (strcmp(key, "helo") == 0)
		return strcasecmp(value, s->helo) == 0;
	if (strcmp(key, "from") == 0)
		return strcasecmp(value, s->from) == 0;
	if (strcmp(key, "relay") == 0)
		return strcasecmp(value, s->relay) == 0;
	if (strcmp(key, "auth") == 0 && strcmp(value, "none") == 0)
		return !s->ctx.login;
	if (strcmp(key, "auth") == 0 && strcasecmp(value, s->mech) == 0)
		return true;
	if (strcmp(value, "<name>") == 0 || strcmp(value, "<password>") == 0)
		return s->ctx.login && strcmp(key, "tls-name") != 0;
	return value_is(&s->set, key, value);
}

static void
apply(struct session *s, const char *key, const char *value)
{
	const struct setting *row = setting_find(key);
	struct buf why = { .max = 512 };
	size_t i;

	if (strcmp(value, "<name>") == 0 && strcmp(key, "user") == 0)
		s->ctx.login = true;
	if (row == NULL || strchr(value, '<') != NULL)
		return;
	(void)value_set(row, &s->set, value, &why);
	buf_release(&why);
	for (i = 0; i < NITEMS(modes); i++)
		if (strcmp(key, "tls") == 0 && strcmp(value, modes[i]) == 0)
			s->ctx.tls = (enum client_tls)i;
	if (strcmp(key, "port") == 0)
		s->ctx.port = (int)strtol(value, NULL, 10);
	else if (strcmp(key, "helo") == 0)
		(void)strlcpy(s->helo, value, sizeof(s->helo));
	else if (strcmp(key, "from") == 0)
		(void)strlcpy(s->from, value, sizeof(s->from));
	else if (strcmp(key, "relay") == 0)
		(void)strlcpy(s->relay, value, sizeof(s->relay));
	else if (strcmp(key, "auth") == 0 && strcmp(value, "none") == 0)
		s->ctx.login = false;
	else if (strcmp(key, "auth") == 0)
		(void)strlcpy(s->mech, value, sizeof(s->mech));
}

/* Words before a line that is in force and has to change. */
static bool
is_changed(const char *fix, const char *line)
{
	static const char *const before[] = { "correct `", "another `",
	    "larger `", "longer `", "certificate in `",
	    "region in `", "let `", "relay: `",
	    "correct `user <name>` and `", "require the whole address) and `" };
	size_t i, n;

	for (i = 0; i < NITEMS(before); i++) {
		n = strlen(before[i]);
		if ((size_t)(line - fix) >= n &&
		    strncmp(line - n, before[i], n) == 0)
			return true;
	}
	return false;
}

/*
 * Go through the lines of a fix: put them in force, or count those that
 * are.
 */
static size_t
walk(struct session *s, const char *fix, bool put)
{
	const char *p = fix;
	char line[640], *value;
	size_t n, bad = 0;

	for (; (p = strchr(p, '`')) != NULL; p += n + (p[n] != '\0')) {
		n = strcspn(++p, "`");
		if (n >= sizeof(line) || is_changed(fix, p))
			continue;
		(void)strlcpy(line, p, n + 1);
		value = line + strcspn(line, " ");
		if (*value != '\0')
			*value++ = '\0';
		if (put)
			apply(s, line, value);
		else if (setting_find(line) != NULL &&
		    in_force(s, line, value)) {
			printf("# %s %s in: %s\n", line, value, fix);
			bad++;
		}
	}
	return bad;
}

/* Returns how often the row itself gave the hint. */
static void
check_row(const struct advice *a, bool reply, size_t *hints, size_t *bad)
{
	struct session s;
	struct hint h;
	int round;

	start(&s, a, reply);
	for (round = 0; round < ROUNDS && hint_for(&s.ctx, &h); round++) {
		++*hints;
		if (walk(&s, h.fix, false) > 0) {
			++*bad;
			printf("# by the row: %s\n", a->cause);
		}
		(void)walk(&s, h.fix, true);
	}
	values_release(&s.set);
}

static void
check_table(const char *name, const struct advice *table, size_t n,
    bool reply)
{
	size_t i, hints = 0, bad = 0;

	for (i = 0; i < n; i++)
		check_row(&table[i], reply, &hints, &bad);
	ok(hints >= n * ROUNDS * 3 / 4, "%s: %zu hints of %zu rows", name,
	    hints, n);
	is_int((long long)bad, 0, "%s: none proposes what is in force", name);
}

/* The context is passed by value, as it is changed. */
static bool
useless_at(enum stage stage, const char *fix, struct hint_context ctx)
{
	struct fault f = { .stage = stage };

	ctx.fault = &f;
	return proposal_useless(fix, &ctx);
}

static void
marks(void)
{
	struct fault f = { 0 };
	struct hint_context ctx = { .fault = &f, .port = 587,
	    .relay = "smtp.example.net", .tls = CLIENT_TLS_STARTTLS };
	char fix[] = "correct `~relay x`, or set `port 465`";

	ok(!proposal_useless(fix, &ctx), "no line is in force");
	ok(proposal_useless("set `port 587` or `port 465`", &ctx), "one is");
	ok(!proposal_useless("correct `~port 587`", &ctx), "one to change");
	ok(proposal_useless("set `tls starttls`", &ctx), "the mode of TLS");
	ok(proposal_useless("set `auth none`", &ctx), "no login");
	ok(proposal_useless("`relay SMTP.example.net`", &ctx), "the relay");
	ctx.sender = "root@example.org";
	ctx.recipient = "bob@example.net";
	ok(useless_at(ST_MAIL, "set `domain Example.org`", ctx) &&
	    !useless_at(ST_MAIL, "set `domain example.net`", ctx),
	    "the domain that the sender has");
	ok(useless_at(ST_RCPT, "set `domain example.net`", ctx) &&
	    !useless_at(ST_RCPT, "set `domain example.org`", ctx),
	    "the domain that the recipient has");
	ctx.recipient = "bob";
	ok(!useless_at(ST_RCPT, "set `domain example.net`", ctx),
	    "a recipient without one");
	ctx.relay = "/run/relay";
	ok(proposal_useless("set `port 465`", &ctx), "a socket has no port");
	ok(!proposal_useless("an open ` and no end", &ctx), "not closed");
	proposal_clean(fix);
	is(fix, "correct `relay x`, or set `port 465`", "no marks are left");
}

int
main(void)
{
	marks();
	check_table("advice_table", advice_table, advice_count, false);
	check_table("refusal_table", refusal_table, refusal_count, true);
	check_table("mail_refusal_table", mail_refusal_table,
	    mail_refusal_count, true);
	return done();
}
