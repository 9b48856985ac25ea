/* t_net_stream.c - bytes, deadlines and ends of a connection, with and without
 * TLS */

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/portable.h"
#include "base/util.h"
#include "net/stream.h"
#include "tap.h"

#define MB	(1024 * 1024)

static gnutls_x509_crt_t crt;
static gnutls_x509_privkey_t key;

static const struct tls_opts anybody = { .name = "relay.example.org",
    .noverify = true, .implicit = true };

static void
must(int e)
{
	if (e < 0) {
		printf("Bail out! %s, errno %d\n", gnutls_strerror(e), errno);
		exit(1);
	}
}

static void
make_certificate(void)
{
	time_t now = time(NULL);

	must(gnutls_x509_privkey_init(&key));
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&crt));
	must(gnutls_x509_crt_set_version(crt, 3));
	must(gnutls_x509_crt_set_serial(crt, "\1", 1));
	must(gnutls_x509_crt_set_activation_time(crt, now - 60));
	must(gnutls_x509_crt_set_expiration_time(crt, now + 3600));
	must(gnutls_x509_crt_set_key(crt, key));
	must(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0));
}

/* Peers, each in a process of its own with one end of a connection */

static void
tcp_pair(int fd[2])
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t n = sizeof(in);
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s, (struct sockaddr *)&in, n) == -1 || listen(s, 1) == -1 ||
	    getsockname(s, (struct sockaddr *)&in, &n) == -1 ||
	    setsockopt(fd[0], IPPROTO_TCP, TCP_NODELAY, &on,
	    sizeof(on)) == -1 ||
	    connect(fd[0], (struct sockaddr *)&in, n) == -1 ||
	    (fd[1] = accept(s, NULL, NULL)) == -1)
		must(GNUTLS_E_PULL_ERROR);
	(void)close(s);
}

/* Does the kernel acknowledge at once?  -1: it does not say. */
static int
at_once(int fd)
{
	int on = -1;
	socklen_t n = sizeof(on);

	return getsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, &n) == -1 ? -1 :
	    on;
}

/* A relay may wait for the acknowledgement of one reply with the next. */
static void
t_acknowledged(void)
{
	struct stream w;
	struct fault f = { 0 };
	char octet;
	int fd[2], i;

	tcp_pair(fd);
	stream_init(&w, fd[0]);
	for (i = 0; i < 50 && at_once(fd[0]) != 0; i++) {
		(void)stream_write(&w, "a", 1, &f);
		(void)!read(fd[1], &octet, 1);
		(void)!write(fd[1], "b", 1);
		(void)!read(fd[0], &octet, 1);
	}
	is_int(at_once(fd[0]), 0, "in a dialogue the kernel delays");
	(void)!write(fd[1], "b", 1);
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 5000, &f),
	    STREAM_READ, "a reply comes");
	is_int(at_once(fd[0]), 1, "it is acknowledged at once");
	stream_close(&w);
	(void)close(fd[1]);
}

static void
t_round_trip(void)
{
	struct stream w;
	int fd[2];

	stream_init(&w, -1);
	is_int(stream_round_trip(&w), -1, "no connection: no round trip");
	tcp_pair(fd);
	stream_init(&w, fd[0]);
	/* An emulator does not turn the octets of the answer. */
	if (portable_round_trip(fd[0]) <= 0 || getenv("EMULATED") != NULL)
		ok(true, "TCP # SKIP not measured here");
	else
		ok(stream_round_trip(&w) > 0 && stream_round_trip(&w) <
		    1000000, "TCP: %lld us", stream_round_trip(&w));
	stream_close(&w);
	(void)close(fd[1]);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1)
		exit(1);
	stream_init(&w, fd[0]);
	is_int(stream_round_trip(&w), -1, "a socket in the file system");
	stream_close(&w);
	(void)close(fd[1]);
}

static gnutls_session_t
server_tls(int fd, const char *priority)
{
	gnutls_certificate_credentials_t cred;
	gnutls_session_t s;
	int e;

	must(gnutls_certificate_allocate_credentials(&cred));
	must(gnutls_certificate_set_x509_key(cred, &crt, 1, key));
	must(gnutls_init(&s, GNUTLS_SERVER | GNUTLS_NO_SIGNAL));
	must(gnutls_priority_set_direct(s, priority, NULL));
	must(gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, cred));
	gnutls_transport_set_int(s, fd);
	do
		e = gnutls_handshake(s);
	while (e < 0 && !gnutls_error_is_fatal(e));
	if (e < 0)
		_exit(1);
	return s;
}

