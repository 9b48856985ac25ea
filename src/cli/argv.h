/* argv.h - from the words of the command line to struct options */

#ifndef CLI_ARGV_H
#define CLI_ARGV_H

#include "cli/options.h"

/*
 * Read the command line.  Long options, -C and -a may only stand before all
 * others, and not at all when the program is called by one of sendmail's
 * names: a web page that appends to sendmail's options must not choose the
 * relay.  Options end at the first operand.  -1 with a fault of EX_USAGE.
 * In either case options_release() frees the result.
 */
int	argv_parse(struct options *, int argc, char **argv, struct fault *);

#endif
