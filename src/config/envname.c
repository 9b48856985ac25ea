/* envname.c - variables of the environment that are meant for others */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/envname.h"
#include "config/suggest.h"

static const struct { const char *meant, *names; } others[] = {
	{ "SMTP_HOST", "SMTP_SERVER SMTP_HOSTNAME SMTP_ADDRESS SMTP_RELAY "
	    "SMTP_RELAYHOST SMTP_SERVER_HOST EMAIL_HOST EMAIL_SERVER "
	    "MAIL_HOST MAIL_SERVER" },
	{ "SMTP_PORT", "SMTP_SERVER_PORT EMAIL_PORT MAIL_PORT" },
	{ "SMTP_TLS", "SMTP_SECURE SMTP_SECURITY SMTP_SSL SMTP_USE_TLS "
	    "SMTP_USE_SSL SMTP_STARTTLS SMTP_ENCRYPTION EMAIL_USE_TLS "
	    "EMAIL_USE_SSL MAIL_ENCRYPTION MAIL_USE_TLS MAIL_USE_SSL" },
	{ "SMTP_AUTH", "SMTP_AUTHENTICATION SMTP_AUTH_METHOD SMTP_AUTH_TYPE "
	    "SMTP_AUTH_MECHANISM" },
	{ "SMTP_USER", "SMTP_USERNAME SMTP_USER_NAME SMTP_LOGIN "
	    "SMTP_AUTH_USER EMAIL_HOST_USER EMAIL_USER MAIL_USER "
	    "MAIL_USERNAME" },
	{ "SMTP_PASSWORD", "SMTP_PASS SMTP_PASSWD SMTP_AUTH_PASSWORD "
	    "EMAIL_HOST_PASSWORD EMAIL_PASSWORD EMAIL_PASS MAIL_PASSWORD "
	    "MAIL_PASS" },
	{ "SMTP_HELO_NAME", "SMTP_HELO SMTP_HELO_HOST SMTP_EHLO_NAME "
	    "SMTP_DOMAIN" },
	{ "SMTP_FROM", "SMTP_SENDER SMTP_FROM_ADDRESS SMTP_FROM_EMAIL "
	    "SMTP_MAIL_FROM EMAIL_FROM MAIL_FROM MAIL_FROM_ADDRESS "
	    "DEFAULT_FROM_EMAIL" },
};

/* The name that is one letter away: SMTP_HOTS is no word of any program. */
static const char *
envname_near(const char *name, size_t n)
{
	static const char prefix[] = "SMTP_";
	const size_t skip = sizeof(prefix) - 1;
	const char *near = NULL;
	struct suggest s;
	char *word, *known, *p;
	size_t i;

	if (n <= skip || strncmp(name, prefix, skip) != 0)
		return NULL;
	word = xstrndup(name + skip, n - skip);
	suggest_init(&s, word);
	free(word);
	s.best = s.best > 2 ? 2 : s.best;
	for (i = 0; i < NITEMS(others); i++) {
		known = xstrdup(others[i].meant + skip);
		for (p = known; *p != '\0'; p++)
			*p = *p == '_' ? '-' : ascii_lower(*p);
		if (suggest_nearer(&s, known, NULL))
			near = others[i].meant;
		free(known);
	}
	return near;
}

const char *
envname_meant(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < NITEMS(others); i++)
		if (ascii_is(name, n, others[i].meant))
			return NULL;
	for (i = 0; i < NITEMS(others); i++)
		if (ascii_listed(others[i].names, name, n))
			return others[i].meant;
	return envname_near(name, n);
}

const char *
envname_find(char *const *env, const char *meant, size_t *n)
{
	const char *is;

	for (; env != NULL && *env != NULL; env++) {
		*n = strcspn(*env, "=");
		is = envname_meant(*env, *n);
		if (is != NULL && strcmp(is, meant) == 0 &&
		    (*env)[*n] == '=' && (*env)[*n + 1] != '\0')
			return *env;
	}
	return NULL;
}

const char *
envname_value(char *const *env, const char *name)
{
	size_t n = strlen(name);

	for (; env != NULL && *env != NULL; env++)
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=')
			return *env + n + 1;
	return NULL;
}

bool
envname_empty(char *const *env, const char *name)
{
	const char *value = envname_value(env, name);

	return value != NULL && *value == '\0';
}

/* "25_TCP", and maybe "_ADDR", "_PORT" or "_PROTO" behind it. */
static bool
envname_is_port(const char *p, size_t n)
{
	static const char *const ends[] = { "", "_ADDR", "_PORT", "_PROTO" };
	size_t i, digits = strspn(p, "0123456789");

	if (digits == 0 || (strncmp(p + digits, "_TCP", 4) != 0 &&
	    strncmp(p + digits, "_UDP", 4) != 0))
		return false;
	p += digits + 4;
	n -= digits + 4;
	for (i = 0; i < NITEMS(ends); i++)
		if (strlen(ends[i]) == n && memcmp(p, ends[i], n) == 0)
			return true;
	return false;
}

bool
envname_is_link(const char *entry)
{
	const char *p = strncmp(entry, "HELOISE_", 8) == 0 ? entry + 8 :
	    strncmp(entry, "SMTP_", 5) == 0 ? entry + 5 : "";
	size_t n = strcspn(p, "=");
	const char *value = p[n] == '=' ? p + n + 1 : "";

	if (ascii_is(p, n, "SERVICE_HOST") || ascii_is(p, n, "SERVICE_PORT") ||
	    (n > 13 && strncmp(p, "SERVICE_PORT_", 13) == 0))
		return true;
	if (ascii_is(p, n, "PORT"))
		return strncmp(value, "tcp://", 6) == 0 ||
		    strncmp(value, "udp://", 6) == 0;
	return n > 5 && strncmp(p, "PORT_", 5) == 0 &&
	    envname_is_port(p + 5, n - 5);
}
