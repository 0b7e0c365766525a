#!/usr/bin/env bats
# The man pages say what the programs' --help says, which comes from the option tables.

load ../lib/common

# A line "letter long argument" for each option, from --help.
options_of_help() {
    "$1" --help | sed -nE 's/^  (-(.), |    )--([a-z-]+)( ([^ ]+))?(  .*)?$/\2 \3 \5/p' | tr '[:upper:]' '[:lower:]' | sort
}

# The same from a page: .It Fl q , Fl -quiet or .It Fl -since Ar TIME or .It Fl -start-t Ar TIME , Fl -end-t Ar TIME.
options_of_page() {
    awk '
        function finish() {
            if (name != "") print tolower(letter " " name " " argument)
            name = argument = letter = ""
        }
        /^\.It Fl / {
            takes = 0
            for (i = 2; i <= NF; i++) {
                if ($i == "Fl") takes = 0
                else if ($i ~ /^-/) { if (name != "") finish(); name = substr($i, 2); argument = ""; takes = 0 }
                else if ($(i - 1) == "Fl") letter = $i
                else if ($i == "Ar") takes = 1
                else if (takes && $i != "Ns" && $i != ",") argument = argument $i
            }
            finish()
        }' "$1" | sort
}

settings_of_help() {
    "$1" --help | grep -oE '\[MAKI_[A-Z_]+\]' | tr -d '[]' | sort
}

settings_of_page() {
    sed -nE 's/^\.It Ev //p' "$1" | tr -d ',' | tr ' ' '\n' | grep -E '^MAKI_' | grep -vxE 'MAKI_(CONF|NOW)' | sort
}

# page PROGRAM: where its page is.
page() { ls "$ROOT"/cmd/*/"$1".1 "$ROOT"/scripts/"$1".1 2>/dev/null; }

# programs: those that have options of their own.
programs() {
    for folder in "$ROOT"/cmd/maki-*/; do
        basename "$folder"
    done
    echo maki-run
}

@test "every program has a man page" {
    for program in maki $(programs); do
        [ -n "$(page "$program")" ] || fail "$program has none"
    done
}

@test "every page documents the options that --help lists, and no other" {
    for program in $(programs); do
        options_of_help "$program" >.help
        options_of_page "$(page "$program")" >.page
        [ "$(wc -l <.help)" -ge 4 ] || fail "$program --help: only $(cat .help)"
        diff .help .page >.difference || fail "$program: < only in --help, > only in the page" "$(cat .difference)"
    done
}

@test "every page documents the settings that --help lists, and no other" {
    for program in $(programs); do
        settings_of_help "$program" >.help
        settings_of_page "$(page "$program")" >.page
        [ -s .help ] || fail "$program --help names no setting"
        diff .help .page >.difference || fail "$program: < only in --help, > only in the page" "$(cat .difference)"
    done
}

@test "what --help says of defaults stands in the page" {
    for program in $(programs); do
        # a time may be told in words there; maki-synth has no lines to read
        "$program" --help | tr -s ' \n' ' ' | grep -oE '\(default [^ ;)]+[0-9a-zA-Z]' | sed 's/^(default //' |
            grep -vE "^[0-9]{4}-|^$([ "$program" = maki-synth ] && echo 64M)\$" >.defaults || continue
        while read -r value; do
            sed 's/\\-/-/g' "$(page "$program")" | grep -qF -- "$value" || fail "$program: the default $value is not in the page"
        done <.defaults
    done
}

@test "every page that is referred to is there" {
    for file in "$ROOT"/cmd/*/*.1 "$ROOT"/scripts/*.1; do
        sed -nE 's/^.*(\.|^| )Xr (maki[a-z-]*) 1.*/\2/p' "$file" | sort -u >.names
        [ -s .names ] || fail "$file refers to no other page"
        while read -r name; do
            [ -n "$(page "$name")" ] || fail "$file: there is no page $name(1)"
        done <.names
    done
}
