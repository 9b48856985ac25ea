/* argv.h - parses the command line into struct options */

#ifndef CLI_ARGV_H
#define CLI_ARGV_H

#include "cli/options.h"

/*
 * Long options, -C and -a are allowed only before all others, and not when
 * the program is called by one of sendmail's names: a web page that appends
 * to sendmail's options must not choose the relay.  Short options may follow
 * operands.  -1 with a fault of EX_USAGE.  options_release() frees the result
 * in either case.
 */
int	argv_parse(struct options *, char **argv, struct fault *);

#endif
