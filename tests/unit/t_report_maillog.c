/* t_report_maillog.c - the lines of the log on what became of messages */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "config/file.h"
#include "report/maillog.h"
#include "tap.h"

static const char text[] =
    "relay base.x.test\n"
    "tls starttls\n"
    "account home\n"
    "relay home.x.test\n"
    "match *@home.test\n"
    "account unsafe\n"
    "relay unsafe.x.test\n"
    "tls-verify no\n";

/* A log that is read from sock, a line at a time. */
struct scene {
	struct config	 config;
	struct maillog	 log;
	int		 sock;
	struct envelope	 env;
	struct spool_meta meta;
	struct conninfo	 link;
	struct maillog_try try;
	char		 line[32768];
};

static void
begin(struct scene *s, const char *more)
{
	struct config_source src = { .system = "/etc/heloise.conf" };
	char *all = xasprintf("%s%s", more, text);
	int fds[2];

	memset(s, 0, sizeof(*s));
	config_init(&s->config);
	(void)config_file_text(&s->config, CONFIG_SYSTEM, "/f", NULL, all,
	    strlen(all));
	config_finish(&s->config);
	free(all);
	is(buf_text(&s->config.mistakes), "", "the configuration is fine");
	maillog_init(&s->log, &s->config, &src, "here.test");
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds) == -1)
		abort();
	s->log.syslog = (struct syslog){ .fd = fds[0], .syslog = true };
	s->sock = fds[1];
	envelope_from(&s->env, "a@x.test");
	s->meta = (struct spool_meta){ .submitted = time(NULL) - 90,
	    .uid = 1000, .origin = xstrdup("cron") };
	conninfo_clear(&s->link);
	(void)strlcpy(s->link.what, "base.x.test:587", sizeof(s->link.what));
	s->link.account = ACCOUNT_BASE;
	s->try = (struct maillog_try){ .id = "17", .env = &s->env,
	    .meta = &s->meta, .conninfo = &s->link, .accepted = "ok",
	    .size = 21, .tries = 3, .kept = true };
}

static void
end(struct scene *s)
{
	maillog_close(&s->log);
	(void)close(s->sock);
	envelope_release(&s->env);
	spool_meta_release(&s->meta);
	config_release(&s->config);
}

/* The next line, or "". */
static const char *
line(struct scene *s)
{
	ssize_t n = recv(s->sock, s->line, sizeof(s->line) - 1,
	    MSG_DONTWAIT);

	s->line[n > 0 ? n : 0] = '\0';
	return s->line;
}

static void
add(struct scene *s, const char *addr, enum verdict v, int code,
    const char *words)
{
	size_t i = envelope_add(&s->env, addr);
	struct fault f = { 0 };

	(void)fault_set(&f, ST_RCPT, FD_SMTP, code, v, "%s", words);
	rcpt_settle(&s->env.rcpt[i], v == VD_OK ? NULL : &f);
}

static bool
has(const char *s, const char *part)
{
	if (strstr(s, part) != NULL)
		return true;
	printf("# %s\n", s);
	return false;
}

/* One recipient: the result and how grave it is. */
static void
results(void)
{
	static const struct {
		enum verdict	 verdict;
		bool		 told, kept, expired, untried;
		const char	*result, *level;
	} t[] = {
		{ VD_OK, false, true, false, false, "sent", "<22>" },
		{ VD_OK, false, false, false, false, "sent", "<22>" },
		{ VD_OK, false, true, true, false, "sent", "<22>" },
		{ VD_TEMP, false, true, false, true, "queued", "<22>" },
		{ VD_TEMP, false, true, false, false, "deferred", "<20>" },
		{ VD_DOUBT, false, true, false, false, "deferred", "<20>" },
		{ VD_TEMP, false, false, false, false, "failed", "<19>" },
		{ VD_TEMP, false, true, true, false, "expired", "<19>" },
		{ VD_TEMP, true, true, true, false, "expired", "<19>" },
		{ VD_DOUBT, true, true, true, false, "expired", "<19>" },
		{ VD_PERM, false, true, false, false, "failed", "<19>" },
		{ VD_PERM, true, true, false, false, "failed", "<19>" },
		{ VD_PERM, true, true, true, false, "failed", "<19>" },
	};
	struct scene s;
	char want[32];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, "");
		add(&s, "b@x.test", t[i].verdict, 450, "words");
		s.env.rcpt[0].told = t[i].told;
		s.try.kept = t[i].kept;
		s.try.expired = t[i].expired;
		s.try.untried = t[i].untried;
		maillog_attempt(&s.log, &s.try);
		(void)snprintf(want, sizeof(want), " result=%s ",
		    t[i].result);
		ok(has(line(&s), want), "%zu: %s", i, t[i].result);
		ok(strncmp(s.line, t[i].level, 4) == 0, "%zu: %s", i,
		    t[i].level);
		is(line(&s), "", "%zu: in one line", i);
		end(&s);
	}
}

