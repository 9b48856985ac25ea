/* tokens.c - the tokens of an account on disk */

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/crypt.h"
#include "base/jansson.h"
#include "base/util.h"
#include "config/issuer.h"
#include "oauth/tokens.h"
#include "system/readfile.h"

#define FILE_MAX	(128 * 1024)
#define MARGIN		60	/* seconds before the end of a token */
#define METADATA	3600	/* seconds that those of an issuer are kept */

/* In NAME.lock: how the last process failed that held it. */
struct failure {
	long long	 at;		/* as tokens_clock() */
	struct fault	 fault;
};

/* Tokens */

void
tokens_init(struct tokens *t)
{
	*t = (struct tokens){
		.access = { .max = TOKENS_MAX, .secret = true },
		.refresh = { .max = TOKENS_MAX, .secret = true },
		.seed = { .max = 64 },
		.endpoint = { .max = ISSUER_URL - 1 } };
}

void
tokens_release(struct tokens *t)
{
	buf_release(&t->access);
	buf_release(&t->refresh);
	buf_release(&t->seed);
	buf_release(&t->endpoint);
}

void
tokens_learn(struct tokens *t, const struct endpoints *e, long long now)
{
	buf_clear(&t->endpoint);
	buf_adds(&t->endpoint, e->token);
	t->basic = e->basic;
	t->learned = now;
}

bool
tokens_recall(const struct tokens *t, struct endpoints *e, long long now)
{
	if (t->endpoint.len == 0 || now < t->learned ||
	    now - t->learned >= METADATA)
		return false;
	memset(e, 0, sizeof(*e));
	(void)strlcpy(e->token, buf_text(&t->endpoint), sizeof(e->token));
	e->basic = t->basic;
	return true;
}

bool
tokens_fresh(const struct tokens *t, long long now, bool early)
{
	long long life = t->until - t->got, margin = life / 10;

	if (margin > MARGIN)
		margin = MARGIN;
	if (early)
		margin = life / 2;
	/* If the clock was set back, nothing is known. */
	return t->access.len > 0 && now >= t->got && now < t->until - margin;
}

/* Files */

/* The name is made of all that a token is for. */
static int
tokens_name(struct tokenstore *s, const struct settings *set, struct fault *f)
{
	const char *const of[] = { set->oauth, set->oauth_tenant,
	    set->oauth_client_id, set->user, issuer_scope(set),
	    issuer_grant(set) == SETTING_GRANT_CLIENT ? "client" : "user" };
	struct buf b = { .max = 65536 };
	unsigned char digest[CRYPT_HASH_MAX];
	bool done;
	size_t i;

	for (i = 0; i < NITEMS(of); i++)
		buf_addf(&b, "%s\n", of[i] != NULL ? of[i] : "");
	done = crypt_digest(CRYPT_SHA256, buf_text(&b), b.len, digest);
	buf_release(&b);
	if (!done)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "GnuTLS cannot do SHA-256 here");
	for (i = 0; i < 16; i++)
		(void)snprintf(s->name + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

static void
tokens_file(const struct tokenstore *s, const char *kind, char out[TOKENS_NAME])
{
	(void)snprintf(out, TOKENS_NAME, "%s.%s", s->name, kind);
}

int
tokens_open(struct tokenstore *s, const struct place *place,
    const struct settings *set, bool create, struct fault *f)
{
	*s = (struct tokenstore){ .dir = -1, .lock = -1, .new = -1,
	    .readonly = place->readonly, .group = place->group,
	    .shared = place->group != (gid_t)-1 };
	if (tokens_name(s, set, f) == -1)
		return -1;
	s->dir = place_open(place, create && !place->readonly, f);
	return s->dir == -1 ? -1 : 0;
}

void
tokens_close(struct tokenstore *s)
{
	int *const fds[] = { &s->dir, &s->lock, &s->new };
	size_t i;

	for (i = 0; i < NITEMS(fds); i++) {
		if (*fds[i] != -1)
			(void)close(*fds[i]);
		*fds[i] = -1;
	}
}

static int
tokens_wrong(const struct tokenstore *s, int err, struct fault *f)
{
	return fault_errno(f, ST_TOKEN, err, VD_TEMP, "the token file %s.json",
	    s->name);
}

/*
 * A regular file of the owner of the tokens, and of nobody else.  It has no
 * name any more if another process has replaced it just now.
 */
static int
tokens_check(const struct tokenstore *s, int fd, struct fault *f)
{
	mode_t others = s->shared || s->readonly ? 027 : 077;
	uid_t owner = s->readonly ? 0 : geteuid();
	struct stat st;

	if (fstat(fd, &st) == -1)
		return tokens_wrong(s, errno, f);
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1 || st.st_uid != owner)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the token file %s.json is no regular file of this user "
		    "alone", s->name);
	if ((st.st_mode & others) != 0)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "others can access the token file %s.json", s->name);
	return 0;
}

