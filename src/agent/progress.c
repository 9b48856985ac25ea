/* progress.c - shows on a terminal how much of a message is sent */

#include <string.h>
#include <unistd.h>

#include "agent/progress.h"
#include "base/util.h"

#define OFTEN	200	/* ms between two lines */
#define RATE	500	/* ms before a rate means anything */

static void
progress_add_time(struct buf *out, long long s)
{
	if (s >= 3600)
		buf_addf(out, "%lld h %lld min", s / 3600, s % 3600 / 60);
	else if (s >= 60)
		buf_addf(out, "%lld min %lld s", s / 60, s % 60);
	else
		buf_addf(out, "%lld s", s);
}

void
progress_text(struct buf *out, size_t done, size_t total, long long ms)
{
	long long rate;		/* octets a second */

	buf_addf(out, "%zu.%zu of %zu.%zu MB (%zu %%)", done / 1000000,
	    done / 100000 % 10, total / 1000000, total / 100000 % 10,
	    total > 0 ? (size_t)((double)done / (double)total * 100) : 100);
	if (ms < RATE || (rate = (long long)done * 1000 / ms) == 0)
		return;
	if (rate >= 10000000)
		buf_addf(out, ", %lld MB/s, ", rate / 1000000);
	else
		buf_addf(out, ", %lld kB/s, ", rate / 1000);
	progress_add_time(out, ((long long)(total - done) + rate - 1) / rate);
	buf_adds(out, " left");
}

static void
progress_put(struct progress *p, const struct buf *text)
{
	struct buf line = { .max = 512 };
	size_t i;

	buf_addf(&line, "\r%s", buf_text(text));
	for (i = text->len; i < p->width; i++)
		buf_add(&line, " ", 1);
	if (text->len == 0)
		buf_adds(&line, "\r");
	p->width = text->len;
	(void)!write(STDERR_FILENO, buf_text(&line), line.len);
	buf_release(&line);
}

void
progress_show(struct progress *p, size_t done, size_t total)
{
	struct buf text = { .max = 256 };
	long long now = clock_ms();

	if (p->began == 0)
		p->began = p->shown = now;
	/* Do not write over what another program shows. */
	if (now - p->shown < OFTEN || tcgetpgrp(STDERR_FILENO) != getpgrp())
		return;
	p->shown = now;
	buf_adds(&text, "heloise: ");
	progress_text(&text, done, total, now - p->began);
	progress_put(p, &text);
	buf_release(&text);
}

void
progress_end(struct progress *p)
{
	struct buf none = { .max = 1 };

	if (p->width > 0 && tcgetpgrp(STDERR_FILENO) == getpgrp())
		progress_put(p, &none);
	*p = (struct progress){ 0 };
}
