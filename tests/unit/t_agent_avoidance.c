/* t_agent_avoidance.c - what messages go without, and what is learned of it */

#include <errno.h>
#include <string.h>

#include "agent/avoidance.h"
#include "base/util.h"
#include "tap.h"

static struct envelope env;

static void
settle(size_t i, enum stage stage, enum domain domain, int code,
    enum verdict verdict)
{
	struct fault f = { 0 };

	(void)fault_set(&f, stage, domain, code, verdict, "no");
	rcpt_unsettle(&env.rcpt[i]);
	rcpt_settle(&env.rcpt[i], &f);
}

static void
refused(void)
{
	struct avoidance a = { .base = CAP_DSN };
	struct client_mail m = { .used = CAP_SIZE | CAP_CHUNKING };
	struct delivery d = { .env = &env, .avoid = CAP_8BITMIME };

	settle(0, ST_MAIL, FD_SMTP, 555, VD_PERM);
	settle(1, ST_MAIL, FD_SMTP, 550, VD_PERM);
	ok(avoidance_again(&a, &d, &m), "SIZE is refused: again");
	ok(!env.rcpt[0].done && env.rcpt[1].done,
	    "for the recipient that was refused for it");
	is_int(avoidance_of(&a, &d), CAP_DSN | CAP_8BITMIME | CAP_SIZE,
	    "without that, and what was to be avoided before");
	is_int(a.learned | d.learned, 0, "nothing is learned yet");
	ok(a.retry && !a.anew, "in this session");
	avoidance_learn(&a, &d);
	is_int(a.learned & d.learned, CAP_SIZE, "it went: that is learned");
	avoidance_session(&a);
	ok(!a.retry && a.learned == CAP_SIZE && a.base == CAP_DSN,
	    "a new session keeps it");
}

static void
fallback(void)
{
	struct avoidance a = { 0 };
	struct client_mail m = { .used = CAP_SIZE };
	struct delivery d = { .env = &env, .step = 1 };

	settle(0, ST_MAIL, FD_SMTP, 555, VD_PERM);
	ok(avoidance_again(&a, &d, &m), "a fallback refuses SIZE");
	avoidance_learn(&a, &d);
	ok(a.learned == CAP_SIZE && d.learned == 0,
	    "for this relay it is learned, for the account it is not");
}

static void
anew(void)
{
	struct avoidance a = { 0 };
	struct client_mail m = { .used = CAP_PIPELINING };
	struct delivery d = { .env = &env }, other = { .env = &env };
	struct fault f = { 0 };

	settle(0, ST_MAIL, FD_SMTP, 554, VD_PERM);
	(void)strlcpy(env.rcpt[0].why->text, "synchronization error",
	    sizeof(env.rcpt[0].why->text));
	ok(avoidance_again(&a, &d, &m) && a.anew,
	    "the state is not known: a new session");
	avoidance_break_off(&a, &f);
	ok(f.verdict == VD_TEMP && f.domain == FD_NONE, "%s", f.text);
	m.used = 0;
	settle(0, ST_MAIL, FD_NONE, 0, VD_TEMP);
	settle(1, ST_MAIL, FD_SMTP, 450, VD_TEMP);
	ok(avoidance_again(&a, &other, &m) && !env.rcpt[0].done &&
	    env.rcpt[1].done, "a message that this cut off goes again");
	avoidance_session(&a);
	settle(0, ST_MAIL, FD_NONE, 0, VD_TEMP);
	ok(!avoidance_again(&a, &other, &m), "but not for ever");
}

static void
hung_up(void)
{
	static const struct {
		bool retry;
		enum stage stage;
		bool again;
	} t[] = {
		{ true, ST_MAIL, true }, { true, ST_RCPT, true },
		{ true, ST_BODY, false }, { false, ST_MAIL, false },
	};
	struct client_mail m = { 0 };
	struct delivery d = { .env = &env };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct avoidance a = { .retry = t[i].retry };

		settle(0, t[i].stage, FD_LINK, 0, VD_TEMP);
		is_int(avoidance_again(&a, &d, &m), t[i].again,
		    "hung up at %s, %s", fault_stage(t[i].stage),
		    t[i].retry ? "after a refusal" : "of its own accord");
	}
	rcpt_unsettle(&env.rcpt[0]);
	ok(!avoidance_again(&(struct avoidance){ .retry = true }, &d, &m),
	    "no verdict is nothing to take back");
}

/* One recipient is refused; then the relay hangs up at the other. */
static void
both(void)
{
	static const struct {
		enum domain domain;
		int code;
		enum verdict verdict;
		bool again;
	} t[] = {
		{ FD_LINK, 0, VD_TEMP, true },
		{ FD_ERRNO, ECONNRESET, VD_TEMP, true },
		{ FD_ERRNO, EPIPE, VD_TEMP, true },
		{ FD_ERRNO, ENETDOWN, VD_TEMP, false },
		{ FD_LINK, 0, VD_DOUBT, false },
	};
	struct client_mail m = { .used = CAP_PIPELINING };
	struct delivery d = { .env = &env };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct avoidance a = { 0 };

		settle(0, ST_RCPT, FD_SMTP, 554, VD_PERM);
		(void)strlcpy(env.rcpt[0].why->text, "synchronization error",
		    sizeof(env.rcpt[0].why->text));
		settle(1, ST_RCPT, t[i].domain, t[i].code, t[i].verdict);
		ok(avoidance_again(&a, &d, &m) && !env.rcpt[0].done &&
		    env.rcpt[1].done == !t[i].again,
		    "the other, %s", t[i].again ? "too" : "not");
	}
}

int
main(void)
{
	(void)envelope_add(&env, "bob@example.org");
	(void)envelope_add(&env, "carol@example.org");
	refused();
	fallback();
	anew();
	hung_up();
	both();
	envelope_release(&env);
	return done();
}
