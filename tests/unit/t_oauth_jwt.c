/* t_oauth_jwt.c - JSON Web Tokens */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/jansson.h"
#include "base/util.h"
#include "oauth/jwt.h"
#include "tap.h"

static char top[] = "/tmp/t_oauth_jwt.XXXXXX";

static void
run(const char *fmt)
{
	char *line = xasprintf("cd %s && { %s; } >/dev/null 2>&1", top, fmt);

	is_int(system(line), 0, "%s", fmt);
	free(line);
}

/* A signature that openssl verifies. */
static void
sign(const char *name, const char *alg)
{
	char *cert = xasprintf("%s/%s.pem", top, name);
	struct buf jwt = { .max = 8192 }, part = { .max = 4096 };
	struct fault f = { 0 };
	struct jwt_key *k = jwt_load(cert, NULL, &f);
	const char *p, *q;
	json_t *j;

	ok(k != NULL, "%s: loaded: %s", name, f.text);
	is_int(jwt_assert(k, "client", "https://a/token", 1000, &jwt, &f), 0,
	    "%s: signed", name);
	p = buf_text(&jwt);
	ok(base64_decode_url(&part, p, strcspn(p, ".")), "%s: head", name);
	j = jansson_parse(buf_text(&part), part.len);
	is(jansson_text(j, "alg"), alg, "%s: algorithm", name);
	is_int((long long)strlen(jansson_text(j, "x5t#S256")), 43,
	    "%s: thumbprint", name);
	jansson_free(j);
	buf_clear(&part);
	p = strchr(p, '.') + 1;
	q = strchr(p, '.');
	ok(base64_decode_url(&part, p, (size_t)(q - p)), "%s: claims", name);
	j = jansson_parse(buf_text(&part), part.len);
	is(jansson_text(j, "iss"), "client", "%s: iss", name);
	is(jansson_text(j, "aud"), "https://a/token", "%s: aud", name);
	is_int(jansson_number(j, "exp"), 1300, "%s: exp", name);
	jansson_free(j);
	buf_clear(&part);
	ok(base64_decode_url(&part, q + 1, strlen(q + 1)), "%s: raw", name);
	is_int((long long)part.len, strcmp(alg, "ES256") == 0 ? 64 : 256,
	    "%s: octets of the signature", name);
	if (strcmp(alg, "RS256") == 0) {
		FILE *out;
		char *path = xasprintf("%s/sig", top);

		out = fopen(path, "w");
		(void)fwrite(part.p, 1, part.len, out);
		(void)fclose(out);
		free(path);
		path = xasprintf("%s/text", top);
		out = fopen(path, "w");
		(void)fwrite(buf_text(&jwt), 1, (size_t)(q - buf_text(&jwt)),
		    out);
		(void)fclose(out);
		free(path);
		run("openssl x509 -in rsa.pem -pubkey -noout >pub && openssl "
		    "dgst -sha256 -verify pub -signature sig text");
	}
	buf_release(&jwt);
	buf_release(&part);
	jwt_free(k);
	free(cert);
}

static void
refused(const char *cert, const char *key, const char *why)
{
	char *c = xasprintf("%s/%s", top, cert);
	char *k = key != NULL ? xasprintf("%s/%s", top, key) : NULL;
	struct fault f = { 0 };

	ok(jwt_load(c, k, &f) == NULL && strstr(f.text, why) != NULL, "%s: %s",
	    why, f.text);
	free(c);
	free(k);
}

static void
describe(void)
{
	static const struct { const char *claims, *want; } t[] = {
		{ "{\"aud\":\"https://o\",\"scp\":\"SMTP.Send\",\"upn\":"
		    "\"a@b\",\"sub\":\"s\"}",
		    "for https://o, scope SMTP.Send, user a@b, subject s" },
		{ "{\"aud\":[\"x\",\"y\"],\"roles\":[\"SMTP.SendAsApp\"]}",
		    "for x, scope SMTP.SendAsApp" },
		{ "{\"aud\":\"\x1b[31m\"}", "" }, { "{}", "" }, { "x", "" },
	};
	struct buf out = { .max = 512 }, jwt = { .max = 1024 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		buf_clear(&out);
		buf_clear(&jwt);
		buf_adds(&jwt, "e30.");
		base64_encode_url(&jwt, t[i].claims, strlen(t[i].claims));
		buf_adds(&jwt, ".sig");
		jwt_describe(buf_text(&jwt), &out);
		is(buf_text(&out), t[i].want, "%zu", i);
	}
	buf_clear(&out);
	jwt_describe("opaque", &out);
	jwt_describe("a.b", &out);
	jwt_describe("!!.!!.!!", &out);
	is(buf_text(&out), "", "no JWT");
	buf_release(&out);
	buf_release(&jwt);
}

int
main(void)
{
	struct fault f = { 0 };

	if (mkdtemp(top) == NULL)
		return 1;
	(void)umask(077);
	(void)jansson_load(&f);
	run("openssl req -x509 -newkey rsa:2048 -nodes -keyout k -out c "
	    "-subj /CN=x && cat c k >rsa.pem");
	run("openssl ecparam -name prime256v1 -genkey -noout -out k2 && "
	    "openssl req -x509 -key k2 -out c2 -subj /CN=x && "
	    "cat c2 k2 >ec.pem");
	run("cp k open; chmod 644 open; echo x >junk");
	run("openssl ecparam -name secp384r1 -genkey -noout -out k3");
	run("openssl genrsa -out k4 2048");
	sign("rsa", "RS256");
	sign("ec", "ES256");
	refused("c", NULL, "the private key in");
	refused("c", "open", "all users can read the private key");
	refused("c", "k3", "neither RSA nor P-256");
	refused("c", "k2", "/k2 does not belong to the certificate in /tmp/");
	refused("c2", "k", "/k does not belong to the certificate in /tmp/");
	run("cat c k4 >wrong.pem");
	refused("wrong.pem", NULL, "does not belong");
	refused("junk", "k", "oauth-cert: the certificate in");
	refused("none", "k", "No such file");
	describe();
	run("rm -rf \"$PWD\"");
	return done();
}
