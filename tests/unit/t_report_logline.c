/* t_report_logline.c - lines for the log */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "report/logline.h"
#include "tap.h"

static void
ids(void)
{
	static const struct { const char *words, *id; } t[] = {
		{ "2.0.0 Ok: queued as 4XyZ12AbC", "4XyZ12AbC" },
		{ "Ok: queued as 8A1B2C.", "8A1B2C" },
		{ "2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: "
		  "queued as 9F00", "9F00" },
		{ "Ok: queued on mail-nwsmtp-5.sas.yp-c.yandex.net as "
		  "1700000000-AbCdEf", "1700000000-AbCdEf" },
		{ "OK id=1rABCd-0001Ef-2G", "1rABCd-0001Ef-2G" },
		{ "Requested mail action okay, completed: "
		  "id=1MxYz-1qAbC-00", "1MxYz-1qAbC-00" },
		{ "2.0.0 3ALBxyz012345 Message accepted for delivery",
		  "3ALBxyz012345" },
		{ "2.0.0 f7ea5b00 Message accepted for delivery", "f7ea5b00" },
		{ "2.0.0 OK  1700000000 a1-20020a056000sor123 - gsmtp",
		  "a1-20020a056000sor123" },
		{ "2.6.0 <a@b> [InternalId=123456789, Hostname=X] 2000 bytes "
		  "in 0.1, 12 KB/sec Queued mail for delivery", "123456789" },
		{ "Ok 0100018e0f0f-aaaa-bbbb-000000",
		  "0100018e0f0f-aaaa-bbbb-000000" },
		{ "ok 1700000000 qp 12345", "12345" },
		{ "Message Queued (A1B2-C3.1)", "A1B2-C3.1" },
		{ "Great success", "" },
		{ "Message received", "" },
		{ "ok", "" },
		{ "OK done", "" },
		{ "queued as ", "" },
		{ "", "" },
		{ " message accepted for delivery", "" },
		{ "id=\"", "" },
	};
	char id[64];
	bool yes;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		yes = logline_relay_id(t[i].words, id, sizeof(id));
		is(id, t[i].id, "the id in: %s", t[i].words);
		ok(yes == (t[i].id[0] != '\0'), "and whether there is one");
	}
	ok(!logline_relay_id("queued as 1234567", id, 4) && id[0] == '\0',
	    "one that does not fit is none");
}

static const char *const two[] = { "bob@x.test", "\"c d\"@x.test" };

static void
text(void)
{
	struct logline a = { .id = "0123", .from = "a@x.test", .to = two,
	    .nto = 1, .relay = "relay:587", .ip = "192.0.2.1",
	    .helo = "me.test", .tls = "TLS1.3 AES verified", .auth = "PLAIN",
	    .size = 99, .tries = 2, .delay = 61, .rtt = 12034,
	    .result = "sent", .text = "2.0.0 Ok: queued as 4X", .uid = 33,
	    .caller = "cron" };
	struct buf b = { .max = 65536 };
	struct fault f = { 0 };

	logline_format(&b, &a);
	is(buf_text(&b), "id=0123 from=a@x.test to=bob@x.test "
	    "relay=relay:587 ip=192.0.2.1 helo=me.test "
	    "tls=\"TLS1.3 AES verified\" auth=PLAIN size=99 stage=- code=- "
	    "esc=- tries=2 delay=61 rtt=12.034ms result=sent relay-id=4X "
	    "uid=33 caller=cron text=\"2.0.0 Ok: queued as 4X\"", "sent");
	buf_clear(&b);
	(void)fault_set(&f, ST_RCPT, FD_SMTP, 550, VD_PERM,
	    "5.1.1 no \"bob\"\nid=forged \\ \033[2J\r");
	f.esc[0] = 5, f.esc[1] = 1, f.esc[2] = 1;
	a.fault = &f;
	a.from = "";
	a.nto = 2;
	a.id = a.ip = a.tls = a.auth = "";
	a.rtt = -1;
	a.result = "failed";
	a.caller = "php 1:\n.php";
	a.account = "work";
	a.why = "its match takes <>";
	a.tried = "192.0.2.1 port 25: no";
	a.warning = "beware";
	a.hint = "set `from x`";
	logline_format(&b, &a);
	is(buf_text(&b), "id=- from=<> "
	    "to=\"bob@x.test,\\\"c d\\\"@x.test\" account=work "
	    "account-why=\"its match takes <>\" relay=relay:587 ip=- "
	    "helo=me.test tls=- auth=- size=99 stage=rcpt code=550 esc=5.1.1 "
	    "tries=2 delay=61 rtt=- result=failed relay-id=- uid=33 "
	    "caller=\"php 1: .php\" text=\"5.1.1 no \\\"bob\\\" id=forged "
	    "\\\\ ?[2J?\" tried=\"192.0.2.1 port 25: no\" warning=beware "
	    "hint=\"set `from x`\"",
	    "refused: nothing in the words can be taken for a key");
	buf_release(&b);
}

