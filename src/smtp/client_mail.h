/* client_mail.h - one message: MAIL, RCPT, DATA or BDAT, and their replies */

#ifndef SMTP_CLIENT_MAIL_H
#define SMTP_CLIENT_MAIL_H

#include "smtp/client_state.h"

/* Take a message in hand; what cannot work is settled at once. */
enum client_phase client_mail_begin(struct client *, struct client_mail *);

/* What to send in PH_ENVELOPE and PH_DATA: as much as the window takes. */
enum client_phase client_mail_envelope(struct client *);
enum client_phase client_mail_data(struct client *);

/* PH_BODY: a block of the message, and its end. */
void		 client_mail_body(struct client *, const char *, size_t);
enum client_phase client_mail_body_end(struct client *);

/* What to do with the replies. */
enum client_phase client_mail_on_rset(struct client *, const struct
    client_command *);
enum client_phase client_mail_on_mail(struct client *, const struct
    client_command *);
enum client_phase client_mail_on_rcpt(struct client *, const struct
    client_command *);
enum client_phase client_mail_on_data(struct client *, const struct
    client_command *);
enum client_phase client_mail_on_dot(struct client *, const struct
    client_command *);
enum client_phase client_mail_on_nobody(struct client *, const struct
    client_command *);

#endif
