/* sasl.c - login mechanisms of the client as step functions */

#include <assert.h>
#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/util.h"
#include "smtp/sasl.h"

typedef int step_function(struct sasl *, const char *, size_t, struct buf *,
    struct fault *);

static step_function sasl_external, sasl_oauthbearer, sasl_xoauth2,
    sasl_cram_md5, sasl_login, sasl_plain, sasl_scram;

static const struct {
	const char	*name;
	bool		 initial, reveals;
	unsigned	 steps;		/* at most */
	unsigned	 enough;	/* at least, before a yes */
	step_function	*step;
} mechs[SASL__MAX] = {
#define ROW(id, name, word, initial, reveals, steps, enough, step) \
	{ name, initial, reveals, steps, enough, sasl_##step },
	SASL_MECHS(ROW)
#undef ROW
};

static int
sasl_wrong(struct fault *f, const char *why)
{
	return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM, "%s", why);
}

/*
 * Keep the reason that the relay gives before it refuses.  It refuses after
 * the next response; in[0..n) may be JSON over several lines.
 */
static void
sasl_keep_reason(struct sasl *s, const char *in, size_t n)
{
	struct buf b = { .max = SASL_CHALLENGE * 4 };
	size_t i;

	for (i = 0; i < n; i++)
		if (in[i] != ' ' && (in[i] < '\t' || in[i] > '\r'))
			buf_add(&b, &in[i], 1);
		else if (b.len > 0 && b.p[b.len - 1] != ' ')
			buf_adds(&b, " ");
	s->refused = true;
	(void)strlcpy(s->said, buf_text(&b), sizeof(s->said));
	buf_release(&b);
}

/* The certificate has the identity; the response the name to act for. */
static int
sasl_external(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	if (s->user != NULL)
		buf_adds(out, s->user);
	return 0;
}

/* A control character would end the field of the user or the token. */
static int
sasl_check_oauth(const struct sasl *s, struct fault *f)
{
	if (ascii_controls(s->user, strlen(s->user)))
		return sasl_wrong(f,
		    "there is a control character in the user's name");
	if (ascii_controls(s->password, strlen(s->password)))
		return sasl_wrong(f,
		    "there is a control character in the token");
	return 0;
}

static int
sasl_oauthbearer(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	if (s->step > 0) {
		sasl_keep_reason(s, in, n);
		buf_adds(out, "\1");
		return 0;
	}
	if (sasl_check_oauth(s, f) == -1)
		return -1;
	buf_adds(out, "n,a=");
	scram_name(out, s->user, strlen(s->user));
	buf_adds(out, ",\1");
	if (s->host != NULL)
		buf_addf(out, "host=%s\1", s->host);
	if (s->port != 0)
		buf_addf(out, "port=%d\1", s->port);
	buf_addf(out, "auth=Bearer %s\1\1", s->password);
	return 0;
}

/* No RFC: Google documented it, and others use it too. */
static int
sasl_xoauth2(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	if (s->step > 0) {
		sasl_keep_reason(s, in, n);
		return 0;
	}
	if (sasl_check_oauth(s, f) == -1)
		return -1;
	buf_addf(out, "user=%s\1auth=Bearer %s\1\1", s->user, s->password);
	return 0;
}

static int
sasl_cram_md5(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	unsigned char mac[CRYPT_HASH_MAX];
	size_t i;

	if (n == 0)
		return sasl_wrong(f, "the relay's CRAM-MD5 challenge is empty");
	if (!crypt_hmac(CRYPT_MD5, s->password, strlen(s->password), in, n,
	    mac))
		return sasl_wrong(f, "GnuTLS cannot do MD5 here");
	buf_addf(out, "%s ", s->user);
	for (i = 0; i < crypt_size(CRYPT_MD5); i++)
		buf_addf(out, "%02x", mac[i]);
	return 0;
}

/* No RFC: servers choose the text of the prompts, so only the order counts. */
static int
sasl_login(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	buf_adds(out, s->step == 0 ? s->user : s->password);
	return 0;
}

static int
sasl_too_many(const struct sasl *s, struct fault *f)
{
	return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
	    "the relay sends another challenge after the last step of "
	    "%s%s%s", mechs[s->mech].name,
	    s->refused ? "; it gave as its reason: " : "", s->said);
}

/*
 * [authzid] NUL authcid NUL passwd.  RFC 4616 asks to prepare both, but
 * relays compare octets, and LOGIN must send the same.  A relay that ignored
 * it with AUTH asks by an empty challenge, and gets it again, once.
 */
