/* suggest.h - the nearest known word to a wrong one */

#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include "config/setting.h"

/* The state of a search for the nearest word. */
struct suggest {
	char		 word[SETTING_KEY];	/* as it was written */
	unsigned	 best;			/* mistakes; 0: found */
};

/*
 * Search: give each word of a list to suggest_nearer().  It returns true if
 * that word is near enough, and nearer than all words before it; the last
 * one is the answer.  A word is shorter than SETTING_KEY.  akin holds other
 * names for it, separated by blanks, which must match exactly.  Either may
 * be NULL.
 */
void	suggest_init(struct suggest *, const char *word);
bool	suggest_nearer(struct suggest *, const char *word, const char *akin);

/* Is word in list, which is separated by blanks?  list may be NULL. */
bool	suggest_listed(const char *list, const char *word);

/* The setting with the nearest key, or NULL. */
const struct setting *suggest_setting(const char *key);

#endif
