/*
 * sandbox.c - give up the rights that a process does not need
 *
 * Landlock has no wrappers in libc, and the system's headers may be older
 * than its kernel, so the few numbers are defined here.
 */

#include <sys/resource.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "system/sandbox.h"
#include "system/seccomp.h"

#ifdef PORTABLE_LINUX

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <linux/capability.h>
#include <linux/landlock.h>

#define CREATE_RULESET	444
#define ADD_RULE	445
#define RESTRICT_SELF	446

#define FS_ALL_1	((UINT64_C(1) << 13) - 1)	/* ABI 1 */
#define FS_REFER	(UINT64_C(1) << 13)		/* ABI 2 */
#define FS_TRUNCATE	(UINT64_C(1) << 14)		/* ABI 3 */
#define FS_IOCTL_DEV	(UINT64_C(1) << 15)		/* ABI 5 */
#define FS_EXECUTE	(UINT64_C(1) << 0)
#define FS_DEVICES	(UINT64_C(0x21) << 6)		/* mknod(2) of them */
#define FS_READ_FILE	(UINT64_C(1) << 2)
#define FS_READ		(UINT64_C(3) << 2)	/* files, directories */
#define NET_BIND	(UINT64_C(1) << 0)		/* ABI 4 */
#define NET_CONNECT	(UINT64_C(1) << 1)
#define SCOPE_ABSTRACT	(UINT64_C(1) << 0)		/* ABI 6 */
#define SCOPE_SIGNAL	(UINT64_C(1) << 1)
/* CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER, CAP_FSETID */
#define CAP_FILES	UINT32_C(0x1f)
#define RULE_PATH	1
#define RULE_PORT	2

struct ruleset {
	uint64_t	fs, net, scoped;
};

struct port_rule {
	uint64_t	access, port;
};

static int
box_ask_abi(void)
{
	long v = syscall(CREATE_RULESET, NULL, 0, 1);

	return v > 0 ? (int)v : 0;
}

/*
 * A filter of systemd 252 ends a process that uses Landlock, which it does not
 * know.  So where there is a filter, a child asks.
 */
static int
box_abi(void)
{
	int version = seccomp_try(box_ask_abi);

	return version == -1 ? 0 : version;
}

static size_t
box_ruleset_size(int version)
{
	const struct ruleset *r = NULL;

	return version >= 6 ? sizeof(*r) : version >= 4 ?
	    offsetof(struct ruleset, scoped) : sizeof(r->fs);
}

static uint64_t
box_fs_rights(int version)
{
	uint64_t all = FS_ALL_1 | FS_REFER;

	if (version >= 3)
		all |= FS_TRUNCATE;
	if (version >= 5)
		all |= FS_IOCTL_DEV;
	return all;
}

static void
box_allow_libraries(int rules)
{
#ifdef LIBDIR
	struct landlock_path_beneath_attr dir = {
	    .allowed_access = FS_READ_FILE,
	    .parent_fd = open(LIBDIR, O_PATH | O_DIRECTORY | O_CLOEXEC) };

	if (dir.parent_fd == -1)
		return;
	(void)syscall(ADD_RULE, rules, RULE_PATH, &dir, 0);
	(void)close(dir.parent_fd);
#else
	(void)rules;
#endif
}

static void
box_landlock(const struct sandbox *b)
{
	int version = box_abi();
	struct ruleset set = { .fs = box_fs_rights(version),
	    .net = version >= 4 ? NET_BIND | NET_CONNECT : 0,
	    .scoped = SCOPE_ABSTRACT | (b->kills > 0 ? 0 : SCOPE_SIGNAL) };
	struct landlock_path_beneath_attr dir = { 0 };
	struct port_rule port = { .access = NET_CONNECT };
	int fd;
	size_t i;

	/* ABI 1 forbids all moves between directories, which are needed. */
	if (version < 2)
		return;
	/* Rights that are not handled are not restricted. */
	if (b->reading)
		set.fs &= ~FS_READ;
	fd = (int)syscall(CREATE_RULESET, &set, box_ruleset_size(version), 0);
	if (fd == -1)
		return;
	dir.allowed_access = set.fs & ~(FS_EXECUTE | FS_DEVICES |
	    FS_IOCTL_DEV);
	for (i = 0; i < b->ndirs; i++) {
		dir.parent_fd = b->dirs[i];
		(void)syscall(ADD_RULE, fd, RULE_PATH, &dir, 0);
	}
	if (b->libraries)
		box_allow_libraries(fd);
	for (i = 0; version >= 4 && i < b->nports; i++) {
		port.port = (uint64_t)b->ports[i];
		(void)syscall(ADD_RULE, fd, RULE_PORT, &port, 0);
	}
	/* Port 0 means any free port. */
	port = (struct port_rule){ .access = NET_BIND };
	if (version >= 4 && b->bind)
		(void)syscall(ADD_RULE, fd, RULE_PORT, &port, 0);
	(void)syscall(RESTRICT_SELF, fd, 0);
	(void)close(fd);
}

static void
box_no_new_privileges(void)
{
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static int
box_keep_capabilities(uint32_t keep)
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (keep != 0 && syscall(SYS_capget, &h, d) != 0)
		return 1;
	d[0].effective &= keep;
	d[0].permitted &= keep;
	d[0].inheritable = 0;
	memset(&d[1], 0, sizeof(d[1]));
	return syscall(SYS_capset, &h, d) == 0 ? 0 : 1;
}

static int
box_try_capabilities(void)
{
	return box_keep_capabilities(UINT32_MAX);
}

/*
 * Root could change routes and firewalls with a socket that it has.  A filter
 * as SystemCallFilter=~@privileged of systemd may end a process for capset(2).
 */
static void
box_capabilities(const struct sandbox *b)
{
	if (geteuid() == 0 && (!portable_filtered() ||
	    seccomp_try(box_try_capabilities) == 0))
		(void)box_keep_capabilities(b->ndirs > 0 || b->reading ?
		    CAP_FILES : 0);
}

#else

static int
box_abi(void)
{
	return 0;
}

static void
box_landlock(const struct sandbox *b)
{
	(void)b;
}

static void
box_no_new_privileges(void)
{
}

static void
box_capabilities(const struct sandbox *b)
{
	(void)b;
}

#endif

void
sandbox_enter(const struct sandbox *b)
{
	struct rlimit none = { 0, 0 };

	box_no_new_privileges();
	if (b->secret) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)portable_forbid_tracing();
	}
	box_landlock(b);
	box_capabilities(b);
	(void)seccomp_enter((b->nports > 0 ? SECCOMP_TCP : 0) |
	    (b->local ? SECCOMP_LOCAL : 0) |
	    (b->memory ? SECCOMP_MEMORY : 0) |
	    (b->accept ? SECCOMP_ACCEPT : 0), b->kills);
}

void
sandbox_describe(char *out, size_t n)
{
	const char *filter = seccomp_here() ?
	    "seccomp (system calls, addresses)" : "no seccomp";
	int version = box_abi();

	if (version < 2)
		(void)snprintf(out, n, "no Landlock of ABI 2 here, %s",
		    filter);
	else
		(void)snprintf(out, n, "Landlock ABI %d (files%s%s), %s",
		    version, version >= 4 ? ", TCP" : "",
		    version >= 6 ? ", signals" : "", filter);
}

static int
box_open_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd != -1)
		(void)close(fd);
	return 0;
}

bool
sandbox_no_sockets(void)
{
	return portable_filtered() && seccomp_try(box_open_socket) == -1;
}
