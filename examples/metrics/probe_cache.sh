#!/bin/sh
# Looks from outside whether a cache gives the page of one visitor to another. Run it every minute for each kind of page
# with sessions:
#
#     sh probe_cache.sh https://shop.example/account 'Probe Visitor' 'Sign in'
#
# The second argument is the name of a test visitor, on its page and on no page of others. The third is what all see who
# are not signed in, and nobody else: a text, or a header such as `location: /sign-in`. `probe.jar` has the visitor's cookie:
# the probe only reads it, because a cache may send it the cookie of another. Sign the visitor in every five minutes
# (`curl -c probe.jar`). From `refresh_after` on, a quarter of the idle timeout, each probe would be a refresh more, and a small
# site would get the alert about them.
#
# Ends with 1 if a cache stores the page. With 2 it knows nothing: the page fails, or the session of the test visitor has
# ended. Prints no cookie.
address="$1" name="$2" nobody="$3"
page() { curl -sS -m 10 -D - "$@" "$address"; }
has() { printf '%s\n' "$1" | grep -qF -e "$2"; }
first="$(page)" && own="$(page -b probe.jar)" && sleep 2 && second="$(page)" || exit 2
all="$(printf '%s\n' "$first" "$own" "$second")"
printf '%s\n' "$all" | grep '^HTTP/' | grep -vE ' (10[0-9]|200|30[1-8]|401)' >&2 && exit 2
found="$(printf '%s\n' "$all" | grep -iE '^age: *[1-9]|^[a-z-]*cache[a-z-]*:.*hit([^-a-z]|$)'
  printf '%s\n' "$all" | grep -i '^set-cookie: __Host-session=' | sort | uniq -d | cut -d= -f1
  for stranger in "$first" "$second"; do
    has "$stranger" "$nobody" && ! has "$stranger" "$name" || echo "a stranger sees somebody's page"
  done
  has "$own" "$name" || has "$own" "$nobody" || echo "the test visitor sees somebody else's page")"
[ -z "$found" ] || { echo "a cache stores the page: $found" >&2; exit 1; }
has "$own" "$name" || { echo "the test visitor has to sign in" >&2; exit 2; }
