/*
 * connector.h - connects for agents that may not
 *
 * An attacker who has taken over an agent must reach no other host.  Landlock
 * knows only ports, and a filter of system calls cannot read an address.  So
 * a process that reads nothing from any relay begins the connections, and
 * passes each socket on.
 */

#ifndef AGENT_CONNECTOR_H
#define AGENT_CONNECTOR_H

#include <sys/types.h>

#include "net/connect.h"

struct connector {
	struct connect_by by;		/* for struct route */
	int		 sock;		/* -1: there is none */
	pid_t		 pid;
};

/* Where it may connect to, and from which address. */
struct connector_line {
	struct address	to, source;
};

/*
 * Start it, for n lines and no others, in a sandbox of its own.  It ends when
 * this process and all its children have ended or closed their copy of sock.
 * 0, or -1 with a fault; release it in any case.  The struct must not move.
 */
int	connector_start(struct connector *, const struct connector_line *,
	    size_t n, struct fault *);

/* Close sock, and in the process that started it, wait for its end. */
void	connector_release(struct connector *);

#endif
