/*
 * exim.c - reads update-exim4.conf.conf of Debian, and passwd.client
 *
 * Exim's own configuration is a program.  Debian makes it of these files.
 */

#include <errno.h>
#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "setup/exim.h"
#include "setup/mapping.h"
#include "setup/source.h"

#define MAILNAME	"/etc/mailname"
#define MACROS		"exim4.conf.localmacros"
#define SENDERS		"../email-addresses"	/* of Debian's rewriting */

struct exim {
	struct draft	*d;
	char		*type, *hide, *readhost;
};

static const struct mapping exim_map[] = {
	NONE("dc_other_hostnames", "no counterpart: no mail is taken from "
	    "other hosts; see `aliases`"),
	NONE("dc_local_interfaces", "no counterpart: nothing listens"),
	NONE("dc_relay_domains", "no counterpart: nothing listens"),
	NONE("dc_relay_nets", "no counterpart: nothing listens"),
	NONE("dc_localdelivery", "no counterpart: nothing is delivered "
	    "here"),
};

/* "host::port;other::port": the first one is used. */
static void
exim_smarthost(struct draft *d, char *value)
{
	char *port, *first = value + strspn(value, " ;");
	size_t n = strcspn(first, " ;");

	if (*first == '\0')
		return;
	if (first[n] != '\0' && first[n + strspn(first + n, " ;")] != '\0')
		draft_check(d, "dc_smarthost has several relays; only the "
		    "first is taken, see `fallback`");
	first[n] = '\0';
	if ((port = strstr(first, "::")) != NULL) {
		*port = '\0';
		port += 2;
	}
	if (draft_set(d, "relay", first))
		(void)draft_set(d, "port", port != NULL ? port : "25");
}

static void
exim_setting(struct exim *e, const char *key, char *value)
{
	char **keep = strcmp(key, "dc_eximconfig_configtype") == 0 ? &e->type :
	    strcmp(key, "dc_hide_mailname") == 0 ? &e->hide :
	    strcmp(key, "dc_readhost") == 0 ? &e->readhost : NULL;

	if (keep != NULL) {
		free(*keep);
		*keep = xstrdup(value);
	} else if (strcmp(key, "dc_smarthost") == 0) {
		exim_smarthost(e->d, value);
	} else if (strcmp(key, "CFILEMODE") != 0 &&
	    strcmp(key, "dc_use_split_config") != 0 &&
	    strcmp(key, "dc_minimaldns") != 0 &&
	    strcmp(key, "dc_mailname_in_oh") != 0 && *value != '\0') {
		mapping_apply(e->d, exim_map, NITEMS(exim_map), key, value);
	}
}

/* A pattern such as *.example.org; with "^" it is a regular expression. */
static bool
exim_fits(const char *pattern, const char *relay)
{
	regex_t r;
	bool fits;

	if (*pattern != '^')
		return fnmatch(pattern, relay, FNM_CASEFOLD) == 0;
	if (regcomp(&r, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0)
		return false;
	fits = regexec(&r, relay, 0, NULL, 0) == 0;
	regfree(&r);
	return fits;
}

/* host:login:password; the first line that fits counts. */
static bool
exim_login(struct draft *d, const char *path)
{
	const char *relay = draft_get(d, "relay");
	char *file = source_beside(path, "passwd.client");
	char *line, *host, *user;
	struct source in;
	struct fault f = { 0 };
	bool found = false;

	if (relay != NULL && source_open(&in, file, &f) == 0) {
		while (!found && (line = source_setting(&in, d)) != NULL) {
			host = strsep(&line, ":");
			user = line != NULL ? strsep(&line, ":") : NULL;
			found = line != NULL && exim_fits(host, relay);
			if (found) {
				(void)draft_set(d, "user", user);
				(void)draft_set(d, "password", line);
			} else {
				draft_drop(d, host, "a login at another "
				    "relay");
			}
		}
		source_release(&in);
	} else if (f.verdict != VD_OK) {
		if (f.code != ENOENT)
			draft_check(d, "%s", f.text);
		source_release(&in);
	}
	free(file);
	return found;
}

/* Macros of the administrator: NAME = VALUE. */
static bool
exim_macros(struct draft *d, const char *path)
{
	char *file = source_beside(path, MACROS), *line, *value;
	struct source in;
	struct fault f = { 0 };
	bool smtps = false;

	if (source_open(&in, file, &f) == 0)
		while ((line = source_setting(&in, d)) != NULL) {
			value = source_cut(line, "=");
			if (strcmp(line, "REMOTE_SMTP_SMARTHOST_PROTOCOL") != 0)
				draft_drop(d, line, NULL);
			else
				smtps = strcmp(value, "smtps") == 0;
		}
	else if (f.code != ENOENT)
		draft_check(d, "%s", f.text);
	source_release(&in);
	free(file);
	return smtps;
}

/* user: address */
static void
exim_senders(struct draft *d, const char *path)
{
	char *file = source_beside(path, SENDERS), *line, *address;
	struct source in;
	struct fault f = { 0 };

	if (source_open(&in, file, &f) == 0)
		while ((line = source_setting(&in, d)) != NULL) {
			address = source_cut(line, ":");
			if (*address != '\0')
				mapping_sender(d, line, address);
		}
	source_release(&in);
	free(file);
}

/* TLS from the first octet on, or STARTTLS. */
static void
exim_tls(struct draft *d, bool smtps, bool login)
{
	const char *port = draft_get(d, "port");

	if (port != NULL && strcmp(port, "465") == 0)
		smtps = true;
	(void)draft_set(d, "tls", smtps ? "implicit" : login ? "starttls" :
	    "opportunistic");
	if (smtps || login)
		draft_check(d, "Debian's Exim does not verify the relay's "
		    "certificate, heloise does");
}

static void
exim_finish(struct exim *e, const char *path)
{
	char *mailname = source_first(MAILNAME);
	const char *domain = mailname;
	bool login, smtps;

	if (e->type != NULL && strcmp(e->type, "smarthost") != 0 &&
	    strcmp(e->type, "satellite") != 0) {
		draft_unset(e->d, "relay");
		draft_unset(e->d, "port");
	}
	login = exim_login(e->d, path);
	smtps = exim_macros(e->d, path);
	exim_senders(e->d, path);
	draft_at(e->d, path, 0);
	exim_tls(e->d, smtps, login);
	if (e->hide != NULL && source_yes(e->hide) && e->readhost != NULL &&
	    *e->readhost != '\0')
		domain = e->readhost;
	if (domain != NULL)
		(void)draft_set(e->d, "domain", domain);
	if (draft_get(e->d, "relay") != NULL &&
	    (e->type == NULL || strcmp(e->type, "satellite") != 0))
		mapping_local_users(e->d, domain);
	free(mailname);
}

int
exim_import(struct draft *d, const char *path, struct fault *f)
{
	struct exim e = { .d = d };
	struct source in;
	char *line, *value;
	int status = source_open(&in, path, f);

	if (status == 0) {
		while ((line = source_setting(&in, d)) != NULL) {
			value = source_unquote(source_cut(line, "="));
			exim_setting(&e, line, value);
		}
		exim_finish(&e, path);
	}
	free(e.type);
	free(e.hide);
	free(e.readhost);
	source_release(&in);
	return status;
}
