/* syslog.h - where the lines of the log go: syslog, a file, stderr */

#ifndef SYSTEM_SYSLOG_H
#define SYSTEM_SYSLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/fault.h"

#define SYSLOG_SOCKET	"/dev/log"

/* How grave it is, as syslog(3) numbers it. */
enum syslog_level {
	SYSLOG_ERR = 3, SYSLOG_WARNING = 4, SYSLOG_INFO = 6
};

/* All is private; {.fd = -1} is closed. */
struct syslog {
	int	 fd;
	bool	 syslog;
	bool	 borrowed;	/* stderr: not ours to close */
	bool	 bare;		/* a line stands without time and name */
};

/*
 * Open what the setting `log` names: "syslog" (socket is its address),
 * "stderr", "none", or a file to append to.  A file must be a regular one
 * without a second name, or something like a pipe; a symbolic link is only
 * followed below /dev and /proc.  With elevated, a file is not opened and
 * syslog stands for it.  bare leaves out what syslog and people want before
 * a line.  -1 and a fault of ST_CONFIG: then the journal is closed, and
 * lines go nowhere.
 */
int	syslog_open(struct syslog *, const char *log, const char *socket,
	    bool elevated, bool bare, struct fault *);
void	syslog_close(struct syslog *);

/*
 * Write a line, given without its end.  Never waits: what cannot be
 * written at once is lost.
 */
void	syslog_write(const struct syslog *, enum syslog_level,
	    const char *line, size_t n, time_t now);

/* Can such a value be a file name? */
bool	syslog_is_file(const char *log);

#endif
