/* sandbox.h - give up the rights that a process does not need */

#ifndef SYSTEM_SANDBOX_H
#define SYSTEM_SANDBOX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* The rights that stay; all other file system and TCP rights end. */
struct sandbox {
	const int	*dirs;		/* to read and write below them */
	size_t		 ndirs;
	const int	*ports;		/* TCP ports to connect to */
	size_t		 nports;
	bool		 bind;		/* TCP sockets, to any free port */
	bool		 reading;	/* read all files that modes allow */
	bool		 secret;	/* no core dump, no tracing */
	bool		 libraries;	/* read those of the system */
	bool		 local;		/* new Unix sockets */
	pid_t		 kills;		/* the process it may signal, or 0 */
	bool		 memory;	/* files in memory */
	bool		 accept;	/* connections, at a listening socket */
};

/*
 * Enter it permanently: no_new_privs, Landlock as far as the kernel has it
 * (TCP from ABI 4, signals and abstract Unix sockets from ABI 6), a filter of
 * system calls (seccomp.h), resource limits; of root's capabilities, those for
 * files if there are some to open.  On a kernel without them it does less,
 * without an error.  Open descriptors stay open.  Children inherit it.
 */
void	sandbox_enter(const struct sandbox *);

/*
 * Does a filter of another program end a process that opens a TCP socket?
 * Then no mail can be sent, and not even the name of the host be found out.
 */
bool	sandbox_no_sockets(void);

/* "Landlock ABI 7 (files, TCP, signals), seccomp (...)"; for --version. */
void	sandbox_describe(char *, size_t);

#endif
