//! German.

use super::{Card, Named, Texts, Verdicts};

pub(super) const TEXTS: Texts = Texts {
    skip: "Zum Inhalt springen",
    navigation: "Seiten",
    language: "Sprache",
    lab: "Labor",
    about: "Über",

    title: "Eine Sitzung in einem Cookie",
    lead: "Hinter dieser Seite steht kein Sitzungsspeicher. Was sie von Ihnen weiß, reist in einem versiegelten Cookie, \
           das Ihr Browser aufbewahrt. Sehen Sie es an, benutzen Sie es, versuchen Sie es zu brechen.",
    saved: "Ihre Auswahl ist gespeichert.",

    your_cookie: "Ihr Cookie, wie es mit dieser Anfrage kam",
    verdicts: Verdicts {
        absent: Named {
            name: "Neu.",
            text: "Mit dieser Anfrage kam keine Sitzung.",
        },
        opened: Named {
            name: "Geöffnet.",
            text: "Der Prüfwert stimmt und keine Frist ist verstrichen. Also ist der Inhalt, was der Server schrieb.",
        },
        opened_earlier: Named {
            name: "Unter einem früheren Schlüssel geöffnet.",
            text: "Diese Antwort versiegelt die Sitzung neu, unter dem jetzigen.",
        },
        rejected: "Abgelehnt",
        auth: "Der Prüfwert stimmt nicht: Etwas wurde geändert oder für einen anderen Zweck versiegelt.",
        unknown_key: "Der Schlüsselbund hat keinen Schlüssel mit diesem Format und dieser Kennung.",
        format: "Das erste Byte ist kein Format, das hier bekannt ist.",
        idle: "Länger als die Leerlaufzeit hat niemand sie benutzt.",
        expired: "Sie ist älter als die Höchstdauer.",
        future: "Sie wurde später geschrieben, als die Uhr des Servers zeigt.",
        revoked: "Die Sperrliste hat ihre Kennung, oder sie ist zu früh ausgestellt.",
        stale: "Sie gehört zu einem anderen Gerät, oder dieses hat sich nicht ausgewiesen.",
        incomplete: "Ein Teil fehlt.",
        malformed: "Was ankam, ist kein Token.",
        instead: "Diese Seite nennt den Grund; eine echte protokolliert ihn und nennt ihn niemandem. Sie haben eine \
                  neue, leere Sitzung.",
    },
    picture: "Das Cookie, ein Quadrat je Byte.",
    picture_hint: "Jedes Quadrat ist ein Byte.",
    picture_click: "Klicken Sie auf eines, und der Browser bringt das Cookie mit einem gekippten Bit zurück.",
    picture_flipped: "Das angekreuzte Byte wurde geändert.",
    part: "Teil",
    bytes: "Bytes",
    format: Named {
        name: "Format",
        text: "nennt das Verfahren",
    },
    key: Named {
        name: "Schlüsselkennung",
        text: "nennt den Schlüssel, der es öffnet",
    },
    nonce: Named {
        name: "Nonce",
        text: "zufällig, bei jedem Versiegeln neu",
    },
    ciphertext: Named {
        name: "Versiegelter Inhalt",
        text: "Zeiten, Nachrichten, Daten: ohne Schlüssel nur Rauschen",
    },
    body: Named {
        name: "Inhalt",
        text: "Zeiten, Nachrichten, Daten: signiert, und für alle lesbar",
    },
    tag: Named {
        name: "Prüfwert",
        text: "ein geändertes Bit irgendwo, und er ist falsch",
    },
    no_cookie: "Es ist noch kein Cookie angekommen. Diese Antwort setzt eines: Laden Sie die Seite neu. Ändert das \
                nichts, behält der Browser keines. Safari behält kein Secure-Cookie von http://localhost: Starten Sie \
                die Vorführung mit --insecure.",
    no_token: "Was ankam, ist kein Token, also gibt es nichts zu zeichnen.",
    room: "Was den Platz braucht",
    of: "von",
    room_bytes: "Bytes, die Set-Cookie höchstens haben darf; jede Anfrage sendet",
    cookies: "Cookies",
    room_entry: "Teil",
    room_inside: "Bytes im Siegel",
    room_outside: "vom Cookie",
    room_frame: "Name, Attribute, alles außer Inhalt",
    room_messages: "Nachrichten für die nächste Seite",
    room_padding: "Auffüllung",
    room_left: "frei",

    server_sees: "Was der Server darin sieht",
    visitor_sees: "Was Sie ohne den Schlüssel sehen",
    encrypted: "Verschlüsselt: Rauschen für alle ohne Schlüssel, auch für Sie.",
    signed: "Unverschlüsselt, aber signiert: Alle können es lesen, also darf es kein Geheimnis sein. Ändern kann es \
             niemand.",
    no_display: "Die Farben dieser Seite stehen in einem zweiten Cookie, das signiert und nicht verschlüsselt ist. \
                 Wählen Sie welche, dann können Sie es hier lesen.",
    idle_timeout: "Leerlaufzeit",
    absolute_timeout: "Höchstdauer",
    remembered_until: "Angemeldet bis",
    left: "übrig",
    over: "vorbei",
    session_id: "Kennung der Sitzung",
    created_at: "Begonnen",
    last_active_at: "Zuletzt benutzt",
    expires_at: "Endet",
    ends_with_browser: "Endet mit dem Browser",
    csrf_token: "CSRF-Token",
    csrf_masked: "in jedem Formular neu maskiert",
    waiting: "Wartende Nachrichten",
    device: "Gerät",
    bound: "An dieses Gerät gebunden",
    stale: "An ein anderes Gerät gebunden oder nicht nachgewiesen",
    yes: "ja",
    no: "nein",
    not_sent: "noch nicht gesendet",
    none: "keine",
    data: "Daten",

    try_it: "Was man tun kann",
    forms_hint: "Einfache Formulare, ohne Skript. Jedes trägt ein Token, das nur diese Sitzung gemacht haben kann.",
    use_it: "Benutzen",
    attack_it: "Angreifen",
    run_it: "Den Server betreiben",
    run_hint: "Diese Einstellungen sind die des Servers, also für alle Besucher dieselben.",
    by_flags: "Das ist beim Start der Vorführung so eingestellt worden.",

    sign_in: Card {
        title: "Anmelden",
        what: "Jeder Name ist recht, ein Passwort gibt es nicht. Die Sitzung bekommt eine neue Kennung, eine \
               untergeschobene ist also nichts wert.",
        button: "Anmelden",
    },
    your_name: "Ihr Name",
    name_complaint: "Bitte geben Sie einen Namen mit 1 bis 60 Zeichen an.",
    remember_me: "In diesem Browser angemeldet bleiben",
    hello: "Hallo",
    sign_out: "Abmelden",
    signed_in: "Sie sind angemeldet, und Ihre Sitzung hat eine neue Kennung.",
    signed_out: "Sie sind abgemeldet: Ihr Browser hat eine neue Sitzung, und der Server hat nichts zu löschen.",

    count: Card {
        title: "Zählen",
        what: "Eine Zahl in der Sitzung. Gespeichert wird nichts als das Cookie.",
        button: "Eins weiter",
    },

    fill: Card {
        title: "Füllen",
        what: "Zu große Cookies lassen Browser ohne ein Wort fallen. Darum ist eine Änderung, die nicht passt, dort ein \
               Fehler, wo sie geschieht.",
        button: "Hinzufügen",
    },
    fill_bytes: "Bytes hinzufügen",
    fill_number: "Bitte geben Sie eine Anzahl Bytes von 1 bis 20.000 an.",
    fill_remove: "Hinzugefügtes entfernen",
    filled: "Es passt: Sehen Sie nach, was den Platz braucht.",
    fill_complaint: "Das passt nicht: {needed} Bytes wären nötig, {allowed} sind erlaubt. Verloren ist nichts, Ihre \
                     Sitzung ist wie zuvor.",
    emptied: "Das Hinzugefügte ist weg, und das Cookie ist wieder kurz.",

    flash: Card {
        title: "Eine Nachricht hinterlassen",
        what: "Eine Flash-Nachricht wartet in der Sitzung auf die nächste Seite, die sie einmal zeigt.",
        button: "Hinterlassen",
    },
    flash_message: "Nachricht",
    flash_complaint: "Bitte schreiben Sie eine Nachricht.",
    flash_left: "Ihre Nachricht wartete im Cookie und steht oben auf dieser Seite. Laden Sie neu: Sie ist weg.",

    remember: Card {
        title: "Angemeldet bleiben",
        what: "Eine Sitzung endet mit dem Browser. Wo der Server es erlaubt, kann man 30 Tage angemeldet bleiben, mit \
               einem Kästchen bei der Anmeldung.",
        button: "Erlauben",
    },
    remember_off: "Verbieten",
    remember_allowed: "Die Anmeldung hat jetzt ein Kästchen. Mit Häkchen bekommt Set-Cookie ein Max-Age.",
    remember_forbidden: "Niemand bleibt mehr angemeldet.",

    theme: Card {
        title: "Farben wählen",
        what: "Sie stehen in einem zweiten Cookie, signiert und nicht verschlüsselt, weil jeder sie kennen darf.",
        button: "Übernehmen",
    },
    theme_colours: "Farben",
    system: "Wie das System",
    light: "Hell",
    dark: "Dunkel",

    flip: Card {
        title: "Ein Bit kippen",
        what: "Ändert ein Bit eines Bytes, wie ein Klick auf das Bild, und gibt das Cookie Ihrem Browser zurück.",
        button: "Kippen",
    },
    flip_byte: "Byte",
    flipped: "Ein Bit in Byte {byte} wurde gekippt ({part}), und der Server lehnte das Cookie ab: {reason}. Weiter \
              unten lässt sich das unveränderte zurücklegen.",
    flip_nothing: "Dieses Byte gibt es in dem Cookie nicht, das ankam. Nichts wurde geändert.",
    flip_undo: "Das unveränderte zurücklegen",

    rename: Card {
        title: "Einen anderen Namen nehmen",
        what: "Der Name des Cookies wird mit versiegelt. Ein Token des einen ist im anderen nichts wert.",
        button: "Als anderes Cookie versuchen",
    },
    renamed: "Als {name} wurde dasselbe Token abgelehnt: {reason}.",

    copy: Card {
        title: "Kopieren, abmelden, wiederholen",
        what: "Legen Sie wie ein Dieb eine Kopie Ihres Cookies beiseite und melden Sie sich ab: Die Kopie lässt \
               sich noch öffnen. Der Server hat keine Liste, aus der er sie streichen könnte; sie endet mit ihrer \
               eigenen Frist. Mit einer Sperrliste (revoked_if) kann er sie jetzt beenden.",
        button: "Mein Cookie kopieren",
    },
    copied: "Kopiert. Melden Sie sich ab und sehen Sie, dass sich die Kopie noch öffnen lässt.",
    copy_opens: "Die Kopie lässt sich öffnen.",
    copy_of: "Sie gehört {name}.",
    copy_of_nobody: "Niemand ist angemeldet.",
    copy_replay: "Die Kopie zurücklegen",
    replayed: "Ihr Browser hat das kopierte Cookie wieder.",
    copy_revoke: "Ihre Kennung sperren",
    revoked: "Die Sperrliste hat jetzt die Kennung {id}: 8 Bytes, bis zur eigenen Frist der Sitzung.",
    copy_nothing: "Es gibt keine Kopie mit einer Kennung.",

    csrf: Card {
        title: "Eine fremde Seite versuchen lassen",
        what: "Eine Börse in einem dritten Cookie, SameSite=None, damit Ihr Browser es auch mit Formularen anderer \
               Seiten sendet. Die fremde Seite ist dieser Server unter seinem anderen Namen. Ihr Formular kommt an eine \
               Adresse mit Wächter und, zum Vergleich, an eine ohne.",
        button: "10 Münzen hineinlegen",
    },
    csrf_coins: "Münzen",
    csrf_elsewhere: "Die fremde Seite besuchen",
    csrf_filled: "Es sind 10 Münzen in der Börse.",
    csrf_taken: "Eine Münze ist weg: Dort war kein Wächter, und Ihr Browser sandte das Cookie.",
    csrf_held: "Der Wächter hielt stand: Das Formular kam von einer fremden Seite, und keine Münze wurde genommen.",
    csrf_insecure: "Braucht Secure-Cookies: Starten Sie die Vorführung ohne --insecure.",
    elsewhere_title: "Eine fremde Seite",
    elsewhere_lead: "Für Ihren Browser ist dies eine andere Seite als das Labor:",
    elsewhere_forms: "Solche Formulare können auf jeder Seite stehen. Sie gehen an",
    elsewhere_guarded: "Eine Münze nehmen, wo der Wächter steht",
    elsewhere_unguarded: "Eine Münze nehmen, wo kein Wächter ist",
    elsewhere_back: "Zurück zum Labor",

    large: Card {
        title: "4096 Bytes setzen, und 4097",
        what: "Zwei Cookies ohne Sitzung, Name und Wert zusammen ein Byte auseinander: Was behält Ihr Browser?",
        button: "Beide setzen",
    },
    large_kept: "Behalten: {kept}. Ohne ein Wort fallen gelassen: {dropped}. Darum wird eine zu große Sitzung abgelehnt.",

    rotate: Card {
        title: "Den Schlüssel wechseln",
        what: "Ab jetzt versiegelt ein frischer Schlüssel, und der alte öffnet noch. Im Bild wechselt die \
               Schlüsselkennung die Farbe.",
        button: "Wechseln",
    },
    retire: "Die alten Schlüssel entfernen",
    key_id: "Schlüsselkennung",
    key_role: "Aufgabe",
    key_seals: "versiegelt",
    key_opens: "öffnet",
    rotated: "Ein frischer Schlüssel versiegelt. Ihre Sitzung ließ sich mit dem alten öffnen und \
              wurde neu versiegelt.",
    retired: "Nur der versiegelnde Schlüssel ist übrig. Was ältere versiegelten, lässt sich nicht mehr öffnen: eine \
              Kopie von vorher zum Beispiel.",

    clock: Card {
        title: "Die Uhr stellen",
        what: "Die Fristen stehen im Siegel, also entscheidet die Uhr des Servers. Die Leerlaufzeit ist oben gezeichnet.",
        button: "+31 min",
    },
    clock_right: "Richtig stellen",
    clock_moved: "Die Uhr des Servers geht jetzt vor. Was aus Ihrem Cookie wurde, steht oben.",
    clock_set_right: "Die Uhr geht wieder richtig.",

    split: Card {
        title: "Mehrere Cookies erlauben",
        what: "Den meisten reicht ein Cookie. Mit Size::Split darf eine Sitzung bis zu vier haben, und sie zählen als \
               eines.",
        button: "Bis zu vier Cookies",
    },
    split_off: "Zurück zu einem Cookie",
    split_allowed: "Ihre Sitzung darf jetzt vier Cookies haben. Füllen Sie sie.",
    split_forbidden: "Sitzungen haben wieder ein Cookie. Eine größere lässt sich noch öffnen und darf nur schrumpfen.",

    numbers: Card {
        title: "Was es kostet",
        what: "Ihr eigenes Cookie, 400-mal auf diesem Rechner geöffnet und versiegelt, neben dem Netz, das jede Anfrage \
               braucht. Jeder Schritt nach rechts dauert zehnmal so lang.",
        button: "Messen",
    },
    numbers_open: "öffnen",
    numbers_save: "speichern",
    numbers_network: "ein Weg durch das Netz: nebenan, ein Kontinent, ein Telefon weit draußen",
    numbers_picture: "Histogramm des Öffnens und Speicherns in Mikrosekunden, neben Netzen von 1, 20 und 100 Millisekunden",
    numbers_debug: "Dieses Programm wurde ohne Optimierung gebaut; mit --release ist es schneller.",

    no_such_page: "Diese Seite gibt es nicht.",
    form_address: "Diese Adresse ist für ein Formular.",
    about_untouched: "Diese Seite rührt die Sitzung nicht an. Nichts wird für sie gelesen, geprüft oder entschlüsselt; \
                      darum hat die Antwort weder Set-Cookie noch Vary, und jeder Zwischenspeicher darf sie behalten.",
    about_check: "Sehen Sie selbst:",
    about_limits: "Eine Sitzung ohne Speicher hat Grenzen. Wer Ihr Cookie kopierte, bevor Sie sich abmeldeten, kann es \
                   bis zu dessen eigener Frist benutzen: Der Server hat nichts, woraus er es streichen könnte.",
    about_playground: "Skripte finden dieselbe Sitzung unter /api, als JSON:",
};
