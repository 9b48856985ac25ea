/* count.h - what the sink has counted, in a file that the meter maps too */

#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

#include <sys/mman.h>

#include <fcntl.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define COUNT_NUMBERS	4096	/* the numbers that "X-Bench: N" may give */

/*
 * The sink adds, the meter sets all to 0 before a command and looks when
 * the command is over: by then the sink has counted what it has answered.
 * A flight is something that a client says after the sink has spoken.
 */
struct count {
	long long	messages;	/* accepted */
	long long	recipients;
	long long	connections;
	long long	flights;
	long long	octets;		/* of the messages */
	long long first; /* now_ns() of the first MAIL; 0: none */
	long long last;	/* now_ns() of the last message accepted; 0: none */
	long long now;		/* connections that are served */
	long long most;		/* at the same time */
	long long refused;	/* connections over the cap */
	unsigned char times[COUNT_NUMBERS]; /* each number was accepted */
};

static inline long long
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Forget all but the connections that are there. */
static inline void
count_reset(volatile struct count *c)
{
	size_t i;

	c->messages = c->recipients = c->connections = c->flights =
	    c->octets = c->first = c->last = c->refused = 0;
	c->most = c->now;
	for (i = 0; i < COUNT_NUMBERS; i++)
		c->times[i] = 0;
}

/* How many of the numbers 1 to n were accepted exactly so many times. */
static inline long long
count_times(const volatile struct count *c, long long n, int times)
{
	long long i, found = 0;

	for (i = 1; i <= n && i < COUNT_NUMBERS; i++)
		found += c->times[i] == times;
	return found;
}

/* The counters in this file, which is made; NULL and errno. */
static inline volatile struct count *
count_map(const char *path)
{
	void *p = MAP_FAILED;
	int fd;

	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) == -1)
		return NULL;
	if (ftruncate(fd, (off_t)sizeof(struct count)) == 0)
		p = mmap(NULL, sizeof(struct count), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	(void)close(fd);
	return p == MAP_FAILED ? NULL : p;
}

#endif
