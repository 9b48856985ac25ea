/* t_base_fault.c - what went wrong, where, and whether to try again */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/util.h"
#include "tap.h"

static const struct {
	enum stage	 stage;
	enum domain	 domain;
	int		 code;
	enum verdict	 verdict;
	int		 want;
} exits[] = {
	{ ST_USAGE, FD_NONE, 0, VD_OK, EX_OK },
	{ ST_USAGE, FD_NONE, 0, VD_PERM, EX_USAGE },
	{ ST_CONFIG, FD_NONE, 0, VD_PERM, EX_CONFIG },
	{ ST_SECRET, FD_NONE, 0, VD_PERM, EX_CONFIG },
	{ ST_INPUT, FD_NONE, 0, VD_PERM, EX_DATAERR },
	{ ST_INPUT, FD_ERRNO, EIO, VD_TEMP, EX_IOERR },
	{ ST_ADDRESS, FD_NONE, 0, VD_PERM, EX_USAGE },
	{ ST_SPOOL, FD_ERRNO, EACCES, VD_PERM, EX_CANTCREAT },
	{ ST_SPOOL, FD_ERRNO, ENOSPC, VD_TEMP, EX_TEMPFAIL },
	{ ST_RESOLVE, FD_GAI, -2, VD_PERM, EX_NOHOST },
	{ ST_RESOLVE, FD_GAI, -3, VD_TEMP, EX_TEMPFAIL },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP, EX_TEMPFAIL },
	{ ST_CONNECT, FD_LINK, 0, VD_TEMP, EX_TEMPFAIL },
	{ ST_CONNECT, FD_NONE, 0, VD_PERM, EX_UNAVAILABLE },
	{ ST_GREETING, FD_SMTP, 554, VD_PERM, EX_UNAVAILABLE },
	{ ST_EHLO, FD_SMTP, 421, VD_TEMP, EX_TEMPFAIL },
	{ ST_EHLO, FD_SMTP, 550, VD_PERM, EX_UNAVAILABLE },
	{ ST_STARTTLS, FD_NONE, 0, VD_PERM, EX_UNAVAILABLE },
	{ ST_TLS, FD_TLS, -43, VD_PERM, EX_NOPERM },
	{ ST_AUTH, FD_SMTP, 535, VD_PERM, EX_NOPERM },
	{ ST_AUTH, FD_SMTP, 454, VD_TEMP, EX_TEMPFAIL },
	{ ST_MAIL, FD_SMTP, 550, VD_PERM, EX_UNAVAILABLE },
	{ ST_MAIL, FD_SMTP, 552, VD_PERM, EX_DATAERR },
	{ ST_RCPT, FD_SMTP, 550, VD_PERM, EX_NOUSER },
	{ ST_RCPT, FD_SMTP, 551, VD_PERM, EX_NOUSER },
	{ ST_RCPT, FD_SMTP, 553, VD_PERM, EX_NOUSER },
	{ ST_RCPT, FD_SMTP, 554, VD_PERM, EX_UNAVAILABLE },
	{ ST_RCPT, FD_SMTP, 450, VD_TEMP, EX_TEMPFAIL },
	{ ST_RCPT, FD_NONE, 550, VD_PERM, EX_UNAVAILABLE },
	{ ST_DATA, FD_SMTP, 554, VD_PERM, EX_UNAVAILABLE },
	{ ST_BODY, FD_SMTP, 552, VD_PERM, EX_DATAERR },
	{ ST_BODY, FD_SMTP, 554, VD_PERM, EX_UNAVAILABLE },
	{ ST_BODY, FD_LINK, 0, VD_DOUBT, EX_TEMPFAIL },
	{ ST_RSET, FD_SMTP, 502, VD_PERM, EX_UNAVAILABLE },
	{ ST_QUIT, FD_SMTP, 500, VD_PERM, EX_UNAVAILABLE },
};

static void
statuses(void)
{
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(exits); i++) {
		ok(fault_set(&f, exits[i].stage, exits[i].domain,
		    exits[i].code, exits[i].verdict, "x") == -1, "is -1");
		is_int(fault_exit(&f), exits[i].want, "%s, %s %d",
		    fault_stage(exits[i].stage),
		    fault_verdict(exits[i].verdict), exits[i].code);
	}
}

/* Which stages concern the relay and its settings, not a message. */
static void
stages(void)
{
	struct fault f = { 0 };
	enum stage s;
	bool session;

	for (s = 0; s < ST__MAX; s++) {
		(void)fault_set(&f, s, FD_NONE, 0, VD_PERM, "x");
		session = s == ST_CONFIG || s == ST_SECRET ||
		    s == ST_TOKEN || s == ST_WAIT || s == ST_RESOLVE || s == ST_CONNECT ||
		    s == ST_GREETING || s == ST_EHLO || s == ST_STARTTLS ||
		    s == ST_TLS || s == ST_AUTH;
		ok(fault_of_session(&f) == session, "%s %s",
		    fault_stage(s), session ? "is the relay's" :
		    "is the message's");
		ok(fault_doing(s) != NULL && fault_doing(s)[0] != '\0',
		    "what could not be done");
	}
}

