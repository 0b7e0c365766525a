#!/usr/bin/env bats
# maki: one binary with many names, and the two helpers for scripts.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common

programs=(maki-fetch maki-synth maki-classify maki-aggregate maki-put)

@test "a program is the same by its own name and as a word to maki" {
    for program in "${programs[@]}"; do
        try maki "${program#maki-}" --help
        expect_status 0
        expect_equal "$("$program" --help)" "$out"
        expect_equal "$(maki "$program" --help)" "$out"
        expect_match "^Usage: $program " "$out"
        expect_equal '' "$err"
    done
}

@test "a link of another folder and a bare name in the PATH lead to the program" {
    mkdir links
    ln -s "$BIN/maki" links/maki-classify
    ln -s "$BIN/maki" links/classify
    try links/maki-classify --version
    expect_match '^maki-classify [0-9]' "$out"
    try links/classify --version
    expect_match '^maki-classify [0-9]' "$out"
}

@test "maki says what there is" {
    try maki --help
    expect_status 0
    for program in "${programs[@]}"; do
        expect_match "  ${program#maki-} " "$out"
    done
    expect_equal "$out" "$(maki -h)"
    expect_equal "$out" "$(maki help)"
    try maki --version
    expect_status 0
    expect_match '^maki [0-9]' "$out"
}

@test "an unknown program and no program are usage errors that say what to do" {
    for arguments in '' nosuch --nosuch ''; do
        # shellcheck disable=SC2086 # no word or one
        try maki $arguments
        expect_status 64
        expect_equal '' "$out"
        expect_match "try 'maki --help'" "$err"
    done
}

@test "every program refuses an unknown option and a missing value with status 64" {
    for program in "${programs[@]}"; do
        try "$program" --nosuch
        expect_status 64
        expect_match "^$program: .*--nosuch.*$program --help" "$err"
        try "$program" --stats
        expect_status 64
        expect_match "^$program: .*--stats" "$err"
        try "$program" --max-line nonsense
        expect_status 64
        expect_match 'max-line' "$err"
    done
}

@test "the version is told by every program, in one line" {
    for program in "${programs[@]}"; do
        try "$program" --version
        expect_status 0
        expect_match "^$program [0-9]+\.[0-9]+\.[0-9]+$" "$out"
        expect_equal '' "$err"
    done
}

@test "a broken configuration file is named with its line, but help and version work" {
    printf 'MAKI_CACHE=/tmp\nnonsense\n' >broken.conf
    export MAKI_CONF=$PWD/broken.conf
    for program in "${programs[@]}"; do
        try "$program" --help
        expect_status 0
        expect_equal '' "$err"
        try "$program" --version
        expect_status 0
        try "$program" --quiet x </dev/null
        expect_status 78
        expect_match 'broken.conf:2' "$err"
    done
    try maki config MAKI_CACHE
    expect_status 78
}

@test "a setting is taken from the environment, then from the file" {
    printf '# comment\nMAKI_REPORT="from file"\nMAKI_WORK=\n' >my.conf
    export MAKI_CONF=$PWD/my.conf
    try maki config MAKI_REPORT
    expect_status 0
    expect_equal 'from file' "$out"
    MAKI_REPORT='from environment' try maki config MAKI_REPORT
    expect_equal 'from environment' "$out"
    try maki config MAKI_WORK
    expect_status 1
    expect_equal '' "$out$err"
    try maki config
    expect_status 64
    try maki config A B
    expect_status 64
}

@test "a lock on a script's descriptor keeps others out as long as it is open" {
    exec 8>>lock
    try maki lock 8 lock $$
    expect_status 0
    expect_equal $$ "$(cat lock)"
    exec 7>>lock
    try maki lock 7 lock 12345
    expect_status 75
    expect_match "already running.*process $$" "$err"
    exec 8>&-
    try maki lock 7 lock 12345
    expect_status 0
    expect_equal 12345 "$(cat lock)"
    exec 7>&-
}

@test "a lock wants a descriptor that is open" {
    try maki lock 50 lock 1
    [ "$status" -ne 0 ]
    expect_match '^maki lock: ' "$err"
    for arguments in '' '1' 'x lock 1' '-1 lock 1' '5000 lock 1' '1 lock 1 more'; do
        # shellcheck disable=SC2086 # words
        try maki lock $arguments
        expect_status 64
    done
}

# cpu_of COMMAND...: processor time of 60 runs of it, in microseconds.
cpu_of() {
    local TIMEFORMAT='%U %S'
    { time for _ in {1..60}; do "$@" >/dev/null; done; } 2>&1 | awk '{ print int(($1 + $2) * 1000000) }'
}

@test "a program starts in a few milliseconds" {
    # The aim is 5 ms on a quiet machine. On a busy one anything takes long to start: so processor time, less that of `true`.
    most=10000
    [ "$BIN" = "$ROOT/build/bin" ] || most=3000000 # with sanitizers or valgrind
    started=$((($(cpu_of "$BIN/maki-classify" --version) - $(cpu_of /bin/true)) / 60))
    echo "$started us" >&2
    [ "$started" -lt "$most" ]
}
