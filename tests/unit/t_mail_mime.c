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
	{ "message/rfc822", MIME_MESSAGE, false, false, "" },
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
	{ "multipart/signed; boundary=a", MIME_SIGNED, false, false, "a" },
	{ "message/partial", MIME_OPAQUE, false, false, "" },
	{ "multipart/Encrypted; boundary=a", MIME_SIGNED, false, false,
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
	{ "binary", MIME_BINARY }, { "quoted-printable", MIME_QP },
	{ "base64", MIME_BASE64 }, { "x-uuencode", MIME_UNKNOWN },
	{ "8bits", MIME_8BIT }, { "\"8bit\"", MIME_8BIT },
	{ "7-bit", MIME_7BIT }, { "7 bit", MIME_7BIT }, { "8 bit", MIME_8BIT },
	{ "plain", MIME_7BIT }, { "text/plain", MIME_7BIT },
	{ "utf-8", MIME_8BIT }, { "UTF8", MIME_8BIT },
	{ "Quoted_Printable", MIME_QP }, { "base-64", MIME_BASE64 },
	{ "8bit; charset=utf-8", MIME_8BIT }, { "base64;", MIME_BASE64 },
	{ "x", MIME_UNKNOWN }, { "base64base64base64base64base64base64", MIME_UNKNOWN },
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
	{ V "Content-Type: text/plain; charset=us-ascii\r\n" B8, false },
};

static void
test_labelled(void)
{
	size_t i;

	for (i = 0; i < NITEMS(heads); i++)
		is_int(mime_labelled(heads[i].head, strlen(heads[i].head),
		    false),
		    heads[i].want, "labelled %zu", i);
}

/* Which of several fields counts; NULL: none. */
static const struct {
	const char	*head;
	const char	*name;
	const char	*want;
} finds[] = {
	{ "A: x\r\n", "Content-Type", NULL },
	{ "Content-Type: a/b\r\nContent-Type: c/d\r\n", "Content-Type",
	    " c/d" },
	{ "Content-Type: a/b\r\nContent-Type: text\r\n", "Content-Type",
	    " a/b" },
	{ "Content-Type:\r\nContent-Type: text/\r\n", "Content-Type", "" },
	{ "Content-Type: a/b\r\nContent-Type: c/d; x=\"y\r\n",
	    "Content-Type", " a/b" },
	{ "Content-Transfer-Encoding: 7bit\r\n"
	    "content-transfer-encoding: base64\r\n"
	    "Content-Transfer-Encoding: x-y\r\n",
	    "Content-Transfer-Encoding", " base64" },
	{ "MIME-Version: 1.0\r\nMIME-Version: \r\n", "MIME-Version",
	    " 1.0" },
};

static void
test_find(void)
{
	struct field fld;
	char *got;
	size_t i;

	for (i = 0; i < NITEMS(finds); i++) {
		got = mime_find(finds[i].head, strlen(finds[i].head),
		    finds[i].name, &fld) ? xstrndup(fld.value,
		    fld.value_len) : NULL;
		is(got, finds[i].want, "find %zu", i);
		free(got);
	}
}

int
main(void)
{
	test_types();
	test_codings();
	test_labelled();
	test_find();
	return done();
}
