/*
 * import.c - --import: the configuration of another mailer
 *
 * The formats are rows of a table.  A file's format is known by its name; a
 * name before it, as in "msmtp:FILE", says it, too.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/option_table.h"
#include "setup/dma.h"
#include "setup/draft.h"
#include "setup/esmtp.h"
#include "setup/exim.h"
#include "setup/gitconfig.h"
#include "setup/import.h"
#include "setup/msmtp.h"
#include "setup/netrc.h"
#include "setup/nullmailer.h"
#include "setup/postfix.h"
#include "setup/ssmtp.h"
#include "setup/target.h"
#include "smtp/heloname.h"
#include "system/log.h"

struct format {
	const char	*name;
	int		 (*read)(struct draft *, const char *path,
			    struct fault *);
	const char	*mark;		/* is in the name of its files */
};

static const struct format import_formats[] = {
	{ "msmtp", msmtp_import, "msmtp" },
	{ "esmtp", esmtp_import, "esmtprc" },
	{ "ssmtp", ssmtp_import, "ssmtp" },
	{ "nullmailer", nullmailer_import, "remotes" },
	{ "dma", dma_import, "dma" },
	{ "exim", exim_import, "exim4.conf.conf" },
	{ "postfix", postfix_import, "main.cf" },
	{ "git", gitconfig_import, "git" },
	{ "netrc", netrc_import, "netrc" },
};

/* Where `auto` looks; "~/" is in the home directory of the user. */
static const struct { const char *format, *path; } import_places[] = {
	{ "msmtp", "~/.msmtprc" },
	{ "msmtp", "~/.config/msmtp/config" },
	{ "esmtp", "~/.esmtprc" },
	{ "msmtp", "/etc/msmtprc" },
	{ "ssmtp", "/etc/ssmtp/ssmtp.conf" },
	{ "nullmailer", "/etc/nullmailer/remotes" },
	{ "dma", "/etc/dma/dma.conf" },
	{ "esmtp", "/etc/esmtprc" },
	{ "exim", "/etc/exim4/update-exim4.conf.conf" },
	{ "postfix", "/etc/postfix/main.cf" },
	{ "git", "~/.gitconfig" },
	{ "git", "~/.config/git/config" },
	{ "netrc", "~/.netrc" },
};

struct import {
	const struct options *o;
	const struct config_source *src;
	struct draft	 draft;
	const struct format *format;
	char		*path;		/* of the file that is taken over */
};

static const struct format *
import_format(const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < NITEMS(import_formats); i++)
		if (strlen(import_formats[i].name) == n &&
		    memcmp(import_formats[i].name, name, n) == 0)
			return &import_formats[i];
	return NULL;
}

/* By the file's name, else by that of its directory. */
static const struct format *
import_guess(const char *path)
{
	char *copy = xstrdup(path), *slash;
	const struct format *found = NULL;
	size_t i;
	int k;

	for (k = 0; k < 2 && found == NULL; k++) {
		slash = strrchr(copy, '/');
		for (i = 0; i < NITEMS(import_formats) && found == NULL; i++)
			if (strstr(slash != NULL ? slash + 1 : copy, k == 0 ?
			    import_formats[i].mark :
			    import_formats[i].name) != NULL)
				found = &import_formats[i];
		if (found == NULL && (slash == NULL || k == 1))
			break;
		/* The directory /etc/nullmailer names itself. */
		if (found == NULL && strcmp(slash, "/nullmailer") != 0)
			*slash = '\0';
	}
	free(copy);
	return found;
}

/* Can the files that the open block names be read? */
static void
import_files(struct draft *d)
{
	static const char *const keys[] = { "tls-ca", "tls-cert", "tls-key" };
	const char *path;
	size_t i;

	for (i = 0; i < NITEMS(keys); i++) {
		path = draft_get(d, keys[i]);
		if (path != NULL && path[0] == '/' && access(path, R_OK) == -1)
			draft_lack(d, "%s %s: %s", keys[i], path,
			    strerror(errno));
	}
}

/* What each block needs, whatever the format. */
static void
import_block(struct draft *d)
{
	const char *tls = draft_get(d, "tls"), *helo = draft_get(d, "helo");
	const char *doubt = helo != NULL ? heloname_doubt(helo) : NULL;
	char *line;

	import_files(d);
	if (doubt != NULL) {
		line = xasprintf("helo %s", helo);
		draft_drop(d, line, "left out, since relays may refuse this "
		    "name; `helo auto` chooses one");
		draft_unset(d, "helo");
		free(line);
	}
	if (draft_lacks_password(d))
		d->incomplete = true;
	if (draft_get(d, "user") == NULL || tls == NULL ||
	    strcmp(tls, "none") != 0)
		return;
	if (draft_set(d, "auth-cleartext", "yes"))
		draft_check(d, "the password goes in clear; see whether `tls "
		    "starttls` works, and remove `auth-cleartext`");
}

