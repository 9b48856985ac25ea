/* t_spool_lesson.c - what is learned about a relay, and forgotten */

#include <fcntl.h>
#include <sys/stat.h>

#include "spool/lesson.h"
#include "spooling.h"

#define DAY	86400
#define NOW	((time_t)1800000000)

static const struct spool *spool;

static void
expect(const char *key, time_t now, uint32_t avoid, uint32_t works,
    const char *what)
{
	struct lesson l;

	lesson_get(spool, key, now, &l);
	ok(l.avoid == avoid && l.works == works, "%s", what);
}

static void
add(const char *key, time_t now, uint32_t avoid, uint32_t works)
{
	const struct lesson l = { avoid, works };

	lesson_add(spool, key, now, &l);
}

struct seen {
	int		 n;
	char		 key[64];
	uint32_t	 avoid;
	time_t		 until;
};

static void
see(void *ctx, const char *key, uint32_t avoid, time_t until)
{
	struct seen *s = ctx;

	s->n++;
	s->avoid = avoid;
	s->until = until;
	(void)strlcpy(s->key, key, sizeof(s->key));
}

static void
learning(void)
{
	struct seen s = { 0 };

	lesson_each(spool, NOW, see, &s);
	is_int(s.n, 0, "there is no directory: none");
	expect("k", NOW, 0, 0, "nothing is known");
	ok(faccessat(spool->dir, "slots", F_OK, 0) == -1, "and none is made");
	add("k", NOW, 0x40, 0);
	expect("k", NOW, 0x40, 0, "learned");
	expect("other", NOW, 0, 0, "of this relay only");
	add("k", NOW + DAY, 0x2, 0x80000000);
	expect("k", NOW + DAY, 0x42, 0x80000000, "added to");
	lesson_each(spool, NOW + DAY, see, &s);
	ok(s.n == 1 && s.avoid == 0x42 && s.until == NOW + 7 * DAY,
	    "seen, with the time of the oldest");
	is(s.key, "k", "and the key");
	expect("k", NOW + 7 * DAY - 1, 0x42, 0x80000000, "for seven days");
	expect("k", NOW + 7 * DAY, 0x2, 0x80000000, "and no longer");
	expect("k", NOW - 1, 0, 0, "a clock that was set back forgets");
	add("k", NOW + DAY, 0, 0x2);
	expect("k", NOW + DAY, 0x40, 0x80000002, "what works is not avoided");
	add("k", NOW + DAY, 0x2, 0);
	expect("k", NOW + DAY, 0x42, 0x80000000, "nor the other way round");
}

static void
odd_files(void)
{
	struct seen s = { 0 };
	int fd;

	NEED(unlinkat(spool->dir, "slots/k.avoid", 0) == 0);
	expect("k", NOW, 0, 0, "removing the file forgets");
	fd = openat(spool->dir, "slots/k.avoid", O_WRONLY | O_CREAT, 0600);
	NEED(fd != -1 && write(fd, "abc", 3) == 3 && close(fd) == 0);
	expect("k", NOW, 0, 0, "a short file is none");
	add("k", NOW, 1, 0);
	expect("k", NOW, 1, 0, "and is written anew");
	NEED(renameat(spool->dir, "slots/k.avoid", spool->dir, "slots/x") == 0 &&
	    symlinkat("x", spool->dir, "slots/k.avoid") == 0);
	expect("k", NOW, 0, 0, "no link is followed");
	add("k", NOW, 2, 0);
	lesson_each(spool, NOW, see, &s);
	is_int(s.n, 0, "nor written, nor shown");
}

int
main(void)
{
	struct pond p;

	pond_open(&p);
	spool = &p.spool;
	learning();
	odd_files();
	pond_close(&p);
	return done();
}
