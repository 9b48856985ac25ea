/* t_spool_spool.c - a spool is opened, listed, and run by one */

#include <sys/time.h>

#include "spooling.h"

static mode_t
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static void
test_create(struct pond *p)
{
	char *deep = xasprintf("%s/a/b/c///", p->dir);
	char *queue = xasprintf("%s/a/b/c/queue", p->dir);
	struct spool sp;

	shim_set(0, 0, NULL);
	is_int(spool_open(&sp, deep, true, &p->f), 0, "deep: %s", p->f.text);
	is_int(shim.syncs, 5, "each new directory is synced in its parent");
	is_int(mode_of(deep), 0700, "for us alone");
	is_int(mode_of(queue), 0700, "the queue too");
	spool_close(&sp);
	shim_set(0, 0, NULL);
	is_int(spool_open(&sp, deep, true, &p->f), 0, "again");
	is_int(shim.syncs, 0, "nothing new");
	spool_close(&sp);
	is_int(spool_open(&sp, deep, false, &p->f), 0, "without create");
	spool_close(&sp);
	spool_close(&sp);
	ok(sp.dir == -1, "closed twice");
	free(deep);
	free(queue);

	NEED(chdir(p->dir) == 0);
	is_int(spool_open(&sp, "relative", true, &p->f), 0, "relative: %s",
	    p->f.text);
	is_int(mode_of("relative/failed"), 0700, "is there");
	spool_close(&sp);
	NEED(chdir("/") == 0);
}

/* What is wrong with the spool, and what is said of it. */
static void
refuse(struct pond *p, const char *name, bool create, int code,
    const char *words)
{
	char *path = xasprintf("%s/%s", p->dir, name);
	struct spool sp;

	fault_clear(&p->f);
	is_int(spool_open(&sp, path, create, &p->f), -1, "open %s", name);
	ok(strstr(p->f.text, words) != NULL && strstr(p->f.text, path),
	    "%s: %s", name, p->f.text);
	is_int(p->f.code, code, "its errno");
	ok(p->f.stage == ST_SPOOL && fault_exit(&p->f) == 75, "exit 75");
	free(path);
}

static void
test_refused(struct pond *p)
{
	struct spool sp;

	refuse(p, "none", false, ENOENT, "No such file");
	put_file(p, "../file", "", 0);
	refuse(p, "file", true, ENOTDIR, "Not a directory");
	refuse(p, "file/x", true, ENOTDIR, "Not a directory");
	NEED(chdir(p->dir) == 0);
	NEED(mkdir("half", 0700) == 0);
	refuse(p, "half", false, ENOENT, "No such file");
	NEED(symlink("../spool/queue", "half/queue") == 0);
	refuse(p, "half", true, ENOTDIR, "Not a directory");
	NEED(mkdir("open", 0700) == 0 && chmod("open", 0770) == 0);
	refuse(p, "open", true, 0, "; run: chmod go-w ");
	NEED(mkdir("within", 0700) == 0 && mkdir("within/queue", 0700) == 0 &&
	    chmod("within/queue", 0702) == 0);
	refuse(p, "within", true, 0, "; run: chmod go-w ");
	NEED(symlink("spool", "link") == 0);
	is_int(spool_open(&sp, "link", false, &p->f), 0,
	    "a link to a spool of ours is fine: %s", p->f.text);
	spool_close(&sp);
	if (getuid() == 0) {
		NEED(mkdir("theirs", 0700) == 0);
		NEED(chown("theirs", 4711, 0) == 0);
		refuse(p, "theirs", true, 0, "belongs to user 4711, not");
	} else
		ok(true, "another's # SKIP needs root");
	is_int(spool_open(&sp, "", true, &p->f), -1, "no name");
	NEED(chdir("/") == 0);
}

