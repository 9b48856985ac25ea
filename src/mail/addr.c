/*
 * addr.c - one address: check, quote, qualify
 *
 * The parser of lists is lenient because it reads text that people wrote; the
 * check is strict because its result is sent to the relay.
 */

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/crypt.h"
#include "base/util.h"
#include "mail/addr.h"
#include "mail/phrase.h"

const char *
addr_at(const char *spec)
{
	bool quoted = false;
	const char *p;

	for (p = spec; *p != '\0'; p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p[1] != '\0')
			p++;
		else if (*p == '@' && !quoted)
			return p;
	}
	return NULL;
}

bool
addr_same(const char *a, const char *b)
{
	const char *at = strrchr(a, '@'), *bt = strrchr(b, '@');

	if (at == NULL || bt == NULL || at - a != bt - b)
		return strcmp(a, b) == 0;
	return memcmp(a, b, (size_t)(at - a)) == 0 && strcasecmp(at, bt) == 0;
}

/* Free of C0, DEL, C1, line ends of Unicode and malformed UTF-8? */
static bool
addr_clean(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	uint32_t c;
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = 1;
		if (*p >= 0x20 && *p < 0x7f)
			continue;
		k = utf8_next(p, n, &c);
		if (k == 0 || c < 0x20 || (c >= 0x7f && c < 0xa0) ||
		    c == 0x2028 || c == 0x2029)
			return false;
	}
	return true;
}

static bool
addr_dot_atom(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '.' ? i == 0 || p[i - 1] == '.' :
		    !phrase_atext(p[i]))
			return false;
	return n > 0 && p[n - 1] != '.';
}

static bool
addr_quoted_string(const char *p, size_t n)
{
	size_t i;

	if (n < 2 || p[0] != '"' || p[n - 1] != '"')
		return false;
	for (i = 1; i < n - 1; i++) {
		if (p[i] == '"')
			return false;
		/* RFC 6531 extends no quoted pair beyond ASCII. */
		if (p[i] == '\\' && (++i == n - 1 ||
		    (p[i] != ' ' && !ascii_graphic(p[i]))))
			return false;
	}
	return true;
}

/* [192.0.2.1] or [IPv6:2001:db8::1] (RFC 5321, 4.1.3). */
static bool
addr_literal(const char *p, size_t n)
{
	static const char tag[] = "[IPv6:";
	size_t skip = 1;
	char text[INET6_ADDRSTRLEN + 1];
	struct in6_addr a;
	int af = AF_INET;

	if (strncasecmp(p, tag, sizeof(tag) - 1) == 0) {
		skip = sizeof(tag) - 1;
		af = AF_INET6;
	}
	if (n < skip + 2 || p[n - 1] != ']' || n - skip > sizeof(text))
		return false;
	memcpy(text, p + skip, n - skip - 1);
	text[n - skip - 1] = '\0';
	return inet_pton(af, text, &a) == 1;
}

/* Labels with dots between; hosts with '_' in their names exist. */
static bool
addr_domain(const char *p, size_t n)
{
	size_t i, start = 0;
	bool ascii = true;

	for (i = 0; i <= n; i++) {
		if (i == n || p[i] == '.') {
			if (i == start || p[start] == '-' ||
			    p[i - 1] == '-' || (ascii && i - start > 63))
				return false;
			start = i + 1;
			ascii = true;
		} else if ((unsigned char)p[i] >= 0x80)
			ascii = false;
		else if (p[i] != '-' && p[i] != '_' && !ascii_alnum(p[i]))
			return false;
	}
	return true;
}

/* Why it is not an address; NULL if it is one. */
static const char *
addr_objection(const char *spec)
{
	size_t n = strlen(spec), local;
	const char *at = addr_at(spec);

	if (n == 0)
		return "it is empty";
	if (n > ADDR_MAX)
		return "it is longer than 254 octets";
	if (!addr_clean(spec, n))
		return "it contains a control character or malformed UTF-8";
	if (at == NULL)
		return "it has no domain";
	local = (size_t)(at - spec);
	if (local > 64)
		return "more than 64 octets before the \"@\"";
	if (!addr_dot_atom(spec, local) && !addr_quoted_string(spec, local))
		return "the part before the \"@\" is malformed";
	at++;
	n -= local + 1;
	if (*at == '[' ? !addr_literal(at, n) : !addr_domain(at, n))
		return "its domain is malformed";
	return NULL;
}

static int
addr_fail(struct fault *f, const char *spec, const char *why)
{
	fault_what(f, "%s", spec);
	return fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "%s", why);
}

int
addr_check(const char *spec, struct fault *f)
{
	const char *why = addr_objection(spec);

	return why == NULL ? 0 : addr_fail(f, spec, why);
}

/* A name beyond ASCII is no user's: it gets no domain. */
bool
addr_is_name(const char *spec)
{
	const size_t n = strlen(spec);

	return addr_at(spec) == NULL && n > 0 && (addr_needs_utf8(spec) ||
	    phrase_encoded(spec, n) == n);
}

void
addr_qualify(char **spec, const char *dom)
{
	char *old = *spec;

	if (*old == '\0' || addr_at(old) != NULL || addr_is_name(old))
		return;
	*spec = xasprintf("%s@%s", old, dom);
	free(old);
}

/* Quote a local part whose dots stand where an atom may not have them. */
static void
addr_quote_dots(char **spec)
{
	char *old = *spec;
	const char *at = addr_at(old), *p;

	if (at == NULL || at == old || addr_dot_atom(old, (size_t)(at - old)))
		return;
	for (p = old; p < at; p++)
		if (*p != '.' && !phrase_atext(*p))
			return;
	*spec = xasprintf("\"%.*s\"%s", (int)(at - old), old, at);
	free(old);
}

int
addr_ascii_domain(char **spec, struct fault *f)
{
	char *old = *spec, *dom, *end = old + strlen(old);
	const char *at = addr_at(old);

	if (at != NULL && end[-1] == '.' && strchr("@.", end[-2]) == NULL)
		end[-1] = '\0';
	if (at == NULL || ascii_only(at, strlen(at)) ||
	    !ascii_only(old, (size_t)(at - old)))
		return 0;
	if (crypt_ready(f) == -1)
		return -1;
	if ((dom = crypt_idna(at + 1)) == NULL)
		return addr_fail(f, old, "its domain has no ASCII form");
	*spec = xasprintf("%.*s%s", (int)(at + 1 - old), old, dom);
	free(dom);
	free(old);
	return 0;
}

int
addr_complete(char **spec, const char *domain, struct fault *f)
{
	if (domain != NULL)
		addr_qualify(spec, domain);
	addr_quote_dots(spec);
	return addr_ascii_domain(spec, f) == -1 ? -1 : addr_check(*spec, f);
}

bool
addr_host_domain(const char *host, char *domain, size_t size)
{
	struct fault f = { 0 };
	char *spec = xasprintf("x@%s", host);
	bool good = addr_complete(&spec, NULL, &f) == 0;

	(void)strlcpy(domain, good ? spec + 2 : "localhost", size);
	free(spec);
	return good;
}

bool
addr_needs_utf8(const char *spec)
{
	return !ascii_only(spec, strlen(spec));
}

void
addr_add_local(struct buf *b, const char *user)
{
	if (!addr_dot_atom(user, strlen(user)))
		phrase_quote(b, user, strlen(user));
	else
		buf_adds(b, user);
}
