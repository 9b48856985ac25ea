/* t_system_priv.c - a sane start, and what the caller may say */

#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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
	apart("elevated", elevated);
	return done();
}
