/* step.c - a probe step: its text, its facts and its warnings */

#include <sys/socket.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/ascii.h"
#include "base/json.h"
#include "base/util.h"
#include "hint/provider.h"
#include "probe/step.h"
#include "smtp/heloname.h"

#define SOON	21	/* days left of a certificate: warn below this */

void
step_init(struct step *d, const char *step, long long ms)
{
	*d = (struct step){ .step = step, .ms = ms,
	    .text.max = STEP_TEXT, .facts.max = STEP_TEXT };
}

void
step_release(struct step *d)
{
	buf_release(&d->text);
	buf_release(&d->facts);
}

void
step_line(struct step *d, const char *fmt, ...)
{
	char line[4096];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (d->text.len > 0)
		buf_adds(&d->text, "\n");
	buf_add_visible(&d->text, line, strlen(line), true);
}

/* Facts */

void
step_helo(struct step *d, const char *name, const char *why)
{
	step_line(d, "%s: %s", name, why);
	json_text(&d->facts, "name", name);
	json_text(&d->facts, "why", why);
}

void
step_reply(struct step *d, const char *to, const struct client *c)
{
	const char *text = buf_text(&c->reply.text);

	step_line(d, "%s%s%03d%s%.*s", to, *to != '\0' ? ": " : "",
	    c->reply.code, *text != '\0' ? " " : "",
	    (int)strcspn(text, "\n"), text);
	json_number(&d->facts, "code", c->reply.code);
	json_text(&d->facts, "reply", text);
}

void
step_size(struct buf *b, long long n)
{
	static const char *const units[] = { "octets", "KiB", "MiB", "GiB",
	    "TiB" };
	long long whole = n, tenths = 0;
	size_t i;

	for (i = 0; whole >= 1024 && i + 1 < NITEMS(units); i++) {
		tenths = whole % 1024 * 10 / 1024;
		whole /= 1024;
	}
	if (tenths > 0)
		buf_addf(b, "%lld.%lld %s", whole, tenths, units[i]);
	else
		buf_addf(b, "%lld %s", whole, units[i]);
}

static void
step_add_capability(struct buf *b, const struct capability *row,
    const struct caps *caps)
{
	buf_addf(b, "%s%s", b->len > 0 ? ", " : "", row->words);
	if (row->bit == CAP_SIZE && caps->maxsize > 0) {
		buf_adds(b, " of up to ");
		step_size(b, caps->maxsize);
	} else if (row->bit == CAP_SIZE) {
		buf_adds(b, " of any size");
	}
	if (row->bit == CAP_AUTH)
		buf_addf(b, " by %s", caps->auth[0] != '\0' ? caps->auth :
		    "no mechanism");
	else
		buf_addf(b, " (%s)", row->keyword);
}

/* Is this EHLO the last: no TLS follows? */
static bool
step_settled(const struct client *c)
{
	return c != NULL && (c->tls || c->o->tls == CLIENT_TLS_NONE ||
	    (c->o->tls == CLIENT_TLS_OPPORTUNISTIC &&
	    !(c->caps.set & CAP_STARTTLS)));
}

void
step_ehlo(struct step *d, const struct client *c)
{
	const char *text = buf_text(&c->reply.text);
	const struct capability *row = capability_table;
	struct buf can = { .max = 2048 };
	char to[300];

	(void)snprintf(to, sizeof(to), "%s %s", c->o->lmtp ? "LHLO" : "EHLO",
	    c->o->helo);
	step_reply(d, to, c);
	json_key(&d->facts, "offers");
	buf_adds(&d->facts, "[");
	for (; row < capability_table + capability_count; row++)
		if (c->caps.set & row->bit) {
			step_add_capability(&can, row, &c->caps);
			json_text(&d->facts, NULL, row->keyword);
		}
	buf_adds(&d->facts, "]");
	if (c->caps.set & CAP_SIZE)
		json_number(&d->facts, "size", c->caps.maxsize);
	if (c->caps.set & CAP_AUTH)
		json_text(&d->facts, "auth", c->caps.auth);
	if (!step_settled(c))
		step_line(d, c->caps.set & CAP_STARTTLS ?
		    "takes TLS (STARTTLS); it lists other extensions after "
		    "that" : "offers no TLS here (no STARTTLS)");
	else if (can.len > 0)
		step_line(d, "takes %s", buf_text(&can));
	else if (strchr(text, '\n') == NULL)
		step_line(d, "offers no extensions");
	buf_release(&can);
}

static void
step_day(char out[16], long long when)
{
	time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		(void)strlcpy(out, "?", 16);
}

/* "42 days left, until 2027-01-09" */
static void
step_lifetime(char *out, size_t size, const struct cert_facts *v)
{
	const int days = v->days < 0 ? -v->days : v->days;
	char until[16];

	step_day(until, v->until);
	(void)snprintf(out, size, v->days < 0 ?
	    "expired %d day%s ago, on %s" : "%d day%s left, until %s", days,
	    days == 1 ? "" : "s", until);
}

