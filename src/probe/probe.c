/*
 * probe.c - --probe: the walk of a delivery, without a message
 *
 * Who mail would be from and which account takes it is found out as for a
 * delivery, and so are the addresses and the password.  Then the walls are
 * closed, as an agent does it, and the relay is talked to.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "agent/transport.h"
#include "base/crypt.h"
#include "base/json.h"
#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "net/dns.h"
#include "net/trust.h"
#include "probe/output.h"
#include "probe/probe.h"
#include "probe/walk.h"
#include "submit/sender.h"
#include "system/sandbox.h"

#define PORTS	(2 * DNS_SRV_MAX)	/* of one account */
#define EARLY	3		/* findings before anybody is talked to */

/* An account that is tried. */
struct party {
	int		 account;
	const struct settings *set;
	struct envelope	 env;
	struct transport	 transport;
	enum helo_known	 helo_known;
	struct buf	 password;
	struct fault	 broken;	/* VD_OK: it can be tried */
	struct step	 early[EARLY];
	size_t		 nearly, shown;
};

struct probe {
	const struct options *o;
	struct config	*c;
	struct sender	 sender;
	struct output	 display;
	struct party	*party;
	size_t		 n;
	long long	 limit;		/* clock_ms() when all ends; 0: never */
	size_t		 good;
	int		 status;
};

/* Passwords */

static bool
lacks_password(const struct settings *s)
{
	return s->relay != NULL && account_logs_in(s) &&
	    s->password == NULL && s->password_file == NULL &&
	    s->password_command == NULL;
}

static void
ask(struct settings *s, struct settings *before)
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

/* A password need not be in a file to be tried. */
static void
ask_passwords(struct config *c)
{
	size_t i;

	if (lacks_password(&c->base))
		ask(&c->base, NULL);
	for (i = 0; i < c->naccount; i++)
		if (lacks_password(&c->account[i].set))
			ask(&c->account[i].set, &c->base);
}

/* Who it is from and for */

static int
address(struct probe *p, struct party *y, struct fault *f)
{
	static const char head[] = "Subject: probe\n\n";
	struct sender *s = &p->sender;
	struct buf fields = { .max = 1 << 26 };
	struct message_opts opts;
	struct message m;
	char *from = NULL;
	int status;

	status = sender_address(s, &from, f);
	opts = sender_options(s, from);
	message_init(&m, &opts, &s->env);
	if (status == -1 ||
	    message_feed(&m, head, sizeof(head) - 1, f) == -1 ||
	    message_end(&m, f) == -1 ||
	    expand_envelope(&s->expand, &s->env, f) == -1 ||
	    sender_addressed(s, &fields, f) == -1)
		status = -1;
	message_release(&m);
	buf_release(&fields);
	free(from);
	y->account = s->meta.account != NULL ? account_find(p->c,
	    s->meta.account) : ACCOUNT_NONE;
	if (status == 0)
		y->set = config_settings(p->c, y->account);
	y->env = s->env;
	s->env = (struct envelope){ 0 };
	return status;
}

static int
choose(struct probe *p, struct fault *f)
{
	bool all = p->o->all && p->c->base.account == NULL;
	size_t i, n = all ? p->c->naccount + 1 : 1;
	int account;

	p->party = xcalloc(n, sizeof(*p->party));
	for (i = 0; i < n; i++) {
		account = (int)i - 1;
		if (all && config_settings(p->c, account)->relay == NULL)
			continue;
		if (all)
			sender_use(&p->sender, account);
		p->party[p->n].transport.stream.fd = -1;
		if (address(p, &p->party[p->n++], f) == -1)
			return -1;
	}
	return 0;
}

/* What is shown before anybody is talked to */

/* Is it worth a line: was it set, or is it of the way to the relay? */
static bool
matters(const struct party *y, const struct setting *row, const char *value,
    const char *where)
{
	static const char *const always[] = { "relay", "port", "tls", "auth",
	    "helo" };
	bool way = y->transport.route.relay.kind != RELAY_MAILDIR;
	size_t i;

	for (i = 0; i < NITEMS(always) && way; i++)
		if (strcmp(row->key, always[i]) == 0)
			return true;
	return strcmp(where, "default") != 0 && strcmp(value, "(unset)") != 0;
}

