/*
 * postfix.c - reads main.cf of Postfix, and the tables that it names
 *
 * Tables are read from the text that postmap(1) made them of, or that stands
 * in the file itself.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "setup/mapping.h"
#include "setup/postfix.h"
#include "setup/source.h"
#include "setup/table.h"

struct parameter {
	char		*key, *value;	/* allocated */
	unsigned	 number;
};

struct postfix {
	struct draft	*d;
	const char	*path;
	struct parameter *p;
	size_t		 n;
	struct table	 logins;	/* smtp_sasl_password_maps */
};

#define NO_COPY		"no counterpart; now nobody gets a copy"
#define SECURITY	"no counterpart; see `auth` and `auth-cleartext`"

static const struct mapping postfix_map[] = {
	TO("smtp_tls_CAfile", "tls-ca"),
	TO("smtp_tls_cert_file", "tls-cert"),
	TO("smtp_tls_key_file", "tls-key"),
	TO("smtp_bind_address", "source-address"),
	NONE("smtp_helo_timeout", "see `timeout`"),
	TO("smtp_connect_timeout", "connect-timeout"),
	NONE("smtp_discard_ehlo_keywords", "see `avoid`"),
	TO("message_size_limit", "max-size"),
	TO("maximal_queue_lifetime", "expire"),
	TO("minimal_backoff_time", "retry-min"),
	TO("maximal_backoff_time", "retry-max"),
	LOST("transport_maps", "no counterpart; now mail to all recipients "
	    "goes to the relay above"),
	LOST("smtp_tls_policy_maps", "no counterpart; see whether `tls` is "
	    "right for each relay"),
	NONE("smtp_sasl_security_options", SECURITY),
	NONE("smtp_sasl_tls_security_options", SECURITY),
	NONE("smtp_header_checks", "no counterpart"),
	NONE("header_checks", "no counterpart"),
	NONE("masquerade_domains", "no counterpart; see `domain`"),
	LOST("always_bcc", NO_COPY),
	LOST("sender_bcc_maps", NO_COPY),
	LOST("recipient_bcc_maps", NO_COPY),
	NONE("virtual_alias_maps", "no counterpart; see `aliases`"),
};

static const char postfix_done[] = "relayhost smtp_tls_security_level "
    "smtp_use_tls smtp_enforce_tls smtp_tls_wrappermode myhostname "
    "smtp_helo_name myorigin mydomain smtp_sasl_auth_enable "
    "smtp_sasl_password_maps smtp_sender_dependent_authentication "
    "sender_dependent_relayhost_maps smtp_fallback_relay smtp_generic_maps "
    "canonical_maps sender_canonical_maps inet_protocols alias_maps "
    "smtp_destination_concurrency_limit default_destination_concurrency_limit "
    "smtp_destination_rate_delay default_destination_rate_delay "
    "smtp_sasl_mechanism_filter";

/* About mail that comes in or stays, and about Postfix itself. */
static const char postfix_receives[] = "biff append_dot_mydomain "
    "mynetworks mynetworks_style mydestination home_mailbox "
    "recipient_delimiter inet_interfaces relay_domains alias_database "
    "compatibility_level queue_directory command_directory daemon_directory "
    "data_directory mail_owner setgid_group debug_peer_level "
    "debugger_command sendmail_path newaliases_path mailq_path "
    "html_directory manpage_directory sample_directory readme_directory "
    "meta_directory shlib_directory mail_spool_directory delay_warning_time "
    "unknown_local_recipient_reject_code non_smtpd_milters smtp_tls_CApath "
    "proxy_interfaces disable_vrfy_command strict_rfc821_envelopes";
static const char *const postfix_receive_prefix[] = { "smtpd_", "local_",
    "mailbox_", "milter_", "postscreen_", "virtual_mailbox_",
    "smtp_tls_session_cache_", "tlsproxy_" };

/* The last value of a parameter, or NULL. */
static const struct parameter *
postfix_find(const struct postfix *s, const char *key, size_t n)
{
	size_t i = s->n;

	while (i-- > 0)
		if (strlen(s->p[i].key) == n && memcmp(s->p[i].key, key,
		    n) == 0)
			return &s->p[i];
	return NULL;
}

/*
 * Replace $name, ${name} and $(name); unknown names are empty.  A value may
 * name itself, several times: left names at most are replaced.
 */
