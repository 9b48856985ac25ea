/* t_config_setting.c - the table of settings */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "config/suggest.h"
#include "config/value.h"
#include "net/relay.h"
#include "config/setting.h"
#include "tap.h"

#define PIN_A	"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define PIN_B	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b78" \
		"52b855"

/* Set, and see how it shows; a refusal begins with "expected". */
static void
set_and_show(void)
{
	static const struct { const char *key, *value, *shown; } t[] = {
		{ "relay", "smtp.example.org", "smtp.example.org" },
		{ "relay", "", "expected a value" },
		{ "relay", "a b", "expected " RELAY_FORMS },
		{ "relay", "smtp://u:hunter2@h", "expected a host alone: "
		    "user and password are settings of their own" },
		{ "port", "25", "25" },
		{ "port", "1", "1" },
		{ "port", "65535", "65535" },
		{ "port", "auto", "auto" },
		{ "port", "0", "expected auto or a number from 1 to 65535" },
		{ "port", "65536",
		    "expected auto or a number from 1 to 65535" },
		{ "port", "+25", "expected auto or a number from 1 to 65535" },
		{ "port", " 25", "expected auto or a number from 1 to 65535" },
		{ "port", "99999999999999999999",
		    "expected auto or a number from 1 to 65535" },
		{ "tls", "auto", "auto" },
		{ "tls", "starttls", "starttls" },
		{ "tls", "implicit", "implicit" },
		{ "tls", "opportunistic", "opportunistic" },
		{ "tls", "none", "none" },
		{ "tls", "on", "expected auto, starttls, implicit, "
		    "opportunistic or none" },
		{ "tls", "STARTTLS", "starttls" },
		{ "tls", "None", "none" },
		{ "tls-ca", "/etc/ca.pem", "/etc/ca.pem" },
		{ "tls-name", "smtp.example.org", "smtp.example.org" },
		{ "tls-name", "192.0.2.1", "192.0.2.1" },
		{ "tls-name", "-x", "expected a host name or an address" },
		{ "tls-name", "b\xc3\xbc""cher.example",
		    "b\xc3\xbc""cher.example" },
		{ "tls-pin", "sha256:" PIN_A, "sha256:" PIN_A },
		{ "tls-pin", PIN_B " sha256//" PIN_A,
		    "sha256:" PIN_A " " PIN_B " sha256//" PIN_A },
		{ "tls-pin", PIN_B " nonsense", "expected the SHA-256 of a "
		    "public key in base64 or hexadecimal, such as "
		    "sha256:AbC...=" },
		{ "tls-cert", "/etc/us.pem", "/etc/us.pem" },
		{ "tls-cert", "pkcs11:token=t;object=web1",
		    "pkcs11:token=t;object=web1" },
		{ "tls-key", "pkcs11:token=t?pin-source=/etc/pin",
		    "pkcs11:token=t?pin-source=/etc/pin" },
		{ "tls-key", "pkcs11:token=t?pin-value=1234",
		    "expected a PKCS#11 URI with pin-source, not pin-value" },
		{ "tls-priority", "NORMAL:-VERS-TLS1.2",
		    "NORMAL:-VERS-TLS1.2" },
		{ "tls-priority", "NORMAL:+NONSENSE",
		    "expected a priority string as GnuTLS takes it, such as "
		    "SECURE192" },
		{ "tls-verify", "yes", "yes" },
		{ "tls-verify", "no", "no" },
		{ "tls-verify", "Yes", "yes" },
		{ "tls-verify", "NO", "no" },
		{ "port", "AUTO", "auto" },
		{ "aliases", "None", "none" },
		{ "log", "STDERR", "stderr" },
		{ "log", "None", "none" },
		{ "oauth", "Google", "google" },
		{ "oauth", "MICROSOFT", "microsoft" },
		{ "auth", "SCRAM-SHA-256", "scram-sha-256" },
		{ "helo", "Auto", "auto" },
		{ "helo", "AUTO.example.org", "AUTO.example.org" },
		{ "log", "Syslog", "syslog" },
		{ "aliases", "/ETC/ALIASES", "/ETC/ALIASES" },
		{ "tls-verify", "true", "expected yes or no" },
		{ "auth", "auto", "auto" },
		{ "auth", "none", "none" },
		{ "auth", "plain", "plain" },
		{ "auth", "login", "login" },
		{ "auth", "gssapi", "expected auto, none, external, "
		    "oauthbearer, xoauth2, cram-md5, login, plain, "
		    "scram-sha-1, scram-sha-256, scram-sha-1-plus or "
		    "scram-sha-256-plus" },
		{ "auth-cleartext", "yes", "yes" },
		{ "user", "alice@example.org", "alice@example.org" },
		{ "user", "a\nb", "expected no control characters" },
		{ "user", "a\rb", "expected no control characters" },
		{ "user", "a\tb", "expected no control characters" },
		{ "user", "a\177b", "expected no control characters" },
		{ "user", "a\xff""b",
		    "expected UTF-8 without control characters" },
		{ "user", "a\xc2\x9b""b",
		    "expected UTF-8 without control characters" },
		{ "user", "z\xc3\xbcrich", "z\xc3\xbcrich" },
		{ "password", "hunter2", "(set)" },
		{ "password", "\xff octets", "(set)" },
		{ "password", "a\nb", "expected no control characters" },
		{ "password-file", "/run/secrets/p", "/run/secrets/p" },
		{ "helo", "auto", "auto" },
		{ "helo", "mail.example.org", "mail.example.org" },
		{ "helo", "[192.0.2.1]", "[192.0.2.1]" },
		{ "auth-cleartext", "'yes'",
		    "expected yes or no; a value has no quotes" },
		{ "password", "\"a\nb #", "expected no control characters" },
		{ "helo", "my host", "expected auto, a domain, or an "
		    "address literal such as [192.0.2.1]" },
		{ "helo", "a_b.example.org", "expected auto, a domain, or an "
		    "address literal such as [192.0.2.1]" },
		{ "from", "alice@example.org", "alice@example.org" },
		{ "from", "a>b@example.org",
		    "expected an address such as alice@example.org" },
		{ "from", "\"alice@example.org\"", "expected an address such "
		    "as alice@example.org; a value has no quotes" },
		{ "from", "alice@example.org # me", "expected an address such "
		    "as alice@example.org; a comment needs its own line" },
		{ "from", "alice@example.org\t# me", "expected no control "
		    "characters; a comment needs its own line" },
		{ "from-name", "Alice # A.", "Alice # A." },
		{ "domain", "example.org", "example.org" },
		{ "domain", "b\303\266.example.org", "b\303\266.example.org" },
		{ "domain", "b\303\266_.example.org",
		    "expected a domain such as example.org" },
		{ "domain", "[192.0.2.1]",
		    "expected a domain such as example.org" },
		{ "domain", "@example.org",
		    "expected a domain such as example.org" },
		{ "max-size", "20M", "20M" },
		{ "max-size", "1536k", "1536k" },
		{ "max-size", "2097153", "2097153" },
		{ "max-size", "2048M", "2G" },
		{ "max-size", "0", "0" },
		{ "max-size", "20 M",
		    "expected a size such as 512k or 20M" },
		{ "connect-timeout", "90", "1m30s" },
		{ "max-size", "20M # enough", "expected a size such as 512k "
		    "or 20M; a comment needs its own line" },
		{ "connect-timeout", "0",
		    "expected a time such as 90s, 5m or 1h30m" },
		{ "timeout", "300s", "5m" },
		{ "timeout", "auto", "auto" },
		{ "timeout", "0",
		    "expected auto or a time such as 90s, 5m or 1h30m" },
		{ "timeout", "-5",
		    "expected auto or a time such as 90s, 5m or 1h30m" },
		{ "deadline", "0", "0" },
		{ "deadline", "8d1s", "8d1s" },
		{ "deadline", "1h", "1h" },
		{ "deadline", "soon",
		    "expected a time such as 90s, 5m or 1h30m" },
		{ "address-family", "any", "any" },
		{ "address-family", "ipv4", "ipv4" },
		{ "address-family", "ipv6", "ipv6" },
		{ "address-family", "inet6", "expected any, ipv4 or ipv6" },
	};
	struct settings s;
	struct buf b = { .max = 1024 };
	const struct setting *row;
	size_t i;

	values_init(&s);
	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&b);
		row = setting_find(t[i].key);
		if (value_set(row, &s, t[i].value, &b))
			value_show(row, &s, &b);
		is(buf_text(&b), t[i].shown, "%s %zu", t[i].key, i);
	}
	/* A refused value leaves the old one. */
	is_int(s.family, SETTING_FAMILY_IPV6, "family kept");
	is_int(s.deadline, 3600, "deadline kept");
	is_int(s.max_size, 0, "max-size kept");
	is(s.password, "\xff octets", "password kept");
	is(s.tls_pin, "sha256:" PIN_A " " PIN_B " sha256//" PIN_A,
	    "pins kept, and nothing added to them");
	is_int(s.tls, SETTING_TLS_NONE, "tls kept");
	is_int(s.auth, SETTING_AUTH_LOGIN, "auth kept");
	ok(!s.tls_verify && s.auth_cleartext, "booleans kept");

	/* Only looked at. */
	buf_clear(&b);
	ok(value_set(setting_find("port"), NULL, "99", &b) &&
	    !value_set(setting_find("port"), NULL, "x", &b) &&
	    s.port == 0, "checked without being stored");

	for (i = 0; i < setting_count; i++)
		value_reset(&setting_table[i], &s);
	ok(s.password == NULL && s.relay == NULL && s.tls_verify &&
	    s.connect_timeout == 30 && s.tls == SETTING_TLS_AUTO,
	    "reset to what is built in");
	is(s.helo, "auto", "helo is auto");
	values_release(&s);
	ok(s.helo == NULL, "released");
	buf_release(&b);
}

