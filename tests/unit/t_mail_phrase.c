/* t_mail_phrase.c - words in a header: atoms, quoted strings, encoded words */

#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "mail/phrase.h"
#include "tap.h"

static const struct {
	const char	*name;
	const char	*want;
} names[] = {
	{ "Joe", "Joe" },
	{ "Joe Public", "Joe Public" },
	{ "=?UTF-8?Q?J=C3=B6rg?=", "=?UTF-8?Q?J=C3=B6rg?=" },
	{ "Joe Q. Public", "\"Joe Q. Public\"" },
	{ "Joe  Public", "\"Joe  Public\"" },
	{ " Joe", "\" Joe\"" },
	{ "Joe ", "\"Joe \"" },
	{ "", "\"\"" },
	{ "Public, Joe", "\"Public, Joe\"" },
	{ "a \"b\" \\c", "\"a \\\"b\\\" \\\\c\"" },
	{ "joe@corp", "\"joe@corp\"" },
	{ "Joe\r\nBcc: x@y.test", "\"Joe  Bcc: x@y.test\"" },
	{ "a\tb\177c\033", "\"a b c \"" },
	{ "J\303\266rg", "=?UTF-8?Q?J=C3=B6rg?=" },
	{ "J\303\266rg M., Dr.\r\n", "=?UTF-8?Q?J=C3=B6rg_M=2E=2C_Dr=2E__?=" },
	{ "J\366rg", "=?ISO-8859-1?Q?J=F6rg?=" },
	{ "\303", "=?ISO-8859-1?Q?=C3?=" },
	{ "\303\266\303\266\303\266\303\266\303\266\303\266\303\266\303\266"
	    "\303\266x",
	    "=?UTF-8?Q?=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6=C3=B6?="
	    "\r\n =?UTF-8?Q?=C3=B6x?=" },
	{ "\360\237\230\200\360\237\230\200\360\237\230\200\360\237\230\200",
	    "=?UTF-8?Q?=F0=9F=98=80=F0=9F=98=80=F0=9F=98=80=F0=9F=98=80?=" },
};

static void
test_names(void)
{
	struct buf b = { .max = 8192 };
	char endless[1000];
	const char *p, *nl;
	size_t i, most = 0;

	for (i = 0; i < NITEMS(names); i++) {
		buf_clear(&b);
		phrase_add(&b, names[i].name, strlen(names[i].name));
		is(buf_text(&b), names[i].want, "name %zu", i);
	}
	buf_clear(&b);
	memset(endless, 'a', sizeof(endless));
	phrase_add(&b, endless, sizeof(endless));
	for (p = buf_text(&b); (nl = strchr(p, '\n')) != NULL; p = nl + 1)
		if ((size_t)(nl - p) > most)
			most = (size_t)(nl - p);
	ok(most > 40 && most <= 62, "a name of 1000 octets is folded");
	buf_clear(&b);
	phrase_encode(&b, "", 0);
	is(buf_text(&b), "", "nothing is not encoded");
	phrase_encode(&b, "a b", 3);
	is(buf_text(&b), "=?UTF-8?Q?a_b?=", "ASCII can be");
	buf_release(&b);
}

static const struct {
	const char	*text;
	size_t		 want;
} words[] = {
	{ "=?utf-8?q?a?=", 13 }, { "=?utf-8?q?a?= b", 13 },
	{ "=?utf-8?q?a?=b", 13 }, { "=?x?q?a,b.<c>?=", 15 },
	{ "=?x?q?" "?=", 8 }, { "=?x?q?a b?=", 0 }, { "=?x?q?a", 0 },
	{ "=?x?q?a?", 0 }, { "=?a?=", 0 }, { "=", 0 }, { "a=?x?q?a?=", 0 },
	{ "=?x?q?a?b?=", 0 },
};

static void
test_words(void)
{
	size_t i;

	for (i = 0; i < NITEMS(words); i++)
		is_int((long long)phrase_encoded(words[i].text,
		    strlen(words[i].text)), (long long)words[i].want,
		    "word %s", words[i].text);
}

/* What a word stands for, and with its raw octets encoded; NULL: nothing. */
static const struct {
	const char	*word;
	const char	*text;
	const char	*mended;
} decoded[] = {
	{ "=?utf-8?q?a_=C3=B6=?=", "a \303\266=", "=?utf-8?q?a_=C3=B6=?=" },
	{ "=?UTF-8*en?Q?a=4?=", "a=4", "=?UTF-8*en?Q?a=4?=" },
	{ "=?US-ASCII?B?YWI=?=", "ab", NULL },
	{ "=?iso-8859-1?b?9g==?=", "\366", NULL },
	{ "=?utf-8?b?!?=", NULL, NULL },
	{ "=?koi8-r?q?a\301?=", NULL, "=?koi8-r?q?a=C1?=" },
	{ "=?utf-8?q?a\303\266?=", "a\303\266", "=?utf-8?q?a=C3=B6?=" },
	{ "=?utf-8?q?a\366?=", "a\366", NULL },
	{ "=?us-ascii?q?a_b?=", "a b", "=?us-ascii?q?a_b?=" },
	{ "=?us-ascii?q?a\303\266?=", "a\303\266", "=?UTF-8?Q?a=C3=B6?=" },
	{ "=?us-ascii?q?a\366?=", "a\366", NULL },
	{ "=?utf-8?x?a?=", NULL, NULL },
	{ "=?utf-8?qq?a?=", NULL, NULL },
	{ "=?utf-8?" "?a?=", NULL, NULL },
	{ "=?utf-8?q?a?=b", NULL, NULL },
	{ "a", NULL, NULL },
};

static void
test_decode(void)
{
	struct buf b = { .max = 256 };
	const char *w;
	size_t i;

	for (i = 0; i < NITEMS(decoded); i++) {
		w = decoded[i].word;
		buf_clear(&b);
		is(phrase_decode(&b, w, strlen(w)) ? buf_text(&b) : NULL,
		    decoded[i].text, "decode %zu", i);
		buf_clear(&b);
		is(phrase_mend(&b, w, strlen(w)) ? buf_text(&b) : NULL,
		    decoded[i].mended, "mend %zu", i);
	}
	buf_release(&b);
}

static void
test_atext(void)
{
	char all[128];
	size_t i, n = 0;

	for (i = 0; i < 128; i++)
		if (phrase_atext((char)i))
			all[n++] = (char)i;
	all[n] = '\0';
	is(all, "!#$%&'*+-/0123456789=?ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`"
	    "abcdefghijklmnopqrstuvwxyz{|}~", "octets of an atom");
	ok(phrase_atext('\303'), "and UTF-8");
}

int
main(void)
{
	test_names();
	test_words();
	test_decode();
	test_atext();
	return done();
}
