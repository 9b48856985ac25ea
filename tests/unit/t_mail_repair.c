/*
 * t_mail_repair.c - a header field as it should have been written
 *
 * What was repaired is repaired again: nothing more may come of it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "mail/repair.h"
#include "tap.h"

#define OE	"\303\266"		/* in UTF-8 */
#define E(s)	"=?UTF-8?Q?" s "?="
#define A40	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A50	A40 "aaaaaaaaaa"
#define LATIN(s) "=?ISO-8859-1?Q?" s "?="

/* Fields without the last CRLF; NULL: as it was. */
static const struct {
	const char	*before;
	const char	*after;
} fields[] = {
	/* Nothing to mend. */
	{ "From: a@x.test", NULL },
	{ "From: Joe <a@x.test>", NULL },
	{ "From:a@x.test", NULL },
	{ "From : \"Public, Joe\"\r\n\t<a@x.test> (x)", NULL },
	{ "From: Joe Q. Public <a@x.test>", NULL },
	{ "From: " E("J=C3=B6") " <a@x.test>", NULL },
	{ "From: =?utf-8?q?Doe=2C_J.?= <a@x.test>", NULL },
	{ "From: =?x-any?b?(?= <a@x.test>",
	    "From: \"=?x-any?b?(?=\" <a@x.test>" },
	{ "From: a@x.test, b@x.test", NULL },
	{ "To: a@x.test,b@x.test ,\r\n\tJoe <c@x.test>", NULL },
	{ "To: a@x.test, B <b@y.test>", NULL },
	{ "To: undisclosed-recipients:;", NULL },
	{ "To: Team: a@x.test, b@x.test;, c@x.test", NULL },
	{ "To: <@a.test:b@x.test>", NULL },
	{ "Subject: caf=E9", NULL },
	{ "Subject:", NULL },
	{ "Subject:  two  blanks ", NULL },
	{ "X-Anything: <a@b, \"c", NULL },
	{ "Date: whenever", NULL },

	/* Bare names. */
	{ "From: root (Cron Daemon)", "From: root@our.test (Cron Daemon)" },
	{ "From: \"(Cron Daemon)\" <root>",
	    "From: \"(Cron Daemon)\" <root@our.test>" },
	{ "From: Anacron <root>", "From: Anacron <root@our.test>" },
	{ "From: Logwatch", "From: Logwatch@our.test" },
	{ "To: root", "To: root@our.test" },
	{ "To: root, a@x.test,ann", "To: root@our.test, a@x.test,"
	    "ann@our.test" },
	{ "Resent-To: root", "Resent-To: root@our.test" },
	{ "Subject: root", NULL },

	/* No address at all. */
	{ "From: Cron Daemon", "From: \"Cron Daemon\" <own@our.test>" },
	{ "From: ", "From: <own@our.test>" },
	{ "From: <>", "From: <own@our.test>" },
	{ "From: Joe Q. <>", "From: \"Joe Q.\" <own@our.test>" },
	{ "From: undisclosed:;", "From: <own@our.test>" },
	{ "From: J" OE "rg M" OE "ller",
	    "From: " E("J=C3=B6rg_M=C3=B6ller") " <own@our.test>" },
	{ "Sender: Cron Daemon", NULL },
	{ "To: Cron Daemon", NULL },
	{ "To: M" OE "ller a@x.test, b@x.test", "To: =?UTF-8?Q?M=C3=B6ller?= "
	    "<a@x.test>, b@x.test" },
	{ "To: a@x.test J" OE ", b@x.test", "To: a@x.test "
	    "=?UTF-8?Q?J=C3=B6=2C?= b@x.test" },
	{ "To: a@x.test J" OE " b" OE "@x.test", NULL },
	{ "To: nobody <>", NULL },

	/* Specials in names. */
	{ "From: joe@corp <j@x.test>", "From: \"joe@corp\" <j@x.test>" },
	{ "From: joe@corp, Inc. <j@x.test>",
	    "From: \"joe@corp, Inc.\" <j@x.test>" },
	{ "To: joe@corp, Inc. <j@x.test>",
	    "To: \"joe@corp, Inc.\" <j@x.test>" },
	{ "To: a@x.test, Acme, Inc. <j@x.test>, b@x.test",
	    "To: a@x.test, \"Acme, Inc.\" <j@x.test>, b@x.test" },
	{ "To: Foo, GmbH <f@x.test>, Bar, LLC (x) <b@x.test>",
	    "To: \"Foo, GmbH\" <f@x.test>, \"Bar, LLC (x)\" <b@x.test>" },
	{ "To: a@x.test, Inc@y.test", NULL },
	{ "To: a@x.test, \"Inc.\" <b@y.test>", NULL },
	{ "To: Acme, Jr., Inc. <b@y.test>",
	    "To: \"Acme, Jr., Inc.\" <b@y.test>" },
	{ "To: Joe <a@x.test>, Inc. <b@x.test>", NULL },
	{ "To: a@x.test, Incognito <b@y.test>", NULL },
	{ "To: a@x.test, Sr <b@y.test>", NULL },
	{ "To: T: a@x.test;, Inc. <b@x.test>", NULL },
	{ "To: Public, Joe <j@x.test>",
	    "To: Public@our.test, Joe <j@x.test>" },
	{ "From: Public, Joe <j@x.test>",
	    "From: \"Public, Joe\" <j@x.test>" },
	{ "From: Public, Joe, Dr. <j@x.test>",
	    "From: \"Public, Joe, Dr.\" <j@x.test>" },
	{ "Sender: Public, Joe <j@x.test>",
	    "Sender: \"Public, Joe\" <j@x.test>" },
	{ "From: a@x.test, Joe <j@x.test>", NULL },
	{ "From: [x] y <j@x.test>", "From: \"[x] y\" <j@x.test>" },
	{ "From: a\\@b <j@x.test>", "From: \"a@b\" <j@x.test>" },
	{ "From: " E("J=C3=B6") " joe@corp <j@x.test>",
	    "From: " E("J=C3=B6") " \"joe@corp\" <j@x.test>" },
	{ "From: joe@corp (work) <j@x.test>",
	    "From: \"joe@corp\" (work) <j@x.test>" },

	/* What does not parse. */
	{ "From: Pat O\"Brien <p@x.test>", "From: \"Pat OBrien\" <p@x.test>" },
	{ "To: Pat O\"Brien <p@x.test>", "To: \"Pat OBrien\" <p@x.test>" },
	{ "To: a@x.test, Pat O\"Brien <p@x.test>", NULL },
	{ "From: Joe (Sales <j@x.test>", "From: \"Joe (Sales\" <j@x.test>" },
	{ "From: Re: x: y <j@x.test>", "From: \"Re: x: y\" <j@x.test>" },
	{ "From: \"Joe <root>", "From: \"Joe\" <root@our.test>" },
	{ "From: Joe j@x.test", "From: \"Joe\" <j@x.test>" },
	{ "From: Joe Q. Public\r\n j@x.test",
	    "From: \"Joe Q. Public\" <j@x.test>" },
	{ "To: Joe j@x.test", NULL },
	{ "To: Joe, " OE ", a@x.test", "To: Joe@our.test, " E("=C3=B6")
	    ":;, a@x.test" },
	{ "From: a@x.test b@x.test", "From: a@x.test, b@x.test" },
	{ "To: <a@x.test> <b@x.test>", "To: <a@x.test>, <b@x.test>" },
	{ "From: Backup: web1 <a@x.test>",
	    "From: \"Backup: web1\" <a@x.test>" },
	{ "From: Joe <a@x.test", "From: Joe <a@x.test>" },
	{ "From: <<a@x.test>>", "From: <a@x.test>" },
	{ "From: mailto:a@x.test", "From: a@x.test" },
	{ "From: Joe <mailto:a@x.test>", "From: Joe <a@x.test>" },
	{ "From: a@", "From: a@our.test" },
	{ "From: Joe <a@>", "From: Joe <a@our.test>" },
	{ "From: john..doe@x.test", "From: \"john..doe\"@x.test" },
	{ "To: J <john.@x.test>, b@x.test.",
	    "To: J <\"john.\"@x.test>, b@x.test" },
	{ "To: \"a@b\" <c@d>", NULL },
	{ "To: \"b@x.test\"", "To: b@x.test" },
	{ "To: a@x.test;b@x.test", "To: a@x.test,b@x.test" },
	{ "To: a@x.test; b@x.test;", "To: a@x.test, b@x.test" },
	{ "To: a@x.test,,\r\n b@x.test, ", "To: a@x.test,\r\n b@x.test" },
	{ "To: ,a@x.test", "To: a@x.test" },
	{ "To: g: a@x.test;, b@x.test; c@x.test",
	    "To: g: a@x.test;, b@x.test, c@x.test" },
	{ "To: g: a@x.test, ; b@x.test", "To: g: a@x.test; b@x.test" },
	{ "To: " E("J=C3=B6_=3Ca=40x.test=3E"),
	    "To: " E("J=C3=B6") " <a@x.test>" },
	{ "To: Sch" OE "ne, Philipp <p@x.test>",
	    "To: " E("Sch=C3=B6ne=2C_Philipp") " <p@x.test>" },
	{ "From: " E("J=C3=B6") " bb@x.test",
	    "From: " E("J=C3=B6") " <bb@x.test>" },
	{ "From: " E("J=C3=B6") ", Inc <a@x.test>",
	    "From: " E("J=C3=B6") " \", Inc\" <a@x.test>" },
	{ "From: Dr, " E("J=C3=B6") " " E("X=C3=B6") " Z <a@x.test>",
	    "From: \"Dr,\" " E("J=C3=B6") " " E("X=C3=B6")
	    " \"Z\" <a@x.test>" },
	{ "From: =?utf-8?Q?J" OE "?= <a@x.test>",
	    "From: =?utf-8?Q?J=C3=B6?= <a@x.test>" },
	{ "Subject: =?utf-8?Q?J" OE "?=", "Subject: =?utf-8?Q?J=C3=B6?=" },
	{ "Subject: x =?utf-8?q?J" OE "?= " OE " =?utf-8?q?" OE "?=",
	    "Subject: x =?utf-8?q?J=C3=B6?= " E("_=C3=B6_")
	    " =?utf-8?q?=C3=B6?=" },
	{ "Subject: =?utf-8?Q?b c" OE "?=", "Subject: " E("b_c=C3=B6") },
	{ "Subject: a =?UTF-8?q?" OE ", b=\r\n\t=3D_?_c=C3=B6?= d",
	    "Subject: a " E("=C3=B6=2C_b=3D_=3D_=3F_c=C3=B6") " d" },
	{ "Subject: " OE " =?us-ascii?Q?" OE " b?= " OE,
	    "Subject: " E("=C3=B6_") "\r\n " E("=C3=B6_b") " "
	    E("_=C3=B6") },
	{ "Subject: =?iso-8859-1?Q?b J\366?= =?x-any*de?Q?c \366?=",
	    "Subject: =?iso-8859-1?Q?b_J=F6?=\r\n =?x-any*de?Q?c_=F6?=" },
	{ "Subject: =?utf-8?Q?" A50 " " A50 OE "?= b", "Subject: "
	    "=?UTF-8?Q?" A40 "aaaaaa?=\r\n =?UTF-8?Q?aaaa_" A40 "a?=\r\n"
	    " =?UTF-8?Q?aaaaaaaaa=C3=B6?= b" },
	{ "Subject: =?utf-8?Q?b c?=", NULL },
	{ "Subject: =?utf-8?Q?b c" OE, "Subject: =?utf-8?Q?b "
	    E("c=C3=B6") },
	{ "Subject: =?utf-8?Q?b =?utf-8?Q?c" OE "?=", "Subject: =?utf-8?Q?b "
	    "=?utf-8?Q?c=C3=B6?=" },
	{ "Subject: =?utf-8?Q?b c\366?= d", "Subject: =?utf-8?Q?b "
	    LATIN("c=F6=3F=3D") " d" },
	{ "Subject: =?utf-8?Q?b c" OE "?=d", "Subject: =?utf-8?Q?b "
	    E("c=C3=B6=3F=3Dd") },
	{ "Subject: =?utf-8?B?b c" OE "?=", "Subject: =?utf-8?B?b "
	    E("c=C3=B6=3F=3D") },
	{ "From: <a@x.test> Joe", "From: Joe <a@x.test>" },
	{ "Sender: <a@x.test>J" OE " (c)",
	    "Sender: " E("J=C3=B6") " <a@x.test> (c)" },
	{ "Reply-To: Joe (x) <a@x.test> (y) Q.",
	    "Reply-To: Joe Q. <a@x.test> (x) (y)" },
	{ "To: b@x.test, <a@x.test>\r\n Joe\r\n [J], G: <c@x.test> C;",
	    "To: b@x.test, \"Joe [J]\" <a@x.test>, G: C <c@x.test>;" },
	{ "Cc: <a@x.test> =?utf-8?Q?J?=, <b@x.test>",
	    "Cc: =?utf-8?Q?J?= <a@x.test>, <b@x.test>" },
	{ "Cc: \"c\" c@x.test, b@x.test", "Cc: \"c\" <c@x.test>, b@x.test" },
	{ "To: <a@x.test> (c)", NULL },
	{ "From: =?utf-8?Q?b c" OE "?= x <a@x.test>",
	    "From: " E("b_c=C3=B6") " x <a@x.test>" },
	{ "From: J" OE " =?utf-8?Q?b c" OE "?= <a@x.test>",
	    "From: " E("J=C3=B6_") " " E("b_c=C3=B6") " <a@x.test>" },
	{ "From: a@x.test (=?utf-8?Q?b c" OE "?=)",
	    "From: a@x.test ( " E("b_c=C3=B6") ")" },
	{ "Subject: =?iso-8859-1?Q?J\366?=",
	    "Subject: =?iso-8859-1?Q?J=F6?=" },
	{ "Subject: =?utf-8?Q?J\366?=", "Subject: "
	    LATIN("=3D=3Futf-8=3FQ=3FJ=F6=3F=3D") },
	{ "Subject: =?utf-8?B?J" OE "?=", "Subject: "
	    E("=3D=3Futf-8=3FB=3FJ=C3=B6=3F=3D") },
	{ "Subject: " OE " =?utf-8?B?J" OE "?= x", "Subject: "
	    E("=C3=B6_=3D=3Futf-8=3FB=3FJ=C3=B6=3F=3D") " x" },
	/* Others take these octets for syntax, in encoded words, too. */
	{ "From: =?utf-8?q?Doe,_J.?= <a@x.test>",
	    "From: =?utf-8?q?Doe=2C_J.?= <a@x.test>" },
	{ "To: =?utf-8?q?a_(?= <a@x.test>, =?utf-8?q?)?= x <c@z.test>",
	    "To: =?utf-8?q?a_=28?= <a@x.test>, =?utf-8?q?=29?= x <c@z.test>" },
	{ "To: =?utf-8?q?(?=" OE "@x.test, b@y.test", NULL },
	/* The field says what the envelope does. */
	{ "To: bob@x.t\\est", "To: bob@x.test" },
	{ "From: b\\ob", "From: bob@our.test" },
	{ "To: \"a\")b@x.test", "To: \"a)b\"@x.test" },
	{ "To: \"a\" (c) . \"b\"@x.test", "To: \"a.b\"@x.test(c)" },
	{ "To: a (\\)) @ x.test, \"b\r\n c\" @x.test", NULL },
	{ "To: \"a\"mailto:e@x.test", "To: \"a\" <e@x.test>" },
	/* A colon after a backslash begins no group. */
	{ "From: a\\:b <a@x.test>; c@x.test",
	    "From: \"a:b\" <a@x.test>, c@x.test" },
	/* Groups that are open at the end. */
	{ "To: undisclosed-recipients:", "To: undisclosed-recipients:;" },
	{ "To: d ) (c) :", "To: d ) (c) :;" },
	{ "To: =?utf-8?q?\"?= :", "To: =?utf-8?q?\"?= :;" },
	{ "To: \366)!:", "To: " LATIN("=F6=29!") " :;" },
	{ "To: g: a@x.test, b@x.test (:", NULL },
	{ "To: b@x.test, \366)o:", "To: b@x.test, " LATIN("=F6=29o") " :;" },
	{ "From: Joe <j@x..test", NULL },
	{ "From: Joe \"x <j@x..test>", NULL },
	{ "To: \"x", NULL },

	/* 8-bit in fields of addresses. */
	{ "From: J" OE "rg <j@x.test>", "From: " E("J=C3=B6rg")
	    " <j@x.test>" },
	{ "From:J" OE "rg<j@x.test>", "From: " E("J=C3=B6rg")
	    " <j@x.test>" },
	{ "From: \"M" OE "ller, J.\" <j@x.test>",
	    "From: " E("M=C3=B6ller=2C_J=2E") " <j@x.test>" },
	{ "From: J\366rg <j@x.test>", "From: " LATIN("J=F6rg")
	    " <j@x.test>" },
	{ "From: Joe M" OE " <root>", "From: " E("Joe_M=C3=B6")
	    " <root@our.test>" },
	{ "To: a@x.test, J" OE " <j@x.test>,\r\n b@x.test", "To: a@x.test, "
	    E("J=C3=B6") " <j@x.test>,\r\n b@x.test" },
	{ "From: root (D" OE "mon)", "From: root@our.test ("
	    E("D=C3=B6mon") ")" },
	{ "From: root (D" OE " (\\)x) y)", "From: root@our.test ("
	    E("D=C3=B6_=28=29x=29_y") ")" },
	/* A backslash does not escape the end of a line. */
	{ "To: <b@x.test> " OE "\\\r\n joe", "To: " E("=C3=B6=5C_joe")
	    " <b@x.test>" },
	/* In an address; beside encoded words. */
	{ "To: a(" OE ")@x.test", "To: a (" E("=C3=B6") ")@x.test" },
	{ "To: J <a(x)@(\" " OE ")x.test>", "To: J <a(x)@ ("
	    E("=22_=C3=B6") ")x.test>" },
	{ "To: \"(" OE "\"@x.test", NULL },
	{ "To: a(\"x)@b\303\274.test", "To: a@xn--b-eha.test(\"x)" },
	{ "To: a@x.test (" OE " " E("a") " \\) (" OE "\\)) b)",
	    "To: a@x.test (" E("=C3=B6_") " " E("a") " \\) ("
	    E("=C3=B6=29") ") b)" },
	{ "To: a@x.test (" E("a") "(" OE ")" OE ")", "To: a@x.test (" E("a")
	    "(" E("=C3=B6") ")" E("=C3=B6") ")" },
	{ "To: joe (" OE "\\\r\n x) <b@x.test>", "To: joe ("
	    E("=C3=B6=5C_x") ") <b@x.test>" },
	{ "From: J" OE " (x) <j@x.test>", "From: " E("J=C3=B6")
	    " (x) <j@x.test>" },
	{ "From: " E("A=C3=B6") " " OE " <j@x.test>",
	    "From: " E("A=C3=B6") " " E("_=C3=B6") " <j@x.test>" },
	{ "From: " OE " " E("A=C3=B6") " <j@x.test>",
	    "From: " E("=C3=B6_") " " E("A=C3=B6") " <j@x.test>" },
	{ "From: " E("A=C3=B6") " " OE " \"" OE "\" x <j@x.test>",
	    "From: " E("A=C3=B6") " " E("_=C3=B6") " " E("_=C3=B6")
	    " x <j@x.test>" },
	{ "To: M" OE "nner: a@x.test;", "To: " E("M=C3=B6nner")
	    " : a@x.test;" },
	{ "To: Joe <" OE "@x.test>", NULL },
	{ "To: a@m\303\274nchen.test", "To: a@xn--mnchen-3ya.test" },
	{ "To: J <a@m\303\274nchen.test>", "To: J <a@xn--mnchen-3ya.test>" },
	{ "To: " OE "@m\303\274nchen.test", NULL },
	{ "To: " OE, "To: " E("=C3=B6") ":;" },
	{ "From: " OE, "From: " E("=C3=B6") " <own@our.test>" },
	{ "To: Jo " OE ", b@x.test, " OE " <joe>", "To: Jo " E("=C3=B6")
	    ", b@x.test, " E("=C3=B6") " <joe@our.test>" },
	{ "To: Jo " OE ", " OE "@x.test", NULL },
	{ "To: =?UTF-8?Q?=C3=B6?=, a@x.test",
	    "To: =?UTF-8?Q?=C3=B6?=:;, a@x.test" },
	{ "From: =?UTF-8?Q?=C3=B6?=",
	    "From: =?UTF-8?Q?=C3=B6?= <own@our.test>" },
	{ "To: =?UTF-8?Q?=C3=B6?=, Jo <a@x.test>",
	    "To: =?UTF-8?Q?=C3=B6?= \", Jo\" <a@x.test>" },
	{ "To: \366@x.test", NULL },
	{ "To: <" OE " b <c", NULL },
	{ "To: a123456789.b123456789@x123456789.test, a@x.test, J" OE "rg M"
	    OE "ller <j@x.test>", "To: a123456789.b123456789@x123456789.test,"
	    " a@x.test, \r\n " E("J=C3=B6rg_M=C3=B6ller") " <j@x.test>" },

	/* 8-bit in texts. */
	{ "Subject: " OE, "Subject: " E("=C3=B6") },
	{ "Subject:" OE, "Subject: " E("=C3=B6") },
	{ "Subject: a " OE " b", "Subject: a " E("=C3=B6") " b" },
	{ "Subject: a " OE " " OE "x  " OE " b",
	    "Subject: a " E("=C3=B6_=C3=B6x__=C3=B6") " b" },
	{ "Subject: a " OE "\r\n " OE "\r\n b",
	    "Subject: a " E("=C3=B6_=C3=B6") "\r\n b" },
	{ "Subject: \366 " OE " \377", "Subject: "
	    LATIN("=F6_=C3=B6_=FF") },
	{ "Subject: \366 x " OE, "Subject: " LATIN("=F6") " x "
	    E("=C3=B6") },
	{ "Subject: " E("=C3=B6") " " OE, "Subject: " E("=C3=B6") " "
	    E("_=C3=B6") },
	{ "Subject: " OE " " E("=C3=B6") " x", "Subject: " E("=C3=B6_") " "
	    E("=C3=B6") " x" },
	{ "Subject: " OE " ", "Subject: " E("=C3=B6") " " },
	{ "Subject: \"" OE "\" (" OE ")", "Subject: "
	    E("=22=C3=B6=22_=28=C3=B6=29") },
	{ "X-Unknown: " OE, "X-Unknown: " E("=C3=B6") },
	{ "Subject: a long beginning, and more of it, and more still, then "
	    OE, "Subject: a long beginning, and more of it, and more still,"
	    " then\r\n " E("=C3=B6") },
	{ "Content-Type: text/plain; name=\"" OE "\"", NULL },
	{ "Message-ID: <" OE "@x.test>", NULL },
	{ "Received: from x (" OE ") by y", "Received: from x (" E("=C3=B6")
	    ") by y" },
	{ "Date: 1 Jan 26 10:00 +0100 (" OE ")", "Date: 1 Jan 26 10:00 +0100 ("
	    E("=C3=B6") ")" },
	{ "List-Id: Sch" OE "ne Liste <l.x.test>", "List-Id: " E("Sch=C3=B6ne")
	    " Liste <l.x.test>" },
	{ "List-Post: <mailto:" OE "@x.test>", NULL },
};

