/* t_smtp_capability.c - what a relay says it can do, out of its reply to EHLO
 */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "smtp/capability.h"
#include "smtp/sasl.h"
#include "tap.h"

#define PLAIN	SASL_BIT(SASL_PLAIN)
#define LOGIN	SASL_BIT(SASL_LOGIN)

static const struct {
	const char	*text;
	unsigned	 set, mechs;
	long long	 maxsize;
	const char	*auth;
} replies[] = {
	{ "", 0, 0, 0, "" },
	{ "relay.test", 0, 0, 0, "" },
	/* the first line is a name, whatever it looks like */
	{ "PIPELINING", 0, 0, 0, "" },
	{ "AUTH PLAIN\nDSN", CAP_DSN, 0, 0, "" },
	{ "x\nSTARTTLS\nPIPELINING\nSIZE 1000\n8BITMIME\nSMTPUTF8\nDSN\n"
	    "CHUNKING\nENHANCEDSTATUSCODES\nAUTH PLAIN LOGIN",
	    CAP_STARTTLS | CAP_PIPELINING | CAP_SIZE | CAP_8BITMIME |
	    CAP_SMTPUTF8 | CAP_DSN | CAP_CHUNKING | CAP_ESC | CAP_AUTH,
	    PLAIN | LOGIN, 1000, "PLAIN LOGIN" },
	{ "x\npipelining\nSmtpUtf8", CAP_PIPELINING | CAP_SMTPUTF8, 0, 0,
	    "" },
	/* what only looks like it */
	{ "x\nPIPELINING2\nXDSN\nDSN2\n8BITMIM\nSTARTTLSX\n CHUNKING\n\n",
	    0, 0, 0, "" },
	{ "x\nPIPELINING=1\nSIZE=5\nDSN=", 0, 0, 0, "" },
	{ "x\nSTARTTLS required\nDSN \nCHUNKING  ",
	    CAP_STARTTLS | CAP_DSN | CAP_CHUNKING, 0, 0, "" },
	/* sizes */
	{ "x\nSIZE", CAP_SIZE, 0, 0, "" },
	{ "x\nSIZE ", CAP_SIZE, 0, 0, "" },
	{ "x\nSIZE 0", CAP_SIZE, 0, 0, "" },
	{ "x\nSIZE 35882577", CAP_SIZE, 0, 35882577, "" },
	{ "x\nSIZE 1000000000000000", CAP_SIZE, 0, 1000000000000000, "" },
	{ "x\nSIZE 99999999999999999999999", CAP_SIZE, 0, 0, "" },
	{ "x\nSIZE -1", CAP_SIZE, 0, 0, "" },
	{ "x\nSIZE 1k", CAP_SIZE, 0, 0, "" },
	{ "x\nSIZE 10 20", CAP_SIZE, 0, 0, "" },
	/* mechanisms are words */
	{ "x\nAUTH", CAP_AUTH, 0, 0, "" },
	{ "x\nAUTH ", CAP_AUTH, 0, 0, "" },
	{ "x\nAUTH PLAIN", CAP_AUTH, PLAIN, 0, "PLAIN" },
	{ "x\nAUTH plain Login", CAP_AUTH, PLAIN | LOGIN, 0,
	    "plain Login" },
	{ "x\nAUTH  PLAIN   LOGIN ", CAP_AUTH, PLAIN | LOGIN, 0,
	    " PLAIN   LOGIN " },
	{ "x\nAUTH=LOGIN PLAIN", CAP_AUTH, PLAIN | LOGIN, 0,
	    "LOGIN PLAIN" },
	{ "x\nAUTH=LOGIN,PLAIN", CAP_AUTH, PLAIN | LOGIN, 0,
	    "LOGIN PLAIN" },
	{ "x\nAUTH LOGIN, PLAIN", CAP_AUTH, PLAIN | LOGIN, 0,
	    "LOGIN  PLAIN" },
	{ "x\nAUTH\tPLAIN\tLOGIN\nDSN\tx", CAP_AUTH | CAP_DSN,
	    PLAIN | LOGIN, 0, "PLAIN LOGIN" },
	{ "x\nAUTH PLAIN\nAUTH=LOGIN", CAP_AUTH, PLAIN | LOGIN, 0,
	    "PLAIN LOGIN" },
	{ "x\nAUTH PLAIN-CLIENTTOKEN XPLAINX PLAI LOGINX",
	    CAP_AUTH, 0, 0, "PLAIN-CLIENTTOKEN XPLAINX PLAI LOGINX" },
	{ "x\nAUTH GSSAPI PLAIN\nXAUTH LOGIN", CAP_AUTH, PLAIN, 0,
	    "GSSAPI PLAIN" },
};

static void
table(void)
{
	struct caps c;
	size_t i;

	memset(&c, 0xff, sizeof(c));	/* nothing of it may stay */
	for (i = 0; i < NITEMS(replies); i++) {
		capability_parse(&c, replies[i].text);
		is_int(c.set, replies[i].set, "reply %zu", i);
		is_int(c.mechs, replies[i].mechs, "its mechanisms");
		is_int(c.maxsize, replies[i].maxsize, "its size");
		is(c.auth, replies[i].auth, "its words");
	}
}

/* More words than are kept for people are still all understood. */
static void
many(void)
{
	struct buf b = { .max = 4096 };
	struct caps c;
	int i;

	buf_adds(&b, "x\nAUTH");
	for (i = 0; i < 30; i++)
		buf_addf(&b, " X-UNKNOWN-%02d", i);
	buf_adds(&b, " PLAIN\nAUTH LOGIN\nDSN");
	capability_parse(&c, b.p);
	is_int(c.mechs, PLAIN | LOGIN, "after many words");
	ok(c.set == (CAP_AUTH | CAP_DSN) && strlen(c.auth) < sizeof(c.auth) &&
	    strncmp(c.auth, "X-UNKNOWN-00 ", 13) == 0, "the first are kept");
	buf_clear(&b);
	buf_addf(&b, "x\nAUTH %0247d PLAIN-CLIENTTOKEN", 0);
	capability_parse(&c, b.p);
	is_int(c.mechs, 0, "a word that is cut is not another");
	buf_release(&b);
}

/* Each bit has one row, and its keyword sets it. */
static void
rows(void)
{
	unsigned seen = 0;
	char text[64];
	struct caps c;
	size_t i;

	for (i = 0; i < capability_count; i++) {
		(void)snprintf(text, sizeof(text), "x\n%s",
		    capability_table[i].keyword);
		capability_parse(&c, text);
		ok(c.set == capability_table[i].bit && (seen & c.set) == 0,
		    "%s", capability_table[i].keyword);
		seen |= c.set;
	}
	ok(seen == (CAP_AUTH << 1) - 1, "all capabilities have a row");
}

int
main(void)
{
	table();
	many();
	rows();
	return done();
}
