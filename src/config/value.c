/* value.c - the value of a setting: read, shown and copied by its row */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/units.h"
#include "config/validate.h"
#include "config/value.h"

static void *
value_slot(const struct setting *row, struct settings *s)
{
	return (char *)s + row->at;
}

static const void *
value_at(const struct setting *row, const struct settings *s)
{
	return (const char *)s + row->at;
}

static bool
value_is_text(const struct setting *row)
{
	return row->type == SETTING_TEXT || row->type == SETTING_PATH ||
	    row->type == SETTING_LIST;
}

/* Forget a text, which may be the password. */
static void
value_unset(const struct setting *row, struct settings *s)
{
	char **at = value_slot(row, s);

	if (*at != NULL)
		explicit_bzero(*at, strlen(*at));
	free(*at);
	*at = NULL;
}

/* Store a text; one of a list goes behind those that are there. */
static void
value_set_text(const struct setting *row, struct settings *s,
    const char *value)
{
	char **at = value_slot(row, s), *text;

	text = row->type == SETTING_LIST && *at != NULL ?
	    xasprintf("%s %s", *at, value) : xstrdup(value);
	value_unset(row, s);
	*at = text;
}

static bool
value_set_choice(const struct setting *row, struct settings *s,
    const char *value, struct buf *why)
{
	int i;

	for (i = 0; row->choice[i] != NULL; i++) {
		if (strcasecmp(row->choice[i], value) != 0)
			continue;
		if (s != NULL)
			*(int *)value_slot(row, s) = i;
		return true;
	}
	buf_adds(why, "expected ");
	for (i = 0; row->choice[i] != NULL; i++)
		buf_addf(why, "%s%s", i == 0 ? "" :
		    row->choice[i + 1] != NULL ? ", " : " or ",
		    row->choice[i]);
	return false;
}

static bool
value_set_bool(const struct setting *row, struct settings *s,
    const char *value, struct buf *why)
{
	bool yes = strcasecmp(value, "yes") == 0;

	if (!yes && strcasecmp(value, "no") != 0) {
		buf_adds(why, "expected yes or no");
		return false;
	}
	if (s != NULL)
		*(bool *)value_slot(row, s) = yes;
	return true;
}

static long long
value_parse_number(const struct setting *row, const char *value)
{
	const char *bad;
	long long v;

	if (row->type == SETTING_SECONDS)
		return duration_parse(value);
	if (row->type == SETTING_OCTETS)
		return size_parse(value);
	if (strspn(value, "0123456789") != strlen(value))
		return -1;
	v = strtonum(value, row->min, row->max, &bad);
	return bad == NULL ? v : -1;
}

static bool
value_set_number(const struct setting *row, struct settings *s,
    const char *value, struct buf *why)
{
	bool zero = row->zero != NULL && strcasecmp(value, row->zero) == 0;
	long long v = zero ? 0 : value_parse_number(row, value);

	if (!zero && (v < row->min || v > row->max)) {
		buf_addf(why, "expected %s%s", row->zero != NULL ?
		    row->zero : "", row->zero != NULL ? " or " : "");
		if (row->type == SETTING_SECONDS)
			buf_adds(why, "a time such as 90s, 5m or 1h30m");
		else if (row->type == SETTING_OCTETS)
			buf_adds(why, "a size such as 512k or 20M");
		else
			buf_addf(why, "a number from %lld to %lld", row->min,
			    row->max);
		return false;
	}
	if (s != NULL && row->type == SETTING_NUMBER)
		*(int *)value_slot(row, s) = (int)v;
	else if (s != NULL)
		*(long long *)value_slot(row, s) = v;
	return true;
}

/* A word such as auto, in any case; but a path as it is. */
static const char *
value_lower_word(const struct setting *row, const char *value)
{
	size_t i;

	if (row->none && strcasecmp(value, "none") == 0)
		return "none";
	if (row->type != SETTING_TEXT)
		return value;
	for (i = 0; i < NITEMS(row->keyword) && row->keyword[i] != NULL; i++)
		if (strcasecmp(value, row->keyword[i]) == 0)
			return row->keyword[i];
	return row->def != NULL && strcasecmp(value, row->def) == 0 ?
	    row->def : value;
}