/* What stands in a line, and what does not before a try. */
static void
facts(void)
{
	struct scene s;

	begin(&s, "");
	(void)strlcpy(s.link.ip, "192.0.2.1", sizeof(s.link.ip));
	(void)strlcpy(s.link.auth, "PLAIN", sizeof(s.link.auth));
	add(&s, "b@x.test", VD_OK, 0, "");
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), ": id=17 from=a@x.test to=b@x.test account=default "
	    "account-why="), "whose message it is");
	ok(has(s.line, " relay=base.x.test:587 ip=192.0.2.1 "), "the relay");
	ok(has(s.line, " auth=- size=21 "), "no login was taken");
	ok(has(s.line, " tries=3 delay=9"), "tries and delay");
	ok(has(s.line, " uid=1000 caller=cron text=ok"), "the caller");
	ok(strstr(s.line, "warning=") == NULL, "nothing to warn of");
	s.link.authed = 1;
	s.meta.submitted = time(NULL) + 1000;
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), " auth=PLAIN "), "a login was taken");
	ok(has(s.line, " delay=0 "), "no delay is negative");
	s.try.untried = true;
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), " relay=- ip=- ") && has(s.line, " text=-"),
	    "nothing of the connection before a try");
	s.try.untried = false;
	s.try.conninfo = NULL;
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), " relay=- ip=- "), "nor without one");
	end(&s);

	begin(&s, "");
	add(&s, "b@x.test", VD_PERM, 550, "no such user");
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), " code=550 ") && has(s.line, " text=\"no such user\""
	    " hint=\"the relay knows no recipient b@x.test\""),
	    "the reply and a hint");
	end(&s);

	begin(&s, "log-format json\n");
	add(&s, "b@x.test", VD_OK, 0, "");
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), "{\"time\":\"2") && has(s.line, "\"id\":\"17\""),
	    "as JSON");
	end(&s);
}

/* Which account a message went over, and why that one. */
static void
accounts(void)
{
	static const struct {
		const char	*account, *from, *passed;
		int		 over;
		const char	*want;
		bool		 warned;
	} t[] = {
		{ "", "a@x.test", "", ACCOUNT_BASE, " account=default ",
		    false },
		{ "home", "a@home.test", "", 0, " account=home account-why="
		    "\"its match takes <a@home.test>\" ", false },
		{ "home", "a@home.test", "home: it is down", 1,
		    " account=unsafe account-why=\"home: it is down\" ",
		    true },
		{ "unsafe", "a@x.test", "", 1, " account=unsafe ", true },
		{ "gone", "a@x.test", "", ACCOUNT_NONE, " to=b@x.test "
		    "relay=", false },
		{ "home", "a@home.test", "home: it is down",
		    CONFIG_ACCOUNTS - 1, " account=home ", false },
	};
	struct scene s;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, "");
		envelope_from(&s.env, t[i].from);
		add(&s, "b@x.test", VD_OK, 0, "");
		s.meta.account = xstrdup(t[i].account);
		s.link.account = t[i].over;
		(void)strlcpy(s.link.passed, t[i].passed,
		    sizeof(s.link.passed));
		maillog_attempt(&s.log, &s.try);
		ok(has(line(&s), t[i].want), "%zu:%s", i, t[i].want);
		is_int(strstr(s.line, " warning=") != NULL, t[i].warned,
		    "%zu: a warning", i);
		end(&s);
	}
}

/* Recipients with the same outcome share a line. */
static void
groups(void)
{
	struct scene s;
	bool tried[] = { false, true, true, true, true };

	begin(&s, "");
	add(&s, "b@x.test", VD_OK, 0, "");
	add(&s, "c@x.test", VD_PERM, 550, "no such user");
	add(&s, "d@x.test", VD_OK, 0, "");
	add(&s, "e@x.test", VD_PERM, 550, "no such user");
	add(&s, "f@x.test", VD_PERM, 550, "full");
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), " to=b@x.test,d@x.test "), "two have it");
	ok(has(line(&s), " to=c@x.test,e@x.test "), "two do not exist");
	ok(has(line(&s), " to=f@x.test "), "one has other words");
	is(line(&s), "", "and that is all");
	s.try.tried = tried;
	maillog_attempt(&s.log, &s.try);
	(void)line(&s);
	ok(has(line(&s), " to=d@x.test "), "one was not tried");
	s.try.tried = NULL;
	while (*line(&s) != '\0')
		;
	s.try.untried = true;
	maillog_attempt(&s.log, &s.try);
	ok(has(line(&s), " to=b@x.test,c@x.test,d@x.test,e@x.test,f@x.test "),
	    "all are queued alike");
	end(&s);
}

/* How many a line names, each of which ends in '@'. */
static int
recipients(const char *of)
{
	const char *p = strstr(of, " to=");
	int n = 0;

	while (p != NULL && *++p != ' ')
		n += *p == '@';
	return n;
}

