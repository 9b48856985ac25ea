/* fault.c - an error: its stage, its text, and whether to try again */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/util.h"

static const struct {
	const char	*word;
	const char	*doing;
	int		 perm;		/* exit status of VD_PERM */
} stages[ST__MAX] = {
	[ST_USAGE]	= { "usage", "understand the command line", EX_USAGE },
	[ST_CONFIG]	= { "config", "use the configuration", EX_CONFIG },
	[ST_SECRET]	= { "secret", "get the password", EX_CONFIG },
	[ST_TOKEN]	= { "token", "get an access token", EX_CONFIG },
	[ST_INPUT]	= { "input", "read the message", EX_DATAERR },
	[ST_ADDRESS]	= { "address", "use the address", EX_USAGE },
	[ST_SPOOL]	= { "spool", "use the spool", EX_CANTCREAT },
	[ST_WAIT]	= { "wait", "send to", EX_TEMPFAIL },
	[ST_RESOLVE]	= { "resolve", "find", EX_NOHOST },
	[ST_CONNECT]	= { "connect", "connect to", EX_UNAVAILABLE },
	[ST_GREETING]	= { "greeting", "get a greeting from", EX_UNAVAILABLE },
	[ST_EHLO]	= { "ehlo", "send EHLO to", EX_UNAVAILABLE },
	[ST_STARTTLS]	= { "starttls", "start TLS with", EX_UNAVAILABLE },
	[ST_TLS]	= { "tls", "agree on TLS with", EX_NOPERM },
	[ST_AUTH]	= { "auth", "log in to", EX_NOPERM },
	[ST_MAIL]	= { "mail", "name the sender to", EX_UNAVAILABLE },
	[ST_RCPT]	= { "rcpt", "name a recipient to", EX_UNAVAILABLE },
	[ST_DATA]	= { "data", "start the message to", EX_UNAVAILABLE },
	[ST_BODY]	= { "body", "send the message to", EX_UNAVAILABLE },
	[ST_RSET]	= { "rset", "start over with", EX_UNAVAILABLE },
	[ST_QUIT]	= { "quit", "end the session with", EX_UNAVAILABLE },
};

static const char *const verdicts[VD__MAX] = {
	[VD_OK] = "ok", [VD_TEMP] = "temp", [VD_PERM] = "perm",
	[VD_DOUBT] = "doubt",
};

/*
 * Write raw to out[size] in printable form.  It does not get longer; a
 * character that was cut in two becomes a question mark.
 */
static void
fault_visible(char *out, size_t size, const char *raw, bool lines)
{
	struct buf b = { .max = FAULT_TEXT };

	buf_add_visible(&b, raw, strlen(raw), lines);
	(void)strlcpy(out, buf_text(&b), size);
	buf_release(&b);
}

static void __attribute__((__format__(__printf__, 2, 0)))
fault_text(struct fault *f, const char *fmt, va_list ap)
{
	static const char cut[] = "[...]";
	char raw[FAULT_TEXT];
	size_t had = strlen(f->text), room = sizeof(f->text) - had;

	if (vsnprintf(raw, room, fmt, ap) >= (int)room && room > sizeof(cut))
		memcpy(raw + room - sizeof(cut), cut, sizeof(cut));
	fault_visible(f->text + had, room, raw, true);
}

int
fault_set(struct fault *f, enum stage stage, enum domain domain, int code,
    enum verdict verdict, const char *fmt, ...)
{
	va_list ap;

	f->stage = stage;
	f->domain = domain;
	f->code = code;
	f->verdict = verdict;
	memset(f->esc, 0, sizeof(f->esc));
	f->command[0] = f->text[0] = '\0';
	va_start(ap, fmt);
	fault_text(f, fmt, ap);
	va_end(ap);
	return -1;
}

void
fault_add(struct fault *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fault_text(f, fmt, ap);
	va_end(ap);
}

int
fault_errno(struct fault *f, enum stage stage, int err, enum verdict verdict,
    const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return fault_set(f, stage, FD_ERRNO, err, verdict, "%s%s%s", text,
	    text[0] != '\0' ? ": " : "", strerror(err));
}

