#!/usr/bin/env bats
# A full disk, as a limit on the size of files: every write beyond it fails, as on a disk that has no room left.
# shellcheck disable=SC2154,SC2034 # try and limited set status, out and err

load ../lib/common

export MAKI_NO_SYNC=1

# limited KB COMMAND...: files of at most so many kB can be written; and not the signal, but the error, tells so. What the
# command says comes through a pipe, which has no limit; $err is all of it.
limited() {
    (
        trap '' XFSZ
        ulimit -f "$1"
        shift
        exec "$@"
    ) 2>&1 | cat >.both
    status=${PIPESTATUS[0]} out='' err=$(cat .both)
}

cases() { maki-synth --quiet --seed 4 --count "$1"; }

# with_room BYTES STEP...: the run goes on to each step, and stops there for want of room.
with_room() {
    local bytes=$1
    shift
    for step; do
        mkdir -p fake
        # shellcheck disable=SC2016 # for the fake
        printf '#!/bin/sh\n[ "$1" != %s ] || ulimit -f 0\nexec %s "$@"\n' "$step" "$BIN/maki" >fake/maki
        chmod +x fake/maki
        PATH=$PWD/fake:$PATH limited $((bytes / 1024 + 1)) maki-run --offline --quiet --input cases.jsonl --report report --work work
        expect_match '^(73|74)$' "$status"
        expect_match "the step $step failed" "$err"
        expect_no_match 'Execution succeeded' "$err"
    done
}

report_of() { (cd "$1/ondemand"/* && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2); }

@test "standard output on a full disk is status 74" {
    cases 100 >cases.jsonl
    limited 8 bash -c 'maki-classify --offline cases.jsonl >insights.jsonl'
    expect_status 74
    expect_match 'cannot write to standard output: File too large' "$err"
}

@test "failures on a full disk are status 74" {
    for _ in $(seq 2000); do echo '{"caseId":'; done >cases.jsonl
    limited 8 maki-classify --offline --quiet --failures failures.jsonl cases.jsonl
    expect_status 74
    expect_match 'cannot write to failures.jsonl' "$err"
}

@test "a cache on a full disk stops the run, with no damaged file left behind" {
    cases 20 >cases.jsonl
    maki-classify --offline --quiet cases.jsonl >expected
    limited 0 maki-classify --offline --cache cache cases.jsonl
    expect_status 73
    expect_match 'cannot write cache/' "$err"
    expect_equal '' "$(find cache -type f)"
    maki-classify --offline --quiet --cache cache cases.jsonl | cmp - expected
}

@test "statistics on a full disk are an error, and leave no file" {
    cases 2 >cases.jsonl
    limited 0 maki-classify --offline --stats stats.json cases.jsonl
    expect_status 73
    expect_match 'cannot write stats.json' "$err"
    expect_equal '' "$(find . -name 'stats.json' -o -name '.maki-*')"
}

@test "objects on a full disk are failures or an error, and never half an object" {
    cases 20 | maki-classify --offline --quiet >insights.jsonl
    maki-put --quiet expected insights.jsonl >/dev/null
    limited 1 maki-put dest insights.jsonl
    [ "$status" -ne 0 ]
    [ -n "$err" ]
    [ -z "$(find dest -name '.*' -type f 2>/dev/null)" ]
    while read -r file; do
        cmp "$file" "expected/${file##*/}"
    done < <(find dest -type f 2>/dev/null)
    maki-put --quiet dest insights.jsonl >/dev/null
    diff -r dest expected
}

@test "a run on a full disk fails at any size, says so, and goes on when there is room" {
    cases 12 >cases.jsonl
    export MAKI_NOW=2026-03-01T12:00:00Z
    try maki-run --offline --quiet --input cases.jsonl --report expected --work we
    expect_status 0
    [ "$(wc -c <cases.jsonl)" -gt 10000 ]
    for kb in 0 1 2 4 8; do
        limited "$kb" maki-run --offline --quiet --input cases.jsonl --report report --work work
        expect_match '^(73|74)$' "$status"
        expect_match 'maki[- ][a-z]+: .*cannot' "$err"
        expect_no_match 'Execution succeeded' "$err"
    done
    # with room for the cases, but not for what comes of them
    with_room "$(($(wc -c <cases.jsonl) * 2))" classify aggregate put
    try maki-run --offline --quiet --input cases.jsonl --report report --work work
    expect_status 0
    expect_equal "$(report_of expected)" "$(report_of report)"
}
