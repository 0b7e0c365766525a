# maki-fetch on the AWS Support API, against a server of tests/lib.
load ../lib/common

# The cases that the server has; it ends when its standard input, our descriptor 7, is closed.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    maki-synth -q --seed 5 --count 30 | maki-fetch -q --no-source --filter 'del(.accountId, .maki)' >cases.jsonl
    mkfifo stop
    python3 "$ROOT/tests/lib/support_server.py" cases.jsonl <stop >port 3>&- &
    exec 7>stop
    until [ -s port ]; do kill -0 $! || return; done
    export AWS_ENDPOINT_URL_SUPPORT="http://127.0.0.1:$(cat port)" AWS_REGION=eu-central-1
    export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=example-secret
}

teardown() {
    exec 7>&-
}

@test "all cases of the account come with their whole conversations, over a throttled call" {
    try maki-fetch --no-source --stats stats.json support:
    expect_status 0
    [ "$(jq -s 'map(.communications | length) | max' cases.jsonl)" -gt 2 ]
    expect_equal "$(cat cases.jsonl)" "$out"
    expect_accounted stats.json
    expect_equal 0 "$(stat_of stats.json conversations_cut)"
}

@test "--since and --until are asked of the service" {
    middle=$(jq -rs 'map(.timeCreated) | sort | .[15]' cases.jsonl)
    try maki-fetch --stats stats.json --since "$middle" support:
    expect_status 0
    expect_equal 15 "$(stat_of stats.json in)"
    expect_equal '"support:"' "$(jq .source.uri <<<"$out" | sort -u)"
    try maki-fetch -q --stats stats.json --until "$middle" support:
    expect_equal 15 "$(stat_of stats.json out)"
}

@test "without a Region the global endpoint's is used, and without credentials it says what was tried" {
    unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION
    HOME=$PWD AWS_EC2_METADATA_DISABLED=true try maki-fetch support:
    expect_status 77
    expect_match 'no AWS credentials: environment' "$err"
}
