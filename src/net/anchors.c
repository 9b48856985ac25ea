/* anchors.c - the certificates that are believed, parsed when needed */

/*
 * To parse all certificates of a system's trust store costs five times as
 * much as the rest of a delivery, and one of them is needed.  So the store
 * is kept as PEM, beside a hash of each subject; once a relay has sent its
 * chain, GnuTLS is given those whose subject is an issuer or a subject in
 * it.  It considers no others, for it compares names by their octets too.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "net/anchors.h"

#define TEXT_MAX	(16 * 1024 * 1024)	/* octets of a trust store */
#define HEAD		384	/* octets that mostly reach to the subject */
#define FEW		4	/* these are parsed at once */

#define BEGIN		"-----BEGIN "
#define END		"-----END "

struct anchor {
	size_t		 at, n;		/* its PEM block in the text */
	uint32_t	 subject;	/* hash */
	bool		 given;		/* GnuTLS has it, or cannot take it */
};

/* FNV-1a.  Who collides is believed anyway, and merely parsed in vain. */
static uint32_t
hash(struct octets o)
{
	uint32_t h = 2166136261U;
	size_t i;

	for (i = 0; i < o.n; i++)
		h = (h ^ o.p[i]) * 16777619U;
	return h;
}

/* PEM */

static void
base64_values(unsigned char value[256])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char i;

	memset(value, 0x80, 256);
	for (i = 0; i < 64; i++)
		value[(unsigned char)digits[i]] = i;
}

/*
 * The first octets, up to max, that base64 text stands for; GnuTLS could
 * only decode all of it.  What is no digit is passed over, and so is an
 * incomplete group.
 */
static size_t
decode(const unsigned char value[256], const unsigned char *p,
    const unsigned char *end, unsigned char *out, size_t max)
{
	unsigned char a, b, c, d;
	uint32_t group = 0;
	size_t n = 0;
	unsigned k = 0;

	while (n + 3 <= max && p < end) {
		if (k == 0 && end - p >= 4) {
			a = value[p[0]];
			b = value[p[1]];
			c = value[p[2]];
			d = value[p[3]];
			if (((a | b | c | d) & 0x80) == 0) {
				out[n++] = (unsigned char)(a << 2 | b >> 4);
				out[n++] = (unsigned char)(b << 4 | c >> 2);
				out[n++] = (unsigned char)(c << 6 | d);
				p += 4;
				continue;
			}
		}
		if ((a = value[*p++]) & 0x80)
			continue;
		group = group << 6 | a;
		if (++k < 4)
			continue;
		out[n++] = (unsigned char)(group >> 16);
		out[n++] = (unsigned char)(group >> 8);
		out[n++] = (unsigned char)group;
		k = 0;
	}
	return n;
}

/* Hash the subject of a certificate in base64; false if that is none. */
static bool
hash_subject(const unsigned char value[256], const char *p, const char *end,
    uint32_t *subject)
{
	const unsigned char *from = (const unsigned char *)p;
	const unsigned char *to = (const unsigned char *)end;
	size_t all = (size_t)(end - p) / 4 * 3 + 3;
	unsigned char head[HEAD], *whole;
	struct cert_parts c;
	bool found;

	if (cert_parts((struct octets){ head,
	    decode(value, from, to, head, sizeof(head)) }, &c)) {
		*subject = hash(c.subject);
		return true;
	}
	whole = xmalloc(all);
	found = cert_parts((struct octets){ whole,
	    decode(value, from, to, whole, all) }, &c);
	if (found)
		*subject = hash(c.subject);
	free(whole);
	return found;
}

static bool
begins(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

/* The same certificate may be in a directory under several names. */
static bool
known(const struct anchors *s, const struct anchor *a)
{
	const struct anchor *b;

	for (b = s->v; b < s->v + s->n; b++)
		if (b->subject == a->subject && b->n == a->n &&
		    memcmp(s->text.p + b->at, s->text.p + a->at, a->n) == 0)
			return true;
	return false;
}

static void
note(struct anchors *s, const struct anchor *a)
{
	if (known(s, a))
		return;
	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : 256;
		s->v = xreallocarray(s->v, s->cap,
		    sizeof(*s->v));
	}
	s->v[s->n++] = *a;
}

/*
 * Note the certificates in the text from there on.  Returns how many blocks
 * cannot be any.  Base64 has no dash: a block goes to the next one.
 */
static size_t
scan(struct anchors *s, size_t from)
{
	static const char *const labels[] = { "CERTIFICATE-----",
	    "X509 CERTIFICATE-----" };
	const char *p = s->text.p + from, *end = s->text.p + s->text.len;
	const char *body, *tail;
	unsigned char value[256];
	struct anchor a = { 0 };
	size_t i, bad = 0;

	base64_values(value);
	while ((p = memchr(p, '-', (size_t)(end - p))) != NULL) {
		for (i = 0, body = NULL; i < NITEMS(labels); i++)
			if (begins(p, end, BEGIN) && begins(p +
			    strlen(BEGIN), end, labels[i]))
				body = p + strlen(BEGIN) + strlen(labels[i]);
		if (body == NULL) {
			while (p < end && *p == '-')
				p++;
			continue;
		}
		tail = memchr(body, '-', (size_t)(end - body));
		if (tail != NULL && begins(tail, end, END) &&
		    hash_subject(value, body, tail, &a.subject)) {
			a.at = (size_t)(p - s->text.p);
			p = memchr(tail, '\n', (size_t)(end - tail));
			p = p != NULL ? p : end;
			a.n = (size_t)(p - s->text.p) - a.at;
			note(s, &a);
		} else {
			p = tail != NULL ? tail : end;
			bad++;
		}
	}
	return bad;
}

