/* t_spool_claim.c - a message of the spool in our hands, and in nobody else's
 */

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <time.h>

#include "spooling.h"

static struct pond *at_hand;	/* for what is called by a shim */
static char at_id[SPOOL_ID];

static char *
full_name(const char *place, const char *id, const char *end)
{
	static char name[64];

	(void)snprintf(name, sizeof(name), "%s/%s%s", place, id, end);
	return name;
}

static int
cannot_claim(struct pond *p)
{
	struct spool sp;
	struct catch c;
	enum claim got;

	NEED(spool_open(&sp, p->path, false, &p->f) == 0);
	memset(&c, 0, sizeof(c));
	got = spool_claim(&sp, SPOOL_QUEUE, at_id, &c.file, &c.e, &c.m,
	    &c.note, &p->f);
	return got == CLAIM_BUSY && c.file.fd == -1 && c.e.from == NULL ?
	    0 : 1 + (int)got;
}

static void
test_two(struct pond *p)
{
	struct catch a, b;
	int copy;

	queue_letter(p, at_id);
	is_int(fish(p, SPOOL_QUEUE, at_id, &a), CLAIM_OK, "claim: %s",
	    p->f.text);
	ok(is_letter(&a), "the message");
	is(a.e.from, "a@x.test", "its sender");
	is_int((long long)a.e.nrcpt, 3, "its recipients");
	ok(!a.e.rcpt[0].done && !a.e.eightbit, "not tried");
	is(a.m.account, "work", "its account");
	is_int(a.m.submitted, 1795255262, "its time");
	ok(a.note.tries == 0 && !a.note.damaged, "no note");
	ok(p->f.text[0] == '\0', "no fault");
	is_int(fish(p, SPOOL_QUEUE, at_id, &b), CLAIM_BUSY, "not twice");
	is_int(apart(cannot_claim, p), 0, "not by another process");
	is_int(look(p, SPOOL_QUEUE, at_id, &b), CLAIM_OK, "but peek");
	ok(is_letter(&b), "sees the message");
	let_go(p, &b);
	is_int(apart(cannot_claim, p), 0, "and does not let go of it");
	copy = dup(a.file.fd);
	let_go(p, &a);
	is_int(apart(cannot_claim, p), 0, "a copy of the descriptor holds");
	(void)close(copy);
	is_int(fish(p, SPOOL_QUEUE, at_id, &b), CLAIM_OK, "released");
	let_go(p, &b);
	is_int(fish(p, SPOOL_FAILED, at_id, &b), CLAIM_GONE, "not failed");
	is_int(p->f.code, ENOENT, "says so: %s", p->f.text);
	is_int(fish(p, SPOOL_QUEUE, "../queue/x", &b), CLAIM_GONE,
	    "not an id: %s", p->f.text);
}

/* Sixteen processes at once: each message is had by one. */
static int
claim_all(struct pond *p)
{
	char (*ids)[SPOOL_ID];
	struct spool sp;
	size_t i, n;

	NEED(spool_open(&sp, p->path, false, &p->f) == 0);
	NEED(spool_list(&sp, SPOOL_QUEUE, &ids, &n, &p->f) == 0);
	for (i = 0; i < n; i++) {
		struct catch c;
		enum claim got;
		char text[] = "x\n";

		memset(&c, 0, sizeof(c));
		got = spool_claim(&sp, SPOOL_QUEUE, ids[i], &c.file, &c.e,
		    &c.m, &c.note, &p->f);
		if (got == CLAIM_OK) {
			int fd = open(full_name(p->path, "log", ""),
			    O_WRONLY | O_APPEND | O_CREAT, 0600);

			NEED(write(fd, text, 2) == 2 && close(fd) == 0);
			NEED(spool_remove(&sp, SPOOL_QUEUE, ids[i],
			    &p->f) == 0);
		} else if (got == CLAIM_BAD) {
			return 1;
		}
		spool_release(&sp, &c.file);
		envelope_release(&c.e);
		spool_meta_release(&c.m);
	}
	free(ids);
	spool_close(&sp);
	return 0;
}

static void
test_many(struct pond *p)
{
	char id[SPOOL_ID], *log;
	pid_t pid[16];
	int i, status, bad = 0;
	size_t n;

	for (i = 0; i < 100; i++)
		queue_letter(p, id);
	(void)fflush(stdout);
	for (i = 0; i < 16; i++) {
		NEED((pid[i] = fork()) != -1);
		if (pid[i] == 0)
			_exit(claim_all(p));
	}
	for (i = 0; i < 16; i++) {
		NEED(waitpid(pid[i], &status, 0) == pid[i]);
		bad += status != 0;
	}
	is_int(bad, 0, "sixteen at once");
	log = get_file(p, "log", &n);
	is_int((long long)n, 200, "each of 100 messages once");
	is_int(entries(p, "queue"), 0, "all gone");
	free(log);
}

