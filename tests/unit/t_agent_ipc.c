/* t_agent_ipc.c - records arrive as they were sent, or not at all */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ipc.h"
#include "tap.h"

static struct record r, got;

/* A record of each kind that may be sent. */
static void
good(enum record_kind kind)
{
	const struct rcpt to = { .addr = strdup("b@example.org"),
	    .notify = NOTIFY_FAILURE };

	record_begin(&r, kind, 7);
	if (kind == REC_JOB) {
		r.u.job.size = 1;
		r.u.job.nrcpt = 2;
		(void)record_add(&r.u.job.words, "");
		(void)record_add(&r.u.job.words, "a@example.org");
		(void)record_add(&r.u.job.words, NULL);
		(void)record_add_rcpt(&r.u.job.words, &to);
		(void)record_add_rcpt(&r.u.job.words, &to);
	} else if (kind == REC_RCPT) {
		(void)record_add_rcpt(&r.u.rcpt.words, &to);
	} else if (kind == REC_FAULT) {
		r.u.fault.n = 1;
		(void)fault_set(&r.u.fault.fault, ST_RCPT, FD_SMTP, 550,
		    VD_PERM, "no");
	} else if (kind == REC_DONE) {
		link_clear(&r.u.done.link);
	}
	free(to.addr);
}

/* Send octets of r as they are; 1 if they were taken for a record. */
static int
pass(size_t n, bool with_fd)
{
	struct fault f = { 0 };
	int sock[2], fd = -1, all;

	if (record_pair(sock, &f) == -1)
		abort();
	if (with_fd) {
		/* The room knows how; the size may be wrong only without. */
		(void)record_send(sock[0], &r, STDIN_FILENO, 1);
	} else if (send(sock[0], &r, n, 0) == -1) {
		abort();
	}
	all = record_receive(sock[1], &got, &fd, 1);
	if (fd != -1)
		(void)close(fd);
	else if (all == 1 && got.kind == REC_JOB)
		all = -2;
	(void)close(sock[0]);
	(void)close(sock[1]);
	return all;
}

static size_t
size_of(enum record_kind kind)
{
	struct fault f = { 0 };
	char all[sizeof(r)];
	int sock[2];
	ssize_t n;

	good(kind);
	if (record_pair(sock, &f) == -1 ||
	    record_send(sock[0], &r, -1, 1) != 1)
		abort();
	n = recv(sock[1], all, sizeof(all), 0);
	(void)close(sock[0]);
	(void)close(sock[1]);
	return (size_t)n;
}

static void
sizes(void)
{
	enum record_kind kind;
	size_t n;

	for (kind = REC_JOB; kind < REC__MAX; kind++) {
		n = size_of(kind);
		ok(pass(n, kind == REC_JOB) == 1, "kind %d passes", kind);
		ok(pass(n + 1, false) == -1, "kind %d, an octet more", kind);
		ok(pass(n - 1, false) == -1, "kind %d, one less", kind);
		ok(pass(n, kind != REC_JOB) == -1,
		    "kind %d and a descriptor too many or none", kind);
	}
	good(REC_SENT);
	r.kind = 0;
	ok(pass(8, false) == -1, "no kind");
	r.kind = REC__MAX;
	ok(pass(8, false) == -1, "a kind that is none");
	ok(pass(4, false) == -1, "less than a kind");
}

/* What may not stand in a record. */
static void
refuse(const char *what)
{
	ok(pass(0, true) == -1, "%s", what);
}

static void
jobs(void)
{
	struct record_words *w = &r.u.job.words;

	good(REC_JOB), r.u.job.at = -1, refuse("a place before the file");
	good(REC_JOB), r.u.job.size = 0, refuse("no message");
	good(REC_JOB), r.u.job.ret = RET_HDRS + 1, refuse("a RET too much");
	good(REC_JOB), r.u.job.eightbit = 2, refuse("a bool that is 2");
	good(REC_JOB), r.u.job.last = 2, refuse("another");
	good(REC_JOB), r.u.job.nrcpt = 1, refuse("more than all");
	good(REC_JOB), w->nrcpt = 1, refuse("a recipient not counted");
	good(REC_JOB), w->nrcpt = 3, r.u.job.nrcpt = 3,
	    refuse("one that is not there");
	good(REC_JOB), w->len--, refuse("a word without end");
	good(REC_JOB), w->text[16] = '?', refuse("a letter before its range");
	good(REC_JOB), w->text[16] = 'P', refuse("one after it");
	good(REC_JOB), w->text[16] = '\0', refuse("none");
}

