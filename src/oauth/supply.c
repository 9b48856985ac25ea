/*
 * supply.c - the process that gets access tokens, for one without rights
 *
 * A request is a record and one end of a socket pair, to which the answer
 * goes.  So the answers for several agents cannot be confused.
 */

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "oauth/supply.h"

#define PATIENCE	90000	/* ms without another limit */

struct request {
	long long	 limit;		/* clock_ms() */
	bool		 again;		/* the token below was refused */
	char		 refused[TOKENS_MAX + 1];
};

struct answer {
	struct fault	 fault;
	struct token	 token;
};

/* The message with a descriptor in its control data. */
struct envelope_fd {
	struct msghdr	 msg;
	struct iovec	 iov;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
};

static void
supply_message(struct envelope_fd *e, void *p, size_t n)
{
	memset(e, 0, sizeof(*e));
	e->iov = (struct iovec){ .iov_base = p, .iov_len = n };
	e->msg = (struct msghdr){ .msg_iov = &e->iov, .msg_iovlen = 1,
	    .msg_control = e->control, .msg_controllen = sizeof(e->control) };
}

static bool
supply_send(int sock, struct request *r, int fd)
{
	struct envelope_fd e;
	struct cmsghdr *c;
	ssize_t n;

	supply_message(&e, r, sizeof(*r));
	c = CMSG_FIRSTHDR(&e.msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	do {
		n = sendmsg(sock, &e.msg, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof(*r);
}

/* A request and the descriptor for the answer; false at the end. */
static bool
supply_receive(int sock, struct request *r, int *fd)
{
	struct envelope_fd e;
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	supply_message(&e, r, sizeof(*r));
	do {
		n = recvmsg(sock, &e.msg, MSG_CMSG_CLOEXEC);
	} while (n == -1 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&e.msg) : NULL;
	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	r->refused[sizeof(r->refused) - 1] = '\0';
	return n == (ssize_t)sizeof(*r) && *fd != -1;
}

static void
supply_answer(const struct token_source *from, const struct request *r,
    int fd)
{
	struct answer a;
	ssize_t n;

	memset(&a, 0, sizeof(a));
	if (token_get(from, r->again ? r->refused : NULL, r->limit, &a.token,
	    &a.fault) == -1)
		memset(&a.token, 0, sizeof(a.token));
	/* The one who asked may have given up. */
	do {
		n = send(fd, &a, sizeof(a), MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	explicit_bzero(&a, sizeof(a));
}

static _Noreturn void
supply_serve(int sock, const struct token_source *from)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
	    SIGTSTP };
	const struct rlimit none = { 0, 0 };
	int null = open("/dev/null", O_RDWR), fd;
	struct request r;
	size_t i;

	for (i = 0; i < NITEMS(signals); i++)
		(void)signal(signals[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)setsid();
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)portable_forbid_tracing();
	for (i = 0; i < 3 && null != -1; i++)
		(void)dup2(null, (int)i);
	/* It holds nothing of what the agent has open. */
	if (sock != 3 && dup2(sock, 3) != 3)
		_exit(EX_OSERR);
	closefrom(4);
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	while (supply_receive(3, &r, &fd)) {
		supply_answer(from, &r, fd);
		explicit_bzero(&r, sizeof(r));
		(void)close(fd);
	}
	_exit(EX_OK);
}

int
supply_start(struct supply *s, const struct token_source *from,
    struct fault *f)
{
	static const char why[] = "no process can ask for a token";
	int sock[2], err;

	if (portable_pair(sock) == -1)
		return fault_errno(f, ST_TOKEN, errno, VD_TEMP, why);
	if ((s->pid = fork()) == 0)
		supply_serve(sock[1], from);
	err = errno;
	(void)close(sock[1]);
	s->sock = sock[0];
	if (s->pid != -1)
		return 0;
	supply_end(s);
	return fault_errno(f, ST_TOKEN, err, VD_TEMP, why);
}

void
supply_end(struct supply *s)
{
	if (s->sock == -1)
		return;
	(void)close(s->sock);
	s->sock = -1;
	/* In a copy of the agent it is no child. */
	while (s->pid > 0 && waitpid(s->pid, NULL, 0) == -1 && errno == EINTR)
		;
}

static int
supply_lost(struct fault *f)
{
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
	    "the process that gets tokens has ended");
}

/* Wait for the answer. */
static int
supply_wait(int fd, long long limit, struct token *t, struct fault *f)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct answer a;
	long long left;
	int n, rc = -1;

	do {
		left = limit - clock_ms();
		n = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (n == -1 && errno == EINTR);
	if (n == 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the provider takes too long");
	if (recv(fd, &a, sizeof(a), 0) != (ssize_t)sizeof(a) ||
	    !fault_sane(&a.fault) ||
	    !ends_within(a.token.text, sizeof(a.token.text)) ||
	    !ends_within(a.token.about, sizeof(a.token.about))) {
		rc = supply_lost(f);
	} else if (a.fault.verdict != VD_OK) {
		*f = a.fault;
	} else {
		*t = a.token;
		rc = 0;
	}
	explicit_bzero(&a, sizeof(a));
	return rc;
}

int
supply_get(const struct supply *s, const char *refused, long long limit,
    struct token *t, struct fault *f)
{
	long long most = clock_ms() + PATIENCE;
	struct request r;
	int sock[2], rc;

	memset(&r, 0, sizeof(r));
	r.limit = limit > 0 && limit < most ? limit : most;
	r.again = refused != NULL;
	if (r.again)
		(void)strlcpy(r.refused, refused, sizeof(r.refused));
	if (s->sock == -1)
		return supply_lost(f);
	if (portable_pair(sock) == -1)
		return fault_errno(f, ST_TOKEN, errno, VD_TEMP,
		    "no token can be asked for");
	rc = supply_send(s->sock, &r, sock[1]) ? 0 : supply_lost(f);
	(void)close(sock[1]);
	if (rc == 0)
		rc = supply_wait(sock[0], r.limit, t, f);
	(void)close(sock[0]);
	explicit_bzero(&r, sizeof(r));
	return rc;
}
