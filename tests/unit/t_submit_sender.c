/* t_submit_sender.c - a message's sender, account, policy and recipients */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "submit/sender.h"
#include "tap.h"

#define RELAY	"relay=r.test\n"
#define WORK	"account=work\nrelay=w.test\nmatch=*@w.test\n"

/* A message, what it is given with, and what is decided. */
static const struct {
	const char	*title;
	const char	*config;	/* KEY=VALUE; account opens one */
	const char	*sender;	/* -f, or NULL */
	const char	*name;		/* -F, or NULL */
	const char	*rcpt[2];
	const char	*text;		/* the message, read with -t */
	const char	*want;		/* account: sender > recipients */
	const char	*has;		/* its text has this, if not NULL */
} rows[] = {
	{ "-f", RELAY, "a@x.test", NULL, { "b@x.test" }, "\n",
	    ": a@x.test > b@x.test", "From: \"J. Doe\" <a@x.test>\r\n" },
	{ "-f, bare", RELAY, "root", NULL, { "b@x.test" }, "\n",
	    ": root@dom.test > b@x.test", NULL },
	{ "-f '', the null sender", RELAY, "", NULL, { "b@x.test" }, "\n",
	    ":  > b@x.test", NULL },
	{ "-f, wrong", RELAY, "a@b@c", NULL, { "b@x.test" }, "\n",
	    "fault address", NULL },
	{ "-f before the setting from", RELAY "from=s@y.test\n", "a@x.test",
	    NULL, { "b@x.test" }, "\n", ": a@x.test > b@x.test", NULL },
	{ "the setting from", RELAY "from=%U@y.test\n", NULL, NULL,
	    { "b@x.test" }, "\n", ": joe@y.test > b@x.test",
	    "From: \"J. Doe\" <joe@y.test>\r\n" },
	{ "neither: the user", RELAY, NULL, NULL, { "b@x.test" }, "\n",
	    ": joe@dom.test > b@x.test",
	    "From: \"J. Doe\" <joe@dom.test>\r\n" },

	/* The name */
	{ "-F", RELAY "from-name=Mail of %U\n", "a@x.test", "Ann",
	    { "b@x.test" }, "\n", ": a@x.test > b@x.test",
	    "From: Ann <a@x.test>\r\n" },
	{ "from-name", RELAY "from-name=Mail of %U\n", "a@x.test", NULL,
	    { "b@x.test" }, "\n", ": a@x.test > b@x.test",
	    "From: Mail of joe <a@x.test>\r\n" },
	{ "from-name of the account", RELAY "from-name=Above\n" WORK
	    "from-name=Work\n", "a@w.test", NULL, { "b@x.test" }, "\n",
	    "work: a@w.test > b@x.test", "From: Work <a@w.test>\r\n" },

	/* Recipients */
	{ "two, bare and not", RELAY, "a@x.test", NULL,
	    { "bob", "c@x.test" }, "\n",
	    ": a@x.test > bob@dom.test c@x.test", NULL },
	{ "of the header", RELAY, "a@x.test", NULL, { NULL },
	    "To: bob, c@x.test\nBcc: d@x.test\n\n",
	    ": a@x.test > bob@dom.test c@x.test d@x.test", NULL },
	{ "of both", RELAY, "a@x.test", NULL, { "c@x.test" },
	    "To: c@x.test, d@x.test\n\n", ": a@x.test > c@x.test d@x.test",
	    NULL },
	{ "none", RELAY, "a@x.test", NULL, { NULL }, "Subject: x\n\n",
	    "fault usage", NULL },
	{ "wrong", RELAY, "a@x.test", NULL, { "b@c@d" }, "\n",
	    "fault address", NULL },

	/* Accounts */
	{ "match of -f", RELAY WORK, "a@w.test", NULL, { "b@x.test" }, "\n",
	    "work: a@w.test > b@x.test", NULL },
	{ "no match", RELAY WORK, "a@x.test", NULL, { "b@x.test" }, "\n",
	    ": a@x.test > b@x.test", NULL },
	{ "no match, and no relay", WORK, "a@x.test", NULL, { "b@x.test" },
	    "\n", "fault config", NULL },
	{ "no match for the user, and no relay", WORK, NULL, NULL,
	    { "b@x.test" }, "\n", "fault config", NULL },
	{ "match of the setting from", RELAY "from=s@w.test\n" WORK, NULL,
	    NULL, { "b@x.test" }, "\n", "work: s@w.test > b@x.test", NULL },
	{ "match of the user", RELAY "account=me\nrelay=m.test\n"
	    "match=joe@dom.test\n", NULL, NULL, { "b@x.test" }, "\n",
	    "me: joe@dom.test > b@x.test", NULL },
	{ "asked for, whatever matches", RELAY "use=home\n" WORK
	    "account=home\nrelay=h.test\n", "a@w.test", NULL,
	    { "b@x.test" }, "\n", "home: a@w.test > b@x.test", NULL },
	{ "its from, when asked for", RELAY "use=home\nfrom=s@y.test\n"
	    "account=home\nrelay=h.test\nfrom=h@h.test\n", NULL, NULL,
	    { "b@x.test" }, "\n", "home: h@h.test > b@x.test", NULL },
	{ "max-size", RELAY "max-size=10\n" WORK, "a@w.test", NULL,
	    { "b@x.test" }, "Subject: x\n\nlonger\n", "fault input", NULL },
	{ "header-repair of the account", RELAY WORK "header-repair=no\n",
	    "a@w.test", NULL, { "b@x.test" }, "From: q@w.test\nTo: bob\n\n",
	    "work: a@w.test > b@x.test bob@dom.test", "To: bob\r\n" },

	/* Policy */
	{ "keep", RELAY "from=s@y.test\nfrom-policy=keep\n", "a@x.test",
	    NULL, { "b@x.test" }, "From: c@x.test\n\n",
	    ": a@x.test > b@x.test", "From: c@x.test\r\n" },
	{ "force", RELAY "from=s@y.test\nfrom-policy=force\n", "a@x.test",
	    NULL, { "b@x.test" }, "From: c@x.test\n\n",
	    ": s@y.test > b@x.test", "From: s@y.test\r\n" },
	{ "reply-to", RELAY "from=s@y.test\nfrom-policy=reply-to\n",
	    "a@x.test", NULL, { "b@x.test" }, "From: c@x.test\n\n",
	    ": s@y.test > b@x.test", "Reply-To: c@x.test\r\n" },
	{ "of another domain", RELAY "from=s@y.test\nfrom-domains=y.test\n",
	    "a@x.test", NULL, { "b@x.test" }, "\n",
	    ": s@y.test > b@x.test", "<s@y.test>\r\n" },
	{ "of that domain", RELAY "from=s@y.test\nfrom-domains=y.test\n",
	    "a@y.test", NULL, { "b@x.test" }, "\n",
	    ": a@y.test > b@x.test", NULL },
	{ "of the account", RELAY "from=s@y.test\nfrom-policy=keep\n" WORK
	    "from=%U@w.test\nfrom-policy=force\n", "a@w.test", NULL,
	    { "b@x.test" }, "\n", "work: joe@w.test > b@x.test", NULL },

	/* redirect-all */
	{ "redirected", RELAY "redirect-all=dev@z.test\n", "a@x.test", NULL,
	    { "b@x.test", "bob" }, "\n", ": a@x.test > dev@z.test",
	    "X-Original-To: b@x.test\r\nX-Original-To: bob@dom.test\r\n" },
	{ "redirected, not in ASCII", RELAY "redirect-all=dev@z.test\n",
	    "a@x.test", NULL, { "\303\266@x.test" }, "\n",
	    ": a@x.test > dev@z.test", "X-Original-To: =?UTF-8?" },
	{ "redirected, an account's", RELAY "redirect-all=dev@z.test\n" WORK,
	    "a@w.test", NULL, { "b@x.test" }, "\n",
	    "work: a@w.test > dev@z.test", "X-Original-To: b@x.test\r\n" },
};

