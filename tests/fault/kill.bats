#!/usr/bin/env bats
# kill -9 at any point, and the same command again: the result is as if nothing had happened, and nothing is paid for twice.
# shellcheck disable=SC2154 # try sets status, out and err

load ../lib/common
load ../lib/kill

export MAKI_NO_SYNC=1 MAKI_NOW=2026-03-01T12:00:00Z

# Cases, and the report that they lead to without a disturbance, made once.
setup_file() {
    load ../lib/common
    export MAKI_NO_SYNC=1 MAKI_NOW=2026-03-01T12:00:00Z
    cd "$BATS_FILE_TMPDIR" || return
    maki-synth --quiet --seed 13 --count 5 --cid tree >/dev/null
    maki-synth --quiet --seed 13 --count 300 >cases.jsonl
    maki-classify --quiet --offline cases.jsonl >insights.jsonl
    maki-run --offline --quiet --incremental --input tree --report report >output 2>/dev/null
}

files=$BATS_FILE_TMPDIR

report_of() { (cd "$1" && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2); }

run_maki() { maki-run --offline --quiet --incremental --input "$files/tree" --report report --work work; }

# A run whose maki kills the driver at the call with this number, counted from 1 without those of config: before the program runs, when half of its
# output is written, or after it. A killed driver's children hold its lock until they end: so they let go of it first; and where
# that takes a moment, it is tried again.
run_killed() { # run_killed NUMBER before|half|after
    mkdir -p fake
    # shellcheck disable=SC2016 # for the fake
    printf '#!/bin/sh
real=%s number=%s when=%s fake=%s
[ "$1" != config ] || exec $real "$@"
[ "$1" = lock ] || exec 9>&-
n=$(($(cat $fake/calls) + 1))
echo $n >$fake/calls
echo "$1" >$fake/program
[ $n = $number ] || exec $real "$@"
case $when in
half) $real "$@" >$fake/output; head -c $(($(wc -c <$fake/output) / 2)) $fake/output ;;
after) $real "$@" ;;
esac
kill -9 "$(cat $fake/driver)"
' "$BIN/maki" "$1" "$2" "$PWD/fake" >fake/maki
    chmod +x fake/maki
    for _ in $(seq 200); do
        status=0
        echo 0 >fake/calls
        # the driver takes over the process that leaves its number
        (
            PATH=$PWD/fake:$PATH
            sh -c 'echo $$ >fake/driver; exec maki-run --offline --quiet --incremental --input "$1" --report report --work work' \
                run_killed "$files/tree" >/dev/null
        ) 2>/dev/null || status=$?
        [ "$status" -eq 75 ] || break
    done
}

# What every resumed run must lead to.
expect_undisturbed() {
    expect_status 0
    expect_equal "$(cat "$files/output")" "$out"
    expect_equal "$(report_of "$files/report")" "$(report_of report)"
    [ ! -e work/unfinished ]
    rm -rf report
    # the state was committed: there is nothing new
    try run_maki
    expect_equal '{"summary":"no events were found to process"}' "$(sed -n 's/^Output: //p' <<<"$out")"
}

@test "the driver killed before, in and behind each of its calls, one after the other" {
    # A run takes the lock, then calls a program for each step; a resumed one those of the steps that are left. So the second
    # call is the first step that is left, and a kill before the third lets it be done. Storing is one step of four calls.
    while read -r number program moments; do
        for when in $moments; do
            run_killed "$number" "$when"
            expect_status 137
            expect_equal "$number $program" "$(cat fake/calls) $(cat fake/program)"
        done
    done <<'END'
1 lock before half after
2 fetch before half after
3 classify before
2 classify half after
3 aggregate before
2 aggregate half after
3 put before
2 put half after
3 put before half after
4 manifest before half after
5 put before half after
6 fetch before
2 fetch half after
END
    [ ! -e .out ] # nothing was told yet
    # what the last one had started may still hold the lock for a moment
    for _ in $(seq 200); do
        try run_maki
        [ "$status" -eq 75 ] || break
    done
    expect_undisturbed
}

@test "the driver and its children killed at any moment, again and again" {
    for first in 20 35; do
        rm -rf work report
        for tries in $(seq 60); do
            killed_after $((first + 2 * tries * tries)) maki-run --offline --quiet --incremental --input "$files/tree" --report report --work work
            [ "$status" -ne 0 ] || break
            expect_status 137
            # killed behind its last act: the outcome was told and the run is over
            if [ ! -e work/unfinished ] && grep -q '^Output: ' .out; then
                status=0
                break
            fi
        done
        echo "done after $tries tries" >&2
        expect_undisturbed
    done
}

@test "maki-classify killed at any moment: with the cache, no answer is asked for twice" {
    total=0
    for tries in $(seq 60); do
        before=$(find cache -type f -name '*.json' 2>/dev/null | wc -l)
        killed_after $((20 + 2 * tries * tries)) maki-classify --quiet --offline --cache cache --stats stats.json "$files/cases.jsonl"
        [ "$status" -ne 0 ] || break
        total=$((total + 1))
    done
    expect_status 0
    cmp .out "$files/insights.jsonl"
    echo "killed $total times, $before answers were there at last" >&2
    [ "$total" -gt 0 ]
    expect_equal "$before" "$(stat_of stats.json cached)"
    expect_equal 300 "$(stat_of stats.json calls)"
}

@test "maki-put killed at any moment leaves whole objects, and no others after the next run" {
    maki-put --quiet expected "$files/insights.jsonl" >/dev/null
    for tries in $(seq 60); do
        killed_after $((3 + tries * tries)) maki-put --quiet dest "$files/insights.jsonl"
        [ "$status" -ne 0 ] || break
        while read -r file; do
            cmp "$file" "expected/${file##*/}"
        done < <(find dest -type f ! -name '.*' 2>/dev/null | head -20)
    done
    expect_status 0
    expect_equal "$(report_of expected)" "$(cd dest && find . -type f ! -name '.*' -exec sha256sum {} + | LC_ALL=C sort -k2)"
}

@test "a reader of a killed program gets whole lines, up to the last" {
    for ms in 30 60 120 240; do
        killed_after "$ms" maki-classify --quiet --offline "$files/cases.jsonl"
        whole=$(wc -l <.out)
        head -n "$whole" .out | cmp - <(head -n "$whole" "$files/insights.jsonl")
    done
}
