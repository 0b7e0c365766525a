#!/usr/bin/env bats
# Batch inference cut off anywhere, by kill -9, and the same command again: no job is made twice, no record is lost.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/kill

export MAKI_OFFLINE=1 MAKI_BATCH_POLL_SECONDS=0 MAKI_BATCH_MAX_RECORDS=100 MAKI_NO_SYNC=1 MAKI_NOW=2026-03-01T12:00:00Z

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    maki-synth --quiet --seed 3 --count 230 >cases.jsonl
}

# Two jobs were made, and never a third.
expect_two_jobs() {
    maki-batch --quiet list >list.jsonl
    expect_equal 2 "$(wc -l <list.jsonl)"
    expect_equal 2 "$(jq -r .jobName list.jsonl | sort -u | wc -l)"
}

@test "maki-batch killed at any moment, again and again" {
    maki-classify --quiet --structured text cases.jsonl >expected
    for first in 10 25; do
        rm -rf maki-offline maki-batch.journal*
        for tries in $(seq 60); do
            killed_after $((first + 4 * tries * tries)) maki-batch --quiet --keep cases.jsonl
            [ "$status" -ne 0 ] || break
            expect_status 137
            ! tail -n 1 maki-batch.journal 2>/dev/null | grep -q collected || break
        done
        echo "done after $tries tries" >&2
        [ "$tries" -gt 2 ]
        [ "$status" -eq 0 ] || maki-batch --quiet collect >.out # killed behind its last act
        cmp .out expected
        expect_two_jobs
    done
}

@test "the journal cut off behind each of its lines, and within it" {
    maki-batch --quiet --keep cases.jsonl >expected
    cp maki-batch.journal whole
    events=$(wc -l <whole)
    [ "$events" -gt 10 ]
    for n in $(seq 4 $((events - 1))); do
        # what the line announces may be done or not: here it is, and the journal does not know what came of it
        { head -n "$n" whole; sed -n "$((n + 1))p" whole | head -c 20; } >maki-batch.journal
        try maki-batch --quiet --keep cases.jsonl
        expect_status 0
        cmp .out expected
    done
    expect_two_jobs
}

@test "the driver killed at any moment of a batch run: one report, two jobs" {
    maki-run --quiet --input cases.jsonl --report expected --work undisturbed >output 2>/dev/null
    rm -rf maki-offline
    for tries in $(seq 60); do
        killed_after $((30 + 5 * tries * tries)) maki-run --quiet --input cases.jsonl --report report --work work
        [ "$status" -ne 0 ] || break
        expect_status 137
        [ -e work/unfinished ] || ! grep -q '^Output: ' .out || break
    done
    echo "done after $tries tries" >&2
    [ "$tries" -gt 2 ]
    cmp .out output
    diff -r expected report
    expect_two_jobs
}
