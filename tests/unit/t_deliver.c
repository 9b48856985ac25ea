/* t_deliver.c - a message that nobody waits for and that cannot be queued */

#include <sys/socket.h>

#include "deliver.h"
#include "record.h"
#include "spooling.h"

/* A courier that never says what became of it. */
static int
silence(struct fault *f)
{
	int sock[2];

	NEED(record_pair(sock, f) == 0);
	return sock[0];
}

int
main(void)
{
	struct settings set = { .patience = 0, .retry_min = 60,
	    .retry_max = 600, .expire = 6000 };
	struct config c = { 0 };
	struct report report = { .config = &c, .journal.fd = -1 };
	struct deliver d = { .set = &set, .spare = -1, .report = &report,
	    .host = "localhost" };
	struct spool_meta meta = { 0 };
	struct envelope env = { 0 };
	struct delivered r;
	struct spool spool;
	struct store st;
	struct fault f = { 0 };
	char dir[] = "/tmp/deliver.XXXXXX", *path;

	NEED(mkdtemp(dir) != NULL);
	path = xasprintf("%s/spool", dir);
	NEED(spool_open(&spool, path, true, &f) == 0);
	d.spool = &spool;
	keeper_init(&d.keeper, silence(&f));
	envelope_from(&env, "alice@example.org");
	(void)envelope_add(&env, "bob@example.org");
	NEED(store_begin(&st, &spool, &f) == 0 &&
	    store_envelope(&st, &env, &meta, &f) == 0 &&
	    store_write(&st, LETTER, strlen(LETTER), &f) == 0);
	/* It has no place to go from here on. */
	(void)close(spool.place[SPOOL_QUEUE]);
	spool.place[SPOOL_QUEUE] = -1;

	is_int(deliver(&d, &st, &env, &meta, &r, &f), -1, "it is refused");
	is_int(f.verdict, VD_TEMP, "for now");
	is_int((long long)d.keeper.nitems, 0,
	    "and whatever the courier says has no envelope to go to");
	is_int(env.rcpt[0].done && env.rcpt[0].verdict == VD_OK, 0,
	    "nobody has got it");

	store_release(&st);
	envelope_release(&env);
	spool_meta_release(&meta);
	keeper_release(&d.keeper);
	spool_close(&spool);
	free(path);
	remove_tree(dir);
	return done();
}
