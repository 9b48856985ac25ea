/*
 * f_smtpd.c - -bs over descriptors, whatever the client sends
 *
 * The first octet chooses what the owner of the messages does and how the
 * octets arrive.  A message that begins has one end or is dropped; replies
 * are lines; and whether the octets come at once or in pieces, messages and
 * replies are the same.
 */

#include <sys/mman.h>
#include <sys/socket.h>

#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "submit/smtpd_io.h"

#include "fuzz.h"

#define MOST	512		/* octets of input: more does not fit */

struct owner {
	uint8_t		 knobs;
	bool		 open;
	struct envelope	*env;
	struct buf	 seen;		/* messages that ended */
	struct buf	 message;
	struct buf	 said;
	int		 status;
};

static int
answer(struct owner *w, int bit, struct fault *f)
{
	if (!(w->knobs & bit))
		return 0;
	return fault_set(f, ST_BODY, FD_SMTP, w->knobs & 64 ? 550 : 450,
	    w->knobs & 64 ? VD_PERM : VD_TEMP, "no\nmore");
}

static int
begin(void *ctx, struct envelope *e, struct fault *f)
{
	struct owner *w = ctx;

	CHECK(!w->open && e->nrcpt > 0 && e->from != NULL);
	w->env = e;
	buf_clear(&w->message);
	if (answer(w, 1, f) == -1)
		return -1;
	w->open = true;
	return 0;
}

static int
data(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct owner *w = ctx;

	CHECK(w->open && n > 0);
	buf_add(&w->message, p, n);
	return answer(w, 2, f);
}

static int
end(void *ctx, struct buf *text, struct fault *f)
{
	struct owner *w = ctx;
	size_t i;

	CHECK(w->open);
	w->open = false;
	for (i = 0; i < w->env->nrcpt; i++)
		rcpt_settle(&w->env->rcpt[i], NULL);
	buf_add(&w->seen, buf_text(&w->message), w->message.len);
	buf_addf(&w->seen, "|%zu|", w->env->nrcpt);
	if (w->knobs & 8)
		buf_adds(text, "queued as 17");
	return answer(w, 4, f);
}

static void
drop(void *ctx)
{
	struct owner *w = ctx;

	CHECK(w->open);
	w->open = false;
}

static void
play(struct owner *w, const uint8_t *p, size_t n, size_t step)
{
	/* Which of two reasons comes first depends on the pieces. */
	const struct server_opts o = { .hostname = "me.test",
	    .domain = "dom.test", .max_size = w->knobs & 2 ? 0 : 100 };
	const struct smtpd_io_work work = { .begin = begin, .data = data,
	    .end = end, .drop = drop, .ctx = w };
	int s[2], out = memfd_create("replies", MFD_CLOEXEC);
	char block[4096];
	ssize_t got;
	size_t k;

	w->seen.max = w->message.max = w->said.max = 1 << 20;
	CHECK(out != -1);
	/* Each record is one read. */
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, s) == 0);
	for (; n > 0; p += k, n -= k) {
		k = n < step ? n : step;
		CHECK(send(s[1], p, k, MSG_NOSIGNAL | MSG_DONTWAIT) ==
		    (ssize_t)k);
	}
	(void)close(s[1]);
	w->status = smtpd_io_run(s[0], out, &o, &work);
	CHECK(!w->open);
	CHECK(lseek(out, 0, SEEK_SET) == 0);
	while ((got = read(out, block, sizeof(block))) > 0)
		buf_add(&w->said, block, (size_t)got);
	(void)close(s[0]);
	(void)close(out);
}

static void
check_replies(const struct buf *b)
{
	const char *p = buf_text(b), *end = p + b->len, *nl;

	CHECK(b->len > 0 && !b->full);
	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		CHECK(nl != NULL && nl - p > 4 && nl[-1] == '\r');
		CHECK(strspn(p, "0123456789") == 3);
		check_printable(p, (size_t)(nl - 1 - p), false);
	}
}

static void
release(struct owner *w)
{
	buf_release(&w->seen);
	buf_release(&w->message);
	buf_release(&w->said);
}

static bool
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    memcmp(buf_text(a), buf_text(b), a->len) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct owner a = { .status = -1 }, b = { .status = -1 };

	if (n < 1 || n > MOST)
		return 0;
	a.knobs = b.knobs = p[0];
	play(&a, p + 1, n - 1, n);
	play(&b, p + 1, n - 1, p[0] & 128 ? 3 : 7);
	check_replies(&a.said);
	CHECK(a.status == EX_OK || a.status == EX_TEMPFAIL);
	CHECK(a.status == b.status);
	CHECK(same(&a.said, &b.said) && same(&a.seen, &b.seen));
	release(&a);
	release(&b);
	return 0;
}
