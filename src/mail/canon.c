/* canon.c - lines of a body with CRLF line ends */

#include <string.h>

#include "mail/canon.h"

#define CRS_MAX	1024	/* more before an LF are line ends */

/* The next c at or after p; next is the one that was found before. */
static const char *
canon_seek(const char *next, const char *p, const char *end, char c)
{
	if (next != NULL && next >= p)
		return next;
	next = memchr(p, c, (size_t)(end - p));
	return next != NULL ? next : end;
}

static void
canon_end_line(struct canon *m)
{
	if (m->line > m->longest)
		m->longest = m->line;
	m->line = 0;
}

static void
canon_add_line_end(struct canon *m, struct buf *out)
{
	buf_adds(out, "\r\n");
	canon_end_line(m);
	m->bare_cr = true;
}

void
canon_flush(struct canon *m, struct buf *out)
{
	for (; m->crs > 0; m->crs--)
		canon_add_line_end(m, out);
}

/* An octet after a CR. */
static const char *
canon_after_cr(struct canon *m, struct buf *out, const char *p)
{
	switch (*p) {
	case '\0':
		m->nul = true;
		return p + 1;
	case '\r':
		if (m->crs < CRS_MAX)
			m->crs++;
		else
			canon_add_line_end(m, out);
		return p + 1;
	case '\n':
		m->crs = 0;
		buf_adds(out, "\r\n");
		canon_end_line(m);
		return p + 1;
	default:
		canon_flush(m, out);
		return p;
	}
}

/* With dot_ends: a dot at the start of a line, and the octet after it. */
static const char *
canon_at_dot(struct canon *m, struct buf *out, const char *p)
{
	if (*p == '\0') {
		m->nul = true;
		return p + 1;
	}
	if (!m->dot) {
		m->dot = true;
		return p + 1;
	}
	m->dot = false;
	if (*p == '\r' || *p == '\n') {
		m->ended = true;
		return p;
	}
	buf_adds(out, ".");
	m->line = 1;
	return *p == '.' ? p + 1 : p;
}

/*
 * Copy lines that end in a bare LF, as on Unix; end is at the next CR or
 * NUL, or at the end of the block.  Returns where it stopped: at end, in an
 * incomplete line, or with dot_ends at a line that begins with a dot.
 */
static const char *
canon_bare_lines(struct canon *m, struct buf *out, const char *p, const char
    *end)
{
	const char *lf;
	size_t n;
	char *to;

	if (!buf_reserve(out, 2 * (size_t)(end - p)))
		return end;
	to = out->p + out->len;
	while ((lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		n = (size_t)(lf - p);
		memcpy(to, p, n);
		to += n;
		*to++ = '\r';
		*to++ = '\n';
		m->line += n;
		canon_end_line(m);
		p = lf + 1;
		if (p == end || (m->dot_ends && *p == '.'))
			break;
	}
	*to = '\0';
	out->len = (size_t)(to - out->p);
	return p;
}

/*
 * Lines that need no change collect between run and p.  They are copied
 * before something else is.
 */
void
canon_feed(struct canon *m, struct buf *out, const char *p, size_t n)
{
	const char *end = p + n, *run = p, *stop;
	const char *lf = NULL, *cr = NULL, *nul = NULL;

	while (p < end && !m->ended) {
		if (m->crs > 0 || m->dot || (m->dot_ends && m->line == 0 &&
		    *p == '.')) {
			buf_add(out, run, (size_t)(p - run));
			run = p = m->crs > 0 ? canon_after_cr(m, out, p) :
			    canon_at_dot(m, out, p);
			continue;
		}
		lf = canon_seek(lf, p, end, '\n');
		cr = canon_seek(cr, p, end, '\r');
		nul = canon_seek(nul, p, end, '\0');
		stop = cr < nul ? cr : nul;
		if (lf < stop) {
			buf_add(out, run, (size_t)(p - run));
			run = p = canon_bare_lines(m, out, p, stop);
			continue;
		}
		m->line += (size_t)(stop - p);
		p = stop;
		if (p == cr && p + 1 < end && p[1] == '\n') {
			canon_end_line(m);
			p += 2;
			continue;
		}
		buf_add(out, run, (size_t)(p - run));
		if (p == nul && p < end)
			m->nul = true;
		else if (p < end)
			m->crs = 1;
		run = p < end ? ++p : p;
	}
	buf_add(out, run, (size_t)(p - run));
}

void
canon_end(struct canon *m, struct buf *out)
{
	if (m->dot)
		m->ended = true;
	canon_flush(m, out);
	if (m->line > 0) {
		buf_adds(out, "\r\n");
		canon_end_line(m);
	}
}