static void
remove_it(void)
{
	char *path = xasprintf("%s/queue/%s", at_hand->path, at_id);

	NEED(unlink(path) == 0);
	free(path);
}

static void
replace_it(void)
{
	char *name = xasprintf("queue/%s", at_id);

	remove_it();
	put_file(at_hand, name, "other", 5);
	free(name);
}

/* The name goes away before each call of a claim. */
static void
test_removed(struct pond *p)
{
	struct catch c;
	enum claim got;
	int at, wrong = 0, gone = 0, had = 0;

	at_hand = p;
	for (at = 1; ; at++) {
		queue_letter(p, at_id);
		shim_set(at, 0, remove_it);
		got = fish(p, SPOOL_QUEUE, at_id, &c);
		if (shim.n < at)
			break;
		shim.at = 0;
		gone += got == CLAIM_GONE;
		had += got == CLAIM_OK && is_letter(&c);
		wrong += got == CLAIM_BAD || got == CLAIM_BUSY;
		let_go(p, &c);
	}
	let_go(p, &c);
	ok(gone >= 2, "removed before the lock: it is gone");
	ok(had >= 1, "removed while claimed: the file is still whole");
	is_int(wrong, 0, "nothing else");
	shim_set(0, 0, NULL);
	queue_letter(p, at_id);
	shim_set(2, 0, replace_it);
	is_int(fish(p, SPOOL_QUEUE, at_id, &c), CLAIM_GONE,
	    "replaced between open and lock");
	let_go(p, &c);
}

/* Each call fails: no crash, nothing leaks, nothing is half there. */
static void
test_failures(struct pond *p)
{
	struct envelope e = { 0 };
	struct note note = { .tries = 1 };
	struct spool_file file;
	struct catch c;
	enum claim got;
	int at, wrong = 0;

	plain_envelope(&e);
	NEED(take_in(p, SPOOL_QUEUE, &e, &note, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(at_id, file.id, sizeof(at_id));
	spool_release(&p->spool, &file);
	for (at = 1; ; at++) {
		shim_set(at, EIO, NULL);
		got = fish(p, SPOOL_QUEUE, at_id, &c);
		if (shim.n < at)
			break;
		wrong += got != CLAIM_BAD || c.file.fd != -1 ||
		    c.e.from != NULL || c.m.account != NULL ||
		    p->f.code != EIO || p->f.domain != FD_ERRNO;
		let_go(p, &c);
	}
	wrong += got != CLAIM_OK || c.note.tries != 1;
	let_go(p, &c);
	ok(wrong == 0 && at > 5, "EIO at each of %d calls", at - 1);
	for (at = 1, wrong = 0; ; at++) {
		shim_set((at + 1) / 2, at % 2 ? EINTR : SHIM_SHORT, NULL);
		got = fish(p, SPOOL_QUEUE, at_id, &c);
		shim.at = 0;
		wrong += got != CLAIM_OK || !is_letter(&c) ||
		    c.note.tries != 1;
		let_go(p, &c);
		if (shim.n < at / 2)
			break;
	}
	ok(at > 12, "at each of %d calls", at / 2);
	is_int(wrong, 0, "signals and short reads do no harm");
	shim_set(0, 0, NULL);
	shim.nfs = true;
	is_int(fish(p, SPOOL_QUEUE, at_id, &c), CLAIM_OK,
	    "a lock that needs a descriptor for writing: %s", p->f.text);
	shim.nfs = false;
	is_int(apart(cannot_claim, p), 0, "is a lock");
	let_go(p, &c);
	envelope_release(&e);
}

/* Something else by the name of a message: refused, left, no hang. */
static void
strange(struct pond *p, const char *id, const char *words)
{
	struct catch c;

	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_BAD, "claim %s", words);
	ok(strstr(p->f.text, words) != NULL && strstr(p->f.text, id) &&
	    strstr(p->f.text, p->path), "%s", p->f.text);
	ok(fault_exit(&p->f) == 75 && c.file.fd == -1, "and no more");
	ok(is_there(p, full_name("queue", id, "")), "it is left alone");
	let_go(p, &c);
}

static void
test_strange(struct pond *p)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char id[SPOOL_ID], *good;
	struct catch c;
	int fd;

	queue_letter(p, id);
	good = xasprintf("%s", id);
	NEED(chdir(p->path) == 0 && chdir("queue") == 0);
	NEED(symlink(good, "0000000000000001") == 0);
	strange(p, "0000000000000001", "symbolic links");
	is_int(look(p, SPOOL_QUEUE, "0000000000000001", &c), CLAIM_BAD,
	    "nor looked at");
	NEED(mkfifo("0000000000000002", 0600) == 0);
	strange(p, "0000000000000002", "not a regular file");
	NEED(mkdir("0000000000000003", 0700) == 0);
	strange(p, "0000000000000003", "not a regular file");
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	(void)strlcpy(sun.sun_path, "0000000000000004", sizeof(sun.sun_path));
	NEED(bind(fd, (const struct sockaddr *)&sun, sizeof(sun)) == 0);
	strange(p, "0000000000000004", "No such device");
	(void)close(fd);
	NEED(link(good, "0000000000000005") == 0);
	strange(p, "0000000000000005", "second hard link");
	strange(p, good, "second hard link");
	NEED(unlink("0000000000000005") == 0);
	NEED(chmod(good, 0622) == 0);
	strange(p, good, "others may write");
	NEED(chmod(good, 0600) == 0);
	if (getuid() == 0) {
		NEED(chown(good, 4711, 0) == 0);
		strange(p, good, "belongs to another user");
		NEED(chown(good, 0, 0) == 0);
		NEED(mknod("0000000000000006", S_IFCHR | 0600, 0x103) == 0);
		strange(p, "0000000000000006", "not a regular file");
	} else
		ok(true, "another's # SKIP needs root");
	NEED(symlink("/dev/null", full_name(".", good, ".note")) == 0);
	strange(p, good, "symbolic links");
	NEED(unlink(full_name(".", good, ".note")) == 0);
	NEED(mkfifo(full_name(".", good, ".note"), 0600) == 0);
	strange(p, good, "not a regular file");
	NEED(unlink(full_name(".", good, ".note")) == 0);
	NEED(chdir("/") == 0);
	is_int(fish(p, SPOOL_QUEUE, good, &c), CLAIM_OK, "unharmed");
	let_go(p, &c);
	is_int(spool_remove(&p->spool, SPOOL_QUEUE, "0000000000000001",
	    &p->f), 0, "what cannot be claimed can be removed");
	ok(is_there(p, full_name("queue", good, "")), "alone");
	free(good);
}

