/* source.h - the file of another program, line by line */

#ifndef SETUP_SOURCE_H
#define SETUP_SOURCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "setup/draft.h"

struct source {
	const char	*path;		/* borrowed */
	struct buf	 text;		/* with all passwords in it */
	char		*next;		/* the next line */
	unsigned	 number;	/* of the last line */
};

/* Read the file.  -1 with a fault; to be released in either case. */
int	source_open(struct source *, const char *path, struct fault *);
void	source_release(struct source *);

/*
 * The next line without its end and the blanks around it; NULL at the end.
 * It may be changed.  d may be NULL; else the draft is told its number.
 */
char	*source_line(struct source *, struct draft *d);

/* The same, without empty lines and those that begin with '#'. */
char	*source_setting(struct source *, struct draft *d);

/*
 * The next word of a line, which is changed: up to a blank, with quotes and
 * backslashes as the shell reads them.  NULL at its end.
 */
char	*source_word(char **line);

/* Remove "" or '' around a text, which is changed. */
char	*source_unquote(char *);

/*
 * Cut a line after its first word, at blanks and one of the separators.  The
 * rest of the line, without blanks before it.
 */
char	*source_cut(char *line, const char *separators);

/* Is it yes, on, true, 1, in any letter case? */
bool	source_yes(const char *);

/* The first line of a small file, to be freed; NULL if there is none. */
char	*source_first(const char *path);

/* A path in the directory of another one; to be freed. */
char	*source_beside(const char *path, const char *name);

#endif
