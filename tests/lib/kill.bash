# For tests that kill: `load ../lib/kill`, behind common.
# shellcheck disable=SC2034,SC2148 # the tests read status and out; bats gives the shell

# killed_after MS COMMAND...: with all that it started, into .out and .err.
killed_after() {
    local seconds
    printf -v seconds '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
    shift
    status=0
    (timeout -s KILL "$seconds" "$@" >.out 2>.err) 2>/dev/null || status=$?
    out=$(cat .out)
}
