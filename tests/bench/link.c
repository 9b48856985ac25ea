/*
 * link.c - a line with delay, and as fast as the machine
 *
 * usage: link MS		a network of its own, with a line in it
 *        link MS PORT...	a proxy for each of these ports of 127.0.0.1
 *
 * What is sent arrives MS milliseconds later, there and back.
 *
 * The network is a namespace in which only this process lives, for others
 * to enter by nsenter(1).  In it a packet to FAR comes out again, after the
 * delay, as one from FAR to NEAR: who listens on NEAR seems to listen on
 * FAR, at the other end of the line.  The kernel's TCP does all the rest,
 * as on any line.  Swapping two addresses changes no checksum.
 *
 * A proxy is for where that is not allowed.  It ends TCP on both sides, so
 * it has to act what it takes to connect: what a client says is held back
 * as if the client had waited for SYN and its answer, and the other side
 * hears of the connection when the third packet would have arrived.
 *
 * Prints FAR, or the ports of the proxies, when it is ready.
 */

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "count.h"

#define NEAR	"192.0.2.1"	/* RFC 5737 */
#define FAR	"192.0.2.2"
#define MTU	1500
#define QUEUE	10000		/* packets that the kernel holds for us */
#define ENDS	512
#define BLOCK	65536

enum kind { FREE, TUN, PROXY, CALLER, RELAY };

struct end {
	enum kind	 kind;
	int		 fd;	/* -1: not connected yet */
	int		 port;	/* PROXY and RELAY: behind the proxy */
	bool		 deaf;	/* nothing more to read */
	bool		 mute;	/* nothing more will be written */
	struct end	*other;	/* where the line leads */
	long long	 open;	/* TCP carries data from then on */
};

enum what { OCTETS, CONNECT, FIN };

/* On its way. */
struct packet {
	TAILQ_ENTRY(packet)	 entry;
	enum what		 what;
	struct end		*to;
	long long		 due;
	size_t			 n;
	char			 p[];
};

TAILQ_HEAD(line, packet);

static struct line	 line = TAILQ_HEAD_INITIALIZER(line);
static struct end	 ends[ENDS];
static long long	 delay;

/* Put it on the line, after all that arrives before or together with it. */
static void
put(struct end *to, long long sent, enum what what, const char *p, size_t n)
{
	struct packet *k, *before = TAILQ_LAST(&line, line);

	if ((k = malloc(sizeof(*k) + n)) == NULL)
		err(1, "malloc");
	k->what = what;
	k->to = to;
	k->due = sent + delay;
	k->n = n;
	memcpy(k->p, p, n);
	while (before != NULL && before->due > k->due)
		before = TAILQ_PREV(before, line, entry);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&line, k, entry);
	else
		TAILQ_INSERT_AFTER(&line, before, k, entry);
}

static struct end *
new_end(enum kind kind, int fd)
{
	struct end *e;

	for (e = ends; e < ends + ENDS; e++)
		if (e->kind == FREE) {
			*e = (struct end){ .kind = kind, .fd = fd };
			return e;
		}
	errx(1, "more than %d connections", ENDS / 2);
}

