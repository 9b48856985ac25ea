/* t_net_trust.c - is the verdict of a store looked up that of one loaded whole?
 */

#include <sys/socket.h>
#include <sys/stat.h>

#include <gnutls/abstract.h>
#include <string.h>
#include <unistd.h>

#include "authority.h"
#include "net/cert.h"
#include "net/trust.h"
#include "tap.h"

#define FILLERS	36	/* roots that nobody needs */
#define SENT	20
#define TURNS	100	/* more than any handshake takes */

enum cert {
	ROOT, OTHER, LONG, STRANGER, EXPIRED_ROOT, DUP_1, DUP_2, RENEWED_OLD,
	RENEWED, NEW_ROOT, NEW_HIDDEN, ANCHORED,
	INTER, LEAF, LEAF_LONG, LEAF_INTER, LEAF_OTHER, LEAF_STRANGER,
	LEAF_EXPIRED,
	LEAF_OLD_ROOT, LEAF_DUP_1, LEAF_DUP_2, LEAF_RENEWED, NEW_BY_STRANGER,
	HIDDEN_BY_OTHER, LEAF_NEW, LEAF_HIDDEN, LEAF_ANCHORED, LEAF_CLIENT,
	SELF, SELF_TRUSTED, LEAF_TRUSTED, FORGED, LEAF_FORGED, SELF_OLD,
	LEAF_AGAIN, OLD_CA, LEAF_SHA1, LEAF_MD5, LEAF_RSA_1024, LEAF_CHAIN_1024,
	LEAF_STAPLE, CERTS,
	NONE = -1
};

