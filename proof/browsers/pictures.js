// Pictures of the lab's main states, light and dark, on a desktop and a phone: `npm run pictures`.
// All go to `target/pictures`; `readme.js` makes the one of README.md.

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Demo, Visitor, launch, root, screens } from "./demo.js";

const folder = join(root, "target/pictures");
mkdirSync(folder, { recursive: true });

const browser = await launch();
for (const [name, screen] of Object.entries(screens)) {
  for (const theme of ["light", "dark"]) {
    const demo = await Demo.start("--clock", "1800000000");
    const visitor = await Visitor.of(browser, demo, screen);
    const take = (state) => visitor.page.screenshot({ path: join(folder, `${name}-${theme}-${state}.png`), fullPage: true });
    await visitor.page.click(`#theme input[value=${theme}]`);
    await visitor.press("#theme button");
    await visitor.open("/");
    await take("fresh");
    await visitor.signIn();
    await visitor.press("#count button");
    await visitor.type("#bytes", "120");
    await visitor.press("#fill button");
    await visitor.press("#clock button:nth-of-type(1)");
    await visitor.open("/");
    await take("signed-in");
    await visitor.type("#bytes", "3000");
    await visitor.press("#fill button");
    await take("too-large");
    await visitor.open("/");
    const picture = await visitor.page.$("#cookie input[type=image]");
    await visitor.goes(() => picture.click({ offset: { x: 120, y: 60 } }));
    await take("refused");
    await visitor.press("#cookie > form button");
    await visitor.press("#copy button");
    await visitor.press("#csrf button");
    await visitor.press("#keys button");
    await visitor.click("#numbers .button");
    await take("measured");
    await visitor.click("#forge .button");
    await take("forged");
    await visitor.click("#csrf .button");
    await take("other-site");
    await visitor.close();
    demo.stop();
  }
}
await browser.close();
