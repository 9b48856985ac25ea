/* lesson.c - what one relay does not keep of what it offers */

#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "spool/fileio.h"
#include "spool/lesson.h"
#include "spool/slot.h"

#define BITS	32
#define SUFFIX	".avoid"
#define LIFE	(LESSON_DAYS * 86400LL)

/* The file: seconds since 1970, or 0. */
struct times {
	int64_t		avoid[BITS];
	int64_t		works[BITS];
};

static int
lesson_open(const struct spool *sp, const char *key, int flags)
{
	char name[SLOT_KEY + 32];
	struct stat st;
	int fd;

	(void)snprintf(name, sizeof(name), "slots/%s" SUFFIX, key);
	fd = openat(sp->dir, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    0600);
	if (fd != -1 && (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* A time in the future is one before the clock was set back. */
static bool
lesson_counts(int64_t when, time_t now)
{
	return when > 0 && when <= now && now - when < LIFE;
}

static uint32_t
lesson_bits(const int64_t *when, time_t now)
{
	uint32_t bits = 0;
	int i;

	for (i = 0; i < BITS; i++)
		if (lesson_counts(when[i], now))
			bits |= (uint32_t)1 << i;
	return bits;
}

static bool
lesson_read(const struct spool *sp, const char *key, struct times *t)
{
	int fd = lesson_open(sp, key, O_RDONLY);
	bool whole;

	if (fd == -1)
		return false;
	whole = fileio_read(fd, 0, t, sizeof(*t)) == 0;
	(void)close(fd);
	return whole;
}

void
lesson_get(const struct spool *sp, const char *key, time_t now,
    struct lesson *l)
{
	struct times t;

	*l = (struct lesson){ 0 };
	if (!lesson_read(sp, key, &t))
		return;
	l->avoid = lesson_bits(t.avoid, now);
	l->works = lesson_bits(t.works, now);
}

static void
lesson_put(int64_t *when, int64_t *against, uint32_t bits, time_t now)
{
	int i;

	for (i = 0; i < BITS; i++)
		if (bits & (uint32_t)1 << i) {
			when[i] = now;
			against[i] = 0;
		}
}

void
lesson_add(const struct spool *sp, const char *key, time_t now,
    const struct lesson *l)
{
	struct times t;
	int fd;

	(void)mkdirat(sp->dir, "slots", 0700);
	if ((fd = lesson_open(sp, key, O_RDWR | O_CREAT)) == -1)
		return;
	if (fileio_lock(fd, false) == 0) {
		if (fileio_read(fd, 0, &t, sizeof(t)) != 0)
			memset(&t, 0, sizeof(t));
		lesson_put(t.works, t.avoid, l->works, now);
		lesson_put(t.avoid, t.works, l->avoid, now);
		(void)fileio_write(fd, 0, &t, sizeof(t));
	}
	(void)close(fd);
}

/* The key in the name of such a file; false: it is another. */
static bool
lesson_key(const char *name, char key[SLOT_KEY])
{
	size_t n = strlen(name), end = sizeof(SUFFIX) - 1;

	if (n <= end || n - end >= SLOT_KEY ||
	    strcmp(name + n - end, SUFFIX) != 0)
		return false;
	memcpy(key, name, n - end);
	key[n - end] = '\0';
	return true;
}

void
lesson_each(const struct spool *sp, time_t now,
    void (*call)(void *, const char *, uint32_t, time_t), void *ctx)
{
	int fd = openat(sp->dir, "slots", O_RDONLY | O_DIRECTORY |
	    O_NOFOLLOW | O_CLOEXEC), i;
	char key[SLOT_KEY];
	struct dirent *e;
	struct times t;
	int64_t oldest;
	uint32_t bits;
	DIR *d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			(void)close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (!lesson_key(e->d_name, key) || !lesson_read(sp, key, &t) ||
		    (bits = lesson_bits(t.avoid, now)) == 0)
			continue;
		oldest = now;
		for (i = 0; i < BITS; i++)
			if (bits & (uint32_t)1 << i && t.avoid[i] < oldest)
				oldest = t.avoid[i];
		call(ctx, key, bits, (time_t)(oldest + LIFE));
	}
	(void)closedir(d);
}
