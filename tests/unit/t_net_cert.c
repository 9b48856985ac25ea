/* t_net_cert.c - what a TLS session tells of the relay, and the relay of us */

#include <sys/socket.h>
#include <sys/stat.h>

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/ocsp.h>
#include <gnutls/pkcs11.h>
#include <string.h>
#include <unistd.h>

#include "authority.h"
#include "net/cert.h"
#include "net/tls.h"
#include "net/trust.h"
#include "tap.h"

#define SOFTHSM	"/usr/lib/softhsm/libsofthsm2.so"
#define PIN	"1234"
#define TURNS	100	/* more than any handshake takes */

enum cert { CA, OTHER_CA, GOOD, STAPLE, SELF, US, THEM, CERTS };

static const struct recipe recipes[CERTS] = {
	[CA] = { CA, "Test CA", .to = 90, .ca = true },
	[OTHER_CA] = { OTHER_CA, "Other CA", .to = 90, .ca = true },
	[GOOD] = { CA, "relay", "relay.example.org", .ip = "192.0.2.1",
	    .to = 30 },
	[STAPLE] = { CA, "relay", "relay.example.org", .to = 30,
	    .staple = true },
	[SELF] = { SELF, "box", "box.example.org", .from = -9, .to = -3 },
	[US] = { OTHER_CA, "web1", "web1.example.org", .to = 30,
	    .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	[THEM] = { OTHER_CA, "web2", "web2.example.org", .to = 30 },
};

static struct id id[CERTS];

/* OCSP responses, which GnuTLS can read but not make (RFC 6960) */

static void
tlv(struct buf *out, unsigned char tag, const void *p, size_t n)
{
	unsigned char head[4] = { tag, (unsigned char)n };
	size_t k = 2;

	if (n > 0xff) {
		head[1] = 0x82;
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		k = 4;
	} else if (n > 0x7f) {
		head[1] = 0x81;
		head[2] = (unsigned char)n;
		k = 3;
	}
	buf_add(out, head, k);
	buf_add(out, p, n);
}

/* What out has from there on becomes the contents of an element. */
static void
wrap(struct buf *out, unsigned char tag, size_t from)
{
	struct buf in = { .max = out->max };

	buf_add(&in, out->p + from, out->len - from);
	out->len = from;
	tlv(out, tag, in.p, in.len);
	buf_release(&in);
}

static void
moment(struct buf *out, int days)
{
	time_t when = time(NULL) + (time_t)days * DAY;
	struct tm tm;
	char s[32];

	(void)gmtime_r(&when, &tm);
	tlv(out, 0x18, s, strftime(s, sizeof(s), "%Y%m%d%H%M%SZ", &tm));
}

static void
sha1(struct buf *out, const void *p, size_t n)
{
	unsigned char hash[20];

	must(gnutls_hash_fast(GNUTLS_DIG_SHA1, p, n, hash));
	tlv(out, 0x04, hash, sizeof(hash));
}

/* SEQUENCE { certID, status, thisUpdate, [0] nextUpdate } */
static void
single(struct buf *b, enum cert c, const struct cert_parts *by, bool revoked)
{
	static const char alg[] = "\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05";
	unsigned char serial = (unsigned char)(c + 1);
	size_t from = b->len, at;

	buf_add(b, alg, sizeof(alg));		/* SHA-1, NULL */
	sha1(b, by->subject.p, by->subject.n);
	sha1(b, by->key.p + by->key.n - 65, 65);	/* the point */
	tlv(b, 0x02, &serial, 1);
	wrap(b, 0x30, from);
	at = b->len;
	if (revoked)
		moment(b, -1);
	wrap(b, revoked ? 0xa1 : 0x80, at);
	moment(b, -1);
	at = b->len;
	moment(b, 1);
	wrap(b, 0xa0, at);
	wrap(b, 0x30, from);
}

static void
make_status(struct buf *b, enum cert c, bool revoked)
{
	static const char successful[] = "\x0a\x01";
	static const char basic[] =
	    "\x06\x09\x2b\x06\x01\x05\x05\x07\x30\x01\x01";
	static const char ecdsa[] =
	    "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
	gnutls_datum_t der, tbs, sig;
	struct cert_parts by;
	gnutls_privkey_t key;
	size_t outer, inner, at;

	must(gnutls_x509_crt_export2(id[CA].crt, GNUTLS_X509_FMT_DER, &der));
	if (!cert_parts((struct octets){ der.data, der.size }, &by))
		must(GNUTLS_E_ASN1_DER_ERROR);
	buf_add(b, successful, sizeof(successful));
	outer = b->len;
	buf_add(b, basic, sizeof(basic) - 1);
	inner = b->len;
	buf_add(b, by.subject.p, by.subject.n);
	wrap(b, 0xa1, inner);			/* the responder, by name */
	moment(b, -1);
	at = b->len;
	single(b, c, &by, revoked);
	wrap(b, 0x30, at);
	wrap(b, 0x30, inner);
	tbs = (gnutls_datum_t){ (unsigned char *)b->p + inner,
	    (unsigned)(b->len - inner) };
	must(gnutls_privkey_init(&key));
	must(gnutls_privkey_import_x509(key, id[CA].key, 0));
	must(gnutls_privkey_sign_data(key, GNUTLS_DIG_SHA256, 0, &tbs,
	    &sig));
	buf_add(b, ecdsa, sizeof(ecdsa) - 1);
	at = b->len;
	buf_add(b, "", 1);			/* no bits are unused */
	buf_add(b, sig.data, sig.size);
	wrap(b, 0x03, at);
	wrap(b, 0x30, inner);
	wrap(b, 0x04, inner);
	wrap(b, 0x30, outer);
	wrap(b, 0xa0, outer);
	wrap(b, 0x30, 0);
	gnutls_privkey_deinit(key);
	gnutls_free(sig.data);
	gnutls_free(der.data);
}

/* A handshake, in this process */

struct server {
	enum cert	 cert;
	const char	*priority;
	bool		 staple, revoked;
	bool		 ask;		/* who the client is */
	char		 peer[64];	/* the name it gave */
	gnutls_session_t session;
	gnutls_certificate_credentials_t cred;
	int		 fd;
};

/* Given by hand: GnuTLS would not send one that says revoked. */
static int
give_status(gnutls_session_t session, void *ptr, gnutls_datum_t *der)
{
	struct server *s = ptr;
	struct buf b = { .max = 4096 };

	(void)session;
	make_status(&b, s->cert, s->revoked);
	der->data = gnutls_malloc(b.len);
	memcpy(der->data, b.p, b.len);
	der->size = (unsigned)b.len;
	buf_release(&b);
	return 0;
}

static void
server_new(struct server *s)
{
	must(gnutls_certificate_allocate_credentials(&s->cred));
	must(gnutls_certificate_set_x509_key(s->cred, &id[s->cert].crt, 1,
	    id[s->cert].key));
	if (s->staple)
		gnutls_certificate_set_ocsp_status_request_function(s->cred,
		    give_status, s);
	must(gnutls_init(&s->session, GNUTLS_SERVER | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL));
	must(gnutls_priority_set_direct(s->session, s->priority != NULL ?
	    s->priority : "NORMAL", NULL));
	must(gnutls_credentials_set(s->session, GNUTLS_CRD_CERTIFICATE,
	    s->cred));
	/* It lists an authority that ours is not from, as they do. */
	if (s->ask) {
		must(gnutls_certificate_set_x509_trust(s->cred, &id[CA].crt,
		    1));
		gnutls_certificate_server_set_request(s->session,
		    GNUTLS_CERT_REQUIRE);
	}
	gnutls_transport_set_int(s->session, s->fd);
}

static void
server_free(struct server *s)
{
	gnutls_deinit(s->session);
	gnutls_certificate_free_credentials(s->cred);
	(void)close(s->fd);
}

static void
name_of_peer(struct server *s)
{
	unsigned n = 0;
	const gnutls_datum_t *der = gnutls_certificate_get_peers(s->session,
	    &n);
	struct cert_facts c;

	if (der != NULL && cert_facts((struct octets){ der->data,
	    der->size }, &c))
		(void)strlcpy(s->peer, c.subject, sizeof(s->peer));
}

/* NULL and a fault unless the session comes up. */
static struct tls *
meet(struct server *s, struct tls_opts *o, int *fd, struct fault *f)
{
	int v[2], theirs = GNUTLS_E_AGAIN, r = 0, turns = TURNS;
	struct tls *t;

	fault_clear(f);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, v) == -1)
		must(GNUTLS_E_PULL_ERROR);
	*fd = v[0];
	s->fd = v[1];
	server_new(s);
	if ((t = tls_new(v[0], o, f)) == NULL)
		return NULL;
	/* Both have to be through: in TLS 1.3 we are the first to be. */
	while (turns-- > 0 && (r == 0 || (r == 1 && theirs < 0 &&
	    !gnutls_error_is_fatal(theirs)))) {
		if (r == 0)
			r = tls_handshake(t, f);
		if (theirs < 0 && !gnutls_error_is_fatal(theirs))
			theirs = gnutls_handshake(s->session);
	}
	name_of_peer(s);
	if (r == 1 && theirs == 0)
		return t;
	if (f->verdict == VD_OK)
		(void)fault_set(f, ST_TLS, FD_TLS, theirs, VD_PERM,
		    "server: %s", gnutls_strerror(theirs));
	tls_free(t);
	return NULL;
}

