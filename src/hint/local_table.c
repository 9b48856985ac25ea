/* local_table.c - what goes wrong before a relay refuses, and what to do */

#include <errno.h>

#include "base/util.h"
#include "hint/local_table.h"
#include "hint/provider.h"

#define AT	ADVICE_AT

const struct advice advice_table[] = {

/* Files of this host */

	{ .stages = AT(ST_CONFIG), .code = EACCES, .words = "tls-ca",
	  .cause = "%U may not read the certificates in %f",
	  .fix = "they are no secret: run `chmod a+r %f`" },
	{ .stages = AT(ST_CONFIG), .code = ENOENT, .words = "tls-ca",
	  .cause = "there is no file %f with certificates",
	  .fix = "set `tls-ca <file>` to one that exists, or remove the line "
	    "to trust whom this system trusts" },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .words = "tls-cert|tls-key",
	  .cause = "%U may not read our certificate or its key in %f",
	  .fix = "run `chown %U %f && chmod 600 %f`" },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .words = "log: ",
	  .cause = "%U may not write the log %f",
	  .fix = "run `touch %f && chown %U %f`, or set `log syslog`" },
	{ .stages = AT(ST_CONFIG), .code = ENOENT, .words = "log: ",
	  .cause = "there is nothing at %f that takes the log",
	  .fix = "set `log <file>` to a file in a directory that exists, "
	    "`log stderr` or `log none`" },
	{ .stages = AT(ST_CONFIG), .code = EACCES,
	  .cause = "%U may not read the configuration in %f",
	  .fix = "run `chgrp %G %f && chmod 640 %f`" },
	{ .stages = AT(ST_SECRET), .code = EACCES,
	  .cause = "%U may not read the password in %f",
	  .fix = "run `chgrp %G %f && chmod 640 %f`" },
	{ .stages = AT(ST_SECRET), .code = ENOENT,
	  .cause = "there is no file %f with the password",
	  .fix = "set `password-file <file>` to one that exists" },
	{ .stages = AT(ST_SECRET), .words = "neither password",
	  .cause = "a user is set, but no password",
	  .fix = "set `password-file <file>`, or `auth none` if the relay "
	    "wants no login" },
	{ .stages = AT(ST_SPOOL), .code = EACCES,
	  .cause = "%U may not write to the spool %f",
	  .fix = "set `spool <directory>` to one that belongs to %U, or "
	    "`queue no`" },
	{ .stages = AT(ST_SPOOL), .words = "belongs to user",
	  .cause = "the spool %f belongs to somebody else",
	  .fix = "set `spool <directory>` to one that belongs to %U, or "
	    "`queue no`" },
	{ .stages = AT(ST_SPOOL), .code = EROFS,
	  .cause = "the spool %f is on a file system that cannot be written",
	  .fix = "set `spool <directory>` to one that can, or `queue no`" },
	{ .stages = AT(ST_SPOOL), .code = ENOSPC,
	  .cause = "there is no room left for the spool",
	  .fix = "make room, or set `spool <directory>` to where there is "
	    "some" },
	{ .stages = AT(ST_SPOOL), .code = EDQUOT,
	  .cause = "the quota of %U leaves no room for the spool",
	  .fix = "make room, or set `spool <directory>` to where there is "
	    "some" },
	{ .stages = AT(ST_INPUT), .words = "(max-size)",
	  .cause = "the message is larger than this configuration allows",
	  .fix = "set `max-size <size>` to more, or `max-size 0` for what "
	    "the relay takes" },

