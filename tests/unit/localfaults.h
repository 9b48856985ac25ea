/* localfaults.h - faults that no reply explains, and their hints */

#ifndef LOCALFAULTS_H
#define LOCALFAULTS_H

#include <errno.h>
#include <netdb.h>

#include "base/fault.h"
#include "smtp/client_state.h"

#define TIMEOUT(a) a ": no answer within 30 seconds"
#define NOT_GOOD "the certificate of the relay is not good: "

static const struct local {
	enum stage	 stage;
	enum domain	 domain;
	int		 code;
	enum verdict	 verdict;
	const char	*text;
	const char	*relay;		/* NULL: smtp.example.net */
	int		 port;
	enum client_tls	 tls;
	const char	*cause, *fix;
} locals[] = {
	{ ST_CONFIG, FD_ERRNO, EACCES, VD_PERM,
	  "/etc/heloise.conf: Permission denied", NULL, 0, 0,
	  "www-data may not read the configuration in /etc/heloise.conf",
	  "~chmod 640 /etc/heloise.conf" },
	{ ST_CONFIG, FD_ERRNO, EACCES, VD_PERM,
	  "tls-ca: cannot read /etc/ssl/my.pem: Permission denied", NULL, 0,
	  0, "www-data may not read the certificates in /etc/ssl/my.pem",
	  "~chmod a+r /etc/ssl/my.pem" },
	{ ST_CONFIG, FD_ERRNO, ENOENT, VD_PERM,
	  "tls-ca: cannot read /etc/ssl/my.pem: No such file or directory",
	  NULL, 0, 0, "no file /etc/ssl/my.pem", "tls-ca <file>" },
	{ ST_CONFIG, FD_ERRNO, ENOENT, VD_PERM,
	  "/dev/log: No such file or directory", NULL, 0, 0,
	  "no syslog daemon runs on this host", "log <file>" },
	{ ST_CONFIG, FD_NONE, 0, VD_PERM, "/etc/heloise.conf:3: hello: no "
	  "setting has this name; did you mean helo?", NULL, 0, 0, "-", "-" },
	{ ST_SECRET, FD_ERRNO, EACCES, VD_PERM,
	  "/etc/heloise.password: Permission denied", NULL, 0, 0,
	  "www-data may not read the password in /etc/heloise.password",
	  "~chmod 640 /etc/heloise.password" },
	{ ST_SECRET, FD_ERRNO, ENOENT, VD_PERM,
	  "/run/secrets/smtp: No such file or directory", NULL, 0, 0,
	  "no file /run/secrets/smtp", "password-file <file>" },
	{ ST_SECRET, FD_NONE, 0, VD_PERM,
	  "neither password nor password-file is set", NULL, 0, 0,
	  "no password", "password-file <file> + auth none" },
	{ ST_SPOOL, FD_ERRNO, EACCES, VD_TEMP,
	  "/var/spool/heloise/queue: Permission denied", NULL, 0, 0,
	  "www-data may not write to the spool /var/spool/heloise",
	  "~install -d -m 1777 /var/spool/heloise-users" },
	{ ST_SPOOL, FD_NONE, 0, VD_TEMP,
	  "/var/spool/heloise belongs to user 0, not to user 33", NULL, 0, 0,
	  "the spool /var/spool/heloise belongs to another user",
	  "spool /var/spool/heloise/%U + spool <directory>/%U + queue no" },
	{ ST_SPOOL, FD_NONE, 0, VD_TEMP, "no home directory for a spool, and "
	  "no /var/spool/heloise-users", NULL, 0, 0,
	  "www-data has no place for mail that waits",
	  "~install -d -m 1777 /var/spool/heloise-users" },
	{ ST_SPOOL, FD_ERRNO, ENOSPC, VD_TEMP,
	  "/var/spool/heloise/queue: No space left on device", NULL, 0, 0,
	  "no space is left", "~free some space" },
	{ ST_SPOOL, FD_ERRNO, EDQUOT, VD_TEMP,
	  "/home/a/.local/state/heloise/queue: Disk quota exceeded", NULL, 0,
	  0, "the quota of www-data", "~free some space" },
	{ ST_SPOOL, FD_ERRNO, EROFS, VD_TEMP,
	  "/var/spool/heloise: Read-only file system", NULL, 0, 0,
	  "read-only", "spool <directory>/%U" },
	{ ST_SPOOL, FD_NONE, 0, VD_TEMP, "queued", NULL, 0, 0, "-", "-" },
	{ ST_INPUT, FD_NONE, 0, VD_PERM,
	  "it is over 1024 octets (max-size)", NULL, 0, 0, "larger than",
	  "max-size 0" },

	{ ST_RESOLVE, FD_GAI, EAI_NONAME, VD_PERM, "no such host name", NULL,
	  587, 0, "no host has the name smtp.example.net",
	  "relay smtp.example.net" },
	{ ST_RESOLVE, FD_GAI, EAI_NONAME, VD_PERM,
	  "no such host name for IPv6", NULL, 587, 0, "no address of the "
	  "family", "address-family any" },
	{ ST_RESOLVE, FD_GAI, EAI_AGAIN, VD_TEMP,
	  "Temporary failure in name resolution", NULL, 587, 0,
	  "name server does not answer", "~the mail can wait" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "192.0.2.1 port 25: Connection refused", NULL, 25, 0,
	  "refuses connections on port 25",
	  "port 587 + relay smtp.example.net" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "192.0.2.1 port 587: Connection refused", NULL, 587, 0,
	  "refuses connections on port 587", "port 465" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "::1 port 25: Connection refused; 127.0.0.1 port 25: Connection "
	  "refused", "localhost", 25, 0, "no mail server listens",
	  "relay <host>" },
	{ ST_CONNECT, FD_ERRNO, ENOENT, VD_TEMP,
	  "No such file or directory", "/run/lmtp", 24, 0,
	  "there is no socket /run/lmtp", "relay /run/lmtp" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP, "Connection refused",
	  "/run/lmtp", 587, 0, "no server listens at the socket /run/lmtp",
	  "relay /run/lmtp" },
	{ ST_CONNECT, FD_ERRNO, EAGAIN, VD_TEMP,
	  "Resource temporarily unavailable", "/run/lmtp", 24, 0, "is busy",
	  "~the mail can wait" },
	{ ST_CONNECT, FD_ERRNO, EPROTOTYPE, VD_TEMP,
	  "Protocol wrong type for socket", "/run/lmtp", 24, 0,
	  "the socket /run/lmtp cannot be used", "relay /run/lmtp" },
	{ ST_CONNECT, FD_ERRNO, ENOENT, VD_TEMP,
	  "the maildir cannot be made: No such file or directory", "/md", 0,
	  0, "the maildir /md cannot be made", "relay /md" },
	{ ST_CONNECT, FD_ERRNO, EACCES, VD_TEMP,
	  "tmp/1: Permission denied", "/md", 0, 0,
	  "cannot write to the maildir /md", "relay /md" },
	{ ST_RESOLVE, FD_GAI, EAI_NONAME, VD_PERM,
	  "no such host name: the proxy p.invalid", NULL, 587, 0,
	  "the proxy fails", "proxy socks5://<host>" },
	{ ST_CONNECT, FD_NONE, 0, VD_TEMP,
	  "the proxy says: connection refused", NULL, 587, 0,
	  "the proxy answers", "relay smtp.example.net" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "127.0.0.1 port 10: Connection refused (the proxy)", NULL, 587, 0,
	  "the proxy fails", "proxy socks5://<host>" },
	{ ST_CONNECT, FD_ERRNO, EADDRNOTAVAIL, VD_TEMP,
	  "192.0.2.1 port 9: 192.0.2.5 cannot be the source address: Cannot "
	  "assign requested address", NULL, 9, 0,
	  "does not have that address", "source-address <address>" },
	{ ST_CONNECT, FD_ERRNO, EACCES, VD_TEMP, "Permission denied",
	  "/run/lmtp", 24, 0, "may not use the socket /run/lmtp", "~group" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "this is not an SMTP reply: HTTP/1.1 400 Bad Request", "/run/lmtp",
	  24, 0, "the server at the socket /run/lmtp is not a mail server",
	  "relay /run/lmtp" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "this port speaks TLS from the start", "/run/lmtp", 24, 0,
	  "the server at the socket /run/lmtp speaks TLS", "tls implicit" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "this port begins in clear, as for "
	  "STARTTLS: 220 hi", "/run/lmtp", 24, CLIENT_TLS_IMPLICIT,
	  "does not start with TLS", "tls none" },
	{ ST_STARTTLS, FD_NONE, 0, VD_PERM,
	  "the relay does not offer STARTTLS", "/run/lmtp", 24,
	  CLIENT_TLS_STARTTLS, "has no STARTTLS", "tls none" },
	{ ST_GREETING, FD_LINK, 0, VD_TEMP, "connection closed by the relay",
	  "/run/lmtp", 24, 0, "sends no greeting", "~the log of that server" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("192.0.2.1 port 25"), NULL, 25, 0, "blocks port 25",
	  "port 587 + tls starttls" },
	{ ST_CONNECT, FD_ERRNO, EHOSTUNREACH, VD_TEMP,
	  "192.0.2.1 port 25: No route to host", NULL, 25, 0,
	  "blocks port 25", "port 587" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("192.0.2.1 port 465"), NULL, 465, CLIENT_TLS_IMPLICIT,
	  "blocks port 465", "port 587 + tls starttls" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("192.0.2.1 port 587"), NULL, 587, 0,
	  "does not answer on port 587", "relay smtp.example.net + port 465" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  TIMEOUT("2001:db8::1 port 25") "; " TIMEOUT("2001:db8::2 port 25"),
	  NULL, 25, 0, "over IPv6", "address-family ipv4" },
	{ ST_CONNECT, FD_ERRNO, ENETUNREACH, VD_TEMP,
	  "2001:db8::1 port 587: Network is unreachable", NULL, 587, 0,
	  "over IPv6", "address-family ipv4" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "2001:db8::1 port 25: Network is unreachable; "
	  TIMEOUT("192.0.2.1 port 25"), NULL, 25, 0, "blocks port 25",
	  "port 587" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "mx 2001:db8::1 port 25: Network is unreachable; mx "
	  TIMEOUT("2001:db8::2 port 25"), NULL, 25, 0, "over IPv6",
	  "address-family ipv4" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "192.0.2.1 port 25: Connection refused; 192.0.2.2 port 25: 554-5.7.1 "
	  "Service unavailable; 554 5.7.1 Client host [203.0.113.5] blocked "
	  "using zen.spamhaus.org", NULL, 25, 0, "(203.0.113.5) is on a list",
	  "port 587" },
	{ ST_EHLO, FD_NONE, 0, VD_TEMP, "192.0.2.1 port 587: 554 no; 192.0.2.2 "
	  "port 587: 550 5.7.1 HELO name rejected", NULL, 587, 0,
	  "!refuses the name", "helo example.com" },
	{ ST_TLS, FD_TLS, -348, VD_TEMP, "192.0.2.1 port 587: 554 no; "
	  "192.0.2.2 port 587: the certificate of the relay is not good: it "
	  "expired on 2026-01-01", NULL, 587, 0, "has expired", "~tls-pin" },
	{ ST_CONNECT, FD_ERRNO, EACCES, VD_TEMP,
	  "192.0.2.1 port 587: Permission denied", NULL, 587, 0,
	  "a rule of this host", "~httpd_can_network_connect" },
	{ ST_CONNECT, FD_ERRNO, EPERM, VD_TEMP,
	  "192.0.2.1 port 25: Operation not permitted", NULL, 25, 0,
	  "firewall of this host", "port 587" },
	{ ST_CONNECT, FD_ERRNO, ECONNRESET, VD_TEMP,
	  "192.0.2.1 port 25: Connection reset by peer", NULL, 25, 0,
	  "cuts connections to port 25", "port 587" },
	{ ST_CONNECT, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "there was no time left to try", NULL, 587, 0, "the deadline",
	  "deadline 0" },

	{ ST_GREETING, FD_LINK, 104, VD_TEMP, "Connection reset by peer; if "
	  "this port speaks TLS from the start, set `tls implicit`", NULL, 25,
	  CLIENT_TLS_STARTTLS, "a filter for port 25", "port 587" },
	{ ST_GREETING, FD_LINK, 0, VD_TEMP,
	  "connection closed by the relay; if this port speaks TLS from the "
	  "start, set `tls implicit`", NULL, 465, CLIENT_TLS_STARTTLS,
	  "waits for TLS on port 465", "tls implicit" },
	{ ST_GREETING, FD_NONE, 0, VD_PERM,
	  "this port speaks TLS from the start", NULL,
	  2465, CLIENT_TLS_STARTTLS, "port 2465 of smtp.example.net speaks "
	  "TLS from the start", "tls implicit" },
	{ ST_GREETING, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds; if this port speaks TLS from the "
	  "start, set `tls implicit`", NULL, 2525, CLIENT_TLS_STARTTLS,
	  "sends no greeting", "tls implicit" },
	{ ST_GREETING, FD_NONE, 0, VD_TEMP,
	  "this is not an SMTP reply: HTTP/1.1 400 Bad Request", NULL, 80,
	  CLIENT_TLS_STARTTLS, "not a mail server", "port 587" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "this port begins in clear, as for "
	  "STARTTLS: 220 hi", NULL, 587,
	  CLIENT_TLS_IMPLICIT, "does not speak TLS from the start",
	  "tls starttls" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "An unexpected TLS packet was "
	  "received.", NULL, 25, CLIENT_TLS_IMPLICIT,
	  "does not speak TLS from the start", "tls starttls" },
	{ ST_TLS, FD_LINK, 0, VD_TEMP, "the relay closed the connection in "
	  "the TLS handshake: perhaps this port does not speak TLS", NULL,
	  587, CLIENT_TLS_IMPLICIT, "does not speak TLS from the start",
	  "tls starttls" },
	{ ST_TLS, FD_TLS, -15, VD_TEMP, "the relay answered in clear: 454 "
	  "4.7.0 TLS not available", NULL, 587, CLIENT_TLS_STARTTLS,
	  "at the moment", "port 465" },
	{ ST_STARTTLS, FD_NONE, 0, VD_TEMP, "the relay, or somebody in "
	  "between, sent more before TLS began", NULL, 587,
	  CLIENT_TLS_STARTTLS, "an attacker", "port 465 + tls implicit" },

	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is self-signed", NULL,
	  587, CLIENT_TLS_STARTTLS, "self-signed",
	  "tls-pin <its pin> + tls-ca <its file>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it matches no tls-pin: its "
	  "own is sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; it is "
	  "self-signed", NULL, 587, CLIENT_TLS_STARTTLS, "another key",
	  "tls-pin sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is self-signed; it is "
	  "for web1, not for smtp.example.net", NULL, 587,
	  CLIENT_TLS_STARTTLS, "for the name web1", "tls-name web1" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it expired on 2024-05-01",
	  NULL, 587, CLIENT_TLS_STARTTLS, "has expired", "tls-pin <its pin>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is not valid before "
	  "2031-05-01", NULL, 587, CLIENT_TLS_STARTTLS, "clock",
	  "~set the clock" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "no trusted authority "
	  "signed it (nor CN=Corp CA)", NULL, 587,
	  CLIENT_TLS_STARTTLS, "does not trust", "tls-ca <file>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for *.example.com, "
	  "mail.example.com, not for smtp.example.net", NULL, 587,
	  CLIENT_TLS_STARTTLS, "is for mail.example.com, not for",
	  "relay mail.example.com" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for *.example.com, "
	  "not for smtp.example.net", NULL, 587, CLIENT_TLS_STARTTLS,
	  "not for smtp.example.net", "relay <host>.example.com" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for "
	  "mail.example.com, not for 127.0.0.1", "127.0.0.1", 587,
	  CLIENT_TLS_STARTTLS, "is for mail.example.com",
	  "tls-name mail.example.com" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for no name, not for "
	  "smtp.example.net", NULL, 587, CLIENT_TLS_STARTTLS,
	  "has no name in it", "tls-pin <its pin>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it was revoked", NULL,
	  587, CLIENT_TLS_STARTTLS, "must not be trusted", "~replace it" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: The "
	  "server name sent was not recognized", NULL, 587,
	  CLIENT_TLS_STARTTLS,
	  "has no certificate for the name smtp.example.net",
	  "tls-name <name>" },
	{ ST_AUTH, FD_NONE, 0, VD_PERM, "AUTH PLAIN needs a password", NULL,
	  587, CLIENT_TLS_STARTTLS, "no password", "password-file <file>" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: Error "
	  "in protocol version", NULL, 587, CLIENT_TLS_STARTTLS,
	  "version of TLS",
	  "tls-priority NORMAL:+VERS-TLS1.1:+VERS-TLS1.0" },
	{ ST_TLS, FD_TLS, -8, VD_PERM, "the relay has no TLS version that is "
	  "allowed here", NULL, 587, CLIENT_TLS_STARTTLS, "version of TLS",
	  "~update it" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: "
	  "Handshake failed", NULL, 587, CLIENT_TLS_STARTTLS,
	  "no TLS cipher in common",
	  "tls-priority NORMAL:+3DES-CBC:+ARCFOUR-128" },

	{ ST_EHLO, FD_LINK, 0, VD_TEMP, "connection closed by the relay; its "
	  "last reply was: 421 4.7.0 Try again later, closing connection. "
	  "(EHLO)", "smtp-relay.gmail.com", 587, CLIENT_TLS_STARTTLS,
	  "!refuses the name", "helo example.com" },
	{ ST_EHLO, FD_LINK, 104, VD_TEMP, "Connection reset by peer; its "
	  "last reply was: 220 smtp-relay.gmail.com ESMTP x2 - gsmtp",
	  "smtp-relay.gmail.com", 587, CLIENT_TLS_STARTTLS,
	  "!hangs up on the name", "helo example.com" },
	{ ST_EHLO, FD_LINK, 0, VD_TEMP, "connection closed by the relay",
	  NULL, 587, CLIENT_TLS_STARTTLS, "ends after EHLO",
	  "helo example.com" },
	{ ST_BODY, FD_LINK, 0, VD_DOUBT, "connection closed by the relay",
	  NULL, 587, CLIENT_TLS_STARTTLS, "ends in the message", "~MTU" },
	{ ST_GREETING, FD_LINK, 0, VD_TEMP, "connection closed by the relay",
	  NULL, 465, CLIENT_TLS_IMPLICIT, "ends the connection after TLS",
	  "~have it allowed" },
	{ ST_AUTH, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "ends at the login", "~wait an hour" },
	{ ST_MAIL, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "ends at the sender", "user <name>" },
	{ ST_STARTTLS, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "at STARTTLS", "port 465 + tls implicit" },
	{ ST_TLS, FD_ERRNO, ETIMEDOUT, VD_TEMP,
	  "no answer within 300 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "in the TLS handshake", "~MTU" },
	{ ST_TLS, FD_LINK, 104, VD_TEMP, "Connection reset by peer", NULL,
	  587, CLIENT_TLS_STARTTLS, "in the TLS handshake", "~MTU" },
	{ ST_BODY, FD_ERRNO, ETIMEDOUT, VD_DOUBT,
	  "no answer within 600 seconds", NULL, 587, CLIENT_TLS_STARTTLS,
	  "ends in the message", "~MTU" },
	{ ST_EHLO, FD_TLS, -12, VD_TEMP, "the relay sent a TLS alert: "
	  "Certificate is required", NULL, 587, CLIENT_TLS_STARTTLS,
	  "requires a certificate of this host", "tls-cert <file>" },
	{ ST_TLS, FD_TLS, -12, VD_PERM, "the relay sent a TLS alert: "
	  "Handshake failed; it asks for a client certificate", NULL, 587,
	  CLIENT_TLS_STARTTLS, "requires a certificate of this host",
	  "tls-cert <file>" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "no trusted authority "
	  "signed it (that of its issuer did not come) (CN=a, issued by "
	  "CN=Corp CA 2, for a)", NULL, 587, CLIENT_TLS_STARTTLS,
	  "without that of CN=Corp CA 2", "tls-ca <file> + ~whole chain" },
	/* No words of a certificate look like a line of configuration. */
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "no trusted authority "
	  "signed it (that of its issuer did not come) (CN=a, issued by "
	  "CN=` or `tls-verify no, for a)", NULL, 587, CLIENT_TLS_STARTTLS,
	  "of CN=' or 'tls-verify no:", "tls-ca <file> + ~whole chain" },
	{ ST_TLS, FD_TLS, -348, VD_PERM, NOT_GOOD "it is for "
	  "mail.example.com, not for 192.0.2.1", "192.0.2.1", 587,
	  CLIENT_TLS_STARTTLS, "is for mail.example.com",
	  "tls-name mail.example.com + relay mail.example.com" },
	{ ST_CONNECT, FD_ERRNO, ECONNREFUSED, VD_TEMP,
	  "192.0.2.1 port 587: Connection refused", "mailpit", 587,
	  CLIENT_TLS_STARTTLS, "no server listens on port 587 of mailpit",
	  "port 1025 + tls none" },
	{ ST_TLS, FD_TLS, -15, VD_PERM, "this port begins in clear, as for "
	  "STARTTLS: 220 hi", "mailpit", 1025, CLIENT_TLS_IMPLICIT,
	  "does not speak TLS from the start", "tls none + tls starttls" },
	{ ST_SPOOL, FD_ERRNO, EFBIG, VD_TEMP,
	  "/var/spool/heloise/queue: File too large", NULL, 0, 0,
	  "LimitFSIZE= of a unit, or ulimit -f", "~raise that limit" },
	{ ST_SPOOL, FD_ERRNO, EMFILE, VD_TEMP,
	  "cannot create a socket pair: Too many open files", NULL, 0, 0,
	  "LimitNOFILE= of a unit, or ulimit -n", "~to 32 or more" },
	{ ST_BODY, FD_ERRNO, EAGAIN, VD_TEMP, "cannot start the delivery "
	  "agent: Resource temporarily unavailable", NULL, 0, 0,
	  "TasksMax= of a unit, or ulimit -u", "~raise that limit" },
	{ ST_SPOOL, FD_NONE, 0, VD_TEMP, "no home directory for a spool, "
	  "and no /var/spool/heloise-users", NULL, 0, 0,
	  "a.service gives its user no directory",
	  "~StateDirectory=heloise" },
	{ ST_SPOOL, FD_ERRNO, EROFS, VD_TEMP,
	  "/var/spool/heloise/queue: Read-only file system", NULL, 0, 0,
	  "a.service may not write to the spool /var/spool/heloise (ProtectS",
	  "~ReadWritePaths=/var/spool/heloise`" },
	{ ST_SPOOL, FD_ERRNO, EACCES, VD_TEMP,
	  "/home/a/.local/state/heloise: Permission denied", NULL, 0, 0,
	  "ProtectHome= of a.service hides it",
	  "~StateDirectory=heloise` into the unit, or as root run `install" },
	{ ST_CONFIG, FD_ERRNO, EACCES, VD_PERM,
	  "/home/a/.config/heloise/config: Permission denied", NULL, 0, 0,
	  "ProtectHome= of a.service hides it", "~/etc/heloise.conf" },
	{ ST_CONNECT, FD_ERRNO, EAFNOSUPPORT, VD_TEMP, "192.0.2.1 port 587: "
	  "Address family not supported by protocol", NULL, 587, 0,
	  "RestrictAddressFamilies= of the unit",
	  "~AF_UNIX AF_INET AF_INET6`" },
	{ ST_CONNECT, FD_ERRNO, EPERM, VD_TEMP,
	  "192.0.2.1 port 587: Operation not permitted", NULL, 587, 0,
	  "SystemCallFilter= or IPAddressDeny= of the unit",
	  "~SystemCallFilter=@network-io + ~IPAddressAllow=any" },
	{ ST_CONNECT, FD_ERRNO, ENETUNREACH, VD_TEMP,
	  "192.0.2.1 port 587: Network is unreachable", NULL, 587, 0,
	  "PrivateNetwork= of the unit", "~PrivateNetwork=no" },
	{ ST_MAIL, FD_NONE, 0, VD_PERM, "the relay does not offer 8BITMIME, "
	  "and this line cannot be sent without it: x", NULL, 587, 0,
	  "is signed or malformed", "header-repair no" },
	{ ST_MAIL, FD_NONE, 0, VD_PERM, "this line of the header is neither "
	  "ASCII nor UTF-8: x", NULL, 587, 0, "no charset",
	  "header-repair no" },
	{ ST_MAIL, FD_NONE, 0, VD_PERM, "the relay does not offer SMTPUTF8, "
	  "and this line of the header is not ASCII: To: x", NULL, 587, 0,
	  "an address is not ASCII", "~ASCII address" },
	{ ST_MAIL, FD_NONE, 0, VD_PERM, "the relay does not offer SMTPUTF8, "
	  "and this line of the header is not ASCII: References: x", NULL,
	  587, 0, "the field has to be ASCII", "header-repair no" },
	{ ST_RCPT, FD_NONE, 0, VD_OK, "", NULL, 587, 0, "-", "-" },
};

#endif
