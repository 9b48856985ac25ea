/*
 * f_options.c - any command line
 *
 * The input is words that end in LF; the first one is the program's name.
 * All that was parsed lies within these words, and nothing but an error of
 * usage comes of the others.  Called as sendmail, no option chooses files,
 * settings or commands of heloise alone.
 */

#include <string.h>
#include <sysexits.h>

#include "base/util.h"
#include "cli/argv.h"

#include "fuzz.h"

#define WORDS	32

struct words {
	char	*text;
	size_t	 len;
	char	*v[WORDS + 1];
	int	 n;
};

static void
within(const struct words *w, const char *s)
{
	CHECK(s == NULL || s[0] == '\0' ||
	    (s > w->text && s < w->text + w->len));
}

static void
check_options(const struct words *w, const struct options *o)
{
	size_t i;
	int k = 0;

	CHECK(o->mode < MODE__MAX && o->nrcpt < (size_t)w->n);
	/* The operands are some of the words, in their order. */
	for (i = 0; i < o->nrcpt; i++) {
		for (k++; k < w->n && o->rcpt[i] != w->v[k]; k++)
			;
		CHECK(k < w->n);
	}
	for (i = 0; i < o->nflag; i++) {
		CHECK(setting_find(o->flag[i].key) != NULL);
		CHECK(o->flag[i].value != NULL);
	}
	for (i = 0; i < NITEMS(o->select); i++)
		within(w, o->select[i]);
	within(w, o->what);
	within(w, o->write);
	within(w, o->as);
	within(w, o->file);
	within(w, o->sender);
	within(w, o->full_name);
	within(w, o->envid);
	CHECK(o->envid == NULL || envelope_xtext(o->envid, ENVELOPE_ENVID));
	CHECK(o->notify <= NOTIFY_ALL && o->interval >= 0);
	CHECK(!(o->notify & NOTIFY_NEVER) || o->notify == NOTIFY_NEVER);
}

/* Only the owner of the command line may choose these. */
static void
check_sendmail(const struct options *o)
{
	CHECK(o->file == NULL && o->write == NULL && o->as == NULL);
	CHECK(!o->all && !o->trace && o->nflag == 0);
	CHECK(o->mode <= MODE_NOTHING);
}

static void
parse(struct words *w)
{
	struct options o = { 0 }, again = { 0 };
	struct fault f = { 0 };

	if (argv_parse(&o, w->v, &f) == 0) {
		check_options(w, &o);
		if (strcmp(w->v[0], "sendmail") == 0 ||
		    strcmp(w->v[0], "mailq") == 0)
			check_sendmail(&o);
		CHECK(argv_parse(&again, w->v, &f) == 0);
		CHECK(again.mode == o.mode && again.nrcpt == o.nrcpt &&
		    again.nflag == o.nflag);
	} else {
		CHECK(fault_exit(&f) == EX_USAGE && f.text[0] != '\0');
		check_printable(f.text, strlen(f.text), true);
	}
	options_release(&o);
	options_release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct words w = { .len = n, .v = { NULL } };
	char *s, *copy;

	if (n == 0 || n > 2048)
		return 0;
	w.text = s = xstrndup((const char *)data, n);
	w.len = strlen(s);
	while (w.n < WORDS && s != NULL && *s != '\0')
		w.v[w.n++] = strsep(&s, "\n");
	copy = xcalloc(1, w.len + 1);
	memcpy(copy, w.text, w.len);
	if (w.n > 0)
		parse(&w);
	CHECK(memcmp(copy, w.text, w.len) == 0);
	free(copy);
	free(w.text);
	return 0;
}
