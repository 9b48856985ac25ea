/* envname.h - variables of the environment that are meant for others */

#ifndef CONFIG_ENVNAME_H
#define CONFIG_ENVNAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The variable of the SMTP_* set that is meant by name[0..n), which other
 * programs use, or that is misspelt by a letter: "SMTP_USER" for
 * SMTP_USERNAME and SMTP_USRE.  NULL if there is none.
 */
const char *envname_meant(const char *name, size_t n);

/*
 * The first entry "NAME=value" of env (may be NULL) that means this variable
 * of the SMTP_* set, or NULL.  *n gets the octets of its name.
 */
const char *envname_find(char *const *env, const char *meant, size_t *n);

/* The value of this variable in env (may be NULL), or NULL. */
const char *envname_value(char *const *env, const char *name);

/* Is it there, and without a value? */
bool	envname_empty(char *const *env, const char *name);

/*
 * Is the entry "NAME=value" a link to a service, as Kubernetes sets it for a
 * service called heloise or smtp?  SMTP_PORT=tcp://10.0.0.1:587.
 */
bool	envname_is_link(const char *entry);

#endif