/* "use" is the setting account: "account" begins one. */
static void
configure(struct config *c, const char *text)
{
	char *all = xstrdup(text), *line, *value, *rest = all;
	const struct setting *row;

	config_init(c);
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		value = strchr(line, '=');
		*value++ = '\0';
		row = setting_find(strcmp(line, "use") == 0 ? "account" :
		    line);
		if (strcmp(line, "account") == 0)
			config_open(c, value, "test");
		else
			config_apply(c, row, CONFIG_SYSTEM, "test", value);
	}
	config_finish(c);
	is_int((long long)c->nmistakes, 0, "configuration: %s",
	    buf_text(&c->mistakes));
	free(all);
}

/* The caller and the host, as process_find() would find them. */
static void
pretend(struct submitter *p, const struct options *o, struct config *c)
{
	const struct config_source src = { .uid = 1000 };

	process_init(p, o, c, &src);
	p->caller = (struct caller){ .uid = 1000, .user = "joe",
	    .full = "J. Doe", .host = "host.test", .domain = "dom.test",
	    .origin = "cron", .now = 1795255262 };
	p->expand.host = p->caller.host;
	p->expand.domain = p->caller.domain;
	if (c->base.account != NULL)
		p->set = config_settings(c, 0);
}

static int
take(struct submission *s, const char *text, struct fault *f)
{
	if (sender_address(s, f) == -1)
		return -1;
	sender_options(s);
	s->opts.extract = true;
	return sender_begin(s, f) == -1 ||
	    accept_feed(&s->accept, text, strlen(text), f) == -1 ||
	    accept_end(&s->accept, f) == -1 ? -1 : 0;
}

