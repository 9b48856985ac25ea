/* t_agent_agent.c - an agent between a dispatcher and scripted relays */

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/dispatch.h"
#include "agent/ipc.h"
#include "base/util.h"
#include "config/account.h"
#include "config/file.h"
#include "tap.h"

#define LETTER	"Subject: x\r\n\r\nHello\r\n"
#define LONG	30000		/* ms; no test waits that long */
#define SOON	2000		/* ms */

#define NEED(x)	do {							\
	if (!(x)) {							\
		printf("Bail out! %s:%d: %s: %s\n", __FILE__, __LINE__,	\
		    #x, strerror(errno));				\
		exit(1);						\
	}								\
} while (0)

/* What a relay does: this is its reply to commands that begin so. */
struct manner {
	const char	*verb;		/* "": the greeting */
	const char	*reply;		/* NULL: closes; "": says nothing */
};

struct relay {
	int		 port;
	pid_t		 pid;
	int		 calls;		/* a letter for each command */
	bool		 silent;	/* its connections do not end */
	char		 until;		/* the last call it will get, if silent */
};

static const struct manner takes = { "NONE", NULL };
static const struct manner no_bye = { "QUIT", "" };

/* False: the relay closes.  A silent one never returns. */
static bool
answer(int fd, const struct manner *m, const char *line, const char *reply)
{
	size_t n = strlen(m->verb);

	if (strncmp(line, m->verb, n) == 0 && (n > 0 || *line == '\0'))
		reply = m->reply;
	if (reply != NULL && *reply == '\0')
		(void)pause();
	return reply != NULL && dprintf(fd, "%s\r\n", reply) > 0;
}

static void
converse(FILE *c, const struct manner *m, int calls)
{
	bool body = false, goes_on = answer(fileno(c), m, "", "220 relay.test");
	char line[1024];

	while (goes_on && fgets(line, sizeof(line), c) != NULL) {
		if (body && strcmp(line, ".\r\n") != 0)
			continue;
		NEED(write(calls, line, 1) == 1);
		body = strncmp(line, "DATA", 4) == 0;
		goes_on = answer(fileno(c), m, line, body ? "354 go" :
		    line[0] == 'E' ? "250-relay.test\r\n250 AUTH PLAIN" :
		    line[0] == 'A' ? strstr(line, "AHUAc2VjcmV0") != NULL ?
		    "235 ok" : "535 no" :
		    line[0] == 'Q' ? "221 bye" : "250 ok");
	}
}

static struct relay
start_relay(const struct manner *m)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), calls[2], fd;
	struct relay r;
	FILE *c;

	NEED(bind(s, (struct sockaddr *)&a, len) == 0 && listen(s, 8) == 0 &&
	    getsockname(s, (struct sockaddr *)&a, &len) == 0 &&
	    pipe(calls) == 0);
	(void)fflush(stdout);
	r = (struct relay){ .port = ntohs(a.sin_port), .calls = calls[0],
	    .silent = m->reply != NULL && *m->reply == '\0', .pid = fork() };
	NEED(r.pid != -1);
	if (r.pid == 0) {
		(void)signal(SIGPIPE, SIG_IGN);
		while ((fd = accept(s, NULL, NULL)) != -1) {
			NEED(write(calls[1], "(", 1) == 1);
			NEED((c = fdopen(fd, "r")) != NULL);
			converse(c, m, calls[1]);
			(void)fclose(c);
			NEED(write(calls[1], ")", 1) == 1);
		}
		_exit(1);
	}
	(void)close(s);
	(void)close(calls[1]);
	return r;
}

/*
 * Its calls: "(EMRD.Q" for a connection that takes a message.  The agent
 * may have ended before the relay has read the last of them.
 */
static void
end_relay(struct relay *r, char calls[256])
{
	struct pollfd p = { .fd = r->calls, .events = POLLIN };
	int open = 0;
	size_t len = 0;
	char c = '\0';

	while (poll(&p, 1, open > 0 && (r->silent ? c != r->until &&
	    r->until != '\0' : true) ? LONG : 0) == 1) {
		NEED(read(r->calls, &c, 1) == 1 && len < 255);
		open += c == '(' ? 1 : c == ')' ? -1 : 0;
		if (c != ')')
			calls[len++] = c;
	}
	calls[len] = '\0';
	NEED(kill(r->pid, SIGKILL) == 0 && waitpid(r->pid, NULL, 0) == r->pid);
	(void)close(r->calls);
}

/* A dispatcher with an agent that has this configuration. */
struct scene {
	struct config	 config;
	struct dispatch	 dispatch;
	pid_t		 agent;
	struct envelope	 env;
	struct delivery	 d;
};

