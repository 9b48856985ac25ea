/* suggest.h - the nearest known word to a wrong one */

#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stdbool.h>

#define SUGGEST_WORD 32	/* none is as long as this */

/* The state of a search for the nearest word. */
struct suggest {
	char		 word[SUGGEST_WORD];	/* as it was written */
	unsigned	 best;			/* mistakes; 0: found */
};

/*
 * Search: give each word of a list to suggest_nearer().  It returns true if
 * that word is near enough, and nearer than all words before it; the last
 * one is the answer.  A word is shorter than SUGGEST_WORD.  akin holds other
 * names for it, separated by blanks, which must match exactly.  Either may
 * be NULL.
 */
void	suggest_init(struct suggest *, const char *word);
bool	suggest_nearer(struct suggest *, const char *word, const char *akin);

/* The nearest provider, or NULL. */
const char *suggest_provider(const char *name);

#endif
