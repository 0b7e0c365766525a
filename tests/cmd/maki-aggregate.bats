#!/usr/bin/env bats
# maki-aggregate: insights in, one summary.json out.
# shellcheck disable=SC2154 # try sets status, out and err

load ../lib/common

# insights COUNT [SEED]: of synthetic cases.
insights() { maki-synth --quiet --seed "${2:-5}" --count "$1" | maki-classify --quiet --offline; }

# insight ID CATEGORY SENTIMENT SERVICE STATUS TIME
insight() {
    printf '{"caseId":"%s","category":"%s","sentiment":"%s","serviceCode":"%s","status":"%s","timeCreated":"%s","case_summary":"S.","suggested_action":"A."}\n' "$@"
}

@test "the statistics are those that jq counts" {
    insights 60 >insights.jsonl
    try maki-aggregate --offline --stats stats.json insights.jsonl
    expect_status 0
    expect_equal 1 "$(wc -l <.out)"
    expected=$(jq -sS '
        def by(f; g): group_by(f) | map(g);
        def negative: map(select(.sentiment == "Negative")) | length;
        {
            insights: length,
            open: map(select(.status | IN("resolved", "closed") | not)) | length,
            closed: map(select(.status | IN("resolved", "closed"))) | length,
            from: map(.timeCreated) | min,
            to: map(.timeCreated) | max,
            categories: by(.category; {category: .[0].category, count: length}) | sort_by(-.count, .category),
            services: (by(.serviceCode; {serviceCode: .[0].serviceCode, count: length, negative: negative}) | sort_by(-.count, .serviceCode) | .[:20]),
            months: by(.timeCreated[:7]; {month: .[0].timeCreated[:7], count: length, negative: negative}),
            status: (by(.status; {status: .[0].status, count: length, negative: negative}) | sort_by(-.count, .status)),
            sentiment: {Positive: map(select(.sentiment == "Positive")) | length, Negative: negative,
                Neutral: map(select(.sentiment == "Neutral")) | length}
        }' insights.jsonl)
    actual=$(jq -S '.statistics | {insights, open, closed, from, to, categories: .categories | map({category, count}), services, months, status, sentiment}' .out)
    expect_equal "$expected" "$actual"
    jq -e '.statistics | all(.categories[]; .percent == ((.count * 1000 / 60 + 0.5 | floor) / 10))' .out >/dev/null
    expect_accounted stats.json
    expect_equal '1 0 0' "$(jq -r '[.calls, .cached, .repairs] | join(" ")' stats.json)"
}

@test "summary.json has its members in order, summary and plan first" {
    insights 10 >insights.jsonl
    try maki-aggregate --offline insights.jsonl
    expect_equal 'summary plan statistics evidence coverage maki' "$(jq -r 'keys_unsorted | join(" ")' <<<"$out")"
    expect_equal '{"insights":10,"digests":10,"stride":1,"sampled":false}' "$(jq -c .coverage <<<"$out")"
    expect_equal 'offline 1' "$(jq -r '"\(.maki.model) \(.maki.attempts)"' <<<"$out")"
    jq -e '.evidence | all(.[]; (.caseIds | length) > 0)' <<<"$out" >/dev/null
    jq -e '[.summary, .plan] | all(.[]; length > 50)' <<<"$out" >/dev/null
}

@test "the same insights give the same bytes, from one file, several or a stream" {
    insights 30 >insights.jsonl
    head -15 insights.jsonl >a
    tail -15 insights.jsonl | gzip >b.gz
    maki-aggregate --quiet --offline insights.jsonl >expected
    maki-aggregate --quiet --offline <insights.jsonl | cmp - expected
    maki-aggregate --quiet --offline a b.gz | cmp - expected
}

@test "the order of the insights changes no count" {
    insights 30 >insights.jsonl
    maki-aggregate --quiet --offline insights.jsonl | jq -c .statistics >a
    tac insights.jsonl | maki-aggregate --quiet --offline | jq -c .statistics | cmp - a
}

@test "an insight that comes twice counts once" {
    insights 8 >insights.jsonl
    maki-aggregate --quiet --offline insights.jsonl >expected
    try maki-aggregate --offline --verbose --stats stats.json insights.jsonl insights.jsonl
    expect_status 0
    cmp .out expected
    expect_equal '16 8 0 8' "$(jq -r '[.in, .out, .failed, .skipped] | join(" ")' stats.json)"
    expect_match 'insights.jsonl:1: skipped: its caseId was counted already' "$err"
}

@test "nothing to aggregate is status 65 and no output" {
    try maki-aggregate --offline </dev/null
    expect_status 65
    expect_equal '' "$out"
    expect_match 'no insight to aggregate: the input is empty' "$err"
    maki-synth --quiet --count 3 --seed 1 >cases.jsonl
    try maki-aggregate --offline --stats stats.json cases.jsonl
    expect_status 65
    expect_equal '' "$out"
    expect_match 'cases.jsonl:3: no category: this is not an insight' "$err"
    expect_accounted stats.json
}

@test "bad lines are failures, the others are counted" {
    {
        insights 3
        echo '{"caseId":"cut'
        echo '[1]'
        echo '{"caseId":"x"}'
        echo '{"category":"throttling"}'
        echo '{"caseId":"","category":"throttling"}'
        echo '{"caseId":7,"category":"throttling"}'
        echo '{"caseId":"a","caseId":"b","category":"throttling"}'
        printf '{"caseId":"utf\xff","category":"throttling"}\n'
        echo '{"caseId":"odd","category":"throttling","sentiment":7,"status":[],"timeCreated":{},"serviceCode":null}'
    } >insights.jsonl
    try maki-aggregate --offline --stats stats.json --failures failures.jsonl insights.jsonl
    expect_status 1
    expect_accounted stats.json
    expect_equal '12 5 7 0' "$(jq -r '[.in, .out, .failed, .skipped] | join(" ")' stats.json)"
    expect_equal 5 "$(jq .statistics.insights <<<"$out")"
    expect_equal 7 "$(wc -l <failures.jsonl)"
    for line in 4 5 6 7 8 9 10; do
        expect_match "insights.jsonl:$line: " "$err"
    done
}

@test "input that breaks off gives no summary" {
    insights 20 >insights.jsonl
    gzip -c insights.jsonl | head -c 2000 >cut.gz
    try maki-aggregate --offline cut.gz
    expect_status 65
    expect_equal '' "$out"
    try maki-aggregate --offline insights.jsonl missing.jsonl
    expect_status 74
    expect_equal '' "$out"
}

@test "beyond the budget an even sample is read, and coverage says so" {
    insights 100 >insights.jsonl
    try maki-aggregate --offline --digest-tokens 2000 insights.jsonl
    expect_status 0
    jq -e '.coverage | .insights == 100 and .sampled and .stride > 1 and .digests == (((100 - 1) / .stride | floor) + 1)' <<<"$out" >/dev/null
    expect_equal 100 "$(jq .statistics.insights <<<"$out")"
    expect_match "an even sample, one in $(jq .coverage.stride <<<"$out")\." "$(jq -r .summary <<<"$out")"
    # where no digest fits, there is none, and that is said, too
    insight c throttling Neutral s3 opened 2025-01-01 | jq -c ".case_summary = \"$(head -c 3000 /dev/zero | tr '\0' x)\"" >large.jsonl
    try maki-aggregate --offline --digest-tokens 100 large.jsonl
    expect_status 0
    expect_equal '{"insights":1,"digests":0,"stride":1,"sampled":true}' "$(jq -c .coverage <<<"$out")"
}

@test "numbers in summary and plan agree with the statistics, whatever the names of services and cases" {
    {
        insight '777 cases' throttling Negative '888 cases' opened 2025-01-02T03:04:05Z
        insight '99% of all cases' 'limit-reached' Negative '55 percent' '12 cases' 2025-01-02T03:04:05Z
        insight 'x' '66 cases' Negative $'s' opened '44 cases'
    } >insights.jsonl
    try maki-aggregate --offline insights.jsonl
    expect_status 0
    expect_no_match '777|888|99%|66 cases|44' "$(jq -r '.summary, .plan' <<<"$out")"
    expect_equal 3 "$(jq .statistics.insights <<<"$out")"
}

@test "the cache saves the call" {
    insights 10 >insights.jsonl
    maki-aggregate --quiet --offline --cache cache insights.jsonl >expected
    maki-aggregate --quiet --offline --cache cache --stats stats.json insights.jsonl | cmp - expected
    expect_equal '1 1' "$(jq -r '"\(.calls) \(.cached)"' stats.json)"
}

@test "a model whose answer is cut gives no summary" {
    insights 10 >insights.jsonl
    try maki-aggregate --offline --max-tokens 5 insights.jsonl
    expect_status 65
    expect_equal '' "$out"
    expect_match 'max_tokens.*--max-tokens' "$err"
}

@test "a stored summary is shown as text" {
    insights 20 >insights.jsonl
    maki-aggregate --quiet --offline insights.jsonl >summary.json
    try maki-aggregate --show summary.json
    expect_status 0
    expect_equal '' "$err"
    expect_match '^SUMMARY' "$out"
    expect_match 'PLAN' "$out"
    expect_match 'COUNTS  \(20 cases, [0-9]+ open, by model offline\)' "$out"
    while read -r category count; do
        expect_match "$category +$count +" "$out"
    done < <(jq -r '.statistics.categories[] | "\(.category) \(.count)"' summary.json)
}

@test "only a summary can be shown" {
    for text in '' '{' '[]' '{}' '{"summary":"x"}' 'null'; do
        echo "$text" >other.json
        try maki-aggregate --show other.json
        expect_status 65
        expect_equal '' "$out"
        expect_match 'other.json is no summary.json' "$err"
    done
    try maki-aggregate --show missing.json
    expect_status 74
    expect_match 'missing.json' "$err"
}

@test "a hostile summary drives no terminal and takes no time" {
    printf '%s\n' '{"summary":"\u001b[31m\u009b1m\u007f","plan":7,"statistics":{"insights":-1,"categories":[{"category":"\u001b]0;x\u0007","count":1,"percent":"x"},' \
        '{"category":"b","count":9e15},{"category":"c","count":-5},7],"services":[{"serviceCode":"\u001b"}]}}' >hostile.json
    try timeout 20 maki-aggregate --show hostile.json
    expect_status 0
    expect_no_match $'\x1b|\x07|\x7f|\xc2\x9b' "$out"
    [ "${#out}" -lt 2000 ]
}

@test "without a Region it says what to do" {
    maki-synth --seed 1 --count 2 | maki-classify --offline >insights.jsonl
    HOME=$PWD try maki-aggregate insights.jsonl
    expect_status 78
    expect_match 'AWS_REGION.*--offline' "$err"
}
