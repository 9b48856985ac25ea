/* cert.c - the contents of a certificate, and why it is refused */

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/crypt.h"
#include "base/gnutls.h"
#include "base/util.h"
#include "net/cert.h"

#define CHAIN_MAX	17	/* certificates of a chain, at most */
#define NAMES_MAX	8	/* names shown of one */
#define DAY		86400

#define INTEGER		0x02
#define SEQUENCE	0x30
#define EXPLICIT	0xa0	/* [0], the version; absent from version 1 */

/* Pieces, without GnuTLS, which need not be loaded */

/* Take tag and length off d; the octets after them may be incomplete. */
static bool
cert_enter(struct octets *d, unsigned char tag, size_t *len)
{
	size_t i, more;

	if (d->n < 2 || d->p[0] != tag)
		return false;
	*len = d->p[1];
	more = *len > 0x7f ? *len & 0x7f : 0;
	if (*len == 0x80 || more > 3 || d->n < 2 + more)
		return false;
	if (more > 0)
		for (*len = 0, i = 0; i < more; i++)
			*len = *len << 8 | d->p[2 + i];
	d->p += 2 + more;
	d->n -= 2 + more;
	return true;
}

/* Take a whole element off d. */
static bool
cert_take(struct octets *d, unsigned char tag, struct octets *whole)
{
	struct octets at = *d;
	size_t len;

	if (!cert_enter(&at, tag, &len) || len > at.n)
		return false;
	whole->p = d->p;
	whole->n = (size_t)(at.p - d->p) + len;
	d->p += whole->n;
	d->n -= whole->n;
	return true;
}

bool
cert_parts(struct octets d, struct cert_parts *c)
{
	struct octets skipped;
	size_t len;

	memset(c, 0, sizeof(*c));
	if (!cert_enter(&d, SEQUENCE, &len) || !cert_enter(&d, SEQUENCE, &len))
		return false;
	if (d.n > 0 && d.p[0] == EXPLICIT && !cert_take(&d, EXPLICIT, &skipped))
		return false;
	if (!cert_take(&d, INTEGER, &skipped) || /* serial number */
	    !cert_take(&d, SEQUENCE, &skipped) || /* algorithm */
	    !cert_take(&d, SEQUENCE, &c->issuer) ||
	    !cert_take(&d, SEQUENCE, &skipped) || /* validity */
	    !cert_take(&d, SEQUENCE, &c->subject))
		return false;
	if (!cert_take(&d, SEQUENCE, &c->key))
		memset(&c->key, 0, sizeof(c->key));
	return true;
}

bool
cert_pin(struct octets der, unsigned char pin[PIN_SIZE])
{
	struct cert_parts c;

	return cert_parts(der, &c) && c.key.p != NULL &&
	    crypt_digest(CRYPT_SHA256, c.key.p, c.key.n, pin);
}

/* Facts */

static void
cert_visible(char *out, size_t size, const void *p, size_t n)
{
	struct buf b = { .max = n + 1 };

	buf_add_visible(&b, p, n, false);
	(void)strlcpy(out, buf_text(&b), size);
	buf_release(&b);
}

static void
cert_dn(char *out, size_t size, gnutls_datum_t *d)
{
	cert_visible(out, size, d->data, d->size);
	(*gnutls.free)(d->data);
}

