/* minfree.c - the value of `min-free`: a part of a file system, or a size */

#include <string.h>

#include "base/util.h"
#include "config/minfree.h"

#define LEAST	(10LL << 20)

bool
minfree_parse(const char *value, bool shared, unsigned *percent,
    long long *octets)
{
	size_t i, n;

	if (strcmp(value, "auto") == 0)
		value = shared ? "5%" : "0";
	n = strspn(value, "0123456789");
	*percent = 0;
	*octets = 0;
	if (n == 0 || value[n] != '%')
		return (*octets = size_parse(value)) >= 0;
	for (i = 0; i < n && *percent <= 100; i++)
		*percent = *percent * 10 + (unsigned)(value[i] - '0');
	*octets = *percent > 0 ? LEAST : 0;
	return value[n + 1] == '\0' && *percent < 100;
}