static void
show_settings(struct probe *p, const struct party *y)
{
	struct buf value = { .max = 4096 }, meaning = { .max = 64 };
	const struct setting *row, *end = setting_table + setting_count;
	const char *where;

	for (row = setting_table; row < end; row++) {
		where = config_where(p->c, y->account, row);
		buf_clear(&value);
		buf_clear(&meaning);
		setting_show(row, y->set, &value);
		config_meaning(row, y->set, &meaning);
		if (matters(y, row, buf_text(&value), where))
			output_setting(&p->display, row->key,
			    buf_text(&value), buf_text(&meaning), where);
	}
	buf_release(&value);
	buf_release(&meaning);
}

static void
show_early(struct probe *p, struct party *y)
{
	if (y->shown == 0) {
		output_walk(&p->display, account_name(p->c, y->account),
		    y->transport.what[0] != '\0' ? y->transport.what :
		    y->set->relay, NULL);
		show_settings(p, y);
		y->shown = 1;
	}
	while (y->shown <= y->nearly) {
		output_finding(&p->display, &y->early[y->shown - 1]);
		step_release(&y->early[y->shown++ - 1]);
	}
}

/* The first can be shown as it goes; the others wait for their turn. */
static struct step *
early(struct party *y, const char *step, long long ms)
{
	struct step *d = &y->early[y->nearly++];

	step_init(d, step, ms);
	return d;
}

static bool
is_local(const struct party *y)
{
	return y->transport.route.relay.loopback ||
	    y->transport.route.relay.kind == RELAY_UNIX;
}

static void
introduce(struct party *y)
{
	struct transport *r = &y->transport;
	struct scene scene = { .helo = r->helo, .near = is_local(y) };
	struct step *d;
	struct fault f = { 0 };
	bool known;

	transport_introduce(r, y->env.from);
	d = early(y, "helo", -1);
	if (r->helo[0] == '[' && (y->set->helo == NULL ||
	    strcmp(y->set->helo, "auto") == 0)) {
		step_line(d, "the address of this end of the connection; "
		    "%s", r->why);
		return;
	}
	if (r->helo[0] != '[' && heloname_doubt(r->helo) == NULL &&
	    dns_known(r->helo, y->set->resolver, &known, &f) == 0)
		y->helo_known = known ? HELO_KNOWN : HELO_UNKNOWN;
	scene.helo_known = y->helo_known;
	step_helo(d, r->helo, r->why);
	step_warn(d, &scene);
}

static void
add_addresses(struct step *d, const char *host, int port, bool srv,
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
		step_line(d, "%s port %d: %s", host, port, addrs->n > 0 ?
		    buf_text(&b) : "no address");
	else
		step_line(d, "%s: %s", host, buf_text(&b));
	buf_release(&b);
}

static void
show_addresses(struct party *y, long long ms)
{
	const struct route *t = &y->transport.route;
	bool srv = t->relay.kind == RELAY_SRV;
	struct step *d = early(y, fault_stage(ST_RESOLVE), ms);
	size_t i;

	json_key(&d->facts, "addresses");
	buf_adds(&d->facts, "[");
	if (t->proxy.host[0] != '\0') {
		step_line(d, "through a proxy, which looks up names "
		    "itself");
		add_addresses(d, t->proxy.host, t->proxy.port, true,
		    &t->proxy_addrs);
	}
	for (i = 0; i < t->n; i++) {
		if (t->proxy.host[0] == '\0')
			add_addresses(d, t->hop[i].host, t->hop[i].port, srv,
			    &t->hop[i].addrs);
		else if (srv)
			step_line(d, "%s port %d", t->hop[i].host,
			    t->hop[i].port);
	}
	buf_adds(&d->facts, "]");
}

/* There is nobody to talk to. */
static void
show_maildir(struct party *y)
{
	const char *path = y->transport.route.relay.path;
	struct step *d = early(y, "maildir", -1);
	struct fault *f = &y->broken;
	char *parent, *slash;

	if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0) {
		step_line(d, "mail is kept in %s and goes nowhere", path);
		return;
	}
	parent = xstrdup(path);
	if ((slash = strrchr(parent, '/')) != NULL && slash != parent)
		*slash = '\0';
	if (errno == ENOENT &&
	    faccessat(AT_FDCWD, parent, W_OK | X_OK, AT_EACCESS) == 0) {
		step_line(d, "mail is kept in %s, which the first message "
		    "makes, and goes nowhere", path);
	} else {
		fault_what(f, "%s", path);
		(void)fault_errno(f, ST_CONNECT, errno, VD_TEMP,
		    "the maildir cannot be written");
		step_fault(d, f);
	}
	free(parent);
}