static pid_t
serve(struct stream *w, void (*peer)(int))
{
	int fd[2];
	pid_t pid;

	tcp_pair(fd);
	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)close(fd[0]);
		(void)alarm(20);
		peer(fd[1]);
		_exit(0);
	}
	(void)close(fd[1]);
	stream_init(w, fd[0]);
	return pid;
}

/* The exit status of a peer: 0 if it saw what it wanted to see. */
static int
reap_peer(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
	    WEXITSTATUS(status) : -1;
}

static bool
reap(pid_t pid, struct stream *w)
{
	stream_close(w);
	return reap_peer(pid) == 0;
}

static void
peer_mute(int fd)
{
	char sink[4096];

	while (read(fd, sink, sizeof(sink)) > 0)
		;
}

static int
upgrade(struct stream *w, long long ms, struct fault *f)
{
	return stream_tls(w, &anybody, clock_ms() + ms, f);
}

/* Write all, however slowly it goes. */
static int
put(struct stream *w, const char *p, size_t n, struct fault *f)
{
	ssize_t k;

	while (n > 0) {
		if ((k = stream_write(w, p, n, f)) == -1)
			return -1;
		p += k;
		n -= (size_t)k;
		if (k == 0 && stream_wait(w, STREAM_WRITE, clock_ms() + 5000,
		    f) == -1)
			return -1;
	}
	return 0;
}

/* Read to the end of the connection, or of the room for it. */
static void
get(struct stream *w, char *out, size_t size, struct fault *f)
{
	size_t n = 0;
	ssize_t k = 0;

	while (k != -1 && n < size - 1) {
		if (stream_wait(w, STREAM_READ, clock_ms() + 5000, f) == -1)
			break;
		k = stream_read(w, out + n, size - 1 - n, f);
		n += k > 0 ? (size_t)k : 0;
	}
	out[n] = '\0';
}

/* Ends */

static void
peer_close(int fd)
{
	(void)!write(fd, "221 bye", 7);
}

static void
peer_reset(int fd)
{
	struct linger l = { .l_onoff = 1 };
	char c;

	(void)!read(fd, &c, 1);
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
}

/* Speak and leave with something unread: that makes a reset. */
static void
peer_leave(int fd)
{
	char c;

	(void)recv(fd, &c, 1, MSG_PEEK);
	(void)!write(fd, "421 too busy", 12);
}

static void
peer_leave_tls(int fd)
{
	gnutls_session_t s = server_tls(fd, "NORMAL");
	char c;

	(void)recv(fd, &c, 1, MSG_PEEK);
	(void)gnutls_record_send(s, "421 too busy", 12);
}

static void
t_ends(void)
{
	char got[64];
	struct fault f;
	struct stream w;
	pid_t pid;

	fault_clear(&f);
	f.stage = ST_QUIT;
	pid = serve(&w, peer_close);
	get(&w, got, sizeof(got), &f);
	is(got, "221 bye", "what came before the end");
	is(f.text, "connection closed by the relay", "the end");
	ok(f.domain == FD_LINK && f.code == 0 && f.verdict == VD_TEMP &&
	    f.stage == ST_QUIT, "... domain, code, verdict, stage");
	reap(pid, &w);

	pid = serve(&w, peer_reset);
	is_int(put(&w, "x", 1, &f), 0, "something sent");
	get(&w, got, sizeof(got), &f);
	is(f.text, "Connection reset by peer", "a reset");
	ok(f.domain == FD_LINK && f.code == ECONNRESET &&
	    f.verdict == VD_TEMP, "... domain, code, verdict");
	is_int(stream_write(&w, "x", 1, &f), -1, "no signal, but a fault");
	ok(f.domain == FD_LINK && f.code == EPIPE, "... %s", f.text);
	reap(pid, &w);
}

/* Take all and leave: the first write after that is answered by a reset. */
static void
peer_gone_tls(int fd)
{
	(void)server_tls(fd, "NORMAL");
}

