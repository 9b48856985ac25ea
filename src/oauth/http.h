/* http.h - one exchange over HTTPS, bounded in time and size */

#ifndef OAUTH_HTTP_H
#define OAUTH_HTTP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/curl.h"
#include "base/fault.h"
#include "config/issuer.h"

#define HTTP_MAX	65536	/* octets of an answer at most */
#define HTTP_HOST	256
#define HTTP_PORTS	2	/* that of the host, and of a proxy */

/* What is needed to reach one host; it serves several exchanges. */
struct http {
	CURL		*curl;
	struct curl_slist *hosts;	/* "host:port:address,..." */
	struct buf	 trust;		/* certificates in PEM, */
	int		 memory;	/* also as a file; -1: none */
	char		 host[HTTP_HOST];
	int		 ports[HTTP_PORTS];	/* that it connects to */
	size_t		 nports;
	char		 why[CURL_ERROR_SIZE];
};

struct http_answer {
	long		 status;
	struct buf	 body;		/* secret */
	size_t		 header;	/* octets of the header so far */
	bool		 large;		/* it was cut off */
	long long	 date;		/* its time(), or -1 */
};

/*
 * After http_init(): load libcurl, read the certificates (the file or
 * directory ca; NULL: the system's) and look up the host of an https:// URL;
 * https_proxy and no_proxy are obeyed.  After this no files are needed.  -1
 * with a fault of ST_TOKEN.
 */
void	http_init(struct http *);
int	http_open(struct http *, const char *url, const char *ca,
	    struct fault *);
void	http_close(struct http *);

/*
 * POST a form, or with form NULL: GET.  user and password: HTTP Basic
 * authentication (RFC 7617), or NULL.  Ends at limit (clock_ms()).  A
 * redirection is not followed.  0 for an answer with any status; -1 with a
 * fault of VD_TEMP if there was none.
 */
int	http_ask(struct http *, const char *url, const char *form,
	    const char *user, const char *password, long long limit,
	    struct http_answer *, struct fault *);

void	http_answer_init(struct http_answer *);
void	http_answer_release(struct http_answer *);

/* Append "&key=value", with the value escaped. */
void	http_add(const struct http *, struct buf *form, const char *key,
	    const char *value);

#endif
