/* options.c - the command line: sendmail's letters and long options */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/util.h"
#include "cli/options.h"
#include "config/load.h"
#include "config/setting.h"
#include "system/log.h"

enum action {
	ACT_IGNORE, ACT_DOT, ACT_EXTRACT, ACT_SENDER, ACT_NAME, ACT_NOTIFY,
	ACT_RET, ACT_ENVID, ACT_VERBOSE, ACT_MODE, ACT_O, ACT_LONG_O,
	ACT_QUEUE, ACT_ALIASES, ACT_NO_ALIASES, ACT_WARN, ACT_CONFIG,
	ACT_REFUSE
};

/* How many words the option takes. */
enum arity {
	NONE,		/* -t */
	ONE,		/* -fA or -f A */
	ATTACHED	/* -d or -d8.4, never the next word */
};

/* One row a letter, as sendmail 8 and Postfix have them. */
static const struct row {
	char		 letter;
	enum arity	 arity;
	enum action	 action;
	const char	*doc;		/* NULL: not in --help */
} rows[] = {
	{ 't', NONE, ACT_EXTRACT, "take recipients from To, Cc and Bcc" },
	{ 'i', NONE, ACT_DOT, "a lone dot does not end the message" },
	{ 'f', ONE, ACT_SENDER, "ADDRESS: the envelope sender" },
	{ 'r', ONE, ACT_SENDER, NULL },
	{ 'F', ONE, ACT_NAME, "NAME: the sender's full name" },
	{ 'N', ONE, ACT_NOTIFY,
	  "WHEN: never, or success,failure,delay (DSN)" },
	{ 'R', ONE, ACT_RET, "full or hdrs: what a DSN returns" },
	{ 'V', ONE, ACT_ENVID, "ID: the envelope id for a DSN" },
	{ 'v', NONE, ACT_VERBOSE, "show the dialogue with the relay" },
	{ 'C', ONE, ACT_CONFIG, "FILE: the configuration (comes first)" },
	{ 'a', ONE, ACT_CONFIG, "NAME: the account to use (comes first)" },
	{ 'b', ONE, ACT_MODE,
	  "m, s, p, i, v: send, SMTP, mailq, aliases, verify" },
	{ 'q', ATTACHED, ACT_QUEUE,
	  "[TIME]: run the queue, or do so every TIME" },
	{ 'I', NONE, ACT_ALIASES, NULL },
	{ 'n', NONE, ACT_NO_ALIASES, "leave the aliases alone" },
	{ 'o', ONE, ACT_O, "i, db, dq, di: as -i; delivery in the background, "
	  "from the queue, now" },
	{ 'O', ONE, ACT_LONG_O, NULL },
	{ 'X', ONE, ACT_WARN, NULL },
	{ 'D', ONE, ACT_WARN, NULL },
	{ 'M', ONE, ACT_REFUSE, NULL },
	{ 'A', ONE, ACT_IGNORE, NULL },
	{ 'B', ONE, ACT_IGNORE, NULL },
	{ 'd', ATTACHED, ACT_IGNORE, NULL },
	{ 'e', ONE, ACT_IGNORE, NULL },
	{ 'E', ATTACHED, ACT_IGNORE, NULL },
	{ 'G', NONE, ACT_IGNORE, NULL },
	{ 'h', ONE, ACT_IGNORE, NULL },
	{ 'J', ATTACHED, ACT_IGNORE, NULL },
	{ 'L', ONE, ACT_IGNORE, NULL },
	{ 'Q', ATTACHED, ACT_IGNORE, NULL },
	{ 'U', NONE, ACT_IGNORE, NULL },
	{ 'c', NONE, ACT_IGNORE, NULL },
	{ 'm', NONE, ACT_IGNORE, NULL },
	{ 'p', ONE, ACT_IGNORE, NULL },
	{ 's', NONE, ACT_IGNORE, NULL },
	{ 'T', NONE, ACT_IGNORE, NULL },
	{ 'x', NONE, ACT_IGNORE, NULL },
};

