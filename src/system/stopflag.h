/* stopflag.h - the flag that SIGTERM and SIGINT set */

#ifndef SYSTEM_STOPFLAG_H
#define SYSTEM_STOPFLAG_H

#include <signal.h>

/* From now on these signals only set the flag. */
void	stopflag_catch(void);

/* Not 0 once a signal has come; for poll loops. */
const volatile sig_atomic_t *stopflag_get(void);

#endif
