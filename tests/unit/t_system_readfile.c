/* t_system_readfile.c - all of a file, up to a limit */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/util.h"
#include "system/readfile.h"
#include "tap.h"

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) !=
	    (ssize_t)strlen(text) || close(fd) == -1)
		perror(path);
}

static void
limits(const char *path)
{
	static const struct { const char *has, *text; int code; } t[] = {
		{ "", "", 0 }, { "", "1234", 0 }, { "", "12345", EFBIG },
		{ "ab", "12", 0 }, { "ab", "123", EFBIG },
	};
	struct buf b = { .max = 4 };
	struct fault f;
	struct stat st;
	char want[16];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		fault_clear(&f);
		buf_clear(&b);
		buf_adds(&b, t[i].has);
		put(path, t[i].text);
		is_int(readfile_whole(path, false, &b, &st, &f),
		    t[i].code == 0 ? 0 : -1, "\"%s\" + \"%s\"", t[i].has,
		    t[i].text);
		is_int(f.code, t[i].code, "its code: %s", f.text);
		(void)snprintf(want, sizeof(want), "%s%s", t[i].has,
		    t[i].text);
		if (t[i].code == 0)
			is(buf_text(&b), want, "all of it is there");
	}
	ok((size_t)st.st_size == strlen(t[NITEMS(t) - 1].text), "status");
	buf_release(&b);
}

static void
kinds(const char *dir)
{
	static const struct {
		const char *path;
		bool special;
		int code;
	} t[] = {
		{ "none", false, ENOENT }, { ".", false, EISDIR },
		{ ".", true, EISDIR }, { "fifo", false, EINVAL },
		{ "fifo", true, 0 }, { "../../dev/null", false, EINVAL },
		{ "../../dev/null", true, 0 },
		{ "../../dev/zero", true, EFBIG },
	};
	struct buf b = { .max = 100 };
	struct fault f;
	struct stat st;
	char path[100];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		fault_clear(&f);
		(void)snprintf(path, sizeof(path), "%s/%s", dir, t[i].path);
		is_int(readfile_whole(path, t[i].special, &b, &st, &f),
		    t[i].code == 0 ? 0 : -1, "%s%s", t[i].path,
		    t[i].special ? ", special" : "");
		ok(f.code == t[i].code && (f.code == 0 || f.domain == FD_ERRNO),
		    "its code: %s", f.text);
	}
	buf_release(&b);
}

int
main(void)
{
	char dir[] = "/tmp/t_system_readfile.XXXXXX", path[64];

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/fifo", dir);
	if (mkfifo(path, 0600) == -1)
		perror(path);
	kinds(dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	limits(path);
	(void)unlink(path);
	(void)rmdir(dir);
	return done();
}
