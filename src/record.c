/* record.c - what keeper and courier say to each other */

#include <sys/socket.h>

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "record.h"

#define HEAD	offsetof(struct record, u)
#define SIZE(m)	(HEAD + sizeof(((struct record *)0)->u.m))

static const size_t sizes[REC__MAX] = {
	[REC_JOB] = SIZE(job),
	[REC_RCPT] = SIZE(rcpt),
	[REC_END] = HEAD,
	[REC_SENT] = HEAD,
	[REC_TAKEN] = SIZE(taken),
	[REC_FAULT] = SIZE(fault),
	[REC_DONE] = SIZE(done),
};

int
record_pair(int fds[2], struct fault *f)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return fault_errno(f, ST_SPOOL, errno, VD_TEMP,
		    "no socket pair");
	return 0;
}

int
record_send(int sock, const struct record *r, int fd, int nonblocking)
{
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	union {
		const void	*in;
		void		*out;
	} base = { .in = r };
	struct iovec v = { .iov_base = base.out, .iov_len = sizes[r->kind] };
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

static bool
ends(const char *s, size_t n)
{
	return memchr(s, '\0', n) != NULL;
}

static bool
sane_fault(const struct fault *f)
{
	return (unsigned)f->stage < ST__MAX && (unsigned)f->domain < FD__MAX &&
	    (unsigned)f->verdict < VD__MAX &&
	    ends(f->what, sizeof(f->what)) &&
	    ends(f->command, sizeof(f->command)) &&
	    ends(f->text, sizeof(f->text));
}

static bool
sane(const struct record *r, size_t n)
{
	if (n < HEAD || r->kind == 0 || r->kind >= REC__MAX ||
	    n != sizes[r->kind])
		return false;
	switch ((enum record_kind)r->kind) {
	case REC_JOB:
		return r->u.job.at >= 0 && r->u.job.size > 0 &&
		    r->u.job.ret <= RET_HDRS && r->u.job.eightbit <= 1 &&
		    r->u.job.last <= 1 &&
		    ends(r->u.job.account, RECORD_ACCOUNT) &&
		    ends(r->u.job.from, RECORD_ADDR) &&
		    ends(r->u.job.envid, RECORD_ADDR);
	case REC_RCPT:
		return r->u.rcpt.notify <= 0xf &&
		    ends(r->u.rcpt.addr, RECORD_ADDR) &&
		    ends(r->u.rcpt.orcpt, RECORD_ADDR);
	case REC_FAULT:
		return sane_fault(&r->u.fault.fault);
	case REC_DONE:
		return ends(r->u.done.accepted,
		    sizeof(r->u.done.accepted)) && link_sane(&r->u.done.link);
	case REC_END:
	case REC_SENT:
	case REC_TAKEN:
	case REC__MAX:
		break;
	}
	return true;
}

/* The first descriptor of a message; more than one is not for us. */
static int
descriptor(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	int fd = -1;

	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS && c->cmsg_len >= CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	return fd;
}

int
record_receive(int sock, struct record *r, int *fd, int nonblocking)
{
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec v = { .iov_base = r, .iov_len = sizeof(*r) };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1,
	    .msg_control = control.room,
	    .msg_controllen = sizeof(control.room) };
	ssize_t n;

	*fd = -1;
	do {
		n = recvmsg(sock, &m, MSG_CMSG_CLOEXEC |
		    (nonblocking ? MSG_DONTWAIT : 0));
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return nonblocking && errno == EAGAIN ? 0 : -1;
	*fd = descriptor(&m);
	if (n == 0 || !sane(r, (size_t)n) ||
	    (r->kind == REC_JOB) != (*fd != -1)) {
		if (*fd != -1)
			(void)close(*fd);
		*fd = -1;
		return -1;
	}
	return 1;
}
