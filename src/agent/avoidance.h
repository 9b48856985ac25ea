/* avoidance.h - the extensions that messages to one relay go without */

#ifndef AGENT_AVOIDANCE_H
#define AGENT_AVOIDANCE_H

#include "agent/delivery.h"
#include "smtp/avoid.h"

struct avoidance {
	uint32_t	base;		/* CAP_* that the settings avoid, */
	uint32_t	learned;	/* and those learned now */

	/* in this session */
	bool		retry;		/* a message was refused one, */
	bool		anew;		/* so end this session now */
	bool		broken;		/* that was done */
};

void	avoidance_session(struct avoidance *);

/* The CAP_* to do without for this message. */
uint32_t avoidance_of(const struct avoidance *, const struct delivery *);

/*
 * Recipients accepted this message: what was dropped for it last has made the
 * difference, which is learned.
 */
void	avoidance_learn(struct avoidance *, struct delivery *);

/*
 * The message is over, after this transaction: take back the verdicts of
 * recipients that can have it without an extension, as smtp/avoid.h advises,
 * or that were cut off in a session ended for that.  True: send it again.
 */
bool	avoidance_again(struct avoidance *, struct delivery *,
	    const struct client_mail *);

/* The fault with which to end a session in which the state is not known. */
void	avoidance_break_off(struct avoidance *, struct fault *);

#endif
