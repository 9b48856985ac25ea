/*
 * bare.c - the least that two processes can cost on this machine
 *
 * usage: bare PORT N [LIBRARY]
 *	  bare DIRECTORY
 *
 * Sends standard input, a small text, to N recipients over the relay at
 * PORT, or puts it into a queue.  There are no settings, names, checks,
 * boxes or errors, and what is to be said is known: one process takes the
 * message, the other, which is forked first, maps LIBRARY and hands the
 * message over in three flights.  No mailer that parts its work in two can
 * be cheaper.
 */

#include <sys/mman.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <dlfcn.h>
#include <err.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MESSAGE	4096	/* octets that a message may have */

static void
hear(int fd)
{
	char reply[4096];

	if (read(fd, reply, sizeof(reply)) <= 0)
		errx(1, "the relay has left");
}

static void
say(int fd, const char *words, int n)
{
	if (write(fd, words, (size_t)n) != n)
		err(1, "write");
}

/* As CHUNKING has it: all that is left to say, at once. */
static void
send_to(int fd, int message, long n)
{
	size_t room = (size_t)n * 64 + MESSAGE + 256;
	char *all = malloc(room), text[MESSAGE];
	ssize_t size = pread(message, text, sizeof(text), 0);
	int used;
	long i;

	if (all == NULL || size == -1)
		err(1, "no message");
	used = snprintf(all, room, "MAIL FROM:<alice@example.org>\r\n");
	for (i = 1; i <= n; i++)
		used += snprintf(all + used, room - (size_t)used,
		    "RCPT TO:<bob%ld@example.org>\r\n", i);
	used += snprintf(all + used, room - (size_t)used,
	    "BDAT %zd LAST\r\n%.*sQUIT\r\n", size, (int)size, text);
	say(fd, all, used);
}

static void
courier(const int *pair, int message, char **argv)
{
	struct sockaddr_in relay = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons((in_port_t)strtol(argv[1], NULL, 10)) };
	int fd, keeper = pair[1];
	char word[4096];

	(void)close(pair[0]);
	if (argv[3] != NULL && dlopen(argv[3], RTLD_NOW) == NULL)
		errx(1, "%s", dlerror());
	hear(keeper);
	if ((fd = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(fd, (struct sockaddr *)&relay, sizeof(relay)) == -1)
		err(1, "connect");
	hear(fd);
	say(fd, "EHLO bench.example.org\r\n", 24);
	hear(fd);
	send_to(fd, message, strtol(argv[2], NULL, 10));
	while (read(fd, word, sizeof(word)) > 0)
		;
	say(keeper, "done", 4);
	_exit(0);
}

static void
take(int message)
{
	char text[MESSAGE];
	ssize_t size = read(STDIN_FILENO, text, sizeof(text));

	if (size == -1 || write(message, text, (size_t)size) != size)
		err(1, "no message");
}

static int
queue(const char *path)
{
	char from[64], to[32];
	int dir = open(path, O_RDONLY | O_DIRECTORY);
	int message = openat(dir, ".", O_RDWR | O_TMPFILE, 0600);

	take(message);
	(void)snprintf(from, sizeof(from), "/proc/self/fd/%d", message);
	(void)snprintf(to, sizeof(to), "%ld", (long)getpid());
	if (fsync(message) == -1 || linkat(AT_FDCWD, from, dir, to,
	    AT_SYMLINK_FOLLOW) == -1 || fsync(dir) == -1)
		err(1, "%s", path);
	return 0;
}

int
main(int argc, char **argv)
{
	int pair[2], message;

	if (argc == 2)
		_exit(queue(argv[1]));
	if (argc < 3 || setenv("GNUTLS_SKIP_GLOBAL_INIT", "1", 1) == -1 ||
	    (message = memfd_create("message", 0)) == -1 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		errx(64, "usage: bare PORT N [LIBRARY] | bare DIRECTORY");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		courier(pair, message, argv);
	}
	(void)close(pair[1]);
	take(message);
	say(pair[0], "go", 2);
	hear(pair[0]);
	_exit(0);
}
