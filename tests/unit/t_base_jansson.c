/* t_base_jansson.c - JSON that is read */

#include <string.h>

#include "base/jansson.h"
#include "base/util.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *json, *text;
		long long number;
	} t[] = {
		{ "{\"k\":\"v\"}", "v", 0 },
		{ "{\"k\":3600}", NULL, 3600 },
		{ "{\"k\":\"3600\"}", "3600", 3600 },
		{ "{\"k\":3600.0}", NULL, 3600 },
		{ "{\"k\":-5}", NULL, -5 }, { "{\"k\":1e300}", NULL, -1 },
		{ "{\"k\":null}", NULL, -1 }, { "{}", NULL, -1 },
		{ "{\"k\":[1]}", NULL, -1 },
	};
	static const char *const broken[] = { "", "[]", "5", "{", "{\"k\":}",
	    "{\"k\":1,\"k\":2}", "{\"k\":\"\xff\"}", "{} x" };
	struct buf out = { .max = 256 };
	struct fault f = { 0 };
	size_t i;
	json_t *j;

	is_int(jansson_load(&f), 0, "loaded: %s", f.text);
	for (i = 0; i < NITEMS(t); i++) {
		j = jansson_parse(t[i].json, strlen(t[i].json));
		ok(j != NULL, "%s", t[i].json);
		is(jansson_text(j, "k"), t[i].text, "its text");
		is_int(jansson_number(j, "k"), t[i].number, "its number");
		jansson_free(j);
	}
	for (i = 0; i < NITEMS(broken); i++)
		ok(jansson_parse(broken[i], strlen(broken[i])) == NULL,
		    "broken: %s", broken[i]);
	j = jansson.object();
	jansson_set_text(j, "a", "x\"y");
	jansson_set_text(j, "none", NULL);
	jansson_set_number(j, "b", 7);
	jansson_print(j, &out);
	is(buf_text(&out), "{\n \"a\": \"x\\\"y\",\n \"b\": 7\n}", "printed");
	jansson_free(j);
	buf_release(&out);
	return done();
}
