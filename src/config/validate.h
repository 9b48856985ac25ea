/* validate.h - checks of values beyond their type */

#ifndef CONFIG_VALIDATE_H
#define CONFIG_VALIDATE_H

/*
 * Each returns NULL if the value is right, else the expected form ("a host
 * name or an address"), a static text.
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
const char *validate_rate(const char *);
const char *validate_avoid(const char *);

#endif
