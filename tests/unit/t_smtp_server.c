/*
 * t_smtp_server.c - play written dialogues against the server machine
 *
 * usage: t_smtp_server dialogue...		(by default all of
 *tests/dialog-server)
 *
 * Each is played whole and then again byte by byte.  TEXT of R and M may
 * have \r, \n, \\ and \xHH in it.  Lines of a dialogue:
 *
 *	opt KEY VALUE	hostname, domain, size; unusable: an address that the
 *			caller refuses, later: for now; before all else
 *	C: TEXT		the client says TEXT; all said so far was heard
 *	L: TEXT		the same, but the line ends in a bare LF
 *	R: TEXT		the same, as it stands, without a line end
 *	C& L& R&	the same, in one segment with what follows
 *	S: TEXT		the server must have said TEXT
 *	times N C: TEXT	(any of the above) N times over, # is 1, 2, 3...
 *	refuse WHEN VERDICT STAGE CODE TEXT
 *			the next message is refused at its begin, data or end;
 *			\n in TEXT is a new line of the relay's
 *	rcpt N VERDICT CODE TEXT	or its recipient N (* for all) ends
 *			so; none for a VERDICT leaves it as it is
 *	words TEXT	or those are the words of the relay that took it
 *	from ADDR	the message that began last must be from ADDR; to it:
 *	to N ADDR [NOTIFY [ORCPT]]
 *	rcpts N		so many recipients
 *	envid TEXT / ret FULL
 *	M: TEXT		the messages must go on with TEXT and CRLF
 *	M& TEXT		must go on with TEXT
 *	M.		and must have ended here
 *	drop		a message must have been dropped; M: is not told of it
 *	end		the client goes away
 *	over [lost]	that must be the end, in a transaction or not
 */

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "smtp/server.h"
#include "smtp/server_reply.h"
#include "tap.h"

enum when { BEGIN, DATA, END, WHEN__MAX };

struct play {
	struct server	 s;
	struct server_opts o;
	struct buf	 said, message, segment;
	const char	*file;
	int		 line;
	bool		 split, failed, started, over;
	size_t		 end[16];	/* where messages end in message */
	unsigned	 ends, drops;

	/* what is said of the next message */
	bool		 refused[WHEN__MAX];
	struct fault	 why[WHEN__MAX];
	struct fault	 rcpt[8], all;
	bool		 none[8];
	char		 words[512];

	/* what was seen of the last */
	char		*from, *envid;
	enum ret	 ret;
	struct rcpt	 seen[8];
	size_t		 nseen;

	char		 hostname[128], domain[128];
	char		 unusable[128], later[128];
};

static void
fail(struct play *p, const char *why)
{
	printf("# %s:%d%s: %s\n", p->file, p->line,
	    p->split ? " (split)" : "", why);
	if (p->said.len > 0)
		printf("# the server said: %.300s\n", p->said.p);
	if (p->message.len > 0)
		printf("# of the message: %.300s\n", p->message.p);
	p->failed = true;
}

static char *
copy(const char *s)
{
	return s != NULL ? xstrdup(s) : NULL;
}

static void
forget(struct play *p)
{
	size_t i;

	for (i = 0; i < NITEMS(p->seen); i++) {
		free(p->seen[i].addr);
		free(p->seen[i].orcpt);
		p->seen[i] = (struct rcpt){ 0 };
	}
	free(p->from);
	free(p->envid);
	p->from = p->envid = NULL;
}

static void
begin(struct play *p)
{
	const struct envelope *e = &p->s.env;
	size_t i;

	forget(p);
	p->from = xstrdup(e->from);
	p->envid = copy(e->envid);
	p->ret = e->ret;
	p->nseen = e->nrcpt;
	for (i = 0; i < e->nrcpt && i < NITEMS(p->seen); i++) {
		p->seen[i].addr = xstrdup(e->rcpt[i].addr);
		p->seen[i].orcpt = copy(e->rcpt[i].orcpt);
		p->seen[i].notify = e->rcpt[i].notify;
	}
	if (p->refused[BEGIN])
		server_refuse(&p->s, &p->why[BEGIN]);
	else
		server_go(&p->s);
	p->refused[BEGIN] = false;
}

