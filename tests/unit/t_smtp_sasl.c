/* t_smtp_sasl.c - client mechanisms as step functions */

#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "config/config.h"
#include "smtp/sasl.h"
#include "tap.h"

#define NONCE	"fyko+d2lbbFgONRv9qkxdawL"
#define KEY80	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/*
 * Say in turn; an answer in base64 (NULL: none, and why) to each.  The
 * first challenge is NULL where the client begins.
 */
struct talk {
	const char *name;
	enum sasl_mech mech;
	const char *user, *password;
	struct { const char *said, *answer; } step[4];
	const char *why;
};

static void
run(const struct talk *t)
{
	struct sasl s = { .mech = t->mech, .user = t->user,
	    .password = t->password, .host = "server.example.com",
	    .port = 143, .scram = { .nonce = NONCE } };
	struct buf out = { .max = 16384 }, b64 = { .max = 32768 };
	struct fault f = { 0 };
	const char *said;
	bool first;
	size_t i;
	int status;

	for (i = 0; i < 4 && (i == 0 || t->step[i].said != NULL); i++) {
		said = t->step[i].said;
		first = i == 0 && said == NULL;
		ok(i > 0 || first == sasl_initial(t->mech),
		    "%s: who begins", t->name);
		buf_clear(&out);
		buf_clear(&b64);
		status = sasl_step(&s, said, first ? 0 : strlen(said), &out,
		    &f);
		base64_encode(&b64, buf_text(&out), out.len);
		is(status == 0 ? buf_text(&b64) : NULL, t->step[i].answer,
		    "%s: step %zu", t->name, i);
	}
	ok(strstr(f.text, t->why != NULL ? t->why : "") != NULL,
	    "%s: %s", t->name, f.text[0] != '\0' ? f.text : "no fault");
	buf_release(&out);
	buf_release(&b64);
}

