/* password.c - the password, from the setting or the file it names */

#include <sys/stat.h>

#include <errno.h>
#include <readpassphrase.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/password.h"
#include "system/command.h"
#include "system/readfile.h"

#define COMMAND_MS	30000	/* ms that a command may take */

static bool
pw_below(const char *dir, const char *path)
{
	size_t n = strlen(dir);

	while (n > 0 && dir[n - 1] == '/')
		n--;
	return n > 0 && strncmp(dir, path, n) == 0 && path[n] == '/' &&
	    strstr(path + n, "/../") == NULL;
}

/* Containers and systemd mount secrets in places that are private. */
static bool
pw_private(const char *path, const char *credentials)
{
	return pw_below("/run/secrets", path) ||
	    pw_below("/var/run/secrets", path) || (credentials != NULL &&
	    credentials[0] == '/' && pw_below(credentials, path));
}

/* A single line without control characters, and a BOM before it or not. */
static int
pw_check_text(const char *path, const char *kind, struct buf *text,
    struct fault *f)
{
	if (text->len >= 3 && memcmp(text->p, "\xef\xbb\xbf", 3) == 0)
		buf_drop(text, 3);
	if (text->len > 0 && text->p[text->len - 1] == '\n')
		text->p[--text->len] = '\0';
	if (text->len > 0 && text->p[text->len - 1] == '\r')
		text->p[--text->len] = '\0';
	if (text->len == 0)
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "%s: this %s is empty", path, kind);
	if (ascii_controls(text->p, text->len))
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "%s: expected the password on a single line, "
		    "without control characters", path);
	return 0;
}

static int
pw_read_file(const char *path, const char *credentials, struct buf *text,
    struct fault *f)
{
	struct stat st;

	if (readfile_whole(path, false, text, &st, f) == -1) {
		f->stage = ST_SECRET;
		if (f->code == EIO || f->code == EMFILE || f->code == ENFILE ||
		    f->code == ENOMEM)
			f->verdict = VD_TEMP;
		return -1;
	}
	if ((st.st_mode & 007) != 0 && !pw_private(path, credentials))
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "%s: all users can read this password; "
		    "run: chmod o-rwx %s", path, path);
	return pw_check_text(path, "file", text, f);
}

static int
pw_ask_command(const char *line, long long limit, struct buf *text,
    struct fault *f)
{
	long long now = clock_ms(), end = now + COMMAND_MS;

	if (limit > 0 && limit < end)
		end = limit > now ? limit : now + 1;
	if (command_run(line, end - now, text, f) == -1) {
		fault_add(f, " (password-command)");
		return -1;
	}
	return text->full ? 0 :
	    pw_check_text("password-command", "output", text, f);
}

int
password_get(const struct settings *s, const char *credentials,
    long long limit, struct buf *out, struct fault *f)
{
	struct buf text = { .max = PASSWORD_MAX, .secret = true };
	int rc = 0;

	if (s->password != NULL)
		buf_adds(&text, s->password);
	else if (s->password_file != NULL)
		rc = pw_read_file(s->password_file, credentials, &text, f);
	else if (s->password_command != NULL)
		rc = pw_ask_command(s->password_command, limit, &text, f);
	else
		rc = fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "neither password nor password-file nor "
		    "password-command is set");
	if (rc == 0 && text.full)
		rc = fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "the password is longer than %d octets", PASSWORD_MAX);
	if (rc == 0)
		buf_add(out, text.p, text.len);
	buf_release(&text);
	return rc;
}

bool
password_quoted(const char *p)
{
	size_t n = strlen(p);

	return n > 1 && (*p == '"' || *p == '\'') && p[n - 1] == *p;
}

bool
password_ask(const char *prompt, struct buf *out)
{
	char text[1024];
	bool yes = readpassphrase(prompt, text, sizeof(text),
	    RPP_REQUIRE_TTY) != NULL && text[0] != '\0';

	if (yes)
		buf_adds(out, text);
	explicit_bzero(text, sizeof(text));
	return yes;
}

void
password_forget(const struct settings *s)
{
	static const char *const names[] = { "HELOISE_PASSWORD",
	    "SMTP_PASSWORD" };
	char *value;
	size_t i;

	if (s->password != NULL)
		explicit_bzero(s->password, strlen(s->password));
	for (i = 0; i < NITEMS(names); i++)
		if ((value = getenv(names[i])) != NULL)
			explicit_bzero(value, strlen(value));
}
