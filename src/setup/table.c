/* table.c - a table of Postfix, from the text that postmap(1) reads */

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/util.h"
#include "setup/source.h"
#include "setup/table.h"

char *
table_path(const char *maps)
{
	static const char *const types[] = { "hash:", "btree:", "texthash:",
	    "lmdb:", "dbm:", "cdb:" };
	size_t i, n;

	for (i = 0; i < NITEMS(types); i++) {
		n = strlen(types[i]);
		if (strncmp(maps, types[i], n) == 0 && maps[n] == '/')
			return xstrndup(maps + n, strcspn(maps + n, ", \t"));
	}
	return NULL;
}

/* A line that begins with a blank continues the one before. */
static void
table_continue(struct table_row *row, const char *line)
{
	char *value = xasprintf("%s%s%s", row->value,
	    *row->value != '\0' ? " " : "", line);

	explicit_bzero(row->value, strlen(row->value));
	free(row->value);
	row->value = value;
}

static void
table_read(struct table *t, struct source *in)
{
	const char *raw;
	char *line, *value;
	bool more;

	for (;;) {
		raw = in->next;
		if ((line = source_line(in, NULL)) == NULL)
			return;
		more = raw != NULL && ascii_blank(*raw) && t->n > 0;
		if (*line == '\0' || *line == '#')
			continue;
		if (more) {
			table_continue(&t->row[t->n - 1], line);
			continue;
		}
		value = source_cut(line, "");
		t->row = xreallocarray(t->row, t->n + 1, sizeof(*t->row));
		t->row[t->n++] = (struct table_row){ xstrdup(line),
		    xstrdup(value), in->number, false };
	}
}

/* Add a row of the text p[0..n), "key = value".  False: it is none. */
static bool
table_add_pair(struct table *t, const char *p, size_t n)
{
	const char *equal = memchr(p, '=', n), *value, *end = p + n;
	size_t key;

	if (equal == NULL || memchr(p, '{', n) != NULL)
		return false;
	while (p < equal && ascii_blank(*p))
		p++;
	for (key = (size_t)(equal - p); key > 0 && ascii_blank(p[key - 1]);)
		key--;
	for (value = equal + 1; value < end && ascii_blank(*value);)
		value++;
	while (end > value && ascii_blank(end[-1]))
		end--;
	t->row = xreallocarray(t->row, t->n + 1, sizeof(*t->row));
	t->row[t->n++] = (struct table_row){ xstrndup(p, key),
	    xstrndup(value, (size_t)(end - value)), 0, false };
	return key > 0;
}

/* The text of "inline:" after its "{".  False: it cannot be read. */
static bool
table_read_inline(struct table *t, const char *p)
{
	size_t n;
	bool braced;

	for (;;) {
		p += strspn(p, ", \t");
		if (*p == '}')
			return p[1 + strspn(p + 1, ", \t")] == '\0';
		braced = *p == '{';
		p += braced;
		n = strcspn(p, braced ? "}" : ", \t}");
		if (p[n] == '\0' || !table_add_pair(t, p, n))
			return false;
		p += n + braced;
	}
}

/* Of some tables only the result of postmap is there. */
static int
table_missing(const char *maps, const char *path, struct fault *f)
{
	static const char *const made[] = { ".db", ".lmdb", ".cdb", ".dir" };
	char *file;
	size_t i;
	bool there = false;

	for (i = 0; i < NITEMS(made) && !there; i++) {
		file = xasprintf("%s%s", path, made[i]);
		there = access(file, F_OK) == 0;
		if (there) {
			fault_clear(f);
			(void)fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
			    "only %s is there; run `postmap -s %.*s:%s` to "
			    "see what it has", file,
			    (int)strcspn(maps, ":"), maps, path);
		}
		free(file);
	}
	return -1;
}

int
table_open(struct table *t, const char *maps, struct fault *f)
{
	static const char inlined[] = "inline:{";
	struct source in;
	int status;

	*t = (struct table){ .path = table_path(maps) };
	if (strncmp(maps, inlined, sizeof(inlined) - 1) == 0 &&
	    table_read_inline(t, maps + sizeof(inlined) - 1))
		return 0;
	if (t->path == NULL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "a table of this kind is not read");
	status = source_open(&in, t->path, f);
	if (status == 0)
		table_read(t, &in);
	else if (access(t->path, F_OK) == -1)
		status = table_missing(maps, t->path, f);
	source_release(&in);
	return status;
}

void
table_release(struct table *t)
{
	size_t i;

	for (i = 0; i < t->n; i++) {
		free(t->row[i].key);
		explicit_bzero(t->row[i].value, strlen(t->row[i].value));
		free(t->row[i].value);
	}
	free(t->row);
	free(t->path);
	*t = (struct table){ 0 };
}

struct table_row *
table_find(const struct table *t, const char *key)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcasecmp(t->row[i].key, key) == 0)
			return &t->row[i];
	return NULL;
}