static struct trust *
load(const char *ca, const char *pins, const char *cert, const char *key,
    struct fault *f)
{
	char *file = path(ca);
	struct trust_opts o = { .ca = file, .pins = pins, .cert = cert,
	    .key = key };
	struct trust *t;

	fault_clear(f);
	t = trust_new(&o, f);
	free(file);
	return t;
}

/* What is told */

static void
t_net_cert(void)
{
	struct server s = { .cert = GOOD };
	struct tls_opts o = { .name = "relay.example.org" };
	struct tls_facts facts;
	struct trust *trust;
	char pin[PIN_TEXT];
	struct fault f;
	struct tls *t;
	int fd;

	o.trust = trust = load("ca.pem", NULL, NULL, NULL, &f);
	if (!ok((t = meet(&s, &o, &fd, &f)) != NULL, "a session %s", f.text))
		return;
	tls_facts(t, &facts);
	is(facts.version, "TLS1.3", "version");
	is(facts.cipher, "AES-256-GCM", "cipher");
	is(facts.group, "X25519", "group");
	is(facts.assurance, "verified", "assurance");
	is(facts.ocsp, "none", "no status");
	is_int((long long)facts.ncerts, 1, "certificates");
	is(facts.cert[0].subject, "CN=relay", "subject");
	is(facts.cert[0].issuer, "CN=Test CA", "issuer");
	is(facts.cert[0].names, "relay.example.org, 192.0.2.1", "names");
	ok(facts.cert[0].days == 29 || facts.cert[0].days == 30,
	    "whole days left: %d", facts.cert[0].days);
	is_int((long long)strlcpy(pin, facts.cert[0].pin, sizeof(pin)),
	    PIN_TEXT - 1, "a pin");
	tls_free(t);
	server_free(&s);
	(void)close(fd);

	/* That pin is what a second session needs, whoever signed it. */
	trust_free(trust);
	o.trust = trust = load("other.pem", pin, NULL, NULL, &f);
	if (ok((t = meet(&s, &o, &fd, &f)) != NULL, "pinned %s", f.text)) {
		is(tls_assurance(t), "pinned", "... is said");
		tls_free(t);
	}
	server_free(&s);
	(void)close(fd);
	trust_free(trust);
}