static void
postfix_expand(const struct postfix *s, const char *value, struct buf *out,
    int depth, unsigned *left)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	const struct parameter *p;
	size_t n;
	bool closed;

	while (*value != '\0') {
		n = strcspn(value, "$");
		buf_add(out, value, n);
		value += n;
		if (*value == '\0' || depth == 0 || *left == 0)
			break;
		--*left;
		value++;
		if (*value == '$') {
			buf_add(out, value++, 1);
			continue;
		}
		closed = *value == '{' || *value == '(';
		value += closed;
		n = strspn(value, name);
		if ((p = postfix_find(s, value, n)) != NULL)
			postfix_expand(s, p->value, out, depth - 1, left);
		value += n;
		if (closed)
			value += strcspn(value, "})");
		if (closed && *value != '\0')
			value++;
	}
}

/* The expanded value, "" if there is none; to be freed. */
static char *
postfix_get(const struct postfix *s, const char *key)
{
	const struct parameter *p = postfix_find(s, key, strlen(key));
	struct buf b = { .max = 65536 };
	unsigned left = 1000;
	char *value;

	if (p != NULL)
		postfix_expand(s, p->value, &b, 10, &left);
	value = xstrdup(buf_text(&b));
	buf_release(&b);
	if (p != NULL)
		draft_at(s->d, s->path, p->number);
	return value;
}

/* What follows is about this row, which may be in the file itself. */
static void
postfix_at(const struct postfix *s, const struct table *t,
    const struct table_row *row)
{
	draft_at(s->d, t->path != NULL ? t->path : s->path, row->number);
}

static bool
postfix_yes(const struct postfix *s, const char *key)
{
	char *value = postfix_get(s, key);
	bool yes = source_yes(value);

	free(value);
	return yes;
}

/* The value of the first one that is set; to be freed. */
static char *
postfix_first(const struct postfix *s, const char *key, const char *other)
{
	return postfix_get(s, postfix_find(s, key, strlen(key)) != NULL ? key :
	    other);
}

/* A line that begins with a blank continues the one before. */
static void
postfix_read(struct postfix *s, struct source *in)
{
	struct parameter *p;
	const char *raw;
	char *line, *value;
	bool more;

	for (;;) {
		raw = in->next;
		if ((line = source_line(in, s->d)) == NULL)
			return;
		more = raw != NULL && ascii_blank(*raw) && s->n > 0;
		if (*line == '\0' || *line == '#')
			continue;
		if (more) {
			p = &s->p[s->n - 1];
			value = xasprintf("%s%s%s", p->value,
			    *p->value != '\0' ? " " : "", line);
			free(p->value);
			p->value = value;
			continue;
		}
		value = source_cut(line, "=");
		s->p = xreallocarray(s->p, s->n + 1, sizeof(*s->p));
		s->p[s->n++] = (struct parameter){ xstrdup(line),
		    xstrdup(value), in->number };
	}
}

static void
postfix_password(struct postfix *s, const char *login)
{
	size_t n = strcspn(login, ":");
	char *user = xstrndup(login, n);

	(void)draft_set(s->d, "user", user);
	if (login[n] == ':' && login[n + 1] != '\0')
		(void)draft_set(s->d, "password", login + n + 1);
	free(user);
}

/* The line for the sender or the relay, in any form that is looked up. */
static bool
postfix_login_of(struct postfix *s, const char *sender, const char *relayhost)
{
	const char *key[] = { sender, relayhost, draft_get(s->d, "relay") };
	struct table_row *row = NULL;
	size_t i;

	for (i = 0; i < NITEMS(key) && row == NULL; i++)
		if (key[i] != NULL)
			row = table_find(&s->logins, key[i]);
	if (row == NULL)
		return false;
	row->used = true;
	postfix_at(s, &s->logins, row);
	postfix_password(s, row->value);
	return true;
}

/* Logins that nothing is made of. */
static void
postfix_other_logins(struct postfix *s)
{
	struct table_row *row = s->logins.row;
	size_t i;

	for (i = 0; i < s->logins.n; i++, row++) {
		postfix_at(s, &s->logins, row);
		if (!row->used)
			draft_drop(s->d, row->key, "a login at another relay");
	}
}

