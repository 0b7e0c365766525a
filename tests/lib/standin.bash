# The Bedrock stand-in for tests: `load ../lib/standin` behind common. `start_standin [OPTION]...` starts one and points the programs to it by
# the environment, as a user would; the test's end stops it.

PATH=$TOOLS:$ROOT/tests/lib:$PATH
standin='' standin_pid=''

# Fictional keys, those of AWS's own examples.
STANDIN_KEY=AKIDEXAMPLE
STANDIN_SECRET=wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY
STANDIN_TOKEN=FwoGZXIvYXdzEXAMPLETOKEN//abc+def==
STANDIN_BEARER=bedrock-api-key-EXAMPLE

write_standin_keys() {
    printf '%s\n' "key $STANDIN_KEY $STANDIN_SECRET" "session ASIAEXAMPLE $STANDIN_SECRET $STANDIN_TOKEN" \
        "expired ASIAEXPIRED $STANDIN_SECRET $STANDIN_TOKEN" "bearer $STANDIN_BEARER"
}

# start_standin [OPTION]...: $standin is its URL afterwards.
start_standin() {
    local dir=$BATS_TEST_TMPDIR/standin port
    stop_standin
    mkdir -p "$dir"
    write_standin_keys >"$dir/keys"
    rm -f "$dir/port"
    mkfifo "$dir/port"
    # bats waits for whoever holds its descriptor 3
    maki-standin --keys "$dir/keys" --region us-east-1 "$@" >"$dir/port" 2>"$dir/err" 3>&- &
    standin_pid=$!
    read -r port <"$dir/port" || fail "the stand-in did not start: $(cat "$dir/err")"
    standin=http://127.0.0.1:$port
    export AWS_ENDPOINT_URL_BEDROCK=$standin AWS_ENDPOINT_URL_BEDROCK_RUNTIME=$standin AWS_ENDPOINT_URL_STS=$standin
    export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=$STANDIN_KEY AWS_SECRET_ACCESS_KEY=$STANDIN_SECRET
    export AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
}

# By its pid; it must end well: leaks and bad memory show here.
stop_standin() {
    local pid=${standin_pid-} ended=0
    [ -n "$pid" ] || return 0
    standin_pid=''
    kill "$pid" 2>/dev/null || :
    wait "$pid" || ended=$?
    [ "$ended" -eq 0 ] || fail "the stand-in ended with status $ended: $(cat "$BATS_TEST_TMPDIR/standin/err")"
}

# standin_control WHAT [JSON]: faults, reset, counters
standin_control() {
    python3 "$ROOT/tests/lib/awsreq.py" --plain --expect 200 "$([ "$1" = counters ] && echo GET || echo POST)" "$standin/_standin/$1" "${2-}"
}

standin_faults() { standin_control faults "$1"; }

# counted FILTER: of the counters, by jq
counted() { standin_control counters | jq -r "$1"; }

teardown() { stop_standin; }
