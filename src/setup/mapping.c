/* mapping.c - settings of other programs, and those that mean the same */

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "net/relay.h"
#include "setup/mapping.h"
#include "setup/source.h"

void
mapping_apply(struct draft *d, const struct mapping *map, size_t n,
    const char *key, const char *value)
{
	const struct mapping *m;

	for (m = map; m < map + n && strcasecmp(m->key, key) != 0; m++)
		;
	if (m < map + n && m->matters) {
		if (*value != '\0')
			draft_check(d, "%s: %s", key, m->why);
	} else if (m == map + n || m->setting == NULL) {
		draft_drop(d, key, m == map + n ? NULL : m->why);
	} else if (m->yes != NULL || m->no != NULL) {
		value = source_yes(value) ? m->yes : m->no;
		if (value != NULL)
			(void)draft_set(d, m->setting, value);
	} else if (*value != '\0') {
		(void)draft_set(d, m->setting, value);
	}
}

/* A small system has no /etc/services. */
static const struct {
	const char *name, *port;
} services[] = {
	{ "smtp", "25" }, { "submission", "587" }, { "submissions", "465" },
	{ "smtps", "465" },
};

static void
mapping_port(struct draft *d, const char *port)
{
	struct servent *known = NULL;
	size_t i;

	for (i = 0; i < NITEMS(services); i++)
		if (strcasecmp(port, services[i].name) == 0)
			port = services[i].port;
	if (!ascii_digit(port[0]))
		/* cppcheck-suppress getservbynameCalled */
		known = getservbyname(port, "tcp");
	if (known != NULL)
		(void)draft_setf(d, "port", "%d",
		    ntohs((uint16_t)known->s_port));
	else
		(void)draft_set(d, "port", port);
}

void
mapping_relay(struct draft *d, const char *value, const char *port)
{
	const char *colon = strrchr(value, ':');
	char *host = xstrdup(value), *bare = host;
	size_t n;

	if (colon != NULL && (strchr(value, ':') == colon ||
	    (colon > value && colon[-1] == ']'))) {
		host[colon - value] = '\0';
		port = colon + 1;
	}
	n = strlen(host);
	if (n > 2 && host[0] == '[' && host[n - 1] == ']' &&
	    memchr(host, ':', n) == NULL) {
		host[n - 1] = '\0';
		bare++;
	}
	if (draft_set(d, "relay", bare) && port != NULL && *port != '\0')
		mapping_port(d, port);
	free(host);
}

void
mapping_local_users(struct draft *d, const char *domain)
{
	if (draft_get(d, "root-mail") != NULL)
		return;
	draft_check(d, "mail to local users was delivered here; now the relay "
	    "gets it, as USER%s%s; set `root-mail ADDRESS`, or write aliases",
	    domain != NULL ? "@" : "", domain != NULL ? domain : "");
}

void
mapping_sender(struct draft *d, const char *user, const char *address)
{
	draft_check(d, "%s sent as %s: no setting does this for one user; "
	    "-f %s does", user, address, address);
}
