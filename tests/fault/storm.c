/*
 * storm.c - many messages, and processes or a relay that give up under way
 *
 * usage: storm HELOISE RELAY SHIM CERTS DIR [SEED]
 *
 * Every message must arrive; which may arrive twice is known each time.
 */

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <dirent.h>
#include <fcntl.h>

#include "place.h"

#define LETTERS	2000		/* at most */
#define IN_HAND	10		/* how many the dispatcher has given at once */
#define RUNS	300		/* so many must be enough */

struct letter {
	unsigned	 came;		/* how often */
	unsigned long	 first;		/* as the n-th of all */
	bool		 doubt;		/* a note said so */
	bool		 excused;	/* it may come twice */
};

struct storm {
	struct place	 p;
	unsigned	 n;
	struct letter	 letter[LETTERS];
	unsigned long	 last;		/* number of the latest arrival */
	unsigned	 foreign, runs, kills;
	unsigned	 share[4];	/* by the name in HELO */
	bool		 hung;
};

/* Of the queue over one connection, and over as many as it likes. */
static const char *const q[] = { "--connections", "1", "-q", NULL };
static const char *const q5[] = { "--connections", "5", "-q", NULL };
static int tests, failures;

static void
ok(bool good, const char *name)
{
	(void)printf("%sok %d - %s\n", good ? "" : "not ", ++tests, name);
	failures += !good;
}

/* Letters by SMTP, the quickest way in: queued, or delivered as far as may be.
 */
static void
submit(struct storm *s, const char *port, bool queue, unsigned from,
    unsigned to)
{
	const char *const args[] = { "-bs", queue ? "-odq" : "-odi", NULL };
	const struct job j = { .port = port, .args = args };
	char path[300];
	FILE *fp;
	int status;
	unsigned i;

	(void)snprintf(path, sizeof(path), "%s/letter", s->p.dir);
	if ((fp = fopen(path, "we")) == NULL)
		err(1, "%s", path);
	(void)fprintf(fp, "EHLO app.example.org\r\n");
	for (i = from; i < to; i++)
		(void)fprintf(fp, "MAIL FROM:<alice@example.org>\r\n"
		    "RCPT TO:<good@example.org>\r\nDATA\r\n"
		    "Subject: one of many\r\nX-Letter: %u\r\n\r\n"
		    "last line of %u\r\n.\r\n", i, i);
	(void)fprintf(fp, "QUIT\r\n");
	if (fclose(fp) != 0)
		err(1, "%s", path);
	s->hung |= !place_wait(&s->p, place_start(&s->p, &j), &status);
	if (status != 0)
		errx(1, "-bs ended with status %x", (unsigned)status);
}

static void
see(void *ctx, unsigned long number, const char *env, const char *msg)
{
	struct storm *s = ctx;
	const char *at = strstr(msg, "\r\nX-Letter: ");
	const char *who = strstr(env, "helo r");
	char end[64];
	size_t n;
	unsigned i;

	if (number > s->last)
		s->last = number;
	i = at != NULL ? (unsigned)strtoul(at + 12, NULL, 10) : LETTERS;
	n = (size_t)snprintf(end, sizeof(end), "\r\nlast line of %u\r\n", i);
	if (i >= s->n || strlen(msg) < n ||
	    strcmp(msg + strlen(msg) - n, end) != 0) {
		s->foreign++;
		return;
	}
	if (s->letter[i].came++ == 0 || number < s->letter[i].first)
		s->letter[i].first = number;
	if (who != NULL && who[6] >= '0' && who[6] < '4')
		s->share[who[6] - '0']++;
}

static unsigned
waiting(const struct storm *s)
{
	return place_entries(&s->p, "queue", false, false);
}

/* Everything came; twice only what was excused. */
static void
count(const struct storm *s, const char *name)
{
	unsigned i, lost = 0, twice = 0, wrong = 0;
	char text[200];

	for (i = 0; i < s->n; i++) {
		lost += s->letter[i].came == 0;
		twice += s->letter[i].came > 1;
		wrong += s->letter[i].came > 1 && !s->letter[i].excused;
	}
	(void)printf("# %s: %u letters, %u lost, %u came twice (%u of them "
	    "without excuse), %u things that are none\n", name, s->n, lost,
	    twice, wrong, s->foreign);
	(void)snprintf(text, sizeof(text), "%s: every one arrives", name);
	ok(lost == 0 && s->foreign == 0 && s->n > 0, text);
	(void)snprintf(text, sizeof(text),
	    "%s: none twice but those in doubt", name);
	ok(wrong == 0, text);
	(void)snprintf(text, sizeof(text),
	    "%s: the queue is empty and nothing hung", name);
	ok(place_entries(&s->p, "queue", true, true) == 0 && !s->hung, text);
}

static void
reset(struct storm *s, unsigned n)
{
	memset(s->letter, 0, sizeof(s->letter));
	s->n = n;
	s->last = 0;
	s->foreign = s->runs = s->kills = 0;
	s->hung = false;
}

static void
nap(long ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&t, NULL);
}

