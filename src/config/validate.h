/* validate.h - what settings ask of a value beyond its type */

#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

/*
 * Each says what is expected of a value ("a host name or an address"), or
 * returns NULL if it is fine.  The words are static.
 */
const char *validate_relay(const char *);
const char *validate_account(const char *);
const char *validate_accounts(const char *);
const char *validate_match(const char *);
const char *validate_address(const char *);
const char *validate_proxy(const char *);
const char *validate_resolver(const char *);
const char *validate_host(const char *);
const char *validate_pin(const char *);
const char *validate_token(const char *);
const char *validate_priority(const char *);
const char *validate_helo(const char *);
const char *validate_from(const char *);
const char *validate_domain(const char *);
const char *validate_log(const char *);

#endif
