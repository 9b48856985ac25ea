/*
 * hint.c - from a fault to its cause, and the setting to change
 *
 * The tables hold the rules; this room collects the facts that they test.
 * It replaces these in their texts:
 *
 *	%r relay	%p port		%h HELO name	%H a better one
 *	%s sender	%S a better one	%c recipient	%D domain for bare names
 *	%u user		%m mechanism	%o mechanisms offered
 *	%M another mechanism, as auth names it
 *	%f file		%n name in the certificate	%k its pin
 *	%w the setting relay	%R host that would relay instead
 *	%U user of this process	%G a group of that user
 *	%O that user for chown
 *	%N its service
 *	%I issuer of the certificate
 *	%l the option -a of this account for --login, or nothing
 *	%i " (ADDRESS)", this host's as the relay sees it, or nothing
 *	%a "; WORDS" of the provider on logins, or nothing
 *	%A " (WORDS)" on where the provider allows hosts, or nothing
 */

#include <arpa/inet.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "hint/hint.h"
#include "hint/mail_table.h"
#include "hint/oauth_table.h"
#include "hint/proposal.h"
#include "hint/provider.h"
#include "hint/service.h"
#include "hint/reply_table.h"
#include "smtp/busy.h"
#include "smtp/heloname.h"

/* What the rows are compared with. */
struct view {
	const struct hint_context *ctx;
	const struct provider *provider;	/* or NULL */
	bool		 reply;		/* the relay gave a reason */
	int		 code;		/* of its reply; else an errno */
	char		 text[FAULT_TEXT + 32]; /* lower case, on one line */
	uint64_t	 facts;		/* IF_* */
};