static const struct recipe recipes[CERTS] = {
	[ROOT] = { ROOT, "Root", .to = 90, .ca = true },
	[OTHER] = { OTHER, "Other Root", .to = 90, .ca = true },
	[LONG] = { LONG, "A root whose name goes on and on, so that it "
	    "takes up more than a line or two of PEM, wherever it begins",
	    .to = 90, .ca = true },
	[STRANGER] = { STRANGER, "Stranger", .to = 90, .ca = true },
	[EXPIRED_ROOT] = { EXPIRED_ROOT, "Old Root", .from = -90, .to = -9,
	    .ca = true },
	[DUP_1] = { DUP_1, "Namesake", .to = 90, .ca = true },
	[DUP_2] = { DUP_2, "Namesake", .to = 90, .ca = true },
	[RENEWED_OLD] = { RENEWED_OLD, "Renewed", .from = -90, .to = -9,
	    .ca = true },
	[RENEWED] = { RENEWED, "Renewed", .to = 90, .ca = true,
	    .same_key = RENEWED_OLD },
	[NEW_ROOT] = { NEW_ROOT, "New Root", .to = 90, .ca = true },
	[NEW_HIDDEN] = { NEW_HIDDEN, "Hidden Root", .to = 90, .ca = true },
	[ANCHORED] = { STRANGER, "Anchored", .to = 90, .ca = true },
	[INTER] = { ROOT, "Intermediate", .to = 60, .ca = true },
	[LEAF] = { ROOT, "leaf", "relay.example.org", .to = 30 },
	[LEAF_LONG] = { LONG, "leaf", "relay.example.org", .to = 30 },
	[LEAF_INTER] = { INTER, "leaf", "relay.example.org", .to = 30 },
	[LEAF_OTHER] = { OTHER, "leaf", "relay.example.org", .to = 30 },
	[LEAF_STRANGER] = { STRANGER, "leaf", "relay.example.org", .to = 30 },
	[LEAF_EXPIRED] = { ROOT, "leaf", "relay.example.org", .from = -30,
	    .to = -2 },
	[LEAF_OLD_ROOT] = { EXPIRED_ROOT, "leaf", "relay.example.org",
	    .to = 30 },
	[LEAF_DUP_1] = { DUP_1, "leaf", "relay.example.org", .to = 30 },
	[LEAF_DUP_2] = { DUP_2, "leaf", "relay.example.org", .to = 30 },
	[LEAF_RENEWED] = { RENEWED, "leaf", "relay.example.org", .to = 30 },
	[NEW_BY_STRANGER] = { STRANGER, "New Root", .to = 90, .ca = true,
	    .same_key = NEW_ROOT },
	[HIDDEN_BY_OTHER] = { OTHER, "Hidden Root", .to = 90, .ca = true,
	    .same_key = NEW_HIDDEN },
	[LEAF_NEW] = { NEW_ROOT, "leaf", "relay.example.org", .to = 30 },
	[LEAF_HIDDEN] = { NEW_HIDDEN, "leaf", "relay.example.org", .to = 30 },
	[LEAF_ANCHORED] = { ANCHORED, "leaf", "relay.example.org", .to = 30 },
	[LEAF_CLIENT] = { ROOT, "leaf", "relay.example.org", .to = 30,
	    .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	[SELF] = { SELF, "self", "relay.example.org", .to = 30 },
	[SELF_TRUSTED] = { SELF_TRUSTED, "own box", "relay.example.org",
	    .to = 30 },
	[LEAF_TRUSTED] = { STRANGER, "own leaf", "relay.example.org",
	    .to = 30 },
	/* Another key under a name that is believed. */
	[FORGED] = { FORGED, "Root", .to = 90, .ca = true },
	[LEAF_FORGED] = { FORGED, "leaf", "relay.example.org", .to = 30 },
	[SELF_OLD] = { SELF_OLD, "self", "other.example.org", .from = -30,
	    .to = -2, .same_key = SELF },
	[LEAF_AGAIN] = { ROOT, "leaf", "relay.example.org", .from = 0,
	    .to = 60, .same_key = LEAF },
	/* As old appliances have them. */
	[OLD_CA] = { OLD_CA, "Appliance", .to = 90, .ca = true, .rsa = 1024,
	    .signed_with = GNUTLS_DIG_SHA1 },
	[LEAF_SHA1] = { ROOT, "old", "relay.example.org", .to = 30,
	    .signed_with = GNUTLS_DIG_SHA1 },
	[LEAF_MD5] = { OLD_CA, "old", "relay.example.org", .to = 30,
	    .signed_with = GNUTLS_DIG_MD5 },
	[LEAF_RSA_1024] = { ROOT, "old", "relay.example.org", .to = 30,
	    .rsa = 1024 },
	[LEAF_CHAIN_1024] = { OLD_CA, "old", "relay.example.org", .to = 30 },
	[LEAF_STAPLE] = { ROOT, "leaf", "relay.example.org", .to = 30,
	    .staple = true },
};

/* What is believed; not in it: STRANGER, NEW_HIDDEN, INTER, leaves. */
static const enum cert store[] = { ROOT, OTHER, LONG, EXPIRED_ROOT, DUP_1,
    DUP_2, RENEWED_OLD, RENEWED, NEW_ROOT, ANCHORED, SELF_TRUSTED,
    LEAF_TRUSTED };

_Static_assert(FILLERS == 3 * NITEMS(store), "three for each");

static struct id id[CERTS];
static struct id filler[FILLERS];

static void
make_fillers(void)
{
	static char cn[FILLERS][32];
	static struct recipe r[FILLERS];
	int i;

	for (i = 0; i < FILLERS; i++) {
		(void)snprintf(cn[i], sizeof(cn[i]), "Filler %d", i);
		r[i] = (struct recipe){ i, cn[i], .to = 90, .ca = true };
		make_id(filler, r, i);
	}
}

/*
 * A copy of the file with other line ends and lengths.  With shift, every
 * second line is that much longer and the next one so much shorter.
 */
static void
rewrap(const char *from, const char *to, size_t width, size_t shift,
    const char *nl)
{
	struct buf out = { .max = 1 << 20 };
	char *name = path(from), line[256];
	FILE *fp = fopen(name, "r");
	size_t i, n, col = 0, row = 0;

	if (fp == NULL) {
		must(GNUTLS_E_FILE_ERROR);
		return;
	}
	while (fgets(line, sizeof(line), fp) != NULL) {
		n = strcspn(line, "\n");
		if (line[0] == '-') {
			if (col > 0)
				buf_adds(&out, nl);
			buf_add(&out, line, n);
			buf_adds(&out, nl);
			col = row = 0;
			continue;
		}
		for (i = 0; i < n; i++) {
			buf_add(&out, line + i, 1);
			if (++col == (row == 0 ? width : row % 2 == 1 ?
			    width + shift : width - shift)) {
				buf_adds(&out, nl);
				col = 0;
				row++;
			}
		}
	}
	(void)fclose(fp);
	free(name);
	write_file(to, out.p, out.len);
	buf_release(&out);
}

static void
make_stores(void)
{
	char name[64], *file;
	size_t i;

	file = path("dir");
	if (mkdir(file, 0700) == -1)
		must(GNUTLS_E_FILE_ERROR);
	free(file);
	write_file("dir/README", "no certificate\n", 15);
	write_file("dir/broken.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n", 33);
	write_file("store.pem", "Issuer: -- not in base64\n", 25);
	/* Those that matter stand among those that do not. */
	for (i = 0; i < FILLERS + NITEMS(store); i++) {
		const struct id *c = i % 4 == 3 ? &id[store[i / 4]] :
		    &filler[i - i / 4];

		(void)snprintf(name, sizeof(name), "dir/%08zx.0", i);
		write_cert(name, c);
		write_cert("store.pem", c);
	}
	/* The same again under other names, as directories have it. */
	write_cert("dir/Root.pem", &id[ROOT]);
	rewrap("store.pem", "crlf.pem", 64, 0, "\r\n");
	rewrap("store.pem", "wide.pem", 76, 0, "\n");
	rewrap("store.pem", "long.pem", 1 << 20, 0, "\n");
	rewrap("store.pem", "odd.pem", 61, 0, "\n");
	rewrap("store.pem", "uneven.pem", 64, 4, "\n");
}

/* A handshake, in this process; what the client made of the server. */

struct outcome {
	bool			 up;
	int			 e;
	unsigned		 status;
	struct trust		*trust;		/* NULL: as GnuTLS does */
	struct trust_verdict	 verdict;
	gnutls_typed_vdata_st	 must[2];
	char			 why[2048];
	unsigned		 came;		/* certificates */
};

static int
judge(gnutls_session_t s)
{
	struct outcome *o = gnutls_session_get_ptr(s);
	struct buf b = { .max = sizeof(o->why) };

	o->e = trust_judge(o->trust, s, o->must, NITEMS(o->must),
	    &o->verdict);
	o->status = o->verdict.status;
	if (o->e == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		trust_why(o->trust, s, &o->verdict,
		    (const char *)o->must[0].data, &b);
	(void)strlcpy(o->why, buf_text(&b), sizeof(o->why));
	buf_release(&b);
	return o->e;
}

static gnutls_session_t
server_of(const enum cert *sent, int fd, gnutls_certificate_credentials_t *c)
{
	gnutls_pcert_st crts[SENT];
	gnutls_privkey_t key;
	gnutls_session_t s;
	int n;

	/* Each by itself: of a list GnuTLS would make a proper chain. */
	for (n = 0; n < SENT && sent[n] != NONE; n++)
		must(gnutls_pcert_import_x509(&crts[n], id[sent[n]].crt, 0));
	must(gnutls_privkey_init(&key));
	must(gnutls_privkey_import_x509(key, id[sent[0]].key, 0));
	must(gnutls_certificate_allocate_credentials(c));
	must(gnutls_certificate_set_key(*c, NULL, 0, crts, n, key));
	must(gnutls_init(&s, GNUTLS_SERVER | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL));
	must(gnutls_set_default_priority(s));
	must(gnutls_credentials_set(s, GNUTLS_CRD_CERTIFICATE, *c));
	gnutls_transport_set_int(s, fd);
	return s;
}

/* trust, or else what GnuTLS says with these credentials */
static struct outcome
meet(const enum cert *sent, const char *name, struct trust *trust,
    gnutls_certificate_credentials_t whole)
{
	struct outcome o = { .trust = trust };
	gnutls_certificate_credentials_t c;
	gnutls_session_t client, server;
	int fd[2], e = GNUTLS_E_AGAIN, theirs = GNUTLS_E_AGAIN, turns = TURNS;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == -1)
		must(GNUTLS_E_PULL_ERROR);
	server = server_of(sent, fd[1], &c);
	o.must[0].type = GNUTLS_DT_DNS_HOSTNAME;
	o.must[0].data = (unsigned char *)(uintptr_t)name;
	o.must[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
	o.must[1].data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER;
	must(gnutls_init(&client, GNUTLS_CLIENT | GNUTLS_NONBLOCK |
	    GNUTLS_NO_SIGNAL));
	must(gnutls_set_default_priority(client));
	must(gnutls_credentials_set(client, GNUTLS_CRD_CERTIFICATE,
	    trust != NULL ? trust_credentials(trust) : whole));
	gnutls_transport_set_int(client, fd[0]);
	gnutls_session_set_ptr(client, &o);
	if (trust != NULL)
		gnutls_session_set_verify_function(client, judge);
	else
		gnutls_session_set_verify_cert2(client, o.must, 2, 0);
	while (turns-- > 0 && e < 0 && !gnutls_error_is_fatal(e)) {
		if (theirs < 0 && !gnutls_error_is_fatal(theirs))
			theirs = gnutls_handshake(server);
		e = gnutls_handshake(client);
	}
	o.up = e == 0;
	(void)gnutls_certificate_get_peers(client, &o.came);
	if (trust == NULL) {
		o.e = e;
		o.status = gnutls_session_get_verify_cert_status(client);
	}
	gnutls_deinit(client);
	gnutls_deinit(server);
	gnutls_certificate_free_credentials(c);
	(void)close(fd[0]);
	(void)close(fd[1]);
	return o;
}

/* How many GnuTLS has parsed. */
static int
parsed(const struct trust *t)
{
	gnutls_x509_trust_list_iter_t iter = NULL;
	gnutls_x509_trust_list_t list;
	gnutls_x509_crt_t crt;
	int n = 0;

	gnutls_certificate_get_trust_list(trust_credentials(t), &list);
	while (gnutls_x509_trust_list_iter_get_ca(list, &iter, &crt) == 0) {
		gnutls_x509_crt_deinit(crt);
		n++;
	}
	gnutls_x509_trust_list_iter_deinit(iter);
	return n;
}

static struct trust *
load(const char *base, const char *pins, bool pins_only)
{
	char *file = base != NULL ? path(base) : NULL;
	struct trust_opts o = { .ca = file, .pins = pins,
	    .pins_only = pins_only };
	struct trust *t;
	struct fault f;

	fault_clear(&f);
	if ((t = trust_new(&o, &f)) == NULL) {
		printf("Bail out! %s\n", f.text);
		exit(1);
	}
	free(file);
	return t;
}

static const struct meeting {
	const char	*label;
	enum cert	 sent[SENT];
	const char	*name;		/* NULL: relay.example.org */
	bool		 fine;
	int		 need;		/* of the store are needed */
} meetings[] = {
	{ "ok", { LEAF, NONE }, NULL, true, 1 },
	{ "a root with a long name", { LEAF_LONG, NONE }, NULL, true, 1 },
	{ "with an intermediate", { LEAF_INTER, INTER, NONE }, NULL, true,
	    1 },
	{ "root sent along", { LEAF, ROOT, NONE }, NULL, true, 1 },
	{ "intermediate and root", { LEAF_INTER, INTER, ROOT, NONE }, NULL,
	    true, 1 },
	{ "out of order", { LEAF_INTER, ROOT, INTER, NONE }, NULL, true, 1 },
	{ "something else between", { LEAF_INTER, HIDDEN_BY_OTHER, INTER,
	    NONE }, NULL, true, 2 },
	{ "intermediate missing", { LEAF_INTER, NONE }, NULL, false, 0 },
	{ "expired", { LEAF_EXPIRED, NONE }, NULL, false, 0 },
	{ "expired root", { LEAF_OLD_ROOT, NONE }, NULL, false, 0 },
	{ "wrong CA", { LEAF_STRANGER, NONE }, NULL, false, 0 },
	{ "wrong CA sent along", { LEAF_STRANGER, STRANGER, NONE }, NULL,
	    false, 0 },
	{ "wrong name", { LEAF, NONE }, "mail.example.org", false, 0 },
	{ "wrong CA and name", { LEAF_STRANGER, NONE }, "mail.example.org",
	    false, 0 },
	{ "wrong purpose", { LEAF_CLIENT, NONE }, NULL, false, 0 },
	{ "self-signed", { SELF, NONE }, NULL, false, 0 },
	{ "self-signed and believed", { SELF_TRUSTED, NONE }, NULL, true,
	    1 },
	{ "a leaf believed, but not its issuer", { LEAF_TRUSTED, NONE }, NULL,
	    true, 1 },
	{ "that and its issuer", { LEAF_TRUSTED, STRANGER, NONE }, NULL,
	    true, 1 },
	{ "namesake 1", { LEAF_DUP_1, NONE }, NULL, true, 2 },
	{ "namesake 2", { LEAF_DUP_2, NONE }, NULL, true, 2 },
	{ "namesake 2, the other sent along", { LEAF_DUP_2, DUP_1, NONE },
	    NULL, true, 2 },
	{ "renewed root", { LEAF_RENEWED, NONE }, NULL, true, 2 },
	{ "renewed root, the old sent along", { LEAF_RENEWED, RENEWED_OLD,
	    NONE }, NULL, true, 2 },
	{ "cross-signed by a stranger", { LEAF_NEW, NEW_BY_STRANGER, NONE },
	    NULL, true, 1 },
	{ "that and the stranger", { LEAF_NEW, NEW_BY_STRANGER, STRANGER,
	    NONE }, NULL, true, 1 },
	{ "cross-signed by one believed", { LEAF_HIDDEN, HIDDEN_BY_OTHER,
	    NONE }, NULL, true, 1 },
	{ "the same without", { LEAF_HIDDEN, NONE }, NULL, false, 0 },
	{ "only an intermediate believed", { LEAF_ANCHORED, NONE }, NULL,
	    true, 1 },
	{ "that and its root", { LEAF_ANCHORED, ANCHORED, STRANGER, NONE },
	    NULL, true, 1 },
	{ "a forger under a name believed", { LEAF_FORGED, NONE }, NULL,
	    false, 0 },
	{ "the forger sent along", { LEAF_FORGED, FORGED, NONE }, NULL,
	    false, 0 },
	{ "many others sent along", { LEAF, OTHER, NEW_ROOT, DUP_1, STRANGER,
	    INTER, FORGED, ROOT, NONE }, NULL, true, -1 },
	{ "too many sent", { LEAF, OTHER, NEW_ROOT, DUP_1, DUP_2, STRANGER,
	    INTER, FORGED, RENEWED, RENEWED_OLD, ANCHORED, NEW_HIDDEN,
	    NEW_BY_STRANGER, HIDDEN_BY_OTHER, EXPIRED_ROOT, SELF, SELF_OLD,
	    ROOT, NONE }, NULL, false, 0 },
};

/* plain: in lines that are all as long as the first, as usual */
static void
t_same(const char *base, bool plain)
{
	static const char relay[] = "relay.example.org";
	gnutls_certificate_credentials_t whole;
	const struct meeting *m;
	char *file = path("store.pem");
	int all = FILLERS + (int)NITEMS(store), n;

	must(gnutls_certificate_allocate_credentials(&whole));
	is_int(gnutls_certificate_set_x509_trust_file(whole, file,
	    GNUTLS_X509_FMT_PEM), all, "GnuTLS has all of the store");
	for (m = meetings; m < meetings + NITEMS(meetings); m++) {
		const char *name = m->name != NULL ? m->name : relay;
		struct trust *t = load(base, NULL, false);
		int early = parsed(t);
		struct outcome want = meet(m->sent, name, NULL, whole);
		struct outcome got = meet(m->sent, name, t, NULL);

		for (n = 0; m->sent[n] != NONE; n++)
			;
		is_int(got.came, n, "%s, %s: all came", base, m->label);
		ok(want.up == m->fine && got.up == m->fine,
		    "%s, %s: %s %s", base, m->label, m->fine ? "believed" :
		    "refused", got.why);
		/* Where there is no verdict there is no status. */
		ok(want.e == GNUTLS_E_CERTIFICATE_ERROR ? got.e < 0 :
		    got.e == want.e && got.status == want.status,
		    "... %d 0x%x is what GnuTLS says, %d 0x%x", got.e,
		    got.status, want.e, want.status);
		is_int(early, plain ? 0 : all, "... parsed beforehand");
		n = parsed(t);
		if (m->need == -1)
			ok(n <= all, "... parsed %d", n);
		else
			is_int(n, plain && m->fine ? m->need : all,
			    "... parsed");
		trust_free(t);
	}
	gnutls_certificate_free_credentials(whole);
	free(file);
}

/* One store, many relays: what was parsed before changes nothing. */
static void
t_again(void)
{
	struct trust *t = load("store.pem", NULL, false);
	const struct meeting *m;
	struct outcome o;
	int i;

	for (i = 0; i < 2; i++)
		for (m = meetings; m < meetings + NITEMS(meetings); m++) {
			o = meet(m->sent, m->name != NULL ? m->name :
			    "relay.example.org", t, NULL);
			ok(o.up == m->fine, "again, %s %s", m->label, o.why);
		}
	is_int(parsed(t), FILLERS + (int)NITEMS(store), "each parsed once");
	trust_free(t);
}

/* Pins */

static void
pin_of(enum cert c, char text[PIN_TEXT])
{
	gnutls_datum_t der;
	unsigned char pin[PIN_SIZE];

	must(gnutls_x509_crt_export2(id[c].crt, GNUTLS_X509_FMT_DER, &der));
	ok(cert_pin((struct octets){ der.data, der.size }, pin),
	    "it has a pin");
	pin_text(pin, text);
	gnutls_free(der.data);
}

/* Is a pin what others take it for, such as openssl(1) and curl(1)? */
static void
t_pin_value(void)
{
	unsigned char hash[32];
	char text[PIN_TEXT], want[PIN_TEXT];
	size_t n = sizeof(hash);

	must(gnutls_x509_crt_get_key_id(id[LEAF].crt,
	    GNUTLS_KEYID_USE_SHA256, hash, &n));
	pin_text(hash, want);
	pin_of(LEAF, text);
	is(text, want, "the SHA-256 of the SubjectPublicKeyInfo");
}

static void
t_pins(void)
{
	static const struct {
		const char	*label;
		enum cert	 sent[SENT];
		enum cert	 pin[4];
		bool		 pins_only, fine, pinned;
		const char	*name, *why;
	} tests[] = {
		{ "its own key", { LEAF, NONE }, { LEAF, NONE },
		    false, true, true, NULL, NULL },
		{ "renewed with the same key", { LEAF_AGAIN, NONE },
		    { LEAF, NONE }, false, true, true, NULL, NULL },
		{ "one of several", { LEAF, NONE }, { SELF, OTHER, LEAF,
		    NONE }, false, true, true, NULL, NULL },
		{ "another", { LEAF, NONE }, { LEAF_OTHER, NONE },
		    false, false, false, NULL,
		    "it matches no tls-pin: its own is sha256:" },
		{ "the intermediate", { LEAF_INTER, INTER, NONE }, { INTER,
		    NONE }, false, true, false, NULL, NULL },
		{ "the root that was sent", { LEAF_INTER, INTER, ROOT, NONE },
		    { ROOT, NONE }, false, true, false, NULL, NULL },
		{ "the root that was not sent", { LEAF_INTER, INTER, NONE },
		    { ROOT, NONE }, false, true, false, NULL, NULL },
		{ "one that merely comes along", { LEAF, OTHER, NONE },
		    { OTHER, NONE }, false, false, false, NULL,
		    "it matches no tls-pin" },
		{ "one believed that has no part in it", { LEAF, NONE },
		    { OTHER, NONE }, false, false, false, NULL,
		    "it matches no tls-pin" },
		{ "an intermediate of nobody believed", { LEAF_STRANGER,
		    STRANGER, NONE }, { STRANGER, NONE }, false, false,
		    false, NULL, "no trusted authority signed it" },
		{ "self-signed", { SELF, NONE }, { SELF, NONE },
		    false, true, true, NULL, NULL },
		{ "self-signed, wrong pin", { SELF, NONE }, { LEAF, NONE },
		    false, false, false, NULL, "; it is self-signed" },
		{ "self-signed, expired, for another", { SELF_OLD, NONE },
		    { SELF, NONE }, false, true, true, NULL, NULL },
		{ "wrong name", { LEAF, NONE }, { LEAF, NONE }, false, true,
		    true, "mail.example.org", NULL },
		{ "wrong name, CA pinned", { LEAF, NONE }, { ROOT, NONE },
		    false, false, false, "mail.example.org",
		    "not for mail.example.org" },
		{ "SHA-1", { LEAF_SHA1, NONE }, { LEAF_SHA1, NONE }, false,
		    true, true, NULL, NULL },
		{ "SHA-1, its issuer sent", { LEAF_SHA1, ROOT, NONE },
		    { LEAF_SHA1, NONE }, false, true, true, NULL, NULL },
		{ "no CA: SHA-1", { LEAF_SHA1, ROOT, NONE },
		    { LEAF_SHA1, NONE }, true, true, true, NULL, NULL },
		{ "SHA-1, another pin", { LEAF_SHA1, ROOT, NONE },
		    { LEAF, NONE }, false, false, false, NULL,
		    "it matches no tls-pin" },
		{ "MD5", { LEAF_MD5, NONE }, { LEAF_MD5, NONE }, false, true,
		    true, NULL, NULL },
		{ "no CA: MD5", { LEAF_MD5, OLD_CA, NONE }, { LEAF_MD5,
		    NONE }, true, true, true, NULL, NULL },
		{ "RSA 1024", { LEAF_RSA_1024, NONE }, { LEAF_RSA_1024,
		    NONE }, false, true, true, NULL, NULL },
		{ "no CA: RSA 1024", { LEAF_RSA_1024, NONE },
		    { LEAF_RSA_1024, NONE }, true, true, true, NULL, NULL },
		{ "SHA-1, CA pinned", { LEAF_SHA1, NONE }, { ROOT,
		    NONE }, false, false, false, NULL, "insecure" },
		{ "a weak chain", { LEAF_CHAIN_1024, OLD_CA, NONE },
		    { LEAF_CHAIN_1024, NONE }, false, true, true, NULL,
		    NULL },
		{ "no status, though it must have one", { LEAF_STAPLE, NONE },
		    { LEAF_STAPLE, NONE }, false, true, true, NULL, NULL },
		{ "a signature that is wrong", { LEAF_FORGED, ROOT, NONE },
		    { LEAF_FORGED, NONE }, false, true, true, NULL, NULL },
		{ "too many sent", { LEAF, OTHER, NEW_ROOT, DUP_1, DUP_2,
		    STRANGER, INTER, FORGED, RENEWED, RENEWED_OLD, ANCHORED,
		    NEW_HIDDEN, NEW_BY_STRANGER, HIDDEN_BY_OTHER,
		    EXPIRED_ROOT, SELF, SELF_OLD, ROOT, NONE }, { LEAF,
		    NONE }, false, true, true, NULL, NULL },
		{ "no CA: its own", { SELF, NONE }, { SELF, NONE }, true,
		    true, true, NULL, NULL },
		{ "no CA: another", { SELF, NONE }, { LEAF, NONE }, true,
		    false, false, NULL, "it matches no tls-pin" },
		{ "no CA: a root", { LEAF, ROOT, NONE }, { ROOT, NONE },
		    true, false, false, NULL, "it matches no tls-pin" },
	};
	char pins[4 * PIN_TEXT], text[PIN_TEXT];
	struct outcome o;
	struct trust *t;
	size_t i, k;

	for (i = 0; i < NITEMS(tests); i++) {
		pins[0] = '\0';
		for (k = 0; tests[i].pin[k] != NONE; k++) {
			pin_of(tests[i].pin[k], text);
			(void)strlcat(pins, text, sizeof(pins));
			(void)strlcat(pins, " ", sizeof(pins));
		}
		t = load("store.pem", pins, tests[i].pins_only);
		o = meet(tests[i].sent, tests[i].name != NULL ?
		    tests[i].name : "relay.example.org", t, NULL);
		ok(o.up == tests[i].fine && o.verdict.pinned ==
		    tests[i].pinned && o.e == (tests[i].fine ? 0 :
		    GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR),
		    "pin, %s: %s", tests[i].label, o.why);
		ok(tests[i].why == NULL ? o.why[0] == '\0' :
		    strstr(o.why, tests[i].why) != NULL, "... why");
		trust_free(t);
	}
}

/* Files that are no good */

static void
t_files(void)
{
	static const struct { const char *file, *text; } tests[] = {
		{ "empty.pem", "there is no certificate in " },
		{ "words.pem", "there is no certificate in " },
		{ "broken.pem", "there is no certificate in " },
		{ "open.pem", "there is no certificate in " },
		{ "none.pem", "No such file or directory" },
		{ "bare", "there is no certificate in " },
		{ "half.pem", "a certificate in " },
		{ "fifo", "is not a regular file" },
	};
	static const char words[] = "not a certificate\n";
	static const char broken[] = "-----BEGIN CERTIFICATE-----\nMIIB\n"
	    "-----END CERTIFICATE-----\n";
	struct trust_opts o = { 0 };
	struct trust *t;
	struct fault f;
	char *file;
	size_t i;

	write_file("empty.pem", "", 0);
	write_file("words.pem", words, strlen(words));
	write_file("broken.pem", broken, strlen(broken));
	write_file("open.pem", broken, 40);
	write_cert("half.pem", &id[ROOT]);
	write_file("half.pem", broken, strlen(broken));
	file = path("bare");
	ok(mkdir(file, 0700) == 0, "a bare directory");
	free(file);
	file = path("fifo");
	ok(mkfifo(file, 0600) == 0, "a pipe");
	free(file);
	for (i = 0; i < NITEMS(tests); i++) {
		fault_clear(&f);
		o.ca = file = path(tests[i].file);
		ok((t = trust_new(&o, &f)) == NULL &&
		    f.stage == ST_CONFIG && f.verdict == VD_PERM &&
		    strstr(f.text, file) && strstr(f.text, tests[i].text),
		    "%s: %s", tests[i].file, f.text);
		trust_free(t);
		free(file);
	}
}

/* CVE-2019-8337: the default is where a hole is not noticed. */
static void
t_system(void)
{
	static const enum cert sent[] = { LEAF, NONE };
	struct trust_opts opts = { 0 };
	struct outcome o;
	struct trust *t;
	struct fault f;

	fault_clear(&f);
	if ((t = trust_new(&opts, &f)) == NULL) {
		ok(f.stage == ST_CONFIG, "no system trust: %s", f.text);
		return;
	}
	ok(parsed(t) < 10, "nothing much is parsed beforehand");
	o = meet(sent, "relay.example.org", t, NULL);
	ok(!o.up && o.e == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR &&
	    (o.status & GNUTLS_CERT_SIGNER_NOT_FOUND),
	    "the system's trust does not know us: %s", o.why);
	ok(parsed(t) > 10, "it was asked whole");
	trust_free(t);
}

int
main(void)
{
	size_t i;

	make_dir();
	for (i = 0; i < CERTS; i++)
		make_id(id, recipes, (int)i);
	make_fillers();
	make_stores();
	t_same("store.pem", true);
	t_same("crlf.pem", true);
	t_same("wide.pem", true);
	t_same("long.pem", true);
	t_same("dir", true);
	t_same("odd.pem", false);
	t_same("uneven.pem", false);
	t_again();
	t_pin_value();
	t_pins();
	t_files();
	t_system();
	for (i = 0; i < CERTS; i++)
		free_id(&id[i]);
	for (i = 0; i < FILLERS; i++)
		free_id(&filler[i]);
	remove_dir();
	return done();
}
