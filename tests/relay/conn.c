/* conn.c - one connection of the relay: bytes in and out, TLS, the log */

#include <sys/socket.h>
#include <errno.h>
#include <gnutls/x509.h>
#include <netdb.h>
#include <poll.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "conn.h"

#ifndef POLLRDHUP
#define POLLRDHUP	0
#endif

#define LINGER_MS	2000	/* for the client to see that we closed */
#define OWED_MS		1000	/* for what must follow to arrive */

void
conn_init(struct conn *c, int fd, int leash, int log)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	char host[64];

	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->leash = leash;
	c->log = log;
	c->spoke = true;
	c->out.max = SIZE_MAX / 4;
	conn_log(c, "connect");
	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0 &&
	    getnameinfo((struct sockaddr *)&peer, len, host, sizeof(host),
	    NULL, 0, NI_NUMERICHOST) == 0)
		conn_log(c, "peer %s", host);
}

void
conn_log_bytes(const struct conn *c, const char *prefix, const void *v,
    size_t n)
{
	struct buf b = { .max = SIZE_MAX / 4 };
	const unsigned char *p = v;
	uint32_t u;
	size_t k;

	if (c->log == -1)
		return;
	buf_adds(&b, prefix);
	for (; n > 0; p += k, n -= k) {
		k = utf8_next(p, n, &u);
		if (k != 0 && u >= 0x20 && u != 0x7f) {
			buf_add(&b, p, k);
			continue;
		}
		k = 1;
		if (*p == '\r')
			buf_adds(&b, "\\r");
		else if (*p == '\n')
			buf_adds(&b, "\\n");
		else
			buf_addf(&b, "\\x%02x", *p);
	}
	buf_adds(&b, "\n");
	if (write(c->log, b.p, b.len) != (ssize_t)b.len)
		perror("relay: log");
	buf_release(&b);
}

void
conn_log(const struct conn *c, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	conn_log_bytes(c, "", line, strlen(line));
}

/*
 * What poll(2) says of the connection, 0 after ms (-1: never).  Without
 * the relay that started us there is nothing left to do.
 */
static int
await(const struct conn *c, int events, int ms)
{
	struct pollfd p[2] = {
		{ .fd = c->fd, .events = (short)events },
		{ .fd = c->leash, .events = POLLIN },
	};
	int n;

	while ((n = poll(p, 2, ms)) == -1 && errno == EINTR)
		;
	if (n == -1 || p[1].revents != 0)
		exit(1);
	return p[0].revents;
}

void
conn_wait(struct conn *c, int ms, bool cut)
{
	long long end = clock_ms() + ms, left;
	struct pollfd p = { .fd = c->leash, .events = POLLIN };

	while (!c->over && (left = end - clock_ms()) > 0) {
		if (!cut) {
			if (poll(&p, 1, (int)left) > 0)
				exit(1);
		} else if (await(c, POLLRDHUP, (int)left) != 0) {
			conn_log(c, "gone");
			c->gone = c->over = true;
		}
	}
}

static void
broken(struct conn *c)
{
	if (!c->over)
		conn_log(c, "gone");
	c->gone = c->over = true;
}

void
conn_put(struct conn *c, const void *p, size_t n)
{
	buf_add(&c->out, p, n);
}

void
conn_say(struct conn *c, const char *text)
{
	size_t n;

	do {
		n = strcspn(text, "\n");
		conn_log_bytes(c, "S: ", text, n);
		conn_put(c, text, n);
		conn_put(c, "\r\n", 2);
		text += n;
	} while (*text++ != '\0' && *text != '\0');
}

/* As send(2): how many bytes went, 0 if none can, -1 if none ever will. */
static ssize_t
put_some(struct conn *c, const char *p, size_t n)
{
	ssize_t k;

	if (c->tls == NULL) {
		k = send(c->fd, p, n, MSG_NOSIGNAL);
		return k == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : k;
	}
	k = gnutls_record_send(c->tls, p, n);
	if (k == GNUTLS_E_AGAIN || k == GNUTLS_E_INTERRUPTED)
		return 0;
	return k < 0 ? -1 : k;
}

void
conn_flush(struct conn *c)
{
	size_t at = 0;
	ssize_t k;

	if (c->out.len > 0 && c->delay > 0)
		conn_wait(c, c->delay, false);
	while (!c->over && at < c->out.len) {
		k = put_some(c, c->out.p + at, c->out.len - at);
		if (k == -1) {
			broken(c);
		} else if (k == 0) {
			(void)await(c, POLLOUT, -1);
		} else {
			at += (size_t)k;
			c->said = c->spoke = true;
		}
	}
	buf_clear(&c->out);
}

