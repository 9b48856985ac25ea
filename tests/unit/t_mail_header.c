/* t_mail_header.c - the fields of a message header */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "mail/header.h"
#include "tap.h"

/* Each field as {name|value}, values with their folding shown. */
static const struct {
	const char	*block;
	const char	*want;
} scans[] = {
	{ "", "" },
	{ "\r\n", "" },
	{ "To: a\r\n", "{To| a}" },
	{ "To: a", "{To| a}" },
	{ "To:a\r\nCc:\r\n", "{To|a}{Cc|}" },
	{ "To: a\r\n\r\nBody: b\r\n", "{To| a}" },
	{ "Bcc : a\r\n", "{Bcc| a}" },
	{ "Bcc \t : a\r\n", "{Bcc| a}" },
	{ "To: a,\r\n b,\r\n\tc\r\nX: y\r\n",
	    "{To| a,\r\n b,\r\n\tc}{X| y}" },
	{ "To: a\r\n \r\nX: y\r\n", "{To| a\r\n }{X| y}" },
	{ "To: a:b::c\r\n", "{To| a:b::c}" },
	{ "To a\r\n", "" },
	{ " To: a\r\n", "" },
	{ ": a\r\n", "" },
	{ "To", "" },
	{ "To ", "" },
	{ "X: 1\r\nFrom joe\r\nY: 2\r\n", "{X| 1}" },
	{ "X: 1\r\nT\303\266: 2\r\n", "{X| 1}" },
	{ "X: \303\266\r\n", "{X| \303\266}" },
	{ "!#$%&'*+-./;<=>?@[]^_`{|}~: 1\r\n",
	    "{!#$%&'*+-./;<=>?@[]^_`{|}~| 1}" },
};

static void
scan(const char *block, struct buf *out)
{
	struct field fld;
	size_t at = 0, total = 0;

	while (header_next(block, strlen(block), &at, &fld)) {
		buf_adds(out, "{");
		buf_add(out, fld.name, fld.name_len);
		buf_adds(out, "|");
		buf_add(out, fld.value, fld.value_len);
		buf_adds(out, "}");
		if (fld.line != block + total)
			buf_adds(out, "(line)");
		total += fld.len;
	}
	if (at != total)
		buf_adds(out, "(at)");
}

static const struct {
	const char	*name;
	const char	*want;	/* unfolded, or NULL if not found */
} finds[] = {
	{ "subject", "a b\tc" },
	{ "SUBJECT", "a b\tc" },
	{ "To", "first" },
	{ "Empty", "" },
	{ "Blank", "" },
	{ "Subj", NULL },
	{ "Subjects", NULL },
	{ "After", NULL },
	{ "", NULL },
};

static const char block[] =
    "To:  first \r\n"
    "Subject: \r\n a\r\n b\r\n\tc \r\n"
    "to: second\r\n"
    "Empty:\r\n"
    "Blank: \r\n \t\r\n"
    "\r\n"
    "After: x\r\n";

/* What is known of fields by their names. */
static const struct {
	const char	*line;
	enum header_id	 id;
	unsigned	 traits;
} names[] = {
	{ "From: x", HEADER_FROM, HEADER_ADDRESSES | HEADER_SINGLE |
	    HEADER_ONCE },
	{ "fROM : x", HEADER_FROM, HEADER_ADDRESSES | HEADER_SINGLE |
	    HEADER_ONCE },
	{ "Fro: x", HEADER_OTHER, HEADER_TEXT },
	{ "Froms: x", HEADER_OTHER, HEADER_TEXT },
	{ "To: x", HEADER_TO, HEADER_ADDRESSES | HEADER_JOIN },
	{ "T: x", HEADER_OTHER, HEADER_TEXT },
	{ "Subject: x", HEADER_SUBJECT, HEADER_TEXT | HEADER_ONCE },
	{ "bcc:", HEADER_OTHER, HEADER_ADDRESSES | HEADER_HIDDEN },
	{ "X-Bcc:", HEADER_OTHER, HEADER_TEXT },
	{ "Content-Type: x", HEADER_CONTENT_TYPE, HEADER_LAST },
	{ "content-disposition: x", HEADER_OTHER, 0 },
	{ "Content-Length: 1", HEADER_OTHER, HEADER_HIDDEN },
	{ "Content-: 1", HEADER_OTHER, 0 },
	{ "Content: 1", HEADER_OTHER, HEADER_TEXT },
	{ "Received: x", HEADER_OTHER, HEADER_WORDS },
	{ "Received-SPF: x", HEADER_OTHER, HEADER_WORDS },
	{ "References: x", HEADER_REFERENCES, HEADER_ONCE },
	{ "List-Id: x", HEADER_OTHER, HEADER_WORDS },
	{ "DKIM-Signature: x", HEADER_DKIM, 0 },
	{ "Resent-From: x", HEADER_RESENT_FROM, HEADER_ADDRESSES |
	    HEADER_SINGLE },
	{ "Resent-To: x", HEADER_RESENT, HEADER_ADDRESSES },
	{ "Resent-Bcc: x", HEADER_RESENT, HEADER_ADDRESSES | HEADER_HIDDEN },
	{ "resent-x: x", HEADER_RESENT, HEADER_TEXT },
	{ "Resent-: x", HEADER_OTHER, HEADER_TEXT },
	{ "X: x", HEADER_OTHER, HEADER_TEXT },
};

static void
test_known(void)
{
	const struct header_known *k;
	struct field fld;
	size_t i, at;

	for (i = 0; i < NITEMS(names); i++) {
		at = 0;
		ok(header_next(names[i].line, strlen(names[i].line), &at,
		    &fld), "%s", names[i].line);
		k = header_known(&fld);
		is_int(k->id, names[i].id, "its number");
		is_int(k->traits, names[i].traits, "its traits");
	}
}

static void
test_empty(void)
{
	static const struct {
		const char	*line;
		bool		 want;
	} lines[] = { { "X:", true }, { "X:  ", true }, { "X:\t\r\n", true },
	    { "X: \r\n \r\n", true }, { "X: a", false },
	    { "X:\r\n a\r\n", false } };
	struct field fld;
	size_t i, at;

	for (i = 0; i < NITEMS(lines); i++) {
		at = 0;
		(void)header_next(lines[i].line, strlen(lines[i].line), &at,
		    &fld);
		is_int(header_empty(&fld), lines[i].want, "empty %zu", i);
	}
}

int
main(void)
{
	test_known();
	test_empty();
	struct buf b = { .max = 4096 };
	struct field fld;
	size_t i;
	bool found;

	for (i = 0; i < NITEMS(scans); i++) {
		buf_clear(&b);
		scan(scans[i].block, &b);
		is(buf_text(&b), scans[i].want, "scan %zu", i);
	}
	for (i = 0; i < NITEMS(finds); i++) {
		buf_clear(&b);
		found = header_find(block, sizeof(block) - 1, finds[i].name,
		    &fld);
		if (found)
			header_unfold(&b, &fld);
		is(found ? buf_text(&b) : NULL, finds[i].want, "find \"%s\"",
		    finds[i].name);
	}
	buf_release(&b);
	ok(!header_octet(' ') && !header_octet(':') && !header_octet('\r') &&
	    !header_octet('\0') && !header_octet('\177') &&
	    !header_octet('\200') && header_octet('!') && header_octet('~'),
	    "octets of a name");
	return done();
}
