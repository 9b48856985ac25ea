/*
 * mail_table.c - rules for replies that refuse a sender, recipient or message
 *
 * They come after those of reply_table.  The last rows are for replies that
 * no other row knows: they tell what the stage is nearly always about.
 */

#include "base/util.h"
#include "hint/mail_table.h"
#include "hint/provider.h"

#define AT		ADVICE_AT
#define AT_NAMES	(AT(ST_MAIL) | AT(ST_RCPT))
#define AT_MESSAGE	(AT(ST_DATA) | AT(ST_BODY))
#define AT_MAIL		(AT_NAMES | AT_MESSAGE)
#define CHOOSE_LOGIN	ADVICE_LOGIN

/* The login may not use this sender. */
#define SENDER_WORDS \
    "not owned by|address must be same as auth|must equal auth|" \
    "sendasdenied|send as this sender|not allowed to send as|" \
    "permissions to send as|relaying disallowed as|" \
    "send&from&not auth|not allowed to send&from|not permitted&send&from|" \
    "send from this&not|sender&does not match|sender&doesn't match|" \
    "sender&mismatch|sender&not allowed|sender&not permitted|" \
    "sender&not authori|sender&not belong|sender&does not belong|" \
    "from&does not match&auth|from&must match&auth|from&not match&login|" \
    "from&not match&user|from address&not allowed|mail from&not allowed|" \
    "not local sender|not a local sender|login mismatch|" \
    "sender name is not valid|not one of your addresses|" \
    "not your address|invalid sender for user|" \
    "domain&must match|permitted sender&not|sender domain&not accepted|" \
    "not one of our domains|not one of ours|not our domain|on behalf of|" \
    "not authorized to send|not authorised to send|" \
    "not permitted to send|only send&from|sender&spoof|conform with auth|" \
    "absender&nicht|exp\xc3\xa9" "diteur&autoris|expediteur&autoris|" \
    "mittente&autoriz|mittente&consentit|remitente&autoriz|" \
    "remitente&permitid"

/* The relay does not relay for this host or login. */
#define RELAY_WORDS \
    "relay access denied|relaying denied|unable to relay|" \
    "relay not permitted|not permitted to relay|relaying&not allowed|" \
    "relay denied|denied relay|cannot relay|can't relay|relay rejected|" \
    "relaying prohibited|prohibited relaying|relaying disallowed|" \
    "not allowed to relay|not authorized to relay|" \
    "not authorised to relay|may not relay|relaying is not|" \
    "relay is not|not relay|relaying to|rcpthosts|" \
    "tenantattribution|no relay|relais refus|relay non|non relay|" \
    "relay verweigert|weiterleit&nicht|relaying&refused|open relay"

