/* t_submit_smtpd.c - what a client of -bs hears, and what sendmail exits with
 */

#include <sys/wait.h>

#include <netdb.h>
#include <stdio.h>
#include <sysexits.h>

#include "agent/agent.h"
#include "agent/ipc.h"
#include "spooling.h"
#include "submit/sendmail.h"
#include "submit/smtpd.h"

#define BASE	"relay 127.0.0.1:9\ntls none\nlog none\nlinger no\n" \
		"aliases %d/aliases\nspool %d/spool\n"
#define ALIASES	"good: ok@x.test\nteam: ok@x.test, bad@x.test\n" \
		"lost: bad@x.test, worse@x.test\n"

/* No test asks the network for the name of the host. */
int
getaddrinfo(const char *host, const char *service,
    const struct addrinfo *hints, struct addrinfo **res)
{
	(void)host;
	(void)service;
	(void)hints;
	*res = NULL;
	return EAI_FAIL;
}

/* The verdict on a recipient is its name. */
static enum verdict
verdict_on(const char *addr, struct fault *f)
{
	*f = (struct fault){ 0 };
	if (strncmp(addr, "bad", 3) == 0 || strncmp(addr, "worse", 5) == 0)
		(void)fault_set(f, ST_RCPT, FD_SMTP, 550, VD_PERM,
		    "5.1.1 no such user");
	else if (strncmp(addr, "later", 5) == 0)
		(void)fault_set(f, ST_RCPT, FD_SMTP, 451, VD_TEMP,
		    "4.2.0 come again");
	else if (strncmp(addr, "doubt", 5) == 0)
		(void)fault_set(f, ST_BODY, FD_NONE, 0, VD_DOUBT,
		    "the connection broke");
	else if (strncmp(addr, "login", 5) == 0)
		(void)fault_set(f, ST_AUTH, FD_SMTP, 535, VD_PERM,
		    "5.7.8 wrong password");
	return f->verdict;
}

static void
answer_delivery(int sock, const struct ipc_record *d)
{
	struct ipc_record r;
	struct ipc_reader rd;
	const char *addr, *orcpt;
	unsigned notify;
	uint32_t i, taken = 0;

	ipc_read(&rd, &d->u.delivery.words);
	for (i = 0; i < 3; i++)
		(void)ipc_next(&rd);
	for (i = 0; (addr = ipc_next_rcpt(&rd, &notify, &orcpt)) != NULL;
	    i++) {
		ipc_begin(&r, IPC_FAULT, d->number);
		r.u.fault.first = i;
		r.u.fault.n = 1;
		if (verdict_on(addr, &r.u.fault.fault) == VD_OK)
			taken++;
		else
			(void)ipc_send(sock, &r, -1, 0);
	}
	ipc_begin(&r, IPC_DONE, d->number);
	r.u.done.taken = taken;
	(void)strlcpy(r.u.done.accepted, "2.0.0 taken",
	    sizeof(r.u.done.accepted));
	conninfo_clear(&r.u.done.conninfo);
	(void)ipc_send(sock, &r, -1, 0);
}

/* In place of the agent: it asks no relay. */
void
agent_run(int sock, const struct agent_opts *o)
{
	struct ipc_record r;
	int fd;

	(void)o;
	while (ipc_receive(sock, &r, &fd, 0) == 1) {
		if (fd != -1)
			(void)close(fd);
		if (r.kind == IPC_DELIVERY)
			answer_delivery(sock, &r);
	}
}

static char dir[] = "/tmp/t_submit_smtpd.XXXXXX";

static char *
write_file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *out = fopen(path, "we");

	NEED(out != NULL && chmod(path, 0600) == 0);
	for (; *text != '\0'; text++) {
		if (text[0] == '%' && text[1] == 'd') {
			fputs(dir, out);
			text++;
		} else {
			(void)fputc(*text, out);
		}
	}
	NEED(fclose(out) == 0);
	return path;
}

