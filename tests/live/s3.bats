#!/usr/bin/env bats
# S3 for real: Ceph's radosgw as the server, which checks signatures; the AWS SDK, the AWS CLI and rclone as the other clients.
# shellcheck disable=SC2154,SC2030,SC2031,SC2094 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/live

export MAKI_NO_SYNC=1 AWS_EC2_METADATA_DISABLED=true NODE_NO_WARNINGS=1

setup_file() {
    "$ROOT/tests/live/radosgw" start "$BATS_FILE_TMPDIR/rgw"
}

teardown_file() {
    "$ROOT/tests/live/radosgw" stop "$BATS_FILE_TMPDIR/rgw"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    # shellcheck disable=SC1091 # the server wrote it
    . "$BATS_FILE_TMPDIR/rgw/env"
    B=bucket$BATS_TEST_NUMBER # a bucket of the test's own
    sdk s3 CreateBucket "{\"Bucket\":\"$B\"}" >/dev/null
}

# rclone has its settings from the environment, too.
other_client() {
    RCLONE_CONFIG=/dev/null RCLONE_S3_PROVIDER=Ceph RCLONE_S3_ENDPOINT=$AWS_ENDPOINT_URL_S3 RCLONE_S3_ENV_AUTH=true \
        rclone --transfers 64 --checkers 64 "$@"
}

aws_cli() { aws --endpoint-url "$AWS_ENDPOINT_URL_S3" "$@"; }

a_case() {
    jq -nc --arg id "$1" '{caseId: $id, displayId: $id, subject: "s", status: "opened", serviceCode: "x", timeCreated: "2026-01-01T00:00:00.000Z",
        submittedBy: "a@example.com", communications: [{timeCreated: "2026-01-01T00:00:00.000Z", submittedBy: "a@example.com", body: "Help!"}]}'
}

# Put a case's object by the SDK under a key.
put_case() {
    sdk s3 PutObject "$(jq -nc --arg b "$B" --arg k "$2" --arg body "$(a_case "$1")" '{Bucket: $b, Key: $k, Body: $body}')" >/dev/null
}

@test "2,000 cases from a CID bucket to a report bucket: nothing is lost, others read it back" {
    maki-synth --quiet --seed 3 --min-cases 125 --max-cases 125 --cid tree >/dev/null
    expect_equal 4000 "$(find tree -name '*.json' | wc -l)"
    other_client copy tree ":s3:$B"
    maki-fetch --quiet --no-source tree >expected
    maki-fetch --quiet --no-source --stats stats "s3://$B" | cmp - expected
    expect_accounted stats
    expect_equal 2000 "$(stat_of stats out)"
    # where each came from is told
    maki-fetch --quiet "s3://$B/support-cases" | jq -e 'select((.source.uri | startswith("s3://")) and (.source.etag | test("^[0-9a-f]{32}$")) | not)' &&
        fail "a case without its source"
    maki-fetch --quiet --no-source "s3://$B" | maki-classify --quiet --offline >insights
    maki-put --quiet --key 'r/{caseId}.json' "s3://$B/report" insights >manifest
    expect_equal "$(jq -r '"r/\(.caseId).json"' insights)" "$(jq -r .key manifest)"
    maki-aggregate --quiet --offline insights >summary.json
    maki-put --quiet --one --key summary.json "s3://$B/report/" summary.json >>manifest
    # the AWS CLI reads it back
    aws_cli s3 cp --quiet --recursive "s3://$B/report" back
    jq -r '"\(.sha256)  back/\(.key)"' manifest | sha256sum --check --quiet
    jq -r .caseId insights | while read -r id; do cat "back/r/$id.json"; done | cmp - insights
    # and so does the SDK
    try sdk s3 GetObject "{\"Bucket\":\"$B\",\"Key\":\"report/summary.json\"}"
    expect_equal "$(sha256sum <summary.json | cut -d' ' -f1)" "$(jq -r .sha256 <<<"$out")"
    expect_equal application/json "$(jq -r .ContentType <<<"$out")"
}

