/*
 * t_agent_connector.c - connections to the addresses looked up, and to no
 * others
 */

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/connector.h"
#include "agent/ipc.h"
#include "base/util.h"
#include "system/sandbox.h"
#include "system/seccomp.h"
#include "tap.h"

/* A socket that listens there; *a is its address. */
static int
listens(const char *ip, int port, struct address *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port) };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || inet_pton(AF_INET, ip, &in.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&in, len) == -1 ||
	    listen(fd, 8) == -1 ||
	    getsockname(fd, (struct sockaddr *)&in, &len) == -1)
		abort();
	*a = (struct address){ .len = len };
	memcpy(&a->sa, &in, sizeof(in));
	return fd;
}

static int
port_of(const struct address *a)
{
	struct sockaddr_in in;

	memcpy(&in, &a->sa, sizeof(in));
	return ntohs(in.sin_port);
}

static struct begun
ask(const struct connector *c, const struct address *to)
{
	struct begun b = { .fd = -1 };

	c->by.begin(c->by.ctx, to, &b);
	return b;
}

/* Is it connected there?  The peer sees the source address. */
static bool
arrives(const struct begun *b, int at, const char *source)
{
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	struct pollfd p = { .fd = at, .events = POLLIN };
	char ip[INET_ADDRSTRLEN] = "", octet = 0;
	int fd;

	if (b->fd == -1 || poll(&p, 1, 5000) != 1 ||
	    (fd = accept(at, (struct sockaddr *)&in, &len)) == -1)
		return false;
	(void)inet_ntop(AF_INET, &in.sin_addr, ip, sizeof(ip));
	(void)poll(&(struct pollfd){ .fd = b->fd, .events = POLLOUT }, 1,
	    5000);
	if (write(b->fd, "x", 1) != 1 || read(fd, &octet, 1) != 1)
		octet = 0;
	(void)close(fd);
	return octet == 'x' && (source == NULL || strcmp(ip, source) == 0);
}

static bool
has_ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == -1 && errno == ECHILD;
}

static void
asks(void)
{
	struct connector_line line[3] = { { .to.len = 0 } };
	struct address other, wrong;
	struct connector c;
	struct fault f = { 0 };
	struct begun b;
	int at[3], unlisted;

	at[0] = listens("127.0.0.2", 0, &line[0].to);
	at[1] = listens("127.0.0.3", 0, &line[1].to);
	at[2] = listens("127.0.0.4", 0, &line[2].to);
	unlisted = listens("127.0.0.5", port_of(&line[0].to), &other);
	(void)resolve_address_parse("127.0.0.9", &line[1].source);
	(void)resolve_address_parse("192.0.2.1", &line[2].source);
	is_int(connector_start(&c, line, 3, &f), 0, "it starts");

	b = ask(&c, &line[0].to);
	ok(arrives(&b, at[0], NULL), "an address");
	(void)close(b.fd);
	b = ask(&c, &line[1].to);
	ok(arrives(&b, at[1], "127.0.0.9"), "one with a source address");
	(void)close(b.fd);
	b = ask(&c, &line[2].to);
	ok(b.fd == -1 && b.err == EADDRNOTAVAIL && b.source,
	    "a source address that is not of this host");
	b = ask(&c, &other);
	ok(b.fd == -1 && b.err == EACCES && !b.source,
	    "the same port of another host");
	wrong = line[0].to;
	wrong.len--;
	b = ask(&c, &wrong);
	ok(b.fd == -1 && b.err == EACCES, "a part of an address");
	b = ask(&c, &(struct address){ .len = 0 });
	ok(b.fd == -1 && b.err == EACCES, "no address");
	ok(send(c.sock, "?", 1, 0) == 1, "no record");
	b = ask(&c, &line[0].to);
	ok(b.fd == -1 && b.err == EPIPE, "ends it, and that is told");
	connector_release(&c);
	ok(c.sock == -1 && has_ended(c.pid), "nothing is left");
	(void)close(at[0]);
	(void)close(at[1]);
	(void)close(at[2]);
	(void)close(unlisted);
}

static void
unix_socket(void)
{
	char dir[] = "/tmp/t_agent_connector-XXXXXX", path[64];
	struct connector_line line = { .to.len = 0 };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct connector c;
	struct connection got;
	struct fault f = { 0 };
	int at = socket(AF_UNIX, SOCK_STREAM, 0);

	if (mkdtemp(dir) == NULL)
		abort();
	(void)snprintf(path, sizeof(path), "%s/socket", dir);
	(void)strlcpy(un.sun_path, path, sizeof(un.sun_path));
	if (bind(at, (struct sockaddr *)&un, sizeof(un)) == -1 ||
	    listen(at, 1) == -1)
		abort();
	ok(connect_unix_address(path, &line.to), "an address of a path");
	is_int(connector_start(&c, &line, 1, &f), 0, "it starts");
	is_int(connect_unix(path, &c.by, &got, &f), 0, "a path");
	(void)close(got.fd);
	is_int(connect_unix("/tmp/none", &c.by, &got, &f), -1,
	    "another path");
	is_int(f.code, EACCES, "is refused");
	connector_release(&c);
	(void)close(at);
	(void)unlink(path);
	(void)rmdir(dir);
}

