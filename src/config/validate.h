/* validate.h - what settings ask of a value beyond its type */

#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

/*
 * Each says what is expected of a value ("a host name or an address"), or
 * returns NULL if it is fine.  The words are static.
 */
const char *check_relay(const char *);
const char *check_account(const char *);
const char *check_accounts(const char *);
const char *check_match(const char *);
const char *check_address(const char *);
const char *check_proxy(const char *);
const char *check_resolver(const char *);
const char *check_host(const char *);
const char *check_pin(const char *);
const char *check_token(const char *);
const char *check_priority(const char *);
const char *check_helo(const char *);
const char *check_from(const char *);
const char *check_domain(const char *);
const char *check_log(const char *);

#endif
