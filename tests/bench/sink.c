/*
 * sink.c - a small, fast relay that throws all mail away and counts it
 *
 * usage: sink [-a ADDRESS] COUNTS CERT SPEC...
 *
 * Listens on a port of its own for each SPEC, which is clear, starttls or
 * tls, and prints the ports in one line.  CERT holds certificate and key.
 * AUTH PLAIN and LOGIN are offered, wanted by nobody, and succeed.  After it
 *
 *	-chunking, -pipelining	EHLO does not offer that
 *	-slow=MS	the reply to a message comes so much later
 *	-cap=N		a connection more is greeted with 432 and closed
 *	-cap421=N	the same with 421
 *	-discard	what came with the end of a message is thrown away
 *	-mute		QUIT is not answered, and the client has to close
 *
 * One process serves all connections; what it measures should be the client.
 * Replies are held back until the client has nothing more to say, and are
 * written at once.  They are short, so the write may block.
 */

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <err.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "count.h"
#include "spec.h"

#define IN	(1024 * 1024)	/* octets read at once */
#define OUT	(256 * 1024)	/* of replies to them */
#define LINE	4096		/* longest command line */
#define SPECS	32
#define HEAD	2048	/* octets of a message where its number may be */
#define NUMBER	"\nX-Bench: "
#define END	"\r\n.\r\n"
#define END_LEN	(sizeof(END) - 1)

enum state { HANDSHAKE, COMMAND, PASSWORD, DATA, BDAT, WAIT };

struct conn {
	struct spec		*spec;
	gnutls_session_t	 tls;
	int			 fd;
	bool			 listens;	/* is none, brings new ones */
	enum state		 state;
	bool			 spoke;		/* since the client did */
	bool			 over;
	bool			 mail, last;
	bool			 served;	/* counts for the cap */
	bool			 ended;		/* a message, just now */
	long long		 due;		/* in WAIT: now_ns() of reply */
	struct conn		*next;		/* in WAIT, by due */
	int			 lines;		/* still to come for AUTH */
	long long		 rcpts;
	size_t			 matched;	/* octets of END */
	long long		 left;		/* of a BDAT chunk */
	size_t			 npart;
	char			*part;		/* not yet looked at */
	size_t			 nhead;
	char			 head[HEAD];	/* of the message */
};

static volatile struct count		*counts;
static gnutls_certificate_credentials_t	 cert;
static gnutls_priority_t		 priority;
static int				 events;
static char				 in[LINE + IN], out[OUT];
static size_t				 nout;
static struct conn			*waiting;

static void
flush(struct conn *c)
{
	size_t done = 0;
	ssize_t n;

	while (done < nout && !c->over) {
		n = c->tls != NULL ?
		    gnutls_record_send(c->tls, out + done, nout - done) :
		    send(c->fd, out + done, nout - done, MSG_NOSIGNAL);
		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || (c->tls == NULL ? errno != EINTR :
		    gnutls_error_is_fatal((int)n) != 0))
			c->over = true;
	}
	c->spoke = c->spoke || nout > 0;
	nout = 0;
}

static void
say(struct conn *c, const char *reply)
{
	size_t n = strlen(reply);

	if (nout + n > sizeof(out))
		flush(c);
	memcpy(out + nout, reply, n);
	nout += n;
}

static ssize_t
pull(gnutls_transport_ptr_t p, void *to, size_t n)
{
	const struct conn *c = p;

	return recv(c->fd, to, n, MSG_DONTWAIT);
}

static ssize_t
push(gnutls_transport_ptr_t p, const void *from, size_t n)
{
	const struct conn *c = p;

	return send(c->fd, from, n, MSG_NOSIGNAL);
}

static void
start_tls(struct conn *c)
{
	flush(c);
	if (gnutls_init(&c->tls, GNUTLS_SERVER) < 0 ||
	    gnutls_priority_set(c->tls, priority) < 0 ||
	    gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, cert) < 0)
		errx(1, "gnutls_init");
	gnutls_transport_set_ptr(c->tls, c);
	gnutls_transport_set_pull_function(c->tls, pull);
	gnutls_transport_set_push_function(c->tls, push);
	c->state = HANDSHAKE;
}

static void
greet(struct conn *c)
{
	if (c->served) {
		say(c, "220 sink.example.org ESMTP\r\n");
		c->state = COMMAND;
		return;
	}
	say(c, c->spec->cap421 ?
	    "421 4.7.0 too many concurrent connections\r\n" :
	    "432 4.3.2 too many concurrent connections\r\n");
	flush(c);
	c->over = true;
}

