/*
 * f_value.c - values in text: base64, pins, rates, dates, JSON, relays
 *
 * What is written reads as what it was, and what reads is within bounds.
 * Every room gets every input.
 */

#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/json.h"
#include "config/rate.h"
#include "mail/date.h"
#include "net/pin.h"
#include "net/relay.h"

#include "json.h"

static void
base64(const char *p, size_t n)
{
	struct buf text = { .max = 1 << 20 }, octets = text, bare = text;
	struct buf small = { .max = 8 };
	size_t i;

	base64_encode(&text, p, n);
	CHECK(text.len == (n + 2) / 3 * 4);
	CHECK(base64_decode(&octets, buf_text(&text), text.len));
	CHECK(octets.len == n && (n == 0 || memcmp(octets.p, p, n) == 0));
	buf_clear(&octets);
	buf_clear(&text);
	if (base64_decode(&octets, p, n)) {
		for (i = 0; i < n; i++)
			if (!ascii_space(p[i]))
				buf_add(&bare, p + i, 1);
		base64_encode(&text, buf_text(&octets), octets.len);
		CHECK(text.len == bare.len);
		CHECK(memcmp(buf_text(&text), buf_text(&bare), bare.len) == 0);
		CHECK(base64_decode(&small, p, n) == (octets.len <= 8));
	}
	buf_release(&text);
	buf_release(&octets);
	buf_release(&bare);
	buf_release(&small);
}

/* The three forms of a pin differ in length. */
static void
check_pin(const char *from, const char *end)
{
	const char *p = from + strspn(from, " \t");
	size_t i, n;

	if (strncmp(p, "sha256:", 7) == 0)
		p += 7;
	else if (strncmp(p, "sha256//", 8) == 0)
		p += 8;
	n = (size_t)(end - p);
	CHECK(n == 44 || n == 64 || n == 95);
	for (i = 0; n != 44 && i < n; i++)
		CHECK(n == 95 && i % 3 == 2 ? p[i] == ':' :
		    ascii_hex(p[i]) != -1);
}

static void
pins(const char *text)
{
	unsigned char pin[PIN_SIZE], again[PIN_SIZE];
	char shown[PIN_TEXT];
	const char *at = text, *was = text, *p;
	size_t n = 0;

	for (; pin_next(&at, pin); was = at, n++) {
		CHECK(at > was);
		check_pin(was, at);
		pin_text(pin, shown);
		CHECK(pin_valid(shown));
		p = shown;
		CHECK(pin_next(&p, again) && *p == '\0');
		CHECK(memcmp(pin, again, sizeof(pin)) == 0);
	}
	CHECK(at == was);
	CHECK(pin_valid(text) == (n > 0 && at[strspn(at, " \t")] == '\0'));
}

static void
rates(const char *text)
{
	struct rate r, again;
	char *same;

	if (rate_parse(text, &r)) {
		CHECK(r.messages >= 1 && r.messages <= RATE_MOST);
		CHECK(r.ms >= 1000 && r.ms <= 3660LL * 86400 * 1000);
		same = xasprintf("%d/%llds", r.messages, r.ms / 1000);
		CHECK(rate_parse(same, &again));
		CHECK(again.messages == r.messages && again.ms == r.ms);
		free(same);
	} else
		CHECK(r.messages == 0);
	CHECK(duration_parse(text) >= -1);
	CHECK(duration_parse(text) <= 3660LL * 86400);
	CHECK(size_parse(text) >= -1);
}

/* The time that the words name. */
static void
date(const char *p, size_t n)
{
	struct buf b = { .max = 128 };
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char day[4], month[4], sign;
	int hours, minutes, year;
	long long t;
	struct tm tm = { 0 };
	long offset;

	if (n < sizeof(t) + 4)
		return;
	memcpy(&t, p, sizeof(t));
	t >>= p[sizeof(t)] & 31;
	offset = (long)((unsigned char)p[9] << 16 | (unsigned char)p[10] << 8 |
	    (unsigned char)p[11]) - (1L << 23);
	date_add(&b, (time_t)t, offset);
	CHECK(sscanf(buf_text(&b), "%3s, %d %3s %d %d:%d:%d %c%2d%2d", day,
	    &tm.tm_mday, month, &year, &tm.tm_hour, &tm.tm_min,
	    &tm.tm_sec, &sign, &hours, &minutes) == 10);
	CHECK(year >= 0 && year <= 9999 && minutes < 60);
	tm.tm_year = year - 1900;
	for (; tm.tm_mon < 12 && strncmp(&months[3 * tm.tm_mon], month, 3) != 0;
	    tm.tm_mon++)
		;
	CHECK(tm.tm_mon < 12);
	hours = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
	if (year > 0 && year < 9999 && offset > -359999 && offset < 359999) {
		CHECK(hours == offset / 60 * 60);
		CHECK(timegm(&tm) == (time_t)t + hours);
	} else
		(void)timegm(&tm);
	CHECK(strncmp(&days[3 * tm.tm_wday], day, 3) == 0);
	buf_release(&b);
}

static void
json(const char *text)
{
	struct buf b = { .max = 1 << 20 }, back = b, want = b;
	const char *p;

	json_quote(&b, text);
	CHECK(!b.full && *json_check_value(b.p, 0) == '\0');
	for (p = b.p + 1; p < b.p + b.len - 1; p++) {
		if (*p == '\\' && p[1] == 'n')
			buf_adds(&back, "\n");
		else if (*p == '\\' && p[1] == 't')
			buf_adds(&back, "\t");
		else
			buf_add(&back, *p == '\\' ? p + 1 : p, 1);
		p += *p == '\\';
	}
	buf_add_visible(&want, text, strlen(text), true);
	CHECK(strcmp(buf_text(&back), buf_text(&want)) == 0);
	buf_clear(&b);
	buf_adds(&b, "{");
	json_text(&b, text, text);
	json_number(&b, "n", (long long)strlen(text) - 5);
	json_bool(&b, "b", text[0] == 'x');
	json_none(&b, "0");
	json_key(&b, "a");
	buf_adds(&b, "[");
	json_text(&b, NULL, text);
	json_text(&b, NULL, NULL);
	buf_adds(&b, "]}");
	CHECK(*json_check_value(b.p, 0) == '\0');
	buf_release(&b);
	buf_release(&back);
	buf_release(&want);
}

static void
relays(const char *text)
{
	struct relay r, again;
	char *same;

	if (relay_parse(text, &r)) {
		CHECK((r.host[0] != '\0') == (r.kind == RELAY_HOST ||
		    r.kind == RELAY_SRV));
		CHECK((r.path[0] == '/') == (r.host[0] == '\0'));
		CHECK(r.kind != RELAY_UNIX || strlen(r.path) <= 107);
		CHECK(r.kind != RELAY_HOST || relay_host_valid(r.host));
		CHECK(r.port >= 0 && r.port < 65536);
		check_printable(r.host, strlen(r.host), false);
	}
	if (relay_host(text, &r)) {
		same = xasprintf(r.port > 0 ? "[%s]:%d" : "[%s]", r.host,
		    r.port);
		CHECK(relay_host(same, &again));
		CHECK(strcmp(r.host, again.host) == 0 &&
		    r.port == again.port);
		free(same);
	}
	if (relay_proxy(text, &r))
		CHECK(relay_host_valid(r.host) && r.port > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data;
	char *text;

	if (n > 8192)
		return 0;
	text = xstrndup(p, n);
	base64(p, n);
	pins(text);
	rates(text);
	date(p, n);
	json(text);
	relays(text);
	free(text);
	return 0;
}
