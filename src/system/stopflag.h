/* stopflag.h - the flag that SIGTERM and SIGINT set */

#ifndef SYSTEM_STOPFLAG_H
#define SYSTEM_STOPFLAG_H

#include <signal.h>

/* From now on these signals only set the flag. */
void	stopflag_catch(void);

/* The signal that has come, or 0; for poll loops. */
const volatile sig_atomic_t *stopflag_get(void);

#endif
