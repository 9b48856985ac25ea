/* script.h - a dialogue out of a file, and how it is played */

#ifndef RELAY_SCRIPT_H
#define RELAY_SCRIPT_H

#include <gnutls/gnutls.h>
#include <regex.h>
#include <stdint.h>

#include "conn.h"
#include "letter.h"
#include "opts.h"

enum move {
	MV_SAY, MV_SAY_PART, MV_HEAR, MV_HEAR_LIKE, MV_BODY, MV_BDAT,
	MV_READ, MV_TLS, MV_DRIP, MV_JUNK, MV_LINES, MV_WAIT, MV_NAP,
	MV_SILENT, MV_POLITE, MV_EOF, MV_TRUNCATE, MV_RESET,
	MV__MAX
};

struct step {
	enum move	 move;
	unsigned	 line;		/* in the file */
	long long	 n;
	char		*text;		/* unescaped; or the word itself */
	size_t		 len;
	regex_t		 re;		/* of MV_HEAR_LIKE */
};

struct script {
	const char	*name;		/* of the file; borrowed */
	struct step	*steps;
	size_t		 n;
};

/* Exits with FILE:LINE and what is wrong there; tls: can it be spoken? */
void	script_load(struct script *, const char *file, bool tls);
void	script_release(struct script *);

/*
 * Play it on a connection, which is closed then.  False if the client did
 * not say what it should.
 */
bool	script_play(const struct script *, struct conn *, struct letter *,
	    const struct opts *, gnutls_certificate_credentials_t,
	    uint64_t random);

#endif
