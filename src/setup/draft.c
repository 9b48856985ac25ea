/* draft.c - a configuration file that is being made */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/value.h"
#include "setup/draft.h"

#define NAME_MAX_OCTETS	32	/* of an account */

static void
draft_add_block(struct draft *d, char *account)
{
	d->block = xreallocarray(d->block, d->n + 1, sizeof(*d->block));
	d->block[d->n] = (struct draft_block){ .account = account };
	d->open = d->n++;
}

void
draft_init(struct draft *d)
{
	*d = (struct draft){ .check = { .max = 1 << 20 } };
	draft_add_block(d, NULL);
}

static void
draft_free_line(struct draft_line *l)
{
	if (l->value != NULL)
		explicit_bzero(l->value, strlen(l->value));
	free(l->key);
	free(l->value);
	free(l->comment);
}

void
draft_release(struct draft *d)
{
	size_t i, k;

	for (i = 0; i < d->n; i++) {
		for (k = 0; k < d->block[i].n; k++)
			draft_free_line(&d->block[i].line[k]);
		free(d->block[i].line);
		free(d->block[i].account);
	}
	free(d->block);
	buf_release(&d->check);
	*d = (struct draft){ 0 };
}

void
draft_at(struct draft *d, const char *file, unsigned number)
{
	d->file = file;
	d->number = number;
}

/* A name as `account` takes it, of the characters that it allows. */
static char *
draft_account_name(const char *name)
{
	struct buf b = { .max = NAME_MAX_OCTETS };
	char *text, c;

	for (; *name != '\0' && b.len < NAME_MAX_OCTETS; name++) {
		c = ascii_alnum(*name) || *name == '_' ||
		    (b.len > 0 && (*name == '-' || *name == '.')) ? *name : '_';
		buf_add(&b, &c, 1);
	}
	text = xasprintf("%s%s", b.len == 0 ||
	    strcmp(buf_text(&b), "default") == 0 ? "other" : "",
	    strcmp(buf_text(&b), "default") == 0 ? "" : buf_text(&b));
	buf_release(&b);
	return text;
}

void
draft_account(struct draft *d, const char *name)
{
	char *account;
	size_t i;

	d->open = 0;
	if (name == NULL)
		return;
	account = draft_account_name(name);
	for (i = 1; i < d->n; i++)
		if (strcmp(d->block[i].account, account) == 0) {
			d->open = i;
			free(account);
			return;
		}
	draft_add_block(d, account);
}

static struct draft_line *
draft_find(const struct draft_block *b, const char *key)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->line[i].key != NULL && strcmp(b->line[i].key, key) == 0)
			return &b->line[i];
	return NULL;
}

static struct draft_line *
draft_add_line(struct draft_block *b, const char *key)
{
	b->line = xreallocarray(b->line, b->n + 1, sizeof(*b->line));
	b->line[b->n] = (struct draft_line){
	    .key = key != NULL ? xstrdup(key) : NULL };
	return &b->line[b->n++];
}

/* "/etc/msmtprc:12: ", or nothing */
static void
draft_add_where(const struct draft *d, struct buf *b)
{
	if (d->file != NULL)
		buf_adds_visible(b, d->file);
	if (d->file != NULL && d->number > 0)
		buf_addf(b, ":%u", d->number);
	if (d->file != NULL)
		buf_adds(b, ": ");
}

static void __attribute__((__format__(__printf__, 2, 0)))
draft_vcheck(struct draft *d, const char *fmt, va_list ap)
{
	char line[4096];

	(void)vsnprintf(line, sizeof(line), fmt, ap);
	draft_add_where(d, &d->check);
	if (d->open > 0)
		buf_addf(&d->check, "account %s: ", d->block[d->open].account);
	buf_adds_visible(&d->check, line);
	buf_adds(&d->check, "\n");
	d->nchecks++;
}

void
draft_check(struct draft *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	draft_vcheck(d, fmt, ap);
	va_end(ap);
}

void
draft_lack(struct draft *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	draft_vcheck(d, fmt, ap);
	va_end(ap);
	d->incomplete = true;
}

