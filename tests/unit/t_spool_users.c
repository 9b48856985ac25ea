/* t_spool_users.c - the spools of all users below one directory */

#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>

#include "spool/users.h"
#include "spooling.h"

static void
listed(void)
{
	char top[] = "/tmp/t_spool_users-XXXXXX", own[64], other[128];
	char cmd[256];
	struct buf foreign = { .max = 4096 };
	struct fault f = { 0 };
	struct users u;

	NEED(mkdtemp(top) != NULL && chdir(top) == 0);
	(void)snprintf(own, sizeof(own), "%u", (unsigned)getuid());
	NEED(mkdir(own, 0700) == 0 && mkdir("4294967294", 0700) == 0);
	(void)snprintf(other, sizeof(other), "%s.0123456789abcdef", own);
	NEED(mkdir(other, 0700) == 0 && mkdir("1.x", 0700) == 0);
	NEED(mkdir("+7", 0700) == 0 && mkdir("007", 0700) == 0);
	NEED(mkdir("a\tb", 0700) == 0 && symlink(own, "12") == 0);
	ok(users_list(&u, top, false, &foreign, &f) == 0, "it is listed");
	ok(u.n == 1 && u.spool[0].uid == getuid(), "its owner is a user");
	ok(strstr(buf_text(&foreign), other) != NULL, "a longer name is not");
	ok(strstr(buf_text(&foreign), "4294967294\n") != NULL,
	    "the directory of another owner is foreign");
	ok(strstr(buf_text(&foreign), "+7\n") != NULL &&
	    strstr(buf_text(&foreign), "007\n") != NULL,
	    "another form of a number is foreign");
	ok(strstr(buf_text(&foreign), "12\n") != NULL, "so is a link");
	ok(strchr(buf_text(&foreign), '\t') == NULL, "names are printable");
	users_release(&u);
	buf_clear(&foreign);
	ok(users_list(&u, top, true, &foreign, &f) == 0 && u.n == 2 &&
	    strcmp(u.spool[0].name, own) == 0 && u.spool[1].uid == getuid() &&
	    strcmp(u.spool[1].name, other) == 0,
	    "unless more names than that are");
	ok(strstr(buf_text(&foreign), "1.x\n") != NULL,
	    "but none of another owner");
	users_release(&u);
	buf_release(&foreign);
	NEED(chdir("/") == 0);
	(void)snprintf(cmd, sizeof(cmd), "rm -r %s", top);
	NEED(system(cmd) == 0);
	ok(users_list(&u, top, false, NULL, &f) == -1 && f.code == ENOENT,
	    "there is no directory");
}

int
main(void)
{
	listed();
	return done();
}
