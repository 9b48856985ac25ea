/* t_submit_smtpd_io.c - the -bs dialogue over real descriptors */

#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "submit/smtpd_io.h"
#include "tap.h"

#define TX "HELO x\r\nMAIL FROM:<a@me.test>\r\nRCPT TO:<b@x.test>\r\nDATA\r\n"

static const struct server_opts opts = { .hostname = "me.test",
    .domain = "dom.test" };

/* What the owner does, and what it was told. */
struct owner {
	const char	*refuse;	/* "begin", "data", "end" or NULL */
	const char	*words;
	struct buf	 seen;
	size_t		 rcpts;
	struct envelope	*e;
};

static int
refuses(struct owner *w, const char *where, struct fault *f)
{
	buf_addf(&w->seen, "%s ", where);
	if (w->refuse == NULL || strcmp(w->refuse, where) != 0)
		return 0;
	return fault_set(f, ST_BODY, FD_SMTP, 550, VD_PERM, "not in %s",
	    where);
}

static int
begin(void *ctx, struct envelope *e, struct fault *f)
{
	struct owner *w = ctx;

	w->e = e;
	w->rcpts = e->nrcpt;
	return refuses(w, "begin", f);
}

static int
data(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct owner *w = ctx;

	if (w->refuse != NULL && strcmp(w->refuse, "data") == 0)
		return refuses(w, "data", f);
	buf_add(&w->seen, p, n);
	return 0;
}

static int
end(void *ctx, struct buf *words, struct fault *f)
{
	struct owner *w = ctx;
	size_t i;

	for (i = 0; i < w->e->nrcpt; i++)
		rcpt_settle(&w->e->rcpt[i], NULL);
	if (w->words != NULL)
		buf_adds(words, w->words);
	return refuses(w, "end", f);
}

static void
drop(void *ctx)
{
	buf_adds(&((struct owner *)ctx)->seen, "drop ");
}

static int
run(struct owner *w, int in, int out)
{
	const struct smtpd_io_work work = { .begin = begin,
	    .data = data, .end = end, .drop = drop, .ctx = w };

	w->seen.max = 1 << 24;
	return smtpd_io_run(in, out, &opts, &work);
}

/* Write all of it; the other end must take it. */
static void
put(int fd, const char *p, size_t n)
{
	ssize_t k;

	for (; n > 0; p += k, n -= (size_t)k)
		if ((k = write(fd, p, n)) <= 0)
			_exit(1);
}

/* All that comes until the end. */
static void
slurp(int fd, struct buf *b)
{
	char block[4096];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_add(b, block, (size_t)n);
}

/* A script that a pipe holds, and what is said to it. */
static void
scripts(void)
{
	static const struct {
		const char *name, *refuse, *words, *in, *seen, *last;
		int status;
	} t[] = {
		{ "nothing at all", NULL, NULL, "", "",
		    "220 me.test ESMTP heloise\r\n", EX_OK },
		{ "a message", NULL, NULL, TX "x\r\n.\r\nQUIT\r\n",
		    "begin x\r\nend ", "250 2.0.0 accepted\r\n"
		    "221 2.0.0 closing\r\n", EX_OK },
		{ "a message without QUIT", NULL, NULL, TX "x\r\n.\r\n",
		    "begin x\r\nend ", "250 2.0.0 accepted\r\n", EX_OK },
		{ "the owner's words", NULL, "2.1.9 queued", TX ".\r\n",
		    "begin end ", "250 2.1.9 queued\r\n", EX_OK },
		{ "refused at the beginning", "begin", NULL, TX "QUIT\r\n",
		    "begin ", "550 5.0.0 not in begin\r\n"
		    "221 2.0.0 closing\r\n", EX_OK },
		{ "refused in the middle", "data", NULL, TX "x\r\n.\r\n",
		    "begin data drop ", "550 5.0.0 not in data\r\n", EX_OK },
		{ "refused at the end", "end", NULL, TX "x\r\n.\r\n",
		    "begin x\r\nend ", "550 5.0.0 not in end\r\n", EX_OK },
		{ "cut off in the message", NULL, NULL, TX "x\r\n.\r",
		    "begin x\r\ndrop ", "354 end with a dot on a line by "
		    "itself\r\n", EX_TEMPFAIL },
		{ "cut off in the envelope", NULL, NULL,
		    "HELO x\r\nMAIL FROM:<>\r\nRCP", "",
		    "250 2.1.0 sender ok\r\n", EX_TEMPFAIL },
	};
	struct buf said = { .max = 1 << 20 };
	int in[2], out[2], status;
	size_t i, n;

	for (i = 0; i < NITEMS(t); i++) {
		struct owner w = { .refuse = t[i].refuse,
		    .words = t[i].words };

		if (pipe(in) == -1 || pipe(out) == -1)
			exit(1);
		put(in[1], t[i].in, strlen(t[i].in));
		(void)close(in[1]);
		status = run(&w, in[0], out[1]);
		(void)close(in[0]);
		(void)close(out[1]);
		slurp(out[0], &said);
		(void)close(out[0]);
		is_int(status, t[i].status, "%s: status", t[i].name);
		is(buf_text(&w.seen), t[i].seen, "%s: owner", t[i].name);
		n = strlen(t[i].last);
		ok(said.len >= n && strcmp(said.p + said.len - n,
		    t[i].last) == 0, "%s: the last of the replies",
		    t[i].name);
		buf_clear(&said);
		buf_release(&w.seen);
	}
	buf_release(&said);
}

