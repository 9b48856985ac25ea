/* store.c - a message file, in the spool or unnamed */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/portable.h"
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
		if ((fd = portable_unnamed(AT_FDCWD, dirs[i])) != -1)
			return fd;
	if ((fd = portable_memory_file()) != -1)
		return fd;
	return fault_errno(f, ST_SPOOL, errno, VD_TEMP,
	    "cannot create a temporary file");
}

#define BLOCK	65536		/* octets copied at once */

/* Copy the message to the start of a file; 0 or an errno. */
static int
store_copy(const struct store *s, int to)
{
	char *block = xmalloc(BLOCK);
	size_t done, n;
	int err = 0;

	for (done = 0; err == 0 && done < s->size; done += n) {
		n = s->size - done < BLOCK ? s->size - done : BLOCK;
		err = fileio_read(s->fd, s->at + (off_t)done, block, n);
		if (err == 0)
			err = fileio_write(to, (off_t)done, block, n);
	}
	free(block);
	return err;
}

/* The spool has failed with f, which stays if nothing else can be written. */
static int
store_leave_spool(struct store *s, struct fault *f)
{
	struct fault more = { 0 };
	int fd = store_unnamed(&more);

	if (fd == -1)
		return -1;
	if (store_copy(s, fd) != 0) {
		(void)close(fd);
		return -1;
	}
	s->trouble = *f;
	fault_clear(f);
	spool_release(s->spool, &s->file);
	s->spool = NULL;
	s->fd = fd;
	s->at = 0;
	return 0;
}

int
store_begin(struct store *s, struct spool *spool, struct fault *f)
{
	*s = (struct store){ .spool = spool, .fd = -1, .file.fd = -1 };
	if (spool == NULL)
		return (s->fd = store_unnamed(f)) == -1 ? -1 : 0;
	if (spool_begin(spool, &s->file, f) == -1)
		return store_leave_spool(s, f);
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
		return f->domain == FD_ERRNO ? store_leave_spool(s, f) : -1;
	s->at = s->file.at;
	return 0;
}

int
store_write(struct store *s, const void *v, size_t n, struct fault *f)
{
	int err;

	if (s->spool != NULL) {
		if (spool_write(s->spool, &s->file, v, n, f) == 0) {
			s->size = s->file.size;
			return 0;
		}
		if (store_leave_spool(s, f) == -1)
			return -1;
	}
	err = fileio_write(s->fd, s->at + (off_t)s->size, v, n);
	if (err != 0 && s->trouble.verdict != VD_OK) {
		*f = s->trouble;
		return -1;
	}
	if (err != 0)
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
