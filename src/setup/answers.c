/* answers.c - what --setup knows, and where each answer goes */

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/value.h"
#include "mail/addr.h"
#include "setup/answers.h"
#include "setup/ask.h"
#include "setup/target.h"

#define COMMENT	76	/* columns of a comment, behind "# " */

static bool
answers_begins(const char *origin, const char *path)
{
	size_t n = strlen(path);

	return strncmp(origin, path, n) == 0 && origin[n] == ':';
}

/*
 * Is this origin a line of the file that is replaced, or of one that it
 * includes?  The new file includes none.
 */
static bool
answers_in_file(const struct answers *a, const char *origin)
{
	const struct config *c = a->had;
	size_t i;

	for (i = 0; i < c->nincluded; i++)
		if (strcmp(c->included[i].top, a->path) == 0 &&
		    answers_begins(origin, c->included[i].path))
			return true;
	return answers_begins(origin, a->path);
}

/* A path of the command line is relative to the present directory. */
static char *
answers_whole(const struct setting *row, const char *value)
{
	char here[PATH_MAX];

	if (!setting_is_relative(row, value) ||
	    getcwd(here, sizeof(here)) == NULL)
		return xstrdup(value);
	return xasprintf("%s/%s", here, value);
}

/* Take one value of the present settings into the open block. */
static void
answers_keep(struct answers *a, const struct setting *row,
    const struct settings *set)
{
	struct buf b = { .max = 65536, .secret = true };
	char *whole;

	if (row->secret)
		buf_adds(&b, value_text(row, set));
	else
		value_show(row, set, &b);
	whole = answers_whole(row, buf_text(&b));
	(void)draft_set(&a->draft, row->key, whole);
	free(whole);
	buf_release(&b);
}

/* Those above all accounts. */
static void
answers_keep_base(struct answers *a)
{
	const struct config *c = a->had;
	const struct origin *origin = c->origin;
	const struct setting *row;
	size_t i;

	for (i = 0; i < setting_count; i++) {
		row = &setting_table[i];
		if (origin[i].text == NULL || origin[i].vacant ||
		    strcmp(row->key, "account") == 0 ||
		    (strcmp(row->key, "relay") == 0 &&
		    c->base.provider != NULL))
			continue;
		if (answers_in_file(a, origin[i].text) ||
		    origin[i].level == CONFIG_FLAG)
			answers_keep(a, row, &c->base);
	}
}

/* An account inherits lines above it, so these are not its own. */
static void
answers_keep_accounts(struct answers *a)
{
	const struct config *c = a->before != NULL ? a->before : a->had;
	size_t i, k;

	for (i = 0; i < c->naccount; i++) {
		if (!answers_in_file(a, c->account[i].where))
			continue;
		draft_account(&a->draft, c->account[i].name);
		for (k = 0; k < setting_count; k++)
			if (c->account[i].origin[k].text != NULL &&
			    !c->account[i].origin[k].vacant &&
			    answers_in_file(a, c->account[i].origin[k].text) &&
			    (c->origin[k].text == NULL || strcmp(
			    c->account[i].origin[k].text,
			    c->origin[k].text) != 0))
				answers_keep(a, &setting_table[k],
				    &c->account[i].set);
	}
	draft_account(&a->draft, NULL);
}

int
answers_begin(struct answers *a, struct fault *f)
{
	draft_init(&a->draft);
	a->draft.inherits = true;
	if ((a->path = target_path(a->o, a->src, f)) == NULL)
		return -1;
	answers_keep_base(a);
	answers_keep_accounts(a);
	return 0;
}

void
answers_release(struct answers *a)
{
	draft_release(&a->draft);
	free(a->path);
	free(a->address);
}

bool
answers_given(const struct answers *a, const char *key)
{
	size_t i;

	for (i = 0; i < a->o->nflag; i++)
		if (strcmp(a->o->flag[i].key, key) == 0)
			return true;
	return false;
}

