/*
 * proposal.c - the lines of configuration that a fix proposes
 *
 * What was used in the session counts, then what the settings say: `tls auto`
 * is starttls or implicit, and a sender given by the caller is not `from`.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "hint/proposal.h"

/* "key value" */
struct proposal {
	char		 key[32];
	char		 value[512];
};

static bool
proposal_same(const char *a, const char *b)
{
	return a != NULL && strcasecmp(a, b) == 0;
}

static bool
proposal_tls(const struct hint_context *ctx, const char *value)
{
	static const char *const words[] = {
		[CLIENT_TLS_NONE] = "none",
		[CLIENT_TLS_OPPORTUNISTIC] = "opportunistic",
		[CLIENT_TLS_STARTTLS] = "starttls",
		[CLIENT_TLS_IMPLICIT] = "implicit",
	};

	return strcmp(words[ctx->tls], value) == 0;
}

static bool
proposal_helo(const struct hint_context *ctx, const char *value)
{
	const char *said = ctx->fault->command;

	if (strncmp(said, "EHLO ", 5) == 0 || strncmp(said, "LHLO ", 5) == 0)
		return proposal_same(said + 5, value);
	return proposal_same(ctx->helo, value);
}

static bool
proposal_port(const struct hint_context *ctx, const char *value)
{
	return ascii_digit(value[0]) && strtol(value, NULL, 10) == ctx->port;
}

static bool
proposal_auth(const struct hint_context *ctx, const char *value)
{
	return strcmp(value, "none") == 0 ? !ctx->login :
	    proposal_same(ctx->mech, value);
}

static bool
proposal_from(const struct hint_context *ctx, const char *value)
{
	return proposal_same(ctx->sender, value);
}

static bool
proposal_relay(const struct hint_context *ctx, const char *value)
{
	return proposal_same(ctx->relay, value) ||
	    proposal_same(ctx->setting, value);
}

/* The address that was refused has that domain. */
static bool
proposal_domain(const struct hint_context *ctx, const char *value)
{
	enum stage stage = ctx->fault->stage;
	const char *addr = stage == ST_MAIL ? ctx->sender :
	    stage == ST_RCPT ? ctx->recipient : NULL;
	const char *at = addr != NULL ? strrchr(addr, '@') : NULL;

	return at != NULL && proposal_same(at + 1, value);
}

/* `user <name>` asks for any login. */
static bool
proposal_login(const struct hint_context *ctx, const char *value)
{
	return ctx->login && (strcmp(value, "<name>") == 0 ||
	    strcmp(value, "<password>") == 0);
}

static bool
proposal_set(const struct hint_context *ctx, const struct proposal *p)
{
	bool any = p->value[0] == '<' && (strcmp(p->key, "tls-cert") == 0 ||
	    strcmp(p->key, "password-command") == 0);

	return ctx->is_set != NULL &&
	    ctx->is_set(ctx->settings, p->key, any ? NULL : p->value);
}

static bool
proposal_in_force(const struct proposal *p, const struct hint_context *ctx)
{
	static const struct {
		const char	*key;
		bool		(*is)(const struct hint_context *,
				    const char *);
	} t[] = {
		{ "auth", proposal_auth }, { "domain", proposal_domain },
		{ "from", proposal_from }, { "helo", proposal_helo },
		{ "password", proposal_login }, { "port", proposal_port },
		{ "relay", proposal_relay }, { "tls", proposal_tls },
		{ "user", proposal_login },
	};
	size_t i;

	for (i = 0; i < NITEMS(t); i++)
		if (strcmp(t[i].key, p->key) == 0 && t[i].is(ctx, p->value))
			return true;
	return proposal_set(ctx, p);
}

/* Split the next line of *fix that has no mark.  Returns false at the end. */
static bool
proposal_next(const char **fix, struct proposal *p)
{
	const char *line;
	size_t n, key;

	while ((line = strchr(*fix, '`')) != NULL) {
		n = strcspn(++line, "`");
		*fix = line + n + (line[n] != '\0');
		if (line[0] == '~')
			continue;
		key = strcspn(line, " `");
		if (key >= sizeof(p->key) || n - key >= sizeof(p->value))
			continue;
		(void)strlcpy(p->key, line, key + 1);
		p->value[0] = '\0';
		if (key < n)
			(void)strlcpy(p->value, line + key + 1, n - key);
		return true;
	}
	return false;
}

bool
proposal_useless(const char *fix, const struct hint_context *ctx)
{
	bool socket = ctx->relay != NULL && ctx->relay[0] == '/';
	struct proposal p;

	while (proposal_next(&fix, &p))
		if (proposal_in_force(&p, ctx) ||
		    (socket && strcmp(p.key, "port") == 0))
			return true;
	return false;
}

void
proposal_clean(char *fix)
{
	char *out = fix;
	bool open = false;

	for (; *fix != '\0'; fix++) {
		open = *fix == '`' ? !open : open;
		*out++ = *fix;
		if (open && fix[0] == '`' && fix[1] == '~')
			fix++;
	}
	*out = '\0';
}
