/* display.c - display names that do not stand where they belong */

#include <string.h>

#include "base/ascii.h"
#include "mail/display.h"

#define TEXT_MAX	(4U << 20)

/*
 * Comments that nest deeper are none, like those that nothing closes: the
 * search for the end of each may not go over all of the text.
 */
#define NESTED	64

size_t
display_after(const char *p, size_t n, size_t i)
{
	const char close = p[i] == '"' ? '"' : ')';
	size_t k, depth = 1;

	if (p[i] == '\\' && i + 1 < n && !ascii_space(p[i + 1]))
		return i + 2;
	if (p[i] != '"' && p[i] != '(')
		return i + 1;
	for (k = i + 1; k < n; k++) {
		if (p[k] == '\\')
			k++;
		else if (p[k] == close && --depth == 0)
			return k + 1;
		else if (p[k] == p[i] && ++depth > NESTED)
			break;
	}
	return i + 1;
}

/* Add white space and a word or comment. */
static void
display_add(struct buf *b, const char *p, size_t n, const char *gap)
{
	if (b->len > 0 && !ascii_space(b->p[b->len - 1]))
		buf_adds(b, gap);
	buf_add(b, p, n);
}

/*
 * Append the words and the comments of p[0..n) to one buffer each.  A
 * backslash that has nothing to quote is quoted itself.
 */
static void
display_sort(struct buf *words, struct buf *notes, const char *p, size_t n)
{
	bool gap = true;
	size_t i, k;

	for (i = 0; i < n; i = k) {
		k = display_after(p, n, i);
		if (ascii_space(p[i]) || p[i] == '(') {
			if (p[i] == '(')
				display_add(notes, p + i, k - i, " ");
			gap = true;
			continue;
		}
		display_add(words, p + i, k - i, gap ? " " : "");
		gap = false;
		if (p[i] == '\\' && k == i + 1)
			buf_adds(words, "\\");
	}
}

/* Is there more than marks? */
static bool
display_is_name(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ascii_alnum(p[i]) || (unsigned char)p[i] >= 0x80)
			return true;
	return false;
}

/* The end of the address, after its ">". */
static size_t
display_close(const char *p, const struct addr *a)
{
	size_t i = a->spec_end;

	while (i < a->end && p[i] != '>')
		i = display_after(p, a->end, i);
	return i < a->end ? i + 1 : a->end;
}

/* Append the mailbox if a name follows its address. */
static bool
display_turn(struct buf *b, const char *p, const struct addr *a)
{
	struct buf before = { .max = TEXT_MAX }, after = before;
	struct buf notes = before;
	size_t close;
	bool turns;

	if (p[a->angle] != '<' || *a->spec == '\0')
		return false;
	close = display_close(p, a);
	if (close == a->end)
		return false;
	display_sort(&before, &notes, p + a->start, a->angle - a->start);
	display_sort(&after, &notes, p + close, a->end - close);
	turns = display_is_name(buf_text(&after), after.len);
	if (turns) {
		display_add(&before, after.p, after.len, " ");
		buf_add(b, before.p, before.len);
		buf_adds(b, " ");
		buf_add(b, p + a->angle, close - a->angle);
		buf_adds(b, notes.len > 0 ? " " : "");
		buf_add(b, buf_text(&notes), notes.len);
	}
	buf_release(&before);
	buf_release(&after);
	buf_release(&notes);
	return turns;
}

bool
display_before(struct buf *b, const char *p, size_t n,
    const struct addr_list *l)
{
	struct buf one = { .max = TEXT_MAX };
	size_t i, at = 0;

	for (i = 0; i < l->n; i++) {
		if (!display_turn(&one, p, &l->v[i]))
			continue;
		buf_add(b, p + at, l->v[i].start - at);
		buf_add(b, one.p, one.len);
		buf_clear(&one);
		at = l->v[i].end;
	}
	if (at > 0)
		buf_add(b, p + at, n - at);
	buf_release(&one);
	return at > 0;
}
