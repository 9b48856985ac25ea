/*
 * gsasl.c - a mail server that leaves logins to GNU SASL
 *
 * usage: gsasl CERT USER PASSWORD
 *
 * Listens at a port of 127.0.0.1, which it prints, with STARTTLS, and ends
 * when stdin does.  It offers SCRAM bound to the TLS session and not bound,
 * and throws away the mail of those who have logged in.
 */

#include <sys/socket.h>

#include <arpa/inet.h>
#include <err.h>
#include <gnutls/gnutls.h>
#include <gsasl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../relay/conn.h"
#include "base/util.h"

struct server {
	gnutls_certificate_credentials_t cred;
	Gsasl		*sasl;
	const char	*user, *password;
	struct conn	*c;
	bool		 known;		/* somebody has logged in */
};

/* What names the TLS session, in base64. */
static int
give_binding(struct server *s, Gsasl_session *login, Gsasl_property p)
{
	gnutls_datum_t d = { 0 };
	char *text = NULL;
	size_t n;
	int e = GSASL_NO_CB_TLS_EXPORTER;

	if (s->c->tls == NULL || gnutls_session_channel_binding(s->c->tls,
	    p == GSASL_CB_TLS_UNIQUE ? GNUTLS_CB_TLS_UNIQUE :
	    GNUTLS_CB_TLS_EXPORTER, &d) < 0)
		return e;
	if (gsasl_base64_to((const char *)d.data, d.size, &text, &n) ==
	    GSASL_OK)
		e = gsasl_property_set(login, p, text);
	gsasl_free(text);
	gnutls_free(d.data);
	return e;
}

static int
asked(Gsasl *sasl, Gsasl_session *login, Gsasl_property p)
{
	struct server *s = gsasl_callback_hook_get(sasl);
	const char *user;

	if (p == GSASL_CB_TLS_UNIQUE || p == GSASL_CB_TLS_EXPORTER)
		return give_binding(s, login, p);
	user = gsasl_property_fast(login, GSASL_AUTHID);
	if (p != GSASL_PASSWORD || user == NULL ||
	    strcmp(user, s->user) != 0)
		return GSASL_NO_CALLBACK;
	return gsasl_property_set(login, GSASL_PASSWORD, s->password);
}

/* Challenge and answer, until GNU SASL has made up its mind. */
static int
converse(struct server *s, Gsasl_session *login, const char *initial)
{
	struct buf line = { .max = CONN_IN };
	const char *in = initial != NULL ? initial : "";
	char *out = NULL, *say;
	int e;

	for (;;) {
		gsasl_free(out);
		out = NULL;
		e = gsasl_step64(login, in, &out);
		if ((e != GSASL_OK && e != GSASL_NEEDS_MORE) ||
		    (e == GSASL_OK && (out == NULL || *out == '\0')))
			break;
		/* SMTP has the last word of the server as a challenge. */
		say = xasprintf("334 %s", out != NULL ? out : "");
		conn_say(s->c, say);
		free(say);
		buf_clear(&line);
		if (!conn_line(s->c, &line)) {
			e = GSASL_AUTHENTICATION_ERROR;
			break;
		}
		if (e == GSASL_OK)
			break;
		in = buf_text(&line);
	}
	gsasl_free(out);
	buf_release(&line);
	return e;
}

static void
do_auth(struct server *s, char *arg)
{
	char *initial = strchr(arg, ' ');
	Gsasl_session *login;

	if (initial != NULL)
		*initial++ = '\0';
	if (gsasl_server_start(s->sasl, arg, &login) != GSASL_OK) {
		conn_say(s->c, "504 5.5.4 No such mechanism");
		return;
	}
	s->known = converse(s, login, initial) == GSASL_OK;
	gsasl_finish(login);
	conn_say(s->c, s->known ? "235 2.7.0 Welcome" :
	    "535 5.7.8 GNU SASL does not agree");
}

static void
do_data(struct server *s)
{
	struct buf line = { .max = CONN_IN };

	conn_say(s->c, "354 Go on");
	while (conn_line(s->c, &line) && strcmp(buf_text(&line), ".") != 0)
		buf_clear(&line);
	buf_release(&line);
	conn_say(s->c, "250 2.0.0 Thank you");
}

static void
do_ehlo(struct server *s)
{
	conn_say(s->c, s->c->tls == NULL ?
	    "250-gsasl.example.org\n250 STARTTLS" :
	    "250-gsasl.example.org\n250 AUTH SCRAM-SHA-1 SCRAM-SHA-256 "
	    "SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS");
}

static bool
is(const char *line, const char *verb)
{
	return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void
command(struct server *s, char *line)
{
	if (is(line, "EHLO "))
		do_ehlo(s);
	else if (is(line, "STARTTLS")) {
		conn_say(s->c, "220 Ready");
		(void)conn_tls(s->c, s->cred, "NORMAL", false);
	} else if (is(line, "AUTH "))
		do_auth(s, line + 5);
	else if (is(line, "QUIT")) {
		conn_say(s->c, "221 2.0.0 Bye");
		s->c->over = true;
	} else if (!s->known)
		conn_say(s->c, "530 5.7.0 Log in first");
	else if (is(line, "DATA"))
		do_data(s);
	else
		conn_say(s->c, "250 2.0.0 Ok");
}

static void
serve(struct server *s, int fd)
{
	static struct conn c;
	struct buf line = { .max = CONN_IN };
	char *text;

	conn_init(&c, fd, -1, -1);
	s->c = &c;
	s->known = false;
	conn_say(&c, "220 gsasl.example.org ESMTP");
	while (!c.over && conn_line(&c, &line)) {
		text = xstrdup(buf_text(&line));
		command(s, text);
		free(text);
		buf_clear(&line);
	}
	buf_release(&line);
	conn_close(&c, CONN_CLOSE);
}

static int
listen_at(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, n) == -1 ||
	    listen(fd, 16) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sin, &n) == -1)
		err(1, "listen");
	(void)printf("%d\n", ntohs(sin.sin_port));
	(void)fflush(stdout);
	return fd;
}

int
main(int argc, char **argv)
{
	struct server s = { 0 };
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN },
	    { .events = POLLIN } };
	int fd;

	if (argc != 4)
		errx(64, "usage: gsasl CERT USER PASSWORD");
	s.user = argv[2];
	s.password = argv[3];
	if (gnutls_certificate_allocate_credentials(&s.cred) < 0 ||
	    gnutls_certificate_set_x509_key_file(s.cred, argv[1], argv[1],
	    GNUTLS_X509_FMT_PEM) < 0 || gsasl_init(&s.sasl) != GSASL_OK)
		errx(1, "%s: no certificate, or no GNU SASL", argv[1]);
	gsasl_callback_set(s.sasl, asked);
	gsasl_callback_hook_set(s.sasl, &s);
	(void)signal(SIGPIPE, SIG_IGN);
	p[1].fd = listen_at();
	while (poll(p, 2, -1) > 0 && p[0].revents == 0)
		if ((fd = accept4(p[1].fd, NULL, NULL, SOCK_CLOEXEC |
		    SOCK_NONBLOCK)) != -1)
			serve(&s, fd);
	gsasl_done(s.sasl);
	gnutls_certificate_free_credentials(s.cred);
	return 0;
}
