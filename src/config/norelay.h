/* norelay.h - what to do where no relay is set */

#ifndef CONFIG_NORELAY_H
#define CONFIG_NORELAY_H

#include <stdbool.h>

#include "base/buf.h"

/* Where settings were looked for; all of it borrowed. */
struct norelay {
	bool		 elevated;	/* only in the system's file */
	const char	*system;
	const char	*file;		/* -C, or NULL */
	char *const	*env;		/* or NULL */
	bool		 smtp_env;	/* the SMTP_* set counts */
	const char	*settings;	/* where one is, "FILE:12"; or NULL */
	const char	*foreign;	/* not used by root, or NULL */
};

/* Append a line without its end: what is missing, and how to set it. */
void	norelay_explain(const struct norelay *, struct buf *);

#endif
