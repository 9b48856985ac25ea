/* agents.h - the agents of a queue run, each with a connection to the relay */

#ifndef QUEUE_AGENTS_H
#define QUEUE_AGENTS_H

#include <signal.h>

#include "agent/dispatch.h"
#include "spool/slot.h"

/*
 * Messages that an agent has at most.  If the process is killed, so many may
 * be sent twice; so it is little more than a session needs.
 */
#define AGENTS_WINDOW	10

struct run_agent {
	struct dispatch	 dispatch;
	int		 slot;		/* its connection's; see slot_take() */
	bool		 given;		/* a message since its session ended */
	long long	 since;		/* clock_ms(): its last verdict, or when
					   it got a message and had none */
	bool		 filling;	/* until it has a window of messages */
	bool		 proven;	/* the relay took a message from it */
	bool		 leaving;	/* it gets no more messages */
};

struct agents {
	int		 opener;	/* a socket; see agent.h */
	const struct spool *spool;
	const volatile sig_atomic_t *stop; /* set by a signal, or NULL */
	bool		 one;		/* never more than one */

	/* for one account */
	int		 connections;	/* as the settings say */
	int		 allowed;	/* fewer if the relay refused one */
	char		 key[SLOT_KEY];
	struct run_agent *agent[CONNECTIONS_MOST];
	size_t		 n;
	size_t		 turn;		/* the one heard last */
	long long	 opened;	/* clock_ms() of the first agent, */
	long long	 last;		/* the same of the last verdict */
	long long	 wait;		/* ms for the next verdict, so far */
	long long	 waited;	/* ms for all verdicts but the first */
	long long	 busy;		/* ms that connections were busy */
	size_t		 done;		/* how many verdicts */
	long long	 again;		/* clock_ms(): no other agent before */
};

/* The opener, the spool and stop are borrowed. */
void	agents_init(struct agents *, int opener, const struct spool *,
	    const volatile sig_atomic_t *stop, bool one);

/* There are no agents: the next ones are for an account with these. */
void	agents_begin(struct agents *, const struct settings *);

/*
 * Start an agent.  False: there is no connection for it now, and one may come
 * free; agents_due() allows for that.
 */
bool	agents_add(struct agents *);

/*
 * The one with the fewest messages of those that may have another now, when
 * so many are left; or with any, of all that are not leaving.  NULL: there is
 * none.
 */
struct run_agent *agents_next(struct agents *, size_t left, bool any);

/* dispatch_give() */
void	agents_give(struct run_agent *, struct delivery *);

/* Messages that all agents have together. */
size_t	agents_out(const struct agents *);

/*
 * There are no messages for now: each agent that had one ends its session.
 * One that has none ends, and others get its connection, unless a message may
 * come back from a connection that the relay has not taken yet.
 */
void	agents_finish(struct agents *);

/*
 * When another agent pays (clock_ms()) if so many messages are left and the
 * relay says nothing until then; 0 is never.  It pays when it needs less time
 * to get ready than it takes off the time that the others need.  If no messages
 * are left, it is when to ask agents_finish() again.
 */
long long agents_due(const struct agents *, size_t left);

/* As dispatch_wait_any(); notes the times for agents_due(). */
struct delivery *agents_wait(struct agents *, long long deadline,
	    struct run_agent **);

/* The relay has taken this connection: what came last tells of its pace. */
void	agents_heard(struct agents *, struct run_agent *);

/*
 * The relay refused this connection.  True: others go on, so that the messages
 * can be given to them.
 */
bool	agents_refused(struct agents *, struct run_agent *, bool busy);

/* End all; their connections are closed before others can have them. */
void	agents_end(struct agents *);

#endif
