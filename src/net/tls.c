/*
 * tls.c - TLS sessions: handshakes, records, facts
 *
 * GnuTLS writes into a buffer and never sees a full socket.  So it never
 * sends half a record, and its rules for repeating a call do not apply.  A
 * flight of several records is sent in one piece.  It reads directly from
 * the socket, and only the current record.  So poll(2) is right except for
 * decrypted bytes not yet read.
 */

#include <sys/socket.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/gnutls.h"
#include "base/util.h"
#include "net/connect.h"
#include "net/resolve.h"
#include "net/tls.h"
#include "net/trust.h"

#define BATCH		(64 * 1024)	/* plaintext of one send(2), about */
#define OUT_MAX		(256 * 1024)

/* The code of a certificate that is refused because of `tls-pin`. */
#define UNPINNED	GNUTLS_E_CERTIFICATE_KEY_MISMATCH

#define VERSIONS	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
#define GROUPS		":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1" \
	":+GROUP-SECP384R1:+GROUP-SECP521R1:+GROUP-X448" \
	":+GROUP-FFDHE2048:+GROUP-FFDHE3072:+GROUP-FFDHE4096"

struct tls {
	int			 fd;
	gnutls_session_t	 session;
	gnutls_certificate_credentials_t empty; /* without trust */
	struct trust		*trust;
	struct trust_verdict	 verdict;
	char			*name;		/* no brackets, no final dot */
	unsigned char		 ip[16];
	gnutls_typed_vdata_st	 must[2];	/* checks for the certificate */
	bool			 noverify, implicit, up, eof;
	int			 err;		/* errno of the socket */
	struct buf		 out;
	size_t			 sent;		/* of out */
	char			 first[8];	/* first octets of the peer */
	size_t			 nfirst;
};

/* The socket, as GnuTLS sees it */

static int
tls_send_rest(struct tls *t)
{
	ssize_t n;

	while (t->err == 0 && t->sent < t->out.len) {
		n = send(t->fd, t->out.p + t->sent, t->out.len - t->sent,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n >= 0) {
			t->sent += (size_t)n;
		} else if (errno == EAGAIN) {
			return 0;
		} else if (errno != EINTR) {
			t->err = errno;
		}
	}
	buf_clear(&t->out);
	t->sent = 0;
	return t->err != 0 ? -1 : 0;
}

static ssize_t
tls_push(gnutls_transport_ptr_t ptr, const giovec_t *v, int n)
{
	struct tls *t = ptr;
	size_t sum = 0;
	int i;

	for (i = 0; i < n; i++) {
		buf_add(&t->out, v[i].iov_base, v[i].iov_len);
		sum += v[i].iov_len;
	}
	if (t->out.full) {
		t->err = ENOBUFS;
		gnutls.transport_set_errno(t->session, ENOBUFS);
		return -1;
	}
	return (ssize_t)sum;
}

static ssize_t
tls_pull(gnutls_transport_ptr_t ptr, void *p, size_t n)
{
	struct tls *t = ptr;
	ssize_t got;
	size_t k;

	got = recv(t->fd, p, n, MSG_DONTWAIT);
	if (got == -1) {
		if (errno != EAGAIN && errno != EINTR)
			t->err = errno;
		gnutls.transport_set_errno(t->session, errno);
	} else if (got == 0 && n > 0) {
		t->eof = true;
	} else if (!t->up) {
		k = sizeof(t->first) - t->nfirst;
		k = k < (size_t)got ? k : (size_t)got;
		memcpy(t->first + t->nfirst, p, k);
		t->nfirst += k;
	}
	return got;
}

/* A session */

/* The user's string, without the old versions that it does not name. */
static void
tls_add_priority(struct buf *out, const char *user)
{
	static const struct { const char *add, *del; } old[] = {
		{ "+VERS-TLS1.0", ":-VERS-TLS1.0" },
		{ "+VERS-TLS1.1", ":-VERS-TLS1.1" },
	};
	size_t i;

	buf_adds(out, user);
	for (i = 0; i < NITEMS(old); i++)
		if (strcasestr(user, old[i].add) == NULL)
			buf_adds(out, old[i].del);
}

/*
 * X25519 costs the least, and nearly all relays have it; the system's crypto
 * policy may forbid it.
 */
