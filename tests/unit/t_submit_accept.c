/*
 * t_submit_accept.c - stdin to a message and an envelope
 *
 * Each row goes into an unnamed file, and into a spool, where it is
 * committed and read back: both hold the same.
 */

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "spool/claim.h"
#include "submit/accept.h"
#include "tap.h"

#define FULL	"Date: 1 Jan 26 10:00 GMT\nFrom: a@x.test\nMessage-ID: <y>\nTo: b@x.test\n"
#define WIRE	"Date: 1 Jan 26 10:00 GMT\r\nFrom: a@x.test\r\nMessage-ID: <y>\r\n" \
		"To: b@x.test\r\n"
#define MIME	"MIME-Version: 1.0\r\n"
#define PLAIN	"Content-Type: text/plain; charset=utf-8\r\n"

static const struct {
	const char	*title;
	const char	*in;
	size_t		 line;		/* so many "a" after it */
	bool		 raw;		/* no repair */
	const char	*out;		/* the beginning of it */
	bool		 eightbit;
} rows[] = {
	{ "nothing to mend", FULL "\nbody\n", 0, false,
	    WIRE "\r\nbody\r\n", false },
	{ "8-bit", FULL "\n\303\266\n", 0, false, WIRE MIME PLAIN
	    "Content-Transfer-Encoding: 8bit\r\n\r\n\303\266\r\n", true },
	{ "8-bit, no repair", FULL "\n\303\266\n", 0, true,
	    WIRE "\r\n\303\266\r\n", true },
	{ "long", FULL "\n\303\266\n", 5000, false, WIRE MIME PLAIN
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=B6\r\n"
	    "aaaa", false },
	{ "long, no repair", FULL "\n", 5000, true, WIRE "\r\naaaa", false },
	{ "long and large", FULL "\n", 3000000, false, WIRE MIME
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n\r\naaaa",
	    false },
};

/* What was read, what became of it, and what it takes. */
struct reading {
	struct message_opts opts;
	struct spool_meta meta;
	struct envelope	 env;
	struct store	 store;
	struct accept	 submit;
	struct fault	 f;
};

static int
input(size_t row)
{
	char block[4096];
	size_t left = rows[row].line, k, n = strlen(rows[row].in);
	int fd = memfd_create("t_submit_accept", MFD_CLOEXEC);
	bool good = fd != -1 && write(fd, rows[row].in, n) == (ssize_t)n;

	memset(block, 'a', sizeof(block));
	for (; good && left > 0; left -= k) {
		k = left < sizeof(block) ? left : sizeof(block);
		good = write(fd, block, k) == (ssize_t)k;
	}
	if (!good || lseek(fd, 0, SEEK_SET) == -1) {
		perror("memfd");
		exit(1);
	}
	return fd;
}

static int
read_from(struct reading *r, int in, bool raw, struct spool *spool)
{
	int status;

	*r = (struct reading){ .opts = { .user = "joe", .sender = "a@x.test",
	    .hostname = "h.test", .unique = "u", .extract = true,
	    .repair = !raw } };
	status = store_begin(&r->store, spool, &r->f);
	if (status == 0) {
		accept_init(&r->submit, &r->opts, &r->env, &r->store,
		    &r->meta, 0);
		status = accept_read(&r->submit, in, &r->f);
		accept_release(&r->submit);
	}
	(void)close(in);
	return status;
}

static int
read_row(struct reading *r, size_t row, struct spool *spool)
{
	return read_from(r, input(row), rows[row].raw, spool);
}

static void
release(struct reading *r)
{
	store_release(&r->store);
	envelope_release(&r->env);
}

/* The octets of a message in a file. */
static char *
contents(int fd, off_t at, size_t size)
{
	char *s = xcalloc(1, size + 1);

	if (pread(fd, s, size, at) != (ssize_t)size)
		s[0] = '\0';
	return s;
}

static int
open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