/* Several processes ask at a time, and each gets its own answer. */
static void
together(void)
{
	struct connector_line line[2] = { { .to.len = 0 } };
	struct connector c;
	struct fault f = { 0 };
	struct sockaddr_storage peer;
	struct begun b;
	socklen_t len;
	int at[2], i, k, status, wrong = 0;
	pid_t pid[2];

	at[0] = listens("127.0.0.2", 0, &line[0].to);
	at[1] = listens("127.0.0.3", 0, &line[1].to);
	is_int(connector_start(&c, line, 2, &f), 0, "it starts");
	(void)fflush(stdout);
	for (i = 0; i < 2; i++) {
		if ((pid[i] = fork()) != 0)
			continue;
		for (k = 0; k < 200; k++) {
			b = ask(&c, &line[i].to);
			len = sizeof(peer);
			if (b.fd == -1 || getpeername(b.fd,
			    (struct sockaddr *)&peer, &len) == -1 ||
			    memcmp(&peer, &line[i].to.sa, len) != 0)
				wrong++;
			/* So that the queue does not fill up. */
			(void)close(accept(at[i], NULL, NULL));
			(void)close(b.fd);
		}
		_exit(wrong != 0);
	}
	for (i = 0; i < 2; i++) {
		is_int(waitpid(pid[i], &status, 0), pid[i], "process %d", i);
		is_int(status, 0, "got what it asked for");
	}
	connector_release(&c);
	(void)close(at[0]);
	(void)close(at[1]);
}

/* What code in an agent that was taken over may try. */
enum attack { OTHER, SAME_PORT, ADOPT, RECONNECT, DISCONNECT, FASTOPEN, UDP,
	PAIR, OWNER, LISTEN, KILL, STOP, ATTACK__MAX };

static const char *const attacks[ATTACK__MAX] = {
	[OTHER] = "ask for another host", [SAME_PORT] = "a socket of its own",
	[ADOPT] = "a socket that was open before",
	[RECONNECT] = "connect its socket anew",
	[DISCONNECT] = "disconnect its socket",
	[FASTOPEN] = "data to another address", [UDP] = "a datagram",
	[PAIR] = "a datagram to a path",
	[OWNER] = "have a socket kill the connector",
	[LISTEN] = "wait for connections", [KILL] = "kill the connector",
	[STOP] = "stop the connector",
};

static int
result(int rc)
{
	return rc == -1 ? errno : 0;
}

/* Try it; the errno, or 0 if it succeeds. */
static int
try(enum attack what, const struct connector *c, const struct address *mine,
    const struct address *other, int before)
{
	const struct sockaddr *to = (const struct sockaddr *)&other->sa;
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct begun b = ask(c, mine);
	int pair[2];

	if (b.fd == -1)
		return -1;
	switch (what) {
	case OTHER:
		return ask(c, other).err;
	case SAME_PORT:
		return result(socket(AF_INET, SOCK_STREAM, 0));
	case ADOPT:
		return result(connect(before, to, other->len));
	case RECONNECT:
		return result(connect(b.fd, to, other->len));
	case DISCONNECT:
		return result(connect(b.fd, &none, sizeof(none)));
	case FASTOPEN:
#ifdef SYS_socketcall
		/* No filter can look at it there. */
		return EPERM;
#endif
		return result((int)sendto(before, "x", 1, MSG_FASTOPEN, to,
		    other->len));
	case UDP:
		return result(socket(AF_INET, SOCK_DGRAM, 0));
	case PAIR:
		return result(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	case OWNER:
		return result(fcntl(b.fd, F_SETOWN, c->pid));
	case LISTEN:
		return result(listen(before, 1));
	case KILL:
		return result(kill(c->pid, SIGKILL));
	case STOP:
		return result(kill(c->pid, SIGSTOP));
	case ATTACK__MAX:
		break;
	}
	return -1;
}

static void
taken_over(void)
{
	struct connector_line line = { .to.len = 0 };
	struct sandbox box = { .secret = true };
	struct address other;
	struct connector c;
	struct fault f = { 0 };
	enum attack what;
	int at, elsewhere, status, before;
	pid_t pid;

	if (!seccomp_here()) {
		ok(true, "an agent # SKIP no filters here");
		return;
	}
	at = listens("127.0.0.2", 0, &line.to);
	elsewhere = listens("127.0.0.3", port_of(&line.to), &other);
	for (what = 0; what < ATTACK__MAX; what++) {
		(void)fflush(stdout);
		if ((pid = fork()) == 0) {
			before = socket(AF_INET, SOCK_STREAM, 0);
			if (connector_start(&c, &line, 1, &f) == -1)
				_exit(254);
			sandbox_enter(&box);
			status = try(what, &c, &line.to, &other, before);
			connector_release(&c);
			_exit(status);
		}
		is_int(waitpid(pid, &status, 0), pid, "%s", attacks[what]);
		is_int(WEXITSTATUS(status), what == OTHER ? EACCES : EPERM,
		    "is refused");
	}
	is_int(poll(&(struct pollfd){ .fd = elsewhere, .events = POLLIN }, 1,
	    0), 0, "no connection came there");
	(void)close(at);
	(void)close(elsewhere);
}

int
main(void)
{
	asks();
	unix_socket();
	together();
	taken_over();
	return done();
}
