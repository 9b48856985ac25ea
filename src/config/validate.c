/* validate.c - checks of values beyond their type */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/crypt.h"
#include "base/util.h"
#include "config/minfree.h"
#include "config/rate.h"
#include "config/validate.h"
#include "hint/service.h"
#include "mail/addr.h"
#include "mail/frompolicy.h"
#include "net/pin.h"
#include "net/relay.h"
#include "smtp/avoid.h"
#include "smtp/heloname.h"

/* The name of an account, which is written to files, notes and logs. */
static bool
validate_name(const char *s, size_t n)
{
	return n > 0 && n <= 32 && *s != '-' && *s != '.' &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789-_.") >= n &&
	    (n != 7 || strncmp(s, "default", n) != 0);
}

/* Is only the port wrong: digits after a host that is right? */
static bool
validate_port_wrong(const char *value)
{
	const char *colon = strrchr(value, ':');
	struct relay r;
	bool wrong;
	char *host;

	if (colon == NULL || colon[1] == '\0' ||
	    colon[1 + strspn(colon + 1, "0123456789")] != '\0')
		return false;
	host = xstrndup(value, (size_t)(colon - value));
	/* An IPv6 address without brackets can have no port. */
	wrong = relay_parse(host, &r) && r.kind == RELAY_HOST && r.port == 0 &&
	    (strchr(r.host, ':') == NULL || strchr(host, ']') != NULL);
	free(host);
	return wrong;
}

const char *
validate_relay(const char *value)
{
	struct relay r;

	if (relay_parse(value, &r))
		return NULL;
	if (validate_port_wrong(value))
		return "a port from 1 to 65535 after the host";
	if (strchr(value, '@') != NULL)
		return "a host alone: user and password are settings of "
		    "their own";
	return RELAY_FORMS;
}

const char *
validate_provider(const char *value)
{
	return service_find(value) != NULL ? NULL :
	    "a provider of `heloise --providers`";
}

const char *
validate_account(const char *value)
{
	return validate_name(value, strlen(value)) ? NULL :
	    "a name of up to 32 letters, digits, '.', '-' and '_', but not "
	    "default";
}

const char *
validate_accounts(const char *value)
{
	size_t n;

	for (; *value != '\0'; value += n) {
		value += strspn(value, " \t");
		n = strcspn(value, " \t");
		if (n > 0 && !validate_name(value, n))
			return "names of accounts";
	}
	return NULL;
}

const char *
validate_match(const char *value)
{
	return strspn(value, " \t,") < strlen(value) &&
	    strchr(value, ',') == NULL ? NULL :
	    "senders, domains or patterns with blanks between them";
}

const char *
validate_address(const char *value)
{
	return relay_host_literal(value) ? NULL : "an IPv4 or IPv6 address";
}

const char *
validate_proxy(const char *value)
{
	struct relay r;

	return relay_proxy(value, &r) ? NULL : "socks5://HOST[:PORT]";
}

const char *
validate_resolver(const char *value)
{
	struct relay r = { 0 };

	return relay_host(value, &r) && relay_host_literal(r.host) &&
	    strchr(r.host, ':') == NULL ? NULL :
	    "an IPv4 address, or one with a port: 192.0.2.53:53";
}

const char *
validate_host(const char *value)
{
	char *ascii = ascii_only(value, strlen(value)) ? xstrdup(value) :
	    crypt_idna(value);
	bool fine = ascii != NULL && relay_host_valid(ascii);

	free(ascii);
	return fine ? NULL : "a host name or an address";
}

const char *
validate_pin(const char *value)
{
	return pin_valid(value) ? NULL : "the SHA-256 of a public key in "
	    "base64 or hexadecimal, such as sha256:AbC...=";
}

/* Values are shown, so a secret may not be a part of one. */
const char *
validate_token(const char *value)
{
	return strncmp(value, "pkcs11:", 7) != 0 ||
	    strstr(value, "pin-value") == NULL ? NULL :
	    "a PKCS#11 URI with pin-source, not pin-value";
}

const char *
validate_spool(const char *value)
{
	for (; (value = strchr(value, '%')) != NULL; value += 2)
		if (value[1] == '\0' || strchr("Uh%", value[1]) == NULL)
			return "a directory, in which only %U, %h and %% "
			    "follow a %";
	return NULL;
}

