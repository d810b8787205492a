# Installation: the program, the library (static and shared), its one header, mzigo.pc, manual pages.
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
SO_FILE := libmzigo.so.$(VERSION)

.PHONY: install uninstall man installed

define PC
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(INCLUDEDIR)

Name: mzigo
Description: Converts, checks, packs, verifies and unpacks open-weight AI models
Version: $(VERSION)
Requires.private: $(LIBS_PKG)
Libs: -L$${libdir} -lmzigo
Libs.private: -lpthread -lm
Cflags: -I$${includedir}
endef
export PC

man: $(B)/mzigo
	@mkdir -p $(B)/man
	@$(B)/mzigo --man > $(B)/man/mzigo.1
	@for c in $$($(B)/mzigo --commands); do $(B)/mzigo --man $$c > $(B)/man/mzigo-$$c.1; done

install: $(B)/mzigo $(B)/libmzigo.a $(B)/$(SO) $(B)/mzigo.h man
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) \
		$(DESTDIR)$(MANDIR)/man1
	install -m 755 $(B)/mzigo $(DESTDIR)$(BINDIR)/mzigo
	install -m 644 $(B)/libmzigo.a $(DESTDIR)$(LIBDIR)/libmzigo.a
	install -m 644 $(B)/$(SO) $(DESTDIR)$(LIBDIR)/$(SO_FILE)
	ln -sf $(SO_FILE) $(DESTDIR)$(LIBDIR)/$(SO)
	ln -sf $(SO) $(DESTDIR)$(LIBDIR)/libmzigo.so
	install -m 644 $(B)/mzigo.h $(DESTDIR)$(INCLUDEDIR)/mzigo.h
	install -m 644 $(B)/man/*.1 $(DESTDIR)$(MANDIR)/man1
	@echo "$$PC" > $(DESTDIR)$(LIBDIR)/pkgconfig/mzigo.pc

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/mzigo $(DESTDIR)$(LIBDIR)/libmzigo.a $(DESTDIR)$(LIBDIR)/$(SO_FILE) \
		$(DESTDIR)$(LIBDIR)/$(SO) $(DESTDIR)$(LIBDIR)/libmzigo.so $(DESTDIR)$(INCLUDEDIR)/mzigo.h \
		$(DESTDIR)$(LIBDIR)/pkgconfig/mzigo.pc
	rm -f $(DESTDIR)$(MANDIR)/man1/mzigo.1 $(DESTDIR)$(MANDIR)/man1/mzigo-*.1

# Installs into a folder of its own and builds a program against what lies there.
installed: all samples
	@MAKE='$(MAKE)' CC='$(CC)' B='$(B)' SAN='$(SAN)' tests/installed.sh
