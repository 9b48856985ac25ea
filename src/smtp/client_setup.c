/* client_setup.c - greeting, EHLO, STARTTLS and AUTH: up to a usable session */

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/util.h"
#include "smtp/client_setup.h"

#define AUTH_LINE	510	/* RFC 4954 4: 512 with the line end */

enum client_phase
client_setup_on_greet(struct client *c, const struct client_command *k)
{
	(void)strlcpy(c->banner, buf_text(&c->reply.text), sizeof(c->banner));
	return client_state_yes(c) ? PH_HELLO : client_state_refused(c);
}

enum client_phase
client_setup_hello(struct client *c)
{
	char line[300];

	(void)snprintf(line, sizeof(line), "%s %s", c->o->lmtp ? "LHLO" :
	    c->helo_only ? "HELO" : "EHLO", c->o->helo);
	c->ehlos++;
	return client_state_say(c, c->helo_only ? V_HELO : V_EHLO, 0, line,
	    NULL);
}

static bool
setup_has_word(const char *text, const char *const *words, size_t n)
{
	while (n > 0 && strcasestr(text, words[n - 1]) == NULL)
		n--;
	return n > 0;
}

/*
 * Is EHLO unknown to a relay that says so by another code than 500, 502 or
 * 504?  Then HELO may do, unless TLS or a login is required.  A name that is
 * refused would be refused again.
 */
static bool
setup_lacks_ehlo(const struct client *c)
{
	static const char *const command[] = { "command", "recognized",
	    "recognised", "implemented", "supported", "unknown", "use helo",
	    "try helo", "send helo", "only helo", "helo only", "helo instead",
	    "ehlo not", "ehlo is not" };
	static const char *const other[] = { "name", "domain", "host",
	    "argument", "parameter", "address", "reject", "denied", "policy",
	    "block", "spam", "access" };
	const char *text = buf_text(&c->reply.text);
	int code = c->reply.code;

	return (code == 501 || code == 550 || code == 554) &&
	    c->o->tls <= CLIENT_TLS_OPPORTUNISTIC && c->o->user == NULL &&
	    setup_has_word(text, command, NITEMS(command)) &&
	    !setup_has_word(text, other, NITEMS(other));
}

enum client_phase
client_setup_on_ehlo(struct client *c, const struct client_command *k)
{
	int code = c->reply.code;

	if (client_state_yes(c)) {
		capability_parse(&c->caps, buf_text(&c->reply.text));
		return PH_STARTTLS;
	}
	/* Some front ends answer 500 to any first command. */
	if (code == 500 && c->ehlos == 1)
		return PH_HELLO;
	if (c->o->lmtp || (code != 500 && code != 502 && code != 504 &&
	    !setup_lacks_ehlo(c)))
		return client_state_refused(c);
	c->helo_only = true;
	return PH_HELLO;
}

enum client_phase
client_setup_on_helo(struct client *c, const struct client_command *k)
{
	return client_state_yes(c) ? PH_STARTTLS : client_state_refused(c);
}

enum client_phase
client_setup_starttls(struct client *c)
{
	if (c->tls || c->o->tls == CLIENT_TLS_NONE)
		return PH_AUTH;
	if (c->caps.set & CAP_STARTTLS)
		return client_state_say(c, V_STARTTLS, 0, "STARTTLS", NULL);
	if (c->o->tls == CLIENT_TLS_OPPORTUNISTIC)
		return PH_AUTH;
	return client_state_die_with(c, ST_STARTTLS, VD_PERM,
	    "the relay does not offer STARTTLS");
}

enum client_phase
client_setup_on_starttls(struct client *c, const struct client_command *k)
{
	if (c->reply.code != 220)
		return client_state_refused(c);
	/* RFC 3207 4.2, CVE-2011-0411: use no clear text within TLS. */
	if (c->in.len > 0)
		return client_state_die_with(c, ST_STARTTLS, VD_TEMP,
		    "the relay, or an attacker, sent more before TLS began");
	return PH_TLS;
}

/* The mechanism that the configuration names: it is this one or none. */
static int
setup_choose_explicit(struct client *c, enum sasl_mech m, struct fault *f)
{
	if (!(c->caps.mechs & SASL_BIT(m)))
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay does not offer AUTH %s, only: %s",
		    sasl_name(m), c->caps.auth);
	if (sasl_binds(m) && c->binding_name == NULL)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "AUTH %s needs a TLS session to bind the login to",
		    sasl_name(m));
	c->mech = m;
	return 0;
}

