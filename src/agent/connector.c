/* connector.c - connects for agents that may not */

#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/connector.h"
#include "agent/ipc.h"
#include "base/util.h"
#include "system/sandbox.h"

#define ANSWER	10000	/* ms; it begins a connection and does not wait */

/* The connector's side */

static const struct connector_line *
connector_find(const struct connector_line *line, size_t n,
    const struct address *to)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (line[i].to.len == to->len &&
		    memcmp(&line[i].to.sa, &to->sa, to->len) == 0)
			return &line[i];
	return NULL;
}

static int
connector_port(const struct address *a)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (a->sa.ss_family == AF_INET) {
		memcpy(&in, &a->sa, sizeof(in));
		return ntohs(in.sin_port);
	}
	memcpy(&in6, &a->sa, sizeof(in6));
	return ntohs(in6.sin6_port);
}

static void
connector_enter_sandbox(const struct connector_line *line, size_t n)
{
	int *ports = xcalloc(n, sizeof(*ports));
	struct sandbox b = { .ports = ports, .secret = true };
	size_t i;

	for (i = 0; i < n; i++) {
		if (line[i].to.sa.ss_family == AF_UNIX)
			b.local = true;
		else
			ports[b.nports++] = connector_port(&line[i].to);
		b.bind |= line[i].source.len > 0;
	}
	sandbox_enter(&b);
	free(ports);
}

static void
connector_answer(const struct connector_line *line, int sock)
{
	struct begun b = { .fd = -1, .err = EACCES };
	struct ipc_record r;

	if (line != NULL)
		connect_begin(&line->to, &line->source, &b);
	ipc_begin(&r, IPC_BEGUN, 0);
	r.u.begun.err = b.err;
	r.u.begun.source = b.source;
	(void)ipc_send(sock, &r, b.fd, 1);
	if (b.fd != -1)
		(void)close(b.fd);
}

/* Other descriptors would keep those waiting who read them to the end. */
static int
connector_detach(int sock)
{
	int null = open("/dev/null", O_RDWR), i;

	if (sock > 3) {
		if (dup2(sock, 3) == -1)
			_exit(1);
		sock = 3;
	}
	for (i = 0; i < 3 && null != -1; i++)
		(void)dup2(null, i);
	closefrom(sock + 1);
	return sock;
}

static _Noreturn void
connector_serve(const struct connector_line *line, size_t n, int sock)
{
	struct ipc_record r;
	int fd;

	sock = connector_detach(sock);
	connector_enter_sandbox(line, n);
	while (ipc_receive(sock, &r, &fd, 0) == 1) {
		if (r.kind == IPC_CONNECT)
			connector_answer(connector_find(line, n,
			    &r.u.connect.to), fd);
		if (fd != -1)
			(void)close(fd);
	}
	_exit(0);
}

/* The agent's side */

static void
connector_hear(int sock, struct begun *b)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	long long end = clock_ms() + ANSWER, left;
	struct ipc_record r;
	int got;

	do {
		left = end - clock_ms();
		got = poll(&p, 1, left > 0 ? (int)left : 0);
	} while (got == -1 && errno == EINTR);
	b->err = got == 0 ? ETIMEDOUT : EPIPE;
	if (got != 1 || ipc_receive(sock, &r, &b->fd, 1) != 1 ||
	    r.kind != IPC_BEGUN)
		return;
	b->err = r.u.begun.err;
	b->source = r.u.begun.source != 0;
}

static void
connector_ask(const void *ctx, const struct address *to, struct begun *b)
{
	const struct connector *c = ctx;
	struct fault f = { 0 };
	struct ipc_record r;
	int pair[2], sent;

	*b = (struct begun){ .fd = -1, .err = EMFILE };
	/* Agents share c->sock, so each answer has a socket of its own. */
	if (ipc_pair(pair, &f) == -1)
		return;
	ipc_begin(&r, IPC_CONNECT, 0);
	r.u.connect.to = *to;
	sent = ipc_send(c->sock, &r, pair[1], 0);
	(void)close(pair[1]);
	b->err = EPIPE;
	if (sent == 1)
		connector_hear(pair[0], b);
	(void)close(pair[0]);
}

int
connector_start(struct connector *c, const struct connector_line *line,
    size_t n, struct fault *f)
{
	int pair[2];

	*c = (struct connector){ .by = { connector_ask, c }, .sock = -1,
	    .pid = -1 };
	if (ipc_pair(pair, f) == -1)
		return -1;
	if ((c->pid = fork()) == 0) {
		(void)close(pair[0]);
		connector_serve(line, n, pair[1]);
	}
	(void)close(pair[1]);
	if (c->pid == -1) {
		(void)fault_errno(f, ST_CONNECT, errno, VD_TEMP,
		    "cannot start the process that connects");
		(void)close(pair[0]);
		return -1;
	}
	c->sock = pair[0];
	return 0;
}

void
connector_release(struct connector *c)
{
	if (c->sock == -1)
		return;
	(void)close(c->sock);
	c->sock = -1;
	while (waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
		;
}
