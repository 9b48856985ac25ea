/*
 * seccomp.c - forbid the system calls that a process does not need
 *
 * A list of what is forbidden rather than allowed: the C library, GnuTLS and
 * the libraries of PKCS#11 tokens differ in the harmless calls that they use.
 */

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "system/seccomp.h"

#ifdef PORTABLE_LINUX
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <asm/ioctls.h>
#include <asm/sockios.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/net.h>
#include <linux/seccomp.h>
#endif

#if !defined(PORTABLE_LINUX)
#elif defined(__x86_64__)
#define ARCH	AUDIT_ARCH_X86_64
#elif defined(__i386__)
#define ARCH	AUDIT_ARCH_I386
#elif defined(__aarch64__)
#define ARCH	AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define ARCH	AUDIT_ARCH_ARM
#elif defined(__s390x__)
#define ARCH	AUDIT_ARCH_S390X
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH	AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCH	AUDIT_ARCH_PPC64LE
#endif

#ifdef ARCH

#define X32		0x40000000u	/* another numbering on x86-64 */
#define NAMESPACES	0x7e020000u	/* CLONE_NEW* of clone(2) */
#define PROGRAM_MAX	512

#ifdef __s390x__
#define CLONE_FLAGS	1		/* the argument that has them */
#else
#define CLONE_FLAGS	0
#endif

/*
 * The system's headers may be older than its kernel.  These numbers are the
 * same on all processors.
 */
enum {
	PIDFD_SEND_SIGNAL = 424, IO_URING_SETUP, IO_URING_ENTER,
	IO_URING_REGISTER, OPEN_TREE, MOVE_MOUNT, FSOPEN, FSMOUNT = 432,
	FSPICK, PIDFD_OPEN, CLONE3, PIDFD_GETFD = 438, PROCESS_MADVISE = 440,
	MOUNT_SETATTR = 442, QUOTACTL_FD, MEMFD_SECRET = 447,
	FCHMODAT2 = 452, SETXATTRAT = 463, REMOVEXATTRAT = 466,
	OPEN_TREE_ATTR, FILE_SETATTR = 469
};

/* Forbidden, unless one of these is allowed. */
struct forbidden {
	uint32_t	call;
	unsigned	unless;
	int		err;
};

#define NO(call)		{ __NR_##call, 0, EPERM }
#define NEW(number)		{ number, 0, EPERM }
#define ABSENT(number)		{ number, 0, ENOSYS }
#define UNLESS(call, what)	{ __NR_##call, what, EPERM }

