/* pin.h - what the setting `tls-pin` says */

#ifndef NET_PIN_H
#define NET_PIN_H

#include <stdbool.h>
#include <stddef.h>

#define PIN_SIZE	32	/* octets of a SHA-256 */
#define PIN_TEXT	52	/* "sha256:", 44 of base64, NUL */

/*
 * Parse the first of the blank-separated pins at *list and move *list
 * behind it.  A pin is the SHA-256 of a public key with its algorithm
 * (SubjectPublicKeyInfo, RFC 5280 4.1) in base64, or in hexadecimal with or
 * without colons; "sha256:" may stand before it, or "sha256//" as others
 * write it.  False at the end of the list, or if it is no pin, which does
 * not move *list.
 */
bool	pin_next(const char **list, unsigned char pin[PIN_SIZE]);

/* Is it a list of pins, of one at least? */
bool	pin_valid(const char *list);

/* The form that the manual shows: "sha256:" and base64. */
void	pin_text(const unsigned char pin[PIN_SIZE], char text[PIN_TEXT]);

#endif
