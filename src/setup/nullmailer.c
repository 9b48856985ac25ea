/* nullmailer.c - reads the directory /etc/nullmailer */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "setup/mapping.h"
#include "setup/nullmailer.h"
#include "setup/source.h"

/* Files with a value in their first line. */
static const struct mapping nullmailer_files[] = {
	TO("me", "helo"),
	TO("../mailname", "helo"),	/* Debian's reads this one instead */
	TO("helohost", "helo"),
	TO("defaultdomain", "domain"),
	TO("adminaddr", "root-mail"),
	TO("bounceto", "bounce-to"),
	TO("queuelifetime", "expire"),
	TO("pausetime", "retry-min"),
	TO("maxpause", "retry-max"),
	NONE("doublebounceto", "no counterpart; see `bounce-to`"),
	NONE("defaulthost", "no counterpart; see `domain`"),
	NONE("idhost", "no counterpart"),
	NONE("sendtimeout", "no counterpart; see `deadline`"),
};

/* The options of a remote that have a value. */
static const struct mapping nullmailer_options[] = {
	TO("user", "user"),
	TO("pass", "password"),
	TO("source", "source-address"),
	TO("x509certfile", "tls-cert"),
	TO("x509keyfile", "tls-key"),
	TO("x509cafile", "tls-ca"),
	WORD("auth-login", "auth", "login", NULL),
	LOST("insecure", "nullmailer does not verify the relay's certificate, "
	    "heloise does; see `tls-verify`"),
	NONE("x509crlfile", "no counterpart: the relay may send the "
	    "status of its certificate"),
	NONE("x509fmtder", "no counterpart: certificates are in PEM"),
	NONE("tls-anon-auth", "no counterpart"),
};

struct remote {
	bool		 tls, starttls;
	const char	*port;
};

static void
nullmailer_option(struct draft *d, struct remote *r, char *word)
{
	char *value;

	if (strncmp(word, "--", 2) == 0)
		word += 2;
	if ((value = strchr(word, '=')) != NULL)
		*value++ = '\0';
	if (strcmp(word, "port") == 0 && value != NULL)
		r->port = value;
	else if (strcmp(word, "tls") == 0 || strcmp(word, "ssl") == 0)
		r->tls = true;
	else if (strcmp(word, "starttls") == 0)
		r->starttls = true;
	else
		mapping_apply(d, nullmailer_options,
		    NITEMS(nullmailer_options), word,
		    value != NULL ? value : "yes");
}

/* HOST [PROTOCOL [OPTION]...] */
static void
nullmailer_remote(struct draft *d, char *line, struct buf *fallback)
{
	char *host = source_word(&line), *protocol = source_word(&line), *word;
	struct remote r = { 0 };
	char name[32];

	if (protocol != NULL && strcmp(protocol, "smtp") != 0) {
		draft_account(d, NULL);
		draft_drop(d, host, "its protocol has no counterpart");
		return;
	}
	draft_account(d, NULL);
	if (draft_has_relay(d)) {
		(void)snprintf(name, sizeof(name), "remote%zu", d->n + 1);
		draft_account(d, name);
		buf_addf(fallback, "%s%s", fallback->len > 0 ? " " : "", name);
	}
	while ((word = source_word(&line)) != NULL)
		nullmailer_option(d, &r, word);
	if (r.port == NULL)
		r.port = r.tls && !r.starttls ? "465" : "25";
	mapping_relay(d, host, r.port);
	(void)draft_set(d, "tls", r.starttls ? "starttls" : r.tls ?
	    "implicit" : "none");
	if (draft_get(d, "user") == NULL)
		draft_default(d, "auth", "none");
}

static int
nullmailer_remotes(struct draft *d, const char *path, struct fault *f)
{
	struct buf fallback = { .max = 1024 };
	struct source s;
	char *line;
	int status = source_open(&s, path, f);

	while (status == 0 && (line = source_setting(&s, d)) != NULL)
		nullmailer_remote(d, line, &fallback);
	draft_account(d, NULL);
	if (fallback.len > 0)
		(void)draft_set(d, "fallback", buf_text(&fallback));
	buf_release(&fallback);
	source_release(&s);
	return status;
}

static void
nullmailer_file(struct draft *d, const char *remotes, const char *name)
{
	char *path = source_beside(remotes, name), *value = source_first(path);

	draft_at(d, path, 1);
	if (value == NULL || *value == '\0') {
		/* Missing and empty files mean nothing. */
	} else if (strcmp(name, "allmailfrom") == 0) {
		if (draft_set(d, "from", value) &&
		    draft_set(d, "from-policy", "reply-to"))
			draft_check(d, "allmailfrom replaces the envelope "
			    "sender only; heloise replaces From, too, and puts "
			    "the old address into Reply-To");
	} else if (strcmp(name, "adminaddr") == 0 &&
	    strchr(value, ',') != NULL) {
		draft_check(d, "adminaddr has several addresses; write "
		    "`root: %s` into the file of `aliases`", value);
	} else {
		mapping_apply(d, nullmailer_files, NITEMS(nullmailer_files),
		    name, value);
	}
	free(value);
	free(path);
}

int
nullmailer_import(struct draft *d, const char *path, struct fault *f)
{
	struct stat st;
	char *remotes;
	size_t i;
	int status;

	remotes = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ?
	    xasprintf("%s/remotes", path) : xstrdup(path);
	status = nullmailer_remotes(d, remotes, f);
	for (i = 0; status == 0 && i < NITEMS(nullmailer_files); i++)
		nullmailer_file(d, remotes, nullmailer_files[i].key);
	if (status == 0)
		nullmailer_file(d, remotes, "allmailfrom");
	draft_at(d, NULL, 0);
	free(remotes);
	return status;
}
