/*
 * https.c - a web server that answers what a test wants
 *
 * usage: https CERT DIR
 *
 * CERT holds a certificate and its key.  Says its port on 127.0.0.1 and ends
 * with its input.  It appends each request to DIR/requests, a line "METHOD
 * PATH BODY", and sends the content of DIR/answer-N to the Nth of them, or
 * else that of DIR/answer, just as it is.  If there is DIR/delay it first
 * waits for so many milliseconds, or until the client has gone.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *dir;

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* All of a request: the header, and the body that it announces. */
static char *
read_request(gnutls_session_t tls)
{
	static char text[262144];
	size_t n = 0, want = 0;
	const char *p, *end;
	ssize_t k;

	for (text[0] = '\0'; n + 1 < sizeof(text); text[n] = '\0') {
		if ((end = strstr(text, "\r\n\r\n")) != NULL) {
			p = strcasestr(text, "\r\nContent-Length:");
			if (p != NULL)
				want = strtoul(p + 17, NULL, 10);
			if (n >= (size_t)(end - text) + 4 + want)
				return text;
		}
		k = gnutls_record_recv(tls, text + n, sizeof(text) - 1 - n);
		if (k <= 0)
			return NULL;
		n += (size_t)k;
	}
	return NULL;
}

static void
note_request(const char *text)
{
	const char *body = strstr(text, "\r\n\r\n") + 4;
	char path[4096];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/requests", dir);
	if ((out = fopen(path, "a")) == NULL)
		die(path);
	fprintf(out, "%.*s %s\n", (int)(strstr(text, " HTTP/") - text), text,
	    body);
	(void)fclose(out);
}

static void
wait_first(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char path[4096], text[32] = "";
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/delay", dir);
	if ((in = fopen(path, "r")) == NULL)
		return;
	if (fgets(text, sizeof(text), in) != NULL)
		(void)poll(&p, 1, (int)strtol(text, NULL, 10));
	(void)fclose(in);
}

static void
send_answer(gnutls_session_t tls, unsigned number)
{
	char path[4096], block[16384];
	size_t n;
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/answer-%u", dir, number);
	if ((in = fopen(path, "r")) == NULL) {
		(void)snprintf(path, sizeof(path), "%s/answer", dir);
		if ((in = fopen(path, "r")) == NULL)
			return;
	}
	while ((n = fread(block, 1, sizeof(block), in)) > 0)
		if (gnutls_record_send(tls, block, n) < 0)
			break;
	(void)fclose(in);
}

static void
serve(int fd, gnutls_certificate_credentials_t cred)
{
	static unsigned number;
	gnutls_session_t tls;
	const char *text;

	gnutls_init(&tls, GNUTLS_SERVER);
	gnutls_set_default_priority(tls);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, cred);
	gnutls_transport_set_int(tls, fd);
	gnutls_handshake_set_timeout(tls, 5000);
	if (gnutls_handshake(tls) == 0 && (text = read_request(tls)) != NULL) {
		note_request(text);
		wait_first(fd);
		send_answer(tls, ++number);
		(void)gnutls_bye(tls, GNUTLS_SHUT_WR);
	}
	gnutls_deinit(tls);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	gnutls_certificate_credentials_t cred;
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
	    { .events = POLLIN } };
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	if (argc != 3)
		return 64;
	dir = argv[2];
	(void)signal(SIGPIPE, SIG_IGN);
	gnutls_certificate_allocate_credentials(&cred);
	if (gnutls_certificate_set_x509_key_file(cred, argv[1], argv[1],
	    GNUTLS_X509_FMT_PEM) < 0)
		die(argv[1]);
	if (sock == -1 ||
	    bind(sock, (struct sockaddr *)&sin, sizeof(sin)) == -1 ||
	    listen(sock, 64) == -1 ||
	    getsockname(sock, (struct sockaddr *)&sin, &len) == -1)
		die("socket");
	printf("%d\n", ntohs(sin.sin_port));
	(void)fflush(stdout);
	p[1].fd = sock;
	for (;;) {
		if (poll(p, 2, -1) < 1)
			continue;
		if (p[0].revents != 0)
			return 0;
		if ((fd = accept(sock, NULL, NULL)) == -1)
			continue;
		serve(fd, cred);
		(void)close(fd);
	}
}
