/* completion.c - the completion of a shell, written from the tables */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/buf.h"
#include "base/util.h"
#include "cli/completion.h"
#include "cli/option_table.h"
#include "config/setting.h"
#include "system/log.h"

#define WORDS	1024	/* octets of the words of one option */

enum completion_kind {
	COMPLETION_NONE,	/* takes no value */
	COMPLETION_TEXT,	/* any value */
	COMPLETION_WORDS,	/* one of these */
	COMPLETION_FILE,
	COMPLETION_USER,
	COMPLETION__MAX
};

/* One option of the command line, or one setting. */
struct completion {
	char		 name[SETTING_KEY + 2];	/* with its dashes */
	const char	*arg, *doc;
	enum completion_kind kind;
	struct buf	 words;		/* blanks between them */
};

static void
completion_add(struct buf *b, const char *s, size_t n)
{
	buf_addf(b, "%s%.*s", b->len > 0 ? " " : "", (int)n, s);
}

/* "i|db|dq": words; "ID|all": one word; names of values are in capitals. */
static void
completion_split(struct completion *c)
{
	const char *p;
	size_t n;

	for (p = c->arg; *p != '\0'; p += n + (p[n] == '|')) {
		n = strcspn(p, "|");
		if (*p >= 'a' && *p <= 'z')
			completion_add(&c->words, p, n);
	}
}

static enum completion_kind
completion_kind_of(const char *arg)
{
	static const struct { const char *arg; enum completion_kind kind; }
	kinds[] = {
		{ "FILE", COMPLETION_FILE }, { "PATH", COMPLETION_FILE },
		{ "FILE|URI", COMPLETION_FILE },
		{ "FILE|auto", COMPLETION_FILE },
		{ "DIRECTORY", COMPLETION_FILE }, { "USER", COMPLETION_USER },
	};
	size_t i;

	for (i = 0; i < NITEMS(kinds); i++)
		if (strcmp(kinds[i].arg, arg) == 0)
			return kinds[i].kind;
	return COMPLETION_TEXT;
}

static void
completion_of_option(struct completion *c, const struct option *row)
{
	c->words.max = WORDS;
	(void)snprintf(c->name, sizeof(c->name), "%s", row->name);
	c->doc = row->doc;
	/* What is attached, as in -q15m, is no word of its own. */
	if (row->takes != OPTION_VALUE)
		return;
	c->arg = row->arg;
	c->kind = completion_kind_of(c->arg);
	completion_split(c);
	if (c->words.len > 0 && c->kind == COMPLETION_TEXT)
		c->kind = COMPLETION_WORDS;
}

static void
completion_of_setting(struct completion *c, const struct setting *row)
{
	size_t i;

	c->words.max = WORDS;
	(void)snprintf(c->name, sizeof(c->name), "--%s", row->key);
	c->arg = row->arg;
	c->doc = row->doc;
	c->kind = row->type == SETTING_PATH ? COMPLETION_FILE :
	    completion_kind_of(row->arg);
	for (i = 0; row->type == SETTING_CHOICE && row->choice[i] != NULL; i++)
		completion_add(&c->words, row->choice[i],
		    strlen(row->choice[i]));
	if (row->type == SETTING_BOOL)
		buf_adds(&c->words, "yes no");
	if (c->words.len > 0)
		c->kind = COMPLETION_WORDS;
}

/* For a text in quotes: with a backslash before each of these octets. */
static void
completion_quote(const char *s, const char *these)
{
	for (; *s != '\0'; s++)
		if (*s == '\'')
			printf("'\\''");
		else
			printf("%s%c", strchr(these, *s) != NULL ? "\\" : "",
			    *s);
}

