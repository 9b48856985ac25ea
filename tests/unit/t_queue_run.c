/* t_queue_run.c - a queue run, with a scripted agent at the other end */

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <time.h>

#include "agent/ipc.h"
#include "queue/run.h"
#include "spooling.h"

#define MANY	25		/* more than the agent has at a time */

static struct config config = { .base = { .retry_min = 60,
    .retry_max = 600, .expire = 6000, .tls = SETTING_TLS_STARTTLS,
    .connections = 4 } };

static char logged[8192];	/* the lines of the last run */
static char said[8192];		/* on stderr */

static pid_t tester;		/* this process */
static bool one_only;		/* never a second agent */
static int cap;			/* the relay refuses agents beyond it */

static volatile sig_atomic_t stop;

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

/*
 * The agent
 */

/* The relay has too many connections, says the agent. */
static void
refuse(int sock, uint32_t number, uint32_t nrcpt)
{
	struct ipc_record r;

	ipc_begin(&r, IPC_FAULT, number);
	r.u.fault.n = nrcpt;
	(void)fault_set(&r.u.fault.fault, ST_GREETING, FD_SMTP, 421, VD_TEMP,
	    "Too many connections");
	NEED(ipc_send(sock, &r, -1, 0) == 1);
	ipc_begin(&r, IPC_DONE, number);
	conninfo_clear(&r.u.done.conninfo);
	NEED(ipc_send(sock, &r, -1, 0) == 1);
}

/*
 * Settle all recipients of a message as its sender says: "ok@...",
 * "temp@...", "perm@...", "down@..." (the relay cannot be reached).  "ok-
 * slow@..." takes its time.
 */
static void
answer(int sock, uint32_t number, uint32_t nrcpt, const char *from)
{
	struct ipc_record r;
	bool down = strncmp(from, "down", 4) == 0;
	bool taken = strncmp(from, "ok", 2) == 0;

	if (taken) {
		ipc_begin(&r, IPC_SENT, number);
		NEED(ipc_send(sock, &r, -1, 0) == 1);
		if (strstr(from, "slow") != NULL)
			(void)usleep(60000);
	} else {
		ipc_begin(&r, IPC_FAULT, number);
		r.u.fault.n = nrcpt;
		(void)fault_set(&r.u.fault.fault, down ? ST_CONNECT : ST_RCPT,
		    down ? FD_NONE : FD_SMTP, down ? 0 : 450,
		    from[0] == 'p' ? VD_PERM : VD_TEMP, "%.100s", from);
		NEED(ipc_send(sock, &r, -1, 0) == 1);
	}
	ipc_begin(&r, IPC_DONE, number);
	r.u.done.taken = taken ? nrcpt : 0;
	conninfo_clear(&r.u.done.conninfo);
	NEED(ipc_send(sock, &r, -1, 0) == 1);
}

/* Is what came along the message? */
static bool
is_message(int fd, int64_t at, int64_t size)
{
	char text[sizeof(LETTER)];

	return size == sizeof(LETTER) - 1 &&
	    pread(fd, text, sizeof(LETTER) - 1, (off_t)at) == size &&
	    memcmp(text, LETTER, sizeof(LETTER) - 1) == 0 &&
	    write(fd, "x", 1) == -1;
}

/* Write down what was said; false: the agent is to be gone. */
static bool
heed(int sock, const struct ipc_record *r, int fd, int log, int agent)
{
	const char *account, *from, *to, *orcpt;
	struct ipc_reader in;
	struct ipc_record sent;
	unsigned notify;

	if (r->kind == IPC_END)
		return dprintf(log, "END ") > 0;
	NEED(r->kind == IPC_DELIVERY && is_message(fd, r->u.delivery.at,
	    r->u.delivery.size));
	ipc_read(&in, &r->u.delivery.words);
	account = ipc_next(&in);
	from = ipc_next(&in);
	(void)ipc_next(&in);
	NEED(dprintf(log, "%s:%s", account, from) > 0);
	while ((to = ipc_next_rcpt(&in, &notify, &orcpt)) != NULL)
		NEED(dprintf(log, ",%.1s", to) > 0);
	NEED(dprintf(log, " ") > 0);
	if (strncmp(from, "sent", 4) == 0) {
		ipc_begin(&sent, IPC_SENT, r->number);
		NEED(ipc_send(sock, &sent, -1, 0) == 1);
	} else if (strncmp(from, "stop", 4) == 0) {
		NEED(kill(tester, SIGTERM) == 0);
	} else if (strncmp(from, "gone", 4) == 0) {
		return false;
	} else if (cap >= 0 && agent > cap) {
		refuse(sock, r->number, r->u.delivery.nrcpt);
	} else {
		answer(sock, r->number, r->u.delivery.nrcpt, from);
	}
	return true;
}

