/* findings.c - the lines of --check-config as JSON */

#include <stdlib.h>
#include <string.h>

#include "admin/findings.h"
#include "base/ascii.h"
#include "base/json.h"
#include "base/util.h"

#define HINT	"    hint: "

static const char *
findings_level(char level)
{
	return level == '\0' ? "info" :
	    level == LINT_WARNING ? "warning" : "mistake";
}

/*
 * The end of the file's name in "/etc/heloise.conf:12: port: ..."; NULL if
 * the line does not begin so.
 */
static const char *
findings_place(const char *line, long long *number)
{
	const char *p, *q;

	for (p = strchr(line, ':'); p != NULL; p = strchr(p + 1, ':')) {
		*number = 0;
		for (q = p + 1; ascii_digit(*q) && q - p < 10; q++)
			*number = *number * 10 + (*q - '0');
		if (q > p + 1 && q[0] == ':' && q[1] == ' ')
			return p;
	}
	return NULL;
}

static void
findings_add(struct buf *b, const char *line, const char *hint, char level,
    bool placed)
{
	long long number = 0;
	const char *end = placed ? findings_place(line, &number) : NULL;
	char *file = end != NULL ? xstrndup(line, (size_t)(end - line)) : NULL;

	json_key(b, NULL);
	buf_adds(b, "{");
	json_text(b, "level", findings_level(level));
	json_text(b, "file", file);
	if (end != NULL)
		json_number(b, "line", number);
	else
		json_none(b, "line");
	json_text(b, "text", line);
	json_text(b, "hint", hint);
	buf_adds(b, "}");
	free(file);
}

/* The line at *p, to be freed; *p is then the next one.  NULL at the end. */
static char *
findings_next(const char **p)
{
	size_t n = strcspn(*p, "\n");
	char *line = **p != '\0' ? xstrndup(*p, n) : NULL;

	*p += n + ((*p)[n] == '\n');
	return line;
}

void
findings_json(struct buf *b, const char *text, const char *levels,
    bool placed)
{
	char *line, *hint;

	while ((line = findings_next(&text)) != NULL) {
		hint = strncmp(text, HINT, strlen(HINT)) == 0 ?
		    findings_next(&text) : NULL;
		findings_add(b, line, hint != NULL ? hint + strlen(HINT) :
		    NULL, *levels, placed);
		levels += *levels != '\0';
		free(line);
		free(hint);
	}
}
