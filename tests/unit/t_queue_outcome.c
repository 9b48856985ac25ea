/* t_queue_outcome.c - what becomes of a message after a try */

#include <sys/mman.h>

#include <time.h>

#include "queue/outcome.h"
#include "spooling.h"

#define EXPIRE	6000

static struct settings set = { .retry_min = 60, .retry_max = 600,
    .expire = EXPIRE, .tls = SETTING_TLS_STARTTLS };
static const struct config config = { .base = { .relay =
    (char[]){ "smtp.x.test" }, .tls = SETTING_TLS_STARTTLS } };
static const struct explain explain = { .config = &config,
    .fqdn = "here.test", .file = "/etc/heloise.conf", .who = "root" };

/* What a letter says of a recipient. */
static const struct {
	char		 letter;
	enum verdict	 verdict;
	enum stage	 stage;
	int		 code;
	unsigned	 notify;
	bool		 told;
	const char	*words;
} fates[] = {
	{ 'o', VD_OK, 0, 0, 0, false, "" },
	{ 't', VD_TEMP, ST_RCPT, 450, 0, false, "greylisted" },
	{ 'd', VD_DOUBT, ST_BODY, 0, 0, false, "connection lost" },
	{ 's', VD_PERM, ST_AUTH, 535, 0, false, "wrong password" },
	{ 'p', VD_PERM, ST_RCPT, 550, 0, false, "no such user" },
	{ 'f', VD_PERM, ST_RCPT, 550, NOTIFY_FAILURE, false, "no" },
	{ 'n', VD_PERM, ST_RCPT, 550, NOTIFY_NEVER, false, "no" },
	{ 'y', VD_PERM, ST_RCPT, 550, NOTIFY_DELAY, false, "no" },
	{ 'S', VD_PERM, ST_RCPT, 550, NOTIFY_SUCCESS, false, "no" },
	{ 'q', VD_TEMP, ST_RCPT, 450, NOTIFY_NEVER, false, "later" },
	{ 'T', VD_PERM, ST_RCPT, 550, 0, true, "no such user" },
	{ 'E', VD_TEMP, ST_RCPT, 450, 0, true, "greylisted" },
	{ 'h', VD_PERM, ST_RCPT, 554, 0, false, "Relay access denied" },
	{ 'b', VD_TEMP, ST_GREETING, 421, 0, false, "Too many connections" },
	{ 'm', VD_PERM, ST_MAIL, 553, 0, false, "not owned by user" },
};

static size_t
fate(char letter)
{
	size_t i;

	for (i = 0; fates[i].letter != letter; i++)
		NEED(i + 1 < NITEMS(fates));
	return i;
}

static void
settle(struct rcpt *r, char letter)
{
	size_t i = fate(letter);
	struct fault f = { 0 };

	(void)fault_set(&f, fates[i].stage,
	    fates[i].code != 0 ? FD_SMTP : FD_LINK, fates[i].code,
	    fates[i].verdict, "%s", fates[i].words);
	fault_what(&f, "smtp.x.test:587");
	rcpt_settle(r, fates[i].verdict == VD_OK ? NULL : &f);
	r->told = fates[i].told;
}

