/* ask.c - questions on the terminal */

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/ascii.h"
#include "setup/ask.h"

bool
ask_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* Only what a signal handler may call. */
static void
ask_interrupted(int sig)
{
	static const char words[] = "\nheloise: nothing was written\n";

	if (write(STDERR_FILENO, words, sizeof(words) - 1) == -1)
		_exit(1);
	(void)signal(sig, SIG_DFL);
	(void)raise(sig);
}

void
ask_begin(void)
{
	struct sigaction now, to = { .sa_handler = ask_interrupted };

	(void)sigemptyset(&to.sa_mask);
	/* Whoever started this process may have wanted none. */
	if (sigaction(SIGINT, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
		(void)sigaction(SIGINT, &to, NULL);
}

void
ask_over(void)
{
	struct sigaction now;

	if (sigaction(SIGINT, NULL, &now) == 0 &&
	    now.sa_handler == ask_interrupted)
		(void)signal(SIGINT, SIG_DFL);
}

bool
ask_text(const char *question, const char *otherwise, struct buf *out)
{
	char line[1024], *p = line;
	size_t n;

	buf_clear(out);
	if (*otherwise != '\0')
		printf("%s [%s]: ", question, otherwise);
	else
		printf("%s: ", question);
	(void)fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL) {
		puts("");
		return false;
	}
	for (n = strlen(line); n > 0 && ascii_space(line[n - 1]); n--)
		line[n - 1] = '\0';
	while (ascii_blank(*p))
		p++;
	buf_adds(out, *p != '\0' ? p : otherwise);
	return true;
}

bool
ask_yes(const char *question, bool otherwise)
{
	struct buf answer = { .max = 1024 };
	bool yes = false, good = false;

	while (!good && ask_text(question, otherwise ? "yes" : "no",
	    &answer)) {
		yes = strncasecmp("yes", buf_text(&answer), answer.len) == 0;
		good = yes || strncasecmp("no", buf_text(&answer),
		    answer.len) == 0;
		if (!good)
			puts("Please answer yes or no.");
	}
	buf_release(&answer);
	return good && yes;
}