@test "odd keys are read as they are" {
    local keys=('a b.json' 'a+b.json' 'ünï 日本.json' '100%.json' '%2e%2F.json' '?q&x=1#f.json' 'a//b.json' 'x/../y.json' './z.json' $'tab\tbell\a.json' "q'\"<&>.json"
        "$(printf 'x%.0s' {1..890}).json" '~!*().json' '+.json')
    for i in "${!keys[@]}"; do put_case "c$i" "odd/${keys[i]}"; done
    maki-fetch --quiet "s3://$B/odd" >cases
    expect_equal "${#keys[@]}" "$(wc -l <cases)"
    for i in "${!keys[@]}"; do
        expect_equal "s3://$B/odd/${keys[i]}" "$(jq -r --arg id "c$i" 'select(.caseId == $id).source.uri' cases)"
    done
    # one of them by name, which is no prefix of others
    put_case other 'odd/a b.json.json'
    expect_equal c0 "$(maki-fetch --quiet "s3://$B/odd/a b.json" | jq -r .caseId)"
}

@test "no caseId leads out of its prefix" {
    jq -nc '"../../x", "a/b", ".", "..", "日本", "a b", "%2e", "x\u0000y", "\n" | {caseId: .}' >in
    maki-put --quiet --key 'p/{caseId}.json' "s3://$B/in" in >manifest
    sdk s3 ListObjectsV2 "{\"Bucket\":\"$B\"}" | jq -r '.Contents[].Key' >keys
    expect_equal 9 "$(wc -l <keys)"
    expect_equal 9 "$(grep -cE '^in/p/[A-Za-z0-9_%-][A-Za-z0-9._%-]*\.json$' keys)"
    expect_equal "$(jq -r '"in/\(.key)"' manifest | LC_ALL=C sort)" "$(cat keys)"
}

@test "with --no-clobber nobody's object is replaced" {
    jq -nc 'range(100) | {caseId: "c\(.)", n: 1}' | maki-put --quiet "s3://$B" >/dev/null
    sdk s3 DeleteObject "{\"Bucket\":\"$B\",\"Key\":\"c7.json\"}" >/dev/null
    jq -nc 'range(100) | {caseId: "c\(.)", n: 2}' >second
    maki-put --quiet --no-clobber --stats stats "s3://$B" second >manifest
    expect_equal c7.json "$(jq -r .key manifest)"
    expect_equal 99 "$(stat_of stats skipped)"
    expect_equal '{"caseId":"c6","n":1}' "$(sdk s3 GetObject "{\"Bucket\":\"$B\",\"Key\":\"c6.json\"}" | jq -r .body)"
    expect_equal '{"caseId":"c7","n":2}' "$(sdk s3 GetObject "{\"Bucket\":\"$B\",\"Key\":\"c7.json\"}" | jq -r .body)"
    maki-put --quiet "s3://$B" second >/dev/null
    expect_equal '{"caseId":"c6","n":2}' "$(sdk s3 GetObject "{\"Bucket\":\"$B\",\"Key\":\"c6.json\"}" | jq -r .body)"
}

@test "a large object goes up in parts and comes down in pieces" {
    maki-synth --quiet --seed 5 --count 15000 >cases.jsonl
    [ "$(stat -c %s cases.jsonl)" -gt 20000000 ] || fail "too small to mean anything"
    maki-put --quiet --one --key cases.jsonl "s3://$B" cases.jsonl >manifest
    aws_cli s3 cp --quiet "s3://$B/cases.jsonl" back
    cmp back cases.jsonl
    expect_match '-[0-9]+"$' "$(sdk s3 HeadObject "{\"Bucket\":\"$B\",\"Key\":\"cases.jsonl\"}" | jq -r .ETag)"
    expect_equal null "$(sdk s3 ListMultipartUploads "{\"Bucket\":\"$B\"}" | jq .Uploads)"
    try maki-put --one --no-clobber --key cases.jsonl "s3://$B" cases.jsonl
    expect_match '1 in = 0 out . 0 failed . 1 skipped' "$err"
    maki-fetch --quiet --no-source cases.jsonl >expected
    maki-fetch --quiet --no-source "s3://$B" | cmp - expected
    gzip -c cases.jsonl | maki-put --quiet --one --key cases.jsonl.gz "s3://$B/z" >/dev/null
    maki-fetch --quiet --no-source "s3://$B/z/" | cmp - expected
}

