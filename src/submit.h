/* submit.h - stdin to a message and an envelope */

#ifndef SUBMIT_H
#define SUBMIT_H

#include "courier.h"
#include "mail/message.h"

/*
 * Read a message from a descriptor to its end, put it in wire form into an
 * unnamed file, and complete the envelope of the job (recipients from the
 * header, if the options say so).  max_size is in octets, 0 for any.  The
 * job gets the descriptor; memory does not grow with the message.
 */
int	submit_read(int in, const struct message_opts *, long long max_size,
	    struct job *, struct fault *);

#endif
