/* server_reply.c - formats the replies of the server */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "smtp/reply.h"
#include "smtp/server_reply.h"

#define LINE	480		/* octets of text in a line, at most */
#define NAMED	20		/* recipients named in a reply */
#define TEXT	65536		/* octets of all of it */

/* How much of the text goes into a line; never cuts a UTF-8 character. */
static size_t
sreply_fitting(const char *text)
{
	size_t n = strcspn(text, "\n");

	if (n <= LINE)
		return n;
	for (n = LINE; n > LINE - 4 && (text[n] & 0xc0) == 0x80; n--)
		;
	return n;
}

void
server_reply_add(struct buf *out, int code, const char *esc, const char *text)
{
	unsigned v[3];
	size_t n;
	bool more;

	do {
		n = sreply_fitting(text);
		more = text[n] != '\0';
		buf_addf(out, "%03d%c", code, more ? '-' : ' ');
		if (esc != NULL && (!reply_enhanced(v, text, n) ||
		    v[0] != (unsigned)code / 100))
			buf_addf(out, "%s%s", esc, n > 0 ? " " : "");
		buf_add_visible(out, text, n, false);
		buf_add(out, "\r\n", 2);
		text += n + (text[n] == '\n');
	} while (more);
}

/* Is this an SMTP reply about the message? */
static bool
sreply_of_message(const struct fault *f)
{
	return f->domain == FD_SMTP && f->stage >= ST_MAIL &&
	    f->stage <= ST_BODY && f->code >= 400 && f->code < 600 &&
	    f->code != 421;
}

/* Is the message itself at fault, so that no retry can help? */
static bool
sreply_permanent(const struct fault *f)
{
	return f->verdict == VD_PERM && (f->stage == ST_INPUT ||
	    f->stage == ST_ADDRESS || (f->stage >= ST_MAIL &&
	    f->stage <= ST_BODY));
}

/* Has the spool no room for the message, by its limits or the disk's? */
static bool
sreply_no_room(const struct fault *f)
{
	return f->stage == ST_SPOOL && (f->domain == FD_NONE ?
	    f->esc[0] == 4 && f->esc[1] == 3 && f->esc[2] == 1 :
	    f->domain == FD_ERRNO &&
	    (f->code == ENOSPC || f->code == EDQUOT));
}

/* Is the message too large for max-size? */
static bool
sreply_too_large(const struct fault *f)
{
	return f->stage == ST_INPUT && f->esc[0] == 5 && f->esc[1] == 3 &&
	    f->esc[2] == 4;
}

/* Which code a fault has that no relay gave it; the first that is true. */
static const struct {
	bool		(*is)(const struct fault *);
	int		  code;
	const char	 *esc;		/* if the fault has none */
} own[] = {
	{ sreply_no_room, 452, "4.3.1" },
	{ sreply_too_large, 552, "5.3.4" },
	{ sreply_permanent, 554, "5.0.0" },
};

/* The same, and the enhanced code. */
static int
sreply_own(const struct fault *f, char esc[FAULT_ESC])
{
	size_t i;

	for (i = 0; i < NITEMS(own) && !own[i].is(f); i++)
		;
	(void)strlcpy(esc, i < NITEMS(own) ? own[i].esc : "4.3.0", FAULT_ESC);
	return i < NITEMS(own) ? own[i].code : 451;
}

/* A fault as the code, the enhanced code and the words of a reply. */
static int
sreply_refusal(const struct fault *f, char esc[FAULT_ESC], struct buf *text)
{
	bool reply = sreply_of_message(f);
	int code = sreply_own(f, esc);

	if (reply) {
		code = f->code;
		(void)snprintf(esc, FAULT_ESC, "%d.%d.0", code / 100,
		    code == 451 ? 3 : 0);
	}
	if (f->esc[0] == code / 100)
		(void)snprintf(esc, FAULT_ESC, "%d.%d.%d", f->esc[0], f->esc[1],
		    f->esc[2]);
	if (reply)
		buf_adds(text, f->text);
	else
		fault_print(text, f);
	return code;
}

void
server_reply_fault(struct buf *out, const struct fault *f)
{
	struct buf text = { .max = TEXT };
	char esc[FAULT_ESC];
	int code = sreply_refusal(f, esc, &text);

	server_reply_add(out, code, esc, buf_text(&text));
	buf_release(&text);
}

static bool
sreply_failed(const struct rcpt *r)
{
	return !r->done || r->verdict != VD_OK;
}

/* The reason for the reply code: a permanent one, if there is one. */
static const struct fault *
sreply_main_reason(const struct envelope *e)
{
	const struct fault *why = NULL, *other;
	size_t i;

	for (i = 0; i < e->nrcpt; i++) {
		other = sreply_failed(&e->rcpt[i]) ? e->rcpt[i].why : NULL;
		if (other != NULL && (why == NULL ||
		    (why->verdict != VD_PERM && other->verdict == VD_PERM)))
			why = other;
	}
	return why;
}

/* Name the failed recipients, each with its reason unless it is given. */
static void
sreply_name_failed(struct buf *text, const struct envelope *e,
    const struct fault *given)
{
	const struct fault *why;
	size_t i, n = 0;

	for (i = 0; i < e->nrcpt; i++) {
		if (!sreply_failed(&e->rcpt[i]) || ++n > NAMED)
			continue;
		why = e->rcpt[i].why;
		buf_addf(text, "\nnot delivered to <%s>", e->rcpt[i].addr);
		if (why == NULL || (why->code == given->code &&
		    strcmp(why->text, given->text) == 0))
			continue;
		buf_adds(text, ": ");
		if (why->domain == FD_SMTP)
			buf_addf(text, "%03d ", why->code);
		buf_add(text, why->text, strcspn(why->text, "\n"));
	}
	if (n > NAMED)
		buf_addf(text, "\nnor to %zu more", n - NAMED);
	if (n < e->nrcpt)
		buf_addf(text, "\nbut delivered to %zu of %zu",
		    e->nrcpt - n, e->nrcpt);
}

void
server_reply_verdicts(struct buf *out, const struct envelope *e,
    const char *words)
{
	struct buf text = { .max = TEXT };
	const struct fault *why = sreply_main_reason(e);
	struct fault unknown;
	char esc[FAULT_ESC];
	size_t i;
	int code;

	for (i = 0; i < e->nrcpt && !sreply_failed(&e->rcpt[i]); i++)
		;
	if (i == e->nrcpt) {
		server_reply_add(out, 250, "2.0.0", words);
		return;
	}
	if (why == NULL) {
		fault_clear(&unknown);
		(void)fault_set(&unknown, ST_BODY, FD_NONE, 0, VD_TEMP,
		    "there is no result for the message");
		why = &unknown;
	}
	code = sreply_refusal(why, esc, &text);
	if (e->nrcpt > 1)
		sreply_name_failed(&text, e, why);
	server_reply_add(out, code, esc, buf_text(&text));
	buf_release(&text);
}