/* In a child: run with this input; output and errors go to "out". */
static void
run(enum options_mode mode, const char *config, char **rcpt, size_t n)
{
	char *in = xasprintf("%s/in", dir), *out = xasprintf("%s/out", dir);
	struct options o = { .delivery = -1, .mode = mode, .rcpt = rcpt,
	    .nrcpt = n };
	struct config_source src = { .file = config, .uid = getuid() };
	char sender[] = "a@me.test";
	struct fault f = { 0 };
	struct config c;

	o.sender = mode == MODE_SEND ? sender : NULL;
	NEED(freopen(in, "r", stdin) != NULL);
	NEED(freopen(out, "w", stdout) != NULL);
	NEED(dup2(STDOUT_FILENO, STDERR_FILENO) != -1);
	(void)signal(SIGPIPE, SIG_IGN);
	config_init(&c);
	if (options_configure(&o, &c, &src, &f) == -1)
		_exit(sendmail_refuse(&o, &c, &src, &f));
	_exit(mode == MODE_SMTP ? smtpd_run(&o, &c, &src) :
	    sendmail_run(&o, &c, &src));
}

static int
outcome(enum options_mode mode, const char *text, const char *input,
    char **rcpt, size_t n)
{
	char *config = write_file("config", text);
	char *in = write_file("in", input);
	int status;
	pid_t pid;

	(void)fflush(stdout);
	NEED((pid = fork()) != -1);
	if (pid == 0)
		run(mode, config, rcpt, n);
	NEED(waitpid(pid, &status, 0) == pid);
	free(config);
	free(in);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Count what is kept, "N queued, N failed", and remove it. */
static void
waiting(char *out, size_t size)
{
	static const enum spool_place place[] = { SPOOL_QUEUE, SPOOL_FAILED };
	char *path = xasprintf("%s/spool", dir);
	char (*ids)[SPOOL_ID];
	struct spool sp;
	struct fault f = { 0 };
	size_t n[2] = { 0, 0 };
	int i;

	if (spool_open(&sp, path, false, &f) == 0) {
		for (i = 0; i < 2; i++) {
			ids = NULL;
			(void)spool_list(&sp, place[i], &ids, &n[i], &f);
			free(ids);
		}
		spool_close(&sp);
	}
	remove_tree(path);
	free(path);
	(void)snprintf(out, size, "%zu queued, %zu failed", n[0], n[1]);
}

#define NO_QUEUE "queue no\n"
#define QUEUE	"delivery queue\n"

static const struct {
	const char	*title, *config;
	const char	*rcpt[2];
	const char	*reply;		/* to the final dot; how it begins */
	const char	*kept;
	int		 status;	/* of sendmail for the same */
} rows[] = {
	{ "taken", BASE, { "ok@x.test" }, "250 2.0.0 taken",
	    "0 queued, 0 failed", EX_OK },
	{ "refused", BASE, { "bad@x.test" }, "550 5.1.1 no such user",
	    "0 queued, 1 failed", EX_NOUSER },
	{ "later", BASE, { "later@x.test" }, "250 2.0.0 queued as ",
	    "1 queued, 0 failed", EX_OK },
	{ "later, no queue", BASE NO_QUEUE, { "later@x.test" },
	    "451 4.2.0 come again", "0 queued, 0 failed", EX_TEMPFAIL },
	{ "in doubt", BASE, { "doubt@x.test" }, "250 2.0.0 queued as ",
	    "1 queued, 0 failed", EX_OK },
	{ "in doubt, no queue", BASE NO_QUEUE, { "doubt@x.test" }, "451 4.",
	    "0 queued, 0 failed", EX_TEMPFAIL },
	{ "login refused", BASE, { "login@x.test" }, "250 2.0.0 queued as ",
	    "1 queued, 0 failed", EX_OK },
	{ "login refused, no queue", BASE NO_QUEUE, { "login@x.test" },
	    "451 4.", "0 queued, 0 failed", EX_NOPERM },
	{ "one of two is refused", BASE, { "ok@x.test", "bad@x.test" },
	    "550-5.1.1", "0 queued, 1 failed", EX_NOUSER },
	{ "one is refused, one waits", BASE, { "later@x.test",
	    "bad@x.test" }, "550-5.1.1", "1 queued, 0 failed", EX_NOUSER },
	{ "only queued", BASE "delivery queue\n", { "bad@x.test" },
	    "250 2.0.0 queued as ", "1 queued, 0 failed", EX_OK },

	/* Aliases */
	{ "an alias of one", BASE, { "good" }, "250 2.0.0 taken",
	    "0 queued, 0 failed", EX_OK },
	{ "one of an alias is refused", BASE, { "team" }, "250 2.0.0 ",
	    "1 queued, 0 failed", EX_NOUSER },
	{ "one of an alias is refused, no queue", BASE NO_QUEUE, { "team" },
	    "550 5.1.1", "0 queued, 0 failed", EX_NOUSER },
	{ "all of an alias are refused", BASE, { "lost" }, "550 5.1.1",
	    "0 queued, 1 failed", EX_NOUSER },

	/* Nothing is taken */
	{ "too large", BASE "max-size 3\n", { "ok@x.test" }, "552 5.3.4",
	    "0 queued, 0 failed", EX_DATAERR },
	{ "too large with the fields that are added", BASE "max-size 20\n",
	    { "ok@x.test" }, "552 5.3.4", "0 queued, 0 failed", EX_DATAERR },
	{ "too much waits", BASE QUEUE "max-waiting-size 9\n",
	    { "ok@x.test" }, "452 4.3.1", "0 queued, 0 failed",
	    EX_TEMPFAIL },
	{ "too much waits, and the relay wants a later try",
	    BASE "max-waiting-size 9\n", { "later@x.test" }, "452 4.3.1",
	    "0 queued, 0 failed", EX_TEMPFAIL },
	{ "too little is free", BASE QUEUE "min-free 9999999M\n",
	    { "ok@x.test" }, "452 4.3.1", "0 queued, 0 failed",
	    EX_TEMPFAIL },
	{ "too little is free, but the relay takes it",
	    BASE "min-free 9999999M\n", { "ok@x.test" }, "250 2.0.0 taken",
	    "0 queued, 0 failed", EX_OK },
};

/* The reply to the final dot: the line after the one that begins with 354. */
static char *
reply(void)
{
	char *path = xasprintf("%s/out", dir), line[1024] = "";
	FILE *in = fopen(path, "re");
	bool next = false;

	NEED(in != NULL);
	while (fgets(line, sizeof(line), in) != NULL && !next)
		next = strncmp(line, "354", 3) == 0;
	(void)fclose(in);
	free(path);
	return xstrndup(line, strcspn(line, "\r\n"));
}

static void
test_smtpd(size_t i)
{
	struct buf in = { .max = 4096 };
	char *got, *start, kept[64];
	size_t k;

	buf_adds(&in, "HELO me\r\nMAIL FROM:<a@me.test>\r\n");
	for (k = 0; k < 2 && rows[i].rcpt[k] != NULL; k++)
		buf_addf(&in, "RCPT TO:<%s>\r\n", rows[i].rcpt[k]);
	buf_adds(&in, "DATA\r\nSubject: x\r\n\r\nx\r\n.\r\nQUIT\r\n");
	is_int(outcome(MODE_SMTP, rows[i].config, buf_text(&in), NULL, 0),
	    EX_OK, "-bs: %s", rows[i].title);
	got = reply();
	start = xstrndup(got, strlen(rows[i].reply));
	is(start, rows[i].reply, "the reply: %s", got);
	waiting(kept, sizeof(kept));
	is(kept, rows[i].kept, "what is kept");
	free(start);
	free(got);
	buf_release(&in);
}

static void
test_sendmail(size_t i)
{
	char *rcpt[2], kept[64];
	size_t n;

	for (n = 0; n < 2 && rows[i].rcpt[n] != NULL; n++)
		rcpt[n] = xstrdup(rows[i].rcpt[n]);
	is_int(outcome(MODE_SEND, rows[i].config, "Subject: x\n\nx\n", rcpt,
	    n), rows[i].status, "sendmail: %s", rows[i].title);
	waiting(kept, sizeof(kept));	/* and remove it */
	while (n > 0)
		free(rcpt[--n]);
}

int
main(void)
{
	char none[] = "b@c@d", *wrong[] = { none };
	size_t i;

	NEED(mkdtemp(dir) != NULL);
	free(write_file("aliases", ALIASES));
	for (i = 0; i < NITEMS(rows); i++) {
		test_smtpd(i);
		test_sendmail(i);
	}
	is_int(outcome(MODE_SEND, BASE, "\n", NULL, 0), EX_USAGE,
	    "sendmail: no recipients");
	is_int(outcome(MODE_SEND, BASE, "\n", wrong, 1), EX_USAGE,
	    "sendmail: a wrong address");
	is_int(outcome(MODE_SEND, BASE "nonsense\n", "\n", wrong, 1),
	    EX_CONFIG, "sendmail: a wrong configuration");
	is_int(outcome(MODE_SMTP, BASE "nonsense\n", "\n", NULL, 0),
	    EX_CONFIG, "-bs: a wrong configuration");
	remove_tree(dir);
	return done();
}