@test "--state goes by the objects' ETags" {
    maki-synth --quiet --seed 4 --count 30 --cid tree >/dev/null
    other_client copy tree ":s3:$B"
    maki-fetch --quiet --state st "s3://$B" >/dev/null
    maki-fetch --commit-state st
    try maki-fetch --state st "s3://$B"
    expect_match '30 in = 0 out . 0 failed . 30 skipped' "$err"
    # a new message for one case, a new case, and one that is gone
    key=$(jq -r .path st | grep -v null | sed -n 11p)
    more=${key/support-cases-data/support-cases-communications}
    head -1 "tree/$more" | jq -c '.Body = "One more." | .TimeCreated = "2027-02-01T00:00:00.000000Z"' >>"tree/$more"
    gone=$(jq -r .path st | grep -v null | sed -n 20p)
    rm "tree/$gone"
    other_client sync tree ":s3:$B"
    put_case new support-cases/zzz.json
    maki-fetch --state st "s3://$B" >changed 2>told || fail "$(cat told)"
    expect_equal "$(basename "$key" .json) new" "$(jq -r .caseId changed | paste -sd ' ')"
    expect_equal 'One more.' "$(head -1 changed | jq -r '.communications[-1].body')"
    expect_match "${gone##*/}: communications of a case that has no file" "$(cat told)"
    maki-fetch --commit-state st
    expect_equal '' "$(maki-fetch --quiet --state st "s3://$B" 2>/dev/null)"
}

@test "--since passes over what the keys rule out, and no more" {
    maki-synth --quiet --seed 6 --count 200 --start-t 2026-01-01 --end-t 2026-03-01 --cid tree >/dev/null
    other_client copy tree ":s3:$B"
    maki-fetch --quiet --no-source --since 2026-02-01T12:00:00Z --stats a tree >expected
    maki-fetch --quiet --no-source --since 2026-02-01T12:00:00Z --stats b "s3://$B" | cmp - expected
    expect_equal "$(jq -c '[.in, .out, .skipped]' a)" "$(jq -c '[.in, .out, .skipped]' b)"
    [ "$(stat_of b files)" -lt "$(stat_of a files)" ] || fail "all of them were read"
}

@test "a wrong secret, a foreign bucket and a missing one are told apart" {
    put_case c c.json
    try env AWS_SECRET_ACCESS_KEY=WrongSecret maki-fetch "s3://$B"
    expect_status 77
    expect_match "s3://$B: SignatureDoesNotMatch .403..*does not belong to the access key id" "$err"
    expect_no_match WrongSecret "$err"
    try env AWS_SECRET_ACCESS_KEY=WrongSecret maki-put "s3://$B" <<<'{"caseId":"x"}'
    expect_status 77
    try env AWS_ACCESS_KEY_ID=NOBODY maki-fetch "s3://$B"
    expect_status 77
    expect_match 'InvalidAccessKeyId' "$err"
    export AWS_ACCESS_KEY_ID=MAKIOTHERKEY AWS_SECRET_ACCESS_KEY=MakiOtherSecret
    try maki-fetch "s3://$B"
    expect_status 77
    expect_match 'AccessDenied .403.; the credentials lack s3:ListBucket' "$err"
    try maki-put "s3://$B" <<<'{"caseId":"x"}'
    expect_status 77
    expect_match 'lack s3:PutObject' "$err"
    try maki-fetch "s3://$B-none"
    expect_status 78
    expect_match 'NoSuchBucket' "$err"
}

