/*
 * f_phrase.c - what must hold for any name
 *
 * Encoded words are ASCII, at most 75 octets long, and mean what was given,
 * with a space for each control character.  So does a name that is written
 * as atoms or as a quoted string.  A word whose raw octets were encoded
 * means the same as before.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/phrase.h"

#include "fuzz.h"

static void
must_equal(const struct buf *b, const char *p, size_t n)
{
	size_t i;

	CHECK(b->len == n);
	for (i = 0; i < n; i++)
		CHECK(b->p[i] == (ascii_control(p[i]) ? ' ' : p[i]));
}

/* Words with folding between them. */
static void
read_words(struct buf *out, const char *p, size_t n)
{
	size_t k;

	for (; n > 0; p += k, n -= k) {
		k = 1;
		if (ascii_space(*p))
			continue;
		k = phrase_encoded(p, n);
		CHECK(k > 0 && k <= 75 && ascii_only(p, k));
		CHECK(phrase_decode(out, p, k));
	}
}

static void
read_name(struct buf *out, const char *p, size_t n)
{
	size_t i;

	if (n > 0 && p[0] != '"') {
		buf_add(out, p, n);
		return;
	}
	CHECK(n >= 2 && p[n - 1] == '"');
	for (i = 1; i < n - 1; i++) {
		if (p[i] == '\\')
			CHECK(++i < n - 1);
		buf_add(out, p + i, 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;
	struct buf out = { .max = 1 << 26 }, back = out, mended = out;
	size_t k;

	phrase_encode(&out, p, n);
	read_words(&back, buf_text(&out), out.len);
	must_equal(&back, p, n);
	buf_clear(&out);
	buf_clear(&back);
	if (n > 0) {
		phrase_add(&out, p, n);
		if (ascii_only(p, n) && n <= 200)
			read_name(&back, out.p, out.len);
		else
			read_words(&back, out.p, out.len);
		must_equal(&back, p, n);
	}
	k = phrase_encoded(p, n);
	CHECK(k <= n);
	buf_clear(&out);
	buf_clear(&back);
	if (k > 0 && phrase_mend(&mended, p, k)) {
		CHECK(ascii_only(mended.p, mended.len));
		CHECK(phrase_encoded(mended.p, mended.len) == mended.len);
		if (phrase_decode(&out, p, k)) {
			CHECK(phrase_decode(&back, mended.p, mended.len));
			CHECK(out.len == back.len &&
			    memcmp(buf_text(&out), buf_text(&back),
			    out.len) == 0);
		}
	}
	buf_clear(&mended);
	k = phrase_loose(p, n);
	CHECK(k <= n);
	if (k > 0) {
		phrase_mend_loose(&mended, p, k);
		CHECK(ascii_only(mended.p, mended.len));
		CHECK(phrase_encoded(mended.p, mended.len) > 0);
	}
	buf_release(&out);
	buf_release(&back);
	buf_release(&mended);
	return 0;
}
