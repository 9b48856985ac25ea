/* t_mail_envelope.c - recipients, each once, and their verdicts */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "mail/envelope.h"
#include "tap.h"

static const struct {
	const char	*addr;
	size_t		 want;		/* the index it gets */
} adds[] = {
	{ "a@example.org", 0 },
	{ "b@example.org", 1 },
	{ "a@example.org", 0 },
	{ "a@EXAMPLE.Org", 0 },
	{ "A@example.org", 2 },
	{ "a@example.com", 3 },
	{ "\"a@b\"@example.org", 4 },
	{ "\"A@b\"@example.org", 5 },
	{ "\"a@b\"@Example.org", 4 },
	{ "root", 6 },
	{ "Root", 7 },
	{ "root", 6 },
	{ "a@example.or", 8 },
	{ "\303\266@example.org", 9 },
	{ "b@example.org", 1 },
};

static void
test_add(void)
{
	struct envelope e = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(adds); i++)
		is_int((long long)envelope_add(&e, adds[i].addr),
		    (long long)adds[i].want, "add %s", adds[i].addr);
	is_int((long long)e.nrcpt, 10, "each once");
	is(e.rcpt[0].addr, "a@example.org", "the first spelling stays");
	envelope_release(&e);
	ok(e.rcpt == NULL && e.nrcpt == 0, "released");
}

static void
test_remove(void)
{
	struct envelope e = { 0 };
	char addr[32];
	size_t i, wrong = 0;

	for (i = 0; i < 100; i++) {
		(void)snprintf(addr, sizeof(addr), "u%zu@host.test", i);
		(void)envelope_add(&e, addr);
		envelope_remove_last(&e);
		wrong += e.nrcpt != i || envelope_add(&e, addr) != i;
	}
	for (i = 0; i < 100; i++) {
		(void)snprintf(addr, sizeof(addr), "u%zu@host.test", i);
		wrong += envelope_add(&e, addr) != i;
	}
	is_int((long long)wrong, 0, "removed and added again");
	envelope_release(&e);
}

static void
test_many(void)
{
	struct envelope e = { 0 };
	char addr[64];
	size_t i, wrong = 0, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < 20000; i++) {
			(void)snprintf(addr, sizeof(addr), "u%zu@%s.test", i,
			    round ? "HOST" : "host");
			wrong += envelope_add(&e, addr) != i;
		}
	is_int((long long)wrong, 0, "20,000 twice");
	is_int((long long)e.nrcpt, 20000, "and each once");
	envelope_release(&e);
}

static void
test_verdicts(void)
{
	struct envelope e = { 0 };
	struct fault f = { 0 };

	(void)envelope_add(&e, "a@x.test");
	(void)envelope_add(&e, "b@x.test");
	(void)envelope_add(&e, "c@x.test");
	is_int((long long)envelope_count(&e, VD_OK), 0, "none is settled");
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 550, VD_PERM, "no such user");
	rcpt_settle(&e.rcpt[0], NULL);
	rcpt_settle(&e.rcpt[1], &f);
	fault_clear(&f);
	is_int((long long)envelope_count(&e, VD_OK), 1, "one accepted");
	is_int((long long)envelope_count(&e, VD_PERM), 1, "one refused");
	is_int((long long)envelope_count(&e, VD_TEMP), 0, "none deferred");
	is(e.rcpt[1].why->text, "no such user", "the words are kept");
	ok(e.rcpt[0].why == NULL, "no words for the accepted one");
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 450, VD_TEMP, "later");
	rcpt_settle(&e.rcpt[1], &f);
	is(e.rcpt[1].why->text, "later", "settled anew");
	rcpt_unsettle(&e.rcpt[1]);
	ok(!e.rcpt[1].done && e.rcpt[1].why == NULL, "forgotten");
	is_int((long long)envelope_count(&e, VD_TEMP), 0, "not counted");
	envelope_release(&e);
}

static void
test_from(void)
{
	struct envelope e = { 0 };

	envelope_from(&e, "a@x.test");
	envelope_from(&e, "");
	is(e.from, "", "null sender");
	envelope_from(&e, "b@x.test");
	envelope_from(&e, e.from);
	is(e.from, "b@x.test", "from itself");
	envelope_release(&e);
}

static void
test_waits(void)
{
	static const struct {
		bool		 done, told;
		enum verdict	 verdict;
		enum stage	 stage;
		bool		 want;
	} t[] = {
		{ false, false, VD_OK, ST_RCPT, true },
		{ true, false, VD_OK, ST_RCPT, false },
		{ true, false, VD_TEMP, ST_RCPT, true },
		{ true, false, VD_DOUBT, ST_BODY, true },
		{ true, false, VD_PERM, ST_RCPT, false },
		{ true, false, VD_PERM, ST_BODY, false },
		{ true, false, VD_PERM, ST_AUTH, true },
		{ true, false, VD_PERM, ST_TLS, true },
		{ true, false, VD_PERM, ST_CONFIG, true },
		/* The sender was told that there is no other try. */
		{ true, true, VD_TEMP, ST_RCPT, false },
		{ true, true, VD_DOUBT, ST_BODY, false },
		{ true, true, VD_PERM, ST_AUTH, false },
	};
	struct fault f;
	struct rcpt r;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		r = (struct rcpt){ 0 };
		fault_clear(&f);
		(void)fault_set(&f, t[i].stage, FD_NONE, 0, t[i].verdict, "x");
		if (t[i].done)
			rcpt_settle(&r, t[i].verdict == VD_OK ? NULL : &f);
		r.told = t[i].told;
		is_int(rcpt_waits(&r), t[i].want, "%s%s after %s: waits",
		    t[i].done ? fault_verdict(t[i].verdict) : "no verdict",
		    t[i].told ? ", told" : "", fault_stage(t[i].stage));
		rcpt_unsettle(&r);
	}
}

int
main(void)
{
	test_add();
	test_remove();
	test_many();
	test_verdicts();
	test_waits();
	test_from();
	return done();
}