/* The way to the relay */

	{ .stages = AT(ST_RESOLVE) | AT(ST_CONNECT),
	  .words = "(the proxy)|: the proxy |proxy does not speak|"
	    "proxy wants|proxy takes no|proxy does not know",
	  .cause = "it is the proxy that fails, not %r",
	  .fix = "correct `proxy socks5://<host>`, or remove the line" },
	{ .stages = AT(ST_CONNECT), .words = "the proxy ",
	  .cause = "the proxy is there, but does not get to %r on port %p",
	  .fix = "correct `relay %w`, or allow the way in the proxy's "
	    "settings" },
	{ .stages = AT(ST_RESOLVE), .words = "for ipv|no ipv",
	  .cause = "%r has no address of the family that is asked for",
	  .fix = "set `address-family any`" },
	{ .stages = AT(ST_RESOLVE), .words = "no such host name|names no host",
	  .cause = "no host has the name %r: perhaps it is misspelt",
	  .fix = "correct `relay %w`" },
	{ .stages = AT(ST_RESOLVE), .words = "no answer to the question",
	  .cause = "the name server does not answer; the name %r may well be "
	    "right",
	  .fix = "see to the network, and to /etc/resolv.conf or, if that "
	    "is set, `resolver <address>`; the mail can wait" },
	{ .stages = AT(ST_RESOLVE),
	  .cause = "the name server does not answer; the name %r may well be "
	    "right",
	  .fix = "see to the network and /etc/resolv.conf of this host; "
	    "the mail can wait" },
	{ .stages = AT(ST_CONNECT), .words = "cannot be the source address",
	  .cause = "this host does not have that address",
	  .fix = "correct `source-address <address>`, or remove the line" },
	{ .stages = AT(ST_CONNECT), .when = IF_MAILDIR, .code = ENOENT,
	  .cause = "mail cannot be kept in %r",
	  .fix = "make the directory it is in, or correct `relay %w`" },
	{ .stages = AT(ST_CONNECT) | AT(ST_BODY), .when = IF_MAILDIR,
	  .cause = "%U cannot write to the maildir %r",
	  .fix = "make it one that %U may write to and that has room, or "
	    "correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .code = EACCES, .when = IF_SOCKET,
	  .cause = "%U may not use the socket %r",
	  .fix = "have its server make it for the group %G" },
	{ .stages = AT(ST_CONNECT), .code = EAGAIN, .when = IF_SOCKET,
	  .cause = "the server at the socket %r is busy",
	  .fix = "the mail can wait" },
	{ .stages = AT(ST_CONNECT), .code = ENOENT, .when = IF_SOCKET,
	  .cause = "there is no socket %r",
	  .fix = "start the server that makes it, or correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_SOCKET,
	  .cause = "nobody listens at the socket %r",
	  .fix = "start the server that does, or correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .when = IF_SOCKET,
	  .cause = "the socket %r cannot be used",
	  .fix = "correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_LOOPBACK,
	  .cause = "no mail server listens on port %p of this host",
	  .fix = "start it, or set `relay <host>` to the relay of your "
	    "provider" },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_PORT_587,
	  .cause = "%r takes no connections on port 587, or a firewall "
	    "refuses them",
	  .fix = "set `port 465`, or correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED,
	  .cause = "%r takes no connections on port %p, or a firewall "
	    "refuses them",
	  .fix = "set `port 587`, or correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .when = IF_IPV6,
	  .cause = "%r cannot be reached over IPv6",
	  .fix = "set `address-family ipv4`" },
	{ .stages = AT(ST_CONNECT), .code = EACCES,
	  .cause = "a rule of this host forbids the connection (SELinux, "
	    "AppArmor or a firewall)",
	  .fix = "allow it; with SELinux, for a web server, run `setsebool "
	    "-P httpd_can_network_connect 1`" },
	{ .stages = AT(ST_CONNECT), .code = EPERM,
	  .cause = "the firewall of this host forbids connections to port %p",
	  .fix = "open it for port %p, or set `port 587` if that is open" },
	{ .stages = AT(ST_CONNECT), .code = ECONNRESET,
	  .cause = "a firewall cuts connections to port %p, or %r refuses "
	    "them",
	  .fix = "set `port 587`, or correct `relay %w`" },
	{ .stages = AT(ST_CONNECT), .when = IF_PORT_25,
	  .cause = "port 25 is blocked on the way to %r, as it is with most "
	    "hosters and providers",
	  .fix = "set `port 587` and `tls starttls`; some relays listen on "
	    "2525 as well" },
	{ .stages = AT(ST_CONNECT), .when = IF_PORT_465,
	  .cause = "port 465 is blocked on the way to %r; some hosters block "
	    "it together with 25",
	  .fix = "set `port 587` and `tls starttls`" },
	{ .stages = AT(ST_CONNECT), .words = "no time left",
	  .cause = "the deadline passed before a connection was tried",
	  .fix = "set `deadline 0` or more time" },
	{ .stages = AT(ST_CONNECT),
	  .cause = "%r does not answer on port %p: a firewall on the way, or "
	    "the wrong host or port",
	  .fix = "open the firewall for port %p, correct `relay %w`, or set "
	    "`port 465` or `port 2525` if the relay has it" },

