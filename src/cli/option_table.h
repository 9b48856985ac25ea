/* option_table.h - every option that is no setting, one row each */

#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "cli/options.h"

enum option_takes {
	OPTION_ALONE,		/* -t */
	OPTION_VALUE,		/* -fA or -f A, --hold A or --hold=A */
	OPTION_MAYBE,		/* --setup or --setup A, but never a "-..." */
	OPTION_ATTACHED		/* -d or -d8.4, never the next word */
};

#define OPTION_B	"-b"	/* the value X of -b selects the row "-bX" */

/* The letters are those of sendmail 8 and Postfix. */
struct option {
	const char	*name;		/* "-t", "-bp" or "--hold" */
	enum option_takes takes;

	/*
	 * Applies the option.  -1 with a fault.  NULL: it has no effect; of
	 * OPTION_B the row of its value applies.
	 */
	int		(*act)(struct options *, const struct option *,
			    const char *value, struct fault *);
	size_t		 at;		/* offset of the field that act sets */
	bool		 chooses;	/* it selects this mode: */
	enum options_mode mode;
	bool		 first;		/* before all others; heloise only */
	unsigned	 modes;		/* OPTION_IN(); 0: allowed with all */
	const char	*refusal;	/* error if act or modes refuse it */

	/*
	 * The error for operands in this mode or, when called as heloise,
	 * with this option.  NULL: operands are allowed.
	 */
	const char	*surplus;
	const char	*word;		/* a program's name for the mode */
	const char	*arg;		/* the value in --help; NULL: none */
	const char	*doc;		/* for --help; NULL: not listed */
	const char	*akin;		/* its names in other programs */
	char		 letter;	/* 'w': also "-w", after the mode */
};

#define OPTION_IN(mode)	(1U << (mode))
#define OPTION_MAX	80	/* room for rows; checked at compile time */

extern const struct option option_table[];
extern const size_t option_count;

/* The row of the name name[0..n), or NULL. */
const struct option *option_find(const char *name, size_t n);

/* The row whose letter this is in that mode, or NULL. */
const struct option *option_by_letter(enum options_mode, char letter);

/* The row of the mode with this program or option name, no dashes, or NULL. */
const struct option *option_by_word(const char *word);

/* The row with this name in other programs, or NULL. */
const struct option *option_akin(const char *word);

/*
 * The fault for "--word", which is neither option nor setting.  It suggests
 * the nearest of both.  Returns -1.
 */
int	option_unknown(const char *word, struct fault *);

/* The fault of a name and the reason for its refusal.  Returns -1. */
int	option_usage(struct fault *, const char *name, const char *why);

#define OPTION_ROOT_ONLY "heloise is installed for all users here: only " \
	"root may run this"
#define OPTION_PRIVILEGED "not allowed with the privileges of another user"

#endif
