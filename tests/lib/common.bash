# What every bats file loads: `load ../lib/common`. Paths, a scratch folder, and assertions that show what came.

ROOT=$(cd "${BATS_TEST_DIRNAME}/../.." && pwd)
BIN=${MAKI_BIN:-$ROOT/build/bin}
TOOLS=${MAKI_TOOLS:-$ROOT/build/release/test-tools} # servers that tests need: `make tools`
PATH=$BIN:$ROOT/scripts:$PATH
# A machine's own settings are not the tests'.
unset "${!AWS_@}" "${!MAKI_@}"
# bats reads this file twice for each test: the second time, too, it must find what is to be tested.
export MAKI_BIN=$BIN MAKI_TOOLS=$TOOLS
export MAKI_CONF=/dev/null LC_ALL=C.UTF-8 NO_COLOR=1 TZ=UTC

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# fail MESSAGE: end the test and say why.
fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# try COMMAND...: run it; $status, $out (stdout) and $err (stderr) hold what came. Unlike bats' run it keeps the streams apart.
try() {
    status=0
    "$@" >.out 2>.err || status=$?
    out=$(cat .out)
    err=$(cat .err)
}

# expect_status N: of the last try.
expect_status() {
    [ "$status" -eq "$1" ] || fail "expected status $1, got $status" "stdout: $out" "stderr: $err"
}

# expect_equal EXPECTED ACTUAL
expect_equal() {
    [ "$1" = "$2" ] || fail "expected: $1" "actual:   $2" "stderr:   ${err-}"
}

# expect_match PATTERN TEXT: an extended regular expression, somewhere in the text.
expect_match() {
    [[ $2 =~ $1 ]] || fail "expected to match: $1" "actual: $2"
}

# expect_no_match PATTERN TEXT
expect_no_match() {
    [[ ! $2 =~ $1 ]] || fail "expected not to match: $1" "actual: $2"
}

# stat_of FILE MEMBER: a member of a --stats file.
stat_of() {
    jq -r ".$2" "$1"
}

# expect_accounted FILE: in = out + failed + skipped, and something came in.
expect_accounted() {
    jq -e '.in == .out + .failed + .skipped and .in > 0' "$1" >/dev/null || fail "not accounted for: $(cat "$1")"
}
