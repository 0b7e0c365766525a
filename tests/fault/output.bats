#!/usr/bin/env bats
# Output that cannot be written: said with status 74; readers that went away: silence.
# shellcheck disable=SC2154 # try sets status, out and err

load ../lib/common

export MAKI_NO_SYNC=1

# A thousand cases, and their insights, made once.
setup_file() {
    load ../lib/common
    cd "$BATS_FILE_TMPDIR" || return
    maki-synth --quiet --seed 1 --count 1000 >cases.jsonl
    maki-classify --quiet --offline cases.jsonl >insights.jsonl
    maki-aggregate --quiet --offline insights.jsonl >summary.json
}

files=$BATS_FILE_TMPDIR

# full COMMAND...: standard output is a full device.
full() {
    status=0
    "$@" >/dev/full 2>.err || status=$?
    out='' err=$(cat .err)
}

expect_full() { # expect_full PROGRAM
    expect_status 74
    expect_match "^$1: cannot write to standard output: No space left on device" "$(grep -m1 cannot .err)"
    expect_equal 1 "$(grep -c 'cannot write' .err)"
}

@test "a full device is status 74 and one message, for every program" {
    full maki-synth --seed 1 --count 3
    expect_full maki-synth
    full maki-fetch "$files/cases.jsonl"
    expect_full maki-fetch
    full maki-classify --offline "$files/cases.jsonl"
    expect_full maki-classify
    full maki-aggregate --offline "$files/insights.jsonl"
    expect_full maki-aggregate
    full maki-aggregate --show "$files/summary.json"
    expect_full maki-aggregate
    full maki-put dest "$files/insights.jsonl"
    expect_full maki-put
    full maki-classify --offline --dry-run "$files/cases.jsonl"
    expect_full maki-classify
}

@test "also when little is written, at the very end" {
    head -1 "$files/cases.jsonl" >case.jsonl
    head -1 "$files/insights.jsonl" >insight.jsonl
    full maki-fetch case.jsonl
    expect_full maki-fetch
    full maki-classify --offline case.jsonl
    expect_full maki-classify
    full maki-aggregate --offline insight.jsonl
    expect_full maki-aggregate
    full maki-put dest insight.jsonl
    expect_full maki-put
}

@test "also for help, versions and settings" {
    for program in maki maki-fetch maki-synth maki-classify maki-aggregate maki-put; do
        for option in --help --version; do
            full "$program" "$option"
            expect_full "$program"
        done
    done
    MAKI_REPORT=x full maki config MAKI_REPORT
    expect_full 'maki config'
    for option in --help --version; do
        full maki-run "$option"
        expect_status 74
        expect_match 'maki-run: cannot write to standard output' "$err"
    done
}

@test "the driver, too; and its run is not lost" {
    head -3 "$files/cases.jsonl" >cases.jsonl
    full maki-run --offline --quiet --input cases.jsonl
    expect_status 74
    expect_match 'maki-run: cannot write to standard output' "$err"
    try maki-run --offline --input cases.jsonl
    expect_status 0
    expect_match 'put: done before' "$err"
    expect_match '^Execution succeeded!' "$out"
}

@test "a full failures file and statistics file are status 74" {
    { head -3 "$files/cases.jsonl"; echo '{'; } >cases.jsonl
    try maki-classify --offline --failures /dev/full cases.jsonl
    expect_status 74
    expect_match 'cannot write to /dev/full' "$err"
    try maki-classify --offline --stats /dev/full cases.jsonl
    expect_status 74
    expect_match 'cannot write to /dev/full' "$err"
}

@test "files that cannot be made are status 73" {
    for option in failures stats; do
        try maki-classify --offline "--$option" /proc/nosuch/x </dev/null
        expect_status 73
        expect_match '/proc/nosuch' "$err"
    done
}

@test "a closed standard output is an error, not silence" {
    for program in maki-fetch 'maki-classify --offline'; do
        status=0
        # shellcheck disable=SC2086 # a command's words
        $program "$files/cases.jsonl" >&- 2>.err || status=$?
        out='' err=$(cat .err)
        expect_status 74
        expect_match 'cannot write to standard output' "$err"
    done
}

# head_of COMMAND...: with a reader that goes away; $first is what it read.
head_of() {
    first=$({ "$@" 2>.err; echo $? >.status; } | head -c 100)
    status=$(cat .status) err=$(cat .err) out=$first
}

@test "a reader that goes away ends a program silently" {
    for command in "maki-synth --quiet --seed 1 --count 1000" "maki-fetch --quiet $files/cases.jsonl" \
        "maki-classify --quiet --offline $files/cases.jsonl" "maki-put --quiet dest $files/insights.jsonl"; do
        # shellcheck disable=SC2086 # a command's words
        head_of $command
        expect_status 141
        expect_equal '' "$err"
        expect_equal 100 "${#first}"
    done
}

@test "also where the parent ignores SIGPIPE" {
    (trap '' PIPE && head_of maki-fetch --quiet "$files/cases.jsonl" && expect_status 141 && expect_equal '' "$err")
}

@test "a pipeline whose end goes away is silent as a whole" {
    maki-synth --quiet --seed 1 --count 1000 2>e1 | maki-fetch --quiet - 2>e2 | maki-classify --quiet --offline 2>e3 | head -1 >line
    expect_equal 1 "$(wc -l <line)"
    expect_equal '' "$(cat e1 e2 e3)"
}

@test "standard error that cannot be written does not stop the work" {
    maki-classify --offline "$files/cases.jsonl" 2>/dev/full | cmp - "$files/insights.jsonl"
    maki-classify --offline "$files/cases.jsonl" 2>&- | cmp - "$files/insights.jsonl"
}
