/* t_spool_slot.c - connections and messages that one relay gets */

#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <time.h>

#include "spool/slot.h"
#include "spooling.h"

static long long ahead;		/* of the real clock, in ms */

int
clock_gettime(clockid_t which, struct timespec *t)
{
	struct timeval now;

	(void)which;
	NEED(gettimeofday(&now, NULL) == 0);
	now.tv_sec += ahead / 1000;
	*t = (struct timespec){ .tv_sec = now.tv_sec,
	    .tv_nsec = (long)now.tv_usec * 1000 +
	    (long)(ahead % 1000) * 1000000 };
	return 0;
}

static void
keys(void)
{
	static const struct {
		const char	*relay, *user, *want;
	} t[] = {
		{ "smtp.example.org:587", "Alice@Example.org",
		    "smtp.example.org:587,alice@example.org" },
		{ "srv:x.test", NULL, "srv:x.test" },
		{ "unix:/run/relay", NULL, "unix:_run_relay" },
		{ NULL, "b", ",b" }, { "../x", "a b\nc/d", ".._x,a_b_c_d" },
		{ "[::1]:25", "\xc3\xb6", "[::1]:25,__" },
	};
	char key[SLOT_KEY], longest[3 * SLOT_KEY];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		slot_key(key, t[i].relay, t[i].user);
		is(key, t[i].want, "the key of %s", t[i].want);
	}
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	slot_key(key, longest, longest);
	is_int((long long)strlen(key), SLOT_KEY - 1, "a long one is cut");
}

/* Take them until there is none; returns how many were free. */
static int
take_all(const struct spool *sp, int n, int *fd)
{
	int i;

	for (i = 0; slot_take(sp, "k", n, &fd[i]); i++)
		NEED(i < 8 && fd[i] != -1);
	return i;
}

static void
let_all_go(int *fd, int n)
{
	while (n > 0)
		(void)close(fd[--n]);
}

