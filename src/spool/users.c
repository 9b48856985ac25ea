/* users.c - the spools of all users of a host, below one directory */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spool/users.h"

/*
 * The number that a name is, or with more, begins with; written as the
 * program writes it.  Or -1.
 */
static long long
users_number(const char *name, bool more)
{
	char digits[sizeof(((struct user_spool *)0)->name)];
	size_t n = strspn(name, "0123456789");
	const char *why;
	long long number;

	if (strlen(name) >= sizeof(digits) ||
	    (name[n] != '\0' && !(more && name[n] == '.')))
		return -1;
	(void)strlcpy(digits, name, n + 1);
	number = strtonum(digits, 0, UINT32_MAX - 1, &why);
	return why != NULL || (digits[0] == '0' && n > 1) ? -1 : number;
}

static void
users_add(struct users *u, int dir, const char *name, bool more,
    struct buf *foreign)
{
	long long n = users_number(name, more);
	struct user_spool *s;
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return;
	if (n != -1 && S_ISDIR(st.st_mode) && st.st_uid == (uid_t)n) {
		u->spool = xreallocarray(u->spool, u->n + 1,
		    sizeof(*u->spool));
		s = &u->spool[u->n++];
		s->uid = (uid_t)n;
		(void)strlcpy(s->name, name, sizeof(s->name));
	} else if (foreign != NULL) {
		buf_adds_visible(foreign, name);
		buf_add(foreign, "\n", 1);
	}
}

static int
users_lower(const void *a, const void *b)
{
	const struct user_spool *x = a, *y = b;

	return x->uid != y->uid ? (x->uid > y->uid) - (x->uid < y->uid) :
	    strcmp(x->name, y->name);
}

int
users_list(struct users *u, const char *top, bool more, struct buf *foreign,
    struct fault *f)
{
	const struct dirent *entry;
	DIR *d = opendir(top);
	int err = 0;

	*u = (struct users){ 0 };
	if (d == NULL)
		return fault_errno(f, ST_SPOOL, errno, VD_TEMP, "%s", top);
	while (errno = 0, (entry = readdir(d)) != NULL)
		users_add(u, dirfd(d), entry->d_name, more, foreign);
	err = errno;
	(void)closedir(d);
	if (u->n > 0)
		qsort(u->spool, u->n, sizeof(*u->spool), users_lower);
	if (err == 0)
		return 0;
	users_release(u);
	return fault_errno(f, ST_SPOOL, err, VD_TEMP, "%s", top);
}

void
users_release(struct users *u)
{
	free(u->spool);
	*u = (struct users){ 0 };
}
