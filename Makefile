# Makefile of MAKI. Its help text:
#: make [GOAL] [VARIABLE=VALUE...]
#:   all          build/bin/maki and the links to it (the default goal)
#:   demo test    install missing packages, build, run scripts/demo or tests/run
#:   live         likewise: tests/live, against servers and clients of others (npm, Debian)
#:   eval         likewise: run tests/eval/run
#:   check-asan   the tests against a build with address and undefined sanitizers
#:   check-valgrind  the tests under valgrind, or with UNITS_ONLY=1 the unit tests
#:   fuzz         build/fuzz/bin/*, one libFuzzer program for each tests/fuzz/*.c
#:   check-fuzz   runs each of them for FUZZ_SECONDS (default 5)
#:   check-shared the tests against a build with the distribution's own libraries
#:   check-sigv4  the signer against the golden files of GOLDEN=DIR (default tests/golden)
#:   tools        build/MODE/test-tools/*: servers that tests need
#:   units        build/MODE/test/*, one program for each tests/unit/*.c
#:   lint         all checks of scripts/lint
#:   install uninstall   below DESTDIR and PREFIX (/usr/local)
#:   clean distclean     remove what was built; distclean also the libraries
#: MODE=release|debug|asan|fuzz   LINK=auto|static|shared   WERROR=1   V=1
#: CC, CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS come after the project's own flags.
#: MAKI_SOURCES, MAKI_DEPS: see scripts/build-deps.
VERSION ?= 0.1.0
MODE    ?= release
LINK    ?= auto
PREFIX  ?= /usr/local
ROOT    := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

ifneq ($(ROOT),$(CURDIR))
# `make -f .../Makefile` from another folder: start over in ours.
$(or $(MAKECMDGOALS),all): elsewhere ; @:
elsewhere: ; @$(MAKE) --no-print-directory -C '$(ROOT)' $(MAKECMDGOALS)
.PHONY: elsewhere $(MAKECMDGOALS)
else

ifeq ($(filter $(MODE),release debug asan fuzz),)
$(error MODE is release, debug, asan or fuzz, not "$(MODE)")
endif
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:

