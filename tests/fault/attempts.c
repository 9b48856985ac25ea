/* attempts.c - what a process that was taken over tries */

#undef _FORTIFY_SOURCE

#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attack.h"

#define FDS	256
#define NITEMS(a)	(sizeof(a) / sizeof((a)[0]))

/* The attempts; each is in a process of its own. */
#define TRY(name)							\
static int								\
try_##name(const struct attack *w, const struct attempt *a)

static int
result(long status)
{
	return status == -1 ? errno : 0;
}

TRY(call)
{
	const long *v = a->arg;

	return result(syscall(a->call, v[0], v[1], v[2], v[3], v[4]));
}

/* One whose first argument is a process. */
static int
at_process(const struct attempt *a, pid_t pid)
{
	const long *v = a->arg;

	return result(syscall(a->call, (long)pid, v[0], v[1], v[2], v[3]));
}

TRY(parent)
{
	return at_process(a, w->parent);
}

TRY(bystander)
{
	return at_process(a, w->bystander);
}

/* Programs */

TRY(execve)
{
	char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	(void)execv(name, argv);
	return errno;
}

TRY(execveat)
{
	char name[] = "/bin/true", empty[] = "";
	char *argv[] = { name, NULL };

	(void)syscall(SYS_execveat, AT_FDCWD, name, argv, &argv[1], 0);
	(void)syscall(SYS_execveat, 0, empty, argv, &argv[1], AT_EMPTY_PATH);
	return errno;
}

/* Sockets and connections */

static struct sockaddr_in
address(uint32_t host, int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(host) };
}

/* Any answer from there shows that the packet could go. */
static int
connected(int fd, uint32_t host, int port)
{
	struct sockaddr_in to = address(host, port);

	return connect(fd, (void *)&to, sizeof(to)) == -1 &&
	    errno != ECONNREFUSED ? errno : 0;
}

static int
to(uint32_t host, int port)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? errno : connected(fd, host, port);
}

TRY(relay)
{
	return to(INADDR_LOOPBACK, w->relay);
}

TRY(other_port)
{
	return to(INADDR_LOOPBACK, w->other);
}

TRY(other_host)
{
	return to(INADDR_LOOPBACK + 1, w->relay);
}

/* With the address in a packet, no connect(2) is needed. */
TRY(fast_open)
{
	struct sockaddr_in at = address(INADDR_LOOPBACK, w->relay);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? errno : result(sendto(fd, "x", 1, MSG_FASTOPEN,
	    (void *)&at, sizeof(at)));
}

static int
with_connection(void)
{
	struct sockaddr_in a = { 0 };
	socklen_t n;
	int fd;

	for (fd = 0; fd < FDS; fd++) {
		n = sizeof(a);
		if (getsockname(fd, (void *)&a, &n) == 0 &&
		    a.sin_family == AF_INET)
			return fd;
	}
	return -1;
}

/* The socket that it has, to somewhere else. */
TRY(reconnect)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = with_connection();

	if (fd == -1)
		return ATTEMPT_NONE;
	return connect(fd, &none, sizeof(none)) == -1 ? errno :
	    connected(fd, INADDR_LOOPBACK, w->other);
}

TRY(bind)
{
	struct sockaddr_in at = address(INADDR_LOOPBACK, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? errno : result(bind(fd, (void *)&at, sizeof(at)));
}

TRY(listen)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return fd == -1 ? errno : result(listen(fd, 1));
}

/* As root, an interface may be changed.  There is none of this name. */
TRY(interface)
{
	struct ifreq r = { .ifr_name = "nowhere9", .ifr_mtu = 1500 };
	int fd = with_connection();

	if (fd == -1 && (fd = socket(AF_INET, SOCK_STREAM, 0)) == -1)
		return errno;
	return result(ioctl(fd, SIOCSIFMTU, &r));
}

TRY(pair)
{
	int fds[2];

	return result(socketpair(AF_UNIX, (int)a->arg[0], 0, fds));
}

/* Files */

static const char *
inside(const struct attack *w, const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	return path;
}

static const char *
victim(const struct attack *w)
{
	return inside(w, "victim");
}

TRY(passwd)
{
	return result(open("/etc/passwd", O_RDONLY));
}

TRY(conf)
{
	return result(open(w->conf, O_RDONLY));
}

TRY(list)
{
	return result(open(w->dir, O_RDONLY | O_DIRECTORY));
}

TRY(read)
{
	return result(open(victim(w), O_RDONLY));
}

TRY(write)
{
	return result(open(victim(w), O_WRONLY));
}

TRY(create)
{
	return result(open(inside(w, "new"), O_WRONLY | O_CREAT, 0600));
}

