/* sasl.h - login mechanisms of the client as step functions */

#ifndef SMTP_SASL_H
#define SMTP_SASL_H

#include "base/buf.h"
#include "base/fault.h"
#include "smtp/scram.h"

/*
 * Every mechanism, weakest first (see sasl_best()): the end of its constant,
 * its name, its word in the setting `auth`, whether the client speaks first,
 * whether it reveals the password, its maximum of steps, its minimum of steps
 * before a yes, and its function in sasl.c.
 *
 * RFCs: EXTERNAL 4422 A, OAUTHBEARER 7628, CRAM-MD5 2195, PLAIN 4616,
 * SCRAM 5802 and 7677.  LOGIN and XOAUTH2 have none.
 */
#define SASL_MECHS(X) \
	X(EXTERNAL, "EXTERNAL", "external", true, false, 1, 1, external) \
	X(OAUTHBEARER, "OAUTHBEARER", "oauthbearer", true, true, 2, 1, \
	    oauthbearer) \
	X(XOAUTH2, "XOAUTH2", "xoauth2", true, true, 2, 1, xoauth2) \
	X(CRAM_MD5, "CRAM-MD5", "cram-md5", false, true, 1, 1, cram_md5) \
	X(LOGIN, "LOGIN", "login", false, true, 2, 2, login) \
	X(PLAIN, "PLAIN", "plain", true, true, 2, 1, plain) \
	X(SCRAM_SHA_1, "SCRAM-SHA-1", "scram-sha-1", true, false, 3, 2, \
	    scram) \
	X(SCRAM_SHA_256, "SCRAM-SHA-256", "scram-sha-256", true, false, 3, 2, \
	    scram) \
	X(SCRAM_SHA_1_PLUS, "SCRAM-SHA-1-PLUS", "scram-sha-1-plus", true, \
	    false, 3, 2, scram) \
	X(SCRAM_SHA_256_PLUS, "SCRAM-SHA-256-PLUS", "scram-sha-256-plus", \
	    true, false, 3, 2, scram)

enum sasl_mech {
#define SASL_CONSTANT(id, ...) SASL_##id,
	SASL_MECHS(SASL_CONSTANT)
#undef SASL_CONSTANT
	SASL__MAX
};

#define SASL_BIT(m)	(1u << (m))
#define SASL_CHALLENGE	4096	/* octets of a challenge at most */

/* Strings are borrowed until the end; nothing else is kept. */
struct sasl {
	enum sasl_mech	 mech;
	const char	*user;		/* NULL only with EXTERNAL */
	const char	*password;	/* or token; NULL only with EXTERNAL */
	const char	*host;		/* OAUTHBEARER: the relay, or NULL */
	int		 port;		/* 0: not sent */
	struct scram	 scram;		/* SCRAM: nonce and channel binding */

	/* private */
	unsigned	 step;
	bool		 refused;	/* the relay will refuse, because: */
	char		 said[512];
};

/* "PLAIN". */
const char	*sasl_name(enum sasl_mech);

/* The mechanism called p[0..n), without case, or SASL__MAX. */
enum sasl_mech	 sasl_find(const char *p, size_t n);

/*
 * The strongest of a set of SASL_BIT()s that take a password, or SASL__MAX
 * for none.  bound: the TLS session has a channel binding.  exposed: others
 * may read the dialogue, so CRAM-MD5 is better than a readable password.
 */
enum sasl_mech	 sasl_best(unsigned set, bool bound, bool exposed);

/* The same for an access token; likes is the one to prefer, or SASL__MAX. */
enum sasl_mech	 sasl_best_token(unsigned set, enum sasl_mech likes);

/* Does it need a password (or a token)?  A TLS session to bind to? */
bool		 sasl_secret(enum sasl_mech);
bool		 sasl_binds(enum sasl_mech);

/*
 * Does the text of a challenge matter, or only that there is one?  May it be
 * a reason in plain text, not base64?
 */
bool		 sasl_heeds(enum sasl_mech);
bool		 sasl_reasons(const struct sasl *);

/* Does the client speak first, so that its response can go with AUTH? */
bool		 sasl_initial(enum sasl_mech);

/*
 * Does it show the password, or data to guess it from, to readers on the
 * network and to a false relay?
 */
bool		 sasl_reveals(enum sasl_mech);

/*
 * Answer one challenge (decoded) into out, which should be a secret buf.
 * The first call of a mechanism that speaks first has no challenge.
 * Returns -1 and a fault if no more steps are left or the challenge is wrong.
 */
int		 sasl_step(struct sasl *, const char *in, size_t n,
		    struct buf *out, struct fault *);

/*
 * The relay accepted the login with these words.  -1 and a fault if it did
 * so too early, or did not prove that it knows the password (SCRAM).
 */
int		 sasl_success(struct sasl *, const char *words, struct fault *);

#endif
