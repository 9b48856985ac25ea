/*
 * castore.c - the trusted certificates, parsed when needed
 *
 * To parse all certificates of a system's trust store costs five times as
 * much as the rest of a delivery.  But only one is needed, so the store is
 * kept as PEM, with the position of each subject.  When a relay has sent its
 * chain, GnuTLS gets those whose subject is an issuer or a subject in it.
 * Others cannot match, because GnuTLS compares names by their octets too.
 *
 * The lines of a PEM block are usually equally long, so octet n can be read
 * without those before it.  GnuTLS gets all other blocks at once.
 */

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "net/castore.h"

#define TEXT_MAX	(16 * 1024 * 1024)	/* octets of a trust store */
#define FEW		4	/* these are parsed at once */

#define SEQUENCE	0x30
#define INTEGER		0x02
#define VERSION_1	0xa0	/* absent from version 1 */

struct anchor {
	size_t		 at, n;		/* its PEM block in the text */
	size_t		 from, to;	/* its base64 in the text */
	size_t		 subject, len;	/* in its DER; len 0: not found */
	bool		 given;		/* to GnuTLS, which may have failed */
};

/* The base64 of a block, in lines that are equally long. */
struct lines {
	const unsigned char	*p;
	size_t			 n;
	size_t			 line;	/* octets of a line without its end */
	size_t			 stride; /* and with it */
};

/* PEM */

static struct lines
castore_lines_of(const struct castore *s, const struct anchor *a)
{
	const char *p = s->text.p + a->from, *nl;
	struct lines l = { .p = (const unsigned char *)p,
	    .n = a->to - a->from };

	if ((nl = memchr(p, '\n', l.n)) == NULL)
		return l;
	l.stride = (size_t)(nl - p) + 1;
	l.line = l.stride - (nl > p && nl[-1] == '\r' ? 2 : 1);
	return l;
}

/* Are these exactly the lines that so many octets make? */
static bool
castore_plain(const struct lines *l, size_t octets)
{
	size_t chars = (octets + 2) / 3 * 4, full = chars / l->line, i;
	size_t nl = l->stride - l->line;
	const unsigned char *p = l->p + l->line;

	if (l->n != chars + (full + (chars % l->line > 0)) * nl)
		return false;
	for (i = 0; i < full; i++, p += l->stride)
		if (p[0] != (nl == 2 ? '\r' : '\n') || p[nl - 1] != '\n')
			return false;
	return true;
}

