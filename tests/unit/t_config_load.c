/* t_config_load.c - files and environment to settings */

#include <sys/stat.h>
#include <sys/types.h>

#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "config/load.h"
#include "tap.h"
#include "config/value.h"

#define SECRET	"hunter2hunter2"

static char dir[] = "/tmp/t_config_load.XXXXXX";

static char *
path_of(const char *name)
{
	return xasprintf("%s/%s", dir, name);
}

static void
put(const char *name, const char *text)
{
	char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd == -1 || write(fd, text, strlen(text)) == -1 ||
	    close(fd) == -1) {
		perror(path);
		exit(1);
	}
	free(path);
}

static void
drop(const char *name)
{
	char *path = path_of(name);

	(void)unlink(path);
	free(path);
}

/* "relay=... port=..." of what is set, with origins; "@" is the directory. */
static void
describe(const struct config *c, struct buf *out)
{
	const struct setting *row;
	const char *from, *p;

	buf_clear(out);
	for (row = setting_table; row < setting_table + setting_count;
	    row++) {
		from = config_origin(c, row);
		if (strcmp(from, "default") == 0)
			continue;
		buf_addf(out, "%s=", row->key);
		value_show(row, &c->base, out);
		buf_adds(out, "<");
		if ((p = strstr(from, dir)) != NULL) {
			buf_add(out, from, (size_t)(p - from));
			buf_adds(out, "@");
			from = p + strlen(dir);
		}
		buf_addf(out, "%s> ", from);
	}
}

struct scene {
	const char *name;
	const char *system, *user, *own;	/* files, or NULL */
	bool elevated;
	const char *env[8];
	const char *want;	/* as of describe(); or the mistakes */
	size_t mistakes;
	const char *warnings;	/* or NULL: any */
};

/* '%' in a variable is the directory. */
static char *
fill_in(const char *entry)
{
	const char *at = strchr(entry, '%');

	return at == NULL ? xstrdup(entry) : xasprintf("%.*s%s%s",
	    (int)(at - entry), entry, dir, at + 1);
}

/* Take the directory out again. */
static void
take_out(struct buf *out, const char *text)
{
	const char *p;

	buf_clear(out);
	while ((p = strstr(text, dir)) != NULL) {
		buf_add(out, text, (size_t)(p - text));
		buf_adds(out, "@");
		text = p + strlen(dir);
	}
	buf_adds(out, text);
}

