/* sandbox.h - give up, for good, what a process will not need */

#ifndef SYSTEM_SANDBOX_H
#define SYSTEM_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* What stays allowed; everything else of the file system and TCP goes. */
struct sandbox {
	const int	*dirs;		/* to read and write below them */
	size_t		 ndirs;
	const int	*ports;		/* TCP ports to connect to */
	size_t		 nports;
	bool		 bind;		/* TCP sockets to an address of ours */
	bool		 reading;	/* of all files whose modes let it */
	bool		 secret;	/* no core dump, no look from outside */
	bool		 libraries;	/* to read those of the system */
};

/*
 * Enter it: no_new_privs, Landlock as far as the kernel has it (TCP from
 * ABI 4), resource limits.  A kernel without them is silently less; what is
 * open stays open.  Children inherit it.
 */
void	sandbox_enter(const struct sandbox *);

/* "Landlock ABI 7 (files, TCP)", or what is missing; for --version. */
void	sandbox_describe(char *, size_t);

#endif
