/* t_system_priv.c - a sane start, and what the caller may say */

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "system/priv.h"
#include "tap.h"

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/* Each returns 0 for good, in a process of its own. */

static int
closed_descriptors(void)
{
	char c = 'x';
	int fd;

	for (fd = 0; fd < 10; fd++)
		(void)close(fd);
	priv_start();
	if (!is_open(0) || !is_open(1) || !is_open(2) || is_open(3))
		return 1;
	/* A message that is not there is no empty message. */
	if (read(0, &c, 1) != -1 || errno != EBADF)
		return 2;
	if (write(1, &c, 1) != -1 || write(2, &c, 1) != -1)
		return 3;
	return open("/dev/null", O_RDONLY) == 3 ? 0 : 4;
}

static int
one_closed(void)
{
	struct stat before, after, null;

	if (fstat(0, &before) == -1 || stat("/dev/null", &null) == -1)
		return 1;
	(void)close(1);
	priv_start();
	if (fstat(0, &after) == -1 || before.st_ino != after.st_ino ||
	    before.st_dev != after.st_dev)
		return 2;
	return fstat(1, &after) == 0 && after.st_rdev == null.st_rdev ? 0 : 3;
}

static void
(*handler(int sig))(int)
{
	struct sigaction sa;

	return sigaction(sig, NULL, &sa) == -1 ? SIG_ERR : sa.sa_handler;
}

static int
timers(void)
{
	const struct itimerval soon = { .it_value.tv_sec = 1000 };
	struct itimerval left[3];

	if (setitimer(ITIMER_REAL, &soon, NULL) == -1 ||
	    setitimer(ITIMER_VIRTUAL, &soon, NULL) == -1 ||
	    setitimer(ITIMER_PROF, &soon, NULL) == -1)
		return 1;
	priv_start();
	if (getitimer(ITIMER_REAL, &left[0]) == -1 ||
	    getitimer(ITIMER_VIRTUAL, &left[1]) == -1 ||
	    getitimer(ITIMER_PROF, &left[2]) == -1)
		return 2;
	return left[0].it_value.tv_sec != 0 || left[1].it_value.tv_sec != 0 ||
	    left[2].it_value.tv_sec != 0 ? 2 : 0;
}

/* A soft limit is raised, a hard one is named. */
static int
limits(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1)
		return 1;
	r.rlim_cur = 20;
	if (setrlimit(RLIMIT_NOFILE, &r) == -1 || priv_limited() != NULL ||
	    getrlimit(RLIMIT_NOFILE, &r) == -1 || r.rlim_cur < 128)
		return 2;
	r.rlim_cur = r.rlim_max = 20;
	if (setrlimit(RLIMIT_NOFILE, &r) == -1)
		return 3;
	return priv_limited() != NULL &&
	    strcmp(priv_limited(), "open files (ulimit -n)") == 0 ? 0 : 4;
}

static int
signals(void)
{
	sigset_t set;
	int i;

	(void)signal(SIGCHLD, SIG_IGN);
	(void)signal(SIGALRM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
	(void)sigfillset(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	priv_start();
	if (handler(SIGCHLD) != SIG_DFL || handler(SIGALRM) != SIG_DFL)
		return 1;
	if (handler(SIGPIPE) != SIG_IGN || handler(SIGXFSZ) != SIG_IGN)
		return 2;
	if (handler(SIGHUP) != SIG_IGN)
		return 3;	/* nohup means it */
	if (sigprocmask(SIG_BLOCK, NULL, &set) == -1)
		return 4;
	for (i = 1; i < 32; i++)
		if (sigismember(&set, i) == 1)
			return 5;
	return 0;
}

static int
mask(void)
{
	(void)umask(0);
	priv_start();
	return umask(0) == 077 ? 0 : 1;
}

static bool
has(const char *name, const char *value)
{
	const char *is_now = getenv(name);

	return value == NULL ? is_now == NULL :
	    is_now != NULL && strcmp(is_now, value) == 0;
}

static int
environment(void)
{
	size_t n;

	if (setenv("TZ", "Europe/Berlin", 1) == -1 ||
	    setenv("LANG", "C.UTF-8", 1) == -1 ||
	    setenv("HOME", "/tmp", 1) == -1 ||
	    setenv("TZX", "y", 1) == -1 ||
	    setenv("LD_PRELOAD", "x", 1) == -1)
		return 1;
	priv_environment();
	for (n = 0; environ[n] != NULL; n++)
		;
	if (n != 2 || !has("TZ", "Europe/Berlin") || !has("LANG", "C.UTF-8"))
		return 2;
	return has("HOME", NULL) && has("LD_PRELOAD", NULL) ? 0 : 3;
}

static int
hostile_environment(void)
{
	static const char *const bad[] = {
		":/etc/shadow", "/etc/shadow", "../../etc/shadow", "a\nb",
		("0123456789012345678901234567890123456789012345678901234"
		"5678901234567890")
	};
	size_t i;

	for (i = 0; i < NITEMS(bad); i++) {
		if (setenv("TZ", bad[i], 1) == -1 ||
		    setenv("LANG", bad[i], 1) == -1)
			return 1;
		priv_environment();
		if (environ[0] != NULL)
			return 2;
	}
	environ = NULL;
	priv_environment();
	return environ[0] == NULL ? 0 : 3;
}

static int
elevated(void)
{
	if (priv_elevated())
		return 1;
	if (geteuid() != 0)
		return 0;
	return seteuid(65534) == 0 && priv_elevated() ? 0 : 2;
}

/* Files are the user's, and all else stays root's where that can be. */
static int
work_as(void)
{
#ifdef PORTABLE_LINUX
	const uid_t effective = 0;
#else
	const uid_t effective = 7101;
#endif
	char dir[] = "/tmp/t_system_priv-XXXXXX", path[64];
	uid_t uid[3];
	struct stat st;
	int fd;

	if (getuid() != 0)
		return 0;
	if (mkdtemp(dir) == NULL || chmod(dir, 0777) == -1)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	if (priv_work_as(7101, 7100) == -1)
		return 2;
	if (open("/etc/shadow", O_RDONLY) != -1 ||
	    (fd = open(path, O_RDWR | O_CREAT, 0600)) == -1 ||
	    fstat(fd, &st) == -1 || st.st_uid != 7101 || st.st_gid != 7100)
		return 3;
	if (getresuid(&uid[0], &uid[1], &uid[2]) == -1 ||
	    uid[0] != 0 || uid[1] != effective || uid[2] != 0)
		return 4;
	priv_work_as_root();
	return open("/etc/shadow", O_RDONLY) == -1 || unlink(path) == -1 ||
	    rmdir(dir) == -1 ? 5 : 0;
}

static int
turn_into(void)
{
	gid_t group[8];

	if (getuid() != 0)
		return 0;
	if (priv_turn_into(7101, 7100) == -1)
		return 1;
	return getgroups(8, group) == 1 && group[0] == 7100 &&
	    getegid() == 7100 && geteuid() == 7101 && setuid(0) == -1 &&
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 2;
}

static void
apart(const char *name, int (*test)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(test());
	if (pid != -1)
		(void)waitpid(pid, &status, 0);
	is_int(status, 0, "%s", name);
}

int
main(void)
{
	apart("closed descriptors", closed_descriptors);
	apart("one closed descriptor", one_closed);
	apart("signals", signals);
	apart("umask", mask);
	apart("environment", environment);
	apart("hostile environment", hostile_environment);
	apart("timers", timers);
	apart("limits", limits);
	apart("elevated", elevated);
	apart("to work as a user", work_as);
	apart("to become a user", turn_into);
	return done();
}
