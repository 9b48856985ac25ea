/* t_agent_maildir.c - keeps mail in a maildir instead of sending it */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "agent/maildir.h"
#include "tap.h"

static char top[] = "/tmp/t_agent_maildir.XXXXXX";

/* A file that holds a message after three octets of something else. */
static int
message(const char *text)
{
	char *path = xasprintf("%s/message", top);
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, "abc", 3) != 3 ||
	    write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		abort();
	(void)unlink(path);
	free(path);
	return fd;
}

static char *
content(int dir, const char *name)
{
	char *text = xcalloc(300000, 1);
	int fd = openat(dir, name, O_RDONLY);

	if (fd == -1 || read(fd, text, 299999) == -1)
		text[0] = '\0';
	(void)close(fd);
	return text;
}

static size_t
entries(int dir, const char *part)
{
	int fd = openat(dir, part, O_RDONLY | O_DIRECTORY);
	DIR *d = fdopendir(fd);
	struct dirent *e;
	size_t n = 0;

	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

static void
keep(int dir)
{
	static const char text[] = "Subject: x\r\n\r\n.a\r\n\r\nb\r\n";
	struct envelope e = { 0 };
	struct fault f = { 0 };
	char name[64], *got;
	int fd = message(text);

	envelope_from(&e, "a@x");
	(void)envelope_add(&e, "b@x");
	(void)envelope_add(&e, "c@x");
	(void)envelope_add(&e, "d@x");
	rcpt_settle(&e.rcpt[1], NULL);
	is_int(maildir_keep(dir, &e, &(struct span){ fd, 3,
	    strlen(text) }, name, &f), 0, "kept");
	ok(strncmp(name, "new/", 4) == 0, "as new");
	got = content(dir, name);
	is(got, "Return-Path: <a@x>\nDelivered-To: b@x\nDelivered-To: d@x\n"
	    "Subject: x\n\n.a\n\nb\n", "in lines, for those without verdict");
	free(got);
	is_int((long long)entries(dir, "tmp"), 0, "nothing left over");
	is_int(maildir_keep(dir, &e, &(struct span){ fd, 3,
	    strlen(text) + 1 }, name, &f), -1,
	    "one that is cut short");
	ok(f.verdict == VD_TEMP, "may do better later");
	is_int((long long)entries(dir, "tmp"), 0, "and leaves nothing");
	is_int((long long)entries(dir, "new"), 1, "at all");
	(void)close(fd);
	envelope_release(&e);
}

/* Over several blocks, with CRLF at their border. */
static void
large(int dir)
{
	struct envelope e = { 0 };
	struct fault f = { 0 };
	char name[64], *text = xcalloc(200001, 1), *got, *p;
	size_t i, lines = 0;
	int fd;

	for (i = 0; i < 200000; i += 5)
		memcpy(text + i, "xyz\r\n", 5);
	fd = message(text);
	envelope_from(&e, "");
	(void)envelope_add(&e, "b@x");
	is_int(maildir_keep(dir, &e, &(struct span){ fd, 3, 200000 }, name,
	    &f), 0, "a large one");
	got = content(dir, name);
	for (p = got; (p = strstr(p, "xyz\n")) != NULL; p += 4)
		lines++;
	is_int((long long)lines, 40000, "all its lines");
	ok(strchr(got, '\r') == NULL, "without CR");
	ok(strncmp(got, "Return-Path: <>\n", 16) == 0, "the null sender");
	(void)close(fd);
	free(got);
	free(text);
	envelope_release(&e);
}

int
main(void)
{
	struct fault f = { 0 };
	char *path;
	int dir;

	if (mkdtemp(top) == NULL)
		return 1;
	path = xasprintf("%s/no/mail", top);
	is_int(maildir_open(path, &f), -1, "nowhere");
	ok(f.verdict == VD_TEMP && f.code == ENOENT, "says why");
	free(path);
	path = xasprintf("%s/mail", top);
	ok((dir = maildir_open(path, &f)) != -1, "made");
	keep(dir);
	large(dir);
	(void)close(dir);
	ok((dir = maildir_open(path, &f)) != -1, "opened again");
	(void)close(dir);
	free(path);
	path = xasprintf("rm -rf %s", top);
	if (system(path) != 0)
		return 1;
	free(path);
	return done();
}
