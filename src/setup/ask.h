/* ask.h - questions on the terminal */

#ifndef SETUP_ASK_H
#define SETUP_ASK_H

#include <stdbool.h>

#include "base/buf.h"

/* Is there a terminal for questions and their answers? */
bool	ask_possible(void);

/*
 * Until ask_over(), an interrupt from the terminal says that nothing was
 * written.
 */
void	ask_begin(void);
void	ask_over(void);

/*
 * Ask a question; an empty answer is otherwise, which may be "".  The answer
 * is in out, without blanks around it.  False at the end of the input.
 */
bool	ask_text(const char *question, const char *otherwise, struct buf *out);

/* Ask for yes or no; an empty answer is otherwise.  At the end: no. */
bool	ask_yes(const char *question, bool otherwise);

#endif