static void
t_gone(void)
{
	char junk[4096] = { 0 };
	struct fault f;
	struct stream w;
	pid_t pid = serve(&w, peer_gone_tls);

	fault_clear(&f);
	is_int(upgrade(&w, 5000, &f), 0, "TLS %s", f.text);
	is_int(reap_peer(pid), 0, "the peer is gone");
	while (put(&w, junk, sizeof(junk), &f) == 0)
		;
	ok(f.domain == FD_LINK && f.code == EPIPE,
	    "no signal, but a fault: %s", f.text);
	stream_close(&w);
}

static void
t_last_words(void)
{
	char got[64], junk[4096] = { 0 };
	struct fault f;
	struct stream w;
	ssize_t k;
	pid_t pid;
	int i;

	for (i = 0; i < 2; i++) {
		fault_clear(&f);
		pid = serve(&w, i == 0 ? peer_leave : peer_leave_tls);
		if (i == 1)
			is_int(upgrade(&w, 5000, &f), 0, "TLS %s", f.text);
		while (put(&w, junk, sizeof(junk), &f) == 0)
			;
		ok(f.domain == FD_LINK && (f.code == EPIPE ||
		    f.code == ECONNRESET), "writing fails: %s", f.text);
		k = stream_read(&w, got, sizeof(got) - 1, &f);
		got[k > 0 ? k : 0] = '\0';
		is(got, "421 too busy", "the last words can be read");
		reap(pid, &w);
	}
}

/* Deadlines */

static void
peer_drip(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	/* A byte each 10 ms until the other side is gone. */
	while (send(fd, "2", 1, MSG_NOSIGNAL) == 1)
		if (poll(&p, 1, 10) == 1)
			return;
}

/* The same as the beginning of a ServerHello. */
static void
peer_drip_tls(int fd)
{
	static const char hello[] =
	    "\x16\x03\x03\x3f\x00\x02\x00\x3e\xfc\x03\x03";
	char sink[4096];

	if (recv(fd, sink, sizeof(sink), 0) > 0 &&
	    send(fd, hello, sizeof(hello) - 1, MSG_NOSIGNAL) > 0)
		peer_drip(fd);
}

static void
in_time(long long since, long long ms, const char *what)
{
	long long took = clock_ms() - since;

	ok(took >= ms && took < ms + 1000, "... %s after %lld ms", what,
	    took);
}

static void
t_deadline(void)
{
	char c;
	struct fault f;
	struct stream w;
	long long t;
	pid_t pid;
	int bytes = 0, r;

	fault_clear(&f);
	f.stage = ST_GREETING;
	pid = serve(&w, peer_mute);
	t = clock_ms();
	is_int(stream_wait(&w, STREAM_READ, t + 100, &f), -1, "silence");
	in_time(t, 100, "ends");
	is(f.text, "no answer within 0.1 seconds", "... words");
	ok(f.domain == FD_ERRNO && f.code == ETIMEDOUT &&
	    f.verdict == VD_TEMP && f.stage == ST_GREETING,
	    "... domain, code, verdict, stage");
	is_int(
	    stream_wait(&w, STREAM_READ | STREAM_WRITE, clock_ms() + 1000, &f),
	    STREAM_WRITE, "but one may write");
	reap(pid, &w);

	pid = serve(&w, peer_drip);
	t = clock_ms();
	while ((r = stream_wait(&w, STREAM_READ, t + 300, &f)) == STREAM_READ)
		bytes += (int)stream_read(&w, &c, 1, &f);
	ok(r == -1 && bytes > 3, "a byte now and then (%d)", bytes);
	in_time(t, 300, "ends");
	is(f.text, "no answer within 0.3 seconds", "... words");
	reap(pid, &w);

	for (r = 0; r < 2; r++) {
		pid = serve(&w, r == 0 ? peer_mute : peer_drip_tls);
		t = clock_ms();
		is_int(upgrade(&w, 300, &f), -1, "a handshake with %s",
		    r == 0 ? "nobody" : "a slow one");
		in_time(t, 300, "ends");
		is(f.text, "the TLS handshake was not done within 0.3 "
		    "seconds", "... words");
		ok(f.stage == ST_TLS && f.code == ETIMEDOUT &&
		    f.verdict == VD_TEMP, "... stage, code, verdict");
		is_int(w.fd, -1, "... and the wire is closed");
		reap(pid, &w);
	}
}

