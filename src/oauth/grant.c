/* grant.c - a person logs in once, and the refresh token is kept */


#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/crypt.h"
#include "base/jansson.h"
#include "base/portable.h"
#include "base/util.h"
#include "config/password.h"
#include "oauth/box.h"
#include "oauth/exchange.h"
#include "oauth/listener.h"
#include "oauth/grant.h"
#include "system/sandbox.h"

#define PREPARE_MS	45000	/* until the sandbox: names, commands */
#define ASK_MS		30000	/* for one answer of the provider */
#define LOCK_MS		60000	/* for all that another process asks */
#define CODE_MS		900000	/* for a person with a browser */
#define INTERVAL	5	/* seconds (RFC 8628, 3.2) */
#define INTERVAL_MAX	60
#define EXPIRES_MAX	3600
#define SECRET		64	/* octets of a verifier or state */
#define DEVICE_GRANT	"urn:ietf:params:oauth:grant-type:device_code"

struct grant {
	const struct token_source *from;
	struct endpoints at;
	struct tokenstore	 store;
	struct exchange exchange;
	const char	*code;		/* of the browser */
	const char	*redirect, *verifier;
};

static void
grant_say(const char *before, const char *text, const char *after)
{
	struct buf b = { .max = 32768 };

	buf_adds_visible(&b, text);
	printf("%s%s%s", before, buf_text(&b), after);
	(void)fflush(stdout);
	buf_release(&b);
}

/* The process may be interrupted until the tokens are on their way. */
static void
grant_allow_signals(bool allow)
{
	(void)signal(SIGTERM, allow ? SIG_DFL : SIG_IGN);
	portable_end_with_parent(allow ? SIGTERM : 0);
}

/* Load what is needed for this endpoint, and enter the sandbox. */
static int
grant_begin(struct grant *l, const char *url, struct fault *f)
{
	l->exchange.set = l->from->set;
	l->exchange.at = &l->at;
	l->exchange.account = l->from->account;
	if (exchange_open(&l->exchange, url, l->from->credentials,
	    clock_ms() + ASK_MS, f) == -1)
		return -1;
	box_enter(l->exchange.http.ports, l->exchange.http.nports,
	    l->store.dir);
	return 0;
}

/* The tokens are there: keep them. */
static int
grant_keep(struct grant *l, struct tokens *t, struct fault *f)
{
	const struct fault none = { 0 };
	int rc = -1;

	if (t->refresh.len == 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "%s gave an access token but no refresh token, so mail "
		    "would go for an hour only; add offline_access to "
		    "`oauth-scope`", l->exchange.http.host);
	if (!issuer_known(l->from->set))
		tokens_learn(t, &l->at, time(NULL));
	/* What another process failed with says nothing about this token. */
	if (tokens_lock(&l->store, clock_ms() + LOCK_MS, LLONG_MAX, f) == 0 &&
	    tokens_reserve(&l->store, f) == 0)
		rc = tokens_write(&l->store, l->from->set, t, f);
	tokens_unlock(&l->store, &none);
	return rc;
}

/* Device grant */

/* The numbers of the answer, within reason. */
static long long
grant_number(const json_t *j, const char *key, long long otherwise,
    long long most)
{
	long long n = jansson_number(j, key);

	return n <= 0 ? otherwise : n > most ? most : n;
}

static int
grant_show_device(const json_t *j, struct fault *f)
{
	const char *uri = jansson_text(j, "verification_uri");
	const char *code = jansson_text(j, "user_code");

	/* Google's older name. */
	if (uri == NULL)
		uri = jansson_text(j, "verification_url");
	if (uri == NULL || code == NULL || strlen(uri) > 1000 ||
	    strlen(code) > 100)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the answer of the provider has no code to enter");
	grant_say("Open this address in a browser, on any device:\n\n    ",
	    uri, "\n\n");
	grant_say("and enter this code:\n\n    ", code,
	    "\n\nWaiting...\n");
	return 0;
}

/* Is the provider itself in trouble? */
static bool
grant_trouble(const char *error)
{
	return strcmp(error, "server_error") == 0 ||
	    strcmp(error, "temporarily_unavailable") == 0;
}