static void
rows(void)
{
	const struct setting *row;
	struct buf b = { .max = 1024 };
	struct settings s;

	values_init(&s);
	for (row = setting_table; row < setting_table + setting_count;
	    row++) {
		ok(setting_find(row->key) == row && strlen(row->key) <
		    SETTING_KEY && row->arg != NULL && row->doc != NULL,
		    "%s: found, named, explained", row->key);
		ok(strspn(row->key, "abcdefghijklmnopqrstuvwxyz-") ==
		    strlen(row->key), "%s: spelt as a key is", row->key);
		ok(row->rival[0] == NULL ||
		    setting_find(row->rival[0]) != NULL,
		    "%s: its rival exists", row->key);
		ok(!row->secret || row->rival[0] != NULL,
		    "%s: a secret has a file", row->key);
		ok(row->words == NULL || row->env != NULL,
		    "%s: words belong to a variable", row->key);
		for (const struct setting_word *w = row->words;
		    w != NULL && w->word != NULL; w++)
			ok(value_set(row, NULL, w->value, &b),
			    "%s: %s means something", row->key, w->word);
		if (row->def != NULL)
			ok(value_set(row, &s, row->def, &b),
			    "%s: its default is valid", row->key);
	}
	values_release(&s);
	buf_release(&b);
	ok(setting_find("nothing") == NULL && setting_find("") == NULL &&
	    setting_find("Port") == NULL, "not found");
}

