/* trust.c - which relays to believe, and the certificate of the client */

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "net/castore.h"
#include "net/cert.h"
#include "net/trust.h"

#define CHAIN_MAX	16	/* as GnuTLS */

struct trust {
	gnutls_certificate_credentials_t cred;
	struct castore	 anchors;
	unsigned char	(*pin)[PIN_SIZE];
	size_t		 npins;
	bool		 own;		/* there is a client certificate, */
	bool		 token;		/* and its key is in a token */
};

/* The certificate of the client */

static bool
trust_is_uri(const char *s)
{
	return strncmp(s, "pkcs11:", 7) == 0;
}

/* Containers mount secrets where no other user can read them. */
static bool
trust_is_mount(const char *path)
{
	return strstr(path, "/../") == NULL &&
	    (strncmp(path, "/run/secrets/", 13) == 0 ||
	    strncmp(path, "/var/run/secrets/", 17) == 0);
}

static int
trust_check_file(const char *key, const char *path, bool secret,
    struct fault *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	int err = 0;

	if (fd == -1 || fstat(fd, &st) == -1)
		err = errno;
	if (fd != -1)
		(void)close(fd);
	if (err != 0)
		return fault_errno(f, ST_CONFIG, err, VD_PERM,
		    "%s: cannot read %s", key, path);
	if (!S_ISREG(st.st_mode))
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s: %s is not a regular file", key, path);
	/* root may share a file of root with its group. */
	if (secret && !trust_is_mount(path) &&
	    (st.st_mode & (st.st_uid == 0 ? 007 : 077)) != 0)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "%s: others can access the private key in %s; "
		    "run: chmod go-rwx %s", key, path, path);
	return 0;
}

static const char *
trust_own_words(int e)
{
	switch (e) {
	case GNUTLS_E_DECRYPTION_FAILED:
		return "the key is locked with a passphrase";
	case GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE:
		return "there is no private key";
	case GNUTLS_E_NO_CERTIFICATE_FOUND:
	case GNUTLS_E_BASE64_DECODING_ERROR:
		return "there is no certificate in PEM, or it is broken";
	default:
		return gnutls.strerror(e);
	}
}

static int
trust_load_own(struct trust *t, const char *cert, const char *key,
    struct fault *f)
{
	const char *from = key != NULL ? key : cert;
	int e;

	if (cert == NULL && key == NULL)
		return 0;
	if (cert == NULL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "tls-key is set, but no tls-cert");
	if ((!trust_is_uri(cert) &&
	    trust_check_file("tls-cert", cert, false, f) == -1) ||
	    (!trust_is_uri(from) &&
	    trust_check_file(key != NULL ? "tls-key" : "tls-cert", from, true,
	    f) == -1))
		return -1;
	e = gnutls.certificate_set_x509_key_file2(t->cred, cert, from,
	    GNUTLS_X509_FMT_PEM, NULL, 0);
	if (e < 0)
		return fault_set(f, ST_CONFIG, FD_TLS, e, VD_PERM,
		    "tls-cert %s%s%s cannot be used: %s", cert,
		    key != NULL ? " with tls-key " : "",
		    key != NULL ? key : "", trust_own_words(e));
	t->own = true;
	t->token = trust_is_uri(from);
	return 0;
}

/* Making and freeing */

static void
trust_load_pins(struct trust *t, const char *list)
{
	unsigned char pin[PIN_SIZE];

	while (list != NULL && pin_next(&list, pin)) {
		t->pin = xreallocarray(t->pin, t->npins + 1, PIN_SIZE);
		memcpy(t->pin[t->npins++], pin, PIN_SIZE);
	}
}

static int
trust_load_anchors(struct trust *t, const struct trust_opts *o, struct fault *f)
{
	int n;

	if (o->pins_only)
		return 0;
	if (o->ca != NULL)
		return castore_load(&t->anchors, t->cred, o->ca, f);
	if (castore_system(&t->anchors, t->cred))
		return 0;
	n = gnutls.certificate_set_x509_system_trust(t->cred);
	if (n > 0 || t->npins > 0)
		return 0;
	return fault_set(f, ST_CONFIG, FD_TLS, n, VD_PERM,
	    "this system has no trusted certificates: install its "
	    "ca-certificates, or name a file with tls-ca");
}