/* Append the i-th alternative name, or "" for other kinds; false at the end. */
static bool
cert_add_name(struct buf *b, gnutls_x509_crt_t crt, unsigned i, const char *sep)
{
	char san[256], ip[INET6_ADDRSTRLEN];
	size_t n = sizeof(san);
	int kind = gnutls.x509_crt_get_subject_alt_name(crt, i, san, &n, NULL);

	if (kind == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return false;
	if (kind == GNUTLS_SAN_DNSNAME) {
		/* An address that is written as a DNS name matches nothing. */
		buf_addf(b, "%s%s", sep, inet_pton(AF_INET, san, ip) == 1 ||
		    inet_pton(AF_INET6, san, ip) == 1 ? "DNS:" : "");
		buf_add_visible(b, san, n, false);
	} else if (kind == GNUTLS_SAN_IPADDRESS && (n == 4 || n == 16) &&
	    inet_ntop(n == 4 ? AF_INET : AF_INET6, san, ip, sizeof(ip))) {
		buf_addf(b, "%s%s", sep, ip);
	}
	return true;
}

/* Its alternative names; the common name if there are none. */
static void
cert_names(char *out, size_t size, gnutls_x509_crt_t crt)
{
	struct buf b = { .max = (NAMES_MAX + 1) * 1024 };
	char cn[256];
	size_t n = sizeof(cn), at;
	unsigned i = 0;

	while (i < NAMES_MAX &&
	    cert_add_name(&b, crt, i, b.len > 0 ? ", " : ""))
		i++;
	at = b.len;
	if (cert_add_name(&b, crt, i, "")) {
		b.len = at;
		buf_adds(&b, ", ...");
	}
	if (b.len == 0 && gnutls.x509_crt_get_dn_by_oid(crt,
	    GNUTLS_OID_X520_COMMON_NAME, 0, 0, cn, &n) == 0)
		buf_add_visible(&b, cn, n, false);
	(void)strlcpy(out, buf_text(&b), size);
	buf_release(&b);
}

/*
 * On 32-bit hosts the library may have been built with times of 32 bits, and
 * returns no more than the low half of what this program reads.
 */
static long long
cert_time(time_t t)
{
	return sizeof(long) == 4 && t != -1 ? (long long)(uint32_t)t : t;
}

bool
cert_facts(struct octets der, struct cert_facts *c)
{
	gnutls_datum_t raw = { .data = (unsigned char *)(uintptr_t)der.p,
	    .size = (unsigned)der.n }, text = { 0 };
	unsigned char pin[PIN_SIZE];
	gnutls_x509_crt_t crt;

	memset(c, 0, sizeof(*c));
	if (gnutls.x509_crt_init(&crt) < 0)
		return false;
	if (gnutls.x509_crt_import(crt, &raw, GNUTLS_X509_FMT_DER) < 0) {
		gnutls.x509_crt_deinit(crt);
		return false;
	}
	if (gnutls.x509_crt_get_dn3(crt, &text, 0) == 0)
		cert_dn(c->subject, sizeof(c->subject), &text);
	if (gnutls.x509_crt_get_issuer_dn3(crt, &text, 0) == 0)
		cert_dn(c->issuer, sizeof(c->issuer), &text);
	cert_names(c->names, sizeof(c->names), crt);
	c->from = cert_time(gnutls.x509_crt_get_activation_time(crt));
	c->until = cert_time(gnutls.x509_crt_get_expiration_time(crt));
	c->days = (int)((c->until - time(NULL)) / DAY) -
	    (c->until < time(NULL));
	if (cert_pin(der, pin))
		pin_text(pin, c->pin);
	gnutls.x509_crt_deinit(crt);
	return true;
}

/* Why one is refused */

static const struct {
	unsigned	 flag;
	const char	*words;
} reasons[] = {
	{ GNUTLS_CERT_PURPOSE_MISMATCH, "it is not meant for servers (the "
	    "extended key usage lacks serverAuth)" },
	{ GNUTLS_CERT_REVOKED, "it was revoked" },
	{ GNUTLS_CERT_SIGNER_NOT_CA,
	    "its issuer is not a certificate authority" },
	{ GNUTLS_CERT_INSECURE_ALGORITHM,
	    "it was signed with an insecure algorithm or key" },
	{ GNUTLS_CERT_SIGNATURE_FAILURE, "its signature is wrong" },
	{ GNUTLS_CERT_SIGNER_CONSTRAINTS_FAILURE,
	    "its issuer may not sign such certificates" },
	{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS,
	    "it has an unknown critical extension" },
	{ GNUTLS_CERT_MISMATCH, "it is not the expected one" },
	{ GNUTLS_CERT_MISSING_OCSP_STATUS,
	    "the relay did not send the OCSP status that it requires" },
	{ GNUTLS_CERT_INVALID_OCSP_STATUS, "its OCSP status is not valid" },
	{ GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED,
	    "its revocation data are old" },
	{ GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE,
	    "its revocation data are from the future" },
};

static void
cert_reason(struct buf *b, const char *words)
{
	buf_addf(b, "%s%s", b->len > 0 ? "; " : "", words);
}

/* The date of the first that is outside its dates, the relay's own first. */
static void
cert_reason_time(struct buf *b, const struct cert_facts *v, size_t n, bool past)
{
	char day[16];
	time_t now = time(NULL), when = 0;
	struct tm tm;
	size_t i;

	for (i = 0; i < n; i++) {
		when = (time_t)(past ? v[i].until : v[i].from);
		if (past ? when < now : when > now)
			break;
	}
	if (i == n || gmtime_r(&when, &tm) == NULL ||
	    strftime(day, sizeof(day), "%Y-%m-%d", &tm) == 0) {
		cert_reason(b, past ? "an issuer of it has expired" :
		    "an issuer of it is not valid yet");
		return;
	}
	cert_reason(b, i == 0 ? "it" : "its issuer ");
	buf_addf(b, past ? "%s expired on %s" : "%s is not valid before %s",
	    i == 0 ? "" : v[i].subject, day);
}

static void
cert_reason_issuer(struct buf *b, const struct octets *chain, size_t nsent,
    const struct cert_facts *v)
{
	struct cert_parts c;

	if (nsent == 1 && cert_parts(chain[0], &c) &&
	    c.issuer.n == c.subject.n &&
	    memcmp(c.issuer.p, c.subject.p, c.issuer.n) == 0) {
		cert_reason(b, "it is self-signed");
		return;
	}
	cert_reason(b, "no trusted authority signed it");
	if (nsent > 1)
		buf_addf(b, " (nor %s)", v[nsent - 1].issuer);
	else
		buf_adds(b, " (that of its issuer did not come)");
}

/*
 * Describe the certificate, with its names unless a reason has them.  If it
 * is self-signed, has expired or has no name, only a pin can help, so show
 * its key.
 */
static void
cert_identify(struct buf *b, unsigned status, const struct cert_facts *v)
{
	buf_addf(b, " (%s, issued by %s", v->subject[0] != '\0' ?
	    v->subject : "no subject", v->issuer);
	if (!(status & GNUTLS_CERT_UNEXPECTED_OWNER) && v->names[0] != '\0')
		buf_addf(b, ", for %s", v->names);
	if ((status & GNUTLS_CERT_EXPIRED) || v->names[0] == '\0' ||
	    ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) &&
	    strcmp(v->subject, v->issuer) == 0))
		buf_addf(b, ", key %s", v->pin);
	buf_adds(b, ")");
}

