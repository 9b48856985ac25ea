/*
 * proxy.c - a SOCKS 5 proxy, or a socket in the file system, for tests
 *
 * usage: proxy socks [CODE [PORT]] <control
 *	  proxy unix PATH PORT <control
 *
 * The first listens at a TCP port of 127.0.0.1, writes the port to stdout
 * and for each connection the host and port that were asked for; whatever
 * the host, it connects to 127.0.0.1, there to PORT if it is given, or
 * refuses with a CODE other than 0.  The second
 * passes connections to PATH on to a port of 127.0.0.1 and writes
 * "ready".  Both end when stdin does.
 */

#include <sys/socket.h>
#include <sys/un.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int
dial(unsigned port)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_port = htons((unsigned short)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd != -1 && connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0)
		return fd;
	return -1;
}

static void
pass(int a, int b)
{
	struct pollfd p[2] = { { .fd = a, .events = POLLIN },
	    { .fd = b, .events = POLLIN } };
	char block[16384];
	int i, on = 1;
	ssize_t n;

	/* A small segment is not to wait for an acknowledgement. */
	for (i = 0; i < 2; i++)
		(void)setsockopt(p[i].fd, IPPROTO_TCP, TCP_NODELAY, &on,
		    sizeof(on));
	while (poll(p, 2, -1) > 0)
		for (i = 0; i < 2; i++) {
			if (p[i].revents == 0)
				continue;
			n = read(p[i].fd, block, sizeof(block));
			if (n <= 0 || write(p[1 - i].fd, block, (size_t)n) !=
			    n)
				return;
		}
}

static int
get(int fd, unsigned char *p, size_t n)
{
	return recv(fd, p, n, MSG_WAITALL) == (ssize_t)n ? 0 : -1;
}

/* What was asked for, as text; the port, or 0. */
static unsigned
asked(int fd, char *host, socklen_t size)
{
	unsigned char h[4], p[256], port[2];

	if (get(fd, h, 2) == -1 || get(fd, p, h[1]) == -1 ||
	    write(fd, "\5\0", 2) != 2 || get(fd, h, 4) == -1)
		return 0;
	if (h[3] == 1 && get(fd, p, 4) == 0)
		(void)inet_ntop(AF_INET, p, host, size);
	else if (h[3] == 4 && get(fd, p, 16) == 0)
		(void)inet_ntop(AF_INET6, p, host, size);
	else if (h[3] == 3 && get(fd, p, 1) == 0 &&
	    get(fd, p + 1, p[0]) == 0)
		(void)snprintf(host, size, "%.*s", p[0], (char *)p + 1);
	else
		return 0;
	return get(fd, port, 2) == 0 ? (unsigned)(port[0] << 8 | port[1]) : 0;
}

static void
socks(int fd, int refuse, unsigned instead)
{
	unsigned char reply[10] = { 5, (unsigned char)refuse, 0, 1 };
	char host[256] = "";
	unsigned port = asked(fd, host, sizeof(host));
	int to;

	if (port == 0)
		return;
	printf("%s %u\n", host, port);
	(void)fflush(stdout);
	to = refuse != 0 ? -1 : dial(instead != 0 ? instead : port);
	if (refuse == 0 && to == -1)
		reply[1] = 5;
	if (write(fd, reply, sizeof(reply)) == (ssize_t)sizeof(reply) &&
	    to != -1)
		pass(fd, to);
}

static int
listen_tcp(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&in, len) == -1 ||
	    listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) == -1)
		err(1, "a socket");
	printf("%u\n", ntohs(in.sin_port));
	return fd;
}

static int
listen_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1 ||
	    listen(fd, 8) == -1)
		err(1, "%s", path);
	printf("ready\n");
	return fd;
}

int
main(int argc, char **argv)
{
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN },
	    { .events = POLLIN } };
	int is_unix = argc == 4 && strcmp(argv[1], "unix") == 0, fd, to;

	if (!is_unix && (argc < 2 || strcmp(argv[1], "socks") != 0))
		errx(1, "socks [CODE [PORT]], or unix PATH PORT");
	(void)signal(SIGCHLD, SIG_IGN);
	p[1].fd = is_unix ? listen_unix(argv[2]) : listen_tcp();
	(void)fflush(stdout);
	while (poll(p, 2, -1) > 0 && p[0].revents == 0) {
		if ((fd = accept(p[1].fd, NULL, NULL)) == -1)
			continue;
		if (fork() == 0) {
			if (!is_unix)
				socks(fd, argc > 2 ? atoi(argv[2]) : 0,
				    argc > 3 ? (unsigned)atoi(argv[3]) : 0);
			else if ((to = dial((unsigned)atoi(argv[3]))) != -1)
				pass(fd, to);
			_exit(0);
		}
		(void)close(fd);
	}
	return 0;
}
