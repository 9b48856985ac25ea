/*
 * heloname.c - chooses the HELO name from candidates, with a reason
 *
 * Some relays check the name (Google's does, with "421 4.7.0 Try again
 * later").  They refuse names that many machines use: localhost, container
 * ids, names of private networks.
 */

#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "smtp/heloname.h"

static bool
helo_literal(const char *s)
{
	unsigned char addr[sizeof(struct in6_addr)];
	char inner[64];
	size_t n = strlen(s);

	if (n < 3 || s[0] != '[' || s[n - 1] != ']' || n - 2 >= sizeof(inner))
		return false;
	memcpy(inner, s + 1, n - 2);
	inner[n - 2] = '\0';
	if (strncasecmp(inner, "IPv6:", 5) == 0)
		return inet_pton(AF_INET6, inner + 5, addr) == 1;
	return inet_pton(AF_INET, inner, addr) == 1;
}

static bool
helo_domain(const char *s)
{
	size_t n = 0, all = strlen(s);

	if (all == 0 || all > 255)
		return false;
	for (;; s++) {
		if (ascii_alnum(*s) || (*s == '-' && n > 0 &&
		    (ascii_alnum(s[1]) || s[1] == '-'))) {
			n++;
		} else {
			if (n == 0 || n > 63)
				return false;
			if (*s == '\0')
				return true;
			if (*s != '.')
				return false;
			n = 0;
		}
	}
}

bool
heloname_valid(const char *s)
{
	/* 192.0.2.1 without its brackets is neither domain nor literal. */
	return s[0] == '[' ? helo_literal(s) :
	    helo_domain(s) && strspn(s, "0123456789.") < strlen(s);
}

/* A label made by Docker (12 or 64 hexadecimal digits). */
static bool
helo_container(const char *s, size_t n)
{
	return (n == 12 || n == 64) &&
	    strspn(s, "0123456789abcdefABCDEF") >= n;
}

/* Kubernetes' safe alphabet for generated names has no vowels, no 0, 1, 3. */
static bool
helo_generated(const char *s, size_t n)
{
	static const char safe[] = "bcdfghjklmnpqrstvwxz2456789";

	return strspn(s, safe) >= n;
}

/* "name-5d8f9c7b6-x2x4q": a pod of a Deployment. */
static bool
helo_pod(const char *s, size_t n)
{
	const char *p = s + n, *hash;
	size_t k;

	while (p > s && p[-1] != '-')
		p--;
	if (p == s || (size_t)(s + n - p) != 5 || !helo_generated(p, 5))
		return false;
	hash = --p;
	while (hash > s && hash[-1] != '-')
		hash--;
	k = (size_t)(p - hash);
	/* Older replica sets hash in hexadecimal, or with vowels and 0. */
	return hash > s + 1 && k >= 8 && k <= 10 &&
	    (helo_generated(hash, k) ||
		strspn(hash, "0123456789abcdef") >= k) &&
	    strcspn(hash, "0123456789") < k;
}

const char *
heloname_doubt(const char *s)
{
	static const char *const private[] = {
		"local", "internal", "lan", "localdomain", "localhost",
		"home", "intranet", "private", "corp", "home.arpa", "test",
		"invalid",
	};
	size_t n = strlen(s), first = strcspn(s, "."), i;

	if (s[0] == '[')
		return NULL;
	if (n > 0 && s[n - 1] == '.')
		n--;
	/* Also localhost6.localdomain6 and its like. */
	if (strncasecmp(s, "localhost", 9) == 0)
		return "every machine is localhost";
	if (helo_container(s, first))
		return "a container id";
	if (helo_pod(s, first))
		return "the name of a pod";
	if (first >= n)
		return "no dot in it";
	for (i = 0; i < NITEMS(private); i++)
		if (ascii_below(s, n, private[i], strlen(private[i])))
			return "a name of a private network";
	return NULL;
}

/* Why heloise should not choose it; NULL if there is no known reason. */
static const char *
helo_problem(const char *s)
{
	if (!heloname_valid(s))
		return strchr(s, '_') != NULL ? "an underscore in it" :
		    "not a host name";
	return heloname_doubt(s);
}

/* Take the candidate if it has no problem; else add the problem to why. */
static bool
helo_try(const char *cand, const char *what, char *name, char *why,
    size_t *used)
{
	const char *no;
	int n;

	if (cand == NULL || cand[0] == '\0')
		return false;
	no = helo_problem(cand);
	if (no == NULL) {
		(void)strlcpy(name, cand, HELONAME_MAX);
		(void)snprintf(why + *used, HELONAME_WHY - *used, "%s", what);
		return true;
	}
	n = snprintf(why + *used, HELONAME_WHY - *used,
	    "%s '%.80s' was not used (%s); ", what, cand, no);
	if (n > 0)
		*used += (size_t)n < HELONAME_WHY - *used ? (size_t)n :
		    HELONAME_WHY - *used - 1;
	return false;
}

void
heloname_choose(const struct heloname_candidates *c, char *name, char *why)
{
	const char *at = c->sender != NULL ? strrchr(c->sender, '@') : NULL;
	bool named = at != NULL && at[1] != '[';	/* not some address */
	const char *no;
	size_t used = 0;

	why[0] = '\0';
	if (c->setting != NULL && c->setting[0] != '\0') {
		no = heloname_doubt(c->setting);
		(void)strlcpy(name, c->setting, HELONAME_MAX);
		(void)snprintf(why, HELONAME_WHY, "as set%s%s%s",
		    no != NULL ? ", though relays may refuse it (" : "",
		    no != NULL ? no : "", no != NULL ? ")" : "");
		return;
	}
	if (helo_try(c->fqdn, "the host's name", name, why, &used) ||
	    helo_try(named ? at + 1 : NULL, "the domain of the sender", name,
		why, &used) ||
	    helo_try(c->literal, "the address of this end of the connection",
		name, why, &used))
		return;
	(void)strlcpy(name, "[127.0.0.1]", HELONAME_MAX);
	(void)strlcpy(why + used, "there is no better name",
	    HELONAME_WHY - used);
}
