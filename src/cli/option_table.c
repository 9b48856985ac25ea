/* option_table.c - every option that is no setting, one row each */

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "cli/option_table.h"
#include "config/setting.h"
#include "config/suggest.h"
#include "system/log.h"

int
option_usage(struct fault *f, const char *name, const char *why)
{
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "%s: %s", name, why);
}

/* The parameters of all of them. */
#define ACT	struct options *o, const struct option *row, \
		const char *value, struct fault *f

static int
option_act_flag(ACT)
{
	void *at = (char *)o + row->at;

	*(bool *)at = true;
	return 0;
}

static int
option_act_text(ACT)
{
	void *at = (char *)o + row->at;

	*(const char **)at = value;
	return 0;
}

static int
option_act_mode(ACT)
{
	o->mode = row->mode;
	if (row->takes != OPTION_ALONE)
		o->what = value;
	return 0;
}

static int
option_act_refuse(ACT)
{
	return option_usage(f, row->name, row->refusal);
}

static int
option_act_warn(ACT)
{
	log_say("%s is not supported; no file is opened", row->name);
	return 0;
}

static int
option_act_file(ACT)
{
	if (o->file != NULL)
		return option_usage(f, row->name, row->refusal);
	o->file = value;
	return 0;
}

static int
option_act_account(ACT)
{
	options_flag(o, xstrdup("account"), value);
	return 0;
}

static int
option_act_notify(ACT)
{
	o->notify = envelope_notify(value);	/* 0: nonsense is ignored */
	return 0;
}

static int
option_act_ret(ACT)
{
	o->ret = strcasecmp(value, "full") == 0 ? RET_FULL :
	    strcasecmp(value, "hdrs") == 0 ? RET_HDRS : RET_UNSET;
	return 0;
}

static int
option_act_envid(ACT)
{
	if (envelope_xtext(value, ENVELOPE_ENVID))
		o->envid = value;
	return 0;
}

/* The x of -odx. */
static void
option_delivery(struct options *o, char how)
{
	if (how == 'i' || how == 'f')
		o->delivery = SETTING_DELIVERY_NOW;
	else if (how == 'b')
		o->delivery = SETTING_DELIVERY_BACKGROUND;
	else if (how == 'q' || how == 'd')
		o->delivery = SETTING_DELIVERY_QUEUE;
}

/* -i, -oi, -odb and the like; others have no meaning here. */
static int
option_act_o(ACT)
{
	if (row->takes == OPTION_ALONE || value[0] == 'i')
		o->dot_ends = false;
	else if (value[0] == 'd')
		option_delivery(o, value[1]);
	return 0;
}

/* -O DeliveryMode=b; other options of sendmail.cf are ignored. */
static int
option_act_long_o(ACT)
{
	static const char key[] = "DeliveryMode=";

	if (strncasecmp(value, key, sizeof(key) - 1) == 0)
		option_delivery(o, value[sizeof(key) - 1]);
	return 0;
}

/* -q, -q15m, -qIid, -qRrcpt, -qSsender; other letters select nothing. */
static int
option_act_queue(ACT)
{
	static const char letters[] = "IRS";
	const char *p = strchr(letters, value[0]);

	o->mode = row->mode;
	if (value[0] >= '0' && value[0] <= '9') {
		o->interval = duration_parse(value);
		return o->interval > 0 ? 0 :
		    option_usage(f, row->name, "expected a time such as 15m");
	}
	if (value[0] == '\0' || p == NULL)
		return 0;
	if (value[1] == '\0')
		return option_usage(f, row->name, "-qI, -qR and -qS need a "
		    "text, without a blank before it");
	o->select[p - letters] = value + 1;
	return 0;
}

#define FLAG(m) .act = option_act_flag, .at = offsetof(struct options, m)
#define VALUE(a)	OPTION_VALUE, .act = option_act_ ## a
#define TEXT(m)		VALUE(text), .at = offsetof(struct options, m)
#define MODE(m)		.act = option_act_mode, .chooses = true, .mode = m
#define LONG_MODE(m)	MODE(m), .first = true
#define ON_MESSAGE(m)	OPTION_VALUE, LONG_MODE(m), \
			.surplus = "unexpected argument; give one message ID"