/* A message for b@x.test, c@x.test and so on, claimed after a try. */
static void
tried(struct pond *p, struct queue_delivery *q, const char *from,
    const char *rcpts, long long age, bool is_bounce)
{
	struct spool_meta m = { .submitted = time(NULL) - age, .uid = 1000,
	    .bounce = is_bounce };
	struct spool_file file;
	struct envelope e = { 0 };
	char addr[] = "b@x.test", id[SPOOL_ID];
	size_t i;

	envelope_from(&e, from);
	for (i = 0; rcpts[i] != '\0'; i++, addr[0]++) {
		(void)envelope_add(&e, addr);
		e.rcpt[i].notify = fates[fate(rcpts[i])].notify;
	}
	NEED(spool_begin(&p->spool, &file, &p->f) == 0 &&
	    spool_envelope(&p->spool, &file, &e, &m, &p->f) == 0 &&
	    spool_write(&p->spool, &file, LETTER, strlen(LETTER),
	    &p->f) == 0 &&
	    spool_commit(&p->spool, &file, SPOOL_QUEUE, &e, NULL,
	    &p->f) == 0);
	(void)strlcpy(id, file.id, sizeof(id));
	spool_release(&p->spool, &file);
	envelope_release(&e);
	memset(q, 0, sizeof(*q));
	NEED(spool_claim(&p->spool, SPOOL_QUEUE, id, &q->claimed.file,
	    &q->claimed.env, &q->claimed.meta, &q->claimed.note,
	    &p->f) == CLAIM_OK);
	for (i = 0; rcpts[i] != '\0'; i++)
		settle(&q->claimed.env.rcpt[i], rcpts[i]);
}

/* The text of the one bounce in the queue, or NULL; to be freed. */
static char *
bounce(struct pond *p, char to[64])
{
	char (*ids)[SPOOL_ID], *text = NULL;
	struct catch c;
	size_t n, i;

	to[0] = '\0';
	NEED(spool_list(&p->spool, SPOOL_QUEUE, &ids, &n, &p->f) == 0);
	for (i = 0; i < n; i++) {
		NEED(look(p, SPOOL_QUEUE, ids[i], &c) == CLAIM_OK);
		if (c.m.bounce && c.e.from[0] == '\0') {
			NEED(text == NULL && c.e.nrcpt == 1);
			(void)strlcpy(to, c.e.rcpt[0].addr, 64);
			text = xcalloc(1, c.file.size + 1);
			NEED(pread(c.file.fd, text, c.file.size,
			    c.file.at) == (ssize_t)c.file.size);
		}
		let_go(p, &c);
	}
	free(ids);
	return text;
}

static const struct {
	const char	*name, *from, *rcpts;
	long long	 age;
	enum outcome	 want;
	const char	*bounced;	/* by the letters of their addresses */
} table[] = {
	{ "all have it", "a@x.test", "oo", 0, OUTCOME_DONE, "" },
	{ "late, but all have it", "a@x.test", "oo", EXPIRE, OUTCOME_DONE,
	    "" },
	{ "one waits", "a@x.test", "ot", 0, OUTCOME_WAITS, "" },
	{ "in doubt", "a@x.test", "d", 0, OUTCOME_WAITS, "" },
	{ "a wrong password", "a@x.test", "ss", 0, OUTCOME_WAITS, "" },
	{ "one refused, one has it", "a@x.test", "op", 0, OUTCOME_GAVE_UP,
	    "c" },
	{ "one refused, one waits", "a@x.test", "pt", 0, OUTCOME_WAITS, "b" },
	{ "all refused", "a@x.test", "pp", 0, OUTCOME_GAVE_UP, "bc" },
	{ "told before, one waits", "a@x.test", "Tt", 0, OUTCOME_WAITS, "" },
	{ "told before, one has it", "a@x.test", "To", 0, OUTCOME_GAVE_UP,
	    "" },
	{ "given up and told before", "a@x.test", "Eo", 0, OUTCOME_GAVE_UP,
	    "" },
	{ "given up and told before, one waits", "a@x.test", "Et", 0,
	    OUTCOME_WAITS, "" },
	{ "almost too late", "a@x.test", "t", EXPIRE - 100, OUTCOME_WAITS,
	    "" },
	{ "too late", "a@x.test", "tot", EXPIRE, OUTCOME_GAVE_UP, "bd" },
	{ "too late, told before", "a@x.test", "Tt", EXPIRE, OUTCOME_GAVE_UP,
	    "c" },
	{ "too late, in doubt", "a@x.test", "d", EXPIRE, OUTCOME_GAVE_UP,
	    "b" },
	{ "too late, a wrong password", "a@x.test", "s", EXPIRE,
	    OUTCOME_GAVE_UP, "b" },
	{ "NOTIFY=FAILURE", "a@x.test", "f", 0, OUTCOME_GAVE_UP, "b" },
	{ "NOTIFY=NEVER", "a@x.test", "n", 0, OUTCOME_GAVE_UP, "" },
	{ "NOTIFY=NEVER for one", "a@x.test", "np", 0, OUTCOME_GAVE_UP, "c" },
	{ "NOTIFY=NEVER, one waits", "a@x.test", "nt", 0, OUTCOME_WAITS, "" },
	{ "NOTIFY=NEVER, too late", "a@x.test", "q", EXPIRE, OUTCOME_GAVE_UP,
	    "" },
	{ "NOTIFY=DELAY", "a@x.test", "y", 0, OUTCOME_GAVE_UP, "" },
	{ "NOTIFY=SUCCESS", "a@x.test", "S", 0, OUTCOME_GAVE_UP, "" },
	{ "the null sender", "", "p", 0, OUTCOME_GAVE_UP, "" },
};

