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
    jq -c '{cases: [., (.caseId += "-b" | .displayId = 12345678901234567890 | del(.language))]}
        | .cases[] |= (.recentCommunications = {communications: (.communications | reverse)} | del(.communications, .source, .maki))' \
        synth.jsonl >files/pages.jsonl
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
    maki-put --quiet --stats stats-put.json --failures failures-put.jsonl --key 'cases/{caseId}.json' store insights.jsonl >manifest.jsonl
}

setup() {
    cd "$BATS_FILE_TMPDIR" || return
}

@test "cases are what case.schema.json says, whatever they were made from" {
    expect_valid case synth.jsonl cases.jsonl
    expect_match 'synth.jsonl: 64 valid' "$out"
    [ "$(jq -r 'has("accountId")' cases.jsonl | sort -u | wc -l)" -eq 2 ] || fail "cases.jsonl should have CID's cases and others"
    expect_match 12345678901234567890 "$(cat cases.jsonl)"
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
    expect_equal 'aggregate classify filter normalise read synth' "$(jq -r .stage failures-*.jsonl | sort -u | paste -sd' ')"
}

@test "statistics of every program are what stats.schema.json says" {
    expect_valid stats stats-*.json
    expect_equal 'maki-aggregate maki-classify maki-fetch maki-put maki-synth' "$(jq -r .program stats-*.json | sort | paste -sd' ')"
}

@test "manifest lines are what manifest.schema.json says" {
    expect_valid manifest manifest.jsonl
}

# --- could it fail? -----------------------------------------------------------------------------------------------------------

# records: schema and file of each kind.
kinds() {
    printf '%s\n' 'case cases.jsonl' 'insight insights.jsonl' 'summary summary.json' 'failure failures-fetch.jsonl' 'stats stats-classify.json' \
        'manifest manifest.jsonl'
}

# Every path to a value in the first record of a file, as jq has it; of an array only the first item.
paths_of() {
    jq -c -n 'input | paths | select(all(.[]; . == 0 or type == "string"))' "$1"
}

@test "a record with a member more, anywhere, is invalid" {
    kinds >"$BATS_TEST_TMPDIR/kinds"
    while read -r kind file; do
        while read -r path; do
            jq -c -n --argjson p "$path" 'input | if getpath($p) | type == "object" then setpath($p + ["surplus"]; 1) else empty end' "$file" \
                >"$BATS_TEST_TMPDIR/bad"
            [ ! -s "$BATS_TEST_TMPDIR/bad" ] || [ "$kind $path" = 'case ["maki"]' ] || expect_invalid "$kind" "$BATS_TEST_TMPDIR/bad" surplus
        done < <(echo '[]' && paths_of "$file" | grep -v '^\["record"')
    done <"$BATS_TEST_TMPDIR/kinds"
}

@test "a record that lacks a required member is invalid" {
    kinds >"$BATS_TEST_TMPDIR/kinds"
    while read -r kind file; do
        jq -r '.required[]' "$ROOT/docs/$kind.schema.json" >"$BATS_TEST_TMPDIR/required"
        [ -s "$BATS_TEST_TMPDIR/required" ] || fail "$kind requires nothing"
        while read -r name; do
            jq -c -n --arg n "$name" 'input | del(.[$n])' "$file" >"$BATS_TEST_TMPDIR/bad"
            expect_invalid "$kind" "$BATS_TEST_TMPDIR/bad" "lacks $name"
        done <"$BATS_TEST_TMPDIR/required"
    done <"$BATS_TEST_TMPDIR/kinds"
}

@test "a record with a value of another type, anywhere, is invalid" {
    kinds >"$BATS_TEST_TMPDIR/kinds"
    while read -r kind file; do
        while read -r path; do
            jq -c -n --argjson p "$path" 'input | setpath($p; {"odd": [true]})' "$file" >"$BATS_TEST_TMPDIR/bad"
            case "$kind $path" in 'case ["maki"'* | 'failure ["record"'*) ;; # these may be anything
            *) expect_invalid "$kind" "$BATS_TEST_TMPDIR/bad" 'bad:1' ;;
            esac
        done < <(paths_of "$file")
    done <"$BATS_TEST_TMPDIR/kinds"
}

