/* opts.h - the switches of the relay */

#ifndef RELAY_OPTS_H
#define RELAY_OPTS_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>

enum tls_manner { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };

/* What EHLO may offer, beside STARTTLS and AUTH. */
#define OFFER_PIPELINING	0x01
#define OFFER_CHUNKING		0x02
#define OFFER_SIZE		0x04
#define OFFER_8BITMIME		0x08
#define OFFER_SMTPUTF8		0x10
#define OFFER_DSN		0x20
#define OFFER_BINARYMIME	0x40

/* --fail VERB:REPLY, --fail RCPT:ADDRESS:REPLY */
struct failure {
	char		*verb;
	char		*addr;		/* NULL: whatever the address */
	char		*reply;		/* lines with LF between */
};

/* --refuse-helo [CODE:]ERE */
struct refusal {
	int		 code;
	regex_t		 re;
};

struct opts {
	const char	*address, *port_file, *log, *store, *name;
	const char	*cert, *key, *priority, *client_ca;
	const char	*auth, *user, *password;
	const char	*caps;		/* as given; SIZE as it is sent */
	long long	 port, max, life, delay, batch, rcvbuf;
	long long	 max_size, max_rcpt, fail_rate, seed, think, most;
	bool		 auth_required, require_starttls;
	enum tls_manner	 tls;
	unsigned	 offers;	/* OFFER_* */
	char		**keywords;	/* the lines of the reply to EHLO */
	size_t		 nkeywords;
	struct failure	*failures;
	size_t		 nfailures;
	struct refusal	*refusals;
	size_t		 nrefusals;
	const char	**scripts;
	size_t		 nscripts;
};

/* Exits, having said why, if they make no sense; also for --help. */
void	opts_parse(struct opts *, int argc, char **argv);
void	opts_release(struct opts *);

/* Add what --fail says. */
void	opts_fail(struct opts *, const char *);

/*
 * The bytes that s means: \r \n \t \0 \e \\ \xHH are what they are in C.
 * A new string of *len bytes, or NULL where an escape is none of these.
 */
char	*unescape(const char *s, size_t *len);

#endif
