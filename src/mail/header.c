/* header.c - the fields of a message header */

#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/portable.h"
#include "base/util.h"
#include "mail/header.h"

bool
header_octet(char c)
{
	return ascii_graphic(c) && c != ':';
}

/* The length of the line at p, with its CRLF if it has one. */
static size_t
header_line(const char *p, size_t n)
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
	while (i < n && ascii_blank(p[i]))
		i++;
	if (fld->name_len == 0 || i == n || p[i] != ':')
		return false;
	fld->value = p + i + 1;
	len = header_line(p + *at, n - *at);
	while (*at + len < n && ascii_blank(p[*at + len]))
		len += header_line(p + *at + len, n - *at - len);
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
	return ascii_is(fld->name, fld->name_len, name);
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

#define LIST	HEADER_ADDRESSES
#define BOX	(HEADER_ADDRESSES | HEADER_SINGLE)

/* A name that ends in "*" matches all names with that prefix. */
static const struct header_known known[] = {
	{ "Date", HEADER_WORDS | HEADER_ONCE, HEADER_DATE },
	{ "From", BOX | HEADER_ONCE, HEADER_FROM },
	{ "Sender", BOX | HEADER_ONCE, HEADER_SENDER },
	{ "Reply-To", LIST | HEADER_JOIN, HEADER_REPLY_TO },
	{ "To", LIST | HEADER_JOIN, HEADER_TO },
	{ "Cc", LIST | HEADER_JOIN, HEADER_CC },
	{ "Message-ID", HEADER_ONCE, HEADER_MESSAGE_ID },
	{ "In-Reply-To", HEADER_ONCE, HEADER_IN_REPLY_TO },
	{ "References", HEADER_ONCE, HEADER_REFERENCES },
	{ "Subject", HEADER_TEXT | HEADER_ONCE, HEADER_SUBJECT },
	{ "Bcc", LIST | HEADER_HIDDEN, HEADER_OTHER },
	{ "Return-Path", HEADER_HIDDEN, HEADER_OTHER },
	{ "Content-Length", HEADER_HIDDEN, HEADER_OTHER },
	{ "MIME-Version", HEADER_LAST, HEADER_MIME_VERSION },
	{ "Content-Type", HEADER_LAST, HEADER_CONTENT_TYPE },
	{ "Content-Transfer-Encoding", HEADER_LAST, HEADER_CONTENT_ENCODING },
	{ "Content-Description", HEADER_TEXT, HEADER_OTHER },
	{ "Content-*", 0, HEADER_OTHER },
	{ "DKIM-Signature", 0, HEADER_DKIM },
	{ "Resent-Date", HEADER_WORDS, HEADER_RESENT_DATE },
	{ "Resent-From", BOX, HEADER_RESENT_FROM },
	{ "Resent-Message-ID", 0, HEADER_RESENT_MESSAGE_ID },
	{ "Resent-Sender", BOX, HEADER_RESENT },
	{ "Resent-Reply-To", LIST, HEADER_RESENT },
	{ "Resent-To", LIST, HEADER_RESENT },
	{ "Resent-Cc", LIST, HEADER_RESENT },
	{ "Resent-Bcc", LIST | HEADER_HIDDEN, HEADER_RESENT },
	{ "Received*", HEADER_WORDS, HEADER_OTHER },
	{ "List-Id", HEADER_WORDS, HEADER_OTHER },
	{ "List-*", 0, HEADER_OTHER },
	{ "ARC-*", 0, HEADER_OTHER },
	{ "Authentication-Results", HEADER_WORDS, HEADER_OTHER },
	{ "Auto-Submitted", HEADER_WORDS, HEADER_OTHER },
};

bool
header_resent(const struct field *fld)
{
	const size_t n = strlen("Resent-");

	return fld->name_len > n && strncasecmp(fld->name, "Resent-", n) == 0;
}

static const struct header_known resent = { "Resent-*", HEADER_TEXT,
    HEADER_RESENT };
static const struct header_known other = { "*", HEADER_TEXT, HEADER_OTHER };

const struct header_known *
header_known(const struct field *fld)
{
	const struct header_known *k;
	size_t n;

	for (k = known; k < known + NITEMS(known); k++) {
		n = strlen(k->name) - 1;
		if (fld->name_len < n || (fld->name[0] | 0x20) !=
		    (k->name[0] | 0x20))
			continue;
		if (k->name[n] == '*' ?
		    strncasecmp(fld->name, k->name, n) == 0 :
		    header_is(fld, k->name))
			return k;
	}
	return header_resent(fld) ? &resent : &other;
}

/* The length of p[0..n) without white space and one comment at its end. */
static size_t
header_before_comment(const char *p, size_t n)
{
	const char *open = memchr(p, '(', n);

	while (n > 0 && ascii_space(p[n - 1]))
		n--;
	if (n > 0 && p[n - 1] == ')' && open != NULL &&
	    ascii_only(open, n - (size_t)(open - p)))
		n = (size_t)(open - p);
	while (n > 0 && ascii_space(p[n - 1]))
		n--;
	return n;
}

bool
header_message_id(const char *p, size_t n)
{
	const char *at;
	size_t i;

	for (; n > 0 && ascii_space(*p); n--)
		p++;
	n = header_before_comment(p, n);
	if (n < 3 || p[0] != '<' || p[n - 1] != '>')
		return false;
	for (i = 1; i < n - 1; i++)
		if (ascii_space(p[i]) || ascii_control(p[i]) ||
		    p[i] == '<' || p[i] == '>')
			return false;
	at = portable_memrchr(p, '@', n);
	return at == NULL || (at > p + 1 && at < p + n - 2);
}

bool
header_empty(const struct field *fld)
{
	size_t i;

	for (i = 0; i < fld->value_len; i++)
		if (!ascii_space(fld->value[i]))
			return false;
	return true;
}

void
header_unfold(struct buf *out, const struct field *fld)
{
	const char *p = fld->value, *end = p + fld->value_len, *nl;

	while (end > p && ascii_space(end[-1]))
		end--;
	while (p < end && ascii_space(*p))
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
