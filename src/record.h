/*
 * record.h - what keeper and courier say to each other
 *
 * Records of a fixed size for each kind, over a SOCK_SEQPACKET pair.  The
 * other side may have been taken over by what it read: a record of the
 * wrong size, an enum out of range, a string without end, or an index that
 * is not there ends the conversation.
 */

#ifndef RECORD_H
#define RECORD_H

#include <sys/types.h>

#include <stdint.h>

#include "base/fault.h"
#include "link.h"
#include "mail/envelope.h"

#define RECORD_ADDR	520	/* octets of an address, ORCPT or ENVID */
#define RECORD_ACCOUNT	64	/* octets of the name of an account */

enum record_kind {
	/* keeper to courier */
	REC_JOB = 1,	/* a message; its descriptor comes along */
	REC_RCPT,	/* one recipient of the message just announced */
	REC_END,	/* no more for now: say goodbye to the relay */

	/* courier to keeper */
	REC_SENT,	/* the last octet of a message is about to go */
	REC_TAKEN,	/* one recipient was accepted */
	REC_FAULT,	/* one recipient was not */
	REC_DONE,	/* that was the verdict on a message */
	REC__MAX
};

struct record {
	uint32_t	kind;
	uint32_t	job;		/* the keeper's number of the message */
	union {
		struct {
			int64_t		at, size;
			uint32_t	nrcpt;
			uint32_t	ret;
			uint32_t	eightbit;
			uint32_t	last;	/* as if REC_END followed */
			char		account[RECORD_ACCOUNT];
			char		from[RECORD_ADDR];
			char		envid[RECORD_ADDR];
		} job;
		struct {
			uint32_t	notify;
			char		addr[RECORD_ADDR];
			char		orcpt[RECORD_ADDR];
		} rcpt;
		struct {
			uint32_t	index;
			struct fault	fault;
		} fault;
		struct {
			uint32_t	index;
		} taken;
		struct {
			char		accepted[512];
			struct link	link;
		} done;
	} u;
};

/* A connected pair, close-on-exec.  0, or -1 with a fault. */
int	record_pair(int fds[2], struct fault *);

/*
 * Send one; fd (or -1) goes along.  1 sent, 0 only if nonblocking and there
 * is no room, -1 if the other side is gone.
 */
int	record_send(int sock, const struct record *, int fd,
	    int nonblocking);

/*
 * Receive one and check it; *fd is a descriptor that came along, or -1.
 * 1 received, 0 only if nonblocking and there is none, -1 at the end, or
 * if what came is not a record.
 */
int	record_receive(int sock, struct record *, int *fd, int nonblocking);

#endif