TRY(truncate)
{
	return result(truncate(victim(w), 6));
}

TRY(memory)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)w->parent);
	return result(open(path, O_RDONLY));
}

TRY(spool)
{
	return result(open(w->spool, O_RDONLY | O_DIRECTORY));
}

TRY(stat)
{
	struct stat st;

	return result(stat(victim(w), &st));
}

TRY(rename)
{
	return result(rename(victim(w), victim(w)));
}

TRY(unlink)
{
	return result(unlink(inside(w, "old")));
}

TRY(mkdir)
{
	return result(mkdir(inside(w, "d"), 0700));
}

TRY(symlink)
{
	return result(symlink("x", inside(w, "s")));
}

TRY(link)
{
	char from[4096];

	(void)snprintf(from, sizeof(from), "%s", victim(w));
	return result(link(from, inside(w, "l")));
}

TRY(chmod)
{
	return result(chmod(victim(w), 0600));
}

TRY(fchmodat2)
{
	return result(syscall(452, AT_FDCWD, victim(w), 0600, 0));
}

TRY(chown)
{
	return result(chown(victim(w), getuid(), getgid()));
}

TRY(utimes)
{
	return result(utimensat(AT_FDCWD, victim(w), NULL, 0));
}

TRY(setxattr)
{
	return result(setxattr(victim(w), "user.x", "x", 1, 0));
}

TRY(mkfifo)
{
	return result(mknod(inside(w, "f"), S_IFIFO | 0600, 0));
}

TRY(mknod)
{
	return result(mknod(inside(w, "n"), S_IFCHR | 0600, 0));
}

TRY(watch)
{
	int fd = inotify_init1(IN_CLOEXEC);

	return fd == -1 ? errno :
	    result(inotify_add_watch(fd, w->dir, IN_ALL_EVENTS));
}

/* Other processes */

/* How many of heloise's can be signalled? */
TRY(kill_family)
{
	int i, n = 0;

	for (i = 0; i < w->nfamily; i++)
		n += kill(w->family[i], 0) == 0;
	return n == 0 ? w->nfamily == 0 ? ATTEMPT_NONE : EPERM :
	    n == 1 ? 0 : E2BIG;
}

TRY(kill_all)
{
	return result(kill(-1, 0));
}

TRY(tgkill)
{
	return result(syscall(SYS_tgkill, w->bystander, w->bystander, 0));
}

TRY(sigqueue)
{
	union sigval v = { .sival_int = 0 };

	return result(sigqueue(w->bystander, 0, v));
}

TRY(setown)
{
	return result(fcntl(0, F_SETOWN, w->bystander));
}

TRY(limit_parent)
{
	struct rlimit old;

	return result(prlimit(w->parent, RLIMIT_NOFILE, NULL, &old));
}

TRY(limit_bystander)
{
	struct rlimit old;

	return result(prlimit(w->bystander, RLIMIT_NOFILE, NULL, &old));
}

TRY(trace_parent)
{
	return result(ptrace(PTRACE_SEIZE, w->parent, NULL, NULL));
}

TRY(trace_bystander)
{
	return result(ptrace(PTRACE_SEIZE, w->bystander, NULL, NULL));
}

TRY(peek)
{
	char c = 0;
	struct iovec here = { &c, 1 }, there = here;

	return result(process_vm_readv(w->bystander, &here, 1, &there, 1, 0));
}

TRY(nice)
{
	return result(setpriority(PRIO_PROCESS, (id_t)w->bystander, 0));
}

TRY(pin)
{
	cpu_set_t set;

	if (sched_getaffinity(w->bystander, sizeof(set), &set) == -1)
		return errno;
	return result(sched_setaffinity(w->bystander, sizeof(set), &set));
}

#define SOCKET(n, ...)							\
	{ "socket-" n, try_call, SYS_socket, { __VA_ARGS__ } }
#define CALL(n, ...)	{ #n, try_call, SYS_##n, { __VA_ARGS__ } }
/* The system's headers may be older than its kernel. */
#define NEW(n, nr, ...)	{ #n, try_call, nr, { __VA_ARGS__ } }
#define DO(n, f)	{ n, try_##f, 0, { 0 } }