static void
step_certificate(struct step *d, const struct cert_facts *v)
{
	struct buf *b = &d->facts;
	char from[16], until[16];

	step_day(from, v->from);
	step_day(until, v->until);
	json_key(b, NULL);
	buf_adds(b, "{");
	json_text(b, "subject", v->subject);
	json_text(b, "issuer", v->issuer);
	json_text(b, "names", v->names);
	json_text(b, "from", from);
	json_text(b, "until", until);
	json_number(b, "days", v->days);
	json_text(b, "pin", v->pin);
	buf_adds(b, "}");
}

static void
step_chain(struct step *d, const struct tls_facts *t)
{
	const struct cert_facts *v = t->cert;
	char life[64];
	size_t i;

	for (i = 0; i < t->ncerts; i++)
		step_certificate(d, &v[i]);
	if (t->ncerts == 0)
		return;
	step_lifetime(life, sizeof(life), v);
	step_line(d, "certificate for %s; %s", v->names[0] != '\0' ?
	    v->names : "no name", life);
	if (strcmp(v->subject, v->issuer) == 0) {
		step_line(d, "self-signed: %s", v->subject);
	} else {
		step_line(d, "issued by %s", v->issuer);
		/* The chain ends before a root that is sent as well. */
		for (i = 1; i < t->ncerts &&
		    strcmp(v[i].subject, v[i].issuer) != 0; i++) {
			step_lifetime(life, sizeof(life), &v[i]);
			step_line(d, "which is issued by %s; %s",
			    v[i].issuer, life);
		}
	}
	if (v->pin[0] != '\0')
		step_line(d, "to pin it: `tls-pin %s`", v->pin);
}

void
step_tls(struct step *d, const struct tls_facts *t)
{
	step_line(d, "%s, %s, %s; %s%s%s", t->version, t->cipher, t->group,
	    t->assurance, strcmp(t->ocsp, "none") != 0 ? ", OCSP says " : "",
	    strcmp(t->ocsp, "none") != 0 ? t->ocsp : "");
	json_text(&d->facts, "version", t->version);
	json_text(&d->facts, "cipher", t->cipher);
	json_text(&d->facts, "group", t->group);
	json_text(&d->facts, "assurance", t->assurance);
	json_text(&d->facts, "ocsp", t->ocsp);
	json_key(&d->facts, "chain");
	buf_adds(&d->facts, "[");
	step_chain(d, t);
	buf_adds(&d->facts, "]");
	if (t->ncerts > 0)
		json_text(&d->facts, "tls-pin", t->cert[0].pin);
}

void
step_auth(struct step *d, const struct client *c, bool asked)
{
	const char *why = asked ? "as auth says" : c->swapped ?
	    "as the relay refuses the other" : c->caps.mechs ==
	    SASL_BIT(c->mech) ? "the only one offered" :
	    "the best of those offered";

	step_line(d, "%s for %s, %s (%s)", sasl_name(c->mech),
	    c->o->user != NULL ? c->o->user : "the name in the certificate",
	    why, c->caps.auth);
	step_reply(d, "", c);
	json_text(&d->facts, "mechanism", sasl_name(c->mech));
	json_text(&d->facts, "why", why);
	json_text(&d->facts, "offered", c->caps.auth);
	json_text(&d->facts, "user", c->o->user);
}

void
step_token(struct step *d, const struct token *t, long long now)
{
	long long left = t->until > now ? t->until - now : 0;

	step_line(d, "%s; it ends in %lld %s", t->cached ?
	    "from the directory of tokens" : "new, from the provider",
	    left >= 120 ? left / 60 : left,
	    left >= 120 ? "minutes" : "seconds");
	if (t->about[0] != '\0')
		step_line(d, "%s", t->about);
	json_bool(&d->facts, "cached", t->cached);
	json_number(&d->facts, "expires-in", left);
	json_text(&d->facts, "claims", t->about);
}

void
step_fault(struct step *d, const struct fault *f)
{
	d->mark = MARK_FAILED;
	if (f->domain != FD_SMTP) {
		step_line(d, "%s", f->text);
		json_text(&d->facts, "error", f->text);
		return;
	}
	step_line(d, "%s%s%03d %s", f->command,
	    f->command[0] != '\0' ? ": " : "", f->code, f->text);
	json_text(&d->facts, "command", f->command);
	json_number(&d->facts, "code", f->code);
	json_text(&d->facts, "reply", f->text);
}

/* Warnings: each rule appends its text; false: it does not apply. */

static bool
step_warn_unknown(const struct warn_context *s, struct buf *b)
{
	buf_adds(b, "the DNS has no address for this name, and relays may "
	    "refuse it; set `helo` to a name that has one");
	return s->helo_known == HELO_UNKNOWN;
}

