# Makefile - see config.mk for what can be set, README for the targets

include config.mk

# The folders of src, lowest first, each with those that its rooms may
# include besides its own; tests/rooms checks it.  A room is x.c and
# x.h; no room includes another that includes it.
FOLDERS = base mail smtp hint system net config cli spool alias report \
	agent queue submit probe admin
MAY_base =
MAY_mail = base
MAY_smtp = base mail
MAY_hint = base smtp
MAY_system = base mail
MAY_net = base
MAY_config = base mail smtp hint system net
MAY_cli = base mail system config
MAY_spool = base mail
MAY_alias = base mail system
MAY_report = base mail smtp hint system net config spool
MAY_agent = base mail smtp hint system net config report
MAY_queue = base mail smtp system config spool report agent cli
MAY_submit = base mail smtp system config cli spool alias report agent \
	queue
MAY_probe = base smtp hint system net config cli agent submit
MAY_admin = base mail system config cli spool alias report agent queue \
	submit

# These decide and do no I/O; tests/pure looks at what they call.
PURE = $(patsubst src/%.c,%,$(wildcard src/mail/*.c src/smtp/*.c \
	src/hint/*.c)) base/buf base/fault base/json base/base64 base/crypt \
	config/account config/rate spool/line spool/head spool/note report/logline \
	alias/table alias/lookup queue/backoff probe/step

OBJ = $(patsubst %.c,%.o,$(sort $(wildcard src/*/*.c)))
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

BENCH = tests/bench/sink tests/bench/link tests/bench/meter tests/bench/bare \
    tests/bench/burst

$(BENCH): %: %.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LDLIBS) \
	    -Wl,--as-needed $(GNUTLS_LIBS)

# Needs libgsasl; tests/interop/gsasl.bats makes it where that is.
tests/interop/gsasl: tests/interop/gsasl.o tests/relay/conn.o \
    src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS) \
	    $(GNUTLS_LIBS) `$(PKG_CONFIG) --libs libgsasl`

TOOLS = tests/rss tests/orphans

$(TOOLS): %: %.o
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

# What tests/rooms reads: a line for each folder.
folders:
	@$(foreach f,$(FOLDERS),echo '$(f): $(MAY_$(f))';)

check: heloise tests/relay/relay $(NET) $(TOOLS) $(UNIT)
	sh tests/check "$(PURE:%=src/%.o)" $(UNIT)

lint:
	sh tests/lint

bench: heloise $(BENCH)
	sh tests/bench/run

interop: heloise tests/relay/relay
	bats tests/interop

fault: heloise tests/relay/relay $(FAULT)
	sh tests/fault/run

fuzz:
	sh tests/fuzz/run $(TIME)

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
	mkdir -p $(DESTDIR)$(MANPREFIX)/man1
	install -m 644 man/sendmail.8 $(DESTDIR)$(MANPREFIX)/man8/
	install -m 644 man/mailq.1 man/newaliases.1 \
	    $(DESTDIR)$(MANPREFIX)/man1/

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
	for page in man8/sendmail.8 man1/mailq.1 man1/newaliases.1; do \
		if grep -qs 'Xr heloise 8' $(DESTDIR)$(MANPREFIX)/$$page; \
		then rm -f $(DESTDIR)$(MANPREFIX)/$$page; fi; \
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
	    tests/interop/gsasl $(TOOLS) heloise-*.tar.gz
	find src tests -name '*.[oda]' -exec rm -f {} +
	find tests/fuzz -type f -name 'f_*' ! -name '*.c' -exec rm -f {} +

print-PURE:
	@echo $(PURE:%=src/%.o)

.PHONY: all deps demo folders check lint interop fault fuzz bench install \
	install-sendmail install-setuid uninstall dist clean print-PURE
.SECONDARY:
-include $(shell find src tests -name '*.d' 2>/dev/null)
