/*
 * ipc.h - what keeper and courier say to each other
 *
 * Records over a SOCK_SEQPACKET pair: of a fixed size for each kind, but
 * for those that name recipients, which hold as many as there is room for.
 * The other side may have been taken over by what it read: a record of the
 * wrong size, an enum out of range, a string without end, or an index that
 * is not there ends the conversation.
 */

#ifndef AGENT_IPC_H
#define AGENT_IPC_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"
#include "mail/envelope.h"
#include "report/conninfo.h"

#define RECORD_WORD	520	/* octets of a word, NUL included */
#define RECORD_WORDS	16384	/* octets of all words of a record */

enum record_kind {
	/* keeper to courier */
	REC_JOB = 1,	/* a message; its descriptor comes along */
	REC_RCPT,	/* more recipients of the message just announced */
	REC_END,	/* no more for now: say goodbye to the relay */

	/* courier to keeper */
	REC_SENT,	/* the last octet of a message is about to go */
	REC_FAULT,	/* some recipients in a row met with the same */
	REC_DONE,	/* all others were accepted: that was the verdict */
	REC__MAX
};

/*
 * Words, each with its NUL; only len octets travel.  A recipient is two:
 * a letter for what it wants to be notified of and its address, ORCPT.
 */
struct record_words {
	uint32_t	nrcpt;		/* recipients among them */
	uint32_t	len;
	char		text[RECORD_WORDS];
};

struct record {
	uint32_t	kind;
	uint32_t	job;		/* the keeper's number of the message */
	union {
		struct {
			int64_t		at, size;
			uint32_t	nrcpt;	/* in all */
			uint32_t	ret;
			uint32_t	eightbit;
			uint32_t	last;	/* as if REC_END followed */
			/* account, sender, ENVID, the first recipients */
			struct record_words words;
		} job;
		struct {
			struct record_words words;
		} rcpt;
		struct {
			uint32_t	first, n;
			struct fault	fault;
		} fault;
		struct {
			uint32_t	taken;	/* how many others there are */
			char		accepted[512];
			struct link	link;
		} done;
	} u;
};

/* Begin a record: all that travels of it is 0. */
void	record_begin(struct record *, enum record_kind, uint32_t job);

/* Append a word, cut to RECORD_WORD (NULL: ""); false: there is no room. */
bool	record_add(struct record_words *, const char *);

/* Append a recipient; false: there is no room, and nothing was added. */
bool	record_add_rcpt(struct record_words *, const struct rcpt *);

/* Where one is in reading words. */
struct record_reader {
	const char	*p, *end;
};

void	record_read(struct record_reader *, const struct record_words *);

/* The next word; NULL: there is none. */
const char *record_next(struct record_reader *);

/*
 * The next recipient: its address and what it wants.  NULL: there is none,
 * or it is not one.
 */
const char *record_next_rcpt(struct record_reader *, unsigned *notify,
	    const char **orcpt);

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