static void
on_alarm(int sig)
{
	(void)sig;
}

static void
t_signal(void)
{
	struct itimerval soon = { .it_value = { .tv_usec = 50000 } };
	struct sigaction sa = { .sa_handler = on_alarm };
	struct fault f;
	struct stream w;
	pid_t pid = serve(&w, peer_mute);

	(void)sigaction(SIGALRM, &sa, NULL);
	(void)setitimer(ITIMER_REAL, &soon, NULL);
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 5000, &f), 0,
	    "a signal ends the wait without a fault");
	reap(pid, &w);
}

/* Peers that read nothing until they are told how much there is. */

static int order[2];

static size_t
ordered(void)
{
	size_t n;

	return read(order[0], &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void
peer_late(int fd)
{
	static char sink[64 * 1024];
	size_t left = ordered();
	ssize_t n = 0;

	for (; left > 0 && n >= 0; left -= (size_t)n)
		n = read(fd, sink, left < sizeof(sink) ? left : sizeof(sink));
	(void)!write(fd, "got it", 6);
}

static void
peer_late_tls(int fd)
{
	static char sink[64 * 1024];
	gnutls_session_t s = server_tls(fd, "NORMAL");
	size_t left = ordered();
	ssize_t n = 0;

	for (; left > 0 && n >= 0; left -= (size_t)n)
		n = gnutls_record_recv(s, sink, left < sizeof(sink) ? left :
		    sizeof(sink));
	(void)gnutls_record_send(s, "got it", 6);
}

static void
t_full(void)
{
	static char block[100 * 1024];
	char got[32];
	struct fault f;
	struct stream w;
	size_t sum;
	ssize_t k;
	pid_t pid;
	int i, small = 64 * 1024;

	for (i = 0; i < 2; i++) {
		fault_clear(&f);
		pid = serve(&w, i == 0 ? peer_late : peer_late_tls);
		(void)setsockopt(w.fd, SOL_SOCKET, SO_SNDBUF, &small,
		    sizeof(small));
		if (i == 1)
			is_int(upgrade(&w, 5000, &f), 0, "TLS %s", f.text);
		for (sum = 0;; sum += (size_t)k) {
			if ((k = stream_write(&w, block, sizeof(block),
			    &f)) < 0)
				break;
			if (k == 0 && stream_wait(&w, STREAM_WRITE,
			    clock_ms() + 200, &f) == -1)
				break;
		}
		ok(sum > 0 && f.code == ETIMEDOUT,
		    "a peer that does not read is noticed: %zu", sum);
		is(f.text, "the relay took nothing within 0.2 seconds",
		    "... words");
		ok(i == 0 || tls_unsent(w.tls), "... more than goes");
		/* Waiting to read must bring out what TLS holds. */
		(void)!write(order[1], &sum, sizeof(sum));
		get(&w, got, sizeof(got), &f);
		is(got, "got it", "all that was taken arrives");
		reap(pid, &w);
	}
}

/* How many segments with data did this socket send? */
static unsigned
segments(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	(void)getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n);
	return info.tcpi_data_segs_out;
}

static void
peer_sink(int fd)
{
	static char sink[64 * 1024];
	gnutls_session_t s = server_tls(fd, "NORMAL");

	while (gnutls_record_recv(s, sink, sizeof(sink)) > 0)
		;
}

static void
t_segments(void)
{
	static const size_t sizes[] = { 10, 600, 16384, 30000 };
	static char flight[30000];
	struct fault f;
	struct stream w;
	unsigned before;
	size_t i;
	pid_t pid = serve(&w, peer_sink);

	fault_clear(&f);
	is_int(upgrade(&w, 5000, &f), 0, "TLS %s", f.text);
	/* The change-cipher-spec goes alone if the server is slow. */
	ok(segments(w.fd) <= 3, "a handshake is no more than 3 segments");
	for (i = 0; i < NITEMS(sizes); i++) {
		before = segments(w.fd);
		is_int(stream_write(&w, flight, sizes[i], &f),
		    (long long)sizes[i], "a flight of %zu", sizes[i]);
		if (segments(w.fd) == 0 || getenv("EMULATED") != NULL)
			ok(true, "segments # SKIP not counted here");
		else
			is_int((long long)segments(w.fd) - before, 1,
			    "... is one segment");
	}
	reap(pid, &w);
}

/* Both directions at once */

static void
echo(int fd, const char *priority, bool rekey)
{
	static char b[16384];
	gnutls_session_t s = server_tls(fd, priority);
	size_t n = 0;
	ssize_t k, sent, r;

	for (;;) {
		k = gnutls_record_recv(s, b, sizeof(b));
		if (k == GNUTLS_E_AGAIN)	/* after the new key */
			continue;
		if (k <= 0)
			break;
		for (sent = 0; sent < k; sent += r)
			if ((r = gnutls_record_send(s, b + sent,
			    (size_t)(k - sent))) < 0)
				_exit(1);
		/* Ask for a new key, for the next answer to come with. */
		if (rekey && ++n == 100)
			(void)gnutls_session_key_update(s, GNUTLS_KU_PEER);
	}
	(void)gnutls_bye(s, GNUTLS_SHUT_WR);
	_exit(k < 0);		/* our goodbye must come too */
}

static void
peer_echo(int fd)
{
	echo(fd, "NORMAL", true);
}

static void
peer_echo_12(int fd)
{
	echo(fd, "NORMAL:-VERS-ALL:+VERS-TLS1.2", false);
}

/* Send n bytes and compare what comes back; how many were right. */
static size_t
both_ways(struct stream *w, const char *p, size_t n, struct fault *f)
{
	static char in[32768];
	size_t out = 0, back = 0;
	ssize_t k;
	int can;

	while (back < n) {
		can = stream_wait(w, STREAM_READ | (out < n ? STREAM_WRITE : 0),
		    clock_ms() + 5000, f);
		if (can == -1)
			return back;
		if (can & STREAM_WRITE) {
			k = n - out < 100000 ? (ssize_t)(n - out) : 100000;
			if ((k = stream_write(w, p + out, (size_t)k, f)) < 0)
				return back;
			out += (size_t)k;
		}
		if (can & STREAM_READ) {
			k = stream_read(w, in, sizeof(in), f);
			if (k < 0 || memcmp(in, p + back, (size_t)k) != 0)
				return back;
			back += (size_t)k;
		}
	}
	return back;
}

static void
t_echo(void)
{
	static const struct { const char *label; void (*peer)(int); } t[] = {
		{ "TLS 1.3 with a new key", peer_echo },
		{ "TLS 1.2", peer_echo_12 },
	};
	const size_t n = 10 * MB;
	char *p = xmalloc(n);
	struct fault f;
	struct stream w;
	size_t i;
	long long ms;
	pid_t pid;

	for (i = 0; i < n; i++)
		p[i] = (char)(i * 2654435761u >> 13);
	for (i = 0; i < NITEMS(t); i++) {
		fault_clear(&f);
		pid = serve(&w, t[i].peer);
		is_int(upgrade(&w, 5000, &f), 0, "%s %s", t[i].label, f.text);
		ms = clock_ms();
		is_int((long long)both_ways(&w, p, n, &f), (long long)n,
		    "... 10 MB there and back %s", f.text);
		printf("# %lld ms\n", clock_ms() - ms);
		ok(reap(pid, &w), "... and a goodbye");
	}
	free(p);
}

/* What is decrypted already is no longer in the socket. */
static void
peer_line(int fd)
{
	static const char line[] = "220 relay.example.org";
	gnutls_session_t s = server_tls(fd, "NORMAL");
	char c;

	(void)gnutls_record_send(s, line, sizeof(line) - 1);
	(void)gnutls_record_recv(s, &c, 1);
}

static void
t_pending(void)
{
	char got[64];
	size_t n = 0;
	struct fault f;
	struct stream w;
	pid_t pid = serve(&w, peer_line);

	fault_clear(&f);
	is_int(upgrade(&w, 5000, &f), 0, "TLS %s", f.text);
	while (n < 21 && stream_wait(&w, STREAM_READ, clock_ms() + 1000, &f) ==
	    STREAM_READ)
		n += (size_t)stream_read(&w, got + n, 1, &f);
	got[n] = '\0';
	is(got, "220 relay.example.org", "a record read byte by byte");
	ok(reap(pid, &w), "... and a goodbye");
}

/* After a handshake that failed nothing can go on in clear. */
static void
peer_wants_end(int fd)
{
	char sink[4096];
	ssize_t n;

	(void)!write(fd, "220 relay.example.org ESMTP\r\n", 29);
	while ((n = read(fd, sink, sizeof(sink))) > 0)
		if (sink[0] != 0x16 && sink[0] != 0x15)
			_exit(1);	/* that was no TLS */
}

static void
t_failed(void)
{
	struct fault f;
	struct stream w;
	pid_t pid = serve(&w, peer_wants_end);

	fault_clear(&f);
	is_int(upgrade(&w, 5000, &f), -1, "a relay without TLS");
	ok(w.fd == -1 && w.tls == NULL, "the wire is closed: %s", f.text);
	is_int(stream_write(&w, "QUIT\r\n", 6, &f), -1, "writing fails");
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 1000, &f), -1,
	    "waiting fails");
	ok(reap(pid, &w), "the relay saw TLS and an end, nothing else");
}

