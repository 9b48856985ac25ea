/* t_setup_source.c - lines, words and values of other programs' files */

#include <stdlib.h>
#include <string.h>

#include "reader.h"
#include "setup/source.h"

/* The words of a line, with '|' between them. */
static const struct { const char *line, *want; } words[] = {
	{ "a b\tc", "a|b|c" }, { "  'a b' \"c\\\"d\"", "a b|c\"d" },
	{ "a='x y'z", "a=x yz" }, { "a\\ b", "a b" }, { "''", "" },
	{ "'a\\b'", "a\\b" }, { "\"open", "open" },
};

static void
test_words(size_t i)
{
	struct buf b = { .max = 256 };
	char *line = xstrdup(words[i].line), *at = line, *word;
	bool first = true;

	for (; (word = source_word(&at)) != NULL; first = false)
		buf_addf(&b, "%s%s", first ? "" : "|", word);
	is(buf_text(&b), words[i].want, "the words of <%s>", words[i].line);
	free(line);
	buf_release(&b);
}

static const struct { const char *line, *separators, *key, *rest; } cuts[] = {
	{ "a b c", "", "a", "b c" }, { "a = b = c", "=", "a", "b = c" },
	{ "a=b", "=", "a", "b" }, { "a=b", "", "a=b", "" },
	{ "a \t= b", "=", "a", "b" }, { "a", "=", "a", "" },
	{ "a  b=c", "=", "a", "b=c" },
};

static void
test_cut(size_t i)
{
	char *line = xstrdup(cuts[i].line);

	is(source_cut(line, cuts[i].separators), cuts[i].rest,
	    "the rest of <%s>", cuts[i].line);
	is(line, cuts[i].key, "its first word");
	free(line);
}

static const struct { const char *text, *want; } quotes[] = {
	{ "\"a b\"", "a b" }, { "'a'", "a" }, { "a", "a" }, { "\"a", "\"a" },
	{ "\"", "\"" }, { "\"a'", "\"a'" }, { "", "" },
};

static void
test_lines(void)
{
	struct source s;
	struct fault f = { 0 };
	char *path = reader_path("f"), *line;

	reader_write("f", "\n# c\n \ta b \r\n\n#\nlast");
	ok(source_open(&s, path, &f) == 0, "a file");
	is(source_setting(&s, NULL), "a b", "a setting without its blanks");
	is_int(s.number, 3, "its line");
	is(source_setting(&s, NULL), "last", "a line without an end");
	ok(source_setting(&s, NULL) == NULL, "the end");
	ok(source_line(&s, NULL) == NULL, "is the end again");
	source_release(&s);
	line = source_first(path);
	is(line, "a b", "the first setting of a file");
	free(line);
	reader_remove("f");
	ok(source_first(path) == NULL, "no file, no setting");
	line = source_beside(path, "g");
	free(path);
	path = reader_path("g");
	is(line, path, "a file beside another");
	free(line);
	line = source_beside(path, "/x/y");
	is(line, "/x/y", "a whole path");
	free(line);
	free(path);
	(void)rmdir(reader_dir);
}

int
main(void)
{
	char *text;
	size_t i;

	reader_begin();
	for (i = 0; i < NITEMS(words); i++)
		test_words(i);
	for (i = 0; i < NITEMS(cuts); i++)
		test_cut(i);
	for (i = 0; i < NITEMS(quotes); i++) {
		text = xstrdup(quotes[i].text);
		is(source_unquote(text), quotes[i].want, "<%s>",
		    quotes[i].text);
		free(text);
	}
	ok(source_yes("YES") && source_yes("on") && source_yes("1") &&
	    source_yes("True") && !source_yes("no") && !source_yes("") &&
	    !source_yes("y"), "words for yes");
	test_lines();
	return done();
}
