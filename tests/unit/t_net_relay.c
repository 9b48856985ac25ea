/* t_net_relay.c - what the setting `relay` says */

#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "net/relay.h"
#include "tap.h"

static void
relays(void)
{
	static const struct {
		const char *value, *host;
		int port;
		bool implicit, loopback;
	} t[] = {
		{ "smtp.example.org", "smtp.example.org", 0, false, false },
		{ "smtp.example.org.", "smtp.example.org.", 0, false, false },
		{ "h:25", "h", 25, false, false },
		{ "my_relay:25", "my_relay", 25, false, false },
		{ "smtp://h", "h", 0, false, false },
		{ "SMTP://h:2525", "h", 2525, false, false },
		{ "smtp://h/", "h", 0, false, false },
		{ "smtps://h", "h", 0, true, false },
		{ "smtps://h:466/", "h", 466, true, false },
		{ "[2001:db8::1]:587", "2001:db8::1", 587, false, false },
		{ "[2001:db8::1]", "2001:db8::1", 0, false, false },
		{ "2001:db8::1", "2001:db8::1", 0, false, false },
		{ "fe80::1%eth0", "fe80::1%eth0", 0, false, false },
		{ "smtps://[::1]:465", "::1", 465, true, true },
		{ "[smtp.example.org]:587", "smtp.example.org", 587, false,
		    false },
		{ "192.0.2.1:25", "192.0.2.1", 25, false, false },
		{ "127.0.0.1", "127.0.0.1", 0, false, true },
		{ "127.9.9.9:25", "127.9.9.9", 25, false, true },
		{ "128.0.0.1", "128.0.0.1", 0, false, false },
		{ "localhost:25", "localhost", 25, false, true },
		{ "LOCALHOST", "LOCALHOST", 0, false, true },
		{ "localhost.example.org", "localhost.example.org", 0, false,
		    false },
		{ "b\xc3\xbc""cher.example", "xn--bcher-kva.example", 0,
		    false, false },
		{ "xn--bcher-kva.example:25", "xn--bcher-kva.example", 25,
		    false, false },
		{ .value = "" }, { .value = "." }, { .value = "a..b" },
		{ .value = "-a" }, { .value = "a-" }, { .value = "a-.b" },
		{ .value = ".a" }, { .value = "a b" }, { .value = "a/b" },
		{ .value = "h:" }, { .value = "h:0" },
		{ .value = "h:65536" }, { .value = "h:smtp" },
		{ .value = "h:+25" }, { .value = "h: 25" },
		{ .value = "h:25x" }, { .value = ":25" },
		{ .value = "[::1" }, { .value = "[::1]x" },
		{ .value = "[::1]:" }, { .value = "::g" },
		{ .value = "1:2:3" }, { .value = "fe80::1%" },
		{ .value = "fe80::1%a/b" }, { .value = "[]:25" },
		{ .value = "127.1" }, { .value = "1" },
		{ .value = "256.0.0.1" }, { .value = "smtp://" },
		{ .value = "smtps:///" }, { .value = "http://h" },
		{ .value = "smtp:h" }, { .value = "lmtp:run/x" },
		{ .value = "unix:" }, { .value = "unix:x" },
		{ .value = "maildir:" }, { .value = "maildir:x" },
		{ .value = "srv:" }, { .value = "srv:[::1]" },
		{ .value = "srv:192.0.2.1" }, { .value = "srv:a b" },
		{ .value = "srv:a:25" }, { .value = "lmtp://" },
		{ .value = "socks5://h" },
		{ .value = "smtp://u@h" }, { .value = "smtp://u:p@h" },
		{ .value = "= h" }, { .value = "h\r\nQUIT" },
		{ .value = "\xff.example" },
	};
	char label[66], *longest;
	struct relay r;
	size_t i;
	bool good;

	for (i = 0; i < NITEMS(t); i++) {
		good = relay_parse(t[i].value, &r);
		if (t[i].host == NULL) {
			ok(!good, "relay %zu refused", i);
			continue;
		}
		is(good ? r.host : NULL, t[i].host, "relay %zu: host", i);
		ok(r.port == t[i].port && r.implicit == t[i].implicit &&
		    r.loopback == t[i].loopback, "relay %zu: the rest", i);
	}
	memset(label, 'a', sizeof(label));
	label[63] = '\0';
	ok(relay_parse(label, &r), "a label of 63 octets");
	label[63] = 'a';
	label[64] = '\0';
	ok(!relay_parse(label, &r), "a label of 64 octets");
	longest = xcalloc(5000, 1);
	for (i = 0; i < 4998; i++)
		longest[i] = i % 2 ? '.' : 'a';
	ok(!relay_parse(longest, &r), "a name of 5000 octets");
	longest[253] = '\0';
	ok(relay_parse(longest, &r), "a name of 253 octets");
	longest[253] = '.';
	longest[254] = 'a';
	longest[255] = '\0';
	ok(!relay_parse(longest, &r), "a name of 255 octets");
	free(longest);
	ok(relay_host_valid("2001:db8::1") && relay_host_valid("a.b") &&
	    relay_host_valid("192.0.2.1") && !relay_host_valid("[::1]") &&
	    !relay_host_valid("a b"), "what can be looked up");
}