bool
answers_had(const struct answers *a, const char *key)
{
	const struct setting *row = setting_find(key);
	const struct origin *o;

	if (a->before == NULL)
		return false;
	o = &a->before->origin[row - setting_table];
	return o->text != NULL && !o->vacant && answers_in_file(a, o->text);
}

void
answers_restore(struct answers *a, const struct setting *row)
{
	if (answers_had(a, row->key))
		answers_keep(a, row, &a->before->base);
}

void
answers_bequeath(struct answers *a, const struct setting *row)
{
	size_t i;

	if (draft_get(&a->draft, row->key) != NULL ||
	    (strcmp(row->key, "relay") == 0 && (answers_had(a, "provider") ||
	    draft_get(&a->draft, "provider") != NULL)) ||
	    (strcmp(row->key, "provider") == 0 &&
	    draft_get(&a->draft, "relay") != NULL))
		return;
	for (i = 0; i < NITEMS(row->rival) && row->rival[i] != NULL; i++)
		if (draft_get(&a->draft, row->rival[i]) != NULL)
			return;
	answers_restore(a, row);
}

/* Why is there no question? */
static const char *
answers_unasked(const struct answers *a)
{
	if (a->asks || a->o->yes)
		return "";
	return isatty(STDIN_FILENO) ? "standard output is no terminal, so "
	    "nothing can be asked: " : "standard input is no terminal, so "
	    "nothing can be asked: ";
}

int
answers_missing(const struct answers *a, struct fault *f, const char *what)
{
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--setup: %s%s; "
	    "nothing was written", answers_unasked(a), what);
}

int
answers_ask(const struct answers *a, const char *question,
    const char *otherwise, const char *flag, struct buf *out, struct fault *f)
{
	if (a->asks && ask_text(question, otherwise, out))
		return 0;
	return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM, "--setup: %sno "
	    "answer to \"%s\": give %s; nothing was written",
	    answers_unasked(a), question, flag);
}

void
answers_say_included(const struct answers *a)
{
	const struct config *c = a->had;
	size_t i;

	for (i = 0; i < c->nincluded; i++)
		if (strcmp(c->included[i].top, a->path) == 0 &&
		    strcmp(c->included[i].path, a->path) != 0)
			printf("%s is no longer read; its settings are in the "
			    "new file.\n", c->included[i].path);
}

static int
answers_order(const void *p, const void *q)
{
	const struct draft_line *x = p, *y = q;
	const struct setting *a = setting_find(x->key);
	const struct setting *b = setting_find(y->key);

	return a < b ? -1 : a > b;
}

/* Break the text at blanks into lines for a comment. */
static void
answers_wrap(char *text)
{
	char *line = text, *blank = NULL, *p;

	for (p = text; *p != '\0'; p++) {
		if (p - line > COMMENT && blank != NULL) {
			*blank = '\n';
			line = blank + 1;
			blank = NULL;
		}
		if (*p == ' ')
			blank = p;
	}
	if (p - line > COMMENT && blank != NULL)
		*blank = '\n';
}

/* Without comments of their own, all lines are settings. */
void
answers_sort(struct answers *a)
{
	struct draft_block *b = &a->draft.block[0];

	if (b->n > 0)
		qsort(b->line, b->n, sizeof(*b->line), answers_order);
}

void
answers_explain(struct answers *a)
{
	struct draft *d = &a->draft;
	struct draft_line *l = d->block[0].line;
	const char *login = a->service != NULL ? service_login(a->service) :
	    NULL;
	char *text;
	size_t i;

	for (i = 0; i < d->block[0].n; i++, l++) {
		text = strcmp(l->key, "password") == 0 && login != NULL ?
		    xasprintf("%s: %s.", a->service->title, login) :
		    xstrdup(setting_find(l->key)->doc);
		answers_wrap(text);
		draft_explain(d, l->key, text);
		free(text);
	}
}

bool
answers_take_address(struct answers *a, const char *text, struct fault *f)
{
	char *address = xstrdup(text);

	fault_clear(f);
	if (addr_complete(&address, NULL, f) == -1) {
		free(address);
		return false;
	}
	free(a->address);
	a->address = address;
	return true;
}