static void
begin(struct scene *s, const char *text, const char *more)
{
	struct agent_opts o = { .config = &s->config,
	    .fqdn = "client.example.org" };
	struct fault f = { 0 };
	char *all = xasprintf("%s%s", text, more);
	int sock[2];

	memset(s, 0, sizeof(*s));
	config_init(&s->config);
	(void)config_file_text(&s->config, CONFIG_SYSTEM, "/f", NULL, all,
	    strlen(all));
	config_finish(&s->config);
	free(all);
	is(buf_text(&s->config.mistakes), "", "the configuration is fine");
	NEED(ipc_pair(sock, &f) == 0);
	(void)fflush(stdout);
	NEED((s->agent = fork()) != -1);
	if (s->agent == 0) {
		(void)close(sock[0]);
		agent_run(sock[1], &o);
		_exit(0);
	}
	(void)close(sock[1]);
	dispatch_init(&s->dispatch, sock[0]);
}

/* Have a message delivered; the verdict is in s->env. */
static void
deliver(struct scene *s, const char *account)
{
	int fd = memfd_create("letter", MFD_CLOEXEC);

	NEED(write(fd, LETTER, strlen(LETTER)) == (ssize_t)strlen(LETTER));
	envelope_release(&s->env);
	s->env = (struct envelope){ 0 };
	envelope_from(&s->env, "a@example.org");
	(void)envelope_add(&s->env, "b@example.org");
	s->d = (struct delivery){ .env = &s->env, .account = account,
	    .message = { .fd = fd, .size = strlen(LETTER) } };
	dispatch_give(&s->dispatch, &s->d, true);
	ok(dispatch_wait(&s->dispatch, clock_ms() + LONG) == &s->d,
	    "the message comes back");
	(void)close(fd);
}

static void
end(struct scene *s)
{
	int status;

	dispatch_release(&s->dispatch);
	NEED(waitpid(s->agent, &status, 0) == s->agent);
	is_int(status, 0, "the agent ends with its dispatcher");
	envelope_release(&s->env);
	config_release(&s->config);
}

/* Two accounts; the second is the fallback of the first. */
static char *
two_accounts(const struct relay r[2])
{
	return xasprintf("tls none\naccount one\nrelay 127.0.0.1:%d\n"
	    "fallback two\naccount two\nrelay 127.0.0.1:%d\n", r[0].port,
	    r[1].port);
}

/* When the next account is tried, and when not. */
static void
fallbacks(void)
{
	static const struct {
		struct manner	 m[2];
		enum verdict	 want;
		int		 account;	/* the last one tried */
		const char	*calls[2];
	} t[] = {
		{ { { "NONE", NULL }, { "NONE", NULL } }, VD_OK, 0,
		    { "(EMRD.Q", "" } },
		{ { { "", "421 busy" }, { "NONE", NULL } }, VD_OK, 1,
		    { "(", "(EMRD.Q" } },
		{ { { "", "554 go away" }, { "NONE", NULL } }, VD_OK, 1,
		    { "(", "(EMRD.Q" } },
		/* The second connection is to see if it speaks TLS. */
		{ { { "", NULL }, { "NONE", NULL } }, VD_OK, 1,
		    { "((", "(EMRD.Q" } },
		{ { { "MAIL", "451 later" }, { "NONE", NULL } }, VD_OK, 1,
		    { "(EMQ", "(EMRD.Q" } },
		{ { { "RCPT", "450 later" }, { "NONE", NULL } }, VD_OK, 1,
		    { "(EMRQ", "(EMRD.Q" } },
		{ { { "RCPT", "550 no" }, { "NONE", NULL } }, VD_PERM, 0,
		    { "(EMRQ", "" } },
		/* A second copy is worse than a late one. */
		{ { { ".", NULL }, { "NONE", NULL } }, VD_DOUBT, 0,
		    { "(EMRD.", "" } },
		{ { { "MAIL", "451 later" }, { "RCPT", "550 no" } }, VD_PERM,
		    1, { "(EMQ", "(EMRQ" } },
		{ { { "MAIL", "451 later" }, { "MAIL", "451 no" } }, VD_TEMP,
		    1, { "(EMQ", "(EMQ" } },
	};
	struct relay r[2];
	struct scene s;
	char *text, calls[256];
	size_t i, k;

	for (i = 0; i < NITEMS(t); i++) {
		for (k = 0; k < 2; k++)
			r[k] = start_relay(&t[i].m[k]);
		text = two_accounts(r);
		begin(&s, text, "");
		deliver(&s, "one");
		is_int(s.env.rcpt[0].verdict, t[i].want, "way %zu: verdict",
		    i);
		is_int(s.d.conninfo.account, t[i].account,
		    "way %zu: account", i);
		ok((strncmp(s.d.conninfo.passed, "after one, which ", 17) ==
		    0) == (t[i].account != 0),
		    "way %zu: why not the first", i);
		end(&s);
		for (k = 0; k < 2; k++) {
			end_relay(&r[k], calls);
			is(calls, t[i].calls[k], "way %zu: relay %zu", i, k);
		}
		free(text);
	}
}

