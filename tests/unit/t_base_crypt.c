/* t_base_crypt.c - the arithmetic we take from GnuTLS */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/util.h"
#include "tap.h"

static const char *
hex(char *out, const unsigned char *p, size_t n)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", p[i]);
	return out;
}

/* RFC 1321, 3174, 6234; RFC 2202 and 4231, test cases 1, 2 and 6. */
static void
digests(void)
{
	static const struct {
		enum crypt_hash h;
		const char *key;	/* NULL: no HMAC */
		size_t nkey;		/* 0: all of it; else "\xaa" n times */
		const char *text, *want;
	} t[] = {
		{ CRYPT_MD5, NULL, 0, "abc",
		    "900150983cd24fb0d6963f7d28e17f72" },
		{ CRYPT_SHA1, NULL, 0, "abc",
		    "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ CRYPT_SHA256, NULL, 0, "abc", "ba7816bf8f01cfea414140de5dae"
		    "2223b00361a396177a9cb410ff61f20015ad" },
		{ CRYPT_SHA1, NULL, 0, "",
		    "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
		{ CRYPT_MD5, "Jefe", 0, "what do ya want for nothing?",
		    "750c783e6ab0b503eaa86e310a5db738" },
		{ CRYPT_SHA1, "Jefe", 0, "what do ya want for nothing?",
		    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
		{ CRYPT_SHA256, "Jefe", 0, "what do ya want for nothing?",
		    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b9"
		    "64ec3843" },
		/* longer than a block of the hash */
		{ CRYPT_MD5, "", 80, "Test Using Larger Than Block-Size Key "
		    "- Hash Key First", "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd" },
		{ CRYPT_SHA1, "", 80, "Test Using Larger Than Block-Size Key "
		    "- Hash Key First",
		    "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
		{ CRYPT_SHA256, "", 131, "Test Using Larger Than Block-Size "
		    "Key - Hash Key First", "60e431591ee0b67f0d8a26aacbf5b77f"
		    "8e0bc6213728c5140546040f0ee37f54" },
	};
	unsigned char out[CRYPT_HASH_MAX], key[131];
	char got[2 * CRYPT_HASH_MAX + 1];
	size_t i, n;
	bool good;

	memset(key, 0xaa, sizeof(key));
	for (i = 0; i < NITEMS(t); i++) {
		n = strlen(t[i].text);
		if (t[i].key == NULL)
			good = crypt_digest(t[i].h, t[i].text, n, out);
		else if (t[i].nkey == 0)
			good = crypt_hmac(t[i].h, t[i].key, strlen(t[i].key),
			    t[i].text, n, out);
		else
			good = crypt_hmac(t[i].h, key, t[i].nkey, t[i].text,
			    n, out);
		is(good ? hex(got, out, crypt_size(t[i].h)) : "none",
		    t[i].want, "digest %zu", i);
	}
}

/* RFC 6070; those of SHA-256 are what OpenSSL says. */
static void
pbkdf2(void)
{
	static const struct {
		enum crypt_hash h;
		const char *password, *salt;
		unsigned rounds;
		const char *want;
	} t[] = {
		{ CRYPT_SHA1, "password", "salt", 1,
		    "0c60c80f961f0e71f3a9b524af6012062fe037a6" },
		{ CRYPT_SHA1, "password", "salt", 4096,
		    "4b007901b765489abead49d926f721d065a429c1" },
		{ CRYPT_SHA256, "password", "salt", 4096, "c5e478d59288c841aa"
		    "530db6845c4c8d962893a001ce4e11a4963873aa98134a" },
	};
	unsigned char out[CRYPT_HASH_MAX];
	char got[2 * CRYPT_HASH_MAX + 1];
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		is(crypt_pbkdf2(t[i].h, t[i].password, strlen(t[i].password),
		    t[i].salt, strlen(t[i].salt), t[i].rounds, out) ?
		    hex(got, out, crypt_size(t[i].h)) : "none", t[i].want,
		    "PBKDF2 %zu", i);
}

static void
equal(void)
{
	ok(crypt_equal("abc", "abd", 2), "the same");
	ok(!crypt_equal("abc", "abd", 3), "the last octet counts");
	ok(!crypt_equal("xbc", "abc", 3), "so does the first");
}

/* RFC 8265 4.2; what it refuses stays as it is. */
static void
normalize(void)
{
	static const struct { const char *raw, *want; } t[] = {
		{ "pencil", "pencil" }, { "a b", "a b" }, { "", "" },
		{ "e\xcc\x81", "\xc3\xa9" },		/* composed */
		{ "a\xe3\x80\x80""b", "a b" },		/* a wide blank */
		{ "\xc3\xa9", "\xc3\xa9" },
		{ "\xe9", "\xe9" },			/* not UTF-8 */
		{ "a\tb", "a\tb" },
	};
	struct buf b = { .max = 64, .secret = true };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		crypt_normalize(&b, t[i].raw);
		is(buf_text(&b), t[i].want, "normalized %zu", i);
	}
	buf_release(&b);
}

static void
idna(void)
{
	static const struct { const char *domain, *want; } t[] = {
		{ "Example.ORG", "Example.ORG" },
		{ "b\xc3\xbc""cher.example", "xn--bcher-kva.example" },
		{ "xn--bcher-kva.example", "xn--bcher-kva.example" },
		{ "\xff.example", NULL },
		{ "b\xc3\xbc.xn--p1ai", NULL },
		{ "B\xc3\x9c""CHER.example", "xn--bcher-kva.example" },
		{ "bu\xcc\x88""cher.example", "xn--bcher-kva.example" },
		{ "b\xc3\xbc\xe3\x80\x82""example", "xn--b-eha.example" },
		{ "b\xc3\xbc.", "xn--b-eha." },
		/* What would be left out. */
		{ "b\xc3\xbc x", NULL }, { "b\xc3\xbc/x", NULL },
		{ "b\xc3\xbc_x", NULL }, { "b\xc3\xbc:25", NULL },
		{ "b\xc3\xbc@x", NULL }, { "b\xc3\xbc[x]", NULL },
		{ "b\xc3\xbc\xef\xbc\x8fx", NULL },	/* wide slash */
		{ "b\xc3\xbc\xe2\x84\x80", NULL },	/* a/c in one */
		{ "b\xc3\xbc\xe2\x80\x8bx", NULL },	/* no width */
		{ "b\xc3\xbc\xc2\xadx", NULL },		/* soft hyphen */
		{ "b\xc3\xbc\xc2\xa0x", NULL },		/* a blank */
		/* What could not be looked up. */
		{ "b\xc3\xbc..x", NULL }, { ".b\xc3\xbc", NULL },
		{ "-b\xc3\xbc", NULL }, { "b\xc3\xbc-", NULL },
		{ "", NULL }, { "a b", NULL }, { "a/b", NULL },
	};
	char *got;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		got = crypt_idna(t[i].domain);
		is(got, t[i].want, "A-labels of %zu", i);
		free(got);
	}
}

int
main(void)
{
	digests();
	pbkdf2();
	equal();
	normalize();
	idna();
	return done();
}