# What there is to build. PROGS are the names that lead to the one binary.
B      := build/$(MODE)
BIN    := $(if $(filter release,$(MODE)),build/bin,$B/bin)
PROGS  := $(patsubst cmd/%/,%,$(sort $(wildcard cmd/maki-*/)))
LIBOBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard lib/*/*.c))) $B/gen/embedded.o
CMDOBJ := $(patsubst %.c,$B/%.o,$(sort $(wildcard cmd/*/*.c)))
UNITS  := $(patsubst tests/unit/%.c,$B/test/%,$(sort $(wildcard tests/unit/*.c)))
FUZZES := $(patsubst tests/fuzz/%.c,$B/bin/%,$(sort $(wildcard tests/fuzz/*.c)))
STANDIN := $B/test-tools/maki-standin
MANS   := $(sort $(wildcard cmd/*/*.1 scripts/*.1))

# The libraries: scripts/build-deps builds or finds them and writes LINKED
# (static or shared), DEPS_CPPFLAGS and DEPS_LIBS to a fragment. It is asked at
# every run (it is quick), except for goals that compile nothing in this make.
OUTER  := demo test live check-sigv4 lint check-asan check-valgrind check-fuzz check-shared fuzz eval clean distclean help uninstall
ifneq ($(filter-out $(OUTER),$(or $(MAKECMDGOALS),all)),)
include build/deps-$(LINK).mk
endif
build/deps-%.mk: FORCE
	@scripts/build-deps --link $* --mk $@

# Flags. The user's stand after ours, so theirs win.
ifeq ($(MODE),fuzz)
CC     := clang
endif
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef \
	-Wvla -Wconversion -Wno-sign-conversion -Wimplicit-fallthrough -Wnull-dereference \
	$(if $(filter 1,$(WERROR)),-Werror)
SAN    := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# _FORTIFY_SOURCE complains where a user's -O0 takes the optimization away.
FORT   := -U_FORTIFY_SOURCE $(if $(filter -O0,$(CFLAGS)),,-D_FORTIFY_SOURCE=2)
STATIC := $(and $(filter static,$(LINKED)),$(filter release,$(MODE)))
cflags.release := -O2 -g -fstack-protector-strong $(FORT)
cflags.debug   := -O1 -g -fno-omit-frame-pointer
cflags.asan    := -O1 -g $(SAN)
cflags.fuzz    := -O1 -g $(SAN) -fsanitize=fuzzer-no-link
# libjq before 1.7 keeps no number's digits.
DIGITS := $(if $(filter shared,$(LINKED)),$(if $(shell echo '\#include <jv.h>' | $(CC) -E -xc - | \
	grep jv_number_has_literal),,-DMAKI_JV_LITERALS=0))
ALL_CPPFLAGS    = -D_GNU_SOURCE -DMAKI_VERSION='"$(VERSION)"' -Ilib $(DIGITS) $(DEPS_CPPFLAGS) $(CPPFLAGS)
ALL_CFLAGS      = -std=c11 $(WARN) -fPIE -ffile-prefix-map=$(ROOT)=. $(cflags.$(MODE)) $(CFLAGS)
ALL_LDFLAGS     = $(if $(STATIC),-static-pie,-pie) -Wl,-z,relro -Wl,-z,now $(LDFLAGS)
COMPILE         = $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
LINKIT          = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o %.a,$^) $(DEPS_LIBS) $(LDLIBS)
Q      := $(if $(filter 1,$(V)),,@)

all: $(BIN)/maki $(PROGS:%=$(BIN)/%)
units: $(UNITS) # without those whose source is gone
	@rm -f $(filter-out $(UNITS),$(wildcard $B/test/*))
fuzzers: $(FUZZES)
$(PROGS:%=$(BIN)/%): $(BIN)/maki
	@ln -sf maki $@

# The linker warns of glibc functions that load glibc's own shared files at run
# time (name lookups): known, so not shown.
define link
	@echo '  LINK $@'; mkdir -p $(@D)
	$(Q)$(LINKIT) $1 2>$@.log || { grep -v 'statically linked applications' $@.log >&2; rm -f $@.log; exit 1; }
	@grep -vE 'statically linked applications|: in function' $@.log >&2; rm -f $@.log
endef
$(BIN)/maki: $(CMDOBJ) $(LIBOBJ) $B/flags $B/objects
	$(link)
ifneq ($(STATIC),)
	@# It must be what it says: name no loader, need no library.
	@readelf -ldW $@ >$@.log && ! grep -E 'INTERP|NEEDED' $@.log || { rm -f $@ $@.log; \
	echo >&2 'make: $@ is not linked statically (see above): removed'; exit 1; }; rm $@.log
else ifeq ($(LINKED),shared)
	@echo '  $@ needs' $$(readelf -dW $@ | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
endif
# The small programs take what they need of lib from an archive.
$B/test/%: $B/tests/unit/%.o $B/libmaki.a $B/flags
	$(link)
tools: $(STANDIN)
$(STANDIN): $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/standin/*.c))) $B/libmaki.a $B/flags
	$(link)
build/fuzz/bin/%: build/fuzz/tests/fuzz/%.o $B/libmaki.a $B/flags
	$(call link,-fsanitize=fuzzer)
$B/libmaki.a: $(LIBOBJ) $B/objects
	@rm -f $@; $(AR) rcs $@ $(LIBOBJ)
$B/%.o: %.c $B/flags
	@echo '  CC   $@'; mkdir -p $(@D)
	$(Q)$(COMPILE)
$B/gen/embedded.o: $B/gen/embedded.c $B/flags
	@echo '  CC   $@'; mkdir -p $(@D)
	$(Q)$(COMPILE)
# These run always and touch their file only when its text changes: then what
# depends on a flag, the list of sources or any file of share/ is made anew.
$B/gen/embedded.c: FORCE
	@scripts/embed share $@
$B/flags: text = $(COMPILE) $(LINKIT)
$B/objects: text = $(CMDOBJ) $(LIBOBJ)
$B/flags $B/objects: FORCE
	@mkdir -p $(@D); printf '%s\n' '$(subst ','\'',$(text))' >$@.$$$$; \
	if cmp -s $@.$$$$ $@; then rm -f $@.$$$$; else mv -f $@.$$$$ $@; fi

# These goals install what they need, then build in a make of their own. The
# tests find the programs and the unit tests by MAKI_BIN and MAKI_UNIT.
need = @scripts/install-deps build $(if $(filter shared,$(LINK)),shared) $1
SUB  = MAKI_INSTALL=1 $(MAKE) --no-print-directory \
	$(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))
demo: script := scripts/demo
eval: script := tests/eval/run
test: script := tests/run
live: script := tests/run tests/live/*.bats
demo eval test live:
	$(call need,test $(filter live,$@))
	@$(if $(filter live,$@),tests/live/setup,:)
	@+$(SUB) all $(if $(filter test live,$@),units tools)
	@MAKI_BIN='$(ROOT)/$(BIN)' MAKI_UNIT='$(ROOT)/$B/test' MAKI_TOOLS='$(ROOT)/$B/test-tools' $(script)
check-asan:
	@+$(MAKE) --no-print-directory MODE=asan test
# Valgrind sees malloc only in a dynamic program; each gets a script before it. What counts is what valgrind says: a few tests
# (of memory, of names, of full disks) see valgrind itself.
check-valgrind:
	$(call need,test lint)
	@+$(SUB) MODE=debug all units tools
	@rm -rf build/valgrind; mkdir -p build/valgrind/bin build/valgrind/test build/valgrind/log; cd build/debug; \
	for p in bin/* test/*; do [ ! -x $$p ] || { printf '#!/bin/sh\nexec %s --log-file="%s" "%s" "$$@"\n' \
	'valgrind -q --vgdb=no --error-exitcode=99 --leak-check=full' "$$PWD/../valgrind/log/%p" "$$PWD/$$p" >../valgrind/$$p; \
	chmod +x ../valgrind/$$p; }; done
	@MAKI_BIN='$(ROOT)/build/valgrind/bin' MAKI_UNIT='$(ROOT)/build/valgrind/test' MAKI_TIMEOUT=3600 \
	$(if $(UNITS_ONLY),MAKI_TESTS=none) tests/run | tail -n 1 | sed 's/^/under valgrind: /'; bad=$$(find build/valgrind/log -type f -size +0); \
	[ -z "$$bad" ] || { cat $$bad; exit 1; }; \
	echo "valgrind says nothing about $$(find build/valgrind/log -type f | wc -l) processes"
fuzz:
	$(call need,lint)
	@+$(SUB) MODE=fuzz fuzzers
# From the same start each time: what is found here, a longer run of one's own finds sooner.
check-fuzz: fuzz
	@for f in build/fuzz/bin/*; do [ -x $$f ] || continue; \
	$$f -seed=1 -max_total_time=$(or $(FUZZ_SECONDS),5) -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
	-artifact_prefix=build/fuzz/ && echo "ok - $$f" || exit 1; done
check-sigv4:
	$(call need)
	@+$(SUB) $B/test/sigv4
	@$B/test/sigv4 $(if $(GOLDEN),'$(GOLDEN)')
check-shared:
	@+$(MAKE) --no-print-directory LINK=shared B=build/shared BIN=build/shared/bin test
lint:
	$(call need,lint)
	@+$(SUB) run-lint
run-lint:
	@MAKI_LINT_FLAGS='$(subst ','\'',-std=c11 $(WARN) $(ALL_CPPFLAGS))' scripts/lint

D = $(DESTDIR)$(PREFIX)
install: all
	install -d '$D/bin' '$D/share/man/man1'
	install -m 755 $(BIN)/maki $(wildcard scripts/maki-run) '$D/bin'
	$(foreach p,$(PROGS),ln -sf maki '$D/bin/$p';)
	$(if $(MANS),install -m 644 $(MANS) '$D/share/man/man1')
	install -d '$D/share/maki' '$D/lib/systemd/system'
	install -m 644 share/maki.mk '$D/share/maki'
	for u in maki.service maki.timer; do \
		sed 's|@PREFIX@|$(PREFIX)|' share/systemd/$$u >'$D/lib/systemd/system/'$$u; done
uninstall:
	rm -f $(foreach p,maki maki-run $(PROGS),'$D/bin/$p') \
		$(foreach m,$(notdir $(MANS)),'$D/share/man/man1/$m') '$D/share/maki/maki.mk' \
		$(foreach u,maki.service maki.timer,'$D/lib/systemd/system/$u')
clean:
	rm -rf build/bin build/release build/shared build/debug build/asan build/fuzz build/valgrind build/lint \
		build/deps-*.mk
distclean:
	rm -rf build
help:
	@sed -n 's/^#: \{0,1\}//p' Makefile

FORCE:
.PHONY: FORCE all units tools fuzzers run-lint install $(OUTER)
-include $(patsubst %.o,%.d,$(LIBOBJ) $(CMDOBJ)) $(wildcard $B/tests/*/*.d)
endif
