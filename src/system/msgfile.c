/* msgfile.c - a message in a file: read it, convert it for the relay */

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "mail/recode.h"
#include "system/msgfile.h"

#define BLOCK	65536

size_t
msgfile_read(const struct span *s, size_t from, void *to, size_t n,
    enum stage stage, struct fault *f)
{
	size_t left = s->size - from;
	ssize_t got;

	do {
		got = pread(s->fd, to, n < left ? n : left,
		    s->at + (off_t)from);
	} while (got == -1 && errno == EINTR);
	if (got > 0)
		return (size_t)got;
	(void)fault_errno(f, stage, got == 0 ? EIO : errno, VD_TEMP,
	    "the message cannot be read back");
	return 0;
}

static int
msgfile_drain(const struct msgfile_convert *c, struct recode *e,
    struct fault *f)
{
	int status = 0;

	if (e->out.len > 0)
		status = c->write(c->ctx, e->out.p, e->out.len, f);
	buf_clear(&e->out);
	return status;
}

/* Give all of the message to one of the two functions. */
static int
msgfile_pass(const struct msgfile_convert *c, struct recode *e, char *block,
    void (*take)(struct recode *, const char *, size_t), struct fault *f)
{
	size_t at, n;

	for (at = 0; at < c->message.size; at += n) {
		n = msgfile_read(&c->message, at, block, BLOCK, ST_SPOOL, f);
		if (n == 0)
			return -1;
		take(e, block, n);
		if (msgfile_drain(c, e, f) == -1)
			return -1;
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
	status = msgfile_pass(c, &e, block, recode_look, f);
	if (status == 0 && recode_plan(&e)) {
		c->changed = true;
		status = msgfile_pass(c, &e, block, recode_feed, f);
		recode_end(&e);
		if (status == 0)
			status = msgfile_drain(c, &e, f);
		c->eightbit = e.eightbit;
	}
	recode_release(&e);
	free(block);
	return status;
}

int
msgfile_look(const struct span *m, struct highbit *h, bool header,
    struct fault *f)
{
	char *block = xmalloc(BLOCK);
	int status = 0;
	size_t at, n;

	*h = (struct highbit){ .line.max = HIGHBIT_LINE };
	for (at = 0; at < m->size && !(header && h->body_begun) &&
	    status == 0; at += n) {
		n = msgfile_read(m, at, block, BLOCK, ST_SPOOL, f);
		status = n == 0 ? -1 : 0;
		highbit_feed(h, block, n);
	}
	free(block);
	return status;
}
