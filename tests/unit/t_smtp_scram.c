/* t_smtp_scram.c - SCRAM by the examples of the RFCs, and relays that cheat */

#include <string.h>

#include "base/util.h"
#include "smtp/scram.h"
#include "tap.h"

#define NONCE	"fyko+d2lbbFgONRv9qkxdawL"
#define FIRST	"r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=4096"

static const unsigned char binding[] = "\x00\x01\x02\x03\x04\x05\x06\x07"
    "\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17"
    "\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f";

/* What is not from an RFC was reckoned by another program. */
static void
exchanges(void)
{
	static const struct {
		const char *name;
		enum crypt_hash h;
		const char *user, *password, *nonce;
		const char *kind;	/* of the binding, or NULL */
		size_t n;
		bool plus, offered;
		const char *first, *challenge, *final, *last;
	} t[] = {
		{ "RFC 5802 5", CRYPT_SHA1, "user", "pencil", NONCE, NULL, 0,
		    false, false, "n,,n=user,r=" NONCE,
		    "r=" NONCE "3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
		    "c=biws,r=" NONCE "3rfcNHYJY1ZVvWVs7j,"
		    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
		    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
		{ "RFC 7677 3", CRYPT_SHA256, "user", "pencil",
		    "rOprNGfwEbeRWgbNEkqO", NULL, 0, false, false,
		    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
		    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)"
		    "hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
		    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
		{ "bound to TLS 1.3", CRYPT_SHA256, "user", "pencil", NONCE,
		    "tls-exporter", 32, true, true,
		    "p=tls-exporter,,n=user,r=" NONCE, FIRST,
		    "c=cD10bHMtZXhwb3J0ZXIsLAABAgMEBQYHCAkKCwwNDg8QERITFBUWFx"
		    "gZGhscHR4f,r=" NONCE "srv,"
		    "p=9SW+q5wvJhoc1DNvlWMfXp4WugfmN6zq6LGBNyQtLLQ=",
		    "v=EPR5SUvD5lNRPMQxm6Qc+Lk/B+vNVnGLt8NsOXvaQ48=" },
		{ "bound to TLS 1.2", CRYPT_SHA1, "user", "pencil", NONCE,
		    "tls-unique", 12, true, true,
		    "p=tls-unique,,n=user,r=" NONCE, FIRST,
		    "c=cD10bHMtdW5pcXVlLCwAAQIDBAUGBwgJCgs=,r=" NONCE "srv,"
		    "p=GVcd/tHYHYqdA8wW1arvHkR6Vhw=",
		    "v=lVTt+TxR2QhZWaforMMpHPnGDVk=" },
		{ "could be bound, not offered", CRYPT_SHA256, "user",
		    "pencil", NONCE, "tls-exporter", 32, false, false,
		    "y,,n=user,r=" NONCE, FIRST, "c=eSws,r=" NONCE "srv,"
		    "p=Aguq10tw1lH6QSlZ5npp3HDLeVQWW2Hdyz1dEbzjlqA=",
		    "v=IQGdDh+vZlbdOhlXYLWh07y4BQmr8up4xifZ3MBUVCg=" },
		{ "could be bound, not wanted", CRYPT_SHA256, "user",
		    "pencil", NONCE, "tls-exporter", 32, false, true,
		    "n,,n=user,r=" NONCE, FIRST, "c=biws,r=" NONCE "srv,"
		    "p=kCU5miD035XmZob6WNF7JGqsLmF1ThSzm3hZy4BsIzg=",
		    "v=mTDahS5j2IqG8G7KPSkAbWtBSC9qcwoTRW9d8I1TfMo=" },
		{ "escapes, and characters in one form", CRYPT_SHA256,
		    "u,=e\xcc\x81", "p\xc3\xa9\xe3\x80\x80x", NONCE, NULL, 0,
		    false, false, "n,,n=u=2C=3D\xc3\xa9,r=" NONCE, FIRST,
		    "c=biws,r=" NONCE "srv,"
		    "p=s2VT4yMXhZTUg5CPP2daY5Y5t7XxezjGUP86IPQCUVg=",
		    "v=+0yjhHL9UmuN+56Sy5x8IwCaQqpZygA7q0JorebJHHI=" },
		{ "more rounds, an extension", CRYPT_SHA1, "user", "pencil",
		    NONCE, NULL, 0, false, false, "n,,n=user,r=" NONCE,
		    "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=10000,x=later",
		    "c=biws,r=" NONCE "srv,p=L5veg4bhnL6uyE1nF+jxmzsMspI=",
		    "v=4mAaitmMixq1mcG6fnjDA+SF8E8=" },
	};
	struct buf out = { .max = 1024 };
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		struct scram s = { .hash = t[i].h, .user = t[i].user,
		    .password = t[i].password, .binding_name = t[i].kind,
		    .binding = binding, .binding_len = t[i].n,
		    .plus = t[i].plus, .plus_offered = t[i].offered };

		(void)strlcpy(s.nonce, t[i].nonce, sizeof(s.nonce));
		buf_clear(&out);
		scram_first(&s, &out);
		is(buf_text(&out), t[i].first, "%s: first", t[i].name);
		buf_clear(&out);
		is_int(scram_final(&s, t[i].challenge,
		    strlen(t[i].challenge), &out, &f), 0, "%s: challenge",
		    t[i].name);
		is(buf_text(&out), t[i].final, "%s: final", t[i].name);
		ok(!s.proven, "%s: not proven yet", t[i].name);
		is_int(scram_verify(&s, t[i].last, strlen(t[i].last), &f), 0,
		    "%s: verified", t[i].name);
		ok(s.proven, "%s: proven", t[i].name);
	}
	buf_release(&out);
}

