/* t_alias_lookup.c - what an address becomes */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#include "base/util.h"
#include "alias/lookup.h"
#include "tap.h"

#define BACK		"this alias leads back to itself"
#define TO_COMMAND	"mail goes to the relay only, never to a command"
#define TO_FILE		"mail goes to the relay only, never to a file"

static const char simple[] =
    "postmaster: root\n"
    "root: ann@x.test\n"
    "ops: ann@x.test, bob, postmaster\n"
    "bob: \\bob, bob@y.test\n"
    "joe: joe, joe@y.test\n"
    "\"the boss\": ann@x.test\n"
    "team: root, ops, carl\n"
    "here: root@host.test\n"
    "other: root@other.test\n"
    "quoted: \"the boss\", \"nobody else\"\n"
    "utf8: j\303\266@x.test, k@m\303\274nchen.test\n";

static const char fallback[] =
    "default: admin, ann@x.test\n"
    "root: bob\n"
    "both: bob, carl\n"
    "stop: \\bob\n"
    "far: bob@x.test\n";

static const char wrong[] =
    "cmd: |cat\n"
    "file: /dev/null\n"
    "both: |cat, /dev/null\n"
    "tocmd: cmd\n"
    "mixed: |cat, ann@x.test\n"
    "nested: cmd, tocmd, ann@x.test\n"
    "a: b\n"
    "b: a\n"
    "c: d, ann@x.test\n"
    "d: e\n"
    "e: c\n";

static const char lists[] =
    "list: :include:/list\n"
    "more: root, :include:/list, :include:/more\n"
    "root: ann@x.test\n"
    "deep: :include:/deep\n"
    "self: :include:/self\n"
    "me: :include:/me\n"
    "none: :include:/none\n"
    "io: ann@x.test, :include:/io\n"
    "empty: :include:/empty\n"
    "empties: :include:/empty, ann@x.test\n"
    "wrong: :include:/wrong\n";

/*
 * Recipients with "," between, or "!" and the fault; what was said of what
 * was passed over.
 */
