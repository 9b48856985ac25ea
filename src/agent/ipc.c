/* ipc.c - records between dispatcher, agent and connector */

#include <sys/socket.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "agent/ipc.h"
#include "base/portable.h"
#include "base/util.h"

#define NOTHING	'@'	/* the letter of a recipient without NOTIFY */
#define HEAD	offsetof(struct ipc_record, u)
#define SIZE(m)	(HEAD + sizeof(((struct ipc_record *)0)->u.m))
#define BARE(m)	(SIZE(m) - IPC_WORDS)

/* Room for a descriptor that goes along. */
union control {
	struct cmsghdr	head;
	char		room[CMSG_SPACE(sizeof(int))];
};

/* Without the words. */
static const size_t sizes[IPC__MAX] = {
	[IPC_DELIVERY] = BARE(delivery),
	[IPC_RCPT] = BARE(rcpt),
	[IPC_END] = HEAD,
	[IPC_OPEN] = HEAD,
	[IPC_SENT] = HEAD,
	[IPC_FAULT] = SIZE(fault),
	[IPC_DONE] = SIZE(done),
	[IPC_CONNECT] = SIZE(connect),
	[IPC_BEGUN] = SIZE(begun),
};

/* There is no padding within or after what is sent. */
_Static_assert(offsetof(struct ipc_record, u.delivery.words.text) ==
    BARE(delivery) &&
    offsetof(struct ipc_record, u.rcpt.words.text) == BARE(rcpt),
    "the words are not at the end");

int
ipc_pair(int fds[2], struct fault *f)
{
	if (portable_pair(fds) == -1)
		return fault_errno(f, ST_SPOOL, errno, VD_TEMP,
		    "cannot create a socket pair");
	return 0;
}

void
ipc_begin(struct ipc_record *r, enum ipc_kind kind, uint32_t number)
{
	memset(r, 0, sizes[kind]);
	r->kind = kind;
	r->number = number;
}

/* The words of a record that has some, or NULL. */
static const struct ipc_words *
ipc_words_of(const struct ipc_record *r)
{
	if (r->kind == IPC_DELIVERY)
		return &r->u.delivery.words;
	return r->kind == IPC_RCPT ? &r->u.rcpt.words : NULL;
}

static size_t
ipc_whole_size(const struct ipc_record *r)
{
	const struct ipc_words *w = ipc_words_of(r);

	return sizes[r->kind] + (w != NULL ? w->len : 0);
}

static bool
ipc_append(struct ipc_words *w, const char *p, size_t n)
{
	if (n >= IPC_WORD)
		n = IPC_WORD - 1;
	if (n + 1 > IPC_WORDS - w->len)
		return false;
	memcpy(w->text + w->len, p, n);
	w->len += (uint32_t)n;
	w->text[w->len++] = '\0';
	return true;
}

bool
ipc_add(struct ipc_words *w, const char *word)
{
	return word == NULL ? ipc_append(w, "", 0)
			    : ipc_append(w, word, strlen(word));
}

bool
ipc_add_rcpt(struct ipc_words *w, const struct rcpt *r)
{
	uint32_t was = w->len;

	if (w->len == IPC_WORDS)
		return false;
	w->text[w->len++] = (char)(NOTHING + (r->notify & NOTIFY_ALL));
	if (!ipc_add(w, r->addr) || !ipc_add(w, r->orcpt)) {
		w->len = was;
		return false;
	}
	w->nrcpt++;
	return true;
}

void
ipc_read(struct ipc_reader *rd, const struct ipc_words *w)
{
	rd->p = w->text;
	rd->end = w->text + w->len;
}

const char *
ipc_next(struct ipc_reader *rd)
{
	size_t left = (size_t)(rd->end - rd->p);
	const char *word = rd->p, *end = memchr(word, '\0', left);

	if (end == NULL)
		return NULL;
	rd->p = end + 1;
	return word;
}

const char *
ipc_next_rcpt(struct ipc_reader *rd, unsigned *notify, const char **orcpt)
{
	const char *word = ipc_next(rd);

	if (word == NULL || word[0] < NOTHING ||
	    word[0] > NOTHING + NOTIFY_ALL || (*orcpt = ipc_next(rd)) == NULL)
		return NULL;
	*notify = (unsigned)(word[0] - NOTHING);
	return word + 1;
}