/* What a row has, as it is shown. */
static void
values(void)
{
	struct buf why = { .max = 512 };
	struct settings s;

	values_init(&s);
	ok(value_is(&s, "header-repair", "yes") &&
	    !value_is(&s, "header-repair", "no"), "the built-in value");
	ok(!value_is(&s, "tls-cert", NULL) &&
	    !value_is(&s, "tls-cert", "/c"), "a text that is not set");
	ok(value_set(setting_find("tls-cert"), &s, "/c", &why) &&
	    value_is(&s, "tls-cert", NULL) &&
	    value_is(&s, "tls-cert", "/c") &&
	    !value_is(&s, "tls-cert", "/d"), "one that is");
	ok(!value_is(&s, "chmod", NULL) && !value_is(&s, "", "x"),
	    "no such row");
	values_release(&s);
	buf_release(&why);
}

static void
nearest(void)
{
	static const struct { const char *key, *want; } t[] = {
		{ "prot", "port" }, { "ports", "port" }, { "Port", "port" },
		{ "relya", "relay" }, { "tls_ca", "tls-ca" },
		{ "TLS_VERIFY", "tls-verify" }, { "tsl", "tls" },
		{ "pasword", "password" }, { "passwordfile", "password-file" },
		{ "host", "relay" }, { "mailhub", "relay" },
		{ "username", "user" }, { "usr", "user" },
		{ "tls_trust_file", "tls-ca" }, { "ehlo", "helo" },
		{ "conect-timeout", "connect-timeout" },
		{ "fullname", "from-name" }, { "starttls", "tls" },
		{ "zebra", NULL }, { "", NULL }, { "x", NULL },
		{ "xyz", NULL }, { "port relay", NULL },
		{ "a-key-that-is-longer-than-any-of-the-table", NULL },
		{ "\xff\xfe\xfd\xfc", NULL },
	};
	const struct setting *row;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		row = setting_near(t[i].key);
		is(row != NULL ? row->key : NULL, t[i].want, "nearest %zu",
		    i);
	}
}

static void
help(void)
{
	const struct setting *row;
	char *text = NULL, *line;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	setting_help(out);
	(void)fclose(out);
	for (row = setting_table; row < setting_table + setting_count;
	    row++) {
		line = xasprintf("  --%s %s ", row->key, row->arg);
		ok(strstr(text, line) != NULL, "help of %s", row->key);
		free(line);
	}
	ok(strstr(text, "[30s]\n") != NULL, "help shows defaults");
	for (line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
		ok(strcspn(line, "\n") <= 80, "help line of %zu",
		    strcspn(line, "\n"));
	free(text);
}

int
main(void)
{
	set_and_show();
	rows();
	values();
	nearest();
	help();
	return done();
}
