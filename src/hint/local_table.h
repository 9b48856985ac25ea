/* local_table.h - rules for faults that no reply of the relay explains */

#ifndef HINT_LOCAL_TABLE_H
#define HINT_LOCAL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

/* Facts besides the text that a row may ask for. */
#define IF_MANY		0x00001	/* more users may need the file */
#define IF_TLS		0x00002	/* TLS was up */
#define IF_IMPLICIT	0x00004	/* tls implicit is in force */
#define IF_STARTTLS	0x00008	/* STARTTLS was offered */
#define IF_LOGIN	0x00010	/* a login is set */
#define IF_BARE_USER	0x00020	/* the user is not an address */
#define IF_POOR_HELO	0x00040	/* relays may refuse the HELO name */
#define IF_NO_SENDER	0x00080	/* the envelope sender is empty */
#define IF_PORT_25	0x00100
#define IF_PORT_465	0x00200
#define IF_PORT_587	0x00400
#define IF_LOOPBACK	0x00800	/* the relay is this host */
#define IF_MX		0x01000	/* it takes mail in and does not relay */
#define IF_ADVISED	0x02000	/* provider.login is known */
#define IF_IPV6		0x04000	/* the text names only IPv6 addresses */
#define IF_LOST		0x08000	/* the connection was lost */
#define IF_SOCKET	0x10000	/* the relay is a socket of this host */
#define IF_MAILDIR	0x40000	/* the relay is a directory */
#define IF_LHLO		0x20000	/* it refused LHLO, the EHLO of LMTP */
#define IF_TOKEN	0x80000	/* the login is by an access token */
#define IF_OWN_SENDER	0x100000 /* the sender is the user */
#define IF_NEAR		0x200000 /* the relay is on a local network */
#define IF_ADDRESS	0x400000 /* the relay is named by its address */
#define IF_ENDED	0x800000 /* the connection was lost or silent */

#define ADVICE_FIXES	4
#define IF_FAMILY	0x1000000 /* address-family is not any */
#define IF_SCRAM	0x2000000 /* the login used SCRAM */
#define IF_OPPORTUNISTIC 0x4000000 /* tls opportunistic is in force */
#define IF_BUSY		0x10000000 /* the relay has too many connections */
#define IF_UNIT		0x20000000 /* in a service of systemd */
#define IF_OAUTH	0x40000000 /* the settings have `oauth` */
#define IF_PRIORITY	0x80000000 /* and `tls-priority` */
#define IF_OTHER_MECH	0x8000000 /* a mechanism is offered and unused */
#define IF_SHARED	0x100000000 /* the process has the group of all */

/*
 * One rule: if all of it applies, these are the cause and the fix.  In
 * both, %x is replaced (see hint.c).  `key value` in a fix is a line for the
 * configuration; `~key value` is one in force that has to change (see
 * hint/proposal.h).  The first fix is used of which no line is in force.  If
 * there is none, the rule does not apply.  No fix at all means: no setting
 * would help.
 */
struct advice {
	unsigned	 stages;	/* ADVICE_AT(...); 0: any */
	int		 code;		/* errno, or 421, 4, 5 of a reply */
	const char	*words;	/* for provider_words_match(); NULL: any */
	unsigned	 by;		/* BY_*: one of these; 0: any */
	uint64_t	 when;		/* IF_*: all of these */
	uint64_t	 unless;	/* none of these */
	bool		 lasting;	/* retrying alone will not help */
	const char	*cause;
	const char	*fix[ADVICE_FIXES];
};

#define ADVICE_AT(stage)	(1u << (stage))
/* A group for one of several users would shut out the others. */
#define ADVICE_FOR_MANY "let all users send without reading it, by `make " \
	"install-shared` or the package; or make a group of the users that " \
	"may read the password"
#define ADVICE_LOGIN	"set `user <name>` and `password <password>`"

/* STARTTLS fails, with a reply to it or without. */
#define ADVICE_TLS_FOR_LOGIN						\
	.cause = "the relay offers STARTTLS, but it fails, and a "	\
	    "login must not go on without it",				\
	.fix = { "set `tls starttls` once it works, or `tls none` on "	\
	    "a network that you trust" }
#define ADVICE_TLS_LATER						\
	.cause = "the relay cannot use TLS at the moment",		\
	.fix = { "set `port 465` if it stays so; the mail can wait",	\
	    "the mail can wait" }

/*
 * The first rule that applies is used, so special ones stand before general
 * ones.  This table is for faults found on this host; code is an errno.
 */
extern const struct advice advice_table[];
extern const size_t advice_count;

#endif
