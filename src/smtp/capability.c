/* capability.c - what a relay says it can do, out of its reply to EHLO */

#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "smtp/capability.h"
#include "smtp/sasl.h"

static const struct {
	const char	*word;
	unsigned	 cap;
} words[] = {
	{ "STARTTLS",		 CAP_STARTTLS },
	{ "PIPELINING",		 CAP_PIPELINING },
	{ "SIZE",		 CAP_SIZE },
	{ "8BITMIME",		 CAP_8BITMIME },
	{ "SMTPUTF8",		 CAP_SMTPUTF8 },
	{ "DSN",		 CAP_DSN },
	{ "CHUNKING",		 CAP_CHUNKING },
	{ "ENHANCEDSTATUSCODES", CAP_ESC },
	{ "AUTH",		 CAP_AUTH },
};

const char *
capability_name(unsigned cap)
{
	size_t i;

	for (i = 0; i < NITEMS(words); i++)
		if (words[i].cap == cap)
			return words[i].word;
	return "?";
}

/* A limit that does not fit is no limit. */
static long long
number(const char *p, size_t n)
{
	long long v = 0;
	size_t i;

	for (i = 0; i < n && p[i] >= '0' && p[i] <= '9'; i++) {
		if (v > 1000000000000000LL)
			return 0;
		v = v * 10 + (p[i] - '0');
	}
	return i == n ? v : 0;
}

static void
mechanisms(struct caps *c, const char *p, size_t n)
{
	size_t from, i, had = strlen(c->auth), room;
	enum sasl_mech m;

	if (had > 0 && had + 1 < sizeof(c->auth))
		c->auth[had++] = ' ';
	room = sizeof(c->auth) - had - 1;
	memcpy(c->auth + had, p, n < room ? n : room);
	c->auth[had + (n < room ? n : room)] = '\0';
	for (i = 0; i < n; i++) {
		for (from = i; i < n && p[i] != ' '; i++)
			;
		if ((m = sasl_find(p + from, i - from)) != SASL__MAX)
			c->mechs |= SASL_BIT(m);
	}
}

static void
keyword(struct caps *c, const char *p, size_t n)
{
	size_t i, k = 0, rest;
	unsigned cap = 0;

	/* "AUTH=LOGIN" is how some wrote it before RFC 2554 was out. */
	while (k < n && p[k] != ' ' && p[k] != '=')
		k++;
	for (i = 0; i < NITEMS(words); i++)
		if (strlen(words[i].word) == k &&
		    strncasecmp(p, words[i].word, k) == 0)
			cap = words[i].cap;
	if (cap == 0 || (k < n && p[k] == '=' && cap != CAP_AUTH))
		return;
	c->set |= cap;
	rest = k < n ? k + 1 : n;
	if (cap == CAP_SIZE)
		c->maxsize = number(p + rest, n - rest);
	else if (cap == CAP_AUTH)
		mechanisms(c, p + rest, n - rest);
}

void
capability_parse(struct caps *c, const char *text)
{
	const char *nl;

	memset(c, 0, sizeof(*c));
	while ((text = strchr(text, '\n')) != NULL) {
		nl = strchr(++text, '\n');
		keyword(c, text, nl != NULL ? (size_t)(nl - text) :
		    strlen(text));
	}
}
