# maki-synth: the same seed, the same cases; as many and such as were asked for; a tree that reads back the same.
# shellcheck disable=SC2154 # try sets out and err
load ../lib/common

synth() {
    maki-synth --quiet "$@"
}

@test "the same seed gives the same bytes, another one gives others" {
    synth --seed 7 --count 60 >a
    synth --seed 7 --count 60 >b
    synth --seed 8 --count 60 >c
    cmp a b
    ! cmp -s a c || fail "seed 8 gives what seed 7 gives"
}

@test "neither the day nor the number of requests in flight changes the bytes" {
    MAKI_NOW=2025-06-01 synth --seed 7 --count 60 >a
    MAKI_NOW=2031-06-01 synth --seed 7 --count 60 --concurrency 1 >b
    synth --seed 7 --count 60 --concurrency 200 >c
    cmp a b
    cmp a c
}

@test "a longer run begins with what a shorter one gives" {
    synth --seed 7 --count 32 >short
    synth --seed 7 --count 160 | head -n 32 | cmp - short
}

@test "a seed that nobody gave is told, and gives the same cases again" {
    maki-synth --count 5 >a 2>err
    seed=$(sed -n 's/.*--seed \([0-9]*\) gives.*/\1/p' err)
    [ -n "$seed" ] || fail "no seed told: $(cat err)"
    synth --seed "$seed" --count 5 | cmp - a
    synth --count 5 >b
    ! cmp -s a b || fail "two runs without a seed gave the same"
}

@test "ten cases for each category, if nothing is said" {
    synth --seed 1 >cases
    jq -r .maki.category cases | sort | uniq -c | awk '$1 != 10 { print; bad = 1 } END { exit bad }'
    expect_equal "$(cd "$ROOT/share/categories" && echo *)" "$(jq -r .maki.category cases | sort -u | xargs)"
}

@test "count, min-cases with max-cases, and quick-test make as many as they say" {
    try maki-synth --seed 1 --count 37 --stats stats.json
    expect_status 0
    expect_equal 37 "$(wc -l <<<"$out")"
    expect_accounted stats.json
    expect_match '37 in = 37 out \+ 0 failed \+ 0 skipped' "$err"
    jq -r .maki.category <<<"$out" | sort | uniq -c | awk '$1 < 2 || $1 > 3 { print; bad = 1 } END { exit bad }'
    expect_equal 16 "$(synth --seed 1 --quick-test | jq -r .maki.category | sort -u | wc -l)"
    synth --seed 1 --min-cases 2 --max-cases 6 | jq -r .maki.category | sort | uniq -c >counts
    awk '$1 < 2 || $1 > 6 { print; bad = 1 } END { exit bad }' counts
    [ "$(awk '{ print $1 }' counts | sort -u | wc -l)" -gt 2 ] || fail "the numbers do not vary: $(cat counts)"
    expect_equal 48 "$(synth --seed 1 --min-cases 3 | wc -l)"
}

@test "only the categories that were named" {
    synth --seed 1 --count 9 --category throttling,ice-error --category service-event >cases
    expect_equal "3 ice-error 3 service-event 3 throttling" "$(jq -r .maki.category cases | sort | uniq -c | xargs)"
}

@test "a case has the members of the record, in their order, and maki last" {
    synth --seed 1 --count 300 >cases
    jq -e -s 'all(.[]; (keys_unsorted - ["timeResolved", "ccEmailAddresses"]) == ["caseId", "displayId", "accountId", "subject",
        "status", "serviceCode", "categoryCode", "severityCode", "submittedBy", "timeCreated", "language", "communications",
        "maki"])' cases
    jq -e -s 'all(.[]; .communications | all(.[]; keys_unsorted == ["timeCreated", "submittedBy", "body"]))' cases
    jq -e -s 'all(.[]; .maki | keys_unsorted == ["synthetic", "category", "seed", "model"])' cases
    jq -e -s 'all(.[]; (.status == "resolved") == has("timeResolved"))' cases
    jq -e -s 'any(.[]; has("ccEmailAddresses"))' cases
    jq -e -s 'all(.[]; .submittedBy | endswith("@example.com"))' cases
}

@test "maki-fetch takes the cases as they are" {
    synth --seed 1 --count 100 >cases
    maki-fetch --quiet cases | jq -c 'del(.source)' >fetched
    jq -c . cases | cmp - fetched
}

@test "no two of 20,000 cases share an id or a text" {
    synth --seed 5 --count 20000 >cases
    expect_equal 20000 "$(jq -r .caseId cases | sort -u | wc -l)"
    expect_equal 20000 "$(jq -r .displayId cases | sort -u | wc -l)"
    expect_equal 20000 "$(jq -c '[.communications[].body]' cases | sort -u | wc -l)"
}

