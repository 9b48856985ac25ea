/* issuer.h - the providers of OAuth 2.0 tokens, one row each */

#ifndef CONFIG_ISSUER_H
#define CONFIG_ISSUER_H

#include <stdbool.h>

#include "config/setting.h"

/* A name for each word of `oauth`; any other value is the URL of an issuer. */
struct issuer {
	const char	*name;		/* as in `oauth` */
	const char	*title;		/* for people */
	const char	*where;		/* a client is registered; or NULL */

	/*
	 * The endpoints (RFC 6749, 3; RFC 8628, 3.1).  {tenant} is replaced.
	 * NULL: it has none, or not for mail.
	 */
	const char	*device, *authorize, *token;
	const char	*tenant;	/* if none is set */
	const char	*scope;		/* to send mail for a user */
	const char	*client_scope;	/* the same without a user; or NULL */
	enum sasl_mech	 mech;		/* if the relay offers it */
	enum setting_grant grant;	/* the one for people */
	unsigned	 grants;	/* ISSUER_BIT() of those it has */
	const char	*redirect;	/* its word for the loopback */
	const char	*extra;		/* more parameters for authorize */
	bool		 tenants;	/* an application needs its tenant */
	bool		 secret;	/* clients for people have one, too */
};

#define ISSUER_BIT(grant)	(1u << (grant))
#define ISSUER_URL	1024	/* octets of a URL at most */

/* That of the settings; of the URL of an issuer a row with no endpoints. */
const struct issuer *issuer_find(const struct settings *);

/* Is `oauth` a word of the table, not a URL? */
bool	issuer_known(const struct settings *);

/* The grant in force; never auto. */
enum setting_grant issuer_grant(const struct settings *);

/* Does a person log in with it, by --login? */
bool	issuer_login(const struct settings *);

/* The scope to ask for, or NULL. */
const char *issuer_scope(const struct settings *);

/*
 * The endpoint of a row with the tenant filled in, into out of ISSUER_URL
 * octets; "" for NULL or if it is too long.
 */
void	issuer_endpoint(const struct settings *, const char *endpoint,
	    char *out);

/*
 * The nth thing that `oauth` needs and does not have, from 0, or NULL; *key
 * is the setting that it is about.
 */
const char *issuer_mistake(const struct settings *, size_t n,
	    const char **key);

#endif