static void
no_delay(int fd)
{
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Somebody connects to a proxy. */
static void
call(const struct end *proxy)
{
	struct end *caller, *relay;
	int fd;

	if ((fd = accept4(proxy->fd, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return;
	no_delay(fd);
	caller = new_end(CALLER, fd);
	relay = new_end(RELAY, -1);
	relay->port = proxy->port;
	caller->other = relay;
	relay->other = caller;
	caller->open = now_ns() + 2 * delay;
	put(relay, caller->open, CONNECT, "", 0);
}

static void
connect_end(struct end *e)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_port = htons((in_port_t)e->port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	if ((e->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    connect(e->fd, (struct sockaddr *)&a, sizeof(a)) == -1)
		err(1, "port %d", e->port);
	no_delay(e->fd);
}

static void
hang_up(struct end *e)
{
	struct end *o = e->other;

	if (!e->deaf || !e->mute || !o->deaf || !o->mute)
		return;
	(void)close(e->fd);
	(void)close(o->fd);
	e->kind = o->kind = FREE;
}

/* What does not arrive is lost; its end will find out by reading. */
static void
arrive(const struct packet *k)
{
	struct end *e = k->to;
	size_t done = 0;
	ssize_t n;

	switch (k->what) {
	case OCTETS:
		for (; done < k->n; done += (size_t)n)
			if ((n = write(e->fd, k->p + done, k->n - done)) <= 0)
				break;
		break;
	case CONNECT:
		connect_end(e);
		break;
	case FIN:
		(void)shutdown(e->fd, SHUT_WR);
		e->mute = true;
		hang_up(e);
		break;
	}
}

/* A packet to FAR becomes one from FAR to NEAR; all others are dropped. */
static void
reflect(struct end *tun, char *p, size_t n)
{
	struct in_addr far;
	char near[4];

	(void)inet_pton(AF_INET, FAR, &far);
	if (n < 20 || (p[0] & 0xf0) != 0x40 || memcmp(p + 16, &far, 4) != 0)
		return;
	memcpy(near, p + 12, 4);
	memcpy(p + 12, p + 16, 4);
	memcpy(p + 16, near, 4);
	put(tun, now_ns(), OCTETS, p, n);
}

static void
hear(struct end *e)
{
	static char block[BLOCK];
	long long now = now_ns();
	ssize_t n;

	if (e->kind == PROXY) {
		call(e);
		return;
	}
	n = read(e->fd, block, sizeof(block));
	if (e->kind == TUN) {
		if (n == -1)
			err(1, "read");
		reflect(e, block, (size_t)n);
		return;
	}
	if (now < e->open)
		now = e->open;
	if (n > 0) {
		put(e->other, now, OCTETS, block, (size_t)n);
		return;
	}
	e->deaf = true;
	put(e->other, now, FIN, "", 0);
	hang_up(e);
}

static void
wait_for_something(void)
{
	struct pollfd polls[ENDS];
	struct end *who[ENDS], *e;
	const struct packet *first = TAILQ_FIRST(&line);
	struct timespec t;
	long long left = 0;
	nfds_t i, n = 0;

	for (e = ends; e < ends + ENDS; e++)
		if (e->kind != FREE && e->fd != -1 && !e->deaf) {
			who[n] = e;
			polls[n++] = (struct pollfd){ .fd = e->fd,
			    .events = POLLIN };
		}
	if (first != NULL && (left = first->due - now_ns()) < 0)
		left = 0;
	t.tv_sec = left / 1000000000;
	t.tv_nsec = left % 1000000000;
	if (ppoll(polls, n, first == NULL ? NULL : &t, NULL) == -1)
		err(1, "poll");
	for (i = 0; i < n; i++)
		if (polls[i].revents != 0)
			hear(who[i]);
}

static void
carry(void)
{
	struct packet *k;

	for (;;) {
		while ((k = TAILQ_FIRST(&line)) != NULL && k->due <= now_ns()) {
			TAILQ_REMOVE(&line, k, entry);
			arrive(k);
			free(k);
		}
		wait_for_something();
	}
}

static void
write_file(const char *path, const char *words)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd == -1 || write(fd, words, strlen(words)) == -1)
		err(1, "%s", path);
	(void)close(fd);
}

/* A namespace for the network; without privileges it takes another one. */
static void
enter_namespace(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWNET) == 0)
		return;
	if (errno != EPERM || unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1)
		err(1, "unshare");
	write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	write_file("/proc/self/uid_map", map);
	(void)snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	write_file("/proc/self/gid_map", map);
}

static void
set_address(int s, struct ifreq *r, unsigned long what, const char *address)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	(void)inet_pton(AF_INET, address, &a.sin_addr);
	memcpy(&r->ifr_addr, &a, sizeof(a));
	if (ioctl(s, what, r) == -1)
		err(1, "%s", address);
}

static void
set_up(int s, const char *name)
{
	struct ifreq r = { .ifr_flags = 0 };

	(void)strlcpy(r.ifr_name, name, sizeof(r.ifr_name));
	if (ioctl(s, SIOCGIFFLAGS, &r) == -1)
		err(1, "%s", name);
	r.ifr_flags |= IFF_UP;
	if (ioctl(s, SIOCSIFFLAGS, &r) == -1)
		err(1, "%s", name);
}

static void
make_network(void)
{
	struct ifreq r = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	struct end *e;
	int s, tun;

	enter_namespace();
	(void)strlcpy(r.ifr_name, "line", sizeof(r.ifr_name));
	if ((tun = open("/dev/net/tun", O_RDWR | O_CLOEXEC)) == -1 ||
	    ioctl(tun, TUNSETIFF, &r) == -1 ||
	    (s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) == -1)
		err(1, "/dev/net/tun");
	set_address(s, &r, SIOCSIFADDR, NEAR);
	set_address(s, &r, SIOCSIFNETMASK, "255.255.255.0");
	r.ifr_mtu = MTU;
	if (ioctl(s, SIOCSIFMTU, &r) == -1)
		err(1, "SIOCSIFMTU");
	r.ifr_qlen = QUEUE;
	if (ioctl(s, SIOCSIFTXQLEN, &r) == -1)
		err(1, "SIOCSIFTXQLEN");
	set_up(s, "line");
	set_up(s, "lo");
	(void)close(s);
	e = new_end(TUN, tun);
	e->other = e;
	puts(FAR);
}

static int
make_proxy(const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);
	struct end *e;
	int fd;

	if ((fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    bind(fd, (struct sockaddr *)&a, len) == -1 ||
	    listen(fd, ENDS) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) == -1)
		err(1, "proxy");
	e = new_end(PROXY, fd);
	e->port = (int)strtol(port, NULL, 10);
	return ntohs(a.sin_port);
}

int
main(int argc, char **argv)
{
	int i;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 2 || (delay = strtoll(argv[1], NULL, 10) * 1000000) <= 0)
		errx(64, "usage: link MS [PORT...]");
	if (argc == 2)
		make_network();
	for (i = 2; i < argc; i++)
		printf("%d%c", make_proxy(argv[i]), i + 1 < argc ? ' ' : '\n');
	if (fflush(stdout) != 0)
		err(1, "stdout");
	carry();
}
