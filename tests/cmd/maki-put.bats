#!/usr/bin/env bats
# maki-put: what it stores where, that nothing leads out of the folder, and what it says when it cannot store.
# shellcheck disable=SC2154,SC2030,SC2031,SC2094 # try sets status, out, err; each test exports for itself; a key is no file

load ../lib/common
export MAKI_NO_SYNC=1 # the tests cut no power, and need not wait for the disk; those of syncing say so

# records FROM TO: small records, caseIds c<FROM> to c<TO>.
records() {
    seq "$1" "$2" | sed 's/.*/{"caseId":"c&","case_summary":"number & of many","nested":{"id":&}}/'
}

# keys: the manifest's keys in $out, a line each, controls as JSON has them.
keys() {
    jq -r .key <<<"$out"
}

# files DIR: all that lies below it, sorted, hidden ones too.
files() {
    (cd "$1" && find . ! -type d | LC_ALL=C sort | sed 's/^..//')
}

# --- storing ------------------------------------------------------------------------------------------------------------------

@test "each record becomes an object, and a manifest line in the order of the records" {
    records 1 3 >in.jsonl
    try maki-put --stats stats.json dest in.jsonl
    expect_status 0
    expect_equal $'c1.json\nc2.json\nc3.json' "$(keys)"
    expect_equal $'c1.json\nc2.json\nc3.json' "$(files dest)"
    expect_equal 'c1 c2 c3' "$(jq -r .caseId <<<"$out" | paste -sd' ')"
    cmp dest/c2.json <(sed -n 2p in.jsonl)
    expect_equal "$(sha256sum <dest/c2.json | cut -d' ' -f1)" "$(jq -r 'select(.key == "c2.json").sha256' <<<"$out")"
    expect_equal "$(cat dest/* | wc -c)" "$(jq -s 'map(.bytes) | add' <<<"$out")"
    expect_equal "$(cat dest/* | wc -c)" "$(stat_of stats.json bytes)"
    expect_accounted stats.json
    expect_equal 3 "$(stat_of stats.json out)"
}

@test "a manifest line has just key, bytes, sha256 and caseId, in this order" {
    try maki-put --quiet --key '{id}' dest <<<'{"id":7,"caseId":5}'
    expect_match '^\{"key":"7","bytes":20,"sha256":"[0-9a-f]{64}"\}$' "$out"
    try maki-put --quiet dest <<<'{"caseId":"5","id":7}'
    expect_equal 'key bytes sha256 caseId' "$(jq -r 'keys_unsorted | join(" ")' <<<"$out")"
}

@test "several files, and standard input where there is none or a dash, also compressed" {
    records 1 2 >a.jsonl
    records 3 4 | gzip >b.jsonl.gz
    try maki-put --quiet one a.jsonl b.jsonl.gz
    expect_status 0
    records 1 4 | maki-put --quiet two >two.jsonl
    records 1 4 | maki-put --quiet three - >three.jsonl
    diff -r one two
    diff -r one three
    expect_equal "$out" "$(cat two.jsonl)"
}

@test "no records: nothing stored, status 0" {
    try maki-put --stats stats.json dest </dev/null
    expect_status 0
    expect_equal '' "$out"
    expect_equal '' "$(files dest)"
}

@test "objects are as the umask says, and folders too" {
    umask 027
    records 1 1 | maki-put --quiet --key 'a/{caseId}' new/dest >/dev/null
    expect_equal '640 750 750 750' "$(stat -c %a new/dest/a/c1 new/dest/a new/dest new | paste -sd' ')"
}

@test "an existing object is replaced; with --no-clobber it stays, counts as skipped and has no manifest line" {
    mkdir dest
    echo old >dest/c2.json
    try maki-put --quiet --no-clobber --stats stats.json dest <<<"$(records 1 3)"
    expect_status 0
    expect_equal $'c1.json\nc3.json' "$(keys)"
    expect_equal old "$(cat dest/c2.json)"
    expect_equal '3 2 0 1' "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    try maki-put --quiet dest <<<"$(records 1 3)"
    expect_equal 3 "$(keys | wc -l)"
    expect_equal c2 "$(jq -r .caseId dest/c2.json)"
}

