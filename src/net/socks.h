/* socks.h - connects through a SOCKS 5 proxy (RFC 1928) */

#ifndef NET_SOCKS_H
#define NET_SOCKS_H

#include "base/fault.h"

/*
 * fd (non-blocking) is connected to the proxy.  Have the proxy look up the
 * host and connect to it; then fd reaches that host.  Deadline as of
 * clock_ms().  0, or -1 with a fault of ST_CONNECT, VD_TEMP.
 */
int	socks_connect(int fd, const char *host, int port, long long deadline,
	    struct fault *);

#endif
