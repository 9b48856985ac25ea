/* explain.h - a fault in words for people: its cause and what to change */

#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "base/buf.h"
#include "config/config.h"
#include "hint/hint.h"
#include "report/conninfo.h"

#define EXPLAIN_HINT	(4 * HINT_TEXT)	/* octets of a hint at most */

/* What is known besides a fault; strings are borrowed. */
struct explain {
	const struct config *config;
	const char	*fqdn;		/* of this host, or NULL */
	const char	*file;		/* the file to change in hints */
	const char	*system;	/* the file for all users */
	bool		 elevated;	/* set-group-ID */
	uid_t		 uid;		/* of this process */
	char		 who[128];	/* that user */
	char		 group[64];	/* its group; "": not looked up */
	char		 unit[128];	/* its service, or "" */
};

/* Where a fault happened; NULL is: not known. */
struct explain_place {
	const char	*account;
	const struct conninfo *conninfo;	/* that was used */
	const char	*sender, *recipient;
};

void	explain_init(struct explain *, const struct config *,
	    const struct config_source *, const char *fqdn);

/* It happened to another user, who had this group for all users. */
void	explain_as(struct explain *, uid_t, gid_t);

/* The settings of the account of the connection, else of the message. */
const struct settings *explain_settings(const struct explain *,
	    const struct explain_place *);

/*
 * Append the cause of a fault and what to change, in one line.  False if no
 * hint is known.
 */
bool	explain_hint(const struct explain *, const struct fault *,
	    const struct explain_place *, struct buf *);

/* Append the words of `avoid` for these CAP_*. */
void	explain_extensions(unsigned, struct buf *);

/* Write the fault to stderr, and a line with the hint if one is known. */
void	explain_fault(const struct explain *, const struct fault *,
	    const struct explain_place *);

#endif
