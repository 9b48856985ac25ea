/* help.c - --help and --version */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/json.h"
#include "cli/help.h"
#include "cli/option_table.h"
#include "config/setting.h"
#include "system/log.h"
#include "system/sandbox.h"

#define INDENT	28	/* column of the descriptions */

/* "  -f ADDRESS" or "     --hold ID", then the description */
static void
help_row(const struct option *row)
{
	bool is_long = row->name[1] == '-';
	int n = printf("%s%s%s%s", is_long ? "     " : "  ", row->name,
	    row->arg != NULL && row->takes != OPTION_ATTACHED ? " " : "",
	    row->arg != NULL ? row->arg : "");

	printf("%*s%s\n", n < INDENT ? INDENT - n : 1, "", row->doc);
}

int
help_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	size_t i;

	puts("usage: heloise [--SETTING VALUE ...] [-C FILE] [-tiv] "
	    "[-f SENDER] [-F NAME]\n"
	    "               [--] [RECIPIENT ...]\n\n"
	    "Reads a message on standard input and sends it through a relay.\n"
	    "\nOptions:");
	for (i = 0; i < option_count; i++)
		if (option_table[i].doc != NULL)
			help_row(&option_table[i]);
	puts("\nSettings:");
	setting_help(stdout);
	return log_flush(EX_OK);
}

int
help_version(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct buf b = { .max = 1024 };
	char box[128];

	sandbox_describe(box, sizeof(box));
	if (o->json) {
		buf_adds(&b, "{");
		json_text(&b, "version", VERSION);
		json_text(&b, "sandbox", box);
		buf_adds(&b, "}");
		puts(buf_text(&b));
		buf_release(&b);
	} else {
		printf("heloise %s\nsandbox: %s\n", VERSION, box);
	}
	return log_flush(EX_OK);
}
