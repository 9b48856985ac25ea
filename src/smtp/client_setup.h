/* client_setup.h - greeting, EHLO, STARTTLS and AUTH: up to a usable session */

#ifndef SMTP_CLIENT_SETUP_H
#define SMTP_CLIENT_SETUP_H

#include "smtp/client_state.h"

/* What to send in PH_HELLO, PH_STARTTLS and PH_AUTH. */
enum client_phase client_setup_hello(struct client *);
enum client_phase client_setup_starttls(struct client *);
enum client_phase client_setup_auth(struct client *);

/* What to do with the replies. */
enum client_phase client_setup_on_greet(struct client *, const struct
    client_command *);
enum client_phase client_setup_on_ehlo(struct client *, const struct
    client_command *);
enum client_phase client_setup_on_helo(struct client *, const struct
    client_command *);
enum client_phase client_setup_on_starttls(struct client *,
		    const struct client_command *);
enum client_phase client_setup_on_auth(struct client *, const struct
    client_command *);

#endif
