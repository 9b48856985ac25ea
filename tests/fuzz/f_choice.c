/*
 * f_choice.c - names and patterns: HELO, `match`, `from-domains`
 *
 * The input is lines: a name, a list of patterns and a sender.  A HELO name
 * that heloise chooses itself is always valid.  Patterns agree with a plain
 * matcher, in any letter case, and a list is as good as its best word.
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/account.h"
#include "mail/addr.h"
#include "mail/frompolicy.h"
#include "smtp/heloname.h"

#include "fuzz.h"

/* Labels of 1 to 63 octets (RFC 1035, 2.3.4), unless it is a literal. */
static void
check_labels(const char *name)
{
	size_t n;

	for (; *name != '[' && *name != '\0'; name += n + 1) {
		n = strcspn(name, ".");
		CHECK(n >= 1 && n <= 63 && *name != '-');
		if (name[n] == '\0')
			break;
		CHECK(name[n - 1] != '-');
	}
}

static void
helo(const char *name, const char *sender)
{
	struct heloname_candidates c = { .fqdn = name, .sender = sender };
	char chosen[HELONAME_MAX], why[HELONAME_WHY];
	bool valid = heloname_valid(name);

	if (valid) {
		CHECK(strlen(name) > 0 && strlen(name) < HELONAME_MAX);
		CHECK(strpbrk(name, " <>@\r\n\t") == NULL);
		CHECK(ascii_only(name, strlen(name)));
		check_labels(name);
	}
	heloname_choose(&c, chosen, why);
	CHECK(heloname_valid(chosen) && heloname_doubt(chosen) == NULL);
	CHECK(why[0] != '\0' && strlen(why) < HELONAME_WHY);
	CHECK((valid && heloname_doubt(name) == NULL) ==
	    (strcmp(chosen, name) == 0 && strncmp(why, "the host's name", 15)
	    == 0 && why[15] == '\0'));
	c.setting = name;
	heloname_choose(&c, chosen, why);
	CHECK(name[0] == '\0' || strncmp(chosen, name, HELONAME_MAX - 1) == 0);
}

/* A matcher that is plain and slow. */
static bool
fits(const char *p, size_t n, const char *s)
{
	if (n == 0)
		return *s == '\0';
	if (*p == '*')
		return fits(p + 1, n - 1, s) || (*s != '\0' &&
		    fits(p, n, s + 1));
	return *s != '\0' && (*p == '?' ||
	    ascii_lower(*p) == ascii_lower(*s)) && fits(p + 1, n - 1, s + 1);
}

static void
match(const char *patterns, const char *sender)
{
	const char *p, *blanks = " \t";
	char *loud = xstrdup(sender), *one, *s;
	int best = 0, got, all = account_match(patterns, sender);
	size_t n, stars;

	for (s = loud; *s != '\0'; s++)
		*s = (char)((unsigned char)*s < 128 ?
		    toupper((unsigned char)*s) : *s);
	CHECK(account_match(patterns, loud) == all && all >= 0 && all <= 3);
	for (p = patterns + strspn(patterns, blanks); *p != '\0';
	    p += strspn(p, blanks)) {
		n = strcspn(p, blanks);
		one = xstrndup(p, n);
		got = account_match(one, sender);
		best = got > best ? got : best;
		for (stars = 0, s = one; *s != '\0'; s++)
			stars += *s == '*';
		if (strpbrk(one, "*?") != NULL && stars < 4 && n < 64)
			CHECK((got == 1) == (*sender != '\0' &&
			    strlen(sender) < 64 ? fits(p, n, sender) :
			    got == 1));
		free(one);
		p += n;
	}
	CHECK(best == all);
	free(loud);
}

static void
policy(const char *domains, const char *addr)
{
	struct frompolicy p = { .from = "new@x.test", .domains = domains };
	const char *q, *between = ", \t";
	bool all = frompolicy_replaces(&p, addr), each = true;
	char *one;
	size_t n;

	for (q = domains + strspn(domains, between); *q != '\0';
	    q += strspn(q, between)) {
		n = strcspn(q, between);
		p.domains = one = xstrndup(q, n);
		each &= frompolicy_replaces(&p, addr);
		free(one);
		q += n;
	}
	/* A list of no words matches nothing, unless it is empty. */
	if (*domains != '\0' && strspn(domains, between) != strlen(domains))
		CHECK(all == each);
	p.mode = FROMPOLICY_FORCE;
	CHECK(frompolicy_replaces(&p, addr) == !addr_same(addr, p.from));
	CHECK(!frompolicy_replaces(&p, p.from));
	CHECK(!frompolicy_replaces(NULL, addr));
}

/* A text whose every % is doubled expands to itself. */
static void
expand(const char *text, const char *user, const char *host)
{
	struct buf twice = { .max = 1 << 20 }, got = twice;
	const char *p;

	for (p = text; *p != '\0'; p++)
		buf_add(&twice, *p == '%' ? "%%" : p, *p == '%' ? 2 : 1);
	frompolicy_expand(&got, buf_text(&twice), user, host, false);
	CHECK(strcmp(buf_text(&got), text) == 0);
	buf_clear(&got);
	frompolicy_expand(&got, "%U@%H", user, host, false);
	CHECK(got.len == strlen(user) + 1 + strlen(host));
	buf_clear(&got);
	frompolicy_expand(&got, text, user, host, true);
	CHECK(!got.full);
	buf_release(&twice);
	buf_release(&got);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text, *patterns, *sender;

	if (n > 1024)
		return 0;
	text = patterns = xstrndup((const char *)data, n);
	(void)strsep(&patterns, "\n");
	sender = patterns;
	if (sender != NULL)
		(void)strsep(&sender, "\n");
	if (sender != NULL) {
		helo(text, sender);
		match(patterns, sender);
		policy(patterns, sender);
		expand(patterns, text, sender);
	}
	free(text);
	return 0;
}
