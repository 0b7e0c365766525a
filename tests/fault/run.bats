#!/usr/bin/env bats
# maki-run when things go wrong: failed cases, failed steps, other runs.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/run

@test "cases that fail are told, and the others are reported" {
    cases 8
    { echo '{"caseId":'; cat cases.jsonl; echo '{"subject":"no id"}'; } >more.jsonl && mv more.jsonl cases.jsonl
    # shellcheck disable=SC2016 # for the fake
    with_maki classify 'shift; exec "$real" classify --max-tokens 165 "$@"'
    run_maki
    expect_status 1
    expect_match 'some cases failed; they stand in maki-work/2.*/failures\*\.jsonl' "$err"
    expect_equal 2 "$(wc -l <"$(echo maki-work/2*/failures-fetch.jsonl)")"
    failed=$(wc -l <"$(echo maki-work/2*/failures.jsonl)")
    [ "$failed" -gt 0 ] && [ "$failed" -lt 8 ]
    expect_equal $((8 - failed)) "$(jq .statistics.insights maki-report/ondemand/*/summary.json)"
    expect_equal $((8 - failed)) "$(jq -r .summary <<<"$(output)" | sed 's/ support case.*//')"
}

@test "all input unusable: the status is 1, not 0" {
    echo '{"caseId":' >cases.jsonl
    run_maki
    expect_status 1
    expect_equal '{"summary":"no events were found to process"}' "$(output)"
    expect_match 'some cases failed' "$err"
}

@test "no case classified: the step fails, and a later try asks again" {
    cases 4
    # shellcheck disable=SC2016 # for the fake
    with_maki classify 'shift; exec "$real" classify --max-tokens 1 "$@"'
    run_maki
    expect_status 69
    expect_match 'no case could be classified' "$err"
    expect_match 'the step classify failed.*resumes the run' "$err"
    expect_equal '' "$out"
    rm fake/maki
    run_maki
    expect_status 0
    expect_match 'fetch: done before' "$err"
    expect_equal 4 "$(jq .statistics.insights maki-report/ondemand/*/summary.json)"
}

@test "where a record cannot be stored, the summary still is" {
    cases 4
    # shellcheck disable=SC2016 # for the fake
    with_maki put 'case "$*" in *--one*) ;; *) "$real" "$@"; exit 1 ;; esac'
    run_maki
    expect_status 1
    expect_match 'some cases failed' "$err"
    [ -e "$(echo maki-report/ondemand/*/summary.json)" ]
}

@test "a step that fails stops the run with its status, and the same command resumes it" {
    cases 4
    for step in fetch classify aggregate put; do
        rm -rf fake w r
        with_maki "$step" 'echo "broken" >&2; exit 75'
        run_maki --work w --report r
        expect_status 75
        expect_equal '' "$out"
        expect_match "$step: failed with status 75" "$err"
        expect_match "the step $step failed" "$err"
        rm fake/maki
        run_maki --work w --report r
        expect_status 0
        expect_match 'resuming w/2' "$err"
        expect_equal 6 "$(find r -type f | wc -l)"
    done
}

@test "an unfinished run is not mixed with another" {
    cases 4
    with_maki aggregate 'exit 75'
    run_maki
    expect_status 75
    rm fake/maki
    for other in '--since 2025-01-01' '--report elsewhere' '--incremental' '--until 2030-01-01' '--filter true' '--categories x'; do
        # shellcheck disable=SC2086 # words
        run_maki $other
        expect_status 64
        expect_match 'started with other options.*--fresh' "$err"
    done
    run_maki --fresh --report elsewhere
    expect_status 0
    expect_equal 6 "$(find elsewhere -type f | wc -l)"
    [ ! -e maki-report ]
    run_maki
    expect_status 0
    expect_no_match 'resuming' "$err"
}

@test "a second run at the same time says so and does no harm" {
    cases 3
    mkfifo input log
    maki-run --offline --input - --report r <input >first.out 2>log 3>&- &
    first=$!
    exec 7>input 8<log
    # wait until it reads
    while read -r line <&8; do [[ $line != *'fetch: started' ]] || break; done
    try maki-run --offline --input - --report r </dev/null
    expect_status 75
    expect_match "already running.*process $first" "$err"
    expect_equal '' "$out"
    try maki-run --offline --input - --report r --fresh </dev/null
    expect_status 75
    cat cases.jsonl >&7
    exec 7>&-
    cat <&8 >rest
    wait "$first"
    exec 8<&-
    expect_equal 5 "$(find r -type f | wc -l)"
    expect_equal 'Execution succeeded!' "$(head -1 first.out)"
}

@test "a working folder that cannot be used is status 73, with a hint" {
    cases 2
    mkdir -p w/lock
    : >file
    for work in w file/w /proc/w; do
        run_maki --work "$work"
        expect_status 73
        expect_match "maki-run: cannot .*$work.*--work" "$err"
        expect_equal '' "$out"
    done
}