/* What is no host and port. */
static void
kinds(void)
{
	static const struct {
		const char *value;
		enum relay_kind kind;
		const char *host, *path;
		bool lmtp, loopback;
		int port;
	} t[] = {
		{ "h", RELAY_HOST, "h", "", false, false, 0 },
		{ "lmtp://h", RELAY_HOST, "h", "", true, false, 0 },
		{ "LMTP://[::1]:24/", RELAY_HOST, "::1", "", true, true, 24 },
		{ "lmtp:/run/lmtp", RELAY_UNIX, "", "/run/lmtp", true, true,
		    0 },
		{ "unix:/run/a b", RELAY_UNIX, "", "/run/a b", false, true,
		    0 },
		{ "maildir:/srv/mail", RELAY_MAILDIR, "", "/srv/mail", false,
		    true, 0 },
		{ "srv:example.org", RELAY_SRV, "example.org", "", false,
		    false, 0 },
		{ "srv:b\xc3\xbc""cher.example", RELAY_SRV,
		    "xn--bcher-kva.example", "", false, false, 0 },
		{ "srv:25", RELAY_HOST, "srv", "", false, false, 25 },
	};
	char path[120];
	struct relay r;
	size_t i;

	for (i = 0; i < NITEMS(t); i++) {
		ok(relay_parse(t[i].value, &r) && r.kind == t[i].kind &&
		    r.lmtp == t[i].lmtp && r.loopback == t[i].loopback &&
		    r.port == t[i].port && !r.implicit, "kind %zu", i);
		is(r.host, t[i].host, "kind %zu: host", i);
		is(r.path, t[i].path, "kind %zu: path", i);
	}
	memset(path, 'a', sizeof(path));
	memcpy(path, "unix:/", 6);
	path[5 + 107] = '\0';
	ok(relay_parse(path, &r), "a socket of 107 octets");
	path[5 + 107] = 'a';
	path[5 + 108] = '\0';
	ok(!relay_parse(path, &r), "a socket of 108 octets");
	memcpy(path, "lmtp:/", 6);
	ok(!relay_parse(path, &r), "nor for LMTP");
}

static void
proxies(void)
{
	struct relay r;

	ok(relay_proxy("socks5://proxy.example", &r) && r.port == 1080,
	    "a proxy");
	is(r.host, "proxy.example", "its host");
	ok(relay_proxy("SOCKS5://[::1]:9050/", &r) && r.port == 9050,
	    "with a port");
	is(r.host, "::1", "and an address");
	ok(!relay_proxy("proxy.example", &r) &&
	    !relay_proxy("http://proxy.example", &r) &&
	    !relay_proxy("socks5://", &r) &&
	    !relay_proxy("socks5://u:p@h", &r), "what is no proxy");
	ok(relay_host_literal("192.0.2.1") && relay_host_literal("::1") &&
		!relay_host_literal("h") && !relay_host_literal("[::1]"),
	    "addresses");
}

/* A struct may be used again. */
static void
hosts(void)
{
	struct relay r = { .port = 25 };

	ok(relay_host("relay.example:587", &r) && r.port == 587, "its port");
	ok(relay_host("relay.example", &r) && r.port == 0,
	    "no port of another host");
}

int
main(void)
{
	relays();
	kinds();
	proxies();
	hosts();
	return done();
}