static void
t_unverified(void)
{
	struct server s = { .cert = SELF, .priority =
	    "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+DHE-RSA:+ECDHE-ECDSA:"
	    "-GROUP-ALL:+GROUP-SECP256R1" };
	struct tls_opts o = { .name = "relay.example.org", .noverify = true };
	struct tls_facts facts;
	struct fault f;
	struct tls *t;
	int fd;

	if (!ok((t = meet(&s, &o, &fd, &f)) != NULL, "a session %s", f.text))
		return;
	tls_facts(t, &facts);
	is(facts.assurance, "unverified", "unverified, and so it says");
	is(facts.version, "TLS1.2", "... version");
	is(facts.group, "SECP256R1", "... group");
	is(facts.cert[0].subject, "CN=box", "... who it says it is");
	is_int(facts.cert[0].days, -4, "... more than three days too late");
	tls_free(t);
	server_free(&s);
	(void)close(fd);
}

/* What we offer without being asked: one key share, and that is X25519. */
static void
t_hello(void)
{
	/* key_share (51), 38 octets: a list of 36, X25519 with 32. */
	static const char share[] = "\0\x33\0\x26\0\x24\0\x1d\0\x20";
	static const char ticket[] = "\0\x23\0\0", psk[] = "\0\x29\0";
	struct tls_opts o = { .name = "relay.example.org", .noverify = true };
	struct fault f = { 0 };
	struct tls *t;
	char hello[4096];
	ssize_t n;
	int v[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, v) == -1)
		must(GNUTLS_E_PULL_ERROR);
	t = tls_new(v[0], &o, &f);
	ok(t != NULL && tls_handshake(t, &f) == 0, "a hello %s", f.text);
	n = read(v[1], hello, sizeof(hello));
	ok(n > 100 && memmem(hello, (size_t)n, share, sizeof(share) - 1) !=
	    NULL, "one key share");
	ok(n > 100 && memmem(hello, (size_t)n, ticket, sizeof(ticket) - 1) ==
	    NULL && memmem(hello, (size_t)n, psk, sizeof(psk) - 1) == NULL,
	    "no ticket");
	tls_free(t);
	(void)close(v[0]);
	(void)close(v[1]);
}

