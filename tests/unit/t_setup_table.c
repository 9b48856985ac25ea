/* t_setup_table.c - tables of Postfix, and what is said of the others */

#include "reader.h"
#include "setup/table.h"

/* "@" is the directory.  want: the value of "key", or words of the fault. */
static const struct {
	const char *what, *maps, *name, *text;
	int status;
	const char *want;
} t[] = {
	{ "a key in other letters", "hash:@/t", "t", "# c\nx y\nKEY a:b c\n",
	    0, "a:b c" },
	{ "a continued line, the first of a list", "lmdb:@/t, nis:x", "t",
	    "key\n  a\n  # c\n  b\n", 0, "a b" },
	{ "no such key", "texthash:@/t", "t", "x y\n", 0, NULL },
	{ "a kind without text", "mysql:/etc/x.cf", "t", "", -1,
	    "a table of this kind is not read" },
	{ "a list of its own", "inline:{x=y, KEY=a:b=}", "t", "", 0, "a:b=" },
	{ "blanks in braces", "inline:{ x=y\t{ key = a, b } }", "t", "", 0,
	    "a, b" },
	{ "an empty value", "inline:{key=}", "t", "", 0, "" },
	{ "an empty list", "inline:{}", "t", "", 0, NULL },
	{ "a list without an end", "inline:{key=a", "t", "", -1,
	    "a table of this kind is not read" },
	{ "a row without an end", "inline:{{key=a", "t", "", -1,
	    "a table of this kind is not read" },
	{ "no value in a list", "inline:{key}", "t", "", -1,
	    "a table of this kind is not read" },
	{ "braces in braces", "inline:{{key={a}}}", "t", "", -1,
	    "a table of this kind is not read" },
	{ "something after a list", "inline:{key=a} b", "t", "", -1,
	    "a table of this kind is not read" },
	{ "only what postmap made", "hash:@/t", "t.db", "", -1,
	    "only @/t.db is there; run `postmap -s hash:@/t`" },
	{ "nothing there", "hash:@/t", "x", "", -1, "@/t: No such file" },
};

static void
test_table(size_t i)
{
	char *maps = reader_long(t[i].maps);
	char *want = t[i].want != NULL ? reader_long(t[i].want) : NULL;
	const struct table_row *row;
	struct table table;
	struct fault f = { 0 };

	reader_write(t[i].name, t[i].text);
	is_int(table_open(&table, maps, &f), t[i].status, "%s", t[i].what);
	row = table_find(&table, "key");
	if (t[i].status == -1)
		ok(strstr(f.text, want) != NULL, "%s: %s", t[i].what, f.text);
	else if (want == NULL)
		ok(row == NULL, "%s: none", t[i].what);
	else
		is(row != NULL ? row->value : "", want, "%s: the value",
		    t[i].what);
	table_release(&table);
	reader_remove(t[i].name);
	free(maps);
	free(want);
}

int
main(void)
{
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(t); i++)
		test_table(i);
	is_int(rmdir(reader_dir), 0, "nothing is left behind");
	return done();
}
