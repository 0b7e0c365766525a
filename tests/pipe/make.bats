#!/usr/bin/env bats
# share/maki.mk: the stages as make targets, each redone only when what it is made from has changed.
# shellcheck disable=SC2154 # try sets status, out and err

load ../lib/common

export MAKI_OFFLINE=1

# A user's Makefile over a tree of six cases.
setup() {
    cd "$BATS_TEST_TMPDIR" || return
    maki-synth --quiet --seed 1 --count 6 --cid tree >/dev/null
    printf 'MAKI_INPUT := tree\nMAKI_REPORT := report\ninclude %s/share/maki.mk\n' "$ROOT" >Makefile
}

# made: the programs that the last try called.
made() { sed -n 's/^maki \([a-z]*\) .*/\1/p' .out | tr '\n' ' '; }

@test "make report does all, and nothing the second time" {
    try make report
    expect_status 0
    expect_equal "fetch classify aggregate put put " "$(made)"
    expect_equal 7 "$(find report -type f | wc -l)"
    expect_equal 7 "$(wc -l <maki-out/stored)"
    try make report
    expect_status 0
    expect_equal "" "$(made)"
}

@test "a new case, a changed category and a lost file redo what depends on them" {
    cp -r "$ROOT/share/categories" own
    export MAKI_CATEGORIES=own
    try make report
    maki-synth --quiet --seed 2 --count 1 --cid tree >/dev/null
    try make report
    expect_equal "fetch classify aggregate put put " "$(made)"
    expect_equal 8 "$(find report -type f | wc -l)"
    touch own/throttling/desc.txt
    try make report
    expect_equal "classify aggregate put put " "$(made)"
    rm maki-out/summary.json
    try make report
    expect_equal "aggregate put put " "$(made)"
}

@test "cases that fail stop nothing, a program that fails leaves no target" {
    echo '{"caseId":' >tree/bad.json
    try make report
    expect_status 0
    expect_equal 1 "$(wc -l <maki-out/failures-fetch.jsonl)"
    expect_equal 6 "$(wc -l <maki-out/insights.jsonl)"
    rm -r maki-out report
    try make report MAKI_AGGREGATE_OPTIONS=--no-such-option
    expect_status 2
    [ ! -e maki-out/summary.json ] && [ ! -e report ]
}
