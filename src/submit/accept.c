/* accept.c - stdin to a message and an envelope */

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/util.h"
#include "mail/header.h"
#include "submit/accept.h"
#include "system/msgfile.h"

#define BLOCK	65536		/* octets read at once, */
#define GATHER	131072		/* octets written at once: few large blocks */
#define ORIGIN	256		/* octets of the name of a caller */

void
accept_init(struct accept *s, const struct message_opts *o,
    struct envelope *env, struct store *store, struct spool_meta *meta,
    long long max_size)
{
	*s = (struct accept){ .env = env, .store = store, .meta = meta,
	    .max_size = max_size };
	message_init(&s->message, o, env);
}

void
accept_release(struct accept *s)
{
	message_release(&s->message);
}

/* Add the script that PHP runs to the origin: "33:contact.php". */
static void
accept_note_script(struct accept *s)
{
	const struct buf *head = &s->message.out;
	struct buf b = { .max = ORIGIN };
	struct field field;

	if (!header_find(buf_text(head), head->len,
	    "X-PHP-Originating-Script", &field))
		return;
	if (s->meta->origin != NULL)
		buf_addf(&b, "%s ", s->meta->origin);
	header_unfold(&b, &field);
	if (!b.full) {
		free(s->meta->origin);
		s->meta->origin = xstrdup(buf_text(&b));
	}
	buf_release(&b);
}

/* The header completes the envelope, which is stored first. */
static int
accept_write_envelope(struct accept *s, struct fault *f)
{
	struct message_refused *refused = s->message.opts->refused;
	struct buf fields = { .max = 1 << 26 };
	int status = 0;
	size_t i;

	if (s->env->nrcpt == 0 && refused != NULL && refused->n > 0) {
		*f = refused->first;
		return -1;
	}
	if (s->env->nrcpt == 0)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "no recipients: the message has none in To, Cc or Bcc");
	for (i = 0; i < s->env->nrcpt; i++)
		s->env->rcpt[i].notify |= s->notify;
	if (s->expand != NULL)
		status = expand_envelope(s->expand, s->env, refused, f);
	if (status == 0 && s->addressed != NULL)
		status = s->addressed(s->ctx, &fields, f);
	accept_note_script(s);
	if (status == 0)
		status = store_envelope(s->store, s->env, s->meta, f);
	if (status == 0 && fields.len > 0)
		status = store_write(s->store, buf_text(&fields), fields.len,
		    f);
	buf_release(&fields);
	s->written = status == 0;
	return status;
}

static int
accept_drain(struct accept *s, struct fault *f)
{
	struct buf *out = &s->message.out;

	if (!s->message.header_done)
		return 0;
	if (!s->written && accept_write_envelope(s, f) == -1)
		return -1;
	if (store_write(s->store, buf_text(out), out->len, f) == -1)
		return -1;
	buf_clear(out);
	if (s->max_size == 0 || s->store->size <= (size_t)s->max_size)
		return 0;
	(void)fault_set(f, ST_INPUT, FD_NONE, 0, VD_PERM,
	    "it is over %lld octets (max-size)", s->max_size);
	f->esc[0] = 5, f->esc[1] = 3, f->esc[2] = 4;
	return -1;
}

int
accept_feed(struct accept *s, const char *p, size_t n, struct fault *f)
{
	if (message_feed(&s->message, p, n, f) == -1)
		return -1;
	return s->message.out.len >= GATHER ? accept_drain(s, f) : 0;
}

static int
accept_write_again(void *ctx, const char *p, size_t n, struct fault *f)
{
	struct accept *s = ctx;

	if (s->again.fd == -1 &&
	    (store_begin(&s->again, s->store->spool, f) == -1 ||
	    store_envelope(&s->again, s->env, s->meta, f) == -1))
		return -1;
	return store_write(&s->again, p, n, f);
}

/* Some repairs need to know the whole message: read it a second time. */
static int
accept_repair(struct accept *s, unsigned why, struct fault *f)
{
	struct msgfile_convert c = { .message = { .fd = s->store->fd,
	    .at = s->store->at, .size = s->store->size }, .why = why,
	    .write = accept_write_again, .ctx = s };

	s->again = (struct store){ .fd = -1, .file.fd = -1,
	    .spool = s->store->spool };
	if (msgfile_convert(&c, f) == -1) {
		store_release(&s->again);
		return -1;
	}
	if (!c.changed)
		return 0;
	if (s->again.trouble.verdict == VD_OK)
		s->again.trouble = s->store->trouble;
	store_release(s->store);
	*s->store = s->again;
	s->env->eightbit = c.eightbit;
	return 0;
}

int
accept_end(struct accept *s, struct fault *f)
{
	unsigned why;

	if (message_end(&s->message, f) == -1 || accept_drain(s, f) == -1)
		return -1;
	s->env->eightbit = s->message.header_8bit ||
	    s->message.body.eightbit;
	why = message_wants(&s->message);
	return why != 0 ? accept_repair(s, why, f) : 0;
}

int
accept_read(struct accept *s, int in, struct fault *f)
{
	struct pollfd ready = { .fd = in, .events = POLLIN };
	char *block = xmalloc(BLOCK);
	int status = 0;
	ssize_t n = 1;

	while (status == 0 && n != 0 && !s->message.ended) {
		n = read(in, block, BLOCK);
		if (n == -1 && errno == EAGAIN) {
			(void)poll(&ready, 1, -1);
			continue;
		}
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			status = fault_errno(f, ST_INPUT, errno, VD_TEMP,
			    "standard input");
		else if (n > 0)
			status = accept_feed(s, block, (size_t)n, f);
	}
	free(block);
	return status == 0 ? accept_end(s, f) : -1;
}
