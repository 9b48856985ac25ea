/*
 * f_ipc.c - whatever a process that was taken over may send
 *
 * The octets arrive as one record, with a descriptor if the first of them
 * says so.  If it is taken for a record, all that readers rely on holds.
 */

#include <sys/socket.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ipc.h"

#define CHECK(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "broken: %s (line %d)\n", #x, __LINE__); \
		abort();						\
	}								\
} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
check_words(const struct ipc_words *w, size_t nwords)
{
	struct ipc_reader rd;
	const char *addr, *orcpt;
	unsigned notify;
	uint32_t n;

	CHECK(w->len <= IPC_WORDS);
	ipc_read(&rd, w);
	for (; nwords > 0; nwords--)
		CHECK(ipc_next(&rd) != NULL);
	for (n = 0; (addr = ipc_next_rcpt(&rd, &notify, &orcpt)) != NULL;
	    n++)
		CHECK(strlen(addr) < IPC_WORDS && notify <= NOTIFY_ALL &&
		    strlen(orcpt) < IPC_WORDS);
	CHECK(n == w->nrcpt && rd.p == rd.end);
}

static void
check(const struct ipc_record *r, int fd)
{
	CHECK((r->kind == IPC_DELIVERY || r->kind == IPC_OPEN) == (fd != -1));
	switch ((enum ipc_kind)r->kind) {
	case IPC_DELIVERY:
		CHECK(r->u.delivery.at >= 0 && r->u.delivery.size > 0);
		CHECK(r->u.delivery.words.nrcpt <= r->u.delivery.nrcpt);
		check_words(&r->u.delivery.words, 3);
		break;
	case IPC_RCPT:
		CHECK(r->u.rcpt.words.nrcpt > 0);
		check_words(&r->u.rcpt.words, 0);
		break;
	case IPC_FAULT:
		CHECK(r->u.fault.n > 0);
		CHECK(r->u.fault.fault.verdict != VD_OK);
		CHECK(strlen(r->u.fault.fault.text) < FAULT_TEXT);
		break;
	case IPC_DONE:
		CHECK(strlen(r->u.done.accepted) < 512);
		CHECK(conninfo_sane(&r->u.done.conninfo));
		break;
	case IPC_END:
	case IPC_OPEN:
	case IPC_SENT:
		break;
	case IPC__MAX:
		CHECK(0);
	}
}

static void
put(int sock, const uint8_t *p, size_t n, int fd)
{
	union {
		struct cmsghdr	head;
		char		room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	union {
		const void	*in;
		void		*out;
	} base = { .in = p };
	struct iovec v = { .iov_base = base.out, .iov_len = n };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

	if (fd != -1) {
		m.msg_control = control.room;
		m.msg_controllen = sizeof(control.room);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	CHECK(sendmsg(sock, &m, MSG_NOSIGNAL) == (ssize_t)n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static int null = -1;
	static struct ipc_record r;
	struct fault f = { 0 };
	int sock[2], fd;

	if (n < 2 || n > sizeof(r) + 64)
		return 0;
	if (null == -1)
		null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	CHECK(ipc_pair(sock, &f) == 0);
	put(sock[0], p + 1, n - 1, p[0] & 1 ? null : -1);
	if (ipc_receive(sock[1], &r, &fd, 1) == 1)
		check(&r, fd);
	else
		CHECK(fd == -1);
	if (fd != -1)
		(void)close(fd);
	(void)close(sock[0]);
	(void)close(sock[1]);
	return 0;
}