static void
t_ocsp(void)
{
	static const struct {
		const char	*label;
		enum cert	 cert;
		bool		 staple, revoked;
		const char	*ocsp, *text;
	} tests[] = {
		{ "none, none promised", GOOD, false, false, "none", NULL },
		{ "good", GOOD, true, false, "good", NULL },
		{ "promised and good", STAPLE, true, false, "good", NULL },
		{ "promised and missing", STAPLE, false, false, NULL,
		    "did not send the OCSP status that it requires" },
		{ "revoked", GOOD, true, true, NULL, "it was revoked" },
		{ "promised and revoked", STAPLE, true, true, NULL,
		    "it was revoked" },
	};
	struct tls_opts o = { .name = "relay.example.org" };
	struct tls_facts facts;
	struct fault f;
	struct tls *t;
	char pin[PIN_TEXT];
	gnutls_datum_t der;
	unsigned char hash[PIN_SIZE];
	size_t i;
	int fd, pinned;

	must(gnutls_x509_crt_export2(id[GOOD].crt, GNUTLS_X509_FMT_DER,
	    &der));
	(void)cert_pin((struct octets){ der.data, der.size }, hash);
	pin_text(hash, pin);
	gnutls_free(der.data);
	for (i = 0; i < NITEMS(tests); i++)
		for (pinned = 0; pinned < 2; pinned++) {
			struct server s = { .cert = tests[i].cert,
			    .staple = tests[i].staple,
			    .revoked = tests[i].revoked };

			/* A pin does not excuse a revocation. */
			if (pinned && tests[i].cert != GOOD)
				continue;
			o.trust = load("ca.pem", pinned ? pin : NULL, NULL,
			    NULL, &f);
			t = meet(&s, &o, &fd, &f);
			ok(tests[i].text == NULL ? t != NULL : t == NULL &&
			    strstr(f.text, tests[i].text) != NULL,
			    "status %s: %s", tests[i].label, f.text);
			if (t != NULL) {
				tls_facts(t, &facts);
				is(facts.ocsp, tests[i].ocsp, "... told");
			}
			tls_free(t);
			server_free(&s);
			(void)close(fd);
			trust_free(o.trust);
		}
}

