#!/usr/bin/env bats
# maki-run: the whole way from cases to a stored report.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/run

# --- a run --------------------------------------------------------------------------------------------------------------------

@test "a run ends with the outcome, the report and the step lines" {
    cases 12
    run_maki
    expect_status 0
    expect_equal 2 "$(wc -l <.out)"
    expect_equal 'Execution succeeded!' "$(head -1 .out)"
    jq -e 'keys == ["summary"] and (.summary | test("^12 support cases"))' <<<"$(output)" >/dev/null
    for step in check-enabled-models check-running-jobs fetch classify aggregate put; do
        expect_match "Z  $step: started" "$err"
        expect_match "Z  $step: succeeded" "$err"
    done
    expect_match 'choose: 12 cases, on demand' "$err"
    prefix=$(echo maki-report/ondemand/*)
    expect_match '^maki-report/ondemand/all-[0-9]{8}T[0-9]{6}Z$' "$prefix"
    expect_equal 14 "$(find "$prefix" -type f | wc -l)"
    expect_equal 13 "$(jq .objects.count "$prefix/manifest.json")"
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
    cat >hostile.jq <<'END'
{summary: "a \",\"plan\":\"b\" \\\",\"plan\":\" \n & / \\1 \\ ", plan} + del(.summary, .plan)
END
    # shellcheck disable=SC2016 # for the fake
    with_maki aggregate '"$real" "$@" | jq -c -f hostile.jq; exit 0'
    run_maki --quiet
    expect_status 0
    expect_equal "$(jq -nc "$(sed 's/, plan}.*/}/' hostile.jq)")" "$(output)"
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

# --- options ------------------------------------------------------------------------------------------------------------------

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
    expect_equal 8 "$(find r1 -type f | wc -l)"
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
    expect_equal 4 "$(find r4 -type f | wc -l)"
    expect_equal "$(jq -r .caseId new.jsonl | sort)" "$(find r4 -name 'case-*' -exec jq -r .caseId {} + | sort)"
    try maki-run --offline --incremental --input tree --report r5
    expect_status 0
    expect_equal '{"summary":"no events were found to process"}' "$(output)"
}