static unsigned
arrived(const struct storm *s, enum relay which)
{
	const struct dirent *entry;
	DIR *d = opendir(s->p.post[which].store);
	unsigned n = 0;

	while (d != NULL && (entry = readdir(d)) != NULL)
		n += strstr(entry->d_name, ".msg") != NULL;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

/* Of the letters that had come, so many may not be crossed out yet. */
static void
excuse(struct storm *s, unsigned in_hand)
{
	unsigned i;

	for (i = 0; i < s->n; i++)
		if (s->letter[i].came > 0 &&
		    s->letter[i].first + in_hand > s->last)
			s->letter[i].excused = true;
}

/* A run that is cut short when so many letters have come. */
static void
cut_run(struct storm *s, unsigned connections, unsigned after, unsigned who)
{
	const struct job j = { .port = s->p.post[AFTER].port,
	    .args = connections == 1 ? q : q5 };
	pid_t pid = place_start(&s->p, &j), kid[2];
	unsigned i, n;
	int status;

	do {
		nap(1);
		n = place_children(&s->p, pid, kid, 2);
	} while ((n < 2 || arrived(s, AFTER) < after) &&
	    waitpid(pid, &status, WNOHANG) == 0);
	/* The agent, the dispatcher, or all there are. */
	if (who == 2)
		(void)kill(pid, SIGKILL);
	for (i = 0; i < n; i++)
		if (who == 2 || i == who)
			(void)kill(kid[i], SIGKILL);
	s->kills += n > 0;
	s->runs++;
	s->hung |= !place_wait(&s->p, pid, &status);
	post_collect(&s->p.post[AFTER], see, s);
	if (n > 0)
		/* While the verdicts of some wait, others send on. */
		excuse(s, connections == 1 ? IN_HAND :
		    2 * connections * IN_HAND);
}

static void
restart(struct storm *s, unsigned n, unsigned connections, const char *name)
{
	reset(s, n);
	submit(s, s->p.down, true, 0, n);
	ok(waiting(s) == n, "restart: all are in the queue");
	while (waiting(s) > 0 && s->runs < RUNS && !s->hung)
		cut_run(s, connections, (unsigned)random() % 40,
		    (unsigned)random() % 3);
	(void)printf("# %s: %u runs, %u of them killed\n", name, s->runs,
	    s->kills);
	ok(s->kills > n / 50, "restart: runs were killed");
	count(s, name);
}

/* Which letters does the spool say are in doubt? */
static void
find_doubts(struct storm *s)
{
	char path[300], name[600], text[8192];
	const struct dirent *entry;
	const char *at;
	unsigned i;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/spool/queue", s->p.dir);
	if ((d = opendir(path)) == NULL)
		err(1, "%s", path);
	while ((entry = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", path,
		    entry->d_name);
		at = strstr(name, ".note");
		if (at == NULL)
			continue;
		slurp(name, text, sizeof(text));
		if (strstr(text, " doubt ") == NULL)
			continue;
		name[at - name] = '\0';
		slurp(name, text, sizeof(text));
		if ((at = strstr(text, "X-Letter: ")) == NULL)
			continue;
		i = (unsigned)strtoul(at + 10, NULL, 10);
		if (i < s->n)
			s->letter[i].doubt = s->letter[i].excused = true;
	}
	(void)closedir(d);
}

static void
soak(struct storm *s, unsigned n)
{
	const struct job j = { .port = s->p.post[RANDOM].port, .args = q };
	unsigned i, doubts = 0;
	int status;

	reset(s, n);
	submit(s, j.port, false, 0, n / 10);
	find_doubts(s);
	submit(s, j.port, true, n / 10, n);
	(void)printf("# soak: %u of %u wait after the first submission\n",
	    waiting(s), n);
	while (waiting(s) > 0 && s->runs < RUNS && !s->hung) {
		s->hung |= !place_wait(&s->p, place_start(&s->p, &j),
		    &status);
		s->runs++;
		find_doubts(s);
	}
	post_collect(&s->p.post[RANDOM], see, s);
	for (i = 0; i < n; i++)
		doubts += s->letter[i].doubt;
	(void)printf("# soak: %u runs, %u letters were in doubt once\n",
	    s->runs, doubts);
	ok(s->runs > 5, "soak: the relay failed often");
	count(s, "soak");
}

static void
three_at_once(struct storm *s, unsigned n)
{
	static const char *const args[3][4] = {
		{ "--helo", "r0.example.org", "-q", NULL },
		{ "--helo", "r1.example.org", "-q", NULL },
		{ "--helo", "r2.example.org", "-q", NULL },
	};
	struct job j = { .port = s->p.post[AFTER].port };
	int status, i;
	pid_t pid = -1;

	reset(s, n);
	submit(s, s->p.down, true, 0, n);
	for (i = 0; i < 3; i++) {
		j.args = args[i];
		pid = place_start(&s->p, &j);
	}
	s->hung |= !place_wait(&s->p, pid, &status);
	post_collect(&s->p.post[AFTER], see, s);
	(void)printf("# three runs at once: %u, %u and %u letters\n",
	    s->share[0], s->share[1], s->share[2]);
	ok((s->share[0] > 0) + (s->share[1] > 0) + (s->share[2] > 0) > 1,
	    "three runs at once: more than one had something to do");
	count(s, "three runs at once");
}

int
main(int argc, char **argv)
{
	struct storm *s = calloc(1, sizeof(*s));
	unsigned seed = 1;

	if (argc < 6 || s == NULL)
		errx(2, "usage: storm HELOISE RELAY SHIM CERTS DIR [SEED]");
	if (argc > 6)
		seed = (unsigned)strtoul(argv[6], NULL, 10);
	srandom(seed);
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	s->p = (struct place){ .heloise = argv[1], .shim = argv[3],
	    .certs = argv[4] };
	place_open(&s->p, argv[5], argv[2]);
	restart(s, 1000, 1, "restart");
	restart(s, 1000, 5, "restart with five connections");
	three_at_once(s, 500);
	soak(s, 2000);
	ok(place_close(&s->p), "the relays have no complaint");
	(void)printf("1..%d\n", tests);
	return failures > 0;
}
