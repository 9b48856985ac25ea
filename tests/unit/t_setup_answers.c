/* t_setup_answers.c - what --setup keeps of a file and the command line */

#include "config/file.h"
#include "config/load.h"
#include "reader.h"
#include "setup/answers.h"

#define PATH	"/h/conf"

/* The file, an option, and the draft with its comments. */
static const struct { const char *what, *file, *key, *value, *want; } t[] = {
	{ "nothing", "", NULL, NULL, "" },
	{ "a file", "relay a.test\n# c\npassword p  w\n", NULL, NULL,
	    "# The relay that takes the mail.\nrelay a.test\n"
	    "# Its password; from a file or the environment only.\n"
	    "password p w\n" },
	{ "an option instead of a line", "port 25\nrelay a.test\n", "port",
	    "26", "# The relay that takes the mail.\nrelay a.test\n"
	    "# Its port; auto: 465 or 587, as tls requires.\nport 26\n" },
	{ "a provider, not its relay", "provider gmail\n", NULL, NULL,
	    "# A provider, for its relay and port.\nprovider gmail\n" },
	{ "words of the provider, in lines", "password p\n", NULL, NULL,
	    "# Posteo with a title that needs more than a line: there is no "
	    "room for all of\n# it, and none for the words that follow.\n"
	    "password p\n" },
	{ "accounts, without what they inherit",
	    "helo h.test\naccount b\nrelay b.test\n", NULL, NULL,
	    "# The name to send in EHLO.\nhelo h.test\n\naccount b\n"
	    "relay b.test\n" },
	{ "a file beside this process", "", "tls-ca", "x.pem",
	    "# Trust these authorities (PEM), not the system's.\n"
	    "tls-ca //x.pem\n" },
};

/* The provider, where the table above has its words. */
static const struct service long_words = { .name = "x",
    .title = "Posteo with a title that needs more than a line",
    .host = "x.test", .port = 465, .login = "there is no room for all of it, "
    "and none for the words that follow" };

static void
test_draft(size_t i)
{
	struct options o = { .write = PATH };
	struct config_source src = { .system = "/etc/x", .home = "/h" };
	struct answers a = { .o = &o, .src = &src };
	struct buf text = { .max = 65536 }, thin = { .max = 65536 };
	struct config c;
	struct fault f = { 0 };
	const char *p;

	config_init(&c);
	a.had = &c;
	(void)config_file_text(&c, CONFIG_USER, PATH, "/h", t[i].file,
	    strlen(t[i].file));
	if (t[i].key != NULL)
		(void)config_set_flag(&c, &src, t[i].key, t[i].value, &f);
	config_finish(&c);
	ok(answers_begin(&a, &f) == 0, "%s: %s", t[i].what, f.text);
	buf_clear(&a.draft.check);
	is_int((long long)a.draft.nchecks, 0,
	    "%s: to check", t[i].what);
	a.draft.nchecks = 0;
	if (strstr(t[i].what, "words") != NULL)
		a.service = &long_words;
	answers_sort(&a);
	answers_explain(&a);
	draft_text(&a.draft, "x", false, &text);
	for (p = buf_text(&text) + 5; *p != '\0'; p++)
		if (p[0] != ' ' || p[1] != ' ')
			buf_add(&thin, p, 1);
	is(buf_text(&thin), t[i].want, "%s: the draft", t[i].what);
	buf_release(&text);
	buf_release(&thin);
	answers_release(&a);
	config_release(&c);
}

int
main(void)
{
	struct options_flag flag = { .key = reader_dir };
	struct options o = { .flag = &flag, .nflag = 1 };
	struct answers a = { .o = &o };
	size_t i;

	if (chdir("/") == -1)
		return 1;
	for (i = 0; i < NITEMS(t); i++)
		test_draft(i);
	ok(answers_given(&a, reader_dir), "an option that is given");
	ok(!answers_given(&a, "port"), "one that is not");
	return done();
}
