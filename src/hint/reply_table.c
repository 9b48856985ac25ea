/*
 * reply_table.c - rules for replies with which a relay refuses
 *
 * A row tests no more than is needed to tell a reply from others, so that
 * unknown relays get the same advice as known ones.  A row names a provider
 * only if its replies use the same words in another sense.
 *
 * Enhanced status codes at the beginning of lines are not part of the text.
 * Patterns such as "<5.7.60>" match them.
 */

#include "base/util.h"
#include "hint/provider.h"
#include "hint/reply_table.h"

#define AT		ADVICE_AT
#define AT_HELLO	(AT(ST_EHLO) | AT(ST_MAIL) | AT(ST_RCPT))
#define AT_MESSAGE	(AT(ST_DATA) | AT(ST_BODY))
#define AT_MAIL		(AT(ST_MAIL) | AT(ST_RCPT) | AT_MESSAGE)
#define AT_ANY		(AT(ST_GREETING) | AT(ST_EHLO) | AT_MAIL)

#define CHOOSE_LOGIN	ADVICE_LOGIN

/* The relay refuses the HELO name. */
#define HELO_WORDS \
    "helo command rejected|ehlo command rejected|helo/ehlo|ehlo/helo|" \
    "helo argument|ehlo argument|invalid helo|invalid ehlo|bad helo|" \
    "bad ehlo|helo name|ehlo name|helo must|ehlo must|helo requires|" \
    "ehlo requires|helo invalid|ehlo invalid|helo host|helo domain|" \
    "helo string|helo&fqdn|helo&fully|ehlo&fully|helo&resolve|" \
    "ehlo&resolve|helo&impersonat|helo&forged|helo&refused|ehlo&refused|" \
    "helo&localhost|ehlo&localhost|(helo)|(ehlo)|helo&rejected|" \
    "ehlo&rejected|helo&ung\xc3\xbcltig|nom helo|helo&invalide"

/* The account is suspended, on trial, or waits for approval. */
#define ACCOUNT_WORDS \
    "sending suspended|sending paused|sending is paused|sending is disabled|" \
    "account&suspended|account&disabled&!recipient|account&blocked|" \
    "account&locked|account&not activ|account&not yet activ|" \
    "account&inactive&!recipient|account&deactivated|account&on hold|" \
    "activate your|pending approval|pending activation|under review|" \
    "awaiting approval|not been approved|not yet approved|trial&account|" \
    "trial&expired|trial&limit|credits exceeded|not enough credits|" \
    "out of credits|plan&expired|subscription&expired|" \
    "isn't allowed to send email|user&suspended|user is locked"

/* The address of this host is on a block list. */
#define LIST_WORDS \
    "spamhaus|dnsbl|spamcop|barracuda|blacklist|black list|blocklist|" \
    "block list|blocked using|banned sending ip|bad reputation|" \
    "poor reputation|low reputation|listed at|listed in|listed by"

/* The address of this host is not on an allow list of the relay. */
#define ALLOW_WORDS \
    "allowlist|allow list|allow-list|whitelist|white list|white-list|" \
    "permitted host|permitted client|permitted network|trusted host|" \
    "trusted client|trusted network|host&not permitted|" \
    "host&not allowed&!recipient&!relay"

/* SPF, DKIM or DMARC of the sender domain fail. */
#define VOUCH_WORDS \
    "spf&dkim|spf&fail|spf&not permitted|spf&not authori|dkim&fail|" \
    "dkim&invalid|dkim&required|dkim&not signed|dmarc|" \
    "spf check|spf fail|spf record|spf&reject|" \
    "unauthenticated email|mail is unauthenticated|" \
    "sender is unauthenticated|message is unauthenticated|" \
    "unauthenticated mail"