static void
data(struct play *p)
{
	if (p->refused[DATA])
		server_refuse(&p->s, &p->why[DATA]);
	else
		buf_add(&p->message, p->s.data.p, p->s.data.len);
	p->refused[DATA] = false;
}

static void
end(struct play *p)
{
	struct envelope *e = &p->s.env;
	struct fault *f;
	size_t i;

	if (p->ends == NITEMS(p->end))
		fail(p, "too many messages to remember");
	else
		p->end[p->ends++] = p->message.len;
	if (p->refused[END]) {
		server_refuse(&p->s, &p->why[END]);
	} else {
		for (i = 0; i < e->nrcpt; i++) {
			f = i < NITEMS(p->rcpt) && p->all.verdict == VD_OK ?
			    &p->rcpt[i] : &p->all;
			if (i >= NITEMS(p->none) || !p->none[i])
				rcpt_settle(&e->rcpt[i],
				    f->verdict != VD_OK ? f : NULL);
		}
		server_verdict(&p->s, p->words);
	}
	p->refused[END] = false;
	memset(p->rcpt, 0, sizeof(p->rcpt));
	memset(p->none, 0, sizeof(p->none));
	fault_clear(&p->all);
}

/* What has come of it is worth nothing. */
static void
drop(struct play *p)
{
	size_t whole = p->ends > 0 ? p->end[p->ends - 1] : 0;
	struct buf b = { .max = p->message.max };

	buf_add(&b, p->message.p, whole);
	buf_release(&p->message);
	p->message = b;
	p->drops++;
}

static void
run(struct play *p)
{
	enum server_want w;
	int steps;

	for (steps = 0; steps < 100000; steps++) {
		w = server_step(&p->s);
		if (w == SERVER_SEND) {
			buf_add(&p->said, p->s.out.p, p->s.out.len);
			server_sent(&p->s, p->s.out.len);
		} else if (w == SERVER_BEGIN) {
			begin(p);
		} else if (w == SERVER_DATA) {
			data(p);
		} else if (w == SERVER_END) {
			end(p);
		} else if (w == SERVER_DROP) {
			drop(p);
		} else {
			p->over = w == SERVER_OVER;
			return;
		}
	}
	fail(p, "the machine spins");
}

/* Let the server have the segment, as fast as it takes it. */
static void
feed(struct play *p)
{
	size_t n, at, step;

	for (at = 0; at < p->segment.len && !p->over; at += n) {
		step = p->split ? 1 : p->segment.len - at;
		n = server_room(&p->s) < step ? server_room(&p->s) : step;
		if (n == 0) {
			fail(p, "there is no room");
			break;
		}
		server_feed(&p->s, p->segment.p + at, n);
		run(p);
	}
	buf_clear(&p->segment);
}

static void
unescape(struct buf *b, const char *t)
{
	char hex[3] = "", c;

	for (; *t != '\0'; t++) {
		c = *t;
		if (c == '\\' && t[1] != '\0') {
			c = *++t;
			if (c == 'x' && t[1] != '\0' && t[2] != '\0') {
				memcpy(hex, t + 1, 2);
				c = (char)strtol(hex, NULL, 16);
				t += 2;
			} else {
				c = c == 'r' ? '\r' : c == 'n' ? '\n' : c;
			}
		}
		buf_add(b, &c, 1);
	}
}

static void
client(struct play *p, char how, bool joined, const char *text)
{
	if (p->segment.len == 0 && p->said.len > 0)
		fail(p, "the server said more than that");
	if (how == 'R')
		unescape(&p->segment, text);
	else
		buf_adds(&p->segment, text);
	if (how != 'R')
		buf_adds(&p->segment, how == 'C' ? "\r\n" : "\n");
	if (!joined)
		feed(p);
}

static void
server(struct play *p, const char *text)
{
	size_t n = strlen(text);

	if (p->said.len < n + 2 || memcmp(p->said.p, text, n) != 0 ||
	    memcmp(p->said.p + n, "\r\n", 2) != 0) {
		fail(p, text);
		return;
	}
	buf_drop(&p->said, n + 2);
}

