/* t_alias_table.c - the entries of an aliases file */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/util.h"
#include "alias/table.h"
#include "tap.h"

#define TO_COMMAND	"mail goes to the relay only, never to a command\n"
#define TO_FILE		"mail goes to the relay only, never to a file\n"
#define NO_NAME		"this is not a local name\n"
#define NO_ADDRESS	"there is no address after the colon\n"
#define NO_COLON	"expected a name, a colon and addresses\n"
#define NO_START \
	"this line begins with white space, but there is no line before it " \
	"to continue\n"
#define LOCAL		"the part before the \"@\" is malformed\n"
#define WORDS		"words without a dot or comma between them\n"

/*
 * A file as "name:member,member" with "|" between, each name with its line;
 * a member that goes no further has a backslash, a file that is included
 * "<", what mail cannot go to "!".
 */
static const struct {
	const char	*text;
	const char	*want;
	const char	*mistakes;
} files[] = {
	/* What can stand between entries. */
	{ "", "", "" },
	{ "\n\n", "", "" },
	{ "# a: b\n", "", "" },
	{ "  # a: b\n", "", "" },
	{ " \t\n", "", "" },
	{ "#\na: b\n#\nc: d\n", "2a:b|4c:d", "" },
	{ "a: b\n\n\nc: d", "1a:b|4c:d", "" },
	{ "\357\273\277a: b\n", "1a:b", "" },

	/* Names. */
	{ "a: b", "1a:b", "" },
	{ "a:b\n", "1a:b", "" },
	{ "a : b\n", "1a:b", "" },
	{ "a\t:\tb\n", "1a:b", "" },
	{ "a: b\r\nc: d\r\n", "1a:b|2c:d", "" },
	{ "MAILER-Daemon: b\n", "1mailer-daemon:b", "" },
	{ "\"A b\": c\n", "1a b:c", "" },
	{ "\"a:b\": c\n", "1a:b:c", "" },
	{ "\"a\\\"b\": c\n", "1a\"b:c", "" },
	{ "\"a@b\": c\n", "1a@b:c", "" },
	{ "a.b_c+d: e\n", "1a.b_c+d:e", "" },
	{ "J\303\266: e\n", "1j\303\266:e", "" },

	/* Addresses. */
	{ "a: b@x.test\n", "1a:b@x.test", "" },
	{ "a: <b@x.test>\n", "1a:b@x.test", "" },
	{ "a: Bob <b@x.test>\n", "1a:b@x.test", "" },
	{ "a: b@x.test (Bob, B.)\n", "1a:b@x.test", "" },
	{ "a: \"Bob, B.\" <b@x.test>, c\n", "1a:b@x.test,c", "" },
	{ "a: \"b c\"@x.test\n", "1a:\"b c\"@x.test", "" },
	{ "a: \"b c\"\n", "1a:\"b c\"", "" },
	{ "a: <@r.test,@s.test:b@x.test>, c\n", "1a:b@x.test,c", "" },
	{ "a: b, c@x.test,d\n", "1a:b,c@x.test,d", "" },
	{ "a: b,, c,\n", "1a:b,c", "" },
	{ "a: b; c@x.test;\n", "1a:b,c@x.test", "" },
	{ "a: B@X.test\n", "1a:B@X.test", "" },
	{ "a: j\303\266@x.test\n", "1a:j\303\266@x.test", "" },
	{ "a: \\a, b\n", "1a:\\a,b", "" },
	{ "a: \\\"b c\"\n", "1a:\\\"b c\"", "" },
	{ "a: \\b@x.test\n", "1a:\\b@x.test", "" },
	{ "a: -b@x.test\n", "1a:-b@x.test", "" },

	/* Lines that go on. */
	{ "a: b,\n c,\n\td\n", "1a:b,c,d", "" },
	{ "a:\n b\n", "1a:b", "" },
	{ "a: b,\r\n c\r\n", "1a:b,c", "" },
	{ "a: b,\n# c,\n\n  # d\n e\nf: g\n", "1a:b,e|6f:g", "" },
	{ "a: b, \\\nc\n", "1a:b,c", "" },
	{ "a: b, \\\r\nc\r\nd: e", "1a:b,c|3d:e", "" },
	{ "a: Bob\n <b@x.test>\n", "1a:b@x.test", "" },
	{ "a: \"b\n c\"@x.test\n", "1a:\"b c\"@x.test", "" },

	/* Comments at the end of a line. */
	{ "a: b # c, d\n", "1a:b", "" },
	{ "a: b #\n", "1a:b", "" },
	{ "a: b, # c\n d\n", "1a:b,d", "" },
	{ "a: # c\n d\n", "1a:d", "" },
	{ "a: b#c\n", "1a:b#c", "" },
	{ "a: \"b #c\" <d@x.test>\n", "1a:d@x.test", "" },
	{ "a: b (#1)\n", "1a:b", "" },
	{ "a: b ( #1)\n", "1a:b", "" },

	/* Files to include. */
	{ "a: :include:/etc/list\n", "1a:</etc/list", "" },
	{ "a: :INCLUDE: /etc/list\n", "1a:</etc/list", "" },
	{ "a: b, \":include:/etc/my list\"\n", "1a:b,</etc/my list", "" },
	{ "a: :include:list\n", "",
	    "f:1: :include:list: expected the path of a file, from /\n" },
	{ "a: b, :fail: no\n", "1a:b",
	    "f:1: :fail: no: only :include: is known\n" },

	/* What mail cannot go to. */
	{ "a: |/bin/cat\n", "1a:!|/bin/cat",
	    "f:1: |/bin/cat: " TO_COMMAND },
	{ "a: \"|cat 'b, c' #d\", e\n", "1a:!|cat 'b, c' #d,e",
	    "f:1: |cat 'b, c' #d: " TO_COMMAND },
	{ "a: |\"cat \\\"b\\\", c\", d\n", "1a:!|\"cat \\\"b\\\", c\",d",
	    "f:1: |\"cat \\\"b\\\", c\": " TO_COMMAND },
	{ "a: /dev/null\n", "1a:!/dev/null", "f:1: /dev/null: " TO_FILE },
	{ "a: b,\n \"/a b\",\n c\n", "1a:b,!/a b,c",
	    "f:2: /a b: " TO_FILE },

	/* Names that are none. */
	{ "foo\n", "", "f:1: " NO_COLON },
	{ "foo bar\nc: d\n", "2c:d", "f:1: " NO_COLON },
	{ ": b\n", "", "f:1: there is no name before the colon\n" },
	{ " a: b\n", "", "f:1: " NO_START },
	{ "#\n  a: b\nc: d\n", "3c:d", "f:2: " NO_START },
	{ "a@x.test: b\n", "",
	    "f:1: a@x.test: expected a local name, without a domain\n" },
	{ "a b: c\n", "", "f:1: a b: " NO_NAME },
	{ "a,b: c\n", "", "f:1: a,b: " NO_NAME },
	{ ".a: c\n", "", "f:1: .a: " NO_NAME },
	{ "a\033b: c\n", "", "f:1: a?b: " NO_NAME },
	{ "a\nb: c\n", "2b:c", "f:1: " NO_COLON },
	{ "\"a: b\n", "", "f:1: " NO_COLON },
	{ "a: b\nA: c\nd: e\n", "1a:b|3d:e",
	    "f:2: A: line 1 has this name already\n" },
	{ "a: b\n\"a\": c\n", "1a:b",
	    "f:2: \"a\": line 1 has this name already\n" },

	/* Addresses that are none. */
	{ "a:\n", "", "f:1: a: " NO_ADDRESS },
	{ "a: , ,\n", "", "f:1: a: " NO_ADDRESS },
	{ "a: (b)\n", "", "f:1: a: " NO_ADDRESS },
	{ "a: # b\nc: d\n", "2c:d", "f:1: a: " NO_ADDRESS },
	{ "a: b c\n", "", "f:1: b c: " WORDS },
	{ "a: b c, d\n", "1a:d", "f:1: b c: " WORDS },
	{ "a: b..c\n", "1a:b..c", "" },
	{ "a: b, @x.test\n", "1a:b", "f:1: @x.test: " LOCAL },
	{ "a: <>\n", "", "f:1: : it is empty\n" },
	{ "a: b@x..test\n", "",
	    "f:1: b@x..test: its domain is malformed\n" },
	{ "a: <b\nc: d\n", "2c:d", "f:1: <b: a \"<\" without \">\"\n" },
	{ "a: \"b, c\nd: e\n", "2d:e",
	    "f:1: \"b, c: a quote that does not end\n" },
	{ "a: b (c, d\ne: f\n", "2e:f",
	    "f:1: b (c, d: a comment that does not end\n" },
	{ "a: mailto:b@x.test\n", "", "f:1: b@x.test: a group of "
	    "addresses cannot stand here\n" },
	{ "a: b@x\033.test\n", "", "f:1: b@x?.test: it contains a control "
	    "character or malformed UTF-8\n" },
	{ "a: b\\\n", "1a:b", "" },
	{ "a: b\\", "", "f:1: b\\: " LOCAL },
	{ "x\ny: |z, , b..b,\n b\n z: 1\n", "2y:!|z,b..b",
	    "f:1: " NO_COLON
	    "f:2: |z: " TO_COMMAND
	    "f:3: 1: a group of addresses cannot stand here\n" },
};

