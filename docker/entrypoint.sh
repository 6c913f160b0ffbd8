#!/bin/sh
# Start the services that GOVOPEN_SERVICES names (all of them when it is empty), follow their logs, stop them in good order.
set -eu

if [ "${1:-up}" != "up" ]; then
    exec govopen "$@"
fi

stop() {
    trap - TERM INT
    govopen down
    exit 0
}
trap stop TERM INT

if [ -n "${GOVOPEN_SERVICES:-}" ]; then
    govopen up --only "$GOVOPEN_SERVICES"
else
    govopen up
fi
# In the background, so that the shell hears a signal at once.
govopen logs --follow --lines 0 &
wait $!
