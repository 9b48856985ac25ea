/* t_cli_argv.c - the command line: letters, long options, operands */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "cli/argv.h"
#include "cli/option_table.h"
#include "config/setting.h"
#include "tap.h"

#define WORDS	16

/*
 * The words have one space between; "''" is an empty one.  What is expected
 * is named in the order of show(); NULL is a usage error.
 */
static const struct {
	const char	*line;
	const char	*want;
} rows[] = {
	{ "heloise a@x", "send dot rcpt=a@x" },
	{ "heloise -t", "send dot extract" },
	{ "heloise -ti", "send extract" },
	{ "heloise -itfa@x b@x", "send extract from=a@x rcpt=b@x" },
	{ "heloise -oi a@x", "send rcpt=a@x" },
	{ "heloise -o i a@x", "send rcpt=a@x" },
	{ "heloise -oitrue a@x", "send rcpt=a@x" },
	{ "heloise -f '' a@x", "send dot from= rcpt=a@x" },
	{ "heloise -f a@x -f b@x c@x", "send dot from=b@x rcpt=c@x" },
	{ "heloise -ra@x b@x", "send dot from=a@x rcpt=b@x" },
	{ "heloise -FName a@x", "send dot name=Name rcpt=a@x" },
	{ "heloise -F Name a@x", "send dot name=Name rcpt=a@x" },
	{ "heloise -- -a@x", "send dot rcpt=-a@x" },
	{ "heloise a@x -t", "send dot extract rcpt=a@x" },
	{ "heloise a@x -f b@x c@x -i", "send from=b@x rcpt=a@x rcpt=c@x" },
	{ "heloise a@x -- -t b@x", "send dot rcpt=a@x rcpt=-t rcpt=b@x" },
	{ "heloise -- a@x -t -- b@x",
	  "send dot rcpt=a@x rcpt=-t rcpt=-- rcpt=b@x" },
	{ "heloise a@x - -i", "send rcpt=a@x rcpt=-" },
	{ "heloise - a@x", "send dot rcpt=- rcpt=a@x" },
	{ "heloise -Nnever a@x", "send dot notify=1 rcpt=a@x" },
	{ "heloise -N SUCCESS,delay a@x", "send dot notify=10 rcpt=a@x" },
	{ "heloise -N never,delay a@x", "send dot rcpt=a@x" },
	{ "heloise -N often a@x", "send dot rcpt=a@x" },
	{ "heloise -Rhdrs a@x", "send dot ret=2 rcpt=a@x" },
	{ "heloise -R full a@x", "send dot ret=1 rcpt=a@x" },
	{ "heloise -R some a@x", "send dot rcpt=a@x" },
	{ "heloise -V a+2Bb a@x", "send dot envid=a+2Bb rcpt=a@x" },
	{ "heloise -V a=b a@x", "send dot rcpt=a@x" },
	{ "heloise -V a+2 a@x", "send dot rcpt=a@x" },
	{ "heloise -odb a@x", "send dot delivery=1 rcpt=a@x" },
	{ "heloise -odq a@x", "send dot delivery=2 rcpt=a@x" },
	{ "heloise -odd a@x", "send dot delivery=2 rcpt=a@x" },
	{ "heloise -odi a@x", "send dot delivery=0 rcpt=a@x" },
	{ "heloise -odX a@x", "send dot rcpt=a@x" },
	{ "heloise -O DeliveryMode=b a@x", "send dot delivery=1 rcpt=a@x" },
	{ "heloise -OQueueDirectory=/t a@x", "send dot rcpt=a@x" },
	{ "heloise -n a@x", "send dot bare rcpt=a@x" },
	{ "heloise -v a@x", "send dot verbose rcpt=a@x" },
	{ "heloise -bm a@x", "send dot rcpt=a@x" },
	{ "heloise -bs", "smtp dot" },
	{ "heloise -bp", "mailq dot" },
	{ "heloise -bi", "aliases dot" },
	{ "heloise -I", "aliases dot" },
	{ "heloise -bv a@x", "verify dot rcpt=a@x" },
	{ "heloise -bh", "nothing dot" },
	{ "heloise -bd", NULL },
	{ "heloise -bD", NULL },
	{ "heloise -bz", NULL },
	{ "heloise -q", "queue dot" },
	{ "heloise -q a@x", NULL },
	{ "heloise -qR a@x", NULL },
	{ "heloise -qR", NULL },
	{ "heloise --check-config a", NULL },
	{ "heloise --show-config a", NULL },
	{ "heloise -q15m -bD", "queue dot every=900 foreground" },
	{ "heloise -q0", NULL },
	{ "heloise -q1y", NULL },
	{ "heloise -qIab -qRcd", "queue dot I=ab R=cd" },
	{ "heloise -qf", "queue dot" },
	{ "heloise -f", NULL },
	{ "heloise -y a@x", NULL },
	{ "heloise -M x a@x", NULL },
	{ "heloise -C f a@x", "send dot file=f rcpt=a@x" },
	{ "heloise -Cf a@x", "send dot file=f rcpt=a@x" },
	{ "heloise -C f -C g a@x", NULL },
	{ "heloise -t -C f", NULL },
	{ "heloise --probe -bp", NULL },
	{ "heloise --hold 00000000000000aa -q", NULL },
	{ "heloise --check-config -I", NULL },
	{ "heloise --probe --check-config", NULL },
	{ "heloise -bs -bp", "mailq dot" },
	{ "heloise --relay r a@x", "send dot relay:r rcpt=a@x" },
	{ "heloise --relay=r --port=2 a@x",
	  "send dot relay:r port:2 rcpt=a@x" },
	{ "heloise -t --relay r", NULL },
	{ "heloise --relay", NULL },
	{ "heloise --help", "help dot" },
	{ "heloise --hold 12", "hold dot what=12" },
	{ "heloise --check-config", "check-config dot" },
	{ "heloise --check-config --as www", "check-config dot as=www" },
	{ "heloise --as www --check-config", "check-config dot as=www" },
	{ "heloise --as www -t", NULL },
	{ "heloise --check-config --as", NULL },
	{ "sendmail --check-config", NULL },
	{ "heloise --setup", "setup dot what=" },
	{ "heloise --setup a@x", "setup dot what=a@x" },
	{ "heloise --setup=a@x", "setup dot what=a@x" },
	{ "heloise --setup a@x --yes", "setup dot yes what=a@x" },
	{ "heloise --setup --yes", "setup dot yes what=" },
	{ "heloise --setup a@x b@x", NULL },
	{ "heloise --import f --write g", "import dot write=g what=f" },
	{ "heloise --import", NULL },
	{ "heloise --yes -t", NULL },
	{ "heloise --providers", "providers dot" },
	{ "sendmail --setup", NULL },
	{ "heloise --hold", NULL },
	{ "heloise --hold 12 34", NULL },
	{ "heloise --hold 12 --release 12", NULL },
	{ "heloise --json -bp", "mailq dot json" },
	{ "heloise --json", "mailq dot json" },
	{ "heloise --json -t", NULL },
	{ "heloise --status", "status dot" },
	{ "heloise --status -w 5 -c10,1h --json",
	  "status dot json w=5 c=10,1h" },
	{ "heloise --status --warning=5 --critical 1h --prometheus",
	  "status dot prometheus w=5 c=1h" },
	{ "heloise -w 5 --status", NULL },
	{ "heloise -c a@x", "send dot rcpt=a@x" },
	{ "heloise --warning 5 a@x", NULL },
	{ "heloise --status a@x", NULL },
	{ "heloise --json a@x", NULL },
	{ "heloise --write f", NULL },
	{ "heloise --probe", "probe dot" },
	{ "heloise --probe --json a@x", "probe dot json rcpt=a@x" },
	{ "heloise --json --all --probe -f b@x a@x c@x",
	  "probe dot from=b@x json all rcpt=a@x rcpt=c@x" },
	{ "heloise --relay r --probe -a work",
	  "probe dot relay:r account:work" },
	{ "heloise -t --probe", NULL },
	{ "heloise --all", NULL },
	{ "heloise --all -bp", NULL },
	{ "sendmail --probe", NULL },
	{ "sendmail -t", "send dot extract" },
	{ "/usr/sbin/sendmail -C f a@x", NULL },
	{ "sendmail --relay r a@x", NULL },
	{ "heloise --hold=12", "hold dot what=12" },
	{ "heloise --show-config --write=f", "show-config dot write=f" },
	{ "heloise --check-config=x", NULL },
	{ "heloise -- help", "send dot rcpt=help" },
	{ "heloise -t help", "send dot extract rcpt=help" },
	{ "heloise -bv help", "verify dot rcpt=help" },
	{ "heloise --probe help", "probe dot rcpt=help" },
	{ "heloise help@x", "send dot rcpt=help@x" },
	{ "heloise a@x help", "send dot rcpt=a@x rcpt=help" },
	{ "heloise test", "send dot rcpt=test" },
	{ "sendmail help", "send dot rcpt=help" },
	{ "sendmail -s a@x", "send dot rcpt=a@x" },
	{ "heloise -s", "send dot" },
	{ "heloise -q -bm a@x", "send dot rcpt=a@x" },
	{ "/usr/bin/mailq", "mailq dot" },
	{ "newaliases", "aliases dot" },
};

