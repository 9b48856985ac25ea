/* intake.c - write a new message into the spool */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/portable.h"
#include "base/util.h"
#include "spool/claim.h"
#include "spool/fileio.h"
#include "spool/intake.h"
#include "spool/quota.h"

#define NAMES_TRIED	100

/*
 * A file with a temporary name.  spool_sweep() may remove it until it is
 * locked, so check the name again after that.
 */
static int
intake_begin_named(struct spool *sp, struct spool_file *file)
{
	struct stat st;
	int i, err = EEXIST;

	for (i = 0; i < NAMES_TRIED; i++) {
		(void)snprintf(file->tmp, sizeof(file->tmp), ".tmp-%08x%08x",
		    random_bits(), random_bits());
		file->fd = openat(sp->place[SPOOL_QUEUE], file->tmp,
		    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (file->fd == -1) {
			if ((err = errno) == EEXIST || err == EINTR)
				continue;
			break;
		}
		err = fileio_lock(file->fd, false);
		if (err == 0 && fstat(file->fd, &st) == -1)
			err = errno;
		if (err == 0 && spool_still(sp, SPOOL_QUEUE, file->tmp, &st))
			return 0;
		spool_release(sp, file);
		if (err != 0 && err != EWOULDBLOCK)
			break;
	}
	file->tmp[0] = '\0';
	return err != 0 ? err : EEXIST;
}

/* Errors of file systems and kernels that have no unnamed files. */
static bool
intake_not_supported(int err)
{
	return err == ENOTSUP || err == EOPNOTSUPP || err == EISDIR ||
	    err == EINVAL || err == ENOENT;
}

static int
intake_begin_unnamed(struct spool *sp, struct spool_file *file)
{
	int err;

	do
		file->fd = portable_unnamed(sp->place[SPOOL_QUEUE], ".");
	while (file->fd == -1 && errno == EINTR);
	if (file->fd == -1)
		return errno;
	if ((err = fileio_lock(file->fd, false)) != 0) {
		(void)close(file->fd);
		file->fd = -1;
	}
	return err;
}

int
spool_begin(struct spool *sp, struct spool_file *file, struct fault *f)
{
	int err = EOPNOTSUPP;

	*file = (struct spool_file){ .fd = -1 };
	if (quota_disk(sp, f) == -1)
		return -1;
	if (!sp->named)
		err = intake_begin_unnamed(sp, file);
	if (intake_not_supported(err)) {
		sp->named = true;
		err = intake_begin_named(sp, file);
	}
	return err != 0 ? spool_trouble(sp, SPOOL_QUEUE, "", err, f) : 0;
}

int
spool_envelope(struct spool *sp, struct spool_file *file,
    const struct envelope *e, const struct spool_meta *m, struct fault *f)
{
	struct buf b = { .max = HEAD_MAX };
	int err;

	if (head_format(&b, e, m, f) == -1)
		return -1;
	err = fileio_write(file->fd, 0, b.p, b.len);
	file->at = (off_t)b.len;
	file->size = 0;
	buf_release(&b);
	return err != 0 ? spool_trouble(sp, SPOOL_QUEUE, "", err, f) : 0;
}

int
spool_write(struct spool *sp, struct spool_file *file, const void *p,
    size_t n, struct fault *f)
{
	int err;

	if (quota_disk(sp, f) == -1)
		return -1;
	err = fileio_write(file->fd, file->at + (off_t)file->size, p, n);
	if (err != 0)
		return spool_trouble(sp, SPOOL_QUEUE, "", err, f);
	file->size += n;
	return 0;
}

/* Write the final first line and the end, and sync the file. */
static int
intake_finish(struct spool_file *file, bool eightbit)
{
	char first[HEAD_FIRST + 1];
	int err;

	head_first(first, (size_t)file->at, file->size, eightbit);
	if ((err = fileio_write(file->fd, 0, first, HEAD_FIRST)) == 0 &&
	    (err = fileio_write(file->fd, file->at + (off_t)file->size,
	    HEAD_END, sizeof(HEAD_END) - 1)) == 0)
		err = fileio_sync(file->fd);
	return err;
}

/* 13 digits of microseconds, which suffice until 2112, and 3 random ones. */
static void
intake_make_id(char id[SPOOL_ID])
{
	struct timespec t;
	unsigned long long us;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	us = (unsigned long long)t.tv_sec * 1000000 +
	    (unsigned long long)t.tv_nsec / 1000;
	(void)snprintf(id, SPOOL_ID, "%013llx%03x",
	    us & 0xfffffffffffffULL, random_bits() & 0xfff);
}

/* Give it an id, which makes it visible. */
static int
intake_link(struct spool *sp, struct spool_file *file)
{
	int queue = sp->place[SPOOL_QUEUE], to = sp->place[file->place];
	char path[sizeof(SPOOL_FD) + 24];
	int i, err = EEXIST;

	(void)snprintf(path, sizeof(path), SPOOL_FD "/%d", file->fd);
	for (i = 0; i < NAMES_TRIED && (err == EEXIST || err == EINTR); i++) {
		intake_make_id(file->id);
		err = (file->tmp[0] != '\0' ?
		    linkat(queue, file->tmp, to, file->id, 0) :
		    linkat(AT_FDCWD, path, to, file->id,
		    AT_SYMLINK_FOLLOW)) == -1 ? errno : 0;
	}
	if (err != 0) {
		file->id[0] = '\0';
		return err;
	}
	if (file->tmp[0] != '\0' && unlinkat(queue, file->tmp, 0) == -1)
		return errno;
	file->tmp[0] = '\0';
	return 0;
}

static void
intake_undo(struct spool *sp, struct spool_file *file, struct fault *f)
{
	struct fault more = { 0 };

	if (spool_remove(sp, file->place, file->id, &more) == -1)
		fault_add(f, "; it stays queued as %s: %s", file->id,
		    more.text);
	file->id[0] = '\0';
}

int
spool_commit(struct spool *sp, struct spool_file *file,
    enum spool_place place, const struct envelope *e, const struct note *note,
    struct fault *f)
{
	int err, rc = 0;

	file->place = place;
	if (quota_place(sp, place, file->size, f) == -1)
		return -1;
	if ((err = intake_finish(file, e->eightbit)) != 0 ||
	    (err = intake_link(sp, file)) != 0)
		rc = spool_trouble(sp, place, "", err, f);
	else if (note != NULL)
		rc = spool_note(sp, file, note, e, f);
	if (rc == 0 && (err = fileio_sync_dir(sp->place[place])) != 0)
		rc = spool_trouble(sp, place, "", err, f);
	if (rc == -1 && file->id[0] != '\0')
		intake_undo(sp, file, f);
	return rc;
}
