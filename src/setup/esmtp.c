/* esmtp.c - reads esmtprc */

#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "setup/esmtp.h"
#include "setup/mapping.h"
#include "setup/source.h"

static const struct mapping esmtp_map[] = {
	TO("username", "user"),
	TO("password", "password"),
	TO("helo", "helo"),
	TO("qualifydomain", "domain"),
	NONE("message_id", "see `header-repair`"),
	NONE("certificate_passphrase", "no counterpart: the key must have "
	    "no passphrase"),
	NONE("preconnect", "no counterpart: a tunnel has to be there "
	    "before"),
	NONE("mda", "no counterpart: mail of local names needs `domain` "
	    "or an alias"),
	NONE("force_mda", "no counterpart"),
};

/* A value ends at a '#' outside quotes. */
static char *
esmtp_value(char *p)
{
	char *value, *mark;

	if (*p == '"' || *p == '\'')
		return (value = source_word(&p)) != NULL ? value : p;
	if ((mark = strchr(p, '#')) != NULL) {
		*mark = '\0';
		while (mark > p && (mark[-1] == ' ' || mark[-1] == '\t'))
			*--mark = '\0';
	}
	return p;
}

static void
esmtp_tls(struct draft *d, const char *value)
{
	(void)draft_set(d, "tls", strcasecmp(value, "required") == 0 ?
	    "starttls" : strcasecmp(value, "enabled") == 0 ? "opportunistic" :
	    "none");
}

/* %u is the user. */
static void
esmtp_from(struct draft *d, const char *value)
{
	struct buf b = { .max = 512 };

	for (; *value != '\0'; value++)
		if (value[0] == '%' && value[1] == 'u') {
			buf_adds(&b, "%U");
			value++;
		} else {
			buf_add(&b, value, 1);
		}
	(void)draft_set(d, "from", buf_text(&b));
	(void)draft_set(d, "from-policy", "force");
	buf_release(&b);
}

static void
esmtp_close(struct draft *d)
{
	const char *tls = draft_get(d, "tls");

	if (draft_get(d, "relay") == NULL)
		return;
	draft_default(d, "port", "587");
	draft_default(d, "tls", "none");
	if (draft_get(d, "user") == NULL)
		draft_default(d, "auth", "none");
	else if (tls != NULL && strcmp(tls, "opportunistic") == 0 &&
	    draft_set(d, "tls", "starttls"))
		draft_check(d, "starttls = enabled sends the password in clear "
		    "if the relay has no TLS; `tls starttls` does not");
}

static void
esmtp_setting(struct draft *d, char *line)
{
	char *rest, *value;
	const char *key = line;

	if (strncasecmp(line, "force", 5) == 0 &&
	    strspn(line + 5, " \t") > 0) {
		key = strncasecmp(line + 5 + strspn(line + 5, " \t"),
		    "sender", 6) == 0 ? "force sender" : "force reverse_path";
		line += 5 + strspn(line + 5, " \t");
	}
	rest = source_cut(line, "=");
	value = esmtp_value(rest);
	if (strncmp(key, "force ", 6) == 0) {
		esmtp_from(d, value);
	} else if (strcasecmp(key, "identity") == 0) {
		esmtp_close(d);
		draft_account(d, value);
		if (strchr(value, '@') != NULL)
			(void)draft_set(d, "match", value);
	} else if (strcasecmp(key, "hostname") == 0) {
		mapping_relay(d, value, "587");
	} else if (strcasecmp(key, "starttls") == 0) {
		esmtp_tls(d, value);
	} else {
		mapping_apply(d, esmtp_map, NITEMS(esmtp_map), key, value);
	}
}

int
esmtp_import(struct draft *d, const char *path, struct fault *f)
{
	struct source in;
	char *line;
	int status = source_open(&in, path, f);

	while (status == 0 && (line = source_setting(&in, d)) != NULL)
		esmtp_setting(d, line);
	esmtp_close(d);
	draft_account(d, NULL);
	draft_at(d, path, 0);
	source_release(&in);
	return status;
}
