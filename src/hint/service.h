/* service.h - mail providers by name: their relays and their logins */

#ifndef HINT_SERVICE_H
#define HINT_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define SERVICE_LOCAL	"LOCAL"	/* the user is the local part */
#define SERVICE_ASK	"ASK"	/* the provider gives it */
#define SERVICE_NONE	"NONE"	/* there is no login */

/*
 * A provider.  Lists have blanks between.  On port 465 TLS is implicit, on
 * others STARTTLS is required.  NULL: none, or as usual.
 */
struct service {
	const char	*name;		/* for `provider` */
	const char	*title;		/* as people call it */
	const char	*host;		/* its relay */
	int		 port;
	const char	*domains;	/* of its addresses */
	const char	*mx;		/* ends of hosts for its domains */
	const char	*user;		/* the user, if not the whole address */
	const char	*login;		/* the password it takes */
	const char	*oauth;		/* the value for `oauth` */
	bool		 oauth_only;	/* it takes no password */
};

extern const struct service service_table[];
extern const size_t service_count;

/* The row of that name, of that domain of an address, or NULL. */
const struct service *service_find(const char *name);
const struct service *service_of_domain(const char *domain);

/* The row of a host that takes mail of a domain (MX), or NULL. */
const struct service *service_of_mx(const char *host);

/* The row of this relay, or NULL. */
const struct service *service_of_relay(const char *host);

/* Words on its login: "the password is an app password (...)"; or NULL. */
const char *service_login(const struct service *);

/* Append the user for this address; nothing if a person has to know it. */
void	service_user(const struct service *, const char *address,
	    struct buf *);

#endif