static const struct {
	const char	*file;
	const char	*addr;
	const char	*want;
	const char	*notes;
} rows[] = {
	{ "", "root", "root@our.test", "" },
	{ "", "root@host.test", "root@host.test", "" },
	{ "", "a@x.test", "a@x.test", "" },
	{ "", "default", "default@our.test", "" },

	{ simple, "root", "ann@x.test", "" },
	{ simple, "Root", "ann@x.test", "" },
	{ simple, "\"root\"", "ann@x.test", "" },
	{ simple, "root@host.test", "ann@x.test", "" },
	{ simple, "ROOT@LOCALHOST", "ann@x.test", "" },
	{ simple, "\"Root\"@Host.Test", "ann@x.test", "" },
	{ simple, "root@[127.0.0.1]", "ann@x.test", "" },
	{ simple, "root@our.test", "root@our.test", "" },
	{ simple, "root@sub.host.test", "root@sub.host.test", "" },
	{ simple, "root@host.test.x.test", "root@host.test.x.test", "" },
	{ simple, "\\root", "root@our.test", "" },
	{ simple, "\\root@host.test", "root@host.test", "" },
	{ simple, "postmaster", "ann@x.test", "" },
	{ simple, "nobody", "nobody@our.test", "" },
	{ simple, "Nobody@host.test", "Nobody@host.test", "" },
	{ simple, "ops", "ann@x.test,bob@our.test,bob@y.test", "" },
	{ simple, "bob", "bob@our.test,bob@y.test", "" },
	{ simple, "joe", "joe@our.test,joe@y.test", "" },
	{ simple, "\"the boss\"", "ann@x.test", "" },
	{ simple, "\"The Boss\"@host.test", "ann@x.test", "" },
	{ simple, "team",
	    "ann@x.test,bob@our.test,bob@y.test,carl@our.test", "" },
	{ simple, "here", "ann@x.test", "" },
	{ simple, "other", "root@other.test", "" },
	{ simple, "quoted", "ann@x.test,\"nobody else\"@our.test", "" },
	{ simple, "utf8", "j\303\266@x.test,k@xn--mnchen-3ya.test", "" },
	{ simple, "default", "default@our.test", "" },

	{ fallback, "carl", "admin@our.test,ann@x.test", "" },
	{ fallback, "carl@host.test", "admin@our.test,ann@x.test", "" },
	{ fallback, "carl@x.test", "carl@x.test", "" },
	{ fallback, "\\carl", "carl@our.test", "" },
	{ fallback, "root", "admin@our.test,ann@x.test", "" },
	{ fallback, "both", "admin@our.test,ann@x.test", "" },
	{ fallback, "stop", "bob@our.test", "" },
	{ fallback, "far", "bob@x.test", "" },
	{ fallback, "admin", "admin@our.test,ann@x.test", "" },
	{ fallback, "default", "ann@x.test,admin@our.test", "" },
	{ "default: default\n", "carl", "default@our.test", "" },
	{ "default: |cat\n", "carl", "!f:1: |cat: " TO_COMMAND, "" },
	{ "DEFAULT: a@x.test\n", "carl", "a@x.test", "" },
	{ "default: a\na: b\n", "carl", "b@our.test", "" },
	{ "default: a\na: b\n", "a", "b@our.test", "" },
	{ "default: a\na: b\n", "b", "b@our.test", "" },
	{ "default: a@x.test\nt: a@x.test, b\n", "t", "a@x.test", "" },
	{ "default: a@x.test\na: root\n", "a", "a@x.test", "" },
	{ "default: a\na: b\nb: a\n", "carl", "!f:3: a: " BACK,
	    "f:3: a: " BACK "\n" },

	{ wrong, "cmd", "!f:1: |cat: " TO_COMMAND, "" },
	{ wrong, "file", "!f:2: /dev/null: " TO_FILE, "" },
	{ wrong, "both", "!f:3: |cat: " TO_COMMAND, "" },
	{ wrong, "tocmd", "!f:1: |cat: " TO_COMMAND, "" },
	{ wrong, "mixed", "ann@x.test", "" },
	{ wrong, "nested", "ann@x.test", "" },
	{ wrong, "a", "!f:8: a: " BACK, "f:8: a: " BACK "\n" },
	{ wrong, "b", "!f:7: b: " BACK, "f:7: b: " BACK "\n" },
	{ wrong, "c", "ann@x.test", "f:11: c: " BACK "\n" },
	{ wrong, "d", "ann@x.test", "f:9: d: " BACK "\n" },
	{ wrong, "a b", "!the part before the \"@\" is malformed", "" },
	{ wrong, "a@", "!its domain is malformed", "" },
	{ wrong, "", "!it is empty", "" },
	{ wrong, "\\", "!it is empty", "" },
	{ wrong, "a@x\r\nDATA",
	    "!it contains a control character or malformed UTF-8", "" },

	{ lists, "list", "ann@x.test,bob@our.test,carl@x.test,dan@x.test",
	    "" },
	{ lists, "more", "ann@x.test,bob@our.test,carl@x.test,dan@x.test,"
	    "eve@x.test", "" },
	{ lists, "deep", "ann@x.test,bob@our.test,carl@x.test,dan@x.test",
	    "" },
	{ lists, "self", "!/self: aliases are nested over 50 deep", "" },
	{ lists, "me", "me@our.test,ann@x.test", "" },
	{ lists, "none", "!f:7: /none: No such file or directory", "" },
	{ lists, "io", "!f:8: /io: Input/output error", "" },
	{ lists, "empty", "!f:9: /empty: this file names no address",
	    "f:9: /empty: this file names no address\n" },
	{ lists, "empties", "ann@x.test",
	    "f:10: /empty: this file names no address\n" },
	{ lists, "wrong", "ann@x.test",
	    "/wrong:1: b c: words without a dot or comma between them\n"
	    "/wrong:3: |cat: " TO_COMMAND "\n" },
};

static const struct {
	const char	*path;
	const char	*text;
} includes[] = {
	{ "/list", "# a list\nroot\r\n\n bob, Carl <carl@x.test> # c\n"
	    "dan@x.test" },
	{ "/more", "eve@x.test\n:include:/list\n" },
	{ "/deep", ":include:/more2\n" },
	{ "/more2", ":include:/list\n" },
	{ "/self", "ann@x.test\n:include:/self\n" },
	{ "/me", "me\nroot\n" },
	{ "/empty", "# nobody\n" },
	{ "/wrong", "b c\nann@x.test\n|cat\n" },
};

