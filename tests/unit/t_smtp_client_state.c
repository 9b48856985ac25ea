/* t_smtp_client_state.c - the one door for commands */

#include <string.h>

#include "base/util.h"
#include "smtp/client.h"
#include "tap.h"

/* What may leave, by mode and before TLS (passes) or after. */
static void
door(void)
{
	static const struct {
		enum client_tls tls;
		bool up;
		enum verb verb;
		const char *line;
		bool passes;
	} t[] = {
		{ CLIENT_TLS_NONE, false, V_MAIL, "MAIL FROM:<a@x>", true },
		{ CLIENT_TLS_OPPORTUNISTIC, false, V_MAIL, "MAIL FROM:<>",
		    true },
		{ CLIENT_TLS_STARTTLS, false, V_EHLO, "EHLO x", true },
		{ CLIENT_TLS_STARTTLS, false, V_HELO, "HELO x", true },
		{ CLIENT_TLS_STARTTLS, false, V_STARTTLS, "STARTTLS", true },
		{ CLIENT_TLS_STARTTLS, false, V_QUIT, "QUIT", true },
		{ CLIENT_TLS_STARTTLS, false, V_AUTH, "AUTH PLAIN AA==",
		    false },
		{ CLIENT_TLS_STARTTLS, false, V_MAIL, "MAIL FROM:<>", false },
		{ CLIENT_TLS_STARTTLS, false, V_RCPT, "RCPT TO:<a@x>", false },
		{ CLIENT_TLS_STARTTLS, false, V_DATA, "DATA", false },
		{ CLIENT_TLS_STARTTLS, false, V_RSET, "RSET", false },
		{ CLIENT_TLS_STARTTLS, false, V_DOT, ".", false },
		{ CLIENT_TLS_IMPLICIT, false, V_AUTH, "AUTH LOGIN", false },
		{ CLIENT_TLS_IMPLICIT, true, V_AUTH, "AUTH LOGIN", true },
		{ CLIENT_TLS_STARTTLS, true, V_MAIL, "MAIL FROM:<>", true },
		{ CLIENT_TLS_NONE, false, V_MAIL,
		    "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>", false },
		{ CLIENT_TLS_NONE, false, V_RCPT, "RCPT TO:<a\rb@x>", false },
		{ CLIENT_TLS_NONE, false, V_RCPT, "RCPT TO:<a\nb@x>", false },
		{ CLIENT_TLS_NONE, false, V_RCPT, "RCPT TO:<a\tb@x>", false },
		{ CLIENT_TLS_NONE, false, V_RCPT, "RCPT TO:<a\033b@x>",
		    false },
		{ CLIENT_TLS_NONE, false, V_RCPT, "RCPT TO:<a\177b@x>",
		    false },
		{ CLIENT_TLS_NONE, false, V_EHLO, "EHLO x\n", false },
		{ CLIENT_TLS_NONE, false, V_RCPT, "RCPT TO:<\303\266@x>",
		    true },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct client_opts o = { .helo = "me", .what = "relay:25",
		    .tls = t[i].tls };
		struct client c;
		bool in_flight, left;

		client_init(&c, &o);
		c.ring_n = 0;
		c.tls = t[i].up;
		c.phase = client_state_say(&c, t[i].verb, 0, t[i].line, NULL);
		in_flight = c.ring_n == 1 && c.phase == PH_WAIT;
		left = c.out.len == strlen(t[i].line) + 2 &&
		    c.queued == c.out.len &&
		    memcmp(c.out.p, t[i].line, c.out.len - 2) == 0 &&
		    memcmp(c.out.p + c.out.len - 2, "\r\n", 2) == 0;
		ok(left == t[i].passes && in_flight == t[i].passes &&
		    (c.out.len == 0) != t[i].passes, "row %zu: %s %s", i,
		    fault_stage(client_state_verb_stage(t[i].verb)),
		    t[i].passes ? "passes" : "does not pass");
		ok((c.phase == PH_OVER) != t[i].passes &&
		    c.fault.verdict == (t[i].passes ? VD_OK : VD_PERM),
		    "row %zu: and the session %s", i,
		    t[i].passes ? "goes on" : "is over");
		client_release(&c);
	}
}