/* What is wrong, after "cannot understand the command line: " */
static const struct {
	const char	*line;
	const char	*want;
} errors[] = {
	{ "heloise -y", "-y: unknown option" },
	{ "heloise -f", "-f: a value is missing: ADDRESS" },
	{ "heloise -e", "-e: a value is missing" },
	{ "heloise -h", "-h: a value is missing; did you mean --help?" },
	{ "heloise -C", "-C: a value is missing: FILE" },
	{ "heloise -bz", "-bz: no such mode" },
	{ "heloise -bd",
	    "-bd: there is no daemon; use -q15m -bD to run the queue" },
	{ "heloise -bD",
	    "-bD: there is no daemon; use -q15m -bD to run the queue" },
	{ "heloise -M x", "-M: not supported" },
	{ "heloise -q0", "-q: expected a time such as 15m" },
	{ "heloise -qS",
	    "-q: -qI, -qR and -qS need a text, without a blank before it" },
	{ "heloise -t -C f",
	    "-C: allowed once, before all other options, "
	    "and not when called as sendmail" },
	{ "sendmail -a x",
	    "-a: allowed once, before all other options, "
	    "and not when called as sendmail" },
	{ "sendmail --help",
	    "--help: allowed only before all short "
	    "options, and not when called as sendmail" },
	{ "heloise --relay", "--relay: a value is missing: HOST[:PORT]" },
	{ "heloise --hold", "--hold: a value is missing: ID" },
	{ "heloise --queue",
	    "--queue: a value is missing: YES|NO; did you mean -bp?" },
	{ "heloise --json=x", "--json: takes no value" },
	{ "heloise --probe --help", "--help: only one command allowed" },
	{ "heloise --probe -q", "--probe: not allowed with -b, -q or -I" },
	{ "heloise --as x -t", "--as: only with --check-config" },
	{ "heloise --all -bp", "--all: only with --probe" },
	{ "heloise --json a@x", "--json: only with -bp or --version or "
	  "--show-config or --check-config or --probe or --status" },
	{ "heloise --write x", "--write: only with --show-config or "
	    "--setup or --import" },
	{ "heloise -q a@x",
	    "a@x: a queue run takes no recipients; use -qR to select" },
	{ "sendmail -q a@x",
	    "a@x: a queue run takes no recipients; use -qR to select" },
	{ "heloise --check-config a", "a: unexpected argument" },
	{ "heloise --version a", "a: unexpected argument" },
	{ "heloise --retry 1 2",
	    "2: unexpected argument; give one message ID" },
	{ "heloise -s hello a@x",
	    "-s: only mail(1) has this option; write "
	    "the subject into the message: printf 'Subject: "
	    "hello\\n\\ntext\\n' "
	    "| heloise user@example.org" },
	{ "heloise help",
	    "help is not an address; did you mean --help?  For "
	    "a local user of this name: heloise -- help" },
	{ "heloise mailq",
	    "mailq is not an address; did you mean -bp?  For "
	    "a local user of this name: heloise -- mailq" },
	{ "heloise newaliases x",
	    "newaliases is not an address; did you mean "
	    "-bi?  For a local user of this name: heloise -- newaliases" },
	{ "heloise --zebra", "--zebra: no such option" },
	{ "heloise --zebra=1", "--zebra: no such option" },
};

