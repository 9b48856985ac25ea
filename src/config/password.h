/* password.h - the password, from the setting or the file it names */

#ifndef CONFIG_PASSWORD_H
#define CONFIG_PASSWORD_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "config/setting.h"

#define PASSWORD_MAX	16384	/* octets; a token counts as a password */

/*
 * Append the password, from the setting, the file or the command, to out,
 * which should be secret and hold PASSWORD_MAX.  credentials is systemd's
 * CREDENTIALS_DIRECTORY, or NULL.  Files in it, or below /run/secrets, may
 * have any mode, since these places are private.  Other files must not be
 * readable by the world.  A command may take 30 seconds, but not longer than
 * until limit (clock_ms(); 0 is none).  A process with privileges that its
 * caller does not have runs no command: VD_TEMP.  What is clearly no password
 * is refused, with the standard error of the command: null, a page of HTML,
 * and for a token also blanks.
 */
int	password_get(const struct settings *, const char *credentials,
	    long long limit, struct buf *out, struct fault *);

/* The same for the secret of the OAuth client, which must be set. */
int	password_client(const struct settings *, const char *credentials,
	    long long limit, struct buf *out, struct fault *);

/* The same for the file with the first refresh token. */
int	password_refresh(const struct settings *, const char *credentials,
	    struct buf *out, struct fault *);

/* Does it stand in quotes, which are then a part of it? */
bool	password_quoted(const char *);

/*
 * Ask for it on the controlling terminal, or else on that of the standard
 * input; false without a terminal or an answer.  out should be secret.
 */
bool	password_ask(const char *prompt, struct buf *out);

#endif
