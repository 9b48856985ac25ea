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

/* Forbidden, unless one of these is allowed. */
struct forbidden {
	uint32_t	call;
	unsigned	unless;
	int		err;
};

#define NO(call)		{ __NR_##call, 0, EPERM }
#define ABSENT(call)		{ __NR_##call, 0, ENOSYS }
#define UNLESS(call, what)	{ __NR_##call, what, EPERM }

static const struct forbidden forbidden[] = {
	/* programs and other processes */
	NO(execve), NO(execveat), NO(ptrace), NO(process_vm_readv),
	NO(process_vm_writev), NO(kcmp), NO(setpriority),
	NO(sched_setscheduler), NO(sched_setparam), NO(sched_setattr),
	NO(sched_setaffinity), NO(ioprio_set), NO(personality),
	NO(tkill), NO(tgkill), NO(rt_sigqueueinfo), NO(rt_tgsigqueueinfo),
#ifdef __NR_pidfd_send_signal
	NO(pidfd_send_signal), NO(pidfd_open),
#endif
#ifdef __NR_pidfd_getfd
	NO(pidfd_getfd),
#endif
#ifdef __NR_process_madvise
	NO(process_madvise),
#endif
	/* modes and owners of files by path, for which Landlock has no right */
	NO(fchmodat), NO(fchownat), NO(setxattr), NO(lsetxattr),
	NO(removexattr), NO(lremovexattr),
#ifdef __NR_chmod
	NO(chmod), NO(chown), NO(lchown),
#endif
#ifdef __NR_chown32
	NO(chown32), NO(lchown32),
#endif
#ifdef __NR_fchmodat2
	NO(fchmodat2),
#endif
#ifdef __NR_setxattrat
	NO(setxattrat), NO(removexattrat),
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
#ifdef __NR_msgget
	NO(msgget), NO(semget), NO(shmget),
#endif
#ifdef __NR_ipc
	NO(ipc),
#endif
	NO(mq_open),
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
#ifdef __NR_fsopen
	NO(fsopen), NO(fsmount), NO(fspick), NO(move_mount), NO(open_tree),
#endif
#ifdef __NR_mount_setattr
	NO(mount_setattr),
#endif
#ifdef __NR_quotactl_fd
	NO(quotactl_fd),
#endif
	/* ways into the kernel */
	NO(bpf), NO(perf_event_open), NO(userfaultfd), NO(keyctl),
	NO(add_key), NO(request_key), NO(move_pages), NO(migrate_pages),
	NO(mbind), NO(vmsplice), NO(remap_file_pages),
#ifdef __NR_memfd_create
	UNLESS(memfd_create, SECCOMP_MEMORY),
#endif
#ifdef __NR_memfd_secret
	NO(memfd_secret),
#endif
#ifdef __NR_io_uring_setup
	ABSENT(io_uring_setup), ABSENT(io_uring_enter),
	ABSENT(io_uring_register),
#endif
	/* glibc then uses clone(2), the flags of which can be looked at */
#ifdef __NR_clone3
	ABSENT(clone3),
#endif
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