/* Can the value be a line of a file? */
static bool
draft_valid(struct draft *d, const struct setting *row, const char *value)
{
	struct buf why = { .max = 1024 };
	bool good = false;

	if (value[0] != '\0' && ascii_blank(value[0]))
		draft_check(d, "%s: left out, since it begins with a blank; "
		    "put it into a file and set `%s-file FILE`", row->key,
		    row->key);
	else if (value[0] == '=' && !row->secret)
		draft_check(d, "%s: left out, since it begins with =",
		    row->key);
	else if (!value_set(row, NULL, value, &why))
		draft_check(d, "%s: left out: %s", row->key, buf_text(&why));
	else if (row->type == SETTING_PATH && setting_is_relative(row, value) &&
	    strncmp(value, "~/", 2) != 0)
		draft_check(d, "%s: left out, since its path is relative",
		    row->key);
	else
		good = true;
	buf_release(&why);
	return good;
}

/* May the open account set this, which counts for all of them? */
static bool
draft_shares(struct draft *d, const struct setting *row, const char *value)
{
	const struct draft_line *l = draft_find(&d->block[0], row->key);

	if (l != NULL && strcmp(l->value, value) == 0)
		return true;
	if (l == NULL)
		draft_check(d, "%s: counts for all accounts, not for this one "
		    "only", row->key);
	else
		draft_check(d, "%s: left out, since it counts for all "
		    "accounts, and they have another value", row->key);
	return l == NULL;
}

bool
draft_set(struct draft *d, const char *key, const char *value)
{
	const struct setting *row = setting_find(key);
	struct draft_block *b;
	struct draft_line *l;
	size_t i;

	if (row == NULL || !draft_valid(d, row, value))
		return false;
	if (row->scope == SETTING_ABOVE && d->open > 0 &&
	    !draft_shares(d, row, value))
		return false;
	b = &d->block[row->scope == SETTING_ABOVE ? 0 : d->open];
	for (i = 0; i < NITEMS(row->rival) && row->rival[i] != NULL; i++)
		if (draft_find(b, row->rival[i]) != NULL)
			draft_unset(d, row->rival[i]);
	b = &d->block[row->scope == SETTING_ABOVE ? 0 : d->open];
	if ((l = draft_find(b, key)) == NULL)
		l = draft_add_line(b, key);
	if (l->value != NULL)
		explicit_bzero(l->value, strlen(l->value));
	free(l->value);
	l->value = xstrdup(value);
	return true;
}

bool
draft_try(struct draft *d, const char *key, const char *value)
{
	size_t len = d->check.len, nchecks = d->nchecks;

	if (draft_set(d, key, value))
		return true;
	if (d->check.len > len)
		d->check.p[d->check.len = len] = '\0';
	d->nchecks = nchecks;
	return false;
}

bool
draft_setf(struct draft *d, const char *key, const char *fmt, ...)
{
	char value[4096];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	return draft_set(d, key, value);
}

void
draft_explain(struct draft *d, const char *key, const char *comment)
{
	struct draft_line *l = draft_find(&d->block[d->open], key);

	if (l == NULL)
		return;
	free(l->comment);
	l->comment = xstrdup(comment);
}

void
draft_unset(struct draft *d, const char *key)
{
	struct draft_block *b = &d->block[d->open];
	struct draft_line *l = draft_find(b, key);
	size_t i;

	if (l == NULL)
		return;
	i = (size_t)(l - b->line);
	draft_free_line(l);
	memmove(l, l + 1, (--b->n - i) * sizeof(*l));
}

const char *
draft_get(const struct draft *d, const char *key)
{
	const struct draft_line *l = draft_find(&d->block[d->open], key);

	return l != NULL ? l->value : NULL;
}

void
draft_default(struct draft *d, const char *key, const char *value)
{
	if (draft_get(d, key) == NULL)
		(void)draft_set(d, key, value);
}

