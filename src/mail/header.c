/* header.c - the fields of a message header */

#include <string.h>
#include <strings.h>

#include "mail/header.h"

static bool
white(char c)
{
	return c == ' ' || c == '\t';
}

bool
header_octet(char c)
{
	return c > 0x20 && c < 0x7f && c != ':';
}

/* The length of the line at p, with its CRLF where it has one. */
static size_t
line(const char *p, size_t n)
{
	const char *nl = n > 0 ? memchr(p, '\n', n) : NULL;

	return nl != NULL ? (size_t)(nl - p) + 1 : n;
}

bool
header_next(const char *p, size_t n, size_t *at, struct field *fld)
{
	size_t i = *at, len;

	fld->name = fld->line = p + i;
	while (i < n && header_octet(p[i]))
		i++;
	fld->name_len = i - *at;
	while (i < n && white(p[i]))
		i++;
	if (fld->name_len == 0 || i == n || p[i] != ':')
		return false;
	fld->value = p + i + 1;
	len = line(p + *at, n - *at);
	while (*at + len < n && white(p[*at + len]))
		len += line(p + *at + len, n - *at - len);
	fld->len = len;
	fld->value_len = len - (i + 1 - *at);
	if (fld->value_len >= 2 && memcmp(p + *at + len - 2, "\r\n", 2) == 0)
		fld->value_len -= 2;
	*at += len;
	return true;
}

bool
header_is(const struct field *fld, const char *name)
{
	return strlen(name) == fld->name_len &&
	    strncasecmp(fld->name, name, fld->name_len) == 0;
}

bool
header_find(const char *p, size_t n, const char *name, struct field *fld)
{
	size_t at = 0;

	while (header_next(p, n, &at, fld))
		if (header_is(fld, name))
			return true;
	return false;
}

void
header_unfold(struct buf *out, const struct field *fld)
{
	const char *p = fld->value, *end = p + fld->value_len, *nl;

	while (end > p && (white(end[-1]) || end[-1] == '\r' ||
	    end[-1] == '\n'))
		end--;
	while (p < end && (white(*p) || *p == '\r' || *p == '\n'))
		p++;
	while (p < end) {
		nl = memchr(p, '\r', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		buf_add(out, p, (size_t)(nl - p));
		for (p = nl; p < end && (*p == '\r' || *p == '\n'); p++)
			;
	}
}
