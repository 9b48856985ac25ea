/*
 * setup.c - --setup: from an address to a configuration that works
 *
 * Each answer is in the draft, and each trial is a probe with the draft: what
 * is written is what was tried.
 */

#include <sys/stat.h>
#include <netdb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/util.h"
#include "cli/option_table.h"
#include "config/load.h"
#include "mail/addr.h"
#include "setup/answers.h"
#include "setup/ask.h"
#include "setup/credentials.h"
#include "setup/finder.h"
#include "setup/former.h"
#include "setup/setup.h"
#include "setup/signin.h"
#include "setup/target.h"
#include "setup/testmail.h"
#include "setup/trial.h"
#include "system/log.h"
#include "system/readfile.h"

/* The address */

static int
setup_address(struct answers *a, struct fault *f)
{
	struct buf answer = { .max = 1024 };
	const char *from = draft_get(&a->draft, "from");
	bool done = false;
	int status = 0;

	if (a->o->what[0] != '\0')
		return answers_take_address(a, a->o->what, f) ? 0 : -1;
	if (from == NULL || strchr(from, '%') != NULL)
		from = "";
	if (!a->asks && *from != '\0')
		return answers_take_address(a, from, f) ? 0 : -1;
	while (status == 0 && !done) {
		status = answers_ask(a, "Your address", from, "ADDRESS",
		    &answer, f);
		done = status == 0 &&
		    answers_take_address(a, buf_text(&answer), f);
		if (status == 0 && !done)
			log_fault(f);
	}
	buf_release(&answer);
	return status;
}

/* The relay */

/* Take back what is said about a relay, but not by the command line. */
static void
setup_forget(struct answers *a)
{
	struct draft *d = &a->draft;

	draft_unset(d, "relay");
	draft_unset(d, "provider");
	if (!answers_given(a, "port"))
		draft_unset(d, "port");
	if (!answers_given(a, "tls"))
		draft_unset(d, "tls");
}

/* Put a candidate into the draft, but for what the command line says. */
static void
setup_use(struct answers *a, const struct candidate *c)
{
	struct draft *d = &a->draft;

	setup_forget(a);
	a->service = c->service;
	if (c->source == FINDER_TABLE) {
		(void)draft_set(d, "provider", c->service->name);
		(void)former_fits(a);
		return;
	}
	(void)draft_set(d, "relay", c->host);
	(void)former_fits(a);
	if (!answers_given(a, "port"))
		(void)draft_setf(d, "port", "%d", c->port);
	if (!answers_given(a, "tls"))
		(void)draft_set(d, "tls", c->implicit ? "implicit" :
		    "starttls");
}

static bool
setup_no_server(const struct fault *f)
{
	return f->stage == ST_RESOLVE && f->domain == FD_GAI &&
	    f->code == EAI_AGAIN;
}

/* "no: connection refused." */
static void
setup_say_why(const struct fault *f)
{
	const char *text = setup_no_server(f) ?
	    "the name server does not answer" : f->text;
	size_t n = strcspn(text, "\n");

	while (n > 0 && text[n - 1] == '.')
		n--;
	printf("no%s%.*s.\n", n > 0 ? ": " : "", (int)n, text);
}

/* Does the relay answer, with TLS, up to the login? */
static bool
setup_reaches(struct answers *a, const char *what, struct probe_result *r)
{
	printf("Trying %s ... ", what);
	trial_answers(a, false, r);
	if (trial_reached(r))
		puts("it answers.");
	else
		setup_say_why(&r->fault);
	return trial_reached(r);
}

/*
 * A relay outside the domain that only the DNS names could be anybody's, and
 * would get the password (RFC 6186, section 6).
 */
static bool
setup_agrees(const struct answers *a, const struct candidate *c)
{
	char *question;
	bool yes;

	if (!c->foreign)
		return true;
	if (!a->asks) {
		log_say("the DNS names %s, which is in another domain; if "
		    "that is right, give --relay %s:%d", c->host, c->host,
		    c->port);
		return false;
	}
	question = xasprintf("The DNS names %s, which is in another domain.  "
	    "Use it", c->host);
	yes = ask_yes(question, false);
	free(question);
	return yes;
}