/* Is it known of each recipient what became of it? */
static bool
noted(const struct envelope *e, const char *rcpts, bool expired)
{
	const struct rcpt *r;
	size_t i, k;
	bool failed;

	for (i = 0; i < e->nrcpt; i++) {
		r = &e->rcpt[i];
		k = fate(rcpts[i]);
		failed = fates[k].verdict != VD_OK &&
		    (expired || fates[k].told ||
			(fates[k].verdict == VD_PERM && rcpts[i] != 's'));
		if (!r->done || r->told != failed ||
		    (r->verdict == VD_OK) != (fates[k].verdict == VD_OK) ||
		    (rcpts[i] == 's' && r->verdict != VD_TEMP))
			return false;
	}
	return true;
}

/* The bounce in the queue, or that there is none. */
static void
check_bounce(struct pond *p, size_t i)
{
	char to[64], want[] = "Final-Recipient: rfc822; b@x.test\r\n";
	char *text = bounce(p, to);
	size_t k;

	is(to, table[i].bounced[0] == '\0' ? "" : table[i].from,
	    "%s: the bounce is for", table[i].name);
	for (k = 0; text != NULL && table[i].rcpts[k] != '\0'; k++) {
		want[25] = (char)('b' + k);
		is_int(strstr(text, want) != NULL,
		    strchr(table[i].bounced, want[25]) != NULL,
		    "%s: %c in the bounce", table[i].name, want[25]);
	}
	free(text);
}

static void
outcomes(size_t i)
{
	bool expired = table[i].age >= EXPIRE, fails;
	struct queue_delivery q;
	struct catch c = { 0 };
	struct fault f = { 0 };
	struct pond p;
	char id[SPOOL_ID];
	time_t now;

	pond_open(&p);
	tried(&p, &q, table[i].from, table[i].rcpts, table[i].age, false);
	(void)strlcpy(id, q.claimed.file.id, sizeof(id));
	is_int(outcome_record(&p.spool, &set, &explain, &q, &f),
	    table[i].want, "%s", table[i].name);
	is_int(f.verdict, VD_OK, "%s: no fault", table[i].name);
	claim_release(&p.spool, &q.claimed);
	fails = table[i].want == OUTCOME_GAVE_UP;
	is_int(is_there(&p, "failed") && entries(&p, "failed") > 0, fails,
	    "%s: in failed/", table[i].name);
	is_int(entries(&p, "queue"), (table[i].bounced[0] != '\0') +
	    2 * (table[i].want == OUTCOME_WAITS), "%s: files in queue/",
	    table[i].name);
	check_bounce(&p, i);
	if (table[i].want != OUTCOME_DONE) {
		is_int(look(&p, fails ? SPOOL_FAILED : SPOOL_QUEUE, id, &c),
		    CLAIM_OK, "%s: it is there", table[i].name);
		ok(is_letter(&c) && noted(&c.e, table[i].rcpts, expired),
		    "%s: with all that is known", table[i].name);
		now = time(NULL);
		ok(c.note.tries == 1 && c.note.last.verdict != VD_OK &&
		    c.note.next >= now + 50 && c.note.next <= now + 80,
		    "%s: after one try, the next in a minute",
		    table[i].name);
		let_go(&p, &c);
	}
	pond_close(&p);
}

