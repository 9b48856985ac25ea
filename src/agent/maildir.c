/* maildir.c - keeps mail in a maildir instead of sending it */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent/maildir.h"
#include "base/buf.h"
#include "base/util.h"
#include "system/msgfile.h"

#define BLOCK	65536

static int
maildir_trouble(struct fault *f, int err, const char *what)
{
	return fault_errno(f, ST_CONNECT, err, VD_TEMP, "%s", what);
}

int
maildir_open(const char *path, struct fault *f)
{
	static const char *const parts[] = { "tmp", "new", "cur" };
	size_t i;
	int dir;

	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return maildir_trouble(f, errno, "the maildir cannot be made");
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir == -1)
		return maildir_trouble(f, errno,
		    "the maildir cannot be opened");
	for (i = 0; i < NITEMS(parts); i++)
		if (mkdirat(dir, parts[i], 0700) == -1 && errno != EEXIST) {
			(void)maildir_trouble(f, errno,
			    "the maildir cannot be made");
			(void)close(dir);
			return -1;
		}
	return dir;
}

static int
maildir_put(int out, const struct buf *b, struct fault *f)
{
	const char *p = buf_text(b);
	size_t left = b->len;
	ssize_t n;

	for (; left > 0; p += n, left -= (size_t)n) {
		n = write(out, p, left);
		if (n == -1 && errno == EINTR)
			n = 0;
		if (n == -1)
			return maildir_trouble(f, errno,
			    "the message cannot be written");
	}
	return 0;
}

static int
maildir_put_envelope(int out, const struct envelope *e, struct fault *f)
{
	struct buf b = { .max = 1 << 26 };
	size_t i;
	int status;

	buf_addf(&b, "Return-Path: <%s>\n", e->from);
	for (i = 0; i < e->nrcpt; i++)
		if (!e->rcpt[i].done)
			buf_addf(&b, "Delivered-To: %s\n", e->rcpt[i].addr);
	status = maildir_put(out, &b, f);
	buf_release(&b);
	return status;
}

/* Every CR of a message is one of CRLF. */
static int
maildir_put_message(int out, const struct span *s, struct fault *f)
{
	struct buf b = { .max = BLOCK };
	char *block = xmalloc(BLOCK);
	size_t at, n, i;
	int status = 0;

	for (at = 0; status == 0 && at < s->size; at += n) {
		n = msgfile_read(s, at, block, BLOCK, ST_CONNECT, f);
		buf_clear(&b);
		for (i = 0; i < n; i++)
			if (block[i] != '\r')
				buf_add(&b, &block[i], 1);
		status = n > 0 ? maildir_put(out, &b, f) : -1;
	}
	free(block);
	buf_release(&b);
	return status;
}

/* Give it its name, so that name and message survive a crash. */
static int
maildir_publish(int dir, const char *tmp, const char *name, struct fault *f)
{
	int new, status;

	if (renameat(dir, tmp, dir, name) == -1)
		return maildir_trouble(f, errno, name);
	new = openat(dir, "new", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	status = new != -1 && fsync(new) != -1 ? 0 :
	    maildir_trouble(f, errno, name);
	if (new != -1)
		(void)close(new);
	return status;
}

int
maildir_keep(int dir, const struct envelope *e, const struct span *message,
    char name[64], struct fault *f)
{
	char tmp[64];
	int out, status;

	(void)snprintf(name, 64, "new/%lld.%08x%08x.heloise",
	    (long long)time(NULL), random_bits(), random_bits());
	(void)strlcpy(tmp, name, sizeof(tmp));
	memcpy(tmp, "tmp", 3);
	out = openat(dir, tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	if (out == -1)
		return maildir_trouble(f, errno, tmp);
	status = maildir_put_envelope(out, e, f);
	if (status == 0)
		status = maildir_put_message(out, message, f);
	if (status == 0 && fsync(out) == -1)
		status = maildir_trouble(f, errno, tmp);
	if (close(out) == -1 && status == 0)
		status = maildir_trouble(f, errno, tmp);
	if (status == 0)
		status = maildir_publish(dir, tmp, name, f);
	if (status == -1)
		(void)unlinkat(dir, tmp, 0);
	return status;
}
