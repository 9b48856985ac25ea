/* trial.h - a probe with settings that are not yet in a file */

#ifndef SETUP_TRIAL_H
#define SETUP_TRIAL_H

#include "probe/probe.h"
#include "setup/answers.h"

/*
 * Do the steps of a delivery from this sender with the draft's settings, as
 * if it were the file path.  With login the sender is the recipient, too.
 * Without, no user and no password is used, there is no recipient, and a
 * connection may take ten seconds.  Waits for the result; it is the
 * same as that of --probe.
 */
void	trial_run(const struct draft *, const struct options *,
	    const struct config_source *, const char *path, const char *sender,
	    bool login, struct probe_result *);

/* The same for the answers so far. */
void	trial_answers(struct answers *, bool login, struct probe_result *);

/* Print the refusal, and what to do about it. */
void	trial_show(const struct probe_result *);

/*
 * Get a token for the draft's account, which logs in by OAuth: with ask true a
 * person does it as for --login, with false no person and no provider is
 * asked.  The result is VD_OK if there is one, or what failed.
 */
void	trial_login(const struct draft *, const struct config_source *,
	    const char *path, bool ask, struct probe_result *);

/* Did it get as far as a login? */
bool	trial_reached(const struct probe_result *);

#endif