static void
test_row(size_t row, struct spool *spool)
{
	struct reading r, kept;
	char *text, *again, *start;
	int files = open_files();

	is_int(read_row(&r, row, NULL), 0, "%s", rows[row].title);
	text = contents(r.store.fd, r.store.at, r.store.size);
	start = xstrndup(text, strlen(rows[row].out));
	is(start, rows[row].out, "its text");
	ok(strlen(text) > rows[row].line, "all of it: %zu", strlen(text));
	is_int(r.env.eightbit, rows[row].eightbit, "8-bit");
	is_int(read_row(&kept, row, spool), 0, "the same into a spool");
	is_int(spool_commit(spool, &kept.store.file, SPOOL_QUEUE, &kept.env,
	    NULL, &kept.f), 0, "which takes it: %s", kept.f.text);
	again = contents(kept.store.fd, kept.store.at, kept.store.size);
	ok(strcmp(again, text) == 0, "and has the same");
	is_int(kept.env.eightbit, rows[row].eightbit, "8-bit");
	free(again);
	free(start);
	free(text);
	release(&r);
	release(&kept);
	is_int(open_files(), files, "no descriptor is left over");
}

/* The message comes in two parts, each after a while. */
static void
write_slowly(int out)
{
	size_t n = sizeof(FULL) - 1;

	(void)poll(NULL, 0, 200);
	if (write(out, FULL, n) != (ssize_t)n)
		_exit(1);
	(void)poll(NULL, 0, 200);
	_exit(write(out, "\nbody\n", 6) != 6);
}

/* A descriptor that does not block is waited for. */
static void
test_nonblocking(void)
{
	struct reading r;
	clock_t start;
	int pipes[2], status = -1;
	char *text;
	pid_t pid;

	(void)fflush(stdout);
	if (pipe2(pipes, O_CLOEXEC | O_NONBLOCK) == -1 || (pid = fork()) == -1)
		abort();
	if (pid == 0)
		write_slowly(pipes[1]);
	(void)close(pipes[1]);
	start = clock();
	is_int(read_from(&r, pipes[0], false, NULL), 0, "it does not block");
	ok(clock() - start < CLOCKS_PER_SEC / 10, "wait without work");
	text = contents(r.store.fd, r.store.at, r.store.size);
	is(text, WIRE "\r\nbody\r\n", "all of the text");
	(void)waitpid(pid, &status, 0);
	is_int(status, 0, "the writer is content");
	free(text);
	release(&r);
}

/* What was committed can be claimed: the file is what it says it is. */
static void
test_committed(struct spool *spool, size_t want)
{
	DIR *d = fdopendir(dup(spool->place[SPOOL_QUEUE]));
	struct spool_file file;
	struct envelope env;
	struct spool_meta meta;
	struct note note;
	struct fault f = { 0 };
	struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (!spool_is_id(e->d_name))
			continue;
		env = (struct envelope){ 0 };
		meta = (struct spool_meta){ 0 };
		is_int(spool_claim(spool, SPOOL_QUEUE, e->d_name, &file, &env,
		    &meta, &note, &f), CLAIM_OK, "claimed: %s", f.text);
		spool_release(spool, &file);
		envelope_release(&env);
		spool_meta_release(&meta);
		n++;
	}
	(void)closedir(d);
	is_int((long long)n, (long long)want, "messages in the queue");
}

static int
erase(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int
main(void)
{
	char dir[] = "/tmp/t_submit_accept.XXXXXX";
	struct spool spool;
	struct fault f = { 0 };
	size_t i;

	if (mkdtemp(dir) == NULL || spool_open(&spool, dir, true, &f) == -1) {
		printf("Bail out! no spool: %s\n", f.text);
		return 1;
	}
	for (i = 0; i < NITEMS(rows); i++)
		test_row(i, &spool);
	test_nonblocking();
	test_committed(&spool, NITEMS(rows));
	spool_close(&spool);
	(void)nftw(dir, erase, 8, FTW_DEPTH | FTW_PHYS);
	return done();
}
