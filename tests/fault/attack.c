/*
 * attack.c - takes over a process of heloise that was boxed in
 *
 * To be preloaded.  At its work, the process of the role ATTACK_ROLE makes
 * all attempts of attempts.c, once, and goes on.  Each is made in a child,
 * which inherits the sandbox, so that no success does harm.  What came is
 * written to the file ATTACK_OUT, a line for each: "NAME RESULT [DETAIL]".
 * That file has room and is mapped before the sandbox.
 *
 * Roles: "agent" attacks when the relay has sent something, "connector" when
 * it connects, "dispatcher" when it hands over a message, and "none" before
 * there is any sandbox.
 */

/* Fortified headers define inline functions of the same names. */
#undef _FORTIFY_SOURCE

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ipc.h"
#include "attack.h"

#define ROOM	65536

static struct shared {
	char		 text[ROOM];
	_Atomic bool	 begun;
	_Atomic int	 nfamily;
	pid_t		 family[ATTACK_PIDS];
} *shared;

static struct attack with;
static const char *role;

/* Functions that are only there for fortified callers. */
ssize_t	__recv_chk(int, void *, size_t, size_t, int);

static void
find(void *function, const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	memcpy(function, &p, sizeof(p));
}

static pid_t
real_fork(void)
{
	static pid_t (*real)(void);

	find(&real, "fork");
	return real();
}

static void
join(pid_t pid)
{
	int i = shared->nfamily++;

	if (i < ATTACK_PIDS)
		shared->family[i] = pid;
}

static void
note(const char *name, int came)
{
	const char *result = "yes", *why = "";
	size_t n = strlen(shared->text);

	if (came == ATTEMPT_NONE)
		result = "none";
	else if (came == EPERM || came == EACCES || came == ENOSYS)
		result = "no";
	if (came != 0 && came != ATTEMPT_NONE)
		why = strerror(came);
	(void)snprintf(shared->text + n, ROOM - n, "%s %s %s\n", name,
	    result, why);
}

static int
try(const struct attempt *a)
{
	int status = 0;
	pid_t pid = real_fork();

	if (pid == 0)
		_exit(a->make(&with, a));
	while (pid != -1 && waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return ECHILD;
	return pid == -1 ? EAGAIN : WIFEXITED(status) ?
	    WEXITSTATUS(status) : EINTR;
}

/* All attempts, if it is the role's turn. */
static void
attack(const char *as)
{
	void (*children)(int);
	int was = errno, i;
	size_t k;

	if (shared == NULL || strcmp(role, as) != 0 ||
	    (strcmp(as, "none") != 0 &&
	    prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2) ||
	    atomic_exchange(&shared->begun, true))
		return;
	with.parent = getppid();
	for (i = 0; i < shared->nfamily && i < ATTACK_PIDS; i++)
		if (shared->family[i] != getpid())
			with.family[with.nfamily++] = shared->family[i];
	/* An ignored one would take the status of a child. */
	children = signal(SIGCHLD, SIG_DFL);
	for (k = 0; k < nattempts; k++)
		note(attempts[k].name, try(&attempts[k]));
	(void)signal(SIGCHLD, children);
	note("end", 0);
	errno = was;
}

static int
number(const char *name)
{
	const char *s = getenv(name);

	return s == NULL ? 0 : (int)strtol(s, NULL, 10);
}

static void __attribute__((__constructor__))
start(void)
{
	const char *file = getenv("ATTACK_OUT");
	void *p;
	int fd;

	role = getenv("ATTACK_ROLE");
	if (file == NULL || role == NULL)
		return;
	if ((fd = open(file, O_RDWR | O_CLOEXEC)) == -1 ||
	    ftruncate(fd, sizeof(*shared)) == -1)
		abort();
	p = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED,
	    fd, 0);
	if (p == MAP_FAILED)
		abort();
	(void)close(fd);
	with.bystander = (pid_t)number("ATTACK_BYSTANDER");
	with.relay = number("ATTACK_RELAY");
	with.other = number("ATTACK_OTHER");
	with.conf = getenv("ATTACK_CONF");
	with.spool = getenv("ATTACK_SPOOL");
	with.dir = getenv("ATTACK_DIR");
	shared = p;
	join(getpid());
	attack("none");
}

static bool
of_internet(int fd)
{
	int domain;
	socklen_t n = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 &&
	    (domain == AF_INET || domain == AF_INET6);
}

pid_t
fork(void)
{
	pid_t pid = real_fork();

	if (pid > 0 && shared != NULL)
		join(pid);
	return pid;
}

ssize_t
recv(int fd, void *p, size_t n, int how)
{
	static ssize_t (*real)(int, void *, size_t, int);
	ssize_t got;

	find(&real, "recv");
	got = real(fd, p, n, how);
	if (got > 0 && of_internet(fd))
		attack("agent");
	return got;
}

ssize_t
__recv_chk(int fd, void *p, size_t n, size_t room, int how)
{
	return n > room ? (abort(), -1) : recv(fd, p, n, how);
}

int
connect(int fd, __CONST_SOCKADDR_ARG a, socklen_t n)
{
	static int (*real)(int, __CONST_SOCKADDR_ARG, socklen_t);

	find(&real, "connect");
	if (of_internet(fd))
		attack("connector");
	return real(fd, a, n);
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int how)
{
	static ssize_t (*real)(int, const struct msghdr *, int);
	uint32_t kind = 0;

	find(&real, "sendmsg");
	if (m->msg_iovlen > 0 &&
	    m->msg_iov->iov_len >= offsetof(struct ipc_record, u))
		memcpy(&kind, m->msg_iov->iov_base, sizeof(kind));
	if (kind == IPC_DELIVERY)
		attack("dispatcher");
	return real(fd, m, how);
}
