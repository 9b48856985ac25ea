/* gitconfig.c - reads sendemail.* of git */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/mailbox.h"
#include "setup/gitconfig.h"
#include "setup/mapping.h"
#include "setup/source.h"

static const struct mapping git_map[] = {
	TO("smtpuser", "user"),
	TO("smtppass", "password"),
	TO("smtpserverport", "port"),
	TO("smtpdomain", "helo"),
	TO("smtpsslcertpath", "tls-ca"),
	NONE("smtpserveroption", "no counterpart"),
	NONE("smtpbatchsize", "no counterpart; see `rate`"),
	NONE("smtprelogindelay", "no counterpart; see `rate`"),
};

/* Is it about the message, which git makes as before? */
static bool
git_is_own(const char *key)
{
	return strncasecmp(key, "smtp", 4) != 0 &&
	    strcasecmp(key, "from") != 0 &&
	    strcasecmp(key, "envelopesender") != 0;
}

/* "address" or "Joe Smith <address>" */
static void
git_from(struct draft *d, const char *value)
{
	char *name, *address;

	if (!mailbox_split(value, &name, &address)) {
		(void)draft_set(d, "from", value);
		return;
	}
	if (draft_set(d, "from", address) && *name != '\0')
		(void)draft_set(d, "from-name", name);
	free(name);
	free(address);
}

static void
git_setting(struct draft *d, const char *key, char *value)
{
	if (git_is_own(key))
		return;
	if (strcasecmp(key, "smtpserver") == 0 && value[0] == '/')
		draft_drop(d, key, "a program, not a relay");
	else if (strcasecmp(key, "smtpserver") == 0)
		(void)draft_set(d, "relay", value);
	else if (strcasecmp(key, "smtpencryption") == 0)
		(void)draft_set(d, "tls", strcasecmp(value, "ssl") == 0 ?
		    "implicit" : strcasecmp(value, "tls") == 0 ? "starttls" :
		    "none");
	else if (strcasecmp(key, "smtpauth") == 0)
		(void)draft_set(d, "auth", strchr(value, ' ') != NULL ?
		    "auto" : value);
	else if (strcasecmp(key, "from") == 0)
		git_from(d, value);
	else if (strcasecmp(key, "envelopesender") != 0)
		mapping_apply(d, git_map, NITEMS(git_map), key, value);
	else if (strcasecmp(value, "auto") != 0)
		draft_drop(d, key, "git gives it with -f");
}

static void
git_close(struct draft *d)
{
	const char *tls;

	if (draft_get(d, "relay") == NULL)
		return;
	draft_default(d, "tls", "none");
	tls = draft_get(d, "tls");
	draft_default(d, "port", strcmp(tls, "implicit") == 0 ? "465" :
	    strcmp(tls, "starttls") == 0 ? "587" : "25");
	if (draft_get(d, "user") == NULL)
		draft_default(d, "auth", "none");
	else if (draft_get(d, "password") == NULL)
		draft_check(d, "git asks its credential helper for the "
		    "password; set `password`, `password-file` or "
		    "`password-command`");
}

/* [sendemail] or [sendemail "NAME"]; is it one of these? */
static bool
git_section(struct draft *d, char *line)
{
	char *name = line + 1 + strspn(line + 1, " \t"), *sub;

	name[strcspn(name, "]")] = '\0';
	sub = name + strcspn(name, " \t");
	if (*sub != '\0')
		*sub++ = '\0';
	if (strcasecmp(name, "sendemail") != 0)
		return false;
	git_close(d);
	sub = source_word(&sub);
	draft_account(d, sub);
	return true;
}

/* A value: quotes may be within it, and a comment behind it. */
static char *
git_value(char *p)
{
	char *value = p, *out = p, *end = p;
	bool quoted = false;

	for (; *p != '\0' && (quoted || (*p != '#' && *p != ';')); p++) {
		if (*p == '"') {
			quoted = !quoted;
		} else {
			if (*p == '\\' && p[1] != '\0')
				p++;
			*out++ = *p;
		}
		if (quoted || !ascii_blank(*p))
			end = out;
	}
	*end = '\0';
	return value;
}

int
gitconfig_import(struct draft *d, const char *path, struct fault *f)
{
	struct source in;
	char *line, *value;
	bool ours = false;
	int status = source_open(&in, path, f);

	while (status == 0 && (line = source_setting(&in, d)) != NULL) {
		if (*line == ';')
			continue;
		if (*line == '[') {
			ours = git_section(d, line);
			continue;
		}
		if (!ours)
			continue;
		value = git_value(source_cut(line, "="));
		git_setting(d, line, value);
	}
	draft_at(d, path, 0);
	git_close(d);
	draft_account(d, NULL);
	source_release(&in);
	return status;
}
