/* t_smtp_avoid.c - the words, and the codes that are blamed or not */

#include <errno.h>

#include "base/buf.h"
#include "base/util.h"
#include "smtp/avoid.h"
#include "tap.h"

#define ALL	(CAP_CHUNKING | CAP_PIPELINING | CAP_SIZE | CAP_DSN)

static const struct {
	const char	*list;
	unsigned	 bits;
	const char	*words;
} lists[] = {
	{ "chunking", CAP_CHUNKING, "chunking" },
	{ " DSN\tchunking ", CAP_CHUNKING | CAP_DSN, "chunking dsn" },
	{ "chunking pipelining size 8bitmime dsn smtputf8", AVOID_ALL,
	    "chunking pipelining size 8bitmime dsn smtputf8" },
	{ "starttls", 0, "" },
	{ "auth", 0, "" },
	{ "chunking,dsn", 0, "" },
	{ "size sizes", 0, "" },
	{ "", 0, "" },
};

/* MAIL, RCPT, DATA and body in turn, for each used extension. */
static const struct {
	enum stage	 stage;
	int		 code;
	unsigned char	 esc;		/* the middle of it; 99: none */
	const char	*text;
	unsigned	 used, bit;
	bool		 anew;
} refusals[] = {
	{ ST_MAIL, 501, 99, "no", ALL, CAP_SIZE, false },
	{ ST_MAIL, 504, 5, "no", CAP_DSN, CAP_DSN, false },
	{ ST_MAIL, 555, 0, "no", CAP_8BITMIME, CAP_8BITMIME, false },
	{ ST_MAIL, 555, 3, "ret=hdrs", ALL, CAP_DSN, false },
	{ ST_MAIL, 501, 1, "SIZE", ALL, 0, false },
	{ ST_MAIL, 501, 7, "SIZE", ALL, 0, false },
	{ ST_MAIL, 550, 99, "SIZE", ALL, 0, false },
	{ ST_MAIL, 503, 99, "AUTH first", ALL, 0, false },
	{ ST_MAIL, 503, 99, "pipelining", ALL, CAP_PIPELINING, true },
	{ ST_MAIL, 554, 99, "synchronization", ALL, CAP_PIPELINING, true },
	{ ST_MAIL, 554, 99, "synchronization", CAP_SIZE, 0, false },
	{ ST_RCPT, 501, 99, "no", ALL, CAP_DSN, false },
	{ ST_RCPT, 501, 99, "no", CAP_SIZE, 0, false },
	{ ST_RCPT, 550, 1, "no such user", ALL, 0, false },
	{ ST_RCPT, 503, 5, "need MAIL", ALL, CAP_PIPELINING, true },
	{ ST_DATA, 500, 99, "what", ALL, CAP_CHUNKING, false },
	{ ST_DATA, 503, 99, "what", ALL, CAP_CHUNKING, false },
	{ ST_DATA, 503, 99, "what", CAP_PIPELINING, CAP_PIPELINING, true },
	{ ST_DATA, 554, 7, "no", ALL, 0, false },
	{ ST_DATA, 554, 7, "BDAT is off", ALL, CAP_CHUNKING, false },
	{ ST_BODY, 500, 99, "what", ALL, CAP_CHUNKING, true },
	{ ST_BODY, 501, 99, "what", ALL, CAP_CHUNKING, true },
	{ ST_BODY, 502, 99, "what", ALL, CAP_CHUNKING, true },
	{ ST_BODY, 503, 99, "what", ALL, CAP_CHUNKING, true },
	{ ST_BODY, 504, 99, "what", ALL, CAP_CHUNKING, true },
	{ ST_BODY, 555, 99, "what", ALL, CAP_CHUNKING, true },
	{ ST_BODY, 552, 3, "too big", ALL, 0, false },
	{ ST_BODY, 500, 99, "what", CAP_SIZE, 0, false },
	{ ST_AUTH, 504, 99, "what", ALL, 0, false },
};

static void
test_lists(void)
{
	struct buf b = { .max = 256 };
	size_t i;

	for (i = 0; i < NITEMS(lists); i++) {
		buf_clear(&b);
		avoid_words(avoid_parse(lists[i].list), &b);
		ok(avoid_parse(lists[i].list) == lists[i].bits,
		    "\"%s\"", lists[i].list);
		is(buf_text(&b), lists[i].words, "and its words");
	}
	buf_release(&b);
}

