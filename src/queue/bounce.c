/* bounce.c - tells a sender that a message was given up */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "mail/addr.h"
#include "mail/dsn.h"
#include "queue/bounce.h"
#include "spool/fileio.h"
#include "spool/intake.h"

/* A bounce, and the memory that its fields point to. */
struct text {
	struct dsn	 dsn;
	struct dsn_rcpt	*rcpt;
	char		*message;	/* its header, or all of it */
	char		 id[320], boundary[64];
	char		 host[256];
};

/* Has it failed, and was the sender not told yet? */
static bool
bounce_untold(const struct rcpt *r, bool expired)
{
	return r->done && r->why != NULL && !r->told &&
	    (expired || r->verdict == VD_PERM);
}

/* NOTIFY=NEVER, or NOTIFY without FAILURE, asks for no bounce. */
static bool
bounce_concerned(const struct rcpt *r, bool expired)
{
	return bounce_untold(r, expired) &&
	    (r->notify == 0 || r->notify & NOTIFY_FAILURE);
}

static const char *
bounce_sender(const struct settings *s, const struct claimed *c)
{
	if (c->meta.bounce || c->env.from[0] == '\0')
		return NULL;
	if (s->redirect_all != NULL)
		return s->redirect_all;
	return s->bounce_to != NULL ? s->bounce_to : c->env.from;
}

/* Read the header, or all of the message if all comes back. */
static int
bounce_read_back(struct text *t, const struct claimed *c, struct fault *f)
{
	size_t n = c->file.size < DSN_WHOLE ? c->file.size : DSN_WHOLE;
	const char *end;
	int err;

	t->message = xmalloc(n + 1);
	if ((err = fileio_read(c->file.fd, c->file.at, t->message, n)) != 0)
		return fault_errno(f, ST_SPOOL, err, VD_TEMP,
		    "the message cannot be read back");
	t->message[n] = '\0';
	end = memmem(t->message, n, "\r\n\r\n", 4);
	t->dsn.head = t->message;
	t->dsn.head_len = end != NULL ? (size_t)(end - t->message) + 2 : n;
	t->dsn.size = c->file.size;
	return 0;
}

/* The cause and what to change; NULL if nothing is known.  Allocated. */
static char *
bounce_hint(const struct bounce *b, const struct claimed *c,
    const struct rcpt *r)
{
	const struct explain_place at = { .account = c->meta.account,
	    .conninfo = b->conninfo, .sender = c->env.from,
	    .recipient = r->addr };
	struct buf words = { .max = EXPLAIN_HINT };
	char *text = NULL;

	buf_adds(&words, "Hint: ");
	if (explain_hint(b->explain, r->why, &at, &words))
		text = xstrdup(buf_text(&words));
	buf_release(&words);
	return text;
}

/* Which host sends it: a name without a dot means little to others. */
static void
bounce_host(const struct bounce *b, char *host, size_t size)
{
	if ((!addr_host_domain(b->explain->fqdn, host, size) ||
	    strchr(host, '.') == NULL) && b->set->domain != NULL)
		(void)addr_host_domain(b->set->domain, host, size);
}

static void
bounce_gather(struct text *t, const struct bounce *b, const struct claimed *c,
    const char *to)
{
	time_t now = time(NULL);
	struct tm tm;
	size_t i;

	bounce_host(b, t->host, sizeof(t->host));
	(void)snprintf(t->id, sizeof(t->id), "%llx.bounce%08x@%s",
	    (unsigned long long)now, random_bits(), t->host);
	(void)snprintf(t->boundary, sizeof(t->boundary), "=_%08x%08x%08x",
	    random_bits(), random_bits(), random_bits());
	t->rcpt = xcalloc(c->env.nrcpt, sizeof(*t->rcpt));
	t->dsn = (struct dsn){ .to = to, .host = t->host, .message_id = t->id,
	    .boundary = t->boundary, .now = now, .rcpt = t->rcpt,
	    .arrival = c->meta.submitted, .tries = c->note.tries,
	    .from = c->env.from, .envid = c->env.envid, .ret = c->env.ret,
	    .eightbit = c->env.eightbit };
	if (localtime_r(&now, &tm) != NULL)
		t->dsn.utc_offset = tm.tm_gmtoff;
	for (i = 0; i < c->env.nrcpt; i++)
		if (bounce_concerned(&c->env.rcpt[i], b->expired))
			t->rcpt[t->dsn.nrcpt++] = (struct dsn_rcpt){
			    .addr = c->env.rcpt[i].addr,
			    .orcpt = c->env.rcpt[i].orcpt,
			    .why = c->env.rcpt[i].why,
			    .hint = bounce_hint(b, c, &c->env.rcpt[i]) };
}

static int
bounce_queue(struct spool *spool, const struct text *t, struct claimed *c,
    struct fault *f)
{
	struct spool_meta meta = { .submitted = t->dsn.now,
	    .uid = c->meta.uid, .account = c->meta.account, .bounce = true };
	struct buf head = { .max = 1 << 26 }, tail = { .max = 1 << 20 };
	struct spool_file file = { .fd = -1 };
	struct envelope env = { 0 };
	int status = -1;

	envelope_from(&env, "");
	(void)envelope_add(&env, t->dsn.to);
	env.eightbit = dsn_head(&head, &t->dsn);
	dsn_tail(&tail, &t->dsn);
	if (spool_begin(spool, &file, f) == 0 &&
	    spool_envelope(spool, &file, &env, &meta, f) == 0 &&
	    spool_write(spool, &file, buf_text(&head), head.len, f) == 0 &&
	    (!dsn_whole(&t->dsn) || spool_write(spool, &file, t->message,
	    c->file.size, f) == 0) &&
	    spool_write(spool, &file, buf_text(&tail), tail.len, f) == 0)
		status = spool_commit(spool, &file, SPOOL_QUEUE, &env, NULL, f);
	spool_release(spool, &file);
	envelope_release(&env);
	buf_release(&head);
	buf_release(&tail);
	return status;
}

int
bounce_send(const struct bounce *b, struct claimed *c, bool *any,
    struct fault *f)
{
	const char *to = bounce_sender(b->set, c);
	struct text t = { 0 };
	int status = 0;
	size_t i;

	*any = false;
	if (to != NULL)
		bounce_gather(&t, b, c, to);
	if (t.dsn.nrcpt > 0 && (bounce_read_back(&t, c, f) == -1 ||
	    bounce_queue(b->spool, &t, c, f) == -1))
		status = -1;
	for (i = 0; i < c->env.nrcpt && status == 0; i++)
		if (bounce_untold(&c->env.rcpt[i], b->expired))
			*any = c->env.rcpt[i].told = true;
	for (i = 0; i < t.dsn.nrcpt; i++)
		free(t.rcpt[i].hint);
	free(t.rcpt);
	free(t.message);
	return status;
}
