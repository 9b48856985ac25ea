/* t_agent_ipc.c - records arrive as they were sent, or not at all */

#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/ipc.h"
#include "tap.h"

static struct ipc_record r, got;

/* A record of each kind that may be sent. */
static void
good(enum ipc_kind kind)
{
	const struct rcpt to = { .addr = strdup("b@example.org"),
	    .notify = NOTIFY_FAILURE };

	ipc_begin(&r, kind, 7);
	if (kind == IPC_DELIVERY) {
		r.u.delivery.size = 1;
		r.u.delivery.nrcpt = 2;
		(void)ipc_add(&r.u.delivery.words, "");
		(void)ipc_add(&r.u.delivery.words, "a@example.org");
		(void)ipc_add(&r.u.delivery.words, NULL);
		(void)ipc_add_rcpt(&r.u.delivery.words, &to);
		(void)ipc_add_rcpt(&r.u.delivery.words, &to);
	} else if (kind == IPC_RCPT) {
		(void)ipc_add_rcpt(&r.u.rcpt.words, &to);
	} else if (kind == IPC_FAULT) {
		r.u.fault.n = 1;
		(void)fault_set(&r.u.fault.fault, ST_RCPT, FD_SMTP, 550,
		    VD_PERM, "no");
	} else if (kind == IPC_DONE) {
		conninfo_clear(&r.u.done.conninfo);
	}
	free(to.addr);
}

/* Send octets of r as they are; 1 if they were taken for a record. */
static int
pass(size_t n, bool with_fd)
{
	struct fault f = { 0 };
	int sock[2], fd = -1, all;

	if (ipc_pair(sock, &f) == -1)
		abort();
	if (with_fd) {
		/* The room knows how; the size may be wrong only without. */
		(void)ipc_send(sock[0], &r, STDIN_FILENO, 1);
	} else if (send(sock[0], &r, n, 0) == -1) {
		abort();
	}
	all = ipc_receive(sock[1], &got, &fd, 1);
	if (fd != -1)
		(void)close(fd);
	else if (all == 1 && got.kind == IPC_DELIVERY)
		all = -2;
	(void)close(sock[0]);
	(void)close(sock[1]);
	return all;
}

static size_t
size_of(enum ipc_kind kind)
{
	struct fault f = { 0 };
	char all[sizeof(r)];
	int sock[2];
	ssize_t n;

	good(kind);
	if (ipc_pair(sock, &f) == -1 ||
	    ipc_send(sock[0], &r, -1, 1) != 1)
		abort();
	n = recv(sock[1], all, sizeof(all), 0);
	(void)close(sock[0]);
	(void)close(sock[1]);
	return (size_t)n;
}

