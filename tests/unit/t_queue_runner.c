/* t_queue_runner.c - queue runs in processes of their own, with a clock */

#include <sys/mman.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <poll.h>
#include <time.h>

#include "config/file.h"
#include "queue/runner.h"
#include "spooling.h"

#define HOUR	3600LL
#define DAY	(24 * HOUR)

static long long ahead;		/* of the real clock, in seconds */
static long long back;		/* so far the next sleep() sets it back */
static long long *slept;	/* shared with the processes of a test */
static volatile sig_atomic_t stop;

time_t
time(time_t *t)
{
	struct timespec now;

	NEED(clock_gettime(CLOCK_REALTIME, &now) == 0);
	now.tv_sec += ahead;
	if (t != NULL)
		*t = now.tv_sec;
	return now.tv_sec;
}

static int forks = -1;		/* before one that fails; -1: none does */

pid_t
fork(void)
{
	pid_t (*real)(void);

	if (forks >= 0 && forks-- == 0) {
		errno = EAGAIN;
		return -1;
	}
	*(void **)&real = dlsym(RTLD_NEXT, "fork");
	return real();
}

unsigned
sleep(unsigned n)
{
	ahead += n - back;
	back = 0;
	*slept += n;
	return 0;
}

/* A spool and a runner for it. */
struct scene {
	struct pond	 pond;
	struct config	 config;
	struct maillog	 log;
	struct runner	 runner;
	int		 nreload;
	const char	*reload;	/* 'x' for each time that it fails */
};

/* The settings are read anew; after the last time the runner stops. */
static int
reload(const void *ctx, struct fault *f)
{
	struct scene *s = *(struct scene *const *)ctx;
	char what = s->reload[s->nreload];

	s->nreload += what != '\0';
	stop = s->reload[s->nreload] == '\0';
	return what != 'x' ? 0 : fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
	    "line 1 is wrong");
}

/* The account of the letters has that relay; DIR in it is the directory. */
static void
begin(struct scene *s, const char *relay, const char *more)
{
	struct config_source src = { .system = "/f" };
	char *where, *text;
	static struct scene *ctx;

	memset(s, 0, sizeof(*s));
	ahead = back = *slept = stop = 0;
	pond_open(&s->pond);
	where = strstr(relay, "DIR");
	text = xasprintf("tls none\nlog %s/log\nretry-min 60\n"
	    "retry-max 600\nexpire 3000\n%saccount work\nrelay %.*s%s%s\n",
	    s->pond.dir, more,
	    (int)(where != NULL ? where - relay : (long)strlen(relay)), relay,
	    where != NULL ? s->pond.dir : "", where != NULL ? where + 3 : "");
	config_init(&s->config);
	(void)config_file_text(&s->config, CONFIG_SYSTEM, "/f", NULL, text,
	    strlen(text));
	config_finish(&s->config);
	is(buf_text(&s->config.mistakes), "", "the configuration is fine");
	free(text);
	maillog_init(&s->log, &s->config, &src, "here.test");
	ctx = s;
	s->runner = (struct runner){ .config = &s->config,
	    .spool = s->pond.path, .host = "here.test", .log = &s->log,
	    .stop = &stop, .reload = reload, .ctx = &ctx };
	s->reload = " ";
}

static void
end(struct scene *s)
{
	config_release(&s->config);
	pond_close(&s->pond);
}

static int
once(struct scene *s, struct queue_result *res, struct fault *f)
{
	struct queue_select due = { 0 };

	fault_clear(f);
	(void)fflush(stdout);
	return runner_once(&s->runner, &due, res, f);
}

/* How often the word is in the log. */
static int
logged(struct scene *s, const char *word)
{
	char *text, *p;
	size_t len;
	int n = 0;

	if (!is_there(&s->pond, "../log"))
		return 0;
	text = get_file(&s->pond, "../log", &len);
	for (p = text; (p = strstr(p, word)) != NULL; p++)
		n++;
	free(text);
	return n;
}

/* A message that lies in failed/ since now. */
static void
failed_letter(struct pond *p, char id[SPOOL_ID])
{
	struct envelope e = { 0 };
	struct spool_file file;

	plain_envelope(&e);
	NEED(take_in(p, SPOOL_FAILED, &e, NULL, LETTER, sizeof(LETTER) - 1,
	    &file) == 0);
	(void)strlcpy(id, file.id, SPOOL_ID);
	spool_release(&p->spool, &file);
	envelope_release(&e);
}

/* failed/ keeps a message for 30 days. */
static void
thirty_days(void)
{
	static const struct {
		long long	 later;
		int		 left;
	} t[] = {
		{ 0, 1 }, { 29 * DAY, 1 }, { 30 * DAY - HOUR, 1 },
		{ 30 * DAY + HOUR, 0 }, { 31 * DAY, 0 },
	};
	struct queue_result res;
	struct scene s;
	struct fault f;
	char id[SPOOL_ID];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, "maildir:DIR/mail", "");
		failed_letter(&s.pond, id);
		ahead = t[i].later;
		is_int(once(&s, &res, &f), 0, "a run %lld hours later",
		    t[i].later / HOUR);
		is_int(entries(&s.pond, "failed"), t[i].left,
		    "so many are in failed/");
		end(&s);
	}
}

