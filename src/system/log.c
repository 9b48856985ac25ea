/* log.c - messages for people, on stderr */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "system/log.h"

/* One write for each message, so that processes do not mix theirs. */
static void
log_put(const char *p, size_t n)
{
	ssize_t done;

	while (n > 0 && (done = write(STDERR_FILENO, p, n)) > 0) {
		p += done;
		n -= (size_t)done;
	}
}

static void
log_write(const char *text, size_t n)
{
	struct buf b = { .max = 65536 };

	buf_adds(&b, "heloise: ");
	buf_add_visible(&b, text, n, true);
	buf_add(&b, "\n", 1);
	log_put(buf_text(&b), b.len);
	buf_release(&b);
}

void
log_say(const char *fmt, ...)
{
	char text[8192];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_write(text, strlen(text));
}

void
log_fault(const struct fault *f)
{
	struct buf b = { .max = 16384 };

	fault_print(&b, f);
	log_write(buf_text(&b), b.len);
	buf_release(&b);
}

int
log_exit(const struct fault *f)
{
	log_fault(f);
	return fault_exit(f);
}

int
log_flush(int status)
{
	return fflush(stdout) != 0 && status == EX_OK ? EX_IOERR : status;
}

void
log_raw(const char *p, size_t n)
{
	struct buf b = { .max = 1 << 20 };

	buf_add_visible(&b, p, n, true);
	log_put(buf_text(&b), b.len);
	buf_release(&b);
}
