/*
 * f_hint.c - hints out of any reply, at any stage
 *
 * The first octets choose the stage, the code and the session; the others
 * are the text.  A hint must be bounded and printable, must have no mark in
 * it, and must be the same if it is made twice.  Its backquotes are those of
 * its row: no words of a relay or a certificate look like a line to set.
 */

#include <string.h>

#include "base/buf.h"
#include "hint/hint.h"

#include "fuzz.h"

#define KNOBS	13		/* octets before the text */

/* A line that begins with a blank or a backquote is none of a row. */
static void
check_lines(const char *s)
{
	size_t n;

	while ((s = strchr(s, '`')) != NULL) {
		n = strcspn(++s, "`");
		CHECK(n > 0 && s[0] != ' ' && s[0] != '~');
		CHECK(s[n] == '`' || strlen(s) > HINT_TEXT / 2);
		s += n + (s[n] != '\0');
	}
}

static void
check_text(const char *s)
{
	size_t n = strlen(s);

	CHECK(memchr(s, '\0', HINT_TEXT) != NULL);
	check_printable(s, n, false);
	check_lines(s);
}

/* Each third setting, as the octet says. */
static bool
is_set(const void *settings, const char *key, const char *value)
{
	unsigned n = *(const uint8_t *)settings;

	for (; *key != '\0'; key++)
		n += (unsigned char)*key;
	return n % 3 == 0 && value != NULL;
}

static void
choose(struct hint_context *c, const uint8_t *p)
{
	static const char *const relays[] = { "smtp.gmail.com", "mailpit",
	    "192.0.2.1", "/run/relay", "x.mail.protection.outlook.com",
	    "smtp.example.net", "localhost", "", "smtp.office365.com",
	    "email-smtp.eu-west-1.amazonaws.com", "smtp.mail.yahoo.com",
	    "smtp.zoho.eu", "smtp.sendgrid.net", "aspmx.l.google.com", NULL,
	    "2001:db8::1" };
	static const char *const names[] = { NULL, "", "localhost",
	    "web1.example.org", "app", "app@example.com", "a b@c", "@" };
	static const char *const mechs[] = { NULL, "PLAIN", "XOAUTH2", "",
	    "LOGIN", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "OAUTHBEARER" };
	static const char *const offered[] = { NULL, "", "PLAIN LOGIN",
	    "SCRAM-SHA-256 CRAM-MD5 XOAUTH2" };

	c->relay = relays[p[0] & 15];
	c->one_family = (p[0] & 16) != 0;
	c->asked = (p[0] & 32) != 0;
	c->maildir = (p[0] & 64) != 0;
	c->setting = (p[0] & 128) ? "lmtp:relay`x`" : NULL;
	c->helo = names[p[1] & 7];
	c->user = names[p[1] >> 3 & 7];
	c->auth_offered = offered[p[1] >> 6];
	c->sender = names[p[2] & 7];
	c->recipient = names[p[2] >> 3 & 7];
	c->tls = (enum client_tls)(p[2] >> 6);
	c->fqdn = names[p[3] & 7];
	c->mech = mechs[p[3] >> 3 & 7];
	c->port = (p[3] & 64) ? 25 : (p[3] & 128) ? 465 : 587;
	c->tls_up = (p[4] & 1) != 0;
	c->login = (p[4] & 2) != 0;
	c->caps = (p[4] & 4) ? CAP_STARTTLS : 0;
	c->banner = (p[4] & 8) ? "mx.google.com ESMTP - gsmtp" : NULL;
	c->who = (p[4] & 16) ? "www-data" : NULL;
	c->group = (p[4] & 32) ? "www-data" : NULL;
	c->config_file = (p[4] & 64) ? "/etc/heloise.conf" : NULL;
	c->is_set = (p[4] & 128) ? is_set : NULL;
	c->settings = p + 5;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char *const said[] = { "", "EHLO web1.example.org",
	    "LHLO localhost", "MAIL FROM:<a@example.org>" };
	struct hint h, again;
	struct fault f = { 0 };
	struct hint_context c = { .fault = &f };
	bool got;
	size_t i;

	if (n < KNOBS)
		return 0;
	choose(&c, p);
	(void)fault_set(&f, (enum stage)(p[6] % ST__MAX),
	    (enum domain)(p[7] % FD__MAX), 200 + p[8] + ((p[9] & 64) << 2),
	    (enum verdict)(p[9] % VD__MAX), "%.*s", (int)(n - KNOBS),
	    (const char *)p + KNOBS);
	for (i = 0; i < 3; i++)
		f.esc[i] = p[10 + i];
	fault_command(&f, "%s", said[p[5] >> 6]);
	got = hint_for(&c, &h);
	check_text(h.cause);
	check_text(h.fix);
	CHECK(got ? h.cause[0] != '\0' : h.fix[0] == '\0');
	CHECK(hint_for(&c, &again) == got);
	CHECK(strcmp(h.cause, again.cause) == 0 &&
	    strcmp(h.fix, again.fix) == 0 && h.permanent == again.permanent);
	return 0;
}
