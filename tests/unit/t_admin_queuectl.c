/* t_admin_queuectl.c - what an operator does to the messages of the spool */

#include "admin/queuectl.h"
#include "spooling.h"

#define NOW	1795262762

static const struct settings set = { .retry_min = 60, .retry_max = 10800,
    .expire = 432000 };

/* Do it; the result, and what was said to be freed in *said. */
static int
does(struct pond *p, enum options_mode mode, const char *which, char **said)
{
	struct mailq q = { .spool = &p->spool, .now = NOW,
	    .set = &set };
	size_t n;
	int rc;

	fault_clear(&p->f);
	q.out = open_memstream(said, &n);
	NEED(q.out != NULL);
	rc = queuectl_do(&q, mode, which, &p->f);
	NEED(fclose(q.out) == 0);
	return rc;
}

/* It works and says so; form has a %s for the id, or none. */
static void
works(struct pond *p, enum options_mode mode, const char *which,
    const char *form, const char *name)
{
	char *said, *want = strcmp(which, "all") == 0 ? xstrdup(form) :
	    xasprintf("%s: %s\n", which, form);

	is_int(does(p, mode, which, &said), 0, "%s", name);
	is(said, want, "%s, and says so", name);
	free(said);
	free(want);
}

/* It does not work, with these words, and nothing is said on out. */
static void
fails(struct pond *p, enum options_mode mode, const char *which, int status,
    const char *words, const char *name)
{
	char *said;

	is_int(does(p, mode, which, &said), -1, "%s", name);
	is_int(fault_exit(&p->f), status, "%s, exit status", name);
	if (!ok(strstr(p->f.text, words) != NULL, "%s, in words", name))
		printf("# %s\n", p->f.text);
	is(said, "", "%s, nothing done", name);
	free(said);
}

static struct note
note_of(struct pond *p, enum spool_place place, const char *id)
{
	struct note note;
	struct catch c;

	NEED(look(p, place, id, &c) == CLAIM_OK);
	note = c.note;
	let_go(p, &c);
	return note;
}

