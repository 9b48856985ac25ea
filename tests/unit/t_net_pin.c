/* t_net_pin.c - what is a pin, and what of several */

#include <string.h>

#include "base/util.h"
#include "net/pin.h"
#include "tap.h"

/* The SHA-256 of nothing. */
#define BASE64	"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define HEX	"e3b0c44298fc1c149afbf4c8996fb924" \
		"27ae41e4649b934ca495991b7852b855"
#define COLONS	"E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:" \
		"27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55"

static const unsigned char nothing[PIN_SIZE] = {
	0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
	0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
	0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
};

static void
t_pins(void)
{
	static const struct {
		const char	*list;
		int		 n;		/* pins that it begins with */
		bool		 valid;
	} tests[] = {
		{ BASE64, 1, true },
		{ "sha256:" BASE64, 1, true },
		{ "sha256//" BASE64, 1, true },
		{ HEX, 1, true },
		{ "sha256:" HEX, 1, true },
		{ COLONS, 1, true },
		{ "sha256:" COLONS, 1, true },
		{ "  " BASE64 " \t ", 1, true },
		{ BASE64 " " HEX "\tsha256:" BASE64, 3, true },
		{ "", 0, false },
		{ "  ", 0, false },
		{ "sha256:", 0, false },
		{ "sha1:" BASE64, 0, false },
		{ "SHA256:" BASE64, 0, false },
		{ "sha256: " BASE64, 0, false },
		{ BASE64 "," BASE64, 0, false },
		{ BASE64 BASE64, 0, false },
		{ BASE64 " x", 1, false },
		{ BASE64 " " BASE64 "=", 1, false },
		{ "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", 0, false },
		{ "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==", 0, false },
		{ "!7DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 0, false },
		{ HEX "0", 0, false },
		{ HEX "00", 0, false },
		{ COLONS ":", 0, false },
		{ COLONS ":00", 0, false },
		{ "g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b"
		    "7852b855", 0, false },
		{ "E3-B0-C4-42-98-FC-1C-14-9A-FB-F4-C8-99-6F-B9-24-"
		    "27-AE-41-E4-64-9B-93-4C-A4-95-99-1B-78-52-B8-55", 0,
		    false },
	};
	unsigned char pin[PIN_SIZE];
	const char *p;
	size_t i;
	int n;

	for (i = 0; i < NITEMS(tests); i++) {
		p = tests[i].list;
		for (n = 0; pin_next(&p, pin); n++)
			ok(memcmp(pin, nothing, PIN_SIZE) == 0,
			    "'%s': pin %d", tests[i].list, n);
		is_int(n, tests[i].n, "'%s': pins", tests[i].list);
		ok(pin_valid(tests[i].list) == tests[i].valid, "... %s",
		    tests[i].valid ? "valid" : "not valid");
	}
}

static void
t_text(void)
{
	unsigned char back[PIN_SIZE];
	char text[PIN_TEXT];
	const char *p = text;

	pin_text(nothing, text);
	is(text, "sha256:" BASE64, "as the manual shows it");
	ok(pin_next(&p, back) && *p == '\0' &&
	    memcmp(back, nothing, PIN_SIZE) == 0, "and back");
}

int
main(void)
{
	t_pins();
	t_text();
	return done();
}
