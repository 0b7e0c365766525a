#!/usr/bin/env bats
# The programs over real sockets: signed requests to the stand-in, which answers with the offline model. So what comes out must be what
# --offline gives, whatever goes wrong between.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/standin

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    maki-synth --quiet --seed 3 --count 30 >cases.jsonl
    maki-classify --quiet --offline cases.jsonl | jq -c 'del(.maki)' >expected.jsonl
}

expect_same() { # of the last try
    jq -c 'del(.maki)' .out | cmp - expected.jsonl
}

@test "cases classified over the network are those classified offline, summary and all" {
    start_standin
    try maki-classify --concurrency 8 --stats stats.json cases.jsonl
    expect_status 0
    expect_same
    expect_equal us.amazon.nova-micro-v1:0 "$(jq -r .maki.model .out | sort -u)"
    cp .out insights.jsonl
    try maki-aggregate insights.jsonl
    expect_status 0
    expect_equal "$(maki-aggregate --quiet --offline insights.jsonl | jq -c '[.summary, .plan, .statistics]')" "$(jq -c '[.summary, .plan, .statistics]' .out)"
    expect_equal "31 200" "$(counted '"\(.requests) \(.statuses | keys | join(" "))"')"
    expect_equal 0 "$(counted .answeredAgain)"
}

@test "throttling, cut connections, resets, HTML pages and garbage on the way change nothing in what comes out" {
    start_standin --faults '{"rules":[
        {"first":3,"every":11,"count":2,"do":"error","status":429,"type":"ThrottlingException"},
        {"first":5,"count":1,"do":"cut"}, {"first":6,"count":1,"do":"cut-body"}, {"first":7,"count":1,"do":"reset"},
        {"first":8,"count":1,"do":"close"}, {"first":9,"count":1,"do":"html","status":503},
        {"first":11,"count":1,"do":"error","status":500,"type":"InternalServerException"}]}'
    AWS_MAX_ATTEMPTS=12 try maki-classify --concurrency 4 --stats stats.json cases.jsonl
    expect_status 0
    expect_same
    expect_accounted stats.json
}

@test "a clock that is off by an hour is noticed and made up for" {
    start_standin --faults '{"skewSeconds":3600}'
    try maki-classify cases.jsonl
    expect_status 0
    expect_same
}

@test "a wrong secret ends with a clear message and 77; the secret is in none of it" {
    start_standin
    AWS_SECRET_ACCESS_KEY=WrongSecretEXAMPLE try maki-classify cases.jsonl
    expect_status 77
    expect_equal "" "$out"
    expect_match 'InvalidSignatureException' "$err"
    expect_no_match 'WrongSecretEXAMPLE' "$err"
}

@test "an expired session, an unknown key, a bearer key that is none: 77; a good session and bearer key work" {
    start_standin
    AWS_ACCESS_KEY_ID=ASIAEXPIRED AWS_SESSION_TOKEN=$STANDIN_TOKEN try maki-classify cases.jsonl
    expect_status 77
    AWS_ACCESS_KEY_ID=AKIANOBODY try maki-classify cases.jsonl
    expect_status 77
    AWS_BEARER_TOKEN_BEDROCK=wrong try maki-classify cases.jsonl
    expect_status 77
    AWS_ACCESS_KEY_ID=ASIAEXAMPLE AWS_SESSION_TOKEN=$STANDIN_TOKEN try maki-classify cases.jsonl
    expect_status 0
    AWS_BEARER_TOKEN_BEDROCK=$STANDIN_BEARER try maki-classify cases.jsonl
    expect_status 0
    expect_same
}
