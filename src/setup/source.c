/* source.c - the file of another program, line by line */

#include <sys/stat.h>

#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "setup/source.h"
#include "system/readfile.h"

#define SOURCE_MAX	(1 << 20)	/* octets of a file */

int
source_open(struct source *s, const char *path, struct fault *f)
{
	struct stat st;

	*s = (struct source){ .path = path,
	    .text = { .max = SOURCE_MAX, .secret = true } };
	if (readfile_whole(path, false, &s->text, &st, f) == -1)
		return -1;
	buf_add(&s->text, "", 1);
	if (s->text.full || strlen(s->text.p) + 1 != s->text.len)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s: this is no text file", path);
	s->next = s->text.p;
	return 0;
}

void
source_release(struct source *s)
{
	buf_release(&s->text);
}

static void
source_trim(char *p)
{
	size_t n = strlen(p);

	while (n > 0 && ascii_space(p[n - 1]))
		p[--n] = '\0';
}

char *
source_line(struct source *s, struct draft *d)
{
	char *line = s->next;
	size_t n;

	if (line == NULL || *line == '\0')
		return NULL;
	n = strcspn(line, "\n");
	s->next = line[n] == '\n' ? line + n + 1 : NULL;
	line[n] = '\0';
	s->number++;
	if (d != NULL)
		draft_at(d, s->path, s->number);
	source_trim(line);
	return line + strspn(line, " \t");
}

char *
source_setting(struct source *s, struct draft *d)
{
	char *line;

	while ((line = source_line(s, d)) != NULL)
		if (*line != '\0' && *line != '#')
			return line;
	return NULL;
}

char *
source_word(char **line)
{
	char *p = *line + strspn(*line, " \t"), *out = p, *word = p;
	char quote = '\0';

	if (*p == '\0')
		return NULL;
	for (; *p != '\0' && (quote != '\0' || !ascii_blank(*p)); p++) {
		if (quote == '\0' && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == quote)
			quote = '\0';
		else if (*p == '\\' && quote != '\'' && p[1] != '\0')
			*out++ = *++p;
		else
			*out++ = *p;
	}
	*line = *p != '\0' ? p + 1 : p;
	*out = '\0';
	return word;
}

char *
source_unquote(char *p)
{
	size_t n = strlen(p);

	if (n >= 2 && (*p == '"' || *p == '\'') && p[n - 1] == *p) {
		p[n - 1] = '\0';
		p++;
	}
	return p;
}

char *
source_cut(char *line, const char *separators)
{
	char *p = line + strcspn(line, " \t");
	char *cut = line + strcspn(line, separators);

	if (cut < p)
		p = cut;
	cut = p + strspn(p, " \t");
	if (*cut != '\0' && strchr(separators, *cut) != NULL)
		cut++;
	cut += strspn(cut, " \t");
	*p = '\0';
	return cut;
}

bool
source_yes(const char *word)
{
	return strcasecmp(word, "yes") == 0 || strcasecmp(word, "on") == 0 ||
	    strcasecmp(word, "true") == 0 || strcmp(word, "1") == 0;
}

char *
source_first(const char *path)
{
	struct source s;
	struct fault f = { 0 };
	char *line = NULL, *copy = NULL;

	if (source_open(&s, path, &f) == 0)
		line = source_setting(&s, NULL);
	if (line != NULL)
		copy = xstrdup(line);
	source_release(&s);
	return copy;
}

char *
source_beside(const char *path, const char *name)
{
	char *copy, *beside;

	if (name[0] == '/')
		return xstrdup(name);
	copy = xstrdup(path);
	beside = xasprintf("%s/%s", dirname(copy), name);
	free(copy);
	return beside;
}
