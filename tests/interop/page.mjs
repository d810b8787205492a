// usage: node page.mjs URL FOLDER FILE
// serve's page at URL as people see it in Chromium: on phones and a large screen, by day and by night, in both
// languages, without scripts. Pictures are put into FOLDER. Then what a person would do, from the first page to
// the download, which must be FILE.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Chromium } from './chromium.mjs';

const [url, folder, file] = process.argv.slice(2);
const screens = [{ width: 360, height: 740 }, { width: 320, height: 640 }, { width: 1280, height: 800 }];
const longest = 'long-'.padEnd(128, 'name');
const pages = { list: '', model: 'shamba', unverified: 'strange', expired: 'stale', long: longest, missing: 'none' };
const finger = 44, contrast = 4.5;
let passed = 0, failed = 0;

function check(text, good) {
    if (good) passed++;
    else {
        failed++;
        console.log(`FAILED: ${text}`);
    }
}

// ---- what is looked at, in the page ----

function look() {
    const visible = (e) => e.checkVisibility() && !e.closest('.hidden, .skip');
    const name = (e) => `<${e.localName} class="${e.className}"> '${e.textContent.trim().slice(0, 30)}'`;
    const rgb = (text) => text.match(/[\d.]+/g).map(Number);
    const luminance = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
        const v = c[i] / 255;
        return sum + weight * (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    }, 0);
    const ground = (e) => {
        for (; e; e = e.parentElement) {
            const c = rgb(getComputedStyle(e).backgroundColor);
            if (c.length === 3) return c; // with a fourth it would be seen through
        }
        return [255, 255, 255];
    };
    const ratio = (e) => {
        const [a, b] = [luminance(rgb(getComputedStyle(e).color)), luminance(ground(e))].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    };
    // A word of letters that stands on two lines.
    const breaks = (e) => {
        const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), range = document.createRange();
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
            for (const word of text.data.matchAll(/\p{L}+/gu)) {
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                if (new Set([...range.getClientRects()].map((r) => r.top)).size > 1) return true;
            }
        }
        return false;
    };
    const texts = [...document.body.querySelectorAll('*')].filter((e) => visible(e) && !e.closest('svg') &&
        [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim()));
    return {
        lang: document.documentElement.lang,
        title: document.title,
        over: document.documentElement.scrollWidth - innerWidth,
        taps: [...document.querySelectorAll('a, summary, button, input')].filter(visible).map((e) =>
            [name(e), e.getBoundingClientRect().height]),
        broken: [...document.querySelectorAll('td, th, .button, summary, nav a')].filter(visible).filter(breaks).map(name),
        texts: texts.map((e) => [name(e), ratio(e), parseFloat(getComputedStyle(e).fontSize)]),
    };
}

async function examine(tab, what, language) {
    const seen = await tab.ask(look);
    check(`${what}: its language is '${seen.lang}'`, seen.lang === language);
    check(`${what}: has a title`, seen.title.length > 3);
    check(`${what}: is ${seen.over} px wider than the screen`, seen.over <= 0);
    check(`${what}: has much to press and read`, seen.taps.length > 3 && seen.texts.length > 3);
    const none = (text, list) => check(`${what}: ${text}: ${list.slice(0, 3).join('; ')}`, list.length === 0);
    none(`less than ${finger} px high`, seen.taps.filter(([, height]) => height < finger));
    none(`a contrast of less than ${contrast}`, seen.texts.filter(([, ratio]) => !(ratio >= contrast)));
    none('letters of less than 14 px', seen.texts.filter(([, , size]) => size < 14));
    none('a word is broken', seen.broken);
}

async function tour(tab) {
    for (const language of ['en', 'sw']) {
        for (const screen of screens) {
            await tab.call('Emulation.setDeviceMetricsOverride',
                { ...screen, deviceScaleFactor: 1, mobile: screen.width < 500 });
            for (const [page, path] of Object.entries(pages)) {
                await tab.go(`${url}${language}/${path}`);
                for (const scheme of ['light', 'dark']) {
                    const what = `${page}-${language}-${screen.width}-${scheme}`;
                    await tab.call('Emulation.setEmulatedMedia',
                        { features: [{ name: 'prefers-color-scheme', value: scheme }] });
                    await examine(tab, what, language);
                    writeFileSync(`${folder}/${what}.png`, await tab.picture());
                }
            }
        }
    }
}

// ---- what a person does ----

async function download(browser, tab, language) {
    const downloads = `${folder}/downloads-${language}`;
    mkdirSync(downloads);
    await tab.call('Emulation.setDeviceMetricsOverride', { ...screens[0], deviceScaleFactor: 1, mobile: true });
    await tab.call('Emulation.setUserAgentOverride', { userAgent: 'Mozilla/5.0', acceptLanguage: language });
    await browser.call('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: downloads, eventsEnabled: true });
    await tab.go(url);
    check(`the first page speaks ${language}`, (await tab.ask(() => document.documentElement.lang)) === language);
    await tab.arrive(() => tab.press('a.more[href*="/shamba/"]'));
    check('a press leads to the model', (await tab.ask(() => document.querySelector('h1').textContent)) === 'shamba');
    const begun = browser.event('Browser.downloadWillBegin');
    const ended = browser.event('Browser.downloadProgress', (p) => p.state !== 'inProgress');
    await tab.press('main a.button');
    const { suggestedFilename: name } = await begun;
    check(`the download ends: ${name}`, (await ended).state === 'completed');
    check('it is called as the file is', file.endsWith(`/${name}`));
    check('it is the file', readFileSync(`${downloads}/${name}`).equals(readFileSync(file)));
    rmSync(downloads, { recursive: true });
}

// ---- all of it ----

const browser = new Chromium(`${folder}/profile`, [new URL(url).hostname]);
browser.ended.then((status) => process.exit(status ?? 1));
const tab = await browser.tab();
const asked = new Set(), errors = [];
browser.listen((m) => {
    if (m.method === 'Network.requestWillBeSent') asked.add(new URL(m.params.request.url).origin);
    if (m.method === 'Log.entryAdded' && m.params.entry.level === 'error') errors.push(m.params.entry);
});
await tour(tab);
for (const language of ['sw', 'en']) await download(browser, tab, language);
asked.delete('null'); // data: the icon
check(`asked for nothing elsewhere: ${[...asked]}`, [...asked].join() === new URL(url).origin);
const real = errors.filter((e) => !e.url.endsWith('/none')); // it is not there, and is meant not to be
check(`no complaints: ${JSON.stringify(real[0])}`, real.length === 0);
console.log(`  ${(await browser.call('Browser.getVersion')).product}, node ${process.version}`);
console.log(`${passed} passed, ${failed} failed`);
browser.ended.then(() => process.exit(failed > 0 ? 1 : 0));
browser.process.kill();
