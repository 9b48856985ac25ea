/* fold.c - fold long lines of a header */

#include <string.h>

#include "base/ascii.h"
#include "mail/fold.h"
#include "mail/longline.h"
#include "mail/phrase.h"

#define VALUE_MAX	(4U << 20)
#define COLUMNS		76
#define CUT		900	/* octets of a piece of a word that is cut */

size_t
fold_longest(const char *p, size_t n)
{
	const char *end = p + n, *nl;
	size_t longest = 0, k;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			break;
		k = (size_t)(nl - p);
		if (k > 0 && nl[-1] == '\r')
			k--;
		if (k > longest)
			longest = k;
	}
	return longest;
}

size_t
fold_column(const struct buf *b)
{
	size_t n = b->len;

	while (n > 0 && b->p[n - 1] != '\n')
		n--;
	return b->len - n;
}

/* Where to cut a word that is longer than a line; n if there is no place. */
static size_t
fold_cut(const char *p, size_t n, unsigned traits)
{
	const char *after = traits & HEADER_ADDRESSES ? ",;" : ",;>";
	size_t k;

	for (k = CUT; k > 1; k--)
		if (strchr(after, p[k - 1]) != NULL && p[k - 2] != '\\')
			return k;
	return traits & HEADER_TEXT ? CUT : n;
}

/* A blank after a backslash ends no word. */
static const char *
fold_word_end(const char *word, const char *end)
{
	const char *p = word;

	while (p < end && (!ascii_blank(*p) || (p > word && p[-1] == '\\')))
		p++;
	return p;
}

void
fold_field(struct buf *out, const struct field *fld)
{
	const struct header_known *known = header_known(fld);
	struct buf value = { .max = VALUE_MAX };
	const char *p, *end, *word, *stop;
	size_t most = LONGLINE_MAX, gap, n, need;
	bool encode;

	header_unfold(&value, fld);
	buf_add(out, fld->line, (size_t)(fld->value - fld->line));
	p = stop = buf_text(&value);
	/* A long first word stays in the line of the name if it fits. */
	for (end = p + value.len; p < end; p = word + n, most = COLUMNS) {
		for (word = p; ascii_blank(*word); word++)
			;
		/* The rest of a word that was cut has its end already. */
		if (word >= stop)
			stop = fold_word_end(word, end);
		n = (size_t)(stop - word);
		gap = (size_t)(word - p);
		encode = n >= LONGLINE_MAX && known->id == HEADER_SUBJECT;
		if (n >= LONGLINE_MAX && !encode)
			n = fold_cut(word, n, known->traits);
		need = encode ? COLUMNS : n;
		if (gap == 0 || gap > COLUMNS || gap + need > LONGLINE_MAX) {
			p = " ";
			gap = 1;
		}
		if (fold_column(out) + gap + need > most)
			buf_adds(out, "\r\n");
		buf_add(out, p, gap);
		if (encode)
			phrase_encode(out, word, n);
		else
			buf_add(out, word, n);
	}
	buf_adds(out, "\r\n");
	buf_release(&value);
}