static void
answers(void)
{
	static const struct talk t[] = {
		{ "PLAIN", SASL_PLAIN, "u", "pw", { { NULL, "AHUAcHc=" },
		    { "more", NULL } }, "another challenge" },
		{ "RFC 4616 4", SASL_PLAIN, "tim", "tanstaaftanstaaf",
		    { { NULL, "AHRpbQB0YW5zdGFhZnRhbnN0YWFm" } }, NULL },
		/* the octets of the password, as LOGIN sends them */
		{ "PLAIN, decomposed", SASL_PLAIN, "u", "e\xcc\x81",
		    { { NULL, "AHUAZcyB" } }, NULL },
		{ "LOGIN, decomposed", SASL_LOGIN, "u", "e\xcc\x81",
		    { { "", "dQ==" }, { "", "ZcyB" } }, NULL },
		{ "PLAIN, a no-break space", SASL_PLAIN, "u", "p\xc2\xa0w",
		    { { NULL, "AHUAcMKgdw==" } }, NULL },
		{ "LOGIN, a no-break space", SASL_LOGIN, "u", "p\xc2\xa0w",
		    { { "", "dQ==" }, { "", "cMKgdw==" } }, NULL },
		{ "PLAIN, of another width", SASL_PLAIN, "\xef\xbd\x95",
		    "pw", { { NULL, "AO+9lQBwdw==" } }, NULL },
		{ "PLAIN, not UTF-8", SASL_PLAIN, "u", "\xe9",
		    { { NULL, "AHUA6Q==" } }, NULL },
		{ "LOGIN", SASL_LOGIN, "u", "pw", { { "Username:", "dQ==" },
		    { "Password:", "cHc=" }, { "Password:", NULL } },
		    "after the last step of LOGIN" },
		{ "LOGIN, odd prompts", SASL_LOGIN, "u", "pw",
		    { { "", "dQ==" }, { "\x01", "cHc=" } }, NULL },
		{ "RFC 2195 2", SASL_CRAM_MD5, "tim", "tanstaaftanstaaf",
		    { { "<1896.697170952@postoffice.reston.mci.net>",
		    "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw" },
		    { "<2@x>", NULL } }, "another challenge" },
		/* a key longer than the block of the hash */
		{ "CRAM-MD5, 80 octets", SASL_CRAM_MD5, "u", KEY80,
		    { { "<1@x>", "dSAxZmJjZDExMDk3ODBkY2RjNTZmYjRhMGI1OWI2"
		    "YzVmZQ==" } }, NULL },
		{ "CRAM-MD5, no challenge", SASL_CRAM_MD5, "u", "pw",
		    { { "", NULL } }, "is empty" },
		{ "EXTERNAL", SASL_EXTERNAL, "u", NULL, { { NULL, "dQ==" },
		    { "", NULL } }, "another challenge" },
		{ "EXTERNAL, nobody", SASL_EXTERNAL, NULL, NULL,
		    { { NULL, "" } }, NULL },
		{ "XOAUTH2", SASL_XOAUTH2, "someuser@example.com",
		    "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
		    { { NULL, "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYX"
		    "JlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRX"
		    "VZMjl0Q2cBAQ==" }, { "{\"status\":\"401\"}", "" },
		    { "{}", NULL } },
		    "after the last step of XOAUTH2; it "
		    "gave as its reason: {\"status\":\"401\"}" },
		{ "RFC 7628 4.1", SASL_OAUTHBEARER, "user@example.com",
		    "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
		    { { NULL, "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLm"
		    "V4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbV"
		    "RjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB" },
		    { "{\"status\":\"invalid_token\"}", "AQ==" } }, NULL },
		{ "OAUTHBEARER, escapes", SASL_OAUTHBEARER, "a,b=c", "t",
		    { { NULL, "bixhPWE9MkNiPTNEYywBaG9zdD1zZXJ2ZXIuZXhhbXBsZS"
		    "5jb20BcG9ydD0xNDMBYXV0aD1CZWFyZXIgdAEB" } }, NULL },
		{ "XOAUTH2, control", SASL_XOAUTH2, "u", "a\1user=b",
		    { { NULL, NULL } }, "control character in the token" },
		{ "OAUTHBEARER, control", SASL_OAUTHBEARER, "u\1", "t",
		    { { NULL, NULL } }, "control character in the user" },
		{ "RFC 5802 5", SASL_SCRAM_SHA_1, "user", "pencil",
		    { { NULL, "biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYX"
		    "dM" }, { "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8b"
		    "f92,i=4096", "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYX"
		    "dMM3JmY05IWUpZMVpWdldWczdqLHA9djBYOHYzQnoyVDBDSkdiSlF5Rj"
		    "BYK0hJNFRzPQ==" },
		    { "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", "" },
		    { "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", NULL } },
		    "another challenge" },
		{ "SCRAM, wrong signature", SASL_SCRAM_SHA_1, "user",
		    "pencil", { { NULL, "biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05S"
		    "djlxa3hkYXdM" }, { "r=" NONCE "3rfcNHYJY1ZVvWVs7j,"
		    "s=QSXCR+Q6sek8bf92,i=4096", "Yz1iaXdzLHI9ZnlrbytkMmxiYkZ"
		    "nT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9djBYOHYzQno"
		    "yVDBDSkdiSlF5RjBYK0hJNFRzPQ==" },
		    { "v=rmF9pqV8S7suAoZWja4dJRkFsKU=", NULL } },
		    "does not know the password" },
		{ "SCRAM, an error at once", SASL_SCRAM_SHA_256, "user",
		    "pencil", { { NULL, "biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05S"
		    "djlxa3hkYXdM" }, { "e=unknown-user", "" },
		    { "r=" NONCE "x,s=QSXCR+Q6sek8bf92,i=4096", NULL } },
		    "its reason: unknown-user" },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		run(&t[i]);
}

/* May a yes be believed after these challenges, in these words? */
static void
believed(void)
{
#define CHALLENGE "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
	static const char good[] = "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=";
	static const struct {
		const char *name;
		enum sasl_mech mech;
		const char *said[2];
		const char *words;
		const char *why;	/* NULL: believed */
	} t[] = {
		{ "PLAIN", SASL_PLAIN, { NULL, NULL }, "in", NULL },
		{ "LOGIN", SASL_LOGIN, { "Password:", NULL }, "in", NULL },
		{ "LOGIN, half of it", SASL_LOGIN, { NULL, NULL }, "in",
		    "before it was complete" },
		{ "EXTERNAL", SASL_EXTERNAL, { NULL, NULL }, "", NULL },
		{ "XOAUTH2", SASL_XOAUTH2, { NULL, NULL }, "", NULL },
		{ "XOAUTH2, a no", SASL_XOAUTH2, { "{}", NULL }, "in",
		    "a reason to refuse it: {}" },
		{ "OAUTHBEARER, a no", SASL_OAUTHBEARER,
		    { "{\n  \"status\": \"x\"\r\n}", NULL }, "in",
		    "a reason to refuse it: { \"status\": \"x\" }" },
		{ "SCRAM", SASL_SCRAM_SHA_1, { CHALLENGE, good }, "in",
		    NULL },
		{ "SCRAM, not asked", SASL_SCRAM_SHA_1, { NULL, NULL },
		    "in",
		    "before it was complete" },
		{ "SCRAM, at once with a signature", SASL_SCRAM_SHA_1,
		    { NULL, NULL },
		    "dj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE9",
		    "before it was complete" },
		{ "SCRAM, no proof", SASL_SCRAM_SHA_1, { CHALLENGE, NULL },
		    "Authentication successful", "did not prove" },
		{ "SCRAM, no words", SASL_SCRAM_SHA_1, { CHALLENGE, NULL },
		    "", "did not prove" },
		{ "SCRAM, proof in the words", SASL_SCRAM_SHA_1,
		    { CHALLENGE, NULL },
		    "dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9", NULL },
		{ "SCRAM, proof among the words", SASL_SCRAM_SHA_1,
		    { CHALLENGE, NULL }, "2.7.0 welcome\n2.7.0 "
		    "dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9 user",
		    NULL },
		{ "SCRAM, wrong proof in the words", SASL_SCRAM_SHA_1,
		    { CHALLENGE, NULL },
		    "dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1U9",
		    "does not know the password" },
		{ "SCRAM, an error", SASL_SCRAM_SHA_1, { CHALLENGE,
		    "e=invalid-proof" }, "in",
		    "a reason to refuse it: invalid-proof" },
	};
	struct buf out = { .max = 16384 };
	struct fault f;
	size_t i, k;

	for (i = 0; i < NITEMS(t); i++) {
		struct sasl s = { .mech = t[i].mech, .user = "user",
		    .password = "pencil", .scram = { .nonce = NONCE } };

		fault_clear(&f);
		buf_clear(&out);
		(void)sasl_step(&s, NULL, 0, &out, &f);
		for (k = 0; k < 2 && t[i].said[k] != NULL; k++)
			(void)sasl_step(&s, t[i].said[k],
			    strlen(t[i].said[k]), &out, &f);
		ok(f.verdict == VD_OK, "%s: went well", t[i].name);
		is_int(sasl_success(&s, t[i].words, &f),
		    t[i].why == NULL ? 0 : -1, "%s: believed or not",
		    t[i].name);
		ok(t[i].why == NULL || strstr(f.text, t[i].why) != NULL,
		    "%s: %s", t[i].name, f.text);
	}
	buf_release(&out);
}

static unsigned
set_of(const char *list)
{
	unsigned set = 0;
	size_t n;

	for (; *list != '\0'; list += n) {
		list += strspn(list, " ");
		n = strcspn(list, " ");
		if (sasl_find(list, n) != SASL__MAX)
			set |= SASL_BIT(sasl_find(list, n));
	}
	return set;
}

static void
best(void)
{
	static const struct {
		const char *offered;
		bool bound, exposed;
		const char *want;
	} t[] = {
		{ "PLAIN LOGIN", true, false, "PLAIN" },
		{ "LOGIN CRAM-MD5", true, false, "LOGIN" },
		{ "CRAM-MD5 PLAIN", true, false, "PLAIN" },
		{ "CRAM-MD5 PLAIN", false, true, "CRAM-MD5" },
		{ "LOGIN PLAIN", false, true, "PLAIN" },
		{ "CRAM-MD5 SCRAM-SHA-1", false, true, "SCRAM-SHA-1" },
		{ "CRAM-MD5", false, false, "CRAM-MD5" },
		{ "PLAIN SCRAM-SHA-1", true, false, "SCRAM-SHA-1" },
		{ "scram-sha-256 SCRAM-SHA-1", true, false,
		    "SCRAM-SHA-256" },
		{ "SCRAM-SHA-256 SCRAM-SHA-1-PLUS", true, false,
		    "SCRAM-SHA-1-PLUS" },
		{ "SCRAM-SHA-256 SCRAM-SHA-1-PLUS", false, false,
		    "SCRAM-SHA-256" },
		{ "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS PLAIN", true, false,
		    "SCRAM-SHA-256-PLUS" },
		{ "SCRAM-SHA-256-PLUS PLAIN", false, false, "PLAIN" },
		{ "SCRAM-SHA-256-PLUS", false, false, NULL },
		{ "XOAUTH2 OAUTHBEARER EXTERNAL", true, false, NULL },
		{ "XOAUTH2 LOGIN", true, false, "LOGIN" },
		{ "PLAIN-CLIENTTOKEN XPLAIN GSSAPI", true, false, NULL },
		{ "", true, false, NULL },
	};
	enum sasl_mech m;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		m = sasl_best(set_of(t[i].offered), t[i].bound,
		    t[i].exposed);
		is(m == SASL__MAX ? NULL : sasl_name(m), t[i].want,
		    "of \"%s\"%s%s", t[i].offered, t[i].bound ? ", bound" :
		    "", t[i].exposed ? ", exposed" : "");
	}
}

