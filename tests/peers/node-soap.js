// Serves an Enterprise WSDL with node-soap, which is independent of saponify.
//
// usage: node node-soap.js WSDL KEY_PEM CERTIFICATE_PEM
//
// Prints its port, and then one line of JSON for each request: the operation, the arguments and the
// headers as node-soap understood them. Ends when its standard input ends.
//
// Responses are objects, which node-soap writes as the schema says. node-soap writes two things
// incorrectly, so they are passed as text: fields of a subtype whose namespace differs from that of the
// base (it uses the namespace of the base), and xsi:nil (it does not declare the prefix).

const fs = require('fs');
const https = require('https');
const soap = require('soap');

const [wsdl, key, certificate] = process.argv.slice(2).map((path) => fs.readFileSync(path, 'utf8'));
const ENS = 'urn:sobject.enterprise.soap.sforce.com';
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';
const PATH = '/services/Soap/c/64.0/00D5e000000AcMe';

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

const row = (type, fields) => ({
  attributes: { 'xmlns:ens': ENS, 'xmlns:xsi': XSI, 'xsi:type': `ens:${type}` },
  $xml: Object.entries(fields)
    .map(([name, value]) => (value === null ? `<ens:${name} xsi:nil="true"/>` : `<ens:${name}>${escape(value)}</ens:${name}>`))
    .join(''),
});

const log = (operation, args, headers) => console.log(JSON.stringify({ operation, args, headers }));

const refusal = (code, message) => ({
  Fault: { faultcode: code, faultstring: `${code}: ${message}`, statusCode: 500 },
});

const NAMES = ['Ada & Co', 'Bolt <AG>', 'Çelik', '電気', 'Zed'];

const operations = {
  login(args) {
    log('login', args);
    if (args.password !== 'pass&word') {
      throw refusal('INVALID_LOGIN', 'Invalid username, password, security token; or user locked out.');
    }
    return {
      result: {
        metadataServerUrl: 'https://localhost/unused',
        passwordExpired: false,
        sandbox: true,
        serverUrl: `https://localhost:${server.address().port}${PATH}`,
        sessionId: '00D5e000000AcMe!peer',
        userId: '0055e000000AcMeAAA',
      },
    };
  },
  query(args, _callback, headers) {
    log('query', args, headers);
    const records = NAMES.slice(0, 3).map((Name) => row('Account', { Name, Rating: null }));
    return { result: { done: false, queryLocator: '01g-3', records, size: NAMES.length } };
  },
  queryMore(args, _callback, headers) {
    log('queryMore', args, headers);
    const records = NAMES.slice(3).map((Name) => row('Account', { Name, AnnualRevenue: '1.5E6' }));
    return { result: { done: true, records, size: NAMES.length } };
  },
  create(args, _callback, headers) {
    log('create', args, headers);
    return {
      result: [
        { id: '0015e000000AcMeAAA', success: true },
        {
          errors: [{ fields: ['Name', 'Site'], message: 'a < b & c', statusCode: 'REQUIRED_FIELD_MISSING' }],
          success: false,
        },
      ],
    };
  },
  getServerTimestamp(args, _callback, headers) {
    log('getServerTimestamp', args, headers);
    return { result: { timestamp: '2026-01-15T06:00:00.125+01:00' } };
  },
  describeSObject(args, _callback, headers) {
    log('describeSObject', args, headers);
    throw refusal('INVALID_TYPE', 'no');
  },
};

const server = https.createServer({ key, cert: certificate });
server.listen(0, '127.0.0.1', () => {
  const services = { SforceService: { Soap: operations } };
  soap.listen(server, {
    path: /^\/services\/Soap\/c\/64\.0/,
    services,
    xml: wsdl,
    callback: (error) => {
      if (error) throw error;
      console.log(server.address().port);
    },
  });
});

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