/* What is behind the walls: certificates, password, addresses. */
static void
equip(struct probe *p, struct party *y)
{
	const struct settings *s = y->set;
	struct fault *f = &y->broken;
	const char *password = NULL;
	long long start;

	if (transport_prepare(&y->transport, s, p->sender.caller.host, f) == -1)
		return;
	fault_clear(f);
	if (y->transport.route.relay.kind == RELAY_MAILDIR) {
		show_maildir(y);
		return;
	}
	introduce(y);
	if (y == p->party)
		show_early(p, y);
	y->password = (struct buf){ .max = PASSWORD_MAX, .secret = true };
	if (account_logs_in(s)) {
		if (password_get(s, getenv("CREDENTIALS_DIRECTORY"),
		    p->limit, &y->password, f) == -1)
			return;
		password = buf_text(&y->password);
	}
	(void)strlcpy(f->what, y->transport.what, sizeof(f->what));
	start = clock_ms();
	if (transport_locate(&y->transport, password, f) == -1) {
		step_fault(early(y, fault_stage(f->stage),
		    clock_ms() - start), f);
		return;
	}
	fault_clear(f);
	if (y->transport.route.relay.kind != RELAY_UNIX)
		show_addresses(y, clock_ms() - start);
}

static void
close_walls(struct probe *p)
{
	int *ports = xcalloc(p->n * PORTS, sizeof(*ports));
	struct fault f = { 0 };
	struct sandbox b = { .ports = ports, .secret = true };
	const struct party *y;

	for (y = p->party; y < p->party + p->n; y++) {
		b.nports += route_ports(&y->transport.route, ports + b.nports,
		    PORTS);
		b.bind |= y->set->source_address != NULL;
		b.reading |= y->transport.trust != NULL &&
		    trust_has_token(y->transport.trust);
	}
	/* Also where TLS is not wanted a look may find it. */
	(void)crypt_ready(&f);
	config_wipe(p->c);
	password_forget(&p->c->base);
	sandbox_enter(&b);
	free(ports);
}

/* Walking */

/* The line that would set the right TLS mode, and what stands there now. */
static void
advise_mode(const struct probe *p, const struct party *y,
    const struct walk *w, struct buf *hint)
{
	static const char *const words[] = { "none", "opportunistic",
	    "starttls", "implicit" };
	const struct setting *row = setting_find("tls");
	const struct route *t = &y->transport.route;

	if (t->relay.kind == RELAY_SRV && y->set->tls == SETTING_TLS_AUTO) {
		buf_addf(hint, "the DNS of %s says otherwise; have it "
		    "corrected", t->relay.host);
		return;
	}
	buf_adds(hint, w->mode == CLIENT_TLS_NONE && !is_local(y) ?
	    "only on a network that you trust, set" : "set");
	if (t->relay.implicit) {
		buf_addf(hint, "  relay %s:%d  and", t->relay.host,
		    t->hop[0].port);
		row = setting_find("relay");
	}
	buf_addf(hint, "  tls %s  (now ", words[w->mode]);
	setting_show(row, y->set, hint);
	buf_addf(hint, ", %s)", config_where(p->c, y->account, row));
}

/* The pin that a hint asks for is known. */
static void
fill_in(struct buf *hint, const char *pin)
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
praise(const struct party *y, struct buf *words)
{
	const struct envelope *e = &y->env;
	size_t i;

	if (y->transport.route.relay.kind == RELAY_MAILDIR) {
		buf_addf(words, "Mail would be kept in %s.", y->transport.what);
		return;
	}
	buf_addf(words, "%s takes mail from %s%s%s", y->transport.what,
	    e->from[0] != '\0' ? e->from : "<>",
	    e->nrcpt > 0 ? " for " : "", e->nrcpt > 0 ? e->rcpt[0].addr : "");
	for (i = 1; i < e->nrcpt; i++)
		buf_addf(words, ", %s", e->rcpt[i].addr);
	buf_adds(words, e->nrcpt > 0 ? "." : "; name a recipient to ask for "
	    "one as well.");
}