/* As a user whom modes bind. */
static int
read_only_directory(struct pond *p)
{
	struct spool_file file;
	struct spool sp;
	char dir[] = "/tmp/t_spool_spool.XXXXXX";
	int bad;

	if (getuid() == 0)
		NEED(setgid(65534) == 0 && setuid(65534) == 0);
	NEED(mkdtemp(dir) != NULL && chdir(dir) == 0);
	NEED(spool_open(&sp, "spool", true, &p->f) == 0);
	NEED(chmod("spool/queue", 0500) == 0);
	bad = spool_begin(&sp, &file, &p->f) != -1 ||
	    p->f.code != EACCES || fault_exit(&p->f) != 75 || file.fd != -1;
	spool_release(&sp, &file);
	spool_close(&sp);
	NEED(chmod("spool", 0500) == 0 && rmdir("spool/failed") == -1);
	bad |= spool_open(&sp, "spool/x", true, &p->f) != -1 ||
	    p->f.code != EACCES;
	NEED(chdir("/") == 0);
	NEED(chmod(dir, 0700) == 0);
	remove_tree(dir);
	return bad;
}

static void
test_read_only(struct pond *p)
{
	struct spool_file file;
	struct spool sp;
	struct catch c;
	char id[SPOOL_ID];

	is_int(apart(read_only_directory, p), 0, "a directory that is "
	    "read-only");
	if (!own_disk(p, "mode=700")) {
		ok(true, "read-only file system # SKIP cannot mount");
		return;
	}
	queue_letter(p, id);
	NEED(mount("none", p->path, "tmpfs", MS_REMOUNT | MS_RDONLY,
	    "mode=700") == 0);
	is_int(spool_begin(&p->spool, &file, &p->f), -1, "begin: %s",
	    p->f.text);
	is_int(p->f.code, EROFS, "a read-only file system");
	spool_release(&p->spool, &file);
	is_int(spool_open(&sp, p->path, true, &p->f), 0,
	    "it can be looked at: %s", p->f.text);
	spool_close(&sp);
	is_int(look(p, SPOOL_QUEUE, id, &c), CLAIM_OK, "peek");
	let_go(p, &c);
	is_int(spool_remove(&p->spool, SPOOL_QUEUE, id, &p->f), -1,
	    "remove: %s", p->f.text);
	give_back_disk(p);
}

static const struct {
	const char	*name;
	bool		 is_id;
} names[] = {
	{ "0123456789abcdef", true },
	{ "0123456789abcdeF", false },
	{ "0123456789abcdeg", false },
	{ "0123456789abcde", false },
	{ "0123456789abcdef0", false },
	{ "0123456789abcdef.note", false },
	{ "../3456789abcdef", false },
	{ "", false },
	{ ".", false },
};

static void
test_list(struct pond *p)
{
	static const char *const junk[] = {
		"queue/core", "queue/0123456789abcdef.note", "queue/x y\n",
		"queue/.tmp-0123456789abcdef", "queue/0123456789abcdeX",
		"queue/.nfs0001", "queue/0123456789abcdef0",
	};
	char (*ids)[SPOOL_ID];
	size_t i, n;

	for (i = 0; i < NITEMS(names); i++)
		is_int(spool_is_id(names[i].name), names[i].is_id,
		    "is \"%s\" an id", names[i].name);
	is_int(spool_list(&p->spool, SPOOL_QUEUE, &ids, &n, &p->f), 0,
	    "list nothing");
	ok(n == 0 && ids == NULL, "is empty");
	for (i = 0; i < NITEMS(junk); i++)
		put_file(p, junk[i], "", 0);
	put_file(p, "queue/000000000000000b", "", 0);
	put_file(p, "queue/000000000000000a", "", 0);
	put_file(p, "queue/0000000000000009", "", 0);
	put_file(p, "failed/000000000000000c", "", 0);
	is_int(spool_list(&p->spool, SPOOL_QUEUE, &ids, &n, &p->f), 0,
	    "list");
	if (is_int((long long)n, 3, "ids only")) {
		is(ids[0], "0000000000000009", "the oldest first");
		is(ids[1], "000000000000000a", "then the next");
		is(ids[2], "000000000000000b", "the youngest last");
	}
	free(ids);
	is_int(spool_list(&p->spool, SPOOL_FAILED, &ids, &n, &p->f), 0,
	    "list the failed");
	ok(n == 1 && strcmp(ids[0], "000000000000000c") == 0, "the one");
	free(ids);
}

