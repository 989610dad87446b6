// How the browsers of tests are started. Both are driven by WebDriver BiDi.

const driven = { protocol: "webDriverBiDi", headless: true };

export const kinds = {
  chromium: {
    ...driven,
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  },
  firefox: { ...driven, browser: "firefox", executablePath: "/usr/bin/firefox-esr" },
};
