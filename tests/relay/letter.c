/* letter.c - a message on its way into the store, and its envelope */

#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "letter.h"

enum at {
	AT_START,	/* of a line */
	AT_TEXT,
	AT_CR,		/* after a CR */
	AT_DOT,		/* after a dot at the start of a line */
	AT_DOT_CR	/* and a CR after that */
};

void
letter_init(struct letter *l, const char *dir, _Atomic unsigned long *last)
{
	memset(l, 0, sizeof(*l));
	l->dir = dir;
	l->last = last;
	l->helo.max = l->user.max = CONN_IN;
	l->env.max = SIZE_MAX / 4;
}

void
letter_release(struct letter *l)
{
	letter_drop(l);
	buf_release(&l->helo);
	buf_release(&l->user);
	buf_release(&l->env);
}

void
letter_note(struct letter *l, const struct buf *line)
{
	const char *s = buf_text(line);

	if (strncasecmp(s, "EHLO ", 5) == 0 ||
	    strncasecmp(s, "HELO ", 5) == 0) {
		buf_clear(&l->helo);
		buf_add(&l->helo, s + 5, line->len - 5);
	} else if (strncasecmp(s, "MAIL ", 5) == 0 ||
	    strncasecmp(s, "RCPT ", 5) == 0) {
		if (*s == 'R' || *s == 'r')
			l->rcpts++;
		else
			letter_drop(l);
		buf_add(&l->env, s, line->len);
		buf_add(&l->env, "\n", 1);
	}
}

static void
begin(struct letter *l)
{
	int n;

	if (l->begun)
		return;
	l->begun = true;
	if (l->dir == NULL)
		return;
	n = snprintf(l->tmp, sizeof(l->tmp), "%s/.%ld", l->dir,
	    (long)getpid());
	if (n < 0 || (size_t)n >= sizeof(l->tmp))
		errx(1, "%s: name too long", l->dir);
	if ((l->fp = fopen(l->tmp, "we")) == NULL)
		err(1, "%s", l->tmp);
}

static void
add(struct letter *l, const char *p, size_t n)
{
	if (!l->eightbit)
		l->eightbit = !ascii_only(p, n);
	l->size += n;
	if (l->fp != NULL && fwrite(p, 1, n, l->fp) != n)
		err(1, "%s", l->tmp);
}

bool
letter_octets(struct letter *l, struct conn *c, size_t n)
{
	const char *p;
	size_t k, all = n;

	begin(l);
	while (n > 0 && (k = conn_peek(c, &p)) > 0) {
		if (k > n)
			k = n;
		add(l, p, k);
		conn_skip(c, k);
		n -= k;
	}
	conn_log(c, "C| %zu bytes", all - n);
	return n == 0;
}

/*
 * One step over p[0..n), n > 0: how many bytes it took.  Only CRLF ends a
 * line; a bare CR or LF is text (RFC 5321, 2.3.8).
 */
static size_t
scan(struct letter *l, enum at *at, const char *p, size_t n)
{
	const char *dot;

	switch (*at) {
	case AT_START:
		*at = *p == '.' ? AT_DOT : AT_TEXT;
		return *p == '.';
	case AT_DOT:
		*at = *p == '\r' ? AT_DOT_CR : AT_TEXT;
		return *p == '\r';
	case AT_DOT_CR:
		add(l, "\r", 1);
		*at = AT_CR;
		return 0;
	case AT_CR:
		if (*p == '\r' || *p == '\n')
			add(l, p, 1);
		*at = *p == '\n' ? AT_START : *p == '\r' ? AT_CR : AT_TEXT;
		return *p == '\r' || *p == '\n';
	case AT_TEXT:
		break;
	}
	/* Many lines in one go, to the next that begins with a dot. */
	if ((dot = memmem(p, n, "\r\n.", 3)) != NULL)
		n = (size_t)(dot - p) + 2;
	add(l, p, n);
	if (p[n - 1] == '\r')
		*at = AT_CR;
	else if (n > 1 && p[n - 2] == '\r' && p[n - 1] == '\n')
		*at = AT_START;
	return n;
}

bool
letter_data(struct letter *l, struct conn *c)
{
	enum at at = AT_START;
	const char *p;
	size_t i, k, all = 0;
	bool end = false;

	begin(l);
	while (!end && (k = conn_peek(c, &p)) > 0) {
		for (i = 0; i < k && !end; ) {
			end = at == AT_DOT_CR && p[i] == '\n';
			i += end ? 1 : scan(l, &at, p + i, k - i);
		}
		conn_skip(c, i);
		all += i;
	}
	conn_log(c, "C| %zu bytes", all);
	return end;
}

/* Create DIR/N.env for the next N that is free. */
static FILE *
number(struct letter *l, unsigned long *n)
{
	char path[4200];
	FILE *fp;

	do {
		*n = ++*l->last;
		(void)snprintf(path, sizeof(path), "%s/%lu.env", l->dir, *n);
		fp = fopen(path, "wxe");
	} while (fp == NULL && errno == EEXIST);
	if (fp == NULL)
		err(1, "%s", path);
	return fp;
}

unsigned long
letter_commit(struct letter *l, const struct conn *c)
{
	char path[4200];
	unsigned long n;
	FILE *fp;

	if (l->fp == NULL) {
		letter_drop(l);
		return 0;
	}
	fp = number(l, &n);
	(void)fprintf(fp, "helo %s\ntls %s\nuser %s\n",
	    l->helo.len > 0 ? l->helo.p : "-",
	    c->version != NULL ? c->version : "-",
	    l->user.len > 0 ? l->user.p : "-");
	(void)fwrite(buf_text(&l->env), 1, l->env.len, fp);
	(void)snprintf(path, sizeof(path), "%s/%lu.msg", l->dir, n);
	if (fclose(fp) != 0 || fclose(l->fp) != 0 ||
	    rename(l->tmp, path) == -1)
		err(1, "%s", path);
	l->fp = NULL;
	letter_drop(l);
	return n;
}

void
letter_drop(struct letter *l)
{
	if (l->fp != NULL) {
		(void)fclose(l->fp);
		(void)unlink(l->tmp);
	}
	l->fp = NULL;
	l->begun = l->eightbit = false;
	l->size = l->rcpts = 0;
	buf_clear(&l->env);
}
