/* reply.c - parses SMTP replies, which have limits */

#include <string.h>

#include "base/ascii.h"
#include "smtp/reply.h"

bool
reply_enhanced(unsigned v[3], const char *p, size_t n)
{
	size_t i = 0, from;
	int k;

	for (k = 0; k < 3; k++) {
		v[k] = 0;
		for (from = i; i < n && ascii_digit(p[i]) && i - from < 3; i++)
			v[k] = v[k] * 10 + (unsigned)(p[i] - '0');
		if (i == from || (k < 2 && (i == n || p[i++] != '.')))
			return false;
	}
	return i == n || p[i] == ' ';
}

/* One line without its line end.  Returns false if this is not SMTP. */
static bool
reply_line(struct reply *r, const char *p, size_t n, bool *last)
{
	unsigned v[3];
	int code, k;

	if (n < 3 || p[0] < '2' || p[0] > '5' || !ascii_digit(p[1]) ||
	    !ascii_digit(p[2]))
		return false;
	if (n > 3 && p[3] != ' ' && p[3] != '-')
		return false;
	code = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
	if (r->lines > 0 && code != r->code)
		return false;
	if (++r->lines > REPLY_LINES)
		return false;
	r->code = code;
	*last = n == 3 || p[3] == ' ';

	p += n > 3 ? 4 : 3;
	n -= n > 3 ? 4 : 3;
	if (reply_enhanced(v, p, n) && v[0] == (unsigned)code / 100)
		for (k = 0; k < 3; k++)
			r->esc[k] = (unsigned short)v[k];
	if (r->lines > 1)
		buf_add(&r->text, "\n", 1);
	buf_add_visible(&r->text, p, n, false);
	return !r->text.full;
}

enum reply_got
reply_next(struct reply *r, const char *p, size_t n, size_t *used)
{
	const char *nl;
	bool last;
	size_t len;

	for (*used = 0;; *used += len + 1) {
		nl = n > *used ? memchr(p + *used, '\n', n - *used) : NULL;
		if (nl == NULL)
			return n - *used > REPLY_LINE ? REPLY_BAD : REPLY_MORE;
		len = (size_t)(nl - p) - *used;
		if (len > REPLY_LINE || !reply_line(r, p + *used,
		    len > 0 && nl[-1] == '\r' ? len - 1 : len, &last))
			return REPLY_BAD;
		if (last) {
			*used += len + 1;
			return REPLY_DONE;
		}
	}
}

void
reply_clear(struct reply *r)
{
	r->code = 0;
	r->lines = 0;
	memset(r->esc, 0, sizeof(r->esc));
	buf_clear(&r->text);
}