static const struct forbidden forbidden[] = {
	/* programs and other processes */
	NO(execve), NO(execveat), NO(ptrace), NO(process_vm_readv),
	NO(process_vm_writev), NO(kcmp), NO(setpriority),
	NO(sched_setscheduler), NO(sched_setparam), NO(sched_setattr),
	NO(sched_setaffinity), NO(ioprio_set), NO(personality),
	NO(tkill), NO(tgkill), NO(rt_sigqueueinfo), NO(rt_tgsigqueueinfo),
	NEW(PIDFD_SEND_SIGNAL), NEW(PIDFD_OPEN), NEW(PIDFD_GETFD),
	NEW(PROCESS_MADVISE),
	/* what is done to files by path, for which Landlock has no right */
	NO(fchmodat), NO(fchownat), NO(setxattr), NO(lsetxattr),
	NO(removexattr), NO(lremovexattr), NO(inotify_init1),
	NO(inotify_add_watch), NEW(FCHMODAT2), NEW(SETXATTRAT),
	NEW(REMOVEXATTRAT), NEW(FILE_SETATTR),
#ifdef __NR_inotify_init
	NO(inotify_init),
#endif
#ifdef __NR_utimensat
	NO(utimensat),
#endif
#ifdef __NR_utimensat_time64
	NO(utimensat_time64),
#endif
#ifdef __NR_utime
	NO(utime),
#endif
#ifdef __NR_utimes
	NO(utimes),
#endif
#ifdef __NR_futimesat
	NO(futimesat),
#endif
#ifdef __NR_chmod
	NO(chmod), NO(chown), NO(lchown),
#endif
#ifdef __NR_chown32
	NO(chown32), NO(lchown32),
#endif
	/* servers, and connections to other addresses */
#ifdef __NR_listen
	NO(listen), UNLESS(accept4, SECCOMP_ACCEPT),
#endif
#ifdef __NR_accept
	UNLESS(accept, SECCOMP_ACCEPT),
#endif
#ifdef __NR_connect
	UNLESS(connect, SECCOMP_TCP | SECCOMP_LOCAL),
	UNLESS(bind, SECCOMP_TCP),
#endif
	/* queues and memory of others, which small numbers or names denote */
#ifdef __NR_msgget
	NO(msgget), NO(msgsnd), NO(msgrcv), NO(msgctl), NO(semget),
	NO(semctl), NO(shmget), NO(shmat), NO(shmctl),
#endif
#ifdef __NR_semop
	NO(semop),
#endif
#ifdef __NR_semtimedop
	NO(semtimedop),
#endif
#ifdef __NR_semtimedop_time64
	NO(semtimedop_time64),
#endif
#ifdef __NR_ipc
	NO(ipc),
#endif
	NO(mq_open), NO(mq_unlink),
	/* the machine */
	NO(unshare), NO(setns), NO(mount), NO(umount2), NO(pivot_root),
	NO(chroot), NO(mknodat), NO(swapon), NO(swapoff), NO(reboot),
	NO(acct), NO(quotactl), NO(syslog), NO(settimeofday),
	NO(clock_settime), NO(adjtimex), NO(clock_adjtime),
	NO(sethostname), NO(setdomainname), NO(vhangup),
	NO(init_module), NO(finit_module), NO(delete_module),
	NO(kexec_load), NO(open_by_handle_at), NO(name_to_handle_at),
	NO(fanotify_init),
#ifdef __NR_mknod
	NO(mknod),
#endif
#ifdef __NR_umount
	NO(umount),
#endif
#ifdef __NR_stime
	NO(stime),
#endif
#ifdef __NR_clock_settime64
	NO(clock_settime64), NO(clock_adjtime64),
#endif
#ifdef __NR_iopl
	NO(iopl), NO(ioperm),
#endif
#ifdef __NR_kexec_file_load
	NO(kexec_file_load),
#endif
	NEW(FSOPEN), NEW(FSMOUNT), NEW(FSPICK), NEW(MOVE_MOUNT),
	NEW(OPEN_TREE), NEW(OPEN_TREE_ATTR), NEW(MOUNT_SETATTR),
	NEW(QUOTACTL_FD),
	/* ways into the kernel */
	NO(bpf), NO(perf_event_open), NO(userfaultfd), NO(keyctl),
	NO(add_key), NO(request_key), NO(move_pages), NO(migrate_pages),
	NO(mbind), NO(vmsplice), NO(remap_file_pages),
#ifdef __NR_memfd_create
	UNLESS(memfd_create, SECCOMP_MEMORY),
#endif
	NEW(MEMFD_SECRET), ABSENT(IO_URING_SETUP), ABSENT(IO_URING_ENTER),
	ABSENT(IO_URING_REGISTER),
	/* glibc then uses clone(2), the flags of which can be looked at */
	ABSENT(CLONE3),
};

struct program {
	struct sock_filter p[PROGRAM_MAX];
	unsigned short	 n;
};

static void
seccomp_add(struct program *g, uint16_t code, uint32_t k, uint8_t yes,
    uint8_t no)
{
	if (g->n < PROGRAM_MAX)
		g->p[g->n++] = (struct sock_filter){ code, yes, no, k };
}

static void
seccomp_load(struct program *g, size_t at)
{
	seccomp_add(g, BPF_LD | BPF_W | BPF_ABS, (uint32_t)at, 0, 0);
}

/* The low half of an argument. */
static void
seccomp_load_argument(struct program *g, unsigned i)
{
	size_t at = offsetof(struct seccomp_data, args) + i * 8;

	seccomp_load(g, at +
	    (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0));
}

static void
seccomp_allow(struct program *g)
{
	seccomp_add(g, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
}

static void
seccomp_fail(struct program *g, int err)
{
	seccomp_add(g, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)err,
	    0, 0);
}

