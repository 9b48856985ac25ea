/* count.h - what the sink has counted, in a file that the meter maps too */

#ifndef BENCH_COUNT_H
#define BENCH_COUNT_H

#include <sys/mman.h>

#include <fcntl.h>
#include <stddef.h>
#include <time.h>
#include <unistd.h>

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
};

static inline long long
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000000000 + t.tv_nsec;
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
