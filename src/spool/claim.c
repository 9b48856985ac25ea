/* claim.c - a queue message that this process has locked */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/util.h"
#include "spool/claim.h"
#include "spool/fileio.h"

#define FIRST		4096	/* octets of the first read */
#define NAME_SIZE	(SPOOL_ID + sizeof(".note.tmp"))

static void
claim_note_name(char name[NAME_SIZE], const char *id, const char *end)
{
	(void)snprintf(name, NAME_SIZE, "%s.note%s", id, end);
}

/* Why a file is not trusted; NULL if it is. */
static const char *
claim_objection(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	if (st->st_uid != fileio_uid())
		return "belongs to another user";
	if ((st->st_mode & 022) != 0)
		return "others may write to it";
	return NULL;
}

/* Get the status of an open file; close it if it is not trusted. */
static enum claim
claim_check_file(const struct spool *sp, enum spool_place place,
    const char *name, int *fd, struct stat *st, struct fault *f)
{
	const char *why;

	if (fstat(*fd, st) == -1) {
		spool_trouble(sp, place, name, errno, f);
	} else if ((why = claim_objection(st)) != NULL) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP, "%s", why);
		spool_complaint(sp, place, name, f);
	} else {
		return CLAIM_OK;
	}
	(void)close(*fd);
	*fd = -1;
	return CLAIM_BAD;
}

/*
 * Open a file of unknown origin: do not follow a link or wait for a FIFO.
 * 0, or an errno.
 */
static int
claim_open_any(const struct spool *sp, enum spool_place place, const char *name,
    int flags, int *fd)
{
	do
		*fd = openat(sp->place[place], name,
		    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	while (*fd == -1 && errno == EINTR);
	return *fd == -1 ? errno : 0;
}

static enum claim
claim_not_open(const struct spool *sp, enum spool_place place, const char *name,
    int err, struct fault *f)
{
	spool_trouble(sp, place, name, err, f);
	return err == ENOENT ? CLAIM_GONE : CLAIM_BAD;
}

/*
 * Lock a file.  On NFS an exclusive lock needs a file that is open for
 * writing; the file is never written.
 */
static int
claim_lock_file(struct spool *sp, enum spool_place place, const char *name,
    int *fd)
{
	int err = fileio_lock(*fd, false), again;

	if (err != EBADF)
		return err;
	if (claim_open_any(sp, place, name, O_RDWR, &again) != 0)
		return EBADF;
	(void)close(*fd);
	*fd = again;
	return fileio_lock(*fd, false);
}

enum claim
spool_lock(struct spool *sp, enum spool_place place, const char *name,
    int *fd, struct stat *st, struct fault *f)
{
	int err = claim_open_any(sp, place, name, O_RDONLY, fd);
	enum claim got;

	if (err != 0)
		return claim_not_open(sp, place, name, err, f);
	/* The file can change until it is locked. */
	err = claim_lock_file(sp, place, name, fd);
	if ((got = claim_check_file(sp, place, name, fd, st, f)) != CLAIM_OK)
		return got;
	if (err == 0 && spool_still(sp, place, name, st))
		return CLAIM_OK;
	if (err == EWOULDBLOCK) {
		got = CLAIM_BUSY;
	} else {
		got = err == 0 ? CLAIM_GONE : CLAIM_BAD;
		spool_trouble(sp, place, name, err == 0 ? ENOENT : err, f);
	}
	(void)close(*fd);
	*fd = -1;
	return got;
}

static int
claim_incomplete(struct fault *f)
{
	return fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
	    "the length or end is wrong: the file is incomplete");
}

static int
claim_unreadable(int err, struct fault *f)
{
	return fault_errno(f, ST_SPOOL, err, VD_TEMP, "cannot be read");
}

/* Read from a file; p[0..have) is the part that was read already. */
static int
claim_read_more(int fd, const char *p, size_t have, size_t at, char *out, size_t
    n)
{
	if (at + n > have)
		return fileio_read(fd, (off_t)at, out, n);
	memcpy(out, p + at, n);
	return 0;
}

/* Read the head of a message file and check its end, mostly in one read. */
static int
claim_read_head(struct spool_file *file, off_t length, struct envelope *e,
    struct spool_meta *m, struct fault *f)
{
	const size_t tail = sizeof(HEAD_END) - 1;
	char first[FIRST], end[sizeof(HEAD_END) - 1], *head;
	size_t have = length < FIRST ? (size_t)length : FIRST, at;
	bool eightbit;
	int err, rc;

