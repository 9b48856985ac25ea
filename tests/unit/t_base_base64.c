/* t_base_base64.c - octets as text */

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "tap.h"

static void
texts(void)
{
	static const struct { const char *plain, *text; } t[] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" },	/* RFC 4648 */
		{ "\xff\xfe\xfd", "//79" }, { NULL, "Zg=" },
		{ NULL, "Z" }, { NULL, "!!!!" }, { NULL, "=" },
		{ NULL, "Zh==" }, { NULL, "Zm9=" },	/* bits left over */
		{ NULL, "Z===" }, { NULL, "Zg==Zg==" }, { NULL, "Zm=v" },
		{ NULL, "Zm9v====" }, { NULL, "Zm9" }, { NULL, "Zm9vZ" },
	};
	struct buf b = { .max = 64 }, small = { .max = 5 };
	char many[301];
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		if (!base64_decode(&b, t[i].text, strlen(t[i].text))) {
			ok(t[i].plain == NULL, "%s is not base64", t[i].text);
			continue;
		}
		is(buf_text(&b), t[i].plain, "%s decoded", t[i].text);
		if (t[i].plain == NULL)
			continue;
		buf_clear(&b);
		base64_encode(&b, t[i].plain, strlen(t[i].plain));
		is(buf_text(&b), t[i].text, "%s encoded", t[i].text);
	}
	buf_clear(&b);
	ok(base64_decode(&b, " Zm9v\r\n YmFy\n", 13), "in lines");
	is(buf_text(&b), "foobar", "in lines: all of it");
	ok(!base64_decode(&b, "Zg=\0", 4), "a NUL");
	buf_release(&b);
	b.max = 1000;
	memset(many, 'x', sizeof(many));
	base64_encode(&b, many, 300);
	ok(b.len == 400 && strchr(b.p, '\n') == NULL, "on one line");
	ok(!base64_decode(&small, "Zm9vYmFy", 8), "over the ceiling");
	buf_release(&b);
	buf_release(&small);
}

static void
every_octet(void)
{
	struct buf text = { .max = 1024 }, back = { .max = 256 };
	unsigned char all[256];
	size_t i, n;

	for (i = 0; i < sizeof(all); i++)
		all[i] = (unsigned char)(i * 7);
	for (n = sizeof(all) - 3; n <= sizeof(all); n++) {
		buf_clear(&text);
		buf_clear(&back);
		base64_encode(&text, all, n);
		ok(base64_decode(&back, text.p, text.len) && back.len == n &&
		    memcmp(back.p, all, n) == 0, "%zu octets and back", n);
	}
	buf_release(&text);
	buf_release(&back);
}

int
main(void)
{
	texts();
	every_octet();
	return done();
}
