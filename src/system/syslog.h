/* syslog.h - write log lines to syslog, a file or stderr */

#ifndef SYSTEM_SYSLOG_H
#define SYSTEM_SYSLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/fault.h"

#define SYSLOG_SOCKET	"/dev/log"

/* Severity, with the numbers of syslog(3). */
enum syslog_level {
	SYSLOG_ERR = 3, SYSLOG_WARNING = 4, SYSLOG_INFO = 6
};

/* All members are private; {.fd = -1} is closed. */
struct syslog {
	int	 fd;
	bool	 syslog;
	bool	 borrowed;	/* stderr: do not close it */
	bool	 bare;		/* no time and name before a line */
};

/*
 * Open what the setting `log` names: "syslog" (socket is its address),
 * "stderr", "none", or a file to append to.  A file must be a regular one
 * with one link, a pipe or a device; symbolic links are followed only below
 * /dev and /proc.  If elevated, syslog is used in place of a file.  bare
 * leaves out time and name before a line.  -1 and a fault of ST_CONFIG: then
 * the log is closed, and lines are dropped.
 */
int	syslog_open(struct syslog *, const char *log, const char *socket,
	    bool elevated, bool bare, struct fault *);
void	syslog_close(struct syslog *);

/*
 * Write a line, given without its end.  Never waits: text that cannot be
 * written at once is lost.
 */
void	syslog_write(const struct syslog *, enum syslog_level,
	    const char *line, size_t n, time_t now);

/* Is this value of `log` a file name? */
bool	syslog_is_file(const char *log);

#endif
