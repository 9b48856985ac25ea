/* t_system_sandbox.c - what a process that was boxed in can still do */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "system/sandbox.h"
#include "system/seccomp.h"
#include "tap.h"

static int	dir, listener[2], port[2];

/* A port where somebody listens. */
static void
listen_at(int i)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *sa = (void *)&a;
	socklen_t n = sizeof(a);

	listener[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener[i] == -1 || bind(listener[i], sa, n) == -1 ||
	    listen(listener[i], 5) == -1 ||
	    getsockname(listener[i], sa, &n) == -1) {
		printf("Bail out! no socket\n");
		exit(1);
	}
	port[i] = ntohs(a.sin_port);
}

static int
can_connect(int to)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)to),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *sa = (void *)&a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = fd == -1 || connect(fd, sa, sizeof(a)) == -1 ? errno : 0;

	(void)close(fd);
	return err;
}

static int
can_bind(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr *sa = (void *)&a;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = fd == -1 || bind(fd, sa, sizeof(a)) == -1 ? errno : 0;

	(void)close(fd);
	return err;
}

static int
can_open(int at, const char *path, int flags)
{
	int fd = openat(at, path, flags | O_CLOEXEC, 0600);
	int err = fd == -1 ? errno : 0;

	if (fd != -1)
		(void)close(fd);
	return err;
}

#ifdef PORTABLE_LINUX
#define BOXED	1
#else
#define BOXED	0
#endif

/* What the kernel has: 0 nothing, 1 files, 2 TCP too. */
static int
kernel(void)
{
	char text[128];

	sandbox_describe(text, sizeof(text));
	if (strncmp(text, "no Landlock", 11) == 0)
		return 0;
	return strstr(text, "TCP") != NULL ? 2 : 1;
}

/* What a process finds that it can do; errno, or 0. */
struct facts {
	int	system, own, move, removal, beside;	/* files */
	int	to[2], bind;		/* connections */
	int	privs, dumpable, core;
	unsigned capable;
};

/* The capabilities in effect, those up to 31; all, if there are others. */
static unsigned
capable(void)
{
	struct __user_cap_header_struct h = {
	    .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &h, d) != 0 || d[1].permitted != 0)
		return UINT_MAX;
	return d[0].effective | d[0].permitted;
}

static void
look(struct facts *f)
{
	struct rlimit core;

	f->system = can_open(AT_FDCWD, "/etc/passwd", O_RDONLY);
	f->own = can_open(dir, "new", O_RDWR | O_CREAT);
	f->move = renameat(dir, "new", dir, "newer") == -1 ? errno : 0;
	f->removal = unlinkat(dir, "newer", 0) == -1 ? errno : 0;
	f->beside = can_open(dir, "..", O_RDONLY | O_DIRECTORY);
	f->to[0] = can_connect(port[0]);
	f->to[1] = can_connect(port[1]);
	f->bind = can_bind();
	f->privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	f->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	f->capable = capable();
	f->core = getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max > 0;
}

/* In a process of its own: there is no way out. */
static struct facts
inside(const struct sandbox *b)
{
	struct facts f = { .privs = -1 };
	int fds[2];
	pid_t pid;

	(void)fflush(stdout);
	if (pipe(fds) == -1 || (pid = fork()) == -1) {
		printf("Bail out! no process\n");
		exit(1);
	}
	if (pid == 0) {
		sandbox_enter(b);
		look(&f);
		_exit(write(fds[1], &f, sizeof(f)) != sizeof(f));
	}
	(void)close(fds[1]);
	if (read(fds[0], &f, sizeof(f)) != sizeof(f))
		printf("# nothing came out of the box\n");
	(void)close(fds[0]);
	(void)waitpid(pid, NULL, 0);
	return f;
}

/* As the dispatcher is: a directory, and no connection. */
static void
test_files(int files, int tcp)
{
	const struct sandbox b = { .dirs = &dir, .ndirs = 1 };
	struct facts f = inside(&b);

	is_int(f.system, files, "a file of the system");
	is_int(f.own, 0, "one in the directory");
	is_int(f.move, 0, "move it");
	is_int(f.removal, 0, "remove it");
	is_int(f.beside, files, "what is beside the directory");
	is_int(f.to[0], tcp, "a connection");
	is_int(f.bind, tcp, "a port");
	is_int(f.privs, BOXED, "no privileges");
	is_int(f.dumpable, 1, "there is nothing secret");
	is_int(f.capable, capable() & (BOXED ? 0x1fU : UINT_MAX),
	    "no capabilities but for files");
}

/* As the agent is: a port, and no file. */
static void
test_ports(int files, int tcp)
{
	const struct sandbox b = { .ports = &port[0], .nports = 1,
	    .secret = true };
	struct facts f = inside(&b);

	is_int(f.to[0], 0, "the port of the relay");
	is_int(f.to[1], tcp, "another port");
	is_int(f.bind, tcp, "a port of its own");
	is_int(f.system, files, "a file");
	is_int(f.own, files, "one in a directory that is open");
	is_int(f.privs, BOXED, "no privileges");
	is_int(f.dumpable, !BOXED, "no look from outside");
	is_int(f.core, 0, "no core");
	is_int(f.capable, BOXED ? 0 : capable(), "no capabilities");
}

/* A filter that ends a process for a call it does not know, as systemd's. */
static void
be_filtered(void)
{
	struct sock_filter p[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0,
		    offsetof(struct seccomp_data, nr) },
		{ BPF_JMP | BPF_JGE | BPF_K, 0, 2, 444 },
		{ BPF_JMP | BPF_JGT | BPF_K, 1, 0, 446 },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	struct sock_fprog f = { .filter = p, .len = 5 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &f, 0, 0) == -1)
		_exit(3);
}

static void
filtered(void)
{
	const struct sandbox b = { .dirs = &dir, .ndirs = 1 };
	char text[128];
	int status;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		be_filtered();
		sandbox_describe(text, sizeof(text));
		sandbox_enter(&b);
		_exit(strncmp(text, "no Landlock", 11) == 0 ? 7 : 1);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		ok(false, "no process");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		ok(true, "a filter that kills # SKIP no filters here");
	else
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 7,
		    "a filter that kills: without Landlock, and alive");
}

int
main(void)
{
	const struct sandbox bind = { .ports = &port[0], .nports = 1,
	    .bind = true };
	char path[] = "/tmp/t_system_sandbox.XXXXXX";
	int k = kernel();

	if (mkdtemp(path) == NULL ||
	    (dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1) {
		printf("Bail out! no directory\n");
		return 1;
	}
	listen_at(0);
	listen_at(1);
	test_files(k > 0 ? EACCES : 0, seccomp_here() ? EPERM :
	    k > 1 ? EACCES : 0);
	test_ports(k > 0 ? EACCES : 0, k > 1 ? EACCES : 0);
	is_int(inside(&bind).bind, 0, "a port, where one was asked for");
	filtered();
	(void)unlinkat(dir, "new", 0);
	(void)rmdir(path);
	return done();
}
