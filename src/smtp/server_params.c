/*
 * server_params.c - parses the arguments of MAIL and RCPT into an envelope
 *
 * An address in UTF-8 needs no SMTPUTF8, and a message with 8-bit octets no
 * BODY=8BITMIME: the delivery agent checks both itself.
 */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "base/util.h"
#include "mail/addr.h"
#include "smtp/server_params.h"

#define ORCPT	500		/* octets (RFC 3461, 4.2) */

/* The destination of the parameters. */
struct target {
	struct envelope	*e;
	struct rcpt	*r;		/* NULL with MAIL */
	long long	 max_size;
};

static int
params_refuse(struct fault *f, int code, unsigned char subject,
    unsigned char detail, const char *words)
{
	(void)fault_set(f, ST_MAIL, FD_SMTP, code, VD_PERM, "%s", words);
	f->esc[0] = 5;
	f->esc[1] = subject;
	f->esc[2] = detail;
	return -1;
}

static int
params_take_size(struct target *t, const char *v, struct fault *f)
{
	size_t n = strlen(v);
	unsigned long long size = 0;

	if (n == 0 || n > 20 || strspn(v, "0123456789") != n)
		return params_refuse(f, 501, 5, 4, "SIZE is a number");
	if (n > 18)
		size = (unsigned long long)-1;
	else
		for (; *v != '\0'; v++)
			size = size * 10 + (unsigned)(*v - '0');
	if (t->max_size == 0 || size <= (unsigned long long)t->max_size)
		return 0;
	return params_refuse(f, 552, 3, 4, "the message is too big");
}

static int
params_take_body(struct target *t, const char *v, struct fault *f)
{
	if (strcasecmp(v, "7BIT") == 0 || strcasecmp(v, "8BITMIME") == 0)
		return 0;
	return params_refuse(f, 504, 5, 4, "BODY is 7BIT or 8BITMIME");
}

/* SMTPUTF8 has no value; the relay would not believe the name in AUTH. */
static int
params_take_nothing(struct target *t, const char *v, struct fault *f)
{
	return 0;
}

static int
params_take_ret(struct target *t, const char *v, struct fault *f)
{
	if (strcasecmp(v, "FULL") == 0)
		t->e->ret = RET_FULL;
	else if (strcasecmp(v, "HDRS") == 0)
		t->e->ret = RET_HDRS;
	else
		return params_refuse(f, 501, 5, 4, "RET is FULL or HDRS");
	return 0;
}

static int
params_take_envid(struct target *t, const char *v, struct fault *f)
{
	if (!envelope_xtext(v, ENVELOPE_ENVID))
		return params_refuse(f, 501, 5, 4, "ENVID is xtext");
	t->e->envid = xstrdup(v);
	return 0;
}

static int
params_take_notify(struct target *t, const char *v, struct fault *f)
{
	if ((t->r->notify = envelope_notify(v)) != 0)
		return 0;
	return params_refuse(f, 501, 5, 4,
	    "NOTIFY is NEVER or some of SUCCESS,FAILURE,DELAY");
}

static int
params_take_orcpt(struct target *t, const char *v, struct fault *f)
{
	size_t type = strspn(v, "-0123456789"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	if (type == 0 || v[type] != ';' ||
	    !envelope_xtext(v + type + 1, ORCPT - type))
		return params_refuse(f, 501, 5, 4, "ORCPT is TYPE;XTEXT");
	t->r->orcpt = xstrdup(v);
	return 0;
}

static const struct parameter {
	const char	*name;
	bool		 rcpt, value;
	int		(*take)(struct target *, const char *, struct fault *);
} parameters[] = {
	{ "SIZE",	false,	true,	params_take_size },
	{ "BODY",	false,	true,	params_take_body },
	{ "SMTPUTF8",	false,	false,	params_take_nothing },
	{ "AUTH",	false,	true,	params_take_nothing },
	{ "RET",	false,	true,	params_take_ret },
	{ "ENVID",	false,	true,	params_take_envid },
	{ "NOTIFY",	true,	true,	params_take_notify },
	{ "ORCPT",	true,	true,	params_take_orcpt },
};

/* One parameter; seen has a bit for each there was. */
static int
params_take(struct target *t, const char *word, unsigned *seen, struct fault *f)
{
	const struct parameter *k = parameters;
	size_t n = strcspn(word, "="), i;
	const char *value = word[n] == '=' ? word + n + 1 : NULL;

	for (i = 0; i < NITEMS(parameters); i++, k++)
		if (k->rcpt == (t->r != NULL) && ascii_is(word, n, k->name))
			break;
	if (i == NITEMS(parameters))
		return params_refuse(f, 555, 5, 4, "unknown parameter");
	if (k->value != (value != NULL))
		return params_refuse(f, 501, 5, 4, k->value ?
		    "a parameter lacks its value" :
		    "a parameter that takes no value has one");
	if (*seen & 1u << i)
		return params_refuse(f, 501, 5, 4, "a parameter occurs twice");
	*seen |= 1u << i;
	return k->take(t, value, f);
}

static int
params_take_all(struct target *t, char *p, struct fault *f)
{
	unsigned seen = 0;
	char *word;

	while ((word = strsep(&p, " ")) != NULL)
		if (*word != '\0' && params_take(t, word, &seen, f) == -1)
			return -1;
	return 0;
}

/* The first such octet outside quotes, or the terminating NUL. */
static char *
params_unquoted(char *p, char which)
{
	bool quoted = false;

	for (; *p != '\0' && (quoted || *p != which); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && p[1] != '\0')
			p++;
	}
	return p;
}

