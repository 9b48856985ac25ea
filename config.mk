# config.mk - what an installer may want to change

VERSION = 0.1

PREFIX = /usr/local
SBINDIR = $(PREFIX)/sbin
MANPREFIX = $(PREFIX)/share/man
SYSCONFDIR = /etc
SPOOLDIR = /var/spool/heloise

# Who owns the spool and runs heloise after "make install-setuid".
SPOOLUSER = heloise

CC = cc
CFLAGS = -O2 -g
LDFLAGS =
PKG_CONFIG = pkg-config

# GnuTLS is loaded by dlopen(3) when TLS is needed; a note in the program
# (.note.dlopen) names it to packagers.  DLOPEN=no links it as usual.
DLOPEN = yes

# Needed, whatever CFLAGS says.
DEP_CFLAGS = `$(PKG_CONFIG) --cflags gnutls libbsd-overlay`
GNUTLS_LIBS = `$(PKG_CONFIG) --libs gnutls`
LDLIBS = $(BSD_LIBS)

# libbsd is linked in where its archive is there: seven small functions are
# not worth two libraries at each start.  BSD_LIBS=-lbsd links it as usual.
BSD_LIBS = $(if $(and $(call archive,bsd),$(call archive,md)),\
	-l:libbsd.a -l:libmd.a,`$(PKG_CONFIG) --libs libbsd-overlay`)
archive = $(findstring /,$(shell $(CC) -print-file-name=lib$(1).a))

# A function behind a pointer need not use all that it is given.
WARN = -Wall -Wextra -Wno-unused-parameter -Wpedantic -Wshadow \
	-Wconversion -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 \
	-Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum

HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD = -pie -Wl,-z,relro,-z,now
