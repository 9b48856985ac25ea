/* scram.c - SCRAM (RFC 5802, 7677): login without sending the password */

#include <assert.h>
#include <string.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/util.h"
#include "smtp/scram.h"

#define MESSAGE	65536	/* octets of all messages together, at most */

/* The first message of the relay. */
struct first {
	const char	*nonce;		/* the relay's, after the client's */
	size_t		 nonce_len;
	struct buf	 salt;
	unsigned	 rounds;
};

/* The keys of RFC 5802 3, to be wiped. */
struct keys {
	unsigned char	 salted[CRYPT_HASH_MAX], client[CRYPT_HASH_MAX];
	unsigned char	 stored[CRYPT_HASH_MAX], server[CRYPT_HASH_MAX];
	unsigned char	 signature[CRYPT_HASH_MAX];
};

static int
scram_wrong(struct fault *f, const char *why)
{
	return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM, "%s", why);
}

/*
 * The GS2 header states the use of channel binding: "p=" it is used, "n" it
 * is not.  "y": the client can, but saw no offer.  A relay that did offer it
 * then knows that an attacker removed the offer.
 */
static void
scram_head(const struct scram *s, struct buf *out)
{
	if (s->plus)
		buf_addf(out, "p=%s,,", s->binding_name);
	else if (s->binding_name != NULL && !s->plus_offered)
		buf_adds(out, "y,,");
	else
		buf_adds(out, "n,,");
}

void
scram_name(struct buf *out, const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '=')
			buf_adds(out, "=3D");
		else if (p[i] == ',')
			buf_adds(out, "=2C");
		else
			buf_add(out, &p[i], 1);
}

static void
scram_first_bare(const struct scram *s, struct buf *out)
{
	struct buf user = { .max = MESSAGE };

	crypt_normalize(&user, s->user);
	buf_adds(out, "n=");
	scram_name(out, buf_text(&user), user.len);
	buf_addf(out, ",r=%s", s->nonce);
	buf_release(&user);
}

void
scram_first(const struct scram *s, struct buf *out)
{
	assert(s->nonce[0] != '\0' && (!s->plus || s->binding_name != NULL));
	scram_head(s, out);
	scram_first_bare(s, out);
}

/* Take "k=value" from the front.  Returns the value; NULL for another key. */
static const char *
scram_take(const char **p, const char *end, char k, size_t *n)
{
	const char *from = *p, *comma;

	if (end - from < 2 || from[0] != k || from[1] != '=')
		return NULL;
	from += 2;
	comma = memchr(from, ',', (size_t)(end - from));
	*n = (size_t)((comma != NULL ? comma : end) - from);
	*p = comma != NULL ? comma + 1 : end;
	return from;
}

static bool
scram_printable(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!ascii_graphic(p[i]))
			return false;
	return true;
}

/* A number without sign or leading zero; too large is over the maximum. */
static bool
scram_rounds(const char *p, size_t n, unsigned *v)
{
	size_t i;

	*v = 0;
	for (i = 0; i < n; i++) {
		if (!ascii_digit(p[i]) || (i == 0 && p[i] == '0'))
			return false;
		if (*v <= SCRAM_ROUNDS_MAX)
			*v = *v * 10 + (unsigned)(p[i] - '0');
	}
	return n > 0;
}

static int
scram_check_rounds(unsigned v, struct fault *f)
{
	if (v < SCRAM_ROUNDS_MIN)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay asks for only %u rounds of hashing: fewer than "
		    "%d make the password easy to guess", v, SCRAM_ROUNDS_MIN);
	if (v > SCRAM_ROUNDS_MAX)
		return fault_set(f, ST_AUTH, FD_NONE, 0, VD_PERM,
		    "the relay asks for more than %d rounds of hashing",
		    SCRAM_ROUNDS_MAX);
	return 0;
}

/* nonce, salt, rounds, in this order; what follows may be ignored. */
static int
scram_parse_first(const struct scram *s, const char *in, size_t n,
    struct first *v, struct fault *f)
{
	const char *p = in, *end = in + n, *salt, *i;
	size_t own = strlen(s->nonce), nsalt, ni;

