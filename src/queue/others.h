/* others.h - root's queue run, also for users whose spool has no other place */

#ifndef QUEUE_OTHERS_H
#define QUEUE_OTHERS_H

#include "queue/runner.h"

/*
 * runner_once(), then the same for each user with mail below SPOOLPATH_USERS:
 * in a process (see crew.h) that becomes the user, with that user's groups,
 * home directory and settings.  A flag of the command line goes for all;
 * nothing else of root's does.  r->ctx is a struct options_again.
 *
 * The result sums up all.  What goes wrong with a user's mail is logged; -1
 * with a fault of root's own.
 */
runner_run others_once;

#endif
