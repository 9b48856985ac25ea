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

	/* Where relative names of files begin, or NULL: here. */
	const char	*dir;

	/*
	 * The place of the file that the first one is to become, or NULL.  A
	 * relative name in it that is not beside it is looked for here.
	 */
	const char	*becomes;
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
	bool		 implied; /* a name or user that came with `from` */
	bool		 quoted; /* a secret with quotes around it */
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

/* A file that another one includes, and the file where that began. */
struct config_included {
	char		*path;
	char		*top;
};

struct config {
	struct settings	 base;
	struct origin	 origin[SETTING_MAX];	/* as in setting_table */
	struct config_account *account;
	size_t		 naccount;
	int		 open;		/* account being read, or -1 */
	struct buf	 mistakes;		/* a line each */
	size_t		 nmistakes;
	bool		 refused[SETTING_MAX];	/* a value was wrong */
	size_t		 nlines;	/* of files, without comments */
	bool		 smtp_env;	/* the SMTP_* set is read */
	struct buf	 warnings;	/* lines without effect, a line each */
	size_t		 nwarnings;
	struct config_included *included;	/* in their order */
	size_t		 nincluded;
	char		*foreign;	/* a file not used by root, or NULL */
};

void	config_init(struct config *);

/*
 * Wipe all passwords, those in the environment too: for a process that goes
 * on to read data of others.
 */
void	config_wipe(const struct config *);
void	config_release(struct config *);

/* The account of that name, or -1. */
int	config_account(const struct config *, const char *name, size_t n);

/* Those of an account by its index, or for -1 those above all accounts. */
const struct settings *config_settings(const struct config *, int account);

/*
 * The name of a file that the command line or the environment gives, from
 * src->dir on if it is relative.  The caller frees it.
 */
char	*config_absolute(const struct config_source *, const char *name);

/*
 * Set one from the command line, before or after the files are read.  key
 * has no "--".  -1 and a fault of ST_USAGE if it is wrong or not allowed.
 */
int	config_set_flag(struct config *, const struct config_source *,
	    const char *key, const char *value, struct fault *);

/* Was a value of this key wrong?  Then it is not missing. */
bool	config_refused(const struct config *, const char *key);

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

/* Does `auth` name a mechanism of passwords? */
bool	config_wants_password(const struct settings *);

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
 * itself, and those of the environment and of flags.  Where tokens are used
 * and there is no user, it becomes the address in `from`.
 */
void	config_finish(struct config *);

void	config_mistake(struct config *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
void	config_warning(struct config *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

#endif