/* Who we are */

static void
t_identity(void)
{
	static const struct {
		const char	*label, *cert, *key, *peer;
		const char	*priority;
	} tests[] = {
		{ "none", NULL, NULL, NULL, NULL },
		{ "in one file", "us.pem", NULL, "CN=web1", NULL },
		{ "in two", "us.crt", "us.key", "CN=web1", NULL },
		{ "TLS 1.2", "us.crt", "us.key", "CN=web1",
		    "NORMAL:-VERS-ALL:+VERS-TLS1.2" },
	};
	struct tls_opts o = { .name = "relay.example.org" };
	char *cert, *key;
	struct fault f;
	struct tls *t;
	size_t i;
	int fd;

	for (i = 0; i < NITEMS(tests); i++) {
		struct server s = { .cert = GOOD, .ask = true,
		    .priority = tests[i].priority };

		cert = tests[i].cert != NULL ? path(tests[i].cert) : NULL;
		key = tests[i].key != NULL ? path(tests[i].key) : NULL;
		if (ok((o.trust = load("ca.pem", NULL, cert, key, &f)) !=
		    NULL, "identity %s %s", tests[i].label, f.text)) {
			t = meet(&s, &o, &fd, &f);
			ok((t != NULL) == (tests[i].peer != NULL), "... %s",
			    f.text);
			is(s.peer, tests[i].peer != NULL ? tests[i].peer : "",
			    "... the relay knows us");
			tls_free(t);
			server_free(&s);
			(void)close(fd);
			trust_free(o.trust);
		}
		free(cert);
		free(key);
	}
}

static void
t_identity_files(void)
{
	static const struct {
		const char	*cert, *key;
		mode_t		 mode;		/* of the key */
		const char	*text;
	} tests[] = {
		{ "us.crt", "us.key", 0640, NULL },
		{ "us.crt", "us.key", 0604, "others can access the private" },
		{ "us.pem", NULL, 0644, "tls-cert: others can access" },
		{ "us.crt", NULL, 0600, "there is no private key" },
		{ "us.key", NULL, 0600, "there is no certificate in PEM" },
		{ "us.crt", "none.key", 0, "tls-key: cannot read " },
		{ "none.crt", "us.key", 0600, "tls-cert: cannot read " },
		{ "us.crt", "ca.pem", 0600, "there is no private key" },
		{ "us.crt", "them.key", 0600, "do not match" },
		{ "us.crt", "locked.key", 0600, "locked with a passphrase" },
		{ "us.crt", ".", 0700, "is not a regular file" },
		{ NULL, "us.key", 0600, "tls-key is set, but no tls-cert" },
	};
	struct trust *t;
	struct fault f;
	char *cert, *key;
	size_t i;

	for (i = 0; i < NITEMS(tests); i++) {
		cert = tests[i].cert != NULL ? path(tests[i].cert) : NULL;
		key = tests[i].key != NULL ? path(tests[i].key) : NULL;
		if (tests[i].mode != 0)
			(void)chmod(key != NULL ? key : cert, tests[i].mode);
		t = load("ca.pem", NULL, cert, key, &f);
		/* The group may read what belongs to root. */
		if (tests[i].text == NULL && geteuid() == 0)
			ok(t != NULL, "key of mode %o %s",
			    (unsigned)tests[i].mode, f.text);
		else if (tests[i].text != NULL)
			ok(t == NULL && f.stage == ST_CONFIG &&
			    f.verdict == VD_PERM &&
			    strstr(f.text, tests[i].text) != NULL,
			    "key of mode %o: %s", (unsigned)tests[i].mode,
			    f.text);
		trust_free(t);
		free(cert);
		free(key);
	}
}