/*
 * The address after a source route, @a,@b:c@d.  Servers must accept a route
 * and should ignore it (RFC 5321, appendix C).
 */
static char *
params_past_route(char *p)
{
	bool literal = false;
	char *q = p;

	if (*p != '@')
		return p;
	for (; *q != '\0' && (literal || *q != ':'); q++) {
		if (*q == '[' || *q == ']')
			literal = *q == '[';
	}
	return *q == ':' ? q + 1 : p;
}

/*
 * Split "FROM:<a@b> ...": *spec is the address between <>, *rest the
 * parameters.  Blanks before the address and an address without <> break
 * the rules, but are common.
 */
static int
params_split(char *arg, const char *word, char **spec, char **rest,
    struct fault *f)
{
	bool angle;
	char *end;

	if (strncasecmp(arg, word, strlen(word)) != 0)
		goto wrong;
	arg += strlen(word);
	arg += strspn(arg, " ");
	angle = *arg == '<';
	arg += angle;
	end = params_unquoted(arg, angle ? '>' : ' ');
	if (angle ? *end == '\0' || (end[1] != ' ' && end[1] != '\0') :
	    end == arg)
		goto wrong;
	*rest = *end != '\0' ? end + 1 : end;
	*end = '\0';
	*spec = params_past_route(arg);
	return 0;
wrong:
	(void)params_refuse(f, 501, 5, 2, "expected ");
	fault_add(f, "%s<address>", word);
	return -1;
}

/* The address, qualified and checked, to be freed; NULL: it is not valid. */
static char *
params_whole(const char *spec, const char *domain, unsigned char detail,
    struct fault *f)
{
	char *addr = xstrdup(spec);
	struct fault why;

	fault_clear(&why);
	if (addr_complete(&addr, domain, &why) == 0)
		return addr;
	free(addr);
	(void)params_refuse(f, 553, 1, detail, "");
	fault_add(f, "<%s>: %s", spec, why.text);
	return NULL;
}

int
server_params_mail(struct envelope *e, char *arg, const char *domain,
    long long max_size, struct fault *f)
{
	struct target t = { .e = e, .max_size = max_size };
	char *spec, *rest, *addr;

	if (params_split(arg, "FROM:", &spec, &rest, f) == -1)
		return -1;
	addr = *spec == '\0' ? xstrdup("") : params_whole(spec, domain, 7, f);
	if (addr == NULL)
		return -1;
	if (params_take_all(&t, rest, f) == -1) {
		free(addr);
		return -1;
	}
	envelope_from(e, addr);
	free(addr);
	return 0;
}

int
server_params_rcpt(struct envelope *e, char *arg, const char *domain,
    struct fault *f)
{
	struct rcpt r = { 0 }, *to;
	struct target t = { .e = e, .r = &r };
	char *spec, *rest, *addr;
	size_t i;
	int status;

	if (params_split(arg, "TO:", &spec, &rest, f) == -1 ||
	    (addr = params_whole(spec, domain, 3, f)) == NULL)
		return -1;
	if ((status = params_take_all(&t, rest, f)) == 0) {
		i = envelope_add(e, addr);	/* may move e->rcpt */
		to = &e->rcpt[i];
		if (r.notify != 0)
			to->notify = r.notify;
		if (r.orcpt != NULL) {
			free(to->orcpt);
			to->orcpt = r.orcpt;
			r.orcpt = NULL;
		}
	}
	free(r.orcpt);
	free(addr);
	return status;
}
