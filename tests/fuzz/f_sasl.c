/*
 * f_sasl.c - a relay that lets us log in, or only says so
 *
 * The first octet chooses the mechanism; the rest is what the relay says,
 * challenges that end in a NUL, the last of which are the words of its yes.
 * It does not know the password and may never be believed where it would
 * have to.  So that SCRAM gets beyond the nonce, "r=" stands for ours too.
 */

#include <string.h>

#include "base/util.h"
#include "smtp/sasl.h"

#include "fuzz.h"

#define NONCE	"fyko+d2lbbFgONRv9qkxdawL"
#define SECRET	"S3kr:t-pass"

/* said: the relay itself spoke of the password. */
static void
check_fault(const struct fault *f, bool said)
{
	CHECK(f->stage == ST_AUTH && f->verdict == VD_PERM);
	CHECK(f->text[0] != '\0' && utf8_valid(f->text, strlen(f->text)));
	CHECK(said || strstr(f->text, SECRET) == NULL);
}

/* One challenge, in a block of its own for the sake of the sanitizer. */
static int
challenge(struct sasl *s, const uint8_t *p, size_t n, struct buf *out,
    struct fault *f)
{
	bool ours = n >= 2 && memcmp(p, "r=", 2) == 0;
	size_t more = ours ? strlen(NONCE) : 0;
	char *in = xmalloc(n + more + 1);
	int status;

	if (ours) {
		memcpy(in, "r=" NONCE, 2 + more);
		memcpy(in + 2 + more, p + 2, n - 2);
	} else
		memcpy(in, p, n);
	in = xrealloc(in, n + more > 0 ? n + more : 1);
	status = sasl_step(s, in, n + more, out, f);
	free(in);
	return status;
}

static void
yes(struct sasl *s, const uint8_t *p, size_t n, bool scram, bool said)
{
	char *words = xstrndup((const char *)p, n);
	struct fault f = { 0 };
	int status = sasl_success(s, words, &f);

	CHECK(!scram || status == -1);
	CHECK(!s->refused || status == -1);
	if (status == -1)
		check_fault(&f, said);
	free(words);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct sasl s = { .user = "joe,=", .password = SECRET,
	    .scram = { .nonce = NONCE, .binding_name = "tls-unique",
	    .binding = "octets", .binding_len = 6 } };
	struct buf out = { .max = 16384, .secret = true };
	struct fault f = { 0 };
	const uint8_t *nul;
	int status = 0;
	unsigned steps = 0;
	bool scram, said;
	size_t k;

	if (n == 0 || n > SASL_CHALLENGE)
		return 0;
	s.mech = (enum sasl_mech)(*p % SASL__MAX);
	said = memmem(p, n, SECRET, strlen(SECRET)) != NULL;
	scram = strncmp(sasl_name(s.mech), "SCRAM", 5) == 0;
	if (sasl_initial(s.mech))
		CHECK(sasl_step(&s, NULL, 0, &out, &f) == 0);
	for (p++, n--; status == 0 && n > 0; p += k + 1, n -= k + 1) {
		if ((nul = memchr(p, '\0', n)) == NULL)
			break;
		k = (size_t)(nul - p);
		CHECK(steps++ < 4);
		status = challenge(&s, p, k, &out, &f);
	}
	if (status == -1)
		check_fault(&f, said);
	CHECK(!scram || !s.scram.proven);
	CHECK(!out.full && strlen(s.said) < sizeof(s.said));
	yes(&s, p, n, scram, said);
	buf_release(&out);
	return 0;
}
