/* answering.h - a relay in clear that answers each command by a table */

#ifndef ANSWERING_H
#define ANSWERING_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Replies to the start of a command; others get 250.  It ends with NULL. */
struct answering_reply {
	const char	*command, *reply;
};

struct answering {
	int		 port;
	pid_t		 pid;
};

#define ANSWERING_EHLO	"250-relay.test\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"

static const char *
answering_find(const struct answering_reply *r, const char *line)
{
	for (; r->command != NULL; r++)
		if (strncasecmp(line, r->command, strlen(r->command)) == 0)
			return r->reply;
	return strncasecmp(line, "EHLO", 4) == 0 ? ANSWERING_EHLO :
	    strncasecmp(line, "QUIT", 4) == 0 ? "221 bye\r\n" :
	    strncasecmp(line, "DATA", 4) == 0 ? "354 go\r\n" : "250 ok\r\n";
}

static void
answering_serve(int fd, const struct answering_reply *r)
{
	FILE *in = fdopen(fd, "r+");
	char line[4096];
	bool data = false;
	const char *reply;

	if (in == NULL)
		_exit(1);
	(void)dprintf(fd, "220 relay.test\r\n");
	while (fgets(line, sizeof(line), in) != NULL) {
		if (data && strcmp(line, ".\r\n") != 0)
			continue;
		reply = data ? "250 taken\r\n" : answering_find(r, line);
		data = strncmp(reply, "354", 3) == 0;
		(void)dprintf(fd, "%s", reply);
	}
	(void)fclose(in);
}

/* Start it on a port of the loopback. */
static __attribute__((__unused__)) void
answering_start(struct answering *a, const struct answering_reply *r)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(sin);
	int s = socket(AF_INET, SOCK_STREAM, 0), fd;

	if (s == -1 || bind(s, (struct sockaddr *)&sin, n) == -1 ||
	    listen(s, 8) == -1 ||
	    getsockname(s, (struct sockaddr *)&sin, &n) == -1 ||
	    (a->pid = fork()) == -1)
		exit(1);
	while (a->pid == 0)
		if ((fd = accept(s, NULL, NULL)) != -1)
			answering_serve(fd, r);
	(void)close(s);
	a->port = ntohs(sin.sin_port);
}

static __attribute__((__unused__)) void
answering_stop(const struct answering *a)
{
	(void)kill(a->pid, SIGKILL);
	(void)waitpid(a->pid, NULL, 0);
}

#endif
