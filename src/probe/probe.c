/*
 * probe.c - --probe: the steps of a delivery, without a message
 *
 * The sender, the account, its password and the relay's addresses are found
 * as for a delivery.  Then the process enters the sandbox, as an agent does,
 * and connects to the relay.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "agent/accounts.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "config/value.h"
#include "net/dns.h"
#include "probe/attempt.h"
#include "probe/probe.h"
#include "submit/rootmail.h"
#include "submit/sender.h"

#define EARLY	4		/* steps before the connection */

/* An account to test. */
struct target {
	int		 number;	/* of the account in struct config */
	const struct settings *set;
	struct envelope	 env;
	struct account	 account;
	enum helo_known	 helo_known;
	struct step	 early[EARLY];
	size_t		 nearly, nshown;
	bool		 begun;		/* output_attempt() was called */
};

struct probe {
	const struct options *o;
	struct config	*c;
	struct submitter by;
	struct submission sender;
	struct output	 output;
	struct target	*target;
	size_t		 n;
	struct connector connector;
	long long	 limit;		/* deadline, clock_ms(); 0: none */
	size_t		 good;		/* attempts that succeeded */
	int		 status;
	struct probe_result *result;	/* instead of output, or NULL */
	bool		 brief;		/* hide what files set */
};

/* Passwords */

static bool
probe_lacks_password(const struct settings *s)
{
	return s->relay != NULL && account_needs_password(s) &&
	    s->oauth == NULL && s->password == NULL &&
	    s->password_file == NULL && s->password_command == NULL;
}

static void
probe_ask(struct settings *s, struct settings *before)
{
	struct buf prompt = { .max = 1024 };
	struct buf answer = { .max = PASSWORD_MAX, .secret = true };

	if (before != NULL && before->password != NULL &&
	    before->user != NULL && strcmp(before->user, s->user) == 0 &&
	    before->relay != NULL && strcmp(before->relay, s->relay) == 0) {
		s->password = xstrdup(before->password);
		return;
	}
	buf_addf(&prompt, "Password of %s at %s: ", s->user, s->relay);
	if (password_ask(buf_text(&prompt), &answer))
		s->password = xstrdup(buf_text(&answer));
	buf_release(&answer);
	buf_release(&prompt);
}

/* Ask on the terminal for passwords that no setting gives. */
static void
probe_ask_passwords(struct config *c)
{
	size_t i;

	if (probe_lacks_password(&c->base))
		probe_ask(&c->base, NULL);
	for (i = 0; i < c->naccount; i++)
		if (probe_lacks_password(&c->account[i].set))
			probe_ask(&c->account[i].set, &c->base);
}

/* Sender and recipients */

static int
probe_address(struct probe *p, struct target *t, struct fault *f)
{
	static const char head[] = "Subject: probe\n\n";
	struct submission *s = &p->sender;
	struct buf fields = { .max = 1 << 26 };
	struct message m;
	int status;

	status = sender_address(s, f);
	sender_options(s);
	message_init(&m, &s->opts, &s->env);
	if (status == -1 ||
	    message_feed(&m, head, sizeof(head) - 1, f) == -1 ||
	    message_end(&m, f) == -1 ||
	    expand_envelope(&p->by.expand, &s->env, &s->refused, f) == -1 ||
	    sender_addressed(s, &fields, f) == -1)
		status = -1;
	message_release(&m);
	buf_release(&fields);
	t->number = s->meta.account != NULL ? account_find(p->c,
	    s->meta.account) : ACCOUNT_NONE;
	if (status == 0)
		t->set = config_settings(p->c, t->number);
	t->env = s->env;
	s->env = (struct envelope){ 0 };
	return status;
}

static int
probe_choose(struct probe *p, struct fault *f)
{
	bool all = p->o->all && p->c->base.account == NULL;
	size_t i, n = all ? p->c->naccount + 1 : 1;
	int account;

	p->target = xcalloc(n, sizeof(*p->target));
	for (i = 0; i < n; i++) {
		account = (int)i - 1;
		if (all && config_settings(p->c, account)->relay == NULL)
			continue;
		if (all)
			sender_use(&p->sender, account);
		p->target[p->n].account.transport.stream.fd = -1;
		p->target[p->n].account.maildir = -1;
		if (probe_address(p, &p->target[p->n++], f) == -1)
			return -1;
	}
	return 0;
}

