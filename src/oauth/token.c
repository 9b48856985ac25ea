/* token.c - an access token, from the store or from the provider */

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/base64.h"
#include "base/crypt.h"
#include "base/jansson.h"
#include "base/util.h"
#include "oauth/box.h"
#include "oauth/exchange.h"
#include "oauth/token.h"

#define PREPARE_MS	45000	/* until the sandbox: names, commands */
#define ASK_MS		30000	/* for the provider */

/* What the process in the sandbox is to do. */
struct job {
	const struct token_source *from;
	const struct endpoints *at;
	const char	*refused;
	long long	 limit, since;
	struct tokenstore	 store;
	struct exchange exchange;
};

static bool
token_good(const struct tokens *t, const char *refused, bool early)
{
	return tokens_fresh(t, time(NULL), early) &&
	    (refused == NULL || strcmp(refused, buf_text(&t->access)) != 0);
}

static void
token_fill(struct token *out, const struct tokens *t, bool cached)
{
	struct buf about = { .max = sizeof(out->about) - 1 };

	memset(out, 0, sizeof(*out));
	(void)strlcpy(out->text, buf_text(&t->access), sizeof(out->text));
	out->got = t->got;
	out->until = t->until;
	out->cached = cached;
	jwt_describe(out->text, &about);
	(void)strlcpy(out->about, buf_text(&about), sizeof(out->about));
	buf_release(&about);
}

static int
token_missing(const struct token_source *from, struct fault *f)
{
	(void)fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
	    "nobody has logged in as %s yet", from->set->user);
	exchange_advise_login(from->account, f);
	return -1;
}

/* The digest of the file's refresh token: is it another one now? */
static void
token_digest(const struct buf *seed, struct buf *out)
{
	unsigned char digest[CRYPT_HASH_MAX];

	buf_clear(out);
	if (crypt_digest(CRYPT_SHA256, buf_text(seed), seed->len, digest))
		base64_encode_url(out, digest, crypt_size(CRYPT_SHA256));
}

/* The refresh token to use: a newer one in the file replaces that kept. */
static int
token_choose(struct job *k, struct tokens *t, struct fault *f)
{
	struct buf digest = { .max = 64 };

	if (k->exchange.seed.len > 0) {
		token_digest(&k->exchange.seed, &digest);
		if (t->refresh.len == 0 ||
		    strcmp(buf_text(&digest), buf_text(&t->seed)) != 0) {
			buf_clear(&t->refresh);
			buf_add(&t->refresh, k->exchange.seed.p,
			    k->exchange.seed.len);
			buf_clear(&t->seed);
			buf_add(&t->seed, digest.p, digest.len);
		}
		buf_release(&digest);
	}
	return t->refresh.len > 0 ? 0 : token_missing(k->from, f);
}

/* RFC 6749, 4.4.2 and 6. */
static int
token_form(struct job *k, struct tokens *t, struct buf *form, struct fault *f)
{
	const struct settings *s = k->from->set;
	const struct http *h = &k->exchange.http;
	bool client = issuer_grant(s) == SETTING_GRANT_CLIENT;

	if (!client && token_choose(k, t, f) == -1)
		return -1;
	http_add(h, form, "grant_type", client ? "client_credentials" :
	    "refresh_token");
	if (!client)
		http_add(h, form, "refresh_token", buf_text(&t->refresh));
	if (client || issuer_known(s) || s->oauth_scope != NULL)
		http_add(h, form, "scope", issuer_scope(s));
	return 0;
}

/* Ask, and keep what comes. */
static int
token_renew(struct job *k, struct tokens *t, struct fault *f)
{
	struct buf form = { .max = 65536, .secret = true };
	long long limit = clock_ms() + ASK_MS;
	int rc = -1;

	if (k->limit < limit)
		limit = k->limit;
	if (token_form(k, t, &form, f) == 0 &&
	    tokens_reserve(&k->store, f) == 0 &&
	    exchange_ask(&k->exchange, &form, limit, t, NULL, f) == 0)
		rc = tokens_write(&k->store, k->from->set, t, f);
	buf_release(&form);
	return rc;
}

static int
token_locked(struct job *k, struct tokens *t, bool *cached, struct fault *f)
{
	int rc = tokens_read(&k->store, t, f);

	*cached = rc == 0 && token_good(t, k->refused, k->from->early);
	if (rc == 0 && !*cached)
		rc = token_renew(k, t, f);
	tokens_unlock(&k->store, f);
	return rc;
}