static void
raw(const char *what, size_t n)
{
	ok(pass(n, false) == -1, "%s", what);
}

static void
others(void)
{
	size_t n = size_of(REC_RCPT), fault = size_of(REC_FAULT),
	    end = size_of(REC_DONE);

	good(REC_RCPT), r.u.rcpt.words.nrcpt = 0, raw("no recipient", n);
	good(REC_RCPT), r.u.rcpt.words.len = RECORD_WORDS + 1,
	    raw("more words than there is room for", n);
	good(REC_RCPT), r.u.rcpt.words.len = UINT32_MAX,
	    raw("many more", n);
	good(REC_FAULT), r.u.fault.n = 0, raw("nobody refused", fault);
	good(REC_FAULT), r.u.fault.fault.verdict = VD_OK,
	    raw("refused by success", fault);
	good(REC_FAULT), r.u.fault.fault.verdict = VD__MAX,
	    raw("a verdict that is none", fault);
	good(REC_FAULT), r.u.fault.fault.stage = ST__MAX,
	    raw("a stage that is none", fault);
	good(REC_FAULT), r.u.fault.fault.domain = FD__MAX,
	    raw("a domain that is none", fault);
	good(REC_FAULT), memset(r.u.fault.fault.text, 'x', FAULT_TEXT),
	    raw("words without end", fault);
	good(REC_DONE), memset(r.u.done.accepted, 'x', 512),
	    raw("thanks without end", end);
	good(REC_DONE), r.u.done.link.authed = 2, raw("half a login", end);
}

/* Recipients until there is no more room, and all of them back. */
static void
many(void)
{
	char addr[64];
	struct rcpt to = { .addr = addr };
	struct record_reader rd;
	const char *p, *orcpt;
	unsigned notify, i = 0, n = 0;

	record_begin(&r, REC_RCPT, 1);
	do {
		(void)snprintf(addr, sizeof(addr), "bob%u@example.org", i);
		to.notify = i % (NOTIFY_ALL + 1);
		to.orcpt = i % 3 == 0 ? addr : NULL;
	} while (record_add_rcpt(&r.u.rcpt.words, &to) && i++ < RECORD_WORDS);
	ok(i > 500 && i == r.u.rcpt.words.nrcpt, "%u recipients fit", i);
	ok(pass(offsetof(struct record, u.rcpt.words.text) +
	    r.u.rcpt.words.len, false) == 1, "they arrive");
	record_read(&rd, &got.u.rcpt.words);
	while ((p = record_next_rcpt(&rd, &notify, &orcpt)) != NULL) {
		(void)snprintf(addr, sizeof(addr), "bob%u@example.org", n);
		if (strcmp(p, addr) != 0 || notify != n % (NOTIFY_ALL + 1) ||
		    strcmp(orcpt, n % 3 == 0 ? addr : "") != 0)
			break;
		n++;
	}
	is_int((int)n, (int)i, "as they were");
}

static void
long_word(void)
{
	char word[2 * RECORD_WORD];
	struct record_reader rd;

	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	record_begin(&r, REC_RCPT, 1);
	ok(record_add(&r.u.rcpt.words, word), "a long word");
	record_read(&rd, &r.u.rcpt.words);
	is_int((int)strlen(record_next(&rd)), RECORD_WORD - 1, "is cut");
	ok(record_next(&rd) == NULL, "and there is no other");
}

int
main(void)
{
	sizes();
	jobs();
	others();
	many();
	long_word();
	return done();
}
