# Makefile - see config.mk for what can be set, README for the targets

include config.mk

# Every room, folder by folder.  A room may include only rooms that stand
# before it here, so there are no cycles; tests/rooms holds us to it.
ROOMS = \
	base/util base/buf base/fault base/json base/base64 base/gnutls \
	base/crypt \
	mail/date mail/phrase mail/addr mail/header mail/envelope mail/policy \
	mail/fold mail/repair mail/mime mail/transfer mail/encode mail/rewrite \
	mail/message mail/attempt mail/aliases mail/alias mail/dsn \
	smtp/reply smtp/scram smtp/sasl smtp/helo smtp/caps smtp/dialogue \
	smtp/hello smtp/transact smtp/client smtp/argument smtp/answer \
	smtp/server smtp/provider smtp/advice smtp/refusal smtp/hint \
	config/relay config/pin config/check config/setting config/nearest \
	config/config config/conffile config/load config/account config/save \
	config/audit \
	system/log system/journal system/priv system/who system/sandbox \
	system/command system/secret system/aliasfile \
	net/resolve net/srv net/connect net/cert net/anchors net/trust net/tls \
	net/wire net/socks \
	spool/file spool/line spool/schedule spool/head spool/note spool/spool \
	spool/claim spool/intake spool/sweep \
	link session convert route reach capture progress courier record serve \
	keeper store caller expand submit claimed bounce outcome report \
	deliver queue runner mailq operator talk options sender send receive \
	verify survey checkup findings display look walk probe main

# These decide and do no I/O; tests/pure looks at what they call.
PURE = base/buf base/fault base/json base/base64 base/crypt config/account \
	findings $(filter mail/% smtp/%,$(ROOMS)) \
	spool/line spool/schedule spool/head spool/note

OBJ = $(patsubst %,src/%.o,$(filter-out main,$(ROOMS)))
UNIT = $(patsubst %.c,%,$(wildcard tests/unit/t_*.c))

ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DSPOOLDIR='"$(SPOOLDIR)"' -Isrc \
	$(WARN) $(HARDEN) $(DEP_CFLAGS) $(CFLAGS) -MMD -MP

ifeq ($(DLOPEN),no)
LDLIBS += $(GNUTLS_LIBS)
else
# The name that a program linked with GnuTLS knows it by.
SONAME = $(shell echo 'int main(void) { return 0; }' >src/soname.c && \
	$(CC) $(LDFLAGS) -o src/soname src/soname.c -Wl,--no-as-needed \
	$(GNUTLS_LIBS) && readelf -d src/soname | \
	sed -n 's/.*NEEDED.*\[\(libgnutls[^]]*\)\]/\1/p'; \
	rm -f src/soname src/soname.c)

src/system/sandbox.o: ALL_CFLAGS += \
	-DLIBDIR='"$(shell $(PKG_CONFIG) --variable=libdir gnutls)"'
src/base/gnutls.o: ALL_CFLAGS += -DDLOPEN -DGNUTLS_SONAME='"$(SONAME)"'
LDLIBS += -ldl
endif

all: heloise

heloise: src/main.o src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ src/main.o \
	    src/libheloise.a $(LDLIBS)

src/libheloise.a: $(OBJ)
	rm -f $@ && ar crs $@ $(OBJ)

%.o: %.c Makefile config.mk
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

tests/unit/t_%: tests/unit/t_%.o tests/unit/tap.o src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $< tests/unit/tap.o \
	    src/libheloise.a $(LDLIBS) -Wl,--as-needed $(GNUTLS_LIBS)

