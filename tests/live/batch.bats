#!/usr/bin/env bats
# The AWS SDK for JavaScript drives the stand-in's batch API, over a folder in place of S3.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/standin
load ../lib/live

# records COUNT: of a job's input, Converse bodies in plain words
records() {
    jq -cn --argjson n "$1" 'range($n) | {recordId: "R\(. + 1)", modelInput: {messages: [{role: "user", content: [{text: "Hi \(.)"}]}]}}'
}

# job NAME [MEMBERS]: the JSON of a request, input a.jsonl
job() {
    printf '{"jobName":"%s","roleArn":"arn:aws:iam::111122223333:role/Batch","modelId":"us.amazon.nova-micro-v1:0","modelInvocationType":"Converse",
        "inputDataConfig":{"s3InputDataConfig":{"s3Uri":"s3://batches/in/a.jsonl","s3InputFormat":"JSONL"}},
        "outputDataConfig":{"s3OutputDataConfig":{"s3Uri":"s3://batches/out/"}}%s}' "$1" "${2-}"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p store/batches/in
    records 120 >store/batches/in/a.jsonl
}

sdk_calls() { # triples of client, command, JSON
    try sdk bedrock "$@"
    expect_status 0
}

answer() { sed -n "$1p" .out | jq -r "$2"; }

# get ARN TIMES: as many polls
get() {
    local words=() i
    for ((i = 0; i < $2; i++)); do words+=(bedrock GetModelInvocationJob "{\"jobIdentifier\":\"$1\"}"); done
    sdk_calls "${words[@]}"
}

