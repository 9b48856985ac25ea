/* spooling.h - a spool in a temporary directory, for the tests of its rooms */

#ifndef SPOOLING_H
#define SPOOLING_H

#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "spool/claim.h"
#include "spool/intake.h"
#include "spool/sweep.h"
#include "tap.h"

#define LETTER	"Subject: x\r\n\r\nHello\r\n"

/* For a test that cannot go on; it is never the one under test. */
#define NEED(x)	do {							\
	if (!(x)) {							\
		printf("Bail out! %s:%d: %s: %s\n", __FILE__, __LINE__,	\
		    #x, strerror(errno));				\
		exit(1);						\
	}								\
} while (0)

/*
 * The calls by which a spool changes what is on disk go through here.  The
 * call number at (from 1; 0 is none) fails with err, kills the process if
 * err is SHIM_KILL, is cut short if it is SHIM_SHORT, or is preceded by
 * hook() if that is set.
 */
#define SHIM_KILL	-1
#define SHIM_SHORT	-2

struct shim {
	int	  n;		/* calls so far */
	int	  at;
	int	  err;
	void	(*hook)(void);
	bool	  no_unnamed;	/* as on a file system without O_TMPFILE */
	bool	  nfs;		/* locks need a descriptor for writing */
	bool	  lockless;	/* there are no locks */
	int	  syncs;
} shim;

bool	shim_fails(void);

__attribute__((__unused__)) static void
shim_set(int at, int err, void (*hook)(void))
{
	shim.n = shim.syncs = 0;
	shim.at = at;
	shim.err = err;
	shim.hook = hook;
}

bool
shim_fails(void)
{
	if (++shim.n != shim.at)
		return false;
	if (shim.hook != NULL) {
		shim.hook();
		return false;
	}
	if (shim.err == SHIM_KILL)
		(void)raise(SIGKILL);
	errno = shim.err;
	return shim.err > 0;
}

int
openat(int dir, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
	}
	if ((flags & O_TMPFILE) == O_TMPFILE && shim.no_unnamed) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return shim_fails() ? -1 :
	    (int)syscall(SYS_openat, dir, name, flags, mode);
}

/* What the headers make of an openat() without a mode. */
int	__openat_2(int, const char *, int);

int
__openat_2(int dir, const char *name, int flags)
{
	return shim_fails() ? -1 :
	    (int)syscall(SYS_openat, dir, name, flags, 0);
}

int
linkat(int from, const char *a, int to, const char *b, int flags)
{
	return shim_fails() ? -1 :
	    (int)syscall(SYS_linkat, from, a, to, b, flags);
}

int
renameat(int from, const char *a, int to, const char *b)
{
	return shim_fails() ? -1 :
	    (int)syscall(SYS_renameat2, from, a, to, b, 0);
}

int
unlinkat(int dir, const char *name, int flags)
{
	return shim_fails() ? -1 :
	    (int)syscall(SYS_unlinkat, dir, name, flags);
}

