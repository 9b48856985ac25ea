/* sasl.c - how to log in: client mechanisms as step functions */

#include <string.h>
#include <strings.h>

#include "smtp/sasl.h"

static int plain(struct sasl *, const char *, size_t, struct buf *,
    struct fault *);
static int login(struct sasl *, const char *, size_t, struct buf *,
    struct fault *);

static const struct {
	const char	*name;
	bool		 initial, reveals;
	unsigned	 steps;
	int		(*step)(struct sasl *, const char *, size_t,
			    struct buf *, struct fault *);
} mechs[SASL__MAX] = {
	[SASL_LOGIN]	= { "LOGIN", false, true, 2, login },
	[SASL_PLAIN]	= { "PLAIN", true, true, 1, plain },
};

/* RFC 4616: [authzid] NUL authcid NUL passwd. */
static int
plain(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	(void)in;
	(void)n;
	(void)f;
	buf_add(out, "", 1);
	buf_adds(out, s->user);
	buf_add(out, "", 1);
	buf_adds(out, s->password);
	return 0;
}

/*
 * No RFC: the prompts are "Username:" and "Password:" as a rule, but what
 * they say is left to the server, so only their order counts.
 */
static int
login(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	(void)in;
	(void)n;
	(void)f;
	buf_adds(out, s->step == 0 ? s->user : s->password);
	return 0;
}

const char *
sasl_name(enum sasl_mech m)
{
	return mechs[m].name;
}

enum sasl_mech
sasl_find(const char *p, size_t n)
{
	enum sasl_mech m;

	for (m = 0; m < SASL__MAX; m++)
		if (strlen(mechs[m].name) == n &&
		    strncasecmp(mechs[m].name, p, n) == 0)
			break;
	return m;
}

enum sasl_mech
sasl_best(unsigned set)
{
	enum sasl_mech m = SASL__MAX;

	while (m > 0)
		if (set & SASL_BIT(--m))
			return m;
	return SASL__MAX;
}

bool
sasl_initial(enum sasl_mech m)
{
	return mechs[m].initial;
}

bool
sasl_reveals(enum sasl_mech m)
{
	return mechs[m].reveals;
}

int
sasl_step(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	if (s->step >= mechs[s->mech].steps)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay keeps asking after %s has said all it can say",
		    mechs[s->mech].name);
	if (mechs[s->mech].step(s, in, n, out, f) == -1)
		return -1;
	s->step++;
	return 0;
}

bool
sasl_complete(const struct sasl *s)
{
	return s->step >= mechs[s->mech].steps;
}
