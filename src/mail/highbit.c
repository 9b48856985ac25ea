/* highbit.c - where a message has octets over 127 */

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "mail/highbit.h"

#define DKIM	"DKIM-Signature:"

/* Is the header still UTF-8 with octet c? */
static bool
high_utf8(struct highbit *h, unsigned char c)
{
	static const unsigned char lead[] = { 0xc2, 0xe0, 0xf0, 0xf5 };
	uint32_t unused;
	size_t want = 0;

	if (h->nrest == 0 && c < 0x80)
		return true;
	h->rest[h->nrest++] = c;
	while (want < sizeof(lead) && h->rest[0] >= lead[want])
		want++;
	if (want > 0 && want < 4 && h->nrest < want + 1)
		return true;
	h->nrest = 0;
	return want > 0 && want < 4 &&
	    utf8_next(h->rest, want + 1, &unused) > 0;
}

static void
high_end_line(struct highbit *h)
{
	if (h->high && h->first[0] == '\0')
		(void)strlcpy(h->first, buf_text(&h->line), sizeof(h->first));
	if (!h->body_begun && strncasecmp(buf_text(&h->line), DKIM,
	    sizeof(DKIM) - 1) == 0)
		h->dkim = true;
	h->body_begun |= h->line.len == 0;
	h->high = false;
	buf_clear(&h->line);
}

void
highbit_feed(struct highbit *h, const char *p, size_t n)
{
	for (; n > 0; p++, n--) {
		const bool high = (unsigned char)*p >= 0x80;

		if (*p == '\n') {
			high_end_line(h);
			continue;
		}
		if (*p != '\r' && h->line.len < HIGHBIT_LINE)
			buf_add(&h->line, p, 1);
		h->high |= high;
		h->header |= high && !h->body_begun;
		h->body |= high && h->body_begun;
		if (!h->body_begun && (high || h->nrest > 0))
			h->malformed |= !high_utf8(h, (unsigned char)*p);
	}
}

void
highbit_release(struct highbit *h)
{
	buf_release(&h->line);
}