struct trust *
trust_new(const struct trust_opts *o, struct fault *f)
{
	struct trust *t = xcalloc(1, sizeof(*t));
	int e;

	trust_load_pins(t, o->pins);
	if (gnutls_load(f) == -1)
		goto fail;
	if ((e = gnutls.certificate_allocate_credentials(&t->cred)) < 0)
		(void)fault_set(f, ST_TLS, FD_TLS, e, VD_TEMP, "%s",
		    gnutls.strerror(e));
	else if (trust_load_anchors(t, o, f) == 0 &&
	    trust_load_own(t, o->cert, o->key, f) == 0)
		return t;
fail:
	trust_free(t);
	return NULL;
}

void
trust_free(struct trust *t)
{
	if (t == NULL)
		return;
	if (t->cred != NULL)
		gnutls.certificate_free_credentials(t->cred);
	castore_release(&t->anchors);
	free(t->pin);
	free(t);
}

gnutls_certificate_credentials_t
trust_credentials(const struct trust *t)
{
	return t->cred;
}

bool
trust_has_own(const struct trust *t)
{
	return t->own;
}

bool
trust_has_token(const struct trust *t)
{
	return t->token;
}

/* Pins */

static bool
trust_pinned(const struct trust *t, struct octets der)
{
	unsigned char pin[PIN_SIZE];
	size_t i;

	if (t->npins == 0 || !cert_pin(der, pin))
		return false;
	for (i = 0; i < t->npins; i++)
		if (memcmp(t->pin[i], pin, PIN_SIZE) == 0)
			return true;
	return false;
}

/* Put it into the list if its key is pinned. */
static bool
trust_add_pinned(const struct trust *t, gnutls_x509_trust_list_t list,
    const gnutls_datum_t *der)
{
	gnutls_x509_crt_t crt;

	if (!trust_pinned(t, (struct octets){ der->data, der->size }) ||
	    gnutls.x509_crt_init(&crt) < 0)
		return false;
	if (gnutls.x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls.x509_trust_list_add_cas(list, &crt, 1, 0) == 1)
		return true;
	gnutls.x509_crt_deinit(crt);
	return false;
}

/* All pinned issuers, among those sent and those trusted. */
static bool
trust_add_all_pinned(const struct trust *t, gnutls_x509_trust_list_t list,
    const gnutls_datum_t *chain, unsigned n)
{
	gnutls_x509_trust_list_iter_t iter = NULL;
	gnutls_x509_trust_list_t trusted;
	gnutls_x509_crt_t crt;
	gnutls_datum_t der;
	bool any = false;
	unsigned i;

	for (i = 1; i < n; i++)
		any |= trust_add_pinned(t, list, &chain[i]);
	gnutls.certificate_get_trust_list(t->cred, &trusted);
	while (gnutls.x509_trust_list_iter_get_ca(trusted, &iter, &crt) == 0) {
		if (gnutls.x509_crt_export2(crt, GNUTLS_X509_FMT_DER,
		    &der) == 0) {
			any |= trust_add_pinned(t, list, &der);
			(*gnutls.free)(der.data);
		}
		gnutls.x509_crt_deinit(crt);
	}
	gnutls.x509_trust_list_iter_deinit(iter);
	return any;
}

/*
 * Does the chain lead to a pinned key?  A pinned certificate that is only
 * sent along proves nothing, so verify with the pinned ones alone.
 */
static bool
trust_leads_to_pin(const struct trust *t, const gnutls_datum_t *chain,
    unsigned n, gnutls_typed_vdata_st *must, unsigned nmust)
{
	gnutls_x509_crt_t crt[CHAIN_MAX];
	gnutls_x509_trust_list_t list;
	unsigned i, k = 0, status = 0;
	bool yes = false;

	n = n < CHAIN_MAX ? n : CHAIN_MAX;
	if (gnutls.x509_trust_list_init(&list, 0) < 0)
		return false;
	if (!trust_add_all_pinned(t, list, chain, n))
		goto out;
	for (; k < n && gnutls.x509_crt_init(&crt[k]) == 0; k++)
		if (gnutls.x509_crt_import(crt[k], &chain[k],
		    GNUTLS_X509_FMT_DER) < 0) {
			gnutls.x509_crt_deinit(crt[k]);
			break;
		}
	yes = k == n && gnutls.x509_trust_list_verify_crt2(list, crt, k,
	    must, nmust, 0, &status, NULL) == 0 && status == 0;
out:
	for (i = 0; i < k; i++)
		gnutls.x509_crt_deinit(crt[i]);
	gnutls.x509_trust_list_deinit(list, 1);
	return yes;
}