static int
token_work(void *ctx, struct buf *out, struct fault *f)
{
	struct job *k = ctx;
	struct token token;
	struct tokens t;
	bool cached;
	int rc = -1;

	tokens_init(&t);
	k->exchange.set = k->from->set;
	k->exchange.at = k->at;
	k->exchange.account = k->from->account;
	if (exchange_open(&k->exchange, k->at->token, k->from->credentials,
	    k->limit, f) == 0) {
		box_enter(k->exchange.http.ports, k->exchange.http.nports,
		    k->store.dir);
		if (tokens_lock(&k->store, k->limit, k->since, f) == 0)
			rc = token_locked(k, &t, &cached, f);
	}
	if (rc == 0) {
		token_fill(&token, &t, cached);
		buf_add(out, &token, sizeof(token));
		explicit_bzero(&token, sizeof(token));
	}
	exchange_close(&k->exchange);
	tokens_release(&t);
	return rc;
}

static int
token_fetch(struct job *k, struct token *out, struct fault *f)
{
	struct buf raw = { .max = sizeof(*out), .secret = true };
	int rc = box_run(token_work, k, k->store.dir, PREPARE_MS, &raw, f);

	if (rc == 0 && raw.len == sizeof(*out))
		memcpy(out, raw.p, sizeof(*out));
	buf_release(&raw);
	return rc;
}

/*
 * Where to ask.  One process asks an issuer for its metadata; the others take
 * what it got.
 */
static int
token_endpoints(struct job *k, struct endpoints *at, struct fault *f)
{
	const struct settings *s = k->from->set;
	struct tokens t;
	int rc = -1;

	if (issuer_known(s) || k->store.dir == -1)
		return endpoints_find(at, s, k->limit, f);
	tokens_init(&t);
	if (tokens_lock(&k->store, k->limit, k->since, f) == 0 &&
	    tokens_read(&k->store, &t, f) == 0) {
		if (tokens_recall(&t, at, time(NULL))) {
			rc = 0;
		} else if (endpoints_find(at, s, k->limit, f) == 0) {
			tokens_learn(&t, at, time(NULL));
			rc = tokens_reserve(&k->store, f) == 0 ?
			    tokens_write(&k->store, s, &t, f) : -1;
		}
	}
	tokens_unlock(&k->store, f);
	tokens_release(&t);
	return rc;
}

/* Callers of a shared installation change nothing of the administrator's. */
static int
token_wait(const struct token_source *from, struct fault *f)
{
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
	    "there is no access token of %s now; the next queue run of root "
	    "gets one", from->set->user);
}

/* Are tokens kept here?  They must be, if a person logged in for them. */
static int
token_open(struct job *k, struct fault *f)
{
	const struct token_source *from = k->from;
	bool login = issuer_login(from->set);

	if (tokens_open(&k->store, &from->place, from->set, !login, f) == 0)
		return 0;
	if (login && f->domain == FD_ERRNO && f->code == ENOENT)
		(void)token_missing(from, f);
	return login ? -1 : 0;
}

int
token_get(const struct token_source *from, const char *refused,
    long long limit, struct token *out, struct fault *f)
{
	struct job k = { .from = from, .refused = refused, .limit = limit,
	    .since = tokens_clock() };
	bool client = issuer_grant(from->set) == SETTING_GRANT_CLIENT;
	bool login = issuer_login(from->set);
	struct endpoints at;
	struct tokens t;
	int rc = -1;

	tokens_init(&t);
	if (jansson_load(f) == -1 || token_open(&k, f) == -1 ||
	    tokens_read(&k.store, &t, f) == -1)
		goto out;
	if (token_good(&t, refused, from->early)) {
		token_fill(out, &t, true);
		rc = 0;
	} else if (from->place.readonly && !client) {
		(void)token_wait(from, f);
	} else if (login && t.refresh.len == 0) {
		(void)token_missing(from, f);
	} else if (token_endpoints(&k, &at, f) == 0) {
		k.at = &at;
		rc = token_fetch(&k, out, f);
	}
	/* While the provider cannot be reached, the old one does. */
	if (rc == -1 && refused == NULL && f->verdict == VD_TEMP &&
	    t.access.len > 0 && time(NULL) >= t.got && time(NULL) < t.until) {
		token_fill(out, &t, true);
		rc = 0;
	}
out:
	if (rc == 0)
		fault_clear(f);
	tokens_close(&k.store);
	tokens_release(&t);
	return rc;
}

bool
token_lasts(const struct token *t, long long now)
{
	const struct tokens is = { .access.len = strlen(t->text),
	    .got = t->got, .until = t->until };

	return tokens_fresh(&is, now, false);
}