/* Unknown long options, and what is suggested. */
static const struct { const char *word, *want; } unknown[] = {
	{ "check-confg", "--check-config" }, { "versoin", "--version" },
	{ "prob", "--probe" }, { "hlep", "--help" }, { "relase", "--release" },
	{ "jsn", "--json" }, { "traec", "--trace" }, { "Version", "--version" },
	{ "show_config", "--show-config" }, { "prot", "--port" },
	{ "hostname", "--helo" }, { "host", "--relay" },
	{ "tls-verfy", "--tls-verify" }, { "dry-run", "--probe" },
	{ "test", "--probe" }, { "serverinfo", "--probe" },
	{ "pretend", "--probe" }, { "mailq", "-bp" }, { "list", "-bp" },
	{ "flush", "-q" }, { "read-recipients", "-t" }, { "file", "-C" },
	{ "authorize", "--login" }, { "sign-out", "--logout" },
	{ "debug", "-v" }, { "delete", "--remove" }, { "x", NULL },
	{ "zebra", NULL },
};

static const char *const modes[] = { "send", "smtp", "queue", "mailq",
    "aliases", "verify", "nothing", "help", "version", "show-config",
    "probe", "hold", "release", "retry", "remove", "show",
    "check-config", "completion", "login", "logout", "setup", "import",
    "providers", "status" };