const struct advice mail_refusal_table[] = {

/* Extensions that are not kept, where mail without them was refused, too */

	{ .stages = AT_MAIL, .code = 5, .words = "pipelin|synchroni",
	  .cause = "the relay does not take several commands at once",
	  .fix = { "set `avoid pipelining`" } },
	{ .stages = AT_MAIL, .code = 421, .words = "pipelin|synchroni",
	  .cause = "the relay does not take several commands at once",
	  .fix = { "set `avoid pipelining`" } },
	{ .stages = AT_MESSAGE, .code = 5, .words = "bdat|chunking",
	  .cause = "the relay does not take BDAT",
	  .fix = { "set `avoid chunking`" } },

/* A login is required */

	{ .stages = AT_MAIL, .by = BY_M365, .words = "anonymous|"
	    "not authenticated|tenantattribution", .unless = IF_LOGIN,
	  .cause = "the relay requires a login and none is set",
	  .fix = { CHOOSE_LOGIN ", or `relay "
	    "<company>.mail.protection.outlook.com` on `port 25` with a "
	    "connector for this host",
	    CHOOSE_LOGIN } },
	{ .stages = AT_MAIL, .code = 5, .words = "authentication required|"
	    "authentication is required|authentication needed|auth required|"
	    "auth first|must authenticate|authenticate first|not authenticated|"
	    "unauthenticated|please authenticate|must be authenticated|"
	    "must first authenticate|need to authenticate|"
	    "requires authentication|require authentication|smtp auth|"
	    "not logged in|log in first|login first|login required|anonymous|"
	    "valid login|authentication is mandatory|authentication mandatory|"
	    "authentication must|authentication necessary|no auth command|"
	    "authentifizier|anmeldung&erforderlich|zuerst anmelden|"
	    "authentification|autenticazione|autenticaci\xc3\xb3n|"
	    "autenticacion|autentica\xc3\xa7\xc3\xa3o|uwierzytelni|<530>&"
	    "!sender&!from", .unless = IF_LOGIN,
	  .cause = "the relay requires a login and none is set",
	  .fix = { CHOOSE_LOGIN "%a" } },

	{ .stages = AT_NAMES, .words = "<530>", .when = IF_LOGIN,
	  .cause = "the relay does not count the login of '%u': often it is "
	    "not for this service",
	  .fix = { "set `port 587`, or another `~user <name>`",
	    "set another `~user <name>`, or correct `~relay %w`" } },

/* The sender */

	{ .stages = AT_MAIL, .words = "sandbox", .lasting = true,
	  .cause = "the domain used with the relay is a sandbox, which may "
	    "send to a few addresses only",
	  .fix = { "verify your own domain there; set `from <address in "
	    "it>`" } },
	{ .stages = AT_MAIL, .by = BY_SES, .words = "not verified",
	  .lasting = true,
	  .cause = "the relay has not verified one of these addresses in its "
	    "region (the sender is %s)",
	  .fix = { "verify it there, set `from <verified address>`, or correct "
	    "the region in `~relay %w`" } },
	{ .stages = AT_MAIL, .words = "not verified|verified sender|"
	    "not a verified|unverified|not validated|unvalidated|non-validated|"
	    "not associated with your account|sending from domain&not allowed|"
	    "sender identity|add and verify|domain must be verified|"
	    "must be verified|verified senders|unconfigured sending domain|"
	    "verify your domain|verify the domain|verify the sender|sender&"
	    "not validated|domain&not validated|domain&not activated|domain&"
	    "not configured|domain&is not allowed to send|domain&"
	    "not registered|sender signature|demo domain|verify a domain",
	  .lasting = true,
	  .cause = "the relay has not verified the sender %s or its domain",
	  .fix = { "verify it there, or set `from <verified address>`" } },
	{ .stages = AT_MAIL, .words = "header from&match|from header&match|"
	    "from:&match mail from|header from&differ|from header&differ|"
	    "header from&not allowed|from this header address", .lasting = true,
	  .cause = "the From field of the message is not the sender %s",
	  .fix = { "set `from-policy force` and `from %S`",
	    "set `from-policy force`",
	    "set `from %S`",
	    "correct the From field in the program that sends the message" } },
	{ .stages = AT_MAIL, .code = 5, .by = BY_ZOHO,
	  .words = "relaying disallowed", .when = IF_LOGIN,
	  .cause = "the relay does not let '%u' send as %s",
	  .fix = { "set `from %S` and `from-policy force`",
	    "set `from-policy force`",
	    "set `from %S`",
	    "have the relay allow it that sender" } },
	{ .stages = AT_MAIL, .words = SENDER_WORDS, .unless = IF_LOGIN,
	  .lasting = true,
	  .cause = "the relay accepts no mail from %s here",
	  .fix = { "set `from <address>` to one that it accepts, or log in: "
	    CHOOSE_LOGIN } },
	{ .stages = AT_MAIL, .words = SENDER_WORDS, .when = IF_NO_SENDER,
	  .lasting = true,
	  .cause = "the relay lets '%u' send with its own address only, not "
	    "with an empty sender",
	  .fix = { "set `from %S` and `from-policy force`",
	    "set `from-policy force`",
	    "set `from %S`",
	    "have the relay allow it that sender" } },
	{ .stages = AT_NAMES, .words = SENDER_WORDS "|<5.7.60>",
	  .when = IF_OWN_SENDER | IF_BARE_USER, .lasting = true,
	  .cause = "the relay requires a whole address as the sender, not %s",
	  .fix = { "set `from %S`, or `domain %D` for senders without one",
	    "set `from %S`" } },
	{ .stages = AT_NAMES, .words = SENDER_WORDS "|<5.7.60>",
	  .when = IF_OWN_SENDER, .lasting = true,
	  .cause = "the relay does not let '%u' send, even with its own "
	    "address",
	  .fix = { "have that address allowed there, or set another `~user "
	    "<name>`" } },
	{ .stages = AT_MAIL, .words = SENDER_WORDS "|<5.7.60>", .lasting = true,
	  .cause = "the relay does not let '%u' send as %s",
	  .fix = { "set `from %S` and `from-policy force`",
	    "set `from-policy force`",
	    "set `from %S`",
	    "have the relay allow it that sender" } },
	{ .stages = AT_MAIL, .words = "sender&domain&not found|sender&domain&"
	    "not exist|sender&domain&must exist|sender&domain&invalid|sender&"
	    "domain&resolve|sender&unresolvable|domain of sender address|"
	    "sender verify failed|sender&verification failed|unrouteable&"
	    "sender|invalid sender domain|sender&dns|<4.1.8>|<5.1.8>",
	  .lasting = true,
	  .cause = "the relay finds no mail domain for the sender %s",
	  .fix = { "set `from %S`, or `domain %D` for senders without one",
	    "set `from %S`",
	    "set `domain %D`",
	    "correct the sender in the program that sends the message" } },
	{ .stages = AT_MAIL, .code = 5, .words = "invalid mail from|"
	    "non-local account|sender address&not a valid|bad sender address|"
	    "sender&need fully|sender&must contain a domain|sender&malformed|"
	    "malformed&sender|sender&syntax",
	  .cause = "the relay does not accept %s as an address",
	  .fix = { "set `from %S`, or `domain %D` for senders without one",
	    "set `from %S`",
	    "set `domain %D`",
	    "correct the sender in the program that sends the message" } },
	{ .stages = AT(ST_MAIL), .code = 5, .words = "<5.1.7>|<555>&syntax",
	  .cause = "the relay does not accept %s as an address",
	  .fix = { "set `from %S`, or `domain %D` for senders without one",
	    "set `from %S`",
	    "set `domain %D`",
	    "correct the sender in the program that sends the message" } },

/* Recipients without a domain; then relaying */

	{ .stages = AT_MAIL, .words = "smtputf8",
	  .cause = "an address is not ASCII, which the relay does not support",
	  .fix = { "use an ASCII address of the same person, as `from "
	    "<address>` or recipient" } },
	{ .stages = AT_MAIL, .code = 5,
	  .words = "recipient address must contain a domain|recipient&"
	    "need fully|missing final '@domain'|recipient&not a valid rfc|to&"
	    "must contain a domain|address&without a domain|recipient&"
	    "no domain",
	  .cause = "the relay requires a domain in each recipient",
	  .fix = { "set `domain %D`, or add an alias for the name",
	    "correct the recipient, or add an alias for the name" } },
	{ .stages = AT_MAIL, .words = RELAY_WORDS, .unless = IF_LOGIN,
	  .lasting = true,
	  .cause = "the relay does not know this host, and no login is set",
	  .fix = { CHOOSE_LOGIN ", or have this host's address allowed%A" } },
	{ .stages = AT_MAIL, .words = RELAY_WORDS, .lasting = true,
	  .cause = "the relay does not relay mail for '%u'",
	  .fix = { "correct `~relay %w`, set `port 587`, or send as `from %S`",
	    "correct `~relay %w`, or send as `from %S`",
	    "correct `~relay %w`, or set `port 587`",
	    "correct `~relay %w`" } },

/* The message */

	{ .stages = AT(ST_RCPT), .words = "mailbox full|mailbox is full|"
	    "over quota|overquota|out of storage|quota exceeded|mailbox&"
	    "exceeded",
	  .cause = "the mailbox of %c is full" },
	{ .stages = AT_MAIL, .code = 5, .words = "size limit|size&exceed|"
	    "exceed&size|too large|too big|maximum message size|fixed maximum|"
	    "message size|nachricht&gro\xc3\x9f|<5.3.4>|<5.2.3>",
	  .cause = "the message is larger than the relay allows" },
	{ .stages = AT_MESSAGE, .code = 5, .words = "line too long|"
	    "lines too long|lines longer|line is too long|line length|"
	    "maximum allowed line",
	  .cause = "the message has lines longer than 998 octets",
	  .fix = { "set `header-repair yes`",
	    "wrap the lines in the program that sends the message" } },
	{ .stages = AT_MESSAGE, .code = 5, .words = "header malformed|"
	    "invalid header|bad header|header&invalid|header&duplicate|"
	    "duplicate&from|multiple from|from: header|'from' header|"
	    "from header|header&missing|missing&header|malformed header|"
	    "headers are malformed|no from|multiple addresses in from|"
	    "message-id|rfc 5322|rfc 2822",
	  .cause = "the header of the message is malformed",
	  .fix = { "set `header-repair yes`, and a full address `from %S`",
	    "set a full address `from %S`, or correct the header in the "
	    "program that sends it",
	    "correct the header in the program that sends the message" } },
	{ .stages = AT_MAIL, .code = 554,
	  .words = "due to policy restrictions",
	  .cause = "for the relay the header is malformed, or the sender is "
	    "not '%u'",
	  .fix = { "set `header-repair yes`, `from %S` and `from-policy force`",
	    "set `from %S` and `from-policy force`",
	    "set `from-policy force`, or correct the header",
	    "correct the header in the program that sends the message" } },

/* Refusals that no setting changes */

	{ .stages = AT_MESSAGE, .code = 5, .words = "mailbox unavailable&"
	    "!recipient",
	  .cause = "the relay refuses the message, not a recipient: often the "
	    "sender %s is not an address of '%u', or that account is blocked",
	  .fix = { "set `from %S` and `from-policy force`",
	    "set `from-policy force`",
	    "log in to that mailbox with a browser, and correct what it "
	    "says" } },
	{ .stages = AT_MAIL, .words = "greylist|graylist|grey-list|grey list|"
	    "postgrey",
	  .cause = "the relay uses greylisting: it accepts the message at a "
	    "later try" },
	{ .stages = AT(ST_RCPT), .words = "<501>|<504>",
	  .cause = "the relay does not accept %c as an address",
	  .fix = { "set `domain %D` for addresses without one, or correct the "
	    "recipient",
	    "correct the recipient" } },
	{ .stages = AT(ST_RCPT), .words = "<500>|<502>|<503>",
	  .unless = IF_LOGIN,
	  .cause = "the relay accepts no recipients here, often because it "
	    "requires a login",
	  .fix = { CHOOSE_LOGIN } },
	{ .stages = AT(ST_RCPT), .words = "<500>|<502>|<503>",
	  .cause = "the relay accepts no recipients here, often because it "
	    "refused the sender or the login",
	  .fix = { "set `from %S`, or correct `~relay %w`",
	    "correct `~relay %w`" } },
	{ .stages = AT(ST_RCPT) | AT_MESSAGE, .code = 5, .words = "<5.1.1>",
	  .cause = "the relay knows no recipient %c" },
	{ .stages = AT(ST_RCPT) | AT_MESSAGE, .code = 5,
	  .words = "host unknown|domain not found|no such domain|recipient&"
	    "domain&not exist|<5.1.2>",
	  .cause = "the domain of the recipient %c accepts no mail" },
	{ .stages = AT(ST_RCPT), .code = 5, .words = "user unknown|"
	    "unknown user|no such user|no such recipient|unknown recipient|"
	    "user not found|recipient not found|mailbox not found|"
	    "mailbox unavailable|no mailbox|no such mailbox|"
	    "not a valid mailbox|unknown or illegal alias|does not exist|"
	    "doesn't exist|invalid recipient|recipient rejected|"
	    "recipient address rejected|unrouteable address|unknown address|"
	    "benutzer unbekannt|utilisateur inconnu|usuario desconocido|"
	    "utente sconosciuto",
	  .cause = "the relay knows no recipient %c" },
	{ .stages = AT_MAIL, .words = "relay limit|sending limit|daily&limit|"
	    "sending quota|daily user sending|limit exceeded|rate limit|"
	    "throttl|sending rate|too many messages|too many emails|"
	    "message rate|unusual rate|too much mail|limit reached|hourly&"
	    "limit|monthly&limit|monthly quota|per hour|daily quota|mails per|"
	    "limite&atteint",
	  .cause = "the limit of the relay for mail in a period is reached" },
	{ .stages = AT_MAIL, .code = 5, .words = "spam|virus|malware|phishing|"
	    "prohibited content|content rejected",
	  .cause = "the relay refuses the content of the message" },
	{ .stages = AT_MAIL, .code = 5, .words = "sender address rejected|"
	    "sender rejected|invalid sender|sender denied|bad sender",
	  .cause = "the relay accepts no mail from %s",
	  .fix = { "set `from <address>` to one that it accepts" } },

/* Any other refusal: the usual cause at that stage */

	{ .stages = AT(ST_GREETING), .code = 5,
	  .cause = "the relay refuses the connection, often because of the "
	    "address of this host%i",
	  .fix = { "have it allowed at the relay%A, or correct `~relay %w`" } },
	{ .stages = AT(ST_EHLO), .code = 5,
	  .cause = "the relay refuses EHLO, often because of the name '%h' or "
	    "the address of this host%i",
	  .fix = { "set `helo %H`, or have the address allowed at the "
	    "relay%A" } },
	{ .stages = AT(ST_MAIL), .code = 5, .unless = IF_LOGIN,
	  .cause = "the relay refuses the sender %s, often because it requires "
	    "a login or does not know that address",
	  .fix = { CHOOSE_LOGIN ", or set `from <address>` to one that it "
	    "accepts" } },
	{ .stages = AT(ST_MAIL), .code = 5,
	  .cause = "the relay refuses the sender %s, often because '%u' may "
	    "not send as it",
	  .fix = { "set `from %S`",
	    "have that address allowed at the relay" } },
	{ .stages = AT(ST_RCPT), .code = 5, .unless = IF_LOGIN,
	  .cause = "the relay refuses the recipient %c, often because it "
	    "requires a login or has no such mailbox",
	  .fix = { CHOOSE_LOGIN ", or correct the recipient" } },
	{ .stages = AT(ST_RCPT), .code = 5,
	  .cause = "the relay refuses the recipient %c, often because it has "
	    "no such mailbox",
	  .fix = { "correct the recipient, or set `from %S`",
	    "correct the recipient" } },
	{ .stages = AT(ST_DATA), .code = 5, .unless = IF_LOGIN,
	  .cause = "the relay accepts no message, often because it requires a "
	    "login or accepted no recipient",
	  .fix = { CHOOSE_LOGIN } },
	{ .stages = AT(ST_DATA), .code = 5,
	  .cause = "the relay accepts no message, often because it refused the "
	    "sender or each recipient",
	  .fix = { "set `from %S`",
	    "correct the recipients" } },
	{ .stages = AT(ST_BODY), .code = 5,
	  .cause = "the relay refuses the message, often because of its "
	    "content or its From field",
	  .fix = { "set `from %S` and `from-policy force`",
	    "set `from-policy force`",
	    "change the content of the message" } },
};
const size_t mail_refusal_count = NITEMS(mail_refusal_table);
