/* buf.c - a growable byte string with a ceiling */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"

/* Move the contents to the start of the memory. */
static void
buf_move_down(struct buf *b)
{
	char *to = b->p - b->gone;

	memmove(to, b->p, b->len);
	if (b->secret)
		explicit_bzero(to + b->len, b->gone);
	b->p = to;
	b->gone = 0;
	b->p[b->len] = '\0';
}

/* Make room for n more octets and a NUL. */
static void
buf_make_room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 128;
	char *p;

	if (b->gone > 0)
		buf_move_down(b);
	while (cap < b->len + n + 1)
		cap *= 2;
	if (cap == b->cap)
		return;
	if (!b->secret) {
		b->p = xrealloc(b->p, cap);
	} else {
		p = xmalloc(cap);
		if (b->p != NULL) {
			memcpy(p, b->p, b->len);
			explicit_bzero(b->p, b->cap);
			free(b->p);
		}
		b->p = p;
	}
	b->cap = cap;
	b->p[b->len] = '\0';
}

bool
buf_reserve(struct buf *b, size_t n)
{
	if (b->full || n > b->max - b->len) {
		b->full = true;
		return false;
	}
	if (b->gone + b->len + n >= b->cap)
		buf_make_room(b, n);
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (!buf_reserve(b, n) || n == 0)
		return;
	memcpy(b->p + b->len, p, n);
	b->len += n;
	b->p[b->len] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		b->full = true;
	else if (buf_reserve(b, (size_t)n)) {
		(void)vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

static bool
buf_controls(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    c == 0x2028 || c == 0x2029 ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The count of leading printable ASCII octets, at most max. */
static size_t
buf_plain(const unsigned char *p, size_t n, size_t max)
{
	size_t i;

	n = n < max ? n : max;
	for (i = 0; i < n && p[i] >= 0x20 && p[i] < 0x7f; i++)
		;
	return i;
}

void
buf_add_visible(struct buf *b, const void *v, size_t n, bool lines)
{
	const unsigned char *p = v;
	uint32_t c;
	size_t k;

	while (n > 0) {
		if ((k = buf_plain(p, n, b->max - b->len)) > 0) {
			buf_add(b, p, k);
		} else if ((k = utf8_next(p, n, &c)) == 0) {
			buf_add(b, "?", 1);
			k = 1;
		} else if (buf_controls(c) &&
		    (!lines || (c != '\n' && c != '\t'))) {
			buf_add(b, "?", 1);
		} else {
			buf_add(b, p, k);
		}
		p += k;
		n -= k;
	}
}

void
buf_adds_visible(struct buf *b, const char *s)
{
	buf_add_visible(b, s, strlen(s), false);
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n > b->len)
		n = b->len;
	if (n == 0)
		return;
	if (b->secret)
		explicit_bzero(b->p, n);
	b->p += n;
	b->gone += n;
	b->len -= n;
	if (b->len == 0)
		buf_move_down(b);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
	if (b->p == NULL)
		return;
	b->p -= b->gone;
	b->gone = 0;
	if (b->secret)
		explicit_bzero(b->p, b->cap);
	b->p[0] = '\0';
}

void
buf_release(struct buf *b)
{
	buf_clear(b);
	free(b->p);
	b->p = NULL;
	b->cap = 0;
}

const char *
buf_text(const struct buf *b)
{
	return b->p != NULL ? b->p : "";
}