static int
usage(struct fault *f, const char *what, const char *why)
{
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "%s: %s", what,
	    why);
}

static void
notify(struct options *o, const char *arg)
{
	static const struct { const char *word; unsigned bit; } words[] = {
		{ "never", NOTIFY_NEVER }, { "success", NOTIFY_SUCCESS },
		{ "failure", NOTIFY_FAILURE }, { "delay", NOTIFY_DELAY },
	};
	const char *p = arg;
	size_t n, i;

	for (o->notify = 0;; p += n + 1) {
		n = strcspn(p, ",");
		for (i = 0; i < NITEMS(words); i++)
			if (strlen(words[i].word) == n &&
			    strncasecmp(words[i].word, p, n) == 0)
				break;
		if (i == NITEMS(words))
			break;
		o->notify |= words[i].bit;
		if (p[n] != '\0')
			continue;
		if (o->notify & NOTIFY_NEVER && o->notify != NOTIFY_NEVER)
			break;
		return;
	}
	o->notify = 0;		/* a wish that nobody understands */
}

/* RFC 3461 4: printable ASCII but + and =, and +XX for the others. */
static bool
xtext(const char *s)
{
	static const char hex[] = "0123456789ABCDEF";
	const char *p;

	for (p = s; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~' || *p == '=')
			return false;
		if (*p != '+')
			continue;
		if (p[1] == '\0' || strchr(hex, p[1]) == NULL ||
		    p[2] == '\0' || strchr(hex, p[2]) == NULL)
			return false;
		p += 2;
	}
	return p != s && p - s <= 100;
}

static int
mode(struct options *o, const char *arg, struct fault *f)
{
	static const struct { const char *word; enum options_mode mode; }
	    modes[] = {
		{ "m", MODE_SEND }, { "s", MODE_SMTP }, { "p", MODE_MAILQ },
		{ "i", MODE_ALIASES }, { "v", MODE_VERIFY },
		{ "h", MODE_NOTHING }, { "H", MODE_NOTHING },
	};
	char name[32];
	size_t i;

	if (strcmp(arg, "D") == 0) {
		o->foreground = true;
		return 0;
	}
	for (i = 0; i < NITEMS(modes); i++)
		if (strcmp(modes[i].word, arg) == 0) {
			o->mode = modes[i].mode;
			return 0;
		}
	(void)snprintf(name, sizeof(name), "-b%s", arg);
	return usage(f, name, strcmp(arg, "d") == 0 ? "there is no daemon; "
	    "-q15m -bD runs the queue" : "there is no such mode");
}

/* -oi, -odb and the like; what else there is has no meaning here. */
static void
short_o(struct options *o, const char *arg)
{
	if (arg[0] == 'i')
		o->dot_ends = false;
	if (arg[0] != 'd')
		return;
	switch (arg[1]) {
	case 'i':
	case 'f':
		o->delivery = SETTING_DELIVERY_NOW;
		break;
	case 'b':
		o->delivery = SETTING_DELIVERY_BACKGROUND;
		break;
	case 'q':
	case 'd':
		o->delivery = SETTING_DELIVERY_QUEUE;
		break;
	}
}

/* -O DeliveryMode=b; no other option of sendmail.cf is one of ours. */
static void
long_o(struct options *o, const char *arg)
{
	static const char delivery[] = "DeliveryMode=";
	char word[] = "d?";

	if (strncasecmp(arg, delivery, sizeof(delivery) - 1) != 0)
		return;
	word[1] = arg[sizeof(delivery) - 1];
	short_o(o, word);
}