static bool
hint_given(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* Octets of "5.7.8 " at p, or 0. */
static size_t
hint_enhanced(const char *p)
{
	size_t i = 0, n;
	int k;

	for (k = 0; k < 3; k++) {
		n = strspn(p + i, "0123456789");
		i += n;
		if (n == 0 || n > 3 || p[i] != (k < 2 ? '.' : ' '))
			return 0;
		i++;
	}
	return i;
}

/* A sentence may span lines, each of which repeats the status code. */
static void
hint_flatten(char *out, const char *in)
{
	bool start = true;

	for (; *in != '\0'; in++) {
		if (start)
			in += hint_enhanced(in);
		if (*in == '\0')
			break;
		start = *in == '\n';
		*out++ = start ? ' ' : ascii_lower(*in);
	}
	*out = '\0';
}

/* Octets before "; before that, ADDRESS port N: ...", or all. */
static size_t
hint_before(const char *text)
{
	const char *end = strstr(text, "; before that, ");

	return end != NULL ? (size_t)(end - text) : strlen(text);
}

/* The code of a refusal before the relay hung up: "...: 421 4.7.0 Try". */
static int
hint_last_refusal(const char *text)
{
	const char *p;

	if ((p = strstr(text, "last reply was: ")) != NULL)
		p += sizeof("last reply was: ") - 1;
	else if ((p = strstr(text, "the middle of: ")) != NULL)
		p += sizeof("the middle of: ") - 1;
	if (p == NULL || (p[0] != '4' && p[0] != '5') ||
	    strspn(p, "0123456789") != 3)
		return 0;
	return (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
}

/* The last reply in a list of addresses: "::1 port 25: 554 no; ...". */
static const char *
hint_listed_reply(const struct fault *f)
{
	static const char digits[] = "0123456789";
	const char *p = f->text, *last = NULL;

	while (f->domain == FD_NONE && (p = strstr(p, " port ")) != NULL) {
		p += sizeof(" port ") - 1;
		p += strspn(p, digits);
		if (strncmp(p, ": ", 2) == 0 && (p[2] == '4' || p[2] == '5') &&
		    strspn(p + 2, digits) == 3)
			last = p + 2;
	}
	return last;
}

/* Facts */

/* The HELO name that was sent, or "". */
static const char *
hint_given_helo(const struct hint_context *ctx)
{
	const char *said = ctx->fault->command;

	if (strncmp(said, "EHLO ", 5) == 0 || strncmp(said, "LHLO ", 5) == 0)
		return said + 5;
	return hint_given(ctx->helo) ? ctx->helo : "";
}

/* "2001:db8::1 port 25: why; ...": are all of these IPv6 addresses? */
static bool
hint_all_ipv6(const struct fault *f)
{
	const char *p = f->text, *start;
	bool any = false;

	while (f->stage == ST_CONNECT && (p = strstr(p, " port ")) != NULL) {
		for (start = p; start > f->text && start[-1] != ' '; start--)
			;
		if (memchr(start, ':', (size_t)(p - start)) == NULL)
			return false;
		any = true;
		p++;
	}
	return any;
}

static bool
hint_loopback(const char *host)
{
	return hint_given(host) && (strcasecmp(host, "localhost") == 0 ||
	    strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 ||
	    strcmp(host, "[::1]") == 0);
}

static bool
hint_address(const char *host)
{
	return hint_given(host) && (strchr(host, ':') != NULL ||
	    host[strspn(host, "0123456789.")] == '\0');
}

/*
 * Is the relay on this host or a local network?  A name without a dot is
 * that of a container or of a host nearby.
 */
static bool
hint_near(const struct hint_context *ctx)
{
	const char *host = ctx->relay;

	if (hint_given(ctx->setting) && strncmp(ctx->setting, "lmtp", 4) == 0)
		return true;
	if (!hint_given(host) || host[0] == '/')
		return false;
	return hint_loopback(host) || strncmp(host, "10.", 3) == 0 ||
	    strncmp(host, "192.168.", 8) == 0 ||
	    (strchr(host, '.') == NULL && strchr(host, ':') == NULL);
}

/* May relays refuse this HELO name? */
static bool
hint_poor(const char *helo)
{
	return hint_given(helo) && (!heloname_valid(helo) ||
	    heloname_doubt(helo) != NULL ||
	    strncmp(helo, "[127.", 5) == 0);
}

static bool
hint_scram(const struct hint_context *ctx)
{
	return hint_given(ctx->mech) && strncmp(ctx->mech, "SCRAM-", 6) == 0;
}

/* Are the secrets of this login access tokens? */
static bool
hint_token(const struct hint_context *ctx)
{
	return hint_given(ctx->mech) &&
	    (strcasecmp(ctx->mech, "XOAUTH2") == 0 ||
	    strcasecmp(ctx->mech, "OAUTHBEARER") == 0);
}

/* The other mechanism for tokens, if it is offered, or NULL. */
static const char *
hint_other_token(const struct hint_context *ctx)
{
	const char *other = strcasecmp(ctx->mech, "XOAUTH2") == 0 ?
	    "oauthbearer" : "xoauth2";

	return ascii_listed(ctx->auth_offered, other, strlen(other)) ? other :
	    NULL;
}

/*
 * A mechanism that is offered and was not used, or NULL.  After SCRAM bound
 * to TLS it is SCRAM, and after that none of its kind.  In auto, LOGIN
 * follows a PLAIN that was refused.
 */
static const char *
hint_other_mech(const struct hint_context *ctx)
{
	static const char *const all[] = { "scram-sha-256", "scram-sha-1",
	    "plain", "login", "cram-md5" };
	bool scram = hint_scram(ctx) && strstr(ctx->mech, "-PLUS") == NULL;
	size_t i;

	if (hint_token(ctx))
		return hint_other_token(ctx);
	for (i = scram ? 2 : 0; hint_given(ctx->mech) && i < NITEMS(all); i++)
		if (ascii_listed(ctx->auth_offered, all[i], strlen(all[i])) &&
		    strcasecmp(all[i], ctx->mech) != 0 && (ctx->asked ||
		    strcmp(all[i], "plain") != 0 ||
		    strcmp(ctx->mech, "LOGIN") != 0))
			return all[i];
	return NULL;
}

/* Words of the provider on logins, or NULL. */
static const char *
hint_login(const struct hint_context *ctx, const struct provider *p)
{
	const struct service *s = p == NULL && hint_given(ctx->relay) ?
	    service_of_relay(ctx->relay) : NULL;

	return p != NULL ? p->login : s != NULL ? service_login(s) : NULL;
}

static uint64_t
hint_facts(const struct hint_context *ctx, const struct provider *p, bool mx)
{
	const struct fault *f = ctx->fault;
	const struct { uint64_t bit; bool is; } v[] = {
		{ IF_MANY, ctx->many },
		{ IF_SHARED, ctx->shared },
		{ IF_TLS, ctx->tls_up },
		{ IF_IMPLICIT, ctx->tls == CLIENT_TLS_IMPLICIT },
		{ IF_OPPORTUNISTIC, ctx->tls == CLIENT_TLS_OPPORTUNISTIC },
		{ IF_STARTTLS, (ctx->caps & CAP_STARTTLS) != 0 },
		{ IF_LOGIN, ctx->login },
		{ IF_BARE_USER,
		    hint_given(ctx->user) && strchr(ctx->user, '@') == NULL },
		{ IF_POOR_HELO, hint_poor(hint_given_helo(ctx)) },
		{ IF_NO_SENDER,
		    ctx->sender != NULL && !hint_given(ctx->sender) },
		{ IF_PORT_25, ctx->port == 25 },
		{ IF_PORT_465, ctx->port == 465 },
		{ IF_PORT_587, ctx->port == 587 },
		{ IF_UNIT, hint_given(ctx->unit) },
		{ IF_LOOPBACK, hint_loopback(ctx->relay) },
		{ IF_MX, mx },
		{ IF_ADVISED, hint_login(ctx, p) != NULL },
		{ IF_IPV6, hint_all_ipv6(f) },
		{ IF_FAMILY, ctx->one_family },
		{ IF_BUSY, busy_relay(f) },
		{ IF_LOST, f->domain == FD_LINK },
		{ IF_LHLO, strncmp(f->command, "LHLO", 4) == 0 },
		{ IF_SOCKET, hint_given(ctx->relay) &&
		    ctx->relay[0] == '/' && !ctx->maildir },
		{ IF_MAILDIR, ctx->maildir },
		{ IF_SCRAM, hint_scram(ctx) },
		{ IF_OTHER_MECH, hint_other_mech(ctx) != NULL },
		{ IF_TOKEN, hint_token(ctx) },
		{ IF_OAUTH, ctx->is_set != NULL &&
		    ctx->is_set(ctx->settings, "oauth", NULL) },
		{ IF_PRIORITY, ctx->is_set != NULL &&
		    ctx->is_set(ctx->settings, "tls-priority", NULL) },
		{ IF_OWN_SENDER, hint_given(ctx->user) &&
		    hint_given(ctx->sender) &&
		    strcasecmp(ctx->user, ctx->sender) == 0 },
		{ IF_NEAR, hint_near(ctx) },
		{ IF_ADDRESS, hint_address(ctx->relay) },
		{ IF_ENDED, f->domain == FD_LINK ||
		    (f->domain == FD_ERRNO && f->code == ETIMEDOUT) },
	};
	uint64_t all = 0;
	size_t i;

	for (i = 0; i < NITEMS(v); i++)
		all |= v[i].is ? v[i].bit : 0;
	return all;
}

static void
hint_look(struct view *v, const struct hint_context *ctx)
{
	const struct fault *f = ctx->fault;
	const char *listed = hint_listed_reply(f);
	char banner[512] = "";
	size_t k = 0;
	int n = 0;
	bool mx;

	memset(v, 0, sizeof(*v));
	if (hint_given(ctx->banner) && strlen(ctx->banner) < sizeof(banner))
		hint_flatten(banner, ctx->banner);
	v->ctx = ctx;
	v->provider = provider_find(ctx->relay, banner, &mx);
	v->facts = hint_facts(ctx, v->provider, mx);
	v->code = f->domain == FD_LINK ? hint_last_refusal(f->text) :
	    f->domain == FD_SMTP ? f->code : 0;
	if (listed != NULL) {
		v->code = (listed[0] - '0') * 100 + (listed[1] - '0') * 10 +
		    (listed[2] - '0');
		k = listed[3] != '\0' ? hint_enhanced(listed + 4) : 0;
	}
	v->reply = v->code != 0;
	if (k > 0)
		n = snprintf(v->text, sizeof(v->text), "<%d><%.*s>", v->code,
		    (int)k - 1, listed + 4);
	else if (v->reply)
		n = snprintf(v->text, sizeof(v->text), "<%d><%d.%d.%d>",
		    v->code, f->esc[0], f->esc[1], f->esc[2]);
	else if (f->domain == FD_ERRNO || f->domain == FD_LINK)
		v->code = f->code;
	hint_flatten(v->text + n, f->text);
	/* What other addresses said is not the reply. */
	if (f->domain == FD_SMTP)
		v->text[hint_before(v->text)] = '\0';
}

/* The first row that applies */

static bool
hint_applies(const struct advice *a, const struct view *v)
{
	unsigned by = v->provider != NULL ? v->provider->bit : 0;
	bool class = v->reply && (a->code == 4 || a->code == 5);

	if (a->stages != 0 &&
	    (a->stages & ADVICE_AT(v->ctx->fault->stage)) == 0)
		return false;
	if (a->code != 0 && a->code != (class ? v->code / 100 : v->code))
		return false;
	if ((v->facts & a->when) != a->when || (v->facts & a->unless) != 0)
		return false;
	if (a->by != 0 && (a->by & by) == 0)
		return false;
	/* A socket has no port. */
	if ((v->facts & IF_SOCKET) != 0 && strstr(a->cause, "port %p") != NULL)
		return false;
	return a->words == NULL || provider_words_match(v->text, a->words);
}

/* What is filled in */

static bool
hint_good_name(const char *s)
{
	return hint_given(s) && s[0] != '[' && heloname_valid(s) &&
	    heloname_doubt(s) == NULL;
}

static const char *
hint_domain_of(const char *addr)
{
	const char *at = hint_given(addr) ? strrchr(addr, '@') : NULL;

	return at != NULL ? at + 1 : NULL;
}

/* The first name to suggest that is not the one refused, or NULL. */
static const char *
hint_better(const char *const names[3], const char *refused)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (hint_good_name(names[i]) &&
		    strcasecmp(names[i], refused) != 0)
			return names[i];
	return NULL;
}

static void
hint_add_sender(struct buf *out, const struct hint_context *ctx)
{
	if (hint_given(ctx->user) && hint_good_name(hint_domain_of(ctx->user)))
		buf_adds_visible(out, ctx->user);
	else if (ctx->login && hint_given(ctx->user))
		buf_adds(out, "<the address of the user>");
	else
		buf_adds(out, "<address>");
}

/* The first path in the words, which ends in ": why" or goes on. */
static void
hint_add_file(struct buf *out, const struct hint_context *ctx)
{
	const char *p = ctx->fault->text, *end, *more;

	while (*p != '\0' && *p != '/') {
		p += strcspn(p, " ");
		p += strspn(p, " ");
	}
	/* A relative path of a password file is all before ": why". */
	if (*p == '\0' && ctx->fault->stage == ST_SECRET &&
	    ctx->fault->domain == FD_ERRNO)
		p = ctx->fault->text;
	if (*p == '\0') {
		buf_adds_visible(out, hint_given(ctx->config_file) ?
		    ctx->config_file : "<file>");
		return;
	}
	if ((end = strstr(p, ": ")) == NULL)
		end = p + strlen(p);
	if ((more = strstr(p, " belongs to ")) != NULL && more < end)
		end = more;
	/* What concerns a part of the spool concerns all of it. */
	if (ctx->fault->stage == ST_SPOOL && end - p > 6 &&
	    memcmp(end - 6, "/queue", 6) == 0)
		end -= 6;
	buf_add_visible(out, p, (size_t)(end - p), false);
}

/*
 * From "it is for *.example.org, a.example.org, not for b": a name to use.
 * A host name is preferred to a pattern, localhost or an address.
 */
static void
hint_add_certificate_name(struct buf *out, const struct fault *f)
{
	const char *p = strstr(f->text, "it is for "), *end, *best = NULL;
	char name[256] = "";
	size_t n;

	if (p == NULL || (end = strstr(p, ", not for ")) == NULL) {
		buf_adds(out, "<name>");
		return;
	}
	for (p += sizeof("it is for ") - 1; p < end; p += n + 2) {
		n = strcspn(p, ",");
		(void)strlcpy(name, p, n < sizeof(name) ? n + 1 : 1);
		if (best == NULL)
			best = p;
		if (hint_good_name(name) &&
		    name[strspn(name, "0123456789.")] != '\0') {
			best = p;
			break;
		}
	}
	if (*best == '*') {
		buf_adds(out, "<host>");
		best++;
	}
	buf_add_visible(out, best, strcspn(best, ","), false);
}

/* "..., issued by CN=Corp CA, for ...": the issuer, up to the next key. */
static void
hint_add_issuer(struct buf *out, const struct fault *f)
{
	const char *p = strstr(f->text, "issued by ");

	if (p == NULL) {
		buf_adds(out, "its issuer");
		return;
	}
	p += sizeof("issued by ") - 1;
	buf_add_visible(out, p, strcspn(p, ",;)"), false);
}

static void
hint_add_pin(struct buf *out, const struct fault *f)
{
	const char *p = strstr(f->text, "sha256:");

	if (p == NULL)
		buf_adds(out, "<its pin>");
	else
		buf_add_visible(out, p, strcspn(p, "; )"), false);
}

/* The first IP address in a reply. */
static void
hint_add_address(struct buf *out, const char *text)
{
	unsigned char ip[sizeof(struct in6_addr)];
	char word[INET6_ADDRSTRLEN];
	size_t n;

	for (; *text != '\0'; text += n + (text[n] != '\0')) {
		n = strspn(text, "0123456789abcdefABCDEF:.");
		if (n < 4 || n >= sizeof(word))
			continue;
		(void)strlcpy(word, text, n + 1);
		word[strlen(word) - (strchr(".:", word[n - 1]) != NULL)] =
		    '\0';
		if (inet_pton(AF_INET, word, ip) == 1 ||
		    inet_pton(AF_INET6, word, ip) == 1) {
			buf_addf(out, " (%s)", word);
			return;
		}
	}
}

static void
hint_fill(struct buf *out, char what, const struct view *v)
{
	const struct hint_context *ctx = v->ctx;
	const struct provider *p = v->provider;
	const char *sender = hint_domain_of(ctx->sender);
	const char *user = hint_domain_of(ctx->user);
	const char *listed = hint_listed_reply(ctx->fault);
	const struct { char what; const char *is, *otherwise; } texts[] = {
		{ 'r', ctx->relay, "the relay" },
		{ 'w', hint_given(ctx->setting) ? ctx->setting : ctx->relay,
		    "<host>" },
		{ 'h', hint_given_helo(ctx), "it was given" },
		{ 'H', hint_better((const char *const[]){ sender, ctx->fqdn,
		    user }, hint_given_helo(ctx)), "<full name of this host>" },
		{ 's', ctx->sender, ctx->sender != NULL ?
		    "the empty sender" : "that sender" },
		{ 'c', ctx->recipient, "of that name" },
		{ 'D', hint_better((const char *const[]){ user, sender,
		    ctx->fqdn }, ""), "<domain>" },
		{ 'l', ctx->login_option, "" },
		{ 'u', ctx->user, "the user" },
		{ 'm', ctx->mech, "in use" },
		{ 'M', hint_other_mech(ctx), "auto" },
		{ 'o', ctx->auth_offered, "none" },
		{ '%', "%", NULL },
		{ 'U', ctx->who, "the user who runs this" },
		{ 'O', ctx->owner, "<that user>" },
		{ 'N', ctx->unit, "the unit" },
		{ 'G', ctx->group, "<a group of that user>" },
		{ 'R', p != NULL ? p->relay : NULL,
		    "<the relay of your provider>" },
	};
	size_t i;

	for (i = 0; i < NITEMS(texts); i++)
		if (texts[i].what == what)
			buf_adds_visible(out, hint_given(texts[i].is) ?
			    texts[i].is : texts[i].otherwise);
	if (what == 'p')
		buf_addf(out, "%d", ctx->port);
	else if (what == 'S')
		hint_add_sender(out, ctx);
	else if (what == 'f')
		hint_add_file(out, ctx);
	else if (what == 'k')
		hint_add_pin(out, ctx->fault);
	else if (what == 'n')
		hint_add_certificate_name(out, ctx->fault);
	else if (what == 'I')
		hint_add_issuer(out, ctx->fault);
	else if (what == 'i')
		hint_add_address(out, listed != NULL ? listed :
		    ctx->fault->text);
	else if (what == 'a' && hint_login(ctx, p) != NULL)
		buf_addf(out, "; %s", hint_login(ctx, p));
	else if (what == 'A' && p != NULL && p->allow != NULL)
		buf_addf(out, " (%s)", p->allow);
}

/* Words of a relay or a certificate must not look like a line to set. */
static void
hint_fill_quoted(struct buf *out, char what, const struct view *v)
{
	size_t i = out->len;

	hint_fill(out, what, v);
	for (; i < out->len; i++)
		if (out->p[i] == '`')
			out->p[i] = '\'';
}

static void
hint_expand(char *text, const char *template, const struct view *v)
{
	struct buf out = { .max = 4 * HINT_TEXT };

	for (; template != NULL && *template != '\0'; template++)
		if (*template == '%')
			hint_fill_quoted(&out, *++template, v);
		else
			buf_add(&out, template, 1);
	(void)strlcpy(text, buf_text(&out), HINT_TEXT);
	buf_release(&out);
}

/*
 * Expand the first fix of which no line is in force.  False if there are
 * only others.
 */
static bool
hint_choose_fix(const struct advice *a, const struct view *v, char *fix)
{
	size_t i;

	hint_expand(fix, a->fix[0], v);
	for (i = 0; i < ADVICE_FIXES && a->fix[i] != NULL; i++) {
		hint_expand(fix, a->fix[i], v);
		if (!proposal_useless(fix, v->ctx))
			break;
	}
	proposal_clean(fix);
	return a->fix[0] == NULL || (i < ADVICE_FIXES && a->fix[i] != NULL);
}

/* The first row of a table that applies and has a fix of use, or none. */
static const struct advice *
hint_search(const struct advice *table, size_t n, const struct view *v,
    char *fix)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (hint_applies(&table[i], v) &&
		    hint_choose_fix(&table[i], v, fix))
			return &table[i];
	fix[0] = '\0';
	return NULL;
}

