/* crypt.c - the arithmetic we take from GnuTLS */

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

#include "base/crypt.h"
#include "base/util.h"

static const struct {
	gnutls_digest_algorithm_t digest;
	gnutls_mac_algorithm_t	 mac;
	size_t			 size;
} hashes[] = {
	[CRYPT_MD5]	= { GNUTLS_DIG_MD5, GNUTLS_MAC_MD5, 16 },
	[CRYPT_SHA1]	= { GNUTLS_DIG_SHA1, GNUTLS_MAC_SHA1, 20 },
	[CRYPT_SHA256]	= { GNUTLS_DIG_SHA256, GNUTLS_MAC_SHA256, 32 },
};

/* A view for GnuTLS, whose inputs are not const. */
static gnutls_datum_t
datum(const void *p, size_t n)
{
	gnutls_datum_t d = { .data = (unsigned char *)(uintptr_t)p,
	    .size = (unsigned)n };

	return d;
}

void
base64_encode(struct buf *out, const void *p, size_t n)
{
	gnutls_datum_t in = datum(p, n), text = { 0 };

	if (n == 0)
		return;
	if (n > UINT32_MAX || gnutls_base64_encode2(&in, &text) < 0) {
		out->full = true;
		return;
	}
	buf_add(out, text.data, text.size);
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
}

bool
base64_decode(struct buf *out, const char *p, size_t n)
{
	gnutls_datum_t in = datum(p, n), bytes = { 0 };

	if (n == 0)
		return true;
	if (n > UINT32_MAX || gnutls_base64_decode2(&in, &bytes) < 0)
		return false;
	buf_add(out, bytes.data, bytes.size);
	gnutls_memset(bytes.data, 0, bytes.size);
	gnutls_free(bytes.data);
	return !out->full;
}

char *
idna_ascii(const char *domain)
{
	gnutls_datum_t out = { 0 };
	char *s;

	if (gnutls_idna_map(domain, (unsigned)strlen(domain), &out, 0) < 0)
		return NULL;
	s = xstrndup((const char *)out.data, out.size);
	gnutls_free(out.data);
	return s;
}

size_t
crypt_size(enum crypt_hash h)
{
	return hashes[h].size;
}

bool
crypt_digest(enum crypt_hash h, const void *p, size_t n, unsigned char *out)
{
	return gnutls_hash_fast(hashes[h].digest, p, n, out) == 0;
}

bool
crypt_hmac(enum crypt_hash h, const void *key, size_t nkey, const void *p,
    size_t n, unsigned char *out)
{
	return gnutls_hmac_fast(hashes[h].mac, key, nkey, p, n, out) == 0;
}

bool
crypt_pbkdf2(enum crypt_hash h, const void *password, size_t n,
    const void *salt, size_t nsalt, unsigned rounds, unsigned char *out)
{
	gnutls_datum_t key = datum(password, n), extra = datum(salt, nsalt);

	return n <= UINT32_MAX && nsalt <= UINT32_MAX &&
	    gnutls_pbkdf2(hashes[h].mac, &key, &extra, rounds, out,
	    hashes[h].size) == 0;
}

bool
crypt_equal(const void *a, const void *b, size_t n)
{
	return gnutls_memcmp(a, b, n) == 0;
}

void
crypt_normalize(struct buf *out, const char *s)
{
	gnutls_datum_t d = { 0 };
	size_t n = strlen(s);

	if (n > UINT32_MAX || gnutls_utf8_password_normalize(
	    (const unsigned char *)s, (unsigned)n, &d, 0) < 0) {
		buf_add(out, s, n);
		return;
	}
	buf_add(out, d.data, d.size);
	gnutls_memset(d.data, 0, d.size);
	gnutls_free(d.data);
}

bool
crypt_priority(const char *s)
{
	gnutls_priority_t p;

	if (gnutls_priority_init(&p, s, NULL) < 0)
		return false;
	gnutls_priority_deinit(p);
	return true;
}