int
fsync(int fd)
{
	shim.syncs++;
	return shim_fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int
flock(int fd, int how)
{
	if (shim_fails())
		return -1;
	if (shim.lockless) {
		errno = ENOLCK;
		return -1;
	}
	if (shim.nfs && (how & LOCK_EX) &&
	    (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY) {
		errno = EBADF;
		return -1;
	}
	return (int)syscall(SYS_flock, fd, how);
}

/* ARM has 64 bits in a pair of registers, the first of an even number. */
#ifdef __arm__
#define SHIM_OFFSET(at)	0, (long)(at), (long)((at) >> 32)
#else
#define SHIM_OFFSET(at)	(at)
#endif

ssize_t
pwrite(int fd, const void *p, size_t n, off_t at)
{
	if (shim_fails())
		return -1;
	if (shim.n == shim.at && shim.err == SHIM_SHORT && n > 1)
		n /= 2;
	return syscall(SYS_pwrite64, fd, p, n, SHIM_OFFSET(at));
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	if (shim_fails())
		return -1;
	if (shim.n == shim.at && shim.err == SHIM_SHORT && n > 1)
		n /= 2;
	return syscall(SYS_pread64, fd, p, n, SHIM_OFFSET(at));
}

struct pond {
	char		 dir[32];
	char		*path;		/* dir/spool */
	struct spool	 spool;
	struct fault	 f;
};

__attribute__((__unused__)) static void
pond_open(struct pond *p)
{
	memset(p, 0, sizeof(*p));
	(void)strlcpy(p->dir, "/tmp/t_spool_spool.XXXXXX", sizeof(p->dir));
	NEED(mkdtemp(p->dir) != NULL);
	p->path = xasprintf("%s/spool", p->dir);
	NEED(spool_open(&p->spool, p->path, true, &p->f) == 0);
}

static void
remove_tree(const char *path)
{
	const struct dirent *e;
	struct stat st;
	char *name;
	DIR *d;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		(void)chmod(path, 0700);
		d = opendir(path);
		while (d != NULL && (e = readdir(d)) != NULL) {
			if (strcmp(e->d_name, ".") == 0 ||
			    strcmp(e->d_name, "..") == 0)
				continue;
			name = xasprintf("%s/%s", path, e->d_name);
			remove_tree(name);
			free(name);
		}
		if (d != NULL)
			(void)closedir(d);
		(void)rmdir(path);
	} else
		(void)unlink(path);
}

__attribute__((__unused__)) static void
pond_close(struct pond *p)
{
	spool_close(&p->spool);
	remove_tree(p->dir);
	free(p->path);
}

/* How many entries a directory has, "." and ".." left out. */
__attribute__((__unused__)) static int
entries(const struct pond *p, const char *place)
{
	char *path = xasprintf("%s/%s", p->path, place);
	DIR *d = opendir(path);
	int n = -2;

	NEED(d != NULL);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	free(path);
	return n;
}

__attribute__((__unused__)) static bool
is_there(const struct pond *p, const char *name)
{
	char *path = xasprintf("%s/%s", p->path, name);
	struct stat st;
	bool there = lstat(path, &st) == 0;

	free(path);
	return there;
}

/* A file of any content; name is relative to the spool. */
__attribute__((__unused__)) static void
put_file(const struct pond *p, const char *name, const void *v, size_t n)
{
	char *path = xasprintf("%s/%s", p->path, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	NEED(fd != -1 && write(fd, v, n) == (ssize_t)n);
	NEED(close(fd) == 0);
	free(path);
}

/* What is in it; *n octets, to be freed. */
__attribute__((__unused__)) static char *
get_file(const struct pond *p, const char *name, size_t *n)
{
	char *path = xasprintf("%s/%s", p->path, name), *v;
	int fd = open(path, O_RDONLY);
	struct stat st;

	NEED(fd != -1 && fstat(fd, &st) == 0);
	*n = (size_t)st.st_size;
	v = xmalloc(*n + 1);
	NEED(read(fd, v, *n) == st.st_size);
	v[*n] = '\0';
	(void)close(fd);
	free(path);
	return v;
}

/* From a@x.test to b@x.test, c@x.test, d@x.test. */
__attribute__((__unused__)) static void
plain_envelope(struct envelope *e)
{
	envelope_from(e, "a@x.test");
	(void)envelope_add(e, "b@x.test");
	(void)envelope_add(e, "c@x.test");
	(void)envelope_add(e, "d@x.test");
}

/* Take in a letter; the result of what went wrong, or of the commit. */
__attribute__((__unused__)) static int
take_in(struct pond *p, enum spool_place place, struct envelope *e,
    const struct note *note, const char *text, size_t n,
    struct spool_file *file)
{
	static char account[] = "work", origin[] = "cron";
	struct spool_meta m = { .submitted = 1795255262, .uid = 1000,
	    .account = account, .origin = origin };

	fault_clear(&p->f);
	if (spool_begin(&p->spool, file, &p->f) == -1 ||
	    spool_envelope(&p->spool, file, e, &m, &p->f) == -1 ||
	    spool_write(&p->spool, file, text, n, &p->f) == -1)
		return -1;
	return spool_commit(&p->spool, file, place, e, note, &p->f);
}

/* A letter that waits; its id in id. */
__attribute__((__unused__)) static void
queue_letter(struct pond *p, char id[SPOOL_ID])
{
	struct envelope e = { 0 };
	struct spool_file file;

	plain_envelope(&e);
	NEED(take_in(p, SPOOL_QUEUE, &e, NULL, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
	envelope_release(&e);
}

/* All that a claim gives. */
struct catch {
	struct spool_file	 file;
	struct envelope		 e;
	struct spool_meta	 m;
	struct note		 note;
};

__attribute__((__unused__)) static enum claim
fish(struct pond *p, enum spool_place place, const char *id, struct catch *c)
{
	memset(c, 0, sizeof(*c));
	fault_clear(&p->f);
	return spool_claim(&p->spool, place, id, &c->file, &c->e, &c->m,
	    &c->note, &p->f);
}

__attribute__((__unused__)) static enum claim
look(struct pond *p, enum spool_place place, const char *id, struct catch *c)
{
	memset(c, 0, sizeof(*c));
	fault_clear(&p->f);
	return spool_peek(&p->spool, place, id, &c->file, &c->e, &c->m,
	    &c->note, &p->f);
}

__attribute__((__unused__)) static void
let_go(struct pond *p, struct catch *c)
{
	spool_release(&p->spool, &c->file);
	envelope_release(&c->e);
	spool_meta_release(&c->m);
}

/* Is the claimed message LETTER? */
__attribute__((__unused__)) static bool
is_letter(const struct catch *c)
{
	char text[sizeof(LETTER)];

	return c->file.size == sizeof(LETTER) - 1 &&
	    pread(c->file.fd, text, c->file.size, c->file.at) ==
	    (ssize_t)c->file.size &&
	    memcmp(text, LETTER, c->file.size) == 0;
}

/* Run it in a process of its own; its result, or -1 if a signal ended it. */
__attribute__((__unused__)) static int
apart(int (*run)(struct pond *), struct pond *p)
{
	int status;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	NEED(pid != -1);
	if (pid == 0)
		_exit(run(p));
	NEED(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * Put the spool on a file system of its own, with these options.  Nobody
 * else sees it, and it ends with us.  False if that may not be done.
 */
__attribute__((__unused__)) static bool
own_disk(struct pond *p, const char *options)
{
	static bool apart_already;
	struct spool sp;

	if (!apart_already && (unshare(CLONE_NEWNS) == -1 || mount("none",
	    "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1))
		return false;
	apart_already = true;
	if (mount("none", p->path, "tmpfs", 0, options) == -1)
		return false;
	NEED(spool_open(&sp, p->path, true, &p->f) == 0);
	sp.named = p->spool.named;
	spool_close(&p->spool);
	p->spool = sp;
	return true;
}

/* The disk goes away, and with it all that is there. */
__attribute__((__unused__)) static void
give_back_disk(struct pond *p)
{
	spool_close(&p->spool);
	NEED(umount(p->path) == 0);
	NEED(spool_open(&p->spool, p->path, true, &p->f) == 0);
}

#endif
