/* t_oauth_endpoints.c - where a provider is asked for tokens */

#include <string.h>

#include "base/jansson.h"
#include "base/util.h"
#include "oauth/endpoints.h"
#include "tap.h"

#define ISSUER "\"issuer\":\"https://a.example\""
#define TOKEN "\"token_endpoint\":\"https://b.example/t\""
#define METHODS(m) ",\"token_endpoint_auth_methods_supported\":[" m "]"

int
main(void)
{
	static const struct {
		const char *json, *token, *device, *why;
		bool basic;
	} t[] = {
		{ "{" ISSUER "," TOKEN "}", "https://b.example/t", "", NULL,
		    true },
		{ "{" ISSUER "," TOKEN METHODS("\"client_secret_basic\"") "}",
		    "https://b.example/t", "", NULL, true },
		{ "{" ISSUER "," TOKEN METHODS("\"client_secret_basic\","
		    "\"client_secret_post\"") "}", "https://b.example/t", "",
		    NULL, false },
		{ "{" ISSUER "," TOKEN ",\"device_authorization_endpoint\":"
		    "\"https://c.example/d\"" METHODS("\"none\"") "}",
		    "https://b.example/t", "https://c.example/d", NULL,
		    false },
		{ "{" TOKEN "}", NULL, NULL, "calls itself nothing", false },
		{ "{\"issuer\":\"https://a.example/\"," TOKEN "}", NULL, NULL,
		    "calls itself https://a.example/; set", false },
		{ "{" ISSUER "}", NULL, NULL, "no token_endpoint", false },
		{ "{" ISSUER ",\"token_endpoint\":\"http://a.example/t\"}",
		    NULL, NULL, "no https:// URL as token_endpoint", false },
		{ "{" ISSUER ",\"token_endpoint\":\"https://a b/\"}", NULL,
		    NULL, "no https:// URL as token_endpoint", false },
		{ "{" ISSUER ",\"token_endpoint\":\"https://a\\u0001/\"}",
		    NULL, NULL, "no https:// URL as token_endpoint", false },
		{ "[]", NULL, NULL, "are no JSON", false },
	};
	struct endpoints e;
	struct fault f = { 0 };
	size_t i;
	int rc;

	is_int(jansson_load(&f), 0, "loaded");
	for (i = 0; i < NITEMS(t); i++) {
		fault_clear(&f);
		rc = endpoints_parse(&e, "https://a.example", t[i].json,
		    strlen(t[i].json), &f);
		is_int(rc, t[i].why != NULL ? -1 : 0, "%zu: result", i);
		if (t[i].why != NULL) {
			ok(strstr(f.text, t[i].why) != NULL, "%zu: %s", i,
			    f.text);
			ok(f.stage == ST_TOKEN, "%zu: stage", i);
			continue;
		}
		is(e.token, t[i].token, "%zu: token", i);
		is(e.device, t[i].device, "%zu: device", i);
		ok(e.basic == t[i].basic, "%zu: basic", i);
	}
	return done();
}