/* A client that says nothing more, in and out of a message. */
static void
idle(void)
{
	static const char *const said[] = { "", TX "x\r\n" };
	struct buf got = { .max = 1 << 16 };
	int in[2], out[2];
	size_t i;

	for (i = 0; i < NITEMS(said); i++) {
		struct owner w = { .seen.max = 1 << 16 };
		const struct smtpd_io_work work = { .begin = begin,
		    .data = data, .end = end, .drop = drop, .ctx = &w,
		    .idle = 20 };

		if (pipe(in) == -1 || pipe(out) == -1)
			exit(1);
		put(in[1], said[i], strlen(said[i]));
		is_int(smtpd_io_run(in[0], out[1], &opts, &work),
		    i == 0 ? EX_OK : EX_TEMPFAIL, "idle %zu", i);
		is(buf_text(&w.seen), i == 0 ? "" : "begin x\r\ndrop ",
		    "nothing is sent");
		(void)close(out[1]);
		slurp(out[0], &got);
		ok(strstr(buf_text(&got), "\r\n421 4.4.2 ") != NULL,
		    "it is told so");
		buf_clear(&got);
		buf_release(&w.seen);
		(void)close(in[0]);
		(void)close(in[1]);
		(void)close(out[0]);
	}
	buf_release(&got);
}

/*
 * The client is a process of its own, at the other end of two pipes or of a
 * socket that does not block.
 */
static int
with_client(struct owner *w, bool sock, int (*client)(int, int))
{
	int up[2], down[2], status, rc;
	pid_t pid;

	(void)fflush(stdout);
	if (sock) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, up) == -1)
			exit(1);
		down[0] = dup(up[1]);
		down[1] = dup(up[0]);
		(void)fcntl(up[0], F_SETFL, O_NONBLOCK);
	} else if (pipe(up) == -1 || pipe(down) == -1) {
		exit(1);
	}
	if ((pid = fork()) == 0) {
		(void)close(up[0]);
		(void)close(down[1]);
		_exit(client(down[0], up[1]));
	}
	(void)close(up[1]);
	(void)close(down[0]);
	rc = run(w, up[0], down[1]);
	(void)close(up[0]);
	(void)close(down[1]);
	ok(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0, "the client is content");
	return rc;
}

/* Everything is said before the first reply is read. */
static int
hasty(int in, int out)
{
	struct buf b = { .max = 1 << 24 };
	unsigned i;

	buf_adds(&b, "HELO x\r\nMAIL FROM:<>\r\n");
	for (i = 0; i < 9000; i++)
		buf_addf(&b, "RCPT TO:<%u@a-domain-to-fill-a-pipe.test>\r\n",
		    i);
	for (i = 0; i < 60000; i++)
		buf_adds(&b, i == 0 ? "DATA\r\n" : "a line\r\n");
	buf_adds(&b, ".\r\nQUIT\r\n");
	put(out, b.p, b.len);
	buf_clear(&b);
	slurp(in, &b);
	return b.len < 9000 * 24 ||
	    strstr(b.p, "250 2.0.0 accepted\r\n221 ") == NULL;
}

/* Each reply is waited for. */
static int
patient(int in, int out)
{
	static const char *const t[][2] = {
		{ NULL, "220 " }, { "HELO x\r\n", "250 " },
		{ "MAIL FROM:<>\r\n", "250 " },
		{ "RCPT TO:<joe>\r\n", "250 " }, { "DATA\r\n", "354 " },
		{ "x\r\n.\r\n", "250 " }, { "NOOP\r\n", "250 " },
		{ "QUIT\r\n", "221 " },
	};
	char line[512];
	size_t i, n;

	for (i = 0; i < NITEMS(t); i++) {
		if (t[i][0] != NULL)
			put(out, t[i][0], strlen(t[i][0]));
		for (n = 0; n == 0 || line[n - 1] != '\n'; n++)
			if (n == sizeof(line) || read(in, line + n, 1) != 1)
				return 1;
		if (memcmp(line, t[i][1], 4) != 0)
			return 1;
	}
	return read(in, line, 1) != 0;
}

static void
clients(void)
{
	struct owner a = { .e = NULL }, b = { .e = NULL }, c = { .e = NULL };

	is_int(with_client(&a, false, hasty), EX_OK, "a client that reads "
	    "nothing before it has said all");
	is_int((long long)a.rcpts, 9000, "all its recipients");
	is_int((long long)a.seen.len, 59999 * 8 + 10, "all its message");
	is_int(with_client(&b, false, patient), EX_OK, "a patient client");
	is(buf_text(&b.seen), "begin x\r\nend ", "its message");
	is_int(with_client(&c, true, hasty), EX_OK,
	    "the hasty one over a descriptor that does not block");
	is_int((long long)c.seen.len, 59999 * 8 + 10, "all its message");
	buf_release(&a.seen);
	buf_release(&b.seen);
	buf_release(&c.seen);
}

/* Nobody reads the replies: the message that came whole is delivered. */
static void
unheard(void)
{
	static const char script[] = TX "x\r\n.\r\nNOOP\r\n";
	struct owner w = { .e = NULL };
	int in[2], out[2];

	if (pipe(in) == -1 || pipe(out) == -1)
		exit(1);
	put(in[1], script, sizeof(script) - 1);
	(void)close(in[1]);
	(void)close(out[0]);
	is_int(run(&w, in[0], out[1]), EX_TEMPFAIL, "a client that is deaf");
	is(buf_text(&w.seen), "begin x\r\nend ", "its message is delivered");
	(void)close(in[0]);
	(void)close(out[1]);
	buf_release(&w.seen);
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)alarm(60);	/* a dialogue that hangs has failed */
	scripts();
	idle();
	clients();
	unheard();
	return done();
}
