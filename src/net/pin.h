/* pin.h - parses the setting `tls-pin` */

#ifndef NET_PIN_H
#define NET_PIN_H

#include <stdbool.h>
#include <stddef.h>

#define PIN_SIZE	32	/* octets of a SHA-256 */
#define PIN_TEXT	52	/* "sha256:", 44 of base64, NUL */

/*
 * Parse the first of the blank-separated pins at *list and move *list
 * behind it.  A pin is the SHA-256 of a public key with its algorithm
 * (SubjectPublicKeyInfo, RFC 5280 4.1).  It is in base64, or in hexadecimal
 * with or without colons.  "sha256:" may stand before it, or "sha256//" as
 * in other programs.  False at the end of the list, or if it is no pin;
 * then *list does not move.
 */
bool	pin_next(const char **list, unsigned char pin[PIN_SIZE]);

/* Is it a list of at least one pin? */
bool	pin_valid(const char *list);

/* The form in the manual: "sha256:" and base64. */
void	pin_text(const unsigned char pin[PIN_SIZE], char text[PIN_TEXT]);

#endif