static int
include(void *ctx, const char *path, struct buf *out, struct fault *f)
{
	unsigned *count = ctx;
	size_t i;

	++*count;
	for (i = 0; i < NITEMS(includes); i++)
		if (strcmp(includes[i].path, path) == 0) {
			buf_adds(out, includes[i].text);
			return 0;
		}
	if (strcmp(path, "/io") == 0)
		return fault_errno(f, ST_CONFIG, EIO, VD_TEMP, "%s", path);
	return fault_errno(f, ST_CONFIG, ENOENT, VD_PERM, "%s", path);
}

static const char *const hosts[] = { "host.test", "localhost",
    "[127.0.0.1]" };

static void
expand(const struct aliases *a, const struct alias_opts *o, const char *addr,
    struct buf *got, struct fault *f)
{
	struct envelope e = { 0 };
	size_t i;

	buf_clear(got);
	fault_clear(f);
	if (alias_expand(a, o, addr, &e, f) == -1)
		buf_addf(got, "!%s", f->text);
	for (i = 0; i < e.nrcpt; i++)
		buf_addf(got, "%s%s", i > 0 ? "," : "", e.rcpt[i].addr);
	envelope_release(&e);
}

static void
test_expand(void)
{
	struct buf got = { .max = 65536 }, notes = { .max = 65536 };
	unsigned count = 0;
	struct alias_opts o = { .hosts = hosts, .nhosts = NITEMS(hosts),
	    .domain = "our.test", .include = include, .ctx = &count,
	    .mistakes = &notes };
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		struct aliases a = { 0 };

		buf_clear(&notes);
		(void)aliases_parse(&a, "f", rows[i].file,
		    strlen(rows[i].file), NULL);
		expand(&a, &o, rows[i].addr, &got, &f);
		is(buf_text(&got), rows[i].want, "row %zu", i);
		is(buf_text(&notes), rows[i].notes, "notes %zu", i);
		aliases_release(&a);
	}
	buf_release(&got);
	buf_release(&notes);
}

static void
test_faults(void)
{
	struct buf got = { .max = 65536 };
	unsigned count = 0;
	struct alias_opts o = { .domain = "our.test" };
	struct aliases a = { 0 };
	struct envelope e = { 0 };
	struct fault f = { 0 };

	(void)aliases_parse(&a, "f", lists, sizeof(lists) - 1, NULL);
	expand(&a, &o, "list", &got, &f);
	is(buf_text(&got), "!f:1: /list: files cannot be included here",
	    "nothing to include with");
	o.include = include;
	o.ctx = &count;
	expand(&a, &o, "none", &got, &f);
	ok(f.stage == ST_ADDRESS && f.verdict == VD_PERM && f.code == ENOENT,
	    "no file: for good");
	is(f.what, "none", "the address is named");
	is_int(fault_exit(&f), EX_USAGE, "exit");
	expand(&a, &o, "io", &got, &f);
	ok(f.stage == ST_ADDRESS && f.verdict == VD_TEMP,
	    "a disk that fails: not for good");
	is_int(fault_exit(&f), EX_TEMPFAIL, "exit");
	(void)envelope_add(&e, "first@x.test");
	is_int(alias_expand(&a, &o, "io", &e, &f), -1, "a fault");
	is_int((long long)e.nrcpt, 1, "adds nothing");
	is_int(alias_expand(&a, &o, "root", &e, &f), 0, "no fault");
	is_int((long long)e.nrcpt, 2, "adds something");
	is_int(alias_expand(&a, &o, "list", &e, &f), 0, "again");
	is_int((long long)e.nrcpt, 5, "but each address once");
	envelope_release(&e);
	aliases_release(&a);

	o.domain = NULL;
	(void)aliases_parse(&a, "f", "a: b\nc: d@x.test\n", 16, NULL);
	expand(&a, &o, "a", &got, &f);
	is(buf_text(&got), "!f:1: b: it has no domain", "no domain");
	expand(&a, &o, "b", &got, &f);
	is(buf_text(&got), "!it has no domain", "nor here");
	expand(&a, &o, "c", &got, &f);
	is(buf_text(&got), "d@x.test", "and no need of it");
	aliases_release(&a);
	buf_release(&got);
}

