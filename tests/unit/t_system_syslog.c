/* t_system_syslog.c - where the lines of the log go */

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "system/syslog.h"
#include "tap.h"

static char dir[] = "/tmp/t_system_syslog.XXXXXX";

static char *
path(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void
say(const struct syslog *j, const char *line)
{
	syslog_write(j, SYSLOG_WARNING, line, strlen(line), 86400);
}

/* What a file holds now. */
static const char *
content(const char *name, char *out, size_t n)
{
	int fd = open(name, O_RDONLY);
	ssize_t got = fd != -1 ? read(fd, out, n - 1) : 0;

	out[got > 0 ? got : 0] = '\0';
	if (fd != -1)
		(void)close(fd);
	return out;
}

static void
files(void)
{
	char *file = path("log"), *link = path("link"), *hard = path("hard");
	char text[4096];
	struct syslog j, k;
	struct fault f = { 0 };
	struct stat st;

	ok(syslog_open(&j, file, "", false, true, &f) == 0, "a new file");
	ok(stat(file, &st) == 0 && (st.st_mode & 0777) == 0600,
	    "nobody else may read it");
	ok(syslog_open(&k, file, "", false, true, &f) == 0, "opened twice");
	say(&j, "one");
	say(&k, "two\nthree\033[2J");
	say(&j, "four");
	is(content(file, text, sizeof(text)), "one\ntwo?three?[2J\nfour\n",
	    "lines are appended and stay lines");
	syslog_close(&k);
	say(&k, "five");
	ok(strstr(content(file, text, sizeof(text)), "five") == NULL,
	    "a closed one takes nothing");
	(void)unlink(file);
	say(&j, "six");
	ok(access(file, F_OK) == -1, "a file that was moved is left alone");
	syslog_close(&j);
	ok(syslog_open(&j, file, "", false, false, &f) == 0, "opened anew");
	say(&j, "seven");
	syslog_close(&j);
	ok(strncmp(content(file, text, sizeof(text)), "1970-01-0", 9) == 0 &&
	    strstr(text, " heloise[") != NULL &&
	    strstr(text, "]: seven\n") != NULL, "time and name: %s", text);
	ok(symlink(file, link) == 0 && syslog_open(&j, link, "", false,
	    false, &f) == -1 && j.fd == -1, "no symbolic link: %s", f.text);
	(void)unlink(link);
	ok(linkat(AT_FDCWD, file, AT_FDCWD, hard, 0) == 0 &&
	    syslog_open(&j, file, "", false, false, &f) == -1,
	    "no second name: %s", f.text);
	ok(syslog_open(&j, dir, "", false, false, &f) == -1,
	    "no directory: %s", f.text);
	ok(syslog_open(&j, "/nowhere/log", "", false, false, &f) == -1 &&
	    strstr(f.text, "/nowhere/log") != NULL, "%s", f.text);
	say(&j, "lost");
	(void)unlink(file);
	(void)unlink(hard);
	free(file);
	free(link);
	free(hard);
}

/* Nobody reads, or not any more: nobody waits. */
static void
pipes(void)
{
	char *fifo = path("fifo"), *line = xmalloc(4001);
	long long start = clock_ms();
	struct syslog j;
	struct fault f = { 0 };
	int fd, i;
	char c;

	memset(line, 'x', 4000);
	line[4000] = '\0';
	ok(mkfifo(fifo, 0600) == 0 &&
	    syslog_open(&j, fifo, "", false, true, &f) == -1,
	    "a pipe that nobody reads: %s", f.text);
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	ok(syslog_open(&j, fifo, "", false, true, &f) == 0,
	    "one that somebody reads");
	say(&j, "hello");
	ok(read(fd, &c, 1) == 1 && c == 'h', "he gets the line");
	for (i = 0; i < 100; i++)
		say(&j, line);
	(void)close(fd);
	say(&j, "late");
	ok(clock_ms() - start < 10000,
	    "a full or broken pipe does not hold us");
	syslog_close(&j);
	(void)unlink(fifo);
	free(fifo);
	free(line);
}

static void
sockets(void)
{
	char *name = path("sock"), text[4096];
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), i;
	long long start = clock_ms();
	struct fault f = { 0 };
	struct syslog j;
	ssize_t n;

	ok(syslog_open(&j, "syslog", name, false, false, &f) == -1 &&
	    j.fd == -1, "no syslog: %s", f.text);
	say(&j, "lost");
	(void)strlcpy(sa.sun_path, name, sizeof(sa.sun_path));
	ok(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0 &&
	    syslog_open(&j, "syslog", name, false, true, &f) == 0,
	    "syslog");
	say(&j, "a\nb");
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[n > 0 ? n : 0] = '\0';
	ok(strncmp(text, "<20>Jan  ", 9) == 0 &&
	    strstr(text, " heloise[") != NULL &&
	    strcmp(strstr(text, "]: "), "]: a?b") == 0,
	    "as syslog(3) says it: %s", text);
	for (i = 0; i < 100000; i++)
		say(&j, "flood");
	ok(clock_ms() - start < 10000, "a slow one does not hold us");
	syslog_close(&j);
	ok(syslog_open(&j, "/etc/passwd", name, true, false, &f) == 0 &&
	    j.syslog, "with privileges a file is never opened");
	syslog_close(&j);
	(void)close(fd);
	(void)unlink(name);
	free(name);
}

static void
others(void)
{
	struct syslog j;
	struct fault f = { 0 };

	ok(syslog_open(&j, "none", "", false, false, &f) == 0 && j.fd == -1,
	    "none");
	say(&j, "lost");
	syslog_close(&j);
	ok(syslog_open(&j, "stderr", "", false, false, &f) == 0 &&
	    j.fd == STDERR_FILENO, "stderr");
	syslog_close(&j);
	ok(fcntl(STDERR_FILENO, F_GETFD) != -1, "which stays open");
	ok(syslog_open(&j, "/dev/null", "", false, false, &f) == 0,
	    "a device");
	syslog_close(&j);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL) {
		puts("Bail out! no directory");
		return 1;
	}
	(void)umask(077);
	(void)alarm(60);	/* whoever waits all the same */
	(void)setenv("TZ", "UTC", 1);
	(void)signal(SIGPIPE, SIG_IGN);
	files();
	pipes();
	sockets();
	others();
	(void)rmdir(dir);
	return done();
}