static void
tokens_take_text(const json_t *j, const char *key, struct buf *out)
{
	const char *text = jansson_text(j, key);

	if (text != NULL)
		buf_adds(out, text);
}

static int
tokens_parse(const struct tokenstore *s, const struct buf *text,
    struct tokens *t, struct fault *f)
{
	json_t *j = jansson_parse(buf_text(text), text->len);

	if (j == NULL)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_PERM,
		    "the token file %s.json is broken", s->name);
	tokens_take_text(j, "access_token", &t->access);
	tokens_take_text(j, "refresh_token", &t->refresh);
	tokens_take_text(j, "seed", &t->seed);
	t->got = jansson_number(j, "obtained");
	t->until = jansson_number(j, "expires");
	tokens_take_text(j, "token_endpoint", &t->endpoint);
	t->learned = jansson_number(j, "metadata");
	t->basic = jansson_number(j, "basic") != 0;
	jansson_free(j);
	return 0;
}

int
tokens_read(const struct tokenstore *s, struct tokens *t, struct fault *f)
{
	struct buf text = { .max = FILE_MAX, .secret = true };
	char name[TOKENS_NAME];
	int fd, rc = 0, err;

	if (s->dir == -1)
		return 0;
	tokens_file(s, "json", name);
	fd = openat(s->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return errno == ENOENT ? 0 : tokens_wrong(s, errno, f);
	if (tokens_check(s, fd, f) == -1)
		rc = -1;
	else if ((err = readfile_rest(fd, &text)) != 0)
		rc = tokens_wrong(s, err, f);
	else
		rc = tokens_parse(s, &text, t, f);
	(void)close(fd);
	buf_release(&text);
	return rc;
}

/* The lock */

long long
tokens_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void
tokens_ring(int sig)
{
	(void)sig;
}

/* flock(2) until then: a timer interrupts it. */
static int
tokens_flock(int fd, long long limit)
{
	struct sigaction ring, had;
	struct itimerval timer = { .it_interval = { .tv_usec = 100000 } };
	long long left = limit - clock_ms();
	int rc, err = 0;

	if (left <= 0)
		left = 1;
	memset(&ring, 0, sizeof(ring));
	ring.sa_handler = tokens_ring;
	timer.it_value.tv_sec = (time_t)(left / 1000);
	timer.it_value.tv_usec = (suseconds_t)(left % 1000 * 1000);
	(void)sigaction(SIGALRM, &ring, &had);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
	while ((rc = flock(fd, LOCK_EX)) == -1 && errno == EINTR &&
	    clock_ms() < limit)
		;
	if (rc == -1)
		err = errno;
	timer = (struct itimerval){ 0 };
	(void)setitimer(ITIMER_REAL, &timer, NULL);
	(void)sigaction(SIGALRM, &had, NULL);
	return err;
}

int
tokens_lock(struct tokenstore *s, long long limit, long long since,
    struct fault *f)
{
	char name[TOKENS_NAME];
	struct failure last;
	int err;

	if (s->dir == -1 || s->readonly)
		return 0;
	tokens_file(s, "lock", name);
	s->lock = openat(s->dir, name, O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC, 0600);
	if (s->lock == -1)
		return tokens_wrong(s, errno, f);
	if (tokens_check(s, s->lock, f) == -1)
		return -1;
	if ((err = tokens_flock(s->lock, limit)) == EINTR)
		return fault_set(f, ST_TOKEN, FD_NONE, 0, VD_TEMP,
		    "another process has been asking for a token for too long");
	if (err != 0)
		return tokens_wrong(s, err, f);
	if (pread(s->lock, &last, sizeof(last), 0) == sizeof(last) &&
	    last.at > since && last.at <= tokens_clock() &&
	    fault_sane(&last.fault) &&
	    last.fault.verdict != VD_OK) {
		*f = last.fault;
		return -1;
	}
	return 0;
}

bool
tokens_refused(const struct tokenstore *s, struct fault *f)
{
	char name[TOKENS_NAME];
	struct failure last;
	bool is;
	int fd;

	if (s->dir == -1 || s->readonly)
		return false;
	tokens_file(s, "lock", name);
	fd = openat(s->dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);
	if (fd == -1)
		return false;
	is = pread(fd, &last, sizeof(last), 0) == sizeof(last) &&
	    fault_sane(&last.fault) && last.fault.verdict != VD_OK &&
	    strstr(last.fault.text, " refuses: ") != NULL;
	(void)close(fd);
	if (is)
		*f = last.fault;
	return is;
}

void
tokens_unlock(struct tokenstore *s, const struct fault *f)
{
	struct failure last;

	if (s->lock == -1)
		return;
	/* That of another stays as it is. */
	memset(&last, 0, sizeof(last));
	last.at = tokens_clock();
	last.fault = *f;
	if (f->verdict == VD_OK)
		memset(&last, 0, sizeof(last));
	/* Without it the next process asks, too. */
	(void)!pwrite(s->lock, &last, sizeof(last), 0);
	(void)close(s->lock);
	s->lock = -1;
}

/* Writing */

static int
tokens_share(const struct tokenstore *s)
{
	struct stat st;

	if (fstat(s->new, &st) == -1 || (st.st_gid != s->group &&
	    fchown(s->new, (uid_t)-1, s->group) == -1))
		return -1;
	return fchmod(s->new, 0640);
}

int
tokens_reserve(struct tokenstore *s, struct fault *f)
{
	char name[TOKENS_NAME];
	int err;

	if (s->dir == -1 || s->readonly)
		return 0;
	tokens_file(s, "new", name);
	if (unlinkat(s->dir, name, 0) == -1 && errno != ENOENT)
		return tokens_wrong(s, errno, f);
	s->new = openat(s->dir, name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->new == -1)
		return tokens_wrong(s, errno, f);
	if (s->shared && tokens_share(s) == -1)
		return tokens_wrong(s, errno, f);
	if ((err = posix_fallocate(s->new, 0, FILE_MAX)) != 0 &&
	    err != EOPNOTSUPP && err != EINVAL)
		return tokens_wrong(s, err, f);
	return 0;
}

static void
tokens_print(const struct settings *set, const struct tokens *t,
    struct buf *out)
{
	json_t *j = jansson.object();

	jansson_set_text(j, "user", set->user);
	jansson_set_text(j, "provider", set->oauth);
	jansson_set_text(j, "client", set->oauth_client_id);
	jansson_set_text(j, "access_token", buf_text(&t->access));
	jansson_set_number(j, "obtained", t->got);
	jansson_set_number(j, "expires", t->until);
	if (t->refresh.len > 0)
		jansson_set_text(j, "refresh_token", buf_text(&t->refresh));
	if (t->seed.len > 0)
		jansson_set_text(j, "seed", buf_text(&t->seed));
	if (t->endpoint.len > 0) {
		jansson_set_text(j, "token_endpoint", buf_text(&t->endpoint));
		jansson_set_number(j, "metadata", t->learned);
		jansson_set_number(j, "basic", t->basic);
	}
	jansson_print(j, out);
	buf_adds(out, "\n");
	jansson_free(j);
}

static int
tokens_put(int fd, const struct buf *text)
{
	size_t done = 0;
	ssize_t n;

	while (done < text->len) {
		n = pwrite(fd, text->p + done, text->len - done, (off_t)done);
		if (n == -1 && errno != EINTR)
			return errno;
		if (n > 0)
			done += (size_t)n;
	}
	return ftruncate(fd, (off_t)text->len) == -1 || fsync(fd) == -1 ?
	    errno : 0;
}

int
tokens_write(struct tokenstore *s, const struct settings *set,
    const struct tokens *t, struct fault *f)
{
	struct buf text = { .max = FILE_MAX, .secret = true };
	char from[TOKENS_NAME], to[TOKENS_NAME];
	int err;

	if (s->dir == -1 || s->readonly)
		return 0;
	tokens_file(s, "new", from);
	tokens_file(s, "json", to);
	tokens_print(set, t, &text);
	err = text.full ? EFBIG : tokens_put(s->new, &text);
	buf_release(&text);
	if (close(s->new) == -1 && err == 0)
		err = errno;
	s->new = -1;
	if (err == 0 && (renameat(s->dir, from, s->dir, to) == -1 ||
	    fsync(s->dir) == -1))
		err = errno;
	return err == 0 ? 0 : tokens_wrong(s, err, f);
}

int
tokens_forget(const struct tokenstore *s, bool *any, struct fault *f)
{
	/* The lock stays: another process may hold it. */
	static const char *const kinds[] = { "json", "new" };
	char name[TOKENS_NAME];
	size_t i;

	*any = false;
	for (i = 0; i < NITEMS(kinds); i++) {
		tokens_file(s, kinds[i], name);
		if (unlinkat(s->dir, name, 0) == 0)
			*any |= i == 0;
		else if (errno != ENOENT)
			return tokens_wrong(s, errno, f);
	}
	return 0;
}
