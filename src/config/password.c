/* password.c - the password, from the setting or the file it names */

#include <sys/stat.h>

#include <errno.h>
#include <readpassphrase.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/password.h"
#include "system/command.h"
#include "system/priv.h"
#include "system/readfile.h"

#define COMMAND_MS	30000	/* ms that a command may take */

/* Where a secret comes from: the first that is not NULL. */
struct source {
	const char	*key;		/* the setting, and its -file... */
	const char	*noun;		/* "password" */
	const char	*value, *file, *command;
	bool		 token;		/* it is an access token */
	bool		 only_file;	/* there is no other setting */
};

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
pw_check_text(const char *path, const char *suffix, const char *kind,
    struct buf *text, struct fault *f)
{
	if (text->len >= 3 && memcmp(text->p, "\xef\xbb\xbf", 3) == 0)
		buf_drop(text, 3);
	if (text->len > 0 && text->p[text->len - 1] == '\n')
		text->p[--text->len] = '\0';
	if (text->len > 0 && text->p[text->len - 1] == '\r')
		text->p[--text->len] = '\0';
	if (text->len == 0)
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "%s%s: this %s is empty", path, suffix, kind);
	if (ascii_controls(text->p, text->len))
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "%s%s: expected the password on a single line, "
		    "without control characters", path, suffix);
	return 0;
}

static int
pw_read_file(const struct source *s, const char *credentials,
    struct buf *text, struct fault *f)
{
	const char *path = s->file;
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
		    "%s: all users can read this %s; "
		    "run: chmod o-rwx %s", path, s->noun, path);
	return pw_check_text(path, "", "file", text, f);
}

/* Why the output of a command cannot be meant, or NULL. */
static const char *
pw_absurd(const struct buf *text, bool token)
{
	static const char *const none[] = { "null", "undefined", "None" };
	const char *p = buf_text(text);
	size_t i, n = strcspn(p, "\r\n");

	for (i = 0; i < NITEMS(none); i++)
		if (n == strlen(none[i]) && strncmp(p, none[i], n) == 0)
			return "says that there is none";
	p += strspn(p, " \t\r\n");
	if (strncasecmp(p, "<!doctype", 9) == 0 ||
	    strncasecmp(p, "<html", 5) == 0 || strncasecmp(p, "<?xml", 5) == 0)
		return "is a page of HTML";
	if (token && strpbrk(buf_text(text), " \t") != NULL)
		return "has blanks, which no token has";
	return NULL;
}

static int
pw_ask_command(const struct source *s, long long limit, struct buf *text,
    struct fault *f)
{
	struct buf said = { .max = 1024 };
	long long now = clock_ms(), end = now + COMMAND_MS;
	const char *why;
	int rc = -1;

	if (priv_elevated() && getuid() != 0)
		return fault_set(f, ST_SECRET, FD_NONE, 0, VD_TEMP,
		    "%s-command is not run for the mail of this user; "
		    "root's next queue run sends it", s->key);
	if (limit > 0 && limit < end)
		end = limit > now ? limit : now + 1;
	if (command_run(s->command, end - now, text, &said, f) == -1) {
		fault_add(f, " (%s-command)", s->key);
		goto out;
	}
	if ((why = pw_absurd(text, s->token)) != NULL)
		(void)fault_set(f, ST_SECRET, FD_NONE, 0, VD_TEMP,
		    "the output of %s-command %s", s->key, why);
	else if (text->full || pw_check_text(s->key, "-command", "output",
	    text, f) == 0)
		rc = 0;
	while (said.len > 0 && said.p[said.len - 1] == '\n')
		said.p[--said.len] = '\0';
	if (rc == -1 && said.len > 0)
		fault_add(f, "; it says: %s", buf_text(&said));
out:
	buf_release(&said);
	return rc;
}

static int
pw_take(const struct source *s, const char *credentials, long long limit,
    struct buf *out, struct fault *f)
{
	struct buf text = { .max = PASSWORD_MAX, .secret = true };
	int rc = 0;

