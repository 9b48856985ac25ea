/* t_base_json.c - JSON, written */

#include "base/json.h"
#include "base/util.h"
#include "tap.h"

static void
strings(void)
{
	static const struct { const char *text, *want; } t[] = {
		{ "", "\"\"" },
		{ NULL, "null" },
		{ "a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"" },
		{ "a\nb\tc", "\"a\\nb\\tc\"" },
		{ "a\r\033[2Jb\177", "\"a??[2Jb?\"" },
		{ "\303\274\342\200\256\377", "\"\303\274??\"" },
	};
	struct buf b = { .max = 1024 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		json_quote(&b, t[i].text);
		is(buf_text(&b), t[i].want, "string %zu", i);
	}
	buf_release(&b);
}

static void
members(void)
{
	struct buf b = { .max = 1024 };

	buf_adds(&b, "{");
	json_text(&b, "a", "x");
	json_number(&b, "n", -1);
	json_bool(&b, "t", true);
	json_bool(&b, "f", false);
	json_none(&b, "z");
	json_key(&b, "list");
	buf_adds(&b, "[");
	json_text(&b, NULL, "one");
	json_number(&b, NULL, 2);
	buf_adds(&b, "]");
	json_key(&b, "o");
	buf_adds(&b, "{");
	json_text(&b, "k\"", "");
	buf_adds(&b, "}}");
	is(buf_text(&b), "{\"a\":\"x\",\"n\":-1,\"t\":true,\"f\":false,"
	    "\"z\":null,\"list\":[\"one\",2],\"o\":{\"k\\\"\":\"\"}}",
	    "commas stand between, and nowhere else");
	buf_release(&b);
}

int
main(void)
{
	strings();
	members();
	return done();
}
