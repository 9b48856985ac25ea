/* identity.h - the calling user, its group and process, and the host */

#ifndef SYSTEM_IDENTITY_H
#define SYSTEM_IDENTITY_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * The login name and the full name of a user, never $USER; a uid without an
 * entry in passwd(5) is "uid1000", without a full name.
 */
void	identity_user(uid_t, char *name, size_t n, char *full, size_t nfull);

/* The users in passwd(5), of whom identity_listed() knows then. */
void	identity_users(struct buf *);
bool	identity_listed(const struct buf *users, const char *name);

/* The name of this group, or of that of this process; or its number. */
void	identity_group_of(gid_t, char *, size_t);
void	identity_group(char *, size_t);

/* The command of the parent process ("cron"), or "". */
void	identity_parent(char *, size_t);

/*
 * The service of systemd in which this process runs, "cron.service", or "".
 * Its processes end with it, unless it has KillMode=process.
 */
void	identity_unit(char *, size_t);

/*
 * The host's name, with its domain if the resolver knows it.  May ask the
 * resolver.
 */
void	identity_host(char *, size_t);

#endif
