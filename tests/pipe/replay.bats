#!/usr/bin/env bats
# A pipeline recorded against the stand-in gives the same bytes from its fixtures, with nobody to ask.
# shellcheck disable=SC2154 # try sets status, out and err

load ../lib/common
load ../lib/standin

# pipeline DIR: insights and summary there
pipeline() {
    mkdir -p "$1"
    maki-classify cases.jsonl >"$1/insights.jsonl" 2>"$1/err" || fail "$(cat "$1/err")"
    maki-aggregate "$1/insights.jsonl" >"$1/summary.json" 2>"$1/err" || fail "$(cat "$1/err")"
}

record() {
    maki-synth --seed 7 --count 12 >cases.jsonl 2>/dev/null
    start_standin
    MAKI_RECORD=fixtures pipeline recorded
    stop_standin
}

@test "a pipeline replays byte for byte, without server and credentials" {
    record
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION
    MAKI_REPLAY=fixtures pipeline replayed
    cmp recorded/insights.jsonl replayed/insights.jsonl
    cmp recorded/summary.json replayed/summary.json
    expect_equal 12 "$(wc -l <replayed/insights.jsonl)"
}

@test "recording again changes no byte of the fixtures, and none of them is of a key" {
    record
    cp -r fixtures before
    start_standin
    MAKI_RECORD=fixtures pipeline again
    stop_standin
    diff -r before fixtures
    try grep -rE "$STANDIN_KEY|$STANDIN_SECRET|127\.0\.0\.1|\"authorization\"|AWS4-HMAC|x-amzn-requestid" fixtures
    expect_status 1
}

@test "a case that was not recorded ends the run, and the message says what is nearest" {
    record
    sed 's/"subject":"/&New: /' cases.jsonl | head -n 1 >other.jsonl
    try maki-classify --replay fixtures other.jsonl
    expect_status 78
    expect_match 'no fixture for POST /model/' "$err"
    expect_match 'the nearest is bedrock-runtime/POST-model-' "$err"
    expect_match 'New: ' "$err"
}

@test "a folder without fixtures is told at once" {
    maki-synth --seed 7 --count 1 >cases.jsonl 2>/dev/null
    try maki-classify --replay none cases.jsonl
    expect_status 78
    expect_match 'there is no folder of fixtures none' "$err"
}