static unsigned
castore_digit(unsigned char c)
{
	if (c >= 'a')
		return c <= 'z' ? c - 'a' + 26U : 64;
	if (c >= 'A')
		return c <= 'Z' ? c - 'A' + 0U : 64;
	if (c >= '0')
		return c <= '9' ? c - '0' + 52U : 64;
	return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Decode octets [at, at + n); false if they are not there. */
static bool
castore_peek(const struct lines *l, size_t at, unsigned char *out, size_t n)
{
	const unsigned char *p;
	unsigned a, b, c, d, v;
	size_t pos, i = at % 3;

	for (at -= i; n > 0; at += 3, i = 0) {
		pos = at / 3 * 4;
		pos = pos / l->line * l->stride + pos % l->line;
		if (pos + 4 > l->n)
			return false;
		p = l->p + pos;
		a = castore_digit(p[0]);
		b = castore_digit(p[1]);
		c = castore_digit(p[2]);
		d = castore_digit(p[3]);
		if (((a | b | c | d) & 64) != 0)
			return false;
		v = a << 18 | b << 12 | c << 6 | d;
		for (; i < 3 && n > 0; i++, n--)
			*out++ = (unsigned char)(v >> (16 - 8 * i));
	}
	return true;
}

/* Read tag and length at *at, and move *at behind them. */
static bool
castore_enter(const struct lines *l, size_t *at, unsigned char tag, size_t *len)
{
	unsigned char b[3];
	size_t i, more;

	if (!castore_peek(l, *at, b, 2) || b[0] != tag)
		return false;
	*len = b[1];
	more = *len > 0x7f ? *len & 0x7f : 0;
	if (*len == 0x80 || more > 3 ||
	    (more > 0 && !castore_peek(l, *at + 2, b, more)))
		return false;
	if (more > 0)
		for (*len = 0, i = 0; i < more; i++)
			*len = *len << 8 | b[i];
	*at += 2 + more;
	return true;
}

/* As cert_parts(), but it decodes only tags and lengths. */
static bool
castore_find_subject(const struct lines *l, struct anchor *a)
{
	static const unsigned char before[] = { INTEGER, SEQUENCE, SEQUENCE,
	    SEQUENCE };
	size_t i, at = 0, len;

	if (l->line == 0 || l->line % 4 != 0 ||
	    !castore_enter(l, &at, SEQUENCE, &len) ||
	    !castore_plain(l, at + len) ||
	    !castore_enter(l, &at, SEQUENCE, &len))
		return false;
	if (castore_enter(l, &at, VERSION_1, &len))
		at += len;
	for (i = 0; i < sizeof(before); i++) {
		if (!castore_enter(l, &at, before[i], &len))
			return false;
		at += len;
	}
	a->subject = at;
	if (!castore_enter(l, &at, SEQUENCE, &len))
		return false;
	a->len = at + len - a->subject;
	return true;
}

/* Is this its subject? */
static bool
castore_is_subject(const struct castore *s, const struct anchor *a,
    struct octets dn)
{
	struct lines l;
	unsigned char *p;
	bool same;

	if (a->len != dn.n)
		return false;
	l = castore_lines_of(s, a);
	p = xmalloc(dn.n);
	same = castore_peek(&l, a->subject, p, dn.n) &&
	    memcmp(p, dn.p, dn.n) == 0;
	free(p);
	return same;
}

static bool
castore_begins(const char *p, const char *end, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(end - p) >= n && memcmp(p, word, n) == 0;
}

/* The same certificate may be in a directory under several names. */
static bool
castore_known(const struct castore *s, const struct anchor *a)
{
	const struct anchor *b = s->v;
	size_t i;

	for (i = 0; i < s->n; i++, b++)
		if (b->n == a->n && b->len == a->len &&
		    memcmp(s->text.p + b->at, s->text.p + a->at, a->n) == 0)
			return true;
	return false;
}

static void
castore_note(struct castore *s, const struct anchor *a)
{
	if (castore_known(s, a))
		return;
	if (s->n == s->cap) {
		s->cap = s->cap > 0 ? 2 * s->cap : 256;
		s->v = xreallocarray(s->v, s->cap, sizeof(*s->v));
	}
	s->v[s->n++] = *a;
}

/* Note the certificates in the text after from. */
static void
castore_scan(struct castore *s, size_t from)
{
	static const char *const heads[] = { "-----BEGIN CERTIFICATE-----",
	    "-----BEGIN X509 CERTIFICATE-----" };
	const char *p = s->text.p + from, *end = s->text.p + s->text.len;
	const char *body, *tail, *next;
	struct anchor a;
	struct lines l;
	size_t i;

	while ((p = memchr(p, '-', (size_t)(end - p))) != NULL) {
		i = castore_begins(p, end, heads[0]) ? 0 : 1;
		if (!castore_begins(p, end, heads[i])) {
			while (p < end && *p == '-')
				p++;
			continue;
		}
		/* Base64 has no dash. */
		body = p + strlen(heads[i]);
		tail = memchr(body, '-', (size_t)(end - body));
		next = tail == NULL ? end :
		    !castore_begins(tail, end, "-----END ") ? tail :
		    memchr(tail, '\n', (size_t)(end - tail));
		next = next != NULL ? next : end;
		tail = tail != NULL ? tail : end;
		for (; body < tail && (*body == '\r' || *body == '\n'); body++)
			;
		a = (struct anchor){ .at = (size_t)(p - s->text.p),
		    .n = (size_t)(next - p),
		    .from = (size_t)(body - s->text.p),
		    .to = (size_t)(tail - s->text.p) };
		l = castore_lines_of(s, &a);
		if (!castore_find_subject(&l, &a))
			a.len = 0;
		castore_note(s, &a);
		p = next;
	}
}

/* Files */

/* Append a regular file to the text.  0, or an errno and nothing added. */
static int
castore_read(struct castore *s, int dir, const char *name)
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
	if (s->text.p != NULL)
		s->text.p[s->text.len] = '\0';
	return err;
}