static void
sizes(void)
{
	enum ipc_kind kind;
	bool with_fd;
	size_t n;

	for (kind = IPC_DELIVERY; kind < IPC__MAX; kind++) {
		n = size_of(kind);
		with_fd = kind == IPC_DELIVERY || kind == IPC_OPEN ||
		    kind == IPC_CONNECT || kind == IPC_BEGUN;
		ok(pass(n, with_fd) == 1, "kind %d passes", kind);
		ok(pass(n + 1, false) == -1, "kind %d, an octet more", kind);
		ok(pass(n - 1, false) == -1, "kind %d, one less", kind);
		ok(pass(n, !with_fd) == -1,
		    "kind %d and a descriptor too many or none", kind);
	}
	good(IPC_SENT);
	r.kind = 0;
	ok(pass(8, false) == -1, "no kind");
	r.kind = IPC__MAX;
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
connections(void)
{
	good(IPC_CONNECT);
	r.u.connect.to.len = sizeof(r.u.connect.to.sa);
	ok(pass(0, true) == 1, "an address of the longest kind");
	r.u.connect.to.len++;
	refuse("an address that is longer than its room");
	good(IPC_BEGUN);
	r.u.begun.source = 2;
	refuse("neither of the source nor of the address");
	good(IPC_BEGUN);
	r.u.begun.err = -1;
	refuse("no errno");
	good(IPC_BEGUN);
	r.u.begun.err = 1;
	refuse("an error and a socket");
	ok(pass(16, false) == 1, "an error alone");
}

static void
deliveries(void)
{
	struct ipc_words *w = &r.u.delivery.words;

	good(IPC_DELIVERY), r.u.delivery.at = -1,
	    refuse("a place before the file");
	good(IPC_DELIVERY), r.u.delivery.size = 0, refuse("no message");
	good(IPC_DELIVERY), r.u.delivery.limit = -1, refuse("no time");
	good(IPC_DELIVERY), r.u.delivery.ret = RET_HDRS + 1,
	    refuse("a RET too much");
	good(IPC_DELIVERY), r.u.delivery.eightbit = 2,
	    refuse("a bool that is 2");
	good(IPC_DELIVERY), r.u.delivery.last = 2, refuse("another");
	good(IPC_DELIVERY), r.u.delivery.nrcpt = 1, refuse("more than all");
	good(IPC_DELIVERY), w->nrcpt = 1, refuse("a recipient not counted");
	good(IPC_DELIVERY), w->nrcpt = 3, r.u.delivery.nrcpt = 3,
	    refuse("one that is not there");
	good(IPC_DELIVERY), w->len--, refuse("a word without end");
	good(IPC_DELIVERY), w->text[16] = '?',
	    refuse("a letter before its range");
	good(IPC_DELIVERY), w->text[16] = 'P', refuse("one after it");
	good(IPC_DELIVERY), w->text[16] = '\0', refuse("none");
}

static void
raw(const char *what, size_t n)
{
	ok(pass(n, false) == -1, "%s", what);
}

static void
others(void)
{
	size_t n = size_of(IPC_RCPT), fault = size_of(IPC_FAULT),
	    end = size_of(IPC_DONE);

	good(IPC_RCPT), r.u.rcpt.words.nrcpt = 0, raw("no recipient", n);
	good(IPC_RCPT), r.u.rcpt.words.len = IPC_WORDS + 1,
	    raw("more words than there is room for", n);
	good(IPC_RCPT), r.u.rcpt.words.len = UINT32_MAX,
	    raw("many more", n);
	good(IPC_FAULT), r.u.fault.n = 0, raw("nobody refused", fault);
	good(IPC_FAULT), r.u.fault.fault.verdict = VD_OK,
	    raw("refused by success", fault);
	good(IPC_FAULT), r.u.fault.fault.verdict = VD__MAX,
	    raw("a verdict that is none", fault);
	good(IPC_FAULT), r.u.fault.fault.stage = ST__MAX,
	    raw("a stage that is none", fault);
	good(IPC_FAULT), r.u.fault.fault.domain = FD__MAX,
	    raw("a domain that is none", fault);
	good(IPC_FAULT), memset(r.u.fault.fault.text, 'x', FAULT_TEXT),
	    raw("words without end", fault);
	good(IPC_DONE), memset(r.u.done.accepted, 'x', 512),
	    raw("thanks without end", end);
	good(IPC_DONE), r.u.done.conninfo.authed = 2, raw("half a login", end);
	good(IPC_DONE), r.u.done.conninfo.quoted = 2, raw("half a quote", end);
}

/* Recipients until there is no more room, and all of them back. */
static void
many(void)
{
	char addr[64];
	struct rcpt to = { .addr = addr };
	struct ipc_reader rd;
	const char *p, *orcpt;
	unsigned notify, i = 0, n = 0;

	ipc_begin(&r, IPC_RCPT, 1);
	do {
		(void)snprintf(addr, sizeof(addr), "bob%u@example.org", i);
		to.notify = i % (NOTIFY_ALL + 1);
		to.orcpt = i % 3 == 0 ? addr : NULL;
	} while (ipc_add_rcpt(&r.u.rcpt.words, &to) && i++ < IPC_WORDS);
	ok(i > 500 && i == r.u.rcpt.words.nrcpt, "%u recipients fit", i);
	ok(pass(offsetof(struct ipc_record, u.rcpt.words.text) +
	    r.u.rcpt.words.len, false) == 1, "they arrive");
	ipc_read(&rd, &got.u.rcpt.words);
	while ((p = ipc_next_rcpt(&rd, &notify, &orcpt)) != NULL) {
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
	char word[2 * IPC_WORD];
	struct ipc_reader rd;

	memset(word, 'x', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	ipc_begin(&r, IPC_RCPT, 1);
	ok(ipc_add(&r.u.rcpt.words, word), "a long word");
	ipc_read(&rd, &r.u.rcpt.words);
	is_int((int)strlen(ipc_next(&rd)), IPC_WORD - 1, "is cut");
	ok(ipc_next(&rd) == NULL, "and there is no other");
}

int
main(void)
{
	sizes();
	connections();
	deliveries();
	others();
	many();
	long_word();
	return done();
}