static bool
value_parse(const struct setting *row, struct settings *s,
    const char *value, struct buf *why)
{
	const char *want, *near;

	value = value_lower_word(row, value);
	if (*value == '\0')
		want = "a value";
	else if ((want = validate_octets(value, row->secret)) == NULL &&
	    row->check != NULL)
		want = row->check(value);
	if (want != NULL) {
		buf_addf(why, "expected %s", want);
		near = row->near != NULL ? row->near(value) : NULL;
		if (near != NULL)
			buf_addf(why, "; did you mean %s?", near);
		return false;
	}
	switch (row->type) {
	case SETTING_TEXT:
	case SETTING_PATH:
	case SETTING_LIST:
		if (s != NULL)
			value_set_text(row, s, value);
		return true;
	case SETTING_CHOICE:
		return value_set_choice(row, s, value, why);
	case SETTING_BOOL:
		return value_set_bool(row, s, value, why);
	case SETTING_NUMBER:
	case SETTING_SECONDS:
	case SETTING_OCTETS:
		break;
	}
	return value_set_number(row, s, value, why);
}

bool
value_set(const struct setting *row, struct settings *s, const char *value,
    struct buf *why)
{
	if (value_parse(row, s, value, why))
		return true;
	if (!row->secret)
		validate_habit(value, why);
	return false;
}

void
value_copy(const struct setting *row, struct settings *to,
    const struct settings *from)
{
	const void *v = value_at(row, from);

	switch (row->type) {
	case SETTING_TEXT:
	case SETTING_PATH:
	case SETTING_LIST:
		value_unset(row, to);
		if (value_text(row, from) != NULL)
			value_set_text(row, to, value_text(row, from));
		break;
	case SETTING_NUMBER:
	case SETTING_CHOICE:
		memcpy(value_slot(row, to), v, sizeof(int));
		break;
	case SETTING_BOOL:
		memcpy(value_slot(row, to), v, sizeof(bool));
		break;
	case SETTING_SECONDS:
	case SETTING_OCTETS:
		memcpy(value_slot(row, to), v, sizeof(long long));
		break;
	}
}

void
value_reset(const struct setting *row, struct settings *s)
{
	struct buf why = { .max = 256 };

	/* Only texts have no default. */
	if (value_is_text(row))
		value_unset(row, s);
	if (row->def != NULL)
		(void)value_set(row, s, row->def, &why);
	buf_release(&why);
}

const char *
value_text(const struct setting *row, const struct settings *s)
{
	return *(char *const *)value_at(row, s);
}

static void
value_show_number(const struct setting *row, long long v, struct buf *out)
{
	if (v == 0)
		buf_adds(out, row->zero != NULL ? row->zero : "0");
	else if (row->type == SETTING_SECONDS)
		units_time(out, v);
	else if (row->type == SETTING_OCTETS)
		units_size(out, v);
	else
		buf_addf(out, "%lld", v);
}

void
value_show(const struct setting *row, const struct settings *s,
    struct buf *out)
{
	const void *v = value_at(row, s);
	const char *text;

	switch (row->type) {
	case SETTING_TEXT:
	case SETTING_PATH:
	case SETTING_LIST:
		text = value_text(row, s);
		buf_adds_visible(out, text == NULL ? "(unset)" :
		    row->secret ? "(set)" : text);
		break;
	case SETTING_CHOICE:
		buf_adds(out, row->choice[*(const int *)v]);
		break;
	case SETTING_BOOL:
		buf_adds(out, *(const bool *)v ? "yes" : "no");
		break;
	case SETTING_NUMBER:
		value_show_number(row, *(const int *)v, out);
		break;
	case SETTING_SECONDS:
	case SETTING_OCTETS:
		value_show_number(row, *(const long long *)v, out);
		break;
	}
}

void
values_init(struct settings *s)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < setting_count; i++)
		value_reset(&setting_table[i], s);
}

void
values_release(struct settings *s)
{
	const struct setting *row;

	for (row = setting_table; row < setting_table + setting_count; row++)
		if (value_is_text(row))
			value_unset(row, s);
}

bool
value_is(const struct settings *s, const char *key, const char *value)
{
	const struct setting *row = setting_find(key);
	struct buf is = { .max = 65536 };
	bool same;

	if (row == NULL)
		return false;
	value_show(row, s, &is);
	if (value != NULL && row->type == SETTING_LIST)
		same = ascii_listed(buf_text(&is), value, strlen(value));
	else
		same = value != NULL ? strcmp(buf_text(&is), value) == 0 :
		    strcmp(buf_text(&is), "(unset)") != 0;
	buf_release(&is);
	return same;
}
