/* dma.c - reads dma.conf, and the logins in auth.conf */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "setup/dma.h"
#include "setup/mapping.h"
#include "setup/source.h"

struct dma {
	struct draft	*d;
	bool		 tls, starttls, opportunistic, verify;
	char		*port, *auth;
};

static const struct mapping dma_map[] = {
	TO("ALIASES", "aliases"),
	TO("CERTFILE", "tls-cert"),
	LOST("FINGERPRINT", MAPPING_PIN),
	NONE("SPOOLDIR", "its queue is not taken over; see `spool`"),
	NONE("FULLBOUNCE", "no counterpart"),
	NONE("NULLCLIENT", "heloise has no local delivery anyway"),
};

static void
dma_masquerade(struct draft *d, char *value)
{
	char *at = strchr(value, '@');
	bool set;

	if (at == NULL || at == value) {
		value += at == value;
		set = draft_set(d, "domain", value) &&
		    draft_setf(d, "from", "%%U@%s", value);
	} else if (at[1] == '\0') {
		draft_check(d, "MASQUERADE names no domain; set `from "
		    "%sDOMAIN`", value);
		return;
	} else {
		set = draft_set(d, "from", value);
	}
	if (set && draft_set(d, "from-policy", "reply-to"))
		draft_check(d, "MASQUERADE replaces the envelope sender only; "
		    "heloise replaces From, too, and puts the old address "
		    "into Reply-To");
}

static void
dma_setting(struct dma *s, const char *key, char *value)
{
	char *name;

	if (strcmp(key, "SMARTHOST") == 0) {
		(void)draft_set(s->d, "relay", value);
	} else if (strcmp(key, "PORT") == 0) {
		free(s->port);
		s->port = xstrdup(value);
	} else if (strcmp(key, "AUTHPATH") == 0) {
		free(s->auth);
		s->auth = xstrdup(value);
	} else if (strncmp(key, "SECURETRANS", 11) == 0) {
		s->tls = true;
	} else if (strcmp(key, "STARTTLS") == 0) {
		s->starttls = true;
	} else if (strcmp(key, "OPPORTUNISTIC_TLS") == 0) {
		s->opportunistic = true;
	} else if (strcmp(key, "VERIFYCERT") == 0) {
		s->verify = true;
	} else if (strcmp(key, "INSECURE") == 0) {
		(void)draft_set(s->d, "auth-cleartext", "yes");
	} else if (strcmp(key, "DEFER") == 0) {
		(void)draft_set(s->d, "delivery", "queue");
	} else if (strcmp(key, "MAILNAME") == 0 && *value != '\0') {
		name = value[0] == '/' ? source_first(value) : xstrdup(value);
		if (name != NULL)
			(void)draft_set(s->d, "helo", name);
		free(name);
	} else if (strcmp(key, "MASQUERADE") == 0) {
		dma_masquerade(s->d, value);
	} else if (strcmp(key, "SECURE") != 0) {
		mapping_apply(s->d, dma_map, NITEMS(dma_map), key, value);
	}
}

/* user|smarthost:password */
static void
dma_login(struct dma *s, const char *path)
{
	const char *relay = draft_get(s->d, "relay");
	char *line, *user, *host;
	struct source in;
	struct fault f = { 0 };

	if (source_open(&in, path, &f) == -1)
		draft_check(s->d, "%s", f.text);
	else
		while ((line = source_setting(&in, s->d)) != NULL) {
			user = strsep(&line, "|");
			host = line != NULL ? strsep(&line, ":") : NULL;
			if (line == NULL)
				continue;
			if (relay == NULL || strcmp(host, relay) != 0) {
				draft_drop(s->d, host, "a login at another "
				    "relay");
				continue;
			}
			(void)draft_set(s->d, "user", user);
			(void)draft_set(s->d, "password", line);
		}
	source_release(&in);
}

static void
dma_finish(struct dma *s, const char *path)
{
	bool may = s->opportunistic && s->starttls;

	draft_at(s->d, path, 0);
	(void)draft_set(s->d, "port", s->port != NULL ? s->port : "25");
	if (s->auth != NULL)
		dma_login(s, s->auth);
	draft_at(s->d, path, 0);
	may = may && draft_get(s->d, "user") == NULL;
	(void)draft_set(s->d, "tls", !s->tls ? "none" : may ? "opportunistic" :
	    s->starttls ? "starttls" : "implicit");
	if (s->tls && !may && s->verify)
		(void)draft_set(s->d, "tls-verify", "yes");
	else if (s->tls && !may)
		draft_check(s->d, "without VERIFYCERT dma does not verify the "
		    "relay's certificate, heloise does");
	else if (s->tls && s->verify)
		draft_check(s->d, "VERIFYCERT: `tls opportunistic` does not "
		    "verify the relay's certificate, `tls starttls` does");
}

int
dma_import(struct draft *d, const char *path, struct fault *f)
{
	struct dma s = { .d = d };
	struct source in;
	char *line, *value;
	int status = source_open(&in, path, f);

	if (status == 0) {
		while ((line = source_setting(&in, d)) != NULL) {
			value = source_cut(line, "");
			dma_setting(&s, line, value);
		}
		dma_finish(&s, path);
	}
	free(s.port);
	free(s.auth);
	source_release(&in);
	return status;
}
