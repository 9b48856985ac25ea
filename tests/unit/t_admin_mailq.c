/* t_admin_mailq.c - what an operator sees of the spool */

#include <sys/resource.h>

#include <time.h>

#include "admin/mailq.h"
#include "spooling.h"

#define SENT		1795255262	/* when take_in() says so */
#define NOW		(SENT + 7500)
#define MANY		10000

static const struct settings set = { .retry_min = 60, .retry_max = 10800,
    .expire = 432000 };

/* Nothing is set, so hints name no setting. */
static const struct explain *
reporter(void)
{
	static const struct config_source src = { .system = "/none" };
	static struct config config;
	static struct explain explain;

	if (explain.config == NULL) {
		config_init(&config);
		explain_init(&explain, &config, &src, "host.test");
	}
	return &explain;
}

/* What mailq_list() prints; to be freed. */
static char *
listing(struct spool *spool, bool json, time_t now)
{
	struct mailq q = { .spool = spool, .now = now, .set = &set,
	    .explain = reporter() };
	struct fault f = { 0 };
	char *text = NULL;
	size_t n;

	q.out = open_memstream(&text, &n);
	NEED(q.out != NULL);
	ok(mailq_list(&q, json, &f) == 0, "it can be listed");
	NEED(fclose(q.out) == 0);
	return text;
}

/* Faults with a hint: the relay was not there, refused one, or hung up. */
static void
refused(struct fault *f)
{
	fault_what(f, "relay:25");
	fault_set(f, ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	    "Connection refused");
}

static void
no_such_user(struct fault *f)
{
	fault_what(f, "relay:25");
	fault_set(f, ST_RCPT, FD_SMTP, 550, VD_PERM,
	    "No \"such\" user\nGo \\away");
	f->esc[0] = 5;
	f->esc[1] = f->esc[2] = 9;
	fault_command(f, "RCPT TO:<o>");
}

static void
hung_up(struct fault *f)
{
	fault_what(f, "relay:25");
	fault_set(f, ST_BODY, FD_LINK, 0, VD_DOUBT, "it hung up");
}

/*
 * With the id for each '#' and the hint for each '%', '~' and '^'; to be
 * freed.
 */
static char *
with_id(const char *form, const char *id)
{
	struct buf b = { .max = 1 << 20 };
	struct fault f = { 0 };

	for (; *form != '\0'; form++) {
		if (*form == '#') {
			buf_adds(&b, id);
			continue;
		}
		if (strchr("%~^", *form) == NULL) {
			buf_add(&b, form, 1);
			continue;
		}
		(*form == '%' ? refused : *form == '~' ? no_such_user :
		    hung_up)(&f);
		ok(explain_hint(reporter(), &f, &(struct explain_place){ 0 },
		    &b), "it has a hint");
	}
	return b.p;
}

static void
expect(struct pond *p, bool json, time_t now, const char *form,
    const char *id, const char *name)
{
	char *got = listing(&p->spool, json, now), *want = with_id(form, id);

	is(got, want, "%s", name);
	free(got);
	free(want);
}

/* Is it anywhere in the list? */
static void
shows(struct pond *p, bool json, time_t now, const char *form,
    const char *id, const char *name)
{
	char *got = listing(&p->spool, json, now), *want = with_id(form, id);

	if (!ok(strstr(got, want) != NULL, "%s", name))
		printf("# %s\n# is not in\n%s\n", want, got);
	free(got);
	free(want);
}

