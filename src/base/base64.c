/* base64.c - octets as text (RFC 4648) */

#include <stdint.h>
#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* One to three octets to four characters. */
static void
base64_encode_group(struct buf *out, const unsigned char *p, size_t n)
{
	uint32_t v = (uint32_t)p[0] << 16;
	char text[4];

	if (n > 1)
		v |= (uint32_t)p[1] << 8;
	if (n > 2)
		v |= p[2];
	text[0] = digits[v >> 18];
	text[1] = digits[v >> 12 & 63];
	text[2] = n > 1 ? digits[v >> 6 & 63] : '=';
	text[3] = n > 2 ? digits[v & 63] : '=';
	buf_add(out, text, sizeof(text));
}

void
base64_encode(struct buf *out, const void *v, size_t n)
{
	const unsigned char *p = v;

	for (; n > 3; p += 3, n -= 3)
		base64_encode_group(out, p, 3);
	if (n > 0)
		base64_encode_group(out, p, n);
}

/* Four characters, pad of them '='; the bits that are left must be 0. */
static bool
base64_decode_group(struct buf *out, uint32_t v, unsigned pad)
{
	const char octets[3] = { (char)(v >> 16), (char)(v >> 8), (char)v };

	buf_add(out, octets, 3 - pad);
	return (pad == 0 || (pad == 1 && (v & 0xff) == 0) ||
	    (pad == 2 && (v & 0xffff) == 0)) && !out->full;
}

bool
base64_decode(struct buf *out, const char *p, size_t n)
{
	const char *end = p + n, *digit;
	unsigned have = 0, pad = 0;
	uint32_t v = 0;

	for (; p < end; p++) {
		if (ascii_space(*p))
			continue;
		digit = *p != '\0' ? strchr(digits, *p) : NULL;
		if (*p == '=' && have > 1)
			pad++;
		else if (digit == NULL || pad > 0)
			return false;
		v = v << 6 | (digit != NULL ? (uint32_t)(digit - digits) : 0);
		if (++have < 4)
			continue;
		if (!base64_decode_group(out, v, pad))
			return false;
		have = 0;
		v = 0;
	}
	return have == 0;
}

void
base64_encode_url(struct buf *out, const void *p, size_t n)
{
	struct buf b = { .max = out->max, .secret = out->secret };
	size_t i;

	base64_encode(&b, p, n);
	for (i = 0; i < b.len; i++)
		b.p[i] = b.p[i] == '+' ? '-' : b.p[i] == '/' ? '_' : b.p[i];
	buf_add(out, buf_text(&b), strcspn(buf_text(&b), "="));
	buf_release(&b);
}

bool
base64_decode_url(struct buf *out, const char *p, size_t n)
{
	struct buf b = { .max = n + 3, .secret = out->secret };
	bool fine = memchr(p, '+', n) == NULL && memchr(p, '/', n) == NULL;
	size_t i;

	buf_add(&b, p, n);
	for (i = 0; i < n; i++)
		b.p[i] = p[i] == '-' ? '+' : p[i] == '_' ? '/' : p[i];
	while (b.len % 4 != 0 && !b.full)
		buf_adds(&b, "=");
	fine = fine && base64_decode(out, buf_text(&b), b.len);
	buf_release(&b);
	return fine;
}
