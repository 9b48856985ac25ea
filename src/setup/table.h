/* table.h - a table of Postfix, from the text that postmap(1) reads */

#ifndef SETUP_TABLE_H
#define SETUP_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

struct table_row {
	char		*key, *value;	/* allocated; the value is wiped */
	unsigned	 number;	/* of its line */
	bool		 used;		/* left to the caller */
};

struct table {
	char		*path;		/* NULL: of no file */
	struct table_row *row;
	size_t		 n;
};

/*
 * Read the first of a list such as "hash:/etc/postfix/table", or a table
 * "inline:{key=value, {other = value}}", whose rows have no number.  -1 with
 * a fault if its kind has no text, or if the text cannot be read.  To be
 * released in either case.
 */
int	table_open(struct table *, const char *maps, struct fault *);
void	table_release(struct table *);

/* The path of the first table of a list, to be freed; NULL as above. */
char	*table_path(const char *maps);

/* The row of this key, in any letter case; NULL if there is none. */
struct table_row *table_find(const struct table *, const char *key);

#endif
