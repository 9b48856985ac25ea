/* t_spool_store.c - a message in the spool, and one that has to leave it */

#include <fcntl.h>

#include "spool/store.h"
#include "spooling.h"

struct place {
	char		 dir[32], *path;
	struct spool	 spool;
	struct spool_meta meta;
	struct envelope	 env;
	struct store	 st;
	struct fault	 f;
};

static void
begin(struct place *p)
{
	*p = (struct place){ .dir = "/tmp/store.XXXXXX" };
	NEED(mkdtemp(p->dir) != NULL);
	p->path = xasprintf("%s/spool", p->dir);
	NEED(spool_open(&p->spool, p->path, true, &p->f) == 0);
	envelope_from(&p->env, "alice@example.org");
	(void)envelope_add(&p->env, "bob@example.org");
}

static void
end(struct place *p)
{
	store_release(&p->st);
	envelope_release(&p->env);
	spool_close(&p->spool);
	remove_tree(p->dir);
	free(p->path);
}

static bool
holds(const struct place *p, const char *text)
{
	char got[64] = "";

	return p->st.size == strlen(text) &&
	    pread(p->st.fd, got, sizeof(got) - 1, p->st.at) >=
	    (ssize_t)p->st.size && memcmp(got, text, p->st.size) == 0;
}

static int
put(struct place *p, const char *text)
{
	return store_write(&p->st, text, strlen(text), &p->f);
}

/* From now on the file can only be read. */
static void
make_unwritable(struct place *p)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", p->st.fd);
	NEED((fd = open(path, O_RDONLY | O_CLOEXEC)) != -1);
	NEED(dup2(fd, p->st.fd) != -1);
	(void)close(fd);
}

static void
test_in_spool(struct place *p)
{
	begin(p);
	is_int(store_begin(&p->st, &p->spool, &p->f), 0, "in the spool");
	is_int(store_envelope(&p->st, &p->env, &p->meta, &p->f), 0,
	    "the envelope before it");
	ok(put(p, "one ") == 0 && put(p, "two") == 0 && holds(p, "one two"),
	    "the message");
	ok(p->st.at > 0 && p->st.spool == &p->spool &&
	    p->st.trouble.verdict == VD_OK, "it can be committed");
	end(p);
}

static void
test_halfway(struct place *p)
{
	begin(p);
	NEED(store_begin(&p->st, &p->spool, &p->f) == 0 &&
	    store_envelope(&p->st, &p->env, &p->meta, &p->f) == 0 &&
	    put(p, "one ") == 0);
	make_unwritable(p);
	ok(put(p, "two") == 0 && p->f.verdict == VD_OK,
	    "the spool fails halfway: it goes on elsewhere");
	ok(put(p, " three") == 0 && holds(p, "one two three"),
	    "with all that was there");
	ok(p->st.spool == NULL && p->st.trouble.stage == ST_SPOOL &&
	    strstr(p->st.trouble.text, "/spool/queue: ") != NULL,
	    "it cannot be committed: %s", p->st.trouble.text);
	make_unwritable(p);
	ok(put(p, "four") == -1 &&
	    strcmp(p->f.text, p->st.trouble.text) == 0,
	    "elsewhere fails too: the fault is that of the spool");
	end(p);
}

static void
test_envelope(struct place *p)
{
	begin(p);
	NEED(store_begin(&p->st, &p->spool, &p->f) == 0);
	make_unwritable(p);
	ok(store_envelope(&p->st, &p->env, &p->meta, &p->f) == 0 &&
	    put(p, "one") == 0 && holds(p, "one") && p->st.spool == NULL,
	    "the envelope fails: the message goes elsewhere");
	end(p);
}

static void
test_begin(struct place *p)
{
	int queue;

	begin(p);
	queue = p->spool.place[SPOOL_QUEUE];
	p->spool.place[SPOOL_QUEUE] = -1;
	ok(store_begin(&p->st, &p->spool, &p->f) == 0 &&
	    store_envelope(&p->st, &p->env, &p->meta, &p->f) == 0 &&
	    put(p, "one") == 0 && holds(p, "one"),
	    "no file in the spool: one elsewhere");
	ok(p->st.spool == NULL && p->st.trouble.verdict == VD_TEMP,
	    "and why: %s", p->st.trouble.text);
	store_release(&p->st);
	p->spool.place[SPOOL_QUEUE] = queue;
	ok(store_begin(&p->st, NULL, &p->f) == 0 && put(p, "one") == 0 &&
	    holds(p, "one") && p->st.trouble.verdict == VD_OK,
	    "without a spool that is no trouble");
	end(p);
}

int
main(void)
{
	struct place p;

	test_in_spool(&p);
	test_halfway(&p);
	test_envelope(&p);
	test_begin(&p);
	return done();
}