static int
sasl_plain(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	if (s->step > 0 && n > 0)
		return sasl_too_many(s, f);
	buf_add(out, "", 1);
	buf_adds(out, s->user);
	buf_add(out, "", 1);
	buf_adds(out, s->password);
	return 0;
}

static int
sasl_scram(struct sasl *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	struct scram *k = &s->scram;

	if (s->step == 0) {
		k->user = s->user;
		k->password = s->password;
		k->plus = sasl_binds(s->mech);
		k->hash = s->mech == SASL_SCRAM_SHA_1 ||
		    s->mech == SASL_SCRAM_SHA_1_PLUS ? CRYPT_SHA1 :
		    CRYPT_SHA256;
		scram_first(k, out);
		return 0;
	}
	if (n >= 2 && memcmp(in, "e=", 2) == 0) {
		sasl_keep_reason(s, in + 2, n - 2);
		return 0;
	}
	return s->step == 1 ? scram_final(k, in, n, out, f) :
	    scram_verify(k, in, n, f);
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
		if (ascii_is(p, n, mechs[m].name))
			break;
	return m;
}

enum sasl_mech
sasl_best(unsigned set, bool bound, bool exposed)
{
	enum sasl_mech m;

	for (m = SASL__MAX; m-- > SASL_CRAM_MD5;) {
		if (!(set & SASL_BIT(m)) || (sasl_binds(m) && !bound))
			continue;
		if (exposed && sasl_reveals(m) &&
		    (set & SASL_BIT(SASL_CRAM_MD5)))
			return SASL_CRAM_MD5;
		return m;
	}
	return SASL__MAX;
}

enum sasl_mech
sasl_best_token(unsigned set, enum sasl_mech likes)
{
	static const enum sasl_mech takes[] = { SASL_OAUTHBEARER,
	    SASL_XOAUTH2 };
	size_t i;

	if (likes != SASL__MAX && (set & SASL_BIT(likes)))
		return likes;
	for (i = 0; i < NITEMS(takes); i++)
		if (set & SASL_BIT(takes[i]))
			return takes[i];
	return SASL__MAX;
}

bool
sasl_secret(enum sasl_mech m)
{
	return m != SASL_EXTERNAL;
}

bool
sasl_binds(enum sasl_mech m)
{
	return m == SASL_SCRAM_SHA_1_PLUS || m == SASL_SCRAM_SHA_256_PLUS;
}

bool
sasl_heeds(enum sasl_mech m)
{
	return m != SASL_LOGIN;
}

bool
sasl_reasons(const struct sasl *s)
{
	return s->step > 0 && (s->mech == SASL_OAUTHBEARER ||
	    s->mech == SASL_XOAUTH2);
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
	assert(s->mech == SASL_EXTERNAL ||
	    (s->user != NULL && s->password != NULL));
	if (s->refused || s->step >= mechs[s->mech].steps)
		return sasl_too_many(s, f);
	if (mechs[s->mech].step(s, in, n, out, f) == -1)
		return -1;
	s->step++;
	return 0;
}

/*
 * In RFC 4954 the relay's proof is one more challenge; some relays put its
 * base64 into the text of the 235 instead.
 */
static int
sasl_find_proof(struct sasl *s, const char *words, struct fault *f)
{
	struct buf b = { .max = SASL_CHALLENGE };
	bool found = false;
	size_t n;

	for (; *words != '\0' && !found; words += n) {
		words += strspn(words, " \n");
		n = strcspn(words, " \n");
		buf_clear(&b);
		found = base64_decode(&b, words, n) && b.len > 2 &&
		    memcmp(b.p, "v=", 2) == 0;
	}
	if (found)
		(void)scram_verify(&s->scram, b.p, b.len, f);
	else
		(void)sasl_wrong(f, "the relay accepted the login, but did "
		    "not prove that it knows the password");
	buf_release(&b);
	return s->scram.proven ? 0 : -1;
}

int
sasl_success(struct sasl *s, const char *words, struct fault *f)
{
	if (s->step < mechs[s->mech].enough)
		return sasl_wrong(f,
		    "the relay accepted the login before it was complete");
	if (s->refused)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay accepted the login after it gave a reason to "
		    "refuse it: %s", s->said);
	if (mechs[s->mech].step == sasl_scram && !s->scram.proven)
		return sasl_find_proof(s, words, f);
	return 0;
}
