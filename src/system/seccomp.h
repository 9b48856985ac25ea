/* seccomp.h - forbid the system calls that a process does not need */

#ifndef SYSTEM_SECCOMP_H
#define SYSTEM_SECCOMP_H

#include <sys/types.h>

#include <stdbool.h>

/* What stays allowed, besides files and memory. */
#define SECCOMP_TCP	0x01	/* new TCP connections over IPv4 and IPv6 */
#define SECCOMP_LOCAL	0x02	/* new connections to Unix sockets */
#define SECCOMP_MEMORY	0x04	/* files in memory */
#define SECCOMP_ACCEPT	0x08	/* connections, at a socket that listens */

/*
 * Forbid for good: programs, servers, other sockets and connections; signals
 * to processes but kills (0: to all); limits and memory of other processes,
 * queues and memory shared with them; modes, owners, times and watches of
 * files by path, input typed into terminals, namespaces, mounts, keys, and the
 * calls that attacks on the kernel use.  A forbidden call fails with EPERM,
 * or ENOSYS if the C library then has another way; none ends the process.
 * Needs no_new_privs.  False: this kernel cannot do it.
 */
bool	seccomp_enter(unsigned allow, pid_t kills);

/* Does this kernel have it? */
bool	seccomp_here(void);

/*
 * Call a function that returns 0 to 255.  Where another program's filter is in
 * force, a child calls it, since the filter may end the process.  -1: it did.
 */
int	seccomp_try(int (*)(void));

#endif
