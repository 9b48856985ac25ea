/* login.h - --login and --logout: get and forget the tokens of an account */

#ifndef ADMIN_LOGIN_H
#define ADMIN_LOGIN_H

#include <stdbool.h>

#include "base/buf.h"
#include "cli/options.h"
#include "config/config.h"

/* Log in, then test it as --probe does; the exit status. */
int	login_run(const struct options *, struct config *,
	    const struct config_source *);
int	login_forget(const struct options *, struct config *,
	    const struct config_source *);

/*
 * Get a token as login_run() does, but test nothing.  With ask false no
 * person and no provider is asked: is there a token, or a grant that needs no
 * person?  -1 with a fault, and its hint, if there is one, appended.
 */
int	login_quietly(const struct config *, const struct config_source *,
	    bool ask, struct buf *hint, struct fault *);

#endif