@test "--pretty indents and changes nothing else" {
    printf '%s\n' '{"caseId":"a","l":[],"o":{},"n":12345678901234567890,"t":"x{\"y\":[1,2]}\\","deep":[{"z":1,"a":[null]}]}' >in.jsonl
    try maki-put --quiet --pretty dest in.jsonl
    expect_status 0
    cmp dest/a.json - <<'EOF'
{
  "caseId": "a",
  "l": [],
  "o": {},
  "n": 12345678901234567890,
  "t": "x{\"y\":[1,2]}\\",
  "deep": [
    {
      "z": 1,
      "a": [
        null
      ]
    }
  ]
}
EOF
    expect_equal "$(sha256sum <dest/a.json | cut -d' ' -f1)" "$(jq -r .sha256 <<<"$out")"
}

@test "with and without waiting for the disk the same is stored" {
    unset MAKI_NO_SYNC
    records 1 20 | maki-put --quiet --key 'a/b/{caseId}' new/one >one.jsonl
    records 1 20 | maki-put --quiet --key 'a/b/{caseId}' --no-sync new/two >two.jsonl
    diff -r new/one new/two
    cmp one.jsonl two.jsonl
}

# --- keys ---------------------------------------------------------------------------------------------------------------------

@test "keys take members, members of members, the time, and names that --set gives" {
    export MAKI_NOW=2026-01-02T03:04:05Z
    try maki-put --quiet --key '{date}/{since}-{now}/{nested.id}-{caseId}.json' --set since=20251203-030405 dest <<<"$(records 1 1)"
    expect_status 0
    expect_equal '2026-01-02/20251203-030405-20260102-030405/1-c1.json' "$(keys)"
    expect_equal "$(keys)" "$(files dest)"
}

@test "--set comes before the time and before members, and keeps commas and equals signs" {
    try maki-put --quiet --key '{now}/{caseId}/{x}' --set now=then --set caseId=set --set x=a,b=c dest <<<"$(records 1 1)"
    expect_equal 'then/set/a%2Cb%3Dc' "$(keys)"
}

@test "the report layout of the original" {
    export MAKI_NOW=2026-01-02T03:04:05Z
    try maki-put --quiet --key 'batch/{now}/events/{caseId}-output.json' dest <<<"$(records 1 1)"
    expect_equal 'batch/20260102-030405/events/c1-output.json' "$(keys)"
    echo '{}' | maki-put --quiet --one --key 'batch/{now}/summary.json' dest >/dev/null
    expect_equal $'batch/20260102-030405/events/c1-output.json\nbatch/20260102-030405/summary.json' "$(files dest)"
}

@test "a record that lacks a member of the key has failed, and the rest is stored" {
    printf '%s\n' '{"caseId":"a"}' '{"subject":"no id"}' '{"caseId":null}' '{"caseId":""}' '{"caseId":[1]}' '{"caseId":"b"}' >in.jsonl
    try maki-put --stats stats.json --failures failures.jsonl dest in.jsonl
    expect_status 1
    expect_equal $'a.json\nb.json' "$(keys)"
    expect_equal '6 2 4 0' "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_match "maki-put: in.jsonl:2: the key needs 'caseId', which neither the record has nor --set gives" "$err"
    expect_match "in.jsonl:4: the key needs 'caseId', which is empty" "$err"
    expect_equal '{"subject":"no id"}' "$(head -n 1 failures.jsonl | jq -c .record)"
    expect_equal put "$(head -n 1 failures.jsonl | jq -r .stage)"
}

@test "bad lines have failed, with their line numbers, and the rest is stored" {
    printf '%s\n' '{"caseId":"a"}' 'nonsense' '[1]' '{"caseId":"cut' '{"caseId":"b"}' >in.jsonl
    try maki-put --stats stats.json dest in.jsonl
    expect_status 1
    expect_equal $'a.json\nb.json' "$(keys)"
    for line in 2 3 4; do
        expect_match "maki-put: in.jsonl:$line: " "$err"
    done
    expect_accounted stats.json
}