/* Before the connection */

/* Show this setting?  Only if it was set or concerns the connection. */
static bool
probe_matters(const struct target *t, const struct setting *row,
    const char *value, const char *where)
{
	static const char *const always[] = { "relay", "port", "tls", "auth",
	    "helo" };
	bool connects = t->account.transport.route.relay.kind != RELAY_MAILDIR;
	size_t i;

	for (i = 0; i < NITEMS(always) && connects; i++)
		if (strcmp(row->key, always[i]) == 0)
			return true;
	return strcmp(where, "default") != 0 && strcmp(value, "(unset)") != 0;
}

/* As --show-config does, it hides from other users what files of root say. */
static void
probe_show_settings(struct probe *p, const struct target *t)
{
	struct buf value = { .max = 4096 }, meaning = { .max = 64 };
	const struct setting *row, *end = setting_table + setting_count;
	const char *where, *shown;
	bool hide;

	for (row = setting_table; row < end; row++) {
		where = config_where(p->c, t->number, row);
		buf_clear(&value);
		buf_clear(&meaning);
		value_show(row, t->set, &value);
		config_meaning(row, t->set, &meaning);
		hide = p->brief && strcmp(where, "default") != 0 &&
		    strcmp(buf_text(&value), "(unset)") != 0;
		shown = hide ? "(set)" : buf_text(&value);
		if (probe_matters(t, row, buf_text(&value), where))
			output_setting(&p->output, row->key, shown,
			    hide ? "" : buf_text(&meaning), where);
	}
	buf_release(&value);
	buf_release(&meaning);
}

static void
probe_show_early(struct probe *p, struct target *t)
{
	const char *what = t->account.transport.what;

	if (!t->begun) {
		output_attempt(&p->output, account_name(p->c, t->number),
		    what[0] != '\0' ? what : t->set->relay, NULL);
		probe_show_settings(p, t);
		t->begun = true;
	}
	for (; t->nshown < t->nearly; t->nshown++) {
		output_step(&p->output, &t->early[t->nshown]);
		step_release(&t->early[t->nshown]);
	}
}

/* Steps of the first account are shown at once, those of others later. */
static struct step *
probe_early(struct target *t, const char *step, long long ms)
{
	struct step *d = &t->early[t->nearly++];

	step_init(d, step, ms);
	return d;
}

static bool
probe_is_local(const struct target *t)
{
	return t->account.transport.route.relay.loopback ||
	    t->account.transport.route.relay.kind == RELAY_UNIX;
}

static void
probe_introduce(struct target *t)
{
	struct transport *r = &t->account.transport;
	struct warn_context about = { .helo = r->helo,
	    .near = probe_is_local(t) };
	struct step *d;
	struct fault f = { 0 };
	bool known;

	transport_introduce(r, t->env.from);
	d = probe_early(t, "helo", -1);
	if (r->helo[0] == '[' && (t->set->helo == NULL ||
	    strcmp(t->set->helo, "auto") == 0)) {
		step_line(d, "the address of this end of the connection; "
		    "%s", r->why);
		return;
	}
	if (r->helo[0] != '[' && heloname_doubt(r->helo) == NULL &&
	    dns_known(r->helo, t->set->resolver, &known, &f) == 0)
		t->helo_known = known ? HELO_KNOWN : HELO_UNKNOWN;
	about.helo_known = t->helo_known;
	step_helo(d, r->helo, r->why);
	step_warn(d, &about);
}

static void
probe_add_addresses(struct step *d, const char *host, int port, bool srv,
    const struct addresses *addrs)
{
	struct buf b = { .max = 4096 };
	char text[RESOLVE_ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < addrs->n; i++) {
		resolve_address_text(&addrs->v[i], text, sizeof(text));
		json_text(&d->facts, NULL, text);
		text[strcspn(text, " ")] = '\0';
		buf_addf(&b, "%s%s", i > 0 ? ", " : "", text);
	}
	if (srv)
		step_line(d, "%s port %d: %s", host, port,
		    addrs->n > 0 ? buf_text(&b) : "no address");
	else
		step_line(d, "%s: %s", host, buf_text(&b));
	buf_release(&b);
}

