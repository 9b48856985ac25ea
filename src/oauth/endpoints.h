/* endpoints.h - where a provider is asked for tokens */

#ifndef OAUTH_ENDPOINTS_H
#define OAUTH_ENDPOINTS_H

#include "base/fault.h"
#include "config/issuer.h"

/* URLs; "": there is none. */
struct endpoints {
	char	device[ISSUER_URL], authorize[ISSUER_URL], token[ISSUER_URL];
	bool	basic;		/* the client's secret goes by HTTP Basic */
};

/*
 * Those of the table of providers; else the metadata of the issuer (RFC 8414,
 * OpenID Connect Discovery 1.0) are asked for, by a process in a sandbox,
 * until limit (clock_ms()).  -1 with a fault of ST_TOKEN.
 */
int	endpoints_find(struct endpoints *, const struct settings *,
	    long long limit, struct fault *);

/* Fill in from metadata, in JSON, of this issuer.  Exported for the tests. */
int	endpoints_parse(struct endpoints *, const char *issuer,
	    const char *text, size_t n, struct fault *);

#endif
