/* line.c - lines of encoded words */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "spool/line.h"

static const char hex[] = "0123456789ABCDEF";

static bool
line_special(unsigned char c)
{
	return c <= ' ' || c == 0x7f || c == '%';
}

static void
line_separate(struct buf *b)
{
	if (b->len > 0 && b->p[b->len - 1] != '\n')
		buf_add(b, " ", 1);
}

void
line_add(struct buf *b, const char *word)
{
	const char *p;
	char three[3] = "%";
	size_t n;

	line_separate(b);
	if (word == NULL || word[0] == '\0') {
		buf_add(b, "-", 1);
		return;
	}
	if (strcmp(word, "-") == 0) {
		buf_adds(b, "%2D");
		return;
	}
	for (p = word;; p++) {
		for (n = 0; !line_special((unsigned char)p[n]); n++)
			;
		buf_add(b, p, n);
		p += n;
		if (*p == '\0')
			return;
		three[1] = hex[(unsigned char)*p >> 4];
		three[2] = hex[(unsigned char)*p & 15];
		buf_add(b, three, sizeof(three));
	}
}

void
line_add_number(struct buf *b, long long v)
{
	char digits[24];

	line_separate(b);
	digits[0] = (char)('0' + v % 10);
	digits[1] = '\0';
	if (v < 0 || v > 9)	/* most have one digit, and there are many */
		(void)snprintf(digits, sizeof(digits), "%lld", v);
	buf_adds(b, digits);
}

void
line_end(struct buf *b)
{
	buf_add(b, "\n", 1);
}

void
line_pair(struct buf *b, const char *key, long long v)
{
	line_add(b, key);
	line_add_number(b, v);
	line_end(b);
}

/* The next word, still encoded, as p[0..n); false if there is none. */
static bool
line_raw(struct line *l, const char **p, size_t *n)
{
	if (l->p != l->start && l->p[-1] != '\n') {
		if (l->p == l->end || *l->p != ' ')
			return false;
		l->p++;
	}
	for (*p = l->p; l->p < l->end && *l->p != ' ' && *l->p != '\n';)
		l->p++;
	*n = (size_t)(l->p - *p);
	return *n > 0 && l->p < l->end;
}

static int
line_nibble(char c)
{
	const char *p = c != '\0' ? strchr(hex, c) : NULL;

	return p != NULL ? (int)(p - hex) : -1;
}

/* Into out, which has room for n + 1 octets. */
static bool
line_decode(const char *p, size_t n, char *out)
{
	bool lone = n == 3 && memcmp(p, "%2D", 3) == 0;
	size_t i;

	if (n == 1 && *p == '-')
		n = 0;
	for (i = 0; i < n; i++, out++) {
		int hi, lo;

		*out = p[i];
		if (!line_special((unsigned char)p[i]))
			continue;
		if (p[i] != '%' || n - i < 3 ||
		    (hi = line_nibble(p[i + 1])) == -1 ||
		    (lo = line_nibble(p[i + 2])) == -1)
			return false;
		*out = (char)(hi << 4 | lo);
		if (*out == '\0' ||
		    (!line_special((unsigned char)*out) && !lone))
			return false;
		i += 2;
	}
	*out = '\0';
	return true;
}

char *
line_string(struct line *l)
{
	const char *p;
	char *out;
	size_t n;

	if (!line_raw(l, &p, &n))
		return NULL;
	out = xmalloc(n + 1);
	if (line_decode(p, n, out))
		return out;
	free(out);
	return NULL;
}

bool
line_word(struct line *l, char *out, size_t size)
{
	char *s = line_string(l);
	bool good = s != NULL && strlcpy(out, s, size) < size;

	free(s);
	return good;
}

bool
line_number(struct line *l, long long min, long long max, long long *v)
{
	char word[24], same[24];
	const char *wrong;

	if (!line_word(l, word, sizeof(word)))
		return false;
	*v = strtonum(word, min, max, &wrong);
	(void)snprintf(same, sizeof(same), "%lld", *v);
	return wrong == NULL && strcmp(word, same) == 0;
}

bool
line_take(struct line *l, const char *key, long long max, long long *v)
{
	return line_is(l, key) && line_number(l, 0, max, v) && line_next(l);
}

bool
line_is(struct line *l, const char *word)
{
	struct line was = *l;
	const char *p;
	size_t n;

	if (line_raw(l, &p, &n) && n == strlen(word) && memcmp(p, word, n) == 0)
		return true;
	*l = was;
	return false;
}

bool
line_next(struct line *l)
{
	if (l->p == l->end || *l->p != '\n')
		return false;
	l->p++;
	return true;
}

size_t
line_number_of(const struct line *l)
{
	const char *p;
	size_t n = 1;

	for (p = l->start; p < l->p; p++)
		n += *p == '\n';
	return n;
}