static void
show(struct buf *out, const struct aliases *a)
{
	static const char *const marks[] = { [ALIAS_ADDRESS] = "",
	    [ALIAS_ITSELF] = "\\", [ALIAS_INCLUDE] = "<",
	    [ALIAS_COMMAND] = "!", [ALIAS_FILE] = "!" };
	size_t i, j;

	for (i = 0; i < a->n; i++) {
		buf_addf(out, "%s%u%s:", i > 0 ? "|" : "", a->v[i].line,
		    a->v[i].name);
		for (j = 0; j < a->v[i].n; j++)
			buf_addf(out, "%s%s%s", j > 0 ? "," : "",
			    marks[a->v[i].v[j].kind], a->v[i].v[j].text);
	}
}

static void
test_files(void)
{
	struct buf got = { .max = 4096 }, mistakes = { .max = 4096 };
	size_t i, n;
	char *copy;
	int ret;

	for (i = 0; i < NITEMS(files); i++) {
		struct aliases a = { 0 };

		/* So that one octet too far is seen. */
		n = strlen(files[i].text);
		copy = xmalloc(n);
		memcpy(copy, files[i].text, n);
		buf_clear(&got);
		buf_clear(&mistakes);
		ret = aliases_parse(&a, "f", copy, n, &mistakes);
		free(copy);
		show(&got, &a);
		is(buf_text(&got), files[i].want, "file %zu", i);
		is(buf_text(&mistakes), files[i].mistakes, "mistakes %zu",
		    i);
		is_int(ret, *files[i].mistakes != '\0' ? -1 : 0, "result %zu",
		    i);
		aliases_release(&a);
	}
	buf_release(&got);
	buf_release(&mistakes);
}

