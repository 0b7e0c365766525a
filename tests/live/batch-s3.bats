#!/usr/bin/env bats
# Batch jobs end to end over real sockets: maki-batch puts its records into a real S3 server (Ceph's radosgw, which checks signatures), the
# stand-in's jobs read them there and write their output there.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/standin

setup_file() {
    "$BATS_TEST_DIRNAME/radosgw" start "$BATS_FILE_TMPDIR/rgw" 3>&-
}

teardown_file() {
    "$BATS_TEST_DIRNAME/radosgw" stop "$BATS_FILE_TMPDIR/rgw"
}

# One key for both: who calls Bedrock is who stores in S3.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # shellcheck disable=SC1091 # it is made when the server starts
    . "$BATS_FILE_TMPDIR/rgw/env"
    # shellcheck disable=SC2034 # start_standin uses them
    STANDIN_KEY=$AWS_ACCESS_KEY_ID STANDIN_SECRET=$AWS_SECRET_ACCESS_KEY
    export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
    awsreq.py --service s3 --expect 200 PUT "$AWS_ENDPOINT_URL_S3/batches"
    maki-synth --quiet --seed 3 --count 240 >cases.jsonl
    maki-classify --quiet --offline cases.jsonl | jq -c 'del(.maki)' >expected.jsonl
}

batch() { # maki-batch with what a job needs
    try maki-batch --bucket s3://batches/work --role-arn arn:aws:iam::111122223333:role/Batch --poll 0 --stats stats.json "$@"
}

@test "cases through batch jobs are those classified on demand, in the order of the input" {
    start_standin --s3 --faults '{"batch":{"shuffle":true,"recordsPerPoll":100}}'
    batch cases.jsonl
    expect_status 0
    jq -c 'del(.maki)' .out | cmp - expected.jsonl
    expect_accounted stats.json
    expect_equal "1 0" "$(counted '"\(.outcomes["CreateModelInvocationJob 200"]) \(.operations.Converse // 0)"')"
}

@test "several jobs, one of them expired, one partially completed, records that fail: every case is accounted for" {
    start_standin --s3 --faults '{"batch":{"shuffle":true,"failEvery":70,"jobs":[{"nth":1,"end":"Expired","after":40},{"nth":2,"end":"PartiallyCompleted","after":90}]}}'
    batch --max-records 120 --failures failures.jsonl cases.jsonl
    expect_status 1
    expect_accounted stats.json
    expect_equal 2 "$(counted '.outcomes["CreateModelInvocationJob 200"]')"
    # 40 + 90 were looked at; the 70th of the second failed
    expect_equal "129 111" "$(wc -l <.out) $(wc -l <failures.jsonl)"
    jq -r .caseId .out failures.jsonl | sort | cmp - <(jq -r .caseId cases.jsonl | sort)
    # what came is what comes on demand
    jq -c 'del(.maki)' .out | sort >came
    comm -23 came <(sort expected.jsonl) | cmp - /dev/null
}
