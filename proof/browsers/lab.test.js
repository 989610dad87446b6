// What a visitor of the lab does and sees, in a real browser, on a desktop and on a phone.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { Demo, Visitor, launch, screens } from "./demo.js";
import { refusal, shown } from "./readme.js";
import { closeServers } from "./servers.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** It keeps no `Secure` cookie without TLS. */
const isWebKit = process.env.BROWSER === "webkit";

let browser;
let demo;
let visitor;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser.close();
  closeServers();
});

/** What axe-core looked at in all tests. */
const report = { pages: 0, rules: new Set() };
after(() => {
  console.log(`axe-core ${report.version}: ${report.pages} pages pass ${report.rules.size} rules: ${[...report.rules].sort().join(", ")}`);
});

/** Starts a demo for each test, with these flags, and a visitor in front of it. */
function withDemo(screen, ...flags) {
  beforeEach(async () => {
    demo = await Demo.start(...flags);
    visitor = await Visitor.of(browser, demo, screen);
  });
  afterEach(async () => {
    await visitor.close();
    demo.stop();
  });
}

/** Asserts that nothing is cut off at the side. */
async function fits() {
  const { wide, screen } = await visitor.page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    screen: document.documentElement.clientWidth,
  }));
  assert.ok(wide <= screen, `${wide} pixels on a screen of ${screen}`);
}