/* -q, -q15m, -qIid, -qRrcpt, -qSsender; other letters select nothing. */
static int
run_queue(struct options *o, const char *arg, struct fault *f)
{
	static const char letters[] = "IRS";
	const char *p = strchr(letters, arg[0]);

	o->mode = MODE_QUEUE_RUN;
	if (arg[0] >= '0' && arg[0] <= '9') {
		o->interval = duration_parse(arg);
		return o->interval > 0 ? 0 :
		    usage(f, "-q", "expected a time such as 15m");
	}
	if (arg[0] == '\0' || p == NULL)
		return 0;
	if (arg[1] == '\0')
		return usage(f, "-q", "what to look for follows -qI, -qR or "
		    "-qS without a blank");
	o->select[p - letters] = arg + 1;
	return 0;
}

static int
act(struct options *o, const struct row *r, const char *arg, struct fault *f)
{
	const char name[] = { '-', r->letter, '\0' };

	switch (r->action) {
	case ACT_IGNORE:
		return 0;
	case ACT_DOT:
		o->dot_ends = false;
		return 0;
	case ACT_O:
		short_o(o, arg);
		return 0;
	case ACT_LONG_O:
		long_o(o, arg);
		return 0;
	case ACT_QUEUE:
		return run_queue(o, arg, f);
	case ACT_ALIASES:
		o->mode = MODE_ALIASES;
		return 0;
	case ACT_NO_ALIASES:
		o->no_aliases = true;
		return 0;
	case ACT_EXTRACT:
		o->extract = true;
		return 0;
	case ACT_SENDER:
		o->sender = arg;
		return 0;
	case ACT_NAME:
		o->full_name = arg;
		return 0;
	case ACT_NOTIFY:
		notify(o, arg);
		return 0;
	case ACT_RET:
		o->ret = strcasecmp(arg, "full") == 0 ? RET_FULL :
		    strcasecmp(arg, "hdrs") == 0 ? RET_HDRS : RET_UNSET;
		return 0;
	case ACT_ENVID:
		if (xtext(arg))
			o->envid = arg;
		return 0;
	case ACT_VERBOSE:
		o->verbose = true;
		return 0;
	case ACT_MODE:
		return mode(o, arg, f);
	case ACT_WARN:
		log_say("%s is not supported and opens no file", name);
		return 0;
	case ACT_CONFIG:
		return usage(f, name, "must come before all else, once, and "
		    "not when called as sendmail");
	case ACT_REFUSE:
		break;
	}
	return usage(f, name, "not supported");
}

static const struct row *
find(int letter)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		if (rows[i].letter == letter)
			return &rows[i];
	return NULL;
}

/* The letters in their clusters; *at is left at the first operand. */
static int
letters(struct options *o, int argc, char **argv, int *at, struct fault *f)
{
	const struct row *r;
	const char *p, *arg;
	char what[] = "-?";

	for (; *at < argc && argv[*at][0] == '-' && argv[*at][1] != '\0';
	    ++*at) {
		if (strcmp(argv[*at], "--") == 0) {
			++*at;
			return 0;
		}
		if (argv[*at][1] == '-')
			return usage(f, argv[*at], "long options must come "
			    "before all else, and not when called as "
			    "sendmail");
		for (p = argv[*at] + 1; *p != '\0'; p++) {
			what[1] = *p;
			if ((r = find(*p)) == NULL)
				return usage(f, what, "unknown option");
			arg = p + 1;
			if (r->arity == ONE && *arg == '\0') {
				if (*at + 1 >= argc)
					return usage(f, what,
					    "an argument is missing");
				arg = argv[++*at];
			}
			if (act(o, r, arg, f) == -1)
				return -1;
			if (r->arity != NONE)
				break;
		}
	}
	return 0;
}

/* Long options that are not settings: what to do. */
static const struct command {
	const char	*word;
	enum options_mode mode;
	bool		 takes;
	const char	*doc;
} commands[] = {
	{ "help", MODE_HELP, false, "show this" },
	{ "version", MODE_VERSION, false, "show the version" },
	{ "show-config", MODE_SHOW_CONFIG, false,
	  "show the settings in force and where from" },
	{ "check-config", MODE_CHECK_CONFIG, false,
	  "list its mistakes" },
	{ "probe", MODE_PROBE, false,
	  "try the way to the relay, and for a RECIPIENT; sends no mail" },
	{ "hold", MODE_HOLD, true, "ID: do not try this message for now" },
	{ "release", MODE_RELEASE, true, "ID: try it again" },
	{ "retry", MODE_RETRY, true,
	  "ID or all: try now; by its ID also one that failed" },
	{ "remove", MODE_REMOVE, true, "ID or all: throw it away" },
	{ "show", MODE_SHOW, true, "ID: show the message" },
};