static void
repair(struct buf *out, const char *text, size_t n)
{
	const struct repair o = { .domain = "our.test",
	    .own = "own@our.test" };
	struct field fld;
	size_t at = 0;

	buf_clear(out);
	if (header_next(text, n, &at, &fld) && at == n)
		repair_field(out, &fld, &o);
}

/* A copy of the text and a CRLF, so that one octet too far is seen. */
static char *
line(const char *text, size_t *n)
{
	char *s;

	*n = strlen(text) + 2;
	s = xmalloc(*n);
	memcpy(s, text, *n - 2);
	memcpy(s + *n - 2, "\r\n", 2);
	return s;
}

static void
test_fields(void)
{
	struct buf one = { .max = 65536 }, two = { .max = 65536 };
	const char *want;
	size_t i, n;
	char *s;

	for (i = 0; i < NITEMS(fields); i++) {
		s = line(fields[i].before, &n);
		repair(&one, s, n);
		free(s);
		want = fields[i].after != NULL ? fields[i].after :
		    fields[i].before;
		s = xstrndup(buf_text(&one), one.len > 2 ? one.len - 2 : 0);
		is(s, want, "%s", fields[i].before);
		free(s);
		repair(&two, one.p, one.len);
		is(buf_text(&two), buf_text(&one), "the same again");
	}
	buf_release(&one);
	buf_release(&two);
}

