/*
 * http.c - one exchange over HTTPS, bounded in time and size
 *
 * Names are looked up and certificates are read before the sandbox: libcurl
 * would do both when it connects.
 */


#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/gnutls.h"
#include "base/portable.h"
#include "base/util.h"
#include "net/castore.h"
#include "net/resolve.h"
#include "oauth/http.h"

#define CONNECT_MS	20000
#define HEADER_MAX	65536	/* octets of the header of an answer */

void
http_init(struct http *h)
{
	*h = (struct http){ .memory = -1 };
}

/* The variables that libcurl reads for https:, in its order. */
static const char *
http_proxy(void)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY",
	    "all_proxy", "ALL_PROXY" };
	const char *value;
	size_t i;

	for (i = 0; i < NITEMS(names); i++)
		if ((value = getenv(names[i])) != NULL)
			return value[0] != '\0' ? value : NULL;
	return NULL;
}

/* libcurl shows the whole URL, with a password, if it knows no such proxy. */
static bool
http_proxy_scheme(const char *scheme)
{
	static const char *const known[] = { "http", "https", "socks4",
	    "socks4a", "socks5", "socks5h" };
	size_t i;

	for (i = 0; i < NITEMS(known); i++)
		if (strcmp(known[i], scheme) == 0)
			return true;
	return false;
}

/*
 * Host and port of an https:// URL, or of a proxy, as libcurl reads it; false
 * if it is none.  A proxy need not have a scheme, and has another port where
 * none is named.
 */
static bool
http_split(const char *url, bool proxy, char host[HTTP_HOST], int *port)
{
	CURLU *u = curl.url();
	char *h = NULL, *p = NULL, *scheme = NULL;
	const char *bad = NULL;
	bool fine = curl.url_set(u, CURLUPART_URL, url, proxy ?
	    CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME : 0) == CURLUE_OK &&
	    curl.url_get(u, CURLUPART_HOST, &h, 0) == CURLUE_OK &&
	    curl.url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    strlen(h) < HTTP_HOST;

	if (fine)
		fine = proxy ? http_proxy_scheme(scheme) :
		    strcmp(scheme, "https") == 0;
	if (fine) {
		(void)strlcpy(host, h + (h[0] == '['), HTTP_HOST);
		host[strcspn(host, "]")] = '\0';
		*port = proxy && strcmp(scheme, "https") != 0 ? 1080 : 443;
		if (curl.url_get(u, CURLUPART_PORT, &p, 0) == CURLUE_OK)
			*port = (int)strtonum(p, 1, 65535, &bad);
	}
	curl.free(h);
	curl.free(p);
	curl.free(scheme);
	curl.url_cleanup(u);
	return fine && bad == NULL;
}

/* Look up a host for libcurl. */
static int
http_find(struct http *h, const char *host, int port, struct fault *f)
{
	struct buf line = { .max = 4096 };
	char text[RESOLVE_ADDRESS_TEXT];
	unsigned char ip[16];
	struct addresses a;
	struct fault why;
	size_t i;

	h->ports[h->nports++] = port;
	if (resolve_literal(host, ip) != 0)
		return 0;
	if (resolve_host(host, (unsigned)port, AF_UNSPEC, &a, f) == -1) {
		why = *f;
		return fault_set(f, ST_TOKEN, why.domain, why.code,
		    why.verdict, "%s: %s", host, why.text);
	}
	buf_addf(&line, "%s:%d:", host, port);
	for (i = 0; i < a.n; i++) {
		resolve_address_text(&a.v[i], text, sizeof(text));
		text[strcspn(text, " ")] = '\0';
		buf_addf(&line, strchr(text, ':') != NULL ? "%s[%s]" : "%s%s",
		    i > 0 ? "," : "", text);
	}
	h->hosts = curl.slist_append(h->hosts, buf_text(&line));
	buf_release(&line);
	return 0;
}

