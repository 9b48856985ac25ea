/* t_spool_intake.c - a message on its way into the spool */

#include <time.h>

#include "base/portable.h"
#include "spooling.h"

#define HEADLINES "time 1795255262\nuid 1000\naccount work\norigin cron\n" \
	"bounce no\nenvid -\nret -\nfrom a@x.test\nrcpt 0 - b@x.test\n"	 \
	"rcpt 0 - c@x.test\nrcpt 0 - d@x.test\n\n"

/* The one with 64 bits, as the program has them. */
#ifdef SYS_clock_gettime64
#define CLOCK_CALL	SYS_clock_gettime64
#else
#define CLOCK_CALL	SYS_clock_gettime
#endif

#ifdef PORTABLE_LINUX
#define UNNAMED	true
#else
#define UNNAMED	false
#endif

static bool unnamed = true;	/* which of two ways of taking in */

static struct pond *at_hand;	/* for what is called by a shim */

/* With frozen set there is only one id. */
static bool frozen;

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	if (frozen) {
		*t = (struct timespec){ .tv_sec = 1795255262 };
		return 0;
	}
	return (int)syscall(CLOCK_CALL, clock, t);
}

int
getentropy(void *p, size_t size)
{
	static uint32_t n;
	uint32_t bits;

	if (!frozen)
		n = n * 1664525 + 1013904223;
	bits = n >> 8;
	memcpy(p, &bits, size < sizeof(bits) ? size : sizeof(bits));
	return 0;
}

static void
test_commit(struct pond *p)
{
	struct envelope e = { 0 };
	struct spool_file file;
	struct stat st;
	struct catch c;
	char name[64], *text, *want;
	size_t n;

	plain_envelope(&e);
	shim_set(0, 0, NULL);
	is_int(take_in(p, SPOOL_QUEUE, &e, NULL, LETTER, sizeof(LETTER) - 1,
	    &file), 0, "commit: %s", p->f.text);
	is_int(shim.syncs, 2, "file and directory are synced");
	ok(spool_is_id(file.id), "id %s", file.id);
	is_int(file.place, SPOOL_QUEUE, "in the queue");
	is_int(entries(p, "queue"), 1, "one entry");
	(void)snprintf(name, sizeof(name), "queue/%s", file.id);
	text = get_file(p, name, &n);
	want = xasprintf("heloise-message 1 %08zu %019zu 7\n" HEADLINES
	    LETTER "end\n", sizeof(HEADLINES) - 1 + HEAD_FIRST,
	    sizeof(LETTER) - 1);
	is(text, want, "its text");
	NEED(fstat(file.fd, &st) == 0);
	is_int(st.st_mode & 07777, 0600, "its mode");
	is_int((long long)st.st_nlink, 1, "one name");
	is_int(fish(p, SPOOL_QUEUE, file.id, &c), CLAIM_BUSY,
	    "it is still ours");
	(void)strlcpy(name, file.id, sizeof(name));
	spool_release(&p->spool, &file);
	is_int(fish(p, SPOOL_QUEUE, name, &c), CLAIM_OK, "now it is not");
	ok(is_letter(&c), "the message is whole");
	let_go(p, &c);
	free(text);
	free(want);
	envelope_release(&e);
}

static void
test_not_committed(struct pond *p)
{
	struct envelope e = { 0 };
	struct spool_meta m = { 0 };
	struct spool_file file;
	struct stat st;

	plain_envelope(&e);
	is_int(spool_begin(&p->spool, &file, &p->f), 0, "begin");
	is_int(entries(p, "queue"), unnamed ? 0 : 1, "no name, or a hidden");
	NEED(fstat(file.fd, &st) == 0);
	is_int(st.st_mode & 07777, 0600, "its mode");
	is_int(spool_envelope(&p->spool, &file, &e, &m, &p->f), 0,
	    "envelope");
	is_int(spool_write(&p->spool, &file, "x\r\n", 3, &p->f), 0, "write");
	spool_release(&p->spool, &file);
	is_int(entries(p, "queue"), 0, "gone");
	is_int(file.fd, -1, "closed");
	spool_release(&p->spool, &file);

	(void)envelope_add(&e, "not an address");
	is_int(spool_begin(&p->spool, &file, &p->f), 0, "begin");
	is_int(spool_envelope(&p->spool, &file, &e, &m, &p->f), -1,
	    "an envelope that is refused");
	ok(p->f.stage == ST_ADDRESS && p->f.verdict == VD_PERM, "%s",
	    p->f.text);
	spool_release(&p->spool, &file);
	is_int(entries(p, "queue"), 0, "gone too");
	envelope_release(&e);
}

