/* hint.h - from a fault to its cause, and the setting to change */

#ifndef HINT_HINT_H
#define HINT_HINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "smtp/client_state.h"

#define HINT_TEXT	768

/*
 * What is known of the session and the relay.  NULL or 0 means: not known,
 * or not set.  All of it is borrowed for the call.
 */
struct hint_context {
	const struct fault *fault;
	const char	*relay;		/* its host or socket, no port */
	const char	*setting;	/* the setting relay, as written */
	bool		 maildir;	/* relay is a directory */
	int		 port;
	bool		 one_family;	/* address-family is not any */
	enum client_tls	 tls;		/* the mode in force */
	bool		 tls_up;
	unsigned	 caps;		/* CAP_*, from the last EHLO */
	const char	*auth_offered;	/* the mechanisms in it */
	const char	*banner;	/* text of the greeting */
	const char	*helo;		/* the name that EHLO gives */
	const char	*fqdn;		/* this host's name */
	bool		 login;		/* the settings log in */
	const char	*user;
	const char	*mech;		/* the mechanism used or asked for */
	bool		 asked;		/* auth names that mechanism */
	const char	*sender;	/* of the envelope; may be "" */
	const char	*recipient;
	const char	*config_file;	/* the file to edit */
	const char	*who;		/* this process: "www-data", "uid 33" */
	const char	*group;		/* a group of this process */
};

/*
 * Both are printable and on one line.  In fix, backquotes enclose a line of
 * configuration or a command: "set `helo web1.example.org`".  If fix is
 * empty, no setting would help.
 */
struct hint {
	char	cause[HINT_TEXT];
	char	fix[HINT_TEXT];
	bool	permanent;	/* retrying a temporary failure will not help */
};

/* Returns false, and an empty hint, if no rule applies. */
bool	hint_for(const struct hint_context *, struct hint *);

/* Append "hint: CAUSE; FIX". */
void	hint_print(struct buf *, const struct hint *);

#endif
