/* priv.c - a safe start, and the privileges of the process */

#include <sys/resource.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "system/priv.h"

/*
 * Open closed descriptors below 3, so that no socket or spool file gets
 * such a number.  Otherwise error messages could go to it, or the message
 * could be read from it.  Reading or writing them fails as before.
 */
static void
priv_open_standard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
			continue;
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY :
		    O_RDONLY) != fd)
			_exit(EX_OSERR);
	}
}

static void
priv_set_signals(void)
{
	static const struct { int sig; void (*how)(int); } set[] = {
		{ SIGCHLD, SIG_DFL }, { SIGALRM, SIG_DFL },
		{ SIGPIPE, SIG_IGN }, { SIGXFSZ, SIG_IGN },
	};
	struct sigaction sa;
	size_t i;

	memset(&sa, 0, sizeof(sa));
	(void)sigemptyset(&sa.sa_mask);
	for (i = 0; i < NITEMS(set); i++) {
		sa.sa_handler = set[i].how;
		if (sigaction(set[i].sig, &sa, NULL) == -1)
			_exit(EX_OSERR);
	}
	if (sigprocmask(SIG_SETMASK, &sa.sa_mask, NULL) == -1)
		_exit(EX_OSERR);
}

void
priv_start(void)
{
	priv_open_standard();
	(void)umask(077);
	priv_set_signals();
}

bool
priv_elevated(void)
{
#ifdef __linux__
	if (getauxval(AT_SECURE) != 0)
		return true;
#else
	if (issetugid() != 0)
		return true;
#endif
	return getuid() != geteuid() || getgid() != getegid();
}

bool
priv_unlimited(void)
{
	struct rlimit cpu, size;

	(void)signal(SIGQUIT, SIG_IGN);
	if (getrlimit(RLIMIT_CPU, &cpu) == -1 ||
	    getrlimit(RLIMIT_FSIZE, &size) == -1 ||
	    cpu.rlim_max != RLIM_INFINITY || size.rlim_max != RLIM_INFINITY)
		return false;
	cpu.rlim_cur = size.rlim_cur = RLIM_INFINITY;
	return setrlimit(RLIMIT_CPU, &cpu) == 0 &&
	    setrlimit(RLIMIT_FSIZE, &size) == 0;
}

/* Drop the groups of root. */
static bool
priv_drop_groups(uid_t uid, gid_t *gid)
{
	const struct passwd *pw = getpwuid(uid);

	if (pw != NULL)
		*gid = pw->pw_gid;
	return seteuid(0) == 0 && setgroups(1, gid) == 0;
}

void
priv_settle(void)
{
	gid_t gid = getegid();
	uid_t uid = geteuid();

	if ((getuid() == 0 && uid != 0 && !priv_drop_groups(uid, &gid)) ||
	    setresgid(gid, gid, gid) == -1 || setresuid(uid, uid, uid) == -1)
		_exit(EX_OSERR);
}

/* TZ can name any file, and LANG a directory. */
static bool
priv_harmless(const char *value)
{
	const char *p;

	if (*value == ':' || *value == '/' || strstr(value, "..") != NULL)
		return false;
	for (p = value; *p != '\0'; p++)
		if (*p < 0x20 || *p > 0x7e)
			return false;
	return p - value < 64;
}

void
priv_environment(void)
{
	static const char *const keep[] = { "TZ=", "LANG=" };
	char **kept = xcalloc(NITEMS(keep) + 1, sizeof(*kept)), **e;
	size_t i, n = 0, k;

	for (i = 0; i < NITEMS(keep); i++) {
		k = strlen(keep[i]);
		for (e = environ; e != NULL && *e != NULL; e++)
			if (strncmp(*e, keep[i], k) == 0 &&
			    priv_harmless(*e + k)) {
				kept[n++] = *e;
				break;
			}
	}
	environ = kept;
}

int
priv_become(const char *name, uid_t *uid, char *home, size_t n,
    struct fault *f)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--as %s: there is no user of this name", name);
	*uid = pw->pw_uid;
	(void)strlcpy(home, pw->pw_dir, n);
	if (getuid() == pw->pw_uid && geteuid() == pw->pw_uid)
		return 0;
	if (geteuid() != 0)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--as %s: only root can check as another user", name);
	/* Groups first: without root they could not be changed. */
	if (initgroups(name, pw->pw_gid) == -1 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
	    setresuid(*uid, *uid, *uid) == -1)
		return fault_errno(f, ST_USAGE, errno, VD_PERM, "--as %s",
		    name);
	return 0;
}