/* And those that go with one of these, or with a message. */
static const char *const manners[] = {
	"as USER: for --check-config, with the eyes of that user",
	"all: for --probe, every account and every address",
	"json for -bp and --probe: as JSON",
	"trace show the dialogue if a message is not accepted",
	"write FILE: for --show-config, what the environment says",
};

static void
add_flag(struct options *o, char *key, const char *value)
{
	o->flag = xreallocarray(o->flag, o->nflag + 1, sizeof(*o->flag));
	o->flag[o->nflag].key = key;
	o->flag[o->nflag++].value = value;
}

static int
long_option(struct options *o, int argc, char **argv, int *at,
    struct fault *f)
{
	char *word = argv[*at] + 2, *eq = strchr(word, '=');
	const struct command *c;

	if (strcmp(word, "json") == 0 || strcmp(word, "trace") == 0) {
		*(word[0] == 'j' ? &o->json : &o->trace) = true;
		return 0;
	}
	if (strcmp(word, "all") == 0) {
		o->all = true;
		return 0;
	}
	if (strcmp(word, "write") == 0) {
		if ((o->write = argv[*at + 1]) == NULL)
			return usage(f, argv[*at], "a file is missing");
		++*at;
		return 0;
	}
	if (strcmp(word, "as") == 0) {
		if ((o->as = argv[*at + 1]) == NULL)
			return usage(f, argv[*at], "a user is missing");
		++*at;
		return 0;
	}
	for (c = commands; c < commands + NITEMS(commands); c++)
		if (strcmp(word, c->word) == 0)
			break;
	if (eq == NULL && *at + 1 >= argc && (c < commands + NITEMS(commands) ?
	    c->takes : setting_find(word) != NULL))
		return usage(f, argv[*at], "a value is missing");
	if (c < commands + NITEMS(commands)) {
		if (o->command != NULL)
			return usage(f, argv[*at], "one thing at a time");
		o->command = argv[*at];
		o->mode = c->mode;
		if (c->takes)
			o->what = argv[++*at];
		return 0;
	}
	add_flag(o, eq != NULL ? xstrndup(word, (size_t)(eq - word)) :
	    xstrdup(word), eq != NULL ? eq + 1 : *at + 1 < argc ?
	    argv[++*at] : "");
	return 0;
}

/* The word that belongs to -C or -a, or NULL. */
static const char *
word_of(int argc, char **argv, int *at)
{
	if (argv[*at][2] != '\0')
		return argv[*at] + 2;
	return *at + 1 < argc ? argv[++*at] : NULL;
}

/* Long options, -a and -C, in front of all else. */
static int
settings(struct options *o, int argc, char **argv, int *at, struct fault *f)
{
	const char *word;

	for (; *at < argc; ++*at) {
		if (strncmp(argv[*at], "--", 2) == 0 && argv[*at][2] != '\0') {
			if (long_option(o, argc, argv, at, f) == -1)
				return -1;
		} else if (strncmp(argv[*at], "-C", 2) == 0 &&
		    o->file == NULL) {
			if ((o->file = word_of(argc, argv, at)) == NULL)
				return usage(f, "-C", "a file is missing");
		} else if (strncmp(argv[*at], "-a", 2) == 0) {
			if ((word = word_of(argc, argv, at)) == NULL)
				return usage(f, "-a", "a name is missing");
			add_flag(o, xstrdup("account"), word);
		} else {
			break;
		}
	}
	return 0;
}