/* Torn anywhere, longer, or with a hole: never taken for whole. */
static void
test_torn(struct pond *p)
{
	const char *name;
	char id[SPOOL_ID], *text, *now;
	size_t n, k, m, wrong = 0, words = 0;
	struct catch c;

	queue_letter(p, id);
	name = full_name("queue", id, "");
	text = get_file(p, name, &n);
	for (k = 0; k < n; k++) {
		put_file(p, name, text, k);
		wrong += fish(p, SPOOL_QUEUE, id, &c) != CLAIM_BAD ||
		    c.file.fd != -1;
		words += p->f.text[0] != '\0' && p->f.verdict == VD_TEMP;
		let_go(p, &c);
		now = get_file(p, name, &m);
		wrong += m != k || memcmp(now, text, k) != 0;
		free(now);
	}
	ok(n > 200 && wrong == 0, "%zu lengths that are too short", n);
	is_int((long long)words, (long long)n, "each is reported");
	printf("# %s\n", p->f.text);
	text[n] = 'x';
	put_file(p, name, text, n + 1);
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_BAD, "too long: %s",
	    p->f.text);
	let_go(p, &c);
	now = xasprintf("%.*send\n", (int)n, text);
	put_file(p, name, now, n + 4);
	free(now);
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_BAD, "two ends: %s",
	    p->f.text);
	let_go(p, &c);
	memset(text + n - 4, 0, 4);
	put_file(p, name, text, n);
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_BAD, "a hole: %s",
	    p->f.text);
	let_go(p, &c);
	memcpy(text + n - 4, "end\n", 4);
	put_file(p, name, text, n);
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_OK, "as it was: %s",
	    p->f.text);
	let_go(p, &c);
	free(text);
}