/* Files */

/* Append a regular file to the text: 0, or an errno and nothing. */
static int
slurp(struct anchors *s, int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK);
	size_t from = s->text.len;
	struct stat st;
	ssize_t n;
	int err = 0;

	if (fd == -1)
		return errno;
	if (fstat(fd, &st) == -1)
		err = errno;
	else if (!S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	else if (!buf_reserve(&s->text, (size_t)st.st_size))
		err = EFBIG;
	while (err == 0 && s->text.len - from < (size_t)st.st_size) {
		n = read(fd, s->text.p + s->text.len,
		    (size_t)st.st_size - (s->text.len - from));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			err = errno;
		if (n <= 0)
			break;
		s->text.len += (size_t)n;
	}
	(void)close(fd);
	if (err != 0)
		s->text.len = from;
	s->text.full = false;
	return err;
}

/* All that is in a directory, as c_rehash(1) and others fill it. */
static int
scan_dir(struct anchors *s, const char *path)
{
	struct dirent **entry;
	int i, n, fd, err = 0;
	size_t from, had;

	if ((fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return errno;
	if ((n = scandirat(fd, ".", &entry, NULL, alphasort)) == -1) {
		err = errno;
		n = 0;
		entry = NULL;
	}
	for (i = 0; i < n; i++) {
		from = s->text.len;
		had = s->n;
		if (entry[i]->d_name[0] != '.' &&
		    slurp(s, fd, entry[i]->d_name) == 0)
			(void)scan(s, from);
		if (s->n == had)
			s->text.len = from;
		free(entry[i]);
	}
	free(entry);
	(void)close(fd);
	return err;
}

/* Give one to GnuTLS. */
static int
give(struct anchors *s, gnutls_certificate_credentials_t cred,
    struct anchor *a)
{
	gnutls_datum_t pem = { (unsigned char *)s->text.p + a->at,
	    (unsigned)a->n };
	int n;

	if (a->given)
		return 1;
	a->given = true;
	n = gnutls_certificate_set_x509_trust_mem(cred, &pem,
	    GNUTLS_X509_FMT_PEM);
	s->unread += n < 1;
	return n;
}

int
anchors_load(struct anchors *s, gnutls_certificate_credentials_t cred,
    const char *path, struct fault *f)
{
	size_t i, bad = 0;
	int n = 1, err;

	s->text.max = TEXT_MAX;
	if ((err = slurp(s, AT_FDCWD, path)) == 0)
		bad = scan(s, 0);
	else if (err == EISDIR)
		err = scan_dir(s, path);
	if (err == EINVAL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "tls-ca: %s is not a regular file", path);
	if (err != 0)
		return fault_errno(f, ST_CONFIG, err, VD_PERM,
		    "tls-ca: cannot read %s", path);
	if (s->n == 0)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "tls-ca: there is no certificate in %s", path);
	for (i = 0; s->n <= FEW && i < s->n && n > 0; i++)
		n = give(s, cred, &s->v[i]);
	if (n > 0 && bad == 0)
		return 0;
	return fault_set(f, ST_CONFIG, FD_TLS, n, VD_PERM,
	    "tls-ca: a certificate in %s cannot be read%s%s", path,
	    n < 0 ? ": " : "", n < 0 ? gnutls_strerror(n) : "");
}

/* Where systems keep it; GnuTLS knows too, but would parse all of it. */
bool
anchors_system(struct anchors *s)
{
	static const char *const paths[] = {
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Arch */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora, RHEL */
		"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
		"/etc/ssl/ca-bundle.pem",		/* openSUSE */
		"/etc/ssl/cert.pem",			/* Alpine, the BSDs */
		"/usr/local/share/certs/ca-root-nss.crt", /* FreeBSD */
	};
	size_t i;

	s->text.max = TEXT_MAX;
	for (i = 0; i < NITEMS(paths) && s->n == 0; i++) {
		s->text.len = 0;
		if (slurp(s, AT_FDCWD, paths[i]) == 0)
			(void)scan(s, 0);
	}
	return s->n > 0;
}

static void
give_named(struct anchors *s, gnutls_certificate_credentials_t cred,
    uint32_t subject)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].subject == subject)
			(void)give(s, cred, &s->v[i]);
}

void
anchors_give(struct anchors *s, gnutls_certificate_credentials_t cred,
    struct octets der)
{
	struct cert_parts c;

	if (!cert_parts(der, &c))
		return;
	give_named(s, cred, hash(c.issuer));
	give_named(s, cred, hash(c.subject));
}

void
anchors_give_all(struct anchors *s, gnutls_certificate_credentials_t cred)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		(void)give(s, cred, &s->v[i]);
}

void
anchors_release(struct anchors *s)
{
	buf_release(&s->text);
	free(s->v);
}
