/*
 * setting.c - every setting, one row each
 *
 * A new setting needs a member of struct settings, a row of the table below
 * and an entry in heloise.conf(5).  Files, environment, flags, --help and
 * --show-config read the table.
 */

#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "config/setting.h"
#include "config/validate.h"
#include "mail/frompolicy.h"

#define TEN_YEARS	315360000LL

/* offsetof() that does not compile unless the member has that type. */
#define AT(t, m) _Generic(((struct settings *)0)->m, \
    t: offsetof(struct settings, m))

#define TEXT(m)		.type = SETTING_TEXT, .at = AT(char *, m)
#define PATH(m)		.type = SETTING_PATH, .at = AT(char *, m)
#define LIST(m)		.type = SETTING_LIST, .at = AT(char *, m)
#define NUMBER(m, a, b)	.type = SETTING_NUMBER, .at = AT(int, m), \
			.min = (a), .max = (b)
#define CHOICE(m, c)	.type = SETTING_CHOICE, .at = AT(int, m), \
			.choice = (c)
#define BOOL(m)		.type = SETTING_BOOL, .at = AT(bool, m)
#define SECONDS(m, a)	.type = SETTING_SECONDS, .at = AT(long long, m), \
			.min = (a), .max = TEN_YEARS
#define OCTETS(m)	.type = SETTING_OCTETS, .at = AT(long long, m), \
			.max = 1LL << 62

static const char *const tls_choice[] = {
	[SETTING_TLS_AUTO] = "auto",
	[SETTING_TLS_STARTTLS] = "starttls",
	[SETTING_TLS_IMPLICIT] = "implicit",
	[SETTING_TLS_OPPORTUNISTIC] = "opportunistic",
	[SETTING_TLS_NONE] = "none",
	NULL
};

static const char *const auth_choice[] = {
	[SETTING_AUTH_AUTO] = "auto",
	[SETTING_AUTH_NONE] = "none",
#define WORD(id, name, word, ...) [SETTING_AUTH_##id] = word,
	SASL_MECHS(WORD)
#undef WORD
	NULL
};

static const char *const grant_choice[] = {
	[SETTING_GRANT_AUTO] = "auto",
	[SETTING_GRANT_DEVICE] = "device",
	[SETTING_GRANT_CODE] = "code",
	[SETTING_GRANT_CLIENT] = "client-credentials",
	[SETTING_GRANT_REFRESH] = "refresh-token",
	NULL
};

static const char *const delivery_choice[] = {
	[SETTING_DELIVERY_NOW] = "now",
	[SETTING_DELIVERY_BACKGROUND] = "background",
	[SETTING_DELIVERY_QUEUE] = "queue",
	NULL
};

static const char *const policy_choice[] = {
	[FROMPOLICY_KEEP] = "keep",
	[FROMPOLICY_FORCE] = "force",
	[FROMPOLICY_REPLY_TO] = "reply-to",
	NULL
};

static const char *const log_choice[] = {
	[SETTING_LOG_TEXT] = "text",
	[SETTING_LOG_JSON] = "json",
	NULL
};

static const char *const family_choice[] = {
	[SETTING_FAMILY_ANY] = "any",
	[SETTING_FAMILY_IPV4] = "ipv4",
	[SETTING_FAMILY_IPV6] = "ipv6",
	NULL
};

static const struct setting_word tls_words[] = {
	{ "on", "starttls" }, { "true", "starttls" }, { "yes", "starttls" },
	{ "1", "starttls" }, { "tls", "starttls" }, { "0", "none" },
	{ "off", "none" }, { "false", "none" }, { "no", "none" },
	{ "start_tls", "starttls" }, { "force_tls", "starttls" },
	{ "ssl", "implicit" }, { "smtps", "implicit" },
	{ "ssl/tls", "implicit" },
	{ NULL, NULL }
};

static const struct setting_word auth_words[] = {
	{ "on", "auto" }, { "true", "auto" }, { "yes", "auto" },
	{ "1", "auto" },
	{ "off", "none" }, { "false", "none" }, { "no", "none" },
	{ "0", "none" },
	{ NULL, NULL }
};