/* How many recipients a line holds, and how far they may be apart. */
static void
limits(void)
{
	static const struct {
		int		 n;
		const char	*name;	/* before the number of each */
		int		 other;	/* from 1 up to it all fare otherwise */
		int		 first;	/* so many are in the first line */
	} t[] = {
		{ 64, "", 0, 64 }, { 65, "", 0, 64 }, { 150, "", 0, 64 },
		/* 80 octets with the comma */
		{ 10, "r2345678901234567890123456789012345678901234567890"
		    "1234567890123456789012345", 0, 10 },
		{ 11, "r2345678901234567890123456789012345678901234567890"
		    "1234567890123456789012345", 0, 10 },
		{ 256, "", 254, 2 }, { 257, "", 255, 1 },
	};
	struct scene s;
	char addr[128];
	int k, first, all;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, "");
		for (k = 0; k < t[i].n; k++) {
			(void)snprintf(addr, sizeof(addr), "%s%03d@", t[i].name,
			    k);
			add(&s, addr, k > 0 && k <= t[i].other ? VD_PERM :
			    VD_OK, 550, "no");
		}
		envelope_from(&s.env, "");
		maillog_attempt(&s.log, &s.try);
		first = recipients(line(&s));
		for (all = first; *line(&s) != '\0'; )
			all += recipients(s.line);
		is_int(first, t[i].first, "%d: in the first line", t[i].n);
		is_int(all, t[i].n, "%d: each once", t[i].n);
		end(&s);
	}
}

/* Two share a line if all of it is the same. */
static void
alike(void)
{
	static const struct {
		enum stage	 stage;
		int		 code;
		enum verdict	 verdict;
		const char	*words;
		int		 lines;	/* with the first row */
	} t[] = {
		{ ST_RCPT, 450, VD_TEMP, "no", 1 },
		{ ST_DATA, 450, VD_TEMP, "no", 2 },
		{ ST_RCPT, 451, VD_TEMP, "no", 2 },
		{ ST_RCPT, 450, VD_PERM, "no", 2 },
		{ ST_RCPT, 450, VD_TEMP, "not now", 2 },
	};
	struct scene s;
	struct fault f = { 0 };
	size_t i;
	int n;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, "");
		add(&s, "b@x.test", t[0].verdict, t[0].code, t[0].words);
		(void)envelope_add(&s.env, "c@x.test");
		(void)fault_set(&f, t[i].stage, FD_SMTP, t[i].code,
		    t[i].verdict, "%s", t[i].words);
		rcpt_settle(&s.env.rcpt[1], &f);
		maillog_attempt(&s.log, &s.try);
		for (n = 0; *line(&s) != '\0'; n++)
			;
		is_int(n, t[i].lines, "like the first: %zu", i);
		end(&s);
	}
}

/* Without a check of the certificate, unless something stands for it. */
static void
warnings(void)
{
	static const struct {
		const char	*more;
		bool		 warned;
	} t[] = {
		{ "", false }, { "tls-verify no\n", true },
		{ "tls-verify no\ntls-pin sha256:0123456789abcdef0123456789"
		    "abcdef0123456789abcdef0123456789abcdef\n", false },
	};
	struct scene s;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		begin(&s, t[i].more);
		add(&s, "b@x.test", VD_OK, 0, "");
		maillog_attempt(&s.log, &s.try);
		is_int(strstr(line(&s), " warning=\"tls-verify is no: ") !=
		    NULL, t[i].warned, "a warning with '%s'", t[i].more);
		end(&s);
	}
	begin(&s, "");
	s.config.base.tls_verify = false;
	s.config.base.tls = SETTING_TLS_NONE;
	add(&s, "b@x.test", VD_OK, 0, "");
	maillog_attempt(&s.log, &s.try);
	ok(strstr(line(&s), "warning=") == NULL, "nor without TLS");
	end(&s);
}

/* A message that was not taken; and a log that is closed. */
static void
refusal(void)
{
	struct fault f = { 0 };
	struct scene s;

	begin(&s, "");
	(void)fault_set(&f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "no at sign");
	maillog_refusal(&s.log, &f, &s.meta);
	ok(strncmp(line(&s), "<19>", 4) == 0, "it is an error");
	ok(has(s.line, ": id=- ") && has(s.line, " stage=address "),
	    "where it failed");
	ok(has(s.line, " result=failed ") && has(s.line,
	    " uid=1000 caller=cron text=\"no at sign\""), "and for whom");
	maillog_left_out(&s.log, "f:3: |cmd: no", &s.env, &s.meta);
	ok(strncmp(line(&s), "<20>", 4) == 0, "a member left out: a warning");
	ok(has(s.line, " from=a@x.test ") && has(s.line, " result=left-out ") &&
	    has(s.line, " caller=cron text=\"f:3: |cmd: no\""),
	    "of which message, and why");
	maillog_close(&s.log);
	add(&s, "b@x.test", VD_OK, 0, "");
	maillog_attempt(&s.log, &s.try);
	maillog_refusal(&s.log, &f, &s.meta);
	is(line(&s), "", "a closed log takes nothing");
	end(&s);

	begin(&s, "log /nowhere/log\n");
	maillog_close(&s.log);
	maillog_open(&s.log);
	is_int(s.log.syslog.fd, -1, "a log that cannot be opened is no one");
	end(&s);
}

int
main(void)
{
	results();
	facts();
	accounts();
	groups();
	limits();
	alike();
	warnings();
	refusal();
	return done();
}