/* Without a domain or an address of ours. */
static void
test_nothing_given(void)
{
	static const struct repair o = { .domain = NULL };
	static const char *const texts[] = { "From: root\r\n",
	    "From: Cron Daemon\r\n", "From: <>\r\n" };
	struct buf out = { .max = 4096 };
	struct field fld;
	size_t i, at;

	for (i = 0; i < NITEMS(texts); i++) {
		at = 0;
		buf_clear(&out);
		if (header_next(texts[i], strlen(texts[i]), &at, &fld))
			repair_field(&out, &fld, &o);
		is(buf_text(&out), texts[i], "nothing given %zu", i);
	}
	buf_release(&out);
}

/* "root" has an alias, "team" gets the domain, others must not. */
static bool
test_alias(void *ctx, const char *name, char **spec)
{
	(void)ctx;
	*spec = strcmp(name, "root") == 0 ? xstrdup("ops@x.test") : NULL;
	return strcmp(name, "team") != 0;
}

/* What a name becomes that is nobody's, and must not get the domain. */
static void
test_nobody(void)
{
	static const struct repair o = { .domain = "our.test",
	    .alias = test_alias };
	static const struct { const char *before, *after; } t[] = {
		{ "To: bob", "To: bob:;" },
		{ "To: root", "To: ops@x.test" },
		{ "To: team", "To: team@our.test" },
		{ "To: bob, root, carol", "To: bob:;, ops@x.test, carol:;" },
		{ "To: a@b.test, bob", "To: a@b.test, bob:;" },
		{ "To: Bob B <bob>, a@b.test", "To: Bob B:;, a@b.test" },
		{ "To: \"Bob, B\" <bob>", "To: \"Bob, B\":;" },
		{ "To: <bob>", "To: bob:;" },
		{ "To: bob.b", "To: \"bob.b\":;" },
		{ "To: \"bob b\"", "To: \"bob b\":;" },
		{ "To: B" OE "b <bob>", "To: =?UTF-8?Q?B=C3=B6b?=:;" },
		{ "To: friends: bob, a@b.test;",
		  "To: friends: bob, a@b.test;" },
		{ "To: bob (the builder), a@b.test",
		  "To: bob:;, a@b.test" },
	};
	struct buf out = { .max = 4096 }, again = { .max = 4096 };
	struct field fld;
	size_t i, n, at;
	char *s;

	for (i = 0; i < NITEMS(t); i++) {
		s = line(t[i].before, &n);
		buf_clear(&out);
		buf_clear(&again);
		at = 0;
		if (header_next(s, n, &at, &fld))
			repair_field(&out, &fld, &o);
		at = 0;
		if (header_next(out.p, out.len, &at, &fld))
			repair_field(&again, &fld, &o);
		is(buf_text(&again), buf_text(&out), "%s: again",
		    t[i].before);
		free(s);
		s = xasprintf("%s\r\n", t[i].after);
		is(buf_text(&out), s, "%s", t[i].before);
		free(s);
	}
	buf_release(&out);
	buf_release(&again);
}

/* Long fields: each line of encoded words is short, time is in proportion. */
static void
test_long(void)
{
	struct buf in = { .max = 1 << 22 }, out = { .max = 1 << 24 };
	const char *p, *nl;
	size_t i, most = 0;

	buf_adds(&in, "Subject:");
	for (i = 0; i < 100000; i++)
		buf_adds(&in, i % 7 == 0 ? " w" : OE);
	buf_adds(&in, "\r\n");
	repair(&out, in.p, in.len);
	for (p = buf_text(&out); (nl = strchr(p, '\n')) != NULL; p = nl + 1)
		if ((size_t)(nl - p) > most)
			most = (size_t)(nl - p);
	ok(most > 50 && most <= 77, "200 kB of text in lines of %zu", most);
	ok(ascii_only(out.p, out.len), "in ASCII");
	buf_release(&in);
	buf_release(&out);
}

int
main(void)
{
	test_fields();
	test_nothing_given();
	test_nobody();
	test_long();
	return done();
}