/* The verdict */

int
trust_judge(struct trust *t, gnutls_session_t session,
    gnutls_typed_vdata_st *must, unsigned nmust, struct trust_verdict *v)
{
	const gnutls_datum_t *chain;
	unsigned i, n = 0;
	int e;

	memset(v, 0, sizeof(*v));
	chain = gnutls.certificate_get_peers(session, &n);
	if (chain == NULL || n == 0)
		return GNUTLS_E_NO_CERTIFICATE_FOUND;
	for (i = 0; i < n; i++)
		castore_give(&t->anchors, t->cred,
		    (struct octets){ chain[i].data, chain[i].size });
	e = gnutls.certificate_verify_peers(session, must, nmust, &v->status);
	v->pinned = trust_pinned(t, (struct octets){ chain[0].data,
	    chain[0].size });
	/* The handshake proves the key; all else is the word of others. */
	if (v->pinned && (e < 0 || (v->status & GNUTLS_CERT_REVOKED) == 0))
		return 0;
	if (e < 0 || v->status != 0) {
		castore_give_all(&t->anchors, t->cred);
		e = gnutls.certificate_verify_peers(session, must, nmust,
		    &v->status);
	}
	v->unread = t->anchors.unread;
	v->unpinned = t->npins > 0 && !v->pinned && (e < 0 ||
	    v->status != 0 || !trust_leads_to_pin(t, chain, n, must, nmust));
	if (e < 0)
		return e;
	return v->status != 0 || v->unpinned ?
	    GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR : 0;
}

/* The trusted certificate that issued the last of the chain, if any. */
static bool
trust_last_issuer(const struct trust *t, const gnutls_datum_t *last,
    gnutls_datum_t *der)
{
	gnutls_x509_crt_t crt, issuer = NULL;
	bool found = false;

	if (gnutls.x509_crt_init(&crt) < 0)
		return false;
	if (gnutls.x509_crt_import(crt, last, GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls.certificate_get_issuer(t->cred, crt, &issuer,
	    GNUTLS_TL_GET_COPY) == 0) {
		found = gnutls.x509_crt_export2(issuer, GNUTLS_X509_FMT_DER,
		    der) == 0;
		gnutls.x509_crt_deinit(issuer);
	}
	gnutls.x509_crt_deinit(crt);
	return found;
}

void
trust_why(const struct trust *t, gnutls_session_t session,
    const struct trust_verdict *v, const char *name, struct buf *out)
{
	struct octets chain[CHAIN_MAX + 1];
	gnutls_datum_t end = { 0 };
	unsigned i, n = 0, nsent;
	const gnutls_datum_t *peers =
	    gnutls.certificate_get_peers(session, &n);
	unsigned char pin[PIN_SIZE];
	char text[PIN_TEXT];

	nsent = n = peers == NULL ? 0 : n < CHAIN_MAX ? n : CHAIN_MAX;
	for (i = 0; i < n; i++)
		chain[i] = (struct octets){ peers[i].data, peers[i].size };
	if (n > 0 && trust_last_issuer(t, &peers[n - 1], &end))
		chain[n++] = (struct octets){ end.data, end.size };
	if (v->unpinned && n > 0 && cert_pin(chain[0], pin)) {
		pin_text(pin, text);
		buf_addf(out, "it matches no tls-pin: its own is %s%s", text,
		    v->status != 0 ? "; " : "");
	}
	if (v->status != 0 || !v->unpinned)
		cert_why(out, v->status, chain, nsent, n, name);
	if (v->unread > 0)
		buf_addf(out, "; %zu trusted certificates cannot be read",
		    v->unread);
	(*gnutls.free)(end.data);
}