/* A process cannot be started: no message is tried, and it says why. */
static void
no_process(void)
{
	struct queue_result res;
	struct scene s;
	struct fault f;
	char id[SPOOL_ID];
	int i;

	for (i = 0; i < 2; i++) {
		begin(&s, "maildir:DIR/mail", "");
		queue_letter(&s.pond, id);
		forks = i;
		is_int(once(&s, &res, &f), -1, "fork %d fails", i);
		forks = -1;
		is_int(f.code, EAGAIN, "that is said");
		is_int(logged(&s, "result="), 0, "no message was tried");
		end(&s);
	}
}

/* One run, with a real agent. */
static void
one_run(void)
{
	struct queue_result res;
	struct scene s;
	struct fault f;
	char id[SPOOL_ID];

	begin(&s, "maildir:DIR/mail", "");
	queue_letter(&s.pond, id);
	queue_letter(&s.pond, id);
	put_file(&s.pond, "queue/.tmp-left", "x", 1);
	put_file(&s.pond, "queue/stranger", "x", 1);
	is_int(once(&s, &res, &f), 0, "a run");
	is_int((long long)res.tried, 2, "both messages are tried");
	is_int((long long)(res.done * 10 + res.failed), 20, "both are done");
	is_int((long long)(res.waiting + (size_t)res.next), 0,
	    "nothing waits");
	is_int(entries(&s.pond, "../mail/new"), 2, "both are kept");
	is_int(logged(&s, "result=sent"), 2, "and in the log");
	ok(!is_there(&s.pond, "queue/.tmp-left"),
	    "what a crash has left is removed");
	ok(is_there(&s.pond, "queue/stranger"), "and another file is not");
	end(&s);

	begin(&s, "127.0.0.1:1", "");
	queue_letter(&s.pond, id);
	ahead = 1795255262 + 10 - time(NULL);
	is_int(once(&s, &res, &f), 0, "a run without a relay");
	is_int((long long)(res.tried * 10 + res.waiting), 11, "it waits");
	ok(res.next >= time(NULL) + 50 && res.next <= time(NULL) + 80,
	    "for a minute");
	is_int(logged(&s, "result=deferred"), 1, "and is in the log");
	remove_tree(s.pond.path);
	is_int(once(&s, &res, &f), -1, "there is no spool");
	ok(f.domain == FD_ERRNO && f.code == ENOENT, "the fault says that");
	end(&s);
}