/* Chains, lists and files without end do end. */
static void
test_bounds(void)
{
	struct buf text = { .max = 1 << 25 }, got = { .max = 1 << 20 };
	struct alias_opts o = { .domain = "our.test" };
	struct aliases a = { 0 };
	struct envelope e = { 0 };
	struct fault f = { 0 };
	int i;

	for (i = 0; i < 100; i++)
		buf_addf(&text, "a%d: a%d\n", i, i + 1);
	(void)aliases_parse(&a, "f", text.p, text.len, NULL);
	expand(&a, &o, "a50", &got, &f);
	is(buf_text(&got), "a100@our.test", "50 aliases of aliases");
	expand(&a, &o, "a49", &got, &f);
	is(buf_text(&got), "!f: aliases are nested over 50 deep", "51 of them");
	aliases_release(&a);

	/* Each twice, which makes 2^40 ways down. */
	buf_clear(&text);
	for (i = 0; i < 40; i++)
		buf_addf(&text, "a%d: a%d, a%d\n", i, i + 1, i + 1);
	(void)aliases_parse(&a, "f", text.p, text.len, NULL);
	expand(&a, &o, "a0", &got, &f);
	is(buf_text(&got), "a40@our.test", "each alias is entered once");
	aliases_release(&a);

	buf_clear(&text);
	buf_adds(&text, "all: ");
	for (i = 0; i <= ALIAS_RCPTS; i++)
		buf_addf(&text, "%d@x.test,\n ", i);
	(void)aliases_parse(&a, "f", text.p, text.len, NULL);
	is_int(alias_expand(&a, &o, "all", &e, &f), -1, "a crowd");
	is(f.text, "it expands to over 100000 addresses", "is too many");
	is_int((long long)e.nrcpt, 0, "nobody is added");
	aliases_release(&a);
	buf_release(&text);
	buf_release(&got);
}

/* A file that includes itself twice. */
static int
forked(void *ctx, const char *path, struct buf *out, struct fault *f)
{
	unsigned *count = ctx;

	(void)f;
	++*count;
	if (strcmp(path, "/leaf") == 0)
		buf_adds(out, "a@x.test\n");
	else if (strlen(path) < 20)
		buf_addf(out, ":include:%sx, :include:%sy\n", path, path);
	return 0;
}

static void
test_includes(void)
{
	struct buf text = { .max = 1 << 20 }, got = { .max = 1 << 20 };
	unsigned count = 0;
	struct alias_opts o = { .domain = "our.test", .include = forked,
	    .ctx = &count };
	struct aliases a = { 0 };
	struct fault f;
	int i;

	(void)aliases_parse(&a, "f", "a: :include:/x\n", 15, NULL);
	expand(&a, &o, "a", &got, &f);
	ok(strstr(buf_text(&got), "over 1000 files are included") != NULL,
	    "files that multiply");
	is_int(count, ALIAS_INCLUDES, "are read so often");
	aliases_release(&a);

	/* The bound is for one address, also when all are checked. */
	for (i = 0; i < ALIAS_INCLUDES + 1; i++)
		buf_addf(&text, "a%d: :include:/leaf\n", i);
	(void)aliases_parse(&a, "f", text.p, text.len, NULL);
	buf_clear(&got);
	o.mistakes = &got;
	count = 0;
	alias_check(&a, &o);
	is(buf_text(&got), "", "as many aliases with one file each");
	is_int(count, ALIAS_INCLUDES + 1, "are well");
	aliases_release(&a);
	buf_release(&text);
	buf_release(&got);
}

