/*
 * step.h - what a probe meets, in words and as facts, and what it warns of
 *
 * All that a step has to tell goes into a finding; how that is shown is for
 * the display to know.
 */

#ifndef PROBE_STEP_H
#define PROBE_STEP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/tls.h"
#include "smtp/client.h"

enum mark {
	MARK_OK,
	MARK_WARNING,
	MARK_FAILED,
	MARK_SKIPPED,	/* it was not done, and the words say why */
	MARK__MAX
};

#define STEP_WARNINGS	4
#define STEP_TEXT		65536

struct warning {
	const char	*rule;		/* "certificate-expires": its name */
	char		 text[512];
};

/* Texts are printable. */
struct step {
	const char	*step;		/* "ehlo": see fault_stage() */
	enum mark	 mark;
	long long	 ms;		/* that it took; -1: not timed */
	struct buf	 text;		/* lines, LF between */
	struct buf	 facts;		/* members of a JSON object */
	struct warning	 warning[STEP_WARNINGS];
	size_t		 nwarning;
};

void	step_init(struct step *, const char *step, long long ms);
void	step_release(struct step *);

/* Add a line. */
void	step_line(struct step *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

/* Does the DNS know an address of the name in HELO? */
enum helo_known { HELO_UNASKED, HELO_KNOWN, HELO_UNKNOWN };

/* What the rules for warnings look at; borrowed, NULL is: not known. */
struct scene {
	const struct client *client;
	const char	*host;		/* of the relay */
	bool		 near;		/* it is on this host */
	const char	*sender;	/* of the envelope */
	const char	*helo;
	enum helo_known	 helo_known;
	const struct tls_facts *tls;
};

/* Apply the rules that belong to its step. */
void	step_warn(struct step *, const struct scene *);

/* The name in HELO, and why this one. */
void	step_helo(struct step *, const char *name, const char *why);

/* What the relay just said to something: "<a@example.org>: 250 ok". */
void	step_reply(struct step *, const char *to,
	    const struct client *);

/* That reply as the one to EHLO: what the relay can do. */
void	step_ehlo(struct step *, const struct client *);

/* TLS as it came up, and a line for `tls-pin`. */
void	step_tls(struct step *, const struct tls_facts *);

/* How the login went; asked: `auth` names the mechanism. */
void	step_auth(struct step *, const struct client *, bool asked);

/* It failed with this. */
void	step_fault(struct step *, const struct fault *);

/* "20 MiB": octets, for people. */
void	step_size(struct buf *, long long);

#endif