/* Each word of the setting `auth` is a mechanism, and each one has a word. */
static void
names(void)
{
	static const char reveal[] = "PLAIN LOGIN CRAM-MD5 XOAUTH2 "
	    "OAUTHBEARER";
	const char *const *words = setting_find("auth")->choice;
	struct settings set = { 0 };
	enum sasl_mech m;
	unsigned seen = 0;

	for (; words[set.auth] != NULL; set.auth++) {
		m = config_mech(&set);
		if (m != SASL__MAX)
			seen |= SASL_BIT(m);
		ok(m == sasl_find(words[set.auth], strlen(words[set.auth])),
		    "auth %s", words[set.auth]);
	}
	ok(seen == SASL_BIT(SASL__MAX) - 1, "all mechanisms can be set");
	for (m = 0; m < SASL__MAX; m++)
		ok(sasl_reveals(m) == ((set_of(reveal) & SASL_BIT(m)) != 0),
		    "what %s reveals", sasl_name(m));
}

static void
best_token(void)
{
	static const struct {
		const char *offered;
		enum sasl_mech likes, want;
	} t[] = {
		{ "PLAIN XOAUTH2", SASL__MAX, SASL_XOAUTH2 },
		{ "PLAIN OAUTHBEARER", SASL__MAX, SASL_OAUTHBEARER },
		{ "XOAUTH2 OAUTHBEARER", SASL__MAX, SASL_OAUTHBEARER },
		{ "XOAUTH2 OAUTHBEARER", SASL_XOAUTH2, SASL_XOAUTH2 },
		{ "OAUTHBEARER", SASL_XOAUTH2, SASL_OAUTHBEARER },
		{ "PLAIN LOGIN SCRAM-SHA-256", SASL_XOAUTH2, SASL__MAX },
		{ "", SASL__MAX, SASL__MAX },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		is_int(sasl_best_token(set_of(t[i].offered), t[i].likes),
		    t[i].want, "the best for a token of: %s", t[i].offered);
}

int
main(void)
{
	answers();
	believed();
	best();
	names();
	best_token();
	return done();
}
