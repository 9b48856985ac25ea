/*
 * f_cert.c - what certificates must hold, of a relay or of a trust store
 *
 * Pieces lie within the octets, one behind the other.  What is shown is
 * printable.  Whatever a store holds, each certificate that GnuTLS takes
 * from its text can be given to it by its name.
 */

#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "base/gnutls.h"
#include "base/util.h"
#include "net/castore.h"
#include "net/cert.h"

#include "fuzz.h"

static void
must_be_within(struct octets whole, struct octets piece)
{
	CHECK(piece.p >= whole.p && piece.n > 0 &&
	    piece.n <= whole.n - (size_t)(piece.p - whole.p));
}

static void
must_be_shown(const char *s)
{
	for (; *s != '\0'; s++)
		CHECK((unsigned char)*s >= 0x20 && *s != 0x7f);
}

static void
one(const uint8_t *p, size_t n)
{
	struct octets der = { p, n };
	struct buf why = { .max = 65536 };
	unsigned char pin[PIN_SIZE];
	struct cert_facts facts;
	struct cert_parts c;

	if (cert_parts(der, &c)) {
		must_be_within(der, c.issuer);
		must_be_within(der, c.subject);
		CHECK(c.subject.p >= c.issuer.p + c.issuer.n);
		if (c.key.p != NULL) {
			must_be_within(der, c.key);
			CHECK(c.key.p == c.subject.p + c.subject.n);
		}
		CHECK(cert_pin(der, pin) == (c.key.p != NULL));
	}
	if (cert_facts(der, &facts)) {
		must_be_shown(facts.subject);
		must_be_shown(facts.issuer);
		must_be_shown(facts.names);
	}
	cert_why(&why, ~0U, &der, 1, 1, "relay.example.org");
	must_be_shown(buf_text(&why));
	buf_release(&why);
}

static size_t
given(gnutls_certificate_credentials_t cred)
{
	gnutls_x509_trust_list_iter_t iter = NULL;
	gnutls_x509_trust_list_t list;
	gnutls_x509_crt_t crt;
	size_t n = 0;

	gnutls_certificate_get_trust_list(cred, &list);
	while (gnutls_x509_trust_list_iter_get_ca(list, &iter, &crt) == 0) {
		gnutls_x509_crt_deinit(crt);
		n++;
	}
	gnutls_x509_trust_list_iter_deinit(iter);
	return n;
}

/* Ask for each that is in the store by name: in the end all are given. */
static void
store(const uint8_t *p, size_t n)
{
	struct castore s = { 0 };
	gnutls_certificate_credentials_t cred, all;
	gnutls_x509_trust_list_iter_t iter = NULL;
	gnutls_x509_trust_list_t list;
	gnutls_x509_crt_t crt;
	gnutls_datum_t der;
	struct fault f = { 0 };
	int fd = memfd_create("store", 0);
	char path[64];

	CHECK(fd != -1 && write(fd, p, n) == (ssize_t)n);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(gnutls_certificate_allocate_credentials(&cred) == 0);
	CHECK(gnutls_certificate_allocate_credentials(&all) == 0);
	if (castore_load(&s, cred, path, &f) == 0) {
		struct castore t = { 0 };

		CHECK(castore_load(&t, all, path, &f) == 0);
		castore_give_all(&t, all);
		gnutls_certificate_get_trust_list(all, &list);
		while (gnutls_x509_trust_list_iter_get_ca(list, &iter,
		    &crt) == 0) {
			CHECK(gnutls_x509_crt_export2(crt,
			    GNUTLS_X509_FMT_DER, &der) == 0);
			castore_give(&s, cred, (struct octets){ der.data,
			    der.size });
			gnutls_free(der.data);
			gnutls_x509_crt_deinit(crt);
		}
		gnutls_x509_trust_list_iter_deinit(iter);
		CHECK(given(cred) == given(all));
		castore_release(&t);
	} else {
		CHECK(f.text[0] != '\0');
	}
	castore_release(&s);
	gnutls_certificate_free_credentials(cred);
	gnutls_certificate_free_credentials(all);
	(void)close(fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > 65536)
		return 0;
	one(data, size);
	store(data, size);
	return 0;
}