#define IGNORED(s)	{ s, .act = NULL }
#define IGNORED_VALUE(s) { s, OPTION_VALUE, .act = NULL }
#define IGNORED_ATTACHED(s) { s, OPTION_ATTACHED, .act = NULL }
#define NO_DAEMON	"there is no daemon; use -q15m -bD to run the queue"
#define FIRST		"allowed once, before all other options, and not " \
			"when called as sendmail"
#define NO_OPERAND	"unexpected argument"

const struct option option_table[] = {
	{ "-t", FLAG(extract), .doc = "Take recipients from To, Cc and Bcc.",
	    .akin = "read-recipients" },
	{ "-i", .act = option_act_o,
	    .doc = "A line with only a dot does not end the message." },
	{ "-f", TEXT(sender), .arg = "ADDRESS", .doc = "The envelope sender." },
	{ "-r", TEXT(sender) },
	{ "-F", TEXT(full_name), .arg = "NAME",
	    .doc = "The sender's full name." },
	{ "-N", VALUE(notify), .arg = "WHEN",
	    .doc = "When to send a DSN: never, or success,failure,delay." },
	{ "-R", VALUE(ret), .arg = "WHAT",
	    .doc = "What a DSN returns: full or hdrs." },
	{ "-V", VALUE(envid), .arg = "ID",
	    .doc = "The envelope id for a DSN." },
	{ "-v", FLAG(verbose), .doc = "Show the dialogue with the relay.",
	    .akin = "verbose debug" },
	{ "-C", VALUE(file), .first = true, .refusal = FIRST, .arg = "FILE",
	    .doc = "Read this configuration file; must come first.",
	    .akin = "file config config-file configfile conf" },
	{ "-a", VALUE(account), .first = true, .refusal = FIRST, .arg = "NAME",
	    .doc = "Use this account; must come first." },
	{ OPTION_B, OPTION_VALUE, .act = NULL },
	{ "-bm", MODE(MODE_SEND), .doc = "Send a message (the default)." },
	{ "-bs", MODE(MODE_SMTP), .akin = "smtp",
	    .doc = "Speak SMTP on standard input and output." },
	{ "-bp", MODE(MODE_MAILQ), .word = "mailq", .doc = "List the queue.",
	    .akin = "mailq list queue list-queue show-queue print-queue" },
	{ "-bi", MODE(MODE_ALIASES), .word = "newaliases",
	    .doc = "Check the aliases file.", .akin = "newaliases" },
	{ "-bv", MODE(MODE_VERIFY), .akin = "verify expand",
	    .doc = "Show the addresses that a RECIPIENT expands to." },
	{ "-bh", MODE(MODE_NOTHING) },
	{ "-bH", MODE(MODE_NOTHING) },
	{ "-bD", FLAG(foreground), .modes = OPTION_IN(MODE_QUEUE_RUN),
	    .refusal = NO_DAEMON, .doc = "With -qTIME: stay in the foreground.",
	    .akin = "foreground" },
	{ "-bd", .act = option_act_refuse, .refusal = NO_DAEMON,
	    .akin = "daemon" },
	{ "-q", OPTION_ATTACHED, .act = option_act_queue, .chooses = true,
	    .mode = MODE_QUEUE_RUN, .arg = "[TIME]",
	    .surplus = "a queue run takes no recipients; use -qR to select",
	    .doc = "Run the queue, once or every TIME.",
	    .akin = "flush flush-queue run-queue process-queue" },
	{ "-I", MODE(MODE_ALIASES) },
	{ "-n", FLAG(no_aliases), .doc = "Do not use the aliases." },
	{ "-o", VALUE(o), .arg = "i|db|dq|di",
	    .doc = "As -i; deliver in the background, later, now." },
	{ "-O", VALUE(long_o) },
	{ "-X", VALUE(warn) },
	{ "-D", VALUE(warn) },
	{ "-M", VALUE(refuse), .refusal = "not supported" },
	{ "-A", TEXT(attach) }, IGNORED_VALUE("-B"), IGNORED_VALUE("-e"),
	IGNORED_VALUE("-h"), IGNORED_VALUE("-L"), IGNORED_VALUE("-p"),
	IGNORED_ATTACHED("-d"), IGNORED_ATTACHED("-E"),
	IGNORED_ATTACHED("-J"), IGNORED_ATTACHED("-Q"),
	IGNORED("-G"), IGNORED("-U"), IGNORED("-c"), IGNORED("-m"),
	IGNORED("-T"), IGNORED("-x"),
	{ "-s", .surplus = "only mail(1) has this option; write the subject "
	    "into the message: printf 'Subject: hello\\n\\ntext\\n' | "
	    "heloise user@example.org" },
	{ "--help", LONG_MODE(MODE_HELP), .doc = "Show this text.",
	    .akin = "usage h" },
	{ "--version", LONG_MODE(MODE_VERSION), .surplus = NO_OPERAND,
	    .doc = "Show the version." },
	{ "--completion", OPTION_VALUE, LONG_MODE(MODE_COMPLETION),
	    .surplus = NO_OPERAND, .arg = "bash|zsh|fish",
	    .doc = "Print the completion of a shell.",
	    .akin = "completions complete generate-completion" },
	{ "--show-config", LONG_MODE(MODE_SHOW_CONFIG), .surplus = NO_OPERAND,
	    .doc = "Show the settings in force and their origins.",
	    .akin = "print-config dump-config settings" },
	{ "--check-config", LONG_MODE(MODE_CHECK_CONFIG), .surplus = NO_OPERAND,
	    .doc = "List mistakes in the configuration.",
	    .akin = "check configtest config-test test-config lint validate" },
	{ "--probe", LONG_MODE(MODE_PROBE),
	    .doc = "Test the delivery to the relay; send no mail.",
	    .akin = "dry-run test serverinfo pretend simulate connect ping" },
	{ "--login", LONG_MODE(MODE_LOGIN), .surplus = NO_OPERAND,
	    .doc = "Log in by OAuth, for all mail to come.",
	    .akin = "authorize oauth-login signin sign-in log-in" },
	{ "--logout", LONG_MODE(MODE_LOGOUT), .surplus = NO_OPERAND,
	    .doc = "Forget the token of --login.",
	    .akin = "signout sign-out log-out revoke" },
	{ "--setup", OPTION_MAYBE, LONG_MODE(MODE_SETUP), .arg = "[ADDRESS]",
	    .surplus = NO_OPERAND,
	    .doc = "Find the relay of an address and write a configuration.",
	    .akin = "configure init wizard install" },
	{ "--import", OPTION_VALUE, LONG_MODE(MODE_IMPORT), .arg = "FILE|auto",
	    .surplus = NO_OPERAND,
	    .doc = "Take over the configuration of another mailer.",
	    .akin = "convert migrate take-over" },
	{ "--providers", LONG_MODE(MODE_PROVIDERS), .surplus = NO_OPERAND,
	    .doc = "List the providers that heloise knows." },
	{ "--status", LONG_MODE(MODE_STATUS), .surplus = NO_OPERAND,
	    .doc = "Show the state of queue and accounts, for monitoring.",
	    .akin = "stats statistics health monitor nagios metrics" },
	{ "--hold", ON_MESSAGE(MODE_HOLD), .arg = "ID",
	    .doc = "Keep a message in the queue until --release.",
	    .akin = "freeze suspend" },
	{ "--release", ON_MESSAGE(MODE_RELEASE), .arg = "ID",
	    .doc = "Try a held message again.",
	    .akin = "unhold thaw unfreeze" },
	{ "--retry", ON_MESSAGE(MODE_RETRY), .arg = "ID|all",
	    .doc = "Try now; with an ID also a failed message.",
	    .akin = "requeue deliver resend" },
	{ "--remove", ON_MESSAGE(MODE_REMOVE), .arg = "ID|all",
	    .doc = "Remove a message.", .akin = "delete rm cancel" },
	{ "--show", ON_MESSAGE(MODE_SHOW), .arg = "ID",
	    .doc = "Show a message.", .akin = "view cat" },
	{ "--as", TEXT(as), .first = true, .arg = "USER",
	    .modes = OPTION_IN(MODE_CHECK_CONFIG),
	    .doc = "With --check-config: check as this user." },
	{ "--all", FLAG(all), .first = true, .modes = OPTION_IN(MODE_PROBE),
	    .doc = "With --probe: test every account and address." },
	{ "--json", FLAG(json), .first = true,
	    .modes = OPTION_IN(MODE_MAILQ) | OPTION_IN(MODE_PROBE) |
	    OPTION_IN(MODE_STATUS) | OPTION_IN(MODE_CHECK_CONFIG) |
	    OPTION_IN(MODE_SHOW_CONFIG) | OPTION_IN(MODE_VERSION),
	    .doc = "With -bp and commands that show: print JSON." },
	{ "--prometheus", FLAG(prometheus), .first = true,
	    .modes = OPTION_IN(MODE_STATUS),
	    .doc = "With --status: print metrics for Prometheus." },
	{ "--warning", TEXT(warning), .letter = 'w', .first = true,
	    .arg = "LIMIT", .modes = OPTION_IN(MODE_STATUS),
	    .doc = "With --status: exit 1 from so many messages, or time." },
	{ "--critical", TEXT(critical), .letter = 'c', .first = true,
	    .arg = "LIMIT", .modes = OPTION_IN(MODE_STATUS),
	    .doc = "With --status: exit 2 from so many messages, or time." },
	{ "--trace", FLAG(trace), .first = true,
	    .doc = "Show the dialogue if a message is not accepted." },
	{ "--write", TEXT(write), .first = true, .arg = "FILE",
	    .modes = OPTION_IN(MODE_SHOW_CONFIG) | OPTION_IN(MODE_IMPORT) |
	    OPTION_IN(MODE_SETUP),
	    .doc = "Write this file: environment settings, or a new one." },
	{ "--yes", FLAG(yes), .first = true,
	    .modes = OPTION_IN(MODE_IMPORT) | OPTION_IN(MODE_SETUP),
	    .doc = "Ask nothing, and replace a file." },
	{ "--send-test", FLAG(send_test), .first = true,
	    .modes = OPTION_IN(MODE_SETUP),
	    .doc = "With --setup: send a test message." },
};
const size_t option_count = NITEMS(option_table);

