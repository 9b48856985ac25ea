/* t_setup_former.c - the login of the present file, and another relay */

#include "capture.h"
#include "config/file.h"
#include "reader.h"
#include "setup/former.h"

#define PATH	"/h/conf"
#define FILE_A	"relay a.test\nuser joe\npassword p\ntls-verify no\n"

/* The file, the relay that is chosen, an option; what stays of the login. */
static const struct {
	const char	*what, *file, *key, *relay, *flag, *value;
	bool		 same;
	const char	*user, *password;
} t[] = {
	{ "the same", FILE_A, "relay", "a.test", NULL, NULL, true, "joe",
	    "p" },
	{ "in another case, and with a port", FILE_A, "relay", "A.test:25",
	    NULL, NULL, true, "joe", "p" },
	{ "another", FILE_A, "relay", "b.test", NULL, NULL, false, NULL,
	    NULL },
	{ "one below it", FILE_A, "relay", "b.a.test", NULL, NULL, false,
	    NULL, NULL },
	{ "a provider", FILE_A, "provider", "gmail", NULL, NULL, false, NULL,
	    NULL },
	{ "the relay of a provider", "provider gmail\nuser joe\npassword p\n",
	    "relay", "smtp.gmail.com", NULL, NULL, true, "joe", "p" },
	{ "a socket", FILE_A, "relay", "unix:/a.test", NULL, NULL, false,
	    NULL, NULL },
	{ "a login without a relay", "user joe\npassword p\n", "relay",
	    "a.test", NULL, NULL, false, NULL, NULL },
	{ "a user of the command line", FILE_A, "relay", "b.test", "user",
	    "ann", false, "ann", NULL },
	{ "a relay of the command line", FILE_A, "relay", "b.test", "relay",
	    "b.test", false, NULL, NULL },
};

static void
same(const char *have, const char *want, const char *what, const char *key)
{
	is(have != NULL ? have : "(none)", want != NULL ? want : "(none)",
	    "%s: the %s", what, key);
}

static void
load(struct config *c, size_t i)
{
	config_init(c);
	(void)config_file_text(c, CONFIG_USER, PATH, "/h", t[i].file,
	    strlen(t[i].file));
}

static void
test_fits(size_t i)
{
	struct options_flag flag = { .key = reader_dir };
	struct options o = { .write = PATH, .flag = &flag,
	    .nflag = t[i].flag != NULL };
	struct config_source src = { .system = "/etc/x", .home = "/h" };
	struct config before, c;
	struct answers a = { .o = &o, .src = &src, .had = &c,
	    .before = &before };
	struct fault f = { 0 };

	load(&before, i);
	load(&c, i);
	if (t[i].flag != NULL) {
		flag.key = xstrdup(t[i].flag);
		flag.value = t[i].value;
		(void)config_set_flag(&c, &src, flag.key, flag.value, &f);
	}
	config_finish(&before);
	config_finish(&c);
	ok(answers_begin(&a, &f) == 0, "%s: %s", t[i].what, f.text);
	draft_unset(&a.draft, "relay");
	draft_unset(&a.draft, "provider");
	(void)draft_set(&a.draft, t[i].key, t[i].relay);
	ok(former_fits(&a) == t[i].same, "%s: does it fit", t[i].what);
	same(draft_get(&a.draft, "user"), t[i].user, t[i].what, "user");
	same(draft_get(&a.draft, "password"), t[i].password, t[i].what,
	    "password");
	ok(t[i].same || draft_get(&a.draft, "tls-verify") == NULL,
	    "%s: it is verified", t[i].what);
	if (t[i].flag != NULL)
		free(flag.key);
	answers_release(&a);
	config_release(&c);
	config_release(&before);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		test_fits(i);
	return done();
}
