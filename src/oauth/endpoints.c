/* endpoints.c - where a provider is asked for tokens */

#include <string.h>

#include "base/jansson.h"
#include "base/util.h"
#include "oauth/box.h"
#include "oauth/endpoints.h"
#include "oauth/http.h"

#define LOOKUP_MS	15000

struct discovery {
	const struct settings *set;
	long long	 limit;
};

/* The two places of metadata: the one of OpenID, and that of RFC 8414, 3. */
static void
endpoints_place(const char *issuer, bool openid, struct buf *out)
{
	size_t n = strlen(issuer), host;

	while (n > 0 && issuer[n - 1] == '/')
		n--;
	host = sizeof("https://") - 1;
	host += strcspn(issuer + host, "/");
	if (host > n)
		host = n;
	if (openid)
		buf_addf(out, "%.*s/.well-known/openid-configuration", (int)n,
		    issuer);
	else
		buf_addf(out, "%.*s/.well-known/oauth-authorization-server"
		    "%.*s", (int)host, issuer, (int)(n - host),
		    issuer + host);
}

/* Only https:, since secrets go there. */
static int
endpoints_take(const json_t *j, const char *key, char out[ISSUER_URL],
    struct fault *f)
{
	const char *url = jansson_text(j, key), *p;

	out[0] = '\0';
	if (url == NULL)
		return 0;
	for (p = url; *p > ' ' && *p < 0x7f; p++)
		;
	if (*p != '\0' || strncmp(url, "https://", 8) != 0 ||
	    strlcpy(out, url, ISSUER_URL) >= ISSUER_URL)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the metadata of the issuer have no https:// URL as %s",
		    key);
	return 0;
}

static bool
endpoints_lists(const json_t *j, const char *key, const char *word)
{
	const json_t *list = jansson.object_get(j, key);
	const char *text;
	size_t i;

	for (i = 0; list != NULL && i < jansson.array_size(list); i++) {
		text = jansson.string_value(jansson.array_get(list, i));
		if (text != NULL && strcmp(text, word) == 0)
			return true;
	}
	return false;
}

int
endpoints_parse(struct endpoints *e, const char *issuer, const char *text,
    size_t n, struct fault *f)
{
	static const char methods[] = "token_endpoint_auth_methods_supported";
	json_t *j = jansson_parse(text, n);
	const char *is;
	int rc = -1;

	memset(e, 0, sizeof(*e));
	if (j == NULL)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the metadata of the issuer are no JSON");
	if ((is = jansson_text(j, "issuer")) == NULL ||
	    strcmp(is, issuer) != 0)
		(void)fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the issuer calls itself %s; set `oauth` to that",
		    is != NULL ? is : "nothing");
	else if (endpoints_take(j, "device_authorization_endpoint", e->device,
	    f) == 0 && endpoints_take(j, "authorization_endpoint",
	    e->authorize, f) == 0)
		rc = endpoints_take(j, "token_endpoint", e->token, f);
	if (rc == 0 && e->token[0] == '\0')
		rc = fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the metadata of the issuer have no token_endpoint");
	e->basic = !endpoints_lists(j, methods, "client_secret_post") &&
	    (jansson.object_get(j, methods) == NULL ||
	    endpoints_lists(j, methods, "client_secret_basic"));
	jansson_free(j);
	return rc;
}

/* In the sandbox. */
static int
endpoints_ask(struct http *h, const struct discovery *d, bool openid,
    struct endpoints *e, struct fault *f)
{
	struct buf url = { .max = ISSUER_URL };
	struct http_answer a;
	int rc = -1;

	http_answer_init(&a);
	endpoints_place(d->set->oauth, openid, &url);
	if (http_ask(h, buf_text(&url), NULL, NULL, NULL, d->limit, &a,
	    f) == -1)
		;
	else if (a.status != 200)
		(void)fault_set(f, ST_TOKEN, FD_NONE, 0, a.status / 100 == 4 ?
		    VD_PERM : VD_TEMP, "the issuer has no metadata at %s: "
		    "status %ld", buf_text(&url), a.status);
	else
		rc = endpoints_parse(e, d->set->oauth, buf_text(&a.body),
		    a.body.len, f);
	http_answer_release(&a);
	buf_release(&url);
	return rc;
}

static int
endpoints_work(void *ctx, struct buf *out, struct fault *f)
{
	const struct discovery *d = ctx;
	struct endpoints e;
	struct http h;
	int rc = -1;

	if (http_open(&h, d->set->oauth, d->set->oauth_ca, f) == 0) {
		box_enter(h.ports, h.nports, -1);
		rc = endpoints_ask(&h, d, true, &e, f);
		if (rc == -1 && f->verdict == VD_PERM)
			rc = endpoints_ask(&h, d, false, &e, f);
	}
	http_close(&h);
	if (rc == 0)
		buf_add(out, &e, sizeof(e));
	return rc;
}

int
endpoints_find(struct endpoints *e, const struct settings *set,
    long long limit, struct fault *f)
{
	struct discovery d = { .set = set, .limit = limit };
	struct buf out = { .max = sizeof(*e) };
	const struct issuer *p = issuer_find(set);
	int rc = 0;

	memset(e, 0, sizeof(*e));
	if (issuer_known(set)) {
		issuer_endpoint(set, p->device, e->device);
		issuer_endpoint(set, p->authorize, e->authorize);
		issuer_endpoint(set, p->token, e->token);
		return 0;
	}
	if ((rc = box_run(endpoints_work, &d, -1, LOOKUP_MS, &out, f)) == 0 &&
	    out.len == sizeof(*e))
		memcpy(e, out.p, sizeof(*e));
	buf_release(&out);
	return rc;
}
