/* netrc.c - reads .netrc */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "setup/netrc.h"
#include "setup/source.h"

struct machine {
	const char	*host, *user, *password;
	unsigned	 number;
};

struct netrc {
	struct source	 s;
	char		*line;		/* the rest of it */
	bool		 macro;		/* up to the next empty line */
};

static int
netrc_open(struct netrc *n, const char *path, struct fault *f)
{
	*n = (struct netrc){ 0 };
	return source_open(&n->s, path, f);
}

static char *
netrc_word(struct netrc *n)
{
	char *word = NULL;

	for (;;) {
		if (n->line != NULL && (word = source_word(&n->line)) != NULL)
			return word;
		do {
			if ((n->line = source_line(&n->s, NULL)) == NULL)
				return NULL;
			if (*n->line == '\0')
				n->macro = false;
		} while (n->macro || *n->line == '#');
	}
}

/* The next machine; the words of one may be on several lines. */
static bool
netrc_next(struct netrc *n, struct machine *m, char **word)
{
	*m = (struct machine){ 0 };
	while (*word != NULL && strcmp(*word, "machine") != 0)
		*word = netrc_word(n);
	if (*word == NULL)
		return false;
	m->number = n->s.number;
	m->host = netrc_word(n);
	while ((*word = netrc_word(n)) != NULL &&
	    strcmp(*word, "machine") != 0 && strcmp(*word, "default") != 0) {
		if (strcmp(*word, "login") == 0)
			m->user = netrc_word(n);
		else if (strcmp(*word, "password") == 0)
			m->password = netrc_word(n);
		else if (strcmp(*word, "account") == 0)
			(void)netrc_word(n);
		else if (strcmp(*word, "macdef") == 0)
			n->macro = true, n->line = NULL;
	}
	return m->host != NULL;
}

/* A host that takes mail, by its name. */
static bool
netrc_is_relay(const char *host)
{
	static const char *const part[] = { "smtp", "mail", "relay", "mx" };
	size_t i;

	for (i = 0; i < NITEMS(part); i++)
		if (strncasecmp(host, part[i], strlen(part[i])) == 0)
			return true;
	return strcasestr(host, ".smtp.") != NULL ||
	    strcasestr(host, "-smtp") != NULL;
}

static void
netrc_convert(struct draft *d, const struct machine *m, bool base)
{
	draft_at(d, d->file, m->number);
	if (!netrc_is_relay(m->host)) {
		draft_drop(d, m->host, "its name is not that of a relay");
		return;
	}
	draft_account(d, base ? NULL : m->host);
	if (!draft_set(d, "relay", m->host))
		return;
	if (m->user == NULL || m->password == NULL)
		return;
	(void)draft_set(d, "user", m->user);
	(void)draft_set(d, "password", m->password);
	if (strchr(m->user, '@') != NULL) {
		(void)draft_set(d, "from", m->user);
		if (!base)
			(void)draft_set(d, "match", m->user);
	}
}

int
netrc_import(struct draft *d, const char *path, struct fault *f)
{
	struct netrc n;
	struct machine m;
	char *word;
	int status = netrc_open(&n, path, f);

	draft_at(d, path, 0);
	if (status == 0)
		for (word = netrc_word(&n); netrc_next(&n, &m, &word);)
			netrc_convert(d, &m, !draft_has_relay(d));
	draft_at(d, path, 0);
	source_release(&n.s);
	return status;
}

bool
netrc_password(struct draft *d, const char *host, const char *user)
{
	const char *home = getenv("HOME");
	struct machine m;
	struct netrc n;
	struct fault f = { 0 };
	char *path, *word;
	bool found = false;

	if (home == NULL)
		return false;
	path = xasprintf("%s/.netrc", home);
	if (netrc_open(&n, path, &f) == 0)
		for (word = netrc_word(&n); !found &&
		    netrc_next(&n, &m, &word);)
			found = m.user != NULL && m.password != NULL &&
			    strcasecmp(m.host, host) == 0 &&
			    strcmp(m.user, user) == 0 &&
			    draft_set(d, "password", m.password);
	source_release(&n.s);
	free(path);
	return found;
}
