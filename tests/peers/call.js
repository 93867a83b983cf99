// Calls operations of a service with node-soap, which knows only the address of the WSDL.
//
// usage: NODE_EXTRA_CA_CERTS=CERTIFICATE node call.js
//
// Reads and answers the same lines as call.py. "soap12" says whether the port speaks SOAP 1.2, because node-soap does
// not look at the binding for that.

const readline = require('readline');
const soap = require('soap');

const clients = {};

const text = (value) => {
  // node-soap reads a date as an instant.
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace('T00:00', '');
  const shown = String(value);
  return shown.trim() !== '' && Number.isFinite(Number(shown)) ? String(Number(shown)) : shown;
};

const isOfSchema = (name) => name.startsWith('xsi:') || name.startsWith('xmlns') || name.includes('encodingStyle');

const leaves = (value) => {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) return value.flatMap(leaves);
  if (typeof value === 'object' && !(value instanceof Date)) {
    return Object.entries(value).flatMap(([name, item]) => (isOfSchema(name) ? [] : leaves(item)));
  }
  return [text(value)];
};

const answer = async (call) => {
  const key = call.wsdl + call.soap12;
  clients[key] ??= await soap.createClientAsync(call.wsdl, { forceSoap12Headers: call.soap12 });
  const client = clients[key];
  client.clearSoapHeaders();
  if (call.headers) {
    const [name, fields] = call.headers;
    const [, namespace, local] = /^\{(.*)\}(.*)$/.exec(name);
    client.addSoapHeader({ [local]: fields }, '', 'h', namespace);
  }
  const operation = client[call.service][call.port][call.operation];
  return new Promise((resolve) => {
    operation(call.arguments, (error, result) => {
      const fault = error?.root?.Envelope?.Body?.Fault;
      if (fault) {
        const code = fault.faultcode ?? fault.Code?.Value;
        const message = fault.faultstring ?? fault.Reason?.Text;
        return resolve({ fault: [code.split(':').pop(), message?.$value ?? message] });
      }
      if (error) return resolve({ error: String(error.message ?? error) });
      return resolve({ leaves: leaves(result).sort() });
    });
  });
};

const main = async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const result = await answer(JSON.parse(line)).catch((error) => ({ error: String(error) }));
    console.log(JSON.stringify(result));
  }
};
main();
