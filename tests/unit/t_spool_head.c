/* t_spool_head.c - what stands before the message in its file */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "spool/head.h"
#include "tap.h"

#define FIRST	"heloise-message 1 00000000 0000000000000004711 7\n"
#define FACTS	"time 1795255262\nuid 1000\naccount work\norigin cron\n" \
	"bounce no\nenvid -\nret -\n"
#define FROM	"from a@x.test\n"

/* Write and read back; everything must be as it was. */
static void
test_round(void)
{
	static char account[] = "my account", origin[] = "php\nuid 0";
	struct spool_meta m = { 1795255262, 4294967295u, account, origin,
	    true }, m2 = { 0 };
	struct envelope e = { 0 }, e2 = { 0 };
	struct buf b = { .max = HEAD_MAX };
	struct fault f = { 0 };
	char first[HEAD_FIRST + 1];

	envelope_from(&e, "\"a b\\\"\"@x.test");
	(void)envelope_add(&e, "b%c@x.test");
	(void)envelope_add(&e, "\303\266@x.test");
	e.rcpt[1].notify = NOTIFY_SUCCESS | NOTIFY_DELAY;
	e.rcpt[1].orcpt = xstrdup("rfc822;o+40x");
	e.envid = xstrdup("id+2B1");
	e.ret = RET_HDRS;
	e.eightbit = true;
	is_int(head_format(&b, &e, &m, &f), 0, "format: %s", f.text);
	head_first(first, b.len, 99, true);
	memcpy(b.p, first, HEAD_FIRST);
	is_int(head_parse(b.p, b.len, &e2, &m2, &f), 0, "parse: %s", f.text);
	is(e2.from, e.from, "sender");
	is_int((long long)e2.nrcpt, 2, "two recipients");
	is(e2.rcpt[0].addr, "b%c@x.test", "the first");
	ok(e2.rcpt[0].orcpt == NULL && e2.rcpt[0].notify == 0, "is plain");
	is(e2.rcpt[1].addr, "\303\266@x.test", "the second");
	is(e2.rcpt[1].orcpt, "rfc822;o+40x", "its original");
	is_int(e2.rcpt[1].notify, NOTIFY_SUCCESS | NOTIFY_DELAY, "notify");
	is(e2.envid, "id+2B1", "envid");
	ok(e2.ret == RET_HDRS && e2.eightbit, "ret, eightbit");
	ok(m2.submitted == m.submitted && m2.uid == m.uid && m2.bounce,
	    "time, uid, bounce");
	is(m2.account, "my account", "account");
	is(m2.origin, "php\nuid 0", "an origin that would forge a line");
	envelope_release(&e);
	envelope_release(&e2);
	spool_meta_release(&m2);
	buf_release(&b);
}

static void
test_null_sender(void)
{
	struct spool_meta m = { 0 }, m2 = { 0 };
	struct envelope e = { 0 }, e2 = { 0 };
	struct buf b = { .max = HEAD_MAX };
	struct fault f = { 0 };
	char first[HEAD_FIRST + 1];

	envelope_from(&e, "");
	(void)envelope_add(&e, "b@x.test");
	is_int(head_format(&b, &e, &m, &f), 0, "null sender: %s", f.text);
	ok(head_parse(b.p, b.len, &e2, &m2, &f) == -1 &&
	    strstr(f.text, "never finished") != NULL,
	    "without a size it was never finished");
	head_first(first, b.len, 1, false);
	memcpy(b.p, first, HEAD_FIRST);
	is_int(head_parse(b.p, b.len, &e2, &m2, &f), 0, "read: %s", f.text);
	is(e2.from, "", "null sender is back");
	ok(e2.envid == NULL, "no envid");
	is(m2.account, "", "no account");
	envelope_release(&e);
	envelope_release(&e2);
	spool_meta_release(&m2);
	buf_release(&b);
}

