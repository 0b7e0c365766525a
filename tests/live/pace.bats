#!/usr/bin/env bats
# Speed and restraint over real sockets, counted by the stand-in.
# shellcheck disable=SC2154,SC2030,SC2031 # try sets status, out and err; each test exports for itself

load ../lib/common
load ../lib/standin

cases() { maki-synth --quiet --seed 3 --count "$1" >cases.jsonl; }

@test "1,000 cases at 100 ms latency and 64 in flight take at most 1.1 times the ideal" {
    cases 1000
    start_standin --faults '{"latencyMs":100}'
    # the best of three: others use this machine, too
    for _ in 1 2 3; do
        standin_control reset
        try maki-classify --quiet --concurrency 64 cases.jsonl
        expect_status 0
        counted .elapsedMs >>elapsed
        expect_equal "1000 64" "$(counted '"\(.statuses["200"]) \(.maxInFlight)"')"
    done
    echo "# 16 rounds of 100 ms: $(tr '\n' ' ' <elapsed)ms" >&3
    [ "$(sort -n elapsed | head -n 1)" -le 1760 ]
}

@test "throttled at 20 requests a second it settles within 10 % of that, wastes under 5 % and loses nothing" {
    cases 400
    start_standin --faults '{"rate":20,"burst":5}'
    maki-classify --quiet --concurrency 64 --stats stats.json cases.jsonl >out 2>err 3>&- &
    client=$!
    # it has settled once 100 cases are answered
    until [ "$(counted '.statuses["200"] // 0')" -ge 100 ]; do kill -0 "$client"; done
    before=$(counted '.statuses["200"]')
    standin_control reset
    wait "$client"
    expect_equal 400 "$(stat_of stats.json out)"
    read -r served refused elapsed_ms <<<"$(counted '"\(.statuses["200"]) \(.statuses["429"] // 0) \(.elapsedMs)"')"
    echo "# after the first $before: $served served, $refused refused in $elapsed_ms ms" >&3
    [ $((served * 1000 / elapsed_ms)) -ge 18 ] && [ $((served * 1000 / elapsed_ms)) -le 22 ]
    [ $((refused * 20)) -lt $((served + refused)) ]
}

@test "--rpm holds" {
    cases 60
    start_standin
    try maki-classify --quiet --rpm 600 cases.jsonl
    expect_status 0
    # ten a second, of which the first second's may go at once
    [ "$(counted .elapsedMs)" -ge 4500 ]
}
