/* relay.c - parses the setting `relay` */

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/crypt.h"
#include "base/util.h"
#include "net/relay.h"

static bool
relay_is_address(int family, const char *s)
{
	unsigned char addr[sizeof(struct in6_addr)];

	return inet_pton(family, s, addr) == 1;
}

static bool
relay_host_char(char c)
{
	return ascii_alnum(c) || c == '-' || c == '_';
}

/*
 * A name to look up.  Names of containers often have underscores.  A dot at
 * the end turns off a search list.
 */
static bool
relay_is_name(const char *s)
{
	const char *label = s, *p;
	size_t n = strlen(s);

	if (n == 0 || n > 253)
		return false;
	for (p = s;; p++) {
		if (relay_host_char(*p) && p - label < 63)
			continue;
		if (p == label || *label == '-' || p[-1] == '-')
			return false;
		if (*p == '\0')
			break;
		if (*p != '.')
			return false;
		label = p + 1;
		if (*label == '\0')
			break;
	}
	/* 127.1 is neither an address nor a name. */
	return *label == '\0' || strspn(label, "0123456789") != strlen(label);
}

/* An IPv6 address, maybe with a zone (its interface). */
static bool
relay_is_ipv6(const char *s)
{
	char addr[INET6_ADDRSTRLEN];
	const char *zone = strchr(s, '%');
	size_t n = zone != NULL ? (size_t)(zone - s) : strlen(s);
	const char *p;

	if (n >= sizeof(addr))
		return false;
	memcpy(addr, s, n);
	addr[n] = '\0';
	if (!relay_is_address(AF_INET6, addr))
		return false;
	if (zone == NULL)
		return true;
	for (p = zone + 1; relay_host_char(*p) || *p == '.'; p++)
		;
	return *p == '\0' && p > zone + 1 && p - zone <= IF_NAMESIZE;
}

bool
relay_host_literal(const char *s)
{
	return relay_is_address(AF_INET, s) || relay_is_address(AF_INET6, s);
}

bool
relay_host_valid(const char *s)
{
	return relay_is_ipv6(s) || relay_is_address(AF_INET, s) ||
	    relay_is_name(s);
}

/* Take the host, in A-labels; false if it is none. */
static bool
relay_take_host(struct relay *r, const char *s)
{
	char *ascii;

	if (ascii_only(s, strlen(s))) {
		if (strlcpy(r->host, s, sizeof(r->host)) >= sizeof(r->host))
			return false;
		return relay_host_valid(s);
	}
	if ((ascii = crypt_idna(s)) == NULL)
		return false;
	(void)strlcpy(r->host, ascii, sizeof(r->host));
	free(ascii);
	return relay_is_name(r->host);
}

static bool
relay_take_port(struct relay *r, const char *s)
{
	const char *why;

	if (*s == '\0' || strspn(s, "0123456789") != strlen(s))
		return false;
	r->port = (int)strtonum(s, 1, 65535, &why);
	return why == NULL;
}

static bool
relay_is_loopback(const char *host)
{
	unsigned char addr[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, host, addr) == 1)
		return addr[0] == 127;
	if (inet_pton(AF_INET6, host, addr) == 1)
		return memcmp(addr, &in6addr_loopback, sizeof(addr)) == 0;
	return strcasecmp(host, "localhost") == 0 ||
	    strcasecmp(host, "localhost.") == 0;
}

/* What follows the prefix, or NULL. */
static const char *
relay_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncasecmp(s, prefix, n) == 0 ? s + n : NULL;
}

bool
relay_host(const char *value, struct relay *r)
{
	char text[1024], *host = text, *port = NULL, *p;

	r->port = 0;
	if (strlcpy(text, value, sizeof(text)) >= sizeof(text))
		return false;
	if (*host == '[') {
		if ((p = strchr(++host, ']')) == NULL)
			return false;
		*p++ = '\0';
		if (*p != ':' && *p != '\0')
			return false;
		if (*p == ':')
			port = p + 1;
	} else if ((p = strchr(host, ':')) != NULL &&
	    strchr(p + 1, ':') == NULL) {
		/* More than one colon is an IPv6 address and no port. */
		*p = '\0';
		port = p + 1;
	}
	if (!relay_take_host(r, host) ||
	    (port != NULL && !relay_take_port(r, port)))
		return false;
	r->loopback = relay_is_loopback(r->host);
	return true;
}

static bool
relay_take_path(struct relay *r, enum relay_kind kind, const char *path)
{
	struct sockaddr_un un;
	size_t max = kind == RELAY_UNIX ? sizeof(un.sun_path) :
	    sizeof(r->path);

	r->kind = kind;
	r->loopback = true;
	return path[0] == '/' && strlcpy(r->path, path, sizeof(r->path)) < max;
}

/* A domain, not an address. */
static bool
relay_take_domain(struct relay *r, const char *s)
{
	r->kind = RELAY_SRV;
	return relay_take_host(r, s) && relay_is_name(r->host) &&
	    !relay_is_address(AF_INET, r->host);
}

/* A host after "smtp://" and its like, with a slash at the end or not. */
static bool
relay_take_url(struct relay *r, const char *s)
{
	char text[1024];
	size_t n = strlcpy(text, s, sizeof(text));

	if (n >= sizeof(text))
		return false;
	if (n > 0 && text[n - 1] == '/')
		text[n - 1] = '\0';
	return relay_host(text, r);
}

bool
relay_proxy(const char *value, struct relay *r)
{
	const char *p = relay_after(value, "socks5://");

	memset(r, 0, sizeof(*r));
	if (p == NULL || !relay_take_url(r, p))
		return false;
	if (r->port == 0)
		r->port = 1080;
	return true;
}

bool
relay_parse(const char *value, struct relay *r)
{
	const char *p;

	memset(r, 0, sizeof(*r));
	r->implicit = relay_after(value, "smtps://") != NULL;
	r->lmtp = relay_after(value, "lmtp:/") != NULL;
	if ((p = relay_after(value, "smtp://")) != NULL ||
	    (p = relay_after(value, "smtps://")) != NULL ||
	    (p = relay_after(value, "lmtp://")) != NULL)
		return relay_take_url(r, p);
	if ((p = relay_after(value, "lmtp:/")) != NULL ||
	    (p = relay_after(value, "unix:/")) != NULL)
		return relay_take_path(r, RELAY_UNIX, p - 1);
	if ((p = relay_after(value, "maildir:/")) != NULL)
		return relay_take_path(r, RELAY_MAILDIR, p - 1);
	if ((p = relay_after(value, "srv:")) != NULL &&
	    strspn(p, "0123456789") != strlen(p))
		return relay_take_domain(r, p);
	return relay_host(value, r);
}
