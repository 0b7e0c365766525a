#!/usr/bin/env bats
# Bedrock on demand, against the stand-in over HTTP: structured output, limits, prices, --check. What the stand-in refuses and
# how often it was called is seen from its side.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

# shellcheck disable=SC2089,SC2090 # options are words without blanks in their quotes
load ../lib/common
load ../lib/standin

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    maki-synth --offline --quiet --seed 3 --count 12 >cases.jsonl
}

refuse() { # refuse MESSAGE [STATUS TYPE]: the first call of Converse
    standin_faults "{\"rules\":[{\"operation\":\"Converse\",\"first\":1,\"count\":1,\"do\":\"error\",\"status\":${2-400},
        \"type\":\"${3-ValidationException}\",\"message\":\"$1\"}]}"
}

# --- structured output --------------------------------------------------------------------------------------------------------

@test "tool, schema and text give the same insights" {
    start_standin
    for form in tool schema text; do
        maki-classify --quiet --structured "$form" --stats "$form.json" cases.jsonl >"$form.jsonl"
        expect_equal '12 12 0 0' "$(jq -r '"\(.out) \(.calls) \(.repairs) \(.refused)"' "$form.json")"
    done
    jq -c 'del(.maki)' tool.jsonl >tool.plain
    jq -c 'del(.maki)' schema.jsonl | cmp - tool.plain
    jq -c 'del(.maki)' text.jsonl | cmp - tool.plain
}

@test "what the service refuses is put otherwise, and nothing is lost" {
    start_standin
    maki-classify --quiet cases.jsonl | jq -c 'del(.maki)' >expected
    for message in "This model doesn't support tool use." "cachePoint is not allowed here" "top_p and temperature cannot both be set"; do
        refuse "$message"
        try maki-classify --stats stats.json -j 4 cases.jsonl
        expect_status 0
        jq -c 'del(.maki)' .out | cmp - expected
        expect_equal '12 12 0 1' "$(jq -r '"\(.out) \(.calls) \(.repairs) \(.refused)"' stats.json)"
    done
}

@test "the summary, too, is made with each form" {
    start_standin
    maki-classify --quiet cases.jsonl >insights.jsonl
    for form in tool schema text; do
        maki-aggregate --quiet --structured "$form" insights.jsonl | jq -c 'del(.maki)' >"$form.json"
    done
    cmp tool.json schema.json
    cmp tool.json text.json
}

@test "another word than these is no form" {
    try maki-classify --offline --structured json cases.jsonl
    expect_status 64
    expect_match "'json' is no way" "$err"
}

# --- limits and prices --------------------------------------------------------------------------------------------------------

@test "--max-calls stops asking; what is left fails and can be tried again" {
    start_standin
    try maki-classify --max-calls 5 -j 2 --failures failures.jsonl --stats stats.json cases.jsonl
    expect_status 1
    expect_equal 5 "$(wc -l <.out)"
    expect_equal 5 "$(counted .operations.Converse)"
    expect_equal '7 ["CallLimit"] [true]' "$(jq -rs '"\(length) \([.[].error.code] | unique) \([.[].error.retryable] | unique)"' failures.jsonl)"
    expect_accounted stats.json
    jq -c .record failures.jsonl | maki-classify --quiet >rest.jsonl
    expect_equal 7 "$(wc -l <rest.jsonl)"
}

@test "--max-cost stops before the cost would pass it" {
    start_standin
    maki-classify --quiet --price-input 1 --price-output 2 --stats all.json cases.jsonl >all.jsonl
    half=$(jq '.cost / 2' all.json)
    try maki-classify --price-input 1 --price-output 2 --max-cost "$half" -j 4 --failures failures.jsonl --stats stats.json cases.jsonl
    expect_status 1
    expect_accounted stats.json
    jq -e --argjson half "$half" '.cost > 0 and .cost <= $half and .out > 0 and .failed > 0' stats.json >/dev/null || fail "$(cat stats.json)"
    expect_equal '["CostLimit"]' "$(jq -cs '[.[].error.code] | unique' failures.jsonl)"
}

@test "--max-cost without a price does not start" {
    start_standin
    try maki-classify --max-cost 1 cases.jsonl
    expect_status 78
    expect_match 'needs the price of us.amazon.nova-micro-v1:0' "$err"
    expect_equal '' "$out"
}