static int
setup_choose_best(struct client *c, struct fault *f)
{
	c->mech = c->o->token ?
	    sasl_best_token(c->caps.mechs, c->o->token_mech) :
	    sasl_best(c->caps.mechs, c->binding_name != NULL,
	    !c->trusted && c->o->auth_cleartext);
	if (c->mech != SASL__MAX)
		return 0;
	if (c->o->token)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay offers no way to log in with an access token, "
		    "only: %s", c->caps.auth);
	return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
	    "the relay offers no known way to log in with a password, "
	    "only: %s", c->caps.auth);
}

/* Choose c->mech, or say why there is none. */
static int
setup_choose(struct client *c, struct fault *f)
{
	enum sasl_mech m = c->o->mech;

	if (!(c->caps.set & CAP_AUTH))
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay does not offer AUTH%s", c->tls ? "" :
		    " on a connection without TLS");
	if ((m == SASL__MAX ? setup_choose_best(c, f) :
	    setup_choose_explicit(c, m, f)) == -1)
		return -1;
	m = c->mech;
	if (sasl_secret(m) && c->o->password == NULL)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "AUTH %s needs a password", sasl_name(m));
	if (!c->trusted && !c->o->auth_cleartext && sasl_reveals(m))
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the %s %s on the network (%s)", c->o->token ?
		    "access token" : "password", m == SASL_CRAM_MD5 ?
		    "could be guessed" : "would be readable",
		    c->tls ? "TLS without a verified certificate" : "no TLS");
	return 0;
}

static void
setup_start(struct client *c)
{
	const unsigned plus = SASL_BIT(SASL_SCRAM_SHA_1_PLUS) |
	    SASL_BIT(SASL_SCRAM_SHA_256_PLUS);
	unsigned char seed[18];
	struct buf nonce = { .max = SCRAM_NONCE - 1 };

	c->sasl = (struct sasl){
		.mech = c->mech,
		.user = c->o->user,
		.password = c->o->password,
		.host = c->o->host,
		.port = c->o->port,
		.scram = {
			.binding_name = c->binding_name,
			.binding = c->binding,
			.binding_len = c->binding_len,
			.plus_offered = (c->caps.mechs & plus) != 0,
		},
	};
	c->o->random(seed, sizeof(seed));
	base64_encode(&nonce, seed, sizeof(seed));
	(void)strlcpy(c->sasl.scram.nonce, buf_text(&nonce), SCRAM_NONCE);
	buf_release(&nonce);
}

/* The next SASL response, in base64. */
static int
setup_respond(struct client *c, const char *in, size_t n, struct buf *b64,
    struct fault *f)
{
	struct buf raw = { .max = 16384, .secret = true };
	int status = sasl_step(&c->sasl, in, n, &raw, f);

	if (status == 0) {
		base64_encode(b64, buf_text(&raw), raw.len);
		buf_addf(&c->secrets, "%s\n", buf_text(b64));
	}
	if (raw.full || b64->full)
		status = fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the response would be over 16 KiB");
	buf_release(&raw);
	return status;
}

/* Send AUTH for c->mech. */
static enum client_phase
setup_send_auth(struct client *c)
{
	struct buf b64 = { .max = 32768, .secret = true };
	struct buf line = { .max = 32768, .secret = true };
	enum client_phase next;
	struct fault f = { 0 };
	char shown[64];

	setup_start(c);
	buf_addf(&line, "AUTH %s", sasl_name(c->mech));
	(void)strlcpy(shown, buf_text(&line), sizeof(shown));
	if (sasl_initial(c->mech)) {
		if (setup_respond(c, NULL, 0, &b64, &f) == -1) {
			next = client_state_die(c, &f);
			goto out;
		}
		if (line.len + 1 + b64.len > AUTH_LINE) {
			buf_add(&c->initial, buf_text(&b64), b64.len);
			c->held = true;
		} else {
			buf_addf(&line, " %s",
			    b64.len > 0 ? buf_text(&b64) : "=");
			(void)strlcat(shown, " " CLIENT_MASK, sizeof(shown));
		}
	}
	next = client_state_say(c, V_AUTH, 0, buf_text(&line), shown);
out:
	buf_release(&line);
	buf_release(&b64);
	return next;
}

enum client_phase
client_setup_auth(struct client *c)
{
	struct fault f = { 0 };

	if ((c->o->user == NULL && c->o->mech != SASL_EXTERNAL) || c->authed)
		return PH_IDLE;
	return setup_choose(c, &f) == -1 ? client_state_die(c, &f) :
	    setup_send_auth(c);
}

