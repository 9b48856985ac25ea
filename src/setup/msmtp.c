/*
 * msmtp.c - reads msmtprc
 *
 * An account copies the lines of `defaults` and of the accounts that it
 * names; of lines with the same key the last one counts.
 */

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/util.h"
#include "setup/mapping.h"
#include "setup/msmtp.h"
#include "setup/netrc.h"
#include "setup/source.h"

struct entry {
	const char	*key, *value;	/* in the text of the source */
	unsigned	 number;
};

struct account {
	char		*name;		/* NULL: `defaults` */
	struct entry	*entry;
	size_t		 n;
	unsigned	 number;	/* of its first line */
};

struct msmtp {
	struct account	*account;	/* the first is `defaults` */
	size_t		 n;
};

static const struct mapping msmtp_map[] = {
	TO("tls_trust_file", "tls-ca"),
	TO("tls_key_file", "tls-key"),
	TO("tls_cert_file", "tls-cert"),
	TO("tls_priorities", "tls-priority"),
	TO("tls_host_override", "tls-name"),
	TO("user", "user"),
	TO("password", "password"),
	TO("from_full_name", "from-name"),
	WORD("allow_from_override", "from-policy", NULL, "force"),
	WORD("set_from_header", "from-policy", "force", NULL),
	TO("domain", "helo"),
	TO("timeout", "connect-timeout"),
	TO("source_ip", "source-address"),
	TO("aliases", "aliases"),
	LOST("tls_fingerprint", MAPPING_PIN),
	NONE("tls_crl_file", "no counterpart: the relay may send the "
	    "status of its certificate"),
	NONE("logfile_time_format", "no counterpart; see `log-format`"),
	NONE("auto_from", "set `from %U@DOMAIN`"),
	NONE("maildomain", "set `from %U@DOMAIN`"),
	NONE("dsn_notify", "no counterpart; -N asks for a notification"),
	NONE("dsn_return", "no counterpart; -R says what it returns"),
	NONE("set_date_header", "see `header-repair`"),
	NONE("set_msgid_header", "see `header-repair`"),
	NONE("add_missing_from_header", "see `header-repair`"),
	NONE("add_missing_date_header", "see `header-repair`"),
	NONE("remove_bcc_headers", "Bcc is always removed"),
	NONE("undisclosed_recipients", "no counterpart"),
};

static struct account *
msmtp_add(struct msmtp *m, char *name)
{
	m->account = xreallocarray(m->account, m->n + 1, sizeof(*m->account));
	m->account[m->n] = (struct account){ .name = name };
	return &m->account[m->n++];
}

static void
msmtp_put(struct account *a, const struct entry *e, size_t n)
{
	a->entry = xreallocarray(a->entry, a->n + n + 1, sizeof(*a->entry));
	if (n > 0)
		memcpy(a->entry + a->n, e, n * sizeof(*e));
	a->n += n;
}

/* "NAME" or "NAME : OTHER, OTHER" */
static void
msmtp_open(struct msmtp *m, struct draft *d, char *value)
{
	char *parents = strchr(value, ':'), *word;
	struct account *a;
	size_t i;

	if (parents != NULL)
		*parents++ = '\0';
	value[strcspn(value, " \t")] = '\0';
	a = msmtp_add(m, xstrdup(value));
	a->number = d->number;
	msmtp_put(a, m->account[0].entry, m->account[0].n);
	while (parents != NULL &&
	    (word = strsep(&parents, ", \t")) != NULL) {
		for (i = 1; *word != '\0' && i + 1 < m->n; i++)
			if (strcmp(m->account[i].name, word) == 0)
				break;
		if (*word != '\0' && i + 1 < m->n)
			msmtp_put(a, m->account[i].entry, m->account[i].n);
		else if (*word != '\0')
			draft_check(d, "there is no account %s", word);
	}
}