	if (n >= 2 && memcmp(in, "m=", 2) == 0)
		return scram_wrong(f,
		    "the relay requires an unknown extension of SCRAM");
	v->nonce = scram_take(&p, end, 'r', &v->nonce_len);
	if (v->nonce == NULL || !scram_printable(v->nonce, v->nonce_len))
		return scram_wrong(f,
		    "the relay's SCRAM challenge has no nonce");
	if (v->nonce_len <= own || memcmp(v->nonce, s->nonce, own) != 0)
		return scram_wrong(f, "the nonce in the relay's SCRAM "
		    "challenge does not begin with the client's");
	salt = scram_take(&p, end, 's', &nsalt);
	if (salt == NULL || nsalt == 0 || !base64_decode(&v->salt, salt, nsalt))
		return scram_wrong(f, "the SCRAM challenge has no salt");
	i = scram_take(&p, end, 'i', &ni);
	if (i == NULL || !scram_rounds(i, ni, &v->rounds))
		return scram_wrong(f, "the relay's SCRAM challenge has no "
		    "iteration count");
	return scram_check_rounds(v->rounds, f);
}

/* "c=...,r=...": the GS2 header again, and the channel binding if used. */
static void
scram_final_bare(const struct scram *s, const struct first *v, struct buf *out)
{
	struct buf c = { .max = MESSAGE };

	scram_head(s, &c);
	if (s->plus)
		buf_add(&c, s->binding, s->binding_len);
	buf_adds(out, "c=");
	base64_encode(out, buf_text(&c), c.len);
	buf_adds(out, ",r=");
	buf_add(out, v->nonce, v->nonce_len);
	buf_release(&c);
}

/* All keys, and the proof expected from the relay.  Slow, by design. */
static bool
scram_derive(struct scram *s, const struct first *v, const struct buf *auth,
    struct keys *k)
{
	struct buf pw = { .max = MESSAGE, .secret = true };
	enum crypt_hash h = s->hash;
	size_t n = crypt_size(h);
	bool good;

	crypt_normalize(&pw, s->password);
	good = !pw.full && crypt_pbkdf2(h, buf_text(&pw), pw.len, v->salt.p,
	    v->salt.len, v->rounds, k->salted) &&
	    crypt_hmac(h, k->salted, n, "Client Key", 10, k->client) &&
	    crypt_digest(h, k->client, n, k->stored) &&
	    crypt_hmac(h, k->stored, n, auth->p, auth->len, k->signature) &&
	    crypt_hmac(h, k->salted, n, "Server Key", 10, k->server) &&
	    crypt_hmac(h, k->server, n, auth->p, auth->len, s->proof);
	buf_release(&pw);
	return good;
}

/* Append the last message, with the proof. */
static int
scram_prove(struct scram *s, const struct first *v, const char *in, size_t n,
    struct buf *out, struct fault *f)
{
	struct buf auth = { .max = MESSAGE }, last = { .max = MESSAGE };
	struct keys k = { 0 };
	int status = 0;
	size_t i;

	scram_final_bare(s, v, &last);
	scram_first_bare(s, &auth);
	buf_adds(&auth, ",");
	buf_add(&auth, in, n);
	buf_adds(&auth, ",");
	buf_add(&auth, buf_text(&last), last.len);
	if (last.full || auth.full || !scram_derive(s, v, &auth, &k)) {
		status = scram_wrong(f, "GnuTLS cannot compute SCRAM");
	} else {
		for (i = 0; i < crypt_size(s->hash); i++)
			k.client[i] ^= k.signature[i];
		buf_add(out, last.p, last.len);
		buf_adds(out, ",p=");
		base64_encode(out, k.client, crypt_size(s->hash));
	}
	explicit_bzero(&k, sizeof(k));
	buf_release(&auth);
	buf_release(&last);
	return status;
}

int
scram_final(struct scram *s, const char *in, size_t n, struct buf *out,
    struct fault *f)
{
	struct first v = { .salt = { .max = MESSAGE } };
	int status = scram_parse_first(s, in, n, &v, f);

	if (status == 0)
		status = scram_prove(s, &v, in, n, out, f);
	buf_release(&v.salt);
	return status;
}

int
scram_verify(struct scram *s, const char *in, size_t n, struct fault *f)
{
	struct buf proof = { .max = MESSAGE };
	const char *p = in, *v;
	size_t len;

	v = scram_take(&p, in + n, 'v', &len);
	s->proven = v != NULL && base64_decode(&proof, v, len) &&
	    proof.len == crypt_size(s->hash) &&
	    crypt_equal(proof.p, s->proof, proof.len);
	buf_release(&proof);
	return s->proven ? 0 : scram_wrong(f, "the SCRAM signature is wrong: "
	    "the relay does not know the password, or an attacker answered");
}
