/* t_submit_patience.c - a caller's wait for a connection to the relay */

#include <signal.h>
#include <time.h>

#include "submit/patience.h"
#include "spooling.h"

static char host[] = "relay.example.org", two_an_hour[] = "2/1h";

static const struct settings set = { .relay = host, .connections = 2 },
    hourly = { .relay = host, .connections = 2, .rate = two_an_hour },
    impatient = { .patience = 0 }, patient = { .patience = 3600 },
    hasty = { .patience = 3600, .deadline = 5 };

static volatile sig_atomic_t stop;

static void
refused(struct envelope *env, int code, const char *text)
{
	struct fault f = { 0 };

	(void)fault_set(&f, ST_GREETING, FD_SMTP, code, code < 500 ? VD_TEMP :
	    VD_PERM, "%s", text);
	envelope_settle(env, &f);
}

static void
limits(void)
{
	struct patience p = { .slot = -1 };
	long long now = clock_ms();

	patience_begin(&p, &set, &patient, NULL, NULL);
	ok(p.limit == p.end && p.end >= now + 3600000 && p.deadline == 0,
	    "patience is the limit");
	patience_begin(&p, &set, &hasty, NULL, NULL);
	ok(p.limit == p.deadline && p.deadline < p.end,
	    "the deadline is, if it comes first");
}

static void
uncounted(void)
{
	struct patience p = { .slot = -1 };
	struct fault f = { 0 };
	time_t next = 1;
	int i;

	patience_begin(&p, &hourly, &impatient, NULL, NULL);
	for (i = 0; i < 5; i++)
		is_int(patience_connection(&p, &next, &f), 0,
		    "without a spool nothing is counted");
	is_int((long long)next, 0, "and nothing has to wait");
	is_int(p.slot, -1, "nothing is held");
}

static void
connections(struct spool *spool)
{
	struct patience p[3] = { { .slot = -1 }, { .slot = -1 },
	    { .slot = -1 } };
	struct fault f = { 0 };
	time_t next;
	int i;

	for (i = 0; i < 3; i++)
		patience_begin(&p[i], &set, &impatient, spool, NULL);
	is_int(patience_connection(&p[0], &next, &f), 0, "one");
	is_int(patience_connection(&p[1], &next, &f), 0, "two");
	is_int(patience_connection(&p[2], &next, &f), -1, "not three");
	ok(f.stage == ST_WAIT && f.verdict == VD_TEMP &&
	    strstr(f.text, "`connections 2`") != NULL, "%s", f.text);
	patience_release(&p[0]);
	is_int(patience_connection(&p[2], &next, &f), 0, "when one is free");
	is_int(patience_connection(&p[2], &next, &f), 0,
	    "another try needs no other one");
	p[0] = (struct patience){ .slot = -1 };
	patience_begin(&p[0], &set, &patient, spool, &stop);
	stop = 1;
	is_int(patience_connection(&p[0], &next, &f), -1, "a signal");
	stop = 0;
	for (i = 0; i < 3; i++)
		patience_release(&p[i]);
}

static void
rates(struct spool *spool)
{
	struct patience p = { .slot = -1 };
	struct envelope env = { 0 };
	struct fault f = { 0 };
	time_t next, now = time(NULL);

	(void)envelope_add(&env, "bob@example.org");
	patience_begin(&p, &hourly, &impatient, spool, NULL);
	is_int(patience_connection(&p, &next, &f), 0, "the first this hour");
	is_int(patience_connection(&p, &next, &f), 0, "the second");
	is_int(patience_connection(&p, &next, &f), -1, "not the third");
	ok(next >= now + 3590 && next <= now + 3610 && f.stage == ST_WAIT &&
	    strstr(f.text, "`rate 2/1h`") != NULL, "%s", f.text);
	is_int(p.slot, -1, "it holds no connection");
	refused(&env, 421, "too many connections");
	ok(!patience_again(&p, &env), "no time is left to ask again");
	is_int(patience_connection(&p, &next, &f), 0,
	    "what a busy relay did not take does not count");
	patience_release(&p);
	envelope_release(&env);
}

static void
again(struct spool *spool)
{
	static const struct {
		int code;
		const char *text;
		bool busy;
	} t[] = {
		{ 421, "too many concurrent connections", true },
		{ 432, "Concurrent connections limit exceeded", true },
		{ 421, "out of order", false },
		{ 550, "no such user", false },
	};
	struct patience p = { .slot = -1 };
	struct envelope env = { 0 };
	struct fault f = { 0 };
	time_t next;
	size_t i;

	(void)envelope_add(&env, "bob@example.org");
	patience_begin(&p, &set, &patient, spool, &stop);
	for (i = 0; i < NITEMS(t); i++) {
		refused(&env, t[i].code, t[i].text);
		p.asked = clock_ms();
		is_int(patience_kept_back(&env), t[i].busy, "%d %s", t[i].code,
		    t[i].text);
		is_int(patience_again(&p, &env), t[i].busy,
		    "it is asked again or not");
		is_int(env.rcpt[0].done, !t[i].busy, "with or without verdict");
		rcpt_unsettle(&env.rcpt[0]);
	}
	is_int(p.refusals, 2, "refusals are counted");
	refused(&env, t[0].code, t[0].text);
	p.asked = clock_ms() - 1800 * 1000;
	ok(!patience_again(&p, &env),
	    "not if its answer would come after patience");
	rcpt_unsettle(&env.rcpt[0]);
	is_int(p.slot, -1, "the connection is free for others");
	/* The relay takes fewer now: none but that of another process. */
	patience_begin(&p, &set, &impatient, spool, NULL);
	is_int(patience_connection(&p, &next, &f), 0, "one it still takes");
	(void)envelope_add(&env, "carol@example.org");
	refused(&env, 421, "too many connections");
	(void)rcpt_unsettle(&env.rcpt[1]);
	f = (struct fault){ 0 };
	rcpt_settle(&env.rcpt[1], &f);
	ok(!patience_kept_back(&env), "not if one recipient has it");
	patience_release(&p);
	envelope_release(&env);
}

int
main(void)
{
	static void (*const part[])(struct spool *) = { connections, rates,
	    again };
	struct spool spool;
	struct fault f = { 0 };
	char dir[] = "/tmp/patience.XXXXXX", *path;
	size_t i;

	limits();
	uncounted();
	NEED(mkdtemp(dir) != NULL);
	for (i = 0; i < NITEMS(part); i++) {
		path = xasprintf("%s/%zu", dir, i);
		NEED(spool_open(&spool, path, true, &f) == 0);
		part[i](&spool);
		spool_close(&spool);
		free(path);
	}
	remove_tree(dir);
	return done();
}
