/* output.h - shows a probe: lines for people as it goes, or one JSON object */

#ifndef PROBE_OUTPUT_H
#define PROBE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "probe/step.h"

/* A list that is open in the JSON object. */
enum output_list {
	OUTPUT_NOTHING, OUTPUT_SETTINGS, OUTPUT_STEPS
};

struct output {
	FILE		*out;
	bool		 json;
	bool		 utf8;		/* not only ASCII may be shown */
	bool		 colour;
	size_t		 width;		/* of lines; 0: they are not broken */
	struct buf	 doc;		/* the JSON object so far */
	enum output_list open;		/* of the last walk */
	size_t		 walks;
};

/* How one walk ended. */
struct ending {
	const struct fault *fault;	/* VD_OK: it went well */
	const char	*words;		/* of success; printable */
	const char	*hint;		/* what to change, or "" */
	const char	*address;	/* that was connected to, or "" */
};

/*
 * For stdout, which may be a terminal.  Without a locale of UTF-8 (LC_ALL,
 * LC_CTYPE, LANG) marks are ASCII; NO_COLOR forbids colours.
 */
void	output_init(struct output *, FILE *, bool json);
void	output_release(struct output *);

/* A walk begins; account "" is the default one, address NULL: not chosen. */
void	output_walk(struct output *, const char *account, const char *relay,
	    const char *address);

/*
 * One setting in force, before any finding of that walk: its value, what
 * that comes to (or ""), and where it is from.
 */
void	output_setting(struct output *, const char *key, const char *value,
	    const char *meaning, const char *where);

void	output_finding(struct output *, const struct step *);
void	output_ending(struct output *, const struct ending *);

/*
 * All is said: so many of the walks went well, and status is what the
 * program exits with.  -1 if what was shown could not be written.
 */
int	output_end(struct output *, size_t good, int status);

/*
 * Append text broken at blanks, so that no line is over width where that
 * can be; each line but the first is indented.  0: broken at LF only.
 */
void	output_wrap(struct buf *, const char *text, size_t indent,
	    size_t width);

#endif