/* A token, made anew: certificate and key go there and are used there. */
static bool
make_token(void)
{
	static const unsigned char key_id[] = "1";
	const gnutls_datum_t cid = { (unsigned char *)(uintptr_t)key_id, 1 };
	const char *url = "pkcs11:token=heloise?pin-value=" PIN;
	char *conf, *text;

	/* That of this host is of no use to an emulated processor. */
	if (access(SOFTHSM, R_OK) == -1 || getenv("EMULATED") != NULL)
		return false;
	conf = path("softhsm.conf");
	text = xasprintf("directories.tokendir = %s\n", dir);
	write_file("softhsm.conf", text, strlen(text));
	write_file("pin", PIN, strlen(PIN));
	(void)setenv("SOFTHSM2_CONF", conf, 1);
	free(text);
	free(conf);
	if (system("exec softhsm2-util --init-token --free --label heloise "
	    "--so-pin " PIN " --pin " PIN " >/dev/null") != 0)
		must(GNUTLS_E_PKCS11_TOKEN_ERROR);
	must(gnutls_pkcs11_init(GNUTLS_PKCS11_FLAG_MANUAL, NULL));
	must(gnutls_pkcs11_add_provider(SOFTHSM, NULL));
	must(gnutls_pkcs11_copy_x509_privkey2(url, id[US].key, "web1", &cid,
	    GNUTLS_KEY_DIGITAL_SIGNATURE, GNUTLS_PKCS11_OBJ_FLAG_LOGIN));
	must(gnutls_pkcs11_copy_x509_crt2(url, id[US].crt, "web1", &cid,
	    GNUTLS_PKCS11_OBJ_FLAG_LOGIN));
	return true;
}

static void
t_token(void)
{
	struct server s = { .cert = GOOD, .ask = true };
	struct tls_opts o = { .name = "relay.example.org" };
	char *cert, *key;
	struct fault f;
	struct tls *t;
	int fd;

	if (!make_token()) {
		printf("# no softhsm2 here: PKCS#11 is not tested\n");
		return;
	}
	cert = xasprintf("pkcs11:token=heloise;object=web1;type=cert");
	key = xasprintf("pkcs11:token=heloise;object=web1;type=private?"
	    "pin-source=%s/pin", dir);
	if (ok((o.trust = load("ca.pem", NULL, cert, key, &f)) != NULL,
	    "a token %s", f.text)) {
		ok((t = meet(&s, &o, &fd, &f)) != NULL, "... in use %s",
		    f.text);
		is(s.peer, "CN=web1", "... the relay knows us");
		tls_free(t);
		server_free(&s);
		(void)close(fd);
		trust_free(o.trust);
	}
	free(key);
	key = path("us.key");
	(void)chmod(key, 0600);
	if (ok((o.trust = load("ca.pem", NULL, cert, key, &f)) != NULL,
	    "certificate on the token, key in a file %s", f.text))
		trust_free(o.trust);
	free(key);
	key = xasprintf("pkcs11:token=heloise;object=none;type=private");
	o.trust = load("ca.pem", NULL, cert, key, &f);
	ok(o.trust == NULL && f.stage == ST_CONFIG &&
	    strstr(f.text, "object=none") != NULL, "no such key: %s", f.text);
	trust_free(o.trust);
	free(cert);
	free(key);
	gnutls_pkcs11_deinit();
}

int
main(void)
{
	gnutls_datum_t pem;
	int i;

	make_dir();
	for (i = 0; i < CERTS; i++)
		make_id(id, recipes, i);
	write_cert("ca.pem", &id[CA]);
	write_cert("other.pem", &id[OTHER_CA]);
	(void)umask(077);
	write_cert("us.crt", &id[US]);
	write_key("us.key", &id[US]);
	write_cert("us.pem", &id[US]);
	write_key("us.pem", &id[US]);
	write_key("them.key", &id[THEM]);
	must(gnutls_x509_privkey_export2_pkcs8(id[US].key,
	    GNUTLS_X509_FMT_PEM, "secret", GNUTLS_PKCS_PBES2_AES_256, &pem));
	write_file("locked.key", pem.data, pem.size);
	gnutls_free(pem.data);
	t_net_cert();
	t_unverified();
	t_hello();
	t_ocsp();
	t_identity();
	t_identity_files();
	t_token();
	for (i = 0; i < CERTS; i++)
		free_id(&id[i]);
	remove_dir();
	return done();
}