/* Note the certificates of a file: 0 or an errno. */
static int
castore_scan_file(struct castore *s, int dir, const char *name)
{
	size_t from = s->text.len, had = s->n;
	int err;

	s->text.max = TEXT_MAX;
	if ((err = castore_read(s, dir, name)) == 0)
		castore_scan(s, from);
	if (s->n == had)
		s->text.len = from;
	return err;
}

/* All files of a directory, as c_rehash(1) and others fill it. */
static int
castore_scan_dir(struct castore *s, const char *path)
{
	struct dirent **entry;
	int i, n, err, fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return errno;
	if ((n = scandir(path, &entry, NULL, alphasort)) == -1) {
		err = errno;
		(void)close(fd);
		return err;
	}
	for (i = 0; i < n; i++) {
		if (entry[i]->d_name[0] != '.')
			(void)castore_scan_file(s, fd, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	(void)close(fd);
	return 0;
}

/* Give one to GnuTLS. */
static int
castore_add_found(struct castore *s, gnutls_certificate_credentials_t cred,
    struct anchor *a)
{
	gnutls_datum_t pem = { (unsigned char *)s->text.p + a->at,
	    (unsigned)a->n };
	int n;

	if (a->given)
		return 1;
	a->given = true;
	n = gnutls.certificate_set_x509_trust_mem(cred, &pem,
	    GNUTLS_X509_FMT_PEM);
	s->unread += n < 1;
	return n;
}

/* Give all if they are few, else those without a known subject. */
static int
castore_give_early(struct castore *s, gnutls_certificate_credentials_t cred)
{
	size_t i;
	int n, e = 1;

	for (i = 0; i < s->n; i++)
		if ((s->n <= FEW || s->v[i].len == 0) &&
		    (n = castore_add_found(s, cred, &s->v[i])) < 1)
			e = n;
	return e;
}

int
castore_load(struct castore *s, gnutls_certificate_credentials_t cred,
    const char *path, struct fault *f)
{
	int e, err = castore_scan_file(s, AT_FDCWD, path);
	bool dir = err == EISDIR;

	if (dir)
		err = castore_scan_dir(s, path);
	if (err == EINVAL)
		return fault_set(f, ST_CONFIG, FD_NONE, 0, VD_PERM,
		    "tls-ca: %s is not a regular file", path);
	if (err != 0)
		return fault_errno(f, ST_CONFIG, err, VD_PERM,
		    "tls-ca: cannot read %s", path);
	e = castore_give_early(s, cred);
	if (s->n == s->unread)
		return fault_set(f, ST_CONFIG, FD_TLS, e, VD_PERM,
		    "tls-ca: there is no certificate in %s", path);
	/* A directory may hold other files. */
	if (e > 0 || dir)
		return 0;
	return fault_set(f, ST_CONFIG, FD_TLS, e, VD_PERM,
	    "tls-ca: a certificate in %s cannot be read: %s", path,
	    gnutls.strerror(e));
}

/* GnuTLS knows these paths too, but would parse all certificates. */
bool
castore_system(struct castore *s, gnutls_certificate_credentials_t cred)
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

	for (i = 0; i < NITEMS(paths) && s->n == 0; i++)
		(void)castore_scan_file(s, AT_FDCWD, paths[i]);
	(void)castore_give_early(s, cred);
	return s->n > s->unread;
}

void
castore_give(struct castore *s, gnutls_certificate_credentials_t cred,
    struct octets der)
{
	struct cert_parts c;
	size_t i;

	if (!cert_parts(der, &c))
		return;
	for (i = 0; i < s->n; i++)
		if (castore_is_subject(s, &s->v[i], c.issuer) ||
		    castore_is_subject(s, &s->v[i], c.subject))
			(void)castore_add_found(s, cred, &s->v[i]);
}

void
castore_give_all(struct castore *s, gnutls_certificate_credentials_t cred)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		(void)castore_add_found(s, cred, &s->v[i]);
}

void
castore_release(struct castore *s)
{
	buf_release(&s->text);
	free(s->v);
}
