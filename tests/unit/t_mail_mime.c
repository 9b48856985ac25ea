/* t_mail_mime.c - what MIME fields say of a body */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/mime.h"
#include "tap.h"

#define LONG	"1234567890123456789012345678901234567890123456789012345678"

static const struct {
	const char	*value;
	enum mime_kind	 kind;
	bool		 plain;
	bool		 charset;
	const char	*boundary;
} types[] = {
	{ "", MIME_TEXT, true, false, "" },
	{ "text", MIME_TEXT, true, false, "" },
	{ "text/", MIME_TEXT, true, false, "" },
	{ "/plain", MIME_TEXT, true, false, "" },
	{ ";", MIME_TEXT, true, false, "" },
	{ " text/plain", MIME_TEXT, true, false, "" },
	{ "TEXT/Plain; Charset=x", MIME_TEXT, true, true, "" },
	{ "text/plain;charset=\"x\"", MIME_TEXT, true, true, "" },
	{ "text/plain; format=flowed;\r\n charset=x", MIME_TEXT, true, true,
	    "" },
	{ "text/plain; charset (x) = (y) z", MIME_TEXT, true, true, "" },
	{ "text/plain; xcharset=x", MIME_TEXT, true, false, "" },
	{ "text/plain; x=\"; charset=y\"", MIME_TEXT, true, false, "" },
	{ "text/plain (; charset=x)", MIME_TEXT, true, false, "" },
	{ "text/plain (; charset=x", MIME_TEXT, true, true, "" },
	{ "text/plain; name=\"x", MIME_TEXT, true, true, "" },
	{ "text/plain charset=x", MIME_TEXT, true, true, "" },
	{ "text/plain; ", MIME_TEXT, true, false, "" },
	{ "text / html", MIME_TEXT, false, false, "" },
	{ "texts/html", MIME_OTHER, false, false, "" },
	{ "application/octet-stream; name=x", MIME_OTHER, false, false, "" },
	{ "message/rfc822", MIME_OPAQUE, false, false, "" },
	{ "multipart/mixed; boundary=abc", MIME_MULTIPART, false, false,
	    "abc" },
	{ "multipart/mixed; Boundary=\"a b\\\"c \"; x=y", MIME_MULTIPART,
	    false, false, "a b\"c" },
	{ "multipart/mixed; boundary=--=_a:b/c?d", MIME_MULTIPART, false,
	    false, "--=_a:b/c?d" },
	{ "multipart/mixed; boundary=a; boundary=b", MIME_MULTIPART, false,
	    false, "a" },
	{ "multipart/mixed;\r\n\tboundary=\"a\r\n\tb\"", MIME_MULTIPART,
	    false, false, "a\tb" },
	{ "multipart/mixed", MIME_OPAQUE, false, false, "" },
	{ "multipart/mixed; boundary=\"\"", MIME_OPAQUE, false, false, "" },
	{ "multipart/mixed; boundary=\"a", MIME_OPAQUE, false, true, "" },
	{ "multipart/mixed; boundary=" LONG LONG LONG LONG, MIME_OPAQUE,
	    false, false, "" },
	{ "multipart/digest; boundary=a", MIME_DIGEST, false, false, "a" },
	{ "multipart/signed; boundary=a", MIME_OPAQUE, false, false, "a" },
	{ "multipart/Encrypted; boundary=a", MIME_OPAQUE, false, false,
	    "a" },
};

static void
test_types(void)
{
	struct mime_type t;
	size_t i, n;
	char *copy;

	for (i = 0; i < NITEMS(types); i++) {
		n = strlen(types[i].value);
		copy = xmalloc(n);
		memcpy(copy, types[i].value, n);
		mime_content_type(&t, copy, n);
		free(copy);
		is_int(t.kind, types[i].kind, "kind of %s", types[i].value);
		ok(t.plain == types[i].plain && t.charset ==
		    types[i].charset, "plain %d, charset %d", t.plain,
		    t.charset);
		is(t.boundary, types[i].boundary, "boundary");
		is_int((long long)t.boundary_len,
		    (long long)strlen(types[i].boundary), "its length");
	}
}

static const struct {
	const char	*value;
	enum mime_coding want;
} codings[] = {
	{ "", MIME_7BIT }, { " 7bit", MIME_7BIT }, { "7BIT ", MIME_7BIT },
	{ "8bit", MIME_8BIT }, { " (x) 8Bit (y)", MIME_8BIT },
	{ "binary", MIME_8BIT }, { "quoted-printable", MIME_CODED },
	{ "base64", MIME_CODED }, { "x-uuencode", MIME_CODED },
	{ "8bits", MIME_CODED }, { "\"8bit\"", MIME_7BIT },
};

static void
test_codings(void)
{
	size_t i;

	for (i = 0; i < NITEMS(codings); i++)
		is_int(mime_coding(codings[i].value,
		    strlen(codings[i].value)), codings[i].want, "coding %s",
		    codings[i].value);
}

#define V	"MIME-Version: 1.0\r\n"
#define T	"Content-Type: text/plain; charset=utf-8\r\n"
#define B8	"Content-Transfer-Encoding: 8bit\r\n"

static const struct {
	const char	*head;
	bool		 want;
} heads[] = {
	{ "", false }, { V, false }, { T, false }, { V T, false },
	{ T B8, false }, { V B8, false }, { V T B8, true }, { B8 T V, true },
	{ V T "Content-Transfer-Encoding: 7bit\r\n", false },
	{ V T "Content-Transfer-Encoding: base64\r\n", true },
	{ V "Content-Type: text/plain\r\n" B8, false },
	{ V "Content-Type: text/html\r\n" B8, true },
	{ V "Content-Type: text/html\r\n", false },
	{ "Content-Type: multipart/mixed; boundary=a\r\n", true },
	{ "Content-Type: multipart/signed; boundary=a\r\n", true },
	{ "Content-Type: application/x\r\n", false },
	{ V "Content-Type: application/x\r\n" B8, true },
};

static void
test_labelled(void)
{
	size_t i;

	for (i = 0; i < NITEMS(heads); i++)
		is_int(mime_labelled(heads[i].head, strlen(heads[i].head)),
		    heads[i].want, "labelled %zu", i);
}

int
main(void)
{
	test_types();
	test_codings();
	test_labelled();
	return done();
}
