/*
 * server.c - the server's side of an SMTP session, without any I/O
 *
 * The client is a program on this host that started heloise, so it gets
 * more trust than a remote client: bare names are qualified, UTF-8 needs no
 * SMTPUTF8, parameters need no EHLO, and pipelining has no limit.
 *
 * The text of a message must never become commands (SMTP smuggling).  The
 * end of a message is CRLF "." CRLF.  A client all of whose commands ended
 * in a bare LF also ends the message so; for that client LF "." LF is an end
 * too.  For all others a bare LF is an octet of the message.  Some clients
 * send the message without waiting for the 354.  If DATA was refused, its
 * lines arrive as commands; so the first line then that is no command ends
 * the session.
 */

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "smtp/server.h"
#include "smtp/server_params.h"
#include "smtp/server_reply.h"

#define IN	65536		/* octets read ahead */
#define OUT	524288		/* octets of unsent replies, about */

static void
server_say(struct server *s, int code, const char *esc, const char *text)
{
	server_reply_add(&s->out, code, esc, text);
}

/* Count an error; true if it was the last one allowed. */
static bool
server_count_error(struct server *s)
{
	if (++s->errors < SERVER_ERRORS)
		return false;
	server_say(s, 421, "4.7.0", "too many errors, closing");
	s->phase = SP_OVER;
	return true;
}

static void
server_complain(struct server *s, int code, const char *esc, const char *text)
{
	if (!server_count_error(s))
		server_say(s, code, esc, text);
}

/* Bad addresses do not count as errors: a list may have many. */
static void
server_refuse_argument(struct server *s, const struct fault *f)
{
	if (f->code == 552 || f->code == 553 || !server_count_error(s))
		server_reply_fault(&s->out, f);
}

static void
server_reset(struct server *s)
{
	envelope_release(&s->env);
	buf_clear(&s->refusal);
	s->open = s->named = false;
}

/* The commands; arg has no blanks around it. */

static void
server_do_ehlo(struct server *s, char *arg)
{
	struct buf b = { .max = 2048 };

	server_reset(s);
	buf_addf(&b, "%.1000s\nPIPELINING\nSIZE %lld\n8BITMIME\nSMTPUTF8\n"
	    "ENHANCEDSTATUSCODES\nDSN\nHELP", s->o->hostname, s->o->max_size);
	server_say(s, 250, NULL, buf_text(&b));
	buf_release(&b);
}

static void
server_do_helo(struct server *s, char *arg)
{
	server_reset(s);
	server_say(s, 250, NULL, s->o->hostname);
}

static void
server_do_mail(struct server *s, char *arg)
{
	struct fault f;

	/* As in sendmail and Postfix, no HELO need come before. */
	if (s->open) {
		server_complain(s, 503, "5.5.1", "there is a sender already");
		return;
	}
	fault_clear(&f);
	if (server_params_mail(&s->env, arg, s->o->domain, s->o->max_size,
	    &f) == -1) {
		server_reset(s);
		server_refuse_argument(s, &f);
		return;
	}
	s->open = true;
	server_say(s, 250, "2.1.0", "sender ok");
}

/* Refuse the recipient that was added last.  False: it can be used. */
static bool
server_refuse_last(struct server *s)
{
	const char *addr = s->env.rcpt[s->env.nrcpt - 1].addr;
	struct buf text = { .max = 8192 };
	struct fault f;

	fault_clear(&f);
	if (s->o->usable == NULL || s->o->usable(s->o->ctx, addr, &f) == 0)
		return false;
	envelope_remove_last(&s->env);
	fault_print(&text, &f);
	if (f.verdict == VD_PERM)
		server_say(s, 550, "5.1.1", buf_text(&text));
	else
		server_say(s, 451, "4.3.0", buf_text(&text));
	buf_release(&text);
	return true;
}

