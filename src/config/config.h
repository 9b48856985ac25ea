/* config.h - the settings in force, and where each is from */

#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "config/setting.h"
#include "smtp/client_state.h"

/* Where settings may come from; all of it borrowed. */
struct config_source {
	bool		 elevated;	/* privileges gained: trust no caller */
	uid_t		 uid;		/* the caller */
	const char	*system;	/* the system's file */
	const char	*file;		/* -C: instead of both files, or NULL */
	const char	*home;		/* NULL: HOME, else passwd(5) */
	char *const	*env;		/* "NAME=value"..., NULL; or NULL */
};

/* Later ones win over earlier ones, whatever order they are read in. */
enum config_level {
	CONFIG_BUILTIN, CONFIG_SYSTEM, CONFIG_USER, CONFIG_SMTP_ENV,
	CONFIG_ENV, CONFIG_FLAG
};

struct origin {
	enum config_level level;
	char		*text;	/* "/etc/heloise.conf:12"; NULL: built in */
	bool		 vacant; /* only unset there, by a rival */
};

#define CONFIG_ACCOUNTS	32	/* more are a mistake */

/*
 * What stands below a line "account NAME".  Until config_finish() only the
 * rows that stand there are set.
 */
struct config_account {
	char		*name;
	char		*where;		/* "/etc/heloise.conf:12" */
	struct settings	 set;
	struct origin	 origin[SETTING_MAX];
};

struct config {
	struct settings	 base;
	struct origin	 origin[SETTING_MAX];	/* as in setting_table */
	struct config_account *account;
	size_t		 naccount;
	int		 open;		/* account being read, or -1 */
	struct buf	 mistakes;		/* a line each */
	size_t		 nmistakes;
	struct buf	 warnings;		/* the same: lines in vain */
	size_t		 nwarnings;
};

void	config_init(struct config *);

/* Wipes all passwords. */
void	config_wipe(struct config *);
void	config_release(struct config *);

/* An account by its index, or what stands above all of them for -1. */
const struct settings *config_settings(const struct config *, int account);

/*
 * Set one from the command line, before or after the files are read; key
 * is without the "--".
 */
int	config_set_flag(struct config *, const struct config_source *,
	    const char *key, const char *value, struct fault *);

/*
 * Can mail be delivered with these settings, and with those of each
 * account?  Looks at what hangs together: a missing relay, half a login,
 * smtps:// with another `tls`, a fallback that does not exist.
 */
int	config_check(const struct config *, const struct config_source *,
	    struct fault *);

/* All of that, not the first alone: append lines, return how many. */
size_t	config_judge(const struct config *, const struct config_source *,
	    struct buf *);

/* A line "key value # origin" for each row; secrets are not shown. */
void	config_dump(const struct config *, struct buf *);

/* Where the row's value is from: "default", "--port", ... */
const char *config_origin(const struct config *, const struct setting *);

/* The same for an account by its index, or -1. */
const char *config_where(const struct config *, int account,
	    const struct setting *);

/* Append what a value comes to that does not say it: "587" for port auto. */
void	config_meaning(const struct setting *, const struct settings *,
	    struct buf *);

/* The port to connect to. */
int	config_port(const struct settings *);

/* The mode to connect in; never auto. */
enum setting_tls config_tls_mode(const struct settings *);

/* That mode for the client's side of SMTP. */
enum client_tls config_client_tls(const struct settings *);

/* The mechanism that `auth` names, or SASL__MAX for auto and none. */
enum sasl_mech config_mech(const struct settings *);

/*
 * For those who read: set one value, of the account that is open if one is,
 * or add a mistake if it is wrong.
 * Never give a value to config_mistake(): it may be a secret.
 */
void	config_apply(struct config *, const struct setting *,
	    enum config_level, const char *origin, const char *value);
void	config_open(struct config *, const char *name, const char *origin);
void	config_close(struct config *);

/*
 * And once all is read: give to each account what it did not set itself,
 * and what the environment or a flag wants in any case.
 */
void	config_finish(struct config *);

void	config_mistake(struct config *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

#endif