/* Octets over 127 and verdicts are known last. */
static void
test_with_note(struct pond *p)
{
	struct envelope e = { 0 };
	struct note note = { .tries = 1, .next = 1795255322 };
	struct spool_file file;
	struct fault why = { 0 };
	struct catch c;
	char id[SPOOL_ID];

	plain_envelope(&e);
	fault_set(&note.last, ST_RCPT, FD_SMTP, 450, VD_TEMP, "later");
	fault_set(&why, ST_RCPT, FD_SMTP, 450, VD_TEMP, "later");
	rcpt_settle(&e.rcpt[0], NULL);
	rcpt_settle(&e.rcpt[1], &why);
	e.eightbit = true;
	shim_set(0, 0, NULL);
	is_int(take_in(p, SPOOL_QUEUE, &e, &note, LETTER, sizeof(LETTER) - 1,
	    &file), 0, "commit with a note: %s", p->f.text);
	is_int(shim.syncs, 4, "file, note, directory, directory");
	(void)strlcpy(id, file.id, sizeof(id));
	spool_release(&p->spool, &file);
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_OK, "claim");
	ok(c.e.eightbit, "eightbit");
	ok(c.note.tries == 1 && c.note.next == 1795255322, "its note");
	is(c.note.last.text, "later", "the last words");
	ok(c.e.rcpt[0].done && c.e.rcpt[0].verdict == VD_OK, "accepted");
	ok(c.e.rcpt[1].done && c.e.rcpt[1].verdict == VD_TEMP, "put off");
	ok(!c.e.rcpt[2].done, "not tried");
	let_go(p, &c);

	is_int(take_in(p, SPOOL_FAILED, &e, &note, LETTER,
	    sizeof(LETTER) - 1, &file), 0, "commit as failed: %s",
	    p->f.text);
	ok(file.place == SPOOL_FAILED && entries(p, "failed") == 2 &&
	    entries(p, "queue") == 2, "it and its note are there");
	spool_release(&p->spool, &file);
	envelope_release(&e);
}

/* What must be so after a commit, whatever went wrong in it. */
static bool
all_or_nothing(struct pond *p, int rc, const struct spool_file *file,
    const char *id)
{
	struct catch c;
	bool good;

	if (rc == -1)
		return entries(p, "queue") == 0 && file->fd == -1 &&
		    p->f.stage == ST_SPOOL && fault_exit(&p->f) == 75 &&
		    p->f.text[0] != '\0';
	good = fish(p, SPOOL_QUEUE, id, &c) == CLAIM_OK && is_letter(&c);
	let_go(p, &c);
	good = good && spool_remove(&p->spool, SPOOL_QUEUE, id, &p->f) == 0;
	return good && entries(p, "queue") == 0;
}

/* Each call fails in turn, with each of these. */
static void
test_failures(struct pond *p)
{
	static const struct { int err; bool harmless; const char *name; }
	    t[] = {
		{ ENOSPC, false, "ENOSPC" }, { EIO, false, "EIO" },
		{ EDQUOT, false, "EDQUOT" }, { SHIM_SHORT, true, "short" },
	};
	struct note note = { .tries = 1 };
	struct envelope e = { 0 };
	struct spool_file file;
	char id[SPOOL_ID];
	int at, rc, wrong, refused, calls;
	size_t i, k;

	plain_envelope(&e);
	rcpt_settle(&e.rcpt[0], NULL);
	for (i = 0; i < NITEMS(t); i++) {
		wrong = refused = calls = 0;
		for (k = 0, at = 1; k < 2; at++) {
			shim_set(at, t[i].err, NULL);
			rc = take_in(p, SPOOL_QUEUE, &e,
			    k == 0 ? NULL : &note, LETTER,
			    sizeof(LETTER) - 1, &file);
			if (shim.n >= at) {
				refused += rc == -1;
				calls++;
			} else {
				k++;
				at = 0;
			}
			shim.at = 0;
			(void)strlcpy(id, file.id, sizeof(id));
			spool_release(&p->spool, &file);
			wrong += !all_or_nothing(p, rc, &file, id);
		}
		ok(wrong == 0 && calls > 15, "%s at each of %d calls: %d "
		    "refused", t[i].name, calls, refused);
		ok(t[i].harmless ? refused == 0 : refused > 10,
		    "%s: as many as should be", t[i].name);
	}
	envelope_release(&e);
}

