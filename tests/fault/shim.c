/*
 * shim.c - fails or kills a process at its n-th system call
 *
 * To be preloaded.  It stands between a program and the wrappers of libc;
 * what libc calls for itself is not seen.
 */

/* Fortified headers define inline functions of the same names. */
#undef _FORTIFY_SOURCE

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/ipc.h"
#include "shim.h"

/* What can happen to a call beside EIO and SIGKILL. */
#define WAITS	0x1		/* EINTR */
#define PART	0x2		/* may do less than asked for */
#define ROOM	0x4		/* needs room on a disk */
#define CHANGES	0x8		/* changes files */

#define FILES	1024

static struct shim *shim;
static char me[SHIM_ROLE] = "m";
static unsigned kids;
static time_t advance;		/* of the wall clock */

/* What would not survive if the machine crashed now. */
static ino_t dirty[FILES];	/* files, by the descriptor written to */
static bool linked;		/* a name */

/* Functions that are only there for fortified callers. */
int	__open_2(const char *, int);
int	__openat_2(int, const char *, int);
int	__poll_chk(struct pollfd *, nfds_t, int, size_t);
ssize_t	__read_chk(int, void *, size_t, size_t);
ssize_t	__pread_chk(int, void *, size_t, off_t, size_t);
ssize_t	__recv_chk(int, void *, size_t, size_t, int);

static void
find(void *function, const char *name)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (p == NULL)
		abort();
	memcpy(function, &p, sizeof(p));
}