static void
serve(int sock, int log, int agent)
{
	struct ipc_record r;
	bool goes_on = true;
	int fd;

	if (!one_only)
		NEED(dprintf(log, "#%d ", agent) > 0);

	while (goes_on && ipc_receive(sock, &r, &fd, 0) == 1) {
		goes_on = heed(sock, &r, fd, log, agent);
		if (fd != -1)
			(void)close(fd);
	}
	_exit(0);
}

/* The opener, and the agents that it starts. */
static pid_t
agent(int sock[2], int log[2])
{
	struct ipc_record r;
	pid_t pid, child;
	int fd, n = 0;

	(void)fflush(stdout);
	NEED((pid = fork()) != -1);
	if (pid != 0) {
		(void)close(sock[1]);
		(void)close(log[1]);
		return pid;
	}
	(void)close(sock[0]);
	while (ipc_receive(sock[1], &r, &fd, 0) == 1) {
		n++;
		NEED(r.kind == IPC_OPEN && (child = fork()) != -1);
		if (child == 0) {
			(void)close(sock[1]);
			serve(fd, log[1], n);
		}
		(void)close(fd);
	}
	while (wait(NULL) != -1)
		;
	_exit(0);
}

/*
 * The spool
 */

/* A message from there to b@x.test and c@x.test; the note may be NULL. */
static void
put(struct pond *p, const char *from, const char *account,
    const struct note *note, char id[SPOOL_ID])
{
	char name[16];
	struct spool_meta m = { .submitted = time(NULL), .account = name };
	struct spool_file file;
	struct envelope e = { 0 };

	(void)strlcpy(name, account, sizeof(name));
	envelope_from(&e, from);
	(void)envelope_add(&e, "b@x.test");
	(void)envelope_add(&e, "c@x.test");
	NEED(spool_begin(&p->spool, &file, &p->f) == 0 &&
	    spool_envelope(&p->spool, &file, &e, &m, &p->f) == 0 &&
	    spool_write(&p->spool, &file, LETTER, strlen(LETTER),
	    &p->f) == 0 &&
	    spool_commit(&p->spool, &file, SPOOL_QUEUE, &e, note,
	    &p->f) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
	envelope_release(&e);
}

static size_t
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	NEED(d != NULL);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

/* The text of a file, which is closed. */
static void
take(int fd, char text[8192])
{
	ssize_t n = pread(fd, text, 8191, 0);

	text[n > 0 ? n : 0] = '\0';
	(void)close(fd);
}

/* Run the queue.  What the agent heard is in heard, the log in logged. */
static int
run(struct pond *p, const struct queue_select *select,
    struct queue_result *res, char heard[4096])
{
	size_t before = descriptors(), n = 0;
	struct maillog lines = { .explain = { .config = &config,
	    .fqdn = "here.test" }, .syslog = { .bare = true,
	    .fd = memfd_create("log", MFD_CLOEXEC) } };
	struct agents agents;
	struct fault f = { 0 };
	int err = memfd_create("stderr", MFD_CLOEXEC);
	int sock[2], log[2], status, old = dup(STDERR_FILENO);
	ssize_t got;
	pid_t pid;

	NEED(lines.syslog.fd != -1 && err != -1 && old != -1);
	NEED(ipc_pair(sock, &f) == 0 && pipe(log) == 0);
	pid = agent(sock, log);
	agents_init(&agents, sock[0], &p->spool, &stop, one_only);
	NEED(dup2(err, STDERR_FILENO) != -1);
	status = queue_run(&p->spool, &config, &lines, &agents, select, res,
	    &f);
	NEED(dup2(old, STDERR_FILENO) != -1 && close(old) == 0);
	take(err, said);
	(void)close(sock[0]);
	NEED(waitpid(pid, NULL, 0) == pid);
	while ((got = read(log[0], heard + n, 4095 - n)) > 0)
		n += (size_t)got;
	heard[n] = '\0';
	(void)close(log[0]);
	take(lines.syslog.fd, logged);
	NEED(descriptors() == before);
	return status;
}

/* How often a message was tried; -1: it is not in the queue. */
static int
tries(struct pond *p, const char *id)
{
	struct catch c;
	int n = -1;

	if (look(p, SPOOL_QUEUE, id, &c) == CLAIM_OK)
		n = (int)c.note.tries;
	let_go(p, &c);
	return n;
}

/*
 * One message
 */

static const struct {
	const char	*name, *from;
	long long	 next;		/* from now */
	bool		 held;
	struct queue_select select;
	const char	*heard;
	struct queue_result want;
	const char	*result;	/* in the log */
} ones[] = {
	{ "taken", "ok@x.test", 0, false, { false, NULL, NULL, NULL, 0 },
	    ":ok@x.test,b,c END ", { .tried = 1, .done = 1 }, "result=sent" },
	{ "deferred", "temp@x.test", 0, false, { false, NULL, NULL, NULL, 0 },
	    ":temp@x.test,b,c END ",
	    { .tried = 1, .waiting = 1, .next = 60 }, "result=deferred" },
	{ "refused", "perm@x.test", 0, false, { false, NULL, NULL, NULL, 0 },
	    ":perm@x.test,b,c END ",
	    { .tried = 1, .done = 1, .failed = 1 }, "result=failed" },
	{ "not due", "ok@x.test", 500, false, { false, NULL, NULL, NULL, 0 },
	    "", { .waiting = 1, .next = 500 }, "" },
	{ "not due, but all are wanted", "ok@x.test", 500, false,
	    { true, NULL, NULL, NULL, 0 }, ":ok@x.test,b,c END ",
	    { .tried = 1, .done = 1 }, "result=sent" },
	{ "due, since the clock was set back", "ok@x.test", 5000, false,
	    { false, NULL, NULL, NULL, 0 }, ":ok@x.test,b,c END ",
	    { .tried = 1, .done = 1 }, "result=sent" },
	{ "held", "ok@x.test", 0, true, { false, NULL, NULL, NULL, 0 }, "",
	    { .tried = 0 }, "" },
	{ "held, and all are wanted", "ok@x.test", 0, true,
	    { true, NULL, NULL, NULL, 0 }, "", { .tried = 0 }, "" },
	{ "by a recipient", "ok@x.test", 0, false,
	    { true, NULL, "c@x", NULL, 0 }, ":ok@x.test,b,c END ",
	    { .tried = 1, .done = 1 }, "result=sent" },
	{ "not by a recipient", "ok@x.test", 0, false,
	    { true, NULL, "d@x", NULL, 0 }, "", { .waiting = 1 }, "" },
	{ "by the sender", "ok@x.test", 0, false,
	    { true, NULL, NULL, "ok@", 0 }, ":ok@x.test,b,c END ",
	    { .tried = 1, .done = 1 }, "result=sent" },
	{ "not by the sender", "ok@x.test", 0, false,
	    { true, NULL, NULL, "b@", 0 }, "", { .waiting = 1 }, "" },
	{ "not by its id", "ok@x.test", 0, false,
	    { true, "x", NULL, NULL, 0 }, "", { .waiting = 1 }, "" },
	{ "the agent ends", "gone@x.test", 0, false,
	    { false, NULL, NULL, NULL, 0 }, ":gone@x.test,b,c ",
	    { .tried = 1, .waiting = 1, .next = 60,
	    .why = QUEUE_STOP_RELAY }, "result=deferred" },
};

static void
one(size_t i)
{
	const struct queue_result *want = &ones[i].want;
	time_t now = time(NULL);
	struct note note = { .held = ones[i].held,
	    .next = ones[i].next > 0 ? now + ones[i].next : 0 };
	struct queue_result res;
	struct pond p;
	char id[SPOOL_ID], heard[4096];
	const char *name = ones[i].name;

	pond_open(&p);
	put(&p, ones[i].from, "", &note, id);
	is_int(run(&p, &ones[i].select, &res, heard), 0, "%s", name);
	is(heard, ones[i].heard, "%s: the agent heard", name);
	ok((logged[0] == '\0') == (ones[i].result[0] == '\0') &&
	    strstr(logged, ones[i].result) != NULL, "%s: '%s' in the log",
	    name, ones[i].result);
	is_int((long long)res.tried, (long long)want->tried, "%s: tried",
	    name);
	is_int((long long)res.done, (long long)want->done, "%s: done", name);
	is_int((long long)res.waiting, (long long)want->waiting,
	    "%s: waiting", name);
	is_int((long long)res.failed, (long long)want->failed, "%s: failed",
	    name);
	is_int(res.why, want->why, "%s: why", name);
	ok(want->next == 0 || (res.next >= now + want->next &&
	    res.next <= now + want->next + want->next / 4 + 5),
	    "%s: the next try is in %lld s", name,
	    (long long)(res.next - now));
	is_int(tries(&p, id) == -1, (long long)want->done, "%s: gone", name);
	is_int(entries(&p, "failed") > 0, (long long)want->failed,
	    "%s: in failed/", name);
	pond_close(&p);
}

/* One try more after the time is over, and no other. */
static void
too_late(void)
{
	struct note note = { .since = time(NULL) - 7000, .tries = 9 };
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char id[SPOOL_ID], heard[4096];

	pond_open(&p);
	put(&p, "temp@x.test", "", &note, id);
	is_int(run(&p, &due, &res, heard), 0, "too late");
	is(heard, ":temp@x.test,b,c END ", "it is tried once more");
	is_int((long long)res.failed, 1, "and given up");
	ok(strstr(logged, "result=expired") != NULL, "the log: %s", logged);
	ok(strstr(logged, "tries=10") != NULL, "with all tries");
	is_int(entries(&p, "queue"), 1, "the bounce waits");
	pond_close(&p);
}

/* Of all that wait, the first to be due counts. */
static void
first_due(void)
{
	static const long long next[] = { 400, 200, 500 };
	const time_t now = time(NULL);
	struct queue_select due = { 0 };
	struct queue_result res;
	struct note note = { 0 };
	struct pond p;
	char id[SPOOL_ID], heard[4096];
	size_t i;

	pond_open(&p);
	for (i = 0; i < NITEMS(next); i++) {
		note.next = now + next[i];
		put(&p, "ok@x.test", "", &note, id);
	}
	is_int(run(&p, &due, &res, heard), 0, "three wait");
	is_int((long long)res.waiting, 3, "all of them");
	is_int(res.next, now + 200, "the first of them");
	pond_close(&p);
}

/* By its id, of two. */
static void
by_id(void)
{
	struct queue_select select = { 0 };
	struct queue_result res;
	struct pond p;
	char ids[2][SPOOL_ID], heard[4096];

	pond_open(&p);
	put(&p, "ok1@x.test", "", NULL, ids[0]);
	put(&p, "ok2@x.test", "", NULL, ids[1]);
	select.id = ids[1];
	is_int(run(&p, &select, &res, heard), 0, "one of two, by its id");
	is(heard, ":ok2@x.test,b,c END ", "that one");
	is_int((long long)res.waiting, 1, "the other waits");
	is_int(tries(&p, ids[0]), 0, "and was not tried");
	pond_close(&p);
}

/* Only for recipients that can have it. */
static void
some_recipients(void)
{
	struct queue_select all = { .all = true };
	struct queue_result res;
	struct fault f = { 0 };
	struct catch c;
	struct pond p;
	char id[SPOOL_ID], heard[4096];

	pond_open(&p);
	put(&p, "ok@x.test", "", NULL, id);
	NEED(fish(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	rcpt_settle(&c.e.rcpt[0], NULL);
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 450, VD_TEMP, "later");
	rcpt_settle(&c.e.rcpt[1], &f);
	NEED(spool_note(&p.spool, &c.file, &c.note, &c.e, &f) == 0);
	let_go(&p, &c);
	is_int(run(&p, &all, &res, heard), 0, "one of two has it");
	is(heard, ":ok@x.test,c END ", "the other gets it");
	is_int((long long)res.done, 1, "and it is done");
	ok(strstr(logged, "to=c@x.test") != NULL,
	    "the log names the one that was tried: %s", logged);

	/* One was refused in an earlier run, and the sender told. */
	put(&p, "ok@x.test", "", NULL, id);
	NEED(fish(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	rcpt_settle(&c.e.rcpt[1], &f);
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 550, VD_PERM, "no");
	rcpt_settle(&c.e.rcpt[0], &f);
	c.e.rcpt[0].told = true;
	NEED(spool_note(&p.spool, &c.file, &c.note, &c.e, &f) == 0);
	let_go(&p, &c);
	is_int(run(&p, &all, &res, heard), 0, "one of two was refused");
	is(heard, ":ok@x.test,c END ", "only the other is tried");
	is_int((long long)res.failed, 1, "and the message is given up");
	is_int(entries(&p, "queue"), 0, "without a second bounce");

	/* A crash came between the note and the removal. */
	put(&p, "ok@x.test", "", NULL, id);
	NEED(fish(&p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	rcpt_settle(&c.e.rcpt[0], NULL);
	rcpt_settle(&c.e.rcpt[1], NULL);
	NEED(spool_note(&p.spool, &c.file, &c.note, &c.e, &f) == 0);
	let_go(&p, &c);
	is_int(run(&p, &all, &res, heard), 0, "both have it");
	is(heard, "", "nobody gets it again");
	is_int((long long)(res.tried * 10 + res.done), 1, "it is done");
	is_int(entries(&p, "queue"), 0, "and removed");
	pond_close(&p);
}

/* Its recipients are as given: NULL is one that has it. */
static void
settled(struct pond *p, const char *id, const struct fault *why, bool told)
{
	struct fault f = { 0 };
	struct catch c;
	size_t i;

	NEED(fish(p, SPOOL_QUEUE, id, &c) == CLAIM_OK);
	for (i = 0; i < c.e.nrcpt; i++) {
		rcpt_settle(&c.e.rcpt[i], why);
		c.e.rcpt[i].told = told;
	}
	NEED(spool_note(&p->spool, &c.file, &c.note, &c.e, &f) == 0);
	let_go(p, &c);
}

/* A crash came before a message was moved: its old words stop nothing. */
static void
old_words(void)
{
	struct queue_select due = { 0 };
	struct queue_result res;
	struct fault f = { 0 };
	struct pond p;
	char ids[2][SPOOL_ID], heard[4096];

	pond_open(&p);
	put(&p, "down@x.test", "", NULL, ids[0]);
	put(&p, "ok@x.test", "", NULL, ids[1]);
	(void)fault_set(&f, ST_CONNECT, FD_NONE, 0, VD_TEMP, "no way");
	settled(&p, ids[0], &f, true);
	is_int(run(&p, &due, &res, heard), 0, "one was given up before");
	is(heard, ":ok@x.test,b,c END ", "the other goes");
	is_int((long long)(res.failed * 10 + res.tried), 11, "both counts");
	is_int(entries(&p, "failed"), 2, "it is moved with its note");
	ok(strstr(logged, ids[0]) == NULL, "and logged before");
	pond_close(&p);
}

static void
accounts(void)
{
	static const char *const account[] = { "work", "", "home", "work",
	    "", "work" };
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char id[SPOOL_ID], from[32], heard[4096];
	size_t i;

	pond_open(&p);
	for (i = 0; i < NITEMS(account); i++) {
		(void)snprintf(from, sizeof(from), "%s%zu@x.test",
		    i == 0 ? "down" : "ok", i);
		put(&p, from, account[i], NULL, id);
	}
	put(&p, "have@x.test", "last", NULL, id);
	settled(&p, id, NULL, false);
	is_int(run(&p, &due, &res, heard), 0, "four accounts");
	is(heard, "work:down0@x.test,b,c END :ok1@x.test,b,c :ok4@x.test,b,c "
	    "END home:ok2@x.test,b,c END ", "each has its turn, also after one "
	    "whose relay is down; one has nothing to be sent");
	is_int((long long)res.done, 4, "theirs are done");
	pond_close(&p);
}

/* The relay is down: the messages that the agent does not have stay. */
static void
relay_down(void)
{
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char ids[MANY][SPOOL_ID], heard[4096];
	long long untried = 0;
	size_t i;

	pond_open(&p);
	for (i = 0; i < MANY; i++)
		put(&p, "down@x.test", "", NULL, ids[i]);
	is_int(run(&p, &due, &res, heard), 0, "the relay is down");
	ok(res.tried > 0 && res.tried <= 10, "%zu of %d are tried", res.tried,
	    MANY);
	is_int((long long)res.waiting, MANY, "all wait");
	is_int((long long)(res.left + res.tried), MANY, "the rest is left");
	is_int(res.why, QUEUE_STOP_RELAY, "and why");
	for (i = 0; i < MANY; i++)
		untried += tries(&p, ids[i]) == 0;
	is_int(untried, MANY - (long long)res.tried,
	    "the others are as they were");
	pond_close(&p);

	pond_open(&p);
	for (i = 0; i < MANY; i++)
		put(&p, i == 0 ? "temp@x.test" : "ok@x.test", "", NULL,
		    ids[i]);
	is_int(run(&p, &due, &res, heard), 0, "one message is deferred");
	is_int((long long)res.done, MANY - 1, "all others go");
	is_int(res.why, QUEUE_STOP_NONE, "and nothing stopped the run");
	is_int(tries(&p, ids[0]), 1, "and that one waits");
	pond_close(&p);
}

/* What cannot be used, or is in use, does not stop the others. */
static void
passed_over(void)
{
	static const char *const garbage = "0000000000000001";
	struct queue_select due = { 0 };
	struct queue_result res;
	struct catch c;
	struct pond p;
	char ids[3][SPOOL_ID], heard[4096], *name;
	time_t now = time(NULL);

	pond_open(&p);
	name = xasprintf("queue/%s", garbage);
	put_file(&p, name, "garbage\n", 8);
	put(&p, "ok1@x.test", "", NULL, ids[0]);
	put(&p, "ok2@x.test", "", NULL, ids[1]);
	put(&p, "ok3@x.test", "", NULL, ids[2]);
	NEED(fish(&p, SPOOL_QUEUE, ids[1], &c) == CLAIM_OK);
	is_int(run(&p, &due, &res, heard), 0, "one damaged, one in use");
	is(heard, ":ok1@x.test,b,c :ok3@x.test,b,c END ", "the others go");
	is_int((long long)res.waiting, 1, "the one in use waits");
	ok(res.next > now && res.next <= now + 5,
	    "the next look at it is soon: in %lld s",
	    (long long)(res.next - now));
	ok(is_there(&p, name), "the damaged one stays");
	ok(strstr(said, garbage) != NULL && strstr(said, ids[0]) == NULL,
	    "and is named: %s", said);
	let_go(&p, &c);
	free(name);

	name = xasprintf("queue/%s.note", ids[1]);
	put_file(&p, name, "garbage\n", 8);
	is_int(run(&p, &due, &res, heard), 0, "a damaged note");
	is(heard, ":ok2@x.test,b,c END ", "its message is tried");
	ok(strstr(said, ids[1]) != NULL, "and it is named: %s", said);
	free(name);
	pond_close(&p);
}

/* A signal to stop: what may have been sent is noted, the rest untouched. */
static void
told_to_stop(void)
{
	struct queue_select due = { 0 };
	struct queue_result res;
	struct catch c;
	struct pond p;
	char ids[3][SPOOL_ID], heard[4096];

	pond_open(&p);
	put(&p, "ok@x.test", "work", NULL, ids[0]);
	put(&p, "sent@x.test", "work", NULL, ids[1]);
	put(&p, "stop@x.test", "work", NULL, ids[2]);
	is_int(run(&p, &due, &res, heard), 0, "stopped");
	stop = 0;
	is_int(tries(&p, ids[0]), -1, "what was taken is gone");
	NEED(look(&p, SPOOL_QUEUE, ids[1], &c) == CLAIM_OK);
	ok(c.note.tries == 1 && c.note.next > time(NULL) &&
	    c.e.rcpt[0].done && c.e.rcpt[0].verdict == VD_DOUBT,
	    "what may have been sent is in doubt, and waits");
	let_go(&p, &c);
	is_int(tries(&p, ids[2]), 0, "the rest counts as not tried");
	is_int(fish(&p, SPOOL_QUEUE, ids[2], &c), CLAIM_OK,
	    "and is free for others");
	let_go(&p, &c);
	pond_close(&p);
}

/* On a spool that cannot be written nothing is sent. */
static void
read_only(void)
{
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char id[SPOOL_ID], heard[4096];

	pond_open(&p);
	if (!own_disk(&p, "mode=700")) {
		ok(true, "read-only file system # SKIP cannot mount");
		pond_close(&p);
		return;
	}
	put(&p, "ok@x.test", "", NULL, id);
	NEED(mount(NULL, p.path, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	is_int(run(&p, &due, &res, heard), -1, "read-only");
	is(heard, "", "nothing is sent");
	give_back_disk(&p);
	pond_close(&p);
}

/* What came of a message cannot be written down. */
static void
not_recorded(void)
{
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char ids[2][SPOOL_ID], heard[4096];
	int n, at, status, bad = 0;

	pond_open(&p);
	put(&p, "ok1@x.test", "", NULL, ids[0]);
	put(&p, "ok2@x.test", "", NULL, ids[1]);
	shim_set(0, 0, NULL);
	NEED(run(&p, &due, &res, heard) == 0);
	n = shim.n;
	ok(shim.syncs >= 2, "both directories are synced at the end");
	pond_close(&p);
	for (at = 1; at <= n; at++) {
		pond_open(&p);
		put(&p, "ok1@x.test", "", NULL, ids[0]);
		put(&p, "ok2@x.test", "", NULL, ids[1]);
		shim_set(at, EIO, NULL);
		status = run(&p, &due, &res, heard);
		shim_set(0, 0, NULL);
		bad += status == -1;
		ok(status == -1 || res.done + res.waiting <= 2,
		    "call %d fails: %d", at, status);
		ok(status == -1 || tries(&p, ids[0]) == -1 ||
		    strstr(heard, "ok1") == NULL,
		    "call %d fails: sent is gone, or it is said", at);
		pond_close(&p);
	}
	ok(bad > 0, "%d of %d are said", bad, n);
}

/* How often a word was heard. */
static int
times(const char *heard, const char *word)
{
	int n = 0;

	for (; (heard = strstr(heard, word)) != NULL; heard++)
		n++;
	return n;
}

static const struct {
	const char	*name, *from;
	int		 messages, cap;
	int		 most;		/* agents at most */
	int		 least;
	size_t		 done;
} crowds[] = {
	{ "a few messages", "ok@x.test", 3, -1, 1, 1, 3 },
	{ "a few messages, a slow relay", "ok-slow@x.test", 4, -1, 4, 3, 4 },
	{ "a slow relay", "ok-slow@x.test", 24, -1, 4, 2, 24 },
	{ "a slow relay that takes two", "ok-slow@x.test", 24, 2, 4, 2, 24 },
	{ "a slow relay that takes one", "ok-slow@x.test", 14, 1, 4, 2, 14 },
	{ "a relay that takes none", "ok@x.test", 14, 0, 1, 1, 0 },
};

/* How many connections the relay has taken, as the spool remembers it. */
static int
remembered(struct pond *p)
{
	size_t n;
	char *octet = get_file(p, "slots/.limit", &n);
	int limit = octet != NULL && n == 1 ? octet[0] : -1;

	free(octet);
	return limit;
}

/* Several connections: as many as pay, and as the relay takes. */
static void
crowd(size_t i)
{
	const time_t now = time(NULL);
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char id[64][SPOOL_ID], heard[4096];
	int k, agents, waiting = 0;

	pond_open(&p);
	cap = crowds[i].cap;
	for (k = 0; k < crowds[i].messages; k++)
		put(&p, crowds[i].from, "", NULL, id[k]);
	is_int(run(&p, &due, &res, heard), 0, "%s", crowds[i].name);
	agents = times(heard, "#");
	ok(agents >= crowds[i].least && agents <= crowds[i].most,
	    "%s: %d agents", crowds[i].name, agents);
	is_int((long long)res.done, (long long)crowds[i].done, "%s: done",
	    crowds[i].name);
	for (k = 0; k < crowds[i].messages; k++)
		waiting += tries(&p, id[k]) == 0;
	is_int(waiting + (int)res.done, crowds[i].messages,
	    "%s: a refused connection is no try", crowds[i].name);
	is_int(times(logged, "result=sent"), (long long)res.done,
	    "%s: in the log", crowds[i].name);
	if (cap > 0 && agents > cap)
		ok(remembered(&p) >= 1 && remembered(&p) <= cap,
		    "%s: %d are remembered", crowds[i].name, remembered(&p));
	ok(waiting == 0 || (res.next > now && res.next <= now + 10),
	    "%s: soon again", crowds[i].name);
	cap = -1;
	pond_close(&p);
}

/* Other processes have all connections but one, for so many ms. */
static pid_t
hold(struct pond *p, int ms)
{
	char key[SLOT_KEY], octet;
	int ready[2], fd, i;
	pid_t pid;

	slot_key(key, NULL, NULL);
	(void)fflush(stdout);
	NEED(pipe(ready) == 0 && (pid = fork()) != -1);
	if (pid == 0) {
		for (i = 1; i < config.base.connections; i++)
			NEED(slot_take(&p->spool, key,
			    config.base.connections, &fd) && fd != -1);
		NEED(write(ready[1], "r", 1) == 1);
		(void)usleep((useconds_t)ms * 1000);
		_exit(0);
	}
	NEED(read(ready[0], &octet, 1) == 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

/* A run that found none takes a connection that comes free later. */
static void
comes_free(void)
{
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char id[SPOOL_ID], heard[4096];
	pid_t pid;
	int k;

	pond_open(&p);
	cap = -1;
	for (k = 0; k < 30; k++)
		put(&p, "ok-slow@x.test", "", NULL, id);
	pid = hold(&p, 300);
	is_int(run(&p, &due, &res, heard), 0, "others have connections");
	NEED(waitpid(pid, NULL, 0) == pid);
	is_int((long long)res.done, 30, "all messages go");
	ok(times(heard, "#") >= 2, "over %d connections", times(heard, "#"));
	pond_close(&p);
}

/* Other processes have all connections. */
static void
no_connection(void)
{
	const time_t now = time(NULL);
	struct queue_select due = { .patience = 100 };
	struct queue_result res;
	struct pond p;
	char id[SPOOL_ID], heard[4096], key[SLOT_KEY];
	int fd[4], i;

	pond_open(&p);
	put(&p, "ok@x.test", "", NULL, id);
	slot_key(key, NULL, NULL);
	for (i = 0; i < 4; i++)
		NEED(slot_take(&p.spool, key, 4, &fd[i]));
	is_int(run(&p, &due, &res, heard), 0, "no connection is free");
	is(heard, "", "no agent starts");
	is_int((long long)(res.tried * 10 + res.waiting), 1, "it waits");
	ok(res.left == 1 && res.why == QUEUE_STOP_CONNECTIONS, "and why");
	is_int(tries(&p, id), 0, "and was not tried");
	ok(res.next > now && res.next <= now + 10, "soon again");
	(void)close(fd[2]);
	is_int(run(&p, &due, &res, heard), 0, "one is free");
	is_int((long long)res.done, 1, "it goes");
	for (i = 0; i < 4; i++)
		(void)close(fd[i]);
	pond_close(&p);
}

static void
at_a_rate(void)
{
	char rate[] = "2/1h";
	const time_t now = time(NULL);
	struct queue_select due = { 0 };
	struct queue_result res;
	struct pond p;
	char id[5][SPOOL_ID], heard[4096];
	int i;

	pond_open(&p);
	for (i = 0; i < 5; i++)
		put(&p, "ok@x.test", "", NULL, id[i]);
	config.base.rate = rate;
	is_int(run(&p, &due, &res, heard), 0, "two an hour");
	is_int((long long)(res.done * 10 + res.waiting), 23, "two of five");
	ok(res.next >= now + 3595 && res.next <= now + 3605,
	    "the others in %lld s", (long long)(res.next - now));
	is_int(tries(&p, id[4]), 0, "they were not tried");
	is_int(run(&p, &due, &res, heard), 0, "at once again");
	is_int((long long)(res.tried * 10 + res.waiting), 3, "none goes");
	config.base.rate = NULL;
	pond_close(&p);
}

int
main(void)
{
	const struct sigaction act = { .sa_handler = on_stop };
	size_t i;

	NEED(sigaction(SIGTERM, &act, NULL) == 0);
	tester = getpid();
	one_only = true;
	cap = -1;
	for (i = 0; i < NITEMS(ones); i++)
		one(i);
	too_late();
	first_due();
	by_id();
	some_recipients();
	old_words();
	accounts();
	relay_down();
	passed_over();
	told_to_stop();
	read_only();
	not_recorded();
	one_only = false;
	for (i = 0; i < NITEMS(crowds); i++)
		crowd(i);
	comes_free();
	no_connection();
	at_a_rate();
	return done();
}