/* The first candidate that answers. */
static bool
setup_find(struct answers *a, struct probe_result *r)
{
	struct finder found;
	const struct candidate *c;
	const char *gone = "";
	char *what;
	bool good = false, silent = false;

	finder_find(&found, a->address, draft_get(&a->draft, "resolver"));
	for (c = found.v; c < found.v + found.n && !good && !silent;
	    c++) {
		/* A host without an address has none on other ports. */
		if (strcmp(c->host, gone) == 0 || !setup_agrees(a, c))
			continue;
		setup_use(a, c);
		what = answers_given(a, "port") ?
		    xasprintf("%s port %s", c->host,
		    draft_get(&a->draft, "port")) :
		    xasprintf("%s port %d", c->host, c->port);
		good = setup_reaches(a, what, r);
		if (r->fault.stage == ST_RESOLVE)
			gone = c->host;
		/* It knows the other names of the domain no better. */
		silent = setup_no_server(&r->fault) &&
		    c->source == FINDER_GUESS;
		if (!good && c->source == FINDER_TABLE)
			trial_show(r);
		free(what);
	}
	if (good && a->service != NULL)
		printf("This is %s.\n", a->service->title);
	return good;
}

/* "HOST" or "HOST:PORT" of a person; the ports are tried in turn. */
static bool
setup_named(struct answers *a, const char *relay, struct probe_result *r)
{
	static const char *const ports[] = { "465", "587", "25" };
	struct draft *d = &a->draft;
	bool port = strchr(relay, ':') != NULL || answers_given(a, "port");
	bool good;
	size_t i;

	*r = (struct probe_result){ 0 };
	setup_forget(a);
	if (!draft_try(d, "relay", relay)) {
		log_say("%s: this is no relay", relay);
		return false;
	}
	a->service = service_of_relay(relay);
	(void)former_fits(a);
	if (port)
		return setup_reaches(a, relay, r);
	for (good = false, i = 0; i < NITEMS(ports) && !good; i++) {
		(void)draft_set(d, "port", ports[i]);
		good = setup_reaches(a, relay, r);
		if (r->fault.stage == ST_RESOLVE)
			break;
	}
	return good;
}

/* Is there one, of the command line or of the present file? */
static bool
setup_has_relay(struct answers *a)
{
	const char *name = draft_get(&a->draft, "provider");
	const char *relay = draft_get(&a->draft, "relay");
	const char *from = draft_get(&a->draft, "from");
	bool given = answers_given(a, "relay") || answers_given(a, "provider");

	if (!draft_has_relay(&a->draft) || (!given && from != NULL &&
	    !addr_same(from, a->address)))
		return false;
	a->service = name != NULL ? service_find(name) : relay != NULL ?
	    service_of_relay(relay) : NULL;
	return name != NULL || relay != NULL;
}

static int
setup_relay(struct answers *a, struct fault *f)
{
	struct buf answer = { .max = 1024 };
	struct probe_result r = { 0 };
	bool had = setup_has_relay(a), good;
	int status = 0, tries = 0;

	if (had)
		(void)former_fits(a);
	good = had ? setup_reaches(a, "the relay that is set", &r) :
	    setup_find(a, &r);
	if (!good && had)
		trial_show(&r);
	if (!good && !a->asks && (had || a->service != NULL)) {
		a->told = true;
		*f = r.fault;
		status = -1;
	} else if (!good && !a->asks) {
		status = fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "no relay found for %s: give --relay HOST; nothing was "
		    "written", a->address);
	}
	if (!good && status == 0 && !had)
		puts("No relay was found.  Your provider's help calls it "
		    "\"SMTP server\" or\n\"outgoing server\".");
	while (!good && status == 0) {
		status = answers_ask(a, "Relay (HOST or HOST:PORT)", "",
		    "--relay", &answer, f);
		if (status == 0 && tries++ == ANSWERS_TRIES)
			status = answers_missing(a, f, "no relay answers");
		good = status == 0 && *buf_text(&answer) != '\0' &&
		    setup_named(a, buf_text(&answer), &r);
		if (!good && status == 0 && r.fault.verdict != VD_OK)
			trial_show(&r);
	}
	buf_release(&answer);
	return status;
}

/* The rest */

static int
setup_root_mail(struct answers *a, struct fault *f)
{
	struct buf answer = { .max = 1024 };
	const char *now = draft_get(&a->draft, "root-mail");
	bool done = !a->asks || answers_given(a, "root-mail");
	int status = 0;

	while (!done && status == 0) {
		status = answers_ask(a, "Address for mail to root (none: not "
		    "set)", now != NULL ? now : a->address, "--root-mail",
		    &answer, f);
		done = status == 0 &&
		    (strcmp(buf_text(&answer), "none") == 0 ||
		    draft_try(&a->draft, "root-mail", buf_text(&answer)));
		if (status == 0 && !done)
			log_say("%s: this is no address", buf_text(&answer));
	}
	if (status == 0 && strcmp(buf_text(&answer), "none") == 0)
		draft_unset(&a->draft, "root-mail");
	buf_release(&answer);
	return status;
}

