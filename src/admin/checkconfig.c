/* checkconfig.c - --check-config: what is wrong with the configuration */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "admin/checkconfig.h"
#include "admin/checkfiles.h"
#include "config/lint.h"
#include "config/load.h"
#include "report/explain.h"
#include "system/log.h"
#include "system/priv.h"

struct checkup {
	struct lint	 audit;
	struct explain	 explain;
};

static void
check_print(struct buf *b)
{
	fputs(buf_text(b), stdout);
	buf_clear(b);
}

/* What the survey has to tell. */
static void
check_tell(void *ctx, const char *what, const char *path, const struct fault *f,
    bool grave)
{
	struct checkup *k = ctx;
	struct lint *a = &k->audit;
	struct buf hint = { .max = 8192 };
	const struct explain_place at = { 0 };
	const char *why = f != NULL ? f->text : "";

	/* Which setting it is was said already. */
	if (strncmp(why, "log: ", 5) == 0)
		why += 5;
	if (f == NULL) {
		buf_addf(&a->out, "%s can %s %s\n", k->explain.who, what, path);
	} else {
		lint_add(a, grave, NULL, NULL, "%s cannot %s: %s",
		    k->explain.who, what, why);
		if (explain_hint(&k->explain, f, &at, &hint))
			buf_addf(&a->out, "    hint: %s\n", buf_text(&hint));
	}
	buf_release(&hint);
	check_print(&a->out);
}

/* All mistakes of the command line, not the first alone, and of files. */
static void
check_load(struct config *c, const struct config_source *src,
    const struct options *o)
{
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < o->nflag; i++)
		if (config_set_flag(c, src, o->flag[i].key, o->flag[i].value,
		    &f) == -1)
			config_mistake(c, "%s", f.text);
	(void)config_load(c, src, &f);
}

/* These say where our own files are. */
static void
check_leave_home(void)
{
	(void)unsetenv("XDG_CONFIG_HOME");
	(void)unsetenv("XDG_STATE_HOME");
	(void)unsetenv("CREDENTIALS_DIRECTORY");
}

/*
 * With another's eyes.  A file that this user may not read is read before,
 * so that all the rest can be looked at; but of root nobody makes us open
 * what stands in his own home directory.
 */
static int
check_load_as(struct config *c, struct config_source *src,
    const struct options *o, char *home, size_t n, bool *known, struct fault *f)
{
	struct config_source first = *src;
	const char *file = src->file != NULL ? src->file : src->system;

	/* With privileges of its own it is the same whoever calls. */
	if (src->elevated || (src->uid == 0 && geteuid() != 0)) {
		src->elevated = true;
		check_load(c, src, o);
		return 0;
	}
	check_leave_home();
	first.env = src->env = environ;
	first.home = "/dev/null";
	check_load(c, &first, o);
	if (priv_become(o->as, &src->uid, home, n, f) == -1)
		return -1;
	src->home = home;
	(void)setenv("HOME", home, 1);
	src->env = environ;
	*known = false;
	if (access(file, R_OK) == -1 && errno == EACCES)
		return 0;
	*known = true;
	config_release(c);
	config_init(c);
	check_load(c, src, o);
	return 0;
}

static void
check_add_count(struct buf *b, size_t n, const char *what)
{
	if (n > 0)
		buf_addf(b, "%s%zu %s%s", b->len > 0 ? ", " : "", n, what,
		    n > 1 ? "s" : "");
}

static int
check_finish(struct lint *a)
{
	check_add_count(&a->out, a->nmistakes, "mistake");
	check_add_count(&a->out, a->nwarnings, "warning");
	puts(a->out.len > 0 ? buf_text(&a->out) : "no mistakes");
	buf_release(&a->out);
	return log_flush(a->nmistakes > 0 ? EX_CONFIG : EX_OK);
}

int
checkconfig_run(const struct options *o, struct config *c,
    const struct config_source *from)
{
	struct checkup k = { .audit.out.max = 1 << 21 };
	struct config_source src = *from;
	struct fault f = { 0 };
	char home[PATH_MAX] = "";
	bool known = true;

	if (o->as == NULL)
		check_load(c, &src, o);
	else if (check_load_as(c, &src, o, home, sizeof(home), &known, &f) ==
	    -1)
		return log_exit(&f);
	explain_init(&k.explain, c, &src, NULL);
	lint_config(&k.audit, c, &src);
	check_print(&k.audit.out);
	checkfiles(&(struct checkfiles){ .config = c,
	    .src = &src,
	    .known = known,
	    .tell = check_tell,
	    .ctx = &k });
	return check_finish(&k.audit);
}
