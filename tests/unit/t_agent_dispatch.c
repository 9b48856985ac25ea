/* t_agent_dispatch.c - what a keeper makes of a courier that ends */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/dispatch.h"
#include "agent/ipc.h"
#include "tap.h"

/* What the courier does after it was given a message for two. */
static const struct {
	const char	*name;
	const char	*reads;		/* "all", or "": records stay unread */
	const char	*says;		/* see below */
	bool		 stays;		/* and it is the keeper that leaves */
	enum verdict	 first, second;
} cases[] = {
	{ "nothing said", "all", "", false, VD_TEMP, VD_TEMP },
	{ "nothing read", "", "", false, VD_TEMP, VD_TEMP },
	{ "sent", "all", "S", false, VD_DOUBT, VD_DOUBT },
	{ "sent, and not all was read", "", "S", false, VD_DOUBT, VD_DOUBT },
	{ "one refused", "all", "S0", false, VD_PERM, VD_DOUBT },
	{ "one refused, and not all was read", "", "S0", false, VD_PERM,
	    VD_DOUBT },
	{ "both taken, and not all was read", "", "S2", false, VD_OK,
	    VD_OK },
	{ "one refused, one taken", "all", "S01", false, VD_PERM, VD_OK },
	{ "both refused at once", "all", "B.", false, VD_TEMP, VD_TEMP },
	{ "fewer taken than there are", "all", "S1", true, VD_DOUBT,
	    VD_DOUBT },
	{ "more taken than there are", "all", "S02", true, VD_PERM,
	    VD_DOUBT },
	{ "more refused than there are", "all", "S>", true, VD_DOUBT,
	    VD_DOUBT },
	{ "refused by an index that is not there", "all", "S^", true,
	    VD_DOUBT, VD_DOUBT },
	{ "something after the end", "all", "S2S", true, VD_OK, VD_OK },
	{ "what may not be said", "all", "SJ", true, VD_DOUBT, VD_DOUBT },
	{ "the keeper leaves", "all", "", true, VD_TEMP, VD_TEMP },
	{ "sent, the keeper leaves", "all", "S", true, VD_DOUBT, VD_DOUBT },
	{ "both taken, the keeper leaves", "all", "S2", true, VD_OK, VD_OK },
};

/* Records by a letter: what is refused, or done with so many taken. */
static const struct {
	char		 letter;
	enum record_kind kind;
	uint32_t	 first, n;
	enum verdict	 verdict;
} words[] = {
	{ 'S', REC_SENT, 0, 0, VD_OK },
	{ 'J', REC_END, 0, 0, VD_OK },
	{ '0', REC_FAULT, 0, 1, VD_PERM },
	{ 'B', REC_FAULT, 0, 2, VD_TEMP },
	{ '>', REC_FAULT, 1, 2, VD_PERM },
	{ '^', REC_FAULT, UINT32_MAX, 2, VD_PERM },
	{ '.', REC_DONE, 0, 0, VD_OK },
	{ '1', REC_DONE, 0, 1, VD_OK },
	{ '2', REC_DONE, 0, 2, VD_OK },
};

static void
say(int sock, char what)
{
	struct record r;
	size_t i;

	for (i = 0; words[i].letter != what; i++)
		;
	record_begin(&r, words[i].kind, 1);
	if (r.kind == REC_FAULT) {
		r.u.fault.first = words[i].first;
		r.u.fault.n = words[i].n;
		(void)fault_set(&r.u.fault.fault, ST_RCPT, FD_SMTP, 550,
		    words[i].verdict, "no");
	} else if (r.kind == REC_DONE) {
		r.u.done.taken = words[i].n;
		link_clear(&r.u.done.link);
	}
	(void)record_send(sock, &r, -1, 1);
}

static void
play(size_t i)
{
	struct envelope env = { 0 };
	struct item it = { .env = &env, .fd = STDIN_FILENO, .size = 1 };
	struct keeper k;
	struct record r;
	struct fault f = { 0 };
	const char *s;
	int sock[2], fd;

	if (record_pair(sock, &f) == -1)
		abort();
	envelope_from(&env, "a@example.org");
	(void)envelope_add(&env, "b@example.org");
	(void)envelope_add(&env, "c@example.org");
	keeper_init(&k, sock[0]);
	keeper_give(&k, &it, true);
	while (cases[i].reads[0] != '\0' &&
	    record_receive(sock[1], &r, &fd, 1) == 1)
		if (fd != -1)
			(void)close(fd);
	for (s = cases[i].says; *s != '\0'; s++)
		say(sock[1], *s);
	if (!cases[i].stays)
		(void)close(sock[1]);
	else if (strchr(cases[i].says, 'J') == NULL)
		keeper_part(&k);
	ok(keeper_wait(&k, 0) == &it, "%s: it comes back", cases[i].name);
	is_int(env.rcpt[0].verdict, cases[i].first, "%s: the first",
	    cases[i].name);
	is_int(env.rcpt[1].verdict, cases[i].second, "%s: the second",
	    cases[i].name);
	/* From here on nothing more can be said. */
	record_begin(&r, REC_SENT, 1);
	if (cases[i].stays) {
		keeper_release(&k);
		ok(record_send(sock[1], &r, -1, 1) == -1,
		    "%s: and is told no more", cases[i].name);
		(void)close(sock[1]);
	}
	keeper_release(&k);
	envelope_release(&env);
}

/* Whoever is asked to leave cannot be told that a message is about to go. */
static void
no_more(void)
{
	struct record r;
	struct keeper k;
	struct fault f = { 0 };
	int sock[2];

	record_begin(&r, REC_SENT, 1);
	if (record_pair(sock, &f) == -1)
		abort();
	keeper_init(&k, sock[0]);
	ok(record_send(sock[1], &r, -1, 1) == 1, "a word is heard");
	keeper_part(&k);
	ok(record_send(sock[1], &r, -1, 1) == -1, "and after it none");
	ok(keeper_wait(&k, 0) == NULL, "there is nothing to wait for");
	(void)close(sock[1]);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		play(i);
	no_more();
	return done();
}
