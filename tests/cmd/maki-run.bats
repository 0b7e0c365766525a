#!/usr/bin/env bats
# maki-run: the whole way from cases to a stored report.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common

export MAKI_NO_SYNC=1 # how fast a disk is makes no difference here

# cases COUNT: synthetic ones, as a file.
cases() { maki-synth --quiet --seed 11 --count "$1" >cases.jsonl; }

# run ARGUMENTS...: the driver, offline, on cases.jsonl.
run_maki() { try maki-run --offline --input cases.jsonl "$@"; }

# output: what stands behind "Output:".
output() { sed -n 's/^Output: //p' <<<"$out"; }

# report_of DIR: all its files with their digests, without the folder that is named after the time.
report_of() { (cd "$1/ondemand"/* && find . -type f -exec sha256sum {} + | LC_ALL=C sort -k2); }

# A maki that comes first in the PATH and does something else for one program: with_maki NAME SCRIPT; SCRIPT may call "$real".
with_maki() {
    mkdir -p fake
    printf '#!/bin/sh\nreal=%s\nif [ "$1" = %s ]; then\n%s\nfi\nexec "$real" "$@"\n' "$BIN/maki" "$1" "$2" >fake/maki
    chmod +x fake/maki
    PATH=$PWD/fake:$PATH
}

# --- a run --------------------------------------------------------------------------------------------------------------------

@test "a run ends with the outcome, the report and the step lines" {
    cases 12
    run_maki
    expect_status 0
    expect_equal 2 "$(wc -l <.out)"
    expect_equal 'Execution succeeded!' "$(head -1 .out)"
    jq -e 'keys == ["summary"] and (.summary | test("^12 support cases"))' <<<"$(output)" >/dev/null
    for step in fetch classify aggregate put; do
        expect_match "Z  $step: started" "$err"
        expect_match "Z  $step: succeeded in [0-9]+ s" "$err"
    done
    expect_match 'choose: 12 cases, on demand' "$err"
    prefix=$(echo maki-report/ondemand/*)
    expect_match '^maki-report/ondemand/all-[0-9]{8}T[0-9]{6}Z$' "$prefix"
    expect_equal 13 "$(find "$prefix" -type f | wc -l)"
    jq -r .caseId cases.jsonl | while read -r id; do
        expect_equal "$id" "$(jq -r .caseId "$prefix/$id.json")"
    done
    expect_equal "$(output)" "$(jq -c '{summary}' "$prefix/summary.json")"
    expect_equal 12 "$(jq .statistics.insights "$prefix/summary.json")"
    [ ! -e maki-work/unfinished ]
}

@test "the key names the time span, and the time is MAKI_NOW" {
    cases 3
    export MAKI_NOW=2026-03-01T12:00:00.500Z
    run_maki --since 2025-01-01 --report r --work w
    expect_status 0
    expect_equal r/ondemand/20250101-20260301T120000Z "$(echo r/ondemand/*)"
    [ -d w/20260301T120000Z ]
    run_maki --report r2 --work w
    expect_status 0
    expect_equal r2/ondemand/all-20260301T120000Z-2 "$(echo r2/ondemand/*)"
}

@test "the output is valid JSON whatever the summary holds" {
    cases 3
    # shellcheck disable=SC2016 # for the fake
    with_maki aggregate '"$real" "$@" | jq -c ".summary = \"a \\\",\\\"plan\\\":\\\"b\\\" \\\\\\\\ \\n end\" " | jq -c "{summary, plan} + ."; exit 0'
    run_maki --quiet
    expect_status 0
    expect_equal '{"summary":"a \",\"plan\":\"b\" \\ \n end"}' "$(output | jq -c .)"
}

@test "two runs give the same report" {
    cases 10
    export MAKI_NOW=2026-03-01T12:00:00Z
    run_maki --report a --work wa
    expect_status 0
    run_maki --report b --work wb
    expect_status 0
    expect_equal "$(report_of a)" "$(report_of b)"
    run_maki --report c --work wa # with a full cache
    expect_status 0
    expect_equal 10 "$(jq .cached wa/20260301T120000Z-2/stats-classify.json)"
    expect_equal "$(report_of a)" "$(report_of c)"
}

@test "options also as --name=value and as settings" {
    cases 2
    printf 'MAKI_INPUT=cases.jsonl\nMAKI_REPORT=r\nMAKI_WORK=w\nMAKI_OFFLINE=1\n' >my.conf
    MAKI_CONF=$PWD/my.conf try maki-run -q
    expect_status 0
    expect_no_match 'started' "$err"
    [ -d r/ondemand ] && [ -d w/cache ]
    try maki-run --input=cases.jsonl --offline --report=r=2 --work=w2 --since=2020-01-01 --quiet
    expect_status 0
    [ -d r=2/ondemand ]
}

@test "filters and categories reach the programs" {
    cases 16
    mkdir -p own/tea
    echo 'Tea.' >own/tea/desc.txt
    run_maki --categories own --filter '.status == "resolved"'
    expect_status 0
    expect_equal "$(jq -r 'select(.status == "resolved").caseId' cases.jsonl | sort)" "$(cat maki-work/2*/insights.jsonl | jq -r .caseId | sort)"
    expect_match '^(tea|other|tea other|other tea)$' "$(jq -r .category maki-work/2*/insights.jsonl | sort -u | paste -sd' ')"
}

