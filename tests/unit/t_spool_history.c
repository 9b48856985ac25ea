/* t_spool_history.c - when mail of an account last went, and when not */

#include <fcntl.h>
#include <sys/stat.h>

#include "spool/history.h"
#include "spooling.h"

#define NOW	((time_t)1800000000)

static const struct spool *spool;

static void
expect(const char *account, time_t success, time_t failure,
    const char *cause, const char *what)
{
	struct history h = { 0 };

	history_get(spool, account, &h);
	ok(h.success == success && h.failure == failure &&
	    strcmp(h.cause, cause) == 0, "%s", what);
}

static void
accounts(void)
{
	struct history h = { .success = NOW + 9, .failure = NOW,
	    .cause = "older" };
	struct stat st;

	expect("", 0, 0, "", "nothing is known");
	ok(faccessat(spool->dir, "slots", F_OK, 0) == -1, "and no file made");
	history_success(spool, "", NOW);
	expect("", NOW, 0, "", "a success");
	history_failure(spool, "", NOW + 1, "535 no\nmore");
	expect("", NOW, NOW + 1, "535 no\nmore", "and a failure");
	history_failure(spool, "", NOW + 2, "450");
	history_success(spool, "", NOW + 3);
	expect("", NOW + 3, NOW + 2, "450", "the last of both");
	NEED(fstatat(spool->dir, "slots/account-.last", &st, 0) == 0);
	is_int(st.st_size, HISTORY_FILE, "its size");
	is_int(st.st_mode & 0777, 0600, "its mode");
	history_failure(spool, "Work", NOW, "a");
	history_failure(spool, "work", NOW, "b");
	history_failure(spool, "../a=b", NOW, "c");
	expect("Work", 0, NOW, "a", "an account of its own");
	expect("work", 0, NOW, "b", "and another");
	expect("../a=b", 0, NOW, "c", "any name");
	ok(faccessat(spool->dir, "slots/account-..=2fa=3db.last", F_OK, 0) == 0,
	    "which leaves no directory");
	history_get(spool, "", &h);
	ok(h.success == NOW + 9 && h.failure == NOW + 2 &&
	    strcmp(h.cause, "450") == 0, "added to: the later of each");
}

static void
odd_files(void)
{
	char most[2 * HISTORY_FILE], name[300];
	struct history h = { 0 };
	int fd;

	memset(most, 'x', sizeof(most));
	most[sizeof(most) - 1] = '\0';
	history_failure(spool, "long", NOW, most);
	history_get(spool, "long", &h);
	is_int((long long)strlen(h.cause), HISTORY_CAUSE - 1, "a cause is cut");
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	history_success(spool, name, NOW);
	expect(name, 0, 0, "", "a name too long for a file has none");
	fd = openat(spool->dir, "slots/account-s.last", O_WRONLY | O_CREAT,
	    0600);
	NEED(fd != -1 && write(fd, "abc", 3) == 3 && close(fd) == 0);
	expect("s", 0, 0, "", "a short file says nothing");
	history_success(spool, "s", NOW);
	expect("s", NOW, 0, "", "and is written anew");
	history_failure(spool, "s", NOW, "\033[2J");
	expect("s", NOW, NOW, "?[2J", "no control characters come back");
	NEED(symlinkat("x", spool->dir, "slots/account-l.last") == 0);
	history_success(spool, "l", NOW);
	expect("l", 0, 0, "", "no link is followed");
	ok(faccessat(spool->dir, "slots/x", F_OK, 0) == -1, "nor written");
}

int
main(void)
{
	struct pond p;

	pond_open(&p);
	spool = &p.spool;
	accounts();
	odd_files();
	pond_close(&p);
	return done();
}
