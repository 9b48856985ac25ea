/* msgfile.c - a message to one that the relay takes */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "mail/recode.h"
#include "system/msgfile.h"

#define BLOCK	65536

static int
drain(const struct msgfile_convert *c, struct recode *e, struct fault *f)
{
	int status = 0;

	if (e->out.len > 0)
		status = c->write(c->ctx, e->out.p, e->out.len, f);
	buf_clear(&e->out);
	return status;
}

/* One reading: all of the message to one of the two functions. */
static int
reading(const struct msgfile_convert *c, struct recode *e, char *block,
    void (*take)(struct recode *, const char *, size_t), struct fault *f)
{
	size_t at = 0, k;
	ssize_t n;

	while (at < c->message.size) {
		k = c->message.size - at;
		if (k > BLOCK)
			k = BLOCK;
		n = pread(c->message.fd, block, k,
		    c->message.at + (off_t)at);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return fault_errno(f, ST_SPOOL, n == 0 ? EIO : errno,
			    VD_TEMP, "the message cannot be read back");
		take(e, block, (size_t)n);
		if (drain(c, e, f) == -1)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

int
msgfile_convert(struct msgfile_convert *c, struct fault *f)
{
	char *block = xmalloc(BLOCK);
	struct recode e;
	int status;

	recode_init(&e, c->why);
	c->changed = false;
	status = reading(c, &e, block, recode_look, f);
	if (status == 0 && recode_plan(&e)) {
		c->changed = true;
		status = reading(c, &e, block, recode_feed, f);
		recode_end(&e);
		if (status == 0)
			status = drain(c, &e, f);
		c->eightbit = e.eightbit;
	}
	recode_release(&e);
	free(block);
	return status;
}
