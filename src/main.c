/* main.c - the order of things */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "config/config.h"
#include "config/load.h"
#include "courier.h"
#include "mail/addr.h"
#include "options.h"
#include "submit.h"
#include "system/log.h"
#include "system/priv.h"
#include "system/secret.h"
#include "system/who.h"

extern char **environ;

/* What is known of the caller and the host, for a message's header. */
struct origin_facts {
	char	user[128], full[256], host[256], domain[256], unique[64];
};

static int
report(const struct fault *f)
{
	log_fault(f);
	return fault_exit(f);
}

static int
help(void)
{
	puts("usage: heloise [--SETTING VALUE ...] [-C FILE] [-tiv] "
	    "[-f SENDER] [-F NAME]\n"
	    "               [--] [RECIPIENT ...]\n\n"
	    "Reads a message on standard input and sends it through a relay.\n"
	    "\nOptions:");
	options_help();
	puts("  --help, --version, --show-config\n\nSettings:");
	setting_help(stdout);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

static int
show_config(const struct config *c)
{
	struct buf b = { .max = 1 << 20 };

	config_dump(c, &b);
	fputs(buf_text(&b), stdout);
	buf_release(&b);
	return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

/* The domain that makes bare names whole. */
static void
find_facts(const struct settings *s, struct origin_facts *a)
{
	const char *at = s->from != NULL ? addr_at(s->from) : NULL;

	who_user(a->user, sizeof(a->user), a->full, sizeof(a->full));
	who_host(a->host, sizeof(a->host));
	(void)strlcpy(a->domain, s->domain != NULL ? s->domain :
	    at != NULL ? at + 1 : a->host, sizeof(a->domain));
	(void)snprintf(a->unique, sizeof(a->unique), "%llx.%x%08x",
	    (unsigned long long)time(NULL), (unsigned)getpid(),
	    arc4random());
}

static long
utc_offset(time_t now)
{
	struct tm tm;

	return localtime_r(&now, &tm) != NULL ? tm.tm_gmtoff : 0;
}

/* Sender and recipients as far as the command line says them. */
static int
address(const struct options *o, const struct settings *s,
    const struct origin_facts *a, char **sender, struct job *j,
    struct fault *f)
{
	size_t i;

	if (o->sender != NULL && addr_path(sender, o->sender, f) == -1)
		return -1;
	if (*sender == NULL && s->from != NULL)
		*sender = xstrdup(s->from);
	for (i = 0; i < o->nrcpt; i++)
		if (message_recipients(&j->env, o->rcpt[i],
		    strlen(o->rcpt[i]), a->domain, f) == -1)
			return -1;
	if (o->nrcpt == 0 && !o->extract)
		return fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "no recipients: name them, or take them from the message "
		    "with -t");
	if (o->envid != NULL)
		j->env.envid = xstrdup(o->envid);
	j->env.ret = o->ret;
	return 0;
}

static int
read_message(const struct options *o, const struct settings *s,
    const struct origin_facts *a, struct job *j, struct fault *f)
{
	char *sender = NULL;
	struct message_opts mo = {
		.extract = o->extract,
		.dot_ends = o->dot_ends,
		.user = a->user,
		.full_name = o->full_name != NULL ? o->full_name :
		    s->from_name != NULL ? s->from_name :
		    a->full[0] != '\0' ? a->full : NULL,
		.domain = a->domain,
		.hostname = a->domain,
		.unique = a->unique,
		.now = time(NULL),
	};
	int status = address(o, s, a, &sender, j, f);
	size_t i;

	mo.utc_offset = utc_offset(mo.now);
	mo.sender = sender;
	if (status == 0)
		status = submit_read(STDIN_FILENO, &mo, s->max_size, j, f);
	if (status == 0 && j->env.nrcpt == 0)
		status = fault_set(f, ST_USAGE, FD_NONE, 0, VD_PERM,
		    "no recipients: the message has none in To, Cc or Bcc");
	for (i = 0; i < j->env.nrcpt; i++)
		j->env.rcpt[i].notify = o->notify;
	free(sender);
	return status;
}

/* A source of exactly one job. */
struct single {
	struct job	*job;
	bool		 given;
};

static struct job *
next(void *ctx)
{
	struct single *one = ctx;

	if (one->given)
		return NULL;
	one->given = true;
	return one->job;
}

static void
done(void *ctx, struct job *j)
{
	(void)ctx;
	(void)j;
}

/* Name every recipient that did not get it, but each reason only once. */
static int
report_verdicts(const struct job *j)
{
	const struct fault *last = NULL;
	const struct rcpt *r;
	int status = EX_OK;
	size_t i;

	for (i = 0; i < j->env.nrcpt; i++) {
		r = &j->env.rcpt[i];
		if (r->verdict == VD_OK)
			continue;
		if (last == NULL || strcmp(last->text, r->why->text) != 0 ||
		    last->stage != r->why->stage) {
			log_fault(r->why);
			status = fault_exit(r->why);
		}
		last = r->why;
		if (j->env.nrcpt > 1)
			log_say("not delivered to %s", r->addr);
	}
	return status;
}

static int
deliver(const struct options *o, const struct settings *s,
    const struct origin_facts *a, struct job *j, struct fault *f)
{
	struct buf password = { .max = SECRET_MAX, .secret = true };
	struct courier_opts co = { .set = s, .fqdn = a->host,
	    .trace = o->verbose };
	struct single one = { .job = j };
	struct courier_work work = { .next = next, .done = done, .ctx = &one };
	int status;

	if (s->user != NULL && s->auth != SETTING_AUTH_NONE) {
		if (secret_password(s, getenv("CREDENTIALS_DIRECTORY"),
		    &password, f) == -1)
			return report(f);
		co.password = buf_text(&password);
	}
	(void)courier_run(&co, &work, f);
	buf_release(&password);
	status = report_verdicts(j);
	if (o->verbose && status == EX_OK)
		log_say("accepted by the relay: %s", j->accepted);
	return status;
}

static int
send_mail(const struct options *o, const struct config *c,
    const struct config_source *src)
{
	struct job j = { .fd = -1 };
	struct origin_facts a;
	struct fault f = { 0 };
	int status;

	if (config_check(c, src, &f) == -1)
		return report(&f);
	find_facts(&c->base, &a);
	if (read_message(o, &c->base, &a, &j, &f) == -1)
		status = report(&f);
	else
		status = deliver(o, &c->base, &a, &j, &f);
	if (j.fd != -1)
		(void)close(j.fd);
	envelope_release(&j.env);
	return status;
}

static int
configure(struct config *c, const struct config_source *src,
    const struct options *o, struct fault *f)
{
	size_t i;

	for (i = 0; i < o->nflag; i++)
		if (config_set_flag(c, src, o->flag[i].key, o->flag[i].value,
		    f) == -1)
			return -1;
	return config_load(c, src, f);
}

int
main(int argc, char **argv)
{
	struct config_source src = { .system = SYSCONFDIR "/heloise.conf" };
	struct options o;
	struct config c;
	struct fault f = { 0 };
	int status;

	if (argc < 1)
		return EX_USAGE;
	priv_start();
	src.elevated = priv_elevated();
	if (src.elevated)
		priv_environment();
	if (options_parse(&o, argc, argv, &f) == -1)
		return report(&f);
	if (o.mode == MODE_HELP)
		return help();
	if (o.mode == MODE_VERSION)
		return puts("heloise " VERSION) < 0 ? EX_IOERR : EX_OK;
	src.uid = getuid();
	src.file = o.file;
	src.env = environ;
	config_init(&c);
	if (configure(&c, &src, &o, &f) == -1)
		status = report(&f);
	else if (o.mode == MODE_SHOW_CONFIG)
		status = show_config(&c);
	else
		status = send_mail(&o, &c, &src);
	config_release(&c);
	options_release(&o);
	return status;
}