RELAY = $(patsubst %.c,%.o,$(wildcard tests/relay/*.c))

tests/relay/relay: $(RELAY) src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $(RELAY) \
	    src/libheloise.a $(LDLIBS) $(GNUTLS_LIBS)

NET = tests/net/responder tests/net/proxy

$(NET): %: %.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $<

BENCH = tests/bench/sink tests/bench/link tests/bench/meter tests/bench/bare

$(BENCH): %: %.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LDLIBS) \
	    -Wl,--as-needed $(GNUTLS_LIBS)

# Needs libgsasl; tests/interop/gsasl.bats makes it where that is.
tests/interop/gsasl: tests/interop/gsasl.o tests/relay/conn.o \
    src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) \
	    $(GNUTLS_LIBS) `$(PKG_CONFIG) --libs libgsasl`

tests/rss: tests/rss.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $<

FAULT = tests/fault/walk tests/fault/storm tests/fault/shim.so

tests/fault/walk tests/fault/storm: %: %.o tests/fault/judge.o \
    tests/fault/trial.o tests/fault/place.o tests/fault/post.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

tests/fault/shim.so: tests/fault/shim.c Makefile config.mk
	$(CC) $(ALL_CFLAGS) -fPIC -shared $(LDFLAGS) -o $@ $< $(LDLIBS)

deps:
	sh tests/deps

demo: heloise tests/relay/relay
	sh tests/demo

check: heloise tests/relay/relay $(NET) tests/rss $(UNIT)
	sh tests/check "$(ROOMS)" "$(patsubst %,src/%.o,$(PURE))" $(UNIT)

lint:
	sh tests/lint

bench: heloise $(BENCH)
	sh tests/bench/run

interop: heloise tests/relay/relay
	bats tests/interop

fault: heloise tests/relay/relay $(FAULT)
	sh tests/fault/run

fuzz:
	sh tests/fuzz/run

install: heloise
	mkdir -p $(DESTDIR)$(SBINDIR) $(DESTDIR)$(MANPREFIX)/man8 \
	    $(DESTDIR)$(MANPREFIX)/man5
	install -m 755 heloise $(DESTDIR)$(SBINDIR)/heloise
	install -m 644 man/heloise.8 $(DESTDIR)$(MANPREFIX)/man8/
	install -m 644 man/heloise.conf.5 $(DESTDIR)$(MANPREFIX)/man5/

# In place of another mailer: its names become links to heloise.
install-sendmail: install
	for name in sendmail mailq newaliases; do \
		ln -sf heloise $(DESTDIR)$(SBINDIR)/$$name || exit 1; \
	done

# For a host whose users share the system's spool and its password.
install-setuid: install
	id $(SPOOLUSER) >/dev/null 2>&1 || useradd --system --user-group \
	    --home-dir $(SPOOLDIR) --no-create-home \
	    --shell /usr/sbin/nologin $(SPOOLUSER) || \
	    adduser -S -D -H -h $(SPOOLDIR) -s /sbin/nologin $(SPOOLUSER)
	mkdir -p $(DESTDIR)$(SPOOLDIR)
	chown -R $(SPOOLUSER): $(DESTDIR)$(SPOOLDIR)
	chmod 700 $(DESTDIR)$(SPOOLDIR)
	chown $(SPOOLUSER): $(DESTDIR)$(SBINDIR)/heloise
	chmod 6755 $(DESTDIR)$(SBINDIR)/heloise

uninstall:
	for name in sendmail mailq newaliases; do \
		if [ "`readlink $(DESTDIR)$(SBINDIR)/$$name`" = heloise ]; \
		then rm -f $(DESTDIR)$(SBINDIR)/$$name; fi; \
	done
	rm -f $(DESTDIR)$(SBINDIR)/heloise \
	    $(DESTDIR)$(MANPREFIX)/man8/heloise.8 \
	    $(DESTDIR)$(MANPREFIX)/man5/heloise.conf.5

dist: clean
	mkdir heloise-$(VERSION)
	cp -R .clang-format .editorconfig COPYING Makefile README config.mk \
	    man src tests heloise-$(VERSION)
	tar -czf heloise-$(VERSION).tar.gz heloise-$(VERSION)
	rm -rf heloise-$(VERSION)

clean:
	rm -f heloise $(UNIT) $(NET) $(FAULT) $(BENCH) tests/relay/relay \
	    tests/interop/gsasl tests/rss heloise-*.tar.gz
	find src tests -name '*.[oda]' -exec rm -f {} +
	find tests/fuzz -type f -name 'f_*' ! -name '*.c' -exec rm -f {} +

.PHONY: all deps demo check lint interop fault fuzz bench install \
	install-sendmail install-setuid uninstall dist clean
.SECONDARY:
-include $(shell find src tests -name '*.d' 2>/dev/null)
