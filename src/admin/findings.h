/* findings.h - the lines of --check-config as JSON */

#ifndef ADMIN_FINDINGS_H
#define ADMIN_FINDINGS_H

#include <stdbool.h>

#include "base/buf.h"
#include "config/lint.h"

/*
 * Append an object for each line of text, with a comma before it unless it is
 * the first of the array.  "    hint: ..." belongs to the line before it.
 * levels has an enum lint_level for each line that is a finding, in order; the
 * lines after these are none.  With placed, a line may begin with its place,
 * as those of lint_config() do.  Members:
 *
 *	level	"info", "warning" or "mistake"
 *	file, line	null if it is about no line of a file
 *	text	the line as it is printed
 *	hint	null or text
 */
void	findings_json(struct buf *, const char *text, const char *levels,
	    bool placed);

#endif
