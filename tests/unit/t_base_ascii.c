/* t_base_ascii.c - what a character is in ASCII, whatever locale is set */

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "tap.h"

/* All of a class, of all 256 octets. */
static void
classes(void)
{
	static const char digits[] = "0123456789", blanks[] = " \t",
	    spaces[] = " \t\r\n", low[] = "abcdefghijklmnopqrstuvwxyz",
	    up[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", hex[] = "0123456789abcdef";
	const char *at;
	bool good;
	int i;

	for (i = 0; i < 256; i++) {
		char c = (char)i, l = c, u = c;
		bool is = c != '\0';

		if (is && (at = strchr(up, c)) != NULL)
			l = low[at - up];
		if (is && (at = strchr(low, c)) != NULL)
			u = up[at - low];
		at = is ? strchr(hex, l) : NULL;
		good = ascii_digit(c) == (is && strchr(digits, c) != NULL) &&
		    ascii_blank(c) == (is && strchr(blanks, c) != NULL) &&
		    ascii_space(c) == (is && strchr(spaces, c) != NULL) &&
		    ascii_letter(c) == (l != u) &&
		    ascii_alnum(c) == (ascii_digit(c) || l != u) &&
		    ascii_control(c) == (i < 32 || i == 127) &&
		    ascii_graphic(c) == (i > 32 && i < 127) &&
		    ascii_lower(c) == l && ascii_upper(c) == u &&
		    ascii_hex(c) == (at != NULL ? (int)(at - hex) : -1);
		if (!good)
			break;
	}
	is_int(i, 256, "each octet is in its classes");
}

static void
names(void)
{
	static const struct { const char *name, *domain; bool below; } t[] = {
		{ "example.org", "example.org", true },
		{ "A.EXAMPLE.org", "example.ORG", true },
		{ "a.b.example.org", "example.org", true },
		{ "anexample.org", "example.org", false },
		{ "example.org", "a.example.org", false },
		{ "example.org", "example.net", false },
		{ "", "example.org", false },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		ok(ascii_below(t[i].name, strlen(t[i].name), t[i].domain,
		    strlen(t[i].domain)) == t[i].below, "%s, %s", t[i].name,
		    t[i].domain);
	ok(ascii_is("AuthX", 4, "aUTH") && !ascii_is("AuthX", 5, "aUTH") &&
	    !ascii_is("AuthX", 3, "aUTH"), "a word without case");
	ok(!ascii_controls("a b\303\244\n", 5) && ascii_controls("a\n", 2) &&
	    ascii_controls("\177", 1) && ascii_controls("", 1) &&
	    !ascii_controls("", 0), "control characters");
}

static void
lists(void)
{
	static const struct { const char *list, *word; bool in; } t[] = {
		{ "a bc d", "bc", true }, { "a BC", "bc", true },
		{ "bc", "bc", true }, { " \t bc\t", "bc", true },
		{ "abc", "bc", false }, { "bcd", "bc", false },
		{ "b c", "bc", false }, { "", "bc", false },
		{ NULL, "bc", false }, { "a  b ", "", false },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		ok(ascii_listed(t[i].list, t[i].word, strlen(t[i].word)) ==
		    t[i].in, "'%s' in list %zu", t[i].word, i);
}

int
main(void)
{
	classes();
	names();
	lists();
	return done();
}