/* The names of files that do not belong there are said. */
static void
strangers(void)
{
	int err = memfd_create("stderr", MFD_CLOEXEC), old = dup(2);
	struct queue_result res;
	struct scene s;
	struct fault f;
	char said[4096];
	ssize_t n;

	NEED(err != -1 && old != -1);
	begin(&s, "maildir:DIR/mail", "");
	put_file(&s.pond, "failed/stranger", "x", 1);
	NEED(dup2(err, 2) != -1);
	(void)once(&s, &res, &f);
	NEED(dup2(old, 2) != -1);
	n = pread(err, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	ok(strstr(said, "failed/stranger") != NULL, "a stranger: %s", said);
	(void)close(err);
	(void)close(old);
	end(&s);
}

static void
on_stop(int sig)
{
	(void)sig;
	stop = 1;
}

/* A relay that says nothing, and has its client's parent told to stop. */
static pid_t
silent_relay(int sock)
{
	char c;
	pid_t pid;
	int fd;

	(void)fflush(stdout);
	NEED((pid = fork()) != -1);
	if (pid == 0) {
		fd = accept(sock, NULL, NULL);
		(void)kill(getppid(), SIGTERM);
		_exit(read(fd, &c, 1) == 1);
	}
	(void)close(sock);
	return pid;
}

/* A signal to stop ends a run at once, and the message is as it was. */
static void
stopped(void)
{
	const struct sigaction act = { .sa_handler = on_stop };
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(a);
	struct queue_result res;
	struct scene s;
	struct catch c;
	struct fault f;
	char relay[32], id[SPOOL_ID];
	int patience = 1000;
	enum claim got;
	pid_t pid;

	NEED(bind(sock, (struct sockaddr *)&a, len) == 0 &&
	    listen(sock, 1) == 0 &&
	    getsockname(sock, (struct sockaddr *)&a, &len) == 0);
	(void)snprintf(relay, sizeof(relay), "127.0.0.1:%d",
	    ntohs(a.sin_port));
	NEED(sigaction(SIGTERM, &act, NULL) == 0);
	begin(&s, relay, "");
	queue_letter(&s.pond, id);
	(void)alarm(20);
	pid = silent_relay(sock);
	is_int(once(&s, &res, &f), 0, "a run that is stopped");
	NEED(waitpid(pid, NULL, 0) == pid);
	(void)alarm(0);
	is_int((long long)(res.tried * 10 + res.done), 10,
	    "it was tried, and nothing came of it");
	/* The process of the run lets go of it when it ends. */
	while ((got = fish(&s.pond, SPOOL_QUEUE, id, &c)) == CLAIM_BUSY &&
	    patience-- > 0)
		(void)poll(NULL, 0, 10);
	NEED(got == CLAIM_OK);
	is_int(c.note.tries, 0, "that does not count");
	let_go(&s.pond, &c);
	end(&s);
}

/* Have a spare process run the queue; it ends by itself. */
static void
serve(struct scene *s)
{
	int fd, status;
	pid_t pid;

	(void)fflush(stdout);
	s->runner.stop = NULL;
	NEED((fd = runner_standby(&s->runner, &pid)) != -1);
	NEED(write(fd, "r", 1) == 1 && close(fd) == 0);
	NEED(waitpid(pid, &status, 0) == pid);
	is_int(status, 0, "the process ends");
}

static void
spare(void)
{
	struct scene s;
	char id[SPOOL_ID];
	int fd, lock;
	pid_t pid;

	begin(&s, "maildir:DIR/mail", "linger no\n");
	queue_letter(&s.pond, id);
	NEED((fd = runner_standby(&s.runner, &pid)) != -1);
	NEED(close(fd) == 0 && waitpid(pid, NULL, 0) == pid);
	is_int(entries(&s.pond, "queue"), 1, "nothing is told, nothing done");
	serve(&s);
	is_int(entries(&s.pond, "queue"), 0, "the queue is run");
	end(&s);

	begin(&s, "127.0.0.1:1", "linger no\n");
	queue_letter(&s.pond, id);
	ahead = 1795255262 - time(NULL);
	serve(&s);
	is_int(logged(&s, "result=deferred"), 1, "without lingering: once");
	end(&s);

	/* A message and its bounce, each until its time is over. */
	begin(&s, "127.0.0.1:1", "linger yes\n");
	queue_letter(&s.pond, id);
	ahead = 1795255262 - time(NULL);
	serve(&s);
	is_int(entries(&s.pond, "queue"), 0, "lingers: the queue is empty");
	is_int(logged(&s, "result=expired"), 2,
	    "the message and its bounce are given up");
	ok(logged(&s, "result=deferred") >= 10, "after %d other tries",
	    logged(&s, "result=deferred"));
	end(&s);

	begin(&s, "127.0.0.1:1", "linger yes\n");
	queue_letter(&s.pond, id);
	ahead = 1795255262 - time(NULL);
	NEED(spool_runner_lock(&s.pond.spool, false, &lock,
	    &s.pond.f) == 0 && lock != -1);
	serve(&s);
	is_int(logged(&s, "result=deferred"), 1, "another lingers: once");
	(void)close(lock);
	end(&s);
}

/* A clock that is set back by a day does not make the message wait a day. */
static void
set_back(void)
{
	struct scene s;
	char id[SPOOL_ID];

	begin(&s, "127.0.0.1:1", "linger yes\n");
	queue_letter(&s.pond, id);
	ahead = 1795255262 - time(NULL);
	back = DAY;
	serve(&s);
	is_int(logged(&s, "result=expired"), 2,
	    "the clock is set back: message and bounce are given up");
	ok(*slept < DAY / 2, "after %lld seconds", *slept);
	end(&s);
}

/* At intervals, with the settings read anew; mistakes are said once. */
static void
loop(void)
{
	static const struct {
		const char	*reload;
		int		 said;
	} t[] = {
		{ " ", 0 }, { "x ", 1 }, { "xxx ", 1 }, { "xx x ", 2 },
	};
	struct scene s;
	char id[SPOOL_ID];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, "maildir:DIR/mail", "");
		s.reload = t[i].reload;
		queue_letter(&s.pond, id);
		(void)fflush(stdout);
		runner_loop(&s.runner, 12);
		is_int(*slept, 12 * (long long)strlen(t[i].reload),
		    "'%s': 12 seconds before each", t[i].reload);
		is_int(entries(&s.pond, "queue"), 0, "the queue is run");
		is_int(logged(&s, "line 1 is wrong"), t[i].said,
		    "mistakes in the log");
		end(&s);
	}
	begin(&s, "maildir:DIR/mail", "");
	queue_letter(&s.pond, id);
	stop = 1;
	runner_loop(&s.runner, 12);
	is_int(entries(&s.pond, "queue") * 100 + *slept, 100,
	    "stopped before it begins");
	end(&s);
}

int
main(void)
{
	slept = mmap(NULL, sizeof(*slept), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	NEED(slept != MAP_FAILED);
	thirty_days();
	no_process();
	one_run();
	strangers();
	stopped();
	spare();
	set_back();
	loop();
	return done();
}