static void
server_do_rcpt(struct server *s, char *arg)
{
	size_t had = s->env.nrcpt;
	struct fault f;

	if (!s->open) {
		server_say(s, 503, "5.5.1", "send MAIL first");
		return;
	}
	s->named = true;
	if (s->env.nrcpt >= SERVER_RCPTS) {
		server_say(s, 452, "4.5.3", "too many recipients at a time");
		return;
	}
	fault_clear(&f);
	if (server_params_rcpt(&s->env, arg, s->o->domain, &f) == -1)
		server_refuse_argument(s, &f);
	else if (s->env.nrcpt == had || !server_refuse_last(s))
		server_say(s, 250, "2.1.5", "recipient ok");
}

static void
server_do_data(struct server *s, char *arg)
{
	if (s->env.nrcpt > 0) {
		s->phase = SP_BEGIN;
		return;
	}
	s->refused = true;
	if (s->named)
		server_say(s, 554, "5.5.1", "no valid recipients");
	else
		server_say(s, 503, "5.5.1", s->open ? "send RCPT first" :
		    "send MAIL first");
}

static void
server_do_rset(struct server *s, char *arg)
{
	server_reset(s);
	server_say(s, 250, "2.0.0", "ok");
}

static void
server_do_noop(struct server *s, char *arg)
{
	server_say(s, 250, "2.0.0", "ok");
}

/* RFC 5321, 3.5.3: only the relay knows. */
static void
server_do_vrfy(struct server *s, char *arg)
{
	server_say(s, 252, "2.0.0", "cannot verify, but will try to deliver");
}

static void
server_do_help(struct server *s, char *arg)
{
	server_say(s, 214, "2.0.0", "EHLO HELO MAIL RCPT DATA\n"
	    "RSET NOOP VRFY HELP QUIT");
}

static void
server_do_quit(struct server *s, char *arg)
{
	server_reset(s);
	server_say(s, 221, "2.0.0", "closing");
	s->phase = SP_OVER;
}

enum args { ARGS_NONE, ARGS_SOME, ARGS_ANY };

static const struct verb {
	const char	*name;
	enum args	 args;
	void		(*run)(struct server *, char *);
} verbs[] = {
	{ "EHLO", ARGS_SOME, server_do_ehlo },
	{ "HELO", ARGS_SOME, server_do_helo },
	{ "MAIL", ARGS_SOME, server_do_mail },
	{ "RCPT", ARGS_SOME, server_do_rcpt },
	{ "DATA", ARGS_NONE, server_do_data },
	{ "RSET", ARGS_NONE, server_do_rset },
	{ "NOOP", ARGS_ANY, server_do_noop },
	{ "VRFY", ARGS_SOME, server_do_vrfy },
	{ "HELP", ARGS_ANY, server_do_help },
	{ "QUIT", ARGS_NONE, server_do_quit },
	/* not offered */
	{ "EXPN", ARGS_ANY, NULL },
	{ "AUTH", ARGS_ANY, NULL },
	{ "BDAT", ARGS_ANY, NULL },
	{ "STARTTLS", ARGS_ANY, NULL },
	{ "ETRN", ARGS_ANY, NULL },
	{ "TURN", ARGS_ANY, NULL },
};

static const struct verb *
server_find_verb(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < NITEMS(verbs); i++)
		if (ascii_is(p, n, verbs[i].name))
			return &verbs[i];
	return NULL;
}

/* Not a command: after a refused DATA it may be a line of the message. */
static void
server_not_command(struct server *s, const char *esc, const char *text)
{
	if (!s->refused) {
		server_complain(s, 500, esc, text);
		return;
	}
	server_say(s, 421, "4.7.0",
	    "the message must wait for the 354, closing");
	s->phase = SP_OVER;
}

