/* argv.c - parses the command line into struct options */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "cli/argv.h"
#include "cli/option_table.h"
#include "config/setting.h"

struct argv {
	struct options	*o;
	char		**word;		/* the next; NULL after the last */
	const struct option *command;	/* the long option of the mode */
	bool		 given[OPTION_MAX];
	bool		 sendmail;	/* called by one of its names */
	bool		 literal;	/* "--" was given */
};

/* The word may also be the name of an option in other programs. */
static int
argv_missing(const char *name, const char *arg, const char *word,
    struct fault *f)
{
	const struct option *other = option_akin(word);

	(void)fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
	    "%s: a value is missing%s%s", name, arg != NULL ? ": " : "",
	    arg != NULL ? arg : "");
	if (other != NULL)
		fault_add(f, "; did you mean %s?", other->name);
	return -1;
}

/* Without attached, a value in the same word, the next word is the value. */
static int
argv_apply(struct argv *a, const struct option *row, const char *attached,
    struct fault *f)
{
	const char *value = attached != NULL ? attached : "";
	char name[32];

	if (row->takes == OPTION_MAYBE && attached == NULL &&
	    *a->word != NULL && **a->word != '-')
		value = *a->word++;
	if (row->takes == OPTION_VALUE && attached == NULL) {
		if ((value = *a->word) == NULL)
			return argv_missing(row->name, row->arg,
			    row->name + 1, f);
		a->word++;
	}
	if (strcmp(row->name, OPTION_B) == 0) {
		(void)snprintf(name, sizeof(name), OPTION_B "%s", value);
		if ((row = option_find(name, strlen(name))) == NULL)
			return option_usage(f, name, "no such mode");
	}
	a->given[row - option_table] = true;
	return row->act != NULL ? row->act(a->o, row, value, f) : 0;
}

/* --key VALUE or --key=VALUE */
static int
argv_setting(struct argv *a, const char *key, size_t n, const char *value,
    struct fault *f)
{
	char *name = xstrndup(key, n);
	const struct setting *row = setting_find(name);

	if (row != NULL && value == NULL && *a->word != NULL)
		value = *a->word++;
	if (row != NULL && value != NULL) {
		options_flag(a->o, name, value);
		return 0;
	}
	if (row == NULL)
		(void)option_unknown(name, f);
	else
		(void)argv_missing(key - 2, row->arg, name, f);
	free(name);
	return -1;
}

static int
argv_long(struct argv *a, const char *word, struct fault *f)
{
	size_t n = strcspn(word, "=");
	const char *value = word[n] == '=' ? word + n + 1 : NULL;
	const struct option *row = option_find(word, n);

	if (row == NULL)
		return argv_setting(a, word + 2, n - 2, value, f);
	if (value != NULL && row->takes == OPTION_ALONE)
		return option_usage(f, row->name, "takes no value");
	if (row->chooses && a->command != NULL)
		return option_usage(f, row->name, "only one command allowed");
	if (row->chooses)
		a->command = row;
	return argv_apply(a, row, value, f);
}

/* Long options, -a and -C, before all others. */
static int
argv_first(struct argv *a, struct fault *f)
{
	const struct option *row;
	const char *word;
	int rc = 0;

	while (rc == 0 && (word = *a->word) != NULL && word[0] == '-' &&
	    word[1] != '\0' && strcmp(word, "--") != 0) {
		row = option_by_letter(a->o->mode, word[1]);
		if (row == NULL)
			row = option_find(word, 2);
		if (word[1] != '-' && (row == NULL || !row->first))
			break;
		a->word++;
		rc = word[1] == '-' ? argv_long(a, word, f) :
		    argv_apply(a, row, word[2] != '\0' ? word + 2 : NULL, f);
	}
	return rc;
}

/* A cluster of letters; the last of them may take a value. */
static int
argv_cluster(struct argv *a, const char *p, struct fault *f)
{
	const struct option *row;
	char name[] = "-?";

	for (; *p != '\0'; p++) {
		name[1] = *p;
		if ((row = option_find(name, 2)) == NULL)
			return option_usage(f, name, "unknown option");
		if (row->first)
			return option_usage(f, name, row->refusal);
		if (argv_apply(a, row, row->takes != OPTION_ALONE &&
		    p[1] != '\0' ? p + 1 : NULL, f) == -1)
			return -1;
		if (row->takes != OPTION_ALONE)
			break;
	}
	return 0;
}

static int
argv_letters(struct argv *a, struct fault *f)
{
	const char *word;

	while ((word = *a->word) != NULL && word[0] == '-' &&
	    word[1] != '\0') {
		a->word++;
		if (strcmp(word, "--") == 0) {
			a->literal = true;
			break;
		}
		if (word[1] == '-')
			return option_usage(f, word, "allowed only before all "
			    "short options, and not when called as sendmail");
		if (argv_cluster(a, word + 1, f) == -1)
			return -1;
	}
	return 0;
}

