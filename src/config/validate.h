/* validate.h - checks of values beyond their type */

#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

#include <stdbool.h>

#include "base/buf.h"

/*
 * Each returns NULL if the value is right, else the expected form ("a host
 * name or an address"), a static text.
 */
const char *validate_relay(const char *);
const char *validate_provider(const char *);
const char *validate_account(const char *);
const char *validate_accounts(const char *);
const char *validate_match(const char *);
const char *validate_address(const char *);
const char *validate_proxy(const char *);
const char *validate_resolver(const char *);
const char *validate_host(const char *);
const char *validate_pin(const char *);
const char *validate_spool(const char *);
const char *validate_token(const char *);
const char *validate_priority(const char *);
const char *validate_helo(const char *);
const char *validate_mailbox(const char *);

/* The same with %U, %H and %%, as `from` has them. */
const char *validate_from(const char *);
const char *validate_domain(const char *);
const char *validate_log(const char *);
const char *validate_rate(const char *);
const char *validate_avoid(const char *);
const char *validate_oauth(const char *);
const char *validate_oauth_tenant(const char *);
const char *validate_min_free(const char *);

/*
 * The same for all of them: no control characters, since it may go to a
 * command, a header or a terminal.  A secret is never shown, and may be in any
 * character set.
 */
const char *validate_octets(const char *, bool secret);

/* What other programs allow: append "; a value has no quotes" or the like. */
void	validate_habit(const char *, struct buf *why);

#endif