const struct advice refusal_table[] = {
	{ .when = IF_BUSY,
	  .cause = "the relay has too many connections from this host or login",
	  .fix = { "the mail can wait; if it stays so, set a smaller "
	    "`~connections <number>`" } },

/* The relay of Google Workspace: it checks address and names */

	{ .stages = AT_MAIL, .code = 5,
	  .words = "invalid credentials for relay&address you've registered|"
	    "empty envelope-from", .when = IF_NO_SENDER,
	  .cause = "the relay cannot find the account of an empty sender and "
	    "the name '%h'",
	  .fix = { "set `helo %H`, a name in a domain registered with the "
	    "relay, or log in with `user <name>`",
	    "set `helo %H`, a name in a domain registered with the relay" } },
	{ .stages = AT_MAIL, .code = 5,
	  .words = "invalid credentials for relay&address you've registered",
	  .cause = "the relay knows the address of this host%i, but neither "
	    "the domain of '%h' nor that of the sender %s",
	  .fix = { "set `helo %H` and `from %S`, both in a domain registered "
	    "with the relay, or log in with `user <name>`",
	    "set `helo %H` and `from %S`, both in a domain registered with the "
	    "relay",
	    "set `helo %H`, a name in a domain registered with the relay" } },
	{ .stages = AT_MAIL, .words = "mail relay denied|"
	    "invalid credentials for relay", .lasting = true,
	  .cause = "the relay does not know the address of this host%i, or not "
	    "the domains of '%h' and %s",
	  .fix = { "have that address allowed there%A, and set `helo %H` and "
	    "`from %S` in a domain of that account",
	    "have that address allowed there%A, and set `helo %H` in a domain "
	    "of that account" } },

/* The HELO name; Postfix refuses it only at RCPT */

	{ .stages = AT(ST_EHLO), .code = 421, .by = BY_GOOGLE,
	  .words = "try again later", .lasting = true,
	  .cause = "the relay refuses the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT_HELLO, .words = "helo&not found|helo&resolve|ehlo&"
	    "resolve|ehlo&not found|helo&dns|helo&no a record", .lasting = true,
	  .cause = "the relay finds no host with the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT_HELLO, .words = HELO_WORDS, .lasting = true,
	  .cause = "the relay refuses the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT(ST_EHLO), .words = "invalid domain name|valid host|fqdn|"
	    "syntactically invalid|fully-qualified|fully qualified|"
	    "requires domain address|requires valid address|invalid hostname|"
	    "bad hostname|invalid host name|argument", .lasting = true,
	  .cause = "the relay refuses the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT(ST_EHLO) | AT(ST_AUTH) | AT(ST_MAIL), .code = 421,
	  .words = "try again later|closing", .when = IF_POOR_HELO,
	  .lasting = true,
	  .cause = "the relay refuses the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT(ST_EHLO), .code = 550, .words = "!blocked&!black&!list&"
	    "!spam&!reputation", .when = IF_POOR_HELO,
	  .cause = "the relay refuses the name '%h'",
	  .fix = { "set `helo %H`" } },
	{ .stages = AT(ST_EHLO), .words = "<500>|<502>", .when = IF_LHLO,
	  .cause = "the relay speaks SMTP, not LMTP",
	  .fix = { "set `relay <host>:<port>`, or `relay unix:<socket>`" } },
	{ .stages = AT(ST_EHLO), .code = 500,
	  .cause = "the server does not know EHLO; it may be a filter",
	  .fix = { "set `port 587`, or ask the operators of the relay",
	    "ask the operators of the relay" } },

	{ .stages = AT(ST_EHLO), .code = 501, .lasting = true,
	  .cause = "the relay refuses the name '%h'",
	  .fix = { "set `helo %H`" } },

/* TLS is required */

	{ .code = 5, .words = "starttls command|starttls first|"
	    "starttls is required|require&starttls|must&starttls|tls required|"
	    "requires tls|must use tls|must use ssl|use ssl/tls|use tls|"
	    "use starttls|encrypted channel|encrypted session|without tls|ssl&"
	    "required|tls is required|encryption required|encryption needed|"
	    "encrypted connection|secure connection|requires encryption|tls&"
	    "mandatory|verschl\xc3\xbcsselt|verschluesselt|chiffr\xc3\xa9" "e|"
	    "<550>&<5.7.29>", .unless = IF_TLS,
	  .cause = "the relay requires TLS",
	  .fix = { "set `tls starttls`" } },
	{ .code = 4, .words = "tls required|requires tls|starttls&first|must&"
	    "starttls|encryption required|tls is required|require&tls",
	  .unless = IF_TLS, .lasting = true,
	  .cause = "the relay requires TLS",
	  .fix = { "set `tls starttls`" } },
	{ .stages = AT(ST_STARTTLS),
	  .when = IF_OPPORTUNISTIC | IF_LOGIN,
	  ADVICE_TLS_FOR_LOGIN },
	{ .stages = AT(ST_STARTTLS), .code = 4,
	  ADVICE_TLS_LATER },
	{ .code = 523,
	  .cause = "the relay received a command before TLS was up: a device "
	    "in between changes the dialogue",
	  .fix = { "set `port 465` and `tls implicit`",
	    "set `tls implicit`",
	    "set `port 465`",
	    "ask the operators of the relay" } },
	{ .stages = AT(ST_STARTTLS), .when = IF_NEAR,
	  .cause = "%r has no STARTTLS on port %p, as is usual for LMTP and "
	    "for servers that catch test mail",
	  .fix = { "set `tls none` on a network that you trust" } },
	{ .stages = AT(ST_STARTTLS),
	  .cause = "%r has no STARTTLS on port %p, or an attacker in between "
	    "removes it",
	  .fix = { "set `port 465` and `tls implicit`; only on a network that "
	    "you trust, `tls none`",
	    "set `tls implicit`; only on a network that you trust, `tls none`",
	    "set `port 465`; only on a network that you trust, `tls none`" } },
	{ .stages = AT(ST_AUTH), .code = 538, .unless = IF_TLS,
	  .cause = "the relay requires TLS before a login",
	  .fix = { "set `tls starttls`" } },

/* Login */

	{ .stages = AT(ST_AUTH) | AT_MAIL, .code = 5,
	  .words = "basic authentication is disabled|"
	    "basic authentication is not supported|<5.7.30>|basic auth&"
	    "disabled|use oauth|oauth&required|requires oauth|modern auth",
	  .cause = "the relay accepts no passwords, not even app passwords",
	  .fix = { "set `oauth <provider>`, or use another relay",
	    "use another relay: `~relay <host>`" } },
	{ .stages = AT(ST_AUTH), .code = 5,
	  .words = "clientauthentication is disabled|"
	    "client authentication is disabled|smtp auth&disabled",
	  .cause = "SMTP login is turned off for '%u' or its organization",
	  .fix = { "have an administrator turn on \"Authenticated SMTP\" for "
	    "that mailbox, or set another `~user <name>`" } },
	{ .stages = AT(ST_AUTH), .code = 5,
	  .words = "did not meet the criteria|security defaults|"
	    "conditional access",
	  .cause = "a policy of its organization forbids '%u' this login",
	  .fix = { "have an administrator exempt it from the security defaults "
	    "and conditional access, or set `oauth <provider>`",
	    "have an administrator exempt it from the security defaults and "
	    "conditional access" } },
	{ .stages = AT(ST_AUTH), .words = "!too many&!mechanism&"
	    "!authentication type&!unrecognized&!<454>&!<421>&!disabled&"
	    "!blocked&!suspend&!locked", .when = IF_TOKEN,
	  .cause = "the relay refuses the access token of '%u'; such a token "
	    "expires, often after an hour",
	  .fix = { "set `oauth <provider>`, or `password-command <command>` to "
	    "one that prints a new token",
	    "let `~password-command <command>` print a new token, with the "
	    "right to send by SMTP" } },
	{ .stages = AT(ST_AUTH), .code = 5, .words = "application-specific|"
	    "application specific|application password|app password|"
	    "app-specific|apppassword|parol prilozheniya|authorization code|"
	    "invalidsecondfactor|two-factor|two factor|2-step|second factor|"
	    "\xe6\x8e\x88\xe6\x9d\x83\xe7\xa0\x81|anwendungspasswort|"
	    "anwendungsspezifisch|mot de passe d'application",
	  .cause = "the relay requires an app password",
	  .fix = { "create one and set it as `password <app password>`%a" } },
	{ .stages = AT(ST_AUTH), .words = "web browser|webloginrequired|"
	    "suspicious|unusual&log|unusual&sign",
	  .cause = "the relay finds this login suspicious",
	  .fix = { "log in as '%u' with a browser once, or create an app "
	    "password and set it as `password <app password>`" } },
	{ .stages = AT(ST_AUTH), .code = 5, .by = BY_YAHOO,
	  .cause = "the relay requires an app password",
	  .fix = { "create one and set it as `password <app password>`%a" } },
	{ .stages = AT(ST_AUTH), .words = "too many&login|too many&auth|"
	    "too many&attempt|too many&fail|attempts&exceeded|zu viele|trop de|"
	    "demasiados|login frequency",
	  .cause = "too many logins from this host failed, so the relay "
	    "accepts none for some time",
	  .fix = { "correct `~user <name>` and `~password <password>`, then "
	    "wait an hour" } },
	{ .stages = AT(ST_AUTH), .code = 5, .words = "mechanism|"
	    "authentication type|auth type|<504>|<534>", .when = IF_OTHER_MECH,
	  .cause = "the relay refuses the mechanism %m, though it may offer it",
	  .fix = { "set `auth %M`" } },
	{ .stages = AT(ST_AUTH), .code = 5, .words = "mechanism|"
	    "authentication type|auth type|<504>|<534>",
	  .cause = "the relay refuses the mechanism %m, though it may offer it",
	  .fix = { "ask its operators which login they accept" } },
	{ .stages = AT(ST_AUTH), .words = "not enabled|not advertised|"
	    "not available|not implemented|unrecognized command|command not",
	  .unless = IF_TLS,
	  .cause = "the relay allows no login without TLS",
	  .fix = { "set `tls starttls`" } },
	{ .stages = AT(ST_AUTH), .code = 503, .words = "identity",
	  .cause = "the session had a second login, which the relay refuses" },
	{ .stages = AT(ST_AUTH), .words = "authentication not enabled|"
	    "not advertised|not implemented|unrecognized command|command not",
	  .when = IF_TLS,
	  .cause = "the relay allows no login on port %p",
	  .fix = { "set `port 587`, or `auth none` if it knows this host's "
	    "address",
	    "set `auth none` if it knows this host's address" } },
	{ .stages = AT(ST_AUTH), .code = 5, .words = "no permission|"
	    "access rights|service is not|service not|imap&enabled|pop3&"
	    "enabled|not enabled|smtp access",
	  .cause = "sending by SMTP is not turned on for '%u'",
	  .fix = { "turn it on in the settings of that mailbox at the "
	    "provider, or set another `~user <name>`" } },
	{ .stages = AT(ST_AUTH), .words = "account&disabled|account&blocked|"
	    "account&locked|account&suspend|user&suspend|user&disabled|"
	    "credits exceeded|not yet activated|not activated|account&inactive",
	  .lasting = true,
	  .cause = "the account of '%u' is blocked or not active",
	  .fix = { "ask the provider, or set another `~user <name>`" } },
	{ .stages = AT(ST_AUTH), .words = "unauthorized ip|ip&not allowed|ip&"
	    "not authorized|ip&unauthorized|not allowed from this ip",
	  .lasting = true,
	  .cause = "the relay allows no login from the address of this host%i",
	  .fix = { "have it allowed at the provider%A" } },
	{ .stages = AT(ST_AUTH), .words = "<501>", .when = IF_OTHER_MECH,
	  .cause = "the relay does not understand the login by %m",
	  .fix = { "set `auth %M`" } },
	{ .stages = AT(ST_AUTH), .words = "<501>",
	  .cause = "the relay does not understand the login by %m",
	  .fix = { "ask its operators which login they accept" } },
	{ .stages = AT(ST_AUTH), .words = "<500>|<502>|<503>", .unless = IF_TLS,
	  .cause = "the relay allows no login here, often because it requires "
	    "TLS",
	  .fix = { "set `tls starttls`" } },
	{ .stages = AT(ST_AUTH), .words = "<500>|<502>|<503>",
	  .cause = "the relay allows no login on port %p",
	  .fix = { "set `port 587`, or `auth none` if it knows this host's "
	    "address",
	    "set `auth none` if it knows this host's address" } },
	{ .stages = AT(ST_AUTH), .code = 5, .when = IF_ADVISED,
	  .cause = "the relay refuses '%u' with this password",
	  .fix = { "correct `~user <name>` and `~password <password>`%a" } },
	{ .stages = AT(ST_AUTH), .code = 5, .when = IF_SCRAM | IF_OTHER_MECH,
	  .cause = "the relay refuses '%u' with this password and %m",
	  .fix = { "correct `~user <name>` and `~password <password>`; if they "
	    "are right, set `auth %M`" } },
	{ .stages = AT(ST_AUTH), .code = 5, .when = IF_BARE_USER,
	  .cause = "the relay refuses '%u' with this password",
	  .fix = { "correct `~user <name>` (many relays require the whole "
	    "address) and `~password <password>` (without quotes)" } },
	{ .stages = AT(ST_AUTH), .code = 5,
	  .cause = "the relay refuses '%u' with this password",
	  .fix = { "correct `~user <name>` and `~password <password>` (without "
	    "quotes); the account may also be blocked for spam" } },
	{ .stages = AT(ST_AUTH), .code = 4,
	  .cause = "the relay cannot check logins at the moment" },

/* Microsoft 365 without a login */

	{ .stages = AT_ANY, .code = 5, .words = "direct send|<5.7.68>",
	  .cause = "the organization accepts no mail from hosts without a "
	    "login or a connector (Direct Send is off)",
	  .fix = { "set `relay smtp.office365.com`, " CHOOSE_LOGIN "; or have "
	    "a connector made for the address of this host%i",
	    "have a connector made for the address of this host%i" } },
	{ .stages = AT_ANY, .code = 5, .words = "<5.7.51>|partner connector|"
	    "restrictdomainsto",
	  .cause = "a connector of the organization accepts certain addresses "
	    "or certificates only, not this host%i",
	  .fix = { "have this host added to that connector, or set `tls-cert "
	    "<file>` to a certificate that it accepts",
	    "have this host or its certificate added to that connector" } },
	{ .stages = AT(ST_RCPT), .code = 5, .by = BY_M365, .words = "<5.4.1>",
	  .cause = "the organization of %r has no recipient %c, and does not "
	    "relay to others",
	  .fix = { "correct the recipient, or set `relay smtp.office365.com`, "
	    CHOOSE_LOGIN,
	    "correct the recipient" } },

/* The account, whichever address it uses */

	{ .stages = AT_MAIL, .code = 5, .words = "bad outbound sender|"
	    "as(42004)|as(42003)", .lasting = true,
	  .cause = "the relay has blocked '%u', because it sent spam or too "
	    "much mail",
	  .fix = { "have an administrator remove it from the restricted users "
	    "(https://security.microsoft.com/restrictedusers), and change its "
	    "password" } },
	{ .stages = AT(ST_RCPT), .words = "tried to reach&disabled|"
	    "tried to reach&inactive|recipient&disabled|mailbox&disabled|"
	    "<5.2.1>",
	  .cause = "the mailbox of %c is disabled" },
	{ .stages = AT_MAIL, .words = ACCOUNT_WORDS, .lasting = true,
	  .cause = "the account of '%u' may not send yet, or no longer",
	  .fix = { "have the provider activate or approve it, or set another "
	    "`~user <name>`" } },
	{ .stages = AT_MAIL, .code = 5, .words = "ses:send|"
	    "not authorized to perform",
	  .cause = "the policy of the user behind these credentials forbids to "
	    "send",
	  .fix = { "allow ses:SendRawEmail to it, or create SMTP credentials "
	    "in the SES console and set another `~user <name>`" } },
	{ .stages = AT_MESSAGE, .code = 5, .words = "multiple addresses|"
	    "more than one address&from|multiple from",
	  .cause = "the From field of the message has more than one address",
	  .fix = { "set `from %S` and `from-policy force`",
	    "set `from-policy force`",
	    "name one address in the From field of the message" } },
	{ .stages = 0, .code = 5, .words = "client certificate|"
	    "valid certificate&required",
	  .cause = "the relay requires a certificate of this host",
	  .fix = { "set `tls-cert <file>` to one that it accepts, and `tls-key "
	    "<file>`",
	    "have it accept the certificate in `~tls-cert <file>`" } },

/* Not a relay, or the address of this host */

	{ .words = "send email directly|send mail directly|"
	    "ip you're using to send",
	  .cause = "%r accepts mail for its own users only; it is not a relay",
	  .fix = { "set `relay %R`" } },
	{ .stages = AT_ANY, .code = 5, .words = "relay|not accepting|denied|"
	    "blocked|spf|policy|not allowed|unauthenticated|ptr|reputation",
	  .when = IF_MX,
	  .cause = "%r accepts mail for its own users only; it is not a relay",
	  .fix = { "set `relay %R`" } },
	{ .stages = AT(ST_GREETING), .code = 5, .words = "not accepting|"
	    "no smtp service",
	  .cause = "%r accepts no mail from this host; it is probably not a "
	    "relay",
	  .fix = { "set `relay %R` and a login, on `port 587`",
	    "set `relay %R` and a login" } },
	{ .stages = AT_ANY, .words = "ipv6&ptr|ipv6&sending guidelines|ipv6&"
	    "reverse", .lasting = true,
	  .cause = "the IPv6 address of this host has no name in DNS",
	  .fix = { "set `address-family ipv4`, or send through `relay %R`",
	    "send through `relay %R`" } },
	{ .stages = AT_ANY, .words = "ptr record|no ptr|reverse dns|rdns|"
	    "your hostname|your reverse hostname|reverse lookup|"
	    "unknown reverse|<5.7.25>", .lasting = true,
	  .cause = "the address of this host%i has no name in DNS",
	  .fix = { "send through `relay %R` with a login" } },
	{ .stages = AT_ANY, .code = 5, .words = VOUCH_WORDS, .when = IF_LOGIN,
	  .cause = "SPF and DKIM of the domain of %s do not cover this relay",
	  .fix = { "set `from %S`, or add the relay to the SPF and DKIM "
	    "records of that domain",
	    "add the relay to the SPF and DKIM records of that domain" } },
	{ .stages = AT_ANY, .code = 5, .words = VOUCH_WORDS,
	  .cause = "SPF and DKIM of the domain of %s do not cover this host",
	  .fix = { "use that domain's own relay: `relay %R`" } },
	{ .stages = AT_ANY, .words = LIST_WORDS, .when = IF_LOGIN,
	  .cause = "the address of this host%i is on a list of spam senders",
	  .fix = { "have it removed from that list; a login on `port 587` may "
	    "still work",
	    "have it removed from that list" } },
	{ .stages = AT_ANY, .words = LIST_WORDS,
	  .cause = "the address of this host%i is on a list of spam senders",
	  .fix = { "send with a login, on `port 587`: " CHOOSE_LOGIN,
	    "send with a login: " CHOOSE_LOGIN } },
	{ .stages = AT_ANY, .code = 5, .words = "client host rejected|"
	    ALLOW_WORDS "|connections from&not|your ip&not|your ip&denied|"
	    "your ip&rejected|your ip&blocked|client address&not|ip&"
	    "not permitted|ip&not registered|ip&not recogni|"
	    "not accepted from this ip|unauthorized ip|ip&not authorized|ip&"
	    "not allowed|connection refused|connection rejected|no access from|"
	    "access from&denied",
	  .cause = "the relay refuses the address of this host%i",
	  .fix = { "have it allowed at the relay%A, or log in: " CHOOSE_LOGIN,
	    "have it allowed at the relay%A" } },

	{ .stages = AT_ANY, .code = 4, .words = "ip&allowlist|ip&whitelist|"
	    "host&whitelist|host&allowlist", .lasting = true,
	  .cause = "the relay refuses the address of this host%i",
	  .fix = { "have it allowed at the relay%A, or log in: " CHOOSE_LOGIN,
	    "have it allowed at the relay%A" } },
};
const size_t refusal_count = NITEMS(refusal_table);
