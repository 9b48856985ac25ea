/* t_submit_deliver.c - a message that the caller does not wait for any longer
 */

#include <sys/socket.h>

#include "submit/deliver.h"
#include "agent/ipc.h"
#include "spooling.h"

static const struct config config = { .base = { .patience = 0,
    .retry_min = 60, .retry_max = 600, .expire = 6000,
    .tls = SETTING_TLS_NONE, .connections = 1 } };
static const struct maillog nowhere = { .explain = { .config = &config,
    .fqdn = "here.test" }, .syslog.fd = -1 };

/* A place to deliver from; we are the agent, at the other end of sock. */
struct scene {
	char		 dir[32], *path;
	struct spool	 spool;
	struct deliver	 d;
	struct spool_meta meta;
	struct envelope	 env;
	struct store	 st;
	int		 sock;
};

static void
begin(struct scene *s)
{
	struct fault f = { 0 };
	int sock[2];

	*s = (struct scene){ .dir = "/tmp/deliver.XXXXXX", .d = {
	    .config = &config, .set = &config.base, .standby = -1,
	    .patience.slot = -1, .log = &nowhere, .spool = &s->spool } };
	NEED(mkdtemp(s->dir) != NULL);
	s->path = xasprintf("%s/spool", s->dir);
	NEED(spool_open(&s->spool, s->path, true, &f) == 0);
	NEED(ipc_pair(sock, &f) == 0);
	dispatch_init(&s->d.dispatch, sock[0]);
	s->sock = sock[1];
	envelope_from(&s->env, "alice@example.org");
	(void)envelope_add(&s->env, "bob@example.org");
	NEED(store_begin(&s->st, &s->spool, &f) == 0 &&
	    store_envelope(&s->st, &s->env, &s->meta, &f) == 0 &&
	    store_write(&s->st, LETTER, strlen(LETTER), &f) == 0);
}

static void
end(struct scene *s)
{
	store_release(&s->st);
	envelope_release(&s->env);
	spool_meta_release(&s->meta);
	dispatch_release(&s->d.dispatch);
	(void)close(s->sock);
	spool_close(&s->spool);
	remove_tree(s->dir);
	free(s->path);
}

/* And it cannot be queued. */
static void
refused(void)
{
	struct delivered r;
	struct scene s;
	struct fault f = { 0 };

	begin(&s);
	/* It has no place to go from here on. */
	(void)close(s.spool.place[SPOOL_QUEUE]);
	s.spool.place[SPOOL_QUEUE] = -1;

	is_int(deliver_message(&s.d, &s.st, &s.env, &s.meta, &r, &f), -1,
	    "it is refused");
	is_int(f.verdict, VD_TEMP, "for now");
	is_int((long long)s.d.dispatch.ndelivery, 0,
	    "and whatever the agent says has no envelope to go to");
	is_int(s.env.rcpt[0].done && s.env.rcpt[0].verdict == VD_OK, 0,
	    "nobody has got it");
	end(&s);
}

/* What the agent has said by the time that we must go. */
static const struct {
	enum ipc_kind said[2];
	size_t		 n, waiting;
	enum cut	 want;
} cuts[] = {
	{ { IPC_END }, 0, 1, CUT_WAITS },
	{ { IPC_SENT }, 1, 1, CUT_DOUBT },
	{ { IPC_SENT, IPC_DONE }, 2, 0, CUT_DONE },
};

static void
cut_off(void)
{
	char (*ids)[SPOOL_ID];
	struct delivered r;
	struct ipc_record rec;
	struct scene s;
	struct fault f = { 0 };
	size_t i, k, n;

	for (i = 0; i < NITEMS(cuts); i++) {
		begin(&s);
		NEED(
		    deliver_message(&s.d, &s.st, &s.env, &s.meta, &r, &f) == 0);
		ok(r.in_background, "the caller does not wait for %zu", i);
		for (k = 0; k < cuts[i].n; k++) {
			ipc_begin(&rec, cuts[i].said[k], 1);
			if (cuts[i].said[k] == IPC_DONE) {
				rec.u.done.taken = 1;
				conninfo_clear(&rec.u.done.conninfo);
			}
			NEED(ipc_send(s.sock, &rec, -1, 0) == 1);
		}
		is_int(deliver_cut(&s.d), cuts[i].want, "what it comes to");
		NEED(spool_list(&s.spool, SPOOL_QUEUE, &ids, &n, &f) == 0);
		is_int((long long)n, (long long)cuts[i].waiting,
		    "so many wait");
		free(ids);
		end(&s);
	}
}

int
main(void)
{
	refused();
	cut_off();
	return done();
}