@test "every time lies in the range, and messages follow one another" {
    within() { # within FROM TO
        jq -e -s --arg from "$1" --arg to "$2" 'all(.[]; ([.timeCreated] + [.communications[].timeCreated] +
            [.timeResolved // empty]) as $t | ($t == ($t | sort)) and $t[0] >= $from and $t[-1] < $to) and length == 200' cases
    }
    synth --seed 1 --count 200 >cases
    within 2025-01-01T00:00:00.000Z 2026-01-01T00:00:00.000Z
    synth --seed 1 --count 200 --start-t 2024-02-29T23:30+01:00 --end-t 2024-03-01 >cases
    within 2024-02-29T22:30:00.000Z 2024-03-01T00:00:00.000Z
    export MAKI_NOW=2026-05-01T12:00:00Z
    synth --seed 1 --count 200 --start-t 2d >cases
    within 2026-04-29T12:00:00.000Z 2026-05-01T12:00:00.000Z
    synth --seed 1 --count 200 --start-t 2020-01-01 >cases
    within 2020-01-01T00:00:00.000Z 2020-12-31T00:00:00.000Z
    synth --seed 1 --count 200 --end-t 1d >cases
    within 2025-04-30T12:00:00.000Z 2026-04-30T12:00:00.000Z
}

@test "a tree reads back as the same cases, and its labels stand on standard output" {
    synth --seed 9 --count 120 | jq -c 'del(.maki, .timeResolved)' | sort >direct
    synth --seed 9 --count 120 --cid tree >labels.jsonl
    maki-fetch --quiet tree | jq -c 'del(.source)' | sort >fetched
    cmp direct fetched
    synth --seed 9 --count 120 | jq -c '{caseId, category: .maki.category}' >expected
    jq -c '{caseId, category}' labels.jsonl | cmp - expected
    jq -r .key labels.jsonl | while read -r key; do
        jq -e . "tree/$key" >/dev/null || fail "tree/$key is not there"
    done
    expect_equal 240 "$(find tree -type f | wc -l)"
}

@test "a tree is laid out as CID does it, communications newest first" {
    synth --seed 9 --count 40 --cid tree >labels.jsonl
    key=$(jq -r .key labels.jsonl | head -n 1)
    expect_match '^support-cases/support-cases-data/payer_id=111122223333/account_id=111122223333/year=2025/month=[01][0-9]/day=[0-3][0-9]/case-111122223333-synth-2025-[0-9a-f]{16}\.json$' "$key"
    expect_equal '["CaseId","DisplayId","Subject","Status","ServiceCode","CategoryCode","SeverityCode","SubmittedBy","TimeCreated","CCEmailAddresses","Language","AccountAlias","Summary"]' \
        "$(jq -c keys_unsorted "tree/$key")"
    expect_equal 0 "$(wc -l <"tree/$key")"
    longest=$(find tree/support-cases/support-cases-communications -type f -exec wc -l {} + | grep -v total | sort -n | tail -n 1 | awk '{ print $2 }')
    jq -e -s 'length > 2 and ([.[].TimeCreated] | . == (sort | reverse))' "$longest"
}

@test "the same tree made again is the same, and nothing else is left behind" {
    synth --seed 9 --count 40 --cid one >one.jsonl
    synth --seed 9 --count 40 --cid two >two.jsonl
    synth --seed 9 --count 40 --cid two >again.jsonl
    diff -r one two
    cmp one.jsonl two.jsonl
    cmp one.jsonl again.jsonl
}

@test "a folder in which nothing can be made ends the program with 73" {
    touch in-the-way
    try maki-synth --seed 1 --count 3 --cid in-the-way
    expect_status 73
    expect_match in-the-way "$err"
}

@test "an answer that is cut is a failure with the parameters as its record" {
    try maki-synth --seed 1 --count 4 --max-tokens 10 --failures failures.jsonl --stats stats.json
    expect_status 1
    expect_equal "" "$out"
    expect_accounted stats.json
    expect_equal 4 "$(stat_of stats.json failed)"
    jq -e -s 'length == 4 and all(.[]; .stage == "synth" and .error.code == "UnusableAnswer" and .caseId == .record.caseId and
        (.record | has("category") and has("variation")))' failures.jsonl
}

@test "statistics tell the seed, the range and what the model took" {
    synth --seed 12 --count 20 --start-t 2025-02-01 --end-t 2025-03-01 --stats stats.json >cases
    expect_equal 12 "$(stat_of stats.json seed)"
    expect_equal 2025-02-01T00:00:00.000Z "$(stat_of stats.json start)"
    expect_equal 2025-03-01T00:00:00.000Z "$(stat_of stats.json end)"
    expect_equal offline "$(stat_of stats.json model)"
    expect_equal 20 "$(stat_of stats.json calls)"
    [ "$(stat_of stats.json tokens.output)" -gt 1000 ] || fail "$(cat stats.json)"
}

