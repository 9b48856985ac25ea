/* slot.c - the connections and messages that one relay gets from a spool */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/util.h"
#include "spool/fileio.h"
#include "spool/slot.h"

#define STEP		10	/* seconds until one more is tried */
#define SHORT		20	/* ms until another process has counted */
#define RING_MOST	100000	/* messages that a ring may hold */
#define NEVER		0	/* the time of no message */

void
slot_key(char *key, const char *relay, const char *user)
{
	char *p;

	(void)snprintf(key, SLOT_KEY, "%s%s%s", relay != NULL ? relay : "",
	    user != NULL ? "," : "", user != NULL ? user : "");
	for (p = key; *p != '\0'; p++) {
		*p = (char)ascii_lower(*p);
		if (!ascii_letter(*p) && !ascii_digit(*p) &&
		    strchr("-.:@,[]", *p) == NULL)
			*p = '_';
	}
}

/* Open slots/KEY.SUFFIX, making what is missing; -1 without it. */
static int
slot_open(const struct spool *sp, const char *key, const char *suffix)
{
	char name[SLOT_KEY + 32];
	struct stat st;
	int fd;

	(void)mkdirat(sp->dir, "slots", 0700);
	(void)snprintf(name, sizeof(name), "slots/%s.%s", key, suffix);
	fd = openat(sp->dir, name, O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd != -1 && (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

static int
slot_open_number(const struct spool *sp, const char *key, int i)
{
	char suffix[16];

	(void)snprintf(suffix, sizeof(suffix), "%d", i);
	return slot_open(sp, key, suffix);
}

/* Has another process the lock?  Some file systems have no locks. */
static bool
slot_locked(int fd)
{
	return fileio_lock(fd, false) == EWOULDBLOCK;
}

/* Is the file of a slot locked?  If not, it is locked now, in *fd. */
static bool
slot_in_use(const struct spool *sp, const char *key, int i, int *fd)
{
	*fd = slot_open_number(sp, key, i);
	if (*fd == -1 || !slot_locked(*fd))
		return false;
	(void)close(*fd);
	*fd = -1;
	return true;
}

/* How many of n slots are in use. */
static int
slot_held(const struct spool *sp, const char *key, int n)
{
	int i, fd, held = 0;

	for (i = 0; i < n; i++) {
		held += slot_in_use(sp, key, i, &fd);
		if (fd != -1)
			(void)close(fd);
	}
	return held;
}

/*
 * How many connections the relay may take now, at most n.  The kernel's clock
 * for files may be ahead of time(2) by a few milliseconds.
 */
static int
slot_limit(int fd, int n)
{
	struct stat st;
	time_t now = time(NULL);
	unsigned char limit;

	if (fstat(fd, &st) == -1 || st.st_mtime > now + 1 ||
	    fileio_read(fd, 0, &limit, 1) != 0 || limit == 0 ||
	    (now - st.st_mtime) / STEP >= n - limit)
		return n;
	return limit + (int)((now - st.st_mtime) / STEP);
}

bool
slot_take(const struct spool *sp, const char *key, int n, int *fd)
{
	int lock = slot_open(sp, key, "limit"), limit, i, other;
	bool taken = false;

	*fd = -1;
	if (lock == -1)
		return true;
	if (!slot_locked(lock)) {
		limit = slot_limit(lock, n);
		if (limit == n || slot_held(sp, key, n) < limit)
			for (i = 0; i < n && !taken; i++)
				taken = !slot_in_use(sp, key, i, &other);
		if (taken)
			*fd = other;
	}
	(void)close(lock);
	return taken;
}

void
slot_refused(const struct spool *sp, const char *key, int n)
{
	int lock = slot_open(sp, key, "limit"), others;
	unsigned char limit;

	if (lock == -1)
		return;
	if (!slot_locked(lock)) {
		others = slot_held(sp, key, n) - 1;
		limit = (unsigned char)(others > 1 ? others : 1);
		(void)fileio_write(lock, 0, &limit, 1);
	}
	(void)close(lock);
}

/*
 * The times of the latest n messages are a ring, next the oldest of them.
 * n is the largest number asked for: the accounts of one relay and user may
 * have rates of their own.
 */
struct ring {
	uint32_t	n, next;
};

static long long
slot_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static off_t
slot_time_at(uint32_t i)
{
	return (off_t)(sizeof(struct ring) + i * sizeof(int64_t));
}

static bool
slot_read_ring(int fd, struct ring *r)
{
	return fileio_read(fd, 0, r, sizeof(*r)) == 0 && r->n <= RING_MOST &&
	    r->next < r->n;
}

/* Make room for n messages: the times in their order, and then the room. */
static void
slot_grow(int fd, struct ring *r, uint32_t n)
{
	int64_t *t = xcalloc(n, sizeof(*t)), one;
	uint32_t i, k = 0;

	for (i = 0; i < r->n; i++)
		if (fileio_read(fd, slot_time_at((r->next + i) % r->n), &one,
		    sizeof(one)) == 0 && one != NEVER)
			t[k++] = one;
	*r = (struct ring){ .n = n, .next = k };
	if (fileio_write(fd, slot_time_at(0), t, n * sizeof(*t)) == 0)
		(void)fileio_write(fd, 0, r, sizeof(*r));
	free(t);
}

/* The ring, for n messages at least. */
static struct ring
slot_ring(int fd, uint32_t n)
{
	struct ring r;

	if (!slot_read_ring(fd, &r))
		return (struct ring){ .n = n };
	if (r.n < n)
		slot_grow(fd, &r, n);
	return r;
}

/* A time in the future is one before the clock was set back. */
static long long
slot_count_locked(int fd, uint32_t n, long long ms)
{
	struct ring r = slot_ring(fd, n);
	int64_t oldest, now = slot_now();
	off_t at = slot_time_at(r.next);

	if (fileio_read(fd, slot_time_at((r.next + r.n - n) % r.n), &oldest,
	    sizeof(oldest)) == 0 && oldest > now - ms && oldest <= now)
		return oldest + ms - now;
	r.next = (r.next + 1) % r.n;
	if (fileio_write(fd, at, &now, sizeof(now)) == 0)
		(void)fileio_write(fd, 0, &r, sizeof(r));
	return 0;
}

long long
slot_count(const struct spool *sp, const char *key, int n, long long ms)
{
	int fd = slot_open(sp, key, "rate");
	long long wait = SHORT;

	if (fd == -1)
		return 0;
	if (!slot_locked(fd))
		wait = slot_count_locked(fd, (uint32_t)n, ms);
	(void)close(fd);
	return wait;
}

/* Make room for one message in place of the latest. */
static void
slot_uncount_locked(int fd)
{
	const int64_t never = NEVER;
	struct ring r;

	if (!slot_read_ring(fd, &r))
		return;
	r.next = (r.next + r.n - 1) % r.n;
	if (fileio_write(fd, slot_time_at(r.next), &never,
	    sizeof(never)) == 0)
		(void)fileio_write(fd, 0, &r, sizeof(r));
}

void
slot_uncount(const struct spool *sp, const char *key)
{
	int fd = slot_open(sp, key, "rate");

	if (fd == -1)
		return;
	if (fileio_lock(fd, false) == 0)
		slot_uncount_locked(fd);
	(void)close(fd);
}
