/* jwt.c - JSON Web Tokens (RFC 7519): one that is signed, one that is read */

#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/crypt.h"
#include "base/gnutls.h"
#include "base/jansson.h"
#include "base/util.h"
#include "oauth/jwt.h"
#include "system/readfile.h"

#define FILE_MAX	65536
#define GOOD_FOR	300	/* seconds */
#define HALF		32	/* octets of each half of an ES256 signature */
#define KEY_ID		32	/* octets of the SHA-256 of a public key */

struct jwt_key {
	gnutls_privkey_t key;
	bool		 curve;		/* ES256, else RS256 */
	struct buf	 sha1, sha256;	/* of the certificate, in base64url */
	unsigned char	 certified[KEY_ID]; /* the key of the certificate */
};

static int
jwt_wrong(const char *what, const char *path, int e, struct fault *f)
{
	return fault_set(f, ST_TOKEN, FD_TLS, e, VD_PERM, "%s in %s cannot be "
	    "used: %s", what, path, gnutls.strerror(e));
}

/* A key that others can read is no secret. */
static int
jwt_read(const char *setting, const char *path, bool secret, struct buf *out,
    struct fault *f)
{
	struct stat st;

	if (readfile_whole(path, false, out, &st, f) == -1) {
		f->stage = ST_TOKEN;
		return -1;
	}
	if (!secret || (st.st_mode & 007) == 0 ||
	    strncmp(path, "/run/secrets/", 13) == 0)
		return 0;
	return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
	    "%s: all users can read the private key in %s; "
	    "run: chmod o-rwx %s", setting, path, path);
}

static gnutls_datum_t
jwt_datum(const struct buf *b)
{
	return (gnutls_datum_t){ (unsigned char *)b->p, (unsigned)b->len };
}

static int
jwt_thumbprints(struct jwt_key *k, gnutls_x509_crt_t crt)
{
	static const enum crypt_hash hashes[] = { CRYPT_SHA1, CRYPT_SHA256 };
	struct buf *const out[] = { &k->sha1, &k->sha256 };
	unsigned char digest[CRYPT_HASH_MAX];
	gnutls_datum_t der = { 0 };
	int e = gnutls.x509_crt_export2(crt, GNUTLS_X509_FMT_DER, &der);
	size_t i;

	for (i = 0; e >= 0 && i < NITEMS(hashes); i++)
		if (crypt_digest(hashes[i], der.data, der.size, digest))
			base64_encode_url(out[i], digest,
			    crypt_size(hashes[i]));
	(*gnutls.free)(der.data);
	return e;
}

static int
jwt_take_cert(struct jwt_key *k, const char *path, struct fault *f)
{
	struct buf pem = { .max = FILE_MAX };
	gnutls_x509_crt_t crt;
	size_t n = sizeof(k->certified);
	gnutls_datum_t d;
	int e = -1;

	if (jwt_read("oauth-cert", path, false, &pem, f) == -1) {
		buf_release(&pem);
		return -1;
	}
	d = jwt_datum(&pem);
	if ((e = gnutls.x509_crt_init(&crt)) >= 0) {
		e = gnutls.x509_crt_import(crt, &d, GNUTLS_X509_FMT_PEM);
		if (e >= 0)
			e = jwt_thumbprints(k, crt);
		if (e >= 0)
			e = gnutls.x509_crt_get_key_id(crt,
			    GNUTLS_KEYID_USE_SHA256, k->certified, &n);
		gnutls.x509_crt_deinit(crt);
	}
	buf_release(&pem);
	return e >= 0 ? 0 : jwt_wrong("oauth-cert: the certificate", path, e,
	    f);
}

static int
jwt_take_key(struct jwt_key *k, const char *setting, const char *path,
    struct fault *f)
{
	struct buf pem = { .max = FILE_MAX, .secret = true };
	gnutls_datum_t d;
	unsigned bits;
	int e, rc = -1;

	if (jwt_read(setting, path, true, &pem, f) == -1)
		goto out;
	d = jwt_datum(&pem);
	e = gnutls.privkey_import_x509_raw(k->key, &d, GNUTLS_X509_FMT_PEM,
	    NULL, 0);
	if (e < 0) {
		(void)jwt_wrong("the private key", path, e, f);
		goto out;
	}
	e = gnutls.privkey_get_pk_algorithm(k->key, &bits);
	k->curve = e == GNUTLS_PK_ECDSA && bits == 256;
	if (k->curve || e == GNUTLS_PK_RSA)
		rc = 0;
	else
		(void)fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the private key in %s is neither RSA nor P-256", path);
out:
	buf_release(&pem);
	return rc;
}

/* Is it the private key of the certificate? */
static int
jwt_match(const struct jwt_key *k, const char *cert, const char *key,
    struct fault *f)
{
	unsigned char id[KEY_ID];
	gnutls_pubkey_t public;
	size_t n = sizeof(id);
	int e = gnutls.pubkey_init(&public);

	if (e >= 0) {
		e = gnutls.pubkey_import_privkey(public, k->key, 0, 0);
		if (e >= 0)
			e = gnutls.pubkey_get_key_id(public,
			    GNUTLS_KEYID_USE_SHA256, id, &n);
		gnutls.pubkey_deinit(public);
	}
	if (e < 0)
		return jwt_wrong("the private key", key, e, f);
	return memcmp(id, k->certified, sizeof(id)) == 0 ? 0 :
	    fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM, "oauth-cert: the "
	    "private key in %s does not belong to the certificate in %s", key,
	    cert);
}

