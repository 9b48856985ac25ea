/* place.c - where tokens are kept, and who may change them */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/spoolpath.h"
#include "oauth/place.h"

void
place_find(struct place *p, const struct settings *s,
    const struct config_source *src)
{
	*p = (struct place){ .readonly = src->elevated };
	p->path = spoolpath_tokens(s, src, &p->group);
}

void
place_release(struct place *p)
{
	free(p->path);
	p->path = NULL;
}

/*
 * Make it, and all that it is in.  New files in it have its group, as a unit
 * of systemd may not give them one.
 */
static int
place_make(const struct place *p)
{
	char *path = xstrdup(p->path), *slash;
	int rc;

	for (slash = path; (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	free(path);
	rc = mkdir(p->path, 0700);
	if (rc == 0 && p->group != (gid_t)-1 &&
	    (chown(p->path, (uid_t)-1, p->group) == -1 ||
	    chmod(p->path, 02750) == -1))
		return -1;
	return rc == -1 && errno != EEXIST ? -1 : 0;
}

static int
place_check(const struct place *p, int fd, struct fault *f)
{
	mode_t others = p->group != (gid_t)-1 || p->readonly ? 027 : 077;
	uid_t owner = p->readonly ? 0 : geteuid();
	struct stat st;

	if (fstat(fd, &st) == -1)
		return fault_errno(f, ST_TOKEN, errno, VD_TEMP, "%s", p->path);
	if (st.st_uid != owner)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the directory of tokens %s belongs to another user",
		    p->path);
	if ((st.st_mode & others) != 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "others can access the tokens in %s; run: chmod %s %s",
		    p->path, others == 077 ? "go-rwx" : "g-w,o-rwx", p->path);
	return 0;
}

int
place_open(const struct place *p, bool create, struct fault *f)
{
	int fd, flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

	if (p->path == NULL)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "no home directory for tokens: set `spool DIRECTORY`, and "
		    "they are kept beside it");
	fd = open(p->path, flags);
	if (fd == -1 && errno == ENOENT && create && place_make(p) == 0)
		fd = open(p->path, flags);
	if (fd == -1)
		return fault_errno(f, ST_TOKEN, errno, VD_PERM,
		    "the directory of tokens %s", p->path);
	if (place_check(p, fd, f) == 0)
		return fd;
	(void)close(fd);
	return -1;
}
