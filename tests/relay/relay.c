/*
 * relay.c - a mail relay for tests; opts.c says what it does, or --help
 *
 * The parent listens and waits; each connection is a process of its own,
 * that holds one end of a pipe, the leash: when the other end is gone, so
 * is the relay, and the process follows.
 */

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "conn.h"
#include "letter.h"
#include "opts.h"
#include "polite.h"
#include "script.h"

#define GRACE_MS	1000	/* for connections to end by themselves */

struct relay {
	struct opts	 o;
	gnutls_certificate_credentials_t cred;
	struct script	*scripts;
	_Atomic unsigned long *last;	/* number of the message stored last */
	int		 fd;		/* listens; -1: no longer */
	int		 log;		/* -1: none */
	int		 leash[2];
	pid_t		*kids;
	size_t		 nkids;
	unsigned long	 conns;		/* so far */
	bool		 asked;		/* to say when no connection is open */
	bool		 failed;
	sigset_t	 mask;		/* while we wait */
};

static volatile sig_atomic_t stop;

static void
on_signal(int sig)
{
	if (sig == SIGTERM)
		stop = 1;
}

/* Both signals arrive in ppoll(2) only. */
static void
signals(struct relay *r)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t shut;

	(void)signal(SIGPIPE, SIG_IGN);
	sigemptyset(&sa.sa_mask);
	sigemptyset(&shut);
	sigaddset(&shut, SIGTERM);
	sigaddset(&shut, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &shut, NULL);
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGCHLD, &sa, NULL);
	sigemptyset(&r->mask);
}

static void
load(struct relay *r)
{
	size_t i;
	int e;

	if (r->o.cert != NULL) {
		if (gnutls_certificate_allocate_credentials(&r->cred) < 0)
			errx(1, "out of memory");
		e = gnutls_certificate_set_x509_key_file(r->cred, r->o.cert,
		    r->o.key, GNUTLS_X509_FMT_PEM);
		if (e < 0)
			errx(EX_NOINPUT, "%s: %s", r->o.cert,
			    gnutls_strerror(e));
		if (r->o.client_ca != NULL &&
		    gnutls_certificate_set_x509_trust_file(r->cred,
		    r->o.client_ca, GNUTLS_X509_FMT_PEM) < 1)
			errx(EX_NOINPUT, "%s: no certificate",
			    r->o.client_ca);
	}
	r->scripts = xcalloc(r->o.nscripts, sizeof(*r->scripts));
	for (i = 0; i < r->o.nscripts; i++)
		script_load(&r->scripts[i], r->o.scripts[i],
		    r->cred != NULL);
	r->log = -1;
	if (r->o.log != NULL && (r->log = open(r->o.log, O_WRONLY |
	    O_CREAT | O_APPEND | O_CLOEXEC, 0600)) == -1)
		err(EX_CANTCREAT, "%s", r->o.log);
	if (r->o.store != NULL && access(r->o.store, W_OK | X_OK) == -1)
		err(EX_CANTCREAT, "%s", r->o.store);
	r->last = mmap(NULL, sizeof(*r->last), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r->last == MAP_FAILED || pipe2(r->leash, O_CLOEXEC) == -1)
		err(EX_OSERR, "start");
}

/* Tell the port, once all is ready. */
static void
announce(const struct relay *r, unsigned port)
{
	char *tmp;
	FILE *fp;

	if (r->o.port_file == NULL) {
		(void)printf("%u\n", port);
		if (fflush(stdout) != 0)
			err(EX_IOERR, "stdout");
		return;
	}
	tmp = xasprintf("%s.tmp", r->o.port_file);
	if ((fp = fopen(tmp, "we")) == NULL)
		err(EX_CANTCREAT, "%s", tmp);
	(void)fprintf(fp, "%u\n", port);
	if (fclose(fp) != 0 || rename(tmp, r->o.port_file) == -1)
		err(EX_CANTCREAT, "%s", r->o.port_file);
	free(tmp);
}

