/* t_hint_local_table.c - what the hints propose to write into a file */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/setting.h"
#include "config/value.h"
#include "hint/local_table.h"
#include "hint/mail_table.h"
#include "hint/reply_table.h"
#include "tap.h"

/* What else stands in backquotes: commands. */
static bool
is_command(const char *word)
{
	static const char *const words[] = { "chgrp", "chmod", "chown",
	    "install", "heloise", "make",
	    "setsebool", "touch" };
	size_t i;

	for (i = 0; i < NITEMS(words); i++)
		if (strcmp(words[i], word) == 0)
			return true;
	return false;
}

/* "StateDirectory=heloise": a line for a unit of systemd. */
static bool
is_directive(const char *word)
{
	return word[0] >= 'A' && word[0] <= 'Z' && strchr(word, '=') != NULL;
}

/*
 * Every line that a fix proposes must be one that a file may hold.  Returns
 * how many there are.
 */
static size_t
check_fix(const char *fix)
{
	struct buf why = { .max = 512 };
	const struct setting *row;
	const char *p = fix;
	char line[128], *value;
	size_t n, lines = 0;

	for (; (p = strchr(p, '`')) != NULL; p += n + 1) {
		n = strcspn(++p, "`");
		if (*p == '~') {
			p++;
			n--;
		}
		if (!ok(n < sizeof(line) && p[n] == '`',
		    "a line has an end: %s", p))
			break;
		(void)strlcpy(line, p, n + 1);
		value = line + strcspn(line, " ");
		if (*value != '\0')
			*value++ = '\0';
		if (is_command(line) || is_directive(line))
			continue;
		lines++;
		row = setting_find(line);
		ok(row != NULL, "%s is a setting", line);
		if (row == NULL || strpbrk(value, "%<") != NULL)
			continue;
		ok(value_set(row, NULL, value, &why), "%s %s is right",
		    line, value);
	}
	buf_release(&why);
	return lines;
}

static size_t
check_lines(const struct advice *a)
{
	size_t i, lines = 0;

	for (i = 0; i < ADVICE_FIXES && a->fix[i] != NULL; i++)
		lines += check_fix(a->fix[i]);
	return lines;
}

static void
test_tables(void)
{
	size_t i, lines = 0;

	for (i = 0; i < advice_count; i++)
		lines += check_lines(&advice_table[i]);
	for (i = 0; i < refusal_count; i++)
		lines += check_lines(&refusal_table[i]);
	for (i = 0; i < mail_refusal_count; i++)
		lines += check_lines(&mail_refusal_table[i]);
	ok(lines > 100, "%zu lines were looked at", lines);
}

int
main(void)
{
	test_tables();
	return done();
}
