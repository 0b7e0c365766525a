# What the tests of maki-run share: `load ../lib/run`, behind common.
# shellcheck disable=SC2154,SC2148 # try sets status, out and err; bats gives the shell

export MAKI_NO_SYNC=1 # how fast a disk is makes no difference here

# cases COUNT: synthetic ones, as a file.
cases() { maki-synth --quiet --seed 11 --count "$1" >cases.jsonl; }

# run ARGUMENTS...: the driver, offline, on cases.jsonl.
run_maki() { try maki-run --offline --input cases.jsonl "$@"; }

# output: what stands behind "Output:".
output() { sed -n 's/^Output: //p' <<<"$out"; }

# report_of DIR: all its files with their digests, without the folder that is named after the time, and the manifest, which
# tells the time.
report_of() { (cd "$1/ondemand"/* && find . -type f ! -name manifest.json -exec sha256sum {} + | LC_ALL=C sort -k2); }

# A maki that comes first in the PATH and does something else for one program: with_maki NAME SCRIPT; SCRIPT may call "$real".
with_maki() {
    mkdir -p fake
    # shellcheck disable=SC2016 # for the fake
    printf '#!/bin/sh\nreal=%s\nif [ "$1" = %s ]; then\n%s\nfi\nexec "$real" "$@"\n' "$BIN/maki" "$1" "$2" >fake/maki
    chmod +x fake/maki
    PATH=$PWD/fake:$PATH
}