/* Somebody else is watched: what he says ends a wait once, his end all. */
static void
t_watch(void)
{
	struct fault f;
	struct stream w;
	int link[2], other[2];

	fault_clear(&f);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, link) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, other) == -1)
		must(GNUTLS_E_FILE_ERROR);
	stream_init(&w, link[0]);
	w.watch = other[0];
	must(write(other[1], "x", 1) == 1 ? 0 : GNUTLS_E_FILE_ERROR);
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 1, &f), -1,
	    "what he says ends no wait: %s", f.text);
	w.wake = true;
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 60000, &f), 0,
	    "but where it is asked for");
	ok(!w.wake, "once");
	w.wake = true;
	must(write(link[1], "x", 1) == 1 ? 0 : GNUTLS_E_FILE_ERROR);
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 60000, &f),
	    STREAM_READ, "what the relay says comes first");
	ok(w.wake, "and it is still asked for");
	(void)close(other[1]);
	is_int(stream_wait(&w, STREAM_READ, clock_ms() + 60000, &f), -1,
	    "his end: %s", f.text);
	is_int(f.code, ECANCELED, "... code");
	(void)close(other[0]);
	(void)close(link[1]);
	stream_close(&w);
}

/* What answers a ClientHello, and is it TLS? */
static void
t_speaks_tls(void)
{
	static const struct {
		const char	*bytes;
		size_t		 n;
		bool		 yes;
	} answers[] = {
		{ "\026\003\003\000\100", 5, true },
		{ "\025\003\001\000\002\002\106", 7, true },
		{ "\025\003\000", 3, true },
		{ "\026\003", 2, false },
		{ "\026\002\000\000", 4, false },
		{ "\027\003\003\000", 4, false },
		{ "220 hi\r\n", 8, false },
		{ "", 0, false },
	};
	unsigned char said[128];
	struct stream w;
	int fd[2];
	size_t i;

	for (i = 0; i < NITEMS(answers); i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == -1 ||
		    write(fd[1], answers[i].bytes, answers[i].n) !=
		    (ssize_t)answers[i].n)
			exit(1);
		/* It ends, or is silent from here on. */
		if (i % 2 == 0)
			(void)shutdown(fd[1], SHUT_WR);
		stream_init(&w, fd[0]);
		ok(stream_speaks_tls(&w, clock_ms() + 200) == answers[i].yes,
		    "speaks TLS %zu: %d", i, answers[i].yes);
		is_int(read(fd[1], said, sizeof(said)), 56, "was asked");
		ok(said[0] == 22 && said[5] == 1 && said[4] == 51 &&
		    said[8] == 47, "by one record with one ClientHello");
		stream_close(&w);
		(void)close(fd[1]);
	}
}

int
main(void)
{
	if (pipe(order) == -1)
		must(GNUTLS_E_FILE_ERROR);
	make_certificate();
	t_ends();
	t_gone();
	t_last_words();
	t_deadline();
	t_signal();
	t_full();
	t_segments();
	t_echo();
	t_pending();
	t_failed();
	t_watch();
	t_round_trip();
	t_acknowledged();
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_privkey_deinit(key);
	t_speaks_tls();
	return done();
}
