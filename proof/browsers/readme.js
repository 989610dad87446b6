// The picture of README.md: what the lab shows of a cookie with one changed bit. `npm run readme` makes it, and the file of
// its words; a test compares them with the lab of today.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Demo, Visitor, launch, root } from "./demo.js";

const picture = join(root, "docs/pictures/lab-refused.png");
const words = join(root, "docs/pictures/lab-refused.txt");

/** The words of the picture in the README. */
export const shown = () => readFileSync(words, "utf8").trim();

/** Flips a bit in the lab, and returns what the README shows of it, as a picture and in words. */
export async function refusal(browser) {
  const demo = await Demo.start("--clock", "1800000000");
  const visitor = await Visitor.of(browser, demo, { width: 1000, height: 900 });
  await visitor.signIn();
  await visitor.type("#bytes", "120");
  await visitor.press("#fill form button");
  const bytes = await visitor.page.$("#cookie input[type=image]");
  await visitor.goes(() => bytes.click({ offset: { x: 154, y: 116 } }));
  // Without the key id, which each run has anew.
  const rest = "#cookie > :not(.verdict, .picture), #cookie .legend code";
  await visitor.page.$$eval(rest, (elements) => elements.forEach((element) => element.remove()));
  await visitor.page.$$eval("#cookie .picture *", (elements) => elements.forEach(({ style }) => (style.marginBottom = "0")));
  await visitor.page.$eval("#cookie", ({ style }) => (style.borderRadius = "0"));
  const text = (await visitor.text("#cookie")).replace(/\s+/g, " ").trim();
  const png = await (await visitor.page.$("#cookie")).screenshot();
  await visitor.close();
  demo.stop();
  return { png, text };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const browser = await launch();
  const { png, text } = await refusal(browser);
  await browser.close();
  if (png.length > 100_000) throw new Error(`the picture has ${png.length} bytes`);
  writeFileSync(picture, png);
  writeFileSync(words, `${text}\n`);
  console.log(text);
}
