/* t_oauth_listener.c - the code that a browser brings */

#include <string.h>

#include "base/crypt.h"
#include "base/util.h"
#include "oauth/listener.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *text;
		int want;
		const char *code;	/* or what the fault says */
	} t[] = {
		{ "/?code=abc&state=S1 HTTP/1.1", 1, "abc" },
		{ "http://127.0.0.1:5/?state=S1&code=abc", 1, "abc" },
		{ "http://localhost:5/?code=a%2Fb%2b&state=S1&x=y\n", 1,
		    "a/b+" },
		{ "/?code=a%zz&state=S1", 1, "a%zz" },
		{ "/?code=abc&state=S1#frag", 1, "abc" },
		{ "/?code=abc&state=S2", 0, "" },
		{ "/?code=abc", 0, "" }, { "/?state=S1", 0, "" },
		{ "/?code=&state=S1", 0, "" }, { "/favicon.ico", 0, "" },
		{ "", 0, "" }, { "?", 0, "" }, { "/?xcode=a&state=S1", 0, "" },
		{ "/?error=access_denied&error_description=no+way&state=S1",
		    -1, "refuses the login: access_denied: no way" },
		{ "/?error=access_denied&state=S2", 0, "" },
	};
	struct fault f = { 0 };
	size_t i;

	is_int(crypt_ready(&f), 0, "GnuTLS");
	for (i = 0; i < NITEMS(t); i++) {
		struct buf code = { .max = 64 };

		fault_clear(&f);
		is_int(listener_parse(t[i].text, "S1", &code, &f), t[i].want,
		    "%s", t[i].text);
		if (t[i].want == -1)
			ok(strstr(f.text, t[i].code) != NULL, "%s", f.text);
		else if (t[i].want == 1)
			is(buf_text(&code), t[i].code, "its code");
		buf_release(&code);
	}
	return done();
}
