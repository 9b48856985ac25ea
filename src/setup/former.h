/* former.h - the login of the present configuration, and whose it is */

#ifndef SETUP_FORMER_H
#define SETUP_FORMER_H

#include "setup/answers.h"

/*
 * Read the present settings without those of the command line.  Mistakes in
 * them are no matter here.  To be released with config_release().
 */
void	former_read(struct config *, const struct config_source *);

/*
 * Is the draft's relay the host that gets the present login?  If it is,
 * that login is in the draft; if not, it is taken out of it.  What the
 * command line says stays.
 */
bool	former_fits(struct answers *);

/*
 * The relay is chosen.  If it is another host than before, say so once, and
 * give the accounts that inherited from the settings above them what they
 * had: no old password goes to a new relay.
 */
void	former_settle(struct answers *);

/*
 * The address is another one than before, at the same relay: ask whether
 * the login of a person counts for it, too.  Not without a terminal.
 */
void	former_ask(struct answers *);

#endif