static void
message(struct play *p, const char *text, bool line)
{
	size_t left = p->ends > 0 ? p->end[0] : p->message.len;
	struct buf want = { .max = 1 << 20 };
	unsigned i;

	unescape(&want, text);
	if (line)
		buf_adds(&want, "\r\n");
	if (left < want.len || (want.len > 0 &&
	    memcmp(p->message.p, want.p, want.len) != 0)) {
		fail(p, text);
	} else {
		buf_drop(&p->message, want.len);
		for (i = 0; i < p->ends; i++)
			p->end[i] -= want.len;
	}
	buf_release(&want);
}

static void
message_end(struct play *p)
{
	if (p->ends == 0) {
		fail(p, "the message has not ended");
		return;
	}
	if (p->end[0] > 0)
		fail(p, "the message goes on");
	p->ends--;
	memmove(p->end, p->end + 1, p->ends * sizeof(p->end[0]));
}

/* The next word of a line, "" at its end; *at moves on, NULL at the end. */
static const char *
word(char **at)
{
	return *at != NULL ? strsep(at, " ") : "";
}

static void
read_fault(struct play *p, struct fault *f, const char *verdict,
    const char *stage, const char *code, const char *text)
{
	struct buf b = { .max = 4096 };
	int v = 0, st = 0, number = atoi(code), n;

	while (v < VD__MAX && strcmp(fault_verdict((enum verdict)v),
	    verdict) != 0)
		v++;
	while (st < ST__MAX && strcmp(fault_stage((enum stage)st),
	    stage) != 0)
		st++;
	if (v == VD__MAX || st == ST__MAX) {
		fail(p, "no such verdict or stage");
		return;
	}
	unescape(&b, text != NULL ? text : "");
	fault_clear(f);
	fault_what(f, "relay.test:25");
	(void)fault_set(f, (enum stage)st, number ? FD_SMTP : FD_NONE,
	    number, (enum verdict)v, "%s", buf_text(&b));
	if (number && sscanf(buf_text(&b), "%hu.%hu.%hu%n", &f->esc[0],
	    &f->esc[1], &f->esc[2], &n) != 3)
		memset(f->esc, 0, sizeof(f->esc));
	buf_release(&b);
}

static void
refuse(struct play *p, char *at)
{
	static const char *const names[] = { "begin", "data", "end" };
	const char *when = word(&at), *verdict = word(&at),
	    *stage = word(&at), *code = word(&at);
	int i;

	for (i = 0; i < WHEN__MAX && strcmp(names[i], when) != 0; i++)
		;
	if (i == WHEN__MAX) {
		fail(p, "refuse when?");
		return;
	}
	p->refused[i] = true;
	read_fault(p, &p->why[i], verdict, stage, code, at);
}

static void
settle(struct play *p, char *at)
{
	const char *who = word(&at), *verdict = word(&at);
	const char *code = word(&at);
	size_t i = (size_t)atoi(who);

	if (i >= NITEMS(p->rcpt))
		fail(p, "a recipient of that number cannot be told");
	else if (strcmp(verdict, "none") == 0)
		p->none[i] = true;
	else
		read_fault(p, *who == '*' ? &p->all : &p->rcpt[i], verdict,
		    "rcpt", code, at);
}

static void
expect(struct play *p, const char *got, const char *want)
{
	if (strcmp(got != NULL ? got : "(none)", want != NULL ? want : "") != 0)
		fail(p, got != NULL ? got : "(none)");
}

static void
recipient(struct play *p, char *at)
{
	size_t i = (size_t)atoi(word(&at));

	if (i >= p->nseen || i >= NITEMS(p->seen)) {
		fail(p, "there is no such recipient");
		return;
	}
	expect(p, p->seen[i].addr, word(&at));
	if (p->seen[i].notify != (unsigned)atoi(word(&at)))
		fail(p, "NOTIFY is another");
	if (at != NULL && *at != '\0')
		expect(p, p->seen[i].orcpt, at);
	else if (p->seen[i].orcpt != NULL)
		fail(p, "ORCPT is there");
}

