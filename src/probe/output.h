/* output.h - shows a probe: text step by step, or one JSON object */

#ifndef PROBE_OUTPUT_H
#define PROBE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "probe/step.h"

struct output {
	FILE		*out;
	bool		 json;
	bool		 utf8;		/* marks may be UTF-8 */
	bool		 colour;
	size_t		 width;		/* of lines; 0: do not wrap */
	struct buf	 doc;		/* the JSON object so far */
	char		 close;		/* ends its open list; '\0': none */
	size_t		 attempts;
};

/* The result of one attempt. */
struct ending {
	const struct fault *fault;	/* VD_OK: success */
	const char	*words;		/* after success; printable */
	const char	*hint;		/* the setting to change, or "" */
	const char	*address;	/* of the connection, or "" */
};

/*
 * For stdout, which may be a terminal.  Without a locale of UTF-8 (LC_ALL,
 * LC_CTYPE, LANG) marks are ASCII; NO_COLOR forbids colours.
 */
void	output_init(struct output *, FILE *, bool json);
void	output_release(struct output *);

/* An attempt begins.  Account "" is the default; address NULL: all. */
void	output_attempt(struct output *, const char *account, const char *relay,
	    const char *address);

/*
 * One setting in force, before any step of that attempt: its value, the
 * meaning of the value (or ""), and its origin.
 */
void	output_setting(struct output *, const char *key, const char *value,
	    const char *meaning, const char *where);

void	output_step(struct output *, const struct step *);
void	output_ending(struct output *, const struct ending *);

/*
 * The end: the number of attempts that succeeded, and the exit status.  -1
 * if the output could not be written.
 */
int	output_end(struct output *, size_t good, int status);

/*
 * Append text, wrapped at blanks to lines of width where possible.  Each
 * line but the first is indented.  Width 0: break at LF only.  Exported for
 * the tests.
 */
void	output_wrap(struct buf *, const char *text, size_t indent,
	    size_t width);

#endif
