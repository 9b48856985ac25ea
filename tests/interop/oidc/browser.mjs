/*
 * browser.mjs - a person with a browser: fills in the provider's pages
 *
 * usage: node browser.mjs URL USER [CODE]
 *
 * Opens the address, logs in as USER, enters the CODE of a device, and agrees
 * to all that is asked.  DENY in the environment: does not agree.  With
 * STOP, prints an address on the loopback instead of opening it, as a browser
 * on another host would show it.  Fails if a page is not understood.
 */
const [, , start, user, code] = process.argv;
const jar = new Map();

async function get(url, form) {
	for (let hops = 0; hops < 20; hops++) {
		if (url.protocol === 'http:' && process.env.STOP) {
			console.log(url.href);
			process.exit(0);
		}
		const answer = await fetch(url, {
			redirect: 'manual',
			method: form ? 'POST' : 'GET',
			body: form,
			headers: { cookie: [...jar].map(([k, v]) =>
			    `${k}=${v}`).join('; ') },
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			jar.set(name, value);
		}
		const to = answer.headers.get('location');
		if (!to)
			return { url, status: answer.status,
			    page: await answer.text() };
		url = new URL(to, url);
		form = undefined;
	}
	throw new Error('redirected for ever');
}

let at = await get(new URL(start));
for (let pages = 0; pages < 10; pages++) {
	const form = /<form[^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/
	    .exec(at.page);
	if (!form)
		break;
	const fields = new URLSearchParams();
	for (const [input] of form[2].matchAll(/<input[^>]*>/g)) {
		const name = /name="([^"]*)"/.exec(input)?.[1];
		const value = /value="([^"]*)"/.exec(input)?.[1];
		if (name)
			fields.set(name, value ?? '');
	}
	if (fields.has('login')) {
		fields.set('login', user);
		fields.set('password', 'any');
	}
	if (fields.has('user_code') && !fields.get('user_code'))
		fields.set('user_code', code ?? '');
	if (process.env.DENY && (fields.get('prompt') === 'consent')) {
		const abort = /<a href="([^"]*abort)"/.exec(at.page);
		at = await get(new URL(abort[1], at.url));
		break;
	}
	at = await get(new URL(form[1].replaceAll('&amp;', '&'), at.url),
	    fields);
}
console.log(at.page.replace(/<style[\s\S]*?<\/style>/g, '')
	.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' '));
process.exit(at.status < 400 ? 0 : 1);