static void
hello(struct conn *c)
{
	say(c, "250-sink.example.org\r\n250-SIZE 2000000000\r\n"
	    "250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n");
	if (c->spec->pipelining)
		say(c, "250-PIPELINING\r\n");
	if (c->spec->chunking)
		say(c, "250-CHUNKING\r\n");
	if (c->spec->starttls && c->tls == NULL)
		say(c, "250-STARTTLS\r\n");
	say(c, "250 AUTH PLAIN LOGIN\r\n");
}

static void
reset(struct conn *c)
{
	c->mail = false;
	c->rcpts = 0;
	c->nhead = 0;
}

/* The number that the message has, if any, arrived once more. */
static void
number(const struct conn *c)
{
	const char *p = memmem(c->head, c->nhead, NUMBER, sizeof(NUMBER) - 1);
	const char *e = c->head + c->nhead;
	unsigned n = 0;

	if (p == NULL)
		return;
	for (p += sizeof(NUMBER) - 1; p < e && *p >= '0' && *p <= '9' &&
	    n < COUNT_NUMBERS; p++)
		n = n * 10 + (unsigned)(*p - '0');
	if (n < COUNT_NUMBERS && counts->times[n] < 255)
		counts->times[n]++;
}

static void
accepted(struct conn *c)
{
	counts->messages++;
	counts->last = now_ns();
	number(c);
	say(c, "250 2.0.0 thank you\r\n");
	reset(c);
	c->state = COMMAND;
}

/* The message has ended; accepted now or later. */
static void
ended(struct conn *c)
{
	struct conn **at = &waiting;

	c->ended = true;
	if (c->spec->slow == 0) {
		accepted(c);
		return;
	}
	c->state = WAIT;
	c->due = now_ns() + c->spec->slow * 1000000LL;
	while (*at != NULL && (*at)->due <= c->due)
		at = &(*at)->next;
	c->next = *at;
	*at = c;
	if (epoll_ctl(events, EPOLL_CTL_DEL, c->fd, NULL) == -1)
		err(1, "epoll_ctl");
}

static void
auth(struct conn *c, const char *words)
{
	if (strncasecmp(words, "LOGIN", 5) == 0)
		c->lines = words[5] == ' ' ? 1 : 2;
	else
		c->lines = strchr(words, ' ') != NULL ? 0 : 1;
	if (c->lines == 0) {
		say(c, "235 2.7.0 welcome\r\n");
		return;
	}
	say(c, c->lines == 2 ? "334 VXNlcm5hbWU6\r\n" :
	    "334 UGFzc3dvcmQ6\r\n");
	c->state = PASSWORD;
}

static void
password(struct conn *c)
{
	if (--c->lines > 0) {
		say(c, "334 UGFzc3dvcmQ6\r\n");
		return;
	}
	say(c, "235 2.7.0 welcome\r\n");
	c->state = COMMAND;
}

static void
bdat(struct conn *c, const char *words)
{
	char *end;

	c->left = strtoll(words, &end, 10);
	c->last = strcasecmp(end, " LAST") == 0;
	if (c->left < 0 || end == words || (*end != '\0' && !c->last)) {
		say(c, "501 5.5.4 what?\r\n");
		flush(c);
		c->over = true;
		return;
	}
	c->state = BDAT;
}

static void
mail(struct conn *c)
{
	if (counts->first == 0)
		counts->first = now_ns();
	c->mail = true;
	say(c, "250 2.1.0 fine\r\n");
}

static void
rcpt(struct conn *c)
{
	if (!c->mail) {
		say(c, "503 5.5.1 MAIL first\r\n");
		return;
	}
	c->rcpts++;
	counts->recipients++;
	say(c, "250 2.1.5 fine\r\n");
}

static void
data(struct conn *c)
{
	if (c->rcpts == 0) {
		say(c, "503 5.5.1 RCPT first\r\n");
		return;
	}
	say(c, "354 go on\r\n");
	c->matched = 2;
	c->state = DATA;
}

