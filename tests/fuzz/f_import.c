/*
 * f_import.c - what --import must make of any file of another mailer
 *
 * Reading ends.  What is made of it can be read again: each line is a
 * comment, or a setting that is valid.  Without secrets, it has none.
 */

#include <sys/mman.h>

#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/file.h"
#include "setup/dma.h"
#include "setup/esmtp.h"
#include "setup/exim.h"
#include "setup/gitconfig.h"
#include "setup/msmtp.h"
#include "setup/netrc.h"
#include "setup/nullmailer.h"
#include "setup/postfix.h"
#include "setup/ssmtp.h"

#include "fuzz.h"

static int (*const readers[])(struct draft *, const char *, struct fault *) = {
	dma_import, esmtp_import, exim_import, gitconfig_import, msmtp_import,
	netrc_import, nullmailer_import, postfix_import, ssmtp_import
};

static void
check_text(const struct draft *d)
{
	struct buf text = { .max = 1 << 22 };
	struct config c;

	draft_text(d, "made of a file", false, &text);
	CHECK(!text.full);
	config_init(&c);
	(void)config_file_text(&c, CONFIG_USER, "/d/f", "/home",
	    buf_text(&text), text.len);
	/* Accounts may be too many. */
	if (d->n <= CONFIG_ACCOUNTS && c.nmistakes > 0) {
		fprintf(stderr, "%s\n%s\n", buf_text(&c.mistakes),
		    buf_text(&text));
		CHECK(c.nmistakes == 0);
	}
	config_release(&c);
	buf_release(&text);
}

static void
check_hidden(const struct draft *d)
{
	struct buf text = { .max = 1 << 22 };
	const char *p;

	draft_text(d, "made of a file", true, &text);
	p = buf_text(&text);
	while ((p = strstr(p, "\npassword ")) != NULL) {
		p += strlen("\npassword ");
		p += strspn(p, " ");
		CHECK(strncmp(p, "(not shown)\n", 12) == 0);
	}
	buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static int fd = -1;
	struct draft d;
	struct fault f = { 0 };
	char path[64];

	if (n < 1 || n > 65536)
		return 0;
	if (fd == -1)
		CHECK(setenv("HOME", "/nonexistent", 1) == 0 &&
		    (fd = memfd_create("import", 0)) != -1);
	CHECK(ftruncate(fd, 0) == 0 &&
	    pwrite(fd, p + 1, n - 1, 0) == (ssize_t)(n - 1));
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	draft_init(&d);
	if (readers[p[0] % NITEMS(readers)](&d, path, &f) == 0) {
		draft_at(&d, NULL, 0);
		check_text(&d);
		check_hidden(&d);
	} else {
		CHECK(f.text[0] != '\0');
	}
	draft_release(&d);
	return 0;
}