static void
test_ten_thousand(struct pond *p)
{
	char (*ids)[SPOOL_ID], name[64], id[SPOOL_ID], *text;
	long long before, listed, claimed;
	size_t i, n, size, good = 0, sorted = 0;
	struct catch c;

	queue_letter(p, id);
	(void)snprintf(name, sizeof(name), "queue/%s", id);
	text = get_file(p, name, &size);
	for (i = 1; i < 10000; i++) {
		(void)snprintf(name, sizeof(name), "queue/%016zx", i * 7919);
		put_file(p, name, text, size);
	}
	before = clock_ms();
	is_int(spool_list(&p->spool, SPOOL_QUEUE, &ids, &n, &p->f), 0,
	    "list 10000");
	listed = clock_ms();
	is_int((long long)n, 10000, "all there");
	for (i = 0; i < n; i++) {
		sorted += i == 0 || strcmp(ids[i - 1], ids[i]) < 0;
		good += fish(p, SPOOL_QUEUE, ids[i], &c) == CLAIM_OK &&
		    is_letter(&c);
		let_go(p, &c);
	}
	claimed = clock_ms();
	is_int((long long)sorted, 10000, "in their order");
	is_int((long long)good, 10000, "each can be claimed");
	printf("# 10000 messages: listed in %lld ms, claimed in %lld ms\n",
	    listed - before, claimed - listed);
	free(ids);
	free(text);
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static int
second_runner(struct pond *p)
{
	struct spool sp;
	int fd, bad;

	NEED(spool_open(&sp, p->path, false, &p->f) == 0);
	bad = spool_runner_lock(&sp, false, &fd, &p->f) != 0 || fd != -1;
	spool_close(&sp);
	return bad;
}

static void
test_runner(struct pond *p)
{
	struct itimerval soon = { { 0, 5000 }, { 0, 5000 } }, off;
	struct sigaction sa;
	char *path = xasprintf("%s/runner", p->path);
	int first, second;

	memset(&off, 0, sizeof(off));
	memset(&sa, 0, sizeof(sa));
	is_int(spool_runner_lock(&p->spool, false, &first, &p->f), 0,
	    "a runner");
	ok(first != -1, "has the lock");
	is_int(apart(second_runner, p), 0, "another process cannot have it");
	is_int(spool_runner_lock(&p->spool, false, &second, &p->f), 0,
	    "nor can we twice");
	is_int(second, -1, "no lock");
	sa.sa_handler = on_alarm;
	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	is_int(spool_runner_lock(&p->spool, true, &second, &p->f), 0, "wait");
	is_int(second, -1, "until a signal");
	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)close(first);
	is_int(spool_runner_lock(&p->spool, true, &second, &p->f), 0,
	    "the next one");
	ok(second != -1, "has it");
	(void)close(second);
	NEED(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
	is_int(spool_runner_lock(&p->spool, false, &first, &p->f), -1,
	    "a link: %s", p->f.text);
	NEED(unlink(path) == 0 && mkfifo(path, 0600) == 0);
	is_int(spool_runner_lock(&p->spool, false, &first, &p->f), -1,
	    "a FIFO: %s", p->f.text);
	is_int(first, -1, "no descriptor");
	NEED(unlink(path) == 0);
	free(path);
}

static void
each(void (*test)(struct pond *))
{
	struct pond p;

	pond_open(&p);
	test(&p);
	pond_close(&p);
	shim_set(0, 0, NULL);
}

int
main(void)
{
	(void)alarm(300);
	each(test_create);
	each(test_refused);
	each(test_read_only);
	each(test_list);
	each(test_ten_thousand);
	each(test_runner);
	return done();
}