/* Add to the draft what the file has; then check each block of it. */
static int
import_read(struct import *m, struct fault *f)
{
	struct draft *d = &m->draft;
	bool matched = false;
	size_t i;

	if (m->format->read(d, m->path, f) == -1)
		return -1;
	if (!draft_has_relay(d))
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s: names no relay", m->path);
	draft_at(d, m->path, 0);
	for (i = 0; i < d->n; i++) {
		d->open = i;
		import_block(d);
		matched = matched || draft_get(d, "match") != NULL;
	}
	d->open = 0;
	draft_at(d, NULL, 0);
	if (matched)
		draft_check(d, "the account follows the envelope sender (-f), "
		    "see `match`; -a NAME chooses another");
	return 0;
}

static char *
import_place(const struct import *m, const char *path)
{
	const char *home = m->src->home != NULL ? m->src->home :
	    getenv("HOME");

	if (path[0] != '~')
		return xstrdup(path);
	return home != NULL ? xasprintf("%s%s", home, path + 1) : NULL;
}

/* The first place that names a relay; others are mentioned. */
static int
import_auto(struct import *m, struct fault *f)
{
	struct import taken = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(import_places); i++) {
		m->path = import_place(m, import_places[i].path);
		if (m->path == NULL || access(m->path, F_OK) == -1) {
			free(m->path);
			continue;
		}
		m->format = import_format(import_places[i].format,
		    strlen(import_places[i].format));
		draft_init(&m->draft);
		if (import_read(m, f) == -1)
			log_say("passed over: %s", f->text);
		else if (taken.path == NULL) {
			taken = *m;
			continue;
		} else {
			log_say("there is also %s; to take that: heloise "
			    "--import %s", m->path, m->path);
		}
		fault_clear(f);
		draft_release(&m->draft);
		free(m->path);
	}
	m->path = NULL;
	if (taken.path == NULL) {
		draft_init(&m->draft);
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM, "no "
		    "configuration of another mailer names a relay; heloise "
		    "--setup asks for one");
	}
	*m = taken;
	return 0;
}

/* FILE, or FORMAT:FILE */
static int
import_file(struct import *m, const char *what, struct fault *f)
{
	size_t n = strcspn(what, ":");
	const struct format *fmt = what[n] == ':' ? import_format(what, n) :
	    NULL;
	struct buf names = { .max = 512 };
	size_t i;

	draft_init(&m->draft);
	if (fmt != NULL)
		what += n + 1;
	if (*what == '\0')
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--import: the name of a file is missing");
	m->format = fmt != NULL ? fmt : import_guess(what);
	m->path = xstrdup(what);
	if (access(what, F_OK) == -1) {
		(void)fault_errno(f, ST_CONFIG, errno, VD_PERM, "%s", what);
		if (fmt == NULL && import_format(what, strlen(what)) != NULL)
			fault_add(f, "; write %s:FILE, or auto", what);
		return -1;
	}
	if (m->format != NULL)
		return import_read(m, f);
	for (i = 0; i < NITEMS(import_formats); i++)
		buf_addf(&names, "%s%s", i > 0 ? ", " : "",
		    import_formats[i].name);
	(void)fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--import: the "
	    "name of %s does not tell its format; write FORMAT:%s, where "
	    "FORMAT is one of %s", what, what, buf_text(&names));
	buf_release(&names);
	return -1;
}

/* Say what was written, and what is to be checked. */
static int
import_report(struct import *m, const char *path, const struct buf *text)
{
	struct buf mistakes = { .max = 65536 };
	const char *check = buf_text(&m->draft.check);
	bool private = target_is_private(path, m->src, text);
	size_t n;

	printf("%s is made of %s (%s).\n", path, m->path, m->format->name);
	if (*check != '\0' || private)
		puts("\nCheck:");
	if (private)
		printf("  Only root can read %s; for mail of other users run "
		    "`make install-shared`,\n  or see `heloise --check-config "
		    "--as USER`\n", path);
	for (; *check != '\0'; check += n + 1) {
		n = strcspn(check, "\n");
		printf("  %.*s\n", (int)n, check);
	}
	n = target_judge(path, m->src, text, &mistakes);
	if (n > 0)
		printf("\nStill wrong:\n%s", buf_text(&mistakes));
	printf("\nThen: heloise%s%s --probe you@example.org\n",
	    m->o->write != NULL || m->src->file != NULL ? " -C " : "",
	    m->o->write != NULL || m->src->file != NULL ? path : "");
	buf_release(&mistakes);
	return log_flush(n > 0 || m->draft.incomplete ? EX_CONFIG : EX_OK);
}

int
import_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct import m = { .o = o, .src = src };
	struct buf text = { .max = 1 << 20, .secret = true };
	struct fault f = { 0 };
	char *path = NULL, *intro;
	int status;

	if (src->elevated) {
		(void)option_usage(&f, "--import", OPTION_ROOT_ONLY);
		return log_exit(&f);
	}
	if ((strcmp(o->what, "auto") == 0 ? import_auto(&m, &f) :
	    import_file(&m, o->what, &f)) == 0 &&
	    (path = target_path(o, src, &f)) != NULL) {
		intro = xasprintf("Made by heloise --import of %s (%s).",
		    m.path, m.format->name);
		draft_text(&m.draft, intro, false, &text);
		free(intro);
		(void)target_write(path, src, &text, o->yes, &f);
	}
	status = f.verdict != VD_OK ? log_exit(&f) :
	    import_report(&m, path, &text);
	buf_release(&text);
	draft_release(&m.draft);
	free(m.path);
	free(path);
	return status;
}
