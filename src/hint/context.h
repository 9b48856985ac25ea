/* context.h - what a hint is made of: a fault, its session, the settings */

#ifndef HINT_CONTEXT_H
#define HINT_CONTEXT_H

#include <stdbool.h>

#include "base/fault.h"
#include "smtp/client_state.h"

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
	const char	*login_option;	/* " -a NAME", of this account */
	const char	*sender;	/* of the envelope; may be "" */
	const char	*recipient;
	const char	*config_file;	/* the file to edit */
	const char	*who;		/* this process: "www-data", "uid 33" */
	const char	*owner;		/* the same for chown: "33" */
	const char	*group;		/* a group of this process */
	bool		 many;		/* more users may need that file */
	bool		 shared;	/* the group is that of all users */
	const char	*unit;		/* its service: "cron.service" */

	/*
	 * Do these settings have this value for this key, or with NULL any?
	 * The function may be NULL.
	 */
	bool		 (*is_set)(const void *settings, const char *key,
			    const char *value);
	const void	*settings;
};

#endif
