/* t_config_envname.c - variables of the environment that are meant for others
 */

#include <string.h>

#include "base/util.h"
#include "config/envname.h"
#include "config/setting.h"
#include "tap.h"

static void
meant(void)
{
	static const struct { const char *name, *want; } t[] = {
		{ "SMTP_USERNAME", "SMTP_USER" }, { "SMTP_PASS",
		    "SMTP_PASSWORD" }, { "SMTP_SECURE", "SMTP_TLS" },
		{ "EMAIL_HOST", "SMTP_HOST" }, { "EMAIL_HOST_USER",
		    "SMTP_USER" }, { "DEFAULT_FROM_EMAIL", "SMTP_FROM" },
		{ "SMTP_HOTS", "SMTP_HOST" }, { "SMTP_HELO_NAM",
		    "SMTP_HELO_NAME" }, { "SMTP_PASWORD", "SMTP_PASSWORD" },
		{ "SMTP_HOST_FILE", NULL }, { "SMTP_MODE", NULL },
		{ "SMTP_", NULL }, { "SMTP_USER", NULL }, { "SMTP_HOST", NULL },
		{ "SMTP", NULL }, { "SMTP_SECURELY", NULL },
		{ "smtp_secure", "SMTP_TLS" }, { "", NULL }, { "PATH", NULL },
	};
	static char path[] = "PATH=/bin", empty[] = "SMTP_SERVER=",
	    host[] = "EMAIL_HOST=h", later[] = "SMTP_SERVER=s";
	char *const env[] = { path, empty, host, later, NULL };
	const char *got;
	size_t i, n;

	for (i = 0; i < NITEMS(t); i++) {
		got = envname_meant(t[i].name, strlen(t[i].name));
		ok(t[i].want == NULL ? got == NULL :
		    got != NULL && strcmp(got, t[i].want) == 0, "%s: %s",
		    t[i].name, got != NULL ? got : "none");
	}
	ok(envname_find(env, "SMTP_HOST", &n) == host && n == 10,
	    "the first that is not empty");
	ok(envname_find(env, "SMTP_USER", &n) == NULL, "none");
	ok(envname_find(NULL, "SMTP_USER", &n) == NULL, "no environment");
	ok(envname_empty(env, "SMTP_SERVER"), "one without a value");
	ok(!envname_empty(env, "EMAIL_HOST"), "one with a value");
	ok(!envname_empty(env, "SMTP_SERV"), "the begin of a name");
	ok(!envname_empty(NULL, "SMTP_SERVER"), "no environment");
}

/* What is read is not taken for what others read. */
static void
own(void)
{
	const struct setting *row;

	for (row = setting_table; row < setting_table + setting_count; row++)
		if (row->env != NULL)
			ok(envname_meant(row->env, strlen(row->env)) == NULL,
			    "%s means itself", row->env);
}

static void
links(void)
{
	static const char *const yes[] = {
		"SMTP_PORT=tcp://10.0.0.1:587", "HELOISE_PORT=tcp://10.0.0.1:25",
		"HELOISE_PORT=udp://10.0.0.1:25", "HELOISE_SERVICE_HOST=10.0.0.1",
		"HELOISE_SERVICE_PORT=25", "HELOISE_SERVICE_PORT_SMTP=25",
		"HELOISE_PORT_25_TCP=tcp://10.0.0.1:25",
		"HELOISE_PORT_25_TCP_ADDR=10.0.0.1",
		"HELOISE_PORT_25_TCP_PORT=25", "HELOISE_PORT_25_UDP_PROTO=udp",
	};
	static const char *const no[] = {
		"SMTP_PORT=587", "SMTP_PORT=", "SMTP_PORT", "HELOISE_PORT=tcp",
		"HELOISE_PORT_FILE=/x", "HELOISE_PORT_TCP=1",
		"HELOISE_PORT_25_SSL=1", "HELOISE_PORT_25_TCP_X=1",
		"HELOISE_SERVICE=1", "HELOISE_SERVICE_PORT_", "HELOISE_=1",
		"PORT=tcp://10.0.0.1:25", "SERVICE_HOST=1", "", "=",
	};
	size_t i;

	for (i = 0; i < NITEMS(yes); i++)
		ok(envname_is_link(yes[i]), "a link: %s", yes[i]);
	for (i = 0; i < NITEMS(no); i++)
		ok(!envname_is_link(no[i]), "none: %s", no[i]);
}

int
main(void)
{
	meant();
	own();
	links();
	return done();
}
