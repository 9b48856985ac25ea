/* local_table.c - rules for faults that no reply of the relay explains */

#include <errno.h>

#include "base/util.h"
#include "hint/local_table.h"
#include "hint/provider.h"

#define AT	ADVICE_AT

/* Changes nobody else's queue, as a line in the settings would. */
#define OWN_PLACE "as root run `install -d -m 1777 " SPOOLDIR "-users`, " \
	"where users have a spool who have no other place for one"

const struct advice advice_table[] = {

/* Files of this host */

	{ .stages = AT(ST_CONFIG), .code = EACCES, .words = "tls-ca",
	  .cause = "%U may not read the certificates in %f",
	  .fix = { "they are no secret: run `chmod a+r %f`" } },
	{ .stages = AT(ST_CONFIG), .code = ENOENT, .words = "tls-ca",
	  .cause = "there is no file %f with certificates",
	  .fix = { "set `tls-ca <file>` to one that exists, or remove the line "
	    "to trust the authorities of this system" } },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .words = "tls-cert|tls-key",
	  .cause = "%U may not read the client certificate or its key in %f",
	  .fix = { "run `chown %O %f && chmod 600 %f`" } },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .words = "log: ",
	  .cause = "%U may not write the log %f",
	  .fix = { "run `touch %f && chown %O %f`, or set `log syslog`" } },
	{ .stages = AT(ST_CONFIG), .code = ENOENT, .words = "/dev/log: ",
	  .when = IF_SHARED,
	  .cause = "no syslog daemon runs on this host",
	  .fix = { "start one, such as rsyslog, or set `log none`" } },
	{ .stages = AT(ST_CONFIG), .code = ENOENT, .words = "/dev/log: ",
	  .cause = "no syslog daemon runs on this host",
	  .fix = { "start one, such as rsyslog, or set `log <file>`, `log "
	    "stderr` or `log none`" } },
	{ .stages = AT(ST_CONFIG), .code = ENOENT, .words = "log: ",
	  .cause = "the log %f does not exist and cannot be made",
	  .fix = { "set `log <file>` in a directory that exists, `log stderr` "
	    "or `log none`" } },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .when = IF_MANY,
	  .unless = IF_UNIT,
	  .cause = "%U may not read the configuration in %f",
	  .fix = { ADVICE_FOR_MANY } },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .when = IF_UNIT | IF_MANY,
	  .cause = "%U may not read the configuration in %f, or ProtectHome= "
	    "of %N hides it",
	  .fix = { ADVICE_FOR_MANY } },
	{ .stages = AT(ST_CONFIG), .code = EACCES, .when = IF_UNIT,
	  .cause = "%U may not read the configuration in %f, or ProtectHome= "
	    "of %N hides it",
	  .fix = { "run `chgrp %G %f && chmod 640 %f`, or put the settings "
	    "into /etc/heloise.conf" } },
	{ .stages = AT(ST_CONFIG), .code = EACCES,
	  .cause = "%U may not read the configuration in %f",
	  .fix = { "run `chgrp %G %f && chmod 640 %f`" } },
	{ .stages = AT(ST_SECRET), .code = EACCES, .when = IF_MANY,
	  .cause = "%U may not read the password in %f",
	  .fix = { ADVICE_FOR_MANY } },
	{ .stages = AT(ST_SECRET), .code = EACCES,
	  .cause = "%U may not read the password in %f",
	  .fix = { "run `chgrp %G %f && chmod 640 %f`" } },
	{ .stages = AT(ST_SECRET), .code = ENOENT,
	  .cause = "there is no file %f with the password",
	  .fix = { "set `password-file <file>` to one that exists" } },
	{ .stages = AT(ST_SECRET), .words = "neither password",
	  .cause = "a user is set, but no password",
	  .fix = { "set `password-file <file>`, or `auth none` if the relay "
	    "requires none",
	    "set `password-file <file>`" } },
	{ .stages = AT(ST_SPOOL), .words = "no home directory",
	  .when = IF_UNIT,
	  .cause = "%N gives its user no directory for mail that waits",
	  .fix = { "write `StateDirectory=heloise` into the unit" } },
	{ .stages = AT(ST_SPOOL), .code = EROFS, .when = IF_UNIT,
	  .cause = "%N may not write to the spool %f (ProtectSystem= or "
	    "ProtectHome= of the unit)",
	  .fix = { "write `StateDirectory=heloise` into the unit, or for root "
	    "`ReadWritePaths=%f`" } },
	{ .stages = AT(ST_SPOOL), .code = EACCES, .when = IF_SHARED,
	  .words = SPOOLDIR "/",
	  .cause = "the spool of all users, " SPOOLDIR ", is not there, or not "
	    "for the group %G",
	  .fix = { "as root run `install -d -m 3770 -g %G " SPOOLDIR "`" } },
	{ .stages = AT(ST_SPOOL), .code = EACCES, .when = IF_UNIT,
	  .cause = "%U may not write to the spool %f, or ProtectHome= of %N "
	    "hides it",
	  .fix = { "write `StateDirectory=heloise` into the unit, or "
	    OWN_PLACE } },
	{ .stages = AT(ST_SPOOL), .code = EFBIG,
	  .cause = "files may not be so large here (LimitFSIZE= of a unit, or "
	    "ulimit -f)",
	  .fix = { "raise that limit" } },
	{ .stages = AT(ST_SPOOL), .code = EMFILE,
	  .cause = "too few files may be open here (LimitNOFILE= of a unit, or "
	    "ulimit -n)",
	  .fix = { "raise that limit to 32 or more" } },
	{ .stages = AT(ST_BODY), .code = EAGAIN, .words = "cannot start",
	  .cause = "no more processes are allowed here (LimitNPROC= or "
	    "TasksMax= of a unit, or ulimit -u)",
	  .fix = { "raise that limit" } },
	{ .stages = AT(ST_SPOOL), .code = EACCES,
	  .cause = "%U may not write to the spool %f",
	  .fix = { OWN_PLACE } },
	{ .stages = AT(ST_SPOOL), .words = "no home directory",
	  .cause = "%U has no place for mail that waits",
	  .fix = { OWN_PLACE } },
	{ .stages = AT(ST_SPOOL), .words = "belongs to user",
	  .cause = "the spool %f belongs to another user",
	  .fix = { "set `spool %f/%%U` if %U may write there, else `spool "
	    "<directory>/%%U`, or `queue no` to refuse what cannot go now" } },
	{ .stages = AT(ST_SPOOL), .code = EROFS,
	  .cause = "the spool %f is on a read-only file system",
	  .fix = { "set `spool <directory>/%%U` elsewhere" } },
	{ .stages = AT(ST_SPOOL), .code = ENOSPC,
	  .cause = "no space is left for the spool",
	  .fix = { "free some space" } },
	{ .stages = AT(ST_SPOOL), .code = EDQUOT,
	  .cause = "the quota of %U leaves no space for the spool",
	  .fix = { "free some space" } },
	{ .stages = AT(ST_INPUT), .words = "(max-size)",
	  .cause = "the message is larger than this configuration allows",
	  .fix = { "set a larger `~max-size <size>`, or `max-size 0` for the "
	    "limit of the relay" } },