/*
 * Gather the operands at o->rcpt.  Options may stand among them and behind
 * them, as with getopt(3) of glibc.
 */
static int
argv_operands(struct argv *a, struct fault *f)
{
	struct options *o = a->o;
	bool before = a->literal;
	size_t n = 0;

	while (a->word[n] != NULL)
		n++;
	o->rcpt = xcalloc(n + 1, sizeof(*o->rcpt));
	while (*a->word != NULL)
		if (a->literal || (*a->word)[0] != '-' ||
		    (*a->word)[1] == '\0')
			o->rcpt[o->nrcpt++] = *a->word++;
		else if (argv_letters(a, f) == -1)
			return -1;
	a->literal = before;	/* only before the first operand */
	return 0;
}

/* "--json: only with -bp or --probe" */
static int
argv_mismatch(const struct option *row, struct fault *f)
{
	const struct option *it;
	struct buf b = { .max = 256 };

	for (it = option_table; it < option_table + option_count; it++)
		if (it->chooses && row->modes & OPTION_IN(it->mode))
			buf_addf(&b, "%s%s", b.len > 0 ? " or " : "only with ",
			    it->name);
	(void)option_usage(f, row->name, row->refusal != NULL ?
	    row->refusal : buf_text(&b));
	buf_release(&b);
	return -1;
}

/* A mail without its attachment must not go; sendmail has -Ac and -Am. */
static int
argv_attach(const struct argv *a, struct fault *f)
{
	const struct options *o = a->o;

	if (a->sendmail || o->mode != MODE_SEND || o->attach == NULL ||
	    strlen(o->attach) <= 1)
		return 0;
	return option_usage(f, "-A", "only mail(1) attaches a file; see "
	    "ATTACHMENTS in heloise-recipes(7)");
}

/* Are the given options allowed with the mode and the operands? */
static int
argv_check(const struct argv *a, struct fault *f)
{
	const struct options *o = a->o;
	const struct option *row;
	size_t i;

	if (a->command != NULL && o->mode != a->command->mode)
		return option_usage(f, a->command->name,
		    "not allowed with -b, -q or -I");
	for (i = 0; i < option_count; i++) {
		row = &option_table[i];
		if (!a->given[i])
			continue;
		if (row->modes != 0 && !(row->modes & OPTION_IN(o->mode)))
			return argv_mismatch(row, f);
		if (o->nrcpt == 0 || row->surplus == NULL)
			continue;
		if (row->chooses && row->mode == o->mode)
			return option_usage(f, o->rcpt[0], row->surplus);
		if (!row->chooses && !a->sendmail)
			return option_usage(f, row->name, row->surplus);
	}
	return 0;
}

/* "heloise mailq" must not send an empty message to a user mailq. */
static int
argv_operand(const struct argv *a, struct fault *f)
{
	const struct options *o = a->o;
	const struct option *row;

	if (a->sendmail || a->literal || o->mode != MODE_SEND || o->extract ||
	    o->nrcpt == 0 || (row = option_by_word(o->rcpt[0])) == NULL)
		return 0;
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "%s is not an "
	    "address; did you mean %s?  For a local user of this name: "
	    "heloise -- %s", o->rcpt[0], row->name, o->rcpt[0]);
}

/* Is it one of sendmail's names?  Some select a mode. */
static bool
argv_name(struct options *o, const char *argv0)
{
	const char *slash = strrchr(argv0, '/');
	const char *base = slash != NULL ? slash + 1 : argv0;
	const struct option *row = option_by_word(base);

	if (row == NULL || row->word == NULL)
		return strcmp(base, "sendmail") == 0;
	o->mode = row->mode;
	return true;
}

int
argv_parse(struct options *o, char **argv, struct fault *f)
{
	struct argv a = { .o = o, .word = argv + 1 };

	*o = (struct options){ .dot_ends = true, .delivery = -1 };
	a.sendmail = argv_name(o, argv[0]);
	if ((!a.sendmail && argv_first(&a, f) == -1) ||
	    argv_letters(&a, f) == -1)
		return -1;
	if (argv_operands(&a, f) == -1)
		return -1;
	/* Without a message, --json lists the queue; with one it is wrong. */
	if (o->json && o->mode == MODE_SEND && !o->extract && o->nrcpt == 0)
		o->mode = MODE_MAILQ;
	if (argv_check(&a, f) == -1 || argv_attach(&a, f) == -1)
		return -1;
	return argv_operand(&a, f);
}
