#!/bin/sh
# Looks from outside whether a way to the programs loses a cookie, such as a CDN, a region or one of several proxies. The page
# counts in a long session and in a second cookie, as `/probe` of src/main.rs does:
#
#     sh probe_cookies.sh https://shop.example/probe 192.0.2.7:443 192.0.2.8:443
#
# Ends with 1 if a way loses a cookie, and with 2 if the page fails.
address="$1"
shift
for way; do
  rm -f way.jar
  for visit in 1 2 3 4 5; do
    seen="$(curl -fsS -m 10 -b way.jar -c way.jar --connect-to "::$way" "$address")" || exit 2
    [ "$seen" = "visit $visit" ] || { echo "$way loses a cookie: $seen after visit $((visit - 1))" >&2; exit 1; }
  done
done