/** Asserts that axe-core finds nothing, and nothing that a person would have to look at. */
async function isAccessible() {
  await visitor.page.evaluate(axe);
  const { version, passes, found } = await visitor.page.evaluate(async () => {
    // It cannot tell what is behind the words of a chart, which have the colours of those around it.
    const contrast = { id: "color-contrast", selector: ":not(svg text)" };
    globalThis.axe.configure({ rules: [contrast] });
    const { testEngine, passes, violations, incomplete } = await globalThis.axe.run();
    const describe = ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(", ")}`;
    return { version: testEngine.version, passes: passes.map(({ id }) => id), found: [...violations, ...incomplete].map(describe) };
  });
  report.version = version;
  report.pages += 1;
  passes.forEach((id) => report.rules.add(id));
  assert.deepEqual(found, []);
}

/** Asserts that the page has the colours of this theme. */
async function isIn(theme) {
  const colour = await visitor.page.$eval("body", (body) => getComputedStyle(body).backgroundColor);
  assert.equal(colour, { light: "rgb(251, 248, 242)", dark: "rgb(23, 20, 17)" }[theme]);
}

// What fits, and can be used, on one screen may not on another.
for (const [name, screen] of Object.entries(screens)) {
  describe(`on a ${name}`, () => {
    withDemo(screen);

    test("the first view shows the cookie that the visitor has", async () => {
      assert.match(await visitor.verdict(), /^Opened\./);
      assert.ok(await visitor.has("#cookie input[type=image]"));
      const cookies = await visitor.cookies();
      assert.deepEqual(Object.keys(cookies), ["__Host-session"]);
      const { httpOnly, secure, path, sameSite, expires } = cookies["__Host-session"];
      assert.deepEqual([httpOnly, secure, path, sameSite?.toLowerCase()], [true, true, "/", "lax"]);
      assert.ok(!(expires > 0), "it ends with the browser");
      assert.equal(await visitor.page.evaluate(() => document.cookie), "");
      await fits();
    });

    test("signing in, counting and signing out by keyboard", async () => {
      const before = (await visitor.session()).id;
      await visitor.signIn();
      assert.match(await visitor.effect(), /new id/);
      await visitor.open("/");
      assert.equal(await visitor.has("#cookie .effect"), false, "it is said once");
      assert.match(await visitor.text("#sign-in"), /Hello, Ada/);
      assert.notEqual((await visitor.session()).id, before);
      await visitor.press("#count button");
      await visitor.press("#count button");
      assert.equal(await visitor.text("#visits"), "2");
      assert.match(await visitor.effect(), /count is 2/, "also where the page now is");
      assert.equal((await visitor.session()).data.visits, 2);
      await visitor.press("#sign-in button");
      assert.match(await visitor.effect(), /signed out/);
      assert.deepEqual((await visitor.session()).data, {});
      await fits();
    });

    test("data is added until it does not fit, and nothing is lost", async () => {
      await visitor.press("#fill button");
      assert.match(await visitor.effect(), /fits/);
      const { data } = await visitor.session();
      await visitor.type("#bytes", "3000");
      await visitor.press("#fill button");
      const complaint = await visitor.text("#fill .complaint");
      assert.match(complaint, /it needs \d{4} bytes of 3072/);
      assert.equal(await visitor.page.evaluate(() => document.activeElement.id), "bytes", "at that line");
      assert.deepEqual((await visitor.session()).data, data);
      await fits();
      await isAccessible();
      await visitor.press("#fill form + form button");
      assert.deepEqual((await visitor.session()).data, {});
    });

    test("a session in several cookies, and back in one", async () => {
      await visitor.press("#split button");
      await visitor.type("#bytes", "6000");
      await visitor.press("#fill button");
      await visitor.open("/");
      assert.deepEqual(Object.keys(await visitor.cookies()).sort(), ["__Host-session", "__Host-session.1", "__Host-session.2"]);
      assert.match(await visitor.text("#size"), /cookies: 3\./);
      assert.match(await visitor.text("#cookie .legend"), /ciphertext.*\s60\d\d/);
      await fits();
      await visitor.press("#fill form + form button");
      await visitor.press("#split button");
      assert.deepEqual(Object.keys(await visitor.cookies()), ["__Host-session"]);
    });

    test("a click on the picture flips a bit, and the good cookie can be put back", async () => {
      await visitor.signIn();
      assert.match(await visitor.page.title(), /^You are signed in/);
      const place = await visitor.page.$("#cookie input[type=image]");
      // The third square of the third row: in the sealed body.
      await visitor.goes(() => place.click({ offset: { x: 2 * 24 + 12, y: 2 * 24 + 12 } }));
      assert.match(await visitor.verdict(), /^Refused: Auth\./);
      assert.match(await visitor.page.title(), /^Refused: Auth\. One bit of byte/);
      assert.match(await visitor.text("#cookie .legend"), /crossed byte/);
      assert.match(await visitor.effect(), /byte 26 .*refused.*Auth/);
      assert.match(await visitor.text("#sign-in"), /Your name/);
      await isAccessible();
      await visitor.press("#cookie > form button");
      assert.match(await visitor.text("#sign-in"), /Hello, Ada/);
    });

    test("a copy opens after signing out, until its id is denied", async () => {
      await visitor.signIn();
      await visitor.press("#copy button");
      await visitor.press("#copy form[action='/sign-out'] button");
      assert.match(await visitor.text("#copied"), /The copy opens\. It belongs to Ada/);
      await visitor.press("#copy form[action='/replay'] button");
      assert.match(await visitor.text("#sign-in"), /Hello, Ada/, "replayed");
      await visitor.press("#copy form[action='/revoke'] button");
      assert.match(await visitor.effect("copy"), /deny list has the id [0-9a-f]{16}/);
      assert.match(await visitor.text("#copied"), /Refused: Revoked/);
      assert.match(await visitor.verdict(), /^Refused: Revoked\./);
      await fits();
    });

    test("a rotation keeps the session, and a retired key opens nothing", async () => {
      await visitor.signIn();
      await visitor.press("#copy button");
      const keyOf = () => visitor.page.$eval("#cookie .legend tbody tr:nth-child(2)", (row) => [
        row.querySelector("code").innerText, row.querySelector("rect").getAttribute("fill"),
      ]);
      const [id, colour] = await keyOf();
      await visitor.press("#keys button");
      // The response to the rotation is sealed under the new key.
      assert.match(await visitor.verdict(), /^Opened\./);
      const [newId, newColour] = await keyOf();
      assert.ok(newId !== id && newColour !== colour);
      assert.match(await visitor.text("#sign-in"), /Hello, Ada/);
      assert.match(await visitor.text("#copied"), /The copy opens/);
      await visitor.press("#keys form:nth-of-type(2) button");
      assert.match(await visitor.text("#copied"), /Refused: UnknownKey/);
      assert.match(await visitor.text("#sign-in"), /Hello, Ada/);
      await isAccessible();
    });

    test("the session idles out when the clock is moved, and comes back with the right one", async () => {
      await visitor.signIn();
      await visitor.press("#clock [value='1860']");
      assert.match(await visitor.verdict(), /^Refused: Idle\./);
      await fits();
      await isAccessible();
      await visitor.press("#cookie > form button");
      assert.match(await visitor.verdict(), /^Opened\./);
      assert.match(await visitor.text("#sign-in"), /Hello, Ada/);
      await visitor.press("#clock [value='600']");
      assert.match(await visitor.verdict(), /^Opened\./);
      assert.match(await visitor.text("#server"), /Idle timeout\s+(20|19) min /);
    });

    test("the numbers are measured beside the network", async () => {
      await visitor.click("#numbers .button");
      assert.match(await visitor.text("#numbers"), /open \d+\.\d µs, save \d+\.\d µs/);
      const bars = await visitor.page.$$eval("#numbers rect.open", (bars) => bars.length);
      assert.ok(bars > 1);
      for (const network of ["1 ms", "20 ms", "100 ms"]) {
        assert.match(await visitor.text("#numbers"), new RegExp(network));
      }
      await fits();
      await isAccessible();
    });

    test("every page is accessible in two languages, light and dark", async () => {
      await visitor.signIn();
      for (const theme of ["light", "dark"]) {
        await visitor.page.click(`#theme input[value=${theme}]`);
        await visitor.press("#theme button");
        await isIn(theme);
        for (const language of ["de", "en"]) {
          await visitor.press(`.languages button[value=${language}]`);
          assert.equal(await visitor.page.$eval("html", (html) => html.lang), language);
          await fits();
          await isAccessible();
        }
      }
      // The second cookie is signed and not encrypted.
      assert.match(await visitor.text("#visitor"), /"theme": "dark"/);
      for (const path of ["/about", "/nowhere", "/sign-in"]) {
        await visitor.open(path);
        await isIn("dark");
        await fits();
        await isAccessible();
      }
    });

    test("a form that changes the cookie leads to its picture, and from there back to the form", async () => {
      const forms = ["#sign-in button", "#count button", "#fill button", "#fill form + form button", "#keys button", "#clock button"];
      await visitor.type("#name", "Ada");
      for (const button of forms) {
        await visitor.press(button);
        assert.equal(await visitor.place(), "#cookie", button);
        const card = button.split(" ")[0];
        assert.equal(await visitor.page.$eval("#cookie .effect a", (link) => link.getAttribute("href")), card);
      }
      await isAccessible();
    });

    test("the head of the page leads to the things to do", async () => {
      await visitor.click("nav a[href='/#try']");
      const top = await visitor.page.$eval("#try", (heading) => heading.getBoundingClientRect().top);
      assert.ok(top >= 0 && top < 100, `${top}`);
    });

    test("no cookie that is one bit away opens", async () => {
      await visitor.signIn();
      await visitor.click("#forge .button");
      const [, tried, opened] = /^(\d+) forgeries in .*: (\d+) opened/.exec(await visitor.text("#forged"));
      assert.equal(tried % 8, 0);
      assert.ok(tried > 500);
      assert.equal(opened, "0");
      assert.match(await visitor.text("#cookie .legend"), /Auth .*\d{3}/);
      await fits();
      await isAccessible();
      await visitor.click("#cookie .legend .button");
      assert.match(await visitor.verdict(), /^Opened\./);
    });

    test("the picture of a large cookie takes at most half a screen", async () => {
      await visitor.type("#bytes", "2000");
      await visitor.press("#fill button");
      const height = await visitor.page.$eval("#cookie input[type=image]", (picture) => picture.height);
      assert.ok(height <= 384, `${height}`);
    });
  });
}