/* Challenges that get no answer, and what is said of them. */
static void
challenges(void)
{
	static const struct { const char *challenge, *why;
	} t[] = {
		{ "", "no nonce" },
		{ "s=QSXCR+Q6sek8bf92,i=4096", "no nonce" },
		{ "R=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=4096", "no nonce" },
		{ "r=" NONCE " srv,s=QSXCR+Q6sek8bf92,i=4096", "no nonce" },
		{ "r=" NONCE "\xc3\xa9,s=QSXCR+Q6sek8bf92,i=4096", "no nonce" },
		{ "m=x,r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=4096", "extension" },
		/* ours alone, another, and ours at another place */
		{ "r=" NONCE ",s=QSXCR+Q6sek8bf92,i=4096",
		    "does not begin with" },
		{ "r=,s=QSXCR+Q6sek8bf92,i=4096", "does not begin with" },
		{ "r=fyko+d2lbbFgONRv9qkxdawMsrv,s=QSXCR+Q6sek8bf92,i=4096",
		    "does not begin with" },
		{ "r=fyko+d2lbbFgONRv9qkxdaw,s=QSXCR+Q6sek8bf92,i=4096",
		    "does not begin with" },
		{ "r=x" NONCE ",s=QSXCR+Q6sek8bf92,i=4096",
		    "does not begin with" },
		{ "r=" NONCE "srv", "no salt" },
		{ "r=" NONCE "srv,i=4096,s=QSXCR+Q6sek8bf92", "no salt" },
		{ "r=" NONCE "srv,s=,i=4096", "no salt" },
		{ "r=" NONCE "srv,s=!!!!,i=4096", "no salt" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=-4096", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=04096", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=4096x", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=0", "no iteration" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=1",
		    "1 rounds of hashing" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=4095",
		    "fewer than 4096" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=1000001",
		    "more than 1000000" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=4294971392",
		    "more than 1000000" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,i=2147483648",
		    "more than 1000000" },
		{ "r=" NONCE "srv,s=QSXCR+Q6sek8bf92,"
		  "i=99999999999999999999999999999",
		    "more than 1000000" },
	};
	struct scram s = { .hash = CRYPT_SHA1, .user = "user",
	    .password = "pencil", .nonce = NONCE };
	struct buf out = { .max = 1024 };
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		fault_clear(&f);
		is_int(scram_final(&s, t[i].challenge,
		    strlen(t[i].challenge), &out, &f), -1, "refused: %s",
		    t[i].challenge);
		ok(strstr(f.text, t[i].why) != NULL && f.stage == ST_AUTH &&
		    f.verdict == VD_PERM, "for \"%s\": %s", t[i].why,
		    f.text);
		is_int((long long)out.len, 0, "nothing to be said");
	}
	is_int(scram_final(&s, "r=" NONCE "s\0x,s=QSXCR+Q6sek8bf92,i=4096",
	    53, &out, &f), -1, "refused: a NUL in the nonce");
	is_int(scram_final(&s, "r=" NONCE "s,s=QSXCR+Q6sek8bf92,i=1000000",
	    54, &out, &f), 0, "the ceiling is allowed");
	buf_release(&out);
}

static void
signatures(void)
{
	static const struct { const char *last; bool good; } t[] = {
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", true },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=,x=later", true },
		/* the first and the last octet, short, long, none */
		{ "v=r2F9pqV8S7suAoZWja4dJRkFsKQ=", false },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKU=", false },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsA==", false },
		{ "v=rmF9pqV8S7suAoZWja4dJRkFsKQA", false },
		{ "v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", false },
		{ "v=rg==", false }, { "v=", false }, { "v=!", false },
		{ "V=rmF9pqV8S7suAoZWja4dJRkFsKQ=", false },
		{ "x=later,v=rmF9pqV8S7suAoZWja4dJRkFsKQ=", false },
		{ "rmF9pqV8S7suAoZWja4dJRkFsKQ=", false }, { "", false },
	};
	static const char first[] = "r=" NONCE "3rfcNHYJY1ZVvWVs7j,"
	    "s=QSXCR+Q6sek8bf92,i=4096";
	struct scram s = { .hash = CRYPT_SHA1, .user = "user",
	    .password = "pencil", .nonce = NONCE };
	struct buf out = { .max = 1024 };
	struct fault f = { 0 };
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		s.proven = false;
		(void)scram_final(&s, first, strlen(first), &out, &f);
		is_int(scram_verify(&s, t[i].last, strlen(t[i].last), &f),
		    t[i].good ? 0 : -1, "signature %s", t[i].last);
		ok(s.proven == t[i].good, "and so it is kept");
	}
	buf_release(&out);
}

int
main(void)
{
	exchanges();
	challenges();
	signatures();
	return done();
}
