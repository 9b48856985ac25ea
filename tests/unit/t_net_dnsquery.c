/* t_net_dnsquery.c - one question to a name server, and its answer */

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "net/dnsquery.h"
#include "tap.h"

#define ANY	-2	/* either of TRY_AGAIN and NO_RECOVERY */

/* What the server does with a question, and what the asker makes of it. */
static const struct trial {
	const char	*name;
	unsigned char	 flags, rcode, answers;
	bool		 silent, forged;	/* a wrong id comes before */
	int		 why;			/* 0: there is an answer */
} trials[] = {
	{ "an answer", 0x84, 0, 1, .why = 0 },
	{ "no such name", 0x84, 3, 0, .why = HOST_NOT_FOUND },
	{ "no record of this type", 0x84, 0, 0, .why = NO_DATA },
	{ "truncated, without a record", 0x86, 0, 0, .why = NO_DATA },
	{ "the server fails", 0x84, 2, 0, .why = ANY },
	{ "an answer of another comes first", 0x84, 0, 1, .forged = true,
	    .why = 0 },
	{ "silence", .silent = true, .why = ANY },
};

/* In a child: answer what comes. */
static void
serve(int fd, const struct trial *t)
{
	unsigned char p[512];
	struct sockaddr_in from;
	socklen_t len;
	ssize_t n;

	for (;;) {
		len = sizeof(from);
		n = recvfrom(fd, p, sizeof(p), 0, (struct sockaddr *)&from,
		    &len);
		if (n < 12 || t->silent)
			continue;
		p[2] = t->flags;
		p[3] = (unsigned char)(0x80 | t->rcode);
		p[7] = t->answers;
		p[11] = 0;
		if (t->forged) {
			p[0] ^= 0xff;
			p[3] |= 3;
			(void)sendto(fd, p, (size_t)n, 0,
			    (struct sockaddr *)&from, len);
			p[0] ^= 0xff;
			p[3] &= 0xf0;
		}
		if (t->answers > 0) {
			memcpy(p + n, "\xc0\x0c\0\1\0\1\0\0\0\74\0\4\x7f\0\0\1",
			    16);
			n += 16;
		}
		(void)sendto(fd, p, (size_t)n, 0, (struct sockaddr *)&from,
		    len);
	}
}

static void
ask(const struct trial *t)
{
	unsigned char answer[512] = { 0 };
	struct dnsquery q = { .name = "host.example.org", .type = ns_t_a,
	    .quick = true, .answer = answer, .size = sizeof(answer) };
	socklen_t len = sizeof(q.server);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), n;
	long long start = clock_ms();
	pid_t pid;

	q.server.sin_family = AF_INET;
	q.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&q.server, len) == -1 ||
	    getsockname(fd, (struct sockaddr *)&q.server, &len) == -1) {
		(void)ok(false, "%s: no socket", t->name);
		return;
	}
	if ((pid = fork()) == 0)
		serve(fd, t);
	n = dnsquery_ask(&q);
	if (t->why == 0)
		ok(n >= 50 && memcmp(answer + n - 4, "\x7f\0\0\1", 4) == 0,
		    "%s: %d octets", t->name, n);
	else if (t->why == ANY)
		ok(n == -1 && (q.why == TRY_AGAIN || q.why == NO_RECOVERY),
		    "%s: %d", t->name, q.why);
	else
		ok(n == -1 && q.why == t->why, "%s: %d", t->name, q.why);
	ok(clock_ms() - start < 6000, "%s: in time", t->name);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)close(fd);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(trials); i++)
		ask(&trials[i]);
	return done();
}
