/* socks.h - through a SOCKS 5 proxy (RFC 1928) */

#ifndef NET_SOCKS_H
#define NET_SOCKS_H

#include "base/fault.h"

/*
 * Have the proxy, to which fd (non-blocking) is connected, connect to that
 * host, whose name it looks up itself.  Afterwards the socket is as if
 * connected there.  Deadline as of clock_ms().  0, or -1 with a fault of
 * ST_CONNECT, VD_TEMP.
 */
int	socks_connect(int fd, const char *host, int port, long long deadline,
	    struct fault *);

#endif