struct jwt_key *
jwt_load(const char *cert, const char *key, struct fault *f)
{
	const char *setting = key != NULL ? "oauth-key" : "oauth-cert";
	const char *from = key != NULL ? key : cert;
	struct jwt_key *k = xcalloc(1, sizeof(*k));

	k->sha1.max = k->sha256.max = 64;
	if (gnutls_load(f) == -1 || gnutls.privkey_init(&k->key) < 0) {
		f->stage = ST_TOKEN;
		free(k);
		return NULL;
	}
	if (jwt_take_cert(k, cert, f) == 0 &&
	    jwt_take_key(k, setting, from, f) == 0 &&
	    jwt_match(k, cert, from, f) == 0)
		return k;
	jwt_free(k);
	return NULL;
}

void
jwt_free(struct jwt_key *k)
{
	if (k == NULL)
		return;
	gnutls.privkey_deinit(k->key);
	buf_release(&k->sha1);
	buf_release(&k->sha256);
	free(k);
}

/* Append an object in base64url, and free it. */
static void
jwt_add(struct buf *out, json_t *j)
{
	struct buf text = { .max = 8192 };

	jansson_print(j, &text);
	base64_encode_url(out, buf_text(&text), text.len);
	buf_release(&text);
	jansson_free(j);
}

/* Append one half: at the right of its octets. */
static void
jwt_add_half(struct buf *raw, const gnutls_datum_t *half)
{
	static const char zero[HALF];
	const unsigned char *p = half->data;
	size_t n = half->size;

	while (n > HALF) {
		p++;
		n--;
	}
	buf_add(raw, zero, HALF - n);
	buf_add(raw, p, n);
}

static int
jwt_sign(const struct jwt_key *k, const struct buf *text, struct buf *raw)
{
	gnutls_datum_t d = jwt_datum(text), sig = { 0 }, r = { 0 }, s = { 0 };
	int e = gnutls.privkey_sign_data2(k->key, k->curve ?
	    GNUTLS_SIGN_ECDSA_SHA256 : GNUTLS_SIGN_RSA_SHA256, 0, &d, &sig);

	if (e >= 0 && !k->curve)
		buf_add(raw, sig.data, sig.size);
	if (e >= 0 && k->curve &&
	    (e = gnutls.decode_rs_value(&sig, &r, &s)) >= 0) {
		jwt_add_half(raw, &r);
		jwt_add_half(raw, &s);
	}
	(*gnutls.free)(r.data);
	(*gnutls.free)(s.data);
	(*gnutls.free)(sig.data);
	return e;
}

int
jwt_assert(const struct jwt_key *k, const char *client, const char *audience,
    long long now, struct buf *out, struct fault *f)
{
	json_t *head = jansson.object(), *body = jansson.object();
	struct buf text = { .max = out->max }, raw = { .max = 4096 };
	char id[24];
	int e;

	jansson_set_text(head, "alg", k->curve ? "ES256" : "RS256");
	jansson_set_text(head, "typ", "JWT");
	jansson_set_text(head, "x5t", buf_text(&k->sha1));
	jansson_set_text(head, "x5t#S256", buf_text(&k->sha256));
	jansson_set_text(body, "iss", client);
	jansson_set_text(body, "sub", client);
	jansson_set_text(body, "aud", audience);
	(void)snprintf(id, sizeof(id), "%08x%08x", random_bits(),
	    random_bits());
	jansson_set_text(body, "jti", id);
	jansson_set_number(body, "nbf", now);
	jansson_set_number(body, "iat", now);
	jansson_set_number(body, "exp", now + GOOD_FOR);
	jwt_add(&text, head);
	buf_adds(&text, ".");
	jwt_add(&text, body);
	if ((e = jwt_sign(k, &text, &raw)) >= 0) {
		buf_adds(&text, ".");
		base64_encode_url(&text, buf_text(&raw), raw.len);
		buf_add(out, buf_text(&text), text.len);
	} else {
		(void)fault_set(f, ST_TOKEN, FD_TLS, e, VD_PERM,
		    "the private key cannot sign: %s", gnutls.strerror(e));
	}
	buf_release(&raw);
	buf_release(&text);
	return e >= 0 ? 0 : -1;
}

/* Reading */

/* A claim, or the first of an array of them. */
static void
jwt_say(struct buf *out, const json_t *claims, const char *words,
    const char *const keys[3])
{
	const char *text = NULL;
	const json_t *j;
	size_t i;

	for (i = 0; i < 3 && keys[i] != NULL && text == NULL; i++) {
		j = jansson.object_get(claims, keys[i]);
		if (j != NULL && json_is_array(j))
			j = jansson.array_get(j, 0);
		text = jansson.string_value(j);
	}
	if (text == NULL)
		return;
	buf_addf(out, "%s%s ", out->len > 0 ? ", " : "", words);
	buf_add_visible(out, text, strnlen(text, 200), false);
}

void
jwt_describe(const char *token, struct buf *out)
{
	struct buf text = { .max = 32768, .secret = true };
	const char *body = strchr(token, '.');
	json_t *claims;

	if (body == NULL || strchr(++body, '.') == NULL ||
	    !base64_decode_url(&text, body, strcspn(body, ".")) ||
	    (claims = jansson_parse(buf_text(&text), text.len)) == NULL) {
		buf_release(&text);
		return;
	}
	jwt_say(out, claims, "for", (const char *[3]){ "aud" });
	jwt_say(out, claims, "scope", (const char *[3]){ "scp", "scope",
	    "roles" });
	jwt_say(out, claims, "user", (const char *[3]){ "upn",
	    "preferred_username", "email" });
	jwt_say(out, claims, "subject", (const char *[3]){ "sub" });
	jansson_free(claims);
	buf_release(&text);
}
