/* client_setup.h - greeting, EHLO, STARTTLS and AUTH: up to a usable session */

#ifndef SMTP_CLIENT_SETUP_H
#define SMTP_CLIENT_SETUP_H

#include "smtp/client_state.h"

/* Send what PH_HELLO, PH_STARTTLS and PH_AUTH need. */
enum client_phase client_setup_hello(struct client *);
enum client_phase client_setup_starttls(struct client *);
enum client_phase client_setup_auth(struct client *);

/* Handle the replies. */
client_answer client_setup_on_greet, client_setup_on_ehlo,
    client_setup_on_helo, client_setup_on_starttls, client_setup_on_auth;

#endif
