/* t_alias_localname.c - who gets the mail of a name without an alias */

#include <string.h>

#include "alias/localname.h"
#include "base/util.h"
#include "tap.h"

static char owner[] = "me@gmail.com";

static const struct {
	const char	*what;
	struct localname l;
	const char	*name;
	int		 status;
	const char	*to;
} t[] = {
	{ "without a guard", { .shared = true }, "nobody-here", 0, NULL },
	{ "a user", { .guarded = true }, "daemon", 0, NULL },
	{ "in another case", { .guarded = true }, "Daemon", 0, NULL },
	{ "no user", { .guarded = true }, "nobody-here", -1, NULL },
	{ "a prefix of one", { .guarded = true }, "daem", -1, NULL },
	{ "longer than one", { .guarded = true }, "daemonx", -1, NULL },
	{ "a field of passwd", { .guarded = true }, "x", -1, NULL },
	{ "a line of passwd", { .guarded = true }, "daemon:x", -1, NULL },
	{ "every host has one", { .guarded = true }, "postmaster", 0, NULL },
	{ "the caller", { .guarded = true, .caller = "ldap-user" },
	    "ldap-user", 0, NULL },
	{ "no user, domain", { .guarded = true, .chosen = true },
	    "nobody-here", 0, NULL },
	{ "root-mail", { .guarded = true, .root_mail = "ops@x.test" },
	    "daemon", 0, "ops@x.test" },
	{ "root-mail, and a domain", { .guarded = true, .chosen = true,
	    .root_mail = "ops@x.test" }, "daemon", 0, "ops@x.test" },
	{ "root-mail, no user", { .guarded = true,
	    .root_mail = "ops@x.test" }, "nobody-here", -1, NULL },
	{ "strangers' domain", { .guarded = true, .shared = true,
	    .owner = owner }, "root", 0, owner },
	{ "which was chosen", { .guarded = true, .shared = true,
	    .chosen = true, .owner = owner }, "root", 0, owner },
	{ "strangers' domain, root-mail", { .guarded = true, .shared = true,
	    .owner = owner, .root_mail = "ops@x.test" }, "root", 0,
	    "ops@x.test" },
	{ "no owner", { .guarded = true, .shared = true,
	    .domain = "gmail.com" }, "root", -1, NULL },
};

int
main(void)
{
	static const char passwd[] = "\nbackup:x:34:34::/:\n"
	    "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n";
	struct localname l;
	struct fault f = { 0 };
	const char *to;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		l = t[i].l;
		l.users.max = sizeof(passwd);
		buf_adds(&l.users, passwd);
		is_int(localname_mailbox(&l, t[i].name, &to, &f), t[i].status,
		    "%s: %s", t[i].what, t[i].name);
		ok(t[i].to == NULL ? to == NULL : to != NULL &&
		    strcmp(to, t[i].to) == 0, "%s: to %s", t[i].what,
		    to != NULL ? to : "the domain, or nobody");
		localname_release(&l);
	}
	return done();
}