/* Are we called by one of sendmail's names, and to do what? */
static bool
sendmail_name(struct options *o, const char *argv0)
{
	const char *base = strrchr(argv0, '/');

	base = base != NULL ? base + 1 : argv0;
	if (strcmp(base, "mailq") == 0)
		o->mode = MODE_MAILQ;
	else if (strcmp(base, "newaliases") == 0)
		o->mode = MODE_ALIASES;
	else if (strcmp(base, "sendmail") != 0)
		return false;
	return true;
}

int
options_parse(struct options *o, int argc, char **argv, struct fault *f)
{
	enum options_mode mode;
	int at = 1;

	*o = (struct options){ .dot_ends = true, .delivery = -1 };
	if (!sendmail_name(o, argv[0]) && settings(o, argc, argv, &at, f) == -1)
		return -1;
	mode = o->mode;
	if (letters(o, argc, argv, &at, f) == -1)
		return -1;
	if (o->command != NULL && o->mode != mode)
		return usage(f, o->command, "goes with neither -b nor -q nor "
		    "-I");
	if (o->foreground && o->mode != MODE_QUEUE_RUN)
		return usage(f, "-bD", "there is no daemon; -q15m -bD runs "
		    "the queue");
	if (o->as != NULL && o->mode != MODE_CHECK_CONFIG)
		return usage(f, "--as", "goes with --check-config only");
	if (o->all && o->mode != MODE_PROBE)
		return usage(f, "--all", "only with --probe");
	if (o->write != NULL && o->mode != MODE_SHOW_CONFIG)
		return usage(f, "--write", "goes with --show-config only");
	o->rcpt = argv + at;
	o->nrcpt = (size_t)(argc - at);
	/* Alone it is for the queue; a message must not be passed over. */
	if (o->json && o->mode == MODE_SEND && !o->extract && o->nrcpt == 0)
		o->mode = MODE_MAILQ;
	if (o->json && o->mode != MODE_MAILQ && o->mode != MODE_PROBE)
		return usage(f, "--json", "goes with -bp and --probe only");
	if (o->nrcpt > 0 && o->command == NULL && o->mode == MODE_QUEUE_RUN)
		return usage(f, o->rcpt[0], "a queue run has no recipients; "
		    "-qR selects");
	if (o->nrcpt > 0 && (o->mode == MODE_CHECK_CONFIG ||
	    o->mode == MODE_SHOW_CONFIG || o->mode == MODE_VERSION))
		return usage(f, o->rcpt[0], "there is nothing to be done "
		    "with it here");
	if (o->nrcpt > 0 && o->what != NULL)
		return usage(f, o->rcpt[0], "one message at a time");
	return 0;
}

void
options_release(struct options *o)
{
	size_t i;

	for (i = 0; i < o->nflag; i++)
		free(o->flag[i].key);
	free(o->flag);
	*o = (struct options){ 0 };
}

int
options_configure(const struct options *o, struct config *c,
    const struct config_source *src, struct fault *f)
{
	size_t i;

	for (i = 0; i < o->nflag; i++)
		if (config_set_flag(c, src, o->flag[i].key, o->flag[i].value,
		    f) == -1)
			return -1;
	return config_load(c, src, f);
}

int
options_reload(const void *ctx, struct fault *f)
{
	const struct options_again *again = ctx;
	struct config new;

	config_init(&new);
	if (options_configure(again->o, &new, again->src, f) == -1 ||
	    config_check(&new, again->src, f) == -1) {
		config_release(&new);
		return -1;
	}
	config_release(again->config);
	*again->config = new;
	return 0;
}

void
options_help(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		if (rows[i].doc != NULL)
			printf("  -%c %s\n", rows[i].letter, rows[i].doc);
	for (i = 0; i < NITEMS(commands); i++)
		printf("     --%s %s\n", commands[i].word, commands[i].doc);
	for (i = 0; i < NITEMS(manners); i++)
		printf("     --%s\n", manners[i]);
}
