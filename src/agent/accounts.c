/* accounts.c - gets accounts ready for use, then enters the sandbox */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/accounts.h"
#include "agent/maildir.h"
#include "base/util.h"
#include "config/account.h"
#include "config/password.h"
#include "net/trust.h"
#include "system/sandbox.h"

#define PORTS	(2 * DNS_SRV_MAX)	/* of one account */

/* The end of a step: its fault names the relay, or there is none. */
static int
accounts_step_end(struct account *a, int status)
{
	if (status == 0)
		fault_clear(&a->fault);
	else
		(void)strlcpy(a->fault.what, a->transport.what,
		    sizeof(a->fault.what));
	return status;
}

int
accounts_prepare(struct account *a, const struct settings *set,
    const char *fqdn)
{
	*a = (struct account){ .set = set, .maildir = -1,
	    .password = { .max = PASSWORD_MAX, .secret = true } };
	return accounts_step_end(a,
	    transport_prepare(&a->transport, set, fqdn, &a->fault));
}

int
accounts_password(struct account *a, long long limit)
{
	if (a->fault.verdict != VD_OK)
		return -1;
	if (!account_needs_password(a->set))
		return 0;
	if (password_get(a->set, getenv("CREDENTIALS_DIRECTORY"), limit,
	    &a->password, &a->fault) == -1)
		return accounts_step_end(a, -1);
	a->transport.client.password = buf_text(&a->password);
	return accounts_step_end(a, 0);
}

int
accounts_locate(struct account *a, long long limit)
{
	const struct relay *relay = &a->transport.route.relay;

	if (a->fault.verdict != VD_OK)
		return -1;
	if (relay->kind != RELAY_MAILDIR)
		return accounts_step_end(a,
		    transport_locate(&a->transport, limit, &a->fault));
	a->maildir = maildir_open(relay->path, &a->fault);
	return accounts_step_end(a, a->maildir != -1 ? 0 : -1);
}

void
accounts_sandbox(struct account *const *list, size_t n)
{
	int *ports = xcalloc(n * PORTS, sizeof(*ports));
	int *dirs = xcalloc(n, sizeof(*dirs));
	struct sandbox b = { .dirs = dirs, .ports = ports, .secret = true };
	const struct account *a;
	size_t i;

	for (i = 0; i < n; i++) {
		if ((a = list[i]) == NULL)
			continue;
		b.nports += route_ports(&a->transport.route, ports + b.nports,
		    PORTS);
		if (a->maildir != -1)
			dirs[b.ndirs++] = a->maildir;
		b.bind |= a->set->source_address != NULL;
		b.reading |= a->transport.trust != NULL &&
		    trust_has_token(a->transport.trust);
		b.local |= a->transport.route.relay.kind == RELAY_UNIX ||
		    b.reading;
	}
	sandbox_enter(&b);
	free(ports);
	free(dirs);
}

void
accounts_release(struct account *a)
{
	transport_release(&a->transport);
	if (a->maildir != -1)
		(void)close(a->maildir);
	buf_release(&a->password);
}
