/* sweep.c - what a spool needs beside deliveries */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool/sweep.h"

#define DAY	86400

static bool
sweep_there(const struct spool *sp, enum spool_place place, const char *name)
{
	struct stat st;

	return fstatat(sp->place[place], name, &st,
	    AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

static int
sweep_drop(struct spool *sp, enum spool_place place, const char *name,
    struct fault *f)
{
	if (unlinkat(sp->place[place], name, 0) == -1 && errno != ENOENT)
		return spool_trouble(sp, place, name, errno, f);
	return 0;
}

/* The id in the name of a note, whole or half written; false if not one. */
static bool
sweep_note_of(const char *name, char id[SPOOL_ID], bool *half)
{
	const char *end;

	if (strlcpy(id, name, SPOOL_ID) < SPOOL_ID || !spool_is_id(id))
		return false;
	end = name + SPOOL_ID - 1;
	*half = strcmp(end, ".note.tmp") == 0;
	return *half || strcmp(end, ".note") == 0;
}

/*
 * A note in the queue whose message is not there.  It follows a message that
 * is among the failed, unless someone is just moving that.
 */
static int
sweep_lone_note(struct spool *sp, const char *name, const char *id, bool half,
    struct fault *f)
{
	struct fault why;
	struct stat st;
	int fd, rc = 0;

	fault_clear(&why);
	switch (spool_lock(sp, SPOOL_FAILED, id, &fd, &st, &why)) {
	case CLAIM_BUSY:
	case CLAIM_BAD:
		return 0;
	case CLAIM_GONE:
		return sweep_there(sp, SPOOL_QUEUE, id) ? 0 :
		    sweep_drop(sp, SPOOL_QUEUE, name, f);
	case CLAIM_OK:
		break;
	}
	if (half || sweep_there(sp, SPOOL_FAILED, name))
		rc = sweep_drop(sp, SPOOL_QUEUE, name, f);
	else if (renameat(sp->place[SPOOL_QUEUE], name,
	    sp->place[SPOOL_FAILED], name) == -1 && errno != ENOENT)
		rc = spool_trouble(sp, SPOOL_QUEUE, name, errno, f);
	(void)close(fd);
	return rc;
}

/* A message that nobody is taking in any more, or its second name. */
static int
sweep_left_behind(struct spool *sp, const char *name, struct fault *f)
{
	struct fault why;
	struct stat st;
	int fd, rc;

	fault_clear(&why);
	if (spool_lock(sp, SPOOL_QUEUE, name, &fd, &st, &why) != CLAIM_OK)
		return 0;
	rc = sweep_drop(sp, SPOOL_QUEUE, name, f);
	(void)close(fd);
	return rc;
}

static int
sweep_entry(struct spool *sp, enum spool_place place, const char *name,
    struct buf *foreign, struct fault *f)
{
	char id[SPOOL_ID];
	bool half;

	if (spool_is_id(name) || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return 0;
	if (sweep_note_of(name, id, &half)) {
		if (sweep_there(sp, place, id))
			return 0;
		return place == SPOOL_FAILED ? sweep_drop(sp, place, name, f) :
		    sweep_lone_note(sp, name, id, half, f);
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

/* The rename tells when it failed: it changes the status of the file. */
int
spool_expire_failed(struct spool *sp, time_t now, unsigned days, size_t *n,
    struct fault *f)
{
	char (*ids)[SPOOL_ID];
	struct fault why;
	struct stat st;
	size_t i, all;
	int fd, rc = 0;

	*n = 0;
	if (spool_list(sp, SPOOL_FAILED, &ids, &all, f) == -1)
		return -1;
	fault_clear(&why);
	for (i = 0; i < all && rc == 0; i++) {
		if (spool_lock(sp, SPOOL_FAILED, ids[i], &fd, &st,
		    &why) != CLAIM_OK)
			continue;
		if (st.st_ctime < now - (time_t)days * DAY) {
			rc = spool_remove(sp, SPOOL_FAILED, ids[i], f);
			*n += rc == 0;
		}
		(void)close(fd);
	}
	free(ids);
	return rc;
}

/* The note comes first: without it all would get the message again. */
static int
sweep_bring_back(struct spool *sp, struct spool_file *file,
    const struct note *note, const struct envelope *e, struct fault *f)
{
	struct spool_file to = *file;
	char name[SPOOL_ID + sizeof(".note")];

	to.place = SPOOL_QUEUE;
	if (spool_note(sp, &to, note, e, f) == -1)
		return -1;
	if (renameat(sp->place[SPOOL_FAILED], file->id,
	    sp->place[SPOOL_QUEUE], file->id) == -1)
		return spool_trouble(sp, SPOOL_FAILED, file->id, errno, f);
	file->place = SPOOL_QUEUE;
	(void)strlcpy(name, file->id, sizeof(name));
	(void)strlcat(name, ".note", sizeof(name));
	return sweep_drop(sp, SPOOL_FAILED, name, f);
}

enum claim
spool_restore(struct spool *sp, const char *id, time_t now, struct fault *f)
{
	struct envelope e = { 0 };
	struct spool_meta m = { 0 };
	struct spool_file file;
	struct note note;
	enum claim got;

	got = spool_claim(sp, SPOOL_FAILED, id, &file, &e, &m, &note, f);
	if (got != CLAIM_OK)
		return got;
	note.tries = 0;
	note.next = 0;
	note.since = now;
	note.held = note.damaged = false;
	if (note_reopen(&e, true) == 0) {
		fault_set(f, ST_SPOOL, FD_NONE, 0, VD_TEMP,
		    "every recipient has accepted it");
		spool_complaint(sp, SPOOL_FAILED, id, f);
		got = CLAIM_BAD;
	} else if (sweep_bring_back(sp, &file, &note, &e, f) == -1) {
		got = CLAIM_BAD;
	}
	spool_release(sp, &file);
	envelope_release(&e);
	spool_meta_release(&m);
	return got;
}