static int
http_find_hosts(struct http *h, const char *url, struct fault *f)
{
	const char *proxy = http_proxy();
	char host[HTTP_HOST];
	int port;

	if (!http_split(url, false, h->host, &port))
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "%s is no https:// URL", url);
	if (proxy == NULL)
		return http_find(h, h->host, port, f);
	/* no_proxy may exclude the host; else the proxy looks it up. */
	if (http_find(h, h->host, port, f) == -1)
		fault_clear(f);
	if (!http_split(proxy, true, host, &port))
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "https_proxy is no URL of a proxy");
	return http_find(h, host, port, f);
}

static int
http_trust(struct http *h, const char *ca, struct fault *f)
{
	struct castore store = { .n = 0 };
	gnutls_certificate_credentials_t cred;
	struct fault why;
	int rc = -1;

	if (gnutls_load(f) == -1 ||
	    gnutls.certificate_allocate_credentials(&cred) < 0)
		goto out;
	if (ca != NULL)
		rc = castore_load(&store, cred, ca, f);
	else if (castore_system(&store, cred))
		rc = 0;
	else
		(void)fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "this system has no trusted certificates: install "
		    "ca-certificates, or set `oauth-ca FILE`");
	gnutls.certificate_free_credentials(cred);
	if (rc == 0) {
		h->trust = store.text;
		store.text = (struct buf){ 0 };
	} else if (strncmp(f->text, "tls-ca", 6) == 0) {
		why = *f;
		(void)fault_set(f, ST_TOKEN, why.domain, why.code, VD_PERM,
		    "oauth-ca%s", why.text + sizeof("tls-ca") - 1);
	}
	castore_release(&store);
out:
	if (rc == -1)
		f->stage = ST_TOKEN;
	return rc;
}

/*
 * libcurl with GnuTLS takes certificates from memory only since 2024.  This
 * is a file that the sandbox does not close.
 */
static int
http_remember(struct http *h, struct fault *f)
{
	h->memory = portable_memory_file();
	if (h->memory == -1 || write(h->memory, h->trust.p, h->trust.len) !=
	    (ssize_t)h->trust.len)
		return fault_errno(f, ST_TOKEN, errno, VD_TEMP,
		    "no memory for certificates");
	return 0;
}

int
http_open(struct http *h, const char *url, const char *ca, struct fault *f)
{
	http_init(h);
	if (curl_load(f) == -1 || http_trust(h, ca, f) == -1 ||
	    http_remember(h, f) == -1 || http_find_hosts(h, url, f) == -1)
		return -1;
	if ((h->curl = curl.easy_init()) != NULL)
		return 0;
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
	    "libcurl cannot start");
}

void
http_close(struct http *h)
{
	if (h->curl != NULL)
		curl.easy_cleanup(h->curl);
	if (h->hosts != NULL)
		curl.slist_free_all(h->hosts);
	if (h->memory != -1)
		(void)close(h->memory);
	buf_release(&h->trust);
	http_init(h);
}

/* Answers */

void
http_answer_init(struct http_answer *a)
{
	*a = (struct http_answer){ .date = -1,
	    .body = { .max = HTTP_MAX, .secret = true } };
}

void
http_answer_release(struct http_answer *a)
{
	buf_release(&a->body);
}

static size_t
http_take(char *p, size_t size, size_t n, void *ctx)
{
	struct http_answer *a = ctx;

	buf_add(&a->body, p, size * n);
	a->large |= a->body.full;
	return a->large ? 0 : size * n;
}

static size_t
http_take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct http_answer *a = ctx;
	char line[128];

	n *= size;
	a->header += n;
	a->large |= a->header > HEADER_MAX;
	if (n > 5 && n < sizeof(line) && strncasecmp(p, "date:", 5) == 0) {
		(void)snprintf(line, sizeof(line), "%.*s", (int)n - 5, p + 5);
		a->date = curl.getdate(line, NULL);
	}
	return a->large ? 0 : n;
}

