/* crypt.c - hashes, IDNA and other computations of GnuTLS */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/crypt.h"
#include "base/gnutls.h"
#include "base/util.h"

#define DOMAIN_MAX	253	/* octets (RFC 1035 3.1) */

static const struct {
	gnutls_digest_algorithm_t digest;
	gnutls_mac_algorithm_t	 mac;
	size_t			 size;
} hashes[] = {
	[CRYPT_MD5]	= { GNUTLS_DIG_MD5, GNUTLS_MAC_MD5, 16 },
	[CRYPT_SHA1]	= { GNUTLS_DIG_SHA1, GNUTLS_MAC_SHA1, 20 },
	[CRYPT_SHA256]	= { GNUTLS_DIG_SHA256, GNUTLS_MAC_SHA256, 32 },
};

/* GnuTLS does not declare its inputs const. */
static gnutls_datum_t
crypt_datum(const void *p, size_t n)
{
	return (gnutls_datum_t){ .data = (unsigned char *)(uintptr_t)p,
	    .size = (unsigned)n };
}

int
crypt_ready(struct fault *f)
{
	if (gnutls_load(f) == 0)
		return 0;
	f->stage = ST_CONFIG;
	return -1;
}

static bool
crypt_loaded(void)
{
	struct fault f = { 0 };

	return gnutls_load(&f) == 0;
}

static size_t
crypt_characters(const char *p, size_t n)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++)
		k += ((unsigned char)p[i] & 0xc0) != 0x80;
	return k;
}

/* Labels that are not empty, of ASCII only the octets of host names. */
static bool
crypt_domain_like(const char *s)
{
	const char *p = s, *from;

	do {
		for (from = p; (unsigned char)*p >= 0x80 || *p == '-' ||
		    ascii_alnum(*p); p++)
			;
		if (p == from)
			return false;
	} while (*p == '.' && *++p != '\0');
	return *p == '\0';
}

/* Have these A-labels as many characters as s? */
static bool
crypt_same_length(const char *s, const gnutls_datum_t *ascii)
{
	gnutls_datum_t back = { 0 };
	bool same;

	if (gnutls.idna_reverse_map((const char *)ascii->data, ascii->size,
	    &back, 0) < 0)
		return false;
	same = crypt_characters((const char *)back.data, back.size) ==
	    crypt_characters(s, strlen(s));
	(*gnutls.free)(back.data);
	return same;
}

/*
 * libidn2 drops characters that a domain must not hold: "b\xc3\xbc/x" would
 * become another host.  So the characters are counted before and after.
 */
char *
crypt_idna(const char *domain)
{
	struct buf in = { .max = 1024 };
	gnutls_datum_t out = { 0 };
	char *s = NULL;

	if (ascii_only(domain, strlen(domain)))
		return crypt_domain_like(domain) && strlen(domain) <= DOMAIN_MAX
		    ? xstrdup(domain) : NULL;
	if (!crypt_loaded())
		return NULL;
	crypt_normalize(&in, domain);
	if (!in.full && crypt_domain_like(buf_text(&in)) &&
	    gnutls.idna_map(buf_text(&in), (unsigned)in.len, &out, 0) == 0 &&
	    crypt_same_length(buf_text(&in), &out)) {
		s = xstrndup((const char *)out.data, out.size);
		if (!crypt_domain_like(s) || strlen(s) > DOMAIN_MAX) {
			free(s);
			s = NULL;
		}
	}
	(*gnutls.free)(out.data);
	buf_release(&in);
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
	return crypt_loaded() &&
	    gnutls.hash_fast(hashes[h].digest, p, n, out) == 0;
}

bool
crypt_hmac(enum crypt_hash h, const void *key, size_t nkey, const void *p,
    size_t n, unsigned char *out)
{
	return crypt_loaded() &&
	    gnutls.hmac_fast(hashes[h].mac, key, nkey, p, n, out) == 0;
}

bool
crypt_pbkdf2(enum crypt_hash h, const void *password, size_t n,
    const void *salt, size_t nsalt, unsigned rounds, unsigned char *out)
{
	gnutls_datum_t key = crypt_datum(password, n),
		       extra = crypt_datum(salt, nsalt);

	return crypt_loaded() && n <= UINT32_MAX && nsalt <= UINT32_MAX &&
	    gnutls.pbkdf2(hashes[h].mac, &key, &extra, rounds, out,
	    hashes[h].size) == 0;
}

bool
crypt_equal(const void *a, const void *b, size_t n)
{
	const volatile unsigned char *p = a, *q = b;
	unsigned char differ = 0;

	for (; n > 0; n--)
		differ |= *p++ ^ *q++;
	return differ == 0;
}

void
crypt_normalize(struct buf *out, const char *s)
{
	gnutls_datum_t d = { 0 };
	size_t n = strlen(s);

	if (ascii_only(s, n) || n > UINT32_MAX || !crypt_loaded() ||
	    gnutls.utf8_password_normalize((const unsigned char *)s,
	    (unsigned)n, &d, 0) < 0) {
		buf_add(out, s, n);
		return;
	}
	buf_add(out, d.data, d.size);
	explicit_bzero(d.data, d.size);
	(*gnutls.free)(d.data);
}

bool
crypt_priority(const char *s)
{
	gnutls_priority_t p;

	if (!crypt_loaded())
		return true;
	if (gnutls.priority_init(&p, s, NULL) < 0)
		return false;
	gnutls.priority_deinit(p);
	return true;
}