static void
probe_show_addresses(struct target *t, long long ms)
{
	const struct route *r = &t->account.transport.route;
	bool srv = r->relay.kind == RELAY_SRV;
	struct step *d = probe_early(t, fault_stage(ST_RESOLVE), ms);
	size_t i;

	json_key(&d->facts, "addresses");
	buf_adds(&d->facts, "[");
	if (r->proxy.host[0] != '\0') {
		step_line(d, "through a proxy, which looks up the names");
		probe_add_addresses(d, r->proxy.host, r->proxy.port, true,
		    &r->proxy_addrs);
	}
	for (i = 0; i < r->n; i++) {
		if (r->proxy.host[0] == '\0')
			probe_add_addresses(d, r->hop[i].host, r->hop[i].port,
			    srv, &r->hop[i].addrs);
		else if (srv)
			step_line(d, "%s port %d", r->hop[i].host,
			    r->hop[i].port);
	}
	buf_adds(&d->facts, "]");
}

/* A maildir needs no connection. */
static void
probe_show_maildir(struct target *t)
{
	const char *path = t->account.transport.route.relay.path;
	struct step *d = probe_early(t, "maildir", -1);
	struct fault *f = &t->account.fault;
	char *parent, *slash;

	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0) {
		step_line(d, "mail is stored in %s and not sent", path);
		return;
	}
	parent = xstrdup(path);
	if ((slash = strrchr(parent, '/')) != NULL && slash != parent)
		*slash = '\0';
	if (errno == ENOENT &&
	    faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS) == 0) {
		step_line(d, "mail is stored in %s, which the first message "
		    "creates, and not sent", path);
	} else {
		fault_what(f, "%s", path);
		(void)fault_errno(f, ST_CONNECT, errno, VD_TEMP,
		    "the maildir cannot be written");
		step_fault(d, f);
	}
	free(parent);
}

static void
probe_show_token(struct target *t, long long ms)
{
	const struct account *a = &t->account;
	struct step *d = probe_early(t, fault_stage(ST_TOKEN), ms);

	if (a->fault.verdict != VD_OK)
		step_fault(d, &a->fault);
	else
		step_token(d, a->token, time(NULL));
}

/* Get certificates, password and addresses, which need files. */
static void
probe_prepare(struct probe *p, struct target *t)
{
	struct account *a = &t->account;
	struct step *d;
	long long start;
	int status;

	if (accounts_prepare(a, t->set, account_name(p->c, t->number),
	    &p->by.place, p->by.caller.host) == -1)
		return;
	if (a->transport.route.relay.kind == RELAY_MAILDIR) {
		probe_show_maildir(t);
		return;
	}
	probe_introduce(t);
	if (t == p->target)
		probe_show_early(p, t);
	start = clock_ms();
	status = accounts_password(a, p->limit);
	if (t->set->oauth != NULL && account_needs_password(t->set))
		probe_show_token(t, clock_ms() - start);
	if (status == -1)
		return;
	start = clock_ms();
	if (accounts_locate(a, p->limit) == -1) {
		d = probe_early(t, fault_stage(a->fault.stage),
		    clock_ms() - start);
		step_fault(d, &a->fault);
	} else if (a->transport.route.relay.kind != RELAY_UNIX) {
		probe_show_addresses(t, clock_ms() - start);
	}
}

static void
probe_enter_sandbox(struct probe *p)
{
	struct account **list = xcalloc(p->n, sizeof(struct account *));
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < p->n; i++)
		list[i] = &p->target[i].account;
	/* Even without TLS: a second connection may test for it. */
	(void)crypt_ready(&f);
	config_wipe(p->c);
	accounts_sandbox(list, p->n, &p->connector);
	free(list);
}

/* The connection */

