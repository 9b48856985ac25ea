/*
 * f_oauth.c - what a provider or a browser sends, of any kind
 *
 * The first octet chooses who reads the rest.  A token that is taken is a
 * word; a URL of metadata begins with https:// and has no blanks; what is
 * shown is printable.
 */

#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "base/jansson.h"
#include "base/util.h"
#include "oauth/exchange.h"
#include "oauth/listener.h"

#include "fuzz.h"

static void
must_be_word(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		CHECK((unsigned char)b->p[i] > 0x20 &&
		    (unsigned char)b->p[i] < 0x7f);
}

static void
answer(const char *text, size_t n)
{
	json_t *j = jansson_parse(text, n);
	struct fault f = { 0 };
	struct tokens t;

	if (j == NULL)
		return;
	tokens_init(&t);
	if (exchange_take(j, "h", &t, &f) == 0) {
		CHECK(t.access.len > 0 && t.until > t.got);
		must_be_word(&t.access);
		must_be_word(&t.refresh);
	} else {
		CHECK(f.verdict != VD_OK && f.text[0] != '\0');
	}
	jansson_free(j);
	tokens_release(&t);
}

static void
metadata(const char *text, size_t n)
{
	struct endpoints e;
	struct fault f = { 0 };
	const char *p;

	if (endpoints_parse(&e, "https://a", text, n, &f) == -1) {
		CHECK(f.verdict != VD_OK);
		return;
	}
	CHECK(strncmp(e.token, "https://", 8) == 0);
	for (p = e.token; *p != '\0'; p++)
		CHECK(*p > ' ' && *p < 0x7f);
}

static void
describe(const char *text)
{
	struct buf out = { .max = 511 };
	size_t i;

	jwt_describe(text, &out);
	for (i = 0; i < out.len; i++)
		CHECK((unsigned char)out.p[i] >= 0x20);
	buf_release(&out);
}

static void
browser(const char *text)
{
	struct buf code = { .max = 4096 };
	struct fault f = { 0 };
	int got = listener_parse(text, "S", &code, &f);

	CHECK(got != 1 || code.len > 0);
	CHECK(got != -1 || f.verdict != VD_OK);
	buf_release(&code);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault f = { 0 };
	char *text;

	if (size < 1 || size > 65536 || jansson_load(&f) == -1 ||
	    crypt_ready(&f) == -1)
		return 0;
	text = xmalloc(size);
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] & 3) {
	case 0:
		answer(text, size - 1);
		break;
	case 1:
		metadata(text, size - 1);
		break;
	case 2:
		describe(text);
		break;
	default:
		browser(text);
	}
	free(text);
	return 0;
}