static void
text(struct buf *b, const char *name, const char *value)
{
	if (value != NULL)
		buf_addf(b, " %s=%s", name, value);
}

static void
number(struct buf *b, const char *name, long long value, long long none)
{
	if (value != none)
		buf_addf(b, " %s=%lld", name, value);
}

static void
show(struct buf *b, const struct options *o)
{
	static const char *const select[] = { "I", "R", "S" };
	size_t i;

	buf_adds(b, modes[o->mode]);
	buf_adds(b, o->dot_ends ? " dot" : "");
	buf_adds(b, o->extract ? " extract" : "");
	buf_adds(b, o->verbose ? " verbose" : "");
	buf_adds(b, o->no_aliases ? " bare" : "");
	text(b, "file", o->file);
	text(b, "from", o->sender);
	text(b, "name", o->full_name);
	number(b, "notify", o->notify, 0);
	number(b, "ret", o->ret, RET_UNSET);
	text(b, "envid", o->envid);
	number(b, "delivery", o->delivery, -1);
	number(b, "every", o->interval, 0);
	buf_adds(b, o->foreground ? " foreground" : "");
	buf_adds(b, o->json ? " json" : "");
	buf_adds(b, o->all ? " all" : "");
	buf_adds(b, o->yes ? " yes" : "");
	buf_adds(b, o->prometheus ? " prometheus" : "");
	text(b, "w", o->warning);
	text(b, "c", o->critical);
	text(b, "as", o->as);
	text(b, "write", o->write);
	text(b, "what", o->what);
	for (i = 0; i < NITEMS(select); i++)
		text(b, select[i], o->select[i]);
	for (i = 0; i < o->nflag; i++)
		buf_addf(b, " %s:%s", o->flag[i].key, o->flag[i].value);
	for (i = 0; i < o->nrcpt; i++)
		text(b, "rcpt", o->rcpt[i]);
}

/* What the line comes to, or the fault; to be freed. */
static char *
outcome(const char *line, struct fault *f)
{
	struct buf b = { .max = 4096 };
	char *copy = xstrdup(line), *p = copy, *word, *argv[WORDS + 1];
	struct options o;
	int argc = 0;

	while (argc < WORDS && (word = strsep(&p, " ")) != NULL)
		argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	argv[argc] = NULL;
	if (argv_parse(&o, argv, f) == 0)
		show(&b, &o);
	options_release(&o);
	free(copy);
	return b.p;
}

static void
check(const char *line, const char *want)
{
	struct fault f = { 0 };
	char *got = outcome(line, &f);

	is(got, want, "%s", line);
	if (got == NULL)
		ok(fault_exit(&f) == 64 && f.text[0] != '\0', "%s: %s", line,
		    f.text);
	free(got);
}