/* Name the setting of the right TLS mode, and its present value. */
static void
probe_advise_mode(const struct probe *p, const struct target *t,
    const struct attempt *a, struct buf *hint)
{
	static const char *const words[] = { "none", "opportunistic",
	    "starttls", "implicit" };
	const struct setting *row = setting_find("tls");
	const struct route *r = &t->account.transport.route;

	if (r->relay.kind == RELAY_SRV && t->set->tls == SETTING_TLS_AUTO) {
		buf_addf(hint, "the DNS records of %s name another mode; "
		    "correct them", r->relay.host);
		return;
	}
	buf_adds(hint, a->mode == CLIENT_TLS_NONE && !probe_is_local(t) ?
	    "only on a network that you trust, set" : "set");
	if (r->relay.implicit) {
		buf_addf(hint, " `relay %s:%d` and", r->relay.host,
		    r->hop[0].port);
		row = setting_find("relay");
	}
	buf_addf(hint, " `tls %s` (now ", words[a->mode]);
	value_show(row, t->set, hint);
	buf_addf(hint, ", %s)", config_where(p->c, t->number, row));
}

/* Replace the placeholder in the hint by the known pin. */
static void
probe_fill_in(struct buf *hint, const char *pin)
{
	static const char mark[] = "<its pin>";
	const char *text = buf_text(hint), *at = strstr(text, mark);
	struct buf b = { .max = hint->max };

	if (at == NULL || *pin == '\0')
		return;
	buf_add(&b, text, (size_t)(at - text));
	buf_addf(&b, "%s%s", pin, at + sizeof(mark) - 1);
	buf_release(hint);
	*hint = b;
}

static void
probe_add_success(const struct probe *p, const struct target *t,
    struct buf *words)
{
	const struct envelope *e = &t->env;
	struct buf root = { .max = 4096 };
	struct fault f = { 0 };
	size_t i;

	if (t->account.transport.route.relay.kind == RELAY_MAILDIR) {
		buf_addf(words, "Mail would be stored in %s.",
		    t->account.transport.what);
		return;
	}
	buf_addf(words, "%s accepts mail from %s", t->account.transport.what,
	    e->from[0] != '\0' ? e->from : "<>");
	for (i = 0; i < e->nrcpt; i++)
		buf_addf(words, "%s%s", i > 0 ? ", " : " for ",
		    e->rcpt[i].addr);
	buf_adds(words, e->nrcpt > 0 ? "." :
	    "; add a recipient to test one as well.");
	if (rootmail_find(p->by.caller.uid, p->by.set, &root, &f) == 0)
		buf_addf(words, " Mail for root goes to %s.", buf_text(&root));
	buf_release(&root);
}

/* Show the result; a is NULL if there was no connection. */
static void
probe_show_result(struct probe *p, const struct target *t,
    const struct fault *f, const struct attempt *a)
{
	struct explain_place at = { .conninfo = a != NULL ? &a->conninfo : NULL,
	    .account = account_name(p->c, t->number), .sender = t->env.from,
	    .recipient = t->env.nrcpt == 1 ? t->env.rcpt[0].addr : NULL };
	struct buf words = { .max = 65536 }, hint = { .max = 4096 };
	struct ending v = { .fault = f,
	    .address = a != NULL ? a->conninfo.ip : "" };

	if (f->verdict == VD_OK)
		probe_add_success(p, t, &words);
	else if (a != NULL && a->mode_wrong)
		probe_advise_mode(p, t, a, &hint);
	else
		(void)explain_hint(&p->by.log.explain, f, &at, &hint);
	if (a != NULL)
		probe_fill_in(&hint, a->pin);
	v.words = buf_text(&words);
	v.hint = buf_text(&hint);
	output_ending(&p->output, &v);
	if (p->result != NULL) {
		p->result->fault = *f;
		(void)strlcpy(p->result->hint, v.hint,
		    sizeof(p->result->hint));
	}
	p->good += f->verdict == VD_OK;
	if (p->status == EX_OK)
		p->status = fault_exit(f);
	buf_release(&words);
	buf_release(&hint);
}

static void
probe_attempt(struct probe *p, struct target *t)
{
	struct attempt a = { .account = &t->account,
	    .transport = &t->account.transport, .env = &t->env,
	    .output = &p->output, .near = probe_is_local(t),
	    .helo_known = t->helo_known, .trace = p->o->trace };

	a.transport->session.trace = p->o->verbose;
	a.transport->limit = a.transport->session.limit = p->limit;
	attempt_run(&a);
	probe_show_result(p, t, &a.fault, &a);
}

