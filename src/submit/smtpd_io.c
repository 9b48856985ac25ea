/* smtpd_io.c - -bs: drives smtp/server over two descriptors */

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sysexits.h>
#include <unistd.h>

#include "submit/smtpd_io.h"

#define BLOCK	65536
#define WORDS	4096		/* octets of the text that end() appends */

struct dialogue {
	struct server	 s;
	const struct smtpd_io_work *work;
	int		 in, out;
	bool		 at_end;	/* nothing more can be read */
	bool		 broken;	/* nothing more can be written */
};

static void
io_take(struct dialogue *d)
{
	char block[BLOCK];
	size_t room = server_room(&d->s);
	ssize_t n;

	n = read(d->in, block, room < sizeof(block) ? room : sizeof(block));
	if (n > 0) {
		server_feed(&d->s, block, (size_t)n);
	} else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		d->at_end = true;
		server_eof(&d->s);
	}
}

/* Write at most PIPE_BUF octets: so much never blocks after poll(2). */
static void
io_give(struct dialogue *d)
{
	size_t all = d->s.out.len;
	ssize_t n = -1;

	if (!d->broken) {
		n = write(d->out, d->s.out.p, all < PIPE_BUF ? all : PIPE_BUF);
		if (n == -1 && errno != EINTR && errno != EAGAIN)
			d->broken = true;
	}
	if (d->broken)
		server_sent(&d->s, all);
	else if (n > 0)
		server_sent(&d->s, (size_t)n);
}

/* The client says nothing, or reads nothing: treat it as gone. */
static void
io_time_out(struct dialogue *d, bool tell)
{
	static const char bye[] = "421 4.4.2 idle for too long\r\n";

	d->broken = !tell ||
	    write(d->out, bye, sizeof(bye) - 1) != sizeof(bye) - 1;
	d->at_end = true;
	server_eof(&d->s);
}

/*
 * Read, and write if asked to.  Reading goes on while writing: a client may
 * send its whole message before it reads the first reply.
 */
static void
io_exchange(struct dialogue *d, bool writing)
{
	bool reading = !d->at_end && server_room(&d->s) > 0;
	struct pollfd p[2] = {
		{ .fd = reading ? d->in : -1, .events = POLLIN },
		{ .fd = writing ? d->out : -1, .events = POLLOUT },
	};
	int n;

	if (writing && d->broken) {
		io_give(d);
		return;
	}
	n = poll(p, 2, d->work->idle > 0 ? d->work->idle : -1);
	if (n == 0)
		io_time_out(d, reading && !writing);
	if (n < 1)
		return;
	if (p[1].revents != 0)
		io_give(d);
	if (p[0].revents != 0)
		io_take(d);
}

/* Do what the SMTP machine wants.  False at the end of the dialogue. */
static bool
io_turn(struct dialogue *d)
{
	const struct smtpd_io_work *work = d->work;
	struct buf text = { .max = WORDS };
	struct fault f = { 0 };
	int status = 0;

	switch (server_step(&d->s)) {
	case SERVER_SEND:
		io_exchange(d, true);
		break;
	case SERVER_RECV:
		io_exchange(d, false);
		break;
	case SERVER_BEGIN:
		status = work->begin(work->ctx, &d->s.env, &f);
		if (status == 0)
			server_go(&d->s);
		break;
	case SERVER_DATA:
		status = work->data(work->ctx, d->s.data.p, d->s.data.len, &f);
		break;
	case SERVER_END:
		status = work->end(work->ctx, &text, &f);
		if (status == 0)
			server_verdict(&d->s, text.len > 0 ? text.p :
			    "accepted");
		buf_release(&text);
		break;
	case SERVER_DROP:
		work->drop(work->ctx);
		break;
	case SERVER_OVER:
		return false;
	}
	if (status == -1)
		server_refuse(&d->s, &f);
	return true;
}

int
smtpd_io_run(int in, int out, const struct server_opts *o,
    const struct smtpd_io_work *work)
{
	struct dialogue d = { .work = work, .in = in, .out = out };
	bool whole;

	server_init(&d.s, o);
	while (io_turn(&d))
		;
	whole = !d.s.lost && !d.broken;
	server_release(&d.s);
	return whole ? EX_OK : EX_TEMPFAIL;
}