@test "a job runs through its statuses; its output, in any order, and its manifest account for every record" {
    start_standin --store store --faults '{"batch":{"shuffle":true,"failEvery":50}}'
    sdk_calls bedrock CreateModelInvocationJob "$(job first ',"clientRequestToken":"t1","timeoutDurationInHours":24,"tags":[{"key":"a","value":"b"}]')"
    arn=$(answer 1 .jobArn)
    expect_match '^arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/[0-9a-f]{12}$' "$arn"
    get "$arn" 5
    expect_equal "Submitted Validating Scheduled InProgress Completed" "$(jq -r .status .out | paste -sd ' ')"
    expect_equal "first t1 24 120 120 118 2" "$(answer 5 '"\(.jobName) \(.clientRequestToken) \(.timeoutDurationInHours) \(.totalRecordCount) \(.processedRecordCount) \(.successRecordCount) \(.errorRecordCount)"')"
    expect_equal true "$(answer 5 '.endTime >= .submitTime and .jobExpirationTime > .endTime')"
    folder=store/batches/out/${arn##*/}
    expect_equal "$(records 120 | jq -r .recordId | sort)" "$(jq -r .recordId "$folder/a.jsonl.out" | sort)"
    [ "$(jq -r .recordId "$folder/a.jsonl.out")" != "$(records 120 | jq -r .recordId)" ] || fail "the order was kept"
    expect_equal "R100 R50" "$(jq -r 'select(.error) | .recordId' "$folder/a.jsonl.out" | sort | paste -sd ' ')"
    expect_equal "400 false" "$(jq -r 'select(.recordId == "R50") | "\(.error.errorCode) \(has("modelOutput"))"' "$folder/a.jsonl.out")"
    expect_equal "end_turn Hi 4" "$(jq -r 'select(.recordId == "R5") | "\(.modelOutput.stopReason) \(.modelInput.messages[0].content[0].text)"' "$folder/a.jsonl.out")"
    expect_equal "120 120 118 2 true" "$(jq -r '"\(.totalRecordCount) \(.processedRecordCount) \(.successRecordCount) \(.errorRecordCount) \(.inputTokenCount > 0)"' "$folder/manifest.json.out")"
}

@test "a token that was there before makes no second job; with another request it is a conflict" {
    start_standin --store store
    token=',"clientRequestToken":"t1"'
    sdk_calls bedrock CreateModelInvocationJob "$(job one "$token")" bedrock CreateModelInvocationJob "$(job one "$token")" \
        bedrock CreateModelInvocationJob "$(job two "$token")" bedrock ListModelInvocationJobs '{}'
    expect_equal "$(answer 1 .jobArn)" "$(answer 2 .jobArn)"
    expect_equal "ConflictException true" "$(answer 3 '"\(.error) \(.known)"')"
    expect_equal 1 "$(answer 4 '.invocationJobSummaries | length')"
}

@test "jobs are listed by pages and filters, newest first or oldest first" {
    start_standin --store store
    words=()
    for n in 1 2 3 4 5; do words+=(bedrock CreateModelInvocationJob "$(job "maki-$n")"); done
    sdk_calls "${words[@]}" bedrock CreateModelInvocationJob "$(job other)"
    arn=$(answer 1 .jobArn)
    names() { answer "$1" '[.invocationJobSummaries[].jobName] | join(" ")'; }
    sdk_calls bedrock ListModelInvocationJobs '{"nameContains":"maki","maxResults":2}' \
        bedrock ListModelInvocationJobs '{"nameContains":"maki","maxResults":10,"sortBy":"CreationTime","sortOrder":"Ascending"}' \
        bedrock ListModelInvocationJobs '{"submitTimeAfter":"2100-01-01T00:00:00Z"}' \
        bedrock ListModelInvocationJobs '{"submitTimeAfter":"2020-01-01T00:00:00Z","submitTimeBefore":"2100-01-01T00:00:00Z"}' \
        bedrock ListModelInvocationJobs '{"statusEquals":"Completed"}' bedrock ListModelInvocationJobs '{"maxResults":1001}' \
        bedrock ListModelInvocationJobs '{"nextToken":"nonsense"}'
    expect_equal "maki-5 maki-4" "$(names 1)"
    expect_equal "maki-1 maki-2 maki-3 maki-4 maki-5" "$(names 2)"
    expect_equal "" "$(names 3)"
    expect_equal 6 "$(answer 4 '.invocationJobSummaries | length')"
    expect_equal 6 "$(answer 5 '.invocationJobSummaries | length')"
    expect_equal "ValidationException ValidationException" "$(answer 6 .error) $(answer 7 .error)"
    sdk_calls bedrock ListModelInvocationJobs '{"nameContains":"maki","maxResults":2}'
    token=$(answer 1 .nextToken)
    sdk_calls bedrock ListModelInvocationJobs "{\"nameContains\":\"maki\",\"maxResults\":2,\"nextToken\":\"$token\"}"
    expect_equal "maki-3 maki-2" "$(names 1)"
    token=$(answer 1 .nextToken)
    sdk_calls bedrock ListModelInvocationJobs "{\"nameContains\":\"maki\",\"maxResults\":2,\"nextToken\":\"$token\"}"
    expect_equal "maki-1 null" "$(names 1) $(answer 1 .nextToken)"
}

@test "a job is stopped, and what has ended is not stopped again; unknown jobs are not found" {
    start_standin --store store --faults '{"batch":{"recordsPerPoll":30}}'
    sdk_calls bedrock CreateModelInvocationJob "$(job stopme)"
    arn=$(answer 1 .jobArn)
    get "$arn" 5
    expect_equal "InProgress 30" "$(answer 5 '"\(.status) \(.processedRecordCount)"')"
    sdk_calls bedrock StopModelInvocationJob "{\"jobIdentifier\":\"$arn\"}"
    get "$arn" 2
    expect_equal "Stopping Stopped" "$(jq -r .status .out | paste -sd ' ')"
    expect_equal 60 "$(wc -l <"store/batches/out/${arn##*/}/a.jsonl.out")"
    sdk_calls bedrock StopModelInvocationJob "{\"jobIdentifier\":\"$arn\"}" \
        bedrock GetModelInvocationJob '{"jobIdentifier":"arn:aws:bedrock:us-east-1:111122223333:model-invocation-job/aaaaaaaaaaaa"}'
    expect_equal "ConflictException true" "$(answer 1 '"\(.error) \(.known)"')"
    expect_equal "ResourceNotFoundException true" "$(answer 2 '"\(.error) \(.known)"')"
}

@test "requests that cannot be are refused; input that cannot be fails the job with a reason" {
    start_standin --store store
    sdk_calls bedrock CreateModelInvocationJob "$(job 'bad name')" bedrock CreateModelInvocationJob "$(job x | sed 's/s3:/http:/')" \
        bedrock CreateModelInvocationJob "$(job x | sed 's/nova-micro-v1/nova-micro-v9/')" bedrock CreateModelInvocationJob "$(job x ',"timeoutDurationInHours":1')"
    expect_equal "ValidationException ValidationException ValidationException ValidationException" "$(jq -r .error .out | paste -sd ' ')"
    reason() { # FILE: what a job over it fails with
        sdk_calls bedrock CreateModelInvocationJob "$(job x | sed "s/a\.jsonl/$1/")"
        get "$(answer 1 .jobArn)" 3
        answer 3 '"\(.status) \(.message)"'
    }
    records 99 >store/batches/in/few.jsonl
    { records 120; echo '{"recordId":"x"}'; } >store/batches/in/broken.jsonl
    expect_match 'Failed .*from 100 to 50000; the input has 99' "$(reason few.jsonl)"
    expect_match 'Failed .*broken.jsonl: a line is not valid JSON' "$(reason broken.jsonl)"
    expect_match 'Failed No input file' "$(reason missing.jsonl)"
    expect_match 'Failed .*extension .jsonl' "$(reason a.txt)"
}

@test "jobs end as they are told to: partially completed, expired, failed; records with tools or a schema fail" {
    start_standin --store store --faults '{"batch":{"maxActive":3,"jobs":[{"nth":1,"end":"PartiallyCompleted","after":100},{"nth":2,"end":"Expired","after":10,"message":"too late"},{"nth":3,"end":"Failed","after":0}]}}'
    records 120 | jq -c 'if .recordId == "R7" then .modelInput.toolConfig = {tools: []} elif .recordId == "R8" then .modelInput.outputConfig = {} elif .recordId == "R9" then .modelInput.messages = [] else . end' >store/batches/in/a.jsonl
    sdk_calls bedrock CreateModelInvocationJob "$(job a)" bedrock CreateModelInvocationJob "$(job b)" bedrock CreateModelInvocationJob "$(job c)" \
        bedrock CreateModelInvocationJob "$(job d)"
    expect_equal "ServiceQuotaExceededException true" "$(answer 4 '"\(.error) \(.known)"')"
    arns=$(jq -r '.jobArn // empty' .out)
    ends=''
    for arn in $arns; do
        get "$arn" 5
        ends+="$(answer 5 '"\(.status) \(.processedRecordCount) \(.message // "")"'),"
    done
    expect_equal "PartiallyCompleted 100 ,Expired 10 too late,Failed 0 ," "$ends"
    first=$(head -n 1 <<<"$arns")
    expect_equal "100 R7 R8 R9" "$(jq -rs '"\(length) \(map(select(.error) | .recordId) | join(" "))"' "store/batches/out/${first##*/}/a.jsonl.out")"
}
