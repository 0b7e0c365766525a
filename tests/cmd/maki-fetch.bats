# maki-fetch: what it reads, what it chooses, what it remembers, and what it says about bad input.
# shellcheck disable=SC2154,SC2016 # try sets status, out and err; what stands in single quotes is for jq and bash
load ../lib/common

# a_case ID [MEMBERS]: a case as one line; MEMBERS is JSON, with a comma behind it.
a_case() {
    printf '{"caseId":"%s",%s"subject":"s"}\n' "$1" "${2-}"
}

# a_described ID TIME STATUS: as DescribeCases gives it, on one line.
a_described() {
    printf '{"caseId":"%s","displayId":"1%s","subject":"About %s","status":"%s","serviceCode":"amazon-s3",' "$1" "$1" "$1" "$3"
    printf '"categoryCode":"other","severityCode":"low","submittedBy":"a@example.com","timeCreated":"%s","language":"en",' "$2"
    printf '"ccEmailAddresses":[],"recentCommunications":{"communications":[{"caseId":"%s","body":"second",' "$1"
    printf '"submittedBy":"Amazon Web Services","timeCreated":"2026-02-02T09:00:00.000Z","attachmentSet":[]},{"caseId":"%s",' "$1"
    printf '"body":"first \\u00e4","submittedBy":"a@example.com","timeCreated":"2026-02-01T09:00:00.000Z"}]}}\n'
}

# cid_of ROOT ACCOUNT: DescribeCases objects from stdin into a tree of the CID data collection.
cid_of() {
    local line key id
    while IFS= read -r line; do
        id=$(jq -r .caseId <<<"$line")
        key=$(jq -r --arg a "$2" '"payer_id=999900001111/account_id=\($a)/year=\(.timeCreated[0:4])/month=\(.timeCreated[5:7])/" +
            "day=\(.timeCreated[8:10])"' <<<"$line")
        mkdir -p "$1/support-cases-data/$key" "$1/support-cases-communications/$key"
        jq -cj '{CaseId: .caseId, DisplayId: .displayId, Subject: .subject, Status: .status, ServiceCode: .serviceCode,
            CategoryCode: .categoryCode, SeverityCode: .severityCode, SubmittedBy: .submittedBy,
            TimeCreated: (.timeCreated | sub("Z$"; "000Z")), CCEmailAddresses: .ccEmailAddresses, Language: .language,
            AccountAlias: null, Summary: null}' <<<"$line" >"$1/support-cases-data/$key/$id.json"
        jq -c '.recentCommunications.communications[] | {CaseId: .caseId, Body: .body, SubmittedBy: .submittedBy,
            TimeCreated: .timeCreated, AttachmentSet: null, AccountAlias: null}' <<<"$line" >"$1/support-cases-communications/$key/$id.json"
    done
}

some_described() {
    a_described c1 2026-01-05T10:00:00.123Z resolved
    a_described c2 2026-01-05T11:00:00.000Z opened
    a_described c3 2026-02-10T10:00:00.000Z resolved
}

# ids: the caseIds in $out, in one line.
ids() {
    jq -r .caseId <<<"$out" | paste -sd' '
}

# bad_input NAME: "good1", stdin's lines, "good2", as the file NAME.
bad_input() {
    { a_case good1; cat; a_case good2; } >"$1"
}

# expect_one_bad NAME LINE PATTERN: of NAME both good cases come out, and the one failure names the line.
expect_one_bad() {
    try maki-fetch --stats stats.json --failures failures.jsonl "$1"
    expect_status 1
    expect_equal "good1 good2" "$(ids)"
    expect_match "maki-fetch: $1:$2: .*$3" "$err"
    expect_equal "3 2 1 0" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_equal 1 "$(wc -l <failures.jsonl)"
    jq -e '.stage and .error.code and .error.message and (.record != null)' failures.jsonl >/dev/null || fail "$(cat failures.jsonl)"
}

# --- what it reads

@test "a DescribeCases object becomes a case, communications oldest first" {
    some_described | head -1 >in.json
    try maki-fetch --no-source in.json
    expect_status 0
    expect_equal '{"caseId":"c1","displayId":"1c1","subject":"About c1","status":"resolved","serviceCode":"amazon-s3","categoryCode":"other","severityCode":"low","submittedBy":"a@example.com","timeCreated":"2026-01-05T10:00:00.123Z","language":"en","communications":[{"timeCreated":"2026-02-01T09:00:00.000Z","submittedBy":"a@example.com","body":"first ä"},{"timeCreated":"2026-02-02T09:00:00.000Z","submittedBy":"Amazon Web Services","body":"second"}]}' "$out"
}