	if (length < HEAD_FIRST)
		return claim_incomplete(f);
	if ((err = fileio_read(file->fd, 0, first, have)) != 0)
		return claim_unreadable(err, f);
	if (head_measure(first, &at, &file->size, &eightbit, f) == -1)
		return -1;
	if ((unsigned long long)length < at + tail ||
	    (unsigned long long)length - at - tail != file->size)
		return claim_incomplete(f);
	file->at = (off_t)at;
	if ((err = claim_read_more(file->fd, first, have, (size_t)length - tail,
	    end, tail)) != 0)
		return claim_unreadable(err, f);
	if (memcmp(end, HEAD_END, tail) != 0)
		return claim_incomplete(f);
	head = xmalloc(at);
	if ((err = claim_read_more(file->fd, first, have, 0, head, at)) != 0)
		rc = claim_unreadable(err, f);
	else
		rc = head_parse(head, at, e, m, f);
	free(head);
	return rc;
}

/* Read the note; a damaged one counts as none, an I/O error does not. */
static int
claim_read_note(struct spool *sp, struct spool_file *file, struct note *note,
    struct envelope *e, struct fault *f)
{
	char name[NAME_SIZE], *p;
	struct stat st;
	size_t n;
	int fd, err, rc = 0;

	memset(note, 0, sizeof(*note));
	claim_note_name(name, file->id, "");
	err = claim_open_any(sp, file->place, name, O_RDONLY, &fd);
	if (err == ENOENT)
		return 0;
	file->noted = true;
	if (err != 0)
		return spool_trouble(sp, file->place, name, err, f);
	if (claim_check_file(sp, file->place, name, &fd, &st, f) != CLAIM_OK)
		return -1;
	n = st.st_size > NOTE_MAX ? 0 : (size_t)st.st_size;
	p = xmalloc(n);
	err = fileio_read(fd, 0, p, n);
	(void)close(fd);
	if (err != 0 && err != ENODATA)
		rc = spool_trouble(sp, file->place, name, err, f);
	else if (note_parse(p, err != 0 ? 0 : n, note, e, f) == -1) {
		spool_complaint(sp, file->place, name, f);
		note->damaged = true;
	}
	free(p);
	return rc;
}

/* If got is CLAIM_OK read head and note; release the file on failure. */
static enum claim
claim_read_all(struct spool *sp, enum claim got, struct spool_file *file,
    const struct stat *st, struct envelope *e, struct spool_meta *m,
    struct note *note, struct fault *f)
{
	if (got == CLAIM_OK) {
		got = CLAIM_BAD;
		if (claim_read_head(file, st->st_size, e, m, f) == -1) {
			spool_complaint(sp, file->place, file->id, f);
		} else if (claim_read_note(sp, file, note, e, f) == 0) {
			return CLAIM_OK;
		} else {
			envelope_release(e);
			spool_meta_release(m);
		}
	}
	spool_release(sp, file);
	return got;
}

/* Begin with the name, which must be an id. */
static bool
claim_name_file(struct spool_file *file, enum spool_place place, const char *id,
    struct fault *f)
{
	*file = (struct spool_file){ .fd = -1 };
	if (!spool_is_id(id)) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "%s: not the id of a message", id);
		return false;
	}
	file->place = place;
	(void)strlcpy(file->id, id, sizeof(file->id));
	return true;
}

enum claim
spool_claim(struct spool *sp, enum spool_place place, const char *id,
    struct spool_file *file, struct envelope *e, struct spool_meta *m,
    struct note *note, struct fault *f)
{
	struct stat st;
	enum claim got;

	if (!claim_name_file(file, place, id, f))
		return CLAIM_GONE;
	got = spool_lock(sp, place, id, &file->fd, &st, f);
	if (got == CLAIM_OK && st.st_nlink != 1) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "the file has a second hard link");
		spool_complaint(sp, place, id, f);
		got = CLAIM_BAD;
	}
	return claim_read_all(sp, got, file, &st, e, m, note, f);
}

enum claim
spool_peek(struct spool *sp, enum spool_place place, const char *id,
    struct spool_file *file, struct envelope *e, struct spool_meta *m,
    struct note *note, struct fault *f)
{
	struct stat st;
	enum claim got;
	int err;

