/* showconfig.c - --show-config: the settings in force, shown or written */

#include <stdio.h>
#include <sysexits.h>

#include "admin/showconfig.h"
#include "cli/option_table.h"
#include "config/dump.h"
#include "config/write.h"
#include "system/log.h"

static int
showconfig_write(const struct config *c, const struct config_source *src,
    const char *path)
{
	struct fault f = { 0 };
	bool made = true;

	if (src->elevated)
		(void)option_usage(&f, "--write", OPTION_PRIVILEGED);
	else
		(void)config_write(c, path, &made, &f);
	if (f.verdict != VD_OK)
		return log_exit(&f);
	if (!made)
		log_say("%s: already exists and was not changed", path);
	return EX_OK;
}

int
showconfig_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct buf b = { .max = 1 << 22 };

	if (o->write != NULL)
		return showconfig_write(c, src, o->write);
	(o->json ? config_dump_json : config_dump)(c, src->elevated, &b);
	(void)fputs(buf_text(&b), stdout);
	buf_release(&b);
	return log_flush(EX_OK);
}
