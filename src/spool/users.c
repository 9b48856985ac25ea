/* users.c - the spools of all users of a host, below one directory */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spool/users.h"

/* The number that a name is, written as the program writes it; or -1. */
static long long
users_number(const char *name)
{
	const char *why;
	long long n = strtonum(name, 0, UINT32_MAX - 1, &why);

	return why != NULL || strspn(name, "0123456789") != strlen(name) ||
	    (name[0] == '0' && name[1] != '\0') ? -1 : n;
}

static void
users_add(struct users *u, int dir, const char *name, struct buf *foreign)
{
	long long n = users_number(name);
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (n != -1 && S_ISDIR(st.st_mode) && st.st_uid == (uid_t)n) {
		u->uid = xreallocarray(u->uid, u->n + 1, sizeof(*u->uid));
		u->uid[u->n++] = (uid_t)n;
	} else if (foreign != NULL) {
		buf_adds_visible(foreign, name);
		buf_add(foreign, "\n", 1);
	}
}

static int
users_lower(const void *a, const void *b)
{
	const uid_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int
users_list(struct users *u, const char *top, struct buf *foreign,
    struct fault *f)
{
	const struct dirent *entry;
	DIR *d = opendir(top);
	int err = 0;

	*u = (struct users){ 0 };
	if (d == NULL)
		return fault_errno(f, ST_SPOOL, errno, VD_TEMP, "%s", top);
	while (errno = 0, (entry = readdir(d)) != NULL)
		users_add(u, dirfd(d), entry->d_name, foreign);
	err = errno;
	(void)closedir(d);
	if (u->n > 0)
		qsort(u->uid, u->n, sizeof(*u->uid), users_lower);
	if (err == 0)
		return 0;
	users_release(u);
	return fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s", top);
}

void
users_release(struct users *u)
{
	free(u->uid);
	*u = (struct users){ 0 };
}
