/* t_spool_sweep.c - what crashes leave behind, and what failed */

#include <time.h>

#include "spool/quota.h"
#include "spooling.h"

/* Where the files of a message can be. */
#define Q	0x01	/* queue/ID */
#define QN	0x02	/* queue/ID.note */
#define QT	0x04	/* queue/ID.note.tmp */
#define F	0x08	/* failed/ID */
#define FN	0x10	/* failed/ID.note */
#define FT	0x20	/* failed/ID.note.tmp */

static const char *const where[] = {
	"queue/%s", "queue/%s.note", "queue/%s.note.tmp",
	"failed/%s", "failed/%s.note", "failed/%s.note.tmp",
};

/* Every state that spool.h names, and what becomes of it. */
static const struct {
	unsigned before, after;
} states[] = {
	{ Q, Q },
	{ Q | QN, Q | QN },
	{ Q | QT, Q | QT },
	{ Q | QN | QT, Q | QN | QT },
	{ QN, 0 },
	{ QT, 0 },
	{ QN | QT, 0 },
	{ F, F },
	{ F | FN, F | FN },
	{ F | QN, F | FN },
	{ F | QT, F },
	{ F | QN | QT, F | FN },
	{ F | QN | FN, F | FN },
	{ Q | QN | FN, Q | QN },
	{ FN, 0 },
	{ FT, 0 },
};

static char *
name_of(const char *place, const char *id)
{
	const char *percent = strstr(place, "%s");

	return xasprintf("%.*s%s%s", (int)(percent - place), place, id,
	    percent + 2);
}

static unsigned
present(const struct pond *p, const char *id)
{
	unsigned state = 0;
	size_t i;

	for (i = 0; i < NITEMS(where); i++) {
		char *name = name_of(where[i], id);

		if (is_there(p, name))
			state |= 1u << i;
		free(name);
	}
	return state;
}

static void
test_states(struct pond *p)
{
	struct buf foreign = { .max = 4096 };
	char id[NITEMS(states)][SPOOL_ID], *name, *text;
	const char *place;
	size_t i, k;

	for (i = 0; i < NITEMS(states); i++) {
		(void)snprintf(id[i], SPOOL_ID, "%016zx", i);
		for (k = 0; k < NITEMS(where); k++) {
			if ((states[i].before & 1u << k) == 0)
				continue;
			place = where[k];
			name = name_of(place, id[i]);
			put_file(p, name, place, strlen(place));
			free(name);
		}
	}
	put_file(p, "queue/.tmp-0123", "x", 1);
	is_int(spool_sweep(&p->spool, &foreign, &p->f), 0, "sweep: %s",
	    p->f.text);
	is(buf_text(&foreign), "", "nothing foreign");
	for (i = 0; i < NITEMS(states); i++)
		is_int(present(p, id[i]), states[i].after, "state %#x",
		    states[i].before);
	ok(!is_there(p, "queue/.tmp-0123"), "a hidden file");
	for (i = 0; i < NITEMS(states); i++) {
		if ((states[i].before & (F | QN)) != (F | QN))
			continue;
		name = name_of("failed/%s.note", id[i]);
		text = get_file(p, name, &k);
		is(text, states[i].before & FN ? "failed/%s.note" :
		    "queue/%s.note", "which note, state %#x",
		    states[i].before);
		free(text);
		free(name);
	}
	buf_release(&foreign);
}

static void
test_foreign(struct pond *p)
{
	struct buf foreign = { .max = 4096 };
	struct buf little = { .max = 10 };

	put_file(p, "queue/core", "x", 1);
	put_file(p, "failed/a\nb\033[2J", "x", 1);
	put_file(p, "queue/0123456789abcdef.notes", "x", 1);
	put_file(p, "failed/.tmp-1", "x", 1);
	NEED(mkdirat(p->spool.place[SPOOL_QUEUE], ".tmp-dir", 0700) == 0);
	is_int(spool_sweep(&p->spool, &foreign, &p->f), 0, "sweep: %s",
	    p->f.text);
	ok(strstr(buf_text(&foreign), "queue/core\n") != NULL, "one");
	ok(strstr(buf_text(&foreign), "failed/a?b?[2J\n") != NULL,
	    "one that is printable now");
	ok(strstr(buf_text(&foreign), "queue/0123456789abcdef.notes\n") !=
	    NULL, "almost a note");
	ok(strstr(buf_text(&foreign), "failed/.tmp-1\n") != NULL,
	    "not where we make them");
	is_int(entries(p, "queue") + entries(p, "failed"), 5,
	    "all are left alone");
	is_int(spool_sweep(&p->spool, &little, &p->f), 0, "too many names");
	ok(little.full && little.len <= 10, "are cut");
	is_int(spool_sweep(&p->spool, NULL, &p->f), 0, "or not asked for");
	buf_release(&foreign);
	buf_release(&little);
}

