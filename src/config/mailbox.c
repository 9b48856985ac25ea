/* mailbox.c - a name and an address in one value */

#include <stddef.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "config/mailbox.h"

/* The name without its quotes, and without the \\ before a character. */
static char *
mailbox_name(const char *p, size_t n)
{
	bool quoted = n > 1 && p[0] == '"' && p[n - 1] == '"';
	char *name, *out;
	size_t i;

	if (!quoted)
		return xstrndup(p, n);
	out = name = xstrndup(p + 1, n - 2);
	for (i = 1; i < n - 1; i++) {
		if (p[i] == '\\' && i + 1 < n - 1)
			i++;
		*out++ = p[i];
	}
	*out = '\0';
	return name;
}

bool
mailbox_split(const char *value, char **name, char **address)
{
	const char *open = strrchr(value, '<');
	size_t n = strlen(value), k;

	if (open == NULL || value[n - 1] != '>' || &value[n - 1] == open + 1)
		return false;
	k = (size_t)(open - value);
	while (k > 0 && ascii_blank(value[k - 1]))
		k--;
	*name = mailbox_name(value, k);
	*address = xstrndup(open + 1, n - (size_t)(open - value) - 2);
	return true;
}
