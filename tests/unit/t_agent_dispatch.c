/* t_agent_dispatch.c - what a dispatcher makes of an agent that ends */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/dispatch.h"
#include "agent/ipc.h"
#include "tap.h"

/* What the agent does after it was given a message for two. */
static const struct {
	const char	*name;
	const char	*reads;		/* "all", or "": records stay unread */
	const char	*says;		/* see below */
	bool stays; /* and it is the dispatcher that leaves */
	enum verdict	 first, second;
} cases[] = {
	{ "nothing said", "all", "", false, VD_TEMP, VD_TEMP },
	{ "nothing read", "", "", false, VD_TEMP, VD_TEMP },
	{ "sent", "all", "S", false, VD_DOUBT, VD_DOUBT },
	{ "sent, and not all was read", "", "S", false, VD_DOUBT, VD_DOUBT },
	{ "one refused", "all", "S0", false, VD_PERM, VD_DOUBT },
	{ "one refused, and not all was read", "", "S0", false, VD_PERM,
	    VD_DOUBT },
	{ "both taken, and not all was read", "", "S2", false, VD_OK, VD_OK },
	{ "one refused, one taken", "all", "S01", false, VD_PERM, VD_OK },
	{ "both refused at once", "all", "B.", false, VD_TEMP, VD_TEMP },
	{ "fewer taken than there are", "all", "S1", true, VD_DOUBT, VD_DOUBT },
	{ "more taken than there are", "all", "S02", true, VD_PERM, VD_DOUBT },
	{ "more refused than there are", "all", "S>", true, VD_DOUBT,
	    VD_DOUBT },
	{ "refused by an index that is not there", "all", "S^", true, VD_DOUBT,
	    VD_DOUBT },
	{ "something after the end", "all", "S2S", true, VD_OK, VD_OK },
	{ "what may not be said", "all", "SJ", true, VD_DOUBT, VD_DOUBT },
	{ "the dispatcher leaves", "all", "", true, VD_TEMP, VD_TEMP },
	{ "sent, the dispatcher leaves", "all", "S", true, VD_DOUBT, VD_DOUBT },
	{ "both taken, the dispatcher leaves", "all", "S2", true, VD_OK,
	    VD_OK },
};

/* Records by a letter: what is refused, or done with so many taken. */
static const struct {
	char		 letter;
	enum ipc_kind kind;
	uint32_t	 first, n;
	enum verdict	 verdict;
} words[] = {
	{ 'S', IPC_SENT, 0, 0, VD_OK },
	{ 'J', IPC_END, 0, 0, VD_OK },
	{ '0', IPC_FAULT, 0, 1, VD_PERM },
	{ 'B', IPC_FAULT, 0, 2, VD_TEMP },
	{ '>', IPC_FAULT, 1, 2, VD_PERM },
	{ '^', IPC_FAULT, UINT32_MAX, 2, VD_PERM },
	{ '.', IPC_DONE, 0, 0, VD_OK },
	{ '1', IPC_DONE, 0, 1, VD_OK },
	{ '2', IPC_DONE, 0, 2, VD_OK },
};

static void
say(int sock, char what)
{
	struct ipc_record r;
	size_t i;

	for (i = 0; words[i].letter != what; i++)
		;
	ipc_begin(&r, words[i].kind, 1);
	if (r.kind == IPC_FAULT) {
		r.u.fault.first = words[i].first;
		r.u.fault.n = words[i].n;
		(void)fault_set(&r.u.fault.fault, ST_RCPT, FD_SMTP, 550,
		    words[i].verdict, "no");
	} else if (r.kind == IPC_DONE) {
		r.u.done.taken = words[i].n;
		conninfo_clear(&r.u.done.conninfo);
	}
	(void)ipc_send(sock, &r, -1, 1);
}

static void
play(size_t i)
{
	struct envelope env = { 0 };
	struct delivery d = { .env = &env,
	    .message = { .fd = STDIN_FILENO, .size = 1 } };
	struct dispatch k;
	struct ipc_record r;
	struct fault f = { 0 };
	const char *s;
	int sock[2], fd;

	if (ipc_pair(sock, &f) == -1)
		abort();
	envelope_from(&env, "a@example.org");
	(void)envelope_add(&env, "b@example.org");
	(void)envelope_add(&env, "c@example.org");
	dispatch_init(&k, sock[0]);
	dispatch_give(&k, &d, true);
	while (cases[i].reads[0] != '\0' &&
	    ipc_receive(sock[1], &r, &fd, 1) == 1)
		if (fd != -1)
			(void)close(fd);
	for (s = cases[i].says; *s != '\0'; s++)
		say(sock[1], *s);
	if (!cases[i].stays)
		(void)close(sock[1]);
	else if (strchr(cases[i].says, 'J') == NULL)
		dispatch_part(&k);
	ok(dispatch_wait(&k, 0) == &d, "%s: it comes back", cases[i].name);
	is_int(env.rcpt[0].verdict, cases[i].first, "%s: the first",
	    cases[i].name);
	is_int(env.rcpt[1].verdict, cases[i].second, "%s: the second",
	    cases[i].name);
	is_int(k.cut, cases[i].stays && strchr(cases[i].says, 'J') == NULL,
	    "%s: left in the middle", cases[i].name);
	is_int(k.lost, !k.cut, "%s: ended by the agent", cases[i].name);
	/* From here on nothing more can be said. */
	ipc_begin(&r, IPC_SENT, 1);
	if (cases[i].stays) {
		dispatch_release(&k);
		ok(ipc_send(sock[1], &r, -1, 1) == -1,
		    "%s: and is told no more", cases[i].name);
		(void)close(sock[1]);
	}
	dispatch_release(&k);
	envelope_release(&env);
}

/* Whoever is asked to leave cannot be told that a message is about to go. */
static void
no_more(void)
{
	struct ipc_record r;
	struct dispatch k;
	struct fault f = { 0 };
	int sock[2];

	ipc_begin(&r, IPC_SENT, 1);
	if (ipc_pair(sock, &f) == -1)
		abort();
	dispatch_init(&k, sock[0]);
	ok(ipc_send(sock[1], &r, -1, 1) == 1, "a word is heard");
	dispatch_part(&k);
	ok(ipc_send(sock[1], &r, -1, 1) == -1, "and after it none");
	ok(dispatch_wait(&k, 0) == NULL, "there is nothing to wait for");
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
