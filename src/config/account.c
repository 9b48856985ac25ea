/* account.c - the account for a message, and its fallbacks */

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "config/account.h"

int
account_find(const struct config *c, const char *name)
{
	int found = config_account(c, name, strlen(name));

	return *name == '\0' ? ACCOUNT_BASE :
	    found == -1 ? ACCOUNT_NONE : found;
}

const struct settings *
account_settings(const struct config *c, const char *name)
{
	int account = name == NULL ? ACCOUNT_BASE : account_find(c, name);

	return config_settings(c, account == ACCOUNT_NONE ? ACCOUNT_BASE :
	    account);
}

const char *
account_name(const struct config *c, int account)
{
	return account < 0 ? "" : c->account[account].name;
}

const char *
account_label(const struct config *c, int account)
{
	return account < 0 ? "default" : account_name(c, account);
}

/* Does the pattern p[0..n) with * and ? match all of s? */
static bool
account_glob(const char *p, size_t n, const char *s)
{
	const char *end = p + n, *star = NULL, *from = NULL;

	while (*s != '\0') {
		if (p < end && *p == '*') {
			star = ++p;
			from = s;
		} else if (p < end &&
		    (*p == '?' || ascii_lower(*p) == ascii_lower(*s))) {
			p++;
			s++;
		} else if (star != NULL) {
			p = star;
			s = ++from;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

static int
account_fits(const char *p, size_t n, const char *sender)
{
	const char *at = strrchr(sender, '@');

	if (memchr(p, '*', n) != NULL || memchr(p, '?', n) != NULL)
		return *sender != '\0' && account_glob(p, n, sender);
	if (*sender == '\0')
		return ascii_is(p, n, "<>") ? 3 : 0;
	if (*p == '@') {
		p++;
		n--;
	}
	if (memchr(p, '@', n) == NULL)
		return at != NULL && ascii_is(p, n, at + 1) ? 2 : 0;
	return ascii_is(p, n, sender) ? 3 : 0;
}

int
account_match(const char *patterns, const char *sender)
{
	const char *p = patterns;
	int best = 0, one;
	size_t n;

	for (; *p != '\0'; p += n) {
		p += strspn(p, " \t");
		if ((n = strcspn(p, " \t")) == 0)
			continue;
		if ((one = account_fits(p, n, sender)) > best)
			best = one;
	}
	return best;
}

void
account_why(const struct config *c, int account, const char *sender,
    char *why)
{
	const char *match = account < 0 ? NULL : c->account[account].set.match;

	if (account < 0 && c->base.account == NULL)
		(void)strlcpy(why, "no account matches", ACCOUNT_WHY);
	else if (c->base.account == NULL && match != NULL &&
	    account_match(match, sender) > 0)
		(void)snprintf(why, ACCOUNT_WHY, "its match takes <%.320s>",
		    sender);
	else	/* now, or when the message was queued */
		(void)strlcpy(why, "it was asked for", ACCOUNT_WHY);
}

int
account_choose(const struct config *c, const char *sender, char *why)
{
	const char *match;
	int chosen = c->base.relay != NULL ? ACCOUNT_BASE : ACCOUNT_NONE;
	int best = 0, one;
	size_t i;

	if (c->base.account != NULL)
		chosen = account_find(c, c->base.account);
	else
		for (i = 0; sender != NULL && i < c->naccount; i++) {
			match = c->account[i].set.match;
			if (match != NULL &&
			    (one = account_match(match, sender)) > best) {
				best = one;
				chosen = (int)i;
			}
		}
	account_why(c, chosen, sender, why);
	return chosen;
}

bool
account_needs_password(const struct settings *s)
{
	return s->user != NULL && s->auth != SETTING_AUTH_NONE &&
	    s->auth != SETTING_AUTH_EXTERNAL;
}

bool
account_logs_in(const struct settings *s)
{
	return account_needs_password(s) || s->auth == SETTING_AUTH_EXTERNAL;
}

size_t
account_chain(const struct config *c, int account, int chain[ACCOUNT_CHAIN])
{
	const char *p = config_settings(c, account)->fallback;
	size_t n = 0, k, len;
	int next;

	chain[n++] = account;
	for (; p != NULL && *p != '\0'; p += len) {
		p += strspn(p, " \t");
		if ((len = strcspn(p, " \t")) == 0)
			continue;
		next = config_account(c, p, len);
		for (k = 0; k < n && chain[k] != next; k++)
			;
		if (k == n && next != -1 && n < ACCOUNT_CHAIN)
			chain[n++] = next;
	}
	return n;
}
