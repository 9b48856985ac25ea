/* json.c - write JSON (RFC 8259) */

#include <string.h>

#include "base/json.h"

void
json_quote(struct buf *b, const char *s)
{
	struct buf v = { .max = b->max };
	const char *c;

	if (s == NULL) {
		buf_adds(b, "null");
		return;
	}
	buf_add_visible(&v, s, strlen(s), true);
	buf_add(b, "\"", 1);
	for (c = buf_text(&v); *c != '\0'; c++) {
		if (*c == '"' || *c == '\\')
			buf_add(b, "\\", 1);
		if (*c == '\n')
			buf_adds(b, "\\n");
		else if (*c == '\t')
			buf_adds(b, "\\t");
		else
			buf_add(b, c, 1);
	}
	buf_add(b, "\"", 1);
	buf_release(&v);
}

void
json_key(struct buf *b, const char *key)
{
	if (b->len > 0 && strchr("[{:", b->p[b->len - 1]) == NULL)
		buf_add(b, ",", 1);
	if (key != NULL) {
		json_quote(b, key);
		buf_add(b, ":", 1);
	}
}

void
json_text(struct buf *b, const char *key, const char *value)
{
	json_key(b, key);
	json_quote(b, value);
}

void
json_number(struct buf *b, const char *key, long long v)
{
	json_key(b, key);
	buf_addf(b, "%lld", v);
}

void
json_bool(struct buf *b, const char *key, bool v)
{
	json_key(b, key);
	buf_adds(b, v ? "true" : "false");
}

void
json_none(struct buf *b, const char *key)
{
	json_text(b, key, NULL);
}
