/* t_admin_findings.c - the lines of --check-config as JSON */

#include "admin/findings.h"
#include "base/util.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char	*text;
		const char	*levels;
		bool		 placed;
		const char	*want;
	} rows[] = {
		{ "", "", true, "[" },
		{ "joe can read x\n", "", false, "[{\"level\":\"info\","
		    "\"file\":null,\"line\":null,"
		    "\"text\":\"joe can read x\",\"hint\":null}" },
		{ "/a b:12: port: no\n", "m", true, "[{\"level\":\"mistake\","
		    "\"file\":\"/a b\",\"line\":12,"
		    "\"text\":\"/a b:12: port: no\",\"hint\":null}" },
		{ "c:1: warning: user: \"x\"\n    hint: do\nwarning: y\n",
		    "ww", true, "[{\"level\":\"warning\","
		    "\"file\":\"c\",\"line\":1,"
		    "\"text\":\"c:1: warning: user: \\\"x\\\"\","
		    "\"hint\":\"do\"},{\"level\":\"warning\",\"file\":null,"
		    "\"line\":null,\"text\":\"warning: y\",\"hint\":null}" },
		{ "a:b:3: x", "m", true, "[{\"level\":\"mistake\","
		    "\"file\":\"a:b\",\"line\":3,\"text\":\"a:b:3: x\","
		    "\"hint\":null}" },
		{ "--port: relay h:25 is\n", "m", true,
		    "[{\"level\":\"mistake\","
		    "\"file\":null,\"line\":null,"
		    "\"text\":\"--port: relay h:25 is\",\"hint\":null}" },
		{ "joe cannot read: /a:3: warning: b\nx: warning: y\n",
		    "m", false, "[{\"level\":\"mistake\",\"file\":null,"
		    "\"line\":null,\"text\":\"joe cannot read: /a:3: warning:"
		    " b\",\"hint\":null},{\"level\":\"info\",\"file\":null,"
		    "\"line\":null,\"text\":\"x: warning: y\",\"hint\":null}" },
	};
	struct buf b = { .max = 4096 };
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		buf_clear(&b);
		buf_adds(&b, "[");
		findings_json(&b, rows[i].text, rows[i].levels,
		    rows[i].placed);
		is(buf_text(&b), rows[i].want, "row %zu", i);
	}
	buf_release(&b);
	return done();
}
