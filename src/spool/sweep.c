/* sweep.c - maintenance of a spool */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/quota.h"
#include "spool/sweep.h"

#define DAY	86400

/* Is it the name of a note?  Get its id, and whether it is a .tmp file. */
static bool
sweep_note_of(const char *name, char id[SPOOL_ID], bool *tmp)
{
	const char *end;

	if (strlcpy(id, name, SPOOL_ID) < SPOOL_ID || !spool_is_id(id))
		return false;
	end = name + SPOOL_ID - 1;
	*tmp = strcmp(end, ".note.tmp") == 0;
	return *tmp || strcmp(end, ".note") == 0;
}

/*
 * A note in queue/ without its message.  It is moved to a message in
 * failed/, unless another process has locked that.
 */
static int
sweep_lone_note(struct spool *sp, const char *name, const char *id, bool tmp,
    struct fault *f)
{
	struct fault unused = { 0 };
	struct stat st;
	int fd, rc = 0;

	switch (spool_lock(sp, SPOOL_FAILED, id, &fd, &st, &unused)) {
	case CLAIM_BUSY:
	case CLAIM_BAD:
		return 0;
	case CLAIM_GONE:
		return spool_there(sp, SPOOL_QUEUE, id) ? 0 :
		    spool_unlink(sp, SPOOL_QUEUE, name, f);
	case CLAIM_OK:
		break;
	}
	if (tmp || spool_there(sp, SPOOL_FAILED, name))
		rc = spool_unlink(sp, SPOOL_QUEUE, name, f);
	else if (renameat(sp->place[SPOOL_QUEUE], name,
	    sp->place[SPOOL_FAILED], name) == -1 && errno != ENOENT)
		rc = spool_trouble(sp, SPOOL_QUEUE, name, errno, f);
	(void)close(fd);
	return rc;
}

/* A temporary name that no process holds any more. */
static int
sweep_left_behind(struct spool *sp, const char *name, struct fault *f)
{
	struct fault unused = { 0 };
	struct stat st;
	int fd, rc;

	if (spool_lock(sp, SPOOL_QUEUE, name, &fd, &st, &unused) != CLAIM_OK)
		return 0;
	rc = spool_unlink(sp, SPOOL_QUEUE, name, f);
	(void)close(fd);
	return rc;
}

static int
sweep_entry(struct spool *sp, enum spool_place place, const char *name,
    struct buf *foreign, struct fault *f)
{
	char id[SPOOL_ID];
	bool tmp;

	if (spool_is_id(name) || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return 0;
	if (sweep_note_of(name, id, &tmp)) {
		if (spool_there(sp, place, id))
			return 0;
		return place == SPOOL_FAILED
		    ? spool_unlink(sp, place, name, f)
		    : sweep_lone_note(sp, name, id, tmp, f);
	}
	if (place == SPOOL_QUEUE && strncmp(name, ".tmp-", 5) == 0)
		return sweep_left_behind(sp, name, f);
	if (foreign == NULL)
		return 0;
	buf_adds(foreign, place == SPOOL_QUEUE ? "queue/" : "failed/");
	buf_adds_visible(foreign, name);
	buf_add(foreign, "\n", 1);
	return 0;
}

int
spool_sweep(struct spool *sp, struct buf *foreign, struct fault *f)
{
	const struct dirent *entry;
	enum spool_place place;
	int rc = 0;
	DIR *d;

	for (place = 0; place < SPOOL__MAX && rc == 0; place++) {
		if ((d = spool_entries(sp, place, f)) == NULL)
			return -1;
		while (rc == 0 && (errno = 0, entry = readdir(d)) != NULL)
			rc = sweep_entry(sp, place, entry->d_name, foreign, f);
		if (rc == 0 && errno != 0)
			rc = spool_trouble(sp, place, "", errno, f);
		(void)closedir(d);
	}
	return rc;
}

/* Are there too many, or too large together? */
static bool
sweep_too_many(const struct spool_limits *most, size_t n, long long octets)
{
	return (most->messages != 0 &&
	    n > (unsigned long long)most->messages) ||
	    (most->octets != 0 && octets > most->octets);
}

/* The rename to failed/ set the ctime, the time of the failure. */
int
spool_expire_failed(struct spool *sp, time_t now, unsigned days,
    const struct spool_limits *most, size_t *n, struct fault *f)
{
	char (*ids)[SPOOL_ID];
	struct fault unused = { 0 };
	struct stat st;
	long long octets = 0;
	size_t i, all;
	int fd, rc = 0;

	*n = 0;
	if (spool_list(sp, SPOOL_FAILED, &ids, &all, f) == -1)
		return -1;
	for (i = 0; i < all; i++)
		octets += quota_octets(sp, SPOOL_FAILED, ids[i]);
	for (i = 0; i < all && rc == 0; i++) {
		if (spool_lock(sp, SPOOL_FAILED, ids[i], &fd, &st,
		    &unused) != CLAIM_OK)
			continue;
		if (st.st_ctime < now - (time_t)days * DAY ||
		    sweep_too_many(most, all - *n, octets)) {
			rc = spool_remove(sp, SPOOL_FAILED, ids[i], f);
			*n += rc == 0;
			octets -= st.st_size;
		}
		(void)close(fd);
	}
	free(ids);
	return rc;
}

/* The note moves first: without it all recipients would count as new. */
static int
sweep_restore(struct spool *sp, struct claimed *c, struct fault *f)
{
	struct spool_file to = c->file;
	const char *id = c->file.id;
	char name[SPOOL_ID + sizeof(".note")];

	to.place = SPOOL_QUEUE;
	if (spool_note(sp, &to, &c->note, &c->env, f) == -1)
		return -1;
	if (renameat(sp->place[SPOOL_FAILED], id, sp->place[SPOOL_QUEUE],
	    id) == -1)
		return spool_trouble(sp, SPOOL_FAILED, id, errno, f);
	c->file.place = SPOOL_QUEUE;
	(void)strlcpy(name, id, sizeof(name));
	(void)strlcat(name, ".note", sizeof(name));
	return spool_unlink(sp, SPOOL_FAILED, name, f);
}

enum claim
spool_restore(struct spool *sp, const char *id, time_t now, struct fault *f)
{
	struct claimed c = { 0 };
	enum claim got = spool_claim(sp, SPOOL_FAILED, id, &c.file, &c.env,
	    &c.meta, &c.note, f);

	if (got != CLAIM_OK)
		return got;
	c.note.tries = 0;
	c.note.next = 0;
	c.note.since = now;
	c.note.held = c.note.damaged = false;
	if (note_reopen(&c.env, true) == 0) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "every recipient has accepted it");
		spool_complaint(sp, SPOOL_FAILED, id, f);
		got = CLAIM_BAD;
	} else if (sweep_restore(sp, &c, f) == -1) {
		got = CLAIM_BAD;
	}
	claim_release(sp, &c);
	return got;
}
