/*
 * exchange.c - asks the token endpoint, and understands its answer
 *
 * RFC 6749 has the form of answers and errors (5.1, 5.2), RFC 7523 the
 * assertion of a client.  A provider may put anything into the description
 * of an error; secrets that were sent are taken out of it.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/jansson.h"
#include "base/util.h"
#include "config/password.h"
#include "oauth/exchange.h"

#define LIFETIME	3600	/* seconds, if the provider does not say */
#define SKEW		120	/* seconds that clocks may differ */
#define SECRET_MIN	4	/* shorter ones are in any text */
#define WORDS		700	/* octets of a description at most */
#define LIFE_MAX	(366LL * 86400)	/* seconds */

/* Errors, and whether waiting may help. */
static const struct {
	const char	*code;
	enum verdict	 verdict;
	bool		 login;		/* only a person can help */
} errors[] = {
	{ "invalid_grant", VD_PERM, true },
	{ "interaction_required", VD_PERM, true },
	{ "login_required", VD_PERM, true },
	{ "consent_required", VD_PERM, true },
	{ "temporarily_unavailable", VD_TEMP, false },
	{ "server_error", VD_TEMP, false },
	{ "slow_down", VD_TEMP, false },
	{ "rate_limit_exceeded", VD_TEMP, false },
};

int
exchange_open(struct exchange *c, const char *url, const char *credentials,
    long long limit, struct fault *f)
{
	const struct settings *s = c->set;

	http_init(&c->http);
	c->key = NULL;
	c->secret = (struct buf){ .max = PASSWORD_MAX, .secret = true };
	c->seed = c->secret;
	if (jansson_load(f) == -1 ||
	    http_open(&c->http, url, s->oauth_ca, f) == -1)
		return -1;
	if (s->oauth_cert != NULL &&
	    (c->key = jwt_load(s->oauth_cert, s->oauth_key, f)) == NULL)
		return -1;
	if ((s->oauth_client_secret != NULL ||
	    s->oauth_client_secret_file != NULL ||
	    s->oauth_client_secret_command != NULL) &&
	    password_client(s, credentials, limit, &c->secret, f) == -1)
		goto failed;
	if (s->oauth_refresh_token_file != NULL &&
	    password_refresh(s, credentials, &c->seed, f) == -1)
		goto failed;
	return 0;
failed:
	f->stage = ST_TOKEN;
	return -1;
}

void
exchange_close(struct exchange *c)
{
	http_close(&c->http);
	jwt_free(c->key);
	c->key = NULL;
	buf_release(&c->secret);
	buf_release(&c->seed);
}

void
exchange_advise_login(const char *account, struct fault *f)
{
	fault_add(f, "; run: heloise --login%s%s", account[0] != '\0' ?
	    " -a " : "", account);
}

/* Replace a secret in a text of the provider. */
static void
exchange_hide(char *text, const char *secret)
{
	size_t n = strlen(secret);
	char *p;

	if (n < SECRET_MIN)
		return;
	for (p = text; (p = strstr(p, secret)) != NULL; p += n < 8 ? n : 8) {
		memset(p, '*', n < 8 ? n : 8);
		if (n > 8)
			memmove(p + 8, p + n, strlen(p + n) + 1);
	}
}

/* Is this "key=value" of a form a secret? */
static bool
exchange_secret(const char *p)
{
	static const char *const keys[] = { "refresh_token=", "code=",
	    "code_verifier=", "device_code=", "client_secret=",
	    "client_assertion=" };
	size_t i;

	for (i = 0; i < NITEMS(keys); i++)
		if (strncmp(p, keys[i], strlen(keys[i])) == 0)
			return true;
	return false;
}

/* Replace the secrets of a form, as they are and as they are escaped. */
static void
exchange_hide_form(const struct exchange *c, const char *form, char *text)
{
	const char *p, *end;
	char *sent, *plain;

	for (p = form; *p != '\0'; p = *end != '\0' ? end + 1 : end) {
		end = p + strcspn(p, "&");
		if (!exchange_secret(p))
			continue;
		p += strcspn(p, "=") + 1;
		sent = xstrndup(p, (size_t)(end - p));
		exchange_hide(text, sent);
		plain = curl.easy_unescape(c->http.curl, sent, 0, NULL);
		if (plain != NULL) {
			exchange_hide(text, plain);
			explicit_bzero(plain, strlen(plain));
		}
		curl.free(plain);
		explicit_bzero(sent, strlen(sent));
		free(sent);
	}
}

/* The sentence of a description; Microsoft adds identifiers of its logs. */
static char *
exchange_words(const char *description)
{
	char *text = xstrdup(description), *p;

	if ((p = strstr(text, " Trace ID:")) != NULL ||
	    (p = strstr(text, "\r\nTrace ID:")) != NULL)
		*p = '\0';
	for (p = text; *p != '\0'; p++)
		if (*p == '\r' || *p == '\n' || *p == '\t')
			*p = ' ';
	return text;
}