static void
msmtp_read(struct msmtp *m, struct source *s, struct draft *d)
{
	struct account *open;
	struct entry e;
	char *line, *value;

	open = msmtp_add(m, NULL);
	while ((line = source_setting(s, d)) != NULL) {
		value = source_unquote(source_cut(line, ""));
		if (strcmp(line, "account") == 0) {
			msmtp_open(m, d, value);
			open = &m->account[m->n - 1];
		} else if (strcmp(line, "defaults") == 0) {
			open = &m->account[0];
		} else {
			e = (struct entry){ line, value, s->number };
			msmtp_put(open, &e, 1);
		}
	}
}

/* The value that counts, or NULL. */
static const char *
msmtp_get(const struct account *a, const char *key)
{
	size_t i = a->n;

	while (i-- > 0)
		if (strcmp(a->entry[i].key, key) == 0)
			return a->entry[i].value;
	return NULL;
}

static bool
msmtp_on(const struct account *a, const char *key, bool otherwise)
{
	const char *value = msmtp_get(a, key);

	return value == NULL ? otherwise : *value == '\0' ||
	    source_yes(value);
}

static void
msmtp_relay(struct draft *d, const struct account *a)
{
	const char *host = msmtp_get(a, "host"), *port = msmtp_get(a, "port");
	const char *path = msmtp_get(a, "socket");
	const char *protocol = msmtp_get(a, "protocol");
	bool tls = msmtp_on(a, "tls", false);
	bool starttls = msmtp_on(a, "tls_starttls", true);
	bool lmtp = protocol != NULL && strcmp(protocol, "lmtp") == 0;

	if (path != NULL && *path != '\0') {
		(void)draft_setf(d, "relay", "%s:%s", lmtp ? "lmtp" : "unix",
		    path);
		return;
	}
	if (host == NULL)
		return;
	if (lmtp)
		(void)draft_setf(d, "relay", "lmtp://%s", host);
	else
		(void)draft_set(d, "relay", host);
	(void)draft_set(d, "port", port != NULL ? port : lmtp ? "24" :
	    tls && !starttls ? "465" : "25");
	(void)draft_set(d, "tls", !tls ? "none" : starttls ? "starttls" :
	    "implicit");
}

static void
msmtp_login(struct draft *d, const struct account *a)
{
	const char *auth = msmtp_get(a, "auth"), *user = msmtp_get(a, "user");
	const char *command = msmtp_get(a, "passwordeval");
	const char *host = msmtp_get(a, "host");

	if (auth == NULL || strcmp(auth, "off") == 0) {
		(void)draft_set(d, "auth", "none");
		return;
	}
	(void)draft_set(d, "auth", "auto");
	if (strcmp(auth, "on") != 0 && *auth != '\0')
		(void)draft_set(d, "auth", auth);
	if (command != NULL)
		(void)draft_setf(d, "password-command", "shell:%s", command);
	if (command == NULL && msmtp_get(a, "password") == NULL &&
	    user != NULL && host != NULL && !netrc_password(d, host, user))
		draft_check(d, "msmtp takes the password of %s from the "
		    "system's keyring, .netrc or the terminal; set `password`, "
		    "`password-file` or `password-command`", user);
}

static bool
msmtp_pattern(const char *from)
{
	return from != NULL && strpbrk(from, "*?") != NULL;
}

/* An address, or a pattern for which the account is used. */
static void
msmtp_from(struct draft *d, const struct account *a, bool base)
{
	const char *from = msmtp_get(a, "from");

	if (from == NULL || *from == '\0')
		return;
	if (!base && strchr(from, '%') == NULL)
		(void)draft_set(d, "match", from);
	if (strstr(from, "%C") != NULL || strstr(from, "%M") != NULL)
		draft_check(d, "from: only %%U and %%H are known; set `from`");
	else if (!msmtp_pattern(from))
		(void)draft_set(d, "from", from);
}

