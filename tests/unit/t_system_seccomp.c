/* t_system_seccomp.c - the system calls that a filter leaves to a process */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "system/seccomp.h"
#include "tap.h"

#define ALL	(SECCOMP_TCP | SECCOMP_LOCAL | SECCOMP_MEMORY | \
		    SECCOMP_ACCEPT)
#define NOT(c)	{ #c, __NR_##c, { 0 }, EPERM, EPERM }
/* The system's headers may be older than its kernel. */
#define NEW(c, n)	{ #c, n, { 0 }, EPERM, EPERM }

/*
 * What a call comes to, with nothing and with everything allowed.  -1: all
 * but a refusal.  The arguments do no harm where the call is allowed.
 */
static const struct {
	const char	*name;
	long		 call;
	long		 arg[5];
	int		 none, all;
} calls[] = {
	NOT(execve), NOT(execveat), NOT(ptrace), NOT(process_vm_readv),
	NOT(process_vm_writev), NOT(kcmp), NOT(unshare), NOT(setns),
	NOT(mount), NOT(umount2), NOT(pivot_root), NOT(chroot), NOT(bpf),
	NOT(perf_event_open), NOT(userfaultfd), NOT(keyctl), NOT(add_key),
	NOT(request_key), NOT(open_by_handle_at), NOT(init_module),
	NOT(finit_module), NOT(kexec_load), NOT(reboot), NOT(swapon),
	NOT(sethostname), NOT(mq_open), NOT(rt_sigqueueinfo),
	NOT(sched_setaffinity), NOT(setpriority), NOT(ioprio_set),
	NOT(personality),
	NOT(fchmodat), NOT(fchownat), NOT(setxattr), NOT(lsetxattr),
	NOT(removexattr), NOT(lremovexattr), NOT(inotify_init1),
	NOT(inotify_add_watch), NOT(mq_unlink),
#ifdef __NR_chmod
	NOT(chmod), NOT(chown), NOT(lchown),
#endif
#ifdef __NR_chown32
	NOT(chown32), NOT(lchown32),
#endif
	NOT(mknodat), NOT(clock_settime),
#ifdef __NR_mknod
	NOT(mknod),
#endif
#ifdef __NR_umount
	NOT(umount),
#endif
#ifdef __NR_stime
	NOT(stime),
#endif
#ifdef __NR_clock_settime64
	NOT(clock_settime64),
#endif
#ifdef __NR_iopl
	NOT(iopl), NOT(ioperm),
#endif
#ifdef __NR_kexec_file_load
	NOT(kexec_file_load),
#endif
#ifdef __NR_utimensat
	NOT(utimensat),
#endif
#ifdef __NR_utimensat_time64
	NOT(utimensat_time64),
#endif
#ifdef __NR_utime
	NOT(utime),
#endif
#ifdef __NR_utimes
	NOT(utimes),
#endif
#ifdef __NR_shmat
	NOT(shmat), NOT(shmctl), NOT(msgsnd), NOT(msgrcv), NOT(msgctl),
	NOT(semctl),
#endif
#ifdef __NR_semop
	NOT(semop),
#endif
	NEW(mount_setattr, 442), NEW(quotactl_fd, 443), NEW(memfd_secret, 447),
	NEW(fchmodat2, 452), NEW(setxattrat, 463), NEW(removexattrat, 466),
	NEW(open_tree_attr, 467), NEW(file_setattr, 469),
#ifdef __NR_ipc
	NOT(ipc),
#endif
	NEW(pidfd_open, 434), NEW(pidfd_send_signal, 424), NEW(fsopen, 430),
	NEW(move_mount, 429), NEW(open_tree, 428),
#ifdef __NR_listen
	{ "listen", __NR_listen, { -1 }, EPERM, EPERM },
	{ "accept4", __NR_accept4, { -1 }, EPERM, EBADF },
	{ "connect", __NR_connect, { -1 }, EPERM, EBADF },
	{ "bind", __NR_bind, { -1 }, EPERM, EBADF },
#endif
#ifdef __NR_io_uring_setup
	{ "io_uring_setup", __NR_io_uring_setup, { 0 }, ENOSYS, ENOSYS },
#endif
#ifdef __NR_clone3
	{ "clone3", __NR_clone3, { 0 }, ENOSYS, ENOSYS },
#endif
#ifdef __NR_memfd_create
	{ "memfd_create", __NR_memfd_create, { 0 }, EPERM, EFAULT },
#endif
	{ "kill", __NR_kill, { 1, 0 }, EPERM, EPERM },
	{ "kill all", __NR_kill, { -1, 0 }, EPERM, EPERM },
	{ "tgkill", __NR_tgkill, { -1, -1, 0 }, EPERM, EPERM },
	{ "fcntl: F_SETOWN", __NR_fcntl, { -1, F_SETOWN, 1 }, EPERM, EPERM },
	{ "fcntl: F_SETSIG", __NR_fcntl, { -1, F_SETSIG, SIGKILL }, EPERM,
	    EPERM },
	{ "fcntl: F_SETOWN_EX", __NR_fcntl, { -1, F_SETOWN_EX }, EPERM, EPERM },
	{ "fcntl: F_GETFD", __NR_fcntl, { -1, F_GETFD }, EBADF, EBADF },
#ifdef __NR_fcntl64
	{ "fcntl64: F_SETOWN", __NR_fcntl64, { -1, F_SETOWN, 1 }, EPERM,
	    EPERM },
#endif
	{ "ioctl: FIOSETOWN", __NR_ioctl, { -1, FIOSETOWN }, EPERM, EPERM },
	{ "ioctl: SIOCSPGRP", __NR_ioctl, { -1, SIOCSPGRP }, EPERM, EPERM },
	{ "ioctl: TIOCSTI", __NR_ioctl, { -1, TIOCSTI }, EPERM, EPERM },
	{ "ioctl: TIOCLINUX", __NR_ioctl, { -1, TIOCLINUX }, EPERM, EPERM },
	{ "ioctl: another", __NR_ioctl, { -1, 0 }, EBADF, EBADF },
	{ "fchmod", __NR_fchmod, { -1, 0 }, EBADF, EBADF },
	{ "prlimit of another", __NR_prlimit64, { 1, RLIMIT_CORE }, EPERM,
	    EPERM },
	{ "prlimit", __NR_prlimit64, { 0, RLIMIT_CORE }, 0, 0 },
	{ "clone with namespaces", __NR_clone, { CLONE_NEWUSER | SIGCHLD },
	    EPERM, EPERM },
#ifdef __NR_socket
	{ "socket: TCP", __NR_socket, { AF_INET, SOCK_STREAM }, EPERM, 0 },
	{ "socket: TCP, named", __NR_socket, { AF_INET, SOCK_STREAM |
	    SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP }, EPERM, 0 },
	{ "socket: IPv6", __NR_socket, { AF_INET6, SOCK_STREAM }, EPERM, -1 },
	{ "socket: UDP", __NR_socket, { AF_INET, SOCK_DGRAM }, EPERM, EPERM },
	{ "socket: UDP, IPv6", __NR_socket, { AF_INET6, SOCK_DGRAM }, EPERM,
	    EPERM },
	{ "socket: raw", __NR_socket, { AF_INET, SOCK_RAW, 1 }, EPERM,
	    EPERM },
	{ "socket: MPTCP", __NR_socket, { AF_INET, SOCK_STREAM, 262 }, EPERM,
	    EPERM },
	{ "socket: Unix", __NR_socket, { AF_UNIX, SOCK_STREAM }, EPERM, 0 },
	{ "socket: Unix, datagrams", __NR_socket, { AF_UNIX, SOCK_DGRAM },
	    EPERM, 0 },
	{ "socketpair: datagrams", __NR_socketpair, { AF_UNIX, SOCK_DGRAM |
	    SOCK_CLOEXEC }, EPERM, EFAULT },
	{ "socketpair: a stream", __NR_socketpair, { AF_UNIX, SOCK_STREAM |
	    SOCK_CLOEXEC }, EFAULT, EFAULT },
	{ "socketpair: records", __NR_socketpair, { AF_UNIX, SOCK_SEQPACKET },
	    EFAULT, EFAULT },
	{ "socket: netlink", __NR_socket, { AF_NETLINK, SOCK_RAW }, EPERM,
	    EPERM },
	{ "socket: packets", __NR_socket, { AF_PACKET, SOCK_RAW }, EPERM,
	    EPERM },
	{ "socket: vsock", __NR_socket, { 40, SOCK_STREAM }, EPERM, EPERM },
	{ "socket: alg", __NR_socket, { 38, SOCK_SEQPACKET }, EPERM, EPERM },
#endif
#ifdef __NR_sendto
	{ "sendto", __NR_sendto, { -1 }, EBADF, EBADF },
	{ "sendto: TCP Fast Open", __NR_sendto, { -1, 0, 0, MSG_FASTOPEN },
	    EPERM, EPERM },
	{ "sendmsg", __NR_sendmsg, { -1, 0, MSG_NOSIGNAL }, EBADF, EBADF },
	{ "sendmsg: TCP Fast Open", __NR_sendmsg, { -1, 0, MSG_NOSIGNAL |
	    MSG_FASTOPEN }, EPERM, EPERM },
	{ "sendmmsg: TCP Fast Open", __NR_sendmmsg, { -1, 0, 0,
	    MSG_FASTOPEN }, EPERM, EPERM },
#endif
#ifdef __NR_socketcall
	{ "socketcall: socket", __NR_socketcall, { 1, 0 }, EPERM, EFAULT },
	{ "socketcall: bind", __NR_socketcall, { 2, 0 }, EPERM, EFAULT },
	{ "socketcall: connect", __NR_socketcall, { 3, 0 }, EPERM, EFAULT },
	{ "socketcall: listen", __NR_socketcall, { 4, 0 }, EPERM, EPERM },
	{ "socketcall: accept", __NR_socketcall, { 5, 0 }, EPERM, EFAULT },
	{ "socketcall: send", __NR_socketcall, { 9, 0 }, EFAULT, EFAULT },
#endif
	{ "getpid", __NR_getpid, { 0 }, 0, 0 },
};
#define NCALLS	(sizeof(calls) / sizeof(calls[0]))

