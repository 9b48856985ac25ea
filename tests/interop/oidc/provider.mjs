/*
 * provider.mjs - an authorization server for the tests, with TLS
 *
 * usage: node provider.mjs CONFIG
 *
 * CONFIG is a file of JSON, read again for each request: address, cert, key
 * (files), ttl (seconds of an access token), opaque (the tokens are no JWT),
 * jwk (of the client that signs), log (a line "METHOD PATH GRANT STATUS" for
 * each request), delay (ms before an answer of the token endpoint), fail (the
 * status of all its answers).  Says its port, and ends with its input.
 */
import { readFileSync, appendFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(process.env.OIDC_MODULES + '/');
const { default: Provider } = await import(require.resolve('oidc-provider'));

const file = process.argv[2];
const config = () => JSON.parse(readFileSync(file));
const { address, cert, key, jwk } = config();
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = { ...pair.privateKey.export({ format: 'jwk' }), kid: 'test',
	alg: 'RS256', use: 'sig' };

const native = { token_endpoint_auth_method: 'none',
	application_type: 'native', response_types: [], redirect_uris: [] };
const clients = [
	{ ...native, client_id: 'device', grant_types: [
	    'urn:ietf:params:oauth:grant-type:device_code',
	    'refresh_token' ] },
	{ ...native, client_id: 'browser', response_types: ['code'],
	    redirect_uris: ['http://127.0.0.1/'],
	    grant_types: ['authorization_code', 'refresh_token'] },
	{ client_id: 'machine', client_secret: 'secret of the machine',
	    token_endpoint_auth_method: 'client_secret_post',
	    grant_types: ['client_credentials'], response_types: [],
	    redirect_uris: [] },
	{ client_id: 'signer', token_endpoint_auth_method: 'private_key_jwt',
	    jwks: { keys: [jwk] }, grant_types: ['client_credentials'],
	    response_types: [], redirect_uris: [] },
	{ client_id: 'relay', client_secret: 'secret-of-the-relay',
	    grant_types: [], response_types: [], redirect_uris: [] },
];

const server = createServer({ cert: readFileSync(cert),
	key: readFileSync(key) });
await new Promise((done) => server.listen(0, address, done));
const { port } = server.address();

const provider = new Provider(`https://${address}:${port}`, {
	clients,
	jwks: { keys: [signing] },
	clientAuthMethods: ['none', 'client_secret_post',
	    'client_secret_basic', 'private_key_jwt'],
	scopes: ['openid', 'offline_access', 'mail.send'],
	claims: { openid: ['sub'] },
	pkce: { required: () => true, methods: ['S256'] },
	rotateRefreshToken: true,
	issueRefreshToken: async (ctx, client) =>
		client.grantTypeAllowed('refresh_token'),
	findAccount: async (ctx, id) => ({ accountId: id,
	    claims: async () => ({ sub: id }) }),
	features: {
		devInteractions: { enabled: true },
		deviceFlow: { enabled: true },
		clientCredentials: { enabled: true },
		introspection: { enabled: true },
		revocation: { enabled: true },
		resourceIndicators: {
			enabled: true,
			defaultResource: () => 'https://mail.example.org/',
			useGrantedResource: () => true,
			getResourceServerInfo: () => ({
				scope: 'mail.send',
				audience: 'https://mail.example.org/',
				accessTokenTTL: config().ttl,
				accessTokenFormat: config().opaque ?
				    'opaque' : 'jwt',
				jwt: { sign: { alg: 'RS256' } },
			}),
		},
	},
	/* Dovecot wants this type. */
	formats: { customizers: { jwt: async (ctx, token, jwt) => {
		jwt.header = { ...jwt.header, typ: 'JWT', kid: 'test' };
	} } },
	ttl: {
		AccessToken: () => config().ttl,
		ClientCredentials: () => config().ttl,
		DeviceCode: 600, RefreshToken: 86400, Grant: 86400,
		Interaction: 600, Session: 600, AuthorizationCode: 60,
		IdToken: 600,
	},
	cookies: { keys: ['of the test'] },
});

provider.use(async (ctx, next) => {
	const now = config();
	const token = ctx.path === '/token' && ctx.method === 'POST';

	if (token && now.delay)
		await new Promise((done) => setTimeout(done, now.delay));
	if (token && now.fail) {
		ctx.status = now.fail;
		ctx.body = 'out of order';
	} else {
		await next();
	}
	appendFileSync(now.log, `${ctx.method} ${ctx.path} ` +
	    `${ctx.oidc?.params?.grant_type ?? '-'} ${ctx.status} ` +
	    `${ctx.body?.error ?? '-'}\n`);
});
provider.on('server_error', (ctx, e) =>
	appendFileSync(config().log, `error ${e.stack}\n`));

const app = provider.callback();
server.on('request', app);
writeFileSync(file + '.pem', createPublicKey(pair.privateKey).export({
	type: 'spki', format: 'pem' }));
console.log(port);
process.stdin.on('end', () => process.exit(0)).resume();