void
fault_what(struct fault *f, const char *fmt, ...)
{
	char raw[sizeof(f->what)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	fault_visible(f->what, sizeof(f->what), raw, false);
}

void
fault_command(struct fault *f, const char *fmt, ...)
{
	char raw[sizeof(f->command)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	fault_visible(f->command, sizeof(f->command), raw, false);
}

void
fault_clear(struct fault *f)
{
	f->stage = ST_USAGE;
	f->domain = FD_NONE;
	f->code = 0;
	f->verdict = VD_OK;
	memset(f->esc, 0, sizeof(f->esc));
	f->what[0] = f->command[0] = f->text[0] = '\0';
}

const char *
fault_doing(enum stage stage)
{
	return stages[stage].doing;
}

const char *
fault_stage(enum stage stage)
{
	return stages[stage].word;
}

const char *
fault_verdict(enum verdict v)
{
	return verdicts[v];
}

int
fault_exit(const struct fault *f)
{
	switch (f->verdict) {
	case VD_OK:
		return EX_OK;
	case VD_TEMP:
	case VD_DOUBT:
		return f->stage == ST_INPUT && f->domain == FD_ERRNO ?
		    EX_IOERR : EX_TEMPFAIL;
	case VD_PERM:
	case VD__MAX:
		break;
	}
	if (f->stage == ST_ADDRESS && f->domain == FD_ERRNO &&
	    f->code == ESRCH)
		return EX_NOUSER;
	/* X.7.X is a matter of policy, not of a missing mailbox. */
	if (f->domain == FD_SMTP && f->stage == ST_RCPT && f->esc[1] != 7 &&
	    (f->code == 550 || f->code == 551 || f->code == 553))
		return EX_NOUSER;
	if (f->code == 552 && f->domain == FD_SMTP && f->stage >= ST_MAIL)
		return EX_DATAERR;
	return stages[f->stage].perm;
}

bool
fault_of_session(const struct fault *f)
{
	return f->stage == ST_CONFIG || f->stage == ST_SECRET ||
	    f->stage == ST_TOKEN ||
	    (f->stage >= ST_WAIT && f->stage <= ST_AUTH);
}

void
fault_reply(struct buf *out, const struct fault *f)
{
	const char *p = f->text, *nl;

	if (f->domain != FD_SMTP) {
		buf_adds(out, p);
		return;
	}
	while ((nl = strchr(p, '\n')) != NULL) {
		buf_addf(out, "%03d-", f->code);
		buf_add(out, p, (size_t)(nl - p) + 1);
		p = nl + 1;
	}
	buf_addf(out, "%03d%s%s", f->code, *p != '\0' ? " " : "", p);
}

void
fault_action(struct buf *out, const struct fault *f)
{
	buf_adds(out, fault_doing(f->stage));
	if (f->what[0] != '\0')
		buf_addf(out, " %s%s", f->stage == ST_CONFIG ||
		    f->stage == ST_SECRET || f->stage == ST_TOKEN ?
		    "for " : "", f->what);
	else if (f->stage >= ST_WAIT)
		buf_adds(out, " the relay");
}

void
fault_print(struct buf *out, const struct fault *f)
{
	buf_adds(out, "cannot ");
	fault_action(out, f);
	buf_adds(out, ": ");
	fault_reply(out, f);
	if (f->command[0] != '\0')
		buf_addf(out, " (in reply to %s)", f->command);
}

bool
fault_sane(const struct fault *f)
{
	return (unsigned)f->stage < ST__MAX && (unsigned)f->domain < FD__MAX &&
	    (unsigned)f->verdict < VD__MAX && f->esc[0] < 1000 &&
	    f->esc[1] < 1000 && f->esc[2] < 1000 &&
	    ends_within(f->what, sizeof(f->what)) &&
	    ends_within(f->command, sizeof(f->command)) &&
	    ends_within(f->text, sizeof(f->text));
}