/* Test each address of each host alone. */
static void
probe_each_address(struct probe *p, struct target *t)
{
	struct route *r = &t->account.transport.route;
	struct route *all = xmalloc(sizeof(*all));
	char text[RESOLVE_ADDRESS_TEXT];
	size_t i, k, n, attempts = 0;

	*all = *r;
	r->n = 1;
	for (i = 0; i < all->n; i++) {
		n = all->proxy.host[0] != '\0' ? 1 : all->hop[i].addrs.n;
		for (k = 0; k < n; k++) {
			r->hop[0] = all->hop[i];
			r->hop[0].addrs.n = n == 1 ? all->hop[i].addrs.n : 1;
			r->hop[0].addrs.v[0] = all->hop[i].addrs.v[k];
			resolve_address_text(&r->hop[0].addrs.v[0], text,
			    sizeof(text));
			if (attempts++ > 0)
				output_attempt(&p->output,
				    account_name(p->c, t->number),
				    all->hop[i].host, text);
			probe_attempt(p, t);
		}
	}
	*r = *all;
	free(all);
}

static void
probe_target(struct probe *p, struct target *t)
{
	const struct relay *relay = &t->account.transport.route.relay;

	probe_show_early(p, t);
	if (t->account.fault.verdict != VD_OK || relay->kind == RELAY_MAILDIR)
		probe_show_result(p, t, &t->account.fault, NULL);
	else if (p->o->all && relay->kind != RELAY_UNIX)
		probe_each_address(p, t);
	else
		probe_attempt(p, t);
}

static void
probe_release(struct probe *p)
{
	struct target *t;
	size_t i;

	/* It has a copy of what the accounts have open. */
	connector_release(&p->connector);
	for (t = p->target, i = 0; i < p->n; t++, i++) {
		accounts_release(&t->account);
		envelope_release(&t->env);
	}
	free(p->target);
	output_release(&p->output);
	sender_release(&p->sender);
	process_release(&p->by);
}

/* Before there is a target. */
static void
probe_refuse(struct probe *p, const struct fault *f)
{
	struct explain_place at = { .account = p->sender.meta.account };
	struct buf hint = { .max = EXPLAIN_HINT };

	p->status = fault_exit(f);
	if (p->result == NULL) {
		explain_fault(&p->by.log.explain, f, &at);
		return;
	}
	p->result->fault = *f;
	(void)explain_hint(&p->by.log.explain, f, &at, &hint);
	(void)strlcpy(p->result->hint, buf_text(&hint),
	    sizeof(p->result->hint));
	buf_release(&hint);
}

static FILE *
probe_no_output(struct fault *f)
{
	FILE *out = fopen("/dev/null", "we");

	if (out == NULL)
		(void)fault_errno(f, ST_CONNECT, errno, VD_TEMP, "/dev/null");
	return out;
}

static void
probe_test(struct probe *p, const struct config_source *src)
{
	FILE *out = stdout;
	struct fault f = { 0 };
	size_t i;

	p->brief = src->elevated;
	process_init(&p->by, p->o, p->c, src);
	sender_init(&p->sender, &p->by);
	if (!src->elevated && p->result == NULL)
		probe_ask_passwords(p->c);
	if (process_find(&p->by, src, &f) == -1 || probe_choose(p, &f) == -1 ||
	    (p->result != NULL && (out = probe_no_output(&f)) == NULL)) {
		probe_refuse(p, &f);
		probe_release(p);
		return;
	}
	output_init(&p->output, out, p->o->json);
	if (p->c->base.deadline > 0)
		p->limit = clock_ms() + p->c->base.deadline * 1000;
	for (i = 0; i < p->n; i++)
		probe_prepare(p, &p->target[i]);
	probe_enter_sandbox(p);
	for (i = 0; i < p->n; i++)
		probe_target(p, &p->target[i]);
	if (output_end(&p->output, p->good, p->status) == -1 &&
	    p->status == EX_OK)
		p->status = EX_IOERR;
	if (out != stdout)
		(void)fclose(out);
	probe_release(p);
}

int
probe_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct probe p = { .o = o, .c = c, .connector.sock = -1 };

	probe_test(&p, src);
	return p.status;
}

void
probe_quietly(const struct options *o, struct config *c,
    const struct config_source *src, struct probe_result *result)
{
	struct probe p = { .o = o, .c = c, .connector.sock = -1,
	    .result = result };

	*result = (struct probe_result){ 0 };
	probe_test(&p, src);
}
