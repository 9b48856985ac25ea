/* t_cli_options.c - the command line: sendmail's letters and long options */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/setting.h"
#include "cli/options.h"
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
	{ "heloise a@x -t", "send dot rcpt=a@x rcpt=-t" },
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
	{ "heloise --check-config --as www", "check-config dot" },
	{ "heloise --as www --check-config", "check-config dot" },
	{ "heloise --as www -t", NULL },
	{ "heloise --check-config --as", NULL },
	{ "sendmail --check-config", NULL },
	{ "heloise --hold", NULL },
	{ "heloise --hold 12 34", NULL },
	{ "heloise --hold 12 --release 12", NULL },
	{ "heloise --json -bp", "mailq dot json" },
	{ "heloise --json", "mailq dot json" },
	{ "heloise --json -t", NULL },
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
	{ "/usr/bin/mailq", "mailq dot" },
	{ "newaliases", "aliases dot" },
};

static const char *const modes[] = { "send", "smtp", "queue", "mailq",
    "aliases", "verify", "nothing", "help", "version", "show-config",
    "probe", "hold", "release", "retry", "remove", "show",
    "check-config" };

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
	text(b, "what", o->what);
	for (i = 0; i < NITEMS(select); i++)
		text(b, select[i], o->select[i]);
	for (i = 0; i < o->nflag; i++)
		buf_addf(b, " %s:%s", o->flag[i].key, o->flag[i].value);
	for (i = 0; i < o->nrcpt; i++)
		text(b, "rcpt", o->rcpt[i]);
}

static void
check(const char *line, const char *want)
{
	struct buf b = { .max = 4096 };
	char *copy = xstrdup(line), *p = copy, *word, *argv[WORDS + 1];
	struct options o;
	struct fault f = { 0 };
	int argc = 0;

	while (argc < WORDS && (word = strsep(&p, " ")) != NULL)
		argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
	argv[argc] = NULL;
	if (options_parse(&o, argc, argv, &f) == 0) {
		show(&b, &o);
		is(buf_text(&b), want, "%s", line);
	} else {
		is(NULL, want, "%s", line);
		ok(fault_exit(&f) == 64 && f.text[0] != '\0', "%s: %s", line,
		    f.text);
	}
	options_release(&o);
	buf_release(&b);
	free(copy);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		check(rows[i].line, rows[i].want);
	return done();
}
