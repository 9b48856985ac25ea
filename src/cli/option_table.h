/* option_table.h - every option that is no setting, one row each */

#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli/options.h"

enum option_takes {
	OPTION_ALONE,		/* -t */
	OPTION_VALUE,		/* -fA or -f A, --hold A or --hold=A */
	OPTION_ATTACHED		/* -d or -d8.4, never the next word */
};

/*
 * The letters are those of sendmail 8 and Postfix.  A row "-bX" is what the
 * value X of -b stands for.
 */
struct option {
	const char	*name;		/* "-t", "-bp" or "--hold" */
	enum option_takes takes;

	/* Does it.  -1 with a fault.  NULL: see the row of -b and value. */
	int		(*act)(struct options *, const struct option *,
			    const char *value, struct fault *);
	size_t		 at;		/* offset of what act sets */
	bool		 chooses;	/* a mode: */
	enum options_mode mode;
	bool		 first;		/* before all others; heloise only */
	unsigned	 modes;		/* OPTION_IN(); 0: goes with all */
	const char	*refusal;	/* why, if act or modes refuses it */

	/*
	 * Why operands are refused, with this mode or, when called as
	 * heloise, with this option.  NULL: they are not.
	 */
	const char	*surplus;

	/* The mode as a program's name, or a word that is no address. */
	const char	*word;
	const char	*arg;		/* the value in --help; NULL: none */
	const char	*doc;		/* for --help; NULL: not there */
	const char	*akin;		/* names of it in other programs */
};

#define OPTION_IN(mode)	(1U << (mode))
#define OPTION_MAX	80	/* room for rows; checked at compile time */

extern const struct option option_table[];
extern const size_t option_count;

/* The row of the name name[0..n), or NULL. */
const struct option *option_find(const char *name, size_t n);

/* The row whose mode is called by this word, without dashes, or NULL. */
const struct option *option_by_word(const char *word);

/* The row that other programs call so, or NULL. */
const struct option *option_akin(const char *word);

/*
 * The fault for "--word", which is neither an option nor a setting; it
 * names the nearest of both.  Returns -1.
 */
int	option_unknown(const char *word, struct fault *);

/* The fault for a name and why it is refused.  Returns -1. */
int	option_usage(struct fault *, const char *name, const char *why);

#endif
