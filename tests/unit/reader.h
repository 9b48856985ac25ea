/* reader.h - the files of another program, and the draft made of them */

#ifndef READER_H
#define READER_H

#include <sys/stat.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "setup/draft.h"
#include "tap.h"

typedef int reader(struct draft *, const char *, struct fault *);

static char reader_dir[] = "/tmp/t_setup.XXXXXX";

static __attribute__((__unused__)) void
reader_begin(void)
{
	if (mkdtemp(reader_dir) == NULL || setenv("HOME", reader_dir, 1) == -1)
		exit(1);
}

static __attribute__((__unused__)) char *
reader_path(const char *name)
{
	return xasprintf("%s/%s", reader_dir, name);
}

static __attribute__((__unused__)) void
reader_write(const char *name, const char *text)
{
	char *path = reader_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) == -1 ||
	    close(fd) == -1)
		exit(1);
	free(path);
}

static __attribute__((__unused__)) void
reader_remove(const char *name)
{
	char *path = reader_path(name);

	(void)unlink(path);
	free(path);
}

/* The text with the directory's name for "@"; to be freed. */
static __attribute__((__unused__)) char *
reader_long(const char *text)
{
	struct buf b = { .max = 65536 };
	char *all;

	for (; *text != '\0'; text++)
		if (*text == '@')
			buf_adds(&b, reader_dir);
		else
			buf_add(&b, text, 1);
	all = xstrdup(buf_text(&b));
	buf_release(&b);
	return all;
}

/* All of p, with "@" where the directory's name was. */
static char *
reader_short(const char *p)
{
	struct buf b = { .max = 65536 };
	char *text;
	size_t n = strlen(reader_dir);

	for (; *p != '\0'; p++)
		if (strncmp(p, reader_dir, n) == 0) {
			buf_adds(&b, "@");
			p += n - 1;
		} else {
			buf_add(&b, p, 1);
		}
	text = xstrdup(buf_text(&b));
	buf_release(&b);
	return text;
}

/*
 * Read the file of that name.  want is the draft, without its first lines
 * and with one blank between key and value; check what is to be checked.
 */
static __attribute__((__unused__)) void
reader_is(reader *read_file, const char *name, const char *want,
    const char *check, const char *what)
{
	struct buf text = { .max = 65536 }, thin = { .max = 65536 };
	struct draft d;
	struct fault f = { 0 };
	char *path = reader_path(name), *got;
	const char *p;

	draft_init(&d);
	ok(read_file(&d, path, &f) == 0, "%s: is read: %s", what, f.text);
	got = reader_short(buf_text(&d.check));
	is(got, check, "%s: to check", what);
	free(got);
	buf_clear(&d.check);
	d.nchecks = 0;
	draft_text(&d, "x", false, &text);
	for (p = buf_text(&text) + 5; *p != '\0'; p++)
		if (p[0] != ' ' || p[1] != ' ')
			buf_add(&thin, p, 1);
	got = reader_short(buf_text(&thin));
	is(got, want, "%s: the draft", what);
	free(got);
	buf_release(&text);
	buf_release(&thin);
	draft_release(&d);
	free(path);
}

/* A file that is not there is a fault. */
static __attribute__((__unused__)) int
reader_end(reader *read_file)
{
	struct draft d;
	struct fault f = { 0 };
	char *path = reader_path("missing/file");

	draft_init(&d);
	ok(read_file(&d, path, &f) == -1 && strstr(f.text, path) != NULL,
	    "a missing file: %s", f.text);
	draft_release(&d);
	free(path);
	(void)rmdir(reader_dir);
	return done();
}

#endif