/* One command without its line end; p[n] may be overwritten. */
static void
server_command(struct server *s, char *p, size_t n)
{
	const struct verb *v;
	size_t name;

	while (n > 0 && p[n - 1] == ' ')
		n--;
	p[n] = '\0';
	if (ascii_controls(p, n)) {
		server_not_command(s, "5.5.2",
		    "a control character in a command");
		return;
	}
	name = strcspn(p, " ");
	if ((v = server_find_verb(p, name)) == NULL) {
		server_not_command(s, "5.5.1", "unknown command; send HELP");
		return;
	}
	s->refused = false;
	p += name;
	p += strspn(p, " ");
	if (v->run == NULL)
		server_complain(s, 502, "5.5.1", "command not implemented");
	else if (v->args == ARGS_SOME && *p == '\0')
		server_complain(s, 501, "5.5.4", "an argument is missing");
	else if (v->args == ARGS_NONE && *p != '\0')
		server_complain(s, 501, "5.5.4", "unexpected argument");
	else
		v->run(s, p);
}

/* Do the next command, if all of it is there. */
static bool
server_take_line(struct server *s)
{
	size_t left = s->in.len - s->used, n;
	char *p, *nl;

	if (left == 0)
		return false;
	p = s->in.p + s->used;
	if ((nl = memchr(p, '\n', left)) == NULL) {
		if (left >= SERVER_LINE || s->skip) {
			s->skip = true;
			s->used = s->in.len - 1;	/* it may be the CR */
		}
		return false;
	}
	n = (size_t)(nl - p);
	s->used += n + 1;
	if (n >= SERVER_LINE)
		s->skip = true;
	if (n > 0 && nl[-1] == '\r') {
		s->crlf = true;
		n--;
	}
	if (s->skip)
		server_not_command(s, "5.5.2", "the line is too long");
	else
		server_command(s, p, n);
	s->skip = false;
	return true;
}

/* Pass on octets of the message, unless it was refused. */
static void
server_give(struct server *s, const char *p, size_t n)
{
	struct fault f;

	if (s->refusal.len > 0)
		return;
	buf_add(&s->data, p, n);
	s->octets += (long long)n;
	if (s->o->max_size == 0 || s->octets <= s->o->max_size)
		return;
	fault_clear(&f);
	(void)fault_set(&f, ST_BODY, FD_SMTP, 552, VD_PERM,
	    "5.3.4 the message is over %lld octets", s->o->max_size);
	server_refuse(s, &f);
}

/* Text up to where a line ends, or as much as there is. */
static void
server_take_text(struct server *s)
{
	const char *p = s->in.p + s->used, *nl;
	size_t n = s->in.len - s->used;

	if ((nl = memchr(p, '\n', n)) != NULL) {
		n = (size_t)(nl - p) + 1;
		s->line_crlf = n > 1 ? nl[-1] == '\r' : s->cr;
		if (s->line_crlf || !s->crlf)
			s->at = AT_START;
	}
	s->cr = p[n - 1] == '\r';
	server_give(s, p, n);
	s->used += n;
}

/*
 * Take the available octets of the message, and undo dot-stuffing (RFC 5321,
 * 4.5.2).  True: it has ended.
 */
static bool
server_take_message(struct server *s)
{
	bool end = false;
	char c;

	while (!end && s->used < s->in.len) {
		c = s->in.p[s->used];
		switch (s->at) {
		case AT_START:
			s->at = c == '.' ? AT_DOT : AT_TEXT;
			s->used += c == '.';
			s->cr = false;
			break;
		case AT_DOT:
			end = c == '\n' && !s->crlf;
			s->at = c == '\r' ? AT_DOT_CR : AT_TEXT;
			s->used += end || c == '\r';
			break;
		case AT_DOT_CR:
			end = c == '\n' && s->line_crlf;
			s->at = AT_TEXT;
			s->used += end;
			s->cr = true;
			if (!end)
				server_give(s, "\r", 1);
			break;
		case AT_TEXT:
			server_take_text(s);
			break;
		}
	}
	return end;
}

