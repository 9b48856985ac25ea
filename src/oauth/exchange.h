/* exchange.h - asks the token endpoint, and understands its answer */

#ifndef OAUTH_EXCHANGE_H
#define OAUTH_EXCHANGE_H

#include "oauth/endpoints.h"
#include "oauth/http.h"
#include "oauth/jwt.h"
#include "oauth/tokens.h"

/* Who asks, and with which secrets. */
struct exchange {
	const struct settings *set;	/* borrowed */
	const struct endpoints *at;
	const char	*account;	/* its name, or "" */
	struct http	 http;
	struct buf	 secret;	/* of the client */
	struct jwt_key	*key;		/* in its place, or NULL */
	struct buf	 seed;		/* the first refresh token, or empty */
};

/*
 * All that needs files or names: load the libraries, read the secrets, look
 * up the host of the URL.  credentials is as for password_get(), limit a
 * clock_ms().  -1 with a fault; exchange_close() in any case.
 */
int	exchange_open(struct exchange *, const char *url,
	    const char *credentials, long long limit, struct fault *);
void	exchange_close(struct exchange *);

/*
 * POST a form with the client's id and secret added.  The answer is an
 * object to free, or NULL with a fault: there is no answer, or no JSON, or it
 * is an error.  error, if not NULL, gets the code of an error, or "".
 */
json_t	*exchange_post(struct exchange *, const char *url,
	    struct buf *form, long long limit, char error[64],
	    struct fault *);

/*
 * Ask for tokens with this form; on success they replace those in t.  A
 * refresh token that does not come stays.
 */
int	exchange_ask(struct exchange *, struct buf *form, long long limit,
	    struct tokens *t, char error[64], struct fault *);

/* Take the tokens from an answer: -1 with a fault if there are none. */
int	exchange_take(const json_t *answer, const char *host, struct tokens *,
	    struct fault *);

/* Append "run: heloise --login -a NAME" to a fault. */
void	exchange_advise_login(const char *account, struct fault *);

#endif
