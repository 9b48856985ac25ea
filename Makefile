# Makefile - see config.mk for what can be set, README for the targets

include config.mk

# With a slash at the end they name no last part.
$(foreach v,PREFIX SBINDIR BINDIR LIBDIR LIBEXECDIR DATADIR UNITDIR MANPREFIX \
	SYSCONFDIR SPOOLDIR,$(eval override $v := $(patsubst %/,%,$($v))))

# The folders of src, lowest first, each with those that its rooms may
# include besides its own; tests/rooms checks it.  A room is x.c and
# x.h; no room includes another that includes it.
FOLDERS = base mail smtp hint system net config oauth cli spool alias \
	report agent queue submit probe admin setup
MAY_base =
MAY_mail = base
MAY_smtp = base mail
MAY_hint = base smtp
MAY_system = base mail
MAY_net = base
MAY_config = base mail smtp hint system net
MAY_oauth = base smtp system net config
MAY_cli = base mail system config
MAY_spool = base mail
MAY_alias = base mail system
MAY_report = base mail smtp hint system net config spool
MAY_agent = base mail smtp hint system net config oauth report
MAY_queue = base mail smtp system config oauth spool report agent cli
MAY_submit = base mail smtp system config oauth cli spool alias report \
	agent queue
MAY_probe = base smtp hint system net config oauth cli agent submit
MAY_admin = base mail system config oauth cli spool alias report agent \
	queue submit probe
MAY_setup = base mail smtp hint system net config oauth cli submit probe admin

# These decide and do no I/O; tests/pure looks at what they call.
PURE = $(patsubst src/%.c,%,$(wildcard src/mail/*.c src/smtp/*.c \
	src/hint/*.c)) base/buf base/fault base/json base/base64 base/crypt \
	config/account config/rate spool/line spool/head spool/note report/logline \
	alias/table alias/lookup queue/backoff probe/step

# What OAuth needs, and what stands in for it where it is left out.
OAUTH_ROOMS = $(filter-out src/oauth/absent.c,$(wildcard src/oauth/*.c)) \
	src/base/curl.c src/base/jansson.c
OAUTH_UNIT = $(wildcard tests/unit/t_oauth_*.c) tests/unit/t_base_jansson.c
LEFT_OUT = $(if $(filter no,$(OAUTH)),$(OAUTH_ROOMS) $(OAUTH_UNIT),\
	src/oauth/absent.c)

OBJ = $(patsubst %.c,%.o,$(sort $(filter-out $(LEFT_OUT),\
	$(wildcard src/*/*.c))))
UNIT = $(patsubst %.c,%,$(filter-out $(LEFT_OUT),\
	$(wildcard tests/unit/t_*.c)))

# Times and file sizes have 64 bits also where the C library has others, and
# nothing that is built depends on the directory.
ALL_CFLAGS = -pipe -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-D_TIME_BITS=64 "-ffile-prefix-map=$(CURDIR)=." \
	-DVERSION='"$(VERSION)"' -DSYSCONFDIR='"$(SYSCONFDIR)"' \
	-DSPOOLDIR='"$(SPOOLDIR)"' -Isrc \
	$(WARN) $(HARDEN) $(DEP_CFLAGS) \
	$(if $(filter no,$(OAUTH)),,$(OAUTH_CFLAGS)) $(CFLAGS) -MMD -MP

LIBS = $(GNUTLS_LIBS) $(if $(filter no,$(OAUTH)),,$(OAUTH_LIBS))

ifeq ($(DLOPEN),no)
LDLIBS += $(LIBS)
else
# The name that a program linked with a library knows it by.
SONAME = $(or $(shell echo 'int main(void) { return 0; }' >src/soname.c && \
	$(CC) $(LDFLAGS) -o src/soname src/soname.c -Wl,--no-as-needed \
	$(LIBS) && $(READELF) -d src/soname | \
	sed -n 's/.*NEEDED.*\[\($(1)[^]]*\)\]/\1/p'; \
	rm -f src/soname src/soname.c),$(error $(CC) and $(READELF) find no \
	$(1) for the host that this is built for: install its development \
	files, set CC, PKG_CONFIG and READELF, or use DLOPEN=no or OAUTH=no))

src/system/sandbox.o: ALL_CFLAGS += \
	-DLIBDIR='"$(shell $(PKG_CONFIG) --variable=libdir gnutls)"'
src/base/gnutls.o: ALL_CFLAGS += -DDLOPEN \
	-DGNUTLS_SONAME='"$(call SONAME,libgnutls)"'
src/base/curl.o: ALL_CFLAGS += -DDLOPEN \
	-DCURL_SONAME='"$(call SONAME,libcurl)"'
