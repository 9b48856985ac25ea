/* json.h - is it JSON (RFC 8259)?  For what the fuzzers make heloise write */

#ifndef FUZZ_JSON_H
#define FUZZ_JSON_H

#include <string.h>

#include "base/util.h"

#include "fuzz.h"

/* Behind the string at p; its octets are printable. */
static const char *
json_check_string(const char *p)
{
	const char *start = p;

	CHECK(*p == '"');
	for (p++; *p != '"'; p++) {
		CHECK((unsigned char)*p >= ' ' && *p != 127);
		if (*p == '\\')
			CHECK(strchr("\"\\nt", *++p) != NULL && *p != '\0');
	}
	CHECK(utf8_valid(start, (size_t)(p - start)));
	return p + 1;
}

static const char *
json_check_number(const char *p)
{
	size_t n;

	p += *p == '-';
	CHECK((n = strspn(p, "0123456789")) > 0 && (n == 1 || *p != '0'));
	p += n;
	if (*p != '.')
		return p;
	CHECK((n = strspn(++p, "0123456789")) > 0);
	return p + n;
}

static inline const char *
json_check_word(const char *p)
{
	static const char *const words[] = { "null", "true", "false" };
	size_t i;

	for (i = 0; i < NITEMS(words); i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	return json_check_number(p);
}

/* Behind the value at p. */
static inline const char *
json_check_value(const char *p, unsigned depth)
{
	char close;

	CHECK(depth < 8);
	if (*p == '"')
		return json_check_string(p);
	if (*p != '{' && *p != '[')
		return json_check_word(p);
	close = *p == '{' ? '}' : ']';
	p++;
	p += strspn(p, " \n");
	if (*p == close)
		return p + 1;
	for (;; p++) {
		p += strspn(p, " \n");
		if (close == '}') {
			p = json_check_string(p);
			CHECK(*p++ == ':');
		}
		p = json_check_value(p, depth + 1);
		p += strspn(p, " \n");
		if (*p == close)
			return p + 1;
		CHECK(*p == ',');
	}
}

#endif