/* A file that is being taken in, and a message that is being moved. */
static void
test_locked(struct pond *p)
{
	struct buf foreign = { .max = 4096 };
	struct spool_file file;
	struct catch c;
	char id[SPOOL_ID], *note, *failed;

	p->spool.named = true;
	NEED(spool_begin(&p->spool, &file, &p->f) == 0);
	queue_letter(p, id);
	note = name_of("queue/%s.note", id);
	failed = name_of("failed/%s.note", id);
	NEED(fish(p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	NEED(spool_fail(&p->spool, &c.file, &p->f) == 0);
	put_file(p, note, "x", 1);
	is_int(spool_sweep(&p->spool, &foreign, &p->f), 0, "sweep: %s",
	    p->f.text);
	is_int(entries(p, "queue"), 2, "both stay");
	ok(is_there(p, note), "the note of one that is ours");
	let_go(p, &c);
	spool_release(&p->spool, &file);
	is_int(spool_sweep(&p->spool, &foreign, &p->f), 0, "sweep");
	ok(entries(p, "queue") == 0 && is_there(p, failed),
	    "released, it is taken along");
	buf_release(&foreign);
	free(note);
	free(failed);
}

/* Named twice by a crash between link and unlink. */
static void
test_two_names(struct pond *p)
{
	struct buf foreign = { .max = 4096 };
	struct catch c;
	char id[SPOOL_ID];

	queue_letter(p, id);
	NEED(linkat(p->spool.place[SPOOL_QUEUE], id,
	    p->spool.place[SPOOL_QUEUE], ".tmp-1", 0) == 0);
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_BAD, "not yet");
	let_go(p, &c);
	is_int(spool_sweep(&p->spool, &foreign, &p->f), 0, "sweep");
	is_int(fish(p, SPOOL_QUEUE, id, &c), CLAIM_OK, "now: %s", p->f.text);
	let_go(p, &c);
	buf_release(&foreign);
}

/* A message that failed: b accepted, c refused, d put off. */
static void
failed_letter(struct pond *p, char id[SPOOL_ID])
{
	struct note note = { .tries = 40, .next = 5, .since = 6 };
	struct envelope e = { 0 };
	struct spool_file file;
	struct fault why = { 0 };

	plain_envelope(&e);
	rcpt_settle(&e.rcpt[0], NULL);
	fault_set(&why, ST_RCPT, FD_SMTP, 550, VD_PERM, "no");
	rcpt_settle(&e.rcpt[1], &why);
	fault_set(&why, ST_RCPT, FD_SMTP, 450, VD_TEMP, "later");
	rcpt_settle(&e.rcpt[2], &why);
	note.last = why;
	NEED(take_in(p, SPOOL_FAILED, &e, &note, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
	envelope_release(&e);
}

/* Back in the queue as it should be? */
static bool
restored(struct pond *p, const char *id)
{
	struct catch c;
	bool good;

	good = fish(p, SPOOL_QUEUE, id, &c) == CLAIM_OK && is_letter(&c) &&
	    c.note.tries == 0 && c.note.next == 0 &&
	    c.note.since == 1795255262 && !c.note.held &&
	    strcmp(c.note.last.text, "later") == 0 &&
	    c.e.rcpt[0].done && c.e.rcpt[0].verdict == VD_OK &&
	    !c.e.rcpt[1].done && !c.e.rcpt[2].done;
	let_go(p, &c);
	return good;
}

static void
test_restore(struct pond *p)
{
	struct envelope e = { 0 };
	struct note note = { .tries = 1 };
	struct spool_file file;
	struct catch c;
	char id[SPOOL_ID];

	failed_letter(p, id);
	is_int(spool_restore(&p->spool, id, 1795255262, &p->f), CLAIM_OK,
	    "restore: %s", p->f.text);
	is_int(entries(p, "failed"), 0, "it is no more among the failed");
	ok(restored(p, id), "it waits, for those who did not accept it");
	is_int(spool_restore(&p->spool, id, 1795255262, &p->f), CLAIM_GONE,
	    "not twice: %s", p->f.text);

	failed_letter(p, id);
	NEED(fish(p, SPOOL_FAILED, id, &c) == CLAIM_OK);
	is_int(spool_restore(&p->spool, id, 1795255262, &p->f), CLAIM_BUSY,
	    "not while someone has it");
	let_go(p, &c);

	plain_envelope(&e);
	rcpt_settle(&e.rcpt[0], NULL);
	rcpt_settle(&e.rcpt[1], NULL);
	rcpt_settle(&e.rcpt[2], NULL);
	NEED(take_in(p, SPOOL_FAILED, &e, &note, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
	is_int(spool_restore(&p->spool, id, 1795255262, &p->f), CLAIM_BAD,
	    "nobody left: %s", p->f.text);
	envelope_release(&e);
}

static char at_id[SPOOL_ID];
static int at_call;

static int
killed(struct pond *p)
{
	shim_set(at_call, SHIM_KILL, NULL);
	return (int)spool_restore(&p->spool, at_id, 1795255262, &p->f);
}

static int
killed_failing(struct pond *p)
{
	struct catch c;

	NEED(fish(p, SPOOL_QUEUE, at_id, &c) == CLAIM_OK);
	shim_set(at_call, SHIM_KILL, NULL);
	return spool_fail(&p->spool, &c.file, &p->f) == -1;
}

/* Killed while it is moved, and swept: in one place, with its note. */
static void
test_killed(struct pond *p)
{
	struct buf foreign = { .max = 4096 };
	int status, wrong = 0;
	struct catch c;

	for (at_call = 1; ; at_call++) {
		failed_letter(p, at_id);
		status = apart(killed, p);
		NEED(spool_sweep(&p->spool, &foreign, &p->f) == 0);
		if (present(p, at_id) == (Q | QN)) {
			wrong += !restored(p, at_id);
		} else {
			wrong += present(p, at_id) != (F | FN) ||
			    spool_restore(&p->spool, at_id, 1795255262,
			    &p->f) != CLAIM_OK || !restored(p, at_id);
		}
		if (status != -1)
			break;
		NEED(spool_remove(&p->spool, SPOOL_QUEUE, at_id,
		    &p->f) == 0);
	}
	ok(status == CLAIM_OK && at_call > 8, "restored after %d calls",
	    at_call - 1);
	is_int(wrong, 0, "killed before each: no note is lost");

	for (at_call = 1; ; at_call++) {
		status = apart(killed_failing, p);
		NEED(spool_sweep(&p->spool, &foreign, &p->f) == 0);
		wrong += present(p, at_id) != (at_call == 1 ? Q | QN :
		    F | FN);
		if (status != -1)
			break;
		if (present(p, at_id) & F) {
			NEED(fish(p, SPOOL_FAILED, at_id, &c) == CLAIM_OK);
			wrong += !c.e.rcpt[0].done;
			let_go(p, &c);
			NEED(spool_restore(&p->spool, at_id, 1795255262,
			    &p->f) == CLAIM_OK);
		}
	}
	ok(status == 0 && at_call == 3, "failed after %d calls",
	    at_call - 1);
	is_int(wrong, 0, "killed before each: no note is lost");
	buf_release(&foreign);
}

static void
test_expire_most(struct pond *p)
{
	struct spool_limits most = { .messages = 2 };
	char id[4][SPOOL_ID];
	long long one;
	size_t i, n;

	for (i = 0; i < NITEMS(id); i++)
		failed_letter(p, id[i]);
	is_int(spool_expire_failed(&p->spool, time(NULL), 30, &most, &n,
	    &p->f), 0, "not more than two");
	is_int((long long)n, 2, "two are too many");
	one = quota_octets(&p->spool, SPOOL_FAILED, id[3]);
	most = (struct spool_limits){ .octets = 2 * one };
	is_int(spool_expire_failed(&p->spool, time(NULL), 30, &most, &n,
	    &p->f), 0, "not larger than two");
	is_int((long long)n, 0, "they are not");
	most.octets--;
	is_int(spool_expire_failed(&p->spool, time(NULL), 30, &most, &n,
	    &p->f), 0, "not so large");
	is_int((long long)n, 1, "one is removed");
	for (i = 0; i < NITEMS(id); i++)
		is_int(present(p, id[i]), i < 3 ? 0 : F | FN,
		    "the oldest went first, %zu", i);
}

static void
test_expire(struct pond *p)
{
	static const struct spool_limits no_limit;
	time_t now = time(NULL);
	const struct timespec old[2] = { { 1, 0 }, { 1, 0 } };
	char id[SPOOL_ID], busy[SPOOL_ID], waiting[SPOOL_ID];
	struct catch c;
	size_t n;

	failed_letter(p, id);
	NEED(utimensat(p->spool.place[SPOOL_FAILED], id, old, 0) == 0);
	failed_letter(p, busy);
	queue_letter(p, waiting);
	NEED(fish(p, SPOOL_FAILED, busy, &c) == CLAIM_OK);
	is_int(spool_expire_failed(&p->spool, now + 30 * 86400 - 60, 30,
	    &no_limit, &n, &p->f), 0, "not quite 30 days");
	is_int((long long)n, 0, "nothing");
	is_int(spool_expire_failed(&p->spool, now - 999999, 30, &no_limit,
	    &n, &p->f), 0, "the clock set back");
	is_int((long long)n, 0, "nothing");
	is_int(spool_expire_failed(&p->spool, now + 30 * 86400 + 60, 30,
	    &no_limit, &n, &p->f), 0, "30 days");
	is_int((long long)n, 1, "one");
	is_int(present(p, id), 0, "is removed");
	is_int(present(p, busy), F | FN, "one that someone has is not");
	is_int(present(p, waiting), Q, "one that waits is not");
	let_go(p, &c);
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
	each(test_states);
	each(test_foreign);
	each(test_locked);
	each(test_two_names);
	each(test_restore);
	each(test_killed);
	each(test_expire);
	each(test_expire_most);
	return done();
}
