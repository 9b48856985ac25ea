/* log.h - messages for people, on stderr */

#ifndef SYSTEM_LOG_H
#define SYSTEM_LOG_H

#include <stddef.h>

#include "base/fault.h"

/*
 * No function waits long for a reader of stderr: after three seconds without
 * room, this and all later text of the process is lost.
 */

/*
 * One message on stderr after the program's name.  Characters that could
 * control a terminal become '?'; line feeds stay.
 */
void	log_say(const char *, ...)
    __attribute__((__format__(__printf__, 1, 2)));

/* "heloise: cannot log in to relay.example.org:587: 535 5.7.8 ..." */
void	log_fault(const struct fault *);

/* The same, and the exit status for it. */
int	log_exit(const struct fault *);

/*
 * Flush standard output.  Returns status, or EX_IOERR if that is EX_OK and
 * the output is lost.
 */
int	log_flush(int status);

/* Text of a dialogue, without the program's name, but made visible. */
void	log_raw(const char *, size_t);

#endif
