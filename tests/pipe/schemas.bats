#!/usr/bin/env bats
# What the programs write is what the schemas in docs/ say; and a record that is not would be noticed.
# shellcheck disable=SC2154,SC2016 # try sets status, out and err; dollars in jq programs are jq's

load ../lib/common

schema() { python3 "$ROOT/tests/lib/schema.py" "$@"; }

# expect_valid SCHEMA FILE...
expect_valid() {
    local name=$1
    shift
    try schema "$ROOT/docs/$name.schema.json" "$@"
    expect_status 0
}

# expect_invalid SCHEMA FILE WHY
expect_invalid() {
    try schema "$ROOT/docs/$1.schema.json" "$2"
    expect_status 1
    expect_match "$3" "$out"
}

# Once for all tests: a whole run, with something that fails on each of its ways.
setup_file() {
    cd "$BATS_FILE_TMPDIR" || return
    export MAKI_OFFLINE=1 MAKI_CONF=/dev/null PATH="$BIN:$PATH"
    mkdir files
    maki-synth --quiet --seed 7 --count 64 --stats stats-synth.json >synth.jsonl
    maki-synth --quiet --seed 8 --count 32 --cid cid >labels.jsonl
    jq -c '{cases: [., (.caseId += "-b" | .displayId = 4711 | del(.language))]}
        | .cases[] |= (.recentCommunications = {communications: (.communications | reverse)} | del(.communications, .source, .maki, .accountId))' \
        synth.jsonl | sed 's/"displayId":4711/"displayId":12345678901234567890/' >files/pages.jsonl
    {
        echo '{"caseId":"half'
        echo '[1,2]'
        echo '{"subject":"no id"}'
        echo '{"caseId":"case-f","subject":7}'
        echo '{"caseId":"case-odd","subject":"no filter for this","timeCreated":"soon"}'
        printf '{"caseId":"case-\\ud800","subject":"\303"}\n'
    } >files/odd.jsonl
    maki-fetch --quiet --stats stats-fetch.json --failures failures-fetch.jsonl \
        --filter 'if .caseId == "case-odd" then error("odd") else true end' cid files 2>/dev/null >cases.jsonl || [ $? -eq 1 ]
    maki-classify --quiet --stats stats-classify.json --failures failures-classify.jsonl cases.jsonl files/odd.jsonl 2>/dev/null \
        >insights.jsonl || [ $? -eq 1 ]
    maki-classify --quiet --max-tokens 1 --failures failures-cut.jsonl synth.jsonl 2>/dev/null >none || [ $? -eq 1 ]
    maki-synth --quiet --seed 9 --count 2 --max-tokens 1 --failures failures-synth.jsonl 2>/dev/null >none || [ $? -eq 1 ]
    maki-aggregate --quiet --stats stats-aggregate.json --failures failures-aggregate.jsonl insights.jsonl files/odd.jsonl 2>/dev/null \
        >summary.json || [ $? -eq 1 ]
    maki-put --quiet --stats stats-put.json --failures failures-put.jsonl --no-sync store insights.jsonl insights.jsonl 2>/dev/null \
        >manifest.jsonl || [ $? -eq 1 ]
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

@test "cases are what case.schema.json says, whatever they were made from" {
    expect_valid case synth.jsonl cases.jsonl
    expect_match 'synth.jsonl: 64 valid' "$out"
    expect_equal "$(printf '%s\n' 111122223333 null)" "$(jq -r .accountId cases.jsonl | sort -u)"
    grep -q '"displayId":"12345678901234567890"' cases.jsonl || fail "no number of 20 digits came through"
}

@test "insights are what insight.schema.json says" {
    expect_valid insight insights.jsonl
    jq -e -n '[inputs] | length > 96' insights.jsonl >/dev/null || fail "too few insights to say anything"
}

@test "summary.json is what summary.schema.json says" {
    expect_valid summary summary.json
}

@test "failures of every stage are what failure.schema.json says" {
    expect_valid failure failures-*.jsonl
    expect_equal 'aggregate classify filter normalise put read synth' "$(jq -r .stage failures-*.jsonl | sort -u | paste -sd' ')"
}

@test "statistics of every program are what stats.schema.json says" {
    expect_valid stats stats-*.json
    expect_equal 'maki-aggregate maki-classify maki-fetch maki-put maki-synth' "$(jq -r .program stats-*.json | sort | paste -sd' ')"
}

@test "manifest lines are what manifest.schema.json says" {
    expect_valid manifest manifest.jsonl
}

# --- could it fail? -----------------------------------------------------------------------------------------------------------

@test "a member more, a member less, another type or another order, anywhere in a record, is noticed" {
    for kind in 'case cases.jsonl maki' 'insight insights.jsonl' 'summary summary.json' 'failure failures-fetch.jsonl record' \
        'stats stats-classify.json' 'stats stats-fetch.json' 'manifest manifest.jsonl'; do
        # shellcheck disable=SC2086 # words
        set -- $kind
        name=$1
        shift
        try schema --mutate "$ROOT/docs/$name.schema.json" "$@"
        expect_status 0
        expect_match '^[0-9]+ mutations, all noticed' "$out"
        [ "${out%% *}" -ge 9 ] || fail "$kind: only $out"
    done
}

@test "insights that break a rule are invalid, each" {
    jq -c -n 'input | ., (.caseId = ""), (.category = "Not A Name"), (.category = "x\n"), (.sentiment = "positive"), (.case_summary = ""),
        (.suggested_action = "x" * 8001), (.suggestion_link = "http://docs.aws.amazon.com/"),
        (.suggestion_link = "https://docs.aws.amazon.com@evil.example/"), (.maki.attempts = 0), (.maki.attempts = 1.5), (.maki.attempts = true),
        (.maki.tokens.input = -1), (.maki.flags = ["other"]), (.maki.prompt = "1")' insights.jsonl >bad.jsonl
    expect_invalid insight bad.jsonl 'bad.jsonl:2: record.caseId is shorter than 1'
    expect_equal "$(seq -s' ' 2 15)" "$(sed -nE 's/^bad.jsonl:([0-9]+): .*/\1/p' <<<"$out" | paste -sd' ')"
}

# --- the validator ------------------------------------------------------------------------------------------------------------

# expect_refused: lines of a schema, a tab, and why it must be refused, from standard input.
expect_refused() {
    cat >.refused
    cut -f 1 .refused | schema --refused >.why
    paste .refused .why >.both
    [ -s .both ] || fail "no schemas"
    while IFS=$'\t' read -r text wanted why; do
        [[ $why == *"$wanted"* ]] || fail "$text: expected: $wanted" "got: $why"
    done <.both
}

@test "the validator refuses a schema with a keyword that it does not know, wherever it stands" {
    expect_refused <<'END'
{"oneOf":[]}	'oneOf' is not known
{"properties":{"a":{"items":{"format":"date"}}}}	#/a/items: the keyword 'format'
{"$defs":{"a":{"multipleOf":2}}}	'multipleOf' is not known
END
}

@test "the validator refuses a schema that cannot mean what it says, and takes one that can" {
    expect_refused <<'END'
{"type":"text"}	type cannot be
{"type":["string","text"]}	type cannot be
{"type":[]}	type cannot be
{"required":["a"]}	none of the properties
{"additionalProperties":true}	additionalProperties cannot be
{"pattern":"("}	pattern
{"$ref":"#/$defs/a"}	leads nowhere
{"minLength":-1}	minLength cannot be
{"type":"object","type":"array"}	given twice
{"enum":[]}	enum cannot be
[]	a schema is an object
{	Expecting
{"type":["string","null"],"minLength":1}	accepted
END
}

@test "the validator tells of mutations that a schema does not notice" {
    echo '{"required":["a"],"properties":{"a":{"properties":{"b":{}}}}}' >"$BATS_TEST_TMPDIR/s.json"
    echo '{"a":{"b":1}}' >"$BATS_TEST_TMPDIR/r.jsonl"
    try schema --mutate "$BATS_TEST_TMPDIR/s.json" "$BATS_TEST_TMPDIR/r.jsonl"
    expect_status 1
    expect_match 'unnoticed: record.a with a member more' "$out"
    expect_match 'unnoticed: record.a.b of another type' "$out"
}

@test "the validator refuses to validate nothing" {
    : >"$BATS_TEST_TMPDIR/empty"
    try schema "$ROOT/docs/case.schema.json" "$BATS_TEST_TMPDIR/empty"
    expect_status 2
    expect_match 'holds no record' "$err"
    try schema "$ROOT/docs/case.schema.json" "$BATS_TEST_TMPDIR/missing"
    expect_status 2
}

@test "the validator takes no line that is not JSON" {
    printf '%s\n' '' '{"a":1,"a":2}' '{"a":NaN}' '{"a":1}x' '{' >bad.jsonl
    expect_invalid case bad.jsonl 'bad.jsonl:2: .*given twice'
    expect_equal '1 2 3 4 5' "$(sed -nE 's/^bad.jsonl:([0-9]+): .*/\1/p' <<<"$out" | paste -sd' ')"
}

@test "the validator knows the keywords that the schemas use, and no other" {
    schema --keywords "$ROOT"/docs/*.schema.json >"$BATS_TEST_TMPDIR/used"
    schema --supported >"$BATS_TEST_TMPDIR/known"
    [ -s "$BATS_TEST_TMPDIR/used" ] || fail "no schemas"
    diff "$BATS_TEST_TMPDIR/used" "$BATS_TEST_TMPDIR/known" >"$BATS_TEST_TMPDIR/difference" ||
        fail "< used but not known, > known but not used" "$(cat "$BATS_TEST_TMPDIR/difference")"
}

@test "every schema says what it is for, in the one style" {
    for file in "$ROOT"/docs/*.schema.json; do
        jq -e '.["$schema"] == "https://json-schema.org/draft/2020-12/schema" and .type == "object" and .additionalProperties == false
            and (.title | length > 0) and (.description | length > 40) and (.properties | length > 0)
            and .["$id"] == $name' --arg name "${file##*/}" "$file" >/dev/null || fail "$file: not in the style"
        jq . "$file" >/dev/null || fail "$file is no JSON"
    done
}
