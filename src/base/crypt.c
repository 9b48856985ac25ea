/* crypt.c - the arithmetic we take from GnuTLS */

#include <gnutls/gnutls.h>
#include <stdint.h>
#include <string.h>

#include "base/crypt.h"
#include "base/util.h"

/* A view for GnuTLS, whose inputs are not const. */
static gnutls_datum_t
datum(const void *p, size_t n)
{
	gnutls_datum_t d = { .data = (unsigned char *)(uintptr_t)p,
	    .size = (unsigned)n };

	return d;
}

void
base64_encode(struct buf *out, const void *p, size_t n)
{
	gnutls_datum_t in = datum(p, n), text = { 0 };

	if (n == 0)
		return;
	if (n > UINT32_MAX || gnutls_base64_encode2(&in, &text) < 0) {
		out->full = true;
		return;
	}
	buf_add(out, text.data, text.size);
	gnutls_memset(text.data, 0, text.size);
	gnutls_free(text.data);
}

bool
base64_decode(struct buf *out, const char *p, size_t n)
{
	gnutls_datum_t in = datum(p, n), bytes = { 0 };

	if (n == 0)
		return true;
	if (n > UINT32_MAX || gnutls_base64_decode2(&in, &bytes) < 0)
		return false;
	buf_add(out, bytes.data, bytes.size);
	gnutls_memset(bytes.data, 0, bytes.size);
	gnutls_free(bytes.data);
	return !out->full;
}

char *
idna_ascii(const char *domain)
{
	gnutls_datum_t out = { 0 };
	char *s;

	if (gnutls_idna_map(domain, (unsigned)strlen(domain), &out, 0) < 0)
		return NULL;
	s = xstrndup((const char *)out.data, out.size);
	gnutls_free(out.data);
	return s;
}
