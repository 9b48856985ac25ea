/*
 * portable.h - what not every system has, and what stands in for it
 *
 * heloise is built and tested on Linux with glibc and with musl.  FreeBSD and
 * macOS lack some of what it uses.  This is the list; nothing else in it goes
 * beyond POSIX.1-2008, libbsd, and the resolver(3) and the SOCK_CLOEXEC,
 * MSG_CMSG_CLOEXEC and pipe2() that FreeBSD has too.
 *
 *	what			where it is	instead of it
 *	Landlock, seccomp	Linux		none; --version says so
 *	O_TMPFILE		Linux		a file with a temporary name
 *	/proc/self/fd		Linux		dup(2), which shares the lock;
 *						/dev/fd for libcurl
 *	setfsuid(), setfsgid()	Linux		seteuid(), setegid(): signals
 *						of that user reach it
 *	/proc/PID/comm		Linux		the log names no caller
 *	/proc/self/cgroup	Linux		hints name no unit of systemd
 *	/proc/self/exe		Linux		no hint that set-group-ID is off
 *	PR_SET_PDEATHSIG	Linux		the end of the socket pair
 *	PR_SET_DUMPABLE		Linux		RLIMIT_CORE only
 *	PR_GET_NO_NEW_PRIVS	Linux		it is believed not to be set
 *	TCP_INFO		Linux		--probe shows no round trip
 *	TCP_QUICKACK		Linux		none: some relays are slower
 *	getauxval(AT_SECURE)	Linux		issetugid()
 *	memfd_create()		Linux, FreeBSD	a removed file in /tmp
 *	O_PATH			Linux, FreeBSD	O_RDONLY; a file that aliases
 *						include has no links in its path
 *	SOCK_SEQPACKET		Linux, FreeBSD	SOCK_DGRAM
 *	socketpair() that	not on i386,	the system call; libc makes it
 *	seccomp can look at	s390x		by socketcall(2)
 *	memrchr()		Linux, FreeBSD	a loop
 *	res_nquery()		all but musl	res_query(); see net/dnsquery.h
 *
 * -DPORTABLE_BARE builds as if Linux had none of them but SOCK_SEQPACKET and
 * AT_SECURE: with SOCK_DGRAM only the BSDs report that the other end is gone.
 */

#ifndef BASE_PORTABLE_H
#define BASE_PORTABLE_H

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__linux__) && !defined(PORTABLE_BARE)
#define PORTABLE_LINUX
#endif

#if defined(PORTABLE_LINUX) ? defined(__GLIBC__) : !defined(PORTABLE_BARE)
#define PORTABLE_RES_N
#endif

#if !defined(O_PATH) || defined(PORTABLE_BARE)
#define PORTABLE_PATH	O_RDONLY
#else
#define PORTABLE_PATH	O_PATH
#endif

#ifdef __APPLE__
#define PORTABLE_SEQPACKET SOCK_DGRAM
#else
#define PORTABLE_SEQPACKET SOCK_SEQPACKET
#endif

/* Where a file that is open can be opened by its number. */
#ifdef PORTABLE_LINUX
#define PORTABLE_FD	"/proc/self/fd/"
#else
#define PORTABLE_FD	"/dev/fd/"
#endif

/* The type of RLIMIT_CPU and its like, as getrlimit(2) takes it. */
#ifdef __GLIBC__
#define PORTABLE_LIMIT	__rlimit_resource_t
#else
#define PORTABLE_LIMIT	int
#endif

/*
 * A new file without a name in the directory path, which is relative to the
 * directory at.  -1 and errno; EOPNOTSUPP if the system has no such files.
 */
int	portable_unnamed(int at, const char *path);

/*
 * A pair of local sockets that keeps messages apart and is not for programs
 * that are started; -1 and errno.
 */
int	portable_pair(int fds[2]);

/* A file without a name that is in memory or in /tmp; -1 and errno. */
int	portable_memory_file(void);

/*
 * Open the file again, read-only and without its lock.  Where that cannot be
 * done, the same as dup(2).  -1 and errno.
 */
int	portable_reopen(int fd);

/* The signal for when the parent ends, where there is one; 0 for none. */
void	portable_end_with_parent(int sig);

/* No other process may trace this one, or read its memory; -1 and errno. */
int	portable_forbid_tracing(void);

/*
 * Make and access files as this user and group; -1 and errno.  Only root may
 * do this, and then change to another or back.
 */
int	portable_file_ids(uid_t uid, gid_t gid);

/* The user as whom root makes and accesses files. */
uid_t	portable_file_uid(void);

/* Is it set that no program gains privileges here?  See no_new_privs. */
bool	portable_no_new_privileges(void);

/* Is a filter of system calls (seccomp) in force? */
bool	portable_filtered(void);

/* Did the kernel grant privileges that the caller does not have? */
bool	portable_elevated(void);

/* The time of a round trip in microseconds, as TCP measured it, or -1. */
long long portable_round_trip(int sock);

/* Let TCP acknowledge at once what comes next. */
void	portable_acknowledge(int sock);

/* memrchr(3) */
const void *portable_memrchr(const void *, int c, size_t n);

#endif
