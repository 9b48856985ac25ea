/* head.h - the envelope before the message in its file */

#ifndef SPOOL_HEAD_H
#define SPOOL_HEAD_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "mail/envelope.h"

#define HEAD_MAX	(32 * 1024 * 1024)
#define HEAD_FIRST	49	/* octets of the first line */
#define HEAD_END	"end\n"	/* follows the message */

/*
 * A message file is
 *
 *	heloise-message 1 00000213 0000000000000004711 8
 *	time 1795255262
 *	uid 1000
 *	account work
 *	origin cron
 *	bounce no
 *	envid -
 *	ret -
 *	from alice@example.org
 *	rcpt 0 - bob@example.org
 *	rcpt 12 rfc822;carol@example.org carol@example.org
 *	(an empty line)
 *	the message in wire form
 *	end
 *
 * The first line has a fixed length because it is written last: version,
 * octets before the message, octets of the message, 8 if some are over 127
 * and else 7.  An incomplete file is recognised by its length and its end.
 */
struct spool_meta {
	time_t	 submitted;
	uid_t	 uid;		/* the caller */
	char	*account;	/* "" for the default */
	char	*origin;	/* name of the caller, for logs and mailq */
	bool	 bounce;	/* the message is a bounce */
};

/* It owns its strings.  {0} is valid. */
void	spool_meta_release(struct spool_meta *);

/*
 * Append the text before the message, the first line with a size of 0.
 * Refuses all that head_parse() refuses: an address with ST_ADDRESS, all
 * else with ST_SPOOL.
 */
int	head_format(struct buf *, const struct envelope *,
	    const struct spool_meta *, struct fault *);

/* Write the first line: HEAD_FIRST octets and NUL. */
void	head_first(char line[HEAD_FIRST + 1], size_t at, size_t size,
	    bool eightbit);

/* Read the first line, which has HEAD_FIRST octets. */
int	head_measure(const char *line, size_t *at, size_t *size,
	    bool *eightbit, struct fault *);

/*
 * Read p[0..n), the text before the message, into an empty envelope and
 * meta.  After -1 both are empty.
 */
int	head_parse(const char *p, size_t n, struct envelope *,
	    struct spool_meta *, struct fault *);

#endif
