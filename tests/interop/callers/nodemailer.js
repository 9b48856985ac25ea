/*
 * nodemailer.js - send a message with nodemailer's sendmail transport
 *
 * usage: nodejs nodemailer.js BODY [OPTION]...
 *
 * With options, these stand in place of -f and the sender.
 */
const fs = require('fs');
const mailer = require('nodemailer');
const args = process.argv.slice(3);

mailer.createTransport({
	sendmail: true,
	path: '/usr/sbin/sendmail',
	args: args.length ? args : false
}).sendMail({
	envelope: {
		from: 'bounces@example.org',
		to: ['bob@example.org', 'carol@example.org', 'dave@example.org']
	},
	from: '"Jürgen, Web" <web@example.org>',
	to: 'bob@example.org',
	cc: 'carol@example.org',
	bcc: 'dave@example.org',
	subject: 'Grüße',
	text: fs.readFileSync(process.argv[2], 'utf8')
}, (error) => {
	if (error) {
		console.log(error.message);
		process.exit(1);
	}
});