static int
usable(void *ctx, const char *addr, struct fault *f)
{
	const struct play *p = ctx;

	fault_what(f, "%s", addr);
	if (strcmp(addr, p->unusable) == 0)
		return fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_PERM, "no");
	if (strcmp(addr, p->later) == 0)
		return fault_set(f, ST_ADDRESS, FD_NONE, 0, VD_TEMP, "busy");
	return 0;
}

static void
set_option(struct play *p, char *at)
{
	const char *key = word(&at), *value = word(&at);

	if (strcmp(key, "hostname") == 0)
		(void)strlcpy(p->hostname, value, sizeof(p->hostname));
	else if (strcmp(key, "domain") == 0)
		(void)strlcpy(p->domain, value, sizeof(p->domain));
	else if (strcmp(key, "unusable") == 0)
		(void)strlcpy(p->unusable, value, sizeof(p->unusable));
	else if (strcmp(key, "later") == 0)
		(void)strlcpy(p->later, value, sizeof(p->later));
	else if (strcmp(key, "size") == 0)
		p->o.max_size = atoll(value);
	else
		fail(p, key);
}

static void
over(struct play *p, const char *how)
{
	if (!p->over)
		fail(p, "it is not over");
	if (p->s.lost != (strcmp(how, "lost") == 0))
		fail(p, p->s.lost ? "it was lost" : "it was not lost");
}

static void
check(struct play *p, const char *key, char *at)
{
	static const char *const rets[] = { [RET_UNSET] = "",
	    [RET_FULL] = "FULL", [RET_HDRS] = "HDRS" };

	if (strcmp(key, "from") == 0)
		expect(p, p->from, at != NULL ? at : "");
	else if (strcmp(key, "to") == 0)
		recipient(p, at);
	else if (strcmp(key, "rcpts") == 0) {
		if (p->nseen != (size_t)atoi(word(&at)))
			fail(p, "the number of recipients is another");
	} else if (strcmp(key, "envid") == 0)
		expect(p, p->envid, at);
	else if (strcmp(key, "ret") == 0)
		expect(p, rets[p->ret], at);
	else if (strcmp(key, "M.") == 0)
		message_end(p);
	else if (strcmp(key, "drop") == 0 && p->drops > 0)
		p->drops--;
	else if (strcmp(key, "over") == 0)
		over(p, word(&at));
	else
		fail(p, key);
}

static void
play_line(struct play *p, char *line)
{
	const char *text = line + 3;
	char *at = line;

	if (strlen(line) < 3)
		text = "";
	if (strchr("CLR", *line) != NULL && (line[1] == ':' ||
	    line[1] == '&'))
		client(p, *line, line[1] == '&', text);
	else if (strncmp(line, "S:", 2) == 0)
		server(p, text);
	else if (strncmp(line, "M:", 2) == 0 || strncmp(line, "M&", 2) == 0)
		message(p, text, line[1] == ':');
	else if (strncmp(line, "refuse ", 7) == 0)
		refuse(p, line + 7);
	else if (strncmp(line, "rcpt ", 5) == 0)
		settle(p, line + 5);
	else if (strncmp(line, "words ", 6) == 0)
		(void)strlcpy(p->words, line + 6, sizeof(p->words));
	else if (strcmp(line, "end") == 0) {
		server_eof(&p->s);
		run(p);
	} else {
		text = word(&at);
		check(p, text, at);
	}
}

/* Play a line, or the same line many times, numbered. */
static void
play_times(struct play *p, char *line)
{
	struct buf b = { .max = 1 << 16 };
	char *at = line;
	long n = 1, i;

	if (strncmp(line, "times ", 6) == 0) {
		at += 6;
		n = atol(word(&at));
	}
	for (i = 1; i <= n; i++) {
		buf_clear(&b);
		if (n == 1 || strchr(at, '#') == NULL)
			buf_adds(&b, at);
		else
			buf_addf(&b, "%.*s%ld%s", (int)strcspn(at, "#"), at,
			    i, strchr(at, '#') + 1);
		play_line(p, b.p);
	}
	buf_release(&b);
}

