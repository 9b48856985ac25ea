/* providers.c - --providers: the providers that are known by name */

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "hint/service.h"
#include "setup/providers.h"
#include "system/log.h"

static const char *
providers_user(const struct service *s)
{
	if (s->user == NULL)
		return "the whole address";
	if (strcmp(s->user, SERVICE_LOCAL) == 0)
		return "the part before the @";
	if (strcmp(s->user, SERVICE_ASK) == 0)
		return "given by the provider";
	return strcmp(s->user, SERVICE_NONE) == 0 ? "no login" : s->user;
}

int
providers_run(const struct options *o, struct config *c,
    const struct config_source *src)
{
	const struct service *s;
	const char *login;

	for (s = service_table; s < service_table + service_count; s++) {
		printf("%s: %s\n", s->name, s->title);
		printf("    relay   %s port %d, %s\n", s->host, s->port,
		    s->port == 465 ? "implicit TLS" : "STARTTLS");
		printf("    user    %s\n", providers_user(s));
		if ((login = service_login(s)) != NULL)
			printf("    login   %s\n", login);
		if (s->oauth != NULL)
			printf("    OAuth   %s%s\n", s->oauth,
			    s->oauth_only ? ", and nothing else" : "");
		if (s->domains != NULL)
			printf("    domains %s\n", s->domains);
	}
	return log_flush(EX_OK);
}