static int
tls_set_priority(struct tls *t, const char *user, struct fault *f)
{
	struct buf b = { .max = 4096 };
	const char *at = NULL;
	int e;

	if ((user == NULL || *user == '\0') && gnutls.priority_set_direct(
	    t->session, VERSIONS GROUPS, NULL) == 0)
		return 0;
	if (user == NULL || *user == '\0')
		buf_adds(&b, VERSIONS);
	else
		tls_add_priority(&b, user);
	e = b.full ? GNUTLS_E_INVALID_REQUEST :
	    gnutls.priority_set_direct(t->session, buf_text(&b), &at);
	if (e < 0)
		fault_set(f, ST_CONFIG, FD_TLS, e, VD_PERM,
		    "tls-priority: GnuTLS cannot use \"%s\"%s%s%s",
		    buf_text(&b), at != NULL ? " from \"" : "",
		    at != NULL ? at : "", at != NULL ? "\" on" : "");
	buf_release(&b);
	return e < 0 ? -1 : 0;
}

/* Callback of GnuTLS: is the relay's certificate good? */
static int
tls_judge(gnutls_session_t session)
{
	struct tls *t = gnutls.session_get_ptr(session);

	return trust_judge(t->trust, session, t->must, NITEMS(t->must),
	    &t->verdict);
}

/* The relay's name, to be sent to it (SNI) and checked in its certificate. */
static int
tls_set_name(struct tls *t, const struct tls_opts *o)
{
	size_t n = strlen(o->name), ip = resolve_literal(o->name, t->ip);
	int e = 0;

	if (ip == 0 && n > 0 && o->name[n - 1] == '.')
		n--;
	t->name = xstrndup(o->name, n);
	t->must[0].type = GNUTLS_DT_DNS_HOSTNAME;
	t->must[0].data = (unsigned char *)t->name;
	if (ip > 0) {
		t->must[0].type = GNUTLS_DT_IP_ADDRESS;
		t->must[0].data = t->ip;
		t->must[0].size = (unsigned)ip;
	} else {
		e = gnutls.server_name_set(t->session, GNUTLS_NAME_DNS,
		    t->name, n);
	}
	t->must[1].type = GNUTLS_DT_KEY_PURPOSE_OID;
	t->must[1].data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_SERVER;
	if (!o->noverify)
		gnutls.session_set_verify_function(t->session, tls_judge);
	return e;
}

static int
tls_set_up(struct tls *t, const struct tls_opts *o, struct fault *f)
{
	unsigned flags = GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
	    GNUTLS_NO_TICKETS | GNUTLS_KEY_SHARE_TOP;
	int e;

	/* Send tls-cert whatever authorities the relay lists. */
	if (o->trust != NULL && trust_has_own(o->trust))
		flags |= GNUTLS_FORCE_CLIENT_CERT;
	if ((e = gnutls.init(&t->session, flags)) < 0)
		goto fail;
	if (tls_set_priority(t, o->priority, f) == -1)
		return -1;
	if (o->trust == NULL && (e =
	    gnutls.certificate_allocate_credentials(&t->empty)) < 0)
		goto fail;
	if ((e = gnutls.credentials_set(t->session, GNUTLS_CRD_CERTIFICATE,
	    o->trust != NULL ? trust_credentials(o->trust) : t->empty)) < 0 ||
	    (e = tls_set_name(t, o)) < 0)
		goto fail;
	gnutls.session_set_ptr(t->session, t);
	gnutls.transport_set_ptr(t->session, t);
	gnutls.transport_set_vec_push_function(t->session, tls_push);
	gnutls.transport_set_pull_function(t->session, tls_pull);
	/* The caller has its own deadline. */
	gnutls.handshake_set_timeout(t->session, 0);
	return 0;
fail:
	return fault_set(f, ST_TLS, FD_TLS, e, VD_PERM, "%s",
	    gnutls.strerror(e));
}

struct tls *
tls_new(int fd, const struct tls_opts *o, struct fault *f)
{
	struct tls *t = xcalloc(1, sizeof(*t));

	assert(o->noverify || o->trust != NULL);
	t->fd = fd;
	t->trust = o->trust;
	t->noverify = o->noverify;
	t->implicit = o->implicit;
	t->out.max = OUT_MAX;
	if (gnutls_load(f) == 0 && tls_set_up(t, o, f) == 0)
		return t;
	tls_free(t);
	return NULL;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	if (t->session != NULL)
		gnutls.deinit(t->session);
	if (t->empty != NULL)
		gnutls.certificate_free_credentials(t->empty);
	buf_release(&t->out);
	free(t->name);
	free(t);
}

/* Handshake */

static int
tls_distrust(struct tls *t, int e, struct fault *f)
{
	struct buf b = { .max = FAULT_TEXT };

	trust_why(t->trust, t->session, &t->verdict, t->name, &b);
	(void)fault_set(f, ST_TLS, FD_TLS, t->verdict.unpinned ? UNPINNED : e,
	    VD_PERM, "the certificate of the relay is not good: %s",
	    buf_text(&b));
	buf_release(&b);
	return -1;
}