int
ipc_send(int sock, const struct ipc_record *r, int fd, int nonblocking)
{
	union control control = { 0 };
	union {
		const void	*in;
		void		*out;
	} base = { .in = r };
	struct iovec v = { .iov_base = base.out, .iov_len = ipc_whole_size(r) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	ssize_t n;

	if (fd != -1) {
		m.msg_control = control.room;
		m.msg_controllen = sizeof(control.room);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	do {
		n = sendmsg(sock, &m,
		    MSG_NOSIGNAL | (nonblocking ? MSG_DONTWAIT : 0));
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return nonblocking && errno == EAGAIN ? 0 : -1;
	return 1;
}

/* Are these so many words and recipients, and nothing else? */
static bool
ipc_sane_words(const struct ipc_words *w, size_t nwords)
{
	struct ipc_reader rd;
	const char *orcpt;
	unsigned notify;
	uint32_t i;

	ipc_read(&rd, w);
	for (; nwords > 0; nwords--)
		if (ipc_next(&rd) == NULL)
			return false;
	for (i = 0; i < w->nrcpt; i++)
		if (ipc_next_rcpt(&rd, &notify, &orcpt) == NULL)
			return false;
	return rd.p == rd.end;
}

/* Is it as long as it says? */
static bool
ipc_sane_size(const struct ipc_record *r, size_t n)
{
	const struct ipc_words *w;

	if (n < HEAD || r->kind == 0 || r->kind >= IPC__MAX ||
	    n < sizes[r->kind])
		return false;
	w = ipc_words_of(r);
	return (w == NULL || w->len <= IPC_WORDS) && n == ipc_whole_size(r);
}

static bool
ipc_sane(const struct ipc_record *r, size_t n)
{
	if (!ipc_sane_size(r, n))
		return false;
	switch ((enum ipc_kind)r->kind) {
	case IPC_DELIVERY:
		return r->u.delivery.at >= 0 && r->u.delivery.size > 0 &&
		    r->u.delivery.limit >= 0 &&
		    r->u.delivery.ret <= RET_HDRS &&
		    r->u.delivery.eightbit <= 1 &&
		    r->u.delivery.last <= 1 &&
		    r->u.delivery.words.nrcpt <= r->u.delivery.nrcpt &&
		    ipc_sane_words(&r->u.delivery.words, 3);
	case IPC_RCPT:
		return r->u.rcpt.words.nrcpt > 0 &&
		    ipc_sane_words(&r->u.rcpt.words, 0);
	case IPC_FAULT:
		return r->u.fault.n > 0 &&
		    r->u.fault.fault.verdict != VD_OK &&
		    fault_sane(&r->u.fault.fault);
	case IPC_DONE:
		return ends_within(r->u.done.accepted,
		    sizeof(r->u.done.accepted)) &&
		    conninfo_sane(&r->u.done.conninfo);
	case IPC_CONNECT:
		return r->u.connect.to.len <= sizeof(r->u.connect.to.sa);
	case IPC_BEGUN:
		return r->u.begun.err >= 0 && r->u.begun.source <= 1;
	case IPC_END:
	case IPC_OPEN:
	case IPC_SENT:
	case IPC__MAX:
		break;
	}
	return true;
}

static bool
ipc_has_descriptor(const struct ipc_record *r)
{
	return r->kind == IPC_DELIVERY || r->kind == IPC_OPEN ||
	    r->kind == IPC_CONNECT ||
	    (r->kind == IPC_BEGUN && r->u.begun.err == 0);
}

/*
 * The descriptor of a message, or -1.  *odd: there is something else, for
 * which there is room where pointers have 64 bits.
 */
static int
ipc_descriptor(struct msghdr *m, bool *odd)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd[2] = { -1, -1 };

	*odd = false;
	if (c == NULL)
		return -1;
	if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len >= CMSG_LEN(sizeof(fd[0])) &&
	    c->cmsg_len <= CMSG_LEN(sizeof(fd)))
		memcpy(fd, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
	*odd = c->cmsg_len != CMSG_LEN(sizeof(fd[0]));
	if (fd[1] != -1)
		(void)close(fd[1]);
	return fd[0];
}

int
ipc_receive(int sock, struct ipc_record *r, int *fd, int nonblocking)
{
	union control control = { 0 };
	struct iovec v = { .iov_base = r, .iov_len = sizeof(*r) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room) };
	ssize_t n;
	bool odd;

	*fd = -1;
	do {
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC |
		    (nonblocking ? MSG_DONTWAIT : 0));
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return nonblocking && errno == EAGAIN ? 0 : -1;
	*fd = ipc_descriptor(&m, &odd);
	if (n == 0 || odd || !ipc_sane(r, (size_t)n) ||
	    m.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ||
	    ipc_has_descriptor(r) != (*fd != -1)) {
		if (*fd != -1)
			(void)close(*fd);
		*fd = -1;
		return -1;
	}
	return 1;
}