/* Go on with the next instructions if equal, else skip so many. */
static void
seccomp_if(struct program *g, uint32_t k, uint8_t skip)
{
	seccomp_add(g, BPF_JMP | BPF_JEQ | BPF_K, k, 0, skip);
}

/* These are about the arguments; each begins with the call's number. */

static void
seccomp_sockets(struct program *g, unsigned allow)
{
#ifdef __NR_socket
	unsigned short start;

	seccomp_if(g, __NR_socket, 0);
	start = g->n;
	seccomp_load_argument(g, 0);
	if (allow & SECCOMP_LOCAL) {
		seccomp_if(g, AF_UNIX, 1);
		seccomp_allow(g);
	}
	if (allow & SECCOMP_TCP) {
		seccomp_add(g, BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0);
		seccomp_if(g, AF_INET6, 7);
		seccomp_load_argument(g, 1);
		seccomp_add(g, BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
		seccomp_if(g, SOCK_STREAM, 4);
		seccomp_load_argument(g, 2);
		seccomp_add(g, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
		seccomp_if(g, IPPROTO_TCP, 1);
		seccomp_allow(g);
	}
	seccomp_fail(g, EPERM);
	g->p[start - 1].jf = (uint8_t)(g->n - start);
#else
	(void)g;
	(void)allow;
#endif
}

/* sendto(2) and the like connect a TCP socket that is not connected. */
static void
seccomp_sends(struct program *g)
{
	static const struct {
		uint32_t call;
		unsigned flags;		/* the argument that has them */
	} sends[] = {
#ifdef __NR_sendto
		{ __NR_sendto, 3 }, { __NR_sendmsg, 2 }, { __NR_sendmmsg, 3 },
#endif
	};
	size_t i;

	for (i = 0; i < NITEMS(sends); i++) {
		seccomp_if(g, sends[i].call, 4);
		seccomp_load_argument(g, sends[i].flags);
		seccomp_add(g, BPF_JMP | BPF_JSET | BPF_K, MSG_FASTOPEN, 0, 1);
		seccomp_fail(g, EPERM);
		seccomp_allow(g);
	}
}

/*
 * On some machines the C library calls this for all about sockets.  The
 * arguments of those calls cannot be looked at.
 */
static void
seccomp_socketcall(struct program *g, unsigned allow)
{
#ifdef __NR_socketcall
	static const struct {
		uint32_t call;
		unsigned unless;
	} no[] = {
		{ SYS_SOCKET, SECCOMP_TCP | SECCOMP_LOCAL },
		{ SYS_CONNECT, SECCOMP_TCP | SECCOMP_LOCAL },
		{ SYS_BIND, SECCOMP_TCP }, { SYS_LISTEN, 0 },
		{ SYS_ACCEPT, SECCOMP_ACCEPT },
		{ SYS_ACCEPT4, SECCOMP_ACCEPT },
		{ SYS_SOCKETPAIR, SECCOMP_LOCAL },
	};
	unsigned short start;
	size_t i;

	seccomp_if(g, __NR_socketcall, 0);
	start = g->n;
	seccomp_load_argument(g, 0);
	for (i = 0; i < NITEMS(no); i++)
		if (!(no[i].unless & allow)) {
			seccomp_if(g, no[i].call, 1);
			seccomp_fail(g, EPERM);
		}
	seccomp_allow(g);
	g->p[start - 1].jf = (uint8_t)(g->n - start);
#else
	(void)g;
	(void)allow;
#endif
}

/*
 * fcntl(2) and ioctl(2) have a file signal somebody else, with any signal, and
 * type into a terminal.
 */
static void
seccomp_controls(struct program *g)
{
	static const struct {
		uint32_t call, what;
	} no[] = {
#ifdef __NR_fcntl64
		{ __NR_fcntl64, F_SETOWN }, { __NR_fcntl64, F_SETSIG },
		{ __NR_fcntl64, F_SETOWN_EX },
#endif
		{ __NR_fcntl, F_SETOWN }, { __NR_fcntl, F_SETSIG },
		{ __NR_fcntl, F_SETOWN_EX },
		{ __NR_ioctl, FIOSETOWN }, { __NR_ioctl, SIOCSPGRP },
		{ __NR_ioctl, TIOCSTI }, { __NR_ioctl, TIOCLINUX },
	};
	size_t i;

	for (i = 0; i < NITEMS(no); i++) {
		seccomp_load(g, offsetof(struct seccomp_data, nr));
		seccomp_if(g, no[i].call, 3);
		seccomp_load_argument(g, 1);
		seccomp_if(g, no[i].what, 1);
		seccomp_fail(g, EPERM);
	}
	seccomp_load(g, offsetof(struct seccomp_data, nr));
}

/* A datagram of one goes to any path, whatever it is connected to. */
static void
seccomp_pairs(struct program *g, unsigned allow)
{
#ifdef __NR_socketpair
	if (allow & SECCOMP_LOCAL)
		return;
	seccomp_if(g, __NR_socketpair, 6);
	seccomp_load_argument(g, 1);
	seccomp_add(g, BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0);
	seccomp_add(g, BPF_JMP | BPF_JEQ | BPF_K, SOCK_STREAM, 1, 0);
	seccomp_if(g, SOCK_SEQPACKET, 1);
	seccomp_allow(g);
	seccomp_fail(g, EPERM);
#else
	(void)g;
	(void)allow;
#endif
}

static void
seccomp_kills(struct program *g, pid_t kills)
{
	if (kills > 0) {
		seccomp_if(g, __NR_kill, 4);
		seccomp_load_argument(g, 0);
		seccomp_if(g, (uint32_t)kills, 1);
		seccomp_allow(g);
	} else
		seccomp_if(g, __NR_kill, 1);
	seccomp_fail(g, EPERM);
}

static void
seccomp_limits(struct program *g)
{
	seccomp_if(g, __NR_prlimit64, 4);
	seccomp_load_argument(g, 0);
	seccomp_if(g, 0, 1);
	seccomp_allow(g);
	seccomp_fail(g, EPERM);
}

static void
seccomp_clones(struct program *g)
{
	seccomp_if(g, __NR_clone, 4);
	seccomp_load_argument(g, CLONE_FLAGS);
	seccomp_add(g, BPF_JMP | BPF_JSET | BPF_K, NAMESPACES, 1, 0);
	seccomp_allow(g);
	seccomp_fail(g, EPERM);
}

bool
seccomp_enter(unsigned allow, pid_t kills)
{
	struct program g = { .n = 0 };
	struct sock_fprog f = { .filter = g.p };
	size_t i;

	seccomp_load(&g, offsetof(struct seccomp_data, arch));
	seccomp_add(&g, BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	seccomp_fail(&g, EPERM);
	seccomp_load(&g, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
	seccomp_add(&g, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
	seccomp_fail(&g, EPERM);
#endif
	for (i = 0; i < NITEMS(forbidden); i++)
		if (!(forbidden[i].unless & allow)) {
			seccomp_if(&g, forbidden[i].call, 1);
			seccomp_fail(&g, forbidden[i].err);
		}
	seccomp_controls(&g);
	seccomp_pairs(&g, allow);
	seccomp_kills(&g, kills);
	seccomp_limits(&g);
	seccomp_clones(&g);
	seccomp_socketcall(&g, allow);
	seccomp_sends(&g);
	seccomp_sockets(&g, allow);
	seccomp_allow(&g);
	f.len = g.n;
	return g.n < PROGRAM_MAX &&
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f, 0, 0) == 0;
}

/* With no program the kernel says EFAULT if it has filters, else EINVAL. */
bool
seccomp_here(void)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) == -1 &&
	    errno == EFAULT;
}

#else

bool
seccomp_enter(unsigned allow, pid_t kills)
{
	(void)allow;
	(void)kills;
	return false;
}

bool
seccomp_here(void)
{
	return false;
}

#endif

int
seccomp_try(int (*call)(void))
{
	int status;
	pid_t pid;

	if (!portable_filtered())
		return call();
	if ((pid = fork()) == 0)
		_exit(call());
	while (pid != -1 && waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return pid != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
