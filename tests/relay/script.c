/* script.c - a dialogue out of a file */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/util.h"
#include "script.h"

#define NUMBER	1
#define TEXT	2
#define ESCAPES	4

static const struct {
	const char	*word;
	unsigned	 takes;
} moves[MV__MAX] = {
	[MV_SAY]	= { "S:", TEXT | ESCAPES },
	[MV_SAY_PART]	= { "S-", TEXT | ESCAPES },
	[MV_HEAR]	= { "C:", TEXT },
	[MV_HEAR_LIKE]	= { "C~", TEXT },
	[MV_BODY]	= { "body", 0 },
	[MV_BDAT]	= { "bdat", 0 },
	[MV_READ]	= { "read", NUMBER },
	[MV_TLS]	= { "tls", 0 },
	[MV_DRIP]	= { "drip", NUMBER | TEXT | ESCAPES },
	[MV_JUNK]	= { "junk", NUMBER },
	[MV_LINES]	= { "lines", NUMBER | TEXT | ESCAPES },
	[MV_WAIT]	= { "wait", NUMBER },
	[MV_NAP]	= { "nap", NUMBER },
	[MV_SILENT]	= { "silent", 0 },
	[MV_POLITE]	= { "polite", 0 },
	[MV_EOF]	= { "eof", 0 },
	[MV_TRUNCATE]	= { "truncate", 0 },
	[MV_RESET]	= { "reset", 0 },
};

/* The first word at *p, cut off; *p moves behind the space after it. */
static char *
word(char **p)
{
	char *start = *p;

	*p += strcspn(*p, " ");
	if (**p != '\0')
		*(*p)++ = '\0';
	return start;
}

/* Fill in the step; NULL, or what is wrong with the line. */
static const char *
parse(struct step *st, char *p, bool tls)
{
	const char *verb = word(&p), *why = NULL;
	unsigned i, takes;

	for (i = 0; i < MV__MAX && strcmp(moves[i].word, verb) != 0; i++)
		;
	if (i == MV__MAX)
		return "unknown line";
	st->move = (enum move)i;
	takes = moves[i].takes;
	if (st->move == MV_TLS && !tls)
		return "needs --cert";
	if ((takes & NUMBER) != 0) {
		st->n = strtonum(word(&p), 0, 1000000000, &why);
		if (why != NULL)
			return "needs a number from 0 to 1000000000";
	}
	if ((takes & TEXT) == 0 && *p != '\0')
		return "too much on the line";
	if ((takes & ESCAPES) != 0) {
		st->text = unescape(p, &st->len);
	} else {
		st->text = xstrdup((takes & TEXT) != 0 ? p : verb);
		st->len = strlen(st->text);
	}
	if (st->text == NULL)
		return "bad escape";
	if (st->move == MV_HEAR_LIKE &&
	    regcomp(&st->re, p, REG_EXTENDED | REG_NOSUB) != 0)
		return "bad regular expression";
	return NULL;
}

void
script_load(struct script *s, const char *file, bool tls)
{
	FILE *fp = fopen(file, "re");
	const char *why;
	unsigned lines = 0;
	char *line = NULL, *whole;
	size_t cap = 0;
	ssize_t n;

	memset(s, 0, sizeof(*s));
	s->name = file;
	if (fp == NULL)
		err(EX_NOINPUT, "%s", file);
	while ((n = getline(&line, &cap, fp)) != -1) {
		lines++;
		if (n > 0 && line[n - 1] == '\n')
			line[--n] = '\0';
		if (strlen(line) != (size_t)n)
			errx(EX_DATAERR, "%s:%u: NUL", file, lines);
		if (*line == '\0' || *line == '#')
			continue;
		s->steps = xreallocarray(s->steps, s->n + 1,
		    sizeof(*s->steps));
		memset(&s->steps[s->n], 0, sizeof(*s->steps));
		s->steps[s->n].line = lines;
		whole = xstrdup(line);
		if ((why = parse(&s->steps[s->n++], line, tls)) != NULL)
			errx(EX_DATAERR, "%s:%u: %s: %s", file, lines, whole,
			    why);
		free(whole);
	}
	if (ferror(fp))
		err(EX_IOERR, "%s", file);
	free(line);
	(void)fclose(fp);
}

void
script_release(struct script *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->steps[i].text);
		if (s->steps[i].move == MV_HEAR_LIKE)
			regfree(&s->steps[i].re);
	}
	free(s->steps);
}
