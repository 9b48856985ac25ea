/* t_oauth_tokens.c - the tokens of an account on disk */

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jansson.h"
#include "base/crypt.h"
#include "base/util.h"
#include "oauth/tokens.h"
#include "tap.h"

static char top[] = "/tmp/t_oauth_tokens.XXXXXX";
static struct settings set = { .oauth = (char[]){ "google" },
    .user = (char[]){ "u@example.org" }, .oauth_client_id = (char[]){ "c" } };

static void
fresh(void)
{
	static const struct {
		long long got, until, now;
		bool early, want;
	} t[] = {
		{ 1000, 4600, 1000, false, true },
		{ 1000, 4600, 4539, false, true },
		{ 1000, 4600, 4540, false, false },	/* a minute before */
		{ 1000, 4600, 5000, false, false },
		{ 1000, 4600, 999, false, false },	/* set back */
		{ 1000, 1010, 1008, false, true },
		{ 1000, 1010, 1009, false, false },	/* a tenth */
		{ 1000, 4600, 2799, true, true },
		{ 1000, 4600, 2800, true, false },	/* half */
		{ 0, 0, 1000, false, false },
	};
	struct tokens k;
	size_t i;

	tokens_init(&k);
	ok(!tokens_fresh(&k, 0, false), "there is none");
	buf_adds(&k.access, "a");
	for (i = 0; i < NITEMS(t); i++) {
		k.got = t[i].got;
		k.until = t[i].until;
		ok(tokens_fresh(&k, t[i].now, t[i].early) == t[i].want,
		    "%zu: fresh", i);
	}
	tokens_release(&k);
}

static void
metadata(void)
{
	struct endpoints e = { .token = "https://x.example/token",
	    .basic = true }, back;
	struct tokens k;

	tokens_init(&k);
	ok(!tokens_recall(&k, &back, 5000), "no metadata are known");
	tokens_learn(&k, &e, 5000);
	ok(tokens_recall(&k, &back, 5000), "now they are");
	is(back.token, e.token, "the endpoint");
	ok(back.basic, "and how a client says who it is");
	ok(tokens_recall(&k, &back, 8599), "for an hour");
	ok(!tokens_recall(&k, &back, 8600), "and not longer");
	ok(!tokens_recall(&k, &back, 4999), "the clock was set back");
	tokens_release(&k);
}

static void
write_and_read(const struct place *place)
{
	struct endpoints e = { .token = "https://x.example/token",
	    .basic = true };
	struct tokenstore s;
	struct tokens k, back;
	struct fault f = { 0 };
	bool any;

	tokens_init(&k);
	tokens_init(&back);
	is_int(tokens_open(&s, place, &set, false, &f), -1, "missing");
	is_int(tokens_open(&s, place, &set, true, &f), 0, "made: %s", f.text);
	is_int(tokens_read(&s, &back, &f), 0, "nothing there");
	is_int((long long)back.access.len, 0, "no token");
	buf_adds(&k.access, "access");
	buf_adds(&k.refresh, "refresh");
	tokens_learn(&k, &e, 5000);
	k.got = 5;
	k.until = 10;
	is_int(tokens_lock(&s, clock_ms() + 1000, tokens_clock(), &f), 0,
	    "locked");
	is_int(tokens_reserve(&s, &f), 0, "reserved");
	is_int(tokens_write(&s, &set, &k, &f), 0, "written");
	tokens_unlock(&s, &(struct fault){ 0 });
	is_int(tokens_read(&s, &back, &f), 0, "read");
	is(buf_text(&back.access), "access", "access");
	is(buf_text(&back.refresh), "refresh", "refresh");
	ok(tokens_recall(&back, &e, 5001) && e.basic, "metadata");
	is(e.token, "https://x.example/token", "the endpoint");
	is_int(back.until, 10, "until");
	is_int(tokens_forget(&s, &any, &f), 0, "forgotten");
	ok(any, "there was one");
	is_int(tokens_forget(&s, &any, &f), 0, "again");
	ok(!any, "there was none");
	tokens_close(&s);
	tokens_release(&k);
	tokens_release(&back);
}