@test "a second record of the same key has failed: it is not put over the first" {
    printf '%s\n' '{"caseId":"a","n":1}' '{"caseId":"a","n":2}' '{"caseId":"b"}' >in.jsonl
    try maki-put --stats stats.json dest in.jsonl
    expect_status 1
    expect_equal $'a.json\nb.json' "$(keys)"
    expect_equal 1 "$(jq .n dest/a.json)"
    expect_match "in.jsonl:2: an earlier record of this run has the key 'a.json' too" "$err"
    expect_accounted stats.json
    try maki-put --no-clobber dest2 in.jsonl
    expect_status 1
}

@test "templates that lead elsewhere or nowhere are refused at the start, and nothing is made" {
    for key in '' /a a/ a//b . ../x '{caseId}/..' '{' '{}' $'a\nb' $'\xff'; do
        try maki-put --key "$key" dest <<<"$(records 1 1)"
        expect_status 64
        expect_match '^maki-put: (the|a) key ' "$err"
        [ ! -e dest ]
    done
    for name in x =y x=; do
        try maki-put --set "$name" dest <<<"$(records 1 1)"
        expect_status 64
        expect_match 'is not NAME=VALUE' "$err"
        [ ! -e dest ]
    done
}

# --- hostile values -----------------------------------------------------------------------------------------------------------

# hostile_ids: caseIds as JSON strings, a line each, all different.
hostile_ids() {
    cat <<'EOF'
"../../etc/passwd"
".."
"."
"/etc/passwd"
"a/b"
"a%2Fb"
"a\\b"
"..\\..\\x"
"line\nbreak"
"nul\u0000byte"
"nul\u0000"
"nul"
"\u001b[2J"
"-rf"
"--help"
".hidden"
"~root"
"$(reboot)"
"`id`"
"a b"
" "
"*"
"\u00e9"
"e\u0301"
"日本語"
"summary"
"%73ummary"
"Summary"
"x.json"
"{caseId}"
"\ufffd"
EOF
    printf '"%s"\n"%s"\n' "$(printf 'a%.0s' {1..300})" "$(printf 'a%.0s' {1..301})"
    printf '"%s"\n' "$(printf '/%.0s' {1..5000})"
}

@test "hostile caseIds stay in their folder, each with a file of its own" {
    hostile_ids | jq -c '{caseId: .}' >in.jsonl
    mkdir -p outer/dest/events
    try maki-put --quiet --key 'events/{caseId}.json' outer/dest in.jsonl
    expect_status 0
    expect_equal "$(wc -l <in.jsonl)" "$(find outer -type f | wc -l)"
    expect_equal "$(wc -l <in.jsonl)" "$(find outer/dest/events -maxdepth 1 -type f | wc -l)"
    expect_equal '' "$(find outer/dest/events -name '.?*' -print)"
    # every object is the record that its manifest line names
    while IFS= read -r key; do
        cat "outer/dest/$key"
    done < <(keys) | cmp - in.jsonl
    expect_equal "$(jq -c .caseId in.jsonl)" "$(jq -c .caseId <<<"$out")"
    expect_equal '' "$(keys | LC_ALL=C grep -vE '^events/[A-Za-z0-9%_~-][A-Za-z0-9%._~-]*\.json$')"
}

@test "some of the forms, to the letter" {
    form() {
        try maki-put --quiet --one --key "{x}" --set "x=$1" dest <<<x
        expect_equal "$2" "$(keys)"
    }
    form '../../etc/passwd' '%2E.%2F..%2Fetc%2Fpasswd'
    form 'case-111122223333-muen-2026-abc' 'case-111122223333-muen-2026-abc'
    form $'a\nb' 'a%0Ab'
    form '100%' '100%25'
    form "$(printf 'a%.0s' {1..255})" "$(printf 'a%.0s' {1..255})"
    form "$(printf 'a%.0s' {1..256})" "$(printf 'a%.0s' {1..222})~$(printf 'a%.0s' {1..256} | sha256sum | cut -c 1-32)"
}