/* A signal that is handled does no harm. */
static void
test_interrupted(struct pond *p)
{
	struct note note = { .tries = 1 };
	struct envelope e = { 0 };
	struct spool_file file;
	char id[SPOOL_ID];
	int at, rc, wrong = 0, refused = 0;

	plain_envelope(&e);
	for (at = 1; ; at++) {
		shim_set(at, EINTR, NULL);
		rc = take_in(p, SPOOL_QUEUE, &e, &note, LETTER,
		    sizeof(LETTER) - 1, &file);
		if (shim.n < at)
			break;
		shim.at = 0;
		(void)strlcpy(id, file.id, sizeof(id));
		spool_release(&p->spool, &file);
		wrong += !all_or_nothing(p, rc, &file, id);
		refused += rc == -1;
	}
	spool_release(&p->spool, &file);
	is_int(wrong, 0, "EINTR at each call: all or nothing");
	printf("# EINTR at each of %d calls: %d refused\n", at - 1, refused);
	ok(refused <= 2, "only rename and unlink cannot be interrupted");
	envelope_release(&e);
}

static int at_call;

static int
killed(struct pond *p)
{
	struct note note = { .tries = 1 };
	struct envelope e = { 0 };
	struct spool_file file;

	plain_envelope(&e);
	rcpt_settle(&e.rcpt[0], NULL);
	shim_set(at_call, SHIM_KILL, NULL);
	if (take_in(p, SPOOL_QUEUE, &e, &note, LETTER, sizeof(LETTER) - 1,
	    &file) == -1)
		return 1;
	spool_release(&p->spool, &file);
	return 0;
}

/* Killed before each call: nothing, or all of it. */
static void
test_killed(struct pond *p)
{
	int status, wrong = 0, there = 0;
	struct buf foreign = { .max = 4096 };
	char (*ids)[SPOOL_ID];
	struct catch c;
	size_t n;

	for (at_call = 1; ; at_call++) {
		status = apart(killed, p);
		shim_set(0, 0, NULL);
		wrong += spool_sweep(&p->spool, &foreign, &p->f) == -1;
		NEED(spool_list(&p->spool, SPOOL_QUEUE, &ids, &n,
		    &p->f) == 0);
		if (n == 1) {
			there++;
			wrong += fish(p, SPOOL_QUEUE, ids[0], &c) !=
			    CLAIM_OK || !is_letter(&c);
			let_go(p, &c);
			wrong += spool_remove(&p->spool, SPOOL_QUEUE,
			    ids[0], &p->f) == -1;
		}
		wrong += n > 1 || entries(p, "queue") != 0;
		free(ids);
		if (status != -1)
			break;
	}
	is_int(status, 0, "not killed any more after %d calls", at_call - 1);
	ok(at_call > 10 && there > 1 && there < at_call && foreign.len == 0,
	    "%d times the message was there", there);
	is_int(wrong, 0, "none was half there, and nothing stays");
	buf_release(&foreign);
}

static int sweeps;

static void
sweep_now(void)
{
	struct buf foreign = { .max = 4096 };
	struct fault f = { 0 };
	struct spool sp;

	sweeps++;
	NEED(spool_open(&sp, at_hand->path, false, &f) == 0);
	NEED(spool_sweep(&sp, &foreign, &f) == 0);
	spool_close(&sp);
}

/* Someone sweeps at any moment: a message that is taken in stays. */
static void
test_swept(struct pond *p)
{
	struct envelope e = { 0 };
	struct spool_file file;
	char id[SPOOL_ID];
	int at, rc, wrong = 0;

	at_hand = p;
	plain_envelope(&e);
	for (at = 1; ; at++) {
		shim_set(at, 0, sweep_now);
		rc = take_in(p, SPOOL_QUEUE, &e, NULL, LETTER,
		    sizeof(LETTER) - 1, &file);
		if (shim.n < at)
			break;
		shim.at = 0;
		(void)strlcpy(id, file.id, sizeof(id));
		spool_release(&p->spool, &file);
		wrong += rc == -1 || !all_or_nothing(p, rc, &file, id);
	}
	spool_release(&p->spool, &file);
	ok(wrong == 0 && sweeps > 5, "swept before each of %d calls", sweeps);
	sweeps = 0;
	envelope_release(&e);
}

/* A name that is taken is not replaced, and its message not taken back. */
static void
test_taken(struct pond *p)
{
	struct envelope e = { 0 };
	struct spool_file file;
	char id[SPOOL_ID];
	int at, before, wrong = 0;

	plain_envelope(&e);
	queue_letter(p, id);
	for (at = 1; ; at++) {
		shim_set(at, EEXIST, NULL);
		(void)take_in(p, SPOOL_QUEUE, &e, NULL, LETTER,
		    sizeof(LETTER) - 1, &file);
		if (shim.n < at)
			break;
		shim.at = 0;
		if (file.id[0] != '\0')
			wrong += spool_remove(&p->spool, SPOOL_QUEUE,
			    file.id, &p->f);
		spool_release(&p->spool, &file);
		wrong += entries(p, "queue") != 1;
	}
	spool_release(&p->spool, &file);
	is_int(wrong, 0, "EEXIST anywhere leaves the others alone");

	shim_set(0, 0, NULL);
	before = entries(p, "queue");
	frozen = true;
	queue_letter(p, id);
	is_int(take_in(p, SPOOL_QUEUE, &e, NULL, LETTER, sizeof(LETTER) - 1,
	    &file), -1, "no id is free: %s", p->f.text);
	frozen = false;
	spool_release(&p->spool, &file);
	is_int(entries(p, "queue"), before + 1,
	    "the one that has it keeps it");
	envelope_release(&e);
}