static void
queued(struct pond *p, enum spool_place place, struct envelope *e,
    const struct note *note, char id[SPOOL_ID])
{
	struct spool_file file;

	NEED(take_in(p, place, e, note, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
}

static void
test_empty(void)
{
	struct pond p;
	char *text;

	pond_open(&p);
	expect(&p, false, NOW, "Mail queue is empty\n", "", "empty");
	expect(&p, true, NOW, "[]\n", "", "empty, as JSON");
	text = listing(NULL, false, NOW);
	is(text, "Mail queue is empty\n", "there is no spool");
	free(text);
	text = listing(NULL, true, NOW);
	is(text, "[]\n", "there is no spool, as JSON");
	free(text);
	pond_close(&p);
}

/* One that waits for two, was accepted by one and refused by another. */
static void
mixed(struct pond *p, char id[SPOOL_ID])
{
	struct envelope e = { 0 };
	struct note note = { .tries = 3, .next = NOW + 725 };
	struct fault f = { 0 };

	plain_envelope(&e);
	(void)envelope_add(&e, "\303\266@x.test");
	(void)envelope_add(&e, "z@x.test");
	refused(&f);
	note.last = f;
	rcpt_settle(&e.rcpt[0], &f);
	rcpt_settle(&e.rcpt[1], &f);
	rcpt_settle(&e.rcpt[2], NULL);
	no_such_user(&f);
	rcpt_settle(&e.rcpt[3], &f);
	hung_up(&f);
	rcpt_settle(&e.rcpt[4], &f);
	queued(p, SPOOL_QUEUE, &e, &note, id);
	envelope_release(&e);
}

static void
test_mixed(void)
{
	char id[SPOOL_ID];
	struct pond p;

	pond_open(&p);
	mixed(&p, id);
	expect(&p, false, NOW,
	    "#     21    2h 5m  a@x.test\n"
	    "    next try in 12m, tried 3 times, account work, "
	    "by uid 1000 (cron)\n"
	    "    b@x.test\n"
	    "    c@x.test\n"
	    "        cannot connect to relay:25: Connection refused\n"
	    "        hint: %\n"
	    "    d@x.test: accepted\n"
	    "    \303\266@x.test: refused\n"
	    "        cannot name a recipient to relay:25: "
	    "550-No \"such\" user\n"
	    "        550 Go \\away (in reply to RCPT TO:<o>)\n"
	    "        hint: ~\n"
	    "    z@x.test: may have arrived\n"
	    "        cannot send the message to relay:25: it hung up\n"
	    "        hint: ^\n"
	    "\n"
	    "  Total requests: 1\n-- 1 Kbytes in 1 Request.\n", id, "a list for people");
	expect(&p, true, NOW,
	    "[{\"id\":\"#\",\"place\":\"queue\",\"state\":\"waiting\","
	    "\"age\":7500,\"submitted\":1795255262,\"size\":21,"
	    "\"sender\":\"a@x.test\",\"bounce\":false,\"uid\":1000,"
	    "\"origin\":\"cron\",\"account\":\"work\",\"tries\":3,"
	    "\"next\":1795263487,\"recipients\":["
	    "{\"address\":\"b@x.test\",\"state\":\"waiting\",\"reply\":"
	    "{\"stage\":\"connect\",\"verdict\":\"temp\",\"code\":null,"
	    "\"enhanced\":null,\"text\":"
	    "\"cannot connect to relay:25: Connection refused\"},"
	    "\"hint\":\"%\"},"
	    "{\"address\":\"c@x.test\",\"state\":\"waiting\",\"reply\":"
	    "{\"stage\":\"connect\",\"verdict\":\"temp\",\"code\":null,"
	    "\"enhanced\":null,\"text\":"
	    "\"cannot connect to relay:25: Connection refused\"},"
	    "\"hint\":\"%\"},"
	    "{\"address\":\"d@x.test\",\"state\":\"accepted\","
	    "\"reply\":null,\"hint\":null},"
	    "{\"address\":\"\303\266@x.test\",\"state\":\"refused\","
	    "\"reply\":{\"stage\":\"rcpt\",\"verdict\":\"perm\","
	    "\"code\":550,\"enhanced\":\"5.9.9\",\"text\":"
	    "\"cannot name a recipient to relay:25: "
	    "550-No \\\"such\\\" user\\n550 Go \\\\away "
	    "(in reply to RCPT TO:<o>)\"},\"hint\":\"~\"},"
	    "{\"address\":\"z@x.test\",\"state\":\"doubt\",\"reply\":"
	    "{\"stage\":\"body\",\"verdict\":\"doubt\",\"code\":null,"
	    "\"enhanced\":null,\"text\":\"cannot send the message to "
	    "relay:25: it hung up\"},\"hint\":\"^\"}]}]\n", id,
	    "a list for programs");
	pond_close(&p);
}

/* All that there is at once: two that wait, one failed. */
static void
test_places(void)
{
	struct envelope e = { 0 };
	struct note note = { .tries = 1, .held = true };
	char a[SPOOL_ID], b[SPOOL_ID], c[SPOOL_ID], *want;
	struct pond p;

	pond_open(&p);
	envelope_from(&e, "");
	(void)envelope_add(&e, "b@x.test");
	queued(&p, SPOOL_QUEUE, &e, NULL, a);
	queued(&p, SPOOL_QUEUE, &e, &note, b);
	queued(&p, SPOOL_FAILED, &e, &note, c);
	want = xasprintf("%s     21    2h 5m  <>\n    due now, not tried yet, "
	    "account work, by uid 1000 (cron)\n    b@x.test\n\n"
	    "%s     21    2h 5m  <>\n    held, tried once, account work, "
	    "by uid 1000 (cron)\n    b@x.test\n\n"
	    "Failed; only --retry ID tries them again:\n\n"
	    "%s     21    2h 5m  <>\n    failed, tried once, account work, "
	    "by uid 1000 (cron)\n    b@x.test: failed\n\n"
	    "  Total requests: 2\n-- 1 Kbytes in 2 Requests.\n", a, b, c);
	expect(&p, false, NOW, want, "", "two wait and one has failed");
	free(want);
	shows(&p, true, NOW, "[{\"id\":\"#\",\"place\":\"queue\",\"state\":"
	    "\"waiting\",", a, "the first in JSON");
	shows(&p, true, NOW, "]},\n{\"id\":\"#\",\"place\":\"queue\",\"state\":"
	    "\"held\",", b, "the second");
	shows(&p, true, NOW, "]},\n{\"id\":\"#\",\"place\":\"failed\","
	    "\"state\":\"failed\",", c, "the third");
	shows(&p, true, NOW, "\"tries\":1,\"next\":null,\"recipients\":["
	    "{\"address\":\"b@x.test\",\"state\":\"failed\",", "",
	    "it will not be tried");
	NEED(spool_remove(&p.spool, SPOOL_QUEUE, a, &p.f) == 0);
	NEED(spool_remove(&p.spool, SPOOL_QUEUE, b, &p.f) == 0);
	shows(&p, false, NOW, "Failed; only --retry ID tries them "
	    "again:\n\n#  ", c, "only a failed one");
	envelope_release(&e);
	pond_close(&p);
}

static void
test_times(void)
{
	static const struct { long long age; const char *want; } ages[] = {
		{ -5, "     0s" }, { 0, "     0s" }, { 59, "    59s" },
		{ 60, "     1m" }, { 3599, "    59m" }, { 3600, "     1h" },
		{ 3660, "  1h 1m" }, { 86399, "23h 59m" },
		{ 86400, "     1d" }, { 90000, "  1d 1h" },
		{ 90000 + 3599, "  1d 1h" }, { 864000, "    10d" },
	}, nexts[] = {
		{ -1, "due now" }, { 0, "due now" },
		{ 1, "next try in 1s" }, { 725, "next try in 12m" },
		{ 7500, "next try in 2h 5m" },
		{ 90000, "due now" },	/* the clock was set back */
	};
	struct envelope e = { 0 };
	char id[SPOOL_ID], *want;
	struct pond p;
	size_t i;

	pond_open(&p);
	plain_envelope(&e);
	queued(&p, SPOOL_QUEUE, &e, NULL, id);
	for (i = 0; i < NITEMS(ages); i++) {
		want = xasprintf("#     21  %s  a@x.test\n", ages[i].want);
		shows(&p, false, SENT + ages[i].age, want, id, ages[i].want);
		free(want);
	}
	NEED(spool_remove(&p.spool, SPOOL_QUEUE, id, &p.f) == 0);
	for (i = 0; i < NITEMS(nexts); i++) {
		struct note note = { .tries = 1,
		    .next = NOW + nexts[i].age };

		queued(&p, SPOOL_QUEUE, &e, &note, id);
		want = xasprintf("    %s, tried once", nexts[i].want);
		shows(&p, false, NOW, want, id, nexts[i].want);
		free(want);
		NEED(spool_remove(&p.spool, SPOOL_QUEUE, id, &p.f) == 0);
	}
	envelope_release(&e);
	pond_close(&p);
}

static void
test_sizes(void)
{
	static const struct { size_t n; const char *want; } sizes[] = {
		{ 1, "      1" }, { 1023, "   1023" }, { 1024, "   1.0k" },
		{ 10239, "   9.9k" }, { 10240, "    10k" },
		{ 1048575, "  1023k" }, { 1048576, "   1.0M" },
		{ 20 << 20, "    20M" },
	};
	char *text = xcalloc(1, 20 << 20), *want;
	struct envelope e = { 0 };
	struct spool_file file;
	struct pond p;
	size_t i;

	pond_open(&p);
	plain_envelope(&e);
	for (i = 0; i < NITEMS(sizes); i++) {
		NEED(take_in(&p, SPOOL_QUEUE, &e, NULL, text, sizes[i].n,
		    &file) == 0);
		want = xasprintf("#%s    2h 5m  a@x.test\n", sizes[i].want);
		shows(&p, false, NOW, want, file.id, sizes[i].want);
		free(want);
		NEED(spool_remove(&p.spool, SPOOL_QUEUE, file.id,
		    &p.f) == 0);
		spool_release(&p.spool, &file);
	}
	free(text);
	envelope_release(&e);
	pond_close(&p);
}

/* A busy relay is no try. */
static void
test_kept_back(void)
{
	struct envelope e = { 0 };
	struct note note = { .next = NOW + 3 };
	char id[SPOOL_ID];
	struct pond p;

	pond_open(&p);
	envelope_from(&e, "");
	(void)envelope_add(&e, "b@x.test");
	fault_what(&note.last, "relay:25");
	(void)fault_set(&note.last, ST_WAIT, FD_NONE, 0, VD_TEMP,
	    "`rate 1/h` allows no more");
	queued(&p, SPOOL_QUEUE, &e, &note, id);
	shows(&p, false, NOW, "    next try in 3s, kept back, account", id,
	    "a message that waits for `rate`");
	envelope_release(&e);
	pond_close(&p);
}

static void
test_busy(void)
{
	char id[SPOOL_ID];
	struct catch c;
	struct pond p;

	pond_open(&p);
	queue_letter(&p, id);
	NEED(fish(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	shows(&p, false, NOW, "    being delivered right now, not tried", id,
	    "it is being delivered");
	shows(&p, true, NOW, "\"state\":\"busy\"", id, "also in JSON");
	let_go(&p, &c);
	shows(&p, false, NOW, "    due now, not tried", id, "it is not");
	pond_close(&p);
}

/* A reader who takes his time, and the message he is being shown. */
struct pager {
	struct pond	*pond;
	const char	*id;
	size_t		 pages, locked;
};

static ssize_t
page(void *v, const char *text, size_t n)
{
	struct pager *pager = v;
	struct catch c;

	(void)text;
	pager->locked += fish(pager->pond, SPOOL_QUEUE, pager->id,
	    &c) != CLAIM_OK;
	let_go(pager->pond, &c);
	pager->pages++;
	return (ssize_t)n;
}

/* While someone looks at a message it can be delivered. */
static void
test_no_lock(void)
{
	const cookie_io_functions_t io = { .write = page };
	struct mailq q = { .now = NOW, .set = &set };
	struct pager pager = { 0 };
	char id[SPOOL_ID];
	struct pond p;

	pond_open(&p);
	queue_letter(&p, id);
	pager.pond = &p;
	pager.id = id;
	q.spool = &p.spool;
	q.out = fopencookie(&pager, "w", io);
	NEED(q.out != NULL);
	NEED(setvbuf(q.out, NULL, _IONBF, 0) == 0);
	ok(mailq_list(&q, false, &p.f) == 0 &&
	    mailq_show(&q, id, &p.f) == 0, "one looks");
	ok(pager.pages > 3 && pager.locked == 0,
	    "it is locked on %zu of %zu pages", pager.locked, pager.pages);
	NEED(fclose(q.out) == 0);
	pond_close(&p);
}

static void
test_damage(void)
{
	static const char bad[] = "0000000000000001";
	char id[SPOOL_ID], *name;
	struct catch c;
	struct pond p;

	pond_open(&p);
	queue_letter(&p, id);
	name = xasprintf("queue/%s.note", id);
	put_file(&p, name, "rubbish\n", 8);
	free(name);
	put_file(&p, "queue/0000000000000001", "\033[2Jrubbish\n", 12);
	NEED(look(&p, SPOOL_QUEUE, bad, &c) == CLAIM_BAD);
	name = xasprintf("#  cannot be used\n    %s\n\n%s  ", p.f.text, id);
	shows(&p, false, NOW, name, bad, "a file that is no message");
	free(name);
	name = xasprintf("[{\"id\":\"#\",\"place\":\"queue\",\"state\":"
	    "\"damaged\",\"error\":\"%s\"},\n{\"id\":\"%s\",", p.f.text, id);
	shows(&p, true, NOW, name, bad, "the same as JSON");
	free(name);
	shows(&p, false, NOW, "\n\n  Total requests: 2\n", id, "it counts");
	shows(&p, false, NOW, "of its note is damaged\n    b@x.test\n", id,
	    "a note that is damaged");
	pond_close(&p);
}

/* What has controls and quotes in it, but never in an address. */
static void
test_hostile(void)
{
	static char account[] = "\"\\\033]0;x\007", origin[] =
	    "\302\233a\r\nb\tc \303\266\377";
	struct spool_meta m = { .account = account, .origin = origin };
	struct envelope e = { 0 };
	struct spool_file file;
	struct pond p;

	pond_open(&p);
	plain_envelope(&e);
	NEED(spool_begin(&p.spool, &file, &p.f) == 0);
	NEED(spool_envelope(&p.spool, &file, &e, &m, &p.f) == 0);
	NEED(spool_write(&p.spool, &file, LETTER, 21, &p.f) == 0);
	NEED(spool_commit(&p.spool, &file, SPOOL_QUEUE, &e, NULL,
	    &p.f) == 0);
	shows(&p, false, NOW, ", account \"\\?]0;x?, by uid 0 "
	    "(?a??b?c \303\266?)\n", "", "it is made visible");
	shows(&p, true, NOW, "\"origin\":\"?a?\\nb\\tc \303\266?\","
	    "\"account\":\"\\\"\\\\?]0;x?\",", "", "and fit for JSON");
	spool_release(&p.spool, &file);
	envelope_release(&e);
	pond_close(&p);
}

/* What mailq_show() prints, and its result; to be freed. */
static char *
shown(struct pond *p, const char *id, int *rc)
{
	struct mailq q = { .spool = &p->spool, .now = NOW,
	    .set = &set, .explain = reporter() };
	char *text = NULL;
	size_t n;

	fault_clear(&p->f);
	q.out = open_memstream(&text, &n);
	NEED(q.out != NULL);
	*rc = mailq_show(&q, id, &p->f);
	NEED(fclose(q.out) == 0);
	return text;
}

static void
test_show(void)
{
	struct envelope e = { 0 };
	char id[SPOOL_ID], *got, *want;
	struct pond p;
	int rc;

	pond_open(&p);
	plain_envelope(&e);
	e.ret = RET_HDRS;
	e.envid = xstrdup("env+2B1");
	queued(&p, SPOOL_FAILED, &e, NULL, id);
	got = shown(&p, id, &rc);
	want = xasprintf("%s     21    2h 5m  a@x.test\n    failed, not tried "
	    "yet, account work, by uid 1000 (cron)\n    b@x.test: failed\n"
	    "    c@x.test: failed\n    d@x.test: failed\n"
	    "    submitted Sat, 21 Nov 2026 10:01:02 +0000, RET hdrs, "
	    "ENVID env+2B1\n    file %s/failed/%s\n\n"
	    "Subject: x\n\nHello\n", id, p.path, id);
	is_int(rc, 0, "one that failed can be shown");
	is(got, want, "all of it");
	free(got);
	free(want);
	got = shown(&p, "0000000000000000", &rc);
	ok(rc == -1 && fault_exit(&p.f) == 65, "one that is not there");
	is(got, "", "prints nothing");
	is(p.f.text, "0000000000000000: there is no such message",
	    "but says so");
	free(got);
	got = shown(&p, "../queue", &rc);
	ok(rc == -1 && fault_exit(&p.f) == 64, "what is not an id");
	free(got);
	put_file(&p, "queue/0000000000000001", "x", 1);
	got = shown(&p, "0000000000000001", &rc);
	ok(rc == -1 && strstr(p.f.text, "queue/0000000000000001") != NULL,
	    "what is not a message");
	free(got);
	envelope_release(&e);
	pond_close(&p);
}

/* Line ends and characters that fall on the ends of blocks. */
static void
test_show_long(void)
{
	static const char unit[] = "\303\266\342\202\254\360\237\220\246\r\n",
	    seen[] = "\303\266\342\202\254\360\237\220\246\n";
	struct envelope e = { 0 };
	struct pond p;
	size_t shift, i;
	int rc;

	pond_open(&p);
	plain_envelope(&e);
	for (shift = 0; shift < sizeof(unit); shift++) {
		struct buf in = { .max = 1 << 20 }, out = { .max = 1 << 20 };
		struct spool_file file;
		char *got;

		buf_adds(&out, "\n\n");
		for (i = 0; i < shift; i++) {
			buf_adds(&in, "x");
			buf_adds(&out, "x");
		}
		while (in.len < 200000) {
			buf_adds(&in, unit);
			buf_adds(&out, seen);
		}
		buf_adds(&in, "\033\r.\200\r\n");
		buf_adds(&out, "??.?\n");
		NEED(take_in(&p, SPOOL_QUEUE, &e, NULL, in.p, in.len,
		    &file) == 0);
		got = shown(&p, file.id, &rc);
		ok(rc == 0 && strlen(got) > out.len &&
		    strcmp(got + strlen(got) - out.len, out.p) == 0,
		    "%zu octets, %zu before the first line", in.len, shift);
		free(got);
		spool_release(&p.spool, &file);
		buf_release(&in);
		buf_release(&out);
	}
	envelope_release(&e);
	pond_close(&p);
}

/*
 * They take no more memory than their ids.  This is the first test, since
 * only the most that was ever used can be known; sanitizers keep what was
 * freed, so it cannot be seen with them.
 */
/* Of the processor, in ms: others may have much to do. */
static long long
used(const struct rusage *r)
{
	return (r->ru_utime.tv_sec + r->ru_stime.tv_sec) * 1000LL +
	    (r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1000;
}

static void
test_many(void)
{
	struct mailq q = { .now = NOW, .set = &set };
	char id[SPOOL_ID], name[64], *text, *note;
	struct rusage before, after;
	long long took;
	struct pond p;
	size_t n, m, i;

	pond_open(&p);
	mixed(&p, id);
	(void)snprintf(name, sizeof(name), "queue/%s", id);
	text = get_file(&p, name, &n);
	(void)strlcat(name, ".note", sizeof(name));
	note = get_file(&p, name, &m);
	for (i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "queue/%016zx", i);
		put_file(&p, name, text, n);
		(void)strlcat(name, ".note", sizeof(name));
		put_file(&p, name, note, m);
	}
	free(text);
	free(note);
	q.spool = &p.spool;
	q.out = fopen("/dev/null", "w");
	NEED(q.out != NULL);
	NEED(getrusage(RUSAGE_SELF, &before) == 0);
	ok(mailq_list(&q, true, &p.f) == 0, "%d messages are listed", MANY);
	NEED(getrusage(RUSAGE_SELF, &after) == 0);
	NEED(fclose(q.out) == 0);
	took = used(&after) - used(&before);
	printf("# %lld ms, %ld KiB more\n", took,
	    after.ru_maxrss - before.ru_maxrss);
	/* An emulator has no say in this. */
	ok(took < (getenv("EMULATED") != NULL ? 60000 : 5000), "in time");
#ifndef __SANITIZE_ADDRESS__
	ok(after.ru_maxrss - before.ru_maxrss < 2048, "with flat memory");
#endif
	q.out = fopen("/dev/full", "w");
	NEED(q.out != NULL);
	ok(mailq_list(&q, true, &p.f) == 0 && ferror(q.out) != 0,
	    "a full disk can be seen");
	(void)fclose(q.out);
	pond_close(&p);
}

int
main(void)
{
	NEED(setenv("TZ", "UTC", 1) == 0);
	test_many();
	test_empty();
	test_mixed();
	test_places();
	test_times();
	test_sizes();
	test_kept_back();
	test_busy();
	test_no_lock();
	test_damage();
	test_hostile();
	test_show();
	test_show_long();
	return done();
}
