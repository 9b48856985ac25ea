/* sender.c - a message's sender, account, policy and recipients */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "config/account.h"
#include "mail/addr.h"
#include "mail/lenient.h"
#include "mail/phrase.h"
#include "submit/sender.h"
#include "system/log.h"

#define LEFT_OUT	65536	/* octets about members left out */

static char *
sender_expanded(const struct caller *a, const char *text, bool is_address)
{
	struct buf b = { .max = 4096 };
	char *out;

	if (text == NULL)
		return NULL;
	frompolicy_expand(&b, text, a->user, a->host, is_address);
	out = xstrdup(buf_text(&b));
	buf_release(&b);
	return out;
}

/* Use these settings for the message. */
static void
sender_apply(struct submission *s, const struct settings *set)
{
	free(s->from);
	free(s->from_name);
	s->set = set;
	s->from = sender_expanded(&s->by->caller, set->from, true);
	s->from_name = sender_expanded(&s->by->caller, set->from_name, false);
	s->policy = (struct frompolicy){
	    .mode = (enum frompolicy_mode)set->from_policy, .from = s->from,
	    .name = s->from_name, .domains = set->from_domains };
}

void
sender_use(struct submission *s, int account)
{
	const struct config *c = s->by->c;

	free(s->meta.account);
	s->meta.account = xstrdup(account_name(c, account));
	sender_apply(s, config_settings(c, account));
}

int
sender_account(struct submission *s, const char *from, struct fault *f)
{
	const struct config *c = s->by->c;
	char why[ACCOUNT_WHY];
	int account = account_choose(c, from, why);

	if (account == ACCOUNT_NONE)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "no account takes mail from <%s>, and no relay is set "
		    "outside the accounts", from);
	sender_use(s, account);
	if (s->by->o->verbose && c->naccount > 0)
		log_say("account %s: %s", account_label(c, account), why);
	return 0;
}

/* Who sends in place of a user of this host, whose name a stranger has. */
static char *
sender_owner(const struct submission *s)
{
	const struct localname *l = &s->by->expand.local;

	return l->shared ? l->owner : NULL;
}

static void
sender_guard(struct submission *s)
{
	if (s->sender == NULL || *s->sender == '\0' ||
	    sender_owner(s) == NULL || addr_at(s->sender) != NULL)
		return;
	free(s->sender);
	s->sender = xstrdup(sender_owner(s));
}

int
sender_address(struct submission *s, struct fault *f)
{
	const struct options *o = s->by->o;
	size_t i;

	if (s->set == NULL)
		sender_apply(s, s->by->set);
	free(s->sender);
	s->sender = NULL;
	if (o->sender != NULL && lenient_path(&s->sender, o->sender, f) == -1)
		return -1;
	sender_guard(s);
	if (s->sender == NULL && s->from != NULL)
		s->sender = xstrdup(s->from);
	if (s->sender != NULL && s->meta.account == NULL &&
	    sender_account(s, s->sender, f) == -1)
		return -1;
	for (i = 0; i < o->nrcpt; i++)
		if (message_recipients(&s->env, o->rcpt[i],
		    strlen(o->rcpt[i]), EXPAND_BARE, &s->refused, f) == -1)
			return -1;
	if (!o->extract && s->env.nrcpt == 0 && s->refused.n > 0) {
		*f = s->refused.first;
		return -1;
	}
	return 0;
}

/* All mail goes to one address; fields keep the names of the recipients. */
static void
sender_redirect(struct submission *s, const char *to, struct buf *fields)
{
	struct envelope e = { .ret = s->env.ret, .envid = s->env.envid,
	    .eightbit = s->env.eightbit };
	const char *addr;
	size_t i;

	for (i = 0; i < s->env.nrcpt; i++) {
		addr = s->env.rcpt[i].addr;
		buf_adds(fields, "X-Original-To: ");
		if (ascii_only(addr, strlen(addr)))
			buf_adds(fields, addr);
		else
			phrase_encode(fields, addr, strlen(addr));
		buf_adds(fields, "\r\n");
	}
	envelope_from(&e, s->env.from);
	(void)envelope_add(&e, to);
	s->env.envid = NULL;
	envelope_release(&s->env);
	s->env = e;
}

/* Some recipients will get no mail: say so, here and in the log. */
static void
sender_report_left_out(struct submission *s, const char *what,
    struct buf *lines)
{
	const char *p = buf_text(lines);
	size_t n;
	char *line;

