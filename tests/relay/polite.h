/* polite.h - a small correct SMTP server (RFC 5321), for tests */

#ifndef RELAY_POLITE_H
#define RELAY_POLITE_H

#include <gnutls/gnutls.h>
#include <stdint.h>

#include "conn.h"
#include "letter.h"
#include "opts.h"

/*
 * Serve until the client leaves.  What a script has said and heard before
 * counts: the greeting, TLS, the name in letter.  random starts the
 * sequence that --fail-rate draws from.
 */
void	polite(struct conn *, struct letter *, const struct opts *,
	    gnutls_certificate_credentials_t, uint64_t random);

#endif