static const struct {
	const char	*from, *to, *orcpt, *envid;
	enum stage	 stage;
} unfit[] = {
	{ "a@x.test\nrcpt 0 - z@x.test", "b@x.test", NULL, NULL, ST_ADDRESS },
	{ "a@x.test", "b@x.test>", NULL, NULL, ST_ADDRESS },
	{ "a", "b@x.test", NULL, NULL, ST_ADDRESS },
	{ "a@x.test", "b", NULL, NULL, ST_ADDRESS },
	{ "a@x.test", "", NULL, NULL, ST_ADDRESS },
	{ "a@x.test", NULL, NULL, NULL, ST_SPOOL },
	{ "a@x.test", "b@x.test", "rfc822;a b", NULL, ST_SPOOL },
	{ "a@x.test", "b@x.test", NULL, "a\r\nb", ST_SPOOL },
};

/* Nothing gets in that could not be read again. */
static void
test_unfit(void)
{
	struct spool_meta m = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(unfit); i++) {
		struct envelope e = { 0 };
		struct buf b = { .max = HEAD_MAX };
		struct fault f = { 0 };

		envelope_from(&e, unfit[i].from);
		if (unfit[i].to != NULL)
			(void)envelope_add(&e, unfit[i].to);
		if (unfit[i].orcpt != NULL)
			e.rcpt[0].orcpt = xstrdup(unfit[i].orcpt);
		if (unfit[i].envid != NULL)
			e.envid = xstrdup(unfit[i].envid);
		is_int(head_format(&b, &e, &m, &f), -1, "unfit %zu", i);
		ok(f.stage == unfit[i].stage && f.verdict == VD_PERM &&
		    b.len == 0, "unfit %zu: %s", i, f.text);
		envelope_release(&e);
		buf_release(&b);
	}
}

static const struct {
	const char	*text;		/* after FIRST */
	const char	*why;		/* NULL: it is good */
} heads[] = {
	{ FACTS FROM "rcpt 0 - b@x.test\n\n", NULL },
	{ FACTS "from -\nrcpt 15 rfc822;b b@x.test\n\n", NULL },
	{ "", "cut short" },
	{ "\n", "line 2" },
	{ FACTS FROM "\n", "line 10 of its envelope: expected a recipient" },
	{ FACTS FROM "rcpt 0 - b@x.test\n", "line 11" },
	{ FACTS FROM "rcpt 0 - b@x.test", "line 10" },
	{ FACTS FROM "rcpt 0 - b@x.test\n\nx", "line 12" },
	{ FACTS FROM "rcpt 0 - b@x.test\n\n\n", "line 12" },
	{ FACTS FROM "rcpt 0 - b@x.test c@x.test\n\n", "not a recipient" },
	{ FACTS FROM "rcpt 16 - b@x.test\n\n", "not a recipient" },
	{ FACTS FROM "rcpt - b@x.test\n\n", "not a recipient" },
	{ FACTS FROM "rcpt 0 a%20b b@x.test\n\n", "not a recipient" },
	{ FACTS FROM "rcpt 0 - b\n\n", "not an address" },
	{ FACTS FROM "rcpt 0 - -\n\n", "not an address" },
	{ FACTS FROM "rcpt 0 - <b@x.test>\n\n", "not an address" },
	{ FACTS FROM "rcpt 0 - b%0D%0A@x.test\n\n", "not an address" },
	{ FACTS FROM "rcpt 0 - b@x.test\nrcpt 0 - b@X.test\n\n", "twice" },
	{ FACTS "from a\nrcpt 0 - b@x.test\n\n", "the sender" },
	{ FACTS "from a@x.test b@x.test\nrcpt 0 - b@x.test\n\n", "line 9" },
	{ FACTS "rcpt 0 - b@x.test\n\n", "line 9" },
	{ "time -1\n", "line 2" },
	{ "time 99999999999999999999\n", "line 2" },
	{ "uid 0\ntime 0\n", "line 2" },
	{ "time 0\nuid 4294967296\n", "line 3" },
	{ "time 0\nuid 0\naccount -\norigin -\nbounce maybe\n", "line 6" },
	{ "time 0\nuid 0\naccount -\norigin -\nbounce no\nenvid a%0A\n",
	    "line 7" },
	{ "time 0\nuid 0\naccount -\norigin -\nbounce no\nenvid -\nret x\n",
	    "line 8" },
};