static void
decided(const struct submission *s, struct buf *out)
{
	size_t i;

	buf_addf(out, "%s: %s >", s->meta.account, s->env.from);
	for (i = 0; i < s->env.nrcpt; i++)
		buf_addf(out, " %s", s->env.rcpt[i].addr);
}

static void
is_part(const struct submission *s, const char *part, const char *title)
{
	char text[4096] = "";

	if (pread(s->store.fd, text, sizeof(text) - 1, s->store.at) == -1 ||
	    !ok(strstr(text, part) != NULL, "%s: its text", title))
		printf("# got  %s\n# want %s\n", text, part);
}

static void
test_row(size_t i)
{
	struct buf got = { .max = 65536 };
	struct options o = { .delivery = -1, .sender = rows[i].sender,
	    .full_name = rows[i].name };
	char *rcpt[2];
	struct config c;
	struct submitter p;
	struct submission s;
	struct fault f = { 0 };

	for (o.rcpt = rcpt; o.nrcpt < 2 && rows[i].rcpt[o.nrcpt] != NULL;
	    o.nrcpt++)
		rcpt[o.nrcpt] = xstrdup(rows[i].rcpt[o.nrcpt]);
	configure(&c, rows[i].config);
	pretend(&p, &o, &c);
	sender_init(&s, &p);
	if (take(&s, rows[i].text, &f) == 0)
		decided(&s, &got);
	else
		buf_addf(&got, "fault %s", fault_stage(f.stage));
	is(buf_text(&got), rows[i].want, "%s: %s", rows[i].title, f.text);
	if (rows[i].has != NULL)
		is_part(&s, rows[i].has, rows[i].title);
	sender_release(&s);
	process_release(&p);
	config_release(&c);
	buf_release(&got);
	while (o.nrcpt > 0)
		free(rcpt[--o.nrcpt]);
}

/* One message after the other, as -bs and --probe --all have them. */
static void
test_next(void)
{
	const struct options o = { .delivery = -1 };
	struct config c;
	struct submitter p;
	struct submission s;
	struct fault f = { 0 };
	char first[sizeof(p.caller.unique)];

	configure(&c, RELAY "from=s@y.test\n" WORK "from=s@w.test\n"
	    "from-policy=force\n");
	pretend(&p, &o, &c);
	sender_init(&s, &p);
	is_int(sender_account(&s, "a@w.test", &f), 0, "an account");
	is(s.meta.account, "work", "its name");
	is(s.policy.from, "s@w.test", "its policy");
	sender_options(&s);
	(void)strlcpy(first, p.caller.unique, sizeof(first));
	is_int(sender_begin(&s, &f), 0, "begun");
	is(s.meta.origin, "cron", "its origin");
	is_int(s.meta.uid, 1000, "its user");
	sender_release(&s);
	ok(s.meta.account == NULL && s.set == NULL && s.store.fd == -1 &&
	    s.policy.from == NULL, "nothing is left of it");

	is_int(sender_account(&s, "a@x.test", &f), 0, "the next message");
	is(s.meta.account, "", "above the accounts");
	is(s.policy.from, "s@y.test", "the policy there");
	is_int(s.policy.mode, FROMPOLICY_KEEP, "is another");
	sender_options(&s);
	ok(strcmp(first, p.caller.unique) != 0, "an ID of its own");
	sender_release(&s);

	sender_use(&s, 0);
	is_int(sender_address(&s, &f), 0, "an account, then its sender");
	is(s.sender, "s@w.test", "from its settings");
	sender_use(&s, ACCOUNT_BASE);
	is_int(sender_address(&s, &f), 0, "another account");
	is(s.sender, "s@y.test", "has another sender");
	sender_release(&s);
	process_release(&p);
	config_release(&c);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		test_row(i);
	test_next();
	return done();
}
