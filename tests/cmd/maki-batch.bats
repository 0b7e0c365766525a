#!/usr/bin/env bats
# maki-batch, over the offline stand-in's batch jobs.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common

export MAKI_OFFLINE=1 MAKI_BATCH_POLL_SECONDS=0

cases() { maki-synth --quiet --seed 3 --count "$1" >cases.jsonl; }

# on_demand: what maki-classify makes of the cases; asked in the words that batch jobs take.
on_demand() { maki-classify --quiet --structured text cases.jsonl; }

# jobs: "first records" of each job in the journal.
jobs() { jq -r 'select(.event == "job") | "\(.first) \(.records)"' maki-batch.journal; }

@test "the same insights as maki-classify's, in the same order" {
    cases 230
    on_demand >expected
    try maki-batch --max-records 100 --stats stats.json cases.jsonl
    expect_status 0
    expect_equal "$(cat expected)" "$out"
    expect_equal $'0 100\n100 100' "$(jobs)"
    expect_accounted stats.json
    expect_equal '{"jobs":2,"onDemand":30,"answered":200}' "$(jq -c '.batch | {jobs, onDemand, answered}' stats.json)"
    expect_equal 30 "$(stat_of stats.json calls)"
    [ ! -e maki-batch.journal.d ]
    for status in Submitted Validating Scheduled InProgress Completed; do
        expect_match "job 1 of 2: $status" "$err"
    done
}

@test "fewer cases than a job may have go on demand, and none are none" {
    cases 99
    on_demand >expected
    try maki-batch cases.jsonl
    expect_status 0
    expect_equal "$(cat expected)" "$out"
    expect_equal '' "$(jobs)"
    try maki-batch </dev/null
    expect_status 0
    expect_equal '' "$out"
}

@test "a job is full by records or by bytes" {
    cases 210
    try maki-batch --max-records 105 prepare cases.jsonl
    expect_equal $'0 105\n105 105' "$(jobs)"
    rm -r maki-batch.journal*
    try maki-batch --min-records 10 --max-file 1M prepare cases.jsonl
    expect_status 0
    jq -es 'map(select(.event == "job")) | length > 2 and all(.bytes <= 1048576)' maki-batch.journal >/dev/null
    for file in maki-batch.journal.d/job-*.jsonl; do
        [ "$(wc -c <"$file")" -le 1048576 ]
    done
}

@test "the steps one by one, each told to do what is done already" {
    cases 120
    on_demand >expected
    maki-batch prepare cases.jsonl
    maki-batch prepare cases.jsonl
    maki-batch submit
    maki-batch submit
    try maki-batch list
    expect_equal 1 "$(wc -l <<<"$out")"
    expect_equal "$(jq -r 'select(.event == "job").name' maki-batch.journal)" "$(jq -r .jobName <<<"$out")"
    maki-batch wait
    maki-batch wait
    try maki-batch list --active
    expect_equal '' "$out"
    try maki-batch --stats stats.json collect
    expect_status 0
    expect_equal "$(cat expected)" "$out"
    expect_equal 120 "$(stat_of stats.json in)"
    try maki-batch collect
    expect_status 64
    expect_match 'its insights were collected' "$err"
}

@test "a record is what the service's guide says, and says nothing of tools" {
    cases 100
    maki-batch prepare cases.jsonl
    jq -es 'length == 100 and (map(.recordId) == [range(100) | "R" + ("0000000000" + tostring)[-10:]])
        and all(keys == ["modelInput", "recordId"] and (.modelInput | has("messages") and has("system") and (has("toolConfig") | not)))' \
        maki-batch.journal.d/job-0001.jsonl >/dev/null
    expect_equal 0 "$(grep -c cachePoint maki-batch.journal.d/job-0001.jsonl)"
    expect_equal 'drwx------' "$(stat -c %A maki-batch.journal.d)"
}

@test "records that fail are failures of their cases, and with --retry are asked on demand" {
    cases 100
    on_demand >expected
    maki-batch prepare cases.jsonl
    maki-batch submit
    maki-batch wait
    # the third record failed, the fourth is missing, the fifth is no insight, the sixth is there twice, one is of another job
    file=$(find maki-offline -name 'job-0001.jsonl.out')
    {
        sed -n '7,$p' "$file"
        sed -n 6p "$file"
        sed -n 6p "$file"
        sed -n 3p "$file" | jq -c 'del(.modelOutput) | .error = {errorCode: 400, errorMessage: "too long"}'
        sed -n 5p "$file" | jq -c '.modelOutput.output.message.content = [{text: "no"}]'
        sed -n 7p "$file" | jq -c '.recordId = "R0000009999"'
        echo 'garbage'
        sed -n 1,2p "$file"
    } >mixed
    cp mixed "$file"
    try maki-batch --keep --failures failures.jsonl --stats stats.json collect
    expect_status 1
    expect_equal "$(sed '3,5d' expected)" "$out"
    expect_equal 'BatchRecordError NotProcessed InvalidAnswer' "$(jq -r .error.code failures.jsonl | tr '\n' ' ' | sed 's/ $//')"
    expect_equal "$(sed -n '3,5p' cases.jsonl | jq -r .caseId)" "$(jq -r .record.caseId failures.jsonl)"
    expect_equal '{"answered":98,"malformed":1,"notProcessed":1,"recordErrors":1,"repeated":1,"unknown":1}' \
        "$(jq -cS '.batch | del(.jobs, .onDemand)' stats.json)"
    expect_match '1 for a record that had one, 1 for no record of the job, 1 that are none: not used' "$err"
    expect_match 'its manifest tells of 100 successes, and there are 98' "$err"
    try maki-batch --retry --stats stats.json collect
    expect_status 0
    expect_equal "$(jq -c 'del(.maki)' expected)" "$(jq -c 'del(.maki)' <<<"$out")"
    expect_accounted stats.json
}

@test "an unfinished run is not mixed with other cases, another model or another process" {
    cases 100
    maki-batch prepare cases.jsonl
    maki-synth --quiet --seed 4 --count 100 >other.jsonl
    try maki-batch other.jsonl
    expect_status 64
    expect_match 'unfinished run over other cases' "$err"
    try maki-batch --model amazon.nova-lite-v1:0 cases.jsonl
    expect_status 64
    exec 8>>maki-batch.journal.lock
    maki lock 8 maki-batch.journal.lock 4242
    try maki-batch cases.jsonl
    expect_status 75
    expect_match 'held by process 4242' "$err"
    exec 8>&-
    try maki-batch cases.jsonl
    expect_status 0
}

@test "what cannot be is refused before anything is read" {
    unset MAKI_OFFLINE
    try maki-batch prepare missing.jsonl
    expect_status 64
    expect_match 'give --bucket s3://BUCKET/PREFIX' "$err"
    try maki-batch --bucket bucket prepare
    expect_status 64
    try maki-batch --bucket s3://example-batches missing.jsonl
    expect_status 64
    expect_match 'give --role-arn' "$err"
    try maki-batch --bucket s3://example-batches --role-arn maki missing.jsonl
    expect_status 64
    expect_match 'expected arn:aws:iam::ACCOUNT:role/NAME, not maki' "$err"
    try maki-batch --bucket s3://example-batches --role-arn arn:aws:iam::111122223333:role/x --tag a missing.jsonl
    expect_status 64
    try maki-batch --max-records 10 --offline missing.jsonl
    expect_status 64
    echo 'not a journal' >maki-batch.journal
    try maki-batch --offline prepare </dev/null
    expect_status 65
    expect_match 'maki-batch.journal:1: this is no line of a journal' "$err"
}