const char *
validate_priority(const char *value)
{
	return crypt_priority(value) ? NULL :
	    "a priority string as GnuTLS takes it, such as SECURE192";
}

const char *
validate_helo(const char *value)
{
	if (strcmp(value, "auto") == 0 || heloname_valid(value))
		return NULL;
	return "auto, a domain, or an address literal such as [192.0.2.1]";
}

const char *
validate_mailbox(const char *value)
{
	struct fault f;

	fault_clear(&f);
	return addr_check(value, &f) == 0 ? NULL :
	    "an address such as alice@example.org";
}

/* With a user and a host in place of %U and %H it is an address. */
const char *
validate_from(const char *value)
{
	struct buf b = { .max = 65536 };
	const char *why;

	frompolicy_expand(&b, value, "alice", "example.org", true);
	why = validate_mailbox(buf_text(&b));
	buf_release(&b);
	return why;
}

/* A name beyond ASCII must have an ASCII form. */
const char *
validate_domain(const char *value)
{
	char *ascii = ascii_only(value, strlen(value)) ? xstrdup(value) :
	    crypt_idna(value);
	bool good = ascii != NULL && heloname_valid(ascii) && ascii[0] != '[';

	free(ascii);
	return good ? NULL : "a domain such as example.org";
}

const char *
validate_log(const char *value)
{
	return value[0] == '/' || strcmp(value, "syslog") == 0 ||
	    strcmp(value, "stderr") == 0 || strcmp(value, "none") == 0 ?
	    NULL : "syslog, stderr, none, or a file with its whole path";
}

const char *
validate_rate(const char *value)
{
	struct rate r;

	return rate_parse(value, &r) ? NULL :
	    "1 to 100000 messages and a time, such as 30/m, 500/h or 50/10m";
}

const char *
validate_avoid(const char *value)
{
	return avoid_parse(value) != 0 ? NULL : "chunking, pipelining, size, "
	    "8bitmime, dsn or smtputf8, with blanks between them";
}

/* A host, a port and a path, and nothing that would end up in a query. */
static bool
validate_https(const char *value)
{
	static const char octets[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~:/[]%";
	const char *host = value + sizeof("https://") - 1;
	struct relay r;
	char *name;
	bool fine;

	if (strncmp(value, "https://", sizeof("https://") - 1) != 0 ||
	    value[strspn(value, octets)] != '\0' || strlen(value) > 512)
		return false;
	name = xstrndup(host, strcspn(host, "/"));
	fine = relay_parse(name, &r) && r.kind == RELAY_HOST;
	free(name);
	return fine;
}

const char *
validate_oauth(const char *value)
{
	return strcmp(value, "microsoft") == 0 ||
	    strcmp(value, "google") == 0 || validate_https(value) ? NULL :
	    "microsoft, google, or the https:// URL of an issuer";
}

/* It becomes a part of a path. */
const char *
validate_oauth_tenant(const char *value)
{
	return strlen(value) <= 255 && value[0] != '.' &&
	    value[strspn(value, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")] == '\0' ? NULL :
	    "the id or the domain of a tenant";
}

const char *
validate_min_free(const char *value)
{
	unsigned percent;
	long long octets;

	return minfree_parse(value, false, &percent, &octets) ? NULL :
	    "a part such as 5%, a size such as 200M, or auto";
}

const char *
validate_octets(const char *value, bool secret)
{
	struct buf shown = { .max = strlen(value) };
	bool same;

	if (ascii_controls(value, strlen(value)))
		return "no control characters";
	if (secret)
		return NULL;
	buf_adds_visible(&shown, value);
	same = strcmp(buf_text(&shown), value) == 0;
	buf_release(&shown);
	return same ? NULL : "UTF-8 without control characters";
}

void
validate_habit(const char *value, struct buf *why)
{
	if (*value == '"' || *value == '\'')
		buf_adds(why, "; a value has no quotes");
	else if (strstr(value, " #") != NULL || strstr(value, "\t#") != NULL)
		buf_adds(why, "; a comment needs its own line");
}
