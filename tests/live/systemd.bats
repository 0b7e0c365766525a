#!/usr/bin/env bats
# The units that are shipped, looked at by systemd itself.
# shellcheck disable=SC2154 # try sets status, out and err

load ../lib/common

@test "systemd finds nothing wrong with the installed service and timer" {
    make -s -C "$ROOT" install PREFIX="$PWD/usr" >/dev/null
    try systemd-analyze verify --man=no usr/lib/systemd/system/maki.service usr/lib/systemd/system/maki.timer
    expect_status 0
    expect_equal "" "$out$err"
    grep -q "^ExecStart=$PWD/usr/bin/maki-run " usr/lib/systemd/system/maki.service
    # and would notice
    sed -i 's/^Type=oneshot/Type=nonsense/' usr/lib/systemd/system/maki.service
    try systemd-analyze verify --man=no usr/lib/systemd/system/maki.service
    expect_match 'Type=nonsense|nonsense' "$err"
}
