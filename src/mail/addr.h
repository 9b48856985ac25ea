/* addr.h - one address: check, quote, qualify */

#ifndef MAIL_ADDR_H
#define MAIL_ADDR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fault.h"

#define ADDR_MAX	254	/* octets, without <> (RFC 5321, 4.5.3.1.3) */

/* The @ between local part and domain, or NULL. */
const char *addr_at(const char *spec);

/* Are they the same?  Only the case of the domain does not matter. */
bool	addr_same(const char *, const char *);

/*
 * Check an address by the one grammar of wire, spool and envelope: a
 * Mailbox of RFC 5321, 4.1.2, with UTF-8 as in RFC 6531.  So it has no
 * control character, and no space or <> outside quotes.
 */
int	addr_check(const char *spec, struct fault *);

/* A bare word beyond ASCII, or an encoded word, is a name and no user. */
bool	addr_is_name(const char *spec);

/* Give a bare local part its domain; an empty spec and a name stay. */
void	addr_qualify(char **spec, const char *domain);

/*
 * Drop one final dot of a domain, and write it in A-labels, unless the local
 * part needs SMTPUTF8 anyway.
 * Comes before addr_check(): the mapping may yield any octets.
 */
int	addr_ascii_domain(char **spec, struct fault *);

/*
 * The three above: qualify with domain (if not NULL), in ASCII, checked.  A
 * local part such as "a..b" is quoted, as RFC 5321 wants it.
 */
int	addr_complete(char **spec, const char *domain, struct fault *);

/*
 * The domain for addresses from the host's name, which may be any, "my pc" or
 * "vm.example.org.".  False: it is no domain, and domain[size] is "localhost".
 */
bool	addr_host_domain(const char *host, char *domain, size_t size);

/* Does the address need SMTPUTF8? */
bool	addr_needs_utf8(const char *spec);

/* Append a user's login name as a local part, quoted if need be. */
void	addr_add_local(struct buf *, const char *user);

#endif