static bool
is(const char *line, const char *verb)
{
	return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void
command(struct conn *c, const char *line)
{
	if (is(line, "RCPT TO:"))
		rcpt(c);
	else if (is(line, "MAIL FROM:"))
		mail(c);
	else if (is(line, "BDAT ") && c->spec->chunking)
		bdat(c, line + 5);
	else if (is(line, "DATA"))
		data(c);
	else if (is(line, "EHLO ") || is(line, "HELO "))
		hello(c);
	else if (is(line, "AUTH "))
		auth(c, line + 5);
	else if (is(line, "STARTTLS") && c->spec->starttls) {
		say(c, "220 2.0.0 go on\r\n");
		start_tls(c);
	} else if (is(line, "RSET") || is(line, "NOOP")) {
		if (is(line, "RSET"))
			reset(c);
		say(c, "250 2.0.0 fine\r\n");
	} else if (is(line, "QUIT")) {
		if (c->spec->mute)
			return;
		say(c, "221 2.0.0 bye\r\n");
		flush(c);
		c->over = true;
	} else
		say(c, "500 5.5.2 what?\r\n");
}

/* How much of p[0..n) belongs to the message that END ends. */
static size_t
dotted(struct conn *c, const char *p, size_t n)
{
	const char *q = p, *e = p + n;

	while (q < e && c->matched < END_LEN) {
		if (c->matched == 0 &&
		    (q = memchr(q, '\r', (size_t)(e - q))) == NULL)
			return n;
		if (*q == END[c->matched])
			c->matched++;
		else
			c->matched = *q == '\r';
		q++;
	}
	return (size_t)(q - p);
}

/* Keep what may hold the number. */
static void
keep_head(struct conn *c, const char *p, size_t n)
{
	size_t room;

	if (c->nhead == 0)
		c->head[c->nhead++] = '\n';
	room = sizeof(c->head) - c->nhead;
	n = n < room ? n : room;
	memcpy(c->head + c->nhead, p, n);
	c->nhead += n;
}

static size_t
body(struct conn *c, const char *p, size_t n)
{
	if (c->state == DATA) {
		n = dotted(c, p, n);
		keep_head(c, p, n);
		if (c->matched == END_LEN)
			ended(c);
	} else {
		n = (long long)n < c->left ? n : (size_t)c->left;
		keep_head(c, p, n);
		if ((c->left -= (long long)n) == 0) {
			c->state = COMMAND;
			if (!c->last || c->rcpts == 0)
				say(c, c->rcpts == 0 ?
				    "503 5.5.1 RCPT first\r\n" :
				    "250 2.0.0 fine\r\n");
			else
				ended(c);
		}
	}
	counts->octets += (long long)n;
	return n;
}

/* A command line at p[0..n); 0 if it is not there yet. */
static size_t
line(struct conn *c, char *p, size_t n)
{
	char *end;

	if ((end = memchr(p, '\n', n)) == NULL) {
		if (n >= LINE)
			c->over = true;
		return 0;
	}
	*end = '\0';
	if (end > p && end[-1] == '\r')
		end[-1] = '\0';
	if (c->state == PASSWORD)
		password(c);
	else
		command(c, p);
	return (size_t)(end + 1 - p);
}

/* Octets into p; 0 if there are none now, and at the end, which is over. */
static size_t
get(struct conn *c, char *p, size_t size)
{
	ssize_t n;

	if (c->tls == NULL) {
		n = recv(c->fd, p, size, MSG_DONTWAIT);
		c->over = n == 0 ||
		    (n == -1 && errno != EAGAIN && errno != EINTR);
	} else {
		n = gnutls_record_recv(c->tls, p, size);
		c->over = n == 0 || gnutls_error_is_fatal((int)n);
	}
	return n > 0 ? (size_t)n : 0;
}

/* Does a message end here whose relay throws away what came with it? */
static bool
discards(struct conn *c)
{
	bool yes = c->ended && c->spec->discard;

	c->ended = false;
	return yes;
}

/* Look at what came, in[0..n), and keep what is no whole line. */
static void
take(struct conn *c, size_t n)
{
	size_t at = 0, k;

	while (!c->over && c->state != HANDSHAKE && c->state != WAIT) {
		if (c->state == COMMAND || c->state == PASSWORD) {
			if ((k = line(c, in + at, n - at)) == 0)
				break;
			at += k;
		} else if (at < n || (c->state == BDAT && c->left == 0))
			at += body(c, in + at, n - at);
		else
			break;
		if (discards(c)) {
			at = n;
			while (get(c, in, IN) > 0)
				;
		}
	}
	c->npart = c->over || c->state == HANDSHAKE ? 0 : n - at;
	if (c->npart == 0)
		return;
	if ((c->part = realloc(c->part, c->npart)) == NULL)
		err(1, "realloc");
	memcpy(c->part, in + at, c->npart);
}

static void
handshake(struct conn *c)
{
	int n = gnutls_handshake(c->tls);

	if (n == GNUTLS_E_SUCCESS) {
		c->state = COMMAND;
		if (c->spec->implicit)
			greet(c);
	} else if (gnutls_error_is_fatal(n))
		c->over = true;
}

static void
hang_up(struct conn *c)
{
	if (c->served) {
		c->spec->served--;
		counts->now--;
	}
	if (c->tls != NULL) {
		(void)gnutls_bye(c->tls, GNUTLS_SHUT_WR);
		gnutls_deinit(c->tls);
	}
	(void)close(c->fd);
	free(c->part);
	free(c);
}

static void
serve(struct conn *c)
{
	size_t n;

	while (!c->over && c->state != WAIT) {
		if (c->state == HANDSHAKE) {
			handshake(c);
			if (c->state == HANDSHAKE)
				break;
		}
		if (c->npart > 0)
			memcpy(in, c->part, c->npart);
		if ((n = get(c, in + c->npart, IN)) == 0)
			break;
		if (c->spoke)
			counts->flights++;
		c->spoke = false;
		take(c, c->npart + n);
	}
	flush(c);
	if (c->over && c->state != WAIT)
		hang_up(c);
}

static void
watch(int fd, void *what)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = what };

	if (epoll_ctl(events, EPOLL_CTL_ADD, fd, &e) == -1)
		err(1, "epoll_ctl");
}

