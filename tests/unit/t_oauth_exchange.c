/* t_oauth_exchange.c - what the token endpoint answers */

#include <string.h>
#include <time.h>

#include "base/jansson.h"
#include "base/util.h"
#include "oauth/exchange.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *json, *access, *refresh, *why;
		long long life;
	} t[] = {
		{ "{\"access_token\":\"a\",\"token_type\":\"Bearer\","
		    "\"expires_in\":60}", "a", "old", NULL, 60 },
		{ "{\"access_token\":\"a\",\"token_type\":\"bearer\","
		    "\"expires_in\":\"60\",\"refresh_token\":\"new\"}", "a",
		    "new", NULL, 60 },
		{ "{\"access_token\":\"a\"}", "a", "old", NULL, 3600 },
		{ "{\"access_token\":\"a\",\"expires_in\":-1}", "a", "old",
		    NULL, 3600 },
		{ "{\"access_token\":\"a\",\"expires_in\":"
		    "9223372036854775807}", "a", "old", NULL, 366 * 86400 },
		{ "{}", NULL, NULL, "has no access token", 0 },
		{ "{\"access_token\":\"\"}", NULL, NULL,
		    "has no access token", 0 },
		{ "{\"access_token\":\"a b\"}", NULL, NULL,
		    "has no access token", 0 },
		{ "{\"access_token\":\"a\\u0001\"}", NULL, NULL,
		    "has no access token", 0 },
		{ "{\"access_token\":\"a\",\"refresh_token\":\"\\n\"}", NULL,
		    NULL, "has no access token", 0 },
		{ "{\"access_token\":\"a\",\"token_type\":\"mac\"}", NULL,
		    NULL, "no bearer token", 0 },
	};
	struct fault f = { 0 };
	struct tokens k;
	size_t i;
	json_t *j;
	int rc;

	is_int(jansson_load(&f), 0, "loaded");
	for (i = 0; i < NITEMS(t); i++) {
		fault_clear(&f);
		tokens_init(&k);
		buf_adds(&k.refresh, "old");
		j = jansson_parse(t[i].json, strlen(t[i].json));
		rc = exchange_take(j, "a.example", &k, &f);
		is_int(rc, t[i].why != NULL ? -1 : 0, "%zu: result", i);
		if (t[i].why != NULL) {
			ok(strstr(f.text, t[i].why) != NULL, "%zu: %s", i,
			    f.text);
			is(buf_text(&k.refresh), "old", "%zu: kept", i);
		} else {
			is(buf_text(&k.access), t[i].access, "%zu: access", i);
			is(buf_text(&k.refresh), t[i].refresh, "%zu: refresh",
			    i);
			is_int(k.until - k.got, t[i].life, "%zu: life", i);
		}
		jansson_free(j);
		tokens_release(&k);
	}
	fault_clear(&f);
	exchange_advise_login("", &f);
	is(f.text, "; run: heloise --login", "what to run");
	fault_clear(&f);
	exchange_advise_login("work", &f);
	is(f.text, "; run: heloise --login -a work", "for an account");
	return done();
}