static void
postfix_login(struct postfix *s, const char *relayhost)
{
	struct fault f = { 0 };
	char *maps;

	if (!postfix_yes(s, "smtp_sasl_auth_enable"))
		return;
	maps = postfix_get(s, "smtp_sasl_password_maps");
	if (strncmp(maps, "static:", 7) == 0)
		postfix_password(s, maps + 7);
	else if (table_open(&s->logins, maps, &f) == -1)
		draft_lack(s->d, "smtp_sasl_password_maps: %s; set `user` and "
		    "`password`", f.text);
	else if (*relayhost != '\0' &&
	    !postfix_login_of(s, NULL, relayhost))
		draft_lack(s->d, "no login for %s; set `user` and `password`",
		    relayhost);
	explicit_bzero(maps, strlen(maps));
	free(maps);
}

/* What smtp_tls_security_level means. */
struct level {
	bool		 may, must, strict;
};

static struct level
postfix_level(const struct postfix *s)
{
	char *level = postfix_get(s, "smtp_tls_security_level");
	struct level l = {
	    .may = strcmp(level, "may") == 0 || strcmp(level, "dane") == 0 ||
	    (*level == '\0' && postfix_yes(s, "smtp_use_tls")),
	    .must = strcmp(level, "encrypt") == 0 || (*level == '\0' &&
	    postfix_yes(s, "smtp_enforce_tls")),
	    .strict = strcmp(level, "verify") == 0 ||
	    strcmp(level, "secure") == 0 ||
	    strcmp(level, "fingerprint") == 0 ||
	    strcmp(level, "dane-only") == 0 };

	free(level);
	return l;
}

static void
postfix_set_tls(struct postfix *s, const struct level *l)
{
	bool login = draft_get(s->d, "user") != NULL;

	(void)draft_set(s->d, "tls", postfix_yes(s, "smtp_tls_wrappermode") ?
	    "implicit" : l->must || l->strict || (l->may && login) ?
	    "starttls" : l->may ? "opportunistic" : "none");
}

static void
postfix_tls(struct postfix *s)
{
	struct level l = postfix_level(s);
	bool login = draft_get(s->d, "user") != NULL;

	postfix_set_tls(s, &l);
	draft_at(s->d, s->path, 0);
	if (l.may && login)
		draft_check(s->d, "with smtp_tls_security_level = may the "
		    "password may go in clear; `tls starttls` does not allow "
		    "that");
	if (l.must || (l.may && login))
		draft_check(s->d, "at this smtp_tls_security_level Postfix "
		    "does not verify the relay's certificate, heloise does");
}

/* An account for a relay; sender is "joe@example.org", "@example.org", NULL. */
static void
postfix_account(struct postfix *s, const char *name, const char *sender,
    const char *relayhost)
{
	struct level l = postfix_level(s);
	char *maps = postfix_get(s, "smtp_sasl_password_maps");

	draft_account(s->d, name + (name[0] == '@'));
	if (sender != NULL)
		(void)draft_set(s->d, "match", sender + (sender[0] == '@'));
	mapping_relay(s->d, relayhost, "25");
	if (draft_get(s->d, "relay") == NULL) {
		draft_unset(s->d, "match");
		draft_lack(s->d, "the relay for %s cannot be used: %s", name,
		    relayhost);
	} else if (postfix_yes(s, "smtp_sasl_auth_enable") &&
	    strncmp(maps, "static:", 7) == 0)
		postfix_password(s, maps + 7);
	else if (!postfix_login_of(s, postfix_yes(s,
	    "smtp_sender_dependent_authentication") ? sender : NULL,
	    relayhost))
		(void)draft_set(s->d, "auth", "none");
	postfix_set_tls(s, &l);
	draft_account(s->d, NULL);
	explicit_bzero(maps, strlen(maps));
	free(maps);
}

/* Senders with a relay of their own. */
static void
postfix_senders(struct postfix *s)
{
	char *maps = postfix_get(s, "sender_dependent_relayhost_maps");
	struct table senders = { 0 };
	struct fault f = { 0 };
	size_t i;

	if (*maps != '\0' && table_open(&senders, maps, &f) == -1)
		draft_check(s->d, "sender_dependent_relayhost_maps: %s; now "
		    "mail of all senders goes to the relay above; see "
		    "`account` and `match`", f.text);
	for (i = 0; i < senders.n; i++) {
		postfix_at(s, &senders, &senders.row[i]);
		if (strcasecmp(senders.row[i].value, "DUNNO") != 0)
			postfix_account(s, senders.row[i].key,
			    senders.row[i].key, senders.row[i].value);
	}
	table_release(&senders);
	free(maps);
}