static void
test_notes(struct pond *p)
{
	struct catch a, b;
	struct fault why = { 0 };
	char id[SPOOL_ID], *text;
	const char *name;
	size_t n, k, wrong = 0;

	queue_letter(p, id);
	NEED(fish(p, SPOOL_QUEUE, id, &a) == CLAIM_OK);
	fault_set(&why, ST_RCPT, FD_SMTP, 450, VD_TEMP, "later\nreally");
	rcpt_settle(&a.e.rcpt[0], &why);
	a.note.tries = 3;
	a.note.next = 1795255999;
	a.note.held = true;
	a.note.last = why;
	put_file(p, full_name("queue", id, ".note.tmp"), "left", 4);
	shim_set(0, 0, NULL);
	is_int(spool_note(&p->spool, &a.file, &a.note, &a.e, &p->f), 0,
	    "note: %s", p->f.text);
	is_int(shim.syncs, 0, "nothing that must not be lost");
	is_int(entries(p, "queue"), 2, "message and note");
	rcpt_settle(&a.e.rcpt[1], NULL);
	is_int(spool_note(&p->spool, &a.file, &a.note, &a.e, &p->f), 0,
	    "again: %s", p->f.text);
	is_int(shim.syncs, 2, "note and directory are synced");
	let_go(p, &a);

	is_int(fish(p, SPOOL_QUEUE, id, &b), CLAIM_OK, "claim");
	ok(b.note.tries == 3 && b.note.next == 1795255999 && b.note.held,
	    "the facts");
	is(b.note.last.text, "later\nreally", "the last words");
	ok(b.e.rcpt[0].done && b.e.rcpt[0].verdict == VD_TEMP &&
	    b.e.rcpt[1].done && b.e.rcpt[1].verdict == VD_OK &&
	    !b.e.rcpt[2].done, "the recipients");
	let_go(p, &b);

	name = full_name("queue", id, ".note");
	text = get_file(p, name, &n);
	for (k = 0; k < n; k++) {
		put_file(p, name, text, k);
		wrong += fish(p, SPOOL_QUEUE, id, &b) != CLAIM_OK ||
		    !b.note.damaged || b.note.tries != 0 ||
		    b.e.rcpt[1].done || strstr(p->f.text, name) == NULL ||
		    !is_letter(&b);
		let_go(p, &b);
	}
	ok(n > 100 && wrong == 0, "%zu torn notes: as if never tried", n);
	printf("# %s\n", p->f.text);
	free(text);
}

/* One call of writing a note fails: the one before it counts. */
static void
test_note_failures(struct pond *p)
{
	struct catch a, b;
	char id[SPOOL_ID];
	int at, rc, wrong = 0;

	queue_letter(p, id);
	NEED(fish(p, SPOOL_QUEUE, id, &a) == CLAIM_OK);
	rcpt_settle(&a.e.rcpt[0], NULL);
	for (at = 1; ; at++) {
		shim_set(0, 0, NULL);
		a.note.tries = 1;
		NEED(spool_note(&p->spool, &a.file, &a.note, &a.e,
		    &p->f) == 0);
		a.note.tries = 2;
		shim_set(at, ENOSPC, NULL);
		rc = spool_note(&p->spool, &a.file, &a.note, &a.e, &p->f);
		if (shim.n < at)
			break;
		NEED(look(p, SPOOL_QUEUE, id, &b) == CLAIM_OK);
		wrong += rc == 0 || b.note.damaged || b.note.tries < 1 ||
		    b.note.tries > 2 || entries(p, "queue") != 2;
		let_go(p, &b);
	}
	ok(wrong == 0 && at > 4, "ENOSPC at each of %d calls", at - 1);
	let_go(p, &a);
}

/* A note that is replaced all the time is read whole, old or new. */
static int
replace_notes(struct pond *p)
{
	struct fault why = { 0 };
	struct catch c;
	int i;

	NEED(fish(p, SPOOL_QUEUE, at_id, &c) == CLAIM_OK);
	for (i = 0; ; i++) {
		char text[1800];

		memset(text, 'a' + i % 26, sizeof(text));
		text[i * 37 % 1799] = '\0';
		fault_set(&why, ST_RCPT, FD_SMTP, 450, VD_TEMP, "%s", text);
		rcpt_settle(&c.e.rcpt[0], &why);
		c.note.tries = (unsigned)strlen(text);
		if (spool_note(&p->spool, &c.file, &c.note, &c.e,
		    &p->f) == -1)
			return 1;
	}
}