/* A pattern is no address that could replace a sender. */
static void
msmtp_policy(struct draft *d, const struct account *a)
{
	if (!msmtp_pattern(msmtp_get(a, "from")) ||
	    draft_get(d, "from-policy") == NULL)
		return;
	draft_unset(d, "from-policy");
	draft_at(d, d->file, a->number);
	draft_check(d, "set_from_header and allow_from_override: From is as "
	    "the message has it, since `from` is a pattern");
}

/* The log goes to one place. */
static void
msmtp_log(struct draft *d, const struct account *a)
{
	const char *log = msmtp_get(a, "logfile"), *home = getenv("HOME");
	const char *facility = msmtp_get(a, "syslog");
	bool file = log != NULL && *log != '\0';

	if (file && strncmp(log, "~/", 2) == 0 && home != NULL)
		(void)draft_setf(d, "log", "%s%s", home, log + 1);
	else if (file)
		(void)draft_set(d, "log", strcmp(log, "-") == 0 ? "stderr" :
		    log);
	if (facility == NULL)
		return;
	if (file || strcmp(facility, "off") == 0)
		draft_drop(d, "syslog", "see `log`, which is one place");
	else
		(void)draft_set(d, "log", "syslog");
}

static void
msmtp_others(struct draft *d, const struct account *a)
{
	static const char done[] = "host port socket protocol tls tls_starttls "
	    "auth passwordeval from proxy_host proxy_port logfile "
	    "syslog tls_certcheck";
	const char *proxy = msmtp_get(a, "proxy_host");
	const char *port = msmtp_get(a, "proxy_port");
	const struct entry *e;

	for (e = a->entry; e < a->entry + a->n; e++) {
		if (ascii_listed(done, e->key, strlen(e->key)) ||
		    e->value != msmtp_get(a, e->key))
			continue;
		draft_at(d, d->file, e->number);
		if (strcmp(e->value, "system") != 0 ||
		    strcmp(e->key, "tls_trust_file") != 0)
			mapping_apply(d, msmtp_map, NITEMS(msmtp_map), e->key,
			    *e->value == '\0' && strstr(e->key, "pass") == NULL
			    ? "on" : e->value);
	}
	if (proxy != NULL && *proxy != '\0')
		(void)draft_setf(d, "proxy", "socks5://%s:%s", proxy,
		    port != NULL && *port != '\0' ? port : "1080");
	if (msmtp_on(a, "tls", false) && !msmtp_on(a, "tls_certcheck", true))
		draft_check(d, "tls_certcheck: msmtp does not verify the "
		    "relay's certificate, heloise does; see `tls-verify`");
	msmtp_log(d, a);
}

static void
msmtp_convert(struct draft *d, const struct account *a, bool base)
{
	draft_account(d, base ? NULL : a->name);
	draft_at(d, d->file, a->number);
	msmtp_from(d, a, base);
	msmtp_relay(d, a);
	msmtp_login(d, a);
	msmtp_others(d, a);
	msmtp_policy(d, a);
}

int
msmtp_import(struct draft *d, const char *path, struct fault *f)
{
	struct msmtp m = { 0 };
	struct source s;
	size_t i, base = 1;
	int status = source_open(&s, path, f);

	if (status == 0) {
		msmtp_read(&m, &s, d);
		for (i = 1; i < m.n; i++)
			if (strcmp(m.account[i].name, "default") == 0)
				base = i;
		if (base < m.n)
			msmtp_convert(d, &m.account[base], true);
		for (i = 1; i < m.n; i++)
			if (i != base)
				msmtp_convert(d, &m.account[i], false);
		draft_at(d, path, 0);
		draft_account(d, NULL);
		if (d->n > 1)
			draft_check(d, "options of msmtp that are none here: "
			    "--read-envelope-from, and -a default; without -a "
			    "the sender chooses the account");
	}
	for (i = 0; i < m.n; i++) {
		free(m.account[i].name);
		free(m.account[i].entry);
	}
	free(m.account);
	source_release(&s);
	return status;
}
