/* t_setup_dma.c - dma.conf and auth.conf, and the draft made of them */

#include "reader.h"
#include "setup/dma.h"

#define UNVERIFIED "@/dma.conf: without VERIFYCERT dma does not verify " \
	"the relay's certificate, heloise does\n"

static const struct { const char *what, *text, *want, *check; } t[] = {
	{ "a relay in clear", "#comment\nSMARTHOST smart.test\n"
	    "#PORT 25\nALIASES /etc/aliases\nSPOOLDIR /var/spool/dma\n",
	    "relay smart.test\naliases /etc/aliases\n"
	    "# @/dma.conf:5: SPOOLDIR: its queue is not taken over; see "
	    "`spool`\nport 25\ntls none\n", "" },
	{ "a login over STARTTLS", "SMARTHOST smart.test\nPORT 587\n"
	    "AUTHPATH @\nSECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\n",
	    "relay smart.test\nport 587\n"
	    "# @/auth.conf:2: other.test: a login at another relay\n"
	    "user joe\npassword a:b c\ntls starttls\n",
	    UNVERIFIED },
	{ "implicit TLS", "SMARTHOST smart.test\nPORT 465\nSECURETRANSFER\n",
	    "relay smart.test\nport 465\ntls implicit\n", UNVERIFIED },
	{ "STARTTLS if offered", "SMARTHOST smart.test\nSECURETRANSFER\n"
	    "STARTTLS\nOPPORTUNISTIC_TLS\n",
	    "relay smart.test\nport 25\ntls opportunistic\n", "" },
	{ "a certificate to verify", "SMARTHOST smart.test\n"
	    "SECURETRANSFER\nSTARTTLS\nVERIFYCERT\n",
	    "relay smart.test\nport 25\ntls starttls\ntls-verify yes\n", "" },
	{ "one to verify, if there is one", "SMARTHOST smart.test\n"
	    "VERIFYCERT\nSECURETRANSFER\nSTARTTLS\nOPPORTUNISTIC_TLS\n",
	    "relay smart.test\nport 25\ntls opportunistic\n",
	    "@/dma.conf: VERIFYCERT: `tls opportunistic` does not verify the "
	    "relay's certificate, `tls starttls` does\n" },
	{ "names", "SMARTHOST smart.test\nMAILNAME web1.test\n"
	    "MASQUERADE example.org\nDEFER\nINSECURE\n",
	    "relay smart.test\nhelo web1.test\ndomain example.org\n"
	    "from %U@example.org\nfrom-policy reply-to\ndelivery queue\n"
	    "auth-cleartext yes\nport 25\ntls none\n",
	    "@/dma.conf:3: MASQUERADE replaces the envelope sender only; "
	    "heloise replaces From, too, and puts the old address into "
	    "Reply-To\n" },
	{ "a fingerprint", "SMARTHOST s.test\nFINGERPRINT AABB\n",
	    "relay s.test\nport 25\ntls none\n",
	    "@/dma.conf:2: FINGERPRINT: the certificate is not pinned "
	    "any more; `tls-pin` "
	    "takes the fingerprint of its key, which heloise --probe shows\n" },
	{ "a user", "SMARTHOST s.test\nMASQUERADE joe@\n",
	    "relay s.test\nport 25\ntls none\n",
	    "@/dma.conf:2: MASQUERADE names no domain; set `from "
	    "joe@DOMAIN`\n" },
};

int
main(void)
{
	char *auth, *text;
	const char *at;
	size_t i;

	reader_begin();
	auth = reader_path("auth.conf");
	reader_write("auth.conf", "# c\nx|other.test:no\n"
	    "joe|smart.test:a:b c\n");
	for (i = 0; i < NITEMS(t); i++) {
		at = strstr(t[i].text, "PATH @");
		text = at == NULL ? xstrdup(t[i].text) :
		    xasprintf("%.*s%s%s", (int)(at + 5 - t[i].text),
		    t[i].text, auth, at + 6);
		reader_write("dma.conf", text);
		reader_is(dma_import, "dma.conf", t[i].want, t[i].check,
		    t[i].what);
		free(text);
	}
	free(auth);
	reader_remove("dma.conf");
	reader_remove("auth.conf");
	return reader_end(dma_import);
}
