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
LDLIBS = `$(PKG_CONFIG) --libs libbsd-overlay`

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum

HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD = -pie -Wl,-z,relro,-z,now