/* No bounce is sent for a bounce, whoever its sender is. */
static void
bounce_of_bounce(void)
{
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;

	pond_open(&p);
	tried(&p, &q, "a@x.test", "p", 0, true);
	is_int(outcome_record(&p.spool, &set, &explain, &q, &f),
	    OUTCOME_GAVE_UP, "a bounce is given up");
	ok(q.claimed.env.rcpt[0].told, "and there is no more to tell");
	claim_release(&p.spool, &q.claimed);
	is_int(entries(&p, "queue"), 0, "without another one");
	pond_close(&p);
}

/* Which address a bounce goes to. */
static const struct {
	const char	*from;
	char		 bounce_to[16], redirect_all[16];
	const char	*want;
} receivers[] = {
	{ "a@x.test", "", "", "a@x.test" },
	{ "a@x.test", "ops@x.test", "", "ops@x.test" },
	{ "a@x.test", "", "dev@x.test", "dev@x.test" },
	{ "a@x.test", "ops@x.test", "dev@x.test", "dev@x.test" },
	{ "", "ops@x.test", "dev@x.test", "" },
};

static void
receives(size_t i)
{
	struct settings s = set;
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	char to[64], one[16], two[16];

	pond_open(&p);
	(void)strlcpy(one, receivers[i].bounce_to, sizeof(one));
	(void)strlcpy(two, receivers[i].redirect_all, sizeof(two));
	s.bounce_to = *one != '\0' ? one : NULL;
	s.redirect_all = *two != '\0' ? two : NULL;
	tried(&p, &q, receivers[i].from, "p", 0, false);
	is_int(outcome_record(&p.spool, &s, &explain, &q, &f),
	    OUTCOME_GAVE_UP, "given up");
	claim_release(&p.spool, &q.claimed);
	free(bounce(&p, to));
	is(to, receivers[i].want, "%zu: the bounce is for", i);
	pond_close(&p);
}

/* Which host a bounce comes from. */
static const struct {
	const char	*fqdn;
	char		 domain[16];
	const char	*want;
} hosts[] = {
	{ "web1.x.test", "", "web1.x.test" },
	{ "web1.x.test.", "", "web1.x.test" },
	{ "web1.x.test", "y.test", "web1.x.test" },
	{ "web1", "y.test", "y.test" },
	{ "my pc", "y.test", "y.test" },
	{ "my pc", "", "localhost" },
};

static void
comes_from(size_t i)
{
	struct settings s = set;
	struct explain x = explain;
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	char to[64], one[16], *text, *want;

	pond_open(&p);
	(void)strlcpy(one, hosts[i].domain, sizeof(one));
	s.domain = *one != '\0' ? one : NULL;
	x.fqdn = hosts[i].fqdn;
	tried(&p, &q, "a@x.test", "p", 0, false);
	is_int(outcome_record(&p.spool, &s, &x, &q, &f), OUTCOME_GAVE_UP,
	    "given up");
	claim_release(&p.spool, &q.claimed);
	NEED((text = bounce(&p, to)) != NULL);
	want = xasprintf("<MAILER-DAEMON@%s>\r\n", hosts[i].want);
	ok(strstr(text, want) != NULL, "%s: From", hosts[i].fqdn);
	free(want);
	want = xasprintf("@%s>\r\nAuto-Submitted", hosts[i].want);
	ok(strstr(text, want) != NULL, "%s: Message-ID", hosts[i].fqdn);
	free(want);
	free(text);
	pond_close(&p);
}

