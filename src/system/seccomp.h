/* seccomp.h - forbid the system calls that a process does not need */

#ifndef SYSTEM_SECCOMP_H
#define SYSTEM_SECCOMP_H

#include <stdbool.h>

/* What stays allowed, besides files and memory. */
#define SECCOMP_TCP	0x01	/* new TCP sockets over IPv4 and IPv6 */
#define SECCOMP_LOCAL	0x02	/* new Unix sockets */
#define SECCOMP_SIGNALS	0x04	/* signals to other processes */

/*
 * Forbid for good: programs, other sockets and servers, signals, limits and
 * memory of other processes, namespaces, mounts, keys, and the calls that
 * attacks on the kernel use.  A forbidden call fails with EPERM, or ENOSYS if
 * the C library then has another way; none ends the process.  Needs
 * no_new_privs.  False: this kernel cannot do it.
 */
bool	seccomp_enter(unsigned allow);

/* Does this kernel have it? */
bool	seccomp_here(void);

/* Is a filter of another program in force? */
bool	seccomp_filtered(void);

#endif
