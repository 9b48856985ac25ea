/* setting.h - every setting, one row each */

#ifndef CONFIG_SETTING_H
#define CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "config/suggest.h"
#include "smtp/sasl.h"

/* The numbers of the words of `tls`, `auth` and `address-family`. */
enum setting_tls {
	SETTING_TLS_AUTO, SETTING_TLS_STARTTLS, SETTING_TLS_IMPLICIT,
	SETTING_TLS_OPPORTUNISTIC, SETTING_TLS_NONE
};

enum setting_auth {
	SETTING_AUTH_AUTO, SETTING_AUTH_NONE,
#define SETTING_CONSTANT(id, ...) SETTING_AUTH_##id,
	SASL_MECHS(SETTING_CONSTANT)
#undef SETTING_CONSTANT
};

enum setting_family {
	SETTING_FAMILY_ANY, SETTING_FAMILY_IPV4, SETTING_FAMILY_IPV6
};

enum setting_delivery {
	SETTING_DELIVERY_NOW, SETTING_DELIVERY_BACKGROUND,
	SETTING_DELIVERY_QUEUE
};

/* The numbers of the words of `oauth-grant`. */
enum setting_grant {
	SETTING_GRANT_AUTO, SETTING_GRANT_DEVICE, SETTING_GRANT_CODE,
	SETTING_GRANT_CLIENT, SETTING_GRANT_REFRESH
};

enum setting_log {
	SETTING_LOG_TEXT, SETTING_LOG_JSON
};

/*
 * The values, each of which has passed its row's checks.  Owns its strings;
 * NULL is: not set.
 */
struct settings {
	char		*account;	/* the one asked for, or NULL */
	char		*match;		/* blanks between: account_match() */
	char		*fallback;	/* names of accounts, blanks between */
	char		*relay;		/* as written: see relay_parse() */
	char		*provider;	/* a name of hint/service */
	int		 port;		/* 0 is auto: see config_port() */
	int		 tls;		/* enum setting_tls */
	char		*tls_ca;
	char		*tls_name;
	char		*tls_pin;	/* blanks between them: pin_next() */
	char		*tls_cert, *tls_key;	/* files or PKCS#11 URIs */
	char		*tls_priority;
	bool		 tls_verify;
	int		 auth;		/* enum setting_auth */
	bool		 auth_cleartext;
	char		*user;
	char		*password;	/* wiped when replaced or released */
	char		*password_file;
	char		*password_command;
	char		*oauth;		/* see config/issuer.h */
	char		*oauth_tenant;
	char		*oauth_client_id;
	char		*oauth_client_secret;
	char		*oauth_client_secret_file;
	char		*oauth_client_secret_command;
	char		*oauth_scope;
	int		 oauth_grant;	/* enum setting_grant */
	char		*oauth_refresh_token_file;
	char		*oauth_cert, *oauth_key, *oauth_ca;
	char *helo; /* "auto", or what heloname_valid() takes */
	char		*from;
	char		*from_name;
	int		 from_policy;	/* enum frompolicy_mode */
	char		*from_domains;
	bool		 header_repair;
	char		*domain;
	long long	 max_size;	/* octets; 0 is no limit */
	int		 max_waiting;	/* messages; 0 is no limit */
	long long	 max_waiting_size; /* octets; 0 is no limit */
	char		*min_free;	/* "5%", a size or "auto" */
	long long	 connect_timeout; /* seconds */
	long long	 timeout;	/* seconds; 0 is RFC 5321's values */
	long long	 deadline;	/* seconds; 0 is none */
	int		 family;	/* enum setting_family */
	char		*source_address;
	char		*proxy;		/* see relay_proxy() */
	char		*resolver;	/* "ADDRESS[:PORT]" */
	char		*redirect_all;	/* the recipient of all mail */
	int		 connections;	/* to the relay at the same time */
	char		*avoid;		/* see avoid_parse(); NULL: nothing */
	char		*rate;		/* see rate_parse(); NULL: no limit */
	long long	 patience;	/* seconds */
	int		 delivery;	/* enum setting_delivery */
	bool		 queue;
	char		*spool;
	long long	 retry_min, retry_max, expire;	/* seconds */
	bool		 linger;
	char		*bounce_to;
	char		*log;		/* syslog, stderr, none, or a file */
	int		 log_format;	/* enum setting_log */
	char		*aliases;	/* "none", or a path */
	char		*root_mail;	/* who gets the mail of local users */
};

enum setting_type {
	SETTING_TEXT,		/* char * */
	SETTING_PATH,		/* char *: relative to the file it stands in */
	SETTING_LIST,		/* char *: blanks between; repeatable */
	SETTING_NUMBER,		/* int */
	SETTING_CHOICE,		/* int: index into choice */
	SETTING_BOOL,		/* bool: yes or no */
	SETTING_SECONDS,	/* long long: a duration */
	SETTING_OCTETS		/* long long: a size */
};

/* Where a row may stand. */
enum setting_scope {
	SETTING_ANYWHERE,
	SETTING_ABOVE,		/* not within an account: it is for all */
	SETTING_WITHIN		/* only within an account */
};

/* A word of other programs, and the value that it means. */
struct setting_word {
	const char	*word;		/* NULL ends the list */
	const char	*value;
};

struct setting {
	const char		*key;	/* in a file; --KEY; HELOISE_KEY */
	enum setting_type	 type;
	size_t			 at;	/* offset in struct settings */
	const char		*def;	/* as in a file; NULL: not set */
	const char *const	*choice;
	const char		*zero;	/* a word for 0 */
	const char		*keyword[2]; /* words of a text, in any case */
	long long		 min, max; /* of a number, duration or size */

	/* The expected form of the value; NULL if the value is right. */
	const char		*(*check)(const char *);

	/* The right value that is nearest to a wrong one, or NULL. */
	const char		*(*near)(const char *);

	const char		*env;	/* the name in the SMTP_* set */
	const struct setting_word *words; /* other words it may hold */
	const char		*rival[3]; /* setting one unsets the others */
	enum setting_scope	 scope;
	bool			 own;	/* not handed down to accounts */
	bool			 secret; /* never shown, never in argv */
	bool			 none;	/* a path: the word "none" is no path */

	const char		*arg;	/* placeholder in --help */
	const char		*doc;	/* one sentence for --help */
	const char		*akin;	/* names of it in other programs */
};

#define CONNECTIONS_MOST 64	/* the most that `connections` may be */

#define SETTING_MAX	96	/* room for rows; checked at compile time */
#define SETTING_KEY	SUGGEST_WORD	/* no key is as long as this */

extern const struct setting setting_table[];
extern const size_t setting_count;

/* The row of that key, or that of the nearest one, or NULL. */
const struct setting *setting_find(const char *key);
const struct setting *setting_near(const char *key);

/*
 * Is this value of the row a path that is relative to a directory?  A key on
 * a PKCS#11 token is not, nor is the word "none" where it is allowed.
 */
bool	setting_is_relative(const struct setting *, const char *value);

/* Lines "  --key ARG   what it does [default]", one for each row. */
void	setting_help(FILE *);

#endif
