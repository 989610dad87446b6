//! Swedish.

use super::Texts;

pub(super) const TEXTS: Texts = Texts {
    skip: "Hoppa till innehållet",
    navigation: "Sidor",
    language: "Språk",
    home: "Start",
    inside: "Titta in",
    about: "Om",

    title: "En session i en enda kaka",
    lead: "Bakom den här sidan finns inget sessionslager. Det den vet om dig reser i en förseglad \
           kaka som din webbläsare behåller.",
    your_name: "Ditt namn",
    name_hint: "Vilket namn som helst går bra, och det finns inget lösenord. Det här är en demonstration.",
    name_complaint: "Ange ett namn på 1 till 60 tecken.",
    remember: "Kom ihåg mig i den här webbläsaren",
    sign_in: "Logga in",
    hello: "Hej",
    visits: "besök sedan du loggade in",
    again: "Besök igen",
    sign_out: "Logga ut",

    signed_in: "Du är inloggad.",
    signed_out: "Du är utloggad.",
    saved: "Ditt val är sparat.",

    your_cookie: "Din sessionskaka, så som den kom",
    size: "Storlek på Set-Cookie, med attribut",
    of: "av",
    bytes: "byte",
    sent_each_time: "varje förfrågan skickar",
    room: "Plats kvar",
    cookie_name: "Namn",
    mode: "Läge",
    encrypted: "Krypterad",
    signed: "Okrypterad men signerad",
    state: "Tillstånd",
    absent: "Ingen kom, så sessionen är ny",
    opened: "Öppnad",
    opened_earlier: "Öppnad med en tidigare nyckel",
    rejected: "Kakan gick inte att öppna, så sessionen är ny",
    session_id: "Sessionens id",
    key_id: "Nyckelns id",
    created_at: "Skapad",
    last_active_at: "Senast aktiv",
    expires_at: "Upphör",
    ends_with_browser: "Slutar med webbläsaren",
    device: "Enhet",
    pending: "Inte bunden än",
    bound: "Bunden till den här enheten",
    stale: "Bunden till en annan enhet, eller inte bevisat",
    yes: "ja",
    no: "nej",
    not_sent: "inte skickad än",
    none: "inget",
    no_cookie: "Ingen kaka har kommit än.",
    no_token: "Det som kom är ingen token.",
    token: "Kakans värde",

    report: "Vad som tar plats",
    report_lead: "Byte under förseglingen. Tre av dem blir fyra tecken i kakan, och det som sessionen ännu \
                  kan få räknas med som om den redan hade det: ett id och varje tid i full längd.",
    report_entry: "I sessionen",
    report_messages: "meddelanden till nästa sida",
    report_padding: "utfyllnad",
    report_empty: "Set-Cookie utan innehåll",
    report_whole: "Set-Cookie med allt detta, som mest",
    cookies: "Kakor",

    inside_lead: "En kaka kan läsas på sin ägares dator. Så här ser dina ut, byte för byte.",
    session_purpose: "vem du är, ditt språk, dina besök, meddelanden till nästa sida",
    display_purpose: "hur sidorna ser ut",
    encrypted_verdict: "Bara servern har nyckeln. För alla andra, även dig, är innehållet brus, och en \
                        ändrad byte gör kakan värdelös.",
    signed_verdict: "Alla kan läsa innehållet, så det får inte vara någon hemlighet. Ingen kan ändra \
                     det utan nyckeln.",
    head: "Huvud: format och nyckelns id",
    nonce: "Nonce",
    ciphertext: "Chiffertext",
    body: "Kropp: tider och innehåll",
    tag: "Kontrollvärde",
    theme: "Färger, sparade i den signerade kakan",
    system: "Som systemet",
    light: "Ljusa",
    dark: "Mörka",
    apply: "Använd",
    forms_hint: "Varje formulär på de här sidorna bär en token som bara kan komma från den här sessionen, så \
                 ingen annan webbplats kan skicka ett i ditt namn.",

    about_untouched: "Den här sidan rör inte sessionen. Inget läses, verifieras eller avkodas för den, \
                      så svaret har varken <code>Set-Cookie</code> eller <code>Vary</code>, och vilken \
                      cache som helst får behålla det.",
    about_check: "Se själv:",
    about_limits: "En session utan lager har gränser. Den som kopierade din kaka innan du loggade ut \
                   kan använda den tills dess egen tid går ut: servern har inget att stryka den från.",
    about_playground: "Skript hittar samma session under <code>/api</code>, som JSON:",
};