/* Senders with a login of their own at the relay of all. */
static void
postfix_sender_logins(struct postfix *s, const char *relayhost)
{
	struct table_row *row = s->logins.row;
	size_t i;

	if (*relayhost == '\0' ||
	    !postfix_yes(s, "smtp_sender_dependent_authentication"))
		return;
	for (i = 0; i < s->logins.n; i++, row++)
		if (!row->used && strchr(row->key, '@') != NULL)
			postfix_account(s, row->key, row->key, relayhost);
}

static void
postfix_fallback(struct postfix *s)
{
	char *list = postfix_get(s, "smtp_fallback_relay"), *rest = list;
	char *one, name[32];
	struct buf names = { .max = 1024 };
	unsigned n = 0;

	while ((one = strsep(&rest, ", \t")) != NULL) {
		if (*one == '\0')
			continue;
		(void)snprintf(name, sizeof(name), "fallback%u", ++n);
		buf_addf(&names, "%s%s", n > 1 ? " " : "", name);
		postfix_account(s, name, NULL, one);
	}
	if (n > 0 && draft_get(s->d, "relay") != NULL)
		(void)draft_set(s->d, "fallback", buf_text(&names));
	buf_release(&names);
	free(list);
}

/* One address for all lines becomes `from`. */
static void
postfix_rewrite(struct postfix *s, const char *key)
{
	char *maps = postfix_get(s, key);
	struct table t = { 0 };
	struct fault f = { 0 };
	struct buf from = { .max = 1024 };
	size_t i;
	bool simple = *maps != '\0' && table_open(&t, maps, &f) == 0 && t.n > 0;

	for (i = 0; i < t.n; i++) {
		simple = simple && strchr(t.row[i].value, '@') >
		    t.row[i].value &&
		    strcasecmp(t.row[0].value, t.row[i].value) == 0;
		buf_addf(&from, "%s%s", i > 0 ? ", " : "", t.row[i].key);
	}
	if (simple && draft_set(s->d, "from", t.row[0].value) &&
	    draft_set(s->d, "from-policy", "force"))
		draft_check(s->d, "%s: Postfix rewrote only %s; `from-policy "
		    "force` rewrites every sender, and `from-domains` those "
		    "outside some domains", key, buf_text(&from));
	else if (*maps != '\0')
		draft_check(s->d, "%s: not taken over, since it has several "
		    "addresses or is not read; see `from-policy` and "
		    "`from-domains`", key);
	buf_release(&from);
	table_release(&t);
	free(maps);
}

/* Was there a delivery on this host?  That needs a word about local users. */
static void
postfix_local(struct postfix *s)
{
	const struct parameter *p = postfix_find(s, "mydestination", 13);
	char *names = postfix_get(s, "mydestination");
	char *host = postfix_get(s, "myhostname");
	const char *domain = draft_get(s->d, "domain");

	if (draft_get(s->d, "relay") != NULL && (p == NULL || *names != '\0'))
		mapping_local_users(s->d, domain != NULL ? domain :
		    strchr(host, '.') != NULL ? host : NULL);
	free(names);
	free(host);
}

/* How many at once, and how fast. */
static void
postfix_pace(struct postfix *s)
{
	char *limit = postfix_first(s, "smtp_destination_concurrency_limit",
	    "default_destination_concurrency_limit"), *end;
	long n = strtol(limit, &end, 10);

	if (n > 0 && *end == '\0')
		(void)draft_setf(s->d, "connections", "%ld", n > 64 ? 64 : n);
	free(limit);
	limit = postfix_first(s, "smtp_destination_rate_delay",
	    "default_destination_rate_delay");
	n = strtol(limit, &end, 10);
	if (n > 0 && n < 100000 && (*end == '\0' || strchr("smhd", *end))) {
		if ((*end == '\0' || *end == 's') && 60 % n == 0)
			(void)draft_setf(s->d, "rate", "%ld/m", 60 / n);
		else
			(void)draft_setf(s->d, "rate", "1/%ld%c", n,
			    *end == '\0' ? 's' : *end);
		(void)draft_set(s->d, "connections", "1");
	}
	free(limit);
}

