/* frompolicy.c - which sender addresses are kept or replaced */

#include <string.h>
#include <strings.h>

#include "mail/addr.h"
#include "mail/frompolicy.h"

/* Does the pattern p[0..n) match the domain? */
static bool
policy_matches(const char *p, size_t n, const char *domain)
{
	size_t have = strlen(domain);

	if (n > 1 && p[0] == '*' && p[1] == '.') {
		p++;
		n--;
	}
	if (p[0] != '.')
		return have == n && strncasecmp(domain, p, n) == 0;
	return have > n && strncasecmp(domain + have - n, p, n) == 0;
}

static bool
policy_listed(const char *list, const char *domain)
{
	static const char between[] = ", \t";
	size_t n;

	for (list += strspn(list, between); *list != '\0';
	    list += strspn(list, between)) {
		n = strcspn(list, between);
		if (policy_matches(list, n, domain))
			return true;
		list += n;
	}
	return false;
}

bool
frompolicy_replaces(const struct frompolicy *p, const char *addr)
{
	const char *at = addr_at(addr);

	if (p == NULL || p->from == NULL || addr_same(addr, p->from))
		return false;
	if (*addr == '\0')
		return p->mode == FROMPOLICY_FORCE;
	if (p->mode != FROMPOLICY_KEEP)
		return true;
	return p->domains != NULL && *p->domains != '\0' &&
	    (at == NULL || !policy_listed(p->domains, at + 1));
}

bool
frompolicy_keeps_reply(const struct frompolicy *p)
{
	return p->mode != FROMPOLICY_FORCE;
}

void
frompolicy_expand(struct buf *out, const char *text, const char *user,
    const char *host, bool address)
{
	const char *p;

	for (; (p = strchr(text, '%')) != NULL; text = p + 2) {
		buf_add(out, text, (size_t)(p - text));
		if (p[1] == 'U' && address)
			addr_add_local(out, user);
		else if (p[1] == 'U')
			buf_adds(out, user);
		else if (p[1] == 'H')
			buf_adds(out, host);
		else if (p[1] == '%')
			buf_adds(out, "%");
		else {
			buf_add(out, p, p[1] != '\0' ? 2 : 1);
			if (p[1] == '\0')
				return;
		}
	}
	buf_adds(out, text);
}
