/* pin.c - parses the setting `tls-pin` */

#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/buf.h"
#include "net/pin.h"

#define BASE64	44	/* characters of PIN_SIZE octets */

/* Two digits an octet; either a colon between all octets or none. */
static bool
pin_parse_hex(const char *p, size_t n, unsigned char pin[PIN_SIZE])
{
	size_t i, step = n == 2 * PIN_SIZE ? 2 : 3;
	int high, low;

	if (n != 2 * PIN_SIZE && n != 3 * PIN_SIZE - 1)
		return false;
	for (i = 0; i < PIN_SIZE; i++, p += step) {
		if ((high = ascii_hex(p[0])) == -1 ||
		    (low = ascii_hex(p[1])) == -1 ||
		    (step == 3 && i + 1 < PIN_SIZE && p[2] != ':'))
			return false;
		pin[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool
pin_parse_base64(const char *p, size_t n, unsigned char pin[PIN_SIZE])
{
	struct buf b = { .max = PIN_SIZE };
	bool fine = n == BASE64 && base64_decode(&b, p, n) &&
	    b.len == PIN_SIZE;

	if (fine)
		memcpy(pin, b.p, PIN_SIZE);
	buf_release(&b);
	return fine;
}

bool
pin_next(const char **list, unsigned char pin[PIN_SIZE])
{
	const char *p = *list + strspn(*list, " \t");
	size_t n = strcspn(p, " \t");
	const char *end = p + n;

	if (strncmp(p, "sha256:", 7) == 0)
		p += 7;
	else if (strncmp(p, "sha256//", 8) == 0)
		p += 8;
	n = (size_t)(end - p);
	if (!pin_parse_hex(p, n, pin) && !pin_parse_base64(p, n, pin))
		return false;
	*list = end;
	return true;
}

bool
pin_valid(const char *list)
{
	unsigned char pin[PIN_SIZE];
	const char *p = list;

	while (pin_next(&p, pin))
		;
	return p != list && p[strspn(p, " \t")] == '\0';
}

void
pin_text(const unsigned char pin[PIN_SIZE], char text[PIN_TEXT])
{
	struct buf b = { .max = PIN_TEXT };

	buf_adds(&b, "sha256:");
	base64_encode(&b, pin, PIN_SIZE);
	(void)strlcpy(text, buf_text(&b), PIN_TEXT);
	buf_release(&b);
}
