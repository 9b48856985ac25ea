/* jwt.h - JSON Web Tokens (RFC 7519): one that is signed, one that is read */

#ifndef OAUTH_JWT_H
#define OAUTH_JWT_H

#include "base/buf.h"
#include "base/fault.h"

struct jwt_key;

/*
 * Read a private key (RSA or P-256) and its certificate from files in PEM;
 * key NULL: it is in the file of cert.  NULL and a fault of ST_TOKEN that
 * names the file, also if they do not belong together.  jwt_free() takes
 * NULL, too.
 */
struct jwt_key *jwt_load(const char *cert, const char *key, struct fault *);
void	jwt_free(struct jwt_key *);

/*
 * Append an assertion that the client is who it is, for this audience (RFC
 * 7523, 2.2), good for five minutes from now, a time().  -1 with a fault.
 */
int	jwt_assert(const struct jwt_key *, const char *client,
	    const char *audience, long long now, struct buf *out,
	    struct fault *);

/*
 * Append "for https://outlook.office.com, scope SMTP.Send, user a@b.example"
 * of an access token, nothing that is secret and printable.  Appends nothing
 * if it is no JWT, or one that is encrypted.
 */
void	jwt_describe(const char *token, struct buf *out);

#endif