	for (; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		line = xstrndup(p, n);
		log_say("%s%s", what, line);
		maillog_left_out(&s->by->log, line, &s->env, &s->meta);
		free(line);
	}
	buf_clear(lines);
}

/* What helps with names of this host among the refused recipients. */
static void
sender_hint(const struct submission *s)
{
	struct buf hint = { .max = EXPLAIN_HINT };

	if (s->refused.name.verdict != VD_OK &&
	    explain_hint(&s->by->log.explain, &s->refused.name,
	    &(struct explain_place){ .account = s->meta.account,
	    .sender = s->env.from }, &hint))
		log_say("hint: %s", buf_text(&hint));
	buf_release(&hint);
}

int
sender_addressed(void *ctx, struct buf *fields, struct fault *f)
{
	struct submission *s = ctx;
	const char *to = s->by->c->base.redirect_all;

	sender_report_left_out(s, "left out: ", &s->left_out);
	sender_report_left_out(s, "not delivered to ", &s->refused.lines);
	sender_hint(s);
	if (s->meta.account == NULL && sender_account(s, s->env.from, f) == -1)
		return -1;
	if (to != NULL)
		sender_redirect(s, to, fields);
	return 0;
}

void
sender_options(struct submission *s)
{
	const char *at = s->sender != NULL ? addr_at(s->sender) : NULL;
	struct caller *a = &s->by->caller;

	(void)snprintf(a->unique, sizeof(a->unique), "%llx.%x%08x",
	    (unsigned long long)time(NULL), (unsigned)getpid(), random_bits());
	s->opts = (struct message_opts){
		.sender = s->sender,
		.user = a->user,
		.full_name = s->by->o->full_name != NULL ?
		    s->by->o->full_name :
		    s->from_name != NULL ? s->from_name :
		    a->full[0] != '\0' ? a->full : NULL,
		.domain = a->domain,
		.rcpt_domain = EXPAND_BARE,
		.refused = &s->refused,
		.repair = s->set->header_repair,
		.policy = &s->policy,
		.alias = expand_name,
		.ctx = &s->by->expand,
		.owner = sender_owner(s),
		.hostname = strchr(a->domain, '.') == NULL && at != NULL ?
		    at + 1 : a->domain,
		.unique = a->unique,
		.now = a->now,
		.utc_offset = a->utc_offset,
	};
}

/* The time of a message, and its caller. */
static void
sender_note(struct submission *s)
{
	s->meta.submitted = time(NULL);
	s->meta.uid = s->by->caller.uid;
	s->meta.origin = xstrdup(s->by->caller.origin);
}

int
sender_begin(struct submission *s, struct fault *f)
{
	sender_note(s);
	if (store_begin(&s->store, s->by->deliver.spool, f) == -1)
		return -1;
	accept_init(&s->accept, &s->opts, &s->env, &s->store, &s->meta,
	    s->set->max_size);
	s->accept.expand = &s->by->expand;
	s->by->expand.left_out = &s->left_out;
	s->accept.addressed = sender_addressed;
	s->accept.ctx = s;
	return 0;
}

void
sender_init(struct submission *s, struct submitter *by)
{
	*s = (struct submission){ .by = by,
	    .store = { .fd = -1, .file.fd = -1 },
	    .left_out.max = LEFT_OUT, .refused.lines.max = LEFT_OUT };
}

void
sender_release(struct submission *s)
{
	accept_release(&s->accept);
	buf_release(&s->left_out);
	buf_release(&s->refused.lines);
	s->by->expand.left_out = NULL;
	store_release(&s->store);
	envelope_release(&s->env);
	spool_meta_release(&s->meta);
	free(s->from);
	free(s->from_name);
	free(s->sender);
	sender_init(s, s->by);
}

int
sender_refuse(struct submission *s, const struct fault *f)
{
	struct maillog *log = &s->by->log;

	if (log->syslog.fd == -1)
		maillog_open(log);
	if (s->meta.origin == NULL)
		sender_note(s);
	explain_fault(&log->explain, f, &(struct explain_place){
	    .account = s->meta.account, .sender = s->env.from });
	maillog_refusal(log, f, &s->meta);
	sender_release(s);
	process_release(s->by);
	return fault_exit(f);
}
