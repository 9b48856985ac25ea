/* dnsquery.c - one question to a name server, and its answer */

#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/nameser.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <string.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "net/dnsquery.h"

#ifdef PORTABLE_RES_N

int
dnsquery_ask(struct dnsquery *q)
{
	struct __res_state st;
	int n;

	memset(&st, 0, sizeof(st));
	q->why = TRY_AGAIN;
	if (res_ninit(&st) != 0)
		return -1;
	if (q->server.sin_family != 0) {
		st.nsaddr_list[0] = q->server;
		st.nscount = 1;
	}
	if (q->quick) {
		st.retrans = 2;
		st.retry = 1;
		st.options |= RES_IGNTC;
	}
	n = res_nquery(&st, q->name, ns_c_in, q->type, q->answer,
	    (int)q->size);
	q->why = st.res_h_errno;
	res_nclose(&st);
	return n;
}

#else

#define HEADER		12	/* of a DNS message (RFC 1035, 4.1.1) */
#define QUESTION	512	/* the longest question, and more */
#define RESPONSE	0x80	/* in the third octet of a message */
#define TRUNCATED	2
#define TRIES		2
#define WAIT		5000	/* ms for each; one of 2 s if quick */

/* Does the message, of n octets, answer the question? */
static bool
dnsquery_fits(const unsigned char *p, size_t n, const unsigned char *question,
    size_t length)
{
	return n >= length && memcmp(p, question, 2) == 0 &&
	    (p[2] & RESPONSE) != 0 && p[4] == 0 && p[5] == 1 &&
	    memcmp(p + HEADER, question + HEADER, length - HEADER) == 0;
}

/* What the header of an answer says (RFC 1035, 4.1.1). */
static int
dnsquery_judge(struct dnsquery *q, int n)
{
	unsigned rcode = q->answer[3] & 0xf;

	if (rcode == ns_r_nxdomain)
		q->why = HOST_NOT_FOUND;
	else if (rcode == ns_r_noerror && q->answer[6] == 0 &&
	    q->answer[7] == 0)
		q->why = NO_DATA;
	else if (rcode == ns_r_noerror && (q->quick ||
	    (q->answer[2] & TRUNCATED) == 0))
		return n;
	return -1;
}

/* Wait for a datagram that fits; returns its length, or -1. */
static int
dnsquery_receive(const struct dnsquery *q, int fd,
    const unsigned char *question, size_t length)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	long long until = clock_ms() + (q->quick ? 2000 : WAIT), now;
	ssize_t n;

	while ((now = clock_ms()) < until) {
		if (poll(&p, 1, (int)(until - now)) != 1)
			continue;
		n = recv(fd, q->answer, q->size, MSG_DONTWAIT);
		if (n == -1)
			return -1;
		if (dnsquery_fits(q->answer, (size_t)n, question, length))
			return (int)n;
	}
	return -1;
}

static int
dnsquery_udp(struct dnsquery *q)
{
	unsigned char question[QUESTION];
	uint32_t id = random_bits();
	int fd, n, i, got = -1;

	n = res_mkquery(ns_o_query, q->name, ns_c_in, q->type, NULL, 0, NULL,
	    question, sizeof(question));
	if (n < HEADER || (fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC,
	    0)) == -1)
		return -1;
	memcpy(question, &id, 2);
	if (connect(fd, (const struct sockaddr *)&q->server,
	    sizeof(q->server)) == 0)
		for (i = 0; got == -1 && i < (q->quick ? 1 : TRIES); i++)
			if (send(fd, question, (size_t)n, MSG_NOSIGNAL) == n)
				got = dnsquery_receive(q, fd, question,
				    (size_t)n);
	(void)close(fd);
	return got == -1 ? -1 : dnsquery_judge(q, got);
}

int
dnsquery_ask(struct dnsquery *q)
{
	int n;

	q->why = TRY_AGAIN;
	if (q->server.sin_family != 0)
		return dnsquery_udp(q);
	n = res_query(q->name, ns_c_in, q->type, q->answer, (int)q->size);
	if (n == -1)
		q->why = h_errno;
	return n;
}

#endif
