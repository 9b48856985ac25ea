/*
 * avoid.c - extensions that a relay offers and does not keep
 *
 * Middleboxes and old relays announce an extension and then refuse it or say
 * nothing.  No extension is worth the message.  The rules:
 *
 * - The blame falls only on what this message has used, so each try drops
 *   one extension more, and the tries end.
 * - A reply that refuses the message shows that the relay does not have it.
 *   Without a reply the relay may have it once the last octet is sent.
 *   Then there is no second try, but the next message goes without BDAT.
 * - After a refusal of a parameter, or of a BDAT without octets, the session
 *   goes on.  After one of a BDAT with octets the relay may read these as
 *   commands.  After one of pipelined commands some may be lost.  Then only
 *   a new connection is safe.
 * - A parameter that the reply does not name is sought in the order of what
 *   its loss costs: SIZE, DSN, BODY.
 */

#include <errno.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "smtp/avoid.h"

static const struct {
	const char	*word;
	unsigned	 bit;
} words[] = {
	{ "chunking", CAP_CHUNKING }, { "pipelining", CAP_PIPELINING },
	{ "size", CAP_SIZE }, { "8bitmime", CAP_8BITMIME },
	{ "dsn", CAP_DSN }, { "smtputf8", CAP_SMTPUTF8 },
};

unsigned
avoid_parse(const char *list)
{
	unsigned all = 0, bit;
	size_t n, i;

	for (list += strspn(list, " \t"); *list != '\0';
	    list += n, list += strspn(list, " \t")) {
		n = strcspn(list, " \t");
		for (bit = 0, i = 0; i < NITEMS(words); i++)
			if (ascii_is(list, n, words[i].word))
				bit = words[i].bit;
		if (bit == 0)
			return 0;
		all |= bit;
	}
	return all;
}

void
avoid_words(unsigned bits, struct buf *out)
{
	const char *blank = "";
	size_t i;

	for (i = 0; i < NITEMS(words); i++) {
		if (!(bits & words[i].bit))
			continue;
		buf_addf(out, "%s%s", blank, words[i].word);
		blank = " ";
	}
}

/* Does the text have that word in it, in any case? */
static bool
avoid_says(const struct fault *f, const char *word)
{
	return strcasestr(f->text, word) != NULL;
}

/* 500 to 504 and 555: what was sent is not understood. */
static bool
avoid_not_understood(const struct fault *f)
{
	return (f->code >= 500 && f->code <= 504) || f->code == 555;
}

/* An enhanced status code that blames an address or a policy is believed. */
static bool
avoid_of_syntax(const struct fault *f)
{
	return f->esc[0] == 0 || f->esc[1] == 0 || f->esc[1] == 3 ||
	    f->esc[1] == 5;
}

/* The parameter that the relay did not understand. */
static unsigned
avoid_parameter(const struct fault *f, unsigned used)
{
	static const struct { const char *name; unsigned bit; } names[] = {
		{ "SIZE", CAP_SIZE }, { "8BITMIME", CAP_8BITMIME },
		{ "BODY", CAP_8BITMIME }, { "ENVID", CAP_DSN },
		{ "NOTIFY", CAP_DSN }, { "ORCPT", CAP_DSN },
		{ "RET=", CAP_DSN }, { "DSN", CAP_DSN },
	};
	size_t i;

	if ((f->code != 501 && f->code != 504 && f->code != 555) ||
	    !avoid_of_syntax(f))
		return 0;
	if (f->stage == ST_RCPT)
		return used & CAP_DSN;
	for (i = 0; i < NITEMS(names); i++)
		if (used & names[i].bit && avoid_says(f, names[i].name))
			return names[i].bit;
	return used & CAP_SIZE ? CAP_SIZE : used & CAP_DSN ? CAP_DSN :
	    used & CAP_8BITMIME;
}

/* Does the reply name several commands at once? */
static bool
avoid_names_pipelining(const struct fault *f)
{
	return avoid_says(f, "pipelin") || avoid_says(f, "synchroni");
}

/* Does the reply say that commands came too early, or out of order? */
static bool
avoid_out_of_step(const struct fault *f)
{
	if (avoid_names_pipelining(f))
		return f->code >= 500;
	return f->code == 503 && f->stage != ST_MAIL && f->stage != ST_BODY;
}

static struct avoid
avoid_refused(const struct client_mail *m, const struct fault *f)
{
	struct avoid a = { .again = true };

	if (f->stage < ST_MAIL || f->stage > ST_BODY)
		return (struct avoid){ 0 };
	if (m->used & CAP_PIPELINING && avoid_out_of_step(f) &&
	    !(f->stage == ST_DATA && m->used & CAP_CHUNKING)) {
		a.bit = CAP_PIPELINING;
		a.anew = true;
	} else if (f->stage >= ST_DATA && m->used & CAP_CHUNKING &&
	    (avoid_not_understood(f) || (f->code >= 500 &&
	    (avoid_says(f, "BDAT") || avoid_says(f, "CHUNKING"))))) {
		a.bit = CAP_CHUNKING;
		a.anew = f->stage == ST_BODY;
	} else if (f->stage == ST_MAIL || f->stage == ST_RCPT) {
		a.bit = avoid_parameter(f, m->used);
	}
	return a.bit != 0 ? a : (struct avoid){ 0 };
}

/*
 * 421, and the relay hangs up: that may be its way to refuse pipelined
 * commands, if it names them, or a BDAT without octets.  If it is busy, one
 * try more is no harm, unless the octets of a BDAT are sent already.
 */
static struct avoid
avoid_hung_up(const struct client_mail *m, const struct fault *f)
{
	struct avoid a = { .again = !m->ended, .anew = !m->ended };

	if (f->code != 421 || f->stage < ST_MAIL || f->stage > ST_DATA)
		return (struct avoid){ 0 };
	if (m->used & CAP_PIPELINING && avoid_names_pipelining(f))
		a.bit = CAP_PIPELINING;
	else if (m->used & CAP_CHUNKING && f->stage == ST_DATA)
		a.bit = CAP_CHUNKING;
	return a.bit != 0 ? a : (struct avoid){ 0 };
}

/* The connection ended, or nothing came for too long. */
static struct avoid
avoid_silent(const struct client_mail *m, const struct fault *f)
{
	struct avoid a = { .again = true, .anew = true };
	bool late = f->domain == FD_ERRNO && f->code == ETIMEDOUT;

	if (m->used & CAP_CHUNKING) {
		a.again = f->verdict != VD_DOUBT;
		if (!a.again || f->stage == ST_DATA || late)
			a.bit = CAP_CHUNKING;
	} else if (m->used & CAP_PIPELINING && m->begun && late &&
	    (f->stage == ST_RCPT || f->stage == ST_DATA)) {
		/* Some of the flight was answered, but no 354 came. */
		a.bit = CAP_PIPELINING;
	}
	return a.bit != 0 ? a : (struct avoid){ 0 };
}

struct avoid
avoid_advise(const struct client_mail *m, const struct fault *f)
{
	if (f != NULL && f->domain == FD_SMTP && f->verdict == VD_PERM)
		return avoid_refused(m, f);
	if (f != NULL && f->domain == FD_SMTP && f->verdict == VD_TEMP)
		return avoid_hung_up(m, f);
	if (f != NULL && (f->domain == FD_LINK || f->domain == FD_ERRNO) &&
	    f->verdict != VD_OK && f->verdict != VD_PERM)
		return avoid_silent(m, f);
	return (struct avoid){ 0 };
}
