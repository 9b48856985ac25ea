/* t_probe_output.c - a probe in lines and in JSON */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/util.h"
#include "probe/output.h"
#include "tap.h"

static void
wrap(void)
{
	static const struct {
		const char	*text;
		size_t		 indent, width;
		const char	*want;
	} t[] = {
		{ "", 2, 10, "" },
		{ "a b", 2, 10, "a b" },
		{ "one two three", 2, 10, "one two\n  three" },
		{ "one two three", 2, 0, "one two three" },
		{ "one\ntwo", 2, 0, "one\n  two" },
		{ "onetwothreefour five", 2, 10, "onetwothreefour\n  five" },
		{ "12345678 9", 2, 10, "12345678\n  9" },
		{ "1234567 9 0", 2, 10, "1234567\n  9 0" },
		{ "set `tls none`", 2, 8, "set\n  `tls\n  none`" },
		{ "\303\266\303\266\303\266 \303\266\303\266\303\266", 0, 7,
		  "\303\266\303\266\303\266 \303\266\303\266\303\266" },
		{ "\303\266\303\266\303\266 \303\266\303\266\303\266", 0, 6,
		  "\303\266\303\266\303\266\n\303\266\303\266\303\266" },
		{ "a\n\nb ", 1, 9, "a\n \n b" },
		{ "a b", 12, 10, "a b" },
	};
	struct buf b = { .max = 256 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		output_wrap(&b, t[i].text, t[i].indent, t[i].width);
		is(buf_text(&b), t[i].want, "wrap %zu", i);
	}
	buf_release(&b);
}

/* A walk of two steps, and one that did not get so far. */
static void
show(struct output *d)
{
	static const struct fault good;
	struct fault bad = { 0 };
	struct ending e = { .fault = &good, .words = "It works.",
	    .hint = "", .address = "192.0.2.1" };
	struct step x;

	output_attempt(d, "work", "relay:25", NULL);
	output_setting(d, "port", "auto", "25", "default");
	output_setting(d, "tls", "none", "", "/etc/heloise.conf:2");
	step_init(&x, "greeting", 12);
	step_line(&x, "220 hi");
	json_number(&x.facts, "code", 220);
	output_step(d, &x);
	step_release(&x);
	step_init(&x, "ehlo", -1);
	step_line(&x, "250 \"hi\"");
	x.mark = MARK_WARNING;
	x.nwarning = 1;
	x.warning[0].rule = "slow";
	(void)strlcpy(x.warning[0].text, "slowly", 10);
	output_step(d, &x);
	step_release(&x);
	output_ending(d, &e);
	output_attempt(d, "", "relay:26", "192.0.2.2");
	(void)fault_set(&bad, ST_AUTH, FD_SMTP, 535, VD_PERM, "no");
	fault_what(&bad, "relay:26");
	e = (struct ending){ .fault = &bad, .words = "", .address = "",
	    .hint = "set `user x`" };
	output_ending(d, &e);
	ok(output_end(d, 1, 77) == 0, "all was written");
}

static void
shows(const char *name, const char *lang, bool json, bool colour,
    const char *want)
{
	struct output d;
	char *text = NULL;
	size_t n = 0;
	FILE *out = tmpfile();

	(void)setenv("LC_ALL", lang, 1);
	output_init(&d, out, json);
	ok(!d.colour && d.width == 0, "%s: a file is no terminal", name);
	d.colour = colour;
	show(&d);
	output_release(&d);
	n = (size_t)ftell(out);
	rewind(out);
	text = xcalloc(1, n + 1);
	ok(fread(text, 1, n, out) == n, "%s: read", name);
	is(text, want, "%s", name);
	free(text);
	(void)fclose(out);
}

static const char ascii[] =
    "Test of a delivery; no mail is sent.\n"
    "\n"
    "account work, relay:25\n"
    "    port             auto: 25                 # default\n"
    "    tls              none                     "
    "# /etc/heloise.conf:2\n"
    "+ greeting      12 ms  220 hi\n"
    "! ehlo                 250 \"hi\"\n"
    "                       warning: slowly\n"
    "\n"
    "+ It works.\n"
    "\n"
    "relay:26 at 192.0.2.2\n"
    "\n"
    "x cannot log in to relay:26: 535 no\n"
    "  hint: set `user x`\n"
    "\n"
    "1 of 2 tests succeeded.\n";

static const char json[] = "{\"version\":\"" VERSION "\",\"walks\":["
    "{\"account\":\"work\",\"relay\":\"relay:25\",\"settings\":{"
    "\"port\":{\"value\":\"auto\",\"means\":\"25\",\"from\":\"default\"},"
    "\"tls\":{\"value\":\"none\",\"from\":\"/etc/heloise.conf:2\"}},"
    "\"steps\":[{\"step\":\"greeting\",\"result\":\"ok\",\"ms\":12,"
    "\"text\":\"220 hi\",\"code\":220,\"warnings\":[]},"
    "{\"step\":\"ehlo\",\"result\":\"warning\",\"text\":"
    "\"250 \\\"hi\\\"\",\"warnings\":[{\"rule\":\"slow\",\"text\":"
    "\"slowly\"}]}],\"address\":\"192.0.2.1\",\"result\":\"ok\","
    "\"exit\":0,\"stage\":null,\"code\":null,\"text\":\"It works.\","
    "\"hint\":null},"
    "{\"account\":\"\",\"relay\":\"relay:26\",\"address\":null,"
    "\"result\":\"failed\",\"exit\":77,\"stage\":\"auth\",\"code\":535,"
    "\"text\":\"cannot log in to relay:26: 535 no\",\"hint\":"
    "\"set `user x`\"}],\"result\":\"failed\",\"exit\":77}\n";

int
main(void)
{
	wrap();
	shows("ASCII", "C", false, false, ascii);
	shows("JSON", "C.UTF-8", true, false, json);
	shows("UTF-8 in colour", "de_DE.utf8", false, true,
	    "Test of a delivery; no mail is sent.\n"
	    "\n"
	    "account work, relay:25\n"
	    "    port             auto: 25                 # default\n"
	    "    tls              none                     "
	    "# /etc/heloise.conf:2\n"
	    "\033[32m\342\234\223\033[0m greeting      12 ms  220 hi\n"
	    "\033[33m!\033[0m ehlo                 250 \"hi\"\n"
	    "                       \033[33mwarning:\033[0m slowly\n"
	    "\n"
	    "\033[32m\342\234\223\033[0m It works.\n"
	    "\n"
	    "relay:26 at 192.0.2.2\n"
	    "\n"
	    "\033[31m\342\234\227\033[0m cannot log in to relay:26: 535 no\n"
	    "  hint: set `user x`\n"
	    "\n"
	    "1 of 2 tests succeeded.\n");
	return done();
}
