/*
 * f_ipc.c - whatever a process that was taken over may send
 *
 * The octets arrive as one record, with a descriptor if the first of them
 * says so.  If another bit of it is set, they are the contents of a record
 * of the right size, so that more than sizes is checked.  If it is taken for
 * a record, all that readers rely on holds, and it can be passed on.
 */

#include <sys/socket.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "agent/ipc.h"

#include "fuzz.h"

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
	CHECK((r->kind == IPC_DELIVERY || r->kind == IPC_OPEN ||
	    r->kind == IPC_CONNECT || (r->kind == IPC_BEGUN &&
	    r->u.begun.err == 0)) == (fd != -1));
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
	case IPC_CONNECT:
		CHECK(r->u.connect.to.len <= sizeof(r->u.connect.to.sa));
		break;
	case IPC_BEGUN:
		CHECK(r->u.begun.err >= 0 && r->u.begun.source <= 1);
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

/* Words of a record: how many recipients, and all octets that are left. */
static void
fill_words(struct ipc_words *w, const uint8_t *p, size_t n)
{
	w->nrcpt = n > 0 ? p[0] : 0;
	w->len = n > 0 ? (uint32_t)n - 1 : 0;
	if (w->len > IPC_WORDS)
		w->len = IPC_WORDS;
	if (n > 0)
		memcpy(w->text, p + 1, w->len);
}

/* A record of the kind p[0] and the size of that kind. */
static void
put_shaped(int sock, const uint8_t *p, size_t n, int fd)
{
	static struct ipc_record r;
	size_t k = offsetof(struct ipc_record, u.delivery.words) -
	    offsetof(struct ipc_record, u);

	ipc_begin(&r, (enum ipc_kind)(1 + p[0] % (IPC__MAX - 1)), p[0]);
	p++;
	n--;
	switch ((enum ipc_kind)r.kind) {
	case IPC_DELIVERY:
		k = n < k ? n : k;
		memcpy(&r.u, p, k);
		fill_words(&r.u.delivery.words, p + k, n - k);
		break;
	case IPC_RCPT:
		fill_words(&r.u.rcpt.words, p, n);
		break;
	case IPC_FAULT:
		memcpy(&r.u, p, n < sizeof(r.u.fault) ? n :
		    sizeof(r.u.fault));
		break;
	case IPC_DONE:
		memcpy(&r.u, p, n < sizeof(r.u.done) ? n : sizeof(r.u.done));
		break;
	case IPC_CONNECT:
		memcpy(&r.u, p, n < sizeof(r.u.connect) ? n :
		    sizeof(r.u.connect));
		break;
	case IPC_BEGUN:
		memcpy(&r.u, p, n < sizeof(r.u.begun) ? n :
		    sizeof(r.u.begun));
		break;
	case IPC_END:
	case IPC_OPEN:
	case IPC_SENT:
	case IPC__MAX:
		break;
	}
	CHECK(ipc_send(sock, &r, fd, 1) == 1);
}

/* What was taken is taken again. */
static void
check_again(const int sock[2], const struct ipc_record *r, int fd)
{
	static struct ipc_record again;
	int other;

	CHECK(ipc_send(sock[0], r, fd, 1) == 1);
	CHECK(ipc_receive(sock[1], &again, &other, 1) == 1);
	CHECK((fd == -1) == (other == -1) && again.kind == r->kind &&
	    again.number == r->number);
	check(&again, other);
	if (other != -1)
		(void)close(other);
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
	(p[0] & 2 ? put_shaped : put)(sock[0], p + 1, n - 1,
	    p[0] & 1 ? null : -1);
	if (ipc_receive(sock[1], &r, &fd, 1) == 1) {
		check(&r, fd);
		check_again(sock, &r, fd);
	} else
		CHECK(fd == -1);
	if (fd != -1)
		(void)close(fd);
	(void)close(sock[0]);
	(void)close(sock[1]);
	return 0;
}