/* Greeting, and TLS in the wrong place */

	{ .stages = AT(ST_GREETING), .when = IF_SOCKET,
	  .words = "speaks tls from the start",
	  .cause = "the server at the socket %r speaks TLS from the start",
	  .fix = "set `tls implicit`" },
	{ .stages = AT(ST_GREETING), .when = IF_SOCKET,
	  .words = "not an smtp reply",
	  .cause = "what answers at the socket %r is no mail server",
	  .fix = "correct `relay %w`" },
	{ .stages = AT(ST_GREETING), .when = IF_SOCKET, .unless = IF_TLS,
	  .cause = "the server at the socket %r does not greet",
	  .fix = "see what it says in its own log" },
	{ .stages = AT(ST_TLS), .when = IF_SOCKET | IF_IMPLICIT,
	  .words = "begins in clear|answered in clear|unexpected tls packet",
	  .cause = "the server at the socket %r does not speak TLS from the "
	    "start",
	  .fix = "set `tls none`: it does not leave this host" },
	{ .stages = AT(ST_STARTTLS), .when = IF_SOCKET,
	  .words = "does not offer",
	  .cause = "the server at the socket %r has no STARTTLS",
	  .fix = "set `tls none`: it does not leave this host" },
	{ .stages = AT(ST_GREETING),
	  .words = "speaks tls from the start&!if this port",
	  .cause = "port %p of %r speaks TLS from the start",
	  .fix = "set `tls implicit`" },
	{ .stages = AT(ST_GREETING), .words = "not an smtp reply",
	  .cause = "what answers on port %p of %r is no mail server",
	  .fix = "set `port 587`, or correct `relay %w`" },
	{ .stages = AT(ST_GREETING), .when = IF_PORT_465, .unless = IF_TLS,
	  .cause = "%r waits for TLS on port 465 and says nothing before",
	  .fix = "set `tls implicit`" },
	{ .stages = AT(ST_GREETING), .when = IF_PORT_25, .unless = IF_TLS,
	  .cause = "%r does not greet: a filter for port 25 may stand in "
	    "between",
	  .fix = "set `port 587`" },
	{ .stages = AT(ST_GREETING), .unless = IF_TLS,
	  .words = "no answer|closed by the relay|reset",
	  .cause = "%r does not greet: it may wait for TLS, or refuse this "
	    "host",
	  .fix = "set `tls implicit` if port %p speaks TLS from the start" },
	{ .stages = AT(ST_TLS), .when = IF_IMPLICIT,
	  .words = "begins in clear|answered in clear|unexpected tls packet|"
	    "wrong version number|perhaps this port does not speak tls|"
	    "packet with unexpected length|unsupported&version&packet",
	  .cause = "port %p of %r does not speak TLS from the start",
	  .fix = "set `tls starttls`, or `port 465` for TLS from the start" },
	{ .stages = AT(ST_TLS), .words = "answered in clear: 454",
	  .cause = "the relay cannot do TLS at the moment",
	  .fix = "set `port 465` if that goes on; the mail can wait" },
	{ .stages = AT(ST_STARTTLS), .words = "more before tls",
	  .cause = "somebody between here and %r may be tampering with the "
	    "connection",
	  .fix = "set `port 465` and `tls implicit`" },
	{ .stages = AT(ST_STARTTLS),
	  .cause = "%r has no STARTTLS on port %p, or somebody in between "
	    "takes it away",
	  .fix = "set `port 465` and `tls implicit`; only on a network that "
	    "you trust, `tls none`" },