/* What a crash leaves costs nothing before the rename. */
static void
crashes(const struct place *place)
{
	static const char *const left[] = { "", "{\"access_tok",
	    "{\"access_token\":\"of a crash\"}" };
	struct tokenstore s;
	struct tokens k, back;
	struct fault f = { 0 };
	char name[TOKENS_NAME];
	size_t i;
	int fd;

	tokens_init(&k);
	buf_adds(&k.access, "kept");
	(void)tokens_open(&s, place, &set, true, &f);
	is_int(tokens_reserve(&s, &f), 0, "reserved");
	is_int(tokens_write(&s, &set, &k, &f), 0, "written");
	(void)snprintf(name, sizeof(name), "%s.new", s.name);
	for (i = 0; i < NITEMS(left); i++) {
		(void)unlinkat(s.dir, name, 0);
		fd = openat(s.dir, name, O_WRONLY | O_CREAT, 0600);
		if (write(fd, left[i], strlen(left[i])) == -1)
			perror(name);
		(void)close(fd);
		tokens_init(&back);
		is_int(tokens_read(&s, &back, &f), 0, "%zu: read", i);
		is(buf_text(&back.access), "kept", "%zu: the old one", i);
		tokens_release(&back);
		is_int(tokens_reserve(&s, &f), 0, "%zu: reserved", i);
		is_int(tokens_write(&s, &set, &k, &f), 0, "%zu: written", i);
		is_int(faccessat(s.dir, name, F_OK, 0), -1, "%zu: gone", i);
	}
	tokens_close(&s);
	tokens_release(&k);
}

/* Who waited while another failed fails like it; who comes later does not. */
static void
failures(const struct place *place)
{
	struct fault why = { 0 }, f = { 0 };
	struct tokenstore a, b;
	long long before = tokens_clock() - 1000;

	(void)fault_set(&why, ST_TOKEN, FD_NONE, 0, VD_TEMP, "busy");
	(void)tokens_open(&a, place, &set, true, &f);
	(void)tokens_open(&b, place, &set, true, &f);
	is_int(tokens_lock(&a, clock_ms() + 1000, before, &f), 0, "the first");
	is_int(tokens_lock(&b, clock_ms() + 200, before, &f), -1,
	    "the second, in vain");
	ok(strstr(f.text, "too long") != NULL, "%s", f.text);
	tokens_close(&b);
	tokens_unlock(&a, &why);
	fault_clear(&f);
	(void)tokens_open(&b, place, &set, true, &f);
	is_int(tokens_lock(&b, clock_ms() + 1000, before, &f), -1,
	    "one who waited");
	is(f.text, "busy", "fails alike");
	tokens_close(&b);
	(void)tokens_open(&b, place, &set, true, &f);
	is_int(tokens_lock(&b, clock_ms() + 1000, tokens_clock() + 1, &f), 0,
	    "one who came later");
	tokens_close(&b);
	tokens_close(&a);
}

static char *
file_of(const struct place *place)
{
	struct tokenstore s;
	struct fault f = { 0 };
	char *path;

	(void)tokens_open(&s, place, &set, true, &f);
	path = xasprintf("%s/%s.json", place->path, s.name);
	tokens_close(&s);
	return path;
}

