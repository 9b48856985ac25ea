/* serve.h - the courier's process: jobs from the keeper to the relay */

#ifndef SERVE_H
#define SERVE_H

#include "courier.h"

/*
 * Be the courier at one end of a record_pair(), until the keeper leaves.
 * Takes the password, looks up the relay and gives up the file system when
 * the first message comes, not before; then the process can only connect
 * to the relay's port.  Descriptors 0 and 1 are given up, 2 also unless the
 * dialogue is shown, so that nobody waits for us to close them.
 */
void	serve(int sock, const struct courier_opts *);

#endif
