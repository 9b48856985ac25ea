/* history.c - when mail of an account last went, and when it last did not */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "spool/fileio.h"
#include "spool/history.h"

#define NAME_MAX_OCTETS	240	/* of a file name */

/* The file.  Each time is written alone. */
struct record {
	int64_t		success;
	int64_t		failure;
	char		cause[HISTORY_CAUSE];
};

_Static_assert(sizeof(struct record) == HISTORY_FILE, "HISTORY_FILE");

/* Two accounts have two files: other octets become "=41". */
static void
history_name(struct buf *name, const char *account)
{
	const char *p;

	buf_adds(name, "slots/account-");
	for (p = account; *p != '\0'; p++)
		if (ascii_letter(*p) || ascii_digit(*p) || *p == '-' ||
		    *p == '_' || *p == '.')
			buf_add(name, p, 1);
		else
			buf_addf(name, "=%02x", (unsigned char)*p);
	buf_adds(name, ".last");
}

static int
history_open(const struct spool *sp, const char *account, int flags)
{
	struct buf name = { .max = NAME_MAX_OCTETS };
	struct stat st;
	int fd = -1;

	history_name(&name, account);
	if (!name.full)
		fd = openat(sp->dir, buf_text(&name), flags | O_NOFOLLOW |
		    O_NONBLOCK | O_CLOEXEC, 0600);
	buf_release(&name);
	if (fd != -1 && (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode))) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* Open it for a change; the directory is there after the first time. */
static int
history_change(const struct spool *sp, const char *account)
{
	int fd = history_open(sp, account, O_RDWR | O_CREAT);

	if (fd != -1)
		return fd;
	(void)mkdirat(sp->dir, "slots", 0700);
	return history_open(sp, account, O_RDWR | O_CREAT);
}

void
history_get(const struct spool *sp, const char *account, struct history *h)
{
	int fd = history_open(sp, account, O_RDONLY);
	struct buf seen = { .max = HISTORY_CAUSE - 1 };
	struct record r;

	if (fd == -1)
		return;
	/* After successes alone the file ends early. */
	memset(&r, 0, sizeof(r));
	if (fileio_read(fd, 0, &r.success, sizeof(r.success)) == 0 &&
	    r.success > (int64_t)h->success)
		h->success = (time_t)r.success;
	if (fileio_read(fd, 0, &r, sizeof(r)) == 0 &&
	    r.failure > (int64_t)h->failure) {
		h->failure = (time_t)r.failure;
		buf_add_visible(&seen, r.cause, strnlen(r.cause,
		    sizeof(r.cause)), true);
		(void)strlcpy(h->cause, buf_text(&seen), sizeof(h->cause));
	}
	buf_release(&seen);
	(void)close(fd);
}

void
history_success(const struct spool *sp, const char *account, time_t now)
{
	int fd = history_change(sp, account);
	int64_t when = now;

	if (fd == -1)
		return;
	(void)fileio_write(fd, 0, &when, sizeof(when));
	(void)close(fd);
}

void
history_failure(const struct spool *sp, const char *account, time_t now,
    const char *cause)
{
	int fd = history_change(sp, account);
	struct record r;

	if (fd == -1)
		return;
	memset(&r, 0, sizeof(r));
	r.failure = now;
	(void)strlcpy(r.cause, cause, sizeof(r.cause));
	(void)fileio_write(fd, sizeof(r.success), &r.failure,
	    sizeof(r) - sizeof(r.success));
	(void)close(fd);
}
