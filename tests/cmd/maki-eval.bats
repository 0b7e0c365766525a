# maki-eval: what it counts, and what it refuses.
# shellcheck disable=SC2154 # try sets status, out and err
load ../lib/common

# label ID CATEGORY [HARD]: a labelled case.
label() {
    printf '{"caseId":"%s","communications":[{"body":"x"}],"label":{"category":"%s","hard":%s}}\n' "$1" "$2" "${3-false}"
}

# insight ID CATEGORY
insight() {
    printf '{"caseId":"%s","category":"%s","maki":{"model":"m"}}\n' "$1" "$2"
}

# Four cases of two categories, two of them hard; three are answered right, one hard one wrong.
four_cases() {
    { label 1 red; label 2 red true; label 3 blue; label 4 blue true; } >labels.jsonl
    { insight 1 red; insight 2 blue; insight 3 blue; insight 4 blue; } >insights.jsonl
}

@test "accuracy is told for all, for the hard and for the other cases" {
    four_cases
    try maki-eval --labels labels.jsonl insights.jsonl
    expect_status 0
    expect_match 'cases +4 labelled, 0 missing, 0 extra' "$out"
    expect_match 'accuracy +75\.0 % \(3 of 4\)' "$out"
    expect_match 'hard +50\.0 % \(1 of 2\)' "$out"
    expect_match 'others +100\.0 % \(2 of 2\)' "$out"
}

@test "precision, recall and F1 of a category are those of the textbook" {
    four_cases
    try maki-eval --labels labels.jsonl insights.jsonl
    expect_match 'red +100\.0 +50\.0 +66\.7 +2' "$out"
    expect_match 'blue +66\.7 +100\.0 +80\.0 +2' "$out"
    expect_match 'mean +83\.3 +75\.0 +73\.3 +4' "$out"
}

@test "the confusion matrix has a line a true category and a column an answered one" {
    four_cases
    try maki-eval --labels labels.jsonl insights.jsonl
    expect_match '1 blue +2 +\.' "$out"
    expect_match '2 red +1 +1' "$out"
}

@test "insights come from standard input, labels also from category and maki.category" {
    printf '%s\n' '{"caseId":"1","category":"red"}' '{"caseId":"2","maki":{"category":"blue"}}' >labels.jsonl
    { insight 1 red; insight 2 blue; } >insights.jsonl
    try maki-eval --labels=labels.jsonl <insights.jsonl
    expect_status 0
    expect_match '100\.0 % \(2 of 2\)' "$out"
    expect_no_match 'hard' "$out"
}

@test "a case without an insight counts as wrong and is named, an insight without a label is only named" {
    { label 1 red; label 2 red; } >labels.jsonl
    { insight 1 red; insight 9 red; insight 1 blue; } >insights.jsonl
    try maki-eval --labels labels.jsonl insights.jsonl
    expect_status 0
    expect_match '2 labelled, 1 missing, 1 extra' "$out"
    expect_match '50\.0 % \(1 of 2\)' "$out"
    expect_match 'missing: +2' "$out"
    expect_match 'extra: +9' "$out"
    expect_match 'repeated: +1 ' "$out"
    expect_match '\(none\)' "$out"
}

@test "a minimum that is not reached is exit status 1" {
    four_cases
    try maki-eval --labels labels.jsonl --min-accuracy 75 --min-hard 50 insights.jsonl
    expect_status 0
    try maki-eval --labels labels.jsonl --min-accuracy 75.5 insights.jsonl
    expect_status 1
    expect_match 'below the minimum accuracy of 75\.5' "$out"
    try maki-eval --labels labels.jsonl --min-hard 51 insights.jsonl
    expect_status 1
    expect_match 'below the minimum of 51 % on hard cases' "$out"
}

@test "text that looks like JSON, escapes and other members of the same names mislead it not" {
    cat >labels.jsonl <<'END'
{"body":"\"caseId\":\"no\",\"category\":\"blue\"}","x":{"caseId":"no","y":{"category":"blue"}},"caseId":"a\"b\\","n":[{"category":"blue"},"caseId",1],"label":{"hard":true,"category":"red"}}
{ "caseId" : "\u00e9\/2" , "label" : { "category" : "red", "note": "c:\\" , "hard" : false } }
END
    cat >insights.jsonl <<'END'
{"category_explanation":"quotes \"category\":\"blue\", {[","category":"red","caseId":"a\"b\\"}
{"maki":{"category":"blue"},"caseId":"é/2","category":"red"}
END
    try maki-eval --labels labels.jsonl insights.jsonl
    expect_status 0
    expect_match '100\.0 % \(2 of 2\)' "$out"
    expect_match 'hard +100\.0 % \(1 of 1\)' "$out"
}

@test "blank lines, CRLF and a byte order mark are no obstacle" {
    printf '\xef\xbb\xbf{"caseId":"1","category":"red"}\r\n\r\n' >labels.jsonl
    printf '\n{"caseId":"1","category":"red"}\r\n' >insights.jsonl
    try maki-eval --labels labels.jsonl insights.jsonl
    expect_status 0
    expect_match '100\.0 % \(1 of 1\)' "$out"
}

@test "input that cannot be used is exit status 65 and names the line" {
    four_cases
    try maki-eval --labels nowhere.jsonl insights.jsonl
    expect_status 65
    expect_match 'cannot read nowhere.jsonl' "$err"
    printf '%s\n' '{"caseId":"1","category":"red"}' '{"caseId":"2"' >bad.jsonl
    try maki-eval --labels bad.jsonl insights.jsonl
    expect_status 65
    expect_match 'labels line 2: no JSON object' "$err"
    try maki-eval --labels labels.jsonl bad.jsonl
    expect_status 65
    expect_match 'insights line 2: no JSON object' "$err"
    { label 1 red; label 1 blue; } >twice.jsonl
    try maki-eval --labels twice.jsonl insights.jsonl
    expect_status 65
    expect_match 'labels line 2: caseId given twice: 1' "$err"
    echo '{"category":"red"}' >noid.jsonl
    try maki-eval --labels labels.jsonl noid.jsonl
    expect_status 65
    expect_match 'insights line 1: no caseId' "$err"
    echo '{"caseId":"1"}' >nocategory.jsonl
    try maki-eval --labels nocategory.jsonl insights.jsonl
    expect_status 65
    expect_match 'labels line 1: no category' "$err"
    : >empty.jsonl
    try maki-eval --labels empty.jsonl insights.jsonl
    expect_status 65
    expect_match 'the labels are empty' "$err"
}

@test "wrong usage is exit status 64" {
    try maki-eval
    expect_status 64
    expect_match 'no labels' "$err"
    try maki-eval --labels
    expect_status 64
    expect_match '\-\-labels needs a value' "$err"
    try maki-eval --labels x --min-accuracy much
    expect_status 64
    expect_match 'no percentage: much' "$err"
    try maki-eval --nonsense
    expect_status 64
    expect_match 'unknown option --nonsense' "$err"
}

@test "help goes to standard output" {
    try maki-eval --help
    expect_status 0
    expect_match 'Usage: maki-eval' "$out"
    expect_equal '' "$err"
}

@test "what the offline model says of synthetic cases is measured in a pipe" {
    maki-synth --offline --quiet -s 7 -c 64 >cases.jsonl
    maki-classify --offline --quiet cases.jsonl >insights.jsonl
    try maki-eval --labels cases.jsonl --min-accuracy 60 insights.jsonl
    expect_status 0
    expect_match 'cases +64 labelled, 0 missing, 0 extra' "$out"
}
