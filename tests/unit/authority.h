/* authority.h - certificates made for one run, and a directory for them */

#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <sys/stat.h>

#include <arpa/inet.h>
#include <ftw.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"

#define DAY	86400

struct id {
	gnutls_x509_crt_t	crt;
	gnutls_x509_privkey_t	key;
};

/* What one is like; numbers are those of other recipes. */
struct recipe {
	int		 issuer;
	const char	*cn;
	const char	*dns, *ip;
	int		 from, to;	/* days from now */
	const char	*purpose;
	bool		 ca;
	int		 same_key;	/* the key of that one, unless 0 */
	bool		 staple;	/* it must come with an OCSP status */
	bool		 nul;		/* a NUL in its name */
	unsigned	 rsa;		/* bits of an RSA key, not ECDSA */
	gnutls_digest_algorithm_t signed_with;	/* 0: SHA-256 */
};

static inline void
must(int e)
{
	if (e < 0) {
		printf("Bail out! %s\n", gnutls_strerror(e));
		exit(1);
	}
}

static inline void
name_it(gnutls_x509_crt_t crt, const struct recipe *r)
{
	/* A dNSName as GnuTLS would not write it: in DER by hand. */
	static const char nul[] =
	    "\x30\x1d\x82\x1brelay.example.org\0.evil.org";
	unsigned char ip[16];
	size_t n;

	must(gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME,
	    0, r->cn, (unsigned)strlen(r->cn)));
	if (r->nul)
		must(gnutls_x509_crt_set_extension_by_oid(crt, "2.5.29.17",
		    nul, sizeof(nul) - 1, 0));
	if (r->dns != NULL)
		must(gnutls_x509_crt_set_subject_alt_name(crt,
		    GNUTLS_SAN_DNSNAME, r->dns, (unsigned)strlen(r->dns),
		    GNUTLS_FSAN_SET));
	if (r->ip != NULL) {
		n = inet_pton(AF_INET, r->ip, ip) == 1 ? 4 : 16;
		if (n == 16)
			(void)inet_pton(AF_INET6, r->ip, ip);
		must(gnutls_x509_crt_set_subject_alt_name(crt,
		    GNUTLS_SAN_IPADDRESS, ip, (unsigned)n,
		    GNUTLS_FSAN_APPEND));
	}
}

static inline void
extend(gnutls_x509_crt_t crt, const struct recipe *r, gnutls_x509_crt_t by)
{
	/* SEQUENCE { INTEGER 5 }: status_request (RFC 7633) */
	static const char staple[] = "\x30\x03\x02\x01\x05";
	unsigned char key_id[20];
	size_t n = sizeof(key_id);

	must(gnutls_x509_crt_set_basic_constraints(crt, r->ca, -1));
	must(gnutls_x509_crt_set_key_usage(crt, r->ca ?
	    GNUTLS_KEY_KEY_CERT_SIGN : GNUTLS_KEY_DIGITAL_SIGNATURE));
	if (r->purpose != NULL)
		must(gnutls_x509_crt_set_key_purpose_oid(crt, r->purpose, 0));
	if (r->staple)
		must(gnutls_x509_crt_set_extension_by_oid(crt,
		    "1.3.6.1.5.5.7.1.24", staple, sizeof(staple) - 1, 0));
	must(gnutls_x509_crt_get_key_id(crt, 0, key_id, &n));
	must(gnutls_x509_crt_set_subject_key_id(crt, key_id, n));
	n = sizeof(key_id);
	must(gnutls_x509_crt_get_key_id(by, 0, key_id, &n));
	must(gnutls_x509_crt_set_authority_key_id(crt, key_id, n));
}

/*
 * The library may have been built with times of 32 bits.  ARM has these in
 * another register than those of 64 bits, so both get it there.
 */
static inline int
set_time(int (*f)(gnutls_x509_crt_t, time_t), gnutls_x509_crt_t crt, time_t t)
{
#ifdef __arm__
	int (*both)(gnutls_x509_crt_t, long, time_t) =
	    (int (*)(gnutls_x509_crt_t, long, time_t))(void (*)(void))f;

	return both(crt, (long)t, t);
#else
	return f(crt, t);
#endif
}

/* Make number i; its issuer must have been made, or be itself. */
static inline void
make_id(struct id *ids, const struct recipe *recipes, int i)
{
	const struct recipe *r = &recipes[i];
	const struct id *by = &ids[r->issuer];
	unsigned char serial = (unsigned char)(i + 1);
	time_t now = time(NULL);
	gnutls_x509_crt_t crt;

	must(gnutls_x509_privkey_init(&ids[i].key));
	if (r->same_key > 0)
		must(gnutls_x509_privkey_cpy(ids[i].key,
		    ids[r->same_key].key));
	else if (r->rsa > 0)
		must(gnutls_x509_privkey_generate(ids[i].key,
		    GNUTLS_PK_RSA, r->rsa, 0));
	else
		must(gnutls_x509_privkey_generate(ids[i].key,
		    GNUTLS_PK_ECDSA,
		    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&ids[i].crt));
	crt = ids[i].crt;
	must(gnutls_x509_crt_set_version(crt, 3));
	must(gnutls_x509_crt_set_serial(crt, &serial, 1));
	must(set_time(gnutls_x509_crt_set_activation_time, crt,
	    now - 60 + (time_t)r->from * DAY));
	must(set_time(gnutls_x509_crt_set_expiration_time, crt,
	    now + (time_t)r->to * DAY));
	must(gnutls_x509_crt_set_key(crt, ids[i].key));
	extend(crt, r, by->crt);
	name_it(crt, r);
	must(gnutls_x509_crt_sign2(crt, by->crt, by->key, r->signed_with != 0 ?
	    r->signed_with : GNUTLS_DIG_SHA256, 0));
}

static inline void
free_id(struct id *i)
{
	gnutls_x509_crt_deinit(i->crt);
	gnutls_x509_privkey_deinit(i->key);
}

/* Files */

static char dir[] = "/tmp/heloise.XXXXXX";

static inline void
make_dir(void)
{
	if (mkdtemp(dir) == NULL)
		must(GNUTLS_E_FILE_ERROR);
}

static inline int
erase(const char *file, const struct stat *st, int kind, struct FTW *w)
{
	(void)st;
	(void)kind;
	(void)w;
	return remove(file);
}

static inline void
remove_dir(void)
{
	(void)nftw(dir, erase, 8, FTW_DEPTH | FTW_PHYS);
}

/* To be freed. */
static inline char *
path(const char *base)
{
	return xasprintf("%s/%s", dir, base);
}

/* Append to a file, which is new at first. */
static inline void
write_file(const char *base, const void *p, size_t n)
{
	char *file = path(base);
	FILE *fp = fopen(file, "a");

	if (fp == NULL || fwrite(p, 1, n, fp) != n || fclose(fp) != 0)
		must(GNUTLS_E_FILE_ERROR);
	free(file);
}

static inline void
write_cert(const char *base, const struct id *i)
{
	gnutls_datum_t pem = { 0 };

	must(gnutls_x509_crt_export2(i->crt, GNUTLS_X509_FMT_PEM, &pem));
	write_file(base, pem.data, pem.size);
	gnutls_free(pem.data);
}

static inline void
write_key(const char *base, const struct id *i)
{
	gnutls_datum_t pem = { 0 };

	must(gnutls_x509_privkey_export2(i->key, GNUTLS_X509_FMT_PEM, &pem));
	write_file(base, pem.data, pem.size);
	gnutls_free(pem.data);
}

#endif
