/* hint.h - from what went wrong to its cause, and the setting to change */

#ifndef HINT_HINT_H
#define HINT_HINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "smtp/client_state.h"

#define HINT_TEXT	768

/*
 * What we did and what is known of the relay.  NULL or 0 is: not known, or
 * not set.  All of it is borrowed for the call.
 */
struct hint_context {
	const struct fault *fault;
	const char	*relay;		/* its host or socket, no port */
	const char	*setting;	/* and as the settings have it */
	bool		 maildir;	/* it is no relay but a directory */
	int		 port;
	enum client_tls	 tls;		/* the mode in force */
	bool		 tls_up;
	unsigned	 caps;		/* CAP_*, as last heard */
	const char	*auth_offered;	/* the mechanisms, as last heard */
	const char	*banner;	/* the words of the greeting */
	const char	*helo;		/* the name we gave or would have */
	const char	*fqdn;		/* this host's name */
	bool		 login;		/* user is set and auth is not none */
	const char	*user;
	const char	*mech;		/* the mechanism used or asked for */
	const char	*sender;	/* of the envelope; may be "" */
	const char	*recipient;
	const char	*config_file;	/* where a new line would go */
	const char	*who;		/* we run as: "www-data", "uid 33" */
	const char	*group;		/* one that we are in */
};

/*
 * Printable and on one line each.  In fix a line of configuration or a
 * command stands in backquotes: "set `helo web1.example.org`".  If fix is
 * empty, no setting would help.
 */
struct hint {
	char	cause[HINT_TEXT];
	char	fix[HINT_TEXT];
	bool	permanent;	/* retrying a temporary failure will not help */
};

/* False, and the hint empty, if there is nothing to say. */
bool	hint_for(const struct hint_context *, struct hint *);

/* Append "hint: CAUSE; FIX". */
void	hint_print(struct buf *, const struct hint *);

#endif
