/* t_system_msgfile.c - a message in a file: read it, mend it for the relay */

#include <sys/mman.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "system/msgfile.h"
#include "mail/recode.h"
#include "tap.h"

#define HEAD	"MIME-Version: 1.0\r\n" \
		"Content-Type: text/plain; charset=utf-8\r\n"

static size_t pieces;		/* given to write */
static bool full;		/* it has no more room */

static int
put(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct buf *out = ctx;

	pieces++;
	if (full)
		return fault_errno(f, ST_SPOOL, ENOSPC, VD_TEMP, "no room");
	buf_add(out, p, n);
	return 0;
}

/* A file that holds the text, times over, from octet 10 on. */
static int
file(const char *head, const char *text, size_t times, size_t *size)
{
	struct buf b = { .max = 1 << 26 };
	int fd = memfd_create("t_system_msgfile", MFD_CLOEXEC);

	buf_adds(&b, "0123456789");
	buf_adds(&b, head);
	while (times-- > 0)
		buf_adds(&b, text);
	*size = b.len - 10;
	if (fd == -1 || write(fd, b.p, b.len) != (ssize_t)b.len) {
		perror("memfd");
		exit(1);
	}
	buf_release(&b);
	return fd;
}

static void
test_small(void)
{
	struct buf out = { .max = 1 << 20 };
	struct msgfile_convert c = { .message.at = 10,
	    .why = RECODE_8BIT, .write = put,
	    .ctx = &out };
	struct fault f = { 0 };

	c.message.fd = file(HEAD "Content-Transfer-Encoding: 8bit\r\n\r\n",
	    "umlauts \303\266 here\r\n", 1, &c.message.size);
	is_int(msgfile_convert(&c, &f), 0, "a message");
	is(buf_text(&out), HEAD "Content-Transfer-Encoding: quoted-printable"
	    "\r\n\r\numlauts =C3=B6 here\r\n", "is encoded");
	ok(c.changed && !c.eightbit, "and known to be");
	buf_clear(&out);
	pieces = 0;
	c.why = RECODE_LABEL | RECODE_LONG;
	is_int(msgfile_convert(&c, &f), 0, "nothing to do");
	ok(!c.changed && pieces == 0, "nothing is written");
	c.message.size += 5;
	is_int(msgfile_convert(&c, &f), -1, "less than there should be");
	ok(f.stage == ST_SPOOL && f.domain == FD_ERRNO && f.code == EIO &&
	    f.verdict == VD_TEMP, "%s", f.text);
	c.message.size -= 5;
	c.why = RECODE_8BIT;
	full = true;
	is_int(msgfile_convert(&c, &f), -1, "no room to write");
	is_int(f.code, ENOSPC, "is what write said");
	full = false;
	(void)close(c.message.fd);
	fault_clear(&f);
	is_int(msgfile_convert(&c, &f), -1, "a descriptor that is none");
	is_int(f.code, EBADF, "%s", f.text);
	buf_release(&out);
}

/* More than one block, which no line ends with. */
static void
test_large(void)
{
	struct buf out = { .max = 1 << 26 };
	struct msgfile_convert c = {
		.message.at = 10, .why = RECODE_LABEL, .write = put, .ctx = &out
	};
	struct fault f = { 0 };
	size_t head;

	c.message.fd = file("S: x\r\n\r\n", "seventeen \303\266 of\r\n", 60000,
	    &c.message.size);
	pieces = 0;
	is_int(msgfile_convert(&c, &f), 0, "a large one");
	ok(pieces > 10, "comes in %zu pieces", pieces);
	head = out.len - (c.message.size - 8);
	ok(c.changed && c.eightbit, "is 8-bit still");
	ok(memcmp(out.p + head, out.p + out.len - 17, 17) == 0 &&
	    memcmp(out.p + head - 4, "\r\n\r\n", 4) == 0 &&
	    head == strlen("S: x\r\n" HEAD
	    "Content-Transfer-Encoding: 8bit\r\n\r\n"),
	    "labelled, and the body is whole");
	(void)close(c.message.fd);
	buf_release(&out);
}

/* What is read is never beyond the span. */
static void
test_read(void)
{
	struct span s = { .at = 10 };
	struct fault f = { 0 };
	char b[100] = "";

	s.fd = file("", "abc", 2, &s.size);
	s.size = 4;
	is_int((long long)msgfile_read(&s, 0, b, sizeof(b), ST_BODY, &f), 4,
	    "as much as there is");
	is(b, "abca", "from its beginning on");
	is_int((long long)msgfile_read(&s, 3, b, 1, ST_BODY, &f), 1,
	    "the last octet");
	ok(b[0] == 'a', "which is this");
	s.size = 7;
	is_int((long long)msgfile_read(&s, 6, b, 1, ST_BODY, &f), 0,
	    "a file that is too short");
	ok(f.stage == ST_BODY && f.code == EIO, "%s", f.text);
	(void)close(s.fd);
}

int
main(void)
{
	test_read();
	test_small();
	test_large();
	return done();
}
