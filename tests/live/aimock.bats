#!/usr/bin/env bats
# Our client against a Bedrock server that others wrote: npm's aimock. It checks no signatures and counts no tokens; what it has is Converse, its
# own kind of errors, and a journal of what came.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/live

INSIGHT='{"category":"throttling","category_explanation":"e","case_summary":"s","sentiment":"Neutral","suggested_action":"a","suggestion_link":"https://docs.aws.amazon.com/x"}'

# start_aimock FIXTURE...: JSON objects with match and response
start_aimock() {
    local line
    printf '%s\n' "$@" | jq -s '{fixtures: .}' >fixtures.json
    mkfifo say
    "$NODE" "$LIVE/node_modules/.bin/llmock" -p 0 -h 127.0.0.1 -f fixtures.json --strict --validate-on-load >say 2>&1 3>&- &
    aimock_pid=$!
    exec 9<say
    aimock=''
    while [ -z "$aimock" ] && IFS= read -r line <&9; do
        [[ $line != *"listening on "* ]] || aimock=${line##*listening on }
    done
    [ -n "$aimock" ] || fail "aimock did not start"
    export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=$aimock AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=example
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
}

teardown() {
    [ -n "${aimock_pid-}" ] || return 0
    kill "$aimock_pid" || return 0
    wait "$aimock_pid" || :
}

# What came: path, status, tool, and when, in milliseconds.
journal() {
    python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1] + "/__aimock/journal").read().decode())' "$aimock"
}

fixture() { # fixture RESPONSE [MATCH]
    jq -cn --argjson r "$1" --argjson m "${2-{\}}" '{match: ({toolName: "record_insight"} + $m), response: $r}'
}

@test "Converse: the tool's input becomes the insight, the model's id is encoded in the path" {
    start_aimock "$(fixture "{\"toolCalls\":[{\"name\":\"record_insight\",\"arguments\":$INSIGHT}]}")"
    maki-synth --quiet --seed 3 --count 20 >cases.jsonl
    try maki-classify --concurrency 8 --stats stats.json cases.jsonl
    expect_status 0
    expect_equal "$(jq -r .caseId cases.jsonl)" "$(jq -r .caseId .out)"
    expect_equal "throttling us.amazon.nova-micro-v1:0" "$(jq -r '"\(.category) \(.maki.model)"' .out | sort -u)"
    expect_equal "20 /model/us.amazon.nova-micro-v1%3A0/converse 200" \
        "$(journal | jq -r '"\(length) \(map("\(.path) \(.response.status)") | unique | join(" "))"')"
    expect_accounted stats.json
}

@test "429 with Retry-After: it waits that long, asks again, and says nothing of it in the result" {
    start_aimock "$(fixture '{"error":{"message":"slow down","type":"rate_limit_error"},"status":429,"retryAfter":1}' '{"sequenceIndex":0}')" \
        "$(fixture "{\"toolCalls\":[{\"name\":\"record_insight\",\"arguments\":$INSIGHT}]}")"
    maki-synth --quiet --seed 3 --count 1 >cases.jsonl
    try maki-classify cases.jsonl
    expect_status 0
    expect_equal throttling "$(jq -r .category .out)"
    expect_equal "429 200" "$(journal | jq -r 'map(.response.status) | join(" ")')"
    journal | jq -e '.[1].timestamp - .[0].timestamp >= 990' >/dev/null || fail "did not wait: $(journal | jq -c 'map(.timestamp)')"
}

@test "other errors are told with their status, by case, and the case can be asked again" {
    start_aimock "$(fixture '{"error":{"message":"no such thing","type":"invalid_request_error"},"status":400}')"
    maki-synth --quiet --seed 3 --count 2 >cases.jsonl
    try maki-classify --failures failures.jsonl cases.jsonl
    expect_no_match '^0$' "$status"
    expect_match '400' "$err"
    expect_match 'no such thing|400' "$err"
}

@test "an answer in words, where a tool was to be called, is no insight" {
    start_aimock "$(fixture '{"content":"I would rather chat."}')"
    maki-synth --quiet --seed 3 --count 2 >cases.jsonl
    try maki-classify --failures failures.jsonl cases.jsonl
    expect_status 1
    expect_equal "" "$out"
    expect_equal 2 "$(wc -l <failures.jsonl)"
    jq -c .record failures.jsonl | cmp - cases.jsonl
}
