/*
 * f_alias.c - what aliases must hold for any file and any address
 *
 * Reading ends; what is read stays what it is: each alias is found by its
 * name and has members.  Expanding ends; what comes of it is fit for the
 * wire, or a fault with words that adds nothing.  What is included is the
 * file itself, which makes the worst of loops.
 */

#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "alias/lookup.h"

#include "fuzz.h"

struct text {
	const char	*p;
	size_t		 n;
	unsigned	 left;		/* times that it is included */
};

static int
include(void *ctx, const char *path, struct buf *out, struct fault *f)
{
	struct text *t = ctx;

	CHECK(*path == '/');
	if (strstr(path, "no") != NULL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_TEMP, "no");
	if (t->left > 0) {
		buf_add(out, t->p, t->n);
		t->left--;
	}
	return 0;
}

/* "file:line: words", one a line, printable. */
static void
must_be_lines(const struct buf *b)
{
	size_t i;

	CHECK(b->len == 0 || b->p[b->len - 1] == '\n' || b->full);
	for (i = 0; i < b->len; i++)
		CHECK((unsigned char)b->p[i] >= 0x20 || b->p[i] == '\n');
}

static void
must_expand(const struct aliases *a, const struct alias_opts *o,
    const char *addr)
{
	struct envelope e = { 0 };
	struct fault f = { 0 };
	size_t i;

	if (alias_expand(a, o, addr, &e, &f) == -1) {
		CHECK(e.nrcpt == 0 && f.text[0] != '\0');
		CHECK(f.stage == ST_ADDRESS && f.verdict != VD_OK);
	} else
		CHECK(e.nrcpt > 0);
	for (i = 0; i < e.nrcpt; i++)
		CHECK(addr_check(e.rcpt[i].addr, &f) == 0);
	envelope_release(&e);
}

static void
must_be_single(const struct aliases *a, const struct alias_opts *o,
    const char *name)
{
	struct envelope e = { 0 };
	struct fault f = { 0 };
	char *spec;

	if (!alias_lookup_single(a, o, name, &spec))
		return;
	CHECK(addr_check(spec, &f) == 0);
	CHECK(alias_expand(a, o, name, &e, &f) == 0);
	CHECK(e.nrcpt == 1 && strcmp(e.rcpt[0].addr, spec) == 0);
	envelope_release(&e);
	free(spec);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const hosts[] = { "h", "localhost" };
	struct text t = { (const char *)data, n, 20 };
	struct buf mistakes = { .max = 1 << 16 }, name = { .max = 1024 };
	struct alias_opts o = { .hosts = hosts, .nhosts = NITEMS(hosts),
	    .domain = "our.test", .include = include, .ctx = &t,
	    .mistakes = &mistakes };
	struct aliases a = { 0 };
	size_t i, j;
	int ret;

	if (n > 4096)
		return 0;
	ret = aliases_parse(&a, "f", t.p, t.n, &mistakes);
	CHECK((ret == -1) == (mistakes.len > 0));
	must_be_lines(&mistakes);
	must_expand(&a, &o, "nobody");
	for (i = 0; i < a.n && i < 8; i++) {
		CHECK(a.v[i].n > 0 && aliases_find(&a, a.v[i].name) == i);
		buf_clear(&name);
		addr_add_local(&name, a.v[i].name);
		must_expand(&a, &o, name.p);
		must_be_single(&a, &o, name.p);
		buf_adds(&name, "@H");
		must_expand(&a, &o, name.p);
		for (j = 0; j < a.v[i].n; j++)
			CHECK(*a.v[i].v[j].text != '\0');
	}
	alias_check(&a, &o);
	must_be_lines(&mistakes);
	aliases_release(&a);
	buf_release(&mistakes);
	buf_release(&name);
	return 0;
}