	if (s->value != NULL)
		buf_adds(&text, s->value);
	else if (s->file != NULL)
		rc = pw_read_file(s, credentials, &text, f);
	else if (s->command != NULL)
		rc = pw_ask_command(s, limit, &text, f);
	else if (s->only_file)
		rc = fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "%s-file is not set", s->key);
	else
		rc = fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "neither %s nor %s-file nor %s-command is set", s->key,
		    s->key, s->key);
	if (rc == 0 && text.full)
		rc = fault_set(f, ST_SECRET, FD_NONE, 0, VD_PERM,
		    "the %s is longer than %d octets", s->noun, PASSWORD_MAX);
	if (rc == 0)
		buf_add(out, text.p, text.len);
	buf_release(&text);
	return rc;
}

int
password_get(const struct settings *s, const char *credentials,
    long long limit, struct buf *out, struct fault *f)
{
	const struct source from = { .key = "password", .noun = "password",
	    .value = s->password, .file = s->password_file,
	    .command = s->password_command,
	    .token = s->auth == SETTING_AUTH_XOAUTH2 ||
	    s->auth == SETTING_AUTH_OAUTHBEARER };

	return pw_take(&from, credentials, limit, out, f);
}

int
password_client(const struct settings *s, const char *credentials,
    long long limit, struct buf *out, struct fault *f)
{
	const struct source from = { .key = "oauth-client-secret",
	    .noun = "client's secret", .value = s->oauth_client_secret,
	    .file = s->oauth_client_secret_file,
	    .command = s->oauth_client_secret_command };

	return pw_take(&from, credentials, limit, out, f);
}

int
password_refresh(const struct settings *s, const char *credentials,
    struct buf *out, struct fault *f)
{
	const struct source from = { .key = "oauth-refresh-token",
	    .noun = "refresh token", .only_file = true,
	    .file = s->oauth_refresh_token_file };

	return pw_take(&from, credentials, 0, out, f);
}

bool
password_quoted(const char *p)
{
	size_t n = strlen(p);

	return n > 1 && (*p == '"' || *p == '\'') && p[n - 1] == *p;
}

/* The terminal as it was, and the handlers, while the echo is off. */
static struct termios pw_terminal;
static const int pw_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
static struct sigaction pw_handlers[NITEMS(pw_signals)];

static void
pw_restore_handlers(void)
{
	size_t i;

	for (i = 0; i < NITEMS(pw_signals); i++)
		(void)sigaction(pw_signals[i], &pw_handlers[i], NULL);
}

/* readpassphrase(3) raises the signal when it has restored what it found. */
static void
pw_interrupted(int sig)
{
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &pw_terminal);
	pw_restore_handlers();
	(void)raise(sig);
}

static void
pw_catch(void)
{
	struct sigaction to = { .sa_handler = pw_interrupted };
	size_t i;

	(void)sigemptyset(&to.sa_mask);
	for (i = 0; i < NITEMS(pw_signals); i++) {
		(void)sigaction(pw_signals[i], NULL, &pw_handlers[i]);
		if (pw_handlers[i].sa_handler != SIG_IGN)
			(void)sigaction(pw_signals[i], &to, NULL);
	}
}

/*
 * `su -c` takes the controlling terminal away, but leaves one at the standard
 * input.  There readpassphrase(3) shows no prompt and does not turn off the
 * echo.
 */
static char *
pw_ask_stdin(const char *prompt, char *text, size_t size)
{
	struct termios quiet;
	char *answer;

	if (tcgetattr(STDIN_FILENO, &pw_terminal) == -1)
		return NULL;
	quiet = pw_terminal;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	pw_catch();
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == -1) {
		pw_restore_handlers();
		return NULL;
	}
	(void)fputs(prompt, stderr);
	answer = readpassphrase("", text, size, RPP_STDIN);
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &pw_terminal);
	pw_restore_handlers();
	(void)fputc('\n', stderr);
	return answer;
}

bool
password_ask(const char *prompt, struct buf *out)
{
	char text[1024] = "";
	char *answer = readpassphrase(prompt, text, sizeof(text),
	    RPP_REQUIRE_TTY);
	bool yes;

	if (answer == NULL && errno == ENOTTY)
		answer = pw_ask_stdin(prompt, text, sizeof(text));
	yes = answer != NULL && text[0] != '\0';
	if (yes)
		buf_adds(out, text);
	explicit_bzero(text, sizeof(text));
	return yes;
}