/* Cut off after EHLO; or later, when a relay is slow to say so */

	{ .stages = AT(ST_EHLO), .when = IF_LOST | IF_POOR_HELO,
	  .lasting = true,
	  .cause = "the relay hangs up on the name '%h'",
	  .fix = "set `helo %H`" },
	{ .stages = AT(ST_AUTH) | AT(ST_MAIL), .by = BY_GOOGLE,
	  .when = IF_LOST | IF_POOR_HELO, .lasting = true,
	  .cause = "the relay hangs up on the name '%h'",
	  .fix = "set `helo %H`" },
	{ .stages = AT(ST_EHLO), .by = BY_GOOGLE, .when = IF_LOST,
	  .lasting = true,
	  .cause = "the relay hangs up on the name '%h'",
	  .fix = "set `helo %H`" },

/* Certificates */

	{ .stages = AT(ST_TLS), .words = "matches no tls-pin",
	  .cause = "the relay has another key than the one that is pinned",
	  .fix = "if its operators say that they changed it, set `tls-pin "
	    "%k`" },
	{ .stages = AT(ST_TLS), .words = "self-signed&not for ",
	  .cause = "%r has a certificate that it made itself, for the name "
	    "%n",
	  .fix = "if it is the right one, set `tls-pin %k`, or save "
	    "it and set `tls-ca <its file>` and `tls-name %n`" },
	{ .stages = AT(ST_TLS), .words = "it is for nobody",
	  .cause = "the certificate of the relay has no name in it",
	  .fix = "if it is the right one, set `tls-pin %k`" },
	{ .stages = AT(ST_TLS), .words = "not for ", .when = IF_LOOPBACK,
	  .cause = "the certificate of the relay is for %n, not for %r",
	  .fix = "if that is your relay, set `tls-name %n`" },
	{ .stages = AT(ST_TLS), .words = "not for ",
	  .cause = "the certificate of the relay is for %n, not for %r",
	  .fix = "if that is the relay you mean, set `relay %n`" },
	{ .stages = AT(ST_TLS), .words = "self-signed",
	  .cause = "the certificate of %r is self-signed, so nobody vouches "
	    "for it",
	  .fix = "if it is the right one, set `tls-pin %k`, or save "
	    "it and set `tls-ca <its file>`" },
	{ .stages = AT(ST_TLS), .words = "expired on|has expired",
	  .cause = "the certificate of %r has expired, if the clock of this "
	    "host is right",
	  .fix = "have the operators of the relay renew it; only as a "
	    "stop-gap, set `tls-pin %k`" },
	{ .stages = AT(ST_TLS), .words = "is not valid before|not valid yet",
	  .cause = "the clock of this host is wrong, or the certificate of %r "
	    "is too new",
	  .fix = "set the clock" },
	{ .stages = AT(ST_TLS), .words = "nobody trusted here vouches",
	  .cause = "the certificate of %r comes from an authority that this "
	    "host does not trust",
	  .fix = "set `tls-ca <file>` to the certificate of that authority, "
	    "or install this system's ca-certificates" },
	{ .stages = AT(ST_TLS), .words = "not meant for servers|was revoked|"
	    "insecure algorithm|signature is wrong|ocsp|may not sign",
	  .cause = "the certificate of %r must not be trusted",
	  .fix = "have the operators of the relay replace it" },
	{ .stages = AT(ST_TLS), .words = "no tls version that is allowed|"
	    "protocol version|unsupported&version",
	  .cause = "%r and this host have no version of TLS in common; older "
	    "ones than 1.2 are not used unasked",
	  .fix = "have the relay brought up to date; until then set "
	    "`tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0`" },
	{ .stages = AT(ST_TLS), .words = "handshake failed|no supported "
	    "cipher|insufficient security|dh prime|certificate&key&weak",
	  .cause = "%r and this host have no TLS cipher in common",
	  .fix = "have the relay brought up to date, or set `tls-priority "
	    "NORMAL`" },
	{ .stages = AT(ST_TLS), .words = "server name|unrecognized name|"
	    "name sent was not",
	  .cause = "the relay does not go by the name %r",
	  .fix = "set `tls-name <name>` to one it has a certificate for" },

