/*
 * f_config.c - configuration files and environments of any kind
 *
 * The first octet says what the rest is: a file, a password line or an
 * environment.  Whatever it is, what was stored passes the same checks
 * again, and neither mistakes nor dump hold controls or the password.
 */

#include <string.h>

#include "base/util.h"
#include "config/dump.h"
#include "config/file.h"
#include "config/load.h"
#include "config/suggest.h"
#include "config/value.h"
#include "net/relay.h"

#include "fuzz.h"

static void
printable(const struct buf *b)
{
	struct buf shown = { .max = b->max };

	buf_add_visible(&shown, buf_text(b), b->len, true);
	CHECK(shown.len == b->len &&
	    memcmp(buf_text(&shown), buf_text(b), b->len) == 0);
	buf_release(&shown);
}

static void
inspect(struct config *c)
{
	struct buf dump = { .max = 1 << 22 }, again = { .max = 1 << 22 };
	struct buf why = { .max = 512 };
	const struct setting *row;
	struct relay r;
	size_t i;
	char *text;

	config_dump(c, false, &dump);
	CHECK(!dump.full);
	printable(&dump);
	printable(&c->mistakes);
	CHECK(c->base.password == NULL || c->base.password_file == NULL);
	CHECK(c->base.relay == NULL || relay_parse(c->base.relay, &r));
	CHECK(config_port(&c->base) > 0 && config_port(&c->base) < 65536);
	CHECK(config_tls_mode(&c->base) != SETTING_TLS_AUTO);
	for (i = 0; i < setting_count; i++) {
		row = &setting_table[i];
		if (row->type != SETTING_TEXT && row->type != SETTING_PATH &&
		    row->type != SETTING_LIST)
			continue;
		text = *(char **)(void *)((char *)&c->base + row->at);
		CHECK(text == NULL || value_set(row, NULL, text, &why));
	}
	/* Another password, the same dump. */
	if (c->base.password != NULL) {
		CHECK(value_set(setting_find("password"), &c->base,
		    "another", &why));
		config_dump(c, false, &again);
		CHECK(strcmp(buf_text(&dump), buf_text(&again)) == 0);
	}
	buf_release(&dump);
	buf_release(&again);
	buf_release(&why);
}

/* What is said of a password line depends on the rules alone. */
static void
password_line(struct config *c, const char *p, size_t n)
{
	static const char *const words[] = {
		"", "f:1: password: expected a value\n",
		"f:1: password: expected no control characters\n",
		"f:1: this line has a NUL octet\n",
		"f:1: this line is longer than 65536 octets\n",
	};
	struct buf line = { .max = 1 << 20 };
	size_t i;

	buf_adds(&line, "password ");
	buf_add(&line, p, n);
	for (i = 9; i < line.len; i++)
		if (line.p[i] == '\n')
			line.p[i] = '\r';
	(void)config_file_text(c, CONFIG_USER, "f", NULL, line.p, line.len);
	for (i = 0; i < NITEMS(words) &&
	    strcmp(buf_text(&c->mistakes), words[i]) != 0; i++)
		;
	CHECK(i < NITEMS(words));
	buf_release(&line);
}

static void
environment(struct config *c, const char *p, size_t n)
{
	char *env[65], *copy = xstrndup(p, n), *s, *eq;
	struct config_source src = { .system = "/nonexistent/f",
		.home = "/nonexistent", .env = env };
	struct fault f;
	size_t i = 0;

	for (s = copy; s < copy + n && i < 64; s += strlen(s) + 1) {
		/* Not the files of this machine. */
		if ((eq = strchr(s, '=')) != NULL && eq - s > 5 &&
		    memcmp(eq - 5, "_FILE", 5) == 0)
			continue;
		if (strncmp(s, "XDG_", 4) != 0)
			env[i++] = s;
	}
	env[i] = NULL;
	(void)config_load(c, &src, &f);
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *p = (const char *)data + 1;
	char *name;
	struct config c;

	if (n == 0)
		return 0;
	name = xstrndup(p, n - 1);
	(void)setting_near(name);
	free(name);
	config_init(&c);
	switch (data[0] % 3) {
	case 0:
		(void)config_file_text(&c, CONFIG_USER, "/d/f", "/home", p,
		    n - 1);
		break;
	case 1:
		password_line(&c, p, n - 1);
		break;
	default:
		environment(&c, p, n - 1);
		break;
	}
	inspect(&c);
	config_release(&c);
	return 0;
}
