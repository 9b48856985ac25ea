/* step.h - a probe step: its text, its facts and its warnings */

#ifndef PROBE_STEP_H
#define PROBE_STEP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/tls.h"
#include "oauth/token.h"
#include "smtp/client.h"

enum mark {
	MARK_OK,
	MARK_WARNING,
	MARK_FAILED,
	MARK_SKIPPED,	/* not done; the text says why */
	MARK__MAX
};

#define STEP_WARNINGS	4
#define STEP_TEXT	65536

struct warning {
	const char	*rule;		/* "certificate-expires": its name */
	char		 text[512];
};

/* Texts are printable. */
struct step {
	const char	*step;		/* "ehlo": see fault_stage() */
	enum mark	 mark;
	long long	 ms;		/* duration; -1: not timed */
	struct buf	 text;		/* lines with LF between them */
	struct buf	 facts;		/* members of a JSON object */
	struct warning	 warning[STEP_WARNINGS];
	size_t		 nwarning;
};

void	step_init(struct step *, const char *step, long long ms);
void	step_release(struct step *);

/* Add a line. */
void	step_line(struct step *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

/* Does the DNS have an address for the HELO name? */
enum helo_known { HELO_UNASKED, HELO_KNOWN, HELO_UNKNOWN };

/* Input of the warning rules; borrowed.  NULL: not known. */
struct warn_context {
	const struct client *client;
	const char	*host;		/* of the relay */
	bool		 near;		/* the relay is on this host */
	const char	*sender;	/* of the envelope */
	const char	*helo;
	enum helo_known	 helo_known;
	const struct tls_facts *tls;
	int		 failed_family;	/* as route_failed_family(); 0: none */
};

/* Apply the rules of this step. */
void	step_warn(struct step *, const struct warn_context *);

/* Add the HELO name and the reason for it. */
void	step_helo(struct step *, const char *name, const char *why);

/* Add the present reply, and its subject: "<a@example.org>: 250 ok". */
void	step_reply(struct step *, const char *to, const struct client *);

/* Add the reply to EHLO and the capabilities of the relay. */
void	step_ehlo(struct step *, const struct client *);

/* Add the facts of TLS and a line for `tls-pin`. */
void	step_tls(struct step *, const struct tls_facts *);

/* Add the login.  asked: `auth` names the mechanism. */
void	step_auth(struct step *, const struct client *, bool asked);

/* Add what is known of an access token at that time(), but not the token. */
void	step_token(struct step *, const struct token *, long long now);

/* Mark the step as failed with this fault. */
void	step_fault(struct step *, const struct fault *);

/* Append octets with a unit: "20 MiB".  Exported for the tests. */
void	step_size(struct buf *, long long);

#endif
