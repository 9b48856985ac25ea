/* suggest.h - the word that a writer may have meant */

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
 * that word, which is shorter than SETTING_KEY, is nearer than all before
 * it and near enough; the last one is the answer.  akin has other names for
 * it with blanks between, which must match.  Either may be NULL.
 */
void	suggest_init(struct suggest *, const char *word);
bool	suggest_nearer(struct suggest *, const char *word, const char *akin);

/* Is word one of list, which has blanks between?  list may be NULL. */
bool	suggest_listed(const char *list, const char *word);

/* The setting whose key the writer may have meant, or NULL. */
const struct setting *suggest_setting(const char *key);

#endif