static bool
step_warn_doubtful(const struct warn_context *s, struct buf *b)
{
	const char *why = s->helo != NULL ? heloname_doubt(s->helo) : NULL;

	buf_addf(b, "relays often refuse such a name (%s); set `helo` to the "
	    "full name of this host", why != NULL ? why : "");
	return why != NULL;
}

static bool
step_warn_family(const struct warn_context *s, struct buf *b)
{
	bool six = s->failed_family == AF_INET6;

	buf_addf(b, "no IPv%d address of the relay works, but IPv%d does; set "
	    "`address-family ipv%d`", six ? 6 : 4, six ? 4 : 6, six ? 4 : 6);
	return s->failed_family == AF_INET || s->failed_family == AF_INET6;
}

static bool
step_warn_slow(const struct warn_context *s, struct buf *b)
{
	buf_adds(b, "no PIPELINING: each command waits for the reply to the "
	    "one before");
	return step_settled(s->client) &&
	    !(s->client->caps.set & CAP_PIPELINING);
}

static bool
step_warn_clear(const struct warn_context *s, struct buf *b)
{
	if (s->near || !step_settled(s->client) || s->client->tls)
		return false;
	buf_addf(b, "no TLS: others on the network can read the mail; %s",
	    s->client->caps.set & CAP_STARTTLS ?
	    "the relay offers it: set `tls starttls`" :
	    "the relay does not offer it here");
	return true;
}

static bool
step_warn_expires(const struct warn_context *s, struct buf *b)
{
	const struct tls_facts *t = s->tls;
	char life[64];

	if (t == NULL || t->ncerts == 0 || t->cert[0].days >= SOON)
		return false;
	step_lifetime(life, sizeof(life), &t->cert[0]);
	buf_addf(b, "the certificate of the relay %s %s",
	    t->cert[0].days < 0 ? "has" : "expires soon:", life);
	return true;
}

static bool
step_warn_unverified(const struct warn_context *s, struct buf *b)
{
	if (s->near || s->tls == NULL ||
	    strcmp(s->tls->assurance, "unverified") != 0)
		return false;
	buf_addf(b, "the relay is not verified and may be another host; set "
	    "`%s`", s->client->o->tls == CLIENT_TLS_OPPORTUNISTIC ?
	    "tls starttls" : "tls-verify yes");
	return true;
}

static bool
step_warn_login(const struct warn_context *s, struct buf *b)
{
	const struct client *c = s->client;

	if (c == NULL || !c->authed || c->tls)
		return false;
	buf_addf(b, "the login was sent in clear: others on the network can "
	    "read the %s", sasl_reveals(c->mech) ? "password" : "user name");
	return true;
}

static bool
step_warn_domain(const struct warn_context *s, struct buf *b)
{
	const char *at = s->sender != NULL ? strrchr(s->sender, '@') : NULL;
	const struct provider *p;
	size_t n, k;
	bool mx;

	if (at == NULL || s->helo == NULL || s->client == NULL ||
	    (p = provider_find(s->host, s->client->banner, &mx)) == NULL ||
	    p->bit != BY_GOOGLE)
		return false;
	at++;
	k = strlen(at);
	n = strlen(s->helo);
	if (ascii_below(s->helo, n, at, k) || ascii_below(at, k, s->helo, n))
		return false;
	buf_addf(b, "the sender is in %s, but HELO says %s: Google's relay "
	    "may refuse this; set `helo` to a name in %s", at, s->helo, at);
	return true;
}

static const struct {
	const char	*step;
	const char	*rule;
	bool		(*applies)(const struct warn_context *, struct buf *);
} rules[] = {
	{ "helo", "helo-unknown", step_warn_unknown },
	{ "helo", "helo-doubtful", step_warn_doubtful },
	{ "connect", "address-family", step_warn_family },
	{ "ehlo", "no-pipelining", step_warn_slow },
	{ "ehlo", "no-tls", step_warn_clear },
	{ "tls", "certificate-expires", step_warn_expires },
	{ "tls", "unverified", step_warn_unverified },
	{ "auth", "cleartext-login", step_warn_login },
	{ "mail", "sender-domain", step_warn_domain },
};

void
step_warn(struct step *d, const struct warn_context *s)
{
	struct buf b = { .max = sizeof(d->warning[0].text) - 1 };
	struct warning *w;
	size_t i;

	for (i = 0; i < NITEMS(rules); i++) {
		buf_clear(&b);
		if (strcmp(d->step, rules[i].step) != 0 ||
		    d->nwarning == STEP_WARNINGS || !rules[i].applies(s, &b))
			continue;
		w = &d->warning[d->nwarning++];
		w->rule = rules[i].rule;
		(void)strlcpy(w->text, buf_text(&b), sizeof(w->text));
		if (d->mark == MARK_OK)
			d->mark = MARK_WARNING;
	}
	buf_release(&b);
}