/* Have one blank for white space of any length: lines end anywhere. */
static void
squeeze(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++)
		if (strchr(" \r\n", *s) == NULL)
			*to++ = *s;
		else if (to[-1] != ' ')
			*to++ = ' ';
	*to = '\0';
}

/* A person reads in the bounce what is wrong and what to change. */
static void
hints(void)
{
	static const char *const want[] = {
		" <b@x.test> ",
		" 554 Relay access denied Hint: the relay does not know "
		    "this host",
		"user <name>",
		" <c@x.test> ",
		" 550 no such user Hint: the relay knows no recipient "
		    "c@x.test",
		"message/delivery-status",
	};
	const char *at, *found;
	char to[64], *text;
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	size_t i;

	pond_open(&p);
	tried(&p, &q, "a@x.test", "hp", 0, false);
	is_int(outcome_record(&p.spool, &set, &explain, &q, &f),
	    OUTCOME_GAVE_UP, "refused");
	claim_release(&p.spool, &q.claimed);
	NEED((text = bounce(&p, to)) != NULL);
	squeeze(text);
	for (i = 0, at = text; i < NITEMS(want); i++) {
		found = strstr(at, want[i]);
		ok(found != NULL, "the bounce says '%s'", want[i]);
		at = found != NULL ? found : at;
	}
	free(text);
	pond_close(&p);
}

/* What a bounce takes from the message, and what from the settings. */
static const struct {
	enum ret	 ret;
	bool		 eightbit;	/* the message, and so the bounce */
	const char	*whole;		/* the message in it, or NULL */
} facts[] = {
	{ RET_UNSET, false, LETTER },
	{ RET_FULL, true, LETTER },
	{ RET_HDRS, true, NULL },
};

static void
takes(size_t i)
{
	static const char *const want[] = {
		" Sep 2001 ",
		"\r\nOriginal-Envelope-Id: id 17\r\n",
		"\r\nOriginal-Recipient: rfc822;bob@y.test\r\n",
		"tried 3 times in ", "\r\nSubject: x\r\n",
	};
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	struct catch c;
	char (*ids)[SPOOL_ID], to[64], *text;
	size_t n, k;

	pond_open(&p);
	tried(&p, &q, "a@x.test", "p", 0, false);
	q.claimed.meta.submitted = 1000000000;
	free(q.claimed.meta.account);
	q.claimed.meta.account = xstrdup("work");
	q.claimed.env.envid = xstrdup("id+2017");
	q.claimed.env.rcpt[0].orcpt = xstrdup("rfc822;bob@y.test");
	q.claimed.env.ret = facts[i].ret;
	q.claimed.env.eightbit = facts[i].eightbit;
	q.claimed.note.tries = 2;
	(void)outcome_record(&p.spool, &set, &explain, &q, &f);
	claim_release(&p.spool, &q.claimed);
	NEED((text = bounce(&p, to)) != NULL);
	for (k = 0; k < NITEMS(want); k++)
		ok(strstr(text, want[k]) != NULL, "%zu: '%s'", i, want[k]);
	is_int(strstr(text, LETTER) != NULL, facts[i].whole != NULL,
	    "%zu: the message comes back", i);
	free(text);
	NEED(spool_list(&p.spool, SPOOL_QUEUE, &ids, &n, &p.f) == 0 &&
	    n == 1 && look(&p, SPOOL_QUEUE, ids[0], &c) == CLAIM_OK);
	is(c.m.account, "work", "%zu: the account", i);
	is_int(c.m.uid, 1000, "%zu: the user", i);
	is_int(c.e.eightbit, facts[i].eightbit && facts[i].whole != NULL,
	    "%zu: octets over 127", i);
	let_go(&p, &c);
	free(ids);
	pond_close(&p);
}

/* The hint is of the account that the message went over, or else is for. */
static const struct {
	const char	*account;
	bool		 connected;	/* over the account "home" */
	const char	*user;
} users[] = {
	{ "", false, "base" }, { "work", false, "worker" },
	{ "work", true, "homer" },
};