static void
test_refusals(void)
{
	struct client_mail m = { .begun = true };
	struct avoid a;
	size_t i;

	for (i = 0; i < NITEMS(refusals); i++) {
		struct fault f = { 0 };

		(void)fault_set(&f, refusals[i].stage, FD_SMTP,
		    refusals[i].code, VD_PERM, "%s", refusals[i].text);
		if (refusals[i].esc != 99)
			f.esc[0] = 5, f.esc[1] = refusals[i].esc;
		m.used = refusals[i].used;
		a = avoid_advise(&m, &f);
		ok(a.bit == refusals[i].bit && a.anew == refusals[i].anew &&
		    a.again == (a.bit != 0), "%s: %d %s",
		    fault_stage(f.stage), f.code, f.text);
		f.verdict = VD_TEMP;
		ok(avoid_advise(&m, &f).bit == 0, "none if it may pass");
	}
}

/* 421 is blamed on BDAT without octets, and on pipelining if it says so. */
static void
test_hung_up(void)
{
	static const char *const late = "4.5.0 pipelining after MAIL";
	static const struct {
		enum stage	 stage;
		int		 code;
		const char	*text;
		unsigned	 used, bit;
	} t[] = {
		{ ST_DATA, 421, "4.3.2 no", ALL, CAP_CHUNKING },
		{ ST_DATA, 421, "4.3.2 no", CAP_PIPELINING, 0 },
		{ ST_DATA, 451, "4.3.2 no", ALL, 0 },
		{ ST_MAIL, 421, "4.3.2 no", ALL, 0 },
		{ ST_RCPT, 421, "4.3.2 no", ALL, 0 },
		{ ST_BODY, 421, "4.3.2 no", ALL, 0 },
		{ ST_MAIL, 421, late, ALL, CAP_PIPELINING },
		{ ST_RCPT, 421, "synchronization", ALL, CAP_PIPELINING },
		{ ST_DATA, 421, late, ALL, CAP_PIPELINING },
		{ ST_DATA, 421, late, CAP_PIPELINING, CAP_PIPELINING },
		{ ST_MAIL, 451, late, ALL, 0 },
		{ ST_MAIL, 421, late, CAP_SIZE, 0 },
		{ ST_BODY, 421, late, ALL, 0 },
		{ ST_EHLO, 421, late, ALL, 0 },
	};
	struct client_mail m = { .begun = true };
	struct fault f = { 0 };
	struct avoid a;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		(void)fault_set(&f, t[i].stage, FD_SMTP, t[i].code, VD_TEMP,
		    "%s", t[i].text);
		m.used = t[i].used;
		m.ended = false;
		a = avoid_advise(&m, &f);
		ok(a.bit == t[i].bit && a.again == (a.bit != 0) &&
		    a.anew == a.again, "%s: %d %s", fault_stage(f.stage),
		    f.code, f.text);
		m.ended = true;
		a = avoid_advise(&m, &f);
		ok(a.bit == t[i].bit && !a.again && !a.anew,
		    "and not again once all of the message is sent");
	}
}

/* A verdict without a reply, after BDAT with octets or without. */
static void
test_silence(void)
{
	struct client_mail m = { .used = CAP_CHUNKING, .begun = true };
	struct fault f = { 0 };
	struct avoid a;

	ok(avoid_advise(&m, NULL).bit == 0, "a message that was taken");
	(void)fault_set(&f, ST_BODY, FD_LINK, 0, VD_DOUBT, "closed");
	a = avoid_advise(&m, &f);
	ok(a.bit == CAP_CHUNKING && !a.again, "doubt: never a second try");
	(void)fault_set(&f, ST_BODY, FD_ERRNO, ETIMEDOUT, VD_TEMP, "late");
	a = avoid_advise(&m, &f);
	ok(a.bit == CAP_CHUNKING && a.again && a.anew, "half a body");
	(void)fault_set(&f, ST_BODY, FD_LINK, 0, VD_TEMP, "closed");
	ok(avoid_advise(&m, &f).bit == 0, "a link that broke in the body");
	(void)fault_set(&f, ST_DATA, FD_LINK, 0, VD_TEMP, "closed");
	ok(avoid_advise(&m, &f).again, "closed at BDAT 0");
	m.used = CAP_PIPELINING;
	(void)fault_set(&f, ST_DATA, FD_ERRNO, ETIMEDOUT, VD_TEMP, "late");
	ok(avoid_advise(&m, &f).bit == CAP_PIPELINING, "half a flight");
	(void)fault_set(&f, ST_BODY, FD_ERRNO, ETIMEDOUT, VD_DOUBT, "late");
	ok(avoid_advise(&m, &f).bit == 0, "the body was sent");
	(void)fault_set(&f, ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP, "no");
	ok(avoid_advise(&m, &f).bit == 0, "no connection");
}

int
main(void)
{
	test_lists();
	test_refusals();
	test_hung_up();
	test_silence();
	return done();
}