/* Accept what is due, and go on with what came meanwhile. */
static void
resume_all(void)
{
	struct conn *c;

	while ((c = waiting) != NULL && c->due <= now_ns()) {
		waiting = c->next;
		watch(c->fd, c);
		accepted(c);
		if (c->npart > 0) {
			memcpy(in, c->part, c->npart);
			take(c, c->npart);
		}
		serve(c);
	}
}

/* Milliseconds until the next is due; -1: none is. */
static int
until_due(void)
{
	long long left;

	if (waiting == NULL)
		return -1;
	left = waiting->due - now_ns();
	return left <= 0 ? 0 : (int)(left / 1000000 + 1);
}

static void
admit(struct conn *c)
{
	struct spec *s = c->spec;

	counts->connections++;
	if (s->cap > 0 && s->served >= s->cap) {
		counts->refused++;
		return;
	}
	c->served = true;
	s->served++;
	if (++counts->now > counts->most)
		counts->most = counts->now;
}

static void
meet(const struct conn *listener)
{
	struct conn *c;
	int fd, on = 1;

	if ((fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if ((c = calloc(1, sizeof(*c))) == NULL)
		err(1, "calloc");
	c->fd = fd;
	c->spec = listener->spec;
	admit(c);
	watch(fd, c);
	if (c->spec->implicit)
		start_tls(c);
	else
		greet(c);
	flush(c);
	if (c->over)
		hang_up(c);
}

/* Listen; the port. */
static int
listen_at(struct conn *c, const char *address)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
		errx(64, "%s: not an address", address);
	if ((c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1 ||
	    bind(c->fd, (struct sockaddr *)&a, len) == -1 ||
	    listen(c->fd, 1024) == -1 ||
	    getsockname(c->fd, (struct sockaddr *)&a, &len) == -1)
		err(1, "%s", address);
	c->listens = true;
	watch(c->fd, c);
	return ntohs(a.sin_port);
}

static void
setup(const char *counts_file, const char *cert_file)
{
	if ((counts = count_map(counts_file)) == NULL)
		err(1, "%s", counts_file);
	if (gnutls_certificate_allocate_credentials(&cert) < 0 ||
	    gnutls_certificate_set_x509_key_file(cert, cert_file, cert_file,
	    GNUTLS_X509_FMT_PEM) < 0)
		errx(1, "%s: no certificate and key", cert_file);
	if (gnutls_priority_init(&priority, "NORMAL", NULL) < 0)
		errx(1, "gnutls_priority_init");
	if ((events = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
}

static void
serve_all(void)
{
	struct epoll_event e[64];
	struct conn *c;
	int i, n;

	if ((n = epoll_wait(events, e, 64, until_due())) == -1 && errno != EINTR)
		err(1, "epoll_wait");
	for (i = 0; i < n; i++) {
		c = e[i].data.ptr;
		if (c->listens)
			meet(c);
		else
			serve(c);
	}
	resume_all();
}

int
main(int argc, char **argv)
{
	static struct spec spec[SPECS];
	static struct conn listener[SPECS];
	const char *address = "127.0.0.1";
	int i;

	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (argc > 2 && strcmp(argv[1], "-a") == 0) {
		address = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 4 || argc - 3 > SPECS)
		errx(64, "usage: sink [-a ADDRESS] COUNTS CERT SPEC...");
	setup(argv[1], argv[2]);
	for (i = 0; i < argc - 3; i++) {
		spec_read(&spec[i], argv[i + 3]);
		listener[i].spec = &spec[i];
		printf("%s%d", i > 0 ? " " : "",
		    listen_at(&listener[i], address));
	}
	putchar('\n');
	if (fflush(stdout) != 0)
		err(1, "stdout");
	for (;;)
		serve_all();
}