static void
test_replaced(struct pond *p)
{
	int status, i, wrong = 0, changed = 0;
	unsigned before = 0;
	struct catch c;
	pid_t pid;

	queue_letter(p, at_id);
	(void)fflush(stdout);
	NEED((pid = fork()) != -1);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(replace_notes(p));
	}
	do {
		NEED(look(p, SPOOL_QUEUE, at_id, &c) == CLAIM_OK);
		let_go(p, &c);
	} while (c.note.tries == 0);
	for (i = 0; i < 3000 || (changed <= 10 && i < 300000); i++) {
		wrong += look(p, SPOOL_QUEUE, at_id, &c) != CLAIM_OK ||
		    c.note.damaged || !c.e.rcpt[0].done ||
		    c.note.tries != strlen(c.e.rcpt[0].why->text);
		changed += c.note.tries != before;
		before = c.note.tries;
		let_go(p, &c);
	}
	NEED(kill(pid, SIGKILL) == 0 && waitpid(pid, &status, 0) == pid);
	ok(WIFSIGNALED(status), "the writer wrote to the end");
	ok(changed > 10, "%d of %d readings were new", changed, i);
	is_int(wrong, 0, "all were whole");
	is_int(fish(p, SPOOL_QUEUE, at_id, &c), CLAIM_OK,
	    "killed, it leaves a message that can be claimed");
	let_go(p, &c);
}

static void
test_leave(struct pond *p)
{
	struct note note = { .tries = 1 };
	struct catch c;
	char id[SPOOL_ID], other[SPOOL_ID];

	queue_letter(p, other);
	queue_letter(p, id);
	NEED(fish(p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	NEED(spool_note(&p->spool, &c.file, &note, &c.e, &p->f) == 0);
	shim_set(0, 0, NULL);
	is_int(spool_fail(&p->spool, &c.file, &p->f), 0, "fail");
	is_int(shim.syncs, 0, "not synced");
	ok(c.file.place == SPOOL_FAILED && entries(p, "queue") == 1 &&
	    entries(p, "failed") == 2, "both moved");
	rcpt_settle(&c.e.rcpt[0], NULL);
	note.tries = 2;
	is_int(spool_note(&p->spool, &c.file, &note, &c.e, &p->f), 0,
	    "a note on it");
	let_go(p, &c);
	is_int(fish(p, SPOOL_FAILED, id, &c), CLAIM_OK, "claim a failed one");
	ok(c.note.tries == 2 && is_letter(&c), "with its note");
	put_file(p, full_name("failed", id, ".note.tmp"), "", 0);
	is_int(spool_remove(&p->spool, SPOOL_FAILED, id, &p->f), 0, "remove");
	is_int(entries(p, "failed"), 0, "nothing is left");
	is_int(spool_remove(&p->spool, SPOOL_FAILED, id, &p->f), 0,
	    "what is not there is removed");
	let_go(p, &c);
	ok(is_there(p, full_name("queue", other, "")), "another is not");
	shim_set(0, 0, NULL);
	is_int(spool_sync(&p->spool, &p->f), 0, "sync");
	is_int(shim.syncs, 2, "both directories");
	NEED(fish(p, SPOOL_QUEUE, other, &c) == CLAIM_OK);
	shim_set(1, EIO, NULL);
	is_int(spool_fail(&p->spool, &c.file, &p->f), -1, "fail fails: %s",
	    p->f.text);
	is_int(c.file.place, SPOOL_QUEUE, "it stays");
	let_go(p, &c);
}

/* A message that is done goes with its note, whenever that was written. */
static void
test_done(struct pond *p)
{
	static const struct {
		const char	*name;
		bool		 before, after;	/* it was claimed */
		int		 calls;
	} cases[] = {
		{ "without a note", false, false, 1 },
		{ "with one that was found", true, false, 3 },
		{ "with one that was written", false, true, 3 },
	};
	struct note note = { .tries = 1 };
	struct catch c;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		queue_letter(p, at_id);
		NEED(fish(p, SPOOL_QUEUE, at_id, &c) == CLAIM_OK);
		if (cases[i].before) {
			NEED(spool_note(&p->spool, &c.file, &note, &c.e,
			    &p->f) == 0);
			let_go(p, &c);
			NEED(fish(p, SPOOL_QUEUE, at_id, &c) == CLAIM_OK);
		}
		if (cases[i].after)
			NEED(spool_note(&p->spool, &c.file, &note, &c.e,
			    &p->f) == 0);
		shim_set(0, 0, NULL);
		is_int(spool_done(&p->spool, &c.file, &p->f), 0, "done %s",
		    cases[i].name);
		is_int(shim.n, cases[i].calls, "in so many calls");
		is_int(entries(p, "queue"), 0, "nothing is left");
		shim_set(1, EIO, NULL);
		is_int(spool_done(&p->spool, &c.file, &p->f), -1,
		    "and fails: %s", p->f.text);
		let_go(p, &c);
	}
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
	each(test_two);
	each(test_many);
	each(test_removed);
	each(test_failures);
	each(test_strange);
	each(test_torn);
	each(test_notes);
	each(test_note_failures);
	each(test_replaced);
	each(test_leave);
	each(test_done);
	return done();
}
