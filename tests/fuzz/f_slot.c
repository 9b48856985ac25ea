/*
 * f_slot.c - what the files of slots hold never stops mail for long
 *
 * The first octets choose the limits; the rest is the key and, behind an
 * empty octet, what stands in its files.  Keys are names of files.  A wait
 * is within the stretch of time, and a file that is damaged is repaired by
 * the next message.  What was learned of a relay is avoided or works, not
 * both, and what is learned now counts.
 */

#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "spool/lesson.h"
#include "spool/slot.h"

#include "fuzz.h"

#define RING_MOST	100000	/* messages that the file of a rate may hold */
#define NOW		1800000000

static struct spool spool = { .dir = -1 };
static char path[64];

static void
leave(void)
{
	(void)unlinkat(spool.dir, "slots", AT_REMOVEDIR);
	(void)rmdir(path);
}

/* slot_ wants the directory alone. */
static void
enter(void)
{
	const char *dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	(void)snprintf(path, sizeof(path), "%s/fuzz-XXXXXX", dir);
	CHECK(mkdtemp(path) != NULL);
	spool.dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(spool.dir != -1);
	CHECK(mkdirat(spool.dir, "slots", 0700) == 0);
	(void)atexit(leave);
}

static void
check_key(char key[SLOT_KEY], const char *relay)
{
	char again[SLOT_KEY];
	const char *p;

	slot_key(key, relay, NULL);
	CHECK(strlen(key) < SLOT_KEY && strlen(key) <= strlen(relay));
	for (p = key; *p != '\0'; p++)
		CHECK(*p > ' ' && *p < 127 && strchr("/*?\\%", *p) == NULL);
	slot_key(again, key, NULL);
	CHECK(strcmp(key, again) == 0);
}

static void
put(const char *name, const uint8_t *p, size_t n)
{
	int fd = openat(spool.dir, name, O_WRONLY | O_CREAT | O_TRUNC |
	    O_CLOEXEC, 0600);

	CHECK(fd != -1 && write(fd, p, n) == (ssize_t)n && close(fd) == 0);
}

static void
check_count(const char *key, const char *name, int n, long long ms)
{
	struct stat st;
	long long wait;
	int sent = 0;

	/* At most n at once; then a wait that ends. */
	while ((wait = slot_count(&spool, key, n, ms)) == 0 && sent <= n)
		sent++;
	CHECK(wait <= ms && sent <= n && wait >= 0);
	CHECK(wait > 0);
	CHECK(fstatat(spool.dir, name, &st, 0) == 0);
	CHECK(st.st_size <= 8 + 8 * RING_MOST);
}

static void
check_take(const char *key, uint8_t limit, int n)
{
	int fd[8], taken = 0, want = limit == 0 || limit >= n ? n : limit;
	time_t start = time(NULL);

	while (taken < 8 && slot_take(&spool, key, n, &fd[taken])) {
		CHECK(fd[taken] != -1);
		taken++;
	}
	/* Ten seconds after the refusal, one more may be taken. */
	CHECK(taken == want || (taken > want && time(NULL) - start > 8));
	while (taken > 0)
		(void)close(fd[--taken]);
}

static void
one_lesson(void *ctx, const char *key, uint32_t avoid, time_t until)
{
	struct lesson l;

	lesson_get(&spool, key, NOW, &l);
	CHECK(avoid != 0 && l.avoid == avoid);
	CHECK(until > NOW && until <= NOW + LESSON_DAYS * 86400L);
	++*(int *)ctx;
}

static void
check_lesson(const char *key, uint8_t bits)
{
	const struct lesson add = { .avoid = bits & 15U,
	    .works = bits & 0xf0U };
	struct lesson before, after;
	int relays = 0;

	lesson_get(&spool, key, NOW, &before);
	lesson_add(&spool, key, NOW, &add);
	lesson_get(&spool, key, NOW, &after);
	CHECK(after.avoid == ((before.avoid & ~add.works) | add.avoid));
	CHECK(after.works == ((before.works & ~add.avoid) | add.works));
	lesson_each(&spool, NOW, one_lesson, &relays);
	CHECK(relays == (after.avoid != 0 && key[0] != '\0'));
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	char key[SLOT_KEY], *relay, limit[SLOT_KEY + 32], rate[SLOT_KEY + 32];
	char slot[SLOT_KEY + 32], avoid[SLOT_KEY + 32];
	const uint8_t *nul;
	int i, most;

	if (n < 3 || n > 1024 || (nul = memchr(p + 2, '\0', n - 2)) == NULL)
		return 0;
	if (spool.dir == -1)
		enter();
	relay = xstrndup((const char *)p + 2, n - 2);
	check_key(key, relay);
	free(relay);
	n -= (size_t)(nul + 1 - p);
	most = 1 + p[0] % 7;
	(void)snprintf(limit, sizeof(limit), "slots/%s.limit", key);
	(void)snprintf(rate, sizeof(rate), "slots/%s.rate", key);
	(void)snprintf(avoid, sizeof(avoid), "slots/%s.avoid", key);
	put(limit, nul + 1, n);
	put(rate, nul + 1, n);
	put(avoid, nul + 1, n);
	check_take(key, n > 0 ? nul[1] : 0, most);
	check_count(key, rate, most, 60000 + p[1] * 1000LL);
	check_lesson(key, p[1]);
	for (i = 0; i < 8; i++) {
		(void)snprintf(slot, sizeof(slot), "slots/%s.%d", key, i);
		(void)unlinkat(spool.dir, slot, 0);
	}
	CHECK(unlinkat(spool.dir, limit, 0) == 0);
	CHECK(unlinkat(spool.dir, rate, 0) == 0);
	CHECK(unlinkat(spool.dir, avoid, 0) == 0);
	return 0;
}