/* The final dot was read. */
static void
server_message_ends(struct server *s)
{
	if (s->refusal.len == 0) {
		s->phase = SP_END;
		return;
	}
	buf_add(&s->out, s->refusal.p, s->refusal.len);
	server_reset(s);
	s->phase = SP_COMMAND;
}

/* What the caller must do now with the message.  False: nothing. */
static bool
server_wants(struct server *s, enum server_want *want)
{
	if (s->begun && s->phase == SP_OVER) {
		s->begun = false;
		s->drop = true;
	}
	if (s->drop) {
		s->drop = false;
		*want = SERVER_DROP;
	} else if (s->data.len > 0) {
		*want = SERVER_DATA;
	} else if (s->phase == SP_BEGIN) {
		*want = SERVER_BEGIN;
	} else if (s->phase == SP_END) {
		s->begun = false;
		*want = SERVER_END;
	} else {
		return false;
	}
	return true;
}

/* Process the input.  False: nothing changed. */
static bool
server_advance(struct server *s)
{
	if (s->phase == SP_COMMAND)
		return s->out.len < OUT && server_take_line(s);
	if (s->phase != SP_DATA || s->used == s->in.len)
		return false;
	if (server_take_message(s))
		server_message_ends(s);
	return true;
}

enum server_want
server_step(struct server *s)
{
	enum server_want want;

	buf_clear(&s->data);
	for (;;) {
		if (server_wants(s, &want))
			return want;
		if (server_advance(s))
			continue;
		if (s->out.len > 0)
			return SERVER_SEND;
		if (s->phase == SP_OVER)
			return SERVER_OVER;
		if (!s->eof)
			return SERVER_RECV;
		s->lost = s->open;
		s->phase = SP_OVER;
	}
}

void
server_init(struct server *s, const struct server_opts *o)
{
	struct buf b = { .max = 2048 };

	memset(s, 0, sizeof(*s));
	s->o = o;
	s->in.max = s->data.max = IN;
	s->out.max = s->refusal.max = (size_t)1 << 20;
	buf_addf(&b, "%.1000s ESMTP heloise", o->hostname);
	server_say(s, 220, NULL, buf_text(&b));
	buf_release(&b);
}

void
server_release(struct server *s)
{
	envelope_release(&s->env);
	buf_release(&s->data);
	buf_release(&s->out);
	buf_release(&s->in);
	buf_release(&s->refusal);
}

void
server_sent(struct server *s, size_t n)
{
	buf_drop(&s->out, n);
}

size_t
server_room(const struct server *s)
{
	return s->in.max - (s->in.len - s->used);
}

void
server_feed(struct server *s, const void *p, size_t n)
{
	assert(n <= server_room(s));
	buf_drop(&s->in, s->used);
	s->used = 0;
	buf_add(&s->in, p, n);
}

void
server_eof(struct server *s)
{
	s->eof = true;
}

void
server_go(struct server *s)
{
	server_say(s, 354, NULL, "end with a dot on a line by itself");
	s->phase = SP_DATA;
	s->at = AT_START;
	s->line_crlf = true;
	s->cr = false;
	s->octets = 0;
	s->begun = true;
}

void
server_refuse(struct server *s, const struct fault *f)
{
	s->drop = s->begun;
	s->begun = false;
	if (s->phase == SP_DATA) {
		server_reply_fault(&s->refusal, f);
		return;
	}
	assert(s->phase == SP_BEGIN || s->phase == SP_END);
	s->refused = s->phase == SP_BEGIN;
	server_reply_fault(&s->out, f);
	server_reset(s);
	s->phase = SP_COMMAND;
}

void
server_verdict(struct server *s, const char *words)
{
	assert(s->phase == SP_END);
	server_reply_verdicts(&s->out, &s->env, words);
	server_reset(s);
	s->errors = 0;
	s->phase = SP_COMMAND;
}