@test "no cases: it says so and stores nothing" {
    cases 3
    run_maki --since 2090-01-01
    expect_status 0
    expect_equal $'Execution succeeded!\nOutput: {"summary":"no events were found to process"}' "$out"
    expect_match 'choose: no events were found to process' "$err"
    [ ! -e maki-report ] && [ ! -e maki-work/unfinished ]
    : >cases.jsonl
    run_maki
    expect_status 0
    expect_equal '{"summary":"no events were found to process"}' "$(output)"
}

# --- what goes wrong ----------------------------------------------------------------------------------------------------------

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

@test "a record that cannot be stored keeps the summary from nothing" {
    cases 4
    # shellcheck disable=SC2016 # for the fake
    with_maki classify '"$real" "$@" | sed "1s/\"caseId\":\"[^\"]*\"/\"caseId\":{}/"; exit 0'
    with_maki aggregate 'exit 0' && rm fake/maki # (only the first is wanted)
    # shellcheck disable=SC2016 # for the fake
    with_maki classify '"$real" "$@" | sed "1s/\"caseId\":\"\\([^\"]*\\)\"/\"caseId\":\"\\1\",\"x\":1/"; exit 0'
    # shellcheck disable=SC2016 # for the fake
    printf '#!/bin/sh\nreal=%s\n[ "$1" != put ] || case "$*" in *--one*) ;; *) "$real" "$@"; exit 1 ;; esac\nexec "$real" "$@"\n' "$BIN/maki" >fake/maki
    run_maki
    expect_status 1
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
        expect_equal 5 "$(find r -type f | wc -l)"
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
    expect_equal 5 "$(find elsewhere -type f | wc -l)"
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
    expect_equal 4 "$(find r -type f | wc -l)"
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

@test "wrong usage is status 64" {
    try maki-run --offline
    expect_status 64
    expect_match '--input' "$err"
    for arguments in '--nosuch' 'operand' '--input' '--since' '--offline=1' '-x'; do
        # shellcheck disable=SC2086 # words
        try maki-run $arguments
        expect_status 64
        expect_match 'maki-run --help' "$err"
    done
}

@test "help and version" {
    try maki-run --help
    expect_status 0
    expect_match '^Usage: maki-run ' "$out"
    expect_equal '' "$err"
    expect_equal "$out" "$(maki-run -h)"
    try maki-run --version
    expect_match '^maki-run [0-9]' "$out"
    # every option is in the man page
    for option in $(maki-run --help | grep -oE '^ +(-[a-z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
        expect_match "Fl -${option#--}" "$(cat "$ROOT/scripts/maki-run.1")"
    done
}

# --- incremental --------------------------------------------------------------------------------------------------------------

@test "an incremental run takes what is new, and forgets nothing that was not stored" {
    maki-synth --quiet --seed 1 --count 6 --cid tree >labels.jsonl
    try maki-run --offline --incremental --input tree --report r1
    expect_status 0
    expect_equal 7 "$(find r1 -type f | wc -l)"
    try maki-run --offline --incremental --input tree --report r2
    expect_status 0
    expect_equal '{"summary":"no events were found to process"}' "$(output)"
    maki-synth --quiet --seed 2 --count 2 --cid tree >new.jsonl
    # the report cannot be stored: the state stays as it was
    with_maki put 'exit 74'
    try maki-run --offline --incremental --input tree --report r3
    expect_status 74
    rm fake/maki
    try maki-run --offline --incremental --fresh --input tree --report r4
    expect_status 0
    expect_equal 3 "$(find r4 -type f | wc -l)"
    expect_equal "$(jq -r .caseId new.jsonl | sort)" "$(find r4 -name 'case-*' -exec jq -r .caseId {} + | sort)"
    try maki-run --offline --incremental --input tree --report r5
    expect_status 0
    expect_equal '{"summary":"no events were found to process"}' "$(output)"
}