static void
json(void)
{
	struct logline a = { .time = "2026-11-21T09:00:00Z", .from = "",
	    .to = two, .nto = 2, .relay = "relay:587", .size = -1,
	    .tries = 1, .rtt = 7, .result = "deferred", .uid = 0 };
	struct buf b = { .max = 65536 };
	struct fault f = { 0 };

	(void)fault_set(&f, ST_CONNECT, FD_ERRNO, 111, VD_TEMP, "a\nb");
	a.fault = &f;
	logline_json(&b, &a);
	is(buf_text(&b), "{\"time\":\"2026-11-21T09:00:00Z\",\"id\":null,"
	    "\"from\":\"\",\"to\":[\"bob@x.test\",\"\\\"c d\\\"@x.test\"],"
	    "\"account\":null,\"account_why\":null,"
	    "\"relay\":\"relay:587\",\"ip\":null,\"helo\":null,\"tls\":null,"
	    "\"auth\":null,\"size\":null,\"stage\":\"connect\",\"code\":null,"
	    "\"esc\":null,\"tries\":1,\"delay\":0,\"rtt\":0.007,"
	    "\"result\":\"deferred\",\"relay_id\":null,\"uid\":0,"
	    "\"caller\":null,\"text\":\"a\\nb\",\"tried\":null,"
	    "\"warning\":null,\"hint\":null}", "deferred");
	buf_release(&b);
}

/* However much there is of everything, a line is whole and has an end. */
static void
bounds(void)
{
	char *many = xmalloc(70000);
	const char *to[64];
	struct fault f = { 0 };
	struct logline a = { .to = to, .nto = NITEMS(to), .fault = &f,
	    .result = "failed", .rtt = -1 };
	struct buf b = { .max = 65536 };
	size_t i;

	memset(many, '"', 69999);
	many[69999] = '\0';
	(void)fault_set(&f, ST_BODY, FD_SMTP, 554, VD_PERM, "%s", many);
	many[255] = '\0';
	a.helo = a.from = a.caller = many;
	for (i = 0; i < NITEMS(to); i++)
		to[i] = "\"a b c\"@x.test";
	logline_json(&b, &a);
	ok(b.len < 2 * LOGLINE_LINE && b.len > 0 && b.p[b.len - 1] == '}',
	    "%zu octets of JSON", b.len);
	ok(strstr(buf_text(&b), "[...]\"") != NULL, "a long text is cut");
	buf_clear(&b);
	logline_format(&b, &a);
	ok(b.len < 2 * LOGLINE_LINE && strstr(buf_text(&b), "[...]\"") != NULL,
	    "%zu octets of text", b.len);
	buf_release(&b);
	free(many);
}

int
main(void)
{
	ids();
	text();
	json();
	bounds();
	return done();
}
