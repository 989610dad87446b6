//! German.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    skip: "Zum Inhalt springen",
    navigation: "Seiten",
    language: "Sprache",
    home: "Start",
    inside: "Hineinsehen",
    about: "Über",

    title: "Eine Sitzung in einem Cookie",
    lead: "Hinter dieser Seite steht kein Sitzungsspeicher. Was sie von Ihnen weiß, reist in einem \
           versiegelten Cookie, das Ihr Browser aufbewahrt.",
    your_name: "Ihr Name",
    name_hint: "Jeder Name ist recht, ein Passwort gibt es nicht. Dies ist eine Vorführung.",
    name_complaint: "Bitte geben Sie einen Namen mit 1 bis 60 Zeichen an.",
    remember: "In diesem Browser angemeldet bleiben",
    sign_in: "Anmelden",
    hello: "Hallo",
    visits: "Besuche seit der Anmeldung",
    again: "Noch einmal besuchen",
    sign_out: "Abmelden",

    signed_in: "Sie sind angemeldet.",
    signed_out: "Sie sind abgemeldet.",
    saved: "Ihre Auswahl ist gespeichert.",

    your_cookie: "Ihr Sitzungscookie, wie es ankam",
    size: "Größe von Set-Cookie, mit Attributen",
    of: "von",
    bytes: "Bytes",
    sent_each_time: "jede Anfrage sendet",
    room: "Freier Platz",
    cookie_name: "Name",
    mode: "Modus",
    encrypted: "Verschlüsselt",
    signed: "Unverschlüsselt, aber signiert",
    state: "Zustand",
    absent: "Es kam keines an, die Sitzung ist also neu",
    opened: "Geöffnet",
    opened_earlier: "Mit einem früheren Schlüssel geöffnet",
    rejected: "Das Token ließ sich nicht öffnen, die Sitzung ist also neu",
    session_id: "Sitzungskennung",
    key_id: "Schlüsselkennung",
    created_at: "Begonnen",
    last_active_at: "Zuletzt aktiv",
    expires_at: "Läuft ab",
    ends_with_browser: "Endet mit dem Browser",
    device: "Gerät",
    pending: "Noch nicht gebunden",
    bound: "An dieses Gerät gebunden",
    stale: "An ein anderes Gerät gebunden, oder nicht bewiesen",
    yes: "ja",
    no: "nein",
    not_sent: "noch nicht gesendet",
    none: "keine",
    no_cookie: "Es ist noch kein Cookie angekommen.",
    no_token: "Was ankam, ist kein Token.",
    token: "Das Token",

    report: "Was den Platz braucht",
    report_lead: "Bytes unter dem Siegel. Drei davon sind vier Zeichen des Cookies, und was die Sitzung noch \
                  bekommen kann, zählt mit, als hätte sie es schon: eine Kennung und jede Zeitangabe in \
                  voller Länge.",
    report_entry: "In der Sitzung",
    report_messages: "Meldungen für die nächste Seite",
    report_padding: "Auffüllung",
    report_empty: "Set-Cookie ohne Inhalt",
    report_whole: "Set-Cookie mit all dem, höchstens",
    cookies: "Cookies",

    inside_lead: "Ein Cookie lässt sich auf dem Rechner seines Besitzers lesen. So sehen Ihre aus, Byte \
                  für Byte.",
    session_purpose: "wer Sie sind, Ihre Sprache, Ihre Besuche, Meldungen für die nächste Seite",
    display_purpose: "wie diese Seiten aussehen",
    encrypted_verdict: "Nur der Server hat den Schlüssel. Für alle anderen, auch für Sie, ist der \
                        Inhalt Rauschen, und ein geändertes Byte macht das Token wertlos.",
    signed_verdict: "Jeder kann den Inhalt lesen, er darf also kein Geheimnis sein. Ändern kann ihn \
                     ohne den Schlüssel niemand.",
    head: "Kopf: Format und Schlüsselkennung",
    nonce: "Nonce",
    ciphertext: "Geheimtext",
    body: "Rumpf: Daten und Inhalt",
    tag: "Prüfwert",
    theme: "Farben, aufbewahrt im signierten Cookie",
    system: "Wie das System",
    light: "Hell",
    dark: "Dunkel",
    apply: "Übernehmen",
    forms_hint: "Jedes Formular auf diesen Seiten trägt ein Token, das nur aus dieser Sitzung stammen kann. \
                 So kann keine andere Website eines in Ihrem Namen absenden.",

    about_untouched: "Diese Seite rührt die Sitzung nicht an. Für sie wird nichts gelesen, geprüft \
                      oder entschlüsselt, also hat die Antwort weder <code>Set-Cookie</code> noch \
                      <code>Vary</code>, und jeder Zwischenspeicher darf sie behalten.",
    about_check: "Sehen Sie selbst:",
    about_limits: "Eine Sitzung ohne Speicher hat Grenzen. Wer Ihr Cookie vor dem Abmelden kopiert \
                   hat, kann es bis zu dessen eigener Frist benutzen: Der Server hat nichts, woraus \
                   er es streichen könnte.",
    about_playground: "Skripte finden dieselbe Sitzung unter <code>/api</code>, als JSON:",
};
