/* fault.h - an error: its stage, its text, and whether to try again */

#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

/* The step of a delivery that failed; see the table in fault.c. */
enum stage {
	ST_USAGE, ST_CONFIG, ST_SECRET, ST_TOKEN, ST_INPUT, ST_ADDRESS,
	ST_SPOOL, ST_WAIT, ST_RESOLVE, ST_CONNECT, ST_GREETING, ST_EHLO,
	ST_STARTTLS, ST_TLS, ST_AUTH, ST_MAIL, ST_RCPT, ST_DATA, ST_BODY,
	ST_RSET, ST_QUIT, ST__MAX
};

/* What kind of number the code is. */
enum domain {
	FD_NONE,		/* no number: the text says it */
	FD_ERRNO,
	FD_GAI,			/* EAI_* of getaddrinfo(3) */
	FD_TLS,			/* GNUTLS_E_* */
	FD_SMTP,		/* three digits that the relay sent */
	FD_LINK,		/* the connection ended: 0, or errno */
	FD__MAX
};

enum verdict {
	VD_OK,
	VD_TEMP,	/* may work later: keep the message */
	VD_PERM,	/* will never work as things are */
	VD_DOUBT,	/* no reply to the message: a retry may duplicate */
	VD__MAX
};

#define FAULT_WHAT	272	/* host name, ':', port */
#define FAULT_COMMAND	128
#define FAULT_TEXT	2048
#define FAULT_ESC	24	/* "5.7.8" */

/*
 * A fault has no pointers and owns nothing: it can be copied, compared,
 * sent through a pipe and written to a note, and filling it in cannot
 * itself fail.  The strings are printable; text may hold several lines
 * with LF between them.
 */
struct fault {
	enum stage	stage;
	enum domain	domain;
	int		code;
	enum verdict	verdict;
	unsigned short	esc[3];	/* 5.7.8; each below 1000; all 0 if none */
	char		what[FAULT_WHAT];	/* "relay.example.org:587" */
	char		command[FAULT_COMMAND];	/* as sent, no secret */
	char		text[FAULT_TEXT];	/* of the relay or of heloise */
};

/*
 * Fill in a fault; what is longer than text is cut and ends in "[...]".
 * Keeps f->what, so that an outer room may name the relay first.  Always
 * returns -1, for "return fault_set(...)".
 */
int fault_set(struct fault *, enum stage, enum domain, int code, enum verdict,
    const char *, ...) __attribute__((__format__(__printf__, 6, 7)));

/* Append to the text, in the same manner. */
void fault_add(struct fault *, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* fault_set() with FD_ERRNO: the text, a colon and strerror(err). */
int fault_errno(struct fault *, enum stage, int err, enum verdict,
    const char *, ...) __attribute__((__format__(__printf__, 5, 6)));

/* Fill in what and command. */
void fault_what(struct fault *, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));
void fault_command(struct fault *, const char *, ...)
    __attribute__((__format__(__printf__, 2, 3)));

/* All zero: nothing is wrong. */
void fault_clear(struct fault *);

/* "log in to": what failed at that stage.  Exported for the tests. */
const char *fault_doing(enum stage);

/* "auth": the stage as a word for logs and notes. */
const char *fault_stage(enum stage);

/* "ok", "temp", "perm" or "doubt". */
const char *fault_verdict(enum verdict);

/* The exit status of sysexits.h for this fault. */
int fault_exit(const struct fault *);

/*
 * Does the fault lie with the settings, their files or the relay rather
 * than the message or a recipient?  Then it never fails a message: an
 * administrator can correct it while the message waits.
 */
bool fault_of_session(const struct fault *);

struct buf;

/* Append "log in to relay:587". */
void fault_action(struct buf *out, const struct fault *);

/* Append the text; a reply as the relay sent it: "421-first", "421 last". */
void fault_reply(struct buf *out, const struct fault *);

/*
 * Append "cannot log in to relay:587: 535 5.7.8 ...", all lines of the
 * reply, and the command it answered where there was one.
 */
void fault_print(struct buf *out, const struct fault *);

/* Is it a valid fault?  For faults that came from another process. */
bool	fault_sane(const struct fault *);

#endif