static int
exchange_refused(struct exchange *c, const json_t *j, const char *form,
    const struct http_answer *a, struct fault *f)
{
	const char *code = jansson_text(j, "error");
	const char *words = jansson_text(j, "error_description");
	enum verdict verdict = a->status / 100 == 4 && a->status != 429 ?
	    VD_PERM : VD_TEMP;
	bool login = false;
	char *text;
	size_t i;

	text = exchange_words(words != NULL ? words : "");
	exchange_hide(text, buf_text(&c->secret));
	exchange_hide_form(c, form, text);
	/* A secret must not be cut before it is found. */
	if (strlen(text) > WORDS)
		text[WORDS] = '\0';
	for (i = 0; i < NITEMS(errors); i++)
		if (strcmp(errors[i].code, code) == 0) {
			verdict = errors[i].verdict;
			login = errors[i].login;
		}
	(void)fault_set(f, ST_TOKEN, FD_NONE, 0, verdict, "%s refuses: %.60s"
	    "%s%s", c->http.host, code, text[0] != '\0' ? ": " : "", text);
	free(text);
	if (a->date != -1 && (a->date > time(NULL) + SKEW ||
	    a->date < time(NULL) - SKEW))
		fault_add(f, " (the clock of this host differs from that of "
		    "the provider by %lld s)",
		    (long long)(time(NULL) - a->date));
	if (login && issuer_login(c->set))
		exchange_advise_login(c->account, f);
	return -1;
}

/* An answer that is no JSON. */
static int
exchange_strange(const struct exchange *c, const struct http_answer *a,
    struct fault *f)
{
	const char *p = buf_text(&a->body);
	bool html;

	p += strspn(p, " \t\r\n");
	html = strncasecmp(p, "<!doctype", 9) == 0 ||
	    strncasecmp(p, "<html", 5) == 0;
	if (a->status / 100 == 3)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "%s redirects to another address (status %ld), where no "
		    "secret is sent", c->http.host, a->status);
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
	    "%s answers with status %ld and %s, not JSON", c->http.host,
	    a->status, html ? "a page of HTML" : a->body.len > 0 ?
	    "something else" : "nothing");
}

/* Add who asks: its id, and its secret or an assertion. */
static int
exchange_identify(struct exchange *c, const char *url, struct buf *form,
    const char **user, const char **password, struct fault *f)
{
	struct buf jwt = { .max = 16384, .secret = true };
	const struct settings *s = c->set;

	*user = *password = NULL;
	if (c->key != NULL) {
		if (jwt_assert(c->key, s->oauth_client_id, c->at->token,
		    time(NULL), &jwt, f) == -1)
			return -1;
		http_add(&c->http, form, "client_assertion_type",
		    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
		http_add(&c->http, form, "client_assertion", buf_text(&jwt));
		buf_release(&jwt);
	} else if (c->secret.len > 0 && c->at->basic) {
		*user = s->oauth_client_id;
		*password = buf_text(&c->secret);
		return 0;
	} else if (c->secret.len > 0) {
		http_add(&c->http, form, "client_secret",
		    buf_text(&c->secret));
	}
	http_add(&c->http, form, "client_id", s->oauth_client_id);
	return 0;
}

json_t *
exchange_post(struct exchange *c, const char *url, struct buf *form,
    long long limit, char error[64], struct fault *f)
{
	const char *user, *password, *code;
	struct http_answer a;
	json_t *j = NULL;

	if (error != NULL)
		error[0] = '\0';
	if (exchange_identify(c, url, form, &user, &password, f) == -1)
		return NULL;
	if (form->full) {
		(void)fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the request for a token is too large");
		return NULL;
	}
	http_answer_init(&a);
	if (http_ask(&c->http, url, buf_text(form), user, password, limit, &a,
	    f) == -1)
		goto out;
	j = jansson_parse(buf_text(&a.body), a.body.len);
	if (j == NULL) {
		(void)exchange_strange(c, &a, f);
	} else if ((code = jansson_text(j, "error")) != NULL) {
		(void)exchange_refused(c, j, buf_text(form), &a, f);
		if (error != NULL)
			(void)strlcpy(error, code, 64);
	} else if (a.status != 200) {
		(void)exchange_strange(c, &a, f);
	} else {
		goto out;
	}
	jansson_free(j);
	j = NULL;
out:
	http_answer_release(&a);
	return j;
}

/* A token is a word without blanks (RFC 6750, 2.1), and fits. */
static bool
exchange_word(const char *text)
{
	const char *p = text;

	while (*p > ' ' && *p < 0x7f)
		p++;
	return *text != '\0' && *p == '\0' && p - text < TOKENS_MAX;
}

int
exchange_take(const json_t *j, const char *host, struct tokens *t,
    struct fault *f)
{
	const char *access = jansson_text(j, "access_token");
	const char *refresh = jansson_text(j, "refresh_token");
	const char *type = jansson_text(j, "token_type");
	long long life = jansson_number(j, "expires_in");

	if (access == NULL || !exchange_word(access) ||
	    (refresh != NULL && !exchange_word(refresh)))
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the answer of %s has no access token", host);
	if (type != NULL && strcasecmp(type, "bearer") != 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the token of %s is no bearer token, which relays take",
		    host);
	buf_clear(&t->access);
	buf_adds(&t->access, access);
	if (refresh != NULL) {
		buf_clear(&t->refresh);
		buf_adds(&t->refresh, refresh);
	}
	t->got = time(NULL);
	t->until = t->got + (life <= 0 ? LIFETIME : life > LIFE_MAX ?
	    LIFE_MAX : life);
	return 0;
}

int
exchange_ask(struct exchange *c, struct buf *form, long long limit,
    struct tokens *t, char error[64], struct fault *f)
{
	json_t *j = exchange_post(c, c->at->token, form, limit, error, f);
	int rc;

	if (j == NULL)
		return -1;
	rc = exchange_take(j, c->http.host, t, f);
	jansson_free(j);
	return rc;
}
