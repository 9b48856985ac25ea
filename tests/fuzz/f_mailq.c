/*
 * f_mailq.c - what an operator sees of any file in the queue
 *
 * The input is the file of a message and, behind an empty octet, its note.
 * Lists and the message shown are printable; the list for programs is JSON.
 * An unusable file is listed with a reason.  What is removed is gone.
 */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "admin/mailq.h"
#include "base/util.h"

#include "json.h"

#define ID	"0123456789abcdef"
#define NOW	1795262762

struct world {
	struct spool	 spool;
	struct config	 config;
	struct explain	 explain;
	char		 path[64];
};

static struct world *world;

static void
leave(void)
{
	static const char *const names[] = { "queue", "failed", "slots", "" };
	char name[128];
	size_t i;

	for (i = 0; i < NITEMS(names); i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", world->path,
		    names[i]);
		(void)unlinkat(world->spool.dir, "run.lock", 0);
		(void)rmdir(name);
	}
}

static void
enter(void)
{
	static const struct config_source src = { .system = "/none" };
	const char *dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	struct fault f = { 0 };

	world = xcalloc(1, sizeof(*world));
	(void)snprintf(world->path, sizeof(world->path), "%s/fuzz-XXXXXX",
	    dir);
	CHECK(mkdtemp(world->path) != NULL);
	CHECK(spool_open(&world->spool, world->path, true, &f) == 0);
	config_init(&world->config);
	explain_init(&world->explain, &world->config, &src, "host.test");
	(void)atexit(leave);
}

static void
put(int dir, const char *name, const uint8_t *p, size_t n)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
	    0600);

	CHECK(fd != -1 && write(fd, p, n) == (ssize_t)n && close(fd) == 0);
}

static void
check_list(struct mailq *q, bool json)
{
	struct fault f = { 0 };
	char *text = NULL;
	size_t n;

	CHECK((q->out = open_memstream(&text, &n)) != NULL);
	CHECK(mailq_list(q, json, &f) == 0);
	CHECK(fclose(q->out) == 0);
	CHECK(n == strlen(text) && strstr(text, ID) != NULL);
	check_printable(text, n, true);
	CHECK(utf8_valid(text, n));
	if (json)
		CHECK(strcmp(json_check_value(text, 0), "\n") == 0);
	free(text);
}

static void
check_show(struct mailq *q)
{
	struct fault f = { 0 };
	char *text = NULL;
	size_t n;

	CHECK((q->out = open_memstream(&text, &n)) != NULL);
	if (mailq_show(q, ID, &f) == -1)
		CHECK(f.text[0] != '\0' && f.stage == ST_SPOOL);
	else
		CHECK(fflush(q->out) == 0 && n > 0);
	CHECK(fclose(q->out) == 0);
	check_printable(text, n, true);
	CHECK(utf8_valid(text, n));
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct settings set = { .retry_min = 60,
	    .retry_max = 10800, .expire = 432000 };
	struct mailq q = { .now = NOW, .set = &set };
	const uint8_t *nul;
	size_t first;
	int queue;

	if (n == 0 || n > 8192)
		return 0;
	if (world == NULL)
		enter();
	q.spool = &world->spool;
	q.explain = &world->explain;
	queue = world->spool.place[SPOOL_QUEUE];
	nul = memchr(p, '\0', n);
	first = nul != NULL ? (size_t)(nul - p) : n;
	put(queue, ID, p, first);
	if (nul != NULL)
		put(queue, ID ".note", nul + 1, n - first - 1);
	check_list(&q, false);
	check_list(&q, true);
	check_show(&q);
	CHECK(unlinkat(queue, ID, 0) == 0);
	CHECK(nul == NULL || unlinkat(queue, ID ".note", 0) == 0);
	return 0;
}