/* How a walk ended; w is NULL if there was none. */
static void
judge(struct probe *p, const struct party *y, const struct fault *f,
    const struct walk *w)
{
	struct report_place at = { .conninfo = w != NULL ? &w->conninfo : NULL,
	    .account = account_name(p->c, y->account), .sender = y->env.from,
	    .recipient = y->env.nrcpt == 1 ? y->env.rcpt[0].addr : NULL };
	struct buf words = { .max = 65536 }, hint = { .max = 4096 };
	struct ending v = { .fault = f,
	    .address = w != NULL ? w->conninfo.ip : "" };

	if (f->verdict == VD_OK)
		praise(y, &words);
	else if (w != NULL && w->mistaken)
		advise_mode(p, y, w, &hint);
	else
		(void)report_hint(&p->sender.report, f, &at, &hint);
	if (w != NULL)
		fill_in(&hint, w->pin);
	v.words = buf_text(&words);
	v.hint = buf_text(&hint);
	output_ending(&p->display, &v);
	p->good += f->verdict == VD_OK;
	if (p->status == EX_OK)
		p->status = fault_exit(f);
	buf_release(&words);
	buf_release(&hint);
}

static void
go(struct probe *p, struct party *y)
{
	struct walk w = { .transport = &y->transport, .env = &y->env,
	    .display = &p->display, .near = is_local(y),
	    .helo_known = y->helo_known, .trace = p->o->trace };

	y->transport.session.trace = p->o->verbose;
	y->transport.limit = y->transport.session.limit = p->limit;
	walk_run(&w);
	judge(p, y, &w.fault, &w);
}

/* Each address of each host, as if there were no other. */
static void
go_everywhere(struct probe *p, struct party *y)
{
	struct route *t = &y->transport.route, *all = xmalloc(sizeof(*all));
	char text[RESOLVE_ADDRESS_TEXT];
	size_t i, k, n, walks = 0;

	*all = *t;
	t->n = 1;
	for (i = 0; i < all->n; i++) {
		n = all->proxy.host[0] != '\0' ? 1 : all->hop[i].addrs.n;
		for (k = 0; k < n; k++) {
			t->hop[0] = all->hop[i];
			t->hop[0].addrs.n = n == 1 ? all->hop[i].addrs.n : 1;
			t->hop[0].addrs.v[0] = all->hop[i].addrs.v[k];
			resolve_address_text(&t->hop[0].addrs.v[0], text,
			    sizeof(text));
			if (walks++ > 0)
				output_walk(&p->display,
				    account_name(p->c, y->account),
				    all->hop[i].host, text);
			go(p, y);
		}
	}
	*t = *all;
	free(all);
}

static void
visit(struct probe *p, struct party *y)
{
	const struct relay *relay = &y->transport.route.relay;

	show_early(p, y);
	if (y->broken.verdict != VD_OK || relay->kind == RELAY_MAILDIR)
		judge(p, y, &y->broken, NULL);
	else if (p->o->all && relay->kind != RELAY_UNIX)
		go_everywhere(p, y);
	else
		go(p, y);
}

static void
release(struct probe *p)
{
	struct party *y;

	for (y = p->party; y < p->party + p->n; y++) {
		transport_release(&y->transport);
		envelope_release(&y->env);
		buf_release(&y->password);
	}
	free(p->party);
	output_release(&p->display);
	sender_release(&p->sender);
}

int
probe_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	struct probe p = { .o = o, .c = c };
	struct fault f = { 0 };
	size_t i;

	sender_init(&p.sender, o, c, src);
	if (!src->elevated)
		ask_passwords(c);
	if (sender_find(&p.sender, src, &f) == -1 || choose(&p, &f) == -1) {
		report_fault(&p.sender.report, &f, &(struct report_place){
		    .account = p.sender.meta.account });
		release(&p);
		return fault_exit(&f);
	}
	output_init(&p.display, stdout, o->json);
	if (c->base.deadline > 0)
		p.limit = clock_ms() + c->base.deadline * 1000;
	for (i = 0; i < p.n; i++)
		equip(&p, &p.party[i]);
	close_walls(&p);
	for (i = 0; i < p.n; i++)
		visit(&p, &p.party[i]);
	if (output_end(&p.display, p.good, p.status) == -1 &&
	    p.status == EX_OK)
		p.status = EX_IOERR;
	release(&p);
	return p.status;
}