static void
test_octets(void)
{
	static const char nul[] = "a: b\0c, d\ne\0: f\n";
	struct buf got = { .max = 4096 }, mistakes = { .max = 4096 };
	struct aliases a = { 0 };
	char *big = xmalloc(10000);

	(void)aliases_parse(&a, "f", nul, sizeof(nul) - 1, &mistakes);
	show(&got, &a);
	is(buf_text(&got), "1a:d", "NUL in a member and in a name");
	is(buf_text(&mistakes), "f:1: a NUL octet\n"
	    "f:2: e: this is not a local name\n", "is said");
	aliases_release(&a);

	memset(big, 'x', 10000);
	memcpy(big, "a: b, |", 7);
	memcpy(big + 9990, "\nc: d\n", 6);
	buf_clear(&got);
	buf_clear(&mistakes);
	(void)aliases_parse(&a, "f", big, 9996, &mistakes);
	show(&got, &a);
	is(buf_text(&got), "1a:b|2c:d", "an endless member");
	is(buf_text(&mistakes), "f:1: over 4096 octets without a comma\n",
	    "is said");
	aliases_release(&a);

	is_int(aliases_parse(&a, "f", "a b\n", 4, NULL), -1,
	    "mistakes need not be kept");
	aliases_release(&a);
	free(big);
	buf_release(&got);
	buf_release(&mistakes);
}

static void
test_keys(void)
{
	static const struct {
		const char *spec, *want;
	} t[] = {
		{ "", "" }, { "root", "root" }, { "ROOT", "root" },
		{ "\"Ro ot\"", "ro ot" }, { "\"a\\\"\\\\b\"", "a\"\\b" },
		{ "\"\"", "" }, { "J\303\226", "j\303\226" },
	};
	size_t i;
	char *key;

	for (i = 0; i < NITEMS(t); i++) {
		key = aliases_key(t[i].spec, strlen(t[i].spec));
		is(key, t[i].want, "key of %s", t[i].spec);
		free(key);
	}
}

/* Seconds to read n entries and find each. */
static double
time_of(size_t n)
{
	struct buf b = { .max = 1 << 26 };
	struct aliases a = { 0 };
	struct timespec t0, t1;
	size_t i, found = 0;
	char key[32];

	for (i = 0; i < n; i++)
		buf_addf(&b, "name%zu: a%zu@x.test\n", i, i);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	is_int(aliases_parse(&a, "f", b.p, b.len, NULL), 0, "%zu aliases", n);
	for (i = 0; i < n; i++) {
		(void)snprintf(key, sizeof(key), "name%zu", i);
		found += aliases_find(&a, key) == i;
	}
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	is_int((long long)found, (long long)n, "each is found");
	ok(aliases_find(&a, "name") == ALIASES_NONE, "and no other");
	aliases_release(&a);
	buf_release(&b);
	return (double)(t1.tv_sec - t0.tv_sec) +
	    (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
}

/* Sixteen times the file may take sixteen times as long, not 256 times. */
static void
test_linear(void)
{
	double a = time_of(5000), b = time_of(80000);

	ok(b < 100 * a, "in proportion: %.1f and %.1f ms", a * 1e3, b * 1e3);
}

int
main(void)
{
	test_files();
	test_octets();
	test_keys();
	test_linear();
	return done();
}
