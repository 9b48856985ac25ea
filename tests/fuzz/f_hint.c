/*
 * f_hint.c - hints out of any reply, at any stage
 *
 * The first octets choose the stage, the code and the session; the others
 * are the text.  A hint must be bounded and printable, must have no mark in
 * it, and must be the same if it is made twice.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "hint/hint.h"

#define CHECK(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "broken: %s (line %d)\n", #x, __LINE__); \
		abort();						\
	}								\
} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_text(const char *s)
{
	size_t n;

	CHECK(memchr(s, '\0', HINT_TEXT) != NULL);
	for (n = 0; s[n] != '\0'; n++)
		CHECK((unsigned char)s[n] >= ' ' && s[n] != 127);
}

static void
choose(struct hint_context *c, const uint8_t *p)
{
	static const char *const relays[] = { "smtp.gmail.com", "mailpit",
	    "192.0.2.1", "/run/relay", "x.mail.protection.outlook.com",
	    "smtp.example.net", "localhost", "" };
	static const char *const names[] = { NULL, "", "localhost",
	    "web1.example.org", "app", "app@example.com", "a b@c", "@" };
	static const char *const mechs[] = { NULL, "PLAIN", "XOAUTH2", "" };

	c->relay = relays[p[0] & 7];
	c->helo = names[p[0] >> 3 & 7];
	c->user = names[p[1] & 7];
	c->sender = names[p[1] >> 3 & 7];
	c->mech = mechs[p[1] >> 6];
	c->recipient = names[p[2] & 7];
	c->fqdn = names[p[2] >> 3 & 7];
	c->tls = (enum client_tls)(p[2] >> 6);
	c->port = (p[3] & 1) ? 25 : (p[3] & 2) ? 465 : 587;
	c->tls_up = (p[3] & 4) != 0;
	c->login = (p[3] & 8) != 0;
	c->caps = (p[3] & 16) ? CAP_STARTTLS : 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct hint h, again;
	struct fault f = { 0 };
	struct hint_context c = { .fault = &f };
	bool got;

	if (n < 8)
		return 0;
	choose(&c, p);
	(void)fault_set(&f, (enum stage)(p[4] % ST__MAX),
	    (enum domain)(p[5] % FD__MAX), 200 + p[6] * 2,
	    (enum verdict)(p[7] % VD__MAX), "%.*s", (int)(n - 8),
	    (const char *)p + 8);
	got = hint_for(&c, &h);
	check_text(h.cause);
	check_text(h.fix);
	CHECK(got ? h.cause[0] != '\0' : h.fix[0] == '\0');
	CHECK(hint_for(&c, &again) == got);
	CHECK(strcmp(h.cause, again.cause) == 0 &&
	    strcmp(h.fix, again.fix) == 0 && h.permanent == again.permanent);
	return 0;
}