static void
play(const struct scene *s)
{
	char *env[NITEMS(s->env) + 2] = { NULL };
	char *system = path_of("system"), *own = path_of("own");
	struct config_source src = { .elevated = s->elevated,
		.uid = geteuid(), .system = system,
		.file = s->own != NULL ? own : NULL, .env = env };
	struct buf b = { .max = 65536 };
	struct config c;
	struct fault f;
	size_t i;
	int rc;

	if (s->system != NULL)
		put("system", s->system);
	if (s->user != NULL)
		put(".config/heloise/config", s->user);
	if (s->own != NULL && *s->own != '\0')
		put("own", s->own);
	env[0] = xasprintf("HOME=%s", dir);
	for (i = 0; i < NITEMS(s->env) && s->env[i] != NULL; i++)
		env[i + 1] = fill_in(s->env[i]);
	config_init(&c);
	fault_clear(&f);
	rc = config_load(&c, &src, &f);
	is_int(rc, s->mistakes > 0 ? -1 : 0, "%s: result", s->name);
	is_int((long long)c.nmistakes, (long long)s->mistakes,
	    "%s: mistakes", s->name);
	if (s->mistakes > 0) {
		is_int(fault_exit(&f), 78, "%s: exit", s->name);
		take_out(&b, f.text);
	} else {
		describe(&c, &b);
	}
	is(buf_text(&b), s->want, "%s", s->name);
	if (s->warnings != NULL)
		is(buf_text(&c.warnings), s->warnings, "%s: warnings",
		    s->name);
	ok(strstr(buf_text(&c.mistakes), SECRET) == NULL,
	    "%s: nothing leaks", s->name);
	config_release(&c);
	buf_release(&b);
	for (i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(system);
	free(own);
	drop("system");
	drop("own");
	drop(".config/heloise/config");
}

static const struct scene scenes[] = {
	{ .name = "nothing at all", .want = "" },
	{ .name = "system", .system = "\nport 1\n",
	  .want = "port=1<@/system:2> " },
	{ .name = "user over system", .system = "port 1\nhelo a.example\n",
	  .user = "port 2\n",
	  .want = "port=2<@/.config/heloise/config:1> "
	      "helo=a.example<@/system:2> " },
	{ .name = "environment over user", .system = "port 1\n",
	  .user = "port 2\n", .env = { "HELOISE_PORT=3" },
	  .want = "port=3<environment HELOISE_PORT> " },
	{ .name = "-C replaces both", .system = "port 1\nhelo a.example\n",
	  .user = "port 2\nuser u\n", .own = "port 4\n",
	  .want = "port=4<@/own:1> " },
	{ .name = "-C and environment", .own = "port 4\ntls none\n",
	  .env = { "HELOISE_PORT=3" },
	  .want = "port=3<environment HELOISE_PORT> tls=none<@/own:2> " },
	{ .name = "-C does not exist", .own = "", .mistakes = 1,
	  .want = "@/own: No such file or directory" },
	{ .name = "keys with hyphens", .env = { "HELOISE_CONNECT_TIMEOUT=5",
	  "HELOISE_TLS_CA=/ca" },
	  .want = "tls-ca=/ca<environment HELOISE_TLS_CA> connect-timeout=5s"
	      "<environment HELOISE_CONNECT_TIMEOUT> " },
	{ .name = "empty is not set", .env = { "HELOISE_USER=",
	  "HELOISE_PORT_FILE=", "SMTP_HOST=", "SMTP_FROM= " }, .want = "" },
	{ .name = "value in a file", .env = { "HELOISE_USER_FILE=%/lf",
	  "HELOISE_FROM_NAME_FILE=%/crlf", "HELOISE_DOMAIN_FILE=%/bare" },
	  .want = "user=alice<environment HELOISE_USER_FILE> "
	      "from-name=Alice A.<environment HELOISE_FROM_NAME_FILE> "
	      "domain=example.org<environment HELOISE_DOMAIN_FILE> " },
	{ .name = "blanks in a file", .env = { "HELOISE_USER_FILE=%/blanks" },
	  .want = "user=alice<environment HELOISE_USER_FILE> " },
	{ .name = "bad files", .env = { "HELOISE_USER_FILE=%/two",
	  "HELOISE_HELO_FILE=%/none", "HELOISE_FROM_FILE=%/nul",
	  "HELOISE_DOMAIN_FILE=%/nothing", "HELOISE_PORT_FILE=%" },
	  .mistakes = 5, .want =
	      "environment HELOISE_PORT_FILE: port: @: Is a directory\n"
	      "environment HELOISE_USER_FILE: user: expected no control "
	      "characters\n"
	      "environment HELOISE_HELO_FILE: helo: @/none: No such file or "
	      "directory\n"
	      "environment HELOISE_FROM_FILE: from: the file @/nul has a NUL "
	      "octet\n"
	      "environment HELOISE_DOMAIN_FILE: domain: expected a value" },
	{ .name = "password in the environment",
	  .env = { "HELOISE_PASSWORD=" SECRET },
	  .want = "password=(set)<environment HELOISE_PASSWORD> "
	      "password-file=(unset)<environment HELOISE_PASSWORD> "
	      "password-command=(unset)<environment HELOISE_PASSWORD> "
	      "oauth=(unset)<environment HELOISE_PASSWORD> " },
	{ .name = "password-file in the environment",
	  .system = "password " SECRET "\n",
	  .env = { "HELOISE_PASSWORD_FILE=/run/secrets/x" },
	  .want = "password=(unset)<environment HELOISE_PASSWORD_FILE> "
	      "password-file=/run/secrets/x"
	      "<environment HELOISE_PASSWORD_FILE> "
	      "password-command=(unset)<environment HELOISE_PASSWORD_FILE> "
	      "oauth=(unset)<environment HELOISE_PASSWORD_FILE> " },
	{ .name = "both", .env = { "HELOISE_PASSWORD=" SECRET,
	  "HELOISE_PASSWORD_FILE=/x", "HELOISE_USER=a",
	  "HELOISE_USER_FILE=/x" }, .mistakes = 2, .want =
	      "environment: both HELOISE_USER and HELOISE_USER_FILE are set\n"
	      "environment: both HELOISE_PASSWORD and HELOISE_PASSWORD_FILE "
	      "are set" },
	{ .name = "wrong values", .env = { "HELOISE_PORT=" SECRET,
	  "HELOISE_PASSWORD=" SECRET "\n\n" }, .mistakes = 2, .want =
	      "environment HELOISE_PORT: port: expected auto or a number "
	      "from 1 to 65535\n"
	      "environment HELOISE_PASSWORD: password: expected no control "
	      "characters" },
	{ .name = "unknown variables", .env = { "HELOISE_PROT=1",
	  "HELOISE_port=1", "HELOISE_ZEBRA=1", "HELOISE_FILE=1",
	  "HELOISE_=1", "HELOISE_HOST_FILE=1" },
	  .mistakes = 6, .want =
	      "environment: HELOISE_PROT: no setting has this name; did you "
	      "mean HELOISE_PORT?\n"
	      "environment: HELOISE_port: no setting has this name; did you "
	      "mean HELOISE_PORT?\n"
	      "environment: HELOISE_ZEBRA: no setting has this name\n"
	      "environment: HELOISE_FILE: no setting has this name\n"
	      "environment: HELOISE_: no setting has this name\n"
	      "environment: HELOISE_HOST_FILE: no setting has this name" },
	{ .name = "hostile names", .env = { "HELOISE_\x1b[2J\n=1", "",
	  "HELOISE_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	  "=", "NOVALUE" },
	  .mistakes = 2, .want =
	      "environment: HELOISE_?[2J?: no setting has this name\n"
	      "environment: HELOISE_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA: "
	      "no setting has this name" },
	{ .name = "all mistakes at once", .system = "port x\nprot 1\n",
	  .user = "tls on\n", .env = { "HELOISE_AUTH=x" }, .mistakes = 4,
	  .want =
	      "@/system:1: port: expected auto or a number from 1 to 65535\n"
	      "@/system:2: prot: no setting has this name; did you mean "
	      "port?\n"
	      "@/.config/heloise/config:1: tls: expected auto, starttls, "
	      "implicit, opportunistic or none\n"
	      "environment HELOISE_AUTH: auth: expected auto, none, "
	      "external, oauthbearer, xoauth2, cram-md5, login, plain, "
	      "scram-sha-1, scram-sha-256, scram-sha-1-plus or "
	      "scram-sha-256-plus" },

	{ .name = "the SMTP_* set", .env = { "SMTP_HOST=h", "SMTP_PORT=25",
	  "SMTP_TLS=off", "SMTP_AUTH=login", "SMTP_USER=u",
	  "SMTP_PASSWORD=" SECRET, "SMTP_HELO_NAME=a.example",
	  "SMTP_FROM=a@example.org" },
	  .want = "relay=h<environment SMTP_HOST> "
	      "port=25<environment SMTP_PORT> "
	      "tls=none<environment SMTP_TLS> "
	      "auth=login<environment SMTP_AUTH> "
	      "user=u<environment SMTP_USER> "
	      "password=(set)<environment SMTP_PASSWORD> "
	      "password-file=(unset)<environment SMTP_PASSWORD> "
	      "password-command=(unset)<environment SMTP_PASSWORD> "
	      "oauth=(unset)<environment SMTP_PASSWORD> "
	      "helo=a.example<environment SMTP_HELO_NAME> "
	      "from=a@example.org<environment SMTP_FROM> " },
	{ .name = "with files", .env = { "SMTP_USER_FILE=%/lf",
	  "SMTP_PASSWORD_FILE=/run/secrets/x" },
	  .want = "user=alice<environment SMTP_USER_FILE> "
	      "password=(unset)<environment SMTP_PASSWORD_FILE> "
	      "password-file=/run/secrets/x"
	      "<environment SMTP_PASSWORD_FILE> "
	      "password-command=(unset)<environment SMTP_PASSWORD_FILE> "
	      "oauth=(unset)<environment SMTP_PASSWORD_FILE> " },
	{ .name = "ours come first", .env = { "SMTP_PORT=25",
	  "HELOISE_PORT=26" },
	  .want = "port=26<environment HELOISE_PORT> " },
	{ .name = "our relay's port comes first", .env = { "SMTP_PORT=25",
	  "HELOISE_RELAY=h:26" },
	  .want = "relay=h:26<environment HELOISE_RELAY> "
	      "port=auto<environment HELOISE_RELAY> " },
	{ .name = "TLS of port 465", .env = { "SMTP_PORT= 465",
	  "SMTP_TLS=True" },
	  .want = "port=465<environment SMTP_PORT> "
	      "tls=implicit<environment SMTP_TLS> " },
	{ .name = "the port behind the host", .env = { "SMTP_HOST=h:465",
	  "SMTP_TLS=1" },
	  .want = "relay=h:465<environment SMTP_HOST> "
	      "port=auto<environment SMTP_HOST> "
	      "tls=implicit<environment SMTP_TLS> " },
	{ .name = "the port of our relay", .env = { "HELOISE_RELAY=h:465",
	  "SMTP_PORT=587", "SMTP_TLS=on" },
	  .want = "relay=h:465<environment HELOISE_RELAY> "
	      "port=auto<environment HELOISE_RELAY> "
	      "tls=implicit<environment SMTP_TLS> " },
	{ .name = "TLS of smtps:", .env = { "SMTP_HOST= smtps://h ",
	  "SMTP_TLS=true" },
	  .want = "relay=smtps://h<environment SMTP_HOST> "
	      "tls=implicit<environment SMTP_TLS> " },
	{ .name = "not of another port", .env = { "SMTP_PORT=465",
	  "SMTP_TLS=on", "HELOISE_PORT=587" },
	  .want = "port=587<environment HELOISE_PORT> "
	      "tls=starttls<environment SMTP_TLS> " },
	{ .name = "STARTTLS on port 465", .env = { "SMTP_PORT=465",
	  "SMTP_TLS=starttls" },
	  .want = "port=465<environment SMTP_PORT> "
	      "tls=starttls<environment SMTP_TLS> " },
	{ .name = "blanks of a password", .env = { "SMTP_PASSWORD= " },
	  .want = "password=(set)<environment SMTP_PASSWORD> "
	      "password-file=(unset)<environment SMTP_PASSWORD> "
	      "password-command=(unset)<environment SMTP_PASSWORD> "
	      "oauth=(unset)<environment SMTP_PASSWORD> " },
	{ .name = "the final newline of a password",
	  .env = { "SMTP_PASSWORD=" SECRET "\r\n" },
	  .want = "password=(set)<environment SMTP_PASSWORD> "
	      "password-file=(unset)<environment SMTP_PASSWORD> "
	      "password-command=(unset)<environment SMTP_PASSWORD> "
	      "oauth=(unset)<environment SMTP_PASSWORD> " },
	{ .name = "a name with the address", .env = {
	  "SMTP_FROM=App <a@example.org>" },
	  .want = "from=a@example.org<environment SMTP_FROM> "
	      "from-name=App<environment SMTP_FROM> " },
	{ .name = "a name of its own wins, before it and behind it",
	  .system = "from-name Cron\n",
	  .env = { "HELOISE_FROM=App <a@example.org>" },
	  .want = "from=a@example.org<environment HELOISE_FROM> "
	      "from-name=Cron<@/system:1> ", .warnings = "" },
	{ .name = "the same in one file", .system =
	  "from \"A, B\" <a@example.org>\nfrom-name Cron\n",
	  .want = "from=a@example.org<@/system:1> "
	      "from-name=Cron<@/system:2> ", .warnings = "" },
	{ .name = "names of others", .env = { "SMTP_HOST=h",
	  "SMTP_USERNAME=u", "SMTP_PASS=" SECRET, "SMTP_SECURE=ssl",
	  "SMTP_USER=v", "EMAIL_HOST=h", "SMTP_STARTTLS=", "MAIL_PORT=25" },
	  .want = "relay=h<environment SMTP_HOST> "
	      "user=v<environment SMTP_USER> ", .warnings =
	      "environment SMTP_PASS: warning: no effect; did you mean "
	      "SMTP_PASSWORD?\n"
	      "environment SMTP_SECURE: warning: no effect; did you mean "
	      "SMTP_TLS?\n"
	      "environment MAIL_PORT: warning: no effect; did you mean "
	      "SMTP_PORT?\n" },
	{ .name = "names of others with a file", .own = "port 1\n",
	  .env = { "SMTP_USERNAME=u" }, .want = "port=1<@/own:1> ",
	  .warnings = "" },
	{ .name = "links of Kubernetes", .env = { "HELOISE_SERVICE_HOST=::1",
	  "HELOISE_PORT=tcp://10.0.0.1:25", "HELOISE_SERVICE_PORT=25",
	  "HELOISE_PORT_25_TCP_ADDR=10.0.0.1",
	  "SMTP_PORT=tcp://10.0.0.1:587", "SMTP_HOST=h" },
	  .want = "relay=h<environment SMTP_HOST> ", .warnings =
	      "environment HELOISE_SERVICE_HOST: warning: no effect: this is "
	      "a service link of Kubernetes, not a setting\n"
	      "environment HELOISE_PORT: warning: no effect: this is a "
	      "service link of Kubernetes, not a setting\n"
	      "environment SMTP_PORT: warning: no effect: this is a service "
	      "link of Kubernetes, not a setting\n" },
	{ .name = "not with a system file", .system = "helo a.example\n",
	  .env = { "SMTP_PORT=25", "SMTP_TLS=nonsense" },
	  .want = "helo=a.example<@/system:1> " },
	{ .name = "not with a user file", .user = "\nlinger no\n",
	  .env = { "SMTP_PORT=25" },
	  .want = "linger=no<@/.config/heloise/config:2> " },
	{ .name = "but with files of comments", .system = "# port 1\n\n",
	  .user = " \n#\n", .env = { "SMTP_PORT=25" },
	  .want = "port=25<environment SMTP_PORT> " },
	{ .name = "misspelt by a letter", .env = { "SMTP_HOTS=h",
	  "SMTP_PASSWRD=" SECRET, "SMTP_MODE=x" }, .want = "", .warnings =
	      "environment SMTP_HOTS: warning: no effect; did you mean "
	      "SMTP_HOST?\n"
	      "environment SMTP_PASSWRD: warning: no effect; did you mean "
	      "SMTP_PASSWORD?\n" },
	{ .name = "not with -C", .own = "\n", .env = { "SMTP_PORT=25" },
	  .want = "" },
	{ .name = "their mistakes", .env = { "SMTP_TLS=sometimes",
	  "SMTP_PORT=x" }, .mistakes = 2, .want =
	      "environment SMTP_PORT: port: expected auto or a number from 1 "
	      "to 65535\n"
	      "environment SMTP_TLS: tls: expected auto, starttls, implicit, "
	      "opportunistic or none" },
	{ .name = "their words are not ours",
	  .env = { "HELOISE_TLS=on" }, .mistakes = 1, .want =
	      "environment HELOISE_TLS: tls: expected auto, starttls, "
	      "implicit, opportunistic or none" },

	{ .name = "elevated", .elevated = true, .system = "port 1\n",
	  .user = "port 2\n", .env = { "HELOISE_PORT=3", "HELOISE_X=3",
	  "SMTP_USER=u" }, .want = "port=1<@/system:1> " },
	{ .name = "elevated without a file", .elevated = true,
	  .env = { "SMTP_HOST=h", "HELOISE_TLS_VERIFY=no" }, .want = "" },
	{ .name = "elevated with -C", .elevated = true,
	  .system = "port 1\n", .own = "port 4\n", .mistakes = 1,
	  .want = "@/own: another file is not allowed with the "
	      "privileges of another user" },
};

static void
words(void)
{
	static const struct { const char *name, *word, *want; } t[] = {
		{ "SMTP_TLS", "on", "tls=starttls" },
		{ "SMTP_TLS", "True", "tls=starttls" },
		{ "SMTP_TLS", "YES", "tls=starttls" },
		{ "SMTP_TLS", "1", "tls=starttls" },
		{ "SMTP_TLS", "tls", "tls=starttls" },
		{ "SMTP_TLS", "starttls", "tls=starttls" },
		{ "SMTP_TLS", "off", "tls=none" },
		{ "SMTP_TLS", "false", "tls=none" },
		{ "SMTP_TLS", "no", "tls=none" },
		{ "SMTP_TLS", "0", "tls=none" },
		{ "SMTP_TLS", "none", "tls=none" },
		{ "SMTP_TLS", "SSL", "tls=implicit" },
		{ "SMTP_TLS", "implicit", "tls=implicit" },
		{ "SMTP_TLS", "smtps", "tls=implicit" },
		{ "SMTP_TLS", "auto", "tls=auto" },
		{ "SMTP_TLS", "SSL/TLS", "tls=implicit" },
		{ "SMTP_TLS", "force_tls", "tls=starttls" },
		{ "SMTP_TLS", "STARTTLS", "tls=starttls" },
		{ "SMTP_TLS", " true ", "tls=starttls" },
		{ "SMTP_TLS", "None\t", "tls=none" },
		{ "SMTP_PORT", " 2525 ", "port=2525" },
		{ "SMTP_HOST", " h\n", "relay=h" },
		{ "HELOISE_PORT", " 26", "port=26" },
		{ "HELOISE_TLS", "NONE ", "tls=none" },
		{ "SMTP_AUTH", "NONE", "auth=none" },
		{ "SMTP_AUTH", "LOGIN", "auth=login" },
		{ "SMTP_AUTH", "on", "auth=auto" },
		{ "SMTP_AUTH", "off", "auth=none" },
		{ "SMTP_AUTH", "plain", "auth=plain" },
	};
	char text[64], *env[] = { text, NULL };
	struct config_source src = { .system = "/nonexistent/f",
		.home = "/nonexistent", .env = env };
	struct buf b = { .max = 1024 };
	struct config c;
	struct fault f;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		(void)snprintf(text, sizeof(text), "%s=%s", t[i].name,
		    t[i].word);
		config_init(&c);
		(void)config_load(&c, &src, &f);
		describe(&c, &b);
		ok(strncmp(buf_text(&b), t[i].want, strlen(t[i].want)) == 0,
		    "%s", text);
		config_release(&c);
	}
	buf_release(&b);
}

/* Where the user's file is looked for. */
static void
homes(void)
{
	char *home = xasprintf("HOME=%s", dir);
	char *xdg = xasprintf("XDG_CONFIG_HOME=%s/.config", dir);
	char rel[] = "XDG_CONFIG_HOME=.config", none[] = "HOME=/nonexistent";
	char relhome[] = "HOME=.", empty[] = "XDG_CONFIG_HOME=";
	char *const envs[][3] = {
		{ home }, { none, xdg }, { home, rel }, { home, empty },
		{ none }, { relhome }, { NULL },
	};
	static const int ports[] = { 9, 9, 9, 9, 0, 0, 0 };
	struct config_source src = { .uid = geteuid(),
		.system = "/nonexistent/f" };
	struct config c;
	struct fault f;
	size_t i;

	put(".config/heloise/config", "port 9\nuser u\npassword-file ~/p\n");
	for (i = 0; i < NITEMS(envs); i++) {
		src.env = envs[i];
		/* A number that no user has: no home by way of passwd. */
		src.uid = ports[i] == 0 ? 0x7ffffff0 : geteuid();
		config_init(&c);
		(void)config_load(&c, &src, &f);
		is_int(c.base.port, ports[i], "home %zu", i);
		if (i == 0)
			ok(c.base.password_file != NULL &&
			    strncmp(c.base.password_file, dir,
			    strlen(dir)) == 0, "~ is the home directory");
		config_release(&c);
	}
	src.env = NULL;
	src.home = dir;
	src.uid = geteuid();
	config_init(&c);
	(void)config_load(&c, &src, &f);
	is_int(c.base.port, 9, "a given home, no environment");
	config_release(&c);
	drop(".config/heloise/config");
	free(home);
	free(xdg);
}

/* Flags given before the files are read win all the same. */
static void
flags_first(void)
{
	char *system = path_of("system");
	struct config_source src = { .system = system, .home = dir,
		.uid = geteuid() };
	struct config c;
	struct fault f;

	put("system", "relay h:25\nport 26\nhelo a.example\n");
	config_init(&c);
	(void)config_set_flag(&c, &src, "relay", "g:465", &f);
	is_int(config_load(&c, &src, &f), 0, "loaded");
	is(c.base.relay, "g:465", "the flag's relay");
	is_int(config_port(&c.base), 465, "and its port");
	is(c.base.helo, "a.example", "and the file's name");
	config_release(&c);
	drop("system");
	free(system);
}

static void
many(void)
{
	struct buf b = { .max = 1 << 20 };
	char *system = path_of("system");
	struct config_source src = { .system = system, .home = dir,
		.uid = geteuid() };
	struct config c;
	struct fault f;
	int i;

	for (i = 0; i < 20000; i++)
		buf_addf(&b, "x%d %d\n", i, i);
	put("system", b.p);
	config_init(&c);
	fault_clear(&f);
	is_int(config_load(&c, &src, &f), -1, "many mistakes");
	is_int((long long)c.nmistakes, 20000, "all counted");
	ok(strlen(f.text) == FAULT_TEXT - 1 &&
	    strcmp(f.text + FAULT_TEXT - 6, "[...]") == 0, "the fault is cut");
	config_release(&c);
	buf_release(&b);
	drop("system");
	free(system);
}

/* Names that begin in the caller's directory, wherever this process is. */
static void
relative(void)
{
	char *env[] = { (char[]){ "HELOISE_SPOOL=spool" },
	    (char[]){ "HELOISE_TLS_CA=/ca" },
	    (char[]){ "HELOISE_ALIASES=none" },
	    (char[]){ "HELOISE_HELO_FILE=helo" }, NULL };
	struct config_source src = { .uid = geteuid(), .env = env,
	    .dir = dir, .file = "/dev/null" };
	struct buf b = { .max = 65536 };
	struct config c;
	struct fault f = { 0 };

	put("helo", "relay.example.org\n");
	config_init(&c);
	is_int(config_set_flag(&c, &src, "tls-cert", "cert", &f), 0, "a flag");
	is_int(config_set_flag(&c, &src, "tls-key", "pkcs11:token=x", &f), 0,
	    "a token is no file");
	is_int(config_load(&c, &src, &f), 0, "%s", f.text);
	take_out(&b, c.base.spool);
	is(buf_text(&b), "@/spool", "a variable");
	take_out(&b, c.base.tls_cert);
	is(buf_text(&b), "@/cert", "a flag");
	is(c.base.tls_key, "pkcs11:token=x", "the token");
	is(c.base.tls_ca, "/ca", "an absolute name");
	is(c.base.aliases, "none", "none is no name");
	is(c.base.helo, "relay.example.org", "the file of a variable");
	config_release(&c);
	buf_release(&b);
	drop("helo");
}

int
main(void)
{
	static const char *const files[][2] = {
		{ "lf", "alice\n" }, { "crlf", "Alice A.\r\n" },
		{ "bare", "example.org" }, { "two", "a\nb\n" },
		{ "nothing", "\n" }, { "blanks", " alice  \n\n" },
	};
	char *config, *sub, *nul;
	size_t i;

	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return 1;
	}
	config = path_of(".config");
	sub = path_of(".config/heloise");
	nul = path_of("nul");
	(void)mkdir(config, 0700);
	(void)mkdir(sub, 0700);
	for (i = 0; i < NITEMS(files); i++)
		put(files[i][0], files[i][1]);
	put("nul", "");
	if (truncate(nul, 3) == -1)
		perror(nul);

	for (i = 0; i < NITEMS(scenes); i++)
		play(&scenes[i]);
	words();
	homes();
	flags_first();
	many();
	relative();

	for (i = 0; i < NITEMS(files); i++)
		drop(files[i][0]);
	drop("nul");
	(void)rmdir(sub);
	(void)rmdir(config);
	(void)rmdir(dir);
	free(config);
	free(sub);
	free(nul);
	return done();
}
