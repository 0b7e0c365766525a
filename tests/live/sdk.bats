#!/usr/bin/env bats
# The AWS SDK for JavaScript as a client of the stand-in: what the SDK sends is accepted, what the stand-in answers parses. Nobody here wrote
# either the SDK's signer or its parsers.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/standin
load ../lib/live

M='"modelId":"us.amazon.nova-micro-v1:0"'
HI='"messages":[{"role":"user","content":[{"text":"Hi, café \"quoted\" 😀"}]}]'

# A message about a case, fenced as the programs do it: taken from a real request of theirs.
case_message() {
    printf '%s' '{"subject":"429","communications":[{"from":"customer","body":"We get ThrottlingException: Rate exceeded."}]}' >data
    local marker
    marker=$(sha256sum <data | cut -c1-32)
    jq -cn --rawfile d data --arg m "$marker" '[{role: "user", content: [{text: "Read it.\n<data \($m)>\n\($d)\n</data \($m)>"}]}]'
}

# sdk_calls WORD...: triples of client, command, JSON; the answers are lines of $out
sdk_calls() {
    try sdk bedrock "$@"
    expect_status 0
}

# answer N FILTER: of the N-th answer, by jq
answer() { sed -n "$1p" .out | jq -r "$2"; }

@test "Converse with text, tool and schema, and CountTokens" {
    start_standin
    messages=$(case_message)
    tool='{"toolSpec":{"name":"record_insight","description":"d","inputSchema":{"json":{"type":"object","properties":{"category":{"enum":["throttling","other"]}}}}}}'
    sdk_calls runtime Converse "{$M,$HI,\"system\":[{\"text\":\"Be kind.\"},{\"cachePoint\":{\"type\":\"default\"}}],\"inferenceConfig\":{\"maxTokens\":100,\"temperature\":0.5,\"topP\":0.1},\"requestMetadata\":{\"run\":\"1\"}}" \
        runtime Converse "{$M,\"messages\":$messages,\"toolConfig\":{\"tools\":[$tool],\"toolChoice\":{\"tool\":{\"name\":\"record_insight\"}}}}" \
        runtime Converse "{$M,\"messages\":$messages,\"outputConfig\":{\"textFormat\":{\"type\":\"json_schema\",\"structure\":{\"jsonSchema\":{\"name\":\"record_insight\",\"schema\":\"{\\\"type\\\":\\\"object\\\"}\"}}}}}" \
        runtime CountTokens "{$M,\"input\":{\"converse\":{$HI}}}" \
        runtime Converse "{\"modelId\":\"arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-micro-v1:0\",$HI}"
    expect_equal "end_turn assistant" "$(answer 1 '"\(.stopReason) \(.output.message.role)"')"
    expect_match 'offline stand-in' "$(answer 1 '.output.message.content[0].text')"
    expect_equal true "$(answer 1 '.usage | .inputTokens + .outputTokens == .totalTokens and .inputTokens > 0')"
    expect_equal "tool_use record_insight throttling" \
        "$(answer 2 '"\(.stopReason) \(.output.message.content[0].toolUse | "\(.name) \(.input.category)")"')"
    expect_equal "end_turn throttling" "$(answer 3 '"\(.stopReason) \(.output.message.content[0].text | fromjson.category)"')"
    expect_equal true "$(answer 4 '.inputTokens > 5')"
    expect_equal end_turn "$(answer 5 .stopReason)"
}

@test "models, availability, profiles and the account" {
    start_standin
    sdk_calls bedrock ListFoundationModels '{"byProvider":"Amazon","byOutputModality":"TEXT","byInferenceType":"ON_DEMAND"}' \
        bedrock GetFoundationModel '{"modelIdentifier":"amazon.nova-micro-v1:0"}' \
        bedrock GetFoundationModelAvailability '{"modelId":"amazon.nova-micro-v1:0"}' \
        bedrock ListInferenceProfiles '{"maxResults":2,"typeEquals":"SYSTEM_DEFINED"}' \
        bedrock GetInferenceProfile '{"inferenceProfileIdentifier":"us.anthropic.claude-3-7-sonnet-20250219-v1:0"}' \
        sts GetCallerIdentity ''
    expect_equal amazon.nova-micro-v1:0 "$(answer 1 '.modelSummaries[0].modelId')"
    expect_equal ACTIVE "$(answer 2 '.modelDetails.modelLifecycle.status')"
    expect_equal "AVAILABLE AUTHORIZED" "$(answer 3 '"\(.agreementAvailability.status) \(.authorizationStatus)"')"
    expect_equal "2 2" "$(answer 4 '"\(.inferenceProfileSummaries | length) \(.nextToken)"')"
    expect_match '^20[0-9-]+T' "$(answer 4 '.inferenceProfileSummaries[0].createdAt')"
    expect_equal ACTIVE "$(answer 5 .status)"
    expect_equal 111122223333 "$(answer 6 .Account)"
}