void
draft_drop(struct draft *d, const char *key, const char *why)
{
	struct buf b = { .max = 4096 };
	struct draft_line *l = draft_add_line(&d->block[d->open], NULL);

	draft_add_where(d, &b);
	buf_adds_visible(&b, key);
	buf_addf(&b, ": %s", why != NULL ? why : "no counterpart");
	l->comment = xstrdup(buf_text(&b));
	buf_release(&b);
}

bool
draft_has_relay(const struct draft *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (draft_find(&d->block[i], "relay") != NULL ||
		    draft_find(&d->block[i], "provider") != NULL)
			return true;
	return false;
}

/* "# " before each line. */
static void
draft_add_comment(struct buf *out, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		buf_addf(out, "# %.*s\n", (int)n, text);
	}
}

static void
draft_add_setting(struct buf *out, const struct draft_line *l, bool hide)
{
	const struct setting *row = setting_find(l->key);

	buf_addf(out, "%-15s ", l->key);
	buf_adds(out, hide && row->secret ? "(not shown)" : l->value);
	buf_adds(out, "\n");
}

/* Does the block have a password, in any form? */
static bool
draft_has_password(const struct draft_block *b)
{
	return draft_find(b, "password") != NULL ||
	    draft_find(b, "password-file") != NULL ||
	    draft_find(b, "password-command") != NULL;
}

bool
draft_lacks_password(const struct draft *d)
{
	const struct draft_block *b = &d->block[d->open];

	return draft_find(b, "user") != NULL && !draft_has_password(b) &&
	    draft_find(b, "oauth") == NULL;
}

/* No password of the base may go to the relay of an account. */
static void
draft_reset_login(struct buf *out, const struct draft_block *base,
    const struct draft_block *b)
{
	if (draft_find(base, "user") == NULL)
		return;
	if (draft_find(b, "user") == NULL) {
		if (draft_find(b, "auth") == NULL)
			buf_addf(out, "%-15s none\n", "auth");
	} else if (draft_has_password(base) && !draft_has_password(b)) {
		buf_adds(out, "# Put the password into this file, beside this "
		    "one; chmod 600.\n");
		buf_addf(out, "%-15s %s.password\n", "password-file",
		    b->account);
	}
}

/* Set again what an account would inherit. */
static void
draft_reset(struct buf *out, const struct draft_block *base,
    const struct draft_block *b)
{
	static const char reset[] = "port tls tls-verify auth "
	    "auth-cleartext from-policy", told[] = "tls-ca tls-cert tls-key "
	    "tls-name tls-pin tls-priority source-address proxy from";
	const struct setting *row;
	const char *key;
	size_t i;

	draft_reset_login(out, base, b);
	for (i = 0; i < base->n; i++) {
		key = base->line[i].key;
		if (key == NULL || draft_find(b, key) != NULL ||
		    (strcmp(key, "auth") == 0 && draft_find(b, "user") == NULL))
			continue;
		row = setting_find(key);
		if (row->def != NULL && ascii_listed(reset, key, strlen(key)))
			buf_addf(out, "%-15s %s\n", key, row->def);
		else if (ascii_listed(told, key, strlen(key)))
			buf_addf(out, "# inherited from above: %s\n", key);
	}
}

static void
draft_add_lines(struct buf *out, const struct draft_block *b, bool hide)
{
	const struct draft_line *l;
	size_t i;

	for (i = 0; i < b->n; i++) {
		l = &b->line[i];
		if (l->comment != NULL)
			draft_add_comment(out, l->comment);
		if (l->key != NULL)
			draft_add_setting(out, l, hide);
	}
}

void
draft_text(const struct draft *d, const char *intro, bool hide,
    struct buf *out)
{
	size_t i;

	draft_add_comment(out, intro);
	if (d->nchecks > 0) {
		buf_adds(out, "#\n# Check:\n");
		draft_add_comment(out, buf_text(&d->check));
	}
	buf_adds(out, "\n");
	draft_add_lines(out, &d->block[0], hide);
	for (i = 1; i < d->n; i++) {
		buf_addf(out, "\n%-15s %s\n", "account", d->block[i].account);
		draft_add_lines(out, &d->block[i], hide);
		if (!d->inherits)
			draft_reset(out, &d->block[0], &d->block[i]);
	}
}