src/base/jansson.o: ALL_CFLAGS += -DDLOPEN \
	-DJANSSON_SONAME='"$(call SONAME,libjansson)"'
LDLIBS += -ldl
endif

all: heloise

heloise: src/main.o src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ src/main.o \
	    src/libheloise.a $(LDLIBS)

src/libheloise.a: $(OBJ)
	rm -f $@ && $(AR) crs $@ $(OBJ)

%.o: %.c Makefile config.mk
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

tests/unit/t_%: tests/unit/t_%.o tests/unit/tap.o src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $< tests/unit/tap.o \
	    src/libheloise.a $(LDLIBS) -Wl,--as-needed $(GNUTLS_LIBS)

RELAY = $(patsubst %.c,%.o,$(wildcard tests/relay/*.c))

tests/relay/relay: $(RELAY) src/libheloise.a
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $(RELAY) \
	    src/libheloise.a $(LDLIBS) $(GNUTLS_LIBS)

NET = tests/net/responder tests/net/proxy tests/net/https

$(NET): %: %.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $< -Wl,--as-needed \
	    $(GNUTLS_LIBS)

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

TOOLS = tests/rss tests/orphans tests/confine

$(TOOLS): %: %.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LDLIBS)

FAULT = tests/fault/walk tests/fault/storm tests/fault/shim.so \
    tests/fault/attack.so

tests/fault/walk tests/fault/storm: %: %.o tests/fault/judge.o \
    tests/fault/trial.o tests/fault/place.o tests/fault/post.o
	$(CC) $(HARDEN_LD) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

tests/fault/shim.so: tests/fault/shim.c Makefile config.mk
	$(CC) $(ALL_CFLAGS) -fPIC -shared $(LDFLAGS) -o $@ $< $(LDLIBS)

tests/fault/attack.so: tests/fault/attack.c tests/fault/attempts.c \
    tests/fault/attack.h Makefile config.mk
	$(CC) $(ALL_CFLAGS) -fPIC -shared $(LDFLAGS) -o $@ \
	    $(filter %.c,$^) $(LDLIBS)

deps:
	sh tests/deps

demo: heloise tests/relay/relay
	sh tests/demo

# What tests/rooms reads: a line for each folder.
folders:
	@$(foreach f,$(FOLDERS),echo '$(f): $(MAY_$(f))';)

# All that check runs; several at a time with -j.
tests: heloise tests/relay/relay $(NET) $(TOOLS) $(UNIT)

check: tests
	sh tests/check "$(PURE:%=src/%.o)" $(UNIT)

lint:
	sh tests/lint

# Other processors, emulated; five minutes.
PLATFORMS = i386 arm64 armhf s390x

cross:
	bash tests/platforms $(PLATFORMS)

# All tests in other releases of Debian.
RELEASES = trixie bookworm/i386

releases:
	bash tests/release $(RELEASES)

bench: heloise $(BENCH)
	sh tests/bench/run

interop: heloise tests/relay/relay
	sh tests/interop/run

fault: heloise tests/relay/relay tests/net/https $(FAULT)
	sh tests/fault/run

fuzz:
	sh tests/fuzz/run $(TIME)

# DESTDIR may have blanks.  All users may enter the directories.
D = "$(DESTDIR)"
MKDIR = umask 022; mkdir -p

# Relative where they are neighbours.
FROM_BINDIR = $(if $(filter $(dir $(BINDIR)),$(dir $(SBINDIR))),\
	../$(notdir $(SBINDIR)),$(SBINDIR))

# Where all users share an installation, another version keeps that.
STAYS_SHARED = if [ -z $D ] && [ "`id -u`" -eq 0 ] && \
	[ -e $(LIBEXECDIR)/heloise/share ]; then \
		chgrp $(SPOOLGROUP) $(SBINDIR)/heloise && \
		chmod 2755 $(SBINDIR)/heloise; fi

# Users have BINDIR in their PATH, so the program has a name there, too.
install: heloise
	$(MKDIR) $D$(SBINDIR) $D$(MANPREFIX)/man8 $D$(MANPREFIX)/man7 \
	    $D$(MANPREFIX)/man5
	install -m 755 heloise $D$(SBINDIR)/heloise
	$(STAYS_SHARED)
	install -m 644 man/heloise.8 $D$(MANPREFIX)/man8/
	install -m 644 man/heloise-recipes.7 $D$(MANPREFIX)/man7/
	install -m 644 man/heloise.conf.5 $D$(MANPREFIX)/man5/
	$(MKDIR) $D$(BINDIR)
	cmp -s heloise $D$(BINDIR)/heloise || \
	    ln -sf $(FROM_BINDIR)/heloise $D$(BINDIR)/heloise
	if [ -z $D ] && [ "`id -u`" -eq 0 ]; then \
		install -d -m 1777 $(SPOOLDIR)-users; fi

# In place of another mailer: its names become links to heloise.
install-sendmail: install install-names

# The links are relative: the directories are neighbours.
LINKS = $(SBINDIR)/sendmail $(LIBDIR)/sendmail $(BINDIR)/mailq \
	$(BINDIR)/newaliases

install-names:
	for name in $(LINKS); do \
		$(MKDIR) $D`dirname $$name` || exit 1; \
		to=../$(notdir $(SBINDIR))/heloise && \
		[ $$name != $(SBINDIR)/sendmail ] || to=heloise; \
		ln -sf $$to $D$$name || exit 1; \
	done
	$(MKDIR) $D$(MANPREFIX)/man8 $D$(MANPREFIX)/man1
	install -m 644 man/sendmail.8 $D$(MANPREFIX)/man8/
	install -m 644 man/mailq.1 man/newaliases.1 $D$(MANPREFIX)/man1/

# What a distribution has besides: src/package/README.  A configuration that
# is there is left alone.
PACKAGED = sed -e 's|/usr/sbin/heloise|$(SBINDIR)/heloise|g' \
	-e 's|/var/spool/heloise|$(SPOOLDIR)|g' \
	-e 's|/etc/heloise|$(SYSCONFDIR)/heloise|g'

# The files of cron and logcheck, and whether they are those installed here: an
# administrator may have written others.
CRON = $D$(SYSCONFDIR)/cron.d/heloise
CRON_IS_INSTALLED = $(PACKAGED) src/package/cron | cmp -s - $(CRON)
LOGCHECK = $D$(SYSCONFDIR)/logcheck/ignore.d.server/heloise
LOGCHECK_IS_INSTALLED = cmp -s src/package/logcheck $(LOGCHECK)

# A package's script gives the file to the group.
GIVE_GROUP = if [ -z $D ] && [ "`id -u`" -eq 0 ] && \
	getent group $(SPOOLGROUP) >/dev/null; then \
		chgrp $(SPOOLGROUP) $(SYSCONFDIR)/heloise.conf; fi

install-system: heloise
	$(MKDIR) $D$(SYSCONFDIR)/logcheck/ignore.d.server \
	    $D$(SYSCONFDIR)/cron.d $D$(UNITDIR)
	[ -e $D$(SYSCONFDIR)/heloise.conf ] || { install -m 640 \
	    src/package/heloise.conf $D$(SYSCONFDIR)/heloise.conf && \
	    $(GIVE_GROUP); }
	if [ ! -e $(LOGCHECK) ] || $(LOGCHECK_IS_INSTALLED); then \
		install -m 644 src/package/logcheck $(LOGCHECK); \
	else echo "$(LOGCHECK) is there already: kept"; fi
	for unit in heloise-queue.service heloise-queue.timer; do \
		$(PACKAGED) src/package/systemd/$$unit \
		    >$D$(UNITDIR)/$$unit || exit 1; \
	done
	if [ ! -e $(CRON) ] || $(CRON_IS_INSTALLED); then \
		$(PACKAGED) src/package/cron >$(CRON) && \
		    chmod 644 $(CRON); \
	else echo "$(SYSCONFDIR)/cron.d/heloise is there already: kept"; fi
	cd $D$(UNITDIR) && chmod 644 heloise-queue.*
	for shell in $(COMPLETIONS); do \
		to=$D$${shell#*:} && \
		$(MKDIR) "`dirname "$$to"`" && \
		$(RUN) ./heloise --completion $${shell%%:*} >"$$to" && \
		chmod 644 "$$to" || exit 1; \
	done

# Shell, and where it looks.
COMPLETIONS = bash:$(DATADIR)/bash-completion/completions/heloise \
	zsh:$(ZSHDIR)/_heloise fish:$(FISHDIR)/heloise.fish

# For a host whose users share the system's spool and its password: the
# program is set-group-ID.  What needs root is done now, or by the script of a
# package when the files are there.
# Without a shared spool, tmpfiles.d would make one at boot, out of root's own.
install-shared: install
	$(MKDIR) $D$(LIBDIR)/sysusers.d $D$(LIBDIR)/tmpfiles.d \
	    $D$(LIBEXECDIR)/heloise
	for name in sysusers tmpfiles; do \
		$(PACKAGED) src/package/$$name.conf \
		    >$D$(LIBDIR)/$$name.d/heloise.conf && \
		    chmod 644 $D$(LIBDIR)/$$name.d/heloise.conf || exit 1; \
	done
	$(PACKAGED) -e 's|^group=.*|group=$(SPOOLGROUP)|' src/package/share \
	    >$D$(LIBEXECDIR)/heloise/share
	chmod 755 $D$(LIBEXECDIR)/heloise/share
	@if [ -z "$(DESTDIR)" ] && [ "`id -u`" -eq 0 ]; then \
		sh $(LIBEXECDIR)/heloise/share; \
	else \
		echo "as root, once the files are on the host:" \
		    "$(LIBEXECDIR)/heloise/share"; \
	fi

# There if systemd runs.
SYSTEMD = /run/systemd/system

uninstall:
	@[ -n $D ] || [ ! -d $(SYSTEMD) ] || \
	    [ ! -e $(UNITDIR)/heloise-queue.timer ] || \
	    echo "to stop it: systemctl disable --now heloise-queue.timer"
	for name in $(LINKS) $(BINDIR)/heloise; do \
		case "`readlink $D$$name`" in \
		heloise | */heloise) rm -f $D$$name ;; \
		esac; \
	done
	for page in man8/sendmail.8 man1/mailq.1 man1/newaliases.1; do \
		if grep -qs 'Xr heloise 8' $D$(MANPREFIX)/$$page; \
		then rm -f $D$(MANPREFIX)/$$page; fi; \
	done
	for shell in $(COMPLETIONS); do \
		rm -f $D$${shell#*:} || exit 1; \
	done
	rm -f $D$(SBINDIR)/heloise $D$(MANPREFIX)/man8/heloise.8 \
	    $D$(MANPREFIX)/man7/heloise-recipes.7 \
	    $D$(MANPREFIX)/man5/heloise.conf.5 \
	    $D$(UNITDIR)/heloise-queue.service \
	    $D$(UNITDIR)/heloise-queue.timer \
	    $D$(LIBDIR)/sysusers.d/heloise.conf \
	    $D$(LIBDIR)/tmpfiles.d/heloise.conf \
	    $D$(LIBEXECDIR)/heloise/share
	[ ! -d $D$(LIBEXECDIR)/heloise ] || rmdir $D$(LIBEXECDIR)/heloise || :
	! $(CRON_IS_INSTALLED) || rm -f $(CRON)
	! $(LOGCHECK_IS_INSTALLED) || rm -f $(LOGCHECK)
	[ ! -d $D$(SPOOLDIR)-users ] || rmdir $D$(SPOOLDIR)-users || :
	@for left in $(SYSCONFDIR)/heloise.conf $(SYSCONFDIR)/cron.d/heloise \
	    $(SPOOLDIR) $(SPOOLDIR)-users $(SPOOLDIR)-tokens; do \
		[ ! -e $D$$left ] || echo "$$left is left"; \
	done
	@[ -n $D ] || ! getent group $(SPOOLGROUP) >/dev/null || \
	    echo "the group $(SPOOLGROUP) is left"

# The same archive from the same sources: in order, without the times, owners
# and modes of this host.
CHANGED = $(shell sed -n 's/^ -- .*>  //p' src/package/debian/changelog | \
	head -n 1)

dist: clean
	mkdir heloise-$(VERSION)
	cp -R .ci .clang-format .editorconfig .gitignore COPYING Makefile \
	    README config.mk man src tests heloise-$(VERSION)
	rm -rf heloise-$(VERSION)/tests/tmp
	find heloise-$(VERSION) \( -name '.*.sw?' -o -name '*~' -o \
	    -name '*.orig' -o -name '*.rej' \) -exec rm -f {} +
	tar -cf - --format=ustar --sort=name --owner=0 --group=0 \
	    --numeric-owner --mode=u=rwX,go=rX --mtime='$(CHANGED)' \
	    heloise-$(VERSION) | gzip -n9 >heloise-$(VERSION).tar.gz
	rm -rf heloise-$(VERSION)

# Packages for the Debian that this is built on.
deb:
	sh src/package/deb

clean:
	rm -f heloise $(UNIT) $(NET) $(FAULT) $(BENCH) tests/relay/relay \
	    tests/interop/gsasl $(TOOLS) heloise-*.tar.gz \
	    heloise*_*.deb
	rm -rf tests/tmp/fuzz
	find src tests -name '*.[oda]' -exec rm -f {} +

print-PURE:
	@echo $(PURE:%=src/%.o)

.PHONY: all deps demo folders tests check lint cross releases interop fault \
	fuzz bench install install-names install-system deb \
	install-sendmail install-shared uninstall dist clean print-PURE
.SECONDARY:
-include $(shell find src tests -name '*.d' 2>/dev/null)