bool
tls_unpinned(const struct fault *f)
{
	return f->stage == ST_TLS && f->domain == FD_TLS && f->code == UNPINNED;
}

/* Did the relay begin as SMTP does, "220 " or "554-"? */
static bool
tls_in_clear(const struct tls *t)
{
	size_t i;

	for (i = 0; i < 3; i++)
		if (i >= t->nfirst || !ascii_digit((char)t->first[i]))
			return false;
	return t->nfirst > 3 && (t->first[3] == ' ' || t->first[3] == '-');
}

/* Quote the line; the rest of it is still in the socket. */
static int
tls_quote_clear(struct tls *t, int e, struct fault *f)
{
	char line[512];
	ssize_t n;

	memcpy(line, t->first, t->nfirst);
	n = recv(t->fd, line + t->nfirst, sizeof(line) - t->nfirst - 1,
	    MSG_DONTWAIT);
	line[t->nfirst + (n > 0 ? (size_t)n : 0)] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	if (t->implicit && memcmp(line, "220", 3) == 0)
		return fault_set(f, ST_TLS, FD_TLS, e, VD_PERM,
		    "this port begins in clear, as for STARTTLS: %s", line);
	return fault_set(f, ST_TLS, FD_TLS, e, VD_TEMP,
	    "the relay answered in clear: %s", line);
}

static int
tls_alert_fault(struct tls *t, int e, struct fault *f)
{
	gnutls_alert_description_t a = gnutls.alert_get(t->session);
	const char *name = gnutls.alert_get_name(a);
	bool asked = gnutls.certificate_client_get_request_status(
	    t->session) != 0;
	bool temp = t->up || a == GNUTLS_A_INTERNAL_ERROR ||
	    a == GNUTLS_A_USER_CANCELED;

	return fault_set(f, f->stage, FD_TLS, e, temp ? VD_TEMP : VD_PERM,
	    "the relay sent a TLS alert: %s%s",
	    name != NULL ? name : "an unknown one",
	    asked && (t->trust == NULL || !trust_has_own(t->trust)) ?
	    "; it asks for a client certificate" : "");
}