static void
play_all(struct play *p, FILE *in)
{
	char line[8192];

	while (!p->failed && fgets(line, sizeof(line), in) != NULL) {
		p->line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		if (strncmp(line, "opt ", 4) == 0) {
			set_option(p, line + 4);
			continue;
		}
		if (!p->started) {
			server_init(&p->s, &p->o);
			p->started = true;
			run(p);
		}
		play_times(p, line);
	}
	if (p->failed)
		return;
	if (!p->started || !p->over)
		fail(p, "it must be played to the end");
	else if (p->said.len > 0 || p->message.len > 0 || p->ends > 0 ||
	    p->drops > 0)
		fail(p, "there was more than that");
}

static bool
play(const char *file, bool split)
{
	struct play *p = xcalloc(1, sizeof(*p));
	FILE *in = fopen(file, "r");
	bool good;

	p->file = file;
	p->split = split;
	p->said.max = p->message.max = p->segment.max = 1 << 24;
	(void)strlcpy(p->hostname, "me.test", sizeof(p->hostname));
	(void)strlcpy(p->domain, "dom.test", sizeof(p->domain));
	(void)strlcpy(p->words, "accepted", sizeof(p->words));
	p->o.hostname = p->hostname;
	p->o.domain = p->domain;
	p->o.usable = usable;
	p->o.ctx = p;
	if (in == NULL) {
		fail(p, "cannot be opened");
	} else {
		play_all(p, in);
		(void)fclose(in);
	}
	good = !p->failed;
	forget(p);
	server_release(&p->s);
	buf_release(&p->said);
	buf_release(&p->message);
	buf_release(&p->segment);
	free(p);
	return good;
}

/* Faults of the host itself, and how the replies to them begin. */
static void
own_faults(void)
{
	static const struct {
		enum stage	 stage;
		enum domain	 domain;
		int		 code;
		unsigned short	 esc[3];
		const char	*reply;
	} t[] = {
		{ ST_SPOOL, FD_NONE, 0, { 4, 3, 1 }, "452 4.3.1 " },
		{ ST_SPOOL, FD_ERRNO, ENOSPC, { 0 }, "452 4.3.1 " },
		{ ST_SPOOL, FD_ERRNO, EDQUOT, { 0 }, "452 4.3.1 " },
		{ ST_SPOOL, FD_ERRNO, EACCES, { 0 }, "451 4.3.0 " },
		{ ST_CONFIG, FD_ERRNO, ENOSPC, { 0 }, "451 4.3.0 " },
		{ ST_EHLO, FD_SMTP, 452, { 4, 3, 1 }, "451 4.3.1 " },
		{ ST_MAIL, FD_SMTP, 451, { 0 }, "451 4.3.0 " },
		{ ST_MAIL, FD_SMTP, 450, { 0 }, "450 4.0.0 " },
	};
	struct buf out = { .max = 4096 };
	struct fault f;
	char *start;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		fault_clear(&f);
		(void)fault_set(&f, t[i].stage, t[i].domain, t[i].code,
		    VD_TEMP, "a word");
		memcpy(f.esc, t[i].esc, sizeof(f.esc));
		server_reply_fault(&out, &f);
		start = xstrndup(buf_text(&out), strlen(t[i].reply));
		is(start, t[i].reply, "the reply to fault %zu", i);
		free(start);
		buf_clear(&out);
	}
	buf_release(&out);
}

int
main(int argc, char **argv)
{
	glob_t all = { 0 };
	char **files = argv + 1;
	size_t n = (size_t)argc - 1, i;

	if (argc < 2) {
		(void)glob("tests/dialog-server/*", 0, NULL, &all);
		files = all.gl_pathv;
		n = all.gl_pathc;
	}
	for (i = 0; i < n; i++) {
		ok(play(files[i], false), "%s", files[i]);
		ok(play(files[i], true), "%s, byte by byte", files[i]);
	}
	ok(n > 0, "there are dialogues");
	own_faults();
	if (argc < 2)
		globfree(&all);
	return done();
}