@test "pages, lines, pretty-printed documents and gzip give the same cases, from files, folders and standard input" {
    some_described >lines.jsonl
    jq -cs '{cases: ., nextToken: "t"}' lines.jsonl >page.json
    jq -s '{cases: .}' lines.jsonl >pretty.json
    jq . lines.jsonl >documents.json
    gzip -k lines.jsonl page.json
    maki-fetch --no-source -q lines.jsonl >expected
    expect_equal 3 "$(wc -l <expected)"
    for file in page.json pretty.json documents.json lines.jsonl.gz page.json.gz expected; do
        try maki-fetch --no-source "$file"
        expect_status 0
        expect_equal "$(cat expected)" "$out"
        mkdir -p "folder-$file" && cp "$file" "folder-$file/x.${file#*.}"
        [ "$file" = expected ] && mv "folder-$file"/* "folder-$file/x.ndjson"
        try maki-fetch --no-source "folder-$file/"
        expect_equal "$(cat expected)" "$out"
        try maki-fetch --no-source <"$file"
        expect_equal "$(cat expected)" "$out"
        try maki-fetch --no-source - <"$file"
        expect_equal "$(cat expected)" "$out"
    done
}

@test "a page counts as many records in as it has cases" {
    some_described | jq -cs '{cases: .}' >page.json
    try maki-fetch --stats stats.json --status opened page.json
    expect_equal "3 1 0 2" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    echo '{"cases":[]}' >empty.json
    try maki-fetch --stats stats.json empty.json
    expect_status 0
    expect_equal 0 "$(stat_of stats.json in)"
}

@test "what is wrong in a page fails alone, named by its place" {
    echo '{"cases":[{"caseId":"a","subject":"s"},{"subject":"s"},7,{"caseId":"b","subject":[]},{"caseId":"c","subject":"s"}]}' >page.json
    try maki-fetch --stats stats.json --failures failures.jsonl page.json
    expect_status 1
    expect_equal "a c" "$(ids)"
    expect_equal "5 2 3 0" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_match 'page.json:1: cases\[1\]: caseId is missing' "$err"
    expect_match 'page.json:1: cases\[2\]: a case: expected an object, not a JSON number' "$err"
    expect_match 'page.json:1: cases\[3\]: subject: expected a string, not a JSON array' "$err"
    expect_equal '{"caseId":"b","subject":[]}' "$(jq -c 'select(.caseId == "b").record' failures.jsonl)"
}

@test "a normal case comes out as the same bytes, source and maki too" {
    a_case a '"maki":{"synthetic":true,"category":"throttling"},"x":1,' >in.jsonl
    maki-fetch -q in.jsonl >once
    expect_match '"source":\{"uri":"in.jsonl"\},"maki":\{"synthetic":true,"category":"throttling"\}\}$' "$(cat once)"
    try maki-fetch once
    expect_equal "$(cat once)" "$out"
    try maki-fetch <once
    expect_equal "$(cat once)" "$out"
    try maki-fetch --no-source <once
    expect_match '"communications":\[\],"maki"' "$out"
}

@test "the source is the path as it was given, and none for standard input" {
    mkdir -p d/e
    a_case a >d/e/x.json
    try maki-fetch d
    expect_equal d/e/x.json "$(jq -r .source.uri <<<"$out")"
    try maki-fetch ./d/
    expect_equal ./d/e/x.json "$(jq -r .source.uri <<<"$out")"
    try maki-fetch <d/e/x.json
    expect_equal null "$(jq .source <<<"$out")"
}

@test "a case without communications is a case" {
    { a_case a; a_case b '"communications":[],'; a_case c '"recentCommunications":{"communications":[]},'; } >in.jsonl
    try maki-fetch in.jsonl
    expect_status 0
    expect_equal '[][][]' "$(jq -cj .communications <<<"$out")"
}

@test "the members are those of the schema, in its order" {
    some_described >in.jsonl
    a_case d '"accountId":"1","timeResolved":"2026-01-01","ccEmailAddresses":["a"],"maki":{},"language":"de","communications":[{}],' >>in.jsonl
    try maki-fetch in.jsonl
    for line in 1 4; do
        jq -e --slurpfile schema "$ROOT/docs/case.schema.json" '. as $case | $schema[0] as $s |
            ($s.properties | keys_unsorted | map(select(. as $k | $case | has($k)))) == ($case | keys_unsorted) and
            all($s.required[]; . as $k | $case | has($k)) and
            all(.communications[]; keys_unsorted == ($s.properties.communications.items.properties | keys_unsorted))' \
            <<<"$(sed -n "${line}p" <<<"$out")" >/dev/null || fail "not as the schema has it: $(sed -n "${line}p" <<<"$out")"
    done
}

@test "folders are read in sorted order, at any depth, and other files are named when verbose" {
    mkdir -p d/b/c d/a
    a_case 1 >d/a/z.json
    a_case 2 >d/b/c/x.jsonl
    a_case 3 >d/b/y.NDJSON
    a_case 4 >d/c.json
    echo hello >d/README.txt
    echo hello >d/json
    try maki-fetch -v --stats stats.json d
    expect_status 0
    expect_equal "1 2 3 4" "$(ids)"
    expect_match 'd/README.txt: not read' "$err"
    expect_match 'd/json: not read' "$err"
    expect_equal 2 "$(stat_of stats.json files_ignored)"
    try maki-fetch d
    expect_no_match README "$err"
}

@test "several sources are read in the order given, and of one caseId the first is kept" {
    a_case x '"status":"first",' >b.jsonl
    { a_case y; a_case x '"status":"second",'; a_case y; } >a.jsonl
    try maki-fetch -v --stats stats.json b.jsonl a.jsonl
    expect_status 0
    expect_equal "x first|y |" "$(jq -rj '"\(.caseId) \(.status)|"' <<<"$out")"
    expect_equal "4 2 0 2" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_equal 2 "$(stat_of stats.json duplicates)"
    expect_match 'a.jsonl:2: skipped: its caseId came before' "$err"
}

@test "a duplicate that is not wanted does not stand in the way of one that is" {
    { a_case x '"status":"opened",'; a_case x '"status":"resolved",'; } >in.jsonl
    try maki-fetch --status resolved in.jsonl
    expect_equal resolved "$(jq -r .status <<<"$out")"
}

@test "where the source has only the latest communications, that is told" {
    a_case a '"recentCommunications":{"communications":[],"nextToken":"more"},' >in.jsonl
    try maki-fetch --stats stats.json in.jsonl
    expect_status 0
    expect_equal 1 "$(stat_of stats.json conversations_cut)"
    expect_match 'describe-communications' "$err"
}

# --- the CID data collection

@test "a CID tree gives the same cases as the DescribeCases pages" {
    some_described | cid_of tree/support-cases 111122223333
    some_described | jq -cs '{cases: .}' >page.json
    try maki-fetch --no-source tree
    expect_status 0
    expect_equal "$(maki-fetch -q --no-source page.json)" "$(jq -c 'del(.accountId)' <<<"$out")"
    expect_equal 111122223333 "$(jq -r .accountId <<<"$out" | sort -u)"
    # from further down, too
    expect_equal "$out" "$(maki-fetch -q --no-source tree/support-cases/support-cases-data)"
    expect_equal "$out" "$(maki-fetch -q --no-source tree/support-cases/support-cases-data/payer_id=*/account_id=*/*/*/*/*.json)"
}

@test "communications that are empty or missing are fine, and those without data are told and counted, not emitted" {
    some_described | cid_of tree 111122223333
    : >"$(find tree/support-cases-communications -name c1.json)"
    rm "$(find tree/support-cases-communications -name c2.json)"
    rm "$(find tree/support-cases-data -name c3.json)"
    try maki-fetch --stats stats.json tree
    expect_status 0
    expect_equal "c1 c2" "$(ids)"
    expect_equal '[][]' "$(jq -cj .communications <<<"$out")"
    expect_match 'c3.json: communications of a case that has no file in support-cases-data' "$err"
    expect_equal 1 "$(stat_of stats.json communications_without_data)"
    expect_equal "2 2 0 0" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
}

@test "a damaged line of communications fails its case, with all of it in the record" {
    some_described | cid_of tree 111122223333
    talk=$(find tree/support-cases-communications -name c1.json)
    printf '{"CaseId":"c1","Body":"cut' >>"$talk"
    try maki-fetch --failures failures.jsonl --stats stats.json tree
    expect_status 1
    expect_equal "c2 c3" "$(ids)"
    expect_match "communications/.*c1.json:3: invalid JSON" "$err"
    expect_accounted stats.json
    expect_equal '{"CaseId":"c1","Body":"cut' "$(jq -r '.record.Communications[2]' failures.jsonl)"
    # mended, the record is the whole case
    jq -c '.record | del(.Communications[2])' failures.jsonl >mended.jsonl
    try maki-fetch --no-source mended.jsonl
    expect_equal "c1 111122223333 2" "$(jq -r '"\(.caseId) \(.accountId) \(.communications | length)"' <<<"$out")"
    expect_equal "" "$(grep -i 'without its communications' <<<"$err")"
}

@test "communications of another case are not let in" {
    some_described | cid_of tree 111122223333
    sed -i s/c1/c9/ "$(find tree/support-cases-communications -name c1.json)"
    try maki-fetch tree
    expect_status 1
    expect_equal "c2 c3" "$(ids)"
    expect_match 'belongs to another case' "$err"
}

@test "an empty file of a case is a failure, and so are communications given alone" {
    some_described | cid_of tree 111122223333
    : >"$(find tree/support-cases-data -name c1.json)"
    try maki-fetch --stats stats.json tree
    expect_status 1
    expect_match 'c1.json:1: the file of a case is empty' "$err"
    expect_equal "3 2 1 0" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    try maki-fetch tree/support-cases-communications
    expect_status 64
    expect_match 'name the folder that holds both' "$err"
    try maki-fetch "$(find tree/support-cases-communications -name c2.json)"
    expect_status 64
    try maki-fetch - <"$(find tree/support-cases-communications -name c2.json)"
    expect_status 1
    expect_match 'this is a communication, not a case' "$err"
}

@test "a CID tree without its communications is told" {
    some_described | cid_of tree 111122223333
    rm -r tree/support-cases-communications
    try maki-fetch tree
    expect_status 0
    expect_equal "c1 c2 c3" "$(ids)"
    expect_match 'support-cases-communications does not exist: the cases come without' "$err"
    expect_equal 1 "$(grep -c 'does not exist' <<<"$err")"
    try maki-fetch - <"$(find tree -name c1.json)"
    expect_status 0
    expect_match 'it comes without its communications' "$err"
}

@test "gzipped objects of a CID tree are read as well" {
    some_described | cid_of tree 1
    expected=$(maki-fetch -q --no-source tree)
    find tree -name '*.json' -exec gzip -S .gz {} \;
    expect_equal "$expected" "$(maki-fetch -q --no-source tree)"
}

# --- bad input

@test "a truncated line" {
    bad_input in.jsonl <<<'{"caseId":"a","subject":"cut'
    expect_one_bad in.jsonl 2 'is the line cut'
    expect_equal '{"caseId":"a","subject":"cut' "$(jq -r .record failures.jsonl)"
}

@test "a truncated last line, without its end" {
    { a_case good1; a_case good2; printf '{"caseId":'; } >in.jsonl
    expect_one_bad in.jsonl 3 'is the line cut'
}

@test "bytes that are not UTF-8 are replaced, with a warning" {
    { a_case a; printf '{"caseId":"b","subject":"x\377y\300\200z"}\n'; a_case c; } >in.jsonl
    try maki-fetch --stats stats.json in.jsonl
    expect_status 0
    expect_equal "a b c" "$(ids)"
    expect_match 'in.jsonl:2: text that is not valid Unicode was replaced' "$err"
    expect_equal 1 "$(stat_of stats.json repaired)"
    expect_match '^x�+y�+z$' "$(jq -r 'select(.caseId == "b").subject' <<<"$out")"
    expect_accounted stats.json
}

@test "a caseId that is not valid Unicode is refused: replaced, two could look like one" {
    printf '{"caseId":"x\377","subject":"s"}\n' | bad_input in.jsonl
    expect_one_bad in.jsonl 2 'caseId'
}

@test "an escaped NUL is kept in text and refused in a caseId" {
    { a_case a; echo '{"caseId":"b","subject":"x\u0000y"}'; } >in.jsonl
    try maki-fetch in.jsonl
    expect_status 0
    expect_match '"subject":"x\\u0000y"' "$out"
    bad_input in.jsonl <<<'{"caseId":"b\u0000","subject":"s"}'
    expect_one_bad in.jsonl 2 'caseId: it holds a NUL'
}

@test "a lone surrogate is replaced, with a warning" {
    { a_case a
        printf '%s\n' '{"caseId":"b","subject":"x\ud800y \udc00 \ud83d\ud83d\ude00 \ud83d\n\\ud83d \ud83d"}'
        echo '{"caseId":"c","subject":"\ud83d\ude00"}'; } >in.jsonl
    try maki-fetch --stats stats.json in.jsonl
    expect_status 0
    expect_equal '"x�y � �😀 �\n\\ud83d �" "😀"' "$(jq 'select(.caseId != "a").subject' <<<"$out" | paste -sd' ')"
    expect_match 'in.jsonl:2: text that is not valid Unicode' "$err"
    expect_equal 1 "$(stat_of stats.json repaired)"
}

@test "2,000 levels of nesting" {
    printf '{"caseId":"a","x":%s%s}\n' "$(printf '%02000d' 0 | tr 0 '[')" "$(printf '%02000d' 0 | tr 0 ']')" | bad_input in.jsonl
    expect_one_bad in.jsonl 2 'nested too deeply'
}

@test "a body of 300 kB" {
    body=$(head -c 300000 /dev/zero | tr '\0' x)
    { a_case a; printf '{"caseId":"b","subject":"s","communications":[{"body":"%s"}]}\n' "$body"; a_case c; } >in.jsonl
    try maki-fetch --stats stats.json in.jsonl
    expect_status 0
    expect_equal "a b c" "$(ids)"
    expect_equal 300000 "$(jq 'select(.caseId == "b").communications[0].body | length' <<<"$out")"
}

@test "a line longer than --max-line, alone or as a document" {
    { printf '{"caseId":"b","subject":"'; head -c 100000 /dev/zero | tr '\0' x; echo '"}'; } | bad_input in.jsonl
    expect_equal "$(a_case good1 | wc -c)" "$(head -1 in.jsonl | wc -c)"
    try maki-fetch --max-line 50k --stats stats.json in.jsonl
    expect_status 1
    expect_equal "good1 good2" "$(ids)"
    expect_match 'in.jsonl:2: the line is longer than 51200 bytes; see --max-line' "$err"
    expect_equal 3 "$(stat_of stats.json in)"
    jq -n '{cases: [range(3000) | {caseId: "c\(.)", subject: "s"}]}' | bad_input in.jsonl
    try maki-fetch --max-line 50k --stats stats.json in.jsonl
    expect_status 1
    expect_equal "good1 good2" "$(ids)"
    expect_equal "3 2 1 0" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
}

@test "a 20-digit number as caseId keeps its digits" {
    { a_case a; echo '{"caseId":12345678901234567891,"displayId":98765432109876543210,"subject":"s"}'; a_case c; } >in.jsonl
    try maki-fetch in.jsonl
    if [ "$status" -eq 1 ] && readelf -d "$(readlink -f "$BIN/maki-fetch")" | grep -q 'NEEDED.*libjq'; then
        # libjq 1.6, which a shared build may have, would lose digits
        expect_equal "a c" "$(ids)"
        expect_match 'in.jsonl:2: .*more digits than' "$err"
        return
    fi
    expect_status 0
    expect_equal "a 12345678901234567891 c" "$(ids)"
    expect_match '"displayId":"98765432109876543210"' "$out"
}

@test "a missing caseId" {
    bad_input in.jsonl <<<'{"subject":"s"}'
    expect_one_bad in.jsonl 2 'caseId is missing or empty'
    bad_input in.jsonl <<<'{"caseId":"","subject":"s"}'
    expect_one_bad in.jsonl 2 'caseId is missing or empty'
    expect_equal '{"caseId":"","subject":"s"}' "$(jq -c .record failures.jsonl)"
}

@test "a line that is an array, a string or another value" {
    bad_input in.jsonl <<<'[{"caseId":"a"}]'
    expect_one_bad in.jsonl 2 'expected a JSON object .*, not a JSON array'
    bad_input in.jsonl <<<'"caseId"'
    expect_one_bad in.jsonl 2 'not a JSON string'
    bad_input in.jsonl <<<'NaN'
    expect_one_bad in.jsonl 2 'invalid JSON'
}

@test "a name given twice" {
    bad_input in.jsonl <<<'{"caseId":"a","subject":"s","caseId":"b"}'
    expect_one_bad in.jsonl 2 '"caseId" is given twice'
}

@test "a member of the wrong type" {
    bad_input in.jsonl <<<'{"caseId":"a","subject":{"text":"s"}}'
    expect_one_bad in.jsonl 2 'subject: expected a string, not a JSON object'
}

@test "other records are not taken for cases" {
    bad_input in.jsonl <<<'{"caseId":"a","category":"throttling","case_summary":"x"}'
    expect_one_bad in.jsonl 2 'this is an insight'
    bad_input in.jsonl <<<'{"stage":"read","caseId":"a","error":{},"record":{"caseId":"a"}}'
    expect_one_bad in.jsonl 2 'jq -c .record'
}

@test "CRLF, a byte order mark and blank lines are taken as they come" {
    { printf '\357\273\277'; a_case a; echo; a_case b; printf '   \n\n'; } | sed 's/$/\r/' >in.jsonl
    printf '{\r\n"caseId": "c",\r\n"subject": "s"\r\n}\r\n' >>in.jsonl
    try maki-fetch --stats stats.json in.jsonl
    expect_status 0
    expect_equal "a b c" "$(ids)"
    expect_equal 3 "$(stat_of stats.json in)"
}

@test "hostile caseIds are data: one line each" {
    { a_case ../../etc/passwd; a_case 'two\nlines'; } >in.jsonl
    try maki-fetch in.jsonl
    expect_status 0
    expect_equal 2 "$(wc -l <<<"$out")"
    expect_equal '"../../etc/passwd""two\nlines"' "$(jq -j '.caseId | tojson' <<<"$out")"
}

@test "failed records can be given again" {
    { a_case a '"status":7,'; a_case b; } >in.jsonl
    try maki-fetch --failures failures.jsonl in.jsonl
    expect_status 1
    expect_equal a "$(jq -r .caseId failures.jsonl)"
    jq -c '.record.status = "opened" | .record' failures.jsonl >again.jsonl
    try maki-fetch again.jsonl
    expect_status 0
    expect_equal a "$(ids)"
}

# --- files and folders

@test "a source that does not exist stops the run before it begins, and says what a source is" {
    a_case a >in.jsonl
    try maki-fetch in.jsonl missing.jsonl
    expect_status 74
    expect_equal "" "$out"
    expect_match "'missing.jsonl' .a file, a folder, or - for standard input.: No such file" "$err"
}

@test "a bucket that cannot be one is refused, and a word behind support: too" {
    for source in s3:// s3://b%20/x s3://../x; do
        try maki-fetch "$source"
        expect_status 64
        expect_match "cannot be a bucket's name" "$err"
    done
    try maki-fetch s3://b/x/support-cases-communications
    expect_status 64
    expect_match "these are communications without their cases" "$err"
    try maki-fetch --offline s3://bucket/prefix
    expect_status 78
    expect_match "cannot read s3://bucket/prefix with --offline" "$err"
    try maki-fetch support:resolved
    expect_status 64
    expect_match "called 'support:'" "$err"
}

@test "links to folders are not followed, links to files are, and a loop ends" {
    mkdir -p d/sub
    a_case a >d/sub/a.json
    ln -s .. d/sub/up
    ln -s . d/self
    ln -s sub/a.json d/link.json
    try maki-fetch -v --stats stats.json d
    expect_status 0
    expect_equal a "$(ids)"
    expect_match 'd/self: not read: a symbolic link to a folder' "$err"
    expect_equal 2 "$(stat_of stats.json files)"
    ln -s d named
    try maki-fetch named
    expect_equal a "$(ids)"
}

@test "what cannot be read is one failure each, and the rest is processed" {
    mkdir -p d
    a_case a >d/a.json
    ln -s nowhere d/b.json
    a_case c | gzip >whole.gz
    head -c 20 whole.gz >d/c.json.gz
    printf '\037\213garbage that is no gzip' >d/d.json.gz
    mkfifo d/e.json
    a_case f >d/f.json
    try maki-fetch --stats stats.json --failures failures.jsonl d
    expect_status 1
    expect_equal "a f" "$(ids)"
    expect_match 'd/b.json: No such file' "$err"
    expect_match 'd/c.json.gz: the gzip stream is cut' "$err"
    expect_match 'd/d.json.gz: damaged gzip' "$err"
    expect_equal "5 2 3 0" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_equal 3 "$(wc -l <failures.jsonl)"
}

@test "files and folders that may not be read are failures" {
    mkdir -p d/closed
    a_case a >d/a.json
    a_case b >d/b.json
    a_case c >d/closed/c.json
    ln -s /proc/self/mem d/d.json # reading at its start is an I/O error
    chmod 000 d/b.json d/closed
    set -- maki-fetch d
    [ "$(id -u)" -ne 0 ] || set -- setpriv --bounding-set=-dac_override,-dac_read_search "$@" # else root may read all
    try "$@"
    chmod 755 d/closed
    expect_status 1
    expect_equal a "$(ids)"
    expect_match 'd/b.json: Permission denied' "$err"
    expect_match 'd/closed: Permission denied' "$err"
    expect_match 'd/d.json: Input/output error' "$err"
    expect_match '4 in = 1 out \+ 3 failed \+ 0 skipped' "$err"
}

@test "hostile file names are shown without their control characters and read all the same" {
    mkdir d
    a_case a >$'d/x\033[31m\ny.json'
    a_case b >$'d/-\377.json'
    echo '{' >$'d/z\n.json'
    try maki-fetch d
    expect_status 1
    expect_equal "b a" "$(ids)"
    expect_match 'd/z\?.json:1: ' "$err"
    expect_no_match $'\033' "$err"
    expect_equal 2 "$(wc -l <<<"$err")"
}

@test "what it writes itself is not read, though it lies in the folder" {
    mkdir d
    a_case a >d/a.jsonl
    maki-fetch d >d/out.jsonl 2>err
    expect_equal 1 "$(wc -l <d/out.jsonl)"
    grep -q 'd/out.jsonl: this is where output goes' err || fail "$(cat err)"
    rm d/out.jsonl
    for _ in 1 2; do
        echo '{' >d/b.jsonl
        try maki-fetch --failures d/c.jsonl --stats d/stats.json --state d/state.jsonl d
        expect_status 1
        expect_equal 1 "$(wc -l <d/c.jsonl)"
        expect_equal 2 "$(stat_of d/stats.json in)"
        maki-fetch --commit-state d/state.jsonl
    done
}

@test "folders nested without end are a failure, not a crash" {
    path=d
    for _ in $(seq 300); do path=$path/n; done
    mkdir -p "$path"
    a_case a >d/a.json
    a_case b >"$path/b.json"
    try maki-fetch d
    expect_status 1
    expect_equal a "$(ids)"
    expect_match 'nested more than 256 deep' "$err"
}

@test "a pipe can be a source" {
    try maki-fetch <(a_case a) <(a_case b | gzip)
    expect_status 0
    expect_equal "a b" "$(ids)"
}

# --- what it chooses

times() {
    a_case a '"timeCreated":"2026-01-01T00:00:00Z",'
    a_case b '"timeCreated":"2026-01-31T23:59:59.999Z",'
    a_case c '"timeCreated":"2026-02-01T01:00:00+01:00",'
    a_case d '"timeCreated":"2026-03-01T00:00:00Z",'
}

@test "--since takes its moment in, --until leaves it out" {
    times >in.jsonl
    try maki-fetch --stats stats.json --since 2026-01-01 --until 2026-02-01 in.jsonl
    expect_status 0
    expect_equal "a b" "$(ids)"
    expect_equal "4 2 0 2" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    try maki-fetch --since 2026-02-01T00:00:00Z in.jsonl
    expect_equal "c d" "$(ids)"
    try maki-fetch --until 2026-01-01T00:00:00.001Z in.jsonl
    expect_equal a "$(ids)"
}

@test "ages are counted back from now" {
    times >in.jsonl
    MAKI_NOW=2026-03-02T00:00:00Z try maki-fetch --since 29d in.jsonl
    expect_equal "c d" "$(ids)"
    MAKI_NOW=2026-03-02T00:00:00Z try maki-fetch --since 8w --until 24h in.jsonl
    expect_equal "b c" "$(ids)"
}

@test "a case whose time cannot be read is kept, and told" {
    { times; a_case e '"timeCreated":"yesterday",'; a_case f; } >in.jsonl
    try maki-fetch --since 2026-02-15 --stats stats.json in.jsonl
    expect_status 0
    expect_equal "d e f" "$(ids)"
    expect_match 'in.jsonl:5: kept, though its timeCreated' "$err"
    expect_equal 2 "$(stat_of stats.json undated)"
    try maki-fetch in.jsonl
    expect_no_match 'kept' "$err"
}

@test "times that are none are refused" {
    try maki-fetch --since yesterday </dev/null
    expect_status 64
    expect_match "^maki-fetch: --since: 'yesterday' is no time; give a date" "$err"
    try maki-fetch --since 2026-02-01 --until 2026-02-01 </dev/null
    expect_status 64
    expect_match "is not before --until" "$err"
}

@test "--status and --category-code are lists and match exactly" {
    { a_case a '"status":"opened","categoryCode":"x",'; a_case b '"status":"reopened","categoryCode":"y",'
        a_case c '"status":"resolved","categoryCode":"xy",'; } >in.jsonl
    try maki-fetch --stats stats.json --status opened,resolved in.jsonl
    expect_equal "a c" "$(ids)"
    expect_accounted stats.json
    try maki-fetch --status opened --status reopened in.jsonl
    expect_equal "a b" "$(ids)"
    try maki-fetch --category-code x in.jsonl
    expect_equal a "$(ids)"
    try maki-fetch --category-code x,y --status reopened in.jsonl
    expect_equal b "$(ids)"
}

@test "--service also takes codes that go on behind it with a dash" {
    { a_case a '"serviceCode":"amazon-elastic-compute-cloud",'; a_case b '"serviceCode":"amazon-elastic-compute-cloud-linux",'
        a_case c '"serviceCode":"amazon-elastic-compute-cloudy",'; a_case d; } >in.jsonl
    try maki-fetch --service amazon-elastic-compute-cloud in.jsonl
    expect_equal "a b" "$(ids)"
    try maki-fetch --service amazon-elastic-compute-cloudy,amazon-elastic-compute-cloud-linux in.jsonl
    expect_equal "b c" "$(ids)"
}

@test "--limit stops, and a page that was begun is accounted for" {
    times >in.jsonl
    try maki-fetch --limit 2 in.jsonl in.jsonl
    expect_status 0
    expect_equal "a b" "$(ids)"
    times | jq -cs '{cases: .}' >page.json
    try maki-fetch --limit 1 --stats stats.json page.json
    expect_equal a "$(ids)"
    expect_equal "4 1 0 3" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    try maki-fetch --limit 0 in.jsonl
    expect_status 64
}

@test "--filter drops, keeps and replaces" {
    times >in.jsonl
    try maki-fetch --stats stats.json --filter '.caseId == "b"' in.jsonl
    expect_equal b "$(ids)"
    expect_equal "4 1 0 3" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    try maki-fetch --filter 'select(.timeCreated > "2026-02")' in.jsonl
    expect_equal "c d" "$(ids)"
    try maki-fetch --filter 'if .caseId == "a" then null else empty end' in.jsonl
    expect_equal "" "$out"
    try maki-fetch --no-source --filter '{subject: "new", caseId: (.caseId + "2"), junk: 1, status}' in.jsonl
    expect_status 0
    expect_equal '{"caseId":"a2","displayId":"","subject":"new","status":"","serviceCode":"","categoryCode":"","severityCode":"","submittedBy":"","timeCreated":"","communications":[]}' "$(head -1 <<<"$out")"
}

@test "a filter that fails, or gives what is no case, makes failures" {
    times >in.jsonl
    try maki-fetch --stats stats.json --failures failures.jsonl \
        --filter 'if .caseId == "a" then error("no") elif .caseId == "b" then 7 elif .caseId == "c" then {} else . end' in.jsonl
    expect_status 1
    expect_equal d "$(ids)"
    expect_match 'in.jsonl:1: the filter failed: no' "$err"
    expect_match 'in.jsonl:2: the filter gave a JSON number' "$err"
    expect_match 'in.jsonl:3: what the filter gave: caseId is missing' "$err"
    expect_equal filter "$(jq -r .stage failures.jsonl | sort -u)"
    expect_accounted stats.json
    try maki-fetch --filter '., .' in.jsonl
    expect_status 1
    expect_match 'the filter gave 2 results' "$err"
    try maki-fetch --filter '.[' in.jsonl
    expect_status 64
    expect_match 'filter: the filter does not compile' "$err"
}

@test "what a filter makes of two caseIds is not emitted twice" {
    times >in.jsonl
    try maki-fetch --stats stats.json --filter '.caseId = "same"' in.jsonl
    expect_equal same "$(ids)"
    expect_equal 3 "$(stat_of stats.json duplicates)"
}

@test "shards are disjoint and complete, and divide by a hash that is documented" {
    for i in $(seq 200); do a_case "case-$i"; done >in.jsonl
    for i in 1 2 3; do
        maki-fetch -q --no-source --shard "$i/3" in.jsonl >"$i"
        [ "$(wc -l <"$i")" -gt 40 ] || fail "shard $i has $(wc -l <"$i") of 200"
    done
    expect_equal "$(maki-fetch -q --no-source in.jsonl | sort)" "$(sort 1 2 3)"
    # FNV-1a of "a" is 0xaf63dc4c8601ec8c, of "foobar" 0x85944171f73967e8 (the authors' test vectors): modulo 10, 6 and 8
    expect_equal 12638187200555641996 "$(printf %u 0xaf63dc4c8601ec8c)"
    { a_case a; a_case foobar; } >in.jsonl
    try maki-fetch --shard 7/10 in.jsonl
    expect_equal a "$(ids)"
    try maki-fetch --shard 9/10 in.jsonl
    expect_equal foobar "$(ids)"
    for bad in 0/3 4/3 1 1/0 /3 1/3x -1/3 a/b; do
        try maki-fetch --shard "$bad" in.jsonl
        expect_status 64
        expect_match "'$bad' is no I/N" "$err"
    done
}

# --- what it remembers

@test "with --state, files that were emitted and committed are skipped until they change" {
    mkdir d
    a_case a >d/a.json
    { a_case b; a_case c; } >d/b.jsonl
    try maki-fetch --state s.jsonl --stats stats.json d
    expect_status 0
    expect_equal "a b c" "$(ids)"
    [ ! -e s.jsonl ] || fail "state without commit"
    # not committed: all comes again
    try maki-fetch --state s.jsonl d
    expect_equal "a b c" "$(ids)"
    try maki-fetch --commit-state s.jsonl
    expect_status 0
    [ -e s.jsonl ] && [ ! -e s.jsonl.next ] && [ ! -e s.jsonl.next.tmp ] || fail "$(ls)"
    try maki-fetch --commit-state s.jsonl
    expect_status 0
    try maki-fetch --state s.jsonl --stats stats.json d
    expect_status 0
    expect_equal "" "$out"
    expect_equal "3 0 0 3" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_equal 2 "$(stat_of stats.json files_unchanged)"
    maki-fetch --commit-state s.jsonl
    # changed, new and gone
    a_case a2 >d/a.json
    touch -d '2026-01-01 00:00:01.000000001' d/a.json
    a_case e >d/e.json
    rm d/b.jsonl
    try maki-fetch --state s.jsonl d
    expect_equal "a2 e" "$(ids)"
    maki-fetch --commit-state s.jsonl
    # the same size, a nanosecond later
    a_case a3 >d/a.json
    touch -d '2026-01-01 00:00:01.000000002' d/a.json
    try maki-fetch --state s.jsonl d
    expect_equal a3 "$(ids)"
}

@test "a file whose records partly failed is not remembered" {
    mkdir d
    { a_case a; echo '{'; } >d/a.jsonl
    a_case b >d/b.jsonl
    try maki-fetch --state s d
    expect_status 1
    maki-fetch --commit-state s
    try maki-fetch --state s --stats stats.json d
    expect_equal a "$(ids)"
    expect_equal "3 1 1 1" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    a_case a >d/a.jsonl
    try maki-fetch --state s d
    expect_equal a "$(ids)"
    maki-fetch --commit-state s
    try maki-fetch --state s d
    expect_equal "" "$out"
}

@test "new communications make a CID case come again" {
    some_described | cid_of tree 1
    maki-fetch -q --state s tree >/dev/null && maki-fetch --commit-state s
    echo '{"CaseId":"c2","Body":"third","SubmittedBy":"a","TimeCreated":"2026-02-03T09:00:00.000Z"}' >>"$(find tree -path '*communications*' -name c2.json)"
    try maki-fetch --state s --stats stats.json tree
    expect_equal "c2 3" "$(jq -r '"\(.caseId) \(.communications | length)"' <<<"$out")"
    expect_equal "3 1 0 2" "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
}

@test "what --limit and --until left for later comes later" {
    mkdir d
    times | sed -n 1,2p >d/a.jsonl
    times | sed -n 3,4p >d/b.jsonl
    try maki-fetch --state s --until 2026-02-15 d
    expect_equal "a b c" "$(ids)"
    maki-fetch --commit-state s
    try maki-fetch --state s --until 2026-04-01 d
    expect_equal "c d" "$(ids)"
    rm s
    maki-fetch -q --state s --limit 3 d >/dev/null && maki-fetch --commit-state s
    try maki-fetch --state s d
    expect_equal "c d" "$(ids)"
}

@test "a run that --limit ends early forgets nothing of what was remembered" {
    mkdir d e
    for i in 1 2 3 4; do a_case "$i" >"d/$i.json"; done
    a_case 5 >e/5.json
    maki-fetch -q --state s d e >/dev/null && maki-fetch --commit-state s
    a_case 1a >d/1.json
    try maki-fetch --state s --limit 1 d e
    expect_equal 1a "$(ids)"
    maki-fetch --commit-state s
    try maki-fetch --state s d e
    expect_equal 1a "$(ids)"
}

@test "other options make the state say nothing, a later --since does not" {
    mkdir d
    times >d/a.jsonl
    maki-fetch -q --state s --since 2026-02-01 d >/dev/null && maki-fetch --commit-state s
    try maki-fetch --state s --since 2026-02-02 d
    expect_equal "" "$out"
    maki-fetch --commit-state s
    try maki-fetch --state s --since 2026-01-15 d
    expect_equal "b c d" "$(ids)"
    expect_match 's was made with' "$err"
    maki-fetch --commit-state s
    try maki-fetch --state s --since 2026-01-15 --status opened d
    expect_match 's was made with' "$err"
    expect_match '4 in = 0 out' "$err"
}

@test "sources that a run is not about stay remembered, whatever the order" {
    mkdir d e
    a_case a >d/a.json
    a_case b >e/b.json
    a_case c >c.json
    maki-fetch -q --state s d e c.json >/dev/null && maki-fetch --commit-state s
    try maki-fetch --state s e
    expect_equal "" "$out"
    maki-fetch --commit-state s
    try maki-fetch --state s c.json e d
    expect_equal "" "$out"
    expect_match '3 in = 0 out \+ 0 failed \+ 3 skipped' "$err"
    maki-fetch --commit-state s
    try maki-fetch --state s d e c.json
    expect_equal "" "$out"
}

@test "folders beside files whose names go on are found in the state" {
    mkdir -p d/a d/a-b
    for name in a/x a-b/x a.json/x b a0; do mkdir -p "d/$(dirname "$name")"; a_case "$name" >"d/$name.json"; done
    maki-fetch -q --state s d >/dev/null && maki-fetch --commit-state s
    try maki-fetch --state s --stats stats.json d
    expect_equal "" "$out"
    expect_equal 5 "$(stat_of stats.json files_unchanged)"
}

@test "an uncommitted state of an earlier run cannot be committed for a later one that fails" {
    a_case a >a.json
    maki-fetch -q --state s a.json >/dev/null
    [ -e s.next ] || fail "no s.next"
    try bash -c 'maki-fetch --state s a.json >/dev/full'
    expect_status 74
    [ ! -e s.next ] && [ ! -e s.next.tmp ] || fail "$(ls)"
    try maki-fetch --commit-state s
    expect_status 0
    [ ! -e s ] || fail "committed"
}

@test "a state that is none, or that another run holds, is refused before anything is read" {
    a_case a >a.json
    echo '{"caseId":"x"}' >s
    try maki-fetch --state s a.json
    expect_status 65
    expect_equal "" "$out"
    expect_match 's:1: this is no line of a state' "$err"
    rm s
    maki-fetch -q --state s a.json >/dev/null && maki-fetch --commit-state s
    echo '{"source":"a"}' >>s
    try maki-fetch --state s a.json
    expect_status 65
    expect_match 's:3: this is no line of a state' "$err"
    rm s
    exec 8>s.lock
    flock 8
    try maki-fetch --state s a.json
    expect_status 75
    exec 8>&-
    try maki-fetch --commit-state s a.json
    expect_status 64
}

@test "standard input and files whose names JSON cannot hold are not remembered" {
    mkdir d
    a_case a >$'d/\377.json'
    a_case b >in
    maki-fetch -q --state s d - <in >/dev/null && maki-fetch --commit-state s
    try maki-fetch --state s d - <in
    expect_equal "a b" "$(ids)"
    maki-fetch --commit-state s
    # nor is one taken for the other that JSON would make of its name
    mv $'d/\377.json' $'d/\357\277\275.json'
    try maki-fetch --state s d - <in
    expect_equal "a b" "$(ids)"
}

# --- as a filter

@test "a full disk ends it with 74 and a message" {
    for i in $(seq 2000); do a_case "$i"; done >in.jsonl
    try bash -c 'maki-fetch in.jsonl >/dev/full'
    expect_status 74
    expect_match 'cannot write to standard output: No space left' "$err"
    a_case 1 >in.jsonl
    try bash -c 'maki-fetch in.jsonl >/dev/full'
    expect_status 74
}

@test "head -1 behind it is silent" {
    for i in $(seq 5000); do a_case "$i"; done >in.jsonl
    try bash -c 'maki-fetch in.jsonl | head -1; exit "${PIPESTATUS[0]}"'
    expect_equal 1 "$(wc -l <<<"$out")"
    expect_equal "" "$err"
    expect_status 141
}

@test "no source and no input but a terminal is a usage error" {
    try script -qec maki-fetch /dev/null
    expect_status 64
    expect_match 'standard input is a terminal' "$out$err"
}

@test "help and version, and every option in the man page" {
    try maki-fetch --help
    expect_status 0
    expect_equal "" "$err"
    man=$ROOT/cmd/maki-fetch/maki-fetch.1
    sed -nE 's/^ +(-[a-z], )?--([a-z-]+).*/\2/p' <<<"$out" >options
    [ "$(wc -l <options)" -gt 15 ] || fail "$(cat options)"
    while read -r option; do
        grep -qE -- "(Fl|,) -$option( |\$)" "$man" || fail "--$option is not in the man page"
    done <options
    try maki-fetch --version
    expect_status 0
    expect_match '^maki-fetch [0-9]' "$out"
}

@test "a hundred thousand cases take no more memory than a thousand" {
    feed() { # cases FROM to TO into the pipe; all but what the pipe holds was read when it returns
        seq "$1" "$2" | sed 's/.*/{"caseId":"case-&","subject":"s","communications":[{"body":"& xxxxxxxxxxxxxxxxxxxxxxxxxxxx"}]}/' >&7
    }
    peak() {
        awk '/VmHWM/ { print $2 }' "/proc/$pid/status"
    }
    mkfifo in
    ASAN_OPTIONS=quarantine_size_mb=1 maki-fetch --shard 1/1000 in >out 2>err 3>&- &
    pid=$!
    exec 7>in
    feed 1 3000
    before=$(peak)
    feed 3001 100000
    after=$(peak)
    exec 7>&-
    wait "$pid"
    [ "$(wc -l <out)" -gt 50 ] || fail "$(cat err)"
    [ "$before" -gt 0 ] && [ "$after" -lt $((before + 4096)) ] || fail "before: $before kB, after: $after kB"
}
