/*
 * listener.c - takes the code that a browser brings from the provider
 *
 * RFC 8252, 7.3.  Any program of this host can connect, and any page can make
 * a browser do it: only the state says that an answer is the right one.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/util.h"
#include "oauth/listener.h"

#define LINE		8192	/* octets of a request or a line at most */
#define CLIENT_MS	2000	/* for a browser to say what it wants */

int
listener_open(int *port, struct fault *f)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);

	if (sock == -1 ||
	    bind(sock, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(sock, 4) == -1 ||
	    getsockname(sock, (struct sockaddr *)&sin, &len) == -1) {
		(void)fault_errno(f, ST_TOKEN, errno, VD_TEMP,
		    "no socket for the browser");
		if (sock != -1)
			(void)close(sock);
		return -1;
	}
	*port = ntohs(sin.sin_port);
	return sock;
}

static int
listener_hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ?
	    c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Append the value of a parameter; false if there is none. */
static bool
listener_param(const char *query, const char *key, struct buf *out)
{
	size_t n = strlen(key), k;
	const char *p;
	char c;

	for (; *query != '\0'; query += k + (query[k] == '&')) {
		k = strcspn(query, "&");
		if (k <= n || strncmp(query, key, n) != 0 || query[n] != '=')
			continue;
		for (p = query + n + 1; p < query + k; p++) {
			c = *p == '+' ? ' ' : *p;
			if (c == '%' && p + 2 < query + k &&
			    listener_hex(p[1]) != -1 &&
			    listener_hex(p[2]) != -1) {
				c = (char)(listener_hex(p[1]) * 16 +
				    listener_hex(p[2]));
				p += 2;
			}
			buf_add(out, &c, 1);
		}
		return true;
	}
	return false;
}

int
listener_parse(const char *text, const char *state, struct buf *code,
    struct fault *f)
{
	struct buf query = { .max = LINE, .secret = true };
	struct buf is = { .max = 256 }, error = { .max = 256 };
	struct buf words = { .max = 1024 };
	const char *p = strchr(text, '?');
	int rc = 0;

	if (p != NULL)
		buf_add(&query, p + 1, strcspn(p + 1, " \t\r\n#"));
	(void)listener_param(buf_text(&query), "state", &is);
	if (is.len != strlen(state) ||
	    !crypt_equal(buf_text(&is), state, is.len))
		goto out;
	if (listener_param(buf_text(&query), "error", &error)) {
		(void)listener_param(buf_text(&query), "error_description",
		    &words);
		rc = fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the provider refuses the login: %s%s%s",
		    buf_text(&error), words.len > 0 ? ": " : "",
		    buf_text(&words));
	} else if (listener_param(buf_text(&query), "code", code) &&
	    code->len > 0 && !code->full) {
		rc = 1;
	}
out:
	buf_release(&query);
	buf_release(&is);
	buf_release(&error);
	buf_release(&words);
	return rc;
}

/* Read until the line ends, at most for a while. */
static void
listener_read(int fd, struct buf *out)
{
	long long limit = clock_ms() + CLIENT_MS, left;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char block[1024];
	ssize_t n;

	while (strchr(buf_text(out), '\n') == NULL && !out->full &&
	    (left = limit - clock_ms()) > 0 && poll(&p, 1, (int)left) == 1 &&
	    (n = read(fd, block, sizeof(block))) > 0)
		buf_add(out, block, (size_t)n);
}

static void
listener_reply(int fd, int result)
{
	static const char head[] = "HTTP/1.1 %s\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Cache-Control: no-store\r\nConnection: close\r\n\r\n%s\n";
	struct buf b = { .max = 1024 };

	buf_addf(&b, head, result == 0 ? "404 Not Found" : "200 OK",
	    result == 1 ? "heloise has the code.  You may close this page." :
	    result == 0 ? "This is not the answer that heloise waits for." :
	    "The provider refused the login; see the terminal.");
	(void)send(fd, buf_text(&b), b.len, MSG_NOSIGNAL);
	buf_release(&b);
}

static int
listener_serve(int sock, const char *state, struct buf *code,
    struct fault *f)
{
	struct buf line = { .max = LINE, .secret = true };
	int fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int result = 0;
	const char *p;

	if (fd == -1)
		return 0;
	listener_read(fd, &line);
	p = buf_text(&line);
	if (strncmp(p, "GET ", 4) == 0) {
		line.p[strcspn(p, "\r\n")] = '\0';
		result = listener_parse(p + 4, state, code, f);
	}
	listener_reply(fd, result);
	(void)shutdown(fd, SHUT_WR);
	(void)close(fd);
	buf_release(&line);
	return result;
}

/* What a person pastes; other lines are ignored. */
static int
listener_pasted(struct buf *in, bool *open, const char *state,
    struct buf *code, struct fault *f)
{
	char block[1024], *end;
	ssize_t n = read(STDIN_FILENO, block, sizeof(block));
	int result = 0;

	if (n <= 0) {
		*open = false;
		return 0;
	}
	buf_add(in, block, (size_t)n);
	explicit_bzero(block, sizeof(block));
	if (in->full)
		buf_clear(in);
	while (result == 0 && in->len > 0 &&
	    (end = memchr(in->p, '\n', in->len)) != NULL) {
		*end = '\0';
		result = listener_parse(in->p, state, code, f);
		if (result == 0 && in->p[strspn(in->p, " \t\r")] != '\0')
			(void)puts("That is not the address of the last page "
			    "of this login.  Paste all of it.");
		(void)fflush(stdout);
		buf_drop(in, (size_t)(end - in->p) + 1);
	}
	return result;
}

int
listener_wait(int sock, const char *state, long long limit, struct buf *code,
    struct fault *f)
{
	struct pollfd p[2] = { { .fd = sock, .events = POLLIN },
	    { .fd = STDIN_FILENO, .events = POLLIN } };
	struct buf in = { .max = LINE, .secret = true };
	bool open = true;
	long long left;
	int result = 0;

	while (result == 0) {
		if ((left = limit - clock_ms()) <= 0) {
			result = fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
			    "nobody has logged in; run this again");
			break;
		}
		if (!open)
			p[1].fd = -1;
		if (poll(p, 2, (int)left) < 1)
			continue;
		if (p[0].revents != 0)
			result = listener_serve(sock, state, code, f);
		if (result == 0 && open && p[1].revents != 0)
			result = listener_pasted(&in, &open, state, code,
			    f);
	}
	buf_release(&in);
	return result == 1 ? 0 : -1;
}