const struct setting setting_table[] = {
	{ .key = "account", TEXT(account), .check = validate_account,
	  .scope = SETTING_ABOVE, .arg = "NAME", .akin = "use-account",
	  .doc = "The account to use for any sender." },
	{ .key = "match", LIST(match), .check = validate_match, .own = true,
	  .scope = SETTING_WITHIN, .arg = "SENDER ...",
	  .akin = "senders sender-pattern",
	  .doc = "Senders whose mail uses this account." },
	{ .key = "fallback", LIST(fallback), .check = validate_accounts,
	  .own = true, .arg = "ACCOUNT ...", .akin = "backup fallback-relay",
	  .doc = "Accounts to try if this one cannot deliver." },
	{ .key = "relay", TEXT(relay), .check = validate_relay,
	  .env = "SMTP_HOST", .arg = "HOST[:PORT]",
	  .akin = "host server smarthost mailhub relayhost smtp-host",
	  .doc = "The relay that takes the mail." },
	{ .key = "provider", TEXT(provider), .check = validate_provider,
	  .near = suggest_provider,
	  .arg = "NAME", .akin = "service mail-provider",
	  .doc = "A provider, for its relay and port." },
	{ .key = "port", NUMBER(port, 1, 65535), .def = "auto", .zero = "auto",
	  .env = "SMTP_PORT", .arg = "NUMBER", .akin = "smtp-port",
	  .doc = "Its port; auto: 465 or 587, as tls requires." },
	{ .key = "tls", CHOICE(tls, tls_choice), .def = "auto",
	  .env = "SMTP_TLS", .words = tls_words, .arg = "MODE",
	  .akin = "starttls ssl usetls usestarttls tls-starttls security",
	  .doc = "Whether and how to encrypt." },
	{ .key = "tls-ca", PATH(tls_ca), .arg = "PATH",
	  .akin = "tls-trust-file cafile ca-file tls-ca-file",
	  .doc = "Trust these authorities (PEM), not the system's." },
	{ .key = "tls-name", TEXT(tls_name), .check = validate_host,
	  .arg = "NAME", .akin = "tls-host-override sni",
	  .doc = "The name to ask for and verify, if not the relay's." },
	{ .key = "tls-pin", LIST(tls_pin), .check = validate_pin,
	  .arg = "PIN ...", .akin = "tls-fingerprint pinnedpubkey",
	  .doc = "Public keys that the relay must have one of." },
	{ .key = "tls-cert", PATH(tls_cert), .check = validate_token,
	  .arg = "FILE|URI", .akin = "tls-cert-file cert certificate",
	  .doc = "The client certificate, if the relay asks for it." },
	{ .key = "tls-key", PATH(tls_key), .check = validate_token,
	  .arg = "FILE|URI", .akin = "tls-key-file private-key",
	  .doc = "Its private key, if it is not in the same file." },
	{ .key = "tls-priority", TEXT(tls_priority), .check = validate_priority,
	  .arg = "STRING", .akin = "tls-priorities",
	  .doc = "Ciphers and versions, as GnuTLS names them." },
	{ .key = "tls-verify", BOOL(tls_verify), .def = "yes", .arg = "YES|NO",
	  .akin = "tls-certcheck", .doc = "Verify the relay's certificate." },
	{ .key = "auth", CHOICE(auth, auth_choice), .def = "auto",
	  .env = "SMTP_AUTH", .words = auth_words, .arg = "MECHANISM",
	  .akin = "authmethod auth-method",
	  .doc = "How to log in; auto does when user is set." },
	{ .key = "auth-cleartext", BOOL(auth_cleartext), .def = "no",
	  .arg = "YES|NO",
	  .doc = "Allow the password on an unsafe connection." },
	{ .key = "user", TEXT(user), .env = "SMTP_USER", .arg = "NAME",
	  .akin = "username login authuser auth-user",
	  .doc = "Log in as this user." },
	{ .key = "password", TEXT(password), .secret = true,
	  .rival = { "password-file", "password-command", "oauth" },
	  .env = "SMTP_PASSWORD", .arg = "TEXT",
	  .akin = "pass passwd secret authpass auth-password",
	  .doc = "Its password; from a file or the environment only." },
	{ .key = "password-file", PATH(password_file),
	  .rival = { "password", "password-command", "oauth" },
	  .arg = "FILE",
	  .akin = "passfile passwordfile secret-file",
	  .doc = "A file that holds the password and nothing else." },
	{ .key = "password-command", TEXT(password_command),
	  .rival = { "password", "password-file", "oauth" },
	  .arg = "COMMAND",
	  .akin = "passwordeval passcmd pass-cmd passwordcommand",
	  .doc = "A command that prints it." },
	{ .key = "oauth", TEXT(oauth), .check = validate_oauth,
	  .keyword = { "microsoft", "google" },
	  .rival = { "password", "password-file", "password-command" },
	  .arg = "PROVIDER", .akin = "oauth2 oauth-provider issuer",
	  .doc = "Log in by OAuth with tokens of this provider." },
	{ .key = "oauth-tenant", TEXT(oauth_tenant),
	  .check = validate_oauth_tenant, .arg = "NAME",
	  .akin = "tenant tenant-id",
	  .doc = "The organization at the provider." },
	{ .key = "oauth-client-id", TEXT(oauth_client_id), .arg = "ID",
	  .akin = "client-id oauth-client application-id",
	  .doc = "How the provider knows this installation." },
	{ .key = "oauth-client-secret", TEXT(oauth_client_secret),
	  .secret = true, .rival = { "oauth-client-secret-file",
	  "oauth-client-secret-command" }, .arg = "TEXT",
	  .akin = "client-secret",
	  .doc = "Its secret; from a file or the environment only." },
	{ .key = "oauth-client-secret-file", PATH(oauth_client_secret_file),
	  .rival = { "oauth-client-secret", "oauth-client-secret-command" },
	  .arg = "FILE", .akin = "client-secret-file",
	  .doc = "A file that holds the client's secret." },
	{ .key = "oauth-client-secret-command",
	  TEXT(oauth_client_secret_command),
	  .rival = { "oauth-client-secret", "oauth-client-secret-file" },
	  .arg = "COMMAND", .akin = "client-secret-command",
	  .doc = "A command that prints it." },
	{ .key = "oauth-scope", TEXT(oauth_scope), .arg = "SCOPES",
	  .akin = "scope scopes oauth-scopes",
	  .doc = "The rights to ask for, instead of the usual." },
	{ .key = "oauth-grant", CHOICE(oauth_grant, grant_choice),
	  .def = "auto", .arg = "GRANT", .akin = "grant grant-type",
	  .doc = "How to get a token." },
	{ .key = "oauth-refresh-token-file", PATH(oauth_refresh_token_file),
	  .arg = "FILE", .akin = "refresh-token refresh-token-file",
	  .doc = "A file that holds the first refresh token." },
	{ .key = "oauth-cert", PATH(oauth_cert), .arg = "FILE",
	  .akin = "client-certificate",
	  .doc = "A certificate in place of the client's secret." },
	{ .key = "oauth-key", PATH(oauth_key), .arg = "FILE",
	  .doc = "Its key, if it is not in the same file." },
	{ .key = "oauth-ca", PATH(oauth_ca), .arg = "FILE",
	  .doc = "Authorities that the provider is verified with." },
	{ .key = "helo", TEXT(helo), .def = "auto", .check = validate_helo,
	  .env = "SMTP_HELO_NAME", .arg = "NAME",
	  .akin = "ehlo hello helo-name ehlo-name hostname",
	  .doc = "The name to send in EHLO." },
	{ .key = "from", TEXT(from), .check = validate_from,
	  .env = "SMTP_FROM", .arg = "ADDRESS",
	  .akin = "sender envelope-from mail-from",
	  .doc = "The envelope sender where none is given." },
	{ .key = "from-name", TEXT(from_name), .arg = "NAME",
	  .akin = "full-name fullname name",
	  .doc = "The sender's full name where none is given." },
	{ .key = "from-policy", CHOICE(from_policy, policy_choice),
	  .def = "keep", .arg = "POLICY",
	  .doc = "Keep senders or replace them by from." },
	{ .key = "from-domains", TEXT(from_domains), .arg = "DOMAINS",
	  .doc = "Rewrite senders outside these domains to from." },
	{ .key = "header-repair", BOOL(header_repair), .def = "yes",
	  .arg = "YES|NO", .doc = "Repair headers that relays would refuse." },
	{ .key = "domain", TEXT(domain), .check = validate_domain,
	  .arg = "DOMAIN", .akin = "mydomain myorigin rewritedomain maildomain",
	  .doc = "The domain to add to an address without one." },
	{ .key = "aliases", PATH(aliases), .scope = SETTING_ABOVE,
	  .def = "/etc/aliases", .none = true, .arg = "FILE",
	  .akin = "alias-file alias-maps",
	  .doc = "The file of aliases, or none." },
	{ .key = "root-mail", TEXT(root_mail), .scope = SETTING_ABOVE,
	  .arg = "ADDRESS", .akin = "root adminaddr mailroot postmaster",
	  .check = validate_mailbox,
	  .doc = "Who gets the mail of local users." },
	{ .key = "max-size", OCTETS(max_size), .scope = SETTING_ABOVE,
	  .def = "100M", .arg = "SIZE",
	  .akin = "size message-size-limit maxsize",
	  .doc = "Refuse larger messages; 0 is no limit." },
	{ .key = "max-waiting", NUMBER(max_waiting, 1, 1000000),
	  .scope = SETTING_ABOVE, .def = "10000", .zero = "none",
	  .arg = "NUMBER", .doc = "How many messages of a user may wait." },
	{ .key = "max-waiting-size", OCTETS(max_waiting_size),
	  .scope = SETTING_ABOVE, .def = "1G", .arg = "SIZE",
	  .doc = "How large they may be together; 0 is no limit." },
	{ .key = "min-free", TEXT(min_free), .scope = SETTING_ABOVE,
	  .check = validate_min_free, .def = "auto", .arg = "PERCENT%|SIZE",
	  .doc = "What new mail leaves free on the file system." },
	{ .key = "connect-timeout", SECONDS(connect_timeout, 1), .def = "30s",
	  .arg = "TIME",
	  .doc = "Time to connect, for all addresses together." },
	{ .key = "timeout", SECONDS(timeout, 1), .def = "auto", .zero = "auto",
	  .arg = "TIME",
	  .doc = "Time for each reply; auto is as in RFC 5321." },
	{ .key = "deadline", SECONDS(deadline, 0), .scope = SETTING_ABOVE,
	  .def = "0", .arg = "TIME", .akin = "max-time",
	  .doc = "Time for everything together; 0 is no limit." },
	{ .key = "connections", NUMBER(connections, 1, CONNECTIONS_MOST),
	  .def = "5", .arg = "NUMBER", .akin = "max-connections concurrency "
	  "concurrency-limit destination-concurrency-limit",
	  .doc = "How many connections the relay gets at a time." },
	{ .key = "rate", TEXT(rate), .check = validate_rate,
	  .arg = "MESSAGES/TIME", .akin = "rate-limit ratelimit throttle",
	  .doc = "How many messages the relay gets in a time." },
	{ .key = "avoid", LIST(avoid), .check = validate_avoid,
	  .arg = "EXTENSION ...", .akin = "discard-ehlo-keywords "
	  "smtp-discard-ehlo-keywords hosts-avoid-pipelining",
	  .doc = "Do without these, also if the relay offers them." },
	{ .key = "patience", SECONDS(patience, 1), .scope = SETTING_ABOVE,
	  .def = "60s", .arg = "TIME",
	  .doc = "How long a caller waits for the result." },
	{ .key = "delivery", CHOICE(delivery, delivery_choice),
	  .scope = SETTING_ABOVE, .def = "now", .arg = "MODE",
	  .doc = "Deliver now, in the background, or later." },
	{ .key = "queue", BOOL(queue), .scope = SETTING_ABOVE, .def = "yes",
	  .arg = "YES|NO",
	  .doc = "Queue and retry mail that cannot be delivered." },
	{ .key = "spool", PATH(spool), .check = validate_spool,
	  .scope = SETTING_ABOVE, .arg = "DIRECTORY",
	  .doc = "The directory of the queue." },
	{ .key = "retry-min", SECONDS(retry_min, 1), .scope = SETTING_ABOVE,
	  .def = "1m", .arg = "TIME",
	  .doc = "Time to the second try; it doubles from there." },
	{ .key = "retry-max", SECONDS(retry_max, 1), .scope = SETTING_ABOVE,
	  .def = "3h", .arg = "TIME",
	  .doc = "The longest time between two tries." },
	{ .key = "expire", SECONDS(expire, 1), .scope = SETTING_ABOVE,
	  .def = "5d", .arg = "TIME", .doc = "Give up after this time." },
	{ .key = "linger", BOOL(linger), .scope = SETTING_ABOVE, .def = "yes",
	  .arg = "YES|NO", .doc = "Keep a process that retries the queue." },
	{ .key = "bounce-to", TEXT(bounce_to), .scope = SETTING_ABOVE,
	  .arg = "ADDRESS", .check = validate_mailbox,
	  .doc = "Where bounces go if the sender gets no mail." },
	{ .key = "log", TEXT(log), .def = "syslog", .check = validate_log,
	  .keyword = { "stderr", "none" }, .scope = SETTING_ABOVE,
	  .arg = "WHERE",
	  .akin = "logfile log-file syslog",
	  .doc = "Where to log each delivery attempt." },
	{ .key = "log-format", CHOICE(log_format, log_choice),
	  .scope = SETTING_ABOVE, .def = "text", .arg = "FORMAT",
	  .doc = "The format of a log line." },
	{ .key = "address-family", CHOICE(family, family_choice), .def = "any",
	  .arg = "FAMILY", .akin = "family inet-protocols protocols",
	  .doc = "Connect over IPv4, IPv6 or any of them." },
	{ .key = "source-address", TEXT(source_address),
	  .check = validate_address, .arg = "ADDRESS",
	  .akin = "source-ip bind-address smtp-bind-address",
	  .doc = "Connect from this address of the host." },
	{ .key = "proxy", TEXT(proxy), .check = validate_proxy,
	  .arg = "socks5://HOST[:PORT]", .akin = "proxy-host socks",
	  .doc = "Connect through a SOCKS proxy." },
	{ .key = "resolver", TEXT(resolver), .check = validate_resolver,
	  .arg = "ADDRESS[:PORT]", .akin = "nameserver dns",
	  .doc = "The name server to ask for srv:." },
	{ .key = "redirect-all", TEXT(redirect_all), .check = validate_mailbox,
	  .scope = SETTING_ABOVE, .arg = "ADDRESS",
	  .akin = "redirect catch-all divert",
	  .doc = "Send everything to this address instead." },
};
const size_t setting_count = NITEMS(setting_table);