/* Is the file as it would be written? */
static bool
setup_same(const char *path, const struct buf *text)
{
	struct buf now = { .max = 1 << 20, .secret = true };
	struct stat st;
	struct fault f = { 0 };
	bool same = readfile_whole(path, false, &now, &st, &f) == 0 &&
	    now.len == text->len && (now.len == 0 ||
	    memcmp(now.p, text->p, now.len) == 0);

	buf_release(&now);
	return same;
}

static int
setup_write(struct answers *a, struct fault *f)
{
	struct buf text = { .max = 1 << 20, .secret = true };
	struct buf seen = { .max = 1 << 20 };
	char *intro = xasprintf("Made by heloise --setup for %s.", a->address);
	char *question, *old = target_old(a->path);
	bool there = target_exists(a->path), yes = a->o->yes;
	int status = 0;

	answers_sort(a);
	answers_explain(a);
	draft_text(&a->draft, intro, false, &text);
	draft_text(&a->draft, intro, true, &seen);
	printf("\n%s\n", buf_text(&seen));
	if (setup_same(a->path, &text)) {
		printf("%s is so already.\n", a->path);
		ask_over();
		goto out;
	}
	question = xasprintf(there ? "Replace %s (it is kept as %s)" :
	    "Write %s", a->path, old);
	if (a->asks)
		yes = ask_yes(question, true);
	a->told = a->asks && !yes;
	ask_over();
	if (!yes)
		status = answers_missing(a, f, "--yes is needed to write "
		    "without a terminal");
	else if ((status = target_write(a->path, a->src, &text, true,
	    f)) == 0) {
		printf("%s is written.\n", a->path);
		target_say_readers(a->path, a->src, &text);
		answers_say_included(a);
	}
	free(question);
out:
	if (status == 0 && !a->told &&
	    !target_group_reads(a->path, a->src, &text))
		a->status = EX_CONFIG;
	free(intro);
	free(old);
	buf_release(&text);
	buf_release(&seen);
	return status;
}

static int
setup_steps(struct answers *a, struct fault *f)
{
	struct draft *d = &a->draft;
	char *question;
	bool send = a->o->send_test;
	int status;

	if (setup_address(a, f) == -1 || setup_relay(a, f) == -1)
		return -1;
	former_settle(a);
	former_ask(a);
	if (!answers_given(a, "from"))
		(void)draft_set(d, "from", a->address);
	if (credentials_prove(a, f) == -1 || setup_root_mail(a, f) == -1 ||
	    setup_write(a, f) == -1)
		return -1;
	if (a->later) {
		signin_say_later(a);
		return 0;
	}
	if (a->asks && !send) {
		question = xasprintf("Send a test message to %s", a->address);
		send = ask_yes(question, true);
		free(question);
	}
	if (send && (status = testmail_send(a->src, a->path, a->address)) != 0)
		a->status = status;
	return 0;
}

int
setup_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct config before;
	struct answers a = { .o = o, .src = src, .had = c,
	    .before = &before };
	struct fault f = { 0 };
	size_t i;
	int status = 0;

	a.asks = ask_possible() && !o->yes;
	if (src->elevated)
		status = option_usage(&f, "--setup", OPTION_ROOT_ONLY);
	for (i = 0; i < o->nflag && status == 0; i++)
		status = config_set_flag(c, src, o->flag[i].key,
		    o->flag[i].value, &f);
	if (status == -1)
		return log_exit(&f);
	former_read(&before, src);
	ask_begin();
	/* A file with mistakes is no reason not to begin. */
	if (config_load(c, src, &f) == -1)
		log_say("there are mistakes in the settings; a line with one "
		    "is not taken over:\n%s", f.text);
	fault_clear(&f);
	if (answers_begin(&a, &f) == -1 || setup_steps(&a, &f) == -1) {
		(void)fflush(stdout);
		status = a.told ? fault_exit(&f) : log_exit(&f);
	} else {
		status = a.status;
	}
	if (a.told)
		log_say("nothing was written");
	ask_over();
	answers_release(&a);
	config_release(&before);
	return log_flush(status);
}