/* A real disk, filled to every degree. */
static void
test_full(struct pond *p)
{
	enum { BALLAST = 40 * 1024 };
	static char zero[BALLAST];
	struct note note = { .tries = 1 };
	struct envelope e = { 0 };
	struct spool_file file;
	char id[SPOOL_ID];
	int rc, k, wrong = 0, refused = 0;

	if (!own_disk(p, "size=56k,nr_inodes=8,mode=700")) {
		ok(true, "a full disk # SKIP cannot mount");
		return;
	}
	plain_envelope(&e);
	rcpt_settle(&e.rcpt[0], NULL);
	for (k = 0; k < 80; k++) {
		/* Fill it with 0 to 14 pages and 0 to 4 other files. */
		put_file(p, "runner", zero, (size_t)(k % 16) * 2560);
		if (k % 5 > 0)
			put_file(p, "b1", "", 0);
		if (k % 5 > 1)
			put_file(p, "b2", "", 0);
		if (k % 5 > 2)
			put_file(p, "b3", zero, 4096);
		rc = take_in(p, SPOOL_QUEUE, &e, k % 2 ? &note : NULL,
		    LETTER, sizeof(LETTER) - 1, &file);
		if (rc == -1)
			wrong += p->f.code != ENOSPC;
		refused += rc == -1;
		(void)strlcpy(id, file.id, sizeof(id));
		spool_release(&p->spool, &file);
		wrong += !all_or_nothing(p, rc, &file, id);
		(void)unlinkat(p->spool.dir, "b1", 0);
		(void)unlinkat(p->spool.dir, "b2", 0);
		(void)unlinkat(p->spool.dir, "b3", 0);
	}
	is_int(wrong, 0, "a full disk: all or nothing");
	ok(refused > 0 && refused < 80, "%d of 80 refused: %s", refused,
	    p->f.text);

	/* And a message that is larger than the disk. */
	NEED(spool_begin(&p->spool, &file, &p->f) == 0);
	rc = 0;
	for (k = 0; k < 40 && rc == 0; k++)
		rc = spool_write(&p->spool, &file, zero, 4096, &p->f);
	ok(rc == -1 && p->f.code == ENOSPC && k < 20, "too large: %s",
	    p->f.text);
	spool_release(&p->spool, &file);
	is_int(entries(p, "queue"), 0, "nothing is left");
	envelope_release(&e);
	give_back_disk(p);
}

/* A file system without unnamed files is found out by itself. */
static void
test_no_unnamed(struct pond *p)
{
	struct spool_file file;

	shim_set(0, 0, NULL);
	shim.no_unnamed = true;
	is_int(spool_begin(&p->spool, &file, &p->f), 0, "begin: %s",
	    p->f.text);
	ok(file.fd != -1 && file.tmp[0] == '.' && p->spool.named,
	    "a hidden name");
	shim.no_unnamed = false;
	spool_release(&p->spool, &file);
	is_int(entries(p, "queue"), 0, "gone");
}

static void
test_order(struct pond *p)
{
	char ids[50][SPOOL_ID];
	int i, wrong = 0;

	for (i = 0; i < 50; i++) {
		queue_letter(p, ids[i]);
		wrong += i > 0 && strncmp(ids[i - 1], ids[i], 13) > 0;
	}
	is_int(wrong, 0, "ids sort by age");
	is_int(entries(p, "queue"), 50, "and differ");
}

static void
each(void (*test)(struct pond *))
{
	struct pond p;

	pond_open(&p);
	p.spool.named = !unnamed;
	test(&p);
	pond_close(&p);
	shim_set(0, 0, NULL);
}

int
main(void)
{
	int i;

	(void)alarm(300);
	for (i = 0; i < 2; i++) {
		unnamed = i == 0 && UNNAMED;
		printf("# %s files\n", unnamed ? "unnamed" : "named");
		each(test_commit);
		each(test_not_committed);
		each(test_with_note);
		each(test_failures);
		each(test_interrupted);
		each(test_killed);
		each(test_swept);
		each(test_taken);
		each(test_full);
	}
	each(test_no_unnamed);
	each(test_order);
	return done();
}