/* A fault as people read it. */
static const struct {
	enum stage	 stage;
	enum domain	 domain;
	int		 code;
	const char	*text, *what, *command, *want;
} prints[] = {
	{ ST_AUTH, FD_SMTP, 535, "5.7.8 wrong", "relay:587", "AUTH PLAIN",
	    "cannot log in to relay:587: 535 5.7.8 wrong "
	    "(in reply to AUTH PLAIN)" },
	{ ST_EHLO, FD_SMTP, 421, "4.7.0 Try\nagain\nlater", "relay:25", "",
	    "cannot send EHLO to relay:25: 421-4.7.0 Try\n421-again\n"
	    "421 later" },
	{ ST_BODY, FD_SMTP, 554, "", "relay:25", "",
	    "cannot send the message to relay:25: 554" },
	{ ST_CONNECT, FD_ERRNO, 111, "refused", "relay:25", "",
	    "cannot connect to relay:25: refused" },
	{ ST_WAIT, FD_NONE, 0, "why", "", "",
	    "cannot send to the relay: why" },
	{ ST_INPUT, FD_NONE, 0, "why", "", "",
	    "cannot read the message: why" },
	{ ST_SECRET, FD_NONE, 0, "why", "relay:25", "",
	    "cannot get the password for relay:25: why" },
	{ ST_TOKEN, FD_NONE, 0, "why", "relay:25", "",
	    "cannot get an access token for relay:25: why" },
	{ ST_BODY, FD_NONE, 0, "gone", "", "",
	    "cannot send the message to the relay: gone" },
};

static void
printing(void)
{
	struct buf b = { .max = 4096 };
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(prints); i++) {
		fault_clear(&f);
		fault_what(&f, "%s", prints[i].what);
		(void)fault_set(&f, prints[i].stage, prints[i].domain,
		    prints[i].code, VD_PERM, "%s", prints[i].text);
		fault_command(&f, "%s", prints[i].command);
		buf_clear(&b);
		fault_print(&b, &f);
		is(buf_text(&b), prints[i].want, "printed %zu", i);
	}
	buf_release(&b);
}

static void
setting(void)
{
	struct fault f = { 0 }, none = { 0 };

	fault_what(&f, "relay\033:%d", 25);
	f.esc[0] = 5;
	fault_command(&f, "RCPT TO:<%s>", "a\nb\302\233@x");
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 550, VD_PERM, "%s",
	    "\033[2J\nnext\r\302\233");
	is(f.what, "relay?:25", "what is kept, and printable");
	is(f.text, "?[2J\nnext??", "the text has lines, and no controls");
	is(f.command, "", "the command is forgotten");
	ok(f.esc[0] == 0, "the enhanced code is forgotten");
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 550, VD_PERM, "no relaying");
	f.esc[0] = 5, f.esc[1] = 7, f.esc[2] = 1;
	is_int(fault_exit(&f), EX_UNAVAILABLE, "5.7.1 is not about a user");
	f.esc[1] = 1;
	is_int(fault_exit(&f), EX_NOUSER, "5.1.1 is");
	fault_command(&f, "RCPT TO:<%s>", "a\nb\302\233@x");
	is(f.command, "RCPT TO:<a?b?@x>", "a command is one line");
	(void)fault_errno(&f, ST_SPOOL, ENOENT, VD_TEMP, "%s", "queue/1");
	ok(f.domain == FD_ERRNO && f.code == ENOENT, "errno");
	is(f.text, "queue/1: No such file or directory", "and its words");
	(void)fault_errno(&f, ST_SPOOL, ENOENT, VD_TEMP, "%s", "");
	is(f.text, "No such file or directory", "and alone");
	fault_add(&f, "; %s", "more\033");
	is(f.text, "No such file or directory; more?", "and more");
	f.esc[2] = 999;
	ok(fault_sane(&f), "numbers of three digits");
	f.esc[2] = 1000;
	ok(!fault_sane(&f), "and no more");
	fault_clear(&f);
	ok(f.stage == none.stage && f.domain == none.domain &&
	    f.verdict == VD_OK && f.text[0] == '\0' && f.what[0] == '\0' &&
	    f.command[0] == '\0' && fault_exit(&f) == EX_OK, "cleared");
}

/* What is too long is cut between two characters, and says so. */
static void
cutting(void)
{
	struct fault f = { 0 };
	char big[FAULT_TEXT * 2 + 1];
	size_t i, n;
	int at;

	for (at = 0; at < 3; at++) {
		for (i = 0; i + 3 < sizeof(big); i += 3)
			memcpy(big + i, "\342\202\254", 3);
		big[i] = '\0';
		memset(big, 'x', (size_t)at);	/* shift, break the first */
		(void)fault_set(&f, ST_BODY, FD_NONE, 0, VD_TEMP, "%s", big);
		n = strlen(f.text);
		ok(n == FAULT_TEXT - 1 && utf8_valid(f.text, n) &&
		    strcmp(f.text + n - 5, "[...]") == 0, "cut text %d", at);
		fault_add(&f, " and more");
		ok(strlen(f.text) == n, "there is no room for more");
		fault_what(&f, "%s", big);
		fault_command(&f, "%s", big);
		ok(strlen(f.what) == FAULT_WHAT - 1 &&
		    utf8_valid(f.what, strlen(f.what)), "cut what %d", at);
		ok(strlen(f.command) == FAULT_COMMAND - 1 &&
		    utf8_valid(f.command, strlen(f.command)),
		    "cut command %d", at);
	}
	memset(big, 'x', sizeof(big));
	big[FAULT_TEXT - 1] = '\0';
	(void)fault_set(&f, ST_BODY, FD_NONE, 0, VD_TEMP, "%s", big);
	is(f.text, big, "just as long as there is room");
}

int
main(void)
{
	statuses();
	stages();
	printing();
	setting();
	cutting();
	return done();
}
