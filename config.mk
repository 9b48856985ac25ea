# config.mk - what an installer may want to change

VERSION = 0.1

PREFIX = /usr/local
SBINDIR = $(PREFIX)/sbin
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
LIBEXECDIR = $(PREFIX)/libexec
DATADIR = $(PREFIX)/share
UNITDIR = $(LIBDIR)/systemd/system
MANPREFIX = $(PREFIX)/share/man
SYSCONFDIR = /etc

# Where zsh and fish look for completions: fish not below /usr/local, and zsh
# there in another directory.
IN_USR = $(filter /usr,$(PREFIX))
ZSHDIR = $(DATADIR)/zsh/$(if $(IN_USR),vendor-completions,site-functions)
FISHDIR = $(if $(IN_USR),$(DATADIR)/fish/vendor_completions.d,$\
	$(SYSCONFDIR)/fish/completions)

SPOOLDIR = /var/spool/heloise

# The group of program, spool and password after "make install-shared".
SPOOLGROUP = heloise

CC = cc
AR = ar
READELF = readelf

# What runs a program of the host that this is built for, such as an emulator.
RUN =
CFLAGS = -O2 -g
LDFLAGS =
PKG_CONFIG = pkg-config

# GnuTLS is loaded by dlopen(3) when TLS is needed; a note in the program
# (.note.dlopen) names it to packagers.  DLOPEN=no links it as usual.
DLOPEN = yes

# OAUTH=no leaves OAuth 2.0 out, and with it libcurl and jansson.  Otherwise
# they are loaded as GnuTLS is, and only by an account that uses OAuth.
OAUTH = yes

# Needed, whatever CFLAGS says.  pkg-config is asked once, and only if needed.
DEP_CFLAGS = $(call cflags,DEP_CFLAGS,gnutls libbsd-overlay)
GNUTLS_LIBS = `$(PKG_CONFIG) --libs gnutls`
OAUTH_CFLAGS = $(call cflags,OAUTH_CFLAGS,libcurl jansson)
OAUTH_LIBS = `$(PKG_CONFIG) --libs libcurl jansson`
LDLIBS = $(BSD_LIBS)
cflags = $(eval $(1) := $(shell $(PKG_CONFIG) --cflags $(2))$(if \
	$(filter-out 0,$(.SHELLSTATUS)),$(error $(PKG_CONFIG) does not find \
	$(2): run "make deps", or install their development files, or set \
	PKG_CONFIG)))$($(1))

# libbsd is linked in where its archive is there: seven small functions are
# not worth two libraries at each start.  BSD_LIBS=-lbsd links it as usual.
BSD_LIBS = $(if $(and $(call archive,bsd),$(call archive,md)),\
	-l:libbsd.a -l:libmd.a,`$(PKG_CONFIG) --libs libbsd-overlay`)
archive = $(findstring /,$(shell $(CC) -print-file-name=lib$(1).a))

# A function behind a pointer need not use all that it is given.
WARN = -Wall -Wextra -Wno-unused-parameter -Wpedantic -Wshadow \
	-Wconversion -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Wdate-time

takes = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null \
	2>/dev/null && echo $(1))

# Flags that not all compilers have; _FORTIFY_SOURCE=3 counts as 2 in those
# that do not know it.
HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fPIE $(HARDEN_MORE)
HARDEN_MORE = $(eval HARDEN_MORE := $(foreach flag,$(HARDEN_ANY),\
	$(call takes,$(flag))))$(HARDEN_MORE)
HARDEN_ANY = -fstack-clash-protection -fcf-protection \
	-mbranch-protection=standard -fzero-call-used-regs=used-gpr
HARDEN_LD = -pie -Wl,-z,relro,-z,now,-z,noexecstack
