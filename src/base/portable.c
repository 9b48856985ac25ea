/* portable.c - what not every system has, and what stands in for it */

#include <sys/types.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"

#ifdef __linux__
#include <sys/auxv.h>
#endif
#ifdef PORTABLE_LINUX
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

int
portable_unnamed(int at, const char *path)
{
#ifdef PORTABLE_LINUX
	return openat(at, path, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
#else
	(void)at;
	(void)path;
	errno = EOPNOTSUPP;
	return -1;
#endif
}

int
portable_pair(int fds[2])
{
	int type = PORTABLE_SEQPACKET | SOCK_CLOEXEC;

#if defined(PORTABLE_LINUX) && defined(SYS_socketcall) && \
    defined(SYS_socketpair)
	if (syscall(SYS_socketpair, AF_UNIX, type, 0, fds) == 0)
		return 0;
	if (errno != ENOSYS)
		return -1;
#endif
	return socketpair(AF_UNIX, type, 0, fds);
}

int
portable_memory_file(void)
{
#ifdef PORTABLE_LINUX
	return memfd_create("heloise", MFD_CLOEXEC);
#else
	char name[] = "/tmp/heloise.XXXXXXXXXX";
	int fd = mkstemp(name);

	if (fd != -1) {
		(void)unlink(name);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	return fd;
#endif
}

int
portable_reopen(int fd)
{
#ifdef PORTABLE_LINUX
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
#else
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
#endif
}

void
portable_end_with_parent(int sig)
{
#ifdef PORTABLE_LINUX
	(void)prctl(PR_SET_PDEATHSIG, sig);
#else
	(void)sig;
#endif
}

int
portable_forbid_tracing(void)
{
#ifdef PORTABLE_LINUX
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#else
	return 0;
#endif
}

int
portable_file_ids(uid_t uid, gid_t gid)
{
#ifdef PORTABLE_LINUX
	/* They return the value before, whatever they do. */
	(void)setfsgid(gid);
	(void)setfsuid(uid);
	if (setfsgid((gid_t)-1) == (int)gid && setfsuid((uid_t)-1) == (int)uid)
		return 0;
	errno = EPERM;
	return -1;
#else
	return (geteuid() == 0 || seteuid(0) == 0) && setegid(gid) == 0 &&
	    seteuid(uid) == 0 ? 0 : -1;
#endif
}

uid_t
portable_file_uid(void)
{
#ifdef PORTABLE_LINUX
	/* A user that there cannot be changes nothing. */
	return (uid_t)setfsuid((uid_t)-1);
#else
	return geteuid();
#endif
}

bool
portable_no_new_privileges(void)
{
#ifdef PORTABLE_LINUX
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
#else
	return false;
#endif
}

bool
portable_filtered(void)
{
#ifdef PORTABLE_LINUX
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2;
#else
	return false;
#endif
}

bool
portable_elevated(void)
{
#ifdef __linux__
	return getauxval(AT_SECURE) != 0;
#else
	return issetugid() != 0;
#endif
}

long long
portable_round_trip(int sock)
{
#ifdef PORTABLE_LINUX
	struct tcp_info info;
	socklen_t len = sizeof(info);

	return getsockopt(sock, IPPROTO_TCP, TCP_INFO, &info, &len) == -1 ?
	    -1 : (long long)info.tcpi_rtt;
#else
	(void)sock;
	return -1;
#endif
}

void
portable_acknowledge(int sock)
{
#ifdef PORTABLE_LINUX
	const int on = 1;

	(void)setsockopt(sock, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
#else
	(void)sock;
#endif
}

const void *
portable_memrchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	while (n-- > 0)
		if (p[n] == (unsigned char)c)
			return p + n;
	return NULL;
}
