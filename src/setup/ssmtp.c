/* ssmtp.c - reads ssmtp.conf, and revaliases beside it */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "setup/mapping.h"
#include "setup/source.h"
#include "setup/ssmtp.h"

struct ssmtp {
	struct draft	*d;
	bool		 tls, starttls, override;
	char		*domain;
};

static const struct mapping ssmtp_map[] = {
	TO("hostname", "helo"),
	TO("authuser", "user"),
	TO("authpass", "password"),
	TO("tlscert", "tls-cert"),
	TO("tlskey", "tls-key"),
	TO("tls_ca_file", "tls-ca"),
	NONE("tls_ca_dir", "no counterpart: the authorities of the system "
	    "are trusted"),
	NONE("minuserid", "no counterpart"),
	NONE("debug", "no counterpart; -v shows the dialogue"),
};

static void
ssmtp_setting(struct ssmtp *s, const char *key, char *value)
{
	if (strcasecmp(key, "mailhub") == 0)
		mapping_relay(s->d, value, "25");
	else if (strcasecmp(key, "usetls") == 0)
		s->tls = source_yes(value);
	else if (strcasecmp(key, "usestarttls") == 0)
		s->starttls = source_yes(value);
	else if (strcasecmp(key, "fromlineoverride") == 0)
		s->override = source_yes(value);
	else if (strcasecmp(key, "authmethod") == 0)
		(void)draft_set(s->d, "auth", strcasecmp(value, "cram-md5") ==
		    0 ? "cram-md5" : "auto");
	else if (strcasecmp(key, "rewritedomain") == 0 && *value != '\0') {
		free(s->domain);
		s->domain = xstrdup(value);
	} else if (strcasecmp(key, "root") == 0 && *value != '\0') {
		if (strchr(value, '@') != NULL)
			(void)draft_set(s->d, "root-mail", value);
		else
			draft_drop(s->d, key, "it names no address");
	} else if (strcasecmp(key, "root") != 0 &&
	    strcasecmp(key, "rewritedomain") != 0) {
		mapping_apply(s->d, ssmtp_map, NITEMS(ssmtp_map), key, value);
	}
}

/* No setting is for one user: they are for a person. */
static void
ssmtp_aliases(struct ssmtp *s, const char *path)
{
	char *file = source_beside(path, "revaliases"), *line, *user, *address;
	struct source in;
	struct fault f = { 0 };

	if (source_open(&in, file, &f) == 0)
		while ((line = source_setting(&in, s->d)) != NULL) {
			user = strsep(&line, ":");
			address = line != NULL ? strsep(&line, ":") : NULL;
			if (address == NULL || *address == '\0')
				continue;
			mapping_sender(s->d, user, address);
			if (line != NULL && *line != '\0')
				draft_drop(s->d, user, "a relay for one user; "
				    "see `account` and `match`");
		}
	source_release(&in);
	free(file);
}

static void
ssmtp_finish(struct ssmtp *s, const char *path)
{
	const char *host = draft_get(s->d, "helo");

	draft_at(s->d, path, 0);
	(void)draft_set(s->d, "tls", s->starttls ? "starttls" : s->tls ?
	    "implicit" : "none");
	if (s->domain != NULL)
		(void)draft_set(s->d, "domain", s->domain);
	ssmtp_aliases(s, path);
	draft_at(s->d, path, 0);
	if (s->domain != NULL) {
		(void)draft_setf(s->d, "from", "%%U@%s", s->domain);
		if (!s->override)
			(void)draft_set(s->d, "from-policy", "force");
	} else if (!s->override) {
		draft_check(s->d, "ssmtp replaced From by USER@HOST; to keep "
		    "that, set `from %%U@%s` and `from-policy force`",
		    host != NULL ? host : "HOST");
	}
	if (s->tls || s->starttls)
		draft_check(s->d, "ssmtp does not verify the relay's "
		    "certificate, heloise does");
}

int
ssmtp_import(struct draft *d, const char *path, struct fault *f)
{
	struct ssmtp s = { .d = d };
	struct source in;
	char *line, *value;
	int status = source_open(&in, path, f);

	if (status == 0) {
		while ((line = source_setting(&in, d)) != NULL) {
			value = source_unquote(source_cut(line, "="));
			ssmtp_setting(&s, line, value);
		}
		ssmtp_finish(&s, path);
	}
	free(s.domain);
	source_release(&in);
	return status;
}
