/*
 * meaning.js - what messages mean, as mailparser reads them
 *
 * usage: meaning.js <paths, a line each
 *
 * Prints a line of JSON for each.
 */
'use strict';

const fs = require('fs');
const { simpleParser } = require(
    '/opt/heloise-parsers/node_modules/mailparser');

const people = (list) => (list === undefined ? [] : [].concat(list)
    .flatMap((l) => l.value)
    .map((a) => [a.name, a.address,
	(a.group || []).map((g) => [g.name, g.address])]));
const lines = (text) => (text || '').replace(/\r\n?/g, '\n').trimEnd();

async function meaning(path)
{
	const m = await simpleParser(fs.readFileSync(path),
	    { skipTextLinks: true, skipTextToHtml: true });

	return {
		subject: (m.subject || '').replace(/\s+/g, ' '),
		from: people(m.from), to: people(m.to), cc: people(m.cc),
		reply: people(m.replyTo), bcc: people(m.bcc),
		date: m.date ? m.date.toISOString() : '',
		id: m.messageId || '', answers: m.inReplyTo || '',
		thread: [].concat(m.references || []),
		text: lines(m.text), html: lines(m.html || ''),
		parts: m.attachments.map((a) => [a.contentType, a.filename || '',
		    a.contentId || '', a.contentDisposition || '',
		    a.contentType.startsWith('text/') ||
		    a.contentType.startsWith('message/') ||
		    a.contentType.endsWith('signature') ?
			lines(a.content.toString('latin1')) : a.checksum]),
	};
}

(async () => {
	for (const path of fs.readFileSync(0, 'utf8').trim().split('\n'))
		console.log(JSON.stringify(await meaning(path)));
})();
