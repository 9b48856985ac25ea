/* trial.c - one run of the program with one fault, and what came of it */

#include <sys/wait.h>

#include <err.h>
#include <string.h>

#include "trial.h"

static const char *const people[PERSON__MAX] = {
	[GOOD] = "good@example.org", [SLOW] = "slow@example.org",
	[BAD] = "bad@example.org",
};

/*
 * A letter.  A large one is made to measure: at the end of a block of the
 * body there is nothing left of it.
 */
static void
write_letter(const struct place *p, unsigned number, bool large)
{
	static const char line[] = "all work and no play makes a dull day\n";
	static char text[LARGE];
	char end[64];
	size_t size, n, rest;

	n = (size_t)snprintf(text, sizeof(text),
	    "From: alice@example.org\nTo: good@example.org\n"
	    "Date: Thu, 1 Jan 2026 00:00:00 +0000\n"
	    "Message-ID: <%u@example.org>\nSubject: a trial\n"
	    "X-Letter: %u\n\n", number, number);
	rest = (size_t)snprintf(end, sizeof(end), "first line\n.dots\n"
	    "last line of %u\n", number);
	/* Each line end will be two octets. */
	size = n + 7 + rest + 3;
	for (; large && size + 2 * sizeof(line) < LARGE; size += sizeof(line))
		n = strlcat(text + n, line, sizeof(text) - n) + n;
	for (; large && size + 2 < LARGE; size++)
		text[n++] = 'x';
	if (large)
		text[n++] = '\n';
	(void)strlcpy(text + n, end, sizeof(text) - n);
	place_write(p, "letter", text);
}

/* Letter 0 as the client of -bs sends it. */
static void
write_dialogue(const struct place *p)
{
	char path[300], text[4096], all[8192] = "EHLO client\r\n"
	    "MAIL FROM:<alice@example.org>\r\nRCPT TO:<good@example.org>\r\n"
	    "DATA\r\n";
	size_t n = strlen(all), i;

	(void)snprintf(path, sizeof(path), "%s/letter", p->dir);
	slurp(path, text, sizeof(text));
	for (i = 0; text[i] != '\0'; i++) {
		if (text[i] == '\n')
			all[n++] = '\r';
		else if (text[i] == '.' && text[i - 1] == '\n')
			all[n++] = '.';
		all[n++] = text[i];
	}
	(void)strlcpy(all + n, ".\r\nQUIT\r\n", sizeof(all) - n);
	place_write(p, "letter", all);
}

static int
start(const struct place *p, const struct job *j, bool *hung)
{
	int status = -1;

	*hung |= !place_wait(p, place_start(p, j), &status);
	return status;
}

/* Letters into the queue, where no fault can happen yet. */
static void
fill_queue(const struct place *p, const struct scenario *s)
{
	const char *args[8];
	const struct job j = { .port = p->down, .args = args };
	bool hung = false;
	unsigned i, k, n;

	for (i = 0; i < LETTERS && s->to[i] != 0; i++) {
		write_letter(p, i, s->large);
		args[0] = "-odq";
		for (k = 0, n = 1; k < PERSON__MAX; k++)
			if (s->to[i] & 1u << k)
				args[n++] = people[k];
		args[n] = NULL;
		if (start(p, &j, &hung) != 0 || hung)
			errx(1, "-odq does not work");
	}
}

struct tally {
	struct outcome	*o;
	bool		 after;
};

static void
see(void *ctx, unsigned long number, const char *env, const char *msg)
{
	struct tally *t = ctx;
	struct outcome *o = t->o;
	const char *at = strstr(msg, "\r\nX-Letter: ");
	char want[64];
	unsigned i, k;

	(void)number;
	i = at != NULL ? (unsigned)(at[12] - '0') : LETTERS;
	if (i >= LETTERS) {
		o->mangled = true;
		return;
	}
	if (strstr(env, "MAIL FROM:<>") != NULL) {
		o->bounces[i]++;
		return;
	}
	k = (unsigned)snprintf(want, sizeof(want),
	    "\r\nfirst line\r\n.dots\r\nlast line of %u\r\n", i);
	if (strlen(msg) < k || strcmp(msg + strlen(msg) - k, want) != 0)
		o->mangled = true;
	o->large |= strlen(msg) == LARGE;
	for (k = 0; k < PERSON__MAX; k++)
		if (strstr(env, people[k]) != NULL)
			(t->after ? o->after : o->first)[i][k]++;
}

static void
reset(struct shim *plan)
{
	plan->counted = 0;
	plan->fired = false;
	plan->call[0] = '\0';
	plan->sent = plan->done = plan->heard = 0;
	plan->sent_then = plan->done_then = plan->heard_then = 0;
	plan->taken = plan->taken_then = 0;
	plan->unsynced = false;
	plan->agent[0] = plan->dispatcher[0] = '\0';
}

void
trial(struct place *p, const struct scenario *s, struct outcome *o)
{
	static const char *const q[] = { "-q", NULL };
	const struct job j = { .port = s->relay == DOWN ? p->down :
	    p->post[s->relay].port, .tls = s->relay == TLS,
	    .linger = s->roles[1][0] != NULL &&
	    strcmp(s->roles[1][0], "standby runner") == 0, .faulty = true,
	    .args = s->args };
	const struct job again = { .port = p->post[AFTER].port, .args = q };
	struct tally t = { .o = o };
	char path[300];
	unsigned runs;

	*o = (struct outcome){ 0 };
	if (s->waiting)
		fill_queue(p, s);
	write_letter(p, 0, s->large);
	if (s->dialogue)
		write_dialogue(p);
	reset(p->plan);
	o->status = start(p, &j, &o->hung);
	(void)snprintf(path, sizeof(path), "%s/words", p->dir);
	slurp(path, o->words, sizeof(o->words));
	if (s->relay != DOWN)
		post_collect(&p->post[s->relay], see, &t);
	o->queued = place_entries(p, "queue", true, false);
	t.after = true;
	/* A bounce may only come into being in the first run. */
	for (runs = 0; runs < 2 && place_entries(p, "queue", true,
	    false) > 0; runs++) {
		(void)start(p, &again, &o->hung);
		post_collect(&p->post[AFTER], see, &t);
	}
	o->left = place_entries(p, "queue", true, true);
	o->failed = place_entries(p, "failed", false, true);
}