static void
completion_bash(const struct completion *v, size_t n)
{
	static const char *const by[COMPLETION__MAX] = {
		[COMPLETION_WORDS] = "", [COMPLETION_FILE] = "-f",
		[COMPLETION_USER] = "-u",
	};
	size_t i;

	puts("# bash completion for heloise: heloise --completion bash\n\n"
	    "_heloise()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} words\n"
	    "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n\n"
	    "\t# bash takes the \"=\" for a word\n"
	    "\tif [ \"$cur\" = = ]; then\n\t\tcur=\n"
	    "\telif [ \"$prev\" = = ]; then\n"
	    "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi\n"
	    "\tCOMPREPLY=()\n\tcase $prev in");
	for (i = 0; i < n; i++) {
		if (v[i].kind == COMPLETION_NONE)
			continue;
		printf("\t%s)\n", v[i].name);
		if (v[i].kind == COMPLETION_FILE)
			puts("\t\tcompopt -o filenames 2>/dev/null");
		if (by[v[i].kind] != NULL)
			printf("\t\tmapfile -t COMPREPLY < "
			    "<(compgen %s -W '%s' -- \"$cur\")\n",
			    by[v[i].kind], buf_text(&v[i].words));
		puts("\t\treturn ;;");
	}
	puts("\tesac\n\twords='");
	for (i = 0; i < n; i++)
		printf("\t    %s\n", v[i].name);
	puts("\t'\n\tmapfile -t COMPREPLY < "
	    "<(compgen -W \"$words\" -- \"$cur\")\n"
	    "}\ncomplete -F _heloise heloise");
}

static void
completion_zsh(const struct completion *v, size_t n)
{
	static const char *const by[COMPLETION__MAX] = {
		[COMPLETION_FILE] = "_files", [COMPLETION_USER] = "_users",
	};
	size_t i;

	puts("#compdef heloise\n"
	    "# zsh completion for heloise: heloise --completion zsh\n\n"
	    "_arguments -S \\");
	for (i = 0; i < n; i++) {
		printf("\t'%s[", v[i].name);
		completion_quote(v[i].doc, "[]:");
		putchar(']');
		if (v[i].kind != COMPLETION_NONE) {
			putchar(':');
			completion_quote(v[i].arg, ":");
			putchar(':');
		}
		if (v[i].kind == COMPLETION_WORDS)
			printf("(%s)", buf_text(&v[i].words));
		else if (by[v[i].kind] != NULL && v[i].words.len > 0)
			printf("{compadd %s; %s}", buf_text(&v[i].words),
			    by[v[i].kind]);
		else if (by[v[i].kind] != NULL)
			printf("%s", by[v[i].kind]);
		puts("' \\");
	}
	puts("\t'*:RECIPIENT:_users'");
}

/* -x is one letter, -bp an old option of several, --hold a long one. */
static void
completion_fish(const struct completion *v, size_t n)
{
	static const char *const by[COMPLETION__MAX] = {
		[COMPLETION_TEXT] = " -x", [COMPLETION_WORDS] = " -x",
		[COMPLETION_FILE] = " -r -F",
		[COMPLETION_USER] = " -x -a '(__fish_complete_users)'",
	};
	const char *name;
	size_t i;

	puts("# fish completion for heloise: heloise --completion fish\n\n"
	    "complete -c heloise -f");
	for (i = 0; i < n; i++) {
		name = v[i].name + 1;
		printf("complete -c heloise -%c %s%s",
		    *name == '-' ? 'l' : name[1] == '\0' ? 's' : 'o',
		    *name == '-' ? name + 1 : name,
		    by[v[i].kind] != NULL ? by[v[i].kind] : "");
		if (v[i].words.len > 0)
			printf(" -a '%s'", buf_text(&v[i].words));
		printf(" -d '");
		completion_quote(v[i].doc, "");
		puts("'");
	}
}

/* All that --help lists, but what a file or the environment has to hold. */
static size_t
completion_collect(struct completion *v)
{
	size_t i, n = 0;

	for (i = 0; i < option_count; i++)
		if (option_table[i].doc != NULL)
			completion_of_option(&v[n++], &option_table[i]);
	for (i = 0; i < setting_count; i++)
		if (!setting_table[i].secret)
			completion_of_setting(&v[n++], &setting_table[i]);
	return n;
}

int
completion_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	static const struct {
		const char *name;
		void (*print)(const struct completion *, size_t);
	} shells[] = {
		{ "bash", completion_bash }, { "zsh", completion_zsh },
		{ "fish", completion_fish },
	};
	static struct completion v[OPTION_MAX + SETTING_MAX];
	struct fault f = { 0 };
	size_t i, n;

	for (i = 0; i < NITEMS(shells); i++) {
		if (strcmp(o->what, shells[i].name) != 0)
			continue;
		n = completion_collect(v);
		shells[i].print(v, n);
		while (n > 0)
			buf_release(&v[--n].words);
		return log_flush(EX_OK);
	}
	(void)option_usage(&f, "--completion", "expected bash, zsh or fish");
	return log_exit(&f);
}