/* The dialogue for people has a ceiling, and no controls. */
static void
talk(void)
{
	static const char hostile[] = "a\033[2J\r\nC: QUIT\302\233";
	struct client_opts o = { .helo = "me", .what = "relay:25" };
	struct client c;
	char line[1000];
	int i;

	client_init(&c, &o);
	client_state_note(&c, "S: ", hostile, sizeof(hostile) - 1);
	is(buf_text(&c.talk), "S: a?[2J??C: QUIT?\n", "controls are shown");
	memset(line, 'x', sizeof(line));
	for (i = 0; i < 1000; i++)
		client_state_note(&c, "S: ", line, sizeof(line));
	client_state_note(&c, "C: ", "QUIT", 4);
	ok(c.talk.len <= CLIENT_TALK && c.talk.len > CLIENT_TALK / 4,
	    "the dialogue has a ceiling");
	ok(strcmp(c.talk.p + c.talk.len - 8, "C: QUIT\n") == 0,
	    "its end is kept");
	client_release(&c);
}

/* A fault tells the command; an address in it cannot harm a terminal. */
static void
command(void)
{
	static const struct {
		enum verb verb;
		const char *want;
	} t[] = {
		{ V_GREET, "" },
		{ V_EHLO, "EHLO me" },
		{ V_HELO, "HELO me" },
		{ V_STARTTLS, "STARTTLS" },
		{ V_AUTH, "AUTH PLAIN" },
		{ V_MAIL, "MAIL FROM:<a?b@x>" },
		{ V_RCPT, "RCPT TO:<\303\266@x>" },
		{ V_DATA, "DATA" },
		{ V_DOT, "end of message" },
		{ V_NOBODY, "end of message" },
		{ V_RSET, "RSET" },
		{ V_QUIT, "QUIT" },
	};
	struct client_opts o = { .helo = "me", .what = "relay:25" };
	struct envelope e = { 0 };
	struct client_mail m = { .env = &e };
	struct client c;
	struct fault f;
	size_t i;

	envelope_from(&e, "a\302\233b@x");
	(void)envelope_add(&e, "\303\266@x");
	client_init(&c, &o);
	c.mech = SASL_PLAIN;
	for (i = 0; i < NITEMS(t); i++) {
		struct client_command k = { .verb = t[i].verb, .mail = &m };

		fault_clear(&f);
		client_state_command(&c, &k, &f);
		is(f.command, t[i].want, "command %zu", i);
		ok(client_state_verb_timeout(t[i].verb) > 0,
		    "it has a timeout");
	}
	client_release(&c);
	envelope_release(&e);
}

/* A client leaves once nothing but QUIT is unanswered; messages are counted. */
static void
leaving(void)
{
	struct client_opts o = { .helo = "me", .what = "relay:25" };
	struct envelope e = { 0 };
	struct client_mail m = { .env = &e };
	struct client c;

	client_init(&c, &o);
	c.ring_n = 0;
	ok(!client_leaving(&c), "nothing was said");
	client_state_expect(&c, V_DOT, 0);
	client_state_expect(&c, V_QUIT, 0);
	ok(!client_leaving(&c), "a message has no verdict");
	is_int((long long)c.settled, 0, "as the count says");
	client_state_settle(&c, &m, NULL);
	is_int((long long)c.settled, 1, "now it has");
	c.ring_at++;
	c.ring_n--;
	ok(client_leaving(&c), "only QUIT has no answer");
	client_release(&c);
	envelope_release(&e);
}

/* The time belongs to the oldest command. */
static void
timeouts(void)
{
	struct client_opts o = { .helo = "me", .what = "relay:25" };
	struct client c;

	client_init(&c, &o);
	is_int(client_timeout(&c), 300, "for the greeting");
	client_state_expect(&c, V_DOT, 0);
	is_int(client_timeout(&c), 300, "and still");
	c.ring_at++;
	c.ring_n--;
	is_int(client_timeout(&c), 600, "for the end of a message");
	c.ring_n = 0;
	is_int(client_timeout(&c), 180, "for a block of it");
	client_release(&c);
}

int
main(void)
{
	door();
	talk();
	command();
	leaving();
	timeouts();
	return done();
}
