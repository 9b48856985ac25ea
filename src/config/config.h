/* config.h - the settings in force, and the origin of each */

#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <sys/types.h>

#include <stdbool.h>

#include "base/buf.h"
#include "base/fault.h"
#include "config/setting.h"
#include "smtp/client_state.h"

/* The sources of settings; all of it borrowed. */
struct config_source {
	bool		 elevated;	/* set-group-ID: trust no caller */
	uid_t		 uid;		/* the caller */
	const char	*system;	/* the system's file */
	const char	*file;		/* -C: instead of both files, or NULL */
	const char	*home;		/* NULL: HOME, else passwd(5) */
	char *const	*env;		/* "NAME=value"..., NULL; or NULL */
};

/* Higher levels win, in whichever order they are read. */
enum config_level {
	CONFIG_BUILTIN, CONFIG_SYSTEM, CONFIG_USER, CONFIG_SMTP_ENV,
	CONFIG_ENV, CONFIG_FLAG
};

struct origin {
	enum config_level level;
	char		*text;	/* "/etc/heloise.conf:12"; NULL: built in */
	bool		 vacant; /* unset there, by a rival */
};

#define CONFIG_ACCOUNTS	32	/* more are a mistake */

/*
 * The settings below a line "account NAME".  Until config_finish() only the
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
	bool		 smtp_env;	/* the SMTP_* set is read */
	struct buf	 warnings;	/* lines without effect, a line each */
	size_t		 nwarnings;
};

void	config_init(struct config *);

/* Wipes all passwords. */
void	config_wipe(struct config *);
void	config_release(struct config *);

/* The account of that name, or -1. */
int	config_account(const struct config *, const char *name, size_t n);

/* Those of an account by its index, or for -1 those above all accounts. */
const struct settings *config_settings(const struct config *, int account);

/*
 * Set one from the command line, before or after the files are read.  key
 * has no "--".  -1 and a fault of ST_USAGE if it is wrong or not allowed.
 */
int	config_set_flag(struct config *, const struct config_source *,
	    const char *key, const char *value, struct fault *);

/*
 * Can mail be delivered with these settings, and with those of each
 * account?  Checks settings that depend on each other: a missing relay,
 * half a login, smtps:// with another `tls`, a fallback that does not exist.
 */
int	config_check(const struct config *, const struct config_source *,
	    struct fault *);

/* The same for all mistakes: append a line each, return how many. */
size_t	config_judge(const struct config *, const struct config_source *,
	    struct buf *);

/* A line "key value # origin" for each row; secrets are not shown. */
void	config_dump(const struct config *, struct buf *);

/* The origin of the row's value: "default", "--port", ... */
const char *config_origin(const struct config *, const struct setting *);

/* The same for an account by its index, or -1. */
const char *config_where(const struct config *, int account,
	    const struct setting *);

/* Append the meaning of an automatic value: "587" for port auto. */
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
 * For readers: set one value, in the open account if there is one, or add a
 * mistake if it is wrong.  Never give a value to config_mistake(): it may be
 * a secret.
 */
void	config_apply(struct config *, const struct setting *,
	    enum config_level, const char *origin, const char *value);
void	config_open(struct config *, const char *name, const char *origin);
void	config_close(struct config *);

/*
 * After all is read: copy to each account the settings that it does not have
 * itself, and those of the environment and of flags.
 */
void	config_finish(struct config *);

void	config_mistake(struct config *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
void	config_warning(struct config *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

#endif