/* Files that are not used. */
static void
foreign(const struct place *place)
{
	static const char good[] = "{\"access_token\":\"a\"}";
	static const struct {
		const char *text;
		mode_t mode;
		const char *why;	/* NULL: it is used */
	} t[] = {
		{ good, 0600, NULL },
		{ good, 0640, "others can access" },
		{ good, 0604, "others can access" },
		{ "{", 0600, "is broken" }, { "", 0600, "is broken" },
		{ "[]", 0600, "is broken" },
	};
	char *path = file_of(place), *other = xasprintf("%s/x", place->path);
	struct tokenstore s;
	struct tokens k;
	struct fault f = { 0 };
	size_t i;
	int fd;

	for (i = 0; i < NITEMS(t); i++) {
		(void)unlink(path);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (write(fd, t[i].text, strlen(t[i].text)) == -1 ||
		    fchmod(fd, t[i].mode) == -1 || close(fd) == -1)
			perror(path);
		tokens_init(&k);
		(void)tokens_open(&s, place, &set, false, &f);
		is_int(tokens_read(&s, &k, &f), t[i].why != NULL ? -1 : 0,
		    "%zu: read", i);
		ok(t[i].why == NULL || strstr(f.text, t[i].why) != NULL,
		    "%s", f.text);
		tokens_close(&s);
		tokens_release(&k);
	}
	(void)rename(path, other);
	for (i = 0; i < 3; i++) {
		is_int(i == 0 ? symlink(other, path) : i == 1 ?
		    link(other, path) : mkfifo(path, 0600), 0, "%zu: made", i);
		tokens_init(&k);
		(void)tokens_open(&s, place, &set, false, &f);
		is_int(tokens_read(&s, &k, &f), -1, "%zu: not followed", i);
		tokens_close(&s);
		tokens_release(&k);
		(void)unlink(path);
	}
	(void)unlink(other);
	free(other);
	free(path);
}

/* Another process replaces the file again and again until it is ended. */
static pid_t
replacer(const struct tokenstore *s, const char *path)
{
	char *other = xasprintf("%s.other", path);
	pid_t pid = fork();
	int fd;

	while (pid == 0) {
		fd = open(other, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (write(fd, "{}", 2) == -1 || close(fd) == -1 ||
		    renameat(AT_FDCWD, other, s->dir, path) == -1)
			_exit(1);
	}
	free(other);
	return pid;
}

static void
replaced(const struct place *place)
{
	char *path = file_of(place);
	struct tokenstore s;
	struct tokens k;
	struct fault f = { 0 };
	int i, rc = 0, status;
	pid_t pid;

	(void)tokens_open(&s, place, &set, false, &f);
	pid = replacer(&s, path);
	for (i = 0; i < 50000 && rc == 0; i++) {
		tokens_init(&k);
		rc = tokens_read(&s, &k, &f);
		tokens_release(&k);
	}
	is_int(rc, 0, "read while another process writes: %s", f.text);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status), "the other process wrote until the end");
	tokens_close(&s);
	(void)unlink(path);
	free(path);
}

static void
places(struct place *place)
{
	struct fault f = { 0 };
	char *real = place->path;
	int fd;

	(void)chmod(real, 0755);
	is_int(place_open(place, true, &f), -1, "mode 755");
	ok(strstr(f.text, "run: chmod go-rwx") != NULL, "%s", f.text);
	(void)chmod(real, 0700);
	fd = place_open(place, true, &f);
	ok(fd != -1, "mode 700");
	(void)close(fd);
	place->path = xasprintf("%s/link", top);
	is_int(symlink(real, place->path), 0, "a link");
	is_int(place_open(place, true, &f), -1, "is not followed");
	(void)unlink(place->path);
	free(place->path);
	place->path = NULL;
	is_int(place_open(place, true, &f), -1, "no place");
	place->path = real;
}

int
main(void)
{
	struct place place = { .group = (gid_t)-1 };
	struct fault f = { 0 };
	char *clean;

	if (mkdtemp(top) == NULL)
		return 1;
	(void)jansson_load(&f);
	(void)crypt_ready(&f);
	place.path = xasprintf("%s/a/spool-tokens", top);
	fresh();
	metadata();
	write_and_read(&place);
	crashes(&place);
	failures(&place);
	foreign(&place);
	replaced(&place);
	places(&place);
	clean = xasprintf("rm -rf %s", top);
	is_int(system(clean), 0, "removed");
	free(clean);
	free(place.path);
	return done();
}