@test "one object that is denied is one failure" {
    for i in 1 2 3; do put_case "c$i" "$i.json"; done
    sdk s3 PutBucketAcl "{\"Bucket\":\"$B\",\"GrantRead\":\"id=o\",\"GrantFullControl\":\"id=t\"}" \
        PutObjectAcl "{\"Bucket\":\"$B\",\"Key\":\"1.json\",\"GrantRead\":\"id=o\"}" \
        PutObjectAcl "{\"Bucket\":\"$B\",\"Key\":\"3.json\",\"GrantRead\":\"id=o\"}" >/dev/null
    export AWS_ACCESS_KEY_ID=MAKIOTHERKEY AWS_SECRET_ACCESS_KEY=MakiOtherSecret
    try maki-fetch --failures failures "s3://$B"
    expect_status 1
    expect_equal 'c1 c3' "$(jq -r .caseId .out | paste -sd ' ')"
    expect_equal "AccessDenied s3://$B/2.json" "$(jq -r '"\(.error.code) \(.record)"' failures)"
}

@test "categories come from a bucket as from a folder, in the original's layout too" {
    maki-synth --quiet --seed 9 --count 5 >cases
    mkdir -p own/limit-reached own/other-things
    echo 'Quotas of the account.' >own/limit-reached/desc.txt
    a_case c1 >own/limit-reached/case-1.json
    echo 'All the rest.' >own/other-things/desc.txt
    a_case c2 >own/other-things/case-x.jsonl
    echo x >own/other-things/notes.md
    other_client copy own ":s3:$B/examples"
    other_client copy "$ROOT/share/categories" ":s3:$B"
    for spec in "own s3://$B/examples/" "+own +s3://$B/examples" "$ROOT/share/categories s3://$B"; do
        maki-classify --quiet --dry-run --categories "${spec% *}" cases >expected
        maki-classify --quiet --dry-run --categories "${spec#* }" cases | cmp - expected
        [ -s expected ]
    done
    try maki-classify --dry-run --categories "s3://$B/none" cases
    expect_status 78
    expect_match "s3://$B/none: holds no category" "$err"
    sdk s3 PutObject "{\"Bucket\":\"$B\",\"Key\":\"bad/x/cues.txt\",\"Body\":\"nonsense\"}" >/dev/null
    try maki-classify --dry-run --categories "s3://$B/bad" cases
    expect_status 78
    expect_match "s3://$B/bad/x/cues.txt:1: " "$err"
    try maki-classify --offline --categories "s3://$B" cases
    expect_status 78
    try env AWS_SECRET_ACCESS_KEY=wrong maki-classify --dry-run --categories "s3://$B" cases
    expect_status 77
}

@test "what was recorded replays without a server" {
    maki-synth --quiet --seed 8 --count 20 --cid tree >/dev/null
    other_client copy tree ":s3:$B"
    maki-fetch --quiet --record fixtures "s3://$B" >cases
    maki-put --quiet --record fixtures "s3://$B/out" cases >manifest
    export AWS_ENDPOINT_URL_S3=http://127.0.0.1:1
    maki-fetch --quiet --replay fixtures "s3://$B" | cmp - cases
    maki-put --quiet --replay fixtures "s3://$B/out" cases | cmp - manifest
}

@test "2,000 objects of 5 kB take no more time and CPU than with rclone" {
    jq -nc 'range(2000) | {caseId: "c\(10000 + .)", subject: "s", status: "opened", serviceCode: "x", timeCreated: "2026-01-01T00:00:00.000Z",
        submittedBy: "a", communications: [{timeCreated: "2026-01-01T00:00:00.000Z", submittedBy: "a", body: ("x y z " * 800)}]}' >cases
    maki-put --quiet "s3://$B" cases >/dev/null
    TIMEFORMAT='%R %U %S'
    # the best of three each, in turns
    for i in 1 2 3; do
        rm -rf copy
        { time other_client copy ":s3:$B" copy; } 2>>theirs
        { time maki-fetch --quiet --no-source "s3://$B" >fetched; } 2>>ours
    done
    maki-fetch --quiet --no-source cases | cmp - fetched
    best() { awk -v by="$2" '{ v = by == "wall" ? $1 : $2 + $3 } NR == 1 || v < least { least = v } END { print least }' "$1"; }
    for by in wall cpu; do
        echo "# $by: maki $(best ours $by) s, rclone $(best theirs $by) s" >&3
        awk -v a="$(best ours $by)" -v b="$(best theirs $by)" 'BEGIN { exit !(a <= b) }' || fail "$by: maki $(best ours $by), rclone $(best theirs $by)"
    done
}
