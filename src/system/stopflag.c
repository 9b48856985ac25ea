/* stopflag.c - the flag that SIGTERM and SIGINT set */

#include "system/stopflag.h"

static volatile sig_atomic_t flag;

static void
stopflag_set(int sig)
{
	flag = sig;
}

void
stopflag_catch(void)
{
	(void)signal(SIGTERM, stopflag_set);
	(void)signal(SIGINT, stopflag_set);
}

const volatile sig_atomic_t *
stopflag_get(void)
{
	return &flag;
}