static int
tls_failed(struct tls *t, int e, struct fault *f)
{
	f->stage = ST_TLS;
	if (tls_in_clear(t))
		return tls_quote_clear(t, e, f);
	if (t->eof)
		return fault_set(f, ST_TLS, FD_LINK, 0, VD_TEMP,
		    "the relay closed the connection in the TLS handshake%s",
		    t->implicit && t->nfirst == 0 ?
		    ": perhaps this port does not speak TLS" : "");
	if (e == GNUTLS_E_PULL_ERROR || e == GNUTLS_E_PUSH_ERROR)
		return connect_lost(f, t->err);
	if (e == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return tls_alert_fault(t, e, f);
	if (gnutls.alert_send_appropriate(t->session, e) == 0)
		(void)tls_send_rest(t);
	if (e == GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR)
		return tls_distrust(t, e, f);
	if (e == GNUTLS_E_UNSUPPORTED_VERSION_PACKET)
		return fault_set(f, ST_TLS, FD_TLS, e, VD_PERM,
		    "the relay has no TLS version that is allowed here");
	return fault_set(f, ST_TLS, FD_TLS, e, VD_PERM, "%s",
	    gnutls.strerror(e));
}

int
tls_handshake(struct tls *t, struct fault *f)
{
	int e = gnutls.handshake(t->session);

	/* If this fails, the relay's reason may still be read. */
	(void)tls_send_rest(t);
	if (e == GNUTLS_E_SUCCESS) {
		t->up = true;
		return 1;
	}
	/* Treat an error that is not fatal, such as a warning, as EAGAIN. */
	return gnutls.error_is_fatal(e) ? tls_failed(t, e, f) : 0;
}

/* Data */

static int
tls_broken(struct tls *t, int e, struct fault *f)
{
	switch (e) {
	case GNUTLS_E_PREMATURE_TERMINATION:
		return fault_set(f, f->stage, FD_LINK, 0, VD_TEMP,
		    "connection closed by the relay without close_notify");
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		return connect_lost(f, t->err);
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return tls_alert_fault(t, e, f);
	default:
		return fault_set(f, f->stage, FD_TLS, e, VD_TEMP, "%s",
		    gnutls.strerror(e));
	}
}

ssize_t
tls_read(struct tls *t, void *p, size_t n, struct fault *f)
{
	ssize_t got = gnutls.record_recv(t->session, p, n);

	/* CVE-2009-3555: never renegotiate. */
	if (got == GNUTLS_E_REHANDSHAKE)
		(void)gnutls.alert_send(t->session, GNUTLS_AL_WARNING,
		    GNUTLS_A_NO_RENEGOTIATION);
	(void)tls_send_rest(t);
	if (got > 0)
		return got;
	if (got == 0)
		return connect_lost(f, 0);
	return gnutls.error_is_fatal((int)got) ? tls_broken(t, (int)got, f) : 0;
}

ssize_t
tls_write(struct tls *t, const void *data, size_t n, struct fault *f)
{
	const char *p = data;
	size_t done = 0;
	ssize_t k;

	if (tls_flush(t, f) == -1)
		return -1;
	while (done < n && !tls_unsent(t)) {
		while (done < n && t->out.len < BATCH) {
			k = gnutls.record_send(t->session, p + done, n - done);
			if (k < 0)
				return tls_broken(t, (int)k, f);
			done += (size_t)k;
		}
		if (tls_flush(t, f) == -1)
			return -1;
	}
	return (ssize_t)done;
}

bool
tls_unsent(const struct tls *t)
{
	return t->out.len > 0;
}

int
tls_flush(struct tls *t, struct fault *f)
{
	return tls_send_rest(t) == -1 ? connect_lost(f, t->err) : 0;
}

bool
tls_pending(const struct tls *t)
{
	return gnutls.record_check_pending(t->session) > 0;
}

void
tls_bye(struct tls *t)
{
	if (t->up && gnutls.bye(t->session, GNUTLS_SHUT_WR) == 0)
		(void)tls_send_rest(t);
}

/* Facts */

static const char *
tls_known(const char *s)
{
	return s != NULL ? s : "unknown";
}

const char *
tls_version(const struct tls *t)
{
	return tls_known(gnutls.protocol_get_name(
	    gnutls.protocol_get_version(t->session)));
}

const char *
tls_cipher(const struct tls *t)
{
	return tls_known(gnutls.cipher_get_name(gnutls.cipher_get(t->session)));
}

const char *
tls_assurance(const struct tls *t)
{
	return t->noverify ? "unverified" :
	    t->verdict.pinned ? "pinned" : "verified";
}

/* The OCSP status that the relay sent with its certificate. */
static const char *
tls_ocsp(const struct tls *t)
{
	gnutls_datum_t der;
	gnutls_ocsp_resp_t resp;
	unsigned status = GNUTLS_OCSP_CERT_UNKNOWN;
	int e;

	if (gnutls.ocsp_status_request_get2(t->session, 0, &der) < 0)
		return "none";
	if (gnutls.ocsp_resp_init(&resp) < 0)
		return "unknown";
	if ((e = gnutls.ocsp_resp_import(resp, &der)) == 0)
		e = gnutls.ocsp_resp_get_single(resp, 0, NULL, NULL, NULL,
		    NULL, &status, NULL, NULL, NULL, NULL);
	gnutls.ocsp_resp_deinit(resp);
	if (e < 0)
		return "unreadable";
	return status == GNUTLS_OCSP_CERT_GOOD ? "good" :
	    status == GNUTLS_OCSP_CERT_REVOKED ? "revoked" : "unknown";
}

void
tls_facts(const struct tls *t, struct tls_facts *facts)
{
	gnutls_group_t group = gnutls.group_get(t->session);
	const gnutls_datum_t *der;
	unsigned i, n = 0;

	memset(facts, 0, sizeof(*facts));
	facts->version = tls_version(t);
	facts->cipher = tls_cipher(t);
	/* TLS 1.2 with RSA key exchange has no group. */
	facts->group = tls_known(group != GNUTLS_GROUP_INVALID ?
	    gnutls.group_get_name(group) :
	    gnutls.kx_get_name(gnutls.kx_get(t->session)));
	facts->assurance = tls_assurance(t);
	facts->ocsp = tls_ocsp(t);
	der = gnutls.certificate_get_peers(t->session, &n);
	for (i = 0; der != NULL && i < n && i < TLS_FACTS_CHAIN; i++)
		if (!cert_facts((struct octets){ der[i].data, der[i].size },
		    &facts->cert[facts->ncerts++]))
			break;
}

/*
 * tls-unique is unique only if sessions are never resumed (RFC 7627);
 * heloise resumes none.
 */
const char *
tls_binding(const struct tls *t, struct buf *out)
{
	bool old = gnutls.protocol_get_version(t->session) < GNUTLS_TLS1_3;
	gnutls_datum_t d = { 0 };

	if (gnutls.session_channel_binding(t->session, old ?
	    GNUTLS_CB_TLS_UNIQUE : GNUTLS_CB_TLS_EXPORTER, &d) < 0)
		return NULL;
	buf_add(out, d.data, d.size);
	(*gnutls.free)(d.data);
	return old ? "tls-unique" : "tls-exporter";
}