/* One mechanism is `auth`; of several the relay's best is used. */
static void
postfix_mechanism(struct postfix *s)
{
	static const char word[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
	char *list = postfix_get(s, "smtp_sasl_mechanism_filter"), *p;

	if (draft_get(s->d, "user") != NULL && *list != '\0' &&
	    list[strspn(list, word)] == '\0') {
		for (p = list; *p != '\0'; p++)
			*p = ascii_lower(*p);
		(void)draft_set(s->d, "auth", list);
	} else if (*list != '\0') {
		draft_drop(s->d, "smtp_sasl_mechanism_filter", "see `auth`, "
		    "which takes one mechanism");
	}
	free(list);
}

static void
postfix_names(struct postfix *s)
{
	char *helo = postfix_get(s, "smtp_helo_name");
	char *host = postfix_get(s, "myhostname");
	char *origin = postfix_get(s, "myorigin"), *domain;

	if (*helo != '\0' || *host != '\0')
		(void)draft_set(s->d, "helo", *helo != '\0' ? helo : host);
	domain = origin[0] == '/' ? source_first(origin) : xstrdup(origin);
	if (domain != NULL && *domain != '\0')
		(void)draft_set(s->d, "domain", domain);
	free(domain);
	free(helo);
	free(host);
	free(origin);
}

static bool
postfix_is_receiving(const char *key)
{
	bool is = ascii_listed(postfix_receives, key, strlen(key));
	size_t i;

	for (i = 0; i < NITEMS(postfix_receive_prefix) && !is; i++)
		is = strncmp(key, postfix_receive_prefix[i],
		    strlen(postfix_receive_prefix[i])) == 0;
	return is;
}

static void
postfix_others(struct postfix *s)
{
	struct buf receiving = { .max = 4096 };
	char *protocols = postfix_get(s, "inet_protocols");
	char *maps = postfix_get(s, "alias_maps"), *aliases;
	const struct parameter *p;
	char *value;
	size_t i;

	if (strcmp(protocols, "ipv4") == 0 || strcmp(protocols, "ipv6") == 0)
		(void)draft_set(s->d, "address-family", protocols);
	if ((aliases = table_path(maps)) != NULL)
		(void)draft_set(s->d, "aliases", aliases);
	for (i = 0; i < s->n; i++) {
		p = &s->p[i];
		if (ascii_listed(postfix_done, p->key, strlen(p->key)))
			continue;
		if (postfix_is_receiving(p->key)) {
			buf_addf(&receiving, "%s%s", receiving.len > 0 ?
			    ", " : "", p->key);
			continue;
		}
		value = postfix_get(s, p->key);
		draft_at(s->d, s->path, p->number);
		mapping_apply(s->d, postfix_map, NITEMS(postfix_map), p->key,
		    value);
		free(value);
	}
	draft_at(s->d, s->path, 0);
	if (receiving.len > 0)
		draft_drop(s->d, "not taken over, since it is about receiving "
		    "mail", buf_text(&receiving));
	buf_release(&receiving);
	free(protocols);
	free(maps);
	free(aliases);
}

static void
postfix_convert(struct postfix *s)
{
	char *relayhost = postfix_get(s, "relayhost");

	if (*relayhost != '\0') {
		mapping_relay(s->d, relayhost, "25");
		if (relayhost[0] != '[')
			draft_check(s->d, "relayhost: without [] Postfix asks "
			    "for the MX records of this name, heloise does "
			    "not");
	}
	postfix_login(s, relayhost);
	if (*relayhost != '\0')
		postfix_tls(s);
	postfix_mechanism(s);
	postfix_senders(s);
	postfix_sender_logins(s, relayhost);
	postfix_fallback(s);
	postfix_other_logins(s);
	draft_at(s->d, s->path, 0);
	postfix_names(s);
	postfix_pace(s);
	postfix_local(s);
	postfix_rewrite(s, "smtp_generic_maps");
	postfix_rewrite(s, "canonical_maps");
	postfix_rewrite(s, "sender_canonical_maps");
	postfix_others(s);
	draft_at(s->d, s->path, 0);
	free(relayhost);
}

int
postfix_import(struct draft *d, const char *path, struct fault *f)
{
	struct postfix s = { .d = d, .path = path };
	struct source in;
	size_t i;
	int status = source_open(&in, path, f);

	if (status == 0) {
		postfix_read(&s, &in);
		postfix_convert(&s);
	}
	for (i = 0; i < s.n; i++) {
		free(s.p[i].key);
		explicit_bzero(s.p[i].value, strlen(s.p[i].value));
		free(s.p[i].value);
	}
	free(s.p);
	table_release(&s.logins);
	source_release(&in);
	return status;
}
