/* client_mail.h - one message: MAIL, RCPT, DATA or BDAT, and their replies */

#ifndef SMTP_CLIENT_MAIL_H
#define SMTP_CLIENT_MAIL_H

#include "smtp/client_state.h"

/* Begin a message; recipients that cannot work get their verdict at once. */
enum client_phase client_mail_begin(struct client *, struct client_mail *);

/* Send what PH_ENVELOPE and PH_DATA need: as much as the window takes. */
enum client_phase client_mail_envelope(struct client *);
enum client_phase client_mail_data(struct client *);

/* PH_BODY: a block of the message, and its end. */
void		 client_mail_body(struct client *, const char *, size_t);
enum client_phase client_mail_body_end(struct client *);

/* Handle the replies. */
client_answer client_mail_on_rset, client_mail_on_mail, client_mail_on_rcpt,
    client_mail_on_data, client_mail_on_chunk, client_mail_on_dot,
    client_mail_on_nobody;

#endif
