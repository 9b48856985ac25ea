/* cert.h - the contents of a certificate, and why it is refused */

#ifndef NET_CERT_H
#define NET_CERT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "net/pin.h"

/* Borrowed octets: a certificate in DER, or a piece of one. */
struct octets {
	const unsigned char	*p;
	size_t			 n;
};

/* Pieces of a certificate (RFC 5280 4.1), each with its tag and length. */
struct cert_parts {
	struct octets	issuer, subject;
	struct octets	key;		/* NULL if the octets end before it */
};

/* Find them.  False if der is no certificate, or ends within its subject. */
bool	cert_parts(struct octets der, struct cert_parts *);

/* The SHA-256 of its public key, as pins have it; false if it has none. */
bool	cert_pin(struct octets der, unsigned char pin[PIN_SIZE]);

/* All that people see of one; texts are printable, and cut if too long. */
struct cert_facts {
	char		subject[256], issuer[256];	/* RFC 4514 */
	char		names[512];	/* "relay.example.org, 192.0.2.1" */
	long long	from, until;	/* seconds since 1970 */
	int		days;		/* left; negative: it has expired */
	char		pin[PIN_TEXT];	/* a value for `tls-pin` */
};

/*
 * False if it cannot be read; then all is empty.  Here and below GnuTLS must
 * be loaded.
 */
bool	cert_facts(struct octets der, struct cert_facts *);

/*
 * Append why the relay, whose name should be name, was refused: a reason for
 * each bit of status (GNUTLS_CERT_*), then the certificate and its names.
 * The chain begins with the relay's own; nsent are from the relay, and one
 * more may follow that is trusted here.
 */
void	cert_why(struct buf *, unsigned status, const struct octets *chain,
	    size_t nsent, size_t n, const char *name);

#endif