static void __attribute__((__constructor__))
start(void)
{
	const char *file = getenv("FAULT_SHM"), *s = getenv("FAULT_CLOCK");
	int (*real_open)(const char *, int, ...);
	int (*real_close)(int);
	void *p;
	int fd;

	if (s != NULL)
		advance = (time_t)strtoll(s, NULL, 10);
	if (file == NULL)
		return;
	find(&real_open, "open");
	find(&real_close, "close");
	if ((fd = real_open(file, O_RDWR | O_CLOEXEC)) == -1)
		abort();
	p = mmap(NULL, sizeof(*shim), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	if (p == MAP_FAILED)
		abort();
	(void)real_close(fd);
	shim = p;
}

static bool
concerns(unsigned kind)
{
	if (shim->room && !(kind & ROOM))
		return false;
	switch (shim->action) {
	case SHIM_KILL:
	case SHIM_EIO:
		return true;
	case SHIM_EINTR:
		return kind & WAITS;
	case SHIM_SHORT:
		return kind & PART;
	case SHIM_FULL:
		return kind & ROOM;
	case SHIM_READONLY:
		return kind & (ROOM | CHANGES);
	case SHIM_NONE:
	case SHIM__MAX:
		break;
	}
	return false;
}

/* Is it this call's turn?  Does not return if it is to kill. */
static bool
hit(const char *call, unsigned kind)
{
	bool lasts;
	unsigned n;

	if (shim == NULL || strcmp(me, shim->role) != 0 || !concerns(kind))
		return false;
	lasts = shim->action == SHIM_FULL || shim->action == SHIM_READONLY;
	n = ++shim->counted;
	if (n < shim->n || (n > shim->n && !lasts))
		return false;
	if (n == shim->n) {
		(void)snprintf(shim->call, sizeof(shim->call), "%s", call);
		shim->sent_then = shim->sent;
		shim->done_then = shim->done;
		shim->heard_then = shim->heard;
		shim->taken_then = shim->taken;
		shim->fired = true;
	}
	if (shim->action == SHIM_KILL) {
		(void)kill(getpid(), SIGKILL);
		/* The filter of the sandbox forbids signals. */
		__builtin_trap();
	}
	return true;
}

static int
fail(void)
{
	static const int errors[SHIM__MAX] = { [SHIM_EIO] = EIO,
	    [SHIM_EINTR] = EINTR, [SHIM_FULL] = ENOSPC,
	    [SHIM_READONLY] = EROFS };

	errno = errors[shim->action];
	if (errno == ENOSPC && shim->n % 2 == 0)
		errno = EDQUOT;
	return -1;
}

static void *
nothing(void)
{
	(void)fail();
	return NULL;
}

/* A call that has an effect or fails. */
#define CALL(type, name, params, args, kind, failed)			\
type									\
name params								\
{									\
	static type (*real) params;					\
									\
	find(&real, #name);						\
	return hit(#name, kind) ? failed() : real args;			\
}

/* One that has its effect even when it fails. */
#define ANYWAY(name, params, args, kind)				\
int									\
name params								\
{									\
	static int (*real) params;					\
	int done;							\
									\
	find(&real, #name);						\
	done = real args;						\
	return hit(#name, kind) ? fail() : done;			\
}

/* One that moves n octets, or less. */
#define MOVE(name, params, args, kind)					\
ssize_t									\
name params								\
{									\
	static ssize_t (*real) params;					\
									\
	find(&real, #name);						\
	if (!hit(#name, WAITS | PART | (kind)))				\
		return real args;					\
	if (shim->action != SHIM_SHORT)					\
		return fail();						\
	n = n > 1 ? n / 2 : n;						\
	return real args;						\
}

MOVE(read, (int fd, void *p, size_t n), (fd, p, n), 0)
MOVE(write, (int fd, const void *p, size_t n), (fd, p, n), 0)
MOVE(pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at), 0)
MOVE(__read_chk, (int fd, void *p, size_t n, size_t room), (fd, p, n, room), 0)
MOVE(__pread_chk, (int fd, void *p, size_t n, off_t at, size_t room),
    (fd, p, n, at, room), 0)

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off_t);
	struct stat st;

	find(&real, "pwrite");
	if (hit("pwrite", WAITS | PART | ROOM)) {
		if (shim->action != SHIM_SHORT)
			return fail();
		n = n > 1 ? n / 2 : n;
	}
	if (fd >= 0 && fd < FILES && syscall(SYS_fstat, fd, &st) == 0)
		dirty[fd] = st.st_ino;
	return real(fd, p, n, at);
}

/* An error on a connection is the end of it. */
static int
fail_on(int fd)
{
	if (shim->action == SHIM_EIO)
		(void)shutdown(fd, SHUT_RDWR);
	return fail();
}

ssize_t
recv(int fd, void *p, size_t n, int how)
{
	static ssize_t (*real)(int, void *, size_t, int);
	ssize_t got;

	find(&real, "recv");
	if (hit("recv", WAITS | PART)) {
		if (shim->action != SHIM_SHORT)
			return fail_on(fd);
		n = n > 1 ? n / 2 : n;
	}
	got = real(fd, p, n, how);
	if (shim != NULL && got > 0 && memmem(p, (size_t)got, SHIM_TAKEN,
	    strlen(SHIM_TAKEN)) != NULL)
		shim->taken++;
	return got;
}

ssize_t
__recv_chk(int fd, void *p, size_t n, size_t room, int how)
{
	return n > room ? (abort(), -1) : recv(fd, p, n, how);
}

ssize_t
send(int fd, const void *p, size_t n, int how)
{
	static ssize_t (*real)(int, const void *, size_t, int);

	find(&real, "send");
	if (hit("send", WAITS | PART)) {
		if (shim->action != SHIM_SHORT)
			return fail_on(fd);
		n = n > 1 ? n / 2 : n;
	}
	return real(fd, p, n, how);
}

ANYWAY(close, (int fd), (fd), WAITS)
ANYWAY(connect, (int fd, __CONST_SOCKADDR_ARG a, socklen_t n), (fd, a, n),
    WAITS)

CALL(int, flock, (int fd, int how), (fd, how), WAITS, fail)
CALL(int, renameat, (int a, const char *old, int b, const char *new),
    (a, old, b, new), ROOM, fail)
CALL(int, unlinkat, (int at, const char *name, int how), (at, name, how),
    CHANGES, fail)
CALL(int, mkdir, (const char *name, mode_t mode), (name, mode), ROOM, fail)
CALL(int, mkdirat, (int at, const char *name, mode_t mode), (at, name, mode),
    ROOM, fail)
CALL(int, fstat, (int fd, struct stat *st), (fd, st), 0, fail)
CALL(int, stat, (const char *name, struct stat *st), (name, st), 0, fail)
CALL(int, lstat, (const char *name, struct stat *st), (name, st), 0, fail)
CALL(int, fstatat, (int at, const char *name, struct stat *st, int how),
    (at, name, st, how), 0, fail)
CALL(int, __open_2, (const char *name, int how), (name, how), WAITS, fail)
CALL(int, __openat_2, (int at, const char *name, int how), (at, name, how),
    WAITS, fail)
CALL(struct dirent *, readdir, (DIR *d), (d), 0, nothing)
CALL(DIR *, fdopendir, (int fd), (fd), 0, nothing)
CALL(int, pipe2, (int fds[2], int how), (fds, how), 0, fail)
CALL(int, dup2, (int fd, int to), (fd, to), 0, fail)
CALL(int, memfd_create, (const char *name, unsigned how), (name, how), ROOM,
    fail)
CALL(int, socket, (int domain, int type, int protocol),
    (domain, type, protocol), 0, fail)
CALL(int, socketpair, (int domain, int type, int protocol, int fds[2]),
    (domain, type, protocol, fds), 0, fail)
CALL(int, getsockopt, (int fd, int level, int name, void *p, socklen_t *n),
    (fd, level, name, p, n), 0, fail)
CALL(int, setsockopt, (int fd, int level, int name, const void *p,
    socklen_t n), (fd, level, name, p, n), 0, fail)
CALL(int, poll, (struct pollfd *p, nfds_t n, int ms), (p, n, ms), WAITS, fail)
CALL(int, __poll_chk, (struct pollfd *p, nfds_t n, int ms, size_t room),
    (p, n, ms, room), WAITS, fail)
CALL(pid_t, waitpid, (pid_t pid, int *status, int how), (pid, status, how),
    WAITS, fail)

int
fsync(int fd)
{
	static int (*real)(int);
	struct stat st;

	find(&real, "fsync");
	if (hit("fsync", WAITS | ROOM))
		return fail();
	if (fd >= 0 && fd < FILES)
		dirty[fd] = 0;
	if (syscall(SYS_fstat, fd, &st) == 0 && S_ISDIR(st.st_mode))
		linked = false;
	return real(fd);
}

/* A file that gets a name must be on disk; its name too, once reported. */
int
linkat(int from, const char *old, int to, const char *new, int how)
{
	static int (*real)(int, const char *, int, const char *, int);
	struct stat st = { 0 };
	int done, i;

	find(&real, "linkat");
	if (hit("linkat", ROOM))
		return fail();
	done = real(from, old, to, new, how);
	if (done != 0 || shim == NULL)
		return done;
	linked = true;
	if (syscall(SYS_newfstatat, to, new, &st, 0) == -1)
		abort();
	for (i = 0; i < FILES; i++)
		if (dirty[i] == st.st_ino)
			shim->unsynced = true;
	return 0;
}

static void __attribute__((__destructor__))
end(void)
{
	if (shim != NULL && linked && strcmp(me, "m") == 0)
		shim->unsynced = true;
}

static mode_t
mode_of(int how, va_list ap)
{
	return how & O_CREAT || (how & O_TMPFILE) == O_TMPFILE ?
	    va_arg(ap, mode_t) : 0;
}

static unsigned
kind_of(int how)
{
	return how & O_CREAT || (how & O_TMPFILE) == O_TMPFILE ?
	    WAITS | ROOM : WAITS;
}

int
open(const char *name, int how, ...)
{
	static int (*real)(const char *, int, ...);
	mode_t mode;
	va_list ap;

	va_start(ap, how);
	mode = mode_of(how, ap);
	va_end(ap);
	find(&real, "open");
	return hit("open", kind_of(how)) ? fail() : real(name, how, mode);
}

int
openat(int at, const char *name, int how, ...)
{
	static int (*real)(int, const char *, int, ...);
	mode_t mode;
	va_list ap;

	va_start(ap, how);
	mode = mode_of(how, ap);
	va_end(ap);
	find(&real, "openat");
	return hit("openat", kind_of(how)) ? fail() :
	    real(at, name, how, mode);
}

/* Whoever is born gets a name. */
pid_t
fork(void)
{
	static pid_t (*real)(void);
	size_t n = strlen(me);
	pid_t pid;

	find(&real, "fork");
	if (hit("fork", 0))
		return fail();
	pid = real();
	if (pid > 0)
		kids++;
	if (pid == 0 && n + 1 < sizeof(me)) {
		me[n] = (char)('1' + kids);
		kids = 0;
	}
	return pid;
}

/* What the agent says to the dispatcher is of interest to the judge. */
static void
note(int fd, const struct msghdr *m, bool came)
{
	struct sockaddr a;
	socklen_t n = sizeof(a);
	struct ipc_record r;
	char *to;

	if (shim == NULL || m->msg_iovlen != 1 ||
	    m->msg_iov->iov_len < offsetof(struct ipc_record, u) ||
	    getsockname(fd, &a, &n) == -1 || a.sa_family != AF_UNIX)
		return;
	memcpy(&r, m->msg_iov->iov_base, offsetof(struct ipc_record, u));
	if (r.kind == IPC_SENT && !came)
		shim->sent |= UINT64_C(1) << (r.number & 63);
	else if (r.kind == IPC_DONE && !came)
		shim->done |= UINT64_C(1) << (r.number & 63);
	else if (r.kind == IPC_DONE)
		shim->heard |= UINT64_C(1) << (r.number & 63);
	/* The first run counts; there may be more. */
	to = came ? shim->agent : shim->dispatcher;
	if (r.kind == IPC_DELIVERY && *to == '\0')
		(void)snprintf(to, SHIM_ROLE, "%s", me);
}

ssize_t
recvmsg(int fd, struct msghdr *m, int how)
{
	static ssize_t (*real)(int, struct msghdr *, int);
	ssize_t n;

	find(&real, "recvmsg");
	if (hit("recvmsg", WAITS))
		return fail();
	if ((n = real(fd, m, how)) > 0)
		note(fd, m, true);
	return n;
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int how)
{
	static ssize_t (*real)(int, const struct msghdr *, int);
	ssize_t n;

	find(&real, "sendmsg");
	if (hit("sendmsg", WAITS))
		return fail();
	if ((n = real(fd, m, how)) > 0)
		note(fd, m, false);
	return n;
}

/* Whoever would wait for another time has nothing more to do here. */
unsigned
sleep(unsigned seconds)
{
	static unsigned (*real)(unsigned);

	find(&real, "sleep");
	if (shim != NULL && shim->no_wait)
		_exit(0);
	return real(seconds);
}

time_t
time(time_t *t)
{
	static time_t (*real)(time_t *);
	time_t now;

	find(&real, "time");
	now = real(NULL) + advance;
	if (t != NULL)
		*t = now;
	return now;
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int status;

	find(&real, "clock_gettime");
	status = real(clock, t);
	if (status == 0 && clock == CLOCK_REALTIME)
		t->tv_sec += advance;
	return status;
}