/* Login: what we would not do */

	{ .stages = AT(ST_AUTH), .when = IF_STARTTLS, .unless = IF_TLS,
	  .words = "does not offer auth on",
	  .cause = "the relay takes a login only inside TLS",
	  .fix = "set `tls starttls`" },
	{ .stages = AT(ST_AUTH), .unless = IF_TLS,
	  .words = "does not offer auth on",
	  .cause = "the relay offers no login without TLS, nor STARTTLS on "
	    "port %p",
	  .fix = "set `auth none` if it knows this host by its address, else "
	    "`port 465` and `tls implicit`" },
	{ .stages = AT(ST_AUTH), .when = IF_PORT_25,
	  .words = "does not offer auth&!only",
	  .cause = "the relay offers no login on port 25",
	  .fix = "set `port 587`, or `auth none` if it knows this host by "
	    "its address" },
	{ .stages = AT(ST_AUTH),
	  .words = "does not offer auth&!only",
	  .cause = "the relay offers no login",
	  .fix = "set `auth none` if it knows this host by its address, else "
	    "correct `relay %w`" },
	{ .stages = AT(ST_AUTH),
	  .words = "does not offer auth&only: ",
	  .cause = "the relay does not know the login that auth asks for; it "
	    "has: %o",
	  .fix = "set `auth auto`" },
	{ .stages = AT(ST_AUTH),
	  .words = "no known way&xoauth2|no known way&oauthbearer",
	  .cause = "the relay takes no password, only an access token",
	  .fix = "set `auth xoauth2` and the token as `password <token>`" },
	{ .stages = AT(ST_AUTH), .words = "no known way",
	  .cause = "the relay has no login that a password would do for, "
	    "only: %o",
	  .fix = "set `auth none` if it knows this host by its address" },
	{ .stages = AT(ST_AUTH), .when = IF_TLS,
	  .words = "would be readable|could be guessed",
	  .cause = "the relay's certificate is not verified, so anyone could "
	    "ask for the password in its name",
	  .fix = "set `tls starttls` and `tls-verify yes`, or "
	    "`auth-cleartext yes` on a network that you trust" },
	{ .stages = AT(ST_AUTH),
	  .words = "would be readable|could be guessed",
	  .cause = "without TLS everybody on the way could read the password",
	  .fix = "set `tls starttls`, or `auth-cleartext yes` on a network "
	    "that you trust" },
	{ .stages = AT(ST_AUTH), .words = "needs a password",
	  .cause = "a user is set, but no password",
	  .fix = "set `password-file <file>`" },
	{ .stages = AT(ST_AUTH), .words = "to bind the login",
	  .cause = "a login bound to TLS is asked for, without TLS",
	  .fix = "set `tls starttls`, or `auth auto`" },

/* The message */

	{ .stages = AT(ST_MAIL), .words = "the relay takes at most",
	  .cause = "the message is larger than the relay takes",
	  .fix = "" },
	{ .stages = AT(ST_MAIL) | AT(ST_RCPT), .words = "smtputf8",
	  .cause = "an address is not ASCII and the relay cannot carry that",
	  .fix = "use an ASCII address of the same person, as `from "
	    "<address>` or recipient" },
};
const size_t advice_count = NITEMS(advice_table);
