/* scram.h - SCRAM (RFC 5802, 7677): login without sending the password */

#ifndef SMTP_SCRAM_H
#define SMTP_SCRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/crypt.h"
#include "base/fault.h"

#define SCRAM_NONCE	33		/* with the NUL */
#define SCRAM_ROUNDS_MIN 4096		/* RFC 5802 5.1, RFC 7677 4 */
#define SCRAM_ROUNDS_MAX 1000000	/* about a second of CPU time */

/* All that it points to is borrowed until the end. */
struct scram {
	enum crypt_hash	 hash;
	const char	*user;
	const char	*password;
	char		 nonce[SCRAM_NONCE]; /* fresh, printable, no comma */

	/* channel binding of the TLS session: "tls-exporter" and its octets;
	 * NULL if there is none */
	const char	*binding_name;
	const void	*binding;
	size_t		 binding_len;
	bool		 plus;		/* bind the login to that session */
	bool		 plus_offered;	/* the relay offers that */

	/* private */
	unsigned char	 proof[CRYPT_HASH_MAX]; /* expected from the relay */
	bool		 proven;	/* the relay knows the password */
};

/* Append a name as GS2 has it: "=2C" for a comma, "=3D" for "=". */
void	scram_name(struct buf *out, const char *, size_t);

/* The messages in order; in[0..n) is the relay's answer to the one before. */
void	scram_first(const struct scram *, struct buf *out);
int	scram_final(struct scram *, const char *in, size_t n, struct buf *out,
	    struct fault *);
int	scram_verify(struct scram *, const char *in, size_t n, struct fault *);

#endif
