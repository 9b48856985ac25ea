/* t_keeper.c - what a keeper makes of a courier that ends */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "keeper.h"
#include "record.h"
#include "tap.h"

/* What the courier does after it was given a message for two. */
static const struct {
	const char	*name;
	const char	*reads;		/* "all", or "": records stay unread */
	const char	*says;		/* Sent, Taken 0 and 1, Done, Junk */
	bool		 stays;		/* and it is the keeper that leaves */
	enum verdict	 first, second;
} cases[] = {
	{ "nothing said", "all", "", false, VD_TEMP, VD_TEMP },
	{ "nothing read", "", "", false, VD_TEMP, VD_TEMP },
	{ "sent", "all", "S", false, VD_DOUBT, VD_DOUBT },
	{ "sent, and not all was read", "", "S", false, VD_DOUBT, VD_DOUBT },
	{ "one taken", "all", "S0", false, VD_OK, VD_DOUBT },
	{ "one taken, and not all was read", "", "S0", false, VD_OK,
	    VD_DOUBT },
	{ "both taken, and not all was read", "", "S01D", false, VD_OK,
	    VD_OK },
	{ "done without a word on the second", "all", "S0D", true, VD_OK,
	    VD_DOUBT },
	{ "what may not be said", "all", "SJ", true, VD_DOUBT, VD_DOUBT },
	{ "the keeper leaves", "all", "", true, VD_TEMP, VD_TEMP },
	{ "sent, the keeper leaves", "all", "S", true, VD_DOUBT, VD_DOUBT },
	{ "both taken, the keeper leaves", "all", "S01D", true, VD_OK,
	    VD_OK },
};

static void
say(int sock, char what)
{
	struct record r = { .kind = REC_SENT, .job = 1 };

	if (what == '0' || what == '1') {
		r.kind = REC_TAKEN;
		r.u.taken.index = what == '1';
	} else if (what == 'D') {
		r.kind = REC_DONE;
	} else if (what == 'J') {
		r.kind = REC_END;
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
	r = (struct record){ .kind = REC_SENT, .job = 1 };
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
	struct record r = { .kind = REC_SENT, .job = 1 };
	struct keeper k;
	struct fault f = { 0 };
	int sock[2];

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