static void
names(size_t i)
{
	struct config_account accounts[] = {
		{ .name = (char[]){ "home" }, .set = config.base },
		{ .name = (char[]){ "work" }, .set = config.base },
	};
	struct config all = { .base = config.base,
	    .naccount = NITEMS(accounts) };
	struct explain x = explain;
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	char to[64], *text, *want;

	all.base.user = (char[]){ "base" };
	accounts[0].set.user = (char[]){ "homer" };
	accounts[1].set.user = (char[]){ "worker" };
	all.account = accounts;
	x.config = &all;
	pond_open(&p);
	tried(&p, &q, "a@x.test", "m", 0, false);
	free(q.claimed.meta.account);
	q.claimed.meta.account = xstrdup(users[i].account);
	q.d.done = users[i].connected;
	(void)outcome_record(&p.spool, &set, &x, &q, &f);
	claim_release(&p.spool, &q.claimed);
	NEED((text = bounce(&p, to)) != NULL);
	squeeze(text);
	want = xasprintf("Hint: the relay does not let '%s' send as a@x.test",
	    users[i].user);
	ok(strstr(text, want) != NULL, "%zu: %s", i, want);
	free(want);
	free(text);
	pond_close(&p);
}

/* A message that all have cannot be removed: it is not sent again. */
static void
unremovable(void)
{
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	struct catch c;
	char id[SPOOL_ID];
	time_t now = time(NULL);

	pond_open(&p);
	tried(&p, &q, "a@x.test", "oo", 0, false);
	(void)strlcpy(id, q.claimed.file.id, sizeof(id));
	shim_set(1, EROFS, NULL);
	is_int(outcome_record(&p.spool, &set, &explain, &q, &f),
	    OUTCOME_WAITS, "it cannot be removed");
	is_int(f.code, EROFS, "and that is said");
	claim_release(&p.spool, &q.claimed);
	NEED(look(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	is_int((long long)envelope_count(&c.e, VD_OK), 2,
	    "nobody gets it again");
	ok(c.note.next >= now + set.retry_min &&
	    c.note.next <= time(NULL) + set.retry_min,
	    "it is to be removed at the next retry");
	let_go(&p, &c);
	pond_close(&p);
}

/* What a line of the log has from the message and the connection. */
static const struct {
	const char	*rcpts;
	const char	*want[3];
} lines[] = {
	{ "oo", { " tries=3 ", " result=sent relay-id=4xyz ",
	    " relay=smtp.x.test:25 " } },
	{ "t", { " tries=3 ", " result=deferred ", " size=21 " } },
	{ "p", { " tries=3 ", " result=failed ", " to=b@x.test " } },
};

static void
logs(size_t i)
{
	struct maillog log = { .explain = explain, .syslog = { .bare = true,
	    .fd = memfd_create("log", MFD_CLOEXEC) } };
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	char text[4096];
	ssize_t n;
	size_t k;

	NEED(log.syslog.fd != -1);
	pond_open(&p);
	tried(&p, &q, "a@x.test", lines[i].rcpts, 0, false);
	q.claimed.note.tries = 2;
	(void)strlcpy(q.d.accepted, "2.0.0 Ok: queued as 4xyz",
	    sizeof(q.d.accepted));
	conninfo_clear(&q.d.conninfo);
	(void)strlcpy(q.d.conninfo.what, "smtp.x.test:25",
	    sizeof(q.d.conninfo.what));
	outcome_log(&log, &q, outcome_record(&p.spool, &set, &explain, &q,
	    &f));
	n = pread(log.syslog.fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	for (k = 0; k < NITEMS(lines[i].want); k++)
		ok(strstr(text, lines[i].want[k]) != NULL, "%s:%s",
		    lines[i].rcpts, lines[i].want[k]);
	maillog_close(&log);
	claim_release(&p.spool, &q.claimed);
	pond_close(&p);
}

/* The call number at fails.  False: there are not so many. */
static bool
broken(const char *rcpts, int at)
{
	bool refused = strchr(rcpts, 'p') != NULL, hit;
	struct queue_delivery q;
	struct fault f = { 0 };
	struct pond p;
	enum outcome got;
	char to[64], *text, *here;

	pond_open(&p);
	tried(&p, &q, "a@x.test", rcpts, 0, false);
	here = xasprintf("queue/%s", q.claimed.file.id);
	shim_set(at, EIO, NULL);
	got = outcome_record(&p.spool, &set, &explain, &q, &f);
	hit = shim.n >= at;
	shim_set(0, 0, NULL);
	text = bounce(&p, to);
	ok(is_there(&p, here) || got == OUTCOME_DONE ||
	    entries(&p, "failed") > 0, "%s, %d: it is not lost", rcpts, at);
	ok(got != OUTCOME_DONE || !refused, "%s, %d: never done if refused",
	    rcpts, at);
	ok(at > 1 || (got == OUTCOME_WAITS && text == NULL),
	    "%s, %d: nothing follows", rcpts, at);
	ok(text != NULL || !refused || (is_there(&p, here) &&
	    !q.claimed.env.rcpt[strchr(rcpts, 'p') - rcpts].told),
	    "%s, %d: told, or to be told", rcpts, at);
	claim_release(&p.spool, &q.claimed);
	free(here);
	free(text);
	pond_close(&p);
	return hit;
}

/* Does the try count, and which words are noted? */
static void
counting(void)
{
	static const struct {
		const char	*rcpts;
		unsigned	 tries;
		const char	*last;
	} t[] = {
		{ "t", 1, "greylisted" }, { "b", 0, "Too many connections" },
		{ "bb", 0, "Too many connections" },
		{ "ob", 0, "Too many connections" },
		{ "bT", 0, "Too many connections" },
		{ "Tb", 0, "Too many connections" },
		{ "pb", 0, "Too many connections" },
		{ "bt", 1, "greylisted" },
		{ "tb", 1, "Too many connections" },
		{ "tp", 1, "greylisted" }, { "p", 1, "no such user" },
		{ "bE", 0, "Too many connections" },
	};
	const time_t now = time(NULL);
	struct note note;
	struct envelope e;
	size_t i, k;
	char addr[] = "b@x.test";

	for (i = 0; i < NITEMS(t); i++) {
		e = (struct envelope){ 0 };
		note = (struct note){ 0 };
		for (k = 0; t[i].rcpts[k] != '\0'; k++) {
			addr[0] = (char)('b' + k);
			(void)envelope_add(&e, addr);
			settle(&e.rcpt[k], t[i].rcpts[k]);
		}
		(void)outcome_note(&set, &e, &note, now, now);
		is_int(note.tries, t[i].tries, "%s: tries", t[i].rcpts);
		is(note.last.text, t[i].last, "%s: the words", t[i].rcpts);
		ok(t[i].tries > 0 ? note.next >= now + 60 :
		    note.next <= now + 2, "%s: in %lld s", t[i].rcpts,
		    (long long)(note.next - now));
		envelope_release(&e);
	}
}

int
main(void)
{
	static const char *const rcpts[] = { "oo", "ot", "op", "pt" };
	size_t i;
	int at;

	for (i = 0; i < NITEMS(table); i++)
		outcomes(i);
	for (i = 0; i < NITEMS(receivers); i++)
		receives(i);
	for (i = 0; i < NITEMS(hosts); i++)
		comes_from(i);
	counting();
	bounce_of_bounce();
	hints();
	for (i = 0; i < NITEMS(facts); i++)
		takes(i);
	for (i = 0; i < NITEMS(users); i++)
		names(i);
	unremovable();
	for (i = 0; i < NITEMS(lines); i++)
		logs(i);
	for (i = 0; i < NITEMS(rcpts); i++)
		for (at = 1; broken(rcpts[i], at); at++)
			;
	return done();
}
