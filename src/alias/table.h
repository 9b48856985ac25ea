/* table.h - the entries of an aliases file */

#ifndef ALIAS_TABLE_H
#define ALIAS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define ALIASES_NONE	SIZE_MAX

enum alias_kind {
	ALIAS_ADDRESS,
	ALIAS_ITSELF,		/* "\name": is not expanded */
	ALIAS_INCLUDE,		/* ":include:/path" */
	ALIAS_COMMAND,		/* "|command": not supported */
	ALIAS_FILE		/* "/path": not supported */
};

struct alias_member {
	enum alias_kind	 kind;
	char		*text;		/* an address, "|command" or a path */
	unsigned	 line;
};

/* Has at least one member. */
struct alias {
	char			*name;	/* see aliases_key() */
	unsigned		 line;
	struct alias_member	*v;
	size_t			 n;
	size_t			 cap;
};

/* Owns all it points to.  {0} is a valid empty file. */
struct aliases {
	char		*file;		/* its path, for messages */
	struct alias	*v;
	size_t		 n;
	size_t		*slot;		/* hash table: index + 1, or 0 */
	size_t		 nslot;		/* a power of two, over 2 n */
};

/*
 * Read the text of an aliases file (aliases(5)): "name: address, ...".  A
 * line that begins with white space, or follows one that ends in a
 * backslash, continues the line before it.  Names may be quoted, their case
 * does not matter.  A comment begins with a "#" at the start of a line or
 * after white space.
 *
 * Each mistake adds a line to mistakes (may be NULL), beginning with
 * file:line; wrong entries and members are left out.  Commands and files are
 * mistakes, but stay.  -1 if there were any mistakes.
 */
int	aliases_parse(struct aliases *, const char *file, const char *text,
	    size_t n, struct buf *mistakes);
void	aliases_release(struct aliases *);

/*
 * Add the members in the text of an included file, one or more a line.
 * Mistakes are as above; false if there were any.
 */
bool	aliases_list(struct alias *, const char *file, const char *text,
	    size_t n, struct buf *mistakes);
void	alias_release(struct alias *);

/* The key of a local part: unquoted, in lower case; to be freed. */
char	*aliases_key(const char *, size_t);

/* The index of the alias of that key, or ALIASES_NONE. */
size_t	aliases_find(const struct aliases *, const char *key);

/* Why mail cannot go to a command or a file. */
const char *aliases_refusal(enum alias_kind);

#endif