@test "no case takes the place of the summary" {
    echo whole | maki-put --quiet --one --key run/summary.json dest >/dev/null
    try maki-put --quiet --key 'run/{caseId}.json' dest <<<'{"caseId":"summary"}'
    expect_equal 'run/%73ummary.json' "$(keys)"
    expect_equal whole "$(cat dest/run/summary.json)"
}

@test "the terminal is safe from what hostile records say" {
    try maki-put dest <<<'{"caseId":"a"}
{"caseId":"a","x":"\u001b[2J"}
'$'\e[2J'
    expect_status 1
    expect_no_match $'\e' "$err"
    expect_no_match $'\e' "$out"
}

# --- links and things in the way ----------------------------------------------------------------------------------------------

@test "links below the destination are not followed" {
    mkdir -p dest outside
    ln -s ../outside dest/linked
    ln -s /nowhere dest/dangling
    for id in linked dangling fine; do
        echo "{\"caseId\":\"$id\"}"
    done >in.jsonl
    try maki-put --stats stats.json --key '{caseId}/x.json' dest in.jsonl
    expect_status 1
    expect_equal fine/x.json "$(keys)"
    expect_equal '' "$(ls outside)"
    expect_match 'in.jsonl:1: dest/linked/x.json: the folder linked is a symbolic link' "$err"
    expect_match 'in.jsonl:2: dest/dangling/x.json: the folder dangling is a symbolic link' "$err"
    expect_accounted stats.json
}

@test "a link in the place of an object is replaced, what it points to stays" {
    mkdir dest
    echo precious >precious
    ln -s ../precious dest/c1.json
    try maki-put --quiet dest <<<"$(records 1 1)"
    expect_status 0
    expect_equal precious "$(cat precious)"
    [ ! -L dest/c1.json ]
    expect_equal c1 "$(jq -r .caseId dest/c1.json)"
}

@test "the destination itself may be a link" {
    mkdir real
    ln -s real dest
    try maki-put --quiet dest <<<"$(records 1 1)"
    expect_status 0
    expect_equal c1.json "$(files real)"
}

@test "a folder in the place of an object, or a file in the place of a folder, is that record's failure" {
    mkdir -p dest/a/x.json dest/c
    echo here >dest/b
    for id in a b c; do
        echo "{\"caseId\":\"$id\"}"
    done >in.jsonl
    try maki-put --stats stats.json --key '{caseId}/x.json' dest in.jsonl
    expect_status 1
    expect_equal c/x.json "$(keys)"
    expect_match 'in.jsonl:1: dest/a/x.json: cannot write x.json: Is a directory' "$err"
    expect_match 'in.jsonl:2: dest/b/x.json: cannot enter the folder b: Not a directory' "$err"
    expect_equal here "$(cat dest/b)"
    expect_equal $'b\nc/x.json' "$(files dest)"
    expect_accounted stats.json
}

# --- one object ---------------------------------------------------------------------------------------------------------------

@test "--one stores its input to the byte, whatever it is" {
    { printf 'a\0b\r\n\xff'; records 1 2000 | gzip -n; head -c 100000 /dev/urandom; } >bytes
    records 1 5 | gzip -n >records.gz
    maki-put --quiet --one --key bytes dest <bytes >manifest.jsonl
    maki-put --quiet --one --key a/b/records.gz dest records.gz >>manifest.jsonl
    maki-put --quiet --one --key from-dash dest - <bytes >>manifest.jsonl
    cmp bytes dest/bytes
    cmp records.gz dest/a/b/records.gz
    cmp bytes dest/from-dash
    (cd dest && jq -r '"\(.sha256)  \(.key)"' ../manifest.jsonl | sha256sum --check --quiet)
    expect_equal "$(wc -c <bytes)" "$(head -n 1 manifest.jsonl | jq .bytes)"
    expect_equal 'key bytes sha256' "$(head -n 1 manifest.jsonl | jq -r 'keys_unsorted | join(" ")')"
}

@test "--one counts one record, also when it is skipped" {
    try maki-put --one --key x --stats stats.json dest <<<1
    expect_equal '1 1 0 0' "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    try maki-put --one --key x --no-clobber --stats stats.json dest <<<2
    expect_status 0
    expect_equal '1 0 0 1' "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_equal 1 "$(cat dest/x)"
}

@test "--one refuses empty input, which is mostly a program that failed, and keeps what is there" {
    mkdir dest
    echo good >dest/summary.json
    try maki-put --one --key summary.json dest </dev/null
    expect_status 65
    expect_match 'maki-put: standard input is empty, so nothing was stored' "$err"
    expect_equal good "$(cat dest/summary.json)"
}

@test "--one needs a key without members, one file at most, and no --pretty" {
    try maki-put --one dest <<<1
    expect_status 64
    expect_match '--one needs --key' "$err"
    try maki-put --one --key '{caseId}.json' dest <<<1
    expect_status 64
    expect_match 'give it by --set' "$err"
    try maki-put --one --key x --pretty dest <<<1
    expect_status 64
    try maki-put --one --key x dest a b
    expect_status 64
    [ ! -e dest ]
    try maki-put --one --key x dest none
    expect_status 74
    expect_match 'cannot open none: No such file' "$err"
}

# --- destinations -------------------------------------------------------------------------------------------------------------

@test "a destination that is neither a folder nor a bucket is refused, with a word about what works" {
    for dest in https://example.com/x file:///tmp/x; do
        try maki-put "$dest" <<<"$(records 1 1)"
        expect_status 64
        expect_match "cannot store in $dest: name a folder or s3://BUCKET" "$err"
    done
    for dest in s3:// s3:///x s3://.. s3://b%2f s3://-b/x; do
        try maki-put "$dest" <<<"$(records 1 1)"
        expect_status 64
        expect_match "cannot be a bucket's name" "$err"
    done
    try maki-put '' <<<"$(records 1 1)"
    expect_status 64
    try maki-put
    expect_status 64
    expect_equal '' "$(find . -type d ! -name .)"
    echo x >file
    try maki-put file <<<"$(records 1 1)"
    expect_status 73
    expect_match 'file: (File exists|Not a directory)' "$err"
    expect_equal x "$(cat file)"
}

# as_nobody COMMAND...: without root's powers over other people's folders.
as_nobody() {
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
    else
        "$@"
    fi
}

@test "a folder that may not be written is told at the start" {
    mkdir -m 755 closed
    chmod 555 closed
    cp -L "$BIN/maki-put" ./maki-put
    try as_nobody ./maki-put closed <<<"$(records 1 1)"
    expect_status 73
    expect_match 'maki-put: cannot store anything in the folder closed: Permission denied' "$err"
    try as_nobody ./maki-put closed/new <<<"$(records 1 1)"
    expect_status 73
    expect_match 'cannot make the folder closed/new: Permission denied' "$err"
}

@test "a folder below that may not be written ends the run with what to do" {
    mkdir -p dest/a
    chmod 777 dest
    chmod 555 dest/a
    cp -L "$BIN/maki-put" ./maki-put
    try as_nobody ./maki-put --key 'a/{caseId}' dest <<<"$(records 1 3)"
    expect_status 73
    expect_match 'dest/a/c1: cannot write c1: Permission denied; when that is mended, run the same command again' "$err"
    expect_equal '' "$(files dest)"
}

# --- full disks, kills, closed pipes ------------------------------------------------------------------------------------------

# some_large: nine small records, then one of 200 kB, then a small one.
some_large() {
    records 1 9
    printf '{"caseId":"large","body":"%s"}\n' "$(head -c 200000 /dev/zero | tr '\0' x)"
    records 10 10
}

# on_full_disk COMMAND...: with a file system of 64 kB at dest/, and what lies there afterwards in the file left; where this
# machine lets nobody mount one, with a limit on the size of files.
on_full_disk() {
    if unshare -m true 2>/dev/null; then
        # shellcheck disable=SC2016 # the inner shell's
        unshare -m bash -c 'mount -t tmpfs -o size=64k none dest || exit 99; "$@"; s=$?
            (cd dest && find . -type f -exec sha256sum {} +) | sort >left; exit $s' bash "$@"
    else
        bash -c 'ulimit -f 64; "$@"; s=$?; (cd dest && find . -type f -exec sha256sum {} +) | sort >left; exit $s' bash "$@"
    fi
}

@test "a full disk ends the run with a message, and leaves whole objects only" {
    unset MAKI_NO_SYNC
    mkdir dest
    some_large >in.jsonl
    try on_full_disk maki-put dest in.jsonl
    expect_status 73
    expect_match 'maki-put: dest/large.json: cannot write large.json: (No space left on device|File too large); when that is mended' "$err"
    records 1 9 | maki-put --quiet good >/dev/null
    expect_equal "$(cd good && find . -type f -exec sha256sum {} + | sort)" "$(cat left)"
}

@test "a limit on the size of files is an error, not a death, and the half file is taken away" {
    some_large >in.jsonl
    (
        ulimit -f 64
        try maki-put dest in.jsonl
        expect_status 73
        expect_match 'dest/large.json: cannot write large.json: File too large' "$err"
    )
    expect_equal "$(seq 1 9 | sed 's/.*/c&.json/')" "$(files dest)"
}

@test "killed at any moment and run again, the result is the same" {
    records 1 3000 >in.jsonl
    maki-put --quiet --key 'a/{nested.id}/{caseId}.json' expected in.jsonl >expected.jsonl
    for ms in 1 2 3 5 8 13 21 34 55 89; do
        timeout -s KILL "0.0$(printf '%02d' "$ms")" maki-put --quiet --key 'a/{nested.id}/{caseId}.json' dest in.jsonl \
            >/dev/null || true
    done
    find dest -name '*.json' -size 0 | grep . && fail 'an empty object'
    maki-put --quiet --key 'a/{nested.id}/{caseId}.json' dest in.jsonl >dest.jsonl
    diff -r expected dest
    cmp expected.jsonl dest.jsonl
}

@test "killed between two records and run again with --no-clobber, the rest is added" {
    records 1 100 >in.jsonl
    mkfifo pipe
    maki-put --quiet dest <pipe >/dev/null 3>&- &
    pid=$!
    exec 9>pipe
    head -n 50 in.jsonl >&9
    until [ -e dest/c50.json ]; do
        kill -0 "$pid" || fail 'it ended early'
    done
    kill -9 "$pid"
    exec 9>&-
    wait "$pid" || true
    try maki-put --quiet --no-clobber --stats stats.json dest in.jsonl
    expect_status 0
    expect_equal '100 50 0 50' "$(jq -r '"\(.in) \(.out) \(.failed) \(.skipped)"' stats.json)"
    expect_equal 100 "$(files dest | wc -l)"
}

@test "two at once store the same without disturbing each other" {
    records 1 300 >in.jsonl
    maki-put --quiet dest in.jsonl >one.jsonl &
    maki-put --quiet dest in.jsonl >two.jsonl
    wait $!
    cmp one.jsonl two.jsonl
    maki-put --quiet expected in.jsonl >/dev/null
    diff -r expected dest
}

@test "a manifest that cannot be written is an error, a reader that has enough is not" {
    records 1 3 >in.jsonl
    status=0
    maki-put dest in.jsonl >/dev/full 2>err || status=$?
    expect_equal 74 "$status"
    expect_match 'maki-put: cannot write to standard output: No space left on device' "$(cat err)"
    records 1 3000 >in.jsonl
    (set +o pipefail; maki-put --quiet dest2 in.jsonl 2>err | head -n 1 >/dev/null)
    expect_equal '' "$(cat err)"
}

# --- help ---------------------------------------------------------------------------------------------------------------------

@test "--help shows every option, --version the version" {
    try maki-put --help
    expect_status 0
    for option in --key --set --one --no-clobber --pretty --no-sync --failures --stats --max-line --quiet --verbose; do
        expect_match "$option" "$out"
    done
    expect_equal '' "$err"
    try maki-put --version
    expect_match '^maki-put [0-9]' "$out"
}