@test "a user's own category gets cases, from its examples or its description" {
    mkdir -p own/printer-jam own/lost-badge
    echo "Paper is stuck in the printer of an office. The display shows a red light." >own/printer-jam/desc.txt
    echo "A badge is lost." >own/lost-badge/desc.txt
    printf '%s\n' '{"caseId":"c","subject":"Badge of a visitor","communications":[{"body":"The gate did not open. Who has the badge?"}]}' \
        >own/lost-badge/case-1.json
    synth --seed 1 --count 40 --categories own >cases
    expect_equal "20 lost-badge 20 printer-jam" "$(jq -r .maki.category cases | sort | uniq -c | xargs)"
    jq -e -s '[.[] | select(.maki.category == "lost-badge")] | all(.[]; .subject | test("Badge of a visitor"))' cases
    jq -e -s '[.[] | select(.maki.category == "lost-badge") | .communications[0].body | test("he gate did not open|Who has the badge"; "i")] | all' cases
    jq -e -s '[.[] | select(.maki.category == "printer-jam") | .communications[0].body | test("Paper is stuck|red light"; "i")] | all' cases
    expect_equal "ice-error printer-jam" "$(synth --seed 1 --quick-test --categories +own --category printer-jam,ice-error |
        jq -r .maki.category | sort | xargs)"
    expect_equal 18 "$(synth --seed 1 --quick-test --categories +own | wc -l)"
}

@test "the offline generator writes English and does not claim another language" {
    synth --seed 1 --count 50 --language de,ja >cases
    expect_equal en "$(jq -r .language cases | sort -u)"
}

@test "what makes no sense is refused with status 64 and a reason" {
    refuse() { # refuse PATTERN ARGUMENT...
        local pattern=$1
        shift
        try maki-synth "$@"
        expect_status 64
        expect_equal "" "$out"
        expect_match "$pattern" "$err"
    }
    refuse "only one of" --count 3 --quick-test
    refuse "only one of" --count 3 --max-cases 3
    refuse "min-cases is more than" --min-cases 4 --max-cases 3
    refuse "no category 'no-such'" --category throttling,no-such
    refuse "--start-t: 'soon'" --start-t soon
    refuse "--end-t: '2025-13-01'" --end-t 2025-13-01
    refuse "later than --start-t" --start-t 2025-02-01 --end-t 2025-01-01
    refuse "later than --start-t" --start-t 2025-02-01 --end-t 2025-02-01T00:00:59Z
    refuse "not a number" --count 0
    refuse "not a number" --seed -1
    refuse "not a number" --seed x
    refuse "no language code" --language english
    refuse "too many operands" file
}

@test "a full disk is an error, a reader that went away is none" {
    status=0
    maki-synth --seed 1 --count 50 >/dev/full 2>err || status=$?
    expect_equal 74 "$status"
    expect_match "standard output" "$(cat err)"
    maki-synth --seed 1 --count 20000 2>err | head -n 1 >first
    expect_equal "" "$(cat err)"
    expect_equal 1 "$(wc -l <first)"
}

@test "ten times the cases take no more memory" {
    peak() { # peak COUNT: in kB; the program waits for its reader with the last lines in the pipe
        mkfifo "out$1"
        ASAN_OPTIONS=quarantine_size_mb=1 maki-synth --quiet --seed 1 --count "$1" >"out$1" 3>&- &
        local pid=$!
        exec 8<"out$1"
        head -n "$(($1 - 500))" <&8 >/dev/null
        awk '/VmHWM/ { print $2 }' "/proc/$pid/status"
        cat <&8 >/dev/null
        exec 8<&-
        wait "$pid"
    }
    small=$(peak 3000)
    large=$(peak 30000)
    [ "$small" -gt 1000 ] || fail "no peak was read: '$small'"
    [ "$large" -lt "$((small + 4096))" ] || fail "3,000 cases: $small kB, 30,000 cases: $large kB"
}

@test "help and version, and every option in the man page" {
    try maki-synth --help
    expect_status 0
    expect_equal "" "$err"
    man=$ROOT/cmd/maki-synth/maki-synth.1
    grep -oE -- '--[a-z][a-z-]+' <<<"$out" | sort -u >options
    [ "$(wc -l <options)" -gt 20 ]
    while read -r option; do
        grep -qF -- "Fl -${option#--}" "$man" || fail "$option is not in the man page"
    done <options
    try maki-synth --version
    expect_status 0
    expect_match '^maki-synth [0-9]' "$out"
}