/* RFC 8628, 3.5: go on, with what pause? */
static bool
grant_goes_on(const char *error, const struct fault *f, long long *interval)
{
	if (strcmp(error, "slow_down") == 0)
		*interval += INTERVAL;
	if (*interval > INTERVAL_MAX)
		*interval = INTERVAL_MAX;
	/* Without an answer, or with "server_error", 3.5 asks to slow down. */
	if (error[0] == '\0' ? f->verdict == VD_TEMP : grant_trouble(error)) {
		*interval = *interval * 2 > INTERVAL_MAX ? INTERVAL_MAX :
		    *interval * 2;
		return true;
	}
	return strcmp(error, "authorization_pending") == 0 ||
	    strcmp(error, "slow_down") == 0;
}

/* Words of its own for each way to end. */
static int
grant_device_failed(const char *error, struct fault *f)
{
	if (strcmp(error, "access_denied") == 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the login was refused in the browser");
	if (strcmp(error, "authorization_declined") == 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the login was declined in the browser");
	if (strcmp(error, "expired_token") == 0 ||
	    strcmp(error, "code_expired") == 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the code was not entered in time; run this again");
	return -1;
}

/* Ask until the code is entered. */
static int
grant_poll(struct grant *l, const json_t *j, struct tokens *t,
    struct fault *f)
{
	const char *code = jansson_text(j, "device_code");
	long long interval = grant_number(j, "interval", INTERVAL,
	    INTERVAL_MAX);
	long long end = clock_ms() + 1000 *
	    grant_number(j, "expires_in", EXPIRES_MAX, EXPIRES_MAX);
	char error[64] = "expired_token";
	int rc = -1;

	if (code == NULL)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the answer of the provider has no device_code");
	do {
		struct buf form = { .max = 65536, .secret = true };

		(void)poll(NULL, 0, (int)(interval * 1000));
		if (clock_ms() > end) {
			(void)strlcpy(error, "expired_token", sizeof(error));
			break;
		}
		http_add(&l->exchange.http, &form, "grant_type", DEVICE_GRANT);
		http_add(&l->exchange.http, &form, "device_code", code);
		fault_clear(f);
		grant_allow_signals(false);
		rc = exchange_ask(&l->exchange, &form, clock_ms() + ASK_MS, t,
		    error, f);
		grant_allow_signals(rc == -1);
		buf_release(&form);
	} while (rc == -1 && grant_goes_on(error, f, &interval));
	return rc == 0 ? 0 : grant_device_failed(error, f);
}

static int
grant_device_work(void *ctx, struct buf *out, struct fault *f)
{
	struct grant *l = ctx;
	struct buf form = { .max = 65536, .secret = true };
	json_t *j = NULL;
	struct tokens t;
	int rc = -1;

	(void)out;
	tokens_init(&t);
	grant_allow_signals(true);
	if (grant_begin(l, l->at.device, f) == -1)
		goto out;
	http_add(&l->exchange.http, &form, "scope", issuer_scope(l->from->set));
	j = exchange_post(&l->exchange, l->at.device, &form,
	    clock_ms() + ASK_MS, NULL, f);
	if (j != NULL && grant_show_device(j, f) == 0 &&
	    grant_poll(l, j, &t, f) == 0)
		rc = grant_keep(l, &t, f);
out:
	jansson_free(j);
	buf_release(&form);
	exchange_close(&l->exchange);
	tokens_release(&t);
	return rc;
}

/* Code of a browser */

/* A word that nobody can guess. */
static void
grant_random(char out[SECRET])
{
	struct buf b = { .max = SECRET - 1 };
	unsigned char octets[32];

	arc4random_buf(octets, sizeof(octets));
	base64_encode_url(&b, octets, sizeof(octets));
	(void)strlcpy(out, buf_text(&b), SECRET);
	buf_release(&b);
	explicit_bzero(octets, sizeof(octets));
}

static int
grant_code_work(void *ctx, struct buf *out, struct fault *f)
{
	struct grant *l = ctx;
	struct buf form = { .max = 65536, .secret = true };
	struct http *h = &l->exchange.http;
	struct tokens t;
	int rc = -1;

	(void)out;
	tokens_init(&t);
	if (grant_begin(l, l->at.token, f) == 0) {
		http_add(h, &form, "grant_type", "authorization_code");
		http_add(h, &form, "code", l->code);
		http_add(h, &form, "redirect_uri", l->redirect);
		http_add(h, &form, "code_verifier", l->verifier);
		if (exchange_ask(&l->exchange, &form, clock_ms() + ASK_MS, &t,
		    NULL, f) == 0)
			rc = grant_keep(l, &t, f);
	}
	buf_release(&form);
	exchange_close(&l->exchange);
	tokens_release(&t);
	return rc;
}

/* The address for the browser (RFC 6749, 4.1.1; RFC 7636, 4.3). */
static int
grant_address(const struct grant *l, const char *state, struct buf *url,
    struct fault *f)
{
	const struct settings *s = l->from->set;
	struct buf query = { .max = 8192 }, challenge = { .max = 64 };
	unsigned char digest[CRYPT_HASH_MAX];
	struct http h;

	if (curl_load(f) == -1)
		return -1;
	if (!crypt_digest(CRYPT_SHA256, l->verifier, strlen(l->verifier),
	    digest))
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "GnuTLS cannot do SHA-256 here");
	base64_encode_url(&challenge, digest, crypt_size(CRYPT_SHA256));
	http_init(&h);
	h.curl = curl.easy_init();
	http_add(&h, &query, "response_type", "code");
	http_add(&h, &query, "client_id", s->oauth_client_id);
	http_add(&h, &query, "redirect_uri", l->redirect);
	http_add(&h, &query, "scope", issuer_scope(s));
	http_add(&h, &query, "state", state);
	http_add(&h, &query, "code_challenge", buf_text(&challenge));
	http_add(&h, &query, "code_challenge_method", "S256");
	http_add(&h, &query, "login_hint", s->user);
	curl.easy_cleanup(h.curl);
	buf_addf(url, "%s%c%s%s", l->at.authorize,
	    strchr(l->at.authorize, '?') != NULL ? '&' : '?',
	    buf_text(&query), issuer_find(s)->extra);
	buf_release(&query);
	buf_release(&challenge);
	return 0;
}

/* Another process listens: it can send the code to this one, and no more. */
struct browser {
	int		 sock;
	const char	*state;
};

static int
grant_listen_work(void *ctx, struct buf *out, struct fault *f)
{
	const struct sandbox box = { .accept = true, .secret = true };
	const struct browser *b = ctx;

	grant_allow_signals(true);
	sandbox_enter(&box);
	return listener_wait(b->sock, b->state, clock_ms() + CODE_MS, out, f);
}

static int
grant_code(struct grant *l, struct fault *f)
{
	struct buf url = { .max = 16384 };
	struct buf code = { .max = 4096, .secret = true };
	char state[SECRET], verifier[SECRET], redirect[64];
	struct browser b = { .state = state };
	int port, rc = -1;

	if ((b.sock = listener_open(&port, f)) == -1)
		return -1;
	grant_random(state);
	grant_random(verifier);
	(void)snprintf(redirect, sizeof(redirect), "http://%s:%d/",
	    issuer_find(l->from->set)->redirect, port);
	l->redirect = redirect;
	l->verifier = verifier;
	if (grant_address(l, state, &url, f) == -1)
		goto out;
	grant_say("Open this address in a browser on this host:\n\n",
	    buf_text(&url), "\n\nIf the browser is on another host, it "
	    "cannot show the last page.  Copy the\naddress of that page, and "
	    "paste it here.\n\nWaiting...\n");
	if (box_run(grant_listen_work, &b, b.sock, CODE_MS + PREPARE_MS,
	    &code, f) == -1)
		goto out;
	l->code = buf_text(&code);
	rc = box_run(grant_code_work, l, l->store.dir, PREPARE_MS, &url, f);
out:
	(void)close(b.sock);
	buf_release(&url);
	buf_release(&code);
	explicit_bzero(verifier, sizeof(verifier));
	return rc;
}

/* All grants */

static int
grant_person(struct grant *l, struct fault *f)
{
	const struct settings *s = l->from->set;
	struct buf out = { .max = 64 };
	const struct endpoints *at = &l->at;
	bool device;
	int rc;

	if (endpoints_find(&l->at, s, clock_ms() + ASK_MS, f) == -1)
		return -1;
	/* An issuer that is a URL may have either. */
	device = issuer_grant(s) == SETTING_GRANT_DEVICE &&
	    (at->device[0] != '\0' || s->oauth_grant != SETTING_GRANT_AUTO);
	if ((device ? at->device : at->authorize)[0] == '\0')
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the provider does not offer this grant; set "
		    "`oauth-grant %s`", device ? "code" : "device");
	if (!device)
		return grant_code(l, f);
	rc = box_run(grant_device_work, l, l->store.dir, PREPARE_MS, &out, f);
	buf_release(&out);
	return rc;
}

int
grant_run(const struct token_source *from, struct fault *f)
{
	struct grant l = { .from = from };
	struct token token;
	int rc = -1;

	if (jansson_load(f) == -1 || crypt_ready(f) == -1)
		return -1;
	if (issuer_login(from->set)) {
		if (tokens_open(&l.store, &from->place, from->set, true,
		    f) == 0)
			rc = grant_person(&l, f);
		tokens_close(&l.store);
	} else {
		rc = token_get(from, NULL, clock_ms() + ASK_MS + PREPARE_MS,
		    &token, f);
		explicit_bzero(&token, sizeof(token));
	}
	return rc;
}

int
grant_forget(const struct token_source *from, bool *any, struct fault *f)
{
	const struct fault none = { 0 };
	struct tokenstore s;
	int rc;

	*any = false;
	if (crypt_ready(f) == -1)
		return -1;
	rc = tokens_open(&s, &from->place, from->set, false, f);
	/* A process that holds the lock may write a token yet. */
	if (rc == 0 && (rc = tokens_lock(&s, clock_ms() + LOCK_MS, LLONG_MAX,
	    f)) == 0)
		rc = tokens_forget(&s, any, f);
	else if (f->domain == FD_ERRNO && f->code == ENOENT)
		rc = 0;
	tokens_unlock(&s, &none);
	tokens_close(&s);
	return rc;
}

/* Can the files be read that asking for a token needs? */
static int
grant_check_files(const struct token_source *from, struct fault *f)
{
	const struct settings *s = from->set;
	struct buf seed = { .max = PASSWORD_MAX, .secret = true };
	struct jwt_key *key = NULL;
	int rc = 0;

	/* Then only root asks. */
	if (from->place.readonly && issuer_grant(s) != SETTING_GRANT_CLIENT)
		return 0;
	if (s->oauth_cert != NULL &&
	    (key = jwt_load(s->oauth_cert, s->oauth_key, f)) == NULL)
		rc = -1;
	else if (issuer_grant(s) == SETTING_GRANT_REFRESH)
		rc = password_refresh(s, from->credentials, &seed, f);
	jwt_free(key);
	buf_release(&seed);
	return rc;
}

int
grant_check(const struct token_source *from, struct fault *f)
{
	struct tokens t;
	struct tokenstore s;
	int rc = -1;

	tokens_init(&t);
	if (jansson_load(f) == -1 || crypt_ready(f) == -1)
		return -1;
	if (tokens_open(&s, &from->place, from->set, false, f) == -1) {
		if (f->domain == FD_ERRNO && f->code == ENOENT)
			rc = 0;
	} else if (tokens_read(&s, &t, f) == 0) {
		rc = 0;
		if (!s.readonly && faccessat(s.dir, ".", W_OK | X_OK,
		    AT_EACCESS) == -1)
			rc = fault_errno(f, ST_TOKEN, errno, VD_PERM,
			    "the directory of tokens %s", from->place.path);
	}
	if (rc == 0 && issuer_login(from->set) && t.refresh.len == 0) {
		rc = fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "nobody has logged in as %s yet", from->set->user);
		exchange_advise_login(from->account, f);
	}
	if (rc == 0)
		rc = grant_check_files(from, f);
	if (rc == 0)
		fault_clear(f);
	tokens_close(&s);
	tokens_release(&t);
	return rc;
}

bool
grant_refused(const struct token_source *from, struct fault *f)
{
	struct fault none = { 0 };
	struct tokenstore s;
	bool is;

	if (crypt_ready(&none) == -1)
		return false;
	is = tokens_open(&s, &from->place, from->set, false, &none) == 0 &&
	    tokens_refused(&s, f);
	tokens_close(&s);
	return is;
}
