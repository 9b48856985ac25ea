/* t_spool_line.c - lines of words that no word can break out of */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spool/line.h"
#include "tap.h"

static const struct {
	const char	*word;
	const char	*written;
} words[] = {
	{ "a@x.test", "a@x.test" },
	{ "", "-" },
	{ "-", "%2D" },
	{ "--", "--" },
	{ "two words", "two%20words" },
	{ "a\nend\n", "a%0Aend%0A" },
	{ "\r\t\001\037\177", "%0D%09%01%1F%7F" },
	{ "100%", "100%25" },
	{ "%2D", "%252D" },
	{ "\303\266\377", "\303\266\377" },
};

static void
test_words(void)
{
	char out[64];
	struct buf b = { .max = 4096 };
	struct line l;
	size_t i;

	for (i = 0; i < NITEMS(words); i++) {
		buf_clear(&b);
		line_add(&b, words[i].word);
		is(buf_text(&b), words[i].written, "write %zu", i);
		line_end(&b);
		l = (struct line){ b.p, b.p, b.p + b.len };
		ok(line_word(&l, out, sizeof(out)), "read %zu", i);
		is(out, words[i].word, "as it was %zu", i);
		ok(line_next(&l) && l.p == l.end, "all of it %zu", i);
	}
	buf_clear(&b);
	line_add(&b, NULL);
	is(buf_text(&b), "-", "NULL is the empty word");
	buf_release(&b);
}

static const struct {
	const char	*text;
	size_t		 n;
	const char	*why;
} refused[] = {
	{ "", 0, "nothing" },
	{ "a", 1, "no line end" },
	{ "\n", 1, "an empty line" },
	{ " a\n", 3, "a space in front" },
	{ "%\n", 2, "half an escape" },
	{ "%2\n", 3, "two thirds" },
	{ "%2d\n", 4, "lower case" },
	{ "%41\n", 4, "what needs no escape" },
	{ "a%2D\n", 5, "%2D in a word" },
	{ "%2Da\n", 5, "%2D before a word" },
	{ "%00\n", 4, "an escaped NUL" },
	{ "a\0b\n", 4, "a NUL" },
	{ "a\tb\n", 4, "a control" },
	{ "a\177\n", 3, "DEL" },
	{ "%GG\n", 4, "not hexadecimal" },
	{ "123456789\n", 10, "too long a word" },
};

static void
test_refused(void)
{
	char out[9];
	size_t i;

	for (i = 0; i < NITEMS(refused); i++) {
		struct line l = { refused[i].text, refused[i].text,
		    refused[i].text + refused[i].n };

		ok(!line_word(&l, out, sizeof(out)), "refuse %s",
		    refused[i].why);
	}
}

static const struct {
	const char	*text;
	bool		 good;
	long long	 want;
} numbers[] = {
	{ "0\n", true, 0 },
	{ "-9\n", true, -9 },
	{ "100\n", true, 100 },
	{ "101\n", false, 0 },
	{ "-10\n", false, 0 },
	{ "007\n", false, 0 },
	{ "+7\n", false, 0 },
	{ "%207\n", false, 0 },
	{ "-0\n", false, 0 },
	{ "7x\n", false, 0 },
	{ "-\n", false, 0 },
	{ "0x7\n", false, 0 },
	{ "99999999999999999999999999\n", false, 0 },
};

static void
test_numbers(void)
{
	long long v;
	size_t i;

	for (i = 0; i < NITEMS(numbers); i++) {
		const char *p = numbers[i].text;
		struct line l = { p, p, p + strlen(p) };
		bool good = line_number(&l, -9, 100, &v);

		is_int(good, numbers[i].good, "number %.*s",
		    (int)strcspn(p, "\n"), p);
		if (good)
			is_int(v, numbers[i].want, "its value");
	}
}

static void
test_lines(void)
{
	static const char text[] = "one two\n\nthree  four\n";
	struct line l = { text, text, text + sizeof(text) - 1 };
	char *s;

	ok(!line_is(&l, "on") && !line_is(&l, "onex"), "another word");
	ok(line_is(&l, "one"), "that word");
	ok(!line_next(&l), "not at the end of the line");
	s = line_string(&l);
	is(s, "two", "the second word");
	free(s);
	ok((s = line_string(&l)) == NULL, "no third");
	ok(line_next(&l), "the next line");
	ok(!line_is(&l, ""), "has no word");
	is_int((long long)line_number_of(&l), 2, "is the second");
	ok(line_next(&l) && line_is(&l, "three"), "the third line");
	ok(!line_is(&l, "four"), "two spaces are one too many");
}

static void
test_add_number(void)
{
	struct buf b = { .max = 100 };

	line_add_number(&b, -10);
	line_add_number(&b, -1);
	line_add_number(&b, 0);
	line_add_number(&b, 9);
	line_add_number(&b, 10);
	is(buf_text(&b), "-10 -1 0 9 10", "numbers are written");
	buf_release(&b);
}

int
main(void)
{
	test_words();
	test_refused();
	test_numbers();
	test_add_number();
	test_lines();
	return done();
}
