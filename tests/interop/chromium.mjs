// chromium.mjs: a headless Chromium, driven through a pipe by its DevTools protocol: commands and events are JSON
// with a NUL behind each. No script of a page runs in it, as if the reader had turned them off.
import { spawn } from 'node:child_process';

export class Chromium {
    #next = 1;
    #calls = new Map();
    #listeners = new Set();
    #rest = '';

    // profile: a folder for its own files; names: hosts that are this machine.
    constructor(profile, names) {
        const root = process.getuid() === 0 ? ['--no-sandbox'] : [];
        this.process = spawn('chromium', ['--headless=new', '--remote-debugging-pipe', '--no-first-run',
            '--no-proxy-server', '--disable-gpu', '--disable-dev-shm-usage', '--disable-component-update',
            '--disable-background-networking', '--hide-scrollbars',
            `--host-resolver-rules=${names.map((n) => `MAP ${n} 127.0.0.1`)}`, `--user-data-dir=${profile}`, ...root, 'about:blank'],
            { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
        this.#send = this.process.stdio[3];
        this.process.stdio[4].setEncoding('utf8').on('data', (text) => this.#take(text));
        this.ended = new Promise((done) => this.process.on('exit', done));
        this.ended.then(() => this.#calls.forEach((call) => call.fail(new Error('Chromium has ended'))));
    }
    #send;

    #take(text) {
        const parts = (this.#rest + text).split('\0');
        this.#rest = parts.pop();
        for (const m of parts.map((p) => JSON.parse(p))) {
            const call = this.#calls.get(m.id);
            this.#calls.delete(m.id);
            if (call && m.error) call.fail(new Error(`${call.method}: ${m.error.message}`));
            else if (call) call.done(m.result);
            else this.#listeners.forEach((listener) => listener(m));
        }
    }

    call(method, params = {}, sessionId = undefined) {
        const id = this.#next++;
        this.#send.write(JSON.stringify({ id, method, params, sessionId }) + '\0');
        return new Promise((done, fail) => this.#calls.set(id, { method, done, fail }));
    }

    // Calls listener for every event until the function that is given back is called.
    listen(listener) {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
    }

    // The first event of this name, from now on, that is as wanted.
    event(name, wanted = () => true) {
        return new Promise((done) => {
            const stop = this.listen((m) => {
                if (m.method !== name || !wanted(m.params)) return;
                stop();
                done(m.params);
            });
        });
    }

    async tab() {
        const { targetId } = await this.call('Target.createTarget', { url: 'about:blank' });
        const { sessionId } = await this.call('Target.attachToTarget', { targetId, flatten: true });
        const tab = new Tab(this, sessionId);
        for (const domain of ['Page', 'Network', 'Log']) await tab.call(`${domain}.enable`);
        await tab.call('Emulation.setScriptExecutionDisabled', { value: true });
        return tab;
    }

    async end() {
        this.process.kill();
        await this.ended;
    }
}

class Tab {
    constructor(browser, session) {
        this.browser = browser;
        this.session = session;
    }

    call(method, params) {
        return this.browser.call(method, params, this.session);
    }

    // Waits for the page that `act` leads to.
    async arrive(act) {
        const loaded = this.browser.event('Page.loadEventFired');
        await act();
        await loaded;
    }

    go(url) {
        return this.arrive(() => this.call('Page.navigate', { url }));
    }

    // What a function gives in the page.
    async ask(f, ...args) {
        const expression = `(${f})(...${JSON.stringify(args)})`;
        const { result, exceptionDetails } = await this.call('Runtime.evaluate', { expression, returnByValue: true });
        if (exceptionDetails) throw new Error(exceptionDetails.exception.description);
        return result.value;
    }

    // A press where a finger would touch the first element of this kind.
    async press(selector) {
        const [x, y] = await this.ask((s) => {
            const e = document.querySelector(s);
            e.scrollIntoView({ block: 'center' });
            const r = e.getBoundingClientRect();
            return [r.x + r.width / 2, r.y + r.height / 2];
        }, selector);
        for (const type of ['mousePressed', 'mouseReleased'])
            await this.call('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
    }

    async picture() {
        const { cssContentSize: size } = await this.call('Page.getLayoutMetrics');
        const clip = { x: 0, y: 0, width: size.width, height: Math.min(size.height, 8000), scale: 1 };
        const { data } = await this.call('Page.captureScreenshot', { clip, captureBeyondViewport: true });
        return Buffer.from(data, 'base64');
    }
}