static void
test_parse(void)
{
	size_t i;

	for (i = 0; i < NITEMS(heads); i++) {
		char *text = xasprintf("%s%s", FIRST, heads[i].text);
		size_t n = strlen(text);
		struct spool_meta m = { 0 };
		struct envelope e = { 0 };
		struct fault f = { 0 };
		char first[HEAD_FIRST + 1];
		int rc;

		head_first(first, n < 50 ? 50 : n, 4711, false);
		memcpy(text, first, HEAD_FIRST);
		rc = head_parse(text, n, &e, &m, &f);
		is_int(rc, heads[i].why != NULL ? -1 : 0, "head %zu", i);
		if (heads[i].why != NULL) {
			ok(strstr(f.text, heads[i].why) != NULL &&
			    f.stage == ST_SPOOL && f.verdict == VD_TEMP,
			    "head %zu: %s: %s", i, heads[i].why, f.text);
			ok(e.from == NULL && e.nrcpt == 0 &&
			    m.account == NULL, "head %zu: nothing", i);
		}
		envelope_release(&e);
		spool_meta_release(&m);
		free(text);
	}
}

static const struct {
	const char	*line;
	const char	*why;
} firsts[] = {
	{ "heloise-message 1 00000213 0000000000000004711 8\n", NULL },
	{ "heloise-message 2 00000213 0000000000000004711 8\n", "version" },
	{ "heloise-messages1 00000213 0000000000000004711 8\n",
	    "not a message" },
	{ "From alice@example.org Sat Nov 21 10:01:02 2026 xx\n",
	    "not a message" },
	{ "heloise-message 1 00000213 0000000000000004711 9\n", "damaged" },
	{ "heloise-message 1 00000213 0000000000000004711 8 ", "damaged" },
	{ "heloise-message 1 00000213 000000000000000471x 8\n", "damaged" },
	{ "heloise-message 1 00000213  000000000000004711 8\n", "damaged" },
	{ "heloise-message 1 00000049 0000000000000004711 8\n", "damaged" },
	{ "heloise-message 1 99999999 0000000000000004711 8\n", "damaged" },
	{ "heloise-message 1 00000213 0000000000000000000 8\n",
	    "never finished" },
#if SIZE_MAX > 0xffffffff
	{ "heloise-message 1 00000213 9999999999999999999 8\n", NULL },
#endif
};

static void
test_first(void)
{
	size_t i, at, size;
	char line[HEAD_FIRST + 1];
	bool eightbit;

	for (i = 0; i < NITEMS(firsts); i++) {
		struct fault f = { 0 };

		is_int(head_measure(firsts[i].line, &at, &size, &eightbit,
		    &f), firsts[i].why != NULL ? -1 : 0, "first %zu", i);
		if (firsts[i].why != NULL) {
			ok(strstr(f.text, firsts[i].why) != NULL,
			    "first %zu: %s", i, f.text);
			continue;
		}
		head_first(line, at, size, eightbit);
		is(line, firsts[i].line, "first %zu: as it was", i);
	}
}

/* Ten thousand recipients take time in proportion, and fit. */
static void
test_many(void)
{
	struct spool_meta m = { 0 };
	struct envelope e = { 0 }, e2 = { 0 };
	struct buf b = { .max = HEAD_MAX };
	struct fault f = { 0 };
	char first[HEAD_FIRST + 1], addr[ADDR_MAX + 1];
	int i;

	envelope_from(&e, "a@x.test");
	for (i = 0; i < 10000; i++) {
		(void)snprintf(addr, sizeof(addr), "user%d@x.test", i);
		(void)envelope_add(&e, addr);
	}
	is_int(head_format(&b, &e, &m, &f), 0, "10000 recipients");
	head_first(first, b.len, 1, false);
	memcpy(b.p, first, HEAD_FIRST);
	is_int(head_parse(b.p, b.len, &e2, &m, &f), 0, "and back");
	is_int((long long)e2.nrcpt, 10000, "all of them");
	is(e2.rcpt[9999].addr, "user9999@x.test", "in their order");
	envelope_release(&e);
	envelope_release(&e2);
	spool_meta_release(&m);
	buf_clear(&b);
	b.max = 100;
	envelope_from(&e, "a@x.test");
	(void)envelope_add(&e, "b@x.test");
	is_int(head_format(&b, &e, &m, &f), -1, "no room for the envelope");
	envelope_release(&e);
	buf_release(&b);
}

int
main(void)
{
	test_round();
	test_null_sender();
	test_unfit();
	test_parse();
	test_first();
	test_many();
	return done();
}