/* As put_some(), the other way; the end of the stream is -1 too. */
static ssize_t
get_some(struct conn *c, char *p, size_t n)
{
	ssize_t k;

	if (c->tls == NULL) {
		k = recv(c->fd, p, n, 0);
		if (k == -1 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (k > 0)
			c->segments++;
	} else {
		k = gnutls_record_recv(c->tls, p, n);
		if (k == GNUTLS_E_AGAIN || k == GNUTLS_E_INTERRUPTED)
			return 0;
	}
	return k <= 0 ? -1 : k;
}

/*
 * Get more of what the client says into in[have..].  Before we wait for it
 * we say what we have to say; but where it is in the middle of something
 * (owed), it will go on whatever we say, so we do not cut in.
 */
static bool
fill(struct conn *c, bool owed)
{
	ssize_t k = 0;

	if (c->at == c->have)
		c->at = c->have = 0;
	while (!c->over && k == 0) {
		k = get_some(c, c->in + c->have, CONN_IN - c->have);
		if (k == -1) {
			broken(c);
		} else if (k == 0) {
			if (c->out.len > 0 && await(c, POLLIN,
			    owed ? OWED_MS : c->batch) == 0)
				conn_flush(c);
			if (!c->over)
				(void)await(c, POLLIN, -1);
		}
	}
	if (k <= 0)
		return false;
	if (c->spoke)
		c->flights++;
	c->spoke = false;
	c->have += (size_t)k;
	return true;
}

bool
conn_pending(const struct conn *c)
{
	return c->at < c->have;
}

size_t
conn_peek(struct conn *c, const char **p)
{
	if (!conn_pending(c) && !fill(c, true))
		return 0;
	*p = c->in + c->at;
	return c->have - c->at;
}

void
conn_skip(struct conn *c, size_t n)
{
	c->at += n;
}

bool
conn_line(struct conn *c, struct buf *line)
{
	char *nl = NULL;
	size_t n, seen = 0;

	buf_clear(line);
	for (;;) {
		n = c->have - c->at;
		nl = memchr(c->in + c->at + seen, '\n', n - seen);
		if (nl != NULL)
			break;
		if (c->at > 0) {
			memmove(c->in, c->in + c->at, n);
			c->at = 0;
			c->have = n;
		}
		seen = n;
		if (n == CONN_IN)
			conn_log(c, "line too long");
		if (n == CONN_IN || !fill(c, n > 0)) {
			c->over = true;
			buf_add(line, c->in, n);
			return false;
		}
	}
	n = (size_t)(nl - (c->in + c->at));
	if (n == 0 || nl[-1] != '\r')
		conn_log(c, "bare LF");
	else
		n--;
	buf_add(line, c->in + c->at, n);
	c->at = (size_t)(nl + 1 - c->in);
	conn_log_bytes(c, "C: ", buf_text(line), line->len);
	return true;
}

/* "cert CN=web1": who the client is. */
static void
log_client(struct conn *c)
{
	const gnutls_datum_t *der;
	gnutls_datum_t dn = { 0 };
	gnutls_x509_crt_t crt;
	unsigned n = 0;

	der = gnutls_certificate_get_peers(c->tls, &n);
	if (der == NULL || n == 0 || gnutls_x509_crt_init(&crt) < 0)
		return;
	if (gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls_x509_crt_get_dn3(crt, &dn, 0) == 0)
		conn_log_bytes(c, "cert ", dn.data, dn.size);
	gnutls_free(dn.data);
	gnutls_x509_crt_deinit(crt);
}

bool
conn_tls(struct conn *c, gnutls_certificate_credentials_t cred,
    const char *priority, bool ask)
{
	int r;

	conn_flush(c);
	if (conn_pending(c))
		conn_log(c, "early bytes before TLS");
	c->at = c->have = 0;
	if (gnutls_init(&c->tls, GNUTLS_SERVER | GNUTLS_NONBLOCK) < 0 ||
	    gnutls_priority_set_direct(c->tls, priority, NULL) < 0 ||
	    gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, cred) < 0)
		exit(1);
	if (ask) {
		gnutls_certificate_server_set_request(c->tls,
		    GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(c->tls, NULL, 0);
	}
	gnutls_transport_set_int(c->tls, c->fd);
	for (;;) {
		r = c->over ? GNUTLS_E_PUSH_ERROR : gnutls_handshake(c->tls);
		if (r != GNUTLS_E_AGAIN && r != GNUTLS_E_INTERRUPTED &&
		    r != GNUTLS_E_WARNING_ALERT_RECEIVED)
			break;
		(void)await(c, gnutls_record_get_direction(c->tls) == 1 ?
		    POLLOUT : POLLIN, -1);
	}
	if (r < 0) {
		conn_log(c, "tls failed: %s", gnutls_strerror(r));
		(void)gnutls_alert_send_appropriate(c->tls, r);
		c->over = true;
		return false;
	}
	c->version = gnutls_protocol_get_name(
	    gnutls_protocol_get_version(c->tls));
	conn_log(c, "tls %s", c->version);
	log_client(c);
	return true;
}

/*
 * Let the client see the end of the stream.  A close(2) with something of
 * its unread would be a reset, which can overtake our last words.
 */
static void
linger(struct conn *c)
{
	long long end = clock_ms() + LINGER_MS, left;
	ssize_t k;

	(void)shutdown(c->fd, SHUT_WR);
	while ((left = end - clock_ms()) > 0) {
		k = recv(c->fd, c->in, CONN_IN, 0);
		if (k == 0 || (k == -1 && errno != EAGAIN && errno != EINTR))
			break;
		if (k == -1)
			(void)await(c, POLLIN, (int)left);
	}
}

void
conn_close(struct conn *c, enum conn_end how)
{
	struct linger rst = { .l_onoff = 1, .l_linger = 0 };

	conn_flush(c);
	if (how == CONN_RESET) {
		(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &rst,
		    sizeof(rst));
	} else {
		if (c->version != NULL && how == CONN_CLOSE && !c->gone)
			(void)gnutls_bye(c->tls, GNUTLS_SHUT_WR);
		linger(c);
	}
	(void)close(c->fd);
	if (c->tls != NULL)
		gnutls_deinit(c->tls);
	buf_release(&c->out);
	conn_log(c, "close");
	conn_log(c, "flights %lu", c->flights);
	conn_log(c, "segments %lu", c->segments);
}
