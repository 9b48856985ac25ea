/* dump.c - the settings in force and their origins, as text */

#include <string.h>

#include "base/json.h"
#include "config/dump.h"
#include "config/value.h"

/* Fill up to so many octets, and begin a comment. */
static void
dump_pad(struct buf *out, size_t start, size_t width)
{
	size_t n = out->len - start;

	buf_addf(out, "%*s # ", (int)(n < width ? width - n : 0), "");
}

/* Append what is to be said of a value. */
static void
dump_meaning(const struct config *c, int account, const struct setting *row,
    struct buf *out)
{
	const struct origin *all = account == -1 ? c->origin :
	    c->account[account].origin;

	config_meaning(row, config_settings(c, account), out);
	if (row == setting_find("user") && all[row - setting_table].implied)
		buf_adds(out, "the address in from");
}

static void
dump_row(const struct config *c, bool hide, int account,
    const struct setting *row, struct buf *out)
{
	const struct settings *set = config_settings(c, account);
	struct buf meaning = { .max = 64 };
	struct buf value = { .max = 1 << 16, .secret = true };
	size_t start = out->len;

	value_show(row, set, &value);
	hide = hide && strcmp(buf_text(&value), "(unset)") != 0;
	buf_addf(out, "%-16s %s", row->key, hide ? "(set)" :
	    buf_text(&value));
	buf_release(&value);
	dump_pad(out, start, 40);
	buf_adds_visible(out, config_where(c, account, row));
	if (!hide)
		dump_meaning(c, account, row, &meaning);
	if (meaning.len > 0)
		buf_addf(out, ": %s", buf_text(&meaning));
	buf_adds(out, "\n");
	buf_release(&meaning);
}

/* Is it set in a file?  That is to be read by the administrator only. */
static bool
dump_hides(const struct config *c, bool brief, int account,
    const struct setting *row)
{
	return brief && strcmp(config_where(c, account, row), "default") != 0;
}

void
config_dump(const struct config *c, bool brief, struct buf *out)
{
	const struct setting *row, *end = setting_table + setting_count;
	size_t start;
	int i;

	for (row = setting_table; row < end; row++)
		dump_row(c, dump_hides(c, brief, -1, row), -1, row, out);
	for (i = 0; i < (int)c->naccount; i++) {
		buf_adds(out, "\naccount ");
		start = out->len;
		buf_adds_visible(out, c->account[i].name);
		dump_pad(out, start, 32);
		buf_adds_visible(out, c->account[i].where);
		buf_adds(out, "\n");
		/* Other settings are as above. */
		for (row = setting_table; row < end; row++)
			if (strcmp(config_where(c, i, row),
			    config_where(c, -1, row)) != 0)
				dump_row(c, dump_hides(c, brief, i, row), i,
				    row, out);
	}
}

/* The same as dump_row(), as an object. */
static void
dump_json_row(const struct config *c, bool hide, int account,
    const struct setting *row, struct buf *out)
{
	const struct settings *set = config_settings(c, account);
	struct buf meaning = { .max = 64 };
	struct buf value = { .max = 1 << 16, .secret = true };
	bool is_set;

	value_show(row, set, &value);
	is_set = strcmp(buf_text(&value), "(unset)") != 0;
	if (!hide)
		dump_meaning(c, account, row, &meaning);
	json_key(out, NULL);
	buf_adds(out, "{");
	json_text(out, "key", row->key);
	json_bool(out, "set", is_set);
	json_text(out, "value", !is_set || hide || row->secret ? NULL :
	    buf_text(&value));
	json_text(out, "origin", config_where(c, account, row));
	json_text(out, "meaning", meaning.len > 0 ? buf_text(&meaning) : NULL);
	buf_adds(out, "}");
	buf_release(&value);
	buf_release(&meaning);
}

static void
dump_json_account(const struct config *c, bool brief, int i, struct buf *out)
{
	const struct setting *row, *end = setting_table + setting_count;

	json_key(out, NULL);
	buf_adds(out, "{");
	json_text(out, "name", c->account[i].name);
	json_text(out, "origin", c->account[i].where);
	json_key(out, "settings");
	buf_adds(out, "[");
	for (row = setting_table; row < end; row++)
		if (strcmp(config_where(c, i, row),
		    config_where(c, -1, row)) != 0)
			dump_json_row(c, dump_hides(c, brief, i, row), i, row,
			    out);
	buf_adds(out, "]}");
}

void
config_dump_json(const struct config *c, bool brief, struct buf *out)
{
	const struct setting *row, *end = setting_table + setting_count;
	int i;

	buf_adds(out, "{");
	json_key(out, "settings");
	buf_adds(out, "[");
	for (row = setting_table; row < end; row++)
		dump_json_row(c, dump_hides(c, brief, -1, row), -1, row, out);
	buf_adds(out, "]");
	json_key(out, "accounts");
	buf_adds(out, "[");
	for (i = 0; i < (int)c->naccount; i++)
		dump_json_account(c, brief, i, out);
	buf_adds(out, "]}\n");
}