static const struct advice *
hint_find(const struct view *v, char *fix)
{
	const struct advice *a = NULL;

	if (v->reply)
		a = hint_search(token_refusal_table, token_refusal_count, v,
		    fix);
	if (a == NULL && v->reply)
		a = hint_search(refusal_table, refusal_count, v, fix);
	if (a == NULL && v->reply)
		a = hint_search(mail_refusal_table, mail_refusal_count, v, fix);
	if (a == NULL && v->ctx->fault->stage == ST_TOKEN)
		a = hint_search(oauth_table, oauth_count, v, fix);
	if (a == NULL && v->ctx->fault->domain != FD_SMTP)
		a = hint_search(advice_table, advice_count, v, fix);
	return a;
}

bool
hint_for(const struct hint_context *ctx, struct hint *h)
{
	const struct advice *a;
	struct view v;

	memset(h, 0, sizeof(*h));
	if (ctx->fault->verdict == VD_OK)
		return false;
	hint_look(&v, ctx);
	if ((a = hint_find(&v, h->fix)) == NULL)
		return false;
	hint_expand(h->cause, a->cause, &v);
	h->permanent = a->lasting && ctx->fault->verdict == VD_TEMP;
	return true;
}

void
hint_print(struct buf *out, const struct hint *h)
{
	buf_addf(out, "hint: %s%s%s%s", h->cause,
	    h->fix[0] != '\0' ? "; " : "", h->fix,
	    h->permanent ? " (retrying will not help)" : "");
}
