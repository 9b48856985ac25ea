/* suggest.c - the nearest known word to a wrong one */

#include <string.h>

#include "base/ascii.h"
#include "config/suggest.h"
#include "hint/service.h"

static char
suggest_fold(char c)
{
	return c == '_' ? '-' : ascii_lower(c);
}

static unsigned
suggest_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be added, dropped, changed or swapped with their
 * neighbour to make b of a.  Both are shorter than SUGGEST_WORD.
 */
static unsigned
suggest_distance(const char *a, const char *b)
{
	unsigned d[3][SUGGEST_WORD], *row = d[0], *up = d[1], *upper = d[2];
	unsigned *next;
	size_t i, k, n = strlen(b);

	for (k = 0; k <= n; k++)
		row[k] = (unsigned)k;
	for (i = 1; a[i - 1] != '\0'; i++) {
		next = upper;
		upper = up;
		up = row;
		row = next;
		row[0] = (unsigned)i;
		for (k = 1; k <= n; k++) {
			row[k] = up[k - 1] + (a[i - 1] != b[k - 1]);
			row[k] = suggest_min(row[k], up[k] + 1);
			row[k] = suggest_min(row[k], row[k - 1] + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] &&
			    a[i - 2] == b[k - 1])
				row[k] = suggest_min(row[k],
				    upper[k - 2] + 1);
		}
	}
	return row[n];
}

void
suggest_init(struct suggest *s, const char *word)
{
	size_t i, n = strlen(word);

	*s = (struct suggest){ 0 };
	if (n < 2 || n >= sizeof(s->word))
		return;
	for (i = 0; i <= n; i++)
		s->word[i] = suggest_fold(word[i]);
	s->best = n < 4 ? 2 : n < 8 ? 3 : 4;
}

bool
suggest_nearer(struct suggest *s, const char *word, const char *akin)
{
	unsigned d;

	if (s->best == 0)
		return false;
	d = ascii_listed(akin, s->word, strlen(s->word)) ? 0 :
	    word != NULL ? suggest_distance(s->word, word) : s->best;
	if (d >= s->best)
		return false;
	s->best = d;
	return true;
}

const char *
suggest_provider(const char *name)
{
	const struct service *row;
	const char *near = NULL;
	struct suggest s;

	suggest_init(&s, name);
	for (row = service_table; row < service_table + service_count; row++)
		if (suggest_nearer(&s, row->name, NULL))
			near = row->name;
	return near;
}
