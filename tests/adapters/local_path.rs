//! Addresses of the own site, for a redirect.

use hardtack::web::local_path;
use url::{Position, Url};

#[test]
fn a_local_path_stays_on_the_site() {
    let own =
        "/ /account /account?tab=2#top /cart?from=//example.com /a/.. /%2F%2Fexample.com /a%0d%0ab";
    for own in own.split(' ') {
        assert_eq!(local_path(own), Some(own));
    }
    let others = "account https://example.com/ //example.com ///example.com /\\example.com \\\\example.com \
        /.//example.com /%2e//example.com /a/..//example.com javascript:alert(1) ?//example.com";
    let spaced = [
        "",
        "/\t/example.com",
        "/\n/example.com",
        " /a",
        "/\u{2044}example.com",
        // Behind the path, too: the address goes into a field.
        "/a?next=\n",
        "/a?next=\\b",
        "/a#\r",
        "/a? b",
    ];
    for other in others.split(' ').chain(spaced) {
        assert_eq!(local_path(other), None, "{other:?}");
    }
}

/// Of every address of four pieces a browser makes one of the site, also of what it has made of it.
#[test]
fn no_address_of_such_pieces_leads_away() {
    let pieces = "/,\\,.,..,%2e,%2f,%5c,\t,\n, ,@,:,?,#,a,example.com,http:,\u{ff0f},\0";
    let pieces: Vec<_> = pieces.split(',').collect();
    let site = Url::parse("https://shop.test/sign-in").unwrap();
    let mut kept = 0;
    for n in 0..pieces.len().pow(4) {
        let piece = |place| pieces[n / pieces.len().pow(place) % pieces.len()];
        let text = format!("/{}{}{}{}", piece(0), piece(1), piece(2), piece(3));
        let Some(path) = local_path(&text) else {
            continue;
        };
        let to = site.join(path).unwrap();
        assert_eq!(to.origin(), site.origin(), "{text:?}");
        let again = site.join(&to[Position::BeforePath..]).unwrap();
        assert_eq!(again.origin(), site.origin(), "{text:?}");
        kept += 1;
    }
    assert!(kept > 10_000, "{kept}");
}