_Static_assert(NITEMS(setting_table) <= SETTING_MAX, "SETTING_MAX");

bool
setting_is_relative(const struct setting *row, const char *value)
{
	return row->type == SETTING_PATH && value[0] != '/' &&
	    strncmp(value, "pkcs11:", 7) != 0 &&
	    !(row->check == validate_spool && strncmp(value, "%h/", 3) == 0) &&
	    !(row->none && strcasecmp(value, "none") == 0);
}

const struct setting *
setting_find(const char *key)
{
	const struct setting *row;

	for (row = setting_table; row < setting_table + setting_count; row++)
		if (strcmp(row->key, key) == 0)
			return row;
	return NULL;
}

const struct setting *
setting_near(const char *key)
{
	const struct setting *row, *near = NULL;
	struct suggest s;

	suggest_init(&s, key);
	for (row = setting_table; row < setting_table + setting_count; row++)
		if (suggest_nearer(&s, row->key, row->akin))
			near = row;
	return near;
}

void
setting_help(FILE *out)
{
	const struct setting *row;
	int n;

	for (row = setting_table; row < setting_table + setting_count; row++) {
		n = fprintf(out, "  --%s %s", row->key, row->arg);
		(void)fprintf(out, "%*s%s%s%s%s\n", n < 28 ? 28 - n : 1, "",
		    row->doc, row->def != NULL ? " [" : "",
		    row->def != NULL ? row->def : "",
		    row->def != NULL ? "]" : "");
	}
}