/* The errno of a call in a process with the filter; 0 if it succeeded. */
static int
inside(unsigned allow, size_t i)
{
	const long *a = calls[i].arg;
	int status;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    !seccomp_enter(allow, 0))
			_exit(255);
		_exit(syscall(calls[i].call, a[0], a[1], a[2], a[3], a[4]) ==
		    -1 ? errno : 0);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid ||
	    !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* A process that runs on, as far as that is seen from here. */
static int
forks(unsigned allow)
{
	int status = -1;
	pid_t pid, kid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    !seccomp_enter(allow, 0) || (kid = fork()) == -1)
			_exit(1);
		if (kid == 0)
			_exit(7);
		_exit(waitpid(kid, &status, 0) == kid &&
		    WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	if (pid != -1 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status))
		return WEXITSTATUS(status);
	return -1;
}

/* What a signal to a process comes to, where one may be signalled. */
static int
signals(pid_t to, pid_t kills)
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
		    !seccomp_enter(0, kills))
			_exit(255);
		_exit(kill(to, 0) == -1 ? errno : 0);
	}
	return pid != -1 && waitpid(pid, &status, 0) == pid &&
	    WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
judge(const char *name, const char *with, int got, int want)
{
	if (want == -1)
		ok(got != EPERM && got != 255, "%s, %s: %d", name, with, got);
	else
		is_int(got, want, "%s, %s", name, with);
}

int
main(void)
{
	size_t i;

	if (!seccomp_here()) {
		ok(true, "a filter # SKIP not on this machine");
		return done();
	}
	ok(!portable_filtered(), "no filter yet");
	for (i = 0; i < NCALLS; i++) {
		judge(calls[i].name, "nothing allowed", inside(0, i),
		    calls[i].none);
		judge(calls[i].name, "all allowed", inside(ALL, i),
		    calls[i].all);
	}
	is_int(signals(getpid(), getpid()), 0, "a signal to that process");
	is_int(signals(getppid(), getpid()), EPERM, "a signal to another");
	is_int(signals(0, getpid()), EPERM, "a signal to its group");
	is_int(forks(0), 7, "a process may fork");
	return done();
}
