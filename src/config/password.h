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
 * until limit (clock_ms(); 0 is none).
 */
int	password_get(const struct settings *, const char *credentials,
	    long long limit, struct buf *out, struct fault *);

/* Does it stand in quotes, which are then a part of it? */
bool	password_quoted(const char *);

/*
 * Ask for it on the terminal; false without a terminal or an answer.  out
 * should be secret.
 */
bool	password_ask(const char *prompt, struct buf *out);

/*
 * Wipe the password in the settings and in the environment, for a process
 * that reads data of other users.
 */
void	password_forget(const struct settings *);

#endif