@test "errors become the SDK's exception classes, with their status" {
    rule() { printf '{"operation":"Converse","first":%d,"count":1,"do":"error","status":%d,"type":"%s","message":"m"}' "$1" "$2" "$3"; }
    classes="AccessDeniedException:403 InternalServerException:500 ModelErrorException:424 ModelNotReadyException:429
        ModelTimeoutException:408 ResourceNotFoundException:404 ServiceQuotaExceededException:400 ServiceUnavailableException:503
        ThrottlingException:429 ValidationException:400"
    rules='' words=() n=0
    for c in $classes; do
        n=$((n + 1))
        rules+="${rules:+,}$(rule $n "${c#*:}" "${c%:*}")"
        words+=(runtime Converse "{$M,$HI}")
    done
    start_standin --faults "{\"rules\":[$rules]}"
    sdk_calls "${words[@]}" runtime Converse '{"modelId":"us.amazon.nova-micro-v9:0",'"$HI}" runtime Converse "{$M,\"messages\":[]}" \
        bedrock GetInferenceProfile '{"inferenceProfileIdentifier":"eu.amazon.nova-micro-v1:0"}'
    n=0
    for c in $classes; do
        n=$((n + 1))
        expect_equal "${c%:*} true ${c#*:} m" "$(answer $n '"\(.error) \(.known) \(.status) \(.message)"')"
    done
    expect_equal "ValidationException true 400" "$(answer $((n + 1)) '"\(.error) \(.known) \(.status)"')"
    expect_equal "ValidationException true" "$(answer $((n + 2)) '"\(.error) \(.known)"')"
    expect_equal "ResourceNotFoundException true" "$(answer $((n + 3)) '"\(.error) \(.known)"')"
}

@test "the SDK's own retries get through throttling, cut connections, HTML and a clock that is off" {
    start_standin --faults '{"rules":[{"first":1,"count":1,"do":"error","status":429,"type":"ThrottlingException","retryAfter":"1"},{"first":2,"count":1,"do":"close"},{"first":3,"count":1,"do":"html","status":503}]}'
    SDK_ATTEMPTS=5 sdk_calls runtime Converse "{$M,$HI}"
    expect_equal "end_turn 4" "$(answer 1 '"\(.stopReason) \(.attempts)"')"
    standin_faults '{"skewSeconds":3600}'
    SDK_ATTEMPTS=3 sdk_calls runtime Converse "{$M,$HI}"
    expect_equal "end_turn 2" "$(answer 1 '"\(.stopReason) \(.attempts)"')"
}

@test "what the SDK may not do: wrong secret, expired token, another region; what it may: a session, a bearer key" {
    start_standin
    AWS_SECRET_ACCESS_KEY=wrong sdk_calls runtime Converse "{$M,$HI}" bedrock ListFoundationModels '' sts GetCallerIdentity ''
    expect_equal "InvalidSignatureException 403" "$(answer 1 '"\(.error) \(.status)"')"
    expect_equal "InvalidSignatureException 403" "$(answer 2 '"\(.error) \(.status)"')"
    expect_equal "SignatureDoesNotMatch 403" "$(answer 3 '"\(.error) \(.status)"')"
    AWS_ACCESS_KEY_ID=ASIAEXPIRED AWS_SESSION_TOKEN=$STANDIN_TOKEN sdk_calls runtime Converse "{$M,$HI}" sts GetCallerIdentity ''
    expect_equal "ExpiredTokenException 403" "$(answer 1 '"\(.error) \(.status)"')"
    expect_match ExpiredToken "$(answer 2 .error)"
    AWS_REGION=eu-west-1 sdk_calls runtime Converse "{$M,$HI}"
    expect_match 'valid region' "$(answer 1 .message)"
    AWS_ACCESS_KEY_ID=ASIAEXAMPLE AWS_SESSION_TOKEN=$STANDIN_TOKEN sdk_calls runtime Converse "{$M,$HI}"
    expect_equal end_turn "$(answer 1 .stopReason)"
    AWS_BEARER_TOKEN_BEDROCK=$STANDIN_BEARER sdk_calls runtime Converse "{$M,$HI}" bedrock ListFoundationModels ''
    expect_equal end_turn "$(answer 1 .stopReason)"
    expect_equal null "$(answer 2 .error)"
    AWS_BEARER_TOKEN_BEDROCK=wrong sdk_calls runtime Converse "{$M,$HI}"
    expect_equal "AccessDeniedException true" "$(answer 1 '"\(.error) \(.known)"')"
}