@test "prices come from the user's file, with its date" {
    start_standin
    echo '{"date":"2026-01-31","currency":"EUR","prices":[{"model":"amazon.nova-*","input":2,"output":4}]}' >prices.json
    try maki-classify --quiet --prices prices.json --stats stats.json cases.jsonl
    expect_status 0
    expect_equal '{"date":"2026-01-31","currency":"EUR"}' "$(jq -c .prices stats.json)"
    jq -e '(.tokens.input * 2 + .tokens.output * 4 + (.tokens.cacheRead // 0) * 2 + (.tokens.cacheWrite // 0) * 2) / 1000000 - .cost
        | fabs < 0.000001' stats.json >/dev/null || fail "$(cat stats.json)"
    try maki-classify --dry-run --prices prices.json cases.jsonl
    expect_status 0
    jq -e '.cost > 0 and .prices.date == "2026-01-31"' .out >/dev/null || fail "$out"
    echo '{"prices":[{"model":"*","input":2,"output":4}]}' >prices.json
    try maki-classify --prices prices.json cases.jsonl
    expect_status 78
    expect_match 'prices.json: "date"' "$err"
}

@test "statistics have the latency" {
    start_standin
    standin_faults '{"latencyMs":30}'
    maki-classify --quiet --stats stats.json cases.jsonl >/dev/null
    jq -e '.latency_ms | .p50 >= 30 and .p90 >= .p50 and .p99 >= .p90 and .p99 < 5000' stats.json >/dev/null || fail "$(cat stats.json)"
}

# --- members of the request ---------------------------------------------------------------------------------------------------

@test "a member that cannot be is refused before anything is sent" {
    for option in '--guardrail abc' '--guardrail abc:x' '--guardrail :1' '--metadata nothing' '--service-tier cheap' '--latency fast' \
        '--request []' '--request {"messages":[]}' '--request {"toolConfig":{}}'; do
        # shellcheck disable=SC2086 # an option and its value
        try maki-classify --offline $option cases.jsonl
        expect_status 64
    done
}

# --- --check ------------------------------------------------------------------------------------------------------------------

@test "--check says that a model is there and enabled, and asks it nothing" {
    start_standin
    try maki-classify --check
    expect_status 0
    expect_equal '{"model":"us.amazon.nova-micro-v1:0","ok":true,"note":"there and enabled"}' "$out"
    try maki-aggregate --check-call
    expect_status 0
    expect_match 'and it answers' "$out"
}

@test "--check tells an unknown model, a wrong Region, no access, no credentials and no network apart" {
    start_standin
    try maki-classify --check --model amazon.nova-nano-v9:0
    expect_status 78
    expect_match 'is no model or inference profile of us-east-1' "$err"
    try maki-classify --check --model arn:aws:bedrock:eu-west-1:111122223333:inference-profile/eu.amazon.nova-micro-v1:0
    expect_status 78
    expect_match 'give --region eu-west-1' "$err"
    standin_faults '{"rules":[{"operation":"GetFoundationModelAvailability","do":"body","body":"{\"agreementAvailability\":{\"status\":\"NOT_AVAILABLE\"},\"authorizationStatus\":\"AUTHORIZED\"}"}]}'
    try maki-classify --check
    expect_status 77
    expect_match 'enable it under Model access' "$err"
    standin_faults '{}'
    AWS_SECRET_ACCESS_KEY=wrong try maki-classify --check
    expect_status 77
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
    try maki-classify --check
    expect_status 77
    expect_match 'credentials' "$err"
    export AWS_ACCESS_KEY_ID=$STANDIN_KEY AWS_SECRET_ACCESS_KEY=$STANDIN_SECRET
    stop_standin
    AWS_MAX_ATTEMPTS=1 try maki-classify --check
    expect_status 69
}

@test "--check finds that a model needs an inference profile, and names some" {
    start_standin
    try maki-classify --check --model anthropic.claude-3-7-sonnet-20250219-v1:0
    expect_status 78
    expect_match 'through an inference profile only: --model us.anthropic.claude-3-7-sonnet-20250219-v1:0' "$err"
}

@test "who may not look is not held up" {
    start_standin
    standin_faults '{"rules":[{"operation":"ListInferenceProfiles","do":"error","status":403,"type":"AccessDeniedException","message":"not authorized"}]}'
    try maki-classify --check
    expect_status 0
    expect_match 'could not be looked up' "$out"
}

@test "maki-run looks first, and fetches nothing where a model is not enabled" {
    start_standin
    standin_faults '{"rules":[{"operation":"GetFoundationModelAvailability","do":"body","body":"{\"entitlementAvailability\":\"NOT_AVAILABLE\"}"}]}'
    try maki-run --input cases.jsonl --report report
    expect_status 77
    expect_match 'check-enabled-models: NotEnabled' "$err"
    expect_no_match 'fetch: started' "$err"
    standin_faults '{}'
    try maki-run --input cases.jsonl --report report
    expect_status 0
    expect_match 'check-enabled-models: succeeded' "$err"
}