static void
connections(void)
{
	int fd[9], other, n;
	struct pond p;
	pid_t pid;

	pond_open(&p);
	is_int(n = take_all(&p.spool, 3, fd), 3, "three of three");
	ok(slot_take(&p.spool, "other", 1, &other), "another relay's is free");
	(void)close(other);
	(void)close(fd[1]);
	ok(slot_take(&p.spool, "k", 3, &fd[1]), "one comes free");
	ok(!slot_take(&p.spool, "k", 3, &other), "but only one");
	let_all_go(fd, n);

	(void)fflush(stdout);
	NEED((pid = fork()) != -1);
	if (pid == 0) {
		(void)take_all(&p.spool, 2, fd);
		(void)pause();
	}
	while (slot_take(&p.spool, "k", 2, &other)) {
		(void)close(other);
		(void)usleep(1000);
	}
	ok(true, "another process has them");
	NEED(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	is_int(n = take_all(&p.spool, 2, fd), 2, "they end with it");
	let_all_go(fd, n);
	pond_close(&p);
}

/* Set the age of what the relay said. */
static void
age(struct pond *p, time_t seconds)
{
	const struct timespec t[2] = { { .tv_sec = time(NULL) - seconds },
	    { .tv_sec = time(NULL) - seconds } };

	NEED(utimensat(p->spool.dir, "slots/k.limit", t, 0) == 0);
}

static void
refusals(void)
{
	static const struct {
		time_t		 age;
		int		 want;
	} t[] = {
		{ 0, 3 }, { 8, 3 }, { 11, 4 }, { 21, 5 }, { 100, 5 },
		{ 1000000, 5 }, { -100, 5 },
		{ -1, 3 },	/* the clock of files is ahead a little */
	};
	int fd[9], n, i;
	struct pond p;

	pond_open(&p);
	NEED((n = take_all(&p.spool, 5, fd)) == 5);
	/* The relay takes three; two of five processes go. */
	slot_refused(&p.spool, "k", 5);
	(void)close(fd[4]);
	slot_refused(&p.spool, "k", 5);
	(void)close(fd[3]);
	let_all_go(fd, 3);
	for (i = 0; i < (int)NITEMS(t); i++) {
		age(&p, t[i].age);
		is_int(n = take_all(&p.spool, 5, fd), t[i].want,
		    "%lld s after a refusal", (long long)t[i].age);
		let_all_go(fd, n);
	}
	NEED(slot_take(&p.spool, "k", 5, &fd[0]));
	slot_refused(&p.spool, "k", 5);
	(void)close(fd[0]);
	is_int(n = take_all(&p.spool, 5, fd), 1, "one at least");
	let_all_go(fd, n);
	pond_close(&p);
}

static void
no_files(void)
{
	struct pond p;
	int fd = 7;

	pond_open(&p);
	put_file(&p, "slots", "x", 1);
	ok(slot_take(&p.spool, "k", 1, &fd) && fd == -1,
	    "without files there is no limit");
	is_int(slot_count(&p.spool, "k", 1, 1000), 0, "and no rate");
	slot_refused(&p.spool, "k", 1);
	pond_close(&p);
}

static void
no_locks(void)
{
	struct pond p;
	int fd, i;

	pond_open(&p);
	shim.lockless = true;
	for (i = 0; i < 3; i++) {
		ok(slot_take(&p.spool, "k", 1, &fd), "without locks: %d", i);
		(void)close(fd);
	}
	is_int(slot_count(&p.spool, "k", 1, 1000), 0, "a message");
	shim.lockless = false;
	pond_close(&p);
}

static void
rates(void)
{
	long long wait;
	struct pond p;
	int i;

	pond_open(&p);
	for (i = 0; i < 3; i++) {
		is_int(slot_count(&p.spool, "k", 3, 60000), 0, "message %d",
		    i);
		ahead += 10000;
	}
	wait = slot_count(&p.spool, "k", 3, 60000);
	ok(wait > 29000 && wait <= 30000, "the fourth waits %lld ms", wait);
	is_int(slot_count(&p.spool, "other", 3, 60000), 0, "not elsewhere");
	ahead += wait + 1;
	is_int(slot_count(&p.spool, "k", 3, 60000), 0, "then it may go");
	wait = slot_count(&p.spool, "k", 3, 60000);
	ok(wait > 9000 && wait <= 10000, "the fifth waits %lld ms", wait);
	ahead -= 3600000;
	is_int(slot_count(&p.spool, "k", 3, 60000), 0,
	    "a clock that is set back does not stop it");
	put_file(&p, "slots/k.rate", "x", 1);
	is_int(slot_count(&p.spool, "k", 2, 60000), 0, "a torn file");
	is_int(slot_count(&p.spool, "k", 2, 60000), 0, "which is mended");
	ok(slot_count(&p.spool, "k", 2, 60000) > 0, "and counts");
	pond_close(&p);
}

/* Two rates of one relay count the same messages. */
static void
two_rates(void)
{
	static const struct { int n, count, want; } t[] = {
		{ 3, 5, 3 }, { 2, 1, 0 }, { 5, 5, 2 }, { 3, 1, 0 },
		{ 8, 9, 3 }, { 5, 1, 0 }, { 8, 1, 0 }, { 1, 1, 0 },
		{ 9, 2, 1 },
	};
	struct pond p;
	int i, j, went;

	pond_open(&p);
	for (i = 0; i < (int)NITEMS(t); i++) {
		for (j = went = 0; j < t[i].count; j++) {
			went += slot_count(&p.spool, "k", t[i].n, 60000) == 0;
			ahead++;
		}
		is_int(went, t[i].want, "%d: %d messages at %d/1m go", i,
		    t[i].want, t[i].n);
	}
	ahead += 60000;
	for (i = went = 0; i < 20; i++)
		went += slot_count(&p.spool, "k", i % 2 ? 4 : 9, 60000) == 0;
	is_int(went, 9, "a minute later 9 in all, when 9 and 4 take turns");
	pond_close(&p);
}

/* One that did not go makes room for one, not for more. */
static void
not_gone(void)
{
	struct pond p;
	int i;

	pond_open(&p);
	slot_uncount(&p.spool, "k");
	for (i = 0; i < 4; i++)
		(void)slot_count(&p.spool, "k", 3, 60000);
	slot_uncount(&p.spool, "k");
	is_int(slot_count(&p.spool, "k", 3, 60000), 0, "one in its place");
	ok(slot_count(&p.spool, "k", 3, 60000) > 0, "but only one");
	pond_close(&p);
}

/* How many of these times are in the last ms before now? */
static int
latest(const long long *t, int n, long long now, long long ms)
{
	int i, in = 0;

	for (i = 0; i < n; i++)
		in += t[i] > now - ms;
	return in;
}

/* Whatever rates ask in turn, each gets what is left of its own. */
static void
many_rates(void)
{
	static const int rate[] = { 1, 2, 3, 4, 5, 7, 9 };
	long long t[20] = { 0 }, now = 0;
	int round, i, n, last, wrong = 0, went = 0;
	uint32_t seed = 1;
	struct pond p;
	char key[16];

	pond_open(&p);
	for (round = 0; round < 200; round++) {
		(void)snprintf(key, sizeof(key), "k%d", round);
		for (i = last = 0; i < 20; i++) {
			seed = seed * 1103515245u + 12345u;
			n = rate[(seed >> 16) % NITEMS(rate)];
			now += (seed >> 20) % 4 * 1000;
			ahead = now;
			if ((seed >> 8) % 8 == 0 && last > 0) {
				slot_uncount(&p.spool, key);
				last--;
			}
			if ((slot_count(&p.spool, key, n, 10500) == 0) !=
			    (latest(t, last, now, 10500) < n))
				wrong++;
			if (latest(t, last, now, 10500) < n) {
				t[last++] = now;
				went++;
			}
		}
	}
	is_int(wrong, 0, "%d messages at rates that change", went);
	pond_close(&p);
}

int
main(void)
{
	keys();
	connections();
	refusals();
	no_files();
	no_locks();
	rates();
	two_rates();
	not_gone();
	many_rates();
	return done();
}
