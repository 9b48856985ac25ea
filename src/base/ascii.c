/* ascii.c - character classes of ASCII, in any locale */

#include <string.h>
#include <strings.h>

#include "base/ascii.h"

int
ascii_hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, ascii_lower(c)) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

bool
ascii_is(const char *p, size_t n, const char *word)
{
	return strlen(word) == n && strncasecmp(p, word, n) == 0;
}

bool
ascii_listed(const char *list, const char *p, size_t n)
{
	size_t k;

	for (; list != NULL && *list != '\0'; list += k) {
		list += strspn(list, " \t");
		k = strcspn(list, " \t");
		if (k > 0 && k == n && strncasecmp(list, p, n) == 0)
			return true;
	}
	return false;
}

bool
ascii_below(const char *p, size_t n, const char *q, size_t k)
{
	return n >= k && strncasecmp(p + n - k, q, k) == 0 &&
	    (n == k || p[n - k - 1] == '.');
}

bool
ascii_controls(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (ascii_control(p[i]))
			return true;
	return false;
}
