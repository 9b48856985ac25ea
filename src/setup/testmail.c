/* testmail.c - sends a message to its sender */

#include <sys/wait.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/util.h"
#include "config/load.h"
#include "setup/testmail.h"
#include "submit/sendmail.h"
#include "system/log.h"

/* As "heloise -C path --queue no -i -f address address" does. */
static void
testmail_child(const struct config_source *given, const char *path,
    const char *address, int fd)
{
	char *rcpt = xstrdup(address);
	struct options o = { .delivery = -1, .sender = address, .rcpt = &rcpt,
	    .nrcpt = 1 };
	struct config_source src = *given;
	struct config c;
	struct fault f = { 0 };

	src.file = path;
	config_init(&c);
	if (dup2(fd, STDIN_FILENO) == -1)
		_exit(EX_OSERR);
	if (config_set_flag(&c, &src, "queue", "no", &f) == -1 ||
	    config_load(&c, &src, &f) == -1)
		_exit(log_exit(&f));
	_exit(sendmail_run(&o, &c, &src));
}

int
testmail_send(const struct config_source *src, const char *path,
    const char *address)
{
	char *text = xasprintf("To: %s\nSubject: Heloise works\n\n"
	    "This message was sent by heloise --setup.\n", address);
	int fd[2], how = -1;
	bool sent;
	pid_t pid = -1;

	(void)fflush(stdout);
	if (pipe(fd) == -1 || (pid = fork()) == -1) {
		free(text);
		log_say("%s is written, but the test message: %s", path,
		    strerror(errno));
		return EX_OSERR;
	}
	if (pid == 0) {
		(void)close(fd[1]);
		testmail_child(src, path, address, fd[0]);
	}
	/* It fits.  With its reading end open, no SIGPIPE can come. */
	sent = write(fd[1], text, strlen(text)) == (ssize_t)strlen(text);
	(void)close(fd[0]);
	(void)close(fd[1]);
	while (waitpid(pid, &how, 0) == -1 && errno == EINTR)
		;
	free(text);
	if (!sent || !WIFEXITED(how))
		how = EX_TEMPFAIL;
	else
		how = WEXITSTATUS(how);
	/* The address is the sender's, so it is not an unknown recipient. */
	if (how == EX_NOUSER)
		how = EX_UNAVAILABLE;
	if (how == EX_OK)
		printf("The relay has accepted a test message to %s.\n",
		    address);
	else
		log_say("%s is written, but the relay did not accept the "
		    "test message; correct it as the hint says, or run "
		    "--setup again", path);
	return how;
}