static int
http_options(struct http *h, const char *url, struct http_answer *a,
    struct fault *f)
{
	struct curl_blob trust = { .data = h->trust.p, .len = h->trust.len };
	CURL *c = h->curl;
	char path[64];

	(void)curl.easy_setopt(c, CURLOPT_URL, url);
	(void)curl.easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	(void)curl.easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
#else
	(void)curl.easy_setopt(c, CURLOPT_PROTOCOLS, CURLPROTO_HTTPS);
#endif
	(void)curl.easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl.easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	(void)curl.easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	(void)curl.easy_setopt(c, CURLOPT_USERAGENT, "heloise/" VERSION);
	(void)curl.easy_setopt(c, CURLOPT_RESOLVE, h->hosts);
	(void)curl.easy_setopt(c, CURLOPT_WRITEFUNCTION, http_take);
	(void)curl.easy_setopt(c, CURLOPT_WRITEDATA, a);
	(void)curl.easy_setopt(c, CURLOPT_HEADERFUNCTION, http_take_header);
	(void)curl.easy_setopt(c, CURLOPT_HEADERDATA, a);
	(void)curl.easy_setopt(c, CURLOPT_ERRORBUFFER, h->why);
	/* Only these certificates. */
	(void)curl.easy_setopt(c, CURLOPT_CAPATH, NULL);
	if (curl.easy_setopt(c, CURLOPT_CAINFO_BLOB, &trust) == CURLE_OK)
		return 0;
	(void)snprintf(path, sizeof(path), PORTABLE_FD "%d", h->memory);
	return curl.easy_setopt(c, CURLOPT_CAINFO, path) == CURLE_OK ? 0 :
	    fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
	    "this libcurl cannot verify certificates");
}

static int
http_failed(const struct http *h, CURLcode code,
    const struct http_answer *a, struct fault *f)
{
	if (a->large)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "the answer of %s is larger than %d octets", h->host,
		    HTTP_MAX);
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
	    "no answer from %s: %s", h->host, h->why[0] != '\0' ? h->why :
	    curl.easy_strerror(code));
}

int
http_ask(struct http *h, const char *url, const char *form, const char *user,
    const char *password, long long limit, struct http_answer *a,
    struct fault *f)
{
	struct curl_slist *header;
	long left = (long)(limit - clock_ms());
	CURL *c = h->curl;
	CURLcode code;

	if (left < 1)
		left = 1;
	h->why[0] = '\0';
	if (http_options(h, url, a, f) == -1)
		return -1;
	header = curl.slist_append(NULL, "Accept: application/json");
	(void)curl.easy_setopt(c, CURLOPT_TIMEOUT_MS, left);
	(void)curl.easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS,
	    left < CONNECT_MS ? left : (long)CONNECT_MS);
	(void)curl.easy_setopt(c, CURLOPT_HTTPHEADER, header);
	if (form != NULL)
		(void)curl.easy_setopt(c, CURLOPT_POSTFIELDS, form);
	else
		(void)curl.easy_setopt(c, CURLOPT_HTTPGET, 1L);
	if (user != NULL) {
		(void)curl.easy_setopt(c, CURLOPT_USERNAME, user);
		(void)curl.easy_setopt(c, CURLOPT_PASSWORD, password);
	}
	code = curl.easy_perform(c);
	if (code == CURLE_OK)
		(void)curl.easy_getinfo(c, CURLINFO_RESPONSE_CODE, &a->status);
	curl.slist_free_all(header);
	return code == CURLE_OK ? 0 : http_failed(h, code, a, f);
}

void
http_add(const struct http *h, struct buf *form, const char *key,
    const char *value)
{
	char *escaped;

	if (value == NULL)
		return;
	escaped = curl.easy_escape(h->curl, value, 0);
	buf_addf(form, "%s%s=%s", form->len > 0 ? "&" : "", key,
	    escaped != NULL ? escaped : "");
	if (escaped != NULL)
		explicit_bzero(escaped, strlen(escaped));
	curl.free(escaped);
}
