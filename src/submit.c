/* submit.c - stdin to a message and an envelope */

#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "submit.h"

#define BLOCK	65536

/*
 * A file that has no name from the start, so that nothing is left behind
 * whatever happens; in memory where no directory can be written.
 */
static int
unnamed(struct fault *f)
{
	static const char *const dirs[] = { "/var/tmp", "/tmp" };
	size_t i;
	int fd;

	for (i = 0; i < NITEMS(dirs); i++)
		if ((fd = open(dirs[i], O_TMPFILE | O_RDWR | O_CLOEXEC,
		    0600)) != -1)
			return fd;
	if ((fd = memfd_create("heloise", MFD_CLOEXEC)) != -1)
		return fd;
	return fault_errno(f, ST_SPOOL, errno, VD_TEMP,
	    "no room for a temporary file");
}

static int
drain(struct message *m, struct job *j, struct fault *f)
{
	size_t done = 0;
	ssize_t n;

	while (done < m->out.len) {
		n = pwrite(j->fd, m->out.p + done, m->out.len - done,
		    j->at + (off_t)(j->size + done));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return fault_errno(f, ST_SPOOL, errno, VD_TEMP,
			    "the temporary file cannot be written");
		done += (size_t)n;
	}
	j->size += done;
	buf_clear(&m->out);
	return 0;
}

static int
too_big(const struct job *j, long long max, struct fault *f)
{
	if (max <= 0 || j->size <= (size_t)max)
		return 0;
	return fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
	    "it is over %lld octets (max-size)", max);
}

static int
pump(int in, struct message *m, long long max, struct job *j,
    struct fault *f)
{
	char *block = xmalloc(BLOCK);
	int status = 0;
	ssize_t n = 1;

	while (status == 0 && n != 0 && !m->ended) {
		n = read(in, block, BLOCK);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			status = fault_errno(f, ST_INPUT, errno, VD_TEMP,
			    "standard input");
		else if (n > 0)
			status = message_feed(m, block, (size_t)n, f);
		if (status == 0 && m->out.len >= BLOCK)
			status = drain(m, j, f);
		if (status == 0)
			status = too_big(j, max, f);
	}
	free(block);
	return status;
}

int
submit_read(int in, const struct message_opts *o, long long max,
    struct job *j, struct fault *f)
{
	struct message m;
	int status;

	message_init(&m, o, &j->env);
	j->at = 0;
	j->size = 0;
	if ((j->fd = unnamed(f)) == -1)
		status = -1;
	else if ((status = pump(in, &m, max, j, f)) == 0 &&
	    (status = message_end(&m, f)) == 0 &&
	    (status = drain(&m, j, f)) == 0)
		status = too_big(j, max, f);
	j->env.eightbit = m.header_8bit || m.body_8bit;
	message_release(&m);
	return status;
}