describe("without encryption", () => {
  withDemo(screens.desktop, "--mode", "unencrypted-but-signed");

  test("the data is there for everybody to read", async () => {
    await visitor.signIn("Augusta");
    assert.match(await visitor.text("#visitor"), /Augusta/);
    assert.match(await visitor.text("#cookie .legend"), /everybody can read it/);
    assert.doesNotMatch(await visitor.text("#cookie .legend"), /nonce/);
    await isAccessible();
  });
});

describe("on any screen", () => {
  withDemo(screens.desktop);

  test("a __Host- cookie survives on localhost, without TLS", { skip: isWebKit }, async () => {
    await visitor.page.goto(demo.otherOrigin);
    await visitor.signIn();
    assert.match(await visitor.text("#sign-in"), /Hello, Ada/);
    const cookies = await visitor.context.cookies();
    const names = cookies.filter(({ domain }) => domain === "localhost").map(({ name }) => name);
    assert.deepEqual(names, ["__Host-session"]);
  });

  test("a bit is flipped by keyboard, and each part has its reason", async () => {
    for (const [byte, reason] of [["0", "UnknownFormat|UnknownKey"], ["2", "UnknownKey"], ["20", "Auth"], ["50", "Auth"]]) {
      await visitor.type("#byte", byte);
      await visitor.press("#flip button");
      assert.match(await visitor.verdict(), new RegExp(`^Refused: (${reason})\\.`), byte);
    }
  });

  test("a token is refused under another name", async () => {
    await visitor.press("#rename button");
    assert.match(await visitor.effect("rename"), /__Host-session-renamed .*refused: Auth/);
  });

  test("a visitor who is to be remembered has a cookie that outlives the browser", async () => {
    assert.equal(await visitor.has("input[name=remember]"), false);
    await visitor.press("#remember button");
    await visitor.page.click("input[name=remember]");
    await visitor.signIn();
    const { expires } = (await visitor.cookies())["__Host-session"];
    assert.ok(Math.abs(expires - (Date.now() / 1000 + 30 * 86_400)) < 60, `${expires}`);
    assert.match(await visitor.text("#server"), /Remembered/);
  });

  test("a message is shown once", async () => {
    await visitor.type("#message", "See you");
    await visitor.press("#flash button");
    assert.equal(await visitor.text(".flash"), "See you");
    await visitor.open("/");
    assert.equal(await visitor.has(".flash"), false);
  });

  test("the browser keeps 4096 bytes and drops 4097", async () => {
    await visitor.press("#large button");
    const kept = isWebKit ? /Kept: 4096, 4097\./ : /Kept: 4096\. Dropped without a word: 4097\./; // its jar has no limit
    assert.match(await visitor.effect("large"), kept);
    assert.deepEqual(Object.keys(await visitor.cookies()), ["__Host-session"], "both are removed");
  });

  test("a page and its style are under 100 kB, from this server alone, and run no script", async () => {
    await visitor.open("/?measure=yes");
    const loaded = await visitor.page.evaluate(() => [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]);
    const urls = loaded.filter((url) => url.startsWith("http"));
    assert.ok(urls.length >= 2);
    assert.ok(urls.every((url) => url.startsWith(demo.origin)), `${urls}`);
    const answers = await Promise.all(urls.map((url) => fetch(url.replace(demo.origin, demo.address))));
    const sizes = await Promise.all(answers.map(async (answer) => (await answer.arrayBuffer()).byteLength));
    const whole = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(whole < 100_000, `${whole} bytes`);
    assert.equal(await visitor.page.$$eval("script", (scripts) => scripts.length), 0);
    const policy = answers[0].headers.get("content-security-policy");
    assert.match(policy, /^default-src 'none'; style-src 'self'; img-src data:;/);
  });
});

test("the picture of the README shows what the lab shows", async () => {
  const { text } = await refusal(browser);
  assert.equal(text, shown(), "make the picture by `npm run readme`, and look at it");
});