/* Names without a domain */

	{ .stages = AT(ST_ADDRESS), .words = "and no user of this host",
	  .cause = "such a name may be a mistake, or belong to a stranger",
	  .fix = { "write the whole address, name it in the file of aliases, "
	    "or set `domain <domain>` for all such names",
	    "write the whole address, or name it in the file of aliases" } },
	{ .stages = AT(ST_ADDRESS), .words = " is a stranger",
	  .cause = "everybody may have an address in that domain",
	  .fix = { "set `root-mail <your address>`" } },

/* The connection to the relay */

	{ .stages = AT(ST_RESOLVE) | AT(ST_CONNECT), .words = "(the proxy)|"
	    ": the proxy |proxy does not speak|proxy wants|proxy takes no|"
	    "proxy does not support",
	  .cause = "the proxy fails, not %r",
	  .fix = { "correct `~proxy socks5://<host>`, or remove the line" } },
	{ .stages = AT(ST_CONNECT), .words = "the proxy ",
	  .cause = "the proxy answers, but cannot connect to %r on port %p",
	  .fix = { "correct `~relay %w`, or let the proxy allow that "
	    "connection" } },
	{ .stages = AT(ST_RESOLVE), .words = "for ipv|no ipv",
	  .cause = "%r has no address of the family that is set",
	  .fix = { "set `address-family any`" } },
	{ .stages = AT(ST_RESOLVE), .words = "no such host name|names no host",
	  .cause = "no host has the name %r; it may be misspelt",
	  .fix = { "correct `~relay %w`" } },
	{ .stages = AT(ST_RESOLVE), .words = "no answer to the question",
	  .cause = "the name server does not answer; the name %r may be right",
	  .fix = { "check the network, and /etc/resolv.conf or, if it is set, "
	    "`resolver <address>`; the mail can wait" } },
	{ .stages = AT(ST_RESOLVE),
	  .cause = "the name server does not answer; the name %r may be right",
	  .fix = { "check the network and /etc/resolv.conf of this host; the "
	    "mail can wait" } },
	{ .stages = AT(ST_CONNECT), .words = "cannot be the source address",
	  .cause = "this host does not have that address",
	  .fix = { "correct `~source-address <address>`, or remove the "
	    "line" } },
	{ .stages = AT(ST_CONNECT), .code = ENOENT, .when = IF_MAILDIR,
	  .cause = "the maildir %r cannot be made",
	  .fix = { "make its parent directory, or correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT) | AT(ST_BODY), .when = IF_MAILDIR,
	  .cause = "%U cannot write to the maildir %r",
	  .fix = { "let %U write to it, free some space, or correct `~relay "
	    "%w`" } },
	{ .stages = AT(ST_CONNECT), .code = EACCES, .when = IF_SOCKET,
	  .cause = "%U may not use the socket %r",
	  .fix = { "have its server open it to the group %G" } },
	{ .stages = AT(ST_CONNECT), .code = EAGAIN, .when = IF_SOCKET,
	  .cause = "the server at the socket %r is busy",
	  .fix = { "the mail can wait" } },
	{ .stages = AT(ST_CONNECT), .code = ENOENT, .when = IF_SOCKET,
	  .cause = "there is no socket %r",
	  .fix = { "start its server, or correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_SOCKET,
	  .cause = "no server listens at the socket %r",
	  .fix = { "start its server, or correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .when = IF_SOCKET,
	  .cause = "the socket %r cannot be used",
	  .fix = { "correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_LOOPBACK,
	  .cause = "no mail server listens on port %p of this host",
	  .fix = { "start it, or set `relay <host>` to your provider's "
	    "relay" } },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_NEAR,
	  .unless = IF_SOCKET,
	  .cause = "no server listens on port %p of %r, or a firewall refuses "
	    "it",
	  .fix = { "set the port that it has, such as `port 25` or `port "
	    "1025`, and `tls none` on a network that you trust",
	    "set the port that it has, such as `port 25` or `port 1025`",
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED, .when = IF_PORT_587,
	  .cause = "%r refuses connections on port 587, or a firewall does",
	  .fix = { "set `port 465`, or correct `~relay %w`",
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .code = ECONNREFUSED,
	  .cause = "%r refuses connections on port %p, or a firewall does",
	  .fix = { "set `port 587`, or correct `~relay %w`",
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .when = IF_IPV6 | IF_FAMILY,
	  .cause = "%r cannot be reached over IPv6",
	  .fix = { "set `address-family any`" } },
	{ .stages = AT(ST_CONNECT), .when = IF_IPV6,
	  .cause = "%r cannot be reached over IPv6",
	  .fix = { "set `address-family ipv4`" } },
	{ .stages = AT(ST_CONNECT), .code = EAFNOSUPPORT, .when = IF_UNIT,
	  .cause = "%N may not open such a connection "
	    "(RestrictAddressFamilies= of the unit)",
	  .fix = { "write `RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6` "
	    "into the unit" } },
	{ .stages = AT(ST_CONNECT), .code = EPERM, .when = IF_UNIT,
	  .cause = "%N may not open a connection (SystemCallFilter= or "
	    "IPAddressDeny= of the unit), or the firewall of this host forbids "
	    "it",
	  .fix = { "write `SystemCallFilter=@network-io` or "
	    "`IPAddressAllow=any` into the unit, or open the firewall for port "
	    "%p" } },
	{ .stages = AT(ST_CONNECT), .code = ENETUNREACH, .when = IF_UNIT,
	  .cause = "this host has no network, or %N has none "
	    "(PrivateNetwork= of the unit)",
	  .fix = { "check the network, or write `PrivateNetwork=no` into the "
	    "unit; the mail can wait" } },
	{ .stages = AT(ST_CONNECT), .code = EACCES,
	  .cause = "a rule of this host forbids the connection (SELinux, "
	    "AppArmor or a firewall)",
	  .fix = { "allow it; with SELinux, for a web server, run `setsebool "
	    "-P httpd_can_network_connect 1`" } },
	{ .stages = AT(ST_CONNECT), .code = EPERM,
	  .cause = "the firewall of this host forbids connections to port %p",
	  .fix = { "open it for port %p, or set `port 587` if that is open",
	    "open it for port %p" } },
	{ .stages = AT(ST_CONNECT), .code = ECONNRESET,
	  .cause = "a firewall cuts connections to port %p, or %r refuses them",
	  .fix = { "set `port 587`, or correct `~relay %w`",
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_CONNECT), .when = IF_PORT_25,
	  .cause = "a firewall blocks port 25 to %r, as most providers do",
	  .fix = { "set `port 587` and `tls starttls`; some relays listen on "
	    "2525 as well",
	    "set `port 587`; some relays listen on 2525 as well" } },
	{ .stages = AT(ST_CONNECT), .when = IF_PORT_465,
	  .cause = "a firewall blocks port 465 to %r; some block it and 25",
	  .fix = { "set `port 587` and `tls starttls`",
	    "set `port 587`" } },
	{ .stages = AT(ST_CONNECT), .words = "no time left",
	  .cause = "the deadline passed before a connection was tried",
	  .fix = { "set a longer `~deadline <time>`, or `deadline 0`" } },
	{ .stages = AT(ST_CONNECT),
	  .cause = "%r does not answer on port %p: a firewall blocks it, or "
	    "host or port is wrong",
	  .fix = { "open the firewall for port %p, correct `~relay %w`, or set "
	    "`port 465` or `port 2525` if the relay has it",
	    "open the firewall for port %p, correct `~relay %w`, or set `port "
	    "465`",
	    "open the firewall for port %p, or correct `~relay %w`" } },

/* Greeting; TLS on the wrong port */

	{ .stages = AT(ST_GREETING), .words = "speaks tls from the start",
	  .when = IF_SOCKET,
	  .cause = "the server at the socket %r speaks TLS from the start",
	  .fix = { "set `tls implicit`" } },
	{ .stages = AT(ST_GREETING), .words = "not an smtp reply",
	  .when = IF_SOCKET,
	  .cause = "the server at the socket %r is not a mail server",
	  .fix = { "correct `~relay %w`" } },
	{ .stages = AT(ST_GREETING), .when = IF_SOCKET, .unless = IF_TLS,
	  .cause = "the server at the socket %r sends no greeting",
	  .fix = { "read the log of that server" } },
	{ .stages = AT(ST_TLS), .words = "begins in clear|answered in clear|"
	    "unexpected tls packet", .when = IF_SOCKET | IF_IMPLICIT,
	  .cause = "the server at the socket %r does not start with TLS",
	  .fix = { "set `tls none`: the mail does not leave this host here" } },
	{ .stages = AT(ST_STARTTLS), .words = "does not offer",
	  .when = IF_SOCKET,
	  .cause = "the server at the socket %r has no STARTTLS",
	  .fix = { "set `tls none`: the mail does not leave this host here" } },
	{ .stages = AT(ST_GREETING), .words = "speaks tls from the start&"
	    "!if this port",
	  .cause = "port %p of %r speaks TLS from the start",
	  .fix = { "set `tls implicit`" } },
	{ .stages = AT(ST_GREETING), .words = "not an smtp reply",
	  .cause = "the server on port %p of %r is not a mail server",
	  .fix = { "set `port 587`, or correct `~relay %w`",
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_GREETING), .when = IF_PORT_465, .unless = IF_TLS,
	  .cause = "%r waits for TLS on port 465, before any greeting",
	  .fix = { "set `tls implicit`" } },
	{ .stages = AT(ST_GREETING), .when = IF_PORT_25, .unless = IF_TLS,
	  .cause = "%r sends no greeting: a filter for port 25 may block it",
	  .fix = { "set `port 587`",
	    "ask the operators of the relay" } },
	{ .stages = AT(ST_GREETING), .words = "no answer|closed by the relay|"
	    "reset", .unless = IF_TLS,
	  .cause = "%r sends no greeting: it waits for TLS or refuses this "
	    "host",
	  .fix = { "set `tls implicit` if port %p speaks TLS from the start",
	    "ask the operators of the relay, or correct `~relay %w`" } },
	{ .stages = AT(ST_GREETING), .when = IF_TLS | IF_ENDED,
	  .cause = "the relay ends the connection after TLS, often because it "
	    "refuses the address of this host",
	  .fix = { "have it allowed at the relay%A, or correct `~relay %w`" } },
	{ .stages = AT(ST_TLS), .words = "begins in clear|answered in clear|"
	    "unexpected tls packet", .when = IF_IMPLICIT | IF_NEAR,
	  .unless = IF_LOOPBACK,
	  .cause = "port %p of %r does not speak TLS from the start",
	  .fix = { "set `tls none` on a network that you trust, else `tls "
	    "starttls`" } },
	{ .stages = AT(ST_TLS), .words = "begins in clear|answered in clear|"
	    "unexpected tls packet|wrong version number|"
	    "perhaps this port does not speak tls|"
	    "packet with unexpected length|unsupported&version&packet",
	  .when = IF_IMPLICIT,
	  .cause = "port %p of %r does not speak TLS from the start",
	  .fix = { "set `tls starttls`, or `port 465` for TLS from the start",
	    "set `tls starttls`" } },
	{ .stages = AT(ST_STARTTLS) | AT(ST_TLS),
	  .when = IF_OPPORTUNISTIC | IF_LOGIN,
	  .words = "!tls-pin",
	  ADVICE_TLS_FOR_LOGIN },
	{ .stages = AT(ST_TLS), .words = "answered in clear: 454",
	  ADVICE_TLS_LATER },
	{ .stages = AT(ST_STARTTLS), .words = "more before tls",
	  .cause = "an attacker between here and %r may change the connection",
	  .fix = { "set `port 465` and `tls implicit`",
	    "set `tls implicit`",
	    "set `port 465`",
	    "have that network checked" } },
	{ .stages = AT(ST_STARTTLS), .words = "does not offer", .when = IF_NEAR,
	  .cause = "%r has no STARTTLS on port %p, as is usual for LMTP and "
	    "for servers that catch test mail",
	  .fix = { "set `tls none` on a network that you trust" } },
	{ .stages = AT(ST_STARTTLS), .when = IF_ENDED,
	  .cause = "%r ends the connection at STARTTLS, or a device in between "
	    "does",
	  .fix = { "set `port 465` and `tls implicit`",
	    "set `tls implicit`",
	    "set `port 465`" } },
	{ .stages = AT(ST_STARTTLS),
	  .cause = "%r has no STARTTLS on port %p, or an attacker in between "
	    "removes it",
	  .fix = { "set `port 465` and `tls implicit`; only on a network that "
	    "you trust, `tls none`",
	    "set `tls implicit`; only on a network that you trust, `tls none`",
	    "set `port 465`; only on a network that you trust, `tls none`" } },

/* The relay hangs up after EHLO, or later */

	{ .stages = AT(ST_EHLO), .when = IF_LOST | IF_POOR_HELO,
	  .lasting = true,
	  .cause = "the relay hangs up on the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT(ST_AUTH) | AT(ST_MAIL), .by = BY_GOOGLE,
	  .when = IF_LOST | IF_POOR_HELO, .lasting = true,
	  .cause = "the relay hangs up on the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT(ST_EHLO), .by = BY_GOOGLE, .when = IF_LOST,
	  .lasting = true,
	  .cause = "the relay hangs up on the name '%h'",
	  .fix = { "set `helo %H`" } },

	{ .stages = AT(ST_EHLO), .when = IF_ENDED,
	  .cause = "the connection ends after EHLO, often because the relay "
	    "refuses the name '%h' or the address of this host",
	  .fix = { "set `helo %H`, or have the address allowed at the "
	    "relay%A" } },
	{ .stages = AT(ST_AUTH), .when = IF_ENDED,
	  .cause = "the connection ends at the login, often because too many "
	    "logins from this host failed",
	  .fix = { "correct `~user <name>` and `~password <password>`, then "
	    "wait an hour" } },
	{ .stages = AT(ST_MAIL) | AT(ST_RCPT), .when = IF_ENDED,
	  .unless = IF_LOGIN,
	  .cause = "the connection ends at the sender or a recipient, often "
	    "because the relay requires a login",
	  .fix = { ADVICE_LOGIN ", or have this host's address allowed at the "
	    "relay%A" } },
	{ .stages = AT(ST_MAIL) | AT(ST_RCPT), .when = IF_ENDED,
	  .cause = "the connection ends at the sender or a recipient, often "
	    "because of a limit of the relay for '%u'",
	  .fix = { "set `from %S`, or wait an hour",
	    "wait an hour; if it stays so, ask the operators of the relay" } },
	{ .stages = AT(ST_DATA) | AT(ST_BODY), .when = IF_ENDED,
	  .cause = "the connection ends in the message, often because a filter "
	    "refuses it or large packets are lost",
	  .fix = { "try a small message; if it arrives, lower the MTU of the "
	    "network of this host" } },

/* Certificates */

	{ .words = "client certificate|certificate is required|"
	    "certificate was required",
	  .cause = "the relay requires a certificate of this host",
	  .fix = { "set `tls-cert <file>` to one that it accepts, and `tls-key "
	    "<file>`",
	    "have it accept the certificate in `~tls-cert <file>`" } },

	{ .stages = AT(ST_TLS), .words = "matches no tls-pin",
	  .cause = "the relay has another key than the pinned one",
	  .fix = { "if its operators confirm the change, set `tls-pin %k`" } },
	{ .stages = AT(ST_TLS), .words = "self-signed&not for ",
	  .cause = "%r has a self-signed certificate, for the name %n",
	  .fix = { "if it is the right one, set `tls-pin %k`, or save it and "
	    "set `tls-ca <its file>` and `tls-name %n`" } },
	{ .stages = AT(ST_TLS), .words = "it is for no name",
	  .cause = "the certificate of the relay has no name in it",
	  .fix = { "if it is the right one, set `tls-pin %k`" } },
	{ .stages = AT(ST_TLS), .words = "not for ", .when = IF_LOOPBACK,
	  .cause = "the certificate of the relay is for %n, not for %r",
	  .fix = { "if that is your relay, set `tls-name %n`" } },
	{ .stages = AT(ST_TLS), .words = "not for ", .when = IF_ADDRESS,
	  .cause = "the certificate of the relay is for %n, not for %r",
	  .fix = { "if that is the relay you mean, set `tls-name %n`, or "
	    "`relay %n`" } },
	{ .stages = AT(ST_TLS), .words = "not for ",
	  .cause = "the certificate of the relay is for %n, not for %r",
	  .fix = { "if that is the relay you mean, set `relay %n`" } },
	{ .stages = AT(ST_TLS), .words = "self-signed",
	  .cause = "the certificate of %r is self-signed, so no authority "
	    "confirms it",
	  .fix = { "if it is the right one, set `tls-pin %k`, or save it and "
	    "set `tls-ca <its file>`" } },
	{ .stages = AT(ST_TLS), .words = "expired on|has expired",
	  .cause = "the certificate of %r has expired, if the clock of this "
	    "host is right",
	  .fix = { "have the operators of the relay renew it; until then, set "
	    "`tls-pin %k`" } },
	{ .stages = AT(ST_TLS), .words = "is not valid before|not valid yet",
	  .cause = "the certificate of %r is not valid yet, or the clock is "
	    "wrong",
	  .fix = { "set the clock of this host" } },
	{ .stages = AT(ST_TLS), .words = "that of its issuer did not come",
	  .cause = "the certificate of %r came without that of %I: the relay's "
	    "chain is incomplete, or from an authority that this host does not "
	    "trust",
	  .fix = { "set `tls-ca <file>` to the certificate of %I, or have the "
	    "operators of the relay send the whole chain" } },
	{ .stages = AT(ST_TLS), .words = "no trusted authority signed it",
	  .cause = "the certificate of %r comes from an authority that this "
	    "host does not trust",
	  .fix = { "set `tls-ca <file>` to the certificate of that authority, "
	    "or install this system's ca-certificates" } },
	{ .stages = AT(ST_TLS), .words = "not meant for servers|was revoked|"
	    "insecure algorithm|signature is wrong|ocsp|may not sign",
	  .cause = "the certificate of %r must not be trusted",
	  .fix = { "have the operators of the relay replace it" } },
	/* One line cures the version, the other the cipher: some lack both. */
	{ .stages = AT(ST_TLS), .words = "no tls version that is allowed|"
	    "protocol version|unsupported&version|handshake failed|"
	    "no supported cipher|insufficient security", .when = IF_PRIORITY,
	  .cause = "%r and this host have no version and cipher of TLS in "
	    "common",
	  .fix = { "have the operators of the relay update it; until then set "
	    "`tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0:+3DES-CBC:"
	    "+ARCFOUR-128`",
	    "have the operators of the relay update it" } },
	{ .stages = AT(ST_TLS), .words = "no tls version that is allowed|"
	    "protocol version|unsupported&version",
	  .cause = "%r and this host have no version of TLS in common; "
	    "versions before 1.2 are off by default",
	  .fix = { "have the operators of the relay update it; until then set "
	    "`tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0`" } },
	{ .stages = AT(ST_TLS), .words = "handshake failed|no supported cipher|"
	    "insufficient security|dh prime|certificate&key&weak",
	  .cause = "%r and this host have no TLS cipher in common",
	  .fix = { "have the operators of the relay update it, or set "
	    "`tls-priority NORMAL:+3DES-CBC:+ARCFOUR-128`" } },
	{ .stages = AT(ST_TLS), .when = IF_ENDED,
	  .cause = "the connection ends in the TLS handshake, often because of "
	    "a filter, lost large packets or an old relay",
	  .fix = { "lower the MTU of the network of this host, or have the "
	    "operators of the relay read its log" } },
	{ .stages = AT(ST_TLS), .words = "server name|unrecognized name|"
	    "name sent was not",
	  .cause = "the relay has no certificate for the name %r",
	  .fix = { "set `tls-name <name>` to a name that it has" } },

/* Login: faults found here */

	{ .stages = AT(ST_AUTH), .words = "does not offer auth on",
	  .when = IF_STARTTLS, .unless = IF_TLS,
	  .cause = "the relay allows a login only with TLS",
	  .fix = { "set `tls starttls`" } },
	{ .stages = AT(ST_AUTH), .words = "does not offer auth on",
	  .unless = IF_TLS,
	  .cause = "the relay offers no login without TLS, nor STARTTLS on "
	    "port %p",
	  .fix = { "set `auth none` if it knows this host's address, else "
	    "`port 465` and `tls implicit`",
	    "set `auth none` if it knows this host's address, else `tls "
	    "implicit`",
	    "set `auth none` if it knows this host's address" } },
	{ .stages = AT(ST_AUTH), .words = "does not offer auth&!only",
	  .when = IF_PORT_25,
	  .cause = "the relay offers no login on port 25",
	  .fix = { "set `port 587`, or `auth none` if it knows this host's "
	    "address",
	    "set `auth none` if it knows this host's address" } },
	{ .stages = AT(ST_AUTH), .words = "does not offer auth&!only",
	  .cause = "the relay offers no login",
	  .fix = { "set `auth none` if it knows this host's address, else "
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_AUTH), .words = "does not offer auth&only: |no "
	    "known way", .when = IF_OAUTH,
	  .cause = "the relay does not take access tokens this way, only: %o",
	  .fix = { "set `auth auto` if that has XOAUTH2 or OAUTHBEARER, or ask "
	    "its operators whether OAuth is on for '%u'",
	    "ask its operators whether OAuth is on for '%u'" } },
	{ .stages = AT(ST_AUTH), .words = "does not offer auth&only: ",
	  .cause = "the relay does not offer the mechanism of `auth`, only: %o",
	  .fix = { "set `auth auto`" } },
	{ .stages = AT(ST_AUTH), .words = "no known way&xoauth2|no known way&"
	    "oauthbearer",
	  .cause = "the relay accepts no password, only an access token",
	  .fix = { "set `oauth <provider>`" } },
	{ .stages = AT(ST_AUTH), .words = "no known way",
	  .cause = "the relay offers no mechanism with a password, only: %o",
	  .fix = { "set `auth none` if it knows this host's address" } },
	{ .stages = AT(ST_AUTH), .words = "would be readable|could be guessed",
	  .when = IF_TLS,
	  .cause = "the certificate of the relay is not verified, so another "
	    "host could pose as it and get the password",
	  .fix = { "set `tls starttls` and `tls-verify yes`, or "
	    "`auth-cleartext yes` on a network that you trust",
	    "set `tls starttls`, or `auth-cleartext yes` on a network that you "
	    "trust",
	    "set `tls-verify yes`, or `auth-cleartext yes` on a network that "
	    "you trust" } },
	{ .stages = AT(ST_AUTH), .words = "would be readable|could be guessed",
	  .cause = "without TLS the password could be read on the network",
	  .fix = { "set `tls starttls`, or `auth-cleartext yes` on a network "
	    "that you trust",
	    "set `auth-cleartext yes` on a network that you trust" } },
	{ .stages = AT(ST_AUTH), .words = "needs a password",
	  .cause = "a user is set, but no password",
	  .fix = { "set `password-file <file>`" } },
	{ .stages = AT(ST_AUTH), .words = "to bind the login",
	  .cause = "`auth` asks for a login bound to TLS, but there is no TLS",
	  .fix = { "set `tls starttls`, or `auth auto`",
	    "set `auth auto`" } },

/* The message */

	{ .stages = AT(ST_MAIL), .words = "the relay takes at most",
	  .cause = "the message is larger than the relay allows" },
	{ .stages = AT(ST_MAIL), .words = "neither ascii nor utf-8",
	  .cause = "the header has octets that no charset explains",
	  .fix = { "write the field in UTF-8, or set `header-repair no` to "
	    "send it as it is", "write the field in UTF-8" } },
	{ .stages = AT(ST_MAIL), .words = "does not offer 8bitmime",
	  .cause = "the line is in a part that cannot be encoded, because it "
	    "is signed or malformed",
	  .fix = { "encode the part before it is signed, or set "
	    "`header-repair no` to send it as it is",
	    "encode the part before it is signed" } },
	{ .stages = AT(ST_MAIL), .words = "signed header is not ascii",
	  .cause = "the field cannot be encoded, because the header is signed "
	    "(DKIM-Signature)",
	  .fix = { "encode the field (RFC 2047) before the header is signed, "
	    "let the relay sign, or set `header-repair no` to send it as it "
	    "is", "encode the field (RFC 2047) before the header is signed, "
	    "or let the relay sign" } },
	{ .stages = AT(ST_MAIL),
	  .words = "not ascii: message-id|not ascii: in-reply-to|not ascii: "
	    "references|not ascii: list-",
	  .cause = "the field has to be ASCII, and cannot be encoded",
	  .fix = { "write the field in ASCII, or set `header-repair no` to "
	    "send it as it is", "write the field in ASCII" } },
	{ .stages = AT(ST_MAIL) | AT(ST_RCPT), .words = "smtputf8",
	  .cause = "an address is not ASCII, which the relay does not support",
	  .fix = { "use an ASCII address of the same person, as `from "
	    "<address>` or recipient" } },
};
const size_t advice_count = NITEMS(advice_table);
