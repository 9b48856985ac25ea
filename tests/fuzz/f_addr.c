/*
 * f_addr.c - what the address parser and the check must hold for any input
 *
 * What passes the check has no control and parses to itself; offsets lie in
 * order within the text; a name that was written reads as one mailbox.
 */

#include <string.h>

#include "base/util.h"
#include "mail/addr.h"
#include "mail/addrlist.h"
#include "mail/lenient.h"
#include "mail/phrase.h"

#include "fuzz.h"

static void
must_be_clean(const char *spec)
{
	bool quoted = false;
	const char *p;

	CHECK(strlen(spec) <= ADDR_MAX && addr_at(spec) != NULL);
	CHECK(utf8_valid(spec, strlen(spec)));
	for (p = spec; *p != '\0'; p++) {
		CHECK((unsigned char)*p >= 0x20 && *p != 0x7f);
		if (*p == '\\' && quoted)
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else
			CHECK(quoted || strchr(" <>", *p) == NULL);
	}
	CHECK(!quoted);
}

static void
must_parse_to_itself(const char *spec)
{
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	char *path = NULL;

	CHECK(addrlist_parse(&l, spec, strlen(spec), &f) == 0);
	CHECK(l.n == 1 && strcmp(l.v[0].spec, spec) == 0);
	CHECK(l.v[0].start == 0 && l.v[0].end == strlen(spec));
	CHECK(lenient_path(&path, spec, &f) == 0 && strcmp(path, spec) == 0);
	free(path);
	addrlist_release(&l);
}

static void
check(const char *given)
{
	char *spec = xstrdup(given);
	struct fault f = { 0 };

	if (addr_check(spec, &f) == 0) {
		must_be_clean(spec);
		must_parse_to_itself(spec);
	} else
		CHECK(f.text[0] != '\0' && f.stage == ST_ADDRESS);
	addr_qualify(&spec, "our.test");
	if (addr_ascii_domain(&spec, &f) == 0 && addr_check(spec, &f) == 0) {
		must_be_clean(spec);
		must_parse_to_itself(spec);
		if (!addr_needs_utf8(spec))
			CHECK(ascii_only(spec, strlen(spec)));
	}
	free(spec);
}

static void
parse(const char *p, size_t n)
{
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	size_t i, at = 0;

	if (addrlist_parse(&l, p, n, &f) == -1)
		CHECK(f.text[0] != '\0' && f.stage == ST_ADDRESS);
	for (i = 0; i < l.n; i++) {
		const struct addr *a = &l.v[i];

		CHECK(at <= a->start && a->start <= a->angle &&
		    a->angle <= a->spec_start &&
		    a->spec_start <= a->spec_end && a->spec_end <= a->end &&
		    a->end <= n);
		at = a->end;
		check(a->spec);
	}
	addrlist_release(&l);
}

static void
write_name(const char *p, size_t n)
{
	struct buf b = { .max = 1 << 20 };
	struct addr_list l = { 0 };
	struct fault f = { 0 };
	size_t i, line = 0;

	phrase_add(&b, p, n);
	buf_adds(&b, " <a@x.test>");
	for (i = 0; i < b.len; i++) {
		CHECK((unsigned char)b.p[i] < 0x7f);
		if (b.p[i] == '\r')
			CHECK(b.p[i + 1] == '\n' && b.p[i + 2] == ' ');
		else if (b.p[i] == '\n')
			line = 0;
		else
			CHECK(b.p[i] >= 0x20 && ++line < 500);
	}
	CHECK(addrlist_parse(&l, b.p, b.len, &f) == 0 && l.n == 1);
	CHECK(strcmp(l.v[0].spec, "a@x.test") == 0);
	buf_release(&b);
	addrlist_release(&l);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;
	struct fault f = { 0 };
	char *text = xstrndup(p, n), *path;

	parse(p, n);
	check(text);
	if (lenient_path(&path, text, &f) == 0) {
		check(path);
		free(path);
	}
	write_name(p, n);
	free(text);
	return 0;
}