void
cert_why(struct buf *out, unsigned status, const struct octets *chain,
    size_t nsent, size_t n, const char *name)
{
	struct cert_facts v[CHAIN_MAX];
	struct buf b = { .max = 2048 };
	size_t i;

	n = n < NITEMS(v) ? n : NITEMS(v);
	nsent = nsent < n ? nsent : n;
	for (i = 0; i < n; i++)
		(void)cert_facts(chain[i], &v[i]);
	if (status & GNUTLS_CERT_EXPIRED)
		cert_reason_time(&b, v, n, true);
	if (status & GNUTLS_CERT_NOT_ACTIVATED)
		cert_reason_time(&b, v, n, false);
	if (status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		cert_reason_issuer(&b, chain, nsent, v);
	if ((status & GNUTLS_CERT_UNEXPECTED_OWNER) && n > 0) {
		cert_reason(&b, "it is for ");
		buf_addf(&b, "%s, not for %s", v[0].names[0] != '\0' ?
		    v[0].names : "no name", name);
	}
	for (i = 0; i < NITEMS(reasons); i++)
		if (status & reasons[i].flag)
			cert_reason(&b, reasons[i].words);
	if (b.len == 0)
		buf_addf(&b, "GnuTLS says 0x%x", status);
	if (n > 0)
		cert_identify(&b, status, v);
	buf_add(out, b.p, b.len);
	buf_release(&b);
}