	if (!claim_name_file(file, place, id, f))
		return CLAIM_GONE;
	err = claim_open_any(sp, place, id, O_RDONLY, &file->fd);
	got = err == 0 ? claim_check_file(sp, place, id, &file->fd, &st, f) :
	    claim_not_open(sp, place, id, err, f);
	return claim_read_all(sp, got, file, &st, e, m, note, f);
}

time_t
spool_noted(const struct spool *sp, enum spool_place place, const char *id)
{
	char name[NAME_SIZE];
	struct stat st;

	claim_note_name(name, id, "");
	return fstatat(sp->place[place], name, &st, AT_SYMLINK_NOFOLLOW) == 0 ?
	    st.st_mtime : 0;
}

/* Create a file for a note; replace one that a crash left. */
static int
claim_create_note(int dir, const char *name)
{
	int fd = -1, i;

	for (i = 0; i < 3 && fd == -1; i++) {
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL |
		    O_CLOEXEC, 0600);
		if (fd == -1 && errno != EINTR && (errno != EEXIST ||
		    unlinkat(dir, name, 0) == -1))
			break;
	}
	return fd;
}

static int
claim_write_note(int dir, const char *id, const struct buf *text, bool sync)
{
	char name[NAME_SIZE], tmp[NAME_SIZE];
	int fd, err, also;

	claim_note_name(name, id, "");
	claim_note_name(tmp, id, ".tmp");
	if ((fd = claim_create_note(dir, tmp)) == -1)
		return errno;
	err = fileio_write(fd, 0, text->p, text->len);
	if (err == 0 && sync)
		err = fileio_sync(fd);
	also = fileio_close(fd);
	if (err == 0)
		err = also;
	if (err == 0 && renameat(dir, tmp, dir, name) == -1)
		err = errno;
	if (err != 0)
		(void)unlinkat(dir, tmp, 0);
	else if (sync)
		err = fileio_sync_dir(dir);
	return err;
}

int
spool_note(struct spool *sp, struct spool_file *file,
    const struct note *note, const struct envelope *e, struct fault *f)
{
	bool sync = envelope_count(e, VD_OK) > 0;
	struct buf text = { .max = NOTE_MAX };
	char name[NAME_SIZE];
	int err, rc = 0;
	size_t i;

	for (i = 0; i < e->nrcpt && !sync; i++)
		sync = e->rcpt[i].told;
	claim_note_name(name, file->id, "");
	file->noted = true;
	if (note_format(&text, note, e, f) == -1)
		rc = spool_complaint(sp, file->place, name, f);
	else if ((err = claim_write_note(sp->place[file->place], file->id,
	    &text, sync)) != 0)
		rc = spool_trouble(sp, file->place, name, err, f);
	buf_release(&text);
	return rc;
}

int
spool_remove(struct spool *sp, enum spool_place place, const char *id,
    struct fault *f)
{
	char name[NAME_SIZE];

	if (spool_unlink(sp, place, id, f) == -1)
		return -1;
	claim_note_name(name, id, "");
	if (spool_unlink(sp, place, name, f) == -1)
		return -1;
	claim_note_name(name, id, ".tmp");
	return spool_unlink(sp, place, name, f);
}

int
spool_done(struct spool *sp, const struct spool_file *file, struct fault *f)
{
	return file->noted ? spool_remove(sp, file->place, file->id, f) :
	    spool_unlink(sp, file->place, file->id, f);
}

/* The note moves last: without it the message would count as new. */
int
spool_fail(struct spool *sp, struct spool_file *file, struct fault *f)
{
	int from = sp->place[SPOOL_QUEUE], to = sp->place[SPOOL_FAILED];
	char name[NAME_SIZE];

	if (renameat(from, file->id, to, file->id) == -1)
		return spool_trouble(sp, SPOOL_QUEUE, file->id, errno, f);
	file->place = SPOOL_FAILED;
	claim_note_name(name, file->id, "");
	if (renameat(from, name, to, name) == -1 && errno != ENOENT)
		return spool_trouble(sp, SPOOL_QUEUE, name, errno, f);
	return 0;
}

void
claim_release(struct spool *spool, struct claimed *c)
{
	spool_release(spool, &c->file);
	envelope_release(&c->env);
	spool_meta_release(&c->meta);
}
