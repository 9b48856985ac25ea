/* everyone.h - root's queue run for all users of the host */

#ifndef QUEUE_EVERYONE_H
#define QUEUE_EVERYONE_H

#include "queue/runner.h"

/*
 * runner_once() for each spool below r->top, each in a process (see crew.h)
 * that has become its owner with the group r->group.  So this process trusts
 * nothing that users can write.  A password-command runs before, as root.
 *
 * The result sums up all others.  -1 with the first fault; the others were
 * tried all the same.
 */
runner_run everyone_once;

#endif
