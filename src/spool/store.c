/* store.c - a message file, in the spool or unnamed */

#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/util.h"
#include "spool/fileio.h"
#include "spool/store.h"

/* A file without a name; in memory if no directory can have one. */
static int
store_unnamed(struct fault *f)
{
	static const char *const dirs[] = { "/var/tmp", "/tmp" };
	size_t i;
	int fd;

	for (i = 0; i < NITEMS(dirs); i++)
		if ((fd = open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC,
		    0600)) != -1)
			return fd;
	if ((fd = memfd_create("heloise", MFD_CLOEXEC)) != -1)
		return fd;
	return fault_errno(f, ST_SPOOL, errno, VD_TEMP,
	    "cannot create a temporary file");
}

int
store_begin(struct store *s, struct spool *spool, struct fault *f)
{
	*s = (struct store){ .spool = spool, .fd = -1, .file.fd = -1 };
	if (spool == NULL)
		return (s->fd = store_unnamed(f)) == -1 ? -1 : 0;
	if (spool_begin(spool, &s->file, f) == -1)
		return -1;
	s->fd = s->file.fd;
	return 0;
}

int
store_envelope(struct store *s, const struct envelope *e,
    const struct spool_meta *meta, struct fault *f)
{
	if (s->spool == NULL)
		return 0;
	if (spool_envelope(s->spool, &s->file, e, meta, f) == -1)
		return -1;
	s->at = s->file.at;
	return 0;
}

int
store_write(struct store *s, const void *v, size_t n, struct fault *f)
{
	int err;

	if (s->spool != NULL) {
		if (spool_write(s->spool, &s->file, v, n, f) == -1)
			return -1;
		s->size = s->file.size;
		return 0;
	}
	if ((err = fileio_write(s->fd, s->at + (off_t)s->size, v, n)) != 0)
		return fault_errno(f, ST_SPOOL, err, VD_TEMP,
		    "cannot write the temporary file");
	s->size += n;
	return 0;
}

void
store_release(struct store *s)
{
	if (s->spool != NULL)
		spool_release(s->spool, &s->file);
	else if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}