@test "a record with its members in another order is invalid" {
    kinds >"$BATS_TEST_TMPDIR/kinds"
    while read -r kind file; do
        jq -c -n 'input | to_entries | reverse | from_entries' "$file" >"$BATS_TEST_TMPDIR/bad"
        expect_invalid "$kind" "$BATS_TEST_TMPDIR/bad" 'in the order'
    done <"$BATS_TEST_TMPDIR/kinds"
}

# bad FILTER: the first insight, changed.
bad() {
    jq -c -n "input | $1" insights.jsonl >"$BATS_TEST_TMPDIR/bad"
}

@test "insights that break a rule are invalid" {
    for change in '.caseId = ""' '.category = "Not A Name"' '.category = "x\n"' '.sentiment = "positive"' '.case_summary = ""' \
        '.suggested_action = "x" * 8001' '.suggestion_link = "http://docs.aws.amazon.com/"' \
        '.suggestion_link = "https://docs.aws.amazon.com@evil.example/"' '.maki.attempts = 0' '.maki.attempts = 1.5' '.maki.attempts = true' \
        '.maki.tokens.input = -1' '.maki.flags = ["other"]' '.maki.prompt = "1"'; do
        bad "$change"
        expect_invalid insight "$BATS_TEST_TMPDIR/bad" 'bad:1: record\.'
    done
}

# --- the validator ------------------------------------------------------------------------------------------------------------

# expect_refused SCHEMA-TEXT WHY: the schema itself.
expect_refused() {
    echo "$1" >"$BATS_TEST_TMPDIR/s.json"
    echo '{}' >"$BATS_TEST_TMPDIR/r.jsonl"
    try schema "$BATS_TEST_TMPDIR/s.json" "$BATS_TEST_TMPDIR/r.jsonl"
    expect_status 2
    expect_match "$2" "$err"
}

@test "the validator refuses a schema with a keyword that it does not know, wherever it stands" {
    expect_refused '{"oneOf":[]}' "'oneOf' is not known"
    expect_refused '{"properties":{"a":{"items":{"format":"date"}}}}' "#/a/items: the keyword 'format'"
    expect_refused '{"$defs":{"a":{"multipleOf":2}}}' "'multipleOf' is not known"
}

@test "the validator refuses a schema that cannot mean what it says" {
    expect_refused '{"type":"text"}' 'type cannot be'
    expect_refused '{"type":["string","null"]}' 'type'
    expect_refused '{"required":["a"]}' 'none of the properties'
    expect_refused '{"additionalProperties":true}' 'additionalProperties cannot be'
    expect_refused '{"pattern":"("}' 'pattern'
    expect_refused '{"$ref":"#/$defs/a"}' 'leads nowhere'
    expect_refused '{"minLength":-1}' 'minLength cannot be'
    expect_refused '{"type":"object","type":"array"}' 'given twice'
    expect_refused '{"enum":[]}' 'enum cannot be'
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
    for line in '' '{"a":1,"a":2}' '{"a":NaN}' '{"a":1}x' '{'; do
        echo "$line" >"$BATS_TEST_TMPDIR/bad"
        expect_invalid case "$BATS_TEST_TMPDIR/bad" 'bad:1: '
    done
}

@test "the validator knows the keywords that the schemas use, and no other" {
    schema --keywords "$ROOT"/docs/*.schema.json >"$BATS_TEST_TMPDIR/used"
    schema --supported >"$BATS_TEST_TMPDIR/known"
    [ -s "$BATS_TEST_TMPDIR/used" ] || fail "no schemas"
    diff "$BATS_TEST_TMPDIR/used" "$BATS_TEST_TMPDIR/known" >"$BATS_TEST_TMPDIR/difference" ||
        fail "< used but not known, > known but not used" "$(cat "$BATS_TEST_TMPDIR/difference")"
}

@test "every schema says what it and each of its members is for, in the one style" {
    for file in "$ROOT"/docs/*.schema.json; do
        jq -e '.["$schema"] == "https://json-schema.org/draft/2020-12/schema" and .type == "object" and .additionalProperties == false
            and (.title | length > 0) and (.description | length > 40) and (.properties | length > 0)
            and .["$id"] == "https://maki.invalid/" + $name' --arg name "${file##*/}" "$file" >/dev/null || fail "$file: not in the style"
        jq . "$file" >/dev/null || fail "$file is no JSON"
    done
}