static void
listen_at(struct relay *r)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	    .sin6_port = htons((in_port_t)r->o.port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
	    .sin_port = htons((in_port_t)r->o.port) };
	bool is4 = inet_pton(AF_INET, r->o.address, &four.sin_addr) == 1;
	struct sockaddr *sa = is4 ? (void *)&four : (void *)&six;
	socklen_t n = is4 ? sizeof(four) : sizeof(six);
	int on = 1, space = (int)r->o.rcvbuf;

	r->fd = socket(sa->sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (r->fd == -1 ||
	    setsockopt(r->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1)
		err(EX_OSERR, "socket");
	if (space > 0 && setsockopt(r->fd, SOL_SOCKET, SO_RCVBUF, &space,
	    sizeof(space)) == -1)
		err(EX_OSERR, "--rcvbuf");
	if (bind(r->fd, sa, n) == -1 || listen(r->fd, 128) == -1 ||
	    getsockname(r->fd, sa, &n) == -1)
		err(EX_UNAVAILABLE, "%s", r->o.address);
	announce(r, ntohs(is4 ? four.sin_port : six.sin6_port));
}

/* The life of one connection; its exit status. */
static int
serve(struct relay *r, int fd)
{
	struct conn *c = xmalloc(sizeof(*c));
	const struct script *s = NULL;
	uint64_t random = (uint64_t)r->o.seed * 1000003 + r->conns;
	struct letter l;
	bool good = true;
	int on = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (r->o.nscripts > 0)
		s = &r->scripts[r->conns <= r->o.nscripts ? r->conns - 1 :
		    r->o.nscripts - 1];
	conn_init(c, fd, r->leash[0], r->log);
	c->delay = (int)r->o.delay;
	c->batch = (int)r->o.batch;
	letter_init(&l, r->o.store, r->last);
	if (s != NULL) {
		good = script_play(s, c, &l, &r->o, r->cred, random);
	} else {
		polite(c, &l, &r->o, r->cred, random);
		conn_close(c, CONN_CLOSE);
	}
	letter_release(&l);
	free(c);
	return good ? 0 : 1;
}

static void
reap(struct relay *r)
{
	size_t i = 0;
	int status;

	while (i < r->nkids) {
		if (waitpid(r->kids[i], &status, WNOHANG) <= 0) {
			i++;
			continue;
		}
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			r->failed = true;
		r->kids[i] = r->kids[--r->nkids];
	}
}

static void
start(struct relay *r, int fd)
{
	int null;
	pid_t pid;

	r->conns++;
	reap(r);
	if ((pid = fork()) == -1)
		err(EX_OSERR, "fork");
	if (pid == 0) {
		(void)signal(SIGTERM, SIG_DFL);
		(void)sigprocmask(SIG_SETMASK, &r->mask, NULL);
		(void)close(r->leash[1]);
		(void)close(r->fd);
		if ((null = open("/dev/null", O_RDWR)) == -1 ||
		    dup2(null, STDIN_FILENO) == -1 ||
		    dup2(null, STDOUT_FILENO) == -1)
			exit(EX_OSERR);
		(void)close(null);
		if (r->o.most > 0 && r->nkids >= (size_t)r->o.most)
			opts_fail(&r->o, "GREETING:421 4.3.2 Too many "
			    "concurrent connections");
		exit(serve(r, fd));
	}
	(void)close(fd);
	r->kids = xreallocarray(r->kids, r->nkids + 1, sizeof(*r->kids));
	r->kids[r->nkids++] = pid;
}

static void
accept_all(struct relay *r)
{
	int fd;

	while (r->fd != -1) {
		fd = accept4(r->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd == -1) {
			if (errno == EAGAIN)
				return;
			if (errno != EINTR && errno != ECONNABORTED)
				err(EX_OSERR, "accept");
			continue;
		}
		start(r, fd);
		if (r->o.max > 0 && r->conns >= (unsigned long)r->o.max) {
			(void)close(r->fd);
			r->fd = -1;
		}
	}
}

/* What stands on stdin; false at its end. */
static bool
control(struct relay *r)
{
	char line[64];
	ssize_t n = read(STDIN_FILENO, line, sizeof(line));

	if (n > 0 && memchr(line, '\n', (size_t)n) != NULL) {
		/* Who asks has seen these connect. */
		accept_all(r);
		r->asked = true;
	}
	return n > 0 || (n == -1 && errno == EINTR);
}

static bool
pause_until(const struct relay *r, long long end, struct pollfd *p, nfds_t n)
{
	long long left = end - clock_ms();
	struct timespec t = { .tv_sec = left / 1000,
	    .tv_nsec = (long)(left % 1000) * 1000000 };

	if (left <= 0)
		return false;
	if (ppoll(p, n, &t, &r->mask) == -1)
		p[0].revents = p[1].revents = 0;
	return true;
}

static void
run(struct relay *r)
{
	long long end = clock_ms() + r->o.life * 1000;
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
	    { .events = POLLIN } };

	while (!stop) {
		reap(r);
		if (r->nkids == 0 && r->asked) {
			r->asked = false;
			(void)printf("idle\n");
			(void)fflush(stdout);
		}
		if (r->nkids == 0 && r->fd == -1)
			break;
		p[1].fd = r->fd;
		if (!pause_until(r, end, p, NITEMS(p)))
			break;
		if (p[1].revents != 0)
			accept_all(r);
		if (p[0].revents != 0 && !control(r))
			break;
	}
}

/* Connections whose client has left end by themselves, others are cut. */
static void
finish(struct relay *r)
{
	long long end = clock_ms() + GRACE_MS;
	struct pollfd none[2] = { { .fd = -1 }, { .fd = -1 } };
	size_t i;

	accept_all(r);
	for (reap(r); r->nkids > 0; reap(r))
		if (!pause_until(r, end, none, NITEMS(none)))
			break;
	for (i = 0; i < r->nkids; i++) {
		(void)kill(r->kids[i], SIGKILL);
		(void)waitpid(r->kids[i], NULL, 0);
	}
}

int
main(int argc, char **argv)
{
	struct relay r;
	size_t i;

	memset(&r, 0, sizeof(r));
	opts_parse(&r.o, argc, argv);
	load(&r);
	signals(&r);
	listen_at(&r);
	run(&r);
	finish(&r);
	for (i = 0; i < r.o.nscripts; i++)
		script_release(&r.scripts[i]);
	free(r.scripts);
	free(r.kids);
	if (r.cred != NULL)
		gnutls_certificate_free_credentials(r.cred);
	opts_release(&r.o);
	return r.failed ? 1 : 0;
}
