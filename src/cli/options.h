/* options.h - the parsed command line */

#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"
#include "config/config.h"
#include "mail/envelope.h"

enum options_mode {
	MODE_SEND,		/* -bm, and the default */
	MODE_SMTP,		/* -bs */
	MODE_QUEUE_RUN,		/* -q */
	MODE_MAILQ,		/* -bp, mailq */
	MODE_ALIASES,		/* -bi, newaliases */
	MODE_VERIFY,		/* -bv */
	MODE_NOTHING,		/* -bh, -bH */
	MODE_HELP, MODE_VERSION, MODE_SHOW_CONFIG, MODE_PROBE,
	MODE_HOLD, MODE_RELEASE, MODE_RETRY, MODE_REMOVE, MODE_SHOW,
	MODE_CHECK_CONFIG, MODE_COMPLETION, MODE_LOGIN, MODE_LOGOUT,
	MODE_SETUP, MODE_IMPORT, MODE_PROVIDERS, MODE_STATUS,
	MODE__MAX
};

/* A setting from the command line. */
struct options_flag {
	char		*key;		/* allocated */
	const char	*value;		/* borrowed from argv */
};

/* Strings are borrowed from argv. */
struct options {
	enum options_mode mode;
	const char	*what;		/* the ID of --hold, FILE of --import */
	bool		 json;
	bool		 prometheus;	/* --prometheus, of --status */
	const char	*warning;	/* -w and -c, of --status, or NULL */
	const char	*critical;
	bool		 all;		/* --all, of --probe */
	bool		 yes;		/* --yes: ask nothing */
	bool		 send_test;	/* --send-test, of --setup */
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
	bool		 trace;		/* show the dialogue of a failure */
	const char	*file;		/* -C, or NULL */
	const char	*sender;	/* -f as given, or NULL */
	const char	*full_name;	/* -F, or NULL */
	const char	*attach;	/* -A, or NULL */
	unsigned	 notify;	/* NOTIFY_* */
	enum ret	 ret;
	const char	*envid;		/* valid xtext, or NULL */
	struct options_flag *flag;
	size_t		 nflag;
	char		**rcpt;		/* operands, in an allocated array */
	size_t		 nrcpt;
};

/* Add a setting.  Takes ownership of the key. */
void	options_flag(struct options *, char *key, const char *value);

/* Free the contents. */
void	options_release(struct options *);

/* Load all settings: of the command line, files and environment. */
int	options_configure(const struct options *, struct config *,
	    const struct config_source *, struct fault *);

/*
 * For struct runner: load the settings again.  -1 with a fault if a file is
 * missing or has mistakes; then the settings do not change.
 */
struct options_again {
	const struct options *o;
	const struct config_source *src;
	struct config	*config;
};
int	options_reload(const void *again, struct fault *);

#endif