_Static_assert(NITEMS(option_table) <= OPTION_MAX, "OPTION_MAX");
_Static_assert(MODE__MAX <= 32, "OPTION_IN()");

const struct option *
option_find(const char *name, size_t n)
{
	const struct option *row;

	for (row = option_table; row < option_table + option_count; row++)
		if (strlen(row->name) == n && strncmp(row->name, name, n) == 0)
			return row;
	return NULL;
}

const struct option *
option_by_letter(enum options_mode mode, char letter)
{
	const struct option *row;

	for (row = option_table; row < option_table + option_count; row++)
		if (row->letter == letter && row->modes & OPTION_IN(mode))
			return row;
	return NULL;
}

/* The name without its dashes, or NULL if it is a letter. */
static const char *
option_long_name(const struct option *row)
{
	return row->name[1] == '-' ? row->name + 2 : NULL;
}

const struct option *
option_by_word(const char *word)
{
	const struct option *row;
	const char *name;

	for (row = option_table; row < option_table + option_count; row++) {
		name = row->word != NULL ? row->word : option_long_name(row);
		if (row->chooses && name != NULL && strcmp(name, word) == 0)
			return row;
	}
	return NULL;
}

const struct option *
option_akin(const char *word)
{
	const struct option *row;

	for (row = option_table; row < option_table + option_count; row++)
		if (ascii_listed(row->akin, word, strlen(word)))
			return row;
	return NULL;
}

int
option_unknown(const char *word, struct fault *f)
{
	const struct option *row;
	const struct setting *set;
	const char *dashes = "", *near = NULL;
	struct suggest s;

	suggest_init(&s, word);
	for (row = option_table; row < option_table + option_count; row++)
		if (suggest_nearer(&s, option_long_name(row), row->akin))
			near = row->name;
	for (set = setting_table; set < setting_table + setting_count; set++)
		if (suggest_nearer(&s, set->key, set->akin)) {
			near = set->key;
			dashes = "--";
		}
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
	    "--%.40s: no such option%s%s%s%s", word,
	    near != NULL ? "; did you mean " : "", dashes,
	    near != NULL ? near : "", near != NULL ? "?" : "");
}
