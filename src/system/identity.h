/* identity.h - who is calling, and on which host */

#ifndef SYSTEM_IDENTITY_H
#define SYSTEM_IDENTITY_H

#include <sys/types.h>

#include <stddef.h>

/*
 * The login name and the full name of a user, never $USER; a uid without an
 * entry in passwd(5) is "uid1000", without a full name.
 */
void	identity_user(uid_t, char *name, size_t n, char *full, size_t nfull);

/* The name of our group, or its number. */
void	identity_group(char *, size_t);

/* The command of the process that started us ("cron"), or "". */
void	identity_parent(char *, size_t);

/*
 * The host's name, qualified if the resolver knows how: without a dot in
 * it there was no better.  May ask the resolver.
 */
void	identity_host(char *, size_t);

#endif