static void
test_check(void)
{
	static const char text[] =
	    "a: b\nb: c, x@x.test\nc: a\nd: d\n"
	    "e: :include:/none, |cat\nf: :include:/wrong\n"
	    "g: :include:/self\nh: ann@x.test, root\n"
	    "i: :include:/list\nj: k\nk: l\n";
	struct buf notes = { .max = 65536 };
	unsigned count = 0;
	struct alias_opts o = { .include = include, .ctx = &count,
	    .domain = "our.test", .mistakes = &notes };
	struct aliases a = { 0 };

	(void)aliases_parse(&a, "f", text, sizeof(text) - 1, NULL);
	alias_check(&a, &o);
	is(buf_text(&notes),
	    "f:3: a: " BACK "\n"
	    "f:5: /none: No such file or directory\n"
	    "/wrong:1: b c: words without a dot or comma between them\n"
	    "/wrong:3: |cat: " TO_COMMAND "\n"
	    "/self: aliases are nested over 50 deep\n", "mistakes, each once");
	buf_clear(&notes);
	o.domain = NULL;
	alias_check(&a, &o);
	ok(strstr(buf_text(&notes), "f:4: d: it has no domain\n") != NULL &&
	    strstr(buf_text(&notes), "f:8: root: it has no domain\n") != NULL,
	    "bare names without a domain");
	aliases_release(&a);

	buf_clear(&notes);
	(void)aliases_parse(&a, "f", "a: b\ndefault: a\n", 16, NULL);
	alias_check(&a, &o);
	is(buf_text(&notes), "f:1: b: it has no domain\n",
	    "of a default without a domain");
	buf_clear(&notes);
	o.domain = "our.test";
	alias_check(&a, &o);
	is(buf_text(&notes), "", "that leads nowhere else");
	aliases_release(&a);
	buf_release(&notes);
}

static const struct {
	const char	*file;
	const char	*name;
	const char	*want;		/* NULL: false */
} singles[] = {
	{ "", "root", NULL },
	{ simple, "root", "ann@x.test" },
	{ simple, "ROOT", "ann@x.test" },
	{ simple, "postmaster", "ann@x.test" },
	{ simple, "\"the boss\"", "ann@x.test" },
	{ simple, "here", "ann@x.test" },
	{ simple, "other", "root@other.test" },
	{ simple, "ops", NULL },
	{ simple, "bob", NULL },
	{ simple, "nobody", NULL },
	{ simple, "root@host.test", NULL },
	{ simple, "", NULL },
	{ fallback, "carl", NULL },
	{ fallback, "stop", "bob@our.test" },
	{ fallback, "far", "bob@x.test" },
	{ "default: a@x.test", "carl", "a@x.test" },
	{ "default: admin", "carl", "admin@our.test" },
	{ "default: admin\nadmin: bob", "carl", "bob@our.test" },
	{ "default: admin\nadmin: bob", "admin", "bob@our.test" },
	{ "default: default", "carl", "default@our.test" },
	{ "default: a@x.test\na: root", "a", "a@x.test" },
	{ "a: \\a", "a", "a@our.test" },
	{ "a: \\b\nb: c@x.test", "a", "b@our.test" },
	{ "a: a", "a", "a@our.test" },
	{ "a: b", "a", "b@our.test" },
	{ "a: k@m\303\274nchen.test", "a", "k@xn--mnchen-3ya.test" },
	{ wrong, "a", NULL },
	{ wrong, "d", NULL },
	{ wrong, "cmd", NULL },
	{ wrong, "mixed", NULL },
	{ wrong, "tocmd", NULL },
	{ lists, "list", NULL },
};

static void
test_singles(void)
{
	struct alias_opts o = { .hosts = hosts, .nhosts = NITEMS(hosts),
	    .domain = "our.test" };
	size_t i;
	char *spec;

	for (i = 0; i < NITEMS(singles); i++) {
		struct aliases a = { 0 };

		(void)aliases_parse(&a, "f", singles[i].file,
		    strlen(singles[i].file), NULL);
		spec = NULL;
		ok(alias_lookup_single(&a, &o, singles[i].name, &spec) ==
		    (singles[i].want != NULL), "single %zu", i);
		is(spec, singles[i].want, "single %s", singles[i].name);
		free(spec);
		aliases_release(&a);
	}
}

int
main(void)
{
	test_expand();
	test_faults();
	test_bounds();
	test_includes();
	test_check();
	test_singles();
	return done();
}
