//! Swedish.

use super::{Card, Named, Texts, Verdicts};

pub(super) const TEXTS: Texts = Texts {
    skip: "Hoppa till innehållet",
    navigation: "Sidor",
    language: "Språk",
    lab: "Labb",
    about: "Om",

    title: "En session i en kaka",
    lead: "Bakom den här sidan finns inget sessionslager. Det den vet om dig färdas i en förseglad kaka, som din \
           webbläsare behåller. Titta på den, använd den, försök knäcka den.",
    saved: "Ditt val är sparat.",

    your_cookie: "Din kaka, som den kom med den här förfrågan",
    verdicts: Verdicts {
        absent: Named {
            name: "Ny.",
            text: "Ingen session kom med den här förfrågan.",
        },
        opened: Named {
            name: "Öppnad.",
            text: "Kontrollvärdet stämmer och ingen frist har gått ut, så innehållet är det som servern skrev.",
        },
        opened_earlier: Named {
            name: "Öppnad med en tidigare nyckel.",
            text: "Det här svaret förseglar sessionen igen, med den nya.",
        },
        rejected: "Avvisad",
        auth: "Kontrollvärdet stämmer inte: något har ändrats, eller förseglats för ett annat ändamål.",
        unknown_key: "Nyckelringen har ingen nyckel med detta format och id.",
        format: "Den första byten är inget format som är känt här.",
        idle: "Ingen har använt den på längre tid än inaktivitetsgränsen.",
        expired: "Den är äldre än den längsta tiden.",
        future: "Den skrevs senare än serverns klocka visar.",
        revoked: "Spärrlistan har dess id, eller så utfärdades den för tidigt.",
        stale: "Den hör till en annan enhet, eller så har den här inte legitimerat sig.",
        incomplete: "En del saknas.",
        malformed: "Det som kom är inget token.",
        instead: "Den här sidan visar skälet; en riktig loggar det och säger det till ingen. Du har en ny, tom session.",
    },
    picture: "Kakan, en ruta för varje byte.",
    picture_hint: "Varje ruta är en byte.",
    picture_click: "Klicka på en, så kommer webbläsaren tillbaka med kakan och en vänd bit.",
    picture_flipped: "Den överkorsade byten är den som ändrades.",
    part: "Del",
    bytes: "byte",
    format: Named {
        name: "Format",
        text: "anger algoritmen",
    },
    key: Named {
        name: "Nyckel-id",
        text: "anger vilken nyckel i ringen som öppnar den",
    },
    nonce: Named {
        name: "Nonce",
        text: "slumpmässig, ny vid varje försegling",
    },
    ciphertext: Named {
        name: "Förseglat innehåll",
        text: "tider, meddelanden, data: brus utan nyckeln",
    },
    body: Named {
        name: "Innehåll",
        text: "tider, meddelanden, data: signerat, och alla kan läsa det",
    },
    tag: Named {
        name: "Kontrollvärde",
        text: "en ändrad bit någonstans, och det är fel",
    },
    no_cookie: "Ingen kaka har kommit än. Det här svaret sätter en: ladda om sidan. Om det inte ändrar något behåller \
                webbläsaren ingen. Safari behåller ingen Secure-kaka från http://localhost: starta demon med --insecure.",
    no_token: "Det som kom är inget token, så det finns inget att rita.",
    room: "Vad som tar plats",
    of: "av",
    room_bytes: "byte som Set-Cookie får ha; varje förfrågan skickar",
    cookies: "Kakor",
    room_entry: "Del",
    room_inside: "byte i förseglingen",
    room_outside: "av kakan",
    room_frame: "namn, attribut, allt utom innehåll",
    room_messages: "meddelanden till nästa sida",
    room_padding: "utfyllnad",
    room_left: "ledigt",

    server_sees: "Vad servern ser inuti",
    visitor_sees: "Vad du ser utan nyckeln",
    encrypted: "Krypterad: brus för alla utan nyckeln, även för dig.",
    signed: "Okrypterad men signerad: alla kan läsa den, så den får inte vara hemlig. Ingen kan ändra den.",
    no_display: "Sidans färger finns i en andra kaka, som är signerad och inte krypterad. Välj några, så kan du läsa den \
                 här.",
    idle_timeout: "Inaktivitetsgräns",
    absolute_timeout: "Längsta tid",
    remembered_until: "Ihågkommen",
    left: "kvar",
    over: "över",
    session_id: "Sessionens id",
    created_at: "Skapad",
    last_active_at: "Senast använd",
    expires_at: "Slutar",
    ends_with_browser: "Slutar med webbläsaren",
    csrf_token: "CSRF-token",
    csrf_masked: "maskerat på nytt i varje formulär",
    waiting: "Väntande meddelanden",
    device: "Enhet",
    bound: "Bunden till den här enheten",
    stale: "Bunden till en annan enhet, eller inte bevisad",
    yes: "ja",
    no: "nej",
    not_sent: "inte skickad än",
    none: "inget",
    data: "Data",

    try_it: "Saker att göra",
    forms_hint: "Enkla formulär, utan skript. Vart och ett bär ett token som bara den här sessionen kan ha gjort.",
    use_it: "Använd den",
    attack_it: "Angrip den",
    run_it: "Driv servern",
    run_hint: "De här inställningarna är serverns egna, så de gäller för alla besökare.",
    by_flags: "Det ställdes in när demon startades.",

    sign_in: Card {
        title: "Logga in",
        what: "Vilket namn som helst duger, inget lösenord finns. Sessionen får ett nytt id, så en planterad är inget \
               värd.",
        button: "Logga in",
    },
    your_name: "Ditt namn",
    name_complaint: "Ange ett namn med 1 till 60 tecken.",
    remember_me: "Kom ihåg mig i den här webbläsaren",
    hello: "Hej",
    sign_out: "Logga ut",
    signed_in: "Du är inloggad, och din session har ett nytt id.",
    signed_out: "Du är utloggad: din webbläsare har en ny session, och servern har inget att ta bort.",

    count: Card {
        title: "Räkna",
        what: "Ett tal i sessionen. Inget sparas utom kakan.",
        button: "Räkna ett till",
    },

    fill: Card {
        title: "Fyll den",
        what: "Webbläsare släpper för stora kakor utan ett ord. Därför är en ändring som inte får plats ett fel där den \
               görs.",
        button: "Lägg till",
    },
    fill_bytes: "Byte att lägga till",
    fill_number: "Ange ett antal byte, från 1 till 20 000.",
    fill_remove: "Ta bort det tillagda",
    filled: "Det får plats: se vad som tar plats.",
    fill_complaint: "Det får inte plats: {needed} byte skulle behövas, {allowed} är tillåtna. Inget är förlorat, din \
                     session är som förut.",
    emptied: "Det tillagda är borta, och kakan är kort igen.",

    flash: Card {
        title: "Lämna ett meddelande",
        what: "Ett flash-meddelande väntar i sessionen på nästa sida, som visar det en gång.",
        button: "Lämna det",
    },
    flash_message: "Meddelande",
    flash_complaint: "Skriv ett meddelande.",
    flash_left: "Ditt meddelande väntade i kakan och står överst på sidan. Ladda om: det är borta.",

    remember: Card {
        title: "Bli ihågkommen",
        what: "En session slutar med webbläsaren. Där servern tillåter det kan man bli ihågkommen i 30 dagar, med en \
               ruta vid inloggningen.",
        button: "Tillåt det",
    },
    remember_off: "Förbjud det",
    remember_allowed: "Inloggningen har en ruta nu. Kryssa i den, så får Set-Cookie ett Max-Age.",
    remember_forbidden: "Ingen blir ihågkommen längre.",

    theme: Card {
        title: "Välj färger",
        what: "De finns i en andra kaka som är signerad och inte krypterad, eftersom alla får känna till dem.",
        button: "Använd",
    },
    theme_colours: "Färger",
    system: "Som systemet",
    light: "Ljusa",
    dark: "Mörka",

    flip: Card {
        title: "Vänd en bit",
        what: "Ändrar en bit i en byte, som ett klick på bilden, och ger kakan tillbaka till din webbläsare.",
        button: "Vänd",
    },
    flip_byte: "Byte",
    flipped: "En bit i byte {byte} vändes ({part}), och servern avvisade kakan: {reason}. Nedan kan den oförändrade \
              läggas tillbaka.",
    flip_nothing: "Det finns ingen sådan byte i kakan som kom, så inget ändrades.",
    flip_undo: "Lägg tillbaka den oförändrade",

    rename: Card {
        title: "Använd ett annat namn",
        what: "Kakans namn är en del av det som förseglas. Ett token från en kaka är inget värt i en annan.",
        button: "Försök som en annan kaka",
    },
    renamed: "Som {name} avvisades samma token: {reason}.",

    copy: Card {
        title: "Kopiera, logga ut, spela upp",
        what: "Lägg undan en kopia av din kaka som en tjuv skulle, och logga ut: kopian öppnas fortfarande. Servern har \
               ingen lista att stryka den från; den slutar med sin egen frist. Med en spärrlista (revoked_if) kan \
               servern avsluta den nu.",
        button: "Kopiera min kaka",
    },
    copied: "Kopierad. Logga ut, och se att kopian fortfarande öppnas.",
    copy_opens: "Kopian öppnas.",
    copy_of: "Den tillhör {name}.",
    copy_of_nobody: "Ingen är inloggad.",
    copy_replay: "Lägg tillbaka kopian",
    replayed: "Din webbläsare har den kopierade kakan igen.",
    copy_revoke: "Spärra dess id",
    revoked: "Spärrlistan har id {id} nu: 8 byte, till sessionens egen frist.",
    copy_nothing: "Det finns ingen kopia med ett id.",

    csrf: Card {
        title: "Låt en annan sida försöka",
        what: "En börs i en tredje kaka, SameSite=None så att din webbläsare skickar den även med andra sidors \
               formulär. Den andra sidan är den här servern under sitt andra namn. Dess formulär kommer till en adress \
               med vakt och, som jämförelse, till en utan.",
        button: "Lägg i 10 mynt",
    },
    csrf_coins: "mynt",
    csrf_elsewhere: "Besök den andra sidan",
    csrf_filled: "Det finns 10 mynt i börsen.",
    csrf_taken: "Ett mynt är borta: där fanns ingen vakt, och din webbläsare skickade kakan.",
    csrf_held: "Vakten höll: formuläret kom från en annan webbplats, och inget mynt togs.",
    csrf_insecure: "Behöver Secure-kakor: starta demon utan --insecure.",
    elsewhere_title: "En annan sida",
    elsewhere_lead: "För din webbläsare är det här en annan sida än labbet:",
    elsewhere_forms: "Sådana här formulär kan finnas på vilken sida som helst. De skickas till",
    elsewhere_guarded: "Ta ett mynt där vakten står",
    elsewhere_unguarded: "Ta ett mynt där ingen vakt finns",
    elsewhere_back: "Tillbaka till labbet",

    large: Card {
        title: "Sätt 4096 byte, och 4097",
        what: "Två kakor utan session, namn och värde tillsammans en byte isär: vad behåller din webbläsare?",
        button: "Sätt båda",
    },
    large_kept: "Behållna: {kept}. Släppta utan ett ord: {dropped}. Därför avvisas en för stor session.",

    rotate: Card {
        title: "Byt nyckel",
        what: "En ny nyckel förseglar från och med nu, och den gamla öppnar fortfarande. I bilden byter nyckel-id färg.",
        button: "Byt",
    },
    retire: "Ta bort de gamla nycklarna",
    key_id: "Nyckel-id",
    key_role: "roll",
    key_seals: "förseglar",
    key_opens: "öppnar",
    rotated: "En ny nyckel förseglar. Din session öppnades med den gamla och förseglades igen.",
    retired: "Bara nyckeln som förseglar är kvar. Det äldre nycklar förseglade öppnas inte längre: en kopia från förut, \
              till exempel.",

    clock: Card {
        title: "Ställ klockan",
        what: "Fristerna finns i förseglingen, så serverns klocka avgör. Inaktivitetsgränsen är ritad ovan.",
        button: "+31 min",
    },
    clock_right: "Ställ den rätt",
    clock_moved: "Serverns klocka går före nu. Vad som hände med din kaka står högst upp.",
    clock_set_right: "Klockan går rätt igen.",

    split: Card {
        title: "Tillåt flera kakor",
        what: "En kaka räcker för de flesta. Med Size::Split får en session ha upp till fyra, och de räknas som en.",
        button: "Upp till fyra kakor",
    },
    split_off: "Tillbaka till en kaka",
    split_allowed: "Din session får ha fyra kakor nu. Fyll den.",
    split_forbidden: "Sessioner har en kaka igen. En större öppnas fortfarande, och får bara krympa.",

    numbers: Card {
        title: "Vad det kostar",
        what: "Din egen kaka, öppnad och förseglad 400 gånger på den här datorn, bredvid nätet som varje förfrågan \
               behöver. Varje steg åt höger tar tio gånger så lång tid.",
        button: "Mät",
    },
    numbers_open: "öppna",
    numbers_save: "spara",
    numbers_network: "en väg genom ett nät: i närheten, en kontinent, en telefon långt ute",
    numbers_picture: "Histogram över att öppna och spara i mikrosekunder, bredvid nät på 1, 20 och 100 millisekunder",
    numbers_debug: "Programmet byggdes utan optimering; med --release är det snabbare.",

    no_such_page: "Sidan finns inte.",
    form_address: "Den här adressen är för ett formulär.",
    about_untouched: "Den här sidan rör inte sessionen. Inget läses, kontrolleras eller avkodas för den, så svaret har \
                      varken Set-Cookie eller Vary, och varje cache får behålla den.",
    about_check: "Se själv:",
    about_limits: "En session utan lager har gränser. Den som kopierade din kaka innan du loggade ut kan använda den \
                   till dess egen frist: servern har inget att stryka den från.",
    about_playground: "Skript hittar samma session under /api, som JSON:",
};
