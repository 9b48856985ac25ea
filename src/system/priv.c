/* priv.c - a safe start, and the privileges of the process */

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "system/log.h"
#include "system/priv.h"

#define STACK		(1 << 20)	/* octets */
#define STACK_LEAST	(128 << 10)

int
priv_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd == -1)
		fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd;
}

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
		    O_RDONLY) != fd && open("/", PORTABLE_PATH) != fd)
			_exit(EX_OSERR);
	}
}

static void
priv_set_signals(void)
{
	static const struct { int sig; void (*how)(int); } set[] = {
		{ SIGCHLD, SIG_DFL }, { SIGALRM, SIG_DFL },
		{ SIGVTALRM, SIG_DFL }, { SIGPROF, SIG_DFL },
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

/* Timers stay with a process that executes another program. */
static void
priv_stop_timers(void)
{
	const struct itimerval none = { 0 };

	if (setitimer(ITIMER_REAL, &none, NULL) == -1 ||
	    setitimer(ITIMER_VIRTUAL, &none, NULL) == -1 ||
	    setitimer(ITIMER_PROF, &none, NULL) == -1)
		_exit(EX_OSERR);
}

void
priv_start(void)
{
	priv_open_standard();
	(void)umask(077);
	priv_stop_timers();
	priv_set_signals();
}

bool
priv_stack(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_STACK, &r) == -1 || r.rlim_cur >= STACK)
		return true;
	r.rlim_cur = r.rlim_max < STACK ? r.rlim_max : STACK;
	(void)setrlimit(RLIMIT_STACK, &r);
	return r.rlim_max >= STACK_LEAST;
}

bool
priv_elevated(void)
{
	return portable_elevated() || getuid() != geteuid() ||
	    getgid() != getegid();
}

/* The limits under which the work could stop halfway, and the least. */
static const struct {
	PORTABLE_LIMIT	 what;		/* RLIMIT_* */
	rlim_t		 least;
	const char	*name;
} limits[] = {
	{ RLIMIT_CPU, RLIM_INFINITY, "processor time (ulimit -t)" },
	{ RLIMIT_FSIZE, RLIM_INFINITY, "the size of files (ulimit -f)" },
	{ RLIMIT_NPROC, 32, "processes (ulimit -u)" },
	{ RLIMIT_NOFILE, 128, "open files (ulimit -n)" },
	{ RLIMIT_AS, 128 << 20, "memory (ulimit -v)" },
	{ RLIMIT_DATA, 64 << 20, "data (ulimit -d)" },
	{ RLIMIT_STACK, STACK, "the stack (ulimit -s)" },
};

bool
priv_gives(gid_t *gid)
{
	struct stat st;

	if (stat("/proc/self/exe", &st) == -1 || (st.st_mode & S_ISGID) == 0)
		return false;
	*gid = st.st_gid;
	return true;
}

const char *
priv_switched_off(void)
{
	gid_t gid;

	if (getuid() == 0 || !priv_gives(&gid) || gid == getegid())
		return NULL;
	return portable_no_new_privileges() ?
	    "no_new_privs is set, for example by NoNewPrivileges of systemd "
	    "or no-new-privileges of Docker" :
	    "its file system is mounted nosuid, or its process is traced";
}

const char *
priv_limited(void)
{
	struct rlimit r;
	size_t i;

	(void)signal(SIGQUIT, SIG_IGN);
	for (i = 0; i < NITEMS(limits); i++) {
		if (getrlimit(limits[i].what, &r) == -1 ||
		    r.rlim_max < limits[i].least)
			return limits[i].name;
		if (r.rlim_cur >= limits[i].least)
			continue;
		r.rlim_cur = limits[i].least;
		if (setrlimit(limits[i].what, &r) == -1)
			return limits[i].name;
	}
	return NULL;
}

/* Ids that a user namespace does not map cannot be set, not even again. */
static bool
priv_settled(uid_t uid, gid_t gid)
{
	uid_t real, effective, saved;
	gid_t real_group, effective_group, saved_group;

	return getresuid(&real, &effective, &saved) == 0 &&
	    getresgid(&real_group, &effective_group, &saved_group) == 0 &&
	    real == uid && effective == uid && saved == uid &&
	    real_group == gid && effective_group == gid && saved_group == gid;
}

void
priv_settle(void)
{
	uid_t uid = getuid();
	gid_t gid = uid == 0 ? getgid() : getegid();

	if (!priv_settled(uid, gid) && (setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)) {
		log_say("cannot become user %lld and group %lld: %s%s",
		    (long long)uid, (long long)gid, strerror(errno),
		    errno == EINVAL ? " (the user namespace does not map "
		    "them)" : "");
		_exit(EX_OSERR);
	}
	/* The kernel does it too, unless fs.suid_dumpable says otherwise. */
	if (priv_elevated())
		(void)portable_forbid_tracing();
}

int
priv_work_as(uid_t uid, gid_t gid)
{
	return portable_file_ids(uid, gid);
}

void
priv_work_as_root(void)
{
	if (priv_work_as(0, getgid()) == -1)
		_exit(EX_OSERR);
}

int
priv_turn_into(uid_t uid, gid_t gid)
{
	if (setgroups(1, &gid) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1)
		return -1;
	/* That user must not trace it: it may know the password. */
	return portable_forbid_tracing();
}

/* Groups first: without root they could not be changed. */
static int
priv_take(const struct passwd *pw, gid_t gid)
{
	return initgroups(pw->pw_name, pw->pw_gid) == -1 ||
	    setresgid(gid, gid, gid) == -1 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1 ? -1 : 0;
}

int
priv_turn_into_user(uid_t uid, gid_t gid, char *home, size_t n)
{
	const struct passwd *pw = getpwuid(uid);

	(void)strlcpy(home, pw != NULL ? pw->pw_dir : "", n);
	if (pw == NULL)
		return priv_turn_into(uid, gid);
	return priv_take(pw, pw->pw_gid) == -1 ? -1 :
	    portable_forbid_tracing();
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
priv_become(const char *name, const gid_t *also, uid_t *uid, char *home,
    size_t n, struct fault *f)
{
	const struct passwd *pw = getpwnam(name);
	gid_t gid;

	if (pw == NULL)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--as %s: there is no user of this name", name);
	gid = also != NULL ? *also : pw->pw_gid;
	*uid = pw->pw_uid;
	(void)strlcpy(home, pw->pw_dir, n);
	if (getuid() == pw->pw_uid && geteuid() == pw->pw_uid)
		return 0;
	if (geteuid() != 0)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "--as %s: only root can check as another user", name);
	if (priv_take(pw, gid) == -1)
		return fault_errno(f, ST_USAGE, errno, VD_PERM, "--as %s",
		    name);
	return 0;
}
