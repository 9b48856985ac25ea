/* judge.h - was a promise broken in a trial? */

#ifndef FAULT_JUDGE_H
#define FAULT_JUDGE_H

#include "trial.h"

/* How often each thing happened. */
struct numbers {
	unsigned	 trials;
	unsigned	 good, bad, killed;	/* by exit status */
	unsigned	 accepted, queued, refused;	/* recipients */
	unsigned	 doubt;		/* came twice, nobody saw the answer */
	unsigned	 unnoted;	/* ... it was not written down yet */
	unsigned	 unwritten;	/* came twice, the spool was broken */
};

/*
 * What is wrong with the outcome of a trial whose fault was in the process
 * of that name, or NULL.  Without a fault all must be as it should.
 */
const char *judge(const struct scenario *, const char *process,
	    const struct shim *, const struct outcome *, struct numbers *);

#endif