/* Tried twice: accepted by b, refused to c, later for d. */
static void
tried(struct pond *p, enum spool_place place, char id[SPOOL_ID])
{
	struct note note = { .tries = 2, .next = NOW + 500,
	    .since = NOW - 500 };
	struct envelope e = { 0 };
	struct spool_file file;
	struct fault f = { 0 };

	plain_envelope(&e);
	rcpt_settle(&e.rcpt[0], NULL);
	fault_set(&f, ST_RCPT, FD_SMTP, 550, VD_PERM, "No such user");
	rcpt_settle(&e.rcpt[1], &f);
	fault_set(&f, ST_RCPT, FD_SMTP, 450, VD_TEMP, "Later");
	rcpt_settle(&e.rcpt[2], &f);
	note.last = f;
	NEED(take_in(p, place, &e, &note, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
	envelope_release(&e);
}

static void
test_hold(void)
{
	char id[SPOOL_ID];
	struct note n;
	struct pond p;

	pond_open(&p);
	tried(&p, SPOOL_QUEUE, id);
	works(&p, MODE_RELEASE, id, "released, due now",
	    "release one that is not held");
	n = note_of(&p, SPOOL_QUEUE, id);
	ok(!n.held && n.next == NOW + 500 && n.since == NOW - 500,
	    "it stays as it was");
	works(&p, MODE_HOLD, id, "held", "hold");
	n = note_of(&p, SPOOL_QUEUE, id);
	ok(n.held && n.tries == 2 && n.next == NOW + 500 &&
	    n.since == NOW - 500, "it is held, and nothing else");
	works(&p, MODE_HOLD, id, "held", "hold again");
	fails(&p, MODE_RETRY, id, 65, "is held; --release",
	    "retry one that is held");
	ok(note_of(&p, SPOOL_QUEUE, id).held, "it still is");
	works(&p, MODE_RELEASE, id, "released, due now", "release");
	n = note_of(&p, SPOOL_QUEUE, id);
	ok(!n.held && n.tries == 2 && n.next == 0 && n.since == NOW,
	    "it is due, and expires later");
	pond_close(&p);
}

static void
test_retry(void)
{
	char id[SPOOL_ID];
	struct catch c;
	struct pond p;

	pond_open(&p);
	tried(&p, SPOOL_QUEUE, id);
	works(&p, MODE_RETRY, id, "due now", "retry");
	NEED(look(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	ok(c.note.next == 0 && c.note.tries == 2 &&
	    c.note.since == NOW - 500, "it is due");
	ok(c.e.rcpt[0].done && c.e.rcpt[0].verdict == VD_OK,
	    "who has it does not get it again");
	ok(!c.e.rcpt[1].done, "who was refused is tried again");
	ok(c.e.rcpt[2].done && c.e.rcpt[2].verdict == VD_TEMP,
	    "what was said of the third is kept");
	let_go(&p, &c);
	NEED(spool_remove(&p.spool, SPOOL_QUEUE, id, &p.f) == 0);

	tried(&p, SPOOL_FAILED, id);
	works(&p, MODE_RETRY, id, "due now", "retry one that failed");
	ok(look(&p, SPOOL_FAILED, id, &c) == CLAIM_GONE,
	    "it has not failed any more");
	NEED(look(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	ok(c.note.next == 0 && c.note.tries == 0 && c.e.rcpt[0].done &&
	    !c.e.rcpt[1].done && !c.e.rcpt[2].done,
	    "for all who have not got it");
	let_go(&p, &c);
	pond_close(&p);
}

static void
test_remove(void)
{
	char id[SPOOL_ID];
	struct pond p;

	pond_open(&p);
	tried(&p, SPOOL_QUEUE, id);
	works(&p, MODE_REMOVE, id, "removed", "remove");
	is_int(entries(&p, "queue"), 0, "the queue is empty");
	tried(&p, SPOOL_FAILED, id);
	works(&p, MODE_REMOVE, id, "removed", "remove one that failed");
	is_int(entries(&p, "failed"), 0, "nothing has failed");
	put_file(&p, "queue/0000000000000001", "x", 1);
	fails(&p, MODE_HOLD, "0000000000000001", 75,
	    "queue/0000000000000001", "hold one that is damaged");
	works(&p, MODE_REMOVE, "0000000000000001", "removed",
	    "remove one that is damaged");
	is_int(entries(&p, "queue"), 0, "the queue is empty again");
	pond_close(&p);
}

/* Ids that name nothing, and messages not in a state for it. */
static void
test_refused(void)
{
	static const struct {
		enum options_mode mode;
		const char *name;
	} modes[] = {
		{ MODE_HOLD, "hold" },
		{ MODE_RELEASE, "release" },
		{ MODE_RETRY, "retry" },
		{ MODE_REMOVE, "remove" },
	};
	struct mailq none = { .out = stderr };
	char id[SPOOL_ID], failed[SPOOL_ID];
	struct catch c;
	struct pond p;
	size_t i;

	pond_open(&p);
	tried(&p, SPOOL_QUEUE, id);
	tried(&p, SPOOL_FAILED, failed);
	for (i = 0; i < NITEMS(modes); i++) {
		fails(&p, modes[i].mode, "0000000000000000", 65,
		    "0000000000000000: there is no such", modes[i].name);
		fails(&p, modes[i].mode, "../queue", 64, "../queue: not the id",
		    modes[i].name);
		fails(&p, modes[i].mode, "", 64, "not the id", modes[i].name);
		NEED(fish(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
		fails(&p, modes[i].mode, id, 75, "is being delivered right now",
		    modes[i].name);
		let_go(&p, &c);
		if (i < 2)
			fails(&p, modes[i].mode, failed, 65, "has failed",
			    modes[i].name);
		ok(queuectl_do(&none, modes[i].mode, id, &p.f) == -1 &&
		    fault_exit(&p.f) == 65, "%s without a spool",
		    modes[i].name);
	}
	fails(&p, MODE_HOLD, "all", 64, "all: not the id", "hold all");
	is_int(entries(&p, "queue"), 2, "nothing happened");
	is_int(entries(&p, "failed"), 2, "nor there");
	ok(!note_of(&p, SPOOL_QUEUE, id).held &&
	    note_of(&p, SPOOL_QUEUE, id).next == NOW + 500, "at all");
	pond_close(&p);
}

static void
test_all(void)
{
	struct mailq none = { .out = stderr };
	char a[SPOOL_ID], b[SPOOL_ID], c[SPOOL_ID], d[SPOOL_ID], *said;
	struct catch hold;
	struct pond p;

	pond_open(&p);
	works(&p, MODE_RETRY, "all", "due now: 0\n", "retry nothing");
	works(&p, MODE_REMOVE, "all", "removed: 0\n", "remove nothing");
	ok(queuectl_do(&none, MODE_REMOVE, "all", &p.f) == 0,
	    "without a spool");
	tried(&p, SPOOL_QUEUE, a);
	tried(&p, SPOOL_QUEUE, b);
	tried(&p, SPOOL_QUEUE, c);
	tried(&p, SPOOL_FAILED, d);
	works(&p, MODE_HOLD, b, "held", "hold one of three");
	NEED(fish(&p, SPOOL_QUEUE, c, &hold) == CLAIM_OK);
	works(&p, MODE_RETRY, "all", "due now: 1\nstill held: 1\n"
	    "being delivered, unchanged: 1\n", "retry all");
	ok(note_of(&p, SPOOL_QUEUE, a).next == 0, "the first is due");
	ok(note_of(&p, SPOOL_QUEUE, b).held, "the second is held");
	ok(note_of(&p, SPOOL_QUEUE, c).next == NOW + 500,
	    "the third is busy");
	ok(is_there(&p, "failed") && entries(&p, "failed") == 2,
	    "the fourth has failed");
	put_file(&p, "queue/0000000000000001", "x", 1);
	is_int(does(&p, MODE_RETRY, "all", &said), -1,
	    "retry all, with one that is damaged");
	is(said, "due now: 1\nstill held: 1\n"
	    "being delivered, unchanged: 1\n", "the same");
	ok(strstr(p.f.text, "0000000000000001") != NULL, "and says so");
	free(said);
	is_int(does(&p, MODE_REMOVE, "all", &said), -1,
	    "remove all, with one that is busy");
	is(said, "removed: 4\nbeing delivered, unchanged: 1\n",
	    "the others are gone");
	is_int(fault_exit(&p.f), 75, "it can be tried again");
	free(said);
	ok(entries(&p, "queue") == 2 && entries(&p, "failed") == 0,
	    "they are");
	let_go(&p, &hold);
	works(&p, MODE_REMOVE, "all", "removed: 1\n", "remove the last");
	is_int(entries(&p, "queue"), 0, "all gone");
	pond_close(&p);
}

/*
 * Each call to the system fails in its turn: that is told, and what is said
 * to be done has been done.
 */
static void
test_trouble(void)
{
	char id[SPOOL_ID], *said;
	int n, hit, rc, bad = 0, failed = 0;
	struct pond p;

	pond_open(&p);
	tried(&p, SPOOL_QUEUE, id);
	n = 0;
	do {
		shim_set(++n, ENOSPC, NULL);
		rc = does(&p, MODE_HOLD, id, &said);
		hit = shim.n >= n;
		shim_set(0, 0, NULL);
		failed += rc == -1;
		bad += (rc == 0) != (said[0] != '\0') ||
		    (rc == 0 && !note_of(&p, SPOOL_QUEUE, id).held) ||
		    (rc == -1 && fault_exit(&p.f) != 75);
		free(said);
		NEED(does(&p, MODE_RELEASE, id, &said) == 0);
		free(said);
	} while (hit);
	ok(bad == 0 && failed > 3 && failed == n - 1,
	    "%d of %d calls fail, %d of them wrongly", failed, n - 1, bad);
	pond_close(&p);
}

int
main(void)
{
	test_hold();
	test_retry();
	test_remove();
	test_refused();
	test_all();
	test_trouble();
	return done();
}