static void
check_error(const char *line, const char *want)
{
	struct fault f = { 0 };
	char *got = outcome(line, &f);

	is(got, NULL, "%s", line);
	is(f.text, want, "%s: why", line);
	is_int(fault_exit(&f), 64, "%s: the status", line);
	free(got);
}

static void
check_unknown(const char *word, const char *want)
{
	char *line = xasprintf("heloise --%s a@x", word);
	char *text = want == NULL ? xasprintf("--%s: no such option", word) :
	    xasprintf("--%s: no such option; did you mean %s?", word, want);

	check_error(line, text);
	free(line);
	free(text);
}

/* A line in which the row is given, in a mode that it goes with. */
static char *
line_with(const struct option *row, bool value)
{
	struct buf b = { .max = 256 };
	const struct option *it;

	buf_addf(&b, "heloise %s%s", row->name,
	    row->takes == OPTION_VALUE && value ? " 1" : "");
	for (it = option_table; it < option_table + option_count; it++)
		if (it->chooses && row->modes & OPTION_IN(it->mode))
			break;
	if (it < option_table + option_count)
		buf_addf(&b, " %s", it->name);
	return b.p;
}

/* Takes a value or none, chooses its mode, goes with no other. */
static void
check_row(const struct option *row)
{
	bool is_long = row->name[1] == '-', refused =
	    strcmp(row->name, OPTION_B) == 0 ||
	    (row->modes == 0 && row->refusal != NULL && !row->first);
	char *line = line_with(row, true), *got;
	struct fault f = { 0 };

	got = outcome(line, &f);
	is_int(got == NULL, refused, "%s: %s", line, f.text);
	if (row->chooses && got != NULL)
		ok(strncmp(got, modes[row->mode],
		    strlen(modes[row->mode])) == 0, "%s: %s", line, got);
	free(got);
	free(line);
	if (row->takes == OPTION_VALUE) {
		line = xasprintf("heloise %s", row->name);
		got = outcome(line, &f);
		ok(got == NULL && strncmp(f.text + strlen(row->name),
		    ": a value is missing", 20) == 0, "%s: %s", line, f.text);
		free(got);
		free(line);
	}
	if (row->modes != 0) {
		line = xasprintf("heloise %s%s -bs", row->name,
		    row->takes == OPTION_VALUE ? " 1" : "");
		check(line, NULL);
		free(line);
	}
	if (row->first) {
		line = xasprintf("sendmail %s 1", row->name);
		check(line, NULL);
		free(line);
	}
	ok(option_find(row->name, strlen(row->name)) == row, "%s is there "
	    "once", row->name);
	ok(!is_long || (row->first && row->doc != NULL &&
	    setting_find(row->name + 2) == NULL &&
	    strlen(row->name + 2) < SETTING_KEY), "%s is no setting",
	    row->name);
	ok((row->arg == NULL) == (row->doc == NULL ||
	    row->takes == OPTION_ALONE), "%s has a value in --help, if any",
	    row->name);
}

/* No name of another program is claimed twice. */
static void
check_akin(void)
{
	size_t i, k, n;
	char *word;
	const char *p;

	for (i = 0; i < option_count; i++)
		for (p = option_table[i].akin; p != NULL && *p != '\0';
		    p += n + (p[n] == ' ')) {
			n = strcspn(p, " ");
			word = xstrndup(p, n);
			ok(option_akin(word) == &option_table[i],
			    "%s means one option", word);
			for (k = 0; k < setting_count; k++)
				if (ascii_listed(setting_table[k].akin,
				    word, n))
					break;
			ok(k == setting_count, "%s means no setting", word);
			free(word);
		}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		check(rows[i].line, rows[i].want);
	for (i = 0; i < NITEMS(errors); i++)
		check_error(errors[i].line, errors[i].want);
	for (i = 0; i < NITEMS(unknown); i++)
		check_unknown(unknown[i].word, unknown[i].want);
	for (i = 0; i < option_count; i++)
		check_row(&option_table[i]);
	check_akin();
	return done();
}
