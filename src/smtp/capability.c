/* capability.c - the extensions that a relay offers in its reply to EHLO */

#include <stdbool.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "smtp/capability.h"
#include "smtp/sasl.h"

const struct capability capability_table[] = {
	{ CAP_STARTTLS, "STARTTLS", "TLS" },
	{ CAP_AUTH, "AUTH", "logins" },
	{ CAP_PIPELINING, "PIPELINING", "several commands at once" },
	{ CAP_CHUNKING, "CHUNKING", "a message in one piece" },
	{ CAP_SIZE, "SIZE", "messages" },
	{ CAP_8BITMIME, "8BITMIME", "8-bit text" },
	{ CAP_SMTPUTF8, "SMTPUTF8", "addresses beyond ASCII" },
	{ CAP_DSN, "DSN", "delivery notifications" },
	{ CAP_ESC, "ENHANCEDSTATUSCODES", "reasons as codes" },
};
const size_t capability_count = NITEMS(capability_table);

/* 0 (no limit) if it is no number or too large. */
static long long
cap_number(const char *p, size_t n)
{
	long long v = 0;
	size_t i;

	for (i = 0; i < n && ascii_digit(p[i]); i++) {
		if (v > 1000000000000000LL)
			return 0;
		v = v * 10 + (p[i] - '0');
	}
	return i == n ? v : 0;
}

static bool
cap_blank(char c)
{
	return c == ' ' || c == '\t' || c == ',';
}

/* Names with blanks between them, as in RFC 4954, or with commas. */
static void
cap_mechanisms(struct caps *c, const char *p, size_t n)
{
	size_t from, i, had = strlen(c->auth);
	enum sasl_mech m;

	if (had > 0 && had + 1 < sizeof(c->auth))
		c->auth[had++] = ' ';
	for (i = 0; i < n && had + 1 < sizeof(c->auth); i++)
		c->auth[had++] = cap_blank(p[i]) ? ' ' : p[i];
	c->auth[had] = '\0';
	for (i = 0; i < n; i++) {
		for (from = i; i < n && !cap_blank(p[i]); i++)
			;
		if ((m = sasl_find(p + from, i - from)) != SASL__MAX)
			c->mechs |= SASL_BIT(m);
	}
}

static void
cap_keyword(struct caps *c, const char *p, size_t n)
{
	const struct capability *row = capability_table;
	unsigned cap = 0;
	size_t k = 0, rest;

	/* Some relays write "AUTH=LOGIN", as before RFC 2554. */
	while (k < n && p[k] != ' ' && p[k] != '\t' && p[k] != '=')
		k++;
	for (; row < capability_table + capability_count; row++)
		if (ascii_is(p, k, row->keyword))
			cap = row->bit;
	if (cap == 0 || (k < n && p[k] == '=' && cap != CAP_AUTH))
		return;
	c->set |= cap;
	rest = k < n ? k + 1 : n;
	if (cap == CAP_SIZE)
		c->maxsize = cap_number(p + rest, n - rest);
	else if (cap == CAP_AUTH)
		cap_mechanisms(c, p + rest, n - rest);
}

void
capability_parse(struct caps *c, const char *text)
{
	const char *nl;

	memset(c, 0, sizeof(*c));
	while ((text = strchr(text, '\n')) != NULL) {
		nl = strchr(++text, '\n');
		cap_keyword(c, text, nl != NULL ? (size_t)(nl - text) :
		    strlen(text));
	}
}