const struct attempt attempts[] = {
	DO("execve", execve), DO("execveat", execveat),

	SOCKET("unix", AF_UNIX, SOCK_STREAM),
	SOCKET("unix-datagram", AF_UNIX, SOCK_DGRAM),
	SOCKET("tcp", AF_INET, SOCK_STREAM),
	SOCKET("udp", AF_INET, SOCK_DGRAM),
	SOCKET("mptcp", AF_INET, SOCK_STREAM, 262),
	SOCKET("raw", AF_INET, SOCK_RAW, 1),
	SOCKET("tcp6", AF_INET6, SOCK_STREAM),
	SOCKET("udp6", AF_INET6, SOCK_DGRAM),
	SOCKET("netlink", AF_NETLINK, SOCK_RAW),
	SOCKET("packet", AF_PACKET, SOCK_RAW),
	SOCKET("vsock", AF_VSOCK, SOCK_STREAM),
	SOCKET("alg", AF_ALG, SOCK_SEQPACKET),
	{ "pair-datagram", try_pair, 0, { SOCK_DGRAM } },
	DO("connect-relay", relay), DO("connect-other-port", other_port),
	DO("connect-other-host", other_host), DO("fast-open", fast_open),
	DO("reconnect", reconnect), DO("bind", bind), DO("listen", listen),
	DO("interface", interface),

	DO("open-passwd", passwd), DO("open-conf", conf), DO("list", list),
	DO("read", read), DO("write", write), DO("create", create),
	DO("truncate", truncate), DO("open-memory", memory),
	DO("open-spool", spool), DO("stat", stat), DO("rename", rename),
	DO("unlink", unlink), DO("mkdir", mkdir), DO("symlink", symlink),
	DO("link", link), DO("chmod", chmod), DO("fchmodat2", fchmodat2),
	DO("chown", chown), DO("utimes", utimes), DO("setxattr", setxattr),
	DO("mkfifo", mkfifo), DO("mknod", mknod), DO("inotify", watch),

	{ "kill-parent", try_parent, SYS_kill, { 0 } },
	{ "kill-bystander", try_bystander, SYS_kill, { 0 } },
	DO("kill-all", kill_all), DO("kill-family", kill_family),
	DO("tgkill", tgkill), DO("sigqueue", sigqueue),
	DO("fcntl-setown", setown),
	{ "pidfd_open", try_bystander, 434, { 0 } },
	DO("prlimit-parent", limit_parent),
	DO("prlimit-bystander", limit_bystander),
	DO("ptrace-parent", trace_parent),
	DO("ptrace-bystander", trace_bystander),
	DO("process_vm_readv", peek), DO("setpriority", nice),
	DO("sched_setaffinity", pin),

	{ "unshare-user", try_call, SYS_unshare, { CLONE_NEWUSER } },
	{ "unshare-net", try_call, SYS_unshare, { CLONE_NEWNET } },
	{ "unshare-mount", try_call, SYS_unshare, { CLONE_NEWNS } },
	{ "clone-user", try_call, SYS_clone, { CLONE_NEWUSER | SIGCHLD } },
	CALL(setns, -1), NEW(clone3, 435, 0), NEW(io_uring_setup, 425, 1),
	CALL(userfaultfd, 0), CALL(bpf, -1), CALL(perf_event_open, 0),
	CALL(keyctl, 0, -3, 0), CALL(add_key, 0), CALL(request_key, 0),
	CALL(memfd_create, (long)"x", 0), CALL(mount, 0), CALL(umount2, 0),
	CALL(pivot_root, 0), CALL(chroot, (long)"/"), CALL(sethostname, 0, -1),
	CALL(init_module, 0), CALL(kexec_load, 0), CALL(swapon, 0), CALL(acct, 1),
	CALL(reboot, 0), CALL(open_by_handle_at, -1),
	CALL(name_to_handle_at, -1), CALL(quotactl, 0), CALL(syslog, 10),
	CALL(clock_settime, 0, 0), CALL(personality, 0xffffffff),
	CALL(fanotify_init, 0), CALL(vmsplice, -1),
	NEW(move_mount, 429, -1), NEW(open_tree, 428, -1),
	NEW(fsopen, 430, 0), NEW(pidfd_getfd, 438, -1),
	NEW(process_madvise, 440, -1), NEW(mount_setattr, 442, -1),
	NEW(quotactl_fd, 443, -1), NEW(memfd_secret, 447, -1),
	NEW(setxattrat, 463, -1), NEW(removexattrat, 466, -1),
	NEW(open_tree_attr, 467, -1), NEW(file_setattr, 469, -1),

	/* Those of others have small numbers, which can be guessed. */
	CALL(shmget, 0), CALL(shmat, -1), CALL(shmctl, -1, 0),
	CALL(msgget, 0), CALL(msgsnd, -1), CALL(msgrcv, -1),
	CALL(msgctl, -1, 0), CALL(semget, 0), CALL(semctl, -1, 0, 0),
	CALL(mq_open, 0), CALL(mq_unlink, 0),
#ifdef SYS_semtimedop
	CALL(semtimedop, -1, 0, 1),
#endif
};
const size_t nattempts = NITEMS(attempts);