/* Each account of the chain is tried in order; the log says why. */
static void
chain(void)
{
	static const struct manner later = { "MAIL", "451 later" };
	struct relay r[3];
	struct scene s;
	char *text, calls[256];
	size_t i;

	for (i = 0; i < 3; i++)
		r[i] = start_relay(i < 2 ? &later : &takes);
	text = xasprintf("tls none\naccount one\nrelay 127.0.0.1:%d\n"
	    "fallback three two\naccount two\nrelay 127.0.0.1:%d\n"
	    "account three\nrelay 127.0.0.1:%d\n", r[0].port, r[2].port,
	    r[1].port);
	begin(&s, text, "");
	deliver(&s, "one");
	is_int(s.env.rcpt[0].verdict, VD_OK, "the third takes it");
	is_int(s.d.conninfo.account, account_find(&s.config, "two"),
	    "the one named last");
	ok(strstr(s.d.conninfo.passed, "after one, ") ==
	    s.d.conninfo.passed &&
	    strstr(s.d.conninfo.passed, "; after three, ") != NULL,
	    "why not the others: %s", s.d.conninfo.passed);
	is(s.d.accepted, "ok", "the reply of the last");
	end(&s);
	for (i = 0; i < 3; i++)
		end_relay(&r[i], calls);
	free(text);
}

/* A deadline is for a message, however many accounts are tried. */
static void
deadline(void)
{
	static const struct manner silent = { "", "" };
	struct relay r[2];
	struct scene s;
	char *text, calls[256];
	long long start;
	size_t i;

	for (i = 0; i < 2; i++)
		r[i] = start_relay(&silent);
	text = two_accounts(r);
	begin(&s, "deadline 1s\n", text);
	start = clock_ms();
	deliver(&s, "one");
	start = clock_ms() - start;
	ok(start >= 1000 && start < 2000, "one deadline for all: %lld ms",
	    start);
	is_int(s.env.rcpt[0].verdict, VD_TEMP, "then it is for later");
	is_int(s.d.conninfo.account, 1, "both were tried");
	end(&s);
	for (i = 0; i < 2; i++)
		end_relay(&r[i], calls);
	free(text);
}

static void
gone(void)
{
	struct relay r[2] = { start_relay(&takes), start_relay(&takes) };
	struct scene s;
	char *text = two_accounts(r), calls[256];

	begin(&s, text, "");
	deliver(&s, "three");
	is_int(s.env.rcpt[0].verdict, VD_TEMP, "an account that is gone");
	is_int(s.env.rcpt[0].why->stage, ST_CONFIG, "is a matter of settings");
	deliver(&s, "");
	is_int(s.env.rcpt[0].verdict, VD_TEMP, "one without a relay, too");
	deliver(&s, "two");
	is_int(s.env.rcpt[0].verdict, VD_OK, "others are delivered");
	end(&s);
	end_relay(&r[0], calls);
	is(calls, "", "no relay was asked");
	end_relay(&r[1], calls);
	is(calls, "(EMRD.Q", "but the one of the last message");
	free(text);
}

/* The reply to QUIT changes no verdict. */
static void
without_bye(void)
{
	struct relay r = start_relay(&no_bye);
	char *text = xasprintf("tls none\nrelay 127.0.0.1:%d\n", r.port);
	long long start;
	char calls[256];
	struct scene s;

	begin(&s, text, "");
	start = clock_ms();
	deliver(&s, NULL);
	is_int(s.env.rcpt[0].verdict, VD_OK, "no reply to QUIT: accepted");
	end(&s);
	start = clock_ms() - start;
	ok(start < SOON, "neither verdict nor end wait: %lld ms", start);
	r.until = 'Q';
	end_relay(&r, calls);
	is(calls, "(EMRD.Q", "but there is a QUIT");
	free(text);
}

/* A command may ask the user, so it runs once only. */
static void
password(void)
{
	struct relay r = start_relay(&takes);
	char dir[] = "/tmp/t_agent_agent.XXXXXX", *count, *text, calls[256];
	struct scene s;
	char runs[8] = "";
	FILE *file;

	NEED(mkdtemp(dir) != NULL);
	count = xasprintf("%s/count", dir);
	text = xasprintf("tls none\nauth-cleartext yes\nuser u\n"
	    "relay 127.0.0.1:%d\npassword-command shell: echo x >>%s; "
	    "echo secret\n", r.port, count);
	begin(&s, text, "");
	deliver(&s, NULL);
	is_int(s.env.rcpt[0].verdict, VD_OK, "logged in");
	is_int(s.d.conninfo.authed, 1, "as it says");
	deliver(&s, NULL);
	is_int(s.env.rcpt[0].verdict, VD_OK, "and again");
	end(&s);
	end_relay(&r, calls);
	is(calls, "(EAMRD.Q(EAMRD.Q", "two sessions");
	NEED((file = fopen(count, "r")) != NULL);
	NEED(fread(runs, 1, sizeof(runs) - 1, file) > 0);
	(void)fclose(file);
	is(runs, "x\n", "one run of the command");
	NEED(unlink(count) == 0 && rmdir(dir) == 0);
	free(count);
	free(text);
}

int
main(void)
{
	fallbacks();
	chain();
	deadline();
	gone();
	without_bye();
	password();
	return done();
}
