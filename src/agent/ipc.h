/*
 * ipc.h - records between dispatcher, agent and connector
 *
 * Records over a SOCK_SEQPACKET pair.  Each kind has a fixed size; only
 * those with recipients have as many as fit.  An attacker may control the
 * other process.  So a wrong size, an enum or index out of range, or a string
 * without end ends the connection.
 */

#ifndef AGENT_IPC_H
#define AGENT_IPC_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "mail/envelope.h"
#include "net/resolve.h"
#include "report/conninfo.h"

#define IPC_WORD	520	/* octets of a word, NUL included */
#define IPC_WORDS	16384	/* octets of all words of a record */

enum ipc_kind {
	/* dispatcher to agent */
	IPC_DELIVERY = 1,	/* a message; its descriptor comes along */
	IPC_RCPT,	/* more recipients of the message just announced */
	IPC_END,	/* no more for now: end the session */
	IPC_OPEN,	/* another agent is to serve the socket with it */

	/* agent to dispatcher */
	IPC_SENT,	/* the last octet of a message is about to go */
	IPC_FAULT,	/* some recipients in a row have this fault */
	IPC_DONE,	/* all other recipients were accepted */

	/* agent to connector, and back over the descriptor that came along */
	IPC_CONNECT,	/* begin a connection */
	IPC_BEGUN,	/* its socket comes along, unless there is an error */
	IPC__MAX
};

/*
 * Words, each with its NUL; only len octets are sent.  A recipient is two:
 * a letter for NOTIFY and the address; and ORCPT.
 */
struct ipc_words {
	uint32_t	nrcpt;		/* recipients among them */
	uint32_t	len;
	char		text[IPC_WORDS];
};

struct ipc_record {
	uint32_t	kind;
	uint32_t	number;		/* the dispatcher's of the delivery */
	union {
		struct {
			int64_t		at, size;
			int64_t		limit;	/* of the delivery, or 0 */
			uint32_t	nrcpt;	/* in all */
			uint16_t	ret;
			uint16_t	eightbit;
			uint32_t	tries;	/* that failed before */
			uint32_t	last;	/* as if IPC_END followed */
			uint32_t	avoid, works;	/* CAP_* */
			/* account, sender, ENVID, the first recipients */
			struct ipc_words words;
		} delivery;
		struct {
			struct ipc_words words;
		} rcpt;
		struct {
			uint32_t	first, n;
			struct fault	fault;
		} fault;
		struct {
			uint32_t	taken;	/* how many others there are */
			uint32_t	learned, proven;	/* CAP_* */
			char		accepted[512];
			struct conninfo	conninfo;
		} done;
		struct {
			struct address	to;
		} connect;
		struct {
			int32_t		err;	/* errno, or 0 */
			uint32_t	source;	/* of the source address */
		} begun;
	} u;
};

/* Begin a record: all of it is 0. */
void	ipc_begin(struct ipc_record *, enum ipc_kind, uint32_t number);

/* Append a word, cut to IPC_WORD (NULL: ""); false: there is no room. */
bool	ipc_add(struct ipc_words *, const char *);

/* Append a recipient; false: there is no room, and nothing was added. */
bool	ipc_add_rcpt(struct ipc_words *, const struct rcpt *);

/* A place in the words of a record. */
struct ipc_reader {
	const char	*p, *end;
};

void	ipc_read(struct ipc_reader *, const struct ipc_words *);

/* The next word; NULL: there is none. */
const char *ipc_next(struct ipc_reader *);

/*
 * The next recipient: its address, NOTIFY and ORCPT.  NULL: there is none,
 * or it is malformed.
 */
const char *ipc_next_rcpt(struct ipc_reader *, unsigned *notify,
	    const char **orcpt);

/* A connected pair, close-on-exec.  0, or -1 with a fault. */
int	ipc_pair(int fds[2], struct fault *);

/*
 * Send one; fd (or -1) goes along.  1 sent, 0 only if nonblocking and there
 * is no room, -1 if the other side is gone.
 */
int	ipc_send(int sock, const struct ipc_record *, int fd, int nonblocking);

/*
 * Receive one and check it; *fd is a descriptor that came along, or -1.
 * 1 received, 0 only if nonblocking and there is none, -1 at the end or if
 * it is no valid record.
 */
int	ipc_receive(int sock, struct ipc_record *, int *fd, int nonblocking);

#endif
