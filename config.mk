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

# Needed, whatever CFLAGS says.
DEP_CFLAGS = `$(PKG_CONFIG) --cflags gnutls libbsd-overlay`
LDLIBS = `$(PKG_CONFIG) --libs gnutls libbsd-overlay`

WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual \
	-Wwrite-strings -Wundef -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum

HARDEN = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
HARDEN_LD = -pie -Wl,-z,relro,-z,now
