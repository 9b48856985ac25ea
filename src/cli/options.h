/* options.h - the command line: sendmail's letters and long options */

#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "config/config.h"
#include "mail/envelope.h"

enum options_mode {
	MODE_SEND,		/* -bm, and what is left */
	MODE_SMTP,		/* -bs */
	MODE_QUEUE_RUN,		/* -q */
	MODE_MAILQ,		/* -bp, mailq */
	MODE_ALIASES,		/* -bi, newaliases */
	MODE_VERIFY,		/* -bv */
	MODE_NOTHING,		/* -bh, -bH: nothing to say, and that is all */
	MODE_HELP, MODE_VERSION, MODE_SHOW_CONFIG, MODE_PROBE,
	MODE_HOLD, MODE_RELEASE, MODE_RETRY, MODE_REMOVE, MODE_SHOW,
	MODE_CHECK_CONFIG
};

/* A setting from the command line, both parts borrowed from argv. */
struct options_flag {
	char		*key;		/* allocated */
	const char	*value;
};

/* What was asked for; strings are borrowed from argv. */
struct options {
	enum options_mode mode;
	const char	*command;	/* --probe and its like, or NULL */
	const char	*what;		/* the ID of --hold and its like */
	bool		 json;
	bool		 all;		/* --all, of --probe */
	const char	*write;		/* --write FILE, or NULL */
	const char	*as;		/* --as USER, or NULL */
	int		 delivery;	/* enum setting_delivery, or -1 */
	bool		 foreground;	/* -bD */
	bool		 no_aliases;	/* -n */
	long long	 interval;	/* seconds of -q15m, or 0 */
	const char	*select[3];	/* -qI, -qR, -qS, or NULL */
	bool		 extract;	/* -t */
	bool		 dot_ends;	/* no -i */
	bool		 verbose;
	bool		 trace;		/* the dialogue of what failed */
	const char	*file;		/* -C, or NULL */
	const char	*sender;	/* -f as given, or NULL */
	const char	*full_name;	/* -F, or NULL */
	unsigned	 notify;	/* NOTIFY_* */
	enum ret	 ret;
	const char	*envid;		/* valid xtext, or NULL */
	struct options_flag *flag;
	size_t		 nflag;
	char		**rcpt;		/* the operands */
	size_t		 nrcpt;
};

/*
 * Read the command line.  Long options and -C are settings and may only
 * stand before everything else, and not at all when the program is called
 * by one of sendmail's names: what a web page appends to sendmail's
 * options must not choose the relay.  Options end at the first operand.
 */
int	options_parse(struct options *, int argc, char **argv,
	    struct fault *);
void	options_release(struct options *);

/* All settings: those of the command line, files and environment. */
int	options_configure(const struct options *, struct config *,
	    const struct config_source *, struct fault *);

/*
 * For struct runner: read them anew.  Files that are wrong now or are no
 * more change nothing, and are a fault.
 */
struct options_again {
	const struct options *o;
	const struct config_source *src;
	struct config	*config;
};
int	options_reload(const void *again, struct fault *);

/* For --help: the letters, a line each. */
void	options_help(void);

#endif
