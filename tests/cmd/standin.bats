#!/usr/bin/env bats
# The test server that answers as Bedrock does. What it promises, others' tests rest on.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/standin

MODEL=/model/us.amazon.nova-micro-v1%3A0
HI='{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}'

# request [OPTION]... METHOD PATH [BODY]: $code, $type and $body hold what came
request() {
    local words=("$@") i
    for i in "${!words[@]}"; do
        [[ ${words[i]} == /* ]] && words[i]=$standin${words[i]}
    done
    try awsreq.py "${words[@]}"
    code=$(head -n 1 .out)
    type=$(sed -n 's/^x-amzn-errortype: \([^:]*\).*/\1/p' .out)
    body=$(sed '1,/^$/d' .out)
}

expect_answer() { # CODE TYPE
    expect_equal "$1 $2" "$code $type"
}

@test "a signed request is answered, with the headers that Bedrock sends" {
    start_standin
    request POST "$MODEL/converse" "$HI"
    expect_answer 200 ""
    expect_match 'x-amzn-requestid: [0-9a-f-]{36}' "$out"
    expect_match 'date: [A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT' "$out"
    expect_match 'content-type: application/json' "$out"
    expect_equal end_turn "$(jq -r .stopReason <<<"$body")"
}

@test "a session's token is asked for, an expired one refused, an unknown key too" {
    start_standin
    AWS_ACCESS_KEY_ID=ASIAEXAMPLE AWS_SESSION_TOKEN=$STANDIN_TOKEN request POST "$MODEL/converse" "$HI"
    expect_answer 200 ""
    AWS_ACCESS_KEY_ID=ASIAEXAMPLE request POST "$MODEL/converse" "$HI"
    expect_answer 403 UnrecognizedClientException
    AWS_SESSION_TOKEN=x request POST "$MODEL/converse" "$HI"
    expect_answer 403 UnrecognizedClientException
    AWS_ACCESS_KEY_ID=ASIAEXPIRED AWS_SESSION_TOKEN=$STANDIN_TOKEN request POST "$MODEL/converse" "$HI"
    expect_answer 403 ExpiredTokenException
    AWS_ACCESS_KEY_ID=AKIANOBODY request POST "$MODEL/converse" "$HI"
    expect_answer 403 UnrecognizedClientException
}

@test "a signature that does not fit is refused: secret, body, header, region, service, time" {
    start_standin
    AWS_SECRET_ACCESS_KEY=wrong request POST "$MODEL/converse" "$HI"
    expect_answer 403 InvalidSignatureException
    request --tamper POST "$MODEL/converse" "$HI"
    expect_answer 403 InvalidSignatureException
    request --header "x-amz-meta: a" --late-header "x-amz-meta: b" POST "$MODEL/converse" "$HI"
    expect_answer 403 InvalidSignatureException
    request --late-header "x-amz-other: b" POST "$MODEL/converse" "$HI"
    expect_answer 403 InvalidSignatureException
    expect_match "'x-amz-other' must be a 'SignedHeader'" "$body"
    request --region eu-west-1 POST "$MODEL/converse" "$HI"
    expect_answer 403 InvalidSignatureException
    expect_match 'valid region' "$body"
    request --service bedrock-runtime POST "$MODEL/converse" "$HI"
    expect_match "correct service: 'bedrock'" "$body"
    request --skew -400 POST "$MODEL/converse" "$HI"
    expect_match 'Signature expired' "$body"
    request --skew 400 POST "$MODEL/converse" "$HI"
    expect_match 'Signature not yet current' "$body"
    request --skew 200 POST "$MODEL/converse" "$HI"
    expect_answer 200 ""
    request --plain POST "$MODEL/converse" "$HI"
    expect_answer 403 MissingAuthenticationTokenException
    request --plain --header "authorization: AWS4-HMAC-SHA256 Credential=a/b" POST "$MODEL/converse" "$HI"
    expect_answer 403 IncompleteSignatureException
}

@test "bearer keys open Bedrock and nothing else" {
    start_standin
    request --bearer "$STANDIN_BEARER" POST "$MODEL/converse" "$HI"
    expect_answer 200 ""
    request --bearer "$STANDIN_BEARER" GET /foundation-models
    expect_answer 200 ""
    request --bearer wrong POST "$MODEL/converse" "$HI"
    expect_answer 403 AccessDeniedException
    request --bearer "$STANDIN_BEARER" --type application/x-www-form-urlencoded POST / 'Action=GetCallerIdentity&Version=2011-06-15'
    expect_equal 403 "$code"
}

@test "STS tells the account in XML, and refuses in XML" {
    start_standin --account 999988887777
    request --service sts --type application/x-www-form-urlencoded POST / 'Action=GetCallerIdentity&Version=2011-06-15'
    expect_equal 200 "$code"
    expect_match '<Account>999988887777</Account>' "$body"
    AWS_SECRET_ACCESS_KEY=wrong request --service sts POST / 'Action=GetCallerIdentity&Version=2011-06-15'
    expect_equal 403 "$code"
    expect_match '<Code>SignatureDoesNotMatch</Code>' "$body"
    request --service sts POST / 'Action=AssumeRole&Version=2011-06-15'
    expect_match '<Code>InvalidAction</Code>' "$body"
}

@test "models: unknown ones, those of another region, those that need a profile are refused as Bedrock does" {
    start_standin
    request POST /model/us.amazon.nova-micro-v9%3A0/converse "$HI"
    expect_answer 400 ValidationException
    expect_match 'model identifier is invalid' "$body"
    request POST /model/eu.amazon.nova-micro-v1%3A0/converse "$HI"
    expect_match 'model identifier is invalid' "$body"
    request POST /model/anthropic.claude-3-7-sonnet-20250219-v1%3A0/converse "$HI"
    expect_match 'on-demand throughput isn.t supported' "$body"
    request POST /model/amazon.titan-embed-text-v2%3A0/converse "$HI"
    expect_match 'does not support the Converse operation' "$body"
    request POST /model/arn%3Aaws%3Abedrock%3Aus-east-1%3A111122223333%3Ainference-profile%2Fus.anthropic.claude-3-7-sonnet-20250219-v1%3A0/converse "$HI"
    expect_answer 200 ""
    request GET '/foundation-models?byProvider=Amazon&byOutputModality=TEXT'
    expect_equal 3 "$(jq '.modelSummaries | length' <<<"$body")"
    request GET /foundation-model-availability/amazon.nova-micro-v1%3A0
    expect_equal AUTHORIZED "$(jq -r .authorizationStatus <<<"$body")"
    request GET '/inference-profiles?maxResults=5'
    expect_equal "5 5" "$(jq -r '"\(.inferenceProfileSummaries | length) \(.nextToken)"' <<<"$body")"
    request GET '/inference-profiles?maxResults=1000&nextToken=5'
    expect_equal null "$(jq -r .nextToken <<<"$body")"
    request POST "$MODEL/count-tokens" "{\"input\":{\"converse\":$HI}}"
    expect_equal 2 "$(jq .inputTokens <<<"$body")"
}

@test "HTTP as it comes: in pieces, pipelined, with Expect, over 200 connections, with clients that go away" {
    start_standin
    try rawhttp.py "$standin" pipelined bytewise http10 close expect abandoned many abandoned pipelined
    expect_equal "pipelined 200 200 200
bytewise 200
http10 200 0
close 200 0
expect 100 200
abandoned gone
many 1 200
abandoned gone
pipelined 200 200 200" "$out"
}

@test "what is no HTTP, or could be read in two ways, is refused and ends the connection" {
    start_standin
    try rawhttp.py "$standin" noise two-lengths negative-length huge-length chunked long-head many-headers space-in-name folded \
        no-host absolute version nul bare-newline
    expect_equal "noise 400 0
two-lengths 400 0
negative-length 400 0
huge-length 413 0
chunked 501 0
long-head 431 0
many-headers 431 0
space-in-name 400 0
folded 400 0
no-host 400 0
absolute 400 0
version 505 0
nul 400 0
bare-newline 431 0" "${out//reset/431 0}"
}

@test "faults by rule: the third request fails, then every second one, and only where it is wanted" {
    start_standin --faults '{"rules":[{"operation":"Converse","first":2,"every":2,"count":2,"do":"error","status":503,"type":"ServiceUnavailableException","retryAfter":"1"}]}'
    local codes='' i
    for i in 1 2 3 4 5 6; do
        request POST "$MODEL/converse" "$HI"
        codes+="$code "
        [ "$code" = 200 ] || expect_match 'retry-after: 1' "$out"
        request GET /foundation-models
        expect_equal 200 "$code"
    done
    expect_equal "200 503 200 503 200 200 " "$codes"
    expect_equal '{"Converse 200":4,"Converse 503":2,"ListFoundationModels 200":6}' "$(counted '.outcomes | tojson | fromjson' | jq -cS .)"
}

@test "faults that break the answer: cut, reset, slow, HTML, garbage, another clock, denied models" {
    start_standin
    fault() { standin_faults "{\"rules\":[{\"do\":\"$1\",\"status\":502,\"ms\":20}]}"; }
    for kind in cut cut-body; do
        fault $kind
        request POST "$MODEL/converse" "$HI"
        expect_equal "failed: IncompleteRead" "$out"
    done
    fault close
    request POST "$MODEL/converse" "$HI"
    expect_equal "failed: RemoteDisconnected" "$out"
    fault reset
    request POST "$MODEL/converse" "$HI"
    expect_equal "failed: ConnectionResetError" "$out"
    fault noise
    request POST "$MODEL/converse" "$HI"
    expect_equal "failed: BadStatusLine" "$out"
    fault slow
    request POST "$MODEL/converse" "$HI"
    expect_equal end_turn "$(jq -r .stopReason <<<"$body")"
    fault html
    request POST "$MODEL/converse" "$HI"
    expect_equal 502 "$code"
    expect_match '<html>' "$body"
    fault garbage
    request POST "$MODEL/converse" "$HI"
    expect_equal 200 "$code"
    ! jq . <<<"$body" >/dev/null 2>&1 || fail "garbage was JSON: $body"
    standin_faults '{"skewSeconds":-3600}'
    request POST "$MODEL/converse" "$HI"
    expect_match 'Signature not yet current' "$body"
    standin_faults '{"denyModels":["us.amazon.nova-micro-v1:0"]}'
    request POST "$MODEL/converse" "$HI"
    expect_answer 403 AccessDeniedException
    request POST /model/amazon.nova-micro-v1%3A0/converse "$HI"
    expect_answer 200 ""
}

@test "faults that are misspelt are refused, and those that are set stay" {
    start_standin --faults '{"rules":[{"do":"error","status":500}]}'
    try awsreq.py --plain POST "$standin/_standin/faults" '{"latency":5}'
    expect_match 'no fault is called "latency"' "$out"
    try awsreq.py --plain POST "$standin/_standin/faults" '{"rules":[{"do":"explode"}]}'
    expect_equal 400 "$(head -n 1 .out)"
    request POST "$MODEL/converse" "$HI"
    expect_equal 500 "$code"
}

@test "throttled at a rate, it serves that rate, with Retry-After; repeated bodies are counted" {
    start_standin --faults '{"rate":0.001,"burst":2,"retryAfter":"7"}'
    local codes=''
    for i in 1 2 3; do
        request POST "$MODEL/converse" "$HI"
        codes+="$code "
    done
    expect_equal "200 200 429 " "$codes"
    expect_match 'retry-after: 7' "$out"
    expect_equal ThrottlingException "$type"
    expect_equal "1 2 1" "$(counted '"\(.distinctBodies) \(.repeatedBodies) \(.answeredAgain)"')"
    standin_control reset
    expect_equal 0 "$(counted .requests)"
}

@test "1,000 requests at 100 ms with 64 in flight: none is lost, and the server keeps up" {
    start_standin --faults '{"latencyMs":100}'
    try load.py "$standin" 1000 64
    expect_status 0
    expect_match '200:1000$' "$out"
    echo "# $out" >&3
    # 16 rounds of 100 ms; what is above is this machine's, and the Python client's
    expect_equal "1000 64 1000" "$(counted '"\(.requests) \(.maxInFlight) \(.distinctBodies)"')"
    counted .elapsedMs | awk '{ exit !($1 >= 1550 && $1 < 4000) }' || fail "took $(counted .elapsedMs) ms"
}

@test "without keys, with bad ones or with bad options it does not start" {
    try maki-standin
    expect_status 64
    echo "key a" >keys
    try maki-standin --keys keys
    expect_status 78
    try maki-standin --keys /nonexistent
    expect_no_match '^0$' "$status"
    write_standin_keys >keys
    try maki-standin --keys keys --faults '{'
    expect_status 65
}