/*
 * Is the mechanism refused, not the password?  By RFC 4954, 534 says so, but
 * some relays use it to ask for another password.
 */
static bool
setup_mechanism_refused(const struct client *c)
{
	const char *text = buf_text(&c->reply.text);
	int code = c->reply.code;

	if (code == 534)
		return strcasestr(text, "password") == NULL &&
		    strcasestr(text, "log in") == NULL;
	return (code >= 500 && code <= 504) ||
	    (code == 535 && strcasestr(text, "mechanism") != NULL);
}

/*
 * Go on with LOGIN after PLAIN, or the reverse, which is no weaker.  Never
 * in place of another mechanism, nor of one that is configured.
 */
static bool
setup_swap(struct client *c)
{
	enum sasl_mech other = c->mech == SASL_PLAIN ? SASL_LOGIN : SASL_PLAIN;

	if (c->swapped || c->o->mech != SASL__MAX ||
	    (c->mech != SASL_PLAIN && c->mech != SASL_LOGIN) ||
	    !(c->caps.mechs & SASL_BIT(other)) || !setup_mechanism_refused(c))
		return false;
	c->swapped = true;
	c->held = false;
	buf_release(&c->initial);
	c->mech = other;
	return true;
}

/* Cancel the exchange, and keep the reason: the reply will be a 501. */
static enum client_phase
setup_cancel(struct client *c, const struct fault *f)
{
	c->fault = *f;
	c->cancelled = true;
	return client_state_say(c, V_AUTH, 0, "*", NULL);
}

/* A challenge from its base64.  A reason to refuse may be in plain text. */
static int
setup_decode(struct client *c, struct buf *in, struct fault *f)
{
	const char *text = buf_text(&c->reply.text);
	size_t n;

	text += strspn(text, " ");
	n = strlen(text);
	while (n > 0 && text[n - 1] == ' ')
		n--;
	if (!sasl_heeds(c->mech))
		return 0;
	if (base64_decode(in, text, n) && (!sasl_reasons(&c->sasl) ||
	    utf8_valid(buf_text(in), in->len)))
		return 0;
	buf_clear(in);
	if (!sasl_reasons(&c->sasl)) {
		client_state_hide(c, &c->reply.text);
		text = buf_text(&c->reply.text);
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_TEMP,
		    "the relay's challenge is not base64, or over 4 KiB: "
		    "%.200s", text + strspn(text, " "));
	}
	buf_add(in, text, n < SASL_CHALLENGE ? n : SASL_CHALLENGE);
	return 0;
}

static enum client_phase
setup_challenged(struct client *c)
{
	struct buf in = { .max = SASL_CHALLENGE, .secret = true };
	struct buf b64 = { .max = 32768, .secret = true };
	enum client_phase next;
	struct fault f = { 0 };
	int status;

	if (c->held) {
		c->held = false;
		next = client_state_say(c, V_AUTH, 0, buf_text(&c->initial),
		    CLIENT_MASK);
		buf_release(&c->initial);
		return next;
	}
	status = setup_decode(c, &in, &f);
	if (sasl_reasons(&c->sasl))
		client_state_hide(c, &in);
	if (status == 0)
		status = setup_respond(c, buf_text(&in), in.len, &b64, &f);
	next = status == -1 ? setup_cancel(c, &f) :
	    client_state_say(c, V_AUTH, 0, buf_text(&b64), CLIENT_MASK);
	buf_release(&in);
	buf_release(&b64);
	return next;
}

/* The login was refused; a challenge may have told the reason before. */
static enum client_phase
setup_rejected(struct client *c)
{
	struct fault f = { 0 };

	client_state_heard(c, &f);
	if (c->sasl.said[0] != '\0')
		fault_add(&f, "; its reason before that: %s", c->sasl.said);
	return client_state_die(c, &f);
}

enum client_phase
client_setup_on_auth(struct client *c, const struct client_command *k)
{
	struct fault f = { 0 };

	if (c->cancelled) {
		f = c->fault;
		return client_state_die(c, &f);
	}
	if (c->reply.code / 100 == 3)
		return setup_challenged(c);
	if (!client_state_yes(c))
		return setup_swap(c) ? setup_send_auth(c) : setup_rejected(c);
	if (c->held)
		c->sasl.step = 0;	/* the response was not sent */
	if (sasl_success(&c->sasl, buf_text(&c->reply.text), &f) == -1)
		return client_state_die(c, &f);
	c->authed = true;
	return PH_IDLE;
}
