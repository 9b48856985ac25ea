/* sasl.h - how to log in: client mechanisms as step functions */

#ifndef SMTP_SASL_H
#define SMTP_SASL_H

#include "base/buf.h"
#include "base/fault.h"

/* Weakest first: "auto" takes the last that both sides have. */
enum sasl_mech {
	SASL_LOGIN,
	SASL_PLAIN,
	SASL__MAX
};

#define SASL_BIT(m)	(1u << (m))
#define SASL_CHALLENGE	4096	/* octets we are willing to read */

/* user and password are borrowed until the end; nothing else is kept. */
struct sasl {
	enum sasl_mech	 mech;
	const char	*user;
	const char	*password;
	unsigned	 step;
};

/* "PLAIN". */
const char	*sasl_name(enum sasl_mech);

/* The mechanism called p[0..n), without case, or SASL__MAX. */
enum sasl_mech	 sasl_find(const char *p, size_t n);

/* The strongest of a set of SASL_BIT()s, or SASL__MAX for none. */
enum sasl_mech	 sasl_best(unsigned set);

/* Does the client speak first, so that it can go with the command? */
bool		 sasl_initial(enum sasl_mech);

/* Does the relay get something it could use to log in elsewhere? */
bool		 sasl_reveals(enum sasl_mech);

/*
 * Answer one challenge (decoded) into out, which should be a secret buf.
 * The first call of a mechanism that speaks first has no challenge.
 * Returns -1 when there is nothing more to say or the challenge is wrong.
 */
int		 sasl_step(struct sasl *, const char *in, size_t n,
		    struct buf *out, struct fault *);

/* Has everything been said, so that a 235 may be believed? */
bool		 sasl_complete(const struct sasl *);

#endif
