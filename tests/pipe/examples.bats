#!/usr/bin/env bats
# Every example of a man page, of README.md and of the tested documents runs as it stands; see ../lib/examples.py.
# shellcheck disable=SC2154,SC2016 # try sets status, out and err; the examples are expanded where they run

load ../lib/common

examples() { python3 "$ROOT/tests/lib/examples.py" "$@"; }

# run_examples FILE...: all of them ok, and something was run.
run_examples() {
    try examples "$@"
    expect_status 0
    expect_match '^ok ' "$out"
    expect_no_match 'not ok' "$out"
}

@test "the examples of every man page run as they stand" {
    run_examples "$ROOT"/cmd/*/*.1 "$ROOT"/scripts/*.1
    for page in "$ROOT"/cmd/*/*.1 "$ROOT"/scripts/*.1; do
        expect_match "ok $page:" "$out"
    done
}

@test "the examples of README.md run as they stand and print what it says" {
    run_examples "$ROOT/README.md"
}

@test "the worked examples of docs/categories.md and docs/records.md run and print what they say" {
    run_examples "$ROOT/docs/categories.md" "$ROOT/docs/records.md"
}

# --- the machinery itself -----------------------------------------------------------------------------------------------------

# page LINE...: a man page whose section EXAMPLES has these lines.
page() {
    {
        printf '%s\n' '.Dd November 22, 2026' '.Dt X 1' '.Os' '.Sh NAME' '.Nm x' '.Nd an example' '.Bd -literal' 'false' '.Ed' '.Sh EXAMPLES'
        printf '%s\n' "$@"
        printf '%s\n' '.Sh SEE ALSO' '.Dl false'
    } >page.1
}

@test "blocks share a folder, in their order, and only those of EXAMPLES are run" {
    page '.Bd -literal' 'echo one > file' '.Ed' 'Text.' '.Dl grep one file'
    run_examples page.1
    expect_equal 2 "$(wc -l <.out)"
}

@test "a command that fails makes its block fail, also in a pipeline and before the last line" {
    page '.Bd -literal' 'false' 'true' '.Ed'
    try examples page.1
    expect_status 1
    expect_match 'not ok page.1:11: ended with status 1, not 0' "$out"
    page '.Bd -literal' 'false | cat' '.Ed'
    try examples page.1
    expect_status 1
}

@test "a comment names the status that a block must end with" {
    page '.Bd -literal' 'exit 3  # status 3' '.Ed'
    run_examples page.1
    page '.Bd -literal' 'true  # status 3' '.Ed'
    try examples page.1
    expect_status 1
    expect_match 'ended with status 0, not 3' "$out"
}

@test "output must match, with ... for anything" {
    page '.Bd -literal' 'seq 5' '.Ed' '.\" output' '.Bd -literal' '1' '\&...' '5' '.Ed'
    run_examples page.1
    page '.Bd -literal' 'echo a.c' '.Ed' '.\" output' '.Bd -literal' 'a...c' '.Ed'
    run_examples page.1
    page '.Bd -literal' 'echo abc' '.Ed' '.\" output' '.Bd -literal' 'a.c' '.Ed'
    try examples page.1
    expect_status 1
    expect_match 'printed something else' "$out"
    page '.Bd -literal' 'seq 5' '.Ed' '.\" output' '.Bd -literal' '1' '\&...' '4' '.Ed'
    try examples page.1
    expect_status 1
}

@test "in a session each command must print what stands below it" {
    page '.Bd -literal' '$ v=1' '$ echo $v' '1' '$ echo 2; echo 3' '2' '3' '.Ed'
    run_examples page.1
    page '.Bd -literal' '$ echo 1' '$ echo 2' '1' '.Ed'
    try examples page.1
    expect_status 1
    expect_match 'printed something else' "$out"
}

@test "what a man page escapes is what a reader sees, and unknown escapes are refused" {
    page '.Bd -literal' 'printf \(aq%s\en\(aq \(dqa\-b\(dq' '.Ed' '.\" output' '.Bd -literal' 'a\-b' '.Ed'
    run_examples page.1
    page '.Bd -literal' 'echo \(xx' '.Ed'
    try examples page.1
    expect_status 2
    expect_match 'page.1:12: .* is not known' "$err"
}

@test "a page without an example that is run is refused" {
    page 'Nothing here.'
    try examples page.1
    expect_status 2
    expect_match 'page.1: has no example that is run' "$err"
    page '.\" no-run' '.Bd -literal' 'false' '.Ed'
    try examples page.1
    expect_status 2
    page '.Bd -literal' '# only a comment' '.Ed'
    try examples page.1
    expect_status 2
}

@test "Markdown: sh blocks are run, sh no-run blocks are not, output blocks are compared" {
    printf '%s\n' '# T' '```sh no-run' 'false' '```' '```sh' 'echo "$MAKI_OFFLINE"' '```' 'gives' '```output' '1' '```' '```text' 'x' '```' >t.md
    run_examples t.md
    expect_equal 2 "$(wc -l <.out)"
    printf '%s\n' '```sh' 'echo a' '```' '```output' 'b' '```' >t.md
    try examples t.md
    expect_status 1
}

@test "Markdown: no example, output of nothing, an unnamed language and an open block are refused" {
    echo text >t.md
    try examples t.md
    expect_status 2
    printf '%s\n' '```sh no-run' 'make' '```' '```output' 'b' '```' '```sh' 'true' '```' >t.md
    try examples t.md
    expect_status 2
    expect_match 't.md:4: the output of nothing that is run' "$err"
    printf '%s\n' '```' 'true' '```' '```sh' 'true' '```' >t.md
    try examples t.md
    expect_status 2
    expect_match 't.md:1: the block names no language' "$err"
    printf '%s\n' '```bash' 'true' '```' '```sh' 'true' '```' >t.md
    try examples t.md
    expect_status 2
    printf '%s\n' '```sh' 'true' >t.md
    try examples t.md
    expect_status 2
}
