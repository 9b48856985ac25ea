/*
 * responder.c - a name server for tests, which knows SRV and MX records only
 *
 * usage: responder [at ADDRESS] [NAME PRIORITY WEIGHT PORT TARGET]...
 *	  <control
 *
 * "NAME mx HOST" is an MX record.
 *
 * Answers on a UDP port of 127.0.0.1, which it writes to stdout, or on port
 * 53 of ADDRESS, until stdin ends.  A name that is not given does not exist; one that is given
 * as "NAME fail" gets SERVFAIL, and one as "NAME truncated" an answer that
 * asks for TCP.  The TCP port of that number takes connections and is silent.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

struct ipc_record {
	const char	*name, *target;	/* target NULL: SERVFAIL, */
	bool		 truncated;	/* unless this is set */
	bool		 mx;
	unsigned	 priority, weight, port;
};

struct message {
	unsigned char	 p[1024];
	size_t		 n;
};

static void
put16(struct message *m, unsigned v)
{
	m->p[m->n++] = (unsigned char)(v >> 8);
	m->p[m->n++] = (unsigned char)v;
}

/* "a.b" in labels; "." is the root. */
static void
put_name(struct message *m, const char *s)
{
	size_t k;

	for (; *s != '\0' && strcmp(s, ".") != 0; s += k + (s[k] == '.')) {
		k = strcspn(s, ".");
		m->p[m->n++] = (unsigned char)k;
		memcpy(m->p + m->n, s, k);
		m->n += k;
	}
	m->p[m->n++] = 0;
}

/* The name of the question; where it ends, or 0. */
static size_t
question(const struct message *m, char *out, size_t size)
{
	size_t at = 12, n = 0, k;

	while (at < m->n && (k = m->p[at]) != 0) {
		if (k > 63 || at + k >= m->n || n + k + 2 > size)
			return 0;
		memcpy(out + n, m->p + at + 1, k);
		n += k;
		out[n++] = '.';
		at += k + 1;
	}
	out[n > 0 ? n - 1 : 0] = '\0';
	return at + 5 <= m->n ? at + 5 : 0;
}

static void
answer(struct message *m, const struct ipc_record *r, size_t nr)
{
	struct message a = { .n = 0 };
	char name[256];
	size_t end = question(m, name, sizeof(name)), i, at;
	unsigned found = 0, code = 3, flags = 0x85; /* authoritative */

	if (end == 0) {
		m->n = 0;
		return;
	}
	memcpy(a.p, m->p, end);
	a.n = end;
	for (i = 0; i < nr && a.n < 800; i++) {
		if (strcasecmp(r[i].name, name) != 0 ||
		    r[i].mx != (m->p[end - 3] == 15))
			continue;
		code = r[i].target == NULL && !r[i].truncated ? 2 : 0;
		if (r[i].truncated)
			flags |= 2;
		if (r[i].target == NULL)
			break;
		put16(&a, 0xc00c);		/* the name of the question */
		put16(&a, r[i].mx ? 15 : 33);
		put16(&a, 1);
		put16(&a, 0);
		put16(&a, 60);
		at = a.n;
		put16(&a, 0);
		put16(&a, r[i].priority);
		if (!r[i].mx) {
			put16(&a, r[i].weight);
			put16(&a, r[i].port);
		}
		put_name(&a, r[i].target);
		a.p[at] = (unsigned char)((a.n - at - 2) >> 8);
		a.p[at + 1] = (unsigned char)(a.n - at - 2);
		found++;
	}
	a.p[2] = (unsigned char)flags;
	a.p[3] = (unsigned char)(0x80 | code);
	memset(a.p + 4, 0, 8);
	a.p[5] = 1;
	a.p[7] = (unsigned char)found;
	*m = a;
}

static void
serve(int fd, const struct ipc_record *r, size_t nr)
{
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN },
	    { .fd = fd, .events = POLLIN } };
	struct sockaddr_in from;
	struct message m;
	socklen_t len;
	ssize_t n;

	while (poll(p, 2, -1) > 0 && p[0].revents == 0) {
		len = sizeof(from);
		n = recvfrom(fd, m.p, 512, 0, (struct sockaddr *)&from, &len);
		if (n < 12)
			continue;
		m.n = (size_t)n;
		answer(&m, r, nr);
		if (m.n > 0)
			(void)sendto(fd, m.p, m.n, 0,
			    (struct sockaddr *)&from, len);
	}
}

int
main(int argc, char **argv)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ipc_record r[32];
	socklen_t len = sizeof(in);
	size_t nr = 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), i;
	int tcp = socket(AF_INET, SOCK_STREAM, 0);

	if (argc > 2 && strcmp(argv[1], "at") == 0) {
		in.sin_port = htons(53);
		if (inet_pton(AF_INET, argv[2], &in.sin_addr) != 1)
			errx(1, "at ADDRESS");
		argv += 2;
		argc -= 2;
	}
	for (i = 1; i + 1 < argc && nr < 32; nr++) {
		r[nr] = (struct ipc_record){ .name = argv[i] };
		r[nr].truncated = strcmp(argv[i + 1], "truncated") == 0;
		if (r[nr].truncated || strcmp(argv[i + 1], "fail") == 0) {
			i += 2;
			continue;
		}
		r[nr].mx = strcmp(argv[i + 1], "mx") == 0;
		if (r[nr].mx && i + 2 < argc) {
			r[nr].target = argv[i + 2];
			i += 3;
			continue;
		}
		if (i + 4 >= argc)
			errx(1, "NAME PRIORITY WEIGHT PORT TARGET");
		r[nr].priority = (unsigned)atoi(argv[i + 1]);
		r[nr].weight = (unsigned)atoi(argv[i + 2]);
		r[nr].port = (unsigned)atoi(argv[i + 3]);
		r[nr].target = argv[i + 4];
		i += 5;
	}
	if (tcp == -1 || bind(tcp, (struct sockaddr *)&in, len) == -1 ||
	    getsockname(tcp, (struct sockaddr *)&in, &len) == -1 ||
	    listen(tcp, 8) == -1 || fd == -1 ||
	    bind(fd, (struct sockaddr *)&in, len) == -1)
		err(1, "a socket");
	printf("%u\n", ntohs(in.sin_port));
	(void)fflush(stdout);
	serve(fd, r, nr);
	return 0;
}
